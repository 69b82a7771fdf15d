package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// removal is a removal that is looked at, with what it is about.
type removal struct {
	Removal
	tracked Tracked
}

// planRemovals reads anew what waits to be removed, lets go what cannot be, and puts the
// requests for the rest on disk. It reports whether it changed anything.
func (s *sender) planRemovals(ctx context.Context) (bool, error) {
	waiting, refused, err := s.waitingRemovals(ctx)
	if err != nil || len(waiting)+len(refused) == 0 {
		return false, err
	}
	standings, lock := map[ledger.InvoiceID]ledger.Standing{}, billing.Date(0)
	if len(waiting) > 0 {
		if lock, err = s.books.Lock(ctx, s.tenant); err != nil {
			return false, err
		}
		if standings, err = s.readByID(ctx, waiting); err != nil {
			return false, err
		}
		if err := s.reached(ctx); err != nil {
			return false, err
		}
	}
	return true, s.Update(ctx, func(tx Tx) error {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		for id, why := range refused {
			if err := s.stay(tx, id, why); err != nil {
				return err
			}
		}
		var ready []removal
		for _, r := range waiting {
			r, err := removalNow(tx, r.ID)
			if err != nil {
				return err
			}
			if !r.Ended.IsZero() { // it was cancelled meanwhile
				continue
			}
			goes, err := s.settleByReading(tx, r, standings, func(st ledger.Standing) ledger.Message {
				if m := ledger.Locked(st.Date, lock); m.Text != "" {
					return m
				}
				return changedMeanwhile(r.tracked, st)
			})
			if err != nil {
				return err
			}
			if goes {
				ready = append(ready, r)
			}
		}
		if err := s.storeRemovals(tx, ready); err != nil {
			return err
		}
		return endRuns(tx, s.tenant)
	})
}

// removalsAtOnce is how many removals are planned in one go.
const removalsAtOnce = 200

// waitingRemovals returns the removals that may be made now, and why others may not: whoever
// asked may not any more, or asked too long ago to mean it still.
func (s *sender) waitingRemovals(ctx context.Context) (waiting []Removal, refused map[RemovalID][]ledger.Message, err error) {
	err = s.store.View(ctx, func(r Reader) error {
		waiting, refused = nil, map[RemovalID][]ledger.Message{}
		all, err := r.RemovalsWaiting(s.tenant, removalsAtOnce)
		if err != nil {
			return err
		}
		members, err := r.Staff()
		if err != nil {
			return err
		}
		for _, m := range all {
			run, err := r.Run(m.Run)
			if err != nil {
				return err
			}
			v, err := r.Invoice(m.Invoice)
			if err != nil {
				return err
			}
			if err := Allow(member(members, run.By), staff.EditInvoices, v.Client); err != nil {
				refused[m.ID] = []ledger.Message{{Text: err.Error(), Cause: ledger.NotPermitted}}
				continue
			}
			if run.Stale(time.Now()) {
				refused[m.ID] = []ledger.Message{ledger.Stays("It was asked for more than twelve hours ago and could not be sent since, so it was left there. Ask for it again if it is still wanted.")}
				continue
			}
			waiting = append(waiting, m)
		}
		return nil
	})
	return waiting, refused, err
}

// readByID reads how the invoices of removals stand in Xero.
func (s *sender) readByID(ctx context.Context, all []Removal) (map[ledger.InvoiceID]ledger.Standing, error) {
	ids := make([]ledger.InvoiceID, len(all))
	for i, r := range all {
		ids[i] = r.There
	}
	found, err := s.books.ByID(ctx, s.tenant, ids)
	standings := make(map[ledger.InvoiceID]ledger.Standing, len(found))
	var moved []ledger.ContactID
	for _, st := range found {
		standings[st.ID] = st
	}
	if err != nil {
		return nil, err
	}
	err = s.store.View(ctx, func(r Reader) error {
		moved = nil
		tracked, err := r.Tracked(s.tenant, ids)
		for id, t := range tracked {
			if st, there := standings[id]; there && t.Export.Contact != "" && st.Contact != t.Export.Contact {
				moved = append(moved, t.Export.Contact)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return standings, s.followMerges(ctx, s.tenant, s.directory, moved)
}

// removalNow returns a removal as it is by now.
func removalNow(tx Tx, id RemovalID) (removal, error) {
	r, err := tx.Removal(id)
	if err != nil {
		return removal{}, err
	}
	tracked, err := tx.Tracked(r.Tenant, []ledger.InvoiceID{r.There})
	if err != nil {
		return removal{}, err
	}
	t, known := tracked[r.There]
	if !known {
		return removal{}, fmt.Errorf("removal %s is of an invoice that is not known to be in Xero", id)
	}
	return removal{r, t}, nil
}

// settleByReading ends a removal whose end a reading of Xero tells. It reports whether the
// invoice is still to be removed: it stands there as it did, and nothing else speaks against it.
func (s *sender) settleByReading(tx Tx, r removal, standings map[ledger.InvoiceID]ledger.Standing, more func(ledger.Standing) ledger.Message) (goes bool, err error) {
	st, there := standings[r.There]
	if c, known := s.directory.ByID(r.tracked.Export.Contact); known {
		r.tracked.Export.Contact = c.ID
	}
	cannot := ledger.Standing.CannotDelete
	if r.To == ledger.VoidedThere {
		cannot = ledger.Standing.CannotVoid
	}
	switch {
	case r.moot():
		return false, withdraw(tx, r)
	case !there:
		return false, gone(tx, r)
	case st.Status == r.To, st.Status == ledger.DeletedThere:
		return false, removed(tx, r, st)
	}
	why := cannot(st)
	if why.Text == "" {
		why = more(st)
	}
	if why.Text != "" {
		return false, keepThere(tx, r, &st, []ledger.Message{why}, KeptThere)
	}
	return true, nil
}

// moot reports whether the invoice is not on its way out of Xero any more: it was found to
// stand otherwise when a copy of the database was compared with Xero.
func (r removal) moot() bool { return r.tracked.Invoice.Stage.Export != billing.Removing }

// withdraw ends a removal that is moot.
func withdraw(tx Tx, r removal) error {
	r.Ended, r.Result, r.Batch = tx.Now(), Withdrawn, ""
	return tx.SaveRemovals(r.Removal)
}

// changedMeanwhile says that somebody changed the invoice in Xero since the person who asked
// saw it: it needs a decision.
func changedMeanwhile(t Tracked, st ledger.Standing) ledger.Message {
	known := differences(t.Export, t.Invoice, t.Export.Standing)
	for _, d := range differences(t.Export, t.Invoice, st) {
		if !slices.Contains(known, d) {
			m := d.Message()
			return ledger.Message{
				Text:  "It was changed in Xero since you last saw it. " + m.Text + " Look at both; ask for it again if it is to be removed all the same.",
				Cause: ledger.ChangedThere,
			}
		}
	}
	return ledger.Message{}
}

// storeRemovals puts the requests on disk.
func (s *sender) storeRemovals(tx Tx, ready []removal) error {
	bySize := map[int][]removal{}
	for _, r := range ready {
		bySize[r.Small] = append(bySize[r.Small], r)
	}
	for size, some := range bySize {
		writes := make([]ledger.Removal, len(some))
		byID := map[string]Removal{}
		for i, r := range some {
			writes[i] = ledger.Removal{Member: string(r.ID), ID: r.There, To: r.To}
			byID[string(r.ID)] = r.Removal
		}
		payloads, err := s.books.PrepareRemovals(writes, size)
		if err != nil {
			return err
		}
		for _, p := range payloads {
			b := s.batch(p)
			if err := tx.SaveBatch(b); err != nil {
				return err
			}
			for _, m := range p.Members {
				r := byID[m]
				r.Batch, r.Messages = b.ID, nil
				if err := tx.SaveRemovals(r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// settleRemovals stores what Xero's elements say. What is not said to be done is looked up: it
// may have been approved, or taken out of force, in that moment.
func (s *sender) settleRemovals(tx Tx, b Batch, outcomes []ledger.Outcome) error {
	var unclear []string
	for _, o := range outcomes {
		r, err := removalNow(tx, RemovalID(o.Member))
		if err != nil {
			return err
		}
		if o.Verdict == ledger.Accepted && o.Standing.Status == r.To {
			if err := removed(tx, r, o.Standing); err != nil {
				return err
			}
			continue
		}
		unclear = append(unclear, o.Member)
		r.Messages = o.Messages
		if err := tx.SaveRemovals(r.Removal); err != nil {
			return err
		}
	}
	b.State = Settled
	if len(unclear) > 0 {
		b.State, b.Members, b.LookUp, b.Troubles = Lost, unclear, true, b.Tries
	}
	return tx.SaveBatch(b)
}

// lookUpRemovals settles lost removals by what Xero has.
func (s *sender) lookUpRemovals(tx Tx, b Batch, standings map[ledger.InvoiceID]ledger.Standing) error {
	b.State = Settled
	if err := tx.SaveBatch(b); err != nil {
		return err
	}
	wait := b.Troubles >= maxTroubles && !s.blames(b)
	for _, m := range b.Members {
		r, err := removalNow(tx, RemovalID(m))
		if err != nil {
			return err
		}
		refused := r.Messages
		goes, err := s.settleByReading(tx, r, standings, func(ledger.Standing) ledger.Message {
			if len(refused) > 0 {
				return refused[0]
			}
			if !wait && s.lostAgain(m) {
				return ledger.Message{Text: "Xero answered more than once with an error of its own, or not at all, and still has it.", Cause: ledger.XeroTrouble}
			}
			return ledger.Message{}
		})
		if err != nil {
			return err
		}
		if !goes {
			continue
		}
		r.Batch = ""
		switch {
		case wait:
			s.setParked(s.parkFor(&Trouble{Reason: Troubled}))
		case b.Troubles >= maxTroubles && len(b.Members) > 1:
			r.Small = (len(b.Members) + 1) / 2
		}
		if err := tx.SaveRemovals(r.Removal); err != nil {
			return err
		}
	}
	return nil
}

// unsendRemovals stores that a first try provably changed nothing.
func (s *sender) unsendRemovals(tx Tx, b Batch, t *Trouble) error {
	if t.Reason != Refused {
		return nil // the batch is ready again
	}
	if len(b.Members) == 1 {
		return s.stay(tx, RemovalID(b.Members[0]), []ledger.Message{{Text: t.Text, Cause: ledger.Other}})
	}
	members, err := tx.Removals(removalIDs(b.Members))
	if err != nil {
		return err
	}
	for i := range members {
		members[i].Batch, members[i].Small = "", len(members)/2
	}
	return tx.SaveRemovals(members...)
}

// stay ends a removal without a reading of how the invoice stands.
func (s *sender) stay(tx Tx, id RemovalID, why []ledger.Message) error {
	r, err := removalNow(tx, id)
	if err != nil || !r.Ended.IsZero() {
		return err
	}
	return keepThere(tx, r, nil, why, KeptThere)
}

// removed ends a removal that is done: Xero has the invoice in the status that was asked for.
func removed(tx Tx, r removal, st ledger.Standing) error {
	if r.moot() {
		return withdraw(tx, r)
	}
	v, e := r.tracked.Invoice, r.tracked.Export
	ev, text := billing.Removed, "removed from Xero"
	if r.To == ledger.VoidedThere {
		ev, text = billing.VoidThere, "voided in Xero"
		if err := tx.Burn(v.Number, st.Number); err != nil {
			return err
		}
	}
	to, err := next(v, v.Stage, ev)
	if err != nil {
		return err
	}
	e.Standing, e.Result, e.Messages = st, to.Export, nil
	if err := tx.SaveStandings(e); err != nil {
		return err
	}
	if err := tx.Advance(to, v.ID); err != nil {
		return err
	}
	if err := lookBackTo(tx, r.Tenant, st.Updated); err != nil {
		return err
	}
	r.Ended, r.Result, r.Batch, r.Messages = tx.Now(), Removed, "", nil
	if err := tx.SaveRemovals(r.Removal); err != nil {
		return err
	}
	return tx.Record(Entry(itself, text, "invoice", string(v.ID), Describe(v.Stage), Describe(to)))
}

// keepThere ends a removal of an invoice that stays in Xero, and brings ours to where it
// stands there: st is nil where that was not read.
func keepThere(tx Tx, r removal, st *ledger.Standing, why []ledger.Message, result RemovalResult) error {
	if r.moot() {
		return withdraw(tx, r)
	}
	t := r.tracked
	was := t.Invoice.Stage
	back := []billing.Event{billing.KeepThere}
	switch t.Export.Result { // as it was before
	case billing.Warned:
		back = append(back, billing.Warn)
	case billing.Changed:
		back = append(back, billing.Differ)
	}
	t.Invoice.Stage = after(was, back...)
	if err := tx.Advance(t.Invoice.Stage, t.Invoice.ID); err != nil {
		return err
	}
	text := string(result)
	if len(why) > 0 {
		text = why[0].Text
	}
	if err := tx.Record(Entry(itself, "stays in Xero", "invoice", string(t.Invoice.ID), Describe(was), Describe(t.Invoice.Stage)+": "+text)); err != nil {
		return err
	}
	r.Ended, r.Result, r.Batch, r.Messages = tx.Now(), result, "", why
	if err := tx.SaveRemovals(r.Removal); err != nil {
		return err
	}
	if st == nil {
		return nil
	}
	f := newFollower(tx)
	f.bring(t, *st)
	return errors.Join(f.save(), lookBackTo(tx, r.Tenant, st.Updated))
}

// gone ends a removal of an invoice that Xero does not have any more.
func gone(tx Tx, r removal) error {
	if err := keepThere(tx, r, nil, []ledger.Message{ledger.Stays("Xero does not have it any more.")}, KeptThere); err != nil {
		return err
	}
	now, err := removalNow(tx, r.ID)
	if err != nil {
		return err
	}
	f := newFollower(tx)
	f.vanish(now.tracked)
	return f.save()
}
