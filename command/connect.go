package command

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
)

func connectFlags(flags *flag.FlagSet, o *options) {
	flags.BoolVar(&o.noBrowser, "no-browser", false, "only print the link, and open no browser")
	flags.StringVar(&o.clientID, "client-id", "", "the client `ID` of your firm's Xero app; it is remembered")
	flags.Var(&o.organisations, "organisation", "the `NAME` of an organisation to connect, when the sign-in reaches several; may be given more than once")
}

// connectXero signs a person in at Xero and connects what they chose.
func connectXero(ctx context.Context, s *session, words []string) int {
	if len(words) > 0 {
		return s.wrongUse("connect takes no arguments, only flags.")
	}
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	if id := s.options.clientID; id != "" {
		r := s.firm.Registration
		r.ClientID = id
		if err := s.app.Register(ctx, s.me, r); err != nil {
			return s.fail(err)
		}
	}
	signIn, found, err := s.app.AskConsent(ctx, s.me, func(link string) {
		s.print(linkJSON{link}, "Sign in to Xero in your browser, and allow Feebridge in:\n%s", link)
		if !s.options.noBrowser {
			s.OpenURL(link)
		}
	})
	if err != nil {
		return s.fail(err)
	}
	if !s.app.Kept(signIn.ID) {
		fmt.Fprintln(s.Err, "feebridge: this computer has no keyring that works, so the sign-in is good for this run only.")
	}
	chosen, err := choose(found, s.options.organisations)
	if err != nil {
		return s.wrongUse("%v", err)
	}
	for _, c := range chosen {
		org, err := s.app.Connect(ctx, s.me, c)
		if err != nil {
			return s.fail(err)
		}
		s.printOrganisation(org, signIn.Name)
	}
	return exitDone
}

type linkJSON struct {
	Link string `json:"link"`
}

// choose returns the connections to the named organisations; without a name the only one.
func choose(found []app.Connection, names []string) ([]app.Connection, error) {
	if len(names) == 0 && len(found) == 1 {
		return found, nil
	}
	var chosen []app.Connection
	for _, name := range names {
		c, ok := named(found, name, func(c app.Connection) string { return c.Tenant.Name })
		if !ok {
			return nil, fmt.Errorf("the sign-in does not reach an organisation %q. It reaches %s", name, namesOf(found))
		}
		chosen = append(chosen, c)
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("the sign-in reaches %s: name those to connect with --organisation", namesOf(found))
	}
	return chosen, nil
}

// named returns the value of that name, in whatever case.
func named[T any](all []T, name string, of func(T) string) (T, bool) {
	for _, v := range all {
		if strings.EqualFold(strings.TrimSpace(name), of(v)) {
			return v, true
		}
	}
	var none T
	return none, false
}

func namesOf(all []app.Connection) string {
	if len(all) == 0 {
		return "no organisation"
	}
	var names []string
	for _, c := range all {
		names = append(names, fmt.Sprintf("%q", c.Tenant.Name))
	}
	return strings.Join(names, ", ")
}

// organisation returns the firm's organisation of that name; without a name the one that
// it exports to.
func (s *session) organisation(ctx context.Context, words []string) (app.Organisation, error) {
	all, err := s.app.Organisations(ctx)
	if err != nil {
		return app.Organisation{}, err
	}
	if len(words) == 0 {
		for _, o := range all {
			if o.Default {
				return o, nil
			}
		}
		return app.Organisation{}, app.Errorf(app.Unavailable, "This firm is not connected to Xero yet: connect it with \"feebridge connect\".")
	}
	name := strings.Join(words, " ")
	o, ok := named(all, name, func(o app.Organisation) string { return o.Tenant.Name })
	if !ok {
		return o, app.Errorf(app.NotFound, "The firm has no organisation %q: \"feebridge organisations\" lists them.", name)
	}
	return o, nil
}

func disconnectXero(ctx context.Context, s *session, words []string) int {
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	org, err := s.organisation(ctx, words)
	if err == nil {
		err = s.app.Disconnect(ctx, s.me, org.Tenant.ID)
	}
	if err != nil {
		return s.fail(err)
	}
	org.State = app.Disconnected
	s.printOrganisation(org, "")
	return exitDone
}

func organisationsFlags(flags *flag.FlagSet, o *options) {
	flags.StringVar(&o.exportTo, "export-to", "", "from now on export to the organisation of that `NAME`")
	flags.StringVar(&o.client, "client", "", "with --export-to: only the invoices of the client with that `CODE`")
}

func organisations(ctx context.Context, s *session, words []string) int {
	if len(words) > 0 {
		return s.wrongUse("organisations takes no arguments, only flags.")
	}
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	if name := s.options.exportTo; name != "" {
		org, err := s.organisation(ctx, []string{name})
		if err == nil {
			err = s.redirect(ctx, s.options.client, org)
		}
		if err != nil {
			return s.fail(err)
		}
	} else if s.options.client != "" {
		return s.wrongUse("--client goes with --export-to.")
	}
	all, err := s.app.Organisations(ctx)
	if err != nil {
		return s.fail(err)
	}
	consents, err := s.app.Consents(ctx)
	if err != nil {
		return s.fail(err)
	}
	for _, o := range all {
		name := ""
		for _, in := range consents {
			if in.ID == o.Consent {
				name = in.Name
			}
		}
		s.printOrganisation(o, name)
	}
	if len(all) == 0 && !s.options.json {
		fmt.Fprintln(s.Out, "No organisation is connected yet: connect one with \"feebridge connect\".")
	}
	return exitDone
}

// redirect makes an organisation the one that a client, or without its code the firm, is
// exported to. A client that goes where the firm goes follows the firm.
func (s *session) redirect(ctx context.Context, code string, to app.Organisation) error {
	if code == "" {
		return s.app.ExportTo(ctx, s.me, to.Tenant.ID)
	}
	all, err := s.app.Clients(ctx, s.me)
	if err != nil {
		return err
	}
	client, ok := named(all, code, func(c billing.Client) string { return c.Code })
	if !ok {
		return app.Errorf(app.NotFound, "There is no client with the code %q.", code)
	}
	t := to.Tenant.ID
	if to.Default {
		t = ""
	}
	return s.app.ExportClientTo(ctx, s.me, client.ID, t)
}

// organisationJSON is an organisation of the firm.
type organisationJSON struct {
	ID          ledger.TenantID     `json:"id"`
	Name        string              `json:"name"`
	State       app.ConnectionState `json:"state"`
	Default     bool                `json:"default"`
	SignedIn    string              `json:"signed_in,omitempty"`
	ConnectedAt *time.Time          `json:"connected_at,omitempty"`
	WaitsUntil  *time.Time          `json:"waits_until,omitempty"`
	WaitsFor    app.Reason          `json:"waits_for,omitempty"`
}

func (s *session) printOrganisation(o app.Organisation, signedIn string) {
	line := organisationJSON{ID: o.Tenant.ID, Name: o.Tenant.Name, State: o.State, Default: o.Default, SignedIn: signedIn}
	text := fmt.Sprintf("%s: %s", o.Tenant.Name, strings.ReplaceAll(string(o.State), "_", " "))
	if !o.ConnectedAt.IsZero() {
		line.ConnectedAt = &o.ConnectedAt
		text += " since " + o.ConnectedAt.Local().Format(time.DateTime)
	}
	if signedIn != "" {
		text += " under the sign-in of " + signedIn
	}
	if o.Default {
		text += "; the firm exports to it"
	}
	if p := o.Parked; p.Until.After(time.Now()) {
		line.WaitsUntil, line.WaitsFor = &p.Until, p.Why
		text += fmt.Sprintf("; sending waits until %s", p.Until.Local().Format(time.DateTime))
	}
	s.print(line, "%s", text)
}

// mapping shows or sets how the firm's invoices stand in an organisation, as JSON.
func mapping(ctx context.Context, s *session, words []string) int {
	if len(words) == 0 || words[0] != "show" && words[0] != "set" {
		return s.wrongUse("mapping show [ORGANISATION] prints the mapping; mapping set [ORGANISATION] reads a changed one from the standard input.")
	}
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	org, err := s.organisation(ctx, words[1:])
	if err != nil {
		return s.fail(err)
	}
	if words[0] == "set" {
		var m mappingJSON
		decoder := json.NewDecoder(os.Stdin)
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&m); err != nil {
			return s.wrongUse("the mapping on the standard input cannot be read: %v. \"feebridge mapping show\" prints one to begin with.", err)
		}
		if err := s.app.SetMapping(ctx, s.me, org.Tenant.ID, m.mapping()); err != nil {
			return s.fail(err)
		}
	}
	view, err := s.app.MappingView(ctx, org.Tenant.ID)
	if err != nil {
		return s.fail(err)
	}
	for _, text := range view.Missing {
		fmt.Fprintln(s.Err, "feebridge:", text)
	}
	encoder := json.NewEncoder(s.Out)
	if !s.options.json {
		encoder.SetIndent("", "  ")
	}
	if err := encoder.Encode(mappingOf(view.Mapping)); err != nil {
		return s.fail(err)
	}
	return exitDone
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
		Tracking: byCategory(m.Tracking), Codes: map[string]targetJSON{}, Taxes: m.Taxes, Note: m.Note, AttachPaper: m.AttachPaper,
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
		Tracking: tracking(j.Tracking), Taxes: j.Taxes, Note: j.Note, AttachPaper: j.AttachPaper,
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
