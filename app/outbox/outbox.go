package outbox

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"feebridge/app"
	"feebridge/app/ledger"
)

// Params are what an Outbox stands on.
type Params struct {
	App   *app.App // whose use cases queue
	Store Store
	Books app.Books // nil where Xero cannot be called at all
	Paper app.Paper // makes the PDF that is attached in Xero; nil for none
	Log   *slog.Logger
}

// Outbox sends what the use cases of one running Feebridge queue, and follows it in Xero. Its
// methods may be called from any goroutine.
type Outbox struct {
	app   *app.App
	store Store
	books app.Books
	paper app.Paper
	log   *slog.Logger
	tries tries // what this process knows of the requests under way
}

// New returns an Outbox. Run does its background work.
func New(p Params) *Outbox {
	return &Outbox{app: p.App, store: p.Store, books: p.Books, paper: p.Paper, log: p.Log}
}

// Run sends what is queued, settles what is unknown, refreshes what is known of Xero, and compares
// a copied database with Xero, until ctx ends.
func (o *Outbox) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return o.keepSending(ctx) })
	g.Go(func() error { return o.keepFresh(ctx) })
	return g.Wait()
}

// idle is how often Run looks for work that another process queued or left behind.
const idle = 5 * time.Second

// work is what an organisation may need next, and when.
type work struct {
	tenant ledger.TenantID
	due    time.Time
}

// keepUp does the work of each organisation when it is due, one at a time for each, until ctx ends.
// look tells what there is to do, and by when to look again; do does it. What was just done is not
// done again before the time that do returns, unless rings wakes it.
func (o *Outbox) keepUp(
	ctx context.Context, rings func() <-chan struct{},
	look func(context.Context) (all []work, again time.Time, err error), do func(context.Context, ledger.TenantID) (rest time.Time),
) error {
	var doing sync.WaitGroup
	defer doing.Wait()
	type ended struct {
		tenant ledger.TenantID
		rest   time.Time
	}
	ends := make(chan ended)
	busy := map[ledger.TenantID]bool{}
	rest := map[ledger.TenantID]time.Time{}
	for {
		woken := rings()
		all, again, err := look(ctx)
		if err != nil && ctx.Err() == nil {
			o.log.Error("looking for work", "error", err)
		}
		for _, w := range all {
			due := later(w.due, rest[w.tenant])
			switch {
			case busy[w.tenant]:
				continue
			case time.Now().Before(due):
				if due.Before(again) {
					again = due
				}
				continue
			}
			busy[w.tenant] = true
			doing.Go(func() {
				e := ended{w.tenant, do(ctx, w.tenant)}
				select {
				case ends <- e:
				case <-ctx.Done():
				}
			})
		}
		timer := time.NewTimer(time.Until(again))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case e := <-ends:
			busy[e.tenant], rest[e.tenant] = false, e.rest
		case <-timer.C:
		case <-woken:
			clear(rest)
		}
		timer.Stop()
	}
}

// keepSending sends until ctx ends.
func (o *Outbox) keepSending(ctx context.Context) error {
	look := func(ctx context.Context) ([]work, time.Time, error) {
		busy, err := o.busyTenants(ctx)
		all := make([]work, len(busy))
		for i, t := range busy {
			all[i].tenant = t
		}
		return all, time.Now().Add(idle), err
	}
	return o.keepUp(ctx, o.app.Woken, look, o.sendQuietly)
}

// sendQuietly sends to one organisation and returns when to try again.
func (o *Outbox) sendQuietly(ctx context.Context, t ledger.TenantID) time.Time {
	err := o.Send(ctx, t)
	parked, ok := errors.AsType[*app.Parked](err)
	switch {
	case ok && parked.Until.IsZero():
		return time.Now().Add(longPark)
	case ok:
		return parked.Until
	case err != nil && !app.OthersAtIt(err) && !errors.Is(err, app.ErrLocked) && ctx.Err() == nil:
		o.log.Error("sending", "tenant", t, "error", err)
	}
	return time.Now().Add(idle)
}

// busyTenants returns the organisations that have something to send or to settle; while the
// database is locked, those that it must be compared with. What only waits for a person to
// confirm it is neither.
func (o *Outbox) busyTenants(ctx context.Context) ([]ledger.TenantID, error) {
	if o.books == nil {
		return nil, nil
	}
	var busy []ledger.TenantID
	err := o.store.Look(ctx, func(r Reader) error {
		busy = nil
		unreconciled, err := app.Unreconciled(r)
		if err != nil {
			return err
		}
		for _, org := range unreconciled {
			if !org.EndedHere() { // else a person connects it, or unlocks without it
				busy = append(busy, org.Tenant.ID)
			}
		}
		if len(unreconciled) > 0 {
			return nil
		}
		orgs, err := r.Organisations()
		if err != nil {
			return err
		}
		for _, org := range orgs {
			at, err := hasWork(r, org)
			if err != nil {
				return err
			}
			if at {
				busy = append(busy, org.Tenant.ID)
			}
		}
		return nil
	})
	return busy, err
}

// hasWork reports whether there is something to send to an organisation, or to settle. A request may
// outlive its run: the comparison of a copy with Xero ends what it finds there.
func hasWork(r Reader, org app.Organisation) (bool, error) {
	if org.State == app.Connected {
		extras, err := r.Extras(org.Tenant.ID, 1)
		if err != nil || len(extras) > 0 {
			return true, err
		}
	}
	unsettled, err := r.Batches(org.Tenant.ID, app.Sending, app.Lost)
	if err != nil || len(unsettled) > 0 {
		return true, err
	}
	if open, err := creating(r, org.Tenant.ID, ""); err != nil || open {
		return true, err
	}
	runs, err := r.Runs(org.Tenant.ID, true)
	return slices.ContainsFunc(runs, func(run app.Run) bool { return run.Kind == app.RemovalRun || !run.Stale(time.Now()) }), err
}

// Finish sends in the foreground until the run is settled. It waits for another
// process that is at it, and for Xero as long as patience; an *app.Parked says that what is
// left goes on by itself later.
func (o *Outbox) Finish(ctx context.Context, id app.RunID, patience time.Duration) error {
	run, err := o.run(ctx, id)
	if err != nil {
		return err
	}
	return o.finish(ctx, run.Tenant, errand{run: id}, patience, func(sent bool) (bool, error) {
		run, err := o.run(ctx, id)
		return !run.Ended.IsZero() || sent && run.Stale(time.Now()), err
	})
}

// finish sends until an errand is settled; sent says that nothing more could be sent just now.
func (o *Outbox) finish(ctx context.Context, t ledger.TenantID, e errand, patience time.Duration, settled func(sent bool) (bool, error)) error {
	e.giveUp = time.Now().Add(patience)
	for {
		if done, err := settled(false); err != nil || done {
			return err
		}
		next := time.Now().Add(time.Second)
		err := o.send(ctx, t, e)
		parked, ok := errors.AsType[*app.Parked](err)
		switch {
		case ok:
			if parked.Until.IsZero() || parked.Until.After(e.giveUp) {
				return err
			}
			next = parked.Until
		case err != nil && app.OthersAtIt(err):
		case err != nil:
			return err
		default:
			if done, err := settled(true); err != nil || done {
				return err
			}
		}
		if err := pause(ctx, time.Until(next)); err != nil {
			return err
		}
	}
}

func (o *Outbox) run(ctx context.Context, id app.RunID) (app.Run, error) {
	var run app.Run
	err := o.store.Look(ctx, func(r Reader) (err error) {
		run, err = r.Run(id)
		return err
	})
	return run, err
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// whenFree runs fn again until no other process is at what it does.
func whenFree(ctx context.Context, fn func() error) error {
	for {
		err := fn()
		if !app.OthersAtIt(err) {
			return err
		}
		if err := pause(ctx, time.Second); err != nil {
			return err
		}
	}
}
