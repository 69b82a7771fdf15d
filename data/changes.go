package data

import (
	"context"
	"database/sql"

	"feebridge/app"
)

// Changes implements app.Store.
func (s *Store) Changes(ctx context.Context, after app.Seq) (changes []app.Change, err error) {
	err = s.view(ctx, func(r *reader) error {
		changes, err = many(r, "reading the change feed", func(row *sql.Rows) (c app.Change, err error) {
			err = row.Scan(&c.Seq, &c.Subject, &c.ID)
			return c, err
		}, "SELECT max(seq), subject, id FROM changes WHERE seq > ? GROUP BY subject, id ORDER BY 1", after)
		return err
	})
	return changes, err
}

// LastChange implements app.Store.
func (s *Store) LastChange(ctx context.Context) (last app.Seq, err error) {
	err = s.view(ctx, func(r *reader) error {
		return r.each("reading the change feed", func(row *sql.Rows) error { return row.Scan(&last) }, "SELECT coalesce(max(seq), 0) FROM changes")
	})
	return last, err
}

// note puts a change on the feed when the transaction commits.
func (w *writer) note(subject, id string) {
	c := app.Change{Subject: subject, ID: id}
	if w.noted[c] {
		return
	}
	if w.noted == nil {
		w.noted = map[app.Change]bool{}
	}
	w.noted[c] = true
	w.changes = append(w.changes, c)
}

// KeptChanges is how many changes the feed keeps. A process reads it every second, and
// the largest import makes 100,000 in one transaction.
const KeptChanges = 250_000

// announce writes what was noted to the feed.
func (w *writer) announce() error {
	r := newRows(2, len(w.changes))
	for _, c := range w.changes {
		r.add(c.Subject, c.ID)
	}
	_, err := w.execRows("writing the change feed", "INSERT INTO changes (subject, id) VALUES ", r, "")
	return err
}
