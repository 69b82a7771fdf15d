package sim

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// fill takes what was sent; old is the invoice before, nil on creation.
func (k *clerk) fill(inv, old *Invoice, in invoiceInput, v *outcome) {
	status := orDefault(value(in.Status), inv.Status)
	setText(&inv.Number, in.Number, "InvoiceNumber", 255, &v.verdict)
	inv.Number = strings.TrimSpace(inv.Number)
	if strings.ContainsFunc(inv.Number, func(r rune) bool { return r < ' ' || r > '~' }) {
		v.refuse(msgNumberASCII)
	}
	if inv.Type == TypeSales {
		setText(&inv.Reference, in.Reference, "Reference", 255, &v.verdict)
	}
	setText(&inv.URL, in.URL, "Url", 255, &v.verdict)
	if in.URL != nil && *in.URL != "" && !validURL(*in.URL) {
		v.refuse(msgURL)
	}
	set(&inv.LineAmountTypes, in.LineAmountTypes)
	set(&inv.Date, in.Date)
	set(&inv.DueDate, in.DueDate)
	set(&inv.ExpectedDate, in.ExpectedDate)
	set(&inv.PlannedDate, in.PlannedDate)
	k.fillCurrency(inv, in, &v.verdict)
	k.fillTheme(inv, in, &v.verdict)
	if in.SentToContact != nil {
		switch {
		case status == StatusAuthorised || status == StatusPaid:
			inv.SentToContact = *in.SentToContact
		case *in.SentToContact:
			v.warnings = append(v.warnings, msgSentWarning)
		}
	}
	if len(in.Lines) > 0 {
		k.fillLines(inv, old, in.Lines, status, &v.verdict)
	}
	k.org.reckon(inv)
	v.reckoned = len(inv.Lines) > 0
}

func (k *clerk) fillCurrency(inv *Invoice, in invoiceInput, v *verdict) {
	if in.CurrencyCode != nil && *in.CurrencyCode != "" && !strings.EqualFold(*in.CurrencyCode, inv.CurrencyCode) {
		inv.CurrencyCode, inv.CurrencyRate = strings.ToUpper(*in.CurrencyCode), decimal.Zero
		if !k.org.hasCurrency(inv.CurrencyCode) {
			v.refuse(msgCurrency(*in.CurrencyCode))
		}
	}
	if in.CurrencyRate != nil && in.CurrencyRate.Sign() > 0 && inv.CurrencyCode != k.org.BaseCurrency {
		inv.CurrencyRate = in.CurrencyRate.Round(6)
	}
	if inv.CurrencyRate.IsZero() {
		inv.CurrencyRate = dayRate(k.org.BaseCurrency, inv.CurrencyCode)
	}
}

func (k *clerk) fillTheme(inv *Invoice, in invoiceInput, v *verdict) {
	if in.BrandingThemeID == nil {
		return
	}
	inv.BrandingThemeID = *in.BrandingThemeID
	if !slices.ContainsFunc(k.org.Themes, func(t BrandingTheme) bool { return t.BrandingThemeID == inv.BrandingThemeID }) {
		v.refuse(msgUnknownTheme(inv.BrandingThemeID))
	}
}

// set takes a value that was sent.
func set[T any](to *T, sent *T) {
	if sent != nil {
		*to = *sent
	}
}

// setText takes a text that was sent and refuses one that is too long.
func setText(to, sent *string, name string, most int, v *verdict) {
	set(to, sent)
	tooLong(value(sent), name, most, v)
}

// tooLong refuses a text of more characters than most.
func tooLong(text, name string, most int, v *verdict) {
	if utf8.RuneCountInString(text) > most {
		v.refuse(msgTooLong(name, most))
	}
}

// validURL takes an absolute address that does not hold the word xero, which a third party found refused.
func validURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" &&
		!strings.Contains(strings.ToLower(s), "xero")
}

// usDollars are what a unit of some currencies costs in US dollars: a made-up day rate that never moves.
var usDollars = map[string]decimal.Decimal{
	"USD": decimal.New(1, 0), "NZD": decimal.New(60, -2), "AUD": decimal.New(65, -2), "GBP": decimal.New(125, -2),
	"EUR": decimal.New(110, -2), "CAD": decimal.New(73, -2), "SGD": decimal.New(74, -2),
}

// dayRate is how much of the currency a unit of the base currency buys.
func dayRate(base, currency string) decimal.Decimal {
	a, b := usDollars[base], usDollars[currency]
	if base == currency || a.IsZero() || b.IsZero() {
		return decimal.NewFromInt(1)
	}
	return a.DivRound(b, 10)
}
