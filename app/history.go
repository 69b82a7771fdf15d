package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// RunCount counts what is in a run by how it ended there, whatever has become of it in Xero since.
type RunCount struct {
	Tally
	Voids bool // it voids invoices in Xero
}

// RunRow is one invoice in a run.
type RunRow struct {
	ID          string // of the export or the removal
	Invoice     billing.InvoiceID
	Client      billing.ClientID
	ClientName  string
	Number      billing.Number
	Amount      money.Amount         // that it was sent with; what the invoice comes to where it never was
	Sent        time.Time            // first; zero while it provably never was
	Answered    time.Time            // when Xero last answered a request with it; zero while it never did
	Correlation string               // Xero's identifier of the call that it answered then
	Ended       time.Time            // zero while it is not settled
	State       billing.ExportState  // how an export ended in the run; of what has not ended, what the invoice is at
	Since       billing.ExportState  // what the export is at now, such as Voided in Xero since
	Becomes     ledger.InvoiceStatus // of a removal; "" for an export
	Removal     RemovalResult        // of a removal, once ended
	Messages    []ledger.Message
}

// Failed reports whether what was asked for was not done.
func (r RunRow) Failed() bool {
	if r.Becomes != "" {
		return r.Removal == KeptThere
	}
	return !r.Ended.IsZero() && r.State == billing.Failed
}

// Took returns how long Xero took to answer, from when it was first sent; 0 where either is not known.
func (r RunRow) Took() time.Duration {
	if r.Sent.IsZero() || r.Answered.Before(r.Sent) {
		return 0
	}
	return r.Answered.Sub(r.Sent)
}

// Result names how it ended, or what it is at, in the words of commands and files.
func (r RunRow) Result() string {
	switch {
	case r.Removal != "":
		return string(r.Removal)
	case r.Becomes == "" && !r.Ended.IsZero() && r.State == billing.NotExported:
		return "cancelled"
	}
	return r.State.String()
}

// RunSummary is a run with what came of it, as far as a member may see.
type RunSummary struct {
	Run          Run
	Organisation ledger.Tenant
	ByName       string // who started it; "Feebridge" for what it found in Xero itself
	RunCount
}

// Took returns how long the run took; 0 while it has not ended.
func (s RunSummary) Took() time.Duration {
	if s.Run.Ended.IsZero() {
		return 0
	}
	return s.Run.Ended.Sub(s.Run.Started)
}

// Does names what the run does, in the words of commands and files.
func (s RunSummary) Does() string {
	switch {
	case s.Run.Kind != RemovalRun:
		return "export"
	case s.Voids:
		return "void"
	}
	return "draft"
}

// RunHistory returns the runs that q asks for, newest first. Those are left out in which no invoice is
// that the member may see, and of the others only such invoices count.
func (a *App) RunHistory(ctx context.Context, by staff.Member, q RunQuery) ([]RunSummary, error) {
	var all []RunSummary
	err := a.View(ctx, func(r Reader) (err error) {
		q.Clients = seen(by)
		runs, err := r.RunsBy(q)
		if err != nil || len(runs) == 0 {
			all = nil
			return err
		}
		all, err = summaries(r, runs, q.Clients)
		return err
	})
	return all, err
}

// RunView returns a run and what of it the member may see, in the order in which it was asked for. A run
// of which that is nothing is NotFound, as one that is not there.
func (a *App) RunView(ctx context.Context, by staff.Member, id RunID) (s RunSummary, rows []RunRow, err error) {
	err = a.View(ctx, func(r Reader) error {
		run, err := r.Run(id)
		if err != nil {
			return err
		}
		clients := seen(by)
		if rows, err = r.RunRows(id, clients); err != nil {
			return err
		}
		if len(rows) == 0 && clients != nil {
			return Errorf(NotFound, "absent.run", "ID", id)
		}
		all, err := summaries(r, []Run{run}, clients)
		if err == nil {
			s = all[0]
		}
		return err
	})
	return s, rows, err
}

// seen returns the clients whose invoices the member may see; nil for all.
func seen(by staff.Member) []billing.ClientID {
	if by.May(staff.See, "") {
		return nil
	}
	clients := []billing.ClientID{}
	for _, c := range slices.Sorted(maps.Keys(by.Roles)) {
		if by.May(staff.See, c) {
			clients = append(clients, c)
		}
	}
	return clients
}

// summaries counts runs, and names who started them and where they go.
func summaries(r Reader, runs []Run, clients []billing.ClientID) ([]RunSummary, error) {
	ids := make([]RunID, len(runs))
	for i, run := range runs {
		ids[i] = run.ID
	}
	counts, err := r.RunCounts(ids, clients)
	if err != nil {
		return nil, err
	}
	members, err := r.Staff()
	if err != nil {
		return nil, err
	}
	orgs, err := r.Organisations()
	if err != nil {
		return nil, err
	}
	names, tenants := map[staff.ID]string{"": Itself.Name}, map[ledger.TenantID]ledger.Tenant{}
	for _, m := range members {
		names[m.ID] = m.Name
	}
	for _, o := range orgs {
		tenants[o.Tenant.ID] = o.Tenant
	}
	all := make([]RunSummary, len(runs))
	for i, run := range runs {
		all[i] = RunSummary{run, tenants[run.Tenant], names[run.By], counts[run.ID]}
	}
	return all, nil
}

// RunsSheet returns runs as a sheet: a header, and a row a run in the order given.
func RunsSheet(all []RunSummary) [][]SheetCell {
	cells := [][]SheetCell{textCells("Run", "Does", "Organisation", "By", "Started", "Ended", "Invoices", "Exported", "Warnings", "Failed", "Unknown", "Open", "Cancelled", "Seconds")}
	for _, s := range all {
		row := textCells(string(s.Run.ID), s.Does(), s.Organisation.Name, s.ByName, Stamp(s.Run.Started), Stamp(s.Run.Ended))
		for _, n := range []int{s.All, s.Exported, s.Warned, s.Failed, s.Unknown, s.Open(), s.Cancelled} {
			row = append(row, SheetCell{Text: strconv.Itoa(n), Kind: NumberCell})
		}
		cells = append(cells, append(row, secondsCell(s.Took())))
	}
	return cells
}

// RunRowsSheet returns what is in a run as a sheet, likewise.
func RunRowsSheet(rows []RunRow) [][]SheetCell {
	cells := [][]SheetCell{textCells("Number", "Client", "Currency", "Amount", "Sent", "Answered", "Seconds", "Result", "Messages", "Correlation ID")}
	for _, r := range rows {
		cells = append(cells, slices.Concat(
			textCells(string(r.Number), r.ClientName, string(r.Amount.Currency())), []SheetCell{amountCell(r.Amount)},
			textCells(Stamp(r.Sent), Stamp(r.Answered)), []SheetCell{secondsCell(r.Took())},
			textCells(r.Result(), strings.Join(messageTexts(r.Messages), "; "), r.Correlation),
		))
	}
	return cells
}

// Stamp writes an instant for a file or a program: RFC 3339, in UTC; "" for none.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func secondsCell(d time.Duration) SheetCell {
	if d == 0 {
		return SheetCell{}
	}
	return SheetCell{Text: strconv.FormatFloat(d.Seconds(), 'f', -1, 64), Kind: NumberCell}
}

func messageTexts(all []ledger.Message) []string {
	texts := make([]string, len(all))
	for i, m := range all {
		texts[i] = m.Text
	}
	return texts
}

// RunForSupport returns a run and some of its rows as a text for whoever helps. It tells nothing of
// clients unless it is to: of messages the causes alone, since Xero's words quote names and amounts, and only those numbers
// that are the firm's prefix and digits.
func RunForSupport(s RunSummary, rows []RunRow, firm Firm, versions string, clients bool) string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, strings.ReplaceAll(value, "\n", "\n  "))
		}
	}
	line("versions", versions)
	line("run", string(s.Run.ID))
	line("does", s.Does())
	line("tenant", string(s.Run.Tenant))
	if clients {
		line("organisation", s.Organisation.Name)
		line("by", s.ByName)
	}
	line("started", Stamp(s.Run.Started))
	line("ended", Stamp(s.Run.Ended))
	line("counts", fmt.Sprintf("%d invoices, %d exported, %d with warnings, %d failed, %d unknown, %d open, %d cancelled",
		s.All, s.Exported, s.Warned, s.Failed, s.Unknown, s.Open(), s.Cancelled))
	for _, r := range rows {
		b.WriteString("\n")
		line("invoice", string(r.Invoice))
		if clients || tellsNobody(r.Number, firm.Numbering.Prefix) {
			line("number", string(r.Number))
		}
		if clients {
			line("client", r.ClientName)
			line("amount", r.Amount.String()+" "+string(r.Amount.Currency()))
		}
		line("result", r.Result())
		if r.Since != r.State && r.Becomes == "" {
			line("since", r.Since.String())
		}
		line("sent", Stamp(r.Sent))
		line("answered", Stamp(r.Answered))
		line("correlation", r.Correlation)
		for _, m := range r.Messages {
			kind := "error"
			if m.Warning {
				kind = "warning"
			}
			text := "other"
			if m.Cause != ledger.Other && slices.Contains(ledger.Causes(), m.Cause) {
				text = string(m.Cause)
			}
			if clients {
				text += ": " + m.Text
			}
			line(kind, text)
		}
	}
	return b.String()
}

// tellsNobody reports whether a number is made of the firm's prefix and digits, and so names no client.
func tellsNobody(n billing.Number, prefix string) bool {
	digits := strings.TrimPrefix(n.Fold(), billing.Number(prefix).Fold())
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}
