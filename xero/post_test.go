package xero_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/xero"
)

// answers returns a handler that gives the answer to every call, as Xero would send it.
func answers(status int, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Xero-Correlation-Id", "ccece84a-075c-4fcd-9073-149d4f7a91cf")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func envelope(list string) string {
	return `{"Id":"ccece84a-075c-4fcd-9073-149d4f7a91cf","Status":"OK","ProviderName":"Feebridge","DateTimeUTC":"\/Date(1552327126164)\/",` + list + `}`
}

// postNumbers sends a batch of the numbers to a server that gives the answer.
func postNumbers(t *testing.T, answer string, numbers ...billing.Number) ([]ledger.Outcome, error) {
	t.Helper()
	b := books{Client: serve(t, answers(http.StatusOK, answer), xero.Config{}), tenant: "tenant"}
	var writes []ledger.Write
	for _, n := range numbers {
		writes = append(writes, sale(n, "430fa14a-f945-44d3-9f97-5df5e28441b8"))
	}
	return b.post(t.Context(), t, writes...)
}

// recorded is the answer to a created invoice in the shape in which Xero gives it.
const recorded = `{
  "Type": "ACCREC", "InvoiceID": "ed255415-e141-4150-aab7-89c3bbbb851c", "InvoiceNumber": "INV-0007",
  "Reference": "Website Design", "Prepayments": [], "Overpayments": [], "AmountDue": 40.00, "AmountPaid": 0.00,
  "SentToContact": false, "CurrencyRate": 1.000000, "HasErrors": false, "IsDiscounted": false,
  "Url": "http:\/\/localhost:8742\/open\/INV-0007",
  "Contact": {
    "ContactID": "430fa14a-f945-44d3-9f97-5df5e28441b8", "ContactStatus": "ACTIVE", "Name": "Liam Gallagher",
    "Addresses": [{"AddressType": "STREET", "City": "", "Region": "", "PostalCode": "", "Country": "", "AttentionTo": ""}],
    "UpdatedDateUTC": "\/Date(1551747281053+0000)\/", "IsSupplier": true, "IsCustomer": true, "HasValidationErrors": false
  },
  "DateString": "2019-03-11T00:00:00", "Date": "\/Date(1552262400000+0000)\/",
  "DueDateString": "2018-12-10T00:00:00", "DueDate": "\/Date(1544400000000+0000)\/",
  "Status": "AUTHORISED", "LineAmountTypes": "Exclusive",
  "LineItems": [{
    "Description": "Acme Tires", "UnitAmount": 20.00, "TaxType": "NONE", "TaxAmount": 0.00, "LineAmount": 40.00,
    "AccountCode": "200", "Tracking": [], "Quantity": 2.0000, "LineItemID": "5f7a612b-fdcc-4d33-90fa-a9f6bc6db32f",
    "ValidationErrors": []
  }],
  "SubTotal": 40.00, "TotalTax": 0.00, "Total": 40.00, "UpdatedDateUTC": "\/Date(1552327126117+0000)\/",
  "UpdatedDateUTCString": "2019-03-11T17:58:46Z", "CurrencyCode": "NZD", "StatusAttributeString": "OK"%s
}`

// recordedStanding is what recorded says.
var recordedStanding = ledger.Standing{
	ID: "ed255415-e141-4150-aab7-89c3bbbb851c", Number: "INV-0007", Mark: "http://localhost:8742/open/INV-0007",
	Status: ledger.AuthorisedThere, Contact: "430fa14a-f945-44d3-9f97-5df5e28441b8", ContactName: "Liam Gallagher", Date: 20190311, Due: 20181210, Reference: "Website Design", ReferenceTold: true, Currency: "NZD",
	Total: money.New(4000, "NZD"), AmountDue: money.New(4000, "NZD"), AmountPaid: money.Zero("NZD"), AmountCredited: money.Zero("NZD"),
	Updated: time.Date(2019, 3, 11, 17, 58, 46, 117e6, time.UTC),
}

var exact = cmp.AllowUnexported(money.Amount{})

func TestAnElementSaysWhatBecameOfItsInvoice(t *testing.T) {
	accepted := ledger.Outcome{Member: "export-INV-0007", Verdict: ledger.Accepted, Standing: recordedStanding}
	warned := accepted
	warned.Messages = []ledger.Message{{
		Text:  "Account code '476' has been removed as it does not match a recognised account.",
		Cause: ledger.AccountUnknown, Warning: true, Subject: "476",
	}}
	rejected := func(messages ...ledger.Message) ledger.Outcome {
		return ledger.Outcome{Member: "export-INV-0007", Verdict: ledger.Rejected, Messages: messages}
	}
	unclear := ledger.Outcome{Member: "export-INV-0007"}
	odd := func(messages ...ledger.Message) ledger.Outcome {
		return ledger.Outcome{Member: "export-INV-0007", Messages: messages}
	}
	ok := fmt.Sprintf(recorded, "")
	taken := ledger.Message{Text: "Invoice # must be unique.", Cause: ledger.NumberTaken}
	wordless := ledger.Message{Text: "Xero rejected it and gave no reason."}
	for _, test := range []struct {
		name    string
		element string
		want    ledger.Outcome
	}{
		{"accepted", ok, accepted},
		{"accepted with a number in other case", strings.Replace(ok, "INV-0007", "inv-0007", 1), func() ledger.Outcome {
			o := accepted
			o.Standing.Number = "inv-0007"
			return o
		}()},
		{"accepted with a warning", strings.Replace(fmt.Sprintf(recorded,
			`,"Warnings":[{"Message":"Account code '476' has been removed as it does not match a recognised account."}]`),
			`"OK"`, `"WARNING"`, 1), warned},
		{"accepted, without a mark and paid", strings.NewReplacer(
			`"Url": "http:\/\/localhost:8742\/open\/INV-0007",`, ``, `"AUTHORISED"`, `"PAID","FullyPaidOnDate":"\/Date(1552348800000+0000)\/"`,
			`"AmountDue": 40.00, "AmountPaid": 0.00`, `"AmountDue": 0.00, "AmountPaid": 40.00`).Replace(ok), func() ledger.Outcome {
			o := accepted
			o.Standing.Mark, o.Standing.Status, o.Standing.PaidOn = "", ledger.PaidThere, 20190312
			o.Standing.AmountDue, o.Standing.AmountPaid = o.Standing.AmountPaid, o.Standing.AmountDue
			return o
		}()},
		{"rejected", `{"InvoiceID":"00000000-0000-0000-0000-000000000000","InvoiceNumber":"INV-0007","HasErrors":true,` +
			`"StatusAttributeString":"ERROR","ValidationErrors":[{"Message":"Invoice # must be unique."}]}`, rejected(taken)},
		{"rejected for several reasons, told for the whole and for the parts", `{"InvoiceID":"00000000-0000-0000-0000-000000000000",` +
			`"InvoiceNumber":"INV-0007","HasErrors":true,"StatusAttributeString":"ERROR","ValidationErrors":[` +
			`{"Message":"Invoice # must be unique."},{"Message":"The TaxType field is mandatory"}],` +
			`"Contact":{"ValidationErrors":[{"Message":"Email address must be valid."}]},` +
			`"LineItems":[{"ValidationErrors":[{"Message":"The TaxType field is mandatory"},{"Message":"New wording"}]}],` +
			`"Warnings":[{"Message":"Only AUTHORISED invoices may have SentToContact updated."}]}`,
			rejected(taken,
				ledger.Message{Text: "The TaxType field is mandatory", Cause: ledger.TaxMissing},
				ledger.Message{Text: "Email address must be valid.", Cause: ledger.EmailInvalid},
				ledger.Message{Text: "New wording", Cause: ledger.Other},
				ledger.Message{Text: "Only AUTHORISED invoices may have SentToContact updated.", Cause: ledger.NotAllowedThere, Warning: true})},
		{"rejected without a word", `{"InvoiceNumber":"INV-0007","HasErrors":true,"StatusAttributeString":"ERROR"}`, rejected(wordless)},
		{"rejected with empty words", `{"InvoiceNumber":"INV-0007","StatusAttributeString":"ERROR","ValidationErrors":[{"Message":""},{"Message":" ","Description":null}]}`, rejected(wordless)},
		{"rejected, in the words of a description", `{"InvoiceNumber":"INV-0007","StatusAttributeString":"ERROR","ValidationErrors":[{"Description":"Invoice # must be unique."}]}`, rejected(taken)},
		{"rejected, and it has an ID", strings.Replace(fmt.Sprintf(recorded, `,"ValidationErrors":[{"Message":"Invoice # must be unique."}]`), `"OK"`, `"ERROR"`, 1), rejected(taken)},
		{"rejected with an ID and without errors", strings.Replace(ok, `"OK"`, `"ERROR"`, 1), unclear},
		{"rejected for what Xero excuses in general, too", `{"InvoiceNumber":"INV-0007","StatusAttributeString":"ERROR","ValidationErrors":[` +
			`{"Message":"An error occurred in Xero. Check the API Status page"},{"Message":"Invoice not of valid status for modification"},{"Message":"Something new"},{"Message":"Invoice # must be unique."}]}`,
			rejected(taken, ledger.Message{Text: "Invoice not of valid status for modification", Cause: ledger.StatusMoved}, ledger.Message{Text: "Something new"},
				ledger.Message{Text: "An error occurred in Xero. Check the API Status page", Cause: ledger.XeroTrouble})},
		{"errors although it is called OK", strings.Replace(
			fmt.Sprintf(recorded, `,"ValidationErrors":[{"Message":"Invoice # must be unique."}]`),
			"ed255415-e141-4150-aab7-89c3bbbb851c", "00000000-0000-0000-0000-000000000000", 1), odd(taken)},
		{"errors, although it is called OK and has an ID", fmt.Sprintf(recorded, `,"ValidationErrors":[{"Message":"Invoice # must be unique."}]`), odd(taken)},
		{"accepted with an ID in capitals", strings.Replace(ok, "ed255415-e141", "ED255415-E141", 1), accepted},
		{"accepted with a space behind its number", strings.Replace(ok, `"INV-0007"`, `"INV-0007 "`, 1), accepted},
		{"accepted, in small letters", strings.NewReplacer(`"OK"`, `"ok"`, `"ACCREC"`, `"AccRec"`, `"AUTHORISED"`, `"Authorised"`).Replace(ok), accepted},
		{"a bill", strings.Replace(ok, `"ACCREC"`, `"ACCPAY"`, 1), unclear},
		{"no type", strings.Replace(ok, `"Type": "ACCREC",`, "", 1), unclear},
		{"nothing said of what is due", strings.Replace(ok, `"AmountDue": 40.00,`, `"AmountDue": null,`, 1), unclear},
		{"no status in Xero", strings.Replace(ok, `"Status": "AUTHORISED",`, "", 1), unclear},
		{"the number of another", strings.Replace(ok, "INV-0007", "INV-0008", 1), unclear},
		{"no number", strings.Replace(ok, `"InvoiceNumber": "INV-0007",`, "", 1), unclear},
		{"the ID of nothing", strings.Replace(ok, "ed255415-e141-4150-aab7-89c3bbbb851c", "00000000-0000-0000-0000-000000000000", 1), unclear},
		{"no ID", strings.Replace(ok, `"InvoiceID": "ed255415-e141-4150-aab7-89c3bbbb851c",`, "", 1), unclear},
		{"no status", strings.Replace(ok, `"StatusAttributeString": "OK"`, `"X":0`, 1), unclear},
		{"a status that is not known", strings.Replace(ok, `"OK"`, `"MAYBE"`, 1), unclear},
		{"a total of three decimals", strings.Replace(ok, `"Total": 40.00`, `"Total": 40.001`, 1), unclear},
		{"no total", strings.Replace(ok, `"Total": 40.00,`, "", 1), unclear},
		{"an amount that is none", strings.Replace(ok, `"AmountDue": 40.00`, `"AmountDue": "much"`, 1), unclear},
		{"a date that is none", strings.Replace(ok, "1552262400000+0000", "soon", 1), unclear},
		{"no currency", strings.Replace(ok, `"CurrencyCode": "NZD",`, "", 1), unclear},
		{"null", "null", unclear},
		{"a number in its place", "7", unclear},
	} {
		t.Run(test.name, func(t *testing.T) {
			outcomes, err := postNumbers(t, envelope(`"Invoices":[`+test.element+`]`), "INV-0007")
			if err != nil {
				t.Fatal(err)
			}
			test.want.Correlation = "ccece84a-075c-4fcd-9073-149d4f7a91cf" // of the call, whatever its element says
			if diff := cmp.Diff([]ledger.Outcome{test.want}, outcomes, exact); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnswersAreMatchedByPlaceAndNumber(t *testing.T) {
	element := func(n string) string { return strings.ReplaceAll(fmt.Sprintf(recorded, ""), "INV-0007", n) }
	for _, test := range []struct {
		name     string
		elements []string
		want     string // A for accepted, ? for unclear
	}{
		{"all", []string{element("A1"), element("A2"), element("A3")}, "AAA"},
		{"one too few at the end", []string{element("A1"), element("A2")}, "AA?"},
		{"one too few at the beginning", []string{element("A2"), element("A3")}, "???"},
		{"one too many", []string{element("A1"), element("A2"), element("A3"), element("A4")}, "AAA"},
		{"two changed places", []string{element("A2"), element("A1"), element("A3")}, "??A"},
		{"none", []string{}, "???"},
	} {
		t.Run(test.name, func(t *testing.T) {
			outcomes, err := postNumbers(t, envelope(`"Invoices":[`+strings.Join(test.elements, ",")+`]`), "A1", "A2", "A3")
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for i, o := range outcomes {
				if want := fmt.Sprintf("export-A%d", i+1); o.Member != want {
					t.Errorf("outcome %d is of %s, want %s", i, o.Member, want)
				}
				got += map[ledger.Verdict]string{ledger.Accepted: "A", ledger.Unclear: "?", ledger.Rejected: "R"}[o.Verdict]
			}
			if got != test.want {
				t.Errorf("the verdicts are %s, want %s", got, test.want)
			}
		})
	}
}

func TestAContactsElementSaysWhatBecameOfIt(t *testing.T) {
	const created = `{"ContactID":"3ff6d40c-af9a-40a3-89ce-3c1556a25591","ContactStatus":"ACTIVE","ContactNumber":"FOO","Name":"Foo 9987",` +
		`"EmailAddress":"sid32476@blah.com","UpdatedDateUTC":"\/Date(1551399321043+0000)\/","HasValidationErrors":false,"StatusAttributeString":"OK"}`
	accepted := ledger.Outcome{Member: "client", Verdict: ledger.Accepted, Contact: ledger.Contact{
		ID: "3ff6d40c-af9a-40a3-89ce-3c1556a25591", Number: "FOO", Name: "Foo 9987", Email: "sid32476@blah.com",
		Updated: time.UnixMilli(1551399321043).UTC(),
	}}
	const text = "The contact name Foo 9987 is already assigned to another contact. The contact name must be unique across all active contacts."
	for _, test := range []struct {
		name    string
		element string
		want    ledger.Outcome
	}{
		{"accepted", created, accepted},
		{"accepted in other case and spaces", strings.Replace(created, "Foo 9987", "FOO  9987", 1), func() ledger.Outcome {
			o := accepted
			o.Contact.Name = "FOO  9987"
			return o
		}()},
		{"rejected", `{"ContactID":"00000000-0000-0000-0000-000000000000","Name":"Foo 9987","HasValidationErrors":true,` +
			`"StatusAttributeString":"ERROR","ValidationErrors":[{"Message":"` + text + `"}]}`,
			ledger.Outcome{Member: "client", Verdict: ledger.Rejected, Messages: []ledger.Message{{Text: text, Cause: ledger.ContactTaken, Subject: "Foo 9987"}}}},
		{"rejected, and it has an ID", strings.NewReplacer(`"OK"`, `"ERROR","ValidationErrors":[{"Description":"Another contact has this contact number."}]`).Replace(created),
			ledger.Outcome{Member: "client", Verdict: ledger.Rejected, Messages: []ledger.Message{{Text: "Another contact has this contact number.", Cause: ledger.ContactTaken}}}},
		{"rejected for its address", `{"ContactID":"00000000-0000-0000-0000-000000000000","Name":"Foo 9987","StatusAttributeString":"ERROR",` +
			`"Addresses":[{"ValidationErrors":[{"Message":"The PostalCode is too long."}]}]}`,
			ledger.Outcome{Member: "client", Verdict: ledger.Rejected, Messages: []ledger.Message{{Text: "The PostalCode is too long.", Cause: ledger.AddressInvalid, Field: billing.PostalCodeField}}}},
		{"called OK, with errors", strings.Replace(created, `"OK"`, `"OK","ValidationErrors":[{"Message":"x"}]`, 1),
			ledger.Outcome{Member: "client", Messages: []ledger.Message{{Text: "x"}}}},
		{"merged into nothing", strings.Replace(created, `"ContactNumber"`, `"MergedToContactID":"00000000-0000-0000-0000-000000000000","ContactNumber"`, 1), accepted},
		{"another name", strings.Replace(created, "Foo 9987", "Bar", 1), ledger.Outcome{Member: "client"}},
		{"the ID of nothing", strings.Replace(created, "3ff6d40c-af9a-40a3-89ce-3c1556a25591", "00000000-0000-0000-0000-000000000000", 1), ledger.Outcome{Member: "client"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := serve(t, answers(http.StatusOK, envelope(`"Contacts":[`+test.element+`]`)), xero.Config{})
			payloads, err := c.PrepareContacts([]ledger.NewContact{{Client: "client", Name: "Foo 9987"}}, 50)
			if err != nil {
				t.Fatal(err)
			}
			outcomes, err := c.Post(t.Context(), batch("tenant", payloads[0], "key"))
			if err != nil {
				t.Fatal(err)
			}
			test.want.Correlation = "ccece84a-075c-4fcd-9073-149d4f7a91cf" // of the call, whatever its element says
			if diff := cmp.Diff([]ledger.Outcome{test.want}, outcomes, exact); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAWriteGoesOutAsXeroWantsIt(t *testing.T) {
	var got *http.Request
	var body string
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		read, _ := io.ReadAll(r.Body)
		got, body = r, string(read)
		answers(http.StatusOK, envelope(`"Invoices":[]`)).ServeHTTP(w, r)
	}), xero.Config{})
	payloads, err := c.PrepareInvoices([]ledger.Write{sale("A1", "c")}, 50)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Post(t.Context(), batch("tenant-1", payloads[0], "key-1")); err != nil {
		t.Fatal(err)
	}
	if got.Method != http.MethodPut || got.URL.String() != "/api.xro/2.0/Invoices?summarizeErrors=false&unitdp=4" {
		t.Errorf("it went out as %s %s", got.Method, got.URL)
	}
	for name, want := range map[string]string{
		"Accept": "application/json", "Content-Type": "application/json", "xero-tenant-id": "tenant-1",
		"Idempotency-Key": "key-1", "Authorization": "Bearer token-of-test", "Content-Length": fmt.Sprint(len(body)),
	} {
		if got.Header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Header.Get(name), want)
		}
	}
	if body != string(payloads[0].Body) {
		t.Errorf("the body is not the stored one:\n%s\n%s", body, payloads[0].Body)
	}
}

func TestABatchThatCannotBeSentIsNot(t *testing.T) {
	c := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was sent") }), xero.Config{})
	for name, b := range map[string]app.Batch{
		"of no kind":             {Body: []byte(`{"Invoices":[]}`)},
		"without a body":         {Kind: app.InvoiceBatch},
		"with another list":      {Kind: app.InvoiceBatch, Body: []byte(`{"Contacts":[{}]}`), Members: []string{"a"}},
		"with a member too many": {Kind: app.InvoiceBatch, Body: []byte(`{"Invoices":[{}]}`), Members: []string{"a", "b"}},
	} {
		_, err := c.Post(t.Context(), b)
		if trouble := troubleIn(t, err); !trouble.Unsent {
			t.Errorf("a batch %s: %+v", name, trouble)
		}
	}
}

// FuzzAnswers checks of whatever is answered that nothing is accepted which the answer
// does not say of that very invoice.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{
		envelope(`"Invoices":[` + fmt.Sprintf(recorded, "") + `]`),
		envelope(`"Invoices":[{"InvoiceNumber":"INV-0007","StatusAttributeString":"ERROR","ValidationErrors":[{"Message":"x"}]},null]`),
		`{"Invoices":[7,[],{"InvoiceID":7}]}`, `{"Invoices":{}}`, `[]`, `null`, ``, `{"Invoices":[{"Total":1e400}]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		b := books{tenant: "tenant", Client: client(xero.Config{HTTP: roundTrip(func(r *http.Request) (*http.Response, error) {
			_, _ = io.Copy(io.Discard, r.Body)
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer))}, nil
		})})}
		outcomes, err := b.post(t.Context(), t, sale("INV-0007", "c"), sale("INV-0008", "c"))
		if err != nil {
			if got := troubleIn(t, err); got.Reason != app.Interrupted || got.Unsent || got.Answered {
				t.Fatalf("the error is %+v", got)
			}
			return
		}
		if len(outcomes) != 2 {
			t.Fatalf("there are %d outcomes for 2", len(outcomes))
		}
		for i, want := range []billing.Number{"INV-0007", "INV-0008"} {
			o := outcomes[i]
			accepted := o.Verdict == ledger.Accepted
			if accepted != (o.Standing.ID != "") || accepted && o.Standing.Number.Fold() != want.Fold() {
				t.Fatalf("the outcome of %s is %+v", want, o)
			}
		}
	})
}
