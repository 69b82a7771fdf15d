package command

import (
	"context"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"slices"

	"feebridge/app/billing"
	"feebridge/app/ledger"
)

var mappingCommand = command{
	name: "mapping", args: "show|set [ORGANISATION]",
	about:   "print the accounts, tax rates and tracking that invoices get in Xero, or change them",
	prepare: func(*flag.FlagSet) runner { return mapping },
}

// mapping prints how the firm's invoices map to an organisation, as JSON, or sets it.
func mapping(ctx context.Context, s *session, words []string) error {
	if len(words) == 0 || words[0] != "show" && words[0] != "set" {
		return misused("\"mapping show [ORGANISATION]\" prints the mapping. \"mapping set [ORGANISATION]\" reads a changed one from standard input.")
	}
	if err := s.open(ctx); err != nil {
		return err
	}
	org, err := s.organisation(ctx, words[1:])
	if err != nil {
		return err
	}
	if words[0] == "set" {
		m, err := await(ctx, readMapping)
		if err != nil {
			return err
		}
		if err := s.app.SetMapping(ctx, s.me, org.Tenant.ID, m.mapping()); err != nil {
			return err
		}
	}
	view, err := s.app.MappingView(ctx, org.Tenant.ID)
	if err != nil {
		return err
	}
	for _, text := range view.Missing {
		s.complain("%s", text)
	}
	indent := "  "
	if s.common.json {
		indent = ""
	}
	s.printJSON(mappingOf(view.Mapping), indent)
	return nil
}

// readMapping reads a mapping from standard input.
func readMapping() (m mappingJSON, err error) {
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return m, misused("Couldn't read the mapping from standard input: %v. Begin with what \"feebridge mapping show\" prints.", err)
	}
	return m, nil
}

// mappingJSON is a mapping as the command prints and reads it.
type mappingJSON struct {
	Arrival        ledger.InvoiceStatus  `json:"arrival"` // DRAFT, SUBMITTED or AUTHORISED
	DefaultAccount string                `json:"default_account"`
	DefaultTax     string                `json:"default_tax"`
	Term           *termJSON             `json:"term,omitempty"`
	Theme          string                `json:"theme"`
	Tracking       map[string]string     `json:"tracking"`     // option by category
	Codes          map[string]targetJSON `json:"codes"`        // by billing code
	Taxes          map[string]string     `json:"taxes"`        // TaxType by tax
	Note           bool                  `json:"note"`         // in the history of every exported invoice
	AttachPaper    bool                  `json:"attach_paper"` // the printed invoice
	MarkReference  bool                  `json:"mark_reference"`
}

type termJSON struct {
	Rule billing.TermRule `json:"rule"` // after or next_month
	Days int              `json:"days"`
}

type targetJSON struct {
	Account  string            `json:"account,omitempty"`
	Item     string            `json:"item,omitempty"`
	Tracking map[string]string `json:"tracking,omitempty"`
}

func mappingOf(m ledger.Mapping) mappingJSON {
	j := mappingJSON{
		Arrival: m.Status(), DefaultAccount: m.DefaultAccount, DefaultTax: m.DefaultTax, Theme: m.Theme,
		Tracking: byCategory(m.Tracking), Codes: map[string]targetJSON{}, Taxes: m.Taxes, Note: m.Note, AttachPaper: m.AttachPaper, MarkReference: m.MarkReference,
	}
	if m.Term != (billing.Term{}) {
		j.Term = &termJSON{m.Term.Rule, m.Term.Days}
	}
	for code, t := range m.Codes {
		j.Codes[code] = targetJSON{t.Account, t.Item, byCategory(t.Tracking)}
	}
	return j
}

func (j mappingJSON) mapping() ledger.Mapping {
	m := ledger.Mapping{
		Arrival: j.Arrival, DefaultAccount: j.DefaultAccount, DefaultTax: j.DefaultTax, Theme: j.Theme,
		Tracking: tracking(j.Tracking), Taxes: j.Taxes, Note: j.Note, AttachPaper: j.AttachPaper, MarkReference: j.MarkReference,
	}
	if j.Term != nil {
		m.Term = billing.Term{Rule: j.Term.Rule, Days: j.Term.Days}
	}
	for code, t := range j.Codes {
		if m.Codes == nil {
			m.Codes = map[string]ledger.Target{}
		}
		m.Codes[code] = ledger.Target{Account: t.Account, Item: t.Item, Tracking: tracking(t.Tracking)}
	}
	return m
}

func byCategory(all []billing.Tracking) map[string]string {
	options := map[string]string{}
	for _, t := range all {
		options[t.Category] = t.Option
	}
	return options
}

func tracking(options map[string]string) []billing.Tracking {
	var all []billing.Tracking
	for _, category := range slices.Sorted(maps.Keys(options)) {
		all = append(all, billing.Tracking{Category: category, Option: options[category]})
	}
	return all
}
