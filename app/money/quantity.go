package money

import "fmt"

// Quantity is a number of things sold, in ten-thousandths. Xero keeps four
// decimals and thirteen digits in all, so it lies within ±999,999,999.9999.
type Quantity int64

// UnitAmount is the price of one thing, in ten-thousandths of the currency's
// unit. Xero keeps four decimals when asked with unitdp=4, as this application
// always does. It lies within ±9,999,999,999.9999, the range of a line amount.
type UnitAmount int64

const (
	maxQuantity   Quantity   = 9_999_999_999_999
	maxUnitAmount UnitAmount = 99_999_999_999_999
)

// ParseQuantity reads a decimal of up to four places by the rules of Parse.
func ParseQuantity(s string) (Quantity, error) {
	units, err := parseFixed(s, finePlaces)
	if err == nil {
		err = Quantity(units).check()
	}
	if err != nil {
		return 0, fmt.Errorf("quantity %s: %w", quote(s), err)
	}
	return Quantity(units), nil
}

// String returns the quantity without needless zeros, as in "1.5" and "-2".
func (q Quantity) String() string { return formatFixed(int64(q), finePlaces, 0) }

func (q Quantity) check() error {
	if q < -maxQuantity || q > maxQuantity {
		return fmt.Errorf("%w: Xero takes at most %s", ErrOverflow, maxQuantity)
	}
	return nil
}

// ParseUnitAmount reads a decimal of up to four places by the rules of Parse.
func ParseUnitAmount(s string) (UnitAmount, error) {
	units, err := parseFixed(s, finePlaces)
	if err == nil {
		err = UnitAmount(units).check()
	}
	if err != nil {
		return 0, fmt.Errorf("unit amount %s: %w", quote(s), err)
	}
	return UnitAmount(units), nil
}

// String returns the unit amount with two to four decimals, as in "20.00" and
// "0.125".
func (u UnitAmount) String() string { return formatFixed(int64(u), finePlaces, 2) }

func (u UnitAmount) check() error {
	if u < -maxUnitAmount || u > maxUnitAmount {
		return fmt.Errorf("%w: at most %s can be invoiced", ErrOverflow, maxUnitAmount)
	}
	return nil
}
