package command

import (
	"context"
	"flag"
	"io"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/data/sheet"
)

var listCommand = command{
	name:  "list",
	about: "list the invoices, or write them to a file",
	prepare: func(flags *flag.FlagSet) runner {
		var f listFlags
		flags.StringVar(&f.to, "to", "", "write the list to a file instead: `FILE.csv|FILE.xlsx`")
		flags.StringVar(&f.template, "template", "", "with --to: write the invoices that are due for export in the columns of Xero's sales invoice template, to be imported into Xero by hand; takes those whose unit amounts exclude or include tax: `exclusive|inclusive`")
		return none(f.run)
	},
}

type listFlags struct{ to, template string }

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

func (f *listFlags) run(ctx context.Context, s *session) error {
	_, write := sheet.Named(f.to)
	if f.to != "" && write == nil {
		return misused("--to takes a file that ends in .csv or .xlsx.")
	}
	amounts, err := money.ParseLineAmounts(f.template)
	if f.template != "" && (err != nil || amounts == money.NoTax || write == nil) {
		return misused("--template is exclusive or inclusive, and goes with --to and a file that ends in .csv or .xlsx.")
	}
	if err := s.open(ctx); err != nil {
		return err
	}
	if f.template != "" {
		return f.writeTemplate(ctx, s, amounts)
	}
	var rows []app.InvoiceRow
	for row, err := range s.app.Rows(ctx, s.me, app.Query{}) {
		if err != nil {
			return err
		}
		if write != nil {
			rows = append(rows, row)
			continue
		}
		r := listRow(row)
		s.print(r, "%-14s %-32.32s %s %s %12s  %-9s  %s", r.Number, r.Entity, r.Date, r.Currency, r.Total, r.Status, r.XeroExport)
	}
	if write == nil {
		return nil
	}
	return s.saveCells(f.to, app.ListSheet(rows))
}

// saveCells saves cells in a file, as its name says.
func (s *session) saveCells(path string, cells [][]app.SheetCell) error {
	kind, write := sheet.Named(path)
	return kind.Save(path, s.db, func(w io.Writer) error { return write(w, cells) })
}

// writeTemplate writes the invoices that are due for export in the columns of Xero's template.
func (f *listFlags) writeTemplate(ctx context.Context, s *session, amounts money.LineAmounts) error {
	ids, err := s.due(ctx)
	if err != nil {
		return err
	}
	template, results, err := s.app.TemplateSheet(ctx, s.me, ids, amounts)
	if err != nil {
		return err
	}
	var files []string
	if len(template.Sheets) > 0 {
		if files, err = sheet.WriteTemplate(f.to, s.db, template.Sheets); err != nil {
			return err
		}
	}
	err = s.printOutcomes(results, "written", "skipped")
	if len(files) == 0 {
		s.say("There was nothing to write, so no file was made.")
		return err
	}
	if len(files) > 1 {
		s.say("Xero imports at most %d invoices from a file, so there are %d files. Import each of them.", app.MaxTemplate, len(files))
	}
	s.say("The unit amounts in %s are tax %s: choose that when Xero asks. Feebridge can't tell what you import by hand and would still export these invoices, so hold them here.",
		strings.Join(files, ", "), strings.ToLower(string(template.Amounts)))
	return err
}
