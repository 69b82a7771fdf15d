package money

import (
	"fmt"
	"strings"
)

// Currency is an ISO 4217 code in upper case, such as NZD. The zero value is no
// currency.
type Currency string

// ParseCurrency reads a code of exactly three letters, in either case. It does
// not know which codes exist: an organisation's own list decides that.
func ParseCurrency(s string) (Currency, error) {
	code := strings.TrimSpace(s)
	if len(code) != 3 || strings.ContainsFunc(code, func(r rune) bool { return !isLetter(r) }) {
		return "", fmt.Errorf("currency %s: write the code of three letters, as in NZD", quote(s))
	}
	return Currency(strings.ToUpper(code)), nil
}

func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

func (c Currency) orNone() string {
	if c == "" {
		return "no currency"
	}
	return string(c)
}
