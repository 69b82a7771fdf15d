package data

import (
	"context"
	"database/sql"
	"time"
)

// Engine is a database, in what no other does as it does. All that is written here in SQL is for
// every engine.
type Engine interface {
	// Read begins a transaction that reads one state.
	Read(ctx context.Context) (*sql.Tx, error)
	// Write begins a transaction once no other writes, and returns the time by the clock that
	// all of them go by. Nothing another process does can make it fail later.
	Write(ctx context.Context) (*sql.Tx, time.Time, error)
	// Committed is called after each commit. Its error does not take the commit back, but
	// whoever wrote must not go on to what it was for.
	Committed(ctx context.Context, d Done) error

	// Query returns a query in the engine's SQL. In ours ? stands for an argument, and list(?)
	// for the table (key, value) of the texts of a JSON array: its places from 0, and the texts.
	Query(query string) string
	// Row returns what stands for the values of one row among VALUES, of the columns column1,
	// column2 and so on; AtOnce is how many rows a statement writes at best.
	Row(values []any) string
	AtOnce() int

	// Explain says in an error what was being done, and tells a person what they can do about
	// it where there is something. An error that is explained already passes, and so does nil.
	Explain(ctx context.Context, doing string, err error) error
	// Broken tells which rule of the schema a statement would have broken, if it is for that
	// that it failed.
	Broken(err error) Rule
	// Patience is how long a transaction waits for others before it gives up.
	Patience() time.Duration
}

// Done says what a transaction was about that was committed.
type Done struct {
	Changes bool // there is something new in the change feed
	Sends   bool // a request is about to leave
	Numbers bool // a number may have been taken
}

// Rule is a kind of rule of the schema.
type Rule int

// The rules that a statement may break in the course of things.
const (
	NoRule     Rule = iota
	Unique          // two rows are alike that must not be
	PrimaryKey      // the row is there already
	Reference       // what a row refers to is not there, or what is referred to was to go
)

// Tx is a transaction that writes, with statements of the engine's own.
type Tx struct{ *writer }

// Each hands every row that a query finds to read. doing says in an error what for.
func (t Tx) Each(doing string, read func(*sql.Rows) error, query string, args ...any) error {
	return t.each(doing, read, query, args...)
}

// Exec runs a statement and returns how many rows it changed.
func (t Tx) Exec(doing, query string, args ...any) (int64, error) {
	return t.exec(doing, query, args...)
}

// Write runs fn in a transaction as Update does.
func (s *Store) Write(ctx context.Context, fn func(Tx) error) error {
	return s.update(ctx, func(w *writer) error { return fn(Tx{w}) })
}

// Alone runs fn while nobody else writes, and keeps nothing of what it writes.
func (s *Store) Alone(ctx context.Context, fn func(Tx) error) error {
	return s.alone(ctx, func(w *writer) error { return fn(Tx{w}) })
}
