package ledger

import (
	"slices"
	"strings"

	"feebridge/assets/translations"
)

// Cause is why an invoice could not be exported, or what Xero warned of. It tells a
// person more than Xero's text does: see Meaning and Fix.
type Cause string

// The causes.
const (
	Other             Cause = ""
	ContactArchived   Cause = "contact_archived"
	ContactAmbiguous  Cause = "contact_ambiguous"
	ContactUnknown    Cause = "contact_unknown"
	ContactTaken      Cause = "contact_taken"
	EmailInvalid      Cause = "email_invalid"
	AddressInvalid    Cause = "address_invalid"
	ClientIncomplete  Cause = "client_incomplete"
	NumberTaken       Cause = "number_taken"
	AccountMissing    Cause = "account_missing"
	AccountUnknown    Cause = "account_unknown"
	AccountArchived   Cause = "account_archived"
	ItemUnknown       Cause = "item_unknown"
	TaxMissing        Cause = "tax_missing"
	TaxUnknown        Cause = "tax_unknown"
	TaxInactive       Cause = "tax_inactive"
	TaxRateDiffers    Cause = "tax_rate_differs"
	TaxAgainstAccount Cause = "tax_against_account"
	CurrencyUnknown   Cause = "currency_unknown"
	LockedDate        Cause = "locked_date"
	TrackingUnknown   Cause = "tracking_unknown"
	ThemeUnknown      Cause = "theme_unknown"
	TotalDiffers      Cause = "total_differs"
	AmountsInvalid    Cause = "amounts_invalid"
	DiscountInvalid   Cause = "discount_invalid"
	Incomplete        Cause = "incomplete"
	StatusMoved       Cause = "status_moved"
	NotFoundThere     Cause = "not_found_there"
	NotAllowedThere   Cause = "not_allowed_there"
	NoRightsThere     Cause = "no_rights_there"
	PlanLimit         Cause = "plan_limit"
	XeroTrouble       Cause = "xero_trouble"
	AnswerLost        Cause = "answer_lost"
	NotPermitted      Cause = "not_permitted"
	ChangedThere      Cause = "changed_there"
	RemovedThere      Cause = "removed_there"
	MayBeOurs         Cause = "may_be_ours"
	Disowned          Cause = "disowned"
	FoundAgain        Cause = "found_again"
	MarkLost          Cause = "mark_lost"
	UsedUpThere       Cause = "used_up_there"
	PDFIncomplete     Cause = "pdf_incomplete"
	OddDate           Cause = "odd_date"
	ZeroTotal         Cause = "zero_total"
)

// causes are every cause.
var causes = []Cause{
	Other, ContactArchived, ContactAmbiguous, ContactUnknown, ContactTaken, EmailInvalid, AddressInvalid, ClientIncomplete, NumberTaken,
	AccountMissing, AccountUnknown, AccountArchived, ItemUnknown, TaxMissing, TaxUnknown, TaxInactive,
	TaxRateDiffers, TaxAgainstAccount, CurrencyUnknown, LockedDate, TrackingUnknown, ThemeUnknown,
	TotalDiffers, AmountsInvalid, DiscountInvalid, Incomplete, StatusMoved, NotFoundThere, NotAllowedThere, NoRightsThere,
	PlanLimit, XeroTrouble, AnswerLost, NotPermitted, ChangedThere, RemovedThere, UsedUpThere,
	MayBeOurs, Disowned, FoundAgain, MarkLost, PDFIncomplete, OddDate, ZeroTotal,
}

// Causes returns every cause.
func Causes() []Cause { return slices.Clone(causes) }

// Meaning says what the cause means, in a sentence for a person.
func (c Cause) Meaning() translations.Phrase {
	return translations.Say("cause." + c.word() + ".meaning")
}

// Fix says what to do about it.
func (c Cause) Fix() translations.Phrase { return translations.Say("cause." + c.word() + ".fix") }

// word is the part of a key that stands for the cause. One that is stored and not known any
// more is told as any other.
func (c Cause) word() string {
	if c == Other || !slices.Contains(causes, c) {
		return "other"
	}
	return strings.ReplaceAll(string(c), "_", "-")
}
