package app

import (
	"context"
	"iter"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// Store keeps everything that must outlive the process. Package data implements it on an engine,
// such as package sqlite, and package storetest holds any of them to what is promised here. Its
// errors carry the codes NotFound and Conflict where the methods say so; every other error is
// Internal or, for a database that stays locked, Unavailable.
type Store interface {
	// View runs fn on one consistent state.
	View(ctx context.Context, fn func(Reader) error) error
	// Update runs fn in one transaction that is committed when fn returns nil. fn may
	// run twice: it does no I/O of its own and takes the time from Tx.Now. It asks nothing
	// while it is handed rows, and once something could not be written it returns the error:
	// an engine may do nothing more in such a transaction.
	Update(ctx context.Context, fn func(Tx) error) error
	// Rows yields the invoices that q asks for, newest date first, then by number
	// descending. Deleted invoices are not among them.
	Rows(ctx context.Context, q Query) iter.Seq2[InvoiceRow, error]
	// Changes returns what changed after seq, oldest first, whichever process changed
	// it; each subject once. The zero Seq is the beginning of the feed.
	Changes(ctx context.Context, after Seq) ([]Change, error)
	// LastChange returns the newest Seq.
	LastChange(ctx context.Context) (Seq, error)
	// Lease runs fn while this process holds the named lease, and keeps renewing it;
	// the context of fn ends when the lease is lost. It returns a *LeaseHeld at once when
	// another process holds it. A lease of a dead process expires after LeaseTime.
	Lease(ctx context.Context, name string, fn func(context.Context, Fence) error) error
}

// LeaseTime is how long a lease lasts that is not renewed.
const LeaseTime = 15 * time.Second

// LeaseHeld says that another process holds a lease.
type LeaseHeld struct {
	Name  string
	Until time.Time // when it expires unless it is renewed
}

// Error returns the English text.
func (h *LeaseHeld) Error() string {
	return translations.Text("lease.held", "Time", h.Until.Format(time.TimeOnly))
}

// Fence proves that a lease is held: a write under an older fence is refused.
type Fence struct {
	Name  string
	Token int64
}

// Seq numbers the changes of the database, ascending.
type Seq int64

// Change says that something changed.
type Change struct {
	Seq     Seq
	Subject string // "invoice", "client", "run", "organisation", "firm", "staff" or "unsaved"
	ID      string
}

// Query asks for rows of the grid.
type Query struct {
	Client billing.ClientID    // "" for all
	Limit  int                 // 0 for no limit
	IDs    []billing.InvoiceID // nil for all
}

// AuditQuery asks for entries of the audit trail. What is not set is not asked for.
type AuditQuery struct {
	Subject, ID string // of what; an ID goes with its Subject
	By          staff.ID
	Action      staff.AuditAction
	From, To    time.Time // At is not before From, and before To
	Before      int64     // Seq
	Limit       int
}

// RunQuery asks for runs. What is not set is not asked for.
type RunQuery struct {
	Tenant   ledger.TenantID
	By       staff.ID           // who started it
	From, To time.Time          // Started is not before From, and before To
	Number   string             // one of its invoices has this in its number, in whatever case
	Failed   bool               // something of it failed
	Clients  []billing.ClientID // it has an invoice of one of them; Number and Failed are about those alone. nil for all
	Before   RunID              // those that come after this one, newest first
	Limit    int
}

// InvoiceRow is an invoice as the grid shows it.
type InvoiceRow struct {
	ID                   billing.InvoiceID
	ClientID             billing.ClientID
	Client, Code         string // the client's name and code
	Number               billing.Number
	Reference            string
	Date, Due            billing.Date
	SubTotal, Tax, Total money.Amount
	Stage                billing.Stage
	Message              string // first error or warning of the export
	Cause                ledger.Cause
	XeroStatus           ledger.InvoiceStatus // "" while Xero has not said
	Settlement           ledger.Settlement    // how far it is paid in Xero
	AmountDue            money.Amount         // in Xero; the zero Amount while Xero has not said
	PaidOn               billing.Date
	Organisation         string    // that the newest export goes to; "" for none
	ExportedOn           time.Time // when that was first sent; zero while it provably never was
}

// Reader reads one consistent state. A missing thing that was asked for by its ID is
// an *Error with code NotFound.
type Reader interface {
	Firm() (Firm, error)
	Staff() ([]staff.Member, error)

	Client(billing.ClientID) (billing.Client, error)
	// ClientsByID returns clients; one that is not there is not in the map.
	ClientsByID([]billing.ClientID) (map[billing.ClientID]billing.Client, error)
	Clients() ([]billing.Client, error) // by name
	Invoice(billing.InvoiceID) (billing.Invoice, error)
	Invoices([]billing.InvoiceID) ([]billing.Invoice, error) // in the order asked for; NotFound names the missing one
	// InvoiceHeads returns what Invoices does, without the lines.
	InvoiceHeads([]billing.InvoiceID) ([]billing.Invoice, error)
	// InvoicesByNumber finds the invoices, folded, that are not deleted; a number
	// that no invoice has is not in the map.
	InvoicesByNumber([]billing.Number) (map[billing.Number]billing.InvoiceID, error)
	Burnt(billing.Number) (bool, error)
	NumberUses(prefix string) ([]NumberUse, error) // of the numbers that begin so; one may be there several times
	Taxes() ([]billing.Tax, error)                 // by name
	BillingCodes() ([]billing.Code, error)         // by code
	Codes() ([]string, error)                      // all billing codes, those that only lines have, too; each once
	Unsaved(staff.ID) ([]Unsaved, error)           // newest first
	Password(staff.ID) (staff.Password, error)     // the zero Password for none

	Consents() ([]Consent, error) // newest first
	Organisations() ([]Organisation, error)
	// Destinations tells where the clients are exported to that are not exported to the
	// firm's own organisation.
	Destinations() (map[billing.ClientID]ledger.TenantID, error)
	Chart(ledger.TenantID) (ledger.Chart, error) // NotFound until it was read once
	Mapping(ledger.TenantID) (ledger.Mapping, error)
	Links(ledger.TenantID) (map[billing.ClientID]Link, error)
	// Contacts returns the organisation's contacts as they were read last, archived and merged ones
	// too, by ID.
	Contacts(ledger.TenantID) ([]ledger.Contact, error)
	ContactReading(ledger.TenantID) (ContactReading, error) // the zero ContactReading for never
	// RefusedContacts returns which contacts a person said are not a client's, each once, by ID.
	RefusedContacts(ledger.TenantID) (map[billing.ClientID][]ledger.ContactID, error)
	Creations(ledger.TenantID) ([]Creation, error) // oldest first

	Run(RunID) (Run, error)
	// RunsByID returns runs; one that is not there is not in the map.
	RunsByID([]RunID) (map[RunID]Run, error)
	Runs(t ledger.TenantID, openOnly bool) ([]Run, error) // newest first
	Tally(RunID) (Tally, error)
	// Tallies counts the runs of the organisation that have not ended.
	Tallies(ledger.TenantID) (map[RunID]Tally, error)
	// RunsBy returns the runs that q asks for, of whichever organisation, newest first.
	RunsBy(q RunQuery) ([]Run, error)
	// RunCounts counts what is in runs, of these clients alone; nil for all. A run in which nothing
	// of theirs is, is not in the map.
	RunCounts(ids []RunID, clients []billing.ClientID) (map[RunID]RunCount, error)
	// RunRows returns what is in a run, of these clients alone; nil for all. They come in the order
	// in which they were asked for.
	RunRows(id RunID, clients []billing.ClientID) ([]RunRow, error)
	Exports([]ExportID) ([]Export, error)          // in the order asked for
	ExportsOfRun(RunID) ([]Export, error)          // in the order they were asked for
	ExportsOf(billing.InvoiceID) ([]Export, error) // newest first
	// LatestExports returns the newest export of each invoice; one that was never asked for
	// is not in the map.
	LatestExports([]billing.InvoiceID) (map[billing.InvoiceID]Export, error)

	// Refreshes tells how far each organisation is known that was refreshed.
	Refreshes() (map[ledger.TenantID]Refresh, error)
	Removals([]RemovalID) ([]Removal, error)         // in the order asked for
	RemovalsOfRun(RunID) ([]Removal, error)          // in the order they were asked for
	RemovalsOf(billing.InvoiceID) ([]Removal, error) // newest first
	// Replacements returns those that are under way, oldest first.
	Replacements() ([]Replacement, error)
	Replacement(billing.InvoiceID) (Replacement, error) // of that invoice, ended or not

	// Copied tells whether the database is a restored or copied one.
	Copied() (Copied, error)
	Reconciliations() (map[ledger.TenantID]Reconciliation, error)
	Strays(ledger.TenantID) ([]Stray, error) // by number
	// ExportsByMark finds exports by their marks or by the keys of those (MarkKey), and returns them
	// by their keys; one that none has is not in the map.
	ExportsByMark(marks []string) (map[string]Export, error)
	Nightly() (Nightly, error)

	// Audit returns the entries that q asks for, newest first.
	Audit(q AuditQuery) ([]staff.Entry, error)
	// Chain yields the whole audit trail, oldest first, each with the hash that is kept
	// with it, and the Head that is kept apart from it.
	Chain(fn func(e staff.Entry, hash string) error) (staff.Head, error)
}

// Tx is a Reader that also writes. Every write adds to the change feed in the same
// transaction.
type Tx interface {
	Reader
	Now() time.Time
	// Guard returns an *Error with code Conflict when the fence is not the newest of its lease.
	Guard(Fence) error

	SaveFirm(Firm) error
	SaveMember(staff.Member) error
	// SaveClient and SaveInvoice insert at Version 0, else update; a stale Version, a
	// client code or an invoice number that another has is a Conflict. They return
	// the new Version.
	SaveClient(billing.Client) (int64, error)
	SaveInvoice(billing.Invoice) (int64, error)
	// Advance moves invoices to a stage without touching anything else of them.
	Advance(to billing.Stage, ids ...billing.InvoiceID) error
	// AdvanceAll is Advance for several stages; those that are deleted go first, so that
	// their numbers are free.
	AdvanceAll(map[billing.Stage][]billing.InvoiceID) error
	Burn(...billing.Number) error
	SaveTax(billing.Tax) error           // inserts or updates
	DeleteTax(code string) error         // lines that have it keep it
	SaveBillingCode(billing.Code) error  // inserts or updates
	DeleteBillingCode(code string) error // lines that have it keep it
	SaveUnsaved(Unsaved) error           // inserts or updates
	DeleteUnsaved(billing.InvoiceID, staff.ID) error
	SavePassword(staff.ID, staff.Password) error

	SaveConsent(Consent) error           // inserts or updates
	SaveOrganisation(Organisation) error // all but Marks
	// ForgetFailing forgets why the last refresh of the organisation did not succeed.
	ForgetFailing(ledger.TenantID) error
	SaveMarks(ledger.TenantID, Marks) error
	SaveDestination(billing.ClientID, ledger.TenantID) error // "" is the firm's own organisation
	SaveChart(ledger.Chart) error
	SaveMapping(ledger.TenantID, ledger.Mapping) error
	SaveLink(ledger.TenantID, billing.ClientID, Link) error
	SaveLinks(ledger.TenantID, map[billing.ClientID]Link) error
	DeleteLink(ledger.TenantID, billing.ClientID) error
	// SaveContacts inserts or updates; what Xero changed later than what it is handed stays as it is. Where
	// nothing differs, it changes nothing, and tells of no change.
	SaveContacts(ledger.TenantID, ...ledger.Contact) error
	DeleteContacts(ledger.TenantID, ...ledger.ContactID) error
	SaveContactReading(ledger.TenantID, ContactReading) error                    // inserts or updates
	RefuseContacts(ledger.TenantID, billing.ClientID, ...ledger.ContactID) error // those that were refused stay so
	ForgetRefusal(ledger.TenantID, billing.ClientID, ledger.ContactID) error
	SaveCreations(ledger.TenantID, ...Creation) error // inserts or updates
	DeleteCreations(ledger.TenantID, ...billing.ClientID) error

	SaveRuns(...Run) error
	SaveExports(...Export) error // inserts or updates
	// UnplanRun takes back every request that was never tried and has a member of the run:
	// all its members wait again, those of other runs, too. Where there is none, it changes
	// nothing.
	UnplanRun(RunID) error
	// NeverReplay lets every request of the organisation whose outcome is unknown be looked
	// up only, as if it had never been answered.
	NeverReplay(ledger.TenantID) error

	SaveRemovals(...Removal) error     // inserts or updates
	SaveReplacement(Replacement) error // inserts or updates

	SaveReconciliation(Reconciliation) error // inserts or updates
	SaveNightly(Nightly) error

	// Record appends to the audit trail; Seq, Previous and At are filled in.
	Record(...staff.Entry) error
}
