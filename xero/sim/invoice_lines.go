package sim

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

var maxLineAmount = decimal.New(999999999999, -2)

// fillLines replaces the lines of the invoice: a line with a known id is that line changed, one without is new, and
// those not sent are gone. A sent id that is not known makes a new line.
func (k *clerk) fillLines(inv, old *Invoice, sent []lineInput, status string, v *verdict) {
	var lines []Line
	for _, in := range sent {
		line := Line{LineItemID: newID(), DescriptionOnly: true}
		if old != nil {
			if known := lineByID(old.Lines, in.ID); known != nil {
				line = *known
				line.Tracking = slices.Clone(known.Tracking)
			}
		}
		k.fillLine(&line, in, inv, status, v)
		lines = append(lines, line)
	}
	inv.Lines = lines
}

func (k *clerk) fillLine(l *Line, in lineInput, inv *Invoice, status string, v *verdict) {
	setText(&l.Description, in.Description, "Description", 4000, v)
	if in.Description != nil && strings.TrimSpace(*in.Description) == "" {
		v.refuse(msgNoDescription)
	}
	item := k.fillItem(l, in, v)
	k.fillAmounts(l, in, item, inv, v)
	account := k.fillAccount(l, in, status, v)
	k.fillTax(l, in, account, inv, v)
	if in.trackingSent {
		k.fillTracking(l, in.Tracking, v)
	}
}

// fillItem takes the item, which supplies what the line was not given.
func (k *clerk) fillItem(l *Line, in lineInput, v *verdict) *Item {
	if in.ItemCode == nil {
		return nil
	}
	setText(&l.ItemCode, in.ItemCode, "ItemCode", 30, v)
	if l.ItemCode == "" {
		return nil
	}
	item := k.org.itemByCode(l.ItemCode)
	if item == nil {
		v.refuseLine(msgUnknownItem(l.ItemCode))
		return nil
	}
	l.ItemCode = item.Code
	if in.Description == nil {
		l.Description = orDefault(item.Description, item.Name)
	}
	if in.AccountCode == nil && in.AccountID == nil {
		l.AccountCode = item.Sales.AccountCode
	}
	if in.TaxType == nil {
		l.TaxType = item.Sales.TaxType
	}
	return item
}

func (k *clerk) fillAmounts(l *Line, in lineInput, item *Item, inv *Invoice, v *verdict) {
	if !in.hasAmounts() && item == nil && in.AccountCode == nil && in.AccountID == nil {
		return
	}
	if l.DescriptionOnly {
		l.DescriptionOnly, l.Quantity = false, decimal.NewFromInt(1)
	}
	if in.Quantity != nil {
		l.Quantity = in.Quantity.Round(4)
		if len(l.Quantity.String()) > 13 {
			v.refuse(msgQuantityTooBig)
		}
	}
	switch {
	case in.UnitAmount != nil:
		l.UnitAmount = in.UnitAmount.Round(k.unitPlaces)
	case item != nil && item.Sales.HasPrice:
		l.UnitAmount = item.Sales.UnitPrice.Round(k.unitPlaces)
	case in.LineAmount != nil && !l.Quantity.IsZero():
		l.UnitAmount = in.LineAmount.DivRound(l.Quantity, 4)
	}
	k.fillDiscount(l, in, inv, v)
	expected := l.expected(k.org.odd)
	if in.LineAmount != nil && !cents(*in.LineAmount).Equal(expected) {
		v.refuseLine(msgLineTotal(cents(*in.LineAmount), expected))
	}
	if expected.Abs().GreaterThan(maxLineAmount) {
		v.refuse(msgLineTooBig)
	}
	switch {
	case in.TaxAmount != nil:
		l.TaxOverridden, l.TaxAmount = true, cents(*in.TaxAmount)
	case in.hasAmounts() || in.TaxType != nil:
		l.TaxOverridden = false
	}
}

// fillDiscount takes the discount: the rate when both a rate and an amount were sent. Not even an amount of zero may be
// more than the line comes to, so that a negative line takes none; a rate it may have.
func (k *clerk) fillDiscount(l *Line, in lineInput, inv *Invoice, v *verdict) {
	switch {
	case in.DiscountRate != nil && !in.DiscountRate.IsZero():
		l.DiscountRate, l.DiscountAmount = in.DiscountRate.Round(4), decimal.Zero
		if l.DiscountRate.GreaterThan(hundred) {
			v.refuseLine(msgDiscount(l.DiscountRate))
		}
	case in.DiscountAmount != nil:
		l.DiscountRate, l.DiscountAmount = decimal.Zero, cents(*in.DiscountAmount)
		if l.DiscountAmount.GreaterThan(l.Quantity.Mul(l.UnitAmount)) {
			v.refuseLine(msgDiscount(l.DiscountAmount))
		}
	case in.DiscountRate != nil:
		l.DiscountRate = decimal.Zero
	}
	if inv.Type == TypeBill && !(l.DiscountRate.IsZero() && l.DiscountAmount.IsZero()) {
		v.refuse(msgDiscountSales)
	}
}

// hasAmounts tells whether anything was sent from which a line amount or its tax is reckoned.
func (in *lineInput) hasAmounts() bool {
	return in.Quantity != nil || in.UnitAmount != nil || in.LineAmount != nil || in.DiscountRate != nil ||
		in.DiscountAmount != nil || in.TaxAmount != nil
}

// fillAccount takes the account. A draft with a code that no account has loses the code and gets a warning.
func (k *clerk) fillAccount(l *Line, in lineInput, status string, v *verdict) *Account {
	switch {
	case in.AccountID != nil && in.AccountCode == nil:
		l.AccountCode = ""
		l.AccountID = *in.AccountID
	case in.AccountCode != nil:
		l.AccountCode = strings.TrimSpace(*in.AccountCode)
		l.AccountID = ""
	case l.AccountCode != "":
		l.AccountID = ""
	}
	if l.AccountCode == "" && l.AccountID == "" {
		return nil
	}
	account := k.org.accountByCode(l.AccountCode)
	if l.AccountCode == "" {
		account = k.org.accountByID(l.AccountID)
	}
	name := orDefault(l.AccountCode, l.AccountID)
	switch {
	case account == nil && status == StatusDraft:
		v.warnings = append(v.warnings, msgAccountRemoved(name))
		l.AccountCode, l.AccountID = "", ""
		return nil
	case account == nil:
		v.refuseLine(msgBadAccount(name))
		return nil
	case account.Status != "" && account.Status != StatusActive:
		v.refuseLine(msgArchivedAccount(name))
	case account.Type == "BANK" || account.SystemAccount != "":
		// Which accounts Xero refuses on an invoice is only known in part: bank accounts and those it keeps itself
		// (debtors, tax, rounding) are taken as refused.
		v.refuseLine(msgBadAccount(name))
	}
	l.AccountCode, l.AccountID = account.Code, account.AccountID
	return account
}

// fillTax takes the tax type, or the account's own, and checks that the organisation has it and allows it for the
// class of the account.
func (k *clerk) fillTax(l *Line, in lineInput, account *Account, inv *Invoice, v *verdict) {
	if in.TaxType != nil {
		l.TaxType = strings.TrimSpace(*in.TaxType)
	}
	if l.TaxType == "" && account != nil && !l.DescriptionOnly {
		l.TaxType = account.TaxType
		if inv.LineAmountTypes == AmountsNoTax && k.org.taxRate("NONE") != nil {
			l.TaxType = "NONE"
		}
	}
	if l.TaxType == "" {
		return
	}
	rate := k.org.taxRate(l.TaxType)
	switch {
	case rate == nil:
		v.refuseLine(msgUnknownTax(l.TaxType))
		if account != nil {
			v.refuseLine(msgTaxClass(l.TaxType, account.Code))
		}
		return
	case rate.Status != "" && rate.Status != StatusActive:
		v.refuseLine(msgTaxInactive)
	case account != nil && !rate.appliesTo(account.Class):
		v.refuseLine(msgTaxClass(rate.TaxType, account.Code))
	}
	l.TaxType = rate.TaxType
}

// appliesTo tells whether the rate may be used with accounts of a class.
func (r *TaxRate) appliesTo(class string) bool {
	switch class {
	case "ASSET":
		return r.Assets
	case "EQUITY":
		return r.Equity
	case "EXPENSE":
		return r.Expenses
	case "LIABILITY":
		return r.Liabilities
	case "REVENUE":
		return r.Revenue
	}
	return false
}

func (k *clerk) fillTracking(l *Line, sent []trackingInput, v *verdict) {
	l.Tracking = nil
	if len(sent) > 2 {
		v.refuse(msgManyTracking)
		return
	}
	for _, in := range sent {
		category, option := k.org.tracking(in)
		if category == nil || option == nil {
			v.refuseLine(msgUnknownTracking)
			continue
		}
		l.Tracking = append(l.Tracking, LineTracking{
			TrackingCategoryID: category.TrackingCategoryID, TrackingOptionID: option.TrackingOptionID,
			Name: category.Name, Option: option.Name,
		})
	}
}

// tracking is the active category and option that was meant by ids or names.
func (o *Org) tracking(in trackingInput) (*TrackingCategory, *TrackingOption) {
	for i := range o.Tracking {
		c := &o.Tracking[i]
		if c.Status != StatusActive || !(same(in.CategoryID, c.TrackingCategoryID) || in.CategoryID == nil && same(in.Name, c.Name)) {
			continue
		}
		for j := range c.Options {
			option := &c.Options[j]
			if option.Status == StatusActive && (same(in.OptionID, option.TrackingOptionID) || in.OptionID == nil && same(in.Option, option.Name)) {
				return c, option
			}
		}
		return c, nil
	}
	return nil, nil
}

func same(sent *string, is string) bool { return sent != nil && fold(*sent) == fold(is) }
