package data

import (
	"database/sql"
	"strings"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// writer implements app.Tx on one transaction of the only writing connection.
type writer struct {
	*reader
	now     time.Time
	changed []app.Change
	hash    string // of the newest audit entry, once one was written here
	seq     int64
}

// Now implements app.Tx.
func (w *writer) Now() time.Time { return w.now }

// exec runs a statement and returns how many rows it changed.
func (w *writer) exec(query string, args ...any) (int64, error) {
	s, err := w.prepare(query)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(w.ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// note adds a change to the feed, once.
func (w *writer) note(subject, id string) {
	if n := len(w.changed); n > 0 && w.changed[n-1].Subject == subject && w.changed[n-1].ID == id {
		return
	}
	w.changed = append(w.changed, app.Change{Subject: subject, ID: id})
}

// keptChanges is how many changes the feed keeps: far more than a process that lives
// can be behind.
const keptChanges = 1_000_000

// announce writes the changes of the transaction to the feed.
func (w *writer) announce() error {
	for _, c := range w.changed {
		if _, err := w.exec("INSERT INTO changes (subject, id) VALUES (?, ?)", c.Subject, c.ID); err != nil {
			return err
		}
	}
	if len(w.changed) == 0 {
		return nil
	}
	_, err := w.exec("DELETE FROM changes WHERE seq <= (SELECT max(seq) FROM changes) - ?", keptChanges)
	return err
}

// SaveFirm implements app.Tx.
func (w *writer) SaveFirm(f app.Firm) error {
	_, err := w.exec(`INSERT INTO firm (id, name, currency, mark_base) VALUES (1, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, currency = excluded.currency, mark_base = excluded.mark_base`, f.Name, f.Currency, f.MarkBase)
	return err
}

// SaveMember implements app.Tx.
func (w *writer) SaveMember(m staff.Member) error {
	_, err := w.exec(`INSERT INTO staff (id, joined, name, email, time, settings_admin, admin, all_entities, roles)
		VALUES (?, (SELECT count(*) FROM staff), ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, time = excluded.time,
			settings_admin = excluded.settings_admin, admin = excluded.admin, all_entities = excluded.all_entities, roles = excluded.roles`,
		m.ID, m.Name, m.Email, toJSON(m.Time), m.SettingsAdmin, m.Admin, m.AllEntities, toJSON(m.Roles))
	return err
}

// SaveClient implements app.Tx.
func (w *writer) SaveClient(c billing.Client) (int64, error) {
	w.note("client", string(c.ID))
	args := []any{c.Version + 1, c.Code, strings.ToLower(c.Code), c.Name, billing.FoldName(c.Name), c.Email, toJSON(c.Address), c.ID}
	n, err := int64(1), error(nil)
	if c.Version == 0 {
		_, err = w.exec("INSERT INTO clients (version, code, code_fold, name, name_fold, email, address, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", args...)
	} else {
		n, err = w.exec(`UPDATE clients SET version = ?, code = ?, code_fold = ?, name = ?, name_fold = ?, email = ?, address = ?
			WHERE id = ? AND version = ?`, append(args, c.Version)...)
	}
	switch {
	case is(err, sqlite3.SQLITE_CONSTRAINT_UNIQUE):
		return 0, app.Errorf(app.Conflict, "Another client has the code %s: choose another code.", c.Code)
	case is(err, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY), err == nil && n == 0:
		return 0, app.Errorf(app.Conflict, "The client %s was changed by somebody else meanwhile. Open it again.", c.Name)
	}
	return c.Version + 1, err
}

// SaveInvoice implements app.Tx.
func (w *writer) SaveInvoice(v billing.Invoice) (int64, error) {
	totals, err := v.Totals()
	if err != nil {
		return 0, err
	}
	w.note("invoice", string(v.ID))
	args := []any{
		v.Version + 1, v.Client, v.Type, v.Number, v.Number.Fold(), v.Date, v.Due, v.Reference, v.Currency, v.Amounts, v.BrandingTheme, v.Note,
		totals.SubTotal.Minor(), totals.Tax.Minor(), totals.Total.Minor(), v.Stage.Status.String(), v.Stage.Export.String(), v.ID,
	}
	n := int64(1)
	if v.Version == 0 {
		_, err = w.exec(`INSERT INTO invoices (version, client, type, number, number_fold, date, due, reference, currency, amounts, theme, note,
			sub_total, tax, total, status, export, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, args...)
	} else {
		n, err = w.exec(`UPDATE invoices SET version = ?, client = ?, type = ?, number = ?, number_fold = ?, date = ?, due = ?, reference = ?, currency = ?,
			amounts = ?, theme = ?, note = ?, sub_total = ?, tax = ?, total = ?, status = ?, export = ? WHERE id = ? AND version = ?`, append(args, v.Version)...)
	}
	switch {
	case is(err, sqlite3.SQLITE_CONSTRAINT_UNIQUE):
		return 0, app.Errorf(app.Conflict, "Another invoice has the number %s: choose another number.", v.Number)
	case is(err, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY), err == nil && n == 0:
		return 0, app.Errorf(app.Conflict, "Invoice %s was changed by somebody else meanwhile. Open it again.", v.Number)
	case err != nil:
		return 0, err
	}
	if v.Version > 0 {
		if _, err := w.exec("DELETE FROM lines WHERE invoice = ?", v.ID); err != nil {
			return 0, err
		}
	}
	for i, l := range v.Lines {
		tracking := ""
		if len(l.Tracking) > 0 {
			tracking = toJSON(l.Tracking)
		}
		_, err := w.exec(`INSERT INTO lines (invoice, position, code, description, quantity, unit_amount, percent_off, amount_off,
			tax_code, tax_name, tax_rate, account, item, tracking) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			v.ID, i, l.Code, l.Description, l.Quantity, l.UnitAmount, l.Discount.Percent(), l.Discount.Minor(),
			l.Tax.Code, l.Tax.Name, l.Tax.Rate, l.Account, l.Item, tracking)
		if err != nil {
			return 0, err
		}
	}
	return v.Version + 1, nil
}

// Advance implements app.Tx.
func (w *writer) Advance(to billing.Stage, ids ...billing.InvoiceID) error {
	for _, id := range ids {
		n, err := w.exec("UPDATE invoices SET status = ?, export = ?, version = version + 1 WHERE id = ?", to.Status.String(), to.Export.String(), id)
		if err != nil {
			return err
		}
		if n == 0 {
			return app.Errorf(app.NotFound, "There is no such invoice.")
		}
		w.note("invoice", string(id))
	}
	return nil
}

// Burn implements app.Tx.
func (w *writer) Burn(n billing.Number) error {
	_, err := w.exec("INSERT INTO burnt_numbers (number_fold) VALUES (?) ON CONFLICT DO NOTHING", n.Fold())
	return err
}

// SaveTax implements app.Tx.
func (w *writer) SaveTax(t billing.Tax) error {
	_, err := w.exec("INSERT INTO taxes (code, name, rate) VALUES (?, ?, ?) ON CONFLICT (code) DO UPDATE SET name = excluded.name, rate = excluded.rate",
		t.Code, t.Name, t.Rate)
	return err
}

// SaveOrganisation implements app.Tx.
func (w *writer) SaveOrganisation(o app.Organisation) error {
	w.note("organisation", string(o.Tenant.ID))
	_, err := w.exec(`INSERT INTO organisations (tenant, name, is_default, state, parked_until, parked_why, parked_text) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant) DO UPDATE SET name = excluded.name, is_default = excluded.is_default, state = excluded.state,
			parked_until = excluded.parked_until, parked_why = excluded.parked_why, parked_text = excluded.parked_text`,
		o.Tenant.ID, o.Tenant.Name, o.Default, o.State, millis(o.Parked.Until), o.Parked.Why, o.Parked.Text)
	return err
}

// SaveChart implements app.Tx.
func (w *writer) SaveChart(c ledger.Chart) error {
	return w.setOrganisation("chart", c.Tenant.ID, toJSON(c))
}

// SaveMapping implements app.Tx.
func (w *writer) SaveMapping(t ledger.TenantID, m ledger.Mapping) error {
	return w.setOrganisation("mapping", t, toJSON(m))
}

func (w *writer) setOrganisation(column string, t ledger.TenantID, text string) error {
	w.note("organisation", string(t))
	n, err := w.exec("UPDATE organisations SET "+column+" = ? WHERE tenant = ?", text, t)
	if err == nil && n == 0 {
		return app.Errorf(app.NotFound, "There is no such organisation.")
	}
	return err
}

// SaveLink implements app.Tx.
func (w *writer) SaveLink(t ledger.TenantID, client billing.ClientID, l app.Link) error {
	w.note("client", string(client))
	_, err := w.exec(`INSERT INTO links (tenant, client, contact, name, how, at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant, client) DO UPDATE SET contact = excluded.contact, name = excluded.name, how = excluded.how, at = excluded.at`,
		t, client, l.Contact, l.Name, l.How, millis(l.At))
	return err
}

// DeleteLink implements app.Tx.
func (w *writer) DeleteLink(t ledger.TenantID, client billing.ClientID) error {
	w.note("client", string(client))
	_, err := w.exec("DELETE FROM links WHERE tenant = ? AND client = ?", t, client)
	return err
}

// SaveRun implements app.Tx.
func (w *writer) SaveRun(r app.Run) error {
	w.note("run", string(r.ID))
	_, err := w.exec(`INSERT INTO runs (id, tenant, by, started, confirmed, ended) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET by = excluded.by, confirmed = excluded.confirmed, ended = excluded.ended`,
		r.ID, r.Tenant, r.By, millis(r.Started), millis(r.Confirmed), millis(r.Ended))
	return err
}

// SaveExports implements app.Tx.
func (w *writer) SaveExports(all ...app.Export) error {
	for _, e := range all {
		if err := w.saveExport(e); err != nil {
			return err
		}
		w.note("invoice", string(e.Invoice))
	}
	return nil
}

func (w *writer) saveExport(e app.Export) error {
	var there sql.NullString
	if e.Standing.ID != "" {
		there = sql.NullString{String: toJSON(newStanding(e.Standing)), Valid: true}
	}
	messages, message, cause := "", "", ledger.Cause("")
	if len(e.Messages) > 0 {
		messages, message, cause = toJSON(e.Messages), e.Messages[0].Text, e.Messages[0].Cause
	}
	_, err := w.exec(`INSERT INTO exports (id, run, invoice, tenant, number, mark, expected, currency, batch, sent, since, small, ended, result,
			standing, xero_status, amount_due, paid_on, messages, message, cause) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET expected = excluded.expected, currency = excluded.currency, batch = excluded.batch, sent = excluded.sent,
			since = excluded.since, small = excluded.small, ended = excluded.ended, result = excluded.result, standing = excluded.standing,
			xero_status = excluded.xero_status, amount_due = excluded.amount_due, paid_on = excluded.paid_on,
			messages = excluded.messages, message = excluded.message, cause = excluded.cause`,
		e.ID, e.Run, e.Invoice, e.Tenant, e.Number, e.Mark, e.Expected.Minor(), e.Expected.Currency(), sql.NullString{String: string(e.Batch), Valid: e.Batch != ""},
		millis(e.Sent), millis(e.Since), e.Small, millis(e.Ended), e.Result.String(),
		there, e.Standing.Status, e.Standing.AmountDue.Minor(), e.Standing.PaidOn, messages, message, cause)
	if err != nil {
		return err
	}
	_, err = w.exec(`UPDATE invoices SET latest = ?1 WHERE id = ?2 AND latest IS NOT ?1
		AND NOT EXISTS (SELECT 1 FROM exports a JOIN exports b ON b.id = ?1 WHERE a.invoice = ?2 AND a.seq > b.seq)`, e.ID, e.Invoice)
	return err
}

// SaveBatch implements app.Tx.
func (w *writer) SaveBatch(b app.Batch) error {
	if b.Body != nil && b.Tries == 0 && b.State == app.Ready {
		_, err := w.exec(`INSERT INTO batches (id, tenant, kind, key, body, members, state, tries, tried, tried_last, troubles, look_up)
			VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0) ON CONFLICT (id) DO NOTHING`, b.ID, b.Tenant, b.Kind, b.Key, b.Body, toJSON(b.Members), b.State)
		if err != nil {
			return err
		}
	}
	n, err := w.exec("UPDATE batches SET members = ?, state = ?, tries = ?, tried = ?, tried_last = ?, troubles = ?, look_up = ? WHERE id = ?",
		toJSON(b.Members), b.State, b.Tries, millis(b.Tried), millis(b.TriedLast), b.Troubles, b.LookUp, b.ID)
	if err == nil && n == 0 {
		return app.Errorf(app.NotFound, "There is no batch %s.", b.ID)
	}
	return err
}

// DeleteBatch implements app.Tx.
func (w *writer) DeleteBatch(id app.BatchID) error {
	n, err := w.exec("DELETE FROM batches WHERE id = ? AND tries = 0", id)
	if err == nil && n == 0 {
		return app.Errorf(app.Conflict, "The batch %s is being sent, or was.", id)
	}
	return err
}

// Record implements app.Tx.
func (w *writer) Record(e staff.Entry) error {
	if w.seq == 0 {
		err := w.find("", "SELECT coalesce(max(seq), 0), coalesce((SELECT hash FROM audit ORDER BY seq DESC LIMIT 1), '') FROM audit", nil, &w.seq, &w.hash)
		if err != nil {
			return err
		}
	}
	e.Seq, e.At, e.Previous = w.seq+1, w.now, w.hash
	hash := e.Hash()
	_, err := w.exec("INSERT INTO audit (seq, at, by, by_name, action, subject, id, was, became, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		e.Seq, millis(e.At), e.By, e.ByName, e.Action, e.Subject, e.ID, e.From, e.To, e.Previous, hash)
	if err == nil {
		w.seq, w.hash = e.Seq, hash
	}
	return err
}
