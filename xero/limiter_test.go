package xero_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero"
	"feebridge/xero/sim"
)

const emptyPage = `"pagination":{"page":1,"pageSize":1000,"pageCount":0,"itemCount":0},"Invoices":[]`

// meter stands for Xero where only the times of the calls matter. It counts a call at
// some moment between its arrival and its answer, as Xero may.
type meter struct {
	before, after func() time.Duration // of that moment

	mu      sync.Mutex
	counted []time.Time
	under   int // way
	most    int // under way at once
}

func (m *meter) RoundTrip(*http.Request) (*http.Response, error) {
	m.add(+1)
	time.Sleep(m.before())
	m.mu.Lock()
	m.counted = append(m.counted, time.Now())
	m.mu.Unlock()
	time.Sleep(m.after())
	m.add(-1)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(envelope(emptyPage)))}, nil
}

func (m *meter) add(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.under += n
	m.most = max(m.most, m.under)
}

// densest returns the most calls that were counted in any 60 seconds.
func (m *meter) densest() int {
	slices.SortFunc(m.counted, time.Time.Compare)
	densest, first := 0, 0
	for i, at := range m.counted {
		for at.Sub(m.counted[first]) >= time.Minute {
			first++
		}
		densest = max(densest, i-first+1)
	}
	return densest
}

// ask makes one call that is answered with an empty list.
func ask(ctx context.Context, c *xero.Client, t ledger.TenantID) error {
	_, err := c.ByNumber(ctx, t, []billing.Number{"A1"})
	return err
}

func client(cfg xero.Config) *xero.Client {
	cfg.API = origin
	cfg.Token = func(context.Context, ledger.TenantID) (string, error) { return "token-of-test", nil }
	return xero.New(cfg)
}

func TestNoMinuteHoldsMoreCallsThanXeroAllows(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		calls := rapid.IntRange(1, 260).Draw(rt, "calls")
		callers := rapid.IntRange(1, 12).Draw(rt, "callers")
		slowest := rapid.IntRange(0, 20_000).Draw(rt, "slowest answer in ms")
		longest := rapid.IntRange(0, 5_000).Draw(rt, "longest pause of a caller in ms")
		seed := rapid.Uint64().Draw(rt, "seed")
		var densest, most, made int
		var failed error
		synctest.Test(t, func(t *testing.T) {
			random := newDice(seed)
			m := &meter{
				before: func() time.Duration { return random.ms(slowest) },
				after:  func() time.Duration { return random.ms(slowest) },
			}
			c := client(xero.Config{HTTP: m})
			var group errgroup.Group
			group.SetLimit(callers)
			for range calls {
				group.Go(func() error {
					time.Sleep(random.ms(longest))
					return ask(t.Context(), c, "tenant")
				})
			}
			failed = group.Wait()
			densest, most, made = m.densest(), m.most, len(m.counted)
		})
		if failed != nil || made != calls || densest > 60 || most > 5 {
			rt.Fatalf("%d of %d calls were made, up to %d a minute, up to %d at once: %v", made, calls, densest, most, failed)
		}
	})
}

func TestTenThousandCallsTakeAsLongAsTheyMust(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &meter{
			before: func() time.Duration { return 300 * time.Millisecond },
			after:  func() time.Duration { return 200 * time.Millisecond },
		}
		c := client(xero.Config{HTTP: m})
		began := time.Now()
		var group errgroup.Group
		group.SetLimit(20)
		const calls = 10_000
		for range calls {
			group.Go(func() error { return ask(t.Context(), c, "tenant") })
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		if m.densest() != 60 || m.most != 5 {
			t.Errorf("up to %d calls were made in a minute, and %d at once", m.densest(), m.most)
		}
		// The first 60 are made at once; every further 60 take a minute.
		if took, must := time.Since(began), time.Minute*(calls-60)/60; float64(took) > 1.02*float64(must) {
			t.Errorf("%d calls took %s, and could take %s", calls, took, must)
		}
	})
}

func TestOrganisationsDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		none := func() time.Duration { return 0 }
		c := client(xero.Config{HTTP: &meter{before: none, after: none}})
		began := time.Now()
		for i := range 120 {
			if err := ask(t.Context(), c, ledger.TenantID(strconv.Itoa(i%2))); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("60 calls for each of two organisations took %s", took)
		}
	})
}

func TestACallThatWaitsForOneOfFiveToEndCanBeGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &meter{before: func() time.Duration { return time.Minute }, after: func() time.Duration { return 0 }}
		c := client(xero.Config{HTTP: m})
		var group errgroup.Group
		for range 5 {
			group.Go(func() error { return ask(t.Context(), c, "tenant") })
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if got := troubleIn(t, ask(ctx, c, "tenant")); got.Reason != app.Interrupted || !got.Unsent {
			t.Errorf("the error is %+v", got)
		}
		if err := group.Wait(); err != nil || len(m.counted) != 5 {
			t.Errorf("%d calls were made: %v", len(m.counted), err)
		}
	})
}

func TestCallsThatOthersMadeCountToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		left := 10 // of Xero's minute: the others have made 49
		c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-MinLimit-Remaining", strconv.Itoa(left))
			left--
			answers(http.StatusOK, envelope(emptyPage)).ServeHTTP(w, r)
		}), xero.Config{})
		began := time.Now()
		for range 11 {
			if err := ask(t.Context(), c, "tenant"); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("the calls that were left took %s", took)
		}
		left = 59
		if err := ask(t.Context(), c, "tenant"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != time.Minute {
			t.Errorf("the next call was made after %s", took)
		}
	})
}

func TestAPlaceThatBecameFreeMeanwhileIsNotTakenForThatOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		left := []string{"59", "58"} // as it is when only these calls are made
		c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if len(left) > 0 {
				w.Header().Set("X-MinLimit-Remaining", left[0])
				left = left[1:]
				time.Sleep(2 * time.Second) // on its way
			}
			answers(http.StatusOK, envelope(emptyPage)).ServeHTTP(w, r)
		}), xero.Config{})
		if err := ask(t.Context(), c, "tenant"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(59 * time.Second) // so that the first place becomes free during the second call
		began := time.Now()
		for range 1 + 59 {
			if err := ask(t.Context(), c, "tenant"); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("the second call and the 59 that follow it took %s", took)
		}
	})
}

func TestACallThatNeverLeftCountsForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		offline := true
		m := &meter{before: func() time.Duration { return 0 }, after: func() time.Duration { return 0 }}
		b := books{tenant: "tenant", Client: client(xero.Config{HTTP: roundTrip(func(r *http.Request) (*http.Response, error) {
			if offline {
				return nil, errors.New("no route to host")
			}
			return m.RoundTrip(r)
		})})}
		began := time.Now()
		for range 100 {
			_, err := b.post(t.Context(), t, sale("A1", "c"))
			if got := troubleIn(t, err); got.Reason != app.Offline || !got.Unsent {
				t.Fatalf("the error is %+v", got)
			}
		}
		offline = false
		for range 60 {
			if err := ask(t.Context(), b.Client, b.tenant); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("100 writes without a connection and 60 reads took %s", took)
		}
	})
}

// TestACallWhoseAnswerIsLostCounts has Xero take every call and no answer arrive: Xero has counted them.
func TestACallWhoseAnswerIsLostCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &meter{before: func() time.Duration { return 0 }, after: func() time.Duration { return 0 }}
		b := books{tenant: "tenant", Client: client(xero.Config{HTTP: roundTrip(func(r *http.Request) (*http.Response, error) {
			_, sent := io.Copy(io.Discard, r.Body)
			resp, err := m.RoundTrip(r)
			return nil, errors.Join(io.ErrUnexpectedEOF, sent, err, resp.Body.Close())
		})})}
		for range 100 {
			_, err := b.post(t.Context(), t, sale("A1", "c"))
			if got := troubleIn(t, err); got.Unsent {
				t.Fatalf("the error is %+v", got)
			}
		}
		if n := m.densest(); n > 60 {
			t.Errorf("%d calls were made in a minute", n)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestSimulatedXeroNeverRefusesForALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := simulate(t, "empty", sim.Config{Limits: true, Latency: 250 * time.Millisecond})
		var group errgroup.Group
		for range 200 {
			group.Go(func() error { return ask(t.Context(), b.Client, b.tenant) })
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		if calls := b.sim.TotalCalls(); calls != 200 {
			t.Errorf("%d calls were made for 200", calls)
		}
		if left := b.Gauge(b.tenant).DayLeft; left != 800 {
			t.Errorf("%d calls are left of the day's 1,000", left)
		}
	})
}

// dice is a source of chance for many goroutines.
type dice struct {
	mu   sync.Mutex
	rand *rand.Rand
}

func newDice(seed uint64) *dice { return &dice{rand: rand.New(rand.NewPCG(seed, 0))} }

// ms returns up to so many milliseconds.
func (d *dice) ms(most int) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return time.Duration(d.rand.IntN(most+1)) * time.Millisecond
}
