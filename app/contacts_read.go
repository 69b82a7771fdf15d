package app

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
)

const (
	contactsFresh  = 5 * time.Minute // how long contacts that were read serve those who only look
	contactsWhole  = 24 * time.Hour  // how often all of them are read: not every change may move the time of change in Xero
	contactsMargin = 5 * time.Minute // how much earlier than the last reading changes are asked for
)

// RefreshContacts reads in Xero what changed among the contacts of each organisation that clients are exported
// to: all of them where that was not done for a day, else the changes alone, which takes one call. Unless now is
// true it reads nothing where the last reading is a few minutes old.
func (a *App) RefreshContacts(ctx context.Context, now bool) error {
	var due []ledger.TenantID
	err := a.View(ctx, func(r Reader) (err error) {
		due, err = contactsDue(r, now)
		return err
	})
	if err != nil {
		return err
	}
	for _, t := range due {
		if err := a.refreshContacts(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// contactsDue returns the organisations whose contacts are to be read.
func contactsDue(r Reader, now bool) ([]ledger.TenantID, error) {
	d, err := readDestinations(r)
	if err != nil {
		return nil, err
	}
	wanted := slices.Collect(maps.Values(d.others))
	var due []ledger.TenantID
	for _, o := range d.all {
		if o.State != Connected || !o.Default && !slices.Contains(wanted, o.Tenant.ID) {
			continue
		}
		reading, err := r.ContactReading(o.Tenant.ID)
		if err != nil {
			return nil, err
		}
		if age := time.Since(reading.At); now || age < 0 || age > contactsFresh {
			due = append(due, o.Tenant.ID)
		}
	}
	return due, nil
}

// refreshContacts reads what changed among an organisation's contacts. It waits for another process that does.
func (a *App) refreshContacts(ctx context.Context, t ledger.TenantID) error {
	if a.books == nil {
		return Unconnected()
	}
	for {
		err := a.store.Lease(ctx, "contacts "+string(t), func(ctx context.Context, _ Fence) error {
			var since time.Time
			err := a.View(ctx, func(r Reader) (err error) {
				since, err = contactsSince(r, t)
				return err
			})
			if err != nil {
				return err
			}
			read, err := a.books.ContactsSince(ctx, t, since)
			if err != nil {
				return err
			}
			return a.Update(ctx, func(tx Tx) error { return keepContacts(tx, t, since, read) })
		})
		if _, held := errors.AsType[*LeaseHeld](err); !held {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// ReadContacts adds to a directory whatever may be a contact of the clients, and what was refused for them, and reports whether
// that is every contact of the organisation. It takes as few calls as it can, and keeps what it reads. What is linked or
// created for a client that has no contact yet rests on all of them: one whose name only looks the same must be known, too.
func (a *App) ReadContacts(ctx context.Context, t ledger.TenantID, d *ledger.Directory, clients []billing.Client, links map[billing.ClientID]Link) (all bool, err error) {
	var since time.Time
	var kept []ledger.Contact
	err = a.View(ctx, func(r Reader) error {
		refused, err := r.RefusedContacts(t)
		if err != nil {
			return err
		}
		for client, those := range refused {
			d.Refuse(client, those...)
		}
		since, err = contactsSince(r, t)
		return err
	})
	if err != nil {
		return false, err
	}
	q, _ := a.contactQuery(t, clients, links, !since.IsZero())
	switch {
	case q == nil:
		return false, nil
	case q.All():
		since = time.Time{}
	default:
		var found []ledger.Contact
		for c, err := range a.books.Contacts(ctx, t, *q) {
			if err != nil {
				return false, err
			}
			found = append(found, c)
		}
		err := a.Update(ctx, func(tx Tx) (err error) {
			if err = tx.SaveContacts(t, found...); err == nil && len(q.Names) > 0 {
				kept, err = tx.Contacts(t)
			}
			return err
		})
		if err != nil {
			return false, err
		}
		defer addAll(d, found) // the last, since they were read for these clients
		if len(q.Names) == 0 {
			return false, nil
		}
	}
	read, err := a.books.ContactsSince(ctx, t, since)
	if err != nil {
		return false, err
	}
	if since.IsZero() {
		a.mu.Lock()
		a.contactPages[t] = pages(len(read.All), contactsOnAPage)
		a.mu.Unlock()
	}
	addAll(d, kept)
	addAll(d, read.All)
	return true, a.Update(ctx, func(tx Tx) error { return keepContacts(tx, t, since, read) })
}

func addAll(d *ledger.Directory, all []ledger.Contact) {
	for _, c := range all {
		d.Add(c)
	}
}

// What one call to Xero reads of contacts.
const (
	contactsOnAPage = 1000
	contactsByID    = 40
)

// contactQuery returns what is to be asked about the contacts of clients, nil for nothing, and how many calls that
// takes. A client that is not linked is asked for by its name and by its code, and what changed since all contacts were
// kept is read as well; from a few clients on it takes fewer calls to read every contact, and how few depends on how many
// contacts there were when all of them were read last. Where they are not kept, all are read.
func (a *App) contactQuery(t ledger.TenantID, clients []billing.Client, links map[billing.ClientID]Link, kept bool) (*ledger.ContactQuery, int) {
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
	if len(q.Names) > 0 {
		calls++
	}
	if calls > every || len(q.Names) > 0 && !kept {
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

// contactsSince returns since when the changes of an organisation's contacts are to be read, on Xero's clock: zero
// where all of them are.
func contactsSince(r Reader, t ledger.TenantID) (time.Time, error) {
	reading, err := r.ContactReading(t)
	if err != nil || reading.Cursor.IsZero() {
		return time.Time{}, err
	}
	if age := time.Since(reading.Whole); age < 0 || age > contactsWhole {
		return time.Time{}, nil
	}
	return reading.Cursor.Add(-contactsMargin), nil
}

// keepContacts keeps what was read of an organisation's contacts, which was asked for since that moment.
func keepContacts(tx Tx, t ledger.TenantID, since time.Time, read ledger.Contacts) error {
	reading, err := tx.ContactReading(t)
	if err != nil {
		return err
	}
	if err := tx.SaveContacts(t, read.All...); err != nil {
		return err
	}
	reading.At = tx.Now()
	if !read.Made.IsZero() {
		reading.Cursor = read.Made
	}
	if since.IsZero() {
		reading.Whole = reading.At
		if err := forgetContacts(tx, t, read); err != nil {
			return err
		}
	}
	return tx.SaveContactReading(t, reading)
}

// forgetContacts forgets the contacts that Xero does not have any more, as a reading of all of them shows. One that was
// made since, or that nobody knows when, stays.
func forgetContacts(tx Tx, t ledger.TenantID, read ledger.Contacts) error {
	if read.Made.IsZero() {
		return nil
	}
	known, err := tx.Contacts(t)
	if err != nil {
		return err
	}
	has := make(map[ledger.ContactID]bool, len(read.All))
	for _, c := range read.All {
		has[c.ID] = true
	}
	var gone []ledger.ContactID
	for _, c := range known {
		if !has[c.ID] && c.Updated.Before(read.Made.Add(-contactsMargin)) {
			gone = append(gone, c.ID)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return tx.DeleteContacts(t, gone...)
}
