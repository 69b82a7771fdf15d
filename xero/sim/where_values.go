package sim

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// The values of filters and orders are nil, bool, string, guid, decimal.Decimal and time.Time.

type guid string

// compareBySign compares two values. With an absent value only == and != can hold.
func compareBySign(sign string, a, b any) (bool, error) {
	if a == nil || b == nil {
		equal := a == nil && b == nil
		switch sign {
		case "==", "=":
			return equal, nil
		case "!=", "<>":
			return !equal, nil
		}
		return false, nil
	}
	if typeOf(a) != typeOf(b) {
		return false, &queryError{fmt.Sprintf("Operator '%s' incompatible with operand types '%s' and '%s'", sign, typeOf(a), typeOf(b))}
	}
	n := compareValues(a, b)
	switch sign {
	case "==", "=":
		return n == 0, nil
	case "!=", "<>":
		return n != 0, nil
	case "<":
		return n < 0, nil
	case "<=":
		return n <= 0, nil
	case ">":
		return n > 0, nil
	}
	return n >= 0, nil
}

// compareForOrder sorts absent values first.
func compareForOrder(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return compareValues(a, b)
}

// compareValues compares two values of one type.
func compareValues(a, b any) int {
	switch a := a.(type) {
	case string:
		return strings.Compare(plain(a), plain(b.(string)))
	case guid:
		return strings.Compare(string(a), string(b.(guid)))
	case decimal.Decimal:
		return a.Cmp(b.(decimal.Decimal))
	case time.Time:
		return a.Compare(b.(time.Time))
	case bool:
		return truthRank(a) - truthRank(b.(bool))
	}
	return 0
}

func truthRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// typeOf is the name of a value's type in .NET.
func typeOf(v any) string {
	switch v.(type) {
	case string:
		return "String"
	case guid:
		return "Guid"
	case decimal.Decimal:
		return "Decimal"
	case time.Time:
		return "DateTime"
	case bool:
		return "Boolean"
	}
	return "Object"
}

// optional is a text as a filter sees it: absent when empty.
func optional(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// optionalDate is a date as a filter sees it: absent when zero.
func optionalDate(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// plain is a text as filters compare it: without regard to case or accents.
func plain(s string) string { return accents.Replace(strings.ToLower(s)) }

// accents takes the marks off the letters of western European languages and of Māori.
var accents = func() *strings.Replacer {
	var pairs []string
	for letter, marked := range map[string]string{
		"a": "àáâãäåāăą", "c": "çćč", "d": "ďđ", "e": "èéêëēėęě", "g": "ğģ", "i": "ìíîïīį", "l": "łľ", "n": "ñńňņ",
		"o": "òóôõöøōő", "r": "řŕ", "s": "śšş", "t": "ťţ", "u": "ùúûüūůűų", "y": "ýÿ", "z": "źżž",
	} {
		for _, r := range marked {
			pairs = append(pairs, string(r), letter)
		}
	}
	return strings.NewReplacer(pairs...)
}()
