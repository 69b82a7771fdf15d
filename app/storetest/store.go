// Package storetest holds any engine to what app.Store and outbox.Store promise, and puts
// between a store and those who use it what goes wrong seldom: a transaction that runs twice, an
// answer that is lost, a statement that fails.
package storetest

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/outbox"
	"feebridge/app/staff"
)

// Store is both sides of what keeps a firm's data.
type Store interface {
	app.Store
	outbox.Store
}

// Process is a store as one process has it open. What it does can be observed: data.Store tells how.
type Process interface {
	Store
	io.Closer
	OnStatement(begin func() func(query string, run func() error) error) (end func())
	OnCommit(around func(commit func() error) error) (end func())
}

// Engine is a new and empty database.
type Engine interface {
	// Open opens it as one more process does. The end of the test closes it.
	Open(t testing.TB) Process
	// Exec runs a statement on the database itself, past every process.
	Exec(t testing.TB, statement string)
	// Lock keeps every process from writing, until unlock is called.
	Lock(t testing.TB) (unlock func())
}

// Run holds an engine to what is promised of a store, each promise with a database of its own: as
// it is, and again with everything in between that may go wrong without anybody noticing.
func Run(t *testing.T, open func(testing.TB) Engine) {
	t.Run("as it is", func(t *testing.T) { run(t, open, func(p Process) Store { return p }) })
	t.Run("with all that may go wrong", func(t *testing.T) {
		run(t, open, func(p Process) Store {
			LostCommit(p, 1)
			Failing(p)
			NoNested(p)
			return Twice(p)
		})
	})
	t.Run("a thousand rows take few statements", func(t *testing.T) { thousandRowsTakeFewStatements(t, open(t).Open(t)) })
}

func run(t *testing.T, open func(testing.TB) Engine, between func(Process) Store) {
	for _, promise := range slices.Concat(firmPromises, invoicePromises, outboxPromises, historyPromises, workPromises, followingPromises, transactionPromises, auditPromises) {
		t.Run(promise.what, func(t *testing.T) {
			t.Parallel()
			one := database{t, open(t), between}.open()
			one.update(SaveFirm)
			promise.test(t, one)
		})
	}
	for _, promise := range processPromises {
		t.Run(promise.what, func(t *testing.T) {
			t.Parallel()
			d := database{t, open(t), between}
			one, other := d.open(), d.open()
			one.update(SaveFirm)
			promise.test(t, one, other)
		})
	}
}

// RunHours holds an engine to what is promised of hours. They pass in no time where all that the
// engine waits for is in this process: in a bubble of testing/synctest.
func RunHours(t *testing.T, open func(testing.TB) Engine) {
	for _, promise := range slices.Concat(hourPromises, lossPromises()) {
		t.Run(promise.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := database{t, open(t), func(p Process) Store { return p }}
				one, other := d.open(), d.open()
				promise.test(t, one, other)
			})
		})
	}
}

// promise is one thing that is said of a store, and processPromise one of two that are open on
// one database.
type (
	promise struct {
		what string
		test func(*testing.T, store)
	}
	processPromise struct {
		what string
		test func(t *testing.T, one, other store)
	}
)

// database is a database under test, and what is put between it and its users.
type database struct {
	t       *testing.T
	engine  Engine
	between func(Process) Store
}

// open opens the database as one more process does.
func (d database) open() store {
	d.t.Helper()
	deadline.Watch(d.t)
	p := d.engine.Open(d.t)
	return store{d.between(p), d.t, p, d.engine}
}

// store is a store under test. The firm of SaveFirm is in it.
type store struct {
	Store
	t       *testing.T
	process Process
	engine  Engine
}

// SaveFirm saves the firm of all promises: what invoices and exports refer to.
func SaveFirm(tx app.Tx) error {
	return errors.Join(
		tx.SaveFirm(app.Firm{Name: "Tui Accounting", Currency: "NZD", MarkBase: app.DefaultMarkBase}),
		tx.SaveMember(staff.Founder("olivia", "Olivia Hart")),
		second(tx.SaveClient(billing.Client{ID: "kauri", Code: "KAURI", Name: "Kauri Joinery"})),
		second(tx.SaveClient(billing.Client{ID: "rimu", Code: "RIMU", Name: "Rimu Cafe"})),
		tx.SaveOrganisation(app.Organisation{Tenant: ledger.Tenant{ID: "demo", Name: "Demo Company"}, Default: true, State: app.Connected}),
		tx.SaveRuns(app.Run{ID: "run", Tenant: "demo", By: "olivia", Started: tx.Now(), Confirmed: tx.Now()}),
	)
}

func second[T any](_ T, err error) error { return err }

// update and view fail the test on an error.
func (s store) update(fn func(app.Tx) error) {
	s.t.Helper()
	if err := s.Update(s.t.Context(), fn); err != nil {
		s.t.Fatal(err)
	}
}

// version is update for what returns a version.
func (s store) version(fn func(app.Tx) (int64, error)) (version int64) {
	s.t.Helper()
	s.update(func(tx app.Tx) (err error) {
		version, err = fn(tx)
		return err
	})
	return version
}

func (s store) view(fn func(app.Reader) error) {
	s.t.Helper()
	if err := s.View(s.t.Context(), fn); err != nil {
		s.t.Fatal(err)
	}
}

// fails runs fn in a transaction that must fail with the code, and a text that has each
// of the words.
func (s store) fails(code app.Code, words []string, fn func(app.Tx) error) {
	s.t.Helper()
	s.says(s.Update(s.t.Context(), fn), code, words)
}

// says makes sure that an error has the code, and a text that has each of the words.
func (s store) says(err error, code app.Code, words []string) {
	s.t.Helper()
	if !app.IsCode(err, code) {
		s.t.Errorf("the error is %v, want code %s", err, code)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			s.t.Errorf("the error %q does not say %q", err, w)
		}
	}
}

func (s store) rows(q app.Query) []app.InvoiceRow {
	s.t.Helper()
	var all []app.InvoiceRow
	for row, err := range s.Rows(s.t.Context(), q) {
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, row)
	}
	return all
}

func (s store) numbers(q app.Query) string {
	s.t.Helper()
	var all []string
	for _, row := range s.rows(q) {
		all = append(all, string(row.Number))
	}
	return strings.Join(all, " ")
}

func (s store) invoice(id billing.InvoiceID) (v billing.Invoice) {
	s.t.Helper()
	s.view(func(r app.Reader) (err error) {
		v, err = r.Invoice(id)
		return err
	})
	return v
}

// diff tells in what got is not what is wanted; it is "" when they are the same.
func diff(got, want any) string {
	return cmp.Diff(want, got, cmpopts.EquateComparable(money.Amount{}, money.Discount{}))
}

func same(t *testing.T, got, want any) {
	t.Helper()
	if d := diff(got, want); d != "" {
		t.Errorf("not what was saved (-want +got):\n%s", d)
	}
}

// plain is a finalized invoice of 115.00 to Kauri.
func plain(id billing.InvoiceID, number billing.Number) billing.Invoice {
	return billing.Invoice{
		ID: id, Client: "kauri", Type: billing.Final, Number: number, Date: 20261103, Due: 20261120,
		Currency: "NZD", Amounts: money.Exclusive, Stage: billing.Stage{Status: billing.Finalized},
		Lines: []billing.Line{{
			Description: "Annual accounts", Quantity: 1_0000, UnitAmount: 100_0000, Tax: billing.Tax{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000},
		}},
	}
}

// waiting is an export of a plain invoice that waits to be sent.
func waiting(id app.ExportID, of billing.InvoiceID) app.Export {
	return app.Export{ID: id, Run: "run", Invoice: of, Number: "INV-1", Tenant: "demo", Mark: app.DefaultMarkBase + string(id)}
}

func ready(id app.BatchID, members ...string) app.Batch {
	return app.Batch{ID: id, Tenant: "demo", Kind: app.InvoiceBatch, Key: "key of " + string(id), Body: []byte("body of " + id), Members: members, State: app.Ready}
}

// moment is an instant of the precision that is promised.
var moment = time.Date(2026, 11, 3, 14, 15, 16, 789e6, time.UTC)
