package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/billing"
	"feebridge/app/staff"
)

// entry is any entry of the audit trail.
var entry = staff.Entry{By: "olivia", ByName: "Olivia Hart", Action: "save", Subject: "invoice", ID: "a"}

// processPromises are about two processes that have one database open.
var processPromises = []processPromise{
	{"a change by another process is a conflict", func(t *testing.T, one, other store) {
		one.update(func(tx app.Tx) error { return second(tx.SaveInvoice(plain("a", "INV-1"))) })
		here, there := one.invoice("a"), other.invoice("a")
		there.Note = "changed there"
		other.update(func(tx app.Tx) error { return second(tx.SaveInvoice(there)) })
		here.Note = "changed here"
		one.fails(app.Conflict, []string{"INV-1", "another person", "Open it again"}, func(tx app.Tx) error { return second(tx.SaveInvoice(here)) })
		if got := one.invoice("a").Note; got != "changed there" {
			t.Errorf("the note is %q", got)
		}
	}},
	{"a change by another process is in the feed", func(t *testing.T, one, other store) {
		before, err := one.LastChange(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		other.update(func(tx app.Tx) error { return second(tx.SaveInvoice(plain("a", "INV-1"))) })
		changes, err := one.Changes(t.Context(), before)
		if err != nil {
			t.Fatal(err)
		}
		same(t, changes, []app.Change{{Seq: before + 1, Subject: "invoice", ID: "a"}})
	}},
	{"transactions of many goroutines and processes all succeed", func(t *testing.T, one, other store) {
		const each = 20
		var all sync.WaitGroup
		for _, s := range []store{one, one, other, other} {
			all.Go(func() {
				for range each {
					err := s.Update(t.Context(), func(tx app.Tx) error {
						c, err := tx.Client("kauri") // a transaction that reads first
						if err != nil {
							return err
						}
						return errors.Join(second(tx.SaveClient(c)), tx.Record(entry))
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		deadline.Wait(t, all.Wait, "all transactions")
		one.view(func(r app.Reader) error {
			c, err := r.Client("kauri")
			if want := int64(1 + 4*each); c.Version != want {
				t.Errorf("the version is %d after %d saves", c.Version, want)
			}
			return err
		})
	}},
	{"a read that is slow does not hold up a write", func(t *testing.T, one, other store) {
		const many = 2000 // more than are read ahead
		var ids []billing.InvoiceID
		one.update(func(tx app.Tx) error {
			ids = nil
			for i := range many {
				v := plain(billing.InvoiceID(fmt.Sprint(i)), billing.Number(fmt.Sprint("INV-", i)))
				ids = append(ids, v.ID)
				if _, err := tx.SaveInvoice(v); err != nil {
					return err
				}
			}
			return nil
		})
		n := 0
		for _, err := range one.Rows(t.Context(), app.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n > 1 {
				continue
			}
			for _, s := range []store{one, other} {
				s.update(func(tx app.Tx) error { return tx.Advance(billing.Stage{Status: billing.Deleted}, ids...) })
			}
		}
		if n != many {
			t.Errorf("it read %d rows of the state in which it began", n)
		}
		if left := one.numbers(app.Query{}); left != "" {
			t.Errorf("left are %s", left)
		}
	}},
	{"any sequence of saves is kept", anySequenceOfSavesIsKept},
}
