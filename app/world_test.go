package app_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/data/sqlite"
	"feebridge/xero"
	"feebridge/xero/sim"
)

// world is a simulated Xero and one firm's database. Processes come and go in it. It is
// made inside a synctest bubble, so that hours pass in no time.
type world struct {
	t      testing.TB
	sim    *sim.Sim
	tenant ledger.TenantID
	token  string
	dial   dialer
	path   string
	me     staff.Member
	before func(http.ResponseWriter, *http.Request) bool // answers in place of the simulator when it says so
}

// newWorld returns a world; its end is awaited by the test's clean-up.
func newWorld(t testing.TB, cfg sim.Config) *world {
	if cfg.Orgs == nil {
		orgs, err := sim.Seed("empty")
		if err != nil {
			t.Fatal(err)
		}
		cfg.Orgs = orgs
	}
	w := &world{t: t, sim: sim.New(cfg), path: filepath.Join(t.TempDir(), "firm.db")}
	if err := os.WriteFile(w.path, emptyDatabase(), 0o600); err != nil {
		t.Fatal(err)
	}
	w.token = w.sim.MintToken()
	w.tenant = ledger.TenantID(w.sim.Orgs()[0].TenantID)
	listener, dial := sim.NewPipeListener()
	w.dial = dial
	handler := w.sim.Handler()
	answer := func(rw http.ResponseWriter, r *http.Request) {
		if w.before == nil || !w.before(rw, r) {
			handler.ServeHTTP(rw, r)
		}
	}
	server := &http.Server{Handler: http.HandlerFunc(answer), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // until it is closed
	}()
	t.Cleanup(func() {
		// A call whose caller has gone may still be at work.
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			_ = server.Close()
		}
		<-served
		w.sim.Close()
	})
	first := w.start(nil)
	defer first.stop()
	if err := first.app.Open(t.Context(), app.Firm{Name: "Tui Accounting", Currency: "NZD"}, "Olivia Hart"); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.me, err = first.app.Who(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := first.app.Connect(t.Context(), w.me, app.Connection{Tenant: ledger.Tenant{ID: w.tenant}}); err != nil {
		t.Fatal(err)
	}
	return w
}

// emptyDatabase is a database with its schema and nothing in it: most of the time of a
// small test would go into the migrations.
var emptyDatabase = sync.OnceValue(func() []byte {
	folder, err := os.MkdirTemp("", "feebridge-test-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "empty.db")
	db, err := sqlite.Open(context.Background(), path)
	if err != nil {
		panic(err)
	}
	if err := db.Close(); err != nil {
		panic(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return content
})

// process is one running Feebridge on the world's database.
type process struct {
	app   *app.App
	db    *sqlite.DB
	books app.Books
	stop  func()

	browse func(link string) // a person signs in; nil where nobody does
	world  *world
}

// start starts a process; with a fate it dies where the fate says.
func (w *world) start(f *fate) *process {
	db, err := sqlite.Open(context.Background(), w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	transport := &http.Transport{DialContext: w.dial, ResponseHeaderTimeout: 100 * time.Second}
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
	p := &process{db: db, books: books, world: w}
	p.app = app.New(app.Params{Store: store, Copier: db, Books: books, Log: slog.New(slog.DiscardHandler)})
	p.stop = func() {
		transport.CloseIdleConnections()
		_ = db.Close()
	}
	return p
}

// reopen puts something between the process and its store.
func (p *process) reopen(between func(app.Store) app.Store) {
	p.app = app.New(app.Params{Store: between(p.db), Copier: p.db, Books: p.books, Log: slog.New(slog.DiscardHandler)})
}

// settle runs the process in the background until every run has ended, or fails the
// test after a day.
func (p *process) settle() {
	p.world.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 2)
	go func() { done <- app.Work(p.app, ctx) }()
	go func() { done <- app.KeepFresh(p.app, ctx) }()
	for end := time.Now().Add(24 * time.Hour); ; {
		open, err := p.app.OpenRuns(ctx, p.world.me)
		if err != nil {
			p.world.t.Errorf("looking for open runs: %v", err)
			break
		}
		if len(open) == 0 {
			break
		}
		if time.Now().After(end) {
			p.world.t.Errorf("after a day %d runs are still open", len(open))
			break
		}
		time.Sleep(10 * time.Second)
	}
	cancel()
	for range cap(done) {
		if err := <-done; err != nil {
			p.world.t.Errorf("the background work ended: %v", err)
		}
	}
}

// queue queues invoices that go to one organisation, and returns their run.
func (p *process) queue(ids ...billing.InvoiceID) (app.Run, error) {
	runs, _, err := p.app.Export(context.Background(), p.world.me, ids)
	if len(runs) == 0 {
		return app.Run{}, err
	}
	return runs[0], err
}

// export exports in the foreground and fails the test on any error.
func (p *process) export(ids ...billing.InvoiceID) app.Run {
	p.world.t.Helper()
	run, err := p.queue(ids...)
	if err != nil {
		p.world.t.Fatal(err)
	}
	if run.ID != "" {
		if err := p.app.Finish(context.Background(), run.ID, 24*time.Hour); err != nil {
			p.world.t.Fatal(err)
		}
	}
	return run
}

// invoices stores finalized invoices of 115.00, numbered from 1, of clients that take turns.
func (w *world) invoices(n, clients int) []billing.InvoiceID {
	w.t.Helper()
	p := w.start(nil)
	defer p.stop()
	ids := make([]billing.InvoiceID, n)
	err := p.db.Update(context.Background(), func(tx app.Tx) error {
		for i := range clients {
			c := billing.Client{ID: billing.ClientID(fmt.Sprint("client ", i)), Code: fmt.Sprint("C-", i), Name: fmt.Sprint("Client ", i)}
			if _, err := tx.SaveClient(c); err != nil {
				return err
			}
		}
		for i := range ids {
			ids[i] = billing.InvoiceID(fmt.Sprint("invoice ", i))
			if _, err := tx.SaveInvoice(finalized(ids[i], i, clients)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return ids
}

func finalized(id billing.InvoiceID, i, clients int) billing.Invoice {
	return billing.Invoice{
		ID: id, Client: billing.ClientID(fmt.Sprint("client ", i%clients)), Type: billing.Final,
		Number: billing.Number(fmt.Sprintf("INV-%04d", i+1)), Date: 20261103, Due: 20261220,
		Currency: "NZD", Amounts: money.Exclusive, Stage: billing.Stage{Status: billing.Finalized},
		Lines: []billing.Line{{
			Description: "Annual accounts", Quantity: 1_0000, UnitAmount: 100_0000, Account: "200",
			Tax: billing.Tax{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000},
		}},
	}
}

// views returns what the firm sees of its invoices now.
func (w *world) views(ids []billing.InvoiceID) []app.InvoiceView {
	w.t.Helper()
	p := w.start(nil)
	defer p.stop()
	views := make([]app.InvoiceView, len(ids))
	for i, id := range ids {
		var err error
		if views[i], err = p.app.Invoice(context.Background(), w.me, id); err != nil {
			w.t.Fatal(err)
		}
	}
	return views
}

// inXero returns the invoices in Xero that bear a mark of one of the view's exports.
func (w *world) inXero(v app.InvoiceView) (live, gone []sim.Invoice) {
	return marked(w.byMark(), v)
}

// byMark returns the invoices in Xero by the mark that they bear.
func (w *world) byMark() map[string][]sim.Invoice {
	all := map[string][]sim.Invoice{}
	for _, inv := range w.sim.Invoices(string(w.tenant)) {
		all[inv.URL] = append(all[inv.URL], inv)
	}
	return all
}

func marked(byMark map[string][]sim.Invoice, v app.InvoiceView) (live, gone []sim.Invoice) {
	for _, e := range v.Exports {
		for _, inv := range byMark[e.Mark] {
			if inv.Status == sim.StatusDeleted || inv.Status == sim.StatusVoided {
				gone = append(gone, inv)
				continue
			}
			live = append(live, inv)
		}
	}
	return live, gone
}

// mustBeSound fails the test unless every export has settled and at most one live
// invoice in Xero bears a mark of each of ours, and exactly one where ours is exported.
func (w *world) mustBeSound(views []app.InvoiceView) {
	w.t.Helper()
	byMark := w.byMark()
	for _, v := range views {
		live, gone := marked(byMark, v)
		stage := v.Invoice.Stage
		want := 0
		if stage.Live() || stage.Status == billing.Closed && stage.Export != billing.VoidedInXero && stage.Export != billing.NotFoundInXero {
			want = 1
		}
		switch {
		case stage.InFlight():
			w.t.Errorf("%s is stuck at %s", v.Invoice.Number, stage.Export)
		case len(live) != want:
			w.t.Errorf("%s is %s, %s here, and Xero has %d live and %d removed of it", v.Invoice.Number, stage.Status, stage.Export, len(live), len(gone))
		case want == 1 && live[0].Total.StringFixed(2) != v.Totals.Total.String() && !shown(v, ledger.TotalFigure):
			w.t.Errorf("%s is %s here and %s in Xero", v.Invoice.Number, v.Totals.Total, live[0].Total)
		case want == 1 && live[0].InvoiceID != string(v.Exports[0].Standing.ID):
			w.t.Errorf("%s is linked to %q and is %q in Xero", v.Invoice.Number, v.Exports[0].Standing.ID, live[0].InvoiceID)
		}
	}
}

// shown reports whether the firm sees that the figure differs.
func shown(v app.InvoiceView, what ledger.Figure) bool {
	return slices.ContainsFunc(v.Differences, func(d ledger.Difference) bool { return d.What == what })
}

var errDead = errors.New("this process is dead")

type dialer = func(ctx context.Context, network, address string) (net.Conn, error)
