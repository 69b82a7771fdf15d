package app

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"feebridge/app/ledger"
)

// Run does the background work until ctx ends: it sends what is queued, settles what
// is unknown, reads what becomes of the invoices in Xero, compares a copied database with
// Xero, makes the nightly copies, and announces changes.
func (a *App) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.watch(ctx) })
	g.Go(func() error { return a.work(ctx) })
	g.Go(func() error { return a.keepCopies(ctx) })
	g.Go(func() error { return a.keepFresh(ctx) })
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
		rings := a.wake.next()
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
		case <-rings:
			clear(again)
		}
		timer.Stop()
	}
}

// sendQuietly sends to one organisation and returns when to try again.
func (a *App) sendQuietly(ctx context.Context, t ledger.TenantID) time.Time {
	err := a.Send(ctx, t)
	var p *Parked
	switch {
	case errors.As(err, &p) && p.Until.IsZero():
		return time.Now().Add(longPark)
	case errors.As(err, &p):
		return p.Until
	case err != nil && !othersAtIt(err) && !errors.Is(err, ErrLocked) && ctx.Err() == nil:
		a.log.Error("sending", "tenant", t, "error", err)
	}
	return time.Now().Add(idle)
}

// othersAtIt reports whether another process is sending, or has taken over.
func othersAtIt(err error) bool {
	var h *LeaseHeld
	return errors.As(err, &h) || IsCode(err, Conflict)
}

// busyTenants returns the organisations that have something to send or to settle; while the
// database is locked, those that it must be compared with. What only waits for a person to
// confirm it is neither.
func (a *App) busyTenants(ctx context.Context) ([]ledger.TenantID, error) {
	if a.books == nil {
		return nil, nil
	}
	var busy []ledger.TenantID
	err := a.store.View(ctx, func(r Reader) error {
		busy = nil
		unreconciled, err := unreconciled(r)
		if err != nil {
			return err
		}
		for _, o := range unreconciled {
			if o.State != Disconnected || o.Consent != "" { // else a person connects it, or unlocks without it
				busy = append(busy, o.Tenant.ID)
			}
		}
		runs, err := openRuns(r)
		if err != nil || len(unreconciled) > 0 {
			return err
		}
		orgs, err := r.Organisations()
		if err != nil {
			return err
		}
		for _, o := range orgs {
			if extras, err := r.Extras(o.Tenant.ID, 1); err != nil {
				return err
			} else if len(extras) > 0 && o.State == Connected {
				busy = append(busy, o.Tenant.ID)
			}
		}
		for _, run := range runs {
			if slices.Contains(busy, run.Tenant) {
				continue
			}
			t, err := r.Tally(run.ID)
			if err != nil {
				return err
			}
			if t.Exporting+t.Unknown > 0 || run.Kind == RemovalRun || !run.Stale(time.Now()) {
				busy = append(busy, run.Tenant)
			}
		}
		return nil
	})
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
		err = a.send(ctx, run.Tenant, errand{run: id, giveUp: giveUp})
		var p *Parked
		switch {
		case errors.As(err, &p):
			if p.Until.IsZero() || p.Until.After(giveUp) {
				return err
			}
			next = p.Until
		case err != nil && othersAtIt(err):
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
