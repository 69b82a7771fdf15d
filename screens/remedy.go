package screens

import (
	"context"
	"errors"
	"slices"
	"strings"

	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// remedy is what the button beside a message of the review does.
type remedy int

// The remedies.
const (
	noRemedy remedy = iota
	choosingContact
	unlinkingContact
	editingClient
	mapping
	renumberingIt
	editingIt
	checkingAgain // after it was mended in Xero
)

// remedies are what can be done in the review about each cause. What isn't here is mended in Xero.
var remedies = map[ledger.Cause]remedy{
	ledger.ContactAmbiguous: choosingContact, ledger.ContactTaken: choosingContact, ledger.ContactArchived: choosingContact,
	ledger.ContactUnknown: unlinkingContact,
	ledger.EmailInvalid:   editingClient, ledger.AddressInvalid: editingClient, ledger.ClientIncomplete: editingClient,
	ledger.AccountMissing: mapping, ledger.AccountUnknown: mapping, ledger.AccountArchived: mapping, ledger.ItemUnknown: mapping,
	ledger.TaxMissing: mapping, ledger.TaxUnknown: mapping, ledger.TaxInactive: mapping, ledger.TaxRateDiffers: mapping,
	ledger.TaxAgainstAccount: mapping, ledger.TrackingUnknown: mapping, ledger.ThemeUnknown: mapping,
	ledger.NumberTaken: renumberingIt, ledger.UsedUpThere: renumberingIt,
	ledger.OddDate: editingIt, ledger.ZeroTotal: editingIt,
	ledger.Incomplete: editingIt, ledger.LockedDate: editingIt, ledger.TotalDiffers: editingIt, ledger.AmountsInvalid: editingIt, ledger.DiscountInvalid: editingIt,
}

// remedyFor returns what can be done about a message on an invoice.
func remedyFor(r *reviewRow, m ledger.Message) remedy {
	f, known := remedies[m.Cause]
	switch {
	case !known && m.Warning:
		return noRemedy
	case !known:
		return checkingAgain
	case f == mapping && ownOf(r.Invoice, m):
		return editingIt
	}
	return f
}

// ownOf reports whether the invoice itself has what a message is about, so that no mapping changes it.
func ownOf(v billing.Invoice, m ledger.Message) bool {
	if m.Cause == ledger.ThemeUnknown {
		return v.BrandingTheme != ""
	}
	for i, l := range v.Lines {
		if !strings.HasPrefix(m.Text, translations.Text("message.line", "Line", i+1, "Text", "")) {
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

// label is what the button says.
func (f remedy) label() string {
	switch f {
	case choosingContact:
		return lang.L("panel.choose-contact")
	case unlinkingContact:
		return lang.L("panel.unlink-contact")
	case editingClient:
		return lang.L("review.edit-client")
	case mapping:
		return lang.L("menu.mapping")
	case renumberingIt:
		return lang.L("review.renumber")
	case editingIt:
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
	case mapping:
		return staff.MapToXero
	case renumberingIt, editingIt:
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
	case mapping:
		d.fixes.changeMapping(r.org, func() { d.recheckMapped(r.org) })
	case renumberingIt:
		d.fixes.renumberInvoice(r.Invoice, func() { d.recheckWhere(false, func(o *reviewRow) bool { return o.Invoice.ID == id }) })
	case editingIt:
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
