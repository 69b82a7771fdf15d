package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// Refresh is how far what an organisation did with our invoices is known.
type Refresh struct {
	Tenant  ledger.TenantID
	Cursor  time.Time // Xero's clock: what changed up to then is known; zero before the first refresh
	At      time.Time // when it last succeeded
	Reread  time.Time // when every open invoice was last read by its ID; zero for never
	Failing Park      // why the last try did not succeed, and when the next is due; zero when it did
}

// How often Xero is asked what became of our invoices.
const (
	refreshEvery   = 5 * time.Minute
	refreshSeldom  = time.Hour      // when the day's calls have run out but for a few
	rereadEvery    = 24 * time.Hour // by ID, since not every change moves the time of change in Xero
	callsForExport = 300            // of a day; when fewer are left, refreshes make room
)

// refreshLook is how often keepFresh looks for organisations that something was exported to
// meanwhile, or that another process refreshed.
const refreshLook = time.Minute

// refreshOverlap is how far before its cursor a refresh begins, for what Xero shows late.
const refreshOverlap = 5 * time.Minute

// rereadAtOnce is how many invoices are read by ID before they are stored.
const rereadAtOnce = 200

// RefreshAll reads now, from every organisation that our invoices were exported to, what
// became of them. It waits for another process that is at it. It returns what moved, and the
// first trouble; the other organisations are read all the same.
func (a *App) RefreshAll(ctx context.Context) (moved int, err error) {
	due, err := a.refreshable(ctx)
	if err != nil {
		return 0, err
	}
	for _, r := range due {
		failed := a.whenFree(ctx, func() error {
			n, err := a.refresh(ctx, r.Tenant)
			moved += n
			return err
		})
		err = errors.Join(err, failed)
	}
	return moved, err
}

// Refreshes tells how far each organisation is known that was refreshed.
func (a *App) Refreshes(ctx context.Context) (map[ledger.TenantID]Refresh, error) {
	var all map[ledger.TenantID]Refresh
	err := a.store.View(ctx, func(r Reader) (err error) {
		all, err = r.Refreshes()
		return err
	})
	return all, err
}

// whenFree runs fn again until no other process is at what it does.
func (a *App) whenFree(ctx context.Context, fn func() error) error {
	for {
		err := fn()
		if !othersAtIt(err) {
			return err
		}
		timer := time.NewTimer(time.Second)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// keepFresh refreshes every organisation when it is due, until ctx ends.
func (a *App) keepFresh(ctx context.Context) error {
	if a.books == nil {
		return nil
	}
	var reading sync.WaitGroup
	defer reading.Wait()
	busy := map[ledger.TenantID]bool{}
	again := map[ledger.TenantID]time.Time{} // not before then, whatever the last try stored: another process may be at it
	ends := make(chan ledger.TenantID)
	for {
		all, err := a.refreshable(ctx)
		if err != nil && ctx.Err() == nil {
			a.log.Error("looking for what to refresh", "error", err)
		}
		next := time.Now().Add(refreshLook)
		for _, r := range all {
			due := later(a.refreshDue(r), again[r.Tenant])
			if busy[r.Tenant] {
				continue
			}
			if time.Now().Before(due) {
				if due.Before(next) {
					next = due
				}
				continue
			}
			busy[r.Tenant] = true
			reading.Go(func() {
				if _, err := a.refresh(ctx, r.Tenant); err != nil && !othersAtIt(err) && ctx.Err() == nil {
					a.log.Warn("refreshing", "tenant", r.Tenant, "error", err)
				}
				select {
				case ends <- r.Tenant:
				case <-ctx.Done():
				}
			})
		}
		timer := time.NewTimer(time.Until(next))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case t := <-ends:
			busy[t], again[t] = false, time.Now().Add(idle)
		case <-timer.C:
		}
		timer.Stop()
	}
}

// refreshable returns how far each organisation is known that has invoices of ours and can be
// called. While the database is locked there is none: it is compared with Xero first.
func (a *App) refreshable(ctx context.Context) ([]Refresh, error) {
	if a.books == nil {
		return nil, nil
	}
	var all []Refresh
	err := a.store.View(ctx, func(r Reader) error {
		all = nil
		if open, err := unreconciled(r); err != nil || len(open) > 0 {
			return err
		}
		orgs, err := r.Organisations()
		if err != nil {
			return err
		}
		for _, o := range orgs {
			if o.State == Disconnected && o.Consent == "" {
				continue
			}
			first, err := r.FirstSent(o.Tenant.ID)
			if err != nil {
				return err
			}
			if first.IsZero() {
				continue
			}
			refresh, err := refreshOf(r, o.Tenant.ID)
			if err != nil {
				return err
			}
			all = append(all, refresh)
		}
		return nil
	})
	return all, err
}

// refreshDue tells when the next refresh is due. The computer's clock may have been set back
// since the last one: then it is due.
func (a *App) refreshDue(r Refresh) time.Time {
	now := time.Now()
	if !r.Failing.Until.IsZero() && r.Failing.Until.Sub(now) <= longestFailing {
		return r.Failing.Until
	}
	if r.At.IsZero() || r.At.After(now) {
		return now
	}
	return r.At.Add(refreshInterval(a.books.Gauge(r.Tenant).DayLeft))
}

// longestFailing is the longest that Xero can ask to wait: until its day ends.
const longestFailing = 24 * time.Hour

// refreshInterval is how long to wait with the next refresh when so many of the day's calls
// are left, or fewer than none when that is not known.
func refreshInterval(left int) time.Duration {
	if left < 0 || left >= callsForExport {
		return refreshEvery
	}
	return min(refreshEvery*callsForExport/time.Duration(left+1), refreshSeldom)
}

// refresh reads what became of our invoices in one organisation, and reports how many moved.
func (a *App) refresh(ctx context.Context, t ledger.TenantID) (moved int, err error) {
	err = a.leaseRefresh(ctx, t, func(ctx context.Context, r *refresher) error {
		err := r.run(ctx)
		moved = r.moved
		return err
	})
	return moved, err
}

// leaseRefresh runs fn while nobody else refreshes the organisation. It returns a *LeaseHeld when
// another process does.
func (a *App) leaseRefresh(ctx context.Context, t ledger.TenantID, fn func(context.Context, *refresher) error) error {
	return a.store.Lease(ctx, "refresh "+string(t), func(ctx context.Context, f Fence) error {
		return fn(ctx, &refresher{
			App: a, tenant: t, fence: f, directory: ledger.NewDirectory(), asked: map[ledger.ContactID]bool{},
		})
	})
}

// refreshOf returns how far an organisation is known.
func refreshOf(r Reader, t ledger.TenantID) (Refresh, error) {
	all, err := r.Refreshes()
	state := all[t]
	state.Tenant = t
	return state, err
}

// LookAgain reads now what became of some invoices in Xero.
func (a *App) LookAgain(ctx context.Context, by staff.Member, ids []billing.InvoiceID) error {
	there := map[ledger.TenantID][]ledger.InvoiceID{}
	err := a.store.View(ctx, func(r Reader) error {
		clear(there)
		invoices, err := r.Invoices(Distinct(ids))
		if err != nil {
			return err
		}
		for _, v := range invoices {
			if err := Allow(by, staff.See, v.Client); err != nil {
				return err
			}
			exports, err := r.ExportsOf(v.ID)
			if err != nil {
				return err
			}
			if len(exports) > 0 && exports[0].Standing.ID != "" {
				e := exports[0]
				there[e.Tenant] = append(there[e.Tenant], e.Standing.ID)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if a.books == nil {
		return notConnected()
	}
	for t, ids := range there {
		err := a.whenFree(ctx, func() error {
			return a.leaseRefresh(ctx, t, func(ctx context.Context, r *refresher) error {
				absent, err := r.look(ctx, ids)
				if err != nil {
					return err
				}
				return r.vanish(ctx, absent)
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}
