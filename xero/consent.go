package xero

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"feebridge/app"
)

// ConnectorConfig says where people sign in to Xero.
type ConnectorConfig struct {
	// Login is the address of the site on which a person signs in and decides, Identity
	// that of the service which issues tokens, and API that of the Accounting API, beside
	// which the connections are. Each may be without a path; empty means Xero's own.
	Login, Identity, API string
	// HTTP makes the connections; nil means http.DefaultTransport with time limits.
	HTTP http.RoundTripper
	// Door is where the browser comes back to; nil means one for the sign-ins alone.
	Door *Door
	// Log takes a line a call, without codes, tokens and bodies; nil means none.
	Log *slog.Logger
}

// Connector signs people in to Xero. It keeps nothing: the tokens go to its caller. It is
// safe for use by many goroutines.
type Connector struct {
	login, identity, api *url.URL
	badAddress           error // why one of these cannot be used
	attempt              http.RoundTripper
	door                 *Door
}

var _ app.Connector = (*Connector)(nil)

// NewConnector returns a connector. An address that is none makes every call fail with
// an error that says so.
func NewConnector(cfg ConnectorConfig) *Connector {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.HTTP == nil {
		cfg.HTTP = newTransport(cfg.Log)
	}
	if cfg.Door == nil {
		cfg.Door = NewDoor(DoorConfig{Log: cfg.Log})
	}
	c := &Connector{attempt: journal{log: cfg.Log, next: wire{next: cfg.HTTP}}, door: cfg.Door}
	var noLogin, noIdentity, noAPI error
	c.login, noLogin = parseAddress("sign-in", cfg.Login, defaultLogin)
	c.identity, noIdentity = parseAddress("tokens", cfg.Identity, defaultIdentity)
	c.api, noAPI = parseAddress("API", cfg.API, defaultAPI)
	c.badAddress = errors.Join(noLogin, noIdentity, noAPI)
	return c
}

// Addresses names where tokens are sent, whole and in one spelling.
func (c *Connector) Addresses() string {
	if c.badAddress != nil {
		return ""
	}
	return spelled(c.identity) + " " + spelled(besideAPI(c.api))
}

// spelled writes an address in one way.
func spelled(u *url.URL) string {
	return u.Scheme + "://" + strings.ToLower(u.Host) + strings.TrimSuffix(u.EscapedPath(), "/")
}

// besideAPI returns the address that the Accounting API and the connections are below.
func besideAPI(api *url.URL) *url.URL {
	beside := *api
	beside.Path, beside.RawPath = strings.TrimSuffix(strings.TrimSuffix(beside.Path, "/"), apiPath), ""
	return &beside
}

// scopes are what a sign-in asks for: who the person is, a refresh token, and no more of
// the organisation than Feebridge uses. Apps registered with Xero since March 2026 have
// these granular scopes only.
var scopes = []string{
	"openid", "profile", "email", "offline_access",
	"accounting.invoices", "accounting.contacts", "accounting.settings.read",
	"accounting.attachments", // for firms that have their printed invoices attached
}

// needs are the scopes without which Feebridge is of no use, each with what for, by its key.
var needs = []struct{ scope, why string }{
	{"offline_access", "connection.scope.offline"},
	{"accounting.invoices", "connection.scope.invoices"},
	{"accounting.contacts", "connection.scope.contacts"},
	{"accounting.settings.read", "connection.scope.settings"},
}

// Consent has a person sign in and decide, with a proof key (PKCE, S256) in place of a
// secret, which an application on a desk cannot keep.
func (c *Connector) Consent(ctx context.Context, r app.Registration, show func(link string)) (app.Grant, error) {
	if c.badAddress != nil {
		return app.Grant{}, &app.Trouble{Reason: app.Refused, Unsent: true, Err: c.badAddress}
	}
	state, verifier := rand.Text(), oauth2.GenerateVerifier()
	back, err := c.awaitReturn(r.Ports, state)
	if err != nil {
		return app.Grant{}, err
	}
	defer back.close()
	// Xero compares the address to return to byte by byte with the registered ones, and
	// takes plain http for localhost only, spelled so.
	flow := c.flow(r)
	flow.RedirectURL = fmt.Sprintf("http://localhost:%d%s", back.port, returnPath)
	show(flow.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)))

	timer := time.NewTimer(app.ConsentTime)
	defer timer.Stop()
	select {
	case d := <-back.decisions:
		grant, err := c.settle(ctx, flow, verifier, d)
		d.conclude(err)
		return grant, err
	case <-timer.C:
		return app.Grant{}, app.Errorf(app.Unavailable, "consent.timeout", "Count", int(app.ConsentTime/time.Minute))
	case <-ctx.Done():
		return app.Grant{}, &app.Trouble{Reason: app.Interrupted, Unsent: true, Err: ctx.Err()}
	}
}

// settle makes of a person's decision what Consent returns.
func (c *Connector) settle(ctx context.Context, flow *oauth2.Config, verifier string, d decision) (app.Grant, error) {
	switch d.refusal {
	case "":
	case "access_denied": // so the OAuth standard calls a person's no
		return app.Grant{}, app.Errorf(app.Unavailable, "consent.denied")
	default:
		return app.Grant{}, app.Errorf(app.Unavailable, "consent.xero-failed", "Text", d.words())
	}
	grant, err := c.exchange(ctx, flow, verifier, d.code)
	if err != nil {
		return app.Grant{}, err
	}
	if missing := lacking(grant); len(missing) > 0 {
		return app.Grant{}, app.Errorf(app.Unavailable, "consent.partial", "Missing", strings.Join(missing, ", "))
	}
	return grant, nil
}

// flow is the sign-in of the registered application. A public client sends its id in the
// form; it has no secret, and a guess at another style would be a second attempt.
func (c *Connector) flow(r app.Registration) *oauth2.Config {
	return &oauth2.Config{
		ClientID: r.ClientID,
		Scopes:   scopes,
		Endpoint: oauth2.Endpoint{
			AuthURL:   c.login.JoinPath(authorizePath).String(),
			TokenURL:  c.identity.JoinPath(tokenPath).String(),
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
}
