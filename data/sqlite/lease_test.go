package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/staff"
)

func entryOf(action string) staff.Entry {
	return staff.Entry{By: "olivia", ByName: "Olivia Hart", Action: action, Subject: "invoice", ID: "a"}
}

// guard writes under a fence, as the holder of a lease does.
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

// expire lets a lease expire at once.
func (s store) expire(name string) {
	s.t.Helper()
	run(s.t, s.path, "UPDATE leases SET expires = 1 WHERE name = '"+name+"'")
}

// inBubble runs fn with two processes on one database, in a synctest bubble.
func inBubble(t *testing.T, fn func(t *testing.T, one, other store)) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "firm.db")
		one, other := openEmpty(t, path), openEmpty(t, path)
		fn(t, one, other)
	})
}

func TestALeaseIsHeldByOne(t *testing.T) {
	inBubble(t, func(t *testing.T, one, other store) {
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
	})
}

func TestALeaseLastsAsLongAsItsHolderWorks(t *testing.T) {
	inBubble(t, func(t *testing.T, one, other store) {
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
	})
}

func TestTheErrorOfTheWorkIsTheErrorOfHold(t *testing.T) {
	inBubble(t, func(t *testing.T, one, _ store) {
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
	})
}

func TestALeaseIsGivenBackByAPanic(t *testing.T) {
	inBubble(t, func(t *testing.T, one, other store) {
		func() {
			defer func() { _ = recover() }()
			err := one.Lease(t.Context(), "send", func(context.Context, app.Fence) error { panic("broken") })
			t.Errorf("it went on after the panic: %v", err)
		}()
		if err := other.Lease(t.Context(), "send", func(context.Context, app.Fence) error { return nil }); err != nil {
			t.Error(err)
		}
	})
}

func TestTheLeaseOfADeadProcessExpires(t *testing.T) {
	inBubble(t, func(t *testing.T, one, other store) {
		var dead app.Fence
		err := one.Lease(t.Context(), "send", func(_ context.Context, f app.Fence) error {
			dead = f
			return one.db.Close() // it renews nothing more and gives nothing back
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
	})
}

func TestALeaseThatWasTakenWhileTheClockWasAheadIsFree(t *testing.T) {
	inBubble(t, func(t *testing.T, one, other store) {
		ahead := time.Now().Add(app.LeaseTime + time.Second).UnixMilli()
		run(t, one.path, fmt.Sprintf("INSERT INTO leases (name, token, expires) VALUES ('send', 7, %d)", ahead))
		err := other.Lease(t.Context(), "send", func(_ context.Context, f app.Fence) error {
			if f.Token != 8 {
				t.Errorf("token %d follows 7", f.Token)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestTheWorkEndsWhenItsLeaseIsLost(t *testing.T) {
	for _, c := range []struct {
		what     string
		mayWrite bool // nobody else can have acted meanwhile
		lose     func(t *testing.T, holder, other store) (end func())
	}{
		{"it was not renewed while the computer slept", true, func(t *testing.T, _, other store) func() {
			other.expire("send")
			return func() {}
		}},
		{"another took it", false, func(t *testing.T, _, other store) func() {
			other.expire("send")
			if err := other.Lease(t.Context(), "send", func(context.Context, app.Fence) error { return nil }); err != nil {
				t.Error(err)
			}
			return func() {}
		}},
		{"the database cannot be written", false, func(t *testing.T, holder, _ store) func() {
			if err := holder.db.Close(); err != nil {
				t.Error(err)
			}
			return func() {}
		}},
		{"a program keeps the database locked", true, func(t *testing.T, holder, _ store) func() {
			return lock(t, holder.path)
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T, one, other store) {
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
			})
		})
	}
}

func TestWorkThatEndsInTimeDoesNotMindALostLease(t *testing.T) {
	inBubble(t, func(t *testing.T, one, other store) {
		err := one.Lease(t.Context(), "send", func(context.Context, app.Fence) error {
			other.expire("send")
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}
