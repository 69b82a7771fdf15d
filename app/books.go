package app

import (
	"context"
	"iter"
	"strings"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/assets/translations"
)

// Books is the accounting system on the other side. Package xero implements it. Every
// call that goes over the wire may return a *Trouble; reads are retried inside, a write
// goes out once per Post unless it was provably refused by a limit.
type Books interface {
	// Chart reads what the organisation has and allows.
	Chart(ctx context.Context, t ledger.TenantID) (ledger.Chart, error)
	// Rights reads with one call what the Xero user who connected may do in the organisation.
	Rights(ctx context.Context, t ledger.TenantID) (map[ledger.Right]bool, error)
	// Reach makes one small read: nil says that the organisation can be called.
	Reach(ctx context.Context, t ledger.TenantID) error
	// Contacts yields what q asks for, archived and merged contacts too, each once. A
	// contact that a found one was merged into is among them.
	Contacts(ctx context.Context, t ledger.TenantID, q ledger.ContactQuery) iter.Seq2[ledger.Contact, error]
	// ContactsSince returns the contacts that were created or changed at or after from, on Xero's clock,
	// archived and merged ones too, each once; the zero time asks for all of them. What changes while they
	// are read is either among them or changed after Made.
	ContactsSince(ctx context.Context, t ledger.TenantID, from time.Time) (ledger.Contacts, error)
	// ByNumber returns every invoice that has one of the numbers, in whatever status;
	// none of the invoices found may be missing when it returns nil.
	ByNumber(ctx context.Context, t ledger.TenantID, numbers []billing.Number) ([]ledger.Standing, error)
	// ByID returns the sales invoices that have one of the IDs, in whatever status; one
	// that Xero does not have is not among them.
	ByID(ctx context.Context, t ledger.TenantID, ids []ledger.InvoiceID) ([]ledger.Standing, error)
	// Alone returns a sales invoice as it is read by itself, with one call: Xero may tell more of it then
	// than in a list. It is false where Xero's answer is not about the invoice, or not understood.
	Alone(ctx context.Context, t ledger.TenantID, id ledger.InvoiceID) (ledger.Standing, bool, error)
	// Since yields, a page at a time, the sales invoices that were created or changed at or
	// after from, on Xero's clock, in whatever status, the newest change first. Each page is
	// one call, which is made when it is asked for. What changes while the list is read moves
	// to its front, and is not yielded unless its page was still to come; everything else is,
	// and may be twice. The last page may be empty.
	Since(ctx context.Context, t ledger.TenantID, from time.Time) iter.Seq2[ledger.Page, error]
	// Made returns which of the sales invoices that were created or changed at or after from were created
	// by this application, under whatever database: Xero keeps that.
	Made(ctx context.Context, t ledger.TenantID, from time.Time) (map[ledger.InvoiceID]bool, error)
	// Lock reads the day up to which the organisation's books are closed, with one call; the
	// zero Date for none. Documents dated on or before it cannot be changed.
	Lock(ctx context.Context, t ledger.TenantID) (billing.Date, error)
	// PrepareContacts, PrepareInvoices and PrepareRemovals turn writes into request bodies of
	// at most max members (never more than 50) and 3.5 MB each. They make no call.
	PrepareContacts(contacts []ledger.NewContact, max int) ([]Payload, error)
	PrepareInvoices(writes []ledger.Write, max int) ([]Payload, error)
	PrepareRemovals(removals []ledger.Removal, max int) ([]Payload, error)
	// Post sends the batch once and returns an outcome for each member, in their order.
	Post(ctx context.Context, b Batch) ([]ledger.Outcome, error)
	// AddNote writes a note into the invoice's history, once. Xero keeps 2,500 characters.
	AddNote(ctx context.Context, t ledger.TenantID, id ledger.InvoiceID, text, key string) error
	// Notes returns what was noted in the invoice's history, with one call, the newest first.
	Notes(ctx context.Context, t ledger.TenantID, id ledger.InvoiceID) ([]string, error)
	// Attach attaches a file to the invoice, once, for the firm alone to see. A file of that
	// name is replaced.
	Attach(ctx context.Context, t ledger.TenantID, id ledger.InvoiceID, f ledger.File, key string) error
	// Gauge tells what the organisation's limits leave and what is being waited for.
	Gauge(t ledger.TenantID) Gauge
	// Link is the address under which a person sees the invoice in Xero.
	Link(chart ledger.Chart, id ledger.InvoiceID) string
	// Page is the address of a page on which a person changes something in Xero.
	Page(chart ledger.Chart, page XeroPage) string
}

// Payload is the exact body of a write and the members it is about, in order.
type Payload struct {
	Kind    BatchKind
	Body    []byte
	Members []string
}

// Gauge is how an organisation's limits stand.
type Gauge struct {
	DayLeft   int       // calls left today, -1 while Xero has not said
	LastCall  time.Time // when this process was last answered; zero for not yet
	WaitUntil time.Time // zero unless a call is waiting
	Why       Reason    // what it is waiting for
}

// Reason says why a call to Xero did not do what it was to do.
type Reason string

// The reasons.
const (
	Offline      Reason = "offline"      // no connection could be made
	Interrupted  Reason = "interrupted"  // the connection broke, or the answer was cut or not understood
	Troubled     Reason = "troubled"     // 5xx
	MinuteLimit  Reason = "minute_limit" // 429
	DayLimit     Reason = "day_limit"    // 429
	NoConsent    Reason = "not_signed_in"
	NotConnected Reason = "not_connected" // 403: the organisation ended the connection
	Refused      Reason = "refused"       // 400 or 404 for the request as a whole
)

// Trouble is why a call to Xero has no usable answer.
type Trouble struct {
	Reason Reason
	// Unsent says that a write provably changed nothing in Xero. Without it the
	// outcome is unknown.
	Unsent bool
	// Answered says that Xero itself answered, so that the request is not being
	// worked on any more.
	Answered    bool
	Until       time.Time // not before then; zero when Xero did not say
	Text        string    // Xero's words
	Correlation string    // Xero's identifier of the call, for its support
	Err         error
}

// Error returns the English text.
func (t *Trouble) Error() string {
	text := t.Text
	if text == "" && t.Err != nil {
		text = t.Err.Error()
	}
	return strings.TrimSpace(t.Reason.Words().String() + " " + text)
}

// reasonKeys are the keys of the words for the reasons.
var reasonKeys = map[Reason]string{
	Offline: "trouble.offline", Interrupted: "trouble.interrupted", Troubled: "trouble.xero", MinuteLimit: "trouble.minute-limit",
	DayLimit: "trouble.day-limit", NoConsent: "trouble.expired", NotConnected: "trouble.disconnected", Refused: "trouble.rejected",
}

// Words says the reason in a sentence.
func (r Reason) Words() translations.Phrase { return translations.Say(reasonKeys[r]) }

// Unwrap returns the error beneath.
func (t *Trouble) Unwrap() error { return t.Err }

// XeroPage is a page of Xero's on which a person mends what stopped an export.
type XeroPage string

// The pages.
const (
	AccountsPage   XeroPage = "accounts"
	ContactsPage   XeroPage = "contacts"
	CurrenciesPage XeroPage = "currencies"
	ItemsPage      XeroPage = "items"
	LockDatesPage  XeroPage = "lock dates"
	TaxRatesPage   XeroPage = "tax rates"
	TrackingPage   XeroPage = "tracking"
	UsersPage      XeroPage = "users"
)
