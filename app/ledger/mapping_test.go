package ledger_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app/billing"
	"feebridge/app/ledger"
)

func TestMappingCheck(t *testing.T) {
	north := []billing.Tracking{{Category: "region", Option: "NORTH"}}
	for _, c := range []struct {
		name    string
		mapping ledger.Mapping
		was     ledger.Mapping
		refused string // part of the text; "" passes
	}{
		{"nothing", ledger.Mapping{}, ledger.Mapping{}, ""},
		{"everything", ledger.Mapping{
			Arrival: ledger.AuthorisedThere, DefaultAccount: "200", DefaultTax: "NONE", Term: billing.Term{Rule: billing.AfterDate, Days: 14},
			Theme: "standard", Tracking: north, Codes: map[string]ledger.Target{"A": {Account: "260", Tracking: north}, "B": {Item: "book"}},
			Taxes: map[string]string{"GST": "OUTPUT2"},
		}, ledger.Mapping{}, ""},
		{"a status that nothing arrives in", ledger.Mapping{Arrival: ledger.PaidThere}, ledger.Mapping{}, "“PAID”"},
		{"a term that is none", ledger.Mapping{Term: billing.Term{Rule: billing.OfNextMonth}}, ledger.Mapping{}, "1 to 31"},
		{"an account and an item", ledger.Mapping{Codes: map[string]ledger.Target{"A": {Account: "200", Item: "BOOK"}}}, ledger.Mapping{}, "not to both"},
		{"an account that is not there", ledger.Mapping{DefaultAccount: "999"}, ledger.Mapping{}, "“999”"},
		{"an account for expenses", ledger.Mapping{Codes: map[string]ledger.Target{"A": {Account: "400"}}}, ledger.Mapping{}, "Billing code A: the account “400” can't be used for sales."},
		{"a system account", ledger.Mapping{DefaultAccount: "610"}, ledger.Mapping{}, "“610”"},
		{"an archived account, newly", ledger.Mapping{DefaultAccount: "210"}, ledger.Mapping{}, "“210”"},
		{"an archived account, as before", ledger.Mapping{DefaultAccount: "210"}, ledger.Mapping{DefaultAccount: "210"}, ""},
		{"an item that is not sold", ledger.Mapping{Codes: map[string]ledger.Target{"A": {Item: "DESK"}}}, ledger.Mapping{}, "“DESK”"},
		{"a rate that is not active", ledger.Mapping{Taxes: map[string]string{"OLD": "OUTPUT"}}, ledger.Mapping{}, "Tax rate OLD"},
		{"a rate for expenses", ledger.Mapping{DefaultTax: "INPUT2"}, ledger.Mapping{}, "“INPUT2”"},
		{"a theme that is not there", ledger.Mapping{Theme: "Blue"}, ledger.Mapping{}, "“Blue”"},
		{"an option that is not there", ledger.Mapping{Tracking: []billing.Tracking{{Category: "Region", Option: "East"}}}, ledger.Mapping{}, "“Region” has no tracking option “East”"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.mapping.Check(chart, c.was)
			if c.refused == "" && err != nil || c.refused != "" && (err == nil || !strings.Contains(err.Error(), c.refused)) {
				t.Errorf("got %v, want %q", err, c.refused)
			}
		})
	}
}

func TestMappingDecidesWhereLinesGo(t *testing.T) {
	m := ledger.Mapping{
		DefaultAccount: "200", DefaultTax: "NONE",
		Tracking: []billing.Tracking{{Category: "Region", Option: "North"}},
		Codes: map[string]ledger.Target{
			"ACC": {Account: "260", Tracking: []billing.Tracking{{Category: "region", Option: "South"}}},
			"BK":  {Item: "BOOK"},
		},
		Taxes: map[string]string{"GST": "OUTPUT2", "ZERO": "NONE"},
	}
	v := bill(func(v *billing.Invoice) {
		line := v.Lines[0]
		line.Account, line.Tracking, line.Tax.Code = "", nil, "GST"
		coded, item, untaxed, zero := line, line, line, line
		coded.Code, item.Code, zero.Code = "ACC", "BK", "ACC"
		untaxed.Tax, zero.Tax = billing.Tax{}, billing.Tax{Code: "ZERO"}
		own := coded
		own.Tracking = []billing.Tracking{{Category: "REGION", Option: "north"}}
		v.Lines = []billing.Line{line, coded, item, untaxed, zero, own}
	})
	w, messages := ledger.Resolve(v, chart, m)
	if len(messages) > 0 {
		t.Fatalf("refused: %v", messages)
	}
	var got []string
	for _, l := range w.Lines {
		got = append(got, l.Account+" "+l.Item+" "+l.TaxType+" "+l.Tracking[0].Option)
	}
	want := []string{"200  OUTPUT2 North", "260  OUTPUT2 South", "260 BOOK OUTPUT2 North", "200  NONE North", "260  NONE South", "260  OUTPUT2 North"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSuggest(t *testing.T) {
	named := chart
	named.Accounts = append([]ledger.Account{{Code: "201", Name: "Audit", Class: "REVENUE"}, {Code: "202", Name: "sales", Class: "REVENUE"}}, chart.Accounts...)
	taxes := []billing.Tax{
		{Code: "OUTPUT2", Rate: 15_0000}, {Code: "GST", Name: "GST 15", Rate: 15_0000}, {Code: "NIL", Name: "no gst"}, {Code: "OLD", Rate: 12_5000},
	}
	doubled := named // which of two rates is meant a person says
	doubled.TaxRates = append([]ledger.TaxRate{{Type: "TAX001", Name: "GST on services", Rate: 15_0000, Active: true, Classes: []string{"REVENUE"}}}, chart.TaxRates...)
	for _, c := range []struct {
		name  string
		has   ledger.Mapping
		chart ledger.Chart
		want  ledger.Mapping
	}{
		{"by code and by name", ledger.Mapping{}, named, ledger.Mapping{
			DefaultAccount: "202",
			Codes:          map[string]ledger.Target{"book": {Item: "BOOK"}, "260": {Account: "260"}, "AUDIT": {Account: "201"}},
			Taxes:          map[string]string{"GST": "OUTPUT2", "NIL": "NONE"},
		}},
		{"nothing that is mapped", ledger.Mapping{
			DefaultAccount: "200", Taxes: map[string]string{"GST": "OUTPUT2", "NIL": "NONE"},
			Codes: map[string]ledger.Target{"book": {Account: "200"}, "260": {Account: "200"}, "AUDIT": {Item: "BOOK"}},
		}, named, ledger.Mapping{Codes: map[string]ledger.Target{}, Taxes: map[string]string{}}},
		{"no rate where there are several", ledger.Mapping{DefaultAccount: "200"}, doubled, ledger.Mapping{
			Codes: map[string]ledger.Target{"book": {Item: "BOOK"}, "260": {Account: "260"}, "AUDIT": {Account: "201"}},
			Taxes: map[string]string{"NIL": "NONE"},
		}},
		{"no default where there are several", ledger.Mapping{}, chart, ledger.Mapping{
			Codes: map[string]ledger.Target{"book": {Item: "BOOK"}, "260": {Account: "260"}},
			Taxes: map[string]string{"GST": "OUTPUT2", "NIL": "NONE"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ledger.Suggest(c.has, c.chart, []string{"book", "260", "AUDIT", "DESK", "400", "610", "other"}, taxes)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestASampleIsWhatTheMappingMakesOfACode(t *testing.T) {
	chart := ledger.Chart{
		Accounts: []ledger.Account{{Code: "200", Class: "REVENUE"}, {Code: "299", Class: "REVENUE", Archived: true}},
		Items:    []ledger.Item{{Code: "BOOK", Account: "200", Sold: true}},
	}
	for _, c := range []struct {
		name          string
		mapping       ledger.Mapping
		account, item string
		cause         ledger.Cause
	}{
		{"nothing", ledger.Mapping{}, "", "", ledger.AccountMissing},
		{"a default", ledger.Mapping{DefaultAccount: "200"}, "200", "", ""},
		{"an account", ledger.Mapping{DefaultAccount: "200", Codes: map[string]ledger.Target{"ACC": {Account: "299"}}}, "", "", ledger.AccountArchived},
		{"an item", ledger.Mapping{Codes: map[string]ledger.Target{"ACC": {Item: "BOOK"}}}, "200", "BOOK", ""},
		{"an item that is gone", ledger.Mapping{DefaultAccount: "200", Codes: map[string]ledger.Target{"ACC": {Item: "PEN"}}}, "", "", ledger.ItemUnknown},
	} {
		line, wrong := c.mapping.Sample(chart, "ACC")
		if c.cause == "" && (len(wrong) > 0 || line.Account != c.account || line.Item != c.item) {
			t.Errorf("%s: %+v, %v", c.name, line, wrong)
		}
		if c.cause != "" && (len(wrong) == 0 || wrong[0].Cause != c.cause) {
			t.Errorf("%s: %+v, %v, want %v", c.name, line, wrong, c.cause)
		}
	}
}
