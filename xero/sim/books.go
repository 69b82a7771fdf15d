package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// AddContact puts a contact into the books of a seed and returns it. An empty ContactID is derived from the name, an
// empty Status is ACTIVE, a zero UpdatedUTC is the day the organisation was made.
func (o *Org) AddContact(c Contact) *Contact {
	o.prepare()
	if c.ContactID == "" {
		c.ContactID = o.seedID("contact", c.Name)
	}
	if c.Status == "" {
		c.Status = StatusActive
	}
	if c.UpdatedUTC.IsZero() {
		c.UpdatedUTC = o.CreatedUTC
	}
	return o.insertContact(c)
}

// AddInvoice puts an invoice into the books of a seed and returns it. Left empty, InvoiceID comes from the number, Type
// is ACCREC, Status AUTHORISED, LineAmountTypes Exclusive, CurrencyCode the base currency, a line's TaxType its
// account's default, a Quantity 1, and all amounts are reckoned from the lines. A zero UpdatedUTC is the evening of the invoice's date.
func (o *Org) AddInvoice(inv Invoice) *Invoice {
	o.prepare()
	if inv.InvoiceID == "" {
		inv.InvoiceID = o.seedID("invoice", inv.Number+inv.Reference+inv.Date.Format(time.DateOnly))
	}
	inv.Type = orDefault(inv.Type, TypeSales)
	inv.Status = orDefault(inv.Status, StatusAuthorised)
	inv.LineAmountTypes = orDefault(inv.LineAmountTypes, AmountsExclusive)
	inv.CurrencyCode = orDefault(inv.CurrencyCode, o.BaseCurrency)
	inv.BrandingThemeID = orDefault(inv.BrandingThemeID, o.defaultTheme())
	if inv.CurrencyRate.IsZero() {
		inv.CurrencyRate = decimal.NewFromInt(1)
	}
	if inv.UpdatedUTC.IsZero() {
		inv.UpdatedUTC = inv.Date.Add(20 * time.Hour)
	}
	for i := range inv.Lines {
		l := &inv.Lines[i]
		if l.LineItemID == "" {
			l.LineItemID = o.seedID("line", fmt.Sprint(inv.InvoiceID, i))
		}
		if a := o.accountByCode(l.AccountCode); a != nil {
			l.AccountID = a.AccountID
			l.TaxType = orDefault(l.TaxType, a.TaxType)
		}
		if l.Quantity.IsZero() && !l.DescriptionOnly {
			l.Quantity = decimal.NewFromInt(1)
		}
	}
	o.reckon(&inv)
	return o.insertInvoice(inv)
}

// AddPayment puts a payment on an invoice of a seed; an invoice with nothing left to pay becomes PAID.
func (o *Org) AddPayment(inv *Invoice, accountCode string, date time.Time, amount decimal.Decimal) *Payment {
	p := &Payment{
		PaymentID: o.seedID("payment", fmt.Sprint(inv.InvoiceID, len(inv.Payments))), InvoiceID: inv.InvoiceID,
		AccountCode: accountCode, Date: date, Amount: amount, CurrencyRate: inv.CurrencyRate, Status: StatusAuthorised,
		UpdatedUTC: date.Add(20 * time.Hour),
	}
	if a := o.accountByCode(accountCode); a != nil {
		p.AccountID = a.AccountID
	}
	inv.Payments = append(inv.Payments, p)
	inv.settle(date)
	inv.UpdatedUTC = p.UpdatedUTC
	return p
}

// AddCredit allocates a part of a credit note to an invoice of a seed; an invoice with nothing left to pay becomes PAID.
func (o *Org) AddCredit(inv *Invoice, number string, date time.Time, amount decimal.Decimal) {
	inv.Credits = append(inv.Credits, Credit{
		CreditNoteID: o.seedID("credit", number), Number: number, Date: date, Amount: amount,
	})
	inv.settle(date)
	inv.UpdatedUTC = date.Add(20 * time.Hour)
}

// settle moves the invoice between AUTHORISED and PAID, as its outstanding amount says.
func (inv *Invoice) settle(date time.Time) {
	switch open := inv.outstanding(); {
	case inv.Status == StatusAuthorised && open.Sign() <= 0:
		inv.Status, inv.FullyPaidOn = StatusPaid, date
	case inv.Status == StatusPaid && open.Sign() > 0:
		inv.Status, inv.FullyPaidOn = StatusAuthorised, time.Time{}
	}
}

// prepare makes the look-up tables.
func (o *Org) prepare() {
	if o.contactByID != nil {
		return
	}
	o.contactByID, o.contactName, o.contactNum = map[string]*Contact{}, map[string][]*Contact{}, map[string]*Contact{}
	o.invoiceByID, o.invoiceByNum = map[string]*Invoice{}, map[string][]*Invoice{}
	o.OrganisationID = orDefault(o.OrganisationID, o.TenantID)
	o.NumberPrefix = orDefault(o.NumberPrefix, "INV-")
	o.NextNumber = max(o.NextNumber, 1)
}

func (o *Org) insertContact(c Contact) *Contact {
	p := &c
	o.contacts = append(o.contacts, p)
	o.contactByID[p.ContactID] = p
	o.indexContact(p)
	return p
}

func (o *Org) indexContact(c *Contact) {
	o.contactName[fold(c.Name)] = append(o.contactName[fold(c.Name)], c)
	if c.ContactNumber != "" {
		o.contactNum[fold(c.ContactNumber)] = c
	}
}

// replaceContact gives the contact the values of next, which bears the same id.
func (o *Org) replaceContact(c *Contact, next Contact) {
	o.contactName[fold(c.Name)] = without(o.contactName[fold(c.Name)], c)
	if o.contactNum[fold(c.ContactNumber)] == c {
		delete(o.contactNum, fold(c.ContactNumber))
	}
	*c = next
	o.indexContact(c)
}

// removeContact takes back an insertion.
func (o *Org) removeContact(c *Contact) {
	o.contacts = without(o.contacts, c)
	delete(o.contactByID, c.ContactID)
	o.contactName[fold(c.Name)] = without(o.contactName[fold(c.Name)], c)
	if o.contactNum[fold(c.ContactNumber)] == c {
		delete(o.contactNum, fold(c.ContactNumber))
	}
}

// activeByName is the active contact of that name, nil when there is none.
func (o *Org) activeByName(name string) *Contact {
	for _, c := range o.contactName[fold(name)] {
		if c.Status == StatusActive {
			return c
		}
	}
	return nil
}

func (o *Org) insertInvoice(inv Invoice) *Invoice {
	p := &inv
	o.invoices = append(o.invoices, p)
	o.invoiceByID[p.InvoiceID] = p
	o.indexInvoice(p)
	if c := o.contactByID[p.ContactID]; c != nil {
		c.IsCustomer = c.IsCustomer || p.Type == TypeSales
		c.IsSupplier = c.IsSupplier || p.Type == TypeBill
	}
	return p
}

func (o *Org) indexInvoice(inv *Invoice) {
	if inv.Type == TypeSales {
		o.invoiceByNum[fold(inv.Number)] = append(o.invoiceByNum[fold(inv.Number)], inv)
	}
}

// replaceInvoice gives the invoice the values of next, which bears the same id.
func (o *Org) replaceInvoice(inv *Invoice, next Invoice) {
	if inv.Type == TypeSales {
		o.invoiceByNum[fold(inv.Number)] = without(o.invoiceByNum[fold(inv.Number)], inv)
	}
	*inv = next
	o.indexInvoice(inv)
}

// find is the invoice that a caller means by id or, for sales invoices, by number: of several with the number the one
// that lives, else the one made last.
func (o *Org) find(idOrNumber string) *Invoice {
	if inv := o.invoiceByID[strings.ToLower(idOrNumber)]; inv != nil {
		return inv
	}
	var found *Invoice
	for _, inv := range o.invoiceByNum[fold(idOrNumber)] {
		if found == nil || inv.Live() || !found.Live() {
			found = inv
		}
	}
	return found
}

// removeInvoice takes back an insertion.
func (o *Org) removeInvoice(inv *Invoice) {
	o.invoices = without(o.invoices, inv)
	delete(o.invoiceByID, inv.InvoiceID)
	if inv.Type == TypeSales {
		o.invoiceByNum[fold(inv.Number)] = without(o.invoiceByNum[fold(inv.Number)], inv)
	}
}

// nextNumber is the number of an invoice that was sent without one.
func (o *Org) nextNumber() string {
	for {
		n := fmt.Sprintf("%s%04d", o.NumberPrefix, o.NextNumber)
		o.NextNumber++
		if len(o.invoiceByNum[fold(n)]) == 0 {
			return n
		}
	}
}

// payment is a payment by its id, with its invoice; nil when there is none.
func (o *Org) payment(id string) (*Payment, *Invoice) {
	for _, inv := range o.invoices {
		for _, p := range inv.Payments {
			if p.PaymentID == strings.ToLower(id) {
				return p, inv
			}
		}
	}
	return nil, nil
}

func (o *Org) accountByCode(code string) *Account {
	i := slices.IndexFunc(o.Accounts, func(a Account) bool { return code != "" && strings.EqualFold(a.Code, code) })
	if i < 0 {
		return nil
	}
	return &o.Accounts[i]
}

func (o *Org) accountByID(id string) *Account {
	i := slices.IndexFunc(o.Accounts, func(a Account) bool { return strings.EqualFold(a.AccountID, id) })
	if i < 0 {
		return nil
	}
	return &o.Accounts[i]
}

func (o *Org) taxRate(taxType string) *TaxRate {
	i := slices.IndexFunc(o.TaxRates, func(r TaxRate) bool { return strings.EqualFold(r.TaxType, taxType) })
	if i < 0 {
		return nil
	}
	return &o.TaxRates[i]
}

func (o *Org) itemByCode(code string) *Item {
	i := slices.IndexFunc(o.Items, func(it Item) bool { return strings.EqualFold(it.Code, code) })
	if i < 0 {
		return nil
	}
	return &o.Items[i]
}

func (o *Org) hasCurrency(code string) bool {
	return code == o.BaseCurrency ||
		slices.ContainsFunc(o.Currencies, func(c Currency) bool { return c.Code == code })
}

// defaultTheme is the id of the theme that an invoice gets by itself: the one sorted first.
func (o *Org) defaultTheme() string {
	if len(o.Themes) == 0 {
		return ""
	}
	first := slices.MinFunc(o.Themes, func(a, b BrandingTheme) int { return a.SortOrder - b.SortOrder })
	return first.BrandingThemeID
}

// today is the business date in the organisation's own time zone.
func (o *Org) today(now time.Time) time.Time {
	zone := o.Location
	if zone == nil {
		zone = time.UTC
	}
	y, m, d := now.In(zone).Date()
	return Day(y, m, d)
}

func newID() string { return uuid.NewString() }

func orDefault(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func without[T comparable](list []T, gone T) []T {
	return slices.DeleteFunc(list, func(x T) bool { return x == gone })
}
