package billing_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app/billing"
	"feebridge/app/money"
)

var taxes = []billing.Tax{{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000}, {Code: "NONE", Name: "No GST"}}

func form(lines ...billing.FormLine) billing.Form {
	return billing.Form{Client: "c", Type: billing.Final, Date: 20261103, Due: 20261220, Currency: "NZD", Amounts: money.Exclusive, Lines: lines}
}

// TestAFormTellsEachCellThatCannotBeRead counts lines as they stand there, empty ones too.
func TestAFormTellsEachCellThatCannotBeRead(t *testing.T) {
	f := form(
		billing.FormLine{Description: "Work", UnitAmount: "ten"},
		billing.FormLine{},
		billing.FormLine{},
		billing.FormLine{Description: "Work", Quantity: "x", UnitAmount: "100", Discount: "half", Tax: "VAT"},
		billing.FormLine{Description: "Work", Quantity: "1", UnitAmount: "100"},
		billing.FormLine{Description: "Work", Quantity: "99999999", UnitAmount: "99999999"},
	)
	f.Client, f.Currency = "", "NZ"
	_, err := f.Read(taxes)
	var problems billing.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("it is read: %v", err)
	}
	type cell struct {
		Line  int
		Field billing.Field
	}
	var got []cell
	for _, p := range problems {
		got = append(got, cell{p.Line, p.Field})
	}
	want := []cell{
		{-1, billing.ClientField}, {-1, billing.CurrencyField}, {0, billing.UnitAmountField},
		{3, billing.QuantityField}, {3, billing.DiscountField}, {3, billing.TaxField}, {5, billing.UnitAmountField},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHowManyALineIsOf(t *testing.T) {
	for name, c := range map[string]struct {
		line billing.FormLine
		want money.Quantity
	}{
		"a price alone":      {billing.FormLine{UnitAmount: "100"}, 1_0000},
		"a price of several": {billing.FormLine{UnitAmount: "100", Quantity: "2.5"}, 2_5000},
		"a price of none":    {billing.FormLine{UnitAmount: "100", Quantity: "0"}, 0},
		"no price":           {billing.FormLine{UnitAmount: " ", Quantity: ""}, 0},
	} {
		c.line.Description = "Work"
		v, err := form(c.line).Read(taxes)
		if err != nil || v.Lines[0].Quantity != c.want {
			t.Errorf("%s is %s, %v", name, v.Lines[0].Quantity, err)
		}
	}
}

// TestABillingCodeFillsWhatNobodyTyped chooses one code after another.
func TestABillingCodeFillsWhatNobodyTyped(t *testing.T) {
	advice := billing.Code{Code: "ADV", Description: "Advice", UnitAmount: 200_0000, Tax: "output2", Account: "200"}
	audit := billing.Code{Code: "AUD", Description: "Audit", UnitAmount: 150_0000, Tax: "NONE", Account: "260"}
	empty := billing.FormLine{Code: "AUD", Description: "Audit", Quantity: "1", UnitAmount: "150.00", Tax: "No GST", Account: "260"}
	typed := billing.FormLine{Description: "As agreed", Quantity: "2", UnitAmount: "99", Tax: "15% GST on Income", Account: "201"}
	kept := typed
	kept.Code = "AUD"
	for name, c := range map[string]struct {
		line billing.FormLine
		was  billing.Code
		want billing.FormLine
	}{
		"an empty line":                    {billing.FormLine{}, billing.Code{}, empty},
		"what the code before put there":   {billing.FormLine{}.Fill(billing.Code{}, advice, taxes), advice, empty},
		"what was typed":                   {typed, billing.Code{}, kept},
		"what was typed over a code's own": {typed, advice, func() billing.FormLine { l := kept; l.Tax = "No GST"; return l }()},
	} {
		if diff := cmp.Diff(c.want, c.line.Fill(c.was, audit, taxes)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestDifferencesTellEveryField changes each by itself.
func TestDifferencesTellEveryField(t *testing.T) {
	was := form(billing.FormLine{Description: "Work", Quantity: "1", UnitAmount: "100"}, billing.FormLine{Description: "More"})
	for field, change := range map[billing.Field]func(*billing.Form){
		billing.ClientField:    func(f *billing.Form) { f.Client = "d" },
		billing.TypeField:      func(f *billing.Form) { f.Type = billing.Interim },
		billing.DateField:      func(f *billing.Form) { f.Date++ },
		billing.DueField:       func(f *billing.Form) { f.Due++ },
		billing.ReferenceField: func(f *billing.Form) { f.Reference = "PO 7" },
		billing.CurrencyField:  func(f *billing.Form) { f.Currency = "AUD" },
		billing.AmountsField:   func(f *billing.Form) { f.Amounts = money.NoTax },
		billing.ThemeField:     func(f *billing.Form) { f.Theme = "Standard" },
		billing.NoteField:      func(f *billing.Form) { f.Note = "Ask first" },
	} {
		is := was.Clone()
		change(&is)
		if all := billing.Differences(was, is); len(all) != 1 || all[0].Line != -1 || all[0].Field != field {
			t.Errorf("the %s: %v", field, all)
		}
	}
	for field, change := range map[billing.Field]func(*billing.FormLine){
		billing.CodeField:        func(l *billing.FormLine) { l.Code = "ADV" },
		billing.DescriptionField: func(l *billing.FormLine) { l.Description = "Else" },
		billing.QuantityField:    func(l *billing.FormLine) { l.Quantity = "2" },
		billing.UnitAmountField:  func(l *billing.FormLine) { l.UnitAmount = "90" },
		billing.DiscountField:    func(l *billing.FormLine) { l.Discount = "10%" },
		billing.TaxField:         func(l *billing.FormLine) { l.Tax = "No GST" },
		billing.AccountField:     func(l *billing.FormLine) { l.Account = "200" },
		billing.ItemField:        func(l *billing.FormLine) { l.Item = "BOOK" },
		billing.TrackingField:    func(l *billing.FormLine) { l.Tracking = []billing.Tracking{{Category: "Region", Option: "North"}} },
	} {
		is := was.Clone()
		change(&is.Lines[1])
		if all := billing.Differences(was, is); len(all) != 1 || all[0].Line != 1 || all[0].Field != field {
			t.Errorf("the %s of a line: %v", field, all)
		}
	}
	longer := was.Clone()
	longer.Lines = append(slices.Clone(was.Lines), billing.FormLine{Description: "Thank you"})
	for name, c := range map[string]struct {
		from, to billing.Form
		said     billing.Difference
	}{
		"a line more": {was, longer, billing.Difference{Line: 2, Field: billing.DescriptionField, To: "Thank you"}},
		"a line less": {longer, was, billing.Difference{Line: 2, Field: billing.DescriptionField, From: "Thank you"}},
		"nothing":     {was, was.Clone(), billing.Difference{}},
	} {
		all := billing.Differences(c.from, c.to)
		if want := c.said != (billing.Difference{}); len(all) > 1 || want != (len(all) == 1) || want && all[0] != c.said {
			t.Errorf("%s: %v", name, all)
		}
	}
}
