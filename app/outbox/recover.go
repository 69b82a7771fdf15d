package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
)

// How a batch whose answer was lost is settled. Xero keeps an idempotency key for six
// minutes from the first call; a replay must arrive within them, and only afterwards,
// when nothing can be under way any more, does absence prove that it was not saved.
const (
	replayWindow = 5 * time.Minute
	keyLife      = 6 * time.Minute
	quietTime    = 3 * time.Minute // a request that was cut off may still be committed
	replayFirst  = time.Second
	replayMost   = 30 * time.Second
)

// due tells when a lost batch can be dealt with, and whether by a look-up instead of a
// replay. A key counts as old as the older of two clocks says: this process's own stands
// still while the computer sleeps, and the computer's can be set back. What must have
// been quiet for a time must have been so by this process's own.
func (s *sender) due(b Batch) (at time.Time, lookUp bool) {
	now, try := time.Now(), s.tries.of(b)
	pause := min(replayFirst<<min(b.Tries-1, 10), replayMost)
	replay := later(try.last.Add(pause), now)
	age := max(now.Sub(try.first), now.Sub(b.Tried)) + replay.Sub(now)
	if !b.LookUp && age < replayWindow {
		return try.last.Add(pause), false
	}
	if b.LookUp && b.Troubles == b.Tries {
		at = try.last // Xero answered every try: nothing is under way
	} else if at = try.last.Add(quietTime); !b.LookUp {
		at = later(at, try.first.Add(keyLife))
	}
	return later(at, s.lookAgain), true
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// inherit takes over what an earlier holder of the lease left. What it was sending is
// lost; what it only had ready is planned again, so that every question is asked again.
func (s *sender) inherit(ctx context.Context) error {
	return s.Update(ctx, func(tx Tx) error {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		org, err := organisation(tx, s.tenant)
		if err != nil {
			return err
		}
		s.org = org
		ready, err := tx.Batches(s.tenant, Ready)
		if err != nil {
			return err
		}
		for _, b := range ready {
			if err := s.unplan(tx, b); err != nil {
				return err
			}
		}
		sending, err := tx.Batches(s.tenant, Sending)
		if err != nil {
			return err
		}
		for _, b := range sending {
			err := s.eachExport(tx, b, func(_ *Export, v billing.Invoice) error {
				return happen(tx, v, billing.Lose)
			})
			if err != nil {
				return err
			}
		}
		lost, err := tx.Batches(s.tenant, Lost)
		if err != nil {
			return err
		}
		for _, b := range append(sending, lost...) {
			if b.TriedLast.After(tx.Now()) {
				// The clock was set back: how old the key is cannot be told any more.
				b.LookUp, b.Troubles = true, 0
				b.TriedLast = tx.Now()
			}
			if b.State == Sending {
				b.TriedLast = tx.Now() // its request may have left at any time until now
				s.tries.note(b)
			}
			b.State = Lost
			if err := tx.SaveBatch(b); err != nil {
				return err
			}
		}
		return nil
	})
}

// unplan takes a batch back that was never sent.
func (s *sender) unplan(tx Tx, b Batch) error {
	if b.Kind == RemovalBatch {
		return unplanRemovals(tx, b)
	}
	err := s.eachExport(tx, b, func(e *Export, _ billing.Invoice) error {
		e.Batch = ""
		return nil
	})
	if err != nil {
		return err
	}
	return tx.DeleteBatch(b.ID)
}

// lookUp settles lost batches by what Xero has: by number first, and for what is not
// found, by everything that changed since it was first sent. Only what bears our mark
// is ours; what is proven absent waits to be sent with a new key.
func (s *sender) lookUp(ctx context.Context, lost []Batch) error {
	exports, err := s.lostExports(ctx, lost)
	if err != nil {
		return err
	}
	var numbers []billing.Number
	for _, e := range exports {
		numbers = append(numbers, e.Number)
	}
	byMark := map[string]ledger.Standing{}
	taken := map[string]bool{} // folded numbers that a live invoice has which is not ours
	if len(numbers) > 0 {
		found, err := s.books.ByNumber(ctx, s.tenant, numbers)
		var t *Trouble
		if errors.As(err, &t) && t.Reason == Refused {
			err = nil // a number that Xero cannot look for: the changes since have it
		}
		if err != nil {
			return err
		}
		for _, st := range found {
			keep(byMark, st)
			if st.Status != ledger.DeletedThere {
				taken[st.Number.Fold()] = true
			}
		}
	}
	if since, missing := oldestMissing(exports, byMark); missing {
		changed, _, err := changesSince(ctx, s.books, s.tenant, since)
		if err != nil {
			return err
		}
		for _, st := range changed {
			keep(byMark, st)
		}
	}
	if err := s.followMergesOf(ctx, exports, byMark); err != nil {
		return err
	}
	standings, err := s.lostRemovals(ctx, lost)
	if err != nil {
		return err
	}
	err = s.Update(ctx, func(tx Tx) (err error) {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		for _, b := range lost {
			if b.Kind == RemovalBatch {
				err = s.lookUpRemovals(tx, b, standings)
			} else {
				err = s.adopt(tx, b, byMark, taken)
			}
			if err != nil {
				return err
			}
		}
		return endRuns(tx, s.tenant)
	})
	if err != nil {
		return err
	}
	for _, b := range lost {
		s.settled(b.ID)
	}
	return s.reached(ctx)
}

// keep notes an invoice by its mark, as it was read last; a live one goes before another
// one that is deleted or voided.
func keep(byMark map[string]ledger.Standing, st ledger.Standing) {
	if known, ok := byMark[st.Mark]; !ok || known.ID == st.ID || !known.Live() {
		byMark[st.Mark] = st
	}
}

// followMergesOf reads where the contacts went that the exports were sent to, if Xero has
// them with another now.
func (s *sender) followMergesOf(ctx context.Context, exports []Export, byMark map[string]ledger.Standing) error {
	var moved []ledger.ContactID
	for _, e := range exports {
		if st, found := byMark[e.Mark]; found && e.Contact != "" && st.Contact != e.Contact {
			moved = append(moved, e.Contact)
		}
	}
	return s.followMerges(ctx, s.tenant, s.directory, moved)
}

func (s *sender) lostExports(ctx context.Context, lost []Batch) ([]Export, error) {
	var all []Export
	err := s.store.View(ctx, func(r Reader) error {
		all = nil
		for _, b := range lost {
			if b.Kind != InvoiceBatch {
				continue
			}
			exports, err := r.Exports(exportIDs(b.Members))
			if err != nil {
				return err
			}
			all = append(all, exports...)
		}
		return nil
	})
	return all, err
}

// lostRemovals reads how the invoices of lost removals stand in Xero.
func (s *sender) lostRemovals(ctx context.Context, lost []Batch) (map[ledger.InvoiceID]ledger.Standing, error) {
	var all []Removal
	err := s.store.View(ctx, func(r Reader) error {
		all = nil
		for _, b := range lost {
			if b.Kind != RemovalBatch {
				continue
			}
			members, err := r.Removals(removalIDs(b.Members))
			if err != nil {
				return err
			}
			all = append(all, members...)
		}
		return nil
	})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return s.readByID(ctx, all)
}

// oldestMissing tells from when on changes must be read to find what was not found yet.
func oldestMissing(exports []Export, byMark map[string]ledger.Standing) (since time.Time, missing bool) {
	for _, e := range exports {
		if _, found := byMark[e.Mark]; found {
			continue
		}
		if !missing || e.Since.Before(since) {
			since = e.Since
		}
		missing = true
	}
	return since, missing
}

// adopt settles one lost batch by what was found in Xero.
func (s *sender) adopt(tx Tx, b Batch, byMark map[string]ledger.Standing, taken map[string]bool) error {
	b.State = Settled
	if err := tx.SaveBatch(b); err != nil {
		return err
	}
	wait := b.Troubles >= maxTroubles && !s.blames(b)
	if wait {
		s.setParked(s.parkFor(&Trouble{Reason: Troubled}))
	}
	if b.Kind == ContactBatch {
		s.mu.Lock()
		defer s.mu.Unlock()
		// Names and numbers are unique in Xero: the next plan finds what was created.
		if s.forgetContacts(); !wait {
			s.uncreated(b.Members)
		}
		return nil
	}
	return s.eachExport(tx, b, func(e *Export, v billing.Invoice) error {
		st, found := byMark[e.Mark]
		switch {
		case found:
			if c, known := s.directory.ByID(e.Contact); known {
				e.Contact = c.ID
			}
			return errors.Join(receive(tx, e, v, st, warnings(e.Messages), false), s.wantExtras(tx, *e))
		case e.Standing.ID != "":
			return errors.Join(receive(tx, e, v, e.Standing, warnings(e.Messages), false), s.wantExtras(tx, *e))
		case taken[e.Number.Fold()], hasCause(e.Messages, ledger.NumberTaken):
			return end(tx, e, v, billing.Refuse, []ledger.Message{{Text: "Invoice # must be unique.", Cause: ledger.NumberTaken}})
		case wait:
		case b.Troubles >= maxTroubles && len(b.Members) > 1:
			e.Small = (len(b.Members) + 1) / 2
		case b.Troubles >= maxTroubles, b.LookUp && s.lostAgain(string(e.ID)):
			return end(tx, e, v, billing.Refuse, []ledger.Message{failsAgain})
		}
		e.Batch = ""
		return happen(tx, v, billing.Unsent)
	})
}

// outage is how long Xero may fail on every write before what it fails on is blamed.
const outage = 2 * time.Hour

// blames reports whether it is for what is in the batch that Xero fails on it, and not
// because it fails on everything: it took another write between the first time that this
// was sent and the last. When nothing else was tried, halves of the batch will tell.
func (s *sender) blames(b Batch) bool {
	if s.ailingFor() > outage {
		return true
	}
	last := s.tries.of(b).last
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(b.Members) > 1 && len(s.failing) == 1 && s.failing[b.ID] {
		return true
	}
	for _, m := range b.Members {
		if first := s.sent[m]; first.IsZero() || !s.taken.After(first) || !s.taken.Before(last) {
			return false
		}
	}
	return true
}

// failsAgain is what is said of a member that Xero fails on every time.
var failsAgain = ledger.Message{
	Text: "Xero answered more than once with an error of its own, and has nothing of it.", Cause: ledger.XeroTrouble,
}

// lostAgain counts that a member was sent and is absent, and reports whether that is
// enough.
func (s *sender) lostAgain(member string) bool {
	s.losses[member]++
	return s.losses[member] > maxTroubles
}

// uncreated makes the next plan create what is still missing in smaller batches, until
// the one that Xero fails on fails alone. The caller holds mu.
func (s *sender) uncreated(members []string) {
	if len(members) > 1 {
		s.most = (len(members) + 1) / 2
		return
	}
	if s.lostAgain(members[0]) {
		s.rejected[billing.ClientID(members[0])] = []ledger.Message{failsAgain}
	}
}

func warnings(all []ledger.Message) []ledger.Message {
	return slices.DeleteFunc(slices.Clone(all), func(m ledger.Message) bool { return !m.Warning })
}
