package sim

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestGatewayAsksForTokenTenantScopeAndOnlyThenLimits(t *testing.T) {
	bubble(t, Config{Limits: true}, func(t *testing.T, r *rig) {
		read := r.sim.MintToken("accounting.invoices.read")
		tests := []struct {
			name          string
			method, path  string
			headers       []string
			status        int
			detail        string
			authenticate  string
			minute, app   string
			authenticates bool
		}{
			{name: "no token", headers: []string{"Authorization", ""}, status: 401, detail: "AuthenticationUnsuccessful", authenticate: "Bearer error=invalid_token"},
			{name: "bad token and bad tenant", headers: []string{"Authorization", "Bearer x", "Xero-Tenant-Id", unknownID}, status: 401, detail: "AuthenticationUnsuccessful", authenticate: "Bearer error=invalid_token"},
			{name: "no tenant", headers: []string{"Xero-Tenant-Id", ""}, status: 403, detail: "AuthenticationUnsuccessful", app: "9999"},
			{name: "unknown tenant", headers: []string{"Xero-Tenant-Id", unknownID}, status: 403, detail: "AuthenticationUnsuccessful", app: "9998"},
			{name: "unknown tenant and missing scope", headers: []string{"Xero-Tenant-Id", unknownID, "Authorization", "Bearer " + read}, path: "/Contacts", status: 403, detail: "AuthenticationUnsuccessful", app: "9997"},
			{name: "missing scope", headers: []string{"Authorization", "Bearer " + read}, path: "/Contacts", status: 401, detail: "AuthorizationUnsuccessful", authenticate: "insufficient_scope", app: "9996"},
			{name: "reading scope does not write", method: "PUT", headers: []string{"Authorization", "Bearer " + read}, status: 401, detail: "AuthorizationUnsuccessful", authenticate: "insufficient_scope", app: "9995"},
			{name: "first good call", headers: []string{"Authorization", "Bearer " + read}, status: 200, minute: "59", app: "9994"},
		}
		for _, test := range tests {
			a := r.do(orDefault(test.method, "GET"), orDefault(test.path, "/Invoices"), "", test.headers...)
			if a.status != test.status {
				t.Errorf("%s: status %d, want %d", test.name, a.status, test.status)
			}
			if test.detail != "" && a.at("Detail") != test.detail {
				t.Errorf("%s: detail %q, want %q", test.name, a.at("Detail"), test.detail)
			}
			for header, want := range map[string]string{
				"Www-Authenticate": test.authenticate, "X-Minlimit-Remaining": test.minute, "X-Appminlimit-Remaining": test.app,
			} {
				if got := a.header.Get(header); got != want {
					t.Errorf("%s: %s is %q, want %q", test.name, header, got, want)
				}
			}
			if a.header.Get("Xero-Correlation-Id") == "" {
				t.Errorf("%s: no correlation id", test.name)
			}
		}
	})
}

func TestUnknownResourceAndMethod(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		a := r.do("GET", "/Nothing", "")
		if a.status != 404 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || a.body != "The resource you're looking for cannot be found" {
			t.Errorf("unknown resource: %d %s %s", a.status, a.header.Get("Content-Type"), a.body)
		}
		r.do("PUT", "/Organisation", "{}").want(501, "ErrorNumber", "20", "Type", "ApiMethodNotImplementedException", "Message", "The Api Method called is not implemented")
	})
}

func TestAnswerIDIsTheCorrelationID(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		a := r.do("GET", "/Invoices", "")
		a.want(200, "Id", a.header.Get("Xero-Correlation-Id"))
	})
}

func TestXMLUnlessJSONIsAccepted(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.add("InvoiceNumber", `"A&B"`)
		a := r.do("GET", "/Invoices", "", "Accept", "")
		if !strings.HasPrefix(a.header.Get("Content-Type"), "text/xml") || !strings.Contains(a.body, "<InvoiceNumber>A&amp;B</InvoiceNumber>") {
			t.Errorf("%s\n%s", a.header.Get("Content-Type"), a.body)
		}
		a = r.do("PUT", "/Invoices", `{"Type":"ACCREC"}`, "Accept", "*/*")
		if a.status != 400 || !strings.Contains(a.body, "<ApiException><ErrorNumber>10</ErrorNumber>") {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
}

func TestRequestsMayBeXML(t *testing.T) {
	const body = `<?xml version="1.0"?><Invoices><Invoice><Type>ACCREC</Type><Contact><Name>Ann Ltd</Name></Contact>
		<LineItems><LineItem><Description>x &amp; y</Description><Quantity>3</Quantity><UnitAmount>1.10</UnitAmount><AccountCode>200</AccountCode>
		<Tracking><TrackingCategory><Name>Region</Name><Option>North</Option></TrackingCategory></Tracking></LineItem></LineItems></Invoice></Invoices>`
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		want := []string{"Invoices.0.LineItems.0.Description", "x & y", "Invoices.0.Total", "3.80", "Invoices.0.LineItems.0.Tracking.0.Option", "North"}
		r.do("PUT", "/Invoices", body, "Content-Type", "text/xml").want(200, want...)
		r.do("PUT", "/Invoices", "xml="+escape(body), "Content-Type", "application/x-www-form-urlencoded").want(200, want...)
		r.do("PUT", "/Invoices", "<Invoices><Invoice>", "Content-Type", "text/xml").want(400, "ErrorNumber", "14")
	})
}

func TestEmptyFieldsOfXMLWereNotSent(t *testing.T) {
	const body = `<Invoice><Type>ACCREC</Type><Status /><Date></Date><CurrencyRate/><InvoiceID/><SentToContact/><Contact><ContactNumber>C1</ContactNumber></Contact>
		<LineItems><LineItem><Description>x</Description><UnitAmount>1</UnitAmount><Tracking /></LineItem></LineItems></Invoice>`
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("PUT", "/Invoices", body, "Content-Type", "application/xml").want(200, "Invoices.0.Status", "DRAFT", "Invoices.0.DateString", "2000-01-01T00:00:00")
	})
}

func escape(s string) string {
	return strings.NewReplacer("%", "%25", "&", "%26", "+", "%2B", "=", "%3D", ";", "%3B").Replace(s)
}

func TestUnreadableBodies(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		for name, body := range map[string]string{
			"nothing":        "",
			"not JSON":       "{",
			"two values":     "{} {}",
			"a text":         `"x"`,
			"an array":       "[]",
			"no element":     `{"Invoices":[]}`,
			"an array in it": `{"Invoices":[[]]}`,
			"deep":           strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000),
			"bad type":       invoice("Type", `"WRONG"`),
			"bad status":     invoice("Status", `"APPROVED"`),
			"bad date":       invoice("Date", `"31.12.2000"`),
			"bad guid":       invoice("InvoiceID", `"1"`),
			"bad quantity":   invoice("LineItems", line(`"Description":"x","Quantity":"many"`)),
			"huge number":    invoice("LineItems", line(`"Description":"x","Quantity":1e999999`)),
			"bad truth":      invoice("SentToContact", `"perhaps"`),
			"lines as text":  invoice("LineItems", `"x"`),
			"nested text":    invoice("Reference", `{"a":1}`),
		} {
			if a := r.do("PUT", "/Invoices", body); a.status != 400 || a.at("ErrorNumber") != "14" || a.at("Type") != "PostDataInvalidException" {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
		}
		r.do("PUT", "/Invoices", `{"Invoices":[`+invoice("Date", `"soon"`)+`]}`).
			want(400, "Message", `Error converting value "soon" to type 'System.DateTime'. Path 'Invoices[0].Date'.`)
		large := r.do("PUT", "/Invoices", `"`+strings.Repeat("x", maxRequest)+`"`)
		if large.status != http.StatusRequestEntityTooLarge {
			t.Errorf("a large body: %d", large.status)
		}
	})
}

func TestLatencyIsAddedToEachCallAndEachInvoice(t *testing.T) {
	bubble(t, Config{Latency: 250 * time.Millisecond, PerInvoice: 5 * time.Millisecond}, func(t *testing.T, r *rig) {
		from := time.Now()
		r.do("GET", "/Accounts", "")
		if got := elapsed(from); got != 250*time.Millisecond {
			t.Errorf("a read took %v", got)
		}
		from = time.Now()
		r.do("PUT", "/Invoices", `{"Invoices":[`+invoice()+","+invoice()+`]}`).want(200)
		if got := elapsed(from); got != 260*time.Millisecond {
			t.Errorf("a write of two took %v", got)
		}
	})
}

func TestCallsAreCounted(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("GET", "/Invoices?page=1", "")
		r.do("GET", "/Invoices?page=2", "")
		r.do("GET", "//connections", "")
		calls := r.sim.Calls()
		if calls["GET /Invoices"] != 2 || calls["GET /connections"] != 1 || r.sim.TotalCalls() != 3 {
			t.Errorf("%v, %d in all", calls, r.sim.TotalCalls())
		}
		if r.sim.ResetCalls(); r.sim.TotalCalls() != 0 {
			t.Error("not reset")
		}
	})
}

func TestMinuteLimitIsAWindowThatStartsAnew(t *testing.T) {
	bubble(t, Config{Limits: true}, func(t *testing.T, r *rig) {
		for range maxMinute {
			r.do("GET", "/Currencies", "").want(200)
		}
		a := r.do("GET", "/Currencies", "")
		if a.status != 429 || a.body != "" || a.header.Get("Content-Length") != "0" || a.header.Get("Content-Type") != "" ||
			a.header.Get("X-Rate-Limit-Problem") != "minute" || a.header.Get("X-Minlimit-Remaining") != "0" || a.header.Get("X-Daylimit-Remaining") != "940" {
			t.Errorf("%d %q %v", a.status, a.body, a.header)
		}
		wait, err := time.ParseDuration(a.header.Get("Retry-After") + "s")
		if err != nil || wait <= 0 || wait > time.Minute {
			t.Fatalf("Retry-After %q", a.header.Get("Retry-After"))
		}
		time.Sleep(wait - time.Second)
		if a := r.do("GET", "/Currencies", ""); a.status != 429 {
			t.Errorf("a second too early: %d", a.status)
		}
		time.Sleep(time.Second)
		a = r.do("GET", "/Currencies", "").want(200)
		if a.header.Get("X-Minlimit-Remaining") != "59" {
			t.Errorf("a new window begins with %s", a.header.Get("X-Minlimit-Remaining"))
		}
		other := r.do("GET", "/Currencies", "", "Xero-Tenant-Id", otherTenant).want(200)
		if other.header.Get("X-Minlimit-Remaining") != "59" {
			t.Errorf("another tenant has %s", other.header.Get("X-Minlimit-Remaining"))
		}
	})
}

func TestTenantsHaveWindowsOfTheirOwn(t *testing.T) {
	l := newLimiter(true, 10)
	if a, b := l.usage(testTenant).minute.offset, l.usage(otherTenant).minute.offset; a == b {
		t.Errorf("both begin at %v", a)
	}
}

func TestDayLimit(t *testing.T) {
	bubble(t, Config{Limits: true, DayLimit: 3}, func(t *testing.T, r *rig) {
		for range 3 {
			r.do("GET", "/Currencies", "").want(200)
		}
		a := r.do("GET", "/Currencies", "")
		if a.status != 429 || a.header.Get("X-Rate-Limit-Problem") != "day" || a.header.Get("X-Minlimit-Remaining") != "57" {
			t.Errorf("%d %v", a.status, a.header)
		}
		wait, err := time.ParseDuration(a.header.Get("Retry-After") + "s")
		if err != nil || wait > 24*time.Hour {
			t.Fatalf("Retry-After %q", a.header.Get("Retry-After"))
		}
		time.Sleep(wait)
		r.do("GET", "/Currencies", "").want(200)
	})
}

func TestFiveCallsAtOnce(t *testing.T) {
	bubble(t, Config{Limits: true, Latency: time.Second}, func(t *testing.T, r *rig) {
		answers := make(chan reply, 6)
		for range 6 {
			go func() { answers <- r.try("GET", "/Currencies", "") }()
		}
		counts := map[string]int{}
		for range 6 {
			a := <-answers
			counts[a.header.Get("X-Rate-Limit-Problem")]++
			if a.status == 429 && a.header.Get("Retry-After") != "" {
				t.Error("a refusal for calls at once says when to come again")
			}
		}
		if counts[""] != 5 || counts["concurrent"] != 1 {
			t.Errorf("%v", counts)
		}
		r.do("GET", "/Currencies", "").want(200)
	})
}

func TestAppMinuteLimit(t *testing.T) {
	l := newLimiter(true, 20_000)
	now := Day(2000, 1, 1)
	for range maxAppMinute {
		l.stray(now)
	}
	if got := l.admit(testTenant, now); got != "appminute" {
		t.Errorf("refused for %q", got)
	}
	if got := l.admit(testTenant, now.Add(time.Minute)); got != "" {
		t.Errorf("in the next minute refused for %q", got)
	}
}

func TestIdempotencyKeyReplaysForSixMinutes(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		body := invoice()
		first := r.do("PUT", "/Invoices", body, "Idempotency-Key", "k").want(200)
		time.Sleep(6*time.Minute - time.Second)
		if again := r.do("PUT", "/Invoices", body, "Idempotency-Key", "k"); again.body != first.body || again.header.Get("Xero-Correlation-Id") != first.at("Id") {
			t.Errorf("not replayed:\n%s", again.body)
		}
		if n := len(r.sim.Invoices(testTenant)); n != 1 {
			t.Errorf("%d invoices", n)
		}
		time.Sleep(time.Second)
		r.do("PUT", "/Invoices", body, "Idempotency-Key", "k").want(200)
		if n := len(r.sim.Invoices(testTenant)); n != 2 {
			t.Errorf("%d invoices after the key's life, want 2", n)
		}
	})
}

func TestIdempotencyKeyMisuse(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("PUT", "/Invoices", invoice(), "Idempotency-Key", "k").want(200)
		const refused = "Idempotency Key: k is used with a different request."
		r.do("PUT", "/Invoices", invoice("Reference", `"x"`), "Idempotency-Key", "k").want(400, "Detail", refused)
		r.do("POST", "/Invoices", invoice(), "Idempotency-Key", "k").want(400, "Detail", refused)
		r.do("PUT", "/Invoices?unitdp=4", invoice(), "Idempotency-Key", "k").want(400, "Detail", refused)
		r.do("GET", "/Invoices", "", "Idempotency-Key", "k").want(200)
		r.do("PUT", "/Invoices", invoice(), "Idempotency-Key", strings.Repeat("k", 128)).want(200)
		long := strings.Repeat("k", 129)
		if a := r.do("PUT", "/Invoices", invoice(), "Idempotency-Key", long); a.status != 400 || !strings.Contains(a.body, long) || !strings.Contains(a.body, "129") {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
}

func TestErrorsAreReplayedToo(t *testing.T) {
	bubble(t, Config{Faults: []Rule{rule(t, "PUT /Invoices #1 500")}}, func(t *testing.T, r *rig) {
		for range 2 {
			r.do("PUT", "/Invoices", invoice(), "Idempotency-Key", "k").want(500, "Title", "An error occurred", "Status", "500")
		}
		r.do("PUT", "/Invoices", invoice(), "Idempotency-Key", "k2").want(200)
		if n := len(r.sim.Invoices(testTenant)); n != 1 {
			t.Errorf("%d invoices", n)
		}
	})
}

func TestRefusalForALimitIsNotKept(t *testing.T) {
	bubble(t, Config{Faults: []Rule{rule(t, "PUT /Invoices #1 429"), rule(t, "PUT /Invoices #1 503")}}, func(t *testing.T, r *rig) {
		r.do("PUT", "/Invoices", invoice(), "Idempotency-Key", "k").want(429)
		r.do("PUT", "/Invoices", invoice(), "Idempotency-Key", "k").want(200)
	})
}

func TestSecondCallWithAKeyWaitsForTheFirst(t *testing.T) {
	bubble(t, Config{Faults: []Rule{rule(t, "PUT /Invoices #1 slow:10s")}}, func(t *testing.T, r *rig) {
		first := make(chan reply)
		go func() { first <- r.try("PUT", "/Invoices", invoice(), "Idempotency-Key", "k") }()
		time.Sleep(time.Second)
		synctest.Wait()
		from := time.Now()
		second := r.do("PUT", "/Invoices", invoice(), "Idempotency-Key", "k").want(200)
		if got := elapsed(from); got != 9*time.Second {
			t.Errorf("the second answer came after %v", got)
		}
		if a := <-first; a.body != second.body {
			t.Errorf("two answers:\n%s\n%s", a.body, second.body)
		}
	})
}
