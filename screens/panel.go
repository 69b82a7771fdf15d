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
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// panelApp is what the side panel asks of the application.
type panelApp interface {
	Invoice(ctx context.Context, by staff.Member, id billing.InvoiceID) (app.InvoiceView, error)
	contactApp
}

// panelMoves is what the side panel's buttons do.
type panelMoves interface {
	confirmExport([]*app.InvoiceRow)
	release([]*app.InvoiceRow)
	confirmDraft([]*app.InvoiceRow)
	confirmDelete([]*app.InvoiceRow)
	confirmLetGo([]*app.InvoiceRow)
	renumber(*app.InvoiceRow)
	replace(billing.InvoiceID)
	lookAgain(billing.InvoiceID)
	closePanel()
}

// invoicePanel shows one invoice beside the list: what it is, what became of it in Xero,
// and what can be done about it.
type invoicePanel struct {
	*shell
	app     panelApp
	moves   panelMoves
	id      billing.InvoiceID // "" while it is closed
	loading task
	title   *widget.Label
	parts   *fyne.Container
	scroll  *container.Scroll
	content *fyne.Container
}

func newInvoicePanel(s *shell, a panelApp, moves panelMoves) *invoicePanel {
	p := &invoicePanel{shell: s, app: a, moves: moves, loading: task{ui: s.ui}}
	p.title = heading("")
	p.title.SizeName = theme.SizeNameSubHeadingText
	leave := newButton(s.keys, "", moves.closePanel)
	leave.Icon, leave.Importance = theme.CancelIcon(), widget.LowImportance
	p.parts = container.New(layout.NewCustomPaddedVBoxLayout(style.Gap))
	p.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, style.Spacing, 0, style.Spacing), p.parts))
	p.content = container.NewBorder(container.New(bar{stretch: 0}, p.title, leave), nil, nil, nil, p.scroll)
	p.content.Hide()
	return p
}

// show shows another invoice; "" is none.
func (p *invoicePanel) show(id billing.InvoiceID) {
	if id != p.id {
		p.scroll.ScrollToTop()
	}
	p.id = id
	if id == "" {
		p.loading.stop()
		p.parts.RemoveAll()
		return
	}
	load(&p.loading, func(ctx context.Context) (app.InvoiceView, error) { return p.app.Invoice(ctx, p.me(), id) },
		func(v app.InvoiceView, err error) {
			if err != nil {
				p.title.SetText("")
				p.fill(paragraph(say(err)))
				return
			}
			p.title.SetText(lang.L("Invoice {{.Number}}", with{"Number": v.Invoice.Number}))
			p.fill(p.head(v), p.export(v), p.invoice(v), p.contact(v), p.exports(v), p.history(v))
		})
}

// changed reads the invoice anew when it is among those that changed.
func (p *invoicePanel) changed(ids []billing.InvoiceID) {
	if p.id != "" && slices.Contains(ids, p.id) {
		p.show(p.id)
	}
}

func (p *invoicePanel) fill(parts ...fyne.CanvasObject) {
	p.parts.RemoveAll()
	for _, part := range parts {
		if part != nil {
			p.parts.Add(part)
		}
	}
	p.parts.Refresh()
}

// section is a part of the panel under a heading; nil when there is nothing in it.
func section(title string, parts ...fyne.CanvasObject) fyne.CanvasObject {
	if len(parts) == 0 {
		return nil
	}
	column := container.New(closely, heading(title))
	for _, part := range parts {
		column.Add(part)
	}
	return container.New(layout.NewCustomPaddedVBoxLayout(style.Gap), widget.NewSeparator(), column)
}

func (p *invoicePanel) head(v app.InvoiceView) fyne.CanvasObject {
	return container.New(closely,
		heading(v.Client.Name),
		caption(v.Client.Code+" · "+statusWord(v.Invoice.Stage.Status)))
}

// export shows what became of the invoice in Xero, what it means, and what to do.
func (p *invoicePanel) export(v app.InvoiceView) fyne.CanvasObject {
	stage := v.Invoice.Stage
	var newest app.Export
	if len(v.Exports) > 0 {
		newest = v.Exports[0]
	}
	if exportWord(stage, newest.Standing.Settlement()) == "" {
		return nil
	}
	word := paragraph(p.exportText(rowOf(v)))
	word.TextStyle.Bold = true
	parts := []fyne.CanvasObject{signed(exportSign(stage), word)}
	if v.Organisation.Name != "" {
		parts = append(parts, caption(lang.L("In the organisation {{.Name}}", with{"Name": v.Organisation.Name})))
	}
	if len(v.Differences) > 0 {
		parts = append(parts, p.differences(v.Differences))
	}
	parts = append(parts, p.kept(v)...)
	if how := adviceOn(p.format, v); how != (advice{}) {
		parts = append(parts, advised(how)...)
	} else if stage.Export != billing.NotExported {
		parts = append(parts, p.messages(newest.Messages)...)
	}
	if buttons := p.buttons(v, causesOf(newest.Messages)); len(buttons.Objects) > 0 {
		parts = append(parts, container.New(layout.NewCustomPaddedLayout(style.Spacing, style.Spacing, style.Gap, style.Gap), buttons))
	}
	return section(lang.L("Xero Export"), parts...)
}

// messages shows Xero's own words and, below them, what they mean and what to do; a
// cause that several messages share is explained once.
func (p *invoicePanel) messages(all []ledger.Message) []fyne.CanvasObject {
	var parts []fyne.CanvasObject
	for _, m := range all {
		parts = append(parts, signed(messageSign(m), paragraph(m.Text)))
	}
	for _, c := range causesOf(all) {
		parts = append(parts, advised(advice{meaning(c), fix(c)})...)
	}
	return parts
}

func advised(a advice) []fyne.CanvasObject {
	return []fyne.CanvasObject{captioned(lang.L("What it means"), paragraph(a.meaning)), captioned(lang.L("What to do"), paragraph(a.fix))}
}

func messageSign(m ledger.Message) style.Sign {
	if m.Warning {
		return style.Warning
	}
	return style.Failed
}

// causesOf returns the causes of the messages, each once.
func causesOf(all []ledger.Message) []ledger.Cause {
	var causes []ledger.Cause
	for _, m := range all {
		if !slices.Contains(causes, m.Cause) {
			causes = append(causes, m.Cause)
		}
	}
	return causes
}

func captioned(name string, text *widget.Label) fyne.CanvasObject {
	return container.New(closely, caption(name), text)
}

// buttons are what can be done about the export of the invoice.
func (p *invoicePanel) buttons(v app.InvoiceView, causes []ledger.Cause) *fyne.Container {
	row := rowOf(v)
	rows := []*app.InvoiceRow{row}
	line := container.New(layout.NewRowWrapLayout())
	add := func(text string, do func()) *button {
		b := newButton(p.keys, text, do)
		line.Add(b)
		return b
	}
	mayLink := p.me().May(staff.LinkContacts, v.Client.ID)
	if v.Invoice.Stage.Export == billing.Failed && mayLink {
		if slices.Contains(causes, ledger.ContactAmbiguous) || slices.Contains(causes, ledger.ContactTaken) || slices.Contains(causes, ledger.ContactArchived) {
			add(lang.L("Choose contact…"), func() { p.chooseContact(v.Client, rows) })
		}
		if slices.Contains(causes, ledger.ContactUnknown) {
			add(lang.L("Unlink contact"), func() { p.unlinkContact(v.Client, rows) })
		}
	}
	if exporting.possible(p.me(), row) {
		text := lang.L("Export to Xero")
		if row.Stage.Export == billing.Failed {
			text = lang.L("Retry")
		}
		add(text, func() { p.moves.confirmExport(rows) }).Importance = widget.HighImportance
	}
	if releasing.possible(p.me(), row) {
		add(lang.L("Release"), func() { p.moves.release(rows) })
	}
	p.addMoves(add, row, causes)
	if v.Link != "" {
		add(lang.L("Open in Xero"), func() { p.openURL(v.Link) })
	}
	return line
}

// invoice shows dates, lines and totals.
func (p *invoicePanel) invoice(v app.InvoiceView) fyne.CanvasObject {
	i := v.Invoice
	facts := container.New(closely)
	fact := func(name, value string) {
		if value != "" {
			facts.Add(container.New(factLine{84}, widget.NewLabel(name), paragraph(value)))
		}
	}
	fact(lang.L("Date"), p.format.Date(i.Date))
	fact(lang.L("Due"), p.format.Date(i.Due))
	fact(lang.L("Reference"), i.Reference)
	fact(lang.L("Note"), i.Note)
	fact(lang.L("Amounts"), amountsWord(i.Amounts))
	parts := []fyne.CanvasObject{facts}
	for n, l := range i.Lines {
		parts = append(parts, p.line(l, v.Totals.Lines[n].Amount, i.Currency))
	}
	parts = append(parts, p.amount(lang.L("Subtotal"), v.Totals.SubTotal, false), p.amount(lang.L("Tax"), v.Totals.Tax, false),
		p.amount(lang.L("Total {{.Currency}}", with{"Currency": i.Currency}), v.Totals.Total, true))
	return section(lang.L("Invoice"), parts...)
}

func amountsWord(a money.LineAmounts) string {
	switch a {
	case money.Inclusive:
		return lang.L("tax inclusive")
	case money.NoTax:
		return lang.L("no tax")
	}
	return lang.L("tax exclusive")
}

// line shows a line: its description with the amount at the right, and what the amount
// is made of below.
func (p *invoicePanel) line(l billing.Line, amount money.Amount, currency money.Currency) fyne.CanvasObject {
	if l.TextOnly() {
		return paragraph(l.Description)
	}
	top := container.NewBorder(nil, nil, nil, widget.NewLabel(p.format.Amount(amount)), paragraph(l.Description))
	made := []string{lang.L("{{.Quantity}} × {{.Price}}", with{"Quantity": l.Quantity, "Price": l.UnitAmount})}
	switch d := l.Discount; {
	case d.Percent() != 0:
		made = append(made, lang.L("less {{.Discount}}", with{"Discount": d.Percent()}))
	case d.Minor() != 0:
		made = append(made, lang.L("less {{.Discount}}", with{"Discount": p.format.Amount(money.New(d.Minor(), currency))}))
	}
	if l.Tax.Name != "" {
		made = append(made, l.Tax.Name)
	}
	if l.Account != "" {
		made = append(made, lang.L("account {{.Code}}", with{"Code": l.Account}))
	}
	for _, t := range l.Tracking {
		made = append(made, t.Category+": "+t.Option)
	}
	return container.New(closely, top, caption(strings.Join(made, " · ")))
}

func (p *invoicePanel) amount(name string, a money.Amount, bold bool) fyne.CanvasObject {
	left, right := widget.NewLabel(name), widget.NewLabel(p.format.Amount(a))
	left.TextStyle.Bold, right.TextStyle.Bold = bold, bold
	return container.NewBorder(nil, nil, nil, right, left)
}

// contact shows which contact in Xero the client's invoices go to.
func (p *invoicePanel) contact(v app.InvoiceView) fyne.CanvasObject {
	if v.Contact.Contact == "" {
		return nil
	}
	return section(lang.L("Contact in Xero"),
		paragraph(v.Contact.Name),
		caption(lang.L("{{.How}}, {{.When}}", with{"How": linkWord(v.Contact.How), "When": p.moment(v.Contact.At)})),
		caption(lang.L("The client's details were sent once, if at all. Later changes are not copied to Xero, nor back: make them on both sides.")))
}

// exports lists the exports of the invoice, the newest first.
func (p *invoicePanel) exports(v app.InvoiceView) fyne.CanvasObject {
	var parts []fyne.CanvasObject
	for _, e := range v.Exports {
		when := lang.L("not sent yet")
		if !e.Sent.IsZero() {
			when = p.moment(e.Sent)
		} else if !e.Ended.IsZero() {
			when = p.moment(e.Ended)
		}
		text := when + " · " + resultWord(e)
		for _, m := range e.Messages {
			text += "\n" + m.Text
		}
		parts = append(parts, caption(text))
	}
	return section(lang.L("Exports"), parts...)
}

// history lists who did what to the invoice, the newest first.
func (p *invoicePanel) history(v app.InvoiceView) fyne.CanvasObject {
	var parts []fyne.CanvasObject
	for _, e := range slices.Backward(v.History) {
		data := with{"When": p.moment(e.At), "Who": e.ByName, "What": actionWord(e.Action), "From": e.From, "To": e.To}
		text := lang.L("{{.When}} · {{.Who}}: {{.What}}", data)
		switch {
		case e.From != "" && e.To != "":
			text = lang.L("{{.When}} · {{.Who}}: {{.What}}, from “{{.From}}” to “{{.To}}”", data)
		case e.To != "":
			text = lang.L("{{.When}} · {{.Who}}: {{.What}}, “{{.To}}”", data)
		}
		parts = append(parts, caption(text))
	}
	return section(lang.L("History"), parts...)
}
