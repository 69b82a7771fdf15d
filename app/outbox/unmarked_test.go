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
	"feebridge/app/outbox"
	"feebridge/assets/translations"
	"feebridge/xero/sim"
)

// TestARestoredCopyFindsWhatBearsNoMark goes on with a copy in an organisation that drops marks. What was
// exported since is recognised by its history; where that is gone, by a person, and never sent again.
func TestARestoredCopyFindsWhatBearsNoMark(t *testing.T) {
	for name, c := range map[string]struct{ forgotten, renumbered bool }{
		"with its history": {}, "renumbered": {renumbered: true},
		"without its history": {forgotten: true}, "renumbered, without its history": {forgotten: true, renumbered: true},
	} {
		forgotten := c.forgotten
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
				ids := w.Invoices(2, 1)
				exportOnce(w, ids[0])
				copied := backUp(w)
				time.Sleep(20 * time.Hour)
				exportOnce(w, ids[1])
				if c.renumbered {
					there := w.Sim.ByNumber(string(w.Tenant), "INV-0002")[0]
					if err := w.Sim.Renumber(string(w.Tenant), there.InvoiceID, "R-2"); err != nil {
						t.Fatal(err)
					}
				}
				if err := restorers["by the command"](w, copied); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				if forgotten {
					forget(w)
				}
				p := w.Start(nil)
				defer p.Stop()
				unlock(p)
				found := billing.Exported
				if c.renumbered {
					found = billing.Changed
				}
				want := found
				if forgotten {
					want = billing.MayBeOurs
				}
				if v := w.Views(ids[1:])[0]; v.Invoice.Stage.Export != want {
					t.Errorf("it is %v, want %v: %+v", v.Invoice.Stage, want, v.Exports)
				}
				if _, _, err := p.App.Export(t.Context(), w.Me, ids); err != nil {
					t.Fatal(err)
				}
				p.Settle()
				if forgotten {
					d, err := p.App.Doubt(t.Context(), w.Me, ids[1])
					if err != nil || len(d.There) != 1 {
						t.Fatalf("there may be %+v, %v", d.There, err)
					}
					if err := p.App.Claim(t.Context(), w.Me, ids[1], d.There[0].ID); err != nil {
						t.Fatal(err)
					}
				}
				if v := w.Views(ids[1:])[0]; v.Invoice.Stage.Export != found {
					t.Errorf("in the end it is %v", v.Invoice.Stage)
				}
				if all := w.Sim.Invoices(string(w.Tenant)); len(all) != 2 {
					t.Errorf("Xero has %d invoices", len(all))
				}
			})
		})
	}
}

// TestAMarkInTheReference has what a person may allow where marks are dropped.
func TestAMarkInTheReference(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
		ids := w.Invoices(3, 1)
		p := w.Start(nil)
		defer p.Stop()
		long := strings.Repeat("é", 240)
		if err := p.Work(func(tx outbox.Tx) error {
			if err := tx.SaveMapping(w.Tenant, ledger.Mapping{MarkReference: true}); err != nil {
				return err
			}
			for i, reference := range []string{"PO 1", "PO 2", long} {
				v, err := tx.Invoice(ids[i])
				if err != nil {
					return err
				}
				v.Reference = reference
				if _, err := tx.SaveInvoice(v); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		p.Export(ids[0]) // which tells that marks are dropped
		p.Export(ids[2])
		w.Sim.AddFault(rules(t, lostForGood)[0])
		if _, err := p.Queue(ids[1]); err != nil {
			t.Fatal(err)
		}
		p.Settle()
		w.MustBeSound(w.Views(ids))
		for i, v := range w.Views(ids) {
			key := app.MarkKey(v.Exports[0].Mark)
			want := []string{"PO 1", "PO 2 [" + key + "]", long}[i]
			there := w.Sim.ByNumber(string(w.Tenant), string(v.Invoice.Number))
			if len(there) != 1 || there[0].Reference != want {
				t.Errorf("%s is there as %+v, want the reference %q", v.Invoice.Number, there, want)
			}
			state := []billing.ExportState{billing.Warned, billing.Exported, billing.Warned}[i]
			if v.Invoice.Stage.Export != state || (state == billing.Warned) != ledger.HasCause(v.Exports[0].Messages, ledger.MarkLost) {
				t.Errorf("%s is %v: %+v", v.Invoice.Number, v.Invoice.Stage, v.Exports[0].Messages)
			}
		}
	})
}

// TestAnInvoiceOfTheSameNumberIsADoubtInACopy has an invoice in Xero with a number of ours and another date. It
// may be ours, edited there since, or another one: only a person can tell.
func TestAnInvoiceOfTheSameNumberIsADoubtInACopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
		ids := w.Invoices(2, 1)
		exportOnce(w, ids[0])
		copied := backUp(w)
		time.Sleep(time.Hour)
		own := w.Sim.Invoices(string(w.Tenant))[0]
		own.InvoiceID, own.Number, own.URL = "", "INV-0002", ""
		own.Date = own.Date.AddDate(0, 0, 1)
		if _, err := w.Sim.CreateInvoice(string(w.Tenant), own); err != nil {
			t.Fatal(err)
		}
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		p := w.Start(nil)
		defer p.Stop()
		unlock(p)
		if v := w.Views(ids[1:])[0]; v.Invoice.Stage.Export != billing.MayBeOurs {
			t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports)
		}
	})
}

// TestDigitsOfAnotherAreNoMark has an address of another program, and a reference, that look like marks on an invoice
// whose own mark is dropped. The person renumbers it, too.
func TestDigitsOfAnotherAreNoMark(t *testing.T) {
	const digits = "0123456789abcdef0123456789abcdef"
	for name, told := range map[string]string{
		"an address":  `"Url":"https://files.example/` + digits + `"`,
		"a reference": `"Reference":"PO ` + digits + `"`,
	} {
		for fault, numbered := range map[string]bool{lostForGood: true, lostForGood + "+person-rename": false} {
			t.Run(name+", "+fault, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
					w.Sim.AddFault(rules(t, fault)[0])
					id := w.Invoices(1, 1)[0]
					retell(w, http.MethodGet, `"Status": ?"DRAFT"`, `"Status":"DRAFT",`+told)
					p := w.Start(nil)
					defer p.Stop()
					if _, err := p.Queue(id); err != nil {
						t.Fatal(err)
					}
					p.Settle()
					d, err := p.App.Doubt(t.Context(), w.Me, id)
					if err != nil || len(d.There) != 1 || d.NumberTaken() != numbered {
						t.Errorf("there may be %+v, %v", d.There, err)
					}
					if all := w.Sim.Invoices(string(w.Tenant)); len(all) != 1 {
						t.Errorf("Xero has %d invoices", len(all))
					}
				})
			})
		}
	}
}

// TestARestoredCopyKnowsAMarkInTheReference goes on with a copy that does not know the export whose mark is in a
// reference. That does not name the invoice; its history does.
func TestARestoredCopyKnowsAMarkInTheReference(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
		ids := w.Invoices(2, 1)
		first := w.Start(nil)
		if err := first.Work(func(tx outbox.Tx) error {
			return tx.SaveMapping(w.Tenant, ledger.Mapping{MarkReference: true})
		}); err != nil {
			t.Fatal(err)
		}
		first.Export(ids[0])
		first.Stop()
		copied := backUp(w)
		time.Sleep(20 * time.Hour)
		exportOnce(w, ids[1])
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		p := w.Start(nil)
		defer p.Stop()
		unlock(p)
		if v := w.Views(ids[1:])[0]; v.Invoice.Stage.Export != billing.Exported {
			t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports)
		}
	})
}

// TestWhatCannotBeReadIsNotAbsent has an invoice without its mark that cannot be read: after a lost answer it is not
// taken for absent, and no refresh passes it by.
func TestWhatCannotBeReadIsNotAbsent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
		w.Sim.AddFault(rules(t, lostForGood+"+person-rename")[0])
		id := w.Invoices(1, 1)[0]
		retell(w, http.MethodGet, `"AmountDue": ?[0-9.]+,`, ``)
		p := w.Start(nil)
		defer p.Stop()
		if _, err := p.Queue(id); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- p.Run(ctx) }()
		time.Sleep(time.Hour)
		if v := w.Views([]billing.InvoiceID{id})[0]; v.Invoice.Stage.Export != billing.Unknown {
			t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports)
		}
		w.Before(nil)
		time.Sleep(time.Hour)
		d, err := p.App.Doubt(t.Context(), w.Me, id)
		if err != nil || len(d.There) != 1 {
			t.Errorf("there may be %+v, %v", d.There, err)
		}
		if all := w.Sim.Invoices(string(w.Tenant)); len(all) != 1 {
			t.Fatalf("Xero has %d invoices", len(all))
		}
		if err := p.App.Claim(t.Context(), w.Me, id, d.There[0].ID); err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := w.Sim.Act("approve", string(d.There[0].Number)); err != nil {
			t.Fatal(err)
		}
		retell(w, http.MethodGet, `"AmountDue": ?[0-9.]+,`, ``)
		time.Sleep(time.Minute)
		if _, err := p.App.RefreshAll(t.Context()); err == nil {
			t.Error("a refresh passes it by")
		}
	})
}

// TestWhatIsUnderWayIsNoOthers has two invoices with the same figures, of which one never came to Xero, and the other did
// and is not settled yet: that is not offered as the first.
func TestWhatIsUnderWayIsNoOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		defer p.Stop()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- p.Run(ctx) }()
		w.Sim.AddFault(rules(t, "PUT /Invoices reset")[0])
		if _, err := p.Queue(ids[0]); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5*time.Minute + 30*time.Second) // it is not replayed any more
		w.Sim.ClearFaults()
		w.Sim.AddFault(rules(t, lostForGood)[0])
		if _, err := p.Queue(ids[1]); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		for _, id := range ids {
			d, err := p.App.Doubt(t.Context(), w.Me, id)
			if err != nil || len(d.There) != 1 || d.There[0].Number != d.Invoice.Number {
				t.Errorf("there may be %+v, %v", d.There, err)
			}
		}
	})
}

// TestAnotherThatIsGoneIsNoDoubt has a person void or delete an invoice with other figures, in an organisation that drops
// marks, while one of ours never came there. The deleted one has its number, too.
func TestAnotherThatIsGoneIsNoDoubt(t *testing.T) {
	for name, act := range map[string]func(w *apptest.World, id string) error{
		"voided": func(w *apptest.World, id string) error {
			if err := w.Sim.Approve(string(w.Tenant), id); err != nil {
				return err
			}
			return w.Sim.Void(string(w.Tenant), id)
		},
		"deleted": func(w *apptest.World, id string) error { return w.Sim.Delete(string(w.Tenant), id) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
				ids := w.Invoices(2, 1)
				p := w.Start(nil)
				defer p.Stop()
				p.Export(ids[0])
				other := w.Sim.Invoices(string(w.Tenant))[0]
				other.InvoiceID, other.URL, other.Number = "", "", "another"
				if name == "deleted" {
					other.Number = string(w.Views(ids[1:])[0].Invoice.Number)
				}
				other.Date = other.Date.AddDate(0, 0, -1)
				made, err := w.Sim.CreateInvoice(string(w.Tenant), other)
				if err != nil {
					t.Fatal(err)
				}
				if err := act(w, made); err != nil {
					t.Fatal(err)
				}
				w.Sim.AddFault(rules(t, "PUT /Invoices #1-20 reset")[0])
				if _, err := p.Queue(ids[1]); err != nil {
					t.Fatal(err)
				}
				p.Settle()
				v := w.Views(ids[1:])[0]
				if v.Invoice.Stage.Export != billing.Exported {
					t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports[0])
				}
			})
		})
	}
}

// TestACopyBearsTheMarkInTheReference has a person copy an invoice in Xero, with its reference, and give it another number,
// while nobody knows yet that it is there.
func TestACopyBearsTheMarkInTheReference(t *testing.T) {
	for _, renumbered := range []bool{true, false} {
		t.Run(fmt.Sprint("renumbered ", renumbered), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
				ids := w.Invoices(2, 1)
				p := w.Start(nil)
				defer p.Stop()
				if err := p.Work(func(tx outbox.Tx) error {
					return tx.SaveMapping(w.Tenant, ledger.Mapping{MarkReference: true})
				}); err != nil {
					t.Fatal(err)
				}
				p.Export(ids[0])
				w.Sim.AddFault(rules(t, lostForGood)[0])
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- p.Run(ctx) }()
				if _, err := p.Queue(ids[1]); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				there := w.Sim.ByNumber(string(w.Tenant), "INV-0002")[0]
				twin := there
				twin.InvoiceID, twin.Number = "", "a copy"
				if _, err := w.Sim.CreateInvoice(string(w.Tenant), twin); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				if renumbered {
					if err := w.Sim.Renumber(string(w.Tenant), there.InvoiceID, "another"); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(time.Hour)
				cancel()
				if err := <-ended; err != nil {
					t.Error(err)
				}
				if v := w.Views(ids[1:])[0]; !renumbered {
					if v.Exports[0].Standing.ID != ledger.InvoiceID(there.InvoiceID) {
						t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports[0])
					}
					return
				}
				d, err := p.App.Doubt(t.Context(), w.Me, ids[1])
				if err != nil || len(d.There) != 2 {
					t.Fatalf("there may be %+v, %v", d.There, err)
				}
				if err := p.App.Claim(t.Context(), w.Me, ids[1], ledger.InvoiceID(there.InvoiceID)); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestADoubtIsOfOneOrganisation goes on with a copy in which an invoice may be in one organisation, while its client's are
// exported to another by now. What is like it there is doubtful, and none of those that are read in the first.
func TestADoubtIsOfOneOrganisation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		other := ledger.TenantID(w.Sim.Orgs()[1].TenantID)
		if _, err := p.App.Connect(t.Context(), w.Me, app.Connection{Tenant: ledger.Tenant{ID: other}}); err != nil {
			t.Fatal(err)
		}
		w.Sim.AddFault(rules(t, lostForGood)[0])
		if _, err := p.Queue(ids[0]); err != nil {
			t.Fatal(err)
		}
		p.Settle()
		w.Sim.ClearFaults()
		if err := p.App.ExportClientTo(t.Context(), w.Me, w.Views(ids)[0].Invoice.Client, other); err != nil {
			t.Fatal(err)
		}
		p.Export(ids[1])
		p.Stop()
		copied := backUp(w)
		like := w.Sim.Invoices(string(other))[0]
		like.InvoiceID, like.URL, like.Number = "", "", "INV-0001"
		made, err := w.Sim.CreateInvoice(string(other), like)
		if err != nil {
			t.Fatal(err)
		}
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		later := w.Start(nil)
		defer later.Stop()
		compared := unlock(later).Compared
		d, err := later.App.Doubt(t.Context(), w.Me, ids[0])
		if err != nil || len(d.There) != 1 || string(d.There[0].ID) == made {
			t.Errorf("there may be %+v, %v", d.There, err)
		}
		i := slices.IndexFunc(compared, func(c app.Comparison) bool { return c.Tenant == other })
		if strays := compared[i].Strays; len(strays) != 1 || string(strays[0].ID) != made || strays[0].Invoice != ids[0] {
			t.Errorf("doubtful is %+v", strays)
		}
	})
}

// TestWhatWasClaimedIsToldOfInItsHistory has the note follow by which a copy recognises an invoice, also when a person says
// that it came there.
func TestWhatWasClaimedIsToldOfInItsHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids[1]) // which tells that marks are dropped
		w.Sim.AddFault(rules(t, lostForGood)[0])
		id := ids[0]
		if _, err := p.Queue(id); err != nil {
			t.Fatal(err)
		}
		p.Settle()
		d, err := p.App.Doubt(t.Context(), w.Me, id)
		if err != nil || len(d.There) != 1 {
			t.Fatalf("there may be %+v, %v", d.There, err)
		}
		if err := p.App.Claim(t.Context(), w.Me, id, d.There[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := p.App.Send(t.Context(), w.Tenant); err != nil {
			t.Fatal(err)
		}
		there, _ := w.Sim.Invoice(string(w.Tenant), string(d.There[0].ID))
		mark := w.Views([]billing.InvoiceID{id})[0].Exports[0].Mark
		if !slices.ContainsFunc(there.History, func(h sim.HistoryRecord) bool { return strings.Contains(h.Details, mark) }) {
			t.Errorf("its history is %+v", there.History)
		}
	})
}

// TestAWrongTimeOfChangeKeepsNobodyFromClaiming has Xero tell of a time of change far ahead: it counts for the moment of each
// answer, and says nothing of what a person saw.
func TestAWrongTimeOfChangeKeepsNobodyFromClaiming(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p, id := loseAnswer(t, lostForGood)
		defer p.Stop()
		retell(w, http.MethodGet, `"UpdatedDateUTC": ?"[^"]*"`, `"UpdatedDateUTC":"/Date(4070908800000+0000)/"`)
		for range 2 {
			if err := p.App.LookAgain(t.Context(), w.Me, []billing.InvoiceID{id}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		d, err := p.App.Doubt(t.Context(), w.Me, id)
		if err != nil || len(d.There) != 1 {
			t.Fatalf("there may be %+v, %v", d.There, err)
		}
		if err := p.App.Claim(t.Context(), w.Me, id, d.There[0].ID); err != nil {
			t.Error(err)
		}
	})
}

// TestNoRoomIsSaidWhereThereIsNone exports more than fits in one request, before it is known that marks are dropped: their
// references had room for marks, and carry none.
func TestNoRoomIsSaidWhereThereIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
		ids := w.Invoices(60, 1)
		p := w.Start(nil)
		defer p.Stop()
		if err := p.Work(func(tx outbox.Tx) error {
			return tx.SaveMapping(w.Tenant, ledger.Mapping{MarkReference: true})
		}); err != nil {
			t.Fatal(err)
		}
		w.Sim.AddFault(rules(t, "PUT /Invoices #2 slow:5s")[0])
		p.Export(ids...)
		lost := 0
		for _, v := range w.Views(ids) {
			for _, m := range v.Exports[0].Messages {
				if m.Text == translations.Text("message.no-room-for-mark") {
					t.Fatalf("%s: %s", v.Invoice.Number, m.Text)
				}
				if m.Text == translations.Text("message.mark-lost") {
					lost++
				}
			}
		}
		if lost != len(ids) {
			t.Errorf("it is said of %d that they cannot be recognised", lost)
		}
	})
}

// TestWhatWasTakenBeforeMarksWereKnownIsToldOf has answers with marks, and no reading with them, which shows once several
// invoices were taken: the history of each of them has its mark.
func TestWhatWasTakenBeforeMarksWereKnownIsToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(3, 1)
		retell(w, http.MethodGet, `"Url": ?"[^"]*",`, "")
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		if err := p.App.Send(t.Context(), w.Tenant); err != nil {
			t.Fatal(err)
		}
		for _, v := range w.Views(ids) {
			there, _ := w.Sim.Invoice(string(w.Tenant), string(v.Exports[0].Standing.ID))
			if !slices.ContainsFunc(there.History, func(h sim.HistoryRecord) bool { return strings.Contains(h.Details, v.Exports[0].Mark) }) {
				t.Errorf("the history of %s is %+v", v.Invoice.Number, there.History)
			}
		}
	})
}

// TestARestoredCopyFindsWhatWasRenumbered goes on with a copy in an organisation that drops marks. What was exported since,
// and given another number there, is recognised by its history.
func TestARestoredCopyFindsWhatWasRenumbered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
		ids := w.Invoices(2, 1)
		exportOnce(w, ids[0])
		copied := backUp(w)
		time.Sleep(20 * time.Hour)
		exportOnce(w, ids[1])
		there := w.Views(ids[1:])[0].Exports[0].Standing.ID
		if err := w.Sim.Renumber(string(w.Tenant), string(there), "another"); err != nil {
			t.Fatal(err)
		}
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		p := w.Start(nil)
		defer p.Stop()
		unlock(p)
		if _, _, err := p.App.Export(t.Context(), w.Me, ids); err != nil {
			t.Fatal(err)
		}
		p.Settle()
		if v := w.Views(ids[1:])[0]; v.Invoice.Stage.Export != billing.Changed || v.Exports[0].Standing.ID != there {
			t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports)
		}
		if all := w.Sim.Invoices(string(w.Tenant)); len(all) != 2 {
			t.Errorf("Xero has %d invoices", len(all))
		}
	})
}

// TestAMergedContactHidesNoDoubtInACopy has contacts merged after a copy was made, and the history of an invoice forgotten
// that was exported since to the one that is gone.
func TestAMergedContactHidesNoDoubtInACopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
		ids := w.Invoices(3, 2)
		exportOnce(w, ids[:2]...)
		copied := backUp(w)
		time.Sleep(time.Hour)
		exportOnce(w, ids[2])
		if err := w.Sim.MergeContact(string(w.Tenant), w.Contact("Client 0").ContactID, w.Contact("Client 1").ContactID); err != nil {
			t.Fatal(err)
		}
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		forget(w)
		p := w.Start(nil)
		defer p.Stop()
		unlock(p)
		if v := w.Views(ids[2:])[0]; v.Invoice.Stage.Export != billing.MayBeOurs {
			t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports)
		}
	})
}

// TestWhatThisApplicationMadeIsNeverUnknown goes on with a copy in an organisation that drops marks, where an answer was
// lost since, and the process died. A person has changed the number, the total and the date of the invoice, and the name of
// its contact: what tells still is that this application made it. It may be any that can be sent of its client; where
// there is none it is listed.
func TestWhatThisApplicationMadeIsNeverUnknown(t *testing.T) {
	for _, gone := range []bool{false, true} {
		t.Run(fmt.Sprint("deleted here ", gone), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
				ids := w.Invoices(2, 2)
				exportOnce(w, ids[0])
				copied := backUp(w)
				time.Sleep(20 * time.Hour)
				dying := w.Start(&apptest.Fate{Point: "request posted", After: true})
				if run, err := dying.Queue(ids[1]); err == nil {
					_ = dying.App.Finish(context.Background(), run.ID, 0)
				}
				dying.Stop()
				person := &clerk{w: w, tenant: w.Tenant, id: w.Sim.ByNumber(string(w.Tenant), "INV-0002")[0].InvoiceID}
				changeAll(w, person)
				if err := w.Sim.RenameContact(string(w.Tenant), w.Contact("Client 1").ContactID, "Another name"); err != nil {
					t.Fatal(err)
				}
				theirs(t, w, "Another name", "a person's")
				if err := restorers["by the command"](w, copied); err != nil {
					t.Fatal(err)
				}
				if gone {
					put(w, func(_ int, v *billing.Invoice) { v.Stage = billing.Stage{Status: billing.Deleted} }, ids[1])
				}
				time.Sleep(time.Hour)
				p := w.Start(nil)
				defer p.Stop()
				strays := unlock(p).Compared[0].Strays
				if listed := slices.ContainsFunc(strays, func(s app.Stray) bool { return string(s.ID) == person.id && s.Why == app.Missing }); listed != gone || len(strays) > 1 {
					t.Errorf("listed are %+v", strays)
				}
				if !gone {
					person.mustBe(p, ids[1], true, 3)
				}
			})
		})
	}
}

// TestADraftWithoutANumberThatMayBeInXero goes on with a copy in which an invoice is a draft that got its number, and was
// exported, since; its history is forgotten. It has that number then, and a person says that it is the one.
func TestADraftWithoutANumberThatMayBeInXero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
		ids := w.Invoices(2, 1)
		put(w, func(_ int, v *billing.Invoice) { v.Number, v.Stage = "", billing.Stage{} }, ids[1])
		exportOnce(w, ids[0])
		copied := backUp(w)
		time.Sleep(20 * time.Hour)
		today := w.Start(nil)
		if _, err := today.App.Finalize(t.Context(), w.Me, ids[1:]); err != nil {
			t.Fatal(err)
		}
		today.Export(ids[1])
		there := w.Views(ids[1:])[0].Exports[0].Standing
		today.Stop()
		forget(w)
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		p := w.Start(nil)
		defer p.Stop()
		unlock(p)
		person := &clerk{w: w, tenant: w.Tenant, id: string(there.ID)}
		person.mustBe(p, ids[1], true, 2)
		if v := w.Views(ids[1:])[0]; v.Invoice.Number != there.Number || v.Invoice.Stage.Export != billing.Exported {
			t.Errorf("%q is %v: %+v", v.Invoice.Number, v.Invoice.Stage, v.Exports[0].Messages)
		}
	})
}

// forget has Xero tell of no history.
func forget(w *apptest.World) {
	w.Before(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/History") {
			return false
		}
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(`{"HistoryRecords":[{"Details":"Approved by Olivia"}]}`))
		return true
	})
}
