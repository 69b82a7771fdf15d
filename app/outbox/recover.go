package outbox

import (
	"context"
	"time"

	"feebridge/app"
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
func (s *sender) due(b app.Batch) (at time.Time, lookUp bool) {
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

// inherit goes on with what an earlier holder of the lease left. What it was sending is
// lost; what it only had ready is planned again, so that every question is asked again.
func (s *sender) inherit(ctx context.Context) error {
	return s.decide(ctx, func(tx Tx, e *effects) error {
		org, err := app.OrganisationOf(tx, s.tenant)
		if err != nil {
			return err
		}
		e.then(func() { s.org = org })
		all, err := tx.Batches(s.tenant, app.Ready, app.Sending, app.Lost)
		if err != nil {
			return err
		}
		var sending []app.Batch
		for _, b := range all {
			switch b.State {
			case app.Ready:
				e.unplanned = append(e.unplanned, b.ID)
				continue
			case app.Sending:
				sending = append(sending, b)
			}
			s.mislay(e, b)
		}
		return s.withMembers(tx, sending, func(_ app.Batch, members []member) error {
			for _, m := range members {
				if err := m.lose(e); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// mislay notes that the outcome of a request is unknown, as far as this process can tell.
func (s *sender) mislay(e *effects, b app.Batch) {
	if b.TriedLast.After(e.now) {
		// The clock was set back: how old the key is cannot be told any more.
		b.LookUp, b.Troubles = true, 0
		b.TriedLast = e.now
	}
	if b.State == app.Sending {
		b.TriedLast = e.now // its request may have left at any time until now
		e.then(func() { s.tries.note(b) })
	}
	b.State = app.Lost
	e.batches = append(e.batches, b)
}

// lookUp settles lost requests by what Xero has. Only what bears our mark, or has the ID that is
// known, is ours; what is proven absent waits to be sent with a new key.
func (s *sender) lookUp(ctx context.Context, lost []app.Batch) error {
	found := map[app.BatchKind]reading{}
	err := s.eachKind(lost, func(k kind, batches []app.Batch) (err error) {
		found[batches[0].Kind], err = k.look(ctx, batches)
		return err
	})
	if err != nil {
		return err
	}
	err = s.decide(ctx, func(tx Tx, e *effects) error {
		return s.withMembers(tx, lost, func(b app.Batch, members []member) error {
			return adopt(e, b, found[b.Kind], s.resend(b), members)
		})
	})
	if err != nil {
		return err
	}
	for _, b := range lost {
		s.settled(b.ID)
	}
	return s.reached(ctx)
}

// adopt decides what a look-up means for the members of a lost request.
func adopt(e *effects, b app.Batch, found reading, again resend, members []member) error {
	for _, m := range members {
		if err := m.adopt(e, b, found, again); err != nil {
			return err
		}
	}
	b.State = app.Settled
	e.batches, e.ends = append(e.batches, b), true
	return nil
}

// resend tells how what of a lost request is proven absent goes again.
func (s *sender) resend(b app.Batch) resend {
	again := resend{park: func() { s.setParked(s.parkFor(&app.Trouble{Reason: app.Troubled})) }}
	switch {
	case b.Troubles < maxTroubles:
	case !s.blames(b):
		again.wait = true
	case len(b.Members) > 1:
		again.small = (len(b.Members) + 1) / 2
	default:
		again.fails = true
	}
	return again
}

// outage is how long Xero may fail on every write before what it fails on is blamed.
const outage = 2 * time.Hour

// blames reports whether it is for what is in the batch that Xero fails on it, and not
// because it fails on everything: it took another write between the first time that this
// was sent and the last. When nothing else was tried, halves of the batch will tell.
func (s *sender) blames(b app.Batch) bool {
	if s.ailingFor() > outage {
		return true
	}
	last := s.tries.of(b).last
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

// lostAgain counts that a member was sent and is absent, and reports whether that is
// enough.
func (s *sender) lostAgain(e *effects, member string) bool {
	e.then(func() { s.losses[member]++ })
	return s.losses[member]+1 > maxTroubles
}
