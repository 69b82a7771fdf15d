package data_test

import (
	"context"
	"errors"
	"fmt"
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
	for _, promise := range promises {
		t.Run(promise.what, func(t *testing.T) {
			t.Parallel()
			promise.test(t, openStore(t))
		})
	}
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

var promises = []struct {
	what string
	test func(*testing.T, store)
}{
	{"a firm comes back as it was saved", func(t *testing.T, s store) {
		want := app.Firm{Name: "Tūī & Co", Currency: "AUD", MarkBase: "https://bills.example/"}
		s.update(func(tx app.Tx) error { return tx.SaveFirm(want) })
		s.view(func(r app.Reader) error {
			got, err := r.Firm()
			same(t, got, want)
			return err
		})
	}},
	{"members come in the order in which they joined", func(t *testing.T, s store) {
		anna := staff.Member{
			ID: "anna", Name: "Anna", Email: "anna@tui.example", Time: map[staff.TimePermission]bool{staff.ProcessTime: true},
			Roles: map[billing.ClientID]staff.Role{"kauri": staff.Editor},
		}
		olivia := staff.Founder("olivia", "Olivia Hart-Ngata")
		s.update(func(tx app.Tx) error { return errors.Join(tx.SaveMember(anna), tx.SaveMember(olivia)) })
		s.view(func(r app.Reader) error {
			got, err := r.Staff()
			same(t, got, []staff.Member{olivia, anna})
			return err
		})
	}},
	{"a client comes back as it was saved, with its version", func(t *testing.T, s store) {
		want := billing.Client{
			ID: "matai", Code: "MATAI-1", Name: "  Mātai\tLtd ", Email: "pay@matai.example",
			Address: billing.Address{Lines: [4]string{"1 Quay St", "", "c/o", "L2"}, City: "Auckland", Region: "AKL", PostalCode: "1010", Country: "New Zealand"},
		}
		s.update(func(tx app.Tx) (err error) {
			want.Version, err = tx.SaveClient(want)
			return err
		})
		want.Name = "Aardvark"
		s.update(func(tx app.Tx) (err error) {
			want.Version, err = tx.SaveClient(want)
			return err
		})
		if want.Version != 2 {
			t.Errorf("after two saves the version is %d", want.Version)
		}
		s.view(func(r app.Reader) error {
			got, err := r.Client("matai")
			same(t, got, want)
			all, err2 := r.Clients()
			if len(all) != 3 || all[0].ID != "matai" || all[2].ID != "rimu" {
				t.Errorf("the clients are not by name: %v", all)
			}
			return errors.Join(err, err2)
		})
	}},
	{"a client that changed meanwhile is a conflict that names it", func(t *testing.T, s store) {
		c := billing.Client{ID: "kauri", Code: "KAURI", Name: "Kauri Joinery", Version: 1}
		s.update(func(tx app.Tx) error { return second(tx.SaveClient(c)) })
		s.fails(app.Conflict, []string{"Kauri Joinery", "open it again"}, func(tx app.Tx) error { return second(tx.SaveClient(c)) })
		c.Version, c.Code = 0, "NEW"
		s.fails(app.Conflict, []string{"Kauri Joinery"}, func(tx app.Tx) error { return second(tx.SaveClient(c)) })
	}},
	{"a client code is one client's, whatever its case", func(t *testing.T, s store) {
		s.fails(app.Conflict, []string{"kauri", "another code"}, func(tx app.Tx) error {
			return second(tx.SaveClient(billing.Client{ID: "other", Code: "kauri", Name: "Other"}))
		})
		s.fails(app.Conflict, []string{"KAURI", "another code"}, func(tx app.Tx) error {
			return second(tx.SaveClient(billing.Client{ID: "rimu", Code: "KAURI", Name: "Rimu", Version: 1}))
		})
	}},
	{"an invoice comes back as it was saved, with its version", func(t *testing.T, s store) {
		tenOff, err := money.PercentOff(10_0000)
		if err != nil {
			t.Fatal(err)
		}
		fiveOff, err := money.AmountOff(500)
		if err != nil {
			t.Fatal(err)
		}
		tax := billing.Tax{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000}
		want := billing.Invoice{
			ID: "a", Client: "rimu", Type: billing.FixedFee, Number: "Inv 1/a", Date: 20261103, Due: 20261120, Reference: "Ref \"1\" é",
			Currency: "AUD", Amounts: money.Inclusive, BrandingTheme: "Blue", Note: "for staff\nonly", Stage: billing.Stage{Status: billing.Closed, Export: billing.Changed},
			Lines: []billing.Line{
				{Code: "ACC", Description: "Accounts", Quantity: 1_2345, UnitAmount: 99_9999, Discount: tenOff, Tax: tax, Account: "200", Item: "I-1",
					Tracking: []billing.Tracking{{Category: "Region", Option: "North"}, {Category: "Team", Option: "O'Neil"}}},
				{Description: "as agreed"},
				{Description: "less a credit", Quantity: -1_0000, UnitAmount: 5_0000, Tax: tax},
				{Description: "and a discount", Quantity: 2_0000, UnitAmount: 50_0000, Discount: fiveOff, Tax: tax},
			},
		}
		save := func(tx app.Tx) (err error) {
			want.Version, err = tx.SaveInvoice(want)
			return err
		}
		s.update(save)
		same(t, s.invoice("a"), want)
		want.Lines = slices.Delete(want.Lines, 1, 3)
		want.Number, want.Client = "INV-2", "kauri"
		s.update(save)
		same(t, s.invoice("a"), want)
		if want.Version != 2 {
			t.Errorf("after two saves the version is %d", want.Version)
		}
	}},
	{"an empty draft can be saved", func(t *testing.T, s store) {
		want := billing.Invoice{ID: "a", Client: "kauri", Type: billing.Interim, Currency: "NZD", Amounts: money.NoTax}
		s.update(func(tx app.Tx) error {
			other := want
			other.ID = "b" // without a number, too
			return errors.Join(second(tx.SaveInvoice(want)), second(tx.SaveInvoice(other)))
		})
		want.Version = 1
		same(t, s.invoice("a"), want)
	}},
	{"an invoice that changed meanwhile is a conflict that names it", func(t *testing.T, s store) {
		v := plain("a", "INV-1")
		s.update(func(tx app.Tx) error { return second(tx.SaveInvoice(v)) })
		v.Number = "INV-2"
		s.fails(app.Conflict, []string{"INV-2", "open it again"}, func(tx app.Tx) error { return second(tx.SaveInvoice(v)) })
		v.Version = 1
		s.update(func(tx app.Tx) error {
			return tx.Advance(billing.Stage{Status: billing.Finalized, Export: billing.Queued}, "a")
		})
		s.fails(app.Conflict, []string{"INV-2", "open it again"}, func(tx app.Tx) error { return second(tx.SaveInvoice(v)) })
	}},
	{"an invoice whose totals cannot be computed is refused and names the line", func(t *testing.T, s store) {
		v := plain("a", "INV-1")
		v.Lines = append(v.Lines, v.Lines[0])
		v.Lines[1].Quantity, v.Lines[1].UnitAmount = 999_999_999_0000, 9_999_999_999_0000
		s.fails(app.Invalid, []string{"INV-1", "line 2"}, func(tx app.Tx) error { return second(tx.SaveInvoice(v)) })
	}},
	{"an invoice of a client that is not there is refused", func(t *testing.T, s store) {
		v := plain("a", "INV-1")
		v.Client = "nobody"
		s.fails(app.NotFound, []string{"INV-1", "client"}, func(tx app.Tx) error { return second(tx.SaveInvoice(v)) })
	}},
	{"a number is one invoice's, whatever its case, until that is deleted", func(t *testing.T, s store) {
		s.update(func(tx app.Tx) error { return second(tx.SaveInvoice(plain("a", "INV-1"))) })
		again := func(tx app.Tx) error { return second(tx.SaveInvoice(plain("b", "inv-1"))) }
		s.fails(app.Conflict, []string{"inv-1", "another number"}, again)
		s.update(func(tx app.Tx) error { return tx.Advance(billing.Stage{Status: billing.Deleted}, "a") })
		s.update(again)
		s.fails(app.Conflict, []string{"number"}, func(tx app.Tx) error { return tx.Advance(billing.Stage{}, "a") })
		s.view(func(r app.Reader) error {
			got, err := r.InvoicesByNumber([]billing.Number{"Inv-1", "INV-2"})
			same(t, got, map[billing.Number]billing.InvoiceID{"Inv-1": "b"})
			return err
		})
	}},
	{"a conflict leaves the rest of the transaction as it was", func(t *testing.T, s store) {
		s.update(func(tx app.Tx) error {
			if _, err := tx.SaveInvoice(plain("a", "INV-1")); err != nil {
				return err
			}
			if _, err := tx.SaveInvoice(plain("b", "INV-1")); !app.IsCode(err, app.Conflict) {
				t.Errorf("the error is %v", err)
			}
			return second(tx.SaveInvoice(plain("c", "INV-3")))
		})
		if got := s.numbers(app.Query{}); got != "INV-3 INV-1" {
			t.Errorf("the invoices are %s", got)
		}
	}},
	{"to advance touches the stage and the version alone", func(t *testing.T, s store) {
		want := plain("a", "INV-1")
		s.update(func(tx app.Tx) error { return second(tx.SaveInvoice(want)) })
		want.Stage, want.Version = billing.Stage{Status: billing.Closed, Export: billing.Exported}, 2
		s.update(func(tx app.Tx) error { return tx.Advance(want.Stage, "a") })
		same(t, s.invoice("a"), want)
		s.fails(app.NotFound, []string{"nowhere"}, func(tx app.Tx) error { return tx.Advance(want.Stage, "a", "nowhere") })
	}},
	{"every stage can be saved", func(t *testing.T, s store) {
		for _, status := range billing.Statuses() {
			for _, export := range billing.ExportStates() {
				want := plain("a", "INV-1")
				want.Stage = billing.Stage{Status: status, Export: export}
				s.update(func(tx app.Tx) (err error) {
					if have, err := tx.Invoice("a"); err == nil {
						want.Version = have.Version
					}
					want.Version, err = tx.SaveInvoice(want)
					return err
				})
				same(t, s.invoice("a"), want)
			}
		}
	}},
	{"invoices come in the order asked for, and a missing one is named", func(t *testing.T, s store) {
		s.update(func(tx app.Tx) error {
			for _, n := range []string{"1", "2", "3"} {
				if _, err := tx.SaveInvoice(plain(billing.InvoiceID(n), billing.Number(n))); err != nil {
					return err
				}
			}
			return nil
		})
		s.view(func(r app.Reader) error {
			got, err := r.Invoices([]billing.InvoiceID{"3", "1", "3", "2"})
			var order string
			for _, v := range got {
				order += string(v.ID)
				if len(v.Lines) != 1 {
					t.Errorf("invoice %s has %d lines", v.ID, len(v.Lines))
				}
			}
			if order != "3132" {
				t.Errorf("the order is %s", order)
			}
			_, missing := r.Invoices([]billing.InvoiceID{"1", "lost", "2"})
			if !app.IsCode(missing, app.NotFound) || !strings.Contains(missing.Error(), "lost") {
				t.Errorf("the error is %v", missing)
			}
			return err
		})
	}},
	{"a burnt number stays burnt, whatever its case", func(t *testing.T, s store) {
		s.update(func(tx app.Tx) error { return errors.Join(tx.Burn("INV-1"), tx.Burn("inv-1")) })
		s.view(func(r app.Reader) error {
			burnt, err := r.Burnt("Inv-1")
			free, err2 := r.Burnt("INV-2")
			if !burnt || free {
				t.Errorf("INV-1 burnt: %t, INV-2 burnt: %t", burnt, free)
			}
			return errors.Join(err, err2)
		})
	}},
	{"taxes come by name", func(t *testing.T, s store) {
		gst, none := billing.Tax{Code: "OUTPUT2", Name: "GST", Rate: 15_0000}, billing.Tax{Code: "NONE", Name: "No GST"}
		s.update(func(tx app.Tx) error {
			return errors.Join(tx.SaveTax(none), tx.SaveTax(billing.Tax{Code: "OUTPUT2", Name: "old"}), tx.SaveTax(gst))
		})
		s.view(func(r app.Reader) error {
			got, err := r.Taxes()
			same(t, got, []billing.Tax{gst, none})
			return err
		})
	}},
	{"organisations, the default first, with chart, mapping and links", func(t *testing.T, s store) {
		zest := app.Organisation{
			Tenant: ledger.Tenant{ID: "zest", Name: "Zest"}, Default: true, State: app.SignedOut,
			Parked: app.Park{Until: moment, Why: app.DayLimit, Text: "5000 calls"},
		}
		demo := app.Organisation{Tenant: ledger.Tenant{ID: "demo", Name: "Demo Company"}, State: app.Connected}
		chart := ledger.Chart{
			Tenant: zest.Tenant, ShortCode: "!Qj35V", BaseCurrency: "NZD", PeriodLock: 20260331,
			Accounts: []ledger.Account{{Code: "200", Name: "Sales", Class: "REVENUE", Type: "SALES", TaxType: "OUTPUT2"}},
			TaxRates: []ledger.TaxRate{{Type: "OUTPUT2", Name: "GST", Rate: 15_0000, Active: true, Classes: []string{"REVENUE"}}},
			Tracking: []ledger.TrackingCategory{{Name: "Region", Options: []string{"North"}}}, Currencies: []money.Currency{"NZD", "AUD"},
			Themes: []ledger.Theme{{ID: "t", Name: "Blue"}}, Items: []ledger.Item{{Code: "I", Name: "Item", Account: "200", Sold: true}},
			Read: moment, Ahead: -3 * time.Second,
		}
		mapping := ledger.Mapping{
			Arrival: ledger.SubmittedThere, DefaultAccount: "200", Theme: "Blue",
			Codes: map[string]ledger.Target{"ACC": {Account: "201", Item: "I"}}, Taxes: map[string]string{"GST": "OUTPUT2"},
		}
		link := app.Link{Contact: "contact", Name: "Kauri Joinery Ltd", How: app.LinkedByHand, At: moment}
		s.update(func(tx app.Tx) error {
			return errors.Join(tx.SaveOrganisation(demo), tx.SaveOrganisation(zest), tx.SaveChart(chart), tx.SaveMapping("zest", mapping),
				tx.SaveLink("zest", "kauri", app.Link{Contact: "old", How: app.LinkedByName}), tx.SaveLink("zest", "kauri", link),
				tx.SaveLink("zest", "rimu", link), tx.DeleteLink("zest", "rimu"), tx.DeleteLink("zest", "rimu"),
				tx.SaveOrganisation(zest)) // which keeps its chart and mapping
		})
		s.view(func(r app.Reader) error {
			all, err := r.Organisations()
			same(t, all, []app.Organisation{zest, demo})
			gotChart, err2 := r.Chart("zest")
			same(t, gotChart, chart)
			gotMapping, err3 := r.Mapping("zest")
			same(t, gotMapping, mapping)
			links, err4 := r.Links("zest")
			same(t, links, map[billing.ClientID]app.Link{"kauri": link})
			unset, err5 := r.Mapping("demo")
			same(t, unset, ledger.Mapping{})
			return errors.Join(err, err2, err3, err4, err5)
		})
	}},
	{"what is not there is NotFound", func(t *testing.T, s store) {
		s.view(func(r app.Reader) error {
			for what, err := range map[string]error{
				"client": second(r.Client("x")), "invoice": second(r.Invoice("x")), "run": second(r.Run("x")),
				"export": second(r.Exports([]app.ExportID{"x"})), "batch": second(r.Batch("x")), "mapping": second(r.Mapping("x")),
				"chart": second(r.Chart("demo")),
			} {
				if !app.IsCode(err, app.NotFound) {
					t.Errorf("%s: %v", what, err)
				}
			}
			return nil
		})
		s.fails(app.NotFound, nil, func(tx app.Tx) error { return tx.SaveMapping("x", ledger.Mapping{}) })
		s.fails(app.NotFound, nil, func(tx app.Tx) error { return tx.SaveChart(ledger.Chart{Tenant: ledger.Tenant{ID: "x"}}) })
		s.fails(app.NotFound, nil, func(tx app.Tx) error { return tx.SaveBatch(app.Batch{ID: "x"}) })
	}},
	{"runs come newest first, and say which are open", func(t *testing.T, s store) {
		older := app.Run{ID: "older", Tenant: "demo", By: "olivia", Started: moment, Confirmed: moment}
		newer := app.Run{ID: "newer", Tenant: "demo", By: "olivia", Started: moment.Add(time.Second), Confirmed: moment.Add(time.Hour)}
		s.update(func(tx app.Tx) error { return errors.Join(tx.SaveRun(newer), tx.SaveRun(older)) })
		older.Ended, older.Confirmed = moment.Add(time.Minute), moment.Add(time.Second)
		s.update(func(tx app.Tx) error { return tx.SaveRun(older) })
		s.view(func(r app.Reader) error {
			got, err := r.Run("older")
			same(t, got, older)
			all, err2 := r.Runs("demo", false)
			same(t, all[len(all)-2:], []app.Run{newer, older})
			open, err3 := r.Runs("demo", true)
			if slices.ContainsFunc(open, func(r app.Run) bool { return !r.Ended.IsZero() }) || len(open) != len(all)-1 {
				t.Errorf("the open runs are %v", open)
			}
			return errors.Join(err, err2, err3)
		})
	}},
	{"an export comes back as it was saved", func(t *testing.T, s store) {
		want := waiting("e", "a")
		want.Expected, want.Sent, want.Since, want.Small, want.Ended = money.New(11500, "NZD"), moment, moment.Add(-time.Minute), 25, moment.Add(time.Second)
		want.Result = billing.Warned
		want.Standing = ledger.Standing{
			ID: "there", Number: "INV-1", Mark: want.Mark, Status: "SOMETHING NEW", Contact: "contact", Date: 20261103, Currency: "AUD",
			Total: money.New(11500, "AUD"), AmountDue: money.New(1500, "AUD"), AmountPaid: money.New(9000, "AUD"), AmountCredited: money.New(1000, "AUD"),
			PaidOn: 20261105, Updated: moment,
		}
		want.Messages = []ledger.Message{{Text: "Ünïcode <&>", Cause: ledger.TotalDiffers, Warning: true}, {Text: "second"}}
		s.update(func(tx app.Tx) error {
			return errors.Join(second(tx.SaveInvoice(plain("a", "INV-1"))), tx.SaveExports(waiting("e", "a")), tx.SaveExports(want))
		})
		s.view(func(r app.Reader) error {
			got, err := r.Exports([]app.ExportID{"e"})
			same(t, got, []app.Export{want})
			return err
		})
	}},
	{"exports wait in the order asked for until they are in a batch or ended", func(t *testing.T, s store) {
		s.update(func(tx app.Tx) error {
			if _, err := tx.SaveInvoice(plain("a", "INV-1")); err != nil {
				return err
			}
			if err := tx.SaveExports(waiting("c", "a"), waiting("a", "a"), waiting("b", "a"), waiting("d", "a")); err != nil {
				return err
			}
			in, ended := waiting("a", "a"), waiting("d", "a")
			in.Batch, ended.Ended = "batch", moment
			return errors.Join(tx.SaveBatch(ready("batch", "a")), tx.SaveExports(in, ended))
		})
		ids := func(all []app.Export, err error) string {
			var text string
			for _, e := range all {
				text += string(e.ID)
			}
			if err != nil {
				t.Error(err)
			}
			return text
		}
		s.view(func(r app.Reader) error {
			for what, got := range map[string]string{
				"waiting: cb":      ids(r.Waiting("demo", 10)),
				"first: c":         ids(r.Waiting("demo", 1)),
				"other's: ":        ids(r.Waiting("other", 10)),
				"of the run: cabd": ids(r.ExportsOfRun("run")),
				"newest: dbac":     ids(r.ExportsOf("a")),
				"asked for: bcb":   ids(r.Exports([]app.ExportID{"b", "c", "b"})),
			} {
				if !strings.HasSuffix(what, ": "+got) {
					t.Errorf("%s, but they are %q", what, got)
				}
			}
			return nil
		})
	}},
	{"a batch keeps its exact bytes, key and kind through every save", func(t *testing.T, s store) {
		first := ready("batch", "one", "two")
		first.Body = []byte{0, 1, 0xff, '\n'}
		s.update(func(tx app.Tx) error { return tx.SaveBatch(first) })
		later := app.Batch{
			ID: "batch", Tenant: "demo", Kind: app.ContactBatch, Key: "other", Body: []byte("other"), Members: []string{"two"}, State: app.Lost,
			Tries: 2, Tried: moment, TriedLast: moment.Add(time.Second), Troubles: 1, LookUp: true,
		}
		s.update(func(tx app.Tx) error { return tx.SaveBatch(later) })
		want := later
		want.Kind, want.Key, want.Body = first.Kind, first.Key, first.Body
		s.view(func(r app.Reader) error {
			got, err := r.Batch("batch")
			same(t, got, want)
			want.Body = nil
			all, err2 := r.Batches("demo", app.Lost)
			same(t, all, []app.Batch{want})
			none, err3 := r.Batches("demo", app.Ready)
			same(t, none, []app.Batch(nil))
			return errors.Join(err, err2, err3)
		})
	}},
	{"batches come oldest first, and only what was never tried can be deleted", func(t *testing.T, s store) {
		s.update(func(tx app.Tx) error {
			return errors.Join(tx.SaveBatch(ready("b")), tx.SaveBatch(ready("a")), tx.SaveBatch(ready("c")))
		})
		s.view(func(r app.Reader) error {
			all, err := r.Batches("demo", app.Ready)
			if len(all) != 3 || all[0].ID+all[1].ID+all[2].ID != "bac" {
				t.Errorf("the batches are %v", all)
			}
			return err
		})
		s.update(func(tx app.Tx) error {
			tried := ready("a")
			tried.Tries, tried.State = 1, app.Sending
			return errors.Join(tx.SaveBatch(tried), tx.DeleteBatch("b"))
		})
		s.fails(app.Conflict, []string{"being sent"}, func(tx app.Tx) error { return tx.DeleteBatch("a") })
		s.fails(app.Conflict, nil, func(tx app.Tx) error {
			e := waiting("e", "v")
			e.Batch = "c"
			return errors.Join(second(tx.SaveInvoice(plain("v", "INV-1"))), tx.SaveExports(e), tx.DeleteBatch("c"))
		})
	}},
	{"a tally counts every export once, by what became of it", func(t *testing.T, s store) {
		stages := []billing.ExportState{billing.Queued, billing.Exporting, billing.Unknown}
		results := []billing.ExportState{billing.NotExported, billing.Exported, billing.Warned, billing.Failed, billing.DeletedInXero}
		s.update(func(tx app.Tx) error {
			for i, state := range slices.Concat(stages, results) {
				v := plain(billing.InvoiceID(fmt.Sprint(i)), billing.Number(fmt.Sprint(i)))
				e := waiting(app.ExportID(fmt.Sprint(i)), v.ID)
				if i < len(stages) {
					v.Stage.Export = state
				} else {
					e.Ended, e.Result = moment, state
				}
				if err := errors.Join(second(tx.SaveInvoice(v)), tx.SaveExports(e)); err != nil {
					return err
				}
			}
			return nil
		})
		s.view(func(r app.Reader) error {
			got, err := r.Tally("run")
			same(t, got, app.Tally{All: 8, Queued: 1, Exporting: 1, Unknown: 1, Cancelled: 1, Exported: 1, Warned: 2, Failed: 1})
			return err
		})
	}},
	{"rows come newest first, as the query limits them, without what is deleted", func(t *testing.T, s store) {
		s.update(func(tx app.Tx) error {
			for i, v := range []struct {
				number billing.Number
				date   billing.Date
				client billing.ClientID
			}{{"INV-1", 20261101, "kauri"}, {"INV-2", 20261102, "rimu"}, {"INV-3", 20261102, "kauri"}, {"INV-4", 20261030, "rimu"}, {"INV-5", 20261105, "kauri"}} {
				w := plain(billing.InvoiceID(fmt.Sprint(i+1)), v.number)
				w.Date, w.Client = v.date, v.client
				if _, err := tx.SaveInvoice(w); err != nil {
					return err
				}
			}
			return tx.Advance(billing.Stage{Status: billing.Deleted}, "5")
		})
		for _, c := range []struct {
			q    app.Query
			want string
		}{
			{app.Query{}, "INV-3 INV-2 INV-1 INV-4"},
			{app.Query{Limit: 3}, "INV-3 INV-2 INV-1"},
			{app.Query{Client: "rimu"}, "INV-2 INV-4"},
			{app.Query{Client: "kauri", Limit: 1}, "INV-3"},
			{app.Query{IDs: []billing.InvoiceID{"1", "5", "2", "lost"}}, "INV-2 INV-1"},
			{app.Query{IDs: []billing.InvoiceID{"1", "2"}, Client: "kauri", Limit: 5}, "INV-1"},
			{app.Query{IDs: []billing.InvoiceID{}}, ""},
		} {
			if got := s.numbers(c.q); got != c.want {
				t.Errorf("%+v gives %q, want %q", c.q, got, c.want)
			}
		}
		for _, err := range s.Rows(t.Context(), app.Query{}) {
			if err != nil {
				t.Error(err)
			}
			break // which must not keep the database busy
		}
		s.update(func(tx app.Tx) error { return tx.Burn("INV-9") })
	}},
	{"a row tells the totals, and of the newest export what stopped it and how it stands", func(t *testing.T, s store) {
		s.update(func(tx app.Tx) error {
			v := plain("a", "INV-1")
			v.Reference = "Year 2026"
			older, newer := waiting("older", "a"), waiting("newer", "a")
			newer.Messages = []ledger.Message{{Text: "a warning", Cause: ledger.TotalDiffers, Warning: true}, {Text: "an error", Cause: ledger.LockedDate}}
			newer.Standing = ledger.Standing{ID: "x", Status: ledger.PaidThere, Currency: "AUD", AmountDue: money.New(1, "AUD"), PaidOn: 20261104}
			if err := errors.Join(second(tx.SaveInvoice(v)), tx.SaveExports(older), tx.SaveExports(newer)); err != nil {
				return err
			}
			older.Messages = []ledger.Message{{Text: "of the older export"}}
			return errors.Join(tx.SaveExports(older), second(tx.SaveInvoice(billing.Invoice{ID: "b", Client: "rimu", Type: billing.Final, Date: 20200101, Currency: "NZD", Amounts: money.NoTax})))
		})
		same(t, s.rows(app.Query{}), []app.InvoiceRow{
			{
				ID: "a", ClientID: "kauri", Client: "Kauri Joinery", Number: "INV-1", Reference: "Year 2026", Date: 20261103, Due: 20261120,
				SubTotal: money.New(10000, "NZD"), Tax: money.New(1500, "NZD"), Total: money.New(11500, "NZD"), Stage: billing.Stage{Status: billing.Finalized},
				Message: "an error", Cause: ledger.LockedDate, XeroStatus: ledger.PaidThere, AmountDue: money.New(1, "AUD"), PaidOn: 20261104,
			},
			{ID: "b", ClientID: "rimu", Client: "Rimu Cafe", Date: 20200101, SubTotal: money.Zero("NZD"), Tax: money.Zero("NZD"), Total: money.Zero("NZD")},
		})
	}},
	{"the feed has each changed subject once, in order, and nothing that was rolled back", func(t *testing.T, s store) {
		begin, err := s.LastChange(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.update(func(tx app.Tx) error { return second(tx.SaveInvoice(plain("a", "INV-1"))) })
		s.fails(app.Internal, []string{"not this time"}, func(tx app.Tx) error {
			return errors.Join(second(tx.SaveInvoice(plain("b", "INV-2"))), errors.New("not this time"))
		})
		s.update(func(tx app.Tx) error {
			return errors.Join(
				second(tx.SaveClient(billing.Client{ID: "new", Code: "N", Name: "New"})), tx.SaveLink("demo", "rimu", app.Link{Contact: "c", How: app.LinkedCreated}),
				tx.SaveMapping("demo", ledger.Mapping{}), tx.SaveRun(app.Run{ID: "run 2", Tenant: "demo", By: "olivia"}),
				tx.SaveExports(waiting("e", "a")), tx.Advance(billing.Stage{Status: billing.Finalized, Export: billing.Queued}, "a"),
			)
		})
		changes, err := s.Changes(t.Context(), begin)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		last := begin
		for _, c := range changes {
			if c.Seq <= last {
				t.Errorf("%d comes after %d", c.Seq, last)
			}
			last = c.Seq
			got = append(got, c.Subject+" "+c.ID)
		}
		same(t, got, []string{"client new", "client rimu", "organisation demo", "run run 2", "invoice a"})
		if newest, err := s.LastChange(t.Context()); err != nil || newest != last {
			t.Errorf("the last change is %d (%v), want %d", newest, err, last)
		}
		if later, err := s.Changes(t.Context(), last); err != nil || len(later) > 0 {
			t.Errorf("after the last change come %v (%v)", later, err)
		}
		whole, err := s.Changes(t.Context(), 0)
		if err != nil || len(whole) <= len(changes) {
			t.Errorf("the whole feed has %d changes (%v)", len(whole), err)
		}
	}},
	{"a transaction that fails or panics leaves nothing", func(t *testing.T, s store) {
		broken := errors.New("broken")
		if err := s.Update(t.Context(), func(tx app.Tx) error {
			return errors.Join(second(tx.SaveInvoice(plain("a", "INV-1"))), broken)
		}); !errors.Is(err, broken) {
			t.Errorf("the error is %v", err)
		}
		func() {
			defer func() { _ = recover() }()
			s.update(func(tx app.Tx) error {
				if _, err := tx.SaveInvoice(plain("a", "INV-1")); err != nil {
					t.Error(err)
				}
				panic("broken")
			})
		}()
		if rows := s.rows(app.Query{}); len(rows) > 0 {
			t.Errorf("the rows are %v", rows)
		}
		s.update(func(tx app.Tx) error { return second(tx.SaveInvoice(plain("a", "INV-1"))) })
	}},
	{"a transaction whose context ends leaves nothing", func(t *testing.T, s store) {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Update(ctx, func(tx app.Tx) error {
			err := second(tx.SaveInvoice(plain("a", "INV-1")))
			cancel()
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the error is %v", err)
		}
		for _, err := range s.Rows(ctx, app.Query{}) {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("reading rows: %v", err)
			}
		}
		if rows := s.rows(app.Query{}); len(rows) > 0 {
			t.Errorf("the rows are %v", rows)
		}
	}},
	{"a view is one state, whatever is written meanwhile", func(t *testing.T, s store) {
		s.view(func(r app.Reader) error {
			before, err := r.Clients()
			if err != nil {
				return err
			}
			s.update(func(tx app.Tx) error {
				err := second(tx.SaveClient(billing.Client{ID: "new", Code: "N", Name: "New"}))
				own, err2 := tx.Client("new")
				if own.Name != "New" {
					t.Error("a transaction does not see what it wrote")
				}
				return errors.Join(err, err2)
			})
			after, err := r.Clients()
			same(t, after, before)
			return err
		})
	}},
	{"the time of a transaction is one", func(t *testing.T, s store) {
		s.update(func(tx app.Tx) error {
			now := tx.Now()
			if !now.Equal(now.Truncate(time.Millisecond)) {
				t.Errorf("%v is finer than what is kept", now)
			}
			err := tx.SaveRun(app.Run{ID: "r", Tenant: "demo", By: "olivia", Started: now, Confirmed: now})
			r, err2 := tx.Run("r")
			if !r.Started.Equal(tx.Now()) || tx.Now() != now {
				t.Errorf("%v was kept as %v", now, r.Started)
			}
			return errors.Join(err, err2)
		})
	}},
	{"audit entries are chained and found by their subject", func(t *testing.T, s store) {
		record := func(action, subject, id string) {
			s.update(func(tx app.Tx) error {
				e := staff.Entry{By: "olivia", ByName: "Olivia Hart", Action: action, Subject: subject, ID: id, From: "\x00 é", To: "<&>"}
				return errors.Join(tx.Record(e), tx.Record(e))
			})
		}
		record("export", "invoice", "a")
		record("link", "client", "a")
		record("hold", "invoice", "b")
		s.view(func(r app.Reader) error {
			all, err := r.Audit("", "")
			if len(all) != 6 {
				t.Fatalf("there are %d entries", len(all))
			}
			previous := ""
			for i, e := range all {
				if e.Seq != int64(i+1) || e.Previous != previous {
					t.Errorf("entry %d follows %q, want %q", e.Seq, e.Previous, previous)
				}
				previous = e.Hash()
			}
			some, err2 := r.Audit("invoice", "a")
			same(t, some, all[:2])
			if e := all[0]; e.By != "olivia" || e.ByName != "Olivia Hart" || e.Action != "export" || e.From != "\x00 é" || e.To != "<&>" || e.At.IsZero() {
				t.Errorf("the entry is %+v", e)
			}
			return errors.Join(err, err2)
		})
	}},
	{"a thousand asked for at once are found", func(t *testing.T, s store) {
		var ids []billing.InvoiceID
		var numbers []billing.Number
		s.update(func(tx app.Tx) error {
			for i := range 1000 {
				v := plain(billing.InvoiceID(fmt.Sprint("id ", i)), billing.Number(fmt.Sprint("INV-", i)))
				ids, numbers = append(ids, v.ID), append(numbers, v.Number)
				if _, err := tx.SaveInvoice(v); err != nil {
					return err
				}
			}
			return nil
		})
		if n := len(s.rows(app.Query{IDs: ids})); n != 1000 {
			t.Errorf("%d rows", n)
		}
		s.view(func(r app.Reader) error {
			all, err := r.Invoices(ids)
			found, err2 := r.InvoicesByNumber(numbers)
			if len(all) != 1000 || len(found) != 1000 {
				t.Errorf("%d invoices, %d numbers", len(all), len(found))
			}
			return errors.Join(err, err2)
		})
	}},
}
