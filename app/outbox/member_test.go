package outbox

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

var atTen = time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)

// sentInvoice is an export that is on its way, sent first at ten.
func sentInvoice() app.Tracked {
	total := money.New(115_00, "NZD")
	return app.Tracked{
		Export:  app.Export{ID: "e", Invoice: "v", Number: "INV-1", Mark: "mark", Sent: atTen, Since: atTen.Add(-sinceMargin), Expected: total, Batch: "b"},
		Invoice: billing.Invoice{ID: "v", Number: "INV-1", Date: 20261103, Currency: "NZD", Stage: billing.Stage{Status: billing.Finalized, Export: billing.Exporting}},
		Newest:  true,
	}
}

// inXero is that invoice as Xero has it.
func inXero(status ledger.InvoiceStatus) ledger.Standing {
	total := money.New(115_00, "NZD")
	return ledger.Standing{ID: "there", Number: "INV-1", Mark: "mark", Status: status, Date: 20261103, Currency: "NZD", Total: total, AmountDue: total, Updated: atTen}
}

// TestWhatAnElementSaysOfAnExport asks of what was sent once, again, and in another request before.
func TestWhatAnElementSaysOfAnExport(t *testing.T) {
	first := app.Batch{ID: "b", State: app.Sending, Members: []string{"e"}, Tries: 1, Tried: atTen, TriedLast: atTen}
	again := first
	again.Tries, again.TriedLast = 2, atTen.Add(time.Minute)
	another := first
	another.Tried, another.TriedLast = atTen.Add(10*time.Minute), atTen.Add(10*time.Minute)
	taken := []ledger.Message{{Text: "Invoice # must be unique.", Cause: ledger.NumberTaken}}
	other := []ledger.Message{{Text: "Account code '999' is not a valid code.", Cause: ledger.Other}}
	accepted := ledger.Outcome{Verdict: ledger.Accepted, Standing: inXero(ledger.DraftThere)}
	refused := func(why []ledger.Message) ledger.Outcome {
		return ledger.Outcome{Verdict: ledger.Rejected, Messages: why}
	}
	for name, c := range map[string]struct {
		b       app.Batch
		earlier []app.Export // of the same invoice
		said    ledger.Outcome
		want    billing.ExportState
	}{
		"saved":                              {first, nil, accepted, billing.Exported},
		"saved, says a replay":               {again, nil, accepted, billing.Unknown},
		"no element":                         {first, nil, ledger.Outcome{}, billing.Unknown},
		"refused":                            {first, nil, refused(other), billing.Failed},
		"refused, says a replay":             {again, nil, refused(other), billing.Failed},
		"the number is taken":                {first, nil, refused(taken), billing.Failed},
		"the number is taken, says a replay": {again, nil, refused(taken), billing.Unknown},
		"the number is taken, and it was sent before":                {another, nil, refused(taken), billing.Unknown},
		"the number is taken, and an earlier export was sent":        {first, []app.Export{{ID: "earlier", Sent: atTen.Add(-time.Hour)}}, refused(taken), billing.Unknown},
		"the number is taken, and an earlier export never left":      {first, []app.Export{{ID: "earlier"}}, refused(taken), billing.Failed},
		"refused for something else, and an earlier export was sent": {first, []app.Export{{ID: "earlier", Sent: atTen.Add(-time.Hour)}}, refused(other), billing.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEffects("tenant", atTen.Add(time.Hour))
			m := exporting{kind: &exports{sender: &sender{Outbox: &Outbox{}}}, Tracked: sentInvoice(), stored: exportsOf{all: c.earlier}}
			c.said.Member = "e"
			unclear, err := m.settle(e, c.b, map[string]ledger.Outcome{"e": c.said})
			if err != nil {
				t.Fatal(err)
			}
			if got := e.stages["v"].Export; got != c.want || (len(unclear) > 0) != (c.want == billing.Unknown) {
				t.Errorf("it is %s, and %v is looked up", got, unclear)
			}
			if ended := !e.exports[0].Ended.IsZero(); ended == (c.want == billing.Unknown) || e.ends != ended {
				t.Errorf("its export has ended: %v; its run may have: %v", ended, e.ends)
			}
		})
	}
}

// TestHowAnExportEndsByWhatXeroHas has Xero answer an export, or a look-up find its invoice, with the total that was sent or
// another one.
func TestHowAnExportEndsByWhatXeroHas(t *testing.T) {
	total := money.New(115_00, "NZD")
	for name, c := range map[string]struct {
		status ledger.InvoiceStatus
		total  money.Amount
		direct bool
		want   billing.Stage
		told   bool // that something differs
	}{
		"a draft":                        {ledger.DraftThere, total, true, billing.Stage{Status: billing.Finalized, Export: billing.Exported}, false},
		"a draft with another total":     {ledger.DraftThere, money.New(116_00, "NZD"), true, billing.Stage{Status: billing.Finalized, Export: billing.Warned}, true},
		"found with another total":       {ledger.DraftThere, money.New(116_00, "NZD"), false, billing.Stage{Status: billing.Finalized, Export: billing.Changed}, true},
		"approved":                       {ledger.AuthorisedThere, total, true, billing.Stage{Status: billing.Closed, Export: billing.Exported}, false},
		"approved with another total":    {ledger.AuthorisedThere, money.New(116_00, "NZD"), true, billing.Stage{Status: billing.Closed, Export: billing.Changed}, true},
		"found approved, with the total": {ledger.AuthorisedThere, total, false, billing.Stage{Status: billing.Closed, Export: billing.Exported}, false},
		"found approved, with another":   {ledger.AuthorisedThere, money.New(116_00, "NZD"), false, billing.Stage{Status: billing.Closed, Export: billing.Changed}, true},
	} {
		t.Run(name, func(t *testing.T) {
			st := inXero(c.status)
			st.Total, st.AmountDue = c.total, c.total
			e := newEffects("tenant", atTen)
			export, err := e.receive(sentInvoice(), st, nil, c.direct)
			if err != nil {
				t.Fatal(err)
			}
			if got := e.stages["v"]; got != c.want || export.Result != c.want.Export || (len(export.Messages) > 0) != c.told {
				t.Errorf("it is %v, and the export %s: %+v", got, export.Result, export.Messages)
			}
		})
	}
}

// exportsOf is a store of which the exports of an invoice are all that is asked.
type exportsOf struct {
	Reader
	all []app.Export
}

// ExportsOf implements Reader.
func (r exportsOf) ExportsOf(billing.InvoiceID) ([]app.Export, error) { return r.all, nil }

// TestWhatNeverLeftTakesBackOnlyItsOwnTime has a request end that provably never left. An export that
// was sent in another one before was sent all the same.
func TestWhatNeverLeftTakesBackOnlyItsOwnTime(t *testing.T) {
	for name, c := range map[string]struct {
		tried time.Time
		sent  bool
	}{"it was sent in this request": {atTen, false}, "it was sent in another before": {atTen.Add(10 * time.Minute), true}} {
		t.Run(name, func(t *testing.T) {
			e := newEffects("tenant", c.tried.Add(time.Second))
			b := app.Batch{ID: "b", State: app.Sending, Members: []string{"e"}, Tries: 1, Tried: c.tried, TriedLast: c.tried}
			m := exporting{Tracked: sentInvoice()}
			if err := m.unsend(e, b, nil); err != nil {
				t.Fatal(err)
			}
			if got := e.exports[0]; got.Sent.IsZero() == c.sent || got.Since.IsZero() == c.sent {
				t.Errorf("it was sent at %v, and is looked for from %v", got.Sent, got.Since)
			}
		})
	}
	b := app.Batch{Tries: 2}
	for _, c := range []struct {
		tries int
		t     *app.Trouble
		want  bool
	}{
		{1, &app.Trouble{Reason: app.Offline, Unsent: true}, true}, {1, &app.Trouble{Reason: app.Interrupted}, false},
		{2, &app.Trouble{Reason: app.Offline, Unsent: true}, false}, {1, nil, false},
	} {
		b.Tries = c.tries
		if got := neverLeft(answer{batch: b, trouble: c.t}); got != c.want {
			t.Errorf("after %d tries and %+v it never left: %v", c.tries, c.t, got)
		}
	}
}

// TestALookUpBeginsBeforeTheFirstTryByXerosClock has Xero's clock ahead and behind.
func TestALookUpBeginsBeforeTheFirstTryByXerosClock(t *testing.T) {
	for _, ahead := range []time.Duration{0, time.Hour, -time.Hour} {
		t.Run(ahead.String(), func(t *testing.T) {
			tracked := sentInvoice()
			tracked.Export.Sent, tracked.Export.Since, tracked.Invoice.Stage.Export = time.Time{}, time.Time{}, billing.Queued
			e := newEffects("tenant", atTen)
			m := exporting{Tracked: tracked, ahead: ahead}
			if err := m.claim(e, app.Batch{}); err != nil {
				t.Fatal(err)
			}
			if got := e.exports[0]; !got.Sent.Equal(atTen) || !got.Since.Equal(atTen.Add(ahead-10*time.Minute)) {
				t.Errorf("it was sent at %v, and is looked for from %v", got.Sent, got.Since)
			}
			later := newEffects("tenant", atTen.Add(time.Hour))
			m.Tracked.Export = e.exports[0]
			if err := m.claim(later, app.Batch{}); err != nil {
				t.Fatal(err)
			}
			if got := later.exports[0]; !got.Sent.Equal(atTen) || !got.Since.Equal(e.exports[0].Since) {
				t.Errorf("once it is sent again, it was sent at %v, and is looked for from %v", got.Sent, got.Since)
			}
		})
	}
}

// TestNothingIsWrittenBesidesWhatIsGoneFromXero asks for a note and the printed invoice.
func TestNothingIsWrittenBesidesWhatIsGoneFromXero(t *testing.T) {
	for status, want := range map[ledger.InvoiceStatus]int{
		ledger.DraftThere: 2, ledger.SubmittedThere: 2, ledger.AuthorisedThere: 2, ledger.PaidThere: 2, ledger.DeletedThere: 0, ledger.VoidedThere: 0,
	} {
		o := &Outbox{paper: struct{ app.Paper }{}}
		e, export := newEffects("tenant", atTen), sentInvoice().Export
		export.Standing = inXero(status)
		o.wantExtras(e, export, ledger.Mapping{Note: true, AttachPaper: true}, app.MarksKept)
		if len(e.extras) != want {
			t.Errorf("of one that is %s: %+v", status, e.extras)
		}
	}
}

// TestWhatAnElementSaysOfARemoval has Xero say OK to what it did not do.
func TestWhatAnElementSaysOfARemoval(t *testing.T) {
	for name, c := range map[string]struct {
		to   ledger.InvoiceStatus
		said ledger.Outcome
		done bool
	}{
		"deleted":                {ledger.DeletedThere, ledger.Outcome{Verdict: ledger.Accepted, Standing: inXero(ledger.DeletedThere)}, true},
		"OK, and a draft":        {ledger.DeletedThere, ledger.Outcome{Verdict: ledger.Accepted, Standing: inXero(ledger.DraftThere)}, false},
		"OK, and approved":       {ledger.DeletedThere, ledger.Outcome{Verdict: ledger.Accepted, Standing: inXero(ledger.AuthorisedThere)}, false},
		"refused":                {ledger.DeletedThere, ledger.Outcome{Verdict: ledger.Rejected, Standing: inXero(ledger.DeletedThere)}, false},
		"nothing":                {ledger.DeletedThere, ledger.Outcome{}, false},
		"voided":                 {ledger.VoidedThere, ledger.Outcome{Verdict: ledger.Accepted, Standing: inXero(ledger.VoidedThere)}, true},
		"OK, and still approved": {ledger.VoidedThere, ledger.Outcome{Verdict: ledger.Accepted, Standing: inXero(ledger.AuthorisedThere)}, false},
		"OK, and deleted":        {ledger.VoidedThere, ledger.Outcome{Verdict: ledger.Accepted, Standing: inXero(ledger.DeletedThere)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			tracked := sentInvoice()
			tracked.Invoice.Stage = billing.Stage{Status: billing.Finalized, Export: billing.Removing}
			if c.to == ledger.VoidedThere {
				tracked.Invoice.Stage.Status = billing.Closed
			}
			m := removing{kind: &removals{&sender{Outbox: &Outbox{}}}, Removal: app.Removal{ID: "r", Invoice: "v", There: "there", To: c.to, Batch: "b"}, tracked: tracked}
			e := newEffects("tenant", atTen)
			unclear, err := m.settle(e, app.Batch{ID: "b", Members: []string{"r"}, Tries: 1}, map[string]ledger.Outcome{"r": c.said})
			if err != nil {
				t.Fatal(err)
			}
			if done := e.removals[0].Result == app.Removed; done != c.done || (len(unclear) == 0) != c.done {
				t.Errorf("it is taken for done: %v; %v is looked up", done, unclear)
			}
		})
	}
}

// TestARemovalThatXeroRefusedEndsWithTheReason has Xero refuse a removal, and a look-up find the invoice as it was.
func TestARemovalThatXeroRefusedEndsWithTheReason(t *testing.T) {
	tracked := sentInvoice()
	tracked.Invoice.Stage = billing.Stage{Status: billing.Finalized, Export: billing.Removing}
	m := removing{
		kind:    newSender(&Outbox{}, "tenant", app.Fence{}, errand{}).removals,
		Removal: app.Removal{ID: "r", Invoice: "v", There: "there", To: ledger.DeletedThere, Batch: "b"}, tracked: tracked,
	}
	b := app.Batch{ID: "b", Members: []string{"r"}, Tries: 1}
	why := []ledger.Message{{Text: "This organisation is being archived.", Cause: ledger.Other}}
	e := newEffects("tenant", atTen)
	if _, err := m.settle(e, b, map[string]ledger.Outcome{"r": {Verdict: ledger.Rejected, Messages: why}}); err != nil {
		t.Fatal(err)
	}
	m.Removal = e.removals[0]
	later := newEffects("tenant", atTen.Add(time.Minute))
	if err := m.adopt(later, b, reading{byID: map[ledger.InvoiceID]ledger.Standing{"there": inXero(ledger.DraftThere)}}, resend{}); err != nil {
		t.Fatal(err)
	}
	if r := later.removals[0]; r.Result != app.KeptThere || !slices.Equal(r.Messages, why) || later.stages["v"].Export == billing.Removing {
		t.Errorf("it ended as %q, with %+v", r.Result, r.Messages)
	}
}

// TestOfTwoWithOneMarkTheLiveOneCounts reads two invoices that bear a mark, in either order.
func TestOfTwoWithOneMarkTheLiveOneCounts(t *testing.T) {
	of := func(id ledger.InvoiceID, s ledger.InvoiceStatus) ledger.Standing {
		st := inXero(s)
		st.ID = id
		return st
	}
	for _, dead := range []ledger.InvoiceStatus{ledger.DeletedThere, ledger.VoidedThere} {
		for _, live := range []ledger.InvoiceStatus{ledger.DraftThere, ledger.SubmittedThere, ledger.AuthorisedThere, ledger.PaidThere} {
			both := []ledger.Standing{of("dead", dead), of("live", live)}
			for range both {
				slices.Reverse(both)
				byMark := map[string]ledger.Standing{}
				for _, st := range both {
					keep(byMark, st)
				}
				if got := byMark["mark"]; got.ID != "live" {
					t.Errorf("of %s and %s, read in this order, the %s one counts", both[0].Status, both[1].Status, got.ID)
				}
			}
		}
	}
	byMark := map[string]ledger.Standing{}
	keep(byMark, of("one", ledger.DraftThere))
	keep(byMark, of("one", ledger.DeletedThere))
	if got := byMark["mark"]; got.Status != ledger.DeletedThere {
		t.Errorf("of two readings of one the earlier counts: %s", got.Status)
	}
}

// TestWhenALostRequestIsReplayedAndWhenLookedUp asks with the ages of its first and last try, by this
// process's clock and by the computer's. Xero keeps a key for six minutes.
func TestWhenALostRequestIsReplayedAndWhenLookedUp(t *testing.T) {
	for name, c := range map[string]struct {
		first, last time.Duration // ago, by this process's clock
		wall        time.Duration // the first, by the computer's
		tries       int
		troubles    int
		asked       bool // to be looked up
		at          time.Duration
		lookUp      bool
	}{
		"just now":                            {time.Second, time.Second, time.Second, 1, 0, false, 0, false},
		"tried often, the last just now":      {4 * time.Minute, 0, 4 * time.Minute, 9, 0, false, 30 * time.Second, false},
		"the key is nearly too old":           {4*time.Minute + 59*time.Second, time.Minute, 4*time.Minute + 59*time.Second, 3, 0, false, -56 * time.Second, false},
		"too old by both clocks":              {5 * time.Minute, 5 * time.Minute, 5 * time.Minute, 1, 0, false, time.Minute, true},
		"too old by the computer's":           {time.Minute, time.Minute, 5 * time.Minute, 1, 0, false, 5 * time.Minute, true},
		"too old by this process's":           {5 * time.Minute, 5 * time.Minute, -time.Hour, 1, 0, false, time.Minute, true},
		"too old, the last try is young":      {5 * time.Minute, 10 * time.Second, 5 * time.Minute, 4, 0, false, 170 * time.Second, true},
		"asked for, no try was answered":      {10 * time.Second, 10 * time.Second, 10 * time.Second, 1, 0, true, 170 * time.Second, true},
		"asked for, every try was answered":   {10 * time.Second, 10 * time.Second, 10 * time.Second, 2, 2, true, -10 * time.Second, true},
		"asked for, one try was not answered": {10 * time.Second, 10 * time.Second, 10 * time.Second, 3, 2, true, 170 * time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Hour)
				now := time.Now()
				s := &sender{Outbox: &Outbox{}}
				b := app.Batch{ID: "b", Tried: now.Add(-c.wall), TriedLast: now.Add(-c.last), Tries: c.tries, Troubles: c.troubles, LookUp: c.asked}
				s.tries.keep(b.ID, try{now.Add(-c.first), now.Add(-c.last)})
				at, lookUp := s.due(b)
				if lookUp != c.lookUp || at.Sub(now) != c.at {
					t.Errorf("it is due in %v, to be looked up: %v", at.Sub(now), lookUp)
				}
			})
		})
	}
}

// TestARequestFromDiskIsAsOldAsItSays asks about one that an earlier process left, whose clock may have been ahead, and
// again when its answer has failed to come once more.
func TestARequestFromDiskIsAsOldAsItSays(t *testing.T) {
	for name, c := range map[string]struct{ tried, at time.Duration }{
		"ten seconds ago": {-10 * time.Second, -9 * time.Second},
		"tomorrow":        {24 * time.Hour, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &sender{Outbox: &Outbox{}}
				tried := time.Now().Add(c.tried)
				b := app.Batch{ID: "b", State: app.Lost, Tried: tried, TriedLast: tried, Tries: 1}
				if at, lookUp := s.due(b); lookUp || time.Until(at) != c.at {
					t.Errorf("it is due in %v, to be looked up: %v", time.Until(at), lookUp)
				}
				time.Sleep(time.Minute)
				s.tries.note(b)
				if at, lookUp := s.due(b); lookUp || time.Until(at) != time.Second {
					t.Errorf("after its answer failed to come it is due in %v, to be looked up: %v", time.Until(at), lookUp)
				}
			})
		})
	}
}

// TestWhatAnEarlierSenderLeftIsLost inherits what was lost and what was being sent, as far as the clock tells.
func TestWhatAnEarlierSenderLeftIsLost(t *testing.T) {
	before, tomorrow := atTen.Add(-time.Minute), atTen.Add(24*time.Hour)
	for name, c := range map[string]struct{ of, want app.Batch }{
		"lost a minute ago": {
			app.Batch{State: app.Lost, TriedLast: before, Troubles: 1}, app.Batch{State: app.Lost, TriedLast: before, Troubles: 1},
		},
		"being sent a minute ago": {
			app.Batch{State: app.Sending, TriedLast: before, Troubles: 1}, app.Batch{State: app.Lost, TriedLast: atTen, Troubles: 1},
		},
		"lost tomorrow": {
			app.Batch{State: app.Lost, TriedLast: tomorrow, Troubles: 1}, app.Batch{State: app.Lost, TriedLast: atTen, LookUp: true},
		},
		"being sent tomorrow": {
			app.Batch{State: app.Sending, TriedLast: tomorrow, Troubles: 1}, app.Batch{State: app.Lost, TriedLast: atTen, LookUp: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEffects("tenant", atTen)
			(&sender{Outbox: &Outbox{}}).mislay(e, c.of)
			if diff := cmp.Diff([]app.Batch{c.want}, e.batches); diff != "" {
				t.Errorf("the request afterwards (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAKeyIsAsOldAsItsFirstTry claims a request that was tried before.
func TestAKeyIsAsOldAsItsFirstTry(t *testing.T) {
	first, now := time.Date(2026, time.November, 3, 9, 0, 0, 0, time.UTC), time.Date(2026, time.November, 3, 9, 4, 0, 0, time.UTC)
	for tries, want := range map[int]time.Time{0: now, 1: first, 7: first} {
		b, err := leave(newEffects("t", now), app.Batch{Tries: tries, Tried: first, TriedLast: first}, nil)
		if err != nil || !b.Tried.Equal(want) || !b.TriedLast.Equal(now) || b.Tries != tries+1 {
			t.Errorf("after %d tries it is %+v: %v", tries, b, err)
		}
	}
}

// posted are books that count what is posted, and answer nothing.
type posted struct {
	app.Books
	n int
}

// Post implements app.Books.
func (p *posted) Post(context.Context, app.Batch) ([]ledger.Outcome, error) {
	p.n++
	return nil, nil
}

// TestWhatWasClaimedTooLongAgoDoesNotLeave has a process claim a request, and sleep before it leaves.
// The key may be forgotten by then, and the request have been made again under another.
func TestWhatWasClaimedTooLongAgoDoesNotLeave(t *testing.T) {
	for slept, leaves := range map[time.Duration]bool{
		0: true, replayWindow: true, replayWindow + time.Second: false, keyLife: false, time.Hour: false, 30 * 24 * time.Hour: false,
	} {
		t.Run(slept.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				books := &posted{}
				s := &sender{Outbox: &Outbox{books: books}}
				b := app.Batch{ID: "b", State: app.Sending, Members: []string{"e"}, Tries: 1, Tried: time.Now(), TriedLast: time.Now()}
				time.Sleep(slept)
				a := s.call(t.Context(), b)
				if left := books.n == 1; left != leaves || neverLeft(a) == leaves {
					t.Errorf("it left: %v; it is known not to have: %v", left, neverLeft(a))
				}
			})
		})
	}
}
