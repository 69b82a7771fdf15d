package intake

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"feebridge/app"
	"feebridge/assets/translations"
)

// What a spreadsheet, a program or a wrong encoding makes of a text. A file doesn't say that it
// happened: it shows by what is left.
var (
	errorText  = regexp.MustCompile(`^(#[\p{Lu}\p{N}_/]+[!?]|#N/A|#NV|#GETTING_DATA|#{2,}|Err:5\d\d)$`)
	scientific = regexp.MustCompile(`^[+-]?\d([.,]\d+)?[eE]\+\d+$|^[+-]?\d[.,]\d+[eE]\d+$`)
	dayName    = regexp.MustCompile(`^(\d{1,2})-([A-Za-z]{3,9})(-(\d{2}|\d{4}))?$`)
	monthName  = regexp.MustCompile(`^([A-Za-z]{3,9})-(\d{2}|\d{4})$`)
	htmlEntity = regexp.MustCompile(`&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});`)
)

// spelledNumbers are the columns whose texts are made of digits and still no figures: a
// spreadsheet takes them for some.
var spelledNumbers = []string{"InvoiceNumber", "AccountCode", "InventoryItemCode", "Code", "Account"}

// figureColumns are the columns of figures and dates, which refuse whatever isn't one.
var (
	dateColumns   = []string{"InvoiceDate", "DueDate"}
	figureColumns = slices.Concat([]string{"Quantity", "UnitAmount", "Discount", "TaxAmount", "Total", "LineAmount", "TaxTotal", "InvoiceAmountPaid"}, dateColumns)
)

// isErrorText reports whether a text is what a spreadsheet shows where a formula failed. A CSV has
// it as a text like any other.
func isErrorText(text string) bool {
	return text != "" && (text[0] == '#' || text[0] == 'E') && errorText.MatchString(text)
}

// checkDamage tells what seems to have happened to a text on its way.
func (in *importer) checkDamage(line int, column, text string) {
	first := text[0]
	switch isDigit := '0' <= first && first <= '9'; {
	case isDigit && scientific.MatchString(text):
		in.warn(line, column, text, "", "file.warn-scientific")
	case isDigit && column == "POPostalCode" && wholeOf(text) != "":
		in.warn(line, column, text, wholeOf(text), "file.warn-decimal")
	case isFiller(text):
		in.warn(line, column, text, "", "file.warn-filler")
	}
	if meant := undoEncoding(text); meant != text {
		in.warn(line, column, text, meant, "file.warn-garbled")
	} else if meant := undoEntities(text); meant != text {
		in.warn(line, column, text, meant, "file.warn-entity")
	}
}

// checkSpelled tells what a spreadsheet made of a number that isn't a figure, and reports whether it
// told anything. With digits lost two invoices may have become one, so only a person can mend it.
func (in *importer) checkSpelled(line int, column string, c app.SheetCell, text string) bool {
	isDigits := len(digitsOf(text)) == len(text)
	switch {
	case c.Kind == app.DateCell:
		in.problem(line, column, "file.number-is-date", "Date", text)
	case c.Kind == app.BoolCell, strings.EqualFold(text, "TRUE"), strings.EqualFold(text, "FALSE"):
		in.problem(line, column, "file.number-is-truth", "Text", translations.Quoted(text))
	case isFiller(text):
		in.problem(line, column, "file.number-is-filler", "Text", translations.Quoted(text))
	case strings.ContainsAny(text, "eE") && scientific.MatchString(text), c.Kind != app.TextCell && isDigits && len(strings.TrimLeft(text, "0")) > 15:
		in.problem(line, column, "file.number-cut", "Text", translations.Quoted(text))
	case isDigits && len(text) > 15 && strings.Trim(text[15:], "0") == "":
		in.warn(line, column, text, "", "file.warn-rounded")
	case wholeOf(text) != "":
		in.warn(line, column, text, wholeOf(text), "file.warn-decimal")
	case column == "InvoiceNumber" && likeDate(text):
		in.warn(line, column, text, "", "file.warn-like-date")
	default:
		return false
	}
	return true
}

// digitsOf returns the digits that a text begins with.
func digitsOf(text string) string {
	n := 0
	for n < len(text) && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	return text[:n]
}

// wholeOf returns the whole number that a text has with needless decimals, as in 1001.0; "" where it
// has none.
func wholeOf(text string) string {
	whole := digitsOf(text)
	if decimals := text[len(whole):]; whole == "" || len(decimals) < 2 || decimals[0] != '.' && decimals[0] != ',' || strings.Trim(decimals[1:], "0") != "" {
		return ""
	}
	return whole
}

// isFiller reports whether a text is what programs write where they have nothing.
func isFiller(text string) bool {
	if len(text) > len("[object Object]") || !strings.Contains(`nN(<uU[\`, text[:1]) {
		return false
	}
	switch strings.ToLower(text) {
	case "nan", "nat", "null", "(null)", "<null>", "nil", "undefined", "<na>", "[object object]", `\n`:
		return true
	}
	return false
}

// likeDate reports whether a number is written as a spreadsheet writes dates: it makes them of
// numbers such as 3-26 or MAR-26.
func likeDate(text string) bool {
	if first := text[0]; first < '0' || first > '9' {
		at := strings.IndexByte(text, '-')
		if year := len(text) - at - 1; at < 0 || year != 2 && year != 4 {
			return false
		}
	}
	if m := dayName.FindStringSubmatch(text); m != nil {
		return monthNamed(m[2]) > 0
	}
	if m := monthName.FindStringSubmatch(text); m != nil {
		return monthNamed(m[1]) > 0
	}
	return isoDate.MatchString(text) || numericDate.MatchString(text) || yearFirst.MatchString(text)
}

// windowsSigns are the bytes from 0x80 to 0x9F by their characters in Windows-1252.
var windowsSigns = func() map[rune]byte {
	signs := map[rune]byte{}
	for b := byte(0x80); b < 0xa0; b++ {
		if r := charmap.Windows1252.DecodeByte(b); r != utf8.RuneError {
			signs[r] = b
		}
	}
	return signs
}()

// undoEncoding returns what a text was before its UTF-8 was taken for Windows-1252, as in CafÃ© for
// Café; the text itself where it wasn't. Bytes of UTF-8 are told from other texts by their pattern,
// which accents beside each other don't have.
func undoEncoding(text string) string {
	if isASCII(text) {
		return text
	}
	var b, run strings.Builder
	end := func() {
		raw := run.String()
		run.Reset()
		if utf8.ValidString(raw) {
			b.WriteString(raw)
			return
		}
		for _, c := range []byte(raw) { // as they were
			r := rune(c)
			if sign := charmap.Windows1252.DecodeByte(c); sign != utf8.RuneError {
				r = sign
			}
			b.WriteRune(r)
		}
	}
	for _, r := range text {
		sign, known := windowsSigns[r]
		switch {
		case known:
			run.WriteByte(sign)
		case 0x80 <= r && r <= 0xff:
			run.WriteByte(byte(r))
		default:
			end()
			b.WriteRune(r)
		}
	}
	end()
	return b.String()
}

// undoEntities returns a text without the entities of a web page, as in Smith & Co for Smith &amp; Co.
func undoEntities(text string) string {
	if !strings.Contains(text, "&") {
		return text
	}
	return htmlEntity.ReplaceAllStringFunc(text, html.UnescapeString)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// composed returns a text with each accent in one character with its letter. Some programs write
// them apart, which looks the same, and would be another client.
func composed(text string) string {
	if isASCII(text) {
		return text
	}
	return norm.NFC.String(text)
}
