package outbox_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/xero/sim"
)

func TestAnApprovedInvoiceIsReplaced(t *testing.T) {
	for _, how := range []string{"voided by a person there", "voided from here"} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{})
				ids := w.Invoices(1, 1)
				p := w.Start(nil)
				defer p.Stop()
				p.Export(ids...)
				person := clerkFor(w, ids[0])
				if _, err := p.App.Replace(t.Context(), w.Me, ids[0]); !app.IsCode(err, app.Conflict) {
					t.Errorf("one that is not closed: %v", err)
				}
				person.does("approve")
				person.does("pay")
				refresh(p)
				step := func(want app.ReplaceStep) app.ReplaceView {
					t.Helper()
					r, err := p.App.Replace(t.Context(), w.Me, ids[0])
					if err != nil || r.Step != want {
						t.Fatalf("the step is %s (%s), %v", r.Step, r.Why, err)
					}
					return r
				}
				if r := step(app.UnpayFirst); !strings.Contains(r.Why, "credit note") {
					t.Errorf("it says %q", r.Why)
				}
				if _, err := p.App.VoidInXero(t.Context(), w.Me, ids[0]); !app.IsCode(err, app.Conflict) {
					t.Errorf("voiding a paid one: %v", err)
				}
				if err := p.App.DeleteReplaced(t.Context(), w.Me, ids[0]); !app.IsCode(err, app.Conflict) {
					t.Errorf("deleting one in force: %v", err)
				}
				person.does("unpay")
				if err := p.App.LookAgain(t.Context(), w.Me, ids); err != nil {
					t.Fatal(err)
				}
				step(app.VoidFirst)
				if how == "voided from here" {
					run, err := p.App.VoidInXero(t.Context(), w.Me, ids[0])
					if err != nil {
						t.Fatal(err)
					}
					step(app.Voiding)
					if err := p.App.Finish(t.Context(), run.ID, time.Hour); err != nil {
						t.Fatal(err)
					}
				} else {
					person.does("void")
					refresh(p)
				}
				step(app.DeleteHere)
				today := billing.Date(20261123)
				if _, err := p.App.CopyReplaced(t.Context(), w.Me, ids[0], today); !app.IsCode(err, app.Conflict) {
					t.Errorf("copying one that is not deleted: %v", err)
				}
				if err := p.App.DeleteReplaced(t.Context(), w.Me, ids[0]); err != nil {
					t.Fatal(err)
				}
				if open, err := p.App.Replacements(t.Context(), w.Me); err != nil || len(open) != 1 {
					t.Errorf("under way are %v, %v", open, err)
				}
				step(app.CopyNow)
				fresh, err := p.App.CopyReplaced(t.Context(), w.Me, ids[0], today)
				if err != nil {
					t.Fatal(err)
				}
				step(app.ReplaceDone)
				finalize(p, fresh)
				p.Export(fresh)
				views := w.Views([]billing.InvoiceID{ids[0], fresh})
				w.MustBeSound(views[1:])
				if v := views[1]; v.Invoice.Number != "INV-0002" || v.Invoice.Reference != "Matter 12; replaces INV-0001" || v.Invoice.Date != today {
					t.Errorf("the new one is %s of %s, %q", v.Invoice.Number, v.Invoice.Date, v.Invoice.Reference)
				}
				if v := views[0]; v.Invoice.Stage.Status != billing.Deleted || len(v.History) == 0 {
					t.Errorf("the old one is %v", v.Invoice.Stage)
				}
				if open, err := p.App.Replacements(t.Context(), w.Me); err != nil || len(open) != 0 {
					t.Errorf("under way are %v, %v", open, err)
				}
			})
		})
	}
}

func TestACreditedInvoiceIsReplacedAndStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		person := clerkFor(w, ids[0])
		person.does("approve")
		person.does("credit in full")
		refresh(p)
		r, err := p.App.Replace(t.Context(), w.Me, ids[0])
		if err != nil || r.Step != app.CopyNow {
			t.Fatal(r.Step, err)
		}
		if _, err := p.App.CopyReplaced(t.Context(), w.Me, ids[0], 20261123); err != nil {
			t.Fatal(err)
		}
		if v := w.Views(ids)[0]; v.Invoice.Stage != (billing.Stage{Status: billing.Closed, Export: billing.Exported}) {
			t.Errorf("the credited one is %v", v.Invoice.Stage)
		}
	})
}

func TestVoidingIsRefusedInALockedPeriodAndWhenSomebodyPaysMeanwhile(t *testing.T) {
	for _, c := range []struct{ what, why string }{{"lock", "locked up to"}, {"pay", "payment"}} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{})
				ids := w.Invoices(1, 1)
				p := w.Start(nil)
				defer p.Stop()
				p.Export(ids...)
				person := clerkFor(w, ids[0])
				person.does("approve")
				refresh(p)
				if _, err := p.App.Replace(t.Context(), w.Me, ids[0]); err != nil {
					t.Fatal(err)
				}
				if c.what == "lock" {
					if err := w.Sim.SetLockDates(string(w.Tenant), time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC), time.Time{}); err != nil {
						t.Fatal(err)
					}
				} else {
					person.does(c.what)
				}
				run, err := p.App.VoidInXero(t.Context(), w.Me, ids[0])
				if err != nil {
					t.Fatal(err)
				}
				if err := p.App.Finish(t.Context(), run.ID, time.Hour); err != nil {
					t.Fatal(err)
				}
				r, err := p.App.ReplaceView(t.Context(), w.Me, ids[0])
				if err != nil || !strings.Contains(r.Why, c.why) || r.Invoice.Stage != (billing.Stage{Status: billing.Closed, Export: billing.Exported}) {
					t.Errorf("%s: %q, %v, %v", r.Step, r.Why, r.Invoice.Stage, err)
				}
			})
		})
	}
}

func TestTheReferenceToTheOldNumberFits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		p := w.Start(nil)
		defer p.Stop()
		err := p.DB.Update(t.Context(), func(tx app.Tx) error {
			v, err := tx.Invoice(ids[0])
			if err != nil {
				return err
			}
			v.Reference = strings.Repeat("é", billing.MaxReference)
			_, err = tx.SaveInvoice(v)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		p.Export(ids...)
		person := clerkFor(w, ids[0])
		person.does("approve")
		person.does("void")
		refresh(p)
		if _, err := p.App.Replace(t.Context(), w.Me, ids[0]); err != nil {
			t.Fatal(err)
		}
		if err := p.App.DeleteReplaced(t.Context(), w.Me, ids[0]); err != nil {
			t.Fatal(err)
		}
		fresh, err := p.App.CopyReplaced(t.Context(), w.Me, ids[0], 20261123)
		if err != nil {
			t.Fatal(err)
		}
		finalize(p, fresh)
		ref := w.Views([]billing.InvoiceID{fresh})[0].Invoice.Reference
		if n := len([]rune(ref)); n != billing.MaxReference || !strings.HasSuffix(ref, "; replaces INV-0001") {
			t.Errorf("the reference has %d characters and ends with %q", n, ref[len(ref)-30:])
		}
	})
}
