package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// ImportOptions are what a file in the columns of Xero's sales invoice template does
// not say itself.
type ImportOptions struct {
	Amounts  money.LineAmounts // Exclusive or Inclusive: what the unit amounts are
	Dates    DateOrder         // AskDates until a person has confirmed one
	Finalize bool              // finalize the invoices, too
}

// ImportPreview is what an import would do. It does it only as a whole, and only when
// there are no problems.
type ImportPreview struct {
	Invoices []ImportedInvoice
	Clients  []billing.Client // that are new, or learn an address or an e-mail that they lacked
	Problems []ImportProblem  // in the order of the file
	AskDates bool             // the dates can be read in two ways: a person must say which
	Example  string           // such a date
	finalize bool
}

// ImportedInvoice is an invoice of the file.
type ImportedInvoice struct {
	Invoice   billing.Invoice
	Client    string
	NewClient bool
	Totals    money.Totals
	Line      int // where it begins in the file
}

// ImportProblem is one thing that is wrong in the file.
type ImportProblem struct {
	Line   int    // 0 when it concerns the file as a whole
	Column string // as Xero's template names it; "" when it concerns the row
	Text   string // what is wrong, and what to do
}

// Error returns the problem with its place.
func (p ImportProblem) Error() string {
	switch {
	case p.Line == 0:
		return p.Text
	case p.Column == "":
		return fmt.Sprintf("Line %d: %s", p.Line, p.Text)
	}
	return fmt.Sprintf("Line %d, %s: %s", p.Line, p.Column, p.Text)
}

// PreviewImport reads a sheet in the columns of Xero's sales invoice template, a line
// of an invoice a row, and changes nothing.
func (a *App) PreviewImport(ctx context.Context, by staff.Member, sheet Sheet, o ImportOptions) (ImportPreview, error) {
	if o.Amounts != money.Exclusive && o.Amounts != money.Inclusive {
		return ImportPreview{}, Errorf(Invalid, "Say whether the unit amounts of the file are tax exclusive or tax inclusive.")
	}
	var in *importer
	err := a.store.View(ctx, func(r Reader) error {
		in = &importer{by: by, options: o}
		if err := in.learn(r); err != nil {
			return err
		}
		in.read(sheet)
		return in.compare(r)
	})
	if err != nil {
		return ImportPreview{}, err
	}
	return in.preview(), nil
}

// Import stores the invoices of a preview, all or none, and returns them in the order
// of the file.
func (a *App) Import(ctx context.Context, by staff.Member, p ImportPreview) ([]billing.InvoiceID, error) {
	switch {
	case p.AskDates:
		return nil, Errorf(Invalid, "The date %s can be read in two ways: say which is meant.", p.Example)
	case len(p.Problems) > 0:
		return nil, Errorf(Invalid, "Nothing was imported: the file has problems. The first: %s", p.Problems[0].Error())
	case len(p.Invoices) == 0:
		return nil, Errorf(Invalid, "The file has no invoices.")
	}
	var ids []billing.InvoiceID
	err := a.update(ctx, func(tx Tx) error {
		ids = make([]billing.InvoiceID, 0, len(p.Invoices))
		for _, c := range p.Clients {
			if err := allow(by, staff.EditClients, c.ID); err != nil {
				return err
			}
			if _, err := tx.SaveClient(c); err != nil {
				return err
			}
			if err := tx.Record(entry(by, "import", "client", string(c.ID), "", c.Name)); err != nil {
				return err
			}
		}
		for _, i := range p.Invoices {
			v := i.Invoice
			if err := allow(by, staff.EditInvoices, v.Client); err != nil {
				return err
			}
			if p.finalize {
				v.Stage, _ = v.Stage.Next(billing.Finalize)
			}
			if _, err := tx.SaveInvoice(v); err != nil {
				return err
			}
			if err := tx.Record(entry(by, "import", "invoice", string(v.ID), "", describe(v.Stage))); err != nil {
				return err
			}
			ids = append(ids, v.ID)
		}
		return nil
	})
	if IsCode(err, Conflict) {
		return nil, &Error{Code: Conflict, Text: "Nothing was imported: somebody changed the firm's data meanwhile. Open the file again. (%s)", Args: []any{err.Error()}, Err: err}
	}
	return ids, err
}

// importer makes invoices of a sheet.
type importer struct {
	by      staff.Member
	options ImportOptions

	firm    Firm
	taxes   map[string]billing.Tax      // by folded code and folded name
	clients map[string][]billing.Client // by folded name
	codes   map[string]bool             // client codes in use, folded

	columns  map[string]int // by the template's name
	dates    dateReader
	invoices []*importedInvoice
	byNumber map[string]*importedInvoice // by folded number
	changed  map[billing.ClientID]billing.Client
	order    []billing.ClientID // of changed, as the file has them
	problems []ImportProblem
	wrong    map[int]bool // lines with a problem
}

// importedInvoice is an invoice while its rows are being read.
type importedInvoice struct {
	ImportedInvoice
	head  map[string]string // what the columns that concern the whole invoice say
	taxes []string          // TaxAmount of each line
	lines []int             // the file's line of each line
}

// learn reads what the importer must know of the firm.
func (in *importer) learn(r Reader) error {
	firm, err := r.Firm()
	if err != nil {
		return err
	}
	taxes, err := r.Taxes()
	if err != nil {
		return err
	}
	clients, err := r.Clients()
	if err != nil {
		return err
	}
	in.firm = firm
	in.taxes, in.clients, in.codes = map[string]billing.Tax{}, map[string][]billing.Client{}, map[string]bool{}
	in.byNumber, in.changed = map[string]*importedInvoice{}, map[billing.ClientID]billing.Client{}
	in.wrong = map[int]bool{}
	for _, t := range taxes {
		in.taxes[billing.FoldName(t.Name)] = t
	}
	for _, t := range taxes {
		in.taxes[billing.FoldName(t.Code)] = t
	}
	for _, c := range clients {
		in.clients[billing.FoldName(c.Name)] = append(in.clients[billing.FoldName(c.Name)], c)
		in.codes[strings.ToLower(c.Code)] = true
	}
	return nil
}

func (in *importer) problem(line int, column, text string, args ...any) {
	in.problems = append(in.problems, ImportProblem{line, column, fmt.Sprintf(text, args...)})
	in.wrong[line] = true
}

// read makes invoices of the rows.
func (in *importer) read(sheet Sheet) {
	rows := slices.DeleteFunc(slices.Clone(sheet.Rows), func(r SheetRow) bool { return r.empty() })
	if len(rows) == 0 {
		in.problem(0, "", "The file is empty: it needs a header line with the columns of Xero's sales invoice template.")
		return
	}
	if !in.readHeader(rows[0], rows[1:]) {
		return
	}
	rows = rows[1:]
	in.dates = newDateReader(in.options.Dates, in.dateTexts(rows))
	if in.dates.problem != "" {
		in.problem(0, "", "%s", in.dates.problem)
		return
	}
	for _, r := range rows {
		in.readRow(r)
	}
	for _, v := range in.invoices {
		in.finish(v)
	}
}

// compare finds what the firm's data has against the invoices of the file.
func (in *importer) compare(r Reader) error {
	var numbers []billing.Number
	for _, v := range in.invoices {
		numbers = append(numbers, v.Invoice.Number)
	}
	taken, err := r.InvoicesByNumber(numbers)
	if err != nil {
		return err
	}
	for _, v := range in.invoices {
		n := v.Invoice.Number
		if _, ok := taken[n]; ok {
			in.problem(v.Line, "InvoiceNumber", "invoice %s is here already. Remove it from the file or give it another number.", n)
			continue
		}
		burnt, err := r.Burnt(n)
		if err != nil {
			return err
		}
		if burnt {
			in.problem(v.Line, "InvoiceNumber", "the number %s was approved in Xero once and cannot be used again. Give the invoice another number.", n)
		}
	}
	return nil
}

func (in *importer) preview() ImportPreview {
	p := ImportPreview{
		Problems: in.problems, finalize: in.options.Finalize,
		AskDates: in.dates.ask, Example: in.dates.example,
	}
	for _, id := range in.order {
		p.Clients = append(p.Clients, in.changed[id])
	}
	for _, v := range in.invoices {
		p.Invoices = append(p.Invoices, v.ImportedInvoice)
	}
	slices.SortStableFunc(p.Problems, func(a, b ImportProblem) int { return a.Line - b.Line })
	return p
}
