package outbox_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

// loseIn loses the answer to an export for good in an organisation, has acts done while nobody here knows that the invoice
// is there, and waits until the answer is looked up. There are others of two clients before.
func loseIn(t *testing.T, marks sim.Marks, fault string, acts func(w *apptest.World, person *clerk)) (w *apptest.World, p *apptest.Process, id billing.InvoiceID, person *clerk) {
	w = apptest.NewWorld(t, sim.Config{Marks: marks})
	ids := w.Invoices(3, 2)
	p = w.Start(nil)
	p.Export(ids[1:]...)
	w.Sim.AddFault(rules(t, fault)[0])
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	if _, err := p.Queue(ids[0]); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Minute)
	person = &clerk{w: w, tenant: w.Tenant}
	if there := w.Sim.ByNumber(string(w.Tenant), "INV-0001"); len(there) > 0 {
		person.id = there[0].InvoiceID
	}
	acts(w, person)
	time.Sleep(10 * time.Minute)
	w.Sim.ClearFaults()
	time.Sleep(time.Hour)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	return w, p, ids[0], person
}

// changeAll has a person change the number, the total and the date of an invoice.
func changeAll(_ *apptest.World, person *clerk) {
	for _, act := range []string{"renumber", "change the total", "redate"} {
		person.does(act)
	}
}

// mustBe fails the test unless an invoice is bound to the one in Xero, which a person says where nothing else does, and
// Xero has as many as it should.
func (c *clerk) mustBe(p *apptest.Process, id billing.InvoiceID, asked bool, all int) {
	t := c.w.T
	t.Helper()
	if d, err := p.App.Doubt(t.Context(), c.w.Me, id); asked {
		if i := slices.IndexFunc(d.There, func(st ledger.Standing) bool { return string(st.ID) == c.id }); err != nil || i < 0 {
			t.Fatalf("there may be %+v, %v", d.There, err)
		}
		if err := p.App.Claim(t.Context(), c.w.Me, id, ledger.InvoiceID(c.id)); err != nil {
			t.Fatal(err)
		}
	}
	v := c.w.Views([]billing.InvoiceID{id})[0]
	if !v.Invoice.Stage.Live() || string(v.Exports[0].Standing.ID) != c.id {
		t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports[0])
	}
	if there := c.w.Sim.Invoices(string(c.w.Tenant)); len(there) != all {
		t.Errorf("Xero has %d invoices, want %d", len(there), all)
	}
}

// TestALostAnswerWhoseInvoiceWasAllChanged has a person change the number, the total and the date of an invoice in Xero
// before anybody here knows that it is there, or have its contact merged. Where Xero tells its mark when it is read by
// itself, it is found; where Xero doesn't, a person says whether it is the one. It is never sent again.
func TestALostAnswerWhoseInvoiceWasAllChanged(t *testing.T) {
	for name, acts := range map[string]func(*apptest.World, *clerk){
		"changed": changeAll,
		"renumbered and merged": func(w *apptest.World, person *clerk) {
			person.does("renumber")
			merge(t, w)
		},
		"changed and merged": func(w *apptest.World, person *clerk) {
			changeAll(w, person)
			merge(t, w)
		},
	} {
		for _, marks := range []sim.Marks{sim.MarksUnlisted, sim.MarksDropped} {
			t.Run(fmt.Sprintf("%s, %s", name, marks), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					_, p, id, person := loseIn(t, marks, lostForGood, func(w *apptest.World, person *clerk) {
						another(t, w)
						acts(w, person)
					})
					defer p.Stop()
					person.mustBe(p, id, marks == sim.MarksDropped, 4)
				})
			})
		}
	}
}

func merge(t *testing.T, w *apptest.World) {
	t.Helper()
	if err := w.Sim.MergeContact(string(w.Tenant), w.Contact("Client 0").ContactID, w.Contact("Client 1").ContactID); err != nil {
		t.Error(err)
	}
}

// TestTheFirstAnswerIsLostWhereListsHaveNoMarks learns from the look-up that lists have no marks.
func TestTheFirstAnswerIsLostWhereListsHaveNoMarks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksUnlisted})
		w.Sim.AddFault(rules(t, lostForGood+"+person-rename")[0])
		id := w.Invoices(1, 1)[0]
		p := w.Start(nil)
		defer p.Stop()
		if _, err := p.Queue(id); err != nil {
			t.Fatal(err)
		}
		p.Settle()
		if v := w.Views([]billing.InvoiceID{id})[0]; v.Invoice.Stage.Export != billing.Changed {
			t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports[0])
		}
		if got := marksOf(t, p); got != app.MarksUnlisted {
			t.Errorf("the marks are %q", got)
		}
	})
}

// TestACopyBearsTheMarkBesideTheOriginal has a person copy an invoice in Xero, with its mark: what has the number is ours,
// and where neither has it a person says which.
func TestACopyBearsTheMarkBesideTheOriginal(t *testing.T) {
	for _, marks := range []sim.Marks{sim.MarksKept, sim.MarksUnlisted} {
		for _, renumbered := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, renumbered %v", marks, renumbered), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					_, p, id, person := loseIn(t, marks, lostForGood, func(w *apptest.World, person *clerk) {
						twin, _ := w.Sim.Invoice(string(w.Tenant), person.id)
						twin.InvoiceID, twin.Number = "", "a copy"
						if _, err := w.Sim.CreateInvoice(string(w.Tenant), twin); err != nil {
							t.Error(err)
						}
						if renumbered {
							person.does("renumber")
						}
					})
					defer p.Stop()
					person.mustBe(p, id, renumbered, 4)
				})
			})
		}
	}
}

// TestASingleReadIsOdd has an invoice that cannot be read by itself, or tells no mark there: it blocks nobody, and what may
// be ours is asked about.
func TestASingleReadIsOdd(t *testing.T) {
	refuse := func(status int, body string, which func(path string) bool) func(http.ResponseWriter, *http.Request) bool {
		return func(rw http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodGet || !alone.MatchString(r.URL.Path) || !which(r.URL.Path) {
				return false
			}
			rw.Header().Set("Content-Type", "application/json")
			rw.Header().Set("Xero-Correlation-Id", "x")
			rw.WriteHeader(status)
			_, _ = rw.Write([]byte(body))
			return true
		}
	}
	for name, odd := range map[string]struct {
		status int
		body   string
	}{
		"absent": {http.StatusNotFound, `{"Title":"Not found","Detail":"The resource you're looking for cannot be found"}`},
		"ailing": {http.StatusInternalServerError, `{"Type":"Error"}`}, "another": {http.StatusOK, `{"Status":"OK","Invoices":[]}`},
		"nonsense": {http.StatusOK, `{"Status":"OK","Invoices":[{"InvoiceID":7}]}`},
	} {
		for whose, asked := range map[string]bool{"a person's": false, "ours": true} {
			t.Run(name+", "+whose, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					_, p, id, person := loseIn(t, sim.MarksUnlisted, lostForGood, func(w *apptest.World, person *clerk) {
						changeAll(w, person)
						time.Sleep(time.Second)
						theirs := another(t, w)
						w.Before(refuse(odd.status, odd.body, func(path string) bool { return strings.HasSuffix(path, theirs) != asked }))
					})
					defer p.Stop()
					person.mustBe(p, id, asked, 4)
				})
			})
		}
	}
	t.Run("without its mark", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			_, p, id, person := loseIn(t, sim.MarksUnlisted, lostForGood, func(w *apptest.World, person *clerk) {
				person.does("renumber")
				retell(w, http.MethodGet, `"Url": ?"[^"]*",`, "")
			})
			defer p.Stop()
			person.mustBe(p, id, true, 3)
		})
	})
}

// alone are the addresses at which Xero tells of one invoice by itself.
var alone = regexp.MustCompile(`^/api\.xro/2\.0/Invoices/[^/]+$`)

// TestAnotherOfTheContactIsNoDoubtWhereItTellsItsMark never comes to Xero, where a person wrote another invoice for the
// contact: what is read by itself and has no mark is another one, and where nothing tells that, a person does.
func TestAnotherOfTheContactIsNoDoubtWhereItTellsItsMark(t *testing.T) {
	for marks, want := range map[sim.Marks]billing.ExportState{sim.MarksUnlisted: billing.Exported, sim.MarksDropped: billing.MayBeOurs} {
		t.Run(string(marks), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, p, id, _ := loseIn(t, marks, "PUT /Invoices #1-30 reset", func(w *apptest.World, _ *clerk) { another(t, w) })
				defer p.Stop()
				if v := w.Views([]billing.InvoiceID{id})[0]; v.Invoice.Stage.Export != want {
					t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports[0])
				}
			})
		})
	}
}

// TestALookUpReadsAloneNoMoreThanItMust has more invoices in Xero than a look-up reads by themselves: ours is read first, and
// nothing after it; where it has another number, that of its contact before the others.
func TestALookUpReadsAloneNoMoreThanItMust(t *testing.T) {
	for act, most := range map[string]int64{"approve": 1, "renumber": 200} {
		t.Run(act, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var reads atomic.Int64
				_, p, id, person := loseIn(t, sim.MarksUnlisted, lostForGood, func(w *apptest.World, person *clerk) {
					person.does(act)
					for i := range 230 {
						time.Sleep(time.Second)
						theirs(t, w, "Client 1", fmt.Sprint("theirs ", i))
					}
					w.Before(func(_ http.ResponseWriter, r *http.Request) bool {
						if r.Method == http.MethodGet && alone.MatchString(r.URL.Path) {
							reads.Add(1)
						}
						return false
					})
				})
				defer p.Stop()
				person.mustBe(p, id, false, 233)
				if n := reads.Load(); n == 0 || n > most {
					t.Errorf("%d were read by themselves", n)
				}
			})
		})
	}
}

// another has a person write an invoice in Xero for a client of ours, which none of ours is.
func another(t *testing.T, w *apptest.World) string { return theirs(t, w, "Client 0", "a person's") }

// theirs has a person write an invoice in Xero.
func theirs(t *testing.T, w *apptest.World, contact, number string) string {
	t.Helper()
	made, err := w.Sim.CreateInvoice(string(w.Tenant), sim.Invoice{
		ContactID: w.Contact(contact).ContactID, Number: number, Date: time.Date(2026, time.November, 5, 0, 0, 0, 0, time.UTC),
		Lines: []sim.Line{{Description: "Advice"}},
	})
	if err != nil {
		t.Error(err)
	}
	return made
}

// TestARestoredCopyReadsAloneWhatListsDoNotTell goes on with a copy in an organisation whose lists have no marks. What was
// exported since is found, whatever a person changed of it; of another invoice that has the number of one of ours, a person
// says whose it is.
func TestARestoredCopyReadsAloneWhatListsDoNotTell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksUnlisted})
		ids := w.Invoices(3, 1)
		exportOnce(w, ids[0])
		copied := backUp(w)
		time.Sleep(20 * time.Hour)
		exportOnce(w, ids[1])
		person := clerkFor(w, ids[1])
		changeAll(w, person)
		theirs(t, w, "Client 0", "INV-0003")
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		p := w.Start(nil)
		defer p.Stop()
		unlock(p)
		views := w.Views(ids)
		if v := views[1]; v.Invoice.Stage.Export != billing.Changed || string(v.Exports[0].Standing.ID) != person.id {
			t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports)
		}
		if v := views[2]; v.Invoice.Stage.Export != billing.MayBeOurs {
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
