package xero

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"feebridge/app"
	"feebridge/assets/translations"
)

// Refresh trades a refresh token for new tokens, in one attempt.
func (c *Connector) Refresh(ctx context.Context, r app.Registration, refresh string) (app.Grant, error) {
	if c.badAddress != nil {
		return app.Grant{}, &app.Trouble{Reason: app.Refused, Unsent: true, Err: c.badAddress}
	}
	token, err := c.flow(r).TokenSource(c.tokenCalls(ctx), &oauth2.Token{RefreshToken: refresh}).Token()
	if err != nil {
		return app.Grant{}, tokenTrouble(err)
	}
	return grantOf(token), nil
}

// exchange trades the code of a person's consent for tokens, in one attempt: a code is
// good for one.
func (c *Connector) exchange(ctx context.Context, flow *oauth2.Config, verifier, code string) (app.Grant, error) {
	token, err := flow.Exchange(c.tokenCalls(ctx), code, oauth2.VerifierOption(verifier))
	if err != nil {
		switch told := refusalOf(err); told {
		case "":
			return app.Grant{}, tokenTrouble(err)
		case "invalid_grant": // a code lives five minutes, and no longer than its first use
			return app.Grant{}, app.Errorf(app.Unavailable, "consent.too-late")
		default:
			return app.Grant{}, app.Errorf(app.Invalid, "consent.client-id", "Error", told)
		}
	}
	grant := grantOf(token)
	if grant.User, err = userOf(token); err != nil {
		return app.Grant{}, &app.Trouble{Reason: app.Interrupted, Err: err}
	}
	return grant, nil
}

// tokenCalls makes the calls of x/oauth2 go where ours go. A redirect is not followed: it
// would carry the tokens to whatever host it names.
func (c *Connector) tokenCalls(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, &http.Client{
		Transport:     c.attempt,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
}

// grantOf returns what was granted. Without a scope in the answer all that was asked for
// was granted, says the OAuth standard.
func grantOf(token *oauth2.Token) app.Grant {
	granted := slices.Clone(scopes)
	if told, ok := token.Extra("scope").(string); ok {
		granted = strings.Fields(told)
	}
	return app.Grant{Access: token.AccessToken, Expires: token.Expiry, Refresh: token.RefreshToken, Scopes: granted}
}

// lacking returns what was not granted and is needed, each with what for.
func lacking(g app.Grant) []string {
	var missing []string
	for _, n := range needs {
		if !slices.Contains(g.Scopes, n.scope) || n.scope == "offline_access" && g.Refresh == "" {
			missing = append(missing, n.scope+" ("+translations.Text(n.why)+")")
		}
	}
	return missing
}

// userOf returns who signed in, from the id token, or from the access token where the
// person's identity was not granted: both name the user. Their signatures are not checked:
// they came from Xero itself over TLS, which OpenID Connect takes in place of that.
func userOf(token *oauth2.Token) (app.User, error) {
	id, _ := token.Extra("id_token").(string)
	for _, jwt := range []string{id, token.AccessToken} {
		var claims struct {
			UserID string `json:"xero_userid"`
			Name   string `json:"name"`
			Given  string `json:"given_name"`
			Family string `json:"family_name"`
			Email  string `json:"email"`
		}
		if err := decodeClaims(jwt, &claims); err != nil || claims.UserID == "" {
			continue
		}
		name := claims.Name
		if name == "" {
			name = strings.TrimSpace(claims.Given + " " + claims.Family)
		}
		return app.User{ID: app.ConsentID(claims.UserID), Name: name, Email: claims.Email}, nil
	}
	return app.User{}, errors.New("the answer does not say who signed in")
}

// decodeClaims reads the claims of a JWT.
func decodeClaims(jwt string, into any) error {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return errors.New("not a JWT")
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return err
	}
	return json.Unmarshal(claims, into)
}

// refusals of the token endpoint, as the OAuth standard names them. Xero refuses a code or
// a refresh token that is used, expired or foreign with invalid_grant.
var tokenRefusals = []string{
	"invalid_grant", "invalid_client", "unauthorized_client", "invalid_request", "invalid_scope", "unsupported_grant_type",
}

// refusalOf returns with which word Xero refused tokens, or "" when it did not. In an error of
// Xero's own, or of something on the way, such a word decides nothing: the tokens may be good.
func refusalOf(err error) string {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || !slices.Contains(tokenRefusals, refused.ErrorCode) {
		return ""
	}
	switch refused.Response.StatusCode {
	case http.StatusBadRequest, http.StatusUnauthorized: // so the OAuth standard says
		return refused.ErrorCode
	}
	return ""
}

// tokenTrouble says why there are no tokens. It repeats nothing of an answer but the word
// of a refusal: what answers may repeat the question, or hold the tokens.
func tokenTrouble(err error) *app.Trouble {
	var known *app.Trouble
	var answered *oauth2.RetrieveError
	switch {
	case errors.As(err, &known):
		t := *known
		if t.Text != "" {
			t.Text = translations.Text("trouble.proxy-silent")
		}
		return &t
	case !errors.As(err, &answered):
		return &app.Trouble{Reason: app.Interrupted, Err: errors.New("the answer holds no tokens")}
	}
	t := &app.Trouble{
		Reason:      app.Interrupted,
		Correlation: answered.Response.Header.Get(correlationHeader),
		Err:         errors.New(answered.Response.Status),
	}
	switch status := answered.Response.StatusCode; {
	case refusalOf(err) != "":
		// Whatever the word, these tokens will never be good again.
		t.Reason, t.Unsent, t.Answered = app.NoConsent, true, true
		t.Text = translations.Text("trouble.no-tokens", "Error", refusalOf(err))
	case status == http.StatusTooManyRequests:
		t.Reason, t.Unsent, t.Answered = app.MinuteLimit, true, true
		t.Until = retryAfter(answered.Response.Header)
	case status >= http.StatusInternalServerError && status != http.StatusNetworkAuthenticationRequired:
		t.Reason, t.Until = app.Troubled, retryAfter(answered.Response.Header)
	case !fromXero(answered.Response.Header):
		t.Text = translations.Text("trouble.proxy", "Status", answered.Response.Status)
	}
	return t
}
