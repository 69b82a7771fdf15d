// Package money holds amounts, quantities, unit amounts, rates and discounts,
// and computes an invoice's lines, tax and total exactly as Xero does.
//
// Every value is an integer of a fixed fraction, so that no float ever touches
// money. All types are comparable with ==, and their zero values mean zero.
// An operation that would leave the range of its type returns an error; nothing
// wraps around.
package money

import (
	"errors"
	"fmt"

	"github.com/shopspring/decimal"
)

// ErrOverflow is returned, wrapped, when a result does not fit its type.
var ErrOverflow = errors.New("the number is too large")

// ErrOtherCurrency is returned, wrapped, when amounts of two currencies meet.
var ErrOtherCurrency = errors.New("amounts in different currencies cannot be combined")

// Amount is a sum of money in hundredths of its currency. Xero rounds every
// amount to two decimals whatever the currency is, so yen and dinar have
// hundredths here too.
type Amount struct {
	minor    int64
	currency Currency
}

// New returns an amount of minor hundredths of c.
func New(minor int64, c Currency) Amount { return Amount{minor, c} }

// Zero returns nothing, counted in c.
func Zero(c Currency) Amount { return Amount{currency: c} }

// Parse reads a decimal such as 1955, -0.05 or 1,234.50 as an amount in c.
// Thousands may be grouped with commas only where a decimal part makes plain
// which is which: "1,234" is refused. Decimals beyond the second must be zeros.
// The error says what to write instead.
func Parse(s string, c Currency) (Amount, error) {
	minor, err := parseFixed(s, amountPlaces)
	if err != nil {
		return Amount{}, fmt.Errorf("amount %s: %w", quote(s), err)
	}
	return Amount{minor, c}, nil
}

// Minor returns the amount in hundredths of its currency.
func (a Amount) Minor() int64 { return a.minor }

// Currency returns the currency of the amount.
func (a Amount) Currency() Currency { return a.currency }

// String returns the amount with two decimals and without grouping or currency,
// as in "1955.00" and "-0.05". Parse reads it back.
func (a Amount) String() string { return formatFixed(a.minor, amountPlaces, amountPlaces) }

// IsZero reports whether the amount is zero, in whatever currency.
func (a Amount) IsZero() bool { return a.minor == 0 }

// Sign returns -1, 0 or +1.
func (a Amount) Sign() int {
	switch {
	case a.minor < 0:
		return -1
	case a.minor > 0:
		return 1
	}
	return 0
}

// Add returns a + b. The error is ErrOtherCurrency or ErrOverflow.
func (a Amount) Add(b Amount) (Amount, error) {
	if err := a.sameCurrency(b); err != nil {
		return Amount{}, err
	}
	sum := a.minor + b.minor
	if (b.minor > 0 && sum < a.minor) || (b.minor < 0 && sum > a.minor) {
		return Amount{}, fmt.Errorf("adding %s and %s: %w", a, b, ErrOverflow)
	}
	return Amount{sum, a.currency}, nil
}

// Sub returns a - b. The error is ErrOtherCurrency or ErrOverflow.
func (a Amount) Sub(b Amount) (Amount, error) {
	if err := a.sameCurrency(b); err != nil {
		return Amount{}, err
	}
	diff := a.minor - b.minor
	if (b.minor > 0 && diff > a.minor) || (b.minor < 0 && diff < a.minor) {
		return Amount{}, fmt.Errorf("taking %s from %s: %w", b, a, ErrOverflow)
	}
	return Amount{diff, a.currency}, nil
}

// Split parts a among weights, each part rounded to cents and the last taking what the
// rounding left, so that the parts make a. Weights that sum to nothing give it all to the
// last. An amount has to be one that a line can have.
func (a Amount) Split(weights []Rate) []Amount {
	var whole, given int64
	for _, w := range weights {
		whole += int64(w)
	}
	parts := make([]Amount, len(weights))
	for i, w := range weights {
		part := a.minor - given
		if i < len(weights)-1 {
			part = 0
			if whole != 0 {
				part = minorOf(round(decimal.New(a.minor, -amountPlaces).Mul(decimal.New(int64(w), 0)).Div(decimal.New(whole, 0))))
			}
		}
		parts[i] = Amount{part, a.currency}
		given += part
	}
	return parts
}

// Cmp returns -1, 0 or +1 as a is less than, equal to or greater than b. The
// error is ErrOtherCurrency.
func (a Amount) Cmp(b Amount) (int, error) {
	if err := a.sameCurrency(b); err != nil {
		return 0, err
	}
	switch {
	case a.minor < b.minor:
		return -1, nil
	case a.minor > b.minor:
		return 1, nil
	}
	return 0, nil
}

func (a Amount) sameCurrency(b Amount) error {
	if a.currency != b.currency {
		return fmt.Errorf("%w: %s and %s", ErrOtherCurrency, a.currency.orNone(), b.currency.orNone())
	}
	return nil
}
