package screens

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app/apptest/deadline"
	"feebridge/app/billing"
)

const (
	exportedThere = billing.Exported
	changedHere   = billing.Changed
	removingThere = billing.Removing
	missingThere  = billing.NotFoundInXero
)

func closed(e billing.ExportState) billing.Stage {
	return billing.Stage{Status: billing.Closed, Export: e}
}

func finalized(e billing.ExportState) billing.Stage {
	return billing.Stage{Status: billing.Finalized, Export: e}
}

func TestWhatClosesByItselfIsToldOnce(t *testing.T) {
	fake := newFake().fill(48)
	b := newTrial(t, fake)
	fake.approve("0001100") // exported
	fake.approve("0001088")
	fake.pay("0001076")
	b.settle()
	want := "2 invoices approved and 1 paid in Xero. Closed here."
	b.see(want)
	fake.tell("invoice", string(fake.number("0001100").ID))
	b.settle()
	b.see(want)

	fake.pay("0001100") // one and the same is told by what happened to it last
	fake.void("0001088")
	b.settle()
	b.see("2 invoices paid and 1 voided in Xero. Closed here.")
	b.tap("action.show")
	b.notSee("Closed here", "selected")
	b.see("Showing 3 of 48", "Showing the 3 invoices that changed in Xero.")
	b.tap("Show all invoices")
	b.see("Showing 48 of 48")
	b.notSee("that changed in Xero")
	fake.tell("invoice", string(fake.number("0001100").ID))
	b.settle()
	b.notSee("Closed here")
	fake.inXero("0001064", finalized(billing.DeletedInXero), nil)
	b.settle()
	b.see("1 invoice deleted in Xero.")
}

func TestAPaymentThatIsRemovedIsToldAndSoIsTheNextOne(t *testing.T) {
	fake := newFake().fill(48)
	b := newTrial(t, fake)
	fake.pay("0001076")
	fake.pay("0001088")
	b.settle()
	b.see("2 invoices paid in Xero. Closed here.")
	fake.approve("0001076")
	b.settle()
	b.see("1 invoice paid in Xero. Closed here. 1 invoice unpaid again in Xero.")
	b.notSee("invoice approved")
	fake.part("0001088")
	b.settle()
	b.see("2 invoices unpaid again in Xero.")
	b.notSee("Closed here")
	fake.pay("0001076")
	b.settle()
	b.see("1 invoice paid and 1 unpaid again in Xero.")
	b.w.billing.news.dismiss()
	fake.approve("0001088")
	b.settle()
	fake.pay("0001088")
	b.settle()
	b.see("1 invoice paid in Xero.")
}

func TestNewsThatWereReadBeforeTheListAreNotToldAgainAfterIt(t *testing.T) {
	fake := newFake().fill(48)
	b := newTrial(t, fake)
	gate := fake.hold(t, "Rows", 2)
	b.w.billing.reload()
	gate.await() // the rows were read as they were before
	fake.approve("0001100")
	b.drain()
	b.fire(b.now().Add(together))
	for len(b.w.billing.news.shown) == 0 {
		deadline.Receive(t, b.woken, "the change")
		b.drain()
	}
	b.see("1 invoice approved in Xero.")
	b.w.billing.news.dismiss()
	gate.open()
	b.settle()
	b.notSee("1 invoice approved in Xero.")
}

// TestWhatIsNoLongerSoIsNoLongerTold takes an edit back, and lets a missing invoice be found again.
func TestWhatIsNoLongerSoIsNoLongerTold(t *testing.T) {
	fake := newFake().fill(48)
	b := newTrial(t, fake)
	fake.inXero("0001100", finalized(changedHere), nil)
	fake.inXero("0001076", finalized(missingThere), nil)
	b.settle()
	b.see("1 invoice edited and 1 no longer listed in Xero.")
	fake.inXero("0001100", finalized(exportedThere), nil)
	b.settle()
	b.see("1 invoice no longer listed in Xero.")
	b.notSee("edited")
	fake.inXero("0001076", finalized(exportedThere), nil)
	b.settle()
	if b.w.billing.news.strip.Visible() {
		t.Errorf("it is told: %s", b.w.billing.news.text.label.Text)
	}
}

func TestWhatAPersonDidHereIsNoNews(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	for name, steps := range map[billing.Number][]billing.Stage{
		"0001078": {finalized(billing.Queued), finalized(billing.Exporting), closed(exportedThere)},      // exported as approved
		"0001077": {closed(exportedThere)},                                                               // so quickly that nothing between was seen
		"0001075": {closed(removingThere), closed(billing.VoidedInXero)},                                 // voided from here
		"0001076": {finalized(removingThere), {Status: billing.Draft, Export: billing.NotExported}},      // taken back to draft
		"0001071": {finalized(billing.Queued), finalized(billing.Exporting), finalized(billing.Changed)}, // told by the summary of its export
	} {
		for _, to := range steps {
			fake.inXero(name, to, nil)
			b.settle()
		}
	}
	if b.w.billing.news.strip.Visible() {
		t.Errorf("it is told: %s", b.w.billing.news.text.label.Text)
	}
}

func TestNewsAreToldByTheSystemWhileTheWindowIsAway(t *testing.T) {
	fake := newFake().fill(48)
	b := newTrial(t, fake)
	b.w.Foreground(false)
	fake.approve("0001100")
	b.settle()
	fake.approve("0001088")
	b.settle()
	if len(b.notified) != 0 {
		t.Errorf("told at once: %q", b.notified)
	}
	b.pass(notifyAfter)
	fake.pay("0001100")
	b.settle()
	b.pass(notifyAfter)
	want := []string{"Changes in Xero: 2 invoices approved in Xero. Closed here.", "Changes in Xero: 1 invoice paid in Xero. Closed here."}
	if diff := cmp.Diff(want, b.notified); diff != "" {
		t.Errorf("told the system (-want +got):\n%s", diff)
	}
	fake.void("0001088")
	b.settle()
	b.w.Foreground(true) // they see it now
	b.settle()
	b.pass(notifyAfter)
	if len(b.notified) != 2 {
		t.Errorf("told the system %q", b.notified)
	}
	b.see("1 invoice paid and 1 voided in Xero. Closed here.")
}

func TestEveryHappeningIsTold(t *testing.T) {
	fake := newFake().fill(48)
	b := newTrial(t, fake)
	all := map[billing.InvoiceID]event{}
	for what := noHappening + 1; what < happenings; what++ {
		for i := range int(what) {
			all[billing.InvoiceID(fmt.Sprint(what, i))] = event{what: what}
		}
	}
	want := "1 invoice approved, 2 part-paid, 3 paid, 4 credited in full, 5 unpaid again, 6 voided, 7 deleted, 8 edited and 9 no longer listed in Xero."
	if got := b.w.billing.news.words(all); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	fake.inXero("0001100", finalized(changedHere), nil)
	fake.inXero("0001076", finalized(missingThere), nil)
	fake.part("0001088")
	b.settle()
	b.see("1 invoice part-paid in Xero. Closed here. 1 invoice edited and 1 no longer listed in Xero.")
}
