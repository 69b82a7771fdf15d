package xero

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

// invoice is an invoice as Xero tells it, less what is not used.
type invoice struct {
	Type          string
	InvoiceID     ledger.InvoiceID
	InvoiceNumber billing.Number
	URL           string `json:"Url"`
	Reference     string
	Status        ledger.InvoiceStatus
	Contact       struct {
		ContactID ledger.ContactID
		Name      string
	}
	Date            wireTime
	CurrencyCode    string
	Total           json.Number
	AmountDue       json.Number
	AmountPaid      json.Number
	AmountCredited  json.Number
	FullyPaidOnDate wireTime
	UpdatedDateUTC  wireTime
}

// mark returns the address that the invoice carries, or what is left of one in its reference.
func (v invoice) mark() string {
	if inReference := app.MarkIn(v.Reference); !app.IsMark(v.URL) && inReference != "" {
		return inReference
	}
	return v.URL
}

// standing returns the value. An invoice without its ID, total or currency is an error.
func (v invoice) standing() (ledger.Standing, error) {
	currency, err := money.ParseCurrency(v.CurrencyCode)
	if err == nil && (v.InvoiceID == "" || v.Total == "") {
		err = errors.New("it has no ID or no total")
	}
	amount := func(n json.Number) money.Amount {
		if n == "" || err != nil {
			return money.Zero(currency)
		}
		var a money.Amount
		a, err = money.Parse(n.String(), currency)
		return a
	}
	s := ledger.Standing{
		ID:             v.InvoiceID,
		Number:         v.InvoiceNumber,
		Mark:           v.mark(),
		Status:         v.Status,
		Contact:        v.Contact.ContactID,
		ContactName:    v.Contact.Name,
		Date:           v.Date.day(),
		Currency:       currency,
		Total:          amount(v.Total),
		AmountDue:      amount(v.AmountDue),
		AmountPaid:     amount(v.AmountPaid),
		AmountCredited: amount(v.AmountCredited),
		PaidOn:         v.FullyPaidOnDate.day(),
		Updated:        v.UpdatedDateUTC.Time,
	}
	if err != nil {
		return ledger.Standing{}, fmt.Errorf("invoice %s: %w", v.InvoiceNumber, err)
	}
	return s, nil
}

// ByNumber returns every sales invoice that has one of the numbers, in whatever status:
// a number may have a live invoice and deleted ones.
func (c *Client) ByNumber(ctx context.Context, t ledger.TenantID, numbers []billing.Number) ([]ledger.Standing, error) {
	wanted := map[string]bool{}
	var listed, odd []billing.Number
	for _, n := range numbers {
		if wanted[n.Fold()] {
			continue
		}
		wanted[n.Fold()] = true
		if strings.ContainsAny(string(n), `,"\`) { // which a list could not hold, or might read otherwise
			odd = append(odd, n)
		} else {
			listed = append(listed, n)
		}
	}
	var searches []search
	for chunk := range chunks(listed) {
		searches = append(searches, search{first: url.Values{"InvoiceNumbers": {join(chunk)}}})
	}
	for _, n := range odd {
		searches = append(searches, exactly("InvoiceNumber", string(n)))
	}
	return c.standings(ctx, t, searches, func(v invoice) bool { return wanted[v.InvoiceNumber.Fold()] })
}

// ByID returns the sales invoices that have one of the IDs, in whatever status.
func (c *Client) ByID(ctx context.Context, t ledger.TenantID, ids []ledger.InvoiceID) ([]ledger.Standing, error) {
	wanted := map[ledger.InvoiceID]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	var searches []search
	for chunk := range chunks(slices.Sorted(maps.Keys(wanted))) {
		searches = append(searches, search{first: url.Values{"IDs": {join(chunk)}}})
	}
	return c.standings(ctx, t, searches, func(v invoice) bool { return wanted[v.InvoiceID] })
}

// standings makes the searches, and returns each sales invoice once that is wanted.
func (c *Client) standings(ctx context.Context, t ledger.TenantID, searches []search, wanted func(invoice) bool) ([]ledger.Standing, error) {
	found, err := runSearches[invoice](ctx, c, call{tenant: t, path: invoicesName, query: url.Values{
		"summaryOnly": {"true"},
		"order":       {"InvoiceId ASC"}, // so that no change meanwhile moves one to a page already read
	}}, searches)
	if err != nil {
		return nil, err
	}
	var all []ledger.Standing
	seen := map[ledger.InvoiceID]bool{}
	for _, v := range found {
		if v.Type != salesInvoice || !wanted(v) || seen[v.InvoiceID] {
			continue
		}
		seen[v.InvoiceID] = true
		s, err := v.standing()
		if err != nil {
			return nil, notUnderstood(err)
		}
		all = append(all, s)
	}
	return all, nil
}
