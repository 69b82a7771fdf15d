package xero_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/ledger"
	"feebridge/xero"
	"feebridge/xero/sim"
)

// origin is where the servers of these tests are: nowhere but on an in-memory listener.
const origin = "http://xero.test"

// serve runs a real server for the handler and returns a client of it, over real
// connections in memory. Only so does it show what net/http does by itself.
func serve(t *testing.T, handler http.Handler, cfg xero.Config) *xero.Client {
	t.Helper()
	deadline.Watch(t)
	listener, dial := sim.NewPipeListener()
	server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = server.Serve(listener) }() // ends with ErrServerClosed
	transport := &http.Transport{DialContext: dial, ResponseHeaderTimeout: 100 * time.Second}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		// Waits for the handlers, those too whose client has given up.
		if err := server.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if cfg.API == "" {
		cfg.API = origin
	}
	if cfg.Token == nil {
		cfg.Token = func(context.Context, ledger.TenantID) (string, error) { return "token-of-test", nil }
	}
	if cfg.HTTP == nil {
		cfg.HTTP = transport
	}
	return xero.New(cfg)
}

// books is a client of a simulated Xero, and its first organisation.
type books struct {
	*xero.Client
	sim    *sim.Sim
	tenant ledger.TenantID
}

// simulate starts a simulated Xero with one of its seeds.
func simulate(t *testing.T, seed string, cfg sim.Config, rules ...string) books {
	t.Helper()
	orgs, err := sim.Seed(seed)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Orgs = append(cfg.Orgs, orgs...)
	return simulateOrgs(t, cfg, rules...)
}

func simulateOrgs(t *testing.T, cfg sim.Config, rules ...string) books {
	t.Helper()
	for _, text := range rules {
		rule, err := sim.ParseRule(text)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Faults = append(cfg.Faults, rule)
	}
	s := sim.New(cfg)
	t.Cleanup(s.Close)
	token := s.MintToken()
	c := serve(t, s.Handler(), xero.Config{Token: func(context.Context, ledger.TenantID) (string, error) { return token, nil }})
	return books{Client: c, sim: s, tenant: ledger.TenantID(s.Orgs()[0].TenantID)}
}

// post prepares the writes as one batch and sends it.
func (b books) post(ctx context.Context, t *testing.T, writes ...ledger.Write) ([]ledger.Outcome, error) {
	t.Helper()
	payloads, err := b.PrepareInvoices(writes, 50)
	if err != nil || len(payloads) != 1 {
		t.Fatalf("PrepareInvoices: %d payloads, %v", len(payloads), err)
	}
	return b.Post(ctx, batch(b.tenant, payloads[0], "key-of-test"))
}

func batch(t ledger.TenantID, p app.Payload, key string) app.Batch {
	return app.Batch{ID: "batch", Tenant: t, Kind: p.Kind, Key: key, Body: p.Body, Members: p.Members}
}

// contact creates a contact and returns its ID.
func (b books) contact(ctx context.Context, t *testing.T, name string) ledger.ContactID {
	t.Helper()
	payloads, err := b.PrepareContacts([]ledger.NewContact{{Client: "client", Name: name}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	outcomes, err := b.Post(ctx, batch(b.tenant, payloads[0], "contact "+name))
	if err != nil || outcomes[0].Verdict != ledger.Accepted {
		t.Fatalf("creating contact %s: %+v, %v", name, outcomes, err)
	}
	return outcomes[0].Contact.ID
}

// collect reads a sequence to its end.
func collect[T any](seq func(func(T, error) bool)) ([]T, error) {
	var all []T
	for v, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}

func sorted[T ~string](values []T) []T {
	slices.Sort(values)
	return values
}

// troubleIn returns the Trouble that err is, which every error of a call must be.
func troubleIn(t *testing.T, err error) app.Trouble {
	t.Helper()
	var trouble *app.Trouble
	if !errors.As(err, &trouble) {
		t.Fatalf("the error is %v (%T), want a Trouble", err, err)
	}
	return *trouble
}

// serially returns a handler that serves one call at a time.
func serially(handle http.HandlerFunc) http.Handler {
	var mu sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		handle(w, r)
	})
}

// get returns the page that the handler has at the path.
func get(t *testing.T, handler http.Handler, path string) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return recorder.Body.String()
}
