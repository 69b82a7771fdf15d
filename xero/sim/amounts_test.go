package sim

import (
	"testing"

	"github.com/shopspring/decimal"
)

// The first case is the worked example of Xero's page on rounding; the others follow from its formulas, each figure
// worked out by hand.
func TestAmountsAreReckonedAsXeroDoes(t *testing.T) {
	const sales = `"AccountCode":"200"`
	tests := []struct {
		name, amounts, lines   string
		subTotal, tax, total   string
		lineAmounts, lineTaxes []string
	}{
		{
			name: "tax is rounded for each line and then summed", amounts: "Exclusive",
			lines: `[{"Description":"a","Quantity":1,"UnitAmount":25.06,` + sales + `},{"Description":"b","Quantity":1,"UnitAmount":25.61,` + sales +
				`},{"Description":"c","Quantity":1,"UnitAmount":25.63,` + sales + `}]`,
			subTotal: "76.30", tax: "11.44", total: "87.74",
			lineAmounts: []string{"25.06", "25.61", "25.63"}, lineTaxes: []string{"3.76", "3.84", "3.84"},
		},
		{
			name: "inclusive: the tax is what is above the rounded net", amounts: "Inclusive",
			lines:    line(`"Description":"a","Quantity":1,"UnitAmount":100,` + sales),
			subTotal: "86.96", tax: "13.04", total: "100.00", lineAmounts: []string{"100.00"}, lineTaxes: []string{"13.04"},
		},
		{
			name: "no tax", amounts: "NoTax", lines: line(`"Description":"a","Quantity":3,"UnitAmount":33.33,` + sales),
			subTotal: "99.99", tax: "0.00", total: "99.99", lineAmounts: []string{"99.99"}, lineTaxes: []string{"0.00"},
		},
		{
			name: "a discount rate is taken before the one rounding", amounts: "Exclusive",
			lines:    line(`"Description":"a","Quantity":3,"UnitAmount":9.99,"DiscountRate":10,` + sales),
			subTotal: "26.97", tax: "4.05", total: "31.02", lineAmounts: []string{"26.97"}, lineTaxes: []string{"4.05"},
		},
		{
			name: "a discount amount", amounts: "Exclusive",
			lines:    line(`"Description":"a","Quantity":2,"UnitAmount":50,"DiscountAmount":7.5,` + sales),
			subTotal: "92.50", tax: "13.88", total: "106.38", lineAmounts: []string{"92.50"}, lineTaxes: []string{"13.88"},
		},
		{
			name: "half a cent goes up", amounts: "Exclusive",
			lines:    line(`"Description":"a","Quantity":0.5,"UnitAmount":4.33,"TaxType":"NONE",` + sales),
			subTotal: "2.17", tax: "0.00", total: "2.17", lineAmounts: []string{"2.17"}, lineTaxes: []string{"0.00"},
		},
		{
			name: "half a cent of a negative line goes away from zero", amounts: "Exclusive",
			lines:    line(`"Description":"a","Quantity":0.5,"UnitAmount":-4.33,"TaxType":"NONE",` + sales),
			subTotal: "-2.17", tax: "0.00", total: "-2.17", lineAmounts: []string{"-2.17"}, lineTaxes: []string{"0.00"},
		},
		{
			name: "a rate of many places", amounts: "Exclusive",
			lines:    line(`"Description":"a","Quantity":1,"UnitAmount":19.99,"TaxType":"TAX001",` + sales),
			subTotal: "19.99", tax: "1.77", total: "21.76", lineAmounts: []string{"19.99"}, lineTaxes: []string{"1.77"},
		},
		{
			name: "a tax amount that was sent stands", amounts: "Exclusive",
			lines:    line(`"Description":"a","Quantity":1,"UnitAmount":10,"TaxAmount":1.49,` + sales),
			subTotal: "10.00", tax: "1.49", total: "11.49", lineAmounts: []string{"10.00"}, lineTaxes: []string{"1.49"},
		},
		{
			name: "a description-only line adds nothing", amounts: "Exclusive",
			lines:    `[{"Description":"words"},{"Description":"a","Quantity":1,"UnitAmount":10,` + sales + `}]`,
			subTotal: "10.00", tax: "1.50", total: "11.50", lineAmounts: []string{"", "10.00"}, lineTaxes: []string{"", "1.50"},
		},
		{
			name: "unit amounts are rounded to two places", amounts: "Exclusive",
			lines:    line(`"Description":"a","Quantity":100,"UnitAmount":1.0049,"TaxType":"NONE",` + sales),
			subTotal: "100.00", tax: "0.00", total: "100.00", lineAmounts: []string{"100.00"}, lineTaxes: []string{"0.00"},
		},
		{
			name: "a unit amount is found from the line amount", amounts: "Exclusive",
			lines:    line(`"Description":"a","Quantity":3,"LineAmount":100,"TaxType":"NONE",` + sales),
			subTotal: "100.00", tax: "0.00", total: "100.00", lineAmounts: []string{"100.00"}, lineTaxes: []string{"0.00"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, Config{}, func(t *testing.T, r *rig) {
				a := r.do("PUT", "/Invoices", invoice("LineAmountTypes", `"`+test.amounts+`"`, "LineItems", test.lines)).want(200,
					"Invoices.0.SubTotal", test.subTotal, "Invoices.0.TotalTax", test.tax, "Invoices.0.Total", test.total,
					"Invoices.0.AmountDue", test.total, "Invoices.0.LineAmountTypes", test.amounts)
				for i := range test.lineAmounts {
					at := "Invoices.0.LineItems." + string(rune('0'+i))
					a.want(200, at+".LineAmount", test.lineAmounts[i], at+".TaxAmount", test.lineTaxes[i])
				}
			})
		})
	}
}

func TestUnitAmountsHaveFourPlacesOnRequest(t *testing.T) {
	lines := line(`"Description":"a","Quantity":100,"UnitAmount":1.00495,"AccountCode":"200","TaxType":"NONE"`)
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		a := r.do("PUT", "/Invoices?unitdp=4", invoice("LineItems", lines)).
			want(200, "Invoices.0.LineItems.0.UnitAmount", "1.0050", "Invoices.0.Total", "100.50")
		id := a.at("Invoices.0.InvoiceID")
		r.do("GET", "/Invoices/"+id, "").want(200, "Invoices.0.LineItems.0.UnitAmount", "1.01", "Invoices.0.Total", "100.50")
		r.do("GET", "/Invoices/"+id+"?unitdp=4", "").want(200, "Invoices.0.LineItems.0.UnitAmount", "1.0050")
	})
}

func TestLineTotalMustAgree(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("PUT", "/Invoices", invoice("LineItems", line(`"Description":"a","Quantity":10,"UnitAmount":10,"LineAmount":1,"AccountCode":"200"`))).
			wantError("The line total 1.00 does not match the expected line total 100.00")
	})
}

func TestDivisionRoundsOnce(t *testing.T) {
	d := decimal.RequireFromString
	for _, test := range []struct{ a, b, want string }{
		{"0.005", "1", "0"}, {"-0.005", "1", "0"}, {"0.015", "1", "0.02"}, {"-0.015", "1", "-0.02"}, {"0.025", "1", "0.02"}, {"0.0051", "1", "0.01"},
	} {
		if got := HalfCentsToEven.divideToCents(d(test.a), d(test.b)); !got.Equal(d(test.want)) {
			t.Errorf("to the even cent, %s / %s = %s, want %s", test.a, test.b, got, test.want)
		}
	}
	for _, test := range []struct{ a, b, want string }{
		{"1", "3", "0.33"}, {"2", "3", "0.67"}, {"-2", "3", "-0.67"}, {"0.005", "1", "0.01"}, {"-0.005", "1", "-0.01"},
		{"0.00499999999999999999999999", "1", "0"}, {"11500", "115", "100"}, {"0", "7", "0"},
	} {
		if got := Odd(0).divideToCents(d(test.a), d(test.b)); !got.Equal(d(test.want)) {
			t.Errorf("%s / %s = %s, want %s", test.a, test.b, got, test.want)
		}
	}
}
