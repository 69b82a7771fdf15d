// Package apptest is a firm beside a simulated Xero, and processes of Feebridge that come and
// go there, for the tests of app and of the rooms beside it. Only tests import it.
package apptest

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/xero/sim"
)

// World is a simulated Xero and one firm's database. Processes come and go in it. It is
// made inside a synctest bubble, so that hours pass in no time.
type World struct {
	T      testing.TB
	Sim    *sim.Sim
	Tenant ledger.TenantID // the organisation that the firm is connected to
	Dial   Dialer          // opens a connection to the simulator
	Path   string          // of the database
	Me     staff.Member    // the firm's first Admin
	before atomic.Pointer[func(http.ResponseWriter, *http.Request) bool]

	token string
	seen  string // folder of what this computer has seen of the database
}

// Dialer opens a connection, as http.Transport wants it.
type Dialer = func(ctx context.Context, network, address string) (net.Conn, error)

// Quiet is a log that nobody reads.
var Quiet = slog.New(slog.DiscardHandler)

// NewWorld returns a world; its end is awaited by the test's clean-up.
func NewWorld(t testing.TB, cfg sim.Config) *World {
	deadline.Watch(t)
	if cfg.Orgs == nil {
		orgs, err := sim.Seed("empty")
		if err != nil {
			t.Fatal(err)
		}
		cfg.Orgs = orgs
	}
	w := &World{T: t, Sim: sim.New(cfg), Path: filepath.Join(t.TempDir(), "firm.db"), seen: t.TempDir()}
	if err := os.WriteFile(w.Path, EmptyDatabase(), 0o600); err != nil {
		t.Fatal(err)
	}
	w.Before(nil)
	w.token = w.Sim.MintToken()
	w.Tenant = ledger.TenantID(w.Sim.Orgs()[0].TenantID)
	listener, dial := sim.NewPipeListener()
	w.Dial = dial
	handler := w.Sim.Handler()
	answer := func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Xero-Correlation-Id", "a1d0c0de-0000-4000-8000-000000000001") // as each of Xero's answers has one
		if before := w.before.Load(); *before == nil || !(*before)(rw, r) {
			handler.ServeHTTP(rw, r)
		}
	}
	server := &http.Server{Handler: http.HandlerFunc(answer), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // until it is closed
	}()
	t.Cleanup(func() {
		// A call whose caller has gone may still be at work.
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			_ = server.Close()
		}
		<-served
		w.Sim.Close()
	})
	first := w.Start(nil)
	defer first.Stop()
	if err := first.App.Open(t.Context(), app.Firm{Name: "Tui Accounting", Currency: "NZD"}, "Olivia Hart"); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.Me, err = first.App.Who(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := first.App.Connect(t.Context(), w.Me, app.Connection{Tenant: ledger.Tenant{ID: w.Tenant}}); err != nil {
		t.Fatal(err)
	}
	return w
}

// Before has a function answer in place of the simulator whenever it says that it did; nil for none. Calls may be
// under way.
func (w *World) Before(answer func(http.ResponseWriter, *http.Request) bool) { w.before.Store(&answer) }

// Views returns what the firm sees of its invoices now.
func (w *World) Views(ids []billing.InvoiceID) []app.InvoiceView {
	w.T.Helper()
	p := w.Start(nil)
	defer p.Stop()
	views := make([]app.InvoiceView, len(ids))
	for i, id := range ids {
		var err error
		if views[i], err = p.App.Invoice(context.Background(), w.Me, id); err != nil {
			w.T.Fatal(err)
		}
	}
	return views
}
