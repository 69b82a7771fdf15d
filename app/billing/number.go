package billing

import "strings"

// Number is an invoice number as the client reads it.
type Number string

// MaxNumber is the longest invoice number that Xero takes.
const MaxNumber = 255

// Check returns why the number cannot be used, or nil: Xero takes printable ASCII.
func (n Number) Check() error {
	switch {
	case n == "":
		return refuse("The invoice has no number: enter one.")
	case len(n) > MaxNumber:
		return refuse("The invoice number %.20s… is longer than %d characters: shorten it.", string(n), MaxNumber)
	case string(n) != strings.TrimSpace(string(n)):
		return refuse("The invoice number %q begins or ends with a space: remove it.", string(n))
	}
	for _, r := range n {
		if r < ' ' || r > '~' {
			return refuse("The invoice number %q has the character %q, which Xero does not take: use letters, digits and signs of the keyboard.", string(n), r)
		}
	}
	return nil
}

// Fold returns the form under which two numbers are the same. Whether Xero tells
// numbers apart by case is not verified, so the strict reading holds: it does not.
func (n Number) Fold() string { return strings.ToLower(string(n)) }
