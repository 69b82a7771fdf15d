package grid

import (
	"image/color"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// RowHeight is the height of a row.
const RowHeight = 28

const outlineWidth = 2

// table is what the rows and the header ask of their grid, whatever its rows are.
type table interface {
	columns() *columns
	look() *look

	// Of the row that is shown at a position below length:
	length() int
	cell(at, column int) (text string, sign Sign)
	pressCell(at, column int)
	state(at int) rowState
	press(at int, onCheck bool, with fyne.KeyModifier)
	menuOn(at int, pos fyne.Position)
	openCursor()

	// Of the header:
	title(column int) string
	sorted(column int) sorting
	sortBy(column int)
	tickAll()
	allTicked() ticked
	resizing(placed int, width float32)
	resized()
	bestWidth(placed int) float32
	columnMenu(pos fyne.Position)
}

type rowState struct {
	selected bool // its check is ticked
	barred   bool // it cannot be ticked
	tinted   bool
	cursor   bool // the keys act on it, and the grid has the focus
	last     bool
}

// row draws one row. The list uses it for many rows in turn.
//
// A list leaves the theme's padding between its items. A row claims less height than it
// takes, so that rows touch and no click falls between them.
type row struct {
	widget.BaseWidget
	of      table
	at      int // position in what is shown
	hovered bool
	held    int // column of the button that the mouse is held down on; -1 for none

	back    *canvas.Rectangle // tint
	line    *canvas.Rectangle
	outline *canvas.Rectangle // of the cursor
	tick    *tick
	cells   []*cell // of the placed columns

	objects []fyne.CanvasObject
	columns int       // version of the columns that the cells are placed for
	size    fyne.Size // that they are placed for
	marked  marks     // that are drawn
}

// marks are what draw draws by.
type marks struct {
	rowState
	hovered bool
	look    *look
}

// cell is the sign and the text of a column, or a button with the text.
type cell struct {
	back       *canvas.Rectangle // of a button
	sign, text *canvas.Text
}

// buttonInset is what a button leaves of its row above and below.
const buttonInset = 4

func newCell() *cell {
	c := &cell{back: canvas.NewRectangle(color.Transparent), sign: canvas.NewText("", color.Transparent), text: canvas.NewText("", color.Transparent)}
	c.back.StrokeWidth = 1
	c.sign.TextStyle.Symbol = true
	return c
}

var (
	_ desktop.Mouseable      = (*row)(nil)
	_ desktop.Hoverable      = (*row)(nil)
	_ fyne.DoubleTappable    = (*row)(nil)
	_ fyne.SecondaryTappable = (*row)(nil)
)

func newRow(of table) *row {
	r := &row{
		of: of, at: -1, held: -1, tick: newTick(),
		back: canvas.NewRectangle(color.Transparent), line: canvas.NewRectangle(color.Transparent), outline: canvas.NewRectangle(color.Transparent),
	}
	r.outline.StrokeWidth, r.outline.CornerRadius = outlineWidth, 3
	r.ExtendBaseWidget(r)
	return r
}

func (r *row) MinSize() fyne.Size {
	return fyne.NewSize(checkWidth, RowHeight-r.Theme().Size(theme.SizeNamePadding))
}

func (r *row) Resize(s fyne.Size) { r.BaseWidget.Resize(fyne.NewSize(s.Width, RowHeight)) }

// bind makes r the row at that position, to be drawn by fill.
func (r *row) bind(at int) {
	if at != r.at {
		r.at, r.hovered, r.held = at, false, -1
	}
}

// live reports whether r shows a row. One that the list keeps for later may be bound to a
// position that no longer is, and still hear that the mouse left it.
func (r *row) live() bool { return r.at >= 0 && r.at < r.of.length() }

// fill writes and draws everything again.
func (r *row) fill() {
	r.place()
	for i, p := range r.of.columns().placed {
		text, sign := r.of.cell(r.at, p.column)
		r.cells[i].write(text, sign, p, r.of.look())
	}
	r.draw()
}

// place moves the cells to where their columns are.
func (r *row) place() {
	if r.isPlaced() {
		return
	}
	cs, size := r.of.columns(), r.inSight()
	r.columns, r.size = cs.version, size
	r.cells = r.cells[:min(len(r.cells), len(cs.placed))]
	for len(r.cells) < len(cs.placed) {
		r.cells = append(r.cells, newCell())
	}
	r.objects = append([]fyne.CanvasObject{r.back, r.line, r.outline}, r.tick.objects()...)
	for i, p := range cs.placed {
		r.cells[i].place(p, r.of.look())
		if p.buttons {
			r.objects = append(r.objects, r.cells[i].back)
		}
		r.objects = append(r.objects, r.cells[i].sign, r.cells[i].text)
	}
	r.back.Resize(fyne.NewSize(size.Width, RowHeight))
	r.line.Move(fyne.NewPos(0, RowHeight-1))
	r.line.Resize(fyne.NewSize(size.Width, 1))
	r.outline.Move(fyne.NewSquareOffsetPos(outlineWidth))
	r.outline.Resize(size.SubtractWidthHeight(2*outlineWidth, 2*outlineWidth))
	r.tick.place(RowHeight)
}

func (r *row) isPlaced() bool { return r.columns == r.of.columns().version && r.size == r.inSight() }

// inSight returns how much of the row can be seen: the list ends where it would leave the
// padding after its last item, which cuts the last row off. What stands in it is where it is in any other.
func (r *row) inSight() fyne.Size {
	if r.live() && r.of.state(r.at).last {
		return fyne.NewSize(r.Size().Width, r.MinSize().Height)
	}
	return r.Size()
}

// mark draws what is not text, if it changed: most rows stay as they are at a click.
func (r *row) mark() {
	if r.marks() != r.marked {
		r.draw()
	}
}

func (r *row) marks() marks { return marks{r.of.state(r.at), r.hovered, r.of.look()} }

// draw draws the tint, the outline and the check, and has the row painted.
func (r *row) draw() {
	r.marked = r.marks()
	look := r.marked.look
	switch {
	case r.marked.tinted:
		r.back.FillColor = look.selected
	case r.hovered:
		r.back.FillColor = look.hovered
	default:
		r.back.FillColor = color.Transparent
	}
	r.outline.Hidden = !r.marked.cursor
	r.outline.StrokeColor = look.focus
	r.line.FillColor = look.line
	switch {
	case r.marked.barred:
		r.tick.show(tickedNever, look)
	case r.marked.selected:
		r.tick.show(tickedAll, look)
	default:
		r.tick.show(tickedNone, look)
	}
	canvas.Refresh(r.back)
}

func (c *cell) place(p place, l *look) {
	x, w := p.x+cellPadding, max(p.w-2*cellPadding, 0)
	y := l.body.middle(RowHeight)
	if p.signs {
		c.sign.Move(fyne.NewPos(x, l.sign.middle(RowHeight)))
		c.sign.Resize(fyne.NewSize(signWidth, l.sign.height))
		x, w = x+signWidth, max(w-signWidth, 0)
	}
	c.text.Alignment = p.align
	if p.buttons {
		c.text.Alignment = fyne.TextAlignCenter
		c.back.Move(fyne.NewPos(p.x+cellPadding/2, buttonInset))
		c.back.Resize(fyne.NewSize(max(p.w-cellPadding, 0), RowHeight-2*buttonInset-1))
		c.back.CornerRadius = l.theme.Size(theme.SizeNameButtonRadius)
	}
	c.text.Move(fyne.NewPos(x, y))
	c.text.Resize(fyne.NewSize(w, l.body.height))
}

func (c *cell) write(text string, sign Sign, p place, l *look) {
	room := c.text.Size().Width
	if p.align == fyne.TextAlignTrailing {
		c.text.Text = l.body.fitNumber(text, room)
	} else {
		c.text.Text = l.body.fit(oneLine(text), room)
	}
	c.text.TextSize, c.text.Color = l.body.size, l.text
	c.back.Hidden = !p.buttons || text == ""
	c.back.FillColor, c.back.StrokeColor = l.button, l.checkEdge
	c.sign.Hidden = sign.Glyph == ""
	if c.sign.Hidden {
		return
	}
	c.sign.Text, c.sign.TextSize, c.sign.Color = sign.Glyph, l.sign.size, l.color(sign.Color)
}

// oneLine returns s with a space for every line break and other control character.
func oneLine(s string) string {
	if !strings.ContainsFunc(s, unicode.IsControl) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// MouseDown selects, at once and not when the button is let go: Fyne holds back the tap
// of a widget that knows double taps.
func (r *row) MouseDown(e *desktop.MouseEvent) {
	r.held = -1
	if e.Button != desktop.MouseButtonPrimary || !r.live() {
		return
	}
	r.held = r.buttonAt(e.Position.X)
	r.of.press(r.at, e.Position.X < checkWidth, e.Modifier)
}

// MouseUp presses the button that the mouse was held down on.
func (r *row) MouseUp(e *desktop.MouseEvent) {
	held := r.held
	r.held = -1
	if held >= 0 && r.live() && r.buttonAt(e.Position.X) == held {
		r.of.pressCell(r.at, held)
	}
}

// buttonAt returns the column whose button is there, or -1.
func (r *row) buttonAt(x float32) int {
	for _, p := range r.of.columns().placed {
		if p.buttons && x >= p.x && x < p.x+p.w {
			if text, _ := r.of.cell(r.at, p.column); text != "" {
				return p.column
			}
		}
	}
	return -1
}

// DoubleTapped opens the row that the second press put the cursor on, which need not be
// this one any more: Fyne tells a moment later.
func (r *row) DoubleTapped(e *fyne.PointEvent) {
	if e.Position.X >= checkWidth && r.live() && r.buttonAt(e.Position.X) < 0 {
		r.of.openCursor()
	}
}

func (r *row) TappedSecondary(e *fyne.PointEvent) {
	if r.live() {
		r.of.menuOn(r.at, e.AbsolutePosition)
	}
}

func (r *row) MouseIn(*desktop.MouseEvent)    { r.hover(true) }
func (r *row) MouseMoved(*desktop.MouseEvent) {}
func (r *row) MouseOut()                      { r.hover(false) }

func (r *row) hover(on bool) {
	r.hovered = on
	if r.live() {
		r.mark()
	}
}

func (r *row) CreateRenderer() fyne.WidgetRenderer { return rowRenderer{r} }

type rowRenderer struct{ row *row }

func (r rowRenderer) Layout(fyne.Size) {
	if !r.row.isPlaced() {
		r.Refresh()
	}
}

func (r rowRenderer) Refresh() {
	if r.row.live() {
		r.row.fill()
	}
}

func (r rowRenderer) MinSize() fyne.Size           { return r.row.MinSize() }
func (r rowRenderer) Objects() []fyne.CanvasObject { return r.row.objects }
func (r rowRenderer) Destroy()                     {}
