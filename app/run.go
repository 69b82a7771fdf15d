package app

import (
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// RunID identifies a run.
type RunID string

// ExportID identifies an export of one invoice.
type ExportID string

// BatchID identifies a batch.
type BatchID string

// Run is what a person started: an export of invoices to Xero, or their removal from it.
type Run struct {
	ID        RunID
	Kind      RunKind
	Tenant    ledger.TenantID
	By        staff.ID // "" for what Feebridge found in Xero itself
	Started   time.Time
	Confirmed time.Time // a person meant it; after ConfirmAfter what is left asks again
	Ended     time.Time // zero while something of it is not settled
}

// RunKind says what a run does.
type RunKind string

// The kinds of run.
const (
	ExportRun  RunKind = ""
	RemovalRun RunKind = "removal"
)

// ConfirmAfter is how long a run goes on by itself.
const ConfirmAfter = 12 * time.Hour

// Stale reports whether a person must confirm the run before more of it is sent.
func (r Run) Stale(now time.Time) bool { return now.Sub(r.Confirmed) > ConfirmAfter }

// Export is one invoice's part of a run. It waits while it has no batch and no end.
type Export struct {
	ID       ExportID
	Run      RunID
	Invoice  billing.InvoiceID
	Number   billing.Number
	Tenant   ledger.TenantID
	Mark     string           // the address that the invoice carries in Xero
	Contact  ledger.ContactID // that it was sent to; "" before
	Expected money.Amount     // the total that Xero should come to
	Batch    BatchID          // the batch it is in; "" when in none
	Sent     time.Time        // when it was first sent; zero while it provably never was
	Since    time.Time        // Xero's clock then, with a margin: where a look-up of changes begins
	Small    int              // the most members its next batch may have; 0 for no limit
	Answered time.Time        // when Xero last answered a request with it, whatever it said; zero while it never did
	// Correlation is Xero's identifier of the call that it answered then, for its support.
	Correlation string
	Ended       time.Time
	Result      billing.ExportState // once ended; NotExported when it was cancelled
	Standing    ledger.Standing     // as Xero last told it
	Messages    []ledger.Message
	// Candidates are what in Xero may be the invoice, as it was read last. They stay when a person
	// says that none of them is: the export has Failed then.
	Candidates []ledger.Standing
}

// Tracked is an export whose invoice Xero has, or had.
type Tracked struct {
	Export  Export
	Invoice billing.Invoice // without its lines
	Newest  bool            // no later export of the invoice is known
}

// Sent returns what the invoice was sent with.
func (t Tracked) Sent() ledger.Sent {
	e, v := t.Export, t.Invoice
	return ledger.Sent{
		Number: e.Number, Contact: e.Contact, Date: v.Date, Currency: v.Currency, Total: e.Expected,
		Due: v.Due, Reference: v.Reference, MarkedReference: WithMark(v.Reference, e.Mark),
	}
}

// RemovalID identifies a removal.
type RemovalID string

// Removal is one invoice's way out of Xero: deleted there, so that it is a draft here
// again, or voided there, so that it can be replaced. It waits while it has no batch and no end.
type Removal struct {
	ID          RemovalID
	Run         RunID
	Invoice     billing.InvoiceID
	Export      ExportID // that is undone
	Tenant      ledger.TenantID
	There       ledger.InvoiceID
	To          ledger.InvoiceStatus // DeletedThere or VoidedThere
	Batch       BatchID              // the batch it is in; "" when in none
	Small       int                  // the most members its next batch may have; 0 for no limit
	Sent        time.Time            // this and the next two are as those of an Export
	Answered    time.Time
	Correlation string
	Ended       time.Time
	Result      RemovalResult    // once ended
	Messages    []ledger.Message // why it stays in Xero
}

// RemovalResult says how a removal ended.
type RemovalResult string

// The results of a removal.
const (
	Removed   RemovalResult = "removed"
	KeptThere RemovalResult = "kept"
	Withdrawn RemovalResult = "withdrawn" // cancelled before it was sent
)

// Batch is one write: on disk with its exact bytes before it is sent.
type Batch struct {
	ID        BatchID
	Tenant    ledger.TenantID
	Kind      BatchKind
	Key       string // the idempotency key
	Body      []byte
	Members   []string // export IDs, removal IDs, or client IDs of contacts
	State     BatchState
	Tries     int       // how often it was sent
	Tried     time.Time // first
	TriedLast time.Time
	Troubles  int  // how many of the tries Xero answered without settling it
	LookUp    bool // replaying cannot settle it: look it up
}

// BatchKind says what a batch writes.
type BatchKind string

// The kinds of batch.
const (
	ContactBatch BatchKind = "contacts"
	InvoiceBatch BatchKind = "invoices"
	RemovalBatch BatchKind = "removals" // deletes or voids invoices
)

// BatchState says how far a batch has come.
type BatchState string

// The states of a batch.
const (
	Ready   BatchState = "ready"   // on disk, provably not in Xero
	Sending BatchState = "sending" // the request may be under way
	Lost    BatchState = "lost"    // the outcome is unknown
	Settled BatchState = "settled"
)

// Extra is something that is written to an exported invoice in Xero besides the invoice. It is
// best effort: it is tried once, and its failure changes nothing of the export.
type Extra struct {
	Export ExportID
	Tenant ledger.TenantID
	Kind   ExtraKind
}

// ExtraKind says what an extra is.
type ExtraKind string

// The kinds of extra.
const (
	HistoryNote  ExtraKind = "note"  // who exported it, in the invoice's history
	PrintedPaper ExtraKind = "paper" // the printed invoice, attached
)

// Tally counts the exports of a run, or its removals, by their results. Of removals,
// Exporting are under way, Exported are done, and Failed are those that stay in Xero.
type Tally struct {
	All, Queued, Exporting, Exported, Warned, Failed, Unknown, Cancelled int
}

// Open returns how many are not settled.
func (t Tally) Open() int { return t.Queued + t.Exporting + t.Unknown }

// CountExports counts n exports. Of those that have ended, state is how; of the others, what
// their invoices are at. What ended otherwise than exported, failed or cancelled is in Xero, or
// was, and counts as Warned: a person has to look at it.
func (t *Tally) CountExports(n int, ended bool, state billing.ExportState) {
	t.All += n
	switch {
	case ended && state == billing.NotExported:
		t.Cancelled += n
	case ended && state == billing.Failed:
		t.Failed += n
	case ended && state == billing.Exported:
		t.Exported += n
	case ended:
		t.Warned += n
	case state == billing.Unknown:
		t.Unknown += n
	case state == billing.Exporting:
		t.Exporting += n
	default:
		t.Queued += n
	}
}

// CountRemovals counts n removals with a result, "" for none yet, whose batch is in a state, ""
// while they are in none.
func (t *Tally) CountRemovals(n int, result RemovalResult, batch BatchState) {
	t.All += n
	switch {
	case result == Removed:
		t.Exported += n
	case result == KeptThere:
		t.Failed += n
	case result == Withdrawn:
		t.Cancelled += n
	case batch == Lost:
		t.Unknown += n
	case batch == Sending:
		t.Exporting += n
	default:
		t.Queued += n
	}
}

// Link ties a client to a contact of an organisation.
type Link struct {
	Contact ledger.ContactID
	Name    string // of the contact in Xero, as it was then
	How     LinkHow
	At      time.Time
}

// LinkHow says how a link came about.
type LinkHow string

// The ways a link comes about.
const (
	LinkedByNumber LinkHow = "number"
	LinkedByName   LinkHow = "name"
	LinkedByHand   LinkHow = "hand"
	LinkedCreated  LinkHow = "created"
)

// Creation is a contact that a person wants in Xero for a client.
type Creation struct {
	Client   billing.ClientID
	By       staff.ID
	At       time.Time
	Ended    time.Time        // when it was given up; zero while it is under way
	Messages []ledger.Message // why there is no contact
}

// Stale reports whether it waits for so long that nobody may want it any more.
func (c Creation) Stale(now time.Time) bool { return now.Sub(c.At) > ConfirmAfter }

// ContactReading tells how far an organisation's contacts are known.
type ContactReading struct {
	Cursor time.Time // Xero's clock: what changed up to then is known
	At     time.Time // the last reading
	Whole  time.Time // the last reading of all of them; zero for never
}
