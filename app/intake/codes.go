package intake

import (
	"context"
	"slices"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/assets/translations"
)

// The columns of a file of billing codes. All but the first may be left out.
var codeColumns = []string{"Code", "Description", "UnitAmount", "Tax", "Account"}

// Codes are the billing codes of a file. They are to be saved where there is no problem, and a person
// has confirmed the warnings.
type Codes struct {
	Codes              []billing.Code
	Problems, Warnings []Problem
}

// PreviewCodes reads a sheet of billing codes, one a row under the columns Code,
// Description, UnitAmount, Tax and Account, and changes nothing. What is wrong, or seems to
// have been damaged, is told as it is of invoices.
func (i *Intake) PreviewCodes(ctx context.Context, sheet app.Sheet) (Codes, error) {
	in := &importer{wrong: map[int]bool{}, told: map[cellPlace]bool{}, warned: map[reading]int{}}
	var taxes []billing.Tax
	err := i.app.View(ctx, func(r app.Reader) (err error) {
		if taxes, err = r.Taxes(); err == nil {
			in.firm, err = r.Firm()
		}
		return err
	})
	if err != nil {
		return Codes{}, err
	}
	codes := in.readCodes(sheet, taxes)
	problems, warnings := in.findings()
	return Codes{codes, problems, warnings}, nil
}

func (in *importer) readCodes(sheet app.Sheet, taxes []billing.Tax) (codes []billing.Code) {
	rows := slices.DeleteFunc(slices.Clone(sheet.Rows), func(r app.SheetRow) bool { return !rowFilled(r) })
	if len(rows) == 0 {
		in.problem(0, "", "file.no-codes")
		return nil
	}
	in.checkSheets(sheet)
	if !in.findCodeColumns(rows[0]) {
		return nil
	}
	rows = rows[1:]
	in.checkHidden(rows)
	in.findDecimalComma(rows)
	lines := map[string]int{} // of the codes, folded
	for _, row := range rows {
		c := billing.Code{Code: in.text(row, "Code"), Description: in.text(row, "Description"), Account: in.text(row, "Account")}
		var err error
		if amount := in.figure(row, "UnitAmount", in.firm.Currency); amount != "" {
			if c.UnitAmount, err = money.ParseUnitAmount(amount); err != nil {
				in.problem(row.Line, "UnitAmount", "problem.figure", "Problem", err)
			}
		}
		if name := in.text(row, "Tax"); name != "" {
			tax, known := billing.FindTax(taxes, name)
			if !known {
				in.problem(row.Line, "Tax", "file.code-tax", "Tax", translations.Quoted(name))
			}
			c.Tax = tax.Code
		}
		if err := c.Check(); err != nil && !in.wrong[row.Line] { // else it may say the same again
			in.problem(row.Line, "Code", "problem.as-told", "Problem", err)
		}
		fold := strings.ToLower(c.Code)
		if before, twice := lines[fold]; twice && fold != "" {
			in.problem(row.Line, "Code", "file.code-twice", "Code", c.Code, "Line", before)
		}
		lines[fold] = row.Line
		codes = append(codes, c)
	}
	if len(codes) == 0 && len(in.problems) == 0 {
		in.problem(0, "", "file.no-codes")
	}
	return codes
}

// findCodeColumns reads the header. A column that is not known is told, since what it
// holds would be lost. It reports whether the rows can be read at all.
func (in *importer) findCodeColumns(header app.SheetRow) bool {
	in.columns = map[string]column{}
	for at, cell := range header.Cells {
		name := strings.ReplaceAll(strings.TrimSpace(cell.Text), " ", "")
		if strings.EqualFold(name, "Rate") {
			name = "UnitAmount"
		}
		known := false
		for _, of := range codeColumns {
			if strings.EqualFold(name, of) {
				in.columns[of], known = columnAt(at, of), true
			}
		}
		if !known && name != "" {
			in.problem(header.Line, cell.Text, "file.unknown-code-column", "Columns", strings.Join(codeColumns, ", "))
		}
	}
	if _, there := in.columns["Code"]; !there {
		in.problem(header.Line, "", "file.no-code-column", "Columns", strings.Join(codeColumns, ", "))
		return false
	}
	return true
}

func rowFilled(row app.SheetRow) bool {
	for _, c := range row.Cells {
		if c.Filled() {
			return true
		}
	}
	return false
}
