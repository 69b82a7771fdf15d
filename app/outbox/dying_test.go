package outbox_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

// pointsOfTheDocs reads the points from a table in docs/architecture.md.
func pointsOfTheDocs(t *testing.T, title string) []string {
	text, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "| "+title+" |")
	if !found {
		t.Fatal("docs/architecture.md has no table of points")
	}
	var points []string
	for i, line := range strings.Split(table, "\n") {
		cells := strings.Split(line, "|")
		if i < 2 {
			continue // the rest of the header, and the rule under it
		}
		if len(cells) < 3 {
			break
		}
		points = append(points, strings.TrimSpace(cells[1]))
	}
	return points
}

// persons are what a person may do in Xero before the next process recovers.
var persons = map[string]func(w *apptest.World, inv sim.Invoice) error{
	"nobody acts": func(*apptest.World, sim.Invoice) error { return nil },
	"renumbered": func(w *apptest.World, inv sim.Invoice) error {
		return w.Sim.Renumber(string(w.Tenant), inv.InvoiceID, inv.Number+"-by-hand")
	},
	"approved": func(w *apptest.World, inv sim.Invoice) error { return w.Sim.Approve(string(w.Tenant), inv.InvoiceID) },
	"deleted":  func(w *apptest.World, inv sim.Invoice) error { return w.Sim.Delete(string(w.Tenant), inv.InvoiceID) },
}

func TestDyingAtEveryPoint(t *testing.T) { dieAtEveryPoint(t, "point", 11, die) }

// dieAtEveryPoint has a process die before and after each point of a table of the docs, which has
// at least so many, with each thing that a person may do in Xero then.
func dieAtEveryPoint(t *testing.T, title string, least int, dies func(*testing.T, *apptest.Fate, func(*apptest.World, sim.Invoice) error)) {
	points := pointsOfTheDocs(t, title)
	if len(points) < least {
		t.Fatalf("the table has only the points %v", points)
	}
	for _, point := range points {
		for _, after := range []bool{false, true} {
			for person, acts := range persons {
				when := "before"
				if after {
					when = "after"
				}
				t.Run(fmt.Sprintf("%s %s, %s", when, point, person), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) { dies(t, &apptest.Fate{Point: point, After: after}, acts) })
				})
			}
		}
	}
}

func die(t *testing.T, f *apptest.Fate, acts func(*apptest.World, sim.Invoice) error) {
	dieAndRecover(t, f, acts, sim.MarksKept, 0)
}

// TestDyingWhereMarksDoNotComeBack has a process die where the answer to an export is lost, in an
// organisation that does not return marks as they were sent, and another go on at once or when Xero has
// forgotten the key. What cannot be recognised is never sent again and never fails: a person says which
// it is, and then it is that one.
func TestDyingWhereMarksDoNotComeBack(t *testing.T) {
	for _, there := range []struct {
		marks sim.Marks
		later time.Duration
	}{
		{sim.MarksNormalised, time.Hour}, {sim.MarksDropped, 0}, {sim.MarksDropped, time.Hour}, {sim.MarksUnlisted, time.Hour},
	} {
		for _, at := range []struct {
			point string
			after bool
		}{{"request posted", false}, {"request posted", true}, {"request settled", false}} {
			for person, acts := range persons {
				t.Run(fmt.Sprintf("%s, %s later, %s %v, %s", there.marks, there.later, at.point, at.after, person), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						dieAndRecover(t, &apptest.Fate{Point: at.point, After: at.after}, acts, there.marks, there.later)
					})
				})
			}
		}
	}
}

// dieAndRecover has a process die, a person act in Xero, and another process go on later.
func dieAndRecover(t *testing.T, f *apptest.Fate, acts func(*apptest.World, sim.Invoice) error, marks sim.Marks, later time.Duration) {
	w := apptest.NewWorld(t, sim.Config{Marks: marks})
	ids := w.Invoices(3, 2)
	if f.Point == "chart" {
		time.Sleep(6 * time.Minute) // the chart read to connect would still be good
	}

	first := w.Start(f)
	run, err := first.Queue(ids...)
	if err == nil {
		_ = first.App.Finish(context.Background(), run.ID, 0)
	}
	first.Stop()
	if !f.IsDead() {
		t.Fatalf("the process did not die: it reached only %v", f.Reached)
	}

	acted := map[string]bool{} // by the number that it had
	for _, v := range w.Views(ids) {
		live, _ := w.InXero(v)
		if v.Invoice.Stage.Live() {
			continue // its export is over: what a person does to it now is not for recovery
		}
		for _, inv := range live {
			if err := acts(w, inv); err != nil {
				t.Fatal(err)
			}
			acted[string(v.Invoice.Number)] = true
		}
	}

	time.Sleep(later)
	second := w.Start(nil)
	second.Settle()
	w.MustBeSound(w.Views(ids))
	doubts := second.SettleDoubts(ids)
	refresh(second)
	second.Stop()
	lost := marks == sim.MarksDropped && later > 0
	there := f.Point == "request settled" || f.Point == "request posted" && f.After
	if (doubts == len(ids)) != (lost && there) || doubts != 0 && doubts != len(ids) {
		t.Errorf("%d may be in Xero", doubts)
	}

	views := w.Views(ids)
	w.MustBeSound(views)
	queued := f.Point != "queue" || f.After
	for _, v := range views {
		export := v.Invoice.Stage.Export
		if export == billing.Warned && marks != sim.MarksKept && ledger.HasCause(v.Exports[0].Messages, ledger.MarkLost) {
			export = billing.Exported
		}
		if queued && !acted[string(v.Invoice.Number)] && export != billing.Exported {
			t.Errorf("%s is %s: %+v", v.Invoice.Number, v.Invoice.Stage.Export, v.Exports[0].Messages)
		}
		if !queued && v.Invoice.Stage.Export != billing.NotExported {
			t.Errorf("%s is %s, and nobody was told that it was queued", v.Invoice.Number, v.Invoice.Stage.Export)
		}
	}
	if n := len(w.Sim.Contacts(string(w.Tenant))); queued && n != 2 {
		t.Errorf("Xero has %d contacts for 2 clients", n)
	}
}

// asleep has another process do all there is to do, after a person acted in Xero. Where more time passes,
// the person acts once more behind it.
func asleep(w *apptest.World, ids []billing.InvoiceID, acts func(*apptest.World, sim.Invoice) error, longer time.Duration) func() {
	act := func() {
		for _, v := range w.Views(ids) {
			live, _ := w.InXero(v)
			for _, inv := range live {
				if err := acts(w, inv); err != nil {
					w.T.Error(err)
				}
			}
		}
	}
	return func() {
		w.TakeLeases()
		act()
		second := w.Start(nil)
		second.Settle()
		second.Stop()
		if longer > 0 {
			time.Sleep(longer)
			act()
		}
	}
}

// TestSleepingWhereMarksDoNotComeBack is TestSleepingAtEveryPoint where the answer is lost on the one who
// sleeps, in an organisation that drops marks.
func TestSleepingWhereMarksDoNotComeBack(t *testing.T) {
	for _, point := range []string{"request claimed", "request posted", "request settled"} {
		for person, acts := range persons {
			t.Run(fmt.Sprintf("after %s, %s", point, person), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { sleep(t, point, acts, sim.MarksDropped, 0) })
			})
		}
	}
}

// TestSleepingAtEveryPoint has the sender sleep past its lease after each point, while another
// process does its work. When it wakes it goes on as if nothing had happened: the fence must stop it.
func TestSleepingAtEveryPoint(t *testing.T) {
	for _, point := range pointsOfTheDocs(t, "point") {
		for person, acts := range persons {
			t.Run(fmt.Sprintf("after %s, %s", point, person), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { sleep(t, point, acts, sim.MarksKept, 0) })
			})
		}
	}
}

// TestSleepingPastTheLifeOfAKey has the sender sleep for an hour between claiming a request and sending
// it. The fence would stop it only from storing the answer: what Xero has forgotten by then must not
// leave at all.
func TestSleepingPastTheLifeOfAKey(t *testing.T) {
	for _, point := range []string{"contacts claimed", "request claimed"} {
		for person, acts := range persons {
			t.Run(fmt.Sprintf("after %s, %s", point, person), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { sleep(t, point, acts, sim.MarksKept, time.Hour) })
			})
		}
	}
}

// sleep has a sender sleep after a point, while another process does its work and longer, and wake.
func sleep(t *testing.T, point string, acts func(*apptest.World, sim.Invoice) error, marks sim.Marks, longer time.Duration) {
	w := apptest.NewWorld(t, sim.Config{Marks: marks})
	ids := w.Invoices(3, 2)
	if point == "chart" {
		time.Sleep(6 * time.Minute) // the chart read to connect would still be good
	}
	f := &apptest.Fate{Point: point, After: true, Asleep: asleep(w, ids, acts, longer)}
	sleeper := w.Start(f)
	run, err := sleeper.Queue(ids...)
	if err != nil {
		t.Fatal(err)
	}
	if err := sleeper.App.Finish(t.Context(), run.ID, time.Hour); err != nil {
		t.Errorf("who woke up was told %v", err)
	}
	sleeper.Stop()
	if !f.Slept() {
		t.Fatalf("it did not sleep: it reached only %v", f.Reached)
	}
	last := w.Start(nil)
	last.Settle()
	if doubts := last.SettleDoubts(ids); doubts > 0 && marks == sim.MarksKept {
		t.Errorf("%d may be in Xero", doubts)
	}
	refresh(last)
	last.Stop()
	w.MustBeSound(w.Views(ids))
	if n := len(w.Sim.Contacts(string(w.Tenant))); n != 2 {
		t.Errorf("Xero has %d contacts for 2 clients", n)
	}
}

// TestSleepingAtEveryPointOfARemoval is its sister for what leaves Xero.
func TestSleepingAtEveryPointOfARemoval(t *testing.T) {
	for _, point := range pointsOfTheDocs(t, "point of a removal") {
		for person, acts := range persons {
			t.Run(fmt.Sprintf("after %s, %s", point, person), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := apptest.NewWorld(t, sim.Config{})
					ids := w.Invoices(3, 2)
					first := w.Start(nil)
					first.Export(ids...)
					first.Stop()
					f := &apptest.Fate{Point: point, After: true, Asleep: asleep(w, ids, acts, 0)}
					sleeper := w.Start(f)
					runs, _, err := sleeper.App.Redraft(t.Context(), w.Me, ids)
					if err != nil {
						t.Fatal(err)
					}
					if err := sleeper.App.Finish(t.Context(), runs[0].ID, time.Hour); err != nil {
						t.Errorf("who woke up was told %v", err)
					}
					sleeper.Stop()
					if !f.Slept() {
						t.Fatalf("it did not sleep: it reached only %v", f.Reached)
					}
					last := w.Start(nil)
					last.Settle()
					refresh(last)
					last.Stop()
					w.MustBeSound(w.Views(ids))
				})
			})
		}
	}
}

func TestDyingAtEveryPointOfARemoval(t *testing.T) {
	dieAtEveryPoint(t, "point of a removal", 6, dieRemoving)
}

func dieRemoving(t *testing.T, f *apptest.Fate, acts func(*apptest.World, sim.Invoice) error) {
	w := apptest.NewWorld(t, sim.Config{})
	ids := w.Invoices(3, 2)
	exporter := w.Start(nil)
	exporter.Export(ids...)
	exporter.Stop()

	first := w.Start(f)
	runs, _, err := first.App.Redraft(context.Background(), w.Me, ids)
	if err == nil {
		_ = first.App.Finish(context.Background(), runs[0].ID, 0)
	}
	first.Stop()
	if !f.IsDead() {
		t.Fatalf("the process did not die: it reached only %v", f.Reached)
	}

	acted := map[billing.InvoiceID]bool{}
	for _, v := range w.Views(ids) {
		live, _ := w.InXero(v)
		for _, inv := range live {
			if err := acts(w, inv); err != nil {
				t.Fatal(err)
			}
			now, _ := w.Sim.Invoice(string(w.Tenant), inv.InvoiceID)
			acted[v.Invoice.ID] = now.Status != inv.Status || now.Number != inv.Number
		}
	}

	second := w.Start(nil)
	second.Settle()
	refresh(second)
	second.Stop()

	views := w.Views(ids)
	w.MustBeSound(views)
	asked := f.Point != "queue" || f.After
	for _, v := range views {
		if asked && !acted[v.Invoice.ID] && v.Invoice.Stage.Status != billing.Draft {
			t.Errorf("%s is %v: %+v", v.Invoice.Number, v.Invoice.Stage, v.Removals)
		}
		if !asked && !acted[v.Invoice.ID] && v.Invoice.Stage != (billing.Stage{Status: billing.Finalized, Export: billing.Exported}) {
			t.Errorf("%s is %v, and nobody was told that it leaves Xero", v.Invoice.Number, v.Invoice.Stage)
		}
	}
}
