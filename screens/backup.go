package screens

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// backupApp is what backups ask of the application.
type backupApp interface {
	Backup(ctx context.Context, by staff.Member, path string, over bool) error
	BackupState(ctx context.Context) (app.Nightly, error)
	LockState(ctx context.Context) (app.LockState, error)
	AllowRestore(ctx context.Context, by staff.Member, from string) error
	Unlock(ctx context.Context, by staff.Member, reason string) error
	Damage(ctx context.Context) *app.Damaged
	SaveDamaged(ctx context.Context, by staff.Member, path string) error
}

// backups makes copies of the firm's data and puts one back, and tells while a copy is
// compared with Xero.
type backups struct {
	*shell
	app     backupApp
	restore func(path string) // puts a copy in the place of the database; the window closes for it
	loading task
	lock    app.LockState
	damage  *app.Damaged    // nil for none
	banner  *fyne.Container // above every page while the database is locked or damaged
}

func newBackups(s *shell, a backupApp, restore func(string)) *backups {
	b := &backups{shell: s, app: a, restore: restore, loading: task{ui: s.ui}, banner: container.NewVBox()}
	b.banner.Hide()
	return b
}

// open shows how the last backups went.
func (b *backups) open() {
	act(b.shell, lang.L("busy.loading"), b.app.BackupState, func(n app.Nightly, err error) {
		if err != nil {
			b.failed(lang.L("backup.unreadable"), err)
			return
		}
		b.show(n)
	})
}

func (b *backups) show(n app.Nightly) {
	body := container.NewVBox()
	switch {
	case !n.Failed.IsZero():
		body.Add(signed(style.Failed, paragraph(lang.L("backup.failed", with{"When": b.moment(n.Failed), "Why": sentence(n.Failure)}))))
	case n.At.IsZero():
		body.Add(paragraph(lang.L("backup.none-yet")))
	default:
		body.Add(signed(style.Done, paragraph(lang.L("backup.newest", with{"When": b.moment(n.At)}))))
	}
	if n.Path != "" {
		body.Add(caption(n.Path))
	}
	body.Add(paragraph(lang.L("backup.hint")))
	may := b.me().May(staff.BackUp, "")
	if !may {
		body.Add(signed(style.Held, paragraph(lang.L("backup.needs", with{"Permission": permissionsFor(staff.BackUp)}))))
	}
	var d *dialog
	leave := newButton(b.keys, lang.L("action.close"), func() { d.hide() })
	back := newButton(b.keys, lang.L("backup.restore"), func() { d.hide(); b.pickRestore() })
	now := newButton(b.keys, lang.L("backup.now"), func() { d.hide(); b.backUp() })
	back.enable(may && b.restore != nil)
	now.enable(may)
	d = b.dialogs.show(lang.L("backup.title"), fyne.NewSize(560, 0), body, leave, back, now).about("backups")
}

// nameTime is a moment in the name of a file: two copies of one day have two names, in the order in
// which they were made.
const nameTime = "2006-01-02-150405"

// backUp writes a copy where the person says.
func (b *backups) backUp() {
	name := "feebridge-" + b.now().Format(nameTime) + ".db"
	b.saveFile(lang.L("backup.save-title"), name, func(ctx context.Context, path string) error {
		return b.app.Backup(ctx, b.me(), path, true)
	}, func(path string) { b.notice(lang.L("backup.done", with{"File": path})) })
}

// pickRestore lets the person choose a backup and asks whether it shall take the place of
// the data.
func (b *backups) pickRestore() {
	b.pickPath(lang.L("backup.pick-title"), []string{".db"}, b.askRestore)
}

func (b *backups) askRestore(path string) {
	text := lang.L("backup.restore.text", with{"File": path})
	b.dialogs.warn(lang.L("backup.restore.title"), paragraph(text), lang.L("backup.restore.yes"), func() {
		act(b.shell, lang.L("busy.checking-backup"), func(ctx context.Context) (struct{}, error) {
			return struct{}{}, b.app.AllowRestore(ctx, b.me(), path)
		}, func(_ struct{}, err error) {
			if err != nil {
				b.failed(lang.L("backup.restore.failed"), err)
				return
			}
			b.restore(path)
		})
	})
}

// load reads whether the database is locked, and shows that.
func (b *backups) load() {
	type state struct {
		lock   app.LockState
		damage *app.Damaged
	}
	load(&b.loading, func(ctx context.Context) (state, error) {
		damage := b.app.Damage(ctx)
		lock, err := b.app.LockState(ctx)
		return state{lock, damage}, err
	}, func(s state, err error) {
		found := s.damage != nil && b.damage == nil
		b.damage = s.damage
		if err == nil { // else it is asked again with the next change
			b.lock = s.lock
		}
		b.showBanner()
		if found {
			b.tellDamage()
		}
	})
}

// showBanner tells above every page that the database is locked, or damaged.
func (b *backups) showBanner() {
	b.banner.RemoveAll()
	add := func(sign style.Sign, key string, details func()) {
		more := newButton(b.keys, lang.L("lock.details"), details)
		text := widget.NewLabel(lang.L(key))
		text.Truncation = fyne.TextTruncateEllipsis
		b.banner.Add(container.NewBorder(nil, widget.NewSeparator(), nil, more, signed(sign, text)))
	}
	switch {
	case b.damage != nil:
		add(style.Failed, "damaged.banner", b.tellDamage)
	case b.lock.Locked:
		add(style.Warning, "lock.banner", b.tellLock)
	}
	show(b.banner, b.damage != nil || b.lock.Locked)
	b.banner.Refresh()
}

// tellDamage offers what can replace a damaged database. Until then, a person can look at it.
func (b *backups) tellDamage() {
	body := damageText(b.format, b.damage, b.now())
	may := b.me().May(staff.BackUp, "")
	if !may {
		body.Add(signed(style.Held, paragraph(lang.L("backup.needs", with{"Permission": permissionsFor(staff.BackUp)}))))
	}
	var d *dialog
	save := newButton(b.keys, lang.L("damaged.save-copy"), func() { d.hide(); b.saveDamaged() })
	other := newButton(b.keys, lang.L("damaged.restore-other"), func() { d.hide(); b.pickRestore() })
	look := newButton(b.keys, lang.L("damaged.look"), func() { d.hide() })
	buttons := []*button{save, other, look}
	save.enable(may)
	other.enable(may && b.restore != nil)
	if good := b.damage.Copy; good != nil {
		restore := newButton(b.keys, lang.L("damaged.restore"), func() { d.hide(); b.askRestore(good.Path) })
		restore.enable(may && b.restore != nil)
		buttons = append(buttons, restore)
	}
	d = b.dialogs.show(damageTitle(b.damage), fyne.NewSize(720, 0), body, buttons...).about("backups")
}

// saveDamaged copies the damaged file where the person says.
func (b *backups) saveDamaged() {
	b.saveFile(lang.L("damaged.save-copy"), damagedName(b.now()), func(ctx context.Context, path string) error {
		return b.app.SaveDamaged(ctx, b.me(), path)
	}, func(path string) { b.notice(lang.L("damaged.saved", with{"File": path})) })
}

// tellLock tells how far the copy has been compared, and lets a person go on without.
func (b *backups) tellLock() {
	body := container.NewVBox(paragraph(lang.L("lock.text")))
	for _, c := range b.lock.Compared {
		body.Add(b.comparison(c))
	}
	reason := newEntry(b.keys)
	reason.SetPlaceHolder(lang.L("lock.reason-hint"))
	may := b.me().May(staff.BackUp, "")
	if !may {
		reason.Disable()
	}
	body.Add(widget.NewSeparator())
	body.Add(paragraph(lang.L("lock.without")))
	body.Add(labelled(lang.L("lock.reason"), reason))
	told := container.NewVBox()
	body.Add(told)
	var d *dialog
	unlock := newButton(b.keys, lang.L("lock.continue"), func() {
		why := reason.Text
		act(b.shell, lang.L("busy.saving"), func(ctx context.Context) (struct{}, error) {
			return struct{}{}, b.app.Unlock(ctx, b.me(), why)
		}, func(_ struct{}, err error) {
			if err != nil {
				told.Objects = []fyne.CanvasObject{signed(style.Failed, paragraph(say(err)))}
				d.fit()
				return
			}
			d.hide()
			b.load()
		})
	})
	unlock.enable(may)
	unlock.Importance = widget.DangerImportance
	leave := newButton(b.keys, lang.L("action.close"), func() { d.hide() })
	leave.Importance = widget.HighImportance
	d = b.dialogs.show(lang.L("lock.title"), fyne.NewSize(640, 0), body, unlock, leave).about("backups")
}

// comparison tells how far one organisation has been read.
func (b *backups) comparison(c app.Comparison) fyne.CanvasObject {
	name := c.Organisation.Tenant.Name
	var strays []string
	for _, s := range c.Strays {
		strays = append(strays, string(s.Number))
	}
	column := container.New(closely)
	switch {
	case c.Without != "":
		column.Add(signed(style.Held, paragraph(lang.L("lock.without-it", with{"Organisation": name, "Why": c.Without}))))
	case !c.Ended.IsZero():
		adopted := lang.N("compared.adopted", c.Adopted, with{"Count": b.format.Count(c.Adopted)})
		updated := lang.N("compared.updated", c.Updated, with{"Count": b.format.Count(c.Updated)})
		column.Add(signed(style.Done, paragraph(lang.L("lock.compared", with{"Organisation": name, "Adopted": adopted, "Updated": updated}))))
	case c.Organisation.State != app.Connected:
		column.Add(signed(style.Warning, paragraph(lang.L("lock.not-connected", with{"Organisation": name}))))
	case !c.Organisation.Parked.Since.IsZero():
		column.Add(signed(style.Warning, paragraph(name+": "+waitWords(c.Organisation.Parked.Why, c.Organisation.Parked.Until, b.now()))))
	default:
		column.Add(signed(style.Busy, paragraph(lang.L("lock.reading", with{"Organisation": name}))))
	}
	if len(strays) > 0 {
		column.Add(paragraph(lang.L("lock.strays", with{"Numbers": strings.Join(strays, ", ")})))
	}
	return column
}
