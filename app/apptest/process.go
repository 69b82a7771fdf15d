package apptest

import (
	"context"
	"net/http"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/data"
	"feebridge/xero"
)

// Process is one running Feebridge on a world's database.
type Process struct {
	App   *app.App
	DB    *data.DB
	Books app.Books
	Stop  func() // ends the process
	World *World
}

// Start starts a process; with a fate it dies where the fate says.
func (w *World) Start(f *Fate) *Process {
	db, err := data.Open(context.Background(), w.Path)
	if err != nil {
		w.T.Fatal(err)
	}
	transport := &http.Transport{DialContext: w.Dial, ResponseHeaderTimeout: 100 * time.Second}
	client := xero.New(xero.Config{
		API: "http://xero.test", HTTP: transport,
		Token: func(context.Context, ledger.TenantID) (string, error) { return w.token, nil },
	})
	var store app.Store = db
	var books app.Books = client
	if f != nil {
		f.kill = func() { _ = db.Close() }
		store, books = mortalStore{db, f}, mortalBooks{client, f}
	}
	p := &Process{DB: db, Books: books, World: w}
	p.Stop = func() {
		transport.CloseIdleConnections()
		_ = db.Close()
	}
	p.Start(app.Params{Store: store, Books: books, Log: Quiet})
	return p
}

// Start makes the App of the process, in the place of the one that it had.
func (p *Process) Start(params app.Params) {
	params.Store = deafStore{params.Store}
	p.App = newApp(params)
}

// newApp makes what the tests are about.
func newApp(params app.Params) *app.App { return app.New(params) }

// deafStore is a store that hears of no change: the background work would read its feed 86,400
// times in a day that passes in no time, and nobody listens.
type deafStore struct{ app.Store }

func (deafStore) Changes(context.Context, app.Seq) ([]app.Change, error) { return nil, nil }

// Reopen puts something between the process and its store.
func (p *Process) Reopen(between func(app.Store) app.Store) {
	p.Start(app.Params{Store: between(p.DB), Books: p.Books, Log: Quiet})
}

// Run does the background work of the process until ctx ends.
func (p *Process) Run(ctx context.Context) error { return p.App.Run(ctx) }

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
			actions = append([]string{e.Action}, actions...)
		}
		return err
	})
	if err != nil {
		p.World.T.Fatal(err)
	}
	return actions
}
