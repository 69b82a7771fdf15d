package sheet

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

const outlineWidth = 2

// body draws the rows in sight, the cursor and the editor, and is what has the focus while
// no cell is being edited. It is as high as all the rows, within the sheet's scroll.
type body struct {
	widget.BaseWidget
	sheet   *Sheet
	focused bool

	rows    []*row               // in turn for whichever rows are in sight
	ground  *canvas.Rectangle    // of the editor
	outline [4]*canvas.Rectangle // of the cursor: top, bottom, left, right
	objects []fyne.CanvasObject
}

var (
	_ fyne.Tabbable       = (*body)(nil)
	_ fyne.Shortcutable   = (*body)(nil)
	_ fyne.DoubleTappable = (*body)(nil)
	_ desktop.Keyable     = (*body)(nil)
	_ desktop.Mouseable   = (*body)(nil)
)

func newBody(s *Sheet) *body {
	b := &body{sheet: s, ground: canvas.NewRectangle(color.Transparent)}
	for i := range b.outline {
		b.outline[i] = canvas.NewRectangle(color.Transparent)
	}
	b.ExtendBaseWidget(b)
	return b
}

func (b *body) MinSize() fyne.Size {
	return fyne.NewSize(leastWidth(b.sheet.columns), float32(len(b.sheet.rows))*RowHeight)
}

// inSight returns the rows that can be seen at least in part: those before to.
func (b *body) inSight() (from, to int) {
	scroll := b.sheet.scroll
	top, bottom := scroll.Offset.Y, scroll.Offset.Y+scroll.Size().Height
	return max(int(top/RowHeight), 0), min(int(math.Ceil(float64(bottom/RowHeight))), len(b.sheet.rows))
}

// draw draws what is in sight as it is now.
func (b *body) draw() {
	s := b.sheet
	from, to := b.inSight()
	for len(b.rows) < to-from {
		b.rows = append(b.rows, newRow(len(s.columns)))
	}
	b.objects = b.objects[:0]
	for _, r := range b.rows {
		r.box.Hidden = true
		b.objects = append(b.objects, r.box)
	}
	for at := from; at < to; at++ {
		b.rows[at%len(b.rows)].draw(s, at, b.Size().Width)
	}
	b.drawCursor()
	if e := s.editor; e != nil {
		e.place(s.places[e.at.Column], s.look)
		b.objects = append(b.objects, e)
	}
	s.choices.place()
	canvas.Refresh(b)
}

// drawCursor draws the outline of the cursor's cell and, under the editor, a ground. While
// there is no row it stands where the first will be.
func (b *body) drawCursor() {
	s := b.sheet
	if !b.focused && s.editor == nil {
		return
	}
	p := s.places[s.cursor.Column]
	cell := fyne.NewPos(p.x, float32(s.cursor.Row)*RowHeight)
	size := fyne.NewSize(p.width, RowHeight)
	if s.editor != nil {
		b.ground.FillColor = s.look.edit
		b.ground.Move(cell)
		b.ground.Resize(size)
		b.objects = append(b.objects, b.ground)
	}
	across, down := fyne.NewSize(size.Width, outlineWidth), fyne.NewSize(outlineWidth, size.Height)
	for i, edge := range []struct {
		pos  fyne.Position
		size fyne.Size
	}{
		{cell, across}, {cell.AddXY(0, size.Height-outlineWidth), across},
		{cell, down}, {cell.AddXY(size.Width-outlineWidth, 0), down},
	} {
		b.outline[i].FillColor = s.look.focus
		b.outline[i].Move(edge.pos)
		b.outline[i].Resize(edge.size)
		b.objects = append(b.objects, b.outline[i])
	}
}

func (b *body) FocusGained() {
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		b.sheet.shift = d.CurrentKeyModifiers()&fyne.KeyModifierShift != 0
	}
	b.focused = true
	b.draw()
}

func (b *body) FocusLost() {
	b.focused = false
	if b.sheet.editor == nil {
		b.sheet.shift = false
	}
	b.draw()
}

// AcceptsTab says that Tab is for the sheet.
func (b *body) AcceptsTab() bool { return true }

func (b *body) KeyDown(ev *fyne.KeyEvent) { b.sheet.shifted(ev, true) }
func (b *body) KeyUp(ev *fyne.KeyEvent)   { b.sheet.shifted(ev, false) }

func (s *Sheet) shifted(ev *fyne.KeyEvent, down bool) {
	if ev.Name == desktop.KeyShiftLeft || ev.Name == desktop.KeyShiftRight {
		s.shift = down
	}
}

func (b *body) TypedKey(ev *fyne.KeyEvent) {
	s := b.sheet
	switch {
	case s.move(ev.Name, s.shift):
	case ev.Name == fyne.KeyTab:
		s.tab()
	case ev.Name == fyne.KeyEscape && s.unmark():
	case s.locked:
		b.pass(ev)
	case ev.Name == fyne.KeyReturn || ev.Name == fyne.KeyEnter:
		s.advance()
	case ev.Name == fyne.KeyF2:
		s.editAsIs()
	case ev.Name == fyne.KeyDelete:
		s.erase()
	case ev.Name == fyne.KeyBackspace && s.editable():
		s.edit("")
		s.typed("")
	default:
		b.pass(ev)
	}
}

// pass gives a key that means nothing here to the window, which Fyne does not do.
func (b *body) pass(ev *fyne.KeyEvent) {
	if c := b.sheet.canvas(); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(ev)
	}
}

// TypedRune replaces the text of the cell by what is typed. Shift and Space mark the row.
func (b *body) TypedRune(r rune) {
	s := b.sheet
	if r == ' ' && s.shift {
		s.extendTo(s.cursor.Row)
		return
	}
	if len(s.rows) == 0 {
		s.insert(0)
	}
	if s.editable() {
		s.edit("")
		s.editor.TypedRune(r)
	}
}

func (b *body) TypedShortcut(sh fyne.Shortcut) {
	s := b.sheet
	switch sh := sh.(type) {
	case *fyne.ShortcutCopy:
		s.copy()
	case *fyne.ShortcutCut:
		s.cut()
	case *fyne.ShortcutPaste:
		s.paste()
	case *fyne.ShortcutUndo:
		s.undo()
	case *fyne.ShortcutRedo:
		s.redo()
	case *fyne.ShortcutSelectAll:
		s.moveTo(Cell{0, s.cursor.Column})
		s.extendTo(len(s.rows) - 1)
	case *desktop.CustomShortcut:
		b.custom(sh)
	default:
		b.passShortcut(sh)
	}
}

func (b *body) custom(sh *desktop.CustomShortcut) {
	s := b.sheet
	const ctrl = fyne.KeyModifierShortcutDefault
	switch {
	case isNewLine(sh):
		s.insertBelow()
	case isMoveRow(sh):
		s.moveRow(stepOf(sh.KeyName))
	case isRedo(sh):
		s.redo()
	case sh.KeyName == fyne.KeyDelete && sh.Modifier == ctrl:
		s.deleteRows()
	case sh.Modifier&^fyne.KeyModifierShift == ctrl && s.jump(sh.KeyName, sh.Modifier&fyne.KeyModifierShift != 0):
	default:
		b.passShortcut(sh)
	}
}

// passShortcut gives a shortcut of the window to it: Fyne offers one only to what is focused.
func (b *body) passShortcut(sh fyne.Shortcut) {
	if c, ok := b.sheet.canvas().(fyne.Shortcutable); ok {
		c.TypedShortcut(sh)
	}
}

func isNewLine(sh *desktop.CustomShortcut) bool {
	return sh.Modifier == fyne.KeyModifierShortcutDefault && (sh.KeyName == fyne.KeyReturn || sh.KeyName == fyne.KeyEnter)
}

func isMoveRow(sh *desktop.CustomShortcut) bool {
	return sh.Modifier == fyne.KeyModifierAlt && (sh.KeyName == fyne.KeyUp || sh.KeyName == fyne.KeyDown)
}

func isRedo(sh *desktop.CustomShortcut) bool {
	return sh.Modifier == fyne.KeyModifierShortcutDefault|fyne.KeyModifierShift && sh.KeyName == fyne.KeyZ
}

// stepOf returns where Up and Down go, in rows.
func stepOf(key fyne.KeyName) int {
	if key == fyne.KeyUp {
		return -1
	}
	return 1
}

// MouseDown puts the cursor where the mouse is, which commits; with Shift it marks the
// rows up to there. Beside the text of the cell that is being edited it does nothing.
func (b *body) MouseDown(ev *desktop.MouseEvent) {
	s := b.sheet
	at := b.cellAt(ev.Position)
	if ev.Button != desktop.MouseButtonPrimary || s.editor != nil && s.editor.at == at {
		return
	}
	s.Commit()
	s.Focus()
	s.shift = ev.Modifier&fyne.KeyModifierShift != 0
	switch {
	case at.Row >= len(s.rows):
	case s.shift:
		s.extendTo(at.Row)
	default:
		s.moveTo(at)
	}
}

func (b *body) MouseUp(*desktop.MouseEvent) {}

// DoubleTapped edits the cell that the presses put the cursor on.
func (b *body) DoubleTapped(ev *fyne.PointEvent) {
	if b.sheet.editor == nil && b.cellAt(ev.Position) == b.sheet.Cursor() {
		b.sheet.editAsIs()
	}
}

// cellAt returns the cell at a place, which may be below the last row.
func (b *body) cellAt(pos fyne.Position) Cell {
	at := Cell{Row: int(pos.Y / RowHeight)}
	for i, p := range b.sheet.places {
		if pos.X >= p.x {
			at.Column = i
		}
	}
	return at
}

func (b *body) CreateRenderer() fyne.WidgetRenderer { return bodyRenderer{b} }

type bodyRenderer struct{ b *body }

func (r bodyRenderer) Layout(fyne.Size)             { r.b.draw() }
func (r bodyRenderer) MinSize() fyne.Size           { return r.b.MinSize() }
func (r bodyRenderer) Refresh()                     { r.b.draw() }
func (r bodyRenderer) Objects() []fyne.CanvasObject { return r.b.objects }
func (r bodyRenderer) Destroy()                     {}
