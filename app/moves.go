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

// Seen says that the member has read what Xero warned of when it took the invoice. The warning stays with the
// export; the invoice calls nobody to it any more. Anything else that the invoice is, it stays.
func (a *App) Seen(ctx context.Context, by staff.Member, id billing.InvoiceID) error {
	return a.Update(ctx, func(tx Tx) error {
		v, err := tx.Invoice(id)
		if err != nil {
			return err
		}
		if err := Allow(by, staff.ExportInvoices, v.Client); err != nil {
			return err
		}
		to, warned := v.Stage.Next(billing.See)
		if !warned {
			return nil
		}
		if err := tx.Advance(to, id); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditSee, "invoice", string(id), Describe(v.Stage), Describe(to)))
	})
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
		return v.Stage, hindered(ev, v)
	}
	return to, nil
}

// EventNames name in the audit trail what happened.
var EventNames = map[billing.Event]staff.AuditAction{
	billing.Finalize: staff.AuditFinalize, billing.Reopen: staff.AuditDraft, billing.Delete: staff.AuditDelete, billing.Hold: staff.AuditHold, billing.Release: staff.AuditRelease,
	billing.Send: staff.AuditSend, billing.Unsent: staff.AuditQueueAgain, billing.Lose: staff.AuditLoseAnswer, billing.LetGo: staff.AuditRelease,
}
