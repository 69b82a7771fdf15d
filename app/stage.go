package app

import (
	"context"

	"feebridge/app/billing"
	"feebridge/app/staff"
)

// Result is what a use case made of one of the invoices it was asked for.
type Result struct {
	Invoice billing.InvoiceID
	Number  billing.Number
	Err     error // nil when it was done
}

// Finalize makes complete drafts ready for export. One without a due date is due by the
// payment term of the mapping.
func (a *App) Finalize(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]Result, error) {
	return a.move(ctx, by, ids, billing.Finalize, staff.EditInvoices)
}

// Reopen takes finalized invoices that Xero does not hold back to draft.
func (a *App) Reopen(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]Result, error) {
	return a.move(ctx, by, ids, billing.Reopen, staff.EditInvoices)
}

// Hold keeps finalized invoices back from export until they are released.
func (a *App) Hold(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]Result, error) {
	return a.move(ctx, by, ids, billing.Hold, staff.ExportInvoices)
}

// Release lets held invoices be exported again.
func (a *App) Release(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]Result, error) {
	return a.move(ctx, by, ids, billing.Release, staff.ExportInvoices)
}

// move lets ev happen to each invoice that it can happen to, all in one transaction,
// and says of every other why not.
func (a *App) move(ctx context.Context, by staff.Member, ids []billing.InvoiceID, ev billing.Event, needs staff.Action) ([]Result, error) {
	var results []Result
	err := a.update(ctx, func(tx Tx) error {
		results = results[:0]
		invoices, err := tx.Invoices(ids)
		if err != nil {
			return err
		}
		terms, err := paymentTerms(tx)
		if err != nil {
			return err
		}
		for _, v := range invoices {
			undated := ev == billing.Finalize && v.Due.IsZero()
			if undated {
				term, err := terms(v.Client)
				if err != nil {
					return err
				}
				v.Due = term.Due(v.Date)
			}
			to, err := mayMove(by, v, ev, needs)
			results = append(results, Result{v.ID, v.Number, err})
			if err != nil {
				continue
			}
			if undated {
				if _, err := tx.SaveInvoice(v); err != nil {
					return err
				}
			}
			if err := tx.Advance(to, v.ID); err != nil {
				return err
			}
			if err := tx.Record(entry(by, eventNames[ev], "invoice", string(v.ID), describe(v.Stage), describe(to))); err != nil {
				return err
			}
		}
		return nil
	})
	return results, err
}

// paymentTerms returns the function that tells a client's payment term: that of the
// organisation which its invoices go to.
func paymentTerms(r Reader) (func(billing.ClientID) (billing.Term, error), error) {
	d, err := readDestinations(r)
	return func(client billing.ClientID) (billing.Term, error) {
		org, err := d.of(client)
		if err != nil {
			return billing.Term{}, nil // not connected yet
		}
		m, err := r.Mapping(org.Tenant.ID)
		return m.Term, err
	}, err
}

func mayMove(by staff.Member, v billing.Invoice, ev billing.Event, needs staff.Action) (billing.Stage, error) {
	if err := allow(by, needs, v.Client); err != nil {
		return v.Stage, err
	}
	to, ok := v.Stage.Next(ev)
	if !ok {
		return v.Stage, Errorf(Conflict, "Invoice %s is %s: it cannot be %s now.", v.Number, describe(v.Stage), pastNames[ev])
	}
	if ev == billing.Finalize {
		if err := v.CheckFinal(); err != nil {
			return v.Stage, err
		}
	}
	return to, nil
}

// eventNames name in the audit trail what happened; pastNames in a refusal what cannot.
var (
	eventNames = map[billing.Event]string{
		billing.Finalize: "finalize", billing.Reopen: "draft", billing.Hold: "hold", billing.Release: "release",
		billing.Send: "send", billing.Unsent: "queue again", billing.Lose: "lose answer",
	}
	pastNames = map[billing.Event]string{
		billing.Finalize: "finalized", billing.Reopen: "taken back to draft", billing.Hold: "held",
		billing.Release: "released", billing.Queue: "exported",
	}
)

// describe says a stage in words.
func describe(s billing.Stage) string {
	if s.Status == billing.Draft {
		return "a draft"
	}
	if s.Status == billing.Deleted {
		return "deleted"
	}
	return s.Status.String() + ", " + exportWords[s.Export]
}

var exportWords = map[billing.ExportState]string{
	billing.NotExported:   "not exported",
	billing.Queued:        "queued for export",
	billing.Exporting:     "being exported",
	billing.Exported:      "exported",
	billing.Warned:        "exported with warnings",
	billing.Failed:        "its export failed",
	billing.Unknown:       "its export not settled yet",
	billing.Changed:       "changed in Xero",
	billing.DeletedInXero: "deleted in Xero",
	billing.VoidedInXero:  "voided in Xero",
	billing.Removing:      "being removed from Xero",
	billing.Held:          "held",
}
