package grid

import (
	"encoding/json"
	"slices"
)

// State is what a person arranged in a grid, to be kept in the preferences: the columns in
// their order, and the sorting.
type State struct {
	Columns []ColumnState `json:"columns,omitempty"`
	Sort    string        `json:"sort,omitempty"` // ID of the column; "" for the order of loading
	Desc    bool          `json:"desc,omitempty"`
}

// ColumnState is a column in a State.
type ColumnState struct {
	ID     string  `json:"id"`
	Width  float32 `json:"width,omitempty"`
	Hidden bool    `json:"hidden,omitempty"`
}

// String returns the form that ParseState reads.
func (s State) String() string {
	b, err := json.Marshal(s)
	if err != nil { // a width that is no number
		return ""
	}
	return string(b)
}

// ParseState reads what String wrote. What it cannot read is the zero State, which a grid
// shows as its schema says: lost column widths are no reason to bother anyone.
func ParseState(text string) State {
	var s State
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return State{}
	}
	return s
}

func (cs *columns) state() []ColumnState {
	states := make([]ColumnState, len(cs.all))
	for i, c := range cs.all {
		states[i] = ColumnState{ID: c.id, Width: c.width, Hidden: c.hidden}
	}
	return states
}

// setState puts the columns in the order of states and gives them its widths; those it
// does not name follow as the schema has them. Columns it names twice or that no longer
// exist are passed over, and widths out of bounds are brought within.
func (cs *columns) setState(states []ColumnState) {
	rest := slices.Clone(cs.all)
	slices.SortFunc(rest, func(a, b columnState) int { return a.column - b.column })
	for i := range rest {
		rest[i].width, rest[i].hidden = rest[i].standard, rest[i].concealed
	}
	cs.all = cs.all[:0]
	for _, s := range states {
		i := slices.IndexFunc(rest, func(c columnState) bool { return c.id == s.ID })
		if i < 0 {
			continue
		}
		c := rest[i]
		rest = slices.Delete(rest, i, i+1)
		c.hidden = s.Hidden
		if s.Width > 0 {
			c.width = min(max(s.Width, c.min), maxWidth)
		}
		cs.all = append(cs.all, c)
	}
	cs.all = append(cs.all, rest...)
	if cs.chosen() == 0 && len(cs.all) > 0 {
		cs.all[0].hidden = false
	}
	cs.fit(cs.width)
}
