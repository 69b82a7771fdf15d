package command

import (
	"context"
	"errors"
	"flag"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
)

var reviewCommand = command{
	name: "review", args: "NUMBER... | --number NUMBER... | --all",
	about: "say what would happen if invoices were exported, and send nothing",
	prepare: func(flags *flag.FlagSet) runner {
		var f reviewFlags
		flags.Var(&f.numbers, "number", "the `NUMBER` of an invoice to review; can be given more than once")
		flags.BoolVar(&f.all, "all", false, "review every finalized invoice that isn't in Xero yet and isn't held")
		return f.run
	},
}

type reviewFlags struct {
	numbers words
	all     bool
}

// reviewJSON is what would happen to an invoice; the amount is a decimal.
type reviewJSON struct {
	Number   billing.Number     `json:"number"`
	Verdict  app.Verdict        `json:"verdict"`
	Contact  app.ContactVerdict `json:"contact"` // "" where the invoice can't be exported at all
	Total    string             `json:"total"`
	Messages []string           `json:"messages"`
}

func (f *reviewFlags) run(ctx context.Context, s *session, words []string) error {
	named := append(f.numbers, words...)
	if (len(named) > 0) == f.all {
		return misused("Name invoices with --number, or review everything that is due with --all.")
	}
	if err := s.openConnected(ctx); err != nil {
		return err
	}
	var ids []billing.InvoiceID
	var err error
	if f.all {
		ids, err = s.due(ctx)
	} else {
		ids, err = s.invoices(ctx, named)
	}
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		s.say("There is nothing to review.")
		return nil
	}
	reviews, results, err := s.app.Review(ctx, s.me, ids, true)
	if err != nil {
		return err
	}
	for _, r := range reviews {
		s.printReview(r)
		if r.Count(app.VerdictBlocked) > 0 {
			err = errSomeFailed
		}
	}
	if refused := s.printRefused(results); refused != nil {
		return refused
	}
	return err
}

// printReview prints what would happen in one organisation.
func (s *session) printReview(r app.Review) {
	s.say("%s", r.Organisation.Tenant.Name)
	for _, row := range r.Rows {
		v := row.Invoice
		line := reviewJSON{v.Number, row.Verdict, row.Contact, row.Total.String(), texts(row.Messages)}
		s.print(line, "%-14s %-8s %-12s %-32.32s %s %12s", v.Number, row.Verdict, row.Contact, contactName(row), v.Currency, row.Total)
		for _, m := range row.Messages {
			if m.Warning {
				s.say("    %s", m.Text)
			} else {
				s.say("    %s %s", m.Text, m.Cause.Fix())
			}
		}
	}
	s.say("%d ready, %d with a warning, %d blocked.", r.Count(app.VerdictReady), r.Count(app.VerdictWarning), r.Count(app.VerdictBlocked))
	if r.DayLeft < 0 {
		s.say("The export takes up to %d calls to Xero.", r.Calls)
		return
	}
	s.say("The export takes up to %d calls to Xero, and %d are left today.", r.Calls, r.DayLeft)
}

// contactName returns the name of the contact that an invoice would go to, as Xero has it; the client's where none is
// found yet.
func contactName(row app.Reviewed) string {
	if row.Match.Kind == ledger.Linked || row.Match.Kind == ledger.Found {
		return row.Match.Contact.Name
	}
	return row.Client.Name
}

// printRefused prints what can't be exported at all. An organisation that can't be reached ends the command as such.
func (s *session) printRefused(results []app.Result) (failed error) {
	for _, r := range results {
		line := reviewJSON{r.Number, app.VerdictBlocked, "", "", []string{r.Err.Error()}}
		s.print(line, "%-14s %-8s %v", r.Number, app.VerdictBlocked, r.Err)
		if t, ok := errors.AsType[*app.Trouble](r.Err); ok {
			failed = t
		} else if failed == nil {
			failed = errSomeFailed
		}
	}
	return failed
}

// due returns the invoices that are due for export.
func (s *session) due(ctx context.Context) ([]billing.InvoiceID, error) {
	var ids []billing.InvoiceID
	for row, err := range s.app.Rows(ctx, s.me, app.Query{}) {
		if err != nil {
			return nil, err
		}
		if row.Stage.DueForExport() {
			ids = append(ids, row.ID)
		}
	}
	return ids, nil
}
