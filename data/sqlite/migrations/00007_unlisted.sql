-- +goose Up
-- Marks may come back where an invoice is read by itself, and not in lists.
ALTER TABLE organisations ADD COLUMN told_marks TEXT NOT NULL DEFAULT '' CHECK (told_marks IN ('', 'kept', 'changed', 'unlisted', 'dropped'));
UPDATE organisations SET told_marks = marks;
ALTER TABLE organisations DROP COLUMN marks;
ALTER TABLE organisations RENAME COLUMN told_marks TO marks;
