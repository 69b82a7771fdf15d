package screens

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app/billing"
)

// entitySelector shows the client entity that the screens are about, and chooses another:
// it opens a list that gets shorter as one types.
type entitySelector struct {
	widget.Select
	keys    *keyboard
	clients []billing.Client // by name
	folded  []string         // name and code of each, as they are searched
	chosen  billing.ClientID // "" for all
	changed func(billing.ClientID)

	popup *widget.PopUp // while it is open
	field *entry
	list  *widget.List
	shown []int // what is listed, by index in clients; all means all clients
	at    int   // which of them Enter takes
}

// all stands for all clients in the list.
const all = -1

const (
	entityRows = 12 // how many clients the open list shows at once
	entityRow  = 24 // the height of one
)

func newEntitySelector(k *keyboard, changed func(billing.ClientID)) *entitySelector {
	s := &entitySelector{keys: k, changed: changed}
	s.ExtendBaseWidget(s)
	s.setClients(nil)
	return s
}

// setClients takes over the clients, by name. A chosen one that is not among them any
// more gives way to all clients.
func (s *entitySelector) setClients(clients []billing.Client) {
	s.clients = clients
	s.folded = make([]string, len(clients))
	known := s.chosen == ""
	for i, c := range clients {
		s.folded[i] = fold(c.Name) + "\n" + fold(c.Code)
		known = known || c.ID == s.chosen
	}
	if !known {
		s.choose(all)
		return
	}
	s.showChosen()
}

func (s *entitySelector) showChosen() {
	s.Selected = allClients()
	for _, c := range s.clients {
		if c.ID == s.chosen {
			s.Selected = c.Name
		}
	}
	s.Refresh()
}

func allClients() string { return lang.L("All clients") }

// choose makes a client, by index, the one that the screens are about.
func (s *entitySelector) choose(i int) {
	var id billing.ClientID
	if i != all {
		id = s.clients[i].ID
	}
	changed := id != s.chosen
	s.chosen = id
	s.showChosen()
	if changed {
		s.changed(id)
	}
}

// open opens the list over the field.
func (s *entitySelector) open() {
	c := s.keys.canvas
	s.popup = nil
	s.field = newEntry(s.keys)
	s.field.SetPlaceHolder(lang.L("Type a name or a code"))
	s.field.OnChanged = s.filter
	s.field.key = s.fieldKey
	s.list = widget.NewList(func() int { return len(s.shown) }, newEntityRow, s.fillRow)
	s.list.HideSeparators = true
	s.list.OnSelected = func(i widget.ListItemID) { s.take(i) }
	s.filter("")

	s.popup = widget.NewPopUp(container.NewBorder(s.field, nil, nil, nil, s.list), c)
	s.popup.ShowAtPosition(fyne.CurrentApp().Driver().AbsolutePositionForObject(s))
	s.fit()
	c.Focus(s.field)
}

// fit gives the open list the height of what it lists, within the window.
func (s *entitySelector) fit() {
	if s.popup == nil {
		return
	}
	room := s.keys.canvas.Size().Subtract(s.popup.Position())
	rows := float32(max(min(len(s.shown), entityRows), 1))
	height := s.field.MinSize().Height + rows*(entityRow+theme.Padding()) + theme.Padding()
	s.popup.Resize(fyne.NewSize(min(max(s.Size().Width, 420), room.Width), min(height, room.Height)))
}

// filter lists what the text finds, and puts the cursor on the first of it, or on the
// chosen one while nothing is typed.
func (s *entitySelector) filter(text string) {
	words := strings.Fields(fold(text))
	s.shown, s.at = s.shown[:0], 0
	if containsAll(fold(allClients()), words) {
		s.shown = append(s.shown, all)
	}
	for i, folded := range s.folded {
		if !containsAll(folded, words) {
			continue
		}
		if len(words) == 0 && s.clients[i].ID == s.chosen {
			s.at = len(s.shown)
		}
		s.shown = append(s.shown, i)
	}
	s.fit()
	s.list.Refresh()
	s.list.ScrollTo(s.at)
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
func (s *entitySelector) fieldKey(ev *fyne.KeyEvent) bool {
	switch ev.Name {
	case fyne.KeyDown:
		s.move(1)
	case fyne.KeyUp:
		s.move(-1)
	case fyne.KeyPageDown:
		s.move(entityRows)
	case fyne.KeyPageUp:
		s.move(-entityRows)
	case fyne.KeyReturn, fyne.KeyEnter:
		s.take(s.at)
	case fyne.KeyEscape:
		s.close()
	default:
		return false
	}
	return true
}

func (s *entitySelector) move(by int) {
	s.at = max(min(s.at+by, len(s.shown)-1), 0)
	s.list.Refresh()
	s.list.ScrollTo(s.at)
}

// take chooses what stands at a place of the list.
func (s *entitySelector) take(at int) {
	if at >= len(s.shown) {
		return
	}
	s.close()
	s.choose(s.shown[at])
}

func (s *entitySelector) close() {
	s.popup.Hide()
	s.popup = nil
	s.keys.canvas.Focus(s)
}

// newEntityRow is a row of the list: a tint where the cursor is, the name and the code.
func newEntityRow() fyne.CanvasObject {
	tint := canvas.NewRectangle(theme.Color(theme.ColorNameSelection))
	name, code := widget.NewLabel(""), widget.NewLabel("")
	name.Truncation = fyne.TextTruncateEllipsis
	code.Importance = widget.LowImportance
	code.Alignment, code.Truncation = fyne.TextAlignTrailing, fyne.TextTruncateEllipsis
	return container.NewStack(tint, container.New(listLine{[]listColumn{{stretch: true}, {width: 150}}}, name, code))
}

func (s *entitySelector) fillRow(at widget.ListItemID, o fyne.CanvasObject) {
	parts := o.(*fyne.Container).Objects
	tint, texts := parts[0].(*canvas.Rectangle), parts[1].(*fyne.Container).Objects
	name, code := texts[0].(*widget.Label), texts[1].(*widget.Label)
	tint.FillColor = theme.Color(theme.ColorNameSelection)
	tint.Hidden = at != s.at
	tint.Refresh()
	if i := s.shown[at]; i == all {
		name.SetText(allClients())
		code.SetText("")
	} else {
		name.SetText(s.clients[i].Name)
		code.SetText(s.clients[i].Code)
	}
}

// Tapped opens the list.
func (s *entitySelector) Tapped(*fyne.PointEvent) { s.open() }

// TypedKey opens the list and hands on every other key.
func (s *entitySelector) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyDown, fyne.KeyUp, fyne.KeyReturn, fyne.KeyEnter:
		s.open()
	case fyne.KeySpace: // comes as a rune, too
	default:
		s.keys.typed(ev)
	}
}

// TypedRune opens the list and begins the search with what is typed.
func (s *entitySelector) TypedRune(r rune) {
	s.open()
	if r != ' ' {
		s.field.TypedRune(r)
	}
}
