package sim

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// knownScopes are what a new app may ask for: the broad accounting.transactions is closed to it.
var knownScopes = []string{
	"openid", "profile", "email", "offline_access",
	"accounting.invoices", "accounting.invoices.read", "accounting.payments", "accounting.payments.read",
	"accounting.contacts", "accounting.contacts.read", "accounting.settings", "accounting.settings.read",
	"accounting.attachments", "accounting.attachments.read", "accounting.banktransactions", "accounting.banktransactions.read",
	"accounting.manualjournals", "accounting.manualjournals.read", "accounting.budgets.read", "accounting.journals.read",
	"accounting.reports.aged.read", "accounting.reports.balancesheet.read", "accounting.reports.profitandloss.read",
	"accounting.reports.trialbalance.read",
}

const codeLife = 5 * time.Minute

// grant is an authorization code that waits to be exchanged, once.
type grant struct {
	redirectURI string
	challenge   string
	scopes      []string
	event       string
	expires     time.Time
}

// consent is a request for authorization.
type consent struct {
	redirectURI, state, challenge string
	scopes                        []string
	single                        bool // one organisation only
}

// readConsent reads a request for authorization, or names what is wrong with it.
func (s *Sim) readConsent(form url.Values) (consent, string) {
	ask := consent{
		redirectURI: form.Get("redirect_uri"), state: form.Get("state"), challenge: form.Get("code_challenge"),
		scopes: strings.Fields(form.Get("scope")), single: strings.Contains(form.Get("acr_values"), "bulk_connect:false"),
	}
	switch {
	case form.Get("client_id") != s.cfg.ClientID:
		return ask, "unauthorized_client : Unknown client or client not enabled"
	case !slices.Contains(s.cfg.RedirectURIs, ask.redirectURI):
		return ask, "unauthorized_client : Invalid redirect_uri"
	case form.Get("response_type") != "code":
		return ask, "unsupported_response_type"
	case form.Get("code_challenge_method") != "S256":
		return ask, "invalid_request : Transform algorithm not supported"
	case len(ask.challenge) != 43:
		return ask, "invalid_request : code challenge required"
	case len(ask.scopes) == 0:
		return ask, "invalid_scope"
	}
	for _, scope := range ask.scopes {
		if !slices.Contains(knownScopes, scope) {
			return ask, "invalid_scope : " + scope
		}
	}
	return ask, ""
}

// authorizePage is GET /identity/connect/authorize: the page on which a person chooses organisations and decides.
func (s *Sim) authorizePage(r *http.Request) answer { return s.consentPage(r, "") }

func (s *Sim) consentPage(r *http.Request, notice string) answer {
	ask, wrong := s.readConsent(r.Form)
	if wrong != "" {
		return toErrorPage(wrong)
	}
	type organisation struct{ ID, Name string }
	page := struct {
		App, Notice   string
		Single        bool
		Scopes        []string
		Organisations []organisation
		Hidden        map[string]string
	}{App: s.cfg.AppName, Notice: notice, Single: ask.single, Scopes: ask.scopes, Hidden: map[string]string{}}
	for _, o := range s.Orgs() {
		page.Organisations = append(page.Organisations, organisation{o.TenantID, o.Name})
	}
	for _, name := range []string{
		"client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method", "acr_values",
	} {
		page.Hidden[name] = r.Form.Get(name)
	}
	return html(http.StatusOK, consentTemplate, page)
}

// decideConsent is what the buttons of the page post: decision=allow with one or more tenantId, or decision=deny.
func (s *Sim) decideConsent(r *http.Request) answer {
	ask, wrong := s.readConsent(r.Form)
	if wrong != "" {
		return toErrorPage(wrong)
	}
	if r.Form.Get("decision") != "allow" {
		return ask.back(url.Values{"error": {"access_denied"}})
	}
	tenants := r.Form["tenantId"]
	if len(tenants) == 0 || ask.single && len(tenants) > 1 {
		return s.consentPage(r, "Choose an organisation.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now, event, code := s.now(), newID(), secret()
	for _, tenant := range tenants {
		o := s.org(tenant)
		if o == nil {
			return toErrorPage("invalid_request : unknown organisation")
		}
		s.connect(o.TenantID, event, now)
	}
	for _, scope := range ask.scopes {
		s.consented[scope] = true
	}
	s.grants[code] = &grant{
		redirectURI: ask.redirectURI, challenge: ask.challenge, scopes: s.consentedScopes(), event: event, expires: now.Add(codeLife),
	}
	return ask.back(url.Values{"code": {code}, "scope": {strings.Join(ask.scopes, " ")}, "session_state": {secret()}})
}

// consentedScopes are all scopes agreed to: a new consent adds to the old ones.
func (s *Sim) consentedScopes() []string {
	return slices.DeleteFunc(slices.Clone(knownScopes), func(scope string) bool { return !s.consented[scope] })
}

// back sends the browser to the app with these values and the state.
func (ask consent) back(values url.Values) answer {
	if ask.state != "" {
		values.Set("state", ask.state)
	}
	joint := "?"
	if strings.Contains(ask.redirectURI, "?") {
		joint = "&"
	}
	return redirect(ask.redirectURI + joint + values.Encode())
}

func redirect(to string) answer {
	return answer{status: http.StatusFound, contentType: typeHTML, header: map[string]string{"Location": to}}
}

func toErrorPage(what string) answer {
	return redirect("/identity/error?" + url.Values{"errorId": {newID()}, "error": {what}}.Encode())
}

// errorPage is GET /identity/error: where a request ends that must not go back to the app.
func errorPage(r *http.Request) answer {
	return html(http.StatusBadRequest, errorTemplate, r.Form.Get("error"))
}

func html(status int, t *template.Template, data any) answer {
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return answer{status: http.StatusInternalServerError, contentType: typeText, body: []byte(err.Error())}
	}
	return answer{status: status, contentType: typeHTML, body: b.Bytes()}
}

const pageStyle = `<style>
body{font:16px/1.5 system-ui,sans-serif;background:#eef1f4;color:#1c2733;margin:0;display:grid;place-items:center;min-height:100vh}
main{background:#fff;border-radius:12px;box-shadow:0 2px 14px #0002;padding:32px;max-width:460px}
h1{font-size:22px;margin:0 0 12px}label{display:block;padding:10px 12px;border:1px solid #cfd7df;border-radius:8px;margin:8px 0}
button{font:inherit;padding:10px 20px;border-radius:8px;border:1px solid #0b6bcb;background:#0b6bcb;color:#fff;margin:16px 8px 0 0}
button.quiet{background:#fff;color:#0b6bcb}small{color:#5b6b7a}.notice{color:#a1260d}
</style>`

var consentTemplate = template.Must(template.New("consent").Parse(`<!doctype html><html lang="en"><meta charset="utf-8">
<title>Simulated Xero | Allow access</title>` + pageStyle + `<main><h1>{{.App}} wants access to</h1>
<form method="post" action="/identity/connect/authorize">
{{range $name, $value := .Hidden}}<input type="hidden" name="{{$name}}" value="{{$value}}">
{{end}}{{range .Organisations}}<label><input type="{{if $.Single}}radio{{else}}checkbox{{end}}" name="tenantId" value="{{.ID}}"> {{.Name}}</label>
{{end}}{{with .Notice}}<p class="notice">{{.}}</p>{{end}}
<p><small>It asks for: {{range $i, $s := .Scopes}}{{if $i}}, {{end}}{{$s}}{{end}}</small></p>
<button name="decision" value="allow">Allow access</button><button class="quiet" name="decision" value="deny">Cancel</button>
</form><p><small>This is a simulated Xero: no real organisation is behind it.</small></p></main></html>
`))

var errorTemplate = template.Must(template.New("error").Parse(`<!doctype html><html lang="en"><meta charset="utf-8">
<title>Simulated Xero | Error</title>` + pageStyle + `<main><h1>Sorry, something went wrong</h1><p class="notice">Error: {{.}}</p>
<p>The app that sent you here asked for something that cannot be given. You can close this page.</p></main></html>
`))
