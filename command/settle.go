package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

var settleCommand = command{
	name: "settle", args: "NUMBER [--ours INVOICE-ID | --not-ours]",
	about: "decide about an invoice that may be in Xero; without a flag, print it beside what Xero has",
	prepare: func(flags *flag.FlagSet) runner {
		var f settleFlags
		flags.StringVar(&f.ours, "ours", "", "it's the invoice in Xero with this `INVOICE-ID`: it counts as exported, and Feebridge follows it")
		flags.BoolVar(&f.notOurs, "not-ours", false, "it's none of the invoices in Xero: it can be exported again, with another number if one of them has its number")
		return f.run
	},
}

type settleFlags struct {
	ours    string
	notOurs bool
}

// doubtJSON is an invoice, and which ones in Xero it may be.
type doubtJSON struct {
	Number     billing.Number  `json:"number"`
	State      string          `json:"state"` // adopted, disowned or may_be_ours
	Candidates []candidateJSON `json:"candidates"`
	Messages   []string        `json:"messages"`
}

type candidateJSON struct {
	ID       ledger.InvoiceID     `json:"id"`
	Number   billing.Number       `json:"number"`
	Contact  string               `json:"contact"`
	Date     string               `json:"date"`
	Currency money.Currency       `json:"currency"`
	Total    string               `json:"total"`
	Status   ledger.InvoiceStatus `json:"status"`
}

// howToSettle says how to decide about an invoice that may be in Xero.
func howToSettle(n billing.Number) string {
	return fmt.Sprintf("Run \"feebridge settle %s\" to compare both.", n)
}

func (f *settleFlags) run(ctx context.Context, s *session, words []string) error {
	switch {
	case len(words) != 1:
		return misused("Name one invoice, for example: feebridge settle INV-1001")
	case f.ours != "" && f.notOurs:
		return misused("--ours says that it's an invoice in Xero, and --not-ours that it isn't. Use one of them.")
	}
	open := s.open
	if f.ours != "" {
		open = s.openConnected
	}
	if err := open(ctx); err != nil {
		return err
	}
	ids, err := s.invoices(ctx, words)
	if err != nil {
		return err
	}
	d, err := s.app.Doubt(ctx, s.me, ids[0])
	if err != nil {
		return err
	}
	state, told := "may_be_ours", []string{}
	ours := func(st ledger.Standing) bool { return string(st.ID) == f.ours }
	switch {
	case f.ours != "" && !slices.ContainsFunc(d.There, ours):
		err = app.Errorf(app.NotFound, "refused.no-candidate", "Invoice", d.Invoice.Name())
	case f.ours != "":
		state, err = "adopted", s.app.Claim(ctx, s.me, ids[0], ledger.InvoiceID(f.ours))
	case f.notOurs:
		state, err = "disowned", s.app.Disown(ctx, s.me, ids[0])
	}
	if app.IsCode(err, app.Conflict) || app.IsCode(err, app.NotFound) {
		// What the decision was about may have changed: both are shown as they are now.
		state, told = "may_be_ours", []string{err.Error()}
		if d, err = s.app.Doubt(ctx, s.me, ids[0]); err != nil {
			return errors.New(told[0])
		}
	}
	if err != nil {
		return err
	}
	if state != "may_be_ours" {
		v, err := s.app.Invoice(context.WithoutCancel(ctx), s.me, ids[0])
		if err != nil {
			return err
		}
		told = append(told, texts(v.Exports[0].Messages)...)
		if state == "disowned" && d.NumberTaken() {
			told = append(told, "Give it another number in the window, then export it.")
		}
	}
	line, text := doubtLine(d, state, told)
	s.print(line, "%s", paragraph(text))
	if state == "may_be_ours" {
		return errSomeFailed
	}
	return nil
}

// doubtLine returns an invoice and its candidates in Xero, as JSON and as text.
func doubtLine(d app.Doubt, state string, told []string) (doubtJSON, string) {
	line := doubtJSON{Number: d.Export.Number, State: state, Candidates: []candidateJSON{}, Messages: told}
	text := &strings.Builder{}
	fmt.Fprint(text, fold(resultJSON{Number: line.Number, State: state, Messages: told}.String()))
	const figures = "\n  %-8s %-14s %-32.32s %s %s %12s"
	if state == "may_be_ours" {
		fmt.Fprintf(text, figures, "here", d.Sent.Number, fold(d.Contact), d.Sent.Date, d.Sent.Currency, d.Sent.Total)
	}
	for _, st := range d.There {
		c := candidateJSON{st.ID, st.Number, st.ContactName, st.Date.String(), st.Currency, st.Total.String(), st.Status}
		line.Candidates = append(line.Candidates, c)
		if state == "may_be_ours" {
			fmt.Fprintf(text, figures+"  %s  %s", "in Xero", fold(string(c.Number)), fold(c.Contact), c.Date, c.Currency, c.Total, c.Status, c.ID)
		}
	}
	if state == "may_be_ours" {
		fmt.Fprintf(text, "\nIf it's one of those in Xero, run \"feebridge settle %s --ours INVOICE-ID\". Otherwise run it with --not-ours.", line.Number)
	}
	return line, text.String()
}
