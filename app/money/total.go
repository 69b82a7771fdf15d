package money

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// Total computes the amount and tax of each line and the totals of the invoice
// as Xero does, rounding half a cent away from zero:
//
//   - A line amount is quantity × unit amount, less the discount, rounded once to
//     two decimals. The unit amount keeps its four decimals.
//   - Exclusive: a line's tax is its amount × rate, rounded; the subtotal is the
//     sum of the lines and the total adds the tax.
//   - Inclusive: a line's tax is its amount less the amount / (1 + rate), rounded;
//     the total is the sum of the lines and the subtotal takes the tax out.
//   - NoTax: there is none, whatever the rates say.
//
// Tax is rounded per line and then summed, never computed on the subtotal.
//
// An error about one line is a *LineError.
func Total(c Currency, how LineAmounts, lines []Line) (Totals, error) {
	if !how.Valid() {
		return Totals{}, fmt.Errorf("line amounts %s: use %s, %s or %s", quote(string(how)), Exclusive, Inclusive, NoTax)
	}
	totals := Totals{Lines: make([]LineTotal, len(lines)), Tax: Zero(c)}
	sum := Zero(c)
	for i, line := range lines {
		lineTotal, err := line.total(c, how)
		if err == nil {
			sum, err = sum.Add(lineTotal.Amount)
		}
		if err == nil {
			totals.Tax, err = totals.Tax.Add(lineTotal.Tax)
		}
		if err != nil {
			return Totals{}, &LineError{Index: i, Err: err}
		}
		totals.Lines[i] = lineTotal
	}
	var err error
	if how == Inclusive {
		totals.Total = sum
		totals.SubTotal, err = sum.Sub(totals.Tax)
	} else {
		totals.SubTotal = sum
		totals.Total, err = sum.Add(totals.Tax)
	}
	if err != nil {
		return Totals{}, err
	}
	return totals, nil
}

// LineAmounts says how the amounts of an invoice's lines stand to their tax. The
// values are those of Xero's LineAmountTypes; the zero value is none of them.
type LineAmounts string

// The three ways to state line amounts.
const (
	Exclusive LineAmounts = "Exclusive" // tax comes on top
	Inclusive LineAmounts = "Inclusive" // tax is inside
	NoTax     LineAmounts = "NoTax"     // there is no tax
)

// Valid reports whether a is one of the three values.
func (a LineAmounts) Valid() bool { return a == Exclusive || a == Inclusive || a == NoTax }

// ParseLineAmounts reads one of the three values, in whatever case.
func ParseLineAmounts(s string) (LineAmounts, error) {
	for _, a := range []LineAmounts{Exclusive, Inclusive, NoTax} {
		if strings.EqualFold(strings.TrimSpace(s), string(a)) {
			return a, nil
		}
	}
	return "", fmt.Errorf("line amounts %s: write exclusive, inclusive or notax", quote(s))
}

// Line is what the amounts of one invoice line follow from.
type Line struct {
	Quantity   Quantity
	UnitAmount UnitAmount
	Discount   Discount
	Rate       Rate // of the tax
}

// LineTotal is the outcome of one line: its amount after the discount, which
// includes the tax only where line amounts are Inclusive, and its tax.
type LineTotal struct{ Amount, Tax Amount }

// Totals is the outcome of an invoice. SubTotal + Tax = Total always holds.
type Totals struct {
	Lines                []LineTotal
	SubTotal, Tax, Total Amount
}

// LineError says which line could not be computed, and why.
type LineError struct {
	Index int // counted from 0
	Err   error
}

// Error names the line as a person counts it, from 1.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Index+1, e.Err) }

// Unwrap returns the reason.
func (e *LineError) Unwrap() error { return e.Err }

// maxLineAmount is the largest line amount that Xero takes, 9,999,999,999.99.
const maxLineAmount int64 = 999_999_999_999

func (l Line) total(c Currency, how LineAmounts) (LineTotal, error) {
	if err := l.check(); err != nil {
		return LineTotal{}, err
	}
	amount, err := l.amount()
	if err != nil {
		return LineTotal{}, err
	}
	tax := taxOf(amount, l.Rate, how)
	return LineTotal{Amount: New(minorOf(amount), c), Tax: New(minorOf(tax), c)}, nil
}

func (l Line) check() error {
	if err := l.Quantity.check(); err != nil {
		return fmt.Errorf("quantity %s: %w", l.Quantity, err)
	}
	if err := l.UnitAmount.check(); err != nil {
		return fmt.Errorf("unit amount %s: %w", l.UnitAmount, err)
	}
	if err := l.Rate.check(); err != nil {
		return fmt.Errorf("tax rate %s: %w", l.Rate, err)
	}
	return nil
}

// Vanishes reports whether the line comes to something that rounds to nothing.
func (l Line) Vanishes() bool {
	net := l.net()
	return !net.IsZero() && round(net).IsZero()
}

// gross is the amount before the discount, and net the one after it, neither rounded.
func (l Line) gross() decimal.Decimal {
	return decimal.New(int64(l.Quantity), -finePlaces).Mul(decimal.New(int64(l.UnitAmount), -finePlaces))
}

func (l Line) net() decimal.Decimal {
	kept := one.Sub(fraction(l.Discount.percent))
	return l.gross().Mul(kept).Sub(decimal.New(l.Discount.minor, -amountPlaces))
}

// DiscountError says that a fixed discount is more than what it is taken off.
type DiscountError struct{ off, gross decimal.Decimal }

// Error names both, and the remedy.
func (e *DiscountError) Error() string {
	gross := round(e.gross).StringFixed(amountPlaces)
	if !e.gross.Equal(round(e.gross)) {
		gross = e.gross.String() // which may differ from the discount by less than a cent
	}
	return fmt.Sprintf("the discount %s is more than the line's amount %s: lower the discount or write it as a percentage",
		e.off.StringFixed(amountPlaces), gross)
}

func (l Line) amount() (decimal.Decimal, error) {
	net := l.net()
	// Xero does not say what a fixed discount on a credit line or above the line
	// would mean; the strict reading refuses both, before anything is rounded.
	if l.Discount.minor != 0 && net.IsNegative() {
		return decimal.Zero, &DiscountError{decimal.New(l.Discount.minor, -amountPlaces), l.gross()}
	}
	amount := round(net)
	if amount.Abs().Cmp(decimal.New(maxLineAmount, -amountPlaces)) > 0 {
		return decimal.Zero, fmt.Errorf("line amount %s: %w: Xero takes at most %s",
			amount.StringFixed(amountPlaces), ErrOverflow, formatFixed(maxLineAmount, amountPlaces, amountPlaces))
	}
	return amount, nil
}

func taxOf(amount decimal.Decimal, r Rate, how LineAmounts) decimal.Decimal {
	switch how {
	case Exclusive:
		return round(amount.Mul(fraction(r)))
	case Inclusive:
		return amount.Sub(amount.DivRound(one.Add(fraction(r)), amountPlaces))
	}
	return decimal.Zero
}

var one = decimal.NewFromInt(1)

// fraction returns a rate as a part of one: 15 % is 0.15.
func fraction(r Rate) decimal.Decimal { return decimal.New(int64(r), -finePlaces-2) }

// round rounds to cents, half a cent away from zero: the reading of Xero's users,
// since Xero publishes no rule for exact halves.
func round(d decimal.Decimal) decimal.Decimal { return d.Round(amountPlaces) }

// minorOf returns a rounded decimal in cents. A checked line amount and its tax
// are far inside an int64.
func minorOf(d decimal.Decimal) int64 { return d.Shift(amountPlaces).IntPart() }
