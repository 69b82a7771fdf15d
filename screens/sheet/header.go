package sheet

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// HeaderHeight is the height of the titles.
const HeaderHeight = 30

// header draws the titles over the rows.
type header struct {
	widget.BaseWidget
	sheet *Sheet

	back, line *canvas.Rectangle
	titles     []*canvas.Text
}

func newHeader(s *Sheet) *header {
	h := &header{sheet: s, back: canvas.NewRectangle(color.Transparent), line: canvas.NewRectangle(color.Transparent)}
	h.name()
	h.ExtendBaseWidget(h)
	return h
}

// name makes a title for each column.
func (h *header) name() {
	h.titles = h.titles[:0]
	for range h.sheet.columns {
		h.titles = append(h.titles, canvas.NewText("", color.Transparent))
	}
}

func (h *header) draw() {
	l := h.sheet.look
	h.back.FillColor, h.line.FillColor = l.header, l.line
	h.back.Resize(h.Size())
	h.line.Move(fyne.NewPos(0, HeaderHeight-1))
	h.line.Resize(fyne.NewSize(h.Size().Width, 1))
	for i, c := range h.sheet.columns {
		p, t := h.sheet.places[i], h.titles[i]
		room := max(p.width-2*cellPadding, 0)
		t.Text, t.TextSize, t.TextStyle, t.Color = l.title.fit(c.Title, room), l.title.size, l.title.style, l.muted
		t.Alignment = c.alignment()
		t.Move(fyne.NewPos(p.x+cellPadding, l.title.middle(HeaderHeight)))
		t.Resize(fyne.NewSize(room, l.title.height))
	}
	canvas.Refresh(h)
}

func (h *header) CreateRenderer() fyne.WidgetRenderer {
	return headerRenderer{h}
}

type headerRenderer struct{ h *header }

func (r headerRenderer) Layout(fyne.Size)   { r.h.draw() }
func (r headerRenderer) MinSize() fyne.Size { return fyne.NewSize(0, HeaderHeight) }
func (r headerRenderer) Refresh()           { r.h.draw() }
func (r headerRenderer) Destroy()           {}

func (r headerRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{r.h.back, r.h.line}
	for _, t := range r.h.titles {
		objects = append(objects, t)
	}
	return objects
}
