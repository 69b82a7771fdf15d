package screens

import (
	"context"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/staff"
	"feebridge/assets/translations"
	"feebridge/screens/sheet"
)

func TestTheFirmAndItsNumbersAreSet(t *testing.T) {
	fake := newFake().fill(3)
	b := newTrial(t, fake)
	b.w.settings.open()
	b.settle()
	b.see("Settings", "Firm name", "How to pay", "Choose an image…")
	b.typeText(" Ltd")
	b.key(fyne.KeyReturn)
	b.see("Saved")
	if got := fake.writing.firm.Name; got != "Hart & Partners Ltd" {
		t.Errorf("the firm is called %q", got)
	}
	b.w.settings.parts.choose(1)
	b.settle()
	b.see("The next invoice you finalize gets INV-0001, or the first number after it that's never been used.")
	b.typeText("x")
	b.tap("action.save")
	if got := fake.writing.firm.Numbering.Prefix; got != "INV-x" {
		t.Errorf("the prefix is %q", got)
	}
}

func TestTaxesAreWrittenInATable(t *testing.T) {
	fake := newFake().fill(3)
	b := newTrial(t, fake)
	b.w.settings.open()
	b.settle()
	b.w.settings.parts.choose(2)
	b.settle()
	table := b.w.settings.table
	table.OnInsert(2)
	table.SetCursor(sheet.Cell{Row: 2})
	b.enter("GST + PST", "12", "BC", "GST 5% + PST 6%")
	b.tap("action.save")
	b.see("Row 3: The components of the tax rate “GST + PST” add up to 11%, but its rate is 12%. Correct one of them.")
	table.SetCursor(sheet.Cell{Row: 2, Column: 3})
	table.Focus()
	b.enter("GST 5% + PST 7%")
	b.tap("action.save")
	b.see("Saved")
	if n := len(fake.writing.taxes); n != 3 || len(fake.writing.taxes[2].Parts) != 2 {
		t.Errorf("stored are %+v", fake.writing.taxes)
	}
}

// passwords returns the fields for passwords that are to be seen.
func (b *trial) passwords() []*entry {
	var fields []*entry
	for _, o := range b.visible() {
		if e, ok := o.(*entry); ok && e.Password {
			fields = append(fields, e)
		}
	}
	return fields
}

func TestBillingCodesAreTakenFromAFile(t *testing.T) {
	fake := newFake().fill(3)
	b := newTrial(t, fake)
	b.file = func(string, []byte) (app.Sheet, error) { return app.Sheet{}, nil }
	b.w.settings.open()
	b.settle()
	b.w.settings.parts.choose(3)
	b.settle()
	b.see("ACC", "Import from a file…")
	fake.fileProblems = []intake.Problem{{Line: 2, Column: "Tax", Text: translations.Say("problem.as-told", "Problem", "no such tax")}}
	b.w.settings.importCodes(b.w.settings.table, "codes.csv", nil)
	b.settle()
	b.see("Nothing was imported", "Line 2, Tax: no such tax")
	b.tap("action.close")
	fake.fileProblems, fake.fileCodes = nil, []billing.Code{{Code: "acc", Description: "Accounts of a year"}, {Code: "NEW", Description: "New work", UnitAmount: 10_0000, Tax: "OUTPUT2"}}
	fake.fileWarnings = []intake.Problem{{Line: 3, Column: "Code", Text: translations.Say("file.warn-decimal"), Read: "1001.0", Meant: "1001"}}
	for _, answer := range []string{"Cancel", "Import 2 billing codes with these warnings"} {
		b.w.settings.importCodes(b.w.settings.table, "codes.csv", nil)
		b.settle()
		b.see("Import billing codes", "Line 3, Code: A program seems to have added decimals to this number.", "“1001.0”", "Import 2 billing codes with these warnings")
		b.notSee("New work")
		b.tap(answer)
	}
	b.see("New work")
	fake.fileWarnings = nil
	b.w.settings.importCodes(b.w.settings.table, "codes.csv", nil)
	b.settle()
	b.see("2 billing codes imported. Save to keep them.", "Accounts of a year", "New work")
	b.tap("action.save")
	if n := len(fake.writing.codes); n != 3 || fake.writing.codes[2].Tax != "OUTPUT2" {
		t.Errorf("stored are %+v", fake.writing.codes)
	}
}

func TestStaffAreAddedChangedAndDeactivated(t *testing.T) {
	fake := newFake().fill(3)
	fake.staff = []staff.Member{staff.Founder("s1", "Olivia Hart")}
	b := newTrial(t, fake)
	b.w.team.open()
	b.settle()
	b.see("Staff and permissions", "Olivia Hart", "Owner (all clients)")
	b.tap("staff.add")
	b.typeText("Vera Blum")
	b.tap("action.save")
	b.see("The password is too short. Use at least 10 characters, such as a few words.")
	b.passwords()[0].SetText("four words and more")
	b.tap("action.save")
	b.see("Vera Blum")
	if n := len(fake.staff); n != 2 {
		t.Fatalf("there are %d", n)
	}
	b.w.team.edit(fake.staff[1])
	b.settle()
	b.tap("staff.deactivate")
	b.see("Deactivate Vera Blum?")
	b.tap("staff.deactivate.yes")
	b.see("Deactivated")
}

func TestOnlyAnAdminManagesStaff(t *testing.T) {
	fake := newFake().fill(3)
	viewer := staff.Member{ID: "v", Name: "Vera Blum", AllEntities: staff.Viewer}
	fake.staff = []staff.Member{viewer}
	b := newTrialAs(t, fake, viewer)
	b.w.team.open()
	b.settle()
	b.see("View only. To manage staff, you need the Admin permission. Ask an Admin at your firm.")
}

func TestTheAuditTrailIsListedCheckedAndSaved(t *testing.T) {
	fake := newFake().fill(3)
	fake.trail = []staff.Entry{
		{Seq: 2, At: fakeNow, ByName: "Olivia Hart", Action: "finalize", Subject: "invoice", ID: "i00000", From: "a draft", To: "finalized, not exported"},
		{Seq: 1, At: fakeNow.AddDate(0, 0, -30), ByName: "Vera Blum", Action: "denied", Subject: "client", ID: "c01"},
	}
	b := newTrial(t, fake)
	b.visit(b.w.trail.page)
	b.see("Audit trail", "Olivia Hart", "finalized", "1 entry", "invoice 0001057")
	b.notSee("Vera Blum")
	b.w.trail.period.choose("ever")
	b.settle()
	b.see("Vera Blum", "client Harbour Café", "2 entries")
	fake.report = app.AuditReport{Entries: 2, Broken: &staff.Broken{Seq: 1, How: staff.EntryChanged}}
	b.tap("trail.verify")
	b.see("Audit trail altered", "Entry 1 was changed after it was written. The entries before it are intact.")
	b.tap("action.close")
	fake.report = app.AuditReport{Entries: 2, Head: staff.Head{Seq: 2, Hash: "abc"}}
	b.tap("trail.verify")
	b.see("Audit trail verified")
	b.key(fyne.KeyEscape)
	b.w.trail.open(2)
	b.settle()
	b.see("Entry 2", "a draft", "finalized, not exported")
}

// TestAnotherActsInTheDemo goes to a member who is told the others' names alone, and back.
func TestAnotherActsInTheDemo(t *testing.T) {
	fake := newFake().fill(3)
	founder := staff.Founder("s1", "Olivia Hart")
	vera := staff.Member{ID: "v", Name: "Vera Blum", AllEntities: staff.Viewer, Time: map[staff.TimePermission]bool{staff.ProcessTime: true}}
	fake.staff = []staff.Member{founder, vera, {ID: "x", Name: "Gone", Deactivated: true}}
	b := newTrial(t, fake)
	var acts staff.Member
	b.w.frame.switchTo = func(m staff.Member) { acts = m }
	test.Tap(b.w.frame.who)
	b.settle()
	b.see("Acting as Olivia Hart", "Act as Vera Blum")
	b.notSee("Gone")
	b.pick("Act as Vera Blum")
	if !reflect.DeepEqual(acts, vera) {
		t.Errorf("%+v acts", acts)
	}
	b = newTrialAs(t, fake, vera)
	b.w.frame.switchTo = func(m staff.Member) { acts = m }
	test.Tap(b.w.frame.who)
	b.settle()
	b.see("Act as Olivia Hart – Admin")
	b.pick("Act as Olivia Hart")
	if !reflect.DeepEqual(acts, founder) {
		t.Errorf("%+v acts", acts)
	}
}

func TestAPasswordIsChanged(t *testing.T) {
	fake := newFake().fill(3)
	b := newTrial(t, fake)
	b.w.team.changePassword()
	b.settle()
	b.see("Change my password", "Current password")
	fields := b.passwords()
	fields[1].SetText("four words and more")
	b.tap("action.save")
	b.see("The new passwords don't match.")
	fields[2].SetText("four words and more")
	b.tap("action.save")
	b.notSee("Current password")
	if fake.passwords["s1"] != "four words and more" {
		t.Errorf("stored are %v", fake.passwords)
	}
}

func TestPrintingAndSavingAnInvoice(t *testing.T) {
	fake := newFake().fill(3)
	b := newTrial(t, fake)
	var opened []string
	b.w.paper.write = func(d app.Document, path string) (string, error) { return "/papers/" + string(d.Invoice.Number), nil }
	b.w.paper.open = func(path string) { opened = append(opened, path) }
	b.w.paper.preview("i00000")
	b.settle()
	if len(opened) != 1 || !strings.HasSuffix(opened[0], "0001057") {
		t.Errorf("opened are %v", opened)
	}
	if name := fileName(app.Document{Invoice: billing.Invoice{Number: "A/1"}, Client: billing.Client{Name: `C:"D"`}}); name != "A-1 C--D-.pdf" {
		t.Errorf("the file is called %q", name)
	}
}

// TestAPDFThatLacksCharactersSaysSo previews and saves an invoice with characters in several places that its PDF cannot show.
func TestAPDFThatLacksCharactersSaysSo(t *testing.T) {
	fake := newFake().fill(3)
	v := fake.written("i00000")
	v.Lines[0].Description, v.Lines[1].Description = "مشاورة", "Tea 🍵"
	b := newTrial(t, fake)
	var written []string
	b.w.paper.write = func(d app.Document, path string) (string, error) { written = append(written, path); return path, nil }
	b.w.paper.open = func(string) {}
	const lacks = "The PDF can't show “مشاورة” in the description of line 1, “🍵” in the description of line 2."
	b.w.paper.preview("i00000")
	b.settle()
	b.see("The PDF is incomplete", lacks, "It has empty boxes in their place.")
	b.tap("action.close")
	b.notSee("The PDF is incomplete")

	path := filepath.Join(t.TempDir(), "saved.pdf")
	b.w.chooseFile = func(context.Context, FileQuestion) (string, error) { return path, nil }
	b.w.paper.save("i00000")
	b.settle()
	b.see("The PDF is incomplete", lacks)
	if diff := cmp.Diff([]string{"", path}, written); diff != "" {
		t.Errorf("written: %s", diff)
	}
	b.tap("action.close")
	b.w.paper.preview("i00001")
	b.settle()
	b.notSee("The PDF is incomplete")
}
