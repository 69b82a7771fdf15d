package intake

import (
	"context"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/assets/translations"
)

// The columns of a file of billing codes. All but the first may be left out.
var codeColumns = []string{"Code", "Description", "UnitAmount", "Tax", "Account"}

// PreviewCodes reads a sheet of billing codes, one a row under the columns Code,
// Description, UnitAmount, Tax and Account, and changes nothing. What is wrong is told
// row by row; the codes are to be saved only where nothing is.
func (i *Intake) PreviewCodes(ctx context.Context, sheet app.Sheet) ([]billing.Code, []Problem, error) {
	var taxes []billing.Tax
	err := i.app.View(ctx, func(r app.Reader) (err error) {
		taxes, err = r.Taxes()
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	codes, problems := readCodes(sheet, taxes)
	return codes, problems, nil
}

func readCodes(sheet app.Sheet, taxes []billing.Tax) ([]billing.Code, []Problem) {
	var codes []billing.Code
	var problems []Problem
	problem := func(line int, column, key string, values ...any) {
		problems = append(problems, Problem{Line: line, Column: column, Text: translations.Say(key, values...)})
	}
	var columns map[string]int
	lines := map[string]int{} // of the codes, folded
	for _, row := range sheet.Rows {
		if !rowFilled(row) {
			continue
		}
		if columns == nil {
			if columns = findCodeColumns(row, problem); columns == nil {
				return nil, problems
			}
			continue
		}
		text := func(column string) string {
			if at, there := columns[column]; there && at < len(row.Cells) {
				return strings.TrimSpace(billing.TidyLines(row.Cells[at].Text))
			}
			return ""
		}
		c := billing.Code{Code: text("Code"), Description: text("Description"), Account: text("Account")}
		var err error
		if amount := text("UnitAmount"); amount != "" {
			if c.UnitAmount, err = money.ParseUnitAmount(amount); err != nil {
				problem(row.Line, "UnitAmount", "problem.figure", "Problem", err)
			}
		}
		if name := text("Tax"); name != "" {
			tax, known := billing.FindTax(taxes, name)
			if !known {
				problem(row.Line, "Tax", "file.code-tax", "Tax", translations.Quoted(name))
			}
			c.Tax = tax.Code
		}
		if err := c.Check(); err != nil {
			problem(row.Line, "Code", "problem.as-told", "Problem", err)
		}
		fold := strings.ToLower(c.Code)
		if before, twice := lines[fold]; twice {
			problem(row.Line, "Code", "file.code-twice", "Code", c.Code, "Line", before)
		}
		lines[fold] = row.Line
		codes = append(codes, c)
	}
	if len(codes) == 0 && len(problems) == 0 {
		problem(0, "", "file.no-codes")
	}
	return codes, problems
}

// findCodeColumns reads the header. A column that is not known is told, since what it
// holds would be lost.
func findCodeColumns(header app.SheetRow, problem func(int, string, string, ...any)) map[string]int {
	columns := map[string]int{}
	for at, cell := range header.Cells {
		name := strings.ReplaceAll(strings.TrimSpace(cell.Text), " ", "")
		if strings.EqualFold(name, "Rate") {
			name = "UnitAmount"
		}
		known := false
		for _, column := range codeColumns {
			if strings.EqualFold(name, column) {
				columns[column], known = at, true
			}
		}
		if !known && name != "" {
			problem(header.Line, cell.Text, "file.unknown-code-column", "Columns", strings.Join(codeColumns, ", "))
		}
	}
	if _, there := columns["Code"]; !there {
		problem(header.Line, "", "file.no-code-column", "Columns", strings.Join(codeColumns, ", "))
		return nil
	}
	return columns
}

func rowFilled(row app.SheetRow) bool {
	for _, c := range row.Cells {
		if c.Filled() {
			return true
		}
	}
	return false
}
