// Package sheet is a table of text that is typed into, like a small spreadsheet. It knows
// nothing of what the cells mean.
//
// The rows belong to the caller, and flow one way. A sheet never changes them: it tells
// what the person did (OnEdit, OnInsert, …), the caller changes its own rows by that, or
// does not, and hands back what shall be shown (SetRows, SetRow), best before it returns.
// Undo is the caller's, too: the sheet only tells that it was asked for.
//
// While no cell is being edited, a character or Backspace begins an edit that replaces the
// text of the cell; F2 or a double click begins one that keeps it. Arrows, Home, End
// and Page Up and Down move, Ctrl+Home and Ctrl+End to the first and last row. Delete
// empties the cell, Ctrl+Delete deletes the row. Shift with a key that changes the row
// marks rows, Shift+Space the cursor's, Ctrl+A all: Copy, Cut, Delete and Ctrl+Delete are
// then about these rows. Ctrl+Z, Ctrl+Y and Ctrl+Shift+Z ask for undo and redo.
//
// While a cell is being edited, Enter commits; Up, Down and Page Up and Down commit and move, or choose among the options;
// Escape cancels; undo, redo, Delete and the clipboard are the field's. A click elsewhere,
// and whatever else takes the focus, commits.
//
// Always, Enter goes to the next cell, and after the last one to a new row. Tab and Shift+Tab commit and go to the next cell or the one before, and out of
// the sheet at its ends; Ctrl+Enter makes a row below and Alt+Up and Alt+Down move the
// row. Enter and Tab pass over read-only columns. On a Mac, Cmd is what Ctrl is elsewhere.
// Other keys and shortcuts go to the window.
//
// Everything runs on Fyne's own goroutine.
package sheet

import (
	"maps"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Column is one column of a sheet.
type Column struct {
	Title    string
	Width    float32 // includes the padding of the cell
	Least    float32 // that it shrinks to in a sheet too narrow for all widths; 0 for no less than Width
	Stretch  bool    // takes the width that is left over; the first such column alone
	Right    bool    // aligned right and never cut off, as numbers are
	ReadOnly bool    // set by the caller alone

	// Options returns what can be chosen in the cell of a row; nil for a column of free
	// text. It is asked whenever an edit begins. A list shows those that fit what is
	// typed, the best of them chosen, and a commit takes what is chosen there; text that
	// fits none, and no text, is taken as it is.
	Options func(row int) []Option
}

// Option is a choice in a cell.
type Option struct {
	Value string // becomes the text of the cell
	Label string // says in the list what the value is
}

// Cell is a place in a sheet, both counted from 0.
type Cell struct{ Row, Column int }

// Sheet shows rows of text and has them edited from the keyboard.
//
// Rows and columns are told by their places among the rows of the last SetRows. No
// callback has to be set. None but OnCursor is called while the sheet is locked.
type Sheet struct {
	widget.BaseWidget

	// Placeholder is shown while there is no row. Refresh shows another one.
	Placeholder string

	// OnEdit tells that the person gave a cell another text.
	OnEdit func(row, column int, text string)
	// OnInsert asks for an empty row before the row at; at may be the number of rows.
	OnInsert func(at int)
	// OnDelete asks to delete count rows.
	OnDelete func(from, count int)
	// OnMove asks to take out the row from and put it back so that it is the row to.
	OnMove func(from, to int)
	// OnPaste tells that cells were pasted: cells[i][j] is for the row row+i, which may be
	// one that is not there yet, and the column columns[j]. No row of cells is longer than
	// columns; where one is shorter the rest of its columns stays as it is. Cells may hold
	// line breaks.
	OnPaste func(row int, columns []int, cells [][]string)
	// OnUndo asks to undo the last change, OnRedo to do it again.
	OnUndo func()
	OnRedo func()
	// OnCursor tells where the cursor has come to; row is -1 while there is no row.
	OnCursor func(row, column int)
	// OnTyping tells at every key what stands in the cell that is being edited. What is
	// told is not committed: OnEdit follows with the final text, or, when the edit came to
	// nothing, OnTyping once more with the text of before.
	OnTyping func(row, column int, text string)

	columns  []Column
	rows     [][]string // each as long as columns
	problems map[Cell]string
	locked   bool

	cursor Cell // meaningless while there is no row
	anchor int  // row at the other end of the marked rows; none while no row is marked
	told   Cell // by the last OnCursor
	shift  bool // held down: Fyne does not tell with a key
	copied copied

	look    *look
	places  []place
	header  *header
	body    *body
	scroll  *container.Scroll
	hint    *canvas.Text
	editor  *editor // nil while no cell is being edited
	choices *choices
}

const none = -1

// New makes a sheet of at least one column, with no row in it.
func New(columns []Column) *Sheet {
	s := &Sheet{columns: slices.Clone(columns), anchor: none, told: Cell{Row: none}}
	s.OnEdit = func(int, int, string) {}
	s.OnInsert = func(int) {}
	s.OnDelete = func(int, int) {}
	s.OnMove = func(int, int) {}
	s.OnPaste = func(int, []int, [][]string) {}
	s.OnUndo = func() {}
	s.OnRedo = func() {}
	s.OnCursor = func(int, int) {}
	s.OnTyping = func(int, int, string) {}
	s.ExtendBaseWidget(s)
	s.look = newLook(s.Theme())
	s.places = placed(s.columns, 0)
	s.header = newHeader(s)
	s.body = newBody(s)
	s.scroll = container.NewVScroll(s.body)
	s.scroll.OnScrolled = func(fyne.Position) { s.body.draw() }
	s.hint = canvas.NewText("", nil)
	s.hint.Alignment = fyne.TextAlignCenter
	s.choices = newChoices(s)
	return s
}

// SetColumns shows other columns, at least one. Where they have other titles than before, an edit that is under
// way is dropped, and the rows are empty until SetRows.
func (s *Sheet) SetColumns(columns []Column) {
	same := slices.EqualFunc(s.columns, columns, func(a, b Column) bool { return a.Title == b.Title })
	if !same {
		s.cancel()
	}
	s.columns = slices.Clone(columns)
	if same {
		return
	}
	for i := range s.rows {
		s.rows[i] = s.padded(nil)
	}
	s.cursor.Column = within(s.cursor.Column, len(columns))
	s.problems, s.copied = nil, copied{}
	s.places = placed(s.columns, s.Size().Width)
	s.header.name()
	s.header.draw()
	s.body.rows = nil
	s.redraw()
}

// SetRows shows rows instead of what was shown; it keeps a copy. A row that is too short is
// filled up with empty cells. Cursor, scroll position and problems stay where they are, as
// far as there are rows. A cell that is being edited goes on being edited, unless its row
// is gone: then what was typed is dropped.
func (s *Sheet) SetRows(rows [][]string) {
	s.rows = make([][]string, len(rows))
	for i, cells := range rows {
		s.rows[i] = s.padded(cells)
	}
	if s.editor != nil && s.editor.at.Row >= len(rows) {
		s.close(true)
	}
	s.cursor.Row = max(min(s.cursor.Row, len(rows)-1), 0)
	if s.anchor >= len(rows) {
		s.anchor = none
	}
	s.redraw()
	s.tellCursor()
}

// SetRow shows other cells in a row that is there; it keeps a copy.
func (s *Sheet) SetRow(row int, cells []string) {
	s.rows[row] = s.padded(cells)
	s.body.draw()
}

func (s *Sheet) padded(cells []string) []string {
	row := make([]string, len(s.columns))
	copy(row, cells)
	return row
}

// Rows returns a copy of what is shown.
func (s *Sheet) Rows() [][]string {
	rows := make([][]string, len(s.rows))
	for i, cells := range s.rows {
		rows[i] = slices.Clone(cells)
	}
	return rows
}

// SetProblems marks the cells that have something wrong with them, and no others. The
// marks stay at their places when rows move.
func (s *Sheet) SetProblems(problems map[Cell]string) {
	s.problems = maps.Clone(problems)
	s.body.draw()
}

// Problem returns what is wrong with a cell; "" if nothing is.
func (s *Sheet) Problem(at Cell) string { return s.problems[at] }

// SetLocked says whether the rows can only be read and copied. An edit that is under way
// is dropped: Commit first where it shall not be.
func (s *Sheet) SetLocked(locked bool) {
	if locked {
		s.cancel()
	}
	s.locked = locked
	s.body.draw()
}

// Commit ends an edit that is under way, as Enter does, and leaves the cursor where it is.
func (s *Sheet) Commit() { s.commit(true) }

// Cursor returns the cell that the keys act on; its Row is -1 while there is no row.
func (s *Sheet) Cursor() Cell {
	if len(s.rows) == 0 {
		return Cell{none, s.cursor.Column}
	}
	return s.cursor
}

// SetCursor commits an edit that is under way and moves the cursor, to the nearest cell
// there is, and into sight.
func (s *Sheet) SetCursor(at Cell) {
	s.Commit()
	s.moveTo(at)
}

// Focus gives the keyboard to the sheet.
func (s *Sheet) Focus() { s.focus(s.body) }

func (s *Sheet) focus(o fyne.Focusable) {
	if c := s.canvas(); c != nil {
		c.Focus(o)
	}
}

// canvas returns the canvas that the sheet is on; nil while it is on none.
func (s *Sheet) canvas() fyne.Canvas {
	return fyne.CurrentApp().Driver().CanvasForObject(s.body)
}

// Refresh draws everything again, in the theme as it is now.
func (s *Sheet) Refresh() {
	s.look = newLook(s.Theme())
	s.BaseWidget.Refresh()
}

// redraw draws rows that may be fewer or more than before.
func (s *Sheet) redraw() {
	s.hint.Text, s.hint.TextSize, s.hint.Color = s.Placeholder, s.look.cell.size, s.look.muted
	s.hint.Hidden = len(s.rows) > 0
	canvas.Refresh(s.hint)
	s.scroll.Refresh()
}

// text returns the text of a cell that is there.
func (s *Sheet) text(at Cell) string { return s.rows[at.Row][at.Column] }

// CreateRenderer lays out the titles, the rows and what may stand over them.
func (s *Sheet) CreateRenderer() fyne.WidgetRenderer { return sheetRenderer{s} }

type sheetRenderer struct{ s *Sheet }

func (r sheetRenderer) Layout(size fyne.Size) {
	s := r.s
	s.places = placed(s.columns, size.Width)
	s.header.Resize(fyne.NewSize(size.Width, HeaderHeight))
	s.header.draw()
	s.scroll.Move(fyne.NewPos(0, HeaderHeight))
	s.scroll.Resize(fyne.NewSize(size.Width, max(size.Height-HeaderHeight, 0)))
	s.hint.Move(fyne.NewPos(0, HeaderHeight+RowHeight))
	s.hint.Resize(fyne.NewSize(size.Width, s.look.cell.height))
	s.redraw()
}

// leastRows is how many rows are always in sight: fewer leave no room for the choices.
const leastRows = 6

func (r sheetRenderer) MinSize() fyne.Size {
	return fyne.NewSize(leastWidth(r.s.columns), HeaderHeight+leastRows*RowHeight)
}

func (r sheetRenderer) Refresh() {
	r.s.header.draw()
	r.s.redraw()
	canvas.Refresh(r.s)
}

func (r sheetRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.s.header, r.s.scroll, r.s.hint, r.s.choices}
}

func (r sheetRenderer) Destroy() {}
