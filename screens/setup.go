package screens

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/screens/style"
)

// setupApp is what setting up the firm in steps asks of the application.
type setupApp interface {
	Setup(ctx context.Context) (app.Setup, error)
}

// setup leads a new firm from its name to its first invoice. How far it is follows from what is there, so a person can
// leave at any step and go on from it later, at whichever desk.
type setup struct {
	*billingScreen
	app     setupApp
	loading task
	known   app.Setup
	read    bool            // known was read
	demo    bool            // the demo firm needs none
	firm    func()          // asks for the firm's name, currency and numbers
	connect func()          // connects it
	mapping func()          // maps it
	strip   *fyne.Container // tells what comes next while invoices are listed already
	text    *widget.Label
}

// setupStep is one of them.
type setupStep struct {
	name, hint, button string
	done               bool
	do                 func()
}

// stepsClosedKey keeps that the person closed the strip: a firm may want no connection.
const stepsClosedKey = "setup.closed"

func newSetup(b *billingScreen, a setupApp) *setup {
	s := &setup{billingScreen: b, app: a, loading: task{ui: b.ui}, text: widget.NewLabel("")}
	s.text.Truncation = fyne.TextTruncateEllipsis
	leave := newButton(b.keys, "", func() {
		b.preferences.SetBool(stepsClosedKey, true)
		s.show()
	})
	leave.Icon = theme.CancelIcon()
	s.strip = newStrip(s.text, newButton(b.keys, lang.L("action.continue"), func() { s.next().do() }), leave)
	return s
}

// load reads how far the firm is set up.
func (s *setup) load() {
	load(&s.loading, s.app.Setup, func(known app.Setup, err error) {
		if err != nil {
			s.notice(say(err))
			return
		}
		s.known, s.read = known, true
		s.show()
		s.showFigures()
	})
}

// all returns the steps in their order.
func (s *setup) all() []setupStep {
	return []setupStep{
		{lang.L("setup.firm"), lang.L("setup.firm.hint"), lang.L("welcome.set-up"), s.known.Named || s.known.Connected, func() { s.firm() }},
		{lang.L("setup.connect"), lang.L("setup.connect.hint"), lang.L("action.connect-to-xero"), s.known.Connected, func() { s.connect() }},
		{lang.L("setup.mapping"), lang.L("setup.mapping.hint"), lang.L("menu.mapping"), s.known.Mapped, func() { s.mapping() }},
		{lang.L("setup.invoices"), lang.L("setup.invoices.hint"), lang.L("welcome.import"), s.tally != nil && s.tally.of("")[allChip] > 0, func() { s.pick() }},
	}
}

// next returns the first step that isn't done; the last where all are.
func (s *setup) next() setupStep {
	all := s.all()
	for _, one := range all {
		if !one.done {
			return one
		}
	}
	return all[len(all)-1]
}

// left reports whether the person has steps to do.
func (s *setup) left() bool {
	return s.read && !s.demo && s.mayConnect() && !s.next().done
}

// show shows the strip while something is left to do beside a list of invoices.
func (s *setup) show() {
	done := 0
	for _, one := range s.all() {
		if one.done {
			done++
		}
	}
	write(s.text, lang.L("setup.strip", with{"Done": s.format.Count(done), "All": s.format.Count(len(s.all())), "Next": s.next().name}))
	visible := s.left() && s.tally != nil && s.tally.of("")[allChip] > 0 && !s.preferences.Bool(stepsClosedKey)
	if visible != s.strip.Visible() {
		show(s.strip, visible)
		lay(s.content)
	}
}

// list shows the steps where the first invoices are to be.
func (s *setup) list() fyne.CanvasObject {
	next := s.next()
	lines := container.NewVBox()
	for i, one := range s.all() {
		sign := style.Queued
		switch {
		case one.done:
			sign = style.Done
		case one.name == next.name:
			sign = style.Now
		}
		name := paragraph(s.format.Count(i+1) + ". " + one.name)
		name.TextStyle.Bold = one.name == next.name
		do := newButton(s.keys, one.button, one.do)
		do.enable(one.done || one.name == next.name || i == 0 || i == len(s.all())-1 || s.known.Connected)
		if one.name == next.name {
			do.Importance = widget.HighImportance
		}
		if one.done {
			do.Importance = widget.LowImportance
		}
		lines.Add(container.New(stepLine{}, signed(sign, container.New(closely, name, caption(one.hint))), do))
	}
	return lines
}

// stepLine lays out what a step is about, and its button at the right.
type stepLine struct{}

const (
	stepWidth  = 640
	stepButton = 190
)

func (stepLine) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(size.Width-stepButton-style.Spacing, size.Height))
	height := objects[1].MinSize().Height
	objects[1].Move(fyne.NewPos(size.Width-stepButton, (size.Height-height)/2))
	objects[1].Resize(fyne.NewSize(stepButton, height))
}

func (stepLine) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(min(stepWidth, leastWindow.Width-4*style.Spacing), max(objects[0].MinSize().Height, objects[1].MinSize().Height))
}

// welcome greets who opens a firm that has no invoices yet, with what leads to the first.
func (b *billingScreen) welcome() fyne.CanvasObject {
	head := widget.NewLabelWithStyle(lang.L("welcome.title"), fyne.TextAlignCenter, fyne.TextStyle{Bold: true})
	head.SizeName = theme.SizeNameSubHeadingText
	parts := container.NewVBox(head, b.setup.list())
	if b.unconnected {
		explore := newButton(b.keys, lang.L("welcome.demo"), func() { b.explore() })
		explore.Importance = widget.LowImportance
		hint := widget.NewLabelWithStyle(lang.L("welcome.demo.hint"), fyne.TextAlignCenter, fyne.TextStyle{})
		parts.Add(container.New(closely, hint, container.NewCenter(explore)))
	}
	return parts
}
