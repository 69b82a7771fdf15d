package screens

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// beginReplacing chooses Replace for an invoice from the menu.
func (b *trial) beginReplacing(n string) {
	b.Helper()
	b.click(n, 0)
	b.tap("More actions")
	b.pick("Replace…")
	b.see("Replace invoice "+n, "1. Out of force in Xero", "2. Delete it here", "3. New draft")
}

func TestAClosedInvoiceIsVoidedFromHereDeletedAndWrittenAnew(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	b.beginReplacing("0001075") // approved
	b.see("It is approved in Xero, and in force there.", "Feebridge makes no credit notes: in Xero open the invoice, Invoice options, Add credit note.")
	b.tap("Void it from here…")
	b.see("Void invoice 0001075 in Xero?", "Voiding cannot be undone, and the number is used up.")
	b.tap("Cancel")
	if fake.counted["VoidInXero"] > 0 {
		t.Fatal("voided before it was confirmed")
	}
	b.tap("Void it from here…")
	b.tap("Void it in Xero")
	b.see("It is being voided in Xero.")
	fake.mu.Lock()
	fake.gauge.Why, fake.gauge.WaitUntil = app.MinuteLimit, b.now().Add(20*time.Second)
	fake.mu.Unlock()
	b.pass(time.Second)
	b.see("Waits for Xero's minute limit, 19 s")
	fake.settleRemovals(1)
	b.settle()
	b.see("It is voided in Xero for good.")
	b.key(fyne.KeyReturn) // Delete it here
	if got := fake.number("0001075").Stage.Status; got != billing.Deleted {
		t.Fatalf("it is %v", got)
	}
	b.see("The draft gets the same lines, today's date, a reference to 0001075")
	b.key(fyne.KeyEscape)
	b.see("1 replacement is under way: 0001075", "showing 23 of 23")
	b.notSee("voided in Xero.") // she knows: she did it
	b.tap("Go on")
	b.key(fyne.KeyReturn) // New draft
	if b.w.pages.front != b.w.editor.page || b.w.editor.draft.Invoice != "new1" {
		t.Error("the copy is not opened in the editor")
	}
	b.w.openBilling()
	b.settle()
	b.notSee("under way")
}

func TestAReplacementNoticesWhatIsDoneInXero(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	b.beginReplacing("0001074") // paid
	b.see("It has a payment in Xero.", "remove every payment first", "Add credit note")
	b.tap("Open in Xero")
	if len(b.opened) != 1 {
		t.Errorf("opened %q", b.opened)
	}
	b.tap("Check again")
	b.see("it stands as before")
	fake.approve("0001074") // the payment was removed
	b.settle()
	b.see("It is approved in Xero, and in force there.")
	fake.after.look = func() { fake.void("0001074") }
	b.tap("Check again")
	b.see("It is voided in Xero for good.")
	b.notSee("it stands as before")
	b.key(fyne.KeyEscape)
	b.notSee("1 invoice was") // the news are hers
}

func TestACreditedInvoiceStaysAndIsCopiedAtOnce(t *testing.T) {
	fake := newFake().fill(24)
	fake.exports[fake.number("0001074").ID][0].Standing.AmountCredited = money.New(100, "NZD")
	b := newTrial(t, fake)
	b.beginReplacing("0001074")
	b.see("It was credited in full in Xero, so it need not be deleted: it stays here as it is.")
	b.key(fyne.KeyReturn)
	if got := fake.number("0001074").Stage.Status; got != billing.Closed {
		t.Errorf("it is %v", got)
	}
	if fake.after.replacements[fake.number("0001074").ID].Copy == "" {
		t.Error("no copy was made")
	}
}

func TestWhatStandsInTheWayOfAReplacementIsSaid(t *testing.T) {
	admin, owner := staff.Founder("s1", "Olivia Hart"), staff.Founder("s2", "Ruth Ali")
	owner.Admin = false
	for name, test := range map[string]struct {
		me      staff.Member
		prepare func(*fakeApp, *fakeInvoice)
		want    []string
		may     bool // delete it here
	}{
		"a lock date": {admin, func(f *fakeApp, v *fakeInvoice) {
			f.after.unlock[v.ID] = "It is dated 2026-11-20, and the books in Xero are closed up to 2026-11-30."
		}, []string{"the books in Xero are closed up to", "Check again", "Add credit note"}, false},
		"a try that failed": {admin, func(f *fakeApp, v *fakeInvoice) {
			f.after.removals = []*app.Removal{{Run: "r0", Invoice: v.ID, To: ledger.VoidedThere, Ended: fakeNow, Result: app.KeptThere, Messages: []ledger.Message{{Text: "Xero said no."}}}}
		}, []string{"The last try did not succeed. Xero said no.", "Void it from here…"}, false},
		"not found, for an Admin": {admin, func(_ *fakeApp, v *fakeInvoice) { v.Stage.Export = billing.NotFoundInXero },
			[]string{"It was not found in Xero."}, true},
		"not found, for others": {owner, func(_ *fakeApp, v *fakeInvoice) { v.Stage.Export = billing.NotFoundInXero },
			[]string{"It was not found in Xero.", "Delete it here: needs Admin"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake().fill(24)
			test.prepare(fake, fake.number("0001075"))
			b := newTrialAs(t, fake, test.me)
			b.beginReplacing("0001075")
			b.see(test.want...)
			if test.may && b.button("Delete it here").Disabled() {
				t.Error("an Admin cannot delete it")
			}
			b.key(fyne.KeyReturn)
			if got := fake.counted["DeleteReplaced"] > 0; got != test.may {
				t.Errorf("it was deleted: %v, want %v", got, test.may)
			}
		})
	}
}

func TestAReplacementIsGivenUp(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	b.beginReplacing("0001075")
	b.tap("Give up…")
	b.see("Stop replacing invoice 0001075?", "Replace can be begun again.")
	b.tap("Give up")
	if b.w.dialogs.top() != nil {
		t.Error("the dialog is still there")
	}
	b.notSee("under way")
	fake.pay("0001075")
	b.settle()
	b.see("1 invoice was paid in Xero.") // it is news again
}

func TestAStepThatIsRefusedSaysWhyAndStays(t *testing.T) {
	fake := newFake().fill(24)
	fake.number("0001075").Stage.Export = billing.VoidedInXero
	fake.refuse["DeleteReplaced"] = app.Errorf(app.Unavailable, "The database is locked.")
	b := newTrial(t, fake)
	b.beginReplacing("0001075")
	b.key(fyne.KeyReturn)
	b.see("The invoice was not deleted", "The database is locked.")
	b.key(fyne.KeyReturn)
	b.see("It is voided in Xero for good.")
	fake.refuse["LookAgain"] = &app.Trouble{Reason: app.Offline}
	fake.approve("0001075")
	b.settle()
	b.tap("Check again")
	b.see("Xero cannot be reached")
}

func TestSeveralReplacementsAreChosenFrom(t *testing.T) {
	fake := newFake().fill(24)
	for _, n := range []billing.Number{"0001075", "0001074"} {
		id := fake.number(n).ID
		fake.after.replacements[id] = &app.Replacement{Invoice: id, Began: fakeNow}
	}
	b := newTrial(t, fake)
	b.see("2 replacements are under way: 0001075, 0001074")
	b.tap("Go on")
	b.pick("Invoice 0001074")
	b.see("Replace invoice 0001074")
}
