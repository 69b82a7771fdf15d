package screens

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/screens/style"
)

// choice is a list of options of which one is chosen. It is one stop of the Tab key;
// the arrows move between the options.
type choice struct {
	widget.BaseWidget
	keys     *keyboard
	options  []string
	chosen   int // -1 for none
	changed  func(int)
	focused  bool
	rows     []*widget.Label
	icons    []*widget.Icon
	backs    []*canvas.Rectangle
	contents *fyne.Container
}

const radioInset = 4

func newChoice(k *keyboard, options []string, chosen int, changed func(int)) *choice {
	c := &choice{keys: k, options: options, chosen: chosen, changed: changed, contents: container.New(layout.NewCustomPaddedVBoxLayout(-2))}
	for _, o := range options {
		label := widget.NewLabel(o)
		label.Truncation = fyne.TextTruncateEllipsis
		icon := widget.NewIcon(theme.RadioButtonIcon())
		back := canvas.NewRectangle(color.Transparent)
		back.StrokeWidth = style.Ring
		back.CornerRadius = theme.Size(theme.SizeNameSelectionRadius)
		c.rows, c.icons, c.backs = append(c.rows, label), append(c.icons, icon), append(c.backs, back)
		c.contents.Add(container.NewStack(back, container.New(layout.NewCustomPaddedLayout(0, 0, radioInset, 0), container.NewBorder(nil, nil, icon, nil, label))))
	}
	c.ExtendBaseWidget(c)
	c.show()
	return c
}

// CreateRenderer draws the options below each other.
func (c *choice) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.contents) }

// choose chooses an option.
func (c *choice) choose(i int) {
	if i < 0 || i >= len(c.options) || i == c.chosen {
		return
	}
	c.chosen = i
	c.show()
	if c.changed != nil {
		c.changed(i)
	}
}

// show draws what is chosen and focused.
func (c *choice) show() {
	cursor := max(c.chosen, 0)
	for i := range c.rows {
		if i == c.chosen {
			c.icons[i].SetResource(theme.RadioButtonCheckedIcon())
		} else {
			c.icons[i].SetResource(theme.RadioButtonIcon())
		}
		c.backs[i].StrokeColor = theme.Color(theme.ColorNamePrimary)
		c.backs[i].Hidden = !c.focused || i != cursor
		c.backs[i].Refresh()
	}
}

// Refresh draws the options again, as after a change of theme.
func (c *choice) Refresh() {
	c.show()
	c.BaseWidget.Refresh()
}

// Tapped chooses the option at that place.
func (c *choice) Tapped(ev *fyne.PointEvent) {
	for i, row := range c.contents.Objects {
		if y := ev.Position.Y - row.Position().Y; y >= 0 && y < row.Size().Height {
			c.choose(i)
		}
	}
	c.keys.canvas.Focus(c)
}

// FocusGained shows where the arrows begin.
func (c *choice) FocusGained() { c.focused = true; c.show() }

// FocusLost hides it.
func (c *choice) FocusLost() { c.focused = false; c.show() }

// TypedRune chooses the first option at Space when none is chosen.
func (c *choice) TypedRune(r rune) {
	if r == ' ' && c.chosen < 0 {
		c.choose(0)
	}
}

// TypedKey moves with the arrows and hands on every other key.
func (c *choice) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyDown, fyne.KeyRight:
		c.choose(c.chosen + 1)
	case fyne.KeyUp, fyne.KeyLeft:
		c.choose(max(c.chosen-1, 0))
	case fyne.KeySpace:
	default:
		c.keys.typed(ev)
	}
}
