package ledger

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"feebridge/app/billing"
)

// Mapping says how a firm's invoices are to stand in one organisation.
type Mapping struct {
	Arrival        InvoiceStatus // status on arrival; "" means DRAFT
	DefaultAccount string        // of lines whose code is not mapped
	DefaultTax     string        // TaxType of lines that carry no tax; their rate is zero
	Term           billing.Term  // of invoices that are finalized without a due date
	Theme          string        // name of the branding theme; "" takes the organisation's default
	Tracking       []billing.Tracking
	Codes          map[string]Target // by billing code
	Taxes          map[string]string // tax code to TaxType; a code that is not here is a TaxType itself
	Note           bool              // write a note into the history of every exported invoice in Xero; one call each
	AttachPaper    bool              // attach the printed invoice to it; one call each
}

// Target is where the lines of a billing code go: to an account or to an item, whose
// account it then is.
type Target struct {
	Account  string
	Item     string
	Tracking []billing.Tracking
}

// String returns the mapping as the audit trail keeps it.
func (m Mapping) String() string {
	text, _ := json.Marshal(m)
	return string(text)
}

// Status returns the status on arrival.
func (m Mapping) Status() InvoiceStatus {
	if m.Arrival == "" {
		return DraftThere
	}
	return m.Arrival
}

// Missing says what the mapping names and the organisation does not have, or does not
// allow for sales: each in a sentence. It concerns only the lines that would go there.
func (m Mapping) Missing(chart Chart) []string {
	var all []string
	missing := func(text string, args ...any) { all = append(all, fmt.Sprintf(text, args...)) }
	account := func(code, of string) {
		if a, ok := chart.Account(code); code != "" && (!ok || !a.Sales()) {
			missing("%s: sales cannot be booked to the account %q.", of, code)
		}
	}
	rate := func(taxType, of string) {
		if r, ok := chart.TaxRate(taxType); taxType != "" && (!ok || !r.Active || !r.AppliesTo("REVENUE")) {
			missing("%s: the tax rate %q cannot be used for sales.", of, taxType)
		}
	}
	options := func(tracking []billing.Tracking, of string) {
		for _, t := range tracking {
			if _, _, ok := chart.Spell(t); !ok {
				missing("%s: there is no tracking option %q of %q.", of, t.Option, t.Category)
			}
		}
	}
	account(m.DefaultAccount, "By default")
	rate(m.DefaultTax, "By default")
	options(m.Tracking, "By default")
	if _, ok := chart.Theme(m.Theme); m.Theme != "" && !ok {
		missing("There is no branding theme %q.", m.Theme)
	}
	for _, code := range slices.Sorted(maps.Keys(m.Codes)) {
		t, of := m.Codes[code], "Billing code "+code
		account(t.Account, of)
		if item, ok := chart.Item(t.Item); t.Item != "" && (!ok || !item.Sold) {
			missing("%s: the item %q is not sold.", of, t.Item)
		}
		options(t.Tracking, of)
	}
	for _, tax := range slices.Sorted(maps.Keys(m.Taxes)) {
		rate(m.Taxes[tax], "Tax "+tax)
	}
	return all
}

// Check returns why the mapping cannot be set in the place of another, or nil. What is
// missing of the other may stay.
func (m Mapping) Check(chart Chart, was Mapping) error {
	switch m.Status() {
	case DraftThere, SubmittedThere, AuthorisedThere:
	default:
		return &billing.Refused{Text: "Invoices cannot arrive as %q: they arrive as DRAFT, SUBMITTED or AUTHORISED.", Args: []any{string(m.Arrival)}}
	}
	if err := m.Term.Check(); err != nil {
		return err
	}
	for code, t := range m.Codes {
		if t.Account != "" && t.Item != "" {
			return &billing.Refused{Text: "Billing code %s goes to an account or to an item, not to both.", Args: []any{code}}
		}
	}
	before := was.Missing(chart)
	for _, text := range m.Missing(chart) {
		if !slices.Contains(before, text) {
			return &billing.Refused{Text: "%s Choose what %s has.", Args: []any{text, chart.Tenant.Name}}
		}
	}
	return nil
}

// target returns the account and item of a line: its own override first, then its
// billing code's, then the default account.
func (m Mapping) target(l billing.Line) Target {
	t := m.Codes[l.Code]
	if l.Account != "" {
		t.Account = l.Account
	}
	if l.Item != "" {
		t.Item = l.Item
	}
	if t.Account == "" && t.Item == "" {
		t.Account = m.DefaultAccount
	}
	return t
}

// tracking returns the tracking of a line: of each category, its own option first, then
// its billing code's, then the default one.
func (m Mapping) tracking(l billing.Line) []billing.Tracking {
	var all []billing.Tracking
	for _, from := range [][]billing.Tracking{l.Tracking, m.Codes[l.Code].Tracking, m.Tracking} {
		for _, t := range from {
			if !slices.ContainsFunc(all, func(known billing.Tracking) bool { return strings.EqualFold(known.Category, t.Category) }) {
				all = append(all, t)
			}
		}
	}
	return all
}

// TaxType returns the TaxType of a tax. The line's own tax decides, never its billing code.
func (m Mapping) TaxType(t billing.Tax) string {
	if t.Code == "" {
		return m.DefaultTax
	}
	if mapped, ok := m.Taxes[t.Code]; ok {
		return mapped
	}
	return t.Code
}
