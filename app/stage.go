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

// Finalize makes complete drafts ready for export. One without a number gets the next
// one, and one without a due date is due by the client's payment term.
func (a *App) Finalize(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]Result, error) {
	return a.move(ctx, by, ids, billing.Finalize, staff.EditInvoices)
}

// Delete takes drafts, and finalized invoices that Xero does not hold, off the list. They
// are kept for the audit trail; their numbers are free again.
func (a *App) Delete(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]Result, error) {
	return a.move(ctx, by, ids, billing.Delete, staff.EditInvoices)
}

// Hold keeps finalized invoices back from export until they are released.
func (a *App) Hold(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]Result, error) {
	return a.move(ctx, by, ids, billing.Hold, staff.ExportInvoices)
}

// Release lets held invoices be exported again.
func (a *App) Release(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]Result, error) {
	return a.move(ctx, by, ids, billing.Release, staff.ExportInvoices)
}

// ReleaseMissing says of invoices that were not found in Xero that they are gone for good: they
// can be exported again, or taken back to draft.
func (a *App) ReleaseMissing(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]Result, error) {
	return a.move(ctx, by, ids, billing.LetGo, staff.ReleaseMissing)
}

// move lets ev happen to each invoice that it can happen to, all in one transaction,
// and says of every other why not.
func (a *App) move(ctx context.Context, by staff.Member, ids []billing.InvoiceID, ev billing.Event, needs staff.Action) ([]Result, error) {
	var results []Result
	err := a.Update(ctx, func(tx Tx) error {
		results = results[:0]
		invoices, err := tx.Invoices(ids)
		if err != nil {
			return err
		}
		if ev == billing.Delete {
			if err := CheckUnlocked(tx); err != nil {
				return err
			}
		}
		f, err := newFinishing(tx)
		if err != nil {
			return err
		}
		stages := map[billing.Stage][]billing.InvoiceID{}
		var entries []staff.Entry
		for _, v := range invoices {
			to, err := mayMove(by, v, ev, needs)
			if ev == billing.Delete {
				to, err = mayDelete(by, v)
			}
			if err == nil && ev == billing.Finalize {
				v, err = f.finish(v)
			}
			if err != nil && CodeOf(err) == Internal {
				return err
			}
			if results = append(results, Result{v.ID, v.Number, err}); err != nil {
				continue
			}
			stages[to] = append(stages[to], v.ID)
			entries = append(entries, Entry(by, EventNames[ev], "invoice", string(v.ID), Describe(v.Stage), Describe(to)))
		}
		if err := noteRefusals(tx, results); err != nil {
			return err
		}
		if err := tx.AdvanceAll(stages); err != nil {
			return err
		}
		return tx.Record(entries...)
	})
	return results, err
}

func mayMove(by staff.Member, v billing.Invoice, ev billing.Event, needs staff.Action) (billing.Stage, error) {
	if err := Allow(by, needs, v.Client); err != nil {
		return v.Stage, err
	}
	to, ok := v.Stage.Next(ev)
	if !ok {
		return v.Stage, Errorf(Conflict, "Invoice %s is %s: it cannot be %s now.", v.Number, Describe(v.Stage), pastNames[ev])
	}
	return to, nil
}

// EventNames name in the audit trail what happened; pastNames in a refusal what cannot.
var (
	EventNames = map[billing.Event]staff.AuditAction{
		billing.Finalize: staff.AuditFinalize, billing.Reopen: staff.AuditDraft, billing.Delete: staff.AuditDelete, billing.Hold: staff.AuditHold, billing.Release: staff.AuditRelease,
		billing.Send: staff.AuditSend, billing.Unsent: staff.AuditQueueAgain, billing.Lose: staff.AuditLoseAnswer, billing.LetGo: staff.AuditRelease,
	}
	pastNames = map[billing.Event]string{
		billing.Finalize: "finalized", billing.Reopen: "taken back to draft", billing.Hold: "held",
		billing.Release: "released", billing.Queue: "exported", billing.Delete: "deleted", billing.LetGo: "released",
	}
)

// Describe says a stage in words.
func Describe(s billing.Stage) string {
	if s.Status == billing.Draft {
		return "a draft"
	}
	if s.Status == billing.Deleted {
		return "deleted"
	}
	return s.Status.String() + ", " + exportWords[s.Export]
}

var exportWords = map[billing.ExportState]string{
	billing.NotExported:    "not exported",
	billing.Queued:         "queued for export",
	billing.Exporting:      "being exported",
	billing.Exported:       "exported",
	billing.Warned:         "exported with warnings",
	billing.Failed:         "its export failed",
	billing.Unknown:        "its export not settled yet",
	billing.Changed:        "changed in Xero",
	billing.DeletedInXero:  "deleted in Xero",
	billing.VoidedInXero:   "voided in Xero",
	billing.NotFoundInXero: "not found in Xero",
	billing.Removing:       "being removed from Xero",
	billing.Held:           "held",
}
