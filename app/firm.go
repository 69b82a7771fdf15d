package app

import (
	"feebridge/app/billing"
	"feebridge/app/money"
)

// Firm is the accounting firm that uses this database.
type Firm struct {
	ID       string // random; tells its secrets in the keyring from those of other firms
	Name     string
	Currency money.Currency // of invoices that name none
	// MarkBase begins the address that every exported invoice carries; a random
	// identifier follows it. It must be absolute, http or https.
	MarkBase     string
	Registration Registration

	Numbering billing.Numbering
	Term      billing.Term // where neither the client nor the organisation has one
	Letterhead
}

// Letterhead is what a printed invoice says of the firm beside its name.
type Letterhead struct {
	Address   billing.Address
	Phone     string
	Email     string
	TaxNumber string // such as a GST number
	Payment   string // how to pay; may have several lines
	Logo      []byte // PNG or JPEG; nil for none
}

// DefaultMarkBase opens the invoice in the running application.
const DefaultMarkBase = "http://localhost:8742/open/"
