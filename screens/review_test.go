package screens

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

var (
	unknownAccount = ledger.Message{Text: "Line 1: Account code '299' is not a valid code for this document.", Cause: ledger.AccountUnknown, Line: 1}
	oddDate        = ledger.Message{Text: "The invoice date is 2062-11-20. Check the year.", Cause: ledger.OddDate, Warning: true}
	takenNumber    = ledger.Message{Text: "Demo Company (NZ) already has an invoice with this number.", Cause: ledger.NumberTaken}
)

// newReviewed is a firm of which one invoice is blocked (0001078), one to be looked at (0001077) and six are ready.
func newReviewed() *fakeApp {
	fake := newFake().fill(24)
	fake.review.messages = map[billing.Number][]ledger.Message{"0001078": {unknownAccount}, "0001077": {oddDate}}
	fake.number("0001078").Lines[0].Account = ""
	return fake
}

// reviewing opens the review of everything that can be exported.
func reviewing(t *testing.T, fake *fakeApp) (*trial, *reviewDialog) {
	t.Helper()
	return reviewingAs(t, fake, staff.Founder("s1", "Olivia Hart"))
}

func reviewingAs(t *testing.T, fake *fakeApp, me staff.Member) (*trial, *reviewDialog) {
	t.Helper()
	b := newTrialAs(t, fake, me)
	b.tall()
	selectAllAndAsk(b)
	d := b.w.billing.exports.reviews.shown
	if d == nil {
		t.Fatalf("no review is shown, but:\n%s", b.text())
	}
	return b, d
}

// exported returns the numbers of the invoices that were queued, in order.
func (f *fakeApp) exported() []string {
	var all []string
	for _, v := range f.invoices {
		for _, e := range f.exports[v.ID] {
			if e.Run != "r0" {
				all = append(all, string(v.Number))
			}
		}
	}
	return all
}

func (b *trial) exports(want ...string) {
	b.Helper()
	if got := b.fake.exported(); !slices.Equal(got, want) {
		b.Errorf("exported are %v, want %v", got, want)
	}
}

// clickTick clicks on the check of the row that shows a text.
func (b *trial) clickTick(text string) {
	b.Helper()
	b.row(text).(desktop.Mouseable).MouseDown(&desktop.MouseEvent{
		PointEvent: fyne.PointEvent{Position: fyne.NewPos(10, 10)}, Button: desktop.MouseButtonPrimary,
	})
	b.settle()
}

func TestAReviewTellsWhatWouldHappenToEachInvoice(t *testing.T) {
	fake := newReviewed()
	created := fake.number("0001071").Client
	fake.review.contacts = map[billing.ClientID]app.ContactVerdict{created: app.ContactCreated}
	b, d := reviewing(t, fake)
	if fake.counted["Export"] > 0 {
		t.Fatal("exported before anybody agreed")
	}
	b.reads("Export to Demo Company (NZ)", "Arrives as Draft · 6 API calls of 976 left today",
		"All | 8 | ✓ | Ready | 5 | ⚠ | To look at | 2 | ✗ | Blocked | 1",
		"Skip this review when there's nothing to look at | 7 invoices · NZD 6,714.87", "Check again | Cancel | Export 7 invoices")
	b.readsIn(b.linesOf(d.grid),
		"0001078 | Abby & Wells | 264.50 | ✗ | "+unknownAccount.Text+" | Mapping…",
		"0001077 | Hamilton Smith Ltd | 479.67 | ⚠ | "+oddDate.Text+" | Edit invoice…",
		"0001071 | Kauri Joinery Ltd | 1,818.96 | ⚠ | A contact will be created: Kauri Joinery Ltd | Choose contact…",
		"0001068 | Marine Systems | 501.40 | ✓ | 200 Sales · 15% GST on Income")
	b.readsIn(b.linesOf(d.detail), "0001078 · Abby & Wells", "✗ | Blocked: it can't be exported yet", "✗ | "+unknownAccount.Text,
		"Mapping…",
		"✓ | Goes to the linked contact Abby & Wells", "The contact number is the client's code, ABBY-WELLS", "The name is the same",
		"Disbursements", "15% GST on Income · 1 × 45.00", "Total expected in Xero | NZD 264.50",
		"The invoice arrives in Demo Company (NZ) as Draft, with the number 0001078.")
	b.see(ledger.AccountUnknown.Meaning().String(), ledger.AccountUnknown.Fix().String())
	b.key(fyne.KeyDown)
	b.key(fyne.KeyDown)
	b.readsIn(b.linesOf(d.detail), "0001071 · Kauri Joinery Ltd", "⚠ | Ready, but look at this first", "Choose contact…",
		"⚠ | A contact will be created: Kauri Joinery Ltd", "A contact is created for Kauri Joinery Ltd and linked.")
	b.control(fyne.KeyReturn)
	if slices.Contains(fake.exported(), "0001078") || len(fake.exported()) != 7 {
		t.Errorf("exported are %v", fake.exported())
	}
}

func TestTheChipsOfAReviewNarrowItAndTellWhatTheyHide(t *testing.T) {
	b, d := reviewing(t, newReviewed())
	d.chips.choose(3)
	b.settle()
	if got := b.linesOf(d.grid); len(got) != 2 || !strings.HasPrefix(got[1], "0001078") {
		t.Errorf("listed as blocked are %q", got)
	}
	b.see("7 invoices · NZD 6,714.87 · 7 not shown", "Export 7 invoices")
	d.chips.choose(2)
	b.settle()
	b.see("7 invoices · NZD 6,714.87 · 6 not shown")
}

func TestABlockedInvoiceCannotBeTicked(t *testing.T) {
	b, _ := reviewing(t, newReviewed())
	b.key(fyne.KeyHome)
	b.key(fyne.KeySpace)
	b.clickTick("0001078")
	b.control(fyne.KeyA)
	b.see("7 invoices · NZD 6,714.87")
	b.key(fyne.KeySpace)
	b.control(fyne.KeyReturn)
	if got := b.fake.exported(); slices.Contains(got, "0001078") || len(got) != 7 {
		t.Errorf("exported are %v", got)
	}
}

func TestAnInvoiceWithoutItsTickIsNeverSent(t *testing.T) {
	b, _ := reviewing(t, newReviewed())
	b.key(fyne.KeyDown)
	b.key(fyne.KeySpace) // 0001077
	b.clickTick("0001068")
	b.click("0001066", 0) // beside the check, which leaves the ticks alone
	b.see("5 invoices · NZD 5,733.80", "Export 5 invoices")
	b.control(fyne.KeyReturn)
	b.exports("0001071", "0001066", "0001065", "0001059", "0001056")
}

func TestTheExportOfNothingIsNotOffered(t *testing.T) {
	fake := newFake().fill(1)
	fake.review.messages = map[billing.Number][]ledger.Message{"0001055": {takenNumber}}
	b, d := reviewing(t, fake)
	b.see("0 invoices", "Export 0 invoices")
	if !d.ok.Disabled() {
		t.Error("the export of no invoice can be pressed")
	}
	b.control(fyne.KeyReturn)
	b.exports()
	b.see("Export to Demo Company (NZ)")
}

func TestWhoPressesTwiceExportsOnce(t *testing.T) {
	for name, press := range map[string]func(*trial, *reviewDialog){
		"Ctrl+Enter": func(b *trial, d *reviewDialog) { b.w.dialogs.submitted(); b.w.dialogs.submitted() },
		"the button": func(b *trial, d *reviewDialog) { d.ok.Tapped(nil); d.ok.Tapped(nil) },
		"both":       func(b *trial, d *reviewDialog) { d.ok.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}); d.box.submit() },
	} {
		t.Run(name, func(t *testing.T) {
			b, d := reviewing(t, newFake().fill(24))
			press(b, d)
			b.settle()
			if n := b.fake.counted["Export"]; n != 1 {
				t.Errorf("exported %d times", n)
			}
			if n := len(b.fake.exported()); n != 8 {
				t.Errorf("%d invoices are exported", n)
			}
		})
	}
}

func TestWhatStandsOverAReviewKeepsItFromExporting(t *testing.T) {
	for name, open := range map[string]func(*trial, *reviewDialog){
		"a fix":    func(b *trial, _ *reviewDialog) { b.key(fyne.KeyReturn) },
		"the help": func(b *trial, _ *reviewDialog) { b.key(fyne.KeyF1) },
		"a menu": func(b *trial, _ *reviewDialog) {
			openMenu(fyne.NewMenu("", fyne.NewMenuItem("No", nil)), b.window.Canvas(), fyne.NewPos(9, 9))
		},
		"a question": func(b *trial, _ *reviewDialog) { b.w.dialogs.ask("Shall it?", "It may.", "Yes", func() {}) },
	} {
		t.Run(name, func(t *testing.T) {
			b, d := reviewing(t, newReviewed())
			open(b, d)
			b.w.dialogs.submitted()
			b.settle()
			b.exports()
			if b.w.billing.exports.reviews.shown != d {
				t.Error("the review is gone")
			}
		})
	}
}

func TestEnterOpensTheFixAndExportsNothing(t *testing.T) {
	b, _ := reviewing(t, newReviewed())
	b.key(fyne.KeyReturn)
	b.see("Mapping", "Default income account")
	b.key(fyne.KeyEscape)
	b.key(fyne.KeyEnd)
	b.key(fyne.KeyReturn)
	b.see("Nothing to fix on invoice 0001056. Ctrl+Enter exports the ticked invoices.")
	b.exports()
}

func TestWhoLeavesAReviewHasSentNothingAndLostNothing(t *testing.T) {
	for name, leave := range map[string]func(*trial){
		"Escape": func(b *trial) { b.key(fyne.KeyEscape) }, "Cancel": func(b *trial) { b.tap("action.cancel") },
	} {
		t.Run(name, func(t *testing.T) {
			b, d := reviewing(t, newReviewed())
			b.key(fyne.KeyDown)
			b.key(fyne.KeySpace)
			leave(b)
			b.exports()
			b.see("24 selected")
			if b.w.billing.exports.reviews.shown != nil || b.w.dialogs.top() != nil {
				t.Error("the review is still there")
			}
			d.ok.Tapped(nil) // a press that was on its way
			b.settle()
			b.exports()
			selectAllAndAsk(b)
			b.see("Export 7 invoices")
		})
	}
}
