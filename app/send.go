package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"feebridge/app/billing"
	"feebridge/app/ledger"
)

// Parked says that sending to an organisation waits, and until when; a zero Until
// waits for a person.
type Parked struct{ Park }

// Error returns the English text.
func (p *Parked) Error() string {
	if p.Until.IsZero() {
		return fmt.Sprintf("Sending to Xero waits (%s). %s", p.Why, p.Text)
	}
	return fmt.Sprintf("Sending to Xero waits until %s (%s). %s", p.Until.Local().Format(time.DateTime), p.Why, p.Text)
}

// Send sends what is queued for the organisation and settles what is unknown. It
// returns nil when nothing is left, a *Parked when the rest must wait for long, and a
// *Held when another process is at it. A run that is stale is left alone.
func (a *App) Send(ctx context.Context, t ledger.TenantID) error {
	if a.books == nil {
		return notConnected()
	}
	return a.store.Hold(ctx, "send "+string(t), func(ctx context.Context, f Fence) error {
		s := &sender{
			App: a, tenant: t, fence: f,
			directory: ledger.NewDirectory(),
			looked:    map[billing.ClientID]bool{},
			rejected:  map[billing.ClientID][]ledger.Message{},
			losses:    map[string]int{},
			most:      maxMembers,
		}
		return s.run(ctx)
	})
}

// sender is the one that sends to an organisation while it holds the lease. The
// points at which it may die are listed in docs/architecture.md; whatever it leaves
// behind is on disk, and the next sender goes on from there.
type sender struct {
	*App
	tenant ledger.TenantID
	fence  Fence
	chart  ledger.Chart // zero until it was read

	mu        sync.Mutex // guards what follows against the posting goroutines
	directory *ledger.Directory
	looked    map[billing.ClientID]bool             // clients that the directory was asked for
	complete  bool                                  // the directory has every contact
	rejected  map[billing.ClientID][]ledger.Message // why Xero did not create the contact
	most      int                                   // members of the next batch of contacts
	losses    map[string]int                        // by member: how often it was proven absent after it was sent
	failures  int                                   // writes in a row that Xero answered with an error of its own
	parked    *Parked
}

func (s *sender) run(ctx context.Context) error {
	if err := s.inherit(ctx); err != nil {
		return err
	}
	for {
		worked, err := s.step(ctx)
		switch {
		case err != nil:
			return s.park(ctx, err)
		case s.parked != nil:
			return s.park(ctx, s.parked)
		case worked:
			continue
		}
		due, open, err := s.nextDue(ctx)
		if err != nil || !open {
			return err
		}
		if err := s.wait(ctx, due); err != nil {
			return err
		}
		s.forget()
	}
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
	var lost, due []Batch
	err := s.store.View(ctx, func(r Reader) error {
		lost, due = nil, nil
		all, err := r.Batches(s.tenant, Lost)
		if err != nil {
			return err
		}
		for _, b := range all {
			switch at, lookUp := b.due(); {
			case time.Now().Before(at):
			case lookUp:
				lost = append(lost, b)
			default:
				due = append(due, b)
			}
		}
		ready, err := r.Batches(s.tenant, Ready)
		due = append(due, ready...)
		return err
	})
	if err != nil {
		return false, err
	}
	if len(lost) > 0 {
		return true, s.lookUp(ctx, lost)
	}
	if len(due) > 0 {
		return true, s.postAll(ctx, due)
	}
	return s.plan(ctx)
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

// nextDue tells when the next lost batch can be dealt with, and whether there is one.
func (s *sender) nextDue(ctx context.Context) (due time.Time, open bool, err error) {
	err = s.store.View(ctx, func(r Reader) error {
		lost, err := r.Batches(s.tenant, Lost)
		open = len(lost) > 0
		for i, b := range lost {
			if at, _ := b.due(); i == 0 || at.Before(due) {
				due = at
			}
		}
		return err
	})
	return due, open, err
}

// wait waits until due, or until something new may have been queued, here or by another
// process.
func (s *sender) wait(ctx context.Context, due time.Time) error {
	timer := time.NewTimer(min(time.Until(due), idle))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
	case <-s.wake:
	}
	return nil
}

// parkFor turns the trouble of a call into the reason to stop sending, or nil when
// sending can go on.
func parkFor(t *Trouble) *Parked {
	p := Park{Until: t.Until, Why: t.Reason, Text: t.Text}
	switch t.Reason {
	case NotSignedIn, NotConnected:
	case Offline, Interrupted, Troubled, MinuteLimit, DayLimit:
		if p.Until.IsZero() {
			p.Until = time.Now().Add(parkTime)
		}
	default:
		return nil
	}
	return &Parked{p}
}

// parkTime is how long sending waits when Xero did not say how long.
const parkTime = 15 * time.Second

// longPark is how long it waits when only a person can mend it, who may do so in Xero.
const longPark = 5 * time.Minute

// park stores why sending stops, when it is Xero's doing, and returns it as a *Parked.
func (s *sender) park(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err // it is not Xero that stops the sending
	}
	var p *Parked
	var t *Trouble
	switch {
	case errors.As(err, &p):
	case errors.As(err, &t):
		if p = parkFor(t); p == nil {
			p = &Parked{Park{Until: time.Now().Add(longPark), Why: t.Reason, Text: t.Error()}}
		}
	default:
		return err
	}
	s.log.Warn("sending waits", "tenant", s.tenant, "why", p.Why, "until", p.Until, "text", p.Text)
	if err := s.setOrganisation(context.WithoutCancel(ctx), p.Park); err != nil {
		return err
	}
	return p
}

// setOrganisation notes how calls to the organisation fare; the zero Park is that they
// succeed.
func (s *sender) setOrganisation(ctx context.Context, p Park) error {
	return s.update(ctx, func(tx Tx) error {
		org, err := organisation(tx, s.tenant)
		if err != nil {
			return err
		}
		state := Connected
		switch p.Why {
		case NotSignedIn:
			state = SignedOut
		case NotConnected:
			state = Disconnected
		}
		if org.State == state && org.Parked == p {
			return nil
		}
		org.State, org.Parked = state, p
		return tx.SaveOrganisation(org)
	})
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

// Run does the background work until ctx ends: it sends what is queued, settles what
// is unknown, and announces changes.
func (a *App) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.watch(ctx) })
	g.Go(func() error { return a.work(ctx) })
	return g.Wait()
}

// idle is how often Run looks for work that another process queued or left behind.
const idle = 5 * time.Second

func (a *App) work(ctx context.Context) error {
	var sending sync.WaitGroup
	defer sending.Wait()
	type ended struct {
		tenant ledger.TenantID
		again  time.Time // not before then, unless somebody asks for it
	}
	ends := make(chan ended)
	busyNow := map[ledger.TenantID]bool{}
	again := map[ledger.TenantID]time.Time{}
	for {
		busy, err := a.busyTenants(ctx)
		if err != nil && ctx.Err() == nil {
			a.log.Error("looking for work", "error", err)
		}
		for _, t := range busy {
			if busyNow[t] || time.Now().Before(again[t]) {
				continue
			}
			busyNow[t] = true
			sending.Go(func() {
				e := ended{t, a.sendQuietly(ctx, t)}
				select {
				case ends <- e:
				case <-ctx.Done():
				}
			})
		}
		timer := time.NewTimer(idle)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case e := <-ends:
			busyNow[e.tenant], again[e.tenant] = false, e.again
		case <-timer.C:
		case <-a.wake:
			clear(again)
		}
		timer.Stop()
	}
}

// sendQuietly sends to one organisation and returns when to try again.
func (a *App) sendQuietly(ctx context.Context, t ledger.TenantID) time.Time {
	err := a.Send(ctx, t)
	var p *Parked
	var h *Held
	switch {
	case errors.As(err, &p) && p.Until.IsZero():
		return time.Now().Add(longPark)
	case errors.As(err, &p):
		return p.Until
	case err != nil && !errors.As(err, &h) && ctx.Err() == nil:
		a.log.Error("sending", "tenant", t, "error", err)
	}
	return time.Now().Add(idle)
}

// busyTenants returns the organisations that have something to send or to settle.
func (a *App) busyTenants(ctx context.Context) ([]ledger.TenantID, error) {
	if a.books == nil {
		return nil, nil
	}
	runs, err := a.openRuns(ctx)
	var busy []ledger.TenantID
	for _, r := range runs {
		if !slices.Contains(busy, r.Tenant) {
			busy = append(busy, r.Tenant)
		}
	}
	return busy, err
}

// Finish sends in the foreground until the run is settled. It waits for another
// process that is at it, and for Xero as long as patience; a *Parked says that what is
// left goes on by itself later.
func (a *App) Finish(ctx context.Context, id RunID, patience time.Duration) error {
	giveUp := time.Now().Add(patience)
	for {
		run, err := a.run(ctx, id)
		if err != nil || !run.Ended.IsZero() {
			return err
		}
		next := time.Now().Add(time.Second)
		err = a.Send(ctx, run.Tenant)
		var p *Parked
		var h *Held
		switch {
		case errors.As(err, &p):
			if p.Until.IsZero() || p.Until.After(giveUp) {
				return err
			}
			next = p.Until
		case errors.As(err, &h):
		case err != nil:
			return err
		default:
			run, err := a.run(ctx, id)
			if err != nil || !run.Ended.IsZero() || run.Stale(time.Now()) {
				return err
			}
		}
		timer := time.NewTimer(time.Until(next))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

func (a *App) run(ctx context.Context, id RunID) (Run, error) {
	var run Run
	err := a.store.View(ctx, func(r Reader) (err error) {
		run, err = r.Run(id)
		return err
	})
	return run, err
}
