package sheet

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
)

// insert has a row inserted and goes to its first cell that can be edited.
func (s *Sheet) insert(at int) {
	if s.locked {
		return
	}
	before := len(s.rows)
	s.OnInsert(at)
	if len(s.rows) > before {
		first := slices.IndexFunc(s.columns, func(c Column) bool { return !c.ReadOnly })
		s.moveTo(Cell{at, first})
	}
}

// insertBelow has a row inserted below the cursor.
func (s *Sheet) insertBelow() {
	s.insert(min(s.cursor.Row+1, len(s.rows)))
}

// deleteRows has the marked rows deleted, or the cursor's while none is marked.
func (s *Sheet) deleteRows() {
	if s.locked || len(s.rows) == 0 {
		return
	}
	from, to := s.markedRows()
	s.OnDelete(from, to-from)
	s.moveTo(Cell{from, s.cursor.Column})
}

// erase has the marked rows deleted, or the cursor's cell emptied while none is marked.
func (s *Sheet) erase() {
	switch {
	case s.anchor != none:
		s.deleteRows()
	case s.editable() && s.text(s.cursor) != "":
		s.OnEdit(s.cursor.Row, s.cursor.Column, "")
	}
}

// moveRow has the cursor's row change places with the one below, or with a step of -1
// with the one above.
func (s *Sheet) moveRow(step int) {
	from, to := s.cursor.Row, s.cursor.Row+step
	if s.locked || to < 0 || to >= len(s.rows) {
		return
	}
	s.anchor = none
	s.OnMove(from, to)
	s.moveTo(Cell{to, s.cursor.Column})
}

func (s *Sheet) undo() {
	if !s.locked {
		s.OnUndo()
	}
}

func (s *Sheet) redo() {
	if !s.locked {
		s.OnRedo()
	}
}

// copied is what was last copied from here: whole rows go back to the columns that they
// came from.
type copied struct {
	text string
	rows bool
}

// copy copies the marked rows, or the cursor's cell while none is marked.
func (s *Sheet) copy() {
	if len(s.rows) == 0 {
		return
	}
	if s.anchor != none {
		from, to := s.markedRows()
		s.copied = copied{formatTSV(s.rows[from:to]), true}
	} else {
		cell := formatTSV([][]string{{s.text(s.cursor)}})
		s.copied = copied{strings.TrimSuffix(cell, "\n"), false}
	}
	fyne.CurrentApp().Clipboard().SetContent(s.copied.text)
}

func (s *Sheet) cut() {
	s.copy()
	s.erase()
}

// paste tells of the cells on the clipboard: they go to the cursor's column and those
// after it that can be edited, from the cursor's row or the first marked one on. What
// finds no column is left out.
func (s *Sheet) paste() {
	text := fyne.CurrentApp().Clipboard().Content()
	if s.locked || text == "" {
		return
	}
	cells, from := parseTSV(text), s.cursor.Column
	if s.copied.rows && s.copied.text == text {
		from = 0
		for i, row := range cells {
			cells[i] = s.withoutReadOnly(row)
		}
	}
	var columns []int
	for i := from; i < len(s.columns); i++ {
		if !s.columns[i].ReadOnly {
			columns = append(columns, i)
		}
	}
	var width int
	for i, row := range cells {
		cells[i] = row[:min(len(row), len(columns))]
		width = max(width, len(cells[i]))
	}
	if width == 0 {
		return
	}
	to, _ := s.markedRows()
	s.OnPaste(to, columns[:width], cells)
	s.moveTo(Cell{to, s.cursor.Column})
}

// withoutReadOnly returns the cells of a whole row that can be edited.
func (s *Sheet) withoutReadOnly(row []string) []string {
	var cells []string
	for i, cell := range row {
		if !s.columns[i].ReadOnly {
			cells = append(cells, cell)
		}
	}
	return cells
}
