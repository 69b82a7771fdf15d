package sheet

import (
	"image/color"
	"slices"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
	"golang.org/x/text/unicode/norm"
)

const (
	choiceHeight = 24
	choiceRows   = 8 // how many options the list shows at once, at most
	choicesWidth = 320
	barWidth     = 4
)

// choices is the list of what can be chosen in the cell that is being edited. It stands in
// the sheet over its rows, and not over the window as a menu does: that would take the
// focus from the editor.
type choices struct {
	widget.BaseWidget
	sheet   *Sheet
	options []Option
	folded  []Option // as they are searched
	shown   []int    // what fits what is typed, the best first
	at      int      // which of them is chosen; none
	top     int      // the first in sight
	rows    int      // how many are in sight
	hovered int      // the place in the list under the mouse; none

	border, ground, tint, hover, bar *canvas.Rectangle
	values, labels                   [choiceRows]*canvas.Text
}

var (
	_ desktop.Mouseable = (*choices)(nil)
	_ desktop.Hoverable = (*choices)(nil)
	_ fyne.Scrollable   = (*choices)(nil)
)

func newChoices(s *Sheet) *choices {
	c := &choices{sheet: s, at: none, hovered: none}
	for _, r := range []**canvas.Rectangle{&c.border, &c.ground, &c.tint, &c.hover, &c.bar} {
		*r = canvas.NewRectangle(color.Transparent)
	}
	for i := range choiceRows {
		c.values[i], c.labels[i] = canvas.NewText("", color.Transparent), canvas.NewText("", color.Transparent)
	}
	c.Hidden = true
	c.ExtendBaseWidget(c)
	return c
}

// open shows all the options, and chooses the one that is the text of the cell.
func (c *choices) open(options []Option, text string) {
	c.options = options
	c.folded = make([]Option, len(options))
	c.shown = make([]int, len(options))
	for i, o := range options {
		c.folded[i] = Option{fold(o.Value), fold(o.Label)}
		c.shown[i] = i
	}
	c.hovered, c.top = none, 0
	c.choose(slices.IndexFunc(options, func(o Option) bool { return o.Value == text }))
}

func (c *choices) close() {
	c.options, c.folded, c.shown = nil, nil, nil
	c.choose(none)
	c.place()
}

// filter shows the options that fit what is typed and chooses the first: the one of that
// value, then those whose value begins so, then those in whose label every word of it
// begins a word. While nothing is typed it shows all, and chooses none.
func (c *choices) filter(text string) {
	typed := fold(text)
	words := strings.Fields(typed)
	var ranked [3][]int
	for i, o := range c.folded {
		switch {
		case o.Value == typed:
			ranked[0] = append(ranked[0], i)
		case strings.HasPrefix(o.Value, typed):
			ranked[1] = append(ranked[1], i)
		case beginsWords(o.Label, words):
			ranked[2] = append(ranked[2], i)
		}
	}
	c.shown = slices.Concat(ranked[:]...)
	if typed == "" || len(c.shown) == 0 {
		c.choose(none)
	} else {
		c.choose(0)
	}
}

func beginsWords(label string, words []string) bool {
	label = " " + label
	for _, w := range words {
		if !strings.Contains(label, " "+w) {
			return false
		}
	}
	return true
}

// fold returns s as it is searched: lower case, without accents and the spaces around it.
func fold(s string) string {
	return strings.TrimSpace(strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))))
}

// chosen returns the option that a commit takes.
func (c *choices) chosen() (Option, bool) {
	if c.at == none {
		return Option{}, false
	}
	return c.options[c.shown[c.at]], true
}

// choose chooses an option, which place brings into sight.
func (c *choices) choose(at int) { c.at = at }

// move chooses another option. It reports whether there are any.
func (c *choices) move(key fyne.KeyName) bool {
	if len(c.shown) == 0 {
		return false
	}
	at := c.at
	switch key {
	case fyne.KeyDown:
		at++
	case fyne.KeyUp:
		at--
	case fyne.KeyPageDown:
		at += max(c.rows, 1)
	case fyne.KeyPageUp:
		at -= max(c.rows, 1)
	}
	c.choose(within(at, len(c.shown)))
	c.place()
	return true
}

// place puts the list below the cell that is being edited, or above it where there is more
// room, and draws it. A cell that is scrolled out of sight takes the list with it.
func (c *choices) place() {
	s, e := c.sheet, c.sheet.editor
	if e == nil || len(c.shown) == 0 {
		c.hide()
		return
	}
	size := s.Size()
	y := HeaderHeight + float32(e.at.Row)*RowHeight - s.scroll.Offset.Y
	below, above := size.Height-y-RowHeight, y-HeaderHeight
	if above < 0 || below < 0 {
		c.hide()
		return
	}
	fits := func(room float32) int { return max(int((room-2)/choiceHeight), 1) }
	c.rows = min(len(c.shown), choiceRows)
	up := c.rows > fits(below) && above > below
	if up {
		c.rows = min(c.rows, fits(above))
	} else {
		c.rows = min(c.rows, fits(below))
	}
	at := max(c.at, 0)
	c.top = min(max(min(c.top, at), at-c.rows+1), len(c.shown)-c.rows)

	p := s.places[e.at.Column]
	width := min(max(p.width-1, choicesWidth), size.Width)
	height := float32(c.rows)*choiceHeight + 2
	x, top := min(p.x, size.Width-width), y+RowHeight
	if up {
		top = y - height
	}
	c.Move(fyne.NewPos(x, top))
	c.Resize(fyne.NewSize(width, height))
	c.draw()
	c.Show()
}

func (c *choices) hide() {
	c.rows = 0
	c.Hide()
}

func (c *choices) draw() {
	l, width := c.sheet.look, c.Size().Width
	c.border.FillColor, c.ground.FillColor = l.focus, l.list
	c.border.Resize(c.Size())
	c.ground.Move(fyne.NewSquareOffsetPos(1))
	c.ground.Resize(c.Size().SubtractWidthHeight(2, 2))
	c.drawTint(c.tint, l.marked, c.at)
	c.drawTint(c.hover, l.hovered, c.hovered)

	var first float32 // the width of the values
	for _, o := range c.options {
		first = max(first, l.cell.width(o.Value))
	}
	first = min(first, width/2)
	for i := range choiceRows {
		value, label := c.values[i], c.labels[i]
		value.Hidden, label.Hidden = i >= c.rows, i >= c.rows
		if value.Hidden {
			continue
		}
		o := c.options[c.shown[c.top+i]]
		y := 1 + float32(i)*choiceHeight + l.cell.middle(choiceHeight)
		x := float32(cellPadding)
		value.Text, value.TextSize, value.Color = l.cell.fit(oneLine(o.Value), first), l.cell.size, l.text
		value.Move(fyne.NewPos(x, y))
		if first > 0 {
			x += first + 2*cellPadding
		}
		label.Text, label.TextSize, label.Color = l.cell.fit(oneLine(o.Label), width-x-cellPadding), l.cell.size, l.muted
		label.Move(fyne.NewPos(x, y))
	}
	c.drawBar()
	canvas.Refresh(c)
}

func (c *choices) drawTint(tint *canvas.Rectangle, fill color.Color, at int) {
	tint.Hidden = at < c.top || at >= c.top+c.rows
	tint.FillColor = fill
	tint.Move(fyne.NewPos(1, 1+float32(at-c.top)*choiceHeight))
	tint.Resize(fyne.NewSize(c.Size().Width-2, choiceHeight))
}

// drawBar shows which part of the list is in sight.
func (c *choices) drawBar() {
	c.bar.Hidden = c.rows >= len(c.shown)
	c.bar.FillColor, c.bar.CornerRadius = c.sheet.look.bar, barWidth/2
	all, height := float32(len(c.shown)), c.Size().Height-2
	c.bar.Move(fyne.NewPos(c.Size().Width-barWidth-2, 1+height*float32(c.top)/all))
	c.bar.Resize(fyne.NewSize(barWidth, height*float32(c.rows)/all))
}

// under returns which option is at a place.
func (c *choices) under(pos fyne.Position) int {
	return c.top + within(int((pos.Y-1)/choiceHeight), c.rows)
}

// MouseDown takes the option under the mouse.
func (c *choices) MouseDown(ev *desktop.MouseEvent) {
	if ev.Button == desktop.MouseButtonPrimary && len(c.shown) > 0 {
		c.at = c.under(ev.Position)
		c.sheet.Commit()
	}
}

func (c *choices) MouseUp(*desktop.MouseEvent) {}

func (c *choices) MouseIn(ev *desktop.MouseEvent)    { c.hoverOver(c.under(ev.Position)) }
func (c *choices) MouseMoved(ev *desktop.MouseEvent) { c.hoverOver(c.under(ev.Position)) }
func (c *choices) MouseOut()                         { c.hoverOver(none) }

func (c *choices) hoverOver(at int) {
	c.hovered = at
	c.draw()
}

// Scrolled scrolls the list and leaves the choice as it is.
func (c *choices) Scrolled(ev *fyne.ScrollEvent) {
	step := 1
	if ev.Scrolled.DY > 0 {
		step = -1
	}
	c.top = max(min(c.top+step, len(c.shown)-c.rows), 0)
	c.draw()
}

func (c *choices) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{c.border, c.ground, c.tint, c.hover}
	for i := range choiceRows {
		objects = append(objects, c.values[i], c.labels[i])
	}
	return widget.NewSimpleRenderer(container.NewWithoutLayout(append(objects, c.bar)...))
}
