package ledger

import (
	"testing"

	"feebridge/app/billing"
	"feebridge/app/money"
)

// TestHowFarAnInvoiceIsPaid goes through the ways in which an invoice may stand in Xero, and what can be
// done there with one that stands so.
func TestHowFarAnInvoiceIsPaid(t *testing.T) {
	for _, c := range []struct {
		status         InvoiceStatus
		paid, credited int64
		by             CreditSource
		want           Settlement
		delete, void   bool
	}{
		{DraftThere, 0, 0, CreditUnknown, NotApproved, true, false},
		{DraftThere, 0, 15_00, CreditNotes, NotApproved, false, false},
		{DraftThere, 15_00, 0, CreditUnknown, NotApproved, false, false},
		{SubmittedThere, 0, 0, CreditUnknown, NotApproved, true, false},
		{AuthorisedThere, 0, 0, CreditUnknown, Approved, false, true},
		{AuthorisedThere, 15_00, 0, CreditUnknown, PartPaid, false, false},
		{AuthorisedThere, 0, 15_00, CreditNotes, PartPaid, false, false},
		{PaidThere, 115_00, 0, CreditUnknown, Paid, false, false},
		{PaidThere, 100_00, 15_00, CreditNotes, Paid, false, false}, // a copy of it would ask for the 100.00 again
		{PaidThere, 0, 115_00, CreditNotes, Credited, false, false},
		{PaidThere, 0, 115_00, CreditAhead, Paid, false, false}, // by a prepayment: a copy of it would ask for it again
		{PaidThere, 0, 115_00, CreditUnknown, Paid, false, false},
		{PaidThere, 0, 0, CreditUnknown, Paid, false, false}, // one of nothing
		{VoidedThere, 0, 0, CreditUnknown, NotApproved, false, false},
		{DeletedThere, 0, 0, CreditUnknown, NotApproved, false, false},
	} {
		st := Standing{Status: c.status, AmountPaid: money.New(c.paid, "NZD"), AmountCredited: money.New(c.credited, "NZD"), CreditedBy: c.by}
		if got := st.Settlement(); got != c.want {
			t.Errorf("%s, %d paid and %d credited, is %q", c.status, c.paid, c.credited, got)
		}
		if may := st.CannotDelete().Text == ""; may != c.delete {
			t.Errorf("%s, %d paid and %d credited, can be deleted: %v", c.status, c.paid, c.credited, may)
		}
		if may := st.CannotVoid().Text == ""; may != c.void {
			t.Errorf("%s, %d paid and %d credited, can be voided: %v", c.status, c.paid, c.credited, may)
		}
	}
}

func TestUpToTheDayTheBooksAreClosedNothingGoes(t *testing.T) {
	for date, want := range map[billing.Date]bool{20260330: true, 20260331: true, 20260401: false} {
		if why := Locked(date, 20260331); (why.Text != "") != want || want && why.Cause != LockedDate {
			t.Errorf("%s, closed up to 31 March: %+v", date, why)
		}
		if why := Locked(date, 0); why.Text != "" {
			t.Errorf("%s, never closed: %+v", date, why)
		}
	}
}
