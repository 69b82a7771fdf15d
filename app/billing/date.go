package billing

import (
	"fmt"
	"time"

	"feebridge/assets/translations"
)

// Date is a calendar day without a time zone, as an invoice carries it.
// It is stored as yyyymmdd, so dates order as integers; zero means no date.
type Date int32

// NewDate returns the day of the calendar, or an error when there is no such day.
func NewDate(year int, month time.Month, day int) (Date, error) {
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if t.Year() != year || t.Month() != month || t.Day() != day || year < 1 || year > 9999 {
		return 0, fmt.Errorf("there is no day %04d-%02d-%02d", year, int(month), day)
	}
	return Date(year*10000 + int(month)*100 + day), nil
}

// DateOf returns the day that t shows in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date(y*10000 + int(m)*100 + d)
}

// Year returns the year.
func (d Date) Year() int { return int(d) / 10000 }

// Month returns the month.
func (d Date) Month() time.Month { return time.Month(int(d) / 100 % 100) }

// Day returns the day of the month.
func (d Date) Day() int { return int(d) % 100 }

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == 0 }

// Years of the dates of invoices.
const (
	oddYear    = 2000 // before it, a person is asked
	yearsAhead = 5    // from today's, and beyond that a person is asked
)

// FarFrom reports whether the year of the date is so far from that of today that a person should
// look at it; no date is not.
func (d Date) FarFrom(today Date) bool {
	return !d.IsZero() && (d.Year() < oddYear || d.Year() > today.Year()+yearsAhead)
}

// OddDates says what a person should look at in the dates of an invoice, and whether there is anything: a year far from
// that of today, or a due date before the date.
func OddDates(date, due, today Date) (look translations.Phrase, odd bool) {
	switch {
	case date.FarFrom(today):
		return translations.Say("message.far-date", "Date", date), true
	case due.FarFrom(today):
		return translations.Say("message.far-due-date", "Date", due), true
	case !due.IsZero() && due < date:
		return translations.Say("message.due-before", "Due", due, "Date", date), true
	}
	return look, false
}

// Time returns midnight UTC of that day.
func (d Date) Time() time.Time {
	return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC)
}

// DaysTo returns how many days later the other date is.
func (d Date) DaysTo(other Date) int { return int(other.Time().Sub(d.Time()).Hours() / 24) }

// AddDays returns the day n days later.
func (d Date) AddDays(n int) Date { return DateOf(d.Time().AddDate(0, 0, n)) }

// String returns the ISO form, or "" for no date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year(), int(d.Month()), d.Day())
}
