package sim

import (
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// invoiceShape is how an invoice is shown: a list shows a summary of the contact and, unless paged, no lines; a single
// read and the answer to a write show all of the contact.
type invoiceShape struct {
	org     *Org
	listed  bool
	summary bool // summaryOnly: without payments, attachments and lines
	lines   bool
	written bool // the answer to a write; a voided invoice still shows there what was due
	places  int32
	origin  string
	marks   Marks
}

func (s invoiceShape) render(inv *Invoice) object {
	var o object
	s.head(&o, inv)
	s.contact(&o, s.org.contactByID[inv.ContactID])
	s.dates(&o, inv)
	s.amounts(&o, inv, true)
	return o
}

// element is one element of the answer to a write. states is set when every element bears its own result.
func (s invoiceShape) element(v *outcome, states bool) object {
	inv := &v.invoice
	contact := s.org.contactByID[inv.ContactID]
	if contact == nil && v.contact != nil {
		contact = v.contact
		contact.ContactID = uuid.Nil.String()
	}
	var o object
	s.head(&o, inv)
	s.contact(&o, contact)
	s.dates(&o, inv)
	s.amounts(&o, inv, v.stored || v.reckoned)
	if len(v.errors) > 0 {
		set := slices.IndexFunc(o, func(f field) bool { return f.name == "HasErrors" })
		o[set].value = true
	}
	if states {
		o.add("StatusAttributeString", stateOf(v.errors, v.warnings))
	}
	if len(v.errors) > 0 {
		o.add("ValidationErrors", messageList("ValidationError", v.errors))
	}
	if len(v.warnings) > 0 {
		o.add("Warnings", messageList("Warning", v.warnings))
	}
	return o
}

func stateOf(errors, warnings []string) string {
	switch {
	case len(errors) > 0:
		return "ERROR"
	case len(warnings) > 0:
		return "WARNING"
	}
	return "OK"
}

func (s invoiceShape) head(o *object, inv *Invoice) {
	o.text("Type", inv.Type)
	o.add("InvoiceID", orDefault(inv.InvoiceID, uuid.Nil.String()))
	o.text("InvoiceNumber", inv.Number)
	if inv.Type == TypeSales && inv.InvoiceID != "" {
		o.add("Reference", inv.Reference)
	} else {
		o.text("Reference", inv.Reference)
	}
	payments := s.payments(inv)
	if !s.summary && (s.listed || len(payments.values) > 0) {
		o.add("Payments", payments)
	}
	if credits := listOf("CreditNote", inv.Credits, renderCredit); s.listed || len(credits.values) > 0 {
		o.add("CreditNotes", credits)
	}
	o.add("Prepayments", none("Prepayment"))
	o.add("Overpayments", none("Overpayment"))
	due := inv.AmountDue()
	if s.written {
		due = inv.outstanding()
	}
	o.add("AmountDue", money(due))
	o.add("AmountPaid", money(inv.AmountPaid()))
	if !s.written || len(inv.Credits) > 0 {
		o.add("AmountCredited", money(inv.AmountCredited()))
	}
	o.text("Url", s.url(inv))
	if inv.SentToContact || !(s.listed && inv.Status == StatusDraft) {
		o.add("SentToContact", inv.SentToContact)
	}
	o.add("CurrencyRate", rate(inv.CurrencyRate))
	o.add("HasErrors", false)
	o.add("IsDiscounted", slices.ContainsFunc(inv.Lines, func(l Line) bool {
		return !l.DiscountRate.IsZero() || !l.DiscountAmount.IsZero()
	}))
	if !s.summary && !s.written {
		o.add("HasAttachments", len(inv.Attachments) > 0)
		if !s.listed && len(inv.Attachments) > 0 {
			o.add("Attachments", attachmentList(s.origin, inv))
		}
	}
}

func (s invoiceShape) payments(inv *Invoice) list {
	l := none("Payment")
	for _, p := range inv.Payments {
		if p.Status == StatusDeleted {
			continue
		}
		o := object{{"PaymentID", p.PaymentID}, {"Date", stamp(p.Date)}, {"Amount", money(p.Amount)}}
		o.text("Reference", p.Reference)
		o.add("CurrencyRate", rate(p.CurrencyRate))
		o.add("HasAccount", false)
		o.add("HasValidationErrors", false)
		l.values = append(l.values, o)
	}
	return l
}

func renderCredit(c Credit) object {
	return object{
		{"CreditNoteID", c.CreditNoteID}, {"CreditNoteNumber", c.Number}, {"ID", c.CreditNoteID},
		{"HasErrors", false}, {"AppliedAmount", money(c.Amount)}, {"DateString", c.Date.Format(isoSeconds)},
		{"Date", stamp(c.Date)}, {"LineItems", none("LineItem")}, {"Total", money(c.Amount)},
	}
}

func (s invoiceShape) contact(o *object, c *Contact) {
	switch {
	case c == nil: // refused before it was looked for
	case s.listed:
		o.add("Contact", renderContactSummary(c))
	default:
		o.add("Contact", contactShape{inInvoice: true}.render(c))
	}
}

func (s invoiceShape) dates(o *object, inv *Invoice) {
	o.date("Date", inv.Date)
	o.date("DueDate", inv.DueDate)
	o.date("ExpectedPaymentDate", inv.ExpectedDate)
	o.date("PlannedPaymentDate", inv.PlannedDate)
	o.text("BrandingThemeID", inv.BrandingThemeID)
	o.text("Status", inv.Status)
}

func (s invoiceShape) amounts(o *object, inv *Invoice, reckoned bool) {
	o.text("LineAmountTypes", inv.LineAmountTypes)
	switch {
	case s.summary:
	case s.lines:
		o.add("LineItems", listOf("LineItem", inv.Lines, s.line))
	default:
		o.add("LineItems", none("LineItem"))
	}
	if reckoned {
		o.add("SubTotal", money(inv.SubTotal))
		o.add("TotalTax", money(inv.TotalTax))
		o.add("Total", money(inv.Total))
		if d := totalDiscount(inv); !d.IsZero() {
			o.add("TotalDiscount", money(d))
		}
	}
	if !inv.UpdatedUTC.IsZero() {
		o.updated(inv.UpdatedUTC)
	}
	o.text("CurrencyCode", inv.CurrencyCode)
	o.stamp("FullyPaidOnDate", inv.FullyPaidOn)
}

func totalDiscount(inv *Invoice) decimal.Decimal {
	sum := decimal.Zero
	for _, l := range inv.Lines {
		if !l.DescriptionOnly {
			sum = sum.Add(cents(l.Quantity.Mul(l.UnitAmount)).Sub(l.LineAmount))
		}
	}
	return sum
}

func (s invoiceShape) line(l Line) object {
	var o object
	o.text("ItemCode", l.ItemCode)
	o.text("Description", l.Description)
	if !l.DescriptionOnly {
		o.add("UnitAmount", number{l.UnitAmount, s.places})
	}
	o.text("TaxType", l.TaxType)
	if !l.DescriptionOnly {
		o.add("TaxAmount", money(l.TaxAmount))
		o.add("LineAmount", money(l.LineAmount))
	}
	o.text("AccountCode", l.AccountCode)
	if l.ItemCode != "" {
		if item := s.org.itemByCode(l.ItemCode); item != nil {
			o.add("Item", object{{"ItemID", item.ItemID}, {"Name", item.Name}, {"Code", item.Code}})
		}
	}
	o.add("Tracking", listOf("TrackingCategory", l.Tracking, func(t LineTracking) object {
		return object{
			{"Name", t.Name}, {"Option", t.Option}, {"TrackingCategoryID", t.TrackingCategoryID},
			{"TrackingOptionID", t.TrackingOptionID}, {"Options", none("Option")},
		}
	}))
	if !l.DescriptionOnly {
		o.add("Quantity", quantity(l.Quantity))
	}
	if !l.DiscountRate.IsZero() {
		places := int32(2)
		if !l.DiscountRate.Equal(cents(l.DiscountRate)) {
			places = 4
		}
		o.add("DiscountRate", number{l.DiscountRate, places})
	}
	if !l.DiscountAmount.IsZero() {
		o.add("DiscountAmount", money(l.DiscountAmount))
	}
	o.add("LineItemID", l.LineItemID)
	o.text("AccountID", l.AccountID)
	o.add("ValidationErrors", none("ValidationError"))
	return o
}

func attachmentList(origin string, inv *Invoice) list {
	return listOf("Attachment", inv.Attachments, func(a Attachment) object {
		return object{
			{"AttachmentID", a.AttachmentID},
			{"FileName", a.FileName},
			{"Url", origin + apiPrefix + "/Invoices/" + inv.InvoiceID + "/Attachments/" + url.PathEscape(a.FileName)},
			{"MimeType", a.MimeType},
			{"ContentLength", len(a.Content)},
			{"IncludeOnline", a.IncludeOnline},
		}
	})
}

// printedInvoice is a page of PDF that bears the invoice's number.
func printedInvoice(inv *Invoice) []byte {
	text := strings.NewReplacer("(", "", ")", "", `\`, "").Replace("Invoice " + inv.Number)
	content := "BT /F1 24 Tf 72 720 Td (" + text + ") Tj ET"
	return pdf(content)
}
