package sim

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

// visitor is a person's browser on the web page of a Sim.
type visitor struct {
	t    *testing.T
	sim  *Sim
	base string
}

func visit(t *testing.T, orgs []*Org) *visitor {
	t.Helper()
	now := time.Date(2026, time.November, 2, 23, 30, 0, 0, time.UTC)
	s := New(Config{Orgs: orgs, Now: func() time.Time { return now }})
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	return &visitor{t, s, server.URL}
}

func visitSeed(t *testing.T, name string) *visitor {
	t.Helper()
	orgs, err := Seed(name)
	if err != nil {
		t.Fatal(err)
	}
	return visit(t, orgs)
}

type shownPage struct {
	status   int
	location string
	header   http.Header
	body     string
}

func (v *visitor) send(r *http.Request) shownPage {
	v.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return shownPage{answer.StatusCode, answer.Header.Get("Location"), answer.Header, string(body)}
}

func (v *visitor) request(method, path string, form url.Values) *http.Request {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (v *visitor) get(path string) shownPage { return v.send(v.request("GET", path, nil)) }

func (v *visitor) post(path string, form url.Values) shownPage {
	return v.send(v.request("POST", path, form))
}

// tenant is the first organisation.
func (v *visitor) tenant() string { return v.sim.Orgs()[0].TenantID }

// invoice is the sales invoice of the first organisation that bears the number.
func (v *visitor) invoice(number string) Invoice {
	v.t.Helper()
	found := v.sim.ByNumber(v.tenant(), number)
	if len(found) != 1 {
		v.t.Fatalf("%d invoices have the number %s", len(found), number)
	}
	return found[0]
}

func (v *visitor) contact(name string) Contact {
	v.t.Helper()
	for _, c := range v.sim.Contacts(v.tenant()) {
		if c.Name == name {
			return c
		}
	}
	v.t.Fatalf("there is no contact %s", name)
	return Contact{}
}

// wantShown fails unless the page was drawn whole and holds each of the texts.
func wantShown(t *testing.T, p shownPage, texts ...string) {
	t.Helper()
	if p.status != http.StatusOK || !strings.HasSuffix(strings.TrimSpace(p.body), "</html>") {
		t.Fatalf("status %d, want a whole page; it ends in %.200q", p.status, p.body[max(0, len(p.body)-200):])
	}
	for _, text := range texts {
		if !strings.Contains(p.body, text) {
			t.Errorf("the page does not show %q", text)
		}
	}
	for _, broken := range []string{"<no value>", "ZgotmplZ", "%!"} {
		if strings.Contains(p.body, broken) {
			t.Errorf("the page has %q in it", broken)
		}
	}
}

func TestEveryPageOfTheSeeds(t *testing.T) {
	for _, seed := range []string{"demo", "empty"} {
		t.Run(seed, func(t *testing.T) {
			v := visitSeed(t, seed)
			for _, o := range v.sim.Orgs() {
				org := "org=" + o.TenantID
				for _, status := range []string{"", "DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED", "NONSENSE"} {
					wantShown(t, v.get("/invoices?"+org+"&status="+status), "Simulated", o.Name)
				}
				wantShown(t, v.get("/invoices?type=ACCPAY&"+org), "<h1>Bills</h1>")
				wantShown(t, v.get("/invoices/new?"+org), "<h1>New invoice</h1>")
				wantShown(t, v.get("/contacts?"+org), "<h1>Contacts</h1>")
				wantShown(t, v.get("/contacts?archived=1&"+org), "<h1>Contacts</h1>")
				wantShown(t, v.get("/settings?"+org), o.TenantID, "Chart of accounts")
				for _, inv := range v.sim.Invoices(o.TenantID) {
					wantShown(t, v.get("/invoices/"+inv.InvoiceID), inv.Number, formatMoney(inv.Total), statusName(inv))
					wantShown(t, v.get("/invoices/"+inv.InvoiceID+"/edit"), inv.Number)
				}
				for _, c := range v.sim.Contacts(o.TenantID) {
					wantShown(t, v.get("/contacts/"+c.ContactID), strings.NewReplacer("&", "&amp;", "'", "&#39;").Replace(c.Name))
				}
			}
		})
	}
}

func TestHostileTextStaysText(t *testing.T) {
	const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`
	orgs, err := Seed("empty")
	if err != nil {
		t.Fatal(err)
	}
	o := orgs[0]
	o.Name = hostile
	c := o.AddContact(Contact{Name: hostile, EmailAddress: hostile, ContactNumber: hostile, FirstName: hostile})
	inv := o.AddInvoice(Invoice{
		Number: hostile, Reference: hostile, URL: "javascript:alert(1)", ContactID: c.ContactID, Date: Day(2026, 1, 1),
		Status: StatusDraft, Lines: []Line{{Description: hostile, ItemCode: hostile, AccountCode: hostile, TaxType: hostile}},
		History:     []HistoryRecord{{Changes: hostile, User: hostile, Details: hostile}},
		Attachments: []Attachment{{AttachmentID: "a", FileName: hostile, MimeType: "text/html", Content: []byte(hostile)}},
	})
	v := visit(t, orgs)
	for _, path := range []string{
		"/invoices", "/invoices?q=" + url.QueryEscape(hostile), "/invoices?status=" + url.QueryEscape(hostile),
		"/invoices/" + inv.InvoiceID, "/invoices/" + inv.InvoiceID + "/edit", "/contacts?q=" + url.QueryEscape(hostile),
		"/contacts/" + c.ContactID, "/settings", "/" + url.PathEscape(hostile),
	} {
		p := v.get(path)
		if strings.Contains(p.body, "<script>") || strings.Contains(p.body, "<img") || strings.Contains(p.body, `href="javascript:`) {
			t.Errorf("%s: the hostile text is markup", path)
		}
		if policy := p.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s: policy %q", path, policy)
		}
	}
	p := v.post("/invoices/"+inv.InvoiceID+"/pay", url.Values{"amount": {hostile}, "date": {hostile}, "account": {hostile}})
	if strings.Contains(p.body, "<script>") || strings.Contains(p.body, "<img") {
		t.Error("what was typed is markup")
	}
	p = v.get("/invoices/" + inv.InvoiceID + "/attachments/a")
	if p.body != hostile || p.header.Get("Content-Type") != "application/octet-stream" ||
		!strings.HasPrefix(p.header.Get("Content-Disposition"), "attachment; filename*=UTF-8''%3Cscript%3E") {
		t.Errorf("the attachment is not a plain download: %v", p.header)
	}
}

func TestLinkBackToTheApp(t *testing.T) {
	orgs, err := Seed("empty")
	if err != nil {
		t.Fatal(err)
	}
	c := orgs[0].AddContact(Contact{Name: "Ann"})
	inv := orgs[0].AddInvoice(Invoice{
		Number: "N-1", URL: "http://localhost:8742/open/7f3a?a=1&b=2", ContactID: c.ContactID, Date: Day(2026, 1, 1),
		CreatedByApp: true, Lines: []Line{{Description: "Work", AccountCode: "200"}},
	})
	v := visit(t, orgs)
	wantShown(t, v.get("/invoices/"+inv.InvoiceID), `href="http://localhost:8742/open/7f3a?a=1&amp;b=2"`, "Go to Feebridge", "<dd>Feebridge</dd>")
}

func TestOnlyOwnFormsAreTaken(t *testing.T) {
	tests := []struct {
		name   string
		header [2]string
		taken  bool
	}{
		{"own page, older browser", [2]string{"Origin", "own"}, true},
		{"no browser", [2]string{"User-Agent", "curl"}, true},
		{"own page", [2]string{"Sec-Fetch-Site", "same-origin"}, true},
		{"another site", [2]string{"Sec-Fetch-Site", "cross-site"}, false},
		{"another port of this machine", [2]string{"Sec-Fetch-Site", "same-site"}, false},
		{"another site, older browser", [2]string{"Origin", "http://evil.example"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := visitSeed(t, "demo")
			r := v.request("POST", "/invoices/"+v.invoice("INV-0037").InvoiceID+"/approve", nil)
			r.Header.Set(test.header[0], strings.Replace(test.header[1], "own", v.base, 1))
			p := v.send(r)
			if got := v.invoice("INV-0037").Status == StatusAuthorised; got != test.taken {
				t.Errorf("taken %t, status %d", got, p.status)
			}
			if !test.taken && (p.status != http.StatusForbidden || !strings.Contains(p.body, "sent from another site")) {
				t.Errorf("status %d", p.status)
			}
			r = v.request("POST", "/identity/connect/authorize", nil)
			r.Header.Set(test.header[0], strings.Replace(test.header[1], "own", v.base, 1))
			if p := v.send(r); (p.status != http.StatusForbidden) != test.taken {
				t.Errorf("consent: status %d", p.status)
			}
		})
	}
}

func TestInvoiceList(t *testing.T) {
	orgs, err := Seed("empty")
	if err != nil {
		t.Fatal(err)
	}
	c := orgs[0].AddContact(Contact{Name: "Zephyr"})
	for i := range 120 {
		inv := Invoice{
			Number: "N-" + decimal.NewFromInt(int64(i)).String(), ContactID: c.ContactID, Date: Day(2026, 1, 1),
			CreatedByApp: i%2 == 0, Lines: []Line{{Description: "x", UnitAmount: price(100000), AccountCode: "270"}},
		}
		if i == 7 {
			inv.Status, inv.Reference = StatusVoided, "Needle"
		}
		orgs[0].AddInvoice(inv)
	}
	v := visit(t, orgs)
	rows := func(p shownPage) int { return strings.Count(p.body, `<td><a href="/invoices/`) }
	tests := []struct {
		name, path string
		rows       int
		shown      []string
	}{
		{"first page", "/invoices", 50, []string{"1–50 of 120", "119,000.00", ">N-119<", `rel="next"`}},
		{"last page", "/invoices?page=3", 20, []string{"101–120 of 120", ">N-0<", `rel="prev"`}},
		{"beyond the last page", "/invoices?page=99", 20, []string{"101–120 of 120"}},
		{"a page that is none", "/invoices?page=x", 50, []string{"1–50 of 120"}},
		{"search in the reference", "/invoices?q=nEEdle", 1, []string{">N-7<"}},
		{"search in the contact", "/invoices?q=zeph&page=2", 50, []string{"51–100 of 120", "q=zeph"}},
		{"status", "/invoices?status=VOIDED", 1, []string{">N-7<", "1–1 of 1"}},
		{"from the app", "/invoices?app=1", 50, []string{"1–50 of 60"}},
		{"nothing", "/invoices?q=nothing", 0, []string{"Nothing matches"}},
		{"the other organisation", "/invoices?org=" + orgs[1].TenantID, 0, []string{"nothing here yet"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := v.get(test.path)
			wantShown(t, p, test.shown...)
			if got := rows(p); got != test.rows {
				t.Errorf("%d rows, want %d", got, test.rows)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	v := visitSeed(t, "demo")
	inv := v.invoice("INV-0001")
	for path, want := range map[string]string{
		"/": "/invoices",
		"/app/!Qj35V/invoicing/view/" + inv.InvoiceID:   "/invoices/" + inv.InvoiceID,
		"/app/!Qj35V/contacts/contact/" + inv.ContactID: "/contacts/" + inv.ContactID,
	} {
		if p := v.get(path); p.status != http.StatusSeeOther || p.location != want {
			t.Errorf("%s: status %d to %q, want %s", path, p.status, p.location, want)
		}
	}
	for _, path := range []string{
		"/nothing", "/invoices/none", "/invoices/none/edit", "/contacts/none", "/invoices?org=none", "/contacts?org=none",
		"/settings?org=none", "/invoices/new?org=none", "/invoices/" + inv.InvoiceID + "/attachments/none",
	} {
		if p := v.get(path); p.status != http.StatusNotFound || !strings.Contains(p.body, "There is nothing at this address") {
			t.Errorf("%s: status %d", path, p.status)
		}
	}
	for _, path := range []string{"/invoices/none/approve", "/invoices/none/edit", "/contacts/none/archive"} {
		if p := v.post(path, nil); p.status != http.StatusNotFound {
			t.Errorf("%s: status %d", path, p.status)
		}
	}
	if p := v.get("/style.css"); p.status != http.StatusOK || !strings.HasPrefix(p.header.Get("Content-Type"), "text/css") {
		t.Errorf("style: status %d, %s", p.status, p.header.Get("Content-Type"))
	}
	if p := v.post("/contacts/"+inv.ContactID+"/edit", url.Values{"name": {strings.Repeat("x", maxTyped)}}); p.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a form too large: status %d", p.status)
	}
}

func TestFormats(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0.00", "-0.05": "−0.05", "999.999": "1,000.00", "1234567.8": "1,234,567.80", "-1000": "−1,000.00",
	} {
		if got := formatMoney(decimal.RequireFromString(in)); got != want {
			t.Errorf("money %s is %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{"4.875": "4.875", "1200": "1,200.00", "0.1234": "0.1234", "12.5": "12.50"} {
		if got := formatUnit(decimal.RequireFromString(in)); got != want {
			t.Errorf("unit amount %s is %s, want %s", in, got, want)
		}
	}
}
