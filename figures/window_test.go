//go:build figures

package figures

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/command"
	"feebridge/data/sqlite"
)

// What the process of a window is told in its environment.
const (
	envWindow = "FEEBRIDGE_FIGURES"         // which window it opens
	envDB     = "FEEBRIDGE_FIGURES_DB"      // the database of the large firm
	envBegan  = "FEEBRIDGE_FIGURES_STARTED" // when it was started, in nanoseconds of Unix time
)

// window measures the window. Each runs in a process of its own: Fyne wants the main
// goroutine, which belongs to the tests here, and its heap is then its alone.
func (f *figures) window() {
	firm := filepath.Join(f.TempDir(), "firm.db")
	if err := makeLargeFirm(f.Context(), firm); err != nil {
		f.Fatal(err)
	}
	const openings, starts = 3, 5
	got := f.open("grid", firm, openings)
	for _, r := range []struct {
		what, key string
		work      work
		must      float64
		note      string
	}{
		{"grid of 100,000 invoices: first rows painted", "first rows", allWork, 100, "from making the screens, in the window of the sign-in, to the end of the frame"},
		{"all loaded, off the goroutine that draws", "load", sqliteWork, 700,
			fmt.Sprintf("read from SQLite, folded and sorted, while the first rows are painted; %.0f ms at Reload", got.median("reload"))},
		{"and the swap on it", "swap", goWork, 2, "worst of 5 reloads"},
		{"a key in the search", "key", goWork, 8, "p95 of 62, typed and rubbed out"},
		{"sort by client", "sort", goWork, 60, "p95 of 20 clicks on the title"},
		{"scroll a row: callback", "row", goWork, 0.4, "p95 of 200"},
		{"scroll a page: callback", "page", goWork, 2, fmt.Sprintf("p95 of 200, %.0f rows a page", got.median("page rows"))},
		{"scroll a row: callback and paint", "row painted", glWork, 16, "p95 of 200; software GL, without the wait for the frame's turn"},
		{"scroll a page: callback and paint", "page painted", glWork, 33, "p95 of 200; the same"},
		{"a click on a row", "click", goWork, 0.1, "p95 of 200; the toolbar and the sums follow 50 ms later"},
		{"Ctrl+A", "select all", goWork, 15, "p95 of 20; the same"},
		{"50 changed rows patched", "patch", goWork, 5, "p95 of 20, held back or released while sorted by Xero Export"},
	} {
		f.hold(r.what, got.samples(r.key, r.work), r.must, milliseconds, r.note)
	}
	f.tell("longest other work on the goroutine that draws", got.samples("other", goWork), milliseconds, "such as the sums of all that is shown or selected, a moment after a click")
	f.hold("HeapAlloc with that grid open", got.samples("open heap", nil), 80, megabytes, "live, after a collection")
	f.hold("HeapAlloc during a reload", got.samples("reload heap", nil), 140, megabytes, "highest of a sample every 2 ms, garbage included")
	f.foot(fmt.Sprintf("Grid: the real screens on a real database, in a window of 1280 × 760, opened %d times.", openings))

	got = f.open("demo", "", starts)
	f.hold("window up with first rows, demo firm", got.samples("start", allWork), 500, milliseconds,
		fmt.Sprintf("from the start of the process to the end of the frame, %.0f ms of it to main; %d starts", got.median("main"), starts))
	f.tell("of that, making the firm", got.samples("making", sqliteWork), milliseconds, "and exporting its history")
	f.tell("opening", got.samples("opening", goWork), milliseconds, "the window and its screens are made")
	f.tell("painting", got.samples("painting", glWork), milliseconds, "up to the first frame with rows, the graphics driver's start included")
	f.hold("from Approve in Xero to Closed on screen after F5", got.samples("closed", sqliteWork), 500, milliseconds,
		"from the key to the end of the work that patches the row; no latency")
}

// measured are the readings of each opening of a window.
type measured []readings

// samples returns the runs of a figure that is compared with some work; nil is none.
func (m measured) samples(key string, w work) samples {
	var all samples
	for _, one := range m {
		s := sample{value: one[key].Value, pace: 1}
		if w != nil {
			s.pace = w.pace(one[key].Loops)
		}
		all = append(all, s)
	}
	return all
}

func (m measured) median(key string) float64 {
	return median(m.samples(key, nil).each(func(s sample) float64 { return s.value }))
}

// open opens a window in a process of its own, some times, and returns what each measured.
func (f *figures) open(window, db string, times int) measured {
	var all measured
	for range times {
		ctx, cancel := context.WithTimeout(f.Context(), openLimit+time.Minute)
		c := exec.CommandContext(ctx, os.Args[0])
		c.Env = append(os.Environ(), envWindow+"="+window, envDB+"="+db, "XDG_CONFIG_HOME="+f.TempDir(),
			envBegan+"="+strconv.FormatInt(time.Now().UnixNano(), 10))
		var errs bytes.Buffer // where Fyne also complains of what a bare display lacks
		c.Stderr = &errs
		out, err := c.Output()
		cancel()
		if err != nil {
			f.Fatalf("the window %s: %v\n%s", window, err, &errs)
		}
		one := readings{}
		if err := json.Unmarshal(out, &one); err != nil {
			f.Fatalf("the window %s: %v in %q", window, err, out)
		}
		all = append(all, one)
	}
	return all
}

// makeLargeFirm makes the database of a firm of 100,000 invoices for 3,000 clients, most
// of which were exported and paid long ago.
func makeLargeFirm(ctx context.Context, path string) error {
	const invoices, clients, at = 100_000, 3000, 5000
	db, err := sqlite.Open(ctx, path)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	a := command.NewDesk(app.Params{Log: slog.New(slog.DiscardHandler)}, db)
	if err := a.Open(ctx, firm, "Owner"); err != nil {
		return err
	}
	me, err := a.Who(ctx)
	if err != nil {
		return err
	}
	tenant := ledger.Tenant{ID: "t", Name: "Tui Accounting Ltd"}
	err = db.Update(ctx, func(tx app.Tx) error {
		for i := range clients {
			if _, err := tx.SaveClient(largeClient(i)); err != nil {
				return err
			}
		}
		if err := tx.SaveOrganisation(app.Organisation{Tenant: tenant, Default: true, State: app.Connected}); err != nil {
			return err
		}
		return tx.SaveRuns(app.Run{ID: "r", Tenant: tenant.ID, By: me.ID, Started: tx.Now(), Confirmed: tx.Now(), Ended: tx.Now()})
	})
	for i := 0; i < invoices && err == nil; i += at {
		err = db.Update(ctx, func(tx app.Tx) error {
			for j := i; j < i+at; j++ {
				if err := saveLargeInvoice(tx, j, clients, tenant.ID); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return err
}

func largeClient(i int) billing.Client {
	places := []string{"Harbour", "Kauri", "Ōtāhuhu", "Ridge", "Åse", "Bay", "Müller", "Silver", "Tāmaki", "North"}
	trades := []string{"Joinery", "Café", "Plumbing", "Vets", "Textiles", "Builders", "Motors"}
	return billing.Client{
		ID: billing.ClientID(fmt.Sprintf("client-%024d", i)), Code: fmt.Sprintf("C%04d", i),
		Name: fmt.Sprintf("%s %s %d Ltd", places[i%len(places)], trades[i*7%len(trades)], i),
	}
}

// saveLargeInvoice stores an invoice and, where it was exported, what came of that.
func saveLargeInvoice(tx app.Tx, i, clients int, tenant ledger.TenantID) error {
	stage, there := billing.Stage{Status: billing.Closed, Export: billing.Exported}, ledger.PaidThere
	var messages []ledger.Message
	switch i % 20 {
	case 0:
		stage, there = billing.Stage{Status: billing.Draft}, ""
	case 1, 2:
		stage, there = billing.Stage{Status: billing.Finalized}, ""
	case 3:
		stage, there = billing.Stage{Status: billing.Finalized, Export: billing.Failed}, ""
		messages = []ledger.Message{{Text: fmt.Sprintf("Account code '%d' is not a valid code for this document.", i%90), Cause: ledger.Other}}
	case 4, 5:
		stage, there = billing.Stage{Status: billing.Finalized, Export: billing.Exported}, ledger.DraftThere
	}
	day := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i/50)
	v := billing.Invoice{
		ID: billing.InvoiceID(fmt.Sprintf("invoice-%024d", i)), Client: largeClient(i * 7919 % clients).ID, Type: billing.Final,
		Number: billing.Number(fmt.Sprintf("INV-%06d", i+1)), Date: billing.DateOf(day), Due: billing.DateOf(day.AddDate(0, 0, 20)),
		Reference: fmt.Sprintf("Job %d/%d", i%clients, i%12), Currency: "NZD", Amounts: money.Exclusive, Stage: stage,
		Lines: []billing.Line{{Description: "Annual accounts", Quantity: 1_0000, UnitAmount: money.UnitAmount(100_0000 + i*3700)}},
	}
	if _, err := tx.SaveInvoice(v); err != nil || stage.Export == billing.NotExported {
		return err
	}
	totals, err := v.Totals()
	if err != nil {
		return err
	}
	e := app.Export{
		ID: app.ExportID(fmt.Sprintf("export-%024d", i)), Run: "r", Invoice: v.ID, Number: v.Number, Tenant: tenant, Mark: fmt.Sprint("http://localhost/", i),
		Expected: totals.Total, Sent: tx.Now(), Ended: tx.Now(), Result: stage.Export, Messages: messages,
	}
	if there != "" {
		e.Standing = ledger.Standing{ID: ledger.InvoiceID(fmt.Sprintf("xero-%024d", i)), Number: v.Number, Status: there, Currency: v.Currency, Total: totals.Total, AmountDue: totals.Total}
	}
	if there == ledger.PaidThere {
		e.Standing.AmountDue, e.Standing.AmountPaid, e.Standing.PaidOn = money.Zero(v.Currency), totals.Total, v.Due
	}
	return tx.SaveExports(e)
}
