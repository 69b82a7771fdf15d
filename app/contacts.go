package app

import (
	"context"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// ContactChoices asks Xero which contacts may be the client's: those with its name or
// code, and the one it is linked to.
func (a *App) ContactChoices(ctx context.Context, by staff.Member, client billing.ClientID) ([]ledger.Contact, error) {
	if err := a.allow(ctx, by, staff.LinkContacts, client); err != nil {
		return nil, err
	}
	c, org, link, err := a.linkOf(ctx, client)
	if err != nil {
		return nil, err
	}
	if a.books == nil {
		return nil, Unconnected()
	}
	q := ledger.ContactQuery{Names: []string{c.Name}, Numbers: []string{c.Code}}
	if link.Contact != "" {
		q.IDs = []ledger.ContactID{link.Contact}
	}
	var choices []ledger.Contact
	for contact, err := range a.books.Contacts(ctx, org.Tenant.ID, q) {
		if err != nil {
			return nil, err
		}
		choices = append(choices, contact)
	}
	return choices, nil
}

// LinkContact says that the client's invoices go to that contact from now on. Several
// clients may go to one contact.
func (a *App) LinkContact(ctx context.Context, by staff.Member, client billing.ClientID, to ledger.Contact) error {
	return a.relink(ctx, by, client, func(tx Tx, t ledger.TenantID) (string, error) {
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
		return tx.Record(Entry(by, staff.AuditLinkContact, "client", string(client), links[client].Name, name))
	})
}

// ReadContacts adds to a directory whatever may be a contact of the clients, and reports whether that
// is every contact of the organisation. It takes as few calls as it can.
func (a *App) ReadContacts(ctx context.Context, t ledger.TenantID, d *ledger.Directory, clients []billing.Client, links map[billing.ClientID]Link) (all bool, err error) {
	q, _ := a.contactQuery(t, clients, links)
	if q == nil {
		return false, nil
	}
	all = q.All()
	n := 0
	for c, err := range a.books.Contacts(ctx, t, *q) {
		if err != nil {
			return false, err
		}
		d.Add(c)
		n++
	}
	if all {
		a.mu.Lock()
		a.contactPages[t] = pages(n, contactsOnAPage)
		a.mu.Unlock()
	}
	return all, nil
}

// What one call to Xero reads of contacts.
const (
	contactsOnAPage = 1000
	contactsByID    = 40
)

// contactQuery returns what is to be asked about the contacts of clients, nil for nothing, and how many calls that
// takes. A client that is not linked is asked for by its name and by its code; from a few on it takes fewer calls to
// read every contact, and how few depends on how many contacts there were when all of them were read last.
func (a *App) contactQuery(t ledger.TenantID, clients []billing.Client, links map[billing.ClientID]Link) (*ledger.ContactQuery, int) {
	var q ledger.ContactQuery
	for _, c := range clients {
		if link := links[c.ID].Contact; link != "" {
			q.IDs = append(q.IDs, link)
		} else {
			q.Names, q.Numbers = append(q.Names, c.Name), append(q.Numbers, c.Code)
		}
	}
	if q.All() {
		return nil, 0
	}
	a.mu.Lock()
	every := max(a.contactPages[t], 1)
	a.mu.Unlock()
	calls := pages(len(q.IDs), contactsByID) + len(q.Names) + len(q.Numbers)
	if calls > every {
		return &ledger.ContactQuery{}, every
	}
	return &q, calls
}

// pages returns how many of a size it takes to hold n.
func pages(n, size int) int { return (n + size - 1) / size }

// ContactsOf returns the contacts that clients are linked to.
func ContactsOf(links map[billing.ClientID]Link) map[billing.ClientID]ledger.ContactID {
	contacts := make(map[billing.ClientID]ledger.ContactID, len(links))
	for client, l := range links {
		contacts[client] = l.Contact
	}
	return contacts
}

func (a *App) linkOf(ctx context.Context, client billing.ClientID) (c billing.Client, org Organisation, link Link, err error) {
	err = a.View(ctx, func(r Reader) error {
		if c, err = r.Client(client); err != nil {
			return err
		}
		if org, err = destination(r, client); err != nil {
			return err
		}
		links, err := r.Links(org.Tenant.ID)
		link = links[client]
		return err
	})
	return c, org, link, err
}
