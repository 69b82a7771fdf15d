package ledger

import (
	"fmt"
	"strings"

	"feebridge/app/billing"
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
	stop := func(c Cause, text string, args ...any) {
		found = append(found, Message{Text: fmt.Sprintf(text, args...), Cause: c})
	}

	if err := v.CheckFinal(); err != nil {
		stop(Incomplete, "%v", err)
	}
	if !chart.Subscribed(v.Currency) {
		stop(CurrencyUnknown, "Organisation is not subscribed to currency %s", v.Currency)
	}
	if lock := chart.Lock(); !lock.IsZero() && v.Date <= lock {
		kind := "period"
		if lock == chart.YearEndLock {
			kind = "end of year"
		}
		stop(LockedDate, "The document date cannot be before the %s lock date, currently set at %s",
			kind, lock.Time().Format("2-Jan-2006"))
	}
	if name := first(v.BrandingTheme, m.Theme); name != "" {
		theme, ok := chart.Theme(name)
		if !ok {
			stop(ThemeUnknown, "%s has no branding theme %q", chart.Tenant.Name, name)
		}
		w.ThemeID = theme.ID
	}
	for i, l := range v.Lines {
		line, messages := resolveLine(l, v, chart, m)
		for _, msg := range messages {
			msg.Text = fmt.Sprintf("Line %d: %s", i+1, msg.Text)
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
	stop := func(c Cause, text string, args ...any) {
		found = append(found, Message{Text: fmt.Sprintf(text, args...), Cause: c})
	}
	target := m.target(l)
	w.Quantity, w.UnitAmount, w.Discount = l.Quantity, l.UnitAmount, l.Discount
	w.Account, w.Item, w.TaxType = target.Account, target.Item, m.TaxType(l.Tax)

	code := w.Account
	if w.Item != "" {
		item, ok := chart.Item(w.Item)
		switch {
		case !ok:
			stop(ItemUnknown, "%s has no item %q", chart.Tenant.Name, w.Item)
		case !item.Sold:
			stop(ItemUnknown, "The item %q is not sold: it has no sales details in Xero", w.Item)
		default:
			code, w.Item = first(code, item.Account), item.Code
		}
	}
	account, known := chart.Account(code)
	switch {
	case code == "":
		stop(AccountMissing, "Account code must be specified")
	case !known:
		stop(AccountUnknown, "Account code '%s' is not a valid code for this document.", code)
	case account.Archived:
		stop(AccountArchived, "Account code '%s' has been archived, or has been deleted. Each line item must reference a valid account.", code)
	case !account.Sales():
		stop(AccountUnknown, "Account code '%s' is not a valid code for this document: it is of class %s, not REVENUE.",
			code, strings.TrimSpace(account.Class+" "+account.System))
	default:
		w.Account = account.Code
	}

	rate, hasRate := chart.TaxRate(w.TaxType)
	switch {
	case w.TaxType == "":
		stop(TaxMissing, "The TaxType field is mandatory")
	case !hasRate:
		stop(TaxUnknown, "The TaxType code %s does not exist or cannot be used for this type of transaction.", w.TaxType)
	case !rate.Active:
		stop(TaxInactive, "Tax rate must be Active: %s is not", rate.Name)
	case known && !rate.AppliesTo(account.Class):
		stop(TaxAgainstAccount, "The TaxType code '%s' cannot be used with account code '%s'.", w.TaxType, code)
	case v.Amounts != "NoTax" && rate.Rate != l.Tax.Rate:
		stop(TaxRateDiffers, "%s is %s here and %s in Xero", first(l.Tax.Name, l.Tax.Code), l.Tax.Rate, rate.Rate)
	default:
		w.TaxType = rate.Type
	}

	for _, t := range m.tracking(l) {
		spelled, hasCategory, hasOption := chart.Spell(t)
		switch {
		case !hasCategory:
			stop(TrackingUnknown, "%s has no tracking category %q", chart.Tenant.Name, t.Category)
		case !hasOption:
			stop(TrackingUnknown, "The tracking category %q has no option %q", t.Category, t.Option)
		}
		w.Tracking = append(w.Tracking, spelled)
	}
	return w, found
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
