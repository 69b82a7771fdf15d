package billing

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"feebridge/app/money"
	"feebridge/assets/translations"
)

// Form is an invoice as a person writes it. What a cell of a line holds stays as it was
// typed, whether it can be read or not, so that nothing that was typed is ever lost.
type Form struct {
	Client    ClientID          `json:"client"`
	Type      Type              `json:"type"`
	Date      Date              `json:"date"`
	Due       Date              `json:"due"`
	Reference string            `json:"reference"`
	Currency  money.Currency    `json:"currency"`
	Amounts   money.LineAmounts `json:"amounts"`
	Theme     string            `json:"theme"`
	Note      string            `json:"note"`
	Lines     []FormLine        `json:"lines"`
}

// FormLine is a line of a Form.
type FormLine struct {
	Code        string     `json:"code"`
	Description string     `json:"description"`
	Quantity    string     `json:"quantity"`
	UnitAmount  string     `json:"unit_amount"`
	Discount    string     `json:"discount"` // 10% or an amount
	Tax         string     `json:"tax"`      // name or code
	Account     string     `json:"account"`
	Item        string     `json:"item"`
	Tracking    []Tracking `json:"tracking"`
	// Written is the tax that the line had when it was saved: a later change of the
	// firm's rate does not change it. Choosing the tax again empties it.
	Written Tax `json:"written"`
}

// Field names a part of a Form.
type Field string

// The fields of the head, and those of a line.
const (
	ClientField    Field = "client"
	TypeField      Field = "type"
	DateField      Field = "date"
	DueField       Field = "due date"
	ReferenceField Field = "reference"
	CurrencyField  Field = "currency"
	AmountsField   Field = "line amounts"
	ThemeField     Field = "branding theme"
	NoteField      Field = "note"

	CodeField        Field = "billing code"
	DescriptionField Field = "description"
	QuantityField    Field = "quantity"
	UnitAmountField  Field = "unit amount"
	DiscountField    Field = "discount"
	TaxField         Field = "tax"
	AccountField     Field = "account"
	ItemField        Field = "item"
	TrackingField    Field = "tracking"
)

// FormOf returns the form of an invoice.
func FormOf(v Invoice) Form {
	f := Form{
		Client: v.Client, Type: v.Type, Date: v.Date, Due: v.Due, Reference: v.Reference, Currency: v.Currency,
		Amounts: v.Amounts, Theme: v.BrandingTheme, Note: v.Note,
	}
	for _, l := range v.Lines {
		f.Lines = append(f.Lines, formLine(l))
	}
	return f
}

func formLine(l Line) FormLine {
	line := FormLine{
		Code: l.Code, Description: l.Description, Discount: l.Discount.String(), Tax: l.Tax.Name,
		Account: l.Account, Item: l.Item, Tracking: l.Tracking, Written: l.Tax,
	}
	if !l.TextOnly() {
		line.Quantity, line.UnitAmount = l.Quantity.String(), l.UnitAmount.String()
	}
	return line
}

// Tidy returns the form as it comes back once it was saved: 200 as 200.00, a tax by its name, without the
// lines that nothing was written in. What cannot be read stays as it was typed.
func (f Form) Tidy(taxes []Tax) Form {
	f.Reference, f.Note = strings.TrimSpace(f.Reference), TidyLines(f.Note)
	typed := f.Lines
	f.Lines = nil
	for _, l := range typed {
		if l.Empty() {
			continue
		}
		unread := map[Field]bool{}
		tidy := formLine(l.read(taxes, func(field Field, err error) { unread[field] = unread[field] || err != nil }))
		for field, cells := range map[Field][2]*string{
			QuantityField: {&tidy.Quantity, &l.Quantity}, UnitAmountField: {&tidy.UnitAmount, &l.UnitAmount},
			DiscountField: {&tidy.Discount, &l.Discount}, TaxField: {&tidy.Tax, &l.Tax},
		} {
			if unread[field] {
				*cells[0] = *cells[1]
			}
		}
		f.Lines = append(f.Lines, tidy)
	}
	return f
}

// Clone returns the form with lines of its own.
func (f Form) Clone() Form {
	f.Lines = slices.Clone(f.Lines)
	return f
}

// Problem says what is wrong with a cell of a Form.
type Problem struct {
	Line  int // counted from 0; -1 for the head
	Field Field
	Err   error
}

// Problems are everything that is wrong with a Form. It is never empty.
type Problems []Problem

// Error tells the first problem.
func (p Problems) Error() string {
	first := p[0]
	if first.Line < 0 {
		return first.Err.Error()
	}
	return translations.Text("problem.line", "Line", first.Line+1, "Problem", first.Err)
}

// Read returns the invoice that the form describes; ID, number, stage and version are
// left to the caller. Lines without any text are passed over. The error is Problems, and
// the invoice is then read as far as it can be.
func (f Form) Read(taxes []Tax) (Invoice, error) {
	v := Invoice{
		Client: f.Client, Type: f.Type, Date: f.Date, Due: f.Due, Reference: strings.TrimSpace(f.Reference), Currency: f.Currency,
		Amounts: f.Amounts, BrandingTheme: f.Theme, Note: TidyLines(f.Note),
	}
	var problems Problems
	wrong := func(line int, field Field, err error) {
		if err == nil {
			return
		}
		if _, ours := errors.AsType[*Refused](err); !ours {
			err = refuse("problem.as-told", "Problem", err)
		}
		problems = append(problems, Problem{line, field, err})
	}
	if f.Client == "" {
		wrong(-1, ClientField, refuse("problem.choose-client"))
	}
	if _, err := money.ParseCurrency(string(f.Currency)); err != nil {
		wrong(-1, CurrencyField, err)
	}
	v.checkHead(func(field Field, err error) { wrong(-1, field, err) })
	for i, l := range f.Lines {
		if l.Empty() {
			continue
		}
		line := l.read(taxes, func(field Field, err error) { wrong(i, field, err) })
		v.Lines = append(v.Lines, line)
		if _, err := money.Total(f.Currency, f.Amounts, []money.Line{line.figures()}); err != nil {
			if why, ok := errors.AsType[*money.LineError](err); ok {
				wrong(i, UnitAmountField, why.Err)
			}
		}
	}
	if problems != nil {
		return v, problems
	}
	return v, nil
}

// Empty reports whether nothing was written in the line.
func (l FormLine) Empty() bool {
	for _, text := range []string{l.Code, l.Description, l.Quantity, l.UnitAmount, l.Discount, l.Account, l.Item} {
		if strings.TrimSpace(text) != "" {
			return false
		}
	}
	return len(l.Tracking) == 0
}

// read reads the cells. A line without quantity and unit amount is text alone; one with
// a unit amount and no quantity is one of it.
func (l FormLine) read(taxes []Tax, wrong func(Field, error)) Line {
	line := Line{
		Code: strings.TrimSpace(l.Code), Description: strings.TrimSpace(TidyLines(l.Description)),
		Account: strings.TrimSpace(l.Account), Item: strings.TrimSpace(l.Item), Tracking: l.Tracking,
	}
	line.checkTexts(wrong)
	var err error
	if strings.TrimSpace(l.UnitAmount) != "" {
		line.UnitAmount, err = money.ParseUnitAmount(l.UnitAmount)
		wrong(UnitAmountField, money.ExplainRounding(l.Quantity, l.UnitAmount, err))
	}
	switch {
	case strings.TrimSpace(l.Quantity) != "":
		line.Quantity, err = money.ParseQuantity(l.Quantity)
		wrong(QuantityField, money.ExplainRounding(l.Quantity, l.UnitAmount, err))
	case line.UnitAmount != 0:
		line.Quantity, _ = money.ParseQuantity("1")
	}
	line.Discount, err = money.ParseDiscount(l.Discount)
	wrong(DiscountField, err)
	line.Tax, err = l.tax(taxes)
	wrong(TaxField, err)
	return line
}

// tax finds the tax that the line names.
func (l FormLine) tax(taxes []Tax) (Tax, error) {
	text := FoldName(l.Tax)
	switch {
	case text == "":
		return Tax{}, nil
	case text == FoldName(l.Written.Name), text == FoldName(l.Written.Code):
		return l.Written, nil
	}
	if t, known := FindTax(taxes, l.Tax); known {
		return t, nil
	}
	if strings.ContainsAny(l.Tax, "+&,;") {
		return Tax{}, refuse("problem.several-taxes", "Tax", translations.Quoted(l.Tax))
	}
	return Tax{}, refuse("problem.no-such-tax", "Tax", translations.Quoted(l.Tax))
}

// figures are what the amounts of the line follow from.
func (l Line) figures() money.Line {
	return money.Line{Quantity: l.Quantity, UnitAmount: l.UnitAmount, Discount: l.Discount, Rate: l.Tax.Rate}
}

// Fill puts what a billing code begins with into a line: into cells that are empty, and
// into those that still hold what the billing code before put there.
func (l FormLine) Fill(before, now Code, taxes []Tax) FormLine {
	l.Code = now.Code
	fill := func(cell *string, old, text string) {
		if text != "" && (strings.TrimSpace(*cell) == "" || *cell == old) {
			*cell = text
		}
	}
	fill(&l.Description, before.Description, now.Description)
	if now.UnitAmount != 0 {
		fill(&l.UnitAmount, before.UnitAmount.String(), now.UnitAmount.String())
		fill(&l.Quantity, "", "1")
	}
	fill(&l.Tax, taxName(taxes, before.Tax), taxName(taxes, now.Tax))
	fill(&l.Account, before.Account, now.Account)
	return l
}

func taxName(taxes []Tax, code string) string {
	for _, t := range taxes {
		if code != "" && FoldName(t.Code) == FoldName(code) {
			return t.Name
		}
	}
	return ""
}

// Difference is a part in which two forms differ.
type Difference struct {
	Line  int // counted from 0; -1 for the head
	Field Field
	From  string
	To    string
}

// String returns the difference in words, as in "line 2 unit amount: 100.00, now 120.00".
func (d Difference) String() string {
	key := "change.value"
	if d.Line >= 0 {
		key = "change.value-in-line"
	}
	return translations.Text(key, "Line", d.Line+1, "Field", d.Field, "From", orNothing(d.From), "To", orNothing(d.To))
}

func orNothing(s string) string {
	if s == "" {
		return translations.Text("change.nothing")
	}
	return s
}

// Differences tells in what b differs from a, the head first. Lines are compared by their
// place.
func Differences(a, b Form) []Difference {
	var all []Difference
	compare := func(line int, field Field, from, to string) {
		if from != to {
			all = append(all, Difference{line, field, from, to})
		}
	}
	compare(-1, ClientField, string(a.Client), string(b.Client))
	compare(-1, TypeField, string(a.Type), string(b.Type))
	compare(-1, DateField, a.Date.String(), b.Date.String())
	compare(-1, DueField, a.Due.String(), b.Due.String())
	compare(-1, ReferenceField, a.Reference, b.Reference)
	compare(-1, CurrencyField, string(a.Currency), string(b.Currency))
	compare(-1, AmountsField, string(a.Amounts), string(b.Amounts))
	compare(-1, ThemeField, a.Theme, b.Theme)
	compare(-1, NoteField, a.Note, b.Note)
	for i := range max(len(a.Lines), len(b.Lines)) {
		from, to := lineAt(a.Lines, i), lineAt(b.Lines, i)
		compare(i, CodeField, from.Code, to.Code)
		compare(i, DescriptionField, from.Description, to.Description)
		compare(i, QuantityField, from.Quantity, to.Quantity)
		compare(i, UnitAmountField, from.UnitAmount, to.UnitAmount)
		compare(i, DiscountField, from.Discount, to.Discount)
		compare(i, TaxField, from.Tax, to.Tax)
		compare(i, AccountField, from.Account, to.Account)
		compare(i, ItemField, from.Item, to.Item)
		if !slices.Equal(from.Tracking, to.Tracking) {
			all = append(all, Difference{i, TrackingField, fmt.Sprint(from.Tracking), fmt.Sprint(to.Tracking)})
		}
	}
	return all
}

func lineAt(lines []FormLine, i int) FormLine {
	if i < len(lines) {
		return lines[i]
	}
	return FormLine{}
}
