package xero

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

// What Xero advises a request to hold at most. Two of its pages differ; the smaller
// figures hold here.
const (
	maxMembers = 50
	maxBody    = 3_500_000 // bytes
)

// The names that the lists have in requests and answers, and below the API's address.
const (
	invoicesName = "Invoices"
	contactsName = "Contacts"
)

// PrepareInvoices turns writes into the bodies of requests that create them, of at most
// max invoices (50 at most; 50 when max is not positive) and 3.5 MB each. The same
// writes give the same bytes.
func (c *Client) PrepareInvoices(writes []ledger.Write, max int) ([]app.Payload, error) {
	p := newPacker(app.InvoiceBatch, invoicesName, max)
	for _, w := range writes {
		if err := p.add(w.Member, newInvoice(w)); err != nil {
			return nil, fmt.Errorf("invoice %s: %w", w.Number, err)
		}
	}
	return p.finish(), nil
}

// PrepareContacts turns contacts into the bodies of requests that create them, within
// the same bounds. Their members are the clients.
func (c *Client) PrepareContacts(contacts []ledger.NewContact, max int) ([]app.Payload, error) {
	p := newPacker(app.ContactBatch, contactsName, max)
	for _, n := range contacts {
		if err := p.add(string(n.Client), newContact(n)); err != nil {
			return nil, fmt.Errorf("contact %s: %w", n.Name, err)
		}
	}
	return p.finish(), nil
}

// packer fills bodies in order, each up to its bounds.
type packer struct {
	kind    app.BatchKind
	opening string
	max     int
	full    []app.Payload
	members []string // of the body that is being filled
	body    bytes.Buffer
}

const closing = "]}"

func newPacker(kind app.BatchKind, name string, max int) *packer {
	if max <= 0 || max > maxMembers {
		max = maxMembers
	}
	return &packer{kind: kind, opening: `{"` + name + `":[`, max: max}
}

func (p *packer) add(member string, element any) error {
	encoded, err := json.Marshal(element)
	if err != nil {
		return err
	}
	if size := len(p.opening) + len(encoded) + len(closing); size > maxBody {
		return fmt.Errorf("it takes %d bytes, and Xero takes %d at most: shorten its texts or split it", size, maxBody)
	}
	if len(p.members) == p.max || p.body.Len()+len(",")+len(encoded)+len(closing) > maxBody {
		p.finish()
	}
	if len(p.members) == 0 {
		p.body.WriteString(p.opening)
	} else {
		p.body.WriteByte(',')
	}
	p.body.Write(encoded)
	p.members = append(p.members, member)
	return nil
}

// finish closes the body that is being filled, and returns all of them.
func (p *packer) finish() []app.Payload {
	if len(p.members) > 0 {
		p.body.WriteString(closing)
		p.full = append(p.full, app.Payload{Kind: p.kind, Body: bytes.Clone(p.body.Bytes()), Members: p.members})
		p.body.Reset()
		p.members = nil
	}
	return p.full
}

// invoiceRequest is an invoice as it is sent. Amounts are JSON numbers with the digits
// of the value. Neither line amounts nor taxes are sent: Xero computes both.
type invoiceRequest struct {
	Type            string
	Contact         contactRef
	InvoiceNumber   billing.Number
	Reference       string `json:",omitempty"`
	Date            string
	DueDate         string `json:",omitempty"`
	CurrencyCode    money.Currency
	LineAmountTypes money.LineAmounts
	Status          ledger.InvoiceStatus
	BrandingThemeID string `json:",omitempty"`
	URL             string `json:"Url"`
	LineItems       []lineRequest
}

// contactRef names a contact by its ID alone: any other field beside it would change
// the contact.
type contactRef struct{ ContactID ledger.ContactID }

// lineRequest is a line as it is sent; a line of text has nothing but its description.
type lineRequest struct {
	Description    string
	Quantity       json.Number       `json:",omitempty"`
	UnitAmount     json.Number       `json:",omitempty"`
	ItemCode       string            `json:",omitempty"`
	AccountCode    string            `json:",omitempty"`
	TaxType        string            `json:",omitempty"`
	DiscountRate   json.Number       `json:",omitempty"`
	DiscountAmount json.Number       `json:",omitempty"`
	Tracking       []trackingRequest `json:",omitempty"`
}

type trackingRequest struct{ Name, Option string }

// salesInvoice is the type of an invoice to a customer; bills are ACCPAY.
const salesInvoice = "ACCREC"

func newInvoice(w ledger.Write) invoiceRequest {
	v := invoiceRequest{
		Type:            salesInvoice,
		Contact:         contactRef{w.Contact},
		InvoiceNumber:   w.Number,
		Reference:       w.Reference,
		Date:            w.Date.String(),
		DueDate:         w.Due.String(),
		CurrencyCode:    w.Currency,
		LineAmountTypes: w.Amounts,
		Status:          w.Status,
		BrandingThemeID: w.ThemeID,
		URL:             w.Mark,
		LineItems:       make([]lineRequest, len(w.Lines)),
	}
	for i, l := range w.Lines {
		v.LineItems[i] = newLine(l, w.Currency)
	}
	return v
}

func newLine(l ledger.WriteLine, currency money.Currency) lineRequest {
	if l.TextOnly {
		return lineRequest{Description: l.Description}
	}
	line := lineRequest{
		Description: l.Description,
		Quantity:    json.Number(l.Quantity.String()),
		UnitAmount:  json.Number(l.UnitAmount.String()),
		ItemCode:    l.Item,
		AccountCode: l.Account,
		TaxType:     l.TaxType,
	}
	if percent := l.Discount.Percent(); percent != 0 {
		line.DiscountRate = json.Number(percent.Percent())
	}
	if minor := l.Discount.Minor(); minor != 0 {
		line.DiscountAmount = json.Number(money.New(minor, currency).String())
	}
	for _, t := range l.Tracking {
		line.Tracking = append(line.Tracking, trackingRequest{t.Category, t.Option})
	}
	return line
}

// contactRequest is a contact as it is sent.
type contactRequest struct {
	Name          string
	ContactNumber string           `json:",omitempty"`
	EmailAddress  string           `json:",omitempty"`
	Addresses     []addressRequest `json:",omitempty"`
}

// addressRequest is a postal address, the one that Xero prints on invoices.
type addressRequest struct {
	AddressType  string
	AddressLine1 string `json:",omitempty"`
	AddressLine2 string `json:",omitempty"`
	AddressLine3 string `json:",omitempty"`
	AddressLine4 string `json:",omitempty"`
	City         string `json:",omitempty"`
	Region       string `json:",omitempty"`
	PostalCode   string `json:",omitempty"`
	Country      string `json:",omitempty"`
}

// postalAddress is the type of the address that invoices are sent to.
const postalAddress = "POBOX"

func newContact(n ledger.NewContact) contactRequest {
	r := contactRequest{Name: tidyName(n.Name), ContactNumber: n.Number, EmailAddress: n.Email}
	if a := n.Address; a != (billing.Address{}) {
		r.Addresses = []addressRequest{{
			AddressType:  postalAddress,
			AddressLine1: a.Lines[0],
			AddressLine2: a.Lines[1],
			AddressLine3: a.Lines[2],
			AddressLine4: a.Lines[3],
			City:         a.City,
			Region:       a.Region,
			PostalCode:   a.PostalCode,
			Country:      a.Country,
		}}
	}
	return r
}

// tidyName takes out the spaces around a name and those that are double, which Xero
// does not keep.
func tidyName(name string) string { return strings.Join(strings.Fields(name), " ") }
