package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"feebridge/app"
)

// guard writes under a fence, as the holder of a lease does.
//
//nolint:contextcheck // it tries so even after the lease, and with it the work's context, has ended
func (s store) guard(f app.Fence) error {
	return s.Update(context.Background(), func(tx app.Tx) error { return tx.Guard(f) })
}

// never is work that must not begin.
func never(t *testing.T) func(context.Context, app.Fence) error {
	return func(context.Context, app.Fence) error {
		t.Error("two hold the lease")
		return nil
	}
}

// expire lets the lease for sending expire at once.
func (s store) expire() {
	s.t.Helper()
	s.engine.Exec(s.t, "UPDATE leases SET expires = 1 WHERE name = 'send'")
}

// hourPromises are about leases, and about waiting: two processes have the database open.
var hourPromises = []processPromise{
	{"a lease is held by one", func(t *testing.T, one, other store) {
		var first app.Fence
		err := one.Lease(t.Context(), "send", func(ctx context.Context, f app.Fence) error {
			first = f
			for _, s := range []store{one, other} {
				begin := time.Now()
				err := s.Lease(ctx, "send", never(t))
				var held *app.LeaseHeld
				if !errors.As(err, &held) || held.Name != "send" || !held.Until.After(time.Now()) {
					t.Errorf("the error is %v", err)
				}
				if waited := time.Since(begin); waited > 0 {
					t.Errorf("it waited %v", waited)
				}
			}
			if err := other.Lease(ctx, "another", func(context.Context, app.Fence) error { return nil }); err != nil {
				t.Errorf("another lease: %v", err)
			}
			return one.guard(f)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = other.Lease(t.Context(), "send", func(_ context.Context, f app.Fence) error {
			if f.Token <= first.Token {
				t.Errorf("token %d follows %d", f.Token, first.Token)
			}
			if err := one.guard(first); !app.IsCode(err, app.Conflict) {
				t.Errorf("the fence of an older holder: %v", err)
			}
			return other.guard(f)
		})
		if err != nil {
			t.Errorf("the lease was not given back: %v", err)
		}
	}},
	{"a fence is good for nothing once its lease was given back", func(t *testing.T, one, other store) {
		var given app.Fence
		err := one.Lease(t.Context(), "send", func(_ context.Context, f app.Fence) error {
			given = f
			return one.guard(f)
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []store{one, other} {
			if err := s.guard(given); !app.IsCode(err, app.Conflict) {
				t.Errorf("the fence of who has given it back: %v", err)
			}
		}
	}},
	{"a lease that another has is neither renewed nor given back", func(t *testing.T, one, other store) {
		begin := time.Now()
		taken, end, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		err := one.Lease(t.Context(), "send", func(ctx context.Context, f app.Fence) error {
			other.expire()
			go func() {
				ended <- other.Lease(t.Context(), "send", func(ctx context.Context, f app.Fence) error {
					close(taken)
					<-end
					return errors.Join(ctx.Err(), other.guard(f))
				})
			}()
			<-taken
			select {
			case <-ctx.Done():
			case <-time.After(time.Hour):
				t.Error("the work goes on without its lease")
			}
			if err := one.guard(f); !app.IsCode(err, app.Conflict) {
				t.Errorf("the fence of who lost it: %v", err)
			}
			return ctx.Err()
		})
		if took := time.Since(begin); !app.IsCode(err, app.Conflict) || took > app.LeaseTime/2 { // at the first renewal
			t.Errorf("it ended after %v: %v", took, err)
		}
		for range 3 {
			var held *app.LeaseHeld
			if err := one.Lease(t.Context(), "send", never(t)); !errors.As(err, &held) {
				t.Errorf("while another has it: %v", err)
			}
			time.Sleep(app.LeaseTime)
		}
		close(end)
		if err := <-ended; err != nil {
			t.Errorf("the other ended with %v", err)
		}
	}},
	{"a lease lasts as long as its holder works", func(t *testing.T, one, other store) {
		err := one.Lease(t.Context(), "send", func(ctx context.Context, f app.Fence) error {
			for begin := time.Now(); time.Since(begin) < time.Hour; {
				time.Sleep(5 * app.LeaseTime / 2)
				var held *app.LeaseHeld
				if err := other.Lease(ctx, "send", never(t)); !errors.As(err, &held) {
					t.Errorf("after %v: %v", time.Since(begin), err)
				}
			}
			return errors.Join(ctx.Err(), one.guard(f))
		})
		if err != nil {
			t.Error(err)
		}
	}},
	{"the error of the work is the error of the lease", func(t *testing.T, one, other store) {
		broken := errors.New("broken")
		if err := one.Lease(t.Context(), "send", func(context.Context, app.Fence) error { return broken }); !errors.Is(err, broken) {
			t.Errorf("the error is %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		err := one.Lease(ctx, "send", func(ctx context.Context, _ app.Fence) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the error is %v", err)
		}
		if err := one.Lease(t.Context(), "send", func(context.Context, app.Fence) error { return nil }); err != nil {
			t.Errorf("a cancelled holder kept the lease: %v", err)
		}
	}},
	{"a lease is given back by a panic", func(t *testing.T, one, other store) {
		func() {
			defer func() { _ = recover() }()
			err := one.Lease(t.Context(), "send", func(context.Context, app.Fence) error { panic("broken") })
			t.Errorf("it went on after the panic: %v", err)
		}()
		if err := other.Lease(t.Context(), "send", func(context.Context, app.Fence) error { return nil }); err != nil {
			t.Error(err)
		}
	}},
	{"the lease of a dead process expires", func(t *testing.T, one, other store) {
		var dead app.Fence
		err := one.Lease(t.Context(), "send", func(_ context.Context, f app.Fence) error {
			dead = f
			return one.process.Close() // it renews nothing more and gives nothing back
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(app.LeaseTime - time.Second)
		var held *app.LeaseHeld
		if err := other.Lease(t.Context(), "send", never(t)); !errors.As(err, &held) {
			t.Fatalf("before it expired: %v", err)
		}
		if err := other.guard(dead); err != nil {
			t.Errorf("the newest fence, before it expired: %v", err)
		}
		time.Sleep(time.Until(held.Until))
		if err := other.guard(dead); err != nil {
			t.Errorf("the newest fence, while nobody has taken the lease: %v", err)
		}
		err = other.Lease(t.Context(), "send", func(context.Context, app.Fence) error { return other.guard(dead) })
		if !app.IsCode(err, app.Conflict) {
			t.Errorf("the fence of a dead process: %v", err)
		}
	}},
	{"a lease that was taken while the clock was ahead is free", func(t *testing.T, one, other store) {
		ahead := time.Now().Add(app.LeaseTime + time.Second).UnixMilli()
		one.engine.Exec(t, fmt.Sprintf("INSERT INTO leases (name, token, expires) VALUES ('send', 7, %d)", ahead))
		err := other.Lease(t.Context(), "send", func(_ context.Context, f app.Fence) error {
			if f.Token != 8 {
				t.Errorf("token %d follows 7", f.Token)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}},
	{"a database that stays locked is unavailable", func(t *testing.T, one, other store) {
		unlock := one.engine.Lock(t)
		one.fails(app.Unavailable, []string{"Another", "Try again"}, func(tx app.Tx) error { return tx.Burn("INV-1") })
		one.view(func(r app.Reader) error { return second(r.Staff()) }) // whoever only reads does not wait
		unlock()
		one.update(func(tx app.Tx) error { return tx.Burn("INV-1") })
	}},
	{"waiting to write ends with its context", func(t *testing.T, one, other store) {
		one.update(func(app.Tx) error {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err := one.Update(ctx, func(app.Tx) error { return nil })
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the error is %v", err)
			}
			return nil
		})
	}},
	{"work that ends in time does not mind a lost lease", func(t *testing.T, one, other store) {
		err := one.Lease(t.Context(), "send", func(context.Context, app.Fence) error {
			other.expire()
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}},
}

// losses are how a lease is lost while its holder works.
var losses = []struct {
	what     string
	mayWrite bool // nobody else can have acted meanwhile
	lose     func(t *testing.T, holder, other store) (end func())
}{
	{"it was not renewed while the computer slept", true, func(t *testing.T, _, other store) func() {
		other.expire()
		return func() {}
	}},
	{"another took it", false, func(t *testing.T, _, other store) func() {
		other.expire()
		if err := other.Lease(t.Context(), "send", func(context.Context, app.Fence) error { return nil }); err != nil {
			t.Error(err)
		}
		return func() {}
	}},
	{"the database cannot be written", false, func(t *testing.T, holder, _ store) func() {
		if err := holder.process.Close(); err != nil {
			t.Error(err)
		}
		return func() {}
	}},
	{"a program keeps the database locked", true, func(t *testing.T, holder, _ store) func() {
		return holder.engine.Lock(t)
	}},
}

// lossPromises are that the work ends, whatever its lease is lost by.
func lossPromises() (all []processPromise) {
	for _, c := range losses {
		all = append(all, processPromise{"the work ends when its lease is lost: " + c.what, func(t *testing.T, one, other store) {
			begin := time.Now()
			err := one.Lease(t.Context(), "send", func(ctx context.Context, f app.Fence) error {
				end := c.lose(t, one, other)
				select {
				case <-ctx.Done():
				case <-time.After(time.Hour):
					t.Error("the work goes on without its lease")
				}
				end()
				if err := one.guard(f); (err == nil) != c.mayWrite {
					t.Errorf("writing what was under way: %v", err)
				}
				return ctx.Err()
			})
			if !app.IsCode(err, app.Conflict) {
				t.Errorf("the error is %v", err)
			}
			if took := time.Since(begin); took > app.LeaseTime {
				t.Errorf("it ended after %v", took)
			}
		}})
	}
	return all
}
