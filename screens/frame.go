package screens

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
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
	Destinations(ctx context.Context) (map[billing.ClientID]ledger.TenantID, error)
	ExportClientTo(ctx context.Context, by staff.Member, client billing.ClientID, t ledger.TenantID) error
}

// frame is what stands around every screen: the menu, the client entity that the screens
// are about, how the firm stands with Xero, and who acts.
type frame struct {
	*shell
	app         frameApp
	simulator   string
	version     string
	billing     *billingScreen
	connections *connections
	pages       *pages
	settings    *settings
	team        *team
	backups     *backups
	switchTo    func(staff.Member) // nil where each signs in
	signOut     func()             // nil where nobody needs to sign in
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
	f := &frame{shell: s, app: p.App, simulator: p.Simulator, version: p.Version, billing: b, connections: c, switchTo: p.Switch, signOut: p.SignOut}
	f.orgs, f.clients, f.asking = task{ui: s.ui}, task{ui: s.ui}, task{ui: s.ui}
	f.menu = newButton(s.keys, "", f.showMenu)
	f.menu.Icon, f.menu.Importance = theme.MenuIcon(), widget.LowImportance
	f.title = widget.NewLabelWithStyle("Feebridge", fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	f.entityOf = widget.NewLabel(lang.L("Entity"))
	f.entity = b.entity
	f.badge = newBadge(s.keys, 420, c.open)
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
				f.notice(lang.L("The clients could not be read. {{.Why}}", with{"Why": say(err)}))
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
			f.notice(lang.L("The connection to Xero could not be read. {{.Why}}", with{"Why": say(err)}))
			return
		}
		f.all, f.org = k.orgs, defaultOf(k.orgs)
		f.refresh = refreshOf(k.refreshes, f.org)
		f.showConnection()
		f.billing.showConnected(f.org != nil)
	})
}

// showConnection shows how the firm stands with Xero, and again when a wait has ended or a
// minute has passed since.
func (f *frame) showConnection() {
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
	load(&f.asking, func(ctx context.Context) ([]staff.Member, error) { return f.app.Members(ctx, f.shell.me()) },
		func(all []staff.Member, err error) {
			if err != nil {
				f.failed(lang.L("The staff could not be read"), err)
				return
			}
			f.popUp(f.meMenu(all), f.who)
		})
}

// meMenu is the menu of who acts; others are those who could.
func (f *frame) meMenu(others []staff.Member) *fyne.Menu {
	who := fyne.NewMenuItem(lang.L("Acting as {{.Name}}", with{"Name": f.shell.me().Name}), nil)
	who.Disabled = true
	items := []*fyne.MenuItem{who}
	for _, m := range others {
		if m.ID == f.shell.me().ID || m.Deactivated {
			continue
		}
		label := lang.L("Act as {{.Name}}", with{"Name": m.Name})
		if can := f.team.permissionWords(m); can != "" {
			label += " – " + can
		}
		items = append(items, fyne.NewMenuItem(label, func() { f.change(func() { f.switchTo(m) }) }))
	}
	if f.switchTo == nil {
		items = append(items, fyne.NewMenuItem(lang.L("Change my password…"), f.team.changePassword))
	}
	if f.signOut != nil {
		items = append(items, fyne.NewMenuItem(lang.L("Sign out"), func() { f.change(f.signOut) }))
	}
	return fyne.NewMenu("", items...)
}

// change lets somebody else act, once the page that is in front lets it.
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
	load := fyne.NewMenuItem(lang.L("Import…"), f.billing.pick)
	showKey(load, fyne.KeyO)
	view := fyne.NewMenuItem(lang.L("View"), nil)
	view.ChildMenu = fyne.NewMenu("", f.themeItems()...)
	if to := f.destinationItem(); to != nil {
		items = append(items, to)
	}
	items = append(items,
		fyne.NewMenuItemSeparator(),
		load,
		fyne.NewMenuItem(lang.L("Xero connection…"), f.connections.open),
		fyne.NewMenuItem(lang.L("Mapping…"), func() { f.connections.mappings.open("") }),
		fyne.NewMenuItem(lang.L("Settings…"), f.settings.open),
		fyne.NewMenuItem(lang.L("Staff and permissions…"), f.team.open),
		fyne.NewMenuItem(lang.L("Backups…"), f.backups.open),
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(lang.L("Reload"), f.billing.reload),
		view,
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(lang.L("Keyboard"), f.tellKeys),
		fyne.NewMenuItem(lang.L("About Feebridge"), f.tellAbout))
	if f.simulator != "" {
		play := fyne.NewMenuItem(lang.L("Play the Xero side in the browser"), func() { f.openURL(f.simulator) })
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
	item := fyne.NewMenuItem(lang.L("Export {{.Client}} to…", with{"Client": name}), func() { f.askDestination(client, name) })
	item.Disabled = !f.shell.me().May(staff.MapToXero, client)
	return item
}

// askDestination asks to which organisation the invoices of a client are exported from
// now on.
func (f *frame) askDestination(client billing.ClientID, name string) {
	load(&f.asking, f.app.Destinations, func(others map[billing.ClientID]ledger.TenantID, err error) {
		if err != nil {
			f.failed(lang.L("Where the client is exported to could not be read"), err)
			return
		}
		var d *dialog
		body := container.NewVBox(paragraph(lang.L("New exports of {{.Client}} go to the organisation that you choose. What was exported, or is queued, stays where it is.",
			with{"Client": name})))
		for _, o := range f.all {
			t, text := o.Tenant.ID, o.Tenant.Name
			if o.Default {
				t, text = "", lang.L("{{.Organisation}}, as the firm", with{"Organisation": text})
			}
			to := newButton(f.keys, text, func() {
				d.hide()
				f.exportTo(client, name, t)
			})
			if others[client] == t || others[client] == o.Tenant.ID {
				to.Icon = theme.ConfirmIcon()
			}
			body.Add(to)
		}
		d = f.dialogs.show(lang.L("Export {{.Client}} to…", with{"Client": name}), fyne.NewSize(460, 0), body,
			newButton(f.keys, lang.L("Cancel"), func() { d.hide() }))
	})
}

func (f *frame) exportTo(client billing.ClientID, name string, t ledger.TenantID) {
	act(f.shell, lang.L("Saving…"), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, f.app.ExportClientTo(ctx, f.shell.me(), client, t)
	}, func(_ struct{}, err error) {
		if err != nil {
			f.failed(lang.L("Nothing was changed"), err)
			return
		}
		f.notice(lang.L("From now on {{.Client}} is exported there.", with{"Client": name}))
	})
}

// popUp opens a menu below an object.
func (f *frame) popUp(m *fyne.Menu, below fyne.CanvasObject) {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(below)
	widget.ShowPopUpMenuAtPosition(m, f.window.Canvas(), at.AddXY(0, below.Size().Height+style.Gap))
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
		item(lang.L("As the system"), ""),
		item(lang.L("Light"), "light"),
		item(lang.L("Dark"), "dark"),
	}
}

// applyTheme shows everything light, dark, or as the system says. Where everything looks so
// already, such as after the page of the sign-in, it is not drawn and no font read anew.
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
	text := lang.L("Feebridge {{.Version}} exports an accounting firm's finalized invoices to Xero.", with{"Version": f.version})
	if f.simulator != "" {
		text += "\n\n" + lang.L("This is the demo firm. It talks to a simulated Xero on this computer; nothing leaves it, and everything is gone when the window closes.")
	}
	f.dialogs.tell(lang.L("About Feebridge"), text)
}

// tellKeys lists the keys.
func (f *frame) tellKeys() {
	table := container.New(closely)
	for _, k := range [][2]string{
		{controlName(fyne.KeyF), lang.L("Search; typing in the list begins a search, too")},
		{controlName(fyne.KeyK), lang.L("Choose the client entity")},
		{controlName(fyne.KeyE), lang.L("Export the selected invoices to Xero")},
		{controlName(fyne.KeyN), lang.L("New invoice")},
		{controlName(fyne.KeyO), lang.L("Import a file")},
		{controlName(fyne.KeyD), lang.L("Take the selected invoices back to draft")},
		{"F5", lang.L("Read in Xero what became of the invoices; elsewhere, read the list anew")},
		{lang.X("key.arrows", "Arrows"), lang.L("Move in the list; with Shift, select on the way")},
		{lang.X("key.space", "Space"), lang.L("Tick the invoice")},
		{lang.X("key.enter", "Enter"), lang.L("Open the invoice; in a dialog, its default button")},
		{lang.X("key.menu", "Menu, Shift+F10"), lang.L("More actions")},
		{controlName(fyne.KeyA) + ", " + controlName(fyne.KeyC), lang.L("Select all that is listed; copy the selected rows")},
		{controlName(fyne.KeyS) + ", " + controlName(fyne.KeyL), lang.L("In an invoice: save the draft; save and finalize it")},
		{lang.X("key.lines", "Enter, F2, Ctrl+Enter"), lang.L("In its lines: go to the next cell, edit the cell, add a line below")},
		{lang.X("key.line-moves", "Alt+Up, Alt+Down, Ctrl+Delete"), lang.L("In its lines: move the line, delete it")},
		{controlName(fyne.KeyV) + ", " + controlName(fyne.KeyZ) + ", " + controlName(fyne.KeyY), lang.L("In its lines: paste rows of a spreadsheet, undo, redo")},
		{lang.X("key.escape", "Esc"), lang.L("Close the dialog or the panel; clear the selection")},
	} {
		name := widget.NewLabelWithStyle(k[0], fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
		table.Add(container.New(factLine{150}, name, paragraph(k[1])))
	}
	var d *dialog
	d = f.dialogs.show(lang.L("Keyboard"), fyne.NewSize(520, 0), table, newButton(f.keys, lang.L("Close"), func() { d.hide() }))
}
