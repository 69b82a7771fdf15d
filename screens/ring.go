package screens

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/screens/style"
)

// ring is the outline of what has the keys, two pixels wide. It stands out by 3:1 at least from what is beside it, as
// WCAG asks; the tint that the toolkit gives a focused widget does not.
type ring struct {
	on   bool
	rect *canvas.Rectangle
}

// around has the ring drawn over a widget. ground is the colour the widget is filled with where that leaves too little
// contrast with the ring's usual colour, and "" elsewhere; the ring is then drawn inside, in the colour of texts on it.
func (r *ring) around(inner fyne.WidgetRenderer, ground func() fyne.ThemeColorName) fyne.WidgetRenderer {
	r.rect = canvas.NewRectangle(color.Transparent)
	r.rect.StrokeWidth = style.Ring
	drawn := &ringed{inner, r, ground}
	drawn.draw()
	return drawn
}

// ringed draws a widget and its ring.
type ringed struct {
	fyne.WidgetRenderer
	ring   *ring
	ground func() fyne.ThemeColorName
}

// Objects returns what the widget draws, and the ring over it.
func (r *ringed) Objects() []fyne.CanvasObject {
	return append(slices.Clone(r.WidgetRenderer.Objects()), r.ring.rect)
}

// Layout gives the widget and the ring their size.
func (r *ringed) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	inset := r.inset()
	r.ring.rect.Move(fyne.NewSquareOffsetPos(inset))
	r.ring.rect.Resize(size.SubtractWidthHeight(2*inset, 2*inset))
}

// Refresh draws both as they are now.
func (r *ringed) Refresh() {
	r.draw()
	r.WidgetRenderer.Refresh()
}

func (r *ringed) draw() {
	rect := r.ring.rect
	rect.Hidden = !r.ring.on
	rect.StrokeColor = theme.Color(theme.ColorNamePrimary)
	rect.CornerRadius = theme.Size(theme.SizeNameButtonRadius)
	if on, filled := foregrounds[r.ground()]; filled {
		rect.StrokeColor = theme.Color(on)
		rect.CornerRadius -= r.inset() / 2
	}
	rect.Refresh()
}

func (r *ringed) inset() float32 {
	if _, filled := foregrounds[r.ground()]; filled {
		return style.Ring
	}
	return 0
}

// foregrounds are the colours of texts on what is filled with a strong colour.
var foregrounds = map[fyne.ThemeColorName]fyne.ThemeColorName{
	theme.ColorNamePrimary: theme.ColorNameForegroundOnPrimary,
	theme.ColorNameError:   theme.ColorNameForegroundOnError,
	theme.ColorNameWarning: theme.ColorNameForegroundOnWarning,
	theme.ColorNameSuccess: theme.ColorNameForegroundOnSuccess,
}

// plain is the ground of what is not filled with a strong colour.
func plain() fyne.ThemeColorName { return "" }

// fill returns the colour that a button of that importance is filled with, where it is a strong one.
func fill(b *widget.Button) fyne.ThemeColorName {
	switch {
	case b.Disabled():
		return ""
	case b.Importance == widget.HighImportance:
		return theme.ColorNamePrimary
	case b.Importance == widget.DangerImportance:
		return theme.ColorNameError
	case b.Importance == widget.WarningImportance:
		return theme.ColorNameWarning
	case b.Importance == widget.SuccessImportance:
		return theme.ColorNameSuccess
	}
	return ""
}
