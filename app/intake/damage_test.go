package intake_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/outbox"
	"feebridge/data"
)

// today is the day on which the tests import.
const today billing.Date = 20261130

// told returns what a person is told, a line each.
func told(problems []intake.Problem) []string {
	var all []string
	for _, p := range problems {
		all = append(all, p.Error())
	}
	return all
}

// checkTold compares what a person is told with the beginnings of what is wanted.
func checkTold(t *testing.T, kind string, got []intake.Problem, want []string) {
	t.Helper()
	texts := told(got)
	same := len(texts) == len(want)
	for i := range want {
		same = same && strings.Contains(texts[i], want[i])
	}
	if !same {
		t.Errorf("%s: got\n%s\nwant\n%s", kind, strings.Join(texts, "\n"), strings.Join(want, "\n"))
	}
}

// TestImportOfDamagedTexts has one cell that a spreadsheet or a program damaged, in a CSV.
func TestImportOfDamagedTexts(t *testing.T) {
	a, _, me := apptest.Firm(t)
	for _, c := range []struct {
		column, text      string
		problem, warnings string // a part of the one that there is
	}{
		{"InvoiceNumber", "2.02611E+11", "shortened this to “2.02611E+11”", ""},
		{"InvoiceNumber", "2,02611E+11", "digits are lost", ""},
		{"InvoiceNumber", "2.02611e+11", "digits are lost", ""},
		{"InvoiceNumber", "2E+11", "digits are lost", ""},
		{"InvoiceNumber", "2.5e11", "digits are lost", ""},
		{"AccountCode", "1.00E+09", "digits are lost", ""},
		{"InventoryItemCode", "9.78014E+12", "digits are lost", ""},
		{"Reference", "4.50012E+11", "", "Imported as “4.50012E+11”"},
		{"Description", "9.78E+12", "", "shortened a long number"},
		{"InvoiceNumber", "12E3", "", ""},
		{"InvoiceNumber", "E+11", "", ""},
		{"InvoiceNumber", "TRUE", "Line 2, InvoiceNumber: “TRUE” can't be", ""},
		{"InvoiceNumber", "false", "“false” can't be", ""},
		{"AccountCode", "True", "“True” can't be", ""},
		{"InvoiceNumber", "TRUE-1", "", ""},
		{"InvoiceNumber", "nan", "value is missing", ""},
		{"InvoiceNumber", "NULL", "value is missing", ""},
		{"InvoiceNumber", "undefined", "value is missing", ""},
		{"InvoiceNumber", "[object Object]", "value is missing", ""},
		{"InvoiceNumber", "NULL-7", "", ""},
		{"ContactName", "NULL", "", "value is missing. Imported as “NULL”"},
		{"Reference", "nan", "", "value is missing"},
		{"POCity", "undefined", "", "value is missing"},
		{"Reference", "Nanaimo", "", ""},
		{"InvoiceNumber", "1001.0", "", "Imported as “1001.0”, but “1001” may be meant"},
		{"InvoiceNumber", "1001.00", "", "but “1001” may be meant"},
		{"AccountCode", "200.0", "", "but “200” may be meant"},
		{"POPostalCode", "6011.0", "", "but “6011” may be meant"},
		{"InvoiceNumber", "1001.5", "", ""},
		{"InvoiceNumber", "Mar-26", "", "written like a date"},
		{"InvoiceNumber", "26-Mar", "", "written like a date"},
		{"InvoiceNumber", "3-Mar-26", "", "written like a date"},
		{"InvoiceNumber", "2026-03-26", "", "written like a date"},
		{"InvoiceNumber", "3/11/2026", "", "written like a date"},
		{"InvoiceNumber", "INV-26", "", ""},
		{"InvoiceNumber", "2026-031", "", ""},
		{"InvoiceNumber", "202611030001234000", "", "keeps 15 digits"},
		{"InvoiceNumber", "1234567890123450", "", "keeps 15 digits"},
		{"InvoiceNumber", "202611030001234567", "", ""},
		{"ContactName", "CafÃ© Ltd", "", "Imported as “CafÃ© Ltd”, but “Café Ltd” may be meant"},
		{"ContactName", "Oâ€™Brien", "", "but “O’Brien” may be meant"},
		{"Description", "Fees â€“ March, Â£20", "", "but “Fees – March, £20” may be meant"},
		{"POCity", "MÃ¼nchen", "", "but “München” may be meant"},
		{"Description", "MĀORI HÂNGÎ – à la carte “naïve” €5 £20 ½", "", ""},
		{"ContactName", "Âme Ltd", "", ""},
		{"ContactName", "Smith &amp; Co", "", "Imported as “Smith &amp; Co”, but “Smith & Co” may be meant"},
		{"Description", "Caf&#233; &quot;x&quot;", "", "but “Café \"x\"” may be meant"},
		{"Reference", "R&#38;D", "", "but “R&D” may be meant"},
		{"ContactName", "AT&T; Smith & Co; R&D", "", ""},
		{"ContactName", "Kauri\ufeff Ltd", "U+FEFF", ""},
		{"EmailAddress", "a\u200bb@kauri.example", "U+200B", ""},
		{"InvoiceNumber", "INV\u00ad-1", "U+00AD", ""},
		{"AccountCode", "20\u20600", "U+2060", ""},
	} {
		t.Run(c.column+" "+c.text, func(t *testing.T) {
			p := previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(map[string]string{c.column: c.text}), intake.Options{})
			var problems, warnings []string
			if c.problem != "" {
				problems = []string{c.problem}
			}
			if c.warnings != "" {
				warnings = []string{c.warnings}
			}
			checkTold(t, "problems", p.Problems, problems)
			checkTold(t, "warnings", p.Warnings, warnings)
		})
	}
}

// TestImportOfErrorsInATextFile puts what a spreadsheet shows for an error into every column of a
// CSV, where it is a text.
func TestImportOfErrorsInATextFile(t *testing.T) {
	a, _, me := apptest.Firm(t)
	for _, column := range strings.Split(strings.ReplaceAll(apptest.TemplateHeader, "*", ""), ",") {
		for _, text := range []string{
			"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#####", "##", "#BEZUG!", "#NV", "Err:502", " #N/A ",
		} {
			p := previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(map[string]string{column: text}), intake.Options{})
			checkTold(t, column+" "+text, p.Problems, []string{"Line 2, " + column + ": The cell has the error " + strings.TrimSpace(text) + "."})
		}
	}
	for _, text := range []string{"#1", "# of hours", "#REF! is broken", "Errors", "#"} {
		p := previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(map[string]string{"Description": text}), intake.Options{})
		checkTold(t, text, p.Problems, nil)
	}
}

// TestImportOfNumbersThatAWorkbookChanged has cells of other kinds where a text is meant.
func TestImportOfNumbersThatAWorkbookChanged(t *testing.T) {
	a, _, me := apptest.Firm(t)
	for name, c := range map[string]struct {
		cells   map[string]app.SheetCell
		problem string // a part of the one that there is
		number  billing.Number
	}{
		"a date":                    {map[string]app.SheetCell{"InvoiceNumber": {Text: "2026-03-26", Kind: app.DateCell}}, "has the date 2026-03-26", ""},
		"a date as an account":      {map[string]app.SheetCell{"AccountCode": {Text: "2026-03-26", Kind: app.DateCell}}, "has the date 2026-03-26", ""},
		"a truth":                   {map[string]app.SheetCell{"InvoiceNumber": {Text: "TRUE", Kind: app.BoolCell}}, "“TRUE” can't be", ""},
		"18 digits":                 {map[string]app.SheetCell{"InvoiceNumber": {Text: "202611030001234000", Kind: app.NumberCell}}, "digits are lost", ""},
		"16 digits":                 {map[string]app.SheetCell{"InvoiceNumber": {Text: "1234567890123460", Kind: app.NumberCell}}, "digits are lost", ""},
		"16 digits, computed":       {map[string]app.SheetCell{"InvoiceNumber": {Text: "1234567890123460", Kind: app.FormulaCell}}, "digits are lost", ""},
		"15 digits":                 {map[string]app.SheetCell{"InvoiceNumber": {Text: "123456789012345", Kind: app.NumberCell}}, "", "123456789012345"},
		"12 digits":                 {map[string]app.SheetCell{"InvoiceNumber": {Text: "202611030001", Kind: app.NumberCell}}, "", "202611030001"},
		"zeros in front":            {map[string]app.SheetCell{"InvoiceNumber": {Text: "00000000000000000042", Kind: app.NumberCell}}, "", "00000000000000000042"},
		"a text of 18 digits":       {map[string]app.SheetCell{"InvoiceNumber": {Text: "202611030001234567"}}, "", "202611030001234567"},
		"a prefix of the format":    {map[string]app.SheetCell{"InvoiceNumber": {Text: "0042", Kind: app.NumberCell, Shown: "INV-0042"}}, "", "INV-0042"},
		"a unit behind an amount":   {map[string]app.SheetCell{"Quantity": {Text: "2", Kind: app.NumberCell, Shown: "2 hrs"}}, "", "INV-1"},
		"an error that is computed": {map[string]app.SheetCell{"InvoiceNumber": {Text: "#N/A", Kind: app.FormulaCell}}, "the error #N/A", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := intake.New(a).PreviewImport(t.Context(), me, sheetWith(c.cells), intake.Options{Amounts: money.Exclusive, Today: today})
			if err != nil {
				t.Fatal(err)
			}
			if c.problem != "" {
				checkTold(t, "problems", p.Problems, []string{c.problem})
				return
			}
			checkTold(t, "problems", p.Problems, nil)
			if got := p.Invoices[0].Invoice.Number; got != c.number {
				t.Errorf("the number is %q", got)
			}
		})
	}
}

// TestImportTellsWhatIsOddAboutRows reads rows that are fine each, and not together.
func TestImportTellsWhatIsOddAboutRows(t *testing.T) {
	a, _, me := apptest.Firm(t)
	inv := func(number, unit string) map[string]string {
		return map[string]string{"InvoiceNumber": number, "UnitAmount": unit}
	}
	text := map[string]string{"Description": "Thank you", "Quantity": "", "UnitAmount": "", "AccountCode": "", "TaxType": ""}
	for _, c := range []struct {
		name               string
		rows               []map[string]string
		problems, warnings []string
	}{
		{"two exports joined", []map[string]string{inv("INV-1", "100"), inv("INV-2", "80"), inv("INV-1", "100"), inv("INV-2", "80")}, nil,
			[]string{"Line 4: This row repeats line 2 in every cell, so invoice INV-1 bills it twice", "Line 5: This row repeats line 3"}},
		{"two exports of one invoice joined", []map[string]string{inv("INV-1", "100"), inv("INV-1", "80"), inv("INV-1", "100"), inv("INV-1", "80")}, nil,
			[]string{"Line 4: This row repeats line 2", "Line 5: This row repeats line 3"}},
		{"a part of an export again", []map[string]string{inv("INV-1", "100"), inv("INV-2", "80"), inv("INV-3", "70"), inv("INV-2", "80")}, nil, []string{"Line 5: This row repeats line 3"}},
		{"equal lines side by side", []map[string]string{inv("INV-1", "100"), inv("INV-1", "100"), inv("INV-1", "100")}, nil, nil},
		{"an invoice that goes on with another line", []map[string]string{inv("INV-1", "100"), inv("INV-2", "80"), inv("INV-1", "90")}, nil, nil},
		{"a text again", []map[string]string{text, inv("INV-1", "100"), text}, nil, nil},
		{"an invoice of nothing", []map[string]string{inv("INV-2", "80"), text}, []string{"Line 3: No line of invoice INV-1 has an amount"}, nil},
		{"an invoice of texts", []map[string]string{text, text}, []string{"Line 2: No line of invoice INV-1"}, nil},
		{"a text beside an amount", []map[string]string{inv("INV-1", "100"), text}, nil, nil},
		{"a text before an amount", []map[string]string{text, inv("INV-1", "100")}, nil, nil},
		{"one garbled name on many lines", []map[string]string{{"ContactName": "CafÃ©"}, {"ContactName": "CafÃ©", "UnitAmount": "2"}, {"ContactName": "CafÃ©", "UnitAmount": "3"}}, nil,
			[]string{"Line 2, ContactName: The accents or signs were garbled before this file was saved. Imported as “CafÃ©”, but “Café” may be meant. The same is in 2 more lines."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			csv := []string{apptest.TemplateHeader}
			for _, r := range c.rows {
				csv = append(csv, row(r))
			}
			p := previewOf(t, a, me, strings.Join(csv, "\n")+"\n", intake.Options{})
			checkTold(t, "problems", p.Problems, c.problems)
			checkTold(t, "warnings", p.Warnings, c.warnings)
		})
	}
}

func TestImportTellsOddDates(t *testing.T) {
	a, _, me := apptest.Firm(t)
	for _, c := range []struct {
		date, due          string
		problems, warnings []string
	}{
		{"2026-11-03", "2026-12-20", nil, nil},
		{"2026-11-03", "2026-11-03", nil, nil},
		{"2206-11-03", "2206-12-20", nil, []string{"InvoiceDate: The year is far from this one. Imported as “2206-11-03”, but “2026-11-03” may be meant", "DueDate: The year"}},
		{"2026-11-03", "2025-12-20", nil, []string{"DueDate: The invoice is due before its date, 2026-11-03. Imported as “2025-12-20”, but “2026-12-20” may be meant"}},
		{"2026-11-03", "2026-11-02", nil, []string{"DueDate: The invoice is due before its date, 2026-11-03. Imported as “2026-11-02”."}},
		{"03/11/0026", "20/12/0026", []string{"InvoiceDate: The date is 0026-11-03. Correct the year.", "DueDate: The date is 0026-12-20"}, nil},
		{"2026-11-03", "1967-06-20", nil, []string{"DueDate: The year is far", "DueDate: The invoice is due before"}},
		{"1899-12-31", "2026-12-20", []string{"InvoiceDate: The date is 1899-12-31"}, nil},
		{"1900-01-01", "2026-12-20", nil, []string{"InvoiceDate: The year is far"}},
		{"2000-01-01", "2031-12-31", nil, nil},
		{"1999-12-31", "2032-01-01", nil, []string{"InvoiceDate: The year", "DueDate: The year"}},
	} {
		t.Run(c.date+" "+c.due, func(t *testing.T) {
			p := previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(map[string]string{"InvoiceDate": c.date, "DueDate": c.due}), intake.Options{})
			checkTold(t, "problems", p.Problems, c.problems)
			checkTold(t, "warnings", p.Warnings, c.warnings)
		})
	}
}

// TestImportTellsDatesThatASpreadsheetSwapped mixes true dates with texts.
func TestImportTellsDatesThatASpreadsheetSwapped(t *testing.T) {
	a, _, me := apptest.Firm(t)
	made := func(text string) app.SheetCell { return app.SheetCell{Text: text, Kind: app.DateCell} }
	left := func(text string) app.SheetCell { return app.SheetCell{Text: text} }
	for name, c := range map[string]struct {
		date, due          app.SheetCell
		problems, warnings []string
	}{
		"a true date and a text of days first":      {made("2026-03-11"), left("25/11/2026"), []string{"InvoiceDate: A spreadsheet seems to have swapped day and month. It made the date 2026-03-11 here, but left 25/11/2026 (line 2, DueDate)"}, nil},
		"a text of days first and a true date":      {left("13/11/2026"), made("2026-12-01"), []string{"DueDate: A spreadsheet seems to have swapped"}, nil},
		"a true date and a text of months first":    {made("2026-11-03"), left("12/20/2026"), []string{"InvoiceDate: A spreadsheet seems"}, nil},
		"a true date with midnight":                 {made("2026-03-11T10:30:00"), left("25/11/2026"), []string{"InvoiceDate: A spreadsheet seems"}, nil},
		"a true date of a day above 12":             {made("2026-11-13"), left("25/11/2026"), nil, nil},
		"true dates alone":                          {made("2026-03-11"), made("2026-04-11"), nil, nil},
		"a true date and a text that names a month": {made("2026-11-03"), left("25 Nov 2026"), nil, nil},
		"a text in ISO":                             {left("2026-03-11"), left("25/11/2026"), nil, []string{"Imported as “2026-03-11”, but “2026-11-03” may be meant"}},
		"a computed date":                           {app.SheetCell{Text: "2026-11-03", Kind: app.FormulaCell}, left("25/11/2026"), nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := intake.New(a).PreviewImport(t.Context(), me, sheetWith(map[string]app.SheetCell{"InvoiceDate": c.date, "DueDate": c.due}), intake.Options{Amounts: money.Exclusive, Today: today})
			if err != nil {
				t.Fatal(err)
			}
			checkTold(t, "problems", p.Problems, c.problems)
			checkTold(t, "warnings", p.Warnings, c.warnings)
		})
	}
}

// TestImportTellsWhatItDoesNotRead has sheets, rows and an end that a person may not know of.
func TestImportTellsWhatItDoesNotRead(t *testing.T) {
	a, _, me := apptest.Firm(t)
	other := func(name string, hidden bool, texts ...string) app.Sheet {
		s := app.Sheet{Name: name, Hidden: hidden}
		for i, text := range texts {
			s.Rows = append(s.Rows, app.SheetRow{Line: i + 1, Cells: []app.SheetCell{{Text: text}}})
		}
		return s
	}
	withHeader := func(name string, hidden bool) app.Sheet {
		s := sheetWith(nil)
		s.Name, s.Hidden = name, hidden
		return s
	}
	for name, c := range map[string]struct {
		change   func(*app.Sheet)
		warnings []string
	}{
		"nothing else":                     {func(*app.Sheet) {}, nil},
		"a second sheet":                   {func(s *app.Sheet) { s.Others = []app.Sheet{withHeader("Week 2", false)} }, []string{"The sheet “Week 2” has 1 row that isn't imported. Only “Week 1” is."}},
		"a second sheet of something else": {func(s *app.Sheet) { s.Others = []app.Sheet{other("Notes", false, "x", "y", " ")} }, []string{"The sheet “Notes” has 2 rows"}},
		"a hidden sheet with the header":   {func(s *app.Sheet) { s.Others = []app.Sheet{withHeader("Old", true)} }, []string{"The sheet “Old” has 1 row"}},
		"a hidden list":                    {func(s *app.Sheet) { s.Others = []app.Sheet{other("Lists", true, "x")} }, nil},
		"two sheets":                       {func(s *app.Sheet) { s.Others = []app.Sheet{withHeader("B", false), withHeader("C", false)} }, []string{"“B” has 1 row", "“C” has 1 row"}},
		"a hidden row":                     {func(s *app.Sheet) { s.Rows[1].Hidden = true }, []string{"1 row is hidden in the spreadsheet and is imported as well (line 2)"}},
		"a row that is cut off":            {func(s *app.Sheet) { s.CutOff = 2 }, []string{"Line 2: The file ends in the middle of this row"}},
		"another encoding":                 {func(s *app.Sheet) { s.Encoding = "Windows-1252"; s.Rows[1].Cells[0].Text = "Café" }, []string{"Line 2: The file isn't in UTF-8, so it was read as Windows-1252. Check that accents and signs look right. Imported as “Café”."}},
	} {
		t.Run(name, func(t *testing.T) {
			s := sheetWith(nil)
			s.Name = "Week 1"
			c.change(&s)
			p, err := intake.New(a).PreviewImport(t.Context(), me, s, intake.Options{Amounts: money.Exclusive, Today: today})
			if err != nil {
				t.Fatal(err)
			}
			checkTold(t, "problems", p.Problems, nil)
			checkTold(t, "warnings", p.Warnings, c.warnings)
		})
	}
}

// TestImportComposesAccents holds that a name is one client, however its accents are written.
func TestImportComposesAccents(t *testing.T) {
	a, db, me := apptest.Firm(t)
	err := db.Update(t.Context(), func(tx app.Tx) error {
		_, err := tx.SaveClient(billing.Client{ID: billing.ClientID(app.NewID()), Code: "HINEMOA", Name: "Hinemo\u0304a Trust"}) // stored long ago
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	csv := []string{apptest.TemplateHeader}
	for i, name := range []string{"Cafe\u0301 Ltd", "Café Ltd", "CAFÉ Ltd", "Hinemōa Trust", "Hinemo\u0304a Trust"} {
		csv = append(csv, row(map[string]string{"ContactName": name, "InvoiceNumber": "INV-" + string(rune('1'+i))}))
	}
	p := previewOf(t, a, me, strings.Join(csv, "\n"), intake.Options{})
	checkTold(t, "problems", p.Problems, nil)
	checkTold(t, "warnings", p.Warnings, nil)
	var names []string
	for _, c := range p.Clients {
		names = append(names, c.Name)
	}
	if diff := cmp.Diff([]string{"Café Ltd"}, names); diff != "" {
		t.Errorf("new clients (-want +got):\n%s", diff)
	}
}

// TestImportOfWarnings holds that they are confirmed, once for the file.
func TestImportOfWarnings(t *testing.T) {
	a, _, me := apptest.Firm(t)
	p := previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(map[string]string{"InvoiceNumber": "1001.0", "Reference": "NULL"}), intake.Options{})
	if len(p.Warnings) != 2 {
		t.Fatal(told(p.Warnings))
	}
	if _, err := intake.New(a).Import(t.Context(), me, p); !app.IsCode(err, app.Invalid) || !strings.Contains(err.Error(), "2 warnings have to be confirmed") {
		t.Errorf("imported unconfirmed: %v", err)
	}
	if n := count(t, a, me); n > 0 {
		t.Fatalf("the firm has %d invoices", n)
	}
	p.Confirmed = true
	if _, err := intake.New(a).Import(t.Context(), me, p); err != nil {
		t.Error(err)
	}
	if n := count(t, a, me); n != 1 {
		t.Errorf("the firm has %d invoices", n)
	}
	p.Problems = []intake.Problem{{Line: 2}}
	if _, err := intake.New(a).Import(t.Context(), me, p); !app.IsCode(err, app.Invalid) || !strings.Contains(err.Error(), "problems") {
		t.Errorf("problems were confirmed: %v", err)
	}
}

// TestImportOfUsedNumbers leaves the invoices out when it is asked to, with all that is wrong with
// them, and makes no client of theirs.
func TestImportOfUsedNumbers(t *testing.T) {
	a, db, me := apptest.Firm(t)
	first := previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(nil), intake.Options{})
	if _, err := intake.New(a).Import(t.Context(), me, first); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(tx app.Tx) error { return tx.Burn("INV-2") }); err != nil {
		t.Fatal(err)
	}
	csv := strings.Join([]string{
		apptest.TemplateHeader, row(nil),
		row(map[string]string{"InvoiceNumber": "INV-2", "ContactName": "Burnt Ltd", "TaxType": "none such", "Reference": "NULL"}),
		row(map[string]string{"InvoiceNumber": "INV-3", "Reference": "NULL"}), row(map[string]string{"InvoiceNumber": "INV-2", "ContactName": "Burnt Ltd"}),
	}, "\n")
	p := previewOf(t, a, me, csv, intake.Options{})
	checkTold(t, "problems", p.Problems, []string{"Line 2, InvoiceNumber: Invoice INV-1 already exists", "Line 3, TaxType", "Line 3, InvoiceNumber: The number INV-2 can't be used again: Xero has or had an invoice with it."})
	if p.Used != 2 || len(p.Skipped) > 0 {
		t.Errorf("%d used, %d skipped", p.Used, len(p.Skipped))
	}
	p = previewOf(t, a, me, csv, intake.Options{SkipUsed: true})
	checkTold(t, "problems", p.Problems, nil)
	checkTold(t, "warnings", p.Warnings, []string{"Reference: This is what programs write where a value is missing. Imported as “NULL”. The same is in 1 more line."})
	p.Confirmed = true
	if p.Used != 0 || len(p.Skipped) != 2 || p.Skipped[1].Invoice.Number != "INV-2" || p.Skipped[1].Client != "Burnt Ltd" {
		t.Errorf("%d used, skipped %+v", p.Used, p.Skipped)
	}
	ids, err := intake.New(a).Import(t.Context(), me, p)
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	clients, err := a.Clients(t.Context(), me)
	if err != nil || len(clients) != 1 {
		t.Errorf("the clients are %+v, %v", clients, err)
	}
	p = previewOf(t, a, me, csv, intake.Options{SkipUsed: true})
	if _, err := intake.New(a).Import(t.Context(), me, p); len(p.Skipped) != 3 || !app.IsCode(err, app.Invalid) || !strings.Contains(err.Error(), "Nothing is left") {
		t.Errorf("all again: %v", err)
	}
}

// TestImportOfTheNumberOfAStray imports a number that an invoice has in Xero, a draft there, which a restored backup knows
// nothing of. Nobody says that it was approved.
func TestImportOfTheNumberOfAStray(t *testing.T) {
	a, db, me := apptest.Firm(t)
	stray := func(status ledger.InvoiceStatus) {
		t.Helper()
		if err := db.Write(t.Context(), func(tx data.Tx) error { return tx.BecomeCopy(app.Restored) }); err != nil {
			t.Fatal(err)
		}
		if err := db.Update(t.Context(), func(tx app.Tx) error {
			return errors.Join(
				tx.SaveOrganisation(app.Organisation{Tenant: ledger.Tenant{ID: "demo", Name: "Demo"}, State: app.Connected}), tx.Burn("INV-2"),
				tx.(outbox.Tx).SaveStrays("demo", app.Stray{ID: "x", Why: app.Missing, Number: "inv-2", Status: status}),
				tx.SaveReconciliation(app.Reconciliation{Tenant: "demo", Ended: time.Unix(1, 0)}))
		}); err != nil {
			t.Fatal(err)
		}
	}
	csv := apptest.TemplateHeader + "\n" + row(map[string]string{"InvoiceNumber": "INV-2"})
	for status, says := range map[ledger.InvoiceStatus]string{
		ledger.DraftThere:   "Line 2, InvoiceNumber: Xero has another invoice numbered INV-2, exported after this backup was made.",
		ledger.DeletedThere: "Line 2, InvoiceNumber: The number INV-2 can't be used again: Xero has or had an invoice with it.",
	} {
		stray(status)
		checkTold(t, "problems", previewOf(t, a, me, csv, intake.Options{}).Problems, []string{says})
	}
}
