// Package intake imports what was written elsewhere: invoices in the columns of Xero's sales
// invoice template, and billing codes. It first shows what an import would do, and what is
// wrong in the file.
package intake

import (
	"context"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// Intake holds the use cases of importing. Its methods may be called from any goroutine.
type Intake struct{ app *app.App }

// New returns the Intake of a firm.
func New(a *app.App) *Intake { return &Intake{a} }

// Options are what a file in the columns of Xero's sales invoice template does
// not say itself.
type Options struct {
	Amounts  money.LineAmounts // Exclusive or Inclusive: what the unit amounts are
	Dates    DateOrder         // AskDates until a person has confirmed one
	Finalize bool              // finalize the invoices, too
	SkipUsed bool              // leave out invoices whose numbers are in use, or used up
	Today    billing.Date      // 0 for the day that it is
}

// Preview is what an import would do. It does it only as a whole, only when there are no
// problems, and, where there are warnings, only once a person has confirmed them.
type Preview struct {
	Invoices  []Imported
	Clients   []billing.Client // that are new, or learn an address or an e-mail that they lacked
	Problems  []Problem        // in the order of the file; of a great many, the last one says that there are more
	Warnings  []Problem        // what can be imported and may not be meant; as Problems
	Used      int              // invoices whose number is in use or used up, each a problem
	Skipped   []Imported       // such invoices, left out as the options say
	Confirmed bool             // a person has seen the warnings and wants the import
	AskDates  bool             // the dates can be read in two ways: a person must say which
	Example   string           // such a date
	finalize  bool
}

// Imported is an invoice of the file. It has totals where it has no problem.
type Imported struct {
	Invoice   billing.Invoice
	Client    string
	NewClient bool
	Totals    money.Totals
	Line      int // where it begins in the file
}

// Problem is one thing that is wrong in the file, or may be.
type Problem struct {
	Line   int                 // 0 when it concerns the file as a whole
	Column string              // as Xero's template names it, or the file where the template does not; "" when it concerns the row
	Text   translations.Phrase // what is wrong, and what to do

	// Of a warning: what was read, and what seems to be meant. Each is "" where nobody can tell.
	Read, Meant string
	More        int // further lines in which the same was read
}

// Told returns the problem without its place.
func (p Problem) Told() translations.Phrase {
	text := p.Text
	switch {
	case p.Meant != "":
		text = translations.Say("import.read-and-meant", "Text", text, "Read", translations.Quoted(p.Read), "Meant", translations.Quoted(p.Meant))
	case p.Read != "":
		text = translations.Say("import.read", "Text", text, "Read", translations.Quoted(p.Read))
	}
	if p.More > 0 {
		text = translations.Say("import.read-again", "Text", text, "Count", p.More)
	}
	return text
}

// Phrase returns the problem with its place.
func (p Problem) Phrase() translations.Phrase {
	switch {
	case p.Line == 0:
		return p.Told()
	case p.Column == "":
		return translations.Say("import.problem.line", "Line", p.Line, "Text", p.Told())
	}
	return translations.Say("import.problem.cell", "Line", p.Line, "Column", p.Column, "Text", p.Told())
}

// Error returns the problem with its place.
func (p Problem) Error() string { return p.Phrase().String() }

// PreviewImport reads a sheet in the columns of Xero's sales invoice template, a line
// of an invoice a row, and changes nothing.
func (i *Intake) PreviewImport(ctx context.Context, by staff.Member, sheet app.Sheet, o Options) (Preview, error) {
	if o.Amounts != money.Exclusive && o.Amounts != money.Inclusive {
		return Preview{}, app.Errorf(app.Invalid, "problem.ask-amounts")
	}
	if o.Dates != AskDates && o.Dates != DayMonthYear && o.Dates != MonthDayYear {
		return Preview{}, app.Errorf(app.Invalid, "problem.date-order", "First", DayMonthYear, "Second", MonthDayYear, "Order", translations.Quoted(string(o.Dates)))
	}
	if o.Today.IsZero() {
		o.Today = billing.DateOf(time.Now())
	}
	var p Preview
	err := i.app.View(ctx, func(r app.Reader) error {
		in, err := newImporter(r, by, o)
		if err != nil {
			return err
		}
		if err := app.CheckUnlocked(r); err != nil {
			return err
		}
		in.read(sheet)
		if err := in.compare(r); err != nil {
			return err
		}
		for _, v := range in.invoices {
			in.finish(v)
		}
		p = in.preview()
		return nil
	})
	return p, err
}

// Import stores the invoices of a preview, all or none, and returns them in the order
// of the file.
func (i *Intake) Import(ctx context.Context, by staff.Member, p Preview) ([]billing.InvoiceID, error) {
	switch {
	case p.AskDates:
		return nil, app.Errorf(app.Invalid, "problem.ask-dates", "Date", p.Example)
	case len(p.Problems) > 0:
		return nil, app.Errorf(app.Invalid, "import.refused", "Problem", p.Problems[0].Error())
	case len(p.Invoices) == 0 && len(p.Skipped) > 0:
		return nil, app.Errorf(app.Invalid, "file.all-used")
	case len(p.Invoices) == 0:
		return nil, app.Errorf(app.Invalid, "file.no-invoices")
	case len(p.Warnings) > 0 && !p.Confirmed:
		return nil, app.Errorf(app.Invalid, "import.unconfirmed", "Count", len(p.Warnings), "Warning", p.Warnings[0].Error())
	}
	var ids []billing.InvoiceID
	err := i.app.Update(ctx, func(tx app.Tx) error {
		if err := app.CheckUnlocked(tx); err != nil { // nobody knows which numbers are used
			return err
		}
		ids = make([]billing.InvoiceID, 0, len(p.Invoices))
		for _, c := range p.Clients {
			if err := importClient(tx, by, c); err != nil {
				return err
			}
		}
		for _, v := range p.Invoices {
			if err := importInvoice(tx, by, v.Invoice, p.finalize); err != nil {
				return err
			}
			ids = append(ids, v.Invoice.ID)
		}
		return nil
	})
	if app.IsCode(err, app.Conflict) {
		err = &app.Error{Code: app.Conflict, Phrase: translations.Say("import.overtaken", "Why", err), Err: err}
	}
	if err != nil {
		return nil, err
	}
	return ids, nil
}

func importClient(tx app.Tx, by staff.Member, c billing.Client) error {
	if err := app.Allow(by, staff.EditClients, c.ID); err != nil {
		return err
	}
	if err := c.Check(); err != nil {
		return err
	}
	if _, err := tx.SaveClient(c); err != nil {
		return err
	}
	return tx.Record(app.Entry(by, staff.AuditImport, "client", string(c.ID), "", c.Name))
}

func importInvoice(tx app.Tx, by staff.Member, v billing.Invoice, finalize bool) error {
	if err := app.Allow(by, staff.EditInvoices, v.Client); err != nil {
		return err
	}
	if err := v.CheckTexts(); err != nil {
		return err
	}
	burnt, err := tx.Burnt(v.Number)
	if err != nil {
		return err
	}
	if burnt { // since the preview
		return app.Errorf(app.Conflict, "file.used-number", "Number", v.Number)
	}
	if finalize {
		v.Stage, _ = v.Stage.Next(billing.Finalize)
	}
	if _, err := tx.SaveInvoice(v); err != nil {
		return err
	}
	return tx.Record(app.Entry(by, staff.AuditImport, "invoice", string(v.ID), "", app.Describe(v.Stage)))
}
