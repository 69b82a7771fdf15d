package grid

import "slices"

// none is no row.
const none int32 = -1

// selection is the rows that are selected, by their index in the model, shown or not. A
// range runs from the anchor; what was selected when the range began stays selected
// while its other end moves to and fro.
type selection struct {
	on     []bool
	count  int
	anchor int32
	base   []bool // what was selected when the range began; nil while there is none

	matching []bool // the view's: which rows are shown
	shown    int    // how many of the selected are
}

// reset forgets everything, for the rows of which matching tells whether they are shown.
func (s *selection) reset(matching []bool) {
	*s = selection{on: make([]bool, len(matching)), anchor: none, matching: matching}
}

// set selects or deselects one row. It reports whether that changed it.
func (s *selection) set(row int32, on bool) bool {
	if s.on[row] == on {
		return false
	}
	s.on[row] = on
	step := 1
	if !on {
		step = -1
	}
	s.count += step
	if s.matching[row] {
		s.shown += step
	}
	return true
}

// recount counts again, after other rows than before are shown.
func (s *selection) recount() {
	s.count, s.shown = 0, 0
	for row, on := range s.on {
		if on {
			s.count++
			if s.matching[row] {
				s.shown++
			}
		}
	}
}

// setAll selects or deselects rows, and ends a range.
func (s *selection) setAll(rows []int32, on bool) bool {
	s.base = nil
	changed := false
	for _, row := range rows {
		changed = s.set(row, on) || changed
	}
	return changed
}

// drop deselects the rows that are not shown, and ends a range: it would bring them back.
func (s *selection) drop() bool {
	s.base = nil
	if s.count == s.shown {
		return false
	}
	for row, on := range s.on {
		s.on[row] = on && s.matching[row]
	}
	s.count = s.shown
	return true
}

// clear deselects everything, and ends a range.
func (s *selection) clear() bool {
	s.base = nil
	if s.count == 0 {
		return false
	}
	clear(s.on)
	s.count, s.shown = 0, 0
	return true
}

// only selects row and nothing else.
func (s *selection) only(row int32) bool {
	s.start(row)
	if s.count == 1 && s.on[row] {
		return false
	}
	s.clear()
	return s.set(row, true)
}

// toggle selects or deselects row and leaves the others.
func (s *selection) toggle(row int32) bool {
	s.start(row)
	return s.set(row, !s.on[row])
}

// start puts the anchor of the next range on row.
func (s *selection) start(row int32) {
	s.anchor = row
	s.base = nil
}

// extend selects rows, which run from the anchor to the other end of the range, besides
// what was selected before the range began.
func (s *selection) extend(rows []int32) bool {
	if s.base == nil {
		s.base = slices.Clone(s.on)
	}
	old := s.on
	s.on = slices.Clone(s.base)
	for _, row := range rows {
		s.on[row] = true
	}
	if slices.Equal(old, s.on) {
		return false
	}
	s.recount()
	return true
}
