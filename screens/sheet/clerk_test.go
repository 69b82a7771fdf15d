package sheet_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"github.com/google/go-cmp/cmp"

	"feebridge/screens/sheet"
)

const ctrl = fyne.KeyModifierShortcutDefault

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// book is the caller: it has the rows and does what the sheet tells.
type book struct {
	rows  [][]string
	told  []string // what was told since it was last read, OnCursor apart
	at    sheet.Cell
	stiff bool // does nothing of what it is told
}

func (b *book) tell(format string, args ...any) bool {
	b.told = append(b.told, fmt.Sprintf(format, args...))
	return !b.stiff
}

func (b *book) blank() []string { return make([]string, len(columns())) }

// keep makes b the caller of s.
func (b *book) keep(s *sheet.Sheet) {
	s.OnEdit = func(row, column int, text string) {
		if b.tell("edit %d,%d %q", row, column, text) {
			b.rows[row][column] = text
			s.SetRow(row, b.rows[row])
		}
	}
	s.OnInsert = func(at int) {
		if b.tell("insert %d", at) {
			b.rows = slices.Insert(b.rows, at, b.blank())
			s.SetRows(b.rows)
		}
	}
	s.OnDelete = func(from, count int) {
		if b.tell("delete %d,%d", from, count) {
			b.rows = slices.Delete(b.rows, from, from+count)
			s.SetRows(b.rows)
		}
	}
	s.OnMove = func(from, to int) {
		if b.tell("move %d,%d", from, to) {
			row := b.rows[from]
			b.rows = slices.Insert(slices.Delete(b.rows, from, from+1), to, row)
			s.SetRows(b.rows)
		}
	}
	s.OnPaste = func(row int, columns []int, cells [][]string) {
		if !b.tell("paste %d %v %q", row, columns, cells) {
			return
		}
		for len(b.rows) < row+len(cells) {
			b.rows = append(b.rows, b.blank())
		}
		for i, texts := range cells {
			for j, text := range texts {
				b.rows[row+i][columns[j]] = text
			}
		}
		s.SetRows(b.rows)
	}
	s.OnUndo = func() { b.tell("undo") }
	s.OnRedo = func() { b.tell("redo") }
	s.OnCursor = func(row, column int) { b.at = sheet.Cell{Row: row, Column: column} }
	s.OnTyping = func(row, column int, text string) { b.tell("typing %d,%d %q", row, column, text) }
}

// The columns of the tests, of which the third is read-only.
const (
	code = iota
	text
	sum
	rate
	columnCount
)

func columns() []sheet.Column {
	return []sheet.Column{
		code: {Title: "Code", Width: 90, Options: func(int) []sheet.Option {
			return []sheet.Option{
				{Value: "ACC", Label: "Accounts preparation"},
				{Value: "CON", Label: "Consulting"},
				{Value: "CON-TAX", Label: "Consulting on tax"},
				{Value: "GST", Label: "Café tax return"},
			}
		}},
		text: {Title: "Description", Width: 160, Stretch: true},
		sum:  {Title: "Sum", Width: 80, Right: true, ReadOnly: true},
		rate: {Title: "Rate", Width: 80, Right: true},
	}
}

// clerk is a person at a window with a sheet between two fields.
type clerk struct {
	t             testing.TB
	sheet         *sheet.Sheet
	book          *book
	window        fyne.Window
	before, after *widget.Entry
	keys          []fyne.KeyName // that the window got
}

// sit opens a window with those rows, tall enough for ten, and puts the focus on the sheet.
func sit(t testing.TB, rows ...[]string) *clerk {
	t.Helper()
	test.NewApp()
	s := sheet.New(columns())
	s.Placeholder = "Nothing yet"
	c := &clerk{t: t, sheet: s, book: &book{rows: rows, at: s.Cursor()}, before: widget.NewEntry(), after: widget.NewEntry()}
	c.book.keep(s)
	s.SetRows(rows)
	c.window = test.NewWindow(container.New(layout.NewBorderLayout(c.before, c.after, nil, nil), c.before, s, c.after))
	c.window.SetPadded(false)
	t.Cleanup(c.window.Close)
	c.window.Canvas().SetOnTypedKey(func(ev *fyne.KeyEvent) { c.keys = append(c.keys, ev.Name) })
	c.resize(10)
	s.Focus()
	return c
}

// resize makes the sheet as high as a number of rows.
func (c *clerk) resize(rows int) {
	rest := c.window.Content().MinSize().Height - c.sheet.MinSize().Height
	c.window.Resize(fyne.NewSize(640, rest+sheet.HeaderHeight+float32(rows)*sheet.RowHeight))
}

// plain returns n rows told apart by their number.
func plain(n int) [][]string {
	rows := make([][]string, n)
	for i := range rows {
		rows[i] = []string{fmt.Sprint("c", i), fmt.Sprint("t", i), fmt.Sprint("s", i), fmt.Sprint("r", i)}
	}
	return rows
}

func (c *clerk) focused() fyne.Focusable { return c.window.Canvas().Focused() }

// editing reports whether the focus is on a field within the sheet.
func (c *clerk) editing() bool {
	f := c.focused()
	_, ok := f.(interface{ SelectedText() string })
	return ok && f != fyne.Focusable(c.before) && f != fyne.Focusable(c.after)
}

func (c *clerk) key(names ...fyne.KeyName) {
	for _, name := range names {
		c.focused().TypedKey(&fyne.KeyEvent{Name: name})
	}
}

func (c *clerk) typing(s string) {
	for _, r := range s {
		c.focused().TypedRune(r)
	}
}

// shift presses a key while Shift is held.
func (c *clerk) shift(name fyne.KeyName) {
	c.focused().(desktop.Keyable).KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	c.key(name)
	c.focused().(desktop.Keyable).KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
}

func (c *clerk) shortcut(s fyne.Shortcut) { c.focused().(fyne.Shortcutable).TypedShortcut(s) }

func (c *clerk) with(modifier fyne.KeyModifier, name fyne.KeyName) {
	c.shortcut(&desktop.CustomShortcut{KeyName: name, Modifier: modifier})
}

func (c *clerk) copy() string {
	c.shortcut(&fyne.ShortcutCopy{Clipboard: fyne.CurrentApp().Clipboard()})
	return fyne.CurrentApp().Clipboard().Content()
}

func (c *clerk) paste(text string) {
	fyne.CurrentApp().Clipboard().SetContent(text)
	c.shortcut(&fyne.ShortcutPaste{Clipboard: fyne.CurrentApp().Clipboard()})
}

func (c *clerk) goTo(row, column int) { c.sheet.SetCursor(sheet.Cell{Row: row, Column: column}) }

func (c *clerk) isAt(row, column int) {
	c.t.Helper()
	same(c.t, "cursor", c.sheet.Cursor(), sheet.Cell{Row: row, Column: column})
	same(c.t, "cursor told", c.book.at, sheet.Cell{Row: row, Column: column})
}

// told checks what the caller was told since the last check.
func (c *clerk) told(want ...string) {
	c.t.Helper()
	same(c.t, "told", c.book.told, want)
	c.book.told = nil
}

// column returns the texts of one column of the sheet.
func (c *clerk) column(column int) string {
	var texts []string
	for _, row := range c.sheet.Rows() {
		texts = append(texts, row[column])
	}
	return strings.Join(texts, " ")
}

// seen returns every text in sight with its place in the window, in the order of drawing.
func (c *clerk) seen() map[string]fyne.Position {
	seen := map[string]fyne.Position{}
	c.walk(func(o fyne.CanvasObject, at fyne.Position) {
		if t, ok := o.(*canvas.Text); ok && t.Text != "" {
			seen[t.Text] = at
		}
	})
	return seen
}

// walk visits everything visible with its place in the window.
func (c *clerk) walk(visit func(fyne.CanvasObject, fyne.Position)) {
	var down func(o fyne.CanvasObject, offset fyne.Position)
	down = func(o fyne.CanvasObject, offset fyne.Position) {
		if !o.Visible() {
			return
		}
		at := offset.Add(o.Position())
		visit(o, at)
		switch o := o.(type) {
		case *fyne.Container:
			for _, child := range o.Objects {
				down(child, at)
			}
		case fyne.Widget:
			for _, child := range test.WidgetRenderer(o).Objects() {
				down(child, at)
			}
		}
	}
	down(c.window.Content(), fyne.Position{})
}

// place returns a place on a text in sight.
func (c *clerk) place(text string) fyne.Position {
	c.t.Helper()
	at, ok := c.seen()[text]
	if !ok {
		c.t.Fatalf("%q is not in sight", text)
	}
	return at.AddXY(3, 5)
}

// under returns the topmost thing at a place that acts, as Fyne's drivers look for it.
func under[T any](c *clerk, pos fyne.Position) (found T, within fyne.Position) {
	c.t.Helper()
	ok := false
	c.walk(func(o fyne.CanvasObject, at fyne.Position) {
		size := o.Size()
		if t, acts := o.(T); acts && pos.X >= at.X && pos.Y >= at.Y && pos.X < at.X+size.Width && pos.Y < at.Y+size.Height {
			found, within, ok = t, pos.Subtract(at), true
		}
	})
	if !ok {
		c.t.Fatalf("nothing at %v acts on that", pos)
	}
	return found, within
}

func (c *clerk) click(pos fyne.Position, with fyne.KeyModifier) {
	c.t.Helper()
	o, within := under[desktop.Mouseable](c, pos)
	e := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary, Modifier: with}
	e.Position, e.AbsolutePosition = within, pos
	o.MouseDown(e)
	o.MouseUp(e)
}

func (c *clerk) doubleClick(pos fyne.Position) {
	c.t.Helper()
	c.click(pos, 0)
	c.click(pos, 0)
	o, within := under[fyne.DoubleTappable](c, pos)
	o.DoubleTapped(&fyne.PointEvent{Position: within, AbsolutePosition: pos})
}
