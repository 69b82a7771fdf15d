// Package sim is a simulated Xero: one http.Handler that signs people in, keeps organisations with their charts,
// contacts and invoices, and answers the Accounting API as the live service does, faults included. It shares no type
// with the rest of the application, so that a wrong field name cannot agree with itself.
//
// There are three ways in:
//
//   - Over HTTP, by Sim.Handler: what an app sees (gateway.go and the files named after resources) and the web page on
//     which a person plays the Xero side (web.go).
//   - As that person in Go: the methods of people.go (Submit, Approve, RecordPayment, Void, …). Each takes the tenant id
//     first and returns a *Refusal with Xero's own words where Xero would refuse. Orgs, Invoices, Contact and the other
//     reads of sim.go return deep copies. All exported methods of Sim take its lock themselves.
//   - As a seed, before New: an Org is filled as a plain value and its books by AddContact, AddInvoice, AddPayment and
//     AddCredit. These fill what is left empty (ids derived from the tenant and the number or name, totals, defaults,
//     dates of change) and check nothing, so a seed may hold history that Xero would no longer accept. Methods of *Org
//     and *Invoice do not lock.
//
// Where it is not known what Xero does, the strict reading is taken and the place says "not verified"; Config.Odd turns
// round those on which a client relies. Not simulated:
// credit notes, prepayments and overpayments as documents of their own (Allocate stands for them), payment terms,
// repeating invoices, rights (Organisation/Actions is shown, not enforced), the approval limit of small plans, taxes that
// compound, and lock dates for payments.
package sim

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// Invoice statuses, as Xero spells them.
const (
	StatusDraft      = "DRAFT"
	StatusSubmitted  = "SUBMITTED"
	StatusAuthorised = "AUTHORISED"
	StatusPaid       = "PAID"
	StatusVoided     = "VOIDED"
	StatusDeleted    = "DELETED"
)

// Statuses of settings and contacts.
const (
	StatusActive   = "ACTIVE"
	StatusArchived = "ARCHIVED"
)

// Invoice types: a sales invoice and a bill.
const (
	TypeSales = "ACCREC"
	TypeBill  = "ACCPAY"
)

// How the line amounts of an invoice relate to tax.
const (
	AmountsExclusive = "Exclusive"
	AmountsInclusive = "Inclusive"
	AmountsNoTax     = "NoTax"
)

// Org is one Xero organisation with all its books.
type Org struct {
	TenantID       string // what clients send as xero-tenant-id
	OrganisationID string // defaults to TenantID
	Name           string
	LegalName      string
	ShortCode      string // with its leading "!"
	Class          string // DEMO, TRIAL, STARTER, STANDARD, PREMIUM…
	Edition        string
	Version        string // NZ, AU, UK, US, GLOBAL…
	CountryCode    string
	BaseCurrency   string
	Timezone       string         // Xero's spelling, NEWZEALANDSTANDARDTIME
	Location       *time.Location // the same zone for reckoning today; nil is UTC
	TaxNumber      string
	SalesTaxBasis  string
	SalesTaxPeriod string
	IsDemoCompany  bool
	CreatedUTC     time.Time

	PeriodLockDate    time.Time // documents dated on or before it are locked; zero: none
	EndOfYearLockDate time.Time

	Accounts   []Account
	TaxRates   []TaxRate
	Tracking   []TrackingCategory
	Currencies []Currency
	Themes     []BrandingTheme
	Items      []Item
	Actions    []Action

	NumberPrefix string // for invoices sent without a number; "INV-" when empty
	NextNumber   int    // 1 when zero

	odd          Odd // of the Sim that owns the organisation
	contacts     []*Contact
	invoices     []*Invoice
	contactByID  map[string]*Contact
	invoiceByID  map[string]*Invoice
	invoiceByNum map[string][]*Invoice // sales invoices by folded number, every status
	contactName  map[string][]*Contact // by folded name, every status
	contactNum   map[string]*Contact   // by folded contact number, every status
}

// Account is a line of the chart of accounts.
type Account struct {
	AccountID               string
	Code                    string // may be empty for a bank account
	Name                    string
	Type                    string // SALES, REVENUE, BANK, CURRENT…
	Class                   string // ASSET, EQUITY, EXPENSE, LIABILITY or REVENUE
	TaxType                 string // the account's default tax
	Description             string
	Status                  string // ACTIVE or ARCHIVED
	SystemAccount           string // DEBTORS, GST…; empty for an ordinary account
	EnablePaymentsToAccount bool
	BankAccountNumber       string
	BankAccountType         string
	CurrencyCode            string // of a bank account
	ReportingCode           string
	UpdatedUTC              time.Time
}

// TaxRate is one of an organisation's tax rates.
type TaxRate struct {
	Name          string
	TaxType       string // OUTPUT2, NONE, TAX001…
	ReportTaxType string
	Status        string // ACTIVE, DELETED, ARCHIVED or PENDING
	Assets        bool   // may be used with accounts of this class
	Equity        bool
	Expenses      bool
	Liabilities   bool
	Revenue       bool
	DisplayRate   decimal.Decimal // percent
	EffectiveRate decimal.Decimal // percent; the one that taxes are reckoned with
	Components    []TaxComponent
}

// TaxComponent is a part of a tax rate.
type TaxComponent struct {
	Name             string
	Rate             decimal.Decimal
	IsCompound       bool
	IsNonRecoverable bool
}

// TrackingCategory is a dimension by which lines are tracked.
type TrackingCategory struct {
	TrackingCategoryID string
	Name               string
	Status             string
	Options            []TrackingOption
}

// TrackingOption is a value of a tracking category.
type TrackingOption struct {
	TrackingOptionID string
	Name             string
	Status           string
}

// Currency is a currency that the organisation subscribes to.
type Currency struct {
	Code        string
	Description string
}

// BrandingTheme is a look of printed invoices.
type BrandingTheme struct {
	BrandingThemeID string
	Name            string
	LogoURL         string
	SortOrder       int
	CreatedUTC      time.Time
}

// Item is a product or service with its default prices.
type Item struct {
	ItemID      string
	Code        string
	Name        string
	Description string
	Sales       ItemDetails
	Purchase    ItemDetails
	IsSold      bool
	IsPurchased bool
	UpdatedUTC  time.Time
}

// ItemDetails are the defaults that an item gives a sales or a purchase line. A negative UnitPrice cannot occur; HasPrice
// tells a price of zero from none.
type ItemDetails struct {
	HasPrice    bool
	UnitPrice   decimal.Decimal
	AccountCode string
	TaxType     string
}

// Action is a right of the signed-in user in the organisation, as /Organisation/Actions lists it.
type Action struct {
	Name    string
	Allowed bool
}

// Contact is a customer or supplier.
type Contact struct {
	ContactID         string
	ContactNumber     string // unique, archived contacts included
	AccountNumber     string
	Status            string // ACTIVE, ARCHIVED or GDPRREQUEST
	Name              string // unique among active contacts
	FirstName         string
	LastName          string
	CompanyNumber     string
	EmailAddress      string
	BankAccount       string
	TaxNumber         string
	SalesTaxType      string // AccountsReceivableTaxType
	PurchasesTaxType  string // AccountsPayableTaxType
	DefaultCurrency   string
	Addresses         []Address
	Phones            []Phone
	Persons           []ContactPerson
	MergedToContactID string
	IsCustomer        bool // true once a sales invoice exists
	IsSupplier        bool
	UpdatedUTC        time.Time
	History           []HistoryRecord
}

// Address is a postal (POBOX) or street (STREET) address.
type Address struct {
	Type                              string
	Line1, Line2, Line3, Line4        string
	City, Region, PostalCode, Country string
	AttentionTo                       string
}

// Phone is one of DEFAULT, DDI, MOBILE and FAX.
type Phone struct {
	Type, Number, AreaCode, CountryCode string
}

// ContactPerson is a further person at a contact.
type ContactPerson struct {
	FirstName, LastName, EmailAddress string
	IncludeInEmails                   bool
}

// Invoice is a sales invoice or a bill.
type Invoice struct {
	InvoiceID       string
	Type            string // TypeSales or TypeBill
	Number          string
	Reference       string
	URL             string
	Status          string
	LineAmountTypes string
	ContactID       string
	Date            time.Time // business date: midnight UTC
	DueDate         time.Time // zero: none
	ExpectedDate    time.Time // ExpectedPaymentDate
	PlannedDate     time.Time // PlannedPaymentDate
	CurrencyCode    string
	CurrencyRate    decimal.Decimal
	BrandingThemeID string
	Lines           []Line
	SubTotal        decimal.Decimal
	TotalTax        decimal.Decimal
	Total           decimal.Decimal
	Payments        []*Payment // deleted ones stay, with Status DELETED
	Credits         []Credit
	SentToContact   bool
	FullyPaidOn     time.Time
	UpdatedUTC      time.Time // milliseconds; moved by most changes, see touch
	CreatedByApp    bool      // came through the API
	History         []HistoryRecord
	Attachments     []Attachment
}

// Line is a line item. Amounts follow the invoice's LineAmountTypes.
type Line struct {
	LineItemID     string
	ItemCode       string
	Description    string
	Quantity       decimal.Decimal
	UnitAmount     decimal.Decimal
	DiscountRate   decimal.Decimal // percent
	DiscountAmount decimal.Decimal
	AccountCode    string
	AccountID      string
	TaxType        string
	TaxAmount      decimal.Decimal
	LineAmount     decimal.Decimal
	Tracking       []LineTracking

	DescriptionOnly bool // carries words and no amount
	TaxOverridden   bool // TaxAmount was given, not reckoned
}

// LineTracking ties a line to an option of a tracking category.
type LineTracking struct {
	TrackingCategoryID string
	TrackingOptionID   string
	Name               string // of the category
	Option             string // of the option
}

// Payment is money received for, or paid on, an invoice.
type Payment struct {
	PaymentID    string
	InvoiceID    string
	AccountCode  string
	AccountID    string
	Date         time.Time
	Amount       decimal.Decimal
	CurrencyRate decimal.Decimal
	Reference    string
	Status       string // AUTHORISED or DELETED
	IsReconciled bool
	UpdatedUTC   time.Time
}

// Credit is what was allocated to an invoice of a credit note, a prepayment or an overpayment.
type Credit struct {
	CreditNoteID string // or that of the prepayment or overpayment
	Kind         CreditKind
	Number       string // of a credit note
	Date         time.Time
	Amount       decimal.Decimal
}

// CreditKind is what a credit comes from. The zero value is a credit note.
type CreditKind string

// The kinds of credit, as a person names them.
const (
	CreditNote  CreditKind = ""
	Prepayment  CreditKind = "prepayment"
	Overpayment CreditKind = "overpayment"
)

// HistoryRecord is a line of a document's history.
type HistoryRecord struct {
	Changes string // Created, Edited, Approved, Voided, Note…
	User    string
	DateUTC time.Time
	Details string
}

// Attachment is a file kept with an invoice.
type Attachment struct {
	AttachmentID  string
	FileName      string
	MimeType      string
	IncludeOnline bool
	Content       []byte
}

// Day is the business date y-m-d, as the model keeps dates: midnight UTC.
func Day(y int, m time.Month, d int) time.Time {
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// AmountPaid is the sum of the payments that stand.
func (inv *Invoice) AmountPaid() decimal.Decimal {
	sum := decimal.Zero
	for _, p := range inv.Payments {
		if p.Status != StatusDeleted {
			sum = sum.Add(p.Amount)
		}
	}
	return sum
}

// AmountCredited is the sum of the credit notes, prepayments and overpayments allocated.
func (inv *Invoice) AmountCredited() decimal.Decimal {
	sum := decimal.Zero
	for _, c := range inv.Credits {
		sum = sum.Add(c.Amount)
	}
	return sum
}

// AmountDue is what is still to be paid: nothing on a voided or deleted invoice.
func (inv *Invoice) AmountDue() decimal.Decimal {
	if !inv.Live() {
		return decimal.Zero
	}
	return inv.outstanding()
}

// Live tells whether the invoice is neither voided nor deleted.
func (inv *Invoice) Live() bool {
	return inv.Status != StatusVoided && inv.Status != StatusDeleted
}

// outstanding is the total less what was paid or credited, whatever the status.
func (inv *Invoice) outstanding() decimal.Decimal {
	return inv.Total.Sub(inv.AmountPaid()).Sub(inv.AmountCredited())
}

// allocated tells whether any payment or credit stands against the invoice.
func (inv *Invoice) allocated() bool {
	return !inv.AmountPaid().IsZero() || !inv.AmountCredited().IsZero()
}

func (inv *Invoice) clone() Invoice {
	c := *inv
	c.Lines = cloneLines(inv.Lines)
	c.Payments = make([]*Payment, len(inv.Payments))
	for i, p := range inv.Payments {
		payment := *p
		c.Payments[i] = &payment
	}
	c.Credits = slices.Clone(inv.Credits)
	c.History = slices.Clone(inv.History)
	c.Attachments = slices.Clone(inv.Attachments)
	return c
}

func cloneLines(lines []Line) []Line {
	c := slices.Clone(lines)
	for i := range c {
		c[i].Tracking = slices.Clone(c[i].Tracking)
	}
	return c
}

func (c *Contact) clone() Contact {
	d := *c
	d.Addresses = slices.Clone(c.Addresses)
	d.Phones = slices.Clone(c.Phones)
	d.Persons = slices.Clone(c.Persons)
	d.History = slices.Clone(c.History)
	return d
}

// settings is a copy of the organisation without its contacts and invoices.
func (o *Org) settings() Org {
	c := *o
	c.contacts, c.invoices, c.contactByID, c.invoiceByID, c.invoiceByNum, c.contactName, c.contactNum = nil, nil, nil, nil, nil, nil, nil
	c.Accounts, c.Currencies, c.Themes = slices.Clone(o.Accounts), slices.Clone(o.Currencies), slices.Clone(o.Themes)
	c.Items, c.Actions = slices.Clone(o.Items), slices.Clone(o.Actions)
	c.TaxRates, c.Tracking = slices.Clone(o.TaxRates), slices.Clone(o.Tracking)
	for i := range c.TaxRates {
		c.TaxRates[i].Components = slices.Clone(c.TaxRates[i].Components)
	}
	for i := range c.Tracking {
		c.Tracking[i].Options = slices.Clone(c.Tracking[i].Options)
	}
	return c
}

// seedID is the id of what a seed adds without one: the same for the same organisation, kind and name.
func (o *Org) seedID(kind, name string) string {
	space, err := uuid.Parse(o.TenantID)
	if err != nil {
		space = uuid.NewSHA1(uuid.NameSpaceOID, []byte(o.TenantID))
	}
	return uuid.NewSHA1(space, []byte(kind+"\x00"+name)).String()
}

// fold is the form in which names and numbers are compared: Xero's equality ignores case.
func fold(s string) string {
	return strings.ToLower(strings.TrimSpace(s))
}
