package xero_test

import (
	"fmt"
	"net/http"
	"path"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/xero"
	"feebridge/xero/sim"
)

// charted answers the reads of a chart in the shapes in which Xero gives them.
func charted(change map[string]string) http.Handler {
	lists := map[string]string{
		"Organisation": `"Organisations":[{"Name":"Kauri Advisers","BaseCurrency":"NZD","CountryCode":"NZ","ShortCode":"!mBdtL",` +
			`"PeriodLockDate":"\/Date(1546214400000+0000)\/","EndOfYearLockDate":"\/Date(1514678400000+0000)\/",` +
			`"CreatedDateUTC":"\/Date(1455827393000)\/","OrganisationID":"b2c885a9-4bb9-4a00-9b6e-6c2bf60b1a2b","Class":"PREMIUM"}]`,
		"Accounts": `"Accounts":[` +
			`{"AccountID":"a","Code":"","Name":"Term Deposit","Status":"ACTIVE","Type":"BANK","TaxType":"NONE","Class":"ASSET","SystemAccount":null},` +
			`{"AccountID":"b","Code":"200","Name":"Sales","Status":"ACTIVE","Type":"REVENUE","TaxType":"OUTPUT2","Class":"REVENUE"},` +
			`{"AccountID":"c","Code":"265","Name":"Commission","Status":"ARCHIVED","Type":"REVENUE","TaxType":"OUTPUT2","Class":"REVENUE"},` +
			`{"AccountID":"d","Code":"610","Name":"Accounts Receivable","Status":"ACTIVE","Type":"CURRENT","TaxType":"NONE","Class":"ASSET","SystemAccount":"DEBTORS"}]`,
		"TaxRates": `"TaxRates":[` +
			`{"Name":"15% GST on Income","TaxType":"OUTPUT2","CanApplyToAssets":true,"CanApplyToEquity":true,"CanApplyToExpenses":false,` +
			`"CanApplyToLiabilities":true,"CanApplyToRevenue":true,"DisplayTaxRate":15.0000,"EffectiveRate":15.0000,"Status":"ACTIVE"},` +
			`{"Name":"Old","TaxType":"INPUT","CanApplyToExpenses":true,"EffectiveRate":12.5,"Status":"DELETED"},` +
			`{"Name":"Odd","TaxType":"TAX009","CanApplyToRevenue":true,"EffectiveRate":8.87501,"Status":"ACTIVE"}]`,
		"TrackingCategories": `"TrackingCategories":[` +
			`{"Name":"Region","Status":"ACTIVE","TrackingCategoryID":"r","Options":[{"Name":"North","Status":"ACTIVE"},{"Name":"Gone","Status":"ARCHIVED"}]},` +
			`{"Name":"Old","Status":"ARCHIVED","TrackingCategoryID":"o","Options":[]}]`,
		"Currencies":     `"Currencies":[{"Code":"NZD","Description":"New Zealand Dollar"},{"Code":"USD","Description":"United States Dollar"}]`,
		"BrandingThemes": `"BrandingThemes":[{"BrandingThemeID":"t2","Name":"Retainers","SortOrder":3},{"BrandingThemeID":"t1","Name":"Standard","SortOrder":0}]`,
		"Items": `"Items":[{"ItemID":"i","Code":"123","Name":"Guitars","IsSold":true,"SalesDetails":{"UnitPrice":5000.0,"AccountCode":"200","TaxType":"OUTPUT2"}},` +
			`{"ItemID":"j","Code":"PAPER","Name":"Paper","IsSold":false,"PurchaseDetails":{}}]`,
	}
	for name, list := range change {
		lists[name] = list
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stamp := time.Now().Add(90 * time.Second).UnixMilli() // Xero's clock is ahead
		if path.Base(r.URL.Path) == "Items" {
			time.Sleep(4 * time.Second) // on its way
		}
		w.Header().Set("Date", time.Now().Add(90*time.Second).UTC().Format(http.TimeFormat))
		body := fmt.Sprintf(`{"Id":"x","Status":"OK","ProviderName":"p","DateTimeUTC":"\/Date(%d)\/",%s}`, stamp, lists[path.Base(r.URL.Path)])
		answers(http.StatusOK, body).ServeHTTP(w, r)
	})
}

func TestAChartIsWhatTheOrganisationHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got, err := serve(t, charted(nil), xero.Config{}).Chart(t.Context(), "tenant")
		if err != nil {
			t.Fatal(err)
		}
		want := ledger.Chart{
			Tenant: ledger.Tenant{ID: "tenant", Name: "Kauri Advisers"}, ShortCode: "!mBdtL", Plan: "PREMIUM", BaseCurrency: "NZD",
			PeriodLock: 20181231, YearEndLock: 20171231,
			Accounts: []ledger.Account{
				{Name: "Term Deposit", Class: "ASSET", Type: "BANK", TaxType: "NONE"},
				{Code: "200", Name: "Sales", Class: "REVENUE", Type: "REVENUE", TaxType: "OUTPUT2"},
				{Code: "265", Name: "Commission", Class: "REVENUE", Type: "REVENUE", TaxType: "OUTPUT2", Archived: true},
				{Code: "610", Name: "Accounts Receivable", Class: "ASSET", Type: "CURRENT", TaxType: "NONE", System: "DEBTORS"},
			},
			TaxRates: []ledger.TaxRate{
				{Type: "OUTPUT2", Name: "15% GST on Income", Rate: 150000, Active: true, Classes: []string{"ASSET", "EQUITY", "LIABILITY", "REVENUE"}},
				{Type: "INPUT", Name: "Old", Rate: 125000, Classes: []string{"EXPENSE"}},
			},
			Tracking:   []ledger.TrackingCategory{{Name: "Region", Options: []string{"North"}}},
			Currencies: []money.Currency{"NZD", "USD"},
			Themes:     []ledger.Theme{{ID: "t1", Name: "Standard"}, {ID: "t2", Name: "Retainers"}},
			Items:      []ledger.Item{{Code: "123", Name: "Guitars", Account: "200", Sold: true}, {Code: "PAPER", Name: "Paper"}},
			Read:       got.Read, Ahead: 90 * time.Second,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if age := time.Since(got.Read); age != 4*time.Second {
			t.Errorf("it says it was read %s ago", age)
		}
	})
}

func TestAChartThatIsNotWholeIsAnError(t *testing.T) {
	for name, change := range map[string]map[string]string{
		"no organisation":           {"Organisation": `"Organisations":[]`},
		"two organisations":         {"Organisation": `"Organisations":[{"BaseCurrency":"NZD"},{"BaseCurrency":"NZD"}]`},
		"no currency":               {"Organisation": `"Organisations":[{"Name":"Kauri"}]`},
		"a lock date that is none":  {"Organisation": `"Organisations":[{"BaseCurrency":"NZD","PeriodLockDate":"soon"}]`},
		"no tax rates":              {"TaxRates": `"X":[]`},
		"null among the accounts":   {"Accounts": `"Accounts":[null]`},
		"accounts of another shape": {"Accounts": `"Accounts":{"Code":"200"}`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := serve(t, charted(change), xero.Config{}).Chart(t.Context(), "tenant")
				if got := troubleIn(t, err); got.Reason != app.Interrupted {
					t.Errorf("the error is %+v", got)
				}
			})
		})
	}
}

func TestTheChartOfTheSimulatedOrganisation(t *testing.T) {
	b := simulate(t, "demo", sim.Config{})
	chart, err := b.Chart(t.Context(), b.tenant)
	if err != nil {
		t.Fatal(err)
	}
	if calls := b.sim.TotalCalls(); calls != 7 {
		t.Errorf("it took %d calls, want 7", calls)
	}
	sales, ok := chart.Account("200")
	rate, hasRate := chart.TaxRate("OUTPUT2")
	if !ok || !sales.Sales() || !hasRate || !rate.Active || !rate.AppliesTo(sales.Class) || rate.AppliesTo("EXPENSE") {
		t.Errorf("the account is %+v, its rate %+v", sales, rate)
	}
	if item, ok := chart.Item("PAPER"); !ok || item.Sold {
		t.Errorf("the item is %+v", item)
	}
	if !chart.Subscribed("AUD") || chart.Subscribed("EUR") || chart.PeriodLock != 20090930 || chart.YearEndLock != 0 {
		t.Errorf("the chart is %+v", chart)
	}
	if chart.Ahead > 0 || chart.Ahead < -time.Minute {
		t.Errorf("the clock is said to be ahead by %s", chart.Ahead)
	}
}

func TestReachTellsWhetherTheOrganisationCanBeCalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := simulate(t, "empty", sim.Config{}, "GET /Organisation #2-9 503:offline")
		if err := b.Reach(t.Context(), b.tenant); err != nil {
			t.Error(err)
		}
		if n := b.sim.TotalCalls(); n != 1 {
			t.Errorf("it took %d calls", n)
		}
		err := b.Reach(t.Context(), b.tenant)
		if got := troubleIn(t, err); got.Reason != app.Troubled {
			t.Errorf("got %+v", got)
		}
	})
}

func TestTheBooksAreClosedUpToTheLaterLock(t *testing.T) {
	september, march := sim.Day(2026, time.September, 30), sim.Day(2026, time.March, 31)
	for _, test := range []struct {
		name            string
		period, yearEnd time.Time
		want            billing.Date
	}{
		{"none", time.Time{}, time.Time{}, 0},
		{"a period alone", september, time.Time{}, 20260930},
		{"a year alone", time.Time{}, march, 20260331},
		{"a later period", september, march, 20260930},
		{"a later year", march, september, 20260930},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := simulate(t, "empty", sim.Config{})
			if err := b.sim.SetLockDates(string(b.tenant), test.period, test.yearEnd); err != nil {
				t.Fatal(err)
			}
			got, err := b.Lock(t.Context(), b.tenant)
			if err != nil || got != test.want || b.sim.TotalCalls() != 1 {
				t.Errorf("closed up to %s after %d calls, %v; want %s", got, b.sim.TotalCalls(), err, test.want)
			}
		})
	}
}

func TestALockThatIsNotUnderstoodIsAnError(t *testing.T) {
	for name, list := range map[string]string{
		"no organisation": `"Organisations":[]`,
		"no date":         `"Organisations":[{"PeriodLockDate":"soon"}]`,
	} {
		c := serve(t, answers(http.StatusOK, envelope(list)), xero.Config{})
		if _, err := c.Lock(t.Context(), "tenant"); troubleIn(t, err).Reason != app.Interrupted {
			t.Errorf("%s: %v", name, err)
		}
	}
}
