package sim

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
)

func TestActionsOnInvoices(t *testing.T) {
	type state struct {
		Status                   string
		Paid, Credited, Due, Tax string
	}
	tests := []struct {
		name, number, action string
		form                 url.Values
		want                 state
	}{
		{"submit", "INV-0037", "submit", nil, state{"SUBMITTED", "0.00", "0.00", "452.81", "59.06"}},
		{"approve a draft", "INV-0037", "approve", nil, state{"AUTHORISED", "0.00", "0.00", "452.81", "59.06"}},
		{"approve what was submitted", "INV-0033", "approve", nil, state{"AUTHORISED", "0.00", "0.00", "1906.13", "248.63"}},
		{"delete a draft", "INV-0037", "delete", nil, state{"DELETED", "0.00", "0.00", "0.00", "59.06"}},
		{"void", "INV-0020", "void", nil, state{"VOIDED", "0.00", "0.00", "0.00", "175.50"}},
		{
			"pay in part", "INV-0020", "pay", url.Values{"amount": {"1,000.50"}, "date": {"2026-11-01"}, "account": {"090"}},
			state{"AUTHORISED", "1000.50", "0.00", "345.00", "175.50"},
		},
		{
			"pay the rest", "INV-0018", "pay", url.Values{"amount": {"1294.00"}, "date": {"2026-11-01"}, "account": {"091"}},
			state{"PAID", "1794.00", "0.00", "0.00", "234.00"},
		},
		{"credit in part", "INV-0020", "credit", url.Values{"amount": {"45.50"}}, state{"AUTHORISED", "0.00", "45.50", "1300.00", "175.50"}},
		{"credit all of it", "INV-0020", "credit", url.Values{"amount": {"1345.50"}}, state{"PAID", "0.00", "1345.50", "0.00", "175.50"}},
		{"allocate a prepayment", "INV-0020", "credit", url.Values{"kind": {"prepayment"}, "amount": {"45.50"}}, state{"AUTHORISED", "0.00", "45.50", "1300.00", "175.50"}},
		{"allocate an overpayment", "INV-0020", "credit", url.Values{"kind": {"overpayment"}, "amount": {"1345.50"}}, state{"PAID", "0.00", "1345.50", "0.00", "175.50"}},
		{"credit in full", "INV-0020", "credit-in-full", nil, state{"PAID", "0.00", "1345.50", "0.00", "175.50"}},
		{"credit the rest in full", "INV-0018", "credit-in-full", nil, state{"PAID", "500.00", "1294.00", "0.00", "234.00"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := visitSeed(t, "demo")
			address := "/invoices/" + v.invoice(test.number).InvoiceID
			if p := v.post(address+"/"+test.action, test.form); p.status != http.StatusSeeOther || p.location != address {
				t.Fatalf("status %d to %q, want a redirect to %s\n%s", p.status, p.location, address, p.body)
			}
			inv := v.invoice(test.number)
			got := state{
				inv.Status, inv.AmountPaid().StringFixed(2), inv.AmountCredited().StringFixed(2),
				inv.AmountDue().StringFixed(2), inv.TotalTax.StringFixed(2),
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestRemovePayment(t *testing.T) {
	v := visitSeed(t, "demo")
	inv := v.invoice("INV-0001")
	remove := "/invoices/" + inv.InvoiceID + "/payments/" + inv.Payments[0].PaymentID + "/remove"
	if p := v.post(remove, nil); p.status != http.StatusSeeOther {
		t.Fatalf("status %d\n%s", p.status, p.body)
	}
	if inv = v.invoice("INV-0001"); inv.Status != StatusAuthorised || !inv.AmountDue().Equal(inv.Total) {
		t.Errorf("%s with %s due, want AUTHORISED with all of %s", inv.Status, inv.AmountDue(), inv.Total)
	}
	if p := v.get("/invoices/" + inv.InvoiceID); strings.Contains(p.body, "<h2>Payments</h2>") {
		t.Error("the removed payment is still listed")
	}
	other := v.invoice("INV-0002")
	p := v.post("/invoices/"+inv.InvoiceID+"/payments/"+other.Payments[0].PaymentID+"/remove", nil)
	if p.status != http.StatusUnprocessableEntity || v.invoice("INV-0002").Status != StatusPaid {
		t.Error("a payment was removed through another invoice")
	}
}

func TestCreditsAreListed(t *testing.T) {
	v := visitSeed(t, "demo")
	address := "/invoices/" + v.invoice("INV-0020").InvoiceID
	page := v.get(address).body
	if !strings.Contains(page, ">Credit in full</button>") || strings.Contains(page, "<h2>Credits</h2>") {
		t.Error("before: want the button, and no list of credits")
	}
	for _, action := range []struct {
		name string
		form url.Values
	}{
		{"credit", url.Values{"amount": {"45.50"}}}, {"credit", url.Values{"kind": {"overpayment"}, "amount": {"100"}}}, {"credit-in-full", nil},
	} {
		if p := v.post(address+"/"+action.name, action.form); p.status != http.StatusSeeOther {
			t.Fatalf("status %d\n%s", p.status, p.body)
		}
	}
	page = v.get(address).body
	for _, want := range []string{
		"<h2>Credits</h2>", "<td>CN-0001</td><td class=\"num\">45.50</td>", "<td>Overpayment</td><td class=\"num\">100.00</td>",
		"<td>CN-0003</td><td class=\"num\">1,200.00</td>",
		"<tr><th>Credited</th><td class=\"num\">1,345.50</td></tr>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	if strings.Contains(page, ">Credit in full</button>") {
		t.Error("there is nothing left to credit, and the page offers it")
	}
}

func TestRefusalsAreShownBesideTheForm(t *testing.T) {
	tests := []struct {
		name, number, action string
		form                 url.Values
		want                 []string
	}{
		{"void what is paid in part", "INV-0018", "void", nil, []string{msgAllocated, msgVoidAllocated}},
		{"approve without a due date", "INV-0042", "approve", nil, []string{msgNoDueDate}},
		{"delete what is approved", "INV-0020", "delete", nil, []string{msgStatusModify}},
		{"submit what is voided", "INV-0043", "submit", nil, []string{msgStatusModify}},
		{
			"pay too much", "INV-0020", "pay", url.Values{"amount": {"5000"}, "date": {"2026-11-01"}, "account": {"091"}},
			[]string{msgPaymentExceeds, `value="5000"`, `<option value="091" selected>`},
		},
		{
			"pay a draft", "INV-0037", "pay", url.Values{"amount": {"1"}, "date": {"2026-11-01"}, "account": {"090"}},
			[]string{msgPaymentAuthorised},
		},
		{
			"pay into an income account", "INV-0020", "pay", url.Values{"amount": {"1"}, "date": {"2026-11-01"}, "account": {"200"}},
			[]string{msgPaymentAccount},
		},
		{
			"amount and day that are none", "INV-0020", "pay", url.Values{"amount": {"1e9999999"}, "date": {"today"}, "account": {"090"}},
			[]string{"Amount: &#34;1e9999999&#34; is not a number", "Date: &#34;today&#34; is not a date"},
		},
		{"no day", "INV-0020", "pay", url.Values{"amount": {"1"}, "account": {"090"}}, []string{"enter the day of the payment"}},
		{"credit too much", "INV-0020", "credit", url.Values{"amount": {"5000"}}, []string{msgPaymentExceeds, `value="5000"`}},
		{"too much of a prepayment", "INV-0020", "credit", url.Values{"kind": {"prepayment"}, "amount": {"5000"}}, []string{msgPaymentExceeds, `<option value="prepayment" selected>`}},
		{"credit from nowhere", "INV-0020", "credit", url.Values{"kind": {"gift"}, "amount": {"1"}}, []string{"cannot be found"}},
		{"credit a draft in full", "INV-0037", "credit-in-full", nil, []string{msgPaymentAuthorised}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := visitSeed(t, "demo")
			before := v.invoice(test.number)
			p := v.post("/invoices/"+before.InvoiceID+"/"+test.action, test.form)
			if p.status != http.StatusUnprocessableEntity {
				t.Errorf("status %d", p.status)
			}
			for _, want := range test.want {
				if !strings.Contains(p.body, want) {
					t.Errorf("the page does not show %q", want)
				}
			}
			if diff := cmp.Diff(before, v.invoice(test.number)); diff != "" {
				t.Errorf("the refused invoice changed:\n%s", diff)
			}
		})
	}
}

// filledForm is the edit form as a browser sends it back untouched.
func filledForm(inv Invoice) url.Values {
	f := formOf(inv)
	form := url.Values{
		"number": {f.Number}, "date": {f.Date}, "due": {f.Due}, "reference": {f.Reference}, "contact": {f.Contact},
		"currency": {f.Currency}, "amounts": {f.Amounts},
	}
	for _, l := range append(f.Lines, make([]lineForm, spareLines)...) {
		form.Add("line.id", l.ID)
		form.Add("line.description", l.Description)
		form.Add("line.quantity", l.Quantity)
		form.Add("line.unit", l.Unit)
		form.Add("line.discount", l.Discount)
		form.Add("line.account", l.Account)
		form.Add("line.tax", l.Tax)
	}
	return form
}

func TestEditInvoice(t *testing.T) {
	v := visitSeed(t, "demo")
	inv := v.invoice("INV-0019") // approved, one tracked line
	other := v.contact("Blenheim Print")
	form := filledForm(inv)
	form.Set("number", "INV-0919")
	form.Set("date", "2026-06-13")
	form.Set("due", "2026-07-31")
	form.Set("reference", "PO 12")
	form.Set("contact", other.ContactID)
	form["line.unit"][0] = "99.1255"
	form["line.quantity"][0] = "2"
	form["line.description"][1], form["line.unit"][1], form["line.account"][1] = "Cartage", "10", "260"
	form["line.description"][2] = "With thanks"
	if p := v.post("/invoices/"+inv.InvoiceID+"/edit", form); p.status != http.StatusSeeOther {
		t.Fatalf("status %d\n%s", p.status, p.body)
	}
	got := v.invoice("INV-0919")
	type line struct{ Description, Quantity, Unit, Amount, Tax, Account, Region string }
	type invoice struct {
		ID, Status, Contact, Reference, Total string
		Date, Due                             time.Time
		Lines                                 []line
	}
	flat := invoice{
		got.InvoiceID, got.Status, got.ContactID, got.Reference, got.Total.StringFixed(2), got.Date, got.DueDate, nil,
	}
	for _, l := range got.Lines {
		region := ""
		if len(l.Tracking) > 0 {
			region = l.Tracking[0].Option
		}
		flat.Lines = append(flat.Lines, line{
			l.Description, l.Quantity.String(), l.UnitAmount.String(), l.LineAmount.StringFixed(2), l.TaxAmount.StringFixed(2),
			l.AccountCode, region,
		})
	}
	want := invoice{
		inv.InvoiceID, StatusAuthorised, other.ContactID, "PO 12", "239.49", Day(2026, 6, 13), Day(2026, 7, 31),
		[]line{
			{"Yard scales", "2", "99.1255", "198.25", "29.74", "200", "North"},
			{"Cartage", "1", "10", "10.00", "1.50", "260", ""},
			{"With thanks", "0", "0", "0.00", "0.00", "", ""},
		},
	}
	if diff := cmp.Diff(want, flat); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if got.Lines[0].LineItemID != inv.Lines[0].LineItemID {
		t.Error("the changed line became another line")
	}
}

// On an invoice that is paid in part only what differs may be sent: the rest of the form would be refused.
func TestEditWhatPartPaidAllows(t *testing.T) {
	v := visitSeed(t, "demo")
	inv := v.invoice("INV-0018")
	form := filledForm(inv)
	form.Set("number", "INV-0018-A")
	form.Set("due", "2026-12-01")
	if p := v.post("/invoices/"+inv.InvoiceID+"/edit", form); p.status != http.StatusSeeOther {
		t.Fatalf("status %d\n%s", p.status, p.body)
	}
	if got := v.invoice("INV-0018-A"); !got.DueDate.Equal(Day(2026, 12, 1)) || len(got.Lines) != len(inv.Lines) {
		t.Errorf("due %s with %d lines", got.DueDate, len(got.Lines))
	}
	form["line.unit"][0] = "1"
	p := v.post("/invoices/"+inv.InvoiceID+"/edit", form)
	if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, msgAllocated) {
		t.Errorf("status %d, want a refusal", p.status)
	}
}

// What a browser cannot give back as it was, such as ends of lines and spaces around, is no change by the person.
func TestFormSentBackUntouchedChangesNothing(t *testing.T) {
	orgs, err := Seed("empty")
	if err != nil {
		t.Fatal(err)
	}
	o := orgs[0]
	c := o.AddContact(Contact{Name: "Ann"})
	inv := o.AddInvoice(Invoice{
		Number: "N-1", Reference: " PO 1 ", ContactID: c.ContactID, Date: Day(2026, 1, 1), DueDate: Day(2026, 2, 1),
		LineAmountTypes: AmountsInclusive, Lines: []Line{
			{Description: " two\r\nlines\n", UnitAmount: decimal.New(48755, -4), Quantity: decimal.New(25, -1), DiscountRate: decimal.New(125, -1), AccountCode: "200"},
			{Description: "words alone", DescriptionOnly: true},
		},
	})
	o.AddPayment(inv, "090", Day(2026, 1, 2), decimal.NewFromInt(1)) // nearly nothing may change any more
	v := visit(t, orgs)
	before := v.invoice("N-1")
	form := filledForm(before)
	form.Set("due", "2026-03-01")
	if p := v.post("/invoices/"+before.InvoiceID+"/edit", form); p.status != http.StatusSeeOther {
		t.Fatalf("status %d\n%s", p.status, p.body)
	}
	after := v.invoice("N-1")
	before.DueDate, before.History, before.UpdatedUTC = after.DueDate, after.History, after.UpdatedUTC
	if diff := cmp.Diff(before, after); diff != "" || !after.DueDate.Equal(Day(2026, 3, 1)) {
		t.Errorf("due %s, and:\n%s", after.DueDate, diff)
	}
}

func TestEditThatIsRefusedKeepsWhatWasTyped(t *testing.T) {
	v := visitSeed(t, "demo")
	inv := v.invoice("INV-0037")
	form := filledForm(inv)
	form.Set("number", "INV-0041")
	form.Set("reference", "typed & kept")
	form["line.unit"][0] = "12,5x"
	p := v.post("/invoices/"+inv.InvoiceID+"/edit", form)
	for _, want := range []string{"Line 1, price: &#34;12,5x&#34; is not a number", `value="typed &amp; kept"`, `value="12,5x"`} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	empty := filledForm(Invoice{Number: inv.Number, Date: inv.Date, DueDate: inv.DueDate, ContactID: inv.ContactID})
	if p = v.post("/invoices/"+inv.InvoiceID+"/edit", empty); !strings.Contains(p.body, msgNoLines) {
		t.Errorf("no lines: status %d, want %q", p.status, msgNoLines)
	}
	form["line.unit"][0] = "12.50"
	if p = v.post("/invoices/"+inv.InvoiceID+"/edit", form); !strings.Contains(p.body, msgNumberTaken) {
		t.Errorf("status %d, want %q", p.status, msgNumberTaken)
	}
	if diff := cmp.Diff(inv, v.invoice("INV-0037")); diff != "" {
		t.Errorf("the refused invoice changed:\n%s", diff)
	}
}

func TestNewInvoice(t *testing.T) {
	v := visitSeed(t, "demo")
	form := url.Values{
		"org": {v.tenant()}, "number": {"BY-HAND-1"}, "date": {"2026-11-01"}, "due": {"2026-11-20"}, "currency": {"NZD"},
		"amounts": {AmountsInclusive}, "contact": {v.contact("Harbour Café").ContactID},
		"line.id": {""}, "line.description": {"Coffee"}, "line.quantity": {"3"}, "line.unit": {"4.60"},
		"line.discount": {""}, "line.account": {"200"}, "line.tax": {""},
	}
	p := v.post("/invoices", form)
	inv := v.invoice("BY-HAND-1")
	if p.location != "/invoices/"+inv.InvoiceID || inv.Status != StatusDraft || inv.CreatedByApp ||
		!inv.Total.Equal(decimal.New(1380, -2)) || !inv.TotalTax.Equal(decimal.New(180, -2)) {
		t.Errorf("to %q: %s, total %s with tax %s", p.location, inv.Status, inv.Total, inv.TotalTax)
	}
	if p = v.post("/invoices", form); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, msgNumberTaken) {
		t.Errorf("the same number again: status %d", p.status)
	}
}
