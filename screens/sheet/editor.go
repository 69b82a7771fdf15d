package sheet

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// editor is the field in which the text of a cell is typed. Every edit has its own: a
// field keeps its selection and what can be undone.
type editor struct {
	widget.Entry
	sheet  *Sheet
	at     Cell
	before string // the text of the cell when the edit began
	told   string // what the caller takes to stand in the cell
}

func newEditor(s *Sheet, at Cell, text string) *editor {
	e := &editor{sheet: s, at: at, before: s.text(at)}
	e.told = e.before
	e.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	e.Text, e.CursorColumn = text, len([]rune(text))
	e.OnChanged = s.typed
	e.ExtendBaseWidget(e)
	return e
}

// editable reports whether the cursor's cell can be edited.
func (s *Sheet) editable() bool {
	return !s.locked && len(s.rows) > 0 && !s.columns[s.cursor.Column].ReadOnly
}

// edit begins to edit the cursor's cell, if that is possible, with text in it.
func (s *Sheet) edit(text string) {
	if !s.editable() {
		return
	}
	s.anchor = none
	s.bring(s.cursor.Row)
	s.editor = newEditor(s, s.cursor, text)
	if options := s.columns[s.cursor.Column].Options; options != nil {
		s.choices.open(options(s.cursor.Row), text)
	}
	s.body.draw()
	s.focus(s.editor)
	s.editor.Refresh() // scrolls a long text to its end, now that the field has its size
}

// editAsIs begins to edit the cursor's cell with its text kept.
func (s *Sheet) editAsIs() {
	if s.editable() {
		s.edit(oneLine(s.text(s.cursor)))
	}
}

// typed follows what is typed in the editor.
func (s *Sheet) typed(text string) {
	e := s.editor
	e.told = text
	s.choices.filter(text)
	s.bring(e.at.Row)
	s.body.draw()
	s.OnTyping(e.at.Row, e.at.Column, text)
}

// commit ends the edit that is under way, if any, with what is chosen or else typed.
func (s *Sheet) commit(refocus bool) {
	e := s.editor
	if e == nil {
		return
	}
	text := oneLine(e.Text)
	if o, ok := s.choices.chosen(); ok {
		text = o.Value
	}
	s.close(refocus)
	if text == oneLine(e.before) {
		s.restore(e)
	} else {
		s.OnEdit(e.at.Row, e.at.Column, text)
	}
}

// cancel ends the edit that is under way, if any, and leaves the cell as it was.
func (s *Sheet) cancel() {
	if e := s.editor; e != nil {
		s.close(true)
		s.restore(e)
	}
}

// restore takes back what was told of an edit that came to nothing.
func (s *Sheet) restore(e *editor) {
	if e.told != e.before {
		s.OnTyping(e.at.Row, e.at.Column, e.before)
	}
}

// close takes the editor away. It must not refocus where the focus is about to go
// elsewhere by itself.
func (s *Sheet) close(refocus bool) {
	s.editor = nil
	s.choices.close()
	s.body.draw()
	if refocus {
		s.Focus()
	}
}

// place puts the editor over its cell so that its text stands where the cell's text does.
// Fyne has no field whose text stands at the right: that one is as wide as its text.
func (e *editor) place(p place, l *look) {
	padding := e.Theme().Size(theme.SizeNameInnerPadding) // around the text of a field
	x, width := p.x+cellPadding-padding, p.width-2*(cellPadding-padding)
	if e.sheet.columns[e.at.Column].Right {
		if wish := l.cell.width(e.Text) + 2*padding; wish < width {
			x, width = x+width-wish, wish
		}
	}
	e.Move(fyne.NewPos(x, float32(e.at.Row)*RowHeight+l.cell.middle(RowHeight)-padding))
	e.Resize(fyne.NewSize(width, l.cell.height+2*padding))
}

// CreateRenderer draws the text alone: the sheet draws the ground and the outline.
func (e *editor) CreateRenderer() fyne.WidgetRenderer {
	r := e.Entry.CreateRenderer()
	for _, o := range r.Objects() {
		if frame, ok := o.(*canvas.Rectangle); ok {
			frame.Hide()
		}
	}
	return r
}

// over reports whether the edit is over, and gives the focus on then. A window that was
// left gives the focus back to the editor that had it, and after a dialog not even that:
// the keys just come again.
func (e *editor) over() bool {
	if e.sheet.editor == e {
		return false
	}
	e.sheet.Focus()
	return true
}

func (e *editor) FocusGained() {
	if !e.over() {
		e.Entry.FocusGained()
	}
}

// FocusLost commits.
func (e *editor) FocusLost() {
	e.Entry.FocusLost()
	if e.sheet.editor == e {
		e.sheet.shift = false
		e.sheet.commit(false)
	}
}

// AcceptsTab says that Tab is for the sheet.
func (e *editor) AcceptsTab() bool { return true }

func (e *editor) KeyDown(ev *fyne.KeyEvent) {
	e.sheet.shifted(ev, true)
	e.Entry.KeyDown(ev)
}

func (e *editor) KeyUp(ev *fyne.KeyEvent) {
	e.sheet.shifted(ev, false)
	e.Entry.KeyUp(ev)
}

func (e *editor) TypedRune(r rune) {
	if e.over() {
		e.sheet.body.TypedRune(r)
		return
	}
	e.Entry.TypedRune(r)
}

func (e *editor) TypedKey(ev *fyne.KeyEvent) {
	s := e.sheet
	if e.over() {
		s.body.TypedKey(ev)
		return
	}
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		s.Commit()
		s.advance()
	case fyne.KeyTab:
		s.tab()
	case fyne.KeyEscape:
		s.cancel()
	case fyne.KeyUp, fyne.KeyDown, fyne.KeyPageUp, fyne.KeyPageDown:
		if !s.choices.move(ev.Name) {
			s.Commit()
			s.move(ev.Name, false)
		}
	default:
		e.Entry.TypedKey(ev)
	}
}

func (e *editor) TypedShortcut(sh fyne.Shortcut) {
	s := e.sheet
	if e.over() {
		s.body.TypedShortcut(sh)
		return
	}
	switch sh := sh.(type) {
	case *fyne.ShortcutPaste:
		e.Entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: lineClipboard{sh.Clipboard}})
	case *desktop.CustomShortcut:
		switch {
		case isNewLine(sh):
			s.Commit()
			s.insertBelow()
		case isMoveRow(sh):
			s.Commit()
			s.moveRow(stepOf(sh.KeyName))
		case isRedo(sh):
			e.Redo()
		default:
			e.Entry.TypedShortcut(sh)
			s.body.passShortcut(sh)
		}
	default:
		e.Entry.TypedShortcut(sh)
	}
}

// TappedSecondary shows no menu: it would take the focus, and so end the edit.
func (e *editor) TappedSecondary(*fyne.PointEvent) {}

// lineClipboard has what is on the clipboard as the text of one cell.
type lineClipboard struct{ fyne.Clipboard }

func (c lineClipboard) Content() string {
	var cells []string
	for _, row := range parseTSV(c.Clipboard.Content()) {
		cells = append(cells, row...)
	}
	return oneLine(strings.Join(cells, " "))
}
