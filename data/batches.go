package data

import (
	"database/sql"

	"feebridge/app"
	"feebridge/app/ledger"
)

const batchColumns = "id, tenant, kind, key, members, state, tries, tried, tried_last, troubles, look_up"

func scanBatch(row *sql.Rows) (b app.Batch, err error) {
	err = row.Scan(&b.ID, &b.Tenant, &b.Kind, &b.Key, inJSON{&b.Members}, &b.State, &b.Tries, at{&b.Tried}, at{&b.TriedLast}, &b.Troubles, &b.LookUp, &b.Body)
	return b, err
}

// Batches implements app.Reader.
func (r *reader) Batches(t ledger.TenantID, states ...app.BatchState) ([]app.Batch, error) {
	return many(r, "reading the batches", scanBatch,
		"SELECT "+batchColumns+", NULL FROM batches WHERE tenant = ? AND state IN (SELECT value FROM list(?)) ORDER BY seq", t, idList(states))
}

// Batch implements app.Reader.
func (r *reader) Batch(id app.BatchID) (app.Batch, error) {
	return one(r, "reading a batch", noBatch(id), scanBatch, "SELECT "+batchColumns+", body FROM batches WHERE id = ?", id)
}

func noBatch(id app.BatchID) error { return app.Errorf(app.NotFound, "There is no batch %s.", id) }

var batchesTable = table{
	name: "batches", changes: "members, state, tries, tried, tried_last, troubles, look_up", fixed: "tenant, kind, key, body",
	large: true,
	refuse: func(row []any) error {
		if body, _ := row[11].([]byte); len(body) == 0 {
			return noBatch(app.BatchID(row[7].(string)))
		}
		return nil
	},
}

// SaveBatch implements app.Tx.
func (w *writer) SaveBatch(b app.Batch) error { return w.SaveBatches(b) }

// SaveBatches implements outbox.Tx. The organisation of a batch does not change either. A
// batch that is not there and comes without a body is NotFound.
func (w *writer) SaveBatches(all ...app.Batch) error {
	r := newRows(12, len(all))
	for _, b := range all {
		w.sends = w.sends || b.State == app.Sending
		r.add(toJSON(b.Members), b.State, b.Tries, millis(b.Tried), millis(b.TriedLast), b.Troubles, b.LookUp, string(b.ID),
			b.Tenant, b.Kind, b.Key, b.Body)
	}
	_, err := w.save("saving batches", batchesTable, r)
	return err
}

// DeleteBatch implements app.Tx. A batch that is being sent, or ever was, is a Conflict;
// so is one that an export still counts on.
func (w *writer) DeleteBatch(id app.BatchID) error {
	deleted, err := w.exec("deleting a batch", "DELETE FROM batches WHERE id = ? AND tries = 0 AND state = 'ready'", id)
	if w.engine.Broken(err) == Reference || err == nil && deleted == 0 {
		return &app.Error{Code: app.Conflict, Text: "The batch %s is being sent, or was.", Args: []any{id}, Err: err}
	}
	return err
}
