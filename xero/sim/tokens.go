package sim

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// How long tokens live.
const (
	accessLife  = 30 * time.Minute
	idLife      = 5 * time.Minute
	refreshLife = 60 * 24 * time.Hour // when unused
	grace       = 30 * time.Minute    // in which the refresh token before the newest may be tried again
	mintedLife  = 365 * 24 * time.Hour
)

// The one person who signs in.
const (
	userID    = "a6c2f6b0-7f4d-4f0e-9a54-0c1d2e3f4a5b"
	userEmail = "sim.person@example.com"
)

// accessToken is what is known of an access token.
type accessToken struct {
	scopes  map[string]bool
	expires time.Time
}

// family is a line of refresh tokens: each is replaced by the next when it is used.
type family struct {
	current, previous string
	issued            time.Time // of current
	rotated           time.Time // when previous was replaced first
	scopes            []string
	event             string
}

// issueTokens is POST /connect/token.
func (s *Sim) issueTokens(r *http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	form := r.PostForm
	if _, _, basic := r.BasicAuth(); basic || form.Get("client_id") != s.cfg.ClientID || form.Has("client_secret") {
		// A public client has an id and no secret.
		return oauthError("invalid_client")
	}
	now := s.now()
	switch form.Get("grant_type") {
	case "authorization_code":
		g := s.grants[form.Get("code")]
		delete(s.grants, form.Get("code"))
		if g == nil || !now.Before(g.expires) || g.redirectURI != form.Get("redirect_uri") || !proves(form.Get("code_verifier"), g.challenge) {
			return oauthError("invalid_grant")
		}
		f := &family{scopes: g.scopes, event: g.event}
		return s.tokenAnswer(f, now)
	case "refresh_token":
		f := s.families[form.Get("refresh_token")]
		if f == nil || !s.rotate(f, form.Get("refresh_token"), now) {
			return oauthError("invalid_grant")
		}
		return s.tokenAnswer(f, now)
	}
	return oauthError("unsupported_grant_type")
}

// proves tells whether a verifier is well formed and belongs to a challenge.
func proves(verifier, challenge string) bool {
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	sum := sha256.Sum256([]byte(verifier))
	return len(verifier) >= 43 && len(verifier) <= 128 && strings.Trim(verifier, allowed) == "" &&
		subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

// rotate makes room for the next refresh token, if this one may still be used: the newest within its life, the one
// before it for a while after it was replaced, for a caller that never got the answer. What that answer held is then
// void; whether Xero lets it live on is not verified.
func (s *Sim) rotate(f *family, token string, now time.Time) bool {
	switch {
	case token == f.current && now.Before(f.issued.Add(refreshLife)):
		delete(s.families, f.previous)
		f.previous, f.rotated = f.current, now
	case token == f.previous && now.Before(f.rotated.Add(grace)):
		delete(s.families, f.current)
	default:
		return false
	}
	return true
}

// tokenAnswer issues tokens of a family.
func (s *Sim) tokenAnswer(f *family, now time.Time) answer {
	scope := strings.Join(f.scopes, " ")
	tokens := object{}
	if strings.Contains(scope, "openid") {
		tokens.add("id_token", s.signedToken(now, idLife, s.cfg.ClientID, object{
			{"at_hash", secret()[:22]}, {"preferred_username", userEmail}, {"email", userEmail},
			{"given_name", "Sim"}, {"family_name", "Person"},
		}))
	}
	tokens.add("access_token", s.accessToken(f.scopes, f.event, now, accessLife))
	tokens.add("expires_in", int(accessLife/time.Second))
	tokens.add("token_type", "Bearer")
	if strings.Contains(scope, "offline_access") {
		f.current, f.issued = secret(), now
		s.families[f.current] = f
		tokens.add("refresh_token", f.current)
	}
	tokens.add("scope", scope)
	return answer{
		status: http.StatusOK, contentType: "application/json", body: compactJSON(tokens),
		header: map[string]string{"Cache-Control": "no-store, no-cache, max-age=0", "Pragma": "no-cache"},
	}
}

// MintToken makes an access token that lives a year, for uses without a sign-in, and connects every organisation. It
// bears these scopes, or all there are when none is named.
func (s *Sim) MintToken(scopes ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(scopes) == 0 {
		scopes = knownScopes
	}
	now, event := s.now(), newID()
	for _, o := range s.orgs {
		s.connect(o.TenantID, event, now)
	}
	return s.accessToken(scopes, event, now, mintedLife)
}

// accessToken makes and remembers an access token.
func (s *Sim) accessToken(scopes []string, event string, now time.Time, life time.Duration) string {
	shown, set := list{}, map[string]bool{}
	for _, scope := range scopes {
		set[scope] = true
		shown.values = append(shown.values, scope)
	}
	token := s.signedToken(now, life, issuer+"/resources", object{
		{"client_id", s.cfg.ClientID}, {"authentication_event_id", event}, {"scope", shown},
	})
	s.tokens[token] = &accessToken{scopes: set, expires: now.Add(life)}
	return token
}

// bearer is the access token of a request's Authorization header; false when it is none of ours.
func (s *Sim) bearer(h http.Header) (*accessToken, bool) {
	token, ok := strings.CutPrefix(h.Get("Authorization"), "Bearer ")
	known := s.tokens[token]
	return known, ok && known != nil
}

// revoke is POST /connect/revocation: the refresh token ends, and with it all connections to the app. That a public
// client may do this with its id alone is not verified.
func (s *Sim) revoke(r *http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, _, basic := r.BasicAuth(); r.PostForm.Get("client_id") != s.cfg.ClientID && !(basic && id == s.cfg.ClientID) {
		return oauthError("invalid_client")
	}
	if f := s.families[r.PostForm.Get("token")]; f != nil {
		delete(s.families, f.current)
		delete(s.families, f.previous)
		s.disconnect(func(Connection) bool { return true })
	}
	return answer{status: http.StatusOK}
}

// userInfo is /connect/userinfo.
func (s *Sim) userInfo(r *http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token, ok := s.bearer(r.Header); !ok || !s.now().Before(token.expires) || !token.scopes["openid"] {
		return answer{status: http.StatusUnauthorized, header: map[string]string{"WWW-Authenticate": `Bearer error="invalid_token"`}}
	}
	return answer{status: http.StatusOK, contentType: typeJSON, body: compactJSON(object{
		{"sub", subject()}, {"xero_userid", userID}, {"preferred_username", userEmail}, {"email", userEmail},
		{"given_name", "Sim"}, {"family_name", "Person"}, {"name", "Sim Person"},
	})}
}

func oauthError(code string) answer {
	return answer{status: http.StatusBadRequest, contentType: typeJSON, body: compactJSON(object{{"error", code}})}
}

// secret is a string that cannot be guessed.
func secret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}
