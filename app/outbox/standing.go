package app

import (
	"context"
	"slices"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// Tracked is an export whose invoice Xero has, or had.
type Tracked struct {
	Export  Export
	Invoice billing.Invoice // without its lines
	Newest  bool            // no later export of the invoice is known
}

// follower brings exports that have ended to where their invoices stand in Xero by now. What
// it finds is stored by save, many at a time.
type follower struct {
	tx      Tx
	exports []Export
	moves   map[billing.Stage][]billing.InvoiceID
	burnt   []billing.Number
	entries []staff.Entry
}

func newFollower(tx Tx) *follower {
	return &follower{tx: tx, moves: map[billing.Stage][]billing.InvoiceID{}}
}

// follow takes a reading of an invoice, and reports whether the invoice's stage moves. What is
// on its way to or from Xero is left alone, and an older reading never counts over a newer.
func (f *follower) follow(t Tracked, st ledger.Standing) (moved bool) {
	e, v := t.Export, t.Invoice
	if v.Stage.InFlight() || st.Updated.Before(e.Standing.Updated) || st.Same(e.Standing) && v.Stage.Export != billing.NotFoundInXero {
		return false
	}
	return f.bring(t, st)
}

// bring stores a reading of an invoice and what follows from it.
func (f *follower) bring(t Tracked, st ledger.Standing) (moved bool) {
	e, v := t.Export, t.Invoice
	known, found := drift(e, v, e.Standing), drift(e, v, st)
	stage := v.Stage
	if t.Newest {
		stage = after(v.Stage, followingEvents(v.Stage, st, known, found)...)
	}
	was := e.Standing
	e.Standing = st
	if stage != v.Stage || st.Settlement() != was.Settlement() {
		f.entries = append(f.entries, Entry(itself, "read again", "invoice", string(v.ID), tell(v.Stage, was), tell(stage, st)))
	}
	if stage != v.Stage {
		f.moves[stage] = append(f.moves[stage], v.ID)
		e.Result = stage.Export
	}
	if t.Newest {
		e.Messages = append(without(e.Messages, append(known, deletedThere, voidedThere)), found...)
		switch stage.Export {
		case billing.DeletedInXero:
			e.Messages = append([]ledger.Message{deletedThere}, e.Messages...)
		case billing.VoidedInXero:
			e.Messages = append([]ledger.Message{voidedThere}, e.Messages...)
		}
		if st.Approved() || st.Status == ledger.VoidedThere {
			f.burnt = append(f.burnt, Distinct([]billing.Number{v.Number, st.Number})...)
		}
	}
	f.exports = append(f.exports, e)
	return stage != v.Stage
}

// vanish notes that Xero does not have an invoice any more.
func (f *follower) vanish(t Tracked) (moved bool) {
	to, ok := t.Invoice.Stage.Next(billing.Vanish)
	if !ok {
		return false
	}
	f.moves[to] = append(f.moves[to], t.Invoice.ID)
	t.Export.Result = to.Export
	f.exports = append(f.exports, t.Export)
	f.entries = append(f.entries, Entry(itself, "read again", "invoice", string(t.Invoice.ID), tell(t.Invoice.Stage, t.Export.Standing), Describe(to)))
	return true
}

// save stores what was found.
func (f *follower) save() error {
	if err := f.tx.SaveStandings(f.exports...); err != nil {
		return err
	}
	for to, ids := range f.moves {
		if err := f.tx.Advance(to, ids...); err != nil {
			return err
		}
	}
	if err := f.tx.Burn(f.burnt...); err != nil {
		return err
	}
	return f.tx.Record(f.entries...)
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

// after returns the stage after those of the events that can happen.
func after(s billing.Stage, events ...billing.Event) billing.Stage {
	for _, ev := range events {
		if next, ok := s.Next(ev); ok {
			s = next
		}
	}
	return s
}

// without returns the messages less some.
func without(all, less []ledger.Message) []ledger.Message {
	return slices.DeleteFunc(slices.Clone(all), func(m ledger.Message) bool { return slices.Contains(less, m) })
}

// tell says a stage in words, and of a closed invoice how far it is paid.
func tell(s billing.Stage, st ledger.Standing) string {
	switch st.Settlement() {
	case ledger.Approved:
		return Describe(s) + ", approved"
	case ledger.PartPaid:
		return Describe(s) + ", part-paid, " + st.AmountDue.String() + " due"
	case ledger.Paid:
		return Describe(s) + ", paid"
	case ledger.Credited:
		return Describe(s) + ", credited"
	}
	return Describe(s)
}

// followMerges reads where the contacts went that exports were sent to, if Xero has them with
// another now: they may have been merged. It puts what it reads into the directory.
func (a *App) followMerges(ctx context.Context, t ledger.TenantID, directory *ledger.Directory, moved []ledger.ContactID) error {
	if len(moved) == 0 {
		return nil
	}
	for c, err := range a.books.Contacts(ctx, t, ledger.ContactQuery{IDs: Distinct(moved)}) {
		if err != nil {
			return err
		}
		directory.Add(c)
	}
	return nil
}
