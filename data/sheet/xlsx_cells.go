package sheet

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"feebridge/app"
)

// cell returns the cell that a raw text and its mark mean. It is false for a number
// that is none. The error is that of a style that the workbook doesn't have.
func (w *workbook) cell(text string, mark cellMark) (app.SheetCell, bool, error) {
	emptyResult := mark.hasValue && (mark.kind == "str" || mark.kind == "s")
	switch {
	case mark.isFormula && text == "" && !emptyResult: // never computed
		return app.SheetCell{Kind: app.FormulaCell}, true, nil
	case text == "":
		return app.SheetCell{}, true, nil
	case mark.kind == "e":
		return app.SheetCell{Text: text, Kind: app.ErrorCell}, true, nil
	}
	cell, ok := app.SheetCell{Text: text}, true
	switch mark.kind {
	case "s", "str", "inlineStr":
	case "b":
		cell = app.SheetCell{Text: "FALSE", Kind: app.BoolCell}
		if text == "1" {
			cell.Text = "TRUE"
		}
	case "d":
		cell = app.SheetCell{Text: strings.TrimSuffix(text, midnight), Kind: app.DateCell}
	default:
		format, err := w.format(mark.style)
		if err != nil {
			return app.SheetCell{}, false, err
		}
		cell, ok = w.number(strings.TrimSpace(text), format)
	}
	if mark.isFormula {
		cell.Kind = app.FormulaCell
	}
	return cell, ok, nil
}

// number returns the cell that a number means in a format.
func (w *workbook) number(value string, format numberFormat) (app.SheetCell, bool) {
	text, ok := decimalText(value, format.isPercent)
	if ok && format.isDate {
		if date, ok := dateText(value, format.isElapsed, w.from1904); ok {
			return app.SheetCell{Text: date, Kind: app.DateCell}, true
		}
	}
	cell := app.SheetCell{Text: text, Kind: app.NumberCell}
	if strings.ContainsAny(text, "-.") {
		return cell, ok
	}
	if missing := format.digits - len(text); missing > 0 {
		cell.Text = strings.Repeat("0", missing) + text
	}
	if ok && format.label != "" && text != "0" {
		cell.Shown = labelled(text, format.label)
	}
	return cell, ok
}

// decimalText writes a number as a decimal without an exponent, a percentage with
// its sign. It is false for what is no number, or none that a spreadsheet holds.
// A spreadsheet shows 15 digits; files hold up to 17, of which those behind come
// from binary fractions. The precision here is far above both.
func decimalText(value string, isPercent bool) (string, bool) {
	if !isPercent && isExact(value) {
		return withoutNeedlessZeros(value), true
	}
	const shown, precision, largest = 15, 128, 1024
	n, _, err := big.ParseFloat(value, 10, precision, big.ToNearestEven)
	if err != nil || n.IsInf() || n.MantExp(nil) > largest || n.MantExp(nil) < -largest {
		return "", false
	}
	sign := ""
	if isPercent {
		n.Mul(n, big.NewFloat(100))
		sign = "%"
	}
	_, exponent, _ := strings.Cut(n.Text('e', shown-1), "e")
	magnitude, err := strconv.Atoi(exponent)
	if err != nil {
		return "", false
	}
	return withoutNeedlessZeros(n.Text('f', max(shown-1-magnitude, 0))) + sign, true
}

// isExact reports whether a text is a number without zeros in front that a spreadsheet keeps as it is: of at
// most nine digits and six decimals.
func isExact(text string) bool {
	whole, decimals, point := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	return isDigits(whole, 9) && (whole[0] != '0' || whole == "0") && (!point || isDigits(decimals, 6))
}

func isDigits(text string, most int) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return 0 < len(text) && len(text) <= most
}

func withoutNeedlessZeros(decimal string) string {
	if strings.Contains(decimal, ".") {
		decimal = strings.TrimRight(strings.TrimRight(decimal, "0"), ".")
	}
	if decimal == "-0" {
		return "0"
	}
	return decimal
}

const (
	isoMoment = "2006-01-02T15:04:05"
	midnight  = "T00:00:00"
)

// dateText returns the date that a workbook means by a number of days, the time of
// day behind the point; less than a day is a time, and elapsed means time passed.
// It is false for what is no date to a spreadsheet either.
func dateText(value string, elapsed, from1904 bool) (string, bool) {
	days, err := strconv.ParseFloat(value, 64)
	if err != nil || days >= 2_958_466 { // the day after 9999-12-31
		return "", false
	}
	moment, err := excelize.ExcelDateToTime(days, from1904)
	if err != nil || moment.Year() > 9999 {
		return "", false
	}
	if elapsed || days < 1 {
		seconds := int(math.Round(days * 24 * 60 * 60))
		return fmt.Sprintf("%02d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60), true
	}
	// To the whole second, but not into the next day: SQL Server's last moment of a day is
	// 23:59:59.997. What is nearer to midnight than a millisecond is midnight, as a binary fraction
	// has it.
	if left := (1 + math.Floor(days) - days) * 24 * 60 * 60; left > 0.001 && left <= 0.5 {
		moment = moment.Add(-time.Second / 2).Truncate(time.Second)
	}
	return strings.TrimSuffix(moment.Round(time.Second).Format(isoMoment), midnight), true
}

// numberFormat is what a cell's style makes of a number, as far as it changes what a
// person reads.
type numberFormat struct {
	isDate, isElapsed, isPercent bool
	digits                       int    // of a whole number, with zeros in front, as in account codes
	label                        string // of a whole number: its digits as 0 and #, and the texts around them; "" where there are none
}

// format returns the format of a style. Without the style nobody knows whether a number is a date;
// only the first one, which cells have that name none, may be missing.
func (w *workbook) format(style int) (numberFormat, error) {
	format, known := w.formats[style]
	if known {
		return format, nil
	}
	switch s, err := w.GetStyle(style); {
	case err != nil && style > 0:
		return format, err
	case err == nil && s.CustomNumFmt != nil:
		format = parseFormat(*s.CustomNumFmt)
	case err == nil:
		format = builtInFormat(s.NumFmt)
	}
	w.formats[style] = format
	return format, nil
}

// builtInFormat tells the formats that every workbook has without listing them.
func builtInFormat(id int) numberFormat {
	isDate := 14 <= id && id <= 22 || 27 <= id && id <= 36 || 45 <= id && id <= 47 || 50 <= id && id <= 58
	return numberFormat{isDate: isDate, isElapsed: id == 46, isPercent: id == 9 || id == 10}
}

var (
	formatLiteral = regexp.MustCompile(`"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]?`)
	formatElapsed = regexp.MustCompile(`(?i)\[(h+|m+|s+)\]`)
	formatZeros   = regexp.MustCompile(`^0{2,50}$`)
)

// parseFormat reads the first section of a format code, the one for positive
// numbers. Letters of dates and times count only outside quotes, brackets and
// escapes; a bracket around hours, minutes or seconds means time passed.
func parseFormat(code string) numberFormat {
	bare, _, _ := strings.Cut(formatLiteral.ReplaceAllString(code, ""), ";")
	elapsed := formatElapsed.MatchString(code)
	format := numberFormat{isElapsed: elapsed, isDate: elapsed || strings.ContainsAny(bare, "yYmMdDhHsS"), isPercent: strings.Contains(bare, "%")}
	if formatZeros.MatchString(bare) {
		format.digits = len(bare)
	}
	if !format.isDate && !format.isPercent {
		format.label = labelOf(code)
	}
	return format
}

// Digits of a label, which no text in it can be taken for.
const (
	labelZero  = '\x00' // a digit, 0 where the number has none
	labelDigit = '\x01' // a digit, nothing where the number has none
)

// labelOf returns the first section of a format of whole numbers that puts texts around or between
// the digits, such as "INV-"0000; "" for every other format.
func labelOf(code string) string {
	var label []rune
	digits, texts := false, false
	text := func(s string) {
		label = append(label, []rune(s)...)
		texts = texts || strings.TrimSpace(s) != ""
	}
	for rest := code; rest != "" && rest[0] != ';'; {
		r, size := utf8.DecodeRuneInString(rest)
		rest = rest[size:]
		switch {
		case r == '"':
			quoted, behind, _ := strings.Cut(rest, `"`)
			text(quoted)
			rest = behind
		case r == '\\', r == '_', r == '*':
			next, size := utf8.DecodeRuneInString(rest)
			rest = rest[size:]
			if r == '\\' && size > 0 {
				text(string(next))
			}
		case r == '[':
			inside, behind, _ := strings.Cut(rest, "]")
			if sign, isCurrency := strings.CutPrefix(inside, "$"); isCurrency {
				sign, _, _ = strings.Cut(sign, "-")
				text(sign)
			}
			rest = behind
		case r == '0':
			label, digits = append(label, labelZero), true
		case r == '#':
			label, digits = append(label, labelDigit), true
		case strings.ContainsRune("$-+/(): !^&'~{}<>=", r):
			text(string(r))
		default: // decimals, thousands, or what isn't known
			return ""
		}
	}
	if !digits || !texts {
		return ""
	}
	return string(label)
}

// labelled puts the digits of a whole number into a label, the last one at the end.
func labelled(number, label string) string {
	signs := []rune(label)
	first := slices.IndexFunc(signs, func(r rune) bool { return r == labelZero || r == labelDigit })
	var shown []rune // from the end
	for i := len(signs) - 1; i >= 0; i-- {
		switch last := len(number) - 1; {
		case signs[i] != labelZero && signs[i] != labelDigit:
			shown = append(shown, signs[i])
		case i == first && last >= 0: // takes all that are left
			for ; last >= 0; last-- {
				shown = append(shown, rune(number[last]))
			}
		case last >= 0:
			shown = append(shown, rune(number[last]))
			number = number[:last]
		case signs[i] == labelZero:
			shown = append(shown, '0')
		}
	}
	slices.Reverse(shown)
	return string(shown)
}
