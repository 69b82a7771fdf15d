package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
)

// transactionPromises are about what is committed, seen and told.
var transactionPromises = []promise{
	{"a conflict takes the whole transaction back", func(t *testing.T, s store) {
		s.update(func(tx app.Tx) error { return second(tx.SaveInvoice(plain("a", "INV-1"))) })
		s.fails(app.Conflict, []string{"INV-1"}, func(tx app.Tx) error {
			return errors.Join(second(tx.SaveInvoice(plain("c", "INV-3"))), second(tx.SaveInvoice(plain("b", "INV-1"))))
		})
		if got := s.numbers(app.Query{}); got != "INV-1" {
			t.Errorf("the invoices are %s", got)
		}
	}},
	{"the feed has each changed subject once, in order, and nothing that was rolled back", func(t *testing.T, s store) {
		begin, err := s.LastChange(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.update(func(tx app.Tx) error { return second(tx.SaveInvoice(plain("a", "INV-1"))) })
		s.fails(app.Internal, []string{"not this time"}, func(tx app.Tx) error {
			return errors.Join(second(tx.SaveInvoice(plain("b", "INV-2"))), errors.New("not this time"))
		})
		s.update(func(tx app.Tx) error {
			return errors.Join(
				second(tx.SaveClient(billing.Client{ID: "new", Code: "N", Name: "New"})), tx.SaveLink("demo", "rimu", app.Link{Contact: "c", How: app.LinkedCreated}),
				tx.SaveMapping("demo", ledger.Mapping{}), tx.SaveRuns(app.Run{ID: "run 2", Tenant: "demo", By: "olivia"}),
				tx.SaveExports(waiting("e", "a")), tx.Advance(billing.Stage{Status: billing.Finalized, Export: billing.Queued}, "a"),
			)
		})
		changes, err := s.Changes(t.Context(), begin)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		last := begin
		for _, c := range changes {
			if c.Seq <= last {
				t.Errorf("%d comes after %d", c.Seq, last)
			}
			last = c.Seq
			got = append(got, c.Subject+" "+c.ID)
		}
		same(t, got, []string{"client new", "client rimu", "organisation demo", "run run 2", "invoice a", "run run"})
		if newest, err := s.LastChange(t.Context()); err != nil || newest != last {
			t.Errorf("the last change is %d (%v), want %d", newest, err, last)
		}
		if later, err := s.Changes(t.Context(), last); err != nil || len(later) > 0 {
			t.Errorf("after the last change come %v (%v)", later, err)
		}
		whole, err := s.Changes(t.Context(), 0)
		if err != nil || len(whole) <= len(changes) {
			t.Errorf("the whole feed has %d changes (%v)", len(whole), err)
		}
	}},
	{"a transaction that fails or panics leaves nothing", func(t *testing.T, s store) {
		broken := errors.New("broken")
		if err := s.Update(t.Context(), func(tx app.Tx) error {
			return errors.Join(second(tx.SaveInvoice(plain("a", "INV-1"))), broken)
		}); !errors.Is(err, broken) {
			t.Errorf("the error is %v", err)
		}
		func() {
			defer func() { _ = recover() }()
			s.update(func(tx app.Tx) error {
				if _, err := tx.SaveInvoice(plain("a", "INV-1")); err != nil {
					t.Error(err)
				}
				panic("broken")
			})
		}()
		if rows := s.rows(app.Query{}); len(rows) > 0 {
			t.Errorf("the rows are %v", rows)
		}
		s.update(func(tx app.Tx) error { return second(tx.SaveInvoice(plain("a", "INV-1"))) })
	}},
	{"a transaction whose context ends leaves nothing", func(t *testing.T, s store) {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Update(ctx, func(tx app.Tx) error {
			err := second(tx.SaveInvoice(plain("a", "INV-1")))
			cancel()
			if next := tx.Burn("INV-2"); !errors.Is(next, context.Canceled) {
				t.Errorf("after the end of its context it went on: %v", next)
			}
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the error is %v", err)
		}
		for _, err := range s.Rows(ctx, app.Query{}) {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("reading rows: %v", err)
			}
		}
		if rows := s.rows(app.Query{}); len(rows) > 0 {
			t.Errorf("the rows are %v", rows)
		}
	}},
	{"a view is one state, whatever is written meanwhile", func(t *testing.T, s store) {
		s.view(func(r app.Reader) error {
			before, err := r.Clients()
			if err != nil {
				return err
			}
			s.update(func(tx app.Tx) error {
				err := second(tx.SaveClient(billing.Client{ID: "new", Code: "N", Name: "New"}))
				own, err2 := tx.Client("new")
				if own.Name != "New" {
					t.Error("a transaction does not see what it wrote")
				}
				return errors.Join(err, err2)
			})
			after, err := r.Clients()
			same(t, after, before)
			return err
		})
	}},
	{"the time of a transaction is one", func(t *testing.T, s store) {
		s.update(func(tx app.Tx) error {
			now := tx.Now()
			if !now.Equal(now.Truncate(time.Millisecond)) {
				t.Errorf("%v is finer than what is kept", now)
			}
			err := tx.SaveRuns(app.Run{ID: "r", Tenant: "demo", By: "olivia", Started: now, Confirmed: now})
			r, err2 := tx.Run("r")
			if !r.Started.Equal(tx.Now()) || tx.Now() != now {
				t.Errorf("%v was kept as %v", now, r.Started)
			}
			return errors.Join(err, err2)
		})
	}},
}
