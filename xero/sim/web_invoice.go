package sim

import (
	"net/http"
	"net/url"
	"slices"
)

type invoicePage struct {
	frame
	Invoice      Invoice
	Contact      Contact
	Theme        string
	AccountNames map[string]string // by code
	TaxNames     map[string]string // by tax type
	PayAccounts  []Account         // that a payment can go to
	Today        string
}

// Payments are the payments that stand.
func (p invoicePage) Payments() []*Payment {
	return slices.DeleteFunc(slices.Clone(p.Invoice.Payments), func(x *Payment) bool { return x.Status == StatusDeleted })
}

// CreditKinds are what credit can come from.
func (invoicePage) CreditKinds() []CreditKind {
	return []CreditKind{CreditNote, Prepayment, Overpayment}
}

// History is the history, newest first.
func (p invoicePage) History() []HistoryRecord {
	list := slices.Clone(p.Invoice.History)
	slices.SortStableFunc(list, func(a, b HistoryRecord) int { return b.DateUTC.Compare(a.DateUTC) })
	return list
}

func (w *site) invoice(rw http.ResponseWriter, r *http.Request) {
	if o, inv, ok := w.findInvoice(r.PathValue("id")); ok {
		w.showInvoice(rw, o, inv, trouble{})
		return
	}
	w.notFound(rw, r)
}

// findInvoice looks for the invoice in every organisation: an id is enough to link to it.
func (w *site) findInvoice(id string) (Org, Invoice, bool) {
	for _, o := range w.sim.Orgs() {
		if inv, ok := w.sim.Invoice(o.TenantID, id); ok {
			return o, inv, true
		}
	}
	return Org{}, Invoice{}, false
}

func (w *site) showInvoice(rw http.ResponseWriter, o Org, inv Invoice, why trouble) {
	kind, section := "Invoice", "invoices"
	if inv.Type == TypeBill {
		kind, section = "Bill", "bills"
	}
	p := invoicePage{
		frame: w.frame(o, section, kind+" "+inv.Number), Invoice: inv, Today: formatISO(o.today(w.sim.now())),
		AccountNames: map[string]string{}, TaxNames: map[string]string{},
	}
	p.Problem = why
	p.Contact, _ = w.sim.Contact(o.TenantID, inv.ContactID)
	for _, t := range o.Themes {
		if t.BrandingThemeID == inv.BrandingThemeID {
			p.Theme = t.Name
		}
	}
	for _, a := range o.Accounts {
		p.AccountNames[a.Code] = a.Name
		if a.Code != "" && a.Status == StatusActive && (a.Type == "BANK" || a.EnablePaymentsToAccount) {
			p.PayAccounts = append(p.PayAccounts, a)
		}
	}
	for _, rate := range o.TaxRates {
		p.TaxNames[rate.TaxType] = rate.Name
	}
	w.show(rw, why.status(), "invoice", &p)
}

// actOnInvoice carries out an action on the invoice of the address, then returns to its page; refused, it shows the
// page with the reason beside the form.
func (w *site) actOnInvoice(rw http.ResponseWriter, r *http.Request, form string, act func(tenant string, inv Invoice) error) {
	o, inv, ok := w.findInvoice(r.PathValue("id"))
	if !ok {
		w.notFound(rw, r)
		return
	}
	if !w.readForm(rw, r) {
		return
	}
	if err := act(o.TenantID, inv); err != nil {
		w.showInvoice(rw, o, inv, troubleOf(form, r, err))
		return
	}
	http.Redirect(rw, r, "/invoices/"+inv.InvoiceID, http.StatusSeeOther)
}

func (w *site) changeInvoice(form string, change func(tenant, id string) error) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		w.actOnInvoice(rw, r, form, func(tenant string, inv Invoice) error { return change(tenant, inv.InvoiceID) })
	}
}

func (w *site) payInvoice(rw http.ResponseWriter, r *http.Request) {
	w.actOnInvoice(rw, r, "pay", func(tenant string, inv Invoice) error {
		var t typed
		amount, date := t.number(formValue(r, "amount"), "Amount"), t.day(formValue(r, "date"), "Date")
		if date.IsZero() && len(t.messages) == 0 {
			t.messages = append(t.messages, "Date: enter the day of the payment")
		}
		if err := t.err(); err != nil {
			return err
		}
		_, err := w.sim.RecordPayment(tenant, inv.InvoiceID, formValue(r, "account"), date, amount)
		return err
	})
}

func (w *site) creditInvoice(rw http.ResponseWriter, r *http.Request) {
	w.actOnInvoice(rw, r, "credit", func(tenant string, inv Invoice) error {
		var t typed
		amount := t.number(formValue(r, "amount"), "Amount")
		if err := t.err(); err != nil {
			return err
		}
		kind := CreditKind(formValue(r, "kind"))
		if _, known := creditNames[kind]; !known {
			return refusal(noSuchRecord)
		}
		return w.sim.Allocate(tenant, inv.InvoiceID, kind, amount)
	})
}

// creditInFull credits what is due by now, which the page that the person looks at may not show.
func (w *site) creditInFull(rw http.ResponseWriter, r *http.Request) {
	w.actOnInvoice(rw, r, "credit in full", func(tenant string, inv Invoice) error {
		return w.sim.ApplyCredit(tenant, inv.InvoiceID, inv.AmountDue())
	})
}

func (w *site) removePayment(rw http.ResponseWriter, r *http.Request) {
	payment := r.PathValue("payment")
	w.actOnInvoice(rw, r, "payment "+payment, func(tenant string, inv Invoice) error {
		if !slices.ContainsFunc(inv.Payments, func(p *Payment) bool { return p.PaymentID == payment }) {
			return refusal(noSuchRecord)
		}
		return w.sim.RemovePayment(tenant, payment)
	})
}

// attachment hands out a file as a download: shown in place it could act as a page of the simulator.
func (w *site) attachment(rw http.ResponseWriter, r *http.Request) {
	_, inv, _ := w.findInvoice(r.PathValue("id"))
	i := slices.IndexFunc(inv.Attachments, func(a Attachment) bool { return a.AttachmentID == r.PathValue("attachment") })
	if i < 0 {
		w.notFound(rw, r)
		return
	}
	rw.Header().Set("Content-Type", "application/octet-stream")
	rw.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(inv.Attachments[i].FileName))
	_, _ = rw.Write(inv.Attachments[i].Content)
}
