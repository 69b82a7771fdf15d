package command

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/money"
)

var showCommand = command{
	name: "show", args: "NUMBER",
	about:   "show an invoice with its lines and its exports",
	prepare: func(*flag.FlagSet) runner { return show },
}

// showJSON is one invoice with its lines and its exports, newest first.
type showJSON struct {
	Number    billing.Number `json:"number"`
	Entity    string         `json:"entity"`
	Date      string         `json:"date"`
	Due       string         `json:"due"`
	Reference string         `json:"reference"`
	Currency  money.Currency `json:"currency"`
	Lines     []lineJSON     `json:"lines"`
	SubTotal  string         `json:"subtotal"`
	Tax       string         `json:"tax"`
	Total     string         `json:"total"`
	Status    string         `json:"status"`
	Export    string         `json:"xero_export"`
	Contact   string         `json:"xero_contact"`
	Link      string         `json:"xero_link"`
	Exports   []resultJSON   `json:"exports"`
}

type lineJSON struct {
	Description string `json:"description"`
	Quantity    string `json:"quantity"`
	UnitAmount  string `json:"unit_amount"`
	Account     string `json:"account"`
	Tax         string `json:"tax"`
	Amount      string `json:"amount"`
}

func show(ctx context.Context, s *session, words []string) error {
	if len(words) != 1 {
		return misused("Name one invoice, for example: feebridge show INV-1001")
	}
	if err := s.open(ctx); err != nil {
		return err
	}
	ids, err := s.invoices(ctx, words)
	if err != nil {
		return err
	}
	v, err := s.app.Invoice(ctx, s.me, ids[0])
	if err != nil {
		return err
	}
	object, text := shown(v)
	s.print(object, "%s", paragraph(text))
	return nil
}

// shown returns an invoice as JSON and as text.
func shown(v app.InvoiceView) (showJSON, string) {
	inv := v.Invoice
	o := showJSON{
		Number: inv.Number, Entity: v.Client.Name, Date: inv.Date.String(), Due: inv.Due.String(), Reference: inv.Reference,
		Currency: inv.Currency, SubTotal: v.Totals.SubTotal.String(), Tax: v.Totals.Tax.String(), Total: v.Totals.Total.String(),
		Status: inv.Stage.Status.String(), Export: inv.Stage.Export.String(), Contact: v.Contact.Name, Link: v.Link,
		Lines: []lineJSON{}, Exports: []resultJSON{},
	}
	text := &strings.Builder{}
	fmt.Fprintf(text, "Invoice %s  %s\nDate %s  Due %s  %s\n", o.Number, fold(o.Entity), o.Date, o.Due, fold(o.Reference))
	for i, l := range inv.Lines {
		line := lineJSON{l.Description, l.Quantity.String(), l.UnitAmount.String(), l.Account, l.Tax.Name, v.Totals.Lines[i].Amount.String()}
		o.Lines = append(o.Lines, line)
		fmt.Fprintf(text, "  %-50.50s %8s x %10s  %-18.18s %12s\n", fold(line.Description), line.Quantity, line.UnitAmount, fold(line.Tax), line.Amount)
	}
	fmt.Fprintf(text, "Subtotal %s  Tax %s  Total %s %s\n%s, %s", o.SubTotal, o.Tax, o.Currency, o.Total, o.Status, o.Export)
	for _, e := range v.Exports {
		o.Exports = append(o.Exports, resultJSON{Number: e.Number, State: e.Result.String(), XeroID: e.Standing.ID, Messages: texts(e.Messages)})
		for _, m := range e.Messages {
			// Some of these are Xero's own words and some are Feebridge's: nothing tells which.
			fmt.Fprintf(text, "\n  %s: %s\n    What it means: %s\n    What to do: %s", e.Result, fold(m.Text), m.Cause.Meaning(), m.Cause.Fix())
		}
	}
	if inv.Stage.Export == billing.MayBeOurs {
		fmt.Fprintf(text, "\n%s", howToSettle(o.Number))
	}
	return o, text.String()
}
