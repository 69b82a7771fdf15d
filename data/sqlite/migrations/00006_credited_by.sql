-- +goose Up
-- Where xero_credited comes from: an invoice counts for credited by credit notes alone, and is paid by a
-- prepayment or an overpayment. '' where Xero did not say, as of all that was read before this column was
-- there: those count for paid until they are read again.
ALTER TABLE exports ADD COLUMN xero_credited_by TEXT NOT NULL DEFAULT '' CHECK (xero_credited_by IN ('', 'credit_notes', 'paid_ahead'));
