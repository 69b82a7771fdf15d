package app

import (
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
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
	Began   time.Time
	Ended   time.Time // zero while it is under way
	Without string    // why a person went on without it; "" where nobody did
}

// Stray is what bears a mark of ours in Xero and could not be brought together with an
// invoice here.
type Stray struct {
	ID     ledger.InvoiceID
	Why    StrayWhy
	Number billing.Number
	Status ledger.InvoiceStatus
	Total  money.Amount
}

// StrayWhy says why something in Xero is a stray.
type StrayWhy string

// The reasons for a stray.
const (
	Missing  StrayWhy = "missing"  // the invoice was made after the copy
	Doubtful StrayWhy = "doubtful" // the invoice here is deleted, closed, or in Xero under another export
)
