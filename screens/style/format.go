package style

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"fyne.io/fyne/v2/lang"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"feebridge/app/billing"
	"feebridge/app/money"
	_ "feebridge/screens/locale" // before lang reads it
)

// minus is the dash as wide as a digit. The font of the rows has no minus sign, and a
// hyphen is easily overlooked.
const minus = "‒"

// Format writes dates and money as people of one locale read them. NewFormat makes one.
type Format struct {
	date           string // a layout of package time
	group, decimal string
	first, further int // digits in the last group, and in those before it
}

// System returns the format of the locale that the person's system is set to.
func System() Format { return NewFormat(Locale()) }

// Locale returns the locale that the person's system is set to.
func Locale() language.Tag { return language.Make(lang.SystemLocale().LanguageString()) }

// NewFormat returns the format of a locale.
func NewFormat(locale language.Tag) Format {
	p := message.NewPrinter(locale)
	f := Format{date: dateLayout(locale), first: 3, further: 3}
	f.decimal = strings.TrimFunc(p.Sprint(number.Decimal(0, number.MinFractionDigits(1))), unicode.IsDigit)
	groups := strings.FieldsFunc(p.Sprint(number.Decimal(1_000_000_000)), func(r rune) bool { return !unicode.IsDigit(r) })
	f.group = strings.TrimFunc(p.Sprint(number.Decimal(1000)), unicode.IsDigit)
	if n := len(groups); n > 2 {
		f.first, f.further = len([]rune(groups[n-1])), len([]rune(groups[n-2]))
	}
	return f
}

// dateLayout returns a short form that is as wide for every date. The month is a word
// where the language is English, since 03/11 is two dates among its speakers.
func dateLayout(locale language.Tag) string {
	base, sure := locale.Base()
	if sure != language.Exact {
		return time.DateOnly
	}
	switch base.String() {
	case "en":
		if region, sure := locale.Region(); sure == language.Exact && region.String() == "US" {
			return "Jan 02, 06"
		}
		return "02 Jan 06"
	case "de", "da", "nb", "nn", "no", "fi", "cs", "sk", "pl", "ru", "uk", "tr", "ro":
		return "02.01.06"
	case "fr", "es", "it", "pt", "el", "mi", "vi":
		return "02/01/06"
	case "nl":
		return "02-01-06"
	}
	return time.DateOnly
}

// Moment returns a local time of the day, with the day before it where that is not today.
func (f Format) Moment(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	clock := t.Format("15:04")
	if day := billing.DateOf(t); day != billing.DateOf(now) {
		return f.Date(day) + " " + clock
	}
	return clock
}

// Date returns a day in the short form, such as 03 Nov 26; "" for no date.
func (f Format) Date(d billing.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.Time().Format(f.date)
}

// MonthFirst reports whether people of the locale write the month before the day.
func (f Format) MonthFirst() bool { return strings.HasPrefix(f.date, "Jan") }

// Amount returns an amount such as 12,650.00, without its currency.
func (f Format) Amount(a money.Amount) string {
	digits, negative := strings.CutPrefix(a.String(), "-")
	whole, cents, _ := strings.Cut(digits, ".")
	var b strings.Builder
	if negative {
		b.WriteString(minus)
	}
	f.writeGrouped(&b, whole)
	b.WriteString(f.decimal)
	b.WriteString(cents)
	return b.String()
}

// AmountBeside returns an amount with its currency before it where that is not base: in
// a column of amounts only the exceptions say what they are.
func (f Format) AmountBeside(base money.Currency, a money.Amount) string {
	if c := a.Currency(); c != base && c != "" {
		return string(c) + "\u00a0" + f.Amount(a)
	}
	return f.Amount(a)
}

// Money returns an amount with its currency, such as NZD 12,650.00.
func (f Format) Money(a money.Amount) string { return f.AmountBeside("", a) }

// Count returns a number of things, such as 1,204.
func (f Format) Count(n int) string {
	var b strings.Builder
	if n < 0 {
		b.WriteString(minus)
	}
	f.writeGrouped(&b, strings.TrimPrefix(strconv.Itoa(n), "-"))
	return b.String()
}

// writeGrouped writes digits in groups.
func (f Format) writeGrouped(b *strings.Builder, digits string) {
	for i, d := range digits {
		if left := len(digits) - i; i > 0 && (left == f.first || left > f.first && (left-f.first)%f.further == 0) {
			b.WriteString(f.group)
		}
		b.WriteRune(d)
	}
}
