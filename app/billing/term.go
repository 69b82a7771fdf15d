package billing

import (
	"time"

	"feebridge/assets/translations"
)

// Term says when an invoice is due. The zero Term says nothing.
type Term struct {
	Rule TermRule
	Days int // after the date, or the day of the month
}

// TermRule says what the days of a term count from.
type TermRule string

// The rules.
const (
	AfterDate   TermRule = "after"      // that many days after the invoice date
	OfNextMonth TermRule = "next_month" // on that day of the month after, or on its last day if it is shorter
)

// Due returns when an invoice of that date is due, or no date.
func (t Term) Due(date Date) Date {
	switch {
	case date.IsZero():
	case t.Rule == AfterDate:
		return date.AddDays(t.Days)
	case t.Rule == OfNextMonth:
		first := time.Date(date.Year(), date.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		last := first.AddDate(0, 1, -1)
		return DateOf(first.AddDate(0, 0, min(t.Days, last.Day())-1))
	}
	return 0
}

// Check returns why the term cannot be used, or nil.
func (t Term) Check() error {
	switch {
	case t == Term{}:
	case t.Rule == AfterDate && (t.Days < 0 || t.Days > 365):
		return refuse("problem.term.days", "Days", t.Days)
	case t.Rule == OfNextMonth && (t.Days < 1 || t.Days > 31):
		return refuse("problem.term.day", "Day", t.Days)
	case t.Rule != AfterDate && t.Rule != OfNextMonth:
		return refuse("problem.term.rule", "Term", translations.Quoted(string(t.Rule)))
	}
	return nil
}

// String returns the term in words, or "" for none.
func (t Term) String() string {
	switch t.Rule {
	case AfterDate:
		return translations.Text("term.days-after", "Count", t.Days)
	case OfNextMonth:
		return translations.Text("term.day-of-month", "Day", t.Days)
	}
	return ""
}
