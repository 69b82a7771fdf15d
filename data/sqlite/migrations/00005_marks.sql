-- +goose Up

-- An invoice that Xero may have, and nothing proves it, has an export state of its own; an export keeps what in Xero may be
-- its invoice, and is found by the random part of its mark. The states are held by a CHECK, so both tables are rebuilt.
PRAGMA defer_foreign_keys = ON;

-- While the tables are gone, every row that refers to them is looked for.
CREATE INDEX removals_of_export_meanwhile ON removals (export);
CREATE INDEX replacements_by_copy_meanwhile ON replacements (copy);

CREATE TABLE invoices_before AS SELECT * FROM invoices;
CREATE TABLE exports_before AS SELECT * FROM exports;
DROP TABLE invoices;
DROP TABLE exports;

CREATE TABLE exports (
	seq           INTEGER PRIMARY KEY,
	id            TEXT NOT NULL UNIQUE CHECK (id <> ''),
	run           TEXT NOT NULL REFERENCES runs (id),
	invoice       TEXT NOT NULL REFERENCES invoices (id),
	number        TEXT NOT NULL,
	tenant        TEXT NOT NULL REFERENCES organisations (tenant),
	mark          TEXT NOT NULL UNIQUE CHECK (mark <> ''),
	contact       TEXT NOT NULL, -- that it was sent to
	expected      INTEGER NOT NULL,
	currency      TEXT NOT NULL, -- of expected
	batch         TEXT REFERENCES batches (id),
	sent          INTEGER NOT NULL,
	since         INTEGER NOT NULL,
	small         INTEGER NOT NULL,
	ended         INTEGER NOT NULL,
	result        TEXT NOT NULL CHECK (result IN ('not_exported', 'queued', 'exporting', 'exported', 'warning', 'failed',
		'unknown', 'changed', 'deleted_in_xero', 'voided_in_xero', 'not_found_in_xero', 'removing', 'held',
		'may_be_ours')),
	xero_id       TEXT NOT NULL,
	xero_number   TEXT NOT NULL,
	xero_mark     TEXT NOT NULL,
	xero_status   TEXT NOT NULL, -- whatever Xero says
	xero_contact  TEXT NOT NULL,
	xero_contact_name TEXT NOT NULL,
	xero_date     INTEGER NOT NULL,
	xero_currency TEXT NOT NULL, -- of the next four
	xero_total    INTEGER NOT NULL,
	xero_due      INTEGER NOT NULL,
	xero_paid     INTEGER NOT NULL,
	xero_credited INTEGER NOT NULL,
	xero_paid_on  INTEGER NOT NULL,
	xero_updated  INTEGER NOT NULL,
	message       TEXT NOT NULL, -- this and cause are of the message that the grid shows
	cause         TEXT NOT NULL,
	messages      TEXT NOT NULL CHECK (messages = '' OR json_valid(messages)),
	mark_key      TEXT NOT NULL UNIQUE CHECK (mark_key <> ''), -- what is left of the mark whatever Xero makes of the address
	candidates    TEXT NOT NULL CHECK (candidates = '' OR json_valid(candidates)) -- what in Xero may be the invoice
) STRICT;
CREATE INDEX exports_of_run ON exports (run, ended, result, invoice);
CREATE INDEX exports_of_invoice ON exports (invoice);
CREATE INDEX exports_in_batch ON exports (batch) WHERE batch IS NOT NULL;
CREATE INDEX exports_there ON exports (tenant, xero_id) WHERE xero_id <> '';
CREATE INDEX exports_first ON exports (tenant, since) WHERE sent > 0;
CREATE INDEX exports_waiting ON exports (tenant) WHERE batch IS NULL AND ended = 0;

CREATE TABLE invoices (
	id          TEXT PRIMARY KEY CHECK (id <> ''),
	version     INTEGER NOT NULL CHECK (version > 0),
	client      TEXT NOT NULL REFERENCES clients (id),
	type        TEXT NOT NULL CHECK (type IN ('final', 'interim', 'fixed_fee')),
	number      TEXT NOT NULL,
	number_fold TEXT NOT NULL,
	date        INTEGER NOT NULL CHECK (date = 0 OR date BETWEEN 10101 AND 99991231),
	due         INTEGER NOT NULL CHECK (due = 0 OR due BETWEEN 10101 AND 99991231),
	reference   TEXT NOT NULL,
	currency    TEXT NOT NULL,
	amounts     TEXT NOT NULL CHECK (amounts IN ('Exclusive', 'Inclusive', 'NoTax')),
	theme       TEXT NOT NULL,
	note        TEXT NOT NULL,
	sub_total   INTEGER NOT NULL, -- this and the next two are computed from the lines
	tax         INTEGER NOT NULL,
	total       INTEGER NOT NULL CHECK (total = sub_total + tax),
	status      TEXT NOT NULL CHECK (status IN ('draft', 'finalized', 'closed', 'deleted')),
	export      TEXT NOT NULL CHECK (export IN ('not_exported', 'queued', 'exporting', 'exported', 'warning', 'failed',
		'unknown', 'changed', 'deleted_in_xero', 'voided_in_xero', 'not_found_in_xero', 'removing', 'held',
		'may_be_ours')),
	deleted     INTEGER NOT NULL, -- 1 with the status deleted: the indexes go by it, so that other statuses do not touch them
	latest      INTEGER REFERENCES exports (seq), -- its newest export
	CHECK (deleted = (status = 'deleted'))
) STRICT;
CREATE UNIQUE INDEX invoices_by_number ON invoices (number_fold) WHERE deleted = 0 AND number_fold <> '';
CREATE INDEX invoices_newest ON invoices (date DESC, number DESC) WHERE deleted = 0;
CREATE INDEX invoices_of_client ON invoices (client, date DESC, number DESC) WHERE deleted = 0;

INSERT INTO exports
SELECT *, CASE WHEN length(mark) >= 32 AND lower(substr(mark, -32)) NOT GLOB '*[^0-9a-f]*' THEN lower(substr(mark, -32)) ELSE mark END, ''
FROM exports_before;
INSERT INTO invoices SELECT * FROM invoices_before;

DROP TABLE invoices_before;
DROP TABLE exports_before;
DROP INDEX removals_of_export_meanwhile;
DROP INDEX replacements_by_copy_meanwhile;

-- Whether the marks of exports survive in an organisation; '' while that is not known.
ALTER TABLE organisations ADD COLUMN marks TEXT NOT NULL DEFAULT '' CHECK (marks IN ('', 'kept', 'changed', 'dropped'));
