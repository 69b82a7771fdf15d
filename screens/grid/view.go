package grid

import (
	"iter"
	"slices"
)

// view is what of a model is shown, and in which order.
type view[R any, K comparable] struct {
	model *Model[R, K]

	words search
	keep  func(R) bool // nil keeps every row
	sort  int          // column; -1 shows the rows as they were loaded
	desc  bool

	matching []bool  // by row: kept, and found by the search
	shown    []int32 // the matching rows, in order
}

// setModel sets m and shows it by the search, the filter and the order of before.
func (v *view[R, K]) setModel(m *Model[R, K]) {
	v.model = m
	v.matching = make([]bool, len(m.rows))
	v.shown = make([]int32, 0, len(m.rows))
	v.match()
	v.arrange()
}

// match decides again for every row whether it is shown.
func (v *view[R, K]) match() {
	for i := range v.matching {
		v.matching[i] = v.matches(int32(i))
	}
}

// refine takes away the rows that the search does not find.
func (v *view[R, K]) refine() {
	for _, i := range v.shown {
		v.matching[i] = v.words.matches(v.model.text[i])
	}
}

func (v *view[R, K]) matches(i int32) bool {
	return v.words.matches(v.model.text[i]) && (v.keep == nil || v.keep(v.model.rows[i]))
}

// arrange lists the matching rows in order.
func (v *view[R, K]) arrange() {
	v.shown = v.shown[:0]
	for i := range v.ordered() {
		if v.matching[i] {
			v.shown = append(v.shown, i)
		}
	}
}

// ordered yields every row, shown or not, in the order of the view. Descending is the
// reverse of ascending.
func (v *view[R, K]) ordered() iter.Seq[int32] {
	return func(yield func(int32) bool) {
		if v.sort < 0 {
			for i := range int32(len(v.model.rows)) {
				if !yield(i) {
					return
				}
			}
			return
		}
		order := v.model.orders[v.sort]
		if v.desc {
			for _, i := range slices.Backward(order) {
				if !yield(i) {
					return
				}
			}
			return
		}
		for _, i := range order {
			if !yield(i) {
				return
			}
		}
	}
}

// search shows what text finds. It reports whether what is shown may have changed.
func (v *view[R, K]) search(text string) bool {
	words := newSearch(text)
	if slices.Equal(words, v.words) {
		return false
	}
	narrows := words.narrows(v.words)
	v.words = words
	if narrows {
		v.refine()
	} else {
		v.match()
	}
	v.arrange()
	return true
}

// patched shows rows that were replaced; it reports whether other rows are shown or in
// another order than before.
func (v *view[R, K]) patched(rows []int32, reordered []bool) bool {
	changed := v.sort >= 0 && reordered[v.sort]
	for _, i := range rows {
		if matches := v.matches(i); matches != v.matching[i] {
			v.matching[i] = matches
			changed = true
		}
	}
	if changed {
		v.arrange()
	}
	return changed
}

// position returns where row i is shown, or -1.
func (v *view[R, K]) position(i int32) int {
	if i < 0 || !v.matching[i] {
		return -1
	}
	return slices.Index(v.shown, i)
}
