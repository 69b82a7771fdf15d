package screens

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app/billing"
	"feebridge/app/staff"
)

func TestKeysLeadToWhatTheyName(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	b.control(fyne.KeyO)
	if b.w.picker == nil {
		t.Error("Ctrl+O opens no file")
	}
	b.window.Canvas().Unfocus()
	b.key(fyne.KeyEscape)
	if b.w.picker != nil || b.window.Canvas().Overlays().Top() != nil {
		t.Error("Escape does not leave the choice of a file")
	}
	b.window.Canvas().Unfocus()
	b.key(fyne.KeyF5)
	if n := b.fake.counted["RefreshAll"]; n != 1 {
		t.Errorf("after F5 the statuses were read %d times in Xero, want once", n)
	}
	b.w.dialogs.help("keys")
	b.control(fyne.KeyF) // not behind a dialog
	b.see("Keyboard shortcuts", "Ctrl+E", "Export the selected invoices to Xero")
	b.key(fyne.KeyReturn)
	b.notSee("Keyboard shortcuts")
}

func TestTheMenuOfTheApplication(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	test.Tap(b.w.frame.menu)
	b.see("Billing", "Import…", "Reload", "Appearance", "About Feebridge")
	b.pick("menu.about")
	b.see("Feebridge exports an accounting firm's finalized invoices to Xero.\n\nFeebridge 0.1.0\nSQLite 3\n\nThis is the demo firm.")
	b.tap("action.copy")
	if got := fyne.CurrentApp().Clipboard().Content(); got != "Feebridge 0.1.0\nSQLite 3" {
		t.Errorf("copied is %q", got)
	}
	b.see("Copied.")
	test.Tap(b.w.frame.menu)
	b.pick("action.reload")
	if n := b.fake.counted["Rows"]; n != 2 {
		t.Errorf("the list was read %d times, want 2", n)
	}
	test.Tap(b.w.frame.who)
	b.see("Acting as Olivia Hart")
}

func TestTheThemeIsChosenAndRemembered(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	background := func() any { return theme.Color(theme.ColorNameBackground) }
	light := background()
	for _, item := range b.w.frame.themeItems() {
		if item.Label == "Dark" {
			item.Action()
		}
	}
	dark := background()
	if dark == light {
		t.Error("dark looks like light")
	}
	applyTheme("light")
	applyTheme(b.w.preferences.String(themeKey))
	if background() != dark {
		t.Error("the choice was not remembered")
	}
}

func TestADialogFitsIntoTheSmallestWindow(t *testing.T) {
	b := newTrial(t, newFake())
	b.w.dialogs.tell("A long text", strings.Repeat("What stands here is long. ", 60))
	d := b.w.dialogs.top()
	if d.body.Content.Size().Height > d.body.Size().Height {
		t.Error("it scrolls where there is room for it")
	}
	b.window.Resize(leastWindow)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(d.ok)
	if end := at.Add(d.ok.Size()); end.X > leastWindow.Width-dialogMargin || end.Y > leastWindow.Height-dialogMargin {
		t.Errorf("the last button of the dialog ends at %v of %v", end, leastWindow)
	}
	if d.body.Content.Size().Height <= d.body.Size().Height {
		t.Error("it does not scroll, so that some of it is cut")
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Olivia Hart": "OH", "olivia": "O", "Ana María de la Cruz": "AC", "": "", "élan vital": "ÉV",
	} {
		if got := initials(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestNothingIsDrawnAfterTheWindowIsClosed(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	gate := fake.hold(t, "Rows", 2)
	b.w.billing.reload()
	gate.await()
	fake.tell("invoice", string(fake.invoices[0].ID))
	gate.open()
	b.w.Close()
	fake.mu.Lock()
	fake.invoices = nil
	fake.mu.Unlock()
	fake.tell("invoice", "i00000")
	b.drain()
	b.fire(b.now().Add(together))
	b.drain()
	if all, _ := b.w.billing.grid.Len(); all != 12 {
		t.Errorf("%d rows are shown, want the 12 of before the end", all)
	}
}

func TestARenamedClientIsRenamedEverywhere(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	fake.mu.Lock()
	client := fake.invoices[0].Client
	for i := range fake.clients {
		if fake.clients[i].ID == client {
			fake.clients[i].Name = "Abby & Sons"
		}
	}
	fake.mu.Unlock()
	fake.tell("client", string(client))
	b.settle()
	b.see("Abby & Sons")
	b.control(fyne.KeyK)
	b.see("Abby & Sons")
	b.notSee("Abby & Wells")
	b.key(fyne.KeyDown)
	b.key(fyne.KeyReturn)
	if b.w.billing.client != client {
		t.Errorf("chose %q", b.w.billing.client)
	}
	fake.mu.Lock()
	fake.clients = nil
	fake.mu.Unlock()
	fake.tell("client", string(client))
	b.settle()
	if b.w.billing.client != billing.ClientID("") {
		t.Error("a client that is gone is still chosen")
	}
}

// TestEnterPressesTheDefaultButtonOfEveryDialog presses it in every field of a line, and then Escape, which leaves the
// dialog from every field.
func TestEnterPressesTheDefaultButtonOfEveryDialog(t *testing.T) {
	for name, open := range map[string]func(*trial){
		"password":   func(b *trial) { b.w.team.changePassword() },
		"another's":  func(b *trial) { b.w.team.askPassword(b.fake.staff[1]) },
		"new member": func(b *trial) { b.w.team.edit(staff.Member{}) },
		"member":     func(b *trial) { b.w.team.edit(b.fake.staff[1]) },
		"client": func(b *trial) {
			b.visit(b.w.register.page)
			b.w.register.open("c01")
		},
		"settings":  func(b *trial) { b.w.settings.open() },
		"numbering": func(b *trial) { b.w.settings.open(); b.settle(); b.w.settings.parts.choose(1) },
		"firm":      func(b *trial) { b.w.frame.setUpFirm() },
		"mapping":   func(b *trial) { b.w.mappings.open("t1") },
		"copy":      func(b *trial) { b.w.backups.tellLock() },
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake().fill(3)
			fake.staff = []staff.Member{staff.Founder("s1", "Olivia Hart"), {ID: "v", Name: "Vera Blum"}}
			b := newTrial(t, fake)
			open(b)
			b.settle()
			d := b.w.dialogs.top()
			pressed, fields := 0, 0
			d.ok.OnTapped = func() { pressed++ }
			d.ok.Enable()
			var last *entry
			for _, o := range b.visible() {
				if e, is := o.(*entry); is && !e.Disabled() {
					b.window.Canvas().Focus(e)
					b.key(fyne.KeyReturn)
					if e.MultiLine {
						continue
					}
					if last, fields = e, fields+1; pressed != fields {
						t.Fatalf("%d fields, and it was pressed %d times", fields, pressed)
					}
				}
			}
			if name != "mapping" && fields == 0 {
				t.Fatal("there is no field")
			}
			for _, o := range b.visible() {
				if e, is := o.(*widget.Entry); is {
					t.Errorf("a field does not know the dialog: %q", e.Text)
				}
			}
			if last != nil {
				b.window.Canvas().Focus(last)
			}
			b.key(fyne.KeyEscape)
			if b.w.dialogs.top() == d {
				t.Error("Escape does not leave it")
			}
		})
	}
}
