package grid

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// ticked says what a check shows.
type ticked int

const (
	tickedNone ticked = iota
	tickedSome
	tickedAll
	tickedNever // it cannot be ticked
)

const tickSize = 15

// tick is a check that is drawn, since a widget for each row would be a Tab stop for
// each row.
type tick struct {
	box   *canvas.Rectangle
	lines [3]*canvas.Line // the two strokes of the hook, and the dash of tickedSome
}

func newTick() *tick {
	t := &tick{box: canvas.NewRectangle(color.Transparent)}
	t.box.CornerRadius, t.box.StrokeWidth = 3, 1.2
	t.box.Resize(fyne.NewSquareSize(tickSize))
	for i := range t.lines {
		t.lines[i] = canvas.NewLine(color.Transparent)
		t.lines[i].StrokeWidth = 1.8
	}
	return t
}

func (t *tick) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{t.box, t.lines[0], t.lines[1], t.lines[2]}
}

// place puts the check in the middle of its column, in a row of that height.
func (t *tick) place(height float32) {
	at := fyne.NewPos((checkWidth-tickSize)/2, (height-tickSize)/2)
	t.box.Move(at)
	for i, stroke := range [3][4]float32{{3.5, 7.8, 6.3, 10.6}, {6.3, 10.6, 11.5, 4.6}, {4, 7.5, 11, 7.5}} {
		t.lines[i].Position1 = at.AddXY(stroke[0], stroke[1])
		t.lines[i].Position2 = at.AddXY(stroke[2], stroke[3])
	}
}

func (t *tick) show(state ticked, l *look) {
	t.box.FillColor, t.box.StrokeColor = l.checkOn, l.checkOn
	if state == tickedNone {
		t.box.FillColor, t.box.StrokeColor = color.Transparent, l.checkEdge
	}
	if state == tickedNever {
		t.box.FillColor, t.box.StrokeColor = l.line, l.checkEdge
	}
	for i, line := range t.lines {
		line.StrokeColor = l.checkMark
		line.Hidden = state != tickedAll
		if i == 2 {
			line.Hidden = state != tickedSome
		}
	}
}
