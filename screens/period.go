package screens

import (
	"time"

	"fyne.io/fyne/v2/lang"

	"feebridge/app/billing"
)

// period is a span of days that the list is narrowed to, by the date of the invoices.
type period string

// The periods.
const (
	anyDate     period = ""
	thisMonth   period = "this-month"
	lastMonth   period = "last-month"
	thisQuarter period = "this-quarter"
	lastQuarter period = "last-quarter"
	thisYear    period = "this-year"
	lastYear    period = "last-year"
)

// periodOptions are the periods as they are chosen.
func periodOptions() []option {
	return []option{
		{value: string(anyDate), text: lang.L("period.any")},
		{value: string(thisMonth), text: lang.L("period.this-month")},
		{value: string(lastMonth), text: lang.L("period.last-month")},
		{value: string(thisQuarter), text: lang.L("period.this-quarter")},
		{value: string(lastQuarter), text: lang.L("period.last-quarter")},
		{value: string(thisYear), text: lang.L("period.this-year")},
		{value: string(lastYear), text: lang.L("period.last-year")},
	}
}

// span returns the first day of the period and the first after it, as seen today. Both are zero for any date.
func (p period) span(today time.Time) (from, to billing.Date) {
	first := func(year int, month time.Month) time.Time { return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC) }
	year, month, _ := today.Date()
	quarter := (month-1)/3*3 + 1
	var begin, end time.Time
	switch p {
	case thisMonth:
		begin, end = first(year, month), first(year, month+1)
	case lastMonth:
		begin, end = first(year, month-1), first(year, month)
	case thisQuarter:
		begin, end = first(year, quarter), first(year, quarter+3)
	case lastQuarter:
		begin, end = first(year, quarter-3), first(year, quarter)
	case thisYear:
		begin, end = first(year, time.January), first(year+1, time.January)
	case lastYear:
		begin, end = first(year-1, time.January), first(year, time.January)
	default:
		return 0, 0
	}
	return billing.DateOf(begin), billing.DateOf(end)
}

// has returns what tells whether a day is in the period, as seen today.
func (p period) has(today time.Time) func(billing.Date) bool {
	from, to := p.span(today)
	return func(d billing.Date) bool { return to.IsZero() || d >= from && d < to }
}
