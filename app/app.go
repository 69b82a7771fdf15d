// Package app holds what a firm can do with Feebridge, one use case a file, and the
// ports that those use cases stand on. Every use case takes the member of staff who
// acts and asks the permission table itself.
package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// Params are what an App stands on.
type Params struct {
	Store     Store
	Backups   Backups // nil where the database makes no copies of itself
	Books     Books   // nil where Xero cannot be called at all
	Connector Connector
	Vault     Vault // nil keeps sign-ins for this run alone
	Paper     Paper // nil where no invoice is printed
	Policy    Policy
	Log       *slog.Logger
}

// App is one running Feebridge. Its methods may be called from any goroutine.
type App struct {
	store     refusals
	backups   Backups
	books     Books
	connector Connector
	vault     Vault
	paper     Paper
	policy    Policy
	log       *slog.Logger
	keys      keys
	queued    bell // there may be something to send

	changed chan struct{} // something was committed here

	mu           sync.Mutex
	listeners    []*listener
	contactPages map[ledger.TenantID]int // of every contact, as they were read last
}

// New returns an App. Run does its background work; package outbox sends what it queues.
func New(p Params) *App {
	if p.Vault == nil {
		p.Vault = noVault{}
	}
	if p.Backups == nil {
		p.Backups = noBackups{}
	}
	return &App{
		store: refusals{p.Store, p.Log}, backups: p.Backups, books: p.Books, connector: p.Connector, vault: p.Vault, paper: p.Paper, policy: p.Policy, log: p.Log,
		changed: make(chan struct{}, 1), contactPages: map[ledger.TenantID]int{},
	}
}

// Run announces changes and makes the nightly copies until ctx ends.
func (a *App) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.watch(ctx) })
	g.Go(func() error { return a.keepCopies(ctx) })
	return g.Wait()
}

// Woken returns a channel that is closed when there may be something to send to Xero the next
// time.
func (a *App) Woken() <-chan struct{} { return a.queued.next() }

// Wake wakes whoever waits for Woken.
func (a *App) Wake() { a.queued.ring() }

// Committed tells the listeners that something was committed in this process.
func (a *App) Committed() { poke(a.changed) }

// OthersAtIt reports whether err says that another process does the same work, or has gone on
// with it.
func OthersAtIt(err error) bool {
	_, held := errors.AsType[*LeaseHeld](err)
	return held || IsCode(err, Conflict)
}

// Open makes sure that the database holds a firm and its first Admin. The arguments are used
// only for a new database. The others are further members of staff by their names: none of
// them has a password or a permission.
func (a *App) Open(ctx context.Context, firm Firm, admin string, others ...string) error {
	return a.Update(ctx, func(tx Tx) error {
		members, err := tx.Staff()
		if err != nil || len(members) > 0 {
			return err
		}
		if firm.MarkBase == "" {
			firm.MarkBase = DefaultMarkBase
		}
		firm.ID = NewID()
		if firm.Numbering == (billing.Numbering{}) {
			firm.Numbering = firstNumbering
		}
		founder := staff.Founder(staff.ID(NewID()), admin)
		if err := errors.Join(founder.Check(), firm.checkTexts()); err != nil {
			return err
		}
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
		if err := tx.Record(Entry(founder, staff.AuditFound, "firm", firm.Name, "", string(firm.Currency))); err != nil {
			return err
		}
		return addOthers(tx, founder, others)
	})
}

// addOthers adds members of staff who may do nothing yet.
func addOthers(tx Tx, founder staff.Member, names []string) error {
	for _, name := range names {
		m := staff.Member{ID: staff.ID(NewID()), Name: name}
		if err := m.Check(); err != nil {
			return err
		}
		if err := tx.SaveMember(m); err != nil {
			return err
		}
		if err := tx.Record(Entry(founder, staff.AuditAdd, "staff", string(m.ID), "", "name: "+name)); err != nil {
			return err
		}
	}
	return nil
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

// View runs fn on one consistent state. What Allow refuses in fn finds its way into the audit
// trail.
func (a *App) View(ctx context.Context, fn func(Reader) error) error { return a.store.View(ctx, fn) }

// Update runs fn in a transaction and, once it is committed, tells the listeners. fn may run
// twice, as Store says; what Allow refuses in it finds its way into the audit trail.
func (a *App) Update(ctx context.Context, fn func(Tx) error) error {
	if err := a.store.Update(ctx, fn); err != nil {
		return err
	}
	a.Committed()
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

// NewID returns an identifier that orders by the time it was made.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// Entry is an audit entry of what by did.
func Entry(by staff.Member, action staff.AuditAction, subject, id, from, to string) staff.Entry {
	return staff.Entry{By: by.ID, ByName: by.Name, Action: action, Subject: subject, ID: id, From: from, To: to}
}

// Itself acts where no person does.
var Itself = staff.Member{Name: "Feebridge"}
