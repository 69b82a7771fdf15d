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
	err := a.View(ctx, func(r Reader) (err error) {
		if d, err = ReadDocument(r, id); err != nil {
			return err
		}
		return Allow(by, staff.See, d.Invoice.Client)
	})
	if err != nil {
		return Document{}, err
	}
	return d, nil
}

// ReadDocument reads an invoice as it is printed, whoever asks.
func ReadDocument(r Reader, id billing.InvoiceID) (d Document, err error) {
	if d.Invoice, err = r.Invoice(id); err != nil {
		return d, err
	}
	if d.Client, err = r.Client(d.Invoice.Client); err != nil {
		return d, err
	}
	if d.Firm, err = r.Firm(); err != nil {
		return d, err
	}
	if d.Totals, err = d.Invoice.Totals(); err != nil {
		return d, err
	}
	d.Taxes, err = d.Invoice.TaxTotals(d.Totals)
	return d, err
}
