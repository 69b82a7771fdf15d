package data

import (
	"database/sql"
	"slices"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/assets/translations"
)

// Invoice implements app.Reader.
func (r *reader) Invoice(id billing.InvoiceID) (billing.Invoice, error) {
	all, err := r.Invoices([]billing.InvoiceID{id})
	if err != nil {
		return billing.Invoice{}, err
	}
	return all[0], nil
}

// Invoices implements app.Reader.
func (r *reader) Invoices(ids []billing.InvoiceID) ([]billing.Invoice, error) {
	all, err := r.InvoiceHeads(ids)
	if err != nil {
		return nil, err
	}
	err = r.each("reading invoices", func(row *sql.Rows) error {
		n, l, err := scanLine(row)
		if err == nil {
			all[n].Lines = append(all[n].Lines, l)
		}
		return err
	}, `SELECT asked.key, l.code, l.description, l.quantity, l.unit_amount, l.percent_off, l.amount_off,
			l.tax_code, l.tax_name, l.tax_rate, l.tax_parts, l.account, l.item, l.tracking
		FROM list(?) asked CROSS JOIN lines l ON l.invoice = asked.value ORDER BY asked.key, l.position`, idList(ids))
	return all, err
}

// InvoiceHeads implements app.Reader.
func (r *reader) InvoiceHeads(ids []billing.InvoiceID) ([]billing.Invoice, error) {
	all, err := many(r, "reading invoices", scanInvoice, `
		SELECT i.id, i.version, i.client, i.type, i.number, i.date, i.due, i.reference, i.currency, i.amounts, i.theme, i.note, i.status || ' ' || i.export
		FROM list(?) asked CROSS JOIN invoices i ON i.id = asked.value ORDER BY asked.key`, idList(ids))
	if err != nil {
		return nil, err
	}
	for n, id := range ids {
		if n == len(all) || all[n].ID != id {
			return nil, app.Errorf(app.NotFound, "absent.invoice", "ID", id)
		}
	}
	return all, nil
}

func scanInvoice(row *sql.Rows) (v billing.Invoice, err error) {
	err = row.Scan(&v.ID, &v.Version, &v.Client, &v.Type, &v.Number, &v.Date, &v.Due, &v.Reference, &v.Currency, &v.Amounts,
		&v.BrandingTheme, &v.Note, named[billing.Stage]{&v.Stage, stages})
	return v, err
}

func scanLine(row *sql.Rows) (invoice int, l billing.Line, err error) {
	var percentOff money.Rate
	var amountOff int64
	var kept []keptTracking
	var parts []keptTaxPart
	err = row.Scan(&invoice, &l.Code, &l.Description, &l.Quantity, &l.UnitAmount, &percentOff, &amountOff,
		&l.Tax.Code, &l.Tax.Name, &l.Tax.Rate, inJSON{&parts}, &l.Account, &l.Item, inJSON{&kept})
	l.Tracking, l.Tax.Parts = tracking(kept), taxParts(parts)
	switch {
	case err != nil:
	case percentOff != 0:
		l.Discount, err = money.PercentOff(percentOff)
	case amountOff != 0:
		l.Discount, err = money.AmountOff(amountOff)
	}
	return invoice, l, err
}

// InvoicesByNumber implements app.Reader. The map has the numbers as they were asked for.
func (r *reader) InvoicesByNumber(numbers []billing.Number) (map[billing.Number]billing.InvoiceID, error) {
	folds := convert(numbers, billing.Number.Fold)
	byFold := map[string]billing.InvoiceID{}
	err := r.each("looking for invoice numbers", func(row *sql.Rows) error {
		var fold string
		var id billing.InvoiceID
		err := row.Scan(&fold, &id)
		byFold[fold] = id
		return err
	}, `SELECT number_fold, id FROM invoices
		WHERE number_fold IN (SELECT value FROM list(?)) AND number_fold <> '' AND deleted = 0`, idList(folds))
	if err != nil {
		return nil, err
	}
	found := make(map[billing.Number]billing.InvoiceID, len(byFold))
	for i, n := range numbers {
		if id, ok := byFold[folds[i]]; ok {
			found[n] = id
		}
	}
	return found, nil
}

// InvoicesOn implements outbox.Reader.
func (r *reader) InvoicesOn(date billing.Date, clients ...billing.ClientID) ([]billing.InvoiceID, error) {
	return many(r, "looking for invoices of a date", func(row *sql.Rows) (id billing.InvoiceID, err error) {
		err = row.Scan(&id)
		return id, err
	}, "SELECT id FROM invoices WHERE client IN (SELECT value FROM list(?)) AND (date = ? OR ? = 0) AND deleted = 0", idList(clients), date, date)
}

// SaveInvoice implements app.Tx. An invoice whose totals cannot be computed is not
// saved: the error names the line.
func (w *writer) SaveInvoice(v billing.Invoice) (int64, error) {
	const doing = "saving an invoice"
	totals, err := v.Totals()
	if err != nil {
		return 0, err
	}
	values := []any{
		v.Client, v.Type, v.Number, v.Number.Fold(), v.Date, v.Due, v.Reference, v.Currency, v.Amounts, v.BrandingTheme, v.Note,
		totals.SubTotal.Minor(), totals.Tax.Minor(), totals.Total.Minor(), v.Stage.Status.String(), v.Stage.Export.String(), v.Stage.Status == billing.Deleted, v.ID,
	}
	saved := int64(1)
	if v.Version == 0 {
		_, err = w.exec(doing, `
			INSERT INTO invoices (version, client, type, number, number_fold, date, due, reference, currency, amounts, theme, note,
				sub_total, tax, total, status, export, deleted, id)
			VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, values...)
	} else {
		saved, err = w.exec(doing, `
			UPDATE invoices SET version = version + 1, client = ?, type = ?, number = ?, number_fold = ?, date = ?, due = ?, reference = ?,
				currency = ?, amounts = ?, theme = ?, note = ?, sub_total = ?, tax = ?, total = ?, status = ?, export = ?, deleted = ?
			WHERE id = ? AND version = ?`, append(values, v.Version)...)
	}
	switch {
	case w.engine.Broken(err) == Unique:
		return 0, &app.Error{Code: app.Conflict, Phrase: translations.Say("refused.same-number", "Number", v.Number), Err: err}
	case w.engine.Broken(err) == PrimaryKey, err == nil && saved == 0:
		return 0, &app.Error{Code: app.Conflict, Phrase: translations.Say("refused.invoice-changed", "Invoice", v.Name()), Err: err}
	case w.engine.Broken(err) == Reference:
		return 0, &app.Error{Code: app.NotFound, Phrase: translations.Say("refused.client-gone", "Invoice", v.Name()), Err: err}
	case err != nil:
		return 0, err
	}
	if v.Version > 0 {
		if _, err := w.exec(doing, "DELETE FROM lines WHERE invoice = ?", v.ID); err != nil {
			return 0, err
		}
	}
	if err := w.saveLines(v); err != nil {
		return 0, err
	}
	w.note("invoice", string(v.ID))
	return v.Version + 1, nil
}

func (w *writer) saveLines(v billing.Invoice) error {
	r := newRows(15, len(v.Lines))
	for i, l := range v.Lines {
		tracking := ""
		if len(l.Tracking) > 0 {
			tracking = toJSON(keepTracking(l.Tracking))
		}
		r.add(v.ID, i, l.Code, l.Description, int64(l.Quantity), int64(l.UnitAmount), int64(l.Discount.Percent()), l.Discount.Minor(),
			l.Tax.Code, l.Tax.Name, int64(l.Tax.Rate), keepParts(l.Tax.Parts), l.Account, l.Item, tracking)
	}
	_, err := w.execRows("saving lines", `
		INSERT INTO lines (invoice, position, code, description, quantity, unit_amount, percent_off, amount_off,
			tax_code, tax_name, tax_rate, tax_parts, account, item, tracking)
		VALUES `, r, "")
	return err
}

// Advance implements app.Tx. It counts as a save: a person who opened the invoice before has
// to open it again.
func (w *writer) Advance(to billing.Stage, ids ...billing.InvoiceID) error {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	const doing, which = "moving invoices on", " WHERE id IN (SELECT value FROM list(?)) AND deleted = ?"
	gone, list := to.Status == billing.Deleted, idList(ids)
	moved, err := w.exec(doing, "UPDATE invoices SET status = ?, export = ?, version = version + 1"+which, to.Status.String(), to.Export.String(), list, gone)
	if err == nil && moved < int64(len(ids)) {
		var more int64
		more, err = w.exec(doing, "UPDATE invoices SET deleted = ?, status = ?, export = ?, version = version + 1"+which, gone, to.Status.String(), to.Export.String(), list, !gone)
		moved += more
	}
	switch {
	case w.engine.Broken(err) == Unique: // it was deleted, and its number given to another
		return &app.Error{Code: app.Conflict, Phrase: translations.Say("refused.number-in-use"), Err: err}
	case err != nil:
		return err
	case moved < int64(len(ids)):
		_, err := w.Invoices(ids) // names the one
		return err
	}
	for _, id := range ids {
		w.note("invoice", string(id))
	}
	return nil
}

// Burnt implements app.Reader.
func (r *reader) Burnt(n billing.Number) (burnt bool, err error) {
	err = r.each("looking for a burnt number", func(row *sql.Rows) error { return row.Scan(&burnt) },
		"SELECT EXISTS (SELECT 1 FROM burnt_numbers WHERE number_fold = ?)", n.Fold())
	return burnt, err
}

// Burn implements app.Tx.
func (w *writer) Burn(numbers ...billing.Number) error {
	_, err := w.exec("burning numbers", "INSERT INTO burnt_numbers (number_fold) SELECT value FROM list(?) WHERE true ON CONFLICT DO NOTHING",
		idList(convert(numbers, billing.Number.Fold)))
	return err
}

// NumberUses implements app.Reader.
func (r *reader) NumberUses(prefix string) ([]app.NumberUse, error) {
	const doing = "reading the numbers"
	fold := billing.Number(prefix).Fold()
	return many(r, doing, func(row *sql.Rows) (u app.NumberUse, err error) {
		err = row.Scan(&u.Number, &u.Invoice, &u.Client, &u.Deleted, &u.Burnt)
		return u, err
	}, `SELECT i.number, i.id, c.name, i.deleted, 0 FROM invoices i JOIN clients c ON c.id = i.client
			WHERE substr(i.number_fold, 1, length(?)) = ? AND i.number_fold <> ''
		UNION ALL SELECT number_fold, '', '', 0, 1 FROM burnt_numbers WHERE substr(number_fold, 1, length(?)) = ?`, fold, fold, fold, fold)
}
