package ledger

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/assets/translations"
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
	MarkReference  bool              // where marks do not survive, put the key of one into the reference, which is printed
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
func (m Mapping) Missing(chart Chart) []translations.Phrase {
	var all []translations.Phrase
	missing := func(key string, values ...any) { all = append(all, translations.Say(key, values...)) }
	account := func(code string, of translations.Phrase) {
		if a, ok := chart.Account(code); code != "" && (!ok || !a.Sales()) {
			missing("mapping.gone.account", "Where", of, "Account", translations.Quoted(code))
		}
	}
	rate := func(taxType string, of translations.Phrase) {
		if r, ok := chart.TaxRate(taxType); taxType != "" && (!ok || !r.Active || !r.AppliesTo("REVENUE")) {
			missing("mapping.gone.rate", "Where", of, "Rate", translations.Quoted(taxType))
		}
	}
	options := func(tracking []billing.Tracking, of translations.Phrase) {
		for _, t := range tracking {
			if _, _, ok := chart.Spell(t); !ok {
				missing("mapping.gone.option", "Where", of, "Category", translations.Quoted(t.Category), "Option", translations.Quoted(t.Option))
			}
		}
	}
	byDefault := translations.Say("mapping.gone.default")
	account(m.DefaultAccount, byDefault)
	rate(m.DefaultTax, byDefault)
	options(m.Tracking, byDefault)
	if _, ok := chart.Theme(m.Theme); m.Theme != "" && !ok {
		missing("mapping.gone.theme", "Theme", translations.Quoted(m.Theme))
	}
	for _, code := range slices.Sorted(maps.Keys(m.Codes)) {
		t, of := m.Codes[code], translations.Say("mapping.gone.code", "Code", code)
		account(t.Account, of)
		if item, ok := chart.Item(t.Item); t.Item != "" && (!ok || !item.Sold) {
			missing("mapping.gone.item", "Where", of, "Item", translations.Quoted(t.Item))
		}
		options(t.Tracking, of)
	}
	for _, tax := range slices.Sorted(maps.Keys(m.Taxes)) {
		rate(m.Taxes[tax], translations.Say("mapping.gone.tax", "Tax", tax))
	}
	return all
}

// Sample returns how a line with a billing code would stand in the organisation, and what of that stops it: what the
// mapping makes of the code alone, whatever tax and price the line has.
func (m Mapping) Sample(chart Chart, code string) (WriteLine, []Message) {
	line, found := resolveLine(billing.Line{Description: code, Code: code, Quantity: 1}, billing.Invoice{Amounts: money.NoTax}, chart, m)
	return line, slices.DeleteFunc(found, func(msg Message) bool {
		switch msg.Cause {
		case AccountMissing, AccountUnknown, AccountArchived, ItemUnknown, TrackingUnknown:
			return false
		}
		return true
	})
}

// Check returns why the mapping cannot be set in the place of another, or nil. What is
// missing of the other may stay.
func (m Mapping) Check(chart Chart, was Mapping) error {
	switch m.Status() {
	case DraftThere, SubmittedThere, AuthorisedThere:
	default:
		return &billing.Refused{Phrase: translations.Say("problem.mapping.arrival", "Status", translations.Quoted(string(m.Arrival)))}
	}
	if err := m.Term.Check(); err != nil {
		return err
	}
	if err := m.checkTexts(); err != nil {
		return err
	}
	for code, t := range m.Codes {
		if t.Account != "" && t.Item != "" {
			return &billing.Refused{Phrase: translations.Say("problem.mapping.both", "Code", code)}
		}
	}
	before := was.Missing(chart)
	for _, gone := range m.Missing(chart) {
		known := func(was translations.Phrase) bool { return was.String() == gone.String() }
		if !slices.ContainsFunc(before, known) {
			return &billing.Refused{Phrase: translations.Say("problem.mapping.missing", "Problem", gone, "Organisation", chart.Tenant.Name)}
		}
	}
	return nil
}

// checkTexts refuses billing codes and taxes with an invisible character. Everything else that a
// mapping names is in the organisation.
func (m Mapping) checkTexts() error {
	for _, code := range slices.Sorted(maps.Keys(m.Codes)) {
		if err := billing.CheckLine(translations.Say("field.billing-code"), code); err != nil {
			return err
		}
	}
	for _, tax := range slices.Sorted(maps.Keys(m.Taxes)) {
		if err := billing.CheckLine(translations.Say("field.tax"), tax); err != nil {
			return err
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
