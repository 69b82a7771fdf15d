package outbox

import (
	"slices"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// follow takes a reading of an invoice whose export has ended, and reports whether the invoice's
// stage moves. What is on its way to or from Xero is left alone, and an older reading never counts
// over a newer.
func (e *effects) follow(t app.Tracked, st ledger.Standing) (moved bool) {
	known, v := t.Export.Standing, t.Invoice
	if v.Stage.InFlight() || st.Updated.Before(known.Updated) || st.Same(known) && v.Stage.Export != billing.NotFoundInXero {
		return false
	}
	return e.bring(t, st)
}

// bring notes a reading of an invoice and what follows from it.
func (e *effects) bring(t app.Tracked, st ledger.Standing) (moved bool) {
	export, v := t.Export, t.Invoice
	was := export.Standing
	known, found := t.Sent().Drift(was), t.Sent().Drift(st)
	stage := v.Stage
	if t.Newest {
		stage = v.Stage.After(followingEvents(v.Stage, st, known, found)...)
	}
	export.Standing = st
	if stage != v.Stage || st.Settlement() != was.Settlement() {
		e.record(staff.AuditReadAgain, "invoice", string(v.ID), tell(v.Stage, was), tell(stage, st))
	}
	if stage != v.Stage {
		e.stages[v.ID] = stage
		export.Result = stage.Export
	}
	if t.Newest {
		export.Messages = append(without(export.Messages, append(known, deletedThere, voidedThere)), found...)
		switch stage.Export {
		case billing.DeletedInXero:
			export.Messages = append([]ledger.Message{deletedThere}, export.Messages...)
		case billing.VoidedInXero:
			export.Messages = append([]ledger.Message{voidedThere}, export.Messages...)
		}
		if st.Approved() || st.Status == ledger.VoidedThere {
			e.burnt = append(e.burnt, app.Distinct([]billing.Number{v.Number, st.Number})...)
		}
	}
	e.standings = append(e.standings, export)
	return stage != v.Stage
}

// vanish notes that Xero does not have an invoice any more.
func (e *effects) vanish(t app.Tracked) (moved bool) {
	to, ok := t.Invoice.Stage.Next(billing.Vanish)
	if !ok {
		return false
	}
	e.stages[t.Invoice.ID] = to
	e.record(staff.AuditReadAgain, "invoice", string(t.Invoice.ID), tell(t.Invoice.Stage, t.Export.Standing), app.Describe(to))
	t.Export.Result = to.Export
	e.standings = append(e.standings, t.Export)
	return true
}

// followingEvents are what a reading means for an invoice at a stage. known and found are in
// what it differed from what was sent before, and does now.
func followingEvents(s billing.Stage, st ledger.Standing, known, found []ledger.Message) []billing.Event {
	var events []billing.Event
	if s.Export == billing.NotFoundInXero {
		events, known = append(events, billing.Accept), nil
	}
	switch {
	case st.Status == ledger.DeletedThere:
		return append(events, billing.DeleteThere)
	case st.Status == ledger.VoidedThere:
		return append(events, billing.VoidThere)
	case st.Approved():
		events = append(events, billing.Approve)
	}
	switch {
	case len(found) > 0 && (s.Export == billing.Changed || !slices.Equal(known, found)):
		events = append(events, billing.Differ)
	case len(found) == 0 && s.Export == billing.Changed:
		events = append(events, billing.Accept)
	}
	return events
}

// without returns the messages less some.
func without(all, less []ledger.Message) []ledger.Message {
	return slices.DeleteFunc(slices.Clone(all), func(m ledger.Message) bool { return slices.Contains(less, m) })
}

// tell says a stage in words, and of a closed invoice how far it is paid.
func tell(s billing.Stage, st ledger.Standing) string {
	switch st.Settlement() {
	case ledger.Approved:
		return translations.Text("trail.approved", "Stage", app.Describe(s))
	case ledger.PartPaid:
		return translations.Text("trail.part-paid", "Stage", app.Describe(s), "Amount", st.AmountDue)
	case ledger.Paid:
		return translations.Text("trail.paid", "Stage", app.Describe(s))
	case ledger.Credited:
		return translations.Text("trail.credited", "Stage", app.Describe(s))
	}
	return app.Describe(s)
}
