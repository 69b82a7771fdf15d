package grid

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

func (g *Grid[R, K]) columns() *columns { return g.cols }
func (g *Grid[R, K]) look() *look       { return g.style }
func (g *Grid[R, K]) length() int       { return len(g.view.shown) }

func (g *Grid[R, K]) cell(at, column int) (string, Sign) {
	c, row := &g.schema.Columns[column], g.view.model.rows[g.view.shown[at]]
	if c.Sign == nil {
		return c.Text(row), Sign{}
	}
	return c.Text(row), c.Sign(row)
}

func (g *Grid[R, K]) state(at int) rowState {
	row := g.view.shown[at]
	s := rowState{selected: g.picked.on[row], cursor: at == g.at && g.body.focused, last: at == len(g.view.shown)-1}
	s.tinted, s.barred = s.selected, g.barred(row)
	if g.schema.Ticks != nil {
		s.tinted = at == g.at
	}
	return s
}

// press is a click: it selects the row alone, with Ctrl or on the check it toggles it,
// with Shift it selects from the last such row to this one.
func (g *Grid[R, K]) press(at int, onCheck bool, with fyne.KeyModifier) {
	g.body.focus()
	g.body.shift = with&fyne.KeyModifierShift != 0
	row := g.view.shown[at]
	g.setCursor(at)
	switch {
	case g.body.shift:
		g.extendTo(at)
	case onCheck || with&fyne.KeyModifierShortcutDefault != 0:
		g.toggle(row)
	case g.schema.Ticks != nil:
		g.picked.start(row)
		g.mark()
	default:
		g.selectionMayHaveChanged(g.picked.only(row))
	}
}

// extendTo selects from the anchor to a position. An anchor that is not shown any more
// gives way to the position itself.
func (g *Grid[R, K]) extendTo(at int) {
	from := g.view.position(g.picked.anchor)
	if from < 0 {
		from = at
		g.picked.start(g.view.shown[at])
	}
	g.selectionMayHaveChanged(g.picked.extend(g.tickable(g.view.shown[min(from, at) : max(from, at)+1])))
}

// menuOn opens the menu on a row. It is about the selection, so a row outside of it
// becomes it.
func (g *Grid[R, K]) menuOn(at int, pos fyne.Position) {
	g.body.focus()
	g.setCursor(at)
	if !g.picked.on[g.cursor] && g.schema.Ticks == nil {
		g.selectionMayHaveChanged(g.picked.only(g.cursor))
	}
	g.openMenu(pos)
}

func (g *Grid[R, K]) openMenu(pos fyne.Position) {
	if g.OnMenu != nil {
		g.OnMenu(pos)
	}
}

// setCursor moves the cursor. The drawing is left to what follows.
func (g *Grid[R, K]) setCursor(at int) {
	moved := g.cursor != g.view.shown[at]
	g.at, g.cursor = at, g.view.shown[at]
	if moved && g.OnCursor != nil {
		g.OnCursor(g.view.model.key(g.cursor))
	}
}

// move moves the cursor and scrolls to it; with extend it selects on the way.
func (g *Grid[R, K]) move(to motion, extend bool) {
	last := len(g.view.shown) - 1
	if last < 0 {
		return
	}
	at := g.at
	switch {
	case to == home:
		at = 0
	case to == end:
		at = last
	case at < 0: // its row is not shown any more
		at = g.body.top()
	case to == up:
		at--
	case to == down:
		at++
	case to == pageUp:
		at -= g.body.page()
	case to == pageDown:
		at += g.body.page()
	}
	if extend && g.at >= 0 && g.view.position(g.picked.anchor) < 0 {
		g.picked.start(g.cursor)
	}
	g.setCursor(min(max(at, 0), last))
	g.body.bring(g.at)
	if extend {
		g.extendTo(g.at)
		return
	}
	g.picked.start(g.cursor)
	g.mark()
}

func (g *Grid[R, K]) toggleCursor() {
	if g.at >= 0 {
		g.body.bring(g.at)
		g.toggle(g.cursor)
	}
}

func (g *Grid[R, K]) openCursor() {
	if g.at >= 0 && g.OnOpen != nil {
		g.OnOpen(g.view.model.key(g.cursor))
	}
}

// menuOnCursor opens the menu under the cursor's row. It is about what is ticked and shown,
// wherever the cursor is; about its row only while nothing is.
func (g *Grid[R, K]) menuOnCursor() {
	if g.at < 0 {
		return
	}
	if g.picked.shown == 0 && g.schema.Ticks == nil {
		g.selectionMayHaveChanged(g.picked.only(g.cursor))
	}
	g.body.bring(g.at)
	corner := fyne.CurrentApp().Driver().AbsolutePositionForObject(g.body)
	g.openMenu(corner.AddXY(checkWidth, float32(g.at+1)*RowHeight-g.body.GetScrollOffset()))
}

func (g *Grid[R, K]) selectShown() {
	g.selectionMayHaveChanged(g.picked.setAll(g.tickable(g.view.shown), true))
}

func (g *Grid[R, K]) copySelected() {
	if g.OnCopy != nil && (g.picked.shown > 0 || g.at >= 0) {
		g.OnCopy(g.TSV())
	}
}

// focusChanged shows the cursor, or hides it. Who comes with Tab gets one in sight.
func (g *Grid[R, K]) focusChanged(on bool) {
	if on && g.at < 0 && len(g.view.shown) > 0 {
		g.setCursor(min(g.body.top(), len(g.view.shown)-1))
	}
	g.mark()
}

func (g *Grid[R, K]) title(column int) string { return g.schema.Columns[column].Title }

func (g *Grid[R, K]) sorted(column int) sorting {
	switch {
	case column != g.view.sort:
		return unsorted
	case g.view.desc:
		return descending
	}
	return ascending
}

// sortBy sorts by a column, or the other way when it is sorted by it.
func (g *Grid[R, K]) sortBy(column int) {
	g.body.focus()
	if c := &g.schema.Columns[column]; c.sortable() {
		g.SetSort(c.ID, g.sorted(column) == ascending)
		g.stateChanged()
	}
}

func (g *Grid[R, K]) stateChanged() {
	if g.OnStateChanged != nil {
		g.OnStateChanged(g.State())
	}
}

// tickAll selects what is shown, or deselects it when all of it is selected.
func (g *Grid[R, K]) tickAll() {
	g.body.focus()
	g.selectionMayHaveChanged(g.picked.setAll(g.tickable(g.view.shown), g.allTicked() != tickedAll))
}

func (g *Grid[R, K]) allTicked() ticked {
	switch {
	case g.picked.shown == 0:
		return tickedNone
	case g.picked.shown < len(g.tickable(g.view.shown)):
		return tickedSome
	}
	return tickedAll
}

func (g *Grid[R, K]) resizing(placed int, width float32) {
	g.cols.resize(placed, width)
	g.redraw()
}

func (g *Grid[R, K]) resized() {
	g.cols.settle()
	g.body.focus()
	g.stateChanged()
}

// redraw draws the columns where they are now.
func (g *Grid[R, K]) redraw() {
	g.head.place()
	g.body.each((*row).fill)
}

// bestWidth returns the width that shows the title and, of the rows, those in sight whole.
func (g *Grid[R, K]) bestWidth(placed int) float32 {
	p := g.cols.placed[placed]
	best := g.style.title.width(g.title(p.column)) + arrowWidth
	extra := float32(2 * cellPadding)
	g.body.each(func(r *row) {
		text, _ := g.cell(r.at, p.column)
		width := g.style.body.width(oneLine(text))
		if p.signs {
			width += signWidth
		}
		best = max(best, width)
	})
	return best + extra + 1
}

// columnMenu lets the person choose the columns.
func (g *Grid[R, K]) columnMenu(pos fyne.Position) {
	c := g.body.canvas()
	if c == nil {
		return
	}
	menu := fyne.NewMenu("")
	for _, s := range g.cols.all {
		item := fyne.NewMenuItem(g.title(s.column), func() {
			g.cols.toggle(s.id)
			g.redraw()
			g.stateChanged()
		})
		item.Checked = !s.hidden
		item.Disabled = item.Checked && g.cols.chosen() == 1
		menu.Items = append(menu.Items, item)
	}
	widget.ShowPopUpMenuAtPosition(menu, c, pos)
}
