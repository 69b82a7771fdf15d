package screens

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// contactApp is what choosing a contact asks of the application.
type contactApp interface {
	ContactChoices(ctx context.Context, by staff.Member, client billing.ClientID) ([]ledger.Contact, error)
	LinkContact(ctx context.Context, by staff.Member, client billing.ClientID, to ledger.Contact) error
	UnlinkContact(ctx context.Context, by staff.Member, client billing.ClientID) error
}

// chooseContact asks Xero which contacts may be the client's and lets a person choose
// one; then does what follows.
func (p *invoicePanel) chooseContact(client billing.Client, then func()) {
	var d *dialog
	looking := &task{ui: p.ui}
	d = p.dialogs.show(lang.L("contact.title", with{"Client": client.Name}), fyne.NewSize(420, 0),
		paragraph(lang.L("contact.searching")),
		newButton(p.keys, lang.L("action.cancel"), func() { d.hide() })).about("clients")
	d.onHide = looking.stop
	load(looking, func(ctx context.Context) ([]ledger.Contact, error) {
		return p.app.ContactChoices(ctx, p.me(), client.ID)
	}, func(choices []ledger.Contact, err error) {
		d.hide()
		if err != nil {
			p.failed(lang.L("contact.failed"), err)
			return
		}
		p.offerContacts(client, choices, then)
	})
}

// offerContacts lists the contacts that are in use. Xero takes no invoice for the others.
func (p *invoicePanel) offerContacts(client billing.Client, choices []ledger.Contact, then func()) {
	var usable []ledger.Contact
	var words, archived []string
	for _, c := range choices {
		switch {
		case c.MergedTo != "":
		case c.Archived:
			archived = append(archived, c.Name)
		default:
			usable = append(usable, c)
			words = append(words, contactWords(c))
		}
	}
	title := lang.L("contact.title", with{"Client": client.Name})
	advice := ""
	if len(archived) > 0 {
		advice = lang.L("contact.archived",
			with{"Names": strings.Join(archived, ", ")})
	}
	if len(usable) == 0 {
		if advice == "" {
			advice = lang.L("contact.none")
		}
		p.dialogs.tell(title, advice)
		return
	}
	var d *dialog
	var link *button
	options := newChoice(p.keys, words, -1, func(int) { link.Enable() })
	link = newButton(p.keys, lang.L("contact.use"), func() {
		chosen := usable[options.chosen]
		d.hide()
		p.relink(func(ctx context.Context) error { return p.app.LinkContact(ctx, p.me(), client.ID, chosen) },
			lang.L("contact.linked", with{"Client": client.Name, "Contact": chosen.Name}), then)
	})
	link.Disable()
	scroll := container.NewVScroll(container.NewVBox(options, caption(advice)))
	scroll.SetMinSize(fyne.NewSize(0, min(float32(len(usable))*36+50, 300)))
	body := container.NewBorder(
		paragraph(lang.L("contact.which", with{"Client": client.Name, "Code": client.Code})),
		nil, nil, nil, scroll)
	d = p.dialogs.show(title, fyne.NewSize(560, 0), body, newButton(p.keys, lang.L("action.cancel"), func() { d.hide() }), link).about("clients")
	d.focus(options)
}

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

// unlinkContact forgets the client's contact, and then does what follows.
func (p *invoicePanel) unlinkContact(client billing.Client, then func()) {
	p.relink(func(ctx context.Context) error { return p.app.UnlinkContact(ctx, p.me(), client.ID) },
		lang.L("contact.unlinked", with{"Client": client.Name}), then)
}

// relink changes a link and, once that is done, does what follows.
func (p *invoicePanel) relink(change func(context.Context) error, done string, then func()) {
	act(p.shell, lang.L("busy.changing-link"), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, change(ctx)
	}, func(_ struct{}, err error) {
		if err != nil {
			p.failed(lang.L("failed.change"), err)
			return
		}
		p.notice(done)
		p.show(p.id)
		then()
	})
}
