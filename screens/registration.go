package screens

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/screens/style"
)

// registration is the part of the connection screen where a firm enters under which app
// of its own Feebridge is known to Xero, with a guide to register one.
type registration struct {
	*connections
	known    app.Registration
	shown    bool // the fields hold what is known, or what was typed since
	clientID *entry
	ports    *entry
	save     *button
	guiding  *button
	problem  *fyne.Container
	guide    *fyne.Container
	content  *fyne.Container
}

// developerSite is where apps are registered with Xero.
const developerSite = "https://developer.xero.com/app/manage"

func newRegistration(c *connections) *registration {
	r := &registration{connections: c}
	r.clientID, r.ports = newEntry(c.keys), newEntry(c.keys)
	r.clientID.SetPlaceHolder(lang.L("registration.id-hint"))
	r.save = newButton(c.keys, lang.L("action.save"), r.register)
	r.save.Disable()
	r.clientID.OnChanged = func(string) { r.typed() }
	r.ports.OnChanged = func(string) { r.typed() }
	r.clientID.OnSubmitted = func(string) { r.submit() }
	r.ports.OnSubmitted = func(string) { r.submit() }
	policy := c.app.Policy()
	if !c.mayConnect() || policy.ClientID != "" {
		r.clientID.Disable()
	}
	if !c.mayConnect() || len(policy.Ports) > 0 {
		r.ports.Disable()
	}
	r.problem = container.NewVBox()
	r.guide = container.New(layout.NewCustomPaddedVBoxLayout(0))
	r.guide.Hide()
	r.guiding = newButton(c.keys, lang.L("registration.guide"), func() { r.showGuide(!r.guide.Visible()) })
	r.guiding.Importance = widget.LowImportance
	field := func(name string, e *entry) fyne.CanvasObject {
		return container.New(factLine{factName}, widget.NewLabel(name), container.New(fixedWidth{width: 380, least: 120}, e))
	}
	locked := func(is bool) fyne.CanvasObject {
		said := container.New(layout.NewCustomPaddedLayout(0, 0, factName, 0), caption(lang.L("policy.set", with{"File": policy.From})))
		show(said, is)
		return said
	}
	r.content = container.NewVBox(
		heading(lang.L("registration.title")),
		field(lang.L("registration.client-id"), r.clientID),
		locked(policy.ClientID != "" && len(policy.Ports) == 0),
		field(lang.L("registration.ports"), r.ports),
		locked(len(policy.Ports) > 0),
		r.problem,
		container.New(layout.NewCustomPaddedLayout(0, 0, factName, 0), container.NewHBox(r.save, r.guiding)),
		r.guide)
	return r
}

// show shows what is known, unless a person is typing something else.
func (r *registration) show(known app.Registration) {
	typed := r.shown && r.dirty()
	r.known = known
	if !typed {
		first := !r.shown
		r.shown = true
		r.clientID.SetText(known.ClientID)
		r.ports.SetText(portsText(known.Ports))
		if first && known.ClientID == "" {
			r.showAdvanced(true)
			r.showGuide(true)
		}
	}
	r.save.enable(r.mayConnect() && r.dirty())
}

// portsText lists the ports that are tried.
func portsText(ports []int) string {
	if len(ports) == 0 {
		ports = app.DefaultPorts
	}
	words := make([]string, len(ports))
	for i, p := range ports {
		words[i] = strconv.Itoa(p)
	}
	return strings.Join(words, ", ")
}

func (r *registration) dirty() bool {
	return strings.TrimSpace(r.clientID.Text) != r.known.ClientID || r.ports.Text != portsText(r.known.Ports)
}

// typed takes back what was said of the former text.
func (r *registration) typed() {
	r.save.enable(r.mayConnect() && r.shown && r.dirty())
	r.complain("")
	if r.guide.Visible() {
		r.showGuide(true)
	}
}

func (r *registration) submit() {
	if !r.save.Disabled() {
		r.register()
	}
}

// ask says that nobody can sign in before there is a client ID, and leads to its field.
func (r *registration) ask() {
	r.showAdvanced(true)
	r.complain(lang.L("registration.needed"))
	r.showGuide(true)
	r.box.focus(r.clientID)
}

// complain says beside the fields what is wrong with them; "" takes it back.
func (r *registration) complain(text string) {
	r.problem.RemoveAll()
	if text != "" {
		r.problem.Add(container.New(layout.NewCustomPaddedLayout(0, 0, factName-theme.InnerPadding(), 0), signed(style.Failed, paragraph(text))))
	}
	r.relay()
}

// relay lays out the screen again after a part of it grew or shrank.
func (r *registration) relay() {
	if r.box != nil {
		r.box.popup.Refresh()
	}
}

// register saves what was entered.
func (r *registration) register() {
	ports, err := parsePorts(r.ports.Text)
	if err != nil {
		r.complain(err.Error())
		return
	}
	entered := app.Registration{ClientID: strings.TrimSpace(r.clientID.Text), Ports: ports}
	r.save.Disable()
	act(r.shell, lang.L("busy.saving"), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, r.app.Register(ctx, r.me(), entered)
	}, func(_ struct{}, err error) {
		if err != nil {
			r.save.enable(r.dirty())
			r.complain(say(err))
			return
		}
		r.known = entered
		r.ports.SetText(portsText(ports))
		r.typed()
		r.tell(style.Done, lang.L("registration.saved"))
		r.changed()
	})
}

// parsePorts reads a list of ports; an empty one stands for the default ports. Which
// numbers are ports the application says.
func parsePorts(text string) ([]int, error) {
	var ports []int
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ';' || c == ' ' }) {
		p, err := strconv.Atoi(word)
		if err != nil {
			return nil, errors.New(lang.L("registration.no-port", with{"Text": word}))
		}
		ports = append(ports, p)
	}
	return ports, nil
}

// showGuide shows or hides how to register an app, with the addresses for the ports as
// they are entered.
func (r *registration) showGuide(visible bool) {
	r.guide.RemoveAll()
	show(r.guide, visible)
	if visible {
		ports, err := parsePorts(r.ports.Text)
		if err != nil || len(ports) == 0 {
			ports = app.DefaultPorts
		}
		site := newButton(r.keys, lang.L("registration.open-site"), func() { r.openURL(developerSite) })
		r.guide.Add(paragraph(lang.L("registration.step1")))
		r.guide.Add(beginning(site))
		r.guide.Add(paragraph(lang.L("registration.step2", with{"Firm": r.firm.Name})))
		r.guide.Add(paragraph(lang.L("registration.step3")))
		for _, p := range ports {
			r.guide.Add(r.address(fmt.Sprintf("http://localhost:%d/callback", p)))
		}
		r.guide.Add(paragraph(lang.L("registration.step4")))
	}
	r.relay()
}

// address is an address to copy.
func (r *registration) address(text string) fyne.CanvasObject {
	copyIt := newButton(r.keys, lang.L("action.copy"), func() {
		fyne.CurrentApp().Clipboard().SetContent(text)
		r.notice(lang.L("done.copied", with{"Text": text}))
	})
	return beginning(copyIt, widget.NewLabel(text))
}

// beginning lays out objects in a line that begins where the texts of labels do.
func beginning(objects ...fyne.CanvasObject) fyne.CanvasObject {
	line := container.New(bar{stretch: len(objects), gap: style.Gap}, objects...)
	return container.New(layout.NewCustomPaddedLayout(0, style.Gap, theme.InnerPadding(), 0), line)
}
