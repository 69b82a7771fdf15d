package xero_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/xero/sim"
)

func TestRefreshing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, sim.Config{}, nil)
		first := d.signIn(t.Context(), t)
		time.Sleep(59 * 24 * time.Hour)
		second, err := d.Refresh(t.Context(), registration, first.Refresh)
		if err != nil {
			t.Fatal(err)
		}
		if second.Refresh == first.Refresh || second.Access == first.Access || second.Refresh == "" {
			t.Error("the tokens are the same")
		}
		if !second.Expires.Equal(time.Now().Add(30 * time.Minute)) {
			t.Errorf("it expires at %s, and now is %s", second.Expires, time.Now())
		}
		if diff := cmp.Diff(sorted(first.Scopes), sorted(second.Scopes)); diff != "" {
			t.Error(diff)
		}
		if _, err := d.Connections(t.Context(), second.Access); err != nil {
			t.Error(err)
		}
		// An answer that is lost leaves half an hour in which to ask again.
		time.Sleep(29 * time.Minute)
		third, err := d.Refresh(t.Context(), registration, first.Refresh)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if _, err := d.Refresh(t.Context(), registration, first.Refresh); troubleIn(t, err).Reason != app.NoConsent {
			t.Errorf("the error is %v", err)
		}
		time.Sleep(60 * 24 * time.Hour)
		if _, err := d.Refresh(t.Context(), registration, third.Refresh); troubleIn(t, err).Reason != app.NoConsent {
			t.Errorf("the error is %v", err)
		}
	})
}

func TestWhatStopsARefresh(t *testing.T) {
	const correlation = "a1d0c0de-0000-4000-8000-000000000001"
	oauth := func(word string) http.Handler {
		return answers(http.StatusBadRequest, fmt.Sprintf(`{"error":%q,"error_description":"said of SECRET"}`, word))
	}
	xeros := map[string]string{"Xero-Correlation-Id": correlation}
	for name, test := range map[string]struct {
		override http.Handler
		rule     string
		want     app.Trouble // but for Text, Correlation of the simulated Xero and Err
		text     string
		wait     time.Duration // until it may be tried again
	}{
		"it is not accepted any more": {override: oauth("invalid_grant"), text: "refused to renew the connection (invalid_grant)",
			want: app.Trouble{Reason: app.NoConsent, Unsent: true, Answered: true}},
		"the app is gone": {override: oauth("unauthorized_client"), text: "(unauthorized_client)",
			want: app.Trouble{Reason: app.NoConsent, Unsent: true, Answered: true}},
		"an error in Xero with that word": {override: answers(500, `{"error":"invalid_grant"}`), want: app.Trouble{Reason: app.Troubled}},
		"a proxy with that word":          {override: said(403, map[string]string{"Content-Type": "application/json"}, `{"error":"invalid_grant"}`), text: "proxy or firewall", want: app.Trouble{Reason: app.Interrupted}},
		"a word that is none of these":    {override: oauth("SECRET"), want: app.Trouble{Reason: app.Interrupted}},
		"a refusal without a word":        {override: said(401, xeros, "SECRET"), want: app.Trouble{Reason: app.Interrupted}},
		"a proxy's page":                  {override: said(403, map[string]string{"Content-Type": "text/plain"}, "SECRET"), want: app.Trouble{Reason: app.Interrupted}},
		"a proxy that wants a sign-in":    {override: said(407, nil, "SECRET"), want: app.Trouble{Reason: app.Interrupted}},
		"a redirect":                      {override: to("/elsewhere"), want: app.Trouble{Reason: app.Interrupted}},
		"no tokens":                       {override: answers(200, `{"scope":"SECRET"}`), want: app.Trouble{Reason: app.Interrupted}},
		"tokens that are none":            {override: answers(200, `["SECRET"]`), want: app.Trouble{Reason: app.Interrupted}},
		"a page of a hotel":               {override: said(200, nil, "<html><title>SECRET</title>"), text: "proxy or firewall", want: app.Trouble{Reason: app.Interrupted}},
		"an error in Xero":                {rule: "500", want: app.Trouble{Reason: app.Troubled}},
		"an error after the rotation":     {rule: "500-after-commit", want: app.Trouble{Reason: app.Troubled}},
		"maintenance, with a time":        {override: said(503, map[string]string{"Retry-After": "300"}, ""), want: app.Trouble{Reason: app.Troubled}, wait: 5 * time.Minute},
		"too many calls":                  {rule: "429:appminute:30", want: app.Trouble{Reason: app.MinuteLimit, Unsent: true, Answered: true}, wait: 30 * time.Second},
		"a broken connection":             {rule: "reset", want: app.Trouble{Reason: app.Interrupted}},
		"a lost answer":                   {rule: "drop-after-commit", want: app.Trouble{Reason: app.Interrupted}},
		"half an answer":                  {rule: "cut", want: app.Trouble{Reason: app.Interrupted}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				override := map[string]http.Handler{"/elsewhere": issued(allScopes, refreshed)}
				d := newDesk(t, sim.Config{}, override)
				signedIn := d.signIn(t.Context(), t)
				d.sim.ResetCalls()
				if test.override != nil {
					override["/connect/token"] = test.override
				} else {
					rule, err := sim.ParseRule("POST /connect/token " + test.rule)
					if err != nil {
						t.Fatal(err)
					}
					d.sim.AddFault(rule)
				}
				_, err := d.Refresh(t.Context(), registration, signedIn.Refresh)
				got := troubleIn(t, err)
				if !strings.Contains(got.Text, test.text) || got.Err == nil && got.Text == "" {
					t.Errorf("it says %q, %v", got.Text, got.Err)
				}
				if test.wait > 0 {
					test.want.Until = time.Now().Add(test.wait)
				}
				got.Text, got.Correlation, got.Err = "", "", nil
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Error(diff)
				}
				if n := d.sim.Calls()["POST /connect/token"]; test.override == nil && n != 1 {
					t.Errorf("%d attempts", n)
				}
				d.secrets.absentFrom(t, "the error", err.Error())
				if strings.Contains(err.Error()+d.log.String(), "SECRET") {
					t.Errorf("it repeats the answer: %v\n%s", err, d.log)
				}
			})
		})
	}
}
