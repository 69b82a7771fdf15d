package sim

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// newSeeded is a Sim with a seed, and its two organisations.
func newSeeded(t *testing.T, name string) (s *Sim, demo, harbour Org) {
	t.Helper()
	orgs, err := Seed(name)
	if err != nil {
		t.Fatal(err)
	}
	s = New(Config{Orgs: orgs})
	list := s.Orgs()
	if len(list) != 2 {
		t.Fatalf("%d organisations, want 2", len(list))
	}
	return s, list[0], list[1]
}

// sameZone compares zones by name: each Seed loads its own.
var sameZone = cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })

// settingsOnly leaves out what an Org keeps for itself.
var settingsOnly = cmp.FilterPath(func(p cmp.Path) bool {
	field, ok := p.Last().(cmp.StructField)
	return ok && !(field.Name()[0] >= 'A' && field.Name()[0] <= 'Z')
}, cmp.Ignore())

func TestSeedIsTheSameEveryTime(t *testing.T) {
	a, demoA, harbourA := newSeeded(t, "demo")
	b, demoB, harbourB := newSeeded(t, "demo")
	if diff := cmp.Diff([]Org{demoA, harbourA}, []Org{demoB, harbourB}, sameZone, settingsOnly); diff != "" {
		t.Errorf("settings:\n%s", diff)
	}
	for _, tenant := range []string{demoA.TenantID, harbourA.TenantID} {
		if diff := cmp.Diff(a.Contacts(tenant), b.Contacts(tenant)); diff != "" {
			t.Errorf("contacts:\n%s", diff)
		}
		if diff := cmp.Diff(a.Invoices(tenant), b.Invoices(tenant)); diff != "" {
			t.Errorf("invoices:\n%s", diff)
		}
	}
}

func TestEmptySeedHasTheSettingsOfDemo(t *testing.T) {
	_, demo, harbour := newSeeded(t, "demo")
	s, emptyDemo, emptyHarbour := newSeeded(t, "empty")
	if diff := cmp.Diff([]Org{demo, harbour}, []Org{emptyDemo, emptyHarbour}, sameZone, settingsOnly); diff != "" {
		t.Errorf("settings:\n%s", diff)
	}
	for _, o := range s.Orgs() {
		if n, m := len(s.Contacts(o.TenantID)), len(s.Invoices(o.TenantID)); n+m > 0 {
			t.Errorf("%s has %d contacts and %d invoices", o.Name, n, m)
		}
	}
}

func TestUnknownSeed(t *testing.T) {
	if _, err := Seed("full"); err == nil || !strings.Contains(err.Error(), "choose demo or empty") {
		t.Errorf("error %v", err)
	}
}

func TestDemoCompanyIsLikeXerosOwn(t *testing.T) {
	s, o, _ := newSeeded(t, "demo")
	if o.Name != "Demo Company (NZ)" || !o.IsDemoCompany || o.BaseCurrency != "NZD" || !o.PeriodLockDate.Equal(Day(2009, 9, 30)) {
		t.Errorf("%s, %s, locked on %s", o.Name, o.BaseCurrency, o.PeriodLockDate)
	}
	for code, want := range map[string]Account{
		"090": {Name: "Business Bank Account", Type: "BANK", Class: "ASSET", Status: StatusActive},
		"200": {Name: "Sales", Type: "REVENUE", Class: "REVENUE", TaxType: "OUTPUT2", Status: StatusActive},
		"260": {Name: "Other Revenue", Type: "REVENUE", Class: "REVENUE", TaxType: "OUTPUT2", Status: StatusActive},
		"265": {Name: "Commission Received", Type: "REVENUE", Class: "REVENUE", TaxType: "OUTPUT2", Status: StatusArchived},
		"270": {Name: "Interest Income", Type: "REVENUE", Class: "REVENUE", TaxType: "NONE", Status: StatusActive},
		"610": {Name: "Accounts Receivable", Type: "CURRENT", Class: "ASSET", SystemAccount: "DEBTORS", Status: StatusActive},
		"800": {Name: "Accounts Payable", Type: "CURRLIAB", Class: "LIABILITY", SystemAccount: "CREDITORS", Status: StatusActive},
		"820": {Name: "GST", Type: "CURRLIAB", Class: "LIABILITY", SystemAccount: "GST", Status: StatusActive},
		"860": {Name: "Rounding", Type: "CURRLIAB", Class: "LIABILITY", SystemAccount: "ROUNDING", Status: StatusActive},
	} {
		a := o.accountByCode(code)
		if a == nil {
			t.Errorf("there is no account %s", code)
			continue
		}
		want.TaxType = orDefault(want.TaxType, "NONE")
		got := Account{Name: a.Name, Type: a.Type, Class: a.Class, TaxType: a.TaxType, SystemAccount: a.SystemAccount, Status: a.Status}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("account %s: want -, got +:\n%s", code, diff)
		}
	}
	regions := o.Tracking[0]
	if len(regions.Options) != 4 || regions.Name != "Region" {
		t.Errorf("tracking %s with %d options", regions.Name, len(regions.Options))
	}

	contacts, numbered, archived := s.Contacts(o.TenantID), 0, 0
	for _, c := range contacts {
		if c.ContactNumber != "" {
			numbered++
		}
		if c.Status == StatusArchived {
			archived++
		}
	}
	if len(contacts) < 38 || numbered > len(contacts)/5 || archived < 3 {
		t.Errorf("%d contacts, %d with a number, %d archived", len(contacts), numbered, archived)
	}
	kinds := map[string]int{}
	for _, inv := range s.Invoices(o.TenantID) {
		kind := inv.Status
		switch paid, credited := !inv.AmountPaid().IsZero(), !inv.AmountCredited().IsZero(); {
		case inv.Type == TypeBill:
			kind = "bill"
		case kind == StatusAuthorised && paid:
			kind = "part paid"
		case kind == StatusPaid && credited && !paid:
			kind = "paid by credit"
		}
		kinds[kind]++
	}
	for _, kind := range []string{
		StatusDraft, StatusSubmitted, StatusAuthorised, StatusPaid, StatusVoided, StatusDeleted, "part paid", "paid by credit", "bill",
	} {
		if kinds[kind] == 0 {
			t.Errorf("no invoice is %s", kind)
		}
	}
	if taken := s.ByNumber(o.TenantID, "INV-0041"); len(taken) != 1 || taken[0].Status != StatusAuthorised {
		t.Errorf("%d sales invoices have the number that the demo firm has used, too", len(taken))
	}
}

// The table is Xero's own, for New Zealand: which classes of account a rate can be used with.
func TestTaxRatesFollowXerosTable(t *testing.T) {
	want := map[string]string{
		"INPUT": "AQELR", "OUTPUT": "AQ-LR", "INPUT2": "AQEL-", "OUTPUT2": "AQ-LR", "GSTONIMPORTS": "AQ-L-", "NONE": "AQELR",
		"ZERORATED": "---LR",
	}
	got := map[string]string{}
	for _, r := range newZealandTaxRates() {
		classes := ""
		for i, can := range []bool{r.Assets, r.Equity, r.Expenses, r.Liabilities, r.Revenue} {
			if can {
				classes += "AQELR"[i : i+1]
			} else {
				classes += "-"
			}
		}
		got[r.TaxType] = classes
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

// A seed is checked by nobody when it is loaded, so it is checked here: all it names exists, and Xero could have it so.
func TestSeedHoldsTogether(t *testing.T) {
	s, demo, harbour := newSeeded(t, "demo")
	for _, o := range []Org{demo, harbour} {
		ids := map[string]string{}
		unique := func(id, what string) {
			if parsed, err := uuid.Parse(id); err != nil || parsed.String() != id {
				t.Errorf("%s: %s has the id %q", o.Name, what, id)
			}
			if other, taken := ids[id]; taken {
				t.Errorf("%s: %s and %s have one id", o.Name, what, other)
			}
			ids[id] = what
		}
		codes := map[string]bool{}
		for _, a := range o.Accounts {
			unique(a.AccountID, "account "+a.Name)
			if a.Class == "" || o.taxRate(a.TaxType) == nil || codes[a.Code] {
				t.Errorf("%s: account %s has class %q, tax %q, or a code twice", o.Name, a.Name, a.Class, a.TaxType)
			}
			codes[a.Code] = true
		}
		for _, c := range s.Contacts(o.TenantID) {
			unique(c.ContactID, "contact "+c.Name)
			if c.EmailAddress != "" && !validEmail(c.EmailAddress) {
				t.Errorf("%s: %s", c.Name, c.EmailAddress)
			}
		}
		numbers := map[string]bool{}
		for _, inv := range s.Invoices(o.TenantID) {
			unique(inv.InvoiceID, "invoice "+inv.Number)
			checkSeedInvoice(t, s, o, inv)
			if inv.Type == TypeBill { // their numbers are their makers' own
				continue
			}
			if numbers[fold(inv.Number)] {
				t.Errorf("%s: the number %s is there twice", o.Name, inv.Number)
			}
			numbers[fold(inv.Number)] = true
		}
	}
}

func checkSeedInvoice(t *testing.T, s *Sim, o Org, inv Invoice) {
	t.Helper()
	if c, ok := s.Contact(o.TenantID, inv.ContactID); !ok || c.Status != StatusActive {
		t.Errorf("%s is for nobody", inv.Number)
	}
	if !o.hasCurrency(inv.CurrencyCode) || inv.CurrencyRate.Sign() <= 0 || inv.BrandingThemeID == "" {
		t.Errorf("%s: currency %s at %s, theme %q", inv.Number, inv.CurrencyCode, inv.CurrencyRate, inv.BrandingThemeID)
	}
	// Clients read changes from the newest one they saw: one dated after today would hide all that follow.
	if newest := Day(2026, 9, 1); inv.UpdatedUTC.After(newest) {
		t.Errorf("%s changed on %s", inv.Number, inv.UpdatedUTC)
	}
	if inv.AmountDue().Sign() < 0 || (inv.Status == StatusPaid) != (inv.Live() && inv.AmountDue().IsZero()) {
		t.Errorf("%s is %s with %s due", inv.Number, inv.Status, inv.AmountDue())
	}
	for _, l := range inv.Lines {
		if l.DescriptionOnly || inv.Status == StatusDraft && l.AccountCode == "" {
			continue
		}
		account, rate := o.accountByCode(l.AccountCode), o.taxRate(l.TaxType)
		if account == nil || rate == nil || rate.Status != StatusActive || !rate.appliesTo(account.Class) {
			t.Errorf("%s: account %q with tax %q", inv.Number, l.AccountCode, l.TaxType)
		}
		if l.ItemCode != "" && o.itemByCode(l.ItemCode) == nil {
			t.Errorf("%s: item %s", inv.Number, l.ItemCode)
		}
	}
}
