package outbox

import (
	"context"
	"time"

	"feebridge/app"
	"feebridge/app/ledger"
)

// kind is what a request asks of Xero: to create contacts, to take invoices in, to delete or void
// them. The machine that claims, posts, settles and recovers requests is one for all of them. It
// knows a request by its kind, and what is in it as members.
type kind interface {
	// members reads what requests are about, as it is now.
	members(r Reader, batches []app.Batch) (map[app.BatchID][]member, error)
	// unwanted returns which of the requests that are about to leave must not: a person decided
	// otherwise meanwhile, or must confirm the run first, as one must for what is stale.
	unwanted(r Reader, batches []app.Batch, stale map[app.RunID]bool) (map[app.BatchID]bool, error)
	// look reads in Xero whether requests whose answer was lost were carried out.
	look(ctx context.Context, lost []app.Batch) (reading, error)
}

// planner puts requests on disk for what waits, and reports whether it did anything.
type planner interface {
	plan(ctx context.Context) (bool, error)
}

// member is what a request has an element for; the creation of contacts is one member, whatever
// its elements. Each method decides what an event means for the member, and changes nothing but e.
type member interface {
	// heard returns the member with when Xero answered, and under which identifier of the call. What
	// follows from the answer is decided after it.
	heard(at time.Time, correlation string) member
	// claim: the request is about to leave.
	claim(e *effects, b app.Batch) error
	// settle: Xero answered with these elements. Returned are the names of the members of which
	// none tells the outcome: they are looked up.
	settle(e *effects, b app.Batch, said map[string]ledger.Outcome) (unclear []string, err error)
	// lose: there is no answer, or none that can be used.
	lose(e *effects) error
	// unsend: the request provably changed nothing. refused says why Xero does not take it as a
	// whole; without it the request goes again as it is.
	unsend(e *effects, b app.Batch, refused []ledger.Message) error
	// adopt: a look-up found how it is in Xero.
	adopt(e *effects, b app.Batch, found reading, next resend) error
}

// reading is what a look-up found in Xero.
type reading struct {
	byMark map[string]ledger.Standing           // exports, by the keys of their marks
	marked map[ledger.InvoiceID]ledger.Standing // exports: what bears a mark
	taken  map[string]bool                      // exports: the folded numbers that invoices have which are not deleted
	others map[ledger.InvoiceID]ledger.Standing // exports: what bears no mark of ours
	marks  app.Marks                            // exports: whether marks survive there, as far as this reading shows
	alone  map[ledger.InvoiceID]bool            // exports: what was read by itself
	byID   map[ledger.InvoiceID]ledger.Standing // removals
}

// resend says how what a look-up proved absent goes again.
type resend struct {
	wait  bool   // Xero fails on everything: all of it waits
	park  func() // notes that
	small int    // the most members of its next request; 0 for no limit
	fails bool   // Xero failed on it alone, more than once
}
