package command

import (
	"context"
	"flag"
	"fmt"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
)

var replaceCommand = command{
	name: "replace", args: "NUMBER",
	about: "replace a closed invoice: it is voided in Xero and deleted here, and a new draft is made",
	prepare: func(flags *flag.FlagSet) runner {
		var f replaceFlags
		flags.BoolVar(&f.void, "void", false, "void the invoice in Xero from here, where Xero allows it; this can't be undone")
		flags.BoolVar(&f.finalize, "finalize", false, "finalize the new draft, which gives it its number")
		return f.run
	},
}

type replaceFlags struct{ void, finalize bool }

// run takes as many steps as can be taken of what the window's Replace does.
func (f *replaceFlags) run(ctx context.Context, s *session, words []string) error {
	if len(words) != 1 {
		return misused("Name one invoice, for example: feebridge replace INV-1001")
	}
	if err := s.openConnected(ctx); err != nil {
		return err
	}
	id, err := s.toReplace(ctx, words[0])
	if err != nil {
		return err
	}
	if err := s.app.LookAgain(ctx, s.me, []billing.InvoiceID{id}); err != nil {
		return err
	}
	for voided, waited := false, false; ; {
		r, err := s.app.Replace(ctx, s.me, id)
		if err != nil {
			return err
		}
		switch {
		case r.Step == app.ReplaceDone:
			return f.tellCopy(ctx, s, r)
		case r.Step == app.CopyNow:
			_, err = s.app.CopyReplaced(ctx, s.me, id, billing.DateOf(time.Now()))
		case r.Step == app.DeleteHere:
			err = s.app.DeleteReplaced(ctx, s.me, id)
		case r.Step == app.Voiding && !waited:
			waited = true
			err = s.app.Finish(ctx, r.Removals[0].Run, s.Patience)
		case r.Step == app.VoidFirst && f.void && !voided:
			voided = true
			err = s.voidNow(ctx, id)
		default:
			line := resultJSON{Number: r.Invoice.Number, State: string(r.Step), XeroID: r.Exports[0].Standing.ID, Messages: []string{whatComesFirst(r)}}
			if r.Link != "" {
				line.Messages = append(line.Messages, r.Link)
			}
			s.print(line, "%s", line)
			return errSomeFailed
		}
		if err != nil {
			return err
		}
	}
}

// toReplace finds the invoice by its number. One that a replacement has deleted already is
// found among those under way.
func (s *session) toReplace(ctx context.Context, number string) (billing.InvoiceID, error) {
	ids, missing := s.invoices(ctx, []string{number})
	if missing == nil {
		return ids[0], nil
	}
	open, err := s.app.Replacements(ctx, s.me)
	if err != nil {
		return "", err
	}
	for _, r := range open {
		v, err := s.app.Invoice(ctx, s.me, r.Invoice)
		if err != nil {
			return "", err
		}
		if v.Invoice.Number.Fold() == billing.Number(number).Fold() {
			return r.Invoice, nil
		}
	}
	return "", missing
}

func (s *session) voidNow(ctx context.Context, id billing.InvoiceID) error {
	run, err := s.app.VoidInXero(ctx, s.me, id)
	if err != nil {
		return err
	}
	return s.app.Finish(ctx, run.ID, s.Patience)
}

// tellCopy finalizes the draft that replaces an invoice, if that was asked for, and tells
// of it.
func (f *replaceFlags) tellCopy(ctx context.Context, s *session, r app.ReplaceView) error {
	line := resultJSON{Number: r.Invoice.Number, State: "replaced", Messages: []string{"A new draft replaces it. Open the draft in the window to change it."}}
	if f.finalize {
		results, err := s.app.Finalize(ctx, s.me, []billing.InvoiceID{r.Replacement.Copy})
		if err == nil {
			err = results[0].Err
		}
		if err != nil {
			return err
		}
		line.Messages = []string{fmt.Sprintf("%s replaces it.", results[0].Number)}
	}
	s.print(line, "%s", line)
	return nil
}

// whatComesFirst says what must happen before the replacement goes on.
func whatComesFirst(r app.ReplaceView) string {
	switch {
	case r.Why != "":
		return r.Why
	case r.Step == app.VoidFirst:
		return "It is approved in Xero. Void it there and run this again, or run this again with --void."
	case r.Step == app.Voiding:
		return "Xero has not confirmed yet that it is voided. Run this again later."
	}
	return "Xero no longer lists it. An Admin has to delete it in the window first."
}
