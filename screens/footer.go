package screens

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/staff"
)

// showSelection says what can be exported of what is selected and shown, and what it comes to, or what
// is shown comes to when nothing of it is selected. It looks at every row: b.figures calls it
// once for what changes together.
func (b *billingScreen) showSelection() {
	count, _ := b.grid.SelectedCounts()
	possible := 0
	total := newSums(b.firm.Currency)
	for r, part := range b.grid.All() {
		switch {
		case !part.Shown:
		case part.Selected:
			total.add(r.Total)
			if exporting.possible(b.me(), r) {
				possible++
			}
		case count == 0:
			total.add(r.Total)
		}
	}
	text, reason := lang.L("action.export"), ""
	switch {
	case possible > 0:
		text = lang.N("export.button", possible, with{"Count": b.format.Count(possible)})
		if left := count - possible; left > 0 {
			reason = lang.L("export.hint.some", with{"Left": b.format.Count(left), "All": b.format.Count(count)})
		}
	case count > 0:
		reason = lang.L("export.hint.none", with{"Why": exporting.whyNot(b.selected())})
	default:
		reason = lang.L("export.hint.select")
	}
	if text != b.exportButton.Text {
		b.exportButton.SetText(text)
		lay(b.buttons)
	}
	b.exportButton.enable(possible > 0)
	write(b.reason, reason)
	b.showUnseen()

	b.summed = total.text(b.format)
	switch {
	case count > 0:
		b.summed = lang.N("billing.selected", count, with{"Count": b.format.Count(count)}) + " · " + b.summed
	case b.summed != "":
		b.summed = lang.L("billing.shown-total") + " " + b.summed
	}
	b.showSums()
}

// showFigures shows what is listed: the counts, the empty state and, soon, what showSelection says.
func (b *billingScreen) showFigures() {
	all, shown := b.grid.Len()
	b.showRights()
	counts := make([]string, chipCount)
	if b.tally != nil {
		for s, n := range b.tally.of(b.client) {
			counts[s] = b.format.Count(n)
		}
	}
	if b.chips.setCounts(counts) {
		lay(b.second)
	}
	switch {
	case b.loading.shown:
		write(b.showing, lang.L("billing.loading"))
	case b.tally == nil:
		write(b.showing, "")
	default:
		write(b.showing, lang.L("billing.shown",
			with{"Shown": b.format.Count(shown), "All": b.format.Count(all)}))
	}
	lay(b.foot)
	if shown == 0 {
		b.grid.SetPlaceholder(b.placeholder(all))
	}
	b.figures.add(true)
}

// showRights greys New invoice and Import for a member who may not write, and says below them why.
func (b *billingScreen) showRights() {
	why := b.whyNoWriting()
	for _, o := range []*button{b.creator, b.importer} {
		o.enable(why == "")
	}
	write(b.barred, why)
	if b.barred.Visible() == (why == "") {
		show(b.barred, why != "")
		b.showUnseen()
	}
}

// placeholder says what to do where no row is.
func (b *billingScreen) placeholder(all int) fyne.CanvasObject {
	line := func(text string) fyne.CanvasObject {
		return widget.NewLabelWithStyle(text, fyne.TextAlignCenter, fyne.TextStyle{})
	}
	centered := func(o fyne.CanvasObject) fyne.CanvasObject { return container.NewCenter(o) }
	switch {
	case b.problem != "":
		return container.NewVBox(line(b.problem), centered(newButton(b.keys, lang.L("action.reload"), b.reload)))
	case b.tally == nil:
		return line("")
	case all == 0 && !b.me().MayAnywhere(staff.See):
		head := widget.NewLabelWithStyle(lang.L("empty.no-roles"), fyne.TextAlignCenter, fyne.TextStyle{Bold: true})
		head.SizeName = theme.SizeNameSubHeadingText
		if b.me().May(staff.ManageStaff, "") {
			give := newButton(b.keys, lang.L("menu.staff"), func() { b.staff() })
			return container.NewVBox(head, line(lang.L("empty.admin")), centered(give))
		}
		return container.NewVBox(head, line(lang.L("empty.ask-admin")))
	case all == 0 && b.setup.left() && !b.setup.known.Mapped:
		return b.welcome()
	case all == 0:
		head := widget.NewLabelWithStyle(lang.L("empty.title"), fyne.TextAlignCenter, fyne.TextStyle{Bold: true})
		head.SizeName = theme.SizeNameSubHeadingText
		if !b.me().MayAnywhere(staff.EditInvoices) {
			return head
		}
		pick := newButton(b.keys, lang.L("action.import"), func() { b.pick() })
		pick.Importance = widget.HighImportance
		how := container.New(closely, line(lang.L("empty.import")),
			line(lang.L("empty.drag")))
		return container.NewVBox(head, how, centered(pick))
	}
	if b.client != "" && b.tally.of(b.client)[allChip] == 0 {
		return container.NewVBox(line(lang.L("empty.client")),
			centered(newButton(b.keys, lang.L("empty.show-all"), func() { b.entity.choose(allClients) })))
	}
	return container.NewVBox(line(lang.L("empty.filter")),
		centered(newButton(b.keys, lang.L("empty.clear"), b.clearFilter)))
}

// showConnected is told whether the firm has an organisation to export to.
func (b *billingScreen) showConnected(has bool) {
	if b.unconnected == has {
		b.unconnected = !has
		b.showRefresher()
		b.showFigures()
	}
}

// showSums shows the sums, or the notice that stands in their place.
func (b *billingScreen) showSums() {
	if b.note != "" {
		write(b.sums, b.note)
		return
	}
	write(b.sums, b.summed)
}

// showCalls shows how many calls Xero still takes today, once it has said so.
func (b *billingScreen) showCalls(g app.Gauge) {
	if g.DayLeft >= 0 {
		write(b.calls, lang.N("billing.calls-left", g.DayLeft, with{"Count": b.format.Count(g.DayLeft)}))
	}
	show(b.calls, g.DayLeft >= 0)
	lay(b.foot)
}

// noteTime is how long a notice stands in the footer.
const noteTime = 5 * time.Second

// doneTime is how long the result of a run stands there, unless the person selects something.
const doneTime = 30 * time.Second

// tellInPassing lets a notice stand in the footer for a while; "" takes it back.
func (b *billingScreen) tellInPassing(text string) { b.tellFor(text, noteTime) }

// tellFor lets a notice stand there for a time.
func (b *billingScreen) tellFor(text string, time time.Duration) {
	b.notes++
	n := b.notes
	b.note, b.lasting = text, time > noteTime
	b.showSums()
	b.after(time, func() {
		b.do(func() {
			if b.notes == n {
				b.note = ""
				b.showSums()
			}
		})
	})
}
