package command

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"feebridge/app"
)

var connectCommand = command{
	name:  "connect",
	about: "connect the firm to organisations in Xero, where you sign in with your browser",
	prepare: func(flags *flag.FlagSet) runner {
		var f connectFlags
		flags.BoolVar(&f.noBrowser, "no-browser", false, "only print the link, and open no browser")
		flags.StringVar(&f.clientID, "client-id", "", "the client `ID` of your firm's Xero app; Feebridge remembers it")
		flags.Var(&f.organisations, "organisation", "the `NAME` of an organisation to connect, if your Xero sign-in reaches several; can be given more than once")
		return none(f.run)
	},
}

type connectFlags struct {
	noBrowser     bool
	clientID      string
	organisations words
}

// linkJSON is the address at which a person signs in to Xero.
type linkJSON struct {
	Link string `json:"link"`
}

// run lets a person sign in at Xero and connects what they chose.
func (f *connectFlags) run(ctx context.Context, s *session) error {
	if err := s.open(ctx); err != nil {
		return err
	}
	if f.clientID != "" {
		r := s.firm.Registration
		r.ClientID = f.clientID
		if err := s.app.Register(ctx, s.me, r); err != nil {
			return err
		}
	}
	consent, found, err := s.app.AskConsent(ctx, s.me, func(link string) {
		s.print(linkJSON{link}, "Sign in to Xero in your browser, and allow access for Feebridge:\n%s", link)
		if !f.noBrowser {
			s.OpenURL(link)
		}
	})
	if err != nil {
		return err
	}
	if !s.app.Kept(ctx, consent.ID) {
		s.complain("This computer has no keyring that works, so the connection is good for this run only.")
	}
	chosen, err := choose(found, f.organisations)
	if err != nil {
		return err
	}
	for _, c := range chosen {
		org, err := s.app.Connect(ctx, s.me, c)
		if err != nil {
			return err
		}
		s.printOrganisation(org, consent.Name)
	}
	return nil
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
			return nil, misused("Your Xero sign-in doesn't reach an organisation called %q. It reaches %s.", name, namesOf(found))
		}
		chosen = append(chosen, c)
	}
	if len(chosen) == 0 {
		return nil, misused("Your Xero sign-in reaches %s. Name those to connect with --organisation.", namesOf(found))
	}
	return chosen, nil
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
