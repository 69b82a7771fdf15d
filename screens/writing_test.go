package screens

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
)

// TestWhoMayNotWriteIsToldWhy is about a member without any role, one who may only look, and an Admin without roles.
func TestWhoMayNotWriteIsToldWhy(t *testing.T) {
	const needs = "To write or import invoices, you need the Owner role for the client and the ProcessTime permission."
	for name, c := range map[string]struct {
		me  staff.Member
		ask string
	}{
		"no role":   {staff.Member{ID: "n", Name: "Nils"}, "Ask an Admin at your firm."},
		"may look":  {staff.Member{ID: "v", Name: "Vera", AllEntities: staff.Viewer}, "Ask an Admin at your firm."},
		"the Admin": {staff.Member{ID: "a", Name: "Ada", Admin: true}, "As an Admin, you can change that under Staff and permissions."},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTrialAs(t, newFake().fill(12), c.me)
			told := func() { t.Helper(); b.see(needs + " " + c.ask) }
			told()
			if !b.button("action.new-invoice").Disabled() || !b.button("action.import").Disabled() {
				t.Error("the buttons are not greyed")
			}
			b.see(needs)
			b.control(fyne.KeyN)
			told()
			b.pass(noteTime)
			b.control(fyne.KeyO)
			told()
			b.w.imports.drop([]fyne.URI{storage.NewFileURI("november.csv")})
			b.settle()
			if b.w.picker != nil || b.w.dialogs.top() != nil || b.w.pages.front != b.w.billing.page {
				t.Error("an invoice or a file is asked for")
			}
			test.Tap(b.w.frame.menu)
			b.see("Import…", "Needs the Owner role for the client and the ProcessTime permission")
		})
	}
	b := newTrial(t, newFake().fill(12))
	b.notSee("To write or import invoices")
	if b.button("action.new-invoice").Disabled() || b.button("action.import").Disabled() {
		t.Error("who may write cannot")
	}
}

// TestAnAdminIsNotSentToAnAdmin opens what an Admin without roles and other permissions may only look at.
func TestAnAdminIsNotSentToAnAdmin(t *testing.T) {
	ada := staff.Member{ID: "a", Name: "Ada", Admin: true, AllEntities: staff.Viewer}
	for name, open := range map[string]func(b *trial){
		"client":     func(b *trial) { b.visit(b.w.register.page); b.w.register.open("c01") },
		"settings":   func(b *trial) { b.w.settings.open() },
		"connection": func(b *trial) { b.w.connections.open() },
		"mapping":    func(b *trial) { b.w.mappings.open("t1") },
		"invoice":    func(b *trial) { b.w.editor.open("i00005") },
		"refused": func(b *trial) {
			b.w.failed("", app.Allow(ada, staff.EditInvoices, "c01"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake().fill(12)
			fake.written("i00005").Version = 1
			b := newTrialAs(t, fake, ada)
			open(b)
			b.settle()
			b.see("As an Admin, you can change that under Staff and permissions.")
			b.notSee("Ask an Admin")
		})
	}
	b := newTrialAs(t, newFake(), staff.Member{ID: "a", Name: "Ada", Admin: true})
	b.see("You don't have access to any client yet", "As an Admin, you can give yourself a role")
	b.notSee("Ask an Admin")
	b.tap("menu.staff")
	if b.w.dialogs.top() == nil {
		t.Error("the staff are not shown")
	}
}

// TestEnterInTheReasonDoesNotUnlock types why a copy is not compared, and presses Enter.
func TestEnterInTheReasonDoesNotUnlock(t *testing.T) {
	fake := newFake().fill(3)
	fake.lock = app.LockState{Locked: true, Copied: app.Copied{How: app.Restored}}
	b := newTrial(t, fake)
	b.tap("lock.details")
	for _, o := range b.visible() {
		if e, is := o.(*entry); is {
			b.window.Canvas().Focus(e)
		}
	}
	b.typeText("It was closed")
	b.key(fyne.KeyReturn)
	if fake.counted["Unlock"] > 0 {
		t.Error("Enter has continued without comparing")
	}
	b.see("Restored backup: you can't export")
}

// TestOddDatesAreAskedAboutBeforeFinalizing types dates that nobody means, and changes them or not.
func TestOddDatesAreAskedAboutBeforeFinalizing(t *testing.T) {
	for name, c := range map[string]struct {
		date, due string
		want      string
		at        func(e *editor) *entry
	}{
		"a year to come":     {"3 Nov 2206", "20 Dec 2206", "The invoice date is 2206-11-03. Check the year.", func(e *editor) *entry { return e.head.date }},
		"a due date ahead":   {"3 Nov 2026", "20 Dec 2062", "The due date is 2062-12-20. Check the year.", func(e *editor) *entry { return e.head.due }},
		"due before it":      {"3 Nov 2026", "20 Oct 2026", "The invoice is due on 2026-10-20, before its date, 2026-11-03. Check both dates.", func(e *editor) *entry { return e.head.due }},
		"the last century":   {"3 Nov 1926", "20 Dec 2026", "The invoice date is 1926-11-03. Check the year.", func(e *editor) *entry { return e.head.date }},
		"nothing is strange": {"3 Nov 2026", "3 Nov 2026", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake().fill(3)
			b := newTrial(t, fake)
			e := b.write()
			b.enter("acc")
			e.head.date.SetText(c.date)
			e.head.due.SetText(c.due)
			b.control(fyne.KeyL)
			if c.want == "" {
				b.see("Finalized")
				return
			}
			b.see("Finalize with an unusual date?", c.want)
			b.key(fyne.KeyReturn) // Change date
			if fake.counted["Finalize"] > 0 || b.window.Canvas().Focused() != fyne.Focusable(c.at(e)) {
				t.Fatal("it is finalized, or the date has no focus")
			}
			b.control(fyne.KeyL)
			b.tap("dates.finalize")
			if fake.counted["Finalize"] != 1 {
				t.Error("it is not finalized")
			}
		})
	}
}

func TestOddDatesAreAskedAboutInTheListToo(t *testing.T) {
	fake := newFake().fill(24)
	for _, v := range fake.invoices {
		v.Stage = billing.Stage{}
	}
	fake.number("0001078").Due = 20250101
	fake.number("0001077").Date, fake.number("0001077").Number = 22061103, ""
	b := newTrial(t, fake)
	b.control(fyne.KeyA)
	b.tap("action.more")
	b.pick("action.finalize")
	b.see("Finalize 2 invoices with unusual dates?", "0001078 · Abby & Wells, NZD 264.50: The invoice is due on 2025-01-01, before its date, 2026-11-20.",
		"Hamilton Smith Ltd, NZD 479.67: The invoice date is 2206-11-03.")
	b.key(fyne.KeyReturn) // Cancel
	if fake.counted["Finalize"] > 0 {
		t.Fatal("they are finalized")
	}
	b.tap("action.more")
	b.pick("action.finalize")
	b.tap("Finalize 24 invoices anyway")
	if len(fake.touched) != 24 {
		t.Errorf("%d are finalized, want 24", len(fake.touched))
	}
}

// TestNothingIsCutAtTheNarrowestWideWindow measures the texts that have little room at 900 pixels.
func TestNothingIsCutAtTheNarrowestWideWindow(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	b.window.Resize(fyne.NewSize(narrowBelow, 700))
	b.settle()
	s := b.w.billing.search
	var hint *canvas.Text
	for _, o := range objects(s) {
		if text, is := o.(*canvas.Text); is && strings.HasPrefix(text.Text, "Search number") {
			hint = text
		}
	}
	if hint == nil || hint.Text != s.PlaceHolder || textWidth(hint.Text, false) > s.Size().Width-60 {
		t.Errorf("the hint of the search is cut: it has %v", s.Size().Width)
	}
	b.write()
	for _, f := range b.w.editor.head.fields {
		for _, o := range objects(f) {
			if text, is := o.(*canvas.Text); is && text.Text != "" && strings.Contains(text.Text, "…") {
				t.Errorf("%q is cut", text.Text)
			}
		}
	}
	b.see(lang.L("field.currency"), lang.L("field.line-amounts"), lang.L("field.type"))
}
