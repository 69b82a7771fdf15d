package screens

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/billing"
	"feebridge/app/staff"
)

func TestTheFirstRowsAreShownBeforeTheRest(t *testing.T) {
	fake := newFake().fill(300)
	gate := fake.hold(t, "Rows", 1)
	b := newDesk(t, fake)
	b.open(staff.Founder("s1", "Olivia Hart"))
	gate.await()
	b.fire(b.now().Add(slow))
	b.drain()
	if all, shown := b.w.billing.grid.Len(); all != firstRows || shown != firstRows {
		t.Errorf("%d of %d rows are shown before the rest is read, want %d", shown, all, firstRows)
	}
	b.see("Loading…", "0001354")
	gate.open()
	b.settle()
	b.see("Showing 300 of 300")
	b.notSee("Loading…")
}

func TestAnOlderLoadNeverOverwritesANewerOne(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	gate := fake.hold(t, "Rows", 2)
	b.w.billing.reload() // reads 12 rows, and hangs
	gate.await()
	fake.mu.Lock()
	fake.invoices = fake.invoices[:5]
	fake.mu.Unlock()
	b.w.billing.reload()
	gate.open()
	b.settle()
	b.see("Showing 5 of 5")
}

func TestChangesArePatchedIntoTheListTogether(t *testing.T) {
	fake := newFake().fill(240)
	b := newTrial(t, fake)
	fake.mu.Lock()
	var ids []string
	for _, v := range fake.invoices[:50] {
		v.Stage = billing.Stage{Status: billing.Closed, Export: billing.Exported}
		ids = append(ids, string(v.ID))
	}
	fake.mu.Unlock()
	for _, id := range ids {
		fake.tell("invoice", id)
	}
	b.settle()
	if n := fake.counted["Rows of some"]; n != 1 {
		t.Errorf("50 changes were read in %d calls, want 1", n)
	}
	if n := fake.counted["Rows"]; n != 1 {
		t.Errorf("the whole list was read %d times, want once", n)
	}
	if got := b.cells("0001294"); !strings.Contains(got, "Closed") {
		t.Errorf("the row says %q", got)
	}
	b.see("114") // closed: 80 before, of which 16 are among the 50
}

func TestChangesWhileTheListIsReadAreNotLost(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	gate := fake.hold(t, "Rows", 2)
	b.w.billing.reload()
	gate.await() // the rows were read as they were before
	fake.mu.Lock()
	fake.invoices[0].Stage.Status = billing.Closed
	fake.mu.Unlock()
	fake.tell("invoice", string(fake.invoices[0].ID))
	b.drain()
	b.fire(b.now().Add(together))
	b.drain()
	gate.open()
	b.settle()
	if got := b.cells("0001066"); !strings.Contains(got, "Closed") {
		t.Errorf("the row says %q", got)
	}
}

func TestAnOlderReadingOfAChangeNeverOverwritesANewerOne(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	change := func(to billing.ExportState) {
		fake.inXero("0001066", finalized(to), nil)
		b.drain()
		b.fire(b.now().Add(together))
		b.drain()
	}
	gate := fake.hold(t, "Rows of some", 1)
	change(billing.Queued)
	gate.await() // the row was read as it was before the next change
	change(billing.Exporting)
	gate.open()
	deadline.Wait(t, b.w.work.Wait, "the reading of the first change")
	if n := fake.counted["Rows of some"]; n != 1 {
		t.Errorf("%d changes were read before one of them was shown", n)
	}
	b.settle()
	if row, _ := b.w.billing.grid.Row(fake.number("0001066").ID); row.Stage.Export != billing.Exporting {
		t.Errorf("the row says %v", row.Stage)
	}
}

func TestANewInvoiceComesIntoTheList(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	fake.mu.Lock()
	fresh := *fake.invoices[0]
	fresh.ID, fresh.Number = "new", "NEW-1"
	fake.invoices = append(fake.invoices, &fresh)
	fake.mu.Unlock()
	fake.tell("invoice", "new")
	b.settle()
	b.see("NEW-1", "Showing 13 of 13")

	fake.mu.Lock()
	fake.invoices = fake.invoices[:12]
	fake.mu.Unlock()
	fake.tell("invoice", "new")
	b.settle()
	b.notSee("NEW-1")
	b.see("Showing 12 of 12")
}

func TestAnInvoiceThatMayNotBeSeenDoesNotMakeTheListBeReadAgain(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	fake.tell("invoice", "of another client")
	b.settle()
	if n := fake.counted["Rows"]; n != 1 {
		t.Errorf("the whole list was read %d times, want once", n)
	}
}

func TestAReloadKeepsTheRowsThatAreAsTheyWere(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	row := func(i int) *app.InvoiceRow {
		r, _ := b.w.billing.grid.Row(fake.invoices[i].ID)
		return r
	}
	same, other := row(0), row(1)
	fake.mu.Lock()
	fake.invoices[1].Reference = "another"
	fake.mu.Unlock()
	b.w.billing.reload()
	b.settle()
	if row(0) != same {
		t.Error("the row that is as it was is held anew")
	}
	if got := row(1); got == other || got.Reference != "another" {
		t.Errorf("the row that changed has the reference %q", got.Reference)
	}
	if other.Reference == "another" {
		t.Error("the row that changed was changed in its place, which another goroutine may be reading")
	}
}

func TestTheListThatCannotBeReadSaysWhy(t *testing.T) {
	fake := newFake().fill(12)
	fake.refuse["Rows"] = errors.New("disk on fire")
	b := newTrial(t, fake)
	b.see("Couldn't load the invoices.", "disk on fire")
	delete(fake.refuse, "Rows")
	b.tap("action.reload")
	b.see("Showing 12 of 12")
	b.notSee("disk on fire")
}

func TestTheChipsNarrowTheList(t *testing.T) {
	b := newTrial(t, newFake().fill(240))
	chips := b.w.billing.chips
	for at, want := range []string{"80", "40", "20", "0", "40", "20", "80", "240"} {
		if got := chips.counts[at]; got != want {
			t.Errorf("%s: %s, want %s", chips.words[at], got, want)
		}
	}
	b.window.Canvas().Focus(chips)
	b.key(fyne.KeyLeft)
	b.see("Showing 80 of 240")
	b.key(fyne.KeyLeft)
	b.see("Showing 20 of 240")
	for range 3 {
		b.key(fyne.KeyLeft)
	}
	b.see("Showing 20 of 240", "Failed: ")
	b.key(fyne.KeyRight)
	b.see("Showing 0 of 240", "No invoices match the search and filter")
	b.tap("empty.clear")
	b.see("Showing 240 of 240")
	test.TapAt(chips, fyne.NewPos(chips.width(0)+chips.width(1)/2, 10))
	b.settle()
	b.see("Showing 40 of 240")
}

func TestTheSearchFindsAndIsLeftWithEscape(t *testing.T) {
	b := newTrial(t, newFake().fill(240))
	b.control(fyne.KeyF)
	b.typeText("harbour CAFE")
	b.see("Showing 12 of 240")
	b.key(fyne.KeyEscape)
	b.see("Showing 240 of 240")
	b.key(fyne.KeyEscape)
	b.typeText("kauri") // in the list: begins a search
	b.see("Showing 12 of 240")
	b.key(fyne.KeyReturn)
	b.key(fyne.KeyDown)
	b.key(fyne.KeySpace)
	b.see("1 selected")
}

func TestTheEntitySelectorFindsAClientAsOneTypes(t *testing.T) {
	b := newTrial(t, newFake().fill(240))
	b.control(fyne.KeyK)
	b.see("All clients", "Abby & Wells")
	b.typeText("cafe")
	b.see("Harbour Café")
	b.notSee("All clients", "Abby & Wells")
	b.key(fyne.KeyReturn)
	b.see("Showing 12 of 240")
	if got := b.w.billing.chips.counts; got[allChip] != "12" {
		t.Errorf("the chips count %v, want those of the client", got)
	}

	b.window.Canvas().Focus(b.w.frame.entity)
	b.typeText("h") // opens the list
	b.key(fyne.KeyDown)
	b.key(fyne.KeyEscape)
	b.see("Showing 12 of 240")
	if b.w.frame.entity.Selected != "Harbour Café" {
		t.Errorf("the selector shows %q", b.w.frame.entity.Selected)
	}

	b.key(fyne.KeyReturn)
	b.key(fyne.KeyPageUp)
	b.key(fyne.KeyReturn)
	b.see("Showing 240 of 240")

	b.key(fyne.KeyDown)
	test.Tap(b.w.frame.entity)
	b.typeText("rex-media") // by its code
	b.key(fyne.KeyReturn)
	b.see("Showing 12 of 240")
}

func TestTheSelectionIsCountedAndSummed(t *testing.T) {
	b := newTrial(t, newFake().fill(240))
	b.see("Shown: NZD 282,261.15 · AUD 10,408.09", "Select finalized invoices to export")
	if !b.button("action.export").Disabled() {
		t.Error("the export can be started with nothing selected")
	}
	b.click("0001294", 0)
	b.see("1 selected · NZD 264.50", "Export 1 to Xero")
	b.click("0001283", fyne.KeyModifierShortcutDefault) // closed, in AUD
	b.see("2 selected · NZD 264.50 · AUD 729.22", "1 of 2 selected can't be exported")
	b.click("0001283", 0)
	b.see("Can't export: already closed")
	if !b.button("action.export").Disabled() {
		t.Error("the export can be started with nothing that can be exported")
	}
	b.key(fyne.KeyEscape)
	b.see("Shown: NZD")

	b.click("0001294", 0)
	b.click("0001291", fyne.KeyModifierShift)
	b.see("4 selected")
	b.control(fyne.KeyA)
	b.see("240 selected", "Export 80 to Xero")
}

func TestTheFiguresFollowTheSelectionSoon(t *testing.T) {
	fake := newFake().fill(240)
	b := newTrial(t, fake)
	b.w.billing.grid.Select(fake.invoices[0].ID, fake.invoices[1].ID)
	b.drain()
	b.see("Shown: NZD", "Select finalized invoices to export")
	b.fire(b.now().Add(soon))
	b.drain()
	b.see("2 selected", "Export 2 to Xero")
	b.notSee("Shown: NZD")
}

func TestRowsAreCopiedForASpreadsheet(t *testing.T) {
	b := newTrial(t, newFake().fill(240))
	b.click("0001294", 0)
	b.control(fyne.KeyC)
	want := "Number\tClient\tDate\tDue\tTotal\tStatus\tXero Export\n" +
		"0001294\tAbby & Wells\t2026-11-20\t2026-12-10\t264.50 NZD\tFinalized\tNot exported\n"
	if got := fyne.CurrentApp().Clipboard().Content(); got != want {
		t.Errorf("copied %q, want %q", got, want)
	}
	fyne.CurrentApp().Clipboard().SetContent("")
	b.tap("action.more")
	b.pick("menu.copy-rows")
	if got := fyne.CurrentApp().Clipboard().Content(); got != want {
		t.Errorf("the menu copied %q, want %q", got, want)
	}
}

func TestTheMenuSaysWhatIsPossibleAndWhyNot(t *testing.T) {
	viewer := staff.Founder("s2", "Vera Blum")
	viewer.Time = map[staff.TimePermission]bool{}
	olivia := staff.Founder("s1", "Olivia Hart")
	for name, test := range map[string]struct {
		me   staff.Member
		rows []int // of the fake's invoices
		want []string
	}{
		"nothing selected": {olivia, nil, []string{
			"Export selected invoices to Xero – Select invoices first", "Export again – Select invoices first", "Open in Xero – Select invoices first",
			"Open – Select invoices first", "History – Select invoices first", "Preview PDF – Select invoices first",
			"Finalize – Select invoices first", "Draft – Select invoices first", "Replace… – Select invoices first", "Hold – Select invoices first", "Release – Select invoices first", "Confirm it's missing from Xero… – Select invoices first",
			"Delete… – Select invoices first", "Copy rows – Select invoices first",
			"Save list as CSV or XLSX…", "Save for Xero import… – Select invoices first",
		}},
		"two finalized": {olivia, []int{0, 1}, []string{
			"Export selected invoices to Xero (2) · Ctrl+E", "Export again – No failed export is selected", "Open in Xero – Select one invoice",
			"Open – Select one invoice", "History – Select one invoice", "Preview PDF – Select one invoice",
			"Finalize – Only drafts can be finalized", "Draft (2) · Ctrl+D", "Replace… – Select one invoice", "Hold (2)", "Release – Only held invoices can be released", "Confirm it's missing from Xero… – Only for invoices missing from Xero", "Delete… (2)", "Copy rows (2) · Ctrl+C",
			"Save list as CSV or XLSX…", "Save for Xero import… (2)",
		}},
		"exported": {olivia, []int{2}, []string{
			"Export selected invoices to Xero – Already in Xero", "Export again – No failed export is selected", "Open in Xero",
			"Open", "History", "Preview PDF",
			"Finalize – Only drafts can be finalized", "Draft · Ctrl+D", "Replace… – Only closed invoices can be replaced",
			"Hold – Already in Xero", "Release – Only held invoices can be released", "Confirm it's missing from Xero… – Only for invoices missing from Xero", "Delete… – In Xero; take it back to draft first", "Copy rows · Ctrl+C",
			"Save list as CSV or XLSX…", "Save for Xero import… – Already in Xero",
		}},
		"a draft and a failed one": {olivia, []int{5, 7}, []string{
			"Export selected invoices to Xero · Ctrl+E", "Export again", "Open in Xero – Select one invoice",
			"Open – Select one invoice", "History – Select one invoice", "Preview PDF – Select one invoice",
			"Finalize", "Draft · Ctrl+D", "Replace… – Select one invoice", "Hold", "Release – Only held invoices can be released", "Confirm it's missing from Xero… – Only for invoices missing from Xero", "Delete… (2)", "Copy rows (2) · Ctrl+C",
			"Save list as CSV or XLSX…", "Save for Xero import…",
		}},
		"held": {olivia, []int{9}, []string{
			"Export selected invoices to Xero – Held; release it first", "Export again – No failed export is selected", "Open in Xero – Not in Xero",
			"Open", "History", "Preview PDF",
			"Finalize – Only drafts can be finalized", "Draft · Ctrl+D", "Replace… – Only closed invoices can be replaced", "Hold – Already held", "Release", "Confirm it's missing from Xero… – Only for invoices missing from Xero", "Delete…", "Copy rows · Ctrl+C",
			"Save list as CSV or XLSX…", "Save for Xero import… – Held; release it first",
		}},
		"without permission": {viewer, []int{0}, []string{
			"Export selected invoices to Xero – Needs a role for the client and the Export to accounting software permission",
			"Export again – No failed export is selected", "Open in Xero – Not in Xero",
			"Open", "History", "Preview PDF",
			"Finalize – Only drafts can be finalized", "Draft – Needs the Owner role for the client and the ProcessTime permission", "Replace… – Only closed invoices can be replaced",
			"Hold – Needs a role for the client and the Export to accounting software permission", "Release – Only held invoices can be released", "Confirm it's missing from Xero… – Only for invoices missing from Xero", "Delete… – Needs the Owner role for the client and the ProcessTime permission", "Copy rows · Ctrl+C",
			"Save list as CSV or XLSX…", "Save for Xero import… – Needs a role for the client and the Export to accounting software permission",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake().fill(12)
			b := newTrialAs(t, fake, test.me)
			var ids []billing.InvoiceID
			for _, i := range test.rows {
				ids = append(ids, fake.invoices[i].ID)
			}
			b.w.billing.grid.Select(ids...)
			b.settle()
			var got []string
			for _, item := range b.w.billing.actionsMenu(b.w.billing.selected()).Items {
				if item.IsSeparator {
					continue
				}
				label := item.Label
				why, reasoned := item.Shortcut.(whyNot)
				if reasoned {
					label += " – " + string(why)
				}
				got = append(got, label)
				if item.Disabled != reasoned {
					t.Errorf("%q: greyed is %v", label, item.Disabled)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func TestInvoicesAreFinalizedHeldReleasedAndDrafted(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	stage := func() billing.Stage { return fake.number("0001073").Stage } // a draft
	b.click("0001073", 0)
	b.tap("action.more")
	b.pick("action.finalize")
	if got := stage(); got.Status != billing.Finalized {
		t.Fatalf("after Finalize it is %v", got)
	}
	b.see("1 invoice finalized", "Export 1 to Xero")
	b.pass(noteTime)
	b.notSee("1 invoice finalized")

	b.tap("action.more")
	b.pick("menu.hold")
	if got := stage(); got.Export != billing.Held {
		t.Fatalf("after Hold it is %v", got)
	}
	b.tap("action.more")
	b.pick("menu.release")
	if got := stage(); got.Export != billing.NotExported {
		t.Fatalf("after Release it is %v", got)
	}
	b.tap("action.more")
	b.pick("menu.draft")
	b.see("Take invoice 0001073 back to draft?")
	b.key(fyne.KeyEscape)
	if got := stage(); got.Status != billing.Finalized {
		t.Fatalf("after Escape it is %v", got)
	}
	b.tap("action.more")
	b.pick("menu.draft")
	b.key(fyne.KeyReturn) // Yes
	if got := stage(); got.Status != billing.Draft {
		t.Fatalf("after Draft it is %v", got)
	}
	b.see("1 invoice taken back to draft")
}

func TestAnActionThatTakesLongSaysWhatItDoes(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	gate := fake.hold(t, "Hold", 1)
	b.w.billing.grid.Select(fake.invoices[0].ID)
	b.w.billing.hold(b.w.billing.selected())
	gate.await()
	b.drain()
	b.notSee("Updating invoices…")
	b.fire(b.now().Add(slow))
	b.drain()
	b.see("Updating invoices…")
	gate.open()
	b.settle()
	b.see("1 invoice held")
}

func TestANoticeStaysItsTimeAlthoughAnOlderOneEnds(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	one := []*app.InvoiceRow{{ID: fake.number("0001066").ID}}
	b.w.billing.hold(one)
	b.settle()
	b.see("1 invoice held")
	b.pass(noteTime / 2)
	b.w.billing.release(one)
	b.settle()
	b.pass(noteTime / 2)
	b.see("1 invoice released")
	b.pass(noteTime / 2)
	b.notSee("1 invoice released")
}

func TestWhatWasRefusedIsListedAndOpens(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	b.click("0001066", 0)
	b.click("0001065", fyne.KeyModifierShortcutDefault)
	fake.number("0001066").Stage.Export = billing.Queued // by another member, meanwhile
	b.tap("action.more")
	b.pick("menu.hold")
	b.see("1 invoice wasn't changed", "Invoice 0001066 can't be held: on its way to Xero.")
	b.listing().Select(0)
	b.settle()
	b.see("Invoice 0001066", "1 invoice held")
	if fake.number("0001065").Stage.Export != billing.Held {
		t.Error("the other invoice was not held")
	}
}

func TestTheColumnsAreRemembered(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	b.w.billing.grid.SetSort("client", false)
	b.w.billing.grid.OnStateChanged(b.w.billing.grid.State())
	b.w.Close()
	b.open(staff.Founder("s1", "Olivia Hart"))
	b.settle()
	if got := b.w.billing.grid.State().Sort; got != "client" {
		t.Errorf("sorted by %q", got)
	}
}

func TestANarrowWindowShowsTheListOrTheInvoice(t *testing.T) {
	b := newTrial(t, newFake().fill(240))
	b.window.Resize(fyne.NewSize(600, 500))
	b.doubleClick("0001294")
	if b.w.billing.grid.Visible() {
		t.Error("the list is beside the invoice")
	}
	b.see("Invoice 0001294")
	b.w.typed(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if !b.w.billing.grid.Visible() {
		t.Error("the list did not come back")
	}
	b.window.Resize(fyne.NewSize(1280, 700))
	b.doubleClick("0001294")
	if !b.w.billing.grid.Visible() {
		t.Error("the list is hidden in a wide window")
	}
	side := b.w.billing.panel.content
	width := side.Size().Width
	b.w.billing.dragPanel(-60)
	if got := side.Size().Width; got != width+60 {
		t.Errorf("dragged by 60 the panel is %v wide, was %v", got, width)
	}
}

func TestAnEmptyFirmIsToldWhatToDo(t *testing.T) {
	b := newTrial(t, newFake())
	b.see("No invoices yet", "You can also drag the file onto this window.", "Showing 0 of 0")
}

func TestSumsStandByCurrency(t *testing.T) {
	fake := newFake().fill(3)
	fake.invoices[1].Currency = "USD"
	b := newTrial(t, fake)
	rows := b.w.billing.grid.Shown()
	s := newSums("USD")
	for r := range rows {
		s.add(r.Total)
	}
	if got, want := strings.ReplaceAll(s.text(b.w.format), "\u00a0", " "), "USD 479.67 · NZD 961.63"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnInvoiceThatIsShownIsInSight(t *testing.T) {
	fake := newFake().fill(240)
	b := newTrial(t, fake)
	b.w.billing.showInvoice(fake.number("0001060").ID)
	b.settle()
	b.row("0001060")
	fake.approve("0001292")
	b.settle()
	b.tap("action.show")
	b.row("0001292")
}

// TestAnOpenListShowsWhatIsChosen opens the list of client entities at its beginning, at its end and between.
func TestAnOpenListShowsWhatIsChosen(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	b.control(fyne.KeyK)
	b.see("All clients", fake.clients[0].Name)
	b.key(fyne.KeyEscape)
	for _, i := range []int{19, 10, 2} {
		b.w.billing.entity.choose(string(fake.clients[i].ID))
		b.settle()
		b.control(fyne.KeyK)
		b.see(fake.clients[i].Name)
		if i == 2 {
			b.see("All clients")
		}
		b.key(fyne.KeyEscape)
	}
}
