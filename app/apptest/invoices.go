package apptest

import (
	"context"
	"fmt"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/money"
)

// Invoices stores finalized invoices of 115.00, numbered from 1, of clients that take turns.
func (w *World) Invoices(n, clients int) []billing.InvoiceID {
	w.T.Helper()
	p := w.Start(nil)
	defer p.Stop()
	ids := make([]billing.InvoiceID, n)
	err := p.DB.Update(context.Background(), func(tx app.Tx) error {
		for i := range clients {
			c := billing.Client{ID: billing.ClientID(fmt.Sprint("client ", i)), Code: fmt.Sprint("C-", i), Name: fmt.Sprint("Client ", i)}
			if _, err := tx.SaveClient(c); err != nil {
				return err
			}
		}
		for i := range ids {
			ids[i] = billing.InvoiceID(fmt.Sprint("invoice ", i))
			if _, err := tx.SaveInvoice(Finalized(ids[i], i, clients)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return ids
}

// Finalized is an invoice of 115.00 that can be exported: the one at an index from 0, of
// clients that take turns.
func Finalized(id billing.InvoiceID, i, clients int) billing.Invoice {
	return billing.Invoice{
		ID: id, Client: billing.ClientID(fmt.Sprint("client ", i%clients)), Type: billing.Final,
		Number: billing.Number(fmt.Sprintf("INV-%04d", i+1)), Date: 20261103, Due: 20261220, Reference: "Matter 12",
		Currency: "NZD", Amounts: money.Exclusive, Stage: billing.Stage{Status: billing.Finalized},
		Lines: []billing.Line{{
			Description: "Annual accounts", Quantity: 1_0000, UnitAmount: 100_0000, Account: "200",
			Tax: billing.Tax{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000},
		}},
	}
}
