package data

import (
	"database/sql"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
)

// Contacts implements app.Reader.
func (r *reader) Contacts(t ledger.TenantID) ([]ledger.Contact, error) {
	return many(r, "reading the contacts", func(row *sql.Rows) (c ledger.Contact, err error) {
		var address keptAddress
		err = row.Scan(&c.ID, &c.Number, &c.Account, &c.Name, &c.Email, inJSON{&address}, &c.Archived, &c.MergedTo, at{&c.Updated})
		c.Address = billing.Address(address)
		return c, err
	}, "SELECT id, number, account, name, email, address, archived, merged_to, updated FROM contacts WHERE tenant = ? ORDER BY id", t)
}

// SaveContacts implements app.Tx.
func (w *writer) SaveContacts(t ledger.TenantID, all ...ledger.Contact) error {
	all = lastOfEach(all, func(c ledger.Contact) ledger.ContactID { return c.ID })
	r := newRows(10, len(all))
	for _, c := range all {
		r.add(t, c.ID, c.Number, c.Account, c.Name, c.Email, toJSON(keptAddress(c.Address)), c.Archived, c.MergedTo, millis(c.Updated))
	}
	const columns = "number, account, name, email, address, archived, merged_to, updated"
	differs := "(contacts." + strings.ReplaceAll(columns, ", ", ", contacts.") + ") <> (excluded." + strings.ReplaceAll(columns, ", ", ", excluded.") + ")"
	saved, err := w.execRows("keeping contacts", "INSERT INTO contacts (tenant, id, "+columns+") VALUES ", r,
		overwrite("tenant, id", columns)+" WHERE excluded.updated >= contacts.updated AND "+differs)
	if saved > 0 {
		w.note("organisation", string(t))
	}
	return err
}

// DeleteContacts implements app.Tx.
func (w *writer) DeleteContacts(t ledger.TenantID, ids ...ledger.ContactID) error {
	deleted, err := w.exec("forgetting contacts", "DELETE FROM contacts WHERE tenant = ? AND id IN (SELECT value FROM list(?))", t, idList(ids))
	if deleted > 0 {
		w.note("organisation", string(t))
	}
	return err
}

// ContactReading implements app.Reader.
func (r *reader) ContactReading(t ledger.TenantID) (c app.ContactReading, err error) {
	err = r.each("reading how far the contacts are known", func(row *sql.Rows) error {
		return row.Scan(at{&c.Cursor}, at{&c.At}, at{&c.Whole})
	}, "SELECT cursor, at, whole FROM contact_readings WHERE tenant = ?", t)
	return c, err
}

// SaveContactReading implements app.Tx.
func (w *writer) SaveContactReading(t ledger.TenantID, c app.ContactReading) error {
	_, err := w.exec("keeping how far the contacts are known",
		"INSERT INTO contact_readings (tenant, cursor, at, whole) VALUES (?, ?, ?, ?)"+overwrite("tenant", "cursor, at, whole"),
		t, millis(c.Cursor), millis(c.At), millis(c.Whole))
	if err == nil {
		w.note("organisation", string(t))
	}
	return err
}

// RefusedContacts implements app.Reader.
func (r *reader) RefusedContacts(t ledger.TenantID) (map[billing.ClientID][]ledger.ContactID, error) {
	all := map[billing.ClientID][]ledger.ContactID{}
	err := r.each("reading which contacts were refused", func(row *sql.Rows) error {
		var client billing.ClientID
		var contact ledger.ContactID
		err := row.Scan(&client, &contact)
		all[client] = append(all[client], contact)
		return err
	}, "SELECT client, contact FROM refused_contacts WHERE tenant = ? ORDER BY client, contact", t)
	return all, err
}

// RefuseContacts implements app.Tx.
func (w *writer) RefuseContacts(t ledger.TenantID, client billing.ClientID, contacts ...ledger.ContactID) error {
	r := newRows(3, len(contacts))
	for _, c := range contacts {
		r.add(t, client, c)
	}
	_, err := w.execRows("keeping that contacts were refused", "INSERT INTO refused_contacts (tenant, client, contact) VALUES ", r, " ON CONFLICT DO NOTHING")
	w.note("client", string(client))
	return err
}

// ForgetRefusal implements app.Tx.
func (w *writer) ForgetRefusal(t ledger.TenantID, client billing.ClientID, contact ledger.ContactID) error {
	_, err := w.exec("forgetting that a contact was refused", "DELETE FROM refused_contacts WHERE tenant = ? AND client = ? AND contact = ?", t, client, contact)
	w.note("client", string(client))
	return err
}

// Creations implements app.Reader.
func (r *reader) Creations(t ledger.TenantID) ([]app.Creation, error) {
	return many(r, "reading which contacts are to be created", func(row *sql.Rows) (c app.Creation, err error) {
		var messages []keptMessage
		err = row.Scan(&c.Client, &c.By, at{&c.At}, at{&c.Ended}, inJSON{&messages})
		c.Messages = ledgerMessages(messages)
		return c, err
	}, "SELECT client, by, at, ended, messages FROM creations WHERE tenant = ? ORDER BY at, client", t)
}

// SaveCreations implements app.Tx.
func (w *writer) SaveCreations(t ledger.TenantID, all ...app.Creation) error {
	all = lastOfEach(all, func(c app.Creation) billing.ClientID { return c.Client })
	r := newRows(6, len(all))
	for _, c := range all {
		r.add(t, c.Client, c.By, millis(c.At), millis(c.Ended), keepMessages(c.Messages))
		w.note("client", string(c.Client))
	}
	_, err := w.execRows("keeping which contacts are to be created", "INSERT INTO creations (tenant, client, by, at, ended, messages) VALUES ", r,
		overwrite("tenant, client", "by, at, ended, messages"))
	return err
}

// DeleteCreations implements app.Tx.
func (w *writer) DeleteCreations(t ledger.TenantID, clients ...billing.ClientID) error {
	_, err := w.exec("forgetting which contacts were to be created", "DELETE FROM creations WHERE tenant = ? AND client IN (SELECT value FROM list(?))", t, idList(clients))
	for _, c := range clients {
		w.note("client", string(c))
	}
	return err
}
