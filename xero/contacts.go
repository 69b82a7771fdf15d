package xero

import (
	"context"
	"errors"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"feebridge/app/billing"
	"feebridge/app/ledger"
)

// contact is a contact as Xero tells it, less what is not used.
type contact struct {
	ContactID         guid
	ContactNumber     string
	AccountNumber     string
	ContactStatus     string // ACTIVE, ARCHIVED or GDPRREQUEST
	Name              string
	EmailAddress      string
	Addresses         []address
	MergedToContactID guid
	UpdatedDateUTC    wireTime
}

// address is one of a contact's addresses.
type address struct {
	AddressType                                            string // POBOX is the postal one
	AddressLine1, AddressLine2, AddressLine3, AddressLine4 string
	City, Region, PostalCode, Country                      string
	ValidationErrors                                       []wireMessage // of a write
}

// postal returns the contact's postal address, or else the first that it has.
func (n contact) postal() billing.Address {
	var first billing.Address
	for _, a := range n.Addresses {
		one := billing.Address{
			Lines: [4]string{a.AddressLine1, a.AddressLine2, a.AddressLine3, a.AddressLine4},
			City:  a.City, Region: a.Region, PostalCode: a.PostalCode, Country: a.Country,
		}
		switch {
		case one == billing.Address{}:
		case a.AddressType == postalAddress:
			return one
		case first == billing.Address{}:
			first = one
		}
	}
	return first
}

func (n contact) value() ledger.Contact {
	return ledger.Contact{
		ID:       ledger.ContactID(n.ContactID),
		Number:   n.ContactNumber,
		Account:  n.AccountNumber,
		Name:     n.Name,
		Email:    n.EmailAddress,
		Address:  n.postal(),
		Archived: !active(n.ContactStatus),
		MergedTo: ledger.ContactID(n.MergedToContactID),
		Updated:  n.UpdatedDateUTC.moment(),
	}
}

// Contacts yields what q asks for, archived and merged contacts too, each once, and
// with a merged contact the one that it was merged into.
func (c *Client) Contacts(ctx context.Context, t ledger.TenantID, q ledger.ContactQuery) iter.Seq2[ledger.Contact, error] {
	return func(yield func(ledger.Contact, error) bool) {
		k := contactsCall(t)
		var found []contact
		var err error
		if q.All() {
			found, _, err = c.allContacts(ctx, k)
		} else {
			found, err = c.searchContacts(ctx, k, q)
		}
		if err != nil {
			yield(ledger.Contact{}, err)
			return
		}
		for _, n := range found {
			if !yield(n.value(), nil) {
				return
			}
		}
	}
}

// contactsCall asks for contacts. It asks for pages in full, and not for summaries (summaryOnly): only pages are documented
// to tell of merges, and summaries have no addresses. A page has 1,000 contacts either way, so that a summary
// would save bytes and no call.
func contactsCall(t ledger.TenantID) call {
	return call{tenant: t, path: contactsName, query: url.Values{"includeArchived": {"true"}}}
}

// ContactsSince returns the contacts that were created or changed at or after from, on Xero's clock, archived and
// merged ones too, each once; the zero time asks for all of them. What changes while they are read is either among
// them or changed after Made.
func (c *Client) ContactsSince(ctx context.Context, t ledger.TenantID, from time.Time) (ledger.Contacts, error) {
	k := contactsCall(t)
	if !from.IsZero() {
		k.since = from.Truncate(time.Second).Add(-overlap)
	}
	found, made, err := c.allContacts(ctx, k)
	if err != nil {
		return ledger.Contacts{}, err
	}
	all := ledger.Contacts{All: make([]ledger.Contact, len(found)), Made: made}
	for i, n := range found {
		all.All[i] = n.value()
	}
	return all, nil
}

// mostPasses is how often the list of all contacts is read at most.
const mostPasses = 4

// allContacts reads the whole list. A contact that is changed meanwhile may move, and
// push another from a page that is still to be read to one that was read already. Then
// there are fewer than Xero counts, and the list is read again for those that are
// missing, until a pass finds no more. It also returns when the first page was made.
func (c *Client) allContacts(ctx context.Context, k call) (_ []contact, made time.Time, _ error) {
	all := contactSet{}
	for pass := range mostPasses {
		known := len(all.list)
		counted, first, err := c.passContacts(ctx, k, &all)
		if err != nil {
			return nil, made, err
		}
		if pass == 0 {
			made = first.made()
		}
		if len(all.list) >= counted || len(all.list) == known {
			return all.list, made, nil
		}
	}
	return nil, made, notUnderstood(errors.New("the contacts changed all the time while they were read: try again"))
}

// passContacts reads all pages once, those after the first at the same time, and
// returns how many contacts Xero counts, and when the first page was made.
func (c *Client) passContacts(ctx context.Context, k call, all *contactSet) (counted int, _ clock, err error) {
	first, err := readPage[contact](ctx, c, k, 1)
	if err != nil {
		return 0, first.clock, err
	}
	pages := make([]listing[contact], max(first.pages.PageCount, 1))
	pages[0] = first
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for i := 1; i < len(pages); i++ {
		group.Go(func() (err error) {
			pages[i], err = readPage[contact](ctx, c, k, i+1)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return 0, first.clock, err
	}
	for _, page := range pages {
		if err := all.add(page.clock, page.items...); err != nil {
			return 0, first.clock, err
		}
		counted = max(counted, page.pages.ItemCount)
	}
	return counted, first.clock, nil
}

// searchContacts finds the contacts that q names, and those they were merged into.
func (c *Client) searchContacts(ctx context.Context, k call, q ledger.ContactQuery) ([]contact, error) {
	ids, names, numbers := map[guid]bool{}, map[string]bool{}, map[string]bool{}
	for _, id := range q.IDs {
		ids[guidOf(id)] = true
	}
	searches := byIDs(slices.Sorted(maps.Keys(ids)))
	for _, name := range q.Names {
		if plain := billing.PlainName(name); !names[plain] {
			names[plain] = true
			searches = append(searches, exactly("Name", tidyName(name)))
		}
	}
	for _, number := range q.Numbers {
		if folded := strings.ToLower(number); !numbers[folded] {
			numbers[folded] = true
			searches = append(searches, exactly("ContactNumber", number))
		}
	}
	all := contactSet{}
	for len(searches) > 0 {
		found, err := runSearches[contact](ctx, c, k, searches)
		if err != nil {
			return nil, err
		}
		// Each round follows the merges that the last one found. It ends, since no
		// contact is asked for twice.
		var merged []guid
		for _, f := range found {
			n := f.item
			if n.ContactID != "" && !ids[n.ContactID] && !names[billing.PlainName(n.Name)] && !numbers[strings.ToLower(n.ContactNumber)] {
				continue // a search term finds more than was asked for
			}
			if err := all.add(f.clock, n); err != nil {
				return nil, err
			}
			if to := n.MergedToContactID; to != "" && !ids[to] {
				ids[to] = true
				merged = append(merged, to)
			}
		}
		searches = byIDs(merged)
	}
	return all.list, nil
}

func byIDs(ids []guid) []search {
	var searches []search
	for chunk := range chunks(ids) {
		searches = append(searches, search{first: url.Values{"IDs": {join(chunk)}}})
	}
	return searches
}

// contactSet holds contacts in the order in which they came, each once.
type contactSet struct {
	list []contact
	ids  map[guid]bool
}

// add adds contacts of one answer. One without an ID is an error: to leave it out would make it absent, so that
// it would be created again.
func (s *contactSet) add(answered clock, contacts ...contact) error {
	if s.ids == nil {
		s.ids = map[guid]bool{}
	}
	for _, n := range contacts {
		if n.ContactID == "" {
			return notUnderstood(errors.New("a contact in it has no ID"))
		}
		if !s.ids[n.ContactID] {
			n.UpdatedDateUTC.Time = answered.plausible(n.UpdatedDateUTC.moment())
			s.ids[n.ContactID] = true
			s.list = append(s.list, n)
		}
	}
	return nil
}
