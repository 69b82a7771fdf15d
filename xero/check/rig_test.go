package check

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/ledger"
	"feebridge/xero"
	"feebridge/xero/sim"
)

// rig is a simulated Xero, what stands before it, and a client whose answers are kept.
type rig struct {
	*testing.T
	sim     *sim.Sim
	tenant  string
	client  *xero.Client
	ear     *Ear
	answers *bytes.Buffer
	book    string
}

// bubble runs a test with a rig, in a bubble where waiting takes no time. before stands between the
// client and the simulated Xero; nil for nothing.
func bubble(t *testing.T, cfg sim.Config, before func(http.Handler) http.Handler, test func(*rig)) {
	t.Helper()
	deadline.Watch(t)
	book := filepath.Join(t.TempDir(), "made")
	synctest.Test(t, func(t *testing.T) {
		if cfg.Orgs == nil {
			orgs, err := sim.Seed("empty")
			if err != nil {
				t.Fatal(err)
			}
			cfg.Orgs = orgs
		}
		time.Sleep(time.Until(time.Date(2026, time.December, 1, 9, 0, 0, 0, time.UTC))) // after all that the seeds hold
		cfg.Latency = 20 * time.Millisecond                                             // so that no two changes are of one moment
		s := sim.New(cfg)
		token := s.MintToken()
		handler := s.Handler()
		if before != nil {
			handler = before(handler)
		}
		listener, dial := sim.NewPipeListener()
		server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
		go func() { _ = server.Serve(listener) }() // ends with an error that says it was closed
		transport := &http.Transport{DialContext: dial}
		t.Cleanup(func() {
			s.Close()
			transport.CloseIdleConnections()
			_ = server.Close()
			time.Sleep(time.Second) // net/http lingers half of one on some connections
		})
		answers := new(bytes.Buffer)
		ear := NewEar(answers)
		test(&rig{T: t, sim: s, tenant: s.Orgs()[0].TenantID, ear: ear, answers: answers, book: book, client: xero.New(xero.Config{
			API: "http://xero.test", HTTP: transport, Heard: ear.Hear,
			Token: func(context.Context, ledger.TenantID) (string, error) { return token, nil },
		})})
	})
}

// openBook opens the book of what is made.
func (r *rig) openBook() *Book {
	r.Helper()
	b, err := OpenBook(r.book)
	if err != nil {
		r.Fatal(err)
	}
	return b
}

// run makes a whole run, and cleans up.
func (r *rig) run(ctx context.Context, approve bool) (map[string]Result, []Made, error) {
	r.Helper()
	book := r.openBook()
	all, err := Run(ctx, Config{
		Client: r.client, Ear: r.ear, Tenant: ledger.TenantID(r.tenant), Base: app.DefaultMarkBase, Book: book, Approve: approve,
	})
	results := map[string]Result{}
	for _, row := range all {
		results[row.Name] = row
	}
	made, cleaning := Clean(r.Context(), r.client, book) //nolint:contextcheck // the run may have been interrupted
	if cleaning != nil {
		r.Errorf("cleaning up: %v", cleaning)
	}
	return results, made, err
}

// mustSay fails the test for each row that says anything else: no for those named first, could not tell
// for those named second, yes for all others. "*" names all others.
func (r *rig) mustSay(results map[string]Result, no, unclear []string) {
	r.Helper()
	for _, a := range Assumptions() {
		want := []Verdict{Holds}
		switch {
		case slices.Contains(no, a.Name):
			want = []Verdict{Differs}
		case slices.Contains(unclear, a.Name):
			want = []Verdict{Unclear}
		case slices.Contains(unclear, "*"):
			want = []Verdict{Holds, Unclear}
		}
		got, there := results[a.Name]
		if !there || !slices.Contains(want, got.Verdict) {
			r.Errorf("%s: %s (found %q, %q), want %v", a.Name, got.Verdict, got.Found, got.Reason, want)
		}
	}
}

// mustBeGone fails the test when something of a check is still there in Xero, or the book tells of it.
func (r *rig) mustBeGone() {
	r.Helper()
	for _, inv := range r.sim.Invoices(r.tenant) {
		if strings.HasPrefix(strings.ToUpper(inv.Number), "FBC-") && inv.Live() {
			r.Errorf("invoice %s is %s", inv.Number, inv.Status)
		}
	}
	for _, c := range r.sim.Contacts(r.tenant) {
		if strings.HasPrefix(c.Name, "Feebridge check") && c.Status != sim.StatusArchived {
			r.Errorf("contact %s is %s", c.Name, c.Status)
		}
	}
	if b := r.openBook(); !b.Empty() {
		r.Errorf("the book still tells of %d things", len(b.entries))
	}
}

func (r Result) String() string {
	return fmt.Sprintf("%-24s %-14s %s | %s", r.Name, r.Verdict, r.Found, r.Reason)
}
