package intake

import (
	"slices"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/assets/translations"
)

// The columns of Xero's sales invoice template. Those of an invoice's head say the same
// on each of its lines, or nothing.
var (
	requiredColumns = []string{
		"ContactName", "InvoiceNumber", "InvoiceDate", "DueDate", "Description", "Quantity", "UnitAmount", "AccountCode", "TaxType",
	}
	headColumns = slices.Concat([]string{
		"ContactName", "EmailAddress", "Reference", "InvoiceDate", "DueDate", "Total", "Currency", "BrandingTheme",
	}, app.AddressColumns)
	lineColumns = []string{
		"InvoiceNumber", "InventoryItemCode", "Description", "Quantity", "UnitAmount", "Discount", "AccountCode", "TaxType", "TaxAmount",
		"TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2",
	}
)

// templateColumns maps the names, in lower case, to the template's spelling.
var templateColumns = func() map[string]string {
	names := map[string]string{}
	for _, name := range slices.Concat(headColumns, lineColumns) {
		names[strings.ToLower(name)] = name
	}
	return names
}()

// headerText returns what the header calls a column, without the star that the
// template puts in front of those it requires.
func headerText(header app.SheetRow, column int) string {
	if column >= len(header.Cells) {
		return ""
	}
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(header.Cells[column].Text), "*"))
}

// headerWithin is in how many rows a header is looked for.
const headerWithin = 30

// isHeader reports whether a row names columns of the template.
func isHeader(r app.SheetRow) bool {
	known := 0
	for i := range r.Cells {
		if templateColumns[strings.ToLower(headerText(r, i))] != "" {
			known++
		}
	}
	return known >= 3
}

// readHeader finds the columns. It reports whether the rows can be read at all.
func (in *importer) readHeader(header app.SheetRow) bool {
	in.columns = map[string]int{}
	good := true
	for i := range header.Cells {
		name, ok := templateColumns[strings.ToLower(headerText(header, i))]
		switch _, twice := in.columns[name]; {
		case !ok:
		case twice:
			in.problem(header.Line, name, "file.column-twice")
			good = false
		default:
			in.columns[name] = i
		}
	}
	for _, name := range requiredColumns {
		if _, ok := in.columns[name]; !ok {
			in.problem(header.Line, name, "file.no-column", "Column", name)
			good = false
		}
	}
	return good
}

// checkUnnamed tells each column that is filled and not read, since its name is none of the
// template's, or it has none.
func (in *importer) checkUnnamed(header app.SheetRow, rows []app.SheetRow) {
	width := 0
	for _, r := range rows {
		width = max(width, len(r.Cells))
	}
	for i := range width {
		text := headerText(header, i)
		if templateColumns[strings.ToLower(text)] != "" {
			continue
		}
		first := slices.IndexFunc(rows, func(r app.SheetRow) bool { return i < len(r.Cells) && r.Cells[i].Filled() })
		switch {
		case first < 0:
		case text == "":
			in.problem(rows[first].Line, translations.Text("file.column", "Letters", app.ColumnLetters(i)), "file.unnamed-column")
		default:
			in.problem(rows[first].Line, text, "file.unknown-column")
		}
	}
}

// cell returns what a row has in a column.
func (in *importer) cell(r app.SheetRow, column string) app.SheetCell {
	if i, ok := in.columns[column]; ok && i < len(r.Cells) {
		return r.Cells[i]
	}
	return app.SheetCell{}
}

// text returns the text that a row has in a column, and tells a cell that holds no
// value, or one that was damaged on its way.
func (in *importer) text(r app.SheetRow, column string) string {
	c := in.cell(r, column)
	if c == (app.SheetCell{}) {
		return ""
	}
	text := c.Text
	if c.Shown != "" && !slices.Contains(figureColumns, column) {
		text = c.Shown
	}
	text = strings.TrimSpace(billing.TidyLines(text))
	switch {
	case c.Kind == app.ErrorCell || isErrorText(text):
		in.problem(r.Line, column, "file.error-cell", "Error", text)
		return ""
	case c.Kind == app.FormulaCell && c.Text == "":
		in.problem(r.Line, column, "file.formula")
		return ""
	}
	text = composed(text)
	check := billing.CheckLine
	switch column {
	case "Description":
		check = billing.CheckLines
	case "ContactName":
		text = strings.Join(strings.Fields(text), " ")
	}
	if err := check(translations.Say("file.text"), text); err != nil {
		in.problem(r.Line, column, "problem.as-told", "Problem", err)
	}
	in.checkDamage(r.Line, column, c, text)
	return text
}
