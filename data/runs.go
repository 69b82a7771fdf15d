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
	return one(r, "reading a run", app.Errorf(app.NotFound, "There is no export run %s.", id),
		scanRun, "SELECT "+runColumns+" FROM runs WHERE id = ?", id)
}

// Runs implements app.Reader.
func (r *reader) Runs(t ledger.TenantID, openOnly bool) ([]app.Run, error) {
	query := "SELECT " + runColumns + " FROM runs WHERE tenant = ?"
	if openOnly {
		query += " AND ended = 0"
	}
	return many(r, "reading the runs", scanRun, query+" ORDER BY started DESC, id DESC", t)
}

// SaveRun implements app.Tx. The kind, the organisation and the start of a run do not change.
func (w *writer) SaveRun(r app.Run) error {
	_, err := w.exec("saving a run", `
		INSERT INTO runs (id, kind, tenant, started_by, started, confirmed, ended) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET started_by = excluded.started_by, confirmed = excluded.confirmed, ended = excluded.ended`,
		r.ID, r.Kind, r.Tenant, sql.NullString{String: string(r.By), Valid: r.By != ""}, millis(r.Started), millis(r.Confirmed), millis(r.Ended))
	if err == nil {
		w.note("run", string(r.ID))
	}
	return err
}

// Tally implements app.Reader. An export that is not ended counts by what its invoice
// is at. What ended otherwise than exported, failed or cancelled is in Xero, or was, and
// counts as Warned: a person has to look at it.
func (r *reader) Tally(id app.RunID) (app.Tally, error) {
	var t app.Tally
	err := r.each("counting a run", func(row *sql.Rows) error {
		var ended bool
		var state billing.ExportState
		var n int
		err := row.Scan(&ended, named[billing.ExportState]{&state, exportStates}, &n)
		t.All += n
		*counter(&t, ended, state) += n
		return err
	}, `SELECT ended <> 0, iif(ended <> 0, result, (SELECT export FROM invoices WHERE id = exports.invoice)), count(*)
		FROM exports WHERE run = ? GROUP BY 1, 2`, id)
	if err != nil || t.All > 0 {
		return t, err
	}
	return r.tallyRemovals(id)
}

func counter(t *app.Tally, ended bool, state billing.ExportState) *int {
	switch {
	case ended && state == billing.NotExported:
		return &t.Cancelled
	case ended && state == billing.Failed:
		return &t.Failed
	case ended && state == billing.Exported:
		return &t.Exported
	case ended:
		return &t.Warned
	case state == billing.Unknown:
		return &t.Unknown
	case state == billing.Exporting:
		return &t.Exporting
	}
	return &t.Queued
}
