package intake

import (
	"regexp"
	"slices"
	"strings"

	"feebridge/app"
	"feebridge/app/money"
)

// People and programs write figures with currency signs, in parentheses, with thousands apart and with
// a decimal comma. What can be meant in one way only is read so.
var (
	currencySign = regexp.MustCompile(`^([-+]?) ?((?:NZ|AU|A|US|CA|C|SG|S|HK)?\$|€|£|[A-Z]{3} ) ?([-+]?)`)
	currencyEnd  = regexp.MustCompile(` ?(€|£| [A-Z]{3})$`)
	spacedGroups = regexp.MustCompile(`^[-+]?\d{1,3}([ \x{a0}\x{202f}'’]\d{3})+([.,]\d+)?$`)
	pointGroups  = regexp.MustCompile(`^[-+]?\d{1,3}(\.\d{3})+,\d+$`)
	commaDecimal = regexp.MustCompile(`^[-+]?\d+,\d+$`)
	eitherComma  = regexp.MustCompile(`^[-+]?\d{1,3},\d{3}$`) // thousands or decimals
)

// amountColumns are the columns of figures that may have a currency sign.
var amountColumns = []string{"UnitAmount", "TaxAmount", "Total", "LineAmount", "TaxTotal", "InvoiceAmountPaid"}

// dollars are the currencies that are written with $.
var dollars = []money.Currency{"NZD", "AUD", "USD", "CAD", "SGD", "HKD", "FJD", "BZD", "JMD", "TTD", "TWD", "BBD", "BSD", "XCD", "NAD"}

// findDecimalComma finds out whether the file writes decimals behind a comma: where some figures can
// only be read so, and none has a decimal point.
func (in *importer) findDecimalComma(rows []app.SheetRow) {
	commas := false
	for _, r := range rows {
		for _, column := range figureColumns {
			c := in.cell(r, column)
			if c.Kind != app.TextCell || slices.Contains(dateColumns, column) || !strings.ContainsAny(c.Text, ".,") {
				continue
			}
			text, _ := withoutSigns(in.plain(c, column))
			text = strings.TrimSpace(strings.TrimSuffix(text, "%"))
			switch comma, point := strings.LastIndexByte(text, ','), strings.LastIndexByte(text, '.'); {
			case point > comma:
				return
			case eitherComma.MatchString(text):
			case commaDecimal.MatchString(text), pointGroups.MatchString(text), comma > 0 && spacedGroups.MatchString(text):
				commas = true
			}
		}
	}
	in.decimalComma = commas
}

// withoutSigns returns a figure without its currency sign and parentheses, which make it negative, and
// the sign.
func withoutSigns(text string) (figure, sign string) {
	text = strings.ReplaceAll(text, "−", "-")
	negative := false
	if inner, ok := strings.CutPrefix(text, "("); ok {
		if inner, ok = strings.CutSuffix(inner, ")"); ok && !strings.ContainsAny(inner, "()-+") {
			text, negative = strings.TrimSpace(inner), true
		}
	}
	if m := currencySign.FindStringSubmatch(text); m != nil && (m[1] == "" || m[3] == "") {
		text, sign = m[1]+m[3]+text[len(m[0]):], strings.TrimSpace(m[2])
	} else if m := currencyEnd.FindStringSubmatch(text); m != nil {
		text, sign = text[:len(text)-len(m[0])], strings.TrimSpace(m[1])
	}
	if negative {
		text = "-" + text
	}
	return text, sign
}

// figure returns the figure that a row has in a column as package money reads it. An amount with the
// sign of another currency than the invoice's is a problem.
func (in *importer) figure(r app.SheetRow, column string, currency money.Currency) string {
	text := in.text(r, column)
	if !in.decimalComma && strings.Trim(text, "0123456789.") == "" || in.cell(r, column).Kind != app.TextCell {
		return text
	}
	plain, sign := withoutSigns(text)
	switch {
	case sign != "" && !slices.Contains(amountColumns, column):
		return text
	case sign != "" && !isSignOf(sign, currency):
		in.problem(r.Line, column, "file.other-currency", "Sign", sign, "Currency", currency)
		return ""
	}
	if spacedGroups.MatchString(plain) && (in.decimalComma || !strings.Contains(plain, ",")) {
		plain = strings.Map(func(r rune) rune {
			if strings.ContainsRune(" \u00a0\u202f'’", r) {
				return -1
			}
			return r
		}, plain)
	}
	if in.decimalComma {
		plain = strings.ReplaceAll(strings.ReplaceAll(plain, ".", ""), ",", ".")
	}
	return plain
}

// isSignOf reports whether amounts of a currency are written with a sign.
func isSignOf(sign string, c money.Currency) bool {
	switch sign {
	case "$":
		return slices.Contains(dollars, c)
	case "€":
		return c == "EUR"
	case "£":
		return c == "GBP"
	}
	if country, ok := strings.CutSuffix(sign, "$"); ok {
		return strings.HasPrefix(string(c), country) && slices.Contains(dollars, c)
	}
	return sign == string(c)
}

// currencyOf returns the currency of the invoice that a row belongs to, as far as the file was read.
func (in *importer) currencyOf(r app.SheetRow, v *invoice) money.Currency {
	text := in.plain(in.cell(r, "Currency"), "Currency")
	if text == "" && v != nil {
		text = v.head["Currency"].text
	}
	if text == "" {
		return in.firm.Currency
	}
	if c, err := money.ParseCurrency(text); err == nil {
		return c
	}
	return in.firm.Currency
}
