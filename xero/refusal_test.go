package xero_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/xero"
)

// limited answers with a 429 as often as told and then as always.
func limited(times int, header map[string]string) (handler http.Handler, calls *int) {
	calls = new(int)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		*calls++
		if *calls > times {
			list := emptyPage
			if r.Method == http.MethodPut {
				list = `"Invoices":[` + strings.ReplaceAll(fmt.Sprintf(recorded, ""), "INV-0007", "A1") + `]`
			}
			answers(http.StatusOK, envelope(list)).ServeHTTP(w, r)
			return
		}
		w.Header().Set("X-MinLimit-Remaining", "0")
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(http.StatusTooManyRequests)
	}), calls
}

func TestARefusalForALimitIsWaitedOut(t *testing.T) {
	for _, test := range []struct {
		name   string
		times  int
		header map[string]string
		want   time.Duration
	}{
		{"of the minute", 1, map[string]string{"X-Rate-Limit-Problem": "minute", "Retry-After": "26"}, 26 * time.Second},
		{"of the minute, at most two of them", 1, map[string]string{"X-Rate-Limit-Problem": "minute", "Retry-After": "120"}, 2 * time.Minute},
		{"of the minute, twice", 2, map[string]string{"X-Rate-Limit-Problem": "minute", "Retry-After": "26"}, 52 * time.Second},
		{"of calls at once, which does not say how long", 1, map[string]string{"X-Rate-Limit-Problem": "concurrent"}, 3 * time.Second},
		{"of the application", 1, map[string]string{"X-Rate-Limit-Problem": "appminute"}, 3 * time.Second},
		{"that says nothing at all", 1, nil, 3 * time.Second},
		{"that says nothing a machine reads", 1, map[string]string{"Retry-After": "soon"}, 3 * time.Second},
		{"that says no time", 1, map[string]string{"X-Rate-Limit-Problem": "minute", "Retry-After": "0"}, time.Second},
		{"that says a time before now", 1, map[string]string{"X-Rate-Limit-Problem": "minute", "Retry-After": "-5"}, 3 * time.Second},
	} {
		for kind, make := range map[string]func(context.Context, *testing.T, books) error{
			"a read": func(ctx context.Context, t *testing.T, b books) error { return ask(ctx, b.Client, b.tenant) },
			"a write": func(ctx context.Context, t *testing.T, b books) error {
				outcomes, err := b.post(ctx, t, sale("A1", "c"))
				if err == nil && outcomes[0].Verdict != ledger.Accepted {
					return fmt.Errorf("the outcomes are %+v", outcomes)
				}
				return err
			},
		} {
			t.Run(test.name+", for "+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					handler, calls := limited(test.times, test.header)
					b := books{Client: serve(t, handler, xero.Config{}), tenant: "tenant"}
					began := time.Now()
					if err := make(t.Context(), t, b); err != nil {
						t.Fatal(err)
					}
					if took := time.Since(began); took != test.want || *calls != test.times+1 {
						t.Errorf("%d calls took %s, want %d in %s", *calls, took, test.times+1, test.want)
					}
				})
			})
		}
	}
}

func TestARefusalForALimitThatIsTooLongIsTold(t *testing.T) {
	for _, test := range []struct {
		name   string
		times  int
		header map[string]string
		want   app.Trouble // Until counted from the last refusal
		until  time.Duration
		calls  int
	}{
		{"the day", 1, map[string]string{"X-Rate-Limit-Problem": "day", "Retry-After": "22000"},
			app.Trouble{Reason: app.DayLimit}, 22000 * time.Second, 1},
		{"the end of the day", 1, map[string]string{"X-Rate-Limit-Problem": "day", "Retry-After": "30"},
			app.Trouble{Reason: app.DayLimit}, 30 * time.Second, 1},
		{"the day, without its end", 1, map[string]string{"X-Rate-Limit-Problem": "day"},
			app.Trouble{Reason: app.DayLimit}, 10 * time.Minute, 1},
		{"a minute that is long", 1, map[string]string{"X-Rate-Limit-Problem": "minute", "Retry-After": "121"},
			app.Trouble{Reason: app.MinuteLimit}, 121 * time.Second, 1},
		{"again and again", 100, map[string]string{"X-Rate-Limit-Problem": "concurrent", "Xero-Correlation-Id": "id"},
			app.Trouble{Reason: app.MinuteLimit, Correlation: "id"}, 3 * time.Second, 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				handler, calls := limited(test.times, test.header)
				b := books{Client: serve(t, handler, xero.Config{}), tenant: "tenant"}
				_, err := b.post(t.Context(), t, sale("A1", "c"))
				got := troubleIn(t, err)
				got.Err = nil
				want := test.want
				want.Unsent, want.Answered, want.Until = true, true, got.Until
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				if left := time.Until(got.Until); left != test.until {
					t.Errorf("it is to wait %s, want %s", left, test.until)
				}
				if *calls != test.calls {
					t.Errorf("%d calls reached Xero, want %d", *calls, test.calls)
				}
			})
		})
	}
}

func TestWhenTheDayIsUsedUpNothingIsAskedUntilItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler, calls := limited(1, map[string]string{
			"X-Rate-Limit-Problem": "day", "Retry-After": "3600", "X-DayLimit-Remaining": "0", "X-MinLimit-Remaining": "60",
		})
		c := serve(t, handler, xero.Config{})
		if left := c.Gauge("tenant").DayLeft; left != -1 {
			t.Errorf("before any call, %d are left of the day", left)
		}
		for range 3 {
			if got := troubleIn(t, ask(t.Context(), c, "tenant")); got.Reason != app.DayLimit || !got.Unsent {
				t.Fatalf("the error is %+v", got)
			}
		}
		if left := c.Gauge("tenant").DayLeft; *calls != 1 || left != 0 {
			t.Errorf("%d calls were made, %d are left", *calls, left)
		}
		time.Sleep(time.Hour - time.Second)
		if err := ask(t.Context(), c, "tenant"); err == nil || *calls != 1 {
			t.Errorf("a second before the end of the day: %v after %d calls", err, *calls)
		}
		time.Sleep(time.Second)
		if left := c.Gauge("tenant").DayLeft; left != -1 {
			t.Errorf("in the new day, before any call, %d are left", left)
		}
		if err := ask(t.Context(), c, "tenant"); err != nil || *calls != 2 {
			t.Errorf("in the new day: %v after %d calls", err, *calls)
		}
	})
}

func TestALongWaitIsNotCutShortByAnotherRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if calls.Add(1) == 1 {
				time.Sleep(time.Second)
				w.Header().Set("X-Rate-Limit-Problem", "day")
				w.Header().Set("Retry-After", "3600")
			} else {
				time.Sleep(2 * time.Second)
				w.Header().Set("X-Rate-Limit-Problem", "concurrent")
			}
			w.WriteHeader(http.StatusTooManyRequests)
		}), xero.Config{})
		var group errgroup.Group
		for range 2 {
			group.Go(func() error { return ask(t.Context(), c, "tenant") })
		}
		if got := troubleIn(t, group.Wait()); got.Reason != app.DayLimit {
			t.Errorf("the error is %+v", got)
		}
		time.Sleep(time.Minute)
		if got := troubleIn(t, ask(t.Context(), c, "tenant")); got.Reason != app.DayLimit || calls.Load() != 2 {
			t.Errorf("after %d calls the error is %+v", calls.Load(), got)
		}
	})
}

func TestTheGaugeTellsWhatIsLeftAndWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls++
			w.Header().Set("X-DayLimit-Remaining", strconv.Itoa(1000-calls))
			if calls == 62 {
				w.Header().Set("Retry-After", "40")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			answers(http.StatusOK, envelope(emptyPage)).ServeHTTP(w, r)
		}), xero.Config{})
		began := time.Now()
		for range 60 {
			if err := ask(t.Context(), c, "tenant"); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(app.Gauge{DayLeft: 940, LastCall: began}, c.Gauge("tenant"), sameMoment); diff != "" {
			t.Errorf("after 60 calls: %s", diff)
		}
		done := make(chan error)
		go func() { done <- errors.Join(ask(t.Context(), c, "tenant"), ask(t.Context(), c, "tenant")) }()
		time.Sleep(20 * time.Second)
		want := app.Gauge{DayLeft: 940, LastCall: began, WaitUntil: began.Add(time.Minute), Why: app.MinuteLimit}
		if diff := cmp.Diff(want, c.Gauge("tenant"), sameMoment); diff != "" {
			t.Errorf("while the 61st call waits: %s", diff)
		}
		time.Sleep(50 * time.Second)
		want = app.Gauge{DayLeft: 938, LastCall: began.Add(time.Minute), WaitUntil: began.Add(100 * time.Second), Why: app.MinuteLimit}
		if diff := cmp.Diff(want, c.Gauge("tenant"), sameMoment); diff != "" {
			t.Errorf("while the 62nd call waits: %s", diff)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(app.Gauge{DayLeft: 937, LastCall: began.Add(100 * time.Second)}, c.Gauge("tenant"), sameMoment); diff != "" {
			t.Errorf("at the end: %s", diff)
		}
		if diff := cmp.Diff(app.Gauge{DayLeft: -1}, c.Gauge("another")); diff != "" {
			t.Errorf("of another organisation: %s", diff)
		}
	})
}

// sameMoment compares times whatever their clock readings.
var sameMoment = cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })

func TestACallThatWaitsForItsTurnCanBeGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler, calls := limited(1, map[string]string{"Retry-After": "100"})
		b := books{Client: serve(t, handler, xero.Config{}), tenant: "tenant"}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		_, err := b.post(ctx, t, sale("A1", "c"))
		if got := troubleIn(t, err); got.Reason != app.Interrupted || !got.Unsent || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %+v", got)
		}
		if took := time.Since(began); took != 10*time.Second || *calls != 1 {
			t.Errorf("after %s, %d calls were made", took, *calls)
		}
		if waits := b.Gauge("tenant").WaitUntil; !waits.IsZero() {
			t.Errorf("something still waits until %s", waits)
		}
	})
}

func TestTheDaysRemainderIsTheLeastThatWasTold(t *testing.T) {
	told := 0
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-DayLimit-Remaining", strconv.Itoa(told))
		answers(http.StatusOK, envelope(emptyPage)).ServeHTTP(w, r)
	}), xero.Config{})
	for _, step := range []struct{ told, want int }{
		{3, 3}, {2, 2}, {3, 2}, {1, 1}, {0, 0}, {999, 999}, {997, 997}, {998, 997}, {4999, 4999},
	} {
		told = step.told
		if err := ask(t.Context(), c, "tenant"); err != nil {
			t.Fatal(err)
		}
		if got := c.Gauge("tenant").DayLeft; got != step.want {
			t.Errorf("told %d, the gauge says %d, want %d", step.told, got, step.want)
		}
	}
}
