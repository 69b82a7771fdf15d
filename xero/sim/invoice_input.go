package sim

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// invoiceInput is what a caller sent about an invoice; nil was not sent.
type invoiceInput struct {
	ID              *string
	Type            *string
	Number          *string
	Reference       *string
	URL             *string
	Status          *string
	LineAmountTypes *string
	CurrencyCode    *string
	CurrencyRate    *decimal.Decimal
	BrandingThemeID *string
	Date, DueDate   *time.Time
	ExpectedDate    *time.Time
	PlannedDate     *time.Time
	SentToContact   *bool
	Contact         *contactInput
	Lines           []lineInput // none sent and an empty list are one: neither says anything
}

// lineInput is what a caller sent about a line; nil was not sent.
type lineInput struct {
	ID             *string
	ItemCode       *string
	Description    *string
	Quantity       *decimal.Decimal
	UnitAmount     *decimal.Decimal
	LineAmount     *decimal.Decimal
	TaxAmount      *decimal.Decimal
	DiscountRate   *decimal.Decimal
	DiscountAmount *decimal.Decimal
	AccountCode    *string
	AccountID      *string
	TaxType        *string
	Tracking       []trackingInput
	trackingSent   bool
}

type trackingInput struct {
	CategoryID, OptionID, Name, Option *string
}

const (
	kindInvoiceType   = "Xero.Api.Library3.Model.InvoiceType"
	kindInvoiceStatus = "Xero.Api.Library3.Model.InvoiceStatus"
	kindLineAmounts   = "Xero.Api.Library3.Model.LineAmountType"
)

// readInvoice takes an invoice from a body.
func readInvoice(n *node) (invoiceInput, error) {
	var r reader
	in := invoiceInput{
		ID: r.id(n, "InvoiceID"),
		Type: r.oneOf(n, "Type", kindInvoiceType, TypeSales, TypeBill, "ACCRECCREDIT", "ACCPAYCREDIT",
			"AROVERPAYMENT", "APOVERPAYMENT", "ARPREPAYMENT", "APPREPAYMENT"),
		Number:    r.text(n, "InvoiceNumber"),
		Reference: r.text(n, "Reference"),
		URL:       r.text(n, "Url"),
		Status: r.oneOf(n, "Status", kindInvoiceStatus,
			StatusDraft, StatusSubmitted, StatusAuthorised, StatusPaid, StatusVoided, StatusDeleted),
		LineAmountTypes: r.oneOf(n, "LineAmountTypes", kindLineAmounts, AmountsExclusive, AmountsInclusive, AmountsNoTax),
		CurrencyCode:    r.text(n, "CurrencyCode"),
		CurrencyRate:    r.number(n, "CurrencyRate"),
		BrandingThemeID: r.id(n, "BrandingThemeID"),
		Date:            r.date(n, "Date"),
		DueDate:         r.date(n, "DueDate"),
		ExpectedDate:    r.date(n, "ExpectedPaymentDate"),
		PlannedDate:     r.date(n, "PlannedPaymentDate"),
		SentToContact:   r.truth(n, "SentToContact"),
	}
	if contact := n.get("Contact"); contact != nil {
		if contact.isScalar && contact.text != "" {
			r.fail(contact, "Xero.Api.Library3.Model.Contact")
		}
		in.Contact = readContactFields(&r, contact)
	}
	for _, line := range r.children(n, "LineItems") {
		in.Lines = append(in.Lines, readLine(&r, line))
	}
	return in, r.err
}

func readLine(r *reader, n *node) lineInput {
	in := lineInput{
		ID:             r.id(n, "LineItemID"),
		ItemCode:       r.text(n, "ItemCode"),
		Description:    r.text(n, "Description"),
		Quantity:       r.number(n, "Quantity"),
		UnitAmount:     r.number(n, "UnitAmount"),
		LineAmount:     r.number(n, "LineAmount"),
		TaxAmount:      r.number(n, "TaxAmount"),
		DiscountRate:   r.number(n, "DiscountRate"),
		DiscountAmount: r.number(n, "DiscountAmount"),
		AccountCode:    r.text(n, "AccountCode"),
		AccountID:      r.id(n, "AccountID"),
		TaxType:        r.text(n, "TaxType"),
		trackingSent:   n.get("Tracking") != nil,
	}
	if tracking := n.get("Tracking"); tracking != nil && !tracking.isList && !tracking.isScalar && r.err == nil {
		r.err = &brokenBody{tracking.path}
	}
	for _, t := range r.children(n, "Tracking") {
		in.Tracking = append(in.Tracking, trackingInput{
			CategoryID: r.id(t, "TrackingCategoryID"), OptionID: r.id(t, "TrackingOptionID"),
			Name: r.text(t, "Name"), Option: r.text(t, "Option"),
		})
	}
	return in
}

// input is the edit as if it had come through the API.
func (e InvoiceEdit) input() invoiceInput {
	in := invoiceInput{
		Date: e.Date, DueDate: e.DueDate, Reference: e.Reference, Number: e.Number,
		CurrencyCode: e.CurrencyCode, LineAmountTypes: e.LineAmounts,
	}
	if e.ContactID != nil {
		in.Contact = &contactInput{ID: e.ContactID}
	}
	for _, l := range e.Lines {
		in.Lines = append(in.Lines, l.input())
	}
	return in
}

// input is the invoice as if it had come through the API.
func (inv Invoice) input() invoiceInput {
	in := invoiceInput{
		Type: ptr(orDefault(inv.Type, TypeSales)), Number: filled(inv.Number), Reference: filled(inv.Reference),
		URL: filled(inv.URL), Status: filled(inv.Status), LineAmountTypes: filled(inv.LineAmountTypes),
		CurrencyCode: filled(inv.CurrencyCode), BrandingThemeID: filled(inv.BrandingThemeID),
	}
	if inv.ContactID != "" {
		in.Contact = &contactInput{ID: &inv.ContactID}
	}
	if !inv.Date.IsZero() {
		in.Date = &inv.Date
	}
	if !inv.DueDate.IsZero() {
		in.DueDate = &inv.DueDate
	}
	for _, l := range inv.Lines {
		in.Lines = append(in.Lines, l.input())
	}
	return in
}

func (l Line) input() lineInput {
	in := lineInput{
		ID: filled(l.LineItemID), ItemCode: filled(l.ItemCode), Description: filled(l.Description),
		AccountCode: filled(l.AccountCode), TaxType: filled(l.TaxType), trackingSent: true,
	}
	if l.DescriptionOnly {
		return in
	}
	in.Quantity, in.UnitAmount = ptr(l.Quantity), ptr(l.UnitAmount)
	if l.Quantity.IsZero() {
		in.Quantity = ptr(decimal.NewFromInt(1))
	}
	if !l.DiscountRate.IsZero() {
		in.DiscountRate = ptr(l.DiscountRate)
	}
	if !l.DiscountAmount.IsZero() {
		in.DiscountAmount = ptr(l.DiscountAmount)
	}
	for _, t := range l.Tracking {
		in.Tracking = append(in.Tracking, trackingInput{
			CategoryID: filled(t.TrackingCategoryID), OptionID: filled(t.TrackingOptionID),
			Name: filled(t.Name), Option: filled(t.Option),
		})
	}
	return in
}

// sentNumber is the number that was sent, empty when none was.
func (in *invoiceInput) sentNumber() string {
	if in.Number == nil {
		return ""
	}
	return *in.Number
}

// lineByID is the line of an invoice with that id.
func lineByID(lines []Line, id *string) *Line {
	if id == nil {
		return nil
	}
	i := slices.IndexFunc(lines, func(l Line) bool { return l.LineItemID == *id })
	if i < 0 {
		return nil
	}
	return &lines[i]
}

func ptr[T any](v T) *T { return &v }

// filled is a pointer to what is not empty.
func filled(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
