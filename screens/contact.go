package screens

import (
	"context"
	"errors"
	"slices"
	"strings"

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

// contactApp is what choosing a contact asks of the application.
type contactApp interface {
	RefreshContacts(ctx context.Context, now bool) error
	ClientContact(ctx context.Context, by staff.Member, client billing.ClientID) (app.ClientContact, error)
	SearchContacts(ctx context.Context, by staff.Member, client billing.ClientID, text string) ([]ledger.Candidate, error)
	LinkContact(ctx context.Context, by staff.Member, client billing.ClientID, to ledger.Contact) error
	UnlinkContact(ctx context.Context, by staff.Member, client billing.ClientID) error
	RefuseContact(ctx context.Context, by staff.Member, client billing.ClientID, contact ledger.ContactID) error
	CreateContact(ctx context.Context, by staff.Member, client billing.ClientID, others bool) error
}

// contactDesk decides which contact in Xero a client's invoices go to.
type contactDesk struct {
	*shell
	app contactApp
}

// chooser is the dialog in which a person compares a client with contacts in Xero, looks for others, and decides.
type chooser struct {
	contactDesk
	app.ClientContact
	done      func(told string) // after a decision
	box       *dialog
	note      *widget.Label
	search    *entry
	searching task
	found     *listing
	results   *fyne.Container // holds found; hidden while nothing is searched for
	none      *widget.Label
	compared  *fyne.Container
	uses      []*button
	shown     []ledger.Candidate // what is compared
}

const (
	mostCompared = 3   // contacts beside each other
	foundHeight  = 150 // of the results of a search
)

// choose reads in Xero what changed, shows which contacts may be the client's, and calls done after a decision. Where Xero
// cannot be asked, it shows what it had when it was asked last.
// shown is told of the dialog once it is open; nil for nobody.
func (d contactDesk) choose(client billing.Client, shown func(*chooser), done func(told string)) {
	var wait *dialog
	looking := &task{ui: d.ui}
	wait = d.dialogs.show(lang.L("contact.title", with{"Client": client.Name}), fyne.NewSize(420, 0),
		paragraph(lang.L("contact.searching")),
		newButton(d.keys, lang.L("action.cancel"), func() { wait.hide() })).about("clients")
	wait.onHide = looking.stop
	type answer struct {
		now    app.ClientContact
		unread error
	}
	load(looking, func(ctx context.Context) (a answer, err error) {
		a.unread = d.app.RefreshContacts(ctx, true)
		a.now, err = d.app.ClientContact(ctx, d.me(), client.ID)
		return a, err
	}, func(a answer, err error) {
		wait.hide()
		if err != nil {
			d.failed(lang.L("contact.failed"), err)
			return
		}
		c := &chooser{contactDesk: d, ClientContact: a.now, done: done, searching: task{ui: d.ui}}
		c.open()
		if shown != nil {
			shown(c)
		}
		if a.unread != nil {
			c.tell(lang.L("contact.unread", with{"Why": say(a.unread)}))
		}
	})
}

func (c *chooser) open() {
	name := with{"Client": c.Client.Name, "Code": c.Client.Code}
	c.note = paragraph("")
	c.note.Hide()
	c.search = newEntry(c.keys)
	c.search.SetPlaceHolder(lang.L("contact.search"))
	c.search.Icon = theme.SearchIcon()
	c.search.OnChanged = c.look
	c.search.key = c.searchKey
	c.found = newListing(c.keys, []listColumn{
		{title: lang.L("field.name"), width: 150, stretch: true}, {title: lang.L("contact.field.number"), width: 90}, {title: lang.L("field.email"), width: 140},
		{title: lang.L("contact.field.evidence"), width: 130, stretch: true},
	}, nil)
	c.found.opened = c.compareFound
	c.none = widget.NewLabel("")
	list := container.NewStack(c.found.content(), container.NewCenter(c.none))
	c.results = container.New(&leastHeight{foundHeight}, list)
	c.results.Hide()
	c.compared = container.NewVBox()
	body := container.New(layout.NewCustomPaddedVBoxLayout(style.Gap),
		paragraph(lang.L("contact.which", name)), c.note,
		container.New(layout.NewCustomPaddedLayout(0, 0, style.Spacing, style.Spacing), c.search), c.results, c.compared)
	var buttons []*button
	if c.Link.Contact != "" {
		buttons = append(buttons, newButton(c.keys, lang.L("contact.unlink"), c.unlink))
	}
	if c.Link.Contact == "" || c.Unusable() {
		buttons = append(buttons, newButton(c.keys, lang.L("contact.create"), func() { c.create(false) }))
	}
	leave := newButton(c.keys, lang.L("action.cancel"), func() { c.box.hide() })
	leave.Importance = widget.LowImportance // the decision is among the contacts
	buttons = append(buttons, leave)
	c.box = c.dialogs.show(lang.L("contact.title", name), fyne.NewSize(820, 0), body, buttons...).about("clients")
	c.box.onHide = c.searching.stop
	c.compare(c.Found.Choices)
	if len(c.uses) > 0 {
		c.box.focus(c.uses[0])
	} else {
		c.box.focus(c.search)
	}
}

// tell shows what a person has to know.
func (c *chooser) tell(text string) {
	c.note.SetText(text)
	show(c.note, text != "")
	c.box.fit()
}

// look searches all of Xero's contacts, as they are known here.
func (c *chooser) look(text string) {
	if strings.TrimSpace(text) == "" {
		c.searching.stop()
		c.results.Hide()
		c.compare(c.Found.Choices)
		return
	}
	load(&c.searching, func(ctx context.Context) ([]ledger.Candidate, error) {
		return c.app.SearchContacts(ctx, c.me(), c.Client.ID, text)
	}, func(found []ledger.Candidate, err error) {
		if err != nil {
			c.tell(say(err))
			return
		}
		c.list(found)
	})
}

// list shows what a search found.
func (c *chooser) list(found []ledger.Candidate) {
	c.shown = found
	c.found.rows = nil
	for _, one := range found {
		n := one.Contact
		c.found.rows = append(c.found.rows, []listCell{{text: n.Name}, {text: n.Number}, {text: n.Email}, {text: evidenceWords(one)}})
	}
	c.found.at = 0
	write(c.none, "")
	if len(found) == 0 {
		write(c.none, lang.L("contact.search.none"))
	}
	c.found.Refresh()
	c.found.ScrollToTop()
	c.results.Show()
	c.compared.RemoveAll()
	c.uses = nil
	c.box.fit()
}

// searchKey leads from the search to what was found.
func (c *chooser) searchKey(ev *fyne.KeyEvent) bool {
	switch {
	case ev.Name == fyne.KeyEscape && c.search.Text != "":
		c.search.SetText("")
	case (ev.Name == fyne.KeyReturn || ev.Name == fyne.KeyEnter) && c.results.Visible() && len(c.shown) == 1:
		c.compareFound(0)
	case (ev.Name == fyne.KeyDown || ev.Name == fyne.KeyReturn || ev.Name == fyne.KeyEnter) && c.results.Visible() && len(c.shown) > 0:
		c.window.Canvas().Focus(c.found)
	case ev.Name == fyne.KeyDown && len(c.uses) > 0:
		c.box.focus(c.uses[0])
	case ev.Name == fyne.KeyReturn || ev.Name == fyne.KeyEnter: // nothing is found yet: it leaves nothing
	default:
		return false
	}
	return true
}

// compareFound shows one of those that were found beside the client.
func (c *chooser) compareFound(at int) {
	c.compare([]ledger.Candidate{c.shown[at]})
	c.box.focus(c.uses[0])
}

// compare shows the client and contacts beside each other, with what agrees.
func (c *chooser) compare(all []ledger.Candidate) {
	beside := all[:min(len(all), mostCompared)]
	c.compared.RemoveAll()
	c.uses = nil
	if len(beside) > 0 {
		c.compared.Add(c.table(beside))
	} else {
		c.compared.Add(paragraph(lang.L("contact.none")))
	}
	if n := len(all) - len(beside); n > 0 {
		c.compared.Add(caption(lang.N("contact.more", n, with{"Count": n})))
	}
	if link := c.Link; link.Contact != "" {
		c.compared.Add(caption(lang.L("contact.linked-now", with{"Contact": link.Name})))
	}
	c.box.fit()
}

// table has a row for each detail, a column for the client, and one for each contact.
func (c *chooser) table(beside []ledger.Candidate) fyne.CanvasObject {
	table := container.New(sides(2 + len(beside)))
	cell := func(text string, bold bool) *widget.Label {
		l := paragraph(text)
		l.TextStyle.Bold = bold
		return l
	}
	row := func(name, here string, there func(ledger.Contact) string, same ...ledger.Evidence) {
		table.Add(cell(name, false))
		table.Add(cell(orDash(here), false))
		for _, one := range beside {
			agrees := slices.ContainsFunc(same, func(e ledger.Evidence) bool { return slices.Contains(one.Evidence, e) })
			value := cell(orDash(there(one.Contact)), agrees)
			switch {
			case agrees:
				table.Add(signed(style.Done, value))
			case slices.Contains(same, ledger.SameCode) && one.Contact.Number != "":
				table.Add(signed(style.Changed, value)) // a number that is another's speaks against it
			default:
				table.Add(value)
			}
		}
	}
	table.Add(cell("", true))
	table.Add(cell(lang.L("contact.client"), true))
	for range beside {
		table.Add(cell(lang.L("contact.in-xero"), true))
	}
	client := c.Client
	row(lang.L("field.name"), client.Name, func(n ledger.Contact) string { return n.Name }, ledger.SameName, ledger.SimilarName)
	row(lang.L("field.code"), client.Code, func(n ledger.Contact) string { return n.Number }, ledger.SameCode)
	if slices.ContainsFunc(beside, func(one ledger.Candidate) bool { return one.Contact.Account != "" }) {
		row(lang.L("contact.field.account"), "", func(n ledger.Contact) string { return n.Account }, ledger.SameAccount)
	}
	row(lang.L("field.email"), client.Email, func(n ledger.Contact) string { return n.Email }, ledger.SameEmail)
	row(lang.L("field.address"), client.Address.String(), func(n ledger.Contact) string { return n.Address.String() }, ledger.SameAddress)
	table.Add(cell("", false))
	table.Add(cell("", false))
	for _, one := range beside {
		table.Add(container.New(inset, c.choices(one)))
	}
	return table
}

// choices are what there is to say of a contact, and what can be done with it.
func (c *chooser) choices(one ledger.Candidate) fyne.CanvasObject {
	column := container.New(closely)
	remark := func(text string) { column.Add(caption(text)) }
	if slices.Contains(one.Evidence, ledger.MergedName) {
		remark(lang.L("evidence.merged"))
	}
	if one.Taken {
		if holder := c.Holders[one.Contact.ID]; holder.Name != "" {
			remark(lang.L("contact.taken-by", with{"Client": holder.Name}))
		} else {
			remark(lang.L("contact.taken"))
		}
	}
	buttons := container.NewVBox()
	switch {
	case one.Contact.ID == c.Link.Contact:
		remark(lang.L("contact.is-linked"))
	case one.Contact.Archived:
		remark(lang.L("contact.is-archived"))
	default:
		use := newButton(c.keys, lang.L("contact.use"), func() { c.use(one.Contact) })
		use.Importance = widget.HighImportance
		c.uses = append(c.uses, use)
		buttons.Add(use)
		fits := slices.Contains(one.Evidence, ledger.SameCode) || slices.Contains(one.Evidence, ledger.SameName)
		suggested := slices.ContainsFunc(c.Found.Choices, func(o ledger.Candidate) bool { return o.Contact.ID == one.Contact.ID })
		if suggested && !fits {
			buttons.Add(newButton(c.keys, lang.L("contact.refuse"), func() { c.refuse(one.Contact) }))
		}
	}
	column.Add(buttons)
	return column
}

// contactWords tells a contact on one line.
func contactWords(c ledger.Contact) string {
	words := []string{c.Name}
	if c.Number != "" {
		words = append(words, lang.L("contact.number", with{"Number": c.Number}))
	}
	if c.Email != "" {
		words = append(words, c.Email)
	}
	return strings.Join(words, " · ")
}

// orDash writes what there is not as a dash.
func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// evidenceWords says in a few words why a contact may be the client's.
func evidenceWords(one ledger.Candidate) string {
	var words []string
	for _, e := range one.Evidence {
		words = append(words, evidenceWord(e))
	}
	if one.Taken {
		words = append(words, lang.L("contact.taken.short"))
	}
	return strings.Join(words, ", ")
}

func evidenceWord(e ledger.Evidence) string {
	switch e {
	case ledger.SameCode:
		return lang.L("evidence.code")
	case ledger.SameName:
		return lang.L("evidence.name")
	case ledger.SameAccount:
		return lang.L("evidence.account-number")
	case ledger.SimilarName:
		return lang.L("evidence.similar-name")
	case ledger.SameEmail:
		return lang.L("evidence.email")
	case ledger.SameAddress:
		return lang.L("evidence.address")
	case ledger.MergedName:
		return lang.L("evidence.merged.short")
	}
	return string(e)
}

func (c *chooser) use(to ledger.Contact) {
	c.decide(lang.L("contact.linked", with{"Client": c.Client.Name, "Contact": to.Name}), func(ctx context.Context) error {
		return c.app.LinkContact(ctx, c.me(), c.Client.ID, to)
	})
}

func (c *chooser) unlink() {
	c.decide(lang.L("contact.unlinked", with{"Client": c.Client.Name}), func(ctx context.Context) error {
		return c.app.UnlinkContact(ctx, c.me(), c.Client.ID)
	})
}

// create has a contact created. Where others may be the client's, it asks first.
func (c *chooser) create(others bool) {
	act(c.shell, lang.L("busy.changing-link"), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.app.CreateContact(ctx, c.me(), c.Client.ID, others)
	}, func(_ struct{}, err error) {
		var refused *app.Error
		switch {
		case !others && errors.As(err, &refused) && refused.Key == "refused.contact-perhaps":
			c.askToCreate(err)
		case err != nil:
			c.tell(say(err))
		default:
			c.leave(lang.L("contact.creating", with{"Client": c.Client.Name}))
		}
	})
}

// askToCreate asks whether a contact is to be created beside those that may be the client's. The default is not to.
func (c *chooser) askToCreate(why error) {
	var d *dialog
	yes := newButton(c.keys, lang.L("contact.create.different"), func() { d.hide(); c.create(true) })
	no := newButton(c.keys, lang.L("action.cancel"), func() { d.hide() })
	d = c.dialogs.show(lang.L("contact.create.title", with{"Client": c.Client.Name}), fyne.NewSize(480, 0), paragraph(say(why)), yes, no).about("clients")
}

// refuse says that a contact is not the client's, and shows what is left.
func (c *chooser) refuse(one ledger.Contact) {
	act(c.shell, lang.L("busy.changing-link"), func(ctx context.Context) (app.ClientContact, error) {
		if err := c.app.RefuseContact(ctx, c.me(), c.Client.ID, one.ID); err != nil {
			return app.ClientContact{}, err
		}
		return c.app.ClientContact(ctx, c.me(), c.Client.ID)
	}, func(now app.ClientContact, err error) {
		if err != nil {
			c.tell(say(err))
			return
		}
		c.ClientContact = now
		c.tell(lang.L("contact.refused", with{"Contact": one.Name}))
		c.look(c.search.Text)
		if len(c.uses) > 0 {
			c.box.focus(c.uses[0])
		} else {
			c.box.focus(c.search)
		}
	})
}

// decide carries out a decision. If it is refused, the dialog stays and says why.
func (c *chooser) decide(told string, do func(context.Context) error) {
	act(c.shell, lang.L("busy.changing-link"), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, do(ctx)
	}, func(_ struct{}, err error) {
		if err != nil {
			c.tell(say(err))
			return
		}
		c.leave(told)
	})
}

func (c *chooser) leave(told string) {
	c.box.hide()
	c.done(told)
}

// link links a client with a contact, and tells so.
func link(s *shell, a contactApp, client billing.Client, to ledger.Contact, done func(told string)) {
	act(s, lang.L("busy.changing-link"), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, a.LinkContact(ctx, s.me(), client.ID, to)
	}, func(_ struct{}, err error) {
		if err != nil {
			s.failed(lang.L("failed.change"), err)
			return
		}
		done(lang.L("contact.linked", with{"Client": client.Name, "Contact": to.Name}))
	})
}

// leastHeight gives one object a height of its own.
type leastHeight struct{ height float32 }

func (l *leastHeight) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
}

func (l *leastHeight) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(objects[0].MinSize().Width, l.height)
}

// chooseContact lets a person choose the client's contact, and then does what follows.
func (p *invoicePanel) chooseContact(client billing.Client, then func()) {
	contactDesk{p.shell, p.app}.choose(client, nil, func(told string) { p.relinked(told, then) })
}

// unlinkContact forgets the client's contact, and then does what follows.
func (p *invoicePanel) unlinkContact(client billing.Client, then func()) {
	act(p.shell, lang.L("busy.changing-link"), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, p.app.UnlinkContact(ctx, p.me(), client.ID)
	}, func(_ struct{}, err error) {
		if err != nil {
			p.failed(lang.L("failed.change"), err)
			return
		}
		p.relinked(lang.L("contact.unlinked", with{"Client": client.Name}), then)
	})
}

// relinked tells what was decided, and does what follows.
func (p *invoicePanel) relinked(told string, then func()) {
	p.notice(told)
	p.show(p.id)
	then()
}
