package grid

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// HeaderHeight is the height of the header.
const HeaderHeight = 30

// sorting says how a column is sorted.
type sorting int

const (
	unsorted sorting = iota
	ascending
	descending
)

// arrow returns the sign of a sorting, in the symbol font.
func (s sorting) arrow() string {
	switch s {
	case ascending:
		return "↑"
	case descending:
		return "↓"
	}
	return ""
}

// header draws the titles over the rows. A click on a title sorts, a border is dragged or
// double-clicked, a right click shows the menu of columns.
type header struct {
	widget.BaseWidget
	of table

	back, line *canvas.Rectangle
	check      *headCheck
	titles     []*headTitle
	borders    []*border // to the right of each title but the last
}

func newHeader(of table) *header {
	h := &header{
		of: of, back: canvas.NewRectangle(color.Transparent), line: canvas.NewRectangle(color.Transparent),
	}
	h.check = newHeadCheck(of)
	h.ExtendBaseWidget(h)
	return h
}

// place shows the columns as they are now.
func (h *header) place() {
	placed := h.of.columns().placed
	for len(h.titles) < len(placed) {
		h.titles = append(h.titles, newHeadTitle(h.of))
		h.borders = append(h.borders, newBorder(h.of, len(h.borders)))
	}
	for i, t := range h.titles {
		t.Hidden = i >= len(placed)
		h.borders[i].Hidden = i >= len(placed)-1
		if t.Hidden {
			continue
		}
		p := placed[i]
		t.place = p
		t.Move(fyne.NewPos(p.x, 0))
		t.Resize(fyne.NewSize(p.w, HeaderHeight))
		t.Refresh()
		h.borders[i].Move(fyne.NewPos(p.x+p.w-borderWidth/2, 0))
		h.borders[i].Resize(fyne.NewSize(borderWidth, HeaderHeight))
		h.borders[i].Refresh()
	}
	look := h.of.look()
	h.back.FillColor, h.line.FillColor = look.header, look.line
	h.check.Refresh()
	canvas.Refresh(h)
}

func (h *header) TappedSecondary(e *fyne.PointEvent) { h.of.columnMenu(e.AbsolutePosition) }

func (h *header) CreateRenderer() fyne.WidgetRenderer { return headerRenderer{h} }

type headerRenderer struct{ h *header }

func (r headerRenderer) Layout(s fyne.Size) {
	r.h.back.Resize(s)
	r.h.line.Move(fyne.NewPos(0, s.Height-1))
	r.h.line.Resize(fyne.NewSize(s.Width, 1))
	r.h.check.Resize(fyne.NewSize(checkWidth, s.Height))
	r.h.place()
}

func (r headerRenderer) MinSize() fyne.Size { return fyne.NewSize(checkWidth, HeaderHeight) }
func (r headerRenderer) Refresh()           { r.h.place() }
func (r headerRenderer) Destroy()           {}

func (r headerRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{r.h.back, r.h.line, r.h.check}
	for _, t := range r.h.titles {
		objects = append(objects, t)
	}
	for _, b := range r.h.borders { // over the titles, which they overlap
		objects = append(objects, b)
	}
	return objects
}

// headCheck shows whether all the rows that are shown are selected, and selects them.
type headCheck struct {
	widget.BaseWidget
	of   table
	tick *tick
}

func newHeadCheck(of table) *headCheck {
	c := &headCheck{of: of, tick: newTick()}
	c.ExtendBaseWidget(c)
	return c
}

func (c *headCheck) Tapped(*fyne.PointEvent)            { c.of.tickAll() }
func (c *headCheck) TappedSecondary(e *fyne.PointEvent) { c.of.columnMenu(e.AbsolutePosition) }
func (c *headCheck) CreateRenderer() fyne.WidgetRenderer {
	return headCheckRenderer{c}
}

type headCheckRenderer struct{ c *headCheck }

func (r headCheckRenderer) Layout(s fyne.Size) { r.c.tick.place(s.Height) }

func (r headCheckRenderer) Refresh() {
	r.c.tick.show(r.c.of.allTicked(), r.c.of.look())
	canvas.Refresh(r.c.tick.box)
}

func (r headCheckRenderer) MinSize() fyne.Size           { return fyne.NewSize(checkWidth, HeaderHeight) }
func (r headCheckRenderer) Objects() []fyne.CanvasObject { return r.c.tick.objects() }
func (r headCheckRenderer) Destroy()                     {}

// headTitle is the title of a column.
type headTitle struct {
	widget.BaseWidget
	of      table
	place   place
	hovered bool

	back        *canvas.Rectangle
	text, arrow *canvas.Text
}

var _ desktop.Hoverable = (*headTitle)(nil)

func newHeadTitle(of table) *headTitle {
	t := &headTitle{
		of:   of,
		back: canvas.NewRectangle(color.Transparent),
		text: canvas.NewText("", color.Transparent), arrow: canvas.NewText("", color.Transparent),
	}
	t.arrow.TextStyle.Symbol = true
	t.ExtendBaseWidget(t)
	return t
}

func (t *headTitle) Tapped(*fyne.PointEvent)            { t.of.sortBy(t.place.column) }
func (t *headTitle) TappedSecondary(e *fyne.PointEvent) { t.of.columnMenu(e.AbsolutePosition) }

func (t *headTitle) MouseIn(*desktop.MouseEvent)    { t.hover(true) }
func (t *headTitle) MouseMoved(*desktop.MouseEvent) {}
func (t *headTitle) MouseOut()                      { t.hover(false) }

func (t *headTitle) hover(on bool) {
	t.hovered = on
	t.Refresh()
}

// arrowWidth is the room of the arrow beside a title.
const arrowWidth = 16

// show writes the title where the texts of its column stand, and the arrow on its inner side.
func (t *headTitle) show() {
	look, p := t.of.look(), t.place
	t.back.FillColor = color.Transparent
	if t.hovered {
		t.back.FillColor = look.hovered
	}
	sorted := t.of.sorted(p.column)
	room := max(p.w-2*cellPadding, 0)
	if sorted != unsorted {
		room = max(room-arrowWidth, 0)
	}
	m := look.title
	t.text.Text = m.fit(t.of.title(p.column), room)
	t.text.TextSize, t.text.TextStyle, t.text.Color = m.size, m.style, look.muted
	t.arrow.Text, t.arrow.TextSize, t.arrow.Color = sorted.arrow(), m.size, look.focus

	width := m.width(t.text.Text)
	x := float32(cellPadding)
	arrow := x + width + 4
	switch p.align {
	case fyne.TextAlignTrailing:
		x = p.w - cellPadding - width
		arrow = x - arrowWidth + 2
	case fyne.TextAlignCenter:
		x = (p.w - width) / 2
		arrow = x + width + 4
	}
	y := m.middle(HeaderHeight)
	t.text.Move(fyne.NewPos(x, y))
	t.arrow.Move(fyne.NewPos(arrow, y))
	t.back.Resize(fyne.NewSize(p.w, HeaderHeight-1))
	canvas.Refresh(t)
}

func (t *headTitle) CreateRenderer() fyne.WidgetRenderer { return headTitleRenderer{t} }

type headTitleRenderer struct{ t *headTitle }

func (r headTitleRenderer) Layout(fyne.Size)   {}
func (r headTitleRenderer) MinSize() fyne.Size { return fyne.NewSize(0, HeaderHeight) }
func (r headTitleRenderer) Refresh()           { r.t.show() }
func (r headTitleRenderer) Destroy()           {}
func (r headTitleRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.t.back, r.t.text, r.t.arrow}
}

// borderWidth is how near the pointer must come to a border.
const borderWidth = 9

// border is the right edge of the i-th placed column: dragging it resizes the column, a
// double click makes it as wide as its texts. It is a widget of its own because Fyne
// holds back the tap of what knows double taps, and a title must sort at once.
type border struct {
	widget.BaseWidget
	of   table
	i    int
	line *canvas.Rectangle

	dragging bool
	width    float32 // that the person wants, while dragging
}

var (
	_ fyne.Draggable      = (*border)(nil)
	_ fyne.DoubleTappable = (*border)(nil)
	_ desktop.Cursorable  = (*border)(nil)
)

func newBorder(of table, i int) *border {
	b := &border{of: of, i: i, line: canvas.NewRectangle(color.Transparent)}
	b.ExtendBaseWidget(b)
	return b
}

func (b *border) Dragged(e *fyne.DragEvent) {
	if !b.dragging {
		b.dragging, b.width = true, b.of.columns().placed[b.i].w
	}
	b.width += e.Dragged.DX
	b.of.resizing(b.i, b.width)
}

func (b *border) DragEnd() {
	b.dragging = false
	b.of.resized()
}

func (b *border) DoubleTapped(*fyne.PointEvent) {
	b.of.resizing(b.i, b.of.bestWidth(b.i))
	b.of.resized()
}

func (b *border) Cursor() desktop.Cursor { return desktop.HResizeCursor }

func (b *border) CreateRenderer() fyne.WidgetRenderer { return borderRenderer{b} }

type borderRenderer struct{ b *border }

func (r borderRenderer) Layout(s fyne.Size) {
	r.b.line.Move(fyne.NewPos(borderWidth/2, 7))
	r.b.line.Resize(fyne.NewSize(1, s.Height-14))
}

func (r borderRenderer) Refresh() {
	r.b.line.FillColor = r.b.of.look().line
	canvas.Refresh(r.b.line)
}

func (r borderRenderer) MinSize() fyne.Size           { return fyne.NewSize(borderWidth, HeaderHeight) }
func (r borderRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.b.line} }
func (r borderRenderer) Destroy()                     {}
