package screens

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"golang.org/x/text/language"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/screens/sheet"
	"feebridge/screens/style"
)

// write opens a new invoice for the first client, with the cursor in its first line.
func (b *trial) write() *editor {
	b.Helper()
	b.w.editor.begin("c00")
	b.settle()
	b.w.editor.lines.Focus()
	return b.w.editor
}

// enter types a text into each cell, with Enter after it.
func (b *trial) enter(texts ...string) {
	b.Helper()
	for _, text := range texts {
		if text != "" {
			b.typeText(text)
		}
		b.key(fyne.KeyReturn)
	}
}

func TestAnInvoiceIsWrittenWithoutTheMouse(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	b.control(fyne.KeyN)
	e := b.w.editor
	b.see("New invoice", "Choose a client…", "NZD 0.00")
	b.key(fyne.KeyReturn) // the client has the focus
	b.typeText("kauri")
	b.key(fyne.KeyReturn)
	b.see("Kauri Joinery Ltd", b.w.format.Date(20261206))
	e.lines.Focus()
	b.typeText("acc")
	b.key(fyne.KeyReturn)
	b.see("NZD 212.75")
	if got := strings.Join(e.lines.Rows()[0], "|"); got != "ACC|Preparation of the annual accounts|1|185.00||15% GST on Income||185.00" {
		t.Errorf("the first line is %q", got)
	}
	b.enter("", "2.5", "", "10%", "", "") // description, quantity, rate, discount, tax, account
	b.enter("", "Letter of 3 October")
	b.see("NZD 478.69", "416.25", "62.44")
	b.control(fyne.KeyS)
	b.see("Saved", "Draft")
	if len(fake.writing.unsaved) > 0 {
		t.Errorf("kept are %v", fake.writing.unsaved)
	}
	b.control(fyne.KeyL)
	b.see("Invoice INV-0001 · Finalized", "This invoice is finalized. To change it, take it back to draft (More actions > Draft).")
	b.control(fyne.KeyE)
	b.see("Export 1 invoice", "1 invoice · NZD 478.69")
}

func TestTheSheetPastesIntoTheInvoice(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	e := b.write()
	fyne.CurrentApp().Clipboard().SetContent("ACC\tYear 2025\t1\t100\nTAX\t\t2\t\n\tNothing but text\t\t\n")
	b.window.Canvas().Focused().(fyne.Shortcutable).TypedShortcut(&fyne.ShortcutPaste{Clipboard: fyne.CurrentApp().Clipboard()})
	b.settle()
	var got []string
	for _, row := range e.lines.Rows() {
		got = append(got, strings.Join(row, "|"))
	}
	want := "ACC|Year 2025|1|100||15% GST on Income||100.00\nTAX|Income tax return|2|95.1234||Zero Rated|260|190.25\n|Nothing but text||||||"
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("the lines are\n%s\nwant\n%s", text, want)
	}
	b.see("NZD 305.25")
}

// TestHowAFigureIsTypedIsNothingToSave types what is stored as 2.0000 and 200.00, with an empty line amid the others.
func TestHowAFigureIsTypedIsNothingToSave(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	e := b.write()
	b.enter("acc", "", "2", "200", "10 %", "", "", "", "Travel", "1", "50")
	b.control(fyne.KeyS)
	b.see("Saved")
	b.notSee("Unsaved changes")
	b.pass(keepAfter)
	b.see("Saved")
	if !e.save.Disabled() || len(fake.writing.unsaved) > 0 {
		t.Errorf("kept is %+v", fake.writing.unsaved)
	}
	b.key(fyne.KeyEscape) // the cell
	b.key(fyne.KeyEscape)
	b.notSee("Save this draft?")
	if b.w.pages.front != b.w.billing.page {
		t.Error("the page is not left")
	}
	b.w.editor.open("new1")
	b.settle()
	e.lines.Focus()
	e.lines.SetCursor(sheet.Cell{Row: 0, Column: rateColumn})
	b.enter("200")
	if !e.save.Disabled() {
		t.Error("what is stored can be saved")
	}
	e.lines.SetCursor(sheet.Cell{Row: 0, Column: rateColumn})
	b.enter("200.5")
	if e.save.Disabled() {
		t.Error("what was changed cannot be saved")
	}
	e.lines.SetCursor(sheet.Cell{Row: 0, Column: rateColumn})
	b.enter("two hundred")
	if e.save.Disabled() {
		t.Error("what cannot be read is taken for what is stored")
	}
}

func TestWhatIsTypedIsKeptAndComesBackAfterACrash(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	b.write()
	b.enter("acc", "", "")
	b.typeText("9.")
	b.pass(keepAfter)
	kept := fake.writing.unsaved["new1"]
	if len(kept.Form.Lines) != 1 || kept.Form.Lines[0].UnitAmount != "9." {
		t.Fatalf("kept is %+v", kept.Form)
	}
	b.see("Unsaved changes. You won't lose them if Feebridge closes.")

	again := newTrial(t, fake)
	again.see("Continue editing?")
	again.tap("Kauri Joinery Ltd, 10:00")
	again.see("New invoice", "Unsaved changes from 10:00")
	if got := again.w.editor.lines.Rows()[0]; got[rateColumn] != "9." {
		t.Errorf("back is %q", got)
	}
}

func TestACellThatCannotBeReadIsNamedAndNothingIsSaved(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	e := b.write()
	b.enter("acc", "", "two")
	b.see("NZD 0.00")
	b.control(fyne.KeyS)
	b.see("Not saved. Correct the marked field first.")
	if at := e.lines.Cursor(); at != (sheet.Cell{Row: 0, Column: quantityColumn}) {
		t.Errorf("the cursor is at %+v", at)
	}
	if got := fake.written("new1"); got != nil {
		t.Errorf("saved was %+v", got)
	}
	b.enter("2")
	b.control(fyne.KeyS)
	b.see("Saved")
}

func TestUndoAndRedo(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	e := b.write()
	b.enter("acc", "", "3")
	b.see("NZD 638.25")
	e.lines.OnUndo()
	b.see("NZD 212.75")
	e.lines.OnUndo()
	b.see("NZD 0.00")
	e.lines.OnRedo()
	e.lines.OnRedo()
	b.see("NZD 638.25")
	e.head.reference.SetText("PO")
	e.head.reference.SetText("PO 1")
	e.lines.OnUndo()
	if e.head.reference.Text != "" {
		t.Errorf("a word is undone to %q", e.head.reference.Text)
	}
}

func TestSomebodyElseWasFaster(t *testing.T) {
	fake := newFake().fill(12)
	v := fake.written("i00005") // a draft
	v.Version = 1
	b := newTrial(t, fake)
	b.w.editor.open("i00005")
	b.settle()
	b.w.editor.head.reference.SetText("mine")
	v.Version, v.Reference = 2, "theirs"
	b.control(fyne.KeyS)
	b.see("Hemi Walker saved this invoice while you were editing", "theirs", "PO 3035")
	b.tap("Use Hemi Walker's version")
	if got := b.w.editor.head.reference.Text; got != "theirs" {
		t.Errorf("the reference is %q", got)
	}
	b.w.editor.head.reference.SetText("mine after all")
	v.Version, v.Reference = 3, "theirs again"
	b.control(fyne.KeyS)
	b.tap("editor.overtaken.mine")
	b.see("Saved")
	if v.Reference != "mine after all" || v.Version != 4 {
		t.Errorf("stored is %q, version %d", v.Reference, v.Version)
	}
}

func TestWhatIsTypedWhileTheInvoiceIsSavedStaysTyped(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	e := b.write()
	b.enter("acc")
	e.head.reference.SetText("before")
	gate := fake.hold(t, "SaveWriting", 1)
	e.saveThen(func() {})
	gate.await()
	e.head.reference.SetText("meanwhile")
	gate.open()
	b.settle()
	if got := e.draft.Form.Reference; got != "meanwhile" {
		t.Errorf("the reference is %q", got)
	}
	b.control(fyne.KeyS)
	if got := fake.written("new1"); got.Reference != "meanwhile" || got.Version != 2 {
		t.Errorf("stored is %q, version %d", got.Reference, got.Version)
	}
}

func TestATaxThatIsChosenAgainIsTheFirmsOfToday(t *testing.T) {
	fake := newFake().fill(12)
	v := fake.written("i00005") // a draft
	v.Version, v.Lines = 1, v.Lines[:1]
	v.Lines[0].Quantity, v.Lines[0].UnitAmount = 1_0000, 100_0000
	v.Lines[0].Tax.Rate = 12_5000
	b := newTrial(t, fake)
	b.w.editor.open("i00005")
	b.settle()
	b.see("NZD 112.50") // as it was when it was saved
	for _, step := range []struct{ tax, want string }{
		{"15% GST on Income", "NZD 112.50"}, // the same is no other choice
		{"Zero Rated", "NZD 100.00"},
		{"15% GST on Income", "NZD 115.00"},
	} {
		b.w.editor.lines.SetCursor(sheet.Cell{Row: 0, Column: taxColumn})
		b.w.editor.lines.Focus()
		b.enter(step.tax)
		b.see(step.want)
	}
}

func TestLeavingAsksAboutWhatIsNotSaved(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	b.write()
	b.enter("acc")
	b.pass(keepAfter)
	b.tap("action.close")
	b.see("Save this draft?")
	b.tap("editor.keep-editing")
	b.see("Amounts are")
	b.tap("action.close")
	b.tap("editor.leave.discard")
	b.notSee("Amounts are")
	if len(fake.writing.unsaved) > 0 || fake.written("new1") != nil {
		t.Errorf("left are %v", fake.writing.unsaved)
	}
	b.write()
	b.enter("acc")
	b.tap("action.close")
	b.key(fyne.KeyReturn)
	b.notSee("Save this draft?", "Amounts are")
	if fake.written("new2") == nil {
		t.Error("it was not saved")
	}
}

func TestWhoMayNotWriteMayRead(t *testing.T) {
	viewer := staff.Member{ID: "v", Name: "Vera Blum", AllEntities: staff.Viewer}
	fake := newFake().fill(12)
	fake.written("i00005").Version = 1
	b := newTrialAs(t, fake, viewer)
	b.control(fyne.KeyN)
	b.see("To write or import invoices, you need the Owner role for the client and the ProcessTime permission.")
	b.w.editor.open("i00005")
	b.settle()
	b.see("View only. To edit this client's invoices, you need the Owner role for the client and the ProcessTime permission. Ask an Admin at your firm.")
	b.notSee("Save draft")
}

func TestDuplicateDeleteAndHistory(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	b.w.editor.open("i00003")
	b.settle()
	b.w.editor.duplicate()
	b.settle()
	b.see("Draft", b.w.format.Date(20261122))
	b.w.editor.confirmDelete()
	b.settle()
	b.see("Delete this draft?", "No number yet", "NZD 916.90")
	b.tap("delete.yes")
	b.notSee("Delete this draft?", "Save draft")
	if v := fake.written("new1"); v.Stage.Status != billing.Deleted {
		t.Errorf("it is %s", v.Stage.Status)
	}
	b.w.billing.showHistory("i00003")
	b.settle()
	b.see("History of invoice 0001063")
}

func TestANegativeTotalNamesTheWayOut(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	b.write()
	b.enter("", "Write-down", "1", "-5")
	b.see("The total is negative, so this invoice can't be finalized. Feebridge doesn't make credit notes; create one in Xero instead.", "NZD ‒5.75")
}

func TestAnInvoiceThatIsShownFollowsWhatBecomesOfIt(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	fake.written("i00000").Version = 1
	b.w.editor.open("i00000")
	b.settle()
	b.see("Invoice 0001066 · Finalized")
	v := fake.written("i00000")
	v.Version, v.Stage = 2, billing.Stage{Status: billing.Closed, Export: billing.Exported}
	fake.tell("invoice", "i00000")
	b.settle()
	b.see("Invoice 0001066 · Closed")
}

func TestADateIsReadAsItIsWritten(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	b.write()
	written := b.w.format
	for _, locale := range []string{"en-US", "en-NZ", "de-DE", "fr-FR", "nl-NL", "ja-JP", "mi-NZ"} {
		b.w.format = style.NewFormat(language.MustParse(locale))
		for _, d := range []billing.Date{20261103, 20260131, 20281212} {
			if got, err := b.w.editor.head.readDate(b.w.format.Date(d)); got != d || err != nil {
				t.Errorf("%s: %s is read as %s, %v", locale, b.w.format.Date(d), got, err)
			}
		}
	}
	b.w.format = written
	b.w.editor.head.date.SetText("soon")
	b.settle()
	b.see("“soon” isn't a date. Write it as 2026-11-03.")
}

func TestTabLeadsFromTheHeadIntoTheLines(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	e := b.write()
	b.window.Canvas().Focus(e.head.note)
	b.window.Canvas().FocusNext()
	b.typeText("acc")
	b.key(fyne.KeyReturn)
	if got := e.lines.Rows()[0][codeColumn]; got != "ACC" {
		t.Errorf("the first cell has %q", got)
	}
}

// TestADueDateFollowsTheDateUntilAPersonWritesIt changes the date and the client of an invoice: a due date that came of
// itself goes along, and one that was written stays.
func TestADueDateFollowsTheDateUntilAPersonWritesIt(t *testing.T) {
	days := func(n int) billing.Term { return billing.Term{Rule: billing.AfterDate, Days: n} }
	with := app.Materials{Clients: []app.ClientTerms{{Client: billing.Client{ID: "week"}, Due: days(7)}, {Client: billing.Client{ID: "month"}, Due: days(30)}}}
	for name, c := range map[string]struct{ due, later, other billing.Date }{
		"none yet":            {0, 20261117, 20261203},
		"of the client":       {20261110, 20261117, 20261203},
		"written by a person": {20261112, 20261112, 20261112},
	} {
		begun := func() *draft {
			d := &draft{materials: with}
			d.Form = billing.Form{Client: "week", Date: 20261103, Due: c.due}
			return d
		}
		d := begun()
		if d.date(20261110); d.Form.Due != c.later || d.Form.Date != 20261110 {
			t.Errorf("%s: on a later date it is due on %v, want %v", name, d.Form.Due, c.later)
		}
		d = begun()
		if d.choose("month"); d.Form.Due != c.other {
			t.Errorf("%s: for another client it is due on %v, want %v", name, d.Form.Due, c.other)
		}
	}
}

// TestTheAmountsAreInSightInANarrowWindow has every amount of a line end before the window does, down to the
// least size of the window.
func TestTheAmountsAreInSightInANarrowWindow(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	b.write()
	b.enter("acc", "", "2", "1234.5")
	for _, width := range []float32{1280, 970, 900, 640, leastWindow.Width} {
		b.window.Resize(fyne.NewSize(width, 760))
		b.settle()
		found := false
		for _, o := range b.visible() {
			text, is := o.(*canvas.Text)
			if !is || text.Text != "2,469.00" && text.Text != "Amount" {
				continue
			}
			end := fyne.CurrentApp().Driver().AbsolutePositionForObject(o).X + o.Size().Width
			found = found || text.Text == "Amount"
			if end > width {
				t.Errorf("%q ends at %v in a window of %v", text.Text, end, width)
			}
			if least := text.MinSize().Width; o.Size().Width < least {
				t.Errorf("%q has %v of %v in a window of %v", text.Text, o.Size().Width, least, width)
			}
		}
		if !found {
			t.Errorf("there is no column of amounts in a window of %v", width)
		}
	}
}

// TestNoShortcutOverlapsItsMeaning has a name of keys that is too long for its column wrap.
func TestNoShortcutOverlapsItsMeaning(t *testing.T) {
	b := newTrial(t, newFake().fill(3))
	long := paragraph("Alt+Up, Alt+Down, Ctrl+Delete, Ctrl+Enter, Shift+F10")
	line := container.New(factLine{220}, long, paragraph("Text"))
	b.window.SetContent(container.NewVBox(line))
	b.window.SetContent(b.window.Content()) // a text that wraps knows its height only when it has a width
	if line.MinSize().Height < long.MinSize().Height || long.MinSize().Height <= paragraph("Text").MinSize().Height {
		t.Errorf("the line is %v high, and the name %v", line.MinSize().Height, long.MinSize().Height)
	}
	b = newTrial(t, newFake().fill(3))
	for _, size := range []fyne.Size{{Width: 1280, Height: 760}, {Width: 640, Height: 480}, leastWindow} {
		b.window.Resize(size)
		b.w.dialogs.help("keys")
		b.settle()
		var lines int
		for _, o := range b.visible() {
			line, is := o.(*fyne.Container)
			if !is {
				continue
			}
			if facts, is := line.Layout.(factLine); is {
				lines++
				name, text := line.Objects[0], line.Objects[1]
				if name.MinSize().Width > facts.name || name.Size().Width > text.Position().X {
					t.Errorf("a name is %v wide, and %v at least, before a text at %v", name.Size().Width, name.MinSize().Width, text.Position().X)
				}
				if tall := max(name.MinSize().Height, text.MinSize().Height); line.Size().Height < tall {
					t.Errorf("a line is %v high, for %v", line.Size().Height, tall)
				}
			}
		}
		if lines < 15 {
			t.Errorf("there are %d lines", lines)
		}
		b.key(fyne.KeyEscape)
	}
}

// TestAnInvoiceOpensInANarrowWindowWithoutAnOverlap opens one in a window that was narrow before: the lines begin below
// the head, which takes more rows there.
func TestAnInvoiceOpensInANarrowWindowWithoutAnOverlap(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.window.Resize(fyne.NewSize(800, 500))
	b.w.editor.open(b.fake.number("0001073").ID)
	b.settle()
	top := func(o fyne.CanvasObject) float32 { return fyne.CurrentApp().Driver().AbsolutePositionForObject(o).Y }
	head := b.w.editor.head.content
	if end, lines := top(head)+head.MinSize().Height, top(b.w.editor.lines); lines < end {
		t.Errorf("the lines begin at %v, and the head ends at %v", lines, end)
	}
}

// TestItemsTrackingAndThemeAreTypedWhereNothingWasRead writes what only an import could set, and without a chart.
func TestItemsTrackingAndThemeAreTypedWhereNothingWasRead(t *testing.T) {
	fake := newFake().fill(24)
	v := fake.invoices[5]
	if v.Stage.Status != billing.Draft {
		t.Fatalf("it is %s", v.Stage.Status)
	}
	v.Lines = v.Lines[:1]
	v.Lines[0].Tracking, v.Lines[0].Item, v.BrandingTheme = []billing.Tracking{{Category: "Team", Option: "Audit"}, {Category: "Region", Option: "North"}}, "BOOK", "Letter"
	b := newTrial(t, fake)
	e := b.w.editor
	e.open(v.ID)
	b.settle()
	b.see("Item", "Team", "Region", "Branding theme")
	if e.draft.dirty() {
		t.Error("there is something to save before anything was typed")
	}
	for i, text := range []string{"TRAIN", "", "South"} {
		e.lines.SetCursor(sheet.Cell{Row: 0, Column: firstExtra + i})
		e.lines.Focus()
		if text == "" {
			b.key(fyne.KeyDelete)
			continue
		}
		b.typeText(text)
		b.key(fyne.KeyTab)
	}
	e.head.themeText.SetText("Plain")
	b.settle()
	if got := strings.Join(e.lines.Rows()[0][accountColumn:], "|"); !strings.HasPrefix(got, "200|TRAIN||South|") { // the emptied column stays while one types
		t.Errorf("the line is %s", got)
	}
	b.control(fyne.KeyS)
	is := fake.written(v.ID).Invoice
	if l := is.Lines[0]; l.Item != "TRAIN" || len(l.Tracking) != 1 || l.Tracking[0] != (billing.Tracking{Category: "Region", Option: "South"}) || is.BrandingTheme != "Plain" {
		t.Errorf("stored are %+v and theme %q", l, is.BrandingTheme)
	}
	for range 3 { // the theme, the region, the team
		e.lines.OnUndo()
		b.settle()
	}
	b.see("Team") // whose option was deleted, and is back
}

func TestFieldsThatFewInvoicesNeedAreShownOnDemand(t *testing.T) {
	fake := newFake().fill(24)
	v := fake.invoices[5]
	v.Lines = v.Lines[1:2]
	b := newTrial(t, fake)
	e := b.w.editor
	e.open(v.ID)
	b.settle()
	b.notSee("Branding theme")
	b.tap("action.more")
	b.pick("menu.extras")
	b.see("Branding theme")
	b.tap("action.more")
	b.pick("menu.extras")
	b.notSee("Branding theme")
}
