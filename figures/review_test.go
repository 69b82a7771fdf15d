//go:build figures

package figures

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

// reviews measures what a person waits for in the review of 1,000 invoices, once Xero has answered.
func (f *figures) reviews() {
	const clients = 200
	var after samples
	n := 0
	for range 3 {
		there, books := inMemory(f.T, sim.Config{Limits: true}, 0)
		heard := &heard{Books: books}
		o := newOffice(f.T, heard, there.Orgs()[0].TenantID, 1000, clients)
		o.forgetWhenChartWasRead(f.T)
		there.ResetCalls()
		before := calibrate(f.Context())
		reviews, results, err := o.app.Review(f.Context(), o.me, o.ids, true)
		took := time.Since(time.Unix(0, heard.last.Load()))
		if err != nil || len(results) > 0 || reviews[0].Count(app.VerdictReady) != len(o.ids) {
			f.Fatalf("%v, %v", results, err)
		}
		n = there.TotalCalls()
		after = append(after, sample{value: ms(took), pace: sqliteWork.pace(between(before, calibrate(f.Context())))})
	}
	f.hold("calls for the review of 1,000 invoices of 200 new clients", exactly(float64(n)), 33, calls,
		fmt.Sprintf("%d = %d chart + 1 page of contacts + ⌈1,000/40⌉", chart+1+25, chart))
	f.hold("verdicts of that review, after Xero's last answer", after, 150, milliseconds, "checks, contacts, totals, and how many calls the export takes")
}

// heard notes when Xero last answered.
type heard struct {
	app.Books
	last atomic.Int64 // Unix nanoseconds
}

func (h *heard) note() { h.last.Store(time.Now().UnixNano()) }

func (h *heard) Chart(ctx context.Context, t ledger.TenantID) (ledger.Chart, error) {
	defer h.note()
	return h.Books.Chart(ctx, t)
}

func (h *heard) ByNumber(ctx context.Context, t ledger.TenantID, numbers []billing.Number) ([]ledger.Standing, error) {
	defer h.note()
	return h.Books.ByNumber(ctx, t, numbers)
}

func (h *heard) Contacts(ctx context.Context, t ledger.TenantID, q ledger.ContactQuery) iter.Seq2[ledger.Contact, error] {
	return func(yield func(ledger.Contact, error) bool) {
		for c, err := range h.Books.Contacts(ctx, t, q) {
			h.note()
			if !yield(c, err) {
				return
			}
		}
		h.note()
	}
}
