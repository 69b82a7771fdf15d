package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/outbox"
)

// workPromises are about what the outbox alone reads and writes, and about reading and writing
// many at once.
var workPromises = []promise{
	{"work under an old fence never begins", func(t *testing.T, s store) {
		var old app.Fence
		lease := func(fn func(app.Fence) error) {
			t.Helper()
			if err := s.Lease(t.Context(), "send", func(_ context.Context, f app.Fence) error { return fn(f) }); err != nil {
				t.Fatal(err)
			}
		}
		burn := func(n billing.Number) func(outbox.Tx) error {
			return func(tx outbox.Tx) error { return tx.Burn(n) }
		}
		lease(func(f app.Fence) error {
			old = f
			return s.Work(t.Context(), f, burn("INV-1"))
		})
		lease(func(f app.Fence) error {
			err := s.Work(t.Context(), old, func(outbox.Tx) error {
				t.Error("work began under an old fence")
				return nil
			})
			if !app.IsCode(err, app.Conflict) {
				t.Errorf("the error is %v", err)
			}
			return s.Work(t.Context(), f, burn("INV-2"))
		})
		for n, want := range map[billing.Number]bool{"INV-1": true, "INV-2": true, "INV-3": false} {
			s.look(func(r outbox.Reader) error {
				burnt, err := r.Burnt(n)
				if burnt != want {
					t.Errorf("%s is burnt: %t", n, burnt)
				}
				return err
			})
		}
	}},
	{"what waits comes of the runs that are asked for, without some clients", func(t *testing.T, s store) {
		s.work(func(tx outbox.Tx) error {
			err := tx.SaveRuns(app.Run{ID: "other", Tenant: "demo", By: "olivia"}, app.Run{ID: "third", Tenant: "demo"})
			for i, c := range []struct {
				run    app.RunID
				client billing.ClientID
			}{{"run", "kauri"}, {"other", "rimu"}, {"run", "rimu"}, {"run", "kauri"}, {"third", "kauri"}} {
				id := fmt.Sprint(i)
				v, e := plain(billing.InvoiceID(id), billing.Number(id)), waiting(app.ExportID(id), billing.InvoiceID(id))
				v.Client, e.Run = c.client, c.run
				err = errors.Join(err, second(tx.SaveInvoice(v)), tx.SaveExports(e))
			}
			e := waiting("3", "3")
			e.Ended = moment
			return errors.Join(err, tx.SaveExports(e))
		})
		for _, c := range []struct {
			q       outbox.Waiting
			ids     []app.ExportID
			clients []billing.ClientID
		}{
			{outbox.Waiting{Tenant: "demo", Runs: []app.RunID{"run", "other"}, Limit: 10}, []app.ExportID{"0", "1", "2"}, []billing.ClientID{"kauri", "rimu"}},
			{outbox.Waiting{Tenant: "demo", Runs: []app.RunID{"run", "other"}, Limit: 1}, []app.ExportID{"0"}, []billing.ClientID{"kauri", "rimu"}},
			{outbox.Waiting{Tenant: "demo", Runs: []app.RunID{"run", "other"}, Without: []billing.ClientID{"kauri", "x"}, Limit: 10}, []app.ExportID{"1", "2"}, []billing.ClientID{"rimu"}},
			{outbox.Waiting{Tenant: "other", Runs: []app.RunID{"run"}, Limit: 10}, nil, nil},
			{outbox.Waiting{Tenant: "demo", Limit: 10}, nil, nil},
		} {
			s.look(func(r outbox.Reader) error {
				all, err := r.WaitingExports(c.q)
				clients, err2 := r.WaitingClients(c.q)
				var ids []app.ExportID
				for _, e := range all {
					ids = append(ids, e.ID)
				}
				slices.Sort(clients)
				same(t, ids, c.ids)
				same(t, clients, c.clients)
				return errors.Join(err, err2)
			})
		}
	}},
	{"batches come by their IDs with their bodies, and without those that are gone", func(t *testing.T, s store) {
		s.work(func(tx outbox.Tx) error {
			return errors.Join(tx.SaveBatches(ready("a", "1")), tx.SaveBatches(ready("b", "2")), tx.SaveBatches(ready("c")))
		})
		s.look(func(r outbox.Reader) error {
			all, err := r.BatchesByID("c", "gone", "a")
			same(t, all, []app.Batch{ready("c"), ready("a", "1")})
			return err
		})
	}},
	{"many batches are saved at once, new ones beside old ones", func(t *testing.T, s store) {
		s.work(func(tx outbox.Tx) error { return tx.SaveBatches(ready("a", "1"), ready("b", "2")) })
		tried := ready("a", "1", "2")
		tried.State, tried.Tries, tried.Tried, tried.TriedLast = app.Sending, 1, moment, moment
		update := tried
		update.Kind, update.Key, update.Body = "", "", nil
		s.work(func(tx outbox.Tx) error { return tx.SaveBatches(update, ready("c")) })
		s.look(func(r outbox.Reader) error {
			all, err := r.BatchesByID("a", "b", "c")
			same(t, all, []app.Batch{tried, ready("b", "2"), ready("c")})
			return err
		})
		update.ID = "d"
		err := s.tryWork(func(tx outbox.Tx) error { return tx.SaveBatches(ready("e"), update) })
		if !app.IsCode(err, app.NotFound) {
			t.Errorf("a batch without a body: %v", err)
		}
	}},
	{"a batch that was never tried is taken back, and its members wait again", func(t *testing.T, s store) {
		s.work(saveTwoRuns)
		s.work(func(tx outbox.Tx) error { return tx.Unplan("two", "two") })
		s.look(func(r outbox.Reader) error {
			all, err := r.WaitingExports(outbox.Waiting{Tenant: "demo", Runs: []app.RunID{"run", "other"}, Limit: 10})
			left, err2 := r.BatchesByID("one", "two", "three")
			if len(all) != 1 || all[0].ID != "c" || len(left) != 2 {
				t.Errorf("waiting are %v, left are %v", all, left)
			}
			return errors.Join(err, err2)
		})
		for _, id := range []app.BatchID{"three", "two"} {
			err := s.tryWork(func(tx outbox.Tx) error { return tx.Unplan("one", id) })
			if !app.IsCode(err, app.Conflict) {
				t.Errorf("taking back %s: %v", id, err)
			}
		}
		s.look(func(r outbox.Reader) error {
			all, err := r.Exports([]app.ExportID{"a", "d"})
			if all[0].Batch != "one" || all[1].Batch != "three" {
				t.Errorf("a Conflict left %v", all)
			}
			return err
		})
	}},
	{"the requests of a run are taken back with all their members", func(t *testing.T, s store) {
		s.work(saveTwoRuns)
		s.work(func(tx outbox.Tx) error { return tx.UnplanRun("run") })
		s.look(func(r outbox.Reader) error {
			all, err := r.Exports([]app.ExportID{"a", "b", "c", "d"})
			for i, want := range []app.BatchID{"", "", "two", "three"} {
				if all[i].Batch != want {
					t.Errorf("%s is in %q, want %q", all[i].ID, all[i].Batch, want)
				}
			}
			left, err2 := r.BatchesByID("one", "two", "three")
			if len(left) != 2 || left[0].ID != "two" {
				t.Errorf("left are %v", left)
			}
			return errors.Join(err, err2)
		})
		s.work(func(tx outbox.Tx) error { return errors.Join(tx.UnplanRun("run"), tx.UnplanRun("nothing")) })
	}},
	{"what is unknown is never replayed", func(t *testing.T, s store) {
		s.work(func(tx outbox.Tx) error {
			err := tx.SaveOrganisation(app.Organisation{Tenant: ledger.Tenant{ID: "far", Name: "Far"}, State: app.Connected})
			for _, state := range []app.BatchState{app.Ready, app.Sending, app.Lost, app.Settled} {
				b := ready(app.BatchID(state))
				b.State, b.Troubles = state, 3
				err = errors.Join(err, tx.SaveBatches(b))
			}
			far := ready("far")
			far.Tenant, far.State = "far", app.Lost
			return errors.Join(err, tx.SaveBatches(far), tx.NeverReplay("demo"))
		})
		s.look(func(r outbox.Reader) error {
			all, err := r.BatchesByID("ready", "sending", "lost", "settled", "far")
			for i, want := range []bool{false, true, true, false, false} {
				if b := all[i]; b.LookUp != want || want && b.Troubles != 0 || !want && b.Troubles == 0 && b.ID != "far" {
					t.Errorf("%s may only be looked up: %t, after %d troubles", b.ID, b.LookUp, b.Troubles)
				}
			}
			return err
		})
	}},
	{"exports come with their invoices, in the order asked for", func(t *testing.T, s store) {
		s.work(saveTwoRuns)
		s.work(func(tx outbox.Tx) error { return tx.SaveExports(waiting("newer", "c")) })
		s.look(func(r outbox.Reader) error {
			all, err := r.TrackedExports([]app.ExportID{"c", "a"})
			for i, want := range []app.Tracked{
				{Invoice: billing.Invoice{ID: "c", Client: "kauri", Number: "c", Date: 20261103, Due: 20261120, Currency: "NZD", Stage: billing.Stage{Status: billing.Finalized}}},
				{Invoice: billing.Invoice{ID: "a", Client: "kauri", Number: "a", Date: 20261103, Due: 20261120, Currency: "NZD", Stage: billing.Stage{Status: billing.Finalized}}, Newest: true},
			} {
				exports, err2 := r.Exports([]app.ExportID{app.ExportID(want.Invoice.ID)})
				want.Export = exports[0]
				same(t, all[i], want)
				err = errors.Join(err, err2)
			}
			_, missing := r.TrackedExports([]app.ExportID{"a", "nothing"})
			if !app.IsCode(missing, app.NotFound) {
				t.Errorf("a missing export: %v", missing)
			}
			return err
		})
	}},
	{"an invoice's newest export is the last that was saved first", func(t *testing.T, s store) {
		s.work(saveTwoRuns)
		s.work(func(tx outbox.Tx) error {
			return errors.Join(tx.SaveExports(waiting("newer", "c"), waiting("newest", "c")), tx.SaveExports(waiting("c", "c")), second(tx.SaveInvoice(plain("never", "never"))))
		})
		s.look(func(r outbox.Reader) error {
			latest, err := r.LatestExports([]billing.InvoiceID{"c", "a", "never", "nothing"})
			if len(latest) != 2 || latest["c"].ID != "newest" || latest["a"].ID != "a" {
				t.Errorf("the newest are %v", latest)
			}
			return err
		})
	}},
	{"invoices come without their lines, and runs and clients by their IDs", func(t *testing.T, s store) {
		s.work(saveTwoRuns)
		s.look(func(r outbox.Reader) error {
			heads, err := r.InvoiceHeads([]billing.InvoiceID{"c", "a"})
			whole, err2 := r.Invoices([]billing.InvoiceID{"c", "a"})
			for i := range whole {
				whole[i].Lines = nil
			}
			same(t, heads, whole)
			if _, missing := r.InvoiceHeads([]billing.InvoiceID{"c", "nothing"}); !app.IsCode(missing, app.NotFound) {
				t.Errorf("a missing invoice: %v", missing)
			}
			runs, err3 := r.RunsByID([]app.RunID{"run", "nothing"})
			run, err4 := r.Run("run")
			same(t, runs, map[app.RunID]app.Run{"run": run})
			clients, err5 := r.ClientsByID([]billing.ClientID{"rimu", "nothing"})
			rimu, err6 := r.Client("rimu")
			same(t, clients, map[billing.ClientID]billing.Client{"rimu": rimu})
			return errors.Join(err, err2, err3, err4, err5, err6)
		})
	}},
	{"the tallies are those of all open runs", func(t *testing.T, s store) {
		s.work(saveTwoRuns)
		s.work(func(tx outbox.Tx) error {
			return errors.Join(
				tx.SaveRuns(app.Run{ID: "over", Tenant: "demo", Ended: moment}, app.Run{ID: "away", Kind: app.RemovalRun, Tenant: "demo"}),
				tx.SaveExports(app.Export{ID: "over", Run: "over", Invoice: "a", Tenant: "demo", Mark: "over"}),
				tx.SaveRemovals(app.Removal{ID: "x", Run: "away", Invoice: "a", Export: "a", Tenant: "demo", There: "there", To: ledger.DeletedThere}),
			)
		})
		s.look(func(r outbox.Reader) error {
			all, err := r.Tallies("demo")
			for id, got := range all {
				want, err2 := r.Tally(id)
				same(t, got, want)
				err = errors.Join(err, err2)
			}
			if all["run"].All != 1 || all["other"].All != 3 || all["away"].Queued != 1 || all["over"].All != 0 {
				t.Errorf("the tallies are %v", all)
			}
			return err
		})
	}},
	{"invoices move to several stages at once, and a number that becomes free can be taken", func(t *testing.T, s store) {
		s.work(func(tx outbox.Tx) error {
			gone := plain("gone", "INV-1")
			gone.Stage.Status = billing.Deleted
			return errors.Join(second(tx.SaveInvoice(gone)), second(tx.SaveInvoice(plain("here", "INV-1"))), second(tx.SaveInvoice(plain("other", "INV-2"))))
		})
		closed := billing.Stage{Status: billing.Closed, Export: billing.Exported}
		s.work(func(tx outbox.Tx) error {
			return tx.AdvanceAll(map[billing.Stage][]billing.InvoiceID{
				{Status: billing.Finalized}: {"gone"}, {Status: billing.Deleted}: {"here"}, closed: {"other"}, {Status: billing.Draft}: nil,
			})
		})
		if a, b, c := s.invoice("gone").Stage, s.invoice("here").Stage, s.invoice("other").Stage; a.Status != billing.Finalized || b.Status != billing.Deleted || c != closed {
			t.Errorf("they are %v, %v, %v", a, b, c)
		}
	}},
	{"many links, extras and strays are saved at once", func(t *testing.T, s store) {
		s.work(saveTwoRuns)
		extras := []app.Extra{{Export: "a", Tenant: "demo", Kind: app.HistoryNote}, {Export: "a", Tenant: "demo", Kind: app.PrintedPaper}}
		strays := []app.Stray{{ID: "1", Why: app.Missing, Number: "INV-1"}, {ID: "2", Why: app.Doubtful, Number: "INV-2"}}
		links := map[billing.ClientID]app.Link{"kauri": {Contact: "k", Name: "Kauri", How: app.LinkedByName}, "rimu": {Contact: "r", How: app.LinkedCreated}}
		for range 2 {
			s.work(func(tx outbox.Tx) error {
				return errors.Join(tx.SaveLinks("demo", links), tx.SaveExtras(extras...), tx.SaveStrays("demo", strays...))
			})
			strays[1].Why = app.Missing
		}
		s.look(func(r outbox.Reader) error {
			gotLinks, err := r.Links("demo")
			same(t, gotLinks, links)
			gotExtras, err2 := r.Extras("demo", 10)
			same(t, gotExtras, extras)
			gotStrays, err3 := r.Strays("demo")
			same(t, gotStrays, strays)
			return errors.Join(err, err2, err3)
		})
	}},
}

// saveTwoRuns saves exports a to d: a of the one run and b of the other are in batch one, c in
// two, and d in three, which was tried.
func saveTwoRuns(tx outbox.Tx) error {
	three := ready("three", "d")
	three.Tries, three.State = 1, app.Lost
	err := errors.Join(
		tx.SaveRuns(app.Run{ID: "other", Tenant: "demo", By: "olivia"}),
		tx.SaveBatches(ready("one", "a", "b")), tx.SaveBatches(ready("two", "c")), tx.SaveBatches(three),
	)
	for id, batch := range map[string]app.BatchID{"a": "one", "b": "one", "c": "two", "d": "three"} {
		e := waiting(app.ExportID(id), billing.InvoiceID(id))
		if e.Batch = batch; id != "a" {
			e.Run = "other"
		}
		err = errors.Join(err, second(tx.SaveInvoice(plain(billing.InvoiceID(id), billing.Number(id)))), tx.SaveExports(e))
	}
	return err
}

// look and work fail the test on an error.
func (s store) look(fn func(outbox.Reader) error) {
	s.t.Helper()
	if err := s.Look(s.t.Context(), fn); err != nil {
		s.t.Fatal(err)
	}
}

func (s store) work(fn func(outbox.Tx) error) {
	s.t.Helper()
	if err := s.tryWork(fn); err != nil {
		s.t.Fatal(err)
	}
}

// failsAtWork is fails for a transaction of the outbox.
func (s store) failsAtWork(code app.Code, words []string, fn func(outbox.Tx) error) {
	s.t.Helper()
	s.says(s.tryWork(fn), code, words)
}

// tryWork runs fn under a lease of its own.
func (s store) tryWork(fn func(outbox.Tx) error) error {
	return s.Lease(s.t.Context(), "work", func(ctx context.Context, f app.Fence) error { return s.Work(ctx, f, fn) })
}
