package app

import "feebridge/app/billing"

// NumberUse is a number that an invoice has or had, or that is burnt.
type NumberUse struct {
	Number  billing.Number
	Invoice billing.InvoiceID // "" where none is known
	Client  string
	Deleted bool // the invoice is
	Burnt   bool
}
