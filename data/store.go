package data

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"feebridge/app"
)

// View implements app.Store.
func (db *DB) View(ctx context.Context, fn func(app.Reader) error) error {
	return db.view(ctx, func(r *reader) error { return fn(r) })
}

func (db *DB) view(ctx context.Context, fn func(*reader) error) error {
	tx, err := db.pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return explain(ctx, "beginning to read", err)
	}
	defer func() { _ = tx.Rollback() }() // there is nothing to lose
	return fn(db.newReader(ctx, tx))
}

// Update implements app.Store. The transaction has SQLite's lock for writing from its
// beginning, so that nothing another process does can make it fail later: fn runs once.
// It waits for other transactions of this process as long as ctx allows, and for those
// of other processes for busyTimeout at most. An Update inside fn would wait for ever.
func (db *DB) Update(ctx context.Context, fn func(app.Tx) error) error {
	return db.update(ctx, func(w *writer) error { return fn(w) })
}

func (db *DB) update(ctx context.Context, fn func(*writer) error) error {
	var w *writer
	err := db.begin(ctx, func(tx *sql.Tx, begun *writer) error {
		w = begun
		if err := fn(w); err != nil {
			return err
		}
		if err := errors.Join(w.announce(), w.keepHead(), w.sign()); err != nil {
			return err
		}
		return db.commit(ctx, tx, w.token)
	})
	if err != nil {
		return err
	}
	if len(w.changes) > 0 {
		db.stale.Store(true)
	}
	if w.sends {
		return db.remember(ctx) // or else nothing leaves
	}
	if w.numbers {
		_ = db.remember(ctx) // a help to a later copy: what was committed is not undone for it
	}
	return nil
}

// alone runs fn while nobody else writes, and keeps nothing of what it writes.
func (db *DB) alone(ctx context.Context, fn func(*writer) error) error {
	return db.begin(ctx, func(_ *sql.Tx, w *writer) error { return fn(w) })
}

// begin runs fn in a transaction that is taken back at its end, unless fn commits it.
func (db *DB) begin(ctx context.Context, fn func(*sql.Tx, *writer) error) error {
	tx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return explain(ctx, "beginning to write", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	return fn(tx, &writer{reader: db.newReader(ctx, tx), now: instant(millis(time.Now()))})
}

// reader implements app.Reader on one transaction. A statement is prepared once in it.
type reader struct {
	ctx        context.Context
	tx         *sql.Tx
	statements map[string]*sql.Stmt
	probe      *Probe // nil for none
}

func (db *DB) newReader(ctx context.Context, tx *sql.Tx) *reader {
	return &reader{ctx: ctx, tx: tx, statements: map[string]*sql.Stmt{}, probe: db.probe.Load()}
}

// prepare puts the query among the statements.
func (r *reader) prepare(query string) (err error) {
	if r.probe != nil && r.probe.Statement != nil {
		r.probe.Statement(query)
	}
	if r.statements[query] == nil {
		r.statements[query], err = r.tx.PrepareContext(r.ctx, query) //nolint:sqlclosecheck // the end of the transaction closes it
	}
	return err
}

// each hands every row that a query finds to read. doing says in an error what for.
func (r *reader) each(doing string, read func(*sql.Rows) error, query string, args ...any) error {
	if err := r.prepare(query); err != nil {
		return explain(r.ctx, doing, err)
	}
	rows, err := r.statements[query].QueryContext(r.ctx, args...)
	if err != nil {
		return explain(r.ctx, doing, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return explain(r.ctx, doing, err)
		}
	}
	return explain(r.ctx, doing, rows.Err())
}

// many returns what a query finds, each row read into a value of its own.
func many[T any](r *reader, doing string, read func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	var all []T
	err := r.each(doing, func(row *sql.Rows) error {
		v, err := read(row)
		all = append(all, v)
		return err
	}, query, args...)
	return all, err
}

// one returns the first that a query finds, or missing.
func one[T any](r *reader, doing string, missing error, read func(*sql.Rows) (T, error), query string, args ...any) (T, error) {
	all, err := many(r, doing, read, query, args...)
	if err == nil && len(all) == 0 {
		err = missing
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// writer implements app.Tx on one transaction of the only connection that writes.
type writer struct {
	*reader
	now     time.Time
	changes []app.Change // without Seq
	noted   map[app.Change]bool
	last    *link // of the audit trail, once it was read or added to
	added   bool  // to the audit trail
	wrote   bool
	token   string // of what was written, once it is signed

	// What a copy of the database from before would not know, and must not do again.
	sends   bool // a request is about to leave
	numbers bool // a number may have been taken
}

// Now implements app.Tx. It is one moment for all of the transaction, to the
// millisecond, as the database keeps it.
func (w *writer) Now() time.Time { return w.now }

// exec runs a statement and returns how many rows it changed. One that has begun runs to its
// end: to watch ctx meanwhile would cost a goroutine for each.
func (w *writer) exec(doing, query string, args ...any) (int64, error) {
	if err := w.prepare(query); err != nil {
		return 0, explain(w.ctx, doing, err)
	}
	if err := w.ctx.Err(); err != nil {
		return 0, explain(w.ctx, doing, err)
	}
	w.wrote = true
	result, err := w.statements[query].ExecContext(context.WithoutCancel(w.ctx), args...)
	if err != nil {
		return 0, explain(w.ctx, doing, err)
	}
	return result.RowsAffected()
}
