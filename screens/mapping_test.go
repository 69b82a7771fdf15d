package screens

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// openMapping opens the screen as the menu does.
func (b *trial) openMapping() {
	b.Helper()
	test.Tap(b.w.frame.menu)
	b.pick("menu.mapping")
}

// drop returns the nth drop-down of the row of that name.
func (b *trial) drop(row string, n int) *dropDown {
	b.Helper()
	var line []fyne.CanvasObject
	for _, o := range b.visible() {
		c, ok := o.(*fyne.Container)
		if !ok {
			continue
		}
		if _, isRow := c.Layout.(shares); isRow && c.Objects[0].(*widget.Label).Text == row {
			line = append(line, objects(c)...)
		}
	}
	for _, o := range line {
		if d, ok := o.(*dropDown); ok {
			if n == 0 {
				return d
			}
			n--
		}
	}
	b.Fatalf("there is no row %q with so many drop-downs in:\n%s", row, b.text())
	return nil
}

// choose opens a drop-down, types, and takes what is found first.
func (b *trial) choose(row string, n int, typed string) {
	b.Helper()
	test.Tap(b.drop(row, n))
	b.typeText(typed)
	b.key(fyne.KeyReturn)
}

// tick ticks the box with that text, or takes the tick out.
func (b *trial) tick(text string) {
	b.Helper()
	for _, o := range b.visible() {
		if c, ok := o.(*check); ok && c.Text == text {
			if c.Disabled() {
				b.Fatalf("the box %q is disabled", text)
			}
			test.Tap(c)
			b.settle()
			return
		}
	}
	b.Fatalf("there is no box %q in:\n%s", text, b.text())
}

func TestAMappingIsChosenAndSaved(t *testing.T) {
	fake := newFake().fill(3)
	b := newTrial(t, fake)
	b.openMapping()
	b.see("Demo Company (NZ)", "Loaded from Xero: ", "Lines have no account, and won't be exported, unless their billing code is mapped below.")
	b.choose("Default income account", 0, "other")
	b.choose("Default tax rate", 0, "zero")
	b.choose("Region", 0, "south")
	b.choose("Payment terms", 0, "month")
	today := billing.DateOf(fakeNow)
	due, _ := billing.NewDate(2026, 12, 20)
	b.see("An invoice dated " + b.w.format.Date(today) + " is due " + b.w.format.Date(due) + " unless it says otherwise.")
	b.choose("Export invoices as", 0, "payment")
	b.see("They close here and can't be taken back")
	b.choose("Branding theme", 0, "special")
	b.choose("ACC", 0, "interest")
	b.choose("ACC", 2, "audit")
	b.choose("CONSULT", 0, "consulting")
	b.choose("GST · 15%", 0, "15%")
	b.see("Uses one extra Xero API call per invoice.")
	b.tick("Add a note to the invoice's history in Xero")
	b.tick("Attach the invoice PDF in Xero")
	b.tap("action.save")
	b.see("Mapping for Demo Company (NZ) saved")
	want := ledger.Mapping{
		Arrival: ledger.AuthorisedThere, DefaultAccount: "260", DefaultTax: "ZERORATED", Theme: "Special Projects",
		Term:     billing.Term{Rule: billing.OfNextMonth, Days: 20},
		Tracking: []billing.Tracking{{Category: "Region", Option: "South"}},
		Codes: map[string]ledger.Target{
			"ACC":     {Account: "270", Tracking: []billing.Tracking{{Category: "Team", Option: "Audit"}}},
			"CONSULT": {Item: "CONSULT"},
		},
		Taxes: map[string]string{"GST": "OUTPUT2"},
		Note:  true, AttachPaper: true,
	}
	if diff := cmp.Diff(want, fake.xero.maps["t1"]); diff != "" {
		t.Errorf("saved something else (-want +got):\n%s", diff)
	}
}

func TestWhatFollowsAnExportIsSwitchedOff(t *testing.T) {
	fake := newFake().fill(3)
	fake.xero.maps["t1"] = ledger.Mapping{DefaultAccount: "200", Note: true, AttachPaper: true}
	b := newTrial(t, fake)
	b.openMapping()
	b.tick("Attach the invoice PDF in Xero")
	b.key(fyne.KeyEscape)
	b.see("Leave without saving?")
	b.key(fyne.KeyEscape)
	b.tap("action.save")
	if got := fake.xero.maps["t1"]; !got.Note || got.AttachPaper {
		t.Errorf("saved %+v", got)
	}
}

func TestOnlyWhatSalesAllowIsOffered(t *testing.T) {
	b := newTrial(t, newFake().fill(3))
	b.openMapping()
	for _, row := range []struct {
		name string
		want []string
	}{
		{"Default income account", []string{"", "200", "260", "270"}},
		{"Default tax rate", []string{"", "OUTPUT2", "ZERORATED"}},
		{"ACC", []string{"", "account:200", "account:260", "account:270", "item:CONSULT"}},
		{"Zero Rated · 0%", []string{"OUTPUT2", "ZERORATED"}},
		{"GST · 15%", []string{"", "OUTPUT2", "ZERORATED"}},
	} {
		var got []string
		for _, o := range b.drop(row.name, 0).options {
			got = append(got, o.value)
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s offers something else (-want +got):\n%s", row.name, diff)
		}
	}
}

func TestSuggestionsAreOfferedAndTaken(t *testing.T) {
	fake := newFake().fill(3)
	b := newTrial(t, fake)
	b.openMapping()
	b.see("4 suggestions, by name and code", "Suggested: 200 · Sales", "Suggested: CONSULT · Consulting", "Suggested: 270 · Interest Income", "Suggested: 15% GST on Income",
		"Demo Company (NZ) has no tax rate with the code GST")
	if got := b.drop("Default income account", 0).chosen; got != "" {
		t.Errorf("%q was taken unasked", got)
	}
	b.tap("mapping.accept") // the first
	b.see("3 suggestions")
	b.notSee("Suggested: 200 · Sales", "have no account")
	b.tap("mapping.accept-all")
	b.notSee("Suggested", "has no tax rate")
	b.tap("action.save")
	want := ledger.Mapping{
		DefaultAccount: "200", Taxes: map[string]string{"GST": "OUTPUT2"},
		Codes: map[string]ledger.Target{"CONSULT": {Item: "CONSULT"}, "Interest Income": {Account: "270"}},
	}
	if diff := cmp.Diff(want, fake.xero.maps["t1"]); diff != "" {
		t.Errorf("saved something else (-want +got):\n%s", diff)
	}
}

func TestWhatIsTakenBackLeavesNothingBehind(t *testing.T) {
	fake := newFake().fill(3)
	was := ledger.Mapping{Codes: map[string]ledger.Target{"ACC": {Account: "200", Tracking: []billing.Tracking{{Category: "Region", Option: "North"}}}},
		Taxes: map[string]string{"ZERORATED": "OUTPUT2"}, Term: billing.Term{Rule: billing.AfterDate, Days: 7}}
	fake.xero.maps["t1"] = was
	b := newTrial(t, fake)
	b.openMapping()
	b.choose("ACC", 0, "default")
	b.choose("ACC", 1, "default")
	b.choose("Zero Rated · 0%", 0, "zero")
	b.choose("Payment terms", 0, "none")
	b.tap("action.save")
	want := ledger.Mapping{Codes: map[string]ledger.Target{}, Taxes: map[string]string{}}
	if diff := cmp.Diff(want, fake.xero.maps["t1"]); diff != "" {
		t.Errorf("saved something else (-want +got):\n%s", diff)
	}
	if was.Codes["ACC"].Account != "200" || was.Taxes["ZERORATED"] != "OUTPUT2" {
		t.Error("what was read was changed before it was saved")
	}
}

func TestWhatDisappearedIsShownAndMayStay(t *testing.T) {
	fake := newFake().fill(3)
	was := ledger.Mapping{DefaultAccount: "280", Codes: map[string]ledger.Target{
		"OLD": {Item: "BOOK", Tracking: []billing.Tracking{{Category: "Office", Option: "Wellington"}}},
	}, Taxes: map[string]string{"GST": "GONE"}}
	fake.xero.maps["t1"] = was
	b := newTrial(t, fake)
	b.openMapping()
	b.see("Some of these choices aren't available in Demo Company (NZ).",
		"Default: the account “280” can't be used for sales.", "Billing code OLD: the item “BOOK” isn't in Xero, or isn't set up there as an item you sell.",
		"“Office” has no tracking option “Wellington”.", "Tax rate GST: the tax rate “GONE” can't be used for sales.",
		"“280” isn't available for sales in Demo Company (NZ)", "“BOOK” isn't available", "“Wellington” isn't available", "“GONE” isn't available",
		"280 (not available)", "BOOK (not available)")
	b.choose("Branding theme", 0, "standard")
	b.tap("action.save")
	was.Theme = "Standard"
	if diff := cmp.Diff(was, fake.xero.maps["t1"]); diff != "" {
		t.Errorf("saved something else (-want +got):\n%s", diff)
	}
	b.openMapping()
	b.choose("Default income account", 0, "200")
	b.choose("OLD", 0, "consult")
	b.choose("OLD", 3, "default") // after the two categories that there are
	b.choose("GST · 15%", 0, "15%")
	b.notSee("Some of these choices", "isn't available")
}

func TestARateThatDiffersIsAProblem(t *testing.T) {
	fake := newFake().fill(3)
	fake.xero.maps["t1"] = ledger.Mapping{Taxes: map[string]string{"ZERORATED": "OUTPUT2"}}
	b := newTrial(t, fake)
	b.openMapping()
	b.see("This tax rate is 0% here but 15% in Xero. Lines that use it won't be exported")
	b.choose("Zero Rated · 0%", 0, "zero")
	b.notSee("Lines that use it won't be exported")
	b.choose("Default tax rate", 0, "15%")
	b.see("This tax rate is 0% here but 15% in Xero. Lines that use it won't be exported")
}

func TestATermMustBeUsable(t *testing.T) {
	b := newTrial(t, newFake().fill(3))
	b.openMapping()
	b.choose("Payment terms", 0, "month")
	days := func(text string) {
		for _, o := range b.visible() {
			if e, ok := o.(*entry); ok {
				e.SetText(text)
			}
		}
	}
	for text, want := range map[string]string{"": "Enter the days as a number.", "x": "Enter the days as a number.", "32": "Payment terms can be day 1 to 31 of the following month, not 32."} {
		days(text)
		b.see(want)
		if !b.button("action.save").Disabled() {
			t.Errorf("%q can be saved", text)
		}
	}
	days("5")
	b.tap("action.save")
	if got := b.fake.xero.maps["t1"].Term; got.Days != 5 {
		t.Errorf("saved %v", got)
	}
}

func TestARefusedMappingIsKeptOnTheScreen(t *testing.T) {
	fake := newFake().fill(3)
	fake.refuse["SetMapping"] = &billing.Refused{Phrase: translations.Say("problem.term.rule", "Term", "“x”")}
	b := newTrial(t, fake)
	b.openMapping()
	b.choose("Default income account", 0, "200")
	b.tap("action.save")
	b.see("Not saved. Feebridge doesn't know the payment terms “x”.", "200 · Sales")
	delete(fake.refuse, "SetMapping")
	b.tap("action.save")
	if got := fake.xero.maps["t1"].DefaultAccount; got != "200" {
		t.Errorf("saved %q", got)
	}
}

func TestTheOrganisationIsReadAgain(t *testing.T) {
	fake := newFake().fill(3)
	b := newTrial(t, fake)
	b.openMapping()
	b.choose("Default income account", 0, "200")
	fake.refuse["ReadChart"] = &app.Trouble{Reason: app.Offline}
	b.tap("mapping.reload")
	b.see("Couldn't reload from Xero. Couldn't reach Xero")
	delete(fake.refuse, "ReadChart")
	chart := fake.xero.charts["t1"]
	chart.Accounts = chart.Accounts[1:]
	fake.xero.charts["t1"] = chart
	b.tap("mapping.reload")
	b.see("“200” isn't available for sales")
	b.notSee("Couldn't reload from Xero.")
}

func TestLeavingAChangedMappingIsAskedAbout(t *testing.T) {
	b := newTrial(t, newFake().fill(3))
	b.openMapping()
	b.key(fyne.KeyEscape)
	if b.w.mappings.shown != nil {
		t.Fatal("nothing was changed, and it stayed")
	}
	b.openMapping()
	b.choose("Default income account", 0, "200")
	b.w.dialogs.typed(&fyne.KeyEvent{Name: fyne.KeyEscape})
	b.see("Leave without saving?")
	b.key(fyne.KeyEscape)
	b.see("Default income account", "200 · Sales")
	b.tap("action.cancel")
	b.tap("mapping.leave.yes")
	if b.w.mappings.shown != nil || b.fake.counted["SetMapping"] > 0 {
		t.Error("it was not left")
	}
}

func TestEachOrganisationHasItsMapping(t *testing.T) {
	fake := newFake().fill(3)
	fake.orgs = append(fake.orgs, app.Organisation{Tenant: kauri, State: app.Connected})
	fake.xero.charts["t2"] = fakeChart(kauri)
	fake.xero.maps["t2"] = ledger.Mapping{DefaultAccount: "270"}
	b := newTrial(t, fake)
	b.openMapping()
	to := func() { b.w.mappings.shown.orgs.choose("t2"); b.settle() }
	b.choose("Default income account", 0, "200")
	to()
	b.see("Your changes to the mapping for Demo Company (NZ) will be lost.")
	b.key(fyne.KeyEscape)
	if got := b.w.mappings.shown.orgs.Selected; got != "Demo Company (NZ)" {
		t.Errorf("the mapping of %q is shown", got)
	}
	to()
	b.tap("mapping.leave.yes")
	b.see("Kauri Holdings Ltd", "270 · Interest Income")
	b.choose("Default income account", 0, "260")
	b.tap("action.save")
	if fake.xero.maps["t2"].DefaultAccount != "260" || fake.xero.maps["t1"].DefaultAccount != "" {
		t.Errorf("saved %v", fake.xero.maps)
	}
}

func TestWhoMayNotMapIsToldWhy(t *testing.T) {
	b := newTrialAs(t, newFake().fill(3), staff.Member{ID: "s9", Name: "Vic", AllEntities: staff.Viewer})
	b.openMapping()
	b.see("To connect Xero or change its mapping, you need the Settings Admin permission and a Time permission")
	b.notSee("Suggested", "Accept all")
	test.Tap(b.drop("Default income account", 0))
	if b.drop("Default income account", 0).popup != nil || !b.button("action.save").Disabled() || !b.button("mapping.reload").Disabled() {
		t.Error("something can be changed")
	}
}

func TestWithoutAnOrganisationThereIsNothingToMap(t *testing.T) {
	b := newTrial(t, newUnconnected())
	b.openMapping()
	b.see("Connect the firm to Xero first.")
}

func TestAMappingThatCannotBeReadSaysWhy(t *testing.T) {
	fake := newFake().fill(3)
	fake.refuse["MappingView"] = app.Errorf(app.NotFound, "refused.no-such-number", "Number", "7")
	b := newTrial(t, fake)
	b.openMapping()
	b.see("There's no invoice 7.")
	if !b.button("action.save").Disabled() {
		t.Error("nothing can be saved")
	}
}

func TestTheMappingTellsHowEachCodeWillBeSentProblemsFirst(t *testing.T) {
	fake := newFake().fill(3)
	fake.xero.maps["t1"] = ledger.Mapping{Codes: map[string]ledger.Target{
		"ACC":     {Account: "200", Tracking: []billing.Tracking{{Category: "Region", Option: "North"}}},
		"CONSULT": {Item: "CONSULT"},
	}}
	b := newTrial(t, fake)
	b.openMapping()
	d := b.w.mappings.shown
	if diff := cmp.Diff([]string{"Interest Income", "ACC", "CONSULT"}, d.codes()); diff != "" {
		t.Errorf("the codes are in another order (-want +got):\n%s", diff)
	}
	b.see("2 of 3 mapped", "No account. Choose one here, or a default income account.", "Sent to 200 · Sales · Region: North", "Sent to item CONSULT, 200 · Sales")
	b.choose("Default income account", 0, "200")
	b.see("3 of 3 mapped", "Sent to 200 · Sales")
}
