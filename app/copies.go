package app

import (
	"maps"
	"slices"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
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
	return again, staff.Entry{ByName: "Feebridge", Action: string(how), Subject: "firm", To: "a copy that Xero may be ahead of"}
}

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
