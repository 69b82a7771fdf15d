package ledger

import (
	"slices"
	"testing"

	"feebridge/app/billing"
	"feebridge/app/money"
)

// TestInWhatAnInvoiceDiffersFromWhatWasSent holds what Xero leaves out, or writes otherwise, for no difference.
func TestInWhatAnInvoiceDiffersFromWhatWasSent(t *testing.T) {
	sent := Sent{
		Number: "INV-1", Contact: "k", Date: 20261103, Due: 20261220, Reference: "Matter 12", MarkedReference: "Matter 12 [0a1b]",
		Currency: "NZD", Total: money.New(115_00, "NZD"),
	}
	as := Standing{
		Status: DraftThere, Number: "INV-1", Contact: "k", Date: 20261103, Due: 20261220, Reference: "Matter 12", ReferenceTold: true,
		Currency: "NZD", Total: money.New(115_00, "NZD"),
	}
	for _, c := range []struct {
		what   string
		change func(*Sent, *Standing)
		want   []Figure
	}{
		{"nothing", func(*Sent, *Standing) {}, nil},
		{"the due date", func(_ *Sent, st *Standing) { st.Due = 20270120 }, []Figure{DueFigure}},
		{"a due date that is left out", func(_ *Sent, st *Standing) { st.Due = 0 }, nil},
		{"a due date that Xero worked out", func(s *Sent, _ *Standing) { s.Due = 0 }, nil},
		{"the reference", func(_ *Sent, st *Standing) { st.Reference = "Matter 13" }, []Figure{ReferenceFigure}},
		{"a reference that was taken away", func(_ *Sent, st *Standing) { st.Reference = "" }, []Figure{ReferenceFigure}},
		{"a reference that is left out", func(_ *Sent, st *Standing) { st.Reference, st.ReferenceTold = "", false }, nil},
		{"a reference with the mark", func(_ *Sent, st *Standing) { st.Reference = "Matter 12 [0a1b]" }, nil},
		{"a reference with another mark", func(_ *Sent, st *Standing) { st.Reference = "Matter 12 [ffff]" }, []Figure{ReferenceFigure}},
		{"spaces in the reference", func(_ *Sent, st *Standing) { st.Reference = " Matter  12 " }, nil},
		{"an accent that is written as another character", func(s *Sent, st *Standing) { s.Reference, st.Reference = "Caf\u00e9", "Cafe\u0301" }, nil},
		{"one that is deleted", func(_ *Sent, st *Standing) { st.Status, st.Due = DeletedThere, 20270120 }, nil},
	} {
		s, st := sent, as
		c.change(&s, &st)
		var got []Figure
		for _, d := range s.Differences(st) {
			got = append(got, d.What)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: it differs in %q, want %q", c.what, got, c.want)
		}
	}
	sent.Reference = ""
	if drift := sent.Drift(as); len(drift) != 1 || drift[0].Text != "The reference is (nothing) here and “Matter 12” in Xero." {
		t.Errorf("told is %+v", drift)
	}
}

// TestAReadingThatLeavesSomethingOutTellsNothingNew holds a list that is short for what is known already.
func TestAReadingThatLeavesSomethingOutTellsNothingNew(t *testing.T) {
	known := Standing{ID: "x", Date: 20261103, Due: 20261220, Reference: "Matter 12", ReferenceTold: true}
	if short := (Standing{ID: "x"}); !short.Same(known) || short.Filled(known) != known {
		t.Errorf("filled it is %+v", short.Filled(known))
	}
	for _, said := range []Standing{{ID: "x", Due: 20261221}, {ID: "x", ReferenceTold: true}} {
		if said.Same(known) {
			t.Errorf("%+v tells nothing new", said)
		}
	}
	if known.Same(Standing{ID: "x"}) { // else it would never be kept what an older version did not ask for
		t.Error("what was not known is nothing new")
	}
}

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
