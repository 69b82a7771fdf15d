package sim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/shopspring/decimal"

	"feebridge/app/apptest/deadline"
)

const (
	testTenant  = "11111111-2222-4333-8444-555555555555"
	otherTenant = "66666666-7777-4888-8999-aaaaaaaaaaaa"
)

// testOrg is a small organisation in New Zealand: an account of each kind, five tax rates, one tracking category, two
// currencies, a theme, an item, and three contacts of whom one is archived.
func testOrg() *Org {
	yes := func(r TaxRate) TaxRate {
		r.Assets, r.Equity, r.Liabilities, r.Status = true, true, true, orDefault(r.Status, StatusActive)
		r.DisplayRate = r.EffectiveRate
		return r
	}
	o := &Org{
		TenantID: testTenant, Name: "Test Company", ShortCode: "!Test", Class: "STANDARD", Version: "NZ", CountryCode: "NZ",
		BaseCurrency: "NZD", Timezone: "UTC", CreatedUTC: Day(1999, 1, 1),
		Accounts: []Account{
			{AccountID: "a0000000-0000-4000-8000-000000000200", Code: "200", Name: "Sales", Type: "REVENUE", Class: "REVENUE", TaxType: "OUTPUT2", Status: StatusActive},
			{AccountID: "a0000000-0000-4000-8000-000000000210", Code: "210", Name: "Old Sales", Type: "REVENUE", Class: "REVENUE", TaxType: "OUTPUT2", Status: StatusArchived},
			{AccountID: "a0000000-0000-4000-8000-000000000260", Code: "260", Name: "Untaxed Income", Type: "REVENUE", Class: "REVENUE", Status: StatusActive},
			{AccountID: "a0000000-0000-4000-8000-000000000400", Code: "400", Name: "Advertising", Type: "OVERHEADS", Class: "EXPENSE", TaxType: "INPUT2", Status: StatusActive},
			{AccountID: "a0000000-0000-4000-8000-000000000610", Code: "610", Name: "Accounts Receivable", Type: "CURRENT", Class: "ASSET", TaxType: "NONE", Status: StatusActive, SystemAccount: "DEBTORS"},
			{AccountID: "a0000000-0000-4000-8000-000000000090", Code: "090", Name: "Bank", Type: "BANK", Class: "ASSET", TaxType: "NONE", Status: StatusActive, CurrencyCode: "NZD"},
			{AccountID: "a0000000-0000-4000-8000-000000000880", Code: "880", Name: "Drawings", Type: "EQUITY", Class: "EQUITY", TaxType: "NONE", Status: StatusActive, EnablePaymentsToAccount: true},
		},
		TaxRates: []TaxRate{
			yes(TaxRate{Name: "15% GST on Income", TaxType: "OUTPUT2", EffectiveRate: decimal.NewFromInt(15), Revenue: true}),
			yes(TaxRate{Name: "15% GST on Expenses", TaxType: "INPUT2", EffectiveRate: decimal.NewFromInt(15), Expenses: true}),
			yes(TaxRate{Name: "No GST", TaxType: "NONE", Revenue: true, Expenses: true}),
			yes(TaxRate{Name: "12.5% GST on Income", TaxType: "OUTPUT", EffectiveRate: decimal.New(125, -1), Revenue: true, Status: "DELETED"}),
			yes(TaxRate{Name: "Odd", TaxType: "TAX001", EffectiveRate: decimal.New(8875, -3), Revenue: true}),
		},
		Tracking: []TrackingCategory{{
			TrackingCategoryID: "b0000000-0000-4000-8000-000000000001", Name: "Region", Status: StatusActive,
			Options: []TrackingOption{
				{TrackingOptionID: "b0000000-0000-4000-8000-000000000011", Name: "North", Status: StatusActive},
				{TrackingOptionID: "b0000000-0000-4000-8000-000000000012", Name: "Gone", Status: StatusArchived},
			},
		}},
		Currencies: []Currency{{"NZD", "New Zealand Dollar"}, {"USD", "United States Dollar"}},
		Themes: []BrandingTheme{
			{BrandingThemeID: "c0000000-0000-4000-8000-000000000002", Name: "Special", SortOrder: 2},
			{BrandingThemeID: "c0000000-0000-4000-8000-000000000001", Name: "Standard", SortOrder: 0},
		},
		Items: []Item{{
			ItemID: "d0000000-0000-4000-8000-000000000001", Code: "HOUR", Name: "Hour", Description: "An hour of work", IsSold: true,
			Sales: ItemDetails{HasPrice: true, UnitPrice: decimal.New(1255, -1), AccountCode: "200", TaxType: "OUTPUT2"},
		}},
		Actions: []Action{{"CreateDraftInvoice", true}, {"CreateApprovedInvoice", true}},
	}
	o.AddContact(Contact{ContactID: contactID, Name: "Ann Ltd", ContactNumber: "C1", EmailAddress: "ann@example.com"})
	o.AddContact(Contact{ContactID: otherContactID, Name: "Bob Ltd"})
	o.AddContact(Contact{ContactID: archivedContactID, Name: "Old Ltd", ContactNumber: "C9", Status: StatusArchived})
	return o
}

const (
	contactID         = "e0000000-0000-4000-8000-000000000001"
	otherContactID    = "e0000000-0000-4000-8000-000000000002"
	archivedContactID = "e0000000-0000-4000-8000-000000000009"
	zeroID            = "00000000-0000-0000-0000-000000000000"
	unknownID         = "f0000000-0000-4000-8000-000000000000"
)

// rig is a Sim behind a real server and client that meet in memory.
type rig struct {
	t      *testing.T
	sim    *Sim
	client *http.Client
	token  string
}

// bubble runs a test with a rig in a synctest bubble, in which it is the year 2000 and waiting takes no time.
func bubble(t *testing.T, cfg Config, test func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newRig(t, cfg)) })
}

func newRig(t *testing.T, cfg Config) *rig {
	deadline.Watch(t)
	if cfg.Orgs == nil {
		cfg.Orgs = []*Org{testOrg(), {TenantID: otherTenant, Name: "Other Company", BaseCurrency: "NZD"}}
	}
	s := New(cfg)
	listener, dial := NewPipeListener()
	server := &http.Server{Handler: s.Handler()}
	go func() { _ = server.Serve(listener) }() // ends with an error that says it was closed
	transport := &http.Transport{DialContext: dial}
	t.Cleanup(func() {
		s.Close()
		transport.CloseIdleConnections()
		_ = server.Close()
		time.Sleep(time.Second) // net/http lingers half of one on some connections; in a bubble it must end before the test
	})
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &rig{t: t, sim: s, client: client, token: s.MintToken()}
}

// reply is an answer that was read to its end.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   string
	err    error // of sending or reading
}

// try sends a request to the Accounting API, or to any path that begins with "//". Headers come in pairs.
func (r *rig) try(method, path, body string, headers ...string) reply {
	r.t.Helper()
	url := "http://sim" + apiPrefix + path
	if strings.HasPrefix(path, "//") {
		url = "http://sim" + path[1:]
	}
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, url, content)
	if err != nil {
		r.t.Fatal(err)
	}
	req.GetBody = nil // so that net/http does not send a write twice
	req.Header.Set("Authorization", "Bearer "+r.token)
	req.Header.Set("Xero-Tenant-Id", testTenant)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			req.Header.Del(headers[i])
		}
	}
	res, err := r.client.Do(req)
	if err != nil {
		return reply{t: r.t, err: err}
	}
	defer res.Body.Close()
	read, err := io.ReadAll(res.Body)
	return reply{t: r.t, status: res.StatusCode, header: res.Header, body: string(read), err: err}
}

// do is try where nothing may go wrong on the way.
func (r *rig) do(method, path, body string, headers ...string) reply {
	r.t.Helper()
	a := r.try(method, path, body, headers...)
	if a.err != nil {
		r.t.Fatalf("%s %s: %v", method, path, a.err)
	}
	return a
}

// at is the value at a path such as Invoices.0.Status as text: a scalar as it is written, anything else as compact JSON,
// and "" for what is absent.
func (a reply) at(path string) string {
	a.t.Helper()
	decoder := json.NewDecoder(strings.NewReader(a.body))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		a.t.Fatalf("not JSON (%d): %v\n%s", a.status, err, a.body)
	}
	for _, step := range strings.Split(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(at) {
				return ""
			}
			v = at[i]
		default:
			return ""
		}
	}
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		a.t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

// has tells whether there is a value at a path, be it an empty one.
func (a reply) has(path string) bool {
	a.t.Helper()
	object, key := path[:strings.LastIndex(path, ".")], path[strings.LastIndex(path, ".")+1:]
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(a.at(object)), &fields); err != nil {
		a.t.Fatalf("%s: %v\n%s", object, err, a.body)
	}
	return fields[key] != nil
}

// want checks an answer: its status, and values by their paths.
func (a reply) want(status int, pairs ...string) reply {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d:\n%s", a.status, status, a.body)
	}
	for i := 0; i < len(pairs); i += 2 {
		if got := a.at(pairs[i]); got != pairs[i+1] {
			a.t.Errorf("%s is %q, want %q\n%s", pairs[i], got, pairs[i+1], a.body)
		}
	}
	return a
}

// code is the status as text.
func (a reply) code() string { return strconv.Itoa(a.status) }

// wantError checks that the answer refuses elements with this message.
func (a reply) wantError(message string) {
	a.t.Helper()
	if a.status != http.StatusBadRequest || !strings.Contains(a.body, `"Message": "`+strings.ReplaceAll(message, `"`, `\"`)+`"`) {
		a.t.Errorf("status %d, want 400 with %q:\n%s", a.status, message, a.body)
	}
}

// invoice is the JSON of a good draft with these fields beside, or instead of, its own; a value is JSON.
func invoice(fields ...string) string {
	all := []string{
		"Type", `"ACCREC"`, "Contact", `{"ContactID":"` + contactID + `"}`, "Date", `"2000-01-01"`, "DueDate", `"2000-01-31"`,
		"LineItems", `[{"Description":"Work","Quantity":2,"UnitAmount":20,"AccountCode":"200"}]`,
	}
	for i := 0; i < len(fields); i += 2 {
		replaced := false
		for j := 0; j < len(all); j += 2 {
			if all[j] == fields[i] {
				all[j+1], replaced = fields[i+1], true
			}
		}
		if !replaced {
			all = append(all, fields[i], fields[i+1])
		}
	}
	var parts []string
	for i := 0; i < len(all); i += 2 {
		if all[i+1] != "" {
			parts = append(parts, strconv.Quote(all[i])+":"+all[i+1])
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// line is the LineItems of one line with these fields.
func line(fields string) string { return "[{" + fields + "}]" }

// add creates an invoice by PUT and returns its id.
func (r *rig) add(fields ...string) string {
	r.t.Helper()
	return r.do("PUT", "/Invoices", invoice(fields...)).want(200).at("Invoices.0.InvoiceID")
}

// bring makes an invoice and brings it to a status.
func (r *rig) bring(status, number string) string {
	r.t.Helper()
	first := map[string]string{StatusSubmitted: StatusSubmitted, StatusDeleted: StatusDraft, StatusDraft: StatusDraft}[status]
	id := r.add("InvoiceNumber", strconv.Quote(number), "Status", strconv.Quote(orDefault(first, StatusAuthorised)))
	var err error
	switch status {
	case StatusDeleted:
		err = r.sim.Delete(testTenant, id)
	case StatusVoided:
		err = r.sim.Void(testTenant, id)
	case StatusPaid:
		_, err = r.sim.RecordPayment(testTenant, id, "090", Day(2000, 1, 1), decimal.NewFromInt(46))
	}
	if err != nil {
		r.t.Fatal(err)
	}
	if inv, _ := r.sim.Invoice(testTenant, id); inv.Status != status {
		r.t.Fatalf("the invoice is %s, want %s", inv.Status, status)
	}
	return id
}

func rule(t *testing.T, text string) Rule {
	t.Helper()
	r, err := ParseRule(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func elapsed(from time.Time) time.Duration { return time.Since(from) }
