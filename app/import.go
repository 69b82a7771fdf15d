package app

import (
	"context"
	"fmt"

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
	Problems []ImportProblem  // in the order of the file; of a great many, the last one says that there are more
	AskDates bool             // the dates can be read in two ways: a person must say which
	Example  string           // such a date
	finalize bool
}

// ImportedInvoice is an invoice of the file. It has totals where it has no problem.
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
	Column string // as Xero's template names it, or the file where the template does not; "" when it concerns the row
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
	if o.Dates != AskDates && o.Dates != DayMonthYear && o.Dates != MonthDayYear {
		return ImportPreview{}, Errorf(Invalid, "Dates are read as %s or as %s, not as %q.", DayMonthYear, MonthDayYear, o.Dates)
	}
	var p ImportPreview
	err := a.View(ctx, func(r Reader) error {
		in, err := newImporter(r, by, o)
		if err != nil {
			return err
		}
		in.read(sheet)
		if err := in.compare(r); err != nil {
			return err
		}
		p = in.preview()
		return nil
	})
	return p, err
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
	err := a.Update(ctx, func(tx Tx) error {
		ids = make([]billing.InvoiceID, 0, len(p.Invoices))
		for _, c := range p.Clients {
			if err := importClient(tx, by, c); err != nil {
				return err
			}
		}
		for _, i := range p.Invoices {
			if err := importInvoice(tx, by, i.Invoice, p.finalize); err != nil {
				return err
			}
			ids = append(ids, i.Invoice.ID)
		}
		return nil
	})
	if IsCode(err, Conflict) {
		err = &Error{Code: Conflict, Text: "Nothing was imported: somebody changed the firm's data meanwhile. Open the file again. (%s)", Args: []any{err.Error()}, Err: err}
	}
	if err != nil {
		return nil, err
	}
	return ids, nil
}

func importClient(tx Tx, by staff.Member, c billing.Client) error {
	if err := Allow(by, staff.EditClients, c.ID); err != nil {
		return err
	}
	if _, err := tx.SaveClient(c); err != nil {
		return err
	}
	return tx.Record(Entry(by, "import", "client", string(c.ID), "", c.Name))
}

func importInvoice(tx Tx, by staff.Member, v billing.Invoice, finalize bool) error {
	if err := Allow(by, staff.EditInvoices, v.Client); err != nil {
		return err
	}
	burnt, err := tx.Burnt(v.Number)
	if err != nil {
		return err
	}
	if burnt { // since the preview
		return Errorf(Conflict, "The number %s was approved in Xero once and cannot be used again.", v.Number)
	}
	if finalize {
		v.Stage, _ = v.Stage.Next(billing.Finalize)
	}
	if _, err := tx.SaveInvoice(v); err != nil {
		return err
	}
	return tx.Record(Entry(by, "import", "invoice", string(v.ID), "", Describe(v.Stage)))
}
