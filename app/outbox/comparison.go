package app

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"feebridge/app/ledger"
)

// Reconcile compares a restored or copied database with what its organisations have, as Run
// does by itself. It returns nil when nothing is locked any more, and otherwise why not: a
// *Parked, a *LeaseHeld or another error.
func (a *App) Reconcile(ctx context.Context) error {
	var open []Organisation
	err := a.store.View(ctx, func(r Reader) (err error) {
		open, err = unreconciled(r)
		return err
	})
	for _, o := range open {
		if err := a.send(ctx, o.Tenant.ID, errand{reconcile: true}); err != nil {
			return err
		}
	}
	return err
}

// foundAtOnce is how many invoices of Xero are stored in one transaction.
const foundAtOnce = 100

// reconcile compares a copy with the organisation, unless that was done. It reads what
// changed there since the copy was made, up to a moment at which nothing can be under way
// any more that was sent before the copy was found out.
func (s *sender) reconcile(ctx context.Context) error {
	c, due, quiet, err := s.beginReconciling(ctx)
	if err != nil || !due {
		return err
	}
	for {
		from, last := later(c.From, c.Reached), !time.Now().Before(quiet)
		if err := s.readChanges(ctx, &c, from); err != nil {
			return err
		}
		if last {
			return s.endReconciling(ctx, c)
		}
		timer := time.NewTimer(time.Until(quiet))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// beginReconciling returns how far the comparison has come, whether there is one to make,
// and from when on nothing is under way any more. Nothing is replayed from then on.
func (s *sender) beginReconciling(ctx context.Context) (c Reconciliation, due bool, quiet time.Time, err error) {
	err = s.Update(ctx, func(tx Tx) error {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		open, err := unreconciled(tx)
		due = slices.ContainsFunc(open, func(o Organisation) bool { return o.Tenant.ID == s.tenant })
		if err != nil || !due {
			return err
		}
		copied, err := tx.Copied()
		if err != nil {
			return err
		}
		quiet = time.Now().Add(min(max(0, copied.Found.Add(quietTime).Sub(tx.Now())), quietTime))
		all, err := tx.Reconciliations()
		if err != nil {
			return err
		}
		if c = all[s.tenant]; !c.Began.IsZero() {
			return nil
		}
		if c.From, err = since(tx, s.tenant, c.Heard); err != nil {
			return err
		}
		c.Tenant, c.Began = s.tenant, tx.Now()
		if err := neverReplay(tx, s.tenant); err != nil {
			return err
		}
		return tx.SaveReconciliation(c)
	})
	return c, due, quiet, err
}

// since tells from when on Xero may have what a copy does not know, on Xero's clock: from
// when the copy last heard of it, or from when something was first sent whose answer the copy
// does not have. The zero time is that anything may be unknown.
func since(r Reader, t ledger.TenantID, heard time.Time) (time.Time, error) {
	if heard.IsZero() {
		return heard, nil
	}
	from := heard.Add(-sinceMargin)
	lost, err := r.Batches(t, Lost)
	if err != nil {
		return from, err
	}
	for _, b := range lost {
		if b.Kind != InvoiceBatch {
			continue
		}
		members, err := r.Exports(exportIDs(b.Members))
		if err != nil {
			return from, err
		}
		for _, e := range members {
			if e.Since.Before(from) {
				from = e.Since
			}
		}
	}
	return from, nil
}

// readChanges stores what changed in Xero from a moment on, some at a time, and then that all
// of it was read.
func (s *sender) readChanges(ctx context.Context, c *Reconciliation, from time.Time) error {
	changed, reached, err := changesSince(ctx, s.books, s.tenant, from)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(changed, foundAtOnce) {
		if err := s.storeFound(ctx, c, some); err != nil {
			return err
		}
	}
	next := *c
	next.Reached = later(next.Reached, reached)
	err = s.Update(ctx, func(tx Tx) error {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		return tx.SaveReconciliation(next)
	})
	if err == nil {
		*c = next
	}
	return err
}

// storeFound stores what some invoices of Xero mean for ours.
func (s *sender) storeFound(ctx context.Context, c *Reconciliation, page []ledger.Standing) error {
	if err := s.followMergesAmong(ctx, page); err != nil {
		return err
	}
	var next Reconciliation
	err := s.Update(ctx, func(tx Tx) error {
		next = *c
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		f, err := newFinding(tx, s, &next)
		if err != nil {
			return err
		}
		for _, st := range page {
			if err := f.take(st); err != nil {
				return err
			}
		}
		return f.save()
	})
	if err == nil {
		*c = next
	}
	return err
}

// followMergesAmong reads where the contacts of known exports went.
func (s *sender) followMergesAmong(ctx context.Context, page []ledger.Standing) error {
	byMark := map[string]ledger.Standing{}
	for _, st := range page {
		keep(byMark, st)
	}
	var known []Export
	err := s.store.View(ctx, func(r Reader) error {
		known = nil
		all, err := r.ExportsByMark(marksOf(page))
		for _, e := range all {
			known = append(known, e)
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.followMergesOf(ctx, known, byMark)
}

func marksOf(page []ledger.Standing) []string {
	var marks []string
	for _, st := range page {
		if st.Mark != "" {
			marks = append(marks, st.Mark)
		}
	}
	return marks
}

// endReconciling notes that the copy knows what Xero has, and what of it was not known.
func (s *sender) endReconciling(ctx context.Context, c Reconciliation) error {
	err := s.Update(ctx, func(tx Tx) error {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		strays, err := tx.Strays(s.tenant)
		if err != nil {
			return err
		}
		c.Ended = tx.Now()
		if err := tx.SaveReconciliation(c); err != nil {
			return err
		}
		return tx.Record(Entry(itself, "compare with Xero", "organisation", string(s.tenant), "", tellComparison(c, strays)))
	})
	if err != nil {
		return err
	}
	return s.reached(ctx)
}

// mostTold is how many strays the audit trail names; LockState has all of them.
const mostTold = 50

// tellComparison says what came of a comparison, as the audit trail keeps it.
func tellComparison(c Reconciliation, strays []Stray) string {
	lines := []string{
		"exports found again: " + strconv.Itoa(c.Adopted),
		"exports brought up to date: " + strconv.Itoa(c.Updated),
	}
	for _, s := range strays[:min(len(strays), mostTold)] {
		lines = append(lines, string(s.Why)+": "+string(s.Number)+", "+string(s.Status)+", "+s.Total.String())
	}
	if more := len(strays) - mostTold; more > 0 {
		lines = append(lines, "and "+strconv.Itoa(more)+" more")
	}
	return strings.Join(lines, "\n")
}
