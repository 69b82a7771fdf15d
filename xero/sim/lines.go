package sim

import "github.com/shopspring/decimal"

var hundred = decimal.NewFromInt(100)

// cents rounds to two places, half away from zero. (That Xero rounds an exact half cent so is not verified; the
// community reports 2.165 → 2.17.)
func cents(d decimal.Decimal) decimal.Decimal { return d.Round(2) }

// reckon fills every amount of the invoice from its lines: the line amount is the rounded quantity times unit amount
// less discount; tax is rounded for each line and then summed. A tax amount that was given stands.
func (o *Org) reckon(inv *Invoice) {
	lines, tax := decimal.Zero, decimal.Zero
	for i := range inv.Lines {
		l := &inv.Lines[i]
		if l.DescriptionOnly {
			continue
		}
		l.LineAmount = l.expected()
		if !l.TaxOverridden {
			l.TaxAmount = o.taxOn(l.LineAmount, l.TaxType, inv.LineAmountTypes)
		}
		lines, tax = lines.Add(l.LineAmount), tax.Add(l.TaxAmount)
	}
	inv.TotalTax = tax
	if inv.LineAmountTypes == AmountsInclusive {
		inv.SubTotal, inv.Total = lines.Sub(tax), lines
		return
	}
	inv.SubTotal, inv.Total = lines, lines.Add(tax)
}

// expected is the line amount that quantity, unit amount and discount come to.
func (l *Line) expected() decimal.Decimal {
	gross := l.Quantity.Mul(l.UnitAmount)
	if !l.DiscountAmount.IsZero() {
		return cents(gross.Sub(l.DiscountAmount))
	}
	// Dividing by a hundred is exact in decimals, so only the final rounding rounds.
	return cents(gross.Mul(hundred.Sub(l.DiscountRate)).Shift(-2))
}

// taxOn is the tax on, or within, a line amount. Each component of a rate is a tax of its own, and rounded as one: not
// verified.
func (o *Org) taxOn(amount decimal.Decimal, taxType, amounts string) decimal.Decimal {
	rate := o.taxRate(taxType)
	if rate == nil || amounts == AmountsNoTax {
		return decimal.Zero
	}
	if amounts == AmountsInclusive {
		return amount.Sub(divideToCents(amount.Mul(hundred), hundred.Add(rate.EffectiveRate)))
	}
	if len(rate.Components) < 2 {
		return cents(amount.Mul(rate.EffectiveRate).Shift(-2))
	}
	tax := decimal.Zero
	for _, c := range rate.Components {
		tax = tax.Add(cents(amount.Mul(c.Rate).Shift(-2)))
	}
	return tax
}

// divideToCents is a/b rounded once, half away from zero. Rounding an already rounded quotient could tip a tie, so what
// remains after whole cents decides.
func divideToCents(a, b decimal.Decimal) decimal.Decimal {
	q, r := a.QuoRem(b, 2)
	if r.Abs().Mul(decimal.NewFromInt(200)).GreaterThanOrEqual(b.Abs()) {
		return q.Add(decimal.New(int64(a.Sign()*b.Sign()), -2))
	}
	return q
}
