package sqlite_test

import (
	"context"
	"database/sql"
	"io"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/app/storetest"
	"feebridge/data/sqlite"
)

func TestStore(t *testing.T) { storetest.Run(t, newEngine) }

func TestStoreForHours(t *testing.T) { storetest.RunHours(t, newEngine) }

// engine is a file that several processes open.
type engine struct{ path string }

func newEngine(t testing.TB) storetest.Engine {
	return engine{filepath.Join(t.TempDir(), "firm.db")}
}

func (e engine) Open(t testing.TB) storetest.Process {
	t.Helper()
	db, err := sqlite.Open(t.Context(), e.path)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, db)
	return db
}

func (e engine) Exec(t testing.TB, statement string) {
	t.Helper()
	run(t, e.path, statement)
}

func (e engine) Lock(t testing.TB) (unlock func()) {
	t.Helper()
	db, err := sql.Open("sqlite", e.path)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, db)
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := db.ExecContext(context.WithoutCancel(t.Context()), "ROLLBACK"); err != nil {
			t.Error(err)
		}
	}
}

// store is an open database under test.
type store struct {
	*sqlite.DB
	t    *testing.T
	path string
}

// openStore opens a new database with the firm of saveFirm in it.
func openStore(t *testing.T) store {
	t.Helper()
	s := openEmpty(t, filepath.Join(t.TempDir(), "firm.db"))
	s.update(saveFirm)
	return s
}

func openEmpty(t *testing.T, path string) store {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, db)
	return store{db, t, path}
}

// closeAtEnd closes c when the test ends. It may be closed before.
func closeAtEnd(t testing.TB, c io.Closer) {
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
}

var saveFirm = storetest.SaveFirm

// update and view fail the test on an error.
func (s store) update(fn func(app.Tx) error) {
	s.t.Helper()
	if err := s.Update(s.t.Context(), fn); err != nil {
		s.t.Fatal(err)
	}
}

func (s store) view(fn func(app.Reader) error) {
	s.t.Helper()
	if err := s.View(s.t.Context(), fn); err != nil {
		s.t.Fatal(err)
	}
}

func second[T any](_ T, err error) error { return err }

func same(t *testing.T, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateComparable(money.Amount{}, money.Discount{})); d != "" {
		t.Errorf("not what was saved (-want +got):\n%s", d)
	}
}

// plain is a finalized invoice to Kauri.
func plain(id billing.InvoiceID, number billing.Number) billing.Invoice {
	return billing.Invoice{
		ID: id, Client: "kauri", Type: billing.Final, Number: number, Date: 20261103, Due: 20261120,
		Currency: "NZD", Amounts: money.Exclusive, Stage: billing.Stage{Status: billing.Finalized},
	}
}

// entry is any entry of the audit trail.
var entry = staff.Entry{By: "olivia", ByName: "Olivia Hart", Action: "finalize", Subject: "invoice", ID: "a"}

// rows returns all invoices as the grid shows them.
func (s store) rows() (all []app.InvoiceRow) {
	s.t.Helper()
	for row, err := range s.Rows(s.t.Context(), app.Query{}) {
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, row)
	}
	return all
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

// SQLite takes back the statement that fails, and the transaction can go on. Not every engine
// does so: whoever writes for all of them returns the error.
func TestAConflictLeavesTheRestOfTheTransactionAsItWas(t *testing.T) {
	s := openStore(t)
	s.update(func(tx app.Tx) error {
		if _, err := tx.SaveInvoice(plain("a", "INV-1")); err != nil {
			return err
		}
		if _, err := tx.SaveInvoice(plain("b", "INV-1")); !app.IsCode(err, app.Conflict) {
			t.Errorf("the error is %v", err)
		}
		return second(tx.SaveInvoice(plain("c", "INV-3")))
	})
	if rows := s.rows(); len(rows) != 2 || rows[0].Number != "INV-3" || rows[1].Number != "INV-1" {
		t.Errorf("the invoices are %v", rows)
	}
}
