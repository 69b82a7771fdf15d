package outbox_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/outbox"
	"feebridge/xero/sim"
)

// TestACopyWaitsForWhatItsOriginalHadUnderWay puts a copy in the place of a database whose last request
// Xero carries out minutes later.
func TestACopyWaitsForWhatItsOriginalHadUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		copied := backUp(w)
		w.Sim.AddFault(rules(t, "PUT /Invoices #1 late-commit:150s+person-rename")[0])
		today := w.Start(&apptest.Fate{Point: "request posted", After: true})
		run, err := today.Queue(ids...)
		if err != nil {
			t.Fatal(err)
		}
		_ = today.App.Finish(context.Background(), run.ID, 0)
		today.Stop()
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		p := w.Start(nil)
		defer p.Stop()
		if got := unlock(p).Compared[0]; got.Adopted != 1 {
			t.Errorf("it adopted %d", got.Adopted)
		}
		p.Export(ids...)
		w.MustBeSound(w.Views(ids))
		mustHoldEachOnce(w)
	})
}

// TestACopySendsNothingUnderAKeyOfItsOriginal takes the copy when a request was about to leave, which it
// never did as far as Xero knows.
func TestACopySendsNothingUnderAKeyOfItsOriginal(t *testing.T) {
	for name, goOn := range map[string]func(p *apptest.Process){
		"compared": func(p *apptest.Process) { unlock(p) },
		"without comparing": func(p *apptest.Process) {
			if err := p.App.Unlock(context.Background(), p.World.Me, "I am in a hurry"); err != nil {
				p.World.T.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{})
				ids := w.Invoices(2, 1)
				first := w.Start(&apptest.Fate{Point: "request claimed", After: true})
				run, err := first.Queue(ids...)
				if err != nil {
					t.Fatal(err)
				}
				_ = first.App.Finish(context.Background(), run.ID, 0)
				first.Stop()
				copied := backUp(w)
				if err := restorers["by the command"](w, copied); err != nil {
					t.Fatal(err)
				}
				old := w.Raw("UPDATE batches SET key = 'of the original' WHERE kind = 'invoices'")
				sent := map[string]int{}
				w.Before(func(_ http.ResponseWriter, r *http.Request) bool {
					if isWrite(r) {
						sent[r.Header.Get("Idempotency-Key")]++
					}
					return false
				})
				p := w.Start(nil)
				defer p.Stop()
				goOn(p)
				p.Settle()
				if old != 1 || sent["of the original"] > 0 || len(sent) != 1 {
					t.Errorf("%d requests were under way, and sent are %v", old, sent)
				}
				w.MustBeSound(w.Views(ids))
			})
		})
	}
}

// TestACopyBurnsTheNumberOfWhatItLacks has the copy lack an invoice whose number is none of the firm's
// numbering, so that going on above what Xero has says nothing of it.
func TestACopyBurnsTheNumberOfWhatItLacks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		w.Invoices(1, 1)
		copied := backUp(w)
		today := w.Start(nil)
		made := apptest.Finalized("made today", 0, 1)
		made.Number = "BY-HAND-7"
		if err := today.DB.Update(t.Context(), func(tx app.Tx) error {
			_, err := tx.SaveInvoice(made)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		today.Export(made.ID)
		today.Stop()
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		p := w.Start(nil)
		defer p.Stop()
		unlock(p)
		err := p.DB.View(t.Context(), func(r app.Reader) error {
			burnt, err := r.Burnt(made.Number)
			if !burnt {
				t.Errorf("%s may be given to another", made.Number)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestACopyGoesOnAboveWhatIsInXero has Xero hold a number of the firm's numbering under no mark of ours,
// so that nothing is burnt for it.
func TestACopyGoesOnAboveWhatIsInXero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		fresh := drafts(w, 1)
		exportOnce(w, ids...)
		copied := backUp(w)
		inv := w.Sim.ByNumber(string(w.Tenant), "INV-0001")[0]
		inv.Number, inv.URL = "INV-0950", ""
		if _, err := w.Sim.CreateInvoice(string(w.Tenant), inv); err != nil {
			t.Fatal(err)
		}
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		p := w.Start(nil)
		defer p.Stop()
		unlock(p)
		if r := finalizeAll(p, fresh...)[0]; r.Err != nil || r.Number != "INV-0951" {
			t.Errorf("the next number is %s, %v", r.Number, r.Err)
		}
	})
}

// TestNothingIsSentWhileAnotherOrganisationIsNotCompared restores a firm with two organisations, one of
// which cannot be reached: what goes to the other may be live in that one.
func TestNothingIsSentWhileAnotherOrganisationIsNotCompared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		p := w.Start(nil)
		other := ledger.TenantID(w.Sim.Orgs()[1].TenantID)
		if _, err := p.App.Connect(t.Context(), w.Me, app.Connection{Tenant: ledger.Tenant{ID: other}}); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Queue(ids...); err != nil {
			t.Fatal(err)
		}
		p.Stop()
		copied := backUp(w)
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		w.Before(func(rw http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("xero-tenant-id") != string(other) {
				return false
			}
			rw.WriteHeader(http.StatusServiceUnavailable)
			return true
		})
		later := w.Start(nil)
		defer later.Stop()
		if err := later.App.Send(t.Context(), w.Tenant); !errors.Is(err, app.ErrLocked) {
			t.Errorf("sending ends with %v", err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- later.Run(ctx) }()
		time.Sleep(time.Hour)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if n := len(w.Sim.Invoices(string(w.Tenant))); n != 0 || !lockState(later).Locked {
			t.Errorf("%d were sent", n)
		}
		w.Before(nil)
		unlock(later)
		later.Settle()
		if v := w.Views(ids)[0]; v.Invoice.Stage.Export != billing.Exported {
			t.Errorf("once it was compared: %v", v.Invoice.Stage)
		}
	})
}

// TestACopySettlesWhatItHadUnderWayByItself takes the copy while a request is on its way, has the
// original end it, and lets the copy do its background work, with nothing new to send. Another
// organisation takes longer to be compared, so that nothing can be settled before that.
func TestACopySettlesWhatItHadUnderWayByItself(t *testing.T) {
	for _, point := range []string{"contacts claimed", "contacts posted", "request claimed", "request posted", "removal claimed", "removal posted"} {
		for name, compared := range map[string]func(p *apptest.Process){
			"in the background": func(p *apptest.Process) { unlock(p) },
			"by the command": func(p *apptest.Process) {
				for end := time.Now().Add(24 * time.Hour); lockState(p).Locked && time.Now().Before(end); time.Sleep(time.Minute) {
					_ = p.App.Reconcile(context.Background()) // as long as the other organisation cannot be reached
				}
			},
		} {
			t.Run(point+", compared "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { settleAlone(t, point, compared) })
			})
		}
	}
}

func settleAlone(t *testing.T, point string, compared func(*apptest.Process)) {
	w := apptest.NewWorld(t, sim.Config{})
	ids := w.Invoices(2, 1)
	p := w.Start(nil)
	other := ledger.TenantID(w.Sim.Orgs()[1].TenantID)
	if _, err := p.App.Connect(t.Context(), w.Me, app.Connection{Tenant: ledger.Tenant{ID: other}}); err != nil {
		t.Fatal(err)
	}
	removal := strings.HasPrefix(point, "removal")
	if removal {
		p.Export(ids...)
	}
	p.Stop()
	first := w.Start(&apptest.Fate{Point: point, After: true})
	if removal {
		runs, _, err := first.App.Redraft(t.Context(), w.Me, ids)
		if err != nil {
			t.Fatal(err)
		}
		_ = first.App.Finish(context.Background(), runs[0].ID, 0)
	} else {
		run, err := first.Queue(ids...)
		if err != nil {
			t.Fatal(err)
		}
		_ = first.App.Finish(context.Background(), run.ID, 0)
	}
	first.Stop()
	copied := backUp(w)
	second := w.Start(nil)
	second.Settle()
	second.Stop()
	if err := restorers["by the command"](w, copied); err != nil {
		t.Fatal(err)
	}
	back := time.Now().Add(20 * time.Minute)
	w.Before(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("xero-tenant-id") != string(other) || time.Now().After(back) {
			return false
		}
		rw.WriteHeader(http.StatusServiceUnavailable)
		return true
	})
	later := w.Start(nil)
	defer later.Stop()
	compared(later)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- later.Run(ctx) }()
	time.Sleep(time.Hour)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	err := later.DB.Look(t.Context(), func(r outbox.Reader) error {
		open, err := r.Batches(w.Tenant, app.Ready, app.Sending, app.Lost)
		for _, b := range open {
			t.Errorf("after an hour a request for %s is still %s", b.Kind, b.State)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.MustBeSound(w.Views(ids))
	mustHoldEachOnce(w)
}

// TestACopyOfACopyStillTellsWhatItLacks backs up a copy that lacks an invoice, long after it was compared
// with Xero, and restores that: what it heard since tells nothing of the invoice.
func TestACopyOfACopyStillTellsWhatItLacks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		copied := backUp(w)
		today := w.Start(nil)
		made := apptest.Finalized("made today", 6, 1)
		if err := today.DB.Update(t.Context(), func(tx app.Tx) error {
			_, err := tx.SaveInvoice(made)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		today.Export(made.ID)
		today.Stop()
		for again := range 2 {
			time.Sleep(time.Hour)
			if err := restorers["by the command"](w, copied); err != nil {
				t.Fatal(err)
			}
			p := w.Start(nil)
			if strays := unlock(p).Compared[0].Strays; len(strays) != 1 || strays[0].Number != made.Number || strays[0].Why != app.Missing {
				t.Errorf("after %d more restores it lists %+v", again, strays)
			}
			time.Sleep(time.Hour)
			if again == 0 {
				p.Export(ids...) // by which it hears of Xero
			}
			p.Stop()
			copied = backUp(w)
		}
	})
}
