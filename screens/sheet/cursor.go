package sheet

import "fyne.io/fyne/v2"

// moveTo puts the cursor on the nearest cell there is, brings it into sight and marks
// nothing.
func (s *Sheet) moveTo(at Cell) {
	s.anchor = none
	s.put(at)
}

// extendTo puts the cursor in another row and marks the rows up to there.
func (s *Sheet) extendTo(row int) {
	if s.anchor == none && len(s.rows) > 0 {
		s.anchor = s.cursor.Row
	}
	s.put(Cell{row, s.cursor.Column})
}

func (s *Sheet) put(at Cell) {
	s.cursor = Cell{within(at.Row, len(s.rows)), within(at.Column, len(s.columns))}
	s.bring(s.cursor.Row)
	s.body.draw()
	s.tellCursor()
}

// within returns the index nearest to i of a thing of that length; 0 when there is none.
func within(i, length int) int { return max(min(i, length-1), 0) }

func (s *Sheet) tellCursor() {
	if at := s.Cursor(); at != s.told {
		s.told = at
		s.OnCursor(at.Row, at.Column)
	}
}

// bring scrolls no further than it must to show a row.
func (s *Sheet) bring(row int) {
	y, offset, height := float32(row)*RowHeight, s.scroll.Offset.Y, s.scroll.Size().Height
	switch {
	case y < offset:
		offset = y
	case y+RowHeight > offset+height:
		offset = y + RowHeight - height
	default:
		return
	}
	s.scroll.ScrollToOffset(fyne.NewPos(0, offset))
}

// page is how many rows Page Up and Page Down move by.
func (s *Sheet) page() int { return max(int(s.scroll.Size().Height/RowHeight)-1, 1) }

// marked reports whether a row is among those that are marked.
func (s *Sheet) marked(row int) bool {
	from, to := s.markedRows()
	return s.anchor != none && from <= row && row < to
}

// markedRows returns the rows that are marked, or the cursor's while none is: those before to.
func (s *Sheet) markedRows() (from, to int) {
	if s.anchor == none {
		return s.cursor.Row, s.cursor.Row + 1
	}
	return min(s.anchor, s.cursor.Row), max(s.anchor, s.cursor.Row) + 1
}

// unmark marks nothing. It reports whether anything was marked.
func (s *Sheet) unmark() bool {
	marked := s.anchor != none
	s.anchor = none
	s.body.draw()
	return marked
}

// move moves the cursor if the key is one that moves it; with extend it marks the rows on
// the way. It reports whether it is such a key.
func (s *Sheet) move(key fyne.KeyName, extend bool) bool {
	at := s.cursor
	switch key {
	case fyne.KeyUp:
		at.Row--
	case fyne.KeyDown:
		at.Row++
	case fyne.KeyPageUp:
		at.Row -= s.page()
	case fyne.KeyPageDown:
		at.Row += s.page()
	case fyne.KeyLeft:
		at.Column--
	case fyne.KeyRight:
		at.Column++
	case fyne.KeyHome:
		at.Column = 0
	case fyne.KeyEnd:
		at.Column = len(s.columns) - 1
	default:
		return false
	}
	if extend && at.Row != s.cursor.Row {
		s.extendTo(at.Row)
	} else {
		s.moveTo(at)
	}
	return true
}

// jump moves the cursor to the first or the last row. It reports whether the key means
// that, together with Ctrl.
func (s *Sheet) jump(key fyne.KeyName, extend bool) bool {
	var row int
	switch key {
	case fyne.KeyHome:
		row = 0
	case fyne.KeyEnd:
		row = len(s.rows) - 1
	default:
		return false
	}
	if extend {
		s.extendTo(row)
	} else {
		s.moveTo(Cell{row, s.cursor.Column})
	}
	return true
}

// neighbour returns the next cell that can be edited, or with a step of -1 the one before,
// row by row.
func (s *Sheet) neighbour(step int) (Cell, bool) {
	width := len(s.columns)
	for i := s.cursor.Row*width + s.cursor.Column + step; i >= 0 && i < len(s.rows)*width; i += step {
		if at := (Cell{i / width, i % width}); !s.columns[at.Column].ReadOnly {
			return at, true
		}
	}
	return Cell{}, false
}

// tab commits and goes to the next cell that can be edited, or to the one before; where
// there is none the focus leaves the sheet.
func (s *Sheet) tab() {
	s.Commit()
	step := 1
	if s.shift {
		step = -1
	}
	if to, ok := s.neighbour(step); ok && !s.locked {
		s.moveTo(to)
		return
	}
	switch c := s.canvas(); {
	case c == nil:
	case s.shift:
		c.FocusPrevious()
	default:
		c.FocusNext()
	}
}

// advance goes to the next cell that can be edited, after the last one in a new row.
func (s *Sheet) advance() {
	if to, ok := s.neighbour(1); ok {
		s.moveTo(to)
	} else {
		s.insert(len(s.rows))
	}
}
