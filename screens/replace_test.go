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
	b.tap("action.more")
	b.pick("menu.replace")
	b.see("Replace invoice "+n, "1. Void in Xero", "2. Delete here", "3. Make a new draft")
}

func TestAClosedInvoiceIsVoidedFromHereDeletedAndWrittenAnew(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	b.beginReplacing("0001075") // approved
	b.see("It's approved in Xero.", "Feebridge doesn't make credit notes. In Xero, open the invoice and choose Invoice options > Add credit note.")
	b.tap("replace.void")
	b.see("Void invoice 0001075 in Xero?", "Voiding can't be undone, and the number can't be used again.")
	b.tap("action.cancel")
	if fake.counted["VoidInXero"] > 0 {
		t.Fatal("voided before it was confirmed")
	}
	b.tap("replace.void")
	b.tap("replace.void.yes")
	b.see("Being voided in Xero.")
	fake.mu.Lock()
	fake.gauge.Why, fake.gauge.WaitUntil = app.MinuteLimit, b.now().Add(20*time.Second)
	fake.mu.Unlock()
	b.pass(time.Second)
	b.see("Xero's per-minute limit reached. Continuing in 19 s")
	fake.settleRemovals(1)
	b.settle()
	b.see("Voided in Xero. When you delete it")
	b.key(fyne.KeyReturn) // Close
	if got := fake.number("0001075").Stage.Status; got != billing.Closed {
		t.Fatalf("Enter has deleted it: it is %v", got)
	}
	b.tap("action.continue")
	b.tap("replace.delete")
	if got := fake.number("0001075").Stage.Status; got != billing.Deleted {
		t.Fatalf("it is %v", got)
	}
	b.see("The draft gets the same lines, today's date and a reference to 0001075")
	b.key(fyne.KeyEscape)
	b.see("1 replacement in progress: 0001075", "Showing 23 of 23")
	b.notSee("voided in Xero.") // they know: they did it
	b.tap("action.continue")
	b.key(fyne.KeyReturn) // New draft
	if b.w.pages.front != b.w.editor.page || b.w.editor.draft.Invoice != "new1" {
		t.Error("the copy is not opened in the editor")
	}
	b.w.openBilling()
	b.settle()
	b.notSee("in progress")
}

func TestAReplacementNoticesWhatIsDoneInXero(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	b.beginReplacing("0001074") // paid
	b.see("It has a payment in Xero.", "Remove every payment in Xero first", "Add credit note")
	b.tap("action.open-in-xero")
	if len(b.opened) != 1 {
		t.Errorf("opened %q", b.opened)
	}
	b.tap("action.check-xero")
	b.see("Nothing has changed there.")
	fake.approve("0001074") // the payment was removed
	b.settle()
	b.see("It's approved in Xero.")
	fake.after.look = func() { fake.void("0001074") }
	b.tap("action.check-xero")
	b.see("Voided in Xero. When you delete it")
	b.notSee("Nothing has changed there.")
	b.key(fyne.KeyEscape)
	b.notSee("1 invoice voided") // the news are theirs
}

func TestACreditedInvoiceStaysAndIsCopiedAtOnce(t *testing.T) {
	fake := newFake().fill(24)
	fake.exports[fake.number("0001074").ID][0].Standing.AmountCredited = money.New(100, "NZD")
	fake.exports[fake.number("0001074").ID][0].Standing.CreditedBy = ledger.CreditNotes
	b := newTrial(t, fake)
	b.beginReplacing("0001074")
	b.see("Credited in full in Xero, so there's no need to delete it. It stays here as it is.")
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
		}, []string{"the books in Xero are closed up to", "Check Xero now", "Add credit note"}, false},
		"a try that failed": {admin, func(f *fakeApp, v *fakeInvoice) {
			f.after.removals = []*app.Removal{{Run: "r0", Invoice: v.ID, To: ledger.VoidedThere, Ended: fakeNow, Result: app.KeptThere, Messages: []ledger.Message{{Text: "Xero said no."}}}}
		}, []string{"The last attempt failed. Xero said no.", "Void in Xero…"}, false},
		"not found, for an Admin": {admin, func(_ *fakeApp, v *fakeInvoice) { v.Stage.Export = billing.NotFoundInXero },
			[]string{"Xero no longer lists this invoice."}, true},
		"not found, for others": {owner, func(_ *fakeApp, v *fakeInvoice) { v.Stage.Export = billing.NotFoundInXero },
			[]string{"Xero no longer lists this invoice.", "To delete it here, you need the Admin permission."}, false},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake().fill(24)
			test.prepare(fake, fake.number("0001075"))
			b := newTrialAs(t, fake, test.me)
			b.beginReplacing("0001075")
			b.see(test.want...)
			if test.may {
				b.tap("replace.delete")
			} else {
				b.key(fyne.KeyReturn)
			}
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
	b.tap("replace.stop")
	b.see("Stop replacing invoice 0001075?", "You can choose Replace again later.")
	b.tap("replace.stop.yes")
	if b.w.dialogs.top() != nil {
		t.Error("the dialog is still there")
	}
	b.notSee("in progress")
	fake.pay("0001075")
	b.settle()
	b.see("1 invoice paid in Xero.") // it is news again
}

func TestAStepThatIsRefusedSaysWhyAndStays(t *testing.T) {
	fake := newFake().fill(24)
	fake.number("0001075").Stage.Export = billing.VoidedInXero
	fake.refuse["DeleteReplaced"] = app.Errorf(app.Unavailable, "problem.as-told", "Problem", "The database is locked.")
	b := newTrial(t, fake)
	b.beginReplacing("0001075")
	b.tap("replace.delete")
	b.see("Couldn't delete the invoice", "The database is locked.")
	b.key(fyne.KeyReturn)
	b.see("Voided in Xero. When you delete it")
	fake.refuse["LookAgain"] = &app.Trouble{Reason: app.Offline}
	fake.approve("0001075")
	b.settle()
	b.tap("action.check-xero")
	b.see("Couldn't reach Xero")
}

func TestSeveralReplacementsAreChosenFrom(t *testing.T) {
	fake := newFake().fill(24)
	for _, n := range []billing.Number{"0001075", "0001074"} {
		id := fake.number(n).ID
		fake.after.replacements[id] = &app.Replacement{Invoice: id, Began: fakeNow}
	}
	b := newTrial(t, fake)
	b.see("2 replacements in progress: 0001075, 0001074")
	b.tap("action.continue")
	b.pick("Invoice 0001074")
	b.see("Replace invoice 0001074")
}
