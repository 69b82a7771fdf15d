package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"feebridge/app/billing"
	"feebridge/app/ledger"
)

// Send sends what is queued for the organisation and settles what is unknown. It
// returns nil when nothing is left, a *Parked when the rest must wait for long, and a
// *LeaseHeld when another process is at it. A run that is stale is left alone.
func (a *App) Send(ctx context.Context, t ledger.TenantID) error {
	return a.send(ctx, t, errand{})
}

// errand says when a sender has done enough. The zero errand is done when nothing is
// left.
type errand struct {
	run    RunID     // done when this run has ended; "" for every run
	giveUp time.Time // it does not wait for Xero beyond that; zero for as long as it takes

	reconcile bool // done when the organisation is reconciled
}

func (a *App) send(ctx context.Context, t ledger.TenantID, e errand) error {
	if a.books == nil {
		return notConnected()
	}
	return a.store.Lease(ctx, "send "+string(t), func(ctx context.Context, f Fence) error {
		s := &sender{
			App: a, tenant: t, fence: f, errand: e,
			directory: ledger.NewDirectory(),
			looked:    map[billing.ClientID]bool{},
			rejected:  map[billing.ClientID][]ledger.Message{},
			most:      maxMembers,
			losses:    map[string]int{},
			sent:      map[string]time.Time{},
			failing:   map[BatchID]bool{},
		}
		return s.run(ctx)
	})
}

// sender is the one that sends to an organisation while it holds the lease. The
// points at which it may die are listed in docs/architecture.md; whatever it leaves
// behind is on disk, and the next sender goes on from there.
type sender struct {
	*App
	tenant  ledger.TenantID
	fence   Fence
	errand  errand
	chart   ledger.Chart    // zero until it was read
	mapping *ledger.Mapping // nil until it was read

	lookAgain time.Time // no look-up before then, because the last ones failed
	lookFails int       // in a row

	health sync.Mutex // held while it is stored how calls fare; mu must not be, which transactions take

	mu        sync.Mutex   // guards what follows against the posting goroutines
	org       Organisation // as this sender last stored it
	directory *ledger.Directory
	looked    map[billing.ClientID]bool             // clients that the directory was asked for
	complete  bool                                  // the directory has every contact
	rejected  map[billing.ClientID][]ledger.Message // why Xero did not create the contact
	most      int                                   // members of the next batch of contacts
	losses    map[string]int                        // by member: how often it was proven absent after it was sent
	sent      map[string]time.Time                  // by member: when this sender first sent it
	taken     time.Time                             // when Xero last took a write
	failures  int                                   // writes in a row that Xero answered with an error of its own
	failing   map[BatchID]bool                      // the batches of those writes
	parked    *Parked
}

func (s *sender) run(ctx context.Context) error {
	if err := s.inherit(ctx); err != nil {
		return err
	}
	if err := s.reconcile(ctx); err != nil {
		return s.park(ctx, err)
	}
	if s.errand.reconcile {
		return nil
	}
	err := s.store.View(ctx, func(r Reader) error {
		if err := CheckUnlocked(r); err != nil {
			return err
		}
		m, err := r.Mapping(s.tenant)
		s.mapping = &m
		return err
	})
	if err != nil {
		return err
	}
	for {
		rings := s.wake.next()
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
			return s.setHealth(ctx, Park{})
		}
		if giveUp := s.errand.giveUp; !giveUp.IsZero() && due.After(giveUp) {
			return &Parked{Park{Until: due, Why: Interrupted, Text: "The answer to a request was lost, and it is not known yet what Xero made of it."}}
		}
		if err := s.wait(ctx, due, rings); err != nil {
			return err
		}
		s.forget()
	}
}

// done reports whether the errand is done.
func (s *sender) done(ctx context.Context) (bool, error) {
	if s.errand.run == "" {
		return false, nil
	}
	run, err := s.App.run(ctx, s.errand.run)
	return !run.Ended.IsZero(), err
}

// forget makes the next plan read Xero again: a person may have mended something there
// while this sender waited.
func (s *sender) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chart = ledger.Chart{}
	s.forgetContacts()
}

// step does what can be done now, and reports whether there was anything.
func (s *sender) step(ctx context.Context) (bool, error) {
	var lost, due, ready []Batch
	err := s.store.View(ctx, func(r Reader) error {
		lost, due = nil, nil
		all, err := r.Batches(s.tenant, Lost)
		if err != nil {
			return err
		}
		for _, b := range all {
			switch at, lookUp := s.due(b); {
			case time.Now().Before(at):
			case lookUp:
				lost = append(lost, b)
			default:
				due = append(due, b)
			}
		}
		ready, err = r.Batches(s.tenant, Ready)
		return err
	})
	if err != nil {
		return false, err
	}
	if len(lost) > 0 {
		return true, s.putOff(s.lookUp(ctx, lost))
	}
	// What is new goes beside what is replayed: an answer may take minutes to fail again.
	if len(ready) == 0 {
		if planned, err := s.planRemovals(ctx); planned || err != nil {
			return planned, err
		}
		if planned, err := s.plan(ctx); planned || err != nil {
			return planned, err
		}
	}
	due = append(due, ready...)
	return len(due) > 0, s.postAll(ctx, due)
}

// postAll posts the batches, as many at once as Xero allows. When one of them parks
// the sender, those that have not begun stay as they are.
func (s *sender) postAll(ctx context.Context, due []Batch) error {
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, b := range due {
		g.Go(func() error {
			if s.isParked() || ctx.Err() != nil {
				return ctx.Err()
			}
			return s.post(ctx, b.ID)
		})
	}
	return g.Wait()
}

// atOnce is how many calls Xero takes at once for an organisation.
const atOnce = 5

// putOff lets the rest go on when a look-up failed for a reason of its own: what it was
// about stays unknown, and is looked up again after a while that grows with every
// failure. Where Xero cannot be reached at all, what is done next finds that out.
func (s *sender) putOff(err error) error {
	var t *Trouble
	if !errors.As(err, &t) || t.Reason != Refused && t.Reason != Interrupted && t.Reason != Troubled {
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
	err = s.store.View(ctx, func(r Reader) error {
		lost, err := r.Batches(s.tenant, Lost)
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

func (s *sender) isParked() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.parked != nil
}

func (s *sender) setParked(p *Parked) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.parked == nil {
		s.parked = p
	}
}
