package screens

import (
	"cmp"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/screens/grid"
	"feebridge/screens/style"
)

// reviewDialog shows invoice by invoice what an export would do.
type reviewDialog struct {
	*reviews
	asked    []*app.InvoiceRow
	found    []app.Review               // one an organisation
	unwanted map[billing.InvoiceID]bool // that the person took the tick from
	patching bool                       // the ticks change, and not by the person
	checks   map[*task]bool             // that are under way
	turn     int                        // counts them

	box    *dialog
	ok     *button
	grid   *grid.Grid[*reviewRow, billing.InvoiceID]
	chips  *chips
	heads  *fyne.Container // a line an organisation
	told   *fyne.Container
	detail *fyne.Container
	scroll *container.Scroll
	sum    *widget.Label
	at     billing.InvoiceID // that the detail is about
	moved  burst[billing.InvoiceID]
}

// verdictChips are the verdicts that the list is narrowed to; the first is all of them.
var verdictChips = []app.Verdict{"", app.VerdictReady, app.VerdictWarning, app.VerdictBlocked}

func newReviewDialog(v *reviews, asked []*app.InvoiceRow, c checked) *reviewDialog {
	d := &reviewDialog{reviews: v, asked: asked, found: c.reviews, unwanted: map[billing.InvoiceID]bool{}, checks: map[*task]bool{}}
	d.moved = burst[billing.InvoiceID]{ui: v.ui, wait: soon, flush: func([]billing.InvoiceID) { d.showCursor() }}
	slices.SortStableFunc(c.rows, func(a, b *reviewRow) int { return cmp.Compare(urgencyOf(a.Verdict), urgencyOf(b.Verdict)) })
	schema := d.schema(len(c.parts) > 1)
	d.grid = grid.New(schema)
	d.grid.SetModel(schema.Build(c.rows))
	d.grid.OnOpen = d.press
	d.grid.OnCursor = func(id billing.InvoiceID) { d.moved.add(id) }
	d.grid.OnCopy = func(tsv string) { fyne.CurrentApp().Clipboard().SetContent(tsv) }
	d.grid.OnSelectionChanged = func(int) { d.picked() }

	d.chips = newChips(v.keys, []string{lang.L("chip.all"), lang.L("review.chip.ready"), lang.L("review.chip.warning"), lang.L("review.chip.blocked")}, func(i int) {
		verdict := verdictChips[i]
		d.grid.SetFilter(func(r *reviewRow) bool { return i == 0 || r.Verdict == verdict })
		d.showFigures()
	})
	d.chips.signs = []style.Sign{{}, style.Done, style.Warning, style.Failed}
	d.heads, d.told = container.New(closely), container.NewVBox()
	d.detail = container.New(layout.NewCustomPaddedVBoxLayout(style.Gap))
	d.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, style.Spacing, 0, style.Spacing), d.detail))
	d.sum = widget.NewLabelWithStyle("", fyne.TextAlignTrailing, fyne.TextStyle{Bold: true})
	d.sum.Wrapping = fyne.TextWrapWord

	top := container.NewVBox(d.heads, container.NewHScroll(d.chips), d.told)
	foot := container.New(bar{stretch: 1, gap: style.Spacing}, d.newSkipCheck(d.setSkips), d.sum)
	keys := caption(lang.L("review.keys", with{"Export": controlName(enterKey)}))
	body := container.NewBorder(top, foot, nil, nil, container.New(reviewPanes{}, d.grid, widget.NewSeparator(), d.scroll, keys))
	no := newButton(d.keys, lang.L("action.cancel"), func() { d.box.hide() })
	again := newButton(d.keys, lang.L("review.again"), d.again)
	d.ok = newButton(d.keys, "", d.export)
	d.box = d.dialogs.show(d.title(), wholeWindow, body, again, no, d.ok)
	d.box.about("export").reload, d.box.submit = d.again, d.export
	d.box.onHide = d.closed
	d.patch(nil)
	d.showFigures()
	d.grid.FocusOn(d.window.Canvas())
	return d
}

// urgencyOf orders the verdicts by how much they need a person, the most urgent first.
func urgencyOf(v app.Verdict) int { return -slices.Index(verdictChips, v) }

// wholeWindow is more than a window has: the dialog is as large as it lets it be.
var wholeWindow = fyne.NewSize(1600, 1000)

// closed ends what is still being found out. Nothing was changed by looking.
func (d *reviewDialog) closed() {
	for t := range d.checks {
		t.stop()
	}
	d.shown = nil
}

// title names where the invoices go.
func (d *reviewDialog) title() string {
	if len(d.found) == 1 {
		return lang.L("review.title", with{"Organisation": d.found[0].Organisation.Tenant.Name})
	}
	return lang.N("review.title.several", len(d.found), with{"Count": d.format.Count(len(d.found))})
}

// again finds everything out again, with what the organisations have and allow now.
func (d *reviewDialog) again() { d.recheck(true, idsOf(d.asked)...) }

// picked notes from which rows a person took the tick.
func (d *reviewDialog) picked() {
	if d.patching {
		return
	}
	for r, part := range d.grid.All() {
		if r.exportable() {
			d.unwanted[r.Invoice.ID] = !part.Selected
		}
	}
	d.showFigures()
}

// showFigures shows how many invoices have each verdict, and what would be exported.
func (d *reviewDialog) showFigures() {
	counts := make([]int, len(verdictChips))
	sum := newSums(d.firm.Currency)
	ticked, hidden := 0, 0
	for r, part := range d.grid.All() {
		counts[0]++
		for i, verdict := range verdictChips[1:] {
			if r.Verdict == verdict {
				counts[i+1]++
			}
		}
		if !part.Selected || !r.exportable() {
			continue
		}
		ticked++
		sum.add(r.Total)
		if !part.Shown {
			hidden++
		}
	}
	words := make([]string, len(counts))
	for i, n := range counts {
		words[i] = d.format.Count(n)
	}
	d.chips.setCounts(words)
	d.heads.Objects = d.headLines()
	text := d.invoices(ticked)
	if ticked > 0 {
		text += " · " + sum.text(d.format)
	}
	if hidden > 0 {
		text += " · " + lang.N("review.hidden", hidden, with{"Count": d.format.Count(hidden)})
	}
	d.sum.SetText(text)
	d.ok.SetText(lang.N("export.confirm.yes", ticked, with{"Count": d.format.Count(ticked)}))
	d.ok.enable(ticked > 0 && len(d.checks) == 0)
	d.box.popup.Refresh()
}

func (d *reviewDialog) invoices(n int) string {
	return lang.N("count.invoices", n, with{"Count": d.format.Count(n)})
}

// headLines say of each organisation as what the invoices arrive there, and how many calls they take.
func (d *reviewDialog) headLines() []fyne.CanvasObject {
	var lines []fyne.CanvasObject
	for _, r := range d.found {
		var words []string
		if len(d.found) > 1 {
			words = append(words, r.Organisation.Tenant.Name, d.invoices(len(r.Rows)))
		}
		words = append(words, lang.L("review.arrives", with{"Status": thereWord(r.Arrives)}))
		calls := with{"Count": d.format.Count(r.Calls), "Left": d.format.Count(r.DayLeft)}
		short := false
		switch {
		case r.DayLeft < 0:
			words = append(words, lang.N("review.calls", r.Calls, calls))
		case r.Calls > r.DayLeft:
			short = true
			words = append(words, lang.N("review.calls-short", r.Calls, calls))
		default:
			words = append(words, lang.N("review.calls-of", r.Calls, calls))
		}
		text := paragraph(strings.Join(words, " · "))
		if short {
			lines = append(lines, signed(style.Warning, text))
			continue
		}
		lines = append(lines, text)
	}
	return lines
}

// tell shows a result above the rows; "" takes it back.
func (d *reviewDialog) tell(sign style.Sign, text string) {
	d.told.RemoveAll()
	if text != "" {
		d.told.Add(signed(sign, paragraph(text)))
	}
	d.box.popup.Refresh()
}

// reviewPanes lays out the rows and, beside them or below where there is less room, the detail of one. The keys stand
// below both where there is room for them, too. The objects are rows, separator, detail and keys.
type reviewPanes struct{}

const (
	besideFrom  = 960 // the width from which the detail stands beside the rows
	detailShare = 0.33
	belowShare  = 0.4
	leastDetail = 60  // its height below the rows
	keysFrom    = 300 // the height from which the keys are told
)

func (reviewPanes) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	rows, line, detail, keys := objects[0], objects[1], objects[2], objects[3]
	if show(keys, size.Height >= keysFrom); keys.Visible() {
		keys.Resize(fyne.NewSize(size.Width, keys.MinSize().Height))
		size.Height -= keys.MinSize().Height
		keys.Move(fyne.NewPos(0, size.Height))
	}
	at, room := fyne.Position{}, size
	if size.Width >= besideFrom {
		at.X = size.Width - max(size.Width*detailShare, leastSide)
		rows.Resize(fyne.NewSize(at.X-grip, size.Height))
		line.Move(at.SubtractXY(grip/2, 0))
		line.Resize(fyne.NewSize(1, size.Height))
	} else {
		at.Y = size.Height - max(size.Height*belowShare, leastDetail)
		rows.Resize(fyne.NewSize(size.Width, at.Y-grip))
		line.Move(at.SubtractXY(0, grip/2))
		line.Resize(fyne.NewSize(size.Width, 1))
	}
	detail.Move(at)
	detail.Resize(room.Subtract(at))
}

func (reviewPanes) MinSize(objects []fyne.CanvasObject) fyne.Size {
	least := objects[0].MinSize()
	return fyne.NewSize(max(least.Width, leastSide), least.Height+grip+leastDetail)
}

// press does what the button of a row does, or says that it needs none.
func (d *reviewDialog) press(id billing.InvoiceID) {
	r, there := d.grid.Row(id)
	switch {
	case !there || r.checking:
	case r.fix == noRemedy:
		d.tell(style.Done, lang.L("review.nothing-to-fix", with{"Number": r.Invoice.Number, "Key": controlName(enterKey)}))
	default:
		d.mend(r.fix, r)
	}
}

// export exports the invoices that are ticked, once.
func (d *reviewDialog) export() {
	ids := d.ticked()
	if d.shown != d || len(ids) == 0 || len(d.checks) > 0 {
		return
	}
	d.box.hide()
	d.send(ids)
}

// ticked returns the invoices that would be exported, in the order in which they were asked for.
func (d *reviewDialog) ticked() []billing.InvoiceID {
	ticked := map[billing.InvoiceID]bool{}
	for r, part := range d.grid.All() {
		ticked[r.Invoice.ID] = part.Selected && r.exportable()
	}
	return slices.DeleteFunc(idsOf(d.asked), func(id billing.InvoiceID) bool { return !ticked[id] })
}

// enterKey is the key that exports together with Ctrl.
const enterKey = fyne.KeyName("Enter")
