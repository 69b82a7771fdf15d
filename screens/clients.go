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
	"golang.org/x/text/language"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/screens/grid"
	"feebridge/screens/style"
)

// clientsApp is what keeping clients asks of the application.
type clientsApp interface {
	Clients(ctx context.Context, by staff.Member) ([]billing.Client, error)
	SaveClient(ctx context.Context, by staff.Member, c billing.Client) (billing.Client, error)
	Lookalikes(ctx context.Context, by staff.Member, c billing.Client) ([]billing.Client, error)
	ArchiveClient(ctx context.Context, by staff.Member, id billing.ClientID, archived bool) error
	Settings(ctx context.Context) (app.Settings, error)
}

// clientsPage lists the firm's clients.
type clientsPage struct {
	*shell
	app      clientsApp
	page     *page
	narrowTo func(billing.ClientID) // lists a client's invoices

	schema                  *grid.Schema[billing.Client, billing.ClientID]
	grid                    *grid.Grid[billing.Client, billing.ClientID]
	loading                 task
	search                  *entry
	state                   *widget.Label
	archive, edit, invoices *button
	archived                *check
}

const clientsKey = "clients.grid"

func newClientsPage(s *shell, a clientsApp, locale language.Tag) *clientsPage {
	c := &clientsPage{shell: s, app: a, loading: task{ui: s.ui}, schema: clientSchema(locale)}
	c.page = &page{
		topic: "clients",
		build: c.build, reload: c.load, arrange: func() {},
		shown: func() { c.load(); c.grid.Focus() }, notice: func(text string) { write(c.state, text) },
	}
	return c
}

func (c *clientsPage) build() {
	s := c.shell
	c.grid = grid.New(c.schema)
	c.grid.SetState(grid.ParseState(s.preferences.String(clientsKey)))
	c.grid.OnStateChanged = func(state grid.State) { s.preferences.SetString(clientsKey, state.String()) }
	c.grid.OnOpen = func(id billing.ClientID) { c.open(id) }
	c.grid.OnSelectionChanged = func(int) { c.showSelection() }
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
	c.state = widget.NewLabel("")
	c.state.Importance, c.state.Truncation = widget.LowImportance, fyne.TextTruncateEllipsis
	add := newButton(s.keys, lang.L("clients.new"), func() { c.ask(billing.Client{}, c.load) })
	add.Importance = widget.HighImportance
	c.edit = newButton(s.keys, lang.L("clients.edit"), func() { c.open(c.selected()) })
	c.archive = newButton(s.keys, lang.L("clients.archive"), c.archiveSelected)
	c.invoices = newButton(s.keys, lang.L("clients.invoices"), func() { c.narrowTo(c.selected()) })
	c.archived = newCheck(s.keys, lang.L("clients.show-archived"), func(bool) { c.filter() })
	title := heading(lang.L("clients.title"))
	title.SizeName, title.Truncation = theme.SizeNameSubHeadingText, fyne.TextTruncateOff
	top := container.New(layout.NewCustomPaddedLayout(style.Gap, style.Spacing, style.Spacing, style.Spacing), container.NewVBox(
		container.New(bar{stretch: 1, gap: style.Spacing}, title, c.search, c.archived),
		container.New(bar{stretch: 4, gap: style.Spacing}, add, c.edit, c.archive, c.invoices, c.state)))
	c.page.content, c.page.search = container.NewBorder(top, nil, nil, nil, c.grid), c.search
	c.filter()
	c.showSelection()
}

func clientSchema(locale language.Tag) *grid.Schema[billing.Client, billing.ClientID] {
	return &grid.Schema[billing.Client, billing.ClientID]{
		Key: func(c billing.Client) billing.ClientID { return c.ID }, Locale: locale,
		Columns: []grid.Column[billing.Client]{{
			ID: "code", Title: lang.L("field.code"), Width: 160, MinWidth: 90,
			Text: func(c billing.Client) string { return c.Code }, Search: true, Collate: true,
		}, {
			ID: "name", Title: lang.L("field.name"), Width: 260, MinWidth: 140, Stretch: 3,
			Text: func(c billing.Client) string {
				if c.Archived {
					return lang.L("clients.archived-name", with{"Name": c.Name})
				}
				return c.Name
			}, Search: true, Collate: true,
		}, {
			ID: "email", Title: lang.L("field.email"), Width: 200, MinWidth: 120, Stretch: 2, Priority: 2,
			Text: func(c billing.Client) string { return c.Email }, Search: true, Collate: true,
		}, {
			ID: "address", Title: lang.L("field.address"), Width: 200, MinWidth: 120, Stretch: 2, Priority: 5,
			Text: func(c billing.Client) string { return c.Address.String() }, Collate: true,
		}, {
			ID: "currency", Title: lang.L("field.currency"), Width: 80, MinWidth: 80, Priority: 3,
			Text: func(c billing.Client) string { return string(c.Currency) }, Collate: true,
		}, {
			ID: "term", Title: lang.L("field.payment-terms"), Width: 190, MinWidth: 120, Priority: 4,
			Text: func(c billing.Client) string { return termWords(c.Term) }, Collate: true,
		}, {
			ID: "billing", Title: lang.L("field.billing-code"), Width: 110, MinWidth: 90, Priority: 6,
			Text: func(c billing.Client) string { return c.BillingCode }, Collate: true,
		}},
	}
}

func (c *clientsPage) load() {
	load(&c.loading, func(ctx context.Context) (*grid.Model[billing.Client, billing.ClientID], error) {
		all, err := c.app.Clients(ctx, c.me())
		return c.schema.Build(all), err
	}, func(m *grid.Model[billing.Client, billing.ClientID], err error) {
		if err != nil {
			write(c.state, say(err))
			return
		}
		c.grid.SetModel(m)
		c.showSelection()
	})
}

// filter hides the archived clients, or shows them, too.
func (c *clientsPage) filter() {
	c.grid.SetFilter(func(client billing.Client) bool { return c.archived.Checked || !client.Archived })
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
	client, _ := c.grid.Row(id)
	may := id != "" && c.me().May(staff.EditClients, id)
	c.edit.enable(id != "")
	c.archive.enable(may)
	c.invoices.enable(id != "")
	text := lang.L("clients.archive")
	if client.Archived {
		text = lang.L("clients.restore")
	}
	c.archive.SetText(text)
}

func (c *clientsPage) archiveSelected() {
	id := c.selected()
	client, _ := c.grid.Row(id)
	act(c.shell, lang.L("busy.saving"), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.app.ArchiveClient(ctx, c.me(), id, !client.Archived)
	}, func(_ struct{}, err error) {
		if err != nil {
			c.failed(lang.L("failed.change"), err)
			return
		}
		c.load()
	})
}

func (c *clientsPage) open(id billing.ClientID) {
	if client, listed := c.grid.Row(id); listed {
		c.ask(client, c.load)
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
