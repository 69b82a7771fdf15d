// Package ledger holds Xero's side as values, and the rules that need no more than
// those values: which contact is a client's, what an export would run into, what one
// of Xero's answers means. It knows nothing of the wire, of storage or of screens.
package ledger

import (
	"time"

	"feebridge/app/billing"
	"feebridge/app/money"
)

// TenantID identifies an organisation, in the xero-tenant-id header.
type TenantID string

// ContactID identifies a contact in Xero.
type ContactID string

// InvoiceID identifies an invoice in Xero.
type InvoiceID string

// Tenant is an organisation by name.
type Tenant struct {
	ID   TenantID
	Name string
}

// InvoiceStatus is a status of an invoice in Xero, spelled as Xero does.
type InvoiceStatus string

// The statuses of an invoice in Xero.
const (
	DraftThere      InvoiceStatus = "DRAFT"
	SubmittedThere  InvoiceStatus = "SUBMITTED"
	AuthorisedThere InvoiceStatus = "AUTHORISED"
	PaidThere       InvoiceStatus = "PAID"
	VoidedThere     InvoiceStatus = "VOIDED"
	DeletedThere    InvoiceStatus = "DELETED"
)

// Standing is how one invoice stands in Xero. Whether it is open follows from Status
// alone: a voided invoice may still show an amount due.
type Standing struct {
	ID             InvoiceID
	Number         billing.Number
	Mark           string // the Url it carries; ours when we sent it
	Status         InvoiceStatus
	Contact        ContactID
	Date           billing.Date
	Currency       money.Currency
	Total          money.Amount
	AmountDue      money.Amount
	AmountPaid     money.Amount
	AmountCredited money.Amount
	PaidOn         billing.Date // the day it was fully paid; zero when it is not
	Updated        time.Time    // Xero's clock
}

// Live reports whether the invoice is in force in Xero, or may still come into force.
func (s Standing) Live() bool { return s.Status != VoidedThere && s.Status != DeletedThere }

// Approved reports whether the invoice was approved in Xero.
func (s Standing) Approved() bool { return s.Status == AuthorisedThere || s.Status == PaidThere }

// Write is one invoice as it is to stand in Xero: everything resolved to what the
// organisation has.
type Write struct {
	Member    string // the export it belongs to, to match the answer with
	Number    billing.Number
	Contact   ContactID
	Date, Due billing.Date
	Reference string
	Currency  money.Currency
	Amounts   money.LineAmounts
	Status    InvoiceStatus // on arrival
	ThemeID   string        // "" takes the organisation's default
	Mark      string        // the absolute address that tells this export from any other
	Lines     []WriteLine
}

// WriteLine is one line of a Write. A line without an amount has a Description alone.
type WriteLine struct {
	Description string
	TextOnly    bool
	Quantity    money.Quantity
	UnitAmount  money.UnitAmount
	Discount    money.Discount
	Account     string
	Item        string
	TaxType     string
	Tracking    []billing.Tracking // spelled as the organisation spells them
}

// NewContact is a contact that is to be created in Xero.
type NewContact struct {
	Client  billing.ClientID
	Number  string // the client's code
	Name    string
	Email   string
	Address billing.Address
}

// Verdict is what Xero's own element said of one member of a batch.
type Verdict uint8

// The verdicts. An answer without an element that fits the member is Unclear.
const (
	Unclear Verdict = iota
	Accepted
	Rejected
)

// Outcome is the answer for one member of a batch.
type Outcome struct {
	Member   string
	Verdict  Verdict
	Standing Standing  // of an accepted invoice
	Contact  Contact   // of an accepted contact
	Messages []Message // errors of a rejected member, warnings of an accepted one
}

// Message is one thing that Xero, or a check of ours, says about an invoice.
type Message struct {
	Text    string // Xero's own words, or ours where no call was made
	Cause   Cause
	Warning bool // it did not stop the export
}
