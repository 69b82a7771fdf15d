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

// saveHistory saves four runs of two organisations and two clients, a minute between them. "first" has a Kauri invoice
// exported and a Rimu one failed, "second" a Rimu one voided in Xero since, "draft" takes the Kauri one back to
// draft, which fails, and "last" has both a Kauri invoice that waits and one that was cancelled.
func saveHistory(tx outbox.Tx) error {
	rimu := func(v billing.Invoice) billing.Invoice { v.Client = "rimu"; return v }
	in := func(e app.Export, run app.RunID, number billing.Number) app.Export {
		e.Run, e.Number = run, number
		return e
	}
	ended := func(e app.Export, result billing.ExportState) app.Export {
		e.Ended, e.Result = moment, result
		return e
	}
	queued := plain("queued", "INV_14")
	queued.Stage.Export = billing.Queued
	failed := ended(in(waiting("failed", "b"), "first", "inv-2"), billing.Failed)
	failed.Messages = []ledger.Message{{Text: "Rimu Cafe is archived.", Cause: ledger.ContactArchived}}
	voided := in(exported("voided", "c", "y"), "second", "INV-3")
	voided.Tenant, voided.Result, voided.Answered, voided.Correlation = "other", billing.VoidedInXero, moment.Add(3*time.Second), "3f2c"
	kept := app.Removal{
		ID: "kept", Run: "draft", Invoice: "a", Export: "in Xero", Tenant: "demo", There: "x", To: ledger.VoidedThere,
		Sent: moment, Answered: moment.Add(2 * time.Second), Correlation: "77aa", Ended: moment, Result: app.KeptThere,
		Messages: []ledger.Message{{Text: "It is paid.", Cause: ledger.StatusMoved}},
	}
	start := func(id app.RunID, kind app.RunKind, t ledger.TenantID, by staff.ID, minutes int) app.Run {
		return app.Run{ID: id, Kind: kind, Tenant: t, By: by, Started: moment.Add(time.Duration(minutes) * time.Minute), Confirmed: moment}
	}
	return errors.Join(
		tx.SaveMember(staff.Member{ID: "mere", Name: "Mere Ngata"}),
		tx.SaveOrganisation(app.Organisation{Tenant: ledger.Tenant{ID: "other", Name: "Harbour Trading"}, State: app.Connected}),
		second(tx.SaveInvoice(plain("a", "INV-1"))), second(tx.SaveInvoice(rimu(plain("b", "INV-2")))), second(tx.SaveInvoice(rimu(plain("c", "INV-3")))),
		second(tx.SaveInvoice(queued)), second(tx.SaveInvoice(plain("dropped", "INV-5"))),
		tx.SaveRuns(start("second", app.ExportRun, "other", "mere", 2), start("first", app.ExportRun, "demo", "olivia", 1),
			start("draft", app.RemovalRun, "demo", "", 3), start("last", app.ExportRun, "demo", "mere", 3)),
		tx.SaveExports(in(exported("in Xero", "a", "x"), "first", "INV-1"), failed, voided, in(waiting("queued", "queued"), "last", "INV_14"),
			ended(in(waiting("dropped", "dropped"), "last", "INV-5"), billing.NotExported)),
		tx.SaveRemovals(kept),
	)
}

// historyPromises are about runs that are looked back on.
var historyPromises = []promise{
	{"the runs that are asked for come newest first, of whichever organisation", func(t *testing.T, s store) {
		s.work(saveHistory)
		from := app.RunQuery{From: moment} // not the run of SaveFirm, whose time is another
		from.To = moment.Add(time.Hour)
		for _, c := range []struct {
			want string
			ask  func(*app.RunQuery)
		}{
			{"last draft second first", func(*app.RunQuery) {}},
			{"last draft first", func(q *app.RunQuery) { q.Tenant = "demo" }},
			{"last second", func(q *app.RunQuery) { q.By = "mere" }},
			{"last draft second", func(q *app.RunQuery) { q.From = moment.Add(2 * time.Minute) }},
			{"first", func(q *app.RunQuery) { q.To = moment.Add(2 * time.Minute) }},
			{"draft first", func(q *app.RunQuery) { q.Failed = true }},
			{"draft second first", func(q *app.RunQuery) { q.Before = "last" }},
			{"second first", func(q *app.RunQuery) { q.Before = "draft" }},
			{"last draft", func(q *app.RunQuery) { q.Limit = 2 }},
			{"second", func(q *app.RunQuery) { q.Before, q.Limit = "draft", 1 }},
			{"", func(q *app.RunQuery) { q.Number = "INV-4" }},
			{"draft first", func(q *app.RunQuery) { q.Number = "inV-1" }},
			{"second", func(q *app.RunQuery) { q.Number = "V-3" }},
			{"first", func(q *app.RunQuery) { q.Number = "INV-2" }},
			{"last", func(q *app.RunQuery) { q.Number = "V_1" }}, // of the characters that patterns have, too
			{"", func(q *app.RunQuery) { q.Number = "%" }},
			{"second first", func(q *app.RunQuery) { q.Clients = []billing.ClientID{"rimu"} }},
			{"last draft first", func(q *app.RunQuery) { q.Clients = []billing.ClientID{"kauri"} }},
			{"", func(q *app.RunQuery) { q.Clients = []billing.ClientID{} }},
			{"first", func(q *app.RunQuery) { q.Clients, q.Failed = []billing.ClientID{"rimu"}, true }},
			{"draft", func(q *app.RunQuery) { q.Clients, q.Failed = []billing.ClientID{"kauri"}, true }},
			{"", func(q *app.RunQuery) { q.Clients, q.Number = []billing.ClientID{"rimu"}, "INV-1" }},
		} {
			q := from
			c.ask(&q)
			var got []string
			s.look(func(r outbox.Reader) error {
				runs, err := r.RunsBy(q)
				got = nil
				for _, run := range runs {
					whole, err2 := r.Run(run.ID)
					same(t, run, whole)
					got, err = append(got, string(run.ID)), errors.Join(err, err2)
				}
				return err
			})
			if strings.Join(got, " ") != c.want {
				t.Errorf("%+v gives %q, want %q", q, got, c.want)
			}
		}
	}},
	{"runs are counted by what they did, whatever became of it since", func(t *testing.T, s store) {
		s.work(saveHistory)
		ids := []app.RunID{"first", "second", "draft", "last", "none such"}
		for _, c := range []struct {
			clients []billing.ClientID
			want    map[app.RunID]app.RunCount
		}{
			{nil, map[app.RunID]app.RunCount{
				"first": {Tally: app.Tally{All: 2, Exported: 1, Failed: 1}}, "second": {Tally: app.Tally{All: 1, Exported: 1}},
				"draft": {Tally: app.Tally{All: 1, Failed: 1}, Voids: true}, "last": {Tally: app.Tally{All: 2, Queued: 1, Cancelled: 1}},
			}},
			{[]billing.ClientID{"rimu"}, map[app.RunID]app.RunCount{
				"first": {Tally: app.Tally{All: 1, Failed: 1}}, "second": {Tally: app.Tally{All: 1, Exported: 1}},
			}},
			{[]billing.ClientID{}, map[app.RunID]app.RunCount{}},
		} {
			s.look(func(r outbox.Reader) error {
				got, err := r.RunCounts(ids, c.clients)
				same(t, got, c.want)
				some, err2 := r.RunCounts(ids[:1], c.clients)
				if len(some) > 1 {
					t.Errorf("of one run, %v are counted", some)
				}
				return errors.Join(err, err2)
			})
		}
		// In a run, an invoice that Xero took counts as exported in whatever state it is found later.
		for _, state := range billing.ExportStates() {
			s.work(func(tx outbox.Tx) error {
				e := exported("in Xero", "a", "x")
				e.Run, e.Number, e.Result = "first", "INV-1", state
				return tx.SaveExports(e)
			})
			want := app.Tally{All: 2, Exported: 1, Failed: 1}
			switch state {
			case billing.Failed:
				want = app.Tally{All: 2, Failed: 2}
			case billing.Warned, billing.MayBeOurs:
				want = app.Tally{All: 2, Warned: 1, Failed: 1}
			}
			s.look(func(r outbox.Reader) error {
				got, err := r.RunCounts(ids[:1], nil)
				if got["first"].Tally != want {
					t.Errorf("%v counts as %+v, want %+v", state, got["first"], want)
				}
				return err
			})
		}
	}},
	{"what is in a run is told row by row, with what each invoice comes to", func(t *testing.T, s store) {
		s.work(saveHistory)
		for _, c := range []struct {
			run     app.RunID
			clients []billing.ClientID
			want    []app.RunRow
		}{
			{"first", nil, []app.RunRow{{
				ID: "in Xero", Invoice: "a", Client: "kauri", ClientName: "Kauri Joinery", Number: "INV-1", Amount: money.New(11500, "NZD"), Sent: moment,
				Ended: moment.Add(time.Second), State: billing.Exported, Since: billing.Exported,
			}, {
				ID: "failed", Invoice: "b", Client: "rimu", ClientName: "Rimu Cafe", Number: "inv-2", Amount: money.New(11500, "NZD"), Ended: moment, State: billing.Failed, Since: billing.Failed,
				Messages: []ledger.Message{{Text: "Rimu Cafe is archived.", Cause: ledger.ContactArchived}},
			}}},
			{"second", nil, []app.RunRow{{
				ID: "voided", Invoice: "c", Client: "rimu", ClientName: "Rimu Cafe", Number: "INV-3", Amount: money.New(11500, "NZD"), Sent: moment, Answered: moment.Add(3 * time.Second),
				Correlation: "3f2c", Ended: moment.Add(time.Second), State: billing.Exported, Since: billing.VoidedInXero,
			}}},
			{"draft", nil, []app.RunRow{{
				ID: "kept", Invoice: "a", Client: "kauri", ClientName: "Kauri Joinery", Number: "INV-1", Amount: money.New(11500, "NZD"), Sent: moment, Answered: moment.Add(2 * time.Second),
				Correlation: "77aa", Ended: moment, Becomes: ledger.VoidedThere, Removal: app.KeptThere, Messages: []ledger.Message{{Text: "It is paid.", Cause: ledger.StatusMoved}},
			}}},
			{"last", nil, []app.RunRow{
				{ID: "queued", Invoice: "queued", Client: "kauri", ClientName: "Kauri Joinery", Number: "INV_14", Amount: money.New(11500, "NZD"), State: billing.Queued, Since: billing.Queued},
				{ID: "dropped", Invoice: "dropped", Client: "kauri", ClientName: "Kauri Joinery", Number: "INV-5", Amount: money.New(11500, "NZD"), Ended: moment},
			}},
			{"last", []billing.ClientID{"rimu"}, nil}, {"draft", []billing.ClientID{}, nil}, {"none such", nil, nil},
		} {
			s.look(func(r outbox.Reader) error {
				got, err := r.RunRows(c.run, c.clients)
				same(t, got, c.want)
				return err
			})
		}
		s.look(func(r outbox.Reader) error {
			got, err := r.RunRows("first", []billing.ClientID{"rimu"})
			if len(got) != 1 || got[0].Invoice != "b" {
				t.Errorf("of one client are %v", got)
			}
			return err
		})
	}},
	{"a removal whose answer was lost is unknown in its run", func(t *testing.T, s store) {
		s.work(saveHistory)
		s.work(func(tx outbox.Tx) error {
			lost := ready("lost", "open")
			lost.Kind, lost.Tries, lost.State = app.RemovalBatch, 1, app.Lost
			open := app.Removal{ID: "open", Run: "draft", Invoice: "a", Export: "in Xero", Tenant: "demo", There: "x", To: ledger.DeletedThere, Batch: "lost"}
			return errors.Join(tx.SaveBatches(lost), tx.SaveRemovals(open))
		})
		s.look(func(r outbox.Reader) error {
			got, err := r.RunRows("draft", nil)
			if len(got) != 2 || got[1].State != billing.Unknown || !got[1].Ended.IsZero() {
				t.Errorf("the rows are %+v", got)
			}
			return err
		})
	}},
}

// manyRuns saves a thousand runs with an invoice each, and returns them.
func manyRuns(tx app.Tx) (ids []app.RunID, err error) {
	for i := range 1000 {
		id := fmt.Sprint("run ", i)
		run := app.Run{ID: app.RunID(id), Tenant: "demo", By: "olivia", Started: moment.Add(time.Duration(i) * time.Second), Confirmed: moment}
		e := waiting(app.ExportID(id), "0")
		e.Run = run.ID
		err = errors.Join(err, tx.SaveRuns(run), tx.SaveExports(e))
		ids = append(ids, run.ID)
	}
	slices.Reverse(ids)
	return ids, err
}
