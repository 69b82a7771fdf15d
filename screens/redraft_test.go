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
	b.see("Take invoice 0001076 back to draft?", "Invoice 0001076 is removed from Xero and can be changed here.")
	b.tap("No")
	if fake.counted["Redraft"] > 0 {
		t.Fatal("removed before it was confirmed")
	}
	b.control(fyne.KeyD)
	b.key(fyne.KeyReturn) // Yes
	b.see("Removing from Xero", "From the organisation Demo Company (NZ): 0 of 1", "1 waiting", "stays in Xero, and is closed here")
	if got := b.w.billing.tally.of("")[waitingChip]; got != 1 {
		t.Errorf("%d are waiting, want the one", got)
	}
	fake.settleRemovals(1)
	b.settle()
	b.see("Removal ended: 1 removed", "0001076", "Removed from Xero, and a draft again")
	b.key(fyne.KeyEscape)
	if got := fake.number("0001076").Stage; got.Status != billing.Draft {
		t.Errorf("it is %v", got)
	}
	b.notSee("closed here", "in Xero.")
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
	fake.number("0001102").Stage.Export = billing.Queued // by somebody else, meanwhile
	b.tap("More actions")
	b.pick("Draft (5)")
	b.see("Take 5 invoices back to draft?", "2 are drafts at once: Xero does not hold them.", "3 are removed from Xero first, and can be changed here then.",
		"1 of these was changed in Xero by hand: what was changed there is lost.", "2 stay as they are (closed: choose Replace to write it anew).", "1 stays as it is (a draft already).")
	b.tap("Yes")
	b.see("Removing from Xero", "1 not removed") // the queued one was refused
	fake.gauge.Why, fake.gauge.WaitUntil = app.MinuteLimit, b.now().Add(20*time.Second)
	b.key(fyne.KeyEscape) // it goes on
	b.pass(time.Second)
	b.see("Removing from Demo Company (NZ): 0 of 3", "Waits for Xero's minute limit, 19 s")
	fake.settleRemovals(2)
	b.settle()
	b.tap("Show")
	b.see("2 of 3")
	b.tap("Cancel the rest")
	b.see("Removal ended: 2 not removed, 1 removed, 1 cancelled")
	rows := b.listing().rows
	for i, want := range []string{
		"Invoice 0001102 is queued for export: cancel the export first.", "Stays in Xero: It is approved in Xero.",
		"Cancelled: it stays in Xero as it was", "Removed from Xero, and a draft again",
	} {
		if got := rows[i][3].text; got != want {
			t.Errorf("row %d of the summary says %q, want %q", i, got, want)
		}
	}
	b.listing().Select(1)
	b.settle()
	b.see("Invoice 0001100", "It stays in Xero. It is approved in Xero.")
}

func TestWhatXeroDoesNotHoldIsADraftAtOnce(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	b.click("0001078", 0)
	b.control(fyne.KeyD)
	b.see("Xero does not hold invoice 0001078: nothing changes there.")
	fake.number("0001078").Stage.Export = billing.Queued
	b.key(fyne.KeyReturn)
	b.see("1 invoice was left as it was", "Invoice 0001078 is queued for export: cancel the export first.")
	b.key(fyne.KeyEscape)
	b.click("0001077", 0)
	b.control(fyne.KeyD)
	b.key(fyne.KeyReturn)
	b.see("1 invoice is a draft again")
}

func TestNothingToTakeBackSaysWhy(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.click("0001075", 0) // closed
	b.control(fyne.KeyD)
	b.see("Draft: closed: choose Replace to write it anew")
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
	b.see("This invoice is in Xero. To change it, take it back with More actions, Draft")
	b.control(fyne.KeyD)
	b.see("Invoice 0001076 is removed from Xero and can be changed here.")
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
	v := fake.number("0001076")
	v.Stage.Export = billing.Removing
	fake.remove(staff.Founder("s1", "Olivia Hart"), ledger.DeletedThere, v)
	w := fake.number("0001075")
	w.Stage.Export = billing.Removing
	fake.remove(staff.Founder("s1", "Olivia Hart"), ledger.VoidedThere, w)
	fake.mu.Unlock()
	b := newTrial(t, fake)
	b.see("Removing from Demo Company (NZ): 0 of 1")
	fake.settleRemovals(2)
	b.settle()
	b.see("The removal from Demo Company (NZ) has ended: 1 removed")
}
