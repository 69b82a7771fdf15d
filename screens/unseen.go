package screens

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"feebridge/screens/style"
)

// unseen tells of selected invoices that a search or a chip hides. Actions leave them alone until they are shown:
// what is acted on is what is seen.
//
// Show lists what is selected, all of it and nothing else, and so lets a person act on it. It does not clear the search
// and the chip instead: among a thousand invoices nobody would find the two that were hidden.
type unseen struct {
	text    *widget.Label
	content *fyne.Container
}

// unseenPlace is where it is told.
type unseenPlace int

// The places.
const (
	nowhere       unseenPlace = iota
	besideButtons             // of the toolbar
	belowButtons              // in a line of its own
)

func newUnseen(b *billingScreen) *unseen {
	u := &unseen{text: widget.NewLabel("")}
	list := newButton(b.keys, lang.L("action.show"), func() {
		ids := b.grid.Selected()
		b.showOnly(ids, lang.N("unseen.only", len(ids), with{"Count": b.format.Count(len(ids))}))
		b.grid.Select(ids...)
		b.grid.Focus()
	})
	leave := newButton(b.keys, lang.L("unseen.clear"), func() {
		b.grid.ClearSelection()
		b.grid.Focus()
	})
	for _, o := range []*button{list, leave} {
		o.Importance = widget.LowImportance
	}
	u.content = container.New(bar{stretch: -1, gap: style.Gap}, u.text, list, leave)
	u.content.Hide()
	return u
}

// showUnseen tells how many selected invoices are not shown, in the place of the reason why something can't be exported.
func (b *billingScreen) showUnseen() {
	shown, hidden := b.grid.SelectedCounts()
	if hidden > 0 {
		all := shown + hidden
		write(b.unseen.text, lang.N("unseen.text", all, with{"Count": b.format.Count(all), "Hidden": b.format.Count(hidden)}))
	}
	place := nowhere
	switch {
	case hidden == 0:
	case b.roomBeside():
		place = besideButtons
	default:
		place = belowButtons
	}
	lay(b.unseen.content)
	show(b.unseen.content, place != nowhere)
	beside, under := []fyne.CanvasObject{b.reason}, []fyne.CanvasObject{b.barred}
	switch place {
	case besideButtons:
		beside = []fyne.CanvasObject{b.unseen.content}
	case belowButtons:
		under = append(under, b.unseen.content)
	}
	if slices.Equal(beside, b.hint.Objects) && slices.Equal(under, b.third.Objects) && b.third.Visible() == (b.barred.Visible() || place == belowButtons) {
		return
	}
	b.hint.Objects, b.third.Objects = beside, under
	b.third.Hidden = !b.barred.Visible() && place != belowButtons
	b.third.Refresh()
	b.buttons.Refresh()
	lay(b.content)
}

// roomBeside reports whether there is room for it beside the buttons of the toolbar. Else it has a line of its own.
func (b *billingScreen) roomBeside() bool {
	needed := b.unseen.content.MinSize().Width + 7*style.Spacing
	for _, o := range []fyne.CanvasObject{b.exportButton, b.creator, b.importer, b.more, b.refresher} {
		needed += o.MinSize().Width
	}
	return b.width >= needed
}
