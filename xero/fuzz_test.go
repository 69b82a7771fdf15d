package xero

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"feebridge/app"
	"feebridge/app/ledger"
)

// said is what an element of a write's answer says of itself, read apart from the code that judges.
type said struct {
	StatusAttributeString        string
	HasErrors                    bool
	HasValidationErrors          bool
	ValidationErrors             []struct{ Message, Description string }
	InvoiceID, ContactID, Status string
}

// mustFollow checks that an outcome follows from an element: what is accepted has an ID, is called
// OK and has no errors; what is rejected is not called OK, and says why.
func mustFollow(t *testing.T, o ledger.Outcome, element string) {
	t.Helper()
	var s said
	_ = json.Unmarshal([]byte(element), &s)
	status := strings.ToUpper(strings.TrimSpace(s.StatusAttributeString))
	ok, complains := status == "OK" || status == "WARNING", s.HasErrors || s.HasValidationErrors || len(s.ValidationErrors) > 0
	id := strings.TrimSpace(s.InvoiceID + s.ContactID)
	there := id != "" && id != noID
	switch o.Verdict {
	case ledger.Accepted:
		if !ok || complains || !there || o.Standing.ID == "" && o.Contact.ID == "" {
			t.Fatalf("accepted is %+v", s)
		}
	case ledger.Rejected:
		if ok || len(o.Messages) == 0 || o.Standing != (ledger.Standing{}) || o.Contact != (ledger.Contact{}) {
			t.Fatalf("rejected is %+v with %+v", s, o)
		}
	default:
		if o.Standing != (ledger.Standing{}) || o.Contact != (ledger.Contact{}) {
			t.Fatalf("unclear is %+v, with %+v", s, o)
		}
	}
	for _, m := range o.Messages {
		if strings.TrimSpace(m.Text) == "" {
			t.Fatalf("there is an empty message of %+v", s)
		}
	}
}

const (
	elementOfInvoice = `{"Type":"ACCREC","InvoiceID":"ed255415-e141-4150-aab7-89c3bbbb851c","InvoiceNumber":"INV-0007","AmountDue":40.00,"AmountPaid":0.00,` +
		`"Date":"/Date(1552262400000+0000)/","Status":"DELETED","Total":40.00,"UpdatedDateUTC":"/Date(1552327126117+0000)/","CurrencyCode":"NZD","StatusAttributeString":"OK"}`
	elementOfContact = `{"ContactID":"3ff6d40c-af9a-40a3-89ce-3c1556a25591","ContactStatus":"ACTIVE","Name":"Foo","StatusAttributeString":"OK"}`
	refusal          = `"StatusAttributeString":"ERROR","HasErrors":true,"ValidationErrors":[{"Description":"Account must be valid."}]`
)

func seeds(f *testing.F, element string) {
	for _, seed := range []string{
		element, `null`, `7`, `{}`, `[]`,
		strings.Replace(element, `"StatusAttributeString":"OK"`, refusal, 1),
		strings.Replace(element, `"OK"`, `"OK","ValidationErrors":[{"Message":"x"}]`, 1),
		strings.Replace(element, `"OK"`, `"ERROR"`, 1), strings.Replace(element, `"OK"`, `"warning","Warnings":[{"Message":" "}]`, 1),
		strings.NewReplacer("ed255415-e141-4150-aab7-89c3bbbb851c", noID, "3ff6d40c-af9a-40a3-89ce-3c1556a25591", noID).Replace(element),
	} {
		f.Add(seed)
	}
}

func FuzzInvoiceWrites(f *testing.F) {
	seeds(f, elementOfInvoice)
	f.Fuzz(func(t *testing.T, element string) {
		o := judgeInvoice(json.RawMessage(`{"InvoiceNumber":"INV-0007"}`), json.RawMessage(element), clock{})
		mustFollow(t, o, element)
		if o.Verdict == ledger.Accepted && o.Standing.Number.Fold() != "inv-0007" {
			t.Fatalf("accepted is %+v", o.Standing)
		}
	})
}

func FuzzRemovals(f *testing.F) {
	seeds(f, elementOfInvoice)
	f.Fuzz(func(t *testing.T, element string) {
		o := judgeRemoval(json.RawMessage(`{"InvoiceID":"ED255415-e141-4150-aab7-89c3bbbb851c","Status":"DELETED"}`), json.RawMessage(element), clock{})
		mustFollow(t, o, element)
		if o.Verdict == ledger.Accepted && (o.Standing.ID != "ed255415-e141-4150-aab7-89c3bbbb851c" || o.Standing.Status == "") {
			t.Fatalf("accepted is %+v", o.Standing)
		}
	})
}

func FuzzContactWrites(f *testing.F) {
	seeds(f, elementOfContact)
	f.Fuzz(func(t *testing.T, element string) {
		o := judgeContact(json.RawMessage(`{"Name":"Foo"}`), json.RawMessage(element), clock{})
		mustFollow(t, o, element)
		if o.Verdict == ledger.Accepted && (o.Contact.MergedTo == noID || !strings.EqualFold(strings.TrimSpace(o.Contact.Name), "foo")) {
			t.Fatalf("accepted is %+v", o.Contact)
		}
	})
}

// FuzzFaults checks of whatever answers that only Xero ends a connection or a consent, that
// nothing counts for unsent which may have been carried out, and that a refusal has words.
func FuzzFaults(f *testing.F) {
	const problem = `{"Type":null,"Title":"Forbidden","Status":403,"Detail":"AuthenticationUnsuccessful"}`
	const exception = `{"ErrorNumber":10,"Type":"ValidationException","Message":"A validation exception occurred","Elements":[{"ValidationErrors":[{"Message":""}]}]}`
	for _, status := range []int{201, 302, 400, 401, 403, 404, 407, 409, 412, 500, 501, 502, 503, 511} {
		f.Add(status, "c", "application/json", problem)
		f.Add(status, "", "application/json", problem)
		f.Add(status, "c", "application/json", exception)
		f.Add(status, "", "application/json", exception)
		f.Add(status, "", "text/html", "<title>Blocked\n</title>")
		f.Add(status, "", "text/plain", " \x00 no ")
	}
	f.Fuzz(func(t *testing.T, status int, correlation, media, body string) {
		h := http.Header{}
		h.Set(correlationHeader, correlation)
		h.Set("Content-Type", media)
		got := troubleOf(&http.Response{StatusCode: status, Status: http.StatusText(status), Header: h, Request: &http.Request{}}, []byte(body))
		switch {
		case (got.Reason == app.NotConnected || got.Reason == app.NoConsent) && (correlation == "" || status != 401 && status != 403):
			t.Fatalf("%+v for a %d that is not Xero's", got, status)
		case got.Unsent && (status < 400 || status > 404), got.Unsent && !got.Answered:
			t.Fatalf("%+v for a %d", got, status)
		case got.Reason == app.Refused && strings.TrimSpace(got.Text) == "":
			t.Fatalf("%+v says nothing", got)
		case got.Err == nil || strings.ContainsAny(got.Text, "\r\n") && correlation == "" && status < 500:
			t.Fatalf("%+v", got)
		}
	})
}

// FuzzConnections checks that a list of connections is read whole or not at all.
func FuzzConnections(f *testing.F) {
	for _, seed := range []string{
		`[]`, `null`, `[null]`, `{}`, `[{"id":"c","tenantId":"T","tenantType":"Organisation","createdDateUtc":"2020-03-18T21:20:07.7179250"}]`,
		`[{"id":"c","tenantId":"t","tenantType":"PRACTICE"},{"id":"d","tenantId":"u","tenantType":"ORGANISATION"}]`, `[{"id":"c","tenantId":"t"}]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		reached, err := organisations([]byte(body))
		if err != nil {
			return
		}
		var all []struct{ TenantType string }
		if json.Unmarshal([]byte(body), &all) != nil || all == nil {
			t.Fatal("what is no list counts for an empty one")
		}
		n := 0
		for _, w := range all {
			if w.TenantType == "" {
				t.Fatal("it does not say to what, and counts for nothing")
			}
			if strings.EqualFold(w.TenantType, "ORGANISATION") {
				n++
			}
		}
		if n != len(reached) {
			t.Fatalf("%d of %d organisations are reached", len(reached), n)
		}
		for _, c := range reached {
			if c.ID == "" || c.Tenant.ID == "" || c.Tenant.ID == noID {
				t.Fatalf("reached is %+v", c)
			}
		}
	})
}

// FuzzTokens checks that only Xero's own refusal signs out, and that no trouble repeats an answer.
func FuzzTokens(f *testing.F) {
	for _, status := range []int{200, 302, 400, 401, 403, 407, 429, 500, 503, 511} {
		f.Add(status, "application/json", `{"error":"invalid_grant","error_description":"SECRET"}`)
		f.Add(status, "text/html", `<title>SECRET</title>`)
		f.Add(status, "application/x-www-form-urlencoded", `error=invalid_grant&access_token=SECRET`)
		f.Add(status, "application/json", `{"access_token":"SECRET","token_type":"Bearer"}`)
	}
	f.Fuzz(func(t *testing.T, status int, media, body string) {
		if status < 200 || status > 599 || !strings.Contains(body, "SECRET") {
			return
		}
		c := NewConnector(ConnectorConfig{HTTP: answering(func(r *http.Request) *http.Response {
			_, _ = io.Copy(io.Discard, r.Body)
			return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: http.Header{"Content-Type": {media}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
		})})
		grant, err := c.Refresh(t.Context(), app.Registration{ClientID: "id", Ports: []int{1}}, "refresh")
		if err == nil {
			if grant.Access == "" || status > 299 {
				t.Fatalf("a %d granted %+v", status, grant)
			}
			return
		}
		var got *app.Trouble
		if !errors.As(err, &got) {
			t.Fatalf("the error is %v (%T)", err, err)
		}
		var refused *oauth2.RetrieveError
		if got.Reason == app.NoConsent && (status != 400 && status != 401 || errors.As(err, &refused)) {
			t.Fatalf("a %d signs out: %+v", status, got)
		}
		if strings.Contains(err.Error()+got.Text, "SECRET") {
			t.Fatalf("it repeats the answer: %v", err)
		}
	})
}

type answering func(*http.Request) *http.Response

func (f answering) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

// FuzzCharts checks of whatever an organisation says that its lock date is no earlier than the days
// that it tells, or trouble.
func FuzzCharts(f *testing.F) {
	for _, seed := range []string{
		`{"Status":"OK","Organisations":[{"Name":"Kauri","BaseCurrency":"NZD","PeriodLockDate":"/Date(1546167600000+1300)/","EndOfYearLockDate":null}]}`,
		`{"Organisations":[null]}`, `{"Status":"ERROR","Organisations":[{"BaseCurrency":"NZD"}]}`, `{"Organisations":[]}`, `null`,
		`{"Organisations":[{"BaseCurrency":"NZD","PeriodLockDate":"2018-12-31T00:00:00-08:00"}],"Accounts":[{"Code":"200","Status":"active"}],"TaxRates":[{"TaxType":"OUTPUT2","EffectiveRate":15}]}`,
		`{"Organisations":[{"BaseCurrency":"NZD"}],"Accounts":[],"TaxRates":[null],"TrackingCategories":[],"Currencies":[],"BrandingThemes":[],"Items":[]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		d, err := decode(answer{body: []byte(body)}, "Organisations")
		if err != nil {
			return
		}
		var told []*struct{ PeriodLockDate, EndOfYearLockDate *string }
		for _, item := range d.items {
			var org *struct{ PeriodLockDate, EndOfYearLockDate *string }
			if json.Unmarshal(item, &org) != nil {
				return
			}
			told = append(told, org)
		}
		c := New(Config{})
		c.chain = answering(func(r *http.Request) *http.Response {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
		})
		lock, err := c.Lock(t.Context(), "tenant")
		if err != nil {
			return
		}
		if d.failed || len(told) != 1 || told[0] == nil {
			t.Fatalf("%d organisations, failed %v, and the lock date is %s", len(told), d.failed, lock)
		}
		for _, text := range []*string{told[0].PeriodLockDate, told[0].EndOfYearLockDate} {
			if text == nil || *text == "" {
				continue
			}
			at, err := parseWireTime(*text)
			if err != nil {
				t.Fatalf("the lock date %q cannot be read, and counts for none", *text)
			}
			if _, offset := at.Zone(); at.Year() > 1 && lock < (wireTime{at.UTC().Add(time.Duration(offset) * time.Second)}).day() {
				t.Fatalf("the lock date is %s, and %q was told", lock, *text)
			}
		}
	})
}
