package sheet

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"feebridge/screens/style"
)

// RowHeight is the height of a row.
const RowHeight = 28

const (
	signWidth   = 18 // of the place before the text, in a cell with a problem
	problemLine = 2  // height of the line under such a cell
)

// row draws one row. The body uses it for many rows in turn.
type row struct {
	box   *fyne.Container
	back  *canvas.Rectangle // tint of a marked row
	line  *canvas.Rectangle
	cells []*cell
}

// cell draws one cell of a row.
type cell struct {
	back, edge, under *canvas.Rectangle // tint, right border, line under a problem
	sign, text        *canvas.Text
	fitted            fitted
}

// fitted is what the text that is drawn was made of: cutting a text to its room takes long.
type fitted struct {
	text string
	room float32
	look *look
}

func newRow(columns int) *row {
	r := &row{back: canvas.NewRectangle(color.Transparent), line: canvas.NewRectangle(color.Transparent)}
	objects := []fyne.CanvasObject{r.back, r.line}
	for range columns {
		c := &cell{
			back: canvas.NewRectangle(color.Transparent), edge: canvas.NewRectangle(color.Transparent), under: canvas.NewRectangle(color.Transparent),
			sign: canvas.NewText(style.Warning.Glyph, color.Transparent), text: canvas.NewText("", color.Transparent),
		}
		r.cells = append(r.cells, c)
		objects = append(objects, c.back, c.edge, c.under, c.sign, c.text)
	}
	r.box = container.NewWithoutLayout(objects...)
	return r
}

// draw draws a row of the sheet where it stands.
func (r *row) draw(s *Sheet, at int, width float32) {
	l := s.look
	r.box.Hidden = false
	r.box.Move(fyne.NewPos(0, float32(at)*RowHeight))
	r.box.Resize(fyne.NewSize(width, RowHeight))
	r.back.FillColor = color.Transparent
	if s.marked(at) {
		r.back.FillColor = l.marked
	}
	r.back.Resize(fyne.NewSize(width, RowHeight-1))
	r.line.FillColor = l.line
	r.line.Move(fyne.NewPos(0, RowHeight-1))
	r.line.Resize(fyne.NewSize(width, 1))
	for i, c := range r.cells {
		_, wrong := s.problems[Cell{at, i}]
		c.draw(s.rows[at][i], &s.columns[i], s.places[i], l, wrong)
	}
}

func (c *cell) draw(text string, column *Column, p place, l *look, wrong bool) {
	c.back.FillColor = color.Transparent
	if column.ReadOnly {
		c.back.FillColor = l.readOnly
	}
	c.back.Move(fyne.NewPos(p.x, 0))
	c.back.Resize(fyne.NewSize(p.width, RowHeight-1))
	c.edge.FillColor = l.line
	c.edge.Move(fyne.NewPos(p.x+p.width-1, 0))
	c.edge.Resize(fyne.NewSize(1, RowHeight))

	x, room := p.x+cellPadding, max(p.width-2*cellPadding, 0)
	c.sign.Hidden, c.under.Hidden = !wrong, !wrong
	if wrong {
		c.sign.TextSize, c.sign.TextStyle, c.sign.Color = l.sign.size, l.sign.style, l.problem
		c.sign.Move(fyne.NewPos(x, l.sign.middle(RowHeight)))
		c.sign.Resize(fyne.NewSize(signWidth, l.sign.height))
		c.under.FillColor = l.problem
		c.under.Move(fyne.NewPos(p.x, RowHeight-1-problemLine))
		c.under.Resize(fyne.NewSize(p.width-1, problemLine))
		x, room = x+signWidth, max(room-signWidth, 0)
	}
	if f := (fitted{text, room, l}); c.fitted != f {
		c.fitted = f
		if text = oneLine(text); column.Right {
			c.text.Text = l.cell.fitNumber(text, room)
		} else {
			c.text.Text = l.cell.fit(text, room)
		}
	}
	c.text.TextSize, c.text.Color, c.text.Alignment = l.cell.size, l.text, column.alignment()
	c.text.Move(fyne.NewPos(x, l.cell.middle(RowHeight)))
	c.text.Resize(fyne.NewSize(room, l.cell.height))
}
