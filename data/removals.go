package data

import (
	"database/sql"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
)

const removalColumns = "id, run, invoice, export, tenant, xero_id, becomes, coalesce(batch, ''), small, sent, answered, correlation, ended, result, messages"

func scanRemoval(row *sql.Rows) (r app.Removal, err error) {
	var messages []keptMessage
	err = row.Scan(&r.ID, &r.Run, &r.Invoice, &r.Export, &r.Tenant, &r.There, &r.To, &r.Batch, &r.Small, at{&r.Sent}, at{&r.Answered}, &r.Correlation, at{&r.Ended}, &r.Result, inJSON{&messages})
	r.Messages = ledgerMessages(messages)
	return r, err
}

// Removals implements app.Reader.
func (r *reader) Removals(ids []app.RemovalID) ([]app.Removal, error) {
	all, err := many(r, "reading removals", scanRemoval,
		"SELECT "+removalColumns+" FROM (SELECT key, value FROM list(?)) asked CROSS JOIN removals ON id = asked.value ORDER BY asked.key", idList(ids))
	if err != nil {
		return nil, err
	}
	for n, id := range ids {
		if n == len(all) || all[n].ID != id {
			return nil, app.Errorf(app.NotFound, "absent.removal", "ID", id)
		}
	}
	return all, nil
}

// RemovalsOfRun implements app.Reader.
func (r *reader) RemovalsOfRun(id app.RunID) ([]app.Removal, error) {
	return many(r, "reading the removals of a run", scanRemoval, "SELECT "+removalColumns+" FROM removals WHERE run = ? ORDER BY seq", id)
}

// RemovalsOf implements app.Reader.
func (r *reader) RemovalsOf(id billing.InvoiceID) ([]app.Removal, error) {
	return many(r, "reading the removals of an invoice", scanRemoval, "SELECT "+removalColumns+" FROM removals WHERE invoice = ? ORDER BY seq DESC", id)
}

// WaitingRemovals implements outbox.Reader.
func (r *reader) WaitingRemovals(t ledger.TenantID, limit int) ([]app.Removal, error) {
	return many(r, "reading what waits to be removed", scanRemoval,
		"SELECT "+removalColumns+" FROM removals WHERE tenant = ? AND batch IS NULL AND ended = 0 ORDER BY seq LIMIT ?", t, limit)
}

var removalsTable = table{
	name: "removals", changes: "batch, small, sent, answered, correlation, ended, result, messages", fixed: "run, invoice, export, tenant, xero_id, becomes",
}

// SaveRemovals implements app.Tx. What a removal is about does not change once it was saved.
func (w *writer) SaveRemovals(all ...app.Removal) error {
	values := newRows(15, len(all))
	for _, r := range all {
		values.add(orNull(r.Batch), r.Small, millis(r.Sent), millis(r.Answered), r.Correlation, millis(r.Ended), r.Result, keepMessages(r.Messages), string(r.ID),
			r.Run, r.Invoice, r.Export, r.Tenant, r.There, r.To)
	}
	_, err := w.save("saving removals", removalsTable, values)
	if err != nil {
		return err
	}
	for _, r := range all {
		w.note("invoice", string(r.Invoice))
		w.note("run", string(r.Run))
	}
	return nil
}

const replacementColumns = "invoice, by, began, coalesce(copy, ''), ended"

func scanReplacement(row *sql.Rows) (r app.Replacement, err error) {
	err = row.Scan(&r.Invoice, &r.By, at{&r.Began}, &r.Copy, at{&r.Ended})
	return r, err
}

// Replacements implements app.Reader.
func (r *reader) Replacements() ([]app.Replacement, error) {
	return many(r, "reading the replacements", scanReplacement, "SELECT "+replacementColumns+" FROM replacements WHERE ended = 0 ORDER BY began, invoice")
}

// Replacement implements app.Reader.
func (r *reader) Replacement(id billing.InvoiceID) (app.Replacement, error) {
	return one(r, "reading a replacement", app.Errorf(app.NotFound, "absent.replacement", "Invoice", id), scanReplacement,
		"SELECT "+replacementColumns+" FROM replacements WHERE invoice = ?", id)
}

// SaveReplacement implements app.Tx.
func (w *writer) SaveReplacement(r app.Replacement) error {
	_, err := w.exec("saving a replacement", `
		INSERT INTO replacements (invoice, by, began, copy, ended) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (invoice) DO UPDATE SET by = excluded.by, began = excluded.began, copy = excluded.copy, ended = excluded.ended`,
		r.Invoice, r.By, millis(r.Began), orNull(r.Copy), millis(r.Ended))
	if err == nil {
		w.note("invoice", string(r.Invoice))
	}
	return err
}

// Extras implements outbox.Reader.
func (r *reader) Extras(t ledger.TenantID, limit int) ([]app.Extra, error) {
	return many(r, "reading what is to be written besides the invoices", func(row *sql.Rows) (x app.Extra, err error) {
		err = row.Scan(&x.Export, &x.Tenant, &x.Kind)
		return x, err
	}, "SELECT export, tenant, kind FROM extras WHERE tenant = ? ORDER BY seq LIMIT ?", t, limit)
}

// SaveExtras implements outbox.Tx.
func (w *writer) SaveExtras(all ...app.Extra) error {
	r := newRows(3, len(all))
	for _, x := range all {
		r.add(x.Export, x.Tenant, x.Kind)
	}
	_, err := w.execRows("saving what is to be written besides invoices", "INSERT INTO extras (export, tenant, kind) VALUES ", r, " ON CONFLICT DO NOTHING")
	return err
}

// DeleteExtra implements outbox.Tx.
func (w *writer) DeleteExtra(x app.Extra) error {
	_, err := w.exec("forgetting what is to be written besides an invoice", "DELETE FROM extras WHERE export = ? AND kind = ?", x.Export, x.Kind)
	return err
}
