package grid

import (
	"math"
	"slices"

	"fyne.io/fyne/v2"
)

const (
	checkWidth  = 34 // of the column of checks, which is always there
	cellPadding = 8  // left and right in every cell
	signWidth   = 18 // of the place before the text, in a column with signs
	maxWidth    = 4000
)

// columns places the columns of a grid; header and rows read the same one.
type columns struct {
	all     []columnState // in the order they stand in, those not shown too
	placed  []place       // those that are shown now, from left to right
	width   float32       // of the whole grid
	version int           // changes whenever placed does
	before  []float32     // the widths of placed when a resizing began; nil while there is none
}

// columnState is the part of a column that a person can change, with its bounds.
type columnState struct {
	id        string
	column    int // index in the schema
	width     float32
	min       float32
	stretch   float32
	priority  int
	hidden    bool
	signs     bool
	buttons   bool
	align     fyne.TextAlign
	standard  float32 // width as the schema has it
	concealed bool    // hidden as the schema has it
}

// place is where a shown column stands.
type place struct {
	*columnState
	x, w float32
}

func newColumns[R any](schema []Column[R]) *columns {
	cs := &columns{}
	for i, c := range schema {
		least := float32(math.Ceil(float64(max(c.MinWidth, 2*cellPadding)))) // whole pixels, as share has them
		standard := max(c.Width, least)
		cs.all = append(cs.all, columnState{
			id: c.ID, column: i, width: standard, standard: standard, min: least, stretch: c.Stretch, priority: c.Priority,
			hidden: c.Hidden, concealed: c.Hidden, signs: c.Sign != nil, buttons: c.Press != nil, align: c.Align,
		})
	}
	return cs
}

// fit places the columns in a grid of that width. Where the least widths do not fit,
// columns go by their priority; what is left over goes to those that stretch.
func (cs *columns) fit(width float32) {
	cs.width = width
	cs.version++
	cs.settle()
	cs.placed = cs.placed[:0]
	available := float32(math.Floor(float64(max(width-checkWidth, 0))))
	var least float32
	for i := range cs.all {
		if c := &cs.all[i]; !c.hidden {
			cs.placed = append(cs.placed, place{columnState: c})
			least += c.min
		}
	}
	for least > available && len(cs.placed) > 1 {
		i := cs.dispensable()
		least -= cs.placed[i].min
		cs.placed = slices.Delete(cs.placed, i, i+1)
	}
	cs.share(available)
}

// dispensable returns the placed column that goes first.
func (cs *columns) dispensable() int {
	first := 0
	for i, p := range cs.placed {
		if p.priority >= cs.placed[first].priority {
			first = i
		}
	}
	return first
}

// share gives the placed columns the available width, in whole pixels: text on half
// pixels is blurred.
func (cs *columns) share(available float32) {
	if len(cs.placed) == 0 {
		return
	}
	var wanted, slack, weight float32
	for _, p := range cs.placed {
		wanted += p.width
		slack += p.width - p.min
		weight += p.stretch
	}
	last := &cs.placed[len(cs.placed)-1]
	extra := available - wanted
	left := available
	for i := range cs.placed {
		p := &cs.placed[i]
		p.x = checkWidth + available - left
		p.w = p.width
		switch {
		case extra > 0 && weight > 0:
			p.w += extra * p.stretch / weight
		case extra < 0 && slack > 0:
			p.w += extra * (p.width - p.min) / slack
		}
		p.w = max(float32(math.Floor(float64(p.w))), p.min)
		left -= p.w
	}
	// What rounding left, and all of it where no column stretches or the last one alone
	// is wider than the grid, is the last column's.
	last.w = max(last.w+left, 0)
}

// resize gives the i-th placed column a width as near to w as its right neighbours
// allow: they give the room or take it, so that the border follows the pointer. Until
// settle, each call starts from the widths before the first.
func (cs *columns) resize(i int, w float32) {
	if cs.before == nil {
		for _, p := range cs.placed {
			cs.before = append(cs.before, p.w)
		}
	}
	for j := range cs.placed {
		cs.placed[j].w = cs.before[j]
	}
	c, right := &cs.placed[i], cs.placed[i+1:]
	delta := float32(math.Round(float64(max(w, c.min) - c.w)))
	if delta < 0 && len(right) > 0 {
		c.w += delta
		right[0].w -= delta
	}
	for j := range right {
		given := min(max(delta, 0), max(right[j].w-right[j].min, 0))
		right[j].w -= given
		c.w += given
		delta -= given
	}
	x := float32(checkWidth)
	for j := range cs.placed {
		p := &cs.placed[j]
		p.x = x
		x += p.w
		p.width = max(p.w, p.min)
	}
	cs.version++
}

// settle ends a resizing.
func (cs *columns) settle() { cs.before = nil }

// toggle shows or hides a column, but never hides the last one shown.
func (cs *columns) toggle(id string) {
	for i := range cs.all {
		if c := &cs.all[i]; c.id == id && (c.hidden || cs.chosen() > 1) {
			c.hidden = !c.hidden
		}
	}
	cs.fit(cs.width)
}

// chosen counts the columns that are not hidden, whether there is room for them or not.
func (cs *columns) chosen() int {
	n := 0
	for _, c := range cs.all {
		if !c.hidden {
			n++
		}
	}
	return n
}
