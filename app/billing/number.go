package billing

import (
	"fmt"
	"strconv"
	"strings"

	"feebridge/assets/translations"
)

// Number is an invoice number as the client reads it.
type Number string

// MaxNumber is the longest invoice number that Xero takes.
const MaxNumber = 255

// Check returns why the number cannot be used, or nil: Xero takes printable ASCII.
func (n Number) Check() error {
	switch {
	case n == "":
		return refuse("problem.number.none")
	case len(n) > MaxNumber:
		return refuse("problem.number.long", "Number", n[:20]+"…", "Count", MaxNumber)
	case string(n) != strings.TrimSpace(string(n)):
		return refuse("problem.number.space", "Number", translations.Quoted(string(n)))
	}
	for _, r := range n {
		if r < ' ' || r > '~' {
			return refuse("problem.number.sign", "Number", translations.Quoted(string(n)), "Sign", translations.Quoted(string(r)))
		}
	}
	return nil
}

// Fold returns the form under which two numbers are the same. Whether Xero tells
// numbers apart by case is not verified, so the strict reading holds: it does not.
func (n Number) Fold() string { return strings.ToLower(string(n)) }

// Numbering makes the numbers of new invoices.
type Numbering struct {
	Prefix string // such as INV-
	Digits int    // the least there are, with zeros in front
	Next   int64  // from 1
}

// MaxDigits is the most digits that a number is padded to.
const MaxDigits = 15

// Number returns the next number.
func (n Numbering) Number() Number {
	return Number(fmt.Sprintf("%s%0*d", n.Prefix, n.Digits, n.Next))
}

// After returns what comes after a number that was made by this numbering; false for any other.
func (n Numbering) After(number Number) (int64, bool) {
	digits, ours := strings.CutPrefix(number.Fold(), Number(n.Prefix).Fold())
	if !ours || digits == "" || len(digits) > MaxDigits || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	last, err := strconv.ParseInt(digits, 10, 64)
	return last + 1, err == nil
}

// Check returns why invoices cannot be numbered so, or nil.
func (n Numbering) Check() error {
	switch {
	case n.Next < 1:
		return refuse("problem.numbering.next", "Next", n.Next)
	case n.Digits < 0 || n.Digits > MaxDigits:
		return refuse("problem.numbering.digits", "Most", MaxDigits, "Digits", n.Digits)
	}
	return n.Number().Check()
}
