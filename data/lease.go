package data

import (
	"context"
	"errors"
	"time"

	"feebridge/app"
)

// Hold implements app.Store. Each holder has a token above all before it, so that what
// an earlier one still wants to write is known by its token.
func (db *DB) Hold(ctx context.Context, name string, fn func(context.Context, app.Fence) error) error {
	f, err := db.acquire(ctx, name)
	if err != nil {
		return err
	}
	held, cancel := context.WithCancelCause(ctx)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		db.renew(held, cancel, f)
	}()
	err = fn(held, f)
	lost := context.Cause(held)
	cancel(nil)
	<-renewed
	if free := db.setLease(context.WithoutCancel(ctx), f, time.Time{}); err == nil {
		err = free
	}
	if errors.Is(lost, errLost) && (err == nil || errors.Is(err, context.Canceled)) {
		err = errLost
	}
	return err
}

var errLost = app.Errorf(app.Unavailable, "Another Feebridge took over the sending.")

func (db *DB) acquire(ctx context.Context, name string) (app.Fence, error) {
	f := app.Fence{Name: name}
	err := db.lease(ctx, func(w *writer) error {
		var expires int64
		err := w.find("", "SELECT token, expires FROM leases WHERE name = ?", []any{name}, &f.Token, &expires)
		if err != nil && !app.IsCode(err, app.NotFound) {
			return err
		}
		if w.now.Before(instant(expires)) {
			return &app.Held{Name: name, Until: instant(expires)}
		}
		f.Token++
		_, err = w.exec("INSERT INTO leases (name, token, expires) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET token = excluded.token, expires = excluded.expires",
			name, f.Token, millis(w.now.Add(app.LeaseTime)))
		return err
	})
	return f, err
}

// renew keeps the lease until ctx ends, and ends ctx when the lease is lost.
func (db *DB) renew(ctx context.Context, cancel context.CancelCauseFunc, f app.Fence) {
	expires := time.Now().Add(app.LeaseTime)
	tick := time.NewTicker(app.LeaseTime / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		until := time.Now().Add(app.LeaseTime)
		switch err := db.setLease(ctx, f, until); {
		case err == nil:
			expires = until
		case app.IsCode(err, app.Conflict), !time.Now().Before(expires):
			cancel(errLost)
			return
		}
	}
}

// setLease moves the end of a lease that is still held; no time ends it now.
func (db *DB) setLease(ctx context.Context, f app.Fence, until time.Time) error {
	return db.lease(ctx, func(w *writer) error {
		if err := w.Guard(f); err != nil {
			return err
		}
		_, err := w.exec("UPDATE leases SET expires = ? WHERE name = ?", millis(until), f.Name)
		return err
	})
}

func (db *DB) lease(ctx context.Context, fn func(*writer) error) error {
	return db.Update(ctx, func(tx app.Tx) error { return fn(tx.(*writer)) })
}

// Guard implements app.Tx.
func (w *writer) Guard(f app.Fence) error {
	var token, expires int64
	err := w.find("lease "+f.Name, "SELECT token, expires FROM leases WHERE name = ?", []any{f.Name}, &token, &expires)
	if err == nil && (token != f.Token || !w.now.Before(instant(expires))) {
		return app.Errorf(app.Conflict, "Another Feebridge took over the sending.")
	}
	return err
}
