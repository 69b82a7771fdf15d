package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
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
	"feebridge/app/staff"
	"feebridge/data/sqlite"
	"feebridge/xero/sim"
)

// backUp copies the world's database to a file and returns its path.
func backUp(w *apptest.World) string {
	w.T.Helper()
	p := w.Start(nil)
	defer p.Stop()
	path := filepath.Join(w.T.TempDir(), "yesterday.db")
	if err := p.App.Backup(context.Background(), w.Me, path, false); err != nil {
		w.T.Fatal(err)
	}
	return path
}

// exportOnce has a process export, and end.
func exportOnce(w *apptest.World, ids ...billing.InvoiceID) {
	w.T.Helper()
	p := w.Start(nil)
	defer p.Stop()
	p.Export(ids...)
}

// restorers put a copy in the place of the database.
var restorers = map[string]func(w *apptest.World, from string) error{
	"by the command": func(w *apptest.World, from string) error {
		_, err := sqlite.Restore(context.Background(), w.Path, from)
		return err
	},
	"by hand": func(w *apptest.World, from string) error {
		content, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		return os.WriteFile(w.Path, content, 0o600)
	},
	"by hand, into another folder": func(w *apptest.World, from string) error {
		w.Path = filepath.Join(w.T.TempDir(), "elsewhere.db")
		return restoreByHand(w, from)
	},
	"with what lies beside it, into another folder": func(w *apptest.World, from string) error {
		beside, err := os.ReadFile(w.Path + ".seen")
		if err != nil {
			return err
		}
		w.Path = filepath.Join(w.T.TempDir(), "elsewhere.db")
		return errors.Join(os.WriteFile(w.Path+".seen", beside, 0o600), restoreByHand(w, from))
	},
}

func restoreByHand(w *apptest.World, from string) error {
	content, err := os.ReadFile(from)
	return errors.Join(err, os.WriteFile(w.Path, content, 0o600))
}

func lockState(p *apptest.Process) app.LockState {
	p.World.T.Helper()
	s, err := p.App.LockState(context.Background())
	if err != nil {
		p.World.T.Fatal(err)
	}
	return s
}

// unlock runs the background work until the database is unlocked.
func unlock(p *apptest.Process) app.LockState {
	p.World.T.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	for end := time.Now().Add(24 * time.Hour); lockState(p).Locked; time.Sleep(10 * time.Second) {
		if time.Now().After(end) {
			p.World.T.Errorf("it is still locked after a day")
			break
		}
	}
	cancel()
	if err := <-done; err != nil {
		p.World.T.Error(err)
	}
	return lockState(p)
}

// mustHoldEachOnce fails the test unless each number is live in Xero at most once, and each
// mark is there once.
func mustHoldEachOnce(w *apptest.World) {
	w.T.Helper()
	live, marks := map[string]int{}, map[string]int{}
	for _, inv := range w.Sim.Invoices(string(w.Tenant)) {
		if marks[inv.URL]++; marks[inv.URL] > 1 {
			w.T.Errorf("%s is in Xero twice", inv.URL)
		}
		if inv.Status == sim.StatusDeleted || inv.Status == sim.StatusVoided {
			continue
		}
		if live[inv.Number]++; live[inv.Number] > 1 {
			w.T.Errorf("%s is in Xero twice", inv.Number)
		}
	}
}

// drafts stores complete drafts without numbers.
func drafts(w *apptest.World, n int) []billing.InvoiceID {
	w.T.Helper()
	p := w.Start(nil)
	defer p.Stop()
	ids := make([]billing.InvoiceID, n)
	err := p.DB.Update(context.Background(), func(tx app.Tx) error {
		for i := range ids {
			ids[i] = billing.InvoiceID(fmt.Sprint("draft ", i))
			v := apptest.Finalized(ids[i], i, 1)
			v.Number, v.Stage = "", billing.Stage{}
			if _, err := tx.SaveInvoice(v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return ids
}

func finalizeAll(p *apptest.Process, ids ...billing.InvoiceID) []app.Result {
	p.World.T.Helper()
	results, err := p.App.Finalize(context.Background(), p.World.Me, ids)
	if err != nil {
		p.World.T.Fatal(err)
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

func restoreYesterday(t *testing.T, invoices int, restore func(*apptest.World, string) error) {
	w := apptest.NewWorld(t, sim.Config{})
	ids := w.Invoices(invoices, 5)
	drafts := drafts(w, 6)
	yesterday := w.Start(nil)
	if _, err := yesterday.Queue(ids[:20]...); err != nil { // and it goes on after the copy
		t.Fatal(err)
	}
	yesterday.Stop()
	copied := backUp(w)
	time.Sleep(20 * time.Hour)

	today := w.Start(nil)
	if _, _, err := today.App.Export(t.Context(), w.Me, ids); err != nil { // which confirms the first 20, too
		t.Fatal(err)
	}
	today.Settle()
	for _, r := range finalizeAll(today, drafts[:4]...) {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	today.Export(drafts[:4]...)
	added := billing.InvoiceID("made today")
	if err := today.DB.Update(t.Context(), func(tx app.Tx) error {
		_, err := tx.SaveInvoice(apptest.Finalized(added, 899, 1)) // INV-0900
		return err
	}); err != nil {
		t.Fatal(err)
	}
	today.Export(added)
	for i, v := range w.Views(ids[:8]) {
		live, _ := w.InXero(v)
		act := []func(string, string) error{w.Sim.Approve, w.Sim.Delete, w.Sim.Approve, func(tenant, id string) error {
			return w.Sim.Renumber(tenant, id, "R-"+live[0].Number)
		}}[i%4]
		if err := act(string(w.Tenant), live[0].InvoiceID); err != nil {
			t.Fatal(err)
		}
	}
	today.Stop()
	before := len(w.Sim.Invoices(string(w.Tenant)))

	if err := restore(w, copied); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Hour)
	p := w.Start(nil)
	defer p.Stop()
	if !lockState(p).Locked {
		t.Fatal("the copy is not locked")
	}
	if _, _, err := p.App.Export(t.Context(), w.Me, ids); !errors.Is(err, app.ErrLocked) {
		t.Errorf("an export from a locked copy: %v", err)
	}
	if _, _, err := p.App.Redraft(t.Context(), w.Me, ids[50:51]); !errors.Is(err, app.ErrLocked) {
		t.Errorf("a draft from a locked copy: %v", err)
	}
	if r := finalizeAll(p, drafts[4]); !errors.Is(r[0].Err, app.ErrLocked) {
		t.Errorf("a number from a locked copy: %v", r[0].Err)
	}
	state := unlock(p)
	if got := state.Compared[0]; len(got.Strays) != 1 || got.Strays[0].Number != "INV-0900" || got.Strays[0].Why != app.Missing {
		t.Errorf("it found %+v", got)
	}
	again := apptest.Finalized("again", 899, 1) // by hand, with the number of the stray, which is a draft in Xero
	again.Stage = billing.Stage{}
	if err := p.DB.Update(t.Context(), func(tx app.Tx) error {
		_, err := tx.SaveInvoice(again)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	const exportedLater = "Xero has another invoice numbered INV-0900, exported after this backup was made."
	if r := finalizeAll(p, again.ID); !app.IsCode(r[0].Err, app.Conflict) || !strings.HasPrefix(r[0].Err.Error(), exportedLater) {
		t.Errorf("a draft with the number of a stray: %v", r[0].Err)
	}
	_, results, err := p.App.Export(t.Context(), w.Me, append(ids, drafts...))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if deleted := r.Invoice == ids[1] || r.Invoice == ids[5]; (r.Err == nil) != deleted {
			t.Errorf("%s may be exported: %v", r.Invoice, r.Err)
		}
	}
	p.Settle()
	mustHoldEachOnce(w)
	if after := len(w.Sim.Invoices(string(w.Tenant))); after != before+2 { // those that were deleted there
		t.Errorf("Xero had %d invoices and has %d", before, after)
	}
	w.MustBeSound(w.Views(slices.Concat(ids, drafts[:4])))
	for i, v := range w.Views(ids[:8]) {
		want := []billing.Stage{
			{Status: billing.Closed, Export: billing.Exported}, {Status: billing.Finalized, Export: billing.Exported},
			{Status: billing.Closed, Export: billing.Exported}, {Status: billing.Finalized, Export: billing.Changed},
		}[i%4]
		if v.Invoice.Stage != want {
			t.Errorf("%s is %s, %s: %+v", v.Invoice.Number, v.Invoice.Stage.Status, v.Invoice.Stage.Export, v.Exports[0].Messages)
		}
	}
	for _, v := range w.Views(drafts[:4]) {
		if v.Invoice.Stage.Status != billing.Finalized || len(w.Sim.ByNumber(string(w.Tenant), string(v.Invoice.Number))) != 1 {
			t.Errorf("the draft that was exported is %+v", v.Invoice)
		}
	}
	for _, r := range finalizeAll(p, drafts[4:]...) {
		if there := w.Sim.ByNumber(string(w.Tenant), string(r.Number)); r.Err != nil || len(there) > 0 || r.Number <= "INV-0900" {
			t.Errorf("number %s was given out (%v), and Xero has %d of it", r.Number, r.Err, len(there))
		}
	}
}

// dying is a store whose process dies at the nth transaction that stores how far a comparison has
// come.
func dying(s apptest.Store, left int) apptest.Store {
	return &apptest.Watched{Store: s, Commit: func(w apptest.Written) error {
		if w.Compared {
			left--
		}
		if left < 0 {
			return apptest.ErrDead
		}
		return nil
	}}
}

func TestAComparisonThatDiesGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(130, 2)
		copied := backUp(w)
		exportOnce(w, ids...)
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		deaths := 0
		for ; ; deaths++ {
			p := w.Start(nil)
			p.Reopen(func(s apptest.Store) apptest.Store { return dying(s, deaths/2) })
			err := p.App.Reconcile(t.Context())
			locked := lockState(p).Locked
			p.Stop()
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
		p := w.Start(nil)
		defer p.Stop()
		_, results, err := p.App.Export(t.Context(), w.Me, ids)
		for _, r := range results {
			if r.Err == nil {
				t.Errorf("%s may be exported again", r.Number)
			}
		}
		if got := lockState(p).Compared[0]; err != nil || got.Adopted != len(ids) {
			t.Errorf("it adopted %d, %v", got.Adopted, err)
		}
		mustHoldEachOnce(w)
		w.MustBeSound(w.Views(ids))
	})
}

func TestACopyWaitsForXero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(3, 1)
		copied := backUp(w)
		exportOnce(w, ids...)
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		down(w, 30*time.Minute, func(*http.Request) bool { return true }, http.StatusServiceUnavailable, nil, brokenThere)
		p := w.Start(nil)
		defer p.Stop()
		began := time.Now()
		var parked *app.Parked
		if err := p.App.Reconcile(t.Context()); !errors.As(err, &parked) || lockState(p).Compared[0].Organisation.Parked.Why == "" {
			t.Errorf("nobody is told what it waits for: %v", err)
		}
		unlock(p)
		if took := time.Since(began); took < 30*time.Minute || took > 45*time.Minute {
			t.Errorf("it took %v", took)
		}
		w.MustBeSound(w.Views(ids))
		mustHoldEachOnce(w)
	})
}

// TestACopyMadeWhileSomethingWasUnderWay takes the copy at each point of an export.
func TestACopyMadeWhileSomethingWasUnderWay(t *testing.T) {
	for _, point := range []string{"requests stored", "request claimed", "request posted"} {
		for _, later := range []string{"settled", "failed and exported anew"} {
			t.Run(point+", "+later, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := apptest.NewWorld(t, sim.Config{})
					ids := w.Invoices(3, 1)
					f := &apptest.Fate{Point: point, After: true}
					first := w.Start(f)
					run, err := first.Queue(ids...)
					if err != nil {
						t.Fatal(err)
					}
					_ = first.App.Finish(context.Background(), run.ID, 0)
					first.Stop()
					copied := backUp(w)
					second := w.Start(nil)
					second.Settle()
					if later != "settled" {
						for _, v := range w.Views(ids) {
							if live, _ := w.InXero(v); len(live) == 1 {
								if err := w.Sim.Delete(string(w.Tenant), live[0].InvoiceID); err != nil {
									t.Fatal(err)
								}
							}
						}
						w.Raw("UPDATE invoices SET export = 'failed'") // as the refresh will have it, with another word
						second.Export(ids...)
					}
					second.Stop()
					if err := restorers["by the command"](w, copied); err != nil {
						t.Fatal(err)
					}
					writes := w.Sim.Calls()["PUT /Invoices"]
					p := w.Start(nil)
					defer p.Stop()
					unlock(p)
					p.Settle()
					if again := w.Sim.Calls()["PUT /Invoices"]; again != writes {
						t.Errorf("%d more writes went out", again-writes)
					}
					mustHoldEachOnce(w)
					w.MustBeSound(w.Views(ids))
				})
			})
		}
	}
}

func TestAnOrganisationThatIsConnectedToACopyIsComparedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(3, 1)
		w.Raw("UPDATE organisations SET tenant = 'another', chart = NULL")
		copied := backUp(w)
		first := w.Start(nil)
		connect := func(p *apptest.Process) {
			t.Helper()
			if _, err := p.App.Connect(t.Context(), w.Me, app.Connection{Tenant: ledger.Tenant{ID: w.Tenant}}); err != nil {
				t.Fatal(err)
			}
			if err := p.App.ExportTo(t.Context(), w.Me, w.Tenant); err != nil {
				t.Fatal(err)
			}
		}
		connect(first)
		first.Export(ids...)
		first.Stop()
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		p := w.Start(nil)
		defer p.Stop()
		viewer := staff.Member{ID: "v", Name: "Vera", AllEntities: staff.Viewer}
		if err := p.App.Unlock(t.Context(), viewer, "I want to"); !app.IsCode(err, app.Forbidden) {
			t.Errorf("who may not: %v", err)
		}
		if err := p.App.Unlock(t.Context(), w.Me, " "); !app.IsCode(err, app.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		if err := p.App.Unlock(t.Context(), w.Me, "the organisation is closed"); err != nil || lockState(p).Locked {
			t.Errorf("it stays locked: %v", err)
		}
		if got := p.Actions("organisation", "another"); !slices.Contains(got, "unlock") {
			t.Errorf("the trail has %v", got)
		}
		connect(p)
		if _, err := p.Queue(ids...); !errors.Is(err, app.ErrLocked) {
			t.Errorf("an organisation that was sent to before: %v", err)
		}
		unlock(p)
		w.MustBeSound(w.Views(ids))
		mustHoldEachOnce(w)
	})
}

func TestWhatIsNoCopyIsNotLocked(t *testing.T) {
	for name, between := range map[string]func(*apptest.World){
		"opened again": func(*apptest.World) {},
		"killed": func(w *apptest.World) {
			ids := w.Invoices(3, 1)
			f := &apptest.Fate{Point: "request posted", After: true}
			p := w.Start(f)
			run, err := p.Queue(ids...)
			if err != nil {
				w.T.Fatal(err)
			}
			_ = p.App.Finish(context.Background(), run.ID, 0)
		},
		"open in two processes": func(w *apptest.World) {
			one, other := w.Start(nil), w.Start(nil)
			one.Export(w.Invoices(2, 1)...)
			other.Stop()
			one.Stop()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{})
				between(w)
				p := w.Start(nil)
				defer p.Stop()
				if s := lockState(p); s.How != app.Original || s.Locked {
					t.Errorf("it is %+v", s)
				}
			})
		})
	}
}

// TestRefreshGoesOnAfterARestoreThatFoundExportsAgain has a copy that never exported anything.
func TestRefreshGoesOnAfterARestoreThatFoundExportsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(3, 1)
		copied := backUp(w)
		exportOnce(w, ids...)
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		p := w.Start(nil)
		defer p.Stop()
		if got := unlock(p).Compared[0]; got.Adopted != len(ids) {
			t.Fatalf("it found %+v", got.Reconciliation)
		}
		for _, v := range w.Views(ids) {
			live, _ := w.InXero(v)
			if err := w.Sim.Approve(string(w.Tenant), live[0].InvoiceID); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := p.App.RefreshAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, v := range w.Views(ids) {
			if v.Invoice.Stage.Status != billing.Closed {
				t.Errorf("%s was approved in Xero, and is %s here", v.Invoice.Number, v.Invoice.Stage.Status)
			}
		}
	})
}

// TestARestoredCopyDoesNotSendAgainWhatIsLiveElsewhere exports to one organisation, takes a copy,
// takes the invoice back to draft, and exports it to another one. The copy takes the invoice for
// exported to the first, where it reads that it was deleted: before it reads the other one, or after.
func TestARestoredCopyDoesNotSendAgainWhatIsLiveElsewhere(t *testing.T) {
	for name, c := range map[string]struct {
		from int
		late bool // it cannot be read for a while
	}{
		"from the first to the second": {0, false}, "from the second to the first": {1, false},
		"from the first, which is read last": {0, true}, "from the second, which is read last": {1, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{})
				tenants := []ledger.TenantID{w.Tenant, ledger.TenantID(w.Sim.Orgs()[1].TenantID)}
				ids := w.Invoices(1, 1)
				p := w.Start(nil)
				if _, err := p.App.Connect(t.Context(), w.Me, app.Connection{Tenant: ledger.Tenant{ID: tenants[1]}}); err != nil {
					t.Fatal(err)
				}
				exportTo := func(tenant ledger.TenantID) {
					t.Helper()
					if err := p.App.ExportClientTo(t.Context(), w.Me, "client 0", tenant); err != nil {
						t.Fatal(err)
					}
					p.Export(ids...)
				}
				exportTo(tenants[c.from])
				copied := backUp(w)
				if _, _, err := p.App.Redraft(t.Context(), w.Me, ids); err != nil {
					t.Fatal(err)
				}
				p.Settle()
				if r := finalizeAll(p, ids...)[0]; r.Err != nil {
					t.Fatal(r.Err)
				}
				exportTo(tenants[1-c.from])
				p.Stop()
				time.Sleep(time.Hour) // so that nothing is read twice
				if err := restorers["by the command"](w, copied); err != nil {
					t.Fatal(err)
				}
				back := time.Now().Add(20 * time.Minute)
				w.Before(func(rw http.ResponseWriter, r *http.Request) bool {
					if !c.late || r.Header.Get("xero-tenant-id") != string(tenants[c.from]) || time.Now().After(back) {
						return false
					}
					rw.WriteHeader(http.StatusServiceUnavailable)
					return true
				})
				later := w.Start(nil)
				defer later.Stop()
				for _, compared := range unlock(later).Compared {
					if len(compared.Strays) > 0 {
						t.Errorf("it is not known whose these are: %+v", compared.Strays)
					}
				}
				for _, tenant := range tenants {
					if err := later.App.ExportClientTo(t.Context(), w.Me, "client 0", tenant); err != nil {
						t.Fatal(err)
					}
					later.Export(ids...)
				}
				live := 0
				for _, tenant := range tenants {
					for _, inv := range w.Sim.Invoices(string(tenant)) {
						if inv.Status != sim.StatusDeleted {
							live++
						}
					}
				}
				if v := w.Views(ids)[0]; live != 1 || v.Invoice.Stage.Export != billing.Exported || v.Exports[0].Tenant != tenants[1-c.from] {
					t.Errorf("%d live invoices; ours is %v, exported to %s", live, v.Invoice.Stage, v.Exports[0].Tenant)
				}
			})
		})
	}
}

// TestARestoredCopyTellsTheLiveOneFromADeletedOneOfTheSameMoment has Xero change both of one
// invoice's exports at the same time, as when their contact is merged into another.
func TestARestoredCopyTellsTheLiveOneFromADeletedOneOfTheSameMoment(t *testing.T) {
	for range 4 { // Xero's IDs decide which of the two is read first
		synctest.Test(t, func(t *testing.T) {
			w := apptest.NewWorld(t, sim.Config{})
			ids := w.Invoices(2, 2)
			p := w.Start(nil)
			p.Export(ids...)
			copied := backUp(w)
			if _, _, err := p.App.Redraft(t.Context(), w.Me, ids[:1]); err != nil {
				t.Fatal(err)
			}
			p.Settle()
			finalizeAll(p, ids[0])
			p.Export(ids...)
			p.Stop()
			if err := w.Sim.MergeContact(string(w.Tenant), w.Contact("Client 0").ContactID, w.Contact("Client 1").ContactID); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour) // so that nothing is read twice
			if err := restorers["by the command"](w, copied); err != nil {
				t.Fatal(err)
			}
			later := w.Start(nil)
			defer later.Stop()
			unlock(later)
			later.Export(ids...)
			mustHoldEachOnce(w)
			w.MustBeSound(w.Views(ids))
		})
	}
}

// TestAnInvoiceIsNotExportedWhileAStrayBearsItsMark has Xero hold an invoice that could not be
// brought together with ours, until a person deletes it there.
func TestAnInvoiceIsNotExportedWhileAStrayBearsItsMark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 1)
		copied := backUp(w)
		exportOnce(w, ids...)
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		p := w.Start(nil)
		defer p.Stop()
		unlock(p)
		deleteInXero := func(v app.InvoiceView) {
			t.Helper()
			if err := w.Sim.Delete(string(w.Tenant), string(v.Exports[0].Standing.ID)); err != nil {
				t.Fatal(err)
			}
			if _, err := p.App.RefreshAll(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		views := w.Views(ids)
		deleteInXero(views[0])
		err := p.Work(func(tx outbox.Tx) error {
			return tx.SaveStrays(w.Tenant, app.Stray{
				ID: views[1].Exports[0].Standing.ID, Why: app.Doubtful, Invoice: ids[0], Number: "INV-0002", Status: ledger.DraftThere,
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		_, results, err := p.App.Export(t.Context(), w.Me, ids[:1])
		if err != nil || !app.IsCode(results[0].Err, app.Conflict) || !strings.Contains(results[0].Err.Error(), "INV-0002") {
			t.Errorf("while the stray is live: %v, %v", results, err)
		}
		deleteInXero(views[1])
		p.Export(ids[0])
		if got := w.Views(ids)[0].Invoice.Stage.Export; got != billing.Exported {
			t.Errorf("once it is deleted: %s", got)
		}
	})
}

// TestAWholeFolderThatIsPutBackIsNoticed puts the database back with what lies beside it, as a
// backup of files or a snapshot of the disk does.
func TestAWholeFolderThatIsPutBackIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(3, 1)
		kept := map[string][]byte{}
		for _, suffix := range []string{"", ".seen"} {
			content, err := os.ReadFile(w.Path + suffix)
			if err != nil {
				t.Fatal(err)
			}
			kept[suffix] = content
		}
		first := w.Start(nil)
		if s := lockState(first); s.Locked {
			t.Fatalf("it is taken for a copy before anything happened: %+v", s)
		}
		first.Export(ids...)
		first.Stop()
		for suffix, content := range kept {
			if err := os.WriteFile(w.Path+suffix, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // it stays one at the next start
			p := w.Start(nil)
			if s := lockState(p); !s.Locked || s.How != app.CopiedByHand {
				t.Fatalf("it is not taken for a copy: %+v", s)
			}
			p.Stop()
		}
		p := w.Start(nil)
		unlock(p)
		p.Export(ids...)
		p.Stop()
		w.MustBeSound(w.Views(ids))
		mustHoldEachOnce(w)
		again := w.Start(nil)
		defer again.Stop()
		if s := lockState(again); s.Locked {
			t.Errorf("it is taken for a copy once more: %+v", s)
		}
	})
}
