package screens

import (
	"errors"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

func TestThePanelTellsWhyAnExportFailedAndWhatToDo(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.doubleClick("0001071") // failed: archived contact
	b.see("Invoice 0001071", "Failed", "Organisation: Demo Company (NZ)",
		"The Contact with ContactID 8f2e has been archived. The Contact must be un-archived before creating new invoices.",
		"What it means", ledger.ContactArchived.Meaning().String(), "What to do", ledger.ContactArchived.Fix().String(),
		"Preparation of the annual accounts", "8 × 192.00 · 15% GST on Income · account 200 · Region: North", "1,581.70", "237.26", "1,818.96", "Total NZD")
	b.button("action.export-again")
	b.tap("action.export-again")
	b.see("Export to Demo Company (NZ)", "Export 1 invoice")
}

func TestThePanelSaysThatClientDetailsAreSentOnce(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.doubleClick("0001076") // exported
	b.see("Contact in Xero", "Matched by name", "Make later changes both here and in Xero.", "Exports", "History", "Olivia Hart: finalized")
	b.tap("action.open-in-xero")
	if len(b.opened) != 1 || b.opened[0] != "https://xero.example/xi00002" {
		t.Errorf("opened %q", b.opened)
	}
	b.tap("action.more")
	b.pick("action.open-in-xero")
	if len(b.opened) != 2 {
		t.Errorf("the menu opened %q", b.opened)
	}
}

func TestThePanelFollowsTheSelectionAndTheChanges(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	b.click("0001078", 0)
	b.notSee("Invoice 0001078")
	b.key(fyne.KeyReturn)
	b.see("Invoice 0001078", "Not exported")
	b.click("0001077", 0)
	b.see("Invoice 0001077")
	fake.mu.Lock()
	fake.number("0001077").Stage.Export = billing.Held
	fake.mu.Unlock()
	fake.tell("invoice", string(fake.number("0001077").ID))
	b.settle()
	b.see("Release")
	b.tap("menu.release")
	b.see("1 invoice released")
	b.w.typed(&fyne.KeyEvent{Name: fyne.KeyEscape})
	b.notSee("Invoice 0001077")
}

func TestAChangeElsewhereLeavesThePanelAtItsInvoice(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	b.click("0001078", 0)
	b.key(fyne.KeyDown)
	b.key(fyne.KeyReturn) // opens the next one; the first stays selected
	b.see("Invoice 0001077")
	fake.tell("invoice", string(fake.number("0001078").ID))
	b.settle()
	b.see("Invoice 0001077")
}

func TestAnInvoiceThatCannotBeReadSaysWhy(t *testing.T) {
	fake := newFake().fill(24)
	fake.refuse["Invoice"] = errors.New("disk on fire")
	b := newTrial(t, fake)
	b.doubleClick("0001078")
	b.see("disk on fire")
}

func TestAContactIsChosenAndTheExportOfferedAgain(t *testing.T) {
	fake := newFake().fill(24)
	client := fake.client(fake.number("0001059").Client)
	fake.contacts.there = []ledger.Contact{
		{ID: "k1", Name: client.Name, Number: "REX", Email: "rex@example.com"},
		{ID: "k2", Name: client.Name + " Limited", Address: billing.Address{Lines: [4]string{"1 Quay St"}, City: "Nelson"}},
		{ID: "k3", Name: client.Name, Archived: true},
		{ID: "k4", Name: "Rex", MergedTo: "k1", Archived: true},
	}
	b := newTrial(t, fake)
	b.doubleClick("0001059") // failed: ambiguous
	b.tap("panel.choose-contact")
	b.see("Choose the Xero contact for invoices to "+client.Name, "Client here", "REX", "rex@example.com", client.Name+" Limited", "1 Quay St, Nelson", "Archived in Xero.", "Not this client")
	b.window.Canvas().FocusNext() // from the first "Use this contact" to the second
	b.key(fyne.KeyReturn)
	if got := fake.links[client.ID]; got.Contact != "k2" {
		t.Errorf("linked to %v", got)
	}
	b.see("Export to Demo Company (NZ)", "Export 1 invoice")
}

// TestChoosingAContactIsNeverADeadEnd opens the choice where nothing fits, where what fits is archived, and where Xero cannot be
// asked. Each time there is a way on: search, create, unlink.
func TestChoosingAContactIsNeverADeadEnd(t *testing.T) {
	for name, test := range map[string]struct {
		there []ledger.Contact
		err   error
		want  string
	}{
		"none":          {nil, nil, "No contact in Xero has this name, code, account number or email."},
		"archived only": {[]ledger.Contact{{ID: "k1", Name: "CLIENT", Archived: true}}, nil, "Archived in Xero. Restore it there to use it"},
		"offline":       {nil, &app.Trouble{Reason: app.Offline}, "Couldn't read the contacts in Xero, so this is what was read before. Couldn't reach Xero."},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake().fill(24)
			client := fake.client(fake.number("0001059").Client)
			for i, n := range test.there {
				n.Name = client.Name
				test.there[i] = n
			}
			fake.contacts.there = append(test.there, ledger.Contact{ID: "other", Name: "Pays for everybody", Email: "pay@example.com"})
			if test.err != nil {
				fake.refuse["RefreshContacts"] = test.err
			}
			b := newTrial(t, fake)
			b.doubleClick("0001059")
			b.tap("panel.choose-contact")
			b.see(test.want, "Create new contact")
			b.window.Canvas().Focus(b.entryOf("contact.search"))
			b.typeText("pays for")
			b.see("Pays for everybody", "pay@example.com")
			b.key(fyne.KeyReturn)
			b.see("Use this contact")
			b.key(fyne.KeyReturn)
			if got := fake.links[client.ID]; got.Contact != "other" {
				t.Errorf("linked to %v", got)
			}
			b.see("Export to Demo Company (NZ)", "Export 1 invoice")
		})
	}
}

func TestAContactIsCreatedForAFailedInvoice(t *testing.T) {
	fake := newFake().fill(24)
	client := fake.client(fake.number("0001059").Client)
	fake.contacts.there = []ledger.Contact{{ID: "k1", Name: client.Name + " Limited"}}
	b := newTrial(t, fake)
	b.doubleClick("0001059")
	b.tap("panel.choose-contact")
	b.tap("contact.create")
	b.see("Create a new contact for "+client.Name+"?", client.Name+" Limited", "Cancel")
	b.key(fyne.KeyReturn) // the default is not to
	if len(fake.contacts.creating) > 0 {
		t.Fatal("it was created without a word")
	}
	b.tap("contact.create")
	b.tap("contact.create.different")
	if fake.contacts.creating[client.ID].Client != client.ID {
		t.Error("it was not created")
	}
	b.see("Export to Demo Company (NZ)", "Export 1 invoice")
}

func TestWhatIsNotTheClientIsNotSuggestedAgain(t *testing.T) {
	fake := newFake().fill(24)
	client := fake.client(fake.number("0001059").Client)
	fake.contacts.there = []ledger.Contact{{ID: "k1", Name: client.Name + " Limited"}}
	b := newTrial(t, fake)
	b.doubleClick("0001059")
	b.tap("panel.choose-contact")
	b.tap("contact.refuse")
	b.see(client.Name+" Limited won't be suggested for this client again.", "No contact in Xero has this name")
	b.key(fyne.KeyEscape)
	b.see("Invoice 0001059")
	if len(fake.links) > 0 && fake.links[client.ID].Contact == "k1" {
		t.Error("it was linked")
	}
}

func TestAContactThatIsGoneIsUnlinked(t *testing.T) {
	fake := newFake().fill(24)
	v := fake.number("0001071")
	fake.exports[v.ID][0].Messages = []ledger.Message{{Text: "The contact does not exist.", Cause: ledger.ContactUnknown}}
	fake.links[v.Client] = app.Link{Contact: "gone"}
	b := newTrial(t, fake)
	b.doubleClick("0001071")
	b.tap("panel.unlink-contact")
	if _, linked := fake.links[v.Client]; linked {
		t.Error("the client is still linked")
	}
	b.see("Export to Demo Company (NZ)", "Export 1 invoice")
}

func TestWithoutPermissionThePanelOffersNothing(t *testing.T) {
	viewer := staff.Founder("s2", "Vera Blum")
	viewer.Time = nil
	b := newTrialAs(t, newFake().fill(24), viewer)
	b.tall()
	b.doubleClick("0001059")
	b.see("Choose the right contact, then export again.")
	b.notSee("Choose contact…", "Export again")
}

func TestThePanelSaysWhatEachStateMeansAndWhatToDo(t *testing.T) {
	const noCreditNotes = "Feebridge doesn't make credit notes. In Xero, open the invoice and choose Invoice options > Add credit note."
	for name, test := range map[string]struct {
		stage   billing.Stage
		change  func(*ledger.Standing)
		texts   []string
		buttons []string
	}{
		"exported": {finalized(billing.Exported), nil,
			[]string{"In Xero as a draft.", "To change it, take it back to draft (More actions > Draft)"}, []string{"Draft", "Open in Xero"}},
		"submitted": {finalized(billing.Exported), func(st *ledger.Standing) { st.Status = ledger.SubmittedThere },
			[]string{"In Xero, awaiting approval.", "To change it, take it back to draft (More actions > Draft)"}, []string{"Draft", "Open in Xero"}},
		"changed": {finalized(billing.Changed), nil,
			[]string{"This invoice was edited in Xero.", "To discard the edits"}, []string{"Draft", "Open in Xero"}},
		"deleted": {finalized(billing.DeletedInXero), nil,
			[]string{"Deleted in Xero before approval.", "with the same number"}, []string{"Export to Xero", "Draft"}},
		"being removed": {finalized(billing.Removing), nil,
			[]string{"Being deleted from Xero", "If someone approves it first"}, []string{"Open in Xero"}},
		"not found": {finalized(billing.NotFoundInXero), nil,
			[]string{"Missing from Xero", "an Admin can confirm that"}, []string{"Check Xero now", "Confirm it's missing from Xero…"}},
		"approved": {closed(billing.Exported), func(st *ledger.Standing) { st.Status = ledger.AuthorisedThere },
			[]string{"Approved in Xero and closed here.", noCreditNotes}, []string{"Replace…", "Open in Xero"}},
		"paid": {closed(billing.Exported), func(st *ledger.Standing) { st.Status = ledger.PaidThere },
			[]string{"Paid in Xero and closed here.", "remove the payments in Xero first", noCreditNotes}, []string{"Replace…"}},
		"part-paid": {closed(billing.Exported), func(st *ledger.Standing) {
			st.Status, st.AmountPaid, st.AmountDue = ledger.AuthorisedThere, money.New(100, "NZD"), money.New(123400, "NZD")
		}, []string{"Part-paid, 1,234.00 due", "NZD 1,234.00 is still due", noCreditNotes}, []string{"Replace…"}},
		"credited": {closed(billing.Exported), func(st *ledger.Standing) {
			st.Status, st.AmountCredited, st.CreditedBy = ledger.PaidThere, money.New(100, "NZD"), ledger.CreditNotes
		}, []string{"Credited", "Credited in full", noCreditNotes}, []string{"Replace…"}},
		"closed and changed": {closed(billing.Changed), nil,
			[]string{"and is approved there", noCreditNotes}, []string{"Replace…", "Open in Xero"}},
		"being voided": {closed(billing.Removing), nil,
			[]string{"Being voided in Xero", "Replace continues once it's voided"}, []string{"Replace…"}},
		"voided": {closed(billing.VoidedInXero), nil,
			[]string{"Voided in Xero", "its number can't be used again"}, []string{"Replace…", "Delete…"}},
		"closed and not found": {closed(billing.NotFoundInXero), nil,
			[]string{"an Admin can delete it here"}, []string{"Replace…", "Check Xero now"}},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake().fill(24)
			b := newTrial(t, fake)
			fake.inXero("0001076", test.stage, test.change)
			b.settle()
			b.w.billing.news.dismiss()
			b.doubleClick("0001076")
			b.see(append(test.texts, "What it means", "What to do")...)
			for _, text := range test.buttons {
				if b.button(text).Disabled() {
					t.Errorf("the button %q is greyed", text)
				}
			}
		})
	}
}

// TestThePanelSaysWhyTheNewestExportStaysInXero has an invoice of which a removal did not succeed, and then exports it again.
func TestThePanelSaysWhyTheNewestExportStaysInXero(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	v := fake.number("0001076")
	fake.inXero("0001076", finalized(billing.Exported), nil)
	kept := app.Removal{
		ID: "kept", Invoice: v.ID, Export: fake.exports[v.ID][0].ID, Result: app.KeptThere, Messages: []ledger.Message{{Text: "A clerk approved it."}},
	}
	fake.mu.Lock()
	fake.after.removals = append(fake.after.removals, &kept)
	fake.mu.Unlock()
	b.settle()
	b.doubleClick("0001076")
	b.see("A clerk approved it.")
	fake.mu.Lock()
	kept.Export = "an earlier one"
	fake.mu.Unlock()
	fake.tell("invoice", string(v.ID))
	b.settle()
	b.notSee("A clerk approved it.")
}

func TestThePanelShowsBothSidesOfWhatWasChangedInXero(t *testing.T) {
	fake := newFake().fill(24)
	v := fake.number("0001076")
	v.Stage.Export = billing.Changed
	fake.exports[v.ID][0].Messages = []ledger.Message{{Text: "The total is 697.13 here and 1290.00 in Xero.", Cause: ledger.TotalDiffers, Warning: true}}
	fake.after.differences[v.ID] = []ledger.Difference{
		{What: ledger.NumberFigure, Here: billing.Number("0001076"), There: billing.Number("0001076A")},
		{What: ledger.TotalFigure, Here: money.New(69713, "NZD"), There: money.New(129000, "NZD")},
		{What: ledger.DateFigure, Here: billing.Date(20261120), There: billing.Date(20261121)},
		{What: ledger.ContactFigure, Here: "Ridgeway University", There: ""},
		{What: ledger.CurrencyFigure, Here: money.Currency("NZD"), There: money.Currency("AUD")},
		{What: ledger.DueFigure, Here: billing.Date(20261220), There: billing.Date(20270120)},
		{What: ledger.ReferenceFigure, Here: "Matter 12", There: "PO 7"},
	}
	b := newTrial(t, fake)
	b.doubleClick("0001076")
	b.see("Here", "In Xero", "0001076A", "NZD 697.13", "NZD 1,290.00", b.w.format.Date(20261121), "AUD", "–")
	b.see("Due date", b.w.format.Date(20270120), "Reference", "PO 7")
	b.notSee(ledger.TotalDiffers.Meaning().String())
	b.tap("menu.draft")
	b.see("the edits made there will be lost.")
	b.tap("draft.yes.in-xero")
	if fake.counted["Redraft"] != 1 {
		t.Error("it was not taken back")
	}
}

func TestThePanelGreysWhatWhoActsMayNotDo(t *testing.T) {
	viewer := staff.Founder("s2", "Vera Blum")
	viewer.Time, viewer.Admin = nil, false
	fake := newFake().fill(24)
	b := newTrialAs(t, fake, viewer)
	for _, test := range []struct {
		stage       billing.Stage
		button, why string
	}{
		{finalized(billing.Exported), "Draft", "Draft: needs the Owner role for the client and the ProcessTime permission"},
		{finalized(billing.NotFoundInXero), "Confirm it's missing from Xero…", "Confirm it's missing from Xero: needs the Admin permission"},
		{closed(billing.Exported), "Replace…", "Replace: needs the Owner role for the client and the ProcessTime permission"},
	} {
		fake.inXero("0001076", test.stage, nil)
		b.settle()
		b.doubleClick("0001076")
		if !b.button(test.button).Disabled() {
			t.Errorf("%q is not greyed", test.button)
		}
		b.see(test.why)
	}
}

func TestWhatWasNotFoundIsLookedForAndLetGo(t *testing.T) {
	fake := newFake().fill(24)
	fake.number("0001076").Stage.Export = billing.NotFoundInXero
	b := newTrial(t, fake)
	b.doubleClick("0001076")
	b.tap("action.check-xero")
	b.see("Checked in Xero")
	fake.refuse["LookAgain"] = &app.Trouble{Reason: app.Offline}
	b.tap("action.check-xero")
	b.see("Couldn't check Xero", "Couldn't reach Xero")
	b.key(fyne.KeyEscape)
	b.tap("menu.confirm-missing")
	b.see("Confirm that invoice 0001076 is missing from Xero?", "exporting it again creates a duplicate", "Ridgeway University")
	b.tap("missing.yes")
	if got := fake.number("0001076").Stage; got != finalized(billing.NotExported) {
		t.Errorf("it is %v", got)
	}
}

func TestANumberThatXeroHasIsReplacedByTheNext(t *testing.T) {
	fake := newFake().fill(24)
	v := fake.number("0001071")
	fake.exports[v.ID][0].Messages = []ledger.Message{{Text: "Invoice # must be unique.", Cause: ledger.NumberTaken}}
	b := newTrial(t, fake)
	b.doubleClick("0001071")
	for _, leave := range []func(){func() { b.tap("action.cancel") }, func() { b.key(fyne.KeyEscape) }} {
		b.tap("action.renumber-export")
		b.see("Renumber invoice 0001071?", "Xero already has an invoice numbered 0001071. This one gets the next free number. 0001071 isn't used here again.")
		leave()
		if v.Number != "0001071" || fake.counted["Renumber"] > 0 || fake.counted["Review"] > 0 {
			t.Errorf("its number is %s, although nobody agreed to another", v.Number)
		}
	}
	b.tap("action.renumber-export")
	b.key(fyne.KeyReturn)
	b.see("Export to Demo Company (NZ)", "INV-0099")
	b.control(fyne.KeyReturn)
	if v.Number != "INV-0099" || v.Stage.Export != billing.Queued {
		t.Errorf("it is %v", v.Stage)
	}
}

func TestADraftWithABurntNumberIsRenumbered(t *testing.T) {
	fake := newFake().fill(24)
	v := fake.number("0001076")
	v.Stage = billing.Stage{Status: billing.Draft}
	fake.after.burnt = v.Number
	b := newTrial(t, fake)
	b.doubleClick("0001075") // which shows the panel
	b.click("0001076", 0)
	b.see("Xero has or had an invoice numbered 0001076")
	b.tap("Renumber")
	b.see("Renumbered to INV-0099")
	b.notSee("goes to the Xero organisation", "Export 1 invoice")
	if v.Number != "INV-0099" || v.Stage.Status != billing.Draft {
		t.Errorf("it is %s, %v", v.Number, v.Stage)
	}
}

func TestAVoidedInvoiceIsDeletedHere(t *testing.T) {
	fake := newFake().fill(24)
	fake.number("0001075").Stage.Export = billing.VoidedInXero
	b := newTrial(t, fake)
	b.doubleClick("0001075")
	b.tap("menu.delete")
	b.see("Its number can't be used again.", "Basket Case", "NZD 916.90")
	b.tap("delete.yes")
	if got := fake.number("0001075").Stage.Status; got != billing.Deleted {
		t.Errorf("it is %v", got)
	}
}

// TestTheHistoryTellsWhoImportedAnInvoice goes by the menu, to the dialog and to the panel.
func TestTheHistoryTellsWhoImportedAnInvoice(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.click("0001076", 0)
	b.key(desktop.KeyMenu)
	b.pick("menu.history")
	b.see("History of invoice 0001076", "Olivia Hart · imported", "a draft")
	b.key(fyne.KeyEscape)
	b.doubleClick("0001076")
	b.see("History", "Olivia Hart: imported")
}

func TestAWarningStaysUntilItWasSeen(t *testing.T) {
	viewer := staff.Founder("s2", "Vera Blum")
	viewer.Time = nil
	for name, me := range map[string]staff.Member{"who may export": staff.Founder("s1", "Olivia Hart"), "who may only look": viewer} {
		t.Run(name, func(t *testing.T) {
			fake := newFake().fill(24)
			b := newTrialAs(t, fake, me)
			const number, warning = "0001072", "The contact's e-mail address was not taken over."
			if got := fake.number(number).Stage.Export; got != billing.Warned {
				t.Fatalf("it begins as %s", got)
			}
			b.click(number, 0) // which shows no panel yet
			if got := fake.number(number).Stage.Export; got != billing.Warned {
				t.Errorf("selected, it is %s", got)
			}
			b.key(fyne.KeyReturn)
			b.see("Invoice "+number, warning)
			want := billing.Exported
			if name == "who may only look" {
				want = billing.Warned
			}
			if got := fake.number(number).Stage.Export; got != want {
				t.Errorf("once it was seen it is %s, want %s", got, want)
			}
			b.see(warning, ledger.EmailInvalid.Meaning().String(), ledger.EmailInvalid.Fix().String())
			if fake.counted["Seen"] > 1 {
				t.Errorf("it was noted %d times", fake.counted["Seen"])
			}
		})
	}
}

func TestTheOpenPanelFollowsTheCursorToWhatNeedsAPerson(t *testing.T) {
	fake := newFake().fill(24)
	for n, to := range map[billing.Number]billing.ExportState{"0001078": billing.Failed, "0001076": billing.Changed, "0001075": billing.Failed} {
		v := fake.number(n)
		v.Stage = billing.Stage{Status: billing.Finalized, Export: to}
		fake.exports[v.ID] = []*app.Export{{ID: "x", Invoice: v.ID, Tenant: "t1", Result: to, Messages: []ledger.Message{{Text: "No."}}}}
	}
	b := newTrial(t, fake)
	b.click("0001078", 0)
	b.key(fyne.KeyDown)
	b.key(fyne.KeyUp)
	b.notSee("Invoice 0001078") // a panel that is closed stays closed
	b.key(fyne.KeyReturn)
	b.see("Invoice 0001078")
	list := b.window.Canvas().Focused()
	for _, step := range []struct{ at, shown billing.Number }{
		{"0001077", "0001078"}, // which needs nobody
		{"0001076", "0001076"},
		{"0001075", "0001075"},
	} {
		b.key(fyne.KeyDown)
		if id, _ := b.w.billing.grid.Cursor(); fake.invoice(id).Number != step.at {
			t.Fatalf("the cursor is at %s, want %s", fake.invoice(id).Number, step.at)
		}
		b.see("Invoice " + string(step.shown))
		if b.window.Canvas().Focused() != list {
			t.Errorf("at %s the list has lost the keys", step.at)
		}
	}
	b.key(fyne.KeyReturn) // takes what the panel advises
	if got := b.window.Canvas().Focused(); got != b.w.billing.panel.primary {
		t.Errorf("Enter led to %T", got)
	}
}
