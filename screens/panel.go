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
	Seen(ctx context.Context, by staff.Member, id billing.InvoiceID) error
	XeroPage(ctx context.Context, t ledger.TenantID, page app.XeroPage) (string, error)
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
	compare(billing.InvoiceID)
	lookAgain(billing.InvoiceID)
	editAt(row *app.InvoiceRow, at ledger.Place, words string)
	editClientAt(id billing.ClientID, at billing.Field, words string)
	mapAt(ledger.TenantID, ledger.MappingRow)
	reconnect()
	closePanel()
}

// invoicePanel shows one invoice beside the list: what it is, what happened to it in Xero,
// and what can be done about it.
type invoicePanel struct {
	*shell
	app     panelApp
	moves   panelMoves
	id      billing.InvoiceID // "" while it is closed
	loading task
	noting  task
	title   *widget.Label
	parts   *fyne.Container
	scroll  *container.Scroll
	content *fyne.Container
	primary *button // what a person does next; nil for none
}

func newInvoicePanel(s *shell, a panelApp, moves panelMoves) *invoicePanel {
	p := &invoicePanel{shell: s, app: a, moves: moves, loading: task{ui: s.ui}, noting: task{ui: s.ui}}
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
		p.primary = nil
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
			p.primary = nil
			p.title.SetText(lang.L("invoice.title", with{"Number": v.Invoice.Number}))
			p.fill(p.head(v), p.burntNumber(v), p.export(v), p.invoice(v), p.contact(v), p.exports(v), p.history(v))
			if v.Invoice.Stage.Export == billing.Warned && p.me().May(staff.ExportInvoices, v.Client.ID) {
				p.seen(id)
			}
		})
}

// seen notes that a person has Xero's warning before them. Where that can't be noted now, it is the next time.
func (p *invoicePanel) seen(id billing.InvoiceID) {
	load(&p.noting, func(ctx context.Context) (struct{}, error) { return struct{}{}, p.app.Seen(ctx, p.me(), id) }, func(struct{}, error) {})
}

// again reads the invoice again.
func (p *invoicePanel) again() {
	if p.id != "" {
		p.show(p.id)
	}
}

// changed reads the invoice again when it is among those that changed.
func (p *invoicePanel) changed(ids []billing.InvoiceID) {
	if slices.Contains(ids, p.id) {
		p.again()
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

// export shows what happened to the invoice in Xero, what it means, and what to do.
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
		parts = append(parts, caption(lang.L("panel.organisation", with{"Name": v.Organisation.Name})))
	}
	if len(v.Differences) > 0 {
		parts = append(parts, p.differences(v.Differences))
	}
	parts = append(parts, p.kept(v)...)
	warned := stage == billing.Stage{Status: billing.Finalized, Export: billing.Exported} && len(newest.Messages) > 0 // and seen
	if how := adviceOn(p.format, v); how != (advice{}) && !warned {
		parts = append(parts, advised(how)...)
	} else if stage.Export != billing.NotExported {
		parts = append(parts, p.messages(newest.Messages)...)
	}
	if v.Waits != "" {
		parts = append(parts, signed(style.Waiting, paragraph(reasonWords(v.Waits))))
	}
	buttons, reasons := p.buttons(v)
	if len(buttons.Objects) > 0 {
		parts = append(parts, container.New(layout.NewCustomPaddedLayout(style.Spacing, style.Spacing, style.Gap, style.Gap), buttons))
	}
	for _, why := range reasons {
		parts = append(parts, caption(why))
	}
	return section(lang.L("panel.xero-export"), parts...)
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
	return []fyne.CanvasObject{captioned(lang.L("panel.meaning"), paragraph(a.meaning)), captioned(lang.L("panel.fix"), paragraph(a.fix))}
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

// buttons are what can be done about the export of the invoice, and why some of it cannot.
func (p *invoicePanel) buttons(v app.InvoiceView) (line *fyne.Container, reasons []string) {
	row := rowOf(v)
	rows := []*app.InvoiceRow{row}
	line = container.New(layout.NewRowWrapLayout())
	add := func(text string, do func()) *button {
		b := newButton(p.keys, text, do)
		line.Add(b)
		return b
	}
	tell := func(why string) { reasons = append(reasons, why) }
	if row.Stage.Export == billing.Failed && len(v.Exports) > 0 {
		p.addOffers(add, tell, v)
	} else if exporting.possible(p.me(), row) {
		p.primary = add(lang.L("action.export"), func() { p.moves.confirmExport(rows) })
		p.primary.Importance = widget.HighImportance
	}
	if v.Waits == app.NoConsent || v.Waits == app.NotConnected {
		if b := add(lang.L("remedy.reconnect"), p.moves.reconnect); p.mayConnect() {
			p.primary, b.Importance = b, widget.HighImportance
		} else {
			b.Disable()
			tell(lang.L("panel.not-possible", with{"Action": lang.L("remedy.reconnect"), "Why": needsWords(staff.MapToXero)}))
		}
	}
	if releasing.possible(p.me(), row) {
		add(lang.L("menu.release"), func() { p.moves.release(rows) })
	}
	p.addMoves(add, tell, row)
	if v.Link != "" {
		add(lang.L("action.open-in-xero"), func() { p.openURL(v.Link) })
	}
	return line, reasons
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
	fact(lang.L("field.date"), p.format.Date(i.Date))
	fact(lang.L("field.due"), p.format.Date(i.Due))
	fact(lang.L("field.reference"), i.Reference)
	fact(lang.L("field.note"), i.Note)
	fact(lang.L("panel.amounts"), amountsWord(i.Amounts))
	parts := []fyne.CanvasObject{facts}
	for n, l := range i.Lines {
		parts = append(parts, p.line(l, v.Totals.Lines[n].Amount, i.Currency))
	}
	parts = append(parts, p.amount(lang.L("field.subtotal"), v.Totals.SubTotal, false), p.amount(lang.L("field.tax"), v.Totals.Tax, false),
		p.amount(lang.L("panel.total", with{"Currency": i.Currency}), v.Totals.Total, true))
	return section(lang.L("panel.invoice"), parts...)
}

func amountsWord(a money.LineAmounts) string {
	switch a {
	case money.Inclusive:
		return lang.L("amounts.inclusive")
	case money.NoTax:
		return lang.L("amounts.no-tax")
	}
	return lang.L("amounts.exclusive")
}

// line shows a line: its description with the amount at the right, and what the amount
// is made of below.
func (p *invoicePanel) line(l billing.Line, amount money.Amount, currency money.Currency) fyne.CanvasObject {
	if l.TextOnly() {
		return paragraph(l.Description)
	}
	top := container.NewBorder(nil, nil, nil, widget.NewLabel(p.format.Amount(amount)), paragraph(l.Description))
	made := []string{lang.L("panel.line", with{"Quantity": l.Quantity, "Price": l.UnitAmount})}
	switch d := l.Discount; {
	case d.Percent() != 0:
		made = append(made, lang.L("panel.discount", with{"Discount": d.Percent()}))
	case d.Minor() != 0:
		made = append(made, lang.L("panel.discount", with{"Discount": p.format.Amount(money.New(d.Minor(), currency))}))
	}
	if l.Tax.Name != "" {
		made = append(made, l.Tax.Name)
	}
	if l.Account != "" {
		made = append(made, lang.L("panel.account", with{"Code": l.Account}))
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
	return section(lang.L("panel.contact"),
		paragraph(v.Contact.Name),
		caption(lang.L("panel.contact-how", with{"How": linkWord(v.Contact.How), "When": p.moment(v.Contact.At)})),
		caption(lang.L("client.sync-hint")))
}

// exports lists the exports of the invoice, the newest first.
func (p *invoicePanel) exports(v app.InvoiceView) fyne.CanvasObject {
	var parts []fyne.CanvasObject
	for _, e := range v.Exports {
		when := lang.L("panel.not-sent")
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
	return section(lang.L("panel.exports"), parts...)
}

// history lists who did what to the invoice, the newest first.
func (p *invoicePanel) history(v app.InvoiceView) fyne.CanvasObject {
	var parts []fyne.CanvasObject
	for _, e := range slices.Backward(v.History) {
		data := with{"When": p.moment(e.At), "Who": e.ByName, "What": actionWord(e.Action), "From": e.From, "To": e.To}
		text := lang.L("panel.entry", data)
		switch {
		case e.From != "" && e.To != "":
			text = lang.L("panel.entry.from-to", data)
		case e.To != "":
			text = lang.L("panel.entry.to", data)
		}
		parts = append(parts, caption(text))
	}
	return section(lang.L("panel.history"), parts...)
}
