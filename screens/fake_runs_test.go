package screens

import (
	"context"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
)

// RunHistory answers as the application does, from what the other methods began.
func (f *fakeApp) RunHistory(_ context.Context, by staff.Member, q app.RunQuery) ([]app.RunSummary, error) {
	if err := f.enter("RunHistory"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, q)
	var all []app.RunSummary
	past := q.Before == ""
	for _, r := range f.runs {
		s, rows := f.runView(*r, by)
		numbered := q.Number == ""
		for _, row := range rows {
			numbered = numbered || strings.Contains(strings.ToLower(string(row.Number)), strings.ToLower(q.Number))
		}
		fits := len(rows) > 0 && numbered && (q.Tenant == "" || q.Tenant == r.Tenant) && (q.By == "" || q.By == r.By) && !r.Started.Before(q.From) && (!q.Failed || s.Failed > 0)
		if past && fits && (q.Limit == 0 || len(all) < q.Limit) {
			all = append(all, s)
		}
		past = past || r.ID == q.Before
	}
	return all, nil
}

func (f *fakeApp) RunView(_ context.Context, by staff.Member, id app.RunID) (app.RunSummary, []app.RunRow, error) {
	if err := f.enter("RunView"); err != nil {
		return app.RunSummary{}, nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.runs {
		if r.ID == id {
			s, rows := f.runView(*r, by)
			return s, rows, nil
		}
	}
	return app.RunSummary{}, nil, app.Errorf(app.NotFound, "absent.run", "ID", id)
}

// runView is what a member sees of a run. The lock is held.
func (f *fakeApp) runView(run app.Run, by staff.Member) (app.RunSummary, []app.RunRow) {
	s := app.RunSummary{Run: run, ByName: "Olivia Hart"}
	if s.Tally = f.tally(run.ID); s.Open() == 0 {
		s.Run.Ended = run.Started.Add(f.took)
	}
	for _, o := range f.orgs {
		if o.Tenant.ID == run.Tenant {
			s.Organisation = o.Tenant
		}
	}
	row := func(id string, of billing.InvoiceID) app.RunRow {
		v := f.invoice(of)
		r := f.row(v)
		return app.RunRow{ID: id, Invoice: of, Client: v.Client, ClientName: r.Client, Number: v.Number, Amount: r.Total}
	}
	var rows []app.RunRow
	for _, e := range f.ofRun(run.ID) {
		r := row(string(e.ID), e.Invoice)
		r.Sent, r.Answered, r.Correlation, r.Ended, r.State, r.Since, r.Messages = e.Sent, e.Answered, e.Correlation, e.Ended, e.Result, e.Result, e.Messages
		if e.Ended.IsZero() {
			r.State, r.Since = billing.Queued, billing.Queued
		}
		rows = append(rows, r)
	}
	for _, m := range f.after.removals {
		if m.Run == run.ID {
			r := row(string(m.ID), m.Invoice)
			r.Becomes, r.Removal, r.Ended, r.Messages = m.To, m.Result, m.Ended, m.Messages
			rows = append(rows, r)
		}
	}
	var seen []app.RunRow
	for _, r := range rows {
		if by.May(staff.See, r.Client) {
			seen = append(seen, r)
		}
	}
	return s, seen
}
