//go:build figures

package figures

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/command"
	"feebridge/data/sqlite"
	"feebridge/xero"
	"feebridge/xero/sim"
)

// How the simulated Xero answers, and what of it the bounds are made.
const (
	latency    = 250 * time.Millisecond
	perInvoice = 5 * time.Millisecond

	atOnce  = 5  // calls
	minute  = 60 // calls
	members = 50 // of a request
	chart   = 7  // calls
)

// rounds is how often one must wait for an answer to make that many calls.
func rounds(calls int) int { return (calls + atOnce - 1) / atOnce }

// requests is how many requests that many elements take.
func requests(elements int) int { return (elements + members - 1) / members }

// full is how long a full request of invoices takes.
const full = latency + members*perInvoice

// exports measures the exporting of invoices of two lines for 200 clients whose contacts
// Xero does not have.
func (f *figures) exports() {
	const clients = 200
	f.countCalls(clients)
	f.timeExport(clients)
	f.timeManyExports(clients)
	f.weighExport(clients)
}

func (f *figures) countCalls(clients int) {
	count := func(contacts int) (n int) {
		synctest.Test(f.T, func(t *testing.T) {
			there, books := inMemory(t, sim.Config{Limits: true}, contacts)
			o := newOffice(t, books, there.Orgs()[0].TenantID, 1000, clients)
			time.Sleep(6 * time.Minute) // or what connecting has read would do for the export, too
			there.ResetCalls()
			o.export(t)
			n = there.TotalCalls()
		})
		return n
	}
	least := chart + 1 + requests(clients) + requests(1000)
	f.hold("calls for 1,000 invoices of 200 new clients, empty organisation", exactly(float64(count(0))), 36, calls,
		fmt.Sprintf("all set-up reads included; %d = %d chart + 1 page of contacts + ⌈200/50⌉ + ⌈1,000/50⌉", least, chart))
	f.hold("calls for the same, 10,000 contacts there", exactly(float64(count(10_000))), 46, calls, "every contact is read, since 200 names are asked for")
}

// timeExport measures 1,000 invoices on the real clock, and on a fake one against one
// call an invoice.
func (f *figures) timeExport(clients int) {
	bound := (time.Duration(rounds(chart)+1+rounds(requests(clients)))*latency + time.Duration(rounds(requests(1000)))*full).Seconds()
	var runs samples
	for range 3 {
		there := elsewhere(f.T, "--limits", "xero", "--latency", latency.String(), "--per-invoice", perInvoice.String())
		o := newOffice(f.T, there.books(nil), there.Tenants[0].ID, 1000, clients)
		o.forgetWhenChartWasRead(f.T)
		before := calibrate(f.Context())
		took := o.export(f.T)
		runs = append(runs, sample{took.Seconds(), sqliteWork.pace(between(before, calibrate(f.Context()))), bound})
	}
	f.hold("time for 1,000 of 200 new clients, Xero at 250 ms a call + 5 ms an invoice", runs, 1.3*bound, seconds,
		fmt.Sprintf("1.3 × %.2f s = (⌈7/5⌉ + 1 + ⌈4/5⌉) × 250 ms + ⌈20/5⌉ × (250 + 50 × 5) ms, which are waited at any pace; simulator in another process", bound))

	alone := func(wrap func(app.Books) app.Books) (took time.Duration) {
		synctest.Test(f.T, func(t *testing.T) {
			there, books := inMemory(t, sim.Config{Limits: true, DayLimit: 5000, Latency: latency, PerInvoice: perInvoice}, 0)
			o := newOffice(t, wrap(books), there.Orgs()[0].TenantID, 1000, clients)
			time.Sleep(6 * time.Minute)
			took = o.export(t)
		})
		return took
	}
	batched := alone(func(b app.Books) app.Books { return b })
	single := alone(func(b app.Books) app.Books { return singly{b} })
	f.tell("the same, one call an invoice", exactly(single.Seconds()), seconds,
		fmt.Sprintf("%.0f times the %.2f s of 50 a call, both on a fake clock; contacts still 50 a call", single.Seconds()/batched.Seconds(), batched.Seconds()))
}

// singly sends each invoice in a request of its own.
type singly struct{ app.Books }

func (s singly) PrepareInvoices(writes []ledger.Write, _ int) ([]app.Payload, error) {
	return s.Books.PrepareInvoices(writes, 1)
}

func (f *figures) timeManyExports(clients int) {
	least := chart + 1 + requests(clients) + requests(10_000)
	minutes := (least - 1) / minute
	rest := least - minutes*minute
	bound := (time.Duration(minutes)*time.Minute + time.Duration(rounds(rest))*full).Seconds()
	var took time.Duration
	synctest.Test(f.T, func(t *testing.T) {
		there, books := inMemory(t, sim.Config{Limits: true, Latency: latency, PerInvoice: perInvoice}, 0)
		o := newOffice(t, books, there.Orgs()[0].TenantID, 10_000, clients)
		time.Sleep(6 * time.Minute)
		took = o.export(t)
	})
	f.hold("time for 10,000 of 200 new clients, 60 calls a minute", exactly(took.Seconds()), 1.3*bound, seconds,
		fmt.Sprintf("1.3 × %.1f s = ⌊(%d calls − 1)/60⌋ min + ⌈%d/5⌉ × 500 ms; fake clock", bound, least, rest))
}

// weighExport measures this process alone, the simulator being another one. The minutes
// that the limits make it wait pass on a fake clock, which stands still while an answer
// is awaited.
func (f *figures) weighExport(clients int) {
	heap := watchHeap()
	defer heap.end()
	var before, peaks []float64
	for range 3 {
		there := elsewhere(f.T, "--limits", "off")
		synctest.Test(f.T, func(t *testing.T) {
			// A connection that is kept open reads all the time, and no clock would move.
			o := newOffice(t, there.books(&http.Transport{DisableKeepAlives: true}), there.Tenants[0].ID, 10_000, clients)
			before = append(before, liveHeap())
			heap.reset()
			o.export(t)
			peaks = append(peaks, heap.peak())
		})
	}
	f.hold("HeapAlloc while exporting 10,000", sizes(peaks...), 100, megabytes,
		fmt.Sprintf("highest of a sample every 2 ms, garbage included; %.0f MB live before", median(before)))
}

// office is a firm with finalized invoices beside an empty organisation in Xero.
type office struct {
	db     *sqlite.DB
	app    *command.Desk
	me     staff.Member
	tenant ledger.TenantID
	ids    []billing.InvoiceID
}

func newOffice(t *testing.T, books app.Books, tenant string, n, clients int) *office {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "firm.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	o := &office{db: db, tenant: ledger.TenantID(tenant)}
	o.app = command.NewDesk(app.Params{Books: books, Log: slog.New(slog.DiscardHandler)}, db)
	if err := o.app.Open(t.Context(), firm, "Owner"); err != nil {
		t.Fatal(err)
	}
	if o.me, err = o.app.Who(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := o.app.Connect(t.Context(), o.me, app.Connection{Tenant: ledger.Tenant{ID: o.tenant}}); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(tx app.Tx) error { return o.fill(tx, n, clients) }); err != nil {
		t.Fatal(err)
	}
	return o
}

// fill stores n finalized invoices of two lines each.
func (o *office) fill(tx app.Tx, n, clients int) error {
	gst := billing.Tax{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000}
	for i := range clients {
		name := fmt.Sprintf("Client of the firm %d", i)
		if _, err := tx.SaveClient(billing.Client{ID: billing.ClientID(fmt.Sprint("c", i)), Code: fmt.Sprint("C", i), Name: name}); err != nil {
			return err
		}
	}
	o.ids = make([]billing.InvoiceID, n)
	for i := range o.ids {
		o.ids[i] = billing.InvoiceID(fmt.Sprint("i", i))
		_, err := tx.SaveInvoice(billing.Invoice{
			ID: o.ids[i], Client: billing.ClientID(fmt.Sprint("c", i%clients)), Type: billing.Final,
			Number: billing.Number(fmt.Sprintf("INV-%06d", i+1)), Date: billing.Date(20260101 + i%28), Due: 20261220,
			Currency: "NZD", Amounts: money.Exclusive, Stage: billing.Stage{Status: billing.Finalized},
			Lines: []billing.Line{
				{Description: "Annual accounts", Quantity: 1_0000, UnitAmount: money.UnitAmount(100_0000 + i), Account: "200", Tax: gst},
				{Description: "Advice", Quantity: 2_5000, UnitAmount: 180_0000, Account: "200", Tax: gst},
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetWhenChartWasRead makes the next export read the organisation's settings again, as
// one does that comes later than five minutes after they were read.
func (o *office) forgetWhenChartWasRead(t *testing.T) {
	t.Helper()
	err := o.db.Update(t.Context(), func(tx app.Tx) error {
		c, err := tx.Chart(o.tenant)
		if err != nil {
			return err
		}
		c.Read = c.Read.Add(-time.Hour)
		return tx.SaveChart(c)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// export exports all invoices and returns how long that took.
func (o *office) export(t *testing.T) time.Duration {
	t.Helper()
	from := time.Now()
	runs, _, err := o.app.Export(t.Context(), o.me, o.ids)
	if err == nil {
		err = o.app.Finish(t.Context(), runs[0].ID, time.Hour)
	}
	took := time.Since(from)
	if err != nil {
		t.Fatal(err)
	}
	all, err := o.app.ExportsOfRun(t.Context(), o.me, runs[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if e.Result != billing.Exported {
			t.Fatalf("%s is %s: %v", e.Number, e.Result, e.Messages)
		}
	}
	return took
}

// inMemory starts an empty simulated Xero, but for some contacts, behind a listener in
// memory, and returns it with a client of it.
func inMemory(t *testing.T, cfg sim.Config, contacts int) (*sim.Sim, *xero.Client) {
	t.Helper()
	if cfg.Orgs == nil {
		var err error
		if cfg.Orgs, err = sim.Seed("empty"); err != nil {
			t.Fatal(err)
		}
	}
	for i := range contacts {
		cfg.Orgs[0].AddContact(sim.Contact{Name: fmt.Sprint("Other contact ", i)})
	}
	there := sim.New(cfg)
	listener, dial := sim.NewPipeListener()
	server := &http.Server{Handler: there.Handler()}
	go func() { _ = server.Serve(listener) }() // until it is closed
	transport := &http.Transport{DialContext: dial, MaxIdleConnsPerHost: atOnce}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
		there.Close()
	})
	return there, simulated{API: "http://xero.test", AccessToken: there.MintToken()}.books(transport)
}

// elsewhere starts an empty simulated Xero as a process of its own.
func elsewhere(t *testing.T, flags ...string) simulated {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], append([]string{"sim", "--seed", "empty"}, flags...)...)
	c.Env = append(os.Environ(), envProgram+"=1")
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	var a simulated
	if err := json.NewDecoder(out).Decode(&a); err != nil {
		t.Fatal(err)
	}
	return a
}

// simulated is what a simulated Xero prints of itself.
type simulated struct {
	API         string `json:"api"`
	AccessToken string `json:"access_token"`
	Tenants     []struct {
		ID string `json:"id"`
	} `json:"tenants"`
}

// books returns a client of the simulated Xero. nil takes the client's own transport.
func (a simulated) books(transport http.RoundTripper) *xero.Client {
	return xero.New(xero.Config{
		API: a.API, HTTP: transport, Token: func(context.Context, ledger.TenantID) (string, error) { return a.AccessToken, nil },
	})
}
