package screens

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// dropDown shows the one of many options that is chosen, and chooses another: it opens a
// list that gets shorter as one types.
type dropDown struct {
	widget.Select
	keys    *keyboard
	ring    ring
	hint    string  // what can be typed, in the empty field
	least   float32 // the width of the open list, at least
	options []option
	folded  []string // text and detail of each, as they are searched
	chosen  string   // the value of an option
	changed func(value string)

	popup *widget.PopUp // while it is open
	field *entry
	list  *widget.List
	shown []int // what is listed, by index in options
	at    int   // which of them Enter takes
}

// option is what can be chosen in a dropDown.
type option struct {
	value  string
	text   string
	detail string // stands beside the text in the open list
}

const (
	dropDownRows  = 12 // how many options the open list shows at once
	dropDownRow   = 24 // the height of one
	dropDownLeast = 300
)

func newDropDown(k *keyboard, hint string, options []option, chosen string, changed func(value string)) *dropDown {
	s := &dropDown{keys: k, hint: hint, least: dropDownLeast, chosen: chosen, changed: changed}
	s.ExtendBaseWidget(s)
	s.setOptions(options)
	return s
}

// setOptions sets the options, of which there is at least one. A chosen one that is
// not among them any more gives way to the first.
func (s *dropDown) setOptions(options []option) {
	s.options = options
	s.folded = make([]string, len(options))
	known := false
	for i, o := range options {
		s.folded[i] = fold(o.text) + "\n" + fold(o.detail)
		known = known || o.value == s.chosen
	}
	if s.popup != nil {
		s.filter(s.field.Text)
	}
	if !known {
		s.choose(options[0].value)
		return
	}
	s.set(s.chosen)
}

// textOf returns the text of the option with that value, or "".
func (s *dropDown) textOf(value string) string {
	for _, o := range s.options {
		if o.value == value {
			return o.text
		}
	}
	return ""
}

// set shows the option with that value as the chosen one.
func (s *dropDown) set(value string) {
	s.chosen, s.Selected = value, s.textOf(value)
	s.Refresh()
}

// choose chooses the option with that value, and tells when it is another.
func (s *dropDown) choose(value string) {
	other := value != s.chosen
	s.set(value)
	if other {
		s.changed(value)
	}
}

// open opens the list over the field.
func (s *dropDown) open() {
	if s.Disabled() {
		return
	}
	c := s.keys.canvas
	s.popup = nil
	s.field = newEntry(s.keys)
	s.field.SetPlaceHolder(s.hint)
	s.field.OnChanged = s.filter
	s.field.key = s.fieldKey
	s.list = widget.NewList(func() int { return len(s.shown) }, newDropDownRow, s.fillRow)
	s.list.HideSeparators = true
	s.list.OnSelected = func(i widget.ListItemID) { s.take(i) }
	s.filter("")

	s.popup = widget.NewPopUp(container.NewBorder(s.field, nil, nil, nil, s.list), c)
	field := fyne.CurrentApp().Driver().AbsolutePositionForObject(s)
	room := c.Size().Subtract(s.wished())
	s.popup.ShowAtPosition(fyne.NewPos(max(min(field.X, room.Width), 0), max(min(field.Y, room.Height), 0)))
	s.fit()
	s.list.ScrollToTop()
	s.reveal()
	c.Focus(s.field)
}

// reveal scrolls to where the cursor is. Before the list has a size, that would be past it.
func (s *dropDown) reveal() {
	if s.popup != nil {
		s.list.ScrollTo(s.at)
	}
}

// wished is the size at which the open list shows all that it lists, or its most rows.
func (s *dropDown) wished() fyne.Size {
	rows := float32(max(min(len(s.shown), dropDownRows), 1))
	height := s.field.MinSize().Height + rows*(dropDownRow+theme.Padding()) + theme.Padding()
	return fyne.NewSize(max(s.Size().Width, s.least), height)
}

// fit gives the open list the size of what it lists, within the window.
func (s *dropDown) fit() {
	if s.popup != nil {
		s.popup.Resize(s.wished().Min(s.keys.canvas.Size().Subtract(s.popup.Position())))
	}
}

// filter lists what the text finds, and puts the cursor on the first of it, or on the
// chosen one while nothing is typed.
func (s *dropDown) filter(text string) {
	words := strings.Fields(fold(text))
	s.shown, s.at = s.shown[:0], 0
	for i, folded := range s.folded {
		if !containsAll(folded, words) {
			continue
		}
		if len(words) == 0 && s.options[i].value == s.chosen {
			s.at = len(s.shown)
		}
		s.shown = append(s.shown, i)
	}
	s.fit()
	s.list.Refresh()
	s.reveal()
}

func containsAll(folded string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(folded, w) {
			return false
		}
	}
	return true
}

// fieldKey moves in the list while the field is typed in.
func (s *dropDown) fieldKey(ev *fyne.KeyEvent) bool {
	switch ev.Name {
	case fyne.KeyDown:
		s.move(1)
	case fyne.KeyUp:
		s.move(-1)
	case fyne.KeyPageDown:
		s.move(dropDownRows)
	case fyne.KeyPageUp:
		s.move(-dropDownRows)
	case fyne.KeyReturn, fyne.KeyEnter:
		s.take(s.at)
	case fyne.KeyEscape:
		s.close()
	default:
		return false
	}
	return true
}

func (s *dropDown) move(by int) {
	s.at = max(min(s.at+by, len(s.shown)-1), 0)
	s.list.Refresh()
	s.reveal()
}

// take chooses what stands at a place of the list.
func (s *dropDown) take(at int) {
	if at >= len(s.shown) {
		return
	}
	s.close()
	s.choose(s.options[s.shown[at]].value)
}

func (s *dropDown) close() {
	s.popup.Hide()
	s.popup = nil
	s.keys.canvas.Focus(s)
}

// newDropDownRow is a row of the list: a tint where the cursor is, the text and the detail.
func newDropDownRow() fyne.CanvasObject {
	tint := canvas.NewRectangle(theme.Color(theme.ColorNameSelection))
	text, detail := widget.NewLabel(""), widget.NewLabel("")
	text.Truncation = fyne.TextTruncateEllipsis
	detail.Importance = widget.LowImportance
	detail.Alignment, detail.Truncation = fyne.TextAlignTrailing, fyne.TextTruncateEllipsis
	return container.NewStack(tint, container.New(listLine{[]listColumn{{stretch: true}, {width: 150}}}, text, detail))
}

func (s *dropDown) fillRow(at widget.ListItemID, o fyne.CanvasObject) {
	parts := o.(*fyne.Container).Objects
	tint, texts := parts[0].(*canvas.Rectangle), parts[1].(*fyne.Container).Objects
	tint.FillColor = theme.Color(theme.ColorNameSelection)
	tint.Hidden = at != s.at
	tint.Refresh()
	shown := s.options[s.shown[at]]
	texts[0].(*widget.Label).SetText(shown.text)
	texts[1].(*widget.Label).SetText(shown.detail)
}

// CreateRenderer draws the field, with a ring while it has the keys.
func (s *dropDown) CreateRenderer() fyne.WidgetRenderer {
	return s.ring.around(s.Select.CreateRenderer(), plain)
}

// FocusGained shows the ring.
func (s *dropDown) FocusGained() {
	s.ring.on = true
	s.keys.reveal(s)
	s.Select.FocusGained()
}

// FocusLost hides it.
func (s *dropDown) FocusLost() {
	s.ring.on = false
	s.Select.FocusLost()
}

// Tapped opens the list.
func (s *dropDown) Tapped(*fyne.PointEvent) { s.open() }

// TypedKey opens the list and hands on every other key.
func (s *dropDown) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyDown, fyne.KeyUp, fyne.KeyReturn, fyne.KeyEnter:
		s.open()
	case fyne.KeySpace: // comes as a rune, too
	default:
		s.keys.typed(ev)
	}
}

// TypedRune opens the list and begins the search with what is typed.
func (s *dropDown) TypedRune(r rune) {
	s.open()
	if r != ' ' && s.popup != nil {
		s.field.TypedRune(r)
	}
}

// outlined draws the border of a field around an object that brings none.
func outlined(o fyne.CanvasObject) fyne.CanvasObject {
	return container.NewStack(o, newGround("", theme.ColorNameInputBorder))
}
