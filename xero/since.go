package xero

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"time"

	"feebridge/app/ledger"
)

// Since yields, a page at a time and one call a page, the sales invoices that were created or
// changed at or after from, on Xero's clock, the newest change first; the zero time asks for
// all of them. What the list leaves out of an invoice is read by its ID. Invoices without a mark
// that cannot be read are named: who asks knows whether one may be ours.
//
// The newest come first, since an invoice that changes while the list is read then jumps to
// its front and shifts all others back, towards the pages that are still to come: nothing that
// did not change can be passed by, however many changed in the same moment. In the other order
// it would jump to the end, and one invoice from each page would slip to the page before it,
// which was read already. What did change in the meantime is for the caller to ask for again.
func (c *Client) Since(ctx context.Context, t ledger.TenantID, from time.Time) iter.Seq2[ledger.Page, error] {
	k := changes(t, from)
	return func(yield func(ledger.Page, error) bool) {
		for number := 1; ; number++ {
			page, err := readPage[invoice](ctx, c, k, number)
			if err != nil {
				yield(ledger.Page{}, err)
				return
			}
			found, err := c.newestFirst(ctx, t, page)
			if !yield(found, err) || err != nil || page.last(number) {
				return
			}
		}
	}
}

// changes asks for the sales invoices that were created or changed at or after from, the newest change first.
func changes(t ledger.TenantID, from time.Time) call {
	k := call{tenant: t, path: invoicesName, counted: true, query: url.Values{
		"summaryOnly": {"true"},
		"where":       {`Type=="` + salesInvoice + `"`},
		"order":       {"UpdatedDateUTC DESC"},
	}}
	if !from.IsZero() {
		k.since = from.Truncate(time.Second).Add(-overlap)
	}
	return k
}

// Made returns which of the sales invoices that were created or changed at or after from were created by this application,
// as Xero keeps it. Source: createdByMyApp in Xero's specification of GET /Invoices.
func (c *Client) Made(ctx context.Context, t ledger.TenantID, from time.Time) (map[ledger.InvoiceID]bool, error) {
	k := changes(t, from)
	k.query.Set("createdByMyApp", "true")
	made := map[ledger.InvoiceID]bool{}
	err := readPages(ctx, c, k, func(page listing[invoice]) {
		for _, v := range page.items {
			made[ledger.InvoiceID(v.InvoiceID)] = true
		}
	})
	return made, err
}

// overlap is how much earlier Xero is asked for changes than is needed: it reads whole
// seconds, and does not say whether what changed in that very second is among them.
const overlap = time.Second

// mostLacking is how many invoices of a page are read by their IDs at most.
const mostLacking = 200

// newestFirst returns the sales invoices of a page. One that is not in the order that was
// asked for is an error: pages in another order may leave something out.
func (c *Client) newestFirst(ctx context.Context, t ledger.TenantID, page listing[invoice]) (ledger.Page, error) {
	var lacking []guid
	for i, v := range page.items {
		if i > 0 && v.UpdatedDateUTC.After(page.items[i-1].UpdatedDateUTC.Time) {
			return ledger.Page{}, notUnderstood(errors.New("it is not in the order of change that was asked for"))
		}
		if v.InvoiceID == "" {
			return ledger.Page{}, notUnderstood(errNoID)
		}
		if v.sells() && v.lacks() != "" {
			lacking = append(lacking, v.InvoiceID)
		}
	}
	if len(lacking) > mostLacking {
		return ledger.Page{}, notUnderstood(fmt.Errorf("%d invoices in it lack something that every invoice has", len(lacking)))
	}
	full, err := c.inFull(ctx, t, lacking)
	if err != nil {
		return ledger.Page{}, err
	}
	all := ledger.Page{Unread: map[ledger.InvoiceID]error{}, Made: page.clock.made()}
	for _, v := range page.items {
		f := found[invoice]{v, page.clock}
		if whole, read := full[v.InvoiceID]; read {
			f = whole
		}
		if !f.item.sells() {
			continue
		}
		s, err := f.item.standing(f.clock)
		if err != nil && f.item.mark() == "" && v.mark() == "" {
			all.Unread[ledger.InvoiceID(v.InvoiceID)] = notUnderstood(err)
			continue
		}
		if err != nil {
			return ledger.Page{}, notUnderstood(err)
		}
		all.Changed = append(all.Changed, s)
	}
	return all, nil
}
