package outbox_test

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

// brokenThere is what Xero answers with a status of 500.
const brokenThere = `{"Title":"An error occurred","Detail":"An error occurred in Xero.","Status":500,"Instance":"x"}`

// down answers every call that is meant until the time is over, and counts them.
func down(w *apptest.World, lasting time.Duration, meant func(*http.Request) bool, status int, header http.Header, body string) *atomic.Int32 {
	count := new(atomic.Int32)
	end := time.Now().Add(lasting)
	w.Before(func(rw http.ResponseWriter, r *http.Request) bool {
		if time.Now().After(end) || !meant(r) {
			return false
		}
		count.Add(1)
		rw.Header().Set("Content-Type", "application/json")
		for name, values := range header {
			rw.Header()[name] = values
		}
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, body)
		return true
	})
	return count
}

func isRead(r *http.Request) bool { return r.Method == http.MethodGet }
func isWrite(r *http.Request) bool {
	return r.Method == http.MethodPut && r.URL.Path == "/api.xro/2.0/Invoices"
}

func TestAnOutageIsWaitedOut(t *testing.T) {
	for _, c := range []struct {
		name     string
		invoices int
		meant    func(*http.Request) bool
		most     int32 // calls in half an hour
	}{
		{"of the reads", 3, isRead, 70},
		{"of every write", 60, isWrite, 70},
		{"of every write, of one invoice", 1, isWrite, 35},
		{"of everything", 3, func(*http.Request) bool { return true }, 70},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{})
				ids := w.Invoices(c.invoices, 2)
				time.Sleep(time.Minute) // the chart is read again
				count := down(w, 30*time.Minute, c.meant, http.StatusInternalServerError, nil, brokenThere)
				p := w.Start(nil)
				defer p.Stop()
				if _, _, err := p.App.Export(t.Context(), w.Me, ids); err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				p.Settle()
				if took := time.Since(began); took < 30*time.Minute || took > 40*time.Minute {
					t.Errorf("it took %v", took)
				}
				views := w.Views(ids)
				w.MustBeSound(views)
				for _, v := range views {
					if got := v.Invoice.Stage.Export; got != billing.Exported {
						t.Fatalf("%s is %s: %+v", v.Invoice.Number, got, v.Exports[0].Messages)
					}
				}
				if n := count.Load(); n > c.most {
					t.Errorf("the outage took %d calls, more than %d", n, c.most)
				}
			})
		})
	}
}

func TestAnInvoiceThatXeroBreaksOnAloneFailsInTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		down(w, 365*24*time.Hour, isWrite, http.StatusInternalServerError, nil, brokenThere)
		ids := w.Invoices(1, 1)
		p := w.Start(nil)
		defer p.Stop()
		if _, _, err := p.App.Export(t.Context(), w.Me, ids); err != nil {
			t.Fatal(err)
		}
		p.Settle()
		if v := w.Views(ids)[0]; v.Invoice.Stage.Export != billing.Failed || v.Exports[0].Messages[0].Cause != ledger.XeroTrouble {
			t.Errorf("it is %s: %+v", v.Invoice.Stage.Export, v.Exports[0].Messages)
		}
	})
}

func TestSendingWaitsAsLongAsXeroAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		count := down(w, 170*time.Second, isWrite, http.StatusServiceUnavailable, http.Header{"Retry-After": {"180"}}, "")
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		if n := count.Load(); n != 1 {
			t.Errorf("it was sent %d times before the three minutes were over", n)
		}
		w.MustBeSound(w.Views(ids))
	})
}

func TestALookUpThatFailsStopsNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 1)
		w.Sim.AddFault(rules(t, "PUT /Invoices #1 500-after-commit+person-rename")[0])
		w.Sim.AddFault(rules(t, "PUT /Invoices #2-14 reset")[0])
		down(w, time.Hour, func(r *http.Request) bool {
			return isRead(r) && r.URL.Path == "/api.xro/2.0/Invoices"
		}, http.StatusInternalServerError, nil, brokenThere)
		p := w.Start(nil)
		defer p.Stop()
		if _, _, err := p.App.Export(t.Context(), w.Me, ids[:1]); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error)
		go func() { done <- p.Run(ctx) }()
		time.Sleep(15 * time.Minute)
		if _, _, err := p.App.Export(t.Context(), w.Me, ids[1:]); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		views := w.Views(ids)
		if a, b := views[0].Invoice.Stage.Export, views[1].Invoice.Stage.Export; a != billing.Unknown || b != billing.Exported {
			t.Errorf("the one that is looked up is %s, the other %s", a, b)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		p.Settle()
		w.MustBeSound(w.Views(ids))
	})
}
