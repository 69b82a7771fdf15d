package app

import (
	"context"
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
// replay.
func (b Batch) due() (at time.Time, lookUp bool) {
	pause := replayFirst << min(b.Tries-1, 10)
	replay := b.TriedLast.Add(min(pause, replayMost))
	if !b.LookUp && replay.Before(b.Tried.Add(replayWindow)) && time.Now().Before(b.Tried.Add(replayWindow)) {
		return replay, false
	}
	if b.LookUp && b.Troubles == b.Tries {
		return b.TriedLast, true // Xero answered every try: nothing is under way
	}
	quiet := b.TriedLast.Add(quietTime)
	if b.LookUp {
		return quiet, true
	}
	if key := b.Tried.Add(keyLife); key.After(quiet) {
		return key, true
	}
	return quiet, true
}

// inherit marks as lost what an earlier holder of the lease was sending.
func (s *sender) inherit(ctx context.Context) error {
	return s.update(ctx, func(tx Tx) error {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		left, err := tx.Batches(s.tenant, Sending)
		if err != nil {
			return err
		}
		for _, b := range left {
			b.State = Lost
			if err := tx.SaveBatch(b); err != nil {
				return err
			}
			err := s.eachExport(tx, b, func(_ *Export, v billing.Invoice) error {
				return happen(tx, v, billing.Lose)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
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
		for st, err := range s.books.Since(ctx, s.tenant, since) {
			if err != nil {
				return err
			}
			keep(byMark, st)
		}
	}
	return s.update(ctx, func(tx Tx) error {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		for _, b := range lost {
			if err := s.adopt(tx, b, byMark, taken); err != nil {
				return err
			}
		}
		return endRuns(tx, s.tenant)
	})
}

// keep notes an invoice by its mark; a live one goes before one that is deleted or voided.
func keep(byMark map[string]ledger.Standing, st ledger.Standing) {
	if known, ok := byMark[st.Mark]; !ok || !known.Live() {
		byMark[st.Mark] = st
	}
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
	if b.Kind == ContactBatch {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.forgetContacts() // names and numbers are unique in Xero: the next plan finds what was created
		return nil
	}
	return s.eachExport(tx, b, func(e *Export, v billing.Invoice) error {
		st, found := byMark[e.Mark]
		switch {
		case found:
			return receive(tx, e, v, st, warnings(e.Messages), false)
		case e.Standing.ID != "":
			return receive(tx, e, v, e.Standing, warnings(e.Messages), false)
		case taken[e.Number.Fold()], hasCause(e.Messages, ledger.NumberTaken):
			return end(tx, e, v, billing.Refuse, []ledger.Message{{Text: "Invoice # must be unique.", Cause: ledger.NumberTaken}})
		case b.Troubles >= maxTroubles && len(b.Members) == 1:
			return end(tx, e, v, billing.Refuse, []ledger.Message{{Text: "Xero answered with an error of its own, twice.", Cause: ledger.XeroTrouble}})
		case b.Troubles >= maxTroubles:
			e.Small = (len(b.Members) + 1) / 2
		}
		e.Batch = ""
		return happen(tx, v, billing.Unsent)
	})
}

func warnings(all []ledger.Message) []ledger.Message {
	return slices.DeleteFunc(slices.Clone(all), func(m ledger.Message) bool { return !m.Warning })
}
