package intake

import (
	"slices"
	"strings"
	"unicode"

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

// Xero's own export of invoices has further columns. Some are checked, those that follow from others
// are passed over, and the rest is not imported, which a person is told.
var (
	exportHeads   = []string{"TaxTotal", "InvoiceAmountPaid", "Type", "Status"}
	exportColumns = slices.Concat(exportHeads, []string{"LineAmount", "InvoiceAmountDue", "Sent"}, unreadColumns)
	unreadColumns = []string{
		"PlannedDate", "ExpectedPaymentDate",
		"SAAddressLine1", "SAAddressLine2", "SAAddressLine3", "SAAddressLine4", "SACity", "SARegion", "SAPostalCode", "SACountry",
	}
)

// columnNames maps the names as columnKey has them to the template's spelling.
var columnNames = func() map[string]string {
	names := map[string]string{}
	for _, name := range slices.Concat(headColumns, lineColumns, exportColumns) {
		names[columnKey(name)] = name
	}
	return names
}()

// columnKey returns the form in which two names are the same column: letters and digits alone. People
// and programs write *ContactName, ContactName*, Contact Name and contact_name.
func columnKey(name string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, name))
}

// headerText returns what the header calls a column, without the star that the
// template puts in front of those it requires.
func headerText(header app.SheetRow, column int) string {
	if column >= len(header.Cells) {
		return ""
	}
	return strings.TrimSpace(strings.Trim(strings.TrimSpace(header.Cells[column].Text), "*"))
}

// columnName returns the template's name of a column; "" where it has none.
func columnName(header app.SheetRow, column int) string {
	if column >= len(header.Cells) {
		return ""
	}
	return columnNames[columnKey(header.Cells[column].Text)]
}

// headerWithin is in how many rows a header is looked for.
const headerWithin = 30

// isHeader reports whether a row names columns of the template.
func isHeader(r app.SheetRow) bool { return columnsNamed(r) >= 3 }

// columnsNamed counts the columns of the template that a row names.
func columnsNamed(r app.SheetRow) int {
	known := 0
	for i := range r.Cells {
		if columnName(r, i) != "" {
			known++
		}
	}
	return known
}

// findHeader returns which row is the header: the first one that names columns, else the first. Above
// it are titles. Rows that look like more are told, since they are not read.
func (in *importer) findHeader(rows []app.SheetRow) int {
	at := slices.IndexFunc(rows[:min(len(rows), headerWithin)], isHeader)
	if at < 0 {
		return 0
	}
	const ofTitle = 3 // cells at most
	above := slices.DeleteFunc(slices.Clone(rows[:at]), func(r app.SheetRow) bool { return filledCells(r) <= ofTitle })
	if len(above) > 0 {
		in.warn(above[0].Line, "", "", "", "file.warn-above", "Count", len(above), "Line", rows[at].Line)
	}
	return at
}

func filledCells(r app.SheetRow) int {
	n := 0
	for _, c := range r.Cells {
		if c.Filled() {
			n++
		}
	}
	return n
}

// readHeader finds the columns. It reports whether the rows can be read at all.
func (in *importer) readHeader(header app.SheetRow) bool {
	if columnsNamed(header) == 0 {
		var texts []string
		for _, c := range header.Cells {
			if c.Filled() {
				texts = append(texts, strings.TrimSpace(c.Text))
			}
		}
		in.problem(header.Line, "", "file.no-header", "Text", translations.Quoted(abbreviated(strings.Join(texts, ", "))))
		return false
	}
	in.columns = map[string]column{}
	good := true
	for i := range header.Cells {
		name := columnName(header, i)
		switch _, twice := in.columns[name]; {
		case name == "":
		case twice:
			in.problem(header.Line, name, "file.column-twice")
			good = false
		default:
			in.columns[name] = columnAt(i, name)
		}
	}
	for _, name := range requiredColumns {
		if _, ok := in.columns[name]; !ok {
			in.problem(header.Line, name, "file.no-column", "Column", name)
			good = false
		}
	}
	for _, name := range slices.Concat(headColumns, exportHeads) {
		if _, there := in.columns[name]; there {
			in.heads = append(in.heads, name)
		}
	}
	return good
}

// column is a column that the file has. What is asked of it for each cell is found out once.
type column struct {
	at        int  // from 0
	isFigure  bool // or of dates
	isSpelled bool
}

func columnAt(at int, name string) column {
	return column{at, slices.Contains(figureColumns, name), slices.Contains(spelledNumbers, name)}
}

// abbreviated returns a text that isn't too long for a message.
func abbreviated(text string) string {
	const most = 80
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// isHeaderAgain reports whether a row repeats the header, as where two files were joined.
func isHeaderAgain(header, r app.SheetRow) bool {
	return slices.Equal(header.Cells, r.Cells)
}

// checkUnnamed tells each column that is filled and not read, since its name is none of the
// template's, or it has none.
func (in *importer) checkUnnamed(header app.SheetRow, rows []app.SheetRow) {
	width := 0
	for _, r := range rows {
		width = max(width, len(r.Cells))
	}
	var unread []string
	for i := range width {
		name := columnName(header, i)
		isUnread := slices.Contains(unreadColumns, name)
		if name != "" && !isUnread {
			continue
		}
		first := slices.IndexFunc(rows, func(r app.SheetRow) bool { return i < len(r.Cells) && r.Cells[i].Filled() })
		switch text := headerText(header, i); {
		case first < 0:
		case isUnread:
			unread = append(unread, name)
		case columnKey(text) == "":
			in.problem(rows[first].Line, translations.Text("file.column", "Letters", app.ColumnLetters(i)), "file.unnamed-column")
		default:
			in.problem(rows[first].Line, text, "file.unknown-column")
		}
	}
	if len(unread) > 0 {
		in.warn(header.Line, "", "", "", "file.warn-unread", "Columns", strings.Join(unread, ", "))
	}
}

// cell returns what a row has in a column.
func (in *importer) cell(r app.SheetRow, column string) app.SheetCell {
	if of, ok := in.columns[column]; ok && of.at < len(r.Cells) {
		return r.Cells[of.at]
	}
	return app.SheetCell{}
}

// plain returns the text of a cell as it is meant for a column. Spreadsheets show a format around a
// number, and programs put ="…" or an apostrophe around digits, so that spreadsheets keep their zeros.
func (in *importer) plain(c app.SheetCell, column string) string {
	text := c.Text
	if c.Shown != "" && !slices.Contains(figureColumns, column) {
		text = c.Shown
	}
	text = strings.TrimSpace(billing.TidyLines(text))
	if c.Kind != app.TextCell || text == "" || text[0] != '=' && text[0] != '\'' {
		return text
	}
	if inner, quoted := strings.CutPrefix(text, `="`); quoted && column != "Description" {
		if inner, quoted = strings.CutSuffix(inner, `"`); quoted && !strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
			return strings.TrimSpace(strings.ReplaceAll(inner, `""`, `"`))
		}
	}
	if column == "POPostalCode" || slices.Contains(spelledNumbers, column) || slices.Contains(figureColumns, column) {
		return strings.TrimSpace(strings.TrimPrefix(text, "'"))
	}
	return text
}

// filled reports whether there is anything in a cell.
func (in *importer) filled(r app.SheetRow, column string) bool {
	c := in.cell(r, column)
	return c.Filled() && (c.Kind != app.TextCell || in.plain(c, column) != "")
}

// text returns the text that a row has in a column, and tells a cell that holds no
// value, or one that was damaged on its way.
func (in *importer) text(r app.SheetRow, column string) string {
	of, ok := in.columns[column]
	if !ok || of.at >= len(r.Cells) || r.Cells[of.at] == (app.SheetCell{}) {
		return ""
	}
	c := r.Cells[of.at]
	text := in.plain(c, column)
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
	if text != "" && !of.isFigure && !(of.isSpelled && in.checkSpelled(r.Line, column, c, text)) {
		in.checkDamage(r.Line, column, text)
	}
	return text
}
