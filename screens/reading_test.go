package screens

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/test"
	gocmp "github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/assets/translations"
	"feebridge/screens/grid"
	"feebridge/screens/sheet"
	"feebridge/screens/style"
)

// The tests of this file read a screen back: every label, cell and field shows the value that is
// its own. No two values of newDistinct are the same, so that one in the place of another shows.

// lines returns what is written to be seen, of the topmost dialog when there is one.
func (b *trial) lines() []string {
	root := b.window.Canvas().Content()
	if top := b.window.Canvas().Overlays().Top(); top != nil {
		root = top
	}
	return b.linesOf(root)
}

// linesOf returns what is written in a part of the window, from above to below; texts beside each
// other are one line, with " | " between them.
func (b *trial) linesOf(root fyne.CanvasObject) []string {
	type word struct {
		text string
		x, y float32
	}
	var words []word
	var walk func(fyne.CanvasObject, fyne.Position)
	walk = func(o fyne.CanvasObject, at fyne.Position) {
		if o == nil || !o.Visible() {
			return
		}
		at = at.Add(o.Position())
		switch o := o.(type) {
		case *canvas.Text:
			if o.Text != "" {
				b.leaked(o.Text)
				words = append(words, word{o.Text, at.X, at.Y + o.Size().Height/2})
			}
		case *fyne.Container:
			for _, child := range o.Objects {
				walk(child, at)
			}
		case fyne.Widget:
			for _, child := range test.WidgetRenderer(o).Objects() {
				walk(child, at)
			}
		}
	}
	walk(root, fyne.Position{})
	slices.SortStableFunc(words, func(a, b word) int { return cmp.Compare(a.y, b.y) })
	var lines []string
	for len(words) > 0 {
		n := 1
		for n < len(words) && words[n].y-words[0].y < 6 {
			n++
		}
		line := words[:n]
		words = words[n:]
		slices.SortStableFunc(line, func(a, b word) int { return cmp.Compare(a.x, b.x) })
		texts := make([]string, n)
		for i, w := range line {
			texts[i] = strings.ReplaceAll(w.text, "\u00a0", " ")
		}
		lines = append(lines, strings.Join(texts, " | "))
	}
	return lines
}

// reads fails unless each text is to be read: as a line, or as neighbours within one.
func (b *trial) reads(texts ...string) {
	b.Helper()
	b.readsIn(b.lines(), texts...)
}

// panelReads is reads for the side panel alone.
func (b *trial) panelReads(texts ...string) {
	b.Helper()
	b.readsIn(b.linesOf(b.w.billing.panel.content), texts...)
}

func (b *trial) readsIn(lines []string, texts ...string) {
	b.Helper()
	for _, text := range texts {
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(" | "+line+" | ", " | "+text+" | ") }) {
			b.Errorf("%q is not to be read in:\n%s", text, strings.Join(lines, "\n"))
		}
	}
}

// tall makes the window so large that nothing is cut off or out of sight.
func (b *trial) tall() {
	b.window.Resize(fyne.NewSize(2000, 1700))
	b.settle()
}

// newDistinct is a firm with three clients and four invoices, of which no two values are alike.
func newDistinct() *fakeApp {
	fake := newFake()
	fake.clients = []billing.Client{
		{
			ID: "c1", Code: "ABBY", Name: "Abby Ltd", Email: "abby@example.com",
			Address:  billing.Address{Lines: [4]string{"1 High Street", "Floor 2"}, City: "Napier", PostalCode: "4110", Region: "Hawke's Bay", Country: "New Zealand"},
			Currency: "NZD", Term: billing.Term{Rule: billing.AfterDate, Days: 9}, BillingCode: "ACC",
		},
		{
			ID: "c2", Code: "BASKET", Name: "Basket Case", Email: "basket@example.com",
			Address:  billing.Address{Lines: [4]string{"3 Low Road", "Unit 4"}, City: "Sydney", PostalCode: "2000", Region: "NSW", Country: "Australia"},
			Currency: "AUD", Term: billing.Term{Rule: billing.OfNextMonth, Days: 17}, BillingCode: "TAX",
		},
		{ID: "c3", Code: "CUBE", Name: "Cube Land", Email: "cube@example.com"},
	}
	gst := billing.Tax{Code: "OUTPUT", Name: "GST", Rate: 10_0000}
	levy := billing.Tax{Code: "LEVY", Name: "Levy", Rate: 12_5000}
	tenth, err := money.PercentOff(10_0000)
	if err != nil {
		panic(err)
	}
	fake.invoices = []*fakeInvoice{
		{Invoice: billing.Invoice{
			ID: "i1", Client: "c1", Number: "INV-31", Type: billing.Final, Date: 20261102, Due: 20261125, Reference: "PO 71", Note: "Thank you",
			Currency: "NZD", Amounts: money.Exclusive, Stage: closed(billing.Exported), Version: 1,
			Lines: []billing.Line{
				{Code: "ACC", Description: "Annual accounts", Quantity: 3_0000, UnitAmount: 26_0000, Discount: tenth, Tax: gst, Account: "201",
					Tracking: []billing.Tracking{{Category: "Region", Option: "North"}}},
				{Code: "TAX", Description: "Tax return", Quantity: 1_0000, UnitAmount: 29_8100, Tax: levy, Account: "202"},
			},
		}},
		{Invoice: billing.Invoice{
			ID: "i2", Client: "c2", Number: "INV-32", Type: billing.Interim, Date: 20261101, Due: 20261130, Reference: "PO 69",
			Currency: "NZD", Amounts: money.Inclusive, Stage: finalized(billing.NotExported), Version: 1,
			Lines: []billing.Line{{Description: "Advice", Quantity: 1_0000, UnitAmount: 500_0000, Tax: gst}},
		}},
		{Invoice: billing.Invoice{
			ID: "i3", Client: "c3", Number: "INV-30", Type: billing.FixedFee, Date: 20261103, Due: 20261120, Reference: "PO 70",
			Currency: "NZD", Amounts: money.Exclusive, Stage: finalized(billing.Failed), Version: 1,
			Lines: []billing.Line{{Description: "Letter", Quantity: 1_0000, UnitAmount: 20_0000, Tax: gst}},
		}, message: ledger.Message{Text: "The account 299 is unknown.", Cause: ledger.AccountUnknown}},
		{Invoice: billing.Invoice{
			ID: "i4", Client: "c1", Number: "INV-29", Type: billing.Final, Date: 20261104, Due: 20261119, Reference: "PO 68",
			Currency: "AUD", Amounts: money.Exclusive, Version: 1,
			Lines: []billing.Line{{Description: "Call", Quantity: 1_0000, UnitAmount: 10_0000, Tax: gst}},
		}},
	}
	fake.exports["i1"] = []*app.Export{{
		ID: "e2", Run: "r2", Invoice: "i1", Number: "INV-31", Tenant: "t1", Sent: fakeNow.Add(-3 * time.Hour), Ended: fakeNow.Add(-2 * time.Hour), Result: billing.Exported,
		Standing: ledger.Standing{
			ID: "x1", Number: "INV-31", Status: ledger.AuthorisedThere, Contact: "k1", ContactName: "Abby in Xero", Date: 20261102, Currency: "NZD",
			Total: money.New(11076, "NZD"), AmountDue: money.New(5507, "NZD"), AmountPaid: money.New(4408, "NZD"), AmountCredited: money.New(1161, "NZD"),
		},
	}, {
		ID: "e1", Run: "r1", Invoice: "i1", Number: "INV-31", Tenant: "t1", Sent: fakeNow.Add(-5 * time.Hour), Ended: fakeNow.Add(-4 * time.Hour), Result: billing.Failed,
		Messages: []ledger.Message{{Text: "The contact is archived.", Cause: ledger.ContactArchived}},
	}}
	fake.exports["i3"] = []*app.Export{{
		ID: "e3", Run: "r1", Invoice: "i3", Number: "INV-30", Tenant: "t1", Ended: fakeNow.Add(-6 * time.Hour), Result: billing.Failed,
		Messages: []ledger.Message{{Text: "The account 299 is unknown.", Cause: ledger.AccountUnknown}},
	}}
	fake.links["c1"] = app.Link{Contact: "k1", Name: "Abby in Xero", How: app.LinkedByNumber, At: fakeNow.Add(-24 * time.Hour)}
	fake.writing.taxes = []billing.Tax{gst, levy}
	return fake
}

// selectRows selects invoices by their IDs.
func (b *trial) selectRows(ids ...billing.InvoiceID) {
	b.w.billing.grid.Select(ids...)
	b.settle()
}

func TestTheListReadsBack(t *testing.T) {
	b := newTrial(t, newDistinct())
	b.w.billing.grid.SetState(grid.State{Columns: []grid.ColumnState{{ID: "number"}, {ID: "client"}, {ID: "reference"}}})
	b.tall()
	b.reads("Number | Client | Reference | Date | Due | Total | Status | Xero Export",
		"INV-31 | Abby Ltd | PO 71 | Nov 02, 26 | Nov 25, 26 | 110.76 | Closed | ✓ | Part-paid, 55.07 due",
		"INV-32 | Basket Case | PO 69 | Nov 01, 26 | Nov 30, 26 | 500.00 | Finalized | – | Not exported",
		"INV-30 | Cube Land | PO 70 | Nov 03, 26 | Nov 20, 26 | 22.00 | Finalized | ✗ | Failed: The account 299 is unknown.",
		"INV-29 | Abby Ltd | PO 68 | Nov 04, 26 | Nov 19, 26 | AUD 11.00 | Draft")
	for column, want := range map[string]string{
		"number": "i4 i3 i1 i2", "reference": "i4 i2 i3 i1", "date": "i2 i1 i3 i4", "due": "i4 i3 i1 i2", "total": "i4 i3 i1 i2",
		"status": "i4 i2 i3 i1", "export": "i3 i2 i1 i4",
	} {
		b.w.billing.grid.SetSort(column, false)
		var got []string
		for r := range b.w.billing.grid.Shown() {
			got = append(got, string(r.ID))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("by %s the list is sorted %v, want %s", column, got, want)
		}
	}
	for text, want := range map[string]int{"inv-30": 1, "abby": 2, "po 69": 1, "110.76": 1, "110": 1, "aud 11.00": 1, "9,999": 0} {
		b.w.billing.search.SetText(text)
		if _, shown := b.w.billing.grid.Len(); shown != want {
			t.Errorf("a search for %q finds %d, want %d", text, shown, want)
		}
	}
	b.w.billing.search.SetText("")
	b.w.billing.grid.SetSort("number", false)
	b.selectRows("i1", "i4")
	b.control(fyne.KeyC)
	want := "Number\tClient\tReference\tDate\tDue\tTotal\tStatus\tXero Export\n" +
		"INV-29\tAbby Ltd\tPO 68\t2026-11-04\t2026-11-19\t11.00 AUD\tDraft\t\n" +
		"INV-31\tAbby Ltd\tPO 71\t2026-11-02\t2026-11-25\t110.76 NZD\tClosed\tPart-paid, 55.07 due\n"
	if diff := gocmp.Diff(want, fyne.CurrentApp().Clipboard().Content()); diff != "" {
		t.Errorf("copied (-want +got):\n%s", diff)
	}
}

func TestTheFooterReadsBack(t *testing.T) {
	fake := newDistinct()
	fake.gauge.DayLeft = 4321
	b := newTrial(t, fake)
	b.tall()
	b.reads("Shown: NZD 632.76 · AUD 11.00 | Showing 4 of 4 | 4,321 API calls left today", "To export | 1 | In Xero | 0 | Failed | 1 | To check | 0 | Unpaid | 1 | Draft | 1 | Closed | 1 | All | 4")
	b.selectRows("i1", "i2", "i3")
	b.reads("3 selected · NZD 632.76 | Showing 4 of 4 | 4,321 API calls left today", "Export 2 to Xero", "1 of 3 selected can't be exported")
	b.w.billing.search.SetText("abby")
	b.settle()
	b.reads("3 selected, 2 not shown | Show | Clear", "1 selected · NZD 110.76 | Showing 2 of 4 | 4,321 API calls left today")
	b.w.billing.entity.choose("c1")
	b.settle()
	b.notSee("not shown")
	b.reads("To export | 0 | In Xero | 0 | Failed | 0 | To check | 0 | Unpaid | 1 | Draft | 1 | Closed | 1 | All | 2")
}

// TestEachChipCountsItsOwn has another number of invoices in every stage.
func TestEachChipCountsItsOwn(t *testing.T) {
	b := newTrial(t, newFake())
	chips := map[chip][]billing.Stage{
		draftChip: {{Status: billing.Draft}}, failedChip: {finalized(billing.Failed)},
		checkChip: {
			finalized(billing.Changed), finalized(billing.DeletedInXero), finalized(billing.VoidedInXero), finalized(billing.NotFoundInXero), finalized(billing.MayBeOurs),
			closed(billing.Changed), closed(billing.VoidedInXero), closed(billing.NotFoundInXero),
		},
		toExportChip: {finalized(billing.NotExported), finalized(billing.Held), finalized(billing.Queued), finalized(billing.Exporting), finalized(billing.Unknown)},
		inXeroChip:   {finalized(billing.Exported), finalized(billing.Warned), finalized(billing.Changed), finalized(billing.Removing)},
	}
	all := []billing.Stage{{Status: billing.Draft}}
	for _, e := range billing.ExportStates() {
		all = append(all, finalized(e))
	}
	for _, e := range []billing.ExportState{billing.Exported, billing.Changed, billing.VoidedInXero, billing.NotFoundInXero, billing.Removing} {
		all = append(all, closed(e))
	}
	for _, at := range all {
		chips[allChip] = append(chips[allChip], at)
		if at.Status == billing.Closed {
			chips[closedChip] = append(chips[closedChip], at)
		}
	}
	for c, stages := range chips {
		for _, at := range all {
			if got := c.has(&app.InvoiceRow{Stage: at}); got != slices.Contains(stages, at) {
				t.Errorf("%s, %s is under %q: %v", at.Status, at.Export, c.word(), got)
			}
		}
	}
	for how, unpaid := range map[ledger.Settlement]bool{
		ledger.NotApproved: false, ledger.Approved: true, ledger.PartPaid: true, ledger.Paid: false, ledger.Credited: false,
	} {
		row := &app.InvoiceRow{Stage: closed(billing.Exported), Settlement: how}
		if unpaidChip.has(row) != unpaid {
			t.Errorf("settled as %v it is unpaid: %v", how, !unpaid)
		}
		row.Stage.Status = billing.Finalized
		if unpaidChip.has(row) {
			t.Errorf("one that is not closed is unpaid, settled as %v", how)
		}
	}
	if b.w.billing.tally.of("nobody") != [chipCount]int{} {
		t.Error("a client without invoices has some")
	}
}

func TestThePanelReadsBack(t *testing.T) {
	fake := newDistinct()
	b := newTrial(t, fake)
	b.tall()
	b.doubleClick("INV-31")
	b.panelReads("Invoice INV-31", "ABBY · Closed", "✓ | Part-paid, 55.07 due", "Organisation: Demo Company (NZ)", "55.07 is still due.",
		"Date | Nov 02, 26", "Due | Nov 25, 26", "Reference | PO 71", "Note | Thank you", "Amounts | Tax exclusive",
		"Annual accounts | 70.20", "3 × 26.00 · less 10% · GST · account 201 · Region: North", "Tax return | 29.81", "1 × 29.81 · Levy · account 202",
		"Subtotal | 100.01", "Tax | 10.75", "Total NZD | 110.76", "Abby in Xero", "Matched by contact number, "+b.w.moment(fakeNow.Add(-24*time.Hour)),
		b.w.moment(fakeNow.Add(-3*time.Hour))+" · Exported", b.w.moment(fakeNow.Add(-5*time.Hour))+" · Failed", "The contact is archived.",
		b.w.moment(fakeNow.Add(-26*time.Hour))+" · Olivia Hart: finalized, from “a draft” to", b.w.moment(fakeNow.Add(-50*time.Hour))+" · Olivia Hart: imported, “a draft”")
	all := strings.Join(b.lines(), "\n")
	for _, pair := range [][2]string{{"· Exported", "· Failed"}, {"finalized, from", "imported, "}, {"Annual accounts", "Tax return"}} {
		if strings.Index(all, pair[0]) > strings.Index(all, pair[1]) {
			t.Errorf("%q stands below %q", pair[0], pair[1])
		}
	}
	b.doubleClick("INV-30") // which was never sent
	b.panelReads(b.w.moment(fakeNow.Add(-6*time.Hour))+" · Failed", "✗ | Failed", "✗ | The account 299 is unknown.", "Amounts | Tax exclusive", "Letter | 20.00", "Tax | 2.00")
	b.doubleClick("INV-32")
	b.panelReads("Amounts | Tax inclusive", "BASKET · Finalized", "– | Not exported")
	b.notSee("Note\n", "Exports")
	b.click("INV-29", 0)
	b.panelReads("ABBY · Draft", "Total AUD | 11.00")
	b.notSee("Organisation: ")
}

func TestTheSidesOfADifferenceAreNotMixedUp(t *testing.T) {
	fake := newDistinct()
	fake.invoices[0].Stage = finalized(billing.Changed)
	fake.after.differences["i1"] = []ledger.Difference{
		{What: ledger.NumberFigure, Here: billing.Number("INV-31"), There: billing.Number("INV-31A")},
		{What: ledger.TotalFigure, Here: money.New(11076, "NZD"), There: money.New(12000, "NZD")},
		{What: ledger.DateFigure, Here: billing.Date(20261102), There: billing.Date(20261105)},
		{What: ledger.ContactFigure, Here: "Abby Ltd", There: "Abby in Xero"},
		{What: ledger.CurrencyFigure, Here: money.Currency("NZD"), There: money.Currency("AUD")},
	}
	b := newTrial(t, fake)
	b.tall()
	b.doubleClick("INV-31")
	b.panelReads("Here | In Xero", "Number | INV-31 | INV-31A", "Total | NZD 110.76 | NZD 120.00", "Date | Nov 02, 26 | Nov 05, 26", "Contact | Abby Ltd | Abby in Xero", "Currency | NZD | AUD")
}

func TestTheEditorReadsBack(t *testing.T) {
	fake := newDistinct()
	fake.invoices[0].Stage = billing.Stage{}
	b := newTrial(t, fake)
	b.tall()
	b.w.editor.open("i1")
	b.settle()
	want := []string{
		"Invoice INV-31 · Draft", "Client | Date | Due date | Currency | Amounts are | Type", "Abby Ltd | Nov 02, 26 | Nov 25, 26 | NZD | Tax exclusive | Final",
		"Reference | Note", "PO 71 | Thank you", "Billing code | Description | Quantity | Price | Discount | Tax rate | Account | Region | Amount",
		"ACC | Annual accounts | 3 | 26.00 | 10% | GST | 201 | North | 70.20", "TAX | Tax return | 1 | 29.81 | Levy | 202 | 29.81",
		"Subtotal | 100.01", "GST 10% | 7.02", "Levy 12.5% | 3.73", "Total | NZD 110.76",
	}
	b.reads(want...)
	if all := strings.Join(b.lines(), "\n"); strings.Index(all, "GST 10% | 7.02") > strings.Index(all, "Levy 12.5%") {
		t.Error("the taxes are not in the order of the lines")
	}
	b.w.editor.open("i2")
	b.settle()
	b.reads("Basket Case | Nov 01, 26 | Nov 30, 26 | NZD | Tax inclusive | Interim", "GST 10% | 45.45", "Total | NZD 500.00")
}

// TestEveryFieldOfTheEditorIsStoredAsItsOwn types into each field and saves.
func TestEveryFieldOfTheEditorIsStoredAsItsOwn(t *testing.T) {
	fake := newDistinct()
	fake.writing.codes = nil
	b := newTrial(t, fake)
	e := b.write()
	h := e.head
	h.client.choose("c2")
	h.kind.choose(string(billing.Interim))
	h.amounts.choose(string(money.Inclusive))
	for field, text := range map[*entry]string{h.date: "2026-11-07", h.reference: "PO 99", h.currency: "USD", h.note: "Thanks"} {
		field.SetText(text)
	}
	h.due.SetText("2026-12-24")
	b.settle()
	e.lines.Focus()
	b.enter("Z1", "Filing", "3", "41.50", "12.5%", "Levy", "260")
	b.control(fyne.KeyS)
	b.see("Saved")
	eighth, err := money.PercentOff(12_5000)
	if err != nil {
		t.Fatal(err)
	}
	want := billing.Invoice{
		ID: "new1", Client: "c2", Type: billing.Interim, Date: 20261107, Due: 20261224, Reference: "PO 99", Note: "Thanks", Currency: "USD", Amounts: money.Inclusive, Version: 1,
		Lines: []billing.Line{{Code: "Z1", Description: "Filing", Quantity: 3_0000, UnitAmount: 41_5000, Discount: eighth, Tax: billing.Tax{Code: "LEVY", Name: "Levy", Rate: 12_5000}, Account: "260"}},
	}
	if diff := gocmp.Diff(want, fake.written("new1").Invoice, gocmp.AllowUnexported(money.Discount{})); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

// TestWhatIsPastedReplacesWhatWasThere pastes over lines, with empty cells, and beyond the last.
func TestWhatIsPastedReplacesWhatWasThere(t *testing.T) {
	fake := newDistinct()
	fake.invoices[0].Stage = billing.Stage{}
	b := newTrial(t, fake)
	b.w.editor.open("i1")
	b.settle()
	e := b.w.editor
	e.lines.SetCursor(sheet.Cell{Row: 1, Column: descriptionColumn})
	e.lines.Focus()
	paste := func(text string) string {
		fyne.CurrentApp().Clipboard().SetContent(text)
		b.window.Canvas().Focused().(fyne.Shortcutable).TypedShortcut(&fyne.ShortcutPaste{Clipboard: fyne.CurrentApp().Clipboard()})
		b.settle()
		var rows []string
		for _, row := range e.lines.Rows() {
			rows = append(rows, strings.Join(row, "|"))
		}
		return strings.Join(rows, "\n")
	}
	want := "ACC|Annual accounts|3|26.00|10%|GST|201|North|70.20\nTAX|New|2|||Levy|||0.00\n|Newer||5.00||GST|||5.00\n||||||||"
	if got := paste("New\t2\t\t\tLevy\t\nNewer\t\t5.00\t\tGST\t\n\t\t\t\t\t\n"); got != want {
		t.Errorf("the lines are\n%s\nwant\n%s", got, want)
	}
	b.reads("Subtotal | 75.20", "GST 10% | 7.52", "Total | NZD 82.72")
	e.lines.OnUndo()
	b.settle()
	b.reads("Subtotal | 100.01")
	// A billing code fills in what was pasted empty, and nothing else.
	want = "ACC|Annual accounts|3|26.00|10%|GST|201|North|70.20\nACC|Preparation of the annual accounts|4|185.00||Levy|||740.00"
	e.lines.SetCursor(sheet.Cell{Row: 1, Column: codeColumn})
	if got := paste("ACC\t\t4\t\t\tLevy\t\n"); got != want {
		t.Errorf("the lines are\n%s\nwant\n%s", got, want)
	}
}

func TestTheHistoryReadsBack(t *testing.T) {
	b := newTrial(t, newDistinct())
	b.tall()
	b.w.billing.showHistory("i1")
	b.settle()
	b.reads("History of invoice INV-31", b.w.moment(fakeNow.Add(-26*time.Hour))+" | Olivia Hart · finalized", "From “a draft” to “finalized, not exported”",
		b.w.moment(fakeNow.Add(-50*time.Hour))+" | Olivia Hart · imported", "a draft")
	if all := strings.Join(b.lines(), "\n"); strings.Index(all, "finalized") > strings.Index(all, "imported") {
		t.Error("the newest entry does not come first")
	}
}

func TestTheClientsReadBack(t *testing.T) {
	fake := newDistinct()
	b := newTrial(t, fake)
	b.window.Resize(fyne.NewSize(2600, 1400))
	b.visit(b.w.register.page)
	b.reads("Code | Name | Xero contact | Open | Due | Email", "ABBY | Abby Ltd | ● | Abby in Xero | 1 | 110.76 | abby@example.com",
		"CUBE | Cube Land | ○ | None | cube@example.com")
	b.doubleClick("Abby Ltd")
	b.readsIn(b.linesOf(b.w.register.panel.content), "Abby Ltd", "● | Abby in Xero", "Organisation: Demo Company (NZ)", "Matched by contact number, "+b.w.moment(fakeNow.Add(-24*time.Hour)),
		"Code | ABBY", "Email | abby@example.com", "Address | 1 High Street, Floor 2, Napier 4110,", "Hawke's Bay, New Zealand", "Currency | NZD",
		"Payment terms | 9 days after the invoice date", "Billing code | ACC", "One open invoice, NZD 110.76 due", "Bill to another contact…")
	b.w.register.open("c1")
	b.settle()
	b.reads("Name | Abby Ltd", "Code | ABBY", "Email | abby@example.com", "Address | 1 High Street", "Floor 2", "Napier | 4110", "Hawke's Bay | New Zealand",
		"Currency | NZD", "Payment terms | Days after the invoice date | 9", "Billing code | ACC")
	b.tap("action.cancel")
	b.w.register.open("c2")
	b.settle()
	b.reads("Payment terms | Day of the following month | 17", "Billing code | TAX")
}

// TestEveryFieldOfAClientIsStoredAsItsOwn changes all of them, and leaves what the form lacks.
func TestEveryFieldOfAClientIsStoredAsItsOwn(t *testing.T) {
	fake := newDistinct()
	fake.clients[0].Address.Lines[2], fake.clients[0].Address.Lines[3], fake.clients[0].Version = "Rear", "Bell 5", 7
	b := newTrial(t, fake)
	b.visit(b.w.register.page)
	client := fake.clients[0]
	f := newClientForm(b.w.register, client, app.Settings{Firm: fake.writing.firm, Codes: fake.writing.codes})
	for field, text := range map[*entry]string{
		f.name: "Abby & Co", f.code: "ABBYCO", f.email: "co@example.com", f.address[0]: "5 New Street", f.address[1]: "Floor 6",
		f.address[4]: "Nelson", f.address[5]: "7010", f.address[6]: "Tasman", f.address[7]: "Aotearoa", f.currency: "USD",
	} {
		field.SetText(text)
	}
	f.billing.choose("TAX")
	f.term.rule.choose(string(billing.OfNextMonth))
	f.term.days.SetText("21")
	b.tap("action.save")
	want := billing.Client{
		ID: "c1", Code: "ABBYCO", Name: "Abby & Co", Email: "co@example.com", Version: 7,
		Address:  billing.Address{Lines: [4]string{"5 New Street", "Floor 6", "Rear", "Bell 5"}, City: "Nelson", PostalCode: "7010", Region: "Tasman", Country: "Aotearoa"},
		Currency: "USD", Term: billing.Term{Rule: billing.OfNextMonth, Days: 21}, BillingCode: "TAX",
	}
	if diff := gocmp.Diff(want, fake.clients[0]); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

func TestTheConnectionsReadBack(t *testing.T) {
	fake := newDistinct()
	at := func(hours time.Duration) time.Time { return fakeNow.Add(-hours * time.Hour) }
	fake.orgs = []app.Organisation{
		{Tenant: demoTenant, State: app.Connected, Default: true, Consent: "u1", ConnectedBy: "s1", ConnectedAt: at(3), Marks: app.MarksKept},
		{Tenant: kauri, State: app.Connected, Consent: "u2", ConnectedBy: "s7", ConnectedAt: at(5), Marks: app.MarksDropped},
	}
	fake.xero.consents = []app.Consent{
		{User: app.User{ID: "u1", Name: "Aroha Smith", Email: "aroha@hart.example"}, At: at(2), Scopes: []string{"offline_access"}},
		{User: app.User{ID: "u2", Name: "Rangi Jones"}, At: at(4), Scopes: []string{"accounting.contacts"}},
	}
	fake.xero.gauges = map[ledger.TenantID]app.Gauge{"t1": {DayLeft: 4711, LastCall: at(1)}, "t2": {DayLeft: 812, LastCall: at(6)}}
	b := newTrial(t, fake)
	b.tall()
	b.openConnection()
	b.see("Connected since "+b.w.moment(at(3)), "4,711 API calls left today", "Connected since "+b.w.moment(at(5)), "812 API calls left today")
	cards := strings.Join(b.lines(), "\n")
	for i, text := range []string{"Demo Company (NZ)", "4,711", "Kauri Holdings Ltd", "812", "doesn't return"} {
		at := strings.Index(cards, text)
		if at < 0 {
			t.Fatalf("%d: %q is not to be seen in its card", i, text)
		}
		cards = cards[at:]
	}
	b.tap("connection.advanced")
	b.reads("Xero user | Aroha Smith (aroha@hart.example), "+b.w.moment(at(2)), "Connected by | Olivia Hart, "+b.w.moment(at(3)), "Feebridge can | stay connected",
		"Last contact with Xero | "+b.w.moment(at(1)), "Marks in Xero | This organisation returns Feebridge's marks unchanged.")
	b.reads("Xero user | Rangi Jones, "+b.w.moment(at(4)), "Connected by | another staff member, "+b.w.moment(at(5)), "Feebridge can | find and add contacts",
		"Last contact with Xero | "+b.w.moment(at(6)))
	all := strings.Join(b.lines(), "\n")
	for i, text := range []string{"Advanced", "Demo Company (NZ)", "Aroha Smith", "marks unchanged", "Kauri Holdings Ltd", "Rangi Jones"} {
		at := strings.Index(all, text)
		if at < 0 {
			t.Fatalf("%d: %q is not to be seen below its organisation", i, text)
		}
		all = all[at:]
	}
	for scope, want := range map[string]string{
		"openid": "see who connected", "profile": "see who connected", "email": "see who connected", "offline_access": "stay connected",
		"accounting.invoices": "export invoices and follow their status", "accounting.contacts": "find and add contacts",
		"accounting.attachments": "attach files to invoices", "accounting.settings.read": "read accounts, tax rates, tracking, items and branding themes", "files.read": "files.read",
	} {
		if got := scopeWords([]string{scope}); got != want {
			t.Errorf("%s is told as %q", scope, got)
		}
	}
}

func TestTheMappingReadsBack(t *testing.T) {
	fake := newDistinct()
	fake.xero.maps["t1"] = ledger.Mapping{
		Arrival: ledger.SubmittedThere, DefaultAccount: "260", DefaultTax: "ZERORATED", Theme: "Special Projects", Term: billing.Term{Rule: billing.AfterDate, Days: 9},
		Tracking: []billing.Tracking{{Category: "Region", Option: "South"}, {Category: "Team", Option: "Tax"}},
		Codes: map[string]ledger.Target{
			"ACC":     {Account: "270", Tracking: []billing.Tracking{{Category: "Region", Option: "North"}, {Category: "Team", Option: "Audit"}}},
			"CONSULT": {Item: "CONSULT"},
		},
		Taxes: map[string]string{"GST": "OUTPUT2"}, Note: true,
	}
	b := newTrial(t, fake)
	b.tall()
	b.openMapping()
	b.w.dialogs.top().size = fyne.NewSize(1400, 1500)
	b.w.dialogs.top().fit()
	b.reads("Default income account | 260 · Other Revenue", "Default tax rate | Zero Rated", "Region | South", "Team | Tax", "Payment terms | Days after the invoice date | 9",
		"Export invoices as | Awaiting approval", "Branding theme | Special Projects", "ACC | 270 · Interest Income | North | Audit", "CONSULT | CONSULT · Consulting | Default | Default",
		"GST · 15% | 15% GST on Income", "Zero Rated · 0% | Zero Rated")
	note, paper, mark := b.check("Add a note to the invoice's history in Xero"), b.check("Attach the invoice PDF in Xero"), b.check("Allow Feebridge's mark in the reference")
	if !note.Checked || paper.Checked || mark.Checked {
		t.Errorf("the note is %v, the PDF %v, the mark %v", note.Checked, paper.Checked, mark.Checked)
	}
}

func TestTheSettingsReadBackAndAreStoredAsTheirOwn(t *testing.T) {
	fake := newDistinct()
	fake.writing.firm = app.Firm{
		ID: "f1", Name: "Hart & Partners", Currency: "NZD", Numbering: billing.Numbering{Prefix: "HP-", Digits: 5, Next: 77}, Term: billing.Term{Rule: billing.OfNextMonth, Days: 19},
		Letterhead: app.Letterhead{
			Address: billing.Address{Lines: [4]string{"8 Quay Street", "Level 3"}, City: "Auckland", PostalCode: "1010", Region: "North Island", Country: "New Zealand"},
			Phone:   "09 555 0101", Email: "hello@hart.example", TaxNumber: "GST 12-345", Payment: "Account 01-0202",
		},
	}
	fake.writing.taxes = append(fake.writing.taxes, billing.Tax{Code: "BC", Name: "Both", Rate: 12_0000, Parts: []billing.TaxPart{{Name: "Fed", Rate: 5_0000}, {Name: "Prov", Rate: 7_0000}}})
	fake.writing.codes = []billing.Code{{Code: "ACC", Description: "Accounts", UnitAmount: 185_0000, Tax: "LEVY", Account: "260"}}
	was := fake.writing
	b := newTrial(t, fake)
	b.tall()
	b.w.settings.open()
	b.settle()
	b.reads("Firm name | Hart & Partners", "Currency | NZD", "Address | 8 Quay Street", "Level 3", "Auckland | 1010", "North Island | New Zealand", "Phone | 09 555 0101",
		"Email | hello@hart.example", "Tax number | GST 12-345", "How to pay | Account 01-0202")
	for part, want := range [][]string{
		nil, {"Prefix | HP-", "Minimum digits | 5", "Next number | 77", "Payment terms | Day of the following month | 19"},
		{"Name | Rate | Tax code in Xero | Components", "GST | 10% | OUTPUT", "Levy | 12.5% | LEVY", "Both | 12% | BC | Fed 5% + Prov 7%"},
		{"Code | Description | Price | Tax rate | Account", "ACC | Accounts | 185.00 | Levy | 260"},
	} {
		b.w.settings.parts.choose(part)
		b.settle()
		b.reads(want...)
		b.tap("action.save")
		b.see("Saved")
	}
	// What was saved as it was is as it was.
	if diff := gocmp.Diff(was.firm, fake.writing.firm); diff != "" {
		t.Errorf("the firm (-was +is):\n%s", diff)
	}
	if diff := gocmp.Diff(was.taxes, fake.writing.taxes); diff != "" {
		t.Errorf("the taxes (-were +are):\n%s", diff)
	}
	if diff := gocmp.Diff(was.codes, fake.writing.codes); diff != "" {
		t.Errorf("the billing codes (-were +are):\n%s", diff)
	}
}

// field returns the field that shows a text.
func (b *trial) field(text string) *entry {
	b.Helper()
	for _, o := range b.visible() {
		if e, ok := o.(*entry); ok && e.Text == text {
			return e
		}
	}
	b.Fatalf("no field shows %q", text)
	return nil
}

// TestEveryFieldOfTheSettingsIsStoredAsItsOwn changes each to a text that no other has.
func TestEveryFieldOfTheSettingsIsStoredAsItsOwn(t *testing.T) {
	fake := newDistinct()
	fake.writing.firm = app.Firm{
		ID: "f1", Name: "n1", Currency: "NZD", Numbering: billing.Numbering{Prefix: "p1", Digits: 3, Next: 41}, Term: billing.Term{Rule: billing.AfterDate, Days: 11},
		Letterhead: app.Letterhead{Address: billing.Address{Lines: [4]string{"a1", "b1"}, City: "c1", PostalCode: "d1", Region: "e1", Country: "f1"}, Phone: "g1", Email: "h1", TaxNumber: "i1", Payment: "j1"},
	}
	b := newTrial(t, fake)
	b.tall()
	b.w.settings.open()
	b.settle()
	for _, name := range []string{"n", "a", "b", "c", "d", "e", "f", "g", "h", "i"} {
		b.field(name + "1").SetText(name + "2")
	}
	b.field("NZD").SetText("AUD")
	b.tap("action.save")
	b.w.settings.parts.choose(1)
	b.settle()
	for from, to := range map[string]string{"p1": "p2", "3": "5", "41": "77", "11": "13"} {
		b.field(from).SetText(to)
	}
	b.tap("action.save")
	want := app.Firm{
		ID: "f1", Name: "n2", Currency: "AUD", Numbering: billing.Numbering{Prefix: "p2", Digits: 5, Next: 77}, Term: billing.Term{Rule: billing.AfterDate, Days: 13},
		Letterhead: app.Letterhead{Address: billing.Address{Lines: [4]string{"a2", "b2"}, City: "c2", PostalCode: "d2", Region: "e2", Country: "f2"}, Phone: "g2", Email: "h2", TaxNumber: "i2", Payment: "j1"},
	}
	if diff := gocmp.Diff(want, fake.writing.firm); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

func TestTheStaffReadBackAndAreStoredAsTheirOwn(t *testing.T) {
	fake := newDistinct()
	vera := staff.Member{
		ID: "s2", Name: "Vera Blum", Email: "vera@hart.example", SettingsAdmin: true, AllEntities: staff.Viewer,
		Time:  map[staff.TimePermission]bool{staff.ExportToAccounting: true},
		Roles: map[billing.ClientID]staff.Role{"c1": staff.Editor, "c3": staff.Owner},
	}
	fake.staff = []staff.Member{staff.Founder("s1", "Olivia Hart"), vera, {ID: "s3", Name: "Hemi Walker", Email: "hemi@hart.example", Deactivated: true, Admin: true}}
	b := newTrial(t, fake)
	b.tall()
	b.w.team.open()
	b.settle()
	b.reads("✓ | Vera Blum | vera@hart.example | Settings Admin, Export to accounting soft… | Viewer (all clients), 2 clients", "Hemi Walker | hemi@hart.example | Deactivated")
	b.listing().Select(1)
	b.settle()
	b.reads("Name | Vera Blum", "Email | vera@hart.example", "ABBY | Editor", "CUBE | Owner")
	for text, want := range map[string]bool{"Settings Admin": true, "Admin": false, "Export to accounting software": true, "ProcessTime": false} {
		if b.check(text).Checked != want {
			t.Errorf("%q is ticked: %v", text, !want)
		}
	}
	b.tap("action.save")
	saved := fake.staff[1]
	for _, p := range staff.TimePermissions() {
		if saved.Time[p] != vera.Time[p] {
			t.Errorf("%s became %v", p, saved.Time[p])
		}
	}
	saved.Time = vera.Time
	if diff := gocmp.Diff(vera, saved); diff != "" {
		t.Errorf("saved as it was (-was +is):\n%s", diff)
	}
}

func TestTheAuditTrailReadsBack(t *testing.T) {
	fake := newDistinct()
	fake.trail = []staff.Entry{
		{Seq: 12, At: fakeNow, ByName: "Olivia Hart", Action: "finalize", Subject: "invoice", ID: "i1", From: "a draft", To: "finalized, not exported", Previous: "cafe"},
		{Seq: 11, At: fakeNow.Add(-time.Hour), ByName: "Vera Blum", Action: "hold", Subject: "client", ID: "c2", From: "one\ntwo", To: "three"},
	}
	b := newTrial(t, fake)
	b.tall()
	b.visit(b.w.trail.page)
	date := func(t time.Time) string {
		return b.w.format.Date(billing.DateOf(t.Local())) + " " + t.Local().Format("15:04:05")
	}
	b.reads("When | Who | Action | Subject | From | To", date(fakeNow)+" | Olivia Hart | finalized | invoice INV-31 | a draft | finalized, not exported",
		date(fakeNow.Add(-time.Hour))+" | Vera Blum | held | client Basket Case | one; two | three")
	b.w.trail.open(12)
	b.settle()
	b.reads("Entry 12", "When | "+fakeNow.Local().Format("2006-01-02 15:04:05"), "Who | Olivia Hart", "Action | finalized", "Subject | invoice INV-31", "From | a draft",
		"To | finalized, not exported", "Previous hash | cafe")
}

func TestTheImportReadsBack(t *testing.T) {
	b := newImportTrial(t)
	fake := newDistinct()
	b.tall()
	b.fake.preview = func(intake.Options) intake.Preview {
		var p intake.Preview
		for i, v := range fake.invoices[:2] {
			totals, _ := v.Totals()
			p.Invoices = append(p.Invoices, intake.Imported{Invoice: v.Invoice, Client: fake.client(v.Client).Name, NewClient: i == 1, Totals: totals})
		}
		return p
	}
	b.openFile()
	b.key(fyne.KeyDown)
	b.reads("Number | Client | Date | Due | Lines | Total", "INV-31 | Abby Ltd | Nov 02, 26 | Nov 25, 26 | 2 | 110.76", "INV-32 | Basket Case | New client | Nov 01, 26 | Nov 30, 26 | 1 | 500.00",
		"2 invoices · NZD 610.76 · 1 new client")
	b.key(fyne.KeyEscape)
	for p, want := range map[*intake.Problem]string{
		{Text: translations.Say("problem.as-told", "Problem", "No.")}:                           "No.",
		{Line: 7, Text: translations.Say("problem.as-told", "Problem", "No.")}:                  "Line 7: No.",
		{Line: 7, Column: "Total", Text: translations.Say("problem.as-told", "Problem", "No.")}: "Line 7, Total: No.",
	} {
		if got := problemText(*p); got != want {
			t.Errorf("told as %q, want %q", got, want)
		}
	}
}

func TestAnExportIsAskedForWithItsOwnSums(t *testing.T) {
	fake := newDistinct()
	fake.orgs = append(fake.orgs, app.Organisation{Tenant: kauri, State: app.Connected})
	fake.destinations = map[billing.ClientID]ledger.TenantID{"c3": "t2"}
	b := newTrial(t, fake)
	b.tall()
	b.selectRows("i2")
	b.control(fyne.KeyE)
	b.reads("Export to Demo Company (NZ)", "Arrives as Draft · 6 API calls of 976 left today", "All | 1 | ✓ | Ready | 1 | ⚠ | To look at | 0 | ✗ | Blocked | 0",
		"INV-32 | Basket Case | 500.00 | ✓ | OUTPUT | ✓ | Ready to export",
		"Skip this review when there's nothing to look at | 1 invoice · NZD 500.00", "Check again | Cancel | Export 1 invoice")
	b.key(fyne.KeyEscape)
	b.selectRows("i2", "i3")
	b.control(fyne.KeyE)
	b.reads("Export to 2 organisations",
		"Demo Company (NZ) · 1 invoice · Arrives as Draft · 6 API calls of 976 left today", "Kauri Holdings Ltd · 1 invoice · Arrives as Draft · 6 API calls of 976 left today",
		"INV-30 | Cube Land | Kauri Holdings Ltd | 22.00 | ✓ | OUTPUT",
		"Skip this review when there's nothing to look at | 2 invoices · NZD 522.00", "Check again | Cancel | Export 2 invoices")
}

// TestTheProgressReadsBack shows a run of which every count is another.
func TestTheProgressReadsBack(t *testing.T) {
	for _, test := range []struct {
		kind                 app.RunKind
		running, strip, ends string
		counts               string
	}{
		{
			app.ExportRun, "To Demo Company (NZ): 17 of 35", "Exporting to Demo Company (NZ): 17 of 35",
			"Export to Demo Company (NZ) finished: 3 failed, 2 with warnings, 4 exported, 8 not sent",
			"✓ | 4 exported | ⚠ | 2 with warnings | ✗ | 3 failed | ? | 5 being checked | ↻ | 6 in progress | ○ | 7 queued | – | 8 not sent",
		},
		{
			app.RemovalRun, "Deleting from Demo Company (NZ): 17 of 35", "Taking invoices in Demo Company (NZ) back to draft: 17 of 35",
			"Finished taking invoices in Demo Company (NZ) back to draft: 3 not taken back, 2 with warnings, 4 taken back, 8 kept in Xero",
			"✓ | 4 taken back | ⚠ | 2 with warnings | ✗ | 3 not taken back | ? | 5 being checked | ↻ | 6 in progress | ○ | 7 queued | – | 8 kept in Xero",
		},
	} {
		t.Run(test.running, func(t *testing.T) {
			fake := newDistinct()
			fake.runs = []*app.Run{{ID: "r9", Kind: test.kind, Tenant: "t1"}}
			open := app.Tally{All: 35, Exported: 4, Warned: 2, Failed: 3, Unknown: 5, Exporting: 6, Queued: 7, Cancelled: 8}
			fake.tallies = map[app.RunID]app.Tally{"r9": open}
			b := newTrial(t, fake)
			b.tall()
			b.reads(test.strip)
			b.tap("action.show")
			b.reads(test.running, test.counts)
			b.key(fyne.KeyEscape)
			fake.mu.Lock()
			open.Unknown, open.Exporting, open.Queued = 0, 0, 0
			fake.tallies["r9"] = open
			fake.mu.Unlock()
			fake.tell("run", "r9")
			b.settle()
			b.reads(test.ends + " | Show")
		})
	}
}

func TestTheStripsSignIsThatOfTheWorst(t *testing.T) {
	b := newTrial(t, newDistinct())
	x := b.w.billing.exports
	x.ended = true
	for _, test := range []struct {
		tally   app.Tally
		refused int
		want    style.Sign
	}{
		{app.Tally{All: 2, Exported: 2}, 0, style.Done},
		{app.Tally{All: 2, Exported: 1, Cancelled: 1}, 0, style.Done},
		{app.Tally{All: 2, Exported: 1, Warned: 1}, 0, style.Warning},
		{app.Tally{All: 2, Failed: 1, Warned: 1}, 0, style.Failed},
		{app.Tally{All: 1, Exported: 1}, 1, style.Failed},
	} {
		x.progress.Tally, x.refused = test.tally, make([]app.Result, test.refused)
		if sign, _ := x.stripWords(); sign != test.want {
			t.Errorf("%+v and %d refused: the sign is %v", test.tally, test.refused, sign)
		}
	}
}

func TestTheSummaryOfARunReadsBack(t *testing.T) {
	fake := newDistinct()
	b := newTrial(t, fake)
	b.tall()
	b.selectRows("i2", "i3")
	fake.fate["INV-30"] = ledger.Message{Text: "The account 300 is unknown.", Cause: ledger.AccountUnknown}
	b.control(fyne.KeyE)
	b.control(fyne.KeyReturn)
	fake.settle(9)
	b.settle()
	b.reads("Number | Client | Result", "✗ | INV-30 | Cube Land | Failed: The account 300 is unknown.", "✓ | INV-32 | Basket Case | Exported")
}

func TestAReplacementReadsBack(t *testing.T) {
	fake := newDistinct()
	fake.exports["i1"][0].Standing.AmountPaid, fake.exports["i1"][0].Standing.AmountCredited = money.Amount{}, money.Amount{}
	b := newTrial(t, fake)
	b.tall()
	b.w.billing.replace("i1")
	b.settle()
	b.see("Replace invoice INV-31", "Abby Ltd", "NZD 110.76")
	b.notSee("Demo Company")
	b.tap("replace.void")
	b.see("Void invoice INV-31 in Xero?", "Abby Ltd", "NZD 110.76", "Demo Company (NZ)")
}

func TestEachStepOfAReplacementLeadsOn(t *testing.T) {
	b := newTrial(t, newDistinct())
	open, remove := lang.L("action.open-in-xero"), lang.L("replace.delete")
	for step, want := range map[app.ReplaceStep][2]string{ // with a link to Xero, and without
		app.VoidFirst: {open, ""}, app.UnpayFirst: {open, ""}, app.UnlockFirst: {open, ""}, app.Voiding: {"", ""}, app.FindFirst: {remove, remove},
		app.DeleteHere: {remove, remove}, app.CopyNow: {lang.L("replace.make-draft"), lang.L("replace.make-draft")}, app.ReplaceDone: {lang.L("replace.open-draft"), lang.L("replace.open-draft")},
	} {
		for i, link := range []string{"https://xero.example/x1", ""} {
			r := &replacement{billingScreen: b.w.billing}
			r.view.Step, r.view.Link = step, link
			got := ""
			if next := r.next(); next != nil {
				got = next.Text
			}
			if got != want[i] {
				t.Errorf("%s with the link %q leads on by %q, want %q", step, link, got, want[i])
			}
		}
	}
}

func TestTheSignOfNewsIsThatOfTheWorst(t *testing.T) {
	for _, what := range []happening{approvedThere, partPaidThere, paidThere, creditedThere, voidedThere, deletedThere, changedThere, vanishedThere} {
		want := style.Warning
		if what <= creditedThere {
			want = style.Done
		}
		if got := signOf(map[billing.InvoiceID]event{"i1": {what: what}, "i2": {what: paidThere}}); got != want {
			t.Errorf("%s has the sign %v", what.words(1, "1 invoice"), got)
		}
	}
}

func TestWhatIsOvertakenReadsBack(t *testing.T) {
	fake := newDistinct()
	fake.invoices[3].Version = 1
	b := newTrial(t, fake)
	b.tall()
	b.w.editor.open("i4")
	b.settle()
	b.w.editor.head.reference.SetText("mine")
	fake.invoices[3].Version, fake.invoices[3].Reference, fake.invoices[3].Client = 2, "theirs", "c3"
	fake.invoices[3].Lines = []billing.Line{{Description: "Call", Quantity: 2_0000, UnitAmount: 10_0000, Tax: fake.writing.taxes[0]}}
	b.control(fyne.KeyS)
	b.reads("Where | Field | When you opened it | Now", "Details | Reference | PO 68 | theirs", "Details | Client | Abby Ltd | Cube Land", "Line 1 | Quantity | 1 | 2")
}

func TestTheComparisonReadsBack(t *testing.T) {
	fake := newDistinct()
	ended := app.Reconciliation{Adopted: 3, Updated: 5, Ended: fakeNow}
	org := func(name string, state app.ConnectionState) app.Organisation {
		return app.Organisation{Tenant: ledger.Tenant{Name: name}, State: state}
	}
	waiting := org("Waiting Ltd", app.Connected)
	waiting.Parked = app.Park{Since: fakeNow, Until: fakeNow.Add(3 * time.Minute), Why: app.Offline}
	fake.lock = app.LockState{Locked: true, Compared: []app.Comparison{
		{Reconciliation: ended, Organisation: org("Kauri Ltd", app.Connected), Strays: []app.Stray{{Number: "INV-91"}, {Number: "INV-92"}}},
		{Organisation: org("Reading Ltd", app.Connected)}, {Organisation: org("Gone Ltd", app.Disconnected)}, {Organisation: waiting},
		{Reconciliation: app.Reconciliation{Without: "it was sold", Ended: fakeNow}, Organisation: org("Sold Ltd", app.Connected)},
	}}
	b := newTrial(t, fake)
	b.tall()
	b.tap("lock.details")
	b.see("Kauri Ltd compared: 3 invoices found in Xero, 5 statuses updated.", "INV-91, INV-92", "Waiting Ltd: Offline. Trying again in 3 min")
	for _, c := range fake.lock.Compared[1:] {
		b.see(c.Organisation.Tenant.Name)
	}
	b.see(lang.L("lock.reading", with{"Organisation": "Reading Ltd"}), lang.L("lock.not-connected", with{"Organisation": "Gone Ltd"}),
		lang.L("lock.without-it", with{"Organisation": "Sold Ltd", "Why": "it was sold"}))
}
