package screens

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/staff"
)

var fakeGaps = []app.Gap{
	{From: "INV-0002", To: "INV-0002", Why: app.DeletedFree, Invoice: "i1", Client: "Kauri Joinery Ltd"},
	{From: "INV-0005", To: "INV-0008", Why: app.NeverUsed},
	{From: "INV-0010", To: "INV-0010", Why: app.UsedUp, Invoice: "i2", Client: "Boom FM"},
}

// openNumbers opens the settings at the numbers.
func (b *trial) openNumbers() {
	b.Helper()
	b.w.settings.open()
	b.settle()
	b.w.settings.parts.choose(1)
	b.settle()
}

func TestTheNumbersThatNoInvoiceHasAreListed(t *testing.T) {
	fake := newFake().fill(3)
	fake.after.gaps = fakeGaps
	b := newTrial(t, fake)
	b.openNumbers()
	b.tap("gaps.open")
	var got []string
	for _, row := range b.listing().rows {
		got = append(got, row[0].text+" | "+row[1].text+" | "+row[2].text)
	}
	want := []string{
		"INV-0002 | Its invoice was deleted before it was approved in Xero. The number can be used again. | Kauri Joinery Ltd",
		"INV-0005 to INV-0008 | Never used | ",
		"INV-0010 | Can't be used again: approved or voided in Xero, or still in Xero | Boom FM",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("other gaps (-want +got):\n%s", diff)
	}
	b.tap("action.close")
	b.see("Payment terms")
}

func TestTheNumbersThatNoInvoiceHasAreSaved(t *testing.T) {
	b := newTrial(t, newFake().fill(3))
	var saved []string
	b.w.writeSheet = func(path string, cells [][]app.SheetCell) error {
		for _, row := range cells {
			saved = append(saved, row[0].Text+"|"+row[1].Text+"|"+row[2].Text+"|"+row[3].Text)
		}
		return nil
	}
	if err := b.w.settings.writeGaps("gaps.csv", fakeGaps); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"From|To|Reason|Deleted invoice's client",
		"INV-0002|INV-0002|Its invoice was deleted before it was approved in Xero. The number can be used again.|Kauri Joinery Ltd",
		"INV-0005|INV-0008|Never used|",
		"INV-0010|INV-0010|Can't be used again: approved or voided in Xero, or still in Xero|Boom FM",
	}
	if diff := cmp.Diff(want, saved); diff != "" {
		t.Errorf("saved something else (-want +got):\n%s", diff)
	}
}

func TestWhereNoNumberIsMissingThatIsSaid(t *testing.T) {
	b := newTrial(t, newFake().fill(3))
	b.openNumbers()
	b.tap("gaps.open")
	b.see("No gaps. Every number from the lowest one used to the next one, INV-0001, has an invoice.")
	b.tap("action.close")
	b.fake.refuse["Gaps"] = errors.New("disk full")
	b.tap("gaps.open")
	b.see("Couldn't check the numbers", "disk full")
}

func TestOnlyWhoMayChangeTheSettingsSeesTheGaps(t *testing.T) {
	b := newTrialAs(t, newFake().fill(3), staff.Member{ID: "s9", Name: "Vic", AllEntities: staff.Viewer})
	b.openNumbers()
	if !b.button("gaps.open").Disabled() {
		t.Error("the button can be pressed")
	}
	b.see("Needs the Settings Admin permission")
}
