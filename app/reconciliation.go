package app

import (
	"maps"
	"slices"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// Copied says that the database is a copy: Xero may have been sent what it knows nothing of.
type Copied struct {
	How   CopyHow
	Found time.Time // when that showed
}

// CopyHow says how a database came to be a copy.
type CopyHow string

// The ways in which a database comes to be a copy.
const (
	Original     CopyHow = ""
	Restored     CopyHow = "restored" // from a backup, by Feebridge
	CopiedByHand CopyHow = "copied"   // as a file, or moved, past Feebridge
)

// Reconciliation is how far a copy has been compared with what one organisation has.
type Reconciliation struct {
	Tenant  ledger.TenantID
	Heard   time.Time // Xero's clock when the database last heard of it before it was copied; zero for never
	From    time.Time // Xero's clock, from when on its changes are read; zero for all
	Reached time.Time // Xero's clock, up to when they were read and stored
	Run     RunID     // that the exports found in Xero belong to; "" while there is none
	Adopted int       // invoices whose export was found in Xero and is known again
	Updated int       // exports known here that stood otherwise in Xero by now
	Again   bool      // what was doubtful is looked at again, now that every organisation was compared
	Began   time.Time
	Ended   time.Time // zero while it is under way
	Without string    // why a person went on without it; "" where nobody did
}

// Stray is what bears a mark of ours in Xero and could not be brought together with an
// invoice here.
type Stray struct {
	ID      ledger.InvoiceID
	Why     StrayWhy
	Invoice billing.InvoiceID // here, whose mark it bears; "" where that is not here
	Number  billing.Number
	Status  ledger.InvoiceStatus
	Total   money.Amount
}

// Live reports whether it is in force in Xero, or may still come into force.
func (s Stray) Live() bool { return ledger.Standing{Status: s.Status}.Live() }

// StrayWhy says why something in Xero is a stray.
type StrayWhy string

// The reasons for a stray.
const (
	Missing  StrayWhy = "missing"  // the invoice was made after the copy
	Doubtful StrayWhy = "doubtful" // the invoice here is deleted, closed, or in Xero under another export
)

// BecomeCopy tells what follows when a database turns out to be a copy: what is known of the
// comparisons with Xero from then on, and the entry for the audit trail. was tells whether it
// was a copy already, heard what it knows of each organisation (LastHeard), and before how far
// it was compared.
//
// What was compared before counts no more, except that a comparison which is under way begins
// where it did: what was heard since the database was copied is not what the copy knew.
func BecomeCopy(how CopyHow, was Copied, heard map[ledger.TenantID]time.Time, before map[ledger.TenantID]Reconciliation) ([]Reconciliation, staff.Entry) {
	var again []Reconciliation
	for _, t := range slices.Sorted(maps.Keys(heard)) {
		c, known := before[t]
		last := heard[t]
		switch {
		case known && c.Ended.IsZero(), !known && was.How != Original:
			continue
		case c.Without != "":
			last = c.Heard // nothing was compared since
		}
		again = append(again, Reconciliation{Tenant: t, Heard: last})
	}
	return again, Entry(Itself, auditedCopies[how], "firm", "", "", translations.Text("trail.copy"))
}

var auditedCopies = map[CopyHow]staff.AuditAction{Restored: staff.AuditRestored, CopiedByHand: staff.AuditCopied}

// LastHeard returns the last moment of Xero's clock that is known of an organisation, from its
// chart and the newest change of an export: whatever was done there after the database was
// copied was done after it. The computer's own clock could not tell, since it may have been
// wrong.
func LastHeard(chart ledger.Chart, updated time.Time) time.Time {
	if read := chart.Read.Add(chart.Ahead); !chart.Read.IsZero() && read.After(updated) {
		return read
	}
	return updated
}

// ContinueNumbers returns the numbering of the firm, with no number that the database in whose
// place this copy is had given out already: its firm and its numbering were these.
func ContinueNumbers(f Firm, firm string, was billing.Numbering) billing.Numbering {
	n := f.Numbering
	if f.ID == firm && n.Prefix == was.Prefix {
		n.Next = max(n.Next, was.Next)
	}
	return n
}
