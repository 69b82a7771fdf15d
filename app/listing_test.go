package app_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

func TestTheListAsASheet(t *testing.T) {
	text := func(s string) app.SheetCell { return app.SheetCell{Text: s} }
	number := func(s string) app.SheetCell { return app.SheetCell{Text: s, Kind: app.NumberCell} }
	date := func(s string) app.SheetCell { return app.SheetCell{Text: s, Kind: app.DateCell} }
	header := []app.SheetCell{
		text("Number"), text("Client"), text("Date"), text("Due"), text("Currency"), text("Subtotal"), text("Tax"), text("Total"),
		text("Status"), text("Xero export"), text("Xero status"), text("Message"),
	}
	for _, c := range []struct {
		name string
		rows []app.InvoiceRow
		want [][]app.SheetCell
	}{
		{"no invoices", nil, [][]app.SheetCell{header}},
		{
			"one in Xero and one draft",
			[]app.InvoiceRow{
				{
					Client: "Kauri Joinery Ltd", Number: "INV-1", Date: 20261103, Due: 20261220,
					SubTotal: money.New(-10000, "AUD"), Tax: money.New(-1500, "AUD"), Total: money.New(-11500, "AUD"),
					Stage: billing.Stage{Status: billing.Finalized, Export: billing.Failed}, XeroStatus: ledger.DraftThere, Message: "Tax rate must be valid.",
				},
				{Client: "Harbour Café", Date: 20261103, SubTotal: money.Zero("NZD"), Tax: money.Zero("NZD"), Total: money.Zero("NZD")},
			},
			[][]app.SheetCell{
				header,
				{
					text("INV-1"), text("Kauri Joinery Ltd"), date("2026-11-03"), date("2026-12-20"), text("AUD"),
					number("-100.00"), number("-15.00"), number("-115.00"), text("finalized"), text("failed"), text("DRAFT"), text("Tax rate must be valid."),
				},
				{
					text(""), text("Harbour Café"), date("2026-11-03"), date(""), text("NZD"),
					number("0.00"), number("0.00"), number("0.00"), text("draft"), text("not_exported"), text(""), text(""),
				},
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, app.ListSheet(c.rows)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
