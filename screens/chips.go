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

// chips are words beside each other of which one is chosen, each with a count. They are
// one stop of the Tab key; the arrows move between them.
type chips struct {
	widget.BaseWidget
	keys    *keyboard
	words   []string
	counts  []string
	signs   []style.Sign // before the words; nil for none
	chosen  int
	changed func(int)
	focused bool
}

func newChips(k *keyboard, words []string, changed func(int)) *chips {
	c := &chips{keys: k, words: words, counts: make([]string, len(words)), changed: changed}
	c.ExtendBaseWidget(c)
	return c
}

// setCounts shows other counts, one for each word. It reports whether any differs.
func (c *chips) setCounts(counts []string) bool {
	if slices.Equal(c.counts, counts) {
		return false
	}
	c.counts = counts
	c.Refresh()
	return true
}

// choose chooses one of the words.
func (c *chips) choose(i int) {
	if i < 0 || i >= len(c.words) || i == c.chosen {
		return
	}
	c.chosen = i
	c.Refresh()
	c.changed(i)
}

// Tapped chooses the word at that place.
func (c *chips) Tapped(ev *fyne.PointEvent) {
	var x float32
	for i := range c.words {
		w := c.width(i)
		if ev.Position.X >= x && ev.Position.X < x+w {
			c.choose(i)
			return
		}
		x += w + chipGap
	}
}

// TypedKey moves with the arrows and hands on every other key.
func (c *chips) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyRight:
		c.choose(c.chosen + 1)
	case fyne.KeyLeft:
		c.choose(c.chosen - 1)
	default:
		c.keys.typed(ev)
	}
}

// TypedRune ignores what is typed.
func (c *chips) TypedRune(rune) {}

// FocusGained shows that the arrows act here.
func (c *chips) FocusGained() { c.focused = true; c.Refresh() }

// FocusLost hides it.
func (c *chips) FocusLost() { c.focused = false; c.Refresh() }

const (
	chipGap     = 2
	chipPadding = 9
	chipHeight  = 26
	countGap    = 5
)

func (c *chips) width(i int) float32 {
	return c.signWidth(i) + textWidth(c.words[i], i == c.chosen) + countGap + textWidth(c.counts[i], false) + 2*chipPadding
}

// signWidth is the width that the sign before a word takes.
func (c *chips) signWidth(i int) float32 {
	if c.signs == nil || c.signs[i].Glyph == "" {
		return 0
	}
	return signRoom
}

func textWidth(text string, bold bool) float32 {
	return fyne.MeasureText(text, theme.TextSize(), fyne.TextStyle{Bold: bold}).Width
}

// CreateRenderer draws the words.
func (c *chips) CreateRenderer() fyne.WidgetRenderer {
	r := &chipsRenderer{of: c}
	for range c.words {
		r.backs = append(r.backs, canvas.NewRectangle(color.Transparent))
		r.words = append(r.words, canvas.NewText("", color.Transparent))
		r.counts = append(r.counts, canvas.NewText("", color.Transparent))
		sign := canvas.NewText("", color.Transparent)
		sign.TextStyle.Symbol = true
		r.signs = append(r.signs, sign)
	}
	r.Refresh()
	return r
}

type chipsRenderer struct {
	of                   *chips
	backs                []*canvas.Rectangle
	signs, words, counts []*canvas.Text
}

func (r *chipsRenderer) Refresh() {
	c := r.of
	for i := range c.words {
		back, word, count := r.backs[i], r.words[i], r.counts[i]
		back.CornerRadius = theme.Size(theme.SizeNameButtonRadius)
		back.FillColor, back.StrokeWidth = color.Transparent, 0
		word.Text, word.TextStyle.Bold = c.words[i], i == c.chosen
		word.Color, word.TextSize = theme.Color(theme.ColorNameForeground), theme.TextSize()
		if c.signs != nil {
			sign := r.signs[i]
			sign.Text, sign.Color, sign.TextSize = c.signs[i].Glyph, theme.Color(colorOf(c.signs[i])), theme.TextSize()
		}
		count.Text, count.Color, count.TextSize = c.counts[i], theme.Color(theme.ColorNamePlaceHolder), theme.TextSize()
		if i == c.chosen {
			back.FillColor = theme.Color(theme.ColorNameButton)
			if c.focused {
				back.StrokeColor, back.StrokeWidth = theme.Color(theme.ColorNamePrimary), style.Ring
			}
		}
	}
	r.Layout(c.Size())
	canvas.Refresh(c)
}

func (r *chipsRenderer) Layout(size fyne.Size) {
	c := r.of
	var x float32
	y := (size.Height - chipHeight) / 2
	for i := range c.words {
		w := c.width(i)
		r.backs[i].Move(fyne.NewPos(x, y))
		r.backs[i].Resize(fyne.NewSize(w, chipHeight))
		word := r.words[i].MinSize()
		top := y + (chipHeight-word.Height)/2
		r.signs[i].Move(fyne.NewPos(x+chipPadding, y+(chipHeight-r.signs[i].MinSize().Height)/2))
		r.signs[i].Resize(r.signs[i].MinSize())
		left := x + chipPadding + c.signWidth(i)
		r.words[i].Move(fyne.NewPos(left, top))
		r.words[i].Resize(word)
		r.counts[i].Move(fyne.NewPos(left+word.Width+countGap, top))
		r.counts[i].Resize(r.counts[i].MinSize())
		x += w + chipGap
	}
}

func (r *chipsRenderer) MinSize() fyne.Size {
	var w float32
	for i := range r.of.words {
		w += r.of.width(i) + chipGap
	}
	return fyne.NewSize(w-chipGap, chipHeight+style.Gap)
}

func (r *chipsRenderer) Objects() []fyne.CanvasObject {
	var objects []fyne.CanvasObject
	for i := range r.backs {
		objects = append(objects, r.backs[i], r.signs[i], r.words[i], r.counts[i])
	}
	return objects
}

func (r *chipsRenderer) Destroy() {}
