package command

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"path/filepath"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/money"
	"feebridge/data/sheet"
)

var importCommand = command{
	name: "import", args: "FILE.csv|FILE.xlsx",
	about: "import the invoices of a file in the columns of Xero's sales invoice template, either all of them or none",
	prepare: func(flags *flag.FlagSet) runner {
		var f importFlags
		flags.StringVar(&f.amounts, "amounts", "", "whether the file's unit amounts exclude or include tax: `exclusive|inclusive`")
		flags.StringVar(&f.dates, "dates", "", "how to read dates such as 03/11/2026: `day-month-year|month-day-year`")
		flags.BoolVar(&f.finalize, "finalize", false, "finalize the invoices as well")
		flags.BoolVar(&f.accept, "accept-warnings", false, "import in spite of warnings; without it, a file that has some isn't imported")
		flags.BoolVar(&f.skipUsed, "skip-used", false, "leave out invoices whose numbers are in use or used up, and import the others")
		return f.run
	},
}

type importFlags struct {
	amounts, dates             string
	finalize, accept, skipUsed bool
}

// options returns how the file is read.
func (f *importFlags) options() (intake.Options, error) {
	o := intake.Options{Dates: intake.DateOrder(f.dates), Finalize: f.finalize, SkipUsed: f.skipUsed}
	switch f.amounts {
	case "exclusive":
		o.Amounts = money.Exclusive
	case "inclusive":
		o.Amounts = money.Inclusive
	default:
		return o, misused("Say whether the file's unit amounts exclude tax (--amounts exclusive) or include it (--amounts inclusive).")
	}
	switch o.Dates {
	case intake.AskDates, intake.DayMonthYear, intake.MonthDayYear:
		return o, nil
	}
	return o, misused("--dates is day-month-year or month-day-year, not %q.", f.dates)
}

func (f *importFlags) run(ctx context.Context, s *session, words []string) error {
	if len(words) != 1 {
		return misused("Name one file, for example: feebridge import invoices.csv --amounts exclusive")
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	content, err := sheet.ReadFile(words[0])
	if _, told := errors.AsType[*app.Error](err); told {
		return err
	}
	if err != nil {
		return misused("Couldn't read the file: %v", err)
	}
	if err := s.open(ctx); err != nil {
		return err
	}
	if err := s.connect(ctx); err != nil {
		s.complain("Couldn't read the organisation's tax rates, so the rates stored here are used: %v", err)
	}
	cells, err := sheet.Read(filepath.Base(words[0]), bytes.NewReader(content))
	if err != nil {
		return err
	}
	preview, err := s.app.PreviewImport(ctx, s.me, cells, o)
	if err != nil {
		return err
	}
	for _, p := range preview.Problems {
		s.print(problemJSON{Line: p.Line, Column: p.Column, Message: p.Text.String()}, "%v", p)
	}
	for _, w := range preview.Warnings {
		s.print(problemJSON{w.Line, w.Column, w.Text.String(), true, w.Read, w.Meant, w.More}, "Warning: %v", w)
	}
	for _, i := range preview.Skipped {
		s.print(importedJSON{i.Invoice.Number, i.Client, "", "skipped"}, "%s  skipped: its number is used already", i.Invoice.Number)
	}
	preview.Confirmed = f.accept
	if _, err := s.app.Import(ctx, s.me, preview); err != nil {
		switch {
		case preview.AskDates:
			err = &advised{err, "Add --dates day-month-year or --dates month-day-year."}
		case len(preview.Problems) > 0 && preview.Used > 0:
			err = &advised{err, "To import the invoices whose numbers aren't used yet, add --skip-used."}
		case len(preview.Problems) == 0 && len(preview.Warnings) > 0 && !f.accept:
			err = &advised{err, "To import in spite of the warnings, add --accept-warnings."}
		}
		return err
	}
	for _, i := range preview.Invoices {
		status := billing.Draft
		if o.Finalize {
			status = billing.Finalized
		}
		s.print(importedJSON{i.Invoice.Number, i.Client, i.Totals.Total.String(), status.String()},
			"%s  %s  %s %s  %s", i.Invoice.Number, i.Client, i.Invoice.Currency, i.Totals.Total, status)
	}
	return nil
}

// problemJSON is one thing that is wrong in the file, or may be.
type problemJSON struct {
	Line    int    `json:"line"`
	Column  string `json:"column"`
	Message string `json:"message"`
	Warning bool   `json:"warning,omitempty"` // it may be wrong
	Read    string `json:"read,omitempty"`
	Meant   string `json:"meant,omitempty"`
	More    int    `json:"more_lines,omitempty"`
}

// importedJSON is an invoice that was imported.
type importedJSON struct {
	Number billing.Number `json:"number"`
	Entity string         `json:"entity"`
	Total  string         `json:"total,omitempty"`
	Status string         `json:"status"`
}
