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
// What changes while a list is read moves to its front, past the pages that are still to come. So
// after a list of several pages the front is read again, until one page has all that is new. An
// invoice may come again, in a newer state or the same. One with a wrong time of change may come
// before all others; so the oldest change of a page decides whether what follows is known.
func readSince(ctx context.Context, books app.Books, t ledger.TenantID, from time.Time, take func(ledger.Page) (enough bool, err error)) (reached time.Time, err error) {
	seen := map[ledger.InvoiceID]time.Time{}
	reached = from
	for again := false; ; again = true {
		pages := 0
		var newest, made time.Time
		for p, err := range books.Since(ctx, t, from) {
			if err != nil {
				return reached, err
			}
			page := p.Changed
			if pages++; pages == 1 {
				made = p.Made
			}
			for _, st := range page {
				newest = later(newest, st.Updated)
			}
			known := again && len(page) > 0 && len(unseen(page[len(page)-1:], seen)) == 0
			if again {
				p.Changed = unseen(page, seen)
			}
			for _, st := range p.Changed {
				seen[st.ID] = st.Updated
			}
			enough, err := take(p)
			if err != nil {
				return reached, err
			}
			if enough || known { // what is older than what was seen was seen, too
				break
			}
		}
		reached = later(reached, knownUntil(newest, made))
		if pages <= 1 {
			return reached, nil
		}
		if !made.IsZero() {
			from = later(from, earlier(newest, made))
		}
	}
}

// showsLate is how much earlier than an answer was made what it does not have may have changed.
const showsLate = time.Minute

// mostQuiet is how far what is known may reach past the newest change that was seen. It is more than
// a refresh goes back, so that a list without changes is empty, and no more than that needs: where a
// clock is wrong once, a change is passed by for good that is older than what seems to be known.
const mostQuiet = refreshOverlap + time.Minute

// knownUntil returns up to when all changes are known after a list was read whose newest change and
// making those were; the zero time where the list does not tell.
func knownUntil(newest, made time.Time) time.Time {
	if newest.IsZero() || made.IsZero() {
		return time.Time{}
	}
	return later(earlier(newest, made), earlier(newest.Add(mostQuiet), made.Add(-showsLate)))
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// changesSince returns every sales invoice that changed in Xero at or after from, the oldest
// change first, and the moment of Xero's clock up to which all changes are known then. Where marks do not survive, what
// cannot be read may be ours: then not all of them are known.
func changesSince(ctx context.Context, books app.Books, t ledger.TenantID, from time.Time, marks app.Marks) ([]ledger.Standing, time.Time, error) {
	newest := map[ledger.InvoiceID]ledger.Standing{}
	reached, err := readSince(ctx, books, t, from, func(page ledger.Page) (bool, error) {
		for _, err := range page.Unread {
			if !marks.Survive() {
				return false, err
			}
		}
		for _, st := range page.Changed {
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
