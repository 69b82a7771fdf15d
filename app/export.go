package app

import (
	"context"
	"slices"
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
		invoices, err := tx.InvoiceHeads(Distinct(ids))
		if err != nil {
			return err
		}
		if q.underWay, err = runsUnderWay(tx, invoices); err != nil {
			return err
		}
		for _, v := range invoices {
			err := q.add(v)
			if err != nil && !turnsAway(err) {
				return err
			}
			results = append(results, Result{v.ID, v.Number, err})
		}
		if err := noteRefusals(tx, results); err != nil {
			return err
		}
		runs = q.runs
		return q.save()
	})
	if err == nil {
		a.Wake()
	}
	return runs, results, err
}

// entrance says which invoices may be exported, and to which organisation: to an export and to the review of one.
type entrance struct {
	by           staff.Member
	markBase     string
	destinations destinations
	strays       map[billing.InvoiceID]Stray // what else is live in Xero under their marks
}

// newEntrance returns the entrance for a member of staff. A firm that exports nowhere is an error.
func newEntrance(r Reader, by staff.Member) (entrance, error) {
	if err := CheckUnlocked(r); err != nil {
		return entrance{}, err
	}
	d, err := readDestinations(r)
	if err != nil {
		return entrance{}, err
	}
	if len(d.all) == 0 {
		return entrance{}, Unconnected()
	}
	firm, err := r.Firm()
	if err != nil {
		return entrance{}, err
	}
	strays, err := liveStrays(r)
	return entrance{by, firm.MarkBase, d, strays}, err
}

// admit returns the organisation that an invoice is exported to, or says why it cannot be exported.
func (e entrance) admit(v billing.Invoice) (Organisation, error) {
	if _, err := mayMove(e.by, v, billing.Queue, staff.ExportInvoices); err != nil {
		return Organisation{}, err
	}
	if s, live := e.strays[v.ID]; live {
		return Organisation{}, Errorf(Conflict, "export.stray", "Number", v.Number, "There", s.Number, "Total", s.Total)
	}
	return e.destinations.of(v.Client)
}

// turnsAway reports whether an error is about the one invoice that it was returned for.
func turnsAway(err error) bool {
	return IsCode(err, Forbidden) || IsCode(err, Conflict) || IsCode(err, Invalid) || IsCode(err, Unavailable)
}

// queue is what an export puts on disk.
type queue struct {
	Tx
	entrance
	underWay  map[billing.InvoiceID]Run // of those that are queued or sent already
	confirmed map[RunID]error           // whether their runs may go on
	runs      []Run                     // one an organisation
	exports   []Export
	entries   []staff.Entry
}

// newQueue returns an empty queue.
func newQueue(tx Tx, by staff.Member) (*queue, error) {
	e, err := newEntrance(tx, by)
	return &queue{Tx: tx, entrance: e, confirmed: map[RunID]error{}}, err
}

// liveStrays returns what is live in Xero under the mark of an invoice here and could not be brought
// together with it, by that invoice. There is none unless the database is a copy.
func liveStrays(r Reader) (map[billing.InvoiceID]Stray, error) {
	live := map[billing.InvoiceID]Stray{}
	return live, eachLiveStray(r, func(s Stray) {
		if s.Invoice != "" {
			live[s.Invoice] = s
		}
	})
}

func eachLiveStray(r Reader, do func(Stray)) error {
	if c, err := r.Copied(); err != nil || c.How == Original {
		return err
	}
	orgs, err := r.Organisations()
	if err != nil {
		return err
	}
	for _, o := range orgs {
		strays, err := r.Strays(o.Tenant.ID)
		if err != nil {
			return err
		}
		for _, s := range strays {
			if s.Live() {
				do(s)
			}
		}
	}
	return nil
}

// runsUnderWay returns the run of each invoice whose export is queued or on its way.
func runsUnderWay(r Reader, invoices []billing.Invoice) (map[billing.InvoiceID]Run, error) {
	var ids []billing.InvoiceID
	for _, v := range invoices {
		if exportUnderWay(v.Stage) {
			ids = append(ids, v.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	latest, err := r.LatestExports(ids)
	if err != nil {
		return nil, err
	}
	var wanted []RunID
	for _, e := range latest {
		wanted = append(wanted, e.Run)
	}
	runs, err := r.RunsByID(Distinct(wanted))
	if err != nil {
		return nil, err
	}
	of := map[billing.InvoiceID]Run{}
	for id, e := range latest {
		of[id] = runs[e.Run]
	}
	return of, nil
}

func exportUnderWay(s billing.Stage) bool { return s.InFlight() && s.Export != billing.Removing }

// add queues an invoice, or says why it cannot be exported.
func (q *queue) add(v billing.Invoice) error {
	if exportUnderWay(v.Stage) && q.by.May(staff.ExportInvoices, v.Client) {
		return q.goOn(q.underWay[v.ID])
	}
	org, err := q.admit(v)
	if err != nil {
		return err
	}
	run := q.runTo(org.Tenant.ID)
	q.exports = append(q.exports, Export{
		ID: ExportID(NewID()), Run: run.ID, Invoice: v.ID, Number: v.Number, Tenant: run.Tenant, Mark: NewExportMark(q.markBase, v.ID),
	})
	q.entries = append(q.entries, Entry(q.by, staff.AuditExport, "invoice", string(v.ID), "", org.Tenant.Name))
	return nil
}

// goOn lets a run go on, if it is stale.
func (q *queue) goOn(run Run) error {
	if run.ID == "" || !run.Stale(q.Now()) {
		return nil
	}
	err, asked := q.confirmed[run.ID]
	if !asked {
		err = confirm(q.Tx, q.by, run)
		q.confirmed[run.ID] = err
	}
	return err
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
	if len(q.exports) == 0 {
		return nil
	}
	if err := q.SaveRuns(q.runs...); err != nil {
		return err
	}
	if err := q.SaveExports(q.exports...); err != nil {
		return err
	}
	ids := make([]billing.InvoiceID, len(q.exports))
	for i, e := range q.exports {
		ids[i] = e.Invoice
	}
	if err := q.Advance(billing.Stage{Status: billing.Finalized, Export: billing.Queued}, ids...); err != nil {
		return err
	}
	return q.Record(q.entries...)
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
		a.Wake()
	}
	return err
}

// confirm notes that the member means what is left of the run, if they may export it all.
func confirm(tx Tx, by staff.Member, run Run) error {
	all, err := tx.ExportsOfRun(run.ID)
	if err != nil {
		return err
	}
	var open []billing.InvoiceID
	for _, e := range all {
		if e.Ended.IsZero() {
			open = append(open, e.Invoice)
		}
	}
	if err := allowAll(tx, by, staff.ExportInvoices, open); err != nil {
		return err
	}
	run.Confirmed, run.By = tx.Now(), by.ID
	if err := tx.SaveRuns(run); err != nil {
		return err
	}
	return tx.Record(Entry(by, staff.AuditConfirm, "run", string(run.ID), "", ""))
}

// allowAll returns an error for the first of the invoices with which the member may not do it.
func allowAll(r Reader, by staff.Member, a staff.Action, ids []billing.InvoiceID) error {
	invoices, err := r.InvoiceHeads(ids)
	if err != nil {
		return err
	}
	for _, v := range invoices {
		if err := Allow(by, a, v.Client); err != nil {
			return err
		}
	}
	return nil
}

// Cancel withdraws what of a run was provably never sent, and returns how many invoices
// that were. What is under way or unknown goes on until it is settled.
func (a *App) Cancel(ctx context.Context, by staff.Member, id RunID) (int, error) {
	var n int
	err := a.Update(ctx, func(tx Tx) error {
		run, err := tx.Run(id)
		if err != nil {
			return err
		}
		if err := tx.UnplanRun(id); err != nil {
			return err
		}
		if run.Kind == RemovalRun {
			n, err = withdrawRemovals(tx, by, id)
		} else {
			n, err = withdrawExports(tx, by, id)
		}
		if err != nil {
			return err
		}
		return EndRuns(tx, run.Tenant)
	})
	return n, err
}

// withdrawExports ends the exports of a run that no request holds, and returns how many.
func withdrawExports(tx Tx, by staff.Member, id RunID) (int, error) {
	all, err := tx.ExportsOfRun(id)
	if err != nil {
		return 0, err
	}
	waiting := slices.DeleteFunc(all, func(e Export) bool { return e.Batch != "" || !e.Ended.IsZero() })
	ids := make([]billing.InvoiceID, len(waiting))
	for i, e := range waiting {
		ids[i] = e.Invoice
	}
	invoices, err := tx.InvoiceHeads(ids)
	if err != nil {
		return 0, err
	}
	var withdrawn []Export
	var entries []staff.Entry
	stages := map[billing.Stage][]billing.InvoiceID{}
	for i, v := range invoices {
		if err := Allow(by, staff.ExportInvoices, v.Client); err != nil {
			return 0, err
		}
		to, ok := v.Stage.Next(billing.Withdraw)
		if !ok {
			continue
		}
		e := waiting[i]
		e.Ended, e.Result = tx.Now(), billing.NotExported
		withdrawn = append(withdrawn, e)
		stages[to] = append(stages[to], v.ID)
		entries = append(entries, Entry(by, staff.AuditCancelExport, "invoice", string(v.ID), "", ""))
	}
	if err := tx.SaveExports(withdrawn...); err != nil {
		return 0, err
	}
	if err := tx.AdvanceAll(stages); err != nil {
		return 0, err
	}
	return len(withdrawn), tx.Record(entries...)
}

// EndRuns ends the runs of an organisation of which nothing is open any more.
func EndRuns(tx Tx, t ledger.TenantID) error {
	tallies, err := tx.Tallies(t)
	if err != nil {
		return err
	}
	var over []RunID
	for id, tally := range tallies {
		if tally.Open() == 0 {
			over = append(over, id)
		}
	}
	if len(over) == 0 {
		return nil
	}
	runs, err := tx.RunsByID(over)
	if err != nil {
		return err
	}
	var ended []Run
	for _, r := range runs {
		r.Ended = tx.Now()
		ended = append(ended, r)
	}
	return tx.SaveRuns(ended...)
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
		p.Organisation, err = OrganisationOf(r, p.Run.Tenant)
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
		open, err = AllOpenRuns(r)
		return err
	})
	return open, err
}

// AllOpenRuns returns the runs of every organisation of which something is not settled.
func AllOpenRuns(r Reader) ([]Run, error) {
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
		all, err := r.ExportsOfRun(id)
		if err != nil {
			return err
		}
		seen, err = visible(r, by, all, func(e Export) billing.InvoiceID { return e.Invoice })
		return err
	})
	return seen, err
}

// visible returns those that belong to invoices which the member may see.
func visible[T any](r Reader, by staff.Member, all []T, invoice func(T) billing.InvoiceID) ([]T, error) {
	ids := make([]billing.InvoiceID, len(all))
	for i, one := range all {
		ids[i] = invoice(one)
	}
	invoices, err := r.InvoiceHeads(ids)
	if err != nil {
		return nil, err
	}
	var seen []T
	for i, one := range all {
		if by.May(staff.See, invoices[i].Client) {
			seen = append(seen, one)
		}
	}
	return seen, nil
}

// OrganisationOf returns one of the firm's organisations. One that is none of them is NotFound.
func OrganisationOf(r Reader, t ledger.TenantID) (Organisation, error) {
	all, err := r.Organisations()
	if err != nil {
		return Organisation{}, err
	}
	for _, o := range all {
		if o.Tenant.ID == t {
			return o, nil
		}
	}
	return Organisation{}, Errorf(NotFound, "refused.no-organisation")
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
