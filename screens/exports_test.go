package screens

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// selectAllAndAsk selects the whole list and asks for its export.
func selectAllAndAsk(b *trial) {
	b.Helper()
	b.control(fyne.KeyA)
	b.control(fyne.KeyE)
}

func TestAnExportIsConfirmedFollowedAndSummedUp(t *testing.T) {
	fake := newFake().fill(24)
	fake.fate["0001078"] = ledger.Message{Text: "The contact is archived.", Cause: ledger.ContactArchived}
	fake.fate["0001077"] = ledger.Message{Text: "The e-mail address was left out.", Cause: ledger.EmailInvalid, Warning: true}
	b := newTrial(t, fake)
	selectAllAndAsk(b)
	b.see("Export to Demo Company (NZ)", "8 invoices · NZD 6,979.37")
	if fake.counted["Export"] > 0 {
		t.Fatal("exported before it was confirmed")
	}
	b.control(fyne.KeyReturn)
	b.see("Exporting to Xero", "To Demo Company (NZ): 0 of 8", "8 queued")

	fake.settle(3)
	fake.gauge.Why, fake.gauge.WaitUntil = app.MinuteLimit, b.now().Add(27*time.Second)
	b.settle()
	b.pass(time.Second)
	b.see("3 of 8", "1 exported", "1 with a warning", "1 failed", "5 queued", "Xero's per-minute limit reached. Continuing in 26 s")
	b.pass(2 * time.Second)
	b.see("Xero's per-minute limit reached. Continuing in 24 s")

	fake.settle(100)
	b.settle()
	b.see("Export finished: 1 failed, 1 with a warning, 6 exported", "Failed: The contact is archived.")
	list := b.listing()
	if got := []string{list.rows[0][1].text, list.rows[1][1].text}; got[0] != "0001078" || got[1] != "0001077" {
		t.Errorf("the summary begins with %v, want the failed one and then the warning", got)
	}
	list.Select(0)
	b.settle()
	b.see("Invoice 0001078", "The contact is archived.", "842 API calls left today")
	if got := b.w.billing.grid.Selected(); len(got) != 1 || got[0] != fake.number("0001078").ID {
		t.Errorf("selected %v", got)
	}
	if b.w.billing.exports.strip.Visible() {
		t.Error("the strip shows an export whose end was seen")
	}
}

func TestInvoicesOfAClientGoToTheOrganisationThatIsChosenForIt(t *testing.T) {
	fake := newFake().fill(24)
	fake.orgs = append(fake.orgs, app.Organisation{Tenant: ledger.Tenant{ID: "t2", Name: "Harbour Trading Ltd"}, State: app.Connected})
	b := newTrial(t, fake)
	client := fake.number("0001078").Client
	b.w.billing.entity.choose(string(client))
	b.settle()
	b.w.frame.destinationItem().Action()
	b.settle()
	b.see("Queued invoices still go to the organisation they were queued for. Exported invoices stay where they are.", "Demo Company (NZ) (firm default)")
	b.tap("Harbour Trading Ltd")
	b.settle()
	if got := fake.destinations[client]; got != "t2" {
		t.Fatalf("it is exported to %q", got)
	}
	b.w.billing.entity.choose(allClients)
	b.settle()
	selectAllAndAsk(b)
	b.see("Export to 2 organisations", "Demo Company (NZ) · 7 invoices · Arrives as Draft", "Harbour Trading Ltd · 1 invoice · Arrives as Draft", "Export 8 invoices")
	b.control(fyne.KeyReturn)
	b.see("To Harbour Trading Ltd: 0 of 1")
	fake.settle(100)
	b.settle()
	b.see("1 invoice exported to Harbour Trading Ltd · 7 invoices exported to Demo Company (NZ)")
	if b.w.dialogs.top() != nil || b.w.billing.exports.strip.Visible() {
		t.Error("something of the exports is still shown")
	}
}

func TestARowOfTheSummaryIsShownInTheListWhateverTheFilters(t *testing.T) {
	fake := newFake().fill(24)
	fake.fate["0001078"] = ledger.Message{Text: "The contact is archived.", Cause: ledger.ContactArchived}
	b := newTrial(t, fake)
	b.click("0001078", 0)
	b.control(fyne.KeyE)
	b.control(fyne.KeyReturn)
	b.key(fyne.KeyEscape)
	b.w.billing.entity.choose(string(fake.clients[3].ID))
	b.w.billing.chips.choose(int(draftChip))
	b.control(fyne.KeyF)
	b.typeText("zzz")
	fake.settle(1)
	b.settle()
	b.tap("action.show")
	b.listing().Select(0)
	b.settle()
	b.see("Showing 24 of 24", "1 selected", "Invoice 0001078")
}

// TestAnExportSaysWhichPDFsWontBeAttached exports as the file of a clerk has it: an invoice whose client's name, and the
// description of its line, the PDF cannot show, beside one that it can.
func TestAnExportSaysWhichPDFsWontBeAttached(t *testing.T) {
	fake := newFake().fill(24)
	japanese, plain := fake.number("0001078"), fake.number("0001077")
	for i := range fake.clients {
		if fake.clients[i].ID == japanese.Client {
			fake.clients[i].Name = "日本商事 株式会社"
		}
	}
	japanese.Lines[1].Description = "会計顧問料, (accounting fees)"
	b := newTrial(t, fake)
	b.selectRows(japanese.ID, plain.ID)
	b.control(fyne.KeyE)
	b.notSee("PDF")
	b.key(fyne.KeyEscape)

	fake.xero.maps["t1"] = ledger.Mapping{AttachPaper: true}
	b.control(fyne.KeyE)
	b.see("The PDF won't be attached: it can't show “日本商事株式会社” in the client's name, “会計顧問料” in the description of line 2.")
	b.control(fyne.KeyReturn)
	b.see("Exporting to Xero", "2 queued") // it holds nothing up
}

// TestAPDFThatIsLeftOutLateIsInTheResult has the PDF left out when the summary is read already: what is attached comes after
// the invoices.
func TestAPDFThatIsLeftOutLateIsInTheResult(t *testing.T) {
	for _, closed := range []bool{false, true} {
		fake := newFake().fill(24)
		v := fake.number("0001078")
		b := newTrial(t, fake)
		b.selectRows(v.ID, fake.number("0001077").ID)
		b.control(fyne.KeyE)
		b.control(fyne.KeyReturn)
		if closed {
			b.key(fyne.KeyEscape) // the strip follows it
		}
		fake.settle(2)
		b.settle()
		b.notSee("The PDF wasn't")
		b.see("2 invoices exported to Demo Company (NZ)")
		fake.mu.Lock()
		v.Stage.Export, v.message = billing.Warned, ledger.Message{Text: "The PDF wasn't attached: it can't show “猫” in the client's name.", Cause: ledger.PDFIncomplete, Warning: true}
		e := fake.exports[v.ID][0]
		e.Result, e.Messages = billing.Warned, []ledger.Message{v.message}
		fake.mu.Unlock()
		fake.tell("invoice", string(v.ID))
		fake.tell("run", string(e.Run))
		b.settle()
		b.see("finished: 1 with a warning, 1 exported", "Exported with a warning: The PDF wasn't attached")
	}
}

// listing returns the table of the topmost dialog.
func (b *trial) listing() *listing {
	b.Helper()
	for _, o := range b.visible() {
		if l, ok := o.(*listing); ok {
			return l
		}
	}
	b.Fatalf("there is no table in:\n%s", b.text())
	return nil
}

func TestEscapeLeavesTheConfirmationWithoutAnExport(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	selectAllAndAsk(b)
	b.key(fyne.KeyEscape)
	b.see("24 selected")
	selectAllAndAsk(b)
	b.tap("action.cancel")
	if fake.counted["Export"] > 0 {
		t.Error("it was exported")
	}
}

func TestAnExportGoesOnInTheStrip(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	selectAllAndAsk(b)
	b.control(fyne.KeyReturn)
	b.key(fyne.KeyEscape) // closes the progress, which goes on
	b.see("Exporting to Demo Company (NZ): 0 of 8")
	fake.settle(2)
	b.settle()
	b.see("Exporting to Demo Company (NZ): 2 of 8")
	b.tap("action.show")
	b.see("Exporting to Xero", "6 queued")
	b.key(fyne.KeyReturn)
	fake.settle(100)
	b.settle()
	b.see("8 invoices exported to Demo Company (NZ)")
	if b.w.dialogs.top() != nil || b.w.billing.exports.strip.Visible() {
		t.Error("the export that went well is not only told in the footer")
	}
	b.pass(noteTime + time.Second)
	b.see("8 invoices exported to Demo Company (NZ)")
	b.click("0001078", 0)
	b.notSee("8 invoices exported")
	b.see("1 selected")
}

func TestAnExportWithAFailureGoesOnInTheStripAndEndsThere(t *testing.T) {
	fake := newFake().fill(24)
	fake.fate["0001078"] = ledger.Message{Text: "The contact is archived.", Cause: ledger.ContactArchived}
	b := newTrial(t, fake)
	selectAllAndAsk(b)
	b.control(fyne.KeyReturn)
	b.key(fyne.KeyEscape)
	fake.settle(100)
	b.settle()
	b.see("Export to Demo Company (NZ) finished: 1 failed, 7 exported")
	b.tap("action.show")
	b.see("Export finished: 1 failed, 7 exported", "Failed: The contact is archived.")
	b.key(fyne.KeyEscape)
	b.notSee("finished")
}

func TestTheRestOfAnExportIsCancelled(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	selectAllAndAsk(b)
	b.control(fyne.KeyReturn)
	fake.settle(2)
	b.settle()
	b.tap("run.cancel")
	b.see("Export finished: 2 exported, 6 not sent")
	b.key(fyne.KeyEscape)
	b.see("6 invoices not sent: export cancelled")
}

func TestWithoutAConnectionTheExportSaysWhatIsMissing(t *testing.T) {
	fake := newFake().fill(24)
	fake.orgs = nil
	b := newTrial(t, fake)
	selectAllAndAsk(b)
	b.see("Not ready to export", "This firm isn't connected to Xero yet.")
	for _, v := range fake.invoices {
		if v.Stage.Export == billing.Queued {
			t.Fatalf("invoice %s was queued", v.Number)
		}
	}
}

func TestAnExportThatFailsAsAWholeSaysWhy(t *testing.T) {
	fake := newFake().fill(24)
	fake.refuse["Export"] = app.Errorf(app.Forbidden, "refused.permission", "Name", "Olivia Hart", "Action", "export", "Permission", "more", "Ask", "Ask an Admin at your firm.")
	b := newTrial(t, fake)
	selectAllAndAsk(b)
	b.control(fyne.KeyReturn)
	b.see("Nothing was exported", "Olivia Hart can't export. That needs more. Ask an Admin at your firm.")
}

func TestInvoicesThatSomebodyElseExportedMeanwhileAreNamed(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	b.click("0001078", 0)
	b.control(fyne.KeyE)
	fake.number("0001078").Stage.Export = billing.Exported
	b.control(fyne.KeyReturn)
	b.see("Nothing was exported", "Not exported: Invoice 0001078 can't be exported: already in Xero.")
}

// queue starts the export of some of the invoices before there is a window.
func (f *fakeApp) queue(t *testing.T, at ...int) {
	t.Helper()
	var ids []billing.InvoiceID
	for _, i := range at {
		ids = append(ids, f.invoices[i].ID)
	}
	if _, _, err := f.Export(t.Context(), staff.Member{}, ids); err != nil {
		t.Fatal(err)
	}
}

func TestAnOpenRunIsTakenUpAtTheStart(t *testing.T) {
	fake := newFake().fill(24)
	fake.queue(t, 0, 1)
	b := newTrial(t, fake)
	b.see("Exporting to Demo Company (NZ): 0 of 2")
	fake.settle(5)
	b.settle()
	b.see("2 invoices exported to Demo Company (NZ)")
}

func TestAStaleRunIsAskedAboutOnce(t *testing.T) {
	for name, test := range map[string]struct {
		press string
		call  string
	}{
		"send them":        {"Continue export", "Confirm"},
		"do not send them": {"Cancel export", "Cancel"},
		"decide later":     {"Decide later", ""},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake().fill(24)
			fake.queue(t, 0)
			fake.stale = true
			b := newTrial(t, fake)
			b.see("Continue export?", "1 invoice in the export to Demo Company (NZ) that started at")
			b.tap(test.press)
			b.pass(time.Second)
			b.pass(time.Second)
			b.notSee("Continue export?")
			for _, call := range []string{"Confirm", "Cancel"} {
				if got, want := fake.counted[call] > 0, call == test.call; got != want {
					t.Errorf("%s was called: %v, want %v", call, got, want)
				}
			}
		})
	}
}

func TestTheBadgeTellsTheConnection(t *testing.T) {
	until := fakeNow.Add(40 * time.Minute)
	for name, test := range map[string]struct {
		org  *app.Organisation
		text string
		more string
		sign string
	}{
		"none":               {nil, "Not connected to Xero", "Connect this firm to a Xero organisation to export invoices.", "–"},
		"connected":          {&app.Organisation{State: app.Connected}, "Kauri · connected", "Exports go to this organisation.", "●"},
		"connection expired": {&app.Organisation{State: app.ConsentEnded}, "Kauri · connection expired", "Connect again.", "⚠"},
		"disconnected":       {&app.Organisation{State: app.Disconnected, Consent: "u1"}, "Kauri · disconnected", "no longer connected", "✗"},
		"offline": {&app.Organisation{State: app.Connected, Parked: app.Park{Why: app.Offline, Until: until}},
			"Kauri · offline", "internet connection. Exporting continues automatically at", "○"},
		"day limit": {&app.Organisation{State: app.Connected, Parked: app.Park{Why: app.DayLimit, Until: until, Text: "Daily limit"}},
			"Kauri · waiting for Xero's limit", "Xero says: Daily limit", "…"},
		"the wait is over": {&app.Organisation{State: app.Connected, Parked: app.Park{Why: app.Troubled, Until: fakeNow}},
			"Kauri · connected", "Exports go to this organisation.", "●"},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake().fill(3)
			fake.orgs = nil
			if test.org != nil {
				test.org.Tenant.Name, test.org.Default = "Kauri", true
				fake.orgs = []app.Organisation{*test.org}
			}
			b := newTrial(t, fake)
			b.see(test.text, test.sign)
			tapBadge(b)
			b.see(test.more)
		})
	}
}

func tapBadge(b *trial) {
	test.Tap(b.w.frame.badge)
	b.settle()
}

func TestTheBadgeFollowsTheConnection(t *testing.T) {
	fake := newFake().fill(3)
	b := newTrial(t, fake)
	fake.mu.Lock()
	fake.orgs[0].Parked = app.Park{Why: app.Offline, Until: b.now().Add(30 * time.Second)}
	fake.mu.Unlock()
	fake.tell("organisation", "t1")
	b.settle()
	b.see("Demo Company (NZ) · offline")
	b.pass(30 * time.Second)
	b.see("Demo Company (NZ) · connected")
}

func TestEveryErrorIsToldToAPerson(t *testing.T) {
	learnWords()
	for _, test := range []struct {
		err  error
		want string
	}{
		{app.Errorf(app.NotFound, "refused.no-such-number", "Number", billing.Number("7")), "There's no invoice 7."},
		{&app.Trouble{Reason: app.Offline, Text: "dial tcp"}, "Couldn't reach Xero. Check this computer's internet connection. dial tcp"},
		{errors.Join(errors.New("saving"), &billing.Refused{Phrase: translations.Say("problem.number.none")}), "Enter an invoice number."},
		{errors.New("boom"), "Feebridge ran into a problem: boom."},
	} {
		if got := say(test.err); !strings.HasPrefix(got, test.want) {
			t.Errorf("%v is told as %q, want %q", test.err, got, test.want)
		}
	}
}
