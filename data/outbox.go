package data

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/outbox"
)

// Look implements outbox.Store.
func (s *Store) Look(ctx context.Context, fn func(outbox.Reader) error) error {
	return s.view(ctx, func(r *reader) error { return fn(r) })
}

// Work implements outbox.Store. As in Update, fn runs once.
func (s *Store) Work(ctx context.Context, fence app.Fence, fn func(outbox.Tx) error) error {
	return s.update(ctx, func(w *writer) error {
		if err := w.Guard(fence); err != nil {
			return err
		}
		return fn(w)
	})
}

// BatchesByID implements outbox.Reader.
func (r *reader) BatchesByID(ids ...app.BatchID) ([]app.Batch, error) {
	return many(r, "reading batches", scanBatch,
		"SELECT "+batchColumns+", body FROM (SELECT key AS place, value FROM list(?)) asked CROSS JOIN batches ON id = asked.value ORDER BY asked.place", idList(ids))
}

// WaitingExports implements outbox.Reader.
func (r *reader) WaitingExports(q outbox.Waiting) ([]app.Export, error) {
	where, args := waitingExports(q)
	return many(r, "reading what waits", scanOneExport, "SELECT "+exportColumns+where+" ORDER BY e.seq LIMIT ?", append(args, q.Limit)...)
}

// WaitingClients implements outbox.Reader.
func (r *reader) WaitingClients(q outbox.Waiting) ([]billing.ClientID, error) {
	where, args := waitingExports(q)
	return many(r, "reading what waits", func(row *sql.Rows) (id billing.ClientID, err error) {
		err = row.Scan(&id)
		return id, err
	}, "SELECT DISTINCT i.client"+where, args...)
}

func waitingExports(q outbox.Waiting) (where string, args []any) {
	where = ` FROM exports e CROSS JOIN invoices i ON i.id = e.invoice
		WHERE e.tenant = ? AND e.batch IS NULL AND e.ended = 0 AND e.run IN (SELECT value FROM list(?))`
	args = []any{q.Tenant, idList(q.Runs)}
	if len(q.Without) > 0 {
		where += " AND i.client NOT IN (SELECT value FROM list(?))"
		args = append(args, idList(q.Without))
	}
	return where, args
}

// TrackedExports implements outbox.Reader.
func (r *reader) TrackedExports(ids []app.ExportID) ([]app.Tracked, error) {
	all, err := many(r, "reading exports", func(row *sql.Rows) (app.Tracked, error) { return scanTracked(row) },
		"SELECT "+trackedColumns+` FROM list(?) asked CROSS JOIN exports e ON e.id = asked.value CROSS JOIN invoices i ON i.id = e.invoice
		ORDER BY asked.key`, idList(ids))
	if err != nil {
		return nil, err
	}
	for n, id := range ids {
		if n == len(all) || all[n].Export.ID != id {
			return nil, noExport(id)
		}
	}
	return all, nil
}

// Unplan implements outbox.Tx.
func (w *writer) Unplan(ids ...app.BatchID) error {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	untried, err := many(w.reader, "reading requests", scanBatchID, "SELECT id FROM batches WHERE id IN (SELECT value FROM list(?)) AND "+neverTried, idList(ids))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !slices.Contains(untried, id) {
			return app.Errorf(app.Conflict, "absent.batch-unsent", "ID", id)
		}
	}
	return w.unplan(ids)
}

// UnplanRun implements app.Tx.
func (w *writer) UnplanRun(run app.RunID) error {
	ids, err := many(w.reader, "reading the requests of a run", scanBatchID, `SELECT id FROM batches WHERE `+neverTried+` AND id IN (
		SELECT batch FROM exports WHERE run = ? UNION ALL SELECT batch FROM removals WHERE run = ?)`, run, run)
	if err != nil {
		return err
	}
	return w.unplan(ids)
}

// neverTried holds for the batches that can be taken back.
const neverTried = "tries = 0 AND state = 'ready'"

func scanBatchID(row *sql.Rows) (id app.BatchID, err error) {
	err = row.Scan(&id)
	return id, err
}

// unplan lets the members of batches that were never tried wait again, and deletes the batches.
func (w *writer) unplan(ids []app.BatchID) error {
	const doing = "taking requests back"
	if len(ids) == 0 {
		return nil
	}
	for _, members := range []string{"exports", "removals"} {
		err := w.each(doing, func(row *sql.Rows) error {
			var invoice, run string
			err := row.Scan(&invoice, &run)
			w.note("invoice", invoice)
			w.note("run", run)
			return err
		}, "UPDATE "+members+" SET batch = NULL WHERE batch IN (SELECT value FROM list(?)) RETURNING invoice, run", idList(ids))
		if err != nil {
			return err
		}
	}
	_, err := w.exec(doing, "DELETE FROM batches WHERE id IN (SELECT value FROM list(?))", idList(ids))
	return err
}

// NeverReplay implements app.Tx.
func (w *writer) NeverReplay(t ledger.TenantID) error {
	_, err := w.exec("keeping requests from being sent again",
		"UPDATE batches SET look_up = 1, troubles = 0 WHERE tenant = ? AND state IN ('sending', 'lost')", t)
	return err
}

// AdvanceAll implements app.Tx.
func (w *writer) AdvanceAll(moves map[billing.Stage][]billing.InvoiceID) error {
	deletedFirst := func(a, b billing.Stage) int {
		return -cmp.Or(cmp.Compare(a.Status, b.Status), cmp.Compare(a.Export, b.Export)) // Deleted is the last of all
	}
	for _, to := range slices.SortedFunc(maps.Keys(moves), deletedFirst) {
		if err := w.Advance(to, moves[to]...); err != nil {
			return err
		}
	}
	return nil
}
