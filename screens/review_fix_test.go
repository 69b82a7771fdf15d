package screens

import (
	"fmt"
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// checked returns the numbers of the invoices that the nth review was about, and whether it was by hand.
func (f *fakeApp) checkedAt(n int) (numbers []string, byHand bool) {
	for _, id := range f.review.asked[n] {
		numbers = append(numbers, string(f.invoice(id).Number))
	}
	return numbers, f.review.byHand[n]
}

// rechecked fails unless the second review, and the last so far, was about these invoices.
func (b *trial) rechecked(byHand bool, want ...string) {
	b.Helper()
	const n = 2
	if len(b.fake.review.asked) != n {
		b.Fatalf("%d reviews were made, want %d", len(b.fake.review.asked), n)
	}
	if got, by := b.fake.checkedAt(n - 1); !slices.Equal(got, want) || by != byHand {
		b.Errorf("checked again are %v (by hand: %v), want %v", got, by, want)
	}
}

// mend lets the messages of invoices be gone once a method was called.
func (f *fakeApp) mend(method string, numbers ...billing.Number) {
	f.gate = func(called string, _ int) {
		if called != method {
			return
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, n := range numbers {
			delete(f.review.messages, n)
		}
	}
}

func TestAChosenContactChecksTheInvoicesOfItsClientAgain(t *testing.T) {
	fake := newFake().fill(24)
	client := fake.number("0001071").Client
	fake.number("0001068").Client = client
	fake.contacts.there = []ledger.Contact{{ID: "k1", Name: "Kauri Joinery"}, {ID: "k2", Name: "Kauri Joinery Limited"}}
	delete(fake.links, client)
	fake.review.contacts = map[billing.ClientID]app.ContactVerdict{client: app.ContactSeveral}
	fake.review.matches = map[billing.ClientID]ledger.Match{client: {Kind: ledger.Ambiguous, Choices: fake.contacts.there}}
	b, d := reviewing(t, fake)
	b.reads("All | 8 | ✓ | Ready | 6 | ⚠ | To look at | 0 | ✗ | Blocked | 2")
	b.readsIn(b.linesOf(d.detail), "0001071 · Kauri Joinery Ltd", "2 contacts in Xero could be this client", "Kauri Joinery", "Kauri Joinery Limited", "Choose contact…")
	b.key(fyne.KeyReturn)
	b.see("Kauri Joinery Limited")
	b.key(fyne.KeyReturn)
	b.rechecked(false, "0001071", "0001068")
	b.reads("All | 8 | ✓ | Ready | 8 | ⚠ | To look at | 0 | ✗ | Blocked | 0")
	b.see("Export 8 invoices")
	b.readsIn(b.linesOf(d.detail), "✓ | Ready to export")
	b.control(fyne.KeyReturn)
	if n := len(fake.exported()); n != 8 {
		t.Errorf("%d invoices are exported, want the two that were mended, too", n)
	}
}

func TestAMappingChecksAgainWhatItChanges(t *testing.T) {
	fake := newReviewed()
	own := fake.number("0001068") // has an account of its own on every line that has an amount
	own.Lines[2].Account = "200"
	fake.mend("SetMapping", "0001078")
	b, d := reviewing(t, fake)
	b.key(fyne.KeyReturn)
	b.see("Default income account")
	b.tap("mapping.accept-all")
	b.tap("action.save")
	if len(fake.review.asked) != 2 {
		t.Fatalf("%d reviews were made, want another", len(fake.review.asked))
	}
	got, _ := fake.checkedAt(1)
	if slices.Contains(got, "0001068") || !slices.Contains(got, "0001078") || len(got) != 7 {
		t.Errorf("checked again are %v: want all but the one whose lines stay where they go", got)
	}
	b.readsIn(b.linesOf(d.grid), "0001078 | Abby & Wells | 264.50 | ✓ | 200 Sales · 15% GST on Income")
	b.see("Export 8 invoices")
}

func TestAMappingThatChangesNothingChecksOnlyWhatItStopped(t *testing.T) {
	fake := newReviewed()
	b, d := reviewing(t, fake)
	d.recheckMapped("t1")
	b.settle()
	b.rechecked(false, "0001078")
}

func TestAnAccountOfTheLineIsMendedInTheInvoice(t *testing.T) {
	fake := newReviewed()
	fake.number("0001078").Lines[0].Account = "299"
	b, d := reviewing(t, fake)
	b.readsIn(b.linesOf(d.grid), "0001078 | Abby & Wells | 264.50 | ✗ | "+unknownAccount.Text+" | Edit invoice…")
	b.key(fyne.KeyReturn)
	b.see("Take invoice 0001078 back to draft?", "The review closes. Nothing has been sent.")
	b.key(fyne.KeyEscape)
	b.see("Export to Demo Company (NZ)")
	b.key(fyne.KeyReturn)
	b.key(fyne.KeyReturn)
	if got := fake.number("0001078").Stage; got.Status != billing.Draft {
		t.Errorf("it is %v", got)
	}
	if b.w.pages.front != b.w.editor.page || b.w.editor.draft.Invoice != fake.number("0001078").ID || b.w.dialogs.top() != nil {
		t.Error("it is not open in the editor")
	}
	b.exports()
}

func TestAClientIsEditedFromTheReview(t *testing.T) {
	fake := newReviewed()
	fake.review.messages["0001078"] = []ledger.Message{{Text: "The e-mail address is not one.", Cause: ledger.EmailInvalid}}
	fake.mend("SaveClient", "0001078")
	b, _ := reviewing(t, fake)
	b.key(fyne.KeyReturn)
	b.see("Abby & Wells", "Payment terms")
	b.tap("action.save")
	b.rechecked(false, "0001078")
	b.see("Export 8 invoices")
}

func TestANumberThatXeroHasIsReplacedInTheReview(t *testing.T) {
	fake := newReviewed()
	fake.review.messages["0001078"] = []ledger.Message{takenNumber}
	b, d := reviewing(t, fake)
	b.key(fyne.KeyReturn)
	b.see("Renumber invoice 0001078?")
	b.key(fyne.KeyEscape)
	if fake.counted["Renumber"] > 0 {
		t.Fatal("renumbered although nobody agreed")
	}
	b.key(fyne.KeyReturn)
	b.key(fyne.KeyReturn)
	b.rechecked(false, "INV-0099")
	b.readsIn(b.linesOf(d.grid), "INV-0099 | Abby & Wells | 264.50 | ✓ | 15% GST on Income")
	b.exports()
	b.control(fyne.KeyReturn)
	if got := fake.exported(); len(got) != 8 || !slices.Contains(got, "INV-0099") {
		t.Errorf("exported are %v", got)
	}
}

func TestACauseInXeroIsLookedAtAgainForAllThatShareIt(t *testing.T) {
	fake := newReviewed()
	limit := ledger.Message{Text: "The currency NZD isn't set up.", Cause: ledger.CurrencyUnknown}
	fake.review.messages = map[billing.Number][]ledger.Message{"0001078": {limit}, "0001068": {limit}, "0001077": {oddDate}}
	b, _ := reviewing(t, fake)
	delete(fake.review.messages, "0001078")
	delete(fake.review.messages, "0001068")
	b.key(fyne.KeyReturn)
	b.rechecked(true, "0001078", "0001068")
	b.see("Export 8 invoices")
}

func TestF5ChecksEverythingAgain(t *testing.T) {
	b, _ := reviewing(t, newReviewed())
	b.key(fyne.KeyDown)
	b.key(fyne.KeySpace)
	delete(b.fake.review.messages, "0001078")
	b.key(fyne.KeyF5)
	if got, byHand := b.fake.checkedAt(1); len(got) != 8 || !byHand {
		t.Errorf("checked again are %v, by hand: %v", got, byHand)
	}
	b.see("Export 7 invoices") // the mended one, but not the one that the person took the tick from
	b.control(fyne.KeyReturn)
	if got := b.fake.exported(); slices.Contains(got, "0001077") || !slices.Contains(got, "0001078") {
		t.Errorf("exported are %v", got)
	}
}

func TestNothingIsExportedWhileItIsCheckedAgain(t *testing.T) {
	fake := newReviewed()
	b, d := reviewing(t, fake)
	gate := fake.hold(t, "Review", 2)
	b.key(fyne.KeyDown)
	d.recheck(false, fake.number("0001068").ID)
	gate.await()
	b.readsIn(b.linesOf(d.grid), "0001068 | Marine Systems | 501.40 | ↻ | Checking again…")
	b.see("6 invoices")
	if !d.ok.Disabled() {
		t.Error("the export can be pressed")
	}
	b.w.dialogs.submitted()
	b.exports()
	gate.open()
	b.settle()
	b.see("Export 7 invoices")
	b.notSee("Checking again…")
}

func TestTheNewestCheckOfAnInvoiceCounts(t *testing.T) {
	fake := newReviewed()
	b, d := reviewing(t, fake)
	gate := fake.hold(t, "Review", 2)
	id := fake.number("0001068").ID
	d.recheck(false, id)
	gate.await()
	older := d.turn
	delete(fake.review.messages, "0001078")
	d.recheck(true, id)
	row, _ := d.grid.Row(id)
	stale := *row
	stale.checking, stale.text = false, "as it was"
	d.rechecked(checked{rows: []*reviewRow{&stale}}, nil, older, []billing.InvoiceID{id})
	if row, _ := d.grid.Row(id); !row.checking {
		t.Errorf("an older check is shown while a newer one is under way: %q", row.text)
	}
	gate.open()
	b.settle()
	b.readsIn(b.linesOf(d.grid), "0001068 | Marine Systems | 501.40 | ✓ | 200 Sales · 15% GST on Income")
}

func TestACheckThatFailsLeavesWhatWasKnown(t *testing.T) {
	b, d := reviewing(t, newReviewed())
	b.fake.refuse["Review"] = &app.Trouble{Reason: app.Offline}
	b.key(fyne.KeyF5)
	b.see("Couldn't check again. What's shown may be out of date. Couldn't reach Xero.", "Export 7 invoices")
	b.readsIn(b.linesOf(d.grid), "0001078 | Abby & Wells | 264.50 | ✗ | "+unknownAccount.Text+" | Mapping…")
}

func TestAReviewThatIsLeftEndsItsChecks(t *testing.T) {
	fake := newReviewed()
	b, d := reviewing(t, fake)
	gate := fake.hold(t, "Review", 2)
	d.again()
	gate.await()
	b.press(fyne.KeyEscape)
	gate.open()
	b.settle()
	b.exports()
	b.see("24 selected")
}

func TestTheReviewOffersOnlyWhatWhoActsMayDo(t *testing.T) {
	clerk := staff.Founder("s2", "Vera Blum")
	clerk.Admin, clerk.SettingsAdmin = false, false
	b, d := reviewingAs(t, newReviewed(), clerk)
	b.readsIn(b.linesOf(d.grid), "0001078 | Abby & Wells | 264.50 | ✗ | "+unknownAccount.Text, "0001077 | Hamilton Smith Ltd | 479.67 | ⚠ | "+oddDate.Text+" | Edit invoice…")
	b.see("Mapping: needs the Settings Admin permission")
	b.key(fyne.KeyReturn)
	b.see("Nothing to fix on invoice 0001078.")
	b.notSee("Default income account")
}

func TestWhatCannotBeQueuedIsToldAndNotTicked(t *testing.T) {
	fake := newReviewed()
	b := newTrial(t, fake)
	b.tall()
	b.control(fyne.KeyA)
	fake.number("0001068").Stage.Export = billing.Exported // by somebody else, meanwhile
	b.control(fyne.KeyE)
	d := b.w.billing.exports.reviews.shown
	b.readsIn(b.linesOf(d.grid), "0001068 | Marine Systems | 501.40 | ✗ | Invoice 0001068 can't be exported: already in Xero.")
	b.see("6 invoices")
	b.control(fyne.KeyReturn)
	if got := fake.exported(); slices.Contains(got, "0001068") || len(got) != 6 {
		t.Errorf("exported are %v", got)
	}
}

// TestEveryCauseHasAButtonOrNeedsNone shows a blocked invoice of every cause.
func TestEveryBlockedInvoiceHasAButton(t *testing.T) {
	fake := newFake().fill(12)
	b, d := reviewing(t, fake)
	r, _ := d.grid.Row(fake.number("0001066").ID)
	for _, c := range ledger.Causes() {
		row := *r
		row.Messages = []ledger.Message{{Text: "No.", Cause: c}}
		if f := d.remedyOf(&row); f == noRemedy || f.reviewLabel() == "" {
			t.Errorf("an invoice that is blocked by %q has no button", c)
		}
	}
	b.settle()
}

func TestAThousandInvoicesAreReviewed(t *testing.T) {
	fake := newFake().fill(1000)
	for _, v := range fake.invoices {
		v.Stage = billing.Stage{Status: billing.Finalized}
	}
	b := newTrial(t, fake)
	gate := fake.hold(t, "Review", 1)
	b.control(fyne.KeyA)
	b.w.billing.exportSelected()
	gate.await()
	b.fire(b.now().Add(slow))
	b.drain()
	b.see("Checking the export", "Checking 1,000 invoices with Xero…")
	gate.open()
	b.settle()
	b.see("All", "1,000", "1,000 invoices · NZD", "Export 1,000 invoices")
	b.key(fyne.KeyEnd)
	b.key(fyne.KeySpace)
	b.see("999 invoices", fmt.Sprintf("%s · ", fake.invoices[999].Number))
	b.control(fyne.KeyReturn)
	if n := len(fake.exported()); n != 999 {
		t.Errorf("%d are exported", n)
	}
}
