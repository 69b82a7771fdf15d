package screens

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/screens/grid"
)

func TestTheListIsNarrowedToAPeriod(t *testing.T) {
	fake := newFake().fill(24)
	fake.number("0001078").Date, fake.number("0001077").Date = 20261001, 20250615
	b := newTrial(t, fake)
	b.w.billing.periods.choose(string(lastMonth))
	b.settle()
	b.see("Showing 1 of 24", "0001078")
	b.w.billing.periods.choose(string(lastYear))
	b.settle()
	b.see("Showing 1 of 24", "0001077")
	b.w.billing.chips.choose(int(closedChip))
	b.settle()
	b.tap("empty.clear")
	b.see("Showing 24 of 24")
	if b.w.billing.periods.Selected != "All dates" {
		t.Errorf("the period is %q", b.w.billing.periods.Selected)
	}
}

func TestAViewIsSavedByNameAndShownAgain(t *testing.T) {
	b := newTrial(t, newFake().fill(240))
	w := b.w.billing
	w.entity.choose("c00")
	w.chips.choose(int(closedChip))
	w.periods.choose(string(thisYear))
	w.grid.SetState(grid.State{Columns: []grid.ColumnState{{ID: "number"}, {ID: "amount-due"}}, Sort: "total", Desc: true})
	w.search.SetText("0")
	b.settle()
	_, shown := w.grid.Len()
	want := w.viewNow("Mine")

	test.Tap(w.viewButton)
	b.pick("views.save")
	if !b.button("action.save").Disabled() {
		t.Error("a view without a name can be saved")
	}
	b.typeText("  Mine ")
	b.key(fyne.KeyReturn)
	b.see("View “Mine” saved")

	w.clearFilter()
	w.entity.choose("")
	w.grid.SetSort("number", false)
	b.settle()
	if w.viewNow("Mine") == want {
		t.Fatal("nothing is otherwise")
	}
	test.Tap(w.viewButton)
	b.pick("Mine")
	b.settle()
	if got := w.viewNow("Mine"); got != want {
		t.Errorf("the list is %+v, want %+v", got, want)
	}
	if _, n := w.grid.Len(); n != shown || shown == 0 {
		t.Errorf("%d invoices are shown, want %d", n, shown)
	}

	// Another person has their own.
	b.w.seat(staff.Founder("s9", "Mei Chen"))
	if all := w.views(); len(all) > 0 {
		t.Errorf("another person has %v", all)
	}
	b.w.seat(staff.Founder("s1", "Olivia Hart"))
	w.keepViews(append(w.views(), savedView{Name: "another", Grid: want.Grid, Chip: allChip}))
	if all := w.views(); len(all) != 2 || all[0].Name != "another" {
		t.Errorf("the views are %v", all)
	}
	w.preferences.SetString(w.viewsKey(), "{")
	if all := w.views(); all != nil {
		t.Errorf("of what cannot be read came %v", all)
	}
}

func TestAViewOfAClientThatIsGoneShowsAll(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.w.billing.showView(savedView{Name: "old", Client: "gone", Chip: 99, Period: "someday", Grid: b.w.billing.grid.State().String()})
	b.settle()
	b.see("Showing 24 of 24")
}

func TestAnOverdueInvoiceIsMarked(t *testing.T) {
	fake := newFake().fill(24)
	for _, n := range []string{"0001075", "0001074"} { // awaiting payment, and paid
		fake.number(billing.Number(n)).Due = 20261101
	}
	b := newTrial(t, fake)
	row := func(n string) grid.Sign {
		r, _ := b.w.billing.grid.Row(fake.number(billing.Number(n)).ID)
		return b.w.billing.overdue(r)
	}
	if row("0001075").Glyph == "" || row("0001074").Glyph != "" {
		t.Errorf("marked are %v and %v", row("0001075"), row("0001074"))
	}
}
