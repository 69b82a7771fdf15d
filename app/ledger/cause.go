package ledger

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
	Incomplete        Cause = "incomplete"
	StatusMoved       Cause = "status_moved"
	PlanLimit         Cause = "plan_limit"
	XeroTrouble       Cause = "xero_trouble"
	AnswerLost        Cause = "answer_lost"
	NotPermitted      Cause = "not_permitted"
	ChangedThere      Cause = "changed_there"
	RemovedThere      Cause = "removed_there"
)

// advice is what a cause means and what mends it.
type advice struct{ meaning, fix string }

var advices = map[Cause]advice{
	Other: {
		"Xero refused the invoice for a reason that Feebridge does not know.",
		"Read Xero's text, correct what it names, then retry."},
	ContactArchived: {
		"The client's contact in Xero is archived. Xero takes no new invoices for an archived contact.",
		"Restore the contact in Xero (Contacts, Archived, Restore), then retry."},
	ContactAmbiguous: {
		"More than one contact in Xero may be this client, or one fits only in part. Feebridge does not guess.",
		"Choose the contact that is meant, then retry."},
	ContactUnknown: {
		"The contact that this client was linked to is not in Xero any more.",
		"Unlink the contact, then retry: Feebridge looks for it again."},
	ContactTaken: {
		"Another contact in Xero already has this name or contact number.",
		"Choose the contact that is meant, or change the client's name or code, then retry."},
	EmailInvalid: {
		"Xero does not accept the client's e-mail address.",
		"Correct the address of the client, then retry."},
	NumberTaken: {
		"Another invoice in Xero already has this number, and it was not sent by this export.",
		"Give this invoice another number, or change the number in Xero, then retry."},
	AccountMissing: {
		"A line has no account: neither its own, nor one for its billing code, nor a default.",
		"Set the account of the line, or a default income account in the mapping, then retry."},
	AccountUnknown: {
		"An account of a line is not in the organisation's chart of accounts, or sales cannot be booked to it.",
		"Choose an active income account, then retry."},
	AccountArchived: {
		"An account of a line is archived in Xero.",
		"Restore the account in Xero or choose another, then retry."},
	ItemUnknown: {
		"An item of a line is not in Xero, or it is not sold.",
		"Correct the item code, or add the item in Xero, then retry."},
	TaxMissing: {
		"A line has no tax, and Xero needs one.",
		"Choose the tax of the line, then retry."},
	TaxUnknown: {
		"A tax of a line is not among the organisation's tax rates.",
		"Choose a tax rate that the organisation has, then retry."},
	TaxInactive: {
		"A tax of a line is no longer active in Xero.",
		"Choose an active tax rate, then retry."},
	TaxRateDiffers: {
		"The rate of a tax here is not the rate that Xero has for it, so the totals would differ.",
		"Correct the rate here or choose the tax that has this rate in Xero, then retry."},
	TaxAgainstAccount: {
		"Xero does not allow the tax of a line with the class of its account.",
		"Choose another account or another tax for the line, then retry."},
	CurrencyUnknown: {
		"The organisation does not invoice in this currency.",
		"Add the currency in Xero (Settings, Currencies) or change it here, then retry."},
	LockedDate: {
		"The invoice is dated in a period that is locked in Xero.",
		"Change the invoice date, or ask the adviser to move the lock date in Xero, then retry."},
	TrackingUnknown: {
		"A tracking category or option of a line is not in Xero.",
		"Correct it, or add it in Xero, then retry."},
	ThemeUnknown: {
		"The branding theme of the invoice is not in Xero.",
		"Correct its name or leave it empty, then retry."},
	TotalDiffers: {
		"The total in Xero is not the total here.",
		"Compare both invoices and correct the one that is wrong."},
	Incomplete: {
		"Something that Xero needs is missing or too long.",
		"Take the invoice back to draft, complete it, finalize it and export it again."},
	StatusMoved: {
		"The invoice in Xero is in a status that does not allow this.",
		"Open it in Xero to see what happened to it."},
	PlanLimit: {
		"The organisation's plan limits how many invoices can be approved.",
		"Wait until the limit resets, export as draft, or change the plan in Xero."},
	XeroTrouble: {
		"Xero had a problem of its own.",
		"Retry later."},
	AnswerLost: {
		"The answer was lost on the way, so it is not known yet whether Xero has the invoice.",
		"Wait: Feebridge asks Xero and settles it by itself. It is never sent twice."},
	NotPermitted: {
		"The person who started this export may not export this invoice any more.",
		"Ask someone who may export to start it again."},
	ChangedThere: {
		"The invoice was changed in Xero by hand after it was sent.",
		"Compare both and decide which one holds."},
	RemovedThere: {
		"The invoice was deleted or voided in Xero by hand.",
		"If it is still wanted, export it again."},
}

// Causes returns every cause.
func Causes() []Cause {
	all := make([]Cause, 0, len(advices))
	for c := range advices {
		all = append(all, c)
	}
	return all
}

// Meaning says what the cause means, in a sentence for a person.
func (c Cause) Meaning() string { return c.advice().meaning }

// Fix says what to do about it.
func (c Cause) Fix() string { return c.advice().fix }

func (c Cause) advice() advice {
	if a, ok := advices[c]; ok {
		return a
	}
	return advices[Other]
}
