package sim

import "slices"

// contactShape is how a contact is shown. Balances, contact persons and the like come with pages and single reads only.
type contactShape struct {
	inInvoice bool
	persons   bool
	single    bool
	written   bool
	invalid   bool
	balances  map[string]*balance
}

func (s contactShape) render(c *Contact) object {
	o := object{{"ContactID", c.ContactID}}
	o.text("ContactNumber", c.ContactNumber)
	o.text("AccountNumber", c.AccountNumber)
	o.text("ContactStatus", c.Status)
	o.text("MergedToContactID", c.MergedToContactID)
	o.text("Name", c.Name)
	o.text("FirstName", c.FirstName)
	o.text("LastName", c.LastName)
	o.text("CompanyNumber", c.CompanyNumber)
	o.add("EmailAddress", c.EmailAddress)
	o.add("BankAccountDetails", c.BankAccount)
	o.text("TaxNumber", c.TaxNumber)
	o.text("AccountsReceivableTaxType", c.SalesTaxType)
	o.text("AccountsPayableTaxType", c.PurchasesTaxType)
	o.add("Addresses", addressList(c))
	o.add("Phones", phoneList(c))
	o.stamp("UpdatedDateUTC", c.UpdatedUTC)
	o.add("ContactGroups", none("ContactGroup"))
	o.add("IsSupplier", c.IsSupplier)
	o.add("IsCustomer", c.IsCustomer)
	o.text("DefaultCurrency", c.DefaultCurrency)
	if s.inInvoice || s.written {
		o.add("SalesTrackingCategories", none("SalesTrackingCategory"))
		o.add("PurchasesTrackingCategories", none("PurchasesTrackingCategory"))
	}
	if b := s.balances[c.ContactID]; b != nil && (c.IsCustomer || c.IsSupplier) {
		o.add("Balances", object{
			{"AccountsReceivable", object{{"Outstanding", money(b.receivable)}, {"Overdue", money(b.receivableOverdue)}}},
			{"AccountsPayable", object{{"Outstanding", money(b.payable)}, {"Overdue", money(b.payableOverdue)}}},
		})
	}
	if s.inInvoice || s.persons {
		o.add("ContactPersons", listOf("ContactPerson", c.Persons, renderPerson))
	}
	if s.persons && !s.written {
		o.add("HasAttachments", false)
	}
	if s.single {
		o.add("Attachments", none("Attachment"))
	}
	o.add("HasValidationErrors", s.invalid)
	return o
}

// renderContactSummary is the contact as lists of invoices show it.
func renderContactSummary(c *Contact) object {
	o := object{{"ContactID", c.ContactID}}
	o.text("ContactNumber", c.ContactNumber)
	return append(o, object{
		{"Name", c.Name}, {"Addresses", none("Address")}, {"Phones", none("Phone")},
		{"ContactGroups", none("ContactGroup")}, {"ContactPersons", none("ContactPerson")}, {"HasValidationErrors", false},
	}...)
}

// renderContactLight is the contact as summaryOnly shows it.
func renderContactLight(c *Contact) object {
	o := object{{"ContactID", c.ContactID}}
	o.text("ContactNumber", c.ContactNumber)
	o.text("AccountNumber", c.AccountNumber)
	return append(o, object{
		{"ContactStatus", c.Status}, {"Name", c.Name}, {"FirstName", c.FirstName}, {"LastName", c.LastName},
		{"EmailAddress", c.EmailAddress}, {"UpdatedDateUTC", stamp(c.UpdatedUTC)},
		{"IsSupplier", c.IsSupplier}, {"IsCustomer", c.IsCustomer}, {"HasValidationErrors", false},
	}...)
}

// addressList shows the street and the postal address, empty where there is none, then any other.
func addressList(c *Contact) list {
	shown := []Address{{Type: "STREET"}, {Type: "POBOX"}}
	for _, a := range c.Addresses {
		if i := slices.IndexFunc(shown, func(b Address) bool { return b.Type == a.Type }); i >= 0 {
			shown[i] = a
		} else {
			shown = append(shown, a)
		}
	}
	return listOf("Address", shown, func(a Address) object {
		o := object{{"AddressType", a.Type}}
		o.text("AddressLine1", a.Line1)
		o.text("AddressLine2", a.Line2)
		o.text("AddressLine3", a.Line3)
		o.text("AddressLine4", a.Line4)
		o = append(o, object{
			{"City", a.City}, {"Region", a.Region}, {"PostalCode", a.PostalCode}, {"Country", a.Country},
		}...)
		o.text("AttentionTo", a.AttentionTo)
		return o
	})
}

// phoneList shows the four kinds of phone, empty where there is none, then any other.
func phoneList(c *Contact) list {
	shown := []Phone{{Type: "DEFAULT"}, {Type: "DDI"}, {Type: "FAX"}, {Type: "MOBILE"}}
	for _, p := range c.Phones {
		if i := slices.IndexFunc(shown, func(q Phone) bool { return q.Type == p.Type }); i >= 0 {
			shown[i] = p
		} else {
			shown = append(shown, p)
		}
	}
	return listOf("Phone", shown, func(p Phone) object {
		return object{
			{"PhoneType", p.Type}, {"PhoneNumber", p.Number}, {"PhoneAreaCode", p.AreaCode}, {"PhoneCountryCode", p.CountryCode},
		}
	})
}

func renderPerson(p ContactPerson) object {
	return object{
		{"FirstName", p.FirstName}, {"LastName", p.LastName}, {"EmailAddress", p.EmailAddress},
		{"IncludeInEmails", p.IncludeInEmails},
	}
}
