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

// Write begins with SQLite's lock for writing. All processes are on this computer, and go by its
// clock. In a damaged database, a transaction that writes nothing still runs, such as the sign-in of
// a person who only looks.
func (e engine) Write(ctx context.Context) (*sql.Tx, time.Time, error) {
	if e.db.isDamaged() {
		tx, err := e.Read(ctx)
		return tx, time.Now(), err
	}
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

// Explain notes damage, whoever finds it: nothing is written from then on.
func (e engine) Explain(ctx context.Context, doing string, err error) error {
	if isDamage(err) {
		e.db.noteDamage(err)
	}
	if d := e.db.damage.Load(); d != nil && (isDamage(err) || is(err, sqlite3.SQLITE_READONLY)) {
		return d
	}
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
