package money

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// figure is a line of an invoice and what Xero makes of it, as decimals.
type figure struct {
	quantity, unitAmount, rate string
	discount                   Discount
	amount, tax                string
}

func TestTotal(t *testing.T) {
	one := func(unitAmount, rate, tax string) figure {
		return figure{quantity: "1", unitAmount: unitAmount, rate: rate, amount: unitAmount, tax: tax}
	}
	for _, test := range []struct {
		name                 string
		how                  LineAmounts
		lines                []figure
		subTotal, tax, total string
	}{
		{"Xero's page on rounding: tax a line, then summed", Exclusive,
			[]figure{one("25.06", "15", "3.76"), one("25.61", "15", "3.84"), one("25.63", "15", "3.84")}, "76.30", "11.44", "87.74"},
		{"official example, tires without tax", Exclusive,
			[]figure{{quantity: "2", unitAmount: "20.00", rate: "0", amount: "40.00", tax: "0.00"}}, "40.00", "0.00", "40.00"},
		{"official example, tires with GST", Exclusive,
			[]figure{{quantity: "2", unitAmount: "20.00", rate: "15", amount: "40.00", tax: "6.00"}}, "40.00", "6.00", "46.00"},
		{"official example, guitars", Exclusive, []figure{one("148062.76", "0", "0.00")}, "148062.76", "0.00", "148062.76"},
		{"official example, an update", Exclusive, []figure{one("500.00", "15", "75.00")}, "500.00", "75.00", "575.00"},
		{"official example, a paid invoice", Exclusive, []figure{one("200.00", "15", "30.00")}, "200.00", "30.00", "230.00"},
		{"official example, Australian GST", Exclusive, []figure{one("20.00", "10", "2.00")}, "20.00", "2.00", "22.00"},
		{"official example, a light speeder", Exclusive, []figure{one("3000.00", "15", "450.00")}, "3000.00", "450.00", "3450.00"},
		{"official example, a mic stand", Exclusive, []figure{one("30.00", "15", "4.50")}, "30.00", "4.50", "34.50"},
		{"half a cent goes away from zero", Exclusive,
			[]figure{{quantity: "1", unitAmount: "2.165", rate: "0", amount: "2.17", tax: "0.00"}}, "2.17", "0.00", "2.17"},
		{"half a cent of a credit goes away from zero too", Exclusive,
			[]figure{{quantity: "-1", unitAmount: "2.165", rate: "0", amount: "-2.17", tax: "0.00"}}, "-2.17", "0.00", "-2.17"},
		{"half a cent of tax", Exclusive, []figure{one("0.10", "15", "0.02"), one("-0.10", "15", "-0.02")}, "0.00", "0.00", "0.00"},
		{"the unit amount keeps four decimals", Exclusive,
			[]figure{{quantity: "1000", unitAmount: "0.1234", rate: "15", amount: "123.40", tax: "18.51"}}, "123.40", "18.51", "141.91"},
		{"a part of a quantity", Exclusive,
			[]figure{{quantity: "1.25", unitAmount: "80", rate: "15", amount: "100.00", tax: "15.00"}}, "100.00", "15.00", "115.00"},
		{"a percentage off, rounded once", Exclusive,
			[]figure{{quantity: "3", unitAmount: "33.33", rate: "15", discount: percentOff(t, "12.5"), amount: "87.49", tax: "13.12"}}, "87.49", "13.12", "100.61"},
		{"a percentage off a fraction of a cent, rounded once too", Exclusive,
			[]figure{{quantity: "3", unitAmount: "33.335", rate: "15", discount: percentOff(t, "10"), amount: "90.00", tax: "13.50"}}, "90.00", "13.50", "103.50"},
		{"everything off", Exclusive,
			[]figure{{quantity: "3", unitAmount: "33.33", rate: "15", discount: percentOff(t, "100"), amount: "0.00", tax: "0.00"}}, "0.00", "0.00", "0.00"},
		{"an amount off the line as a whole", Exclusive,
			[]figure{{quantity: "4", unitAmount: "25", rate: "15", discount: amountOff(t, 1050), amount: "89.50", tax: "13.43"}}, "89.50", "13.43", "102.93"},
		{"inclusive", Inclusive, []figure{one("115.00", "15", "15.00"), one("20.00", "15", "2.61")}, "117.39", "17.61", "135.00"},
		{"inclusive without tax", Inclusive, []figure{one("20.00", "0", "0.00")}, "20.00", "0.00", "20.00"},
		{"inclusive credit", Inclusive, []figure{one("-20.00", "15", "-2.61")}, "-17.39", "-2.61", "-20.00"},
		{"no tax whatever the rate", NoTax, []figure{one("20.00", "15", "0.00")}, "20.00", "0.00", "20.00"},
		{"a description alone", Exclusive, []figure{{quantity: "0", unitAmount: "0", rate: "15", amount: "0.00", tax: "0.00"}}, "0.00", "0.00", "0.00"},
		{"no lines", Exclusive, nil, "0.00", "0.00", "0.00"},
		{"the largest line amount", NoTax, []figure{one("9999999999.99", "0", "0.00")}, "9999999999.99", "0.00", "9999999999.99"},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := Totals{
				Lines:    []LineTotal{},
				SubTotal: amount(t, test.subTotal),
				Tax:      amount(t, test.tax),
				Total:    amount(t, test.total),
			}
			var lines []Line
			for _, f := range test.lines {
				lines = append(lines, f.line(t))
				want.Lines = append(want.Lines, LineTotal{amount(t, f.amount), amount(t, f.tax)})
			}
			got, err := Total("NZD", test.how, lines)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(Amount{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTotalRefuses(t *testing.T) {
	good := Line{Quantity: 10000, UnitAmount: 100_0000}
	for _, test := range []struct {
		name string
		line Line
		says string
	}{
		{"a line amount above Xero's", Line{Quantity: 2_0000, UnitAmount: 5_000_000_000_0000}, "line amount 10000000000.00"},
		{"a line amount below Xero's", Line{Quantity: -2_0000, UnitAmount: 5_000_000_000_0000}, "at most 9999999999.99"},
		{"the largest of everything", Line{Quantity: maxQuantity, UnitAmount: maxUnitAmount, Rate: maxRate}, "too large"},
		{"a quantity out of range", Line{Quantity: math.MinInt64}, "quantity -922337203685477.5808"},
		{"a unit amount out of range", Line{UnitAmount: math.MaxInt64}, "unit amount 922337203685477.5807"},
		{"a negative rate", Line{Rate: -1}, "tax rate -0.0001%"},
		{"an absurd rate", Line{Rate: math.MaxInt64}, "at most 999.9999%"},
		{"a discount above what isn't a whole cent", Line{Quantity: 10000, UnitAmount: 99_9960, Discount: amountOff(t, 100_00)}, "the discount 100.00 is more than the line's amount 99.996"},
		{"a discount above the line", Line{Quantity: 10000, UnitAmount: 10_0000, Discount: amountOff(t, 1001)}, "the discount 10.01 is more than the line's amount 10.00"},
		{"a fixed discount on a credit line", Line{Quantity: -10000, UnitAmount: 10_0000, Discount: amountOff(t, 1)}, "write it as a percentage"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Total("NZD", Exclusive, []Line{good, test.line})
			var lineError *LineError
			if !errors.As(err, &lineError) || lineError.Index != 1 {
				t.Fatalf("got %v, %v; want a LineError at 1", got, err)
			}
			if message := err.Error(); !strings.HasPrefix(message, "line 2: ") || !strings.Contains(message, test.says) {
				t.Errorf("%q does not name line 2 and say %q", message, test.says)
			}
		})
	}
	if _, err := Total("NZD", "", nil); err == nil || !strings.Contains(err.Error(), "Exclusive, Inclusive or NoTax") {
		t.Errorf("no way to state line amounts: %v", err)
	}
}

func TestLineAmounts(t *testing.T) {
	for text, want := range map[string]LineAmounts{"exclusive": Exclusive, "Inclusive": Inclusive, " NOTAX ": NoTax} {
		if got, err := ParseLineAmounts(text); err != nil || got != want {
			t.Errorf("ParseLineAmounts(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
	if got, err := ParseLineAmounts("net"); err == nil || got.Valid() {
		t.Errorf(`ParseLineAmounts("net") = %q, %v`, got, err)
	}
}

// TestTotalAgreesWithExactFractions computes the rule again on fractions.
func TestTotalAgreesWithExactFractions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := drawLine(t)
		how := rapid.SampledFrom([]LineAmounts{Exclusive, Inclusive, NoTax}).Draw(t, "how")
		got, err := Total("NZD", how, []Line{line})
		if err != nil {
			t.Fatal(err)
		}
		cents := new(big.Rat).SetFrac64(int64(line.Quantity), 1_0000)
		cents.Mul(cents, big.NewRat(int64(line.UnitAmount), 100))
		cents.Mul(cents, big.NewRat(int64(hundredPercent-line.Discount.Percent()), int64(hundredPercent)))
		amount := roundHalfAway(cents)
		tax := new(big.Int)
		switch how {
		case Exclusive:
			tax = roundHalfAway(new(big.Rat).Mul(new(big.Rat).SetInt(amount), big.NewRat(int64(line.Rate), int64(hundredPercent))))
		case Inclusive:
			net := new(big.Rat).Mul(new(big.Rat).SetInt(amount), big.NewRat(int64(hundredPercent), int64(hundredPercent+line.Rate)))
			tax.Sub(amount, roundHalfAway(net))
		}
		want := LineTotal{New(amount.Int64(), "NZD"), New(tax.Int64(), "NZD")}
		if got.Lines[0] != want {
			t.Fatalf("%+v %s: got %v, want %v", line, how, got.Lines[0], want)
		}
	})
}

func TestNegatingQuantitiesNegatesEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(drawLine), 0, 10).Draw(t, "lines")
		how := rapid.SampledFrom([]LineAmounts{Exclusive, Inclusive, NoTax}).Draw(t, "how")
		invoice, err := Total("NZD", how, lines)
		if err != nil {
			t.Fatal(err)
		}
		for i := range lines {
			lines[i].Quantity = -lines[i].Quantity
		}
		credit, err := Total("NZD", how, lines)
		if err != nil {
			t.Fatal(err)
		}
		pairs := [][2]Amount{{invoice.SubTotal, credit.SubTotal}, {invoice.Tax, credit.Tax}, {invoice.Total, credit.Total}}
		for i := range lines {
			pairs = append(pairs, [2]Amount{invoice.Lines[i].Amount, credit.Lines[i].Amount}, [2]Amount{invoice.Lines[i].Tax, credit.Lines[i].Tax})
		}
		for _, pair := range pairs {
			if negated, err := Zero("NZD").Sub(pair[0]); err != nil || negated != pair[1] {
				t.Fatalf("%v became %v", pair[0], pair[1])
			}
		}
	})
}

func TestTotalsAddUpAndDoNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(drawLine), 0, 10).Draw(t, "lines")
		how := rapid.SampledFrom([]LineAmounts{Exclusive, Inclusive, NoTax}).Draw(t, "how")
		got, err := Total("NZD", how, lines)
		if err != nil {
			t.Fatal(err)
		}
		if sum, err := got.SubTotal.Add(got.Tax); err != nil || sum != got.Total {
			t.Fatalf("%v + %v is not %v", got.SubTotal, got.Tax, got.Total)
		}
		shuffled, err := Total("NZD", how, rapid.Permutation(lines).Draw(t, "shuffled"))
		if err != nil || shuffled.SubTotal != got.SubTotal || shuffled.Tax != got.Tax || shuffled.Total != got.Total {
			t.Fatalf("%+v in another order is %+v, %v", got, shuffled, err)
		}
	})
}

// TestTaxTakenOutGoesBackOn takes the tax out of a gross amount and puts it on the
// net again. The first rounding is off by half a cent at most, which a rate of at
// most 100 % at most doubles.
func TestTaxTakenOutGoesBackOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gross := rapid.Int64Range(-maxLineAmount, maxLineAmount).Draw(t, "gross")
		rate := Rate(rapid.Int64Range(0, int64(hundredPercent)).Draw(t, "rate"))
		inclusive, err := Total("NZD", Inclusive, []Line{{Quantity: 1_0000, UnitAmount: UnitAmount(gross * 100), Rate: rate}})
		if err != nil {
			t.Fatal(err)
		}
		if inclusive.Total.Minor() != gross {
			t.Fatalf("a gross of %d became %v", gross, inclusive.Total)
		}
		net := inclusive.SubTotal.Minor()
		exclusive, err := Total("NZD", Exclusive, []Line{{Quantity: 1_0000, UnitAmount: UnitAmount(net * 100), Rate: rate}})
		if err != nil {
			t.Fatal(err)
		}
		if off := exclusive.Total.Minor() - gross; off < -1 || off > 1 {
			t.Fatalf("gross %v, net %v at %s, gross again %v", inclusive.Total, inclusive.SubTotal, rate, exclusive.Total)
		}
	})
}

func TestTotalNeverWraps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := Line{
			Quantity:   Quantity(rapid.Int64().Draw(t, "quantity")),
			UnitAmount: UnitAmount(rapid.Int64().Draw(t, "unit amount")),
			Discount:   Discount{minor: rapid.Int64Range(0, math.MaxInt64).Draw(t, "discount")},
			Rate:       Rate(rapid.Int64().Draw(t, "rate")),
		}
		got, err := Total("NZD", Exclusive, []Line{line})
		if err != nil {
			return
		}
		amount, tax := got.Lines[0].Amount.Minor(), got.Lines[0].Tax.Minor()
		if amount > maxLineAmount || amount < -maxLineAmount || tax > 10*maxLineAmount || tax < -10*maxLineAmount {
			t.Fatalf("%+v became %v", line, got.Lines[0])
		}
	})
}

// drawLine draws a line inside Xero's limits, ties and credits included.
func drawLine(t *rapid.T) Line {
	return Line{
		Quantity:   Quantity(rapid.Int64Range(-99_999_0000, 99_999_0000).Draw(t, "quantity")),
		UnitAmount: UnitAmount(rapid.Int64Range(-99_999_0000, 99_999_0000).Draw(t, "unit amount")),
		Discount:   Discount{percent: Rate(rapid.Int64Range(0, int64(hundredPercent)).Draw(t, "discount"))},
		Rate:       Rate(rapid.Int64Range(0, int64(maxRate)).Draw(t, "rate")),
	}
}

func roundHalfAway(r *big.Rat) *big.Int {
	half := big.NewRat(1, 2)
	if r.Sign() < 0 {
		half.Neg(half)
	}
	r = new(big.Rat).Add(r, half)
	return new(big.Int).Quo(r.Num(), r.Denom())
}

func (f figure) line(t *testing.T) Line {
	t.Helper()
	quantity, quantityErr := ParseQuantity(f.quantity)
	unitAmount, unitErr := ParseUnitAmount(f.unitAmount)
	rate, rateErr := ParseRate(f.rate)
	if err := errors.Join(quantityErr, unitErr, rateErr); err != nil {
		t.Fatal(err)
	}
	return Line{quantity, unitAmount, f.discount, rate}
}

func amount(t *testing.T, s string) Amount {
	t.Helper()
	a, err := Parse(s, "NZD")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func percentOff(t *testing.T, percent string) Discount {
	t.Helper()
	rate, err := ParseRate(percent)
	if err != nil {
		t.Fatal(err)
	}
	discount, err := PercentOff(rate)
	if err != nil {
		t.Fatal(err)
	}
	return discount
}

func amountOff(t *testing.T, minor int64) Discount {
	t.Helper()
	discount, err := AmountOff(minor)
	if err != nil {
		t.Fatal(err)
	}
	return discount
}
