package screens

import (
	"testing"

	"fyne.io/fyne/v2"
	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
)

// mustShow fails the test unless the invoice is selected in the list and open beside it.
func (b *trial) mustShow(n billing.Number) {
	b.Helper()
	b.settle()
	b.pass(wantedAgain) // where the list was not there yet, it is tried again
	want := []billing.InvoiceID{b.fake.number(n).ID}
	if diff := cmp.Diff(want, b.w.billing.grid.Selected()); diff != "" {
		b.Errorf("selected (-want +got):\n%s", diff)
	}
	if !b.w.billing.listed(want[0]) || b.w.pages.front != b.w.billing.page {
		b.Errorf("the list does not show %s", n)
	}
	b.see("Invoice "+string(n), "History")
}

func TestShowingAnInvoice(t *testing.T) {
	const wanted = "0001076" // exported, of City Limousines
	for name, before := range map[string]func(b *trial){
		"as the window began":   func(*trial) {},
		"that others hide":      func(b *trial) { b.w.billing.chips.choose(int(draftChip)) },
		"that a search hides":   func(b *trial) { b.w.billing.search.SetText("no such invoice") },
		"of another client":     func(b *trial) { b.w.billing.entity.choose("c00") },
		"while another is":      func(b *trial) { b.w.billing.showInvoice(b.fake.number("0001070").ID) },
		"while many are":        func(b *trial) { b.w.billing.selectShown() },
		"from the clients":      func(b *trial) { b.w.pages.open(b.w.register.page) },
		"in a narrow window":    func(b *trial) { b.window.Resize(fyne.NewSize(700, 600)) },
		"from a draft":          func(b *trial) { b.w.editor.open(b.fake.number("0001073").ID) },
		"while it is read anew": func(b *trial) { b.w.billing.reload() },
	} {
		t.Run(name, func(t *testing.T) {
			b := newTrial(t, newFake().fill(24))
			before(b)
			b.settle()
			b.w.Show(b.fake.number(wanted).ID)
			b.mustShow(wanted)
		})
	}
}

func TestAFilterThatDoesNotHideTheInvoiceStays(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.w.billing.search.SetText("0001076")
	b.w.Show(b.fake.number("0001076").ID)
	b.mustShow("0001076")
	if b.w.billing.search.Text == "" {
		t.Error("the search is gone")
	}
}

func TestShowingAnInvoiceBeforeTheListIsRead(t *testing.T) {
	fake := newFake().fill(24)
	gate := fake.hold(t, "Rows", 1)
	b := newDesk(t, fake)
	b.open(staff.Founder("s1", "Olivia Hart"))
	gate.await()
	b.w.Show(fake.number("0001076").ID)
	b.drain()
	gate.open()
	b.settle()
	b.pass(wantedAgain)
	b.mustShow("0001076")
}

func TestWhatIsUnderWayGoesBeforeTheInvoice(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.w.editor.open(b.fake.number("0001073").ID)
	b.settle()
	b.w.editor.head.reference.SetText("typed")
	show := func(n billing.Number) {
		b.w.Show(b.fake.number(n).ID)
		b.settle()
	}
	show("0001076")
	b.see("Save this draft?")
	show("0001070") // another link, while that is asked
	b.tap("editor.keep-editing")
	b.notSee("Save this draft?")
	b.pass(wantedAgain)
	b.see("Save this draft?") // for the other one
	b.tap("editor.leave.discard")
	b.mustShow("0001070")
	b.pass(wantedAgain)
	b.mustShow("0001070")
}

func TestAnInvoiceThatIsNotListed(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	fake.refuse["Invoice"] = app.Errorf(app.Forbidden, "problem.as-told", "Problem", "You can't see it.")
	b.w.Show("deleted")
	b.settle()
	b.see("You can't see it.")
	if n := b.w.billing.grid.SelectedCount(); n > 0 {
		t.Errorf("%d invoices are selected", n)
	}
}

func TestNothingIsShownInAClosedWindow(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.w.Close()
	b.w.Show(b.fake.number("0001076").ID)
	if b.drain() || b.w.wanted != "" {
		t.Error("it was shown")
	}
}
