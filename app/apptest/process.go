package apptest

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/outbox"
	"feebridge/app/storetest"
	"feebridge/data"
	"feebridge/data/sqlite"
	"feebridge/xero"
)

// Process is one running Feebridge on a world's database.
type Process struct {
	App   *Desk
	DB    *sqlite.DB
	Books app.Books
	Stop  func() // ends the process
	World *World

	troubled bool
}

// Start starts a process; with a fate it dies where the fate says.
func (w *World) Start(f *Fate) *Process { return w.start(f, troubled) }

// StartPlainly starts a process whose store does nothing that it seldom does, to count what it does.
func (w *World) StartPlainly() *Process { return w.start(nil, false) }

func (w *World) start(f *Fate, troubled bool) *Process {
	db, err := sqlite.Open(context.Background(), w.Path, sqlite.Witness(w.seen))
	if err != nil {
		w.T.Fatal(err)
	}
	transport := &http.Transport{DialContext: w.Dial, ResponseHeaderTimeout: 100 * time.Second}
	client := xero.New(xero.Config{
		API: "http://xero.test", HTTP: transport,
		Token: func(context.Context, ledger.TenantID) (string, error) { return w.token, nil },
	})
	if troubled {
		storetest.LostCommit(db, uint64(len(w.T.Name())))
		storetest.Failing(db)
		storetest.NoNested(db)
	}
	var store Store = db
	var books app.Books = client
	if f != nil {
		f.kill = func() { _ = db.Close() }
		store, books = newMortalStore(db, f), mortalBooks{client, f}
	}
	p := &Process{DB: db, Books: books, World: w, troubled: troubled}
	p.Stop = func() {
		transport.CloseIdleConnections()
		_ = db.Close()
	}
	p.Start(Params{Store: store, Backups: db, Books: books, Log: Quiet})
	return p
}

// Desk is a running Feebridge: the use cases, and the outbox that sends what they queue.
type Desk struct {
	*app.App
	*outbox.Outbox
}

// Params are what a desk stands on.
type Params struct {
	Store     Store
	Backups   app.Backups
	Books     app.Books
	Connector app.Connector
	Vault     app.Vault
	Paper     app.Paper
	Log       *slog.Logger
}

// plainly is the variable of the environment that lets the tests run on a store without trouble.
const plainly = "FEEBRIDGE_TEST_PLAINLY"

// troubled says that the tests' stores do what a store may do to its users at any time, and seldom
// does: a transaction runs twice, the answer to a commit is lost, nothing goes on after a failed
// statement, nothing is asked while rows are read. Who is right under all of it is right without.
var troubled = os.Getenv(plainly) == ""

// Start makes the desk of the process, in the place of the one that it had.
func (p *Process) Start(params Params) {
	if p.troubled {
		params.Store = storetest.Twice(params.Store)
	}
	use := app.New(app.Params{
		Store: params.Store, Backups: params.Backups, Books: params.Books, Connector: params.Connector, Vault: params.Vault, Paper: params.Paper, Log: params.Log,
	})
	p.App = &Desk{use, outbox.New(outbox.Params{
		App: use, Store: params.Store, Books: params.Books, Paper: params.Paper, Log: params.Log,
	})}
}

// Reopen puts something between the process and its store.
func (p *Process) Reopen(between func(Store) Store) {
	p.Start(Params{Store: between(p.DB), Backups: p.DB, Books: p.Books, Log: Quiet})
}

// Run sends and refreshes until ctx ends. It does not announce changes, which would read the feed
// 86,400 times in a day that passes in no time.
func (p *Process) Run(ctx context.Context) error { return p.App.Outbox.Run(ctx) }

// Work writes what only an outbox may, under a lease of its own.
func (p *Process) Work(fn func(outbox.Tx) error) error {
	return p.DB.Lease(context.Background(), "a test", func(ctx context.Context, f app.Fence) error {
		return p.DB.Work(ctx, f, fn)
	})
}

// TakeLeases takes every lease away from whoever has it, as if it had expired, and another process
// had taken it and given it back since.
func (w *World) TakeLeases() {
	w.T.Helper()
	db, err := sqlite.Open(context.Background(), w.Path)
	if err != nil {
		w.T.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = db.Write(context.Background(), func(tx data.Tx) error {
		_, err := tx.Exec("taking the leases", "UPDATE leases SET token = token + 1, expires = 0")
		return err
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

// Settle runs the process in the background until every run has ended, or fails the
// test after a day.
func (p *Process) Settle() {
	p.World.T.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	for end := time.Now().Add(24 * time.Hour); ; {
		open, err := p.App.OpenRuns(ctx, p.World.Me)
		if err != nil {
			p.World.T.Errorf("looking for open runs: %v", err)
			break
		}
		if len(open) == 0 {
			break
		}
		if time.Now().After(end) {
			p.World.T.Errorf("after a day %d runs are still open", len(open))
			break
		}
		time.Sleep(10 * time.Second)
	}
	cancel()
	if err := <-done; err != nil {
		p.World.T.Errorf("the background work ended: %v", err)
	}
}

// Queue queues invoices that go to one organisation, and returns their run.
func (p *Process) Queue(ids ...billing.InvoiceID) (app.Run, error) {
	runs, _, err := p.App.Export(context.Background(), p.World.Me, ids)
	if len(runs) == 0 {
		return app.Run{}, err
	}
	return runs[0], err
}

// Export exports in the foreground and fails the test on any error.
func (p *Process) Export(ids ...billing.InvoiceID) app.Run {
	p.World.T.Helper()
	run, err := p.Queue(ids...)
	if err != nil {
		p.World.T.Fatal(err)
	}
	if run.ID != "" {
		if err := p.App.Finish(context.Background(), run.ID, 24*time.Hour); err != nil {
			p.World.T.Fatal(err)
		}
	}
	return run
}

// Actions returns what the audit trail says was done, oldest first.
func (p *Process) Actions(subject, id string) []string {
	p.World.T.Helper()
	var actions []string
	err := p.DB.View(context.Background(), func(r app.Reader) error {
		entries, err := r.Audit(app.AuditQuery{Subject: subject, ID: id})
		for _, e := range entries {
			actions = append([]string{string(e.Action)}, actions...)
		}
		return err
	})
	if err != nil {
		p.World.T.Fatal(err)
	}
	return actions
}
