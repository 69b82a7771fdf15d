package intake_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/money"
	"feebridge/data/sheet"
)

// TestImportOfAWorkbook reads what people make in a spreadsheet: real dates, figures
// computed by formulas, numbers stored as text, percentages, codes with zeros in front.
func TestImportOfAWorkbook(t *testing.T) {
	a, _, me := apptest.Firm(t)
	book := excelize.NewFile()
	t.Cleanup(func() { _ = book.Close() })
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	put := func(line int, cells map[string]any) {
		t.Helper()
		for i, column := range strings.Split(strings.ReplaceAll(apptest.TemplateHeader, "*", ""), ",") {
			if v, ok := cells[column]; ok {
				do(book.SetCellValue("Sheet1", fmt.Sprintf("%s%d", app.ColumnLetters(i), line), v))
			}
		}
	}
	format := func(column, code string) {
		t.Helper()
		style, err := book.NewStyle(&excelize.Style{CustomNumFmt: &code})
		do(err)
		for i, name := range strings.Split(strings.ReplaceAll(apptest.TemplateHeader, "*", ""), ",") {
			if name == column {
				cell := app.ColumnLetters(i)
				do(book.SetCellStyle("Sheet1", cell+"4", cell+"4", style))
			}
		}
	}
	names := []any{}
	for _, name := range strings.Split(apptest.TemplateHeader, ",") {
		names = append(names, name)
	}
	do(book.SetSheetRow("Sheet1", "A3", &names))
	put(4, map[string]any{
		"ContactName": "Kauri Joinery Ltd", "InvoiceNumber": "INV-1", "Description": "=1+1", "POPostalCode": 622,
		"InvoiceDate": time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC), "DueDate": time.Date(2026, 12, 20, 9, 30, 0, 0, time.UTC),
		"Quantity": "2.50", "UnitAmount": 0.1 + 0.2, "Discount": 0.125, "AccountCode": 90, "TaxType": "OUTPUT2",
	})
	format("POPostalCode", "0000")
	format("AccountCode", "000")
	format("Discount", "0.0%")
	do(book.SetCellFormula("Sheet1", "W4", "Q4*R4*0.15")) // TaxAmount: never computed
	var file bytes.Buffer
	do(book.Write(&file))
	cells, err := sheet.Read("invoices.xlsx", bytes.NewReader(file.Bytes()))
	do(err)
	p, err := intake.New(a).PreviewImport(t.Context(), me, cells, intake.Options{Amounts: money.Exclusive, Today: today})
	do(err)
	if len(p.Problems) != 1 || p.Problems[0].Line != 4 || p.Problems[0].Column != "TaxAmount" || !strings.Contains(p.Problems[0].Text.String(), "no saved result") {
		t.Fatalf("a formula that was never computed: %v", p.Problems)
	}

	do(book.SetCellValue("Sheet1", "W4", 0.1)) // with a result
	do(book.Write(&file))
	cells, err = sheet.Read("invoices.xlsx", &file)
	do(err)
	p, err = intake.New(a).PreviewImport(t.Context(), me, cells, intake.Options{Amounts: money.Exclusive, Today: today})
	do(err)
	if len(p.Problems) > 0 {
		t.Fatal(p.Problems)
	}
	discount, err := money.PercentOff(12_5000)
	do(err)
	want := []billing.Line{{
		Description: "=1+1", Quantity: 2_5000, UnitAmount: 3000, Discount: discount, Account: "090",
		Tax: billing.Tax{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000},
	}}
	got := p.Invoices[0]
	if diff := cmp.Diff(want, got.Invoice.Lines, cmp.AllowUnexported(money.Discount{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Line != 4 || got.Invoice.Date != 20261103 || got.Invoice.Due != 20261220 || p.Clients[0].Address.PostalCode != "0622" {
		t.Errorf("got %+v of %+v", got, p.Clients[0])
	}
}

// sheetWith returns a sheet of the template's header and one good line, with cells
// changed.
func sheetWith(cells map[string]app.SheetCell) app.Sheet {
	head, line := app.SheetRow{Line: 1}, app.SheetRow{Line: 2}
	good := map[string]string{
		"ContactName": "Kauri Joinery Ltd", "InvoiceNumber": "INV-1", "InvoiceDate": "2026-11-03", "DueDate": "2026-12-20",
		"Description": "Annual accounts", "Quantity": "1", "UnitAmount": "100", "AccountCode": "200", "TaxType": "OUTPUT2",
	}
	for _, name := range strings.Split(apptest.TemplateHeader, ",") {
		head.Cells = append(head.Cells, app.SheetCell{Text: name})
		name = strings.TrimPrefix(name, "*")
		cell, changed := cells[name]
		if !changed {
			cell.Text = good[name]
		}
		line.Cells = append(line.Cells, cell)
	}
	return app.Sheet{Rows: []app.SheetRow{head, line}}
}

func TestImportTakesNoCellWithoutAValue(t *testing.T) {
	a, _, me := apptest.Firm(t)
	for _, column := range strings.Split(strings.ReplaceAll(apptest.TemplateHeader, "*", ""), ",") {
		for says, cell := range map[string]app.SheetCell{
			"no saved result":   {Kind: app.FormulaCell},
			"the error #DIV/0!": {Text: "#DIV/0!", Kind: app.ErrorCell},
		} {
			p, err := intake.New(a).PreviewImport(t.Context(), me, sheetWith(map[string]app.SheetCell{column: cell}), intake.Options{Amounts: money.Exclusive, Today: today})
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Problems) != 1 || p.Problems[0].Line != 2 || p.Problems[0].Column != column || !strings.Contains(p.Problems[0].Text.String(), says) {
				t.Errorf("%s: got %v", column, p.Problems)
			}
		}
	}
}

func TestImportTakesSavedResults(t *testing.T) {
	a, _, me := apptest.Firm(t)
	p, err := intake.New(a).PreviewImport(t.Context(), me, sheetWith(map[string]app.SheetCell{
		"UnitAmount": {Text: "99.5", Kind: app.FormulaCell}, "Total": {Text: "114.43", Kind: app.FormulaCell},
		"DueDate": {Text: "2026-12-20T00:30:00", Kind: app.FormulaCell},
	}), intake.Options{Amounts: money.Exclusive, Today: today})
	if err != nil || len(p.Problems) > 0 {
		t.Fatal(err, p.Problems)
	}
	if got := p.Invoices[0].Totals.Total.String(); got != "114.43" {
		t.Errorf("the total is %s", got)
	}
}

func TestImportOfOddFiles(t *testing.T) {
	a, _, me := apptest.Firm(t)
	plain := apptest.TemplateHeader + "\n" + row(nil)
	for name, csv := range map[string]string{
		"a byte order mark":               "\ufeff" + plain,
		"semicolons":                      strings.ReplaceAll(plain, ",", ";"),
		"line ends of Windows":            strings.ReplaceAll(plain, "\n", "\r\n"),
		"blank lines before and after":    "\n,,\n\n" + plain + "\n\n,,,\n",
		"a header in lower case":          strings.ToLower(apptest.TemplateHeader) + "\n" + row(nil),
		"a header without stars":          strings.ReplaceAll(apptest.TemplateHeader, "*", "") + "\n" + row(nil),
		"columns in another order":        reversed(plain),
		"empty columns of no name":        apptest.TemplateHeader + ",,\n" + row(nil) + ",,",
		"a number with spaces around":     apptest.TemplateHeader + "\n" + row(map[string]string{"Quantity": " 1 ", "UnitAmount": "\u00a0100.0000"}),
		"a plus in front of a number":     apptest.TemplateHeader + "\n" + row(map[string]string{"Quantity": "+1"}),
		"a time behind the date":          apptest.TemplateHeader + "\n" + row(map[string]string{"InvoiceDate": "2026-11-03 00:00:00", "DueDate": "2026-12-20T00:00:00Z"}),
		"months that are not spelled out": apptest.TemplateHeader + "\n" + row(map[string]string{"InvoiceDate": "3 Nov. 2026", "DueDate": "20-Decem-26"}),
	} {
		t.Run(name, func(t *testing.T) {
			p := previewOf(t, a, me, csv, intake.Options{})
			if len(p.Problems) > 0 || len(p.Invoices) != 1 {
				t.Fatalf("got %v", p.Problems)
			}
			got := p.Invoices[0]
			if got.Totals.Total.String() != "115.00" || got.Invoice.Date != 20261103 || got.Invoice.Due != 20261220 || got.Client != "Kauri Joinery Ltd" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// reversed turns the order of the cells of each line round.
func reversed(csv string) string {
	var lines []string
	for line := range strings.Lines(csv) {
		cells := strings.Split(strings.TrimSpace(line), ",")
		for i, j := 0, len(cells)-1; i < j; i, j = i+1, j-1 {
			cells[i], cells[j] = cells[j], cells[i]
		}
		lines = append(lines, strings.Join(cells, ","))
	}
	return strings.Join(lines, "\n")
}

// TestImportKeepsTextsThatLookLikeFormulas holds that a CSV's cells are texts, which
// nothing computes, and that a sign in front of a figure is no formula.
func TestImportKeepsTextsThatLookLikeFormulas(t *testing.T) {
	a, _, me := apptest.Firm(t)
	for _, text := range []string{"=1+1", "+SUM(A1)", "-x", "@cmd", `=HYPERLINK("http://a","b")`} {
		p := previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(map[string]string{"Description": text, "Reference": text})+"\n"+
			row(map[string]string{"UnitAmount": "-40.5"}), intake.Options{})
		if len(p.Problems) > 0 {
			t.Fatal(p.Problems)
		}
		got := p.Invoices[0].Invoice
		if got.Lines[0].Description != text || got.Reference != text || got.Lines[1].UnitAmount != -40_5000 {
			t.Errorf("%s became %+v", text, got)
		}
		p = previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(map[string]string{"Quantity": text}), intake.Options{})
		if len(p.Problems) != 1 || p.Problems[0].Column != "Quantity" {
			t.Errorf("a quantity %s: %v", text, p.Problems)
		}
	}
}
