package data

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// reader implements app.Reader on one transaction. Statements are prepared once.
type reader struct {
	ctx      context.Context
	tx       *sql.Tx
	prepared map[string]*sql.Stmt
}

func newReader(ctx context.Context, tx *sql.Tx) *reader {
	return &reader{ctx, tx, map[string]*sql.Stmt{}}
}

func (r *reader) prepare(query string) (*sql.Stmt, error) {
	if s, ok := r.prepared[query]; ok {
		return s, nil
	}
	s, err := r.tx.PrepareContext(r.ctx, query)
	if err != nil {
		return nil, err
	}
	r.prepared[query] = s
	return s, nil
}

func (r *reader) rows(query string, args ...any) (*sql.Rows, error) {
	s, err := r.prepare(query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(r.ctx, args...)
}

// find scans one row; none is an *app.Error with code NotFound that says what is missing.
func (r *reader) find(what string, query string, args []any, into ...any) error {
	s, err := r.prepare(query)
	if err != nil {
		return err
	}
	err = s.QueryRowContext(r.ctx, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return app.Errorf(app.NotFound, "There is no %s.", what)
	}
	return err
}

func list[T any](r *reader, places func(*T) []any, query string, args ...any) ([]T, error) {
	rows, err := r.rows(query, args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, places)
}

// jsonText scans and writes a value as JSON; "" and NULL are its zero value.
type jsonText struct{ value any }

func (j jsonText) Scan(src any) error {
	text, _ := src.(string)
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), j.value)
}

func toJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain values only
	}
	return string(text)
}

// Firm implements app.Reader.
func (r *reader) Firm() (app.Firm, error) {
	var f app.Firm
	err := r.find("firm in this database yet", "SELECT name, currency, mark_base FROM firm", nil, &f.Name, &f.Currency, &f.MarkBase)
	return f, err
}

// Staff implements app.Reader.
func (r *reader) Staff() ([]staff.Member, error) {
	return list(r, func(m *staff.Member) []any {
		return []any{&m.ID, &m.Name, &m.Email, jsonText{&m.Time}, &m.SettingsAdmin, &m.Admin, &m.AllEntities, jsonText{&m.Roles}}
	}, "SELECT id, name, email, time, settings_admin, admin, all_entities, roles FROM staff ORDER BY joined")
}

const clientColumns = "id, version, code, name, email, address"

func clientPlaces(c *billing.Client) []any {
	return []any{&c.ID, &c.Version, &c.Code, &c.Name, &c.Email, jsonText{&c.Address}}
}

// Client implements app.Reader.
func (r *reader) Client(id billing.ClientID) (billing.Client, error) {
	var c billing.Client
	err := r.find("such client", "SELECT "+clientColumns+" FROM clients WHERE id = ?", []any{id}, clientPlaces(&c)...)
	return c, err
}

// Clients implements app.Reader.
func (r *reader) Clients() ([]billing.Client, error) {
	return list(r, clientPlaces, "SELECT "+clientColumns+" FROM clients ORDER BY name_fold, code")
}

// Invoice implements app.Reader.
func (r *reader) Invoice(id billing.InvoiceID) (billing.Invoice, error) {
	var v billing.Invoice
	var status, export string
	err := r.find("such invoice", `SELECT id, version, client, type, number, date, due, reference, currency, amounts, theme, note, status, export
		FROM invoices WHERE id = ?`, []any{id},
		&v.ID, &v.Version, &v.Client, &v.Type, &v.Number, &v.Date, &v.Due, &v.Reference, &v.Currency, &v.Amounts, &v.BrandingTheme, &v.Note, &status, &export)
	if err != nil {
		return v, err
	}
	v.Stage = billing.Stage{Status: statuses[status], Export: exportStates[export]}
	rows, err := r.rows(`SELECT code, description, quantity, unit_amount, percent_off, amount_off, tax_code, tax_name, tax_rate, account, item, tracking
		FROM lines WHERE invoice = ? ORDER BY position`, id)
	if err != nil {
		return v, err
	}
	defer rows.Close()
	for rows.Next() {
		var l billing.Line
		var percentOff money.Rate
		var amountOff int64
		err := rows.Scan(&l.Code, &l.Description, &l.Quantity, &l.UnitAmount, &percentOff, &amountOff,
			&l.Tax.Code, &l.Tax.Name, &l.Tax.Rate, &l.Account, &l.Item, jsonText{&l.Tracking})
		switch {
		case err != nil:
		case percentOff != 0:
			l.Discount, err = money.PercentOff(percentOff)
		case amountOff != 0:
			l.Discount, err = money.AmountOff(amountOff)
		}
		if err != nil {
			return v, err
		}
		v.Lines = append(v.Lines, l)
	}
	return v, rows.Err()
}

// Invoices implements app.Reader.
func (r *reader) Invoices(ids []billing.InvoiceID) ([]billing.Invoice, error) {
	all := make([]billing.Invoice, len(ids))
	for i, id := range ids {
		var err error
		if all[i], err = r.Invoice(id); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// InvoicesByNumber implements app.Reader.
func (r *reader) InvoicesByNumber(numbers []billing.Number) (map[billing.Number]billing.InvoiceID, error) {
	found := map[billing.Number]billing.InvoiceID{}
	for _, n := range numbers {
		var id billing.InvoiceID
		err := r.find("", "SELECT id FROM invoices WHERE number_fold = ? AND status <> 'deleted'", []any{n.Fold()}, &id)
		switch {
		case app.IsCode(err, app.NotFound):
		case err != nil:
			return nil, err
		default:
			found[n] = id
		}
	}
	return found, nil
}

// Burnt implements app.Reader.
func (r *reader) Burnt(n billing.Number) (bool, error) {
	var burnt bool
	err := r.find("", "SELECT EXISTS (SELECT 1 FROM burnt_numbers WHERE number_fold = ?)", []any{n.Fold()}, &burnt)
	return burnt, err
}

// Taxes implements app.Reader.
func (r *reader) Taxes() ([]billing.Tax, error) {
	return list(r, func(t *billing.Tax) []any { return []any{&t.Code, &t.Name, &t.Rate} }, "SELECT code, name, rate FROM taxes ORDER BY name")
}

// Organisations implements app.Reader.
func (r *reader) Organisations() ([]app.Organisation, error) {
	rows, err := r.rows("SELECT tenant, name, is_default, state, parked_until, parked_why, parked_text FROM organisations ORDER BY is_default DESC, name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []app.Organisation
	for rows.Next() {
		var o app.Organisation
		var until int64
		if err := rows.Scan(&o.Tenant.ID, &o.Tenant.Name, &o.Default, &o.State, &until, &o.Parked.Why, &o.Parked.Text); err != nil {
			return nil, err
		}
		o.Parked.Until = instant(until)
		all = append(all, o)
	}
	return all, rows.Err()
}

// Chart implements app.Reader.
func (r *reader) Chart(t ledger.TenantID) (ledger.Chart, error) {
	var c ledger.Chart
	err := r.find("chart of that organisation yet", "SELECT chart FROM organisations WHERE tenant = ? AND chart IS NOT NULL", []any{t}, jsonText{&c})
	return c, err
}

// Mapping implements app.Reader.
func (r *reader) Mapping(t ledger.TenantID) (ledger.Mapping, error) {
	var m ledger.Mapping
	err := r.find("such organisation", "SELECT mapping FROM organisations WHERE tenant = ?", []any{t}, jsonText{&m})
	return m, err
}

// Links implements app.Reader.
func (r *reader) Links(t ledger.TenantID) (map[billing.ClientID]app.Link, error) {
	rows, err := r.rows("SELECT client, contact, name, how, at FROM links WHERE tenant = ?", t)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	links := map[billing.ClientID]app.Link{}
	for rows.Next() {
		var client billing.ClientID
		var l app.Link
		var at int64
		if err := rows.Scan(&client, &l.Contact, &l.Name, &l.How, &at); err != nil {
			return nil, err
		}
		l.At = instant(at)
		links[client] = l
	}
	return links, rows.Err()
}

// Audit implements app.Reader.
func (r *reader) Audit(subject, id string) ([]staff.Entry, error) {
	rows, err := r.rows(`SELECT seq, at, by, by_name, action, subject, id, was, became, previous FROM audit
		WHERE ?1 = '' OR subject = ?1 AND id = ?2 ORDER BY seq`, subject, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []staff.Entry
	for rows.Next() {
		var e staff.Entry
		var at int64
		if err := rows.Scan(&e.Seq, &at, &e.By, &e.ByName, &e.Action, &e.Subject, &e.ID, &e.From, &e.To, &e.Previous); err != nil {
			return nil, err
		}
		e.At = instant(at)
		all = append(all, e)
	}
	return all, rows.Err()
}
