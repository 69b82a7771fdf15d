package command

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"time"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/assets/translations"
)

var organisationsCommand = command{
	name:  "organisations",
	about: "list the connected organisations, or choose the one to export to",
	prepare: func(flags *flag.FlagSet) runner {
		var f organisationsFlags
		flags.StringVar(&f.exportTo, "export-to", "", "export to the organisation with this `NAME` from now on")
		flags.StringVar(&f.client, "client", "", "with --export-to: only the invoices of the client with this `CODE`")
		return none(f.run)
	},
}

type organisationsFlags struct{ exportTo, client string }

func (f *organisationsFlags) run(ctx context.Context, s *session) error {
	if f.client != "" && f.exportTo == "" {
		return misused("--client goes with --export-to.")
	}
	if err := s.open(ctx); err != nil {
		return err
	}
	if f.exportTo != "" {
		org, err := s.organisation(ctx, []string{f.exportTo})
		if err != nil {
			return err
		}
		if err := s.redirect(ctx, f.client, org); err != nil {
			return err
		}
	}
	all, err := s.app.Organisations(ctx)
	if err != nil {
		return err
	}
	consents, err := s.app.Consents(ctx)
	if err != nil {
		return err
	}
	for _, o := range all {
		name := ""
		for _, c := range consents {
			if c.ID == o.Consent {
				name = c.Name
			}
		}
		s.printOrganisation(o, name)
	}
	if len(all) == 0 {
		s.say("No organisation is connected yet. Connect one with \"feebridge connect\".")
	}
	return nil
}

// redirect makes an organisation the one that a client, or without its code the firm, is
// exported to. A client that goes where the firm goes follows the firm.
func (s *session) redirect(ctx context.Context, code string, to app.Organisation) error {
	if code == "" {
		return s.app.ExportTo(ctx, s.me, to.Tenant.ID)
	}
	client, err := s.client(ctx, code)
	if err != nil {
		return err
	}
	t := to.Tenant.ID
	if to.Default {
		t = ""
	}
	return s.app.ExportClientTo(ctx, s.me, client.ID, t)
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
		return app.Organisation{}, app.Errorf(app.Unavailable, "command.not-connected")
	}
	name := strings.Join(words, " ")
	o, ok := named(all, name, func(o app.Organisation) string { return o.Tenant.Name })
	if !ok {
		return o, app.Errorf(app.NotFound, "command.no-organisation", "Name", translations.Quoted(name))
	}
	return o, nil
}

// organisationJSON is an organisation of the firm.
type organisationJSON struct {
	ID          ledger.TenantID     `json:"id"`
	Name        string              `json:"name"`
	State       app.ConnectionState `json:"state"`
	Default     bool                `json:"default"`
	SignedIn    string              `json:"signed_in,omitempty"` // who allowed it in Xero
	ConnectedAt *time.Time          `json:"connected_at,omitempty"`
	WaitsUntil  *time.Time          `json:"waits_until,omitempty"`
	WaitsFor    app.Reason          `json:"waits_for,omitempty"`
}

// printOrganisation prints an organisation, and who allowed Feebridge in there.
func (s *session) printOrganisation(o app.Organisation, consent string) {
	line := organisationJSON{ID: o.Tenant.ID, Name: o.Tenant.Name, State: o.State, Default: o.Default, SignedIn: consent}
	text := fmt.Sprintf("%s: %s", o.Tenant.Name, strings.ReplaceAll(string(o.State), "_", " "))
	if !o.ConnectedAt.IsZero() {
		line.ConnectedAt = &o.ConnectedAt
		text += " since " + o.ConnectedAt.Local().Format(time.DateTime)
	}
	if consent != "" {
		text += ", through the Xero sign-in of " + consent
	}
	if o.Default {
		text += "; the firm exports to it"
	}
	if p := o.Parked; p.Until.After(time.Now()) {
		line.WaitsUntil, line.WaitsFor = &p.Until, p.Why
		text += fmt.Sprintf("; exports wait until %s", p.Until.Local().Format(time.DateTime))
	}
	s.print(line, "%s", text)
}
