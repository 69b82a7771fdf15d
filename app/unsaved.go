package app

import (
	"time"

	"feebridge/app/billing"
	"feebridge/app/staff"
)

// Unsaved is what a person has typed and not saved yet. It outlives a crash.
type Unsaved struct {
	Invoice billing.InvoiceID
	By      staff.ID
	At      time.Time
	Version int64 // of the invoice that it was typed on; 0 for none
	Base    billing.Form
	Form    billing.Form
}
