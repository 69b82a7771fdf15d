package data_test

import (
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/data"
)

// TestStore holds a Store to what app promises of it.
func TestStore(t *testing.T) {
	for _, promise := range slices.Concat(firmPromises, invoicePromises, outboxPromises, workPromises, followingPromises, transactionPromises) {
		t.Run(promise.what, func(t *testing.T) {
			t.Parallel()
			promise.test(t, openStore(t))
		})
	}
}

// promise is one thing that app says of a Store.
type promise struct {
	what string
	test func(*testing.T, store)
}

// store is a Store under test, with the firm of saveFirm in it.
type store struct {
	app.Store
	t    *testing.T
	db   *data.DB
	path string
}

func openStore(t *testing.T) store {
	t.Helper()
	s := openEmpty(t, filepath.Join(t.TempDir(), "firm.db"))
	s.update(saveFirm)
	return s
}

func openEmpty(t *testing.T, path string) store {
	t.Helper()
	db, err := data.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, db)
	return store{db, t, db, path}
}

// closeAtEnd closes c when the test ends. It may be closed before.
func closeAtEnd(t testing.TB, c io.Closer) {
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
}

// saveFirm saves what invoices and exports refer to.
func saveFirm(tx app.Tx) error {
	return errors.Join(
		tx.SaveFirm(app.Firm{Name: "Tui Accounting", Currency: "NZD", MarkBase: app.DefaultMarkBase}),
		tx.SaveMember(staff.Founder("olivia", "Olivia Hart")),
		second(tx.SaveClient(billing.Client{ID: "kauri", Code: "KAURI", Name: "Kauri Joinery"})),
		second(tx.SaveClient(billing.Client{ID: "rimu", Code: "RIMU", Name: "Rimu Cafe"})),
		tx.SaveOrganisation(app.Organisation{Tenant: ledger.Tenant{ID: "demo", Name: "Demo Company"}, Default: true, State: app.Connected}),
		tx.SaveRun(app.Run{ID: "run", Tenant: "demo", By: "olivia", Started: tx.Now(), Confirmed: tx.Now()}),
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
	err := s.Update(s.t.Context(), fn)
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
