package money

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		text string
		want int64
	}{
		{"0", 0},
		{"-0", 0},
		{"1955", 195500},
		{"1955.00", 195500},
		{"+12.5", 1250},
		{"-0.05", -5},
		{" 7.10\t", 710},
		{"007.00", 700},
		{"1.5000", 150},
		{"1,234.50", 123450},
		{"-12,345,678.9", -1234567890},
		{"1234567890.12", 123456789012},
		{"92233720368547758.07", math.MaxInt64},
		{"-92233720368547758.08", math.MinInt64},
	} {
		got, err := Parse(test.text, "NZD")
		if err != nil || got != New(test.want, "NZD") {
			t.Errorf("Parse(%q) = %v, %v; want %d cents", test.text, got, err, test.want)
		}
	}
}

func TestParseRefusesAndSaysWhatToWrite(t *testing.T) {
	for _, test := range []struct{ text, remedy string }{
		{"", "there is no number"},
		{"   ", "there is no number"},
		{"1,234", "write 1234.00"},
		{"12,345,678", "write 12345678.00"},
		{"1,5", "write the decimals after a point"},
		{"12,34.00", "thousands without commas"},
		{"1234,567.00", "thousands without commas"},
		{"0,123.00", "thousands without commas"},
		{",123.00", "thousands without commas"},
		{"1.234,56", "no comma after it"},
		{"1.2.3", "one decimal point"},
		{".5", "both sides"},
		{"5.", "both sides"},
		{"-", "both sides"},
		{".", "both sides"},
		{"0.005", "more than 2 decimals"},
		{"(12.00)", "minus sign in front"},
		{"12.00-", "in front of the digits"},
		{"--12.00", "in front of the digits"},
		{"−12.00", "in front of the digits"},
		{"$12.00", "without currency signs"},
		{"12.00 NZD", "without spaces"},
		{"NZD", "without currency signs"},
		{"1 234.50", "without spaces"},
		{"1\u00a0234.50", "without spaces"},
		{"1'234.50", "apostrophes"},
		{"1e3", "exponents"},
		{"NaN", "digits only"},
		{"15%", "without a percent sign"},
		{"١٢", "digits only"},
		{"92233720368547758.08", "too large"},
		{"-92233720368547758.09", "too large"},
		{strings.Repeat("9", 1000), "too large"},
	} {
		got, err := Parse(test.text, "NZD")
		if err == nil {
			t.Errorf("Parse(%q) = %v; want an error", test.text, got)
			continue
		}
		if !strings.Contains(err.Error(), test.remedy) {
			t.Errorf("Parse(%q): %q does not say %q", test.text, err, test.remedy)
		}
		if len(err.Error()) > 250 {
			t.Errorf("Parse(%.20q…): the message has %d bytes", test.text, len(err.Error()))
		}
	}
}

func TestAmountString(t *testing.T) {
	for minor, want := range map[int64]string{
		0:             "0.00",
		5:             "0.05",
		-5:            "-0.05",
		-100:          "-1.00",
		195500:        "1955.00",
		math.MaxInt64: "92233720368547758.07",
		math.MinInt64: "-92233720368547758.08",
	} {
		if got := New(minor, "NZD").String(); got != want {
			t.Errorf("String of %d cents = %q; want %q", minor, got, want)
		}
	}
}

func TestZeroValueIsZero(t *testing.T) {
	if a := (Amount{}); !a.IsZero() || a.Sign() != 0 || a.String() != "0.00" || a != Zero("") {
		t.Errorf("the zero amount is %v", a)
	}
	if New(1, "NZD") == New(1, "AUD") {
		t.Error("a dollar of New Zealand equals one of Australia")
	}
}

func TestAmountsOfTwoCurrenciesDoNotMeet(t *testing.T) {
	a, b := New(1, "NZD"), New(1, "AUD")
	_, addErr := a.Add(b)
	_, subErr := a.Sub(b)
	_, cmpErr := a.Cmp(b)
	_, zeroErr := a.Add(Amount{})
	for name, err := range map[string]error{"Add": addErr, "Sub": subErr, "Cmp": cmpErr, "Add of no currency": zeroErr} {
		if !errors.Is(err, ErrOtherCurrency) {
			t.Errorf("%s: %v; want ErrOtherCurrency", name, err)
		}
	}
	if want := "AUD"; !strings.Contains(addErr.Error(), want) {
		t.Errorf("%q does not name %s", addErr, want)
	}
}

func TestArithmeticAtTheEdges(t *testing.T) {
	const c = Currency("NZD")
	largest, smallest, one := New(math.MaxInt64, c), New(math.MinInt64, c), New(1, c)
	for name, operation := range map[string]func() (Amount, error){
		"largest + 1":         func() (Amount, error) { return largest.Add(one) },
		"smallest - 1":        func() (Amount, error) { return smallest.Sub(one) },
		"0 - smallest":        func() (Amount, error) { return Zero(c).Sub(smallest) },
		"smallest + smallest": func() (Amount, error) { return smallest.Add(smallest) },
	} {
		if got, err := operation(); !errors.Is(err, ErrOverflow) {
			t.Errorf("%s = %v, %v; want ErrOverflow", name, got, err)
		}
	}
	if got, err := smallest.Add(largest); err != nil || got != New(-1, c) {
		t.Errorf("smallest + largest = %v, %v; want -0.01", got, err)
	}
	if got, err := New(-1, c).Sub(smallest); err != nil || got != largest {
		t.Errorf("-0.01 - smallest = %v, %v; want the largest", got, err)
	}
}

func TestCmpAndSign(t *testing.T) {
	for _, test := range []struct {
		a, b int64
		want int
	}{{1, 2, -1}, {2, 2, 0}, {3, 2, 1}, {math.MinInt64, math.MaxInt64, -1}} {
		if got, err := New(test.a, "NZD").Cmp(New(test.b, "NZD")); err != nil || got != test.want {
			t.Errorf("Cmp(%d, %d) = %d, %v; want %d", test.a, test.b, got, err, test.want)
		}
	}
	if New(-3, "NZD").Sign() != -1 || New(3, "NZD").Sign() != 1 {
		t.Error("Sign does not follow the amount")
	}
}

func TestParseCurrency(t *testing.T) {
	for text, want := range map[string]Currency{"NZD": "NZD", "nzd": "NZD", " gBp ": "GBP"} {
		if got, err := ParseCurrency(text); err != nil || got != want {
			t.Errorf("ParseCurrency(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"", "NZ", "NZDD", "N1D", "N D", "€€€", "ÄÖÜ", "é1"} {
		if got, err := ParseCurrency(text); err == nil {
			t.Errorf("ParseCurrency(%q) = %q; want an error", text, got)
		}
	}
}

func TestParseReadsBackString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := New(rapid.Int64().Draw(t, "minor"), "NZD")
		got, err := Parse(want.String(), "NZD")
		if err != nil || got != want {
			t.Fatalf("Parse(%q) = %v, %v", want, got, err)
		}
	})
}

func TestSubUndoesAddAndNothingWraps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := New(rapid.Int64().Draw(t, "a"), "NZD")
		b := New(rapid.Int64().Draw(t, "b"), "NZD")
		sum, err := a.Add(b)
		exact := new(big.Int).Add(big.NewInt(a.Minor()), big.NewInt(b.Minor()))
		if fits := exact.IsInt64(); fits != (err == nil) {
			t.Fatalf("%v + %v = %v, %v; does it fit: %v", a, b, sum, err, fits)
		}
		if err != nil {
			return
		}
		if back, err := sum.Sub(b); err != nil || back != a {
			t.Fatalf("%v + %v - %v = %v, %v", a, b, b, back, err)
		}
	})
}

// TestSplit splits amounts among weights: each part but the last is rounded, and together they are
// the amount.
func TestSplit(t *testing.T) {
	for _, test := range []struct {
		minor   int64
		weights []Rate
		want    []int64
	}{
		{10, []Rate{1, 1, 1}, []int64{3, 3, 4}},
		{-10, []Rate{1, 1, 1}, []int64{-3, -3, -4}},
		{20, []Rate{1, 1, 1}, []int64{7, 7, 6}},
		{14_98, []Rate{5_0000, 9_9750}, []int64{5_00, 9_98}},
		{1, []Rate{1, 1}, []int64{1, 0}},
		{7, []Rate{0, 0}, []int64{0, 7}},
		{7, []Rate{15_0000}, []int64{7}},
	} {
		var got []int64
		for _, part := range New(test.minor, "NZD").Split(test.weights) {
			if part.Currency() != "NZD" {
				t.Errorf("a part of NZD is in %q", part.Currency())
			}
			got = append(got, part.Minor())
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%d split among %v is %v; want %v", test.minor, test.weights, got, test.want)
		}
	}
}
