//go:build figures

package figures

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/shopspring/decimal"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/outbox"
	"feebridge/command"
	"feebridge/xero/sim"
)

// refreshes measures how the statuses of 10,000 exported invoices are refreshed.
func (f *figures) refreshes() {
	f.countRefreshes()
	f.timeStatuses()
	f.countIdleDay()
}

// exportedOffice is a firm with n exported invoices, an hour later, which knows how they stand.
func exportedOffice(t *testing.T, cfg sim.Config, n int) (*office, *sim.Sim, app.Books) {
	there, books := inMemory(t, cfg, 0)
	o := newOffice(t, books, there.Orgs()[0].TenantID, n, 200)
	o.export(t)
	return o, there, books
}

func (f *figures) countRefreshes() {
	const n = 10_000
	counted := map[string]int{}
	synctest.Test(f.T, func(t *testing.T) {
		o, there, books := exportedOffice(t, sim.Config{}, n)
		tenant := string(o.tenant)
		refresh := func(what string) {
			t.Helper()
			time.Sleep(5 * time.Minute)
			there.ResetCalls()
			a := command.NewDesk(app.Params{Books: books, Log: slog.New(slog.DiscardHandler)}, o.db)
			if _, err := a.RefreshAll(t.Context()); err != nil {
				t.Fatal(err)
			}
			counted[what] = there.TotalCalls()
			o.mustBeFresh(t, there)
		}
		refresh("first")
		refresh("none")
		all := there.Invoices(tenant)
		act := func(what string, err error) {
			if err != nil {
				t.Fatal(what, err)
			}
		}
		for _, inv := range all[:100] {
			act("approving", there.Approve(tenant, inv.InvoiceID))
		}
		refresh("a hundred")
		for _, inv := range all[100:] {
			act("approving", there.Approve(tenant, inv.InvoiceID))
			time.Sleep(10 * time.Millisecond)
		}
		for _, inv := range all[:100] {
			act("voiding", there.Void(tenant, inv.InvoiceID))
		}
		refresh("one after the other")
		pay := func(inv sim.Invoice) {
			_, err := there.RecordPayment(tenant, inv.InvoiceID, "090", time.Now(), decimal.NewFromInt(1))
			act("paying", err)
		}
		for _, inv := range all[100:] {
			pay(inv)
		}
		for _, inv := range all[:100] {
			_, err := there.CreateInvoice(tenant, sim.Invoice{Type: inv.Type, ContactID: inv.ContactID, Date: inv.Date, DueDate: inv.DueDate, Lines: inv.Lines})
			act("creating", err)
		}
		refresh("all in one moment")
		for _, inv := range all[100:] {
			pay(inv)
		}
		pages := 0
		books = interrupted{books, func() {
			if pages++; pages > 9 {
				return
			}
			for _, inv := range all[100*pages:][:50] {
				pay(inv)
			}
		}}
		refresh("edits while they are read")
	})
	f.hold("calls to refresh 10,000 exported invoices, none changed", exactly(float64(counted["none"])), 1, calls, "right after a refresh; and at every later one")
	f.hold("100 changed", exactly(float64(counted["a hundred"])), 1, calls, "all in one moment")
	f.hold("10,000 changed one after the other", exactly(float64(counted["one after the other"])), 12, calls, "10 ms apart; 11 pages of 1,000 and the front once more")
	f.hold("10,000 changed in one moment", exactly(float64(counted["all in one moment"])), 12, calls, "all with the same time of change")
	f.hold("10,000 changed, and 50 again after each of nine pages", exactly(float64(counted["edits while they are read"])), 12, calls, "payments recorded while the list is read")
}

// timeStatuses measures how long it takes to store what 10,000 invoices have become.
func (f *figures) timeStatuses() {
	const n = 10_000
	var statuses, payments samples
	for range 3 {
		synctest.Test(f.T, func(t *testing.T) {
			o, there, books := exportedOffice(t, sim.Config{}, n)
			tenant := string(o.tenant)
			refresh := func() sample {
				time.Sleep(5 * time.Minute)
				timed := &timedStore{Store: o.db}
				a := command.NewDesk(app.Params{Books: books, Log: slog.New(slog.DiscardHandler)}, timed)
				before := calibrate(t.Context())
				if _, err := a.RefreshAll(t.Context()); err != nil {
					t.Fatal(err)
				}
				pace := sqliteWork.pace(between(before, calibrate(t.Context())))
				o.mustBeFresh(t, there)
				return sample{value: timed.writing.Seconds(), pace: pace}
			}
			refresh()
			for _, inv := range there.Invoices(tenant) {
				if err := there.Approve(tenant, inv.InvoiceID); err != nil {
					t.Fatal(err)
				}
				time.Sleep(10 * time.Millisecond)
			}
			statuses = append(statuses, refresh())
			for _, inv := range there.Invoices(tenant) {
				if _, err := there.RecordPayment(tenant, inv.InvoiceID, "090", time.Now(), decimal.NewFromInt(1)); err != nil {
					t.Fatal(err)
				}
			}
			payments = append(payments, refresh())
		})
	}
	f.hold("time to write 10,000 changed statuses", statuses, 0.5, seconds,
		"10 ms apart; all transactions of that refresh: status, stage, burnt number, audit entry, change feed")
	f.tell("and where only what is paid changed", payments, seconds, "all in one moment")
}

// mustBeFresh fails the test unless every invoice stands here as in Xero.
func (o *office) mustBeFresh(t *testing.T, there *sim.Sim) {
	t.Helper()
	byNumber := map[string]sim.Invoice{}
	for _, inv := range there.Invoices(string(o.tenant)) {
		if _, twice := byNumber[inv.Number]; !twice {
			byNumber[inv.Number] = inv
		}
	}
	behind := 0
	for row, err := range o.db.Rows(t.Context(), app.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		inv, ok := byNumber[string(row.Number)]
		if !ok || string(row.XeroStatus) != inv.Status || inv.Live() && row.AmountDue.String() != inv.AmountDue().StringFixed(2) {
			behind++
		}
	}
	if behind > 0 {
		t.Fatalf("%d invoices do not stand here as in Xero", behind)
	}
}

// interrupted are books in which people work after every page that is read.
type interrupted struct {
	app.Books
	between func()
}

func (b interrupted) Since(ctx context.Context, t ledger.TenantID, from time.Time) iter.Seq2[ledger.Page, error] {
	return func(yield func(ledger.Page, error) bool) {
		for page, err := range b.Books.Since(ctx, t, from) {
			b.between()
			if !yield(page, err) {
				return
			}
		}
	}
}

func (f *figures) countIdleDay() {
	var n int
	synctest.Test(f.T, func(t *testing.T) {
		o, there, _ := exportedOffice(t, sim.Config{Limits: true}, 1000)
		if _, err := o.app.RefreshAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		there.ResetCalls()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- o.app.Run(ctx) }()
		time.Sleep(24*time.Hour + time.Minute)
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		n = there.TotalCalls()
	})
	f.hold("calls a day of an idle firm with 1,000 open invoices", exactly(float64(n)), 320, calls, "24 h of the whole background work: every 5 minutes, and once by their IDs, 40 a call")
}

// timedStore adds up how long its transactions that write take.
type timedStore struct {
	command.Store
	writing time.Duration
}

func (s *timedStore) Work(ctx context.Context, f app.Fence, fn func(outbox.Tx) error) error {
	began := realTime()
	defer func() { s.writing += realTime() - began }()
	return s.Store.Work(ctx, f, fn)
}

// closeOne approves an invoice of the demo firm in Xero and presses F5, and returns how long it
// takes until the window shows it Closed.
func (st *stage) closeOne(ctx context.Context, press func()) (time.Duration, error) {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		fresh, err := st.Refreshes(ctx)
		if err != nil {
			return 0, err
		}
		waits := len(fresh) == 0
		for _, r := range fresh {
			waits = waits || r.At.IsZero()
		}
		if !waits {
			break
		}
		if time.Now().After(deadline) {
			return 0, fmt.Errorf("the window has not refreshed by itself")
		}
	}
	for row, err := range st.App.Rows(ctx, st.firm.Me, app.Query{}) {
		if err != nil {
			return 0, err
		}
		if row.Stage != (billing.Stage{Status: billing.Finalized, Export: billing.Exported}) {
			continue
		}
		if err := st.firm.Demo.InXero("approve", row.Number); err != nil {
			return 0, err
		}
		time.Sleep(time.Second) // the window is at rest
		began := time.Now()
		press()
		shown, err := st.awaitPost("patch", began)
		if err != nil {
			return 0, err
		}
		return shown.began.Add(shown.took).Sub(began), st.mustBeClosed(ctx, row.ID)
	}
	return 0, fmt.Errorf("the demo firm has nothing exported")
}

func (st *stage) mustBeClosed(ctx context.Context, id billing.InvoiceID) error {
	for row, err := range st.App.Rows(ctx, st.firm.Me, app.Query{IDs: []billing.InvoiceID{id}}) {
		if err != nil {
			return err
		}
		if row.Stage.Status != billing.Closed {
			return fmt.Errorf("invoice %s is %v", row.Number, row.Stage)
		}
	}
	return nil
}
