package command

import (
	"context"
	"flag"
	"slices"
	"strconv"
	"strings"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/data/sheet"
)

var runsCommand = command{
	name: "runs", args: "[RUN]",
	about: "list the exports and removals that were started, or the invoices of one of them",
	prepare: func(flags *flag.FlagSet) runner {
		var f runsFlags
		flags.BoolVar(&f.failed, "failed", false, "only runs in which something failed; with RUN: only the invoices that did")
		flags.StringVar(&f.organisation, "organisation", "", "only runs to the organisation with this `NAME`")
		flags.StringVar(&f.by, "by", "", "only runs that the staff member with this `NAME` or email address started")
		flags.StringVar(&f.number, "number", "", "only runs that have an invoice with this in its `NUMBER`")
		flags.StringVar(&f.from, "from", "", "only runs that started on this `DATE` or later, such as 2026-11-03")
		flags.StringVar(&f.through, "to-date", "", "only runs that started on this `DATE` or earlier")
		flags.IntVar(&f.limit, "limit", 0, "only the newest `COUNT` of them")
		flags.StringVar(&f.to, "to", "", "write the list to a file instead: `FILE.csv|FILE.xlsx`")
		return f.run
	},
}

// runsFlags say which runs are asked for.
type runsFlags struct {
	failed                   bool
	organisation, by, number string
	from, through            string
	limit                    int
	to                       string
}

func (f *runsFlags) run(ctx context.Context, s *session, words []string) error {
	_, write := sheet.Named(f.to)
	of := *f
	of.failed, of.to = false, ""
	switch {
	case len(words) > 1:
		return misused("Name one run, for example the first word of a line of \"feebridge runs\".")
	case len(words) == 1 && of != runsFlags{}:
		return misused("With RUN, only --failed and --to can be given.")
	case f.limit < 0:
		return misused("--limit takes a count, from 1.")
	case f.to != "" && write == nil:
		return misused("--to takes a file that ends in .csv or .xlsx.")
	}
	q := app.RunQuery{Number: f.number, Failed: f.failed, Limit: f.limit}
	var err error
	if q.From, q.To, err = period(f.from, f.through); err != nil {
		return err
	}
	if err := s.open(ctx); err != nil {
		return err
	}
	if len(words) == 1 {
		return f.show(ctx, s, app.RunID(words[0]))
	}
	if f.organisation != "" {
		org, err := s.organisation(ctx, []string{f.organisation})
		if err != nil {
			return err
		}
		q.Tenant = org.Tenant.ID
	}
	if f.by != "" {
		m, err := s.member(ctx, f.by)
		if err != nil {
			return err
		}
		q.By = m.ID
	}
	all, err := s.app.RunHistory(ctx, s.me, q)
	if err != nil {
		return err
	}
	if f.to != "" {
		return s.saveCells(f.to, app.RunsSheet(all))
	}
	for _, r := range all {
		s.print(runLine(r), "%s  %s  %-6s  %s  %s: %s", string(r.Run.ID), r.Run.Started.Local().Format(time.DateTime), r.Does(), r.ByName, r.Organisation.Name, counts(r))
	}
	return nil
}

// show prints what is in a run.
func (f *runsFlags) show(ctx context.Context, s *session, id app.RunID) error {
	_, rows, err := s.app.RunView(ctx, s.me, id)
	if app.IsCode(err, app.NotFound) {
		err = app.Errorf(app.NotFound, "command.no-run", "Run", id)
	}
	if err != nil {
		return err
	}
	if f.failed {
		rows = slices.DeleteFunc(rows, func(r app.RunRow) bool { return !r.Failed() })
	}
	if f.to != "" {
		return s.saveCells(f.to, app.RunRowsSheet(rows))
	}
	for _, r := range rows {
		line := runRowLine(r)
		text := line.Result
		if len(line.Messages) > 0 {
			text += ": " + strings.Join(line.Messages, "; ")
		}
		s.print(line, "%-14s %-32.32s %s %12s  %s", line.Number, line.Client, r.Amount.Currency(), r.Amount, text)
	}
	return nil
}

// runJSON is a run, and how many of its invoices ended how. Exported counts what was taken into Xero.
type runJSON struct {
	Run          app.RunID `json:"run"`
	Organisation string    `json:"organisation"`
	By           string    `json:"by"`
	Started      string    `json:"started"`
	Ended        string    `json:"ended"` // "" while it goes on
	Exported     int       `json:"exported"`
	Warnings     int       `json:"warnings"`
	Failed       int       `json:"failed"`
	Unknown      int       `json:"unknown"`
}

func runLine(r app.RunSummary) runJSON {
	line := runJSON{
		Run: r.Run.ID, Organisation: r.Organisation.Name, By: r.ByName, Started: app.Stamp(r.Run.Started), Ended: app.Stamp(r.Run.Ended),
		Exported: r.Exported, Warnings: r.Warned, Failed: r.Failed, Unknown: r.Unknown,
	}
	if r.Run.Kind == app.RemovalRun {
		line.Exported = 0
	}
	return line
}

// counts says how the invoices of a run ended.
func counts(r app.RunSummary) string {
	done := map[string]string{"export": "exported", "draft": "taken back to draft", "void": "voided"}[r.Does()]
	text := strconv.Itoa(r.Exported) + " " + done
	for _, c := range []struct {
		n    int
		word string
	}{{r.Warned, "with a warning"}, {r.Failed, "failed"}, {r.Unknown, "unknown"}, {r.Queued + r.Exporting, "under way"}, {r.Cancelled, "cancelled"}} {
		if c.n > 0 {
			text += ", " + strconv.Itoa(c.n) + " " + c.word
		}
	}
	return text
}

// runRowJSON is one invoice in a run.
type runRowJSON struct {
	Number      billing.Number `json:"number"`
	Client      string         `json:"client"`
	Sent        string         `json:"sent"`     // "" while it provably never was
	Answered    string         `json:"answered"` // "" while Xero never answered
	Result      string         `json:"result"`
	Messages    []string       `json:"messages"`
	Correlation string         `json:"correlation"` // Xero's identifier of the call that it answered
}

func runRowLine(r app.RunRow) runRowJSON {
	return runRowJSON{r.Number, r.ClientName, app.Stamp(r.Sent), app.Stamp(r.Answered), r.Result(), texts(r.Messages), r.Correlation}
}
