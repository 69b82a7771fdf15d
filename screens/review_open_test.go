package screens

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// beingRead asks for an export whose review is held, and lets the window show that.
func beingRead(t *testing.T) (*trial, *gate) {
	t.Helper()
	fake := newReviewed()
	b := newTrial(t, fake)
	gate := fake.hold(t, "Review", 1)
	b.control(fyne.KeyA)
	b.w.billing.exportSelected()
	gate.await()
	b.fire(b.now().Add(slow))
	b.drain()
	b.see("Checking the export", "Checking 8 invoices with Xero…", "Nothing has been sent.")
	return b, gate
}

// press types a key while work is held that settle would wait for.
func (b *trial) press(name fyne.KeyName) {
	b.window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: name})
}

func TestTheReadingOfAReviewIsCancelled(t *testing.T) {
	for name, leave := range map[string]func(*trial){
		"Escape": func(b *trial) { b.press(fyne.KeyEscape) },
		"Cancel": func(b *trial) { b.button("action.cancel").Tapped(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			b, gate := beingRead(t)
			b.press(fyne.KeyReturn) // means to export, from habit
			b.see("Checking the export")
			leave(b)
			b.notSee("Checking the export")
			gate.open()
			b.settle()
			b.exports()
			if b.w.dialogs.top() != nil {
				t.Errorf("shown is:\n%s", b.text())
			}
		})
	}
}

func TestTheReviewFollowsItsReading(t *testing.T) {
	b, gate := beingRead(t)
	gate.open()
	b.settle()
	b.notSee("Checking the export")
	b.see("Export to Demo Company (NZ)", "Export 7 invoices")
	if len(b.w.dialogs.open) != 1 {
		t.Errorf("%d dialogs are open", len(b.w.dialogs.open))
	}
	b.exports()
}

func TestTheWindowClosesWhileAReviewIsRead(t *testing.T) {
	b, gate := beingRead(t)
	gate.open()
	b.w.Close()
	b.drain()
	b.exports()
}

func TestInvoicesThatCannotBeCheckedCanBeQueued(t *testing.T) {
	fake := newFake().fill(24)
	fake.refuse["Review"] = &app.Trouble{Reason: app.Offline}
	b := newTrial(t, fake)
	selectAllAndAsk(b)
	b.see("Couldn't check 8 invoices with Xero", "Couldn't reach Xero", "8 invoices to Demo Company (NZ) · NZD 6,979.37",
		"You can queue them without the check.", "Queue 8 invoices", "Try again")
	b.notSee("Connect to Xero")
	b.key(fyne.KeyEscape)
	b.exports()
	selectAllAndAsk(b)
	b.key(fyne.KeyReturn) // Try again
	if n := fake.counted["Review"]; n != 3 {
		t.Errorf("asked %d times, want 3", n)
	}
	b.tap("Queue 8 invoices")
	if n := len(fake.exported()); n != 8 {
		t.Errorf("%d are queued", n)
	}
	b.see("To Demo Company (NZ): 0 of 8")
}

func TestWhatIsAskedForWithoutPermissionIsRefused(t *testing.T) {
	fake := newFake().fill(24)
	fake.refuse["Review"] = app.Errorf(app.Forbidden, "refused.permission", "Name", "Olivia Hart", "Action", "export", "Permission", "more")
	b := newTrial(t, fake)
	selectAllAndAsk(b)
	b.see("Nothing was exported", "Olivia Hart can't export.")
	b.notSee("Queue")
	b.exports()
}

func TestAMemberWithoutRightsReviewsNothing(t *testing.T) {
	viewer := staff.Founder("s2", "Vera Blum")
	viewer.Time, viewer.Admin = nil, false
	b := newTrialAs(t, newFake().fill(24), viewer)
	selectAllAndAsk(b)
	if n := b.fake.counted["Review"]; n > 0 {
		t.Errorf("reviewed %d times", n)
	}
	b.exports()
}

func TestAReviewIsSkippedWhereNothingIsToBeLookedAt(t *testing.T) {
	b, _ := reviewing(t, newFake().fill(24))
	for _, o := range b.visible() {
		if c, isCheck := o.(*check); isCheck {
			test.Tap(c)
		}
	}
	b.key(fyne.KeyEscape)
	b.exports()
	selectAllAndAsk(b)
	b.see("Exporting to Xero")
	b.key(fyne.KeyEscape)
	b.see("All 8 invoices are ready: exporting without a review")
	if n := len(b.fake.exported()); n != 8 {
		t.Errorf("%d are exported", n)
	}
	if b.w.billing.exports.reviews.shown != nil {
		t.Error("the review is shown")
	}
}

func TestWhatIsToBeLookedAtIsNeverSkipped(t *testing.T) {
	for name, prepare := range map[string]func(*fakeApp){
		"blocked":   func(f *fakeApp) { f.review.messages = map[billing.Number][]ledger.Message{"0001078": {unknownAccount}} },
		"a warning": func(f *fakeApp) { f.review.messages = map[billing.Number][]ledger.Message{"0001078": {oddDate}} },
		"a contact that is created": func(f *fakeApp) {
			f.review.contacts = map[billing.ClientID]app.ContactVerdict{f.number("0001078").Client: app.ContactCreated}
		},
		"refused": func(f *fakeApp) { f.number("0001078").Stage.Export = billing.Exported },
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake().fill(24)
			b := newTrial(t, fake)
			b.w.billing.exports.reviews.setSkips(true)
			b.control(fyne.KeyA)
			prepare(fake)
			b.control(fyne.KeyE)
			b.see("Export to Demo Company (NZ)")
			b.exports()
		})
	}
}

func TestEachPersonSetsWhetherReviewsAreSkipped(t *testing.T) {
	clerk := staff.Founder("s2", "Vera Blum")
	clerk.Admin, clerk.SettingsAdmin = false, false
	b := newTrialAs(t, newFake().fill(24), clerk)
	b.w.settings.open()
	b.settle()
	b.w.settings.parts.choose(4)
	b.settle()
	b.see("Skip this review when there's nothing to look at", "These settings are yours alone, on this computer.")
	b.notSee("View only")
	b.typeText(" ")
	if b.w.billing.exports.reviews.skips() {
		t.Error("it is set before it was saved")
	}
	b.tap("action.save")
	b.see("Saved")
	if !b.w.billing.exports.reviews.skips() {
		t.Error("it is not set")
	}
	b.w.seat(staff.Founder("s1", "Olivia Hart"))
	if b.w.billing.exports.reviews.skips() {
		t.Error("it is set for somebody else, too")
	}
}
