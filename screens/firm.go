package screens

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// firmApp is what setting up the firm asks of the application.
type firmApp interface {
	SaveFirm(ctx context.Context, by staff.Member, f app.Firm) (app.Firm, error)
	ChangeMember(ctx context.Context, by staff.Member, m staff.Member) (staff.Member, error)
	ChangePassword(ctx context.Context, by staff.Member, old, password string) error
	Policy() app.Policy
}

// setUpFirm asks for the firm's name and currency and for its first Admin, and then leads
// to its connection. Whatever was entered stays, so that a person can leave and go on
// later.
func (f *frame) setUpFirm() {
	name, currency, me, email := newEntry(f.keys), newEntry(f.keys), newEntry(f.keys), newEntry(f.keys)
	prefix, next := newEntry(f.keys), newEntry(f.keys)
	prefix.SetText(f.firm.Numbering.Prefix)
	next.SetText(strconv.FormatInt(max(f.firm.Numbering.Next, 1), 10))
	password := newPasswordEntry(f.keys)
	name.SetText(f.firm.Name)
	name.CursorColumn = len([]rune(f.firm.Name))
	currency.SetText(string(f.firm.Currency))
	me.SetText(f.shell.me().Name)
	email.SetText(f.shell.me().Email)
	told := container.NewVBox()
	var d *dialog
	save := newButton(f.keys, lang.L("action.save"), func() {
		firm, admin := f.firm, f.shell.me()
		firm.Name, firm.Currency = name.Text, money.Currency(strings.ToUpper(strings.TrimSpace(currency.Text)))
		admin.Name, admin.Email = me.Text, email.Text
		firm.Numbering.Prefix = prefix.Text
		firm.Numbering.Next, _ = strconv.ParseInt(strings.TrimSpace(next.Text), 10, 64) // 0 is refused with the remedy
		secret := password.Text
		act(f.shell, lang.L("busy.saving"), func(ctx context.Context) (foundation, error) { return f.found(ctx, firm, admin, secret) },
			func(made foundation, err error) {
				if made.firm.ID != "" || made.firm.Name != "" {
					f.firm = made.firm
				}
				if made.admin.ID != "" {
					f.seat(made.admin)
					f.who.set(style.Sign{}, initials(made.admin.Name))
				}
				if err != nil {
					told.Objects = []fyne.CanvasObject{signed(style.Failed, paragraph(say(err)))}
					d.fit()
					return
				}
				d.hide()
				f.billing.reload()
				f.billing.setup.load()
				f.connections.open()
			})
	})
	body := container.NewVBox(told,
		labelled(lang.L("field.firm-name"), name),
		labelled(lang.L("field.currency"), container.New(fixedWidth{width: 90, least: 90}, currency)),
		labelled(lang.L("firm.numbers"), container.NewGridWithColumns(2, prefix, next)),
		caption(lang.L("firm.hint")),
		labelled(lang.L("firm.your-name"), me), labelled(lang.L("firm.your-email"), email), labelled(lang.L("firm.your-password"), password),
		caption(lang.L("firm.admin-hint")))
	if set := policySets(f.app.Policy()); set != nil {
		body.Add(set)
	}
	d = f.dialogs.show(lang.L("firm.title"), fyne.NewSize(560, 0), body, newButton(f.keys, lang.L("action.cancel"), func() { d.hide() }), save)
	if !f.shell.mayConnect() {
		save.Disable()
		told.Objects = []fyne.CanvasObject{signed(style.Held, paragraph(f.needsPermission()))}
	}
	d.focus(name)
}

// foundation is what setting up a firm has stored so far.
type foundation struct {
	firm  app.Firm
	admin staff.Member
}

// found stores the firm and its first Admin, and their password where they chose one.
func (f *frame) found(ctx context.Context, firm app.Firm, admin staff.Member, password string) (foundation, error) {
	var made foundation
	var err error
	if made.firm, err = f.app.SaveFirm(ctx, f.shell.me(), firm); err != nil {
		return foundation{}, err
	}
	if made.admin, err = f.app.ChangeMember(ctx, f.shell.me(), admin); err != nil {
		return foundation{firm: made.firm}, err
	}
	if password != "" {
		err = f.app.ChangePassword(ctx, made.admin, "", password)
	}
	return made, err
}
