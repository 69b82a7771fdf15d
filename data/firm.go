package data

import (
	"database/sql"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
)

// Firm implements app.Reader. A database that holds no firm yet is NotFound.
func (r *reader) Firm() (app.Firm, error) {
	return one(r, "reading the firm", app.Errorf(app.NotFound, "There is no firm in this database yet."),
		func(row *sql.Rows) (f app.Firm, err error) {
			err = row.Scan(&f.ID, &f.Name, &f.Currency, &f.MarkBase, &f.Registration.ClientID, inJSON{&f.Registration.Ports})
			return f, err
		}, "SELECT firm_id, name, currency, mark_base, client_id, ports FROM firm")
}

// SaveFirm implements app.Tx.
func (w *writer) SaveFirm(f app.Firm) error {
	_, err := w.exec("saving the firm", `
		INSERT INTO firm (id, firm_id, name, currency, mark_base, client_id, ports) VALUES (1, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET firm_id = excluded.firm_id, name = excluded.name, currency = excluded.currency, mark_base = excluded.mark_base,
			client_id = excluded.client_id, ports = excluded.ports`,
		f.ID, f.Name, f.Currency, f.MarkBase, f.Registration.ClientID, toJSON(f.Registration.Ports))
	return err
}

// Staff implements app.Reader. The members come in the order in which they joined.
func (r *reader) Staff() ([]staff.Member, error) {
	return many(r, "reading the staff", func(row *sql.Rows) (m staff.Member, err error) {
		err = row.Scan(&m.ID, &m.Name, &m.Email, inJSON{&m.Time}, &m.SettingsAdmin, &m.Admin, &m.AllEntities, inJSON{&m.Roles})
		return m, err
	}, "SELECT id, name, email, time, settings_admin, admin, all_entities, roles FROM staff ORDER BY joined")
}

// SaveMember implements app.Tx.
func (w *writer) SaveMember(m staff.Member) error {
	_, err := w.exec("saving a member of staff", `
		INSERT INTO staff (id, joined, name, email, time, settings_admin, admin, all_entities, roles)
		VALUES (?, (SELECT count(*) FROM staff), ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, time = excluded.time,
			settings_admin = excluded.settings_admin, admin = excluded.admin, all_entities = excluded.all_entities, roles = excluded.roles`,
		m.ID, m.Name, m.Email, toJSON(m.Time), m.SettingsAdmin, m.Admin, m.AllEntities, toJSON(m.Roles))
	return err
}

// Taxes implements app.Reader. The taxes come by name.
func (r *reader) Taxes() ([]billing.Tax, error) {
	return many(r, "reading the taxes", func(row *sql.Rows) (t billing.Tax, err error) {
		err = row.Scan(&t.Code, &t.Name, &t.Rate)
		return t, err
	}, "SELECT code, name, rate FROM taxes ORDER BY name, code")
}

// Codes implements app.Reader. It steps from each code to the next: there are far fewer of
// them than lines.
func (r *reader) Codes() ([]string, error) {
	return many(r, "reading the billing codes", func(row *sql.Rows) (code string, err error) {
		err = row.Scan(&code)
		return code, err
	}, `
		WITH RECURSIVE codes (code) AS (
			SELECT min(code) FROM lines WHERE code > ''
			UNION ALL
			SELECT (SELECT min(code) FROM lines WHERE code > codes.code AND code > '') FROM codes WHERE code IS NOT NULL
		)
		SELECT code FROM codes WHERE code IS NOT NULL`)
}

// SaveTax implements app.Tx.
func (w *writer) SaveTax(t billing.Tax) error {
	_, err := w.exec("saving a tax", `
		INSERT INTO taxes (code, name, rate) VALUES (?, ?, ?)
		ON CONFLICT (code) DO UPDATE SET name = excluded.name, rate = excluded.rate`,
		t.Code, t.Name, t.Rate)
	return err
}
