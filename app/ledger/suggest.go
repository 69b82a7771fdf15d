package ledger

import (
	"slices"
	"strings"

	"feebridge/app/billing"
)

// Suggest returns what the organisation has for what the mapping leaves open, by code and
// by name: the account that is called Sales, items and accounts of the firm's billing
// codes, and for taxes whose code is none of the organisation's, the rate of the same name
// or the only one of the same percentage. It is for a person to look at, and to take or
// leave.
func Suggest(m Mapping, chart Chart, codes []string, taxes []billing.Tax) Mapping {
	s := Mapping{Codes: map[string]Target{}, Taxes: map[string]string{}}
	if m.DefaultAccount == "" {
		s.DefaultAccount = defaultAccount(chart)
	}
	for _, code := range codes {
		if t := m.Codes[code]; t.Account == "" && t.Item == "" {
			if t, found := targetOf(code, chart); found {
				s.Codes[code] = t
			}
		}
	}
	for _, tax := range taxes {
		if _, known := chart.TaxRate(m.TaxType(tax)); !known {
			if rate, found := rateOf(tax, chart); found {
				s.Taxes[tax.Code] = rate
			}
		}
	}
	return s
}

// defaultAccount returns the sales account that is called Sales, or the only one.
func defaultAccount(chart Chart) string {
	sales := slices.DeleteFunc(slices.Clone(chart.Accounts), func(a Account) bool { return a.Code == "" || !a.Sales() })
	for _, a := range sales {
		if strings.EqualFold(a.Name, "Sales") {
			return a.Code
		}
	}
	if len(sales) == 1 {
		return sales[0].Code
	}
	return ""
}

func targetOf(code string, chart Chart) (Target, bool) {
	if item, ok := chart.Item(code); ok && item.Sold {
		return Target{Item: item.Code}, true
	}
	if a, ok := chart.Account(code); ok && a.Sales() {
		return Target{Account: a.Code}, true
	}
	for _, a := range chart.Accounts {
		if a.Code != "" && a.Sales() && billing.FoldName(a.Name) == billing.FoldName(code) {
			return Target{Account: a.Code}, true
		}
	}
	return Target{}, false
}

func rateOf(tax billing.Tax, chart Chart) (string, bool) {
	var same []TaxRate
	for _, r := range chart.TaxRates {
		if !r.Active || !r.AppliesTo("REVENUE") || r.Rate != tax.Rate {
			continue
		}
		if billing.FoldName(r.Name) == billing.FoldName(tax.Name) {
			return r.Type, true
		}
		same = append(same, r)
	}
	if len(same) != 1 {
		return "", false
	}
	return same[0].Type, true
}
