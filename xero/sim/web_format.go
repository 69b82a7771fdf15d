package sim

import (
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// formats are the functions of the templates.
var formats = template.FuncMap{
	"money":   formatMoney,
	"unit":    formatUnit,
	"day":     formatDay,
	"moment":  formatMoment,
	"status":  statusName,
	"amounts": func(how string) string { return amountsNames[how] },

	"credit":     func(c Credit) string { return orDefault(c.Number, creditKindNames[c.Kind]) },
	"creditKind": func(k CreditKind) string { return creditKindNames[k] },
}

// formatMoney writes an amount with two decimals and grouped thousands.
func formatMoney(d decimal.Decimal) string { return group(d.StringFixed(2)) }

// formatUnit writes a unit amount with two to four decimals.
func formatUnit(d decimal.Decimal) string { return group(plainUnit(d)) }

// plainUnit is formatUnit without grouping, as a form takes it back.
func plainUnit(d decimal.Decimal) string {
	if d.Equal(d.Round(2)) {
		return d.StringFixed(2)
	}
	return d.Round(4).String()
}

func group(s string) string {
	whole, decimals, _ := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "−", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + "." + decimals
}

func formatDay(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.Format("2 Jan 2006")
}

// formatISO writes a date as a form's date field takes it.
func formatISO(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// formatMoment writes a time in the organisation's own zone.
func formatMoment(o Org, t time.Time) string {
	if o.Location != nil {
		t = t.In(o.Location)
	}
	return t.Format("2 Jan 2006, 15:04")
}

var amountsNames = map[string]string{
	AmountsExclusive: "Tax exclusive", AmountsInclusive: "Tax inclusive", AmountsNoTax: "No tax",
}

var creditKindNames = map[CreditKind]string{
	CreditNote: "Credit note", Prepayment: "Prepayment", Overpayment: "Overpayment",
}

var statusNames = map[string]string{
	StatusDraft: "Draft", StatusSubmitted: "Awaiting approval", StatusAuthorised: "Awaiting payment",
	StatusPaid: "Paid", StatusVoided: "Voided", StatusDeleted: "Deleted",
}

// statusName is what a person in Xero calls the status of an invoice.
func statusName(inv Invoice) string {
	switch {
	case inv.Status == StatusAuthorised && !inv.AmountPaid().IsZero():
		return "Part paid"
	case inv.Status == StatusAuthorised && inv.allocated():
		return "Part credited"
	}
	return orDefault(statusNames[inv.Status], inv.Status)
}

// perPage is how many rows a list shows at once.
const perPage = 50

// paging says which part of a list is shown; Previous and Next are addresses, empty at its ends.
type paging struct {
	First, Last, Count int // rows counted from 1
	Previous, Next     string
}

// paginate cuts a page, counted from 1, out of the rows; one beyond the last is the last.
func paginate[T any](rows []T, page int, url func(page int) string) ([]T, paging) {
	last := max((len(rows)+perPage-1)/perPage, 1)
	page = min(page, last)
	from := (page - 1) * perPage
	to := min(from+perPage, len(rows))
	p := paging{First: from + 1, Last: to, Count: len(rows)}
	if page > 1 {
		p.Previous = url(page - 1)
	}
	if page < last {
		p.Next = url(page + 1)
	}
	return rows[from:to], p
}

// pageOf is the page that a request asks for; the first when it names none that can be.
func pageOf(r *http.Request) int {
	page, err := strconv.Atoi(r.FormValue("page"))
	if err != nil || page < 1 {
		return 1
	}
	return page
}

// numeral is a plain decimal. Exponents are not taken: a number of a few characters could be one of a million digits.
var numeral = regexp.MustCompile(`^-?\d{1,13}(\.\d{1,6})?$`)

// tidyTyped is a text as a form gives it back: without spaces around it, and with plain ends of lines.
func tidyTyped(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// typed reads what a person typed and gathers what cannot be read.
type typed struct{ messages []string }

// number reads a number; what names it when it is none.
func (t *typed) number(s, what string) decimal.Decimal {
	plain := strings.ReplaceAll(s, ",", "")
	if numeral.MatchString(plain) {
		if d, err := decimal.NewFromString(plain); err == nil {
			return d
		}
	}
	t.messages = append(t.messages, fmt.Sprintf("%s: %q is not a number such as 1234.50", what, s))
	return decimal.Zero
}

// day reads a date; what names it when it is none. An empty one is no date.
func (t *typed) day(s, what string) time.Time {
	if s == "" {
		return time.Time{}
	}
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.messages = append(t.messages, fmt.Sprintf("%s: %q is not a date such as 2026-11-03", what, s))
	}
	return d
}

// err is a refusal of what could not be read; nil when all could.
func (t *typed) err() error { return refusal(t.messages...) }
