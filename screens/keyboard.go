package screens

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"feebridge/screens/style"
)

// keyboard is where a focused widget hands on the keys and shortcuts that it has no use
// for itself: Fyne tells them to the focused widget alone.
type keyboard struct {
	canvas    fyne.Canvas
	shortcuts fyne.ShortcutHandler
	typed     func(*fyne.KeyEvent)
	front     func() fyne.CanvasObject // what is in front: the page, or the topmost dialog
}

// newKeyboard takes what is typed on the canvas while nothing is focused.
func newKeyboard(c fyne.Canvas, typed func(*fyne.KeyEvent)) *keyboard {
	c.SetOnTypedKey(typed)
	return &keyboard{canvas: c, typed: typed, front: c.Content}
}

// reveal scrolls a widget that got the keys into view: Tab leads to what is scrolled away, too.
func (k *keyboard) reveal(o fyne.CanvasObject) {
	driver := fyne.CurrentApp().Driver()
	for _, s := range scrollsAround(k.front(), o) {
		at := driver.AbsolutePositionForObject(o).Subtract(driver.AbsolutePositionForObject(s.Content)).Y
		to := s.Offset
		to.Y = min(max(to.Y, at+o.Size().Height+style.Spacing-s.Size().Height), max(at-style.Spacing, 0))
		if to != s.Offset {
			s.ScrollToOffset(to)
		}
	}
}

// scrollsAround returns what scrolls the object within root, the innermost first.
func scrollsAround(root, o fyne.CanvasObject) []*container.Scroll {
	scrolls, _ := scrollsTo(root, o)
	return scrolls
}

func scrollsTo(root, o fyne.CanvasObject) (scrolls []*container.Scroll, found bool) {
	switch root := root.(type) {
	case *container.Scroll:
		if scrolls, found = scrollsTo(root.Content, o); found {
			scrolls = append(scrolls, root)
		}
		return scrolls, found
	case *fyne.Container:
		for _, child := range root.Objects {
			if scrolls, found = scrollsTo(child, o); found {
				return scrolls, true
			}
		}
	}
	return nil, root == o
}

// control makes Ctrl (Cmd on a Mac) and the key run fn, unless a dialog or a menu is open.
func (k *keyboard) control(key fyne.KeyName, fn func()) {
	var shortcut fyne.Shortcut = &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
	switch key {
	case fyne.KeyA:
		shortcut = &fyne.ShortcutSelectAll{}
	case fyne.KeyC:
		shortcut = &fyne.ShortcutCopy{}
	}
	run := func(fyne.Shortcut) {
		if k.canvas.Overlays().Top() == nil {
			fn()
		}
	}
	k.shortcuts.AddShortcut(shortcut, run)
	k.canvas.AddShortcut(shortcut, run)
}

// submit makes Ctrl (Cmd on a Mac) and Enter run fn, in a dialog too.
func (k *keyboard) submit(fn func()) {
	for _, key := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter} {
		shortcut := &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
		k.shortcuts.AddShortcut(shortcut, func(fyne.Shortcut) { fn() })
		k.canvas.AddShortcut(shortcut, func(fyne.Shortcut) { fn() })
	}
}

// controlName is how a person knows the key together with Ctrl, or with Cmd on a Mac.
func controlName(key fyne.KeyName) string {
	if fyne.KeyModifierShortcutDefault == fyne.KeyModifierSuper {
		return "Cmd+" + string(key)
	}
	return "Ctrl+" + string(key)
}

// button is a button that Enter presses, too.
type button struct {
	widget.Button
	keys *keyboard
	ring ring
}

func newButton(k *keyboard, text string, tapped func()) *button {
	b := &button{keys: k}
	b.Text, b.OnTapped = text, tapped
	b.ExtendBaseWidget(b)
	return b
}

// MinSize leaves more room beside the text than the dense theme does.
func (b *button) MinSize() fyne.Size {
	size := b.Button.MinSize()
	if b.Text != "" {
		size.Width += 2 * style.Gap
	}
	return size
}

// CreateRenderer draws the button, with a ring while it has the keys.
func (b *button) CreateRenderer() fyne.WidgetRenderer {
	return b.ring.around(b.Button.CreateRenderer(), func() fyne.ThemeColorName { return fill(&b.Button) })
}

// FocusGained shows the ring.
func (b *button) FocusGained() {
	b.ring.on = true
	b.keys.reveal(b)
	b.Button.FocusGained()
}

// FocusLost hides it.
func (b *button) FocusLost() {
	b.ring.on = false
	b.Button.FocusLost()
}

// TypedKey presses the button at Enter and Space and hands on every other key.
func (b *button) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		b.Tapped(nil)
	default:
		b.keys.typed(ev)
	}
}

// enable enables or disables the button.
func (b *button) enable(on bool) {
	if on {
		b.Enable()
	} else {
		b.Disable()
	}
}

// check is a check box in a dialog.
type check struct {
	widget.Check
	keys *keyboard
	ring ring
}

func newCheck(k *keyboard, text string, changed func(bool)) *check {
	c := &check{keys: k}
	c.Text, c.OnChanged = text, changed
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer draws the box, with a ring while it has the keys.
func (c *check) CreateRenderer() fyne.WidgetRenderer {
	return c.ring.around(c.Check.CreateRenderer(), plain)
}

// FocusGained shows the ring.
func (c *check) FocusGained() {
	c.ring.on = true
	c.keys.reveal(c)
	c.Check.FocusGained()
}

// FocusLost hides it.
func (c *check) FocusLost() {
	c.ring.on = false
	c.Check.FocusLost()
}

// TypedKey hands on every key but Space, which ticks the box when it comes as a rune.
func (c *check) TypedKey(ev *fyne.KeyEvent) {
	if ev.Name != fyne.KeySpace {
		c.keys.typed(ev)
	}
}

// entry is a field, of one line unless MultiLine says otherwise.
type entry struct {
	widget.Entry
	keys *keyboard
	ring ring
	// key sees every key first and says whether it has used it; may be nil.
	key func(*fyne.KeyEvent) bool
}

func newEntry(k *keyboard) *entry {
	e := &entry{keys: k}
	e.ExtendBaseWidget(e)
	return e
}

// newPasswordEntry is a field that hides what is typed until a person wants to see it.
func newPasswordEntry(k *keyboard) *entry {
	e := newEntry(k)
	e.Password = true
	return e
}

// CreateRenderer draws the field, with a ring while it has the keys.
func (e *entry) CreateRenderer() fyne.WidgetRenderer {
	return e.ring.around(e.Entry.CreateRenderer(), plain)
}

// FocusGained shows the ring.
func (e *entry) FocusGained() {
	e.ring.on = true
	e.keys.reveal(e)
	e.Entry.FocusGained()
}

// FocusLost hides it.
func (e *entry) FocusLost() {
	e.ring.on = false
	e.Entry.FocusLost()
}

// TypedKey edits the text and hands on Escape, the keys that write nothing, such as F5, and Enter where it
// begins no new line: in every dialog it presses the default button.
func (e *entry) TypedKey(ev *fyne.KeyEvent) {
	enter := ev.Name == fyne.KeyReturn || ev.Name == fyne.KeyEnter
	switch {
	case e.key != nil && e.key(ev):
	case ev.Name == fyne.KeyEscape, isFunction(ev.Name), enter && !e.MultiLine && e.OnSubmitted == nil:
		e.keys.typed(ev)
	default:
		e.Entry.TypedKey(ev)
	}
}

// isFunction reports whether it is one of F1 to F12.
func isFunction(key fyne.KeyName) bool {
	number, found := strings.CutPrefix(string(key), "F")
	return found && number != "" && strings.Trim(number, "0123456789") == ""
}

// TypedShortcut edits the text, and hands on what is not for editing.
func (e *entry) TypedShortcut(s fyne.Shortcut) {
	if _, custom := s.(*desktop.CustomShortcut); custom {
		e.keys.shortcuts.TypedShortcut(s)
	}
	e.Entry.TypedShortcut(s)
}
