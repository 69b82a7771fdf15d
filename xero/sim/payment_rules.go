package sim

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// paymentInput is what a caller sent about a payment; nil was not sent.
type paymentInput struct {
	ID            *string
	InvoiceID     *string
	InvoiceNumber *string
	AccountID     *string
	AccountCode   *string
	Date          *time.Time
	Amount        *decimal.Decimal
	CurrencyRate  *decimal.Decimal
	Reference     *string
	Status        *string
	IsReconciled  *bool
}

// paymentOutcome is the result for one payment of a write.
type paymentOutcome struct {
	payment Payment
	stored  bool
	errors  []string
}

// readPayment takes a payment from a body. The document and the account may stand in records of their own or, for the
// document's and the account's code, beside the amount.
func readPayment(n *node) (paymentInput, error) {
	var r reader
	in := paymentInput{
		ID: r.id(n, "PaymentID"), Date: r.date(n, "Date"), Amount: r.number(n, "Amount"), CurrencyRate: r.number(n, "CurrencyRate"),
		Reference: r.text(n, "Reference"), IsReconciled: r.truth(n, "IsReconciled"),
		InvoiceNumber: r.text(n, "InvoiceNumber"), AccountCode: r.text(n, "Code"),
		Status: r.oneOf(n, "Status", "Xero.Api.Library3.Model.PaymentStatus", StatusAuthorised, StatusDeleted),
	}
	if inv := n.get("Invoice"); inv != nil {
		in.InvoiceID = r.id(inv, "InvoiceID")
		if number := r.text(inv, "InvoiceNumber"); number != nil {
			in.InvoiceNumber = number
		}
	}
	if account := n.get("Account"); account != nil {
		in.AccountID = r.id(account, "AccountID")
		if code := r.text(account, "Code"); code != nil {
			in.AccountCode = code
		}
	}
	return in, r.err
}

// onlyDeletes tells whether nothing was sent but that the payment shall be deleted.
func (in paymentInput) onlyDeletes() bool {
	status := value(in.Status)
	in.ID, in.Status = nil, nil
	return status == StatusDeleted && in == paymentInput{}
}

// pay makes a payment, or says why not.
func (k *clerk) pay(in paymentInput) paymentOutcome {
	p := Payment{
		PaymentID: newID(), Date: k.org.today(k.now), Status: StatusAuthorised, Reference: value(in.Reference), UpdatedUTC: k.now,
	}
	set(&p.Date, in.Date)
	set(&p.Amount, in.Amount)
	set(&p.IsReconciled, in.IsReconciled)
	p.Amount = cents(p.Amount)
	v := paymentOutcome{}
	inv := k.paidInvoice(in)
	if inv == nil {
		v.errors = append(v.errors, msgPaymentNoDocument)
	} else {
		p.InvoiceID, p.CurrencyRate = inv.InvoiceID, inv.CurrencyRate
		switch {
		case inv.Status != StatusAuthorised && inv.Status != StatusPaid:
			v.errors = append(v.errors, msgPaymentAuthorised)
		case p.Amount.Sign() <= 0:
			v.errors = append(v.errors, msgPaymentAmount)
		case p.Amount.GreaterThan(inv.outstanding()):
			v.errors = append(v.errors, msgPaymentExceeds)
		}
	}
	if in.CurrencyRate != nil && in.CurrencyRate.Sign() > 0 {
		p.CurrencyRate = in.CurrencyRate.Round(6)
	}
	v.errors = append(v.errors, k.paymentAccount(&p, in)...)
	v.payment = p
	if len(v.errors) > 0 {
		return v
	}
	next := inv.clone()
	next.Payments = append(next.Payments, &p)
	next.settle(p.Date)
	next.UpdatedUTC = k.now
	next.History = append(next.History, k.note("Payment", p.Amount.StringFixed(2)))
	k.replaceInvoice(inv, next)
	v.stored = true
	return v
}

func (k *clerk) paidInvoice(in paymentInput) *Invoice {
	if in.InvoiceID != nil {
		return k.org.invoiceByID[*in.InvoiceID]
	}
	return k.org.find(value(in.InvoiceNumber))
}

// paymentAccount gives the payment its account: an active bank account, or one with payments enabled.
func (k *clerk) paymentAccount(p *Payment, in paymentInput) []string {
	account := k.org.accountByCode(value(in.AccountCode))
	if in.AccountID != nil {
		account = k.org.accountByID(*in.AccountID)
	}
	if account == nil {
		return []string{msgPaymentNoAccount}
	}
	if account.Status == StatusArchived || !(account.Type == "BANK" || account.EnablePaymentsToAccount) {
		return []string{msgPaymentAccount}
	}
	p.AccountCode, p.AccountID = account.Code, account.AccountID
	return nil
}

// unpay deletes a payment, or says why not. (Whether Xero lets a reconciled payment go is not verified: it is refused.)
func (k *clerk) unpay(p *Payment, inv *Invoice) []string {
	if p.Status == StatusDeleted || p.IsReconciled {
		return []string{msgPaymentModify}
	}
	next := inv.clone()
	i := slices.IndexFunc(next.Payments, func(q *Payment) bool { return q.PaymentID == p.PaymentID })
	gone := next.Payments[i]
	gone.Status, gone.UpdatedUTC = StatusDeleted, k.now
	next.settle(k.org.today(k.now))
	next.UpdatedUTC = k.now
	next.History = append(next.History, k.note("Payment Deleted", p.Amount.StringFixed(2)))
	k.replaceInvoice(inv, next)
	return nil
}
