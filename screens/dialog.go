package screens

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/screens/style"
)

// dialog is a box that takes the whole window's attention. Enter presses its last button
// from wherever the focus is, unless that is on another button; Escape leaves it.
type dialog struct {
	stack   *dialogs
	popup   *widget.PopUp
	layer   fyne.CanvasObject // that the canvas shows it in
	body    *container.Scroll // scrolls where the window is too low for it
	size    fyne.Size         // wished for; the window's size limits it
	buttons []*button
	ok      *button // its last button
	onLeave func()  // what Escape does instead of leaving it; may be nil
	onHide  func()  // after it was left, in whatever way; may be nil
	reload  func()  // what F5 does; may be nil
	topic   string  // of the help that F1 opens; "" for that of what is below it
	submit  func()  // what Ctrl and Enter do; may be nil
}

// dialogs are the dialogs that are open, the topmost last.
type dialogs struct {
	window fyne.Window
	keys   *keyboard
	open   []*dialog
	help   func(topic string) // opens the help
}

// confirmWidth is the width of a dialog with a question.
const confirmWidth = 520

// dialogMargin is what a dialog leaves of the window at every side.
const dialogMargin = 16

// show opens a dialog. The buttons stand from left to right; the last is the default one.
func (s *dialogs) show(title string, size fyne.Size, body fyne.CanvasObject, buttons ...*button) *dialog {
	d := &dialog{stack: s, size: size, body: container.NewVScroll(body), buttons: buttons}
	row := container.NewHBox(layout.NewSpacer())
	for _, b := range buttons {
		row.Add(b)
		d.ok = b
	}
	if d.ok != nil && d.ok.Importance == widget.MediumImportance {
		d.ok.Importance = widget.HighImportance
	}
	top := heading(title)
	top.SizeName, top.Truncation, top.Wrapping = theme.SizeNameSubHeadingText, fyne.TextTruncateOff, fyne.TextWrapWord
	content := container.New(layout.NewCustomPaddedLayout(style.Spacing, style.Spacing, style.Spacing, style.Spacing),
		container.NewBorder(top, container.New(layout.NewCustomPaddedLayout(style.Spacing, 0, 0, 0), row), nil, nil, d.body))
	d.popup = widget.NewModalPopUp(content, s.window.Canvas())
	s.open = append(s.open, d)
	d.popup.Show()
	d.layer = s.window.Canvas().Overlays().Top()
	d.fit()
	d.focus(d.ok)
	return d
}

// fit gives the dialog its size, within the window.
func (d *dialog) fit() {
	room := d.stack.window.Canvas().Size().Subtract(fyne.NewSquareSize(2 * dialogMargin))
	for range 2 { // a text that wraps knows its height only when it has a width
		around := d.popup.MinSize().Subtract(d.body.MinSize())
		d.body.SetMinSize(fyne.NewSize(0, min(d.body.Content.MinSize().Height, room.Height-around.Height)))
		d.popup.Resize(d.popup.MinSize().Max(d.size).Min(room))
	}
	at := room.Subtract(d.popup.Size())
	d.popup.Move(fyne.NewPos(at.Width/2+dialogMargin, at.Height/2+dialogMargin))
}

// focus puts the focus on one of the dialog's widgets.
func (d *dialog) focus(on fyne.Focusable) {
	if b, isButton := on.(*button); isButton && (b == nil || b.Disabled()) {
		d.stack.window.Canvas().Unfocus()
		return
	}
	d.stack.window.Canvas().Focus(on)
}

// hide closes the dialog, and those above it.
func (d *dialog) hide() {
	for i, o := range d.stack.open {
		if o != d {
			continue
		}
		above := d.stack.open[i:]
		d.stack.open = d.stack.open[:i]
		d.popup.Hide()
		for _, closed := range above {
			if closed.onHide != nil {
				closed.onHide()
			}
		}
		return
	}
}

// top returns the dialog that is in front, or nil.
func (s *dialogs) top() *dialog {
	if len(s.open) == 0 {
		return nil
	}
	return s.open[len(s.open)-1]
}

// content returns what is in front: the topmost dialog, or else the page.
func (s *dialogs) content() fyne.CanvasObject {
	if d := s.top(); d != nil {
		return d.popup.Content
	}
	return s.window.Content()
}

// about says which topic of the help is about the dialog.
func (d *dialog) about(topic string) *dialog {
	d.topic = topic
	return d
}

// topic returns the topic of the help that is about what is in front: the topmost dialog that has one, or else the page.
func (s *dialogs) topic(page string) string {
	for _, d := range slices.Backward(s.open) {
		if d.topic != "" {
			return d.topic
		}
	}
	return page
}

// typed does what a key does in the topmost dialog that nothing in it has used.
func (s *dialogs) typed(ev *fyne.KeyEvent) {
	d := s.top()
	switch {
	case ev.Name == fyne.KeyEscape && d.onLeave != nil:
		d.onLeave()
	case ev.Name == fyne.KeyEscape:
		d.hide()
	case ev.Name == fyne.KeyF5 && d.reload != nil:
		d.reload()
	case (ev.Name == fyne.KeyReturn || ev.Name == fyne.KeyEnter) && d.ok != nil:
		d.ok.Tapped(nil)
	}
}

// submitted does what Ctrl and Enter do in the topmost dialog, unless a menu is open over it.
func (s *dialogs) submitted() {
	if d := s.top(); d != nil && d.submit != nil && s.window.Canvas().Overlays().Top() == d.layer {
		d.submit()
	}
}

// resized fits the open dialogs into the window's new size.
func (s *dialogs) resized() {
	for _, d := range s.open {
		d.fit()
	}
}

// tell opens a dialog with a text to read.
func (s *dialogs) tell(title, text string) {
	var d *dialog
	ok := newButton(s.keys, lang.L("action.close"), func() { d.hide() })
	d = s.show(title, fyne.NewSize(440, 0), paragraph(text), ok)
}

// ask opens a dialog with a question; yes is what its default button says and does.
func (s *dialogs) ask(title, text, yes string, do func()) {
	s.askWith(title, paragraph(text), yes, do)
}

// askWith opens the same dialog with another body than a text.
func (s *dialogs) askWith(title string, body fyne.CanvasObject, yes string, do func()) {
	var d *dialog
	no := newButton(s.keys, lang.L("action.cancel"), func() { d.hide() })
	ok := newButton(s.keys, yes, func() { d.hide(); do() })
	d = s.show(title, fyne.NewSize(confirmWidth, 0), body, no, ok)
}

// warn asks before something that can't be taken back: the default button, and so Enter, is Cancel.
func (s *dialogs) warn(title string, body fyne.CanvasObject, yes string, do func()) {
	var d *dialog
	ok := newButton(s.keys, yes, func() { d.hide(); do() })
	ok.Importance = widget.DangerImportance
	no := newButton(s.keys, lang.L("action.cancel"), func() { d.hide() })
	d = s.show(title, fyne.NewSize(confirmWidth, 0), body, ok, no)
}
