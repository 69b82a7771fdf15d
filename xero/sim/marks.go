package sim

import (
	"fmt"
	"strings"
)

// Marks says what answers tell of the Url of an invoice. No recording proves that Xero tells it byte for byte.
type Marks string

// How a Url may come back.
const (
	MarksKept       Marks = "kept"       // it comes back as it was sent
	MarksNormalised Marks = "normalised" // it leads to the same place, and other bytes say so
	MarksDropped    Marks = "dropped"    // no answer has it
	MarksUnlisted   Marks = "unlisted"   // lists do not have it
)

// ParseMarks reads how a Url comes back; "" is kept.
func ParseMarks(text string) (Marks, error) {
	switch m := Marks(text); m {
	case "":
		return MarksKept, nil
	case MarksKept, MarksNormalised, MarksDropped, MarksUnlisted:
		return m, nil
	}
	return "", fmt.Errorf("--marks is kept, normalised, dropped or unlisted, not %q", text)
}

// url is the Url as an answer tells it.
func (s invoiceShape) url(inv *Invoice) string {
	switch {
	case s.marks == MarksDropped, s.marks == MarksUnlisted && s.listed:
		return ""
	case s.marks == MarksNormalised:
		return normalised(inv.URL)
	}
	return inv.URL
}

// normalised writes an address in another way: its scheme and host in capitals, what stands after the last slash in
// capitals and with more escapes, and a slash at its end.
func normalised(address string) string {
	at := strings.LastIndex(address, "/") + 1
	if at == 0 {
		return address
	}
	root, last := address[:at], address[at:]
	if scheme, rest, ok := strings.Cut(root, "://"); ok {
		host, path, _ := strings.Cut(rest, "/")
		root = strings.ToUpper(scheme) + "://" + strings.ToUpper(host) + "/" + path
	}
	return root + strings.NewReplacer(".", "%2E", "-", "%2d").Replace(strings.ToUpper(last)) + "/"
}
