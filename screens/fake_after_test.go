package screens

import (
	"context"
	"fmt"
	"slices"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// fakeAfter is what happens to invoices after their export.
type fakeAfter struct {
	refreshes    map[ledger.TenantID]app.Refresh
	moved        int // by the next refresh
	differences  map[billing.InvoiceID][]ledger.Difference
	removals     []*app.Removal            // newest first
	stay         map[billing.Number]string // why Xero keeps them
	replacements map[billing.InvoiceID]*app.Replacement
	unlock       map[billing.InvoiceID]string // why they are locked
	look         func()                       // what a person does in Xero before the next look
	gaps         []app.Gap
	doubts       map[billing.InvoiceID]app.Doubt
	burnt        billing.Number
	claimed      []ledger.InvoiceID
}

func newFakeAfter() fakeAfter {
	return fakeAfter{
		refreshes: map[ledger.TenantID]app.Refresh{}, differences: map[billing.InvoiceID][]ledger.Difference{}, stay: map[billing.Number]string{},
		replacements: map[billing.InvoiceID]*app.Replacement{}, unlock: map[billing.InvoiceID]string{},
	}
}

// inXero brings an invoice to another stage and standing, as a refresh does, and tells of it.
func (f *fakeApp) inXero(n billing.Number, to billing.Stage, change func(*ledger.Standing)) {
	f.mu.Lock()
	v := f.number(n)
	v.Stage = to
	if change != nil {
		change(&f.exports[v.ID][0].Standing)
	}
	id := string(v.ID)
	f.mu.Unlock()
	f.tell("invoice", id)
}

// approve, pay, part and void bring an invoice where a person in Xero does.
func (f *fakeApp) approve(n billing.Number) {
	f.inXero(n, billing.Stage{Status: billing.Closed, Export: billing.Exported}, func(st *ledger.Standing) {
		st.Status, st.PaidOn, st.AmountPaid = ledger.AuthorisedThere, 0, money.Amount{}
	})
}

func (f *fakeApp) pay(n billing.Number) {
	f.inXero(n, billing.Stage{Status: billing.Closed, Export: billing.Exported}, func(st *ledger.Standing) {
		st.Status, st.PaidOn, st.AmountPaid = ledger.PaidThere, 20261114, money.New(100, "NZD")
	})
}

// part leaves a part of what was paid.
func (f *fakeApp) part(n billing.Number) {
	f.inXero(n, billing.Stage{Status: billing.Closed, Export: billing.Exported}, func(st *ledger.Standing) {
		st.Status, st.PaidOn, st.AmountPaid = ledger.AuthorisedThere, 0, money.New(50, "NZD")
	})
}

func (f *fakeApp) void(n billing.Number) {
	f.inXero(n, billing.Stage{Status: billing.Closed, Export: billing.VoidedInXero}, func(st *ledger.Standing) { st.Status = ledger.VoidedThere })
}

func (f *fakeApp) RefreshAll(context.Context) (int, error) {
	err := f.enter("RefreshAll")
	return f.after.moved, err
}

func (f *fakeApp) Refreshes(context.Context) (map[ledger.TenantID]app.Refresh, error) {
	err := f.enter("Refreshes")
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.after.refreshes, err
}

func (f *fakeApp) LookAgain(context.Context, staff.Member, []billing.InvoiceID) error {
	err := f.enter("LookAgain")
	if f.after.look != nil {
		f.after.look()
	}
	return err
}

func (f *fakeApp) Renumber(_ context.Context, _ staff.Member, ids []billing.InvoiceID) ([]app.Result, error) {
	err := f.enter("Renumber")
	f.mu.Lock()
	v := f.invoice(ids[0])
	v.Number = "INV-0099"
	f.mu.Unlock()
	f.tell("invoice", string(v.ID))
	return []app.Result{{Invoice: v.ID, Number: v.Number}}, err
}

func (f *fakeApp) Doubt(_ context.Context, _ staff.Member, id billing.InvoiceID) (app.Doubt, error) {
	if err := f.enter("Doubt"); err != nil {
		return app.Doubt{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if d, there := f.after.doubts[id]; there {
		return d, nil
	}
	return app.Doubt{}, app.Errorf(app.Conflict, "refused.no-doubt", "Invoice", f.invoice(id).Name(), "Stage", "exported")
}

func (f *fakeApp) Claim(_ context.Context, _ staff.Member, id billing.InvoiceID, there ledger.InvoiceID) error {
	f.mu.Lock()
	f.after.claimed = append(f.after.claimed, there)
	f.mu.Unlock()
	return f.decide("Claim", id, billing.Accept)
}

func (f *fakeApp) Disown(_ context.Context, _ staff.Member, id billing.InvoiceID) error {
	return f.decide("Disown", id, billing.Disown)
}

// decide ends the doubt of an invoice.
func (f *fakeApp) decide(method string, id billing.InvoiceID, ev billing.Event) error {
	if err := f.enter(method); err != nil {
		return err
	}
	f.mu.Lock()
	v := f.invoice(id)
	v.Stage, _ = v.Stage.Next(ev)
	delete(f.after.doubts, id)
	f.mu.Unlock()
	f.tell("invoice", string(id))
	return nil
}

func (f *fakeApp) Gaps(context.Context, staff.Member) ([]app.Gap, error) {
	return f.after.gaps, f.enter("Gaps")
}

func (f *fakeApp) ReleaseMissing(_ context.Context, _ staff.Member, ids []billing.InvoiceID) ([]app.Result, error) {
	return f.move(ids, billing.LetGo, "ReleaseMissing")
}

func (f *fakeApp) Redraft(_ context.Context, by staff.Member, ids []billing.InvoiceID) ([]app.Run, []app.Result, error) {
	if err := f.enter("Redraft"); err != nil {
		return nil, nil, err
	}
	f.mu.Lock()
	f.touched = append(f.touched, ids...)
	var there []*fakeInvoice
	var results []app.Result
	var changed []string
	for _, id := range ids {
		v := f.invoice(id)
		r := app.Result{Invoice: id, Number: v.Number}
		if to, ok := v.Stage.Next(billing.Reopen); ok {
			v.Stage = to
		} else if to, ok := v.Stage.Next(billing.Remove); ok {
			v.Stage = to
			there = append(there, v)
		} else {
			r.Err = app.Errorf(app.Conflict, "refused.redraft", "Invoice", v.Name(), "Why", app.Obstacle(billing.Reopen, v.Stage))
		}
		results, changed = append(results, r), append(changed, string(id))
	}
	runs := f.remove(by, ledger.DeletedThere, there...)
	f.mu.Unlock()
	f.tell("invoice", changed...)
	return runs, results, nil
}

// remove begins a run. The lock is held.
func (f *fakeApp) remove(by staff.Member, to ledger.InvoiceStatus, all ...*fakeInvoice) []app.Run {
	if len(all) == 0 {
		return nil
	}
	run := &app.Run{ID: app.RunID(fmt.Sprintf("r%d", len(f.runs)+1)), Kind: app.RemovalRun, Tenant: "t1", By: by.ID, Started: fakeNow, Confirmed: fakeNow}
	f.runs = append([]*app.Run{run}, f.runs...)
	for _, v := range all {
		f.after.removals = append(f.after.removals, &app.Removal{
			ID: app.RemovalID(string(run.ID) + string(v.ID)), Run: run.ID, Invoice: v.ID, Export: f.exports[v.ID][0].ID, Tenant: "t1", To: to,
		})
	}
	return []app.Run{*run}
}

// settleRemovals lets Xero answer up to n of the removals.
func (f *fakeApp) settleRemovals(n int) {
	f.mu.Lock()
	var changed []string
	for _, r := range f.after.removals {
		if len(changed) == n || !r.Ended.IsZero() {
			continue
		}
		v := f.invoice(r.Invoice)
		r.Ended, r.Result = fakeNow, app.Removed
		st := &f.exports[v.ID][0].Standing
		ev := billing.Removed
		if r.To == ledger.VoidedThere {
			ev = billing.VoidThere
		}
		if why, stays := f.after.stay[v.Number]; stays {
			r.Result, r.Messages, ev = app.KeptThere, []ledger.Message{{Text: why}}, billing.KeepThere
		} else {
			st.Status = r.To
		}
		v.Stage, _ = v.Stage.Next(ev)
		changed = append(changed, string(v.ID))
	}
	f.mu.Unlock()
	f.tell("invoice", changed...)
	f.tell("run", "r")
}

func (f *fakeApp) removalsOf(id billing.InvoiceID) []app.Removal {
	var all []app.Removal
	for _, r := range slices.Backward(f.after.removals) {
		if r.Invoice == id {
			all = append(all, *r)
		}
	}
	return all
}

func (f *fakeApp) tallyRemovals(id app.RunID, t *app.Tally) {
	for _, r := range f.after.removals {
		if r.Run != id {
			continue
		}
		t.All++
		switch r.Result {
		case "":
			t.Queued++
		case app.Removed:
			t.Exported++
		case app.KeptThere:
			t.Failed++
		default:
			t.Cancelled++
		}
	}
}

// withdraw cancels what of a run was not sent. The lock is held.
func (f *fakeApp) withdraw(id app.RunID) (changed []string) {
	for _, r := range f.after.removals {
		if r.Run == id && r.Ended.IsZero() {
			r.Ended, r.Result = fakeNow, app.Withdrawn
			v := f.invoice(r.Invoice)
			v.Stage, _ = v.Stage.Next(billing.KeepThere)
			changed = append(changed, string(v.ID))
		}
	}
	return changed
}

func (f *fakeApp) RemovalsOfRun(_ context.Context, _ staff.Member, id app.RunID) ([]app.Removal, error) {
	err := f.enter("RemovalsOfRun")
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []app.Removal
	for _, r := range f.after.removals {
		if r.Run == id {
			all = append(all, *r)
		}
	}
	return all, err
}

func (f *fakeApp) Replace(ctx context.Context, by staff.Member, id billing.InvoiceID) (app.ReplaceView, error) {
	if err := f.enter("Replace"); err != nil {
		return app.ReplaceView{}, err
	}
	f.mu.Lock()
	if f.after.replacements[id] == nil {
		f.after.replacements[id] = &app.Replacement{Invoice: id, By: by.ID, Began: fakeNow}
	}
	f.mu.Unlock()
	return f.ReplaceView(ctx, by, id)
}

func (f *fakeApp) ReplaceView(ctx context.Context, by staff.Member, id billing.InvoiceID) (app.ReplaceView, error) {
	view, err := f.Invoice(ctx, by, id)
	if err != nil {
		return app.ReplaceView{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	r := app.ReplaceView{InvoiceView: view, Replacement: *f.after.replacements[id]}
	how := view.Exports[0].Standing.Settlement()
	switch stage := view.Invoice.Stage; {
	case r.Replacement.Copy != "":
		r.Step = app.ReplaceDone
	case stage.Status == billing.Deleted, how == ledger.Credited:
		r.Step = app.CopyNow
	case stage.Export == billing.VoidedInXero:
		r.Step = app.DeleteHere
	case stage.Export == billing.Removing:
		r.Step = app.Voiding
	case stage.Export == billing.NotFoundInXero:
		r.Step = app.FindFirst
	case how == ledger.Paid, how == ledger.PartPaid:
		r.Step, r.Why = app.UnpayFirst, "It has a payment in Xero."
	case f.after.unlock[id] != "":
		r.Step, r.Why = app.UnlockFirst, f.after.unlock[id]
	default:
		r.Step = app.VoidFirst
		if len(view.Removals) > 0 && view.Removals[0].Result == app.KeptThere {
			r.Why = view.Removals[0].Messages[0].Text
		}
	}
	return r, nil
}

func (f *fakeApp) VoidInXero(_ context.Context, by staff.Member, id billing.InvoiceID) (app.Run, error) {
	if err := f.enter("VoidInXero"); err != nil {
		return app.Run{}, err
	}
	f.mu.Lock()
	v := f.invoice(id)
	v.Stage, _ = v.Stage.Next(billing.Void)
	runs := f.remove(by, ledger.VoidedThere, v)
	f.mu.Unlock()
	f.tell("invoice", string(id))
	return runs[0], nil
}

func (f *fakeApp) DeleteReplaced(_ context.Context, _ staff.Member, id billing.InvoiceID) error {
	results, err := f.move([]billing.InvoiceID{id}, billing.Delete, "DeleteReplaced")
	if err != nil {
		return err
	}
	return results[0].Err
}

func (f *fakeApp) CopyReplaced(ctx context.Context, by staff.Member, id billing.InvoiceID, today billing.Date) (billing.InvoiceID, error) {
	made, err := f.Duplicate(ctx, by, id, today)
	f.mu.Lock()
	f.invoice(made).Reference = "Replaces " + string(f.invoice(id).Number)
	f.after.replacements[id].Copy, f.after.replacements[id].Ended = made, fakeNow
	f.mu.Unlock()
	f.tell("invoice", string(made))
	return made, err
}

func (f *fakeApp) StopReplacing(_ context.Context, _ staff.Member, id billing.InvoiceID) error {
	err := f.enter("StopReplacing")
	f.mu.Lock()
	f.after.replacements[id].Ended = fakeNow
	f.mu.Unlock()
	f.tell("invoice", string(id))
	return err
}

func (f *fakeApp) Replacements(context.Context, staff.Member) ([]app.Replacement, error) {
	err := f.enter("Replacements")
	f.mu.Lock()
	defer f.mu.Unlock()
	var open []app.Replacement
	for _, v := range f.invoices {
		if r := f.after.replacements[v.ID]; r != nil && r.Ended.IsZero() {
			open = append(open, *r)
		}
	}
	return open, err
}
