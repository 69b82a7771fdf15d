package command

import (
	"context"
	"flag"

	"feebridge/app"
	"feebridge/app/billing"
)

var redraftCommand = command{
	name: "redraft", args: "NUMBER...",
	about:   "take invoices back to draft, and delete in Xero what isn't approved there",
	prepare: func(*flag.FlagSet) runner { return redraft },
}

func redraft(ctx context.Context, s *session, words []string) error {
	if len(words) == 0 {
		return misused("Name the invoices, for example: feebridge redraft INV-1001 INV-1002")
	}
	if err := s.openConnected(ctx); err != nil {
		return err
	}
	ids, err := s.invoices(ctx, words)
	if err != nil {
		return err
	}
	_, results, err := s.app.Redraft(ctx, s.me, ids)
	if err != nil {
		return err
	}
	return s.settle(ctx, results, errand{
		run: func(v app.InvoiceView) app.RunID {
			if len(v.Removals) == 0 {
				return ""
			}
			return v.Removals[0].Run
		},
		judge: redraftResult,
	})
}

// redraftResult returns the result of taking an invoice back to draft, and whether
// it did.
func redraftResult(v app.InvoiceView, refused error) (resultJSON, bool) {
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
			r.Messages = texts(v.Removals[0].Messages)
		}
	}
	return r, r.State == "draft"
}
