package app

import (
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

// Review is what would happen if invoices were exported now to one organisation. Nothing is
// sent or stored for it but what was read.
type Review struct {
	Organisation Organisation
	Arrives      ledger.InvoiceStatus // the status they would arrive in
	Rows         []Reviewed           // in the order they were asked for
	Calls        int                  // how many calls to Xero the export of what is not blocked would take, at most
	DayLeft      int                  // calls left today, -1 while Xero has not said
	Read         time.Time            // when what it rests on was read from Xero
}

// Reviewed is the verdict on one invoice.
type Reviewed struct {
	Invoice  billing.Invoice
	Client   billing.Client
	Verdict  Verdict
	Contact  ContactVerdict
	Match    ledger.Match // the contact it would go to, or those that are possible
	Write    ledger.Write // as it would be sent: its lines with account and tax
	Total    money.Amount // that Xero should come to
	Messages []ledger.Message
	Attaches bool // the printed invoice is attached
}

// Verdict says whether an invoice would go through.
type Verdict string

// The verdicts.
const (
	VerdictReady   Verdict = "ready"
	VerdictWarning Verdict = "warning" // it can be sent; a person should look at it first
	VerdictBlocked Verdict = "blocked" // it isn't sent until what the messages say was mended
)

// ContactVerdict says what would happen with an invoice's contact.
type ContactVerdict string

// The verdicts on a contact.
const (
	ContactLinked   ContactVerdict = "linked"
	ContactWillLink ContactVerdict = "will_link"   // found by its code or name; linked with the export
	ContactSeveral  ContactVerdict = "several"     // a person has to choose
	ContactCreated  ContactVerdict = "will_create" // none fits: one is created
	ContactArchived ContactVerdict = "archived"
	ContactMerged   ContactVerdict = "merged" // the link leads to a contact merged into another, which is taken
)
