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
		l.LineAmount = l.expected(o.odd)
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
func (l *Line) expected(odd Odd) decimal.Decimal { return odd.cents(l.net()) }

// net is the line amount before it is rounded.
func (l *Line) net() decimal.Decimal {
	gross := l.Quantity.Mul(l.UnitAmount)
	if !l.DiscountAmount.IsZero() {
		return gross.Sub(l.DiscountAmount)
	}
	return gross.Mul(hundred.Sub(l.DiscountRate)).Shift(-2) // exact, so only the final rounding rounds
}

// taxOn is the tax on, or within, a line amount: the effective rate once, however many components make it up.
func (o *Org) taxOn(amount decimal.Decimal, taxType, amounts string) decimal.Decimal {
	rate := o.taxRate(taxType)
	if rate == nil || amounts == AmountsNoTax {
		return decimal.Zero
	}
	if amounts == AmountsInclusive {
		return amount.Sub(o.odd.divideToCents(amount.Mul(hundred), hundred.Add(rate.EffectiveRate)))
	}
	if len(rate.Components) < 2 || !o.odd.has(ComponentsRounded) {
		return o.odd.cents(amount.Mul(rate.EffectiveRate).Shift(-2))
	}
	tax := decimal.Zero
	for _, c := range rate.Components {
		tax = tax.Add(o.odd.cents(amount.Mul(c.Rate).Shift(-2)))
	}
	return tax
}

// divideToCents is a/b rounded once, as cents rounds. Rounding an already rounded quotient could tip a tie, so what
// remains after whole cents decides.
func (o Odd) divideToCents(a, b decimal.Decimal) decimal.Decimal {
	q, r := a.QuoRem(b, 2)
	half := r.Abs().Mul(decimal.NewFromInt(200)).Cmp(b.Abs())
	if half > 0 || half == 0 && !(o.has(HalfCentsToEven) && q.Shift(2).BigInt().Bit(0) == 0) {
		return q.Add(decimal.New(int64(a.Sign()*b.Sign()), -2))
	}
	return q
}
