package data

import (
	"database/sql"

	"feebridge/app"
	"feebridge/app/staff"
)

const auditColumns = "seq, at, by_id, by_name, action, subject, id, was, became, previous"

func scanEntry(row *sql.Rows, more ...any) (e staff.Entry, err error) {
	err = row.Scan(append([]any{&e.Seq, at{&e.At}, &e.By, &e.ByName, &e.Action, &e.Subject, &e.ID, &e.From, &e.To, &e.Previous}, more...)...)
	return e, err
}

// Audit implements app.Reader.
func (r *reader) Audit(q app.AuditQuery) ([]staff.Entry, error) {
	query := "SELECT " + auditColumns + " FROM audit WHERE true"
	var args []any
	when := func(asked bool, condition string, values ...any) {
		if asked {
			query += " AND " + condition
			args = append(args, values...)
		}
	}
	when(q.Subject != "", "subject = ?", q.Subject)
	when(q.ID != "", "id = ?", q.ID)
	when(q.By != "", "by_id = ?", q.By)
	when(q.Action != "", "action = ?", q.Action)
	when(!q.From.IsZero(), "at >= ?", millis(q.From))
	when(!q.To.IsZero(), "at < ?", millis(q.To))
	when(q.Before > 0, "seq < ?", q.Before)
	query += " ORDER BY seq DESC"
	if q.Limit > 0 {
		query += " LIMIT ?"
		args = append(args, q.Limit)
	}
	return many(r, "reading the audit trail", func(row *sql.Rows) (staff.Entry, error) { return scanEntry(row) }, query, args...)
}

// Chain implements app.Reader.
func (r *reader) Chain(fn func(e staff.Entry, hash string) error) (head staff.Head, err error) {
	const doing = "reading the audit trail"
	err = r.each(doing, func(row *sql.Rows) error {
		var hash string
		e, err := scanEntry(row, &hash)
		if err != nil {
			return err
		}
		return fn(e, hash)
	}, "SELECT "+auditColumns+", hash FROM audit ORDER BY seq")
	if err != nil {
		return head, err
	}
	err = r.each(doing, func(row *sql.Rows) error { return row.Scan(&head.Seq, &head.Hash) }, "SELECT seq, hash FROM audit_head")
	return head, err
}

// link is what the next entry of the audit trail is chained to.
type link struct {
	seq  int64
	hash string
}

// Record implements app.Tx. The database itself refuses an entry that does not follow
// the last one, and any change of one that is there. An entry follows the head that is kept apart from
// the trail: where the end was cut off, or something added past it, the break stays on record.
func (w *writer) Record(entries ...staff.Entry) error {
	const doing = "adding to the audit trail"
	if len(entries) == 0 {
		return nil
	}
	if w.last == nil {
		var last link
		err := w.each(doing, func(row *sql.Rows) error { return row.Scan(&last.seq, &last.hash) },
			"SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
		if err != nil {
			return err
		}
		var kept link
		err = w.each(doing, func(row *sql.Rows) error { return row.Scan(&kept.seq, &kept.hash) }, "SELECT seq, hash FROM audit_head")
		if kept.hash != "" {
			last = link{max(last.seq, kept.seq), kept.hash}
		}
		if err != nil {
			return err
		}
		w.last, w.opens = &last, last == link{}
	}
	last := *w.last
	r := newRows(11, len(entries))
	for _, e := range entries {
		e.Seq, e.At, e.Previous = last.seq+1, w.now, last.hash
		last = link{e.Seq, e.Hash()}
		r.add(e.Seq, millis(e.At), e.By, e.ByName, e.Action, e.Subject, e.ID, e.From, e.To, e.Previous, last.hash)
	}
	_, err := w.execRows(doing, "INSERT INTO audit (seq, at, by_id, by_name, action, subject, id, was, became, previous, hash) VALUES ", r, "")
	if err != nil {
		return err
	}
	w.last, w.added = &last, true
	return nil
}

// keepHead keeps the last entry that the transaction added apart from the trail.
func (w *writer) keepHead() error {
	if !w.added {
		return nil
	}
	keep := "UPDATE audit_head SET seq = ?, hash = ?" // one that is gone stays away, and shows
	if w.opens {
		keep = "INSERT INTO audit_head (id, seq, hash) VALUES (1, ?, ?)"
	}
	_, err := w.exec("adding to the audit trail", keep, w.last.seq, w.last.hash)
	return err
}
