package intake

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/assets/translations"
)

// invoice is an invoice while its rows are being read.
type invoice struct {
	Imported
	head  map[string]headText // what the columns that concern the whole invoice say
	lines []lineText          // beside each line
}

// lineText is what the file says of a line beside the line itself.
type lineText struct {
	line        int // of the file
	tax, amount string
}

// headText is what a column says of an invoice, and in which line of the file.
type headText struct {
	text string
	line int
}

// lineOf returns the line of the file that a column's text stands in, or should.
func (v *invoice) lineOf(column string) int {
	if h, ok := v.head[column]; ok {
		return h.line
	}
	return v.Line
}

// readRow adds one line to its invoice.
func (in *importer) readRow(r app.SheetRow) {
	number := billing.Number(in.text(r, "InvoiceNumber"))
	if number == "" {
		in.problem(r.Line, "InvoiceNumber", "file.no-number")
		in.readLine(r, in.currencyOf(r, nil))
		return
	}
	v := in.byNumber[number.Fold()]
	if v == nil {
		if err := number.Check(); err != nil {
			in.problem(r.Line, "InvoiceNumber", "problem.as-told", "Problem", err)
		}
		v = &invoice{head: map[string]headText{}}
		v.Line = r.Line
		v.Invoice = billing.Invoice{
			ID: billing.InvoiceID(app.NewID()), Type: billing.Final, Number: number, Amounts: in.options.Amounts,
		}
		in.byNumber[number.Fold()] = v
		in.invoices = append(in.invoices, v)
	} else if v.Invoice.Number != number {
		in.problem(r.Line, "InvoiceNumber", "file.number-case", "Number", number, "Other", v.Invoice.Number, "Line", v.Line)
	}
	for _, column := range in.heads {
		in.readHead(v, r, column)
	}
	currency := in.currencyOf(r, v)
	v.Invoice.Lines = append(v.Invoice.Lines, in.readLine(r, currency))
	v.lines = append(v.lines, lineText{r.Line, in.figure(r, "TaxAmount", currency), in.figure(r, "LineAmount", currency)})
}

// readHead reads a column that says the same on each line of an invoice, or nothing.
func (in *importer) readHead(v *invoice, r app.SheetRow, column string) {
	var text string
	if slices.Contains(amountColumns, column) {
		text = in.figure(r, column, in.currencyOf(r, v))
	} else {
		text = in.text(r, column)
	}
	if text == "" {
		return
	}
	same := text == v.head[column].text || column == "ContactName" && billing.FoldName(text) == billing.FoldName(v.head[column].text)
	switch old, known := v.head[column]; {
	case !known:
		v.head[column] = headText{text, r.Line}
	case !same:
		in.problem(r.Line, column, "file.differs", "Number", v.Invoice.Number, "Here", translations.Quoted(text), "There", translations.Quoted(old.text), "Line", old.line)
	}
}

// Lengths that Xero allows and that billing does not check.
const (
	maxAccountCode = 10
	maxItemCode    = 30
	maxTracking    = 100
)

// readLine reads the columns of a line.
func (in *importer) readLine(r app.SheetRow, currency money.Currency) billing.Line {
	item := in.short(r, "InventoryItemCode", maxItemCode)
	l := billing.Line{
		Code: item, Item: item,
		Description: in.short(r, "Description", billing.MaxDescription),
		Account:     in.account(r),
		Tracking:    in.readTracking(r),
	}
	if l.Description == "" {
		in.problem(r.Line, "Description", "file.no-description")
	}
	if in.textAlone(r) {
		return l
	}
	in.readFigures(r, &l, currency)
	tax := in.text(r, "TaxType")
	switch known := in.taxes[billing.FoldName(tax)]; len(known) {
	case 0:
		in.unknownTax(r.Line, tax)
	case 1:
		l.Tax = known[0]
	default:
		in.problem(r.Line, "TaxType", "file.same-tax", "Count", len(known), "Tax", tax, "First", known[0].Code, "Second", known[1].Code)
	}
	return l
}

// textAlone reports whether a row is a line of text without an amount. What such a
// line cannot have is a problem.
func (in *importer) textAlone(r app.SheetRow) bool {
	for _, column := range []string{"Quantity", "UnitAmount", "TaxType", "AccountCode", "InventoryItemCode"} {
		if in.filled(r, column) {
			return false
		}
	}
	for _, column := range []string{"Discount", "TaxAmount", "TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2"} {
		if in.filled(r, column) {
			in.problem(r.Line, column, "file.text-line")
		}
	}
	return true
}

func (in *importer) readFigures(r app.SheetRow, l *billing.Line, currency money.Currency) {
	var err error
	quantity, unit, discount := in.figure(r, "Quantity", currency), in.figure(r, "UnitAmount", currency), in.figure(r, "Discount", currency)
	if l.Quantity, err = money.ParseQuantity(quantity); err != nil {
		in.badFigure(r, "Quantity", quantity, money.ExplainRounding(quantity, unit, err))
	}
	if l.UnitAmount, err = money.ParseUnitAmount(unit); err != nil {
		in.badFigure(r, "UnitAmount", unit, money.ExplainRounding(quantity, unit, err))
	}
	if discount == "" {
		return
	}
	rate, err := money.ParseRate(discount)
	if err == nil {
		l.Discount, err = money.PercentOff(rate)
	}
	if err != nil {
		in.badFigure(r, "Discount", discount, err)
	}
}

func (in *importer) badFigure(r app.SheetRow, column, text string, err error) {
	if text == "" {
		in.problem(r.Line, column, "file.no-value")
		return
	}
	in.problem(r.Line, column, "problem.figure", "Problem", err)
}

// short returns the text that a row has in a column, and tells one that is too long.
func (in *importer) short(r app.SheetRow, column string, most int) string {
	text := in.text(r, column)
	in.checkLength(r, column, text, most)
	return text
}

func (in *importer) checkLength(r app.SheetRow, column, text string, most int) {
	if len(text) > most && utf8.RuneCountInString(text) > most {
		in.problem(r.Line, column, "file.long-text", "Count", most)
	}
}

func (in *importer) unknownTax(line int, tax string) {
	var names []string
	for _, known := range in.taxes {
		for _, t := range known {
			names = append(names, t.Name+" ("+t.Code+")")
		}
	}
	slices.Sort(names)
	list := strings.Join(slices.Compact(names), ", ")
	if tax == "" {
		in.problem(line, "TaxType", "file.no-tax", "Taxes", list)
		return
	}
	in.problem(line, "TaxType", "file.unknown-tax", "Tax", translations.Quoted(tax), "Taxes", list)
}

func (in *importer) readTracking(r app.SheetRow) []billing.Tracking {
	var all []billing.Tracking
	for _, n := range []string{"1", "2"} {
		t := billing.Tracking{Category: in.short(r, "TrackingName"+n, maxTracking), Option: in.short(r, "TrackingOption"+n, maxTracking)}
		switch {
		case t.Category == "" && t.Option == "":
		case t.Category == "":
			in.problem(r.Line, "TrackingName"+n, "file.no-category", "Option", translations.Quoted(t.Option))
		case t.Option == "":
			in.problem(r.Line, "TrackingOption"+n, "file.no-option", "Category", translations.Quoted(t.Category))
		case len(all) == 1 && billing.FoldName(all[0].Category) == billing.FoldName(t.Category):
			in.problem(r.Line, "TrackingName"+n, "file.category-twice", "Category", translations.Quoted(t.Category))
		default:
			all = append(all, t)
		}
	}
	return all
}

// finish completes an invoice once all its lines are read, and checks its figures.
func (in *importer) finish(v *invoice) {
	inv := &v.Invoice
	inv.Reference, inv.BrandingTheme = v.head["Reference"].text, v.head["BrandingTheme"].text
	if utf8.RuneCountInString(inv.Reference) > billing.MaxReference {
		in.problem(v.lineOf("Reference"), "Reference", "file.long-text", "Count", billing.MaxReference)
	}
	inv.Date, inv.Due = in.date(v, "InvoiceDate"), in.date(v, "DueDate")
	in.checkDates(v)
	if !slices.ContainsFunc(inv.Lines, func(l billing.Line) bool { return !l.TextOnly() }) {
		in.problem(v.Line, "", "file.no-amount", "Number", inv.Number)
	}
	inv.Currency = in.firm.Currency
	if text := v.head["Currency"].text; text != "" {
		currency, err := money.ParseCurrency(text)
		if err != nil {
			in.problem(v.lineOf("Currency"), "Currency", "problem.figure", "Problem", err)
		}
		inv.Currency = currency
	}
	in.checkExported(v)
	in.findClient(v)
	if !in.problemWith(v) {
		in.checkFigures(v)
	}
	v.head = nil // a large file has a great many
}

// checkExported tells what Xero's own export says of an invoice that is not for importing.
func (in *importer) checkExported(v *invoice) {
	switch billing.FoldName(v.head["Type"].text) {
	case "", "sales invoice", "invoice", "accrec":
	default:
		in.problem(v.lineOf("Type"), "Type", "file.other-type", "Type", translations.Quoted(v.head["Type"].text))
	}
	switch billing.FoldName(v.head["Status"].text) {
	case "voided", "deleted":
		in.problem(v.lineOf("Status"), "Status", "file.out-of-use", "Number", v.Invoice.Number, "Status", translations.Quoted(v.head["Status"].text))
	}
	if paid := v.head["InvoiceAmountPaid"].text; strings.Trim(paid, "0.") != "" {
		in.warn(v.lineOf("InvoiceAmountPaid"), "InvoiceAmountPaid", "", "", "file.warn-paid", "Number", v.Invoice.Number, "Paid", paid)
	}
}

// problemWith reports whether one of the invoice's lines has a problem.
func (in *importer) problemWith(v *invoice) bool {
	return slices.ContainsFunc(v.lines, func(l lineText) bool { return in.wrong[l.line] })
}

func (in *importer) date(v *invoice, column string) billing.Date {
	text := v.head[column].text
	if text == "" {
		in.problem(v.lineOf(column), column, "file.no-date")
		return 0
	}
	if d, known := in.days[text]; known {
		return d
	}
	d, err := in.dates.read(text)
	if err == nil {
		in.days[text] = d // as on many others
	} else {
		in.problem(v.lineOf(column), column, "problem.as-told", "Problem", err)
	}
	return d
}

// checkFigures computes an invoice as Xero will and compares what the file says.
func (in *importer) checkFigures(v *invoice) {
	totals, err := v.Invoice.Totals()
	if err != nil {
		in.checkLines(v)
		return
	}
	v.Totals = totals
	for i, l := range v.lines {
		in.agree(l.line, "TaxAmount", l.tax, totals.Lines[i].Tax)
		in.agree(l.line, "LineAmount", l.amount, totals.Lines[i].Amount)
	}
	in.agree(v.lineOf("TaxTotal"), "TaxTotal", v.head["TaxTotal"].text, totals.Tax)
	in.agree(v.lineOf("Total"), "Total", v.head["Total"].text, totals.Total)
	if in.dates.open {
		return
	}
	if err := v.Invoice.CheckFinal(); err != nil {
		in.problem(v.Line, "", "problem.as-told", "Problem", err)
	}
}

// checkLines tells the lines that cannot be computed, by their place in the file.
func (in *importer) checkLines(v *invoice) {
	for i, l := range v.Invoice.Lines {
		line := money.Line{Quantity: l.Quantity, UnitAmount: l.UnitAmount, Discount: l.Discount, Rate: l.Tax.Rate}
		_, err := money.Total(v.Invoice.Currency, v.Invoice.Amounts, []money.Line{line})
		if why, ok := errors.AsType[*money.LineError](err); ok {
			in.problem(v.lines[i].line, "UnitAmount", "problem.figure", "Problem", why.Err)
		}
	}
}

// agree tells a figure of the file that is not what Xero will compute.
func (in *importer) agree(line int, column, text string, computed money.Amount) {
	if text == "" {
		return
	}
	written, err := money.Parse(text, computed.Currency())
	if err != nil {
		in.problem(line, column, "problem.figure", "Problem", err)
		return
	}
	if written != computed {
		in.problem(line, column, "file.figure-differs", "Written", written, "Computed", computed)
	}
}
