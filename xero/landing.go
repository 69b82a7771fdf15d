package xero

import (
	"bytes"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"feebridge/app"
	"feebridge/assets/translations"
)

// landing is the page on which the browser ends up.
type landing struct {
	Done  bool
	Title string
	Text  string
}

// showOutcome shows how the sign-in ended.
func showOutcome(out http.ResponseWriter, err error) {
	if err == nil {
		showPage(out, http.StatusOK, landing{true, translations.Text("landing.connected"), translations.Text("landing.back")})
		return
	}
	showPage(out, http.StatusOK, landing{false, translations.Text("landing.not-connected"), reason(err) + " " + translations.Text("landing.back")})
}

// showStray shows that the page is not the answer that is awaited.
func showStray(out http.ResponseWriter) {
	showPage(out, http.StatusBadRequest, landing{
		false, translations.Text("landing.other-sign-in"), translations.Text("landing.other-sign-in.hint"),
	})
}

// showOpened shows whether an address that a person followed from Xero was found, and nothing
// of the invoice.
func showOpened(out http.ResponseWriter, err error) {
	nothing := translations.Text("landing.not-shown")
	var told *app.Error
	switch {
	case err == nil:
		showPage(out, http.StatusOK, landing{true, translations.Text("landing.shown"), translations.Text("landing.back")})
	case app.IsCode(err, app.NotFound):
		showPage(out, http.StatusNotFound, landing{false, nothing, translations.Text("landing.unknown-link")})
	case app.IsCode(err, app.Forbidden):
		showPage(out, http.StatusForbidden, landing{false, nothing, translations.Text("landing.no-permission")})
	case app.IsCode(err, app.Unavailable) && errors.As(err, &told):
		showPage(out, http.StatusServiceUnavailable, landing{false, nothing, told.Error()})
	default:
		showPage(out, http.StatusInternalServerError, landing{false, nothing, translations.Text("landing.failed")})
	}
}

// reason is an error as the page says it.
func reason(err error) string {
	var told *app.Error
	if errors.As(err, &told) {
		return told.Error()
	}
	return translations.Text("landing.no-tokens")
}

// showPage writes the page, at once and whole: the server may go away right after. The
// browser is not to keep it, nor to tell anybody its address, which held the code.
func showPage(out http.ResponseWriter, status int, page landing) {
	const patience = 2 * time.Second // with a browser on this computer
	var body bytes.Buffer
	if err := landingPage.Execute(&body, page); err != nil {
		http.Error(out, page.Text, http.StatusInternalServerError)
		return
	}
	header := out.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(body.Len()))
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	control := http.NewResponseController(out)
	_ = control.SetWriteDeadline(time.Now().Add(patience)) // a browser that does not read gets no page
	out.WriteHeader(status)
	_, _ = out.Write(body.Bytes())
	_ = control.Flush()
}

var landingPage = template.Must(template.New("landing").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{.Title}}</title>
<style>
:root { --back: #f3f5f7; --card: #ffffff; --text: #1d2733; --soft: #55636f; --mark: {{if .Done}}#1f7a4d{{else}}#a4551a{{end}} }
@media (prefers-color-scheme: dark) {
  :root { --back: #14181d; --card: #1f262d; --text: #eef2f5; --soft: #a9b5bf; --mark: {{if .Done}}#5cc38f{{else}}#e59a5c{{end}} }
}
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--text);
  font: 17px/1.55 system-ui, sans-serif }
main { max-width: 28rem; margin: 1.5rem; padding: 2.5rem; border-radius: 14px; background: var(--card);
  box-shadow: 0 1px 3px #0002, 0 8px 30px #0001 }
svg { display: block; width: 44px; height: 44px; fill: none; stroke: var(--mark); stroke-width: 2.2;
  stroke-linecap: round; stroke-linejoin: round }
h1 { margin: 1.1rem 0 .5rem; font-size: 1.35rem; line-height: 1.3 }
p { margin: 0; color: var(--soft) }
</style>
<main>
<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10"/>
{{if .Done}}<path d="M7.5 12.5l3 3 6-6.5"/>{{else}}<path d="M12 7v6M12 16.5v.1"/>{{end}}</svg>
<h1>{{.Title}}</h1>
<p>{{.Text}}</p>
</main>
</html>
`))
