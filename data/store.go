// Package data keeps a firm's data in a database. A Store does so on an engine, which is in a
// package of its own below this one: sqlite.
package data

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"feebridge/app"
	"feebridge/app/outbox"
)

// Store implements app.Store and outbox.Store on an engine. It is safe for use by many goroutines.
type Store struct {
	engine    Engine
	observers observers
}

var (
	_ app.Store    = (*Store)(nil)
	_ outbox.Store = (*Store)(nil)
)

// On returns a Store on an engine.
func On(e Engine) *Store { return &Store{engine: e} }

// View implements app.Store.
func (s *Store) View(ctx context.Context, fn func(app.Reader) error) error {
	return s.view(ctx, func(r *reader) error { return fn(r) })
}

func (s *Store) view(ctx context.Context, fn func(*reader) error) error {
	tx, err := s.engine.Read(ctx)
	if err != nil {
		return s.engine.Explain(ctx, "beginning to read", err)
	}
	defer func() { _ = tx.Rollback() }() // there is nothing to lose
	return fn(s.newReader(ctx, tx))
}

// Update implements app.Store. Nobody else writes from the beginning of the transaction on, so
// that nothing another process does can make it fail later: fn runs once. It waits for other
// transactions of this process as long as ctx allows, and for those of other processes as long
// as the engine has patience. An Update inside fn would wait for ever.
func (s *Store) Update(ctx context.Context, fn func(app.Tx) error) error {
	return s.update(ctx, func(w *writer) error { return fn(w) })
}

func (s *Store) update(ctx context.Context, fn func(*writer) error) error {
	var w *writer
	err := s.begin(ctx, func(tx *sql.Tx, begun *writer) error {
		w = begun
		if err := fn(w); err != nil {
			return err
		}
		if err := errors.Join(w.announce(), w.keepHead(), w.sign()); err != nil {
			return err
		}
		return s.commit(ctx, tx, w.token)
	})
	if err != nil {
		return err
	}
	return s.engine.Committed(ctx, Done{Changes: len(w.changes) > 0, Sends: w.sends, Numbers: w.numbers})
}

// alone runs fn while nobody else writes, and keeps nothing of what it writes.
func (s *Store) alone(ctx context.Context, fn func(*writer) error) error {
	return s.begin(ctx, func(_ *sql.Tx, w *writer) error { return fn(w) })
}

// begin runs fn in a transaction that is taken back at its end, unless fn commits it.
func (s *Store) begin(ctx context.Context, fn func(*sql.Tx, *writer) error) error {
	tx, now, err := s.engine.Write(ctx)
	if err != nil {
		return s.engine.Explain(ctx, "beginning to write", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	return fn(tx, &writer{reader: s.newReader(ctx, tx), now: instant(millis(now)), began: wallClock().Truncate(time.Millisecond)})
}

// reader implements app.Reader and outbox.Reader on one transaction. A statement is prepared once in it.
type reader struct {
	ctx        context.Context
	tx         *sql.Tx
	engine     Engine
	statements map[string]*sql.Stmt
	observed   []func(query string, run func() error) error
}

func (s *Store) newReader(ctx context.Context, tx *sql.Tx) *reader {
	return &reader{ctx: ctx, tx: tx, engine: s.engine, statements: map[string]*sql.Stmt{}, observed: s.observers.begin()}
}

// explain says in an error what was being done.
func (r *reader) explain(doing string, err error) error { return r.engine.Explain(r.ctx, doing, err) }

// prepare puts the query among the statements.
func (r *reader) prepare(query string) (err error) {
	if r.statements[query] == nil {
		r.statements[query], err = r.tx.PrepareContext(r.ctx, r.engine.Query(query)) //nolint:sqlclosecheck // the end of the transaction closes it
	}
	return err
}

// observe asks the database as those who observe it let it.
func (r *reader) observe(query string, ask func() error) error {
	for _, around := range r.observed {
		inner := ask
		ask = func() error { return around(r.engine.Query(query), inner) }
	}
	return ask()
}

// each hands every row that a query finds to read. doing says in an error what for.
func (r *reader) each(doing string, read func(*sql.Rows) error, query string, args ...any) error {
	var unread, err error
	if len(r.observed) == 0 {
		unread, err = r.query(read, query, args)
	} else {
		unread, err = r.observedQuery(read, query, args)
	}
	if unread != nil {
		err = unread
	}
	return r.explain(doing, err)
}

// query returns why read stopped, if it did, apart from why the database failed.
func (r *reader) query(read func(*sql.Rows) error, query string, args []any) (unread, err error) {
	if err := r.prepare(query); err != nil {
		return nil, err
	}
	rows, err := r.statements[query].QueryContext(r.ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return err, nil
		}
	}
	return nil, rows.Err()
}

func (r *reader) observedQuery(read func(*sql.Rows) error, query string, args []any) (unread, err error) {
	err = r.observe(query, func() (err error) {
		unread, err = r.query(read, query, args)
		return err
	})
	return unread, err
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

// writer implements app.Tx and outbox.Tx on one transaction that writes.
type writer struct {
	*reader
	now     time.Time    // by the clock that all go by
	began   time.Time    // the same moment by this computer's
	changes []app.Change // without Seq
	noted   map[app.Change]bool
	last    *link // of the audit trail, once it was read or added to
	added   bool  // to the audit trail
	opens   bool  // the audit trail, with its first entry
	wrote   bool
	texts   map[setText]string
	token   string // of what was written, once it is signed

	// What a copy of the database from before would not know, and must not do again.
	sends   bool // a request is about to leave
	numbers bool // a number may have been taken
}

// Now implements app.Tx. It is one moment for all of the transaction, to the
// millisecond, as the database keeps it.
func (w *writer) Now() time.Time { return w.now }

// exec runs a statement and returns how many rows it changed.
func (w *writer) exec(doing, query string, args ...any) (changed int64, err error) {
	w.wrote = true
	if len(w.observed) == 0 {
		changed, err = w.execute(query, args)
	} else {
		changed, err = w.observedExecute(query, args)
	}
	return changed, w.explain(doing, err)
}

// execute lets a statement that has begun run to its end: to watch ctx meanwhile would cost a
// goroutine for each.
//
//nolint:contextcheck // the transaction's context is the writer's
func (w *writer) execute(query string, args []any) (int64, error) {
	if err := w.prepare(query); err != nil {
		return 0, err
	}
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	result, err := w.statements[query].ExecContext(context.WithoutCancel(w.ctx), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (w *writer) observedExecute(query string, args []any) (changed int64, err error) {
	err = w.observe(query, func() (err error) {
		changed, err = w.execute(query, args)
		return err
	})
	return changed, err
}
