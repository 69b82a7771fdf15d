package data

import (
	"database/sql"
	"strings"

	"feebridge/app/billing"
)

// Taxes implements app.Reader. The taxes are in the order of their names.
func (r *reader) Taxes() ([]billing.Tax, error) {
	return many(r, "reading the taxes", func(row *sql.Rows) (t billing.Tax, err error) {
		var parts []keptTaxPart
		err = row.Scan(&t.Code, &t.Name, &t.Rate, inJSON{&parts})
		t.Parts = taxParts(parts)
		return t, err
	}, "SELECT code, name, rate, parts FROM taxes ORDER BY name, code")
}

// SaveTax implements app.Tx.
func (w *writer) SaveTax(t billing.Tax) error {
	_, err := w.exec("saving a tax", `
		INSERT INTO taxes (code, name, rate, parts) VALUES (?, ?, ?, ?)
		ON CONFLICT (code) DO UPDATE SET name = excluded.name, rate = excluded.rate, parts = excluded.parts`,
		t.Code, t.Name, t.Rate, keepParts(t.Parts))
	w.note("firm", "")
	return err
}

// DeleteTax implements app.Tx.
func (w *writer) DeleteTax(code string) error {
	_, err := w.exec("deleting a tax", "DELETE FROM taxes WHERE code = ?", code)
	w.note("firm", "")
	return err
}

// BillingCodes implements app.Reader.
func (r *reader) BillingCodes() ([]billing.Code, error) {
	return many(r, "reading the billing codes", func(row *sql.Rows) (c billing.Code, err error) {
		err = row.Scan(&c.Code, &c.Description, &c.UnitAmount, &c.Tax, &c.Account)
		return c, err
	}, "SELECT code, description, unit_amount, tax, account FROM billing_codes ORDER BY code_fold")
}

// SaveBillingCode implements app.Tx.
func (w *writer) SaveBillingCode(c billing.Code) error {
	_, err := w.exec("saving a billing code", `
		INSERT INTO billing_codes (code_fold, code, description, unit_amount, tax, account) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (code_fold) DO UPDATE SET code = excluded.code, description = excluded.description,
			unit_amount = excluded.unit_amount, tax = excluded.tax, account = excluded.account`,
		strings.ToLower(c.Code), c.Code, c.Description, int64(c.UnitAmount), c.Tax, c.Account)
	w.note("firm", "")
	return err
}

// DeleteBillingCode implements app.Tx.
func (w *writer) DeleteBillingCode(code string) error {
	_, err := w.exec("deleting a billing code", "DELETE FROM billing_codes WHERE code_fold = ?", strings.ToLower(code))
	w.note("firm", "")
	return err
}

// Codes implements app.Reader. Among the lines it steps from each code to the next: there
// are far fewer of them than lines.
func (r *reader) Codes() ([]string, error) {
	return many(r, "reading the billing codes", func(row *sql.Rows) (code string, err error) {
		err = row.Scan(&code)
		return code, err
	}, `
		WITH RECURSIVE used (code) AS (
			SELECT min(code) FROM lines WHERE code > ''
			UNION ALL
			SELECT (SELECT min(code) FROM lines WHERE code > used.code AND code > '') FROM used WHERE code IS NOT NULL
		)
		SELECT code FROM used WHERE code IS NOT NULL UNION SELECT code FROM billing_codes ORDER BY 1`)
}
