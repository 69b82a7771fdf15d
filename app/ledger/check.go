package ledger

import (
	"strings"

	"feebridge/app/billing"
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
	stop := func(c Cause, key string, values ...any) {
		found = append(found, Message{Text: translations.Text(key, values...), Cause: c})
	}

	if err := v.CheckFinal(); err != nil {
		stop(Incomplete, "problem.as-told", "Problem", err)
	}
	if !chart.Subscribed(v.Currency) {
		stop(CurrencyUnknown, "xero-says.currency", "Currency", v.Currency)
	}
	if lock := chart.Lock(); !lock.IsZero() && v.Date <= lock {
		kind := translations.Say("xero-says.lock-date.period")
		if lock == chart.YearEndLock {
			kind = translations.Say("xero-says.lock-date.year-end")
		}
		stop(LockedDate, "xero-says.lock-date", "Kind", kind, "Date", lock.Time().Format("2-Jan-2006"))
	}
	if name := first(v.BrandingTheme, m.Theme); name != "" {
		theme, ok := chart.Theme(name)
		if !ok {
			stop(ThemeUnknown, "message.no-theme", "Organisation", chart.Tenant.Name, "Theme", translations.Quoted(name))
		}
		w.ThemeID = theme.ID
	}
	for i, l := range v.Lines {
		line, messages := resolveLine(l, v, chart, m)
		for _, msg := range messages {
			msg.Text = translations.Text("message.line", "Line", i+1, "Text", msg.Text)
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
	stop := func(c Cause, key string, values ...any) {
		found = append(found, Message{Text: translations.Text(key, values...), Cause: c})
	}
	target := m.target(l)
	w.Quantity, w.UnitAmount, w.Discount = l.Quantity, l.UnitAmount, l.Discount
	w.Account, w.Item, w.TaxType = target.Account, target.Item, m.TaxType(l.Tax)

	code := w.Account
	if w.Item != "" {
		item, ok := chart.Item(w.Item)
		switch {
		case !ok:
			stop(ItemUnknown, "message.no-item", "Organisation", chart.Tenant.Name, "Item", translations.Quoted(w.Item))
		case !item.Sold:
			stop(ItemUnknown, "message.item-not-sold", "Item", translations.Quoted(w.Item))
		default:
			code, w.Item = first(code, item.Account), item.Code
		}
	}
	account, known := chart.Account(code)
	switch {
	case code == "":
		stop(AccountMissing, "xero-says.account-missing")
	case !known:
		stop(AccountUnknown, "xero-says.account-unknown", "Code", code)
	case account.Archived:
		stop(AccountArchived, "xero-says.account-archived", "Code", code)
	case !account.Sales():
		stop(AccountUnknown, "xero-says.account-class", "Code", code, "Class", strings.TrimSpace(account.Class+" "+account.System))
	default:
		w.Account = account.Code
	}

	rate, hasRate := chart.TaxRate(w.TaxType)
	switch {
	case w.TaxType == "":
		stop(TaxMissing, "xero-says.tax-missing")
	case !hasRate:
		stop(TaxUnknown, "xero-says.tax-unknown", "Code", w.TaxType)
	case !rate.Active:
		stop(TaxInactive, "xero-says.tax-inactive", "Tax", rate.Name)
	case known && !rate.AppliesTo(account.Class):
		stop(TaxAgainstAccount, "xero-says.tax-against-account", "Code", w.TaxType, "Account", code)
	case v.Amounts != "NoTax" && rate.Rate != l.Tax.Rate:
		stop(TaxRateDiffers, "message.rate-differs", "Tax", first(l.Tax.Name, l.Tax.Code), "Here", l.Tax.Rate, "There", rate.Rate)
	default:
		w.TaxType = rate.Type
	}

	for _, t := range m.tracking(l) {
		spelled, hasCategory, hasOption := chart.Spell(t)
		switch {
		case !hasCategory:
			stop(TrackingUnknown, "message.no-category", "Organisation", chart.Tenant.Name, "Category", translations.Quoted(t.Category))
		case !hasOption:
			stop(TrackingUnknown, "message.no-option", "Category", translations.Quoted(t.Category), "Option", translations.Quoted(t.Option))
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
