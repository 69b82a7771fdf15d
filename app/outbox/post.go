package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"feebridge/app"
	"feebridge/app/ledger"
)

// atOnce is how many calls Xero takes at once for an organisation.
const atOnce = 5

// answer is how a request that left ended.
type answer struct {
	batch    app.Batch
	outcomes []ledger.Outcome
	trouble  *app.Trouble // nil where Xero's elements can be used
}

// heard returns Xero's identifier of the call, and whether Xero answered at all.
func (a answer) heard() (correlation string, answered bool) {
	switch {
	case a.trouble != nil:
		return a.trouble.Correlation, a.trouble.Answered || a.trouble.Correlation != ""
	case len(a.outcomes) > 0:
		return a.outcomes[0].Correlation, true
	}
	return "", true
}

// gather is how long an answer waits for others that come with it: they are stored together.
const gather = 2 * time.Millisecond

// postAll posts the requests, as many at once as Xero allows. The calls alone run at the same time;
// what goes before and after them is done here, one after the other. When an answer parks the
// sender, requests that have not begun stay as they are.
func (s *sender) postAll(ctx context.Context, due []app.Batch) error {
	var failed error
	answers := make(chan answer, atOnce)
	for calls := 0; ; {
		for calls < atOnce && len(due) > 0 && s.parked == nil && ctx.Err() == nil && failed == nil {
			some := due[:min(atOnce-calls, len(due))]
			due = due[len(some):]
			var claimed []app.Batch
			claimed, failed = s.claim(ctx, some)
			for _, b := range claimed {
				calls++
				s.leaves(b)
				go func() { answers <- s.call(ctx, b) }()
			}
		}
		if calls == 0 && failed == nil {
			failed = s.learnByList(ctx)
		}
		if calls == 0 {
			return errors.Join(failed, ctx.Err())
		}
		some := together(answers)
		calls -= len(some)
		// What a cancelled context leaves open is stored all the same.
		failed = errors.Join(failed, s.take(context.WithoutCancel(ctx), some))
	}
}

// call sends a request once. One that was claimed too long ago does not leave any more: this process
// may have slept meanwhile, and another have gone on, past the life of the key.
func (s *sender) call(ctx context.Context, b app.Batch) answer {
	if wall := time.Now().Round(0); wall.Sub(b.TriedLast) > replayWindow {
		return answer{batch: b, trouble: &app.Trouble{Reason: app.Interrupted, Unsent: true}}
	}
	outcomes, err := s.books.Post(ctx, b)
	if err == nil {
		return answer{batch: b, outcomes: outcomes}
	}
	t := &app.Trouble{Reason: app.Interrupted, Err: err}
	errors.As(err, &t)
	s.log.Warn("sending", "batch", b.ID, "members", len(b.Members), "reason", t.Reason, "unsent", t.Unsent, "correlation", t.Correlation, "error", err)
	return answer{batch: b, trouble: t}
}

// together waits for an answer, and returns it with those that come at the same time.
func together(answers <-chan answer) []answer {
	some := []answer{<-answers}
	timer := time.NewTimer(gather)
	defer timer.Stop()
	for len(some) < cap(answers) {
		select {
		case a := <-answers:
			some = append(some, a)
		case <-timer.C:
			return some
		}
	}
	return some
}

// take notes what the calls say of Xero, and stores their results.
func (s *sender) take(ctx context.Context, some []answer) error {
	for _, a := range some {
		s.fared(a)
	}
	err := s.settle(ctx, some)
	if err != nil && len(some) > 1 && !app.OthersAtIt(err) {
		err = nil // one of them spoils it for the others
		for _, a := range some {
			err = errors.Join(err, s.settle(ctx, []answer{a}))
		}
	}
	if err != nil || !slices.ContainsFunc(some, func(a answer) bool { return a.trouble == nil }) {
		return err
	}
	return s.setHealth(ctx, app.Park{})
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

// eachKind calls fn for the requests of each kind that there are. One of a kind that this version
// does not know is an error.
func (s *sender) eachKind(all []app.Batch, fn func(kind, []app.Batch) error) error {
	by := map[app.BatchKind][]app.Batch{}
	for _, b := range all {
		if _, err := s.kindOf(b); err != nil {
			return err
		}
		by[b.Kind] = append(by[b.Kind], b)
	}
	for _, k := range s.kinds() {
		if some := by[k.name]; len(some) > 0 {
			if err := fn(k.kind, some); err != nil {
				return err
			}
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

// leaves notes that the request leaves now.
func (s *sender) leaves(b app.Batch) {
	s.tries.note(b)
	for _, m := range b.Members {
		if s.sent[m].IsZero() {
			s.sent[m] = time.Now()
		}
	}
}

// fared notes what a call says of Xero, whatever of it is stored.
func (s *sender) fared(a answer) {
	b, t := a.batch, a.trouble
	if t == nil {
		s.taken, s.failures = time.Now(), 0
		clear(s.failing)
		return
	}
	if neverLeft(a) {
		s.settled(b.ID)
	} else {
		s.tries.note(b)
	}
	if t.Reason == app.Troubled {
		s.failures++
		s.failing[b.ID] = true
	}
	down := t.Reason == app.Troubled && s.failures >= mostFailures
	if p := s.parkFor(t); p != nil && (t.Unsent || t.Reason == app.Offline || !t.Until.IsZero() || down) {
		s.setParked(p)
	}
}

// mostFailures is how many writes in a row may end in an error of Xero's own: then it
// is down, and sending waits for a while.
const mostFailures = 8

// neverLeft reports whether a request provably changed nothing, ever.
func neverLeft(a answer) bool { return a.trouble != nil && a.trouble.Unsent && a.batch.Tries == 1 }

// settle stores the results of requests. Members without a usable element are looked up, and so are
// those that a replay says were saved: Xero then repeats its first answer.
func (s *sender) settle(ctx context.Context, some []answer) error {
	batches := make([]app.Batch, len(some))
	of := map[app.BatchID]answer{}
	for i, a := range some {
		batches[i], of[a.batch.ID] = a.batch, a
	}
	return s.decide(ctx, func(tx Tx, e *effects) error {
		return s.withMembers(tx, batches, func(b app.Batch, members []member) error {
			a := of[b.ID]
			if correlation, answered := a.heard(); answered {
				for i, m := range members {
					members[i] = m.heard(e.now, correlation)
				}
			}
			switch {
			case a.trouble == nil:
				e.then(func() { s.settled(b.ID) })
				return settle(e, b, a.outcomes, members)
			case neverLeft(a):
				return unsend(e, b, a.trouble, members)
			}
			return lose(e, b, a.trouble, members)
		})
	})
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

// settled forgets what is known of requests that are not under way any more.
func (s *sender) settled(ids ...app.BatchID) {
	for _, id := range ids {
		s.tries.forget(id)
	}
	for _, id := range ids {
		delete(s.failing, id)
	}
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
