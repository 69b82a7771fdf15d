package data

import (
	"database/sql"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
)

// Firm implements app.Reader. A database that holds no firm yet is NotFound.
func (r *reader) Firm() (app.Firm, error) {
	return one(r, "reading the firm", app.Errorf(app.NotFound, "absent.firm"),
		func(row *sql.Rows) (f app.Firm, err error) {
			var term keptTerm
			var head keptLetterhead
			var logo []byte
			err = row.Scan(&f.ID, &f.Name, &f.Currency, &f.MarkBase, &f.Registration.ClientID, inJSON{&f.Registration.Ports},
				&f.Numbering.Prefix, &f.Numbering.Digits, &f.Numbering.Next, inJSON{&term}, inJSON{&head}, &logo)
			f.Term = billing.Term(term)
			f.Letterhead = app.Letterhead{
				Address: billing.Address(head.Address), Phone: head.Phone, Email: head.Email,
				TaxNumber: head.TaxNumber, Payment: head.Payment, Logo: logo,
			}
			return f, err
		}, "SELECT firm_id, name, currency, mark_base, client_id, ports, prefix, digits, next, term, letterhead, logo FROM firm")
}

// SaveFirm implements app.Tx.
func (w *writer) SaveFirm(f app.Firm) error {
	h := f.Letterhead
	head := keptLetterhead{keptAddress(h.Address), h.Phone, h.Email, h.TaxNumber, h.Payment}
	_, err := w.exec("saving the firm", `
		INSERT INTO firm (id, firm_id, name, currency, mark_base, client_id, ports, prefix, digits, next, term, letterhead, logo)
		VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET firm_id = excluded.firm_id, name = excluded.name, currency = excluded.currency,
			mark_base = excluded.mark_base, client_id = excluded.client_id, ports = excluded.ports, prefix = excluded.prefix,
			digits = excluded.digits, next = excluded.next, term = excluded.term, letterhead = excluded.letterhead, logo = excluded.logo`,
		f.ID, f.Name, f.Currency, f.MarkBase, f.Registration.ClientID, toJSON(f.Registration.Ports),
		f.Numbering.Prefix, f.Numbering.Digits, f.Numbering.Next, toJSON(keptTerm(f.Term)), toJSON(head), h.Logo)
	w.note("firm", "")
	w.numbers = true
	return err
}

// Staff implements app.Reader. The members are in the order in which they joined.
func (r *reader) Staff() ([]staff.Member, error) {
	return many(r, "reading the staff", func(row *sql.Rows) (m staff.Member, err error) {
		err = row.Scan(&m.ID, &m.Name, &m.Email, inJSON{&m.Time}, &m.SettingsAdmin, &m.Admin, &m.AllEntities, inJSON{&m.Roles}, &m.Deactivated)
		return m, err
	}, "SELECT id, name, email, time, settings_admin, admin, all_entities, roles, deactivated FROM staff ORDER BY joined")
}

// SaveMember implements app.Tx.
func (w *writer) SaveMember(m staff.Member) error {
	_, err := w.exec("saving a member of staff", `
		INSERT INTO staff (id, joined, name, email, time, settings_admin, admin, all_entities, roles, deactivated)
		VALUES (?, (SELECT count(*) FROM staff), ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, time = excluded.time,
			settings_admin = excluded.settings_admin, admin = excluded.admin, all_entities = excluded.all_entities, roles = excluded.roles,
			deactivated = excluded.deactivated`,
		m.ID, m.Name, m.Email, toJSON(m.Time), m.SettingsAdmin, m.Admin, m.AllEntities, toJSON(m.Roles), m.Deactivated)
	w.note("staff", string(m.ID))
	return err
}

// Password implements app.Reader.
func (r *reader) Password(id staff.ID) (p staff.Password, err error) {
	err = r.each("reading a password", func(row *sql.Rows) error { return row.Scan(&p.Hash, &p.Failures, at{&p.Locked}) },
		"SELECT hash, failures, locked FROM passwords WHERE staff = ?", id)
	return p, err
}

// SavePassword implements app.Tx.
func (w *writer) SavePassword(id staff.ID, p staff.Password) error {
	_, err := w.exec("saving a password", `
		INSERT INTO passwords (staff, hash, failures, locked) VALUES (?, ?, ?, ?)
		ON CONFLICT (staff) DO UPDATE SET hash = excluded.hash, failures = excluded.failures, locked = excluded.locked`,
		id, p.Hash, p.Failures, millis(p.Locked))
	return err
}
