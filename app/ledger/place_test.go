package ledger_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app/billing"
	"feebridge/app/ledger"
)

func TestAMessageLeadsToWhatItIsAbout(t *testing.T) {
	gst, odd := billing.Tax{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000}, billing.Tax{Code: "OLD", Name: "Old", Rate: 10_0000}
	line := func(change func(*billing.Line)) billing.Line {
		l := billing.Line{Description: "Work", Quantity: 1_0000, UnitAmount: 100_0000, Tax: gst}
		change(&l)
		return l
	}
	v := billing.Invoice{
		ID: "i", Client: "c", Number: "INV-1", Date: 20261103, Due: 20261120, Currency: "EUR", Amounts: "Exclusive",
		Lines: []billing.Line{
			{Description: "As agreed"},
			line(func(l *billing.Line) { l.Account = "299" }),
			line(func(l *billing.Line) { l.Code = "ACC" }),
			line(func(l *billing.Line) { l.Code, l.Tax = "TAX", odd }),
			line(func(l *billing.Line) { l.Tracking = []billing.Tracking{{Category: "Region", Option: "South"}} }),
			line(func(l *billing.Line) { l.Item = "TSL" }),
		},
	}
	m := ledger.Mapping{
		DefaultAccount: "200", Taxes: map[string]string{"OLD": "OUTPUT"}, Tracking: []billing.Tracking{{Category: "Team", Option: "Audit"}},
		Codes: map[string]ledger.Target{
			"ACC": {Account: "300"}, "TAX": {Item: "BOOK", Tracking: []billing.Tracking{{Category: "Region", Option: "East"}}},
		},
	}
	chart := ledger.Chart{
		Read: time.Now(), BaseCurrency: "NZD", Accounts: []ledger.Account{{Code: "200", Class: "REVENUE"}, {Code: "299", Class: "REVENUE", Archived: true}},
		TaxRates: []ledger.TaxRate{{Type: "OUTPUT2", Rate: 15_0000, Active: true, Classes: []string{"REVENUE"}}},
	}
	client := billing.Client{Address: billing.Address{City: string(make([]byte, 300))}}
	code := func(key, category string) ledger.MappingRow {
		return ledger.MappingRow{Part: ledger.CodePart, Key: key, Category: category}
	}
	for name, test := range map[string]struct {
		msg  ledger.Message
		want ledger.Place
	}{
		"an account of the line":         {ledger.Message{Cause: ledger.AccountArchived, Subject: "299"}, ledger.Place{Line: 2, Field: billing.AccountField, Subject: "299"}},
		"an account of a billing code":   {ledger.Message{Cause: ledger.AccountUnknown, Subject: "300"}, ledger.Place{Line: 3, Field: billing.AccountField, Subject: "300", Mapping: code("ACC", "")}},
		"an account that nobody names":   {ledger.Message{Cause: ledger.AccountUnknown}, ledger.Place{Line: 3, Field: billing.AccountField, Subject: "300", Mapping: code("ACC", "")}},
		"the default account":            {ledger.Message{Cause: ledger.AccountUnknown, Subject: "200"}, ledger.Place{Line: 5, Field: billing.AccountField, Subject: "200", Mapping: ledger.MappingRow{Part: ledger.DefaultAccountPart}}},
		"an account that no line has":    {ledger.Message{Cause: ledger.AccountUnknown, Subject: "999"}, ledger.Place{Field: billing.AccountField, Subject: "999"}},
		"a tax":                          {ledger.Message{Cause: ledger.TaxUnknown, Subject: "OUTPUT"}, ledger.Place{Line: 4, Field: billing.TaxField, Subject: "OUTPUT", Mapping: ledger.MappingRow{Part: ledger.TaxPart, Key: "OLD"}}},
		"an item of the line":            {ledger.Message{Cause: ledger.ItemUnknown, Subject: "TSL"}, ledger.Place{Line: 6, Field: billing.ItemField, Subject: "TSL"}},
		"an item of a billing code":      {ledger.Message{Cause: ledger.ItemUnknown, Subject: "BOOK"}, ledger.Place{Line: 4, Field: billing.ItemField, Subject: "BOOK", Mapping: code("TAX", "")}},
		"tracking of the line":           {ledger.Message{Cause: ledger.TrackingUnknown, Line: 5, Subject: "Region: South"}, ledger.Place{Line: 5, Field: billing.TrackingField, Subject: "Region: South"}},
		"tracking of a billing code":     {ledger.Message{Cause: ledger.TrackingUnknown, Line: 4, Subject: "Region: East"}, ledger.Place{Line: 4, Field: billing.TrackingField, Subject: "Region: East", Mapping: code("TAX", "Region")}},
		"tracking of every line":         {ledger.Message{Cause: ledger.TrackingUnknown, Subject: "Team: Audit"}, ledger.Place{Line: 2, Field: billing.TrackingField, Subject: "Team: Audit", Mapping: ledger.MappingRow{Part: ledger.DefaultTrackingPart, Key: "Team"}}},
		"a theme of the mapping":         {ledger.Message{Cause: ledger.ThemeUnknown}, ledger.Place{Field: billing.ThemeField, Mapping: ledger.MappingRow{Part: ledger.ThemePart}}},
		"a currency":                     {ledger.Message{Cause: ledger.CurrencyUnknown}, ledger.Place{Field: billing.CurrencyField, Subject: "EUR"}},
		"the date":                       {ledger.Message{Cause: ledger.LockedDate}, ledger.Place{Field: billing.DateField}},
		"the due date":                   {ledger.Message{Cause: ledger.Incomplete, Field: billing.DueField}, ledger.Place{Field: billing.DueField}},
		"the limit of a plan":            {ledger.Message{Cause: ledger.PlanLimit}, ledger.Place{Mapping: ledger.MappingRow{Part: ledger.ArrivalPart}}},
		"the address, of which too long": {ledger.Message{Cause: ledger.AddressInvalid}, ledger.Place{Field: billing.CityField}},
		"a line that is gone":            {ledger.Message{Cause: ledger.DiscountInvalid, Line: 9}, ledger.Place{Field: billing.DiscountField}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, ledger.Locate(test.msg, v, client, chart, m)); diff != "" {
				t.Errorf("(-want +located):\n%s", diff)
			}
		})
	}
}

// TestTheCheckSaysWhereEverythingStands holds the check before an export to naming the place of what it finds.
func TestTheCheckSaysWhereEverythingStands(t *testing.T) {
	v := billing.Invoice{
		Client: "c", Number: "INV-1", Date: 20261103, Due: 20261120, Currency: "EUR", Amounts: "Exclusive", BrandingTheme: "Gone",
		Lines: []billing.Line{{Description: "As agreed"}, {
			Description: "Work", Quantity: 1_0000, UnitAmount: 100_0000, Account: "299", Tax: billing.Tax{Code: "OLD"},
			Tracking: []billing.Tracking{{Category: "Region", Option: "South"}},
		}},
	}
	_, found := ledger.Resolve(v, ledger.Chart{BaseCurrency: "NZD", PeriodLock: 20261231}, ledger.Mapping{})
	var got []string
	for _, f := range found {
		got = append(got, string(f.Cause)+" "+string(rune('0'+f.Line))+" "+string(f.Field)+" "+f.Subject)
	}
	want := []string{
		"currency_unknown 0 currency EUR", "locked_date 0 date ", "theme_unknown 0 branding theme Gone",
		"account_unknown 2 account 299", "tax_unknown 2 tax OLD", "tracking_unknown 2 tracking Region: South",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +found):\n%s", diff)
	}
}
