package sim

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

func TestFaults(t *testing.T) {
	tests := []struct {
		fault   string
		status  int // 0: no whole answer
		body    string
		stored  int // invoices in the books after the call
		header  string
		value   string
		took    time.Duration
		expects string // status of the invoice afterwards
	}{
		{fault: "429", status: 429, header: "X-Rate-Limit-Problem", value: "minute"},
		{fault: "429:minute:7", status: 429, header: "Retry-After", value: "7"},
		{fault: "429:minute:none", status: 429, header: "Retry-After", value: ""},
		{fault: "429:concurrent", status: 429, header: "X-Rate-Limit-Problem", value: "concurrent"},
		{fault: "429:day:3600", status: 429, header: "X-Rate-Limit-Problem", value: "day"},
		{fault: "500", status: 500, body: "An error occurred in Xero. Check the API Status page http://status.developer.xero.com for current service status."},
		{fault: "500-after-commit", status: 500, body: "An error occurred", stored: 1},
		{fault: "503", status: 503, body: "The Xero API is temporarily unavailable", header: "Content-Type", value: "text/plain; charset=utf-8"},
		{fault: "503:maintenance", status: 503, body: "The Xero API is currently offline for maintenance"},
		{fault: "503:offline", status: 503, body: "The Organisation is offline"},
		{fault: "drop-after-commit", stored: 1},
		{fault: "cut", stored: 1},
		{fault: "reset"},
		{fault: "slow:5s", status: 200, stored: 1, took: 5 * time.Second},
		{fault: "disconnect", status: 403, body: "AuthenticationUnsuccessful"},
		{fault: "person-approve", status: 200, body: `"Status": "DRAFT"`, stored: 1, expects: StatusAuthorised},
		{fault: "person-pay", status: 200, stored: 1, expects: StatusPaid},
		{fault: "person-prepay", status: 200, stored: 1, expects: StatusPaid},
		{fault: "person-overpay", status: 200, stored: 1, expects: StatusPaid},
		{fault: "person-void", status: 200, stored: 1, expects: StatusVoided},
		{fault: "person-delete", status: 200, stored: 1, expects: StatusDeleted},
		{fault: "drop-after-commit+person-rename+person-approve", stored: 1, expects: StatusAuthorised},
		{fault: "slow:1s+cut+person-delete", stored: 1, took: time.Second, expects: StatusDeleted},
	}
	for _, test := range tests {
		t.Run(test.fault, func(t *testing.T) {
			bubble(t, Config{Faults: []Rule{rule(t, "PUT /Invoices #1 "+test.fault)}}, func(t *testing.T, r *rig) {
				from := time.Now()
				a := r.try("PUT", "/Invoices", invoice("InvoiceNumber", `"A1"`))
				if got := elapsed(from); got != test.took {
					t.Errorf("took %v, want %v", got, test.took)
				}
				if test.status == 0 && a.err == nil || test.status != 0 && (a.err != nil || a.status != test.status) {
					t.Fatalf("status %d, error %v", a.status, a.err)
				}
				if !strings.Contains(a.body, test.body) || test.header != "" && a.header.Get(test.header) != test.value {
					t.Errorf("%v\n%s", a.header, a.body)
				}
				if strings.Contains(test.fault, "cut") && !errors.Is(a.err, io.ErrUnexpectedEOF) {
					t.Errorf("a cut answer ends with %v", a.err)
				}
				invoices := r.sim.Invoices(testTenant)
				if len(invoices) != test.stored {
					t.Fatalf("%d invoices, want %d", len(invoices), test.stored)
				}
				if test.expects != "" && invoices[0].Status != test.expects {
					t.Errorf("the invoice is %s, want %s", invoices[0].Status, test.expects)
				}
				if strings.Contains(test.fault, "rename") && invoices[0].Number != "A1-R" {
					t.Errorf("the number is %s", invoices[0].Number)
				}
			})
		})
	}
}

func TestLateCommitComesAfterTheClientWasCutOff(t *testing.T) {
	bubble(t, Config{Limits: true, Faults: []Rule{rule(t, "PUT /Invoices #1 late-commit")}}, func(t *testing.T, r *rig) {
		body := invoice("InvoiceNumber", `"A1"`)
		from := time.Now()
		if a := r.try("PUT", "/Invoices", body, "Idempotency-Key", "k"); a.err == nil || elapsed(from) != 0 {
			t.Fatalf("status %d after %v", a.status, elapsed(from))
		}
		time.Sleep(89 * time.Second)
		if n := len(r.sim.Invoices(testTenant)); n != 0 {
			t.Fatalf("committed too early: %d", n)
		}
		// The same request waits for the first and gets its answer.
		a := r.do("PUT", "/Invoices", body, "Idempotency-Key", "k").want(200, "Invoices.0.InvoiceNumber", "A1")
		if elapsed(from) != 90*time.Second || a.at("Invoices.0.UpdatedDateUTCString") != "2000-01-01T00:01:30Z" {
			t.Errorf("after %v: %s", elapsed(from), a.body)
		}
		if n := len(r.sim.Invoices(testTenant)); n != 1 {
			t.Errorf("%d invoices", n)
		}
	})
}

func TestAPersonMeetsARemoval(t *testing.T) {
	for _, test := range []struct {
		name, fault, from, to string
		arrives               func(s *Sim, id string) error // what a person does as the request arrives
		during                func(s *Sim, id string) error // and half a minute later
		told, stands          string                        // the status in the answer, "" for a refusal; the status in the end
	}{
		{name: "approving before it", from: StatusDraft, to: StatusDeleted, stands: StatusAuthorised,
			arrives: func(s *Sim, id string) error { return s.Approve(testTenant, id) }},
		{name: "approving while it is late", fault: "late-commit:60s", from: StatusDraft, to: StatusDeleted, stands: StatusAuthorised,
			during: func(s *Sim, id string) error { return s.Approve(testTenant, id) }},
		{name: "crediting while it is late", fault: "late-commit:60s", from: StatusAuthorised, to: StatusVoided, stands: StatusPaid,
			during: func(s *Sim, id string) error { return s.ApplyCredit(testTenant, id, decimal.NewFromInt(46)) }},
		{name: "approving before the answer", fault: "person-approve", from: StatusDraft, to: StatusSubmitted, told: StatusSubmitted, stands: StatusAuthorised},
		{name: "paying before the answer", fault: "person-pay", from: StatusDraft, to: StatusSubmitted, told: StatusSubmitted, stands: StatusPaid},
		{name: "voiding before the answer", fault: "person-void", from: StatusDraft, to: StatusAuthorised, told: StatusAuthorised, stands: StatusVoided},
		{name: "approving what is deleted", fault: "person-approve", from: StatusDraft, to: StatusDeleted, told: StatusDeleted, stands: StatusDeleted},
		{name: "renaming what is deleted", fault: "drop-after-commit+person-rename", from: StatusDraft, to: StatusDeleted, stands: StatusDeleted},
	} {
		t.Run(test.name, func(t *testing.T) {
			var s *Sim
			var id string
			bubble(t, Config{Observe: func(c Call) {
				if c.Method == "POST" && !c.Committed && test.arrives != nil {
					if err := test.arrives(s, id); err != nil {
						t.Error(err)
					}
				}
			}}, func(t *testing.T, r *rig) {
				s, id = r.sim, r.bring(test.from, "A1")
				if test.fault != "" {
					s.AddFault(rule(t, "POST /Invoices #1 "+test.fault))
				}
				a := r.try("POST", "/Invoices?summarizeErrors=false", `{"Invoices":[{"InvoiceID":"`+id+`","Status":"`+test.to+`"}]}`)
				if test.told != "" {
					a.want(200, "Invoices.0.Status", test.told)
				} else if a.err == nil {
					a.want(200, "Invoices.0.StatusAttributeString", "ERROR")
				}
				time.Sleep(30 * time.Second)
				if test.during != nil {
					if err := test.during(s, id); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(time.Minute)
				if inv, _ := s.Invoice(testTenant, id); inv.Status != test.stands || inv.Number != "A1" {
					t.Errorf("%s is %s, want %s", inv.Number, inv.Status, test.stands)
				}
			})
		})
	}
}

func TestClosingTheSimEndsLateCommits(t *testing.T) {
	bubble(t, Config{Faults: []Rule{rule(t, "* /Invoices late-commit:1h")}}, func(t *testing.T, r *rig) {
		r.try("PUT", "/Invoices", invoice())
		r.sim.Close()
		r.sim.Close()
		time.Sleep(2 * time.Hour)
		r.try("PUT", "/Invoices", invoice())
		if n := len(r.sim.Invoices(testTenant)); n != 0 {
			t.Errorf("%d invoices", n)
		}
	})
}

func TestRulesCountTheCallsThatFit(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.sim.AddFault(rule(t, "GET /Contacts #2-3 503"))
		r.sim.AddFault(rule(t, "GET /Invoices/*/History #2- 503"))
		r.sim.AddFault(rule(t, "* /connect/token 503"))
		var got []int
		for range 4 {
			got = append(got, r.do("GET", "/contacts?page=1", "").status)
		}
		for range 3 {
			got = append(got, r.do("GET", "/Invoices/x/History", "").status)
		}
		got = append(got, r.do("POST", "//connect/token", "a=b").status, r.do("GET", "/Invoices", "").status)
		want := []int{200, 503, 503, 200, 404, 503, 503, 503, 200}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%v, want %v", got, want)
			}
		}
		r.sim.ClearFaults()
		r.do("GET", "/Invoices/x/History", "").want(404)
	})
}

func TestFaultsOfSignIn(t *testing.T) {
	for _, test := range []struct {
		fault  string
		status int // 0: no answer
		took   time.Duration
	}{
		{fault: "429:minute:9", status: 429}, {fault: "500", status: 500}, {fault: "500-after-commit", status: 500}, {fault: "503", status: 503},
		{fault: "reset"}, {fault: "drop-after-commit"}, {fault: "cut"}, {fault: "late-commit:5s"},
		{fault: "slow:3s", status: 200, took: 3 * time.Second},
	} {
		t.Run(test.fault, func(t *testing.T) {
			bubble(t, Config{Faults: []Rule{rule(t, "GET /connections #1 "+test.fault)}}, func(t *testing.T, r *rig) {
				from := time.Now()
				a := r.try("GET", "//connections", "")
				if a.status != test.status && a.err == nil || (a.err != nil) != (test.status == 0) || elapsed(from) != test.took {
					t.Errorf("status %d, error %v after %v", a.status, a.err, elapsed(from))
				}
				r.do("GET", "//connections", "").want(200)
			})
		})
	}
}

func TestObserverSeesCallsAndMayAct(t *testing.T) {
	var seen []Call
	var s *Sim
	cfg := Config{Observe: func(c Call) {
		if seen = append(seen, c); c.Committed {
			for _, id := range c.Invoices {
				_ = s.Approve(c.Tenant, id)
			}
		}
	}}
	bubble(t, cfg, func(t *testing.T, r *rig) {
		s, seen = r.sim, nil
		id := r.add()
		if len(seen) != 2 || seen[0].Committed || seen[1].Path != "/Invoices" || seen[1].Tenant != testTenant || seen[1].Invoices[0] != id {
			t.Errorf("%+v", seen)
		}
		if inv, _ := r.sim.Invoice(testTenant, id); inv.Status != StatusAuthorised {
			t.Errorf("it is %s", inv.Status)
		}
	})
}

func TestRulesThatCannotBeRead(t *testing.T) {
	for _, text := range []string{
		"", "PUT", "PUT /Invoices", "PUT Invoices 500", "FETCH /Invoices 500", "PUT /Invoices #0 500", "PUT /Invoices #2-1 500",
		"PUT /Invoices 2 500", "PUT /Invoices #x 500", "PUT /Invoices 501", "PUT /Invoices 500+", "PUT /Invoices 500:now",
		"PUT /Invoices 429:hour", "PUT /Invoices 429:minute:soon", "PUT /Invoices 429:minute:1:2", "PUT /Invoices 503:asleep",
		"PUT /Invoices slow", "PUT /Invoices slow:-1s", "PUT /Invoices slow:fast", "PUT /Invoices late-commit:0s", "PUT /Invoices #1 500 500",
	} {
		if r, err := ParseRule(text); err == nil {
			t.Errorf("%q was read as %v", text, r)
		}
	}
}

func FuzzRules(f *testing.F) {
	for _, seed := range []string{
		"PUT /Invoices #2 drop-after-commit+person-approve", "GET /Contacts #1-3 429:minute:7", "* /a/*/b #3- late-commit:5s+cut", "post /x 503:offline",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRule(text)
		if err != nil {
			return
		}
		again, err := ParseRule(r.String())
		if err != nil || again.String() != r.String() {
			t.Errorf("%q is shown as %q, which is read as %q, %v", text, r, again, err)
		}
	})
}
