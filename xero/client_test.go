package xero_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero"
	"feebridge/xero/sim"
)

// useAll makes every kind of call once.
func useAll(ctx context.Context, t *testing.T, b books) {
	t.Helper()
	_, chart := b.Chart(ctx, b.tenant)
	_, all := collect(b.Contacts(ctx, b.tenant, ledger.ContactQuery{}))
	_, some := collect(b.Contacts(ctx, b.tenant, ledger.ContactQuery{
		IDs: []ledger.ContactID{"33333333-0000-4000-8000-000000000001"}, Names: []string{"Confidential Name"}, Numbers: []string{"SECRET-CODE"},
	}))
	_, numbers := b.ByNumber(ctx, b.tenant, []billing.Number{"FB-1", "a,b"})
	_, since := collect(b.Since(ctx, b.tenant, time.Now()))
	if err := errors.Join(chart, all, some, numbers, since); err != nil {
		t.Fatal(err)
	}
	contact := b.contact(ctx, t, "Confidential Client")
	outcomes, err := b.post(ctx, t, sale("FB-1", contact))
	if err != nil {
		t.Fatal(err)
	}
	id := outcomes[0].Standing.ID
	_, ids := b.ByID(ctx, b.tenant, []ledger.InvoiceID{id})
	_, _, alone := b.Alone(ctx, b.tenant, id)
	_, notes := b.Notes(ctx, b.tenant, id)
	_, made := b.Made(ctx, b.tenant, time.Now())
	_, lock := b.Lock(ctx, b.tenant)
	_, removal := b.remove(ctx, t, ledger.Removal{Member: "removal", ID: id, To: ledger.DeletedThere})
	err = errors.Join(ids, alone, notes, made, lock, removal, b.Reach(ctx, b.tenant),
		b.AddNote(ctx, b.tenant, id, "Confidential note", "note"),
		b.Attach(ctx, b.tenant, id, ledger.File{Name: "FB-1.pdf", Content: []byte("Confidential file")}, "file"))
	if err != nil {
		t.Fatal(err)
	}
}

func TestAllCallsStayBelowTheAddressThatWasGiven(t *testing.T) {
	for _, test := range []struct{ api, prefix string }{
		{origin, "/api.xro/2.0/"},
		{origin + "/", "/api.xro/2.0/"},
		{origin + "/proxy/of/xero", "/proxy/of/xero/"},
		{origin + "/proxy/of/xero/", "/proxy/of/xero/"},
	} {
		t.Run(test.api, func(t *testing.T) {
			orgs, err := sim.Seed("empty")
			if err != nil {
				t.Fatal(err)
			}
			s := sim.New(sim.Config{Orgs: orgs})
			t.Cleanup(s.Close)
			token := s.MintToken()
			calls := 0
			c := serve(t, serially(func(w http.ResponseWriter, r *http.Request) {
				calls++
				below, ok := strings.CutPrefix(r.URL.Path, test.prefix)
				if !ok || r.Host != "xero.test" {
					t.Errorf("a call went to %s%s", r.Host, r.URL.Path)
				}
				r.URL.Path = "/api.xro/2.0/" + below
				s.Handler().ServeHTTP(w, r)
			}), xero.Config{API: test.api, Token: func(context.Context, ledger.TenantID) (string, error) { return token, nil }})
			useAll(t.Context(), t, books{Client: c, sim: s, tenant: ledger.TenantID(orgs[0].TenantID)})
			if calls != 25 {
				t.Errorf("%d calls came by", calls)
			}
		})
	}
}

func TestTheLogHoldsNoSecrets(t *testing.T) {
	var log bytes.Buffer
	orgs, err := sim.Seed("empty")
	if err != nil {
		t.Fatal(err)
	}
	s := sim.New(sim.Config{Orgs: orgs, Limits: true})
	t.Cleanup(s.Close)
	token := s.MintToken()
	c := serve(t, s.Handler(), xero.Config{
		Token: func(context.Context, ledger.TenantID) (string, error) { return token, nil },
		Log:   slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	b := books{Client: c, sim: s, tenant: ledger.TenantID(orgs[0].TenantID)}
	useAll(t.Context(), t, b)
	if err := s.Disconnect(string(b.tenant)); err != nil {
		t.Fatal(err)
	}
	if err := ask(t.Context(), b.Client, b.tenant); err == nil {
		t.Fatal("the organisation is still connected")
	}
	for _, secret := range []string{token, "Confidential", "SECRET", "FB-1", "Bookkeeping", "Bearer", "where", "243.01"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q is in the log:\n%s", secret, log.String())
		}
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != s.TotalCalls() {
		t.Errorf("%d lines tell of %d calls", len(lines), s.TotalCalls())
	}
	var first, last struct {
		Level, Method, Path, Correlation string
		Status                           int
		Took                             *int64
		DayLeft                          string `json:"day_left"`
		MinuteLeft                       string `json:"minute_left"`
	}
	if err := errors.Join(json.Unmarshal([]byte(lines[0]), &first), json.Unmarshal([]byte(lines[len(lines)-1]), &last)); err != nil {
		t.Fatal(err)
	}
	if first.Level != "INFO" || first.Method != "GET" || first.Status != 200 || !strings.HasPrefix(first.Path, "/api.xro/2.0/") ||
		first.Correlation == "" || first.Took == nil || first.DayLeft == "" || first.MinuteLeft == "" {
		t.Errorf("the first line is %s", lines[0])
	}
	if last.Level != "WARN" || last.Status != 403 {
		t.Errorf("the last line is %s", lines[len(lines)-1])
	}
}

func TestTheLogTellsOfACallWithoutAnAnswer(t *testing.T) {
	var log bytes.Buffer
	c := client(xero.Config{
		HTTP: roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("no route to host") }),
		Log:  slog.New(slog.NewTextHandler(&log, nil)),
	})
	payloads, err := c.PrepareInvoices([]ledger.Write{sale("FB-1", "c")}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Post(t.Context(), batch("tenant", payloads[0], "key")); err == nil {
		t.Fatal("there was an answer")
	}
	if got := log.String(); !strings.Contains(got, "level=WARN") || !strings.Contains(got, "no route to host") || strings.Contains(got, "FB-1") {
		t.Errorf("the log is %s", got)
	}
}

func TestEachCallHasItsOrganisationsTokenOfThatMoment(t *testing.T) {
	var got []string
	tokens := 0
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("Authorization"))
		answers(http.StatusOK, envelope(emptyPage)).ServeHTTP(w, r)
	}), xero.Config{Token: func(_ context.Context, of ledger.TenantID) (string, error) {
		tokens++
		return fmt.Sprintf("%s-%d", of, tokens), nil
	}})
	for _, tenant := range []ledger.TenantID{"one", "two", "one"} {
		if err := ask(t.Context(), c, tenant); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"Bearer one-1", "Bearer two-2", "Bearer one-3"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadsAskForJSONAndChangesInWholeSeconds(t *testing.T) {
	var got http.Header
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		answers(http.StatusOK, envelope(emptyPage)).ServeHTTP(w, r)
	}), xero.Config{})
	from := time.Date(2026, 11, 3, 12, 30, 5, 900e6, time.FixedZone("NZDT", 13*3600))
	if _, err := collect(c.Since(t.Context(), "tenant-1", from)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Accept": "application/json", "xero-tenant-id": "tenant-1", "If-Modified-Since": "2026-11-02T23:30:04",
		"Idempotency-Key": "", "Content-Type": "",
	} {
		if got.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
}

func TestAnInvoiceHasAnAddressForPeople(t *testing.T) {
	chart := ledger.Chart{ShortCode: "!Qj35V"}
	const id = ledger.InvoiceID("ed255415-e141-4150-aab7-89c3bbbb851c")
	for _, test := range []struct{ web, want string }{
		{"", "https://go.xero.com/app/!Qj35V/invoicing/view/ed255415-e141-4150-aab7-89c3bbbb851c"},
		{"http://127.0.0.1:8743", "http://127.0.0.1:8743/invoices/ed255415-e141-4150-aab7-89c3bbbb851c"},
		{"http://127.0.0.1:8743/", "http://127.0.0.1:8743/invoices/ed255415-e141-4150-aab7-89c3bbbb851c"},
	} {
		if got := xero.New(xero.Config{Web: test.web}).Link(chart, id); got != test.want {
			t.Errorf("with %q it is %s, want %s", test.web, got, test.want)
		}
	}
	b := simulate(t, "empty", sim.Config{})
	outcomes, err := b.post(t.Context(), t, sale("FB-1", b.contact(t.Context(), t, "Kauri")))
	if err != nil {
		t.Fatal(err)
	}
	link := xero.New(xero.Config{Web: origin}).Link(chart, outcomes[0].Standing.ID)
	page := get(t, b.sim.Handler(), strings.TrimPrefix(link, origin))
	if !strings.Contains(page, "FB-1") {
		t.Errorf("the page at %s is not about the invoice", link)
	}
}

func TestWithoutAnAddressItIsXerosOwn(t *testing.T) {
	var asked string
	c := xero.New(xero.Config{
		Token: func(context.Context, ledger.TenantID) (string, error) { return "t", nil },
		HTTP: roundTrip(func(r *http.Request) (*http.Response, error) {
			asked = r.URL.Scheme + "://" + r.URL.Host + r.URL.Path
			return &http.Response{StatusCode: http.StatusForbidden, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(""))}, nil
		}),
	})
	if got := troubleIn(t, ask(t.Context(), c, "tenant")); got.Reason != app.Interrupted || asked != "https://api.xero.com/api.xro/2.0/Invoices" {
		t.Errorf("it asked %s: %+v", asked, got)
	}
}
