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

// invoice is an invoice as Xero tells it, less what is not used. Xero leaves out what it does not
// know, or says null.
type invoice struct {
	Type          string
	InvoiceID     guid
	InvoiceNumber string
	URL           string  `json:"Url"`
	Reference     *string // nil where it is left out
	Status        string
	Contact       struct {
		ContactID guid
		Name      string
	}
	Date            wireTime
	DueDate         wireTime
	CurrencyCode    string
	Total           json.Number
	AmountDue       json.Number
	AmountPaid      json.Number
	AmountCredited  json.Number
	CreditNotes     applied
	Prepayments     applied
	Overpayments    applied
	FullyPaidOnDate wireTime
	UpdatedDateUTC  wireTime
}

// mark returns the address that the invoice carries, or what is left of one in its reference.
func (v invoice) mark() string {
	if inReference := app.MarkIn(v.reference()); !app.IsMark(v.URL) && inReference != "" {
		return inReference
	}
	return v.URL
}

// reference returns the reference; "" where there is none, or Xero does not say.
func (v invoice) reference() string {
	if v.Reference == nil {
		return ""
	}
	return strings.TrimSpace(*v.Reference)
}

// applied are amounts of other documents that were applied to an invoice.
type applied []struct{ AppliedAmount json.Number }

// sum returns what the amounts come to.
func (all applied) sum(currency money.Currency) (money.Amount, error) {
	numbers := make([]json.Number, len(all))
	for i, one := range all {
		numbers[i] = one.AppliedAmount
	}
	return sum(currency, numbers...)
}

// sum returns what the amounts come to; one that was left out is nothing.
func sum(currency money.Currency, numbers ...json.Number) (money.Amount, error) {
	total := money.Zero(currency)
	for _, n := range numbers {
		if n == "" {
			continue
		}
		a, err := money.Parse(n.String(), currency)
		if err == nil {
			total, err = total.Add(a)
		}
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// sells reports whether it is an invoice to a customer. One that does not say what it is counts
// for one until it was read by its ID.
func (v invoice) sells() bool { return v.Type == "" || strings.EqualFold(v.Type, salesInvoice) }

// number returns the number.
func (v invoice) number() billing.Number { return plainNumber(v.InvoiceNumber) }

// plainNumber returns a number as Xero's JSON has it without spaces around it, which no number of
// ours has: one with such a space is the same.
func plainNumber(text string) billing.Number { return billing.Number(strings.TrimSpace(text)) }

// status returns the status as Xero spells it, one that is new to us included.
func (v invoice) status() ledger.InvoiceStatus {
	return ledger.InvoiceStatus(strings.ToUpper(strings.TrimSpace(v.Status)))
}

// lacks names what the invoice does not say of itself although every invoice has it, or "". An amount
// that is left out is unknown, not 0.00.
func (v invoice) lacks() string {
	for _, has := range []struct{ name, value string }{
		{"Type", v.Type}, {"InvoiceID", string(v.InvoiceID)}, {"Status", v.Status}, {"CurrencyCode", v.CurrencyCode}, {"Total", v.Total.String()},
	} {
		if has.value == "" {
			return has.name
		}
	}
	if live := (ledger.Standing{Status: v.status()}).Live(); live && v.AmountDue == "" {
		return "AmountDue"
	} else if live && (v.AmountPaid == "" || v.AmountCredited == "") && !v.adds() {
		return "AmountPaid or AmountCredited"
	}
	return ""
}

// adds reports whether the amounts that there are come to the total, so that one that is left out
// is nothing: Xero leaves out AmountCredited where nothing was.
func (v invoice) adds() bool {
	currency := money.Currency(v.CurrencyCode)
	told, err := sum(currency, v.AmountDue, v.AmountPaid, v.AmountCredited)
	total, noTotal := sum(currency, v.Total)
	return err == nil && noTotal == nil && told == total
}

// creditedBy tells where what was credited comes from. AmountCredited counts credit notes,
// prepayments and overpayments alike; what was applied of each tells them apart.
func (v invoice) creditedBy(credited money.Amount) ledger.CreditSource {
	notes, unread := v.CreditNotes.sum(credited.Currency())
	ahead, unreadToo := slices.Concat(v.Prepayments, v.Overpayments).sum(credited.Currency())
	switch {
	case credited.Sign() <= 0 || unread != nil || unreadToo != nil:
		return ledger.CreditUnknown
	case ahead.Sign() > 0:
		return ledger.CreditAhead
	case notes == credited:
		return ledger.CreditNotes
	}
	return ledger.CreditUnknown
}

// standing returns the value, as an answer of that clock tells it. An invoice that lacks something
// is an error.
func (v invoice) standing(c clock) (ledger.Standing, error) {
	currency, err := money.ParseCurrency(v.CurrencyCode)
	if missing := v.lacks(); missing != "" {
		err = fmt.Errorf("it has no %s", missing)
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
		ID:             ledger.InvoiceID(v.InvoiceID),
		Number:         v.number(),
		Mark:           v.mark(),
		Status:         v.status(),
		Contact:        ledger.ContactID(v.Contact.ContactID),
		ContactName:    v.Contact.Name,
		Date:           v.Date.day(),
		Due:            v.DueDate.day(),
		Reference:      v.reference(),
		ReferenceTold:  v.Reference != nil,
		Currency:       currency,
		Total:          amount(v.Total),
		AmountDue:      amount(v.AmountDue),
		AmountPaid:     amount(v.AmountPaid),
		AmountCredited: amount(v.AmountCredited),
		PaidOn:         v.FullyPaidOnDate.day(),
		Updated:        c.plausible(v.UpdatedDateUTC.moment()),
	}
	if err != nil {
		return ledger.Standing{}, fmt.Errorf("invoice %s: %w", v.number(), err)
	}
	s.CreditedBy = v.creditedBy(s.AmountCredited)
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
	return c.standings(ctx, t, searches, func(v invoice) bool { return wanted[v.number().Fold()] })
}

// ByID returns the sales invoices that have one of the IDs, in whatever status.
func (c *Client) ByID(ctx context.Context, t ledger.TenantID, ids []ledger.InvoiceID) ([]ledger.Standing, error) {
	wanted := map[guid]bool{}
	for _, id := range ids {
		wanted[guidOf(id)] = true
	}
	return c.standings(ctx, t, byIDs(slices.Sorted(maps.Keys(wanted))), func(v invoice) bool { return wanted[v.InvoiceID] })
}

// Alone returns a sales invoice as it is read by itself, with one call. It is false where Xero's answer is not about
// the invoice, or not understood.
func (c *Client) Alone(ctx context.Context, t ledger.TenantID, id ledger.InvoiceID) (ledger.Standing, bool, error) {
	wanted := guidOf(id)
	l, err := read[invoice](ctx, c, call{tenant: t, path: invoicesName + "/" + url.PathEscape(string(wanted))}, invoicesName)
	if trouble, ok := errors.AsType[*app.Trouble](err); ok && trouble.Reason == app.Refused || errors.Is(err, ErrNotUnderstood) {
		c.log.Warn("reading an invoice by itself", "tenant", t, "invoice", id, "error", err)
		return ledger.Standing{}, false, nil
	}
	if err != nil || len(l.items) != 1 || l.items[0].InvoiceID != wanted || !l.items[0].sells() {
		return ledger.Standing{}, false, err
	}
	st, err := l.items[0].standing(l.clock)
	return st, err == nil, nil //nolint:nilerr // it is not understood
}

// standings makes the searches, and returns each sales invoice once that is wanted. Where the short
// form leaves open what matters, the invoice is read by its ID in full.
func (c *Client) standings(ctx context.Context, t ledger.TenantID, searches []search, wanted func(invoice) bool) ([]ledger.Standing, error) {
	k := call{tenant: t, path: invoicesName, counted: true, query: url.Values{
		"summaryOnly": {"true"},
		"order":       {"InvoiceId ASC"}, // so that no change meanwhile moves one to a page already read
	}}
	all, err := runSearches[invoice](ctx, c, k, searches)
	if err != nil {
		return nil, err
	}
	var listed []found[invoice]
	var open []guid
	seen := map[guid]bool{}
	for _, f := range all {
		v := f.item
		if v.InvoiceID == "" {
			return nil, notUnderstood(errNoID)
		}
		if !v.sells() || !wanted(v) || seen[v.InvoiceID] {
			continue
		}
		seen[v.InvoiceID] = true
		listed = append(listed, f)
		if s, err := v.standing(f.clock); err != nil && v.lacks() != "" || err == nil && s.CreditUnclear() {
			open = append(open, v.InvoiceID)
		}
	}
	full, err := c.inFull(ctx, t, open)
	if err != nil {
		return nil, err
	}
	var found []ledger.Standing
	for _, f := range listed {
		if whole, read := full[f.item.InvoiceID]; read {
			f = whole
		}
		if !f.item.sells() {
			continue
		}
		s, err := f.item.standing(f.clock)
		if err != nil {
			return nil, notUnderstood(err)
		}
		found = append(found, s)
	}
	return found, nil
}

// errNoID is the error for an element that could be any invoice: leaving it out would make that one
// absent.
var errNoID = errors.New("an invoice in it has no ID")

// inFull reads invoices by their IDs, with all that Xero has of them.
func (c *Client) inFull(ctx context.Context, t ledger.TenantID, ids []guid) (map[guid]found[invoice], error) {
	if len(ids) == 0 {
		return nil, nil
	}
	all, err := runSearches[invoice](ctx, c, call{tenant: t, path: invoicesName, counted: true, query: url.Values{
		"order": {"InvoiceId ASC"},
	}}, byIDs(ids))
	full := make(map[guid]found[invoice], len(all))
	for _, f := range all {
		full[f.item.InvoiceID] = f
	}
	return full, err
}
