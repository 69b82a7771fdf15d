-- +goose Up
-- Xero is watched for a due date and a reference that were changed there. Nothing is known of them, as of all that
-- was read before, until the invoice is read again.
ALTER TABLE exports ADD COLUMN xero_due_date INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exports ADD COLUMN xero_reference TEXT; -- NULL where Xero did not say what it is
