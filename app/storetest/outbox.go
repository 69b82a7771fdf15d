package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/outbox"
	"feebridge/app/staff"
)

// outboxPromises are about runs, exports and batches.
var outboxPromises = []promise{
	{"runs come newest first, and say which are open", func(t *testing.T, s store) {
		older := app.Run{ID: "older", Tenant: "demo", By: "olivia", Started: moment, Confirmed: moment}
		newer := app.Run{ID: "newer", Tenant: "demo", By: "olivia", Started: moment.Add(time.Second), Confirmed: moment.Add(time.Hour)}
		s.update(func(tx app.Tx) error { return tx.SaveMember(staff.Member{ID: "mere", Name: "Mere Ngata"}) })
		s.work(func(tx outbox.Tx) error { return errors.Join(tx.SaveRuns(newer), tx.SaveRuns(older)) })
		was := older
		older.Ended, older.Confirmed, older.By = moment.Add(time.Minute), moment.Add(time.Second), "mere"
		s.work(func(tx outbox.Tx) error { return tx.SaveRuns(was, older) }) // of one that is saved twice, the last counts
		s.look(func(r outbox.Reader) error {
			got, err := r.Run("older")
			same(t, got, older)
			all, err2 := r.Runs("demo", false)
			same(t, all[len(all)-2:], []app.Run{newer, older})
			open, err3 := r.Runs("demo", true)
			if slices.ContainsFunc(open, func(r app.Run) bool { return !r.Ended.IsZero() }) || len(open) != len(all)-1 {
				t.Errorf("the open runs are %v", open)
			}
			return errors.Join(err, err2, err3)
		})
	}},
	{"an export comes back as it was saved", func(t *testing.T, s store) {
		want := waiting("e", "a")
		want.Contact = "sent to"
		want.Expected, want.Sent, want.Since, want.Small, want.Ended = money.New(11500, "NZD"), moment, moment.Add(-time.Minute), 25, moment.Add(time.Second)
		want.Result, want.Answered, want.Correlation = billing.Warned, moment.Add(time.Millisecond), "3f2c"
		want.Standing = ledger.Standing{
			ID: "there", Number: "INV-1", Mark: want.Mark, Status: "SOMETHING NEW", Contact: "contact", Date: 20261103, Due: 20261120, ReferenceTold: true, Currency: "AUD",
			Total: money.New(11500, "AUD"), AmountDue: money.New(1500, "AUD"), AmountPaid: money.New(9000, "AUD"), AmountCredited: money.New(1000, "AUD"), CreditedBy: ledger.CreditAhead,
			PaidOn: 20261105, Updated: moment,
		}
		perhaps := want.Standing
		perhaps.ID, perhaps.ContactName, perhaps.Reference = "perhaps", "Kauri Joinery", "PO 17"
		want.Candidates = []ledger.Standing{perhaps, {ID: "neither", Currency: "NZD", Total: money.Zero("NZD"), AmountDue: money.Zero("NZD"), AmountPaid: money.Zero("NZD"), AmountCredited: money.Zero("NZD")}}
		want.Messages = []ledger.Message{{Text: "Ünïcode <&>", Cause: ledger.TotalDiffers, Warning: true}, {Text: "second", Line: 2, Field: billing.AccountField, Subject: "“299”"}}
		s.work(func(tx outbox.Tx) error {
			return errors.Join(second(tx.SaveInvoice(plain("a", "INV-1"))), tx.SaveExports(waiting("e", "a")), tx.SaveExports(waiting("e", "a"), want))
		})
		s.look(func(r outbox.Reader) error {
			got, err := r.Exports([]app.ExportID{"e"})
			same(t, got, []app.Export{want})
			return err
		})
	}},
	{"the invoices of a date are found by their clients", func(t *testing.T, s store) {
		later, gone, another := plain("later", "INV-2"), plain("gone", "INV-3"), plain("another", "INV-4")
		later.Date, gone.Stage, another.Client = 20261104, billing.Stage{Status: billing.Deleted}, "rimu"
		s.update(func(tx app.Tx) error {
			return errors.Join(second(tx.SaveInvoice(plain("a", "INV-1"))), second(tx.SaveInvoice(later)), second(tx.SaveInvoice(gone)), second(tx.SaveInvoice(another)))
		})
		s.look(func(r outbox.Reader) error {
			for _, c := range []struct {
				date    billing.Date
				clients []billing.ClientID
				want    []billing.InvoiceID
			}{
				{20261103, []billing.ClientID{"kauri"}, []billing.InvoiceID{"a"}},
				{20261103, []billing.ClientID{"kauri", "rimu", "nobody"}, []billing.InvoiceID{"a", "another"}},
				{0, []billing.ClientID{"kauri"}, []billing.InvoiceID{"a", "later"}}, {20261103, nil, nil}, {0, nil, nil},
			} {
				got, err := r.InvoicesOn(c.date, c.clients...)
				if err != nil {
					return err
				}
				slices.Sort(got)
				same(t, got, c.want)
			}
			return nil
		})
	}},
	{"an export is found by the random part of its mark", func(t *testing.T, s store) {
		const key, other = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
		e, neither := waiting("e", "a"), waiting("f", "a")
		e.Mark, neither.Mark = app.DefaultMarkBase+"a."+key, app.DefaultMarkBase+"a."+other
		s.work(func(tx outbox.Tx) error {
			return errors.Join(second(tx.SaveInvoice(plain("a", "INV-1"))), tx.SaveExports(e, neither))
		})
		s.look(func(r outbox.Reader) error {
			for _, mark := range []string{e.Mark, key, "HTTP://LOCALHOST:8742/OPEN/A%2E" + strings.ToUpper(key) + "/"} {
				got, err := r.ExportsByMark([]string{mark, "https://bills.example/1"})
				if err != nil {
					return err
				}
				same(t, got, map[string]app.Export{key: e})
			}
			return nil
		})
		e.ID = "again"
		s.failsAtWork(app.Internal, nil, func(tx outbox.Tx) error { return tx.SaveExports(e) })
		e.Mark = strings.ToUpper(e.Mark)
		s.failsAtWork(app.Internal, nil, func(tx outbox.Tx) error { return tx.SaveExports(e) })
	}},
	{"exports wait in the order asked for until they are in a batch or ended", func(t *testing.T, s store) {
		s.work(func(tx outbox.Tx) error {
			if _, err := tx.SaveInvoice(plain("a", "INV-1")); err != nil {
				return err
			}
			if err := tx.SaveExports(waiting("c", "a"), waiting("a", "a"), waiting("b", "a"), waiting("d", "a")); err != nil {
				return err
			}
			in, ended := waiting("a", "a"), waiting("d", "a")
			in.Batch, ended.Ended = "batch", moment
			return errors.Join(tx.SaveBatches(ready("batch", "a")), tx.SaveExports(in, ended))
		})
		ids := func(all []app.Export, err error) string {
			var text string
			for _, e := range all {
				text += string(e.ID)
			}
			if err != nil {
				t.Error(err)
			}
			return text
		}
		s.look(func(r outbox.Reader) error {
			for what, got := range map[string]string{
				"waiting: cb":      ids(r.WaitingExports(outbox.Waiting{Tenant: "demo", Runs: []app.RunID{"run"}, Limit: 10})),
				"first: c":         ids(r.WaitingExports(outbox.Waiting{Tenant: "demo", Runs: []app.RunID{"run"}, Limit: 1})),
				"other's: ":        ids(r.WaitingExports(outbox.Waiting{Tenant: "other", Runs: []app.RunID{"run"}, Limit: 10})),
				"of the run: cabd": ids(r.ExportsOfRun("run")),
				"newest: dbac":     ids(r.ExportsOf("a")),
				"asked for: bcb":   ids(r.Exports([]app.ExportID{"b", "c", "b"})),
			} {
				if !strings.HasSuffix(what, ": "+got) {
					t.Errorf("%s, but they are %q", what, got)
				}
			}
			return nil
		})
	}},
	{"a batch keeps its exact bytes, key and kind through every save", func(t *testing.T, s store) {
		first := ready("batch", "one", "two")
		first.Body = []byte{0, 1, 0xff, '\n'}
		s.work(func(tx outbox.Tx) error { return tx.SaveBatches(first) })
		later := app.Batch{
			ID: "batch", Tenant: "demo", Kind: app.ContactBatch, Key: "other", Body: []byte("other"), Members: []string{"two"}, State: app.Lost,
			Tries: 2, Tried: moment, TriedLast: moment.Add(time.Second), Troubles: 1, LookUp: true,
		}
		s.work(func(tx outbox.Tx) error { return tx.SaveBatches(later) })
		want := later
		want.Kind, want.Key, want.Body = first.Kind, first.Key, first.Body
		s.look(func(r outbox.Reader) error {
			got, err := r.BatchesByID("batch")
			same(t, got, []app.Batch{want})
			want.Body = nil
			all, err2 := r.Batches("demo", app.Lost)
			same(t, all, []app.Batch{want})
			none, err3 := r.Batches("demo", app.Ready)
			same(t, none, []app.Batch(nil))
			return errors.Join(err, err2, err3)
		})
	}},
	{"batches come oldest first, and only what was never tried can be taken back", func(t *testing.T, s store) {
		s.work(func(tx outbox.Tx) error { return tx.SaveBatches(ready("b"), ready("a"), ready("c")) })
		s.look(func(r outbox.Reader) error {
			all, err := r.Batches("demo", app.Ready)
			if len(all) != 3 || all[0].ID+all[1].ID+all[2].ID != "bac" {
				t.Errorf("the batches are %v", all)
			}
			return err
		})
		s.work(func(tx outbox.Tx) error {
			tried := ready("a")
			tried.Tries, tried.State = 1, app.Sending
			return errors.Join(tx.SaveBatches(tried), tx.Unplan("b"))
		})
		s.failsAtWork(app.Conflict, []string{"being sent"}, func(tx outbox.Tx) error { return tx.Unplan("a") })
		s.look(func(r outbox.Reader) error {
			left, err := r.BatchesByID("a", "b", "c")
			if len(left) != 2 {
				t.Errorf("left are %v", left)
			}
			return err
		})
	}},
	{"a tally counts every export once, by what became of it", func(t *testing.T, s store) {
		s.work(func(tx outbox.Tx) error {
			for _, state := range billing.ExportStates() {
				for _, ended := range []bool{false, true} {
					id := fmt.Sprint(state, " ", ended)
					v, e := plain(billing.InvoiceID(id), billing.Number(id)), waiting(app.ExportID(id), billing.InvoiceID(id))
					if ended {
						e.Ended, e.Result = moment, state
					} else {
						v.Stage.Export = state
					}
					if err := errors.Join(second(tx.SaveInvoice(v)), tx.SaveExports(e)); err != nil {
						return err
					}
				}
			}
			return nil
		})
		s.look(func(r outbox.Reader) error {
			got, err := r.Tally("run")
			same(t, got, app.Tally{All: 28, Queued: 12, Exporting: 1, Unknown: 1, Cancelled: 1, Exported: 1, Failed: 1, Warned: 11})
			return err
		})
	}},
}
