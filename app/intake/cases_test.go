package intake_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app/apptest"
	"feebridge/app/intake"
	"feebridge/app/money"
	"feebridge/data/sheet"
)

// TestImportOfFilesThatPeopleHave reads files as spreadsheets and programs leave them. A file has
// either problems or invoices, and perhaps warnings.
func TestImportOfFilesThatPeopleHave(t *testing.T) {
	for _, c := range []struct {
		file               string
		problems, warnings []string
		invoices           []string // number, date, due date and total
	}{
		{"number-in-scientific-notation.csv", []string{
			"Line 2, InvoiceNumber: A spreadsheet shortened this", "Line 3, InvoiceNumber: A spreadsheet shortened this", "Line 4, InvoiceNumber: A spreadsheet shortened this",
		}, nil, nil},
		{"half-swapped-dates.xlsx", []string{"Line 2, InvoiceDate: A spreadsheet seems to have swapped day and month. It made the date 2026-03-11 here, but left 25/11/2026 (line 2, DueDate)"},
			[]string{"Line 3, DueDate: The invoice is due before its date"}, nil},
		{"same-rows-twice.csv", nil, []string{"Line 4: This row repeats line 2", "Line 5: This row repeats line 3"}, []string{"INV-1 2026-11-03 2026-12-20 230.00", "INV-2 2026-11-03 2026-12-20 184.00"}},
		{"second-sheet.xlsx", nil, []string{"The sheet “Week 2” has 1 row that isn't imported. Only “Week 1” is."}, []string{"INV-1 2026-11-03 2026-12-20 115.00"}},
		{"excel-errors-in-csv.csv", []string{
			"Line 2, ContactName: The cell has the error #N/A", "Line 3, Description: The cell has the error #REF!", "Line 4, InvoiceNumber: The cell has the error #VALUE!",
		}, nil, nil},
		{"number-format-prefix.xlsx", nil, nil, []string{"INV-0042 2026-11-03 2026-12-20 115.00", "INV-0043 2026-11-03 2026-12-20 115.00"}},
		{"row-cut-short.csv", []string{"Line 3: No line of invoice INV-2 has an amount"}, []string{"Line 3: The file ends in the middle of this row"}, nil},
		{"odd-dates.csv", []string{"Line 4, InvoiceDate: The date is 0026-11-03", "Line 4, DueDate: The date is 0026-12-20"}, []string{
			"Line 2, InvoiceDate: The year is far from this one. Imported as “2206-11-03”, but “2026-11-03” may be meant", "Line 2, DueDate: The year",
			"Line 3, DueDate: The invoice is due before its date", "Line 5, DueDate: The year is far", "Line 5, DueDate: The invoice is due before its date",
		}, nil},
		{"invisible-twins.csv", []string{"Line 3, ContactName: This text: there's a hidden character, U+FEFF, at the beginning.", "Line 4, ContactName: This text: there's a hidden character, U+200B, after “Kauri”."}, nil, nil},
		{"date-with-a-time.csv", nil, nil, []string{"INV-1 2026-11-13 2026-12-20 115.00"}},
		{"excel-text-formula.csv", nil, nil, []string{"00123 2026-11-03 2026-12-20 115.00"}},
		{"header-sep.csv", nil, nil, []string{"INV-1 2026-11-03 2026-12-20 115.00"}},
		{"header-title.csv", nil, nil, []string{"INV-1 2026-11-03 2026-12-20 115.00"}},
		{"header-two-marks.csv", nil, nil, []string{"INV-1 2026-11-03 2026-12-20 115.00"}},
		{"header-pipes.csv", []string{"Line 1: No line names the columns of Xero's sales invoice template. This one has “*ContactName|*InvoiceNumber|"}, nil, nil},
		{"address-too-long.csv", []string{"Line 2, POAddressLine1: The text has more than 500 characters", "Line 2, POPostalCode: The text has more than 50 characters"}, nil, nil},
		{"email-look-alike.csv", []string{"Line 2, EmailAddress: The email address “ofﬁce@rimu.example” has “ﬁ” (U+FB01)", "Line 3, EmailAddress: “jo@kauri” isn't an email address"}, nil, nil},
		{"too-many-decimals.csv", []string{`Line 2, UnitAmount: unit amount "0.000149611361": rounded to 0.0001, the line would be 855.55 instead of 1280.00: write quantity 1 and unit amount 1280.00`}, nil, nil},
		{"late-in-the-evening.xlsx", nil, nil, []string{"INV-1 2026-11-03 2026-12-20 115.00"}},
	} {
		t.Run(c.file, func(t *testing.T) {
			a, _, me := apptest.Firm(t)
			content, err := os.ReadFile(filepath.Join("testdata", "cases", c.file))
			if err != nil {
				t.Fatal(err)
			}
			cells, err := sheet.Read(c.file, bytes.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			p, err := intake.New(a).PreviewImport(t.Context(), me, cells, intake.Options{Amounts: money.Exclusive, Today: today})
			if err != nil {
				t.Fatal(err)
			}
			checkTold(t, "problems", p.Problems, c.problems)
			checkTold(t, "warnings", p.Warnings, c.warnings)
			p.Confirmed = true
			_, err = intake.New(a).Import(t.Context(), me, p)
			if (err == nil) != (len(c.problems) == 0) {
				t.Errorf("Import: %v", err)
			}
			if len(c.problems) > 0 {
				return
			}
			var got []string
			for _, i := range p.Invoices {
				got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", i.Invoice.Number, i.Invoice.Date, i.Invoice.Due, i.Totals.Total)))
			}
			if diff := cmp.Diff(c.invoices, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
