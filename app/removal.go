package app

import (
	"context"
	"slices"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// Redraft takes finalized invoices back to draft. One that Xero does not hold is a draft at
// once. One that Xero holds unapproved is deleted there first, in a run for each organisation:
// the request is on disk when Redraft returns, and is sent as an export is. What cannot be
// taken back is refused row by row, with the way out. One that is on its way already stays in
// its run.
func (a *App) Redraft(ctx context.Context, by staff.Member, ids []billing.InvoiceID) (runs []Run, results []Result, err error) {
	err = a.Update(ctx, func(tx Tx) error {
		runs, results = nil, results[:0]
		if err := CheckUnlocked(tx); err != nil {
			return err
		}
		invoices, err := tx.InvoiceHeads(Distinct(ids))
		if err != nil {
			return err
		}
		q := &removalQueue{Tx: tx, by: by, stages: map[billing.Stage][]billing.InvoiceID{}}
		if q.latest, err = tx.LatestExports(invoiceIDs(invoices)); err != nil {
			return err
		}
		for _, v := range invoices {
			err := q.redraft(v)
			if CodeOf(err) == Internal && err != nil {
				return err
			}
			results = append(results, Result{v.ID, v.Number, err})
		}
		if err := noteRefusals(tx, results); err != nil {
			return err
		}
		if err := q.save(); err != nil {
			return err
		}
		runs = q.runs
		return nil
	})
	if err == nil && len(runs) > 0 {
		a.Wake()
	}
	return runs, results, err
}

// removalQueue is what a redraft or a void puts on disk.
type removalQueue struct {
	Tx
	by       staff.Member
	latest   map[billing.InvoiceID]Export // the newest export of each invoice
	runs     []Run                        // one an organisation
	removals []Removal
	stages   map[billing.Stage][]billing.InvoiceID
	entries  []staff.Entry
}

// redraft takes one invoice back, or says why it cannot be.
func (q *removalQueue) redraft(v billing.Invoice) error {
	if err := Allow(q.by, staff.EditInvoices, v.Client); err != nil {
		return err
	}
	if v.Stage == (billing.Stage{Status: billing.Finalized, Export: billing.Removing}) {
		return nil
	}
	if to, ok := v.Stage.Next(billing.Reopen); ok {
		q.advance(v, to, EventNames[billing.Reopen])
		return nil
	}
	e, exported := q.latest[v.ID]
	to, ok := v.Stage.Next(billing.Remove)
	if !ok || !exported {
		return notRedrafted(v, e)
	}
	q.add(v, e, to, ledger.DeletedThere)
	return nil
}

// add queues a removal.
func (q *removalQueue) add(v billing.Invoice, e Export, stage billing.Stage, to ledger.InvoiceStatus) {
	q.removals = append(q.removals, Removal{
		ID: RemovalID(NewID()), Run: q.runOf(e.Tenant), Invoice: v.ID, Export: e.ID, Tenant: e.Tenant, There: e.Standing.ID, To: to,
	})
	q.advance(v, stage, removalNames[to])
}

// removalNames name in the audit trail what was asked for.
var removalNames = map[ledger.InvoiceStatus]staff.AuditAction{ledger.DeletedThere: staff.AuditDraft, ledger.VoidedThere: staff.AuditVoid}

func (q *removalQueue) advance(v billing.Invoice, to billing.Stage, action staff.AuditAction) {
	q.stages[to] = append(q.stages[to], v.ID)
	q.entries = append(q.entries, Entry(q.by, action, "invoice", string(v.ID), Describe(v.Stage), Describe(to)))
}

func (q *removalQueue) runOf(t ledger.TenantID) RunID {
	for _, r := range q.runs {
		if r.Tenant == t {
			return r.ID
		}
	}
	r := Run{ID: RunID(NewID()), Kind: RemovalRun, Tenant: t, By: q.by.ID, Started: q.Now(), Confirmed: q.Now()}
	q.runs = append(q.runs, r)
	return r.ID
}

func (q *removalQueue) save() error {
	if err := q.SaveRuns(q.runs...); err != nil {
		return err
	}
	if err := q.SaveRemovals(q.removals...); err != nil {
		return err
	}
	if err := q.AdvanceAll(q.stages); err != nil {
		return err
	}
	return q.Record(q.entries...)
}

func invoiceIDs(all []billing.Invoice) []billing.InvoiceID {
	ids := make([]billing.InvoiceID, len(all))
	for i, v := range all {
		ids[i] = v.ID
	}
	return ids
}

// notRedrafted says why an invoice cannot be taken back to draft, and what can be done. latest is
// its newest export, if it has any.
func notRedrafted(v billing.Invoice, latest Export) error {
	settled := v.Stage.Status == billing.Closed && !v.Stage.InFlight() && v.Stage.Export != billing.NotFoundInXero
	if why := latest.Standing.CannotDelete().Text; settled && latest.ID != "" && why != "" {
		return Errorf(Conflict, "refused.redraft-because", "Invoice", v.Name(), "Why", why)
	}
	return hindered(billing.Reopen, v)
}

// withdrawRemovals lets stay in Xero what no request of the run holds, and returns how many
// invoices that were.
func withdrawRemovals(tx Tx, by staff.Member, id RunID) (int, error) {
	all, err := tx.RemovalsOfRun(id)
	if err != nil {
		return 0, err
	}
	waiting := slices.DeleteFunc(all, func(r Removal) bool { return r.Batch != "" || !r.Ended.IsZero() })
	ids, exportIDs := make([]billing.InvoiceID, len(waiting)), make([]ExportID, len(waiting))
	for i, r := range waiting {
		ids[i], exportIDs[i] = r.Invoice, r.Export
	}
	invoices, err := tx.InvoiceHeads(ids)
	if err != nil {
		return 0, err
	}
	exports, err := tx.Exports(exportIDs)
	if err != nil {
		return 0, err
	}
	stages := map[billing.Stage][]billing.InvoiceID{}
	var entries []staff.Entry
	for i, v := range invoices {
		if err := Allow(by, staff.EditInvoices, v.Client); err != nil {
			return 0, err
		}
		r := &waiting[i]
		r.Ended, r.Result = tx.Now(), Withdrawn
		if v.Stage.Export != billing.Removing {
			continue // a comparison with Xero found it to stand otherwise
		}
		to, why := v.Stage.Kept(exports[i].Result), ledger.Stays(translations.Text("stays.cancelled"))
		r.Messages = []ledger.Message{why}
		stages[to] = append(stages[to], v.ID)
		entries = append(entries, Entry(Itself, staff.AuditStays, "invoice", string(v.ID), Describe(v.Stage), Describe(to)+": "+why.Text))
	}
	if err := tx.SaveRemovals(waiting...); err != nil {
		return 0, err
	}
	if err := tx.AdvanceAll(stages); err != nil {
		return 0, err
	}
	return len(waiting), tx.Record(entries...)
}

// RemovalsOfRun returns the removals of a run that the member may see, in the order they were
// asked for.
func (a *App) RemovalsOfRun(ctx context.Context, by staff.Member, id RunID) ([]Removal, error) {
	var seen []Removal
	err := a.store.View(ctx, func(r Reader) error {
		all, err := r.RemovalsOfRun(id)
		if err != nil {
			return err
		}
		seen, err = visible(r, by, all, func(m Removal) billing.InvoiceID { return m.Invoice })
		return err
	})
	return seen, err
}
