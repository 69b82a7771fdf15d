package money

import (
	"errors"
	"fmt"
	"strings"
)

// Rate is a percentage in ten-thousandths of a percent: 15 % is 150000. Xero
// gives the effective rate of a tax with four decimals.
type Rate int64

const (
	hundredPercent Rate = 100_0000
	maxRate        Rate = 999_9999 // 999.9999 %: above it lies a mistake, not a tax
)

// ParseRate reads a percentage of up to four decimals, with or without the
// percent sign: "15", "15.0000" and "15%" are the same rate. A rate is never
// negative.
func ParseRate(s string) (Rate, error) {
	number := strings.TrimSuffix(strings.TrimSpace(s), "%")
	units, err := parseFixed(number, finePlaces)
	if err == nil {
		err = Rate(units).check()
	}
	if err != nil {
		return 0, fmt.Errorf("percentage %s: %w", quote(s), err)
	}
	return Rate(units), nil
}

// String returns the rate for a person, as in "15%" and "12.5%".
func (r Rate) String() string { return formatFixed(int64(r), finePlaces, 0) + "%" }

// Percent returns the rate as Xero writes it, with four decimals and without a
// sign, as in "15.0000".
func (r Rate) Percent() string { return formatFixed(int64(r), finePlaces, finePlaces) }

func (r Rate) check() error {
	switch {
	case r < 0:
		return errors.New("a percentage cannot be negative")
	case r > maxRate:
		return fmt.Errorf("%w: a percentage is at most %s", ErrOverflow, maxRate)
	}
	return nil
}
