package sim

import (
	"net/mail"
	"slices"
	"strings"
)

// contactInput is what a caller sent about a contact, of its own or inside an invoice; nil was not sent.
type contactInput struct {
	ID, Number, Name                                 *string
	AccountNumber, FirstName, LastName, EmailAddress *string
	CompanyNumber, BankAccount, TaxNumber            *string
	SalesTaxType, PurchasesTaxType, DefaultCurrency  *string
	Status                                           *string
	IsCustomer, IsSupplier                           *bool
	Addresses                                        []Address
	Phones                                           []Phone
	Persons                                          []ContactPerson
	personsSent                                      bool
}

const kindContactStatus = "Xero.Api.Library3.Model.ContactStatus"

// readContact takes a contact from a body.
func readContact(n *node) (contactInput, error) {
	var r reader
	in := readContactFields(&r, n)
	return *in, r.err
}

func readContactFields(r *reader, n *node) *contactInput {
	in := &contactInput{
		ID: r.contactID(n, "ContactID"), Number: r.text(n, "ContactNumber"), Name: r.text(n, "Name"),
		AccountNumber: r.text(n, "AccountNumber"), FirstName: r.text(n, "FirstName"), LastName: r.text(n, "LastName"),
		EmailAddress: r.text(n, "EmailAddress"), CompanyNumber: r.text(n, "CompanyNumber"),
		BankAccount: r.text(n, "BankAccountDetails"), TaxNumber: r.text(n, "TaxNumber"),
		SalesTaxType: r.text(n, "AccountsReceivableTaxType"), PurchasesTaxType: r.text(n, "AccountsPayableTaxType"),
		DefaultCurrency: r.text(n, "DefaultCurrency"),
		Status:          r.oneOf(n, "ContactStatus", kindContactStatus, StatusActive, StatusArchived, "GDPRREQUEST"),
		IsCustomer:      r.truth(n, "IsCustomer"), IsSupplier: r.truth(n, "IsSupplier"),
		personsSent: n.get("ContactPersons") != nil,
	}
	for _, a := range r.children(n, "Addresses") {
		in.Addresses = append(in.Addresses, Address{
			Type:  orDefault(value(r.oneOf(a, "AddressType", "Xero.Api.Library3.Model.AddressType", "POBOX", "STREET", "DELIVERY")), "POBOX"),
			Line1: value(r.text(a, "AddressLine1")), Line2: value(r.text(a, "AddressLine2")),
			Line3: value(r.text(a, "AddressLine3")), Line4: value(r.text(a, "AddressLine4")),
			City: value(r.text(a, "City")), Region: value(r.text(a, "Region")), PostalCode: value(r.text(a, "PostalCode")),
			Country: value(r.text(a, "Country")), AttentionTo: value(r.text(a, "AttentionTo")),
		})
	}
	for _, p := range r.children(n, "Phones") {
		in.Phones = append(in.Phones, Phone{
			Type:   orDefault(value(r.oneOf(p, "PhoneType", "Xero.Api.Library3.Model.PhoneType", "DEFAULT", "DDI", "FAX", "MOBILE", "OFFICE")), "DEFAULT"),
			Number: value(r.text(p, "PhoneNumber")), AreaCode: value(r.text(p, "PhoneAreaCode")),
			CountryCode: value(r.text(p, "PhoneCountryCode")),
		})
	}
	for _, p := range r.children(n, "ContactPersons") {
		include := r.truth(p, "IncludeInEmails")
		in.Persons = append(in.Persons, ContactPerson{
			FirstName: value(r.text(p, "FirstName")), LastName: value(r.text(p, "LastName")),
			EmailAddress: value(r.text(p, "EmailAddress")), IncludeInEmails: include != nil && *include,
		})
	}
	return in
}

// anonymous tells whether nothing was sent by which a contact could be known.
func (in *contactInput) anonymous() bool {
	return in.ID == nil && value(in.Number) == "" && strings.TrimSpace(value(in.Name)) == ""
}

// details tells whether more was sent than what the contact is known by: id, number, and the name where it found it.
func (in *contactInput) details(c *Contact) bool {
	return in.AccountNumber != nil || in.FirstName != nil || in.LastName != nil || in.EmailAddress != nil ||
		in.CompanyNumber != nil || in.BankAccount != nil || in.TaxNumber != nil || in.SalesTaxType != nil ||
		in.PurchasesTaxType != nil || in.DefaultCurrency != nil || in.Addresses != nil || in.Phones != nil || in.personsSent ||
		(in.Name != nil && tidyName(*in.Name) != c.Name) ||
		(in.Number != nil && *in.Number != c.ContactNumber)
}

// match is the contact that was meant: by id, else by contact number, else by name. found is false when an id was sent
// that nobody has.
func (o *Org) match(in *contactInput) (c *Contact, found bool) {
	if in.ID != nil {
		c = o.contactByID[*in.ID]
		return c, c != nil
	}
	if number := value(in.Number); number != "" {
		if c = o.contactNum[fold(number)]; c != nil {
			return c, true
		}
	}
	name := tidyName(value(in.Name))
	if name == "" {
		return nil, value(in.Number) == ""
	}
	if c = o.activeByName(name); c != nil {
		return c, true
	}
	if same := o.contactName[fold(name)]; len(same) > 0 {
		return same[0], true
	}
	return nil, true
}

// contactOf gives the invoice its contact. A name that no contact has makes a new one; details beyond what identifies
// the contact change it, and drop the contact persons that are not among them.
func (k *clerk) contactOf(inv *Invoice, in invoiceInput, v *outcome) {
	sent := in.Contact
	if sent.anonymous() {
		v.refuse(msgEmptyContact)
		return
	}
	c, found := k.org.match(sent)
	switch {
	case !found:
		v.refuse(msgUnknownContact)
		return
	case c == nil:
		stored, errors := k.createContact(*sent)
		for _, e := range errors {
			v.refuse(e)
		}
		if stored == nil {
			return
		}
		c, v.contact = stored, ptr(stored.clone())
	case c.Status != StatusActive:
		if c.ContactID != inv.ContactID {
			v.refuse(msgArchivedContact)
		}
		inv.ContactID = c.ContactID
		return
	case sent.details(c):
		sent.personsSent = true
		for _, e := range k.updateContact(c, *sent) {
			v.refuse(e)
		}
	}
	inv.ContactID = c.ContactID
}

// createContact makes a new contact, or says why not.
func (k *clerk) createContact(in contactInput) (*Contact, []string) {
	c := Contact{ContactID: newID(), Status: StatusActive, UpdatedUTC: k.now}
	errors := k.fillContact(&c, in)
	if in.Name == nil {
		errors = append(errors, msgContactNoName)
	}
	if len(errors) > 0 {
		return nil, errors
	}
	c.History = []HistoryRecord{k.note("Created", "")}
	return k.insertContact(c), nil
}

// updateContact changes a contact, or says why not; what was not sent stays.
func (k *clerk) updateContact(c *Contact, in contactInput) []string {
	if c.Status != StatusActive {
		return []string{msgContactArchived}
	}
	next := c.clone()
	if errors := k.fillContact(&next, in); len(errors) > 0 {
		return errors
	}
	if in.Status != nil {
		next.Status = *in.Status
	}
	next.UpdatedUTC = k.now
	next.History = append(next.History, k.note("Edited", ""))
	k.replaceContact(c, next)
	return nil
}

// fillContact takes what was sent about a contact. Whether a caller says customer or supplier matters not: Xero
// derives both from the invoices.
func (k *clerk) fillContact(c *Contact, in contactInput) []string {
	var v verdict
	if in.Name != nil {
		k.fillName(c, tidyName(*in.Name), &v)
	}
	if in.Number != nil {
		setText(&c.ContactNumber, in.Number, "ContactNumber", 50, &v)
		if other := k.org.contactNum[fold(c.ContactNumber)]; c.ContactNumber != "" && other != nil && other.ContactID != c.ContactID {
			v.refuse(msgContactNumber)
		}
	}
	setText(&c.AccountNumber, in.AccountNumber, "AccountNumber", 50, &v)
	setText(&c.FirstName, in.FirstName, "FirstName", 255, &v)
	setText(&c.LastName, in.LastName, "LastName", 255, &v)
	setText(&c.CompanyNumber, in.CompanyNumber, "CompanyNumber", 50, &v)
	setText(&c.BankAccount, in.BankAccount, "BankAccountDetails", 255, &v)
	setText(&c.TaxNumber, in.TaxNumber, "TaxNumber", 50, &v)
	set(&c.SalesTaxType, in.SalesTaxType)
	set(&c.PurchasesTaxType, in.PurchasesTaxType)
	if setText(&c.EmailAddress, in.EmailAddress, "EmailAddress", 255, &v); c.EmailAddress != "" && in.EmailAddress != nil && !validEmail(c.EmailAddress) {
		v.refuse(msgEmail)
	}
	if in.DefaultCurrency != nil && *in.DefaultCurrency != "" && !k.org.hasCurrency(*in.DefaultCurrency) {
		v.refuse(msgCurrency(*in.DefaultCurrency))
	}
	set(&c.DefaultCurrency, in.DefaultCurrency)
	for _, a := range in.Addresses {
		a.check(&v)
		c.Addresses = append(slices.DeleteFunc(c.Addresses, func(b Address) bool { return b.Type == a.Type }), a)
	}
	for _, p := range in.Phones {
		tooLong(p.Number, "PhoneNumber", 50, &v)
		tooLong(p.AreaCode, "PhoneAreaCode", 10, &v)
		tooLong(p.CountryCode, "PhoneCountryCode", 20, &v)
		c.Phones = append(slices.DeleteFunc(c.Phones, func(b Phone) bool { return b.Type == p.Type }), p)
	}
	if in.personsSent {
		if len(in.Persons) > 5 {
			v.refuse(msgManyPersons)
		}
		for _, p := range in.Persons {
			tooLong(p.FirstName, "FirstName", 255, &v)
			tooLong(p.LastName, "LastName", 255, &v)
			if tooLong(p.EmailAddress, "EmailAddress", 255, &v); p.EmailAddress != "" && !validEmail(p.EmailAddress) {
				v.refuse(msgEmail)
			}
		}
		c.Persons = slices.Clone(in.Persons)
	}
	return v.errors
}

func (k *clerk) fillName(c *Contact, name string, v *verdict) {
	c.Name = name
	switch other := k.org.activeByName(name); {
	case name == "":
		v.refuse(msgContactNoName)
	case len([]rune(name)) > 255:
		v.refuse(msgTooLong("Name", 255))
	case strings.ContainsAny(name, "<>"):
		v.refuse(msgContactName)
	case other != nil && other.ContactID != c.ContactID:
		v.refuse(msgContactTaken(name))
	}
}

// tidyName is the name as Xero keeps it: without spaces around it or doubled within.
func tidyName(name string) string { return strings.Join(strings.Fields(name), " ") }

// check refuses what is longer than Xero keeps. (The country's letters, which the documentation bounds to A-Z, are not
// looked at: not verified.)
func (a Address) check(v *verdict) {
	for _, l := range []struct{ name, text string }{
		{"AddressLine1", a.Line1}, {"AddressLine2", a.Line2}, {"AddressLine3", a.Line3}, {"AddressLine4", a.Line4},
	} {
		tooLong(l.text, l.name, 500, v)
	}
	tooLong(a.City, "City", 255, v)
	tooLong(a.Region, "Region", 255, v)
	tooLong(a.PostalCode, "PostalCode", 50, v)
	tooLong(a.Country, "Country", 50, v)
	tooLong(a.AttentionTo, "AttentionTo", 255, v)
}

// validEmail takes an address of ASCII letters alone: Xero refuses others, those that look like them included.
func validEmail(s string) bool {
	address, err := mail.ParseAddress(s)
	return err == nil && address.Address == s && strings.Contains(s[strings.LastIndex(s, "@"):], ".") &&
		!strings.ContainsFunc(s, func(r rune) bool { return r > '~' })
}
