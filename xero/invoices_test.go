package xero_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/xero"
	"feebridge/xero/sim"
)

// seedInvoices is an organisation with those invoices, each over 100.00 plus 15 % tax.
func seedInvoices(t *testing.T, cfg sim.Config, invoices ...sim.Invoice) books {
	t.Helper()
	orgs, err := sim.Seed("empty")
	if err != nil {
		t.Fatal(err)
	}
	contact := orgs[0].AddContact(sim.Contact{Name: "Kauri Joinery Ltd"})
	for _, v := range invoices {
		v.ContactID = contact.ContactID
		if v.Date.IsZero() {
			v.Date = sim.Day(2026, time.October, 1)
		}
		v.DueDate = v.Date
		v.Lines = []sim.Line{{Description: "Work", UnitAmount: decimal.NewFromInt(100), AccountCode: "200"}}
		orgs[0].AddInvoice(v)
	}
	cfg.Orgs = orgs
	return simulateOrgs(t, cfg)
}

func byNumber(standings []ledger.Standing) map[billing.Number][]ledger.InvoiceStatus {
	found := map[billing.Number][]ledger.InvoiceStatus{}
	for _, s := range standings {
		found[s.Number] = sorted(append(found[s.Number], s.Status))
	}
	return found
}

func TestInvoicesAreFoundByNumber(t *testing.T) {
	invoices := []sim.Invoice{
		{InvoiceID: "22222222-0000-4000-8000-000000000001", Number: "INV-1", Status: sim.StatusDeleted},
		{InvoiceID: "22222222-0000-4000-8000-000000000002", Number: "INV-1", Status: sim.StatusDeleted},
		{InvoiceID: "22222222-0000-4000-8000-000000000003", Number: "INV-1", Status: sim.StatusDraft},
		{Number: "INV-2", Status: sim.StatusVoided},
		{Number: "INV-10"},
		{Number: "INV-3", Type: sim.TypeBill},
		{Number: "A, B & C"},
		{Number: `6" pipe`},
		{Number: `C:\1`},
		{Number: `C:\1, again`},
		{Number: "100%+1#2"},
	}
	b := seedInvoices(t, sim.Config{}, invoices...)
	for _, test := range []struct {
		name    string
		numbers []billing.Number
		want    map[billing.Number][]ledger.InvoiceStatus
		calls   int
	}{
		{"one that was deleted and made again", []billing.Number{"INV-1"}, map[billing.Number][]ledger.InvoiceStatus{
			"INV-1": {ledger.DeletedThere, ledger.DeletedThere, ledger.DraftThere}}, 1},
		{"several", []billing.Number{"INV-2", "INV-10", "INV-99"}, map[billing.Number][]ledger.InvoiceStatus{
			"INV-2": {ledger.VoidedThere}, "INV-10": {ledger.AuthorisedThere}}, 1},
		{"in other case, and twice", []billing.Number{"inv-2", "INV-2"}, map[billing.Number][]ledger.InvoiceStatus{"INV-2": {ledger.VoidedThere}}, 1},
		{"that of a bill", []billing.Number{"INV-3"}, map[billing.Number][]ledger.InvoiceStatus{}, 1},
		{"with commas", []billing.Number{"A, B & C", "A"}, map[billing.Number][]ledger.InvoiceStatus{"A, B & C": {ledger.AuthorisedThere}}, 2},
		{"with quotes", []billing.Number{`6" pipe`}, map[billing.Number][]ledger.InvoiceStatus{`6" pipe`: {ledger.AuthorisedThere}}, 1},
		{"with a backslash", []billing.Number{`C:\1`}, map[billing.Number][]ledger.InvoiceStatus{`C:\1`: {ledger.AuthorisedThere}}, 1},
		{"with all that an address sets apart", []billing.Number{"100%+1#2"}, map[billing.Number][]ledger.InvoiceStatus{"100%+1#2": {ledger.AuthorisedThere}}, 1},
		{"none", nil, map[billing.Number][]ledger.InvoiceStatus{}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			b.sim.ResetCalls()
			found, err := b.ByNumber(t.Context(), b.tenant, test.numbers)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, byNumber(found)); diff != "" {
				t.Error(diff)
			}
			if calls := b.sim.TotalCalls(); calls != test.calls {
				t.Errorf("it took %d calls, want %d", calls, test.calls)
			}
		})
	}
}

func TestManyNumbersAreAskedForInFewCallsOfAShortAddress(t *testing.T) {
	var short, long []billing.Number
	for i := range 100 {
		short = append(short, billing.Number(fmt.Sprintf("INV-%04d", i)))
		long = append(long, billing.Number(fmt.Sprintf("%04d/", i)+strings.Repeat("&", 250)))
	}
	for _, test := range []struct {
		name    string
		numbers []billing.Number
		calls   int
	}{
		{"of usual length", short, 3},
		{"of the greatest length, each letter escaped", long, 50},
	} {
		t.Run(test.name, func(t *testing.T) {
			calls, longest := 0, 0
			asked := map[string]bool{}
			c := serve(t, serially(func(w http.ResponseWriter, r *http.Request) {
				calls++
				longest = max(longest, len(origin)+len(r.URL.RequestURI()))
				for n := range strings.SplitSeq(r.URL.Query().Get("InvoiceNumbers"), ",") {
					asked[n] = true
				}
				answers(http.StatusOK, envelope(emptyPage)).ServeHTTP(w, r)
			}), xero.Config{})
			if _, err := c.ByNumber(t.Context(), "tenant", test.numbers); err != nil {
				t.Fatal(err)
			}
			if calls != test.calls || longest > 2000 || len(asked) != len(test.numbers) {
				t.Errorf("%d calls with addresses of up to %d bytes asked for %d numbers", calls, longest, len(asked))
			}
		})
	}
}

// The most that one number ever has here is one page and one more.
func TestInvoicesOfANumberAreReadToTheLastPage(t *testing.T) {
	var invoices []sim.Invoice
	for i := range 1001 {
		invoices = append(invoices, sim.Invoice{
			InvoiceID: fmt.Sprintf("22222222-0000-4000-8000-%012d", i), Number: "INV-1", Status: sim.StatusDeleted,
		})
	}
	b := seedInvoices(t, sim.Config{}, invoices...)
	found, err := b.ByNumber(t.Context(), b.tenant, []billing.Number{"INV-1"})
	if err != nil || len(found) != 1001 {
		t.Errorf("%d of 1,001 were found: %v", len(found), err)
	}
}

func TestInvoicesAreFoundByID(t *testing.T) {
	id := func(n int) string { return fmt.Sprintf("22222222-0000-4000-8000-%012d", n) }
	b := seedInvoices(t, sim.Config{},
		sim.Invoice{InvoiceID: id(1), Number: "INV-1", Status: sim.StatusDraft},
		sim.Invoice{InvoiceID: id(2), Number: "INV-2", Status: sim.StatusDeleted},
		sim.Invoice{InvoiceID: id(3), Number: "INV-3", Status: sim.StatusVoided},
		sim.Invoice{InvoiceID: id(4), Number: "INV-4"},
		sim.Invoice{InvoiceID: id(5), Number: "INV-5", Type: sim.TypeBill},
		sim.Invoice{InvoiceID: id(6), Number: "INV-6"},
	)
	var ids []ledger.InvoiceID
	for _, n := range []int{5, 4, 3, 2, 1, 1, 9} {
		ids = append(ids, ledger.InvoiceID(id(n)))
	}
	found, err := b.ByID(t.Context(), b.tenant, ids)
	if err != nil {
		t.Fatal(err)
	}
	want := map[billing.Number][]ledger.InvoiceStatus{
		"INV-1": {ledger.DraftThere}, "INV-2": {ledger.DeletedThere}, "INV-3": {ledger.VoidedThere}, "INV-4": {ledger.AuthorisedThere},
	}
	if diff := cmp.Diff(want, byNumber(found)); diff != "" {
		t.Error(diff)
	}
	b.sim.ResetCalls()
	if found, err := b.ByID(t.Context(), b.tenant, nil); err != nil || len(found) != 0 || b.sim.TotalCalls() != 0 {
		t.Errorf("for no ID, %d were found in %d calls: %v", len(found), b.sim.TotalCalls(), err)
	}
}

// TestAnInvoiceIsReadByItself has lists without marks: only who reads an invoice by itself learns its mark.
func TestAnInvoiceIsReadByItself(t *testing.T) {
	const id, bill, absent = "22222222-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002", "22222222-0000-4000-8000-000000000003"
	const mark = "http://localhost:8742/open/0193d2a4-5b6c-7d8e-9f00-112233445566.7f3a0b1c2d3e4f5a6b7c8d9eafb0c1d2"
	b := seedInvoices(t, sim.Config{Marks: sim.MarksUnlisted},
		sim.Invoice{InvoiceID: id, Number: "INV-1", Status: sim.StatusVoided, URL: mark},
		sim.Invoice{InvoiceID: bill, Number: "INV-2", Type: sim.TypeBill},
	)
	listed, err := b.ByID(t.Context(), b.tenant, []ledger.InvoiceID{id})
	if err != nil || len(listed) != 1 || listed[0].Mark != "" {
		t.Fatalf("a list has %+v: %v", listed, err)
	}
	for which, want := range map[string]string{id: mark, strings.ToUpper(id): mark, bill: "", absent: ""} {
		b.sim.ResetCalls()
		st, read, err := b.Alone(t.Context(), b.tenant, ledger.InvoiceID(which))
		if err != nil || read != (want != "") || st.Mark != want || read && (st.ID != id || st.Status != ledger.VoidedThere) {
			t.Errorf("by itself %s is %v, %+v: %v", which, read, st, err)
		}
		if n := b.sim.TotalCalls(); n != 1 {
			t.Errorf("%d calls were made", n)
		}
	}
	rule, err := sim.ParseRule("GET /Invoices/* 500")
	if err != nil {
		t.Fatal(err)
	}
	b.sim.AddFault(rule)
	_, _, err = b.Alone(t.Context(), b.tenant, id)
	if trouble, ok := errors.AsType[*app.Trouble](err); !ok || trouble.Reason != app.Troubled {
		t.Errorf("an error of Xero's own is %v", err)
	}
}

// TestWhatThisApplicationMadeIsTold has more than a page of invoices, of which people made some in Xero.
func TestWhatThisApplicationMadeIsTold(t *testing.T) {
	began := time.Date(2026, time.November, 3, 9, 0, 0, 0, time.UTC)
	var invoices []sim.Invoice
	want := map[ledger.InvoiceID]bool{}
	for n := range 1_205 {
		id := fmt.Sprintf("22222222-0000-4000-8000-%012d", n)
		changed := began.Add(time.Duration(n) * time.Second)
		invoices = append(invoices, sim.Invoice{InvoiceID: id, Number: fmt.Sprint("INV-", n), CreatedByApp: n%100 != 7, UpdatedUTC: changed})
		if n%100 != 7 && n >= 100 {
			want[ledger.InvoiceID(id)] = true
		}
	}
	b := seedInvoices(t, sim.Config{}, invoices...)
	made, err := b.Made(t.Context(), b.tenant, began.Add(101*time.Second))
	if diff := cmp.Diff(want, made); diff != "" || err != nil {
		t.Errorf("%s, %v", diff, err)
	}
}

func TestManyIDsAreAskedForFortyAtATime(t *testing.T) {
	var invoices []sim.Invoice
	var ids []ledger.InvoiceID
	for i := range 300 {
		id := fmt.Sprintf("22222222-0000-4000-8000-%012d", i)
		ids = append(ids, ledger.InvoiceID(id))
		invoices = append(invoices, sim.Invoice{InvoiceID: id, Number: fmt.Sprintf("INV-%d", i)})
	}
	b := seedInvoices(t, sim.Config{Limits: true}, invoices...) // which refuses a sixth call at once
	found, err := b.ByID(t.Context(), b.tenant, ids)
	if err != nil || len(byNumber(found)) != 300 {
		t.Errorf("%d of 300 were found: %v", len(found), err)
	}
	if calls := b.sim.TotalCalls(); calls != 8 {
		t.Errorf("it took %d calls", calls)
	}
}

func TestAnInvoiceStandsAsXeroTellsIt(t *testing.T) {
	b := simulate(t, "empty", sim.Config{})
	contact := b.contact(t.Context(), t, "Kauri Joinery Ltd")
	w := sale("FB-1", contact)
	w.Status = ledger.AuthorisedThere
	outcomes, err := b.post(t.Context(), t, w)
	if err != nil {
		t.Fatal(err)
	}
	id := outcomes[0].Standing.ID
	if _, err := b.sim.RecordPayment(string(b.tenant), string(id), "090", sim.Day(2026, time.November, 5), decimal.RequireFromString("100.00")); err != nil {
		t.Fatal(err)
	}
	if err := b.sim.ApplyCredit(string(b.tenant), string(id), decimal.RequireFromString("143.01")); err != nil {
		t.Fatal(err)
	}
	found, err := b.ByNumber(t.Context(), b.tenant, []billing.Number{"FB-1"})
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	got := found[0]
	// 10.5 hours at 20.125 are 211.31, and 15 % of it 31.70.
	want := ledger.Standing{
		ID: id, Number: "FB-1", Mark: "http://localhost:8742/open/FB-1", Status: ledger.PaidThere, Contact: contact, ContactName: "Kauri Joinery Ltd",
		Date: 20261103, Due: 20261120, ReferenceTold: true, Currency: "NZD", Total: money.New(24301, "NZD"), AmountDue: money.Zero("NZD"),
		AmountPaid: money.New(10000, "NZD"), AmountCredited: money.New(14301, "NZD"), CreditedBy: ledger.CreditNotes, PaidOn: got.PaidOn, Updated: got.Updated,
	}
	if diff := cmp.Diff(want, got, exact); diff != "" {
		t.Error(diff)
	}
	if got.PaidOn.IsZero() || time.Since(got.Updated).Abs() > time.Hour {
		t.Errorf("paid on %q, updated %s", got.PaidOn, got.Updated)
	}
}

func TestAnInvoiceThatIsNotUnderstoodIsNotLeftOut(t *testing.T) {
	for name, change := range map[string][2]string{
		"an amount": {`"Total": 40.00`, `"Total": 40.005`},
		"a date":    {"1552262400000+0000", "x"},
		"an ID":     {`"InvoiceID": "ed255415-e141-4150-aab7-89c3bbbb851c",`, ``},
	} {
		element := strings.Replace(fmt.Sprintf(recorded, ""), change[0], change[1], 1)
		c := serve(t, answers(http.StatusOK, envelope(`"pagination":{"page":1,"pageSize":1000,"pageCount":1,"itemCount":1},"Invoices":[`+element+`]`)), xero.Config{})
		_, err := c.ByNumber(t.Context(), "tenant", []billing.Number{"INV-0007"})
		if got := troubleIn(t, err); got.Reason != app.Interrupted {
			t.Errorf("%s: %+v", name, got)
		}
		_, err = c.ByID(t.Context(), "tenant", []ledger.InvoiceID{recordedStanding.ID, ""})
		if got := troubleIn(t, err); got.Reason != app.Interrupted {
			t.Errorf("%s, by ID: %+v", name, got)
		}
		_, err = collect(c.Since(t.Context(), "tenant", time.Time{}))
		if got := troubleIn(t, err); got.Reason != app.Interrupted {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
