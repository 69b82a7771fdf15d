package screens

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// connectionApp is what connecting to Xero asks of the application.
type connectionApp interface {
	Organisations(ctx context.Context) ([]app.Organisation, error)
	Consents(ctx context.Context) ([]app.Consent, error)
	Firm(ctx context.Context) (app.Firm, error)
	Refreshes(ctx context.Context) (map[ledger.TenantID]app.Refresh, error)
	Gauge(t ledger.TenantID) app.Gauge
	Kept(ctx context.Context, id app.ConsentID) bool
	AskConsent(ctx context.Context, by staff.Member, show func(link string)) (app.Consent, []app.Connection, error)
	Connect(ctx context.Context, by staff.Member, c app.Connection) (app.Organisation, error)
	Disconnect(ctx context.Context, by staff.Member, t ledger.TenantID) error
	ExportTo(ctx context.Context, by staff.Member, t ledger.TenantID) error
	Register(ctx context.Context, by staff.Member, r app.Registration) error
	Policy() app.Policy
}

// connections shows which organisations the firm is connected to, and connects and
// disconnects them.
type connections struct {
	*shell
	app      connectionApp
	mappings *mappings
	gauged   func() // is told that calls may have been made

	loading      task
	standing     standing
	box          *dialog // while it is open
	told         *fyne.Container
	cards        *fyne.Container
	first        *fyne.Container // connects an organisation, or one more
	begin        *button         // in it
	details      *fyne.Container // through whom each organisation is connected, and what Feebridge may do there
	advanced     *fyne.Container // what few need: the details, and the firm's app at Xero
	unfold       *button         // shows it
	exportTo     *choice         // nil where there is none
	registration *registration
}

// standing is how the firm stands with Xero.
type standing struct {
	firm     app.Firm
	orgs     []app.Organisation
	consents map[app.ConsentID]app.Consent
	kept     map[app.ConsentID]bool
	gauges   map[ledger.TenantID]app.Gauge

	refreshes map[ledger.TenantID]app.Refresh
}

func newConnections(s *shell, a connectionApp, m *mappings) *connections {
	return &connections{shell: s, app: a, mappings: m, gauged: func() {}, loading: task{ui: s.ui}}
}

// open shows the screen.
func (c *connections) open() { c.show(func() {}) }

// connect shows the screen and begins to sign in.
func (c *connections) connect() { c.show(c.signIn) }

func (c *connections) show(then func()) {
	if c.box != nil {
		c.load(then)
		return
	}
	c.told = container.NewVBox()
	c.cards = container.NewVBox()
	c.begin = c.connectButton()
	c.first = container.NewVBox(container.NewHBox(container.New(inset, c.begin)), caption(lang.L("connection.hint")))
	c.registration = newRegistration(c)
	c.details = container.NewVBox()
	c.advanced = container.NewVBox(c.details, c.registration.content)
	c.advanced.Hide()
	c.unfold = newButton(c.keys, lang.L("connection.advanced"), func() { c.showAdvanced(!c.advanced.Visible()) })
	c.unfold.Importance, c.unfold.Icon = widget.LowImportance, theme.MenuExpandIcon()
	body := container.New(layout.NewCustomPaddedLayout(0, 0, 1, style.Spacing+style.Gap), // clear of the scroll bar
		container.NewVBox(c.told, c.cards, c.first, widget.NewSeparator(), container.NewHBox(c.unfold), c.advanced))
	leave := newButton(c.keys, lang.L("action.close"), func() { c.box.hide() })
	c.box = c.dialogs.show(lang.L("connection.title"), fyne.NewSize(760, 640), container.NewVScroll(body), leave).about("connect")
	c.box.onHide = func() {
		c.loading.stop()
		c.box = nil
	}
	if !c.mayConnect() {
		c.tell(style.Held, c.needsPermission())
	}
	c.load(then)
}

// factName is the width of what stands before the facts and fields.
const factName = 176

// inset moves an object to where the texts of labels begin.
var inset = layout.NewCustomPaddedLayout(style.Gap, style.Gap, style.Spacing, style.Spacing)

// newConnectButton returns the button that begins a sign-in, in Xero's official wording.
// Xero asks certified apps to show its own "Connect to Xero" artwork, neither redrawn nor
// recoloured (developer.xero.com, "Branding your integration"). Until the firm that
// publishes Feebridge has that licence the button is drawn as any other; the artwork would
// be its Icon, in place of the text.
func newConnectButton(k *keyboard, do func()) *button {
	return newButton(k, lang.L("action.connect-to-xero"), do)
}

func (c *connections) connectButton() *button {
	b := newConnectButton(c.keys, c.signIn)
	b.enable(c.mayConnect())
	return b
}

// mayConnect reports whether who acts may connect and map Xero.
func (s *shell) mayConnect() bool { return s.me().May(staff.MapToXero, "") }

// needsPermission says why a member may look only.
func (s *shell) needsPermission() string {
	return lang.L("connection.view-only",
		with{"Permission": permissionsFor(staff.MapToXero), "Ask": told(s.me().WhoGrants())})
}

// tell shows a result above everything else; "" takes it back.
func (c *connections) tell(sign style.Sign, text string) {
	if c.box == nil {
		return
	}
	c.told.RemoveAll()
	if text != "" {
		c.told.Add(signed(sign, paragraph(text)))
	}
	c.box.popup.Refresh()
}

// changed reads again how the firm stands, while that is shown.
func (c *connections) changed() {
	if c.box != nil {
		c.load(func() {})
	}
}

func (c *connections) load(then func()) {
	load(&c.loading, c.read, func(s standing, err error) {
		if err != nil {
			c.tell(style.Failed, say(err))
			return
		}
		c.standing = s
		c.showCards()
		c.gauged()
		c.registration.show(s.firm.Registration)
		then()
	})
}

// read finds out how the firm stands. Whether a sign-in is kept waits for one that is
// being renewed, so it is not for the goroutine that draws.
func (c *connections) read(ctx context.Context) (standing, error) {
	s := standing{consents: map[app.ConsentID]app.Consent{}, kept: map[app.ConsentID]bool{}, gauges: map[ledger.TenantID]app.Gauge{}}
	var err error
	if s.firm, err = c.app.Firm(ctx); err != nil {
		return s, err
	}
	if s.orgs, err = c.app.Organisations(ctx); err != nil {
		return s, err
	}
	if s.refreshes, err = c.app.Refreshes(ctx); err != nil {
		return s, err
	}
	consents, err := c.app.Consents(ctx)
	for _, v := range consents {
		s.consents[v.ID], s.kept[v.ID] = v, c.app.Kept(ctx, v.ID)
	}
	for _, o := range s.orgs {
		s.gauges[o.Tenant.ID] = c.app.Gauge(o.Tenant.ID)
	}
	return s, err
}

// showAdvanced shows or hides what few need.
func (c *connections) showAdvanced(visible bool) {
	show(c.advanced, visible)
	c.unfold.SetIcon(theme.MenuExpandIcon())
	if visible {
		c.unfold.SetIcon(theme.MenuDropDownIcon())
	}
	if c.box != nil {
		c.box.popup.Refresh()
	}
}

// showCards shows each organisation, and which of them the firm exports to.
func (c *connections) showCards() {
	c.cards.RemoveAll()
	c.details.RemoveAll()
	orgs := c.standing.orgs
	if len(orgs) == 0 {
		none := connectionOf(c.format, nil, app.Refresh{}, c.now())
		state := paragraph(none.state)
		state.TextStyle.Bold = true
		c.cards.Add(container.New(closely, signed(none.sign, state), paragraph(none.more)))
	}
	again := false // an organisation offers to be connected again, in the same way
	for i := range orgs {
		c.cards.Add(c.card(&orgs[i]))
		c.details.Add(c.detail(&orgs[i]))
		again = again || orgs[i].State != app.Connected
	}
	show(c.first, !again)
	c.begin.Importance, c.begin.Text = widget.HighImportance, lang.L("action.connect-to-xero")
	if len(orgs) > 0 {
		c.begin.Importance, c.begin.Text = widget.MediumImportance, lang.L("connection.another")
	}
	c.begin.Refresh()
	if len(orgs) > 1 && c.mayConnect() {
		c.cards.Add(c.exportChoice())
	}
	c.box.popup.Refresh()
}

// card shows one organisation: how it stands, and what can be done.
func (c *connections) card(org *app.Organisation) fyne.CanvasObject {
	name := heading(org.Tenant.Name)
	name.SizeName = theme.SizeNameSubHeadingText
	how := connectionOf(c.format, org, c.standing.refreshes[org.Tenant.ID], c.now())
	state := paragraph(capital(how.state))
	if org.State == app.Connected && how.sign == style.Connected && !org.ConnectedAt.IsZero() {
		state.Text = lang.L("connection.since", with{"When": c.moment(org.ConnectedAt)})
	}
	state.TextStyle.Bold = true
	column := container.New(closely, name, signed(how.sign, state))
	if more := c.meaning(org, how); more != "" {
		column.Add(paragraph(more))
	}
	if gauge := c.standing.gauges[org.Tenant.ID]; gauge.DayLeft >= 0 && org.State == app.Connected {
		column.Add(paragraph(lang.N("billing.calls-left", gauge.DayLeft, with{"Count": c.format.Count(gauge.DayLeft)})))
	}
	if org.State == app.Connected && org.Marks == app.MarksDropped {
		column.Add(signed(style.Warning, paragraph(told(org.Marks.Meaning())+" "+lang.L("connection.marks.allow"))))
	}
	if _, known := c.standing.consents[org.Consent]; known && org.State == app.Connected && !c.standing.kept[org.Consent] {
		column.Add(signed(style.Warning, paragraph(notKept())))
	}
	return container.NewStack(newGround("", theme.ColorNameInputBorder),
		container.New(layout.NewCustomPaddedLayout(style.Gap, style.Spacing, style.Gap, style.Gap),
			container.NewVBox(column, container.New(inset, c.cardButtons(org)))))
}

// detail shows through whom an organisation is connected, and what Feebridge may do there.
func (c *connections) detail(org *app.Organisation) fyne.CanvasObject {
	column := container.New(closely, heading(org.Tenant.Name))
	fact := func(what, text string) {
		column.Add(container.New(factLine{factName}, widget.NewLabel(what), paragraph(text)))
	}
	signIn, known := c.standing.consents[org.Consent]
	if known {
		fact(lang.L("connection.signed-in"), lang.L("connection.who-when", with{"Who": userName(signIn.User), "When": c.moment(signIn.At)}))
	}
	if !org.ConnectedAt.IsZero() {
		fact(lang.L("connection.connected-by"), lang.L("connection.who-when", with{"Who": c.memberName(org.ConnectedBy), "When": c.moment(org.ConnectedAt)}))
	}
	if known {
		fact(lang.L("connection.access"), scopeWords(signIn.Scopes))
	}
	if org.State == app.Connected && org.Marks != app.MarksDropped { // which its card warns of
		fact(lang.L("connection.marks"), told(org.Marks.Meaning()))
	}
	if gauge := c.standing.gauges[org.Tenant.ID]; !gauge.LastCall.IsZero() {
		fact(lang.L("connection.last-call"), c.moment(gauge.LastCall))
	}
	return column
}

func (c *connections) cardButtons(org *app.Organisation) fyne.CanvasObject {
	buttons := container.New(layout.NewRowWrapLayout())
	if org.State != app.Connected {
		again := c.connectButton()
		again.SetText(lang.L("connection.reconnect"))
		again.Importance = widget.HighImportance
		buttons.Add(again)
	}
	id, name := org.Tenant.ID, org.Tenant.Name
	buttons.Add(newButton(c.keys, lang.L("menu.mapping"), func() { c.mappings.open(id) }))
	if org.State != app.Disconnected {
		end := newButton(c.keys, lang.L("connection.disconnect"), func() { c.askDisconnect(id, name) })
		end.enable(c.mayConnect())
		buttons.Add(end)
	}
	return buttons
}

// meaning says what the state of an organisation means, and who can change it.
func (c *connections) meaning(org *app.Organisation, how connection) string {
	switch {
	case org.EndedHere():
		return lang.L("connection.disconnected-here")
	case org.State == app.Connected && !org.Default && how.sign == style.Connected:
		return lang.L("connection.elsewhere")
	case org.State == app.Connected:
		return how.more
	}
	signIn, known := c.standing.consents[org.Consent]
	if !known {
		return how.more
	}
	return how.more + "\n\n" + lang.L("connection.ask-last",
		with{"Who": userName(signIn.User), "Name": signIn.Name})
}

// notKept says calmly that there is no keyring.
func notKept() string {
	return lang.L("connection.not-kept")
}

func userName(u app.User) string {
	if u.Email == "" {
		return u.Name
	}
	return lang.L("connection.person", with{"Name": u.Name, "Email": u.Email})
}

// memberName names a member of staff, as far as it is known who that is.
func (c *connections) memberName(id staff.ID) string {
	if id == c.me().ID {
		return c.me().Name
	}
	return lang.L("connection.unknown-person")
}

// scopeWords says what a sign-in allows. Scopes of which each includes another are told once.
func scopeWords(scopes []string) string {
	var words []string
	for _, s := range scopes {
		word := s
		switch s {
		case "openid", "profile", "email":
			word = lang.L("connection.scope.identity")
		case "offline_access":
			word = lang.L("connection.scope.offline")
		case "accounting.invoices":
			word = lang.L("connection.scope.invoices")
		case "accounting.contacts":
			word = lang.L("connection.scope.contacts")
		case "accounting.attachments":
			word = lang.L("connection.scope.attachments")
		case "accounting.settings.read":
			word = lang.L("connection.scope.settings")
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, " · ")
}

// exportChoice chooses the organisation that the firm exports to.
func (c *connections) exportChoice() fyne.CanvasObject {
	orgs := c.standing.orgs
	var names []string
	for _, o := range orgs {
		names = append(names, o.Tenant.Name)
	}
	chosen := slices.IndexFunc(orgs, func(o app.Organisation) bool { return o.Default })
	options := newChoice(c.keys, names, chosen, func(i int) {
		to := orgs[i].Tenant
		act(c.shell, lang.L("busy.changing-organisation"), func(ctx context.Context) (struct{}, error) {
			return struct{}{}, c.app.ExportTo(ctx, c.me(), to.ID)
		}, func(_ struct{}, err error) {
			if err != nil {
				c.tell(style.Failed, say(err))
			} else {
				c.tell(style.Done, lang.L("connection.exports-to.done", with{"Name": to.Name}))
			}
			c.changed()
		})
	})
	if c.exportTo != nil && c.keys.canvas.Focused() == c.exportTo {
		c.keys.canvas.Focus(options)
	}
	c.exportTo = options
	return container.NewVBox(heading(lang.L("connection.exports-to")), options)
}

// askDisconnect says what disconnecting means, and does it.
func (c *connections) askDisconnect(id ledger.TenantID, name string) {
	text := lang.L("connection.disconnect.text",
		with{"Name": name})
	c.dialogs.warn(lang.L("connection.disconnect.title", with{"Name": name}), paragraph(text), lang.L("connection.disconnect.yes"), func() {
		act(c.shell, lang.L("busy.disconnecting"), func(ctx context.Context) (struct{}, error) {
			return struct{}{}, c.app.Disconnect(ctx, c.me(), id)
		}, func(_ struct{}, err error) {
			if err != nil {
				c.tell(style.Failed, lang.L("connection.disconnect.failed", with{"Name": name, "Why": say(err)}))
			} else {
				c.tell(style.Done, lang.L("connection.disconnect.done", with{"Name": name}))
			}
			c.changed()
		})
	})
}
