package style

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"
	"pgregory.net/rapid"

	"feebridge/app/billing"
	"feebridge/app/money"
)

func TestFormats(t *testing.T) {
	day, err := billing.NewDate(2026, time.November, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ locale, date, amount string }{
		{"en-NZ", "03 Nov 26", "‒1,234,567.89"},
		{"en", "03 Nov 26", "‒1,234,567.89"},
		{"en-US", "Nov 03, 26", "‒1,234,567.89"},
		{"en-IN", "03 Nov 26", "‒12,34,567.89"},
		{"de-DE", "03.11.26", "‒1.234.567,89"},
		{"de-CH", "03.11.26", "‒1’234’567.89"},
		{"fr-FR", "03/11/26", "‒1\u00a0234\u00a0567,89"},
		{"nl-NL", "03-11-26", "‒1.234.567,89"},
		{"sv-SE", "2026-11-03", "‒1\u00a0234\u00a0567,89"},
		{"und", "2026-11-03", "‒1,234,567.89"},
	} {
		f := NewFormat(language.MustParse(test.locale))
		if got := f.Date(day); got != test.date {
			t.Errorf("%s: date %q, want %q", test.locale, got, test.date)
		}
		if got := f.Amount(money.New(-123456789, "NZD")); got != test.amount {
			t.Errorf("%s: amount %q, want %q", test.locale, got, test.amount)
		}
	}
}

func TestAmounts(t *testing.T) {
	f := NewFormat(language.MustParse("en-NZ"))
	for _, test := range []struct {
		minor int64
		want  string
	}{
		{0, "0.00"}, {5, "0.05"}, {-5, "‒0.05"}, {99999, "999.99"}, {100000, "1,000.00"}, {1265000, "12,650.00"},
		{100000000, "1,000,000.00"}, {-9223372036854775808, "‒92,233,720,368,547,758.08"},
	} {
		if got := f.Amount(money.New(test.minor, "NZD")); got != test.want {
			t.Errorf("%d: %q, want %q", test.minor, got, test.want)
		}
	}
	usd := money.New(195500, "USD")
	if got := f.AmountBeside("USD", usd); got != "1,955.00" {
		t.Errorf("beside its own currency: %q", got)
	}
	if got := f.AmountBeside("NZD", usd); got != "USD\u00a01,955.00" {
		t.Errorf("beside another currency: %q", got)
	}
	if got := f.Money(usd); got != "USD\u00a01,955.00" {
		t.Errorf("money: %q", got)
	}
	if got := f.AmountBeside("NZD", money.Amount{}); got != "0.00" {
		t.Errorf("no amount: %q", got)
	}
}

func TestAmountSaysWhatItIs(t *testing.T) {
	formats := []Format{}
	for _, locale := range []string{"en-NZ", "en-IN", "de-DE", "fr-FR", "hi", "ar"} {
		formats = append(formats, NewFormat(language.MustParse(locale)))
	}
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom(formats).Draw(t, "format")
		a := money.New(rapid.Int64().Draw(t, "minor"), "NZD")
		got := strings.ReplaceAll(f.Amount(a), f.group, "")
		got = strings.Replace(strings.Replace(got, f.decimal, ".", 1), minus, "-", 1)
		if got != a.String() {
			t.Errorf("%s is written %q", a, f.Amount(a))
		}
	})
}

func TestCounts(t *testing.T) {
	f := NewFormat(language.MustParse("en-NZ"))
	for n, want := range map[int]string{0: "0", 999: "999", 1204: "1,204", -1204: "‒1,204", 1000000: "1,000,000"} {
		if got := f.Count(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestMoment(t *testing.T) {
	f := NewFormat(language.MustParse("en-NZ"))
	now := time.Date(2026, time.November, 3, 17, 5, 0, 0, time.Local)
	for _, test := range []struct {
		at   time.Time
		want string
	}{
		{now, "17:05"},
		{now.Add(-17 * time.Hour), "00:05"},
		{now.Add(7 * time.Hour), "04 Nov 26 00:05"},
		{now.Add(-18 * time.Hour), "02 Nov 26 23:05"},
		{now.UTC(), "17:05"},
	} {
		if got := f.Moment(test.at, now); got != test.want {
			t.Errorf("%v: %q, want %q", test.at, got, test.want)
		}
	}
	if got := f.Date(0); got != "" {
		t.Errorf("no date: %q", got)
	}
}
