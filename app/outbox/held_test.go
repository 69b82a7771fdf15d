package outbox_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/xero/sim"
)

// meanwhile has something happen once, right after the transaction of a sender that reaches a
// point.
func meanwhile(s apptest.Store, point string, then func()) apptest.Store {
	var once sync.Once
	return &apptest.Watched{Store: s, Done: func(w apptest.Written) error {
		if w.Point != "" && w.Point == point {
			once.Do(then)
		}
		return nil
	}}
}

// exporter is a member of the world's staff who may export, and no more.
func exporter(w *apptest.World) staff.Member {
	w.T.Helper()
	p := w.Start(nil)
	defer p.Stop()
	m := staff.Member{
		ID: "exporter", Name: "Priya Nair", AllEntities: staff.Viewer,
		Time: map[staff.TimePermission]bool{staff.ExportToAccounting: true},
	}
	if err := p.DB.Update(context.Background(), func(tx app.Tx) error { return tx.SaveMember(m) }); err != nil {
		w.T.Fatal(err)
	}
	return m
}

// TestWhatSomebodyStartedWaitsOnceSheIsGone deactivates the one who started an export at
// every point at which something is on its way, and then lets another confirm it.
func TestWhatSomebodyStartedWaitsOnceSheIsGone(t *testing.T) {
	for name, c := range map[string]struct {
		at       string // the sender's transaction after which it happens; "" for before it begins
		lose     string // the answer to the first request with invoices: "before" or "after" Xero took it
		contacts int    // that Xero has when the run is held
		exported int    // of their two invoices
	}{
		"before anything is planned":        {},
		"before the contacts are created":   {at: "contacts stored"},
		"before the invoices are sent":      {at: "requests stored", contacts: 2},
		"while a request is on its way":     {at: "request claimed", contacts: 2, exported: 2},
		"while a lost request is to settle": {at: "request claimed", lose: "before", contacts: 2},
		"while a saved request is unknown":  {at: "request claimed", lose: "after", contacts: 2, exported: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var config sim.Config
				if c.lose == "after" {
					rule, err := sim.ParseRule("PUT /Invoices #1 drop-after-commit")
					if err != nil {
						t.Fatal(err)
					}
					config.Faults = []sim.Rule{rule}
				}
				w := apptest.NewWorld(t, config)
				writes := 0
				w.Before(func(_ http.ResponseWriter, r *http.Request) bool {
					if !isWrite(r) || !strings.HasSuffix(r.URL.Path, "/Invoices") {
						return false
					}
					if writes++; c.lose == "before" && writes == 1 {
						panic(http.ErrAbortHandler)
					}
					return false
				})
				ids, exporter := w.Invoices(2, 2), exporter(w)
				p := w.Start(nil)
				defer p.Stop()
				deactivate := func() {
					if err := p.App.Deactivate(context.Background(), w.Me, exporter.ID); err != nil {
						t.Error(err)
					}
				}
				p.Reopen(func(s apptest.Store) apptest.Store { return meanwhile(s, c.at, deactivate) })
				runs, _, err := p.App.Export(t.Context(), exporter, ids)
				if err != nil {
					t.Fatal(err)
				}
				if c.at == "" {
					deactivate()
				}
				if err := p.App.Send(t.Context(), w.Tenant); err != nil {
					t.Errorf("sending ended with %v", err)
				}
				exported := 0
				for _, v := range w.Views(ids) {
					live, _ := w.InXero(v)
					exported += len(live)
				}
				if got := len(w.Sim.Contacts(string(w.Tenant))); got != c.contacts || exported != c.exported || writes > 1 {
					t.Errorf("Xero has %d contacts, %d invoices after %d requests with them", got, exported, writes)
				}
				progress, err := p.App.Progress(t.Context(), runs[0].ID)
				if err != nil || progress.Stale != (c.exported == 0) {
					t.Errorf("the run waits for a person: %v, %v", progress.Stale, err)
				}
				if err := p.App.Confirm(t.Context(), w.Me, runs[0].ID); err != nil {
					t.Fatal(err)
				}
				if err := p.App.Finish(t.Context(), runs[0].ID, time.Hour); err != nil {
					t.Fatal(err)
				}
				views := w.Views(ids)
				w.MustBeSound(views)
				for _, v := range views {
					if got := v.Invoice.Stage.Export; got != billing.Exported {
						t.Errorf("%s is %s, though another confirmed it", v.Invoice.Number, got)
					}
				}
			})
		})
	}
}

// TestOthersGoOnWhileARunIsHeld has two people's invoices in one request when one of them
// is deactivated.
func TestOthersGoOnWhileARunIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids, exporter := w.Invoices(2, 2), exporter(w)
		p := w.Start(nil)
		defer p.Stop()
		deactivate := func() {
			if err := p.App.Deactivate(context.Background(), w.Me, exporter.ID); err != nil {
				t.Error(err)
			}
		}
		p.Reopen(func(s apptest.Store) apptest.Store { return meanwhile(s, "requests stored", deactivate) })
		if _, _, err := p.App.Export(t.Context(), exporter, ids[:1]); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Queue(ids[1]); err != nil {
			t.Fatal(err)
		}
		if err := p.App.Send(t.Context(), w.Tenant); err != nil {
			t.Errorf("sending ended with %v", err)
		}
		views := w.Views(ids)
		if hers, mine := views[0].Invoice.Stage.Export, views[1].Invoice.Stage.Export; hers != billing.Queued || mine != billing.Exported {
			t.Errorf("hers is %s, mine is %s", hers, mine)
		}
	})
}
