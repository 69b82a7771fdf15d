package outbox_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/xero/sim"
)

// TestWrittenInvoicesComeToTheSameInXero writes invoices of 40 lines as a person types
// them, finalizes and exports them, and compares what Xero makes of them to the cent.
func TestWrittenInvoicesComeToTheSameInXero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		p := w.Start(nil)
		defer p.Stop()
		client, err := p.App.SaveClient(t.Context(), w.Me, billing.Client{Name: "Kauri Joinery Ltd"})
		if err != nil {
			t.Fatal(err)
		}
		var ids []billing.InvoiceID
		for name, c := range map[string]struct {
			amounts money.LineAmounts
			line    func(i int) billing.FormLine
		}{
			"exclusive": {money.Exclusive, func(i int) billing.FormLine {
				return billing.FormLine{Quantity: "1", UnitAmount: fmt.Sprintf("%d.%02d", 10+i, i*7%100), Tax: "15% GST on Income"}
			}},
			"inclusive": {money.Inclusive, func(i int) billing.FormLine {
				return billing.FormLine{Quantity: fmt.Sprintf("%d.25", i), UnitAmount: fmt.Sprintf("%d.99", 3+i), Tax: "15% GST on Income"}
			}},
			"mixed rates": {money.Exclusive, func(i int) billing.FormLine {
				return billing.FormLine{Quantity: "1.5", UnitAmount: fmt.Sprintf("%d.33", 20+i), Tax: []string{"15% GST on Income", "Zero Rated", "No GST"}[i%3]}
			}},
			"discounts": {money.Exclusive, func(i int) billing.FormLine {
				return billing.FormLine{Quantity: "3", UnitAmount: fmt.Sprintf("%d.07", 30+i), Discount: []string{"12.5%", "7.77", ""}[i%3], Tax: "OUTPUT2"}
			}},
			"rates of four decimals": {money.Inclusive, func(i int) billing.FormLine {
				return billing.FormLine{Quantity: "7.3333", UnitAmount: fmt.Sprintf("0.%04d", 1+i*13), Tax: "15% GST on Income"}
			}},
			"write-downs and texts": {money.Exclusive, func(i int) billing.FormLine {
				switch i % 4 {
				case 1:
					return billing.FormLine{Quantity: "1", UnitAmount: "-10.05", Tax: "15% GST on Income"}
				case 2:
					return billing.FormLine{}
				}
				return billing.FormLine{Quantity: "2", UnitAmount: "33.335", Tax: "15% GST on Income"}
			}},
		} {
			draft := p.App.Begin(20261103, app.ClientTerms{Client: client})
			draft.Form.Currency, draft.Form.Amounts, draft.Form.Reference, draft.Form.Due = "NZD", c.amounts, name, 20261120
			for i := range 40 {
				l := c.line(i)
				l.Description, l.Account = fmt.Sprintf("%s %d", name, i), "200"
				if l.Quantity == "" {
					l.Account = ""
				}
				draft.Form.Lines = append(draft.Form.Lines, l)
			}
			saved, err := p.App.SaveWriting(t.Context(), w.Me, draft)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			ids = append(ids, saved.Invoice)
		}
		results, err := p.App.Finalize(t.Context(), w.Me, ids)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.Err != nil {
				t.Errorf("%s: %v", r.Number, r.Err)
			}
		}
		p.Export(ids...)
		views := w.Views(ids)
		w.MustBeSound(views) // which compares the totals
		for _, v := range views {
			if live, _ := w.InXero(v); len(live) != 1 || live[0].TotalTax.StringFixed(2) != v.Totals.Tax.String() || len(live[0].Lines) != 40 {
				t.Errorf("%s: the tax is %s here; there is %+v", v.Invoice.Reference, v.Totals.Tax, live)
			}
		}
	})
}
