package ledger_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

var chart = ledger.Chart{
	Tenant:       ledger.Tenant{ID: "t", Name: "Demo Company (NZ)"},
	BaseCurrency: "NZD",
	PeriodLock:   20260331, YearEndLock: 20250331,
	Accounts: []ledger.Account{
		{Code: "200", Class: "REVENUE"}, {Code: "260", Class: "REVENUE"},
		{Code: "210", Class: "REVENUE", Archived: true},
		{Code: "400", Class: "EXPENSE"}, {Code: "610", Class: "ASSET", System: "DEBTORS"},
		{Code: "498", Class: "REVENUE", System: "UNREALISEDCURRENCYGAIN"},
	},
	TaxRates: []ledger.TaxRate{
		{Type: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000, Active: true, Classes: []string{"REVENUE", "ASSET"}},
		{Type: "INPUT2", Name: "15% GST on Expenses", Rate: 15_0000, Active: true, Classes: []string{"EXPENSE"}},
		{Type: "OUTPUT", Name: "12.5% GST on Income", Rate: 12_5000, Classes: []string{"REVENUE"}},
		{Type: "NONE", Name: "No GST", Active: true, Classes: []string{"REVENUE", "EXPENSE"}},
	},
	Tracking:   []ledger.TrackingCategory{{Name: "Region", Options: []string{"North", "South"}}},
	Currencies: []money.Currency{"AUD"},
	Themes:     []ledger.Theme{{ID: "theme-1", Name: "Standard"}},
	Items:      []ledger.Item{{Code: "BOOK", Account: "260", Sold: true}, {Code: "DESK"}},
}

func bill(change func(*billing.Invoice)) billing.Invoice {
	v := billing.Invoice{
		Client: "c", Number: "INV-1", Date: 20261103, Due: 20261220, Currency: "NZD", Amounts: money.Exclusive, Reference: "PO 7",
		Lines: []billing.Line{{
			Description: "Annual accounts", Quantity: 1_5000, UnitAmount: 100_2500, Account: "200",
			Tax:      billing.Tax{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000},
			Tracking: []billing.Tracking{{Category: "region", Option: "north"}},
		}},
	}
	if change != nil {
		change(&v)
	}
	return v
}

func TestResolveSpellsAsTheOrganisationDoes(t *testing.T) {
	v := bill(func(v *billing.Invoice) {
		v.BrandingTheme = "STANDARD"
		v.Lines[0].Tax.Code = "output2"
		v.Lines = append(v.Lines, billing.Line{Description: "Thank you"})
	})
	w, messages := ledger.Resolve(v, chart, ledger.Mapping{})
	if len(messages) > 0 {
		t.Fatalf("refused: %v", messages)
	}
	want := ledger.Write{
		Number: "INV-1", Date: 20261103, Due: 20261220, Reference: "PO 7", Currency: "NZD", Amounts: money.Exclusive,
		Status: ledger.DraftThere, ThemeID: "theme-1",
		Lines: []ledger.WriteLine{
			{
				Description: "Annual accounts", Quantity: 1_5000, UnitAmount: 100_2500, Account: "200", TaxType: "OUTPUT2",
				Tracking: []billing.Tracking{{Category: "Region", Option: "North"}},
			},
			{Description: "Thank you", TextOnly: true},
		},
	}
	if diff := cmp.Diff(want, w, cmp.AllowUnexported(money.Discount{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestResolveFindsWhatStopsAnExport(t *testing.T) {
	line := func(change func(*billing.Line)) func(*billing.Invoice) {
		return func(v *billing.Invoice) { change(&v.Lines[0]) }
	}
	for _, c := range []struct {
		name   string
		change func(*billing.Invoice)
		cause  ledger.Cause
		text   string // part of it
	}{
		{"incomplete", func(v *billing.Invoice) { v.Due = 0 }, ledger.Incomplete, "no due date"},
		{"currency", func(v *billing.Invoice) { v.Currency = "EUR" }, ledger.CurrencyUnknown, "Organisation is not subscribed to currency EUR"},
		{"on the lock date", func(v *billing.Invoice) { v.Date = 20260331 }, ledger.LockedDate, "period lock date, currently set at 31-Mar-2026"},
		{"theme", func(v *billing.Invoice) { v.BrandingTheme = "Fancy" }, ledger.ThemeUnknown, "“Fancy”"},
		{"no account", line(func(l *billing.Line) { l.Account = "" }), ledger.AccountMissing, "Line 1: Account code must be specified"},
		{"unknown account", line(func(l *billing.Line) { l.Account = "999" }), ledger.AccountUnknown, "Account code '999' is not a valid code"},
		{"archived account", line(func(l *billing.Line) { l.Account = "210" }), ledger.AccountArchived, "'210' has been archived"},
		{"system account", line(func(l *billing.Line) { l.Account = "610" }), ledger.AccountUnknown, "'610'"},
		{"system account for income", line(func(l *billing.Line) { l.Account = "498" }), ledger.AccountUnknown, "'498'"},
		{"expense account", line(func(l *billing.Line) { l.Account, l.Tax.Code = "400", "INPUT2" }), ledger.AccountUnknown, "'400'"},
		{"tax against account", line(func(l *billing.Line) { l.Tax.Code = "INPUT2" }), ledger.TaxAgainstAccount, "The TaxType code 'INPUT2' cannot be used with account code '200'."},
		{"unknown tax", line(func(l *billing.Line) { l.Tax.Code = "TAX009" }), ledger.TaxUnknown, "TAX009"},
		{"no tax", line(func(l *billing.Line) { l.Tax = billing.Tax{} }), ledger.TaxMissing, "TaxType field is mandatory"},
		{"tax that is not active", line(func(l *billing.Line) { l.Tax = billing.Tax{Code: "OUTPUT", Rate: 12_5000} }), ledger.TaxInactive, "12.5% GST on Income"},
		{"rate that differs", line(func(l *billing.Line) { l.Tax.Rate = 12_5000 }), ledger.TaxRateDiffers, "12.5% here but 15% in Xero"},
		{"unknown category", line(func(l *billing.Line) { l.Tracking[0].Category = "Team" }), ledger.TrackingUnknown, "“Team”"},
		{"unknown option", line(func(l *billing.Line) { l.Tracking[0].Option = "West" }), ledger.TrackingUnknown, "“West”"},
		{"unknown item", line(func(l *billing.Line) { l.Item = "LAMP" }), ledger.ItemUnknown, "“LAMP”"},
		{"item that is not sold", line(func(l *billing.Line) { l.Item = "DESK" }), ledger.ItemUnknown, "“DESK”"},
		{"unknown item that was to have the account", line(func(l *billing.Line) { l.Item, l.Account = "LAMP", "" }), ledger.ItemUnknown, "“LAMP”"},
		{"negative", line(func(l *billing.Line) { l.UnitAmount = -1_0000 }), ledger.AmountsInvalid, "-1.73"},
		{"discount", line(func(l *billing.Line) { l.Discount, _ = money.AmountOff(150_38) }), ledger.DiscountInvalid, "150.38"},
		{"too large", line(func(l *billing.Line) { l.Quantity, l.UnitAmount = 9_999_999_9999, 9_999_999_9999 }), ledger.AmountsInvalid, "9999999999.99"},
		{"long quantity", line(func(l *billing.Line) { l.Quantity, l.UnitAmount = 123_456_789_1234, 1_0000 }), ledger.AmountsInvalid, "123456789.1234"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, messages := ledger.Resolve(bill(c.change), chart, ledger.Mapping{})
			if len(messages) != 1 || messages[0].Cause != c.cause || !strings.Contains(messages[0].Text, c.text) {
				t.Fatalf("got %+v, want one %s with %q", messages, c.cause, c.text)
			}
			if !ledger.Blocked(messages) {
				t.Error("it does not stop the export")
			}
		})
	}
}

// TestTheOptionsOfMappingAndLineAreCountedTogether takes the line's own option, and two of the mapping's.
func TestTheOptionsOfMappingAndLineAreCountedTogether(t *testing.T) {
	wide := chart
	wide.Tracking = []ledger.TrackingCategory{
		{Name: "Region", Options: []string{"North"}}, {Name: "Team", Options: []string{"One"}}, {Name: "Partner", Options: []string{"One"}},
	}
	m := ledger.Mapping{Tracking: []billing.Tracking{{Category: "Team", Option: "One"}, {Category: "Partner", Option: "One"}}}
	_, messages := ledger.Resolve(bill(nil), wide, m)
	if len(messages) != 1 || messages[0].Cause != ledger.TrackingUnknown || !strings.Contains(messages[0].Text, "2 tracking options") {
		t.Errorf("got %+v", messages)
	}
}

// TestALineThatVanishesCannotBeApproved has a line of less than half a cent.
func TestALineThatVanishesCannotBeApproved(t *testing.T) {
	v := bill(func(v *billing.Invoice) { v.Lines[0].Quantity, v.Lines[0].UnitAmount = 1_0000, 49 })
	for arrival, want := range map[ledger.InvoiceStatus]int{ledger.DraftThere: 0, ledger.SubmittedThere: 0, ledger.AuthorisedThere: 1} {
		_, messages := ledger.Resolve(v, chart, ledger.Mapping{Arrival: arrival})
		if len(messages) != want || want > 0 && (messages[0].Cause != ledger.AmountsInvalid || !strings.HasPrefix(messages[0].Text, "Line 1: ")) {
			t.Errorf("%s: %+v", arrival, messages)
		}
	}
}

// TestWhatTheUserMayNotDoStops has Xero deny one right at a time. One that it doesn't tell of is there, but for that to
// pass a lock date.
func TestWhatTheUserMayNotDoStops(t *testing.T) {
	for _, c := range []struct {
		right ledger.Right
		stops map[string]bool // by arrival and currency
	}{
		{ledger.DraftInvoices, map[string]bool{"DRAFT NZD": true, "SUBMITTED NZD": true, "DRAFT AUD": true, "SUBMITTED AUD": true}},
		{ledger.ApproveInvoices, map[string]bool{"AUTHORISED NZD": true, "AUTHORISED AUD": true}},
		{ledger.ForeignCurrency, map[string]bool{"DRAFT AUD": true, "SUBMITTED AUD": true, "AUTHORISED AUD": true}},
		{ledger.AttachFiles, nil},
	} {
		limited := chart
		limited.Rights = map[ledger.Right]bool{c.right: false}
		for _, arrival := range []ledger.InvoiceStatus{ledger.DraftThere, ledger.SubmittedThere, ledger.AuthorisedThere} {
			for _, currency := range []money.Currency{"NZD", "AUD"} {
				_, messages := ledger.Resolve(bill(func(v *billing.Invoice) { v.Currency = currency }), limited, ledger.Mapping{Arrival: arrival})
				want := c.stops[string(arrival)+" "+string(currency)]
				if ledger.Blocked(messages) != want || ledger.HasCause(messages, ledger.NoRightsThere) != want {
					t.Errorf("without %s, %s in %s: %+v", c.right, arrival, currency, messages)
				}
			}
		}
	}
}

func TestALockDateHoldsThoseWhoMayNotPassIt(t *testing.T) {
	for _, c := range []struct {
		may     bool
		date    billing.Date
		lock    billing.Date
		yearEnd bool
	}{
		{false, 20260401, 0, false}, {false, 20260331, 20260331, false}, {true, 20260331, 0, false},
		{true, 20250401, 0, false}, {true, 20250331, 20250331, true}, {false, 20250331, 20250331, true},
	} {
		locked := chart
		locked.Rights = map[ledger.Right]bool{ledger.PassPeriodLock: c.may}
		if lock, yearEnd := locked.LockOn(c.date); lock != c.lock || yearEnd != c.yearEnd {
			t.Errorf("who may pass it, %v, is held on %s by %s, %v", c.may, c.date, lock, yearEnd)
		}
	}
}

func TestAdviceIsNoReasonToStop(t *testing.T) {
	const today = billing.Date(20261201)
	for _, c := range []struct {
		name   string
		change func(*billing.Invoice)
		total  int64
		cause  ledger.Cause
		text   string // part of it; "" for no advice
	}{
		{"nothing is odd", nil, 100, "", ""},
		{"due on its date", func(v *billing.Invoice) { v.Due = v.Date }, 100, "", ""},
		{"due before its date", func(v *billing.Invoice) { v.Due = 20261102 }, 100, ledger.OddDate, "due on 2026-11-02, before its date, 2026-11-03"},
		{"in another century", func(v *billing.Invoice) { v.Date, v.Due = 22061103, 22061203 }, 100, ledger.OddDate, "invoice date is 2206-11-03"},
		{"due in another century", func(v *billing.Invoice) { v.Due = 22061203 }, 100, ledger.OddDate, "due date is 2206-12-03"},
		{"before 2000", func(v *billing.Invoice) { v.Date = 19991231 }, 100, ledger.OddDate, "1999-12-31"},
		{"for nothing", nil, 0, ledger.ZeroTotal, "0.00"},
		{"with a hidden sign", func(v *billing.Invoice) { v.Reference = "PO\u200b7" }, 100, ledger.Incomplete, "U+200B"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ledger.Advise(bill(c.change), money.New(c.total, "NZD"), today)
			if c.text == "" {
				if len(got) > 0 {
					t.Errorf("got %+v", got)
				}
				return
			}
			if len(got) != 1 || got[0].Cause != c.cause || !strings.Contains(got[0].Text, c.text) || ledger.Blocked(got) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestMappingGivesWayToTheLine(t *testing.T) {
	m := ledger.Mapping{
		Arrival: ledger.SubmittedThere, DefaultAccount: "200", Theme: "Standard",
		Codes: map[string]ledger.Target{"ADV": {Account: "260"}, "BOOKS": {Item: "book"}},
		Taxes: map[string]string{"GST": "OUTPUT2"},
	}
	gst := billing.Tax{Code: "GST", Rate: 15_0000}
	for _, c := range []struct {
		name          string
		line          billing.Line
		account, item string
	}{
		{"default", billing.Line{}, "200", ""},
		{"by billing code", billing.Line{Code: "ADV"}, "260", ""},
		{"an item by billing code", billing.Line{Code: "BOOKS"}, "260", "BOOK"},
		{"the line's own account", billing.Line{Code: "ADV", Account: "200"}, "200", ""},
		{"the line's own account beside an item", billing.Line{Code: "BOOKS", Account: "200"}, "200", "BOOK"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := c.line
			l.Description, l.Quantity, l.UnitAmount, l.Tax = "x", 1_0000, 1_0000, gst
			w, messages := ledger.Resolve(bill(func(v *billing.Invoice) { v.Lines = []billing.Line{l} }), chart, m)
			if len(messages) > 0 {
				t.Fatalf("refused: %v", messages)
			}
			if got := w.Lines[0]; got.Account != c.account || got.Item != c.item || got.TaxType != "OUTPUT2" {
				t.Errorf("got account %q, item %q, tax %q", got.Account, got.Item, got.TaxType)
			}
			if w.Status != ledger.SubmittedThere || w.ThemeID != "theme-1" {
				t.Errorf("got status %s, theme %q", w.Status, w.ThemeID)
			}
		})
	}
}

func TestEveryCauseHasMeaningAndFix(t *testing.T) {
	for _, c := range append(ledger.Causes(), "something new") {
		if !strings.Contains(c.Meaning().String(), " ") || !strings.Contains(c.Fix().String(), " ") { // else it is the key
			t.Errorf("%q: meaning %q, fix %q", c, c.Meaning(), c.Fix())
		}
	}
}
