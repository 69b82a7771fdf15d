package data

import (
	"database/sql"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
)

const runColumns = "id, kind, tenant, coalesce(started_by, ''), started, confirmed, ended"

func scanRun(row *sql.Rows) (r app.Run, err error) {
	err = row.Scan(&r.ID, &r.Kind, &r.Tenant, &r.By, at{&r.Started}, at{&r.Confirmed}, at{&r.Ended})
	return r, err
}

// Run implements app.Reader.
func (r *reader) Run(id app.RunID) (app.Run, error) {
	return one(r, "reading a run", app.Errorf(app.NotFound, "absent.run", "ID", id),
		scanRun, "SELECT "+runColumns+" FROM runs WHERE id = ?", id)
}

// RunsByID implements app.Reader.
func (r *reader) RunsByID(ids []app.RunID) (map[app.RunID]app.Run, error) {
	all, err := many(r, "reading runs", scanRun,
		"SELECT "+runColumns+" FROM (SELECT value FROM list(?)) asked CROSS JOIN runs ON id = asked.value", idList(ids))
	byID := make(map[app.RunID]app.Run, len(all))
	for _, run := range all {
		byID[run.ID] = run
	}
	return byID, err
}

// Runs implements app.Reader.
func (r *reader) Runs(t ledger.TenantID, openOnly bool) ([]app.Run, error) {
	query := "SELECT " + runColumns + " FROM runs WHERE tenant = ?"
	if openOnly {
		query += " AND ended = 0"
	}
	return many(r, "reading the runs", scanRun, query+" ORDER BY started DESC, id DESC", t)
}

// SaveRuns implements app.Tx.
func (w *writer) SaveRuns(all ...app.Run) error {
	all = lastOfEach(all, func(r app.Run) app.RunID { return r.ID })
	values := newRows(7, len(all))
	for _, r := range all {
		values.add(r.ID, r.Kind, r.Tenant, orNull(r.By), millis(r.Started), millis(r.Confirmed), millis(r.Ended))
	}
	_, err := w.execRows("saving runs", "INSERT INTO runs (id, kind, tenant, started_by, started, confirmed, ended) VALUES ", values,
		overwrite("id", "started_by, confirmed, ended"))
	if err != nil {
		return err
	}
	for _, r := range all {
		w.note("run", string(r.ID))
	}
	return nil
}

// Tally implements app.Reader.
func (r *reader) Tally(id app.RunID) (t app.Tally, err error) {
	all, err := r.tallies("run.id = ?", id)
	return all[id], err
}

// Tallies implements app.Reader.
func (r *reader) Tallies(t ledger.TenantID) (map[app.RunID]app.Tally, error) {
	return r.tallies("run.tenant = ? AND run.ended = 0", t)
}

// tallies counts the runs of which a condition holds.
func (r *reader) tallies(which string, args ...any) (map[app.RunID]app.Tally, error) {
	const doing = "counting runs"
	all := map[app.RunID]app.Tally{}
	err := r.each(doing, func(row *sql.Rows) error {
		var run app.RunID
		var ended bool
		var state billing.ExportState
		var n int
		err := row.Scan(&run, &ended, named[billing.ExportState]{&state, exportStates}, &n)
		t := all[run]
		t.CountExports(n, ended, state)
		all[run] = t
		return err
	}, `SELECT run.id, e.ended <> 0, CASE WHEN e.ended <> 0 THEN e.result ELSE (SELECT export FROM invoices WHERE id = e.invoice) END, count(*)
		FROM runs run CROSS JOIN exports e ON e.run = run.id WHERE `+which+` GROUP BY 1, 2, 3`, args...)
	if err != nil {
		return nil, err
	}
	err = r.each(doing, func(row *sql.Rows) error {
		var run app.RunID
		var result app.RemovalResult
		var state app.BatchState
		var n int
		err := row.Scan(&run, &result, &state, &n)
		t := all[run]
		t.CountRemovals(n, result, state)
		all[run] = t
		return err
	}, `SELECT run.id, m.result, coalesce(b.state, ''), count(*)
		FROM runs run CROSS JOIN removals m ON m.run = run.id LEFT JOIN batches b ON b.id = m.batch WHERE `+which+` GROUP BY 1, 2, 3`, args...)
	return all, err
}
