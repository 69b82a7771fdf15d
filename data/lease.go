package data

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"feebridge/app"
)

// Hold implements app.Store. Every holder's token is above all before it, so that a
// write which an earlier one is late with is known by its token, and refused by Guard.
// When the lease is lost while fn runs, and fn returns nil or because its context
// ended, the error is Unavailable.
func (db *DB) Hold(ctx context.Context, name string, fn func(context.Context, app.Fence) error) error {
	l, err := db.acquire(ctx, name)
	if err != nil {
		return err
	}
	held, cancel := context.WithCancelCause(ctx)
	renewals := make(chan struct{})
	go func() {
		defer close(renewals)
		l.renew(held, cancel)
	}()
	defer func() {
		cancel(nil)
		<-renewals
		l.release(context.WithoutCancel(ctx))
	}()
	err = fn(held, l.fence)
	if lost := context.Cause(held); errors.Is(lost, errLost) && (err == nil || errors.Is(err, context.Canceled)) {
		return lost
	}
	return err
}

var errLost = app.Errorf(app.Unavailable, "Another Feebridge has taken over this work and goes on with it.")

// lease is one that this process holds.
type lease struct {
	db *DB
	holding
}

// holding says who holds a lease, and until when.
type holding struct {
	fence   app.Fence
	expires time.Time // by the wall clock, which goes on while the computer sleeps
}

// holding returns who holds the lease, or held it last. A lease that nobody ever held
// has token 0 and expired long ago.
func (r *reader) holding(name string) (holding, error) {
	h := holding{fence: app.Fence{Name: name}}
	err := r.each("reading a lease", func(row *sql.Rows) error { return row.Scan(&h.fence.Token, at{&h.expires}) },
		"SELECT token, expires FROM leases WHERE name = ?", name)
	return h, err
}

func (db *DB) acquire(ctx context.Context, name string) (*lease, error) {
	l := &lease{db: db}
	err := db.update(ctx, func(w *writer) error {
		last, err := w.holding(name)
		if err != nil {
			return err
		}
		// An end that is further off than any lease lasts was set while the clock was ahead.
		if left := last.expires.Sub(w.now); left > 0 && left <= app.LeaseTime {
			return &app.Held{Name: name, Until: last.expires}
		}
		l.fence = app.Fence{Name: name, Token: last.fence.Token + 1}
		l.expires = w.now.Add(app.LeaseTime)
		_, err = w.exec("taking a lease", `
			INSERT INTO leases (name, token, holder, expires) VALUES (?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET token = excluded.token, holder = excluded.holder, expires = excluded.expires`,
			name, l.fence.Token, thisProcess(), millis(l.expires))
		return err
	})
	return l, err
}

// thisProcess says to a person who holds a lease.
func thisProcess() string {
	host, err := os.Hostname()
	if err != nil {
		host = "this computer"
	}
	return fmt.Sprintf("process %d on %s", os.Getpid(), host)
}

// renew keeps the lease until ctx ends, and ends ctx when the lease is lost: another
// process has it, or it could not be renewed before it expired.
func (l *lease) renew(ctx context.Context, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(app.LeaseTime / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		inTime, done := context.WithDeadline(ctx, l.expires)
		err := l.extend(inTime)
		done()
		if err != nil && (app.IsCode(err, app.Conflict) || !wallClock().Before(l.expires)) {
			cancel(errLost)
			return
		}
	}
}

// extend makes the lease last LeaseTime from now.
func (l *lease) extend(ctx context.Context) error {
	var expires time.Time
	err := l.db.update(ctx, func(w *writer) error {
		expires = w.now.Add(app.LeaseTime)
		return w.setExpiry(l.fence, expires)
	})
	if err == nil {
		l.expires = expires
	}
	return err
}

// release gives the lease back. When that fails it is lost already, or expires by itself.
func (l *lease) release(ctx context.Context) {
	_ = l.db.update(ctx, func(w *writer) error { return w.setExpiry(l.fence, time.Time{}) })
}

func (w *writer) setExpiry(f app.Fence, expires time.Time) error {
	if err := w.Guard(f); err != nil {
		return err
	}
	_, err := w.exec("renewing a lease", "UPDATE leases SET expires = ? WHERE name = ?", millis(expires), f.Name)
	return err
}

// Guard implements app.Tx. A lease that has expired does not count, even while nobody
// else has taken it.
func (w *writer) Guard(f app.Fence) error {
	last, err := w.holding(f.Name)
	if err == nil && (last.fence != f || !w.now.Before(last.expires)) {
		err = errLate
	}
	return err
}

var errLate = app.Errorf(app.Conflict, "Another Feebridge has taken over this work: nothing was changed.")

// wallClock is the time without Go's monotonic reading, which stands still while the
// computer sleeps.
func wallClock() time.Time { return time.Now().Round(0) }
