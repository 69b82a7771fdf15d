package app

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"feebridge/app/billing"
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
	ask     bool   // nothing in the file tells the order
	example string // a date that can be read in two ways
	problem string // the file contradicts itself
}

var (
	isoDate     = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})(?:T[\d:.]*)?$`)
	yearFirst   = regexp.MustCompile(`^(\d{4})[/.](\d{1,2})[/.](\d{1,2})$`)
	numericDate = regexp.MustCompile(`^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})$`)
	wordedDate  = regexp.MustCompile(`^(\d{1,2})[ -]([A-Za-z]{3})[A-Za-z]*[ -](\d{4}|\d{2})$`)
)

// newDateReader decides how the dates of a file are read: as a person said, else by the
// first date in it that can be read in one way only.
func newDateReader(order DateOrder, texts []string) dateReader {
	d := dateReader{order: order}
	if order != AskDates {
		return d
	}
	var dayFirst, monthFirst string
	for _, text := range texts {
		m := numericDate.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		a, b := number(m[1]), number(m[2])
		switch {
		case a > 12:
			dayFirst = text
		case b > 12:
			monthFirst = text
		case a != b && d.example == "":
			d.example = text
		}
	}
	switch {
	case dayFirst != "" && monthFirst != "":
		d.problem = fmt.Sprintf("The dates %s and %s are not written in the same order: write all dates as 2026-11-03.", dayFirst, monthFirst)
	case monthFirst != "":
		d.order = MonthDayYear
	case dayFirst != "" || d.example == "":
		d.order = DayMonthYear
	default:
		d.ask = true
	}
	return d
}

// read reads one date. While the order is open, a date that depends on it is zero.
func (d dateReader) read(text string) (billing.Date, error) {
	if m := isoDate.FindStringSubmatch(text); m != nil {
		return day(text, m[1], number(m[2]), m[3])
	}
	if m := yearFirst.FindStringSubmatch(text); m != nil {
		return day(text, m[1], number(m[2]), m[3])
	}
	if m := wordedDate.FindStringSubmatch(text); m != nil {
		month, err := time.Parse("Jan", m[2])
		if err != nil {
			return 0, fmt.Errorf("%q is not a date: the month is not known. Write it as 2026-11-03", text)
		}
		return day(text, m[3], int(month.Month()), m[1])
	}
	m := numericDate.FindStringSubmatch(text)
	switch {
	case m == nil:
		return 0, fmt.Errorf("%q is not a date: write it as 2026-11-03", text)
	case d.ask:
		return 0, nil
	case d.order == MonthDayYear:
		return day(text, m[3], number(m[1]), m[2])
	}
	return day(text, m[3], number(m[2]), m[1])
}

// day returns the day of the calendar; a year of two digits is of this century.
func day(text, year string, month int, ofMonth string) (billing.Date, error) {
	y := number(year)
	if len(year) == 2 {
		y += 2000
	}
	d, err := billing.NewDate(y, time.Month(month), number(ofMonth))
	if err != nil {
		return 0, fmt.Errorf("%q is not a day of the calendar: write it as 2026-11-03", text)
	}
	return d, nil
}

// number returns the value of digits that a pattern has matched.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
