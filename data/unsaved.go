package data

import (
	"database/sql"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
)

// Unsaved implements app.Reader.
func (r *reader) Unsaved(by staff.ID) ([]app.Unsaved, error) {
	return many(r, "reading what was not saved", func(row *sql.Rows) (u app.Unsaved, err error) {
		err = row.Scan(&u.Invoice, &u.By, at{&u.At}, &u.Version, inJSON{&u.Base}, inJSON{&u.Form})
		return u, err
	}, "SELECT invoice, staff, at, version, base, form FROM unsaved WHERE staff = ? ORDER BY at DESC, invoice", by)
}

// SaveUnsaved implements app.Tx.
func (w *writer) SaveUnsaved(u app.Unsaved) error {
	_, err := w.exec("keeping what was not saved", `
		INSERT INTO unsaved (invoice, staff, at, version, base, form) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (staff, invoice) DO UPDATE SET at = excluded.at, version = excluded.version, base = excluded.base, form = excluded.form`,
		u.Invoice, u.By, millis(w.now), u.Version, toJSON(u.Base), toJSON(u.Form))
	return err
}

// DeleteUnsaved implements app.Tx.
func (w *writer) DeleteUnsaved(id billing.InvoiceID, by staff.ID) error {
	_, err := w.exec("forgetting what was not saved", "DELETE FROM unsaved WHERE invoice = ? AND staff = ?", id, by)
	return err
}
