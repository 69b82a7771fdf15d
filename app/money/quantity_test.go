package money

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseQuantity(t *testing.T) {
	for _, test := range []struct {
		text  string
		want  Quantity
		shown string
	}{
		{"0", 0, "0"},
		{"1.50", 15000, "1.5"},
		{"-2", -20000, "-2"},
		{"10", 100000, "10"},
		{"0.0001", 1, "0.0001"},
		{"1.0000", 10000, "1"},
		{"1,000.25", 10002500, "1000.25"},
		{"999999999.9999", maxQuantity, "999999999.9999"},
	} {
		got, err := ParseQuantity(test.text)
		if err != nil || got != test.want {
			t.Errorf("ParseQuantity(%q) = %d, %v; want %d", test.text, got, err, test.want)
		}
		if got.String() != test.shown {
			t.Errorf("String of %d = %q; want %q", got, got, test.shown)
		}
	}
	for text, remedy := range map[string]string{
		"1.00001":          "more than 4 decimals",
		"1000000000":       "at most 999999999.9999",
		"-1000000000":      "at most 999999999.9999",
		"1,000":            "write 1000.00",
		"9999999999999999": "too large",
		"two":              "digits only",
	} {
		if got, err := ParseQuantity(text); err == nil || !strings.Contains(err.Error(), remedy) {
			t.Errorf("ParseQuantity(%q) = %v, %v; want an error with %q", text, got, err, remedy)
		}
	}
}

func TestParseUnitAmount(t *testing.T) {
	for _, test := range []struct {
		text  string
		want  UnitAmount
		shown string
	}{
		{"0", 0, "0.00"},
		{"20", 200000, "20.00"},
		{"0.125", 1250, "0.125"},
		{"-0.0001", -1, "-0.0001"},
		{"12.5000", 125000, "12.50"},
		{"9999999999.9999", maxUnitAmount, "9999999999.9999"},
	} {
		got, err := ParseUnitAmount(test.text)
		if err != nil || got != test.want {
			t.Errorf("ParseUnitAmount(%q) = %d, %v; want %d", test.text, got, err, test.want)
		}
		if got.String() != test.shown {
			t.Errorf("String of %d = %q; want %q", got, got, test.shown)
		}
	}
	for text, remedy := range map[string]string{
		"0.00001":     "more than 4 decimals",
		"10000000000": "at most 9999999999.9999",
		"":            "no number",
	} {
		if got, err := ParseUnitAmount(text); err == nil || !strings.Contains(err.Error(), remedy) {
			t.Errorf("ParseUnitAmount(%q) = %v, %v; want an error with %q", text, got, err, remedy)
		}
	}
}

func TestParseRate(t *testing.T) {
	for _, test := range []struct {
		text           string
		want           Rate
		shown, percent string
	}{
		{"0", 0, "0%", "0.0000"},
		{"15", 150000, "15%", "15.0000"},
		{"15.0000", 150000, "15%", "15.0000"},
		{"15%", 150000, "15%", "15.0000"},
		{" 12.5 % ", 125000, "12.5%", "12.5000"},
		{"8.8750", 88750, "8.875%", "8.8750"},
		{"100", hundredPercent, "100%", "100.0000"},
	} {
		got, err := ParseRate(test.text)
		if err != nil || got != test.want {
			t.Errorf("ParseRate(%q) = %d, %v; want %d", test.text, got, err, test.want)
		}
		if got.String() != test.shown || got.Percent() != test.percent {
			t.Errorf("%d is shown as %q and %q; want %q and %q", got, got, got.Percent(), test.shown, test.percent)
		}
	}
	for text, remedy := range map[string]string{
		"-1":       "cannot be negative",
		"%":        "no number",
		"15%%":     "percent sign",
		"1000":     "at most 999.9999%",
		"8.87501":  "more than 4 decimals",
		"fifteen%": "digits only",
	} {
		if got, err := ParseRate(text); err == nil || !strings.Contains(err.Error(), remedy) {
			t.Errorf("ParseRate(%q) = %v, %v; want an error with %q", text, got, err, remedy)
		}
	}
}

func TestFineValuesReadBackTheirString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := Quantity(rapid.Int64Range(-int64(maxQuantity), int64(maxQuantity)).Draw(t, "quantity"))
		if got, err := ParseQuantity(q.String()); err != nil || got != q {
			t.Fatalf("ParseQuantity(%q) = %v, %v", q, got, err)
		}
		u := UnitAmount(rapid.Int64Range(-int64(maxUnitAmount), int64(maxUnitAmount)).Draw(t, "unit amount"))
		if got, err := ParseUnitAmount(u.String()); err != nil || got != u {
			t.Fatalf("ParseUnitAmount(%q) = %v, %v", u, got, err)
		}
		r := Rate(rapid.Int64Range(0, int64(maxRate)).Draw(t, "rate"))
		for _, text := range []string{r.String(), r.Percent()} {
			if got, err := ParseRate(text); err != nil || got != r {
				t.Fatalf("ParseRate(%q) = %v, %v", text, got, err)
			}
		}
	})
}

func TestDiscount(t *testing.T) {
	tenPercent, err := PercentOff(100000)
	if err != nil || tenPercent.Percent() != 100000 || tenPercent.Minor() != 0 || tenPercent.IsZero() {
		t.Errorf("ten percent off is %+v, %v", tenPercent, err)
	}
	fiveDollars, err := AmountOff(500)
	if err != nil || fiveDollars.Minor() != 500 || fiveDollars.Percent() != 0 || fiveDollars.IsZero() {
		t.Errorf("five dollars off is %+v, %v", fiveDollars, err)
	}
	if nothing := NoDiscount(); !nothing.IsZero() || nothing != (Discount{}) {
		t.Errorf("no discount is %+v", nothing)
	}
	if _, err := PercentOff(hundredPercent + 1); err == nil || !strings.Contains(err.Error(), "from 0 to 100") {
		t.Errorf("more than everything off: %v", err)
	}
	if _, err := PercentOff(-1); err == nil {
		t.Error("a negative percentage is accepted")
	}
	if _, err := AmountOff(-1); err == nil || !strings.Contains(err.Error(), "cannot be negative") {
		t.Errorf("a negative amount off: %v", err)
	}
}

func TestParseDiscount(t *testing.T) {
	for _, test := range []struct {
		text    string
		percent Rate
		minor   int64
		shown   string
	}{
		{" ", 0, 0, ""},
		{"10%", 10_0000, 0, "10%"},
		{" 12.5 % ", 12_5000, 0, "12.5%"},
		{"100%", hundredPercent, 0, "100%"},
		{"50", 0, 50_00, "50.00"},
		{"0.05", 0, 5, "0.05"},
		{"0", 0, 0, ""},
	} {
		got, err := ParseDiscount(test.text)
		if err != nil || got.Percent() != test.percent || got.Minor() != test.minor || got.String() != test.shown {
			t.Errorf("ParseDiscount(%q) = %+v, %v, shown as %q; want %q", test.text, got, err, got, test.shown)
		}
		if again, err := ParseDiscount(got.String()); err != nil || again != got {
			t.Errorf("ParseDiscount(%q) = %+v, %v; want %+v", got, again, err, got)
		}
	}
	for text, remedy := range map[string]string{
		"-5":    "cannot be negative",
		"-5%":   "cannot be negative",
		"101%":  "from 0 to 100",
		"5.001": "more than 2 decimals",
		"half":  "digits only",
	} {
		if got, err := ParseDiscount(text); err == nil || !strings.Contains(err.Error(), remedy) {
			t.Errorf("ParseDiscount(%q) = %+v, %v; want an error with %q", text, got, err, remedy)
		}
	}
}

func TestRangeErrorsAreOverflows(t *testing.T) {
	_, quantityErr := ParseQuantity("1000000000")
	_, unitErr := ParseUnitAmount("10000000000")
	_, rateErr := ParseRate("1000")
	_, digitsErr := Parse("99999999999999999999", "NZD")
	for _, err := range []error{quantityErr, unitErr, rateErr, digitsErr} {
		if !errors.Is(err, ErrOverflow) {
			t.Errorf("%v is not ErrOverflow", err)
		}
	}
}
