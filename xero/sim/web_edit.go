package sim

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// invoiceForm is the form in which an invoice is made or changed, field by field as it was typed.
type invoiceForm struct {
	Number, Date, Due, Reference, Contact, Currency, Amounts string
	Lines                                                    []lineForm
}

// lineForm is a line of the form. One with neither words nor figures is no line; one without figures is words alone.
type lineForm struct{ ID, Description, Quantity, Unit, Discount, Account, Tax string }

// spareLines are the empty lines that a form offers at its end.
const spareLines = 2

type editPage struct {
	frame
	Invoice  Invoice // the one that is changed; without an id a new one is made
	Form     invoiceForm
	Contacts []Contact // active ones, and the invoice's own
	Accounts []Account // active ones, and those of the lines
	Rates    []TaxRate
	Codes    []string // of the currencies, the invoice's own in any case
}

// AmountKinds are the ways to state line amounts.
func (p *editPage) AmountKinds() []string {
	return []string{AmountsExclusive, AmountsInclusive, AmountsNoTax}
}

func (w *site) newInvoice(rw http.ResponseWriter, r *http.Request) {
	o, ok := w.chosenOrg(r)
	if !ok {
		w.notFound(rw, r)
		return
	}
	today := o.today(w.sim.now())
	w.showEdit(rw, o, Invoice{}, invoiceForm{
		Date: formatISO(today), Due: formatISO(today.AddDate(0, 0, 20)), Currency: o.BaseCurrency, Amounts: AmountsExclusive,
	}, trouble{})
}

func (w *site) editInvoice(rw http.ResponseWriter, r *http.Request) {
	o, inv, ok := w.findInvoice(r.PathValue("id"))
	if !ok {
		w.notFound(rw, r)
		return
	}
	w.showEdit(rw, o, inv, formOf(inv), trouble{})
}

func (w *site) showEdit(rw http.ResponseWriter, o Org, inv Invoice, form invoiceForm, why trouble) {
	section, title := "invoices", "New invoice"
	if inv.InvoiceID != "" {
		title = "Edit " + orDefault(inv.Number, "invoice")
	}
	if inv.Type == TypeBill {
		section = "bills"
	}
	used := map[string]bool{}
	for _, l := range form.Lines {
		used[l.Account] = true
	}
	for range spareLines {
		form.Lines = append(form.Lines, lineForm{})
	}
	p := editPage{frame: w.frame(o, section, title), Invoice: inv, Form: form}
	p.Problem = why
	for _, c := range w.sim.Contacts(o.TenantID) {
		if c.Status == StatusActive || c.ContactID == inv.ContactID {
			p.Contacts = append(p.Contacts, c)
		}
	}
	for _, a := range o.Accounts {
		if a.Code != "" && (a.Status == StatusActive || used[a.Code]) {
			p.Accounts = append(p.Accounts, a)
		}
	}
	p.Rates = o.TaxRates
	for _, c := range o.Currencies {
		p.Codes = append(p.Codes, c.Code)
	}
	if !slices.Contains(p.Codes, form.Currency) {
		p.Codes = append(p.Codes, form.Currency)
	}
	w.show(rw, why.status(), "edit", &p)
}

// formOf is the form filled with the invoice as it is.
func formOf(inv Invoice) invoiceForm {
	f := invoiceForm{
		Number: tidyTyped(inv.Number), Date: formatISO(inv.Date), Due: formatISO(inv.DueDate), Reference: tidyTyped(inv.Reference),
		Contact: inv.ContactID, Currency: inv.CurrencyCode, Amounts: inv.LineAmountTypes,
	}
	for _, l := range inv.Lines {
		line := lineForm{ID: l.LineItemID, Description: tidyTyped(l.Description), Account: l.AccountCode, Tax: l.TaxType}
		if !l.DescriptionOnly {
			line.Quantity, line.Unit = l.Quantity.String(), plainUnit(l.UnitAmount)
		}
		if !l.DiscountRate.IsZero() {
			line.Discount = l.DiscountRate.String()
		}
		f.Lines = append(f.Lines, line)
	}
	return f
}

// readInvoiceForm takes the form from a request.
func readInvoiceForm(r *http.Request) invoiceForm {
	f := invoiceForm{
		Number: formValue(r, "number"), Date: formValue(r, "date"), Due: formValue(r, "due"), Reference: formValue(r, "reference"),
		Contact: formValue(r, "contact"), Currency: formValue(r, "currency"), Amounts: formValue(r, "amounts"),
	}
	column := func(name string, i int) string {
		if values := r.PostForm["line."+name]; i < len(values) {
			return tidyTyped(values[i])
		}
		return ""
	}
	for i := range r.PostForm["line.description"] {
		line := lineForm{
			ID: column("id", i), Description: column("description", i), Quantity: column("quantity", i),
			Unit: column("unit", i), Discount: column("discount", i), Account: column("account", i), Tax: column("tax", i),
		}
		if line.Description != "" || line.Quantity != "" || line.Unit != "" {
			f.Lines = append(f.Lines, line)
		}
	}
	return f
}

// edit is what the form changes of the invoice. Only what differs is changed: Xero allows less on an invoice that was
// paid in part, and must be asked for no more than the person wants.
func (f invoiceForm) edit(inv Invoice) (InvoiceEdit, error) {
	var t typed
	was := formOf(inv)
	e := InvoiceEdit{
		Number: changed(was.Number, f.Number), Reference: changed(was.Reference, f.Reference),
		ContactID: changed(was.Contact, f.Contact), CurrencyCode: changed(was.Currency, f.Currency),
		LineAmounts: changed(was.Amounts, f.Amounts),
	}
	if f.Date != was.Date {
		e.Date = ptr(f.date(&t))
	}
	if f.Due != was.Due {
		e.DueDate = ptr(t.day(f.Due, "Due date"))
	}
	if !slices.Equal(was.Lines, f.Lines) {
		e.Lines = f.lines(inv.Lines, &t)
		if len(e.Lines) == 0 { // which would ask to leave the lines as they are
			t.messages = append(t.messages, msgNoLines)
		}
	}
	return e, t.err()
}

// invoice is the new draft that the form describes.
func (f invoiceForm) invoice() (Invoice, error) {
	var t typed
	inv := Invoice{
		Number: f.Number, Reference: f.Reference, ContactID: f.Contact, CurrencyCode: f.Currency, LineAmountTypes: f.Amounts,
		Date: f.date(&t), DueDate: t.day(f.Due, "Due date"), Lines: f.lines(nil, &t),
	}
	return inv, t.err()
}

func (f invoiceForm) date(t *typed) time.Time {
	if f.Date == "" {
		t.messages = append(t.messages, "The Date field must be specified.")
	}
	return t.day(f.Date, "Date")
}

// lines are the lines of the form. A line of before keeps what the form does not show: its item and tracking.
func (f invoiceForm) lines(before []Line, t *typed) []Line {
	var lines []Line
	for i, row := range f.Lines {
		var line Line
		if known := lineByID(before, &row.ID); known != nil {
			line = *known
		}
		if tidyTyped(line.Description) != row.Description {
			line.Description = row.Description
		}
		line.AccountCode, line.TaxType = row.Account, row.Tax
		line.DescriptionOnly = row.Quantity == "" && row.Unit == ""
		if !line.DescriptionOnly {
			name := fmt.Sprintf("Line %d, ", i+1)
			line.Quantity = t.number(orDefault(row.Quantity, "1"), name+"quantity")
			line.UnitAmount = t.number(row.Unit, name+"price")
			line.DiscountRate = t.number(orDefault(row.Discount, "0"), name+"discount")
		}
		lines = append(lines, line)
	}
	return lines
}

// changed is the new text, nil when it is the old one.
func changed(was, is string) *string {
	if was == is {
		return nil
	}
	return &is
}

func (w *site) saveInvoice(rw http.ResponseWriter, r *http.Request) {
	o, inv, ok := w.findInvoice(r.PathValue("id"))
	if !ok {
		w.notFound(rw, r)
		return
	}
	if !w.readForm(rw, r) {
		return
	}
	form := readInvoiceForm(r)
	edit, err := form.edit(inv)
	if err == nil {
		err = w.sim.EditInvoice(o.TenantID, inv.InvoiceID, edit)
	}
	if err != nil {
		w.showEdit(rw, o, inv, form, troubleOf("edit", r, err))
		return
	}
	http.Redirect(rw, r, "/invoices/"+inv.InvoiceID, http.StatusSeeOther)
}

func (w *site) createInvoice(rw http.ResponseWriter, r *http.Request) {
	if !w.readForm(rw, r) {
		return
	}
	o, ok := w.chosenOrg(r)
	if !ok {
		w.notFound(rw, r)
		return
	}
	form := readInvoiceForm(r)
	inv, err := form.invoice()
	var id string
	if err == nil {
		id, err = w.sim.CreateInvoice(o.TenantID, inv)
	}
	if err != nil {
		w.showEdit(rw, o, Invoice{}, form, troubleOf("edit", r, err))
		return
	}
	http.Redirect(rw, r, "/invoices/"+id, http.StatusSeeOther)
}
