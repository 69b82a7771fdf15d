package xero_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"feebridge/app/ledger"
)

func TestXerosTextsHaveACause(t *testing.T) {
	for _, test := range []struct {
		text string
		want ledger.Cause
	}{
		{"Invoice not of valid status for modification", ledger.StatusMoved},
		{"Invoice not of valid status for creation", ledger.StatusMoved},
		{"Invoice not of valid type for creation", ledger.NotAllowedThere},
		{"One or more line items must be specified", ledger.Incomplete},
		{"A Contact must be specified for this type of transaction", ledger.Incomplete},
		{"The Contact must contain at least 1 of the following elements to identify the contact: Name, ContactID, ContactNumber", ledger.Incomplete},
		{"Unknown contact details, please provide a valid ContactID or Contact Number", ledger.ContactUnknown},
		{"The contact with the specified contact details has been archived. The contact must be un-archived before creating new invoices or credit notes.", ledger.ContactArchived},
		{"Invoice # must be unique.", ledger.NumberTaken},
		{"The document DueDate field must be specified.", ledger.Incomplete},
		{"The Date field must be specified.", ledger.Incomplete},
		{"Account code '999' is not a valid code for this document.", ledger.AccountUnknown},
		{"Account code '265' has been archived, or has been deleted. Each line item must reference a valid account.", ledger.AccountArchived},
		{"Account code '476' has been removed as it does not match a recognised account.", ledger.AccountUnknown},
		{"Account code must be specified", ledger.AccountMissing},
		{"Account code or ID must be specified", ledger.AccountMissing},
		{"The TaxType code 'INPUT2' cannot be used with account code '200'.", ledger.TaxAgainstAccount},
		{"The TaxType code TAX009 does not exist or cannot be used for this type of transaction.", ledger.TaxUnknown},
		{"The TaxType field is mandatory", ledger.TaxMissing},
		{"Tax rate must be valid.", ledger.TaxUnknown},
		{"Tax rate must be Active", ledger.TaxInactive},
		{"Organisation is not subscribed to currency EUR", ledger.CurrencyUnknown},
		{"The document date cannot be before the end of year lock date, currently set at 31-Jul-2013", ledger.LockedDate},
		{"The document date cannot be before the period lock date, currently set at 31-Jul-2013", ledger.LockedDate},
		{"The document cannot be edited as it is currently dated before the end of year lock date", ledger.LockedDate},
		{"The line total 1.00 does not match the expected line total 100.00", ledger.AmountsInvalid},
		{"This document cannot be edited as it has a payment or credit note allocated to it.", ledger.StatusMoved},
		{"The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated to it.", ledger.StatusMoved},
		{"You have reached the limit of invoices you can approve this month.", ledger.PlanLimit},
		{"The contact name Kauri Ltd is already assigned to another contact. The contact name must be unique across all active contacts.", ledger.ContactTaken},
		{"Another contact has this contact number. Please enter a different contact number.", ledger.ContactTaken},
		{"The specified contact details matched an archived contact. Archived contacts cannot currently be edited via the API.", ledger.ContactArchived},
		{"Email address must be valid.", ledger.EmailInvalid},
		{"Payment amount exceeds the amount outstanding on this document", ledger.NotAllowedThere},
		{"Payments can only be made against Authorised documents", ledger.StatusMoved},
		{"Payment not of valid status for modification", ledger.StatusMoved},
		{"The document with the supplied id was not found for this endpoint.", ledger.NotFoundThere},
		{"PurchaseOrder status change is invalid", ledger.StatusMoved},
		{"Deleted PurchaseOrders cannot be updated", ledger.StatusMoved},
		{"An error occurred in Xero. Check the API Status page http://status.developer.xero.com for current service status. Contact the API support team at api@xero.com for more assistance.", ledger.XeroTrouble},
		{"Only AUTHORISED invoices may have SentToContact updated.", ledger.NotAllowedThere},

		{"Account must be valid.", ledger.AccountUnknown},
		{"An existing Invoice with the specified InvoiceID could not be found", ledger.NotFoundThere},
		{"An existing Credit Note with the specified CreditNoteID could not be found", ledger.NotFoundThere},
		{"Document could not be found", ledger.NotFoundThere},
		{"Account could not be found", ledger.AccountUnknown},
		{"Discount must not be greater than the line total.", ledger.DiscountInvalid},
		{"Discounts may not be applied to ACCPAY invoices.", ledger.DiscountInvalid},
		{"Unknown tracking details. A Tracking Category did not match any of the organisation's categories.", ledger.TrackingUnknown},
		{"There is no ACTIVE tracking category with the name 'Region'", ledger.TrackingUnknown},
		{"The description field is mandatory for each line item.", ledger.Incomplete},
		{"Due date cannot be empty.", ledger.Incomplete},
		{"Contact Name cannot be empty.", ledger.ClientIncomplete},
		{"Payment amounts must be positive amounts", ledger.AmountsInvalid},
		{"The invoice total does not equal the sum of the lines.", ledger.AmountsInvalid},
		{"The Total for this document must be greater than or equal to zero.", ledger.AmountsInvalid},
		{"The User specified does not have the correct permissions to perform this action", ledger.NoRightsThere},
		{"You are not permitted to access this resource without the reporting role or higher privileges", ledger.NoRightsThere},
		{"Item code 'TRAIN' is not valid", ledger.ItemUnknown},

		{"The invoice you are trying to allocate to has already been paid off", ledger.StatusMoved},
		{"Credit Note cannot be allocated as amount is greater than amount outstanding", ledger.NotAllowedThere},
		{"Credit Note not of valid status for modification", ledger.StatusMoved},
		{"This document cannot be edited as it has a reconciled payment allocated to it.", ledger.StatusMoved},
		{"The status AUTHORISED cannot be applied to the invoice because it has payment or Credit notes allocated to it.", ledger.StatusMoved},
		{"Date cannot be changed on an invoice that has payment or credit notes allocated to it.", ledger.StatusMoved},
		{"Only Status accepted for updates.", ledger.NotAllowedThere},
		{"The Xero API is currently offline for maintenance", ledger.XeroTrouble},
		{"The Xero API is temporarily unavailable", ledger.XeroTrouble},
		{"The Organisation is offline", ledger.XeroTrouble},
		{"Idempotency Key: k is used with a different request.", ledger.XeroTrouble},

		// Of addresses no text is known; these name what is too long.
		{"Address Line 1 cannot be longer than 500 characters.", ledger.AddressInvalid},
		{"The AddressLine1 field must not exceed 500 characters", ledger.AddressInvalid},
		{"The length of the PostalCode must be 50 or less", ledger.AddressInvalid},
		{"The Postal Code is too long", ledger.AddressInvalid},
		{"The City has more than 255 characters", ledger.AddressInvalid},
		{"Country exceeds the maximum length of 50", ledger.AddressInvalid},
		{"The address is too long", ledger.AddressInvalid},
		{"The EmailAddress field contains an invalid email address", ledger.EmailInvalid},

		// Of several sentences the one leads that tells what to mend.
		{"An error occurred in Xero. Invoice # must be unique.", ledger.NumberTaken},
		{"Invoice not of valid status for modification This document cannot be edited as it has a payment or credit note allocated to it.", ledger.StatusMoved},
		{"Invoice not of valid status for modification. The TaxType field is mandatory", ledger.TaxMissing},
		{"One or more line items must be specified Account code '999' is not a valid code for this document.", ledger.AccountUnknown},

		{"INVOICE # MUST BE UNIQUE", ledger.NumberTaken},
		{"Line 3: Account code '999' is not a valid code for this document. (200)", ledger.AccountUnknown},
		{"The contact name Account code must be specified is already assigned to another contact. The contact name must be unique.", ledger.ContactTaken},
		{"A sentence that nobody has seen yet", ledger.Other},
	} {
		quoted, err := json.Marshal(test.text)
		if err != nil {
			t.Fatal(err)
		}
		outcomes, err := postNumbers(t, envelope(fmt.Sprintf(
			`"Invoices":[{"InvoiceNumber":"A1","StatusAttributeString":"ERROR","ValidationErrors":[{"Message":%s}]}]`, quoted)), "A1")
		if err != nil {
			t.Fatal(err)
		}
		if got := outcomes[0].Messages[0]; got.Text != test.text || got.Cause != test.want {
			t.Errorf("%q has the cause %q, want %q", got.Text, got.Cause, test.want)
		}
	}
}
