package xero

import (
	"slices"
	"strings"

	"feebridge/app/billing"
	"feebridge/app/ledger"
)

// messageCauses tells what Xero's sentences mean. The first that fits counts, so that of several
// sentences in one text the one leads that tells best what to mend. An ellipsis stands for whatever Xero names there; what follows the last part of a
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
	{"Contact Name cannot be empty", ledger.ClientIncomplete},
	{"The Name field must be", ledger.ClientIncomplete},
	{"The contact name must not contain", ledger.ClientIncomplete},
	{"Email address", ledger.EmailInvalid},
	{"EmailAddress", ledger.EmailInvalid},
	// How Xero words it that an address is too long is not known: its fields are.
	{"Address line", ledger.AddressInvalid},
	{"AddressLine", ledger.AddressInvalid},
	{"Postal code", ledger.AddressInvalid},
	{"PostalCode", ledger.AddressInvalid},
	{"Address … too long", ledger.AddressInvalid},
	{"Address … length", ledger.AddressInvalid},
	{"Address … characters", ledger.AddressInvalid},
	{"City … length", ledger.AddressInvalid},
	{"City … characters", ledger.AddressInvalid},
	{"Region … length", ledger.AddressInvalid},
	{"Region … characters", ledger.AddressInvalid},
	{"Country … length", ledger.AddressInvalid},
	{"Country … characters", ledger.AddressInvalid},

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
	{"Account must be valid", ledger.AccountUnknown},
	{"Account could not be found", ledger.AccountUnknown},

	{"Item code … is not valid", ledger.ItemUnknown},
	{"Unknown tracking details", ledger.TrackingUnknown},
	{"There is no active tracking category", ledger.TrackingUnknown},

	{"BrandingThemeID", ledger.ThemeUnknown},
	{"Organisation is not subscribed to currency …", ledger.CurrencyUnknown},
	{"… before the … lock date", ledger.LockedDate},
	{"Discount must not be greater than the line total", ledger.DiscountInvalid},
	{"Discounts may not be applied to", ledger.DiscountInvalid},
	{"The line total … does not match the expected line total", ledger.AmountsInvalid},
	{"The invoice total does not equal the sum of the lines", ledger.AmountsInvalid},
	{"The Total for this document must be greater than or equal to zero", ledger.AmountsInvalid},
	{"Payment amounts must be positive amounts", ledger.AmountsInvalid},
	{"You have reached the limit of invoices you can approve", ledger.PlanLimit},
	{"does not have the correct permissions", ledger.NoRightsThere},
	{"You are not permitted to access this resource", ledger.NoRightsThere},

	{"One or more line items must be specified", ledger.Incomplete},
	{"The description field is mandatory for each line item", ledger.Incomplete},
	{"A Contact must be specified for this type of transaction", ledger.Incomplete},
	{"The Contact must contain at least 1 of the following elements", ledger.Incomplete},
	{"The document DueDate field must be specified", ledger.Incomplete},
	{"Due date cannot be empty", ledger.Incomplete},
	{"The Date field must be specified", ledger.Incomplete},

	{"An existing … with the specified … could not be found", ledger.NotFoundThere},
	{"The document with the supplied id was not found", ledger.NotFoundThere},
	{"Document could not be found", ledger.NotFoundThere},

	{"has a payment or credit note allocated to it", ledger.StatusMoved},
	{"has a reconciled payment", ledger.StatusMoved},
	{"has payment or credit notes allocated to it", ledger.StatusMoved},
	{"The status … cannot be applied to the invoice", ledger.StatusMoved},
	{"has already been paid off", ledger.StatusMoved},
	{"not of valid status for", ledger.StatusMoved},
	{"Payments can only be made against Authorised documents", ledger.StatusMoved},
	{"PurchaseOrder status change is invalid", ledger.StatusMoved},
	{"Deleted PurchaseOrders cannot be updated", ledger.StatusMoved},

	{"not of valid type for", ledger.NotAllowedThere},
	{"Payment amount exceeds the amount outstanding", ledger.NotAllowedThere},
	{"Credit Note cannot be allocated", ledger.NotAllowedThere},
	{"Only Status accepted for updates", ledger.NotAllowedThere},
	{"Only AUTHORISED invoices may have SentToContact updated", ledger.NotAllowedThere},

	{"An error occurred in Xero", ledger.XeroTrouble},
	{"The Xero API is", ledger.XeroTrouble},
	{"The Organisation is offline", ledger.XeroTrouble},
	{"Idempotency Key", ledger.XeroTrouble},
}

// messageFields tells what some of the sentences are about, where their cause alone does not.
var messageFields = []struct {
	pattern string
	field   billing.Field
}{
	{"DueDate", billing.DueField},
	{"Due date", billing.DueField},
	{"The Date field", billing.DateField},
	{"A Contact must be specified", billing.ClientField},
	{"The Contact must contain", billing.ClientField},
	{"description field", billing.DescriptionField},
	{"line items must be specified", billing.DescriptionField},
	{"AddressLine1", billing.StreetFields[0]},
	{"AddressLine2", billing.StreetFields[1]},
	{"AddressLine3", billing.StreetFields[2]},
	{"AddressLine4", billing.StreetFields[3]},
	{"PostalCode", billing.PostalCodeField},
	{"Postal code", billing.PostalCodeField},
	{"City", billing.CityField},
	{"Region", billing.RegionField},
	{"Country", billing.CountryField},
}

// naming are the causes whose sentences name, where the pattern has its first ellipsis, what is wrong.
var naming = []ledger.Cause{
	ledger.AccountUnknown, ledger.AccountArchived, ledger.TaxUnknown, ledger.TaxAgainstAccount, ledger.ItemUnknown,
	ledger.CurrencyUnknown, ledger.ContactTaken,
}

// messagesOf returns sentences of Xero's with what they mean. One that tells what to mend comes
// before one that is not known, and Xero's general excuse comes last.
func messagesOf(texts ...string) []ledger.Message {
	var all []ledger.Message
	for _, text := range texts {
		all = append(all, messageOf(text))
	}
	vague := map[ledger.Cause]int{ledger.StatusMoved: 1, ledger.Other: 2, ledger.XeroTrouble: 3}
	slices.SortStableFunc(all, func(a, b ledger.Message) int { return vague[a.Cause] - vague[b.Cause] })
	return all
}

// messageOf returns one of Xero's sentences with what it means and what it is about.
func messageOf(text string) ledger.Message {
	msg := ledger.Message{Text: text}
	for _, m := range messageCauses {
		if named, ok := fits(text, m.pattern); ok {
			if msg.Cause = m.cause; slices.Contains(naming, m.cause) {
				msg.Subject = named
			}
			break
		}
	}
	for _, f := range messageFields {
		if _, ok := fits(text, f.pattern); ok && (msg.Cause == ledger.Incomplete || msg.Cause == ledger.AddressInvalid) {
			msg.Field = f.field
			break
		}
	}
	return msg
}

// fits reports whether the parts of the pattern occur in the text in their order, and returns what stands
// for the first ellipsis, without its quotes.
func fits(text, pattern string) (named string, ok bool) {
	parts, begun := strings.Split(pattern, "…"), 0
	for i, part := range parts {
		at := indexFold(text[begun:], part)
		if at < 0 {
			return "", false
		}
		if i == 1 {
			if named = text[begun : begun+at]; part == "" {
				named = text[begun:]
			}
		}
		begun += at + len(part)
	}
	return strings.Trim(named, " .'\"‘’“”"), true
}

// indexFold is strings.Index for an ASCII part in whatever case.
func indexFold(text, part string) int {
	for at := 0; at+len(part) <= len(text); at++ {
		if strings.EqualFold(text[at:at+len(part)], part) {
			return at
		}
	}
	return -1
}
