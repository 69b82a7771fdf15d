package xero

import (
	"strings"

	"feebridge/app/ledger"
)

// messageCauses tells what Xero's sentences mean. The first that fits counts. An
// ellipsis stands for whatever Xero names there; what follows the last part of a
// pattern, such as "(Line 2)", does not matter, nor does upper or lower case.
//
// Most of the texts are not documented. They were seen by people who told of them, so
// that a new wording is to be expected: it is shown as it is, with the cause Other.
var messageCauses = []struct {
	pattern string
	cause   ledger.Cause
}{
	{"Invoice # must be unique", ledger.NumberTaken},

	{"The contact with the specified contact details has been archived", ledger.ContactArchived},
	{"The specified contact details matched an archived contact", ledger.ContactArchived},
	{"Unknown contact details", ledger.ContactUnknown},
	{"The contact name … is already assigned to another contact", ledger.ContactTaken},
	{"Another contact has this contact number", ledger.ContactTaken},
	{"Email address must be valid", ledger.EmailInvalid},

	{"The TaxType code … cannot be used with account code …", ledger.TaxAgainstAccount},
	{"The TaxType code … does not exist or cannot be used for this type of transaction", ledger.TaxUnknown},
	{"The TaxType field is mandatory", ledger.TaxMissing},
	{"Tax rate must be valid", ledger.TaxUnknown},
	{"Tax rate must be active", ledger.TaxInactive},

	{"Account code … is not a valid code for this document", ledger.AccountUnknown},
	{"Account code … has been archived, or has been deleted", ledger.AccountArchived},
	{"Account code … has been removed as it does not match a recognised account", ledger.AccountUnknown},
	{"Account code must be specified", ledger.AccountMissing},
	{"Account code or ID must be specified", ledger.AccountMissing},

	{"Item code … is not valid", ledger.ItemUnknown},

	{"Organisation is not subscribed to currency …", ledger.CurrencyUnknown},
	{"… before the … lock date", ledger.LockedDate},
	{"The line total … does not match the expected line total", ledger.TotalDiffers},
	{"You have reached the limit of invoices you can approve", ledger.PlanLimit},

	{"One or more line items must be specified", ledger.Incomplete},
	{"A Contact must be specified for this type of transaction", ledger.Incomplete},
	{"The Contact must contain at least 1 of the following elements", ledger.Incomplete},
	{"The document DueDate field must be specified", ledger.Incomplete},
	{"The Date field must be specified", ledger.Incomplete},

	{"not of valid status for", ledger.StatusMoved},
	{"has a payment or credit note allocated to it", ledger.StatusMoved},
	{"The status … cannot be applied to the invoice", ledger.StatusMoved},
	{"Payments can only be made against Authorised documents", ledger.StatusMoved},
	{"PurchaseOrder status change is invalid", ledger.StatusMoved},
	{"Deleted PurchaseOrders cannot be updated", ledger.StatusMoved},

	{"An error occurred in Xero", ledger.XeroTrouble},
}

// causeOf returns what one of Xero's sentences means.
func causeOf(text string) ledger.Cause {
	text = strings.ToLower(text)
	for _, m := range messageCauses {
		if fits(text, strings.ToLower(m.pattern)) {
			return m.cause
		}
	}
	return ledger.Other
}

// fits reports whether the parts of the pattern occur in the text in their order.
func fits(text, pattern string) bool {
	for part := range strings.SplitSeq(pattern, "…") {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return true
}
