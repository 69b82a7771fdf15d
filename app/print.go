package app

import (
	"context"

	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// Document is an invoice as it is printed.
type Document struct {
	Firm    Firm
	Client  billing.Client
	Invoice billing.Invoice
	Totals  money.Totals
	Taxes   []billing.TaxTotal // what Totals.Tax consists of
}

// Document returns an invoice as it is printed. A draft has no number yet.
func (a *App) Document(ctx context.Context, by staff.Member, id billing.InvoiceID) (Document, error) {
	var d Document
	err := a.store.View(ctx, func(r Reader) (err error) {
		d = Document{}
		if d.Invoice, err = r.Invoice(id); err != nil {
			return err
		}
		if err = allow(by, staff.See, d.Invoice.Client); err != nil {
			return err
		}
		if d.Client, err = r.Client(d.Invoice.Client); err != nil {
			return err
		}
		if d.Firm, err = r.Firm(); err != nil {
			return err
		}
		if d.Totals, err = d.Invoice.Totals(); err != nil {
			return err
		}
		d.Taxes, err = d.Invoice.TaxTotals(d.Totals)
		return err
	})
	return d, err
}
