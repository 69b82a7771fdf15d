package data

import (
	"database/sql"
	"slices"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

const exportColumns = `e.id, e.run, e.invoice, e.number, e.tenant, e.mark, e.contact, e.expected, e.currency, coalesce(e.batch, ''), e.sent, e.answered, e.correlation, e.since,
	e.small, e.ended, e.result, e.xero_id, e.xero_number, e.xero_mark, e.xero_status, e.xero_contact, e.xero_contact_name, e.xero_date,
	e.xero_currency, e.xero_total, e.xero_due, e.xero_paid, e.xero_credited, e.xero_credited_by, e.xero_paid_on, e.xero_updated, e.xero_due_date, e.xero_reference,
	e.messages, e.candidates`

func scanOneExport(row *sql.Rows) (app.Export, error) { return scanExport(row) }

// scanExport reads exportColumns, and more columns behind them.
func scanExport(row *sql.Rows, more ...any) (app.Export, error) {
	var e app.Export
	var expected, total, due, paid, credited int64
	var currency money.Currency
	var messages []keptMessage
	var candidates []keptStanding
	var reference sql.NullString
	s := &e.Standing
	err := row.Scan(append([]any{
		&e.ID, &e.Run, &e.Invoice, &e.Number, &e.Tenant, &e.Mark, &e.Contact, &expected, &currency, &e.Batch, at{&e.Sent}, at{&e.Answered}, &e.Correlation, at{&e.Since},
		&e.Small, at{&e.Ended}, named[billing.ExportState]{&e.Result, exportStates}, &s.ID, &s.Number, &s.Mark, &s.Status, &s.Contact, &s.ContactName, &s.Date,
		&s.Currency, &total, &due, &paid, &credited, &s.CreditedBy, &s.PaidOn, at{&s.Updated}, &s.Due, &reference, inJSON{&messages}, inJSON{&candidates},
	}, more...)...)
	e.Expected = money.New(expected, currency)
	s.Total, s.AmountDue = money.New(total, s.Currency), money.New(due, s.Currency)
	s.AmountPaid, s.AmountCredited = money.New(paid, s.Currency), money.New(credited, s.Currency)
	s.Reference, s.ReferenceTold = reference.String, reference.Valid
	e.Messages = ledgerMessages(messages)
	if len(candidates) > 0 {
		e.Candidates = convert(candidates, keptStanding.standing)
	}
	return e, err
}

func ledgerMessages(kept []keptMessage) []ledger.Message {
	return convert(kept, func(m keptMessage) ledger.Message { return ledger.Message(m) })
}

// keepMessages returns messages as they are kept: "" for none.
func keepMessages(all []ledger.Message) string {
	if len(all) == 0 {
		return ""
	}
	return toJSON(convert(all, func(m ledger.Message) keptMessage { return keptMessage(m) }))
}

// Exports implements app.Reader.
func (r *reader) Exports(ids []app.ExportID) ([]app.Export, error) {
	all, err := many(r, "reading exports", scanOneExport,
		"SELECT "+exportColumns+" FROM (SELECT key, value FROM list(?)) asked CROSS JOIN exports e ON e.id = asked.value ORDER BY asked.key", idList(ids))
	if err != nil {
		return nil, err
	}
	for n, id := range ids {
		if n == len(all) || all[n].ID != id {
			return nil, noExport(id)
		}
	}
	return all, nil
}

func noExport(id app.ExportID) error { return app.Errorf(app.NotFound, "absent.export", "ID", id) }

// ExportsOfRun implements app.Reader.
func (r *reader) ExportsOfRun(id app.RunID) ([]app.Export, error) {
	return many(r, "reading the exports of a run", scanOneExport, "SELECT "+exportColumns+" FROM exports e WHERE run = ? ORDER BY seq", id)
}

// ExportsOf implements app.Reader.
func (r *reader) ExportsOf(id billing.InvoiceID) ([]app.Export, error) {
	return many(r, "reading the exports of an invoice", scanOneExport, "SELECT "+exportColumns+" FROM exports e WHERE invoice = ? ORDER BY seq DESC", id)
}

// LatestExports implements app.Reader.
func (r *reader) LatestExports(ids []billing.InvoiceID) (map[billing.InvoiceID]app.Export, error) {
	all, err := many(r, "reading the newest exports", scanOneExport,
		"SELECT "+exportColumns+" FROM (SELECT value FROM list(?)) asked CROSS JOIN invoices i ON i.id = asked.value CROSS JOIN exports e ON e.seq = i.latest",
		idList(ids))
	latest := make(map[billing.InvoiceID]app.Export, len(all))
	for _, e := range all {
		latest[e.Invoice] = e
	}
	return latest, err
}

// ExportsByMark implements app.Reader.
func (r *reader) ExportsByMark(marks []string) (map[string]app.Export, error) {
	all, err := many(r, "looking for marks", scanOneExport,
		"SELECT "+exportColumns+" FROM (SELECT value FROM list(?)) asked CROSS JOIN exports e ON e.mark_key = asked.value", idList(convert(marks, app.MarkKey)))
	byMark := make(map[string]app.Export, len(all))
	for _, e := range all {
		byMark[app.MarkKey(e.Mark)] = e
	}
	return byMark, err
}

var exportsTable = table{
	name: "exports",
	changes: "contact, expected, currency, batch, sent, answered, correlation, since, small, ended, result, candidates, xero_id, " +
		standingColumns,
	fixed: "run, invoice, number, tenant, mark, mark_key",
}

// standingColumns are what Xero says of an export, but for the ID.
const standingColumns = "xero_number, xero_mark, xero_status, xero_contact, xero_contact_name, xero_date, xero_currency, xero_total, " +
	"xero_due, xero_paid, xero_credited, xero_credited_by, xero_paid_on, xero_updated, xero_due_date, xero_reference, messages, message, cause"

// addStanding adds the values of standingColumns.
func (r *rows) addStanding(e app.Export) {
	s, shown := e.Standing, shownMessage(e.Messages)
	r.add(s.Number, s.Mark, s.Status, s.Contact, s.ContactName, s.Date, s.Currency, s.Total.Minor(),
		s.AmountDue.Minor(), s.AmountPaid.Minor(), s.AmountCredited.Minor(), s.CreditedBy, s.PaidOn, millis(s.Updated), s.Due, sql.NullString{String: s.Reference, Valid: s.ReferenceTold},
		keepMessages(e.Messages), shown.Text, shown.Cause)
}

// SaveExports implements app.Tx. Which run, invoice and organisation an export belongs
// to, its number and its mark do not change once it was saved.
func (w *writer) SaveExports(all ...app.Export) error {
	const doing = "saving exports"
	r := newRows(39, len(all))
	for _, e := range all {
		r.add(e.Contact, e.Expected.Minor(), e.Expected.Currency(), orNull(e.Batch),
			millis(e.Sent), millis(e.Answered), e.Correlation, millis(e.Since), e.Small, millis(e.Ended), e.Result.String(), keepStandings(e.Candidates), e.Standing.ID)
		r.addStanding(e)
		r.add(string(e.ID), e.Run, string(e.Invoice), e.Number, e.Tenant, e.Mark, app.MarkKey(e.Mark))
	}
	inserted, err := w.save(doing, exportsTable, r)
	if err == nil && inserted.count() > 0 {
		var invoices []string
		for row := range slices.Chunk(inserted.values, inserted.width) {
			invoices = append(invoices, row[len(row)-5].(string))
		}
		_, err = w.exec(doing, `UPDATE invoices SET latest = (SELECT max(seq) FROM exports WHERE invoice = invoices.id)
			WHERE id IN (SELECT value FROM list(?))`, idList(invoices))
	}
	if err != nil {
		return err
	}
	for _, e := range all {
		w.note("invoice", string(e.Invoice))
		w.note("run", string(e.Run))
	}
	return nil
}

// SaveStandings implements outbox.Tx. It touches no index but where the result is another one, so
// that ten thousand take half the time that they take with SaveExports.
func (w *writer) SaveStandings(all ...app.Export) error {
	const doing = "saving how invoices stand in Xero"
	const which = ") v WHERE id = v.column22 AND xero_id = v.column23 AND result "
	same := table{name: "exports", changes: "contact, " + standingColumns}
	moved := table{name: "exports", changes: same.changes + ", result"}
	all = lastOfEach(all, func(e app.Export) app.ExportID { return e.ID })
	r := newRows(23, len(all))
	for _, e := range all {
		r.add(e.Contact)
		r.addStanding(e)
		r.add(e.Result.String(), e.ID, e.Standing.ID)
	}
	saved, err := w.execRows(doing, same.update(), r, which+"= v.column21")
	if err == nil && saved < int64(len(all)) {
		var more int64
		more, err = w.execRows(doing, moved.update(), r, which+"<> v.column21")
		saved += more
	}
	if err == nil && saved < int64(len(all)) {
		err = w.missingStanding(all)
	}
	if err != nil {
		return err
	}
	for _, e := range all {
		w.note("invoice", string(e.Invoice))
	}
	return nil
}

// missingStanding names the first export that is not there with its invoice in Xero.
func (w *writer) missingStanding(all []app.Export) error {
	for _, e := range all {
		there, err := w.Exports([]app.ExportID{e.ID})
		if err != nil {
			return err
		}
		if there[0].Standing.ID != e.Standing.ID {
			return app.Errorf(app.NotFound, "absent.export-of", "ID", e.ID, "Invoice", e.Standing.ID)
		}
	}
	return nil
}

// shownMessage returns the message that stands in the grid: what stopped the export, or
// else the first warning.
func shownMessage(all []ledger.Message) ledger.Message {
	for _, m := range all {
		if !m.Warning {
			return m
		}
	}
	if len(all) > 0 {
		return all[0]
	}
	return ledger.Message{}
}
