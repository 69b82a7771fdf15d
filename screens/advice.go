package screens

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/screens/style"
)

// advice says what the state of an invoice in Xero means, and what a person can do. It is
// empty for a state of which the messages of the export say that.
type advice struct{ meaning, fix string }

// adviceOn returns the advice on an invoice that is, or was, in Xero.
func adviceOn(f style.Format, v app.InvoiceView) advice {
	stage := v.Invoice.Stage
	if stage.Status == billing.Closed {
		return adviceOnClosed(f, v)
	}
	switch stage.Export {
	case billing.Exported:
		meaning := lang.L("advice.in-xero-draft")
		if len(v.Exports) > 0 && v.Exports[0].Standing.Status == ledger.SubmittedThere {
			meaning = lang.L("advice.in-xero-submitted")
		}
		return advice{meaning, lang.L("advice.in-xero.fix")}
	case billing.Changed:
		return advice{lang.L("advice.edited"),
			lang.L("advice.edited.fix")}
	case billing.DeletedInXero:
		return advice{lang.L("advice.deleted"),
			lang.L("advice.deleted.fix")}
	case billing.NotFoundInXero:
		return advice{lang.L("advice.missing"),
			lang.L("advice.missing.fix")}
	case billing.Removing:
		return advice{lang.L("advice.removing"),
			lang.L("advice.removing.fix")}
	case billing.MayBeOurs:
		return advice{meaning(ledger.MayBeOurs), fix(ledger.MayBeOurs)}
	}
	return advice{}
}

func adviceOnClosed(f style.Format, v app.InvoiceView) advice {
	instead := lang.L("advice.replace")
	switch v.Invoice.Stage.Export {
	case billing.VoidedInXero:
		return advice{lang.L("advice.voided"),
			lang.L("advice.voided.fix")}
	case billing.NotFoundInXero:
		return advice{lang.L("advice.missing"),
			lang.L("advice.missing-closed.fix")}
	case billing.Removing:
		return advice{lang.L("advice.voiding"), lang.L("advice.voiding.fix")}
	case billing.Changed:
		return advice{lang.L("advice.edited-approved"),
			joined(lang.L("advice.edited-approved.fix"), instead, creditNoteWords())}
	}
	var st ledger.Standing
	if len(v.Exports) > 0 {
		st = v.Exports[0].Standing
	}
	switch st.Settlement() {
	case ledger.PartPaid:
		return advice{lang.L("advice.part-paid", with{"Amount": f.Money(st.AmountDue)}),
			joined(lang.L("advice.unpay-first"), creditNoteWords())}
	case ledger.Paid:
		return advice{lang.L("advice.paid"),
			joined(lang.L("advice.unpay-first"), creditNoteWords())}
	case ledger.Credited:
		return advice{lang.L("advice.credited"),
			joined(lang.L("advice.replace-credited"), creditNoteWords())}
	}
	return advice{lang.L("advice.approved"), joined(instead, creditNoteWords())}
}

// addMoves adds what leads on from where the invoice stands in Xero. What who acts may not do
// is greyed, with the reason told below the buttons.
func (p *invoicePanel) addMoves(add func(string, func()) *button, tell func(string), row *app.InvoiceRow) {
	rows := []*app.InvoiceRow{row}
	offer := func(m move, label string, do func()) *button {
		b := add(label, do)
		if !m.possible(p.me(), row) {
			b.Disable()
			tell(lang.L("panel.not-possible", with{"Action": bare(label), "Why": m.obstacle(row.Stage)}))
		}
		return b
	}
	at := row.Stage
	if at.Export == billing.MayBeOurs {
		p.primary = offer(comparing, lang.L("doubt.compare"), func() { p.moves.compare(row.ID) })
		p.primary.Importance = widget.HighImportance
	}
	if redrafting.can(at) && at.Export != billing.NotExported && at.Export != billing.Held {
		offer(redrafting, lang.L("menu.draft"), func() { p.moves.confirmDraft(rows) })
	}
	if at.Status == billing.Closed {
		offer(replacing, lang.L("menu.replace"), func() { p.moves.replace(row.ID) })
	}
	if at == (billing.Stage{Status: billing.Closed, Export: billing.VoidedInXero}) {
		offer(deleting, lang.L("menu.delete"), func() { p.moves.confirmDelete(rows) })
	}
	if at.Export == billing.NotFoundInXero {
		add(lang.L("action.check-xero"), func() { p.moves.lookAgain(row.ID) })
		if lettingGo.can(at) {
			offer(lettingGo, lang.L("menu.confirm-missing"), func() { p.moves.confirmLetGo(rows) })
		}
	}
}

// burntNumber says that a draft cannot be finalized under its number, and offers the next one.
func (p *invoicePanel) burntNumber(v app.InvoiceView) fyne.CanvasObject {
	if !v.NumberBurnt {
		return nil
	}
	row := rowOf(v)
	parts := []fyne.CanvasObject{signed(style.Failed, paragraph(lang.L("renumber.used-up", with{"Number": v.Invoice.Number})))}
	if finalizing.possible(p.me(), row) {
		renumber := newButton(p.keys, lang.L("action.renumber"), func() { p.moves.renumber(row) })
		parts = append(parts, container.New(layout.NewRowWrapLayout(), renumber))
	}
	return container.New(closely, parts...)
}

// rowOf returns what the list shows of an invoice, as far as the panel needs it.
func rowOf(v app.InvoiceView) *app.InvoiceRow {
	row := &app.InvoiceRow{ID: v.Invoice.ID, ClientID: v.Client.ID, Client: v.Client.Name, Number: v.Invoice.Number, Stage: v.Invoice.Stage, Total: v.Totals.Total}
	if len(v.Exports) > 0 {
		st := v.Exports[0].Standing
		row.XeroStatus, row.Settlement, row.AmountDue, row.PaidOn = st.Status, st.Settlement(), st.AmountDue, st.PaidOn
	}
	return row
}

// differences shows side by side what the invoice is here and in Xero.
func (p *invoicePanel) differences(all []ledger.Difference) fyne.CanvasObject {
	table := container.New(sides(3))
	cell := func(text string, bold, right bool) {
		l := paragraph(text)
		l.TextStyle.Bold = bold
		if right {
			l.Alignment = fyne.TextAlignTrailing
		}
		table.Add(l)
	}
	cell(lang.L("panel.difference.field"), true, false)
	cell(lang.L("panel.difference.here"), true, true)
	cell(lang.L("panel.difference.xero"), true, true)
	for _, d := range all {
		cell(figureWord(d.What), false, false)
		cell(p.valueText(d.Here), false, true)
		cell(p.valueText(d.There), false, true)
	}
	return table
}

// valueText writes a value of a difference as a person reads it.
func (p *invoicePanel) valueText(value any) string {
	switch v := value.(type) {
	case money.Amount:
		return p.format.Money(v)
	case billing.Date:
		return p.format.Date(v)
	}
	if text := fmt.Sprint(value); text != "" {
		return text
	}
	return "–"
}

// kept says why the last try to delete or void the invoice in Xero did not succeed.
func (p *invoicePanel) kept(v app.InvoiceView) []fyne.CanvasObject {
	if len(v.Removals) == 0 || len(v.Exports) == 0 || !v.Invoice.Stage.Live() {
		return nil
	}
	last := v.Removals[0]
	if last.Result != app.KeptThere || last.Export != v.Exports[0].ID {
		return nil
	}
	var parts []fyne.CanvasObject
	for _, m := range last.Messages {
		parts = append(parts, signed(style.Failed, paragraph(lang.L("panel.still-in-xero", with{"Why": m.Text}))))
	}
	return parts
}
