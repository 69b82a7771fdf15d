package app

import (
	"context"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// RemovalID identifies a removal.
type RemovalID string

// Removal is one invoice's way out of force in Xero: deleted there, so that it is a draft here
// again, or voided there, so that it can be replaced. It waits while it has no batch and no end.
type Removal struct {
	ID       RemovalID
	Run      RunID
	Invoice  billing.InvoiceID
	Export   ExportID // that is undone
	Tenant   ledger.TenantID
	There    ledger.InvoiceID
	To       ledger.InvoiceStatus // DeletedThere or VoidedThere
	Batch    BatchID              // the batch it is in; "" when in none
	Small    int                  // the most members its next batch may have; 0 for no limit
	Ended    time.Time
	Result   RemovalResult    // once ended
	Messages []ledger.Message // why it stays in Xero
}

// RemovalResult says how a removal ended.
type RemovalResult string

// The results of a removal.
const (
	Removed   RemovalResult = "removed"
	KeptThere RemovalResult = "kept"
	Withdrawn RemovalResult = "withdrawn" // cancelled before it was sent
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
		invoices, err := tx.Invoices(Distinct(ids))
		if err != nil {
			return err
		}
		q := &removalQueue{Tx: tx, by: by}
		for _, v := range invoices {
			err := q.redraft(v)
			if CodeOf(err) == Internal && err != nil {
				return err
			}
			results = append(results, Result{v.ID, v.Number, err})
			if err := NoteRefusal(tx, err); err != nil {
				return err
			}
		}
		runs = q.runs
		return nil
	})
	if err == nil && len(runs) > 0 {
		a.wake.ring()
	}
	return runs, results, err
}

// removalQueue puts removals on disk.
type removalQueue struct {
	Tx
	by   staff.Member
	runs []Run // one an organisation
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
		return q.advance(v, to, eventNames[billing.Reopen])
	}
	exports, err := q.ExportsOf(v.ID)
	if err != nil {
		return err
	}
	to, ok := v.Stage.Next(billing.Remove)
	if !ok || len(exports) == 0 {
		return notRedrafted(v, exports)
	}
	return q.add(v, exports[0], to, ledger.DeletedThere)
}

// add puts a removal on disk.
func (q *removalQueue) add(v billing.Invoice, e Export, stage billing.Stage, to ledger.InvoiceStatus) error {
	run, err := q.runOf(e.Tenant)
	if err != nil {
		return err
	}
	err = q.SaveRemovals(Removal{
		ID: RemovalID(NewID()), Run: run, Invoice: v.ID, Export: e.ID, Tenant: e.Tenant, There: e.Standing.ID, To: to,
	})
	if err != nil {
		return err
	}
	return q.advance(v, stage, removalNames[to])
}

// removalNames name in the audit trail what was asked for.
var removalNames = map[ledger.InvoiceStatus]string{ledger.DeletedThere: "draft", ledger.VoidedThere: "void in Xero"}

func (q *removalQueue) advance(v billing.Invoice, to billing.Stage, action string) error {
	if err := q.Advance(to, v.ID); err != nil {
		return err
	}
	return q.Record(Entry(q.by, action, "invoice", string(v.ID), Describe(v.Stage), Describe(to)))
}

func (q *removalQueue) runOf(t ledger.TenantID) (RunID, error) {
	for _, r := range q.runs {
		if r.Tenant == t {
			return r.ID, nil
		}
	}
	r := Run{ID: RunID(NewID()), Kind: RemovalRun, Tenant: t, By: q.by.ID, Started: q.Now(), Confirmed: q.Now()}
	q.runs = append(q.runs, r)
	return r.ID, q.SaveRun(r)
}

// notRedrafted says why an invoice cannot be taken back to draft, and what can be done.
func notRedrafted(v billing.Invoice, exports []Export) error {
	n := v.Number
	switch {
	case v.Stage.Status == billing.Draft:
		return Errorf(Conflict, "Invoice %s is a draft already.", n)
	case v.Stage.Status == billing.Deleted:
		return Errorf(Conflict, "Invoice %s is deleted.", n)
	case v.Stage.Export == billing.Removing:
		return Errorf(Conflict, "Invoice %s is being removed from Xero already.", n)
	case v.Stage.Export == billing.Queued:
		return Errorf(Conflict, "Invoice %s is queued for export: cancel the export first.", n)
	case v.Stage.InFlight():
		return Errorf(Conflict, "Invoice %s is on its way to Xero: wait until it is settled.", n)
	case v.Stage.Export == billing.NotFoundInXero:
		return Errorf(Conflict, "Invoice %s was not found in Xero. An Admin has to say that it is gone for good first.", n)
	case v.Stage.Export == billing.VoidedInXero:
		return Errorf(Conflict, "Invoice %s was voided in Xero, so its number is used up: choose Replace to write it anew.", n)
	case len(exports) > 0:
		return &Error{Code: Conflict, Text: "Invoice %s stays as it is. %s", Args: []any{n, exports[0].Standing.CannotDelete().Text}}
	}
	return Errorf(Conflict, "Invoice %s is %s: it cannot be taken back to draft now.", n, Describe(v.Stage))
}

// withdrawRemovals lets what of a run was provably never sent stay in Xero, and returns how
// many invoices that were.
func withdrawRemovals(tx Tx, by staff.Member, run Run) (n int, err error) {
	if err := releaseRemovals(tx, run); err != nil {
		return 0, err
	}
	all, err := tx.RemovalsOfRun(run.ID)
	if err != nil {
		return 0, err
	}
	for _, m := range all {
		if m.Batch != "" || !m.Ended.IsZero() {
			continue
		}
		r, err := removalNow(tx, m.ID)
		if err != nil {
			return n, err
		}
		if err := Allow(by, staff.EditInvoices, r.tracked.Invoice.Client); err != nil {
			return n, err
		}
		if err := keepThere(tx, r, nil, []ledger.Message{ledger.Stays("It was cancelled before it was sent.")}, Withdrawn); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// releaseRemovals takes the run's removals out of requests that were never tried.
func releaseRemovals(tx Tx, run Run) error {
	ready, err := tx.Batches(run.Tenant, Ready)
	if err != nil {
		return err
	}
	for _, b := range ready {
		if b.Kind != RemovalBatch || b.Tries > 0 {
			continue
		}
		if err := unplanRemovals(tx, b); err != nil {
			return err
		}
	}
	return nil
}

// unplanRemovals takes a request back that was never sent: its members wait again.
func unplanRemovals(tx Tx, b Batch) error {
	members, err := tx.Removals(removalIDs(b.Members))
	if err != nil {
		return err
	}
	for i := range members {
		members[i].Batch = ""
	}
	if err := tx.SaveRemovals(members...); err != nil {
		return err
	}
	return tx.DeleteBatch(b.ID)
}

func removalIDs(members []string) []RemovalID {
	ids := make([]RemovalID, len(members))
	for i, m := range members {
		ids[i] = RemovalID(m)
	}
	return ids
}

// RemovalsOfRun returns the removals of a run that the member may see, in the order they were
// asked for.
func (a *App) RemovalsOfRun(ctx context.Context, by staff.Member, id RunID) ([]Removal, error) {
	var seen []Removal
	err := a.store.View(ctx, func(r Reader) error {
		seen = nil
		all, err := r.RemovalsOfRun(id)
		if err != nil {
			return err
		}
		for _, m := range all {
			v, err := r.Invoice(m.Invoice)
			if err != nil {
				return err
			}
			if by.May(staff.See, v.Client) {
				seen = append(seen, m)
			}
		}
		return nil
	})
	return seen, err
}
