package intake_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/money"
	"feebridge/data/sheet"
)

// TestImportReadsWhatTheTemplateHolds writes invoices in the columns of the template
// and reads them again.
func TestImportReadsWhatTheTemplateHolds(t *testing.T) {
	a, _, me := apptest.Firm(t)
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.SampledFrom([]money.LineAmounts{money.Exclusive, money.Inclusive}).Draw(t, "amounts")
		want := apptest.DrawInvoices(t, amounts)
		name := rapid.SampledFrom([]string{"out.csv", "out.xlsx"}).Draw(t, "file")
		var file bytes.Buffer
		if err := writeTemplate(&file, name, want); err != nil {
			t.Fatal(err)
		}
		cells, err := sheet.Read(name, &file)
		if err != nil {
			t.Fatal(err)
		}
		p, err := intake.New(a).PreviewImport(t.Context(), me, cells, intake.Options{Amounts: amounts})
		if err != nil || len(p.Problems) > 0 {
			t.Fatal(err, p.Problems)
		}
		got := make([]billing.Invoice, len(p.Invoices))
		for i, v := range p.Invoices {
			got[i] = v.Invoice
			got[i].Client = billing.ClientID(v.Client) // a new client's ID is drawn
		}
		same := cmp.Options{cmp.AllowUnexported(money.Discount{}), cmpopts.IgnoreFields(billing.Invoice{}, "ID"), cmpopts.EquateEmpty()}
		if diff := cmp.Diff(want, got, same); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

// writeTemplate writes invoices as a person or another program would, the figures of an
// invoice's head on its first line alone.
func writeTemplate(w io.Writer, name string, invoices []billing.Invoice) error {
	columns := strings.Split(apptest.TemplateHeader, ",")
	rows := [][]app.SheetCell{{}}
	for _, column := range columns {
		rows[0] = append(rows[0], app.SheetCell{Text: column})
	}
	for _, v := range invoices {
		totals, err := v.Totals()
		if err != nil {
			return err
		}
		for i, l := range v.Lines {
			cells := lineCells(v, l)
			if i == 0 {
				cells["Total"] = app.SheetCell{Text: totals.Total.String(), Kind: app.NumberCell}
			}
			if !l.TextOnly() {
				cells["TaxAmount"] = app.SheetCell{Text: totals.Lines[i].Tax.String(), Kind: app.NumberCell}
			}
			var row []app.SheetCell
			for _, column := range columns {
				row = append(row, cells[strings.TrimPrefix(column, "*")])
			}
			rows = append(rows, row)
		}
	}
	if strings.HasSuffix(name, ".csv") {
		return sheet.WriteCSV(w, rows)
	}
	return sheet.WriteXLSX(w, "Invoices", rows)
}

func lineCells(v billing.Invoice, l billing.Line) map[string]app.SheetCell {
	cells := map[string]app.SheetCell{
		"ContactName": {Text: string(v.Client)}, "InvoiceNumber": {Text: string(v.Number)}, "Reference": {Text: v.Reference},
		"InvoiceDate": {Text: v.Date.String(), Kind: app.DateCell}, "DueDate": {Text: v.Due.String(), Kind: app.DateCell},
		"Currency": {Text: string(v.Currency)}, "BrandingTheme": {Text: v.BrandingTheme}, "Description": {Text: l.Description},
	}
	if l.TextOnly() {
		return cells
	}
	cells["InventoryItemCode"] = app.SheetCell{Text: l.Item}
	cells["AccountCode"] = app.SheetCell{Text: l.Account}
	cells["Quantity"] = app.SheetCell{Text: l.Quantity.String(), Kind: app.NumberCell}
	cells["UnitAmount"] = app.SheetCell{Text: l.UnitAmount.String(), Kind: app.NumberCell}
	cells["Discount"] = app.SheetCell{Text: l.Discount.Percent().String()}
	cells["TaxType"] = app.SheetCell{Text: l.Tax.Name}
	for i, t := range l.Tracking {
		cells[fmt.Sprintf("TrackingName%d", i+1)] = app.SheetCell{Text: t.Category}
		cells[fmt.Sprintf("TrackingOption%d", i+1)] = app.SheetCell{Text: t.Option}
	}
	return cells
}

// TestImportOfAnyCells holds for whatever stands in the cells that an import goes through
// only with complete invoices, and that each problem has its place.
func TestImportOfAnyCells(t *testing.T) {
	a, _, me := apptest.Firm(t)
	columns := strings.Split(strings.ReplaceAll(apptest.TemplateHeader, "*", ""), ",")
	text := rapid.OneOf(
		rapid.SampledFrom([]string{"", " ", "0", "-1", "1e9", "99999999999999999999", "12.5%", "03/11/2026", "31/31/2026", "99-99-99", "1 Foo 26", "2026-13-01", "OUTPUT2", "a@b.example", "<x>", "\x00"}),
		rapid.StringN(0, 20, -1), rapid.StringMatching(`[0-9]{1,4}[/. -][0-9A-Za-z]{1,4}[/. -][0-9]{1,4}`),
	)
	rapid.Check(t, func(t *rapid.T) {
		cells := map[string]app.SheetCell{}
		for _, column := range rapid.SliceOfN(rapid.SampledFrom(columns), 1, 5).Draw(t, "columns") {
			kind := app.CellKind(rapid.IntRange(int(app.TextCell), int(app.ErrorCell)).Draw(t, "kind"))
			cells[column] = app.SheetCell{Text: text.Draw(t, column), Kind: kind}
		}
		order := rapid.SampledFrom([]intake.DateOrder{intake.AskDates, intake.DayMonthYear, intake.MonthDayYear}).Draw(t, "order")
		p, err := intake.New(a).PreviewImport(t.Context(), me, sheetWith(cells), intake.Options{Amounts: money.Inclusive, Dates: order})
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range p.Problems {
			if problem.Line != 2 || problem.Text.String() == "" || problem.Column == "" && !strings.Contains(problem.Text.String(), "negative total") && !strings.Contains(problem.Text.String(), "has an amount") {
				t.Errorf("a problem without its place: %+v", problem)
			}
		}
		if len(p.Problems) > 0 || p.AskDates {
			return
		}
		if len(p.Invoices) != 1 {
			t.Fatalf("%d invoices", len(p.Invoices))
		}
		if err := p.Invoices[0].Invoice.CheckFinal(); err != nil {
			t.Error(err)
		}
	})
}
