package command

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/data/sheet"
)

func importFlags(flags *flag.FlagSet, o *options) {
	flags.StringVar(&o.amounts, "amounts", "", "what the unit amounts are: `exclusive` or inclusive of tax")
	flags.StringVar(&o.dates, "dates", "", "how dates such as 03/11/2026 are read: `day-month-year` or month-day-year")
	flags.BoolVar(&o.finalize, "finalize", false, "finalize the invoices, too")
}

func importFile(ctx context.Context, s *session, words []string) int {
	if len(words) != 1 {
		return s.wrongUse("import takes one file, such as: feebridge import invoices.csv --amounts exclusive")
	}
	o := app.ImportOptions{Dates: app.DateOrder(s.options.dates), Finalize: s.options.finalize}
	switch s.options.amounts {
	case "exclusive":
		o.Amounts = money.Exclusive
	case "inclusive":
		o.Amounts = money.Inclusive
	default:
		return s.wrongUse("say whether the unit amounts of the file are without tax (--amounts exclusive) or with it (--amounts inclusive).")
	}
	switch o.Dates {
	case app.AskDates, app.DayMonthYear, app.MonthDayYear:
	default:
		return s.wrongUse("--dates is day-month-year or month-day-year.")
	}
	content, err := os.ReadFile(words[0])
	if err != nil {
		return s.wrongUse("%v", err)
	}
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	if err := s.connect(ctx); err != nil {
		fmt.Fprintln(s.Err, "feebridge: the organisation's tax rates could not be read; those known here are used:", err)
	}
	cells, err := sheet.Read(filepath.Base(words[0]), bytes.NewReader(content))
	if err != nil {
		return s.fail(err)
	}
	preview, err := s.app.PreviewImport(ctx, s.me, cells, o)
	if err != nil {
		return s.fail(err)
	}
	for _, p := range preview.Problems {
		s.print(problemJSON{p.Line, p.Column, p.Text}, "%v", p)
	}
	if _, err := s.app.Import(ctx, s.me, preview); err != nil {
		if preview.AskDates {
			fmt.Fprintln(s.Err, "feebridge: say how dates are read with --dates day-month-year or --dates month-day-year.")
		}
		return s.fail(err)
	}
	for _, i := range preview.Invoices {
		status := billing.Draft
		if o.Finalize {
			status = billing.Finalized
		}
		s.print(importedJSON{i.Invoice.Number, i.Client, i.Totals.Total.String(), status.String()},
			"%s  %s  %s %s  %s", i.Invoice.Number, i.Client, i.Invoice.Currency, i.Totals.Total, status)
	}
	return exitDone
}

type problemJSON struct {
	Line    int    `json:"line"`
	Column  string `json:"column"`
	Message string `json:"message"`
}

type importedJSON struct {
	Number billing.Number `json:"number"`
	Entity string         `json:"entity"`
	Total  string         `json:"total"`
	Status string         `json:"status"`
}

func finalize(ctx context.Context, s *session, words []string) int {
	if len(words) == 0 {
		return s.wrongUse("name the drafts, such as: feebridge finalize INV-1001 INV-1002")
	}
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	ids, err := s.app.Numbers(ctx, numbers(words))
	if err != nil {
		return s.fail(err)
	}
	results, err := s.app.Finalize(ctx, s.me, ids)
	if err != nil {
		return s.fail(err)
	}
	code := exitDone
	for _, r := range results {
		line := resultJSON{Number: r.Number, State: "finalized", Messages: []string{}}
		if r.Err != nil {
			line.State, line.Messages = "failed", []string{r.Err.Error()}
			code = exitSomeFailed
		}
		s.print(line, "%s", line)
	}
	return code
}

// resultJSON is what became of one invoice.
type resultJSON struct {
	Number   billing.Number   `json:"number"`
	State    string           `json:"state"`
	XeroID   ledger.InvoiceID `json:"xero_id"`
	Messages []string         `json:"messages"`
}

func (r resultJSON) String() string {
	text := fmt.Sprintf("%s  %s", r.Number, r.State)
	if len(r.Messages) > 0 {
		text += ": " + strings.Join(r.Messages, "; ")
	}
	return text
}

func exportFlags(flags *flag.FlagSet, o *options) {
	flags.Var(&o.numbers, "number", "`NUMBER` of an invoice to export; may be given more than once")
	flags.BoolVar(&o.all, "all", false, "export every finalized invoice that is not in Xero yet and not held")
}

// patience is how long the command waits for Xero before it leaves the rest for later.
const patience = time.Minute

func exportInvoices(ctx context.Context, s *session, words []string) int {
	named := append(s.options.numbers, words...)
	if (len(named) > 0) == s.options.all {
		return s.wrongUse("name invoices with --number, or take every one with --all.")
	}
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	if err := s.connect(ctx); err != nil {
		return s.fail(err)
	}
	ids, err := s.selected(ctx, named)
	if err != nil {
		return s.fail(err)
	}
	if len(ids) == 0 {
		if !s.options.json {
			fmt.Fprintln(s.Out, "There is nothing to export.")
		}
		return exitDone
	}
	_, results, err := s.app.Export(ctx, s.me, ids)
	if err != nil {
		return s.fail(err)
	}
	stopped := s.finishRuns(ctx, results)
	code := exitDone
	for _, r := range results {
		v, err := s.app.Invoice(context.WithoutCancel(ctx), s.me, r.Invoice)
		if err != nil {
			return s.fail(err)
		}
		line := exportResult(v, r.Err)
		if line.State == "failed" || line.State == "unknown" || line.State == "skipped" && !v.Invoice.Stage.Live() && v.Invoice.Stage.Status != billing.Closed {
			code = exitSomeFailed
		}
		s.print(line, "%s", line)
	}
	if stopped != nil {
		return s.fail(stopped)
	}
	return code
}

// selected returns the invoices that are named, or every one that is due for export.
func (s *session) selected(ctx context.Context, named []string) ([]billing.InvoiceID, error) {
	if !s.options.all {
		return s.app.Numbers(ctx, numbers(named))
	}
	var ids []billing.InvoiceID
	for row, err := range s.app.Rows(ctx, s.me, app.Query{}) {
		if err != nil {
			return nil, err
		}
		due := row.Stage.Export == billing.NotExported || row.Stage.Export == billing.Failed || row.Stage.InFlight() && row.Stage.Export != billing.Removing
		if row.Stage.Status == billing.Finalized && due {
			ids = append(ids, row.ID)
		}
	}
	return ids, nil
}

// finishRuns sends until the runs that the invoices are in are settled, and returns why
// not when they are not.
func (s *session) finishRuns(ctx context.Context, results []app.Result) error {
	done := map[app.RunID]bool{}
	for _, r := range results {
		if r.Err != nil {
			continue
		}
		v, err := s.app.Invoice(ctx, s.me, r.Invoice)
		if err != nil {
			return err
		}
		if len(v.Exports) == 0 || done[v.Exports[0].Run] {
			continue
		}
		done[v.Exports[0].Run] = true
		if err := s.app.Finish(ctx, v.Exports[0].Run, patience); err != nil {
			return err
		}
	}
	return nil
}

// exportResult says what became of an invoice's export.
func exportResult(v app.InvoiceView, refused error) resultJSON {
	r := resultJSON{Number: v.Invoice.Number, Messages: []string{}}
	if len(v.Exports) > 0 {
		r.XeroID = v.Exports[0].Standing.ID
		for _, m := range v.Exports[0].Messages {
			r.Messages = append(r.Messages, m.Text)
		}
	}
	switch v.Invoice.Stage.Export {
	case billing.Exported:
		r.State = "exported"
	case billing.Warned, billing.Changed, billing.DeletedInXero, billing.VoidedInXero, billing.NotFoundInXero:
		r.State = "warning"
	case billing.Failed:
		r.State = "failed"
	case billing.Exporting, billing.Unknown:
		r.State = "unknown"
	default:
		r.State = "skipped"
	}
	if refused != nil {
		r.State, r.Messages = "skipped", []string{refused.Error()}
	}
	return r
}

// rowJSON is an invoice of the list; amounts are decimals.
type rowJSON struct {
	Number     billing.Number       `json:"number"`
	Entity     string               `json:"entity"`
	Date       string               `json:"date"`
	Due        string               `json:"due"`
	Currency   money.Currency       `json:"currency"`
	SubTotal   string               `json:"subtotal"`
	Tax        string               `json:"tax"`
	Total      string               `json:"total"`
	Status     string               `json:"status"`
	XeroExport string               `json:"xero_export"`
	XeroStatus ledger.InvoiceStatus `json:"xero_status"`
	AmountDue  string               `json:"amount_due"`
}

func listFlags(flags *flag.FlagSet, o *options) {
	flags.StringVar(&o.to, "to", "", "write the list to a `FILE.csv` or .xlsx instead")
	flags.StringVar(&o.amounts, "template", "", "with --to, write the invoices that are due for export and whose unit amounts are `exclusive` or inclusive of tax in the columns of Xero's sales invoice template, to be imported there by hand")
}

func list(ctx context.Context, s *session, words []string) int {
	if len(words) > 0 {
		return s.wrongUse("list takes no arguments.")
	}
	write := sheet.Named(s.options.to)
	if s.options.to != "" && write == nil {
		return s.wrongUse("--to takes a file that ends in .csv or .xlsx.")
	}
	if s.options.amounts != "" {
		return s.writeTemplate(ctx, write)
	}
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	var rows []app.InvoiceRow
	for row, err := range s.app.Rows(ctx, s.me, app.Query{}) {
		if err != nil {
			return s.fail(err)
		}
		if write != nil {
			rows = append(rows, row)
			continue
		}
		r := listRow(row)
		s.print(r, "%-14s %-32.32s %s %s %12s  %-9s  %s", r.Number, r.Entity, r.Date, r.Currency, r.Total, r.Status, r.XeroExport)
	}
	if write == nil {
		return exitDone
	}
	if err := sheet.WriteFile(s.options.to, func(w io.Writer) error { return write(w, app.ListSheet(rows)) }); err != nil {
		return s.fail(err)
	}
	return exitDone
}

// writeTemplate writes the invoices that are due for export in the columns of Xero's template.
func (s *session) writeTemplate(ctx context.Context, write func(io.Writer, [][]app.SheetCell) error) int {
	amounts, err := money.ParseLineAmounts(s.options.amounts)
	if err != nil || amounts == money.NoTax || write == nil {
		return s.wrongUse("--template is exclusive or inclusive, and needs --to with a file that ends in .csv or .xlsx.")
	}
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	var ids []billing.InvoiceID
	for row, err := range s.app.Rows(ctx, s.me, app.Query{}) {
		if err != nil {
			return s.fail(err)
		}
		if _, due := row.Stage.Next(billing.Queue); due {
			ids = append(ids, row.ID)
		}
	}
	template, results, err := s.app.TemplateSheet(ctx, s.me, ids, amounts)
	if err != nil {
		return s.fail(err)
	}
	if len(template.Rows) > 0 {
		if err := sheet.WriteFile(s.options.to, func(w io.Writer) error { return write(w, template.Rows) }); err != nil {
			return s.fail(err)
		}
	}
	code := exitDone
	for _, r := range results {
		line := resultJSON{Number: r.Number, State: "written", Messages: []string{}}
		if r.Err != nil {
			line.State, line.Messages = "skipped", []string{r.Err.Error()}
			code = exitSomeFailed
		}
		s.print(line, "%s", line)
	}
	switch {
	case s.options.json:
	case len(template.Rows) == 0:
		fmt.Fprintln(s.Out, "There is nothing to write: no file was made.")
	default:
		fmt.Fprintf(s.Out, "The unit amounts of %s are tax %s: say so when Xero asks. Feebridge does not learn what becomes of the file, and still exports these invoices when it is told to: hold those that you import by hand.\n",
			s.options.to, strings.ToLower(string(template.Amounts)))
	}
	return code
}

func listRow(row app.InvoiceRow) rowJSON {
	r := rowJSON{
		Number: row.Number, Entity: row.Client, Date: row.Date.String(), Due: row.Due.String(),
		Currency: row.Total.Currency(), SubTotal: row.SubTotal.String(), Tax: row.Tax.String(), Total: row.Total.String(),
		Status: row.Stage.Status.String(), XeroExport: row.Stage.Export.String(), XeroStatus: row.XeroStatus,
	}
	if row.XeroStatus != "" {
		r.AmountDue = row.AmountDue.String()
	}
	return r
}

// showJSON is one invoice with its lines and its exports, newest first.
type showJSON struct {
	Number    billing.Number `json:"number"`
	Entity    string         `json:"entity"`
	Date      string         `json:"date"`
	Due       string         `json:"due"`
	Reference string         `json:"reference"`
	Currency  money.Currency `json:"currency"`
	Lines     []lineJSON     `json:"lines"`
	SubTotal  string         `json:"subtotal"`
	Tax       string         `json:"tax"`
	Total     string         `json:"total"`
	Status    string         `json:"status"`
	Export    string         `json:"xero_export"`
	Contact   string         `json:"xero_contact"`
	Link      string         `json:"xero_link"`
	Exports   []resultJSON   `json:"exports"`
}

type lineJSON struct {
	Description string `json:"description"`
	Quantity    string `json:"quantity"`
	UnitAmount  string `json:"unit_amount"`
	Account     string `json:"account"`
	Tax         string `json:"tax"`
	Amount      string `json:"amount"`
}

func show(ctx context.Context, s *session, words []string) int {
	if len(words) != 1 {
		return s.wrongUse("show takes one number, such as: feebridge show INV-1001")
	}
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	ids, err := s.app.Numbers(ctx, numbers(words))
	if err != nil {
		return s.fail(err)
	}
	v, err := s.app.Invoice(ctx, s.me, ids[0])
	if err != nil {
		return s.fail(err)
	}
	inv := v.Invoice
	o := showJSON{
		Number: inv.Number, Entity: v.Client.Name, Date: inv.Date.String(), Due: inv.Due.String(), Reference: inv.Reference,
		Currency: inv.Currency, SubTotal: v.Totals.SubTotal.String(), Tax: v.Totals.Tax.String(), Total: v.Totals.Total.String(),
		Status: inv.Stage.Status.String(), Export: inv.Stage.Export.String(), Contact: v.Contact.Name, Link: v.Link,
		Lines: []lineJSON{}, Exports: []resultJSON{},
	}
	text := &strings.Builder{}
	fmt.Fprintf(text, "Invoice %s  %s\nDate %s  Due %s  %s\n", o.Number, o.Entity, o.Date, o.Due, o.Reference)
	for i, l := range inv.Lines {
		line := lineJSON{l.Description, l.Quantity.String(), l.UnitAmount.String(), l.Account, l.Tax.Name, v.Totals.Lines[i].Amount.String()}
		o.Lines = append(o.Lines, line)
		fmt.Fprintf(text, "  %-50.50s %8s x %10s  %-18.18s %12s\n", line.Description, line.Quantity, line.UnitAmount, line.Tax, line.Amount)
	}
	fmt.Fprintf(text, "Subtotal %s  Tax %s  Total %s %s\n%s, %s", o.SubTotal, o.Tax, o.Currency, o.Total, o.Status, o.Export)
	for _, e := range v.Exports {
		r := resultJSON{Number: e.Number, State: e.Result.String(), XeroID: e.Standing.ID, Messages: []string{}}
		for _, m := range e.Messages {
			r.Messages = append(r.Messages, m.Text)
			fmt.Fprintf(text, "\n  Xero: %s\n  What it means: %s\n  What to do: %s", m.Text, m.Cause.Meaning(), m.Cause.Fix())
		}
		o.Exports = append(o.Exports, r)
	}
	s.print(o, "%s", text)
	return exitDone
}

func numbers(words []string) []billing.Number {
	all := make([]billing.Number, len(words))
	for i, w := range words {
		all[i] = billing.Number(w)
	}
	return all
}
