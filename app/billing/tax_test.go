package billing_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app/billing"
	"feebridge/app/money"
)

func TestTaxTotals(t *testing.T) {
	gst := func(r money.Rate) billing.Tax { return billing.Tax{Code: "GST", Name: "GST", Rate: r} }
	both := billing.Tax{Code: "CA", Name: "GST and QST", Rate: 14_9750, Parts: []billing.TaxPart{{Name: "GST", Rate: 5_0000}, {Name: "QST", Rate: 9_9750}}}
	for _, c := range []struct {
		name    string
		amounts money.LineAmounts
		taxes   []billing.Tax // of lines of 100.00
		want    []string
	}{
		{"one", money.Exclusive, []billing.Tax{gst(15_0000), gst(15_0000)}, []string{"GST 15% 30.00"}},
		{"two rates of one name", money.Exclusive, []billing.Tax{gst(15_0000), gst(12_5000), gst(15_0000)}, []string{"GST 15% 30.00", "GST 12.5% 12.50"}},
		{"one of several parts", money.Exclusive, []billing.Tax{both, gst(5_0000)}, []string{"GST 5% 10.00", "QST 9.975% 9.98"}},
		{"one of nothing", money.Exclusive, []billing.Tax{{Code: "NONE", Name: "No GST"}}, nil},
		{"inside", money.Inclusive, []billing.Tax{gst(15_0000)}, []string{"GST 15% 13.04"}},
		{"none", money.NoTax, []billing.Tax{gst(15_0000)}, nil},
	} {
		v := invoice(func(v *billing.Invoice) {
			v.Amounts, v.Lines = c.amounts, nil
			for _, tax := range c.taxes {
				v.Lines = append(v.Lines, billing.Line{Description: "Work", Quantity: 1_0000, UnitAmount: 100_0000, Tax: tax})
			}
		})
		totals, err := v.Totals()
		if err != nil {
			t.Fatal(err)
		}
		taxes, err := v.TaxTotals(totals)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		sum := money.Zero("NZD")
		for _, tax := range taxes {
			got = append(got, tax.Name+" "+tax.Rate.String()+" "+tax.Amount.String())
			if sum, err = sum.Add(tax.Amount); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" || sum != totals.Tax {
			t.Errorf("%s: they make %s of %s (-want +got):\n%s", c.name, sum, totals.Tax, diff)
		}
	}
}
