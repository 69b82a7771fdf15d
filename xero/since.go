package xero

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"time"

	"feebridge/app/ledger"
)

// Since yields, a page at a time and one call a page, the sales invoices that were created or
// changed at or after from, on Xero's clock, the newest change first; the zero time asks for
// all of them. Invoices without a Url that cannot be read are left out: whoever asks looks for
// what is ours.
//
// The newest come first, since an invoice that changes while the list is read then jumps to
// its front and shifts all others back, towards the pages that are still to come: nothing that
// did not change can be passed by, however many changed in the same moment. In the other order
// it would jump to the end, and one invoice from each page would slip to the page before it,
// which was read already. What did change in the meantime is for the caller to ask for again.
func (c *Client) Since(ctx context.Context, t ledger.TenantID, from time.Time) iter.Seq2[ledger.Page, error] {
	k := call{tenant: t, path: invoicesName, query: url.Values{
		"summaryOnly": {"true"},
		"where":       {`Type=="` + salesInvoice + `"`},
		"order":       {"UpdatedDateUTC DESC"},
	}}
	if !from.IsZero() {
		k.since = from.Truncate(time.Second).Add(-overlap)
	}
	return func(yield func(ledger.Page, error) bool) {
		for number := 1; ; number++ {
			page, err := readPage[invoice](ctx, c, k, number)
			if err != nil {
				yield(ledger.Page{}, err)
				return
			}
			found, err := newestFirst(page.items)
			if !yield(ledger.Page{Changed: found, Made: page.clock.stamp}, err) || err != nil || page.last(number) {
				return
			}
		}
	}
}

// overlap is how much earlier Xero is asked for changes than is needed: it reads whole
// seconds, and does not say whether what changed in that very second is among them.
const overlap = time.Second

// newestFirst returns the sales invoices of a page. One that is not in the order that was
// asked for is an error: pages in another order may leave something out.
func newestFirst(items []invoice) ([]ledger.Standing, error) {
	var found []ledger.Standing
	for i, v := range items {
		if i > 0 && v.UpdatedDateUTC.After(items[i-1].UpdatedDateUTC.Time) {
			return nil, notUnderstood(errors.New("it is not in the order of change that was asked for"))
		}
		if v.Type != salesInvoice {
			continue
		}
		s, err := v.standing()
		if err != nil && v.mark() == "" {
			continue // it bears no mark, so it is none of ours
		}
		if err != nil {
			return nil, notUnderstood(err)
		}
		found = append(found, s)
	}
	return found, nil
}
