package storetest

import (
	"errors"
	"testing"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/outbox"
)

// exported is an export that Xero accepted as that invoice.
func exported(id app.ExportID, of billing.InvoiceID, there ledger.InvoiceID) app.Export {
	e := waiting(id, of)
	e.Sent, e.Since, e.Ended, e.Result = moment, moment.Add(-10*time.Minute), moment.Add(time.Second), billing.Exported
	e.Contact, e.Expected = "contact", money.New(11500, "NZD")
	e.Standing = ledger.Standing{
		ID: there, Number: e.Number, Mark: e.Mark, Status: ledger.AuthorisedThere, Contact: "contact", ContactName: "Kauri Joinery Limited",
		Date: 20261103, Currency: "NZD", Total: money.New(11500, "NZD"), AmountDue: money.New(11500, "NZD"),
		AmountPaid: money.Zero("NZD"), AmountCredited: money.Zero("NZD"), Updated: moment,
	}
	return e
}

// standing is a finalized invoice that Xero has.
func standing(id billing.InvoiceID, number billing.Number) billing.Invoice {
	v := plain(id, number)
	v.Stage.Export = billing.Exported
	return v
}

// followingPromises are about what comes after an export.
var followingPromises = []promise{
	{"what Xero has is found by its ID, with the head of ours and whether the export is its newest", func(t *testing.T, s store) {
		older, newer := exported("e1", "v", "x1"), exported("e2", "v", "x2")
		head := standing("v", "INV-1")
		head.Reference = "Matter 12"
		s.work(func(tx outbox.Tx) error {
			return errors.Join(second(tx.SaveInvoice(head)), tx.SaveExports(older, newer))
		})
		s.look(func(r outbox.Reader) error {
			got, err := r.Tracked("demo", []ledger.InvoiceID{"x1", "x2", "somebody's"})
			head.Lines, head.Type, head.Amounts = nil, "", ""
			same(t, got, map[ledger.InvoiceID]app.Tracked{
				"x1": {Export: older, Invoice: head}, "x2": {Export: newer, Invoice: head, Newest: true},
			})
			other, err2 := r.Tracked("another", []ledger.InvoiceID{"x1"})
			if len(other) != 0 {
				t.Errorf("another organisation has %v", other)
			}
			return errors.Join(err, err2)
		})
	}},
	{"of two exports that Xero has under one ID the newer counts", func(t *testing.T, s store) {
		older, newer := exported("e1", "v", "x"), exported("e2", "v", "x")
		s.work(func(tx outbox.Tx) error {
			return errors.Join(second(tx.SaveInvoice(standing("v", "INV-1"))), tx.SaveExports(older), tx.SaveExports(newer), tx.SaveExports(older))
		})
		s.look(func(r outbox.Reader) error {
			got, err := r.Tracked("demo", []ledger.InvoiceID{"x"})
			if one := got["x"]; len(got) != 1 || one.Export.ID != "e2" || !one.Newest {
				t.Errorf("tracked are %v", got)
			}
			return err
		})
	}},
	{"what Xero says of an export is stored without anything else of it", func(t *testing.T, s store) {
		e := exported("e", "v", "x")
		s.work(func(tx outbox.Tx) error {
			return errors.Join(second(tx.SaveInvoice(standing("v", "INV-1"))), tx.SaveExports(e))
		})
		paid := e
		paid.Contact, paid.Result = "merged into", billing.Changed
		paid.Standing.Number, paid.Standing.Status, paid.Standing.PaidOn = "INV-1b", ledger.PaidThere, 20261104
		paid.Standing.AmountDue, paid.Standing.AmountPaid, paid.Standing.Updated = money.Zero("NZD"), money.New(11500, "NZD"), moment.Add(time.Minute)
		paid.Messages = []ledger.Message{{Text: "The number is INV-1 here and INV-1b in Xero.", Cause: ledger.ChangedThere, Warning: true}}
		more := paid
		more.Batch, more.Sent, more.Ended = "none such", time.Time{}, time.Time{}
		s.work(func(tx outbox.Tx) error { return tx.SaveStandings(more) })
		s.look(func(r outbox.Reader) error {
			got, err := r.Exports([]app.ExportID{"e"})
			same(t, got, []app.Export{paid})
			return err
		})
		unknown := paid
		unknown.Standing.ID = "another"
		s.failsAtWork(app.NotFound, []string{"another"}, func(tx outbox.Tx) error { return tx.SaveStandings(unknown) })
	}},
	{"open is what is live here and not fully paid in Xero, by the newest export", func(t *testing.T, s store) {
		s.work(func(tx outbox.Tx) error {
			for _, c := range []struct {
				there  ledger.InvoiceID
				status ledger.InvoiceStatus
				stage  billing.Stage
			}{
				{"a draft there", ledger.DraftThere, billing.Stage{Status: billing.Finalized, Export: billing.Exported}},
				{"b approved", ledger.AuthorisedThere, billing.Stage{Status: billing.Closed, Export: billing.Exported}},
				{"c changed", ledger.SubmittedThere, billing.Stage{Status: billing.Finalized, Export: billing.Changed}},
				{"d not found", ledger.DraftThere, billing.Stage{Status: billing.Finalized, Export: billing.NotFoundInXero}},
				{"paid", ledger.PaidThere, billing.Stage{Status: billing.Closed, Export: billing.Exported}},
				{"voided", ledger.VoidedThere, billing.Stage{Status: billing.Closed, Export: billing.VoidedInXero}},
				{"taken back", ledger.DeletedThere, billing.Stage{Status: billing.Draft}},
				{"leaving", ledger.DraftThere, billing.Stage{Status: billing.Finalized, Export: billing.Removing}},
			} {
				v := standing(billing.InvoiceID(c.there), billing.Number(c.there))
				v.Stage = c.stage
				e := exported(app.ExportID(c.there), v.ID, c.there)
				e.Standing.Status, e.Since = c.status, moment
				older := exported(app.ExportID("older "+c.there), v.ID, "older "+c.there)
				if err := errors.Join(second(tx.SaveInvoice(v)), tx.SaveExports(older, e)); err != nil {
					return err
				}
			}
			unsent := plain("unsent", "unsent")
			unsent.Stage.Export = billing.Queued
			return errors.Join(second(tx.SaveInvoice(unsent)), tx.SaveExports(waiting("unsent", "unsent")))
		})
		s.look(func(r outbox.Reader) error {
			open, err := r.OpenInXero("demo")
			same(t, open, []ledger.InvoiceID{"a draft there", "b approved", "c changed", "d not found"})
			first, err2 := r.FirstSent("demo")
			same(t, first, moment.Add(-10*time.Minute))
			none, err3 := r.FirstSent("another")
			if !none.IsZero() {
				t.Errorf("something was sent to another organisation at %v", none)
			}
			return errors.Join(err, err2, err3)
		})
	}},
	{"how far Xero is known comes back as it was saved", func(t *testing.T, s store) {
		want := app.Refresh{
			Tenant: "demo", Cursor: moment, At: moment.Add(time.Second), Reread: moment.Add(-time.Hour),
			Failing: app.Park{Since: moment, Until: moment.Add(time.Minute), Why: app.Offline, Text: "no route"},
		}
		s.work(func(tx outbox.Tx) error {
			return errors.Join(tx.SaveRefresh(app.Refresh{Tenant: "demo", Cursor: moment.Add(time.Hour)}), tx.SaveRefresh(want))
		})
		s.look(func(r outbox.Reader) error {
			got, err := r.Refreshes()
			same(t, got, map[ledger.TenantID]app.Refresh{"demo": want})
			return err
		})
		s.work(func(tx outbox.Tx) error { return errors.Join(tx.ForgetFailing("demo"), tx.ForgetFailing("none")) })
		want.Failing = app.Park{}
		s.look(func(r outbox.Reader) error {
			got, err := r.Refreshes()
			same(t, got, map[ledger.TenantID]app.Refresh{"demo": want})
			return err
		})
	}},
	{"a removal comes back as it was saved, and counts in its run by what became of it", func(t *testing.T, s store) {
		run := app.Run{ID: "away", Kind: app.RemovalRun, Tenant: "demo", By: "olivia", Started: moment, Confirmed: moment}
		sending := ready("sending", "b")
		sending.Kind, sending.State, sending.Tries = app.RemovalBatch, app.Sending, 1
		lost := ready("lost", "c")
		lost.Kind, lost.State, lost.Tries = app.RemovalBatch, app.Lost, 1
		removal := func(id app.RemovalID) app.Removal {
			return app.Removal{ID: id, Run: "away", Invoice: "v", Export: "e", Tenant: "demo", There: "x", To: ledger.DeletedThere}
		}
		a, b, c, d, e := removal("a"), removal("b"), removal("c"), removal("d"), removal("e")
		b.Batch, c.Batch = "sending", "lost"
		d.Ended, d.Result = moment, app.Removed
		e.Ended, e.Result, e.Small = moment, app.KeptThere, 25
		e.Sent, e.Answered, e.Correlation = moment.Add(-time.Second), moment, "3f2c"
		e.Messages = []ledger.Message{{Text: "It is approved in Xero.", Cause: ledger.StatusMoved}}
		s.work(func(tx outbox.Tx) error {
			return errors.Join(tx.SaveRuns(run), second(tx.SaveInvoice(standing("v", "INV-1"))), tx.SaveExports(exported("e", "v", "x")),
				tx.SaveBatches(sending), tx.SaveBatches(lost), tx.SaveRemovals(a, b, c, removal("d"), removal("e")), tx.SaveRemovals(d, e))
		})
		s.look(func(r outbox.Reader) error {
			all, err := r.RemovalsOfRun("away")
			same(t, all, []app.Removal{a, b, c, d, e})
			of, err2 := r.RemovalsOf("v")
			same(t, of, []app.Removal{e, d, c, b, a})
			waiting, err3 := r.WaitingRemovals("demo", 10)
			same(t, waiting, []app.Removal{a})
			some, err4 := r.Removals([]app.RemovalID{"e", "a"})
			same(t, some, []app.Removal{e, a})
			_, missing := r.Removals([]app.RemovalID{"none such"})
			if !app.IsCode(missing, app.NotFound) {
				t.Errorf("a removal that is not there gives %v", missing)
			}
			tally, err5 := r.Tally("away")
			same(t, tally, app.Tally{All: 5, Queued: 1, Exporting: 1, Unknown: 1, Exported: 1, Failed: 1})
			got, err6 := r.Run("away")
			same(t, got, run)
			return errors.Join(err, err2, err3, err4, err5, err6)
		})
	}},
	{"a replacement is under way until it is ended", func(t *testing.T, s store) {
		s.work(func(tx outbox.Tx) error {
			return errors.Join(second(tx.SaveInvoice(standing("old", "INV-1"))), second(tx.SaveInvoice(plain("new", "INV-2"))),
				tx.SaveReplacement(app.Replacement{Invoice: "old", By: "olivia", Began: moment}))
		})
		open := []app.Replacement{{Invoice: "old", By: "olivia", Began: moment}}
		s.look(func(r outbox.Reader) error {
			got, err := r.Replacements()
			same(t, got, open)
			return err
		})
		done := app.Replacement{Invoice: "old", By: "olivia", Began: moment, Copy: "new", Ended: moment.Add(time.Minute)}
		s.work(func(tx outbox.Tx) error { return tx.SaveReplacement(done) })
		s.look(func(r outbox.Reader) error {
			got, err := r.Replacements()
			one, err2 := r.Replacement("old")
			same(t, one, done)
			if _, missing := r.Replacement("new"); len(got) != 0 || !app.IsCode(missing, app.NotFound) {
				t.Errorf("%v is under way, and one that is not there gives %v", got, missing)
			}
			return errors.Join(err, err2)
		})
	}},
	{"an extra is there once, until it is deleted", func(t *testing.T, s store) {
		note, paper := app.Extra{Export: "e", Tenant: "demo", Kind: app.HistoryNote}, app.Extra{Export: "e", Tenant: "demo", Kind: app.PrintedPaper}
		s.work(func(tx outbox.Tx) error {
			return errors.Join(second(tx.SaveInvoice(standing("v", "INV-1"))), tx.SaveExports(exported("e", "v", "x")),
				tx.SaveExtras(note), tx.SaveExtras(paper), tx.SaveExtras(note))
		})
		s.look(func(r outbox.Reader) error {
			all, err := r.Extras("demo", 10)
			same(t, all, []app.Extra{note, paper})
			return err
		})
		s.work(func(tx outbox.Tx) error { return tx.DeleteExtra(note) })
		s.look(func(r outbox.Reader) error {
			all, err := r.Extras("demo", 10)
			same(t, all, []app.Extra{paper})
			return err
		})
	}},
	{"the uses of numbers are told by their prefix, whatever became of them", func(t *testing.T, s store) {
		s.work(func(tx outbox.Tx) error {
			gone := plain("gone", "INV-2")
			gone.Stage.Status = billing.Deleted
			return errors.Join(second(tx.SaveInvoice(plain("a", "inv-1"))), second(tx.SaveInvoice(gone)), second(tx.SaveInvoice(plain("b", "INV-2"))),
				second(tx.SaveInvoice(plain("other", "X-1"))), second(tx.SaveInvoice(plain("none", ""))), tx.Burn("INV-3", "X-2", "INV-3"))
		})
		s.look(func(r outbox.Reader) error {
			got, err := r.NumberUses("INV-")
			want := map[app.NumberUse]bool{
				{Number: "inv-1", Invoice: "a", Client: "Kauri Joinery"}:                   true,
				{Number: "INV-2", Invoice: "gone", Client: "Kauri Joinery", Deleted: true}: true,
				{Number: "INV-2", Invoice: "b", Client: "Kauri Joinery"}:                   true,
				{Number: "inv-3", Burnt: true}:                                             true,
			}
			for _, u := range got {
				if !want[u] {
					t.Errorf("%+v is among them", u)
				}
				delete(want, u)
			}
			if len(want) > 0 {
				t.Errorf("missing are %v", want)
			}
			return err
		})
	}},
}
