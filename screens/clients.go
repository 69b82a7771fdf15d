package screens

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"golang.org/x/text/language"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/screens/grid"
	"feebridge/screens/style"
)

// clientsApp is what keeping clients asks of the application.
type clientsApp interface {
	Clients(ctx context.Context, by staff.Member) ([]billing.Client, error)
	ClientContacts(ctx context.Context, by staff.Member) ([]app.ClientContact, error)
	OpenInvoices(ctx context.Context, by staff.Member) (map[billing.ClientID]app.Open, error)
	AcceptContacts(ctx context.Context, by staff.Member, wanted []app.ClientContact) ([]app.ClientContact, error)
	SaveClient(ctx context.Context, by staff.Member, c billing.Client) (billing.Client, error)
	Lookalikes(ctx context.Context, by staff.Member, c billing.Client) ([]billing.Client, error)
	ArchiveClient(ctx context.Context, by staff.Member, id billing.ClientID, archived bool) error
	Settings(ctx context.Context) (app.Settings, error)
	contactApp
}

// clientRow is a client as the page lists it.
type clientRow struct {
	app.ClientContact
	app.Open
}

// clientsPage lists the firm's clients, and how each stands with the contacts in Xero.
type clientsPage struct {
	*shell
	app      clientsApp
	page     *page
	narrowTo func(billing.ClientID) // lists a client's invoices

	schema                           *grid.Schema[clientRow, billing.ClientID]
	grid                             *grid.Grid[clientRow, billing.ClientID]
	panel                            *clientPanel
	chooser                          *chooser // that was opened last
	panes                            *panes
	parts                            *fyne.Container // list, divider and panel
	loading, reading                 task
	search                           *entry
	chips                            *chips
	state                            *widget.Label
	archive, edit, invoices, contact *button
	refresher                        *button
	archived                         *check
	offer                            *fyne.Container // of what can be accepted together
	offered                          *widget.Label
	accept                           *button
	exact                            []app.ClientContact
	first, second                    *fyne.Container
}

const (
	clientsKey      = "clients.grid"
	clientsPanelKey = "clients.panel"
)

// The chips of the page.
const (
	allClientsChip = iota
	toMatchChip
)

func newClientsPage(s *shell, a clientsApp, locale language.Tag) *clientsPage {
	c := &clientsPage{shell: s, app: a, loading: task{ui: s.ui}, reading: task{ui: s.ui}}
	c.schema = c.clientSchema(locale)
	c.page = &page{
		topic: "clients",
		build: c.build, reload: func() { c.readContacts(true) }, arrange: c.arrange,
		shown: func() { c.load(); c.readContacts(false); c.grid.Focus() }, notice: func(text string) { write(c.state, text) },
	}
	return c
}

func (c *clientsPage) build() {
	s := c.shell
	c.grid = grid.New(c.schema)
	c.grid.SetState(grid.ParseState(s.preferences.String(clientsKey)))
	c.grid.OnStateChanged = func(state grid.State) { s.preferences.SetString(clientsKey, state.String()) }
	c.grid.OnOpen = c.openPanel
	c.grid.OnSelectionChanged = func(count int) {
		c.showSelection()
		if count == 1 && c.panes.open {
			c.panel.show(c.selected())
		}
	}
	c.grid.OnCopy = func(tsv string) { fyne.CurrentApp().Clipboard().SetContent(tsv) }
	c.grid.OnMenu = func(fyne.Position) {}
	c.search = newEntry(s.keys)
	c.search.SetPlaceHolder(lang.L("clients.search"))
	c.search.Icon = theme.SearchIcon()
	c.search.OnChanged = c.grid.SetSearch
	c.search.key = func(ev *fyne.KeyEvent) bool {
		switch ev.Name {
		case fyne.KeyDown, fyne.KeyReturn, fyne.KeyEnter:
			c.grid.Focus()
			return true
		}
		return false
	}
	c.chips = newChips(s.keys, []string{lang.L("clients.chip.all"), lang.L("clients.chip.to-match")}, func(int) { c.filter() })
	c.state = widget.NewLabel("")
	c.state.Importance, c.state.Truncation = widget.LowImportance, fyne.TextTruncateEllipsis
	add := newButton(s.keys, lang.L("clients.new"), func() { c.ask(billing.Client{}, c.load) })
	add.Importance = widget.HighImportance
	c.edit = newButton(s.keys, lang.L("clients.edit"), func() { c.open(c.selected()) })
	c.contact = newButton(s.keys, lang.L("panel.choose-contact"), func() { c.chooseContact(c.selected()) })
	c.archive = newButton(s.keys, lang.L("clients.archive"), c.archiveSelected)
	c.invoices = newButton(s.keys, lang.L("clients.invoices"), func() { c.narrowTo(c.selected()) })
	c.refresher = newButton(s.keys, "", func() { c.readContacts(true) })
	c.refresher.Icon, c.refresher.Importance = theme.ViewRefreshIcon(), widget.LowImportance
	c.archived = newCheck(s.keys, lang.L("clients.show-archived"), func(bool) { c.filter() })
	c.first, c.second = container.New(bar{stretch: 1, gap: style.Spacing}), container.New(bar{stretch: 2, gap: style.Spacing})
	c.offered = widget.NewLabel("")
	c.offered.Truncation = fyne.TextTruncateEllipsis
	c.accept = newButton(s.keys, "", c.confirmAccept)
	c.offer = container.New(bar{stretch: 0, gap: style.Spacing}, c.offered, c.accept)
	c.offer.Hide()
	top := container.New(layout.NewCustomPaddedLayout(style.Gap, style.Spacing, style.Spacing, style.Spacing), container.NewVBox(
		c.first, c.second,
		container.New(bar{stretch: 5, gap: style.Spacing}, add, c.edit, c.contact, c.archive, c.invoices, c.state, c.refresher),
		c.offer))
	c.panel = newClientPanel(c)
	c.panes = &panes{width: float32(s.preferences.FloatWithFallback(clientsPanelKey, 380))}
	handle := newDivider(c.dragPanel, func() { s.preferences.SetFloat(clientsPanelKey, float64(c.panes.width)) })
	c.parts = container.New(c.panes, c.grid, handle, c.panel.content)
	c.page.content, c.page.search = container.NewBorder(top, nil, nil, nil, c.parts), c.search
	c.filter()
	c.showSelection()
}

// arrange puts the toolbar into one or more lines, as the window is wide or narrow.
func (c *clientsPage) arrange() {
	title := heading(lang.L("clients.title"))
	title.SizeName, title.Truncation = theme.SizeNameSubHeadingText, fyne.TextTruncateOff
	c.second.Objects = nil
	c.first.Objects = []fyne.CanvasObject{title, c.search, c.chips, c.archived}
	if c.narrow {
		c.first.Objects = []fyne.CanvasObject{title, c.search}
		c.second.Objects = []fyne.CanvasObject{c.chips, c.archived, layout.NewSpacer()}
	}
	c.second.Hidden = !c.narrow
	c.refresher.SetText("")
	if !c.narrow {
		c.refresher.SetText(lang.L("clients.refresh"))
	}
	c.panes.narrow = c.narrow
	c.first.Refresh()
	c.second.Refresh()
}

// linkSign and linkText say how a client stands with the contacts in Xero.
func linkSign(c app.ClientContact) style.Sign {
	switch {
	case c.Creating():
		return style.Busy
	case c.Organisation.Tenant.ID == "":
		return style.Sign{}
	case len(c.Creation.Messages) > 0:
		return style.Failed
	}
	switch c.Found.State {
	case ledger.StateLinked, ledger.StateMerged:
		return style.Linked
	case ledger.StateSuggested, ledger.StateSeveral:
		return style.Suggested
	case ledger.StateArchived:
		return style.Archived
	}
	return style.Unlinked
}

func linkText(c app.ClientContact) string {
	contact := with{"Contact": c.Found.Contact.Name}
	switch {
	case c.Creating():
		return lang.L("clients.contact.creating")
	case c.Organisation.Tenant.ID == "":
		return ""
	case len(c.Creation.Messages) > 0:
		return lang.L("clients.contact.not-created")
	}
	switch c.Found.State {
	case ledger.StateLinked:
		return c.Found.Contact.Name
	case ledger.StateMerged:
		return lang.L("clients.contact.merged", contact)
	case ledger.StateSuggested:
		return lang.L("clients.contact.suggested", contact)
	case ledger.StateSeveral:
		return lang.N("clients.contact.several", len(c.Found.Choices), with{"Count": len(c.Found.Choices)})
	case ledger.StateArchived:
		return lang.L("clients.contact.archived", contact)
	}
	switch {
	case c.Found.Gone:
		return lang.L("clients.contact.gone", with{"Contact": c.Link.Name})
	case c.Reading.At.IsZero():
		return lang.L("clients.contact.unread")
	}
	return lang.L("clients.contact.none")
}

// linkOrder sorts clients by how much there is to decide.
func linkOrder(c app.ClientContact) int64 {
	for i, state := range []ledger.ContactState{ledger.StateSeveral, ledger.StateSuggested, ledger.StateArchived, ledger.StateNone, ledger.StateMerged, ledger.StateLinked} {
		if c.Found.State == state {
			return int64(i)
		}
	}
	return 0
}

func (c *clientsPage) clientSchema(locale language.Tag) *grid.Schema[clientRow, billing.ClientID] {
	return &grid.Schema[clientRow, billing.ClientID]{
		Key: func(r clientRow) billing.ClientID { return r.Client.ID }, Locale: locale,
		Columns: []grid.Column[clientRow]{{
			ID: "code", Title: lang.L("field.code"), Width: 130, MinWidth: 80, Priority: 2,
			Text: func(r clientRow) string { return r.Client.Code }, Search: true, Collate: true,
		}, {
			ID: "name", Title: lang.L("field.name"), Width: 220, MinWidth: 130, Stretch: 3,
			Text: func(r clientRow) string {
				if r.Client.Archived {
					return lang.L("clients.archived-name", with{"Name": r.Client.Name})
				}
				return r.Client.Name
			}, Search: true, Collate: true,
		}, {
			ID: "contact", Title: lang.L("clients.column.contact"), Width: 220, MinWidth: 130, Stretch: 3,
			Text: func(r clientRow) string { return linkText(r.ClientContact) },
			Sign: func(r clientRow) grid.Sign { return grid.Sign(linkSign(r.ClientContact)) }, Search: true,
			Order: func(r clientRow) int64 { return linkOrder(r.ClientContact) },
		}, {
			ID: "open", Title: lang.L("clients.column.open"), Width: 70, MinWidth: 60, Align: fyne.TextAlignTrailing, Priority: 3,
			Text: func(r clientRow) string {
				if r.Count == 0 {
					return ""
				}
				return strconv.Itoa(r.Count)
			}, Order: func(r clientRow) int64 { return int64(r.Count) },
		}, {
			ID: "due", Title: lang.L("clients.column.due"), Width: 120, MinWidth: 90, Align: fyne.TextAlignTrailing, Priority: 1,
			Text: func(r clientRow) string { return dueText(r.Due, c.money) },
			Order: func(r clientRow) int64 {
				if len(r.Due) == 0 {
					return 0
				}
				return r.Due[0].Minor()
			},
		}, {
			ID: "email", Title: lang.L("field.email"), Width: 190, MinWidth: 110, Stretch: 2, Priority: 4,
			Text: func(r clientRow) string { return r.Client.Email }, Search: true, Collate: true,
		}, {
			ID: "address", Title: lang.L("field.address"), Width: 200, MinWidth: 120, Stretch: 2, Priority: 8, Hidden: true,
			Text: func(r clientRow) string { return r.Client.Address.String() }, Collate: true,
		}, {
			ID: "currency", Title: lang.L("field.currency"), Width: 80, MinWidth: 80, Priority: 6, Hidden: true,
			Text: func(r clientRow) string { return string(r.Client.Currency) }, Collate: true,
		}, {
			ID: "term", Title: lang.L("field.payment-terms"), Width: 190, MinWidth: 120, Priority: 7, Hidden: true,
			Text: func(r clientRow) string { return termWords(r.Client.Term) }, Collate: true,
		}, {
			ID: "billing", Title: lang.L("field.billing-code"), Width: 110, MinWidth: 90, Priority: 9, Hidden: true,
			Text: func(r clientRow) string { return r.Client.BillingCode }, Collate: true,
		}},
	}
}

// dueText writes what is due, each currency by itself.
func dueText(due []money.Amount, write func(money.Amount) string) string {
	words := make([]string, len(due))
	for i, a := range due {
		words[i] = write(a)
	}
	return strings.Join(words, " · ")
}

func (c *clientsPage) load() {
	type read struct {
		model  *grid.Model[clientRow, billing.ClientID]
		exact  []app.ClientContact
		counts []string
	}
	load(&c.loading, func(ctx context.Context) (r read, err error) {
		all, err := c.app.ClientContacts(ctx, c.me())
		if err != nil {
			return r, err
		}
		open, err := c.app.OpenInvoices(ctx, c.me())
		rows := make([]clientRow, len(all))
		active, toMatch := 0, 0
		for i, one := range all {
			rows[i] = clientRow{one, open[one.Client.ID]}
			if !one.Client.Archived {
				active++
			}
			if one.ToMatch() {
				toMatch++
			}
			if one.Found.Exact && !one.Client.Archived && c.me().May(staff.LinkContacts, one.Client.ID) {
				r.exact = append(r.exact, one)
			}
		}
		r.model, r.counts = c.schema.Build(rows), []string{c.format.Count(active), c.format.Count(toMatch)}
		return r, err
	}, func(r read, err error) {
		if err != nil {
			write(c.state, say(err))
			return
		}
		c.grid.SetModel(r.model)
		c.exact = r.exact
		if c.chips.setCounts(r.counts) {
			lay(c.first)
			lay(c.second)
		}
		c.filter()
		c.showExact()
		c.showSelection()
		if c.panes.open {
			c.panel.show(c.panel.id)
		}
	})
}

// readContacts reads in Xero what changed among its contacts; unless now is true, only where that is some minutes old.
func (c *clientsPage) readContacts(now bool) {
	if now {
		c.notice(lang.L("clients.reading"))
	}
	load(&c.reading, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.app.RefreshContacts(ctx, now)
	}, func(_ struct{}, err error) {
		switch {
		case err != nil:
			c.notice(lang.L("contact.unread", with{"Why": say(err)}))
		case now:
			c.notice("")
		}
		c.load()
	})
}

// showExact offers to accept what fits exactly.
func (c *clientsPage) showExact() {
	n := len(c.exact)
	c.offered.SetText(lang.N("clients.exact", n, with{"Count": n}))
	c.accept.SetText(lang.N("clients.accept", n, with{"Count": n}))
	show(c.offer, n > 0)
	c.page.content.Refresh()
}

// confirmAccept lists which contacts the clients would be linked with, and links them.
func (c *clientsPage) confirmAccept() {
	exact := c.exact
	n := len(exact)
	var d *dialog
	rows := make([][]listCell, n)
	for i, one := range exact {
		rows[i] = []listCell{{text: one.Client.Name}, {text: one.Found.Contact.Name}, {text: evidenceWords(ledger.Candidate{Evidence: one.Found.Evidence})}}
	}
	list := newListing(c.keys, []listColumn{
		{title: lang.L("field.client"), width: 160, stretch: true}, {title: lang.L("clients.column.contact"), width: 160, stretch: true},
		{title: lang.L("contact.field.evidence"), width: 150},
	}, rows)
	body := container.New(layout.NewCustomPaddedVBoxLayout(style.Gap), paragraph(lang.N("clients.accept.text", n, with{"Count": n})),
		container.New(&leastHeight{min(float32(n)*grid.RowHeight+40, 320)}, list.content()))
	accept := newButton(c.keys, lang.N("clients.accept.button", n, with{"Count": n}), func() { d.hide(); c.acceptAll(exact) })
	d = c.dialogs.show(lang.N("clients.accept.title", n, with{"Count": n}), fyne.NewSize(680, 0), body,
		newButton(c.keys, lang.L("action.cancel"), func() { d.hide() }), accept).about("clients")
}

func (c *clientsPage) acceptAll(exact []app.ClientContact) {
	act(c.shell, lang.L("busy.changing-link"), func(ctx context.Context) ([]app.ClientContact, error) {
		return c.app.AcceptContacts(ctx, c.me(), exact)
	}, func(accepted []app.ClientContact, err error) {
		if err != nil {
			c.failed(lang.L("failed.change"), err)
			return
		}
		told := lang.N("clients.accepted", len(accepted), with{"Count": len(accepted)})
		if left := len(exact) - len(accepted); left > 0 {
			told = joined(told+".", lang.N("clients.accepted.left", left, with{"Count": left}))
		}
		c.notice(told)
		c.load()
	})
}

// filter lists what the chip and the check say.
func (c *clientsPage) filter() {
	toMatch := c.chips.chosen == toMatchChip
	c.grid.SetFilter(func(r clientRow) bool {
		if toMatch {
			return r.ToMatch()
		}
		return c.archived.Checked || !r.Client.Archived
	})
	if toMatch {
		c.grid.SetPlaceholder(widget.NewLabel(lang.L("clients.none-to-match")))
	} else {
		c.grid.SetPlaceholder(nil)
	}
}

// selected returns the one client that is selected, or "".
func (c *clientsPage) selected() billing.ClientID {
	if all := c.grid.Selected(); len(all) == 1 {
		return all[0]
	}
	return ""
}

func (c *clientsPage) showSelection() {
	id := c.selected()
	row, _ := c.grid.Row(id)
	c.edit.enable(id != "")
	c.archive.enable(id != "" && c.me().May(staff.EditClients, id))
	c.contact.enable(c.mayChoose(row))
	c.invoices.enable(id != "")
	text := lang.L("clients.archive")
	if row.Client.Archived {
		text = lang.L("clients.restore")
	}
	c.archive.SetText(text)
}

func (c *clientsPage) mayChoose(r clientRow) bool {
	return r.Client.ID != "" && r.Organisation.Tenant.ID != "" && c.me().May(staff.LinkContacts, r.Client.ID)
}

func (c *clientsPage) chooseContact(id billing.ClientID) {
	row, listed := c.grid.Row(id)
	if !listed {
		return
	}
	contactDesk{c.shell, c.app}.choose(row.Client, func(open *chooser) { c.chooser = open }, func(told string) {
		c.notice(told)
		c.load()
	})
}

func (c *clientsPage) dragPanel(dx float32) {
	c.panes.width = max(c.panes.width-dx, leastSide)
	lay(c.parts)
}

// openPanel shows a client beside the list.
func (c *clientsPage) openPanel(id billing.ClientID) {
	c.panes.open = true
	lay(c.parts) // first: a text that wraps knows its height only when it has a width
	c.panel.show(id)
}

func (c *clientsPage) closePanel() {
	c.panes.open = false
	lay(c.parts)
	c.grid.Focus()
}

// escape closes the panel, and reports whether there was one.
func (c *clientsPage) escape() bool {
	if !c.panes.open {
		return false
	}
	c.closePanel()
	return true
}

func (c *clientsPage) archiveSelected() {
	id := c.selected()
	row, _ := c.grid.Row(id)
	act(c.shell, lang.L("busy.saving"), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.app.ArchiveClient(ctx, c.me(), id, !row.Client.Archived)
	}, func(_ struct{}, err error) {
		if err != nil {
			c.failed(lang.L("failed.change"), err)
			return
		}
		c.load()
	})
}

func (c *clientsPage) open(id billing.ClientID) {
	if row, listed := c.grid.Row(id); listed {
		c.ask(row.Client, c.load)
	}
}

// ask opens the form of a client; one without an ID is new. It calls saved once that is stored.
func (c *clientsPage) ask(client billing.Client, saved func()) {
	c.askThen(func(context.Context) (billing.Client, error) { return client, nil }, func(f *clientForm) { f.saved = saved })
}

// editAt opens the form of a client with the cursor in a field, and says what is wrong with it. The page
// itself may be another one.
func (c *clientsPage) editAt(id billing.ClientID, at billing.Field, words string) {
	c.askThen(func(ctx context.Context) (billing.Client, error) {
		all, err := c.app.Clients(ctx, c.me())
		for _, client := range all {
			if client.ID == id {
				return client, err
			}
		}
		return billing.Client{ID: id}, err
	}, func(f *clientForm) {
		f.saved = func() {} // whoever shows the client hears of it
		f.tell(style.Failed, words)
		f.point(at)
	})
}

func (c *clientsPage) askThen(find func(context.Context) (billing.Client, error), then func(*clientForm)) {
	type found struct {
		client   billing.Client
		settings app.Settings
	}
	act(c.shell, lang.L("busy.opening-client"), func(ctx context.Context) (f found, err error) {
		if f.client, err = find(ctx); err == nil {
			f.settings, err = c.app.Settings(ctx)
		}
		return f, err
	}, func(f found, err error) {
		if err != nil {
			c.failed(lang.L("client.open.failed"), err)
			return
		}
		then(newClientForm(c, f.client, f.settings))
	})
}

// clientForm changes one client.
type clientForm struct {
	*clientsPage
	client   billing.Client
	box      *dialog
	told     *fyne.Container
	name     *entry
	code     *entry
	email    *entry
	address  []*entry
	currency *entry
	term     *termField
	billing  *dropDown
	warned   string // the name whose lookalikes were told
	saved    func() // what follows
}

func newClientForm(c *clientsPage, client billing.Client, s app.Settings) *clientForm {
	f := &clientForm{clientsPage: c, client: client, told: container.NewVBox(), saved: c.load}
	text := func(value, hint string) *entry {
		e := newEntry(c.keys)
		e.SetText(value)
		e.CursorColumn = len([]rune(value))
		e.SetPlaceHolder(hint)
		return e
	}
	f.name, f.email = text(client.Name, ""), text(client.Email, "")
	f.code = text(client.Code, lang.L("client.code-hint"))
	a := client.Address
	for i, value := range append(a.Lines[:], a.City, a.PostalCode, a.Region, a.Country) {
		hints := []string{lang.L("field.street"), "", "", "", lang.L("field.city"), lang.L("field.postal-code"), lang.L("field.region"), lang.L("field.country")}
		f.address = append(f.address, text(value, hints[i]))
	}
	f.currency = text(string(client.Currency), string(s.Firm.Currency))
	f.term = newTermField(c.keys, client.Term, lang.L("client.term.default"))
	options := []option{{text: lang.L("client.billing-code.none")}}
	for _, code := range s.Codes {
		options = append(options, option{value: code.Code, text: code.Code, detail: code.Description})
	}
	f.billing = newDropDown(c.keys, lang.L("client.billing-code.hint"), options, client.BillingCode, func(string) {})

	pair := func(a, b fyne.CanvasObject) fyne.CanvasObject { return container.NewGridWithColumns(2, a, b) }
	body := container.NewVBox(
		f.told,
		labelled(lang.L("field.name"), f.name), labelled(lang.L("field.code"), f.code), labelled(lang.L("field.email"), f.email),
		labelled(lang.L("field.address"), container.NewVBox(f.streets(), pair(f.address[4], f.address[5]), pair(f.address[6], f.address[7]))),
		labelled(lang.L("field.currency"), container.New(fixedWidth{width: 90, least: 90}, f.currency)),
		labelled(lang.L("field.payment-terms"), f.term.content),
		labelled(lang.L("field.billing-code"), outlined(f.billing)),
		caption(lang.L("client.sync-hint")))
	title := lang.L("client.title.new")
	if client.ID != "" {
		title = client.Name
	}
	save := newButton(c.keys, lang.L("action.save"), f.save)
	f.box = c.dialogs.show(title, fyne.NewSize(620, 0), body, newButton(c.keys, lang.L("action.cancel"), func() { f.box.hide() }), save).about("clients")
	if !c.me().May(staff.EditClients, client.ID) {
		save.Disable()
		f.tell(style.Held, lang.L("client.view-only",
			with{"Permission": permissionsFor(staff.EditClients), "Ask": told(c.me().WhoGrants())}))
	}
	f.box.focus(f.name)
	return f
}

// streets are the lines of the address: two, and those of the others that have a text.
func (f *clientForm) streets() fyne.CanvasObject {
	lines := container.NewVBox(f.address[0], f.address[1])
	for i := 2; i < len(f.client.Address.Lines); i++ {
		if f.address[i].Text != "" || i == 2 && f.address[3].Text != "" {
			lines.Add(f.address[i])
		}
	}
	return lines
}

// point puts the focus on a field; on the name for one that the form does not have.
func (f *clientForm) point(at billing.Field) {
	places := []billing.Field{
		billing.StreetFields[0], billing.StreetFields[1], billing.StreetFields[2], billing.StreetFields[3],
		billing.CityField, billing.PostalCodeField, billing.RegionField, billing.CountryField,
	}
	on := f.name
	if i := slices.Index(places, at); i >= 0 {
		on = f.address[i]
	} else if at == billing.EmailField {
		on = f.email
	}
	f.box.focus(on)
}

// labelled is a field with its name before it.
func labelled(name string, field fyne.CanvasObject) fyne.CanvasObject {
	label := widget.NewLabel(name)
	label.Truncation = fyne.TextTruncateEllipsis
	return container.New(factLine{factName}, label, field)
}

func (f *clientForm) tell(sign style.Sign, text string) {
	f.told.Objects = []fyne.CanvasObject{signed(sign, paragraph(text))}
	f.box.fit()
}

// read returns the client as the form has it.
func (f *clientForm) read() (billing.Client, error) {
	c := f.client
	c.Name, c.Code, c.Email = f.name.Text, f.code.Text, f.email.Text
	parts := []*string{
		&c.Address.Lines[0], &c.Address.Lines[1], &c.Address.Lines[2], &c.Address.Lines[3],
		&c.Address.City, &c.Address.PostalCode, &c.Address.Region, &c.Address.Country,
	}
	for i, e := range f.address {
		*parts[i] = e.Text
	}
	c.BillingCode = f.billing.chosen
	var err error
	if c.Currency, err = readCurrency(f.currency.Text); err == nil {
		c.Term, err = f.term.read()
	}
	return c, err
}

// save saves the client, after one that looks like it was told.
func (f *clientForm) save() {
	client, err := f.read()
	if err != nil {
		f.tell(style.Failed, say(err))
		return
	}
	told := f.warned
	act(f.shell, lang.L("busy.saving"), func(ctx context.Context) ([]billing.Client, error) {
		if client.ID == "" && billing.PlainName(client.Name) != told {
			if alike, err := f.app.Lookalikes(ctx, f.me(), client); err != nil || len(alike) > 0 {
				return alike, err
			}
		}
		_, err := f.app.SaveClient(ctx, f.me(), client)
		return nil, err
	}, func(alike []billing.Client, err error) {
		switch {
		case err != nil:
			f.tell(style.Failed, say(err))
		case len(alike) > 0:
			f.warned = billing.PlainName(client.Name)
			f.tell(style.Warning, lang.L("client.lookalike", with{"Names": namesOf(alike)}))
		default:
			f.box.hide()
			f.saved()
		}
	})
}

func namesOf(clients []billing.Client) string {
	var names []string
	for _, c := range clients {
		names = append(names, c.Name+" ("+c.Code+")")
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
