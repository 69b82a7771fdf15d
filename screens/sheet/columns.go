package sheet

import "fyne.io/fyne/v2"

const cellPadding = 8 // left and right in every cell

func (c *Column) alignment() fyne.TextAlign {
	if c.Right {
		return fyne.TextAlignTrailing
	}
	return fyne.TextAlignLeading
}

// place is where a column stands.
type place struct{ x, width float32 }

// placed returns where the columns stand in a sheet of that width: in one that is too narrow for their
// widths, each gives up its share of what it may.
func placed(columns []Column, width float32) []place {
	var wished, least float32
	for _, c := range columns {
		wished += c.Width
		least += c.least()
	}
	left := max(width-wished, 0)
	shrunk := float32(0)
	if width < wished && least < wished {
		shrunk = min((wished-width)/(wished-least), 1)
	}
	places := make([]place, len(columns))
	var x float32
	for i, c := range columns {
		w := c.Width - shrunk*(c.Width-c.least())
		if c.Stretch {
			w += left
			left = 0
		}
		places[i] = place{x, w}
		x += w
	}
	return places
}

func (c *Column) least() float32 {
	if c.Least == 0 {
		return c.Width
	}
	return c.Least
}

func leastWidth(columns []Column) float32 {
	var width float32
	for i := range columns {
		width += columns[i].least()
	}
	return width
}
