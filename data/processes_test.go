package data_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
)

// pair returns two processes on one database, with the firm of saveFirm in it.
func pair(t *testing.T) (one, other store) {
	one = openStore(t)
	return one, openEmpty(t, one.path)
}

func TestAChangeByAnotherProcessIsAConflict(t *testing.T) {
	one, other := pair(t)
	one.update(func(tx app.Tx) error { return second(tx.SaveInvoice(plain("a", "INV-1"))) })
	here, there := one.invoice("a"), other.invoice("a")
	there.Note = "changed there"
	other.update(func(tx app.Tx) error { return second(tx.SaveInvoice(there)) })
	here.Note = "changed here"
	one.fails(app.Conflict, []string{"INV-1", "somebody else", "open it again"}, func(tx app.Tx) error { return second(tx.SaveInvoice(here)) })
	if got := one.invoice("a").Note; got != "changed there" {
		t.Errorf("the note is %q", got)
	}
}

func TestAChangeByAnotherProcessIsInTheFeed(t *testing.T) {
	one, other := pair(t)
	before, err := one.LastChange(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other.update(func(tx app.Tx) error { return second(tx.SaveInvoice(plain("a", "INV-1"))) })
	changes, err := one.Changes(t.Context(), before)
	if err != nil {
		t.Fatal(err)
	}
	same(t, changes, []app.Change{{Seq: before + 1, Subject: "invoice", ID: "a"}})
}

func TestTransactionsOfManyGoroutinesAndProcessesAllSucceed(t *testing.T) {
	one, other := pair(t)
	const each = 20
	var all sync.WaitGroup
	for _, s := range []store{one, one, other, other} {
		all.Go(func() {
			for range each {
				err := s.Update(t.Context(), func(tx app.Tx) error {
					c, err := tx.Client("kauri") // a transaction that reads first
					if err != nil {
						return err
					}
					return errors.Join(second(tx.SaveClient(c)), tx.Record(entryOf("save")))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	one.view(func(r app.Reader) error {
		c, err := r.Client("kauri")
		if want := int64(1 + 4*each); c.Version != want {
			t.Errorf("the version is %d after %d saves", c.Version, want)
		}
		return err
	})
}

// lock keeps a database locked until the returned function is called, or the test ends.
func lock(t *testing.T, path string) (unlock func()) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, db)
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := db.Exec("ROLLBACK"); err != nil {
			t.Error(err)
		}
	}
}

func TestADatabaseThatStaysLockedIsUnavailable(t *testing.T) {
	inBubble(t, func(t *testing.T, one, _ store) {
		unlock := lock(t, one.path)
		one.fails(app.Unavailable, []string{"another", "Try again"}, func(tx app.Tx) error { return tx.Burn("INV-1") })
		one.view(func(r app.Reader) error { return second(r.Staff()) }) // whoever only reads does not wait
		unlock()
		one.update(func(tx app.Tx) error { return tx.Burn("INV-1") })
	})
}

func TestWaitingToWriteEndsWithItsContext(t *testing.T) {
	inBubble(t, func(t *testing.T, one, _ store) {
		one.update(func(app.Tx) error {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err := one.Update(ctx, func(app.Tx) error { return nil })
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the error is %v", err)
			}
			return nil
		})
	})
}

func TestAReadThatIsSlowDoesNotHoldUpAWrite(t *testing.T) {
	one, other := pair(t)
	const many = 2000 // more than are read ahead
	var ids []billing.InvoiceID
	one.update(func(tx app.Tx) error {
		for i := range many {
			v := plain(billing.InvoiceID(fmt.Sprint(i)), billing.Number(fmt.Sprint("INV-", i)))
			ids = append(ids, v.ID)
			if _, err := tx.SaveInvoice(v); err != nil {
				return err
			}
		}
		return nil
	})
	n := 0
	for _, err := range one.Rows(t.Context(), app.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n > 1 {
			continue
		}
		for _, s := range []store{one, other} {
			s.update(func(tx app.Tx) error { return tx.Advance(billing.Stage{Status: billing.Deleted}, ids...) })
		}
	}
	if n != many {
		t.Errorf("it read %d rows of the state in which it began", n)
	}
	if left := one.numbers(app.Query{}); left != "" {
		t.Errorf("left are %s", left)
	}
}

func TestBothProcessesFindTheSameFile(t *testing.T) {
	one := openStore(t)
	t.Chdir(filepath.Dir(one.path))
	relative := openEmpty(t, filepath.Base(one.path))
	relative.view(func(r app.Reader) error { return second(r.Firm()) })
}

func TestTheFeedForgetsWhatNobodyCanBeBehindOn(t *testing.T) {
	s := openStore(t)
	run(t, s.path, "UPDATE sqlite_sequence SET seq = 1000000 WHERE name = 'changes'", "INSERT INTO commits VALUES (999, 'old')")
	s.update(func(tx app.Tx) error { return second(tx.SaveInvoice(plain("a", "INV-1"))) })
	changes, err := s.Changes(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	same(t, changes, []app.Change{{Seq: 1000001, Subject: "invoice", ID: "a"}})
}
