package app

import (
	"fmt"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
)

// receive ends an export whose invoice is in Xero: what Xero said, what it means for
// ours, and where it stands now. direct says that it is the answer to the export
// itself; otherwise a person may have changed it there meanwhile.
func receive(tx Tx, e *Export, v billing.Invoice, st ledger.Standing, messages []ledger.Message, direct bool) error {
	e.Standing = st
	events := []billing.Event{billing.Accept}
	drift := drift(*e, v, st)
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
		if err := tx.Burn(v.Number, st.Number); err != nil {
			return err
		}
	}
	if err := lookBackTo(tx, e.Tenant, st.Updated); err != nil {
		return err
	}
	return end(tx, e, v, events[0], append(messages, drift...), events[1:]...)
}

// lookBackTo makes the next refresh read what changed in Xero from a moment of its clock on,
// of which something was just learnt otherwise than by a refresh: one that is under way may
// have passed by what happened since, when it was not known yet whose it is.
func lookBackTo(tx Tx, t ledger.TenantID, moment time.Time) error {
	r, err := refreshOf(tx, t)
	if err != nil || !r.Cursor.After(moment) {
		return err
	}
	r.Cursor = moment
	return tx.SaveRefresh(r)
}

// What is said of an invoice that somebody took out of force in Xero.
var (
	deletedThere = ledger.Message{Text: "It was deleted in Xero by hand.", Cause: ledger.RemovedThere}
	voidedThere  = ledger.Message{Text: "It was voided in Xero by hand.", Cause: ledger.RemovedThere}
)

// drift tells in which figures the invoice in Xero is not the one that was sent.
func drift(e Export, v billing.Invoice, st ledger.Standing) []ledger.Message {
	var found []ledger.Message
	for _, d := range differences(e, v, st) {
		found = append(found, d.Message())
	}
	return found
}

// differences returns the figures in which the invoice in Xero is not the one that was sent.
func differences(e Export, v billing.Invoice, st ledger.Standing) []ledger.Difference {
	var found []ledger.Difference
	if st.Number != e.Number {
		found = append(found, ledger.Difference{What: ledger.NumberFigure, Here: e.Number, There: st.Number})
	}
	if st.Currency != v.Currency {
		found = append(found, ledger.Difference{What: ledger.CurrencyFigure, Here: v.Currency, There: st.Currency})
	} else if st.Total != e.Expected {
		found = append(found, ledger.Difference{What: ledger.TotalFigure, Here: e.Expected, There: st.Total})
	}
	if e.Contact != "" && st.Contact != e.Contact {
		found = append(found, ledger.Difference{What: ledger.ContactFigure, Here: string(e.Contact), There: st.ContactName})
	}
	if st.Date != v.Date {
		found = append(found, ledger.Difference{What: ledger.DateFigure, Here: v.Date, There: st.Date})
	}
	return found
}

// fail ends a waiting export that could not be sent.
func fail(tx Tx, e Export, why []ledger.Message) error {
	v, err := tx.Invoice(e.Invoice)
	if err != nil {
		return err
	}
	if err := end(tx, &e, v, billing.Refuse, why); err != nil {
		return err
	}
	return tx.SaveExports(e)
}

// end ends an export with what happened to its invoice. The caller saves the export.
func end(tx Tx, e *Export, v billing.Invoice, ev billing.Event, messages []ledger.Message, more ...billing.Event) error {
	stage, err := next(v, v.Stage, ev)
	for _, m := range more {
		if err == nil {
			stage, err = next(v, stage, m)
		}
	}
	if err != nil {
		return err
	}
	e.Ended, e.Result, e.Messages, e.Batch = tx.Now(), stage.Export, messages, ""
	if err := tx.Advance(stage, v.ID); err != nil {
		return err
	}
	text := Describe(stage)
	if len(messages) > 0 {
		text += ": " + messages[0].Text
	}
	return tx.Record(Entry(itself, "export ended", "invoice", string(v.ID), Describe(v.Stage), text))
}

// happen moves an invoice on.
func happen(tx Tx, v billing.Invoice, ev billing.Event) error {
	stage, err := next(v, v.Stage, ev)
	if err != nil {
		return err
	}
	if err := tx.Advance(stage, v.ID); err != nil {
		return err
	}
	return tx.Record(Entry(itself, eventNames[ev], "invoice", string(v.ID), Describe(v.Stage), Describe(stage)))
}

func next(v billing.Invoice, from billing.Stage, ev billing.Event) (billing.Stage, error) {
	to, ok := from.Next(ev)
	if !ok {
		return from, fmt.Errorf("invoice %s is %s: event %d cannot happen to it", v.Number, Describe(from), ev)
	}
	return to, nil
}
