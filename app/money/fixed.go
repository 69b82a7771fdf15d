package money

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Decimal places of each type. Xero keeps two for money, four for quantities,
// unit amounts (when asked with unitdp=4) and the percentage of a tax rate.
const (
	amountPlaces = 2
	finePlaces   = 4
)

// parseFixed reads a decimal and returns it as a whole number of units of
// 10^-places. It takes an optional sign, digits and an optional decimal part,
// with thousands grouped by commas only beside a decimal part; spaces around the
// number are ignored. It never rounds: decimals beyond places must be zeros.
func parseFixed(s string, places int) (int64, error) {
	number := strings.TrimSpace(s)
	if number == "" {
		return 0, errors.New("there is no number")
	}
	digits, negative := strings.CutPrefix(number, "-")
	if !negative {
		digits = strings.TrimPrefix(digits, "+")
	}
	if err := onlyDigitsAndMarks(digits); err != nil {
		return 0, err
	}
	whole, decimals, hasPoint := strings.Cut(digits, ".")
	whole, err := ungroup(whole, decimals, hasPoint)
	if err != nil {
		return 0, err
	}
	switch {
	case strings.ContainsAny(decimals, ".,"):
		return 0, errors.New("write one decimal point and no comma after it, as in 1234.50")
	case whole == "" || hasPoint && decimals == "":
		return 0, errors.New("write digits on both sides of the decimal point, as in 0.50")
	}
	if extra := strings.TrimRight(decimals, "0"); len(extra) > places {
		return 0, tooManyDecimals(places)
	}
	decimals = (decimals + strings.Repeat("0", places))[:places]
	return parseDigits(whole+decimals, negative)
}

// tooManyDecimals is a refusal that ExplainRounding knows.
type tooManyDecimals int

func (places tooManyDecimals) Error() string {
	return fmt.Sprintf("it has more than %d decimals: round it first", int(places))
}

// onlyDigitsAndMarks refuses all that is not a digit, a point or a comma, with
// the remedy for the habits that are met most.
func onlyDigitsAndMarks(s string) error {
	for _, r := range s {
		switch {
		case '0' <= r && r <= '9', r == '.', r == ',':
		case r == '(' || r == ')':
			return errors.New("write a negative number with a minus sign in front, without parentheses")
		case r == '-' || r == '+' || r == '−' || r == '–':
			return errors.New("write the sign as one - in front of the digits")
		case r == '%':
			return errors.New("write the number without a percent sign")
		case r == ' ' || r == '\u00a0' || r == '\u202f' || r == '\'' || r == '’':
			return errors.New("write the thousands without spaces or apostrophes, as in 1234.50")
		default:
			return errors.New("write digits only, as in 1234.50, without currency signs, letters or exponents")
		}
	}
	return nil
}

// ungroup takes the commas out of the part before the decimal point, if they are
// where thousands are parted and cannot be decimal commas.
func ungroup(whole, decimals string, hasPoint bool) (string, error) {
	groups := strings.Split(whole, ",")
	if len(groups) == 1 {
		return whole, nil
	}
	plain := strings.Join(groups, "")
	wellGrouped := len(groups[0]) >= 1 && len(groups[0]) <= 3 && groups[0][0] != '0'
	for _, group := range groups[1:] {
		wellGrouped = wellGrouped && len(group) == 3
	}
	switch {
	case wellGrouped && hasPoint && decimals != "":
		return plain, nil
	case wellGrouped && !hasPoint:
		return "", fmt.Errorf("the comma may part thousands or decimals: write %s.00 if thousands are meant", abbreviate(plain))
	}
	return "", errors.New("write the decimals after a point and the thousands without commas, as in 1234.50")
}

func parseDigits(digits string, negative bool) (int64, error) {
	magnitude, err := strconv.ParseUint(digits, 10, 64)
	switch {
	case err == nil && !negative && magnitude <= math.MaxInt64:
		return int64(magnitude), nil
	case err == nil && negative && magnitude <= -math.MinInt64:
		return -int64(magnitude), nil // exact for the smallest int64 too: its magnitude converts to itself
	}
	return 0, ErrOverflow
}

// formatFixed writes units of 10^-places as a decimal, without trailing zeros
// beyond the first atLeast decimals.
func formatFixed(units int64, places, atLeast int) string {
	sign, magnitude := "", uint64(units)
	if units < 0 {
		sign, magnitude = "-", -magnitude
	}
	digits := fmt.Sprintf("%0*d", places+1, magnitude)
	whole, decimals := digits[:len(digits)-places], digits[len(digits)-places:]
	for len(decimals) > atLeast && decimals[len(decimals)-1] == '0' {
		decimals = decimals[:len(decimals)-1]
	}
	if decimals == "" {
		return sign + whole
	}
	return sign + whole + "." + decimals
}

// quote shows what a person wrote, cut where it would fill the message.
func quote(s string) string { return strconv.Quote(abbreviate(s)) }

func abbreviate(s string) string {
	const longest = 40
	runes := 0
	for at := range s {
		if runes == longest {
			return s[:at] + "…"
		}
		runes++
	}
	return s
}
