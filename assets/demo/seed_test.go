package demo_test

import (
	"slices"
	"strings"
	"testing"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/assets/demo"
	"feebridge/xero/sim"
)

// The cases and the simulator's seed are written apart and mean each other. These tests hold them together without an
// export: what the checks before sending find must be what the cases expect, and nothing else.

func seededSim(t *testing.T) (*sim.Sim, sim.Org) {
	t.Helper()
	orgs, err := sim.Seed("demo")
	if err != nil {
		t.Fatal(err)
	}
	s := sim.New(sim.Config{Orgs: orgs})
	t.Cleanup(s.Close)
	return s, s.Orgs()[0]
}

func TestOnlyTheCasesFailTheChecks(t *testing.T) {
	s, org := seededSim(t)
	chart, contacts, clients := chartOf(t, org), directoryOf(s, org), map[billing.ClientID]billing.Client{}
	for _, c := range demo.Clients() {
		clients[c.ID] = c
	}
	expect := map[billing.Number]ledger.Cause{}
	for _, c := range demo.Cases() {
		expect[c.Number] = ledger.Cause(c.Expect)
	}
	nobody := func(ledger.ContactID) bool { return false }
	for _, v := range demo.Invoices(today) {
		var found []ledger.Cause
		_, messages := ledger.Resolve(v, chart, ledger.Mapping{DefaultAccount: "200"})
		for _, m := range messages {
			found = append(found, m.Cause)
		}
		match := contacts.Match(clients[v.Client], "", nobody)
		switch match.Kind {
		case ledger.Archived:
			found = append(found, ledger.ContactArchived)
		case ledger.Ambiguous:
			found = append(found, ledger.ContactAmbiguous)
		}
		if len(s.ByNumber(org.TenantID, string(v.Number))) > 0 {
			found = append(found, ledger.NumberTaken)
		}
		if _, domain, _ := strings.Cut(clients[v.Client].Email, "@"); !strings.Contains(domain, ".") {
			found = append(found, ledger.EmailInvalid)
		}
		var want []ledger.Cause
		if cause := expect[v.Number]; cause != "" {
			want = append(want, cause)
		}
		if !slices.Equal(found, want) {
			t.Errorf("%s for %s: found %q, want %q", v.Number, clients[v.Client].Name, found, want)
		}
	}
}

func TestClientsOfOtherSpellingAreFound(t *testing.T) {
	s, org := seededSim(t)
	contacts, found := directoryOf(s, org), 0
	for _, c := range demo.Clients() {
		match := contacts.Match(c, "", func(ledger.ContactID) bool { return false })
		if match.Kind == ledger.Found {
			found++
		}
		if c.Name == "KAURI JOINERY  Ltd" && (match.Kind != ledger.Found || match.Contact.Name != "Kauri Joinery Ltd") {
			t.Errorf("%s matches %v", c.Name, match)
		}
	}
	if found < 10 || found > 30 {
		t.Errorf("%d of the clients are in Xero: some should be, and most not", found)
	}
}

// The simulator reckons in decimals, with code of its own: both sides must come to the same cent.
func TestTotalsAgreeWithTheSimulator(t *testing.T) {
	orgs, err := sim.Seed("empty")
	if err != nil {
		t.Fatal(err)
	}
	levied := 0
	for _, v := range demo.Invoices(today) {
		here, err := v.Totals()
		if err != nil {
			t.Error(err)
			continue
		}
		there := sim.Invoice{Number: string(v.Number), LineAmountTypes: string(v.Amounts), Date: v.Date.Time()}
		for _, l := range v.Lines {
			there.Lines = append(there.Lines, lineOf(t, l))
		}
		made := orgs[0].AddInvoice(there)
		if v.Lines[0].Tax.Code == "TAX001" {
			levied++
		}
		if got := made.Total.StringFixed(2) + " with " + made.TotalTax.StringFixed(2); got != here.Total.String()+" with "+here.Tax.String() {
			t.Errorf("%s: %s with %s here, %s there", v.Number, here.Total, here.Tax, got)
		}
	}
	if levied != 1 {
		t.Errorf("%d invoices have a tax of two components", levied)
	}
}

func lineOf(t *testing.T, l billing.Line) sim.Line {
	t.Helper()
	there := sim.Line{Description: l.Description, TaxType: l.Tax.Code, DescriptionOnly: l.TextOnly()}
	for _, part := range []struct {
		to   interface{ UnmarshalText([]byte) error }
		text string
	}{
		{&there.Quantity, l.Quantity.String()},
		{&there.UnitAmount, l.UnitAmount.String()},
		{&there.DiscountRate, l.Discount.Percent().Percent()},
		{&there.DiscountAmount, money.New(l.Discount.Minor(), "NZD").String()},
	} {
		if err := part.to.UnmarshalText([]byte(part.text)); err != nil {
			t.Fatal(err)
		}
	}
	return there
}

func chartOf(t *testing.T, o sim.Org) ledger.Chart {
	t.Helper()
	chart := ledger.Chart{
		Tenant: ledger.Tenant{ID: ledger.TenantID(o.TenantID), Name: o.Name}, BaseCurrency: money.Currency(o.BaseCurrency),
		PeriodLock: billing.DateOf(o.PeriodLockDate),
	}
	for _, a := range o.Accounts {
		chart.Accounts = append(chart.Accounts, ledger.Account{
			Code: a.Code, Name: a.Name, Class: a.Class, Type: a.Type, TaxType: a.TaxType, System: a.SystemAccount,
			Archived: a.Status == sim.StatusArchived,
		})
	}
	for _, r := range o.TaxRates {
		rate, err := money.ParseRate(r.EffectiveRate.String())
		if err != nil {
			t.Fatal(err)
		}
		converted := ledger.TaxRate{Type: r.TaxType, Name: r.Name, Rate: rate, Active: r.Status == sim.StatusActive}
		if r.Revenue {
			converted.Classes = []string{"REVENUE"}
		}
		chart.TaxRates = append(chart.TaxRates, converted)
	}
	for _, c := range o.Tracking {
		category := ledger.TrackingCategory{Name: c.Name}
		for _, option := range c.Options {
			category.Options = append(category.Options, option.Name)
		}
		chart.Tracking = append(chart.Tracking, category)
	}
	for _, c := range o.Currencies {
		chart.Currencies = append(chart.Currencies, money.Currency(c.Code))
	}
	for _, theme := range o.Themes {
		chart.Themes = append(chart.Themes, ledger.Theme{ID: theme.BrandingThemeID, Name: theme.Name})
	}
	return chart
}

func directoryOf(s *sim.Sim, o sim.Org) *ledger.Directory {
	var contacts []ledger.Contact
	for _, c := range s.Contacts(o.TenantID) {
		contacts = append(contacts, ledger.Contact{
			ID: ledger.ContactID(c.ContactID), Number: c.ContactNumber, Name: c.Name, Email: c.EmailAddress,
			Archived: c.Status == sim.StatusArchived, MergedTo: ledger.ContactID(c.MergedToContactID),
		})
	}
	return ledger.NewDirectory(contacts...)
}
