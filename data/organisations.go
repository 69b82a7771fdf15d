package data

import (
	"database/sql"
	"maps"
	"slices"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
)

// Organisations implements app.Reader. The default comes first, the others by name.
func (r *reader) Organisations() ([]app.Organisation, error) {
	return many(r, "reading the organisations", func(row *sql.Rows) (o app.Organisation, err error) {
		err = row.Scan(&o.Tenant.ID, &o.Tenant.Name, &o.Default, &o.State, at{&o.Parked.Since}, at{&o.Parked.Until}, &o.Parked.Why, &o.Parked.Text, &o.Marks,
			&o.Consent, &o.Connection, &o.ConnectedBy, at{&o.ConnectedAt})
		return o, err
	}, `
		SELECT tenant, name, is_default, state, parked_since, parked_until, parked_why, parked_text, marks,
			coalesce(sign_in, ''), coalesce(id, ''), coalesce(by, ''), coalesce(at, 0)
		FROM organisations LEFT JOIN connections USING (tenant) ORDER BY is_default DESC, name, tenant`)
}

// SaveOrganisation implements app.Tx. At most one organisation can be the default.
func (w *writer) SaveOrganisation(o app.Organisation) error {
	_, err := w.exec("saving an organisation", `
		INSERT INTO organisations (tenant, name, is_default, state, parked_since, parked_until, parked_why, parked_text)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant) DO UPDATE SET name = excluded.name, is_default = excluded.is_default, state = excluded.state,
			parked_since = excluded.parked_since, parked_until = excluded.parked_until, parked_why = excluded.parked_why, parked_text = excluded.parked_text`,
		o.Tenant.ID, o.Tenant.Name, o.Default, o.State, millis(o.Parked.Since), millis(o.Parked.Until), o.Parked.Why, o.Parked.Text)
	if err == nil {
		w.note("organisation", string(o.Tenant.ID))
		err = w.saveConnection(o)
	}
	return err
}

// SaveMarks implements app.Tx.
func (w *writer) SaveMarks(t ledger.TenantID, m app.Marks) error {
	return w.saveOf(t, "UPDATE organisations SET marks = ? WHERE tenant = ?", string(m))
}

func (w *writer) saveConnection(o app.Organisation) error {
	const doing = "saving a connection"
	if o.Consent == "" {
		_, err := w.exec(doing, "DELETE FROM connections WHERE tenant = ?", o.Tenant.ID)
		return err
	}
	_, err := w.exec(doing, `
		INSERT INTO connections (tenant, sign_in, id, by, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (tenant) DO UPDATE SET sign_in = excluded.sign_in, id = excluded.id, by = excluded.by, at = excluded.at`,
		o.Tenant.ID, o.Consent, o.Connection, o.ConnectedBy, millis(o.ConnectedAt))
	return err
}

// Consents implements app.Reader.
func (r *reader) Consents() ([]app.Consent, error) {
	return many(r, "reading the sign-ins", func(row *sql.Rows) (s app.Consent, err error) {
		err = row.Scan(&s.ID, &s.Name, &s.Email, &s.By, at{&s.At}, inJSON{&s.Scopes})
		return s, err
	}, "SELECT id, name, email, by, at, scopes FROM sign_ins ORDER BY at DESC, id")
}

// SaveConsent implements app.Tx.
func (w *writer) SaveConsent(s app.Consent) error {
	_, err := w.exec("saving a sign-in", `
		INSERT INTO sign_ins (id, name, email, by, at, scopes) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, by = excluded.by, at = excluded.at, scopes = excluded.scopes`,
		s.ID, s.Name, s.Email, s.By, millis(s.At), toJSON(s.Scopes))
	return err
}

// Chart implements app.Reader.
func (r *reader) Chart(t ledger.TenantID) (ledger.Chart, error) {
	missing := app.Errorf(app.NotFound, "absent.chart", "Organisation", t)
	return one(r, "reading a chart", missing, func(row *sql.Rows) (c ledger.Chart, err error) {
		err = row.Scan(inJSON{&c})
		return c, err
	}, "SELECT chart FROM organisations WHERE tenant = ? AND chart IS NOT NULL", t)
}

// SaveChart implements app.Tx. It is kept in app's own form: a field that is renamed
// there is empty until the chart is read from Xero again.
func (w *writer) SaveChart(c ledger.Chart) error {
	return w.saveOf(c.Tenant.ID, "UPDATE organisations SET chart = ? WHERE tenant = ?", toJSON(c))
}

// Mapping implements app.Reader. It is empty until it was set.
func (r *reader) Mapping(t ledger.TenantID) (ledger.Mapping, error) {
	return one(r, "reading a mapping", noOrganisation(t), func(row *sql.Rows) (ledger.Mapping, error) {
		var kept keptMapping
		err := row.Scan(inJSON{&kept})
		return kept.mapping(), err
	}, "SELECT mapping FROM organisations WHERE tenant = ?", t)
}

// SaveMapping implements app.Tx.
func (w *writer) SaveMapping(t ledger.TenantID, m ledger.Mapping) error {
	return w.saveOf(t, "UPDATE organisations SET mapping = ? WHERE tenant = ?", toJSON(keepMapping(m)))
}

// saveOf runs an update of one organisation.
func (w *writer) saveOf(t ledger.TenantID, update, text string) error {
	saved, err := w.exec("saving what belongs to an organisation", update, text, t)
	if err != nil {
		return err
	}
	if saved == 0 {
		return noOrganisation(t)
	}
	w.note("organisation", string(t))
	return nil
}

func noOrganisation(t ledger.TenantID) error {
	return app.Errorf(app.NotFound, "absent.organisation", "Organisation", t)
}

// Destinations implements app.Reader.
func (r *reader) Destinations() (map[billing.ClientID]ledger.TenantID, error) {
	all := map[billing.ClientID]ledger.TenantID{}
	err := r.each("reading where clients are exported to", func(row *sql.Rows) error {
		var client billing.ClientID
		var t ledger.TenantID
		err := row.Scan(&client, &t)
		all[client] = t
		return err
	}, "SELECT client, tenant FROM destinations")
	return all, err
}

// SaveDestination implements app.Tx.
func (w *writer) SaveDestination(client billing.ClientID, t ledger.TenantID) error {
	const doing = "saving where a client is exported to"
	var err error
	if t == "" {
		_, err = w.exec(doing, "DELETE FROM destinations WHERE client = ?", client)
	} else {
		_, err = w.exec(doing, "INSERT INTO destinations (client, tenant) VALUES (?, ?) ON CONFLICT (client) DO UPDATE SET tenant = excluded.tenant", client, t)
	}
	if err == nil {
		w.note("client", string(client))
	}
	return err
}

// Links implements app.Reader.
func (r *reader) Links(t ledger.TenantID) (map[billing.ClientID]app.Link, error) {
	links := map[billing.ClientID]app.Link{}
	err := r.each("reading the links", func(row *sql.Rows) error {
		var client billing.ClientID
		var l app.Link
		err := row.Scan(&client, &l.Contact, &l.Name, &l.How, at{&l.At})
		links[client] = l
		return err
	}, "SELECT client, contact, name, how, at FROM links WHERE tenant = ?", t)
	return links, err
}

// SaveLink implements app.Tx.
func (w *writer) SaveLink(t ledger.TenantID, client billing.ClientID, l app.Link) error {
	return w.SaveLinks(t, map[billing.ClientID]app.Link{client: l})
}

// SaveLinks implements app.Tx.
func (w *writer) SaveLinks(t ledger.TenantID, links map[billing.ClientID]app.Link) error {
	clients := slices.Sorted(maps.Keys(links))
	r := newRows(6, len(clients))
	for _, c := range clients {
		l := links[c]
		r.add(t, c, l.Contact, l.Name, l.How, millis(l.At))
	}
	_, err := w.execRows("linking clients", "INSERT INTO links (tenant, client, contact, name, how, at) VALUES ", r,
		overwrite("tenant, client", "contact, name, how, at"))
	if err != nil {
		return err
	}
	for _, c := range clients {
		w.note("client", string(c))
	}
	return nil
}

// DeleteLink implements app.Tx. A client that is not linked stays so.
func (w *writer) DeleteLink(t ledger.TenantID, client billing.ClientID) error {
	_, err := w.exec("unlinking a client", "DELETE FROM links WHERE tenant = ? AND client = ?", t, client)
	if err == nil {
		w.note("client", string(client))
	}
	return err
}
