package sim

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	callback = "http://localhost:8742/callback"
	verifier = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
)

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// ask is a good request for authorization with these values instead of its own.
func ask(changes ...string) url.Values {
	v := url.Values{
		"response_type": {"code"}, "client_id": {DefaultClientID}, "redirect_uri": {callback}, "state": {"st&te"},
		"scope":          {"openid profile email offline_access accounting.invoices accounting.contacts accounting.settings.read"},
		"code_challenge": {challenge()}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	return v
}

func (r *rig) form(path string, v url.Values) reply {
	r.t.Helper()
	return r.do("POST", path, v.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// consent allows the app the test tenant, and returns where the browser is sent.
func (r *rig) consent(v url.Values) *url.URL {
	r.t.Helper()
	v.Set("decision", "allow")
	if !v.Has("tenantId") {
		v.Set("tenantId", testTenant)
	}
	a := r.form("//identity/connect/authorize", v)
	to, err := url.Parse(a.header.Get("Location"))
	if a.status != http.StatusFound || err != nil {
		r.t.Fatalf("%d %s %v", a.status, a.header.Get("Location"), err)
	}
	return to
}

func (r *rig) exchange(code string, changes ...string) reply {
	r.t.Helper()
	v := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {DefaultClientID}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier},
	}
	for i := 0; i < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	return r.form("//connect/token", v)
}

func (r *rig) refresh(token string) reply {
	r.t.Helper()
	return r.form("//connect/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {DefaultClientID}, "refresh_token": {token}})
}

func (r *rig) signIn() reply {
	r.t.Helper()
	return r.exchange(r.consent(ask()).Query().Get("code")).want(200)
}

func signInBubble(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	bubble(t, Config{RedirectURIs: []string{callback}}, func(t *testing.T, r *rig) {
		for _, tenant := range []string{testTenant, otherTenant} {
			if err := r.sim.Disconnect(tenant); err != nil { // the rig's own token had connected them
				t.Fatal(err)
			}
		}
		test(t, r)
	})
}

func TestConsentPage(t *testing.T) {
	signInBubble(t, func(t *testing.T, r *rig) {
		a := r.do("GET", "//identity/connect/authorize?"+ask("state", `"><script>`).Encode(), "").want(200)
		for _, want := range []string{"Test Company", "Other Company", `value="allow"`, `value="deny"`, `type="checkbox"`, testTenant, "accounting.invoices"} {
			if !strings.Contains(a.body, want) {
				t.Errorf("the page lacks %s", want)
			}
		}
		if strings.Contains(a.body, "<script>") {
			t.Error("the state is not escaped")
		}
		if a := r.do("GET", "//identity/connect/authorize?"+ask("acr_values", "bulk_connect:false").Encode(), ""); !strings.Contains(a.body, `type="radio"`) {
			t.Error("more than one organisation can be chosen")
		}
		v := ask()
		v.Set("decision", "allow")
		if a := r.form("//identity/connect/authorize", v).want(200); !strings.Contains(a.body, "Choose an organisation.") {
			t.Error("allowed without an organisation")
		}
	})
}

func TestAuthorizeRefusesOnAPageOfItsOwn(t *testing.T) {
	signInBubble(t, func(t *testing.T, r *rig) {
		for name, v := range map[string]url.Values{
			"unknown client":  ask("client_id", "other"),
			"other port":      ask("redirect_uri", "http://localhost:8743/callback"),
			"other host":      ask("redirect_uri", "http://127.0.0.1:8742/callback"),
			"a slash more":    ask("redirect_uri", callback+"/"),
			"implicit":        ask("response_type", "token"),
			"no challenge":    ask("code_challenge", ""),
			"plain challenge": ask("code_challenge_method", "plain"),
			"unknown scope":   ask("scope", "openid accounting.everything"),
			"broad scope":     ask("scope", "openid accounting.transactions"),
			"no scope":        ask("scope", ""),
		} {
			a := r.do("GET", "//identity/connect/authorize?"+v.Encode(), "")
			if a.status != http.StatusFound || !strings.HasPrefix(a.header.Get("Location"), "/identity/error?") || !strings.Contains(a.header.Get("Location"), "errorId=") {
				t.Errorf("%s: %d %s", name, a.status, a.header.Get("Location"))
				continue
			}
			if page := r.do("GET", "/"+a.header.Get("Location"), ""); !strings.Contains(page.body, "Sorry, something went wrong") {
				t.Errorf("%s: %s", name, page.body)
			}
			v.Set("decision", "allow")
			if a := r.form("//identity/connect/authorize", v); !strings.HasPrefix(a.header.Get("Location"), "/identity/error?") {
				t.Errorf("%s: the form went through to %s", name, a.header.Get("Location"))
			}
		}
		if n := len(r.sim.Connections()); n != 0 {
			t.Errorf("%d connections", n)
		}
	})
}

func TestDenialReturnsToTheApp(t *testing.T) {
	signInBubble(t, func(t *testing.T, r *rig) {
		v := ask()
		v.Set("decision", "deny")
		to, _ := url.Parse(r.form("//identity/connect/authorize", v).header.Get("Location"))
		if !strings.HasPrefix(to.String(), callback+"?") || to.Query().Get("error") != "access_denied" || to.Query().Get("state") != "st&te" {
			t.Errorf("%s", to)
		}
	})
}

func TestSignInGivesTokensAndAConnection(t *testing.T) {
	signInBubble(t, func(t *testing.T, r *rig) {
		to := r.consent(ask())
		if !strings.HasPrefix(to.String(), callback+"?") || to.Query().Get("state") != "st&te" {
			t.Fatalf("%s", to)
		}
		a := r.exchange(to.Query().Get("code")).want(200, "token_type", "Bearer", "expires_in", "1800")
		if scopes := strings.Fields(a.at("scope")); !slices.Contains(scopes, "accounting.invoices") || slices.Contains(scopes, "accounting.payments") {
			t.Errorf("scopes %v", scopes)
		}
		r.token = a.at("access_token")
		claims := verified(t, r, r.token)
		event, _ := claims["authentication_event_id"].(string)
		if claims["iss"] != "https://identity.xero.com" || claims["aud"] != "https://identity.xero.com/resources" || claims["client_id"] != DefaultClientID ||
			claims["exp"].(float64)-claims["nbf"].(float64) != 1800 || claims["xero_userid"] == nil || claims["jti"] == nil || len(claims["scope"].([]any)) != 7 {
			t.Errorf("%v", claims)
		}
		if id := verified(t, r, a.at("id_token")); id["aud"] != DefaultClientID || id["email"] != userEmail {
			t.Errorf("%v", id)
		}
		connections := r.do("GET", "//connections?authEventId="+event, "").want(200, "0.tenantId", testTenant, "0.tenantType", "ORGANISATION",
			"0.tenantName", "Test Company", "0.createdDateUtc", "2000-01-01T00:00:00.0000000", "1", "")
		if !strings.HasPrefix(connections.body, `[{"id":"`) {
			t.Errorf("%s", connections.body)
		}
		r.do("GET", "//connections?authEventId="+unknownID, "").want(200, "0", "")
		r.do("GET", "//connect/userinfo", "").want(200, "email", userEmail)
		r.do("GET", "/Invoices", "").want(200)
		if a := r.do("GET", "/Payments", ""); a.status != 401 {
			t.Errorf("a scope that was not given: %d", a.status)
		}
	})
}

// verified are the claims of a token whose signature fits the published key.
func verified(t *testing.T, r *rig, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("not a JWT: %s", token)
	}
	keys := r.do("GET", "//.well-known/openid-configuration/jwks", "").want(200, "keys.0.kty", "RSA", "keys.0.e", "AQAB")
	modulus, err := base64.RawURLEncoding.DecodeString(keys.at("keys.0.n"))
	if err != nil {
		t.Fatal(err)
	}
	key := &rsa.PublicKey{E: 65537}
	key.N = signingKey().N
	if string(key.N.Bytes()) != string(modulus) {
		t.Fatal("the published key is another")
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		t.Fatal(err)
	}
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature); err != nil {
		t.Fatal(err)
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestCodeIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		changes []string
		wait    time.Duration
		want    string
	}{
		"wrong verifier":  {changes: []string{"code_verifier", strings.Repeat("x", 43)}, want: "invalid_grant"},
		"short verifier":  {changes: []string{"code_verifier", "x"}, want: "invalid_grant"},
		"other redirect":  {changes: []string{"redirect_uri", callback + "2"}, want: "invalid_grant"},
		"unknown code":    {changes: []string{"code", "x"}, want: "invalid_grant"},
		"after 5 minutes": {wait: 5 * time.Minute, want: "invalid_grant"},
		"other client":    {changes: []string{"client_id", "x"}, want: "invalid_client"},
		"with a secret":   {changes: []string{"client_secret", "x"}, want: "invalid_client"},
		"other grant":     {changes: []string{"grant_type", "password"}, want: "unsupported_grant_type"},
	} {
		t.Run(name, func(t *testing.T) {
			signInBubble(t, func(t *testing.T, r *rig) {
				code := r.consent(ask()).Query().Get("code")
				time.Sleep(test.wait)
				if a := r.exchange(code, test.changes...); a.status != 400 || a.body != `{"error":"`+test.want+`"}` {
					t.Errorf("%d %s", a.status, a.body)
				}
			})
		})
	}
	signInBubble(t, func(t *testing.T, r *rig) {
		code := r.consent(ask()).Query().Get("code")
		r.exchange(code).want(200)
		r.exchange(code).want(400, "error", "invalid_grant")
	})
}

func TestAccessTokenLivesThirtyMinutes(t *testing.T) {
	signInBubble(t, func(t *testing.T, r *rig) {
		r.token = r.signIn().at("access_token")
		time.Sleep(30*time.Minute - time.Second)
		r.do("GET", "/Invoices", "").want(200)
		time.Sleep(time.Second)
		r.do("GET", "/Invoices", "").want(401, "Detail", "TokenExpired: token expired at 01/01/2000 00:30:00", "Title", "Unauthorized", "Status", "401")
		r.do("GET", "//connections", "").want(401)
	})
}

func TestRefreshTokenRotates(t *testing.T) {
	signInBubble(t, func(t *testing.T, r *rig) {
		first := r.signIn().at("refresh_token")
		second := r.refresh(first).want(200).at("refresh_token")
		if second == first {
			t.Fatal("not rotated")
		}
		time.Sleep(30*time.Minute - time.Second)
		third := r.refresh(first).want(200).at("refresh_token") // the answer with the second was lost
		r.refresh(second).want(400, "error", "invalid_grant")
		time.Sleep(time.Second)
		r.refresh(first).want(400, "error", "invalid_grant")
		fourth := r.refresh(third).want(200).at("refresh_token")
		r.refresh(first).want(400, "error", "invalid_grant")
		r.refresh(third).want(200)
		r.refresh(fourth).want(400)
	})
}

func TestRefreshTokenDiesUnusedAfterSixtyDays(t *testing.T) {
	for _, test := range []struct {
		wait   time.Duration
		status int
	}{{60*24*time.Hour - time.Second, 200}, {60 * 24 * time.Hour, 400}} {
		signInBubble(t, func(t *testing.T, r *rig) {
			token := r.signIn().at("refresh_token")
			time.Sleep(test.wait)
			if a := r.refresh(token); a.status != test.status {
				t.Errorf("after %v: %d", test.wait, a.status)
			}
		})
	}
}

func TestNoRefreshTokenWithoutOfflineAccess(t *testing.T) {
	signInBubble(t, func(t *testing.T, r *rig) {
		a := r.exchange(r.consent(ask("scope", "accounting.invoices")).Query().Get("code")).want(200)
		if a.at("refresh_token") != "" || a.at("id_token") != "" {
			t.Error(a.body)
		}
	})
}

func TestScopesAddUp(t *testing.T) {
	signInBubble(t, func(t *testing.T, r *rig) {
		r.consent(ask("scope", "accounting.invoices"))
		a := r.exchange(r.consent(ask("scope", "accounting.payments")).Query().Get("code"))
		if a.at("scope") != "accounting.invoices accounting.payments" {
			t.Errorf("%q", a.at("scope"))
		}
		if err := r.sim.Disconnect(testTenant); err != nil {
			t.Fatal(err)
		}
		a = r.exchange(r.consent(ask("scope", "accounting.payments")).Query().Get("code"))
		if a.at("scope") != "accounting.payments" {
			t.Errorf("after a disconnect: %q", a.at("scope"))
		}
	})
}

func TestDisconnecting(t *testing.T) {
	signInBubble(t, func(t *testing.T, r *rig) {
		v := ask()
		v["tenantId"] = []string{testTenant, otherTenant}
		r.token = r.exchange(r.consent(v).Query().Get("code")).at("access_token")
		id := r.do("GET", "//connections", "").want(200, "1.tenantId", otherTenant).at("0.id")
		if a := r.do("DELETE", "//connections/"+testTenant, ""); a.status != 403 {
			t.Errorf("by the tenant's id: %d", a.status)
		}
		if a := r.do("DELETE", "//connections/"+unknownID, ""); a.status != 404 {
			t.Errorf("unknown: %d", a.status)
		}
		if a := r.do("DELETE", "//Connections/"+id, ""); a.status != 204 || a.body != "" {
			t.Errorf("%d %s", a.status, a.body)
		}
		r.do("GET", "/Invoices", "").want(403, "Title", "Forbidden")
		if err := r.sim.Disconnect(otherTenant); err != nil {
			t.Fatal(err)
		}
		if a := r.do("GET", "//connections", "").want(200); a.body != "[]" {
			t.Errorf("%s", a.body)
		}
	})
}

func TestReconnectingKeepsTheConnection(t *testing.T) {
	signInBubble(t, func(t *testing.T, r *rig) {
		r.consent(ask())
		before := r.sim.Connections()[0]
		time.Sleep(time.Hour)
		r.consent(ask())
		after := r.sim.Connections()
		if len(after) != 1 || after[0].ID != before.ID || after[0].AuthEventID == before.AuthEventID || !after[0].UpdatedUTC.After(after[0].CreatedUTC) {
			t.Errorf("%+v became %+v", before, after)
		}
	})
}

func TestRevocation(t *testing.T) {
	signInBubble(t, func(t *testing.T, r *rig) {
		a := r.signIn()
		r.token = a.at("access_token")
		v := url.Values{"token": {a.at("refresh_token")}, "client_id": {DefaultClientID}}
		if a := r.form("//connect/revocation", url.Values{"token": v["token"], "client_id": {"x"}}); a.status != 400 {
			t.Errorf("by another client: %d", a.status)
		}
		if a := r.form("//connect/revocation", v); a.status != 200 || a.body != "" {
			t.Errorf("%d %s", a.status, a.body)
		}
		r.refresh(a.at("refresh_token")).want(400, "error", "invalid_grant")
		if a := r.do("GET", "//connections", "").want(200); a.body != "[]" {
			t.Errorf("%s", a.body)
		}
	})
}

func TestLostAnswerOfARefresh(t *testing.T) {
	bubble(t, Config{RedirectURIs: []string{callback}, Faults: []Rule{rule(t, "POST /connect/token #2 drop-after-commit")}}, func(t *testing.T, r *rig) {
		token := r.signIn().at("refresh_token")
		v := url.Values{"grant_type": {"refresh_token"}, "client_id": {DefaultClientID}, "refresh_token": {token}}
		if a := r.try("POST", "//connect/token", v.Encode(), "Content-Type", "application/x-www-form-urlencoded"); a.err == nil {
			t.Fatal("an answer came")
		}
		r.refresh(token).want(200)
	})
}

func TestDiscovery(t *testing.T) {
	signInBubble(t, func(t *testing.T, r *rig) {
		r.do("GET", "//.well-known/openid-configuration", "").want(200, "issuer", "https://identity.xero.com",
			"authorization_endpoint", "http://sim/identity/connect/authorize", "token_endpoint", "http://sim/connect/token",
			"userinfo_endpoint", "http://sim/connect/userinfo", "revocation_endpoint", "http://sim/connect/revocation")
	})
}

func TestMintedTokenLivesLongAndBearsItsScopes(t *testing.T) {
	signInBubble(t, func(t *testing.T, r *rig) {
		r.token = r.sim.MintToken("accounting.invoices.read")
		time.Sleep(300 * 24 * time.Hour)
		r.do("GET", "/Invoices", "").want(200)
		r.do("GET", "/Contacts", "").want(401)
		r.do("GET", "/Invoices", "", "Xero-Tenant-Id", otherTenant).want(200)
	})
}
