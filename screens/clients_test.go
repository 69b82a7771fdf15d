package screens

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
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

// matchable is a firm whose clients stand in every way with the contacts in Xero.
func matchable() *fakeApp {
	fake := newFake()
	for _, name := range []string{"Abby Ltd", "Basket Case", "Cube Land", "Dune", "Ember", "Fern", "Gale", "Hill"} {
		fake.clients = append(fake.clients, billing.Client{ID: billing.ClientID(strings.ToLower(name[:1])), Name: name, Code: billing.SuggestCode(name), Email: strings.ToLower(name[:1]) + "@example.com"})
	}
	fake.links["a"] = app.Link{Contact: "ka", Name: "Abby Ltd", How: app.LinkedByNumber, At: fakeNow.Add(-time.Hour)}
	fake.links["f"] = app.Link{Contact: "kf", Name: "Fern", How: app.LinkedByHand, At: fakeNow.Add(-time.Hour)}
	fake.contacts.there = []ledger.Contact{
		{ID: "ka", Name: "Abby Ltd"}, {ID: "kb", Name: "Basket Case Limited", Email: "b@example.com"}, {ID: "kc1", Name: "Cube Land", Number: "X1"}, {ID: "kc2", Name: "Cube Land Ltd", Number: "X2"},
		{ID: "kd", Name: "Dune", Archived: true}, {ID: "kf", Name: "Fern", Archived: true, MergedTo: "kf2"}, {ID: "kf2", Name: "Fern Group"}, {ID: "kg", Name: "GALE"}, {ID: "kh", Name: "hill"},
	}
	return fake
}

func TestClientsShowTheirContacts(t *testing.T) {
	b := newTrial(t, matchable())
	b.visit(b.w.register.page)
	for name, want := range map[string]string{
		"Abby Ltd": "ABBY-LTD | Abby Ltd | ● | Abby Ltd | a@example.com", "Basket Case": "BASKET-CASE | Basket Case | ◐ | Basket Case Limited? | b@example.com",
		"Cube Land": "CUBE-LAND | Cube Land | ◐ | 2 possible | c@example.com", "Dune": "DUNE | Dune | ✗ | Dune (archived) | d@example.com",
		"Ember": "EMBER | Ember | ○ | None | e@example.com", "Fern": "FERN | Fern | ● | Fern Group (merged) | f@example.com", "Gale": "GALE | Gale | ◐ | GALE? | g@example.com",
	} {
		if got := b.cells(name); got != want {
			t.Errorf("%s reads %q, want %q", name, got, want)
		}
	}
	if got := b.w.register.chips.counts; got[0] != "8" || got[1] != "6" {
		t.Errorf("the chips count %v", got)
	}
	if got := b.fake.counted["RefreshContacts, if old"]; got != 1 {
		t.Errorf("the contacts were read %d times", got)
	}
	b.key(fyne.KeyF5)
	if got := b.fake.counted["RefreshContacts"]; got != 1 {
		t.Errorf("at F5 the contacts were read %d times", got)
	}
}

// TestClientsAreMatchedFromTheKeyboard finds those to match, opens one, links what is suggested, chooses for another among several,
// and bills one to another contact.
func TestClientsAreMatchedFromTheKeyboard(t *testing.T) {
	fake := matchable()
	b := newTrial(t, fake)
	b.visit(b.w.register.page)
	b.window.Canvas().Focus(b.w.register.chips)
	b.key(fyne.KeyRight)
	b.notSee("Abby Ltd", "Fern Group (merged)")
	b.w.register.grid.Focus()
	b.key(fyne.KeyHome)
	b.key(fyne.KeyReturn)
	b.see("Basket Case Limited?", "similar name, email", "Exports for this client stop and ask.", "Link Basket Case Limited")
	b.window.Canvas().Focus(b.button("Link Basket Case Limited"))
	b.key(fyne.KeyReturn)
	if got := fake.links["b"]; got.Contact != "kb" {
		t.Errorf("linked to %v", got)
	}
	b.see("Basket Case now uses the contact Basket Case Limited")

	b.w.register.grid.Select("c")
	b.settle()
	b.see("2 possible", "Cube Land Ltd")
	b.window.Canvas().Focus(b.w.register.contact)
	b.key(fyne.KeyReturn)
	b.see("Client here", "Contact in Xero", "X1", "X2")
	b.window.Canvas().FocusNext()
	b.key(fyne.KeyReturn)
	if got := fake.links["c"]; got.Contact != "kc2" {
		t.Errorf("linked to %v", got)
	}

	b.window.Canvas().Focus(b.w.register.chips)
	b.key(fyne.KeyLeft)
	b.w.register.grid.Select("a")
	b.settle()
	b.tap("client.bill-to")
	b.see("Linked now: Abby Ltd", "Unlink")
	b.window.Canvas().Focus(b.entryOf("contact.search"))
	b.typeText("fern")
	b.key(fyne.KeyDown)
	b.key(fyne.KeyReturn)
	b.key(fyne.KeyReturn)
	if got := fake.links["a"]; got.Contact != "kf2" {
		t.Errorf("linked to %v", got)
	}
	b.key(fyne.KeyEscape)
	if b.w.register.panes.open {
		t.Error("Escape leaves the panel open")
	}
	b.key(fyne.KeyEscape) // clears the selection, as in the list of invoices
	b.key(fyne.KeyEscape)
	if b.w.pages.front != b.w.billing.page {
		t.Error("Escape does not lead back to the invoices")
	}
}

func TestExactMatchesAreAcceptedTogether(t *testing.T) {
	fake := matchable()
	b := newTrial(t, fake)
	b.visit(b.w.register.page)
	b.see("2 clients each have a single contact in Xero with the same name.")
	b.tap("Accept all 2 exact matches")
	b.see("Link 2 clients to their contacts?", "Gale", "GALE", "Hill", "hill", "Link 2 clients")
	b.key(fyne.KeyEscape)
	if len(fake.links) != 2 {
		t.Fatal("they were linked without a word")
	}
	b.tap("Accept all 2 exact matches")
	fake.contacts.there = append(fake.contacts.there, ledger.Contact{ID: "kh2", Name: "Hill"}) // meanwhile
	b.key(fyne.KeyReturn)
	if fake.links["g"].Contact != "kg" || fake.links["h"].Contact != "" {
		t.Errorf("linked are %v", fake.links)
	}
	b.see("1 client linked. One no longer fits exactly.")
	b.notSee("exact match")
}

func TestACreationIsFollowed(t *testing.T) {
	fake := matchable()
	b := newTrial(t, fake)
	b.visit(b.w.register.page)
	b.doubleClick("Ember")
	b.see("No contact in Xero fits. The next export creates one.")
	b.tap("panel.choose-contact")
	b.tap("contact.create")
	b.see("Creating…", "The contact is being created.")
	fake.contacts.creating["e"] = app.Creation{Client: "e", Ended: fakeNow, Messages: []ledger.Message{{Text: "Email address must be valid.", Cause: ledger.EmailInvalid}}}
	fake.tell("client", "e")
	b.settle()
	b.see("Not created", "Email address must be valid.")
}

func TestWithoutPermissionNoContactIsChosen(t *testing.T) {
	viewer := staff.Founder("s2", "Vera Blum")
	viewer.Time = nil
	b := newTrialAs(t, matchable(), viewer)
	b.visit(b.w.register.page)
	b.doubleClick("Basket Case")
	b.see("To choose the contact, you need")
	b.notSee("Link Basket Case Limited", "Accept all")
	if !b.w.register.contact.Disabled() {
		t.Error("the contact can be chosen")
	}
}

func TestClientsWithoutAConnection(t *testing.T) {
	fake := matchable()
	fake.orgs = nil
	b := newTrial(t, fake)
	b.visit(b.w.register.page)
	b.doubleClick("Ember")
	b.see("Connect to Xero to see this client's contact.")
	b.notSee("Accept all", "None")
}

func TestAFailedReadingOfContactsIsTold(t *testing.T) {
	fake := matchable()
	fake.refuse["RefreshContacts"] = &app.Trouble{Reason: app.Offline}
	b := newTrial(t, fake)
	b.visit(b.w.register.page)
	b.key(fyne.KeyF5)
	b.see("Couldn't read the contacts in Xero", "Basket Case Limited?")
}

// TestTheClientsFitANarrowWindow lays the page out in the smallest of the usual windows.
func TestTheClientsFitANarrowWindow(t *testing.T) {
	b := newTrial(t, matchable())
	for _, width := range []float32{880, 1600} {
		b.window.Resize(fyne.NewSize(width, 700))
		b.visit(b.w.register.page)
		b.settle()
		for _, o := range b.visible() {
			at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
			if pressed, ok := o.(*button); ok && at.X+pressed.Size().Width > width {
				t.Errorf("at %v, %q ends at %v", width, pressed.Text, at.X+pressed.Size().Width)
			}
		}
		b.w.pages.open(b.w.billing.page)
	}
}

// entryOf returns the field with that hint, which is a key of the translations.
func (b *trial) entryOf(hint string) *entry {
	b.Helper()
	for _, o := range b.visible() {
		if e, ok := o.(*entry); ok && e.PlaceHolder == lang.L(hint) {
			return e
		}
	}
	b.Fatalf("no field says %q", hint)
	return nil
}
