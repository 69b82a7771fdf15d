package data

import (
	"database/sql"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/assets/translations"
)

const clientColumns = "id, version, code, name, email, address, currency, term, billing_code, archived"

func scanClient(row *sql.Rows) (billing.Client, error) {
	var c billing.Client
	var address keptAddress
	var term keptTerm
	err := row.Scan(&c.ID, &c.Version, &c.Code, &c.Name, &c.Email, inJSON{&address}, &c.Currency, inJSON{&term}, &c.BillingCode, &c.Archived)
	c.Address, c.Term = billing.Address(address), billing.Term(term)
	return c, err
}

// Client implements app.Reader.
func (r *reader) Client(id billing.ClientID) (billing.Client, error) {
	return one(r, "reading a client", app.Errorf(app.NotFound, "absent.client", "ID", id),
		scanClient, "SELECT "+clientColumns+" FROM clients WHERE id = ?", id)
}

// ClientsByID implements app.Reader.
func (r *reader) ClientsByID(ids []billing.ClientID) (map[billing.ClientID]billing.Client, error) {
	all, err := many(r, "reading clients", scanClient,
		"SELECT "+clientColumns+" FROM (SELECT value FROM list(?)) asked CROSS JOIN clients ON id = asked.value", idList(ids))
	byID := make(map[billing.ClientID]billing.Client, len(all))
	for _, c := range all {
		byID[c.ID] = c
	}
	return byID, err
}

// Clients implements app.Reader.
func (r *reader) Clients() ([]billing.Client, error) {
	return many(r, "reading the clients", scanClient, "SELECT "+clientColumns+" FROM clients ORDER BY name_fold, code_fold")
}

// SaveClient implements app.Tx. Codes are told apart as Xero tells contact numbers
// apart: case does not count.
func (w *writer) SaveClient(c billing.Client) (int64, error) {
	const doing = "saving a client"
	values := []any{
		c.Code, strings.ToLower(c.Code), c.Name, billing.FoldName(c.Name), c.Email, toJSON(keptAddress(c.Address)),
		c.Currency, toJSON(keptTerm(c.Term)), c.BillingCode, c.Archived, c.ID,
	}
	saved := int64(1)
	var err error
	if c.Version == 0 {
		_, err = w.exec(doing, `
			INSERT INTO clients (version, code, code_fold, name, name_fold, email, address, currency, term, billing_code, archived, id)
			VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, values...)
	} else {
		saved, err = w.exec(doing, `
			UPDATE clients SET version = version + 1, code = ?, code_fold = ?, name = ?, name_fold = ?, email = ?, address = ?,
				currency = ?, term = ?, billing_code = ?, archived = ?
			WHERE id = ? AND version = ?`, append(values, c.Version)...)
	}
	switch {
	case w.engine.Broken(err) == Unique:
		return 0, &app.Error{Code: app.Conflict, Phrase: translations.Say("absent.same-code", "Code", c.Code), Err: err}
	case w.engine.Broken(err) == PrimaryKey, err == nil && saved == 0:
		return 0, &app.Error{Code: app.Conflict, Phrase: translations.Say("refused.client-changed", "Name", c.Name), Err: err}
	case err != nil:
		return 0, err
	}
	w.note("client", string(c.ID))
	return c.Version + 1, nil
}
