package ledger

import (
	"errors"
	"slices"
	"strings"

	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/assets/translations"
)

// Resolve says how an invoice would stand in the organisation, and everything that the
// export would run into: what stops it, and what is only worth a warning. The contact
// is resolved apart from this, and set in the Write afterwards.
func Resolve(v billing.Invoice, chart Chart, m Mapping) (Write, []Message) {
	w := Write{
		Number:    v.Number,
		Date:      v.Date,
		Due:       v.Due,
		Reference: v.Reference,
		Currency:  v.Currency,
		Amounts:   v.Amounts,
		Status:    m.Status(),
	}
	var found []Message
	stop := func(c Cause, subject, key string, values ...any) {
		found = append(found, Message{Text: translations.Text(key, values...), Cause: c, Field: fields[c], Subject: subject})
	}

	if err := v.CheckFinal(); err != nil {
		stop(causeOf(err), "", "problem.as-told", "Problem", err)
		last := &found[len(found)-1]
		last.Line, last.Field = v.Unfinished()
	}
	switch {
	case !chart.Subscribed(v.Currency):
		stop(CurrencyUnknown, string(v.Currency), "xero-says.currency", "Currency", v.Currency)
	case v.Currency != chart.BaseCurrency && chart.Denies(ForeignCurrency):
		stop(NoRightsThere, "", "message.no-right.currency", "Organisation", chart.Tenant.Name, "Currency", v.Currency)
	}
	switch {
	case w.Status == AuthorisedThere && chart.Denies(ApproveInvoices):
		stop(NoRightsThere, "", "message.no-right.approve", "Organisation", chart.Tenant.Name)
	case w.Status != AuthorisedThere && chart.Denies(DraftInvoices):
		stop(NoRightsThere, "", "message.no-right.draft", "Organisation", chart.Tenant.Name)
	}
	if lock, yearEnd := chart.LockOn(v.Date); !lock.IsZero() {
		kind := translations.Say("xero-says.lock-date.period")
		if yearEnd {
			kind = translations.Say("xero-says.lock-date.year-end")
		}
		stop(LockedDate, "", "xero-says.lock-date", "Kind", kind, "Date", lock.Time().Format("2-Jan-2006"))
	}
	if name := first(v.BrandingTheme, m.Theme); name != "" {
		theme, ok := chart.Theme(name)
		if !ok {
			stop(ThemeUnknown, name, "message.no-theme", "Organisation", chart.Tenant.Name, "Theme", translations.Quoted(name))
		}
		w.ThemeID = theme.ID
	}
	for i, l := range v.Lines {
		line, messages := resolveLine(l, v, chart, m)
		if w.Status == AuthorisedThere && l.Reckoned().Vanishes() {
			messages = append(messages, Message{Text: translations.Text("message.vanishes"), Cause: AmountsInvalid, Field: fields[AmountsInvalid]})
		}
		for _, msg := range messages {
			msg.Text, msg.Line = translations.Text("message.line", "Line", i+1, "Text", msg.Text), i+1
			found = append(found, msg)
		}
		w.Lines = append(w.Lines, line)
	}
	return w, found
}

func resolveLine(l billing.Line, v billing.Invoice, chart Chart, m Mapping) (WriteLine, []Message) {
	w := WriteLine{Description: l.Description}
	if l.TextOnly() {
		w.TextOnly = true
		return w, nil
	}
	var found []Message
	stop := func(c Cause, subject, key string, values ...any) {
		found = append(found, Message{Text: translations.Text(key, values...), Cause: c, Field: fields[c], Subject: subject})
	}
	target := m.target(l)
	w.Quantity, w.UnitAmount, w.Discount = l.Quantity, l.UnitAmount, l.Discount
	w.Account, w.Item, w.TaxType = target.Account, target.Item, m.TaxType(l.Tax)

	code := w.Account
	if w.Item != "" {
		item, ok := chart.Item(w.Item)
		switch {
		case !ok:
			stop(ItemUnknown, w.Item, "message.no-item", "Organisation", chart.Tenant.Name, "Item", translations.Quoted(w.Item))
		case !item.Sold:
			stop(ItemUnknown, w.Item, "message.item-not-sold", "Item", translations.Quoted(w.Item))
		default:
			code, w.Item = first(code, item.Account), item.Code
		}
	}
	account, known := chart.Account(code)
	switch {
	case code == "" && len(found) > 0: // the account is the item's, and that is told
	case code == "":
		stop(AccountMissing, "", "xero-says.account-missing")
	case !known:
		stop(AccountUnknown, code, "xero-says.account-unknown", "Code", code)
	case account.Archived:
		stop(AccountArchived, code, "xero-says.account-archived", "Code", code)
	case !account.Sales():
		stop(AccountUnknown, code, "xero-says.account-class", "Code", code, "Class", strings.TrimSpace(account.Class+" "+account.System))
	default:
		w.Account = account.Code
	}

	rate, hasRate := chart.TaxRate(w.TaxType)
	switch {
	case w.TaxType == "":
		stop(TaxMissing, "", "xero-says.tax-missing")
	case !hasRate:
		stop(TaxUnknown, w.TaxType, "xero-says.tax-unknown", "Code", w.TaxType)
	case !rate.Active:
		stop(TaxInactive, w.TaxType, "xero-says.tax-inactive", "Tax", rate.Name)
	case known && !rate.AppliesTo(account.Class):
		stop(TaxAgainstAccount, w.TaxType, "xero-says.tax-against-account", "Code", w.TaxType, "Account", code)
	case v.Amounts != "NoTax" && rate.Rate != l.Tax.Rate:
		stop(TaxRateDiffers, w.TaxType, "message.rate-differs", "Tax", first(l.Tax.Name, l.Tax.Code), "Here", l.Tax.Rate, "There", rate.Rate)
	default:
		w.TaxType = rate.Type
	}

	for _, t := range m.tracking(l) {
		spelled, hasCategory, hasOption := chart.Spell(t)
		switch {
		case !hasCategory:
			stop(TrackingUnknown, trackingSubject(t), "message.no-category", "Organisation", chart.Tenant.Name, "Category", translations.Quoted(t.Category))
		case !hasOption:
			stop(TrackingUnknown, trackingSubject(t), "message.no-option", "Category", translations.Quoted(t.Category), "Option", translations.Quoted(t.Option))
		}
		w.Tracking = append(w.Tracking, spelled)
	}
	if len(w.Tracking) > billing.MaxTracking && len(l.Tracking) <= billing.MaxTracking { // else the line itself is told of
		stop(TrackingUnknown, "", "problem.line.tracking", "Count", billing.MaxTracking)
	}
	if len(w.Quantity.String()) > maxQuantity {
		stop(AmountsInvalid, "", "message.long-quantity", "Quantity", w.Quantity, "Most", maxQuantity)
		found[len(found)-1].Field = billing.QuantityField
	}
	return w, found
}

// maxQuantity is how many characters of a quantity Xero takes.
const maxQuantity = 13

// causeOf returns the cause that goes with the firm's own rule against exporting an invoice.
func causeOf(err error) Cause {
	if _, discount := errors.AsType[*money.DiscountError](err); discount {
		return DiscountInvalid
	}
	if _, line := errors.AsType[*money.LineError](err); line || billing.IsNegative(err) {
		return AmountsInvalid
	}
	return Incomplete
}

// Advise says what Xero would take of an invoice, and a person should look at first. today is the
// day of the computer.
func Advise(v billing.Invoice, total money.Amount, today billing.Date) []Message {
	var found []Message
	warn := func(c Cause, key string, values ...any) {
		found = append(found, Message{Text: translations.Text(key, values...), Cause: c, Warning: true})
	}
	if look, odd := billing.OddDates(v.Date, v.Due, today); odd {
		found = append(found, Message{Text: look.String(), Cause: OddDate, Warning: true})
	}
	if total.IsZero() {
		warn(ZeroTotal, "message.zero-total")
	}
	if err := v.CheckTexts(); err != nil {
		warn(Incomplete, "problem.as-told", "Problem", err)
	}
	return found
}

// OfChart reports whether something that stops an export may have changed in the organisation since
// its chart was read.
func OfChart(messages []Message) bool {
	return slices.ContainsFunc(messages, func(m Message) bool {
		return !m.Warning && slices.Contains(chartCauses, m.Cause)
	})
}

// chartCauses are the causes that the chart decides about.
var chartCauses = []Cause{
	AccountMissing, AccountUnknown, AccountArchived, ItemUnknown, TaxUnknown, TaxInactive, TaxRateDiffers, TaxAgainstAccount,
	CurrencyUnknown, LockedDate, TrackingUnknown, ThemeUnknown, NoRightsThere,
}

// Blocked reports whether any of the messages stops the export.
func Blocked(messages []Message) bool {
	for _, m := range messages {
		if !m.Warning {
			return true
		}
	}
	return false
}

func first(options ...string) string {
	for _, o := range options {
		if o != "" {
			return o
		}
	}
	return ""
}
