package money

import (
	"strings"
	"testing"
	"unicode/utf8"
)

var fuzzSeeds = []string{
	"", "0", "-0.05", "1,234.50", "1,234", "1.005", ".5", "5.", "+1", "--1", "(1.00)", "$1", "1e9", "15%", " 12.5 % ",
	"92233720368547758.07", "-92233720368547758.08", "999999999.9999", "\u221212.00", "1\u00a0234.50", "\xff", strings.Repeat("0", 400),
}

// fuzzParser holds that what is read is read back from its own text, and that a
// refusal is a message of bearable length.
func fuzzParser[T comparable](f *testing.F, parse func(string) (T, error), text func(T) string) {
	for _, seed := range fuzzSeeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		value, err := parse(s)
		if err != nil {
			if message := err.Error(); len(message) > 600 || !utf8.ValidString(message) {
				t.Fatalf("%q gives the message %q", s, message)
			}
			return
		}
		if again, err := parse(text(value)); err != nil || again != value {
			t.Fatalf("%q was read as %s, which reads as %v, %v", s, text(value), again, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	fuzzParser(f, func(s string) (Amount, error) { return Parse(s, "NZD") }, Amount.String)
}

func FuzzParseQuantity(f *testing.F) { fuzzParser(f, ParseQuantity, Quantity.String) }

func FuzzParseUnitAmount(f *testing.F) { fuzzParser(f, ParseUnitAmount, UnitAmount.String) }

func FuzzParseRate(f *testing.F) { fuzzParser(f, ParseRate, Rate.String) }

func FuzzParseCurrency(f *testing.F) {
	fuzzParser(f, ParseCurrency, func(c Currency) string { return string(c) })
}

func FuzzParseLineAmounts(f *testing.F) {
	f.Add("exclusive")
	f.Add("NoTax")
	fuzzParser(f, ParseLineAmounts, func(a LineAmounts) string { return string(a) })
}
