package intake

import (
	"slices"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// importer makes invoices of a sheet. It goes on after a problem, so that a person
// sees all of them at once.
type importer struct {
	by      staff.Member
	options Options

	firm    app.Firm
	taxes   map[string][]billing.Tax    // by folded code, and by folded name where no code is like it
	clients map[string][]billing.Client // by folded name
	codes   billing.ClientCodes

	accounts     accounts
	decimalComma bool // figures have one instead of a decimal point

	columns  map[string]column // by the template's name
	heads    []string          // of them, those of an invoice's head
	dates    dateReader
	days     map[string]billing.Date // that were read, by their text
	invoices []*invoice
	skipped  []Imported
	used     int                 // invoices whose number is
	byNumber map[string]*invoice // by folded number
	changed  map[billing.ClientID]billing.Client
	order    []billing.ClientID // of changed, as the file has them

	today billing.Date

	problems []Problem
	more     bool               // than maxProblems
	wrong    map[int]bool       // lines with a problem
	told     map[cellPlace]bool // cells with a problem

	warnings []Problem
	warned   map[reading]int // which of warnings it is
	moreOdd  bool            // than maxProblems
}

// maxProblems is how many problems, and how many warnings, a person is shown: with more, the file
// as a whole is wrong.
const maxProblems = 1000

// reading is a text that a column has on any number of lines, and what is odd about it.
type reading struct{ column, key, read string }

// cellPlace names a cell by its line and the column's name.
type cellPlace struct {
	line   int
	column string
}

// newImporter learns what an importer must know of the firm.
func newImporter(r app.Reader, by staff.Member, o Options) (*importer, error) {
	in := &importer{
		by: by, options: o,
		taxes: map[string][]billing.Tax{}, clients: map[string][]billing.Client{}, codes: billing.ClientCodes{},
		byNumber: map[string]*invoice{}, days: map[string]billing.Date{}, changed: map[billing.ClientID]billing.Client{},
		today: o.Today, wrong: map[int]bool{}, told: map[cellPlace]bool{}, warned: map[reading]int{},
	}
	var err error
	if in.firm, err = r.Firm(); err != nil {
		return nil, err
	}
	taxes, err := r.Taxes()
	if err != nil {
		return nil, err
	}
	for _, t := range taxes {
		in.taxes[billing.FoldName(t.Code)] = []billing.Tax{t}
	}
	for _, t := range taxes {
		name := billing.FoldName(t.Name)
		if known := in.taxes[name]; len(known) == 0 || billing.FoldName(known[0].Code) != name {
			in.taxes[name] = append(known, t)
		}
	}
	if in.accounts, err = readAccounts(r); err != nil {
		return nil, err
	}
	clients, err := r.Clients()
	if err != nil {
		return nil, err
	}
	for _, c := range clients {
		in.clients[clientKey(c.Name)] = append(in.clients[clientKey(c.Name)], c)
		in.codes.Take(c.Code)
	}
	return in, nil
}

// problem tells what is wrong and what to do; of a cell only the first thing, since
// others follow from it.
func (in *importer) problem(line int, column, key string, values ...any) {
	in.wrong[line] = true
	if at := (cellPlace{line, column}); column != "" {
		if in.told[at] {
			return
		}
		in.told[at] = true
	}
	if len(in.problems) == maxProblems {
		in.more = true
		return
	}
	in.problems = append(in.problems, Problem{Line: line, Column: column, Text: translations.Say(key, values...)})
}

// warn tells what a person has to confirm: what the cell has, and what seems to be meant, which may
// be "". The same text in further lines of the column is counted.
func (in *importer) warn(line int, column, read, meant, key string, values ...any) {
	if read != "" {
		at := reading{column, key, read}
		if i, again := in.warned[at]; again {
			if w := &in.warnings[i]; w.Line != line {
				w.More++
			}
			return
		}
		in.warned[at] = len(in.warnings)
	}
	if len(in.warnings) == maxProblems {
		in.moreOdd = true
		delete(in.warned, reading{column, key, read})
		return
	}
	in.warnings = append(in.warnings, Problem{Line: line, Column: column, Text: translations.Say(key, values...), Read: read, Meant: meant})
}

// read makes invoices of the rows below the header.
func (in *importer) read(sheet app.Sheet) {
	sheet = withHeader(sheet)
	rows := slices.DeleteFunc(slices.Clone(sheet.Rows), func(r app.SheetRow) bool { return !rowFilled(r) })
	if len(rows) == 0 {
		in.problem(0, "", "file.empty")
		return
	}
	in.checkSheets(sheet)
	at := in.findHeader(rows)
	header, rows := rows[at], rows[at+1:]
	if !in.readHeader(header) {
		return
	}
	rows = slices.DeleteFunc(rows, func(r app.SheetRow) bool { return isHeaderAgain(header, r) })
	in.checkUnnamed(header, rows)
	if len(rows) == 0 {
		in.problem(0, "", "file.only-header")
		return
	}
	in.checkRows(rows)
	in.readDateOrder(rows)
	in.findDecimalComma(rows)
	for _, r := range rows {
		in.readRow(r)
	}
}

// compare finds the invoices whose number is in use here or used up. They are problems, or left
// out with all that is wrong with them.
func (in *importer) compare(r app.Reader) error {
	numbers := make([]billing.Number, len(in.invoices))
	for i, v := range in.invoices {
		numbers[i] = v.Invoice.Number
	}
	taken, err := r.InvoicesByNumber(numbers)
	if err != nil {
		return err
	}
	kept := in.invoices[:0:0]
	skipped := map[int]bool{} // lines
	var strays map[string]bool
	for _, v := range in.invoices {
		n := v.Invoice.Number
		key := "file.known-number"
		if _, ok := taken[n]; !ok {
			burnt, err := r.Burnt(n)
			if err != nil {
				return err
			}
			if !burnt {
				kept = append(kept, v)
				continue
			}
			if strays == nil {
				if strays, err = app.StrayNumbers(r); err != nil {
					return err
				}
			}
			key = "file.used-number"
			if strays[n.Fold()] {
				key = "file.stray-number"
			}
		}
		if !in.options.SkipUsed {
			in.problem(v.Line, "InvoiceNumber", key, "Number", n)
			in.used++
			kept = append(kept, v)
			continue
		}
		v.Client = v.head["ContactName"].text
		in.skipped = append(in.skipped, v.Imported)
		for _, l := range v.lines {
			skipped[l.line] = true
		}
	}
	in.invoices = kept
	if len(skipped) > 0 {
		ofSkipped := func(p Problem) bool { return skipped[p.Line] && p.More == 0 } // others are of further lines
		in.problems = slices.DeleteFunc(in.problems, ofSkipped)
		in.warnings = slices.DeleteFunc(in.warnings, ofSkipped)
		clear(in.warned) // their places have changed
	}
	return nil
}

func (in *importer) preview() Preview {
	p := Preview{
		Used: in.used, Skipped: in.skipped, finalize: in.options.Finalize,
		AskDates: in.dates.example != "", Example: in.dates.example,
	}
	p.Clients = make([]billing.Client, 0, len(in.order))
	for _, id := range in.order {
		p.Clients = append(p.Clients, in.changed[id])
	}
	p.Invoices = make([]Imported, 0, len(in.invoices))
	for _, v := range in.invoices {
		p.Invoices = append(p.Invoices, v.Imported)
	}
	p.Problems, p.Warnings = in.findings()
	return p
}

// findings returns what was told, in the order of the file.
func (in *importer) findings() (problems, warnings []Problem) {
	byLine := func(a, b Problem) int { return a.Line - b.Line }
	slices.SortStableFunc(in.problems, byLine)
	slices.SortStableFunc(in.warnings, byLine)
	problems, warnings = in.problems, in.warnings
	if in.more {
		problems = append(problems, Problem{Text: translations.Say("file.more-problems", "Count", maxProblems)})
	}
	if in.moreOdd {
		warnings = append(warnings, Problem{Text: translations.Say("file.more-warnings", "Count", maxProblems)})
	}
	return problems, warnings
}
