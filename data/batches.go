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

// Batches implements outbox.Reader.
func (r *reader) Batches(t ledger.TenantID, states ...app.BatchState) ([]app.Batch, error) {
	return many(r, "reading the batches", scanBatch,
		"SELECT "+batchColumns+", NULL FROM batches WHERE tenant = ? AND state IN (SELECT value FROM list(?)) ORDER BY seq", t, idList(states))
}

func noBatch(id app.BatchID) error { return app.Errorf(app.NotFound, "absent.batch", "ID", id) }

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
