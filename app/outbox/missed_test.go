package outbox_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

// TestTheCursorStaysWhereAnAnswerPulledItDuringARefresh has the answer to an export come while a refresh
// is under way that has passed by what a person did to the invoice since.
func TestTheCursorStaysWhereAnAnswerPulledItDuringARefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids[0])
		refresh(p)
		held := &holdingBooks{Books: p.Books, posted: make(chan struct{}), release: make(chan struct{})}
		exporter := &apptest.Process{DB: p.DB, Books: held, World: w}
		exporter.Start(apptest.Params{Store: p.DB, Books: held, Log: apptest.Quiet})
		runs, _, err := exporter.App.Export(t.Context(), w.Me, ids[1:])
		if err != nil {
			t.Fatal(err)
		}
		finished := make(chan error, 1)
		go func() { finished <- exporter.App.Finish(t.Context(), runs[0].ID, 24*time.Hour) }()
		<-held.posted // Xero has it, and this process has no answer yet
		time.Sleep(5 * time.Second)
		for _, inv := range w.Sim.Invoices(string(w.Tenant)) {
			if err := w.Sim.Approve(string(w.Tenant), inv.InvoiceID); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(30 * time.Minute)
		refresh(p) // it reads the approval, and does not know yet whose it is
		time.Sleep(30 * time.Minute)
		during := w.Start(nil)
		defer during.Stop()
		answered := false
		during.Start(apptest.Params{Store: during.DB, Log: apptest.Quiet, Books: &meddlingBooks{Books: during.Books, between: func() {
			if !answered {
				answered = true
				close(held.release)
				if err := <-finished; err != nil {
					t.Error(err)
				}
			}
		}}})
		refresh(during)
		time.Sleep(5 * time.Minute)
		refresh(p)
		for _, v := range w.Views(ids) {
			if v.Invoice.Stage.Status != billing.Closed {
				t.Errorf("%s is %v", v.Invoice.Number, v.Invoice.Stage)
			}
		}
	})
}

// TestARefresherThatLostItsLeaseWritesNothing has another take the lease while the changes are read. It
// begins anew, and then nothing of what it read before is written.
func TestARefresherThatLostItsLeaseWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		refresh(p)
		clerkFor(w, ids[0]).does("approve")
		time.Sleep(time.Minute)
		known := func() app.Refresh {
			t.Helper()
			all, err := p.App.Refreshes(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return all[w.Tenant]
		}
		before, read := known(), 0
		slow := w.Start(nil)
		defer slow.Stop()
		slow.Start(apptest.Params{Store: slow.DB, Log: apptest.Quiet, Books: &meddlingBooks{Books: slow.Books, between: func() {
			if read++; read == 1 {
				w.TakeLeases()
				return
			}
			if v := w.Views(ids)[0]; v.Invoice.Stage.Status != billing.Finalized || known() != before {
				t.Errorf("without the lease it wrote %v, %+v", v.Invoice.Stage, known())
			}
		}}})
		if n := refresh(slow); n != 1 || read != 2 {
			t.Errorf("it moved %d, and read %d times", n, read)
		}
		if v := w.Views(ids)[0]; v.Invoice.Stage.Status != billing.Closed {
			t.Errorf("in the end it is %v", v.Invoice.Stage)
		}
	})
}

// lateBooks show a change only once it is some minutes old.
type lateBooks struct {
	app.Books
	by time.Duration
}

func (b lateBooks) Since(ctx context.Context, t ledger.TenantID, from time.Time) iter.Seq2[ledger.Page, error] {
	return func(yield func(ledger.Page, error) bool) {
		for page, err := range b.Books.Since(ctx, t, from) {
			var shown []ledger.Standing
			for _, st := range page.Changed {
				if time.Since(st.Updated) >= b.by {
					shown = append(shown, st)
				}
			}
			page.Changed = shown
			if !yield(page, err) {
				return
			}
		}
	}
}

// TestWhatXeroShowsLateIsNotMissed has Xero show changes five minutes late, and refreshes each minute.
func TestWhatXeroShowsLateIsNotMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(3, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		p.Start(apptest.Params{Store: p.DB, Log: apptest.Quiet, Books: lateBooks{p.Books, 5 * time.Minute}})
		for i := range 40 {
			if i%10 == 0 && i/10 < len(ids) {
				clerkFor(w, ids[i/10]).does("approve")
			}
			refresh(p)
			time.Sleep(time.Minute)
		}
		for _, v := range w.Views(ids) {
			if v.Invoice.Stage.Status != billing.Closed {
				t.Errorf("%s was approved, and is %v here", v.Invoice.Number, v.Invoice.Stage)
			}
		}
	})
}

// TestWhatXeroShowsAfterANewerChangeIsNotMissed has Xero show an approval four minutes late, and a newer one at once.
func TestWhatXeroShowsAfterANewerChangeIsNotMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		late := clerkFor(w, ids[0])
		hidden := true
		p.Start(apptest.Params{Store: p.DB, Log: apptest.Quiet, Books: veilingBooks{p.Books, ledger.InvoiceID(late.id), &hidden}})
		time.Sleep(time.Hour)
		refresh(p)
		late.does("approve")
		time.Sleep(time.Minute)
		clerkFor(w, ids[1]).does("approve")
		for range 3 {
			time.Sleep(time.Minute)
			refresh(p)
		}
		hidden = false
		refresh(p)
		for _, v := range w.Views(ids) {
			if v.Invoice.Stage.Status != billing.Closed {
				t.Errorf("%s was approved, and is %v here", v.Invoice.Number, v.Invoice.Stage)
			}
		}
	})
}

// veilingBooks do not show the changes of an invoice yet.
type veilingBooks struct {
	app.Books
	id     ledger.InvoiceID
	hidden *bool
}

func (b veilingBooks) Since(ctx context.Context, t ledger.TenantID, from time.Time) iter.Seq2[ledger.Page, error] {
	return func(yield func(ledger.Page, error) bool) {
		for page, err := range b.Books.Since(ctx, t, from) {
			page.Changed = slices.DeleteFunc(page.Changed, func(st ledger.Standing) bool { return *b.hidden && st.ID == b.id })
			if !yield(page, err) {
				return
			}
		}
	}
}

// lameBooks fail to read the nth part of what is read by ID.
type lameBooks struct {
	app.Books
	fails int
	calls int
}

func (b *lameBooks) ByID(ctx context.Context, t ledger.TenantID, ids []ledger.InvoiceID) ([]ledger.Standing, error) {
	if b.calls++; b.calls == b.fails {
		return nil, &app.Trouble{Reason: app.Troubled, Answered: true, Err: errors.New("broken there")}
	}
	return b.Books.ByID(ctx, t, ids)
}

// TestADailyReadingThatFailsIsMadeAgain has Xero lose every invoice, and fail on each part of the daily
// reading in turn.
func TestADailyReadingThatFailsIsMadeAgain(t *testing.T) {
	const many = 250 // two parts
	for _, fails := range []int{1, 2} {
		synctest.Test(t, func(t *testing.T) {
			w := apptest.NewWorld(t, sim.Config{})
			there := exported(w, many)
			p := w.Start(nil)
			defer p.Stop()
			refresh(p)
			for _, id := range there {
				if err := w.Sim.Lose(string(w.Tenant), id); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(25 * time.Hour)
			missing := func() (n int) {
				for row, err := range p.DB.Rows(t.Context(), app.Query{}) {
					if err != nil {
						t.Fatal(err)
					}
					if row.Stage.Export == billing.NotFoundInXero {
						n++
					}
				}
				return n
			}
			lame := w.Start(nil)
			defer lame.Stop()
			books := &lameBooks{Books: lame.Books, fails: fails}
			lame.Start(apptest.Params{Store: lame.DB, Log: apptest.Quiet, Books: books})
			if _, err := lame.App.RefreshAll(t.Context()); err == nil || books.calls != fails {
				t.Errorf("part %d failed, after %d calls: %v", fails, books.calls, err)
			}
			if n := missing(); n > 0 {
				t.Errorf("part %d failed, and %d are not found all the same", fails, n)
			}
			time.Sleep(5 * time.Minute)
			refresh(p)
			if n := missing(); n != many {
				t.Errorf("after part %d failed, the next reading does not find %d of %d", fails, n, many)
			}
		})
	}
}
