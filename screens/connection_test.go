package screens

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

var kauri = ledger.Tenant{ID: "t2", Name: "Kauri Holdings Ltd"}

// newUnconnected is a firm with a client ID and no organisation.
func newUnconnected() *fakeApp {
	fake := newFake().fill(3)
	fake.orgs = nil
	fake.xero.reached = []app.Connection{{ID: "x1", Tenant: demoTenant}}
	return fake
}

// newSignedIn is a firm whose organisation is called under Aroha Smith's sign-in.
func newSignedIn() *fakeApp {
	fake := newFake().fill(3)
	fake.xero.reached = []app.Connection{{ID: "x1", Tenant: demoTenant}}
	fake.xero.consents = []app.Consent{{User: fake.xero.user, By: "s1", At: fakeNow.Add(-time.Hour), Scopes: []string{"offline_access", "accounting.invoices", "files.read"}}}
	fake.orgs[0].Consent, fake.orgs[0].ConnectedBy, fake.orgs[0].ConnectedAt = "u1", "s1", fakeNow.Add(-time.Hour)
	return fake
}

// openConnection opens the screen as the menu does.
func (b *trial) openConnection() {
	b.Helper()
	test.Tap(b.w.frame.menu)
	b.pick("menu.connection")
}

// await draws until the condition holds, while work in the background goes on.
func (b *trial) await(holds func() bool) {
	b.Helper()
	for !holds() {
		deadline.Receive(b, b.woken, "the window to show what the test awaits")
		b.drain()
	}
}

// check returns the box with that text.
func (b *trial) check(text string) *check {
	b.Helper()
	for _, o := range b.visible() {
		if c, ok := o.(*check); ok && c.Text == text {
			return c
		}
	}
	b.Fatalf("there is no box %q in:\n%s", text, b.text())
	return nil
}

func TestAFirmConnectsToXero(t *testing.T) {
	fake := newUnconnected()
	b := newTrial(t, fake)
	b.openConnection()
	b.see("Not connected to Xero", "Connect this firm to a Xero organisation to export invoices.", "Feebridge never sees your password")
	fake.xero.answer = make(chan error, 1)
	test.Tap(b.button("connect.title"))
	b.await(func() bool { return len(b.opened) > 0 })
	b.see("Sign in to Xero in your browser, choose the organisation and allow access. Feebridge waits until",
		"5 minutes", "https://login.xero.example/authorize?state=1")
	test.Tap(b.button("consent.copy"))
	if got := fyne.CurrentApp().Clipboard().Content(); got != "https://login.xero.example/authorize?state=1" {
		t.Errorf("copied %q", got)
	}
	b.see("Link copied")
	test.Tap(b.button("consent.open-again"))
	if len(b.opened) != 2 || b.opened[1] != b.opened[0] {
		t.Errorf("the browser was opened at %q", b.opened)
	}
	fake.xero.answer <- nil
	b.settle()
	b.see("Connected to Demo Company (NZ)", "Next, choose which accounts and tax rates")
	b.notSee("no keyring")
	b.tap("action.later")
	b.see("Connected since")
	b.tap("connection.advanced")
	b.see("Exports go to this organisation.", "Aroha Smith (aroha@hart.example), "+b.w.moment(fakeNow), "Olivia Hart, "+b.w.moment(fakeNow), "842", "Last contact with Xero",
		"see who connected · stay connected · export invoices and follow their status · find and add contacts · read accounts, tax rates, tracking, items and branding themes · files.read")
	b.notSee("Not connected to Xero")
}

func TestConnectingLeadsToTheMapping(t *testing.T) {
	b := newTrial(t, newUnconnected())
	b.openConnection()
	b.tap("connect.title")
	b.tap("menu.mapping")
	b.see("Default income account", "Suggested: 200 · Sales")
}

func TestSigningInIsCancelled(t *testing.T) {
	for name, leave := range map[string]func(*trial){
		"by its button": func(b *trial) { b.tap("action.cancel") },
		"by Escape":     func(b *trial) { b.key(fyne.KeyEscape) },
	} {
		t.Run(name, func(t *testing.T) {
			fake := newUnconnected()
			fake.xero.answer = make(chan error, 1)
			b := newTrial(t, fake)
			b.openConnection()
			test.Tap(b.button("connect.title"))
			b.await(func() bool { return len(b.opened) > 0 })
			leave(b)
			b.see("Not connected to Xero")
			if fake.counted["AskConsent was cancelled"] != 1 || fake.counted["Connect"] > 0 {
				t.Errorf("called %v", fake.counted)
			}
		})
	}
}

func TestASignInThatFailsSaysWhyAndIsTriedAgain(t *testing.T) {
	fake := newUnconnected()
	fake.refuse["AskConsent"] = app.Errorf(app.Unavailable, "connection.not-kept")
	b := newTrial(t, fake)
	b.openConnection()
	b.tap("connect.title")
	b.see("This computer has no keyring, so Feebridge can't save the connection.")
	delete(fake.refuse, "AskConsent")
	b.tap("action.try-again")
	b.see("Connected to Demo Company (NZ)")
}

func TestASignInThatReachesNothingSaysSo(t *testing.T) {
	fake := newUnconnected()
	fake.xero.reached = nil
	b := newTrial(t, fake)
	b.openConnection()
	b.tap("connect.title")
	b.see("No organisation was chosen.", "Try again")
}

func TestAPersonChoosesAmongSeveralOrganisations(t *testing.T) {
	fake := newSignedIn()
	third := ledger.Tenant{ID: "t3", Name: "Third Ltd"}
	fake.xero.reached = append(fake.xero.reached, app.Connection{ID: "x2", Tenant: kauri}, app.Connection{ID: "x3", Tenant: third})
	fake.xero.broken["t2"] = &app.Trouble{Reason: app.Offline}
	b := newTrial(t, fake)
	b.openConnection()
	b.tap("connection.another")
	b.see("Xero user: Aroha Smith. Choose the organisations to connect.", "Already connected")
	if !b.check("Demo Company (NZ)").Disabled() || b.check("Third Ltd").Checked {
		t.Error("an organisation is connected unasked")
	}
	if !b.button("connect.yes").Disabled() {
		t.Error("nothing is ticked, and it can be connected")
	}
	b.typeText(" ") // ticks the first that can be
	b.tap("connect.yes")
	b.see("Couldn't reach Xero. Check this computer's internet connection.")
	delete(fake.xero.broken, "t2")
	b.tap("action.try-again")
	b.see("Connected to Kauri Holdings Ltd")
	b.tap("action.later")
	b.see("Kauri Holdings Ltd", "The firm exports to another organisation.", "Exports go to")
	b.notSee("Third Ltd")
}

func TestOrganisationsThatAreConnectedAlreadyAreNotAskedFor(t *testing.T) {
	b := newTrial(t, newSignedIn())
	b.openConnection()
	b.tap("connection.another")
	b.see("Xero user: Aroha Smith. All organisations they can access are already connected.")
	if b.fake.counted["Connect"] > 0 {
		t.Error("it was connected again")
	}
}

func TestAnOrganisationIsConnectedAgain(t *testing.T) {
	for name, test := range map[string]struct {
		state app.ConnectionState
		see   string
	}{
		"the sign-in is not accepted any more": {app.ConsentEnded, "The connection to Xero has expired. Connect again."},
		"disconnected in Xero":                 {app.Disconnected, "This organisation is no longer connected. Connect it again."},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newSignedIn()
			fake.orgs[0].State = test.state
			b := newTrial(t, fake)
			b.openConnection()
			b.see(test.see, "Aroha Smith (aroha@hart.example) was the last to connect. Ask Aroha Smith")
			b.tap("connection.reconnect")
			b.see("Reconnected: Demo Company (NZ).", "Exports go to this organisation.")
			b.notSee("was the last to connect", "Next, choose which")
		})
	}
}

func TestWithoutAKeyringThatIsSaid(t *testing.T) {
	fake := newUnconnected()
	fake.xero.unkept = true
	b := newTrial(t, fake)
	b.openConnection()
	b.tap("connect.title")
	b.see("Connected to Demo Company (NZ)", "This computer has no keyring")
	b.tap("action.later")
	b.see("This computer has no keyring")
}

func TestAnOrganisationIsDisconnected(t *testing.T) {
	b := newTrial(t, newSignedIn())
	b.openConnection()
	b.tap("connection.disconnect")
	b.see("Disconnect Demo Company (NZ)?", "The connection ends in Xero immediately.", "Invoices in Xero stay as they are.")
	b.tap("action.cancel")
	if b.fake.counted["Disconnect"] > 0 {
		t.Fatal("it was disconnected unasked")
	}
	b.fake.refuse["Disconnect"] = &app.Trouble{Reason: app.Offline}
	b.tap("connection.disconnect")
	b.tap("connection.disconnect.yes")
	b.see("Couldn't disconnect Demo Company (NZ). Couldn't reach Xero")
	delete(b.fake.refuse, "Disconnect")
	b.tap("connection.disconnect")
	b.tap("connection.disconnect.yes")
	b.see("Demo Company (NZ) disconnected.", "Disconnected here.", "Reconnect")
	b.notSee("Disconnect…", "was the last to connect")
}

func TestTheFirmExportsToAnotherOrganisation(t *testing.T) {
	fake := newSignedIn()
	fake.orgs = append(fake.orgs, app.Organisation{Tenant: kauri, State: app.Connected})
	fake.refuse["ExportTo"] = app.Errorf(app.Conflict, "refused.no-organisation")
	b := newTrial(t, fake)
	b.openConnection()
	options := func() *choice {
		for _, o := range b.visible() {
			if c, ok := o.(*choice); ok {
				return c
			}
		}
		t.Fatal("there is no choice")
		return nil
	}
	options().choose(1)
	b.settle()
	b.see("The firm isn't connected to this organisation. Connect it, or choose another.")
	if got := options().chosen; got != 0 {
		t.Errorf("%d is chosen after it was refused", got)
	}
	delete(fake.refuse, "ExportTo")
	options().choose(1)
	b.settle()
	b.see("Exports now go to Kauri Holdings Ltd.")
	if !fake.orgs[1].Default {
		t.Error("the firm exports to the former one")
	}
}

func TestWithoutAClientIDTheGuideIsShown(t *testing.T) {
	fake := newUnconnected()
	fake.xero.firm.Registration = app.Registration{}
	b := newTrial(t, fake)
	b.openConnection()
	b.see("1. Sign in at developer.xero.com", "Auth Code with PKCE", "http://localhost:8742/callback", "http://localhost:8744/callback")
	b.tap("connect.title")
	b.see("Enter your Xero app's client ID to connect.")
	if fake.counted["AskConsent"] > 0 {
		t.Error("it signed in without one")
	}
	b.typeText("CAFE")
	b.notSee("Enter your Xero app's client ID to connect.")
	b.tap("action.copy")
	if got := fyne.CurrentApp().Clipboard().Content(); got != "http://localhost:8742/callback" {
		t.Errorf("copied %q", got)
	}
	b.tap("registration.open-site")
	if len(b.opened) != 1 || b.opened[0] != developerSite {
		t.Errorf("opened %q", b.opened)
	}
	b.tap("action.save")
	b.see("Saved. You can now connect to Xero.")
	if got := fake.xero.firm.Registration.ClientID; got != "CAFE" {
		t.Errorf("registered %q", got)
	}
	b.tap("connect.title")
	b.see("Connected to Demo Company (NZ)")
}

func TestPortsAreEnteredAndErrorsStandBesideThem(t *testing.T) {
	fake := newSignedIn()
	b := newTrial(t, fake)
	b.openConnection()
	b.tap("connection.advanced")
	r := b.w.connections.registration
	if !r.save.Disabled() {
		t.Error("nothing was changed, and it can be saved")
	}
	r.ports.SetText("8742, eight")
	b.tap("action.save")
	b.see("“eight” isn't a port")
	fake.refuse["Register"] = app.Errorf(app.Invalid, "problem.port", "Port", 70000)
	r.ports.SetText("70000")
	b.tap("action.save")
	b.see("70000 isn't a port")
	delete(fake.refuse, "Register")
	b.tap("registration.guide")
	r.ports.SetText("9001 9002")
	b.see("http://localhost:9001/callback", "http://localhost:9002/callback")
	fake.tell("organisation", "t1")
	b.settle()
	if r.ports.Text != "9001 9002" {
		t.Errorf("what was typed became %q", r.ports.Text)
	}
	b.tap("action.save")
	if got := fake.xero.firm.Registration.Ports; len(got) != 2 || got[0] != 9001 || got[1] != 9002 {
		t.Errorf("registered %v", got)
	}
	if r.ports.Text != "9001, 9002" || !r.save.Disabled() {
		t.Errorf("the field shows %q", r.ports.Text)
	}
}

func TestWhoMayNotConnectIsToldWhy(t *testing.T) {
	b := newTrialAs(t, newSignedIn(), staff.Member{ID: "s9", Name: "Vic", AllEntities: staff.Viewer})
	b.openConnection()
	b.see("To connect Xero or change its mapping, you need the Settings Admin permission and a Time permission", "Demo Company (NZ)")
	b.tap("connection.advanced")
	b.see("another staff member")
	for _, text := range []string{"Connect another organisation", "Disconnect…", "Save"} {
		if !b.button(text).Disabled() {
			t.Errorf("%q can be pressed", text)
		}
	}
}

func TestAConnectionThatCannotBeReadSaysWhy(t *testing.T) {
	fake := newSignedIn()
	b := newTrial(t, fake)
	fake.refuse["Consents"] = app.Errorf(app.Unavailable, "connection.not-kept")
	b.openConnection()
	b.see("This computer has no keyring, so Feebridge can't save the connection.")
}

func TestAnExportWithoutAConnectionOffersToConnect(t *testing.T) {
	b := newTrial(t, newUnconnected())
	selectAllAndAsk(b)
	b.see("Not ready to export")
	b.tap("connect.title")
	b.see("Connected to Demo Company (NZ)")
	b.tap("action.later")
	b.key(fyne.KeyEscape)
	selectAllAndAsk(b)
	b.see("Export to Demo Company (NZ)", "Export 2 invoices")
}

func TestAnExportToAnOrganisationThatIsSignedOutOffersToConnect(t *testing.T) {
	fake := newSignedIn()
	fake.orgs[0].State = app.ConsentEnded
	b := newTrial(t, fake)
	selectAllAndAsk(b)
	b.see("Couldn't check 2 invoices with Xero", "The connection to Xero has expired. Connect again.", "Queue 2 invoices")
	b.tap("connect.title")
	b.see("Reconnected: Demo Company (NZ).")
}

// TestNothingOldStandsBelowReconnected is about an organisation that was disconnected in Xero: neither is that taken
// for a person's choice here, nor does the error stay once it is connected again.
func TestNothingOldStandsBelowReconnected(t *testing.T) {
	const over = "This organisation is no longer connected. Connect it again."
	for name, consent := range map[string]app.ConsentID{"under a sign-in": "u1", "under a token": ""} {
		t.Run(name, func(t *testing.T) {
			fake := newSignedIn()
			fake.orgs[0].Consent, fake.orgs[0].State, fake.orgs[0].Parked = consent, app.Disconnected, app.Park{Why: app.NotConnected}
			fake.after.refreshes["t1"] = app.Refresh{
				At: fakeNow.Add(-time.Minute), Failing: app.Park{Since: fakeNow, Until: fakeNow.Add(5 * time.Minute), Why: app.NotConnected, Text: "AuthenticationUnsuccessful"},
			}
			b := newTrial(t, fake)
			b.see("Demo Company (NZ) · disconnected")
			b.openConnection()
			b.see(over)
			b.notSee("Disconnected here.")
			b.tap("connection.reconnect")
			fake.tell("organisation", "t1")
			b.settle()
			b.see("Reconnected: Demo Company (NZ).")
			b.notSee(over, "AuthenticationUnsuccessful", "Couldn't refresh the statuses")
			b.key(fyne.KeyEscape)
			b.see("Demo Company (NZ) · refreshed 1 minute ago")
		})
	}
}

func TestTheConnectionFollowsWhatHappens(t *testing.T) {
	fake := newSignedIn()
	b := newTrial(t, fake)
	b.openConnection()
	fake.mu.Lock()
	fake.orgs[0].State = app.ConsentEnded
	fake.mu.Unlock()
	fake.tell("organisation", "t1")
	b.settle()
	b.see("Connection expired", "was the last to connect")
	b.button("connection.reconnect")
	b.notSee("Connect to Xero", "Connect another organisation")
}

func TestANewFirmIsWelcomed(t *testing.T) {
	fake := newUnconnected()
	fake.invoices = nil
	b := newDesk(t, fake)
	b.simulator = ""
	b.open(staff.Founder("s1", "Olivia Hart"))
	b.settle()
	b.see("Welcome to Feebridge", "Not connected to Xero", "Showing 0 of 0", "Import invoices…")
	b.tap("welcome.demo")
	if b.explored != 1 {
		t.Errorf("the demo firm was opened %d times", b.explored)
	}
	b.tap("welcome.set-up")
	b.typeText(" & Daughters")
	fake.refuse["SaveFirm"] = app.Errorf(app.Invalid, "problem.firm.no-name")
	b.tap("action.save")
	b.see("Enter a name for the firm.")
	delete(fake.refuse, "SaveFirm")
	b.tap("action.save")
	b.see("Xero connection")
	if b.w.firm.Name != "Hart & Partners & Daughters" || b.w.firm.Numbering.Next != 1 {
		t.Errorf("the firm is called %q", b.w.firm.Name)
	}
	b.tap("connect.title")
	b.see("Connected to Demo Company (NZ)")
	b.tap("action.later")
	fake.tell("organisation", "t1")
	b.settle()
	b.key(fyne.KeyEscape)
	b.see("No invoices yet")
	b.notSee("Welcome to Feebridge")
}

func TestTheConnectionTellsWhatBecomesOfMarks(t *testing.T) {
	const allow = "Choose Mapping… to allow the mark in the reference instead."
	fake := newSignedIn()
	b := newTrial(t, fake)
	b.openConnection()
	b.tap("connection.advanced")
	for _, m := range []app.Marks{app.MarksUnknown, app.MarksKept, app.MarksChanged, app.MarksUnlisted, app.MarksDropped} {
		fake.mu.Lock()
		fake.orgs[0].Marks = m
		fake.mu.Unlock()
		fake.tell("organisation", "t1")
		b.settle()
		b.see(m.Meaning().String())
		if m != app.MarksDropped {
			b.notSee(allow)
		}
	}
	b.see(allow)
	b.tap("menu.mapping")
	b.tick("Allow Feebridge's mark in the reference")
	b.tap("action.save")
	if !fake.xero.maps["t1"].MarkReference {
		t.Error("it was not allowed")
	}
}

// TestTheFooterTellsTheCallsThatTheConnectionTells compares both after calls that no export made, and of a firm that
// exports to two organisations.
func TestTheFooterTellsTheCallsThatTheConnectionTells(t *testing.T) {
	fake := newSignedIn()
	fake.xero.gauges = map[ledger.TenantID]app.Gauge{"t1": {DayLeft: 842, LastCall: fakeNow}, "t2": {DayLeft: 17, LastCall: fakeNow}}
	fake.after.refreshes["t1"] = app.Refresh{At: fakeNow}
	b := newTrial(t, fake)
	b.see("842 API calls left today")
	left := func(n int) {
		fake.mu.Lock()
		defer fake.mu.Unlock()
		fake.xero.gauges["t1"] = app.Gauge{DayLeft: n, LastCall: fakeNow}
	}
	left(841)
	fake.tell("organisation", "t1") // as a refresh does
	b.settle()
	b.see("841 API calls left today")
	left(840)
	b.openConnection()
	b.see("840")
	b.key(fyne.KeyEscape)
	b.see("840 API calls left today")
	left(839)
	b.pass(time.Minute)
	b.see("839 API calls left today")
	left(-1)
	fake.tell("organisation", "t1")
	b.settle()
	b.notSee("calls left today")
}
