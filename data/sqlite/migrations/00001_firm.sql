-- The rules of this schema are in README.md beside this file.

-- +goose Up

-- A migration is marked once: of two processes that bring a schema up to date at the
-- same time, the later one fails in its transaction and finds the work done.
CREATE UNIQUE INDEX goose_db_version_once ON goose_db_version (version_id);

CREATE TABLE firm (
	id        INTEGER PRIMARY KEY CHECK (id = 1),
	firm_id   TEXT NOT NULL, -- random; tells firms apart outside of their databases
	name      TEXT NOT NULL,
	currency  TEXT NOT NULL,
	mark_base TEXT NOT NULL,
	client_id TEXT NOT NULL, -- of its app at Xero
	ports     TEXT NOT NULL CHECK (json_valid(ports)), -- of that app's addresses, in the order in which they are tried
	prefix    TEXT NOT NULL, -- this and the next two make the numbers of invoices
	digits    INTEGER NOT NULL CHECK (digits >= 0),
	next      INTEGER NOT NULL CHECK (next >= 0), -- 0 before the first
	term      TEXT NOT NULL CHECK (json_valid(term)), -- when invoices are due
	letterhead TEXT NOT NULL CHECK (json_valid(letterhead)),
	logo      BLOB -- NULL for none
) STRICT;

CREATE TABLE staff (
	id             TEXT PRIMARY KEY CHECK (id <> ''),
	joined         INTEGER NOT NULL UNIQUE, -- the order in which they came
	name           TEXT NOT NULL,
	email          TEXT NOT NULL,
	time           TEXT NOT NULL CHECK (json_valid(time)), -- {permission: true}
	settings_admin INTEGER NOT NULL CHECK (settings_admin IN (0, 1)),
	admin          INTEGER NOT NULL CHECK (admin IN (0, 1)),
	all_entities   INTEGER NOT NULL CHECK (all_entities BETWEEN 0 AND 3), -- a role
	roles          TEXT NOT NULL CHECK (json_valid(roles)), -- {client: role}
	deactivated    INTEGER NOT NULL CHECK (deactivated IN (0, 1))
) STRICT;

CREATE TABLE passwords (
	staff    TEXT PRIMARY KEY REFERENCES staff (id),
	hash     TEXT NOT NULL CHECK (hash <> ''), -- argon2id
	failures INTEGER NOT NULL CHECK (failures >= 0), -- since the last good try
	locked   INTEGER NOT NULL -- until when no try counts
) STRICT, WITHOUT ROWID;

CREATE TABLE clients (
	id        TEXT PRIMARY KEY CHECK (id <> ''),
	version   INTEGER NOT NULL CHECK (version > 0),
	code      TEXT NOT NULL,
	code_fold TEXT NOT NULL UNIQUE,
	name      TEXT NOT NULL,
	name_fold TEXT NOT NULL,
	email     TEXT NOT NULL,
	address   TEXT NOT NULL CHECK (json_valid(address)),
	currency  TEXT NOT NULL, -- this and the next two are what new invoices begin with
	term      TEXT NOT NULL CHECK (json_valid(term)),
	billing_code TEXT NOT NULL,
	archived  INTEGER NOT NULL CHECK (archived IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX clients_by_name ON clients (name_fold, code_fold);

CREATE TABLE taxes (
	code  TEXT PRIMARY KEY,
	name  TEXT NOT NULL,
	rate  INTEGER NOT NULL,
	parts TEXT NOT NULL CHECK (parts = '' OR json_valid(parts)) -- that make up the rate; '' for a single tax
) STRICT;

CREATE TABLE billing_codes (
	code_fold   TEXT PRIMARY KEY CHECK (code_fold <> ''),
	code        TEXT NOT NULL,
	description TEXT NOT NULL,
	unit_amount INTEGER NOT NULL,
	tax         TEXT NOT NULL,
	account     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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
		'unknown', 'changed', 'deleted_in_xero', 'voided_in_xero', 'not_found_in_xero', 'removing', 'held')),
	deleted     INTEGER NOT NULL, -- 1 with the status deleted: the indexes go by it, so that other statuses do not touch them
	latest      INTEGER REFERENCES exports (seq), -- its newest export
	CHECK (deleted = (status = 'deleted'))
) STRICT;
CREATE UNIQUE INDEX invoices_by_number ON invoices (number_fold) WHERE deleted = 0 AND number_fold <> '';
CREATE INDEX invoices_newest ON invoices (date DESC, number DESC) WHERE deleted = 0;
CREATE INDEX invoices_of_client ON invoices (client, date DESC, number DESC) WHERE deleted = 0;

CREATE TABLE lines (
	invoice     TEXT NOT NULL REFERENCES invoices (id),
	position    INTEGER NOT NULL,
	code        TEXT NOT NULL,
	description TEXT NOT NULL,
	quantity    INTEGER NOT NULL,
	unit_amount INTEGER NOT NULL,
	percent_off INTEGER NOT NULL CHECK (percent_off BETWEEN 0 AND 1000000),
	amount_off  INTEGER NOT NULL CHECK (amount_off >= 0 AND (amount_off = 0 OR percent_off = 0)),
	tax_code    TEXT NOT NULL,
	tax_name    TEXT NOT NULL,
	tax_rate    INTEGER NOT NULL,
	tax_parts   TEXT NOT NULL CHECK (tax_parts = '' OR json_valid(tax_parts)),
	account     TEXT NOT NULL,
	item        TEXT NOT NULL,
	tracking    TEXT NOT NULL CHECK (tracking = '' OR json_valid(tracking)),
	PRIMARY KEY (invoice, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX lines_by_code ON lines (code) WHERE code > '';

-- What people have typed and not saved yet. An invoice that is not there was never saved.
CREATE TABLE unsaved (
	invoice TEXT NOT NULL CHECK (invoice <> ''),
	staff   TEXT NOT NULL REFERENCES staff (id),
	at      INTEGER NOT NULL,
	version INTEGER NOT NULL, -- of the invoice that it was typed on; 0 for none
	base    TEXT NOT NULL CHECK (json_valid(base)), -- that invoice's form
	form    TEXT NOT NULL CHECK (json_valid(form)),
	PRIMARY KEY (staff, invoice)
) STRICT, WITHOUT ROWID;

CREATE TABLE burnt_numbers (
	number_fold TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- People's consents at Xero. Their tokens are never here.
CREATE TABLE sign_ins (
	id     TEXT PRIMARY KEY CHECK (id <> ''), -- the user of Xero
	name   TEXT NOT NULL,
	email  TEXT NOT NULL,
	by     TEXT NOT NULL REFERENCES staff (id),
	at     INTEGER NOT NULL,
	scopes TEXT NOT NULL CHECK (json_valid(scopes))
) STRICT, WITHOUT ROWID;

CREATE TABLE organisations (
	tenant       TEXT PRIMARY KEY CHECK (tenant <> ''),
	name         TEXT NOT NULL,
	is_default   INTEGER NOT NULL CHECK (is_default IN (0, 1)),
	state        TEXT NOT NULL CHECK (state IN ('connected', 'signed_out', 'disconnected')),
	parked_since INTEGER NOT NULL,
	parked_until INTEGER NOT NULL,
	parked_why   TEXT NOT NULL,
	parked_text  TEXT NOT NULL,
	chart        TEXT CHECK (json_valid(chart)),  -- NULL until it was read
	mapping      TEXT CHECK (json_valid(mapping)) -- NULL until it was set
) STRICT;
CREATE UNIQUE INDEX organisations_one_default ON organisations (is_default) WHERE is_default = 1;

-- Under which sign-in an organisation is called. One that Feebridge disconnected has none.
CREATE TABLE connections (
	tenant  TEXT PRIMARY KEY REFERENCES organisations (tenant),
	sign_in TEXT NOT NULL REFERENCES sign_ins (id),
	id      TEXT NOT NULL, -- Xero's, to end it by
	by      TEXT NOT NULL REFERENCES staff (id),
	at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Clients whose invoices go to another organisation than the firm's own.
CREATE TABLE destinations (
	client TEXT PRIMARY KEY REFERENCES clients (id),
	tenant TEXT NOT NULL REFERENCES organisations (tenant)
) STRICT, WITHOUT ROWID;

CREATE TABLE links (
	tenant  TEXT NOT NULL REFERENCES organisations (tenant),
	client  TEXT NOT NULL REFERENCES clients (id),
	contact TEXT NOT NULL CHECK (contact <> ''),
	name    TEXT NOT NULL,
	how     TEXT NOT NULL CHECK (how IN ('number', 'name', 'hand', 'created')),
	at      INTEGER NOT NULL,
	PRIMARY KEY (tenant, client)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
	id         TEXT PRIMARY KEY CHECK (id <> ''),
	kind       TEXT NOT NULL CHECK (kind IN ('', 'removal')), -- '' for an export
	tenant     TEXT NOT NULL REFERENCES organisations (tenant),
	started_by TEXT REFERENCES staff (id), -- NULL for what Feebridge found in Xero itself
	started    INTEGER NOT NULL,
	confirmed  INTEGER NOT NULL,
	ended      INTEGER NOT NULL -- 0 while something of it is not settled
) STRICT;
CREATE INDEX runs_newest ON runs (tenant, started DESC, id DESC);
CREATE INDEX runs_open ON runs (tenant, started DESC, id DESC) WHERE ended = 0;

-- The outbox: every request to Xero that writes, on disk before it is sent.
CREATE TABLE batches (
	seq        INTEGER PRIMARY KEY,
	id         TEXT NOT NULL UNIQUE CHECK (id <> ''),
	tenant     TEXT NOT NULL REFERENCES organisations (tenant),
	kind       TEXT NOT NULL CHECK (kind IN ('contacts', 'invoices', 'removals')),
	key        TEXT NOT NULL UNIQUE CHECK (key <> ''),
	members    TEXT NOT NULL CHECK (json_valid(members)), -- in the order of the body
	state      TEXT NOT NULL CHECK (state IN ('ready', 'sending', 'lost', 'settled')),
	tries      INTEGER NOT NULL CHECK (tries >= 0),
	tried      INTEGER NOT NULL,
	tried_last INTEGER NOT NULL,
	troubles   INTEGER NOT NULL,
	look_up    INTEGER NOT NULL CHECK (look_up IN (0, 1)),
	body       BLOB NOT NULL CHECK (length(body) > 0) -- the exact bytes of every try; last, so that what is before it is read without it
) STRICT;
CREATE INDEX batches_by_state ON batches (tenant, state);

-- The part of each invoice in a run. What Xero says of it begins with xero_.
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
		'unknown', 'changed', 'deleted_in_xero', 'voided_in_xero', 'not_found_in_xero', 'removing', 'held')),
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
	messages      TEXT NOT NULL CHECK (messages = '' OR json_valid(messages))
) STRICT;
CREATE INDEX exports_of_run ON exports (run, ended, result, invoice);
CREATE INDEX exports_of_invoice ON exports (invoice);
CREATE INDEX exports_in_batch ON exports (batch) WHERE batch IS NOT NULL;
CREATE INDEX exports_there ON exports (tenant, xero_id) WHERE xero_id <> '';
CREATE INDEX exports_first ON exports (tenant, since) WHERE sent > 0;
CREATE INDEX exports_waiting ON exports (tenant) WHERE batch IS NULL AND ended = 0;

-- Invoices on their way out of force in Xero.
CREATE TABLE removals (
	seq      INTEGER PRIMARY KEY,
	id       TEXT NOT NULL UNIQUE CHECK (id <> ''),
	run      TEXT NOT NULL REFERENCES runs (id),
	invoice  TEXT NOT NULL REFERENCES invoices (id),
	export   TEXT NOT NULL REFERENCES exports (id), -- that is undone
	tenant   TEXT NOT NULL REFERENCES organisations (tenant),
	xero_id  TEXT NOT NULL CHECK (xero_id <> ''),
	becomes  TEXT NOT NULL CHECK (becomes IN ('DELETED', 'VOIDED')),
	batch    TEXT REFERENCES batches (id),
	small    INTEGER NOT NULL,
	ended    INTEGER NOT NULL,
	result   TEXT NOT NULL CHECK (result IN ('', 'removed', 'kept', 'withdrawn')), -- '' while it has not ended
	messages TEXT NOT NULL CHECK (messages = '' OR json_valid(messages))
) STRICT;
CREATE INDEX removals_of_run ON removals (run);
CREATE INDEX removals_of_invoice ON removals (invoice);
CREATE INDEX removals_in_batch ON removals (batch) WHERE batch IS NOT NULL;
CREATE INDEX removals_waiting ON removals (tenant) WHERE batch IS NULL AND ended = 0;

-- What is still to be written to an exported invoice in Xero besides the invoice. It goes when it is tried.
CREATE TABLE extras (
	seq    INTEGER PRIMARY KEY,
	export TEXT NOT NULL REFERENCES exports (id),
	tenant TEXT NOT NULL REFERENCES organisations (tenant),
	kind   TEXT NOT NULL CHECK (kind IN ('note', 'paper')),
	UNIQUE (export, kind)
) STRICT;
CREATE INDEX extras_of_tenant ON extras (tenant, seq);

-- Closed invoices on their way to be written anew.
CREATE TABLE replacements (
	invoice TEXT PRIMARY KEY REFERENCES invoices (id), -- that is replaced
	by      TEXT NOT NULL REFERENCES staff (id),
	began   INTEGER NOT NULL,
	copy    TEXT REFERENCES invoices (id), -- NULL until it is made
	ended   INTEGER NOT NULL -- 0 while it is under way
) STRICT, WITHOUT ROWID;

-- How far what an organisation did with our invoices is known.
CREATE TABLE refreshes (
	tenant        TEXT PRIMARY KEY REFERENCES organisations (tenant),
	cursor        INTEGER NOT NULL, -- Xero's clock: what changed up to then is known
	at            INTEGER NOT NULL, -- the last success
	reread        INTEGER NOT NULL, -- when every open invoice was last read by its ID
	failing_since INTEGER NOT NULL,
	failing_until INTEGER NOT NULL,
	failing_why   TEXT NOT NULL,
	failing_text  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which of all the copies of the firm's data this file is; the same is kept in a file beside
-- it. It has one row from the first start on.
CREATE TABLE copy (
	id       INTEGER PRIMARY KEY CHECK (id = 1),
	instance TEXT NOT NULL, -- random; '' in a file that was restored and not opened yet
	how      TEXT NOT NULL CHECK (how IN ('', 'restored', 'copied')), -- '' for the first of all
	found    INTEGER NOT NULL -- when that showed; 0 for the first of all
) STRICT;

-- How far a restored or copied file has been compared with what Xero has.
CREATE TABLE reconciliations (
	tenant  TEXT PRIMARY KEY REFERENCES organisations (tenant),
	heard   INTEGER NOT NULL, -- Xero's clock when the file last heard of it before it was copied; 0 for never
	since   INTEGER NOT NULL, -- Xero's clock, from when on its changes are read; 0 for all of them, and before it began
	reached INTEGER NOT NULL, -- Xero's clock, up to when they were read
	run     TEXT REFERENCES runs (id), -- that the exports found in Xero belong to; NULL while there is none
	adopted INTEGER NOT NULL,
	updated INTEGER NOT NULL,
	began   INTEGER NOT NULL,
	ended   INTEGER NOT NULL, -- 0 while it is under way
	without TEXT NOT NULL -- why a person went on without it; '' where nobody did
) STRICT, WITHOUT ROWID;

-- What bears a mark of ours in Xero and could not be brought together with an invoice here.
CREATE TABLE strays (
	tenant   TEXT NOT NULL REFERENCES organisations (tenant),
	xero_id  TEXT NOT NULL CHECK (xero_id <> ''),
	why      TEXT NOT NULL CHECK (why IN ('missing', 'doubtful')),
	number   TEXT NOT NULL,
	status   TEXT NOT NULL, -- whatever Xero says
	currency TEXT NOT NULL,
	total    INTEGER NOT NULL,
	PRIMARY KEY (tenant, xero_id)
) STRICT, WITHOUT ROWID;

-- The last nightly copy, and why the last try to make one failed.
CREATE TABLE nightly (
	id      INTEGER PRIMARY KEY CHECK (id = 1),
	at      INTEGER NOT NULL, -- 0 before the first
	path    TEXT NOT NULL,
	failed  INTEGER NOT NULL, -- when; 0 once one was made since
	failure TEXT NOT NULL
) STRICT;

CREATE TABLE leases (
	name    TEXT PRIMARY KEY,
	token   INTEGER NOT NULL CHECK (token > 0), -- one more for every holder
	expires INTEGER NOT NULL                    -- 0 once it was given back
) STRICT;

CREATE TABLE changes (
	seq     INTEGER PRIMARY KEY AUTOINCREMENT,
	subject TEXT NOT NULL CHECK (subject IN ('invoice', 'client', 'run', 'organisation', 'firm', 'staff', 'unsaved')),
	id      TEXT NOT NULL
) STRICT;

CREATE TABLE audit (
	seq      INTEGER PRIMARY KEY,
	at       INTEGER NOT NULL,
	by_id    TEXT NOT NULL,
	by_name  TEXT NOT NULL,
	action   TEXT NOT NULL,
	subject  TEXT NOT NULL,
	id       TEXT NOT NULL,
	was      TEXT NOT NULL,
	became   TEXT NOT NULL,
	previous TEXT NOT NULL, -- the hash of the entry before, '' for the first
	hash     TEXT NOT NULL
) STRICT;
CREATE INDEX audit_of_subject ON audit (subject, id);

-- The last entry of the audit trail, kept apart from it: without it the removal of the
-- last entries would not show.
CREATE TABLE audit_head (
	id   INTEGER PRIMARY KEY CHECK (id = 1),
	seq  INTEGER NOT NULL,
	hash TEXT NOT NULL
) STRICT;

-- The last entry is looked at once; there is none before the first.
-- +goose StatementBegin
CREATE TRIGGER audit_is_chained BEFORE INSERT ON audit
WHEN NOT coalesce((SELECT seq = NEW.seq - 1 AND hash IS NEW.previous FROM audit ORDER BY seq DESC LIMIT 1), NEW.seq = 1 AND NEW.previous IS '')
BEGIN
	SELECT RAISE(ABORT, 'an audit entry follows the last one');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
	SELECT RAISE(ABORT, 'the audit trail is only added to');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN
	SELECT RAISE(ABORT, 'the audit trail is only added to');
END;
-- +goose StatementEnd
