package screens

import (
	"strings"

	"fyne.io/fyne/v2/lang"

	"feebridge/app/billing"
	"feebridge/screens/sheet"
)

// columns are those in which the lines of the draft are written.
func (e *editor) columns() []sheet.Column {
	columns := []sheet.Column{
		codeColumn:        {Title: lang.L("field.billing-code"), Width: 110, Least: 66, Options: e.codeOptions},
		descriptionColumn: {Title: lang.L("field.description"), Width: 240, Least: 104, Stretch: true},
		quantityColumn:    {Title: lang.L("field.quantity"), Width: 80, Least: 54, Right: true},
		rateColumn:        {Title: lang.L("field.price"), Width: 100, Least: 72, Right: true},
		discountColumn:    {Title: lang.L("field.discount"), Width: 80, Least: 54, Right: true},
		taxColumn:         {Title: lang.L("field.tax-rate"), Width: 160, Least: 72, Options: e.taxOptions},
		accountColumn:     {Title: lang.L("field.account"), Width: 90, Least: 54, Options: e.accountOptions},
	}
	if e.draft != nil {
		for _, x := range e.draft.extras {
			columns = append(columns, sheet.Column{Title: x.title(), Width: 110, Least: 60, Options: e.extraOptions(x)})
		}
	}
	return append(columns, sheet.Column{Title: lang.L("field.amount"), Width: 110, Least: 84, Right: true, ReadOnly: true})
}

// extraOptions are what the organisation has for the column.
func (e *editor) extraOptions(x extra) func(int) []sheet.Option {
	return func(int) []sheet.Option {
		var options []sheet.Option
		chart, _ := e.draft.chart()
		if x.category == "" {
			for _, i := range chart.Items {
				if i.Sold {
					options = append(options, sheet.Option{Value: i.Code, Label: i.Name})
				}
			}
			return options
		}
		for _, c := range chart.Tracking {
			if strings.EqualFold(c.Name, x.category) {
				for _, o := range c.Options {
					options = append(options, sheet.Option{Value: o})
				}
			}
		}
		return options
	}
}

// newLines makes the sheet in which the lines are written.
func (e *editor) newLines() *sheet.Sheet {
	s := sheet.New(e.columns())
	s.Placeholder = lang.L("editor.no-lines")
	s.OnEdit = func(row, column int, text string) {
		e.draft.edit(row, column, text)
		e.changed()
	}
	s.OnInsert = func(at int) {
		e.draft.insert(at)
		e.changed()
	}
	s.OnDelete = func(from, count int) {
		e.draft.remove(from, count)
		e.changed()
	}
	s.OnMove = func(from, to int) {
		e.draft.move(from, to)
		e.changed()
	}
	s.OnPaste = func(row int, columns []int, cells [][]string) {
		e.draft.paste(row, columns, cells)
		e.changed()
	}
	s.OnUndo = func() { e.step((*draft).undo) }
	s.OnRedo = func() { e.step((*draft).redo) }
	s.OnCursor = func(int, int) {
		if e.draft != nil {
			e.tellProblem()
		}
	}
	s.OnTyping = func(row, column int, text string) {
		e.draft.typing = &typing{row, column, text}
		e.changed()
	}
	return s
}

func (e *editor) codeOptions(int) []sheet.Option {
	var options []sheet.Option
	for _, c := range e.draft.materials.Codes {
		options = append(options, sheet.Option{Value: c.Code, Label: c.Description})
	}
	return options
}

func (e *editor) taxOptions(int) []sheet.Option {
	var options []sheet.Option
	for _, t := range e.draft.materials.Taxes {
		options = append(options, sheet.Option{Value: t.Name, Label: t.Rate.String()})
	}
	return options
}

func (e *editor) accountOptions(int) []sheet.Option {
	var options []sheet.Option
	for _, a := range e.draft.materials.Accounts {
		options = append(options, sheet.Option{Value: a.Code, Label: a.Name})
	}
	return options
}

// fieldWord names a field.
func fieldWord(f billing.Field) string {
	switch f {
	case billing.ClientField:
		return lang.L("field.client")
	case billing.TypeField:
		return lang.L("field.type")
	case billing.DateField:
		return lang.L("field.date")
	case billing.DueField:
		return lang.L("field.due-date")
	case billing.ReferenceField:
		return lang.L("field.reference")
	case billing.CurrencyField:
		return lang.L("field.currency")
	case billing.AmountsField:
		return lang.L("field.line-amounts")
	case billing.ThemeField:
		return lang.L("field.branding-theme")
	case billing.NoteField:
		return lang.L("field.note")
	case billing.CodeField:
		return lang.L("field.billing-code")
	case billing.DescriptionField:
		return lang.L("field.description")
	case billing.QuantityField:
		return lang.L("field.quantity")
	case billing.UnitAmountField:
		return lang.L("field.price")
	case billing.DiscountField:
		return lang.L("field.discount")
	case billing.TaxField:
		return lang.L("field.tax-rate")
	case billing.AccountField:
		return lang.L("field.account")
	case billing.ItemField:
		return lang.L("field.item")
	}
	return lang.L("field.tracking")
}
