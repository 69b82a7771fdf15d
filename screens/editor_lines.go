package screens

import (
	"fyne.io/fyne/v2/lang"

	"feebridge/app/billing"
	"feebridge/screens/sheet"
)

// newLines makes the sheet in which the lines are written.
func (e *editor) newLines() *sheet.Sheet {
	s := sheet.New([]sheet.Column{
		codeColumn:        {Title: lang.L("Billing code"), Width: 110, Options: e.codeOptions},
		descriptionColumn: {Title: lang.X("word.description", "Description"), Width: 240, Stretch: true},
		quantityColumn:    {Title: lang.L("Quantity"), Width: 80, Right: true},
		rateColumn:        {Title: lang.L("Rate"), Width: 100, Right: true},
		discountColumn:    {Title: lang.L("Discount"), Width: 80, Right: true},
		taxColumn:         {Title: lang.L("Tax"), Width: 160, Options: e.taxOptions},
		accountColumn:     {Title: lang.L("Account"), Width: 90, Options: e.accountOptions},
		amountColumn:      {Title: lang.L("Amount"), Width: 110, Right: true, ReadOnly: true},
	})
	s.Placeholder = lang.L("No lines yet. Press Enter to write the first.")
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
		return lang.L("Client")
	case billing.TypeField:
		return lang.L("Type")
	case billing.DateField:
		return lang.L("Date")
	case billing.DueField:
		return lang.L("Due date")
	case billing.ReferenceField:
		return lang.L("Reference")
	case billing.CurrencyField:
		return lang.L("Currency")
	case billing.AmountsField:
		return lang.L("Line amounts")
	case billing.ThemeField:
		return lang.L("Branding theme")
	case billing.NoteField:
		return lang.L("Note")
	case billing.CodeField:
		return lang.L("Billing code")
	case billing.DescriptionField:
		return lang.X("word.description", "Description")
	case billing.QuantityField:
		return lang.L("Quantity")
	case billing.UnitAmountField:
		return lang.L("Rate")
	case billing.DiscountField:
		return lang.L("Discount")
	case billing.TaxField:
		return lang.L("Tax")
	case billing.AccountField:
		return lang.L("Account")
	case billing.ItemField:
		return lang.L("Item")
	}
	return lang.L("Tracking")
}
