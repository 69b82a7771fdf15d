package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

// invoicePromises are about invoices, their numbers and the rows of the grid.
var invoicePromises = []promise{
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
		two := billing.Tax{Code: "BC", Name: "GST + PST", Rate: 12_0000, Parts: []billing.TaxPart{{Name: "GST", Rate: 5_0000}, {Name: "PST", Rate: 7_0000}}}
		want := billing.Invoice{
			ID: "a", Client: "rimu", Type: billing.FixedFee, Number: "Inv 1/a", Date: 20261103, Due: 20261120, Reference: "Ref \"1\" é",
			Currency: "AUD", Amounts: money.Inclusive, BrandingTheme: "Blue", Note: "for staff\nonly", Stage: billing.Stage{Status: billing.Closed, Export: billing.Changed},
			Lines: []billing.Line{
				{Code: "ACC", Description: "Accounts", Quantity: 1_2345, UnitAmount: 99_9999, Discount: tenOff, Tax: tax, Account: "200", Item: "I-1",
					Tracking: []billing.Tracking{{Category: "Region", Option: "North"}, {Category: "Team", Option: "O'Neil"}}},
				{Description: "as agreed"},
				{Description: "less a credit", Quantity: -1_0000, UnitAmount: 5_0000, Tax: tax},
				{Description: "and a discount", Quantity: 2_0000, UnitAmount: 50_0000, Discount: fiveOff, Tax: two},
			},
		}
		save := func(tx app.Tx) (int64, error) { return tx.SaveInvoice(want) }
		want.Version = s.version(save)
		same(t, s.invoice("a"), want)
		want.Lines = slices.Delete(want.Lines, 1, 3)
		want.Number, want.Client = "INV-2", "kauri"
		want.Version = s.version(save)
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
		s.fails(app.Conflict, []string{"INV-2", "Open it again"}, func(tx app.Tx) error { return second(tx.SaveInvoice(v)) })
		v.Version = 1
		s.update(func(tx app.Tx) error {
			return tx.Advance(billing.Stage{Status: billing.Finalized, Export: billing.Queued}, "a")
		})
		s.fails(app.Conflict, []string{"INV-2", "Open it again"}, func(tx app.Tx) error { return second(tx.SaveInvoice(v)) })
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
		gone := plain("gone", "INV-2")
		gone.Stage.Status = billing.Deleted
		s.update(func(tx app.Tx) error { return second(tx.SaveInvoice(gone)) })
		s.view(func(r app.Reader) error {
			got, err := r.InvoicesByNumber([]billing.Number{"Inv-1", "INV-2"})
			same(t, got, map[billing.Number]billing.InvoiceID{"Inv-1": "b"})
			return err
		})
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
				want.Version = s.version(func(tx app.Tx) (int64, error) {
					v := want
					if have, err := tx.Invoice("a"); err == nil {
						v.Version = have.Version
					}
					return tx.SaveInvoice(v)
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
			{app.Query{IDs: []billing.InvoiceID{"1", "5", "2", "lost", "1"}}, "INV-2 INV-1"},
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
	{"a row tells the totals, and of the newest export what stopped it, how it stands, where and since when", func(t *testing.T, s store) {
		newer := waiting("newer", "a")
		newer.Sent = time.Date(2026, 11, 3, 9, 30, 0, 0, time.UTC)
		s.update(func(tx app.Tx) error {
			v := plain("a", "INV-1")
			v.Reference = "Year 2026"
			older := waiting("older", "a")
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
				ID: "a", ClientID: "kauri", Client: "Kauri Joinery", Code: "KAURI", Number: "INV-1", Reference: "Year 2026", Date: 20261103, Due: 20261120,
				SubTotal: money.New(10000, "NZD"), Tax: money.New(1500, "NZD"), Total: money.New(11500, "NZD"), Stage: billing.Stage{Status: billing.Finalized},
				Message: "an error", Cause: ledger.LockedDate, XeroStatus: ledger.PaidThere, Settlement: ledger.Paid, AmountDue: money.New(1, "AUD"), PaidOn: 20261104,
				Organisation: "Demo Company", ExportedOn: newer.Sent,
			},
			{ID: "b", ClientID: "rimu", Client: "Rimu Cafe", Code: "RIMU", Date: 20200101, SubTotal: money.Zero("NZD"), Tax: money.Zero("NZD"), Total: money.Zero("NZD")},
		})
	}},
	{"a thousand asked for at once are found", func(t *testing.T, s store) {
		var ids []billing.InvoiceID
		var numbers []billing.Number
		s.update(func(tx app.Tx) error {
			ids, numbers = nil, nil
			for i := range 1000 {
				v := plain(billing.InvoiceID(fmt.Sprint("id ", i)), billing.Number(fmt.Sprint("INV-", i)))
				v.Client = []billing.ClientID{"kauri", "rimu"}[i%2]
				ids, numbers = append(ids, v.ID), append(numbers, v.Number)
				if _, err := tx.SaveInvoice(v); err != nil {
					return err
				}
			}
			return nil
		})
		all := s.rows(app.Query{IDs: ids})
		if len(all) != 1000 || all[0].Client == "" || all[0].Client == all[1].Client {
			t.Errorf("%d rows", len(all))
		}
		same(t, s.rows(app.Query{}), all)
		for _, n := range []int{1, 256, 257, 700, 999} {
			var some []app.InvoiceRow
			for row, err := range s.Rows(t.Context(), app.Query{}) {
				if err != nil {
					t.Fatal(err)
				}
				if some = append(some, row); len(some) == n {
					break
				}
			}
			same(t, some, all[:n])
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
