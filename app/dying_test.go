package app_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

// fate says at which point of the protocol a process dies, and whether just before the
// point or just after it. It notes every point that was reached.
type fate struct {
	point string
	after bool
	kill  func() // what a dead process can no longer do
	looks int    // it dies after so many looks at the world instead; 0 for never

	mu      sync.Mutex
	dead    bool
	reached []string
}

// dies tells whether the process dies now.
func (f *fate) dies(point string, after bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if point != "" && !after {
		f.reached = append(f.reached, point)
	}
	if point != "" && point == f.point && after == f.after {
		f.dead = true
	}
	if f.looks > 0 {
		f.looks--
		f.dead = f.dead || f.looks == 0
	}
	return f.dead
}

// die kills the process now.
func (f *fate) die() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dead = true
}

func (f *fate) isDead() bool { return f.dies("", false) }

// mortalStore is a store whose process dies where its fate says.
type mortalStore struct {
	app.Store
	fate *fate
}

func (s mortalStore) View(ctx context.Context, fn func(app.Reader) error) error {
	if s.fate.isDead() {
		return errDead
	}
	return s.Store.View(ctx, fn)
}

func (s mortalStore) Update(ctx context.Context, fn func(app.Tx) error) error {
	if s.fate.isDead() {
		return errDead
	}
	point := ""
	err := s.Store.Update(ctx, func(tx app.Tx) error {
		spy := &spyTx{Tx: tx}
		if err := fn(spy); err != nil {
			return err
		}
		if point = spy.point; s.fate.dies(point, false) {
			return errDead // before the commit
		}
		return nil
	})
	if err == nil && s.fate.dies(point, true) {
		return errDead
	}
	return err
}

func (s mortalStore) Lease(ctx context.Context, name string, fn func(context.Context, app.Fence) error) error {
	if s.fate.dies("lease", false) {
		return errDead
	}
	return s.Store.Lease(ctx, name, func(ctx context.Context, f app.Fence) error {
		err := errDead
		if !s.fate.dies("lease", true) {
			err = fn(ctx, f)
		}
		if s.fate.isDead() {
			s.fate.kill() // a dead process does not give its lease back
		}
		return err
	})
}

// mortalBooks are books whose process dies where its fate says.
type mortalBooks struct {
	app.Books
	fate *fate
}

func (b mortalBooks) Post(ctx context.Context, batch app.Batch) ([]ledger.Outcome, error) {
	point := "request posted"
	switch batch.Kind {
	case app.ContactBatch:
		point = "contacts posted"
	case app.RemovalBatch:
		point = "removal posted"
	}
	if b.fate.dies(point, false) {
		return nil, errDead
	}
	outcomes, err := b.Books.Post(ctx, batch)
	if b.fate.dies(point, true) {
		return nil, errDead
	}
	return outcomes, err
}

// spyTx names the point of the protocol by what is written.
type spyTx struct {
	app.Tx
	point string
}

func (t *spyTx) SaveRun(r app.Run) error {
	if r.Ended.IsZero() {
		t.point = "queue"
	}
	return t.Tx.SaveRun(r)
}

func (t *spyTx) SaveChart(c ledger.Chart) error {
	t.point = "chart"
	return t.Tx.SaveChart(c)
}

func (t *spyTx) SaveBatch(b app.Batch) error {
	names := map[app.BatchKind]map[app.BatchState]string{
		app.ContactBatch: {app.Ready: "contacts stored", app.Sending: "contacts claimed", app.Settled: "contacts settled"},
		app.InvoiceBatch: {app.Ready: "requests stored", app.Sending: "request claimed", app.Settled: "request settled"},
		app.RemovalBatch: {app.Ready: "removal stored", app.Sending: "removal claimed", app.Settled: "removal settled"},
	}
	if name := names[b.Kind][b.State]; name != "" {
		t.point = name
	}
	return t.Tx.SaveBatch(b)
}

// pointsOfTheDocs reads the points from a table in docs/architecture.md.
func pointsOfTheDocs(t *testing.T, title string) []string {
	text, err := os.ReadFile("../docs/architecture.md")
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
var persons = map[string]func(w *world, inv sim.Invoice) error{
	"nobody acts": func(*world, sim.Invoice) error { return nil },
	"renumbered": func(w *world, inv sim.Invoice) error {
		return w.sim.Renumber(string(w.tenant), inv.InvoiceID, inv.Number+"-by-hand")
	},
	"approved": func(w *world, inv sim.Invoice) error { return w.sim.Approve(string(w.tenant), inv.InvoiceID) },
	"deleted":  func(w *world, inv sim.Invoice) error { return w.sim.Delete(string(w.tenant), inv.InvoiceID) },
}

func TestDyingAtEveryPoint(t *testing.T) {
	points := pointsOfTheDocs(t, "point")
	if len(points) < 11 {
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
					synctest.Test(t, func(t *testing.T) { die(t, &fate{point: point, after: after}, acts) })
				})
			}
		}
	}
}

func die(t *testing.T, f *fate, acts func(*world, sim.Invoice) error) {
	w := newWorld(t, sim.Config{})
	ids := w.invoices(3, 2)
	if f.point == "chart" {
		time.Sleep(2 * time.Minute) // the chart read to connect would still be good
	}

	first := w.start(f)
	run, err := first.queue(ids...)
	if err == nil {
		_ = first.app.Finish(context.Background(), run.ID, 0)
	}
	first.stop()
	if !f.isDead() {
		t.Fatalf("the process did not die: it reached only %v", f.reached)
	}

	acted := map[string]bool{} // by the number that it had
	for _, v := range w.views(ids) {
		live, _ := w.inXero(v)
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

	second := w.start(nil)
	second.settle()
	second.stop()

	views := w.views(ids)
	w.mustBeSound(views)
	queued := f.point != "queue" || f.after
	for _, v := range views {
		if queued && !acted[string(v.Invoice.Number)] && v.Invoice.Stage.Export != billing.Exported {
			t.Errorf("%s is %s: %+v", v.Invoice.Number, v.Invoice.Stage.Export, v.Exports[0].Messages)
		}
		if !queued && v.Invoice.Stage.Export != billing.NotExported {
			t.Errorf("%s is %s, and nobody was told that it was queued", v.Invoice.Number, v.Invoice.Stage.Export)
		}
	}
	if n := len(w.sim.Contacts(string(w.tenant))); queued && n != 2 {
		t.Errorf("Xero has %d contacts for 2 clients", n)
	}
}

func TestDyingAtEveryPointOfARemoval(t *testing.T) {
	points := pointsOfTheDocs(t, "point of a removal")
	if len(points) < 6 {
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
					synctest.Test(t, func(t *testing.T) { dieRemoving(t, &fate{point: point, after: after}, acts) })
				})
			}
		}
	}
}

func dieRemoving(t *testing.T, f *fate, acts func(*world, sim.Invoice) error) {
	w := newWorld(t, sim.Config{})
	ids := w.invoices(3, 2)
	exporter := w.start(nil)
	exporter.export(ids...)
	exporter.stop()

	first := w.start(f)
	runs, _, err := first.app.Redraft(context.Background(), w.me, ids)
	if err == nil {
		_ = first.app.Finish(context.Background(), runs[0].ID, 0)
	}
	first.stop()
	if !f.isDead() {
		t.Fatalf("the process did not die: it reached only %v", f.reached)
	}

	acted := map[billing.InvoiceID]bool{}
	for _, v := range w.views(ids) {
		live, _ := w.inXero(v)
		for _, inv := range live {
			if err := acts(w, inv); err != nil {
				t.Fatal(err)
			}
			now, _ := w.sim.Invoice(string(w.tenant), inv.InvoiceID)
			acted[v.Invoice.ID] = now.Status != inv.Status || now.Number != inv.Number
		}
	}

	second := w.start(nil)
	second.settle()
	second.refresh()
	second.stop()

	views := w.views(ids)
	w.mustBeSound(views)
	asked := f.point != "queue" || f.after
	for _, v := range views {
		if asked && !acted[v.Invoice.ID] && v.Invoice.Stage.Status != billing.Draft {
			t.Errorf("%s is %v: %+v", v.Invoice.Number, v.Invoice.Stage, v.Removals)
		}
		if !asked && !acted[v.Invoice.ID] && v.Invoice.Stage != (billing.Stage{Status: billing.Finalized, Export: billing.Exported}) {
			t.Errorf("%s is %v, and nobody was told that it leaves Xero", v.Invoice.Number, v.Invoice.Stage)
		}
	}
}
