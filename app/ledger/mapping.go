package ledger

import (
	"encoding/json"

	"feebridge/app/billing"
)

// Mapping says how a firm's invoices are to stand in one organisation.
type Mapping struct {
	Arrival        InvoiceStatus     // status on arrival; "" means DRAFT
	DefaultAccount string            // of lines whose code is not mapped
	Theme          string            // name of the branding theme; "" takes the organisation's default
	Codes          map[string]Target // by billing code
	Taxes          map[string]string // tax code to TaxType; a code that is not here is a TaxType itself
}

// Target is where the lines of a billing code go.
type Target struct {
	Account string
	Item    string
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

// taxType returns the TaxType of a tax.
func (m Mapping) taxType(t billing.Tax) string {
	if mapped, ok := m.Taxes[t.Code]; ok {
		return mapped
	}
	return t.Code
}
