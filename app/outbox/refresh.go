package outbox

import (
	"context"
	"errors"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// How often Xero is asked about our invoices.
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

// RefreshAll reads the statuses of our invoices now, from every organisation that they were
// exported to. It waits for another process that refreshes. It returns how many invoices moved.
// An organisation that fails keeps no other from being read; the error tells each that did.
func (o *Outbox) RefreshAll(ctx context.Context) (moved int, err error) {
	due, err := o.refreshable(ctx)
	if err != nil {
		return 0, err
	}
	for _, r := range due {
		failed := whenFree(ctx, func() error {
			n, err := o.refresh(ctx, r.Tenant)
			moved += n
			return err
		})
		err = errors.Join(err, failed)
	}
	return moved, err
}

// keepFresh refreshes every organisation when it is due, until ctx ends.
func (o *Outbox) keepFresh(ctx context.Context) error {
	if o.books == nil {
		return nil
	}
	look := func(ctx context.Context) ([]work, time.Time, error) {
		states, err := o.refreshable(ctx)
		all := make([]work, len(states))
		for i, r := range states {
			all[i] = work{r.Tenant, o.refreshDue(r)}
		}
		return all, time.Now().Add(refreshLook), err
	}
	do := func(ctx context.Context, t ledger.TenantID) time.Time {
		if _, err := o.refresh(ctx, t); err != nil && !app.OthersAtIt(err) && ctx.Err() == nil {
			o.log.Warn("refreshing", "tenant", t, "error", err)
		}
		return time.Now().Add(idle) // whatever the try stored: another process may be at it
	}
	unrung := func() <-chan struct{} { return nil }
	return o.keepUp(ctx, unrung, look, do)
}

// refreshable returns how far each organisation is known that has invoices of ours and can be
// called. While the database is locked there is none: it is compared with Xero first.
func (o *Outbox) refreshable(ctx context.Context) ([]app.Refresh, error) {
	if o.books == nil {
		return nil, nil
	}
	var all []app.Refresh
	err := o.store.Look(ctx, func(r Reader) error {
		all = nil
		if open, err := app.Unreconciled(r); err != nil || len(open) > 0 {
			return err
		}
		orgs, err := r.Organisations()
		if err != nil {
			return err
		}
		for _, org := range orgs {
			if org.EndedHere() {
				continue
			}
			first, err := r.FirstSent(org.Tenant.ID)
			if err != nil {
				return err
			}
			if first.IsZero() {
				continue
			}
			refresh, err := refreshOf(r, org.Tenant.ID)
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
func (o *Outbox) refreshDue(r app.Refresh) time.Time {
	now := time.Now()
	if !r.Failing.Until.IsZero() && r.Failing.Until.Sub(now) <= longestFailing {
		return r.Failing.Until
	}
	if r.At.IsZero() || r.At.After(now) {
		return now
	}
	return r.At.Add(refreshInterval(o.books.Gauge(r.Tenant).DayLeft))
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

// refresh reads the statuses of our invoices in one organisation, and reports how many moved.
func (o *Outbox) refresh(ctx context.Context, t ledger.TenantID) (moved int, err error) {
	err = o.leaseRefresh(ctx, t, func(ctx context.Context, r *refresher) error {
		err := r.run(ctx)
		moved = r.moved
		return err
	})
	return moved, err
}

// leaseRefresh runs fn while nobody else refreshes the organisation. It returns an *app.LeaseHeld
// when another process does.
func (o *Outbox) leaseRefresh(ctx context.Context, t ledger.TenantID, fn func(context.Context, *refresher) error) error {
	return o.store.Lease(ctx, "refresh "+string(t), func(ctx context.Context, f app.Fence) error {
		return fn(ctx, &refresher{
			Outbox: o, tenant: t, fence: f, directory: ledger.NewDirectory(), asked: map[ledger.ContactID]bool{},
			sure: map[ledger.InvoiceID]bool{},
		})
	})
}

// refreshOf returns how far an organisation is known.
func refreshOf(r Reader, t ledger.TenantID) (app.Refresh, error) {
	all, err := r.Refreshes()
	state := all[t]
	state.Tenant = t
	return state, err
}

// LookAgain reads some invoices in Xero now.
func (o *Outbox) LookAgain(ctx context.Context, by staff.Member, ids []billing.InvoiceID) error {
	there := map[ledger.TenantID][]ledger.InvoiceID{}
	doubted := map[ledger.TenantID][]billing.InvoiceID{}
	err := o.app.View(ctx, func(r app.Reader) error {
		clear(there)
		clear(doubted)
		ids := app.Distinct(ids)
		invoices, err := r.InvoiceHeads(ids)
		if err != nil {
			return err
		}
		for _, v := range invoices {
			if err := app.Allow(by, staff.See, v.Client); err != nil {
				return err
			}
		}
		latest, err := r.LatestExports(ids)
		for id, e := range latest {
			if e.Standing.ID != "" {
				there[e.Tenant] = append(there[e.Tenant], e.Standing.ID)
			}
			if e.Result == billing.MayBeOurs {
				doubted[e.Tenant] = append(doubted[e.Tenant], id)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if o.books == nil {
		return app.Unconnected()
	}
	for t, ids := range there {
		err := whenFree(ctx, func() error {
			return o.leaseRefresh(ctx, t, func(ctx context.Context, r *refresher) error {
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
	for t, ids := range doubted {
		err := whenFree(ctx, func() error {
			return o.leaseRefresh(ctx, t, func(ctx context.Context, r *refresher) error { return r.lookAtDoubts(ctx, ids) })
		})
		if err != nil {
			return err
		}
	}
	return nil
}
