package outbox_test

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/shopspring/decimal"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/xero/sim"
)

// TestAnInvoiceOfOthersIsNotTakenForOurs has a person in Xero make an invoice under the number of one
// of ours, without a mark or with another's, before ours is sent and its answer lost.
func TestAnInvoiceOfOthersIsNotTakenForOurs(t *testing.T) {
	for name, mark := range map[string]string{"without a mark": "", "with a mark of another": "https://elsewhere.example/invoice.1"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{})
				ids := w.Invoices(2, 1)
				p := w.Start(nil)
				defer p.Stop()
				p.Export(ids[1])
				theirs, _ := w.InXero(w.Views(ids[1:])[0])
				inv := theirs[0]
				inv.Number, inv.URL = "INV-0001", mark
				inv.Lines[0].UnitAmount = decimal.NewFromInt(7)
				made, err := w.Sim.CreateInvoice(string(w.Tenant), inv)
				if err != nil {
					t.Fatal(err)
				}
				w.Sim.AddFault(rules(t, "PUT /Invoices #1-2 500")[0])
				if _, _, err := p.App.Export(t.Context(), w.Me, ids[:1]); err != nil {
					t.Fatal(err)
				}
				p.Settle()
				v := w.Views(ids[:1])[0]
				if v.Invoice.Stage.Export != billing.Failed || !ledger.HasCause(v.Exports[0].Messages, ledger.NumberTaken) || string(v.Exports[0].Standing.ID) == made {
					t.Errorf("ours is %v: %+v", v.Invoice.Stage, v.Exports[0])
				}
			})
		})
	}
}

// TestASecondTryThatNeverLeftUndoesNotTheFirst loses the answer to a request that Xero has saved, and
// then the connection for longer than Xero keeps the key. A person has given the invoice another number.
func TestASecondTryThatNeverLeftUndoesNotTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		w.Sim.AddFault(rules(t, "PUT /Invoices #1 drop-after-commit+person-rename")[0])
		var offline atomic.Bool
		dial := w.Dial
		w.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if offline.Load() {
				return nil, errors.New("no route to host")
			}
			return dial(ctx, network, address)
		}
		p := w.Start(nil)
		defer p.Stop()
		if _, _, err := p.App.Export(t.Context(), w.Me, ids); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx) }()
		for end := time.Now().Add(time.Hour); len(w.Sim.Invoices(string(w.Tenant))) == 0; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("after an hour Xero has nothing")
			}
		}
		offline.Store(true)
		time.Sleep(20 * time.Minute)
		offline.Store(false)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		p.Settle()
		w.MustBeSound(w.Views(ids))
		if n := len(w.Sim.Invoices(string(w.Tenant))); n != 1 {
			t.Errorf("Xero has %d invoices", n)
		}
	})
}

// TestPermissionIsAskedAgainBeforeARemoval takes the permission away from who asked for it, before
// anything is sent.
func TestPermissionIsAskedAgainBeforeARemoval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 2)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		runs, _, err := p.App.Redraft(t.Context(), w.Me, ids)
		if err != nil {
			t.Fatal(err)
		}
		demoted := w.Me
		demoted.Time, demoted.AllEntities, demoted.Roles = nil, staff.NoRole, map[billing.ClientID]staff.Role{}
		if err := p.DB.Update(t.Context(), func(tx app.Tx) error { return tx.SaveMember(demoted) }); err != nil {
			t.Fatal(err)
		}
		if err := p.App.Finish(t.Context(), runs[0].ID, time.Hour); err != nil {
			t.Fatal(err)
		}
		for _, v := range w.Views(ids) {
			live, _ := w.InXero(v)
			if why := v.Removals[0].Messages; v.Invoice.Stage.Export != billing.Exported || len(live) != 1 || !ledger.HasCause(why, ledger.NotPermitted) {
				t.Errorf("%s is %v, and Xero has %d: %+v", v.Invoice.Number, v.Invoice.Stage, len(live), why)
			}
		}
	})
}
