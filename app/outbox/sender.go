package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/assets/translations"
)

// Send sends what is queued for the organisation and settles what is unknown. It
// returns nil when nothing is left, an *app.Parked when the rest must wait for long, and an
// *app.LeaseHeld when another process is at it. A run that is stale is left alone.
func (o *Outbox) Send(ctx context.Context, t ledger.TenantID) error {
	return o.send(ctx, t, errand{})
}

// errand says when a sender has done enough. The zero errand is done when nothing is
// left.
type errand struct {
	run    app.RunID // done when this run has ended; "" for every run
	giveUp time.Time // it does not wait for Xero beyond that; zero for as long as it takes

	creation billing.ClientID // done when its contact is created that a person wants, or nothing comes of it; "" for none

	compare bool // done when the organisation was compared with the database
}

func (o *Outbox) send(ctx context.Context, t ledger.TenantID, e errand) error {
	if o.books == nil {
		return app.Unconnected()
	}
	return o.store.Lease(ctx, "send "+string(t), func(ctx context.Context, f app.Fence) error {
		return newSender(o, t, f, e).run(ctx)
	})
}

// sender is the one that sends to an organisation while it holds the lease. The
// points at which it may die are listed in docs/architecture.md; whatever it leaves
// behind is on disk, and the next sender goes on from there. All it does is done on one
// goroutine, but for the calls under way.
type sender struct {
	*Outbox
	tenant ledger.TenantID
	fence  app.Fence
	errand errand

	exports  *exports
	contacts *contacts
	removals *removals

	lookAgain time.Time // no look-up before then, because the last ones failed
	lookFails int       // in a row

	org      app.Organisation                  // as this sender last stored it
	probe    *probe                            // what will show whether marks survive; nil for nothing
	untold   []app.ExportID                    // that were taken before it was known whether marks survive
	asked    map[bool]int                      // how many invoices a comparison asked for the mark: true, of what may be one here
	alone    map[ledger.InvoiceID]aloneReading // what was read by itself
	made     map[ledger.InvoiceID]bool         // what this application made in Xero, as far as it matters to a comparison
	losses   map[string]int                    // by member: how often it was proven absent after it was sent
	sent     map[string]time.Time              // by member: when this sender first sent it
	taken    time.Time                         // when Xero last took a write
	failures int                               // writes in a row that Xero answered with an error of its own
	failing  map[app.BatchID]bool              // the batches of those writes
	parked   *app.Parked
}

func newSender(o *Outbox, t ledger.TenantID, f app.Fence, e errand) *sender {
	s := &sender{
		Outbox: o, tenant: t, fence: f, errand: e,
		asked: map[bool]int{}, alone: map[ledger.InvoiceID]aloneReading{}, losses: map[string]int{}, sent: map[string]time.Time{}, failing: map[app.BatchID]bool{},
	}
	s.contacts = newContacts(s)
	s.exports = &exports{sender: s}
	s.removals = &removals{sender: s}
	return s
}

// namedKind is a kind of request under the name that its requests have on disk.
type namedKind struct {
	name app.BatchKind
	kind kind
}

// kinds are all kinds of request, in the order in which they are planned: what leaves Xero goes
// before what comes. The contacts that exports need are planned with them.
func (s *sender) kinds() []namedKind {
	return []namedKind{{app.RemovalBatch, s.removals}, {app.ContactBatch, s.contacts}, {app.InvoiceBatch, s.exports}}
}

// kindOf returns what is done with a request.
func (s *sender) kindOf(b app.Batch) (kind, error) {
	for _, k := range s.kinds() {
		if k.name == b.Kind {
			return k.kind, nil
		}
	}
	return nil, fmt.Errorf("batch %s is of the kind %q, which this Feebridge does not know", b.ID, b.Kind)
}

// decide runs a decision in a transaction under the sender's fence, writes its effects, and once
// that is committed remembers what follows from it. The decision may run twice: it reads tx, and
// changes nothing but e.
func (s *sender) decide(ctx context.Context, decision func(tx Tx, e *effects) error) error {
	return decide(ctx, s.Outbox, s.fence, s.tenant, decision)
}

func decide(ctx context.Context, o *Outbox, f app.Fence, t ledger.TenantID, decision func(tx Tx, e *effects) error) error {
	var e *effects
	err := o.store.Work(ctx, f, func(tx Tx) error {
		e = newEffects(t, tx.Now())
		if err := decision(tx, e); err != nil {
			return err
		}
		return e.apply(tx)
	})
	if err != nil {
		return err
	}
	e.committed()
	o.app.Committed()
	return nil
}

func (s *sender) run(ctx context.Context) error {
	if err := s.inherit(ctx); err != nil {
		return err
	}
	if err := s.compare(ctx); err != nil {
		return s.park(ctx, err)
	}
	if s.errand.compare {
		return nil
	}
	if err := s.begin(ctx); err != nil {
		return err
	}
	for {
		rings := s.app.Woken()
		if done, err := s.done(ctx); err != nil {
			return err
		} else if done {
			s.writeExtras(ctx)
			return nil
		}
		worked, err := s.step(ctx)
		switch {
		case err != nil:
			return s.park(ctx, err)
		case s.parked != nil:
			return s.park(ctx, s.parked)
		case worked:
			continue
		}
		if worked, err := s.extra(ctx); err != nil {
			return s.park(ctx, err)
		} else if worked {
			continue
		}
		due, open, err := s.nextDue(ctx)
		if err != nil {
			return err
		}
		if !open {
			return s.setHealth(ctx, app.Park{})
		}
		if giveUp := s.errand.giveUp; !giveUp.IsZero() && due.After(giveUp) {
			return &app.Parked{Park: app.Park{Until: due, Why: app.Interrupted, Text: translations.Text("parked.answer-lost")}}
		}
		if err := s.wait(ctx, due, rings); err != nil {
			return err
		}
		s.forget()
	}
}

// begin makes sure that anything may be sent, and reads how.
func (s *sender) begin(ctx context.Context) error {
	var mapping ledger.Mapping
	err := s.store.Look(ctx, func(r Reader) (err error) {
		if err = app.CheckUnlocked(r); err != nil {
			return err
		}
		mapping, err = r.Mapping(s.tenant)
		return err
	})
	s.exports.mapping = mapping
	return err
}

// done reports whether the errand is done.
func (s *sender) done(ctx context.Context) (done bool, _ error) {
	if client := s.errand.creation; client != "" {
		err := s.store.Look(ctx, func(r Reader) error {
			open, err := creating(r, s.tenant, client)
			done = !open
			return err
		})
		return done, err
	}
	if s.errand.run == "" {
		return false, nil
	}
	run, err := s.Outbox.run(ctx, s.errand.run)
	return !run.Ended.IsZero(), err
}

// forget makes the next plan read Xero again: a person may have mended something there
// while this sender waited.
func (s *sender) forget() {
	s.exports.chart = ledger.Chart{}
	s.contacts.forget()
}

// step does what can be done now, and reports whether there was anything.
func (s *sender) step(ctx context.Context) (bool, error) {
	lost, due, ready, err := s.requests(ctx)
	if err != nil {
		return false, err
	}
	if len(lost) > 0 {
		return true, s.putOff(s.lookUp(ctx, lost))
	}
	// What is new goes beside what is replayed: an answer may take minutes to fail again.
	if len(ready) == 0 {
		for _, k := range s.kinds() {
			p, plans := k.kind.(planner)
			if !plans {
				continue
			}
			if planned, err := p.plan(ctx); planned || err != nil {
				return planned, err
			}
		}
	}
	due = append(due, ready...)
	return len(due) > 0, s.postAll(ctx, due)
}

// requests returns the requests that can be dealt with now: those to look up, those to replay, and
// those that were never sent.
func (s *sender) requests(ctx context.Context) (lost, due, ready []app.Batch, err error) {
	err = s.store.Look(ctx, func(r Reader) error {
		lost, due, ready = nil, nil, nil
		all, err := r.Batches(s.tenant, app.Lost, app.Ready)
		for _, b := range all {
			if b.State == app.Ready {
				ready = append(ready, b)
				continue
			}
			switch at, lookUp := s.due(b); {
			case time.Now().Before(at):
			case lookUp:
				lost = append(lost, b)
			default:
				due = append(due, b)
			}
		}
		return err
	})
	return lost, due, ready, err
}

// putOff lets the rest go on when a look-up failed for a reason of its own: what it was
// about stays unknown, and is looked up again after a while that grows with every
// failure. Where Xero cannot be reached at all, what is done next finds that out.
func (s *sender) putOff(err error) error {
	t, ok := errors.AsType[*app.Trouble](err)
	if !ok || t.Reason != app.Refused && t.Reason != app.Interrupted && t.Reason != app.Troubled {
		if err == nil {
			s.lookFails = 0
		}
		return err
	}
	s.lookAgain = time.Now().Add(min(shortPark<<min(s.lookFails, 10), longPark))
	if t.Until.After(s.lookAgain) {
		s.lookAgain = t.Until
	}
	s.lookFails++
	s.log.Warn("looking up what Xero has", "tenant", s.tenant, "reason", t.Reason, "again", s.lookAgain, "error", err)
	return nil
}

// nextDue tells when the next lost batch can be dealt with, and whether there is one.
func (s *sender) nextDue(ctx context.Context) (due time.Time, open bool, err error) {
	err = s.store.Look(ctx, func(r Reader) error {
		lost, err := r.Batches(s.tenant, app.Lost)
		open = len(lost) > 0
		for i, b := range lost {
			if at, _ := s.due(b); i == 0 || at.Before(due) {
				due = at
			}
		}
		return err
	})
	return due, open, err
}

// wait waits until due, or until something new may have been queued, here or by another
// process.
func (s *sender) wait(ctx context.Context, due time.Time, rings <-chan struct{}) error {
	timer := time.NewTimer(min(time.Until(due), idle))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
	case <-rings:
	}
	return nil
}

// setParked stops the sending for a reason, unless it has one.
func (s *sender) setParked(p *app.Parked) {
	if s.parked == nil {
		s.parked = p
	}
}

// runsOf returns the open runs of a kind that an organisation has: those that may go on by
// themselves, and those that a person must confirm before more of them is sent.
func runsOf(r Reader, t ledger.TenantID, k app.RunKind, now time.Time) (live []app.RunID, stale map[app.RunID]bool, err error) {
	open, err := r.Runs(t, true)
	stale = map[app.RunID]bool{}
	for _, run := range open {
		switch {
		case run.Kind != k:
		case run.Stale(now):
			stale[run.ID] = true
		default:
			live = append(live, run.ID)
		}
	}
	return live, stale, err
}
