package sim

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"
)

// Xero's sentences, letter for letter as they were recorded or published.
const (
	msgStatusModify      = "Invoice not of valid status for modification"
	msgStatusCreate      = "Invoice not of valid status for creation"
	msgTypeCreate        = "Invoice not of valid type for creation"
	msgNoLines           = "One or more line items must be specified"
	msgNoContact         = "A Contact must be specified for this type of transaction"
	msgEmptyContact      = "The Contact must contain at least 1 of the following elements to identify the contact: Name, ContactID, ContactNumber"
	msgUnknownContact    = "Unknown contact details, please provide a valid ContactID or Contact Number"
	msgArchivedContact   = "The contact with the specified contact details has been archived. The contact must be un-archived before creating new invoices or credit notes."
	msgNumberTaken       = "Invoice # must be unique."
	msgNoDueDate         = "The document DueDate field must be specified."
	msgNoAccount         = "Account code or ID must be specified"
	msgTaxMandatory      = "The TaxType field is mandatory"
	msgTaxInactive       = "Tax rate must be Active"
	msgAllocated         = "This document cannot be edited as it has a payment or credit note allocated to it."
	msgVoidAllocated     = "The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated to it."
	msgSentWarning       = "Only AUTHORISED invoices may have SentToContact updated."
	msgContactNumber     = "Another contact has this contact number. Please enter a different contact number."
	msgContactArchived   = "The specified contact details matched an archived contact. Archived contacts cannot currently be edited via the API."
	msgEmail             = "Email address must be valid."
	msgPaymentExceeds    = "Payment amount exceeds the amount outstanding on this document"
	msgPaymentAuthorised = "Payments can only be made against Authorised documents"
	msgPaymentModify     = "Payment not of valid status for modification"
	msgNoDocument        = "The document with the supplied id was not found for this endpoint."
	msgNoInvoice         = "An existing Invoice with the specified InvoiceID could not be found"
	msgNoDescription     = "The description field is mandatory for each line item."
	msgNegativeTotal     = "The Total for this document must be greater than or equal to zero."
	msgTinyAccount       = "Account must be valid."
	msgTinyTax           = "Tax rate must be valid."
	msgUnknownTracking   = "Unknown tracking details. A Tracking Category did not match a known Active TrackingCategory"
	msgDiscountSales     = "Discounts may not be applied to ACCPAY invoices."
	msgContactNoName     = "Contact Name cannot be empty."
	msgPaymentAmount     = "Payment amounts must be positive amounts"
	msgPaymentNoAccount  = "Account could not be found"
	msgPaymentNoDocument = "Document could not be found"
	msgPaymentOnlyStatus = "Only Status accepted for updates."
)

// The wording of the following is not verified: Xero refuses these, but no answer with its text is known.
const (
	msgURL            = "Url must be an absolute http or https address that does not contain xero."
	msgNumberASCII    = "The InvoiceNumber may contain printable ASCII characters only."
	msgManyTracking   = "A line item may have at most 2 tracking categories."
	msgLineTooBig     = "The line amount must not exceed 9999999999.99"
	msgQuantityTooBig = "The quantity must not be longer than 13 characters"
	msgManyPersons    = "A contact may have at most 5 contact persons."
	msgContactName    = "The contact name must not contain < or >."
	msgPaymentAccount = "The account must be a bank account or have payments enabled."
	msgEmailLimit     = "The daily email rate limit for this organisation has been reached."
	msgEmailStatus    = "Only sales invoices that are submitted, authorised or paid can be emailed."
	msgOnlineDraft    = "Draft invoices have no online invoice."
	msgNoDetails      = "Details must be specified."
)

func msgTooLong(name string, most int) string {
	return fmt.Sprintf("The %s field must be %d characters or fewer.", name, most)
}

func msgUnknownItem(code string) string { return fmt.Sprintf("Item code '%s' is not valid", code) }

// msgDiscount calls an amount a rate, as Xero does.
func msgDiscount(discount decimal.Decimal) string {
	return fmt.Sprintf("The discount rate '%s' is invalid. Discount must not be greater than the line total.", discount.StringFixed(2))
}

func msgUnknownTheme(id string) string {
	return fmt.Sprintf("The BrandingThemeID %s does not exist.", id)
}

func msgBadAccount(code string) string {
	return fmt.Sprintf("Account code '%s' is not a valid code for this document.", code)
}

func msgArchivedAccount(code string) string {
	return fmt.Sprintf("Account code '%s' has been archived, or has been deleted. Each line item must reference a valid account.", code)
}

func msgAccountRemoved(code string) string {
	return fmt.Sprintf("Account code '%s' has been removed as it does not match a recognised account.", code)
}

func msgTaxClass(taxType, code string) string {
	return fmt.Sprintf("The TaxType code '%s' cannot be used with account code '%s'.", taxType, code)
}

func msgUnknownTax(taxType string) string {
	return fmt.Sprintf("The TaxType code %s does not exist or cannot be used for this type of transaction.", taxType)
}

func msgCurrency(code string) string {
	return fmt.Sprintf("Organisation is not subscribed to currency %s", code)
}

func msgContactTaken(name string) string {
	return fmt.Sprintf("The contact name %s is already assigned to another contact. The contact name must be unique across all active contacts.", name)
}

func msgLineTotal(sent, expected decimal.Decimal) string {
	return fmt.Sprintf("The line total %s does not match the expected line total %s", sent.StringFixed(2), expected.StringFixed(2))
}

// msgLockedCreate and msgLockedEdit name the lock: "end of year lock date" or "period lock date".
func msgLockedCreate(lock string, date time.Time) string {
	return fmt.Sprintf("The document date cannot be before the %s, currently set at %s", lock, date.Format("02-Jan-2006"))
}

func msgLockedEdit(lock string) string {
	return "The document cannot be edited as it is currently dated before the " + lock
}
