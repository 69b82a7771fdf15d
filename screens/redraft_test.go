package screens

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

func TestAnExportedInvoiceIsRemovedFromXeroAndADraftAgain(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	b.click("0001076", 0)
	b.control(fyne.KeyD)
	b.see("Delete invoice 0001076 from Xero and take it back to draft?", "Invoice 0001076 will be deleted from Xero.", "Ridgeway University")
	b.key(fyne.KeyReturn) // Cancel
	if fake.counted["Redraft"] > 0 {
		t.Fatal("removed before it was confirmed")
	}
	b.control(fyne.KeyD)
	b.tap("draft.yes.in-xero")
	b.see("Taking back to draft", "Deleting from Demo Company (NZ): 0 of 1", "1 queued", "it stays in Xero and closes here")
	if row, _ := b.w.billing.grid.Row(fake.number("0001076").ID); !inXeroChip.has(row) {
		t.Error("what is being deleted from Xero is not listed under In Xero")
	}
	fake.settleRemovals(1)
	b.settle()
	b.see("1 invoice taken back to draft")
	if b.w.dialogs.top() != nil {
		t.Error("a dialog tells what the footer tells")
	}
	if got := fake.number("0001076").Stage; got.Status != billing.Draft {
		t.Errorf("it is %v", got)
	}
	b.notSee("Closed here", "in Xero.")
}

func TestManyAreTakenBackWithWhatBecomesOfEach(t *testing.T) {
	fake := newFake().fill(48)
	fake.number("0001088").Stage.Export = billing.Changed
	fake.after.stay["0001100"] = "It is approved in Xero."
	b := newTrial(t, fake)
	b.w.billing.grid.Select(fake.number("0001100").ID, fake.number("0001088").ID, fake.number("0001076").ID, // exported
		fake.number("0001102").ID, fake.number("0001095").ID, // finalized, failed
		fake.number("0001099").ID, fake.number("0001098").ID, fake.number("0001097").ID) // closed, closed, a draft
	b.settle()
	fake.number("0001102").Stage.Export = billing.Queued // by another member, meanwhile
	b.tap("action.more")
	b.pick("Draft (5)")
	b.see("Take 5 invoices back to draft and delete 3 of them from Xero?", "2 invoices aren't in Xero and will become drafts immediately.", "3 invoices will be deleted from Xero, then become drafts here.",
		"1 of these was edited in Xero. The edits will be lost.", "2 invoices won't change: closed; use Replace instead.", "1 invoice won't change: already a draft.")
	b.tap("draft.yes")
	b.see("Taking back to draft", "1 not taken back") // the queued one was refused
	fake.gauge.Why, fake.gauge.WaitUntil = app.MinuteLimit, b.now().Add(20*time.Second)
	b.key(fyne.KeyEscape) // it goes on
	b.pass(time.Second)
	b.see("Taking invoices in Demo Company (NZ) back to draft: 0 of 3", "Xero's per-minute limit reached. Continuing in 19 s")
	fake.settleRemovals(2)
	b.settle()
	b.tap("action.show")
	b.see("2 of 3")
	b.tap("run.redrafting.cancel")
	b.see("Finished taking back to draft: 2 not taken back, 1 taken back, 1 kept in Xero")
	rows := b.listing().rows
	for i, want := range []string{
		"Invoice 0001102 can't be taken back to draft: queued for export; cancel the export first.", "Not taken back to draft: It is approved in Xero.",
		"Kept in Xero: cancelled before it was deleted", "Taken back to draft. Deleted from Xero.",
	} {
		if got := rows[i][3].text; got != want {
			t.Errorf("row %d of the summary says %q, want %q", i, got, want)
		}
	}
	b.listing().Select(1)
	b.settle()
	b.see("Invoice 0001100", "Still in Xero. It is approved in Xero.")
}

func TestWhatXeroDoesNotHoldIsADraftAtOnce(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	b.click("0001078", 0)
	b.control(fyne.KeyD)
	b.see("Invoice 0001078 isn't in Xero, so nothing changes there.")
	fake.number("0001078").Stage.Export = billing.Queued
	b.key(fyne.KeyReturn)
	b.see("1 invoice wasn't changed", "Invoice 0001078 can't be taken back to draft: queued for export; cancel the export first.")
	b.key(fyne.KeyEscape)
	b.click("0001077", 0)
	b.control(fyne.KeyD)
	b.key(fyne.KeyReturn)
	b.see("1 invoice taken back to draft")
}

func TestNothingToTakeBackSaysWhy(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.click("0001075", 0) // closed
	b.control(fyne.KeyD)
	b.see("Closed; use Replace instead")
	if b.w.dialogs.top() != nil {
		t.Error("it asks for what cannot be done")
	}
}

func TestTheEditorTakesAnInvoiceBackInTheSameWay(t *testing.T) {
	fake := newFake().fill(24)
	fake.number("0001076").Version = 1
	b := newTrial(t, fake)
	b.w.editor.open(fake.number("0001076").ID)
	b.settle()
	b.see("This invoice is in Xero. To change it, take it back to draft (More actions > Draft).")
	b.control(fyne.KeyD)
	b.see("Invoice 0001076 will be deleted from Xero.")
	b.key(fyne.KeyReturn)
	fake.settleRemovals(1)
	b.settle()
	b.key(fyne.KeyEscape)
	if !b.w.editor.writable() {
		t.Error("the draft cannot be changed in the editor")
	}
}

func TestARemovalIsTakenUpAtTheStartAndAVoidingIsNot(t *testing.T) {
	fake := newFake().fill(24)
	fake.mu.Lock()
	two := []*fakeInvoice{fake.number("0001076"), fake.number("0001064")}
	for _, v := range two {
		v.Stage.Export = billing.Removing
	}
	fake.remove(staff.Founder("s1", "Olivia Hart"), ledger.DeletedThere, two...)
	w := fake.number("0001075")
	w.Stage.Export = billing.Removing
	fake.remove(staff.Founder("s1", "Olivia Hart"), ledger.VoidedThere, w)
	fake.mu.Unlock()
	b := newTrial(t, fake)
	b.see("Taking invoices in Demo Company (NZ) back to draft: 0 of 2")
	fake.settleRemovals(3)
	b.settle()
	b.see("2 invoices taken back to draft")
}
