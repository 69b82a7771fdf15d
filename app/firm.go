package app

import (
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
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

// Organisation is a Xero organisation that the firm exports to.
type Organisation struct {
	Tenant  ledger.Tenant
	Default bool // exports go here unless the client says otherwise
	State   ConnectionState
	Parked  Park

	Consent     ConsentID // under which it is called; "" for none, and then the rest is empty, too
	Connection  string    // to end it by at Xero
	ConnectedBy staff.ID
	ConnectedAt time.Time
}

// ConnectionState says whether an organisation can be called.
type ConnectionState string

// The connection states.
const (
	Connected    ConnectionState = "connected"
	ConsentEnded ConnectionState = "signed_out"   // the sign-in is not accepted any more
	Disconnected ConnectionState = "disconnected" // the organisation ended the connection
)

// Park says that sending waits, and until when. The zero Park does not wait.
type Park struct {
	Since time.Time // when it began; for trouble of the same kind, the first time
	Until time.Time // zero waits for a person
	Why   Reason
	Text  string // Xero's words
}
