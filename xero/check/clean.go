package check

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero"
)

// Fate is what became of a thing that a check made in Xero.
type Fate string

// The fates.
const (
	Deleted   Fate = "deleted"
	Voided    Fate = "voided"    // which stays visible in Xero for good
	Archived  Fate = "archived"  // which contacts can only be
	NeverMade Fate = "not made"  // Xero refused it, or has no such thing
	MayArrive Fate = "may come"  // its answer was lost, and Xero may still be at work on it
	Stays     Fate = "stays"     // a person approved or renamed it, or Xero refused to remove it
	Unknown   Fate = "not known" // Xero could not be asked
)

// Gone reports whether nothing is left to do about the thing.
func (f Fate) Gone() bool { return slices.Contains([]Fate{Deleted, Voided, Archived, NeverMade}, f) }

// Made is a thing that a check made, or was about to.
type Made struct {
	Sort   Sort
	Name   string
	ID     string
	Fate   Fate
	Reason string // why it is not gone
}

// underWay is how long a request whose answer was lost may be under way: as long as Xero keeps its
// idempotency key, and three minutes more.
const underWay = 9 * time.Minute

// Clean removes what the book tells of, as far as it is still what the check made, and says what became
// of each. When nothing is left, the book is closed. The error is why it could not go on; what it found
// until then is returned with it.
func Clean(ctx context.Context, c *xero.Client, b *Book) ([]Made, error) {
	if b.Empty() {
		return nil, b.close()
	}
	k := &cleaner{Client: c, book: b}
	made, err := k.invoices(ctx)
	contacts, otherErr := k.contacts(ctx)
	made = append(made, contacts...)
	if err = errors.Join(err, otherErr); err != nil {
		return made, err
	}
	if slices.ContainsFunc(made, func(m Made) bool { return !m.Fate.Gone() }) {
		return made, nil
	}
	return made, b.close()
}

type cleaner struct {
	*xero.Client
	book *Book
}

// entries returns those of a sort.
func (k *cleaner) entries(s Sort) []*entry {
	return slices.DeleteFunc(slices.Clone(k.book.entries), func(e *entry) bool { return e.sort != s })
}

// missing is the fate of an entry under whose name Xero has nothing.
func missing(e *entry) Made {
	m := Made{Sort: e.sort, Name: e.name, Fate: NeverMade}
	if !e.answered && time.Since(e.at) < underWay {
		m.Fate, m.Reason = MayArrive, "the answer was lost; look again after "+e.at.Add(underWay).Local().Format(time.TimeOnly)
	}
	return m
}

// invoices deletes the drafts, and voids what the check itself approved.
func (k *cleaner) invoices(ctx context.Context) ([]Made, error) {
	entries := k.entries(Invoice)
	found, err := k.find(ctx, entries)
	if err != nil {
		return unknown(entries), err
	}
	var removals []ledger.Removal
	for _, s := range found {
		e := k.book.find(Invoice, string(s.Number))
		r := ledger.Removal{Member: string(s.ID), ID: s.ID}
		switch {
		case e == nil: // it bears a number that no check gave it
			continue
		case s.Status == ledger.DraftThere, s.Status == ledger.SubmittedThere:
			r.To = ledger.DeletedThere
		case s.Status == ledger.AuthorisedThere && e.approves:
			r.To = ledger.VoidedThere
		default:
			continue
		}
		removals = append(removals, r)
	}
	refused, err := k.remove(ctx, removals)
	if err != nil {
		return unknown(entries), err
	}
	if len(removals) > 0 {
		if found, err = k.find(ctx, entries); err != nil {
			return unknown(entries), err
		}
	}
	var made []Made
	seen := map[string]bool{}
	for _, s := range found {
		made = append(made, k.fate(s, refused[s.ID]))
		seen[fold(string(s.Number))] = true
	}
	for _, e := range entries {
		if !seen[fold(e.name)] && len(e.ids) == 0 {
			made = append(made, missing(e))
		}
	}
	slices.SortStableFunc(made, func(a, b Made) int { return cmp.Compare(a.Name, b.Name) })
	return made, nil
}

// find returns the invoices that the entries are about: by their numbers, and by the IDs that are known.
func (k *cleaner) find(ctx context.Context, entries []*entry) ([]ledger.Standing, error) {
	var numbers []billing.Number
	var ids []ledger.InvoiceID
	for _, e := range entries {
		numbers = append(numbers, billing.Number(e.name))
		for _, id := range e.ids {
			ids = append(ids, ledger.InvoiceID(id))
		}
	}
	if len(entries) == 0 {
		return nil, nil
	}
	found, err := k.ByNumber(ctx, k.book.tenant, numbers)
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id ledger.InvoiceID) bool {
		return slices.ContainsFunc(found, func(s ledger.Standing) bool { return s.ID == id })
	})
	if len(ids) == 0 {
		return found, nil
	}
	renamed, err := k.ByID(ctx, k.book.tenant, ids)
	return append(found, renamed...), err
}

// remove deletes and voids, and returns Xero's words where it refused.
func (k *cleaner) remove(ctx context.Context, removals []ledger.Removal) (map[ledger.InvoiceID]string, error) {
	refused := map[ledger.InvoiceID]string{}
	payloads, err := k.PrepareRemovals(removals, 0)
	if err != nil {
		return nil, err
	}
	for _, p := range payloads {
		outcomes, err := k.Post(ctx, app.Batch{ID: "clean", Tenant: k.book.tenant, Kind: p.Kind, Key: newKey(), Body: p.Body, Members: p.Members})
		if err != nil {
			return nil, err
		}
		for _, o := range outcomes {
			if o.Verdict == ledger.Rejected {
				refused[ledger.InvoiceID(o.Member)] = words(o.Messages)
			}
		}
	}
	return refused, nil
}

// fate says what became of an invoice.
func (k *cleaner) fate(s ledger.Standing, refused string) Made {
	m := Made{Sort: Invoice, Name: string(s.Number), ID: string(s.ID), Fate: Stays}
	switch {
	case s.Status == ledger.DeletedThere:
		m.Fate = Deleted
	case s.Status == ledger.VoidedThere:
		m.Fate = Voided
	case k.book.find(Invoice, string(s.Number)) == nil:
		m.Reason = "it was given another number in Xero; delete it there"
	case refused != "":
		m.Reason = "Xero refused: " + refused
	default:
		m.Reason = "it is " + string(s.Status) + " in Xero; remove it there"
	}
	return m
}

// contacts archives the contacts: Xero deletes none.
func (k *cleaner) contacts(ctx context.Context) ([]Made, error) {
	entries := k.entries(Contact)
	var q ledger.ContactQuery
	for _, e := range entries {
		for _, id := range e.ids {
			q.IDs = append(q.IDs, ledger.ContactID(id))
		}
		if len(e.ids) == 0 && !e.answered {
			q.Names = append(q.Names, e.name)
		}
	}
	var made []Made
	found := map[string]bool{}
	if len(q.IDs)+len(q.Names) > 0 {
		for n, err := range k.Contacts(ctx, k.book.tenant, q) {
			if err != nil {
				return append(made, unknown(entries)...), err
			}
			e := k.book.find(Contact, n.Name)
			m := Made{Sort: Contact, Name: n.Name, ID: string(n.ID), Fate: Archived}
			found[fold(n.Name)] = true
			switch {
			case e == nil:
				m.Fate, m.Reason = Stays, "it was given another name in Xero; archive it there"
			case !n.Archived:
				if err := k.archive(ctx, &m); err != nil {
					return append(made, unknown(entries)...), err
				}
			}
			made = append(made, m)
		}
	}
	for _, e := range entries {
		if !found[fold(e.name)] && len(e.ids) == 0 {
			made = append(made, missing(e))
		}
	}
	return made, nil
}

// archive archives a contact and notes in m what became of it.
func (k *cleaner) archive(ctx context.Context, m *Made) error {
	x, err := k.Ask(ctx, k.book.tenant, archiving(m.ID))
	if err != nil {
		return err
	}
	if e := elementsOf(x, "Contacts").at(0); e.text("ContactStatus") == "ARCHIVED" {
		m.Fate = Archived
	} else {
		m.Fate, m.Reason = Stays, strings.TrimSpace("Xero refused to archive it: "+e.sentences())
	}
	return nil
}

// archiving asks Xero to archive a contact.
func archiving(id string) xero.Question {
	type contact struct{ ContactID, ContactStatus string }
	body, _ := json.Marshal(struct{ Contacts []contact }{[]contact{{id, "ARCHIVED"}}}) // two strings
	return xero.Question{
		Method: http.MethodPost, Path: []string{"Contacts"}, Query: url.Values{"summarizeErrors": {"false"}}, Key: newKey(), Body: body,
	}
}

// unknown are entries about which Xero could not be asked.
func unknown(entries []*entry) []Made {
	var made []Made
	for _, e := range entries {
		made = append(made, Made{Sort: e.sort, Name: e.name, ID: strings.Join(e.ids, ", "), Fate: Unknown})
	}
	return made
}
