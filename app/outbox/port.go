// Package outbox sends to Xero what use cases of app queue, exactly once, and follows it there. It
// is the only room that may store, claim and settle a request: no other room is handed Store, the
// port that does so.
package outbox

import (
	"context"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
)

// Store keeps requests to Xero and what they are about. Package sqlite implements it. Its errors
// are those of app.Store.
type Store interface {
	// Look runs fn on one consistent state.
	Look(ctx context.Context, fn func(Reader) error) error
	// Lease runs fn while this process holds the named lease, and keeps renewing it; the
	// context of fn ends when the lease is lost. It returns an *app.LeaseHeld at once when another
	// process holds it. A lease of a dead process expires after app.LeaseTime.
	Lease(ctx context.Context, name string, fn func(context.Context, app.Fence) error) error
	// Work runs fn in one transaction, as app.Store's Update does: fn may run twice, does no I/O
	// and takes the time from Tx.Now. It is the only way to write a request, and it cannot begin
	// without the fence: under one that is not the newest of its lease fn never runs, nothing is
	// changed, and the error has the code Conflict.
	Work(ctx context.Context, fence app.Fence, fn func(Tx) error) error
}

// Reader reads one consistent state. Each method is one statement, or a few, however many rows
// it returns.
type Reader interface {
	app.Reader

	// Batches returns the batches of an organisation that are in one of the states, oldest first,
	// without their bodies.
	Batches(t ledger.TenantID, states ...app.BatchState) ([]app.Batch, error)
	// BatchesByID returns batches with their bodies, in the order asked for. One that is not
	// there is left out: it was taken back.
	BatchesByID(ids ...app.BatchID) ([]app.Batch, error)
	// WaitingExports returns exports that have no batch and no end, oldest first.
	WaitingExports(q Waiting) ([]app.Export, error)
	// WaitingClients returns the clients of all exports that q asks for, whatever its Limit, each
	// once and in no order.
	WaitingClients(q Waiting) ([]billing.ClientID, error)
	// WaitingRemovals returns the removals of an organisation that have no batch and no end,
	// oldest first.
	WaitingRemovals(t ledger.TenantID, limit int) ([]app.Removal, error)
	// TrackedExports returns exports with their invoices, in the order asked for. A missing one is
	// NotFound.
	TrackedExports(ids []app.ExportID) ([]app.Tracked, error)
	// Tracked finds the exports of the organisation whose invoices in Xero have one of the IDs; an
	// ID that is none of ours is not in the map.
	Tracked(t ledger.TenantID, ids []ledger.InvoiceID) (map[ledger.InvoiceID]app.Tracked, error)
	// InvoicesOn returns the invoices of these clients that have this date, or any for the zero Date, and are
	// not deleted, in no order.
	InvoicesOn(date billing.Date, clients ...billing.ClientID) ([]billing.InvoiceID, error)
	// OpenInXero returns the invoices that are known to be live in Xero and not fully paid, and
	// those that were not found there, of what is live here, in the order of their IDs.
	OpenInXero(ledger.TenantID) ([]ledger.InvoiceID, error)
	// FirstSent returns Xero's clock, with a margin, when something was first sent to the
	// organisation; zero for never.
	FirstSent(ledger.TenantID) (time.Time, error)
	// Extras returns what is to be written besides the invoices, oldest first.
	Extras(t ledger.TenantID, limit int) ([]app.Extra, error)
}

// Waiting asks for exports that wait to be sent.
type Waiting struct {
	Tenant  ledger.TenantID
	Runs    []app.RunID        // of these runs alone: none for none
	Without []billing.ClientID // not of these clients
	Limit   int                // more than zero
}

// Tx is a Reader that also writes, under a fence. Each method takes as many rows as there are to
// write at once.
type Tx interface {
	app.Tx
	Reader

	// SaveBatches inserts with its Body, or updates and leaves Body, Key and Kind as they are.
	SaveBatches(...app.Batch) error
	// Unplan takes back batches that were never tried: their members wait again. One that is
	// being sent, or ever was, is a Conflict.
	Unplan(...app.BatchID) error
	// SaveStandings updates of exports that have ended what Xero says of them: Contact, Standing,
	// Result and Messages.
	SaveStandings(...app.Export) error
	SaveRefresh(app.Refresh) error // inserts or updates
	SaveExtras(...app.Extra) error // inserts, unless it is there
	DeleteExtra(app.Extra) error
	SaveStrays(ledger.TenantID, ...app.Stray) error // inserts or updates
	DeleteStrays(ledger.TenantID, ...ledger.InvoiceID) error
}
