package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// ClientContact is how a client stands with the contacts of the organisation that its invoices go to, as they
// were read last.
type ClientContact struct {
	Client       billing.Client
	Organisation Organisation   // zero where there is none
	Reading      ContactReading // of the organisation's contacts
	Link         Link           // zero where it is linked with none
	Found        ledger.Finding
	Holders      map[ledger.ContactID]billing.Client // which other client a contact to choose from is linked with
	Creation     Creation                            // the contact that a person wants for it; zero for none
}

// ToMatch reports whether a person may decide about the client's contact before its next export does.
func (c ClientContact) ToMatch() bool {
	return !c.Client.Archived && c.Organisation.Tenant.ID != "" && c.Found.State != ledger.StateLinked && c.Found.State != ledger.StateMerged
}

// Unusable reports whether the client is linked with a contact that no invoice can go to: Xero has archived it, or does not
// have it any more.
func (c ClientContact) Unusable() bool {
	return c.Link.Contact != "" && (c.Found.Gone || c.Found.State == ledger.StateArchived)
}

// Creating reports whether its contact is being created.
func (c ClientContact) Creating() bool { return c.Creation.Client != "" && c.Creation.Ended.IsZero() }

// ClientContacts returns how each client that the member sees stands with the contacts in Xero, by name.
func (a *App) ClientContacts(ctx context.Context, by staff.Member) ([]ClientContact, error) {
	var seen []ClientContact
	err := a.View(ctx, func(r Reader) error {
		all, err := matchAll(r, by)
		seen = slices.DeleteFunc(all, func(c ClientContact) bool { return !by.May(staff.See, c.Client.ID) })
		return err
	})
	return seen, err
}

// ClientContact returns how one client stands with the contacts in Xero.
func (a *App) ClientContact(ctx context.Context, by staff.Member, client billing.ClientID) (ClientContact, error) {
	var one ClientContact
	err := a.View(ctx, func(r Reader) (err error) {
		if err := Allow(by, staff.See, client); err != nil {
			return err
		}
		one, err = match(r, by, client)
		return err
	})
	return one, err
}

func match(r Reader, by staff.Member, client billing.ClientID) (ClientContact, error) {
	all, err := matchAll(r, by)
	if err != nil {
		return ClientContact{}, err
	}
	for _, c := range all {
		if c.Client.ID == client {
			return c, nil
		}
	}
	return ClientContact{}, second(r.Client(client))
}

func second[T any](_ T, err error) error { return err }

// matchAll tells how every client stands. Of the clients that hold a contact it tells the member those that they see.
func matchAll(r Reader, by staff.Member) ([]ClientContact, error) {
	clients, err := r.Clients()
	if err != nil {
		return nil, err
	}
	d, err := readDestinations(r)
	if err != nil {
		return nil, err
	}
	m := matcher{r, by, map[billing.ClientID]billing.Client{}, map[ledger.TenantID]*matching{}}
	for _, c := range clients {
		m.clients[c.ID] = c
	}
	all := make([]ClientContact, len(clients))
	for i, c := range clients {
		all[i].Client = c
		org, connected := d.find(c.ID)
		if !connected {
			all[i].Found.State = ledger.StateNone
			continue
		}
		if err := m.match(&all[i], org); err != nil {
			return nil, err
		}
	}
	askAboutShared(all)
	return all, nil
}

// askAboutShared leaves it to a person where several clients fit one contact exactly.
func askAboutShared(all []ClientContact) {
	type there struct {
		tenant  ledger.TenantID
		contact ledger.ContactID
	}
	fitting := map[there]int{}
	of := func(c ClientContact) there { return there{c.Organisation.Tenant.ID, c.Found.Contact.ID} }
	for _, c := range all {
		if c.Found.Exact && !c.Client.Archived {
			fitting[of(c)]++
		}
	}
	for i, c := range all {
		all[i].Found.Exact = c.Found.Exact && fitting[of(c)] == 1
	}
}

// matcher matches clients with the contacts of their organisations.
type matcher struct {
	r       Reader
	by      staff.Member
	clients map[billing.ClientID]billing.Client
	known   map[ledger.TenantID]*matching
}

// matching is what is known of an organisation's contacts.
type matching struct {
	reading   ContactReading
	directory *ledger.Directory
	links     map[billing.ClientID]Link
	holders   map[ledger.ContactID][]billing.ClientID
	creations map[billing.ClientID]Creation
}

func (m matcher) of(t ledger.TenantID) (*matching, error) {
	if known := m.known[t]; known != nil {
		return known, nil
	}
	known := &matching{holders: map[ledger.ContactID][]billing.ClientID{}, creations: map[billing.ClientID]Creation{}}
	var err error
	if known.reading, err = m.r.ContactReading(t); err != nil {
		return nil, err
	}
	if known.directory, err = ReadDirectory(m.r, t); err != nil {
		return nil, err
	}
	if known.links, err = m.r.Links(t); err != nil {
		return nil, err
	}
	for client, l := range known.links {
		known.holders[l.Contact] = append(known.holders[l.Contact], client)
	}
	creations, err := m.r.Creations(t)
	for _, c := range creations {
		known.creations[c.Client] = c
	}
	m.known[t] = known
	return known, err
}

// ReadDirectory returns the contacts of an organisation as they were read last, with what was refused.
func ReadDirectory(r Reader, t ledger.TenantID) (*ledger.Directory, error) {
	contacts, err := r.Contacts(t)
	if err != nil {
		return nil, err
	}
	refused, err := r.RefusedContacts(t)
	if err != nil {
		return nil, err
	}
	d := ledger.NewDirectory(contacts...)
	for client, those := range refused {
		d.Refuse(client, those...)
	}
	return d, nil
}

func (m matcher) match(c *ClientContact, org Organisation) error {
	known, err := m.of(org.Tenant.ID)
	if err != nil {
		return err
	}
	c.Organisation, c.Reading, c.Link, c.Creation = org, known.reading, known.links[c.Client.ID], known.creations[c.Client.ID]
	c.Found = known.directory.Find(c.Client, c.Link.Contact, func(id ledger.ContactID) bool {
		return slices.ContainsFunc(known.holders[id], func(other billing.ClientID) bool { return other != c.Client.ID })
	})
	if c.Found.Gone && !c.Link.At.Before(c.Reading.Whole) {
		// Not all contacts were read since: what it is linked with may be there.
		c.Found.State, c.Found.Gone = ledger.StateLinked, false
		c.Found.Contact = ledger.Contact{ID: c.Link.Contact, Name: c.Link.Name}
	}
	for _, choice := range c.Found.Choices {
		for _, other := range known.holders[choice.Contact.ID] {
			if other == c.Client.ID {
				continue
			}
			if c.Holders == nil {
				c.Holders = map[ledger.ContactID]billing.Client{}
			}
			c.Holders[choice.Contact.ID] = billing.Client{}
			if m.by.May(staff.See, other) {
				c.Holders[choice.Contact.ID] = m.clients[other]
				break
			}
		}
	}
	return nil
}

// mostFound is how many contacts a search returns at most.
const mostFound = 50

// SearchContacts returns the contacts in which every word of the text is, of the organisation that the client's invoices
// go to, as they were read last: those in use, by name, each with what it has in common with the client.
func (a *App) SearchContacts(ctx context.Context, by staff.Member, client billing.ClientID, text string) ([]ledger.Candidate, error) {
	if err := a.allow(ctx, by, staff.LinkContacts, client); err != nil {
		return nil, err
	}
	var found []ledger.Candidate
	err := a.View(ctx, func(r Reader) error {
		found = nil
		c, err := r.Client(client)
		if err != nil {
			return err
		}
		org, err := destination(r, client)
		if err != nil {
			return err
		}
		all, err := r.Contacts(org.Tenant.ID)
		if err != nil {
			return err
		}
		links, err := r.Links(org.Tenant.ID)
		if err != nil {
			return err
		}
		held := map[ledger.ContactID]bool{}
		for other, l := range links {
			held[l.Contact] = held[l.Contact] || other != client
		}
		for _, contact := range search(all, text) {
			found = append(found, ledger.Candidate{Contact: contact, Evidence: contact.Evidence(c), Taken: held[contact.ID]})
		}
		return nil
	})
	return found, err
}

func search(all []ledger.Contact, text string) []ledger.Contact {
	words := strings.Fields(billing.PlainName(text))
	alike := ledger.AlikeName(text)
	var found []ledger.Contact
	for _, c := range all {
		if !c.InUse() {
			continue
		}
		about := billing.PlainName(c.Name + " " + c.Number + " " + c.Account + " " + c.Email)
		fits := !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(about, w) })
		if fits || alike != "" && strings.Contains(ledger.AlikeName(c.Name), alike) {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b ledger.Contact) int {
		return cmp.Or(cmp.Compare(billing.PlainName(a.Name), billing.PlainName(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return found[:min(len(found), mostFound)]
}

// ContactByID asks Xero for a contact of the organisation that the client's invoices go to.
func (a *App) ContactByID(ctx context.Context, by staff.Member, client billing.ClientID, id ledger.ContactID) (ledger.Contact, error) {
	if err := a.allow(ctx, by, staff.LinkContacts, client); err != nil {
		return ledger.Contact{}, err
	}
	var org Organisation
	err := a.View(ctx, func(r Reader) (err error) {
		org, err = destination(r, client)
		return err
	})
	if err != nil {
		return ledger.Contact{}, err
	}
	if a.books == nil {
		return ledger.Contact{}, Unconnected()
	}
	for c, err := range a.books.Contacts(ctx, org.Tenant.ID, ledger.ContactQuery{IDs: []ledger.ContactID{id}}) {
		if trouble, ok := errors.AsType[*Trouble](err); ok && trouble.Reason == Refused {
			break // it is no ID at all
		}
		if err != nil {
			return ledger.Contact{}, err
		}
		if strings.EqualFold(string(c.ID), string(id)) {
			return c, nil
		}
	}
	return ledger.Contact{}, Errorf(NotFound, "refused.no-contact", "Organisation", org.Tenant.Name, "ID", id)
}

// LinkContact says that the client's invoices go to that contact from now on. Several
// clients may go to one contact.
func (a *App) LinkContact(ctx context.Context, by staff.Member, client billing.ClientID, to ledger.Contact) error {
	if !to.InUse() {
		key := "refused.contact-archived"
		if to.MergedTo != "" {
			key = "refused.contact-merged"
		}
		return Errorf(Invalid, key, "Contact", translations.Quoted(to.Name))
	}
	return a.relink(ctx, by, client, func(tx Tx, t ledger.TenantID) (string, error) {
		if err := tx.ForgetRefusal(t, client, to.ID); err != nil {
			return "", err
		}
		link := Link{Contact: to.ID, Name: to.Name, How: LinkedByHand, At: tx.Now()}
		return to.Name, tx.SaveLink(t, client, link)
	})
}

// UnlinkContact forgets which contact is the client's: the next export looks for it again.
func (a *App) UnlinkContact(ctx context.Context, by staff.Member, client billing.ClientID) error {
	return a.relink(ctx, by, client, func(tx Tx, t ledger.TenantID) (string, error) {
		return "", tx.DeleteLink(t, client)
	})
}

func (a *App) relink(ctx context.Context, by staff.Member, client billing.ClientID, change func(Tx, ledger.TenantID) (string, error)) error {
	if err := a.allow(ctx, by, staff.LinkContacts, client); err != nil {
		return err
	}
	return a.Update(ctx, func(tx Tx) error {
		org, err := destination(tx, client)
		if err != nil {
			return err
		}
		links, err := tx.Links(org.Tenant.ID)
		if err != nil {
			return err
		}
		name, err := change(tx, org.Tenant.ID)
		if err != nil {
			return err
		}
		if err := tx.DeleteCreations(org.Tenant.ID, client); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditLinkContact, "client", string(client), links[client].Name, name))
	})
}

// AcceptContacts links clients with the contacts that fit them exactly, as an export would. Accepted are those of
// which that is still so; they are returned.
func (a *App) AcceptContacts(ctx context.Context, by staff.Member, wanted []ClientContact) ([]ClientContact, error) {
	var accepted []ClientContact
	err := a.Update(ctx, func(tx Tx) error {
		accepted = nil
		for _, w := range wanted {
			if err := Allow(by, staff.LinkContacts, w.Client.ID); err != nil {
				return err
			}
		}
		now, err := matchAll(tx, by)
		if err != nil {
			return err
		}
		links := map[ledger.TenantID]map[billing.ClientID]Link{}
		var entries []staff.Entry
		for _, c := range now {
			same := func(w ClientContact) bool {
				return w.Client.ID == c.Client.ID && w.Organisation.Tenant.ID == c.Organisation.Tenant.ID && w.Found.Contact.ID == c.Found.Contact.ID
			}
			if !c.Found.Exact || c.Client.Archived || !slices.ContainsFunc(wanted, same) {
				continue
			}
			t := c.Organisation.Tenant.ID
			if links[t] == nil {
				links[t] = map[billing.ClientID]Link{}
			}
			how := LinkedByName
			if c.Found.Contact.Number != "" {
				how = LinkedByNumber
			}
			links[t][c.Client.ID] = Link{Contact: c.Found.Contact.ID, Name: c.Found.Contact.Name, How: how, At: tx.Now()}
			entries = append(entries, Entry(by, staff.AuditLinkContact, "client", string(c.Client.ID), "", c.Found.Contact.Name))
			accepted = append(accepted, c)
		}
		for t, some := range links {
			if err := tx.SaveLinks(t, some); err != nil {
				return err
			}
		}
		if len(entries) == 0 {
			return nil
		}
		return tx.Record(entries...)
	})
	return accepted, err
}

// RefuseContact says that a contact is not the client's: it is not suggested again. One that has the client's name or
// code as its number cannot be refused, since Xero takes each only once.
func (a *App) RefuseContact(ctx context.Context, by staff.Member, client billing.ClientID, contact ledger.ContactID) error {
	if err := a.allow(ctx, by, staff.LinkContacts, client); err != nil {
		return err
	}
	return a.Update(ctx, func(tx Tx) error {
		c, err := match(tx, by, client)
		if err != nil {
			return err
		}
		for _, choice := range c.Found.Choices {
			if choice.Contact.ID == contact {
				return refuse(tx, by, c, []ledger.Candidate{choice})
			}
		}
		return nil
	})
}

// refuse keeps that contacts are not the client's.
func refuse(tx Tx, by staff.Member, c ClientContact, these []ledger.Candidate) error {
	var ids []ledger.ContactID
	var entries []staff.Entry
	for _, choice := range these {
		if err := checkOther(c.Client, choice); err != nil {
			return err
		}
		ids = append(ids, choice.Contact.ID)
		entries = append(entries, Entry(by, staff.AuditRefuseContact, "client", string(c.Client.ID), "", choice.Contact.Name))
	}
	if len(ids) == 0 {
		return nil
	}
	if err := tx.RefuseContacts(c.Organisation.Tenant.ID, c.Client.ID, ids...); err != nil {
		return err
	}
	return tx.Record(entries...)
}

// checkOther returns why Xero takes no other contact for the client beside this one, or nil.
func checkOther(client billing.Client, one ledger.Candidate) error {
	switch {
	case slices.Contains(one.Evidence, ledger.SameCode):
		return Errorf(Conflict, "refused.contact-has-code", "Contact", translations.Quoted(one.Contact.Name), "Code", client.Code)
	case slices.Contains(one.Evidence, ledger.SameName) && one.Contact.InUse():
		return Errorf(Conflict, "refused.contact-has-name", "Contact", translations.Quoted(one.Contact.Name))
	}
	return nil
}

// CreateContact has a contact created in Xero for the client, and the client linked with it: it is put on disk, and sent by
// whoever sends exports. Where contacts may be the client's already that is a Conflict that names them; with others, the
// person says that none of them is. A link with a contact that is of no use any more is forgotten.
func (a *App) CreateContact(ctx context.Context, by staff.Member, client billing.ClientID, others bool) error {
	if err := a.allow(ctx, by, staff.LinkContacts, client); err != nil {
		return err
	}
	err := a.Update(ctx, func(tx Tx) error {
		if err := CheckUnlocked(tx); err != nil {
			return err
		}
		if _, err := destination(tx, client); err != nil {
			return err
		}
		c, err := match(tx, by, client)
		switch {
		case err != nil:
			return err
		case c.Link.Contact != "" && !c.Unusable():
			return Errorf(Conflict, "refused.linked-already", "Client", translations.Quoted(c.Client.Name), "Contact", translations.Quoted(c.Link.Name))
		case c.Creating():
			return nil
		}
		likely := c.Likely()
		for _, one := range c.Found.Choices {
			if err := checkOther(c.Client, one); err != nil {
				return err
			}
		}
		if len(likely) > 0 && !others {
			return Errorf(Conflict, "refused.contact-perhaps", "Client", translations.Quoted(c.Client.Name), "Count", len(likely), "Contacts", namesOf(likely))
		}
		if err := refuse(tx, by, c, likely); err != nil {
			return err
		}
		if c.Link.Contact != "" {
			if err := tx.DeleteLink(c.Organisation.Tenant.ID, client); err != nil {
				return err
			}
			if err := tx.Record(Entry(by, staff.AuditLinkContact, "client", string(client), c.Link.Name, "")); err != nil {
				return err
			}
		}
		if err := tx.SaveCreations(c.Organisation.Tenant.ID, Creation{Client: client, By: by.ID, At: tx.Now()}); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditCreateContact, "client", string(client), "", c.Client.Name))
	})
	if err == nil {
		a.Wake()
	}
	return err
}

// Likely returns the contacts beside which no export creates another without a person.
func (c ClientContact) Likely() []ledger.Candidate {
	var likely []ledger.Candidate
	for _, one := range c.Found.Choices {
		if one.Likely() && one.Contact.InUse() {
			likely = append(likely, one)
		}
	}
	return likely
}

func namesOf(all []ledger.Candidate) string {
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = translations.Quoted(c.Contact.Name)
	}
	return strings.Join(names, ", ")
}
