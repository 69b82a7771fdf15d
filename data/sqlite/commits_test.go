package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/pressly/goose/v3"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/data"
)

// errCut is the answer that did not come.
var errCut = errors.New("the connection was cut")

func burn(n billing.Number) func(app.Tx) error {
	return func(tx app.Tx) error { return tx.Burn(n) }
}

func isBurnt(t *testing.T, db *DB, n billing.Number) (burnt bool) {
	t.Helper()
	err := db.View(t.Context(), func(r app.Reader) (err error) {
		burnt, err = r.Burnt(n)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return burnt
}

func TestACommitWhoseAnswerIsLostIsFoundOrNotThere(t *testing.T) {
	db := openNew(t)
	end := db.OnCommit(func(commit func() error) error { return errors.Join(commit(), errCut) })
	if err := db.Update(t.Context(), burn("INV-1")); err != nil {
		t.Errorf("it was committed: %v", err)
	}
	end()
	end = db.OnCommit(func(func() error) error { return errCut })
	if err := db.Update(t.Context(), burn("INV-2")); !errors.Is(err, errCut) {
		t.Errorf("it was not committed: %v", err)
	}
	if err := db.Update(t.Context(), func(app.Tx) error { return nil }); err != nil {
		t.Errorf("there was nothing to commit: %v", err)
	}
	end()
	if err := db.Update(t.Context(), burn("INV-3")); err != nil {
		t.Errorf("the next transaction: %v", err)
	}
	for n, want := range map[billing.Number]bool{"INV-1": true, "INV-2": false, "INV-3": true} {
		if got := isBurnt(t, db, n); got != want {
			t.Errorf("%s is burnt: %t", n, got)
		}
	}
}

func TestACommitThatCannotBeLookedForIsSaidToBeUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where a minute passes in no time
		db := openNew(t)
		other := connect(db.path, writing)
		other.SetMaxOpenConns(1)
		var locked *sql.Tx
		db.OnCommit(func(commit func() error) error {
			err := commit()
			locked, _ = other.BeginTx(context.WithoutCancel(t.Context()), nil)
			return errors.Join(err, errCut)
		})
		err := db.Update(t.Context(), burn("INV-1"))
		if !app.IsCode(err, app.Internal) || !errors.Is(err, errCut) || !strings.Contains(err.Error(), "doesn't know whether this was saved") {
			t.Errorf("the error is %v", err)
		}
		if err := errors.Join(locked.Rollback(), other.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestATransactionThatIsCancelledIsNotCommitted(t *testing.T) {
	db := openNew(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Update(ctx, func(tx app.Tx) error {
		defer cancel()
		return tx.Burn("INV-1")
	})
	if !errors.Is(err, context.Canceled) || isBurnt(t, db, "INV-1") {
		t.Errorf("the error is %v", err)
	}
}

func TestEveryWriteIsCountedOnceAndOnlyTheNewestAreKept(t *testing.T) {
	db := openNew(t)
	numbers := func() (all []int64) {
		t.Helper()
		rows, err := db.pool.QueryContext(t.Context(), "SELECT n FROM commits WHERE token <> 'old' ORDER BY n")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var n int64
			if err := rows.Scan(&n); err != nil {
				t.Fatal(err)
			}
			all = append(all, n)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return all
	}
	begin := numbers()
	for i := range 3 {
		if err := db.Update(t.Context(), burn(billing.Number(fmt.Sprint(i)))); err != nil {
			t.Fatal(err)
		}
		if err := db.Update(t.Context(), func(tx app.Tx) error { return second(tx.Burnt("0")) }); err != nil {
			t.Fatal(err)
		}
		_ = db.Update(t.Context(), func(tx app.Tx) error { return errors.Join(tx.Burn("9"), errCut) })
	}
	last := begin[len(begin)-1]
	if got, want := numbers(), append(slices.Clone(begin), last+1, last+2, last+3); !slices.Equal(got, want) {
		t.Errorf("they are %d, want %d", got, want)
	}
	passCommits(t, db, 5*data.TrimEvery)
	if err := db.Update(t.Context(), burn("last")); err != nil {
		t.Fatal(err)
	}
	var oldest, newest int64
	if err := db.pool.QueryRowContext(t.Context(), "SELECT min(n), max(n) FROM commits").Scan(&oldest, &newest); err != nil {
		t.Fatal(err)
	}
	if newest != 5*data.TrimEvery || oldest != newest-data.KeptCommits+1 {
		t.Errorf("kept are %d to %d", oldest, newest)
	}
}

// passCommits lets the next transaction that writes be number n.
func passCommits(t *testing.T, db *DB, n int) {
	t.Helper()
	_, err := db.writer.ExecContext(t.Context(), `
		WITH RECURSIVE past (n) AS (SELECT max(n) + 1 FROM commits UNION ALL SELECT n + 1 FROM past WHERE n < ?)
		INSERT INTO commits (n, token) SELECT n, 'old' FROM past`, n-1)
	if err != nil {
		t.Fatal(err)
	}
}

func second[T any](_ T, err error) error { return err }

// A database that was written before there were commits: as version 1 of the schema has it.
func TestADatabaseOfTheFirstSchemaIsBroughtUpToDate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "firm.db")
	if err := create(path); err != nil {
		t.Fatal(err)
	}
	old := connect(path, writing)
	old.SetMaxOpenConns(1)
	provider, err := goose.NewProvider(goose.DialectSQLite3, old, upTo(t), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		fmt.Sprintf("PRAGMA application_id = %d", applicationID),
		"INSERT INTO firm VALUES (1, 'id', 'Tui Accounting', 'NZD', 'http://localhost:8742/open/', '', '[]', 'INV-', 4, 7, '{}', '{}', NULL)",
		"INSERT INTO burnt_numbers VALUES ('inv-0001')",
		"INSERT INTO changes (subject, id) VALUES ('firm', '')",
		"INSERT INTO audit VALUES (1, 0, '', 'Olivia', 'found', 'firm', 'Tui', '', 'NZD', '', 'hash')",
		"INSERT INTO audit_head VALUES (1, 1, 'hash')",
		"INSERT INTO copy VALUES (1, 'INSTANCE', '', 0)",
	} {
		if _, err := old.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if !isBurnt(t, db, "INV-0001") {
		t.Error("a number that was burnt is not")
	}
	err = db.Update(t.Context(), func(tx app.Tx) error {
		f, err := tx.Firm()
		if f.Name != "Tui Accounting" || f.Numbering.Next != 7 {
			t.Errorf("the firm is %+v", f)
		}
		return errors.Join(err, tx.Burn("INV-0002"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if backups := backupsOf(t, path); len(backups) != 1 {
		t.Errorf("the backups are %q", backups)
	}
}
