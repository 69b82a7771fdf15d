package outbox_test

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/outbox"
)

// exported puts n invoices both here and in Xero, as if they had been exported, and returns
// their IDs there.
func exported(w *apptest.World, n int) []string {
	w.T.Helper()
	p := w.Start(nil)
	defer p.Stop()
	p.Export(w.Invoices(1, 1)...)
	first := w.Views([]billing.InvoiceID{"invoice 0"})[0]
	there, _ := w.Sim.Invoice(string(w.Tenant), string(first.Exports[0].Standing.ID))
	ids := make([]string, n)
	ids[0] = there.InvoiceID
	err := p.DB.Update(context.Background(), func(tx app.Tx) error {
		for i := 1; i < n; i++ {
			v := apptest.Finalized(billing.InvoiceID(fmt.Sprint("invoice ", i)), i, 1)
			v.Stage.Export = billing.Exported
			if _, err := tx.SaveInvoice(v); err != nil {
				return err
			}
			inv := there
			inv.Number, inv.URL = string(v.Number), app.DefaultMarkBase+string(v.ID)+fmt.Sprintf(".%032x", i)
			id, err := w.Sim.CreateInvoice(string(w.Tenant), inv)
			if err != nil {
				return err
			}
			made, _ := w.Sim.Invoice(string(w.Tenant), id)
			e := first.Exports[0]
			e.ID, e.Invoice, e.Number, e.Mark = app.ExportID(fmt.Sprint("export ", i)), v.ID, v.Number, inv.URL
			e.Standing.ID, e.Standing.Number, e.Standing.Mark, e.Standing.Updated = ledger.InvoiceID(id), v.Number, inv.URL, made.UpdatedUTC
			if err := tx.SaveExports(e); err != nil {
				return err
			}
			ids[i] = id
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return ids
}

// meanwhileBooks let something happen whenever invoices were read by their IDs.
type meanwhileBooks struct {
	app.Books
	happens func()
}

// ByID implements app.Books.
func (b meanwhileBooks) ByID(ctx context.Context, t ledger.TenantID, ids []ledger.InvoiceID) ([]ledger.Standing, error) {
	all, err := b.Books.ByID(ctx, t, ids)
	b.happens()
	return all, err
}

// staleBooks tell an old reading first.
type staleBooks struct {
	app.Books
	old ledger.Standing
}

func (b staleBooks) Since(context.Context, ledger.TenantID, time.Time) iter.Seq2[ledger.Page, error] {
	return func(yield func(ledger.Page, error) bool) { yield(ledger.Page{Changed: []ledger.Standing{b.old}}, nil) }
}

func (b staleBooks) ByID(context.Context, ledger.TenantID, []ledger.InvoiceID) ([]ledger.Standing, error) {
	return []ledger.Standing{b.old}, nil
}

// hidingBooks list no change.
type hidingBooks struct{ app.Books }

func (b hidingBooks) Since(context.Context, ledger.TenantID, time.Time) iter.Seq2[ledger.Page, error] {
	return func(yield func(ledger.Page, error) bool) { yield(ledger.Page{}, nil) }
}

// holdingBooks keep the answer to the first write back until it is released.
type holdingBooks struct {
	app.Books
	once            sync.Once
	posted, release chan struct{}
}

func (b *holdingBooks) Post(ctx context.Context, batch app.Batch) ([]ledger.Outcome, error) {
	outcomes, err := b.Books.Post(ctx, batch)
	b.once.Do(func() {
		close(b.posted)
		<-b.release
	})
	return outcomes, err
}

// meddlingBooks let a person act in Xero after every page of changes.
type meddlingBooks struct {
	app.Books
	between func()
}

func (b *meddlingBooks) Since(ctx context.Context, t ledger.TenantID, from time.Time) iter.Seq2[ledger.Page, error] {
	return func(yield func(ledger.Page, error) bool) {
		for page, err := range b.Books.Since(ctx, t, from) {
			b.between()
			if !yield(page, err) {
				return
			}
		}
	}
}

// jump lets a person set the computer's clock, forward by so much: what was noted before is
// that much older then.
func jump(p *apptest.Process, forward time.Duration) {
	p.World.T.Helper()
	err := p.Work(func(tx outbox.Tx) error {
		all, err := tx.Refreshes()
		if err != nil {
			return err
		}
		for _, r := range all {
			r.At, r.Reread = r.At.Add(-forward), r.Reread.Add(-forward)
			if !r.Failing.Until.IsZero() {
				r.Failing.Since, r.Failing.Until = r.Failing.Since.Add(-forward), r.Failing.Until.Add(-forward)
			}
			if err := tx.SaveRefresh(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		p.World.T.Fatal(err)
	}
}
