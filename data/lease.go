package data

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"feebridge/app"
)

// Lease implements app.Store. Every holder's token is above all before it, so that a
// write which an earlier one is late with is known by its token, and refused by Guard.
// When fn ends because the lease was lost, the error says so.
func (s *Store) Lease(ctx context.Context, name string, fn func(context.Context, app.Fence) error) error {
	f, expires, err := s.acquire(ctx, name)
	if err != nil {
		return err
	}
	held, lose := context.WithCancelCause(ctx)
	renewals := make(chan struct{})
	go func() {
		defer close(renewals)
		s.renew(held, lose, f, expires)
	}()
	defer func() {
		lose(nil)
		<-renewals
		s.release(ctx, f)
	}()
	err = fn(held, f)
	if lost := context.Cause(held); lost != nil && ctx.Err() == nil && errors.Is(err, context.Canceled) {
		return lost
	}
	return err
}

// acquire takes the lease, and tells when it expires by this computer's clock.
func (s *Store) acquire(ctx context.Context, name string) (f app.Fence, expires time.Time, err error) {
	err = s.update(ctx, func(w *writer) error {
		last, err := w.lease(name)
		if err != nil {
			return err
		}
		// An end that is further off than any lease lasts was set while the clock was ahead.
		if left := last.expires.Sub(w.now); left > 0 && left <= app.LeaseTime {
			return &app.LeaseHeld{Name: name, Until: last.expires}
		}
		f, expires = app.Fence{Name: name, Token: last.token + 1}, w.began.Add(app.LeaseTime)
		return w.setLease(f, w.now.Add(app.LeaseTime))
	})
	return f, expires, err
}

// renew keeps the lease until ctx ends, and ends ctx when the lease is lost: another
// process has it, or may have it by now, because it expired before it could be renewed.
func (s *Store) renew(ctx context.Context, lose context.CancelCauseFunc, f app.Fence, expires time.Time) {
	tick := time.NewTicker(app.LeaseTime / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		inTime, cancel := context.WithDeadline(ctx, expires)
		until, err := s.extend(inTime, f)
		cancel()
		if err == nil {
			expires = until
		} else if errors.Is(err, errLost) || !wallClock().Before(expires) {
			lose(errLost)
			return
		}
	}
}

var errLost = app.Errorf(app.Conflict, "lease.lost")

// wallClock is the time without Go's monotonic reading, which stands still while the
// computer sleeps.
func wallClock() time.Time { return time.Now().Round(0) }

// extend makes the lease last LeaseTime from now, and tells when it expires by this computer's clock.
func (s *Store) extend(ctx context.Context, f app.Fence) (expires time.Time, err error) {
	err = s.update(ctx, func(w *writer) error {
		last, err := w.lease(f.Name)
		if err != nil {
			return err
		}
		if last.token != f.Token || !w.now.Before(last.expires) {
			return errLost
		}
		expires = w.began.Add(app.LeaseTime)
		return w.setLease(f, w.now.Add(app.LeaseTime))
	})
	return expires, err
}

// release gives the lease back. One that was lost is not ours to give back, and one that
// cannot be given back expires by itself: neither matters to what was done under it.
func (s *Store) release(ctx context.Context, f app.Fence) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), app.LeaseTime)
	defer cancel()
	_ = s.update(ctx, func(w *writer) error {
		if err := w.Guard(f); err != nil {
			return err
		}
		return w.setLease(f, time.Time{})
	})
}

// lease is the last one of a name. The zero lease is that nobody ever had it.
type lease struct {
	token   int64
	expires time.Time // zero once it was given back
}

func (w *writer) lease(name string) (lease, error) {
	var last lease
	err := w.each("reading a lease", func(row *sql.Rows) error { return row.Scan(&last.token, at{&last.expires}) },
		"SELECT token, expires FROM leases WHERE name = ?", name)
	return last, err
}

func (w *writer) setLease(f app.Fence, expires time.Time) error {
	_, err := w.exec("writing a lease", `
		INSERT INTO leases (name, token, expires) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET token = excluded.token, expires = excluded.expires`,
		f.Name, f.Token, millis(expires))
	return err
}

// Guard implements app.Tx. What is found out under a lease that has expired is still
// written as long as nobody has taken the lease; under one that was given back, nothing.
func (w *writer) Guard(f app.Fence) error {
	last, err := w.lease(f.Name)
	if err == nil && (last.token != f.Token || last.expires.IsZero()) {
		return app.Errorf(app.Conflict, "lease.elsewhere")
	}
	return err
}
