package screens

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/screens/style"
)

// narrowBelow is the width of the window under which things stand below instead of
// beside each other.
const narrowBelow = 900

// leastWindow is the size that the window can be shrunk to.
var leastWindow = fyne.NewSize(560, 420)

// watchedSize is the layout of the window's content. It tells a new size before
// anything is laid out for it.
type watchedSize struct {
	size    fyne.Size
	changed func(fyne.Size)
}

func (l *watchedSize) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if size != l.size {
		l.size = size
		l.changed(size)
	}
	for _, o := range objects {
		o.Resize(size)
	}
}

func (l *watchedSize) MinSize([]fyne.CanvasObject) fyne.Size { return leastWindow }

// panes lays out a main part and, when it is open, a side panel that keeps its width
// and is dragged at a divider. In a narrow window the panel takes the place of the main
// part. The objects are main, divider and side.
type panes struct {
	open   bool
	narrow bool
	width  float32 // of the side panel
}

const (
	leastSide = 300
	leastMain = 420
	grip      = 7 // the width of the divider
)

func (l *panes) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	main, divider, side := objects[0], objects[1], objects[2]
	covered := l.open && l.narrow
	show(main, !covered)
	show(divider, l.open && !l.narrow)
	show(side, l.open)
	sideSize, at := size, fyne.Position{}
	if l.open && !l.narrow {
		w := max(min(l.width, size.Width-leastMain), leastSide)
		at.X = size.Width - w
		sideSize.Width = w
		divider.Move(fyne.NewPos(at.X-grip, 0))
		divider.Resize(fyne.NewSize(grip, size.Height))
	}
	if !covered {
		left := size.Width
		if l.open {
			left = at.X - grip
		}
		main.Resize(fyne.NewSize(left, size.Height))
	}
	side.Move(at)
	side.Resize(sideSize)
}

func (l *panes) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(leastSide, 120) }

// lay lays out a container again after the least size of something in it changed. Unlike
// Refresh it draws nothing again that stays where it is.
func lay(c *fyne.Container) { c.Layout.Layout(c.Objects, c.Size()) }

// write sets the text of a label, if that is another.
func write(l *widget.Label, text string) {
	if l.Text != text {
		l.SetText(text)
	}
}

// show makes an object visible or not; for one that is already so it does nothing, so
// that a layout may call it.
func show(o fyne.CanvasObject, visible bool) {
	switch {
	case visible == o.Visible():
	case visible:
		o.Show()
	default:
		o.Hide()
	}
}

// divider is the border that a side panel is dragged at.
type divider struct {
	widget.BaseWidget
	line    *canvas.Rectangle
	dragged func(dx float32)
	ended   func()
}

func newDivider(dragged func(dx float32), ended func()) *divider {
	d := &divider{line: canvas.NewRectangle(theme.Color(theme.ColorNameSeparator)), dragged: dragged, ended: ended}
	d.ExtendBaseWidget(d)
	return d
}

// CreateRenderer draws a line in the middle.
func (d *divider) CreateRenderer() fyne.WidgetRenderer { return dividerRenderer{d} }

// Dragged moves the border.
func (d *divider) Dragged(ev *fyne.DragEvent) { d.dragged(ev.Dragged.DX) }

// DragEnd tells that the border stays where it is.
func (d *divider) DragEnd() { d.ended() }

// Cursor says that the border can be dragged.
func (d *divider) Cursor() desktop.Cursor { return desktop.HResizeCursor }

type dividerRenderer struct{ of *divider }

func (r dividerRenderer) Layout(size fyne.Size) {
	r.of.line.Move(fyne.NewPos((size.Width-1)/2, 0))
	r.of.line.Resize(fyne.NewSize(1, size.Height))
}

func (r dividerRenderer) Refresh() {
	r.of.line.FillColor = theme.Color(theme.ColorNameSeparator)
	r.of.line.Refresh()
}

func (r dividerRenderer) MinSize() fyne.Size           { return fyne.NewSize(grip, 0) }
func (r dividerRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.of.line} }
func (r dividerRenderer) Destroy()                     {}

// bar lays out objects in one line with their least sizes, but for one of them, which
// takes what is left over, and at least as much as it may.
type bar struct {
	stretch int     // which object takes what is left over
	gap     float32 // between the objects
}

func (l bar) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if size.IsZero() { // before it is placed
		return
	}
	rest := size.Width - l.MinSize(objects).Width
	var x float32
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		w := o.MinSize().Width
		if i == l.stretch {
			w += rest
		}
		h := min(o.MinSize().Height, size.Height)
		o.Move(fyne.NewPos(x, (size.Height-h)/2))
		o.Resize(fyne.NewSize(max(w, 0), h))
		x += w + l.gap
	}
}

func (l bar) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var least fyne.Size
	shown := 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		shown++
		m := o.MinSize()
		least.Width += m.Width
		least.Height = max(least.Height, m.Height)
	}
	least.Width += float32(max(shown-1, 0)) * l.gap
	return least
}

// thin lays out one object in a height of its own.
type thin float32

func (l thin) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	inset := theme.InnerPadding() // where the texts above and below begin
	objects[0].Move(fyne.NewPos(inset, (size.Height-float32(l))/2))
	objects[0].Resize(fyne.NewSize(size.Width-2*inset, float32(l)))
}

func (l thin) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, 2*float32(l)) }

// sides lays out a table of so many columns of texts that wrap: a narrow first one, and others
// that share the rest.
type sides int

// sidesName is the width of the first column.
const sidesName = 100

func (n sides) Layout(cells []fyne.CanvasObject, size fyne.Size) {
	rest := (size.Width - sidesName) / float32(n-1)
	var y float32
	for i := 0; i+int(n) <= len(cells); i += int(n) {
		var h, x float32
		for j, c := range cells[i : i+int(n)] {
			w := rest
			if j == 0 {
				w = sidesName
			}
			c.Move(fyne.NewPos(x, y))
			c.Resize(fyne.NewSize(w, c.MinSize().Height))
			h = max(h, c.MinSize().Height)
			x += w
		}
		y += h - style.Spacing
	}
}

func (n sides) MinSize(cells []fyne.CanvasObject) fyne.Size {
	var h float32
	for i := 0; i+int(n) <= len(cells); i += int(n) {
		var row float32
		for _, c := range cells[i : i+int(n)] {
			row = max(row, c.MinSize().Height)
		}
		h += row - style.Spacing
	}
	return fyne.NewSize(2*sidesName, h+style.Spacing)
}

// fixedWidth lays out one object in a width that is at most what there is.
type fixedWidth struct{ width, least float32 }

func (l fixedWidth) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(min(l.width, size.Width), size.Height))
}

func (l fixedWidth) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.least, objects[0].MinSize().Height)
}
