package xero

import (
	"context"
	"errors"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"feebridge/app/billing"
	"feebridge/app/ledger"
)

// contact is a contact as Xero tells it, less what is not used.
type contact struct {
	ContactID         guid
	ContactNumber     string
	ContactStatus     string // ACTIVE, ARCHIVED or GDPRREQUEST
	Name              string
	EmailAddress      string
	MergedToContactID guid
}

func (n contact) value() ledger.Contact {
	return ledger.Contact{
		ID:       ledger.ContactID(n.ContactID),
		Number:   n.ContactNumber,
		Name:     n.Name,
		Email:    n.EmailAddress,
		Archived: !active(n.ContactStatus),
		MergedTo: ledger.ContactID(n.MergedToContactID),
	}
}

// Contacts yields what q asks for, archived and merged contacts too, each once, and
// with a merged contact the one that it was merged into.
func (c *Client) Contacts(ctx context.Context, t ledger.TenantID, q ledger.ContactQuery) iter.Seq2[ledger.Contact, error] {
	return func(yield func(ledger.Contact, error) bool) {
		// Pages, and not the summary: only they are documented to tell of merges.
		k := call{tenant: t, path: contactsName, query: url.Values{"includeArchived": {"true"}}}
		var found []contact
		var err error
		if q.All() {
			found, err = c.allContacts(ctx, k)
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

// mostPasses is how often the list of all contacts is read at most.
const mostPasses = 4

// allContacts reads the whole list. A contact that is changed meanwhile may move, and
// push another from a page that is still to be read to one that was read already. Then
// there are fewer than Xero counts, and the list is read again for those that are
// missing, until a pass finds no more.
func (c *Client) allContacts(ctx context.Context, k call) ([]contact, error) {
	all := contactSet{}
	for range mostPasses {
		known := len(all.list)
		counted, err := c.passContacts(ctx, k, &all)
		if err != nil {
			return nil, err
		}
		if len(all.list) >= counted || len(all.list) == known {
			return all.list, nil
		}
	}
	return nil, notUnderstood(errors.New("the contacts changed all the time while they were read: try again"))
}

// passContacts reads all pages once, those after the first at the same time, and
// returns how many contacts Xero counts.
func (c *Client) passContacts(ctx context.Context, k call, all *contactSet) (counted int, err error) {
	first, err := readPage[contact](ctx, c, k, 1)
	if err != nil {
		return 0, err
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
		return 0, err
	}
	for _, page := range pages {
		if err := all.add(page.items...); err != nil {
			return 0, err
		}
		counted = max(counted, page.pages.ItemCount)
	}
	return counted, nil
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
			if err := all.add(n); err != nil {
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

// add adds contacts. One without an ID is an error: to leave it out would make it absent, so that
// it would be created again.
func (s *contactSet) add(contacts ...contact) error {
	if s.ids == nil {
		s.ids = map[guid]bool{}
	}
	for _, n := range contacts {
		if n.ContactID == "" {
			return notUnderstood(errors.New("a contact in it has no ID"))
		}
		if !s.ids[n.ContactID] {
			s.ids[n.ContactID] = true
			s.list = append(s.list, n)
		}
	}
	return nil
}
