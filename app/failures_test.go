package app_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

// edit changes stored invoices.
func edit(w *apptest.World, ids []billing.InvoiceID, change func(*billing.Invoice)) {
	w.T.Helper()
	p := w.Start(nil)
	defer p.Stop()
	err := p.DB.Update(context.Background(), func(tx app.Tx) error {
		for _, id := range ids {
			v, err := tx.Invoice(id)
			if err != nil {
				return err
			}
			change(&v)
			if _, err := tx.SaveInvoice(v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

// groupsOf returns the reasons why invoices failed: the cause, what it names, how many invoices, how many of them are mended.
func groupsOf(t *testing.T, p *apptest.Process, ids []billing.InvoiceID) []group {
	t.Helper()
	all, err := p.App.Failures(t.Context(), p.World.Me, ids)
	if err != nil {
		t.Fatal(err)
	}
	var told []group
	for _, g := range all {
		told = append(told, group{g.Message.Cause, g.Place.Subject, g.Place.Mapping, len(g.Invoices), len(g.Mended)})
	}
	return told
}

type group struct {
	Cause            ledger.Cause
	Subject          string
	Row              ledger.MappingRow
	Invoices, Mended int
}

func TestFailuresStandTogetherByWhatMendsThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(9, 9)
		edit(w, ids[:6], func(v *billing.Invoice) { v.Lines[0].Code, v.Lines[0].Account = "ACC", "" })
		edit(w, ids[6:8], func(v *billing.Invoice) { v.Currency = "EUR" })
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		acc := ledger.MappingRow{Part: ledger.CodePart, Key: "ACC"}
		want := []group{{ledger.AccountMissing, "", acc, 6, 0}, {ledger.CurrencyUnknown, "EUR", ledger.MappingRow{}, 2, 0}}
		if diff := cmp.Diff(want, groupsOf(t, p, ids)); diff != "" {
			t.Errorf("(-want +told):\n%s", diff)
		}

		time.Sleep(time.Minute)
		if err := p.App.SetMapping(t.Context(), w.Me, w.Tenant, ledger.Mapping{Codes: map[string]ledger.Target{"ACC": {Account: "200"}}}); err != nil {
			t.Fatal(err)
		}
		if err := w.Sim.AddCurrency(string(w.Tenant), "EUR"); err != nil {
			t.Fatal(err)
		}
		want[0].Mended = 6 // what was done in Xero is not known yet
		if diff := cmp.Diff(want, groupsOf(t, p, ids)); diff != "" {
			t.Errorf("after the mapping (-want +told):\n%s", diff)
		}
		if err := p.App.ReadChart(t.Context(), w.Me, w.Tenant); err != nil {
			t.Fatal(err)
		}
		want[1].Mended = 2
		if diff := cmp.Diff(want, groupsOf(t, p, ids)); diff != "" {
			t.Errorf("after the currency (-want +told):\n%s", diff)
		}
		p.Export(ids...)
		if got := groupsOf(t, p, ids); got != nil {
			t.Errorf("failed still: %+v", got)
		}
		w.MustBeSound(w.Views(ids))
	})
}

// TestAnotherTryIsAdvisedOnceSomethingChanged says of each cause what makes another try worth it, and what
// does not.
func TestAnotherTryIsAdvisedOnceSomethingChanged(t *testing.T) {
	type act func(p *apptest.Process, v app.InvoiceView) error
	mapTo := func(account string) act {
		return func(p *apptest.Process, _ app.InvoiceView) error {
			return p.App.SetMapping(context.Background(), p.World.Me, p.World.Tenant, ledger.Mapping{Codes: map[string]ledger.Target{"ACC": {Account: account}}})
		}
	}
	saveClient := func(p *apptest.Process, v app.InvoiceView) error {
		v.Client.Email = "new@example.com"
		_, err := p.App.SaveClient(context.Background(), p.World.Me, v.Client)
		return err
	}
	readChart := func(p *apptest.Process, _ app.InvoiceView) error {
		return p.App.ReadChart(context.Background(), p.World.Me, p.World.Tenant)
	}
	connect := func(p *apptest.Process, _ app.InvoiceView) error {
		_, err := p.App.Connect(context.Background(), p.World.Me, app.Connection{Tenant: ledger.Tenant{ID: p.World.Tenant}})
		return err
	}
	renumber := func(p *apptest.Process, v app.InvoiceView) error {
		results, err := p.App.Renumber(context.Background(), p.World.Me, []billing.InvoiceID{v.Invoice.ID})
		if err != nil {
			return err
		}
		return results[0].Err
	}
	for _, test := range []struct {
		name   string
		cause  ledger.Cause
		sent   bool // Xero said it
		act    act
		mended bool
	}{
		{"nothing", ledger.AccountArchived, false, nil, false},
		{"mapped elsewhere", ledger.AccountUnknown, false, mapTo("260"), true},
		{"mapped elsewhere, after Xero said it", ledger.AccountUnknown, true, mapTo("260"), true},
		{"only the client saved", ledger.AccountUnknown, false, saveClient, false},
		{"the chart read, which has it now", ledger.AccountArchived, false, readChart, true},
		{"the chart read, which had it before", ledger.AccountArchived, true, readChart, false},
		{"the chart read, and the lock is gone", ledger.LockedDate, false, readChart, true},
		{"the mapping saved, for a lock", ledger.LockedDate, false, mapTo("260"), false},
		{"the client saved", ledger.EmailInvalid, true, saveClient, true},
		{"the client saved, for its contact", ledger.ContactArchived, true, saveClient, true},
		{"the mapping saved, for a contact", ledger.ContactArchived, true, mapTo("260"), false},
		{"connected again", ledger.NoRightsThere, true, connect, true},
		{"the chart read, for rights", ledger.NoRightsThere, true, readChart, false},
		{"renumbered", ledger.NumberTaken, true, renumber, true},
		{"not renumbered", ledger.NumberTaken, true, saveClient, false},
		{"nothing, and Xero was out of order", ledger.XeroTrouble, true, nil, true},
		{"nothing, and who asks may export", ledger.NotPermitted, false, nil, true},
		{"nothing, and the invoice is incomplete", ledger.Incomplete, false, nil, false},
		{"something, and nobody knows what it was", ledger.Other, true, saveClient, true},
		{"nothing, and nobody knows what it was", ledger.Other, true, nil, false},
	} {
		t.Run(test.name+", "+string(test.cause), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{})
				ids := w.Invoices(1, 1)
				edit(w, ids, func(v *billing.Invoice) { v.Lines[0].Code, v.Lines[0].Account = "ACC", "" })
				p := w.Start(nil)
				defer p.Stop()
				if err := mapTo("200")(p, app.InvoiceView{}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				err := p.DB.Update(context.Background(), func(tx app.Tx) error {
					v, err := tx.Invoice(ids[0])
					if err != nil {
						return err
					}
					e := app.Export{
						ID: "e", Run: "r", Invoice: v.ID, Number: v.Number, Tenant: w.Tenant, Mark: app.NewExportMark(app.DefaultMarkBase, v.ID), Ended: tx.Now(),
						Result: billing.Failed, Messages: []ledger.Message{{Text: "No.", Cause: test.cause}, {Text: "By the way.", Cause: ledger.MarkLost, Warning: true}},
					}
					if test.sent {
						e.Sent = tx.Now()
					}
					if err := tx.SaveRuns(app.Run{ID: "r", Tenant: w.Tenant, By: w.Me.ID, Started: tx.Now(), Confirmed: tx.Now(), Ended: tx.Now()}); err != nil {
						return err
					}
					if err := tx.SaveExports(e); err != nil {
						return err
					}
					return tx.Advance(billing.Stage{Status: billing.Finalized, Export: billing.Failed}, v.ID)
				})
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				view := func() app.InvoiceView { return w.Views(ids)[0] }
				if test.act != nil {
					if view().Mended && test.cause != ledger.NotPermitted {
						t.Error("another try is advised before anything changed")
					}
					if err := test.act(p, view()); err != nil {
						t.Fatal(err)
					}
				}
				if got := view().Mended; got != test.mended {
					t.Errorf("another try is advised: %v", got)
				}
				groups, err := p.App.Failures(context.Background(), w.Me, ids)
				if err != nil || len(groups) != 1 || slices.Contains(groups[0].Mended, ids[0]) != test.mended {
					t.Errorf("the group says otherwise: %+v, %v", groups, err)
				}
			})
		})
	}
}

// TestARunWithBadRowsExportsTheOthers exports 500 invoices of which 37 have a code without an account in Xero. The others
// are exported, and once the code is mapped, the 37 are: each once.
func TestARunWithBadRowsExportsTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const all, bad = 500, 37
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(all, 20)
		edit(w, ids[:bad], func(v *billing.Invoice) { v.Lines[0].Code, v.Lines[0].Account = "ACC", "" })
		p := w.Start(nil)
		defer p.Stop()
		mapTo := func(account string) {
			t.Helper()
			err := p.DB.Update(t.Context(), func(tx app.Tx) error {
				return tx.SaveMapping(w.Tenant, ledger.Mapping{Codes: map[string]ledger.Target{"ACC": {Account: account}}})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		count := func() (exported, failed int) {
			for _, v := range w.Views(ids) {
				switch v.Invoice.Stage.Export {
				case billing.Exported:
					exported++
				case billing.Failed:
					failed++
				}
			}
			return exported, failed
		}
		mapTo("999")
		p.Export(ids...)
		if exported, failed := count(); exported != all-bad || failed != bad {
			t.Fatalf("%d are exported, and %d have failed", exported, failed)
		}
		mapTo("200")
		p.Export(ids[:bad]...)
		if exported, failed := count(); exported != all || failed != 0 {
			t.Errorf("after the mapping %d are exported, and %d have failed", exported, failed)
		}
		views := w.Views(ids)
		w.MustBeSound(views)
		for _, v := range views {
			if live, gone := w.InXero(v); len(live) != 1 || len(gone) > 0 {
				t.Errorf("%s is in Xero %d times, and %d times deleted", v.Invoice.Number, len(live), len(gone))
			}
		}
	})
}
