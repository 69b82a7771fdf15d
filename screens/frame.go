package screens

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// frameApp is what the frame of the window asks of the application.
type frameApp interface {
	firmApp
	Clients(ctx context.Context, by staff.Member) ([]billing.Client, error)
	Members(ctx context.Context, by staff.Member) ([]staff.Member, error)
	Organisations(ctx context.Context) ([]app.Organisation, error)
	Refreshes(ctx context.Context) (map[ledger.TenantID]app.Refresh, error)
	Gauge(t ledger.TenantID) app.Gauge
	Destinations(ctx context.Context) (map[billing.ClientID]ledger.TenantID, error)
	ExportClientTo(ctx context.Context, by staff.Member, client billing.ClientID, t ledger.TenantID) error
}

// frame is what stands around every screen: the menu, the client entity that the screens
// are about, how the firm stands with Xero, and who acts.
type frame struct {
	*shell
	app         frameApp
	simulator   string
	versions    string
	billing     *billingScreen
	connections *connections
	pages       *pages
	settings    *settings
	team        *team
	backups     *backups
	switchTo    func(staff.Member) // nil where each signs in
	signOut     func()             // nil where nobody needs to sign in
	help        func()             // opens the help
	places      []place

	org      *app.Organisation // that the firm exports to; nil for none
	refresh  app.Refresh       // how far that is known
	all      []app.Organisation
	later    func() // cancels the timer that shows the connection again; nil for none
	orgs     task
	asking   task // where a client is exported to
	clients  task
	title    *widget.Label
	entityOf *widget.Label
	entity   *dropDown
	badge    *badge
	who      *badge
	menu     *button
	top      *fyne.Container
}

func newFrame(s *shell, p Params, b *billingScreen, c *connections) *frame {
	f := &frame{shell: s, app: p.App, simulator: p.Simulator, versions: p.Versions, billing: b, connections: c, switchTo: p.Switch, signOut: p.SignOut}
	f.orgs, f.clients, f.asking = task{ui: s.ui}, task{ui: s.ui}, task{ui: s.ui}
	f.menu = newButton(s.keys, "", f.showMenu)
	f.menu.Icon, f.menu.Importance = theme.MenuIcon(), widget.LowImportance
	f.title = widget.NewLabelWithStyle("Feebridge", fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	f.entityOf = widget.NewLabel(lang.L("entity.label"))
	f.entity = b.entity
	f.badge = newBadge(s.keys, 420, c.open)
	c.gauged, b.exports.gauged = f.showCalls, f.showCalls
	f.who = newBadge(s.keys, 80, f.showMe)
	f.who.set(style.Sign{}, initials(s.me().Name))

	line := container.NewBorder(nil, nil,
		container.NewHBox(f.menu, f.title, f.entityOf),
		container.NewHBox(f.badge, f.who),
		container.New(fixedWidth{width: 320, least: 120}, outlined(f.entity)))
	f.top = container.NewStack(newGround(theme.ColorNameHeaderBackground, ""), container.NewBorder(nil, widget.NewSeparator(), nil, nil,
		container.New(layout.NewCustomPaddedLayout(style.Gap, style.Gap, style.Spacing, style.Spacing), line)))
	f.arrange()
	return f
}

// arrange leaves out what a narrow window has no room for.
func (f *frame) arrange() {
	f.title.Hidden = f.narrow
	f.entityOf.Hidden = f.narrow
	f.badge.widest = 420
	if f.narrow {
		f.badge.widest = 190
	}
	if f.badge.label.Text != "" { // else it is not known yet
		f.showConnection()
	}
	f.top.Refresh()
}

func (f *frame) load() {
	f.loadClients()
	f.loadOrganisation()
}

func (f *frame) loadClients() {
	load(&f.clients, func(ctx context.Context) ([]billing.Client, error) { return f.app.Clients(ctx, f.shell.me()) },
		func(all []billing.Client, err error) {
			if err != nil {
				f.notice(lang.L("clients.failed", with{"Why": say(err)}))
				return
			}
			f.entity.setOptions(clientOptions(all))
		})
}

func (f *frame) loadOrganisation() {
	type known struct {
		orgs      []app.Organisation
		refreshes map[ledger.TenantID]app.Refresh
	}
	load(&f.orgs, func(ctx context.Context) (k known, err error) {
		if k.orgs, err = f.app.Organisations(ctx); err == nil {
			k.refreshes, err = f.app.Refreshes(ctx)
		}
		return k, err
	}, func(k known, err error) {
		if err != nil {
			f.notice(lang.L("connection.failed", with{"Why": say(err)}))
			return
		}
		f.all, f.org = k.orgs, defaultOf(k.orgs)
		f.refresh = refreshOf(k.refreshes, f.org)
		f.showConnection()
		f.billing.showConnected(f.org != nil)
	})
}

// showCalls shows in the footer what Xero's limits leave of the organisation that the firm exports to: the
// same, and at the same time, as the card of the connection.
func (f *frame) showCalls() {
	g := app.Gauge{DayLeft: -1}
	if f.org != nil && f.org.State == app.Connected {
		g = f.app.Gauge(f.org.Tenant.ID)
	}
	f.billing.showCalls(g)
}

// showConnection shows how the firm stands with Xero, and again when a wait has ended or a
// minute has passed since.
func (f *frame) showConnection() {
	f.showCalls()
	if f.later != nil {
		f.later()
		f.later = nil
	}
	now := f.now()
	c := connectionOf(f.format, f.org, f.refresh, now)
	if text := c.words(f.narrow); f.badge.shown != c.sign || f.badge.label.Text != text {
		f.badge.set(c.sign, text)
		f.top.Refresh()
	}
	wait := time.Duration(0)
	if f.org != nil && f.org.Parked.Until.After(now) {
		wait = f.org.Parked.Until.Sub(now)
	}
	if known := !f.refresh.At.IsZero() || f.refresh.Failing.Why != ""; known && (wait == 0 || wait > time.Minute) {
		wait = time.Minute
	}
	if wait > 0 {
		f.later = f.after(wait, func() { f.do(f.showConnection) })
	}
}

// showMe says who acts, and lets another one.
func (f *frame) showMe() {
	if f.switchTo == nil {
		f.popUp(f.meMenu(nil), f.who)
		return
	}
	load(&f.asking, f.everybody, func(all []staff.Member, err error) {
		if err != nil {
			f.failed(lang.L("staff.failed"), err)
			return
		}
		f.popUp(f.meMenu(all), f.who)
	})
}

// everybody returns each member as they know themselves: of the others, most are told the
// name alone, and so no rights.
func (f *frame) everybody(ctx context.Context) ([]staff.Member, error) {
	all, err := f.app.Members(ctx, f.shell.me())
	if err != nil {
		return nil, err
	}
	for i, m := range all {
		seen, err := f.app.Members(ctx, m)
		if err != nil {
			return nil, err
		}
		for _, own := range seen {
			if own.ID == m.ID {
				all[i] = own
			}
		}
	}
	return all, nil
}

// meMenu is the menu of who acts; others are those who could.
func (f *frame) meMenu(others []staff.Member) *fyne.Menu {
	who := fyne.NewMenuItem(lang.L("me.acting", with{"Name": f.shell.me().Name}), nil)
	who.Disabled = true
	items := []*fyne.MenuItem{who}
	for _, m := range others {
		if m.ID == f.shell.me().ID || m.Deactivated {
			continue
		}
		label := lang.L("me.act-as", with{"Name": m.Name})
		if can := f.team.permissionWords(m); can != "" {
			label += " – " + can
		}
		items = append(items, fyne.NewMenuItem(label, func() { f.change(func() { f.switchTo(m) }) }))
	}
	if f.switchTo == nil {
		items = append(items, fyne.NewMenuItem(lang.L("menu.change-password"), f.team.changePassword))
	}
	if f.signOut != nil {
		items = append(items, fyne.NewMenuItem(lang.L("menu.sign-out"), func() { f.change(f.signOut) }))
	}
	return fyne.NewMenu("", items...)
}

// change lets another member act, once the page that is in front lets it.
func (f *frame) change(to func()) {
	if f.pages.front.leave == nil {
		to()
		return
	}
	f.pages.front.leave(to)
}

// showMenu opens the menu of the application.
func (f *frame) showMenu() {
	var items []*fyne.MenuItem
	for _, p := range f.places {
		item := fyne.NewMenuItem(p.name, func() { f.pages.open(p.page) })
		item.Checked = p.page == f.pages.front
		items = append(items, item)
	}
	why := ""
	if !f.shell.me().MayAnywhere(staff.EditInvoices) {
		why = needsWords(staff.EditInvoices)
	}
	load := menuItem(lang.L("action.import"), why, f.billing.pick)
	showKey(load, fyne.KeyO)
	guide := fyne.NewMenuItem(lang.L("menu.help"), f.help)
	guide.Shortcut = &desktop.CustomShortcut{KeyName: fyne.KeyF1}
	view := fyne.NewMenuItem(lang.L("menu.appearance"), nil)
	view.ChildMenu = fyne.NewMenu("", f.themeItems()...)
	if to := f.destinationItem(); to != nil {
		items = append(items, to)
	}
	items = append(items,
		fyne.NewMenuItemSeparator(),
		load,
		fyne.NewMenuItem(lang.L("menu.connection"), f.connections.open),
		fyne.NewMenuItem(lang.L("menu.mapping"), func() { f.connections.mappings.open("") }),
		fyne.NewMenuItem(lang.L("menu.settings"), f.settings.open),
		fyne.NewMenuItem(lang.L("menu.staff"), f.team.open),
		fyne.NewMenuItem(lang.L("menu.backups"), f.backups.open),
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(lang.L("menu.reload"), f.billing.reload),
		view,
		fyne.NewMenuItemSeparator(),
		guide,
		fyne.NewMenuItem(lang.L("menu.keyboard"), func() { f.dialogs.help("keys") }),
		fyne.NewMenuItem(lang.L("menu.about"), f.tellAbout))
	if f.simulator != "" {
		play := fyne.NewMenuItem(lang.L("menu.simulator"), func() { f.openURL(f.simulator) })
		items = append(items, fyne.NewMenuItemSeparator(), play)
	}
	f.popUp(fyne.NewMenu("", items...), f.menu)
}

// destinationItem leads to where the chosen client is exported to, or is nil where there
// is no choice.
func (f *frame) destinationItem() *fyne.MenuItem {
	client := f.billing.client
	if len(f.all) < 2 || client == "" {
		return nil
	}
	name := f.entity.Selected
	why := ""
	if !f.shell.me().May(staff.MapToXero, client) {
		why = needsWords(staff.MapToXero)
	}
	return menuItem(lang.L("menu.destination", with{"Client": name}), why, func() { f.askDestination(client, name) })
}

// askDestination asks to which organisation the invoices of a client are exported from
// now on.
func (f *frame) askDestination(client billing.ClientID, name string) {
	load(&f.asking, f.app.Destinations, func(others map[billing.ClientID]ledger.TenantID, err error) {
		if err != nil {
			f.failed(lang.L("destination.failed"), err)
			return
		}
		var d *dialog
		body := container.NewVBox(paragraph(lang.L("destination.text",
			with{"Client": name})))
		for _, o := range f.all {
			t, text := o.Tenant.ID, o.Tenant.Name
			if o.Default {
				t, text = "", lang.L("destination.default", with{"Organisation": text})
			}
			to := newButton(f.keys, text, func() {
				d.hide()
				f.exportTo(client, name, t, o.Tenant.Name)
			})
			if others[client] == t || others[client] == o.Tenant.ID {
				to.Icon = theme.ConfirmIcon()
			}
			body.Add(to)
		}
		d = f.dialogs.show(lang.L("destination.title", with{"Client": name}), fyne.NewSize(460, 0), body,
			newButton(f.keys, lang.L("action.cancel"), func() { d.hide() }))
	})
}

func (f *frame) exportTo(client billing.ClientID, name string, t ledger.TenantID, organisation string) {
	act(f.shell, lang.L("busy.saving"), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, f.app.ExportClientTo(ctx, f.shell.me(), client, t)
	}, func(_ struct{}, err error) {
		if err != nil {
			f.failed(lang.L("failed.change"), err)
			return
		}
		f.notice(lang.L("destination.done", with{"Client": name, "Organisation": organisation}))
	})
}

// popUp opens a menu below an object.
func (f *frame) popUp(m *fyne.Menu, below fyne.CanvasObject) {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(below)
	openMenu(m, f.window.Canvas(), at.AddXY(0, below.Size().Height+style.Gap))
}

const themeKey = "theme"

// themeItems choose between light and dark.
func (f *frame) themeItems() []*fyne.MenuItem {
	chosen := f.preferences.String(themeKey)
	item := func(label, value string) *fyne.MenuItem {
		i := fyne.NewMenuItem(label, func() {
			f.preferences.SetString(themeKey, value)
			applyTheme(value)
		})
		i.Checked = value == chosen
		return i
	}
	return []*fyne.MenuItem{
		item(lang.L("appearance.system"), ""),
		item(lang.L("appearance.light"), "light"),
		item(lang.L("appearance.dark"), "dark"),
	}
}

// applyTheme shows everything light, dark, or as the system says. Where everything looks so
// already, such as after the page of the sign-in, it is not drawn and no font read again.
func applyTheme(name string) {
	t := style.Theme()
	switch name {
	case "light":
		t = style.Fixed(theme.VariantLight)
	case "dark":
		t = style.Fixed(theme.VariantDark)
	}
	if settings := fyne.CurrentApp().Settings(); settings.Theme() != t {
		settings.SetTheme(t)
	}
}

// tellAbout says what this is.
func (f *frame) tellAbout() {
	text := lang.L("about.text") + "\n\n" + f.versions
	if f.simulator != "" {
		text += "\n\n" + lang.L("about.demo")
	}
	var d *dialog
	copied := newButton(f.keys, lang.L("action.copy"), func() {
		d.hide()
		fyne.CurrentApp().Clipboard().SetContent(f.versions)
		f.notice(lang.L("failure.copied"))
	})
	d = f.dialogs.show(lang.L("about.title"), fyne.NewSize(440, 0), paragraph(text), copied,
		newButton(f.keys, lang.L("action.close"), func() { d.hide() }))
}
