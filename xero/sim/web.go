package sim

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"sync"
)

//go:embed web
var webFiles embed.FS

// web is the page on which a person plays Xero's side. It has no sign-in, needs no script and keeps nothing of its own:
// every address can be bookmarked, and every action is a form whose refusal is shown beside it in Xero's words.
func (s *Sim) web() http.Handler {
	w := &site{sim: s}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/invoices", http.StatusSeeOther))
	mux.HandleFunc("GET /style.css", w.style)

	mux.HandleFunc("GET /invoices", w.invoices)
	mux.HandleFunc("GET /invoices/new", w.newInvoice)
	mux.HandleFunc("POST /invoices", w.createInvoice)
	mux.HandleFunc("GET /invoices/{id}", w.invoice)
	mux.HandleFunc("GET /invoices/{id}/edit", w.editInvoice)
	mux.HandleFunc("POST /invoices/{id}/edit", w.saveInvoice)
	mux.HandleFunc("POST /invoices/{id}/submit", w.changeInvoice("submit", s.Submit))
	mux.HandleFunc("POST /invoices/{id}/approve", w.changeInvoice("approve", s.Approve))
	mux.HandleFunc("POST /invoices/{id}/void", w.changeInvoice("void", s.Void))
	mux.HandleFunc("POST /invoices/{id}/delete", w.changeInvoice("delete", s.Delete))
	mux.HandleFunc("POST /invoices/{id}/pay", w.payInvoice)
	mux.HandleFunc("POST /invoices/{id}/credit", w.creditInvoice)
	mux.HandleFunc("POST /invoices/{id}/credit-in-full", w.creditInFull)
	mux.HandleFunc("POST /invoices/{id}/payments/{payment}/remove", w.removePayment)
	mux.HandleFunc("GET /invoices/{id}/attachments/{attachment}", w.attachment)

	mux.HandleFunc("GET /contacts", w.contacts)
	mux.HandleFunc("GET /contacts/{id}", w.contact)
	mux.HandleFunc("POST /contacts/{id}/edit", w.saveContact)
	mux.HandleFunc("POST /contacts/{id}/archive", w.changeContact("archive", s.ArchiveContact))
	mux.HandleFunc("POST /contacts/{id}/restore", w.changeContact("restore", s.RestoreContact))
	mux.HandleFunc("POST /contacts/{id}/merge", w.mergeContact)

	mux.HandleFunc("GET /settings", w.settings)
	mux.HandleFunc("POST /settings/locks", w.setLocks)
	mux.HandleFunc("POST /settings/disconnect", w.disconnect)
	mux.HandleFunc("POST /settings/currencies", w.addCurrency)
	mux.HandleFunc("POST /settings/accounts/archive", w.changeAccount("archive", s.ArchiveAccount))
	mux.HandleFunc("POST /settings/accounts/restore", w.changeAccount("restore", s.RestoreAccount))

	// The addresses that Xero documents for links into it, below the simulator's own host.
	mux.HandleFunc("GET /app/{code}/invoicing/view/{id}", redirectTo("/invoices/"))
	mux.HandleFunc("GET /app/{code}/contacts/contact/{id}", redirectTo("/contacts/"))
	mux.HandleFunc("/", w.notFound)

	return guard(s.ownForms(mux))
}

// ownForms takes only the forms of this page: any page in the person's browser can post to a port of this machine. A
// request that names no origin comes from no browser. The listener checks the host, since another name may lead here.
func (s *Sim) ownForms(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc((&site{sim: s}).foreignForm))
	return origin.Handler(next)
}

// site serves the web page of a Sim.
type site struct{ sim *Sim }

// maxTyped bounds the forms that are read, in bytes.
const maxTyped = 1 << 20

// guard forbids what this page never does, so that nothing hostile in a name or file can do it.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		h := rw.Header()
		h.Set("Content-Security-Policy",
			"default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(rw, r.Body, maxTyped)
		next.ServeHTTP(rw, r)
	})
}

func redirectTo(folder string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, folder+url.PathEscape(r.PathValue("id")), http.StatusSeeOther)
	}
}

func (w *site) style(rw http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(rw, r, webFiles, "web/style.css")
}

// frame is what stands around every page.
type frame struct {
	Title     string
	Section   string // of the navigation
	AppName   string
	Org       Org
	Orgs      []Org
	Connected bool
	Problem   trouble
}

// frame makes the frame of a page about an organisation.
func (w *site) frame(o Org, section, title string) frame {
	return frame{
		Title: title, Section: section, AppName: w.sim.cfg.AppName,
		Org: o, Orgs: w.sim.Orgs(), Connected: w.sim.Connected(o.TenantID),
	}
}

// chosenOrg is the organisation that the request names, the first one when it names none.
func (w *site) chosenOrg(r *http.Request) (Org, bool) {
	tenant := r.FormValue("org")
	if tenant != "" {
		return w.sim.Org(tenant)
	}
	orgs := w.sim.Orgs()
	if len(orgs) == 0 {
		return Org{}, false
	}
	return orgs[0], true
}

// trouble is why a form was refused, and what had been typed into it.
type trouble struct {
	Form     string
	Messages []string
	typed    url.Values
}

// Of are the messages for one form of the page.
func (t trouble) Of(form string) []string {
	if t.Form != form {
		return nil
	}
	return t.Messages
}

// Typed is what was typed into a field of a refused form, and otherwise what stands there by itself.
func (t trouble) Typed(form, field, otherwise string) string {
	if t.Form != form || !t.typed.Has(field) {
		return otherwise
	}
	return t.typed.Get(field)
}

// troubleOf tells why the action of a form failed.
func troubleOf(form string, r *http.Request, err error) trouble {
	t := trouble{Form: form, Messages: []string{err.Error()}, typed: r.PostForm}
	var refused *Refusal
	if errors.As(err, &refused) {
		t.Messages = refused.Messages
	}
	return t
}

// status is the HTTP status of a page that shows the trouble, if there is any.
func (t trouble) status() int {
	if t.Form == "" {
		return http.StatusOK
	}
	return http.StatusUnprocessableEntity
}

// pages are the templates, each within the layout, by the name of their file. They are read when the first page is shown:
// most who serve a Sim never look at one.
var pages = sync.OnceValue(func() map[string]*template.Template {
	layout := template.Must(template.New("layout.html").Funcs(formats).ParseFS(webFiles, "web/layout.html"))
	parsed := map[string]*template.Template{}
	for _, name := range []string{"invoices", "invoice", "edit", "contacts", "contact", "settings", "message"} {
		parsed[name] = template.Must(template.Must(layout.Clone()).ParseFS(webFiles, "web/"+name+".html"))
	}
	return parsed
})

// show draws a page. It draws into memory first: a template that fails halfway must not look like a page.
func (w *site) show(rw http.ResponseWriter, status int, name string, data any) {
	var drawn bytes.Buffer
	if err := pages()[name].Execute(&drawn, data); err != nil {
		http.Error(rw, fmt.Sprintf("The page cannot be drawn: %v", err), http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	rw.WriteHeader(status)
	_, _ = drawn.WriteTo(rw) // a browser that went away needs no page
}

type messagePage struct {
	frame
	Text string
}

func (w *site) message(rw http.ResponseWriter, r *http.Request, status int, title, text string) {
	o, _ := w.chosenOrg(r)
	w.show(rw, status, "message", messagePage{w.frame(o, "", title), text})
}

func (w *site) notFound(rw http.ResponseWriter, r *http.Request) {
	w.message(rw, r, http.StatusNotFound, "Not found", "There is nothing at this address. It may belong to a simulator that was started anew.")
}

func (w *site) foreignForm(rw http.ResponseWriter, r *http.Request) {
	w.message(rw, r, http.StatusForbidden, "Refused", "This form was sent from another site. Only the simulator's own pages may change its books.")
}

// readForm reads the form of a request; it answers by itself and returns false when that cannot be read.
func (w *site) readForm(rw http.ResponseWriter, r *http.Request) bool {
	if err := r.ParseForm(); err != nil {
		status := http.StatusBadRequest
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(rw, "The form cannot be read: "+err.Error(), status)
		return false
	}
	return true
}

// formValue is what was typed into a field.
func formValue(r *http.Request, name string) string { return tidyTyped(r.PostFormValue(name)) }
