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
