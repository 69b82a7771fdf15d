package grid

import (
	"fyne.io/fyne/v2"
	"golang.org/x/text/language"
)

// Column is one column of a grid whose rows are of type R.
//
// A column is sorted either by its text in the locale's order (Collate) or by a number
// (Order); one with neither cannot be sorted. The functions are called from Build off
// the UI goroutine too, those of several columns at the same time, so they must only read the row.
type Column[R any] struct {
	ID    string // names the column in a State; never shown
	Title string

	Width    float32 // before the person drags a border; includes the padding of the cell
	MinWidth float32 // what dragging and a narrow window leave
	Stretch  float32 // share of the width that is left over; 0 takes none
	Align    fyne.TextAlign
	// Priority says which column goes first when the window is too narrow for all the
	// least widths: the highest, and of equal ones the rightmost.
	Priority int
	Hidden   bool // until the person asks for it

	Text func(R) string // what the cell shows
	Copy func(R) string // what the cell is in a copied row; nil copies Text
	Sign func(R) Sign   // drawn before the text; nil for a column without signs
	// Press is what a click on the cell does: it is drawn as a button, which Enter presses through OnOpen. A cell
	// without text is none. nil for a column to read.
	Press func(R)

	Search  bool           // whether the column is searched, shown or not
	Find    func(R) string // what is searched instead of Text; nil searches Text
	Collate bool           // sort by Text, in the locale's order
	Order   func(R) int64  // sort by this number
}

// Sign is a glyph of the theme's symbol font in one of the theme's colours. The text
// beside it says the same in words: colour never stands alone. The zero Sign is none.
type Sign struct {
	Glyph string
	Color fyne.ThemeColorName
}

// Schema says what the rows of a grid are. It is not changed after its first use.
type Schema[R any, K comparable] struct {
	Key     func(R) K // what makes a row the same row after a reload
	Columns []Column[R]
	Locale  language.Tag // whose order Collate sorts by
	// Ticks makes the checks decisions: a row that it says no to cannot be ticked, and only the check and Space
	// tick one. A click beside it moves the cursor, whose row is tinted, and Escape leaves the ticks as they are.
	// nil selects rows as a list of files does.
	Ticks func(R) bool
}

func (c *Column[R]) sortable() bool { return c.Collate || c.Order != nil }

func (c *Column[R]) found(row R) string {
	if c.Find != nil {
		return c.Find(row)
	}
	return c.Text(row)
}

func (c *Column[R]) copied(row R) string {
	if c.Copy != nil {
		return c.Copy(row)
	}
	return c.Text(row)
}
