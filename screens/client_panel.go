package screens

import (
	"slices"

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

// clientPanel shows one client beside the list: who it is, its contact in Xero and why, and what it has to pay.
type clientPanel struct {
	*clientsPage
	id      billing.ClientID // the one that was shown last
	title   *widget.Label
	parts   *fyne.Container
	scroll  *container.Scroll
	content *fyne.Container
}

func newClientPanel(c *clientsPage) *clientPanel {
	p := &clientPanel{clientsPage: c}
	p.title = heading("")
	p.title.SizeName = theme.SizeNameSubHeadingText
	leave := newButton(c.keys, "", c.closePanel)
	leave.Icon, leave.Importance = theme.CancelIcon(), widget.LowImportance
	p.parts = container.New(layout.NewCustomPaddedVBoxLayout(style.Gap))
	p.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, style.Spacing, 0, style.Spacing), p.parts))
	p.content = container.NewBorder(container.New(bar{stretch: 0}, p.title, leave), nil, nil, nil, p.scroll)
	p.content.Hide()
	return p
}

// show shows a client as it is listed.
func (p *clientPanel) show(id billing.ClientID) {
	if id != p.id {
		p.scroll.ScrollToTop()
	}
	p.id = id
	row, listed := p.grid.Row(id)
	p.parts.RemoveAll()
	if !listed {
		p.title.SetText("")
		p.parts.Refresh()
		return
	}
	p.title.SetText(row.Client.Name)
	for _, part := range []fyne.CanvasObject{p.contactOf(row), p.details(row.Client), p.owed(row)} {
		if part != nil {
			p.parts.Add(part)
		}
	}
	p.parts.Refresh()
}

// contactOf shows the client's contact in Xero, what speaks for it, and what can be decided.
func (p *clientPanel) contactOf(r clientRow) fyne.CanvasObject {
	c := r.ClientContact
	if c.Organisation.Tenant.ID == "" {
		return section(lang.L("panel.contact"), paragraph(lang.L("client.unconnected")))
	}
	word := paragraph(linkText(c))
	word.TextStyle.Bold = true
	parts := []fyne.CanvasObject{signed(linkSign(c), word), caption(lang.L("panel.organisation", with{"Name": c.Organisation.Tenant.Name}))}
	if text := contactMeaning(r); text != "" {
		parts = append(parts, paragraph(text))
	}
	for _, m := range c.Creation.Messages {
		parts = append(parts, signed(style.Failed, paragraph(m.Text)))
	}
	if words := evidenceWords(ledger.Candidate{Evidence: c.Found.Evidence}); words != "" {
		parts = append(parts, captioned(lang.L("contact.field.evidence"), paragraph(words)))
	}
	if c.Link.Contact != "" {
		parts = append(parts, caption(lang.L("panel.contact-how", with{"How": linkWord(c.Link.How), "When": p.moment(c.Link.At)})))
	}
	if c.Found.State == ledger.StateSeveral {
		for _, one := range c.Found.Choices {
			parts = append(parts, captioned(evidenceWords(one), paragraph(one.Contact.Name)))
		}
	}
	if !c.Reading.At.IsZero() {
		parts = append(parts, caption(lang.L("clients.read-at", with{"When": p.moment(c.Reading.At)})))
	}
	parts = append(parts, p.decisions(r)...)
	return section(lang.L("panel.contact"), parts...)
}

// contactMeaning says what follows for the next export.
func contactMeaning(r clientRow) string {
	switch c := r.ClientContact; {
	case c.Creating():
		return lang.L("client.contact.creating")
	case c.Found.State == ledger.StateMerged:
		return lang.L("client.contact.merged")
	case c.Found.State == ledger.StateSuggested && c.Found.Exact:
		return lang.L("client.contact.exact")
	case c.Found.State == ledger.StateSuggested && len(c.Likely()) == 0:
		return lang.L("client.contact.guess")
	case c.Found.State == ledger.StateSuggested:
		return suggestionMeaning(c)
	case c.Found.State == ledger.StateSeveral:
		return lang.L("client.contact.several")
	case c.Found.State == ledger.StateArchived:
		return lang.L("client.contact.archived")
	case c.Found.Gone:
		return lang.L("client.contact.gone")
	case c.Found.State == ledger.StateNone && !c.Reading.At.IsZero():
		return lang.L("client.contact.none")
	}
	return ""
}

// suggestionMeaning says why the contact that is suggested isn't linked without a person.
func suggestionMeaning(c app.ClientContact) string {
	has := func(e ledger.Evidence) bool { return slices.Contains(c.Found.Evidence, e) }
	switch number := c.Found.Contact.Number; {
	case has(ledger.SameName) && number != "" && !has(ledger.SameCode):
		return lang.L("client.contact.other-number", with{"Number": number})
	case has(ledger.SameName):
		return lang.L("client.contact.shared")
	case has(ledger.SimilarName):
		return lang.L("client.contact.suggested")
	}
	return lang.L("client.contact.uncertain")
}

// decisions are the buttons for the contact.
func (p *clientPanel) decisions(r clientRow) []fyne.CanvasObject {
	if !p.mayChoose(r) {
		return []fyne.CanvasObject{caption(lang.L("client.contact.view-only", with{"Permission": permissionsFor(staff.LinkContacts)}))}
	}
	line := container.New(layout.NewRowWrapLayout())
	add := func(text string, do func()) *button {
		b := newButton(p.keys, text, do)
		line.Add(b)
		return b
	}
	c := r.ClientContact
	if c.Found.State == ledger.StateSuggested && !c.Creating() {
		one := c.Found.Contact
		add(lang.L("client.link", with{"Contact": one.Name}), func() { p.decide(r, one) }).Importance = widget.HighImportance
	}
	choose := lang.L("panel.choose-contact")
	if c.Found.State == ledger.StateLinked || c.Found.State == ledger.StateMerged {
		choose = lang.L("client.bill-to")
	}
	add(choose, func() { p.chooseContact(r.Client.ID) })
	return []fyne.CanvasObject{container.New(layout.NewCustomPaddedLayout(style.Spacing, style.Spacing, style.Gap, style.Gap), line)}
}

// decide links the client with what is suggested.
func (p *clientPanel) decide(r clientRow, to ledger.Contact) {
	link(p.shell, p.app, r.Client, to, func(told string) {
		p.notice(told)
		p.load()
	})
}

// details shows who the client is.
func (p *clientPanel) details(c billing.Client) fyne.CanvasObject {
	facts := container.New(closely)
	fact := func(name, value string) {
		if value != "" {
			facts.Add(container.New(factLine{110}, widget.NewLabel(name), paragraph(value)))
		}
	}
	fact(lang.L("field.code"), c.Code)
	fact(lang.L("field.email"), c.Email)
	fact(lang.L("field.address"), c.Address.String())
	fact(lang.L("field.currency"), string(c.Currency))
	if c.Term != (billing.Term{}) {
		fact(lang.L("field.payment-terms"), termWords(c.Term))
	}
	fact(lang.L("field.billing-code"), c.BillingCode)
	edit := newButton(p.keys, lang.L("clients.edit"), func() { p.ask(c, p.load) })
	return section(lang.L("client.details"), facts,
		container.New(layout.NewCustomPaddedLayout(style.Spacing, style.Spacing, style.Gap, style.Gap), container.New(layout.NewRowWrapLayout(), edit)))
}

// owed shows what the client has to pay.
func (p *clientPanel) owed(r clientRow) fyne.CanvasObject {
	text := lang.L("client.owes.nothing")
	if r.Count > 0 {
		text = lang.N("client.owes", r.Count, with{"Count": r.Count, "Due": dueText(r.Due, p.format.Money)})
	}
	list := newButton(p.keys, lang.L("clients.invoices"), func() { p.narrowTo(r.Client.ID) })
	return section(lang.L("client.owes.title"), paragraph(text),
		container.New(layout.NewCustomPaddedLayout(style.Spacing, style.Spacing, style.Gap, style.Gap), container.New(layout.NewRowWrapLayout(), list)))
}
