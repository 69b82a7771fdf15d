package xero_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

func TestConnecting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, sim.Config{}, nil)
		access := d.signIn(t.Context(), t).Access
		reached, err := d.Connections(t.Context(), access)
		if err != nil {
			t.Fatal(err)
		}
		org := d.sim.Orgs()[0]
		want := []app.Connection{{Tenant: ledger.Tenant{ID: ledger.TenantID(org.TenantID), Name: org.Name}, Since: time.Now().UTC()}}
		if diff := cmp.Diff(want, reached, cmpopts.IgnoreFields(app.Connection{}, "ID")); diff != "" {
			t.Fatalf("-want +got:\n%s", diff)
		}
		for range 2 { // the second time it is gone already
			if err := d.Disconnect(t.Context(), access, reached[0].ID); err != nil {
				t.Error(err)
			}
		}
		if d.sim.Connected(org.TenantID) {
			t.Error("it is still connected")
		}
		if reached, err := d.Connections(t.Context(), access); err != nil || len(reached) != 0 {
			t.Errorf("%v, %v", reached, err)
		}
	})
}

func TestOnlyOrganisationsAreConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, sim.Config{}, map[string]http.Handler{"/connections": answers(200, `[
			{"id":"c1","authEventId":"e","tenantId":"t1","tenantType":"ORGANISATION","tenantName":"Tui","createdDateUtc":"2020-03-18T21:20:07.7179250","updatedDateUtc":"2021-03-18T21:20:07.0000001"},
			{"id":"c2","tenantId":"t2","tenantType":"PRACTICE","tenantName":"The practice","createdDateUtc":"2020-03-18T21:20:07.7179250"},
			{"id":"c3","tenantId":"t3","tenantType":"PRACTICEMANAGER","tenantName":"The manager","createdDateUtc":"2020-03-18T21:20:07.7179250"},
			{"id":"c4","tenantId":"T4","tenantType":"Organisation","tenantName":"Kea","createdDateUtc":"2020-03-18T21:20:07"}]`)})
		got, err := d.Connections(t.Context(), "token")
		want := []app.Connection{
			{ID: "c1", Tenant: ledger.Tenant{ID: "t1", Name: "Tui"}, Since: time.Date(2020, time.March, 18, 21, 20, 7, 717925000, time.UTC)},
			{ID: "c4", Tenant: ledger.Tenant{ID: "t4", Name: "Kea"}, Since: time.Date(2020, time.March, 18, 21, 20, 7, 0, time.UTC)},
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

func TestWhatStopsACallAboutConnections(t *testing.T) {
	xeros := map[string]string{"Xero-Correlation-Id": "c", "Content-Type": "application/json"}
	for name, test := range map[string]struct {
		answer http.Handler
		want   app.Reason
		gone   bool // so that there is nothing left to be ended
		list   bool // only a list is wrong
	}{
		"the token is not accepted":       {answer: said(401, xeros, `{"Title":"Unauthorized","Status":401,"Detail":"AuthenticationUnsuccessful"}`), want: app.NoConsent},
		"it is none of ours":              {answer: said(403, xeros, `{"Title":"Forbidden","Status":403,"Detail":"AuthenticationUnsuccessful"}`), want: app.NotConnected},
		"there is none":                   {answer: said(404, xeros, `{"Title":"Not Found","Status":404,"Detail":"No such connection"}`), want: app.Refused, gone: true},
		"something on the way has none":   {answer: said(404, nil, "<html>Not found"), want: app.Interrupted},
		"too many calls":                  {answer: said(429, nil, ""), want: app.MinuteLimit},
		"an error in Xero":                {answer: said(500, xeros, ""), want: app.Troubled},
		"nothing in place of a list":      {answer: said(200, xeros, `null`), want: app.Interrupted, list: true},
		"null in the list":                {answer: said(200, xeros, `[null]`), want: app.Interrupted, list: true},
		"one that does not say to what":   {answer: said(200, xeros, `[{"id":"c","tenantId":"t"}]`), want: app.Interrupted, list: true},
		"one that does not say to whom":   {answer: said(200, xeros, `[{"id":"c","tenantType":"ORGANISATION"}]`), want: app.Interrupted, list: true},
		"a list that is none":             {answer: said(200, xeros, `{"connections":[]}`), want: app.Interrupted, list: true},
		"a date that is none":             {answer: said(200, xeros, `[{"id":"c","tenantId":"t","tenantType":"ORGANISATION","createdDateUtc":"soon"}]`), want: app.Interrupted, list: true},
		"a page where a list should be":   {answer: said(200, xeros, "<html>Welcome"), want: app.Interrupted},
		"a redirect to somewhere else":    {answer: said(302, map[string]string{"Location": "http://elsewhere.test"}, ""), want: app.Interrupted},
		"an answer that Xero never gives": {answer: said(418, nil, ""), want: app.Interrupted},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, sim.Config{}, map[string]http.Handler{"/connections": test.answer, "/connections/c": test.answer})
				_, err := d.Connections(t.Context(), "secret-token")
				if got := troubleIn(t, err); got.Reason != test.want {
					t.Errorf("the list: %+v, want %s", got, test.want)
				}
				d.secrets.absentFrom(t, "the error", err.Error())
				if test.list {
					return
				}
				err = d.Disconnect(t.Context(), "secret-token", "c")
				if test.gone != (err == nil) {
					t.Errorf("ending it: %v", err)
				} else if err != nil {
					if got := troubleIn(t, err); got.Reason != test.want {
						t.Errorf("ending it: %+v, want %s", got, test.want)
					}
				}
			})
		})
	}
}

func TestAListIsAskedForAgainAndADisconnectIsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, sim.Config{}, nil)
		access := d.signIn(t.Context(), t).Access
		for _, text := range []string{"GET /connections #1-2 503:unavailable", "DELETE /connections/* #1 drop-after-commit"} {
			rule, err := sim.ParseRule(text)
			if err != nil {
				t.Fatal(err)
			}
			d.sim.AddFault(rule)
		}
		reached, err := d.Connections(t.Context(), access)
		if err != nil || len(reached) != 1 {
			t.Fatalf("%v, %v", reached, err)
		}
		if got := troubleIn(t, d.Disconnect(t.Context(), access, reached[0].ID)); got.Reason != app.Interrupted {
			t.Errorf("%+v", got)
		}
		if n := d.sim.Calls()["DELETE /connections/"+reached[0].ID]; n != 1 {
			t.Errorf("%d attempts", n)
		}
		if err := d.Disconnect(t.Context(), access, reached[0].ID); err != nil {
			t.Error(err)
		}
	})
}
