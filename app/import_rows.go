package app

import (
	"slices"
	"strconv"
	"strings"

	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// The columns of Xero's sales invoice template. Those of an invoice's head say the same
// on each of its lines, or nothing.
var (
	requiredColumns = []string{
		"ContactName", "InvoiceNumber", "InvoiceDate", "DueDate", "Description", "Quantity", "UnitAmount", "AccountCode", "TaxType",
	}
	addressColumns = []string{
		"POAddressLine1", "POAddressLine2", "POAddressLine3", "POAddressLine4", "POCity", "PORegion", "POPostalCode", "POCountry",
	}
	headColumns = slices.Concat([]string{
		"ContactName", "EmailAddress", "Reference", "InvoiceDate", "DueDate", "Total", "Currency", "BrandingTheme",
	}, addressColumns)
	lineColumns = []string{
		"InvoiceNumber", "InventoryItemCode", "Description", "Quantity", "UnitAmount", "Discount", "AccountCode", "TaxType", "TaxAmount",
		"TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2",
	}
)

// maxAccountCode is the longest account code that Xero has.
const maxAccountCode = 10

// readHeader finds the columns. It reports whether the rows can be read at all.
func (in *importer) readHeader(header SheetRow, rows []SheetRow) bool {
	known := map[string]string{}
	for _, name := range slices.Concat(headColumns, lineColumns) {
		known[strings.ToLower(name)] = name
	}
	in.columns = map[string]int{}
	good := true
	for i, cell := range header.Cells {
		text := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(cell.Text), "*"))
		name, ok := known[strings.ToLower(text)]
		switch _, twice := in.columns[name]; {
		case !ok:
			if line := filledAt(rows, i); line > 0 {
				in.problem(line, text, "this column is not taken over. Its name is none of Xero's sales invoice template: correct the name, or empty the column.")
			}
		case twice:
			in.problem(header.Line, name, "the column stands twice in the header: remove one.")
			good = false
		default:
			in.columns[name] = i
		}
	}
	for _, name := range requiredColumns {
		if _, ok := in.columns[name]; !ok {
			in.problem(header.Line, name, "the header has no column *%s: add it.", name)
			good = false
		}
	}
	if len(rows) == 0 {
		in.problem(0, "", "The file has a header but no invoices.")
	}
	return good
}

// filledAt returns the first line that has something in the column, or 0.
func filledAt(rows []SheetRow, column int) int {
	for _, r := range rows {
		if column < len(r.Cells) && strings.TrimSpace(r.Cells[column].Text) != "" {
			return r.Line
		}
	}
	return 0
}

// text returns what a row has in a column, and tells a cell that holds no value.
func (in *importer) text(r SheetRow, column string) string {
	i, ok := in.columns[column]
	if !ok || i >= len(r.Cells) {
		return ""
	}
	c := r.Cells[i]
	switch {
	case c.Kind == ErrorCell:
		in.problem(r.Line, column, "the cell holds the error %s: correct it in the spreadsheet.", c.Text)
		return ""
	case c.Kind == FormulaCell && c.Text == "":
		in.problem(r.Line, column, "the formula has no saved result: open the file in a spreadsheet, save it and import it again.")
		return ""
	}
	return strings.TrimSpace(c.Text)
}

func (in *importer) dateTexts(rows []SheetRow) []string {
	var texts []string
	for _, column := range []string{"InvoiceDate", "DueDate"} {
		i := in.columns[column]
		for _, r := range rows {
			if i < len(r.Cells) {
				texts = append(texts, strings.TrimSpace(r.Cells[i].Text))
			}
		}
	}
	return texts
}

// readRow adds one line to its invoice.
func (in *importer) readRow(r SheetRow) {
	number := billing.Number(in.text(r, "InvoiceNumber"))
	if number == "" {
		in.problem(r.Line, "InvoiceNumber", "the number is missing: every line needs the number of its invoice.")
		return
	}
	v := in.byNumber[number.Fold()]
	if v == nil {
		v = &importedInvoice{head: map[string]string{}}
		v.Line = r.Line
		v.Invoice = billing.Invoice{
			ID: billing.InvoiceID(newID()), Type: billing.Final, Number: number, Amounts: in.options.Amounts,
		}
		in.byNumber[number.Fold()] = v
		in.invoices = append(in.invoices, v)
	} else if v.Invoice.Number != number {
		in.problem(r.Line, "InvoiceNumber", "%s and %s (line %d) differ only in case: write both the same way.", number, v.Invoice.Number, v.Line)
	}
	for _, column := range headColumns {
		text := in.text(r, column)
		switch old := v.head[column]; {
		case text == "" || text == old:
		case old == "":
			v.head[column] = text
		default:
			in.problem(r.Line, column, "invoice %s has %q here and %q on an earlier line: write one of them on all its lines.", number, text, old)
		}
	}
	v.Invoice.Lines = append(v.Invoice.Lines, in.readLine(r))
	v.taxes = append(v.taxes, in.text(r, "TaxAmount"))
	v.lines = append(v.lines, r.Line)
}

// readLine reads the columns of a line.
func (in *importer) readLine(r SheetRow) billing.Line {
	l := billing.Line{
		Code:        in.text(r, "InventoryItemCode"),
		Item:        in.text(r, "InventoryItemCode"),
		Description: in.text(r, "Description"),
		Account:     in.text(r, "AccountCode"),
	}
	if l.Description == "" {
		in.problem(r.Line, "Description", "the description is missing: enter one.")
	}
	if len(l.Account) > maxAccountCode {
		in.problem(r.Line, "AccountCode", "%q is longer than the %d characters of an account code in Xero.", l.Account, maxAccountCode)
	}
	l.Tracking = in.readTracking(r)
	quantity, unit, tax := in.text(r, "Quantity"), in.text(r, "UnitAmount"), in.text(r, "TaxType")
	if quantity == "" && unit == "" && tax == "" && l.Account == "" && l.Item == "" {
		return l // a line of text alone
	}
	var err error
	if l.Quantity, err = money.ParseQuantity(quantity); err != nil {
		in.bad(r.Line, "Quantity", quantity, err)
	}
	if l.UnitAmount, err = money.ParseUnitAmount(unit); err != nil {
		in.bad(r.Line, "UnitAmount", unit, err)
	}
	if discount := in.text(r, "Discount"); discount != "" {
		rate, err := money.ParseRate(discount)
		if err == nil {
			l.Discount, err = money.PercentOff(rate)
		}
		if err != nil {
			in.bad(r.Line, "Discount", discount, err)
		}
	}
	var known bool
	if l.Tax, known = in.taxes[billing.FoldName(tax)]; !known {
		in.problem(r.Line, "TaxType", "%s", in.unknownTax(tax))
	}
	return l
}

func (in *importer) bad(line int, column, text string, err error) {
	if text == "" {
		in.problem(line, column, "the value is missing: enter one, or leave quantity, unit amount, account and tax all empty for a line of text alone.")
		return
	}
	in.problem(line, column, "%v.", err)
}

func (in *importer) unknownTax(tax string) string {
	var names []string
	for _, t := range in.taxes {
		names = append(names, t.Name+" ("+t.Code+")")
	}
	slices.Sort(names)
	list := strings.Join(slices.Compact(names), ", ")
	if tax == "" {
		return "the tax is missing: write the name or the code of one. Known: " + list + "."
	}
	return "no tax is called " + tax + ". Known: " + list + ". The rates of an organisation become known when it is connected."
}

func (in *importer) readTracking(r SheetRow) []billing.Tracking {
	var all []billing.Tracking
	for _, n := range []string{"1", "2"} {
		t := billing.Tracking{Category: in.text(r, "TrackingName"+n), Option: in.text(r, "TrackingOption"+n)}
		switch {
		case t.Category == "" && t.Option == "":
		case t.Category == "":
			in.problem(r.Line, "TrackingName"+n, "the category of the option %q is missing: enter it.", t.Option)
		case t.Option == "":
			in.problem(r.Line, "TrackingOption"+n, "the option of the category %q is missing: enter it.", t.Category)
		default:
			all = append(all, t)
		}
	}
	return all
}

// finish completes an invoice once all its lines are read, and checks its figures.
func (in *importer) finish(v *importedInvoice) {
	inv := &v.Invoice
	inv.Reference, inv.BrandingTheme = v.head["Reference"], v.head["BrandingTheme"]
	inv.Date, inv.Due = in.date(v, "InvoiceDate"), in.date(v, "DueDate")
	inv.Currency = in.firm.Currency
	if text := v.head["Currency"]; text != "" {
		var err error
		if inv.Currency, err = money.ParseCurrency(text); err != nil {
			in.problem(v.Line, "Currency", "%v.", err)
			inv.Currency = in.firm.Currency
		}
	}
	in.findClient(v)
	if in.problemWith(v) || in.dates.ask {
		return
	}
	if err := inv.CheckFinal(); err != nil {
		in.problem(v.Line, "", "%v", err)
		return
	}
	var err error
	if v.Totals, err = inv.Totals(); err != nil {
		in.problem(v.Line, "", "%v", err)
		return
	}
	for i, text := range v.taxes {
		in.agree(v.lines[i], "TaxAmount", text, v.Totals.Lines[i].Tax)
	}
	in.agree(v.Line, "Total", v.head["Total"], v.Totals.Total)
}

// problemWith reports whether one of the invoice's lines has a problem.
func (in *importer) problemWith(v *importedInvoice) bool {
	return slices.ContainsFunc(v.lines, func(line int) bool { return in.wrong[line] })
}

// agree tells a figure of the file that is not what Xero will compute.
func (in *importer) agree(line int, column, text string, computed money.Amount) {
	if text == "" {
		return
	}
	written, err := money.Parse(text, computed.Currency())
	if err != nil {
		in.problem(line, column, "%v.", err)
		return
	}
	if written != computed {
		in.problem(line, column, "the file has %s, and Xero will compute %s. Correct the file, or empty the column.", written, computed)
	}
}

func (in *importer) date(v *importedInvoice, column string) billing.Date {
	text := v.head[column]
	if text == "" {
		in.problem(v.Line, column, "the date is missing: enter one such as 2026-11-03.")
		return 0
	}
	d, err := in.dates.read(text)
	if err != nil {
		in.problem(v.Line, column, "%v", err)
	}
	return d
}

// findClient finds the client by name, case and spaces aside, or makes a new one.
func (in *importer) findClient(v *importedInvoice) {
	name := strings.Join(strings.Fields(v.head["ContactName"]), " ")
	if name == "" {
		in.problem(v.Line, "ContactName", "the name is missing: enter the client's name.")
		return
	}
	fold := billing.FoldName(name)
	var c billing.Client
	switch known := in.clients[fold]; len(known) {
	case 0:
		c = billing.Client{ID: billing.ClientID(newID()), Name: name, Code: in.freeCode(name)}
		in.codes[strings.ToLower(c.Code)] = true
	case 1:
		c = known[0]
	default:
		in.problem(v.Line, "ContactName", "%d clients are called %q: rename one of them.", len(known), name)
		return
	}
	was := c
	in.takeOver(v, "EmailAddress", &c.Email)
	parts := []*string{
		&c.Address.Lines[0], &c.Address.Lines[1], &c.Address.Lines[2], &c.Address.Lines[3],
		&c.Address.City, &c.Address.Region, &c.Address.PostalCode, &c.Address.Country,
	}
	for i, column := range addressColumns {
		in.takeOver(v, column, parts[i])
	}
	if err := c.Check(); err != nil {
		in.problem(v.Line, "ContactName", "%v", err)
	}
	if err := allow(in.by, staff.EditInvoices, c.ID); err != nil {
		in.problem(v.Line, "ContactName", "%v", err)
	}
	v.Invoice.Client, v.Client, v.NewClient = c.ID, c.Name, c.Version == 0
	in.clients[fold] = []billing.Client{c}
	if _, ok := in.changed[c.ID]; !ok && (c != was || c.Version == 0) {
		in.order = append(in.order, c.ID)
	}
	if c != was || c.Version == 0 {
		in.changed[c.ID] = c
	}
}

// takeOver fills in what the client lacks; what differs is a problem, since a client's
// details are not changed by an import.
func (in *importer) takeOver(v *importedInvoice, column string, field *string) {
	text := v.head[column]
	switch {
	case text == "" || text == *field:
	case *field == "":
		*field = text
	default:
		in.problem(v.Line, column, "the client %s has %q here, the file has %q. An import does not change it: correct the file, or empty the column.", v.head["ContactName"], *field, text)
	}
}

// freeCode returns a client code made of the name that no client has.
func (in *importer) freeCode(name string) string {
	code := billing.SuggestCode(name)
	for n := 2; in.codes[strings.ToLower(code)]; n++ {
		code = billing.SuggestCode(name) + "-" + strconv.Itoa(n)
	}
	return code
}
