package screens

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"feebridge/app/staff"
	"feebridge/screens/style"
)

// SignOnParams are what the page is made of on which a member of staff signs in.
type SignOnParams struct {
	Firm         string
	Window       fyne.Window
	Preferences  fyne.Preferences
	Authenticate func(ctx context.Context, nameOrEmail, password string) (staff.Member, error)
	Then         func(staff.Member) // called on the goroutine that draws, once they have signed in
	Do           func(func())       // as in Params
}

// SignOn fills the window with the page on which a member of staff signs in. The
// returned function ends what it does in the background.
func SignOn(p SignOnParams) (end func()) {
	learnWords()
	applyTheme(p.Preferences.String(themeKey))
	u := newUI(p.Do, nil)
	var in *button
	keys := newKeyboard(p.Window.Canvas(), func(ev *fyne.KeyEvent) {
		if ev.Name == fyne.KeyReturn || ev.Name == fyne.KeyEnter {
			in.Tapped(nil)
		}
	})
	who, password := newEntry(keys), newPasswordEntry(keys)
	who.SetText(p.Preferences.String(lastMemberKey))
	told := container.NewVBox()
	trying := task{ui: u}
	in = newButton(keys, lang.L("sign-in.yes"), func() {
		in.Disable()
		told.RemoveAll()
		load(&trying, func(ctx context.Context) (staff.Member, error) { return p.Authenticate(ctx, who.Text, password.Text) },
			func(m staff.Member, err error) {
				in.Enable()
				if err != nil {
					told.Objects = []fyne.CanvasObject{signed(style.Failed, paragraph(say(err)))}
					told.Refresh()
					password.SetText("")
					p.Window.Canvas().Focus(password)
					return
				}
				p.Preferences.SetString(lastMemberKey, who.Text)
				p.Then(m)
			})
	})
	in.Importance = widget.HighImportance
	who.OnSubmitted = func(string) { p.Window.Canvas().Focus(password) }
	form := container.NewVBox(
		heading(p.Firm), paragraph(lang.L("sign-in.text")),
		labelled(lang.L("sign-in.name"), who), labelled(lang.L("field.password"), password), told,
		container.NewBorder(nil, nil, nil, in),
		caption(lang.L("sign-in.forgot")))
	p.Window.SetPadded(false)
	p.Window.SetContent(container.NewCenter(container.New(atLeastWide{width: 460}, form)))
	if who.Text == "" {
		p.Window.Canvas().Focus(who)
	} else {
		p.Window.Canvas().Focus(password)
	}
	return u.close
}

// lastMemberKey is where it is kept who signed in last.
const lastMemberKey = "member"

// atLeastWide gives an object a least width.
type atLeastWide struct{ width float32 }

func (l atLeastWide) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }

func (l atLeastWide) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().Max(fyne.NewSize(l.width, 0))
}

// askPassword sets a new password for a member who forgot theirs.
func (t *team) askPassword(m staff.Member) {
	t.passwordForm(lang.L("password.title.other", with{"Name": m.Name}), false, func(ctx context.Context, _, password string) error {
		return t.app.ResetPassword(ctx, t.me(), m.ID, password)
	})
}

// changePassword changes the password of who acts.
func (t *team) changePassword() {
	t.passwordForm(lang.L("password.title.own"), true, func(ctx context.Context, old, password string) error {
		return t.app.ChangePassword(ctx, t.me(), old, password)
	})
}

// passwordForm asks for a password, and for the old one where that has to be proven.
func (t *team) passwordForm(title string, own bool, set func(ctx context.Context, old, password string) error) {
	old, password, again := newPasswordEntry(t.keys), newPasswordEntry(t.keys), newPasswordEntry(t.keys)
	told := container.NewVBox()
	body := container.NewVBox(told)
	if own {
		body.Add(labelled(lang.L("password.current"), old))
		body.Add(caption(lang.L("password.current-hint")))
	}
	body.Add(labelled(lang.L("password.new"), password))
	body.Add(labelled(lang.L("password.again"), again))
	body.Add(caption(lang.N("password.hint", staff.MinPassword, with{"Count": staff.MinPassword})))
	var d *dialog
	complain := func(text string) {
		told.Objects = []fyne.CanvasObject{signed(style.Failed, paragraph(text))}
		d.fit()
	}
	save := newButton(t.keys, lang.L("action.save"), func() {
		if password.Text != again.Text {
			complain(lang.L("password.differ"))
			return
		}
		act(t.shell, lang.L("busy.saving"), func(ctx context.Context) (struct{}, error) {
			return struct{}{}, set(ctx, old.Text, password.Text)
		}, func(_ struct{}, err error) {
			if err != nil {
				complain(say(err))
				return
			}
			d.hide()
			t.notice(lang.L("password.done"))
		})
	})
	d = t.dialogs.show(title, fyne.NewSize(460, 0), body, newButton(t.keys, lang.L("action.cancel"), func() { d.hide() }), save)
	if own {
		d.focus(old)
	} else {
		d.focus(password)
	}
}
