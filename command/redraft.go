package command

import (
	"context"
	"flag"
	"fmt"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
)

// refresh reads what became of the invoices in Xero, and tells of each that stands otherwise.
func refresh(ctx context.Context, s *session, words []string) int {
	if len(words) > 0 {
		return s.wrongUse("refresh takes no arguments.")
	}
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	if err := s.connect(ctx); err != nil {
		return s.fail(err)
	}
	before, err := s.rows(ctx)
	if err != nil {
		return s.fail(err)
	}
	_, failed := s.app.RefreshAll(ctx)
	after, err := s.rows(context.WithoutCancel(ctx))
	if err != nil {
		return s.fail(err)
	}
	for _, r := range after {
		if row := listRow(r); row != listRow(before[r.ID]) {
			s.print(row, "%-14s %-32.32s %s %12s  %-9s  %-14s %s", row.Number, row.Entity, row.Currency, row.Total, row.Status, row.XeroExport, row.XeroStatus)
		}
	}
	if failed != nil {
		return s.fail(failed)
	}
	return exitDone
}

// rows returns the invoices by their IDs.
func (s *session) rows(ctx context.Context) (map[billing.InvoiceID]app.InvoiceRow, error) {
	all := map[billing.InvoiceID]app.InvoiceRow{}
	for row, err := range s.app.Rows(ctx, s.me, app.Query{}) {
		if err != nil {
			return nil, err
		}
		all[row.ID] = row
	}
	return all, nil
}

func redraft(ctx context.Context, s *session, words []string) int {
	if len(words) == 0 {
		return s.wrongUse("name the invoices, such as: feebridge redraft INV-1001 INV-1002")
	}
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	ids, err := s.app.Numbers(ctx, numbers(words))
	if err != nil {
		return s.fail(err)
	}
	if err := s.connect(ctx); err != nil {
		return s.fail(err)
	}
	_, results, err := s.app.Redraft(ctx, s.me, ids)
	if err != nil {
		return s.fail(err)
	}
	stopped := s.finishRemovals(ctx, results)
	code := exitDone
	for _, r := range results {
		v, err := s.app.Invoice(context.WithoutCancel(ctx), s.me, r.Invoice)
		if err != nil {
			return s.fail(err)
		}
		line := redraftResult(v, r.Err)
		if line.State != "draft" {
			code = exitSomeFailed
		}
		s.print(line, "%s", line)
	}
	if stopped != nil {
		return s.fail(stopped)
	}
	return code
}

// finishRemovals sends until the removals of the invoices are settled, and returns why not when
// they are not.
func (s *session) finishRemovals(ctx context.Context, results []app.Result) error {
	for _, r := range results {
		if r.Err != nil {
			continue
		}
		v, err := s.app.Invoice(ctx, s.me, r.Invoice)
		if err != nil {
			return err
		}
		if len(v.Removals) == 0 {
			continue
		}
		if err := s.app.Finish(ctx, v.Removals[0].Run, patience); err != nil {
			return err
		}
	}
	return nil
}

// redraftResult says what became of an invoice that was to go back to draft.
func redraftResult(v app.InvoiceView, refused error) resultJSON {
	r := resultJSON{Number: v.Invoice.Number, Messages: []string{}}
	if len(v.Exports) > 0 {
		r.XeroID = v.Exports[0].Standing.ID
	}
	switch {
	case refused != nil:
		r.State, r.Messages = "skipped", []string{refused.Error()}
	case v.Invoice.Stage.Status == billing.Draft:
		r.State = "draft"
	case v.Invoice.Stage.Export == billing.Removing:
		r.State = "unknown"
	default:
		r.State = "failed"
		if len(v.Removals) > 0 {
			for _, m := range v.Removals[0].Messages {
				r.Messages = append(r.Messages, m.Text)
			}
		}
	}
	return r
}

func replaceFlags(flags *flag.FlagSet, o *options) {
	flags.BoolVar(&o.void, "void", false, "void the invoice in Xero from here, where Xero allows it: it cannot be undone")
	flags.BoolVar(&o.finalize, "finalize", false, "finalize the new draft, which gives it its number")
}

// replaceInvoice takes as many steps as can be taken of what the window's Replace does.
func replaceInvoice(ctx context.Context, s *session, words []string) int {
	if len(words) != 1 {
		return s.wrongUse("name one invoice, such as: feebridge replace INV-1001")
	}
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	id, err := s.toReplace(ctx, billing.Number(words[0]))
	if err != nil {
		return s.fail(err)
	}
	if err := s.connect(ctx); err != nil {
		return s.fail(err)
	}
	if err := s.app.LookAgain(ctx, s.me, []billing.InvoiceID{id}); err != nil {
		return s.fail(err)
	}
	for voided := false; ; {
		r, err := s.app.Replace(ctx, s.me, id)
		if err != nil {
			return s.fail(err)
		}
		switch {
		case r.Step == app.ReplaceDone:
			return s.tellCopy(ctx, r)
		case r.Step == app.CopyNow:
			_, err = s.app.CopyReplaced(ctx, s.me, id, billing.DateOf(time.Now()))
		case r.Step == app.DeleteHere:
			err = s.app.DeleteReplaced(ctx, s.me, id)
		case r.Step == app.Voiding:
			err = s.app.Finish(ctx, r.Removals[0].Run, patience)
		case r.Step == app.VoidFirst && s.options.void && !voided:
			voided = true
			err = s.voidNow(ctx, id)
		default:
			line := resultJSON{Number: r.Invoice.Number, State: string(r.Step), XeroID: r.Exports[0].Standing.ID, Messages: []string{whatComesFirst(r)}}
			if r.Link != "" {
				line.Messages = append(line.Messages, r.Link)
			}
			s.print(line, "%s", line)
			return exitSomeFailed
		}
		if err != nil {
			return s.fail(err)
		}
	}
}

// toReplace finds the invoice by its number. One that a replacement has deleted already is
// found among those under way.
func (s *session) toReplace(ctx context.Context, number billing.Number) (billing.InvoiceID, error) {
	ids, missing := s.app.Numbers(ctx, []billing.Number{number})
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
		if v.Invoice.Number.Fold() == number.Fold() {
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
	return s.app.Finish(ctx, run.ID, patience)
}

// tellCopy finalizes the draft that takes the place of a replaced invoice, if that was asked
// for, and tells of it.
func (s *session) tellCopy(ctx context.Context, r app.ReplaceView) int {
	line := resultJSON{Number: r.Invoice.Number, State: "replaced", Messages: []string{"A draft takes its place. Open it in the window to change it."}}
	if s.options.finalize {
		results, err := s.app.Finalize(ctx, s.me, []billing.InvoiceID{r.Replacement.Copy})
		if err == nil {
			err = results[0].Err
		}
		if err != nil {
			return s.fail(err)
		}
		line.Messages = []string{fmt.Sprintf("%s takes its place.", results[0].Number)}
	}
	s.print(line, "%s", line)
	return exitDone
}

// whatComesFirst says what must happen before the replacement goes on.
func whatComesFirst(r app.ReplaceView) string {
	switch {
	case r.Why != "":
		return r.Why
	case r.Step == app.VoidFirst:
		return "It is approved in Xero. Void it there, or from here with --void, and run this again."
	}
	return "It was not found in Xero. An Admin has to delete it in the window first."
}
