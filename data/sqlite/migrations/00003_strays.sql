-- +goose Up

-- Which invoice here a doubtful stray bears the mark of; '' where that is not here.
ALTER TABLE strays ADD COLUMN invoice TEXT NOT NULL DEFAULT '';

-- Whether what was doubtful was looked at again, once every organisation was compared.
ALTER TABLE reconciliations ADD COLUMN again INTEGER NOT NULL DEFAULT 0 CHECK (again IN (0, 1));

-- An export that a comparison found again was kept without the moment from which its changes in Xero are read, and its
-- organisation was not refreshed any more.
UPDATE exports SET since = max(xero_updated - 600000, 1) WHERE sent > 0 AND since = 0 AND xero_updated > 0;
