package outbox_test

import (
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app/apptest"
	"feebridge/app/storetest"
	"feebridge/xero/sim"
)

// TestStatementsOfAThousandInvoices counts what is asked of the database: where it is a server some
// milliseconds away, that is what takes the time, and the lock for writing is held meanwhile.
func TestStatementsOfAThousandInvoices(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Latency: 250 * time.Millisecond, PerInvoice: 5 * time.Millisecond})
		ids := w.Invoices(1000, 200)
		p := w.StartPlainly()
		defer p.Stop()
		counter := storetest.Count(p.DB)
		takes := func(what string, most int) {
			t.Helper()
			if n := counter.Statements(); n > most {
				t.Errorf("%s takes %d statements, want %d at most", what, n, most)
			} else {
				t.Logf("%s takes %d statements", what, n)
			}
		}
		run, err := p.Queue(ids...)
		if err != nil {
			t.Fatal(err)
		}
		takes("queueing", 100)
		if err := p.App.Finish(t.Context(), run.ID, time.Hour); err != nil {
			t.Fatal(err)
		}
		takes("planning, sending and settling", 400)
		if all, err := p.App.ExportsOfRun(t.Context(), w.Me, run.ID); err != nil || len(all) != len(ids) {
			t.Fatalf("the run has %d exports: %v", len(all), err)
		}
		if progress, err := p.App.Progress(t.Context(), run.ID); err != nil || progress.Tally.Exported != len(ids) {
			t.Fatalf("the run is at %+v: %v", progress.Tally, err)
		}
		takes("reading the run", 10)
		time.Sleep(time.Minute) // the calls of the minute before would part what is settled together
		runs, _, err := p.App.Redraft(t.Context(), w.Me, ids)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.App.Finish(t.Context(), runs[0].ID, time.Hour); err != nil {
			t.Fatal(err)
		}
		takes("redrafting", 400)
		if all, err := p.App.RemovalsOfRun(t.Context(), w.Me, runs[0].ID); err != nil || len(all) != len(ids) {
			t.Fatalf("the run has %d removals: %v", len(all), err)
		}
		takes("reading the run of removals", 10)
		w.MustBeSound(w.Views(ids))
	})
}
