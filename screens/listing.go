package screens

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/screens/grid"
	"feebridge/screens/style"
)

// listing is a table to read, as dialogs show it. Enter or a click opens a row.
type listing struct {
	widget.List
	keys    *keyboard
	columns []listColumn
	rows    [][]listCell
	opened  func(int) // nil when rows do not open
	at      int       // the row that Enter opens
	focused bool      // the keys act on it: an outline shows that row
	ring    ring      // shows that where there is no row
}

// listColumn is a column of a listing; it has its width, or what the others leave.
type listColumn struct {
	title   string
	width   float32
	stretch bool
	align   fyne.TextAlign
}

// listCell is a text or a sign.
type listCell struct {
	text string
	sign style.Sign
}

// listSign is the width of a column of signs.
const listSign = 26

func newListing(k *keyboard, columns []listColumn, rows [][]listCell) *listing {
	l := &listing{keys: k, columns: columns, rows: rows}
	l.Length = func() int { return len(l.rows) }
	l.CreateItem = func() fyne.CanvasObject {
		var cells []fyne.CanvasObject
		for _, c := range columns {
			cell := widget.NewLabel("")
			cell.Alignment = c.align
			if c.width != listSign {
				cell.Truncation = fyne.TextTruncateEllipsis
			}
			cells = append(cells, cell)
		}
		outline := canvas.NewRectangle(color.Transparent)
		outline.StrokeWidth, outline.CornerRadius = style.Ring, theme.Size(theme.SizeNameSelectionRadius)
		return container.NewStack(container.New(listLine{columns}, cells...), outline)
	}
	l.UpdateItem = func(at widget.ListItemID, o fyne.CanvasObject) {
		parts := o.(*fyne.Container).Objects
		for i, cell := range l.rows[at] {
			fillCell(parts[0].(*fyne.Container).Objects[i].(*widget.Label), cell)
		}
		outline := parts[1].(*canvas.Rectangle)
		outline.StrokeColor, outline.Hidden = theme.Color(theme.ColorNamePrimary), !l.focused || at != l.at
		outline.Refresh()
	}
	l.OnHighlighted = func(at widget.ListItemID) {
		was := l.at
		l.at = at
		l.RefreshItem(was)
		l.RefreshItem(at)
	}
	l.OnSelected = func(at widget.ListItemID) {
		l.UnselectAll()
		if l.opened != nil {
			l.opened(at)
		}
	}
	l.HideSeparators = true
	l.ExtendBaseWidget(l)
	return l
}

func fillCell(label *widget.Label, c listCell) {
	label.Importance, label.TextStyle = widget.MediumImportance, fyne.TextStyle{}
	text := c.text
	if c.sign.Glyph != "" {
		text = c.sign.Glyph
		label.TextStyle.Symbol = true
		switch c.sign.Color {
		case theme.ColorNameError:
			label.Importance = widget.DangerImportance
		case theme.ColorNameWarning:
			label.Importance = widget.WarningImportance
		case theme.ColorNameSuccess:
			label.Importance = widget.SuccessImportance
		}
	}
	label.SetText(text)
}

// content returns the listing below its titles.
func (l *listing) content() fyne.CanvasObject {
	var titles []fyne.CanvasObject
	for _, c := range l.columns {
		t := heading(c.title)
		t.Alignment, t.SizeName = c.align, theme.SizeNameCaptionText
		titles = append(titles, t)
	}
	top := container.NewBorder(nil, widget.NewSeparator(), nil, nil, container.New(listLine{l.columns}, titles...))
	return container.NewBorder(top, nil, nil, nil, l)
}

// CreateRenderer draws the rows, with a ring where there are none and the keys act here.
func (l *listing) CreateRenderer() fyne.WidgetRenderer {
	return l.ring.around(l.List.CreateRenderer(), plain)
}

// FocusGained shows which row Enter opens.
func (l *listing) FocusGained() {
	l.focused, l.ring.on = true, len(l.rows) == 0
	l.List.FocusGained()
	l.RefreshItem(l.at)
}

// FocusLost hides it.
func (l *listing) FocusLost() {
	l.focused, l.ring.on = false, false
	l.List.FocusLost()
	l.RefreshItem(l.at)
}

// TypedKey opens the highlighted row at Enter, and hands on what does not move in the list.
func (l *listing) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if l.opened == nil || l.at >= len(l.rows) {
			l.keys.typed(ev)
			return
		}
		l.opened(l.at)
	case fyne.KeyUp, fyne.KeyDown, fyne.KeySpace:
		l.List.TypedKey(ev)
	default:
		l.keys.typed(ev)
	}
}

// listLine lays out the cells of one row.
type listLine struct{ columns []listColumn }

func (l listLine) Layout(cells []fyne.CanvasObject, size fyne.Size) {
	size.Width -= style.Spacing // for the scroll bar
	rest, stretching := size.Width, float32(0)
	for _, c := range l.columns {
		rest -= c.width
		if c.stretch {
			stretching++
		}
	}
	var x float32
	for i, c := range l.columns {
		w := c.width
		if c.stretch {
			w += max(rest/stretching, 0)
		}
		h := cells[i].MinSize().Height // with its padding more than a row, whose middle it shares
		cells[i].Move(fyne.NewPos(x, (size.Height-h)/2))
		cells[i].Resize(fyne.NewSize(w, h))
		x += w
	}
}

func (l listLine) MinSize([]fyne.CanvasObject) fyne.Size {
	var w float32
	for _, c := range l.columns {
		w += c.width
	}
	return fyne.NewSize(w, grid.RowHeight-theme.Padding())
}
