package apptest

import (
	"context"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/app/outbox"
)

// Store is what both rooms of a desk stand on.
type Store interface {
	app.Store
	outbox.Store
}

// Written is what a transaction wrote, as far as tests ask.
type Written struct {
	Point    string // of the protocol, as the tables of docs/architecture.md name it; "" while nothing of it was written
	Compared bool   // how far a comparison with Xero has come
}

// Watched is a store that tells of its transactions. What is nil is not told.
type Watched struct {
	Store
	Begin  func() error        // before a transaction or a reading; an error takes its place
	Commit func(Written) error // before a transaction is committed; an error takes it back
	Done   func(Written) error // once it is; an error is what the caller gets
}

// View implements app.Store.
func (s *Watched) View(ctx context.Context, fn func(app.Reader) error) error {
	if err := s.begin(); err != nil {
		return err
	}
	return s.Store.View(ctx, fn)
}

// Look implements outbox.Store.
func (s *Watched) Look(ctx context.Context, fn func(outbox.Reader) error) error {
	if err := s.begin(); err != nil {
		return err
	}
	return s.Store.Look(ctx, fn)
}

// Update implements app.Store.
func (s *Watched) Update(ctx context.Context, fn func(app.Tx) error) error {
	return s.transact(func(w *Written) error {
		return s.Store.Update(ctx, func(tx app.Tx) error {
			*w = Written{}
			if err := fn(&spy{Tx: tx, w: w}); err != nil {
				return err
			}
			return s.commit(*w)
		})
	})
}

// Work implements outbox.Store.
func (s *Watched) Work(ctx context.Context, f app.Fence, fn func(outbox.Tx) error) error {
	return s.transact(func(w *Written) error {
		return s.Store.Work(ctx, f, func(tx outbox.Tx) error {
			*w = Written{}
			if err := fn(&workSpy{Tx: tx, w: w}); err != nil {
				return err
			}
			return s.commit(*w)
		})
	})
}

func (s *Watched) begin() error {
	if s.Begin == nil {
		return nil
	}
	return s.Begin()
}

func (s *Watched) commit(w Written) error {
	if s.Commit == nil {
		return nil
	}
	return s.Commit(w)
}

func (s *Watched) transact(run func(*Written) error) error {
	if err := s.begin(); err != nil {
		return err
	}
	var w Written
	if err := run(&w); err != nil {
		return err
	}
	if s.Done == nil {
		return nil
	}
	return s.Done(w)
}

// spy notes what a use case writes.
type spy struct {
	app.Tx
	w *Written
}

// SaveRuns implements app.Tx.
func (t *spy) SaveRuns(all ...app.Run) error {
	t.w.runs(all)
	return t.Tx.SaveRuns(all...)
}

// SaveChart implements app.Tx.
func (t *spy) SaveChart(c ledger.Chart) error {
	t.w.Point = "chart"
	return t.Tx.SaveChart(c)
}

// workSpy notes what the outbox writes.
type workSpy struct {
	outbox.Tx
	w *Written
}

// SaveRuns implements app.Tx.
func (t *workSpy) SaveRuns(all ...app.Run) error {
	t.w.runs(all)
	return t.Tx.SaveRuns(all...)
}

// SaveChart implements app.Tx.
func (t *workSpy) SaveChart(c ledger.Chart) error {
	t.w.Point = "chart"
	return t.Tx.SaveChart(c)
}

// SaveReconciliation implements app.Tx.
func (t *workSpy) SaveReconciliation(c app.Reconciliation) error {
	t.w.Compared = true
	return t.Tx.SaveReconciliation(c)
}

// SaveBatches implements outbox.Tx.
func (t *workSpy) SaveBatches(all ...app.Batch) error {
	for _, b := range all {
		if name := points[b.Kind][b.State]; name != "" {
			t.w.Point = name
		}
	}
	return t.Tx.SaveBatches(all...)
}

// points are the points of the protocol at which a request is written.
var points = map[app.BatchKind]map[app.BatchState]string{
	app.ContactBatch: {app.Ready: "contacts stored", app.Sending: "contacts claimed", app.Settled: "contacts settled"},
	app.InvoiceBatch: {app.Ready: "requests stored", app.Sending: "request claimed", app.Settled: "request settled"},
	app.RemovalBatch: {app.Ready: "removal stored", app.Sending: "removal claimed", app.Settled: "removal settled"},
}

func (w *Written) runs(all []app.Run) {
	for _, r := range all {
		if r.Ended.IsZero() {
			w.Point = "queue"
		}
	}
}
