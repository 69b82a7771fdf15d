package data

import (
	"database/sql"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

const runColumns = "id, tenant, by, started, confirmed, ended"

func scanRuns(rows *sql.Rows) ([]app.Run, error) {
	defer rows.Close()
	var all []app.Run
	for rows.Next() {
		var r app.Run
		var started, confirmed, ended int64
		if err := rows.Scan(&r.ID, &r.Tenant, &r.By, &started, &confirmed, &ended); err != nil {
			return nil, err
		}
		r.Started, r.Confirmed, r.Ended = instant(started), instant(confirmed), instant(ended)
		all = append(all, r)
	}
	return all, rows.Err()
}

// Run implements app.Reader.
func (r *reader) Run(id app.RunID) (app.Run, error) {
	rows, err := r.rows("SELECT "+runColumns+" FROM runs WHERE id = ?", id)
	if err != nil {
		return app.Run{}, err
	}
	all, err := scanRuns(rows)
	if err == nil && len(all) == 0 {
		err = app.Errorf(app.NotFound, "There is no such run.")
	}
	if err != nil {
		return app.Run{}, err
	}
	return all[0], nil
}

// Runs implements app.Reader.
func (r *reader) Runs(t ledger.TenantID, openOnly bool) ([]app.Run, error) {
	where := "tenant = ?"
	if openOnly {
		where += " AND ended = 0"
	}
	rows, err := r.rows("SELECT "+runColumns+" FROM runs WHERE "+where+" ORDER BY started DESC, id DESC", t)
	if err != nil {
		return nil, err
	}
	return scanRuns(rows)
}

// Tally implements app.Reader.
func (r *reader) Tally(id app.RunID) (app.Tally, error) {
	var t app.Tally
	rows, err := r.rows(`SELECT e.ended <> 0, CASE WHEN e.ended <> 0 THEN e.result ELSE i.export END, count(*)
		FROM exports e JOIN invoices i ON i.id = e.invoice WHERE e.run = ? GROUP BY 1, 2`, id)
	if err != nil {
		return t, err
	}
	defer rows.Close()
	for rows.Next() {
		var ended bool
		var state string
		var n int
		if err := rows.Scan(&ended, &state, &n); err != nil {
			return t, err
		}
		t.All += n
		switch s := exportStates[state]; {
		case ended && s == billing.NotExported:
			t.Cancelled += n
		case ended && s == billing.Failed:
			t.Failed += n
		case ended && s == billing.Exported:
			t.Exported += n
		case ended:
			t.Warned += n
		case s == billing.Unknown:
			t.Unknown += n
		case s == billing.Exporting:
			t.Exporting += n
		default:
			t.Queued += n
		}
	}
	return t, rows.Err()
}

const exportColumns = `id, run, invoice, number, tenant, mark, expected, currency, coalesce(batch, ''), sent, since, small, ended, result, coalesce(standing, ''), messages`

// exports reads the exports that where says.
func (r *reader) exports(where string, args ...any) ([]app.Export, error) {
	rows, err := r.rows("SELECT "+exportColumns+" FROM exports WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []app.Export
	for rows.Next() {
		var e app.Export
		var expected, sent, since, ended int64
		var currency money.Currency
		var result string
		var standing standing
		err := rows.Scan(&e.ID, &e.Run, &e.Invoice, &e.Number, &e.Tenant, &e.Mark, &expected, &currency, &e.Batch, &sent, &since, &e.Small,
			&ended, &result, jsonText{&standing}, jsonText{&e.Messages})
		if err != nil {
			return nil, err
		}
		if currency != "" {
			e.Expected = money.New(expected, currency)
		}
		e.Sent, e.Since, e.Ended = instant(sent), instant(since), instant(ended)
		e.Result, e.Standing = exportStates[result], standing.ledger()
		all = append(all, e)
	}
	return all, rows.Err()
}

// standing is a ledger.Standing as the database keeps it.
type standing struct {
	ledger.Standing
	Currency                   money.Currency
	Total, Due, Paid, Credited int64
}

func newStanding(s ledger.Standing) standing {
	k := standing{s, s.Currency, s.Total.Minor(), s.AmountDue.Minor(), s.AmountPaid.Minor(), s.AmountCredited.Minor()}
	k.Standing.Total, k.AmountDue, k.AmountPaid, k.AmountCredited = money.Amount{}, money.Amount{}, money.Amount{}, money.Amount{}
	return k
}

func (k standing) ledger() ledger.Standing {
	s := k.Standing
	if s.ID == "" {
		return ledger.Standing{}
	}
	s.Currency = k.Currency
	s.Total, s.AmountDue = money.New(k.Total, k.Currency), money.New(k.Due, k.Currency)
	s.AmountPaid, s.AmountCredited = money.New(k.Paid, k.Currency), money.New(k.Credited, k.Currency)
	return s
}

// Exports implements app.Reader.
func (r *reader) Exports(ids []app.ExportID) ([]app.Export, error) {
	found, err := r.exports("id IN (SELECT value FROM json_each(?))", idList(ids))
	if err != nil {
		return nil, err
	}
	byID := make(map[app.ExportID]app.Export, len(found))
	for _, e := range found {
		byID[e.ID] = e
	}
	all := make([]app.Export, len(ids))
	for i, id := range ids {
		e, ok := byID[id]
		if !ok {
			return nil, app.Errorf(app.NotFound, "There is no export %s.", id)
		}
		all[i] = e
	}
	return all, nil
}

// ExportsOfRun implements app.Reader.
func (r *reader) ExportsOfRun(id app.RunID) ([]app.Export, error) {
	return r.exports("run = ? ORDER BY seq", id)
}

// ExportsOf implements app.Reader.
func (r *reader) ExportsOf(id billing.InvoiceID) ([]app.Export, error) {
	return r.exports("invoice = ? ORDER BY seq DESC", id)
}

// Waiting implements app.Reader.
func (r *reader) Waiting(t ledger.TenantID, n int) ([]app.Export, error) {
	return r.exports("tenant = ? AND batch IS NULL AND ended = 0 ORDER BY seq LIMIT ?", t, n)
}

func scanBatches(rows *sql.Rows) ([]app.Batch, error) {
	defer rows.Close()
	var all []app.Batch
	for rows.Next() {
		var b app.Batch
		var tried, last int64
		err := rows.Scan(&b.ID, &b.Tenant, &b.Kind, &b.Key, &b.Body, jsonText{&b.Members}, &b.State, &b.Tries, &tried, &last, &b.Troubles, &b.LookUp)
		if err != nil {
			return nil, err
		}
		b.Tried, b.TriedLast = instant(tried), instant(last)
		all = append(all, b)
	}
	return all, rows.Err()
}

// Batches implements app.Reader.
func (r *reader) Batches(t ledger.TenantID, s app.BatchState) ([]app.Batch, error) {
	rows, err := r.rows(`SELECT id, tenant, kind, key, NULL, members, state, tries, tried, tried_last, troubles, look_up
		FROM batches WHERE tenant = ? AND state = ? ORDER BY seq`, t, s)
	if err != nil {
		return nil, err
	}
	return scanBatches(rows)
}

// Batch implements app.Reader.
func (r *reader) Batch(id app.BatchID) (app.Batch, error) {
	rows, err := r.rows(`SELECT id, tenant, kind, key, body, members, state, tries, tried, tried_last, troubles, look_up
		FROM batches WHERE id = ?`, id)
	if err != nil {
		return app.Batch{}, err
	}
	all, err := scanBatches(rows)
	if err == nil && len(all) == 0 {
		err = app.Errorf(app.NotFound, "There is no batch %s.", id)
	}
	if err != nil {
		return app.Batch{}, err
	}
	return all[0], nil
}
