package grid

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// keyed is what the body asks of its grid.
type keyed interface {
	table
	move(to motion, extend bool)
	toggleCursor()
	openCursor()
	menuOnCursor()
	selectShown()
	copySelected()
	escaped() bool
	focusChanged(on bool)
}

// motion is where a key takes the cursor.
type motion int

const (
	up motion = iota
	down
	pageUp
	pageDown
	home
	end
)

var motions = map[fyne.KeyName]motion{
	fyne.KeyUp: up, fyne.KeyDown: down, fyne.KeyPageUp: pageUp, fyne.KeyPageDown: pageDown, fyne.KeyHome: home, fyne.KeyEnd: end,
}

// body is the list of rows. It is a widget.List, and not a widget around one, so that
// the grid is one Tab stop; the keys, the cursor and the selection are its own.
type body struct {
	widget.List
	of      keyed
	rows    map[*row]struct{} // that the list shows, or keeps for later
	focused bool
	shift   bool // held down: Fyne does not tell with a key

	// relisting holds the rows back while the list settles, which shows some twice.
	relisting bool
}

var (
	_ desktop.Keyable   = (*body)(nil)
	_ fyne.Shortcutable = (*body)(nil)
)

func newBody(of keyed) *body {
	b := &body{of: of, rows: make(map[*row]struct{})}
	b.HideSeparators = true // a row draws its own line
	b.Length = of.length
	b.CreateItem = func() fyne.CanvasObject { return newRow(of) }
	b.UpdateItem = func(at int, o fyne.CanvasObject) {
		r := o.(*row)
		b.rows[r] = struct{}{}
		r.bind(at)
		if !b.relisting {
			r.fill()
		}
	}
	b.ExtendBaseWidget(b)
	return b
}

// Refresh draws everything again.
func (b *body) Refresh() { b.relist(b.GetScrollOffset()) }

// relist shows rows that may all be others than before, scrolled to offset as far as
// there are rows.
func (b *body) relist(offset float32) {
	clear(b.rows)
	b.relisting = true
	b.List.Refresh()
	if offset = min(offset, b.bottom()); offset > 0 {
		b.ScrollToOffset(offset)
	} else if b.GetScrollOffset() > 0 {
		b.ScrollToTop()
	}
	b.relisting = false
	b.each((*row).fill)
}

// bottom is the greatest offset.
func (b *body) bottom() float32 {
	height := float32(b.Length())*RowHeight - b.Theme().Size(theme.SizeNamePadding)
	return max(height-b.Size().Height, 0)
}

// each calls do for every row that shows something.
func (b *body) each(do func(*row)) {
	for r := range b.rows {
		if r.live() {
			do(r)
		}
	}
}

// top returns the position of the first row in sight.
func (b *body) top() int { return int(b.GetScrollOffset() / RowHeight) }

// page is how many rows Page Up and Page Down move by.
func (b *body) page() int { return max(int(b.Size().Height/RowHeight)-1, 1) }

// bring scrolls no further than it must to show the row at a position.
func (b *body) bring(at int) {
	y, offset, height := float32(at)*RowHeight, b.GetScrollOffset(), b.Size().Height
	switch {
	case y < offset:
		offset = y
	case y+RowHeight > offset+height:
		offset = min(y+RowHeight-height, b.bottom())
	default:
		return
	}
	b.ScrollToOffset(offset)
}

func (b *body) FocusGained() {
	b.focused = true
	b.of.focusChanged(true)
}

func (b *body) FocusLost() {
	b.focused, b.shift = false, false
	b.of.focusChanged(false)
}

func (b *body) KeyDown(e *fyne.KeyEvent) { b.shifted(e, true) }
func (b *body) KeyUp(e *fyne.KeyEvent)   { b.shifted(e, false) }

func (b *body) shifted(e *fyne.KeyEvent, down bool) {
	if e.Name == desktop.KeyShiftLeft || e.Name == desktop.KeyShiftRight {
		b.shift = down
	}
}

func (b *body) TypedKey(e *fyne.KeyEvent) {
	to, moves := motions[e.Name]
	switch {
	case moves:
		b.of.move(to, b.shift)
	case e.Name == fyne.KeySpace:
		b.of.toggleCursor()
	case e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter:
		b.of.openCursor()
	case e.Name == desktop.KeyMenu || e.Name == fyne.KeyF10 && b.shift:
		b.of.menuOnCursor()
	case e.Name == fyne.KeyEscape && b.of.escaped():
	default:
		b.pass(e)
	}
}

// pass gives a key that means nothing here to the window, which Fyne does not do.
func (b *body) pass(e *fyne.KeyEvent) {
	if c := b.canvas(); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(e)
	}
}

// TypedRune passes what is typed to the window: it may begin a search.
func (b *body) TypedRune(r rune) {
	if c := b.canvas(); r != ' ' && c != nil && c.OnTypedRune() != nil {
		c.OnTypedRune()(r)
	}
}

func (b *body) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *fyne.ShortcutSelectAll:
		b.of.selectShown()
		return
	case *fyne.ShortcutCopy:
		b.of.copySelected()
		return
	case *desktop.CustomShortcut:
		const ctrl = fyne.KeyModifierShortcutDefault
		to, moves := motions[s.KeyName]
		switch {
		case moves && s.Modifier&^fyne.KeyModifierShift == ctrl:
			b.of.move(to, s.Modifier&fyne.KeyModifierShift != 0)
			return
		case s.KeyName == fyne.KeySpace && s.Modifier == ctrl:
			b.of.toggleCursor()
			return
		}
	}
	// The shortcuts of the window, which Fyne offers only to what is focused.
	if c, ok := b.canvas().(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}

func (b *body) canvas() fyne.Canvas { return fyne.CurrentApp().Driver().CanvasForObject(b) }

// focus gives the keyboard to the rows, if another part has it: Fyne would search the
// whole window for them at each click.
func (b *body) focus() {
	if c := b.canvas(); c != nil && c.Focused() != b {
		c.Focus(b)
	}
}
