package storetest

import (
	"errors"
	"slices"
	"testing"

	"feebridge/app"
	"feebridge/app/staff"
)

// auditPromises are about the audit trail.
var auditPromises = []promise{
	{"audit entries are chained and found by their subject", func(t *testing.T, s store) {
		for _, e := range []staff.Entry{
			{Action: "export", Subject: "invoice", ID: "a"}, {Action: "link", Subject: "client", ID: "a"}, {Action: "hold", Subject: "invoice", ID: "b"},
		} {
			e.By, e.ByName, e.From, e.To = "olivia", "Olivia Hart", "\x00 é", "<&>"
			s.update(func(tx app.Tx) error { return errors.Join(tx.Record(e), tx.Record(e)) })
		}
		s.view(func(r app.Reader) error {
			all, err := r.Audit(app.AuditQuery{})
			if len(all) != 6 {
				t.Fatalf("there are %d entries", len(all))
			}
			slices.Reverse(all)
			previous := ""
			for i, e := range all {
				if e.Seq != int64(i+1) || e.Previous != previous {
					t.Errorf("entry %d follows %q, want %q", e.Seq, e.Previous, previous)
				}
				previous = e.Hash()
			}
			some, err2 := r.Audit(app.AuditQuery{Subject: "invoice", ID: "a"})
			slices.Reverse(some)
			same(t, some, all[:2])
			if e := all[0]; e.By != "olivia" || e.ByName != "Olivia Hart" || e.Action != "export" || e.From != "\x00 é" || e.To != "<&>" || e.At.IsZero() {
				t.Errorf("the entry is %+v", e)
			}
			return errors.Join(err, err2)
		})
	}},
	{"of the audit trail comes what is asked for, newest first", func(t *testing.T, s store) {
		for _, e := range []staff.Entry{
			{By: "olivia", Action: "export", Subject: "invoice", ID: "a"}, {By: "mere", Action: "export", Subject: "invoice", ID: "b"},
			{By: "olivia", Action: "save", Subject: "invoice", ID: "a"}, {By: "olivia", Action: "save", Subject: "client", ID: "a"},
		} {
			s.update(func(tx app.Tx) error { return tx.Record(e) })
		}
		s.view(func(r app.Reader) error {
			all, err := r.Audit(app.AuditQuery{})
			third := all[1]
			for _, c := range []struct {
				q     app.AuditQuery
				meant func(staff.Entry) bool
			}{
				{app.AuditQuery{Subject: "invoice"}, func(e staff.Entry) bool { return e.Subject == "invoice" }},
				{app.AuditQuery{ID: "a"}, func(e staff.Entry) bool { return e.ID == "a" }},
				{app.AuditQuery{By: "mere"}, func(e staff.Entry) bool { return e.By == "mere" }},
				{app.AuditQuery{Action: "save"}, func(e staff.Entry) bool { return e.Action == "save" }},
				{app.AuditQuery{Action: "save", ID: "a", Subject: "invoice"}, func(e staff.Entry) bool { return e.Seq == third.Seq }},
				{app.AuditQuery{From: third.At}, func(e staff.Entry) bool { return !e.At.Before(third.At) }},
				{app.AuditQuery{To: third.At}, func(e staff.Entry) bool { return e.At.Before(third.At) }},
				{app.AuditQuery{Before: third.Seq}, func(e staff.Entry) bool { return e.Seq < third.Seq }},
				{app.AuditQuery{Before: third.Seq, Limit: 1}, func(e staff.Entry) bool { return e.Seq == third.Seq-1 }},
			} {
				var want []staff.Entry
				for _, e := range all {
					if c.meant(e) {
						want = append(want, e)
					}
				}
				some, err2 := r.Audit(c.q)
				same(t, some, want)
				err = errors.Join(err, err2)
			}
			return err
		})
	}},
	{"the audit trail is one chain, whatever a transaction adds to it or takes back", func(t *testing.T, s store) {
		const at = 1234 // more than one statement writes
		for n, kept := range map[int]bool{0: true, 1: true, 2: false, 3: true, at: true, at + 1: false} {
			err := s.Update(t.Context(), func(tx app.Tx) error {
				first := tx.Record(slices.Repeat([]staff.Entry{entry}, n/2)...)
				second := tx.Record(slices.Repeat([]staff.Entry{entry}, n-n/2)...)
				if !kept {
					return errors.New("not this time")
				}
				return errors.Join(first, second)
			})
			if (err == nil) != kept {
				t.Error(err)
			}
		}
		s.view(func(r app.Reader) error {
			var chain staff.Chain
			head, err := r.Chain(func(e staff.Entry, hash string) error {
				chain.Add(e, hash)
				return nil
			})
			if n, broken := chain.Close(head); n != at+4 || broken != nil {
				t.Errorf("it has %d entries and is broken at %+v", n, broken)
			}
			return err
		})
	}},
}
