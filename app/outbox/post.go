package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"feebridge/app"
	"feebridge/app/ledger"
)

// atOnce is how many calls Xero takes at once for an organisation.
const atOnce = 5

// postAll posts the requests, as many at once as Xero allows. They are claimed some at a time, the
// next while those before are under way. When one of them parks the sender, those that have not
// begun stay as they are.
func (s *sender) postAll(ctx context.Context, due []app.Batch) error {
	var g errgroup.Group
	g.SetLimit(atOnce)
	var failed error
	for some := range slices.Chunk(due, atOnce) {
		if failed = ctx.Err(); failed != nil || s.isParked() != nil {
			break
		}
		var claimed []app.Batch
		if claimed, failed = s.claim(ctx, some); failed != nil {
			break
		}
		for _, b := range claimed {
			g.Go(func() error { return s.post(ctx, b) })
		}
	}
	return errors.Join(failed, g.Wait())
}

// claim marks requests as sending, on disk, before anything leaves. What is not wanted now is not
// among those that it returns: a person cancelled it, decided otherwise, or must confirm its run.
func (s *sender) claim(ctx context.Context, due []app.Batch) (claimed []app.Batch, err error) {
	ids := make([]app.BatchID, len(due))
	for i, b := range due {
		ids[i] = b.ID
	}
	err = s.decide(ctx, func(tx Tx, e *effects) error {
		claimed = nil
		all, err := tx.BatchesByID(ids...)
		if err != nil {
			return err
		}
		_, stale, err := runsOf(tx, s.tenant, app.ExportRun, e.now)
		if err != nil {
			return err
		}
		return s.eachKind(all, func(k kind, batches []app.Batch) error {
			unwanted, err := k.unwanted(tx, batches, stale)
			if err != nil {
				return err
			}
			members, err := k.members(tx, batches)
			if err != nil {
				return err
			}
			for _, b := range batches {
				if b.State != app.Ready && b.State != app.Lost {
					return fmt.Errorf("batch %s is %s", b.ID, b.State)
				}
				if unwanted[b.ID] {
					putBack(e, b)
					continue
				}
				if b, err = leave(e, b, members[b.ID]); err != nil {
					return err
				}
				claimed = append(claimed, b)
			}
			return nil
		})
	})
	return claimed, err
}

// leave notes that a request is about to leave, and returns it as it is then.
func leave(e *effects, b app.Batch, members []member) (app.Batch, error) {
	if b.Tries == 0 {
		b.Tried = e.now
	}
	b.Tries, b.TriedLast, b.State = b.Tries+1, e.now, app.Sending
	e.batches = append(e.batches, b)
	for _, m := range members {
		if err := m.claim(e, b); err != nil {
			return b, err
		}
	}
	return b, nil
}

// putBack keeps a request from being sent. One that was never sent is planned again; of one
// whose answer was lost a look-up tells what Xero made of it.
func putBack(e *effects, b app.Batch) {
	if b.Tries == 0 {
		e.unplanned = append(e.unplanned, b.ID)
		return
	}
	b.LookUp = true
	e.batches = append(e.batches, b)
}

// eachKind calls fn for the requests of each kind that there are.
func (s *sender) eachKind(all []app.Batch, fn func(kind, []app.Batch) error) error {
	for _, k := range []app.BatchKind{app.ContactBatch, app.InvoiceBatch, app.RemovalBatch} {
		var some []app.Batch
		for _, b := range all {
			if b.Kind == k {
				some = append(some, b)
			}
		}
		if len(some) == 0 {
			continue
		}
		if err := fn(s.kindOf(k), some); err != nil {
			return err
		}
	}
	return nil
}

// withMembers calls fn for each request with its members.
func (s *sender) withMembers(r Reader, all []app.Batch, fn func(app.Batch, []member) error) error {
	return s.eachKind(all, func(k kind, batches []app.Batch) error {
		members, err := k.members(r, batches)
		if err != nil {
			return err
		}
		for _, b := range batches {
			if err := fn(b, members[b.ID]); err != nil {
				return err
			}
		}
		return nil
	})
}

// post sends a claimed request once, and stores what came of it. What a cancelled
// context leaves open is stored all the same.
func (s *sender) post(ctx context.Context, b app.Batch) error {
	if err := ctx.Err(); err != nil || s.isParked() != nil {
		never := &app.Trouble{Reason: app.Interrupted, Unsent: true, Err: err}
		return errors.Join(err, s.troubled(context.WithoutCancel(ctx), b, never))
	}
	s.leaves(b)
	outcomes, err := s.books.Post(ctx, b)
	ctx = context.WithoutCancel(ctx)
	if err == nil {
		s.succeeded()
		return s.settle(ctx, b, outcomes)
	}
	t := &app.Trouble{Reason: app.Interrupted, Err: err}
	errors.As(err, &t)
	s.log.Warn("sending", "batch", b.ID, "members", len(b.Members), "reason", t.Reason, "unsent", t.Unsent, "correlation", t.Correlation, "error", err)
	if p := s.parkFor(t); p != nil && (t.Unsent || t.Reason == app.Offline || !t.Until.IsZero() || s.isOutage(b, t)) {
		s.setParked(p)
	}
	return s.troubled(ctx, b, t)
}

// leaves notes that the request leaves now.
func (s *sender) leaves(b app.Batch) {
	s.tries.note(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range b.Members {
		if s.sent[m].IsZero() {
			s.sent[m] = time.Now()
		}
	}
}

// succeeded notes that Xero took a write.
func (s *sender) succeeded() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken, s.failures = time.Now(), 0
	clear(s.failing)
}

// settle stores what Xero's elements say. Members without a usable element are looked
// up, and so are those that a replay says were saved: Xero then repeats its first answer.
func (s *sender) settle(ctx context.Context, b app.Batch, outcomes []ledger.Outcome) error {
	err := s.decide(ctx, func(tx Tx, e *effects) error {
		return s.withMembers(tx, []app.Batch{b}, func(b app.Batch, members []member) error {
			return settle(e, b, outcomes, members)
		})
	})
	if err != nil {
		return err
	}
	s.settled(b.ID)
	return s.setHealth(ctx, app.Park{})
}

// settle decides what the elements of an answer mean for the members of a request.
func settle(e *effects, b app.Batch, outcomes []ledger.Outcome, members []member) error {
	said := map[string]ledger.Outcome{}
	for _, o := range outcomes {
		said[o.Member] = o
	}
	var unclear []string
	for _, m := range members {
		some, err := m.settle(e, b, said)
		if err != nil {
			return err
		}
		unclear = append(unclear, some...)
	}
	b.State = app.Settled
	if len(unclear) > 0 {
		b.State, b.Members, b.LookUp, b.Troubles = app.Lost, unclear, true, b.Tries
	}
	e.batches, e.ends = append(e.batches, b), true
	return nil
}

// settled forgets how requests fared that are not under way any more.
func (s *sender) settled(ids ...app.BatchID) {
	for _, id := range ids {
		s.tries.forget(id)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.failing, id)
	}
}

// troubled stores that a call has no usable answer, and what follows from it.
func (s *sender) troubled(ctx context.Context, b app.Batch, t *app.Trouble) error {
	unsent := t.Unsent && b.Tries == 1
	if unsent {
		s.settled(b.ID)
	} else {
		s.tries.note(b)
	}
	return s.decide(ctx, func(tx Tx, e *effects) error {
		return s.withMembers(tx, []app.Batch{b}, func(b app.Batch, members []member) error {
			if unsent {
				return unsend(e, b, t, members)
			}
			return lose(e, b, t, members)
		})
	})
}

// maxTroubles is how often Xero may answer a batch with an error of its own before the
// batch is looked up instead, and halved where it is proven absent.
const maxTroubles = 2

// lose decides what follows when it is not known what Xero made of a request.
func lose(e *effects, b app.Batch, t *app.Trouble, members []member) error {
	b.State, b.TriedLast = app.Lost, e.now
	if t.Answered && t.Reason == app.Troubled {
		b.Troubles++
	}
	if b.Troubles >= maxTroubles || t.Reason == app.Refused {
		b.LookUp = true
	}
	e.batches = append(e.batches, b)
	for _, m := range members {
		if err := m.lose(e); err != nil {
			return err
		}
	}
	return nil
}

// unsend decides what follows when a first try provably changed nothing. A request that Xero
// refused as a whole is halved until the row that it cannot read fails alone.
func unsend(e *effects, b app.Batch, t *app.Trouble, members []member) error {
	b.State, b.Tries, b.Tried = app.Ready, 0, time.Time{}
	var refused []ledger.Message
	if t.Reason == app.Refused {
		b.State, refused = app.Settled, []ledger.Message{{Text: t.Text, Cause: ledger.Other}}
	}
	e.batches, e.ends = append(e.batches, b), true
	for _, m := range members {
		if err := m.unsend(e, b, refused); err != nil {
			return err
		}
	}
	return nil
}

// mostFailures is how many writes in a row may end in an error of Xero's own: then it
// is down, and sending waits for a while.
const mostFailures = 8

// isOutage counts the writes that Xero fails on, and reports whether they are so many
// that it is down.
func (s *sender) isOutage(b app.Batch, t *app.Trouble) bool {
	if t.Reason != app.Troubled {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures++
	s.failing[b.ID] = true
	return s.failures >= mostFailures
}
