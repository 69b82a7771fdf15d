package app

import (
	"cmp"
	"context"
	"math/big"
	"slices"
	"strings"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// Template is invoices in the columns of Xero's sales invoice template, for a person to
// import there.
type Template struct {
	// Sheets have a header, and a row a line of an invoice. Each goes into a file of its own, since
	// Xero imports no more than MaxTemplate invoices from one. There is none where no invoice fits.
	Sheets [][][]SheetCell
	// Amounts says whether the unit amounts are Exclusive or Inclusive. The columns cannot
	// say it: Xero asks the person who imports the file.
	Amounts money.LineAmounts
}

// MaxTemplate is how many invoices Xero imports from one file.
const MaxTemplate = 500

// TemplateSheet writes finalized invoices that are not in Xero into a template, and says of
// each why it is not in it. A file takes amounts of one kind: the one asked for, or with ""
// that of the first invoice which has tax. The audit trail tells of each invoice that it was
// written. Nothing else changes: Feebridge does not learn whether the file is
// imported, and exports the invoices when a person asks for it.
func (a *App) TemplateSheet(ctx context.Context, by staff.Member, ids []billing.InvoiceID, amounts money.LineAmounts) (Template, []Result, error) {
	if amounts != "" && amounts != money.Exclusive && amounts != money.Inclusive {
		return Template{}, nil, Errorf(Invalid, "problem.ask-amounts")
	}
	var t Template
	var results []Result
	err := a.Update(ctx, func(tx Tx) error {
		results = results[:0]
		w, err := newTemplateWriter(tx, by, amounts)
		if err != nil {
			return err
		}
		invoices, err := tx.Invoices(Distinct(ids))
		if err != nil {
			return err
		}
		for _, v := range invoices {
			err := w.add(v)
			if err != nil && !IsCode(err, Forbidden) && !IsCode(err, Conflict) && !IsCode(err, Invalid) {
				return err
			}
			results = append(results, Result{v.ID, v.Number, err})
		}
		if err := noteRefusals(tx, results); err != nil {
			return err
		}
		t = w.template()
		return nil
	})
	return t, results, err
}

// AddressColumns are the columns of Xero's template that hold a client's address.
var AddressColumns = []string{
	"POAddressLine1", "POAddressLine2", "POAddressLine3", "POAddressLine4", "POCity", "PORegion", "POPostalCode", "POCountry",
}

// templateHeader has the columns of Xero's template in its order and spelling; a star marks
// those that it requires.
var templateHeader = slices.Concat(
	[]string{"*ContactName", "EmailAddress"}, AddressColumns,
	[]string{
		"*InvoiceNumber", "Reference", "*InvoiceDate", "*DueDate", "Total",
		"InventoryItemCode", "*Description", "*Quantity", "*UnitAmount", "Discount", "*AccountCode", "*TaxType", "TaxAmount",
		"TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2", "Currency", "BrandingTheme",
	},
)

// templateWriter makes the rows of a template.
type templateWriter struct {
	Tx
	by           staff.Member
	amounts      money.LineAmounts // "" until an invoice decides it
	sheets       [][][]SheetCell
	count        int               // of the invoices in the last sheet
	accounts     map[string]string // by billing code in lower case
	destinations destinations
	known        map[ledger.TenantID]*knownThere
}

// knownThere is what is known of an organisation without asking it. Nothing is known of
// one that is not connected.
type knownThere struct {
	mapping ledger.Mapping
	chart   ledger.Chart
	links   map[billing.ClientID]Link
}

// newTemplateWriter returns an empty template. Of a copy that was not compared with Xero
// nobody knows what is there already.
func newTemplateWriter(tx Tx, by staff.Member, amounts money.LineAmounts) (*templateWriter, error) {
	if err := CheckUnlocked(tx); err != nil {
		return nil, err
	}
	w := &templateWriter{Tx: tx, by: by, amounts: amounts, accounts: map[string]string{}, known: map[ledger.TenantID]*knownThere{}}
	codes, err := tx.BillingCodes()
	if err != nil {
		return nil, err
	}
	for _, c := range codes {
		w.accounts[strings.ToLower(c.Code)] = c.Account
	}
	w.destinations, err = readDestinations(tx)
	return w, err
}

// template returns what was written. Where no invoice has tax, the amounts are of either kind.
func (w *templateWriter) template() Template {
	if len(w.sheets) == 0 {
		return Template{}
	}
	return Template{Sheets: w.sheets, Amounts: cmp.Or(w.amounts, money.Exclusive)}
}

// add writes an invoice, or says why it cannot be in the file. Those that could be exported
// now can: of any other Xero has it, may have it, or a person keeps it back.
func (w *templateWriter) add(v billing.Invoice) error {
	if _, err := mayMove(w.by, v, billing.Queue, staff.ExportInvoices); err != nil {
		return err
	}
	rows, err := w.rowsOf(v)
	if err != nil {
		return err
	}
	if err := w.fit(v); err != nil {
		return err
	}
	if len(w.sheets) == 0 || w.count == MaxTemplate {
		w.sheets, w.count = append(w.sheets, [][]SheetCell{textCells(templateHeader...)}), 0
	}
	last := &w.sheets[len(w.sheets)-1]
	*last = append(*last, rows...)
	w.count++
	return w.Record(Entry(w.by, staff.AuditTemplate, "invoice", string(v.ID), "", ""))
}

// fit refuses an invoice whose total would be another with the amounts of the file. One
// without tax is the same with either kind.
func (w *templateWriter) fit(v billing.Invoice) error {
	taxed := slices.ContainsFunc(v.Lines, func(l billing.Line) bool { return !l.TextOnly() && l.Tax.Rate != 0 })
	switch {
	case !taxed:
		return nil
	case v.Amounts == money.NoTax:
		return Errorf(Invalid, "template.no-tax", "Invoice", v.Name())
	case w.amounts == "":
		w.amounts = v.Amounts
	case w.amounts == v.Amounts:
	case w.amounts == money.Exclusive:
		return Errorf(Conflict, "template.inclusive", "Invoice", v.Name())
	default:
		return Errorf(Conflict, "template.exclusive", "Invoice", v.Name())
	}
	return nil
}

// rowsOf returns the rows of an invoice. As in Xero's own example, each has the whole head.
func (w *templateWriter) rowsOf(v billing.Invoice) ([][]SheetCell, error) {
	totals, err := v.Totals()
	if err != nil {
		return nil, err
	}
	client, err := w.Client(v.Client)
	if err != nil {
		return nil, err
	}
	there, err := w.there(v.Client)
	if err != nil {
		return nil, err
	}
	v.Lines = slices.Clone(v.Lines)
	for i, l := range v.Lines {
		if l.Account == "" && !l.TextOnly() {
			v.Lines[i].Account = w.accounts[strings.ToLower(l.Code)]
		}
	}
	// What the organisation would refuse is not asked: what is known of it may be old, and
	// its import tells.
	write, _ := ledger.Resolve(v, there.chart, there.mapping)
	// The import finds contacts by their name there.
	contact := cmp.Or(there.links[client.ID].Name, client.Name)
	postal := client.Address
	head := slices.Concat(
		textCells(contact, client.Email),
		textCells(postal.Lines[:]...), textCells(postal.City, postal.Region, postal.PostalCode, postal.Country),
		textCells(string(v.Number), v.Reference),
		[]SheetCell{dateCell(v.Date), dateCell(v.Due), amountCell(totals.Total)},
	)
	tail := textCells(string(v.Currency), cmp.Or(v.BrandingTheme, there.mapping.Theme))
	rows := make([][]SheetCell, len(write.Lines))
	for i, l := range write.Lines {
		taxName := taxThere(v.Lines[i].Tax, l.TaxType, there.chart)
		if err := checkTemplateLine(v, i, l, taxName); err != nil {
			return nil, err
		}
		rows[i] = slices.Concat(head, lineCells(v.Lines[i], l, taxName, totals.Lines[i].Tax), tail)
	}
	return rows, nil
}

// there returns what is known of the organisation that a client's invoices go to.
func (w *templateWriter) there(client billing.ClientID) (*knownThere, error) {
	org, connected := w.destinations.find(client)
	if !connected {
		return &knownThere{}, nil
	}
	id := org.Tenant.ID
	if k := w.known[id]; k != nil {
		return k, nil
	}
	k := &knownThere{}
	var err error
	if k.mapping, err = w.Mapping(id); err != nil {
		return nil, err
	}
	if k.links, err = w.Links(id); err != nil {
		return nil, err
	}
	if k.chart, err = w.Chart(id); err != nil && !IsCode(err, NotFound) {
		return nil, err
	}
	w.known[id] = k
	return k, nil
}

// checkTemplateLine returns why a line cannot be in a template as it is to stand there, or
// nil.
func checkTemplateLine(v billing.Invoice, i int, there ledger.WriteLine, taxName string) error {
	if there.TextOnly {
		return nil
	}
	_, exact := percentOff(v.Lines[i])
	switch {
	case there.Account == "":
		return Errorf(Invalid, "template.no-account", "Invoice", v.Name(), "Line", i+1)
	case taxName == "":
		return Errorf(Invalid, "template.no-line-tax", "Invoice", v.Name(), "Line", i+1)
	case !exact:
		return Errorf(Invalid, "template.discount", "Invoice", v.Name(), "Line", i+1, "Discount", v.Lines[i].Discount)
	case len(there.Tracking) > billing.MaxTracking:
		return Errorf(Invalid, "template.tracking", "Invoice", v.Name(), "Line", i+1, "Has", len(there.Tracking), "Most", billing.MaxTracking)
	}
	return nil
}

// lineCells returns the columns from InventoryItemCode to TrackingOption2 of a line, as it is
// here and as it is to stand there.
func lineCells(here billing.Line, there ledger.WriteLine, taxName string, tax money.Amount) []SheetCell {
	if there.TextOnly {
		return slices.Concat(textCells("", here.Description), make([]SheetCell, 10))
	}
	discount := ""
	if !here.Discount.IsZero() {
		percent, _ := percentOff(here)
		discount = strings.TrimSuffix(percent.String(), "%")
	}
	var tracking [2 * billing.MaxTracking]string
	for i, t := range there.Tracking {
		tracking[2*i], tracking[2*i+1] = t.Category, t.Option
	}
	return slices.Concat(
		textCells(there.Item, here.Description),
		[]SheetCell{
			{Text: here.Quantity.String(), Kind: NumberCell},
			{Text: here.UnitAmount.String(), Kind: NumberCell},
			{Text: discount, Kind: NumberCell},
		},
		textCells(there.Account, taxName), []SheetCell{amountCell(tax)}, textCells(tracking[:]...),
	)
}

// taxThere returns the name under which the import finds the tax: that of the rate it is
// mapped to, as far as this is known and charges the same, else the firm's own.
func taxThere(t billing.Tax, taxType string, chart ledger.Chart) string {
	if rate, known := chart.TaxRate(taxType); known && rate.Rate == t.Rate {
		return rate.Name
	}
	return t.Name
}

// percentOff returns the discount of a line as a percentage, and whether there is one of
// four decimals that takes off exactly as much. The line is one that can be computed, which
// no discount of an amount is whose line has none.
func percentOff(l billing.Line) (money.Rate, bool) {
	minor := l.Discount.Minor()
	if minor == 0 {
		return l.Discount.Percent(), true
	}
	// The quantity and the unit amount are in ten-thousandths, the discount in hundredths,
	// and the rate in millionths of the whole.
	gross := new(big.Int).Mul(big.NewInt(int64(l.Quantity)), big.NewInt(int64(l.UnitAmount)))
	off := new(big.Int).Mul(big.NewInt(minor), big.NewInt(1e12))
	millionths, rest := new(big.Int).QuoRem(off, gross, new(big.Int))
	rate := money.Rate(millionths.Int64())
	_, err := money.PercentOff(rate)
	return rate, rest.Sign() == 0 && err == nil
}
