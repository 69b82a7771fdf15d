package money

import (
	"errors"
	"fmt"
	"strings"
)

// Discount is what comes off a line: a percentage of it or a fixed amount, never
// both. The zero value takes nothing off.
type Discount struct {
	percent Rate
	minor   int64
}

// NoDiscount returns the discount that takes nothing off.
func NoDiscount() Discount { return Discount{} }

// PercentOff returns a discount of 0 to 100 percent.
func PercentOff(r Rate) (Discount, error) {
	if r < 0 || r > hundredPercent {
		return Discount{}, fmt.Errorf("discount %s: write a percentage from 0 to 100", r)
	}
	return Discount{percent: r}, nil
}

// AmountOff returns a discount of minor hundredths of the invoice's currency,
// taken off the line as a whole, not off each unit.
func AmountOff(minor int64) (Discount, error) {
	if minor < 0 {
		return Discount{}, errors.New("discount " + formatFixed(minor, amountPlaces, amountPlaces) + ": a discount cannot be negative")
	}
	return Discount{minor: minor}, nil
}

// Percent returns the percentage, or zero for a discount of a fixed amount.
func (d Discount) Percent() Rate { return d.percent }

// Minor returns the fixed amount in hundredths of the invoice's currency, or
// zero for a percentage.
func (d Discount) Minor() int64 { return d.minor }

// IsZero reports whether the discount takes nothing off.
func (d Discount) IsZero() bool { return d == Discount{} }

// ParseDiscount reads a discount as a person writes it: 10% is a percentage, 50.00 an
// amount off the line, and nothing is none.
func ParseDiscount(s string) (Discount, error) {
	text := strings.TrimSpace(s)
	if text == "" {
		return NoDiscount(), nil
	}
	if strings.HasSuffix(text, "%") {
		rate, err := ParseRate(text)
		if err != nil {
			return Discount{}, err
		}
		return PercentOff(rate)
	}
	minor, err := parseFixed(text, amountPlaces)
	if err != nil {
		return Discount{}, fmt.Errorf("discount %s: %w", quote(s), err)
	}
	return AmountOff(minor)
}

// String returns the discount as ParseDiscount reads it, "" for none.
func (d Discount) String() string {
	switch {
	case d.IsZero():
		return ""
	case d.percent != 0:
		return d.percent.String()
	}
	return formatFixed(d.minor, amountPlaces, amountPlaces)
}
