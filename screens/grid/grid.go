// Package grid is a table of many rows of any type: sorted, searched, selected and read
// from the keyboard and the mouse. It knows nothing of what its rows mean.
//
// A Schema says what the rows are. Build makes a Model of them off the UI goroutine;
// everything else is called on the UI goroutine.
package grid

import (
	"iter"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Grid shows the rows of a Model. Its zero value is not ready; New makes one.
type Grid[R any, K comparable] struct {
	widget.BaseWidget

	OnSelectionChanged func(count int)         // how many rows are selected, shown or not; also told when more or fewer of them are shown
	OnCursor           func(K)                 // the cursor came to another row
	OnOpen             func(K)                 // a double click or Enter on a row
	OnMenu             func(pos fyne.Position) // a right click or the menu key, on the canvas; it is about the selection
	OnCopy             func(tsv string)        // Ctrl+C: what TSV returns, for the clipboard
	OnStateChanged     func(State)             // the person arranged the columns or sorted

	schema *Schema[R, K]
	view   view[R, K]
	picked selection
	cursor int32 // row that the keys act on; none before the first
	at     int   // position of the cursor; -1 while it is not shown

	cols  *columns
	style *look
	body  *body
	head  *header
	empty *fyne.Container // holds the placeholder
}

// New makes a grid of rows as schema says, with none in it.
func New[R any, K comparable](schema *Schema[R, K]) *Grid[R, K] {
	g := &Grid[R, K]{schema: schema, cursor: none, at: -1, cols: newColumns(schema.Columns), empty: container.NewStack()}
	g.view.sort = -1
	g.view.setModel(schema.Build(nil))
	g.picked.reset(g.view.matching)
	g.ExtendBaseWidget(g)
	g.style = newLook(g.Theme())
	g.body = newBody(g)
	g.head = newHeader(g)
	return g
}

// Refresh draws everything again, in the theme as it is now.
func (g *Grid[R, K]) Refresh() {
	g.style = newLook(g.Theme())
	g.BaseWidget.Refresh()
}

// SetModel shows m instead of what was shown. Search, filter, order, cursor and scroll
// position stay, and so does the selection of every row that m has too.
func (g *Grid[R, K]) SetModel(m *Model[R, K]) {
	top, offset := g.firstInSight()
	old, picked := g.view.model, g.picked
	g.view.setModel(m)
	g.picked.reset(g.view.matching)
	moved := func(row int32) int32 {
		if row == none {
			return none
		}
		return m.find(old.key(row))
	}
	for i, on := range picked.on {
		if !on {
			continue
		}
		if j := moved(int32(i)); j != none {
			g.picked.set(j, true)
		}
	}
	g.cursor = moved(g.cursor)
	g.picked.start(moved(picked.anchor))
	g.relist(g.offsetOf(top, offset))
	if g.picked.count != picked.count || g.picked.shown != picked.shown {
		g.selectionChanged()
	}
}

// Patch replaces the rows that have the keys of rows; search, filter and order apply to
// them again. It returns how many rows have a key that is not here: they need a new Model.
func (g *Grid[R, K]) Patch(rows []R) (unknown int) {
	top, offset := g.firstInSight()
	patched, unknown, reordered := g.view.model.patch(rows)
	if g.untickBarred(patched) {
		defer g.selectionMayHaveChanged(true)
	}
	if g.view.patched(patched, reordered) {
		g.reshow(g.offsetOf(top, offset))
		return unknown
	}
	g.body.each(func(r *row) {
		if _, ok := slices.BinarySearch(patched, g.view.shown[r.at]); ok {
			r.fill()
		}
	})
	return unknown
}

// SetSearch shows the rows that contain every word of text in the searched columns,
// whatever its case and accents, from the top.
func (g *Grid[R, K]) SetSearch(text string) {
	if g.view.search(text) {
		g.reshow(0)
	}
}

// SetFilter shows the rows that keep says yes to, from the top; nil shows all. To show
// others when keep's answers have changed, set it again.
func (g *Grid[R, K]) SetFilter(keep func(R) bool) {
	g.view.keep = keep
	g.view.match()
	g.view.arrange()
	g.reshow(0)
}

// SetSort sorts by a column and shows the top; "" or a column that cannot be sorted shows
// the rows as loaded.
func (g *Grid[R, K]) SetSort(id string, desc bool) {
	g.view.sort, g.view.desc = -1, false
	if c := g.column(id); c >= 0 && g.schema.Columns[c].sortable() {
		g.view.sort, g.view.desc = c, desc
	}
	g.view.arrange()
	g.relist(0)
	g.head.Refresh()
}

// SetPlaceholder sets what is shown while no row is.
func (g *Grid[R, K]) SetPlaceholder(o fyne.CanvasObject) {
	g.empty.Objects = nil
	if o != nil {
		g.empty.Objects = []fyne.CanvasObject{container.NewCenter(o)}
	}
	g.empty.Refresh()
}

// State returns how the person arranged the grid.
func (g *Grid[R, K]) State() State {
	s := State{Columns: g.cols.state(), Desc: g.view.desc}
	if g.view.sort >= 0 {
		s.Sort = g.schema.Columns[g.view.sort].ID
	}
	return s
}

// SetState arranges the grid as it was once. What no longer fits the schema is passed over.
func (g *Grid[R, K]) SetState(s State) {
	g.cols.setState(s.Columns)
	g.SetSort(s.Sort, s.Desc)
}

// Len returns how many rows there are, and how many of them are shown.
func (g *Grid[R, K]) Len() (all, shown int) { return len(g.view.model.rows), len(g.view.shown) }

// Row returns the row of a key, shown or not.
func (g *Grid[R, K]) Row(key K) (row R, ok bool) {
	if i := g.view.model.find(key); i != none {
		return g.view.model.rows[i], true
	}
	return row, false
}

// Known returns what Row does, for the rows as they are now and on any goroutine.
func (g *Grid[R, K]) Known() func(K) (R, bool) {
	rows, index := slices.Clone(g.view.model.rows), g.view.model.index
	return func(key K) (row R, ok bool) {
		i, ok := index[key]
		if ok {
			row = rows[i]
		}
		return row, ok
	}
}

// Part says whether a row is shown and whether it is selected.
type Part struct{ Shown, Selected bool }

// All yields every row in the order of loading, which is the quickest way to look at many.
func (g *Grid[R, K]) All() iter.Seq2[R, Part] {
	return func(yield func(R, Part) bool) {
		for i, row := range g.view.model.rows {
			if !yield(row, Part{g.view.matching[i], g.picked.on[i]}) {
				return
			}
		}
	}
}

// Shown yields the rows that are shown, in their order.
func (g *Grid[R, K]) Shown() iter.Seq[R] {
	return func(yield func(R) bool) {
		for _, i := range g.view.shown {
			if !yield(g.view.model.rows[i]) {
				return
			}
		}
	}
}

// SelectedCount returns how many rows are selected, shown or not.
func (g *Grid[R, K]) SelectedCount() int { return g.picked.count }

// SelectedCounts returns how many rows are selected: of those that are shown, and of those that are not.
func (g *Grid[R, K]) SelectedCounts() (shown, hidden int) {
	return g.picked.shown, g.picked.count - g.picked.shown
}

// SelectedShown yields the rows that are selected and shown, in their order.
func (g *Grid[R, K]) SelectedShown() iter.Seq[R] {
	return func(yield func(R) bool) {
		for _, i := range g.view.shown {
			if g.picked.on[i] && !yield(g.view.model.rows[i]) {
				return
			}
		}
	}
}

// SelectedRows yields the rows that are selected, shown or not, in the order of sorting.
func (g *Grid[R, K]) SelectedRows() iter.Seq[R] {
	return func(yield func(R) bool) {
		left := g.picked.count
		for i := range g.view.ordered() {
			if left == 0 {
				return
			}
			if !g.picked.on[i] {
				continue
			}
			left--
			if !yield(g.view.model.rows[i]) {
				return
			}
		}
	}
}

// Selected returns the keys of the rows that are selected, shown or not, in the order of sorting.
func (g *Grid[R, K]) Selected() []K {
	keys := make([]K, 0, g.picked.count)
	for row := range g.SelectedRows() {
		keys = append(keys, g.schema.Key(row))
	}
	return keys
}

// Select selects the rows with these keys and no others; keys that are not here are passed over.
func (g *Grid[R, K]) Select(keys ...K) {
	g.picked.clear()
	for _, key := range keys {
		if i := g.view.model.find(key); i != none && !g.barred(i) {
			g.picked.set(i, true)
		}
	}
	g.selectionMayHaveChanged(true)
}

// Reveal puts the cursor on the first selected row that is shown, and scrolls no further than
// it must to have it in sight.
func (g *Grid[R, K]) Reveal() {
	at := slices.IndexFunc(g.view.shown, func(row int32) bool { return g.picked.on[row] })
	if at < 0 {
		return
	}
	g.setCursor(at)
	g.picked.start(g.cursor)
	g.body.bring(at)
	g.mark()
}

// SelectShown selects the rows that are shown, beside those that are selected already.
func (g *Grid[R, K]) SelectShown() { g.selectShown() }

// DropHidden deselects the rows that are not shown.
func (g *Grid[R, K]) DropHidden() { g.selectionMayHaveChanged(g.picked.drop()) }

// ClearSelection selects nothing. It reports whether anything was selected.
func (g *Grid[R, K]) ClearSelection() bool {
	changed := g.picked.clear()
	g.selectionMayHaveChanged(changed)
	return changed
}

// Cursor returns the key of the row that the keys act on, if one is shown.
func (g *Grid[R, K]) Cursor() (key K, ok bool) {
	if g.at >= 0 {
		return g.view.model.key(g.cursor), true
	}
	return key, false
}

// Focus gives the keyboard to the rows.
func (g *Grid[R, K]) Focus() { g.body.focus() }

// FocusOn does so on a canvas that has not drawn the grid yet, as where a dialog just opened.
func (g *Grid[R, K]) FocusOn(c fyne.Canvas) { c.Focus(g.body) }

// TSV returns the rows that are selected and shown, or the cursor's when none is, as tab-separated text with
// the titles above: the columns that are not hidden, whether there is room for them or not.
func (g *Grid[R, K]) TSV() string {
	var b strings.Builder
	line := func(cell func(c *Column[R]) string) {
		sep := ""
		for _, s := range g.cols.all {
			if !s.hidden {
				b.WriteString(sep)
				b.WriteString(quoteTSV(cell(&g.schema.Columns[s.column])))
				sep = "\t"
			}
		}
		b.WriteByte('\n')
	}
	line(func(c *Column[R]) string { return c.Title })
	copyRow := func(row R) { line(func(c *Column[R]) string { return c.copied(row) }) }
	for row := range g.SelectedShown() {
		copyRow(row)
	}
	if g.picked.shown == 0 && g.at >= 0 {
		copyRow(g.view.model.rows[g.cursor])
	}
	return b.String()
}

// quoteTSV quotes a cell that would else become two, as spreadsheets do.
func quoteTSV(s string) string {
	if !strings.ContainsAny(s, "\t\n\r\"") {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

func (g *Grid[R, K]) column(id string) int {
	return slices.IndexFunc(g.schema.Columns, func(c Column[R]) bool { return c.ID == id })
}

// firstInSight returns the first row in sight and how far it is scrolled out of it; none
// at the top, where a reload shall show what is new.
func (g *Grid[R, K]) firstInSight() (key *K, offset float32) {
	offset = g.body.GetScrollOffset()
	if top := g.body.top(); offset > 0 && top < len(g.view.shown) {
		k := g.view.model.key(g.view.shown[top])
		return &k, offset - float32(top)*RowHeight
	}
	return nil, 0
}

// offsetOf returns the scroll offset that shows what firstInSight returned where it was,
// or the offset of before when it is gone.
func (g *Grid[R, K]) offsetOf(key *K, offset float32) float32 {
	if key == nil {
		return 0
	}
	if at := g.view.position(g.view.model.find(*key)); at >= 0 {
		return float32(at)*RowHeight + offset
	}
	return g.body.GetScrollOffset()
}

// reshow draws rows of which others than before are shown, scrolled to offset.
func (g *Grid[R, K]) reshow(offset float32) {
	before := g.picked.shown
	g.picked.recount()
	g.relist(offset)
	if g.picked.shown != before {
		g.selectionChanged()
	}
}

// relist draws rows that may all be others than before, scrolled to offset.
func (g *Grid[R, K]) relist(offset float32) {
	g.at = g.view.position(g.cursor)
	g.body.relist(offset)
	g.showPlaceholder()
	g.head.check.Refresh()
}

func (g *Grid[R, K]) showPlaceholder() {
	if hide := len(g.view.shown) > 0; hide != g.empty.Hidden {
		g.empty.Hidden = hide
		canvas.Refresh(g.empty)
	}
}

// selectionMayHaveChanged draws the selection again, and tells of it if it changed.
func (g *Grid[R, K]) selectionMayHaveChanged(changed bool) {
	g.mark()
	g.head.check.Refresh()
	if changed {
		g.selectionChanged()
	}
}

func (g *Grid[R, K]) selectionChanged() {
	if g.OnSelectionChanged != nil {
		g.OnSelectionChanged(g.picked.count)
	}
}

// CreateRenderer lays out the header, the rows and the placeholder.
func (g *Grid[R, K]) CreateRenderer() fyne.WidgetRenderer {
	g.showPlaceholder()
	return widget.NewSimpleRenderer(container.New(frame{g.cols}, g.head, g.body, g.empty))
}

// frame puts the header above the rows, and the placeholder over the rows.
type frame struct{ cols *columns }

func (f frame) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if f.cols.width != size.Width {
		f.cols.fit(size.Width)
	}
	for i, o := range objects {
		if i == 0 {
			o.Resize(fyne.NewSize(size.Width, HeaderHeight))
			continue
		}
		o.Move(fyne.NewPos(0, HeaderHeight))
		o.Resize(fyne.NewSize(size.Width, max(size.Height-HeaderHeight, 0)))
	}
}

func (f frame) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(checkWidth+120, HeaderHeight+3*RowHeight)
}
