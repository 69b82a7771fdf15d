// Package app holds what a firm can do with Feebridge, one use case a file, and the
// ports that those use cases stand on. Every use case takes the member of staff who
// acts and asks the permission table itself.
package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"sync"

	"github.com/google/uuid"

	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// Params are what an App stands on.
type Params struct {
	Store     Store
	Copier    Copier // nil where the database makes no copies of itself
	Books     Books  // nil where Xero cannot be called at all
	Connector Connector
	Vault     Vault                          // nil keeps sign-ins for this run alone
	Print     func(Document) ([]byte, error) // makes the PDF that is attached in Xero; nil for none
	Log       *slog.Logger
}

// App is one running Feebridge. Its methods may be called from any goroutine.
type App struct {
	store     refusals
	copier    Copier
	books     Books
	connector Connector
	vault     Vault
	print     func(Document) ([]byte, error)
	log       *slog.Logger
	keys      keys
	wake      bell  // there may be something to send
	tries     tries // what this process knows of the requests under way

	mu        sync.Mutex
	listeners []*listener
	changed   chan struct{} // something was committed here
}

// New returns an App. Run does its background work.
func New(p Params) *App {
	if p.Vault == nil {
		p.Vault = noVault{}
	}
	if p.Copier == nil {
		p.Copier = noCopier{}
	}
	return &App{
		store: refusals{p.Store, p.Log}, copier: p.Copier, books: p.Books, connector: p.Connector, vault: p.Vault, print: p.Print, log: p.Log,
		changed: make(chan struct{}, 1),
	}
}

// Open makes sure that the database holds a firm and its first Admin. Both arguments are
// used only for a new database.
func (a *App) Open(ctx context.Context, firm Firm, admin string) error {
	return a.update(ctx, func(tx Tx) error {
		members, err := tx.Staff()
		if err != nil || len(members) > 0 {
			return err
		}
		if firm.MarkBase == "" {
			firm.MarkBase = DefaultMarkBase
		}
		firm.ID = newID()
		if firm.Numbering == (billing.Numbering{}) {
			firm.Numbering = firstNumbering
		}
		founder := staff.Founder(staff.ID(newID()), admin)
		if err := tx.SaveFirm(firm); err != nil {
			return err
		}
		if err := tx.SaveMember(founder); err != nil {
			return err
		}
		for _, t := range standardTaxes {
			if err := tx.SaveTax(t); err != nil {
				return err
			}
		}
		return tx.Record(entry(founder, "found", "firm", firm.Name, "", string(firm.Currency)))
	})
}

// standardTaxes are the taxes that a new firm knows before it is connected: the sales
// rates of a New Zealand organisation in Xero, under Xero's codes and names.
var standardTaxes = []billing.Tax{
	{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15 * percent},
	{Code: "ZERORATED", Name: "Zero Rated", Rate: 0},
	{Code: "NONE", Name: "No GST", Rate: 0},
}

// firstNumbering is how a new firm numbers its invoices.
var firstNumbering = billing.Numbering{Prefix: "INV-", Digits: 4, Next: 1}

// percent is one percent in the unit of money.Rate.
const percent money.Rate = 10000

// update runs fn in a transaction and, once it is committed, tells the listeners.
func (a *App) update(ctx context.Context, fn func(Tx) error) error {
	if err := a.store.Update(ctx, fn); err != nil {
		return err
	}
	poke(a.changed)
	return nil
}

// poke fills a one-place channel without waiting.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// bell wakes everybody who waits for it.
type bell struct {
	mu    sync.Mutex
	rings chan struct{}
}

// next returns a channel that is closed when the bell rings the next time.
func (b *bell) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rings == nil {
		b.rings = make(chan struct{})
	}
	return b.rings
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rings != nil {
		close(b.rings)
		b.rings = nil
	}
}

// newID returns an identifier that orders by the time it was made.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// newMark returns the random part of the address that an export carries in Xero: 128
// bits in hexadecimal. Among the letters of any text there could be "xero", and Xero
// takes no address with its own name in it.
func newMark() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	return hex.EncodeToString(random[:])
}

// entry is an audit entry of what by did.
func entry(by staff.Member, action, subject, id, from, to string) staff.Entry {
	return staff.Entry{By: by.ID, ByName: by.Name, Action: action, Subject: subject, ID: id, From: from, To: to}
}
