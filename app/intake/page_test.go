package intake_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/intake"
	"feebridge/app/money"
	"feebridge/data/sheet"
)

// pageRows returns the rows of docs/files.md under the header of a table, of all tables with it.
func pageRows(t *testing.T, section, header string) [][]string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "docs", "files.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, page, _ := strings.Cut(strings.ReplaceAll(string(content), "\r\n", "\n"), "\n## "+section+"\n")
	page, _, _ = strings.Cut(page, "\n## ")
	_, table, found := strings.Cut(page, header+"\n")
	if !found {
		t.Fatalf("the page has no table %s under %s", header, section)
	}
	var rows [][]string
	for i, line := range strings.Split(table, "\n") {
		if line == "" {
			break
		}
		if i > 0 { // below the line of dashes
			cells := strings.Split(strings.Trim(line, "| "), " | ")
			for j := range cells {
				cells[j] = strings.TrimSpace(cells[j])
			}
			rows = append(rows, cells)
		}
	}
	if len(rows) < 5 {
		t.Fatalf("%s has %d rows", header, len(rows))
	}
	return rows
}

func unquoted(text string) string { return strings.Trim(text, "`") }

// TestFilesPageExamples imports each example of docs/files.md in a file of its own.
func TestFilesPageExamples(t *testing.T) {
	a, _, me := apptest.Firm(t)
	preview := func(column, text string) intake.Preview {
		cells := map[string]string{column: text}
		if text == "0.000149611361" {
			cells["Quantity"] = "8555500"
		}
		if column == "Quantity" && strings.HasPrefix(text, "(") {
			cells["UnitAmount"] = "(100)"
		}
		return previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(cells)+"\n", intake.Options{})
	}
	for _, c := range pageRows(t, "What is read", "| column | the cell has | it becomes |") {
		p := preview(c[0], unquoted(c[1]))
		checkTold(t, c[1], p.Problems, nil)
		checkTold(t, c[1], p.Warnings, nil)
		if len(p.Problems) > 0 {
			continue
		}
		v := p.Invoices[0].Invoice
		l := v.Lines[0]
		got, known := map[string]string{
			"InvoiceNumber": string(v.Number), "ContactName": p.Invoices[0].Client, "InvoiceDate": v.Date.String(), "POPostalCode": p.Clients[0].Address.PostalCode,
			"AccountCode": l.Account, "UnitAmount": l.UnitAmount.String(), "Quantity": l.Quantity.String(), "TaxType": l.Tax.Code, "Description": l.Description,
			"Discount": strings.TrimSuffix(l.Discount.Percent().String(), "%") + "%",
		}[c[0]]
		if !known || got != unquoted(c[2]) {
			t.Errorf("%s %s becomes %q, and the page says %s", c[0], c[1], got, c[2])
		}
	}
	for section, isWarning := range map[string]bool{"What you are warned of": true, "What is refused": false} {
		for _, c := range pageRows(t, section, "| column | the cell has | why |") {
			p := preview(c[0], unquoted(c[1]))
			told, other := p.Problems, p.Warnings
			if isWarning {
				told, other = p.Warnings, p.Problems
			}
			for _, at := range told {
				if at.Column != c[0] && at.Column != "DueDate" { // a date has its due date beside it
					t.Errorf("%s %s: it is told of %v", c[0], c[1], at)
				}
			}
			if len(told) == 0 || len(other) > 0 && isWarning {
				t.Errorf("%s %s: problems %v, warnings %v", c[0], c[1], p.Problems, p.Warnings)
			}
		}
	}
}

// outcome is what becomes of a file, as the page says it.
type outcome int

const (
	read outcome = iota
	warned
	refused
	unread // it isn't a table
)

// TestFilesPageFiles makes each kind of file of docs/files.md.
func TestFilesPageFiles(t *testing.T) {
	plain := apptest.TemplateHeader + "\n" + row(nil) + "\n"
	text := func(s string) func(*testing.T) []byte { return func(*testing.T) []byte { return []byte(s) } }
	book := func(change func(*testing.T, *excelize.File)) func(*testing.T) []byte {
		return func(t *testing.T) []byte { return bookOf(t, change) }
	}
	files := map[string]func(*testing.T) []byte{
		"titles above the header":                                        text("Invoices of November\n\n" + plain),
		"`sep=;` in the first line":                                      text("sep=;\n" + strings.ReplaceAll(plain, ",", ";")),
		"semicolons or tabs between the cells":                           text(strings.ReplaceAll(plain, ",", "\t")),
		"two byte order marks":                                           text("\ufeff\ufeff" + plain),
		"names such as `ContactName*` or `invoice_number`, in any order": text(reversed(strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(plain, `"`, ""), "*ContactName", "ContactName*"), "*InvoiceNumber", "invoice_number"))),
		"the header again further on":                                    text(plain + plain[:strings.Index(plain, "\n")+1]),
		"accents written as two characters":                              text(apptest.TemplateHeader + "\n" + row(map[string]string{"ContactName": "Cafe\u0301"}) + "\n" + row(map[string]string{"ContactName": "Café", "InvoiceNumber": "INV-2"}) + "\n"),
		"text in Windows-1252":                                           text(apptest.TemplateHeader + "\n" + strings.ReplaceAll(row(nil), "Kauri", "Caf\xe9") + "\n"),
		"filled rows above the header":                                   text(row(nil) + "\n" + plain),
		"a row that comes again further on, in every cell the same":      text(plain + row(map[string]string{"InvoiceNumber": "INV-2"}) + "\n" + row(nil) + "\n"),
		"a last row that is cut off":                                     text(plain + strings.SplitAfter(strings.ReplaceAll(row(nil), `"`, ""), "Annual acc")[0]),
		"an invoice without an amount on any line":                       text(apptest.TemplateHeader + "\n" + row(map[string]string{"Quantity": "", "UnitAmount": "", "AccountCode": "", "TaxType": ""}) + "\n"),
		"no column of the template":                                      text("a|b\n1|2\n"),
		"a web page under a spreadsheet's name":                          text("<html><table><tr><td>" + plain),
		"an old Excel file (.xls)":                                       text("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1Workbook"),
		"UTF-16 without a byte order mark": func(*testing.T) []byte {
			var b []byte
			for _, unit := range utf16.Encode([]rune(plain)) {
				b = binary.LittleEndian.AppendUint16(b, unit)
			}
			return b
		},
		"the columns of Xero's own export of invoices": text("ContactName,InvoiceNumber,InvoiceDate,DueDate,Total,TaxTotal,InvoiceAmountPaid,InvoiceAmountDue,Description,Quantity,UnitAmount,LineAmount,AccountCode,TaxType,TaxAmount,Currency,Type,Sent,Status\n" +
			"Kauri,INV-1,2026-11-03,2026-12-20,115.00,15.00,0.00,115.00,Fees,1.0000,100.00,100.00,200,15% GST on Income,15.00,NZD,Sales invoice,Sent,Draft\n"),
		"a second sheet with rows": book(func(t *testing.T, f *excelize.File) {
			if _, err := f.NewSheet("Week 2"); err != nil {
				t.Fatal(err)
			}
			if err := f.SetCellValue("Week 2", "A1", "x"); err != nil {
				t.Fatal(err)
			}
		}),
		"hidden rows": book(func(t *testing.T, f *excelize.File) {
			if err := f.SetRowVisible("Sheet1", 2, false); err != nil {
				t.Fatal(err)
			}
		}),
		"true dates up to the 12th, beside texts such as 25/11/2026": func(t *testing.T) []byte {
			content, err := os.ReadFile(filepath.Join("testdata", "cases", "half-swapped-dates.xlsx"))
			if err != nil {
				t.Fatal(err)
			}
			return content
		},
		"an OpenDocument file (.ods)": func(t *testing.T) []byte {
			var b bytes.Buffer
			w := zip.NewWriter(&b)
			for _, part := range []string{"mimetype", "content.xml", "META-INF/manifest.xml"} {
				if _, err := w.Create(part); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		},
	}
	says := regexp.MustCompile(`^(it is read|a warning|a problem|it isn't read)`)
	outcomes := map[string]outcome{"it is read": read, "a warning": warned, "a problem": refused, "it isn't read": unread}
	rows := pageRows(t, "What is read", "| the file has | what happens |")
	if len(rows) != len(files) {
		t.Errorf("the page has %d kinds of file, and %d are tried", len(rows), len(files))
	}
	for _, c := range rows {
		t.Run(c[0], func(t *testing.T) {
			make, known := files[c[0]]
			if !known {
				t.Fatal("no such file is tried")
			}
			if got, want := becomes(t, make(t)), outcomes[says.FindString(c[1])]; got != want {
				t.Errorf("the outcome is %d, and the page says %s", got, c[1])
			}
		})
	}
}

// becomes imports a file and returns what becomes of it.
func becomes(t *testing.T, content []byte) outcome {
	t.Helper()
	a, _, me := apptest.Firm(t)
	cells, err := sheet.Read("file", bytes.NewReader(content))
	if app.IsCode(err, app.Invalid) {
		return unread
	}
	if err != nil {
		t.Fatal(err)
	}
	p, err := intake.New(a).PreviewImport(t.Context(), me, cells, intake.Options{Amounts: money.Exclusive, Today: today})
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case len(p.Problems) > 0:
		return refused
	case len(p.Warnings) > 0:
		return warned
	}
	if len(p.Clients) != 1 || len(p.Invoices) == 0 {
		t.Errorf("%d clients and %d invoices", len(p.Clients), len(p.Invoices))
	}
	return read
}

// bookOf returns a workbook with one good invoice, changed.
func bookOf(t *testing.T, change func(*testing.T, *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, r := range sheetWith(nil).Rows {
		for j, c := range r.Cells {
			name, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err == nil {
				err = f.SetCellStr("Sheet1", name, c.Text)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	change(t, f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
