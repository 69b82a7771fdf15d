package sim

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

type contactsPage struct {
	frame
	Search   string
	Archived bool // show the archived ones instead
	Contacts []Contact
	Paging   paging
}

// ActiveURL is the address of the list of active contacts.
func (p *contactsPage) ActiveURL() string { return p.url(1, false) }

// ArchivedURL is the address of the list of archived contacts.
func (p *contactsPage) ArchivedURL() string { return p.url(1, true) }

func (p *contactsPage) url(page int, archived bool) string {
	q := url.Values{"org": {p.Org.TenantID}}
	if p.Search != "" {
		q.Set("q", p.Search)
	}
	if archived {
		q.Set("archived", "1")
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	return "/contacts?" + q.Encode()
}

func (w *site) contacts(rw http.ResponseWriter, r *http.Request) {
	o, ok := w.chosenOrg(r)
	if !ok {
		w.notFound(rw, r)
		return
	}
	p := contactsPage{
		frame:  w.frame(o, "contacts", "Contacts"),
		Search: strings.TrimSpace(r.FormValue("q")), Archived: r.FormValue("archived") != "",
	}
	var found []Contact
	search := strings.ToLower(p.Search)
	for _, c := range w.sim.Contacts(o.TenantID) {
		text := strings.ToLower(c.Name + "\n" + c.EmailAddress + "\n" + c.ContactNumber)
		if (c.Status != StatusActive) == p.Archived && strings.Contains(text, search) {
			found = append(found, c)
		}
	}
	p.Contacts, p.Paging = paginate(found, pageOf(r), func(page int) string { return p.url(page, p.Archived) })
	w.show(rw, http.StatusOK, "contacts", &p)
}

type contactPage struct {
	frame
	Contact    Contact
	MergedInto string    // the name of the contact that it was merged into
	Others     []Contact // that it could be merged into
	Invoices   []Invoice // latest first
}

func (w *site) contact(rw http.ResponseWriter, r *http.Request) {
	if o, c, ok := w.findContact(r.PathValue("id")); ok {
		w.showContact(rw, o, c, trouble{})
		return
	}
	w.notFound(rw, r)
}

// findContact looks for the contact in every organisation: an id is enough to link to it.
func (w *site) findContact(id string) (Org, Contact, bool) {
	for _, o := range w.sim.Orgs() {
		if c, ok := w.sim.Contact(o.TenantID, id); ok {
			return o, c, true
		}
	}
	return Org{}, Contact{}, false
}

func (w *site) showContact(rw http.ResponseWriter, o Org, c Contact, why trouble) {
	p := contactPage{frame: w.frame(o, "contacts", c.Name), Contact: c}
	p.Problem = why
	for _, other := range w.sim.Contacts(o.TenantID) {
		if other.ContactID == c.MergedToContactID {
			p.MergedInto = other.Name
		}
		if other.Status == StatusActive && other.ContactID != c.ContactID {
			p.Others = append(p.Others, other)
		}
	}
	for _, row := range w.invoiceRows(o.TenantID, invoiceFilter{}) {
		if row.ContactID == c.ContactID {
			p.Invoices = append(p.Invoices, row.Invoice)
		}
	}
	w.show(rw, why.status(), "contact", &p)
}

// actOnContact carries out an action on the contact of the address, then returns to its page; refused, it shows the
// page with the reason beside the form.
func (w *site) actOnContact(rw http.ResponseWriter, r *http.Request, form string, act func(tenant string, c Contact) error) {
	o, c, ok := w.findContact(r.PathValue("id"))
	if !ok {
		w.notFound(rw, r)
		return
	}
	if !w.readForm(rw, r) {
		return
	}
	if err := act(o.TenantID, c); err != nil {
		w.showContact(rw, o, c, troubleOf(form, r, err))
		return
	}
	http.Redirect(rw, r, "/contacts/"+c.ContactID, http.StatusSeeOther)
}

func (w *site) changeContact(form string, change func(tenant, id string) error) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		w.actOnContact(rw, r, form, func(tenant string, c Contact) error { return change(tenant, c.ContactID) })
	}
}

func (w *site) saveContact(rw http.ResponseWriter, r *http.Request) {
	w.actOnContact(rw, r, "edit", func(tenant string, c Contact) error {
		return w.sim.EditContact(tenant, c.ContactID, ContactEdit{
			Name:          changed(c.Name, formValue(r, "name")),
			EmailAddress:  changed(c.EmailAddress, formValue(r, "email")),
			ContactNumber: changed(c.ContactNumber, formValue(r, "number")),
		})
	})
}

func (w *site) mergeContact(rw http.ResponseWriter, r *http.Request) {
	w.actOnContact(rw, r, "merge", func(tenant string, c Contact) error {
		return w.sim.MergeContact(tenant, c.ContactID, formValue(r, "into"))
	})
}
