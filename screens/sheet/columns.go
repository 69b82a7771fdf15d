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

// placed returns where the columns stand in a sheet of that width.
func placed(columns []Column, width float32) []place {
	left := max(width-leastWidth(columns), 0)
	places := make([]place, len(columns))
	var x float32
	for i, c := range columns {
		w := c.Width
		if c.Stretch {
			w += left
			left = 0
		}
		places[i] = place{x, w}
		x += w
	}
	return places
}

func leastWidth(columns []Column) float32 {
	var width float32
	for _, c := range columns {
		width += c.Width
	}
	return width
}
