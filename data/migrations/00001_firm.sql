-- +goose Up
CREATE TABLE firm (
	id        INTEGER PRIMARY KEY CHECK (id = 1),
	name      TEXT NOT NULL,
	currency  TEXT NOT NULL,
	mark_base TEXT NOT NULL
) STRICT;

CREATE TABLE staff (
	id             TEXT PRIMARY KEY,
	joined         INTEGER NOT NULL UNIQUE, -- the order in which they came
	name           TEXT NOT NULL,
	email          TEXT NOT NULL,
	time           TEXT NOT NULL,           -- JSON
	settings_admin INTEGER NOT NULL CHECK (settings_admin IN (0, 1)),
	admin          INTEGER NOT NULL CHECK (admin IN (0, 1)),
	all_entities   INTEGER NOT NULL,
	roles          TEXT NOT NULL            -- JSON
) STRICT;

CREATE TABLE clients (
	id        TEXT PRIMARY KEY,
	version   INTEGER NOT NULL,
	code      TEXT NOT NULL,
	code_fold TEXT NOT NULL UNIQUE,
	name      TEXT NOT NULL,
	name_fold TEXT NOT NULL,
	email     TEXT NOT NULL,
	address   TEXT NOT NULL                 -- JSON
) STRICT;
CREATE INDEX clients_by_name ON clients (name_fold);

CREATE TABLE taxes (
	code TEXT PRIMARY KEY,
	name TEXT NOT NULL,
	rate INTEGER NOT NULL
) STRICT;

CREATE TABLE invoices (
	id          TEXT PRIMARY KEY,
	version     INTEGER NOT NULL,
	client      TEXT NOT NULL REFERENCES clients (id),
	type        TEXT NOT NULL CHECK (type IN ('final', 'interim', 'fixed_fee')),
	number      TEXT NOT NULL,
	number_fold TEXT NOT NULL,
	date        INTEGER NOT NULL,
	due         INTEGER NOT NULL,
	reference   TEXT NOT NULL,
	currency    TEXT NOT NULL,
	amounts     TEXT NOT NULL CHECK (amounts IN ('Exclusive', 'Inclusive', 'NoTax')),
	theme       TEXT NOT NULL,
	note        TEXT NOT NULL,
	sub_total   INTEGER NOT NULL,
	tax         INTEGER NOT NULL,
	total       INTEGER NOT NULL,
	status      TEXT NOT NULL CHECK (status IN ('draft', 'finalized', 'closed', 'deleted')),
	export      TEXT NOT NULL CHECK (export IN ('not_exported', 'queued', 'exporting', 'exported', 'warning', 'failed',
		'unknown', 'changed', 'deleted_in_xero', 'voided_in_xero', 'removing', 'held')),
	latest      TEXT                        -- its newest export
) STRICT;
CREATE UNIQUE INDEX invoices_by_number ON invoices (number_fold) WHERE status <> 'deleted' AND number_fold <> '';
CREATE INDEX invoices_newest ON invoices (date DESC, number DESC) WHERE status <> 'deleted';
CREATE INDEX invoices_by_client ON invoices (client);

CREATE TABLE lines (
	invoice     TEXT NOT NULL REFERENCES invoices (id),
	position    INTEGER NOT NULL,
	code        TEXT NOT NULL,
	description TEXT NOT NULL,
	quantity    INTEGER NOT NULL,
	unit_amount INTEGER NOT NULL,
	percent_off INTEGER NOT NULL,
	amount_off  INTEGER NOT NULL,
	tax_code    TEXT NOT NULL,
	tax_name    TEXT NOT NULL,
	tax_rate    INTEGER NOT NULL,
	account     TEXT NOT NULL,
	item        TEXT NOT NULL,
	tracking    TEXT NOT NULL,              -- JSON, '' for none
	PRIMARY KEY (invoice, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE burnt_numbers (number_fold TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE organisations (
	tenant       TEXT PRIMARY KEY,
	name         TEXT NOT NULL,
	is_default   INTEGER NOT NULL CHECK (is_default IN (0, 1)),
	state        TEXT NOT NULL CHECK (state IN ('connected', 'signed_out', 'disconnected')),
	parked_until INTEGER NOT NULL,
	parked_why   TEXT NOT NULL,
	parked_text  TEXT NOT NULL,
	chart        TEXT,                      -- JSON, NULL until it was read
	mapping      TEXT                       -- JSON, NULL until it was set
) STRICT;
CREATE UNIQUE INDEX organisations_one_default ON organisations (is_default) WHERE is_default = 1;

CREATE TABLE links (
	tenant  TEXT NOT NULL REFERENCES organisations (tenant),
	client  TEXT NOT NULL REFERENCES clients (id),
	contact TEXT NOT NULL,
	name    TEXT NOT NULL,
	how     TEXT NOT NULL CHECK (how IN ('number', 'name', 'hand', 'created')),
	at      INTEGER NOT NULL,
	PRIMARY KEY (tenant, client)
) STRICT, WITHOUT ROWID;

-- The outbox: what a person started, what it is of each invoice, and the requests.
CREATE TABLE runs (
	id        TEXT PRIMARY KEY,
	tenant    TEXT NOT NULL REFERENCES organisations (tenant),
	by        TEXT NOT NULL REFERENCES staff (id),
	started   INTEGER NOT NULL,
	confirmed INTEGER NOT NULL,
	ended     INTEGER NOT NULL
) STRICT;
CREATE INDEX runs_open ON runs (tenant) WHERE ended = 0;

CREATE TABLE batches (
	seq        INTEGER PRIMARY KEY,
	id         TEXT NOT NULL UNIQUE,
	tenant     TEXT NOT NULL REFERENCES organisations (tenant),
	kind       TEXT NOT NULL CHECK (kind IN ('contacts', 'invoices')),
	key        TEXT NOT NULL UNIQUE,
	body       BLOB NOT NULL,
	members    TEXT NOT NULL,               -- JSON
	state      TEXT NOT NULL CHECK (state IN ('ready', 'sending', 'lost', 'settled')),
	tries      INTEGER NOT NULL,
	tried      INTEGER NOT NULL,
	tried_last INTEGER NOT NULL,
	troubles   INTEGER NOT NULL,
	look_up    INTEGER NOT NULL CHECK (look_up IN (0, 1))
) STRICT;
CREATE INDEX batches_open ON batches (tenant, state) WHERE state <> 'settled';

CREATE TABLE exports (
	seq      INTEGER PRIMARY KEY,
	id       TEXT NOT NULL UNIQUE,
	run      TEXT NOT NULL REFERENCES runs (id),
	invoice  TEXT NOT NULL REFERENCES invoices (id),
	tenant   TEXT NOT NULL REFERENCES organisations (tenant), -- of this export for good
	number   TEXT NOT NULL,
	mark     TEXT NOT NULL UNIQUE,
	expected INTEGER NOT NULL,
	currency TEXT NOT NULL,
	batch    TEXT,
	sent     INTEGER NOT NULL,
	since    INTEGER NOT NULL,
	small    INTEGER NOT NULL,
	ended    INTEGER NOT NULL,
	result   TEXT NOT NULL,
	standing TEXT,                          -- JSON, NULL while Xero has not said
	xero_status TEXT NOT NULL,              -- of the standing, for the grid
	amount_due  INTEGER NOT NULL,
	paid_on     INTEGER NOT NULL,
	messages TEXT NOT NULL,                 -- JSON, '' for none
	message  TEXT NOT NULL,                 -- the first of them, for the grid
	cause    TEXT NOT NULL
) STRICT;
CREATE INDEX exports_by_run ON exports (run);
CREATE INDEX exports_by_invoice ON exports (invoice);
CREATE INDEX exports_waiting ON exports (tenant) WHERE batch IS NULL AND ended = 0;

CREATE TABLE leases (
	name    TEXT PRIMARY KEY,
	token   INTEGER NOT NULL,
	expires INTEGER NOT NULL
) STRICT;

CREATE TABLE changes (
	seq     INTEGER PRIMARY KEY AUTOINCREMENT,
	subject TEXT NOT NULL,
	id      TEXT NOT NULL
) STRICT;

CREATE TABLE audit (
	seq       INTEGER PRIMARY KEY,
	at        INTEGER NOT NULL,
	by        TEXT NOT NULL,
	by_name   TEXT NOT NULL,
	action    TEXT NOT NULL,
	subject   TEXT NOT NULL,
	id        TEXT NOT NULL,
	was       TEXT NOT NULL,
	became    TEXT NOT NULL,
	previous  TEXT NOT NULL,
	hash      TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_subject ON audit (subject, id);
-- +goose StatementBegin
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
-- +goose StatementEnd
