-- +goose Up
-- The contacts of each organisation as they were read last, so that a client's can be looked for here. What a person
-- decided about them is in links and in refused_contacts: all of contacts may be read again.
CREATE TABLE contacts (
	tenant    TEXT NOT NULL REFERENCES organisations (tenant),
	id        TEXT NOT NULL CHECK (id <> ''),
	number    TEXT NOT NULL,
	account   TEXT NOT NULL,
	name      TEXT NOT NULL,
	email     TEXT NOT NULL,
	address   TEXT NOT NULL CHECK (json_valid(address)),
	archived  INTEGER NOT NULL CHECK (archived IN (0, 1)),
	merged_to TEXT NOT NULL, -- '' unless it was merged into another
	updated   INTEGER NOT NULL, -- Xero's clock; an older state does not replace a newer one
	PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

-- How far an organisation's contacts are known.
CREATE TABLE contact_readings (
	tenant TEXT PRIMARY KEY REFERENCES organisations (tenant),
	cursor INTEGER NOT NULL, -- Xero's clock: what changed up to then is known
	at     INTEGER NOT NULL, -- the last reading
	whole  INTEGER NOT NULL  -- the last reading of all of them
) STRICT, WITHOUT ROWID;

-- Contacts that a person said are not the client's.
CREATE TABLE refused_contacts (
	tenant  TEXT NOT NULL REFERENCES organisations (tenant),
	client  TEXT NOT NULL REFERENCES clients (id),
	contact TEXT NOT NULL CHECK (contact <> ''),
	PRIMARY KEY (tenant, client, contact)
) STRICT, WITHOUT ROWID;

-- Contacts that a person wants to be created. A row goes when the client is linked.
CREATE TABLE creations (
	tenant   TEXT NOT NULL REFERENCES organisations (tenant),
	client   TEXT NOT NULL REFERENCES clients (id),
	by       TEXT NOT NULL REFERENCES staff (id),
	at       INTEGER NOT NULL,
	ended    INTEGER NOT NULL, -- 0 while it is under way
	messages TEXT NOT NULL CHECK (messages = '' OR json_valid(messages)), -- why none was created
	PRIMARY KEY (tenant, client)
) STRICT, WITHOUT ROWID;
