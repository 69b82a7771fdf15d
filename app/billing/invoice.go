// Package billing holds the rules of the firm's own side: clients, invoices, the
// life of an invoice and its number. It knows nothing of Xero's answers, of storage
// or of screens.
package billing

import (
	"errors"
	"strings"

	"feebridge/app/money"
	"feebridge/assets/translations"
)

// InvoiceID identifies an invoice of the firm for good, whatever number it gets.
type InvoiceID string

// Type says what kind of bill an invoice is.
type Type string

// The types of invoice.
const (
	Final    Type = "final"
	Interim  Type = "interim"
	FixedFee Type = "fixed_fee"
)

// Invoice is one bill to one client.
type Invoice struct {
	ID            InvoiceID
	Client        ClientID
	Type          Type
	Number        Number
	Date, Due     Date
	Reference     string
	Currency      money.Currency
	Amounts       money.LineAmounts
	BrandingTheme string // name of the theme in Xero; "" takes the mapping's
	Note          string // for staff; never exported
	Lines         []Line
	Stage         Stage
	Version       int64 // counts the saves; a save from an older version is refused
}

// Line is one line of an invoice.
type Line struct {
	Code        string // billing code; "" for none
	Description string
	Quantity    money.Quantity
	UnitAmount  money.UnitAmount
	Discount    money.Discount
	Tax         Tax
	Account     string // account code that overrides the mapping; "" for none
	Item        string // item code that overrides the mapping; "" for none
	Tracking    []Tracking
}

// Tracking assigns a line to an option of a tracking category.
type Tracking struct{ Category, Option string }

// Lengths that Xero's invoices allow.
const (
	MaxReference   = 255
	MaxDescription = 4000
	MaxTracking    = 2
)

// TextOnly reports whether the line is a description alone, without an amount.
func (l Line) TextOnly() bool {
	return l.Quantity == 0 && l.UnitAmount == 0 && l.Account == "" && l.Item == ""
}

// Reckoned returns what the amounts of the line follow from.
func (l Line) Reckoned() money.Line {
	return money.Line{Quantity: l.Quantity, UnitAmount: l.UnitAmount, Discount: l.Discount, Rate: l.Tax.Rate}
}

// OnlyLine returns the index of the one line that has an amount, and whether there is just one.
func (v Invoice) OnlyLine() (at int, one bool) {
	for i, l := range v.Lines {
		if l.TextOnly() {
			continue
		}
		if one {
			return 0, false
		}
		at, one = i, true
	}
	return at, one
}

// Totals computes the invoice as Xero will.
func (v Invoice) Totals() (money.Totals, error) {
	lines := make([]money.Line, len(v.Lines))
	for i, l := range v.Lines {
		lines[i] = l.Reckoned()
	}
	t, err := money.Total(v.Currency, v.Amounts, lines)
	if err != nil {
		return t, &Refused{translations.Say("problem.invoice", "Invoice", v.Name(), "Problem", err), err}
	}
	return t, nil
}

// CheckFinal returns why the invoice cannot be exported, or nil. The text names the
// invoice, the line and the remedy.
func (v Invoice) CheckFinal() error {
	if err := v.Number.Check(); err != nil {
		return err
	}
	return v.CheckComplete()
}

// CheckComplete returns why the draft cannot be finalized, or nil. It needs no number yet.
func (v Invoice) CheckComplete() error {
	switch {
	case v.Client == "":
		return refuse("problem.invoice.no-client", "Invoice", v.Name())
	case v.Date.IsZero():
		return refuse("problem.invoice.no-date", "Invoice", v.Name())
	case v.Due.IsZero():
		return refuse("problem.invoice.no-due-date", "Invoice", v.Name())
	case len([]rune(v.Reference)) > MaxReference:
		return refuse("problem.invoice.long-reference", "Invoice", v.Name(), "Count", MaxReference)
	case len(v.Lines) == 0:
		return refuse("problem.invoice.no-lines", "Invoice", v.Name())
	}
	for i, l := range v.Lines {
		if err := l.check(); err != nil {
			return refuse("problem.invoice.line", "Invoice", v.Name(), "Line", i+1, "Problem", err)
		}
	}
	t, err := v.Totals()
	if err != nil {
		return err
	}
	if t.Total.Sign() < 0 {
		return &Refused{translations.Say("problem.invoice.negative", "Invoice", v.Name(), "Total", t.Total), errNegative}
	}
	return nil
}

// errNegative is behind the refusal of an invoice that comes to less than nothing.
var errNegative = errors.New("the total is negative")

// IsNegative reports whether an invoice was refused for coming to less than nothing.
func IsNegative(err error) bool { return errors.Is(err, errNegative) }

// Unfinished returns where that stands which CheckComplete finds: a line, counted from 1, or 0 for the
// head, and the field, which is "" where it is none.
func (v Invoice) Unfinished() (line int, field Field) {
	switch {
	case v.Client == "":
		return 0, ClientField
	case v.Date.IsZero():
		return 0, DateField
	case v.Due.IsZero():
		return 0, DueField
	case len([]rune(v.Reference)) > MaxReference:
		return 0, ReferenceField
	case len(v.Lines) == 0:
		return 1, DescriptionField
	}
	for i, l := range v.Lines {
		switch {
		case l.check() == nil:
		case len(l.Tracking) > MaxTracking:
			return i + 1, TrackingField
		default:
			return i + 1, DescriptionField
		}
	}
	return 0, ""
}

// Name is what a message calls the invoice.
func (v Invoice) Name() translations.Phrase {
	if v.Number == "" {
		return translations.Say("invoice.this-draft")
	}
	return translations.Say("invoice.title", "Number", v.Number)
}

// CheckTexts returns why a text of the invoice cannot be stored, or nil. What was stored before this
// rule existed is checked when it is saved again.
func (v Invoice) CheckTexts() error {
	var first error
	note := func(_ Field, err error) {
		if first == nil {
			first = err
		}
	}
	v.checkHead(note)
	for _, l := range v.Lines {
		l.checkTexts(note)
	}
	return first
}

// checkHead checks whether each text of the head can be stored, and names its field.
func (v Invoice) checkHead(tell func(Field, error)) {
	tell(ReferenceField, CheckLine(translations.Say("field.reference"), v.Reference))
	tell(ThemeField, CheckLine(translations.Say("field.branding-theme"), v.BrandingTheme))
	tell(NoteField, CheckLines(translations.Say("field.note"), v.Note))
}

// checkTexts checks whether each text of the line can be stored, and names its field.
func (l Line) checkTexts(tell func(Field, error)) {
	tell(CodeField, CheckLine(translations.Say("field.billing-code"), l.Code))
	tell(DescriptionField, CheckLines(translations.Say("field.description"), l.Description))
	tell(AccountField, CheckLine(translations.Say("field.account"), l.Account))
	tell(ItemField, CheckLine(translations.Say("field.item"), l.Item))
	for _, t := range l.Tracking {
		tell(TrackingField, CheckLine(translations.Say("field.tracking"), t.Category))
		tell(TrackingField, CheckLine(translations.Say("field.tracking"), t.Option))
	}
}

func (l Line) check() error {
	switch {
	case strings.TrimSpace(l.Description) == "":
		return refuse("problem.line.no-description")
	case len([]rune(l.Description)) > MaxDescription:
		return refuse("problem.line.long-description", "Count", MaxDescription)
	case len(l.Tracking) > MaxTracking:
		return refuse("problem.line.tracking", "Count", MaxTracking)
	}
	return nil
}

// Refused is a rule of the firm's side that said no, in a phrase for a person.
type Refused struct {
	translations.Phrase
	rule error // of another room, or one that others ask for; nil for none
}

// Error returns the English text.
func (r *Refused) Error() string { return r.String() }

// Unwrap returns the rule behind it, if that has an error of its own.
func (r *Refused) Unwrap() error { return r.rule }

func refuse(key string, values ...any) error {
	return &Refused{Phrase: translations.Say(key, values...)}
}
