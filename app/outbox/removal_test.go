package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/xero/sim"
)

// redraft takes invoices back to draft in the foreground.
func redraft(p *apptest.Process, ids ...billing.InvoiceID) ([]app.Run, []app.Result) {
	p.World.T.Helper()
	runs, results, err := p.App.Redraft(context.Background(), p.World.Me, ids)
	if err != nil {
		p.World.T.Fatal(err)
	}
	for _, run := range runs {
		if err := p.App.Finish(context.Background(), run.ID, 24*time.Hour); err != nil {
			p.World.T.Fatal(err)
		}
	}
	return runs, results
}

// change changes the first line of a draft and finalizes it again.
func change(p *apptest.Process, id billing.InvoiceID) {
	p.World.T.Helper()
	err := p.DB.Update(context.Background(), func(tx app.Tx) error {
		v, err := tx.Invoice(id)
		if err != nil {
			return err
		}
		v.Lines[0].UnitAmount += 10_0000
		_, err = tx.SaveInvoice(v)
		return err
	})
	if err != nil {
		p.World.T.Fatal(err)
	}
	finalize(p, id)
}

func finalize(p *apptest.Process, id billing.InvoiceID) {
	p.World.T.Helper()
	results, err := p.App.Finalize(context.Background(), p.World.Me, []billing.InvoiceID{id})
	if err != nil || results[0].Err != nil {
		p.World.T.Fatal(results, err)
	}
}

func TestAnExportedInvoiceGoesBackToDraftAndOutAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		clerkFor(w, ids[1]).does("submit")
		w.Sim.ResetCalls()
		_, results := redraft(p, ids...)
		for _, r := range results {
			if r.Err != nil {
				t.Errorf("%s: %v", r.Number, r.Err)
			}
		}
		views := w.Views(ids)
		for _, v := range views {
			if v.Invoice.Stage != (billing.Stage{Status: billing.Draft}) {
				t.Errorf("%s is %v", v.Invoice.Number, v.Invoice.Stage)
			}
			if live, gone := w.InXero(v); len(live) != 0 || len(gone) != 1 || gone[0].Number != string(v.Invoice.Number) {
				t.Errorf("%s: %d live and %v gone in Xero", v.Invoice.Number, len(live), gone)
			}
		}
		refresh(p) // which reads that they are deleted
		change(p, ids[0])
		p.Export(ids[0])
		v := w.Views(ids[:1])[0]
		if v.Invoice.Number != "INV-0001" || v.Totals.Total.String() != "126.50" || v.Invoice.Stage.Export != billing.Exported {
			t.Errorf("it is %s of %s, %v: %v", v.Invoice.Number, v.Totals.Total, v.Invoice.Stage, v.Exports[0].Messages)
		}
		w.MustBeSound([]app.InvoiceView{v})
	})
}

// TestWhatIsGoneFromXeroIsToldAsMissing takes an invoice back to draft that Xero, against all it says, does not have any more.
func TestWhatIsGoneFromXeroIsToldAsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		if err := w.Sim.Lose(string(w.Tenant), clerkFor(w, ids[0]).id); err != nil {
			t.Fatal(err)
		}
		redraft(p, ids...)
		v := w.Views(ids)[0]
		if v.Invoice.Stage != (billing.Stage{Status: billing.Finalized, Export: billing.NotFoundInXero}) || v.Exports[0].Result != billing.NotFoundInXero {
			t.Errorf("it is %v, its export %v", v.Invoice.Stage, v.Exports[0].Result)
		}
		if r := v.Removals[0]; r.Result != app.KeptThere || r.Ended.IsZero() {
			t.Errorf("the removal is %+v", r)
		}
	})
}

func TestWhatCannotGoBackToDraft(t *testing.T) {
	for _, c := range []struct {
		acts []string
		here string // part of what is said at once, where it is known here
		kept string // part of why it stays, where that shows in Xero only
	}{
		{[]string{"approve"}, "approved", "approved"},
		{[]string{"approve", "pay"}, "payment", "payment"},
		{[]string{"approve", "pay a part"}, "payment", "payment"},
		{[]string{"approve", "credit in full"}, "credited", "credited"},
		{[]string{"approve", "void"}, "Replace", "Replace"},
		{[]string{"renumber"}, "", "INV-0001 here"},
		{[]string{"change the total"}, "", "115.00 here and 116.15"},
		{[]string{"lock"}, "", "locked up to 2026-11-30"},
	} {
		for _, known := range []bool{true, false} {
			t.Run(fmt.Sprintf("%v, known here: %v", c.acts, known), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := apptest.NewWorld(t, sim.Config{})
					ids := w.Invoices(1, 1)
					p := w.Start(nil)
					defer p.Stop()
					p.Export(ids...)
					person := clerkFor(w, ids[0])
					for _, act := range c.acts {
						if act == "lock" {
							if err := w.Sim.SetLockDates(string(w.Tenant), time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC), time.Time{}); err != nil {
								t.Fatal(err)
							}
							continue
						}
						person.does(act)
					}
					if known {
						time.Sleep(time.Second)
						refresh(p)
					}
					before := w.Views(ids)[0]
					w.Sim.ResetCalls()
					runs, results := redraft(p, ids...)
					v := w.Views(ids)[0]
					if live, _ := w.InXero(v); len(live) != 1 && c.acts[len(c.acts)-1] != "void" && !(known && c.here == "") {
						t.Errorf("it was removed from Xero")
					}
					if c.here != "" && known {
						if results[0].Err == nil || !strings.Contains(results[0].Err.Error(), c.here) {
							t.Errorf("it was not refused at once: %v", results[0].Err)
						}
						if n := w.Sim.TotalCalls(); n != 0 {
							t.Errorf("%d calls were made", n)
						}
						return
					}
					if c.here == "" && known && c.acts[0] != "lock" {
						if v.Invoice.Stage.Status != billing.Draft {
							t.Errorf("what was changed in Xero and seen stays: %v", v.Removals[0].Messages)
						}
						return
					}
					kept, err := p.App.RemovalsOfRun(t.Context(), w.Me, runs[0].ID)
					if err != nil || len(kept) != 1 || kept[0].Result != app.KeptThere || !strings.Contains(kept[0].Messages[0].Text, c.kept) {
						t.Fatalf("%+v, %v", kept, err)
					}
					refresh(p)
					after := w.Views(ids)[0]
					if after.Invoice.Stage.InFlight() || after.Invoice.Stage.Status == billing.Draft {
						t.Errorf("it is %v", after.Invoice.Stage)
					}
					if c.acts[0] == "lock" && after.Invoice.Stage != before.Invoice.Stage {
						t.Errorf("it was %v and is %v", before.Invoice.Stage, after.Invoice.Stage)
					}
				})
			})
		}
	}
}

func TestFaultsWhileInvoicesAreTakenBack(t *testing.T) {
	draft, closed := billing.Stage{Status: billing.Draft}, billing.Stage{Status: billing.Closed, Export: billing.Exported}
	for _, c := range []struct {
		faults string
		want   billing.Stage
	}{
		{"POST /Invoices #1 reset", draft},
		{"POST /Invoices #1 drop-after-commit", draft},
		{"POST /Invoices #1 cut", draft},
		{"POST /Invoices #1-2 500", draft},
		{"POST /Invoices #1 500-after-commit", draft},
		{"POST /Invoices #1-3 500-after-commit", draft},
		{"POST /Invoices #1 503:unavailable", draft},
		{"POST /Invoices #1 late-commit", draft},
		{"POST /Invoices #1-30 late-commit:4m", draft},
		{"POST /Invoices #1 429:minute:26", draft},
		{"GET /Invoices #1-3 500", draft},
		{"GET /Organisation #1 reset", draft},
		{"GET /Invoices #1 person-approve", closed},
		{"GET /Invoices #1 person-pay", closed},
		{"GET /Invoices #1 person-void", billing.Stage{Status: billing.Closed, Export: billing.VoidedInXero}},
		{"GET /Invoices #1 person-delete", draft},
		{"GET /Invoices #1 person-approve, POST /Invoices #1 cut", closed},
		{"GET /Invoices #1 person-approve, POST /Invoices #1-3 500-after-commit", closed},
		{"POST /Invoices #1-200 500", draft},
	} {
		t.Run(c.faults, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{Limits: true})
				ids := w.Invoices(3, 2)
				p := w.Start(nil)
				defer p.Stop()
				p.Export(ids...)
				for _, r := range rules(t, strings.Split(c.faults, ",")...) {
					w.Sim.AddFault(r)
				}
				if _, _, err := p.App.Redraft(t.Context(), w.Me, ids); err != nil {
					t.Fatal(err)
				}
				p.Settle()
				views := w.Views(ids)
				w.MustBeSound(views)
				for _, v := range views {
					if v.Invoice.Stage != c.want {
						t.Errorf("%s is %v: %+v", v.Invoice.Number, v.Invoice.Stage, v.Removals)
					}
				}
			})
		})
	}
}

func TestTwoHundredAreTakenBackInFewCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Limits: true})
		exported(w, 200)
		p := w.Start(nil)
		defer p.Stop()
		ids := make([]billing.InvoiceID, 200)
		for i := range ids {
			ids[i] = billing.InvoiceID(fmt.Sprint("invoice ", i))
		}
		time.Sleep(time.Hour)
		w.Sim.ResetCalls()
		redraft(p, ids...)
		if n := w.Sim.TotalCalls(); n > 13 {
			t.Errorf("%d calls: %v", n, w.Sim.Calls())
		}
		for _, v := range w.Views(ids) {
			if v.Invoice.Stage.Status != billing.Draft {
				t.Fatalf("%s is %v", v.Invoice.Number, v.Invoice.Stage)
			}
		}
	})
}

func TestARemovalThatCouldNotBeSentForTooLongIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		if err := w.Sim.Disconnect(string(w.Tenant)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := p.App.Redraft(t.Context(), w.Me, ids); err != nil {
			t.Fatal(err)
		}
		p.Settle()
		v := w.Views(ids)[0]
		if v.Invoice.Stage != (billing.Stage{Status: billing.Finalized, Export: billing.Exported}) || v.Removals[0].Result != app.KeptThere {
			t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Removals)
		}
	})
}

func TestACancelledRemovalLeavesTheInvoiceInXero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		runs, _, err := p.App.Redraft(t.Context(), w.Me, ids)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := p.App.Cancel(t.Context(), exporter(w), runs[0].ID); n != 0 || !app.IsCode(err, app.Forbidden) {
			t.Errorf("who may export, and not edit, cancelled %d: %v", n, err)
		}
		if n, err := p.App.Cancel(t.Context(), w.Me, runs[0].ID); n != 2 || err != nil {
			t.Fatal(n, err)
		}
		w.Sim.ResetCalls()
		p.Settle()
		for _, v := range w.Views(ids) {
			if v.Invoice.Stage != (billing.Stage{Status: billing.Finalized, Export: billing.Exported}) || v.Removals[0].Result != app.Withdrawn {
				t.Errorf("%s is %v", v.Invoice.Number, v.Invoice.Stage)
			}
		}
		if n := w.Sim.Calls()["POST /Invoices"]; n != 0 {
			t.Errorf("%d requests to remove them", n)
		}
	})
}

// TestCancellingARunLeavesWhatMayBeGoneFromXero cancels a run of which one invoice stayed in Xero, and is taken
// back again since, and the other's answer is lost.
func TestCancellingARunLeavesWhatMayBeGoneFromXero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		clerkFor(w, ids[0]).does("renumber")
		w.Sim.AddFault(rules(t, "POST /Invoices #1 drop-after-commit")[0])
		first, _, err := p.App.Redraft(t.Context(), w.Me, ids)
		if err != nil {
			t.Fatal(err)
		}
		var parked *app.Parked
		if err := p.App.Finish(t.Context(), first[0].ID, 0); !errors.As(err, &parked) {
			t.Fatal(err)
		}
		refresh(p) // which reads the other number
		if _, results, err := p.App.Redraft(t.Context(), w.Me, ids[:1]); err != nil || results[0].Err != nil {
			t.Fatal(results, err)
		}
		if n, err := p.App.Cancel(t.Context(), w.Me, first[0].ID); n != 0 || err != nil {
			t.Errorf("cancelled %d: %v", n, err)
		}
		for _, v := range w.Views(ids) {
			if v.Invoice.Stage.Export != billing.Removing {
				t.Errorf("%s is %v", v.Invoice.Number, v.Invoice.Stage)
			}
		}
		p.Settle()
		for _, v := range w.Views(ids) {
			if live, _ := w.InXero(v); len(live) != 0 || v.Invoice.Stage != (billing.Stage{Status: billing.Draft}) {
				t.Errorf("%s is %v in the end, and Xero has %d of it", v.Invoice.Number, v.Invoice.Stage, len(live))
			}
		}
	})
}

func TestANumberThatXeroStillHoldsIsReplacedByTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{DeletedNumbersHeld: true})
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids[0])
		redraft(p, ids[0])
		change(p, ids[0])
		p.Export(ids[0])
		v := w.Views(ids)[0]
		if v.Invoice.Stage.Export != billing.Failed {
			t.Fatalf("it is %v", v.Invoice.Stage)
		}
		if results, err := p.App.Renumber(t.Context(), w.Me, ids); err != nil || results[0].Err != nil || results[1].Err == nil {
			t.Fatal(results, err)
		}
		p.Export(ids[0])
		v = w.Views(ids)[0]
		if v.Invoice.Number != "INV-0003" || v.Invoice.Stage.Export != billing.Exported {
			t.Errorf("it is %s, %v: %v", v.Invoice.Number, v.Invoice.Stage, v.Exports[0].Messages)
		}
		w.MustBeSound([]app.InvoiceView{v})
		gaps, err := p.App.Gaps(t.Context(), w.Me)
		if err != nil || len(gaps) != 1 || gaps[0].From != "INV-0001" || gaps[0].Why != app.UsedUp {
			t.Errorf("the gaps are %+v, %v", gaps, err)
		}
	})
}

// A comparison of a restored copy with Xero may have brought the invoice on meanwhile.
func TestARemovalOfWhatStandsOtherwiseByNowEnds(t *testing.T) {
	for _, wait := range []time.Duration{0, 13 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			w := apptest.NewWorld(t, sim.Config{})
			ids := w.Invoices(2, 1)
			p := w.Start(nil)
			defer p.Stop()
			p.Export(ids...)
			if _, _, err := p.App.Redraft(t.Context(), w.Me, ids); err != nil {
				t.Fatal(err)
			}
			closed := billing.Stage{Status: billing.Closed, Export: billing.Exported}
			if err := p.DB.Update(t.Context(), func(tx app.Tx) error { return tx.Advance(closed, ids[0]) }); err != nil {
				t.Fatal(err)
			}
			time.Sleep(wait)
			p.Settle()
			if v := w.Views(ids)[0]; v.Invoice.Stage != closed || v.Removals[0].Result != app.Withdrawn {
				t.Errorf("after %v it is %v: %+v", wait, v.Invoice.Stage, v.Removals)
			}
		})
	}
}
