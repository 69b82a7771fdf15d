package data

import (
	"database/sql"

	"feebridge/app/staff"
)

// Audit implements app.Reader.
func (r *reader) Audit(subject, id string) ([]staff.Entry, error) {
	query := "SELECT seq, at, by_id, by_name, action, subject, id, was, became, previous FROM audit"
	var args []any
	if subject != "" {
		query += " WHERE subject = ? AND id = ?"
		args = []any{subject, id}
	}
	return many(r, "reading the audit trail", func(row *sql.Rows) (e staff.Entry, err error) {
		err = row.Scan(&e.Seq, at{&e.At}, &e.By, &e.ByName, &e.Action, &e.Subject, &e.ID, &e.From, &e.To, &e.Previous)
		return e, err
	}, query+" ORDER BY seq", args...)
}

// link is what the next entry of the audit trail is chained to.
type link struct {
	seq  int64
	hash string
}

// Record implements app.Tx. The database itself refuses an entry that does not follow
// the last one, and any change of one that is there.
func (w *writer) Record(e staff.Entry) error {
	const doing = "adding to the audit trail"
	if w.last == nil {
		var last link
		err := w.each(doing, func(row *sql.Rows) error { return row.Scan(&last.seq, &last.hash) },
			"SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
		if err != nil {
			return err
		}
		w.last = &last
	}
	e.Seq, e.At, e.Previous = w.last.seq+1, w.now, w.last.hash
	next := link{e.Seq, e.Hash()}
	_, err := w.exec(doing, `
		INSERT INTO audit (seq, at, by_id, by_name, action, subject, id, was, became, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.Seq, millis(e.At), e.By, e.ByName, e.Action, e.Subject, e.ID, e.From, e.To, e.Previous, next.hash)
	if err != nil {
		return err
	}
	w.last = &next
	return nil
}
