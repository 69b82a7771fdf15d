package screens

import (
	"errors"
	"testing"

	"fyne.io/fyne/v2"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

func TestThePanelTellsWhyAnExportFailedAndWhatToDo(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.doubleClick("0001071") // failed: archived contact
	b.see("Invoice 0001071", "Failed", "In the organisation Demo Company (NZ)",
		"The Contact with ContactID 8f2e has been archived. The Contact must be un-archived before creating new invoices.",
		"What it means", ledger.ContactArchived.Meaning(), "What to do", ledger.ContactArchived.Fix(),
		"Preparation of the annual accounts", "8 × 192.00 · 15% GST on Income · account 200 · Region: North", "1,581.70", "237.26", "1,818.96", "Total NZD")
	b.button("Retry")
	b.tap("Retry")
	b.see("1 invoice goes to the Xero organisation")
}

func TestThePanelSaysThatClientDetailsAreSentOnce(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.doubleClick("0001076") // exported
	b.see("Contact in Xero", "found by its name", "Later changes are not copied to Xero, nor back", "Exports", "History", "Olivia Hart: finalized")
	b.tap("Open in Xero")
	if len(b.opened) != 1 || b.opened[0] != "https://xero.example/xi00002" {
		t.Errorf("opened %q", b.opened)
	}
	b.tap("More actions")
	b.pick("Open in Xero")
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
	b.tap("Release")
	b.see("1 invoice released for export")
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
	fake.choices = []ledger.Contact{
		{ID: "k1", Name: "Rex Media Group", Number: "REX", Email: "rex@example.com"},
		{ID: "k2", Name: "REX MEDIA GROUP"},
		{ID: "k3", Name: "Rex Media", Archived: true},
		{ID: "k4", Name: "Rex", MergedTo: "k1"},
	}
	b := newTrial(t, fake)
	b.doubleClick("0001059") // failed: ambiguous
	b.tap("Choose contact…")
	b.see("Rex Media Group · contact number REX · rex@example.com", "REX MEDIA GROUP", "Archived in Xero, so not offered: Rex Media.")
	if !b.button("Use this contact").Disabled() {
		t.Error("a contact can be used before one was chosen")
	}
	b.key(fyne.KeyDown)
	b.key(fyne.KeyDown)
	b.key(fyne.KeyReturn)
	if got := fake.links[fake.number("0001059").Client]; got.Contact != "k2" {
		t.Errorf("linked to %v", got)
	}
	b.see("Export to Xero", "1 invoice goes to the Xero organisation")
}

func TestContactsThatCannotBeChosen(t *testing.T) {
	for name, test := range map[string]struct {
		choices []ledger.Contact
		err     error
		want    string
	}{
		"none":          {nil, nil, "Xero has no contact with this name or code. The next export creates one."},
		"archived only": {[]ledger.Contact{{Name: "Rex", Archived: true}}, nil, "Archived in Xero, so not offered: Rex."},
		"offline":       {nil, &app.Trouble{Reason: app.Offline}, "Xero cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake().fill(24)
			fake.choices = test.choices
			if test.err != nil {
				fake.refuse["ContactChoices"] = test.err
			}
			b := newTrial(t, fake)
			b.doubleClick("0001059")
			b.tap("Choose contact…")
			b.see(test.want)
			b.key(fyne.KeyEscape)
			b.see("Invoice 0001059")
		})
	}
}

func TestAContactThatIsGoneIsUnlinked(t *testing.T) {
	fake := newFake().fill(24)
	v := fake.number("0001071")
	fake.exports[v.ID][0].Messages = []ledger.Message{{Text: "The contact does not exist.", Cause: ledger.ContactUnknown}}
	fake.links[v.Client] = app.Link{Contact: "gone"}
	b := newTrial(t, fake)
	b.doubleClick("0001071")
	b.tap("Unlink contact")
	if _, linked := fake.links[v.Client]; linked {
		t.Error("the client is still linked")
	}
	b.see("1 invoice goes to the Xero organisation")
}

func TestWithoutPermissionThePanelOffersNothing(t *testing.T) {
	viewer := staff.Founder("s2", "Vera Blum")
	viewer.Time = nil
	b := newTrialAs(t, newFake().fill(24), viewer)
	b.doubleClick("0001059")
	b.see("Choose the contact that is meant, then retry.")
	b.notSee("Choose contact…", "Retry")
}
