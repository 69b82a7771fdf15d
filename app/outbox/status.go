package outbox

import (
	"slices"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// What is said of an invoice that was deleted or voided in Xero.
var (
	deletedThere = ledger.Message{Text: translations.Text("message.deleted"), Cause: ledger.RemovedThere}
	voidedThere  = ledger.Message{Text: translations.Text("message.voided"), Cause: ledger.UsedUpThere}
)

// receive ends an export whose invoice is in Xero: what Xero said, what it means for
// ours, and where it stands now. direct says that it is the answer to the export
// itself; otherwise a person may have changed it there meanwhile.
func (e *effects) receive(t app.Tracked, st ledger.Standing, messages []ledger.Message, direct bool) (app.Export, error) {
	t.Export.Standing = st
	events := []billing.Event{billing.Accept}
	drift := t.Sent().Drift(st)
	switch {
	case st.Status == ledger.DeletedThere:
		events = []billing.Event{billing.DeleteThere}
		messages = append(messages, deletedThere)
	case st.Status == ledger.VoidedThere:
		events = []billing.Event{billing.VoidThere}
		messages = append(messages, voidedThere)
	case st.Approved():
		events = []billing.Event{billing.Approve}
		if len(drift) > 0 {
			events = append(events, billing.Differ)
		}
	case len(drift) > 0 && !direct:
		events = []billing.Event{billing.Differ}
	case len(messages)+len(drift) > 0:
		events = []billing.Event{billing.Warn}
	}
	if st.Approved() || st.Status == ledger.VoidedThere {
		e.burnt = append(e.burnt, t.Invoice.Number, st.Number)
	}
	e.learnt = append(e.learnt, st.Updated)
	return e.end(t, append(messages, drift...), events...)
}

// follow takes a reading of an invoice whose export has ended, and reports whether the invoice
// moves. What is on its way to or from Xero is left alone, and an older reading never counts
// over a newer.
func (e *effects) follow(t app.Tracked, st ledger.Standing) (moved bool) {
	known, v := t.Export.Standing, t.Invoice
	if v.Stage.InFlight() || st.Updated.Before(known.Updated) || st.Same(known) && v.Stage.Export != billing.NotFoundInXero {
		return false
	}
	return e.bring(t, st)
}

// bring notes a reading of an invoice and what follows from it. moved says that a person sees something
// else than before: its stage, how far it is paid, or in what it differs from what was sent.
func (e *effects) bring(t app.Tracked, st ledger.Standing) (moved bool) {
	export, v := t.Export, t.Invoice
	was := export.Standing
	st = st.Filled(was)
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
	return t.Newest && (stage != v.Stage || st.Settlement() != was.Settlement() || st.AmountDue != was.AmountDue || !slices.Equal(known, found))
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
