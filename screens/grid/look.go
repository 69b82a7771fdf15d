package grid

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// look is the theme as the grid draws it, looked up once and not for every cell.
type look struct {
	theme   fyne.Theme
	variant fyne.ThemeVariant

	text, muted, line, header     color.Color
	selected, hovered, focus      color.Color
	checkOn, checkMark, checkEdge color.Color
	button                        color.Color
	colors                        map[fyne.ThemeColorName]color.Color // of the signs

	body, title, sign *meter
}

func newLook(th fyne.Theme) *look {
	v := fyne.CurrentApp().Settings().ThemeVariant()
	return &look{
		theme: th, variant: v,
		text:      th.Color(theme.ColorNameForeground, v),
		muted:     th.Color(theme.ColorNamePlaceHolder, v),
		line:      th.Color(theme.ColorNameSeparator, v),
		header:    th.Color(theme.ColorNameHeaderBackground, v),
		selected:  th.Color(theme.ColorNameSelection, v),
		hovered:   th.Color(theme.ColorNameHover, v),
		focus:     th.Color(theme.ColorNamePrimary, v),
		checkOn:   th.Color(theme.ColorNamePrimary, v),
		checkMark: th.Color(theme.ColorNameForegroundOnPrimary, v),
		checkEdge: th.Color(theme.ColorNamePlaceHolder, v),
		button:    th.Color(theme.ColorNameButton, v),
		colors:    make(map[fyne.ThemeColorName]color.Color),
		body:      newMeter(th.Size(theme.SizeNameText), fyne.TextStyle{}),
		title:     newMeter(th.Size(theme.SizeNameCaptionText), fyne.TextStyle{Bold: true}),
		sign:      newMeter(th.Size(theme.SizeNameText)+2, fyne.TextStyle{Symbol: true}),
	}
}

func (l *look) color(name fyne.ThemeColorName) color.Color {
	c, ok := l.colors[name]
	if !ok {
		c = l.theme.Color(name, l.variant)
		l.colors[name] = c
	}
	return c
}

// meter measures text of one size and style. It adds up the advances of the single
// letters, which it measures once each: shaping whole texts, as Fyne does, costs more
// than all the rest of a row. Kerning only makes a text narrower than that.
type meter struct {
	size   float32
	style  fyne.TextStyle
	height float32
	ascii  [128]float32
	others map[rune]float32
}

const ellipsis = "…"

func newMeter(size float32, style fyne.TextStyle) *meter {
	m := &meter{size: size, style: style, others: make(map[rune]float32)}
	m.height = fyne.MeasureText("M", size, style).Height
	return m
}

func (m *meter) measure(r rune) float32 { return fyne.MeasureText(string(r), m.size, m.style).Width }

func (m *meter) advance(r rune) float32 {
	if r < rune(len(m.ascii)) {
		if m.ascii[r] == 0 {
			m.ascii[r] = m.measure(r)
		}
		return m.ascii[r]
	}
	w, ok := m.others[r]
	if !ok {
		w = m.measure(r)
		m.others[r] = w
	}
	return w
}

func (m *meter) width(s string) float32 {
	var w float32
	for _, r := range s {
		w += m.advance(r)
	}
	return w
}

// fit returns s, or as much of its start as fits into width with an ellipsis after it.
func (m *meter) fit(s string, width float32) string {
	room := width - m.advance('…')
	var w float32
	cut := 0
	for i, r := range s {
		if w <= room {
			cut = i
		}
		w += m.advance(r)
		if w > width {
			if room < 0 {
				return ""
			}
			return s[:cut] + ellipsis
		}
	}
	return s
}

// fitNumber returns s, or only an ellipsis when it does not fit: half a number would be
// another number.
func (m *meter) fitNumber(s string, width float32) string {
	if m.width(s) <= width {
		return s
	}
	return m.fit(ellipsis, width)
}

// middle returns the top of a text that stands in the middle of height, on a whole pixel.
func (m *meter) middle(height float32) float32 {
	return float32(math.Round(float64(height-m.height) / 2))
}
