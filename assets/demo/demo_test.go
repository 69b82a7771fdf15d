package demo_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/assets/demo"

	"github.com/google/go-cmp/cmp"
)

const today billing.Date = 20261122 // a Sunday

func TestTheFirmIsTheSameEveryTime(t *testing.T) {
	comparable := cmp.AllowUnexported(money.Discount{})
	if diff := cmp.Diff(demo.Clients(), demo.Clients()); diff != "" {
		t.Errorf("clients:\n%s", diff)
	}
	changed := demo.Invoices(today)
	for i := range changed {
		for l := range changed[i].Lines {
			changed[i].Lines[l].Description = "changed by the caller"
			for k := range changed[i].Lines[l].Tracking {
				changed[i].Lines[l].Tracking[k].Option = "changed by the caller"
			}
		}
	}
	first := demo.Invoices(today)
	if diff := cmp.Diff(first, demo.Invoices(today), comparable); diff != "" {
		t.Errorf("invoices:\n%s", diff)
	}
	if first[0].Lines[0].Description == "changed by the caller" {
		t.Error("a caller's change is seen by the next one")
	}
}

func TestClients(t *testing.T) {
	clients := demo.Clients()
	if len(clients) != 60 {
		t.Errorf("%d clients", len(clients))
	}
	ids, codes, names := map[billing.ClientID]bool{}, map[string]bool{}, map[string]bool{}
	for _, c := range clients {
		if err := c.Check(); err != nil {
			t.Error(err)
		}
		if name := billing.FoldName(c.Name); ids[c.ID] || codes[c.Code] || names[name] {
			t.Errorf("%s: its id, code or name is another's too", c.Name)
		}
		ids[c.ID], codes[c.Code], names[billing.FoldName(c.Name)] = true, true, true
		if c.Address.City == "" || c.Email == "" || strings.ContainsFunc(c.Code, func(r rune) bool { return r > 'Z' }) {
			t.Errorf("%s: city %q, e-mail %q, code %q", c.Name, c.Address.City, c.Email, c.Code)
		}
	}
	for _, v := range demo.Invoices(today) {
		if !ids[v.Client] {
			t.Errorf("%s is for nobody", v.Number)
		}
	}
}

func TestInvoices(t *testing.T) {
	invoices := demo.Invoices(today)
	if len(invoices) != 240 {
		t.Errorf("%d invoices", len(invoices))
	}
	ids, numbers, clients, drafts := map[billing.InvoiceID]bool{}, map[string]bool{}, map[billing.ClientID]bool{}, 0
	for _, v := range invoices {
		if err := v.CheckFinal(); err != nil {
			t.Error(err)
		}
		if ids[v.ID] || numbers[v.Number.Fold()] {
			t.Errorf("%s: its id or number is another's too", v.Number)
		}
		ids[v.ID], numbers[v.Number.Fold()], clients[v.Client] = true, true, true
		if v.Version != 0 || v.Stage.Export != billing.NotExported {
			t.Errorf("%s: version %d, %s", v.Number, v.Version, v.Stage.Export)
		}
		switch v.Stage.Status {
		case billing.Draft:
			drafts++
		case billing.Finalized:
		default:
			t.Errorf("%s is %s", v.Number, v.Stage.Status)
		}
	}
	if drafts != 31 {
		t.Errorf("%d drafts, want 31", drafts)
	}
	if len(clients) != 60 {
		t.Errorf("%d of 60 clients are billed", len(clients))
	}
}

// The demo shows what the application can do only if its invoices have all of it.
func TestInvoicesAreOfManyKinds(t *testing.T) {
	found := map[string]int{}
	for _, v := range demo.Invoices(today) {
		found[string(v.Type)]++
		found[string(v.Amounts)]++
		found[string(v.Currency)]++
		mark := func(kind string, is bool) {
			if is {
				found[kind]++
			}
		}
		mark("note", v.Note != "")
		mark("theme", v.BrandingTheme != "")
		for _, l := range v.Lines {
			found[l.Tax.Code]++
			mark("words alone", l.TextOnly())
			mark("percent off", l.Discount.Percent() != 0)
			mark("amount off", l.Discount.Minor() != 0)
			mark("four decimals", l.UnitAmount%100 != 0)
			mark("part of an hour", l.Quantity%10000 != 0)
			mark("own account", l.Account != "")
			for _, track := range l.Tracking {
				found[track.Option]++
			}
		}
	}
	for _, kind := range []string{
		"final", "interim", "fixed_fee", "Exclusive", "Inclusive", "NoTax", "NZD", "AUD", "USD", "GBP", "note", "theme",
		"OUTPUT2", "ZERORATED", "NONE", "words alone", "percent off", "amount off", "four decimals", "part of an hour",
		"own account", "North", "South", "Eastside", "West Coast",
	} {
		if found[kind] < 3 {
			t.Errorf("%d of kind %q, want some", found[kind], kind)
		}
	}
}

func TestDatesFollowToday(t *testing.T) {
	locked := numberOf(t, "locked_date")
	for _, day := range []billing.Date{today, 20240229, 20270101, 20261231} {
		oldest := day.AddDays(-200)
		var before billing.Date
		for _, v := range demo.Invoices(day) {
			if v.Number == locked {
				continue
			}
			if v.Date > day || v.Date < oldest || v.Date < before || v.Due <= v.Date || v.Due > v.Date.AddDays(51) {
				t.Errorf("on %s, %s is dated %s and due on %s", day, v.Number, v.Date, v.Due)
			}
			if d := v.Date.Time().Weekday(); d == time.Saturday || d == time.Sunday {
				t.Errorf("%s is dated on a %s", v.Number, d)
			}
			if billing.DateOf(v.Due.Time()) != v.Due {
				t.Errorf("%s is due on %s, which is no day of the calendar", v.Number, v.Due)
			}
			before = v.Date
		}
		if before < day.AddDays(-3) {
			t.Errorf("the newest of %s is dated %s", day, before)
		}
	}
}

func numberOf(t *testing.T, cause string) billing.Number {
	t.Helper()
	for _, c := range demo.Cases() {
		if c.Expect == cause {
			return c.Number
		}
	}
	t.Fatalf("no case expects %q", cause)
	return ""
}

func TestHistory(t *testing.T) {
	finalized := map[billing.Number]bool{}
	for _, v := range demo.Invoices(today) {
		finalized[v.Number] = v.Stage.Status == billing.Finalized
	}
	for _, c := range demo.Cases() {
		finalized[c.Number] = false // a case is nobody's history
	}
	approved, exported := demo.Approved(), demo.Exported()
	for _, n := range slices.Concat(approved, exported) {
		if !finalized[n] {
			t.Errorf("%s cannot have been exported", n)
		}
	}
	for _, n := range exported {
		if slices.Contains(approved, n) {
			t.Errorf("%s is both a draft and approved", n)
		}
	}
	if len(approved) != 36 || len(exported) != 12 {
		t.Errorf("%d approved, %d exported", len(approved), len(exported))
	}
}

func TestCases(t *testing.T) {
	invoices := map[billing.Number]billing.Invoice{}
	for _, v := range demo.Invoices(today) {
		invoices[v.Number] = v
	}
	expected := map[string]int{}
	for _, c := range demo.Cases() {
		expected[c.Expect]++
		v, there := invoices[c.Number]
		if !there || v.Stage.Status != billing.Finalized {
			t.Errorf("%s (%s) is not a finalized invoice", c.Number, c.Why)
		}
		if c.Expect != "" && !slices.Contains(ledger.Causes(), ledger.Cause(c.Expect)) {
			t.Errorf("%s: the ledger knows no cause %q", c.Number, c.Expect)
		}
	}
	want := map[string]int{
		"contact_archived": 1, "contact_ambiguous": 2, "number_taken": 1, "locked_date": 1,
		"currency_unknown": 1, "tax_against_account": 1, "tax_inactive": 1, "account_unknown": 1, "account_archived": 1,
		"tracking_unknown": 1, "": 3,
	}
	if diff := cmp.Diff(want, expected); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}
