package outbox

import (
	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/assets/translations"
)

// What is said of an invoice that was deleted or voided in Xero.
var (
	deletedThere = ledger.Message{Text: translations.Text("message.deleted"), Cause: ledger.RemovedThere}
	voidedThere  = ledger.Message{Text: translations.Text("message.voided"), Cause: ledger.RemovedThere}
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
