package screens

import (
	"testing"

	"fyne.io/fyne/v2"

	"feebridge/app/billing"
	"feebridge/app/staff"
)

// visit opens the page of the clients.
func (b *trial) visit(p *page) {
	b.Helper()
	b.w.pages.open(p)
	b.settle()
}

func TestClientsAreListedSearchedAndChanged(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	b.visit(b.w.register.page)
	b.see("Clients", "Kauri Joinery Ltd", "Harbour Café")
	b.typeText("harbour")
	b.notSee("Kauri Joinery Ltd")
	b.w.register.grid.Select("c01")
	b.settle()
	b.tap("clients.edit")
	b.see("Harbour Café", "accounts@example.com")
	b.typeText(" & Bar")
	b.key(fyne.KeyReturn)
	b.see("Harbour Café & Bar")
	b.tap("clients.invoices")
	b.see("Xero Export", "Harbour Café & Bar")
}

func TestANewClientThatLooksLikeAnotherIsAskedAbout(t *testing.T) {
	fake := newFake().fill(12)
	b := newTrial(t, fake)
	b.visit(b.w.register.page)
	b.tap("clients.new")
	b.typeText("harbour cafe")
	b.tap("action.save")
	b.see("A client with this name already exists: Harbour Café (HARBOUR-CAF). To add another one, save again.")
	if n := len(fake.clients); n != len(fakeNames) {
		t.Fatalf("there are %d clients", n)
	}
	b.tap("action.save")
	if n := len(fake.clients); n != len(fakeNames)+1 {
		t.Errorf("there are %d clients", n)
	}
}

func TestAClientFormTellsWhatIsWrong(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	b.visit(b.w.register.page)
	b.tap("clients.new")
	b.tap("action.save")
	b.see("Enter a name for the client.")
	b.key(fyne.KeyEscape)
	b.notSee("Save")
}

func TestAClientIsArchivedAndTakenBack(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	b.visit(b.w.register.page)
	b.w.register.grid.Select("c01")
	b.settle()
	b.tap("clients.archive")
	b.notSee("Harbour Café")
	b.w.register.archived.SetChecked(true)
	b.settle()
	b.see("Harbour Café (archived)", "Restore")
	b.tap("clients.restore")
	b.see("Harbour Café", "Archive")
}

func TestWhoMayNotEditAClientMayLook(t *testing.T) {
	editor := staff.Member{ID: "e", Name: "Eddy", Time: map[staff.TimePermission]bool{staff.ProcessTime: true}, Roles: map[billing.ClientID]staff.Role{"c01": staff.Editor}}
	b := newTrialAs(t, newFake().fill(12), editor)
	b.visit(b.w.register.page)
	b.notSee("Kauri Joinery Ltd")
	b.w.register.open("c01")
	b.settle()
	b.see("View only. To edit this client, you need the Owner role for the client and the ProcessTime permission. Ask an Admin at your firm.")
}
