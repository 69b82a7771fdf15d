package intake

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/assets/translations"
)

// DateOrder is how dates such as 03/11/2026 are read.
type DateOrder string

// The orders.
const (
	AskDates     DateOrder = ""
	DayMonthYear DateOrder = "day-month-year"
	MonthDayYear DateOrder = "month-day-year"
)

// dateReader reads the dates of one file, all in the same order.
type dateReader struct {
	order   DateOrder
	open    bool   // the order is not known
	example string // a date for a person to tell the order by; "" when it need not be told
}

var (
	timeOfDay   = regexp.MustCompile(`[T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp]\.?[Mm]\.?)?( ?(Z|UTC|GMT|[+-]\d{2}:?\d{2}))?$`)
	isoDate     = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})$`)
	yearFirst   = regexp.MustCompile(`^(\d{4})[/.](\d{1,2})[/.](\d{1,2})$`)
	numericDate = regexp.MustCompile(`^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})$`)
	monthDate   = regexp.MustCompile(`^([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4}|\d{2})$`)
	wordedDate  = regexp.MustCompile(`^(\d{1,2})[ -]([A-Za-z]{3,9})\.?[ -](\d{4}|\d{2})$`)
)

// readDateOrder decides how the dates of a file are read: as a person said, else by the
// dates in it that can be read in one way only. Where those disagree, it is a problem.
func (in *importer) readDateOrder(rows []app.SheetRow) {
	in.dates = dateReader{order: in.options.Dates}
	in.checkSwapped(rows)
	if in.dates.order != AskDates {
		return
	}
	first, firstLine, ambiguous := "", 0, ""
	var before [2]string // by date column
	for _, r := range rows {
		for k, column := range dateColumns {
			text := dayOf(in.plain(in.cell(r, column), column))
			if text == before[k] {
				continue
			}
			before[k] = text
			switch order := orderOf(text); order {
			case AskDates, in.dates.order:
			case eitherOrder:
				ambiguous = cmp.Or(ambiguous, text)
			default:
				if in.dates.order != AskDates {
					in.problem(r.Line, column, "file.date-order", "Date", text, "Other", first, "Line", firstLine)
					in.dates.open = true
					return
				}
				in.dates.order, first, firstLine = order, text, r.Line
			}
		}
	}
	if in.dates.order == AskDates && ambiguous != "" {
		in.dates.open, in.dates.example = true, ambiguous
	}
}

// checkSwapped tells dates of which a spreadsheet may have swapped day and month. One that reads
// month/day/year makes true dates of all texts that can be read so, 3/11/2026 among them, and leaves
// the others, such as 25/11/2026, as texts. So all true dates have a day up to 12, and the texts can
// be read in one order only.
func (in *importer) checkSwapped(rows []app.SheetRow) {
	type found struct {
		line         int
		column, text string
	}
	var before [2]string           // by date column
	var made, written, left *found // a true date, a text that is written as one, and one that was left
	for _, r := range rows {
		for k, column := range dateColumns {
			c := in.cell(r, column)
			text := dayOf(in.plain(c, column))
			if text == before[k] && c.Kind == app.TextCell { // nothing new, as on most rows
				continue
			}
			before[k] = text
			at := &found{r.Line, column, text}
			switch iso := isoDate.FindStringSubmatch(text); {
			case iso != nil && c.Kind == app.FormulaCell: // computed of others
			case iso != nil && number(iso[3]) > 12:
				return
			case iso != nil && c.Kind == app.DateCell:
				made = cmp.Or(made, at)
			case iso != nil:
				written = cmp.Or(written, at)
			default:
				if order := orderOf(text); order == DayMonthYear || order == MonthDayYear {
					left = cmp.Or(left, at)
				}
			}
		}
	}
	switch {
	case left == nil:
	case made != nil:
		in.problem(made.line, made.column, "file.swapped-dates", "Date", made.text, "Text", left.text, "Line", left.line, "Column", left.column)
	case written != nil:
		m := isoDate.FindStringSubmatch(written.text)
		in.warn(written.line, written.column, written.text, m[1]+"-"+m[3]+"-"+m[2], "file.warn-swapped", "Text", left.text, "Line", left.line, "Column", left.column)
	}
}

// eitherOrder is the order of a date that can be read in two ways.
const eitherOrder DateOrder = "either"

// orderOf tells the order of a date; AskDates for one that does not depend on it.
func orderOf(text string) DateOrder {
	m := numericDate.FindStringSubmatch(text)
	if m == nil {
		return AskDates
	}
	switch a, b := number(m[1]), number(m[2]); {
	case a > 12:
		return DayMonthYear
	case b > 12:
		return MonthDayYear
	case a != b:
		return eitherOrder
	}
	return AskDates
}

// dayOf returns the text of a date without the time of day behind it, whatever that is: a day is what
// an invoice has, and it is the one that is written there.
func dayOf(text string) string {
	text = strings.TrimSpace(text)
	if !strings.Contains(text, ":") {
		return text
	}
	return timeOfDay.ReplaceAllString(text, "")
}

// read reads one date. While the order is open, a date that depends on it is zero.
func (d dateReader) read(text string) (billing.Date, error) {
	text = dayOf(text)
	if m := isoDate.FindStringSubmatch(text); m != nil {
		return day(text, m[1], number(m[2]), m[3])
	}
	if m := yearFirst.FindStringSubmatch(text); m != nil {
		return day(text, m[1], number(m[2]), m[3])
	}
	if m := wordedDate.FindStringSubmatch(text); m != nil {
		return day(text, m[3], monthNamed(m[2]), m[1])
	}
	if m := monthDate.FindStringSubmatch(text); m != nil {
		return day(text, m[3], monthNamed(m[1]), m[2])
	}
	m := numericDate.FindStringSubmatch(text)
	switch {
	case m == nil:
		return 0, app.Errorf(app.Invalid, "file.no-date-text", "Date", translations.Quoted(text))
	case d.open:
		return 0, nil
	case d.order == MonthDayYear:
		return day(text, m[3], number(m[1]), m[2])
	}
	return day(text, m[3], number(m[2]), m[1])
}

// oldestYear is the first year of a date in a file: before it, no date is one of an invoice.
const oldestYear = 1900

// checkDates tells dates that nobody means.
func (in *importer) checkDates(v *invoice) {
	for _, at := range []struct {
		column string
		date   billing.Date
	}{{"InvoiceDate", v.Invoice.Date}, {"DueDate", v.Invoice.Due}} {
		line, year := v.lineOf(at.column), at.date.Year()
		switch {
		case at.date.IsZero():
		case year < oldestYear:
			in.problem(line, at.column, "file.old-date", "Date", at.date)
		case at.date.FarFrom(in.today):
			in.warn(line, at.column, at.date.String(), in.yearMeant(at.date), "file.warn-year")
		}
	}
	if due := v.Invoice.Due; !due.IsZero() && due < v.Invoice.Date {
		meant := ""
		if d, err := billing.NewDate(v.Invoice.Date.Year(), due.Month(), due.Day()); err == nil && d >= v.Invoice.Date && due.Year() != d.Year() {
			meant = d.String()
		}
		in.warn(v.lineOf("DueDate"), "DueDate", due.String(), meant, "file.warn-due", "Date", v.Invoice.Date)
	}
}

// yearMeant returns the date in this year, where its year has the same digits in another order, as
// 2206 has for 2026; "" where it hasn't.
func (in *importer) yearMeant(d billing.Date) string {
	digits := func(year int) string {
		all := strings.Split(strconv.Itoa(year), "")
		slices.Sort(all)
		return strings.Join(all, "")
	}
	if digits(d.Year()) != digits(in.today.Year()) {
		return ""
	}
	meant, err := billing.NewDate(in.today.Year(), d.Month(), d.Day())
	if err != nil {
		return ""
	}
	return meant.String()
}

// ReadDate reads a date as a person writes it: 2026-11-03, 3 Nov 26, Nov 3, 2026, or
// 3/11/2026 in the order given.
func ReadDate(text string, order DateOrder) (billing.Date, error) {
	return dateReader{order: order}.read(text)
}

// monthNamed returns the month that an English name of at least three letters begins
// with; 0, which no calendar has, when there is none.
func monthNamed(name string) int {
	for month := time.January; month <= time.December; month++ {
		if strings.HasPrefix(strings.ToLower(month.String()), strings.ToLower(name)) {
			return int(month)
		}
	}
	return 0
}

// day returns the day of the calendar; a year of two digits is of this century.
func day(text, year string, month int, ofMonth string) (billing.Date, error) {
	y := number(year)
	if len(year) == 2 {
		y += 2000
	}
	d, err := billing.NewDate(y, time.Month(month), number(ofMonth))
	if err != nil {
		return 0, app.Errorf(app.Invalid, "file.no-such-day", "Date", translations.Quoted(text))
	}
	return d, nil
}

// number returns the value of digits that a pattern has matched.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
