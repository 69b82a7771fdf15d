package xero

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"slices"
	"time"

	"feebridge/app/ledger"
)

// Since yields every sales invoice that was created or changed at or after from, on
// Xero's clock; the zero time asks for all of them. When it ends without an error it is
// complete as of its beginning, less invoices without a Url that cannot be read: whoever
// asks looks for its marks. An invoice that changes while the list is read may come
// twice, the newer state last.
func (c *Client) Since(ctx context.Context, t ledger.TenantID, from time.Time) iter.Seq2[ledger.Standing, error] {
	return func(yield func(ledger.Standing, error) bool) {
		w := newWalk(from)
		for w.page > 0 {
			found, err := w.next(ctx, c, t)
			if err != nil {
				yield(ledger.Standing{}, err)
				return
			}
			for _, s := range found {
				if !yield(s, nil) {
					return
				}
			}
		}
	}
}

// overlap is how much earlier Xero is asked for changes than is needed: it reads whole
// seconds, and does not say whether what changed in that very second is among them.
const overlap = time.Second

// walk is how far a reading of changes has come.
//
// The list is in the order of change. An invoice that changes meanwhile moves to its
// end, and all that were behind it move forward, one of them from each page to the page
// before it, which may have been read already. So the walk goes on by time: the next
// page is the first page since the last change seen. Only where a page does not get
// beyond two seconds, after thousands of changes at once, it goes on by number. Then it
// runs through those pages until two runs bring the same: if something had moved during
// the first, the second would not have found it in its place.
type walk struct {
	since  time.Time // whole seconds; zero for the beginning
	page   int       // that is asked for next; 0 at the end
	run    []sight   // what the pages since then brought of those two seconds
	before []sight   // what the run before it brought
	seen   map[ledger.InvoiceID]time.Time
}

// sight is an invoice as it was after a change.
type sight struct {
	id      ledger.InvoiceID
	changed int64 // in ms
}

func newWalk(from time.Time) *walk {
	w := &walk{page: 1, seen: map[ledger.InvoiceID]time.Time{}}
	if !from.IsZero() {
		w.since = from.Truncate(time.Second).Add(-overlap)
	}
	return w
}

// next reads a page, returns what of it is new and decides on the page after it.
func (w *walk) next(ctx context.Context, c *Client, t ledger.TenantID) ([]ledger.Standing, error) {
	page, err := readPage[invoice](ctx, c, call{tenant: t, path: invoicesName, since: w.since, query: url.Values{
		"summaryOnly": {"true"},
		"where":       {`Type=="` + salesInvoice + `"`},
		"order":       {"UpdatedDateUTC ASC"},
	}}, w.page)
	if err != nil {
		return nil, err
	}
	var found []ledger.Standing
	var last time.Time
	for _, v := range page.items {
		updated := v.UpdatedDateUTC.Time
		if updated.Before(last) {
			return nil, notUnderstood(errors.New("it is not in the order of change that was asked for"))
		}
		last = updated
		if !w.beyond(updated) {
			w.run = append(w.run, sight{v.InvoiceID, updated.UnixMilli()})
		}
		if before, known := w.seen[v.InvoiceID]; v.Type != salesInvoice || known && before.Equal(updated) {
			continue
		}
		s, err := v.standing()
		if err != nil && v.URL == "" {
			continue // it bears no mark, so it is none of ours
		}
		if err != nil {
			return nil, notUnderstood(err)
		}
		w.seen[v.InvoiceID] = updated
		found = append(found, s)
	}
	w.advance(last, page.last(w.page))
	return found, nil
}

// beyond reports whether a walk that goes on from that change would get further.
func (w *walk) beyond(changed time.Time) bool { return seekTo(changed).After(w.since) }

func seekTo(changed time.Time) time.Time { return changed.Truncate(time.Second).Add(-overlap) }

// advance decides which page is next, from the last change on this one and whether the
// list ends with it.
func (w *walk) advance(last time.Time, end bool) {
	switch {
	case w.page == 1 && end:
		w.page = 0
	case w.page == 1 && w.beyond(last):
		w.restart(seekTo(last))
	case !end && !w.beyond(last):
		w.page++
	case !slices.Equal(w.run, w.before):
		w.page, w.run, w.before = 1, nil, w.run
	case w.beyond(last):
		// Not to the last change: what comes after those two seconds was read by number.
		w.restart(w.since.Add(time.Second))
	default:
		w.page = 0
	}
}

func (w *walk) restart(since time.Time) {
	w.since, w.page, w.run, w.before = since, 1, nil, nil
}
