package app_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/data/sqlite"
	"feebridge/xero/sim"
)

// backUp copies the world's database to a file and returns its path.
func (w *world) backUp() string {
	w.t.Helper()
	p := w.start(nil)
	defer p.stop()
	path := filepath.Join(w.t.TempDir(), "yesterday.db")
	if err := p.app.Backup(context.Background(), w.me, path, false); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// restorers put a copy in the place of the database.
var restorers = map[string]func(w *world, from string) error{
	"by the command": func(w *world, from string) error {
		_, err := sqlite.Restore(context.Background(), w.path, from)
		return err
	},
	"by hand": func(w *world, from string) error {
		content, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		return os.WriteFile(w.path, content, 0o600)
	},
	"by hand, into another folder": func(w *world, from string) error {
		w.path = filepath.Join(w.t.TempDir(), "elsewhere.db")
		return restoreByHand(w, from)
	},
	"with what lies beside it, into another folder": func(w *world, from string) error {
		beside, err := os.ReadFile(w.path + ".seen")
		if err != nil {
			return err
		}
		w.path = filepath.Join(w.t.TempDir(), "elsewhere.db")
		return errors.Join(os.WriteFile(w.path+".seen", beside, 0o600), restoreByHand(w, from))
	},
}

func restoreByHand(w *world, from string) error {
	content, err := os.ReadFile(from)
	return errors.Join(err, os.WriteFile(w.path, content, 0o600))
}

func (p *process) lockState() app.LockState {
	p.world.t.Helper()
	s, err := p.app.LockState(context.Background())
	if err != nil {
		p.world.t.Fatal(err)
	}
	return s
}

// unlock runs the background work until the database is unlocked.
func (p *process) unlock() app.LockState {
	p.world.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.app.Run(ctx) }()
	for end := time.Now().Add(24 * time.Hour); p.lockState().Locked; time.Sleep(10 * time.Second) {
		if time.Now().After(end) {
			p.world.t.Errorf("it is still locked after a day")
			break
		}
	}
	cancel()
	if err := <-done; err != nil {
		p.world.t.Error(err)
	}
	return p.lockState()
}

// mustHoldEachOnce fails the test unless each number is live in Xero at most once, and each
// mark is there once.
func (w *world) mustHoldEachOnce() {
	w.t.Helper()
	live, marks := map[string]int{}, map[string]int{}
	for _, inv := range w.sim.Invoices(string(w.tenant)) {
		if marks[inv.URL]++; marks[inv.URL] > 1 {
			w.t.Errorf("%s is in Xero twice", inv.URL)
		}
		if inv.Status == sim.StatusDeleted || inv.Status == sim.StatusVoided {
			continue
		}
		if live[inv.Number]++; live[inv.Number] > 1 {
			w.t.Errorf("%s is in Xero twice", inv.Number)
		}
	}
}

// drafts stores complete drafts without numbers.
func (w *world) drafts(n int) []billing.InvoiceID {
	w.t.Helper()
	p := w.start(nil)
	defer p.stop()
	ids := make([]billing.InvoiceID, n)
	err := p.db.Update(context.Background(), func(tx app.Tx) error {
		for i := range ids {
			ids[i] = billing.InvoiceID(fmt.Sprint("draft ", i))
			v := finalized(ids[i], i, 1)
			v.Number, v.Stage = "", billing.Stage{}
			if _, err := tx.SaveInvoice(v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return ids
}

func (w *world) finalize(p *process, ids ...billing.InvoiceID) []app.Result {
	w.t.Helper()
	results, err := p.app.Finalize(context.Background(), w.me, ids)
	if err != nil {
		w.t.Fatal(err)
	}
	return results
}

// TestNothingIsSentTwiceAfterARestore takes a copy, exports invoices, and goes on with the
// copy.
func TestNothingIsSentTwiceAfterARestore(t *testing.T) {
	for name, restore := range restorers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			invoices := 60
			if name == "by the command" {
				invoices = 400
			}
			synctest.Test(t, func(t *testing.T) { restoreYesterday(t, invoices, restore) })
		})
	}
}

func restoreYesterday(t *testing.T, invoices int, restore func(*world, string) error) {
	w := newWorld(t, sim.Config{})
	ids := w.invoices(invoices, 5)
	drafts := w.drafts(6)
	yesterday := w.start(nil)
	if _, err := yesterday.queue(ids[:20]...); err != nil { // and it goes on after the copy
		t.Fatal(err)
	}
	yesterday.stop()
	copied := w.backUp()
	time.Sleep(20 * time.Hour)

	today := w.start(nil)
	if _, _, err := today.app.Export(t.Context(), w.me, ids); err != nil { // which confirms the first 20, too
		t.Fatal(err)
	}
	today.settle()
	for _, r := range w.finalize(today, drafts[:4]...) {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	today.export(drafts[:4]...)
	added := billing.InvoiceID("made today")
	if err := today.db.Update(t.Context(), func(tx app.Tx) error {
		_, err := tx.SaveInvoice(finalized(added, 899, 1)) // INV-0900
		return err
	}); err != nil {
		t.Fatal(err)
	}
	today.export(added)
	for i, v := range w.views(ids[:8]) {
		live, _ := w.inXero(v)
		act := []func(string, string) error{w.sim.Approve, w.sim.Delete, w.sim.Approve, func(tenant, id string) error {
			return w.sim.Renumber(tenant, id, "R-"+live[0].Number)
		}}[i%4]
		if err := act(string(w.tenant), live[0].InvoiceID); err != nil {
			t.Fatal(err)
		}
	}
	today.stop()
	before := len(w.sim.Invoices(string(w.tenant)))

	if err := restore(w, copied); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Hour)
	p := w.start(nil)
	defer p.stop()
	if !p.lockState().Locked {
		t.Fatal("the copy is not locked")
	}
	if _, _, err := p.app.Export(t.Context(), w.me, ids); !errors.Is(err, app.ErrLocked) {
		t.Errorf("an export from a locked copy: %v", err)
	}
	if _, _, err := p.app.Redraft(t.Context(), w.me, ids[50:51]); !errors.Is(err, app.ErrLocked) {
		t.Errorf("a draft from a locked copy: %v", err)
	}
	if r := w.finalize(p, drafts[4]); !errors.Is(r[0].Err, app.ErrLocked) {
		t.Errorf("a number from a locked copy: %v", r[0].Err)
	}
	state := p.unlock()
	if got := state.Compared[0]; len(got.Strays) != 1 || got.Strays[0].Number != "INV-0900" || got.Strays[0].Why != app.Missing {
		t.Errorf("it found %+v", got)
	}
	_, results, err := p.app.Export(t.Context(), w.me, append(ids, drafts...))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if deleted := r.Invoice == ids[1] || r.Invoice == ids[5]; (r.Err == nil) != deleted {
			t.Errorf("%s may be exported: %v", r.Invoice, r.Err)
		}
	}
	p.settle()
	w.mustHoldEachOnce()
	if after := len(w.sim.Invoices(string(w.tenant))); after != before+2 { // those that were deleted there
		t.Errorf("Xero had %d invoices and has %d", before, after)
	}
	w.mustBeSound(w.views(slices.Concat(ids, drafts[:4])))
	for i, v := range w.views(ids[:8]) {
		want := []billing.Stage{
			{Status: billing.Closed, Export: billing.Exported}, {Status: billing.Finalized, Export: billing.Exported},
			{Status: billing.Closed, Export: billing.Exported}, {Status: billing.Finalized, Export: billing.Changed},
		}[i%4]
		if v.Invoice.Stage != want {
			t.Errorf("%s is %s, %s: %+v", v.Invoice.Number, v.Invoice.Stage.Status, v.Invoice.Stage.Export, v.Exports[0].Messages)
		}
	}
	for _, v := range w.views(drafts[:4]) {
		if v.Invoice.Stage.Status != billing.Finalized || len(w.sim.ByNumber(string(w.tenant), string(v.Invoice.Number))) != 1 {
			t.Errorf("the draft that was exported is %+v", v.Invoice)
		}
	}
	for _, r := range w.finalize(p, drafts[4:]...) {
		if there := w.sim.ByNumber(string(w.tenant), string(r.Number)); r.Err != nil || len(there) > 0 || r.Number <= "INV-0900" {
			t.Errorf("number %s was given out (%v), and Xero has %d of it", r.Number, r.Err, len(there))
		}
	}
}

// dyingStore is a store whose process dies at the nth transaction that stores how far a
// comparison has come.
type dyingStore struct {
	app.Store
	left int
}

type countingTx struct {
	app.Tx
	saved bool
}

func (t *countingTx) SaveReconciliation(c app.Reconciliation) error {
	t.saved = true
	return t.Tx.SaveReconciliation(c)
}

func (s *dyingStore) Update(ctx context.Context, fn func(app.Tx) error) error {
	if s.left < 0 {
		return errDead
	}
	return s.Store.Update(ctx, func(tx app.Tx) error {
		spy := &countingTx{Tx: tx}
		if err := fn(spy); err != nil {
			return err
		}
		if spy.saved {
			s.left--
		}
		if s.left < 0 {
			return errDead
		}
		return nil
	})
}

func TestAComparisonThatDiesGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Config{})
		ids := w.invoices(130, 2)
		copied := w.backUp()
		today := w.start(nil)
		today.export(ids...)
		today.stop()
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		deaths := 0
		for ; ; deaths++ {
			p := w.start(nil)
			p.reopen(func(s app.Store) app.Store { return &dyingStore{s, deaths / 2} })
			err := p.app.Reconcile(t.Context())
			locked := p.lockState().Locked
			p.stop()
			if !locked || deaths > 20 {
				break
			}
			if err == nil {
				t.Fatal("it is locked, and nobody was told")
			}
		}
		if deaths < 3 {
			t.Errorf("it died %d times", deaths)
		}
		p := w.start(nil)
		defer p.stop()
		_, results, err := p.app.Export(t.Context(), w.me, ids)
		for _, r := range results {
			if r.Err == nil {
				t.Errorf("%s may be exported again", r.Number)
			}
		}
		if got := p.lockState().Compared[0]; err != nil || got.Adopted != len(ids) {
			t.Errorf("it adopted %d, %v", got.Adopted, err)
		}
		w.mustHoldEachOnce()
		w.mustBeSound(w.views(ids))
	})
}

func TestACopyWaitsForXero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Config{})
		ids := w.invoices(3, 1)
		copied := w.backUp()
		today := w.start(nil)
		today.export(ids...)
		today.stop()
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		w.down(30*time.Minute, func(*http.Request) bool { return true }, http.StatusServiceUnavailable, nil, brokenThere)
		p := w.start(nil)
		defer p.stop()
		began := time.Now()
		var parked *app.Parked
		if err := p.app.Reconcile(t.Context()); !errors.As(err, &parked) || p.lockState().Compared[0].Organisation.Parked.Why == "" {
			t.Errorf("nobody is told what it waits for: %v", err)
		}
		p.unlock()
		if took := time.Since(began); took < 30*time.Minute || took > 45*time.Minute {
			t.Errorf("it took %v", took)
		}
		w.mustBeSound(w.views(ids))
		w.mustHoldEachOnce()
	})
}

// TestACopyMadeWhileSomethingWasUnderWay takes the copy at each point of an export.
func TestACopyMadeWhileSomethingWasUnderWay(t *testing.T) {
	for _, point := range []string{"requests stored", "request claimed", "request posted"} {
		for _, later := range []string{"settled", "failed and exported anew"} {
			t.Run(point+", "+later, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, sim.Config{})
					ids := w.invoices(3, 1)
					f := &fate{point: point, after: true}
					first := w.start(f)
					run, err := first.queue(ids...)
					if err != nil {
						t.Fatal(err)
					}
					_ = first.app.Finish(context.Background(), run.ID, 0)
					first.stop()
					copied := w.backUp()
					second := w.start(nil)
					second.settle()
					if later != "settled" {
						for _, v := range w.views(ids) {
							if live, _ := w.inXero(v); len(live) == 1 {
								if err := w.sim.Delete(string(w.tenant), live[0].InvoiceID); err != nil {
									t.Fatal(err)
								}
							}
						}
						w.raw("UPDATE invoices SET export = 'failed'") // as the refresh will have it, with another word
						second.export(ids...)
					}
					second.stop()
					if err := restorers["by the command"](w, copied); err != nil {
						t.Fatal(err)
					}
					writes := w.sim.Calls()["PUT /Invoices"]
					p := w.start(nil)
					defer p.stop()
					p.unlock()
					p.settle()
					if again := w.sim.Calls()["PUT /Invoices"]; again != writes {
						t.Errorf("%d more writes went out", again-writes)
					}
					w.mustHoldEachOnce()
					w.mustBeSound(w.views(ids))
				})
			})
		}
	}
}

func TestAnOrganisationThatIsConnectedToACopyIsComparedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Config{})
		ids := w.invoices(3, 1)
		w.raw("UPDATE organisations SET tenant = 'another', chart = NULL")
		copied := w.backUp()
		first := w.start(nil)
		connect := func(p *process) {
			t.Helper()
			if _, err := p.app.Connect(t.Context(), w.me, app.Connection{Tenant: ledger.Tenant{ID: w.tenant}}); err != nil {
				t.Fatal(err)
			}
			if err := p.app.ExportTo(t.Context(), w.me, w.tenant); err != nil {
				t.Fatal(err)
			}
		}
		connect(first)
		first.export(ids...)
		first.stop()
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		p := w.start(nil)
		defer p.stop()
		viewer := staff.Member{ID: "v", Name: "Vera", AllEntities: staff.Viewer}
		if err := p.app.Unlock(t.Context(), viewer, "I want to"); !app.IsCode(err, app.Forbidden) {
			t.Errorf("who may not: %v", err)
		}
		if err := p.app.Unlock(t.Context(), w.me, " "); !app.IsCode(err, app.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		if err := p.app.Unlock(t.Context(), w.me, "the organisation is closed"); err != nil || p.lockState().Locked {
			t.Errorf("it stays locked: %v", err)
		}
		if got := p.actions("organisation", "another"); !slices.Contains(got, "unlock") {
			t.Errorf("the trail has %v", got)
		}
		connect(p)
		if _, err := p.queue(ids...); !errors.Is(err, app.ErrLocked) {
			t.Errorf("an organisation that was sent to before: %v", err)
		}
		p.unlock()
		w.mustBeSound(w.views(ids))
		w.mustHoldEachOnce()
	})
}

func TestWhatIsNoCopyIsNotLocked(t *testing.T) {
	for name, between := range map[string]func(*world){
		"opened again": func(*world) {},
		"killed": func(w *world) {
			ids := w.invoices(3, 1)
			f := &fate{point: "request posted", after: true}
			p := w.start(f)
			run, err := p.queue(ids...)
			if err != nil {
				w.t.Fatal(err)
			}
			_ = p.app.Finish(context.Background(), run.ID, 0)
		},
		"open in two processes": func(w *world) {
			one, other := w.start(nil), w.start(nil)
			one.export(w.invoices(2, 1)...)
			other.stop()
			one.stop()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, sim.Config{})
				between(w)
				p := w.start(nil)
				defer p.stop()
				if s := p.lockState(); s.How != app.Original || s.Locked {
					t.Errorf("it is %+v", s)
				}
			})
		})
	}
}
