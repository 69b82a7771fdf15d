package app

import (
	"time"

	"feebridge/app/billing"
	"feebridge/app/staff"
)

// Replacement is how far a closed invoice has come on its way to be replaced: voided in Xero,
// deleted here, and a draft copy made. Each step is a transaction of its own, so that
// it can be left after any.
type Replacement struct {
	Invoice billing.InvoiceID // that is replaced
	By      staff.ID          // who began it
	Began   time.Time
	Copy    billing.InvoiceID // the new draft; "" before
	Ended   time.Time         // zero while it is under way
}
