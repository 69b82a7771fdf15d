-- +goose Up

-- When Xero last answered a request with an export or a removal, and its identifier of that call, for its support. Nothing
-- is known of what was settled before: 0 and ''.
ALTER TABLE exports ADD COLUMN answered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exports ADD COLUMN correlation TEXT NOT NULL DEFAULT '';
ALTER TABLE removals ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE removals ADD COLUMN answered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE removals ADD COLUMN correlation TEXT NOT NULL DEFAULT '';

-- The runs of every organisation are listed together, the newest first.
CREATE INDEX runs_of_all ON runs (started DESC, id DESC);
