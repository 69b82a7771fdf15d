package outbox

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"feebridge/app"
	"feebridge/app/ledger"
)

// readSince hands the sales invoices that changed in Xero at or after from to take, a page at
// a time, those of each page newest first. take says when it has enough: what is older than
// the page is not read then. It returns the moment of Xero's clock up to which all changes are
// known then.
//
// What changes while a list is read moves to its front, past the pages that are still to come.
// So after a list of several pages the front is read again, until one page has all that is new.
// An invoice may come again, in a newer state or the same.
func readSince(ctx context.Context, books app.Books, t ledger.TenantID, from time.Time, take func(page []ledger.Standing) (enough bool, err error)) (reached time.Time, err error) {
	seen := map[ledger.InvoiceID]time.Time{}
	for again := false; ; again = true {
		pages := 0
		top := from
		for p, err := range books.Since(ctx, t, from) {
			if err != nil {
				return reached, err
			}
			page := p.Changed
			if pages++; pages == 1 && !p.Made.IsZero() {
				reached = later(reached, p.Made.Add(-showsLate))
			}
			if len(page) > 0 {
				top = later(top, page[0].Updated)
			}
			fresh := page
			if again {
				fresh = unseen(page, seen)
			}
			for _, st := range fresh {
				seen[st.ID] = st.Updated
			}
			enough, err := take(fresh)
			if err != nil {
				return reached, err
			}
			if enough || len(fresh) < len(page) { // what is older than what was seen was seen, too
				break
			}
		}
		reached = later(reached, top)
		if pages <= 1 {
			return reached, nil
		}
		from = top
	}
}

// showsLate is how much earlier than an answer was made what it does not have may have changed.
const showsLate = time.Minute

// changesSince returns every sales invoice that changed in Xero at or after from, the oldest
// change first, and the moment of Xero's clock up to which all changes are known then.
func changesSince(ctx context.Context, books app.Books, t ledger.TenantID, from time.Time) ([]ledger.Standing, time.Time, error) {
	newest := map[ledger.InvoiceID]ledger.Standing{}
	reached, err := readSince(ctx, books, t, from, func(page []ledger.Standing) (bool, error) {
		for _, st := range page {
			if known, ok := newest[st.ID]; !ok || !st.Updated.Before(known.Updated) {
				newest[st.ID] = st
			}
		}
		return false, nil
	})
	all := slices.Collect(maps.Values(newest))
	slices.SortFunc(all, func(a, b ledger.Standing) int {
		return cmp.Or(a.Updated.Compare(b.Updated), cmp.Compare(a.ID, b.ID))
	})
	return all, reached, err
}

// unseen returns the readings of a page that tell something new.
func unseen(page []ledger.Standing, seen map[ledger.InvoiceID]time.Time) []ledger.Standing {
	var fresh []ledger.Standing
	for _, st := range page {
		if at, known := seen[st.ID]; !known || !at.Equal(st.Updated) {
			fresh = append(fresh, st)
		}
	}
	return fresh
}
