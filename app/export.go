package app

import (
	"context"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// Export queues finalized invoices for export to Xero, in a run for each organisation that
// their clients are exported to. What cannot be exported is refused row by row; the rest
// is on disk when Export returns, and is sent by whoever holds the lease: Run does so in
// the background, Send in the foreground. An invoice that is queued already stays in its
// run, which this confirms where a person must.
func (a *App) Export(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]Run, []Result, error) {
	var runs []Run
	var results []Result
	err := a.Update(ctx, func(tx Tx) error {
		runs, results = nil, results[:0]
		q, err := newQueue(tx, by)
		if err != nil {
			return err
		}
		invoices, err := tx.Invoices(Distinct(ids))
		if err != nil {
			return err
		}
		for _, v := range invoices {
			err := q.add(v)
			if err != nil && !IsCode(err, Forbidden) && !IsCode(err, Conflict) && !IsCode(err, Invalid) && !IsCode(err, Unavailable) {
				return err
			}
			results = append(results, Result{v.ID, v.Number, err})
			if err := NoteRefusal(tx, err); err != nil {
				return err
			}
		}
		runs = q.runs
		return q.save()
	})
	if err == nil {
		a.wake.ring()
	}
	return runs, results, err
}

// queue is what an export puts on disk.
type queue struct {
	Tx
	by           staff.Member
	markBase     string
	destinations destinations
	runs         []Run // one an organisation
	exports      []Export
	names        []string // of the organisations that the exports go to
}

// newQueue returns an empty queue. A firm that exports nowhere is an error.
func newQueue(tx Tx, by staff.Member) (*queue, error) {
	if err := CheckUnlocked(tx); err != nil {
		return nil, err
	}
	d, err := readDestinations(tx)
	if err != nil {
		return nil, err
	}
	if len(d.all) == 0 {
		return nil, notConnected()
	}
	firm, err := tx.Firm()
	return &queue{Tx: tx, by: by, markBase: firm.MarkBase, destinations: d}, err
}

// add queues an invoice, or says why it cannot be exported.
func (q *queue) add(v billing.Invoice) error {
	if v.Stage.InFlight() && v.Stage.Export != billing.Removing && q.by.May(staff.ExportInvoices, v.Client) {
		return confirmRunOf(q.Tx, q.by, v.ID)
	}
	if _, err := mayMove(q.by, v, billing.Queue, staff.ExportInvoices); err != nil {
		return err
	}
	org, err := q.destinations.of(v.Client)
	if err != nil {
		return err
	}
	run := q.runTo(org.Tenant.ID)
	q.exports = append(q.exports, Export{
		ID: ExportID(NewID()), Run: run.ID, Invoice: v.ID, Number: v.Number, Tenant: run.Tenant, Mark: newExportMark(q.markBase, v.ID),
	})
	q.names = append(q.names, org.Tenant.Name)
	return nil
}

func (q *queue) runTo(t ledger.TenantID) Run {
	for _, r := range q.runs {
		if r.Tenant == t {
			return r
		}
	}
	r := Run{ID: RunID(NewID()), Tenant: t, By: q.by.ID, Started: q.Now(), Confirmed: q.Now()}
	q.runs = append(q.runs, r)
	return r
}

func (q *queue) save() error {
	for _, r := range q.runs {
		if err := q.SaveRun(r); err != nil {
			return err
		}
	}
	if err := q.SaveExports(q.exports...); err != nil {
		return err
	}
	ids := make([]billing.InvoiceID, len(q.exports))
	for i, e := range q.exports {
		ids[i] = e.Invoice
		if err := q.Record(Entry(q.by, "export", "invoice", string(e.Invoice), "", q.names[i])); err != nil {
			return err
		}
	}
	return q.Advance(billing.Stage{Status: billing.Finalized, Export: billing.Queued}, ids...)
}

// confirmRunOf lets the run that the invoice is queued in go on, if it is stale.
func confirmRunOf(tx Tx, by staff.Member, id billing.InvoiceID) error {
	exports, err := tx.ExportsOf(id)
	if err != nil || len(exports) == 0 {
		return err
	}
	run, err := tx.Run(exports[0].Run)
	if err != nil || !run.Stale(tx.Now()) {
		return err
	}
	return confirm(tx, by, run)
}

// Confirm lets a run that went stale go on.
func (a *App) Confirm(ctx context.Context, by staff.Member, id RunID) error {
	err := a.Update(ctx, func(tx Tx) error {
		run, err := tx.Run(id)
		if err != nil {
			return err
		}
		return confirm(tx, by, run)
	})
	if err == nil {
		a.wake.ring()
	}
	return err
}

// confirm notes that the member means what is left of the run, if they may export it all.
func confirm(tx Tx, by staff.Member, run Run) error {
	all, err := tx.ExportsOfRun(run.ID)
	if err != nil {
		return err
	}
	for _, e := range all {
		if !e.Ended.IsZero() {
			continue
		}
		v, err := tx.Invoice(e.Invoice)
		if err != nil {
			return err
		}
		if err := Allow(by, staff.ExportInvoices, v.Client); err != nil {
			return err
		}
	}
	run.Confirmed, run.By = tx.Now(), by.ID
	if err := tx.SaveRun(run); err != nil {
		return err
	}
	return tx.Record(Entry(by, "confirm", "run", string(run.ID), "", ""))
}

// Cancel withdraws what of a run was provably never sent, and returns how many invoices
// that were. What is under way or unknown goes on until it is settled.
func (a *App) Cancel(ctx context.Context, by staff.Member, id RunID) (int, error) {
	var n int
	err := a.Update(ctx, func(tx Tx) error {
		n = 0
		run, err := tx.Run(id)
		if err != nil {
			return err
		}
		if run.Kind == RemovalRun {
			if n, err = withdrawRemovals(tx, by, run); err != nil {
				return err
			}
			return endRuns(tx, run.Tenant)
		}
		if err := releaseReady(tx, run); err != nil {
			return err
		}
		all, err := tx.ExportsOfRun(id)
		if err != nil {
			return err
		}
		var withdrawn []Export
		for _, e := range all {
			if e.Batch != "" || !e.Ended.IsZero() {
				continue
			}
			v, err := tx.Invoice(e.Invoice)
			if err != nil {
				return err
			}
			if err := Allow(by, staff.ExportInvoices, v.Client); err != nil {
				return err
			}
			to, ok := v.Stage.Next(billing.Withdraw)
			if !ok {
				continue
			}
			e.Ended, e.Result = tx.Now(), billing.NotExported
			withdrawn = append(withdrawn, e)
			if err := tx.Advance(to, v.ID); err != nil {
				return err
			}
			if err := tx.Record(Entry(by, "cancel export", "invoice", string(v.ID), "", "")); err != nil {
				return err
			}
		}
		n = len(withdrawn)
		if err := tx.SaveExports(withdrawn...); err != nil {
			return err
		}
		return endRuns(tx, run.Tenant)
	})
	return n, err
}

// releaseReady takes the run's exports out of batches that were never tried, so that
// they wait again; the other members of such a batch wait again, too.
func releaseReady(tx Tx, run Run) error {
	ready, err := tx.Batches(run.Tenant, Ready)
	if err != nil {
		return err
	}
	for _, b := range ready {
		if b.Kind != InvoiceBatch || b.Tries > 0 {
			continue
		}
		members, err := tx.Exports(exportIDs(b.Members))
		if err != nil {
			return err
		}
		ours := false
		for i := range members {
			ours = ours || members[i].Run == run.ID
			members[i].Batch = ""
		}
		if !ours {
			continue
		}
		if err := tx.SaveExports(members...); err != nil {
			return err
		}
		if err := tx.DeleteBatch(b.ID); err != nil {
			return err
		}
	}
	return nil
}

// endRuns ends the runs of an organisation of which nothing is open any more.
func endRuns(tx Tx, t ledger.TenantID) error {
	open, err := tx.Runs(t, true)
	if err != nil {
		return err
	}
	for _, r := range open {
		tally, err := tx.Tally(r.ID)
		if err != nil {
			return err
		}
		if tally.Open() > 0 {
			continue
		}
		r.Ended = tx.Now()
		if err := tx.SaveRun(r); err != nil {
			return err
		}
	}
	return nil
}

// Progress is how far a run has come, and what it waits for.
type Progress struct {
	Run          Run
	Organisation Organisation
	Tally        Tally
	Gauge        Gauge
	Stale        bool // a person must confirm it before more is sent
}

// Progress returns how far a run has come.
func (a *App) Progress(ctx context.Context, id RunID) (Progress, error) {
	var p Progress
	err := a.store.View(ctx, func(r Reader) (err error) {
		if p.Run, err = r.Run(id); err != nil {
			return err
		}
		if p.Tally, err = r.Tally(id); err != nil {
			return err
		}
		p.Organisation, err = organisation(r, p.Run.Tenant)
		return err
	})
	p.Gauge = a.Gauge(p.Run.Tenant)
	p.Stale = p.Run.Kind == ExportRun && p.Tally.Queued > 0 && p.Run.Stale(time.Now())
	return p, err
}

// OpenRuns returns the runs of which something is not settled, newest first.
func (a *App) OpenRuns(ctx context.Context, by staff.Member) ([]Run, error) {
	if !by.Time[staff.ExportToAccounting] && !by.Time[staff.ProcessTime] {
		return nil, nil
	}
	var open []Run
	err := a.store.View(ctx, func(r Reader) (err error) {
		open, err = openRuns(r)
		return err
	})
	return open, err
}

func openRuns(r Reader) ([]Run, error) {
	orgs, err := r.Organisations()
	if err != nil {
		return nil, err
	}
	var open []Run
	for _, o := range orgs {
		runs, err := r.Runs(o.Tenant.ID, true)
		if err != nil {
			return nil, err
		}
		open = append(open, runs...)
	}
	return open, nil
}

// ExportsOfRun returns the exports of a run that the member may see, in the order they
// were asked for.
func (a *App) ExportsOfRun(ctx context.Context, by staff.Member, id RunID) ([]Export, error) {
	var seen []Export
	err := a.store.View(ctx, func(r Reader) error {
		seen = nil
		all, err := r.ExportsOfRun(id)
		if err != nil {
			return err
		}
		for _, e := range all {
			v, err := r.Invoice(e.Invoice)
			if err != nil {
				return err
			}
			if by.May(staff.See, v.Client) {
				seen = append(seen, e)
			}
		}
		return nil
	})
	return seen, err
}

func organisation(r Reader, t ledger.TenantID) (Organisation, error) {
	all, err := r.Organisations()
	if err != nil {
		return Organisation{}, err
	}
	for _, o := range all {
		if o.Tenant.ID == t {
			return o, nil
		}
	}
	return Organisation{}, Errorf(NotFound, "The firm has no organisation %s.", t)
}

func exportIDs(members []string) []ExportID {
	ids := make([]ExportID, len(members))
	for i, m := range members {
		ids[i] = ExportID(m)
	}
	return ids
}

// Distinct returns the values in their order, each once.
func Distinct[T comparable](all []T) []T {
	seen := make(map[T]bool, len(all))
	var once []T
	for _, v := range all {
		if !seen[v] {
			seen[v] = true
			once = append(once, v)
		}
	}
	return once
}
