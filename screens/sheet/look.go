package sheet

import (
	"image/color"
	"math"
	"sort"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// look is the theme as the sheet draws it, looked up once and not for every cell.
type look struct {
	text, muted, line, header     color.Color
	marked, readOnly, focus, edit color.Color
	list, hovered, bar, problem   color.Color

	cell, title, sign face
}

func newLook(th fyne.Theme) *look {
	v := fyne.CurrentApp().Settings().ThemeVariant()
	size := th.Size(theme.SizeNameText)
	return &look{
		text:     th.Color(theme.ColorNameForeground, v),
		muted:    th.Color(theme.ColorNamePlaceHolder, v),
		line:     th.Color(theme.ColorNameSeparator, v),
		header:   th.Color(theme.ColorNameHeaderBackground, v),
		marked:   th.Color(theme.ColorNameSelection, v),
		readOnly: th.Color(theme.ColorNameHover, v),
		focus:    th.Color(theme.ColorNamePrimary, v),
		edit:     th.Color(theme.ColorNameInputBackground, v),
		list:     th.Color(theme.ColorNameMenuBackground, v),
		hovered:  th.Color(theme.ColorNameHover, v),
		bar:      th.Color(theme.ColorNameScrollBar, v),
		problem:  th.Color(theme.ColorNameError, v),
		cell:     newFace(size, fyne.TextStyle{}),
		title:    newFace(th.Size(theme.SizeNameCaptionText), fyne.TextStyle{Bold: true}),
		sign:     newFace(size, fyne.TextStyle{Symbol: true}),
	}
}

// face is text of one size and style.
type face struct {
	size   float32
	style  fyne.TextStyle
	height float32
}

func newFace(size float32, style fyne.TextStyle) face {
	return face{size, style, fyne.MeasureText("M", size, style).Height}
}

func (f face) width(s string) float32 { return fyne.MeasureText(s, f.size, f.style).Width }

const ellipsis = "…"

// fit returns s, or as much of its start as fits into width with an ellipsis after it.
func (f face) fit(s string, width float32) string {
	if f.width(s) <= width {
		return s
	}
	runes := []rune(s)
	cut := func(length int) string { return string(runes[:length]) + ellipsis }
	tooLong := sort.Search(len(runes), func(length int) bool { return f.width(cut(length)) > width })
	if tooLong == 0 {
		return ""
	}
	return cut(tooLong - 1)
}

// fitNumber returns s, or only an ellipsis when it does not fit: half a number would be
// another number.
func (f face) fitNumber(s string, width float32) string {
	if f.width(s) <= width {
		return s
	}
	return f.fit(ellipsis, width)
}

// middle returns the top of a text that stands in the middle of height, on a whole pixel.
func (f face) middle(height float32) float32 {
	return float32(math.Round(float64(height-f.height) / 2))
}

// oneLine returns s with a space for every line break and other control character.
func oneLine(s string) string {
	if !strings.ContainsFunc(s, unicode.IsControl) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}
