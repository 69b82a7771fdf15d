package screens

import (
	"context"
	"errors"
	"slices"

	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// remedyFor returns what can be done in the review about a message on an invoice: what remedies has first, as far
// as it leads somewhere before the invoice is sent, and else that it is checked again once it was mended in Xero.
func remedyFor(r *reviewRow, m ledger.Message) remedy {
	all := slices.DeleteFunc(slices.Clone(remedies[m.Cause]), func(f remedy) bool { return f == openingInvoice }) // which Xero has not yet
	f := noRemedy
	if len(all) > 0 && m.Cause != ledger.Other {
		f = all[0]
	}
	switch f {
	case mappingIt:
		if ownOf(r.Invoice, m) {
			return editingInvoice
		}
		return f
	case choosingContact, unlinkingContact, editingClient, renumberingIt, editingInvoice:
		return f
	case draftingIt:
		return editingInvoice
	case replacingIt:
		return renumberingIt
	}
	if m.Warning {
		return noRemedy
	}
	return checkingAgain
}

// ownOf reports whether the invoice itself has what a message is about, so that no mapping changes it.
func ownOf(v billing.Invoice, m ledger.Message) bool {
	if m.Cause == ledger.ThemeUnknown {
		return v.BrandingTheme != ""
	}
	for i, l := range v.Lines {
		if m.Line != i+1 {
			continue
		}
		switch m.Cause {
		case ledger.AccountUnknown, ledger.AccountArchived:
			return l.Account != ""
		case ledger.ItemUnknown:
			return l.Item != ""
		case ledger.TrackingUnknown:
			return len(l.Tracking) > 0
		}
	}
	return false
}

// remedyOf returns what the button of a row does: what can be done about its first message, by who acts.
func (v *reviews) remedyOf(r *reviewRow) remedy {
	for _, m := range urgentFirst(r.Messages) {
		if f := remedyFor(r, m); f != noRemedy && v.may(f, r) {
			return f
		}
	}
	var trouble *app.Trouble
	if errors.As(r.refused, &trouble) { // the organisation could not be reached
		return checkingAgain
	}
	switch r.Contact {
	case app.ContactSeveral, app.ContactArchived, app.ContactCreated:
		if v.may(choosingContact, r) {
			return choosingContact
		}
	}
	return noRemedy
}

func (v *reviews) may(f remedy, r *reviewRow) bool { return v.me().May(f.needs(), r.Client.ID) }

// reviewLabel is what the button says in the review, which has a line for each invoice.
func (f remedy) reviewLabel() string {
	switch f {
	case choosingContact:
		return lang.L("panel.choose-contact")
	case unlinkingContact:
		return lang.L("panel.unlink-contact")
	case editingClient:
		return lang.L("review.edit-client")
	case mappingIt:
		return lang.L("menu.mapping")
	case renumberingIt:
		return lang.L("review.renumber")
	case editingInvoice:
		return lang.L("review.edit-invoice")
	case checkingAgain:
		return lang.L("review.again")
	}
	return ""
}

// needs is what a member needs to press it.
func (f remedy) needs() staff.Action {
	switch f {
	case choosingContact, unlinkingContact:
		return staff.LinkContacts
	case editingClient:
		return staff.EditClients
	case mappingIt:
		return staff.MapToXero
	case renumberingIt, editingInvoice:
		return staff.EditInvoices
	}
	return staff.See
}

// mend does what the button says, and then checks again the invoices for which it changed something.
func (d *reviewDialog) mend(f remedy, r *reviewRow) {
	ofClient := func() {
		d.recheckWhere(false, func(o *reviewRow) bool { return o.Client.ID == r.Client.ID && o.org == r.org })
	}
	id := r.Invoice.ID
	switch f {
	case choosingContact:
		d.fixes.chooseContact(r.Client, ofClient)
	case unlinkingContact:
		d.fixes.unlinkContact(r.Client, ofClient)
	case editingClient:
		d.fixes.editClient(r.Client, ofClient)
	case mappingIt:
		d.fixes.changeMapping(r.org, func() { d.recheckMapped(r.org) })
	case renumberingIt:
		d.fixes.renumberInvoice(r.Invoice, func() { d.recheckWhere(false, func(o *reviewRow) bool { return o.Invoice.ID == id }) })
	case editingInvoice:
		d.fixes.editInvoice(r.Invoice, d.box.hide)
	case checkingAgain:
		causes := causesOf(r.Messages)
		d.recheckWhere(true, func(o *reviewRow) bool {
			return o.Invoice.ID == id || r.refused != nil && o.refused != nil || slices.ContainsFunc(causesOf(o.Messages), func(c ledger.Cause) bool { return slices.Contains(causes, c) })
		})
	}
}

// fixes are the parts of the window that mend what the review found. Each calls done once something was changed.
type fixes interface {
	chooseContact(c billing.Client, done func())
	unlinkContact(c billing.Client, done func())
	editClient(c billing.Client, done func())
	changeMapping(t ledger.TenantID, done func())
	renumberInvoice(v billing.Invoice, done func())
	editInvoice(v billing.Invoice, done func()) // takes it back to draft and opens it
}

// windowFixes leads from the review to the parts of the window that mend what it found.
type windowFixes struct{ *Window }

func (w windowFixes) chooseContact(c billing.Client, done func()) {
	w.billing.panel.chooseContact(c, done)
}

func (w windowFixes) unlinkContact(c billing.Client, done func()) {
	w.billing.panel.unlinkContact(c, done)
}

func (w windowFixes) editClient(c billing.Client, done func()) { w.register.ask(c, done) }

func (w windowFixes) changeMapping(t ledger.TenantID, done func()) { w.mappings.openThen(t, done) }

func (w windowFixes) renumberInvoice(v billing.Invoice, done func()) {
	w.billing.askRenumber(&app.InvoiceRow{ID: v.ID, Number: v.Number}, done)
}

// editInvoice takes an invoice back to draft, once a person has agreed, and opens it.
func (w windowFixes) editInvoice(v billing.Invoice, done func()) {
	w.dialogs.ask(lang.L("review.edit.title", with{"Number": v.Number}), lang.L("review.edit.text", with{"Number": v.Number}), lang.L("review.edit.yes"), func() {
		act(w.shell, lang.L("busy.changing-invoices"), func(ctx context.Context) ([]app.Result, error) {
			_, results, err := w.billing.app.Redraft(ctx, w.me(), []billing.InvoiceID{v.ID})
			return results, err
		}, func(results []app.Result, err error) {
			if refused := refusedOf(results); err == nil && len(refused) > 0 {
				err = refused[0].Err
			}
			if err != nil {
				w.failed(lang.L("failed.change"), err)
				return
			}
			done()
			w.editor.open(v.ID)
		})
	})
}
