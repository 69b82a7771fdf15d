package outbox

import (
	"fmt"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// effects are what a decision comes to: what is written for it, and what this process remembers
// of it once that is on disk. Deciding itself changes nothing, so that a transaction may be taken
// back and run again, and so that a decision can be tested without a store.
type effects struct {
	tenant ledger.TenantID
	now    time.Time

	batches   []app.Batch
	unplanned []app.BatchID // that were never tried: their members wait again
	exports   []app.Export
	standings []app.Export // of which only what Xero says of the invoice changed
	removals  []app.Removal
	stages    map[billing.InvoiceID]billing.Stage
	burnt     []billing.Number
	links     map[billing.ClientID]app.Link
	contacts  []ledger.Contact   // that were created
	creations []app.Creation     // of which nothing came
	created   []billing.ClientID // whose contact is there that a person may have wanted
	extras    []app.Extra
	entries   []staff.Entry
	learnt    []time.Time      // when in Xero changed what was learnt otherwise than by a refresh
	doubted   []ledger.Message // refusals by Xero for what the stored chart lets through
	marks     app.Marks        // what Xero's answers showed about them; MarksUnknown for nothing
	ends      bool             // runs may have ended

	remember []func()
}

func newEffects(tenant ledger.TenantID, now time.Time) *effects {
	return &effects{
		tenant: tenant, now: now, stages: map[billing.InvoiceID]billing.Stage{}, links: map[billing.ClientID]app.Link{},
	}
}

// apply writes the effects: each kind of thing at once, however many there are.
func (e *effects) apply(tx Tx) error {
	for _, step := range []struct {
		some  bool
		write func() error
	}{
		{len(e.doubted) > 0, func() error { return app.DoubtChart(tx, e.tenant, e.doubted) }},
		{len(e.batches) > 0, func() error { return tx.SaveBatches(e.batches...) }},
		{len(e.exports) > 0, func() error { return tx.SaveExports(e.exports...) }},
		{len(e.standings) > 0, func() error { return tx.SaveStandings(e.standings...) }},
		{len(e.removals) > 0, func() error { return tx.SaveRemovals(e.removals...) }},
		{len(e.unplanned) > 0, func() error { return tx.Unplan(e.unplanned...) }},
		{len(e.stages) > 0, func() error { return tx.AdvanceAll(e.moves()) }},
		{len(e.burnt) > 0, func() error { return tx.Burn(e.burnt...) }},
		{len(e.links) > 0, func() error { return tx.SaveLinks(e.tenant, e.links) }},
		{len(e.contacts) > 0, func() error { return tx.SaveContacts(e.tenant, e.contacts...) }},
		{len(e.creations) > 0, func() error { return tx.SaveCreations(e.tenant, e.creations...) }},
		{len(e.created) > 0, func() error { return tx.DeleteCreations(e.tenant, e.created...) }},
		{len(e.extras) > 0, func() error { return tx.SaveExtras(e.extras...) }},
		{len(e.entries) > 0, func() error { return tx.Record(e.entries...) }},
		{len(e.learnt) > 0, func() error { return e.lookBack(tx) }},
		{e.marks != app.MarksUnknown, func() error { return e.keepMarks(tx) }},
		{e.ends, func() error { return app.EndRuns(tx, e.tenant) }},
	} {
		if !step.some {
			continue
		}
		if err := step.write(); err != nil {
			return err
		}
	}
	return nil
}

// moves returns the invoices by the stages that they come to.
func (e *effects) moves() map[billing.Stage][]billing.InvoiceID {
	moves := map[billing.Stage][]billing.InvoiceID{}
	for id, stage := range e.stages {
		moves[stage] = append(moves[stage], id)
	}
	return moves
}

// then is done when the effects are on disk, and not at all when they are not.
func (e *effects) then(fn func()) { e.remember = append(e.remember, fn) }

// committed does what was to be remembered.
func (e *effects) committed() {
	for _, fn := range e.remember {
		fn()
	}
}

// record notes what Feebridge itself did.
func (e *effects) record(action staff.AuditAction, subject, id, from, to string) {
	e.entries = append(e.entries, app.Entry(app.Itself, action, subject, id, from, to))
}

// doubtChart notes what Xero refused. Where the chart decides about that, the stored one is not what Xero has.
func (e *effects) doubtChart(k *exports, refused []ledger.Message) {
	if ledger.OfChart(refused) {
		e.doubted = append(e.doubted, refused...)
		e.then(func() { k.chart.Doubted = true })
	}
}

// next returns the stage after an event that must be able to happen.
func next(v billing.Invoice, from billing.Stage, ev billing.Event) (billing.Stage, error) {
	to, ok := from.Next(ev)
	if !ok {
		return from, fmt.Errorf("invoice %s is %s: event %d cannot happen to it", v.Number, app.Describe(from), ev)
	}
	return to, nil
}

// happen moves an invoice on.
func (e *effects) happen(v billing.Invoice, ev billing.Event) error {
	to, err := next(v, v.Stage, ev)
	if err != nil {
		return err
	}
	e.stages[v.ID] = to
	e.record(app.EventNames[ev], "invoice", string(v.ID), app.Describe(v.Stage), app.Describe(to))
	return nil
}

// end ends an export with what happened to its invoice, and returns it as it is then.
func (e *effects) end(t app.Tracked, messages []ledger.Message, events ...billing.Event) (app.Export, error) {
	v, export := t.Invoice, t.Export
	stage := v.Stage
	for _, ev := range events {
		var err error
		if stage, err = next(v, stage, ev); err != nil {
			return export, err
		}
	}
	export.Ended, export.Result, export.Messages, export.Batch = e.now, stage.Export, messages, ""
	e.exports, e.ends = append(e.exports, export), true
	e.stages[v.ID] = stage
	text := app.Describe(stage)
	if len(messages) > 0 {
		text += ": " + messages[0].Text
	}
	e.record(staff.AuditExportEnded, "invoice", string(v.ID), app.Describe(v.Stage), text)
	return export, nil
}

// lookBack makes the next refresh read what changed in Xero from the moments on of which
// something was learnt otherwise than by a refresh: one that is under way may have passed by what
// happened since, when it was not known yet whose it is.
func (e *effects) lookBack(tx Tx) error {
	all, err := tx.Refreshes()
	if err != nil {
		return err
	}
	state, pulled := all[e.tenant], false
	for _, moment := range e.learnt {
		if state.Cursor.After(moment) {
			state.Cursor, pulled = moment, true
		}
	}
	if !pulled {
		return nil
	}
	return tx.SaveRefresh(state)
}
