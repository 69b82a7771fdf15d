package sim

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// listInvoices is GET /Invoices.
func listInvoices(c *call) answer {
	summary := c.flag("summaryOnly")
	p := c.pageAsked(summary || c.sent("Statuses"))
	found, err := c.invoicesAsked(summary)
	if err != nil {
		return c.badQuery(err.Error())
	}
	if p == nil && len(found) > maxUnpaged {
		return c.badQuery(fmt.Sprintf("The request would return more than %d invoices: use paging", maxUnpaged))
	}
	if p != nil {
		found = cut(p, found)
	}
	shape := invoiceShape{org: c.org, listed: true, summary: summary, lines: p != nil && !summary, places: c.unitPlaces(), marks: c.sim.cfg.Marks}
	for _, inv := range found {
		c.touched = append(c.touched, inv.InvoiceID)
	}
	return c.page("Invoices", listOf("Invoice", found, shape.render), p)
}

// invoicesAsked are the invoices that fit the filters of a list.
func (c *call) invoicesAsked(summary bool) ([]*Invoice, error) {
	ids, err := c.ids("IDs")
	if err != nil {
		return nil, err
	}
	contacts, err := c.ids("ContactIDs")
	if err != nil {
		return nil, err
	}
	numbers, statuses := c.words("InvoiceNumbers"), c.words("Statuses")
	term, byApp := fold(c.param("SearchTerm")), c.flag("createdByMyApp")
	var found []*Invoice
	for _, inv := range c.org.invoices {
		if among(ids, inv.InvoiceID) && among(contacts, inv.ContactID) && among(numbers, inv.Number) &&
			among(statuses, inv.Status) && inv.mentions(term) && (inv.CreatedByApp || !byApp) {
			found = append(found, inv)
		}
	}
	return query(c, invoiceTable(c.org, summary), found)
}

// mentions tells whether a search term, folded, is in the number or the reference.
func (inv *Invoice) mentions(term string) bool {
	return term == "" || strings.Contains(strings.ToLower(inv.Number), term) ||
		strings.Contains(strings.ToLower(inv.Reference), term)
}

// among tells whether the set holds the word; a nil set holds all.
func among(set map[string]bool, word string) bool { return set == nil || set[fold(word)] }

// invoiceTable is how invoices are filtered and sorted. A summary cannot be filtered by what it leaves out.
func invoiceTable(o *Org, summary bool) table[*Invoice] {
	contact := func(get func(*Contact) any) func(*Invoice) any {
		return func(inv *Invoice) any {
			if c := o.contactByID[inv.ContactID]; c != nil {
				return get(c)
			}
			return nil
		}
	}
	fields := map[string]func(*Invoice) any{
		"invoiceid":             func(inv *Invoice) any { return guid(inv.InvoiceID) },
		"invoicenumber":         func(inv *Invoice) any { return optional(inv.Number) },
		"reference":             func(inv *Invoice) any { return optional(inv.Reference) },
		"type":                  func(inv *Invoice) any { return inv.Type },
		"status":                func(inv *Invoice) any { return inv.Status },
		"date":                  func(inv *Invoice) any { return optionalDate(inv.Date) },
		"duedate":               func(inv *Invoice) any { return optionalDate(inv.DueDate) },
		"fullypaidondate":       func(inv *Invoice) any { return optionalDate(inv.FullyPaidOn) },
		"updateddateutc":        func(inv *Invoice) any { return inv.UpdatedUTC },
		"currencycode":          func(inv *Invoice) any { return inv.CurrencyCode },
		"url":                   func(inv *Invoice) any { return optional(inv.URL) },
		"subtotal":              func(inv *Invoice) any { return inv.SubTotal },
		"totaltax":              func(inv *Invoice) any { return inv.TotalTax },
		"total":                 func(inv *Invoice) any { return inv.Total },
		"amountdue":             func(inv *Invoice) any { return inv.AmountDue() },
		"amountpaid":            func(inv *Invoice) any { return inv.AmountPaid() },
		"amountcredited":        func(inv *Invoice) any { return inv.AmountCredited() },
		"senttocontact":         func(inv *Invoice) any { return inv.SentToContact },
		"contact.contactid":     contact(func(c *Contact) any { return guid(c.ContactID) }),
		"contact.name":          contact(func(c *Contact) any { return c.Name }),
		"contact.contactnumber": contact(func(c *Contact) any { return optional(c.ContactNumber) }),
	}
	if !summary {
		fields["hasattachments"] = func(inv *Invoice) any { return len(inv.Attachments) > 0 }
	}
	return table[*Invoice]{
		name: "Invoice", fields: fields,
		id: func(inv *Invoice) string { return inv.InvoiceID }, updated: func(inv *Invoice) time.Time { return inv.UpdatedUTC },
	}
}

// readInvoiceByID is GET /Invoices/{InvoiceID or InvoiceNumber}.
func readInvoiceByID(c *call) answer {
	inv := c.org.find(c.args[0])
	if inv == nil {
		return notFound()
	}
	c.touched = []string{inv.InvoiceID}
	if strings.Contains(c.header.Get("Accept"), "application/pdf") {
		return answer{status: http.StatusOK, contentType: "application/pdf", body: printedInvoice(inv)}
	}
	shape := invoiceShape{org: c.org, lines: true, places: c.unitPlaces(), origin: c.origin, marks: c.sim.cfg.Marks}
	return c.ok("Invoices", listOf("Invoice", []*Invoice{inv}, shape.render))
}

// putInvoices is PUT /Invoices: it creates only. An id that was sent says nothing.
func putInvoices(c *call) answer { return writeInvoices(c, (*clerk).create) }

// postInvoices is POST /Invoices: it creates, or updates what the id or number names.
func postInvoices(c *call) answer { return writeInvoices(c, (*clerk).post) }

// postInvoice is POST /Invoices/{InvoiceID or InvoiceNumber}: it updates.
func postInvoice(c *call) answer {
	inv := c.org.find(c.args[0])
	if inv == nil {
		return notFound()
	}
	return writeInvoices(c, func(k *clerk, in invoiceInput) outcome { return k.update(inv, in) })
}

func writeInvoices(c *call, write func(*clerk, invoiceInput) outcome) answer {
	inputs, err := readAll(c, "Invoices", readInvoice)
	if err != nil {
		return c.unreadable(err)
	}
	k := c.sim.clerk(c.org, c.unitPlaces(), true)
	shape := invoiceShape{org: c.org, lines: true, written: true, places: c.unitPlaces(), origin: c.origin, marks: c.sim.cfg.Marks}
	var elements, refused []any
	for _, in := range inputs {
		v := write(k, in)
		element := shape.element(&v, !c.summarize())
		elements = append(elements, element)
		if len(v.errors) > 0 {
			refused = append(refused, element)
		} else {
			c.touched = append(c.touched, v.invoice.InvoiceID)
		}
	}
	if len(refused) > 0 && c.summarize() {
		k.rollback(0)
		c.touched = nil
		return c.invalid(refused)
	}
	return c.ok("Invoices", list{"Invoice", elements})
}

// readAll takes the records of a collection from the body.
func readAll[T any](c *call, collection string, read func(*node) (T, error)) ([]T, error) {
	root, err := parseBody(c.header.Get("Content-Type"), c.body)
	if err != nil {
		return nil, err
	}
	nodes, err := root.elements(collection)
	if err != nil {
		return nil, err
	}
	if len(nodes) == 0 {
		return nil, &badBody{"No " + collection + " were posted."}
	}
	records := make([]T, len(nodes))
	for i, n := range nodes {
		if n.isScalar || n.isList {
			return nil, &badBody{fmt.Sprintf("A record is expected. Path '%s'.", n.path)}
		}
		if records[i], err = read(n); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// onlineInvoice is GET /Invoices/{InvoiceID}/OnlineInvoice.
func onlineInvoice(c *call) answer {
	inv := c.org.find(c.args[0])
	if inv == nil || inv.Type != TypeSales {
		return notFound()
	}
	if inv.Status == StatusDraft {
		return c.refused(msgOnlineDraft)
	}
	address := "https://in.xero.com/" + strings.ReplaceAll(inv.InvoiceID, "-", "")
	return c.ok("OnlineInvoices", list{"OnlineInvoice", []any{object{{"OnlineInvoiceUrl", address}}}})
}

// emailInvoice is POST /Invoices/{InvoiceID}/Email. A demo organisation may send none.
func emailInvoice(c *call) answer {
	inv := c.org.find(c.args[0])
	switch {
	case inv == nil:
		return notFound()
	case inv.Type != TypeSales || inv.Status == StatusDraft || !inv.Live():
		return c.refused(msgEmailStatus)
	case c.org.IsDemoCompany:
		return c.refused(msgEmailLimit)
	}
	inv.SentToContact = true
	if !inv.allocated() {
		inv.UpdatedUTC = c.now
	}
	return answer{status: http.StatusNoContent}
}

// refused is a validation error that no element of the request bears.
func (c *call) refused(message string) answer {
	return c.invalid([]any{object{{"ValidationErrors", messageList("ValidationError", []string{message})}}})
}
