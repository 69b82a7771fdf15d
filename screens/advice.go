package screens

import (
	"fmt"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

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
		return advice{lang.L("Xero holds it, and nobody has approved it there yet. It closes here by itself when that is done."),
			lang.L("To change it, choose Draft: that removes it from Xero.")}
	case billing.Changed:
		return advice{lang.L("Somebody changed it in Xero by hand. What was changed there is not taken over here."),
			lang.L("Choose Draft to remove it from Xero: the change there is lost, and you can make it here and export the invoice again. Or open it in Xero and change it back.")}
	case billing.DeletedInXero:
		return advice{lang.L("Somebody deleted it in Xero before it was approved. Its number is free for it there."),
			lang.L("If it is still wanted, export it again under the same number. To change it first, choose Draft.")}
	case billing.NotFoundInXero:
		return advice{lang.L("A complete reading of what the organisation has did not have it."),
			lang.L("Look in Xero again. If it is gone for good, an Admin says so; then it can be exported again, or taken back to draft.")}
	case billing.Removing:
		return advice{lang.L("It is on its way out of Xero. If somebody approves it in this moment, it stays there and is closed here."),
			lang.L("Wait: it becomes a draft here by itself.")}
	}
	return advice{}
}

func adviceOnClosed(f style.Format, v app.InvoiceView) advice {
	anew := lang.L("To write it anew, choose Replace: it is voided in Xero, deleted here, and copied to a new draft under another number.")
	switch v.Invoice.Stage.Export {
	case billing.VoidedInXero:
		return advice{lang.L("It was voided in Xero: it is out of force there for good, and its number is used up."),
			lang.L("If it is still wanted, choose Replace: a new draft gets another number. If not, delete it here.")}
	case billing.NotFoundInXero:
		return advice{lang.L("A complete reading of what the organisation has did not have it."),
			lang.L("Look in Xero again. If it is gone for good, an Admin can delete it here; Replace writes it anew.")}
	case billing.Removing:
		return advice{lang.L("It is on its way to be voided in Xero."), lang.L("Wait: Replace goes on when that is done.")}
	case billing.Changed:
		return advice{lang.L("Somebody changed it in Xero by hand, and it is approved there. What was changed is not taken over here."),
			joined(lang.L("If what Xero has is right, leave it. If not, correct it in Xero."), anew, creditNoteWords())}
	}
	var st ledger.Standing
	if len(v.Exports) > 0 {
		st = v.Exports[0].Standing
	}
	switch st.Settlement() {
	case ledger.PartPaid:
		return advice{lang.L("It was approved in Xero, and something of it is paid or credited there: {{.Amount}} is due.", with{"Amount": f.Money(st.AmountDue)}),
			joined(lang.L("It can be replaced once the payments are removed in Xero."), creditNoteWords())}
	case ledger.Paid:
		return advice{lang.L("It was paid in Xero, and is closed here."),
			joined(lang.L("It can be replaced once the payments are removed in Xero."), creditNoteWords())}
	case ledger.Credited:
		return advice{lang.L("It was credited in full in Xero, and is closed here."),
			joined(lang.L("To write it anew, choose Replace: it stays here as it is, and a new draft gets another number."), creditNoteWords())}
	}
	return advice{lang.L("It was approved in Xero, and is closed here: it cannot be changed."), joined(anew, creditNoteWords())}
}

// addMoves adds what leads on from where the invoice stands in Xero. What who acts may not do
// is greyed, and says why.
func (p *invoicePanel) addMoves(add func(string, func()) *button, row *app.InvoiceRow, causes []ledger.Cause) {
	rows := []*app.InvoiceRow{row}
	offer := func(m move, label string, do func()) {
		if m.possible(p.me(), row) {
			add(label, do)
			return
		}
		add(lang.L("{{.Action}} – {{.Why}}", with{"Action": label, "Why": m.obstacle(row.Stage)}), do).Disable()
	}
	at := row.Stage
	if at.Export == billing.Failed && slices.Contains(causes, ledger.NumberTaken) && exporting.possible(p.me(), row) {
		offer(renumbering, lang.L("Give it the next number and export"), func() { p.moves.renumber(row) })
	}
	if redrafting.can(at) && at.Export != billing.NotExported && at.Export != billing.Held {
		offer(redrafting, lang.L("Draft"), func() { p.moves.confirmDraft(rows) })
	}
	if at.Status == billing.Closed {
		offer(replacing, lang.L("Replace…"), func() { p.moves.replace(row.ID) })
	}
	if at == (billing.Stage{Status: billing.Closed, Export: billing.VoidedInXero}) {
		offer(deleting, lang.L("Delete…"), func() { p.moves.confirmDelete(rows) })
	}
	if at.Export == billing.NotFoundInXero {
		add(lang.L("Look in Xero again"), func() { p.moves.lookAgain(row.ID) })
		if lettingGo.can(at) {
			offer(lettingGo, lang.L("Gone from Xero for good…"), func() { p.moves.confirmLetGo(rows) })
		}
	}
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
	table := container.New(tripled{})
	cell := func(text string, bold, right bool) {
		l := paragraph(text)
		l.TextStyle.Bold = bold
		if right {
			l.Alignment = fyne.TextAlignTrailing
		}
		table.Add(l)
	}
	cell(lang.L("What"), true, false)
	cell(lang.L("Here"), true, true)
	cell(lang.L("In Xero"), true, true)
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

// kept says why the last try to take the invoice out of force in Xero did not succeed.
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
		parts = append(parts, signed(style.Failed, paragraph(lang.L("It stays in Xero. {{.Why}}", with{"Why": m.Text}))))
	}
	return parts
}
