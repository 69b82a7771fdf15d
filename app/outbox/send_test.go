package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/xero/sim"
)

func TestAClockThatIsSetWhileAnAnswerIsLost(t *testing.T) {
	for name, by := range map[string]time.Duration{"back": 10 * time.Minute, "ahead": -10 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{})
				ids := w.Invoices(1, 1)
				// The first request is still on its way, and is saved under another number in the end.
				w.Sim.AddFault(rules(t, "PUT /Invoices #1 late-commit:100s+person-rename")[0])
				w.Sim.AddFault(rules(t, "PUT /Invoices #2-16 reset")[0])
				p := w.Start(nil)
				defer p.Stop()
				if _, _, err := p.App.Export(t.Context(), w.Me, ids); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(context.Background())
				done := make(chan error)
				go func() { done <- p.Run(ctx) }()
				time.Sleep(10 * time.Second)
				for end := time.Now().Add(time.Hour); w.Raw("UPDATE batches SET tried = tried + ?, tried_last = tried_last + ? WHERE state = 'lost'", by.Milliseconds(), by.Milliseconds()) == 0; time.Sleep(time.Second) {
					if time.Now().After(end) {
						t.Fatal("after an hour no request is lost")
					}
				}
				time.Sleep(20 * time.Minute)
				cancel()
				if err := <-done; err != nil {
					t.Error(err)
				}
				w.MustBeSound(w.Views(ids))
			})
		})
	}
}

func TestWhoFinishesGoesOnAfterAnotherTookOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(3, 1)
		p := w.Start(nil)
		defer p.Stop()
		var once sync.Once
		p.Reopen(func(s apptest.Store) apptest.Store {
			return &apptest.Watched{Store: s, Commit: func(w apptest.Written) (taken error) {
				if w.Point == "request settled" {
					once.Do(func() { taken = app.Errorf(app.Conflict, "Another Feebridge has taken over this work.") })
				}
				return taken
			}}
		})
		p.Export(ids...)
		w.MustBeSound(w.Views(ids))
	})
}

func TestFinishEndsWithItsOwnRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 1)
		w.Before(func(_ http.ResponseWriter, r *http.Request) bool {
			sent, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(sent))
			if isWrite(r) && bytes.Contains(sent, []byte("INV-0001")) {
				time.Sleep(80 * time.Second)
				panic(http.ErrAbortHandler)
			}
			return false
		})
		p := w.Start(nil)
		defer p.Stop()
		lost, err := p.Queue(ids[:1]...)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		var parked *app.Parked
		if err := p.App.Finish(t.Context(), lost.ID, time.Minute); !errors.As(err, &parked) {
			t.Errorf("it ended with %v", err)
		}
		if took := time.Since(began); took > 3*time.Minute {
			t.Errorf("a minute's patience lasted %v", took)
		}
		began = time.Now()
		p.Export(ids[1])
		if took := time.Since(began); took > 2*time.Minute {
			t.Errorf("it took %v, with another run's answer lost", took)
		}
		if got := w.Views(ids[:1])[0].Invoice.Stage.Export; got != billing.Unknown {
			t.Errorf("the other run's invoice is %s", got)
		}
		w.Before(nil)
		p.Settle()
		w.MustBeSound(w.Views(ids))
	})
}

// counting counts how often the lease for sending is taken.
type counting struct {
	apptest.Store
	holds atomic.Int32
}

func (s *counting) Lease(ctx context.Context, name string, fn func(context.Context, app.Fence) error) error {
	if strings.HasPrefix(name, "send ") {
		s.holds.Add(1)
	}
	return s.Store.Lease(ctx, name, fn)
}

func TestARunThatWaitsForAPersonIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(3, 3)
		p := w.Start(nil)
		defer p.Stop()
		var store *counting
		p.Reopen(func(s apptest.Store) apptest.Store {
			store = &counting{Store: s}
			return store
		})
		run, err := p.Queue(ids...)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(app.ConfirmAfter + time.Minute)
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		if err := p.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if n := store.holds.Load(); n != 0 {
			t.Errorf("the lease was taken %d times", n)
		}
		of0 := staff.Member{ID: "b", Name: "Ben", Time: w.Me.Time, Roles: map[billing.ClientID]staff.Role{"client 0": staff.Editor}}
		_, results, err := p.App.Export(t.Context(), of0, ids[:1])
		if err != nil || !app.IsCode(results[0].Err, app.Forbidden) {
			t.Errorf("who may export one of three confirmed them: %v, %+v", err, results)
		}
		if _, results, err = p.App.Export(t.Context(), w.Me, ids[:1]); err != nil || results[0].Err != nil {
			t.Errorf("who may export all: %v, %+v", err, results)
		}
		if got := p.Actions("run", string(run.ID)); len(got) != 1 || got[0] != "confirm" {
			t.Errorf("the trail of the run is %v", got)
		}
		p.Settle()
		w.MustBeSound(w.Views(ids))
	})
}

// TestContactsAndInvoicesMaySettleInTheSameMoment has both answered at once after an outage,
// when either notes that it is over.
func TestContactsAndInvoicesMaySettleInTheSameMoment(t *testing.T) {
	t.Parallel()
	for range 5 { // one mostly shows the deadlock this is about
		synctest.Test(t, func(t *testing.T) {
			w := apptest.NewWorld(t, sim.Config{Latency: time.Second})
			ids := w.Invoices(12, 6)
			p := w.Start(nil)
			defer p.Stop()
			p.Export(ids[:1]...) // its client has a contact from then on
			for _, r := range rules(t, "PUT /Invoices #1-9 500", "PUT /Contacts #1-9 500") {
				w.Sim.AddFault(r)
			}
			if _, _, err := p.App.Export(t.Context(), w.Me, ids[1:]); err != nil {
				t.Fatal(err)
			}
			p.Settle()
			w.MustBeSound(w.Views(ids))
		})
	}
}

// TestOneAnswerThatCannotBeStoredSpoilsNoOther has two answers come at the same time. They are stored
// together, which fails once; then each is stored alone, and nothing has to be asked again.
func TestOneAnswerThatCannotBeStoredSpoilsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Latency: time.Second})
		ids := w.Invoices(100, 1)
		var writes atomic.Int32
		w.Before(func(_ http.ResponseWriter, r *http.Request) bool {
			if isWrite(r) && strings.HasSuffix(r.URL.Path, "/Invoices") {
				writes.Add(1)
			}
			return false
		})
		p := w.Start(nil)
		defer p.Stop()
		failed := 0
		p.Reopen(func(s apptest.Store) apptest.Store {
			return &apptest.Watched{Store: s, Commit: func(w apptest.Written) error {
				if w.Point == "request settled" && failed == 0 {
					failed++
					return errors.New("this cannot be stored")
				}
				return nil
			}}
		})
		p.Export(ids...)
		if failed != 1 || writes.Load() != 2 {
			t.Errorf("storing failed %d times, and there were %d requests", failed, writes.Load())
		}
		w.MustBeSound(w.Views(ids))
	})
}
