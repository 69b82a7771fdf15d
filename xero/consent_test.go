package xero_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/xero"
	"feebridge/xero/sim"
)

const (
	landed    = "You can close this tab and go back to Feebridge"
	notLanded = "Xero didn't give Feebridge access"
)

func TestSigningIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, sim.Config{}, nil)
		var asked url.Values
		var seen page
		grant, err := d.consent(t.Context(), t, func(link *url.URL) {
			asked = link.Query()
			seen = d.decide(t, link, "allow")
		})
		if err != nil {
			t.Fatal(err)
		}
		if seen.status != http.StatusOK || !strings.Contains(seen.body, landed) || strings.Contains(html.UnescapeString(seen.body), notLanded) {
			t.Errorf("the browser shows %+v", seen)
		}
		if seen.header.Get("Cache-Control") != "no-store" || seen.header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("the browser may tell of the page: %v", seen.header)
		}
		granted := strings.Fields(allScopes)
		want := url.Values{
			"response_type": {"code"}, "client_id": {sim.DefaultClientID}, "redirect_uri": {"http://localhost:8742/callback"},
			"scope": {allScopes}, "code_challenge_method": {"S256"},
			"state": asked["state"], "code_challenge": asked["code_challenge"],
		}
		if diff := cmp.Diff(want, asked); diff != "" {
			t.Errorf("it asks for something else (-want +got):\n%s", diff)
		}
		if len(asked.Get("state")) < 26 { // 26 letters of 5 bits have 128
			t.Errorf("the state is %q", asked.Get("state"))
		}
		if diff := cmp.Diff(sorted(granted), sorted(grant.Scopes)); diff != "" {
			t.Errorf("granted (-want +got):\n%s", diff)
		}
		user := app.User{ID: "a6c2f6b0-7f4d-4f0e-9a54-0c1d2e3f4a5b", Name: "Sim Person", Email: "sim.person@example.com"}
		if diff := cmp.Diff(user, grant.User); diff != "" {
			t.Errorf("the user (-want +got):\n%s", diff)
		}
		if !grant.Expires.Equal(time.Now().Add(30 * time.Minute)) {
			t.Errorf("it expires at %s, and now is %s", grant.Expires, time.Now())
		}
		if page := d.browse(t, http.MethodGet, "http://localhost:8742/callback", nil); page.status != 0 {
			t.Errorf("it still listens: %+v", page)
		}
	})
}

func TestThePageIsShownBeforeTheServerGoesAway(t *testing.T) {
	for name, test := range map[string]struct {
		slowness time.Duration
		shown    bool
	}{
		"to a slow browser":                 {time.Second, true},
		"but not to one that does not read": {time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, sim.Config{}, nil)
				d.slowness = test.slowness
				_, err := d.consent(t.Context(), t, func(link *url.URL) {
					seen := d.decide(t, link, "allow")
					if shown := strings.Contains(seen.body, landed); shown != test.shown {
						t.Errorf("the browser shows %+v", seen)
					}
				})
				if err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestEachSignInHasItsOwnStateAndProof(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, sim.Config{}, nil)
		seen := map[string]bool{}
		for range 2 {
			_, err := d.consent(t.Context(), t, func(link *url.URL) {
				seen[link.Query().Get("state")], seen[link.Query().Get("code_challenge")] = true, true
				d.decide(t, link, "deny")
			})
			if err == nil {
				t.Fatal("denied, and signed in")
			}
		}
		if len(seen) != 4 {
			t.Errorf("%v", seen)
		}
	})
}

// idToken is a JWT with these claims, and no signature.
func idToken(claims string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmVk"
}

// issued is an answer with tokens.
func issued(scope, more string) http.Handler {
	return answers(http.StatusOK, fmt.Sprintf(`{"access_token":%q,"token_type":"Bearer","expires_in":1800,"scope":%q%s}`,
		idToken(`{"xero_userid":"from-access-token"}`), scope, more))
}

// to is an answer that sends the caller to another path.
func to(path string) http.Handler {
	return said(http.StatusTemporaryRedirect, map[string]string{"Location": origin + path}, "")
}

const (
	allScopes = "openid profile email offline_access accounting.invoices accounting.contacts accounting.settings.read accounting.attachments"
	refreshed = `,"refresh_token":"a-new-refresh-token"`
)

func TestWhoSignedIn(t *testing.T) {
	for name, test := range map[string]struct {
		claims string // of the id token; empty for none
		want   app.User
	}{
		"with a full name":       {`{"xero_userid":"u","name":"Ana Lima","given_name":"A","family_name":"L","email":"ana@firm.test"}`, app.User{ID: "u", Name: "Ana Lima", Email: "ana@firm.test"}},
		"with the name in parts": {`{"xero_userid":"u","given_name":"Ana","family_name":"Lima"}`, app.User{ID: "u", Name: "Ana Lima"}},
		"with a given name":      {`{"xero_userid":"u","given_name":"Ana"}`, app.User{ID: "u", Name: "Ana"}},
		"without an id token":    {"", app.User{ID: "from-access-token"}},
		"with an odd id token":   {`[]`, app.User{ID: "from-access-token"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				more := refreshed
				if test.claims != "" {
					more += fmt.Sprintf(`,"id_token":%q`, idToken(test.claims))
				}
				d := newDesk(t, sim.Config{}, map[string]http.Handler{"/connect/token": issued(allScopes, more)})
				if diff := cmp.Diff(test.want, d.signIn(t.Context(), t).User); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestWhatStopsASignIn(t *testing.T) {
	token := func(h http.Handler) map[string]http.Handler { return map[string]http.Handler{"/connect/token": h} }
	refuses := func(query string) map[string]http.Handler {
		return map[string]http.Handler{"/identity/connect/authorize": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm() // the form of a test
			http.Redirect(w, r, r.PostForm.Get("redirect_uri")+"?"+query+"&state="+url.QueryEscape(r.PostForm.Get("state")), http.StatusFound)
		})}
	}
	oauth := func(word string) http.Handler {
		return answers(http.StatusBadRequest, fmt.Sprintf(`{"error":%q,"error_description":"said of SECRET"}`, word))
	}
	for name, test := range map[string]struct {
		decision string
		override map[string]http.Handler
		rules    []string
		code     app.Code   // of an *app.Error; empty where it is a Trouble
		reason   app.Reason // of a Trouble
		want     string     // in the error
	}{
		"the person says no":            {decision: "deny", code: app.Unavailable, want: "Access wasn't allowed on Xero's page"},
		"Xero says no":                  {override: refuses("error=server_error"), code: app.Unavailable, want: "It says: server_error. Try again."},
		"Xero says why it says no":      {override: refuses("error=x&error_description=Try%0Alater"), code: app.Unavailable, want: "It says: Try later (x). Try again."},
		"Xero says much":                {override: refuses("error=" + strings.Repeat("x", 1000)), code: app.Unavailable, want: strings.Repeat("x", 200) + "…. "},
		"the code is not accepted":      {override: token(oauth("invalid_grant")), code: app.Unavailable, want: "may have taken too long. Connect again"},
		"the app is unknown":            {override: token(oauth("invalid_client")), code: app.Invalid, want: "(invalid_client). Compare the client ID"},
		"the app is of another kind":    {override: token(oauth("unauthorized_client")), code: app.Invalid, want: "(unauthorized_client)"},
		"a proxy answers":               {override: token(oauth("SECRET")), reason: app.Interrupted, want: "400 Bad Request"},
		"tokens as a form":              {override: token(said(200, map[string]string{"Content-Type": "text/plain"}, "access_token=SECRET")), reason: app.Interrupted},
		"no tokens":                     {override: token(answers(200, `{"refresh_token":"SECRET"}`)), reason: app.Interrupted, want: "the answer holds no tokens"},
		"a page where tokens should be": {override: token(said(200, nil, "<html>SECRET")), reason: app.Interrupted},
		"a redirect":                    {override: map[string]http.Handler{"/connect/token": to("/elsewhere"), "/elsewhere": issued(allScopes, refreshed)}, reason: app.Interrupted, want: "307"},
		"nobody signed in": {override: token(answers(200, `{"access_token":"SECRET","refresh_token":"SECRET","expires_in":1800}`)),
			reason: app.Interrupted, want: "does not say who signed in"},
		"nothing but invoices": {override: token(issued("openid accounting.invoices", "")), code: app.Unavailable,
			want: "Missing: offline_access (stay connected), accounting.contacts (find and add contacts), accounting.settings.read (read accounts, tax rates, tracking, items and branding themes). Connect again"},
		"no refresh token":       {override: token(issued(allScopes, "")), code: app.Unavailable, want: "offline_access (stay connected). "},
		"no need is a need":      {override: token(issued("offline_access accounting.contacts accounting.settings.read", refreshed)), code: app.Unavailable, want: "Missing: accounting.invoices (export invoices and follow their status). "},
		"an error in Xero":       {rules: []string{"POST /connect/token 500"}, reason: app.Troubled, want: "500"},
		"maintenance":            {rules: []string{"POST /connect/token 503:maintenance"}, reason: app.Troubled, want: "503"},
		"too many sign-ins":      {rules: []string{"POST /connect/token 429:appminute:30"}, reason: app.MinuteLimit, want: "429"},
		"a broken connection":    {rules: []string{"POST /connect/token reset"}, reason: app.Interrupted},
		"a lost answer":          {rules: []string{"POST /connect/token drop-after-commit"}, reason: app.Interrupted},
		"half an answer":         {rules: []string{"POST /connect/token cut"}, reason: app.Interrupted},
		"an answer that is late": {rules: []string{"POST /connect/token slow:10m"}, reason: app.Interrupted},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, sim.Config{}, test.override, test.rules...)
				if test.decision == "" {
					test.decision = "allow"
				}
				var seen page
				grant, err := d.consent(t.Context(), t, func(link *url.URL) { seen = d.decide(t, link, test.decision) })
				if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "SECRET") {
					t.Errorf("the error is %v", err)
				}
				if diff := cmp.Diff(app.Grant{}, grant); diff != "" {
					t.Errorf("granted all the same: %s", diff)
				}
				if test.code == "" {
					if got := troubleIn(t, err); got.Reason != test.reason {
						t.Errorf("the trouble is %+v, want %s", got, test.reason)
					}
				} else if !app.IsCode(err, test.code) {
					t.Errorf("the code is %s, want %s", app.CodeOf(err), test.code)
				}
				if !strings.Contains(html.UnescapeString(seen.body), notLanded) || !strings.Contains(seen.body, landed) || strings.Contains(seen.body, "SECRET") {
					t.Errorf("the browser shows %+v", seen)
				}
				if n := d.sim.Calls()["POST /connect/token"]; n > 1 {
					t.Errorf("%d attempts", n)
				}
				if strings.Contains(d.log.String(), "SECRET") {
					t.Errorf("the log is %s", d.log)
				}
				time.Sleep(10 * time.Minute) // until the answer that is late
			})
		})
	}
}

func TestScopesThatAreNotToldWereGranted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, sim.Config{}, map[string]http.Handler{
			"/connect/token": answers(200, fmt.Sprintf(`{"access_token":%q,"refresh_token":"a-refresh-token","expires_in":1800}`, idToken(`{"xero_userid":"u"}`))),
		})
		if diff := cmp.Diff(strings.Fields(allScopes), d.signIn(t.Context(), t).Scopes); diff != "" {
			t.Error(diff)
		}
	})
}

func TestACodeThatIsTooOldIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var late time.Duration
		d := newDesk(t, sim.Config{
			Now: func() time.Time { return time.Now().Add(late) },
			Observe: func(c sim.Call) {
				if c.Path == "/connect/token" {
					late = 5 * time.Minute
				}
			},
		}, nil)
		_, err := d.consent(t.Context(), t, func(link *url.URL) { d.decide(t, link, "allow") })
		if !app.IsCode(err, app.Unavailable) || !strings.Contains(err.Error(), "Connect again") {
			t.Errorf("the error is %v", err)
		}
	})
}

func TestStrangersAreTurnedAwayAndTheWaitGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, sim.Config{}, nil)
		_, err := d.consent(t.Context(), t, func(link *url.URL) {
			state := link.Query().Get("state")
			for _, stranger := range []struct {
				method, path string
				want         int
			}{
				{"GET", "/callback?code=forged&state=" + state[:25] + "-", 400},
				{"GET", "/callback?code=forged&state=", 400},
				{"GET", "/callback?code=forged", 400},
				{"GET", "/callback?error=access_denied&state=wrong", 400},
				{"GET", "/callback?error=access_denied", 400},
				{"GET", "/callback?state=" + state, 400},
				{"GET", "/callback", 400},
				{"HEAD", "/callback?code=forged&state=" + state, 405},
				{"POST", "/callback?code=forged&state=" + state, 405},
				{"GET", "/callback/?code=forged&state=" + state, 404},
				{"GET", "/?code=forged&state=" + state, 404},
				{"GET", "/favicon.ico", 404},
			} {
				got := d.browse(t, stranger.method, "http://localhost:8742"+stranger.path, nil)
				if got.status != stranger.want || strings.Contains(got.body, "signed in") {
					t.Errorf("%s %s: %+v", stranger.method, stranger.path, got)
				}
			}
			if seen := d.decide(t, link, "allow"); !strings.Contains(seen.body, landed) {
				t.Errorf("the browser shows %+v", seen)
			}
		})
		if err != nil {
			t.Error(err)
		}
		if n := d.sim.Calls()["POST /connect/token"]; n != 1 {
			t.Errorf("%d codes were exchanged", n)
		}
	})
}

func TestOnlyTheFirstAnswerCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, sim.Config{}, nil, "POST /connect/token slow:10s")
		_, err := d.consent(t.Context(), t, func(link *url.URL) {
			var again sync.WaitGroup
			again.Go(func() {
				time.Sleep(5 * time.Second) // while the code is being exchanged
				address := "http://localhost:8742/callback?error=access_denied&state=" + link.Query().Get("state")
				if seen := d.browse(t, http.MethodGet, address, nil); seen.status != http.StatusBadRequest {
					t.Errorf("the second tab shows %+v", seen)
				}
			})
			d.decide(t, link, "allow")
			again.Wait()
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestNobodySignsIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, sim.Config{}, nil)
		began := time.Now()
		_, err := d.consent(t.Context(), t, func(link *url.URL) {
			d.browse(t, http.MethodGet, link.String(), nil) // and then closes the tab
		})
		if !app.IsCode(err, app.Unavailable) || !strings.Contains(err.Error(), "within 5 minutes") {
			t.Errorf("the error is %v", err)
		}
		if took := time.Since(began); took != 5*time.Minute {
			t.Errorf("it took %s", took)
		}
		if seen := d.browse(t, http.MethodGet, "http://localhost:8742/callback", nil); seen.status != 0 {
			t.Errorf("it still listens: %+v", seen)
		}
	})
}

func TestCancellingASignIn(t *testing.T) {
	for name, rules := range map[string][]string{
		"while the person decides":          nil,
		"while the code is being exchanged": {"POST /connect/token slow:1m"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, sim.Config{}, nil, rules...)
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(10*time.Second, cancel)
				began := time.Now()
				_, err := d.consent(ctx, t, func(link *url.URL) {
					if rules != nil {
						d.decide(t, link, "allow")
					}
				})
				if got := troubleIn(t, err); got.Reason != app.Interrupted || !errors.Is(err, context.Canceled) {
					t.Errorf("the error is %+v", got)
				}
				if took := time.Since(began); took != 10*time.Second {
					t.Errorf("it took %s", took)
				}
				if seen := d.browse(t, http.MethodGet, "http://localhost:8742/callback", nil); seen.status != 0 {
					t.Errorf("it still listens: %+v", seen)
				}
				time.Sleep(time.Minute)
			})
		})
	}
}

func TestTheFirstFreePortIsUsed(t *testing.T) {
	for name, test := range map[string]struct {
		occupied []string
		want     string // where Xero is to return to; empty when no port is free
	}{
		"the first":                          {nil, "http://localhost:8742/callback"},
		"the first is occupied":              {[]string{"127.0.0.1:8742"}, "http://localhost:8743/callback"},
		"the first is occupied in IPv6":      {[]string{"[::1]:8742"}, "http://localhost:8743/callback"},
		"there is no IPv6":                   {[]string{"[::1]:8742", "[::1]:8743", "[::1]:0"}, "http://localhost:8742/callback"},
		"no IPv6, and the first occupied":    {[]string{"127.0.0.1:8742", "[::1]:8742", "[::1]:8743", "[::1]:0"}, "http://localhost:8743/callback"},
		"all are occupied":                   {[]string{"127.0.0.1:8742", "127.0.0.1:8743"}, ""},
		"all are occupied, one way or other": {[]string{"127.0.0.1:8742", "[::1]:8743"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, sim.Config{}, nil)
				d.occupied = test.occupied
				got := ""
				_, err := d.consent(t.Context(), t, func(link *url.URL) {
					got = link.Query().Get("redirect_uri")
					d.decide(t, link, "allow")
				})
				if got != test.want {
					t.Errorf("it returns to %q", got)
				}
				switch {
				case test.want != "" && err != nil:
					t.Error(err)
				case test.want == "" && (!app.IsCode(err, app.Unavailable) || !strings.Contains(err.Error(), "(8742, 8743). Close them and connect again.")):
					t.Errorf("the error is %v", err)
				}
			})
		})
	}
}

func TestWithoutPortsTheUsualOnesAreUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, sim.Config{}, nil)
		d.occupied = []string{"127.0.0.1:8742", "127.0.0.1:8743"}
		ctx, cancel := context.WithCancel(t.Context())
		var got string
		_, err := d.Consent(ctx, app.Registration{ClientID: "id"}, func(link string) { got = link; cancel() })
		if !errors.Is(err, context.Canceled) || !strings.Contains(got, url.QueryEscape("http://localhost:8744/callback")) {
			t.Errorf("%s, %v", got, err)
		}
	})
}

func TestWithoutAddressesTheyAreXerosOwn(t *testing.T) {
	var asked []string
	c := xero.NewConnector(xero.ConnectorConfig{
		Door: xero.NewDoor(xero.DoorConfig{Listen: (&desk{sockets: map[string]dialer{}}).listen}),
		HTTP: roundTrip(func(r *http.Request) (*http.Response, error) {
			asked = append(asked, r.Method+" "+r.URL.String())
			return nil, errors.New("no network")
		}),
	})
	ctx, cancel := context.WithTimeout(t.Context(), deadline.Thing)
	_, err := c.Consent(ctx, registration, func(link string) {
		address, _, _ := strings.Cut(link, "?")
		asked = append(asked, address)
		cancel()
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := c.Refresh(t.Context(), registration, "token"); troubleIn(t, err).Reason != app.Offline {
		t.Error(err)
	}
	if err := c.Disconnect(t.Context(), "token", "id"); troubleIn(t, err).Reason != app.Offline {
		t.Error(err)
	}
	want := []string{
		"https://login.xero.com/identity/connect/authorize", "POST https://identity.xero.com/connect/token",
		"DELETE https://api.xero.com/connections/id",
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
}

func TestAnAddressThatIsNone(t *testing.T) {
	for name, cfg := range map[string]xero.ConnectorConfig{
		"sign-in": {Login: "login.xero.com"}, "tokens": {Identity: "ftp://xero.test"}, "API": {API: "xero"},
	} {
		t.Run(name, func(t *testing.T) {
			c := xero.NewConnector(cfg)
			_, consent := c.Consent(t.Context(), registration, func(string) { t.Error("it shows a link") })
			_, refresh := c.Refresh(t.Context(), registration, "token")
			_, connections := c.Connections(t.Context(), "token")
			for _, err := range []error{consent, refresh, connections, c.Disconnect(t.Context(), "token", "id")} {
				if got := troubleIn(t, err); got.Reason != app.Refused || !got.Unsent || !strings.Contains(err.Error(), "Xero's "+name+" is not") {
					t.Errorf("the error is %+v", got)
				}
			}
		})
	}
}

func TestAddressesThatTokensAreSentTo(t *testing.T) {
	for _, c := range []struct {
		identity, api string
		want          string
	}{
		{"", "", "https://identity.xero.com https://api.xero.com"},
		{"https://Identity.Xero.com/", "https://api.xero.com/api.xro/2.0", "https://identity.xero.com https://api.xero.com"},
		{"https://identity.xero.com", "https://api.xero.com/api.xro/2.0/", "https://identity.xero.com https://api.xero.com"},
		{"http://127.0.0.1:9000/a%20b", "http://127.0.0.1:9001/there/api.xro/2.0", "http://127.0.0.1:9000/a%20b http://127.0.0.1:9001/there"},
		{"https://identity.xero.com:8443", "", "https://identity.xero.com:8443 https://api.xero.com"},
		{"nowhere", "", ""},
	} {
		connector := xero.NewConnector(xero.ConnectorConfig{Identity: c.identity, API: c.api})
		if got := connector.Addresses(); got != c.want {
			t.Errorf("%q and %q: %q, want %q", c.identity, c.api, got, c.want)
		}
	}
}
