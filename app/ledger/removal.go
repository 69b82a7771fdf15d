package ledger

import (
	"feebridge/app/billing"
	"feebridge/assets/translations"
)

// CannotDelete says why an invoice that stands so in Xero cannot be deleted there, and the way
// out; a Message without a text says that it can.
func (s Standing) CannotDelete() Message {
	switch s.Settlement() {
	case Approved:
		return Stays(translations.Text("stays.approved"))
	case PartPaid, Paid:
		if s.CreditedBy == CreditAhead {
			return Stays(translations.Text("stays.paid-ahead"))
		}
		return Stays(translations.Text("stays.paid"))
	case Credited:
		return Stays(translations.Text("stays.credited"))
	}
	switch {
	case s.Status == VoidedThere:
		return Stays(translations.Text("stays.voided"))
	case s.AmountPaid.Sign() != 0 || s.AmountCredited.Sign() != 0:
		return Stays(translations.Text("stays.allocated"))
	case s.Status != DraftThere && s.Status != SubmittedThere:
		return Stays(translations.Text("stays.status", "Status", s.Status))
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
		if s.CreditedBy == CreditAhead {
			return Stays(translations.Text("stays.void-paid-ahead"))
		}
		return Stays(translations.Text("stays.void-paid"))
	case Credited:
		return Stays(translations.Text("stays.void-credited"))
	}
	return Stays(translations.Text("stays.void-status", "Status", s.Status))
}

// Locked says that the books in Xero, which are closed up to lock, are closed for an invoice of
// that date; a Message without a text says that they are not.
func Locked(date, lock billing.Date) Message {
	if lock.IsZero() || date > lock {
		return Message{}
	}
	return Message{Text: translations.Text("stays.locked", "Date", date, "LockDate", lock), Cause: LockedDate}
}

// Stays says why an invoice stays as it is in Xero.
func Stays(text string) Message { return Message{Text: text, Cause: StatusMoved} }
