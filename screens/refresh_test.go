package screens

import (
	"errors"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"feebridge/app"
	"feebridge/app/ledger"
)

func TestTheStatusesAreReadInXeroWhenAsked(t *testing.T) {
	offline := &app.Trouble{Reason: app.Offline}
	for name, test := range map[string]struct {
		moved int
		err   error
		want  string
	}{
		"nothing":         {0, nil, "No changes in Xero"},
		"one":             {1, nil, "1 invoice changed in Xero"},
		"some":            {3, nil, "3 invoices changed in Xero"},
		"none could":      {0, offline, "Couldn't reach Xero"},
		"some, then none": {2, errors.Join(offline), "2 invoices changed in Xero. Couldn't reach Xero"},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake().fill(12)
			fake.after.moved, fake.refuse["RefreshAll"] = test.moved, test.err
			b := newTrial(t, fake)
			b.tap("refresh.button")
			b.see(test.want)
			b.control(fyne.KeyF) // where one types, too
			b.key(fyne.KeyF5)
			if n := fake.counted["RefreshAll"]; n != 2 {
				t.Errorf("Xero was asked %d times, want once by the button and once by F5", n)
			}
		})
	}
}

func TestTheButtonIsBusyWhileTheStatusesAreRead(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	gate := fake.hold(t, "RefreshAll", 1)
	b.w.billing.refreshStatuses()
	gate.await()
	b.drain()
	if !b.button("refresh.running").Disabled() {
		t.Error("the button can be pressed again")
	}
	b.w.billing.refreshStatuses()
	gate.open()
	b.settle()
	if n := fake.counted["RefreshAll"]; n != 1 {
		t.Errorf("Xero was asked %d times at once", n)
	}
	b.button("refresh.button")
}

func TestTheBadgeSaysWhenTheStatusesWereRead(t *testing.T) {
	fake := newFake().fill(3)
	fake.after.refreshes["t1"] = app.Refresh{Tenant: "t1", At: fakeNow.Add(-30 * time.Second)}
	b := newTrial(t, fake)
	b.see("Demo Company (NZ) · refreshed just now")
	b.pass(time.Minute)
	b.see("Demo Company (NZ) · refreshed 1 minute ago")
	b.pass(time.Minute)
	b.see("Demo Company (NZ) · refreshed 2 minutes ago")

	fake.mu.Lock()
	fake.after.refreshes["t1"] = app.Refresh{Tenant: "t1", At: fakeNow, Failing: app.Park{Since: b.now(), Until: b.now().Add(3 * time.Minute), Why: app.Offline}}
	fake.mu.Unlock()
	fake.tell("organisation", "t1")
	b.settle()
	b.see("Demo Company (NZ) · Offline. Trying again in 3 min", "○")
	b.pass(time.Minute)
	b.see("Offline. Trying again in 2 min")
	tapBadge(b)
	b.see("Couldn't refresh the statuses. Offline. Trying again in 2 min.", "Statuses refreshed 3 minutes ago")
}

func TestANarrowBadgeLeavesTheOrganisationOut(t *testing.T) {
	b := newTrial(t, newFake().fill(3))
	name := b.fake.orgs[0].Tenant.Name + " · "
	wide := b.w.frame.badge.label.Text
	b.window.Resize(fyne.NewSize(narrowBelow-1, 600))
	if narrow := b.w.frame.badge.label.Text; narrow == "" || name+narrow != wide {
		t.Errorf("the badge says %q where it is narrow, and %q where not", narrow, wide)
	}
	b.window.Resize(fyne.NewSize(narrowBelow, 600))
	if again := b.w.frame.badge.label.Text; again != wide {
		t.Errorf("the badge says %q, not %q", again, wide)
	}
}

func TestAMomentIsToldAsAPersonSaysIt(t *testing.T) {
	b := newTrial(t, newFake())
	for past, want := range map[time.Duration]string{
		0: "just now", 59 * time.Second: "just now", time.Minute: "1 minute ago", 59*time.Minute + 59*time.Second: "59 minutes ago",
		time.Hour: "at " + b.w.format.Moment(fakeNow.Add(-time.Hour), fakeNow), -time.Hour: "at " + b.w.format.Moment(fakeNow.Add(time.Hour), fakeNow),
	} {
		if got := ago(b.w.format, fakeNow.Add(-past), fakeNow); got != want {
			t.Errorf("%s: got %q, want %q", past, got, want)
		}
	}
}

func TestWithoutAnOrganisationF5ReadsTheList(t *testing.T) {
	fake := newFake().fill(3)
	fake.orgs = nil
	b := newTrial(t, fake)
	if !b.button("refresh.button").Disabled() {
		t.Error("statuses can be read of no organisation")
	}
	b.key(fyne.KeyF5)
	if fake.counted["RefreshAll"] != 0 || fake.counted["Rows"] != 2 {
		t.Errorf("Xero was asked %d times, and the list was read %d times", fake.counted["RefreshAll"], fake.counted["Rows"])
	}
}

func TestTheColumnTellsHowAnInvoiceStandsInXero(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.fake.approve("0001076")
	b.settle()
	row := func() string { b.Helper(); return b.cells("0001076") }
	expect := func(want string) {
		b.Helper()
		if got := row(); got[len(got)-len(want):] != want {
			b.Errorf("the row says %q, want %q at its end", got, want)
		}
	}
	expect("Closed | ✓ | Awaiting payment")
	partPaid := func(st *ledger.Standing) {
		v := b.fake.number("0001076")
		totals, _ := v.Totals()
		st.Status, st.AmountPaid, st.AmountDue = ledger.AuthorisedThere, totals.Tax, totals.SubTotal
	}
	b.fake.inXero("0001076", closed(exportedThere), partPaid)
	b.settle()
	expect("Closed | ✓ | Part-paid, 606.20 due")
	b.fake.pay("0001076")
	b.settle()
	expect("Closed | ✓ | Paid " + b.w.format.Date(20261114))
	b.fake.inXero("0001076", closed(exportedThere), func(st *ledger.Standing) {
		st.AmountCredited, st.AmountPaid, st.PaidOn, st.CreditedBy = st.AmountPaid, ledger.Standing{}.AmountPaid, 0, ledger.CreditNotes
	})
	b.settle()
	expect("Closed | ✓ | Credited")
	b.fake.inXero("0001076", closed(removingThere), nil)
	b.settle()
	expect("Closed | ↻ | Being voided in Xero")
	b.fake.void("0001076")
	b.settle()
	expect("Closed | ∅ | Voided in Xero")
	b.fake.inXero("0001076", closed(missingThere), nil)
	b.settle()
	expect("Closed | ∅ | Missing from Xero")
}
