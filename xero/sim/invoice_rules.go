package sim

import (
	"reflect"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// outcome is the result for one element of a write.
type outcome struct {
	verdict
	invoice  Invoice // as stored, or as far as it was understood when refused
	stored   bool
	reckoned bool     // the amounts of the lines could be reckoned
	bare     bool     // refused, it shows hardly more than what was sent
	contact  *Contact // one that was made for the invoice; refused, it is gone from the books
}

// verdict is what Xero has to say about an element: any error refuses it.
type verdict struct {
	errors, warnings []string
	atLines          map[int][]string // errors that stand at the lines, too
}

func (v *verdict) refuse(message string) {
	if !slices.Contains(v.errors, message) {
		v.errors = append(v.errors, message)
	}
}

// refuseLine refuses for a line: Xero repeats the same sentence for every line that it fits.
func (v *verdict) refuseLine(message string) { v.errors = append(v.errors, message) }

// refuseAt is refuseLine for what Xero says at the line, counted from 0, as well.
func (v *verdict) refuseAt(i int, messages ...string) {
	if v.atLines == nil {
		v.atLines = map[int][]string{}
	}
	v.atLines[i] = append(v.atLines[i], messages...)
	v.errors = append(v.errors, messages...)
}

// transitions are the changes of status that a caller may ask for. PAID is entered and left by payments alone.
var transitions = map[string][]string{
	StatusDraft:      {StatusDraft, StatusSubmitted, StatusAuthorised, StatusDeleted},
	StatusSubmitted:  {StatusDraft, StatusSubmitted, StatusAuthorised, StatusDeleted},
	StatusAuthorised: {StatusAuthorised, StatusVoided},
	StatusPaid:       {StatusPaid},
}

// complete tells whether an invoice of this status must have everything. That SUBMITTED is held to the same rules as
// AUTHORISED is not verified: the documentation loosens them for DRAFT only.
func complete(status string) bool { return status != StatusDraft }

// create makes a new invoice, or says why not; refused, it leaves the books as they were.
func (k *clerk) create(in invoiceInput) outcome {
	mark := k.mark()
	inv := Invoice{
		Type: value(in.Type), Status: orDefault(value(in.Status), StatusDraft), LineAmountTypes: AmountsExclusive,
		CurrencyCode: k.org.BaseCurrency, CurrencyRate: decimal.NewFromInt(1), BrandingThemeID: k.org.defaultTheme(),
		Date: k.org.today(k.now), UpdatedUTC: k.now, CreatedByApp: k.byApp,
	}
	v := outcome{}
	if len(in.Lines) == 0 {
		v.refuse(msgNoLines)
	}
	possible := true
	if inv.Type != TypeSales && inv.Type != TypeBill {
		v.refuse(msgTypeCreate)
		possible = false
	}
	if inv.Status != StatusDraft && inv.Status != StatusSubmitted && inv.Status != StatusAuthorised {
		v.refuse(msgStatusCreate)
		possible = false
	}
	if in.Contact == nil {
		v.refuse(msgNoContact)
	}
	if possible {
		k.fill(&inv, nil, in, &v)
		if in.Contact != nil {
			k.contactOf(&inv, in, &v)
		}
		k.checkNumber(&inv, nil, &v.verdict)
		k.checkComplete(&inv, &v.verdict)
		if date, name := k.lock(inv.Date); name != "" {
			v.refuse(msgLockedCreate(name, date))
		}
	} else {
		inv.Number, inv.Reference, inv.URL = in.sentNumber(), value(in.Reference), value(in.URL)
	}
	if len(v.errors) > 0 {
		k.rollback(mark)
		v.invoice = inv
		return v
	}
	inv.InvoiceID = newID()
	if inv.Number == "" && inv.Type == TypeSales {
		inv.Number = k.nextNumber()
	}
	inv.History = []HistoryRecord{k.note("Created", "")}
	if inv.Status == StatusAuthorised {
		inv.settle(inv.Date)
	}
	v.invoice, v.stored = k.insertInvoice(inv).clone(), true
	return v
}

// update changes an invoice, or says why not; refused, it leaves the books as they were.
func (k *clerk) update(inv *Invoice, in invoiceInput) outcome {
	mark := k.mark()
	next := inv.clone()
	if number := in.sentNumber(); number == "" || number == inv.Number {
		in.Number = nil
	}
	status := orDefault(value(in.Status), inv.Status)
	v := outcome{reckoned: true}
	k.checkChange(inv, status, &v.verdict)
	if len(v.errors) == 0 {
		switch status {
		case StatusVoided, StatusDeleted:
			// Nothing but the status is taken: whether a new number would be, in the same request, is not verified.
			next.Status = status
		default:
			k.fill(&next, inv, in, &v)
			next.Status = status
			if in.Contact != nil && !in.Contact.anonymous() {
				k.contactOf(&next, in, &v)
			}
			k.checkNumber(&next, inv, &v.verdict)
			k.checkComplete(&next, &v.verdict)
			k.checkAllocated(inv, &next, &v.verdict)
			if date, name := k.lock(next.Date); name != "" {
				v.refuse(msgLockedCreate(name, date))
			}
		}
	}
	if len(v.errors) > 0 {
		k.rollback(mark)
		v.invoice = next
		if status == StatusVoided || status == StatusDeleted {
			v.bare, v.invoice = true, in.bare(inv.InvoiceID)
		}
		return v
	}
	if in.onlyStatus() && k.remakesLines() {
		k.remakeLines(&next)
	}
	if !inv.allocated() || !in.silent() {
		next.UpdatedUTC = k.now
	}
	if next.Status == StatusAuthorised {
		next.settle(next.Date)
	}
	next.History = append(next.History, k.note(changeName(inv.Status, status), ""))
	k.replaceInvoice(inv, next)
	v.invoice, v.stored = inv.clone(), true
	return v
}

// post creates, or updates the invoice that has the id or the number that was sent. A number that a voided invoice
// holds (or a deleted one, where those hold theirs) leads to that invoice, and its status then refuses the change.
func (k *clerk) post(in invoiceInput) outcome {
	if in.ID != nil {
		inv := k.org.invoiceByID[*in.ID]
		if inv == nil {
			return outcome{
				verdict: verdict{errors: []string{msgNoInvoice}}, bare: true, invoice: in.bare(*in.ID),
			}
		}
		return k.update(inv, in)
	}
	if in.sentNumber() != "" && value(in.Type) != TypeBill {
		if inv := k.org.find(in.sentNumber()); inv != nil && k.holdsNumber(inv) {
			in.Number = nil
			return k.update(inv, in)
		}
	}
	return k.create(in)
}

// changeName is what the history calls a change of status.
func changeName(from, to string) string {
	if from == to {
		return "Edited"
	}
	return map[string]string{
		StatusAuthorised: "Approved", StatusVoided: "Voided", StatusDeleted: "Deleted", StatusSubmitted: "Submitted",
		StatusDraft: "Edited",
	}[to]
}

// bare is what was sent to know the invoice by, and the status.
func (in *invoiceInput) bare(id string) Invoice {
	return Invoice{InvoiceID: id, Type: value(in.Type), Number: in.sentNumber(), Status: value(in.Status)}
}

// silent tells whether nothing was sent but what does not move UpdatedDateUTC on an invoice with allocations: the due
// date and whether it was sent to the contact.
func (in invoiceInput) silent() bool {
	in.ID, in.Type, in.DueDate, in.SentToContact = nil, nil, nil, nil
	return reflect.DeepEqual(in, invoiceInput{})
}

// onlyStatus tells whether a change of status was sent and no lines.
func (in invoiceInput) onlyStatus() bool { return in.Status != nil && len(in.Lines) == 0 }

// remakesLines tells whether a change of status replaces the lines. A person's change in Xero never
// does.
func (k *clerk) remakesLines() bool {
	return k.byApp && (k.org.odd.has(StatusChangesLines) || k.org.odd.has(StatusRoundsLines) && k.unitPlaces == 2)
}

// remakeLines replaces the lines of the invoice, with unit amounts of two decimals.
func (k *clerk) remakeLines(inv *Invoice) {
	for i := range inv.Lines {
		inv.Lines[i].LineItemID = newID()
		inv.Lines[i].UnitAmount = inv.Lines[i].UnitAmount.Round(2)
	}
	k.org.reckon(inv)
}

// checkChange says whether the invoice may be changed at all, and its status so.
func (k *clerk) checkChange(inv *Invoice, status string, v *verdict) {
	_, lock := k.lock(inv.Date)
	switch {
	case !inv.Live():
		v.refuse(msgStatusModify)
	case lock != "":
		v.refuse(msgLockedEdit(lock))
	case status == StatusVoided && inv.allocated():
		v.refuse(msgAllocated)
		v.refuse(msgVoidAllocated)
	case !slices.Contains(transitions[inv.Status], status):
		v.refuse(msgStatusModify)
		if inv.Status == StatusPaid {
			v.refuse(msgAllocated)
		}
	}
}

// checkNumber keeps the numbers of sales invoices unique, those of voided ones included. Numbers are compared without
// regard to case; that Xero does so is not verified, it is the strict reading.
func (k *clerk) checkNumber(inv, old *Invoice, v *verdict) {
	if inv.Type != TypeSales || inv.Number == "" || (old != nil && fold(old.Number) == fold(inv.Number)) {
		return
	}
	if slices.ContainsFunc(k.org.invoiceByNum[fold(inv.Number)], k.holdsNumber) {
		v.refuse(msgNumberTaken)
	}
}

func (k *clerk) holdsNumber(inv *Invoice) bool {
	switch inv.Status {
	case StatusDeleted:
		return k.deletedHeld
	case StatusVoided:
		return !k.org.odd.has(VoidedNumbersFree)
	}
	return true
}

// checkComplete asks of an invoice that is submitted or approved what a draft may lack.
func (k *clerk) checkComplete(inv *Invoice, v *verdict) {
	if !complete(inv.Status) {
		return
	}
	if inv.DueDate.IsZero() {
		v.refuse(msgNoDueDate)
	}
	if inv.Total.Sign() < 0 {
		v.refuse(msgNegativeTotal)
	}
	for i, l := range inv.Lines {
		if strings.TrimSpace(l.Description) == "" {
			v.refuse(msgNoDescription)
		}
		if l.DescriptionOnly {
			continue
		}
		if l.AccountCode == "" && l.AccountID == "" {
			v.refuseLine(msgNoAccount)
		}
		if l.TaxType == "" {
			v.refuseLine(msgTaxMandatory)
		}
		if inv.Status == StatusAuthorised && l.LineAmount.IsZero() && !l.net().IsZero() {
			v.refuseAt(i, msgTinyAccount, msgTinyTax)
		}
	}
}

// checkAllocated refuses changes that an invoice with payments or credits no longer allows: it may still get another
// reference, due date, number, theme, address, contact (unless a credit paid it), and other words, accounts and
// tracking on its lines.
func (k *clerk) checkAllocated(old, next *Invoice, v *verdict) {
	if !old.allocated() {
		return
	}
	moved := !old.Date.Equal(next.Date) || old.CurrencyCode != next.CurrencyCode ||
		!old.CurrencyRate.Equal(next.CurrencyRate) || old.LineAmountTypes != next.LineAmountTypes ||
		(old.ContactID != next.ContactID && !old.AmountCredited().IsZero()) ||
		!slices.EqualFunc(old.Lines, next.Lines, func(a, b Line) bool {
			return a.LineItemID == b.LineItemID && a.ItemCode == b.ItemCode && a.Quantity.Equal(b.Quantity) &&
				a.UnitAmount.Equal(b.UnitAmount) && a.LineAmount.Equal(b.LineAmount) && a.TaxType == b.TaxType &&
				a.TaxAmount.Equal(b.TaxAmount)
		})
	if !moved {
		return
	}
	if old.Status == StatusPaid {
		v.refuse(msgStatusModify)
	}
	v.refuse(msgAllocated)
}
