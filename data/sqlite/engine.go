package sqlite

import (
	"context"
	"database/sql"
	"strings"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"feebridge/data"
)

// engine implements data.Engine.
type engine struct{ db *DB }

func (e engine) Read(ctx context.Context) (*sql.Tx, error) {
	return e.db.pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
}

// Write begins with SQLite's lock for writing. All processes are on this computer, and go by its clock.
func (e engine) Write(ctx context.Context) (*sql.Tx, time.Time, error) {
	tx, err := e.db.writer.BeginTx(ctx, nil)
	return tx, time.Now(), err
}

// Committed keeps beside the database what a copy of it from before would not know, and must
// not do again.
func (e engine) Committed(ctx context.Context, d data.Done) error {
	if d.Changes {
		e.db.stale.Store(true)
	}
	if d.Sends {
		return e.db.remember(ctx) // or else nothing leaves
	}
	if d.Numbers {
		_ = e.db.remember(ctx) // it helps a later copy: what was committed is not undone for it
	}
	return nil
}

func (engine) Query(query string) string { return strings.ReplaceAll(query, "list(?)", "json_each(?)") }

func (engine) Row(values []any) string { return "(?" + strings.Repeat(", ?", len(values)-1) + ")" }

// AtOnce returns a hundred: with fewer rows SQLite is slower, and with more, too, since every
// transaction prepares its statements. Rows that it takes from a text of JSON take twice as long.
func (engine) AtOnce() int { return 100 }

func (engine) Explain(ctx context.Context, doing string, err error) error {
	return explain(ctx, doing, err)
}

func (engine) Broken(err error) data.Rule {
	switch {
	case is(err, sqlite3.SQLITE_CONSTRAINT_UNIQUE):
		return data.Unique
	case is(err, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY):
		return data.PrimaryKey
	case is(err, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY):
		return data.Reference
	}
	return data.NoRule
}

func (engine) Patience() time.Duration { return busyTimeout }
