package command

import (
	"context"
	"flag"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
)

var exportCommand = command{
	name: "export", args: "NUMBER... | --number NUMBER... | --all",
	about: "export finalized invoices to Xero",
	prepare: func(flags *flag.FlagSet) runner {
		var f exportFlags
		flags.Var(&f.numbers, "number", "the `NUMBER` of an invoice to export; can be given more than once")
		flags.BoolVar(&f.all, "all", false, "export every finalized invoice that isn't in Xero yet and isn't held; one that was deleted in Xero has to be named")
		return f.run
	},
}

type exportFlags struct {
	numbers words
	all     bool
}

func (f *exportFlags) run(ctx context.Context, s *session, words []string) error {
	named := append(f.numbers, words...)
	if (len(named) > 0) == f.all {
		return misused("Name invoices with --number, or export everything that is due with --all.")
	}
	if err := s.openConnected(ctx); err != nil {
		return err
	}
	ids, err := f.chosen(ctx, s, named)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		s.say("There is nothing to export.")
		return nil
	}
	left, err := s.app.LeftOut(ctx, s.me, ids)
	if err != nil {
		return err
	}
	_, results, err := s.app.Export(ctx, s.me, ids)
	if err != nil {
		return err
	}
	for _, r := range results {
		if unshown := left[r.Invoice]; r.Err == nil && len(unshown) > 0 {
			s.say("%s  %s", r.Number, app.NoPDF(unshown).Text)
		}
	}
	return s.settle(ctx, results, errand{
		run: func(v app.InvoiceView) app.RunID {
			if len(v.Exports) == 0 {
				return ""
			}
			return v.Exports[0].Run
		},
		judge: func(v app.InvoiceView, refused error) (resultJSON, bool) {
			r, there := exportResult(v, refused)
			unshown := left[v.Invoice.ID]
			// Another process, or a later one, may be the one to find that out.
			if refused == nil && there && len(unshown) > 0 && !ledger.HasCause(v.Exports[0].Messages, ledger.PDFIncomplete) {
				r.Messages = append(r.Messages, app.NoPDF(unshown).Text)
			}
			return r, there
		},
	})
}

// chosen returns the invoices that are named; with --all those that are due for export, those on
// their way, which an earlier run left, and those of which a person has to say whether they are in
// Xero: else nobody would be told that they wait.
func (f *exportFlags) chosen(ctx context.Context, s *session, named []string) ([]billing.InvoiceID, error) {
	if !f.all {
		return s.invoices(ctx, named)
	}
	var ids []billing.InvoiceID
	for row, err := range s.app.Rows(ctx, s.me, app.Query{}) {
		if err != nil {
			return nil, err
		}
		onItsWay := row.Stage.Status == billing.Finalized && row.Stage.InFlight() && row.Stage.Export != billing.Removing
		if row.Stage.DueForExport() || onItsWay || row.Stage.Export == billing.MayBeOurs {
			ids = append(ids, row.ID)
		}
	}
	return ids, nil
}

// exportResult returns the result for an invoice, and whether Xero has it now.
func exportResult(v app.InvoiceView, refused error) (resultJSON, bool) {
	r := resultJSON{Number: v.Invoice.Number, Messages: []string{}}
	if len(v.Exports) > 0 {
		r.XeroID = v.Exports[0].Standing.ID
		r.Messages = texts(v.Exports[0].Messages)
	}
	stage := v.Invoice.Stage
	switch {
	case stage.Export == billing.MayBeOurs && refused != nil:
		r.State, r.Messages = "may_be_ours", []string{refused.Error(), howToSettle(r.Number)}
	case stage.Export == billing.MayBeOurs:
		r.State, r.Messages = "may_be_ours", append(r.Messages, howToSettle(r.Number))
	case refused != nil:
		r.State, r.Messages = "skipped", []string{refused.Error()}
	case stage.Export == billing.Exported:
		r.State = "exported"
	case stage.Export == billing.Failed:
		r.State = "failed"
	case stage.Export == billing.Exporting, stage.Export == billing.Unknown:
		r.State = "unknown"
	case stage.Export == billing.Warned, stage.Export == billing.Changed, stage.Export == billing.DeletedInXero,
		stage.Export == billing.VoidedInXero, stage.Export == billing.NotFoundInXero:
		r.State = "warning"
	default:
		r.State = "skipped"
	}
	there := stage.Live() || stage.Status == billing.Closed
	return r, r.State == "exported" || r.State == "warning" || r.State == "skipped" && there
}
