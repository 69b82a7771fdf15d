package screens

import (
	"testing"

	"fyne.io/fyne/v2"

	"feebridge/app/staff"
)

// again opens the window of a firm once more, on the same settings.
func (b *trial) again() {
	b.w.Close()
	b.open(staff.Founder("s1", "Olivia Hart"))
	b.settle()
}

func TestTheWindowOpensAtTheLastView(t *testing.T) {
	b := newDesk(t, newFake().fill(24))
	b.simulator = ""
	b.open(staff.Founder("s1", "Olivia Hart"))
	b.settle()
	if b.w.billing.client != "" || b.w.billing.chip != allChip || b.w.pages.front != b.w.billing.page {
		t.Error("the first window does not open at the whole list")
	}
	b.w.billing.entity.choose("c00")
	b.w.billing.chips.choose(int(draftChip))
	b.w.pages.open(b.w.register.page)
	b.settle()

	b.again()
	if b.w.pages.front != b.w.register.page {
		t.Error("the window does not open at the clients")
	}
	if w := b.w.billing; w.client != "c00" || w.chip != draftChip || w.chips.chosen != int(draftChip) || w.entity.chosen != "c00" {
		t.Errorf("the list has the client %q and the chip %d", w.client, w.chip)
	}
	b.key(fyne.KeyEscape)
	for r := range b.w.billing.grid.Shown() {
		if r.ClientID != "c00" || !draftChip.has(r) {
			t.Errorf("the list has %s", r.Number)
		}
	}

	b.w.editor.open(b.fake.invoices[0].ID) // a page that is about one invoice is not returned to
	b.settle()
	b.again()
	if b.w.pages.front != b.w.billing.page {
		t.Error("the window does not open at the list")
	}
}

func TestAClientThatIsGoneHidesNothing(t *testing.T) {
	b := newDesk(t, newFake().fill(24))
	b.simulator = ""
	fyne.CurrentApp().Preferences().SetString(viewClientKey, "gone")
	fyne.CurrentApp().Preferences().SetInt(viewChipKey, int(chipCount))
	fyne.CurrentApp().Preferences().SetString(viewPageKey, "no such page")
	b.open(staff.Founder("s1", "Olivia Hart"))
	b.settle()
	n := 0
	for range b.w.billing.grid.Shown() {
		n++
	}
	if w := b.w.billing; w.client != "" || w.entity.chosen != "" || w.chip != allChip || n != 24 {
		t.Errorf("the list has the client %q, the chip %d and %d invoices", w.client, w.chip, n)
	}
}

func TestALinkGoesBeforeTheLastPage(t *testing.T) {
	b := newDesk(t, newFake().fill(24))
	b.simulator = ""
	fyne.CurrentApp().Preferences().SetString(viewPageKey, "clients")
	b.open(staff.Founder("s1", "Olivia Hart"))
	b.w.Show(b.fake.number("0001076").ID)
	b.mustShow("0001076")
}

func TestTheDemoOpensWhereItAlwaysDoes(t *testing.T) {
	b := newDesk(t, newFake().fill(24))
	fyne.CurrentApp().Preferences().SetString(viewPageKey, "clients")
	fyne.CurrentApp().Preferences().SetInt(viewChipKey, int(draftChip))
	b.open(staff.Founder("s1", "Olivia Hart"))
	b.settle()
	if b.w.pages.front != b.w.billing.page || b.w.billing.chip != allChip {
		t.Error("the demo does not open at the whole list")
	}
}
