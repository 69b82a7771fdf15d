package ledger

import (
	"slices"
	"strings"

	"feebridge/app/billing"
)

// Place is where that stands which a message is about, and where it is changed.
type Place struct {
	Line    int           // of the invoice, counted from 1; 0 for none
	Field   billing.Field // of the invoice or of its client; "" for none known
	Subject string        // what is named there; "" for nothing
	Mapping MappingRow    // where the mapping says so; the zero MappingRow where the invoice or its client does
}

// MappingRow is a row of a mapping.
type MappingRow struct {
	Part MappingPart
	Key  string // the billing code, the code of the tax, or the tracking category
	// Category is the tracking category in the row of a billing code; "" for its account or item.
	Category string
}

// MappingPart names a part of a mapping; "" is none.
type MappingPart string

// The parts.
const (
	DefaultAccountPart  MappingPart = "default account"
	DefaultTaxPart      MappingPart = "default tax"
	DefaultTrackingPart MappingPart = "default tracking"
	ArrivalPart         MappingPart = "arrival"
	ThemePart           MappingPart = "theme"
	CodePart            MappingPart = "code"
	TaxPart             MappingPart = "tax"
)

// fields are what the causes are about, unless the message says otherwise.
var fields = map[Cause]billing.Field{
	AccountMissing: billing.AccountField, AccountUnknown: billing.AccountField, AccountArchived: billing.AccountField,
	TaxMissing: billing.TaxField, TaxUnknown: billing.TaxField, TaxInactive: billing.TaxField, TaxRateDiffers: billing.TaxField, TaxAgainstAccount: billing.TaxField,
	ItemUnknown: billing.ItemField, TrackingUnknown: billing.TrackingField, DiscountInvalid: billing.DiscountField, AmountsInvalid: billing.UnitAmountField,
	CurrencyUnknown: billing.CurrencyField, LockedDate: billing.DateField, ThemeUnknown: billing.ThemeField,
	EmailInvalid: billing.EmailField, AddressInvalid: billing.StreetFields[0], ClientIncomplete: billing.NameField, ContactTaken: billing.NameField,
}

// lineFields are the fields that only lines have.
var lineFields = []billing.Field{
	billing.DescriptionField, billing.UnitAmountField, billing.DiscountField,
	billing.TaxField, billing.AccountField, billing.ItemField, billing.TrackingField,
}

// Locate says where that stands which a message about the invoice is about. What the message leaves open is
// found in the invoice as it is now: a message that names an account and no line is about the first line
// that goes to this account, one that names nothing about the first that a check would refuse for the
// same cause, or about the only one that has an amount.
func Locate(msg Message, v billing.Invoice, client billing.Client, chart Chart, m Mapping) Place {
	p := Place{Line: msg.Line, Field: msg.Field, Subject: msg.Subject}
	if p.Field == "" {
		p.Field = fields[msg.Cause]
		if long := client.Address.TooLong(); msg.Cause == AddressInvalid && long != "" {
			p.Field = long
		}
	}
	switch {
	case msg.Cause == PlanLimit:
		p.Mapping = MappingRow{Part: ArrivalPart}
	case p.Field == billing.ThemeField && v.BrandingTheme == "":
		p.Mapping = MappingRow{Part: ThemePart}
	case p.Field == billing.CurrencyField && p.Subject == "":
		p.Subject = string(v.Currency)
	}
	if !slices.Contains(lineFields, p.Field) {
		p.Line = 0
		return p
	}
	if p.Line == 0 && !chart.Read.IsZero() {
		_, found := Resolve(v, chart, m)
		for _, f := range found {
			if f.Cause == msg.Cause && f.Line > 0 && (p.Subject == "" || f.Subject == p.Subject) {
				p.Line, p.Subject = f.Line, f.Subject
				break
			}
		}
	}
	for i, l := range v.Lines {
		if p.Line == 0 && p.Subject != "" && m.names(l, p.Field, p.Subject) {
			p.Line = i + 1
		}
	}
	if only, one := v.OnlyLine(); p.Line == 0 && one {
		p.Line = only + 1
	}
	at := p.Line - 1
	if at < 0 || at >= len(v.Lines) {
		p.Line = 0
		return p
	}
	if p.Subject == "" && msg.Cause != AccountMissing && msg.Cause != TaxMissing {
		p.Subject = m.subject(v.Lines[at], p.Field)
	}
	p.Mapping = m.row(v.Lines[at], p.Field, p.Subject)
	return p
}

// subject is what the line has in a field, as it is mapped.
func (m Mapping) subject(l billing.Line, field billing.Field) string {
	switch field {
	case billing.AccountField:
		return m.target(l).Account
	case billing.ItemField:
		return m.target(l).Item
	case billing.TaxField:
		return m.TaxType(l.Tax)
	}
	return ""
}

// names reports whether the line, as it is mapped, names the subject in that field.
func (m Mapping) names(l billing.Line, field billing.Field, subject string) bool {
	if l.TextOnly() {
		return false
	}
	if field == billing.TrackingField {
		return slices.ContainsFunc(m.tracking(l), func(t billing.Tracking) bool { return trackingSubject(t) == subject })
	}
	return strings.EqualFold(m.subject(l, field), subject)
}

// trackingSubject is what a message names of tracking.
func trackingSubject(t billing.Tracking) string { return t.Category + ": " + t.Option }

// row returns the row of the mapping that says what a line has in a field; the zero MappingRow where the
// line says so itself.
func (m Mapping) row(l billing.Line, field billing.Field, subject string) MappingRow {
	of := m.Codes[l.Code]
	switch field {
	case billing.AccountField, billing.ItemField:
		switch {
		case field == billing.AccountField && l.Account != "", l.Item != "":
			return MappingRow{}
		case l.Code != "": // whether it is mapped or goes to the default account
			return MappingRow{Part: CodePart, Key: l.Code}
		}
		return MappingRow{Part: DefaultAccountPart}
	case billing.TaxField:
		if l.Tax.Code == "" {
			return MappingRow{Part: DefaultTaxPart}
		}
		return MappingRow{Part: TaxPart, Key: l.Tax.Code}
	case billing.TrackingField:
		for _, t := range m.tracking(l) {
			if trackingSubject(t) != subject {
				continue
			}
			for _, from := range []struct {
				all []billing.Tracking
				row MappingRow
			}{
				{l.Tracking, MappingRow{}}, {of.Tracking, MappingRow{Part: CodePart, Key: l.Code, Category: t.Category}},
				{m.Tracking, MappingRow{Part: DefaultTrackingPart, Key: t.Category}},
			} {
				if slices.Contains(from.all, t) {
					return from.row
				}
			}
		}
	}
	return MappingRow{}
}
