package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest"
)

// asked is a connector that notes for which registration it was asked.
type asked struct {
	app.Connector
	registration app.Registration
}

var errAsked = errors.New("asked")

func (a *asked) Consent(_ context.Context, r app.Registration, _ func(string)) (app.Grant, error) {
	a.registration = r
	return app.Grant{}, errAsked
}

func TestNobodyOverridesWhatThePolicySets(t *testing.T) {
	free, db, me := apptest.Firm(t)
	ctx := t.Context()
	own := app.Registration{ClientID: "own", Ports: []int{8743}}
	if err := free.Register(ctx, me, own); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what    string
		policy  app.Policy
		holds   app.Registration // for sign-ins
		refused map[string]app.Registration
		taken   app.Registration
		stored  app.Registration
	}{
		{"both", app.Policy{From: "/etc/policy", ClientID: "set", Ports: []int{9001, 9002}},
			app.Registration{ClientID: "set", Ports: []int{9001, 9002}},
			map[string]app.Registration{
				"the client ID":            {ClientID: "other", Ports: []int{9001, 9002}},
				"the ports":                {ClientID: "set", Ports: []int{9001}},
				"the client ID, the ports": own,
			},
			app.Registration{ClientID: "set", Ports: []int{9001, 9002}}, own},
		{"the client ID", app.Policy{From: "/etc/policy", ClientID: "set"},
			app.Registration{ClientID: "set", Ports: []int{8743}},
			map[string]app.Registration{"the client ID": own},
			app.Registration{ClientID: "set", Ports: []int{8744}}, app.Registration{ClientID: "own", Ports: []int{8744}}},
		{"the ports", app.Policy{From: "/etc/policy", Ports: []int{9001}},
			app.Registration{ClientID: "own", Ports: []int{9001}},
			map[string]app.Registration{"the ports": {ClientID: "own", Ports: nil}},
			app.Registration{ClientID: "new", Ports: []int{9001}}, app.Registration{ClientID: "new", Ports: []int{8744}}},
	} {
		t.Run(c.what, func(t *testing.T) {
			var connector asked
			a := app.New(app.Params{Store: db, Policy: c.policy, Connector: &connector, Log: apptest.Quiet})
			firm, err := a.Firm(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.holds, firm.Registration); diff != "" {
				t.Errorf("the firm (-want +got):\n%s", diff)
			}
			if _, _, err := a.AskConsent(ctx, me, nil); !errors.Is(err, errAsked) {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.holds, connector.registration); diff != "" {
				t.Errorf("a sign-in (-want +got):\n%s", diff)
			}
			for which, r := range c.refused {
				err := a.Register(ctx, me, r)
				if want := "An administrator has set this for everybody on this computer: " + which + ". It's in /etc/policy."; !app.IsCode(err, app.Forbidden) || !strings.Contains(err.Error(), want) {
					t.Errorf("%v: %v, want %q", r, err, want)
				}
			}
			if err := a.Register(ctx, me, c.taken); err != nil {
				t.Fatal(err)
			}
			firm, err = free.Firm(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.stored, firm.Registration); diff != "" {
				t.Errorf("what is stored for the day without the policy (-want +got):\n%s", diff)
			}
		})
	}
}
