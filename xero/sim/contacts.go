package sim

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// listContacts is GET /Contacts.
func listContacts(c *call) answer {
	ids, err := c.ids("IDs")
	if err != nil {
		return c.badQuery(err.Error())
	}
	term, archived, summary := fold(c.param("SearchTerm")), c.flag("includeArchived"), c.flag("summaryOnly")
	p := c.pageAsked(summary)
	var found []*Contact
	for _, contact := range c.org.contacts {
		if among(ids, contact.ContactID) && (archived || contact.Status != StatusArchived) && contact.mentions(term) {
			found = append(found, contact)
		}
	}
	if found, err = query(c, contactTable, found); err != nil {
		return c.badQuery(err.Error())
	}
	if p == nil {
		return c.ok("Contacts", listOf("Contact", found, contactShape{}.render))
	}
	found = cut(p, found)
	if summary {
		return c.page("Contacts", listOf("Contact", found, renderContactLight), p)
	}
	balances := c.org.balances(found, c.org.today(c.now))
	return c.page("Contacts", listOf("Contact", found, contactShape{balances: balances, persons: true}.render), p)
}

// mentions tells whether a search term, folded, is in one of the fields that a search looks through.
func (c *Contact) mentions(term string) bool {
	return term == "" || slices.ContainsFunc(
		[]string{c.Name, c.FirstName, c.LastName, c.ContactNumber, c.CompanyNumber, c.EmailAddress},
		func(s string) bool { return strings.Contains(strings.ToLower(s), term) })
}

var contactTable = table[*Contact]{
	name: "Contact",
	fields: map[string]func(*Contact) any{
		"contactid":      func(c *Contact) any { return guid(c.ContactID) },
		"contactnumber":  func(c *Contact) any { return optional(c.ContactNumber) },
		"accountnumber":  func(c *Contact) any { return optional(c.AccountNumber) },
		"companynumber":  func(c *Contact) any { return optional(c.CompanyNumber) },
		"contactstatus":  func(c *Contact) any { return c.Status },
		"name":           func(c *Contact) any { return c.Name },
		"firstname":      func(c *Contact) any { return optional(c.FirstName) },
		"lastname":       func(c *Contact) any { return optional(c.LastName) },
		"emailaddress":   func(c *Contact) any { return optional(c.EmailAddress) },
		"taxnumber":      func(c *Contact) any { return optional(c.TaxNumber) },
		"iscustomer":     func(c *Contact) any { return c.IsCustomer },
		"issupplier":     func(c *Contact) any { return c.IsSupplier },
		"updateddateutc": func(c *Contact) any { return c.UpdatedUTC },
	},
	id:      func(c *Contact) string { return c.ContactID },
	updated: func(c *Contact) time.Time { return c.UpdatedUTC },
}

// readContactByID is GET /Contacts/{ContactID or ContactNumber}.
func readContactByID(c *call) answer {
	contact := c.org.contact(c.args[0])
	if contact == nil {
		return notFound()
	}
	one := []*Contact{contact}
	shape := contactShape{balances: c.org.balances(one, c.org.today(c.now)), persons: true, single: true}
	return c.ok("Contacts", listOf("Contact", one, shape.render))
}

// contact is a contact by its id or number.
func (o *Org) contact(idOrNumber string) *Contact {
	if c := o.contactByID[strings.ToLower(idOrNumber)]; c != nil {
		return c
	}
	return o.contactNum[fold(idOrNumber)]
}

// putContacts is PUT /Contacts: it creates only. An id that was sent says nothing.
func putContacts(c *call) answer {
	return writeContacts(c, func(k *clerk, in contactInput) (*Contact, []string) {
		in.ID = nil
		if in.anonymous() {
			return nil, []string{msgEmptyContact}
		}
		return k.createContact(in)
	})
}

// postContacts is POST /Contacts: it updates the contact with the id, else the number, else the name that was sent, and
// creates one when there is none.
func postContacts(c *call) answer {
	return writeContacts(c, func(k *clerk, in contactInput) (*Contact, []string) {
		if in.anonymous() {
			return nil, []string{msgEmptyContact}
		}
		contact, found := k.org.match(&in)
		switch {
		case !found && in.ID != nil:
			return nil, []string{msgUnknownContact}
		case contact == nil:
			return k.createContact(in)
		}
		return contact, k.updateContact(contact, in)
	})
}

// postContact is POST /Contacts/{ContactID}: it updates.
func postContact(c *call) answer {
	contact := c.org.contact(c.args[0])
	if contact == nil {
		return notFound()
	}
	return writeContacts(c, func(k *clerk, in contactInput) (*Contact, []string) {
		return contact, k.updateContact(contact, in)
	})
}

func writeContacts(c *call, write func(*clerk, contactInput) (*Contact, []string)) answer {
	inputs, err := readAll(c, "Contacts", readContact)
	if err != nil {
		return c.unreadable(err)
	}
	k := c.sim.clerk(c.org, c.unitPlaces(), true)
	var elements, refused []any
	for _, in := range inputs {
		contact, errors := write(k, in)
		if len(errors) > 0 {
			contact = k.echo(contact, in)
		}
		element := contactShape{persons: true, written: true, invalid: len(errors) > 0}.render(contact)
		if !c.summarize() {
			element.add("StatusAttributeString", stateOf(errors, nil))
		}
		if len(errors) > 0 {
			element.add("ValidationErrors", messageList("ValidationError", c.org.odd.said(errors)))
			refused = append(refused, element)
		}
		elements = append(elements, element)
	}
	if len(refused) > 0 && c.summarize() {
		c.takeBack(k)
		return c.invalid(refused)
	}
	return c.ok("Contacts", list{"Contact", elements})
}

// echo is a refused contact as it was sent, with the zero id when it was to be new.
func (k *clerk) echo(contact *Contact, in contactInput) *Contact {
	c := Contact{ContactID: uuid.Nil.String()}
	if contact != nil {
		c = contact.clone()
	}
	k.fillContact(&c, in)
	return &c
}

// balance is what a contact owes and is owed.
type balance struct {
	receivable, receivableOverdue, payable, payableOverdue decimal.Decimal
}

// balances are the balances of these contacts, from the approved invoices that are not paid.
func (o *Org) balances(contacts []*Contact, today time.Time) map[string]*balance {
	sums := make(map[string]*balance, len(contacts))
	for _, c := range contacts {
		sums[c.ContactID] = &balance{}
	}
	for _, inv := range o.invoices {
		b := sums[inv.ContactID]
		if b == nil || inv.Status != StatusAuthorised {
			continue
		}
		due, overdue := &b.receivable, &b.receivableOverdue
		if inv.Type == TypeBill {
			due, overdue = &b.payable, &b.payableOverdue
		}
		*due = due.Add(inv.outstanding())
		if inv.DueDate.Before(today) {
			*overdue = overdue.Add(inv.outstanding())
		}
	}
	return sums
}
