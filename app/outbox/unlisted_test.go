package outbox_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

// TestALostAnswerWhoseInvoiceWasAllChanged has a person change the number, the total and the date of an invoice in Xero
// before anybody here knows that it is there. Where Xero tells its mark when it is read by itself, it is found; where
// Xero doesn't, a person says whether it is the one. It is never sent again.
func TestALostAnswerWhoseInvoiceWasAllChanged(t *testing.T) {
	for _, marks := range []sim.Marks{sim.MarksUnlisted, sim.MarksDropped} {
		for _, learnt := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, learnt before %v", marks, learnt), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := apptest.NewWorld(t, sim.Config{Marks: marks})
					ids := w.Invoices(3, 1)
					p := w.Start(nil)
					defer p.Stop()
					if learnt {
						p.Export(ids[1])
					}
					w.Sim.AddFault(rules(t, lostForGood)[0])
					ctx, cancel := context.WithCancel(t.Context())
					ended := make(chan error, 1)
					go func() { ended <- p.Run(ctx) }()
					if _, err := p.Queue(ids[0]); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Minute)
					another(t, w)
					person := &clerk{w: w, tenant: w.Tenant, id: w.Sim.ByNumber(string(w.Tenant), "INV-0001")[0].InvoiceID}
					for _, act := range []string{"renumber", "change the total", "redate"} {
						person.does(act)
					}
					time.Sleep(time.Hour)
					cancel()
					if err := <-ended; err != nil {
						t.Error(err)
					}
					if marks == sim.MarksDropped {
						d, err := p.App.Doubt(t.Context(), w.Me, ids[0])
						i := slices.IndexFunc(d.There, func(st ledger.Standing) bool { return string(st.ID) == person.id })
						if err != nil || i < 0 {
							t.Fatalf("there may be %+v, %v", d.There, err)
						}
						if err := p.App.Claim(t.Context(), w.Me, ids[0], d.There[i].ID); err != nil {
							t.Fatal(err)
						}
					}
					v := w.Views(ids[:1])[0]
					if v.Invoice.Stage.Export != billing.Changed || string(v.Exports[0].Standing.ID) != person.id {
						t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports[0])
					}
					if got := app.Marks(marks); marksOf(t, p) != got && (learnt || marks == sim.MarksUnlisted) {
						t.Errorf("the marks are %q, want %q", marksOf(t, p), got)
					}
					w.Sim.ClearFaults()
					p.Export(ids[2])
					want := 3
					if learnt {
						want++
					}
					if all := w.Sim.Invoices(string(w.Tenant)); len(all) != want {
						t.Errorf("Xero has %d invoices, want %d", len(all), want)
					}
				})
			})
		}
	}
}

// another has a person write an invoice in Xero for a client of ours, which none of ours is.
func another(t *testing.T, w *apptest.World) string {
	t.Helper()
	made, err := w.Sim.CreateInvoice(string(w.Tenant), sim.Invoice{
		ContactID: w.Contact("Client 0").ContactID, Number: "a person's", Date: time.Date(2026, time.November, 5, 0, 0, 0, 0, time.UTC), Lines: []sim.Line{{Description: "Advice"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestARestoredCopyReadsAloneWhatListsDoNotTell goes on with a copy in an organisation whose lists have no marks. What was
// exported since is found, whatever a person changed of it; another invoice with the number of one of ours is another one.
func TestARestoredCopyReadsAloneWhatListsDoNotTell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksUnlisted})
		ids := w.Invoices(3, 1)
		first := w.Start(nil)
		first.Export(ids[0])
		first.Stop()
		copied := backUp(w)
		time.Sleep(20 * time.Hour)
		today := w.Start(nil)
		today.Export(ids[1])
		today.Stop()
		person := clerkFor(w, ids[1])
		for _, act := range []string{"renumber", "change the total", "redate"} {
			person.does(act)
		}
		theirs := another(t, w)
		if err := w.Sim.Renumber(string(w.Tenant), theirs, "INV-0003"); err != nil {
			t.Fatal(err)
		}
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		w.Sim.ResetCalls()
		p := w.Start(nil)
		defer p.Stop()
		unlock(p)
		for call, n := range w.Sim.Calls() {
			if strings.HasSuffix(call, "/History") {
				t.Errorf("%s was called %d times", call, n)
			}
		}
		views := w.Views(ids)
		if v := views[1]; v.Invoice.Stage.Export != billing.Changed || string(v.Exports[0].Standing.ID) != person.id {
			t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports)
		}
		if v := views[2]; v.Invoice.Stage.Export != billing.NotExported {
			t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports)
		}
	})
}

// TestAMarkThatIsNowhereIsDropped has an answer with the mark, and neither a list nor the invoice by itself.
func TestAMarkThatIsNowhereIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		retell(w, http.MethodGet, `"Url": ?"[^"]*",`, "")
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		if got := marksOf(t, p); got != app.MarksDropped {
			t.Errorf("the marks are %q", got)
		}
	})
}
