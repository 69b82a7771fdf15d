package screens

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/screens/style"
)

// consent is the dialog that stands while a person signs in to Xero in the browser.
type consent struct {
	*connections
	asking task
	before []app.Organisation // that the firm had before anybody signed in
	link   string             // "" until the browser can be opened
	until  time.Time          // when the wait ends
	failed bool

	box   *dialog
	said  *fyne.Container
	shown *widget.Label // the link
	copy  *button
	again *button
}

// signIn has the person sign in, and then choose what to connect. The screen says why a
// member who may not connect cannot.
func (c *connections) signIn() {
	switch {
	case !c.mayConnect():
		return
	case !c.registration.shown: // the firm could not be read
		c.load(c.signIn)
		return
	case c.standing.firm.Registration.ClientID == "":
		c.registration.ask()
		return
	}
	d := &consent{connections: c, asking: task{ui: c.ui}, before: c.standing.orgs}
	d.said = container.NewVBox()
	d.shown = caption("")
	d.shown.Wrapping, d.shown.Truncation = fyne.TextWrapOff, fyne.TextTruncateEllipsis
	leave := newButton(c.keys, lang.L("action.cancel"), func() { d.box.hide() })
	d.copy = newButton(c.keys, lang.L("consent.copy"), func() {
		fyne.CurrentApp().Clipboard().SetContent(d.link)
		d.say(style.Busy, d.waiting()+" "+lang.L("consent.copied"))
	})
	d.again = newButton(c.keys, lang.L("consent.open-again"), func() {
		if d.failed {
			d.start()
		} else {
			d.openURL(d.link)
		}
	})
	d.box = c.dialogs.show(lang.L("consent.title"), fyne.NewSize(560, 0), container.NewVBox(d.said, d.shown), leave, d.copy, d.again).about("connect")
	d.box.onHide = d.asking.stop
	d.start()
}

// start asks for a link, opens it and waits for the person's decision.
func (d *consent) start() {
	d.failed, d.link = false, ""
	d.again.SetText(lang.L("consent.open-again"))
	d.again.Disable()
	d.copy.Show()
	d.copy.Disable()
	d.shown.Hide()
	d.say(style.Busy, lang.L("consent.opening"))
	d.asking.start(func(ctx context.Context, post func(func())) {
		signIn, found, err := d.app.AskConsent(ctx, d.me(), func(link string) {
			post(func() { d.open(link) })
		})
		kept := err == nil && d.app.Kept(ctx, signIn.ID)
		post(func() { d.end(signIn, kept, found, err) })
	})
}

// open opens the link in the browser, and shows it for a person whose browser stays shut.
func (d *consent) open(link string) {
	d.link, d.until = link, d.now().Add(app.ConsentTime)
	d.shown.SetText(link)
	d.shown.Show()
	d.copy.Enable()
	d.again.Enable()
	d.say(style.Busy, d.waiting())
	d.box.focus(d.again)
	d.openURL(link)
}

// waiting says what the person is to do, and by when.
func (d *consent) waiting() string {
	minutes := int(app.ConsentTime.Minutes())
	return lang.N("consent.waiting", minutes, with{"Time": d.moment(d.until), "Count": minutes})
}

func (d *consent) say(sign style.Sign, text string) {
	d.said.Objects = []fyne.CanvasObject{signed(sign, paragraph(text))}
	d.box.popup.Refresh()
	d.box.fit()
}

// end shows why nobody signed in, or goes on to the organisations.
func (d *consent) end(signIn app.Consent, kept bool, found []app.Connection, err error) {
	if err == nil && len(found) == 0 {
		err = app.Errorf(app.Invalid, "consent.no-organisation")
	}
	if err == nil {
		d.box.hide()
		d.choose(signIn, kept, found, d.before)
		return
	}
	d.failed = true
	d.shown.Hide()
	d.copy.Hide()
	d.again.SetText(lang.L("action.try-again"))
	d.again.Enable()
	d.say(style.Failed, say(err))
	d.box.focus(d.again)
}
