package sim

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// Refusal is Xero's no to something that a person wanted: a sentence for each thing that stands against it.
type Refusal struct {
	Messages []string
}

// Error joins the sentences.
func (r *Refusal) Error() string { return strings.Join(r.Messages, " ") }

func refusal(messages ...string) error {
	if len(messages) == 0 {
		return nil
	}
	return &Refusal{Messages: messages}
}

const noSuchRecord = "The resource you're looking for cannot be found"

// InvoiceEdit is what a person changes of an invoice; nil leaves a thing as it is. Lines, when not nil, replace all lines:
// one with a known LineItemID keeps its identity, an empty TaxType takes the account's default.
type InvoiceEdit struct {
	Date, DueDate *time.Time
	Reference     *string
	Number        *string
	ContactID     *string
	CurrencyCode  *string
	LineAmounts   *string // AmountsExclusive, AmountsInclusive or AmountsNoTax
	Lines         []Line
}

// ContactEdit is what a person changes of a contact; nil leaves a thing as it is.
type ContactEdit struct {
	Name, EmailAddress, ContactNumber *string
}

// Act does to the invoice of that number which is in force, in whichever organisation, what a person can do on the page:
// "approve", "pay", "pay a part" (half of what is due), "void" or "renumber".
func (s *Sim) Act(what, number string) error {
	for _, o := range s.Orgs() {
		for _, inv := range s.ByNumber(o.TenantID, number) {
			if !inv.Live() {
				continue
			}
			switch what {
			case "approve":
				return s.Approve(o.TenantID, inv.InvoiceID)
			case "pay", "pay a part":
				amount := inv.AmountDue()
				if what == "pay a part" {
					amount = amount.Div(decimal.NewFromInt(2)).Round(2)
				}
				_, err := s.RecordPayment(o.TenantID, inv.InvoiceID, s.bankAccount(&o), inv.Date, amount)
				return err
			case "void":
				return s.Void(o.TenantID, inv.InvoiceID)
			case "renumber":
				return s.Renumber(o.TenantID, inv.InvoiceID, inv.Number+"-A")
			}
			return fmt.Errorf("nobody knows how to %s an invoice", what)
		}
	}
	return fmt.Errorf("nothing in force has the number %s", number)
}

// Submit moves a draft to SUBMITTED, awaiting approval.
func (s *Sim) Submit(tenant, invoiceID string) error {
	return s.setStatus(tenant, invoiceID, StatusSubmitted)
}

// Approve moves a draft or submitted invoice to AUTHORISED; one with nothing to pay becomes PAID.
func (s *Sim) Approve(tenant, invoiceID string) error {
	return s.setStatus(tenant, invoiceID, StatusAuthorised)
}

// Void voids an approved invoice against which nothing is allocated.
func (s *Sim) Void(tenant, invoiceID string) error {
	return s.setStatus(tenant, invoiceID, StatusVoided)
}

// Delete deletes a draft or submitted invoice.
func (s *Sim) Delete(tenant, invoiceID string) error {
	return s.setStatus(tenant, invoiceID, StatusDeleted)
}

// Renumber gives an invoice another number.
func (s *Sim) Renumber(tenant, invoiceID, number string) error {
	return s.EditInvoice(tenant, invoiceID, InvoiceEdit{Number: &number})
}

// EditInvoice changes an invoice within what its status and the lock dates allow.
func (s *Sim) EditInvoice(tenant, invoiceID string, edit InvoiceEdit) error {
	return s.change(tenant, invoiceID, edit.input())
}

// CreateInvoice makes an invoice as a person in Xero would, under Xero's own checks, and returns its id. Type, number,
// reference, Url, status, contact, dates, currency, theme and lines are taken from inv; the rest is reckoned.
func (s *Sim) CreateInvoice(tenant string, inv Invoice) (string, error) {
	var id string
	err := s.act(tenant, func(k *clerk) []string {
		made := k.create(inv.input())
		id = made.invoice.InvoiceID
		return made.errors
	})
	return id, err
}

// RecordPayment pays an approved invoice, in part or in full, into an account and returns the payment's id.
func (s *Sim) RecordPayment(tenant, invoiceID, accountCode string, date time.Time, amount decimal.Decimal) (string, error) {
	var id string
	err := s.act(tenant, func(k *clerk) []string {
		made := k.pay(paymentInput{InvoiceID: &invoiceID, AccountCode: &accountCode, Date: &date, Amount: &amount})
		if len(made.errors) == 0 {
			id = made.payment.PaymentID
		}
		return made.errors
	})
	return id, err
}

// RemovePayment deletes a payment; a paid invoice is then AUTHORISED again.
func (s *Sim) RemovePayment(tenant, paymentID string) error {
	return s.act(tenant, func(k *clerk) []string {
		p, inv := k.org.payment(paymentID)
		if p == nil {
			return []string{noSuchRecord}
		}
		return k.unpay(p, inv)
	})
}

// ApplyCredit allocates a credit note of this amount to an approved invoice.
func (s *Sim) ApplyCredit(tenant, invoiceID string, amount decimal.Decimal) error {
	return s.Allocate(tenant, invoiceID, CreditNote, amount)
}

// Allocate allocates this amount of a credit note, a prepayment or an overpayment to an approved invoice.
func (s *Sim) Allocate(tenant, invoiceID string, kind CreditKind, amount decimal.Decimal) error {
	return s.act(tenant, func(k *clerk) []string {
		inv := k.org.invoiceByID[invoiceID]
		switch {
		case inv == nil:
			return []string{noSuchRecord}
		case inv.Status != StatusAuthorised:
			return []string{msgPaymentAuthorised}
		case amount.Sign() <= 0:
			return []string{msgPaymentAmount}
		case amount.GreaterThan(inv.outstanding()):
			return []string{msgPaymentExceeds}
		}
		next := inv.clone()
		credit := Credit{CreditNoteID: newID(), Kind: kind, Date: k.org.today(k.now), Amount: amount}
		if kind == CreditNote {
			credit.Number = fmt.Sprintf("CN-%04d", len(next.Credits)+1)
		}
		next.Credits = append(next.Credits, credit)
		next.settle(k.org.today(k.now))
		next.UpdatedUTC = k.now
		next.History = append(next.History, k.note("Credit Applied", amount.StringFixed(2)))
		k.replaceInvoice(inv, next)
		return nil
	})
}

// Lose makes an invoice disappear altogether, as a reset of Xero's demo company does.
func (s *Sim) Lose(tenant, invoiceID string) error {
	return s.act(tenant, func(k *clerk) []string {
		inv := k.org.invoiceByID[invoiceID]
		if inv == nil {
			return []string{noSuchRecord}
		}
		k.org.removeInvoice(inv)
		return nil
	})
}

// EditContact changes a contact's details.
func (s *Sim) EditContact(tenant, contactID string, edit ContactEdit) error {
	return s.actOnContact(tenant, contactID, func(k *clerk, c *Contact) []string {
		return k.updateContact(c, contactInput{
			Name: edit.Name, EmailAddress: edit.EmailAddress, Number: edit.ContactNumber,
		})
	})
}

// RenameContact gives a contact another name.
func (s *Sim) RenameContact(tenant, contactID, name string) error {
	return s.EditContact(tenant, contactID, ContactEdit{Name: &name})
}

// ArchiveContact archives a contact; its open documents stay.
func (s *Sim) ArchiveContact(tenant, contactID string) error {
	return s.actOnContact(tenant, contactID, func(k *clerk, c *Contact) []string {
		return k.updateContact(c, contactInput{Status: ptr(StatusArchived)})
	})
}

// RestoreContact makes an archived contact active again, which only a person in Xero can do. It is refused while an
// active contact has the name.
func (s *Sim) RestoreContact(tenant, contactID string) error {
	return s.actOnContact(tenant, contactID, func(k *clerk, c *Contact) []string {
		if other := k.org.activeByName(c.Name); other != nil && other != c {
			return []string{msgContactTaken(c.Name)}
		}
		next := c.clone()
		next.Status, next.MergedToContactID, next.UpdatedUTC = StatusActive, "", k.now
		k.replaceContact(c, next)
		return nil
	})
}

// MergeContact moves all documents of one contact to another and archives the first, which from then on names the
// other as MergedToContactID.
func (s *Sim) MergeContact(tenant, contactID, intoID string) error {
	return s.actOnContact(tenant, contactID, func(k *clerk, from *Contact) []string {
		into := k.org.contactByID[intoID]
		if into == nil || into == from {
			return []string{msgUnknownContact}
		}
		if from.Status != StatusActive || into.Status != StatusActive {
			return []string{msgContactArchived}
		}
		for _, inv := range k.org.invoices {
			if inv.ContactID == from.ContactID {
				inv.ContactID, inv.UpdatedUTC = into.ContactID, k.now
			}
		}
		into.IsCustomer, into.IsSupplier = into.IsCustomer || from.IsCustomer, into.IsSupplier || from.IsSupplier
		into.UpdatedUTC = k.now
		next := from.clone()
		next.Status, next.MergedToContactID, next.UpdatedUTC = StatusArchived, into.ContactID, k.now
		k.replaceContact(from, next)
		return nil
	})
}

// SetLockDates sets the dates on or before which documents are locked; a zero date unlocks.
func (s *Sim) SetLockDates(tenant string, period, endOfYear time.Time) error {
	return s.act(tenant, func(k *clerk) []string {
		k.org.PeriodLockDate, k.org.EndOfYearLockDate = period, endOfYear
		return nil
	})
}

// Disconnect ends the organisation's consent to the app, as Settings › Connected apps does. Tokens stay valid; calls
// for the tenant are refused from then on.
func (s *Sim) Disconnect(tenant string) error {
	return s.act(tenant, func(k *clerk) []string {
		s.disconnect(func(c Connection) bool { return c.TenantID == k.org.TenantID })
		return nil
	})
}

func (s *Sim) setStatus(tenant, invoiceID, status string) error {
	return s.change(tenant, invoiceID, invoiceInput{Status: &status})
}

func (s *Sim) change(tenant, invoiceID string, in invoiceInput) error {
	return s.act(tenant, func(k *clerk) []string {
		inv := k.org.invoiceByID[invoiceID]
		if inv == nil {
			return []string{noSuchRecord}
		}
		return k.update(inv, in).errors
	})
}

func (s *Sim) actOnContact(tenant, contactID string, fn func(*clerk, *Contact) []string) error {
	return s.act(tenant, func(k *clerk) []string {
		c := k.org.contactByID[contactID]
		if c == nil {
			return []string{noSuchRecord}
		}
		return fn(k, c)
	})
}

// act lets a person work in the books of a tenant. Amounts are kept to four places, as the window of Xero does.
func (s *Sim) act(tenant string, fn func(*clerk) []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.org(tenant)
	if o == nil {
		return refusal(noSuchRecord)
	}
	return refusal(fn(s.clerk(o, 4, false))...)
}
