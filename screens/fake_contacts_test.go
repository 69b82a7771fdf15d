package screens

import (
	"context"
	"slices"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// fakeContacts are the contacts in Xero, and what was decided about them. A client is matched with them by the rules of the
// real one.
type fakeContacts struct {
	there    []ledger.Contact
	refused  map[billing.ClientID][]ledger.ContactID
	creating map[billing.ClientID]app.Creation
	unread   bool // they were never read
}

func (f *fakeApp) clientContact(c billing.Client) app.ClientContact {
	one := app.ClientContact{Client: c, Link: f.links[c.ID], Creation: f.contacts.creating[c.ID], Found: ledger.Finding{State: ledger.StateNone}}
	if len(f.orgs) == 0 {
		return one
	}
	one.Organisation = f.orgs[0]
	if !f.contacts.unread {
		one.Reading.At, one.Reading.Whole = fakeNow, fakeNow
	}
	all := f.contacts.there
	if one.Link.Contact != "" && !slices.ContainsFunc(all, func(n ledger.Contact) bool { return n.ID == one.Link.Contact }) && one.Link.Contact != "gone" {
		all = append(slices.Clone(all), ledger.Contact{ID: one.Link.Contact, Name: one.Link.Name})
	}
	d := ledger.NewDirectory(all...)
	d.Refuse(c.ID, f.contacts.refused[c.ID]...)
	holders := map[ledger.ContactID]billing.Client{}
	for other, l := range f.links {
		if other != c.ID {
			holders[l.Contact] = f.client(other)
		}
	}
	one.Holders = holders
	one.Found = d.Find(c, one.Link.Contact, func(id ledger.ContactID) bool { return holders[id].ID != "" })
	return one
}

func (f *fakeApp) ClientContacts(_ context.Context, by staff.Member) ([]app.ClientContact, error) {
	if err := f.enter("ClientContacts"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []app.ClientContact
	for _, c := range f.clients {
		if by.May(staff.See, c.ID) {
			all = append(all, f.clientContact(c))
		}
	}
	return all, nil
}

func (f *fakeApp) ClientContact(_ context.Context, _ staff.Member, client billing.ClientID) (app.ClientContact, error) {
	if err := f.enter("ClientContact"); err != nil {
		return app.ClientContact{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.clientContact(f.client(client)), nil
}

func (f *fakeApp) OpenInvoices(_ context.Context, by staff.Member) (map[billing.ClientID]app.Open, error) {
	err := f.enter("OpenInvoices")
	f.mu.Lock()
	defer f.mu.Unlock()
	open := map[billing.ClientID]app.Open{}
	for _, v := range f.invoices {
		r := f.row(v)
		if r.XeroStatus == ledger.AuthorisedThere && by.May(staff.See, v.Client) {
			o := open[v.Client]
			o.Count++
			o.Due = append(o.Due, r.Total)
			open[v.Client] = o
		}
	}
	return open, err
}

func (f *fakeApp) RefreshContacts(_ context.Context, now bool) error {
	if !now {
		return f.enter("RefreshContacts, if old")
	}
	return f.enter("RefreshContacts")
}

func (f *fakeApp) SearchContacts(_ context.Context, _ staff.Member, client billing.ClientID, text string) ([]ledger.Candidate, error) {
	if err := f.enter("SearchContacts"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []ledger.Candidate
	for _, n := range f.contacts.there {
		if n.InUse() && strings.Contains(fold(n.Name), fold(text)) {
			found = append(found, ledger.Candidate{Contact: n, Evidence: n.Evidence(f.client(client))})
		}
	}
	return found, nil
}

func (f *fakeApp) LinkContact(_ context.Context, _ staff.Member, client billing.ClientID, to ledger.Contact) error {
	if err := f.enter("LinkContact"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.links[client] = app.Link{Contact: to.ID, Name: to.Name, How: app.LinkedByHand, At: fakeNow}
	return nil
}

func (f *fakeApp) UnlinkContact(_ context.Context, _ staff.Member, client billing.ClientID) error {
	if err := f.enter("UnlinkContact"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.links, client)
	return nil
}

func (f *fakeApp) RefuseContact(_ context.Context, _ staff.Member, client billing.ClientID, contact ledger.ContactID) error {
	if err := f.enter("RefuseContact"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.contacts.refused == nil {
		f.contacts.refused = map[billing.ClientID][]ledger.ContactID{}
	}
	f.contacts.refused[client] = append(f.contacts.refused[client], contact)
	return nil
}

func (f *fakeApp) CreateContact(_ context.Context, by staff.Member, client billing.ClientID, others bool) error {
	if err := f.enter("CreateContact"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.clientContact(f.client(client))
	if likely := c.Likely(); len(likely) > 0 && !others {
		return app.Errorf(app.Conflict, "refused.contact-perhaps", "Client", c.Client.Name, "Count", len(likely), "Contacts", likely[0].Contact.Name)
	}
	if f.contacts.creating == nil {
		f.contacts.creating = map[billing.ClientID]app.Creation{}
	}
	f.contacts.creating[client] = app.Creation{Client: client, By: by.ID, At: fakeNow}
	return nil
}

func (f *fakeApp) AcceptContacts(_ context.Context, _ staff.Member, wanted []app.ClientContact) ([]app.ClientContact, error) {
	if err := f.enter("AcceptContacts"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var accepted []app.ClientContact
	for _, c := range wanted {
		if now := f.clientContact(f.client(c.Client.ID)); now.Found.Exact {
			f.links[c.Client.ID] = app.Link{Contact: c.Found.Contact.ID, Name: c.Found.Contact.Name, How: app.LinkedByName, At: fakeNow}
			accepted = append(accepted, c)
		}
	}
	return accepted, nil
}
