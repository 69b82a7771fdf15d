// Package ledger holds Xero's side as values, and the rules that need no more than
// those values: which contact is a client's, what an export would run into, what one
// of Xero's answers means. It knows nothing of the wire, of storage or of screens.
package ledger

import (
	"slices"
	"time"

	"golang.org/x/text/unicode/norm"

	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/assets/translations"
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
	Mark           string // the Url it carries, or what its reference has of a mark; ours when we sent it
	Status         InvoiceStatus
	Contact        ContactID
	ContactName    string // as Xero has it now
	Date           billing.Date
	Due            billing.Date // zero where Xero did not say
	Reference      string
	ReferenceTold  bool // else Xero did not say what the reference is
	Currency       money.Currency
	Total          money.Amount
	AmountDue      money.Amount
	AmountPaid     money.Amount
	AmountCredited money.Amount
	CreditedBy     CreditSource // where AmountCredited comes from
	PaidOn         billing.Date // the day it was fully paid; zero when it is not
	Updated        time.Time    // Xero's clock
}

// Page is a part of a list of changes.
type Page struct {
	Changed []Standing          // the newest change first
	Unread  map[InvoiceID]error // what bears no mark and cannot be read, and why not
	Made    time.Time           // Xero's clock when it was made; zero where Xero did not say
}

// Live reports whether the invoice is in force in Xero, or may still come into force.
func (s Standing) Live() bool { return s.Status != VoidedThere && s.Status != DeletedThere }

// Approved reports whether the invoice was approved in Xero.
func (s Standing) Approved() bool { return s.Status == AuthorisedThere || s.Status == PaidThere }

// CreditSource tells where the amount comes from that was credited. Xero counts credit notes,
// prepayments and overpayments alike, and only by credit notes is an invoice taken back: by the
// others it is paid, with money that came before it.
type CreditSource string

// The sources.
const (
	CreditUnknown CreditSource = ""             // Xero did not say, or nothing was credited
	CreditNotes   CreditSource = "credit_notes" // from credit notes alone
	CreditAhead   CreditSource = "paid_ahead"   // from a prepayment or an overpayment, in part at least
)

// CreditUnclear reports whether it decides how far the invoice is paid where its credit comes from,
// and that is not known.
func (s Standing) CreditUnclear() bool {
	return s.Status == PaidThere && s.AmountPaid.Sign() <= 0 && s.AmountCredited.Sign() > 0 && s.CreditedBy == CreditUnknown
}

// Settlement is how far an approved invoice is paid.
type Settlement string

// The settlements.
const (
	NotApproved Settlement = ""
	Approved    Settlement = "approved"  // nothing of it is paid
	PartPaid    Settlement = "part_paid" // something of it is paid or credited, and an amount is due
	Paid        Settlement = "paid"
	Credited    Settlement = "credited" // by credit notes alone
)

// Settlement returns how far the invoice is paid. Xero makes an invoice PAID by payments, credit
// notes, prepayments and overpayments alike. It counts as paid unless credit notes alone are known to
// have done it: a paid invoice that is taken for credited is billed twice.
func (s Standing) Settlement() Settlement {
	switch paid, credited := s.AmountPaid.Sign() > 0, s.AmountCredited.Sign() > 0; {
	case s.Status == PaidThere && credited && !paid && s.CreditedBy == CreditNotes:
		return Credited
	case s.Status == PaidThere:
		return Paid
	case s.Status == AuthorisedThere && (paid || credited):
		return PartPaid
	case s.Status == AuthorisedThere:
		return Approved
	}
	return NotApproved
}

// Filled returns the reading with what it leaves out as it was known: a short list may leave out what
// Xero has all the same.
func (s Standing) Filled(known Standing) Standing {
	if s.Date.IsZero() {
		s.Date = known.Date
	}
	if s.Due.IsZero() {
		s.Due = known.Due
	}
	if !s.ReferenceTold {
		s.Reference, s.ReferenceTold = known.Reference, known.ReferenceTold
	}
	return s
}

// Same reports whether the reading says nothing else of the invoice than the other.
func (s Standing) Same(other Standing) bool {
	s = s.Filled(other)
	same := s.Updated.Equal(other.Updated)
	s.Updated = other.Updated
	return same && s == other
}

// Difference is a figure of an invoice that is not what was sent.
type Difference struct {
	What        Figure
	Here, There any // a billing.Number, a billing.Date, a money.Currency, a money.Amount, a reference, or the name of a contact
}

// Figure names a figure of an invoice that Xero is watched for.
type Figure string

// The figures.
const (
	NumberFigure    Figure = "number"
	ContactFigure   Figure = "contact"
	DateFigure      Figure = "date"
	DueFigure       Figure = "due_date"
	ReferenceFigure Figure = "reference"
	CurrencyFigure  Figure = "currency"
	TotalFigure     Figure = "total"
)

// figures are the keys of the words for the figures in a sentence.
var figures = map[Figure]string{
	NumberFigure: "figure.number", ContactFigure: "figure.contact", DateFigure: "figure.date",
	DueFigure: "figure.due-date", ReferenceFigure: "figure.reference",
	CurrencyFigure: "figure.currency", TotalFigure: "figure.total",
}

// Message tells the difference in a sentence.
func (d Difference) Message() Message {
	here, there := d.Here, d.There
	if d.What == ReferenceFigure {
		here, there = quoted(here), quoted(there)
	}
	m := Message{Text: translations.Text("message.differs", "Field", translations.Say(figures[d.What]), "Here", here, "There", there), Cause: ChangedThere, Warning: true}
	switch d.What {
	case TotalFigure:
		m.Cause = TotalDiffers
	case ContactFigure:
		m.Text = translations.Text("message.contact-differs")
	}
	return m
}

// quoted returns a text of a person's as it stands in a sentence.
func quoted(text any) any {
	if text == "" {
		return translations.Say("change.nothing")
	}
	return translations.Quoted(text.(string))
}

// Sent is what an invoice was sent with, of the figures that Xero is watched for.
type Sent struct {
	Number   billing.Number
	Contact  ContactID // "" for none known
	Date     billing.Date
	Currency money.Currency
	Total    money.Amount

	Due             billing.Date // zero where none was sent: Xero then works one out from the contact's terms
	Reference       string
	MarkedReference string // the reference with the key of the mark, which may have been sent instead
}

// Differences returns the figures in which an invoice in Xero is not the one that was sent. For one
// that is deleted or voided none matters, and Xero changes the figures of some of those.
func (s Sent) Differences(st Standing) []Difference {
	if !st.Live() {
		return nil
	}
	var found []Difference
	if st.Number != s.Number {
		found = append(found, Difference{What: NumberFigure, Here: s.Number, There: st.Number})
	}
	if st.Currency != s.Currency {
		found = append(found, Difference{What: CurrencyFigure, Here: s.Currency, There: st.Currency})
	} else if st.Total != s.Total {
		found = append(found, Difference{What: TotalFigure, Here: s.Total, There: st.Total})
	}
	if s.Contact != "" && st.Contact != "" && st.Contact != s.Contact {
		found = append(found, Difference{What: ContactFigure, Here: string(s.Contact), There: st.ContactName})
	}
	if st.Date != s.Date && !st.Date.IsZero() {
		found = append(found, Difference{What: DateFigure, Here: s.Date, There: st.Date})
	}
	if st.Due != s.Due && !st.Due.IsZero() && !s.Due.IsZero() {
		found = append(found, Difference{What: DueFigure, Here: s.Due, There: st.Due})
	}
	if st.ReferenceTold && !alike(st.Reference, s.Reference) && !alike(st.Reference, s.MarkedReference) {
		found = append(found, Difference{What: ReferenceFigure, Here: s.Reference, There: st.Reference})
	}
	return found
}

// alike reports whether two references are one, however case, spaces and accents are written.
func alike(a, b string) bool {
	return norm.NFC.String(billing.FoldName(a)) == norm.NFC.String(billing.FoldName(b))
}

// Drift tells in sentences in which figures an invoice in Xero is not the one that was sent.
func (s Sent) Drift(st Standing) []Message {
	var told []Message
	for _, d := range s.Differences(st) {
		told = append(told, d.Message())
	}
	return told
}

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

// Removal deletes or voids one invoice in Xero: nothing of it but its status is sent.
type Removal struct {
	Member string // what it belongs to, to match the answer with
	ID     InvoiceID
	To     InvoiceStatus // DeletedThere, or VoidedThere for one that was approved
}

// File is a file that is attached to an invoice in Xero.
type File struct {
	Name    string // such as "INV-0001.pdf"
	Content []byte
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
	// Correlation is Xero's identifier of the call, for its support; all members of a batch have the same.
	Correlation string
}

// Message is one thing that Xero, or a check of ours, says about an invoice.
type Message struct {
	Text    string // Xero's own words, or ours where no call was made
	Cause   Cause
	Warning bool // it did not stop the export

	// What it is about, as far as the message tells: see Locate.
	Line    int           // of the invoice, counted from 1; 0 for none
	Field   billing.Field // of the invoice or of its client; "" for none
	Subject string        // what it names there, such as the code of an account; "" for nothing
}

// HasCause reports whether one of the messages has the cause.
func HasCause(messages []Message, c Cause) bool {
	return slices.ContainsFunc(messages, func(m Message) bool { return m.Cause == c })
}
