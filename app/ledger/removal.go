package ledger

import (
	"fmt"

	"feebridge/app/billing"
)

// CannotDelete says why an invoice that stands so in Xero cannot be deleted there, and the way
// out; a Message without a text says that it can.
func (s Standing) CannotDelete() Message {
	switch s.Settlement() {
	case Approved:
		return Stays("It is approved in Xero, and an approved invoice cannot be taken back. Choose Replace: it is voided there and written anew here under another number.")
	case PartPaid, Paid:
		return Stays("It has a payment in Xero. Remove the payment there and choose Replace, or leave it and raise a credit note there: Feebridge makes none.")
	case Credited:
		return Stays("It was credited in full in Xero. Choose Replace to write it anew here under another number.")
	}
	switch {
	case s.Status == VoidedThere:
		return Stays("It was voided in Xero. Choose Replace to write it anew here under another number.")
	case s.AmountPaid.Sign() != 0 || s.AmountCredited.Sign() != 0:
		return Stays("Something is allocated to it in Xero: a payment or a credit note. Take that away there first.")
	case s.Status != DraftThere && s.Status != SubmittedThere:
		return Stays(fmt.Sprintf("Its status in Xero is %s, which does not allow it. Open it in Xero to see what happened.", s.Status))
	}
	return Message{}
}

// CannotVoid says why an invoice that stands so in Xero cannot be voided there, and the way out;
// a Message without a text says that it can.
func (s Standing) CannotVoid() Message {
	switch s.Settlement() {
	case Approved:
		return Message{}
	case PartPaid, Paid:
		return Stays("It has a payment in Xero. Remove the payment there first, or raise a credit note there: Feebridge makes none.")
	case Credited:
		return Stays("It was credited in full in Xero: there is nothing to void.")
	}
	return Stays(fmt.Sprintf("Its status in Xero is %s, and only an approved invoice can be voided.", s.Status))
}

// Locked says that the books in Xero, which are closed up to lock, are closed for an invoice of
// that date; a Message without a text says that they are not.
func Locked(date, lock billing.Date) Message {
	if lock.IsZero() || date > lock {
		return Message{}
	}
	return Message{
		Text:  fmt.Sprintf("It is dated %s, and the books in Xero are closed up to %s. Ask the adviser to move the lock date, or raise a credit note in Xero: Feebridge makes none.", date, lock),
		Cause: LockedDate,
	}
}

// Stays says why an invoice stays as it is in Xero.
func Stays(text string) Message { return Message{Text: text, Cause: StatusMoved} }
