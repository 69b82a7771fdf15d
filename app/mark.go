package app

import (
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/assets/translations"
)

// Marks says whether an organisation returns the marks of exports. It is learnt from Xero's answers.
type Marks string

// How an organisation may return marks.
const (
	MarksUnknown  Marks = ""
	MarksKept     Marks = "kept"     // they come back as they were sent
	MarksChanged  Marks = "changed"  // their random part comes back, and that is enough
	MarksUnlisted Marks = "unlisted" // they come back where an invoice is read by itself, and not in lists
	MarksDropped  Marks = "dropped"  // they do not come back: an invoice cannot be recognised by them
)

// Survive reports whether an invoice without our mark in a list is known not to be ours.
func (m Marks) Survive() bool { return m == MarksKept || m == MarksChanged }

// marksKeys are the keys of the texts about marks.
var marksKeys = map[Marks]string{
	MarksUnknown: "marks.unknown", MarksKept: "marks.kept", MarksChanged: "marks.changed",
	MarksUnlisted: "marks.unlisted", MarksDropped: "marks.dropped",
}

// Meaning says in a sentence what that means for exports.
func (m Marks) Meaning() translations.Phrase { return translations.Say(marksKeys[m]) }

// MarksOf says how a mark that was sent was returned in one reading.
func MarksOf(sent, read string) Marks {
	switch {
	case read == sent:
		return MarksKept
	case MarkKey(read) == MarkKey(sent):
		return MarksChanged
	}
	return MarksDropped
}

// Worse returns the worse of two.
func (m Marks) Worse(other Marks) Marks {
	order := []Marks{MarksUnknown, MarksKept, MarksChanged, MarksUnlisted, MarksDropped}
	return order[max(slices.Index(order, m), slices.Index(order, other))]
}

// maxReference is the most characters of a reference in Xero.
const maxReference = 255

// WithMark returns a reference followed by the random part of a mark. Where both do not fit, the
// reference stays as it is.
func WithMark(reference, mark string) string {
	marked := strings.TrimSpace(reference + " [" + MarkKey(mark) + "]")
	if utf8.RuneCountInString(marked) > maxReference {
		return reference
	}
	return marked
}

// MarksReferences reports whether exports carry what is left of their marks in their references: a
// person allows it, since the reference is printed, and marks do not survive otherwise.
func (o Organisation) MarksReferences(m ledger.Mapping) bool {
	return m.MarkReference && o.Marks == MarksDropped
}

// Marking returns an invoice as it is sent to the organisation with a mark.
func (o Organisation) Marking(w ledger.Write, mark string, m ledger.Mapping) ledger.Write {
	w.Mark = mark
	if o.MarksReferences(m) {
		w.Reference = WithMark(w.Reference, mark)
	}
	return w
}

// MarkIn returns the mark in a text of several words; "" where there is none.
func MarkIn(text string) string {
	for _, word := range strings.Fields(text) {
		if IsMark(word) {
			return word
		}
	}
	return ""
}

// NewExportMark returns the address that an export carries in Xero. It names the invoice, so
// that a copy of the database which does not know the export still knows whose it is, however
// both were numbered since; the rest of it is no other export's.
func NewExportMark(base string, id billing.InvoiceID) string {
	return base + url.PathEscape(string(id)) + markSeparator + newMark()
}

// markSeparator stands between the invoice and the random part, which has none.
const markSeparator = "."

// MarkKey returns the part by which a mark is recognised however Xero writes the address: its random
// part, in lower case. An address without one is its own key.
func MarkKey(address string) string {
	if _, key, ok := cutMark(address); ok {
		return key
	}
	return address
}

// IsMark reports whether an address bears the random part of a mark, ours or another firm's.
func IsMark(address string) bool {
	_, _, ok := cutMark(address)
	return ok
}

// cutMark returns the random part of a mark and what comes before it, without escapes.
func cutMark(address string) (before, key string, ok bool) {
	text := unescape(address)
	for end := len(text); end > 0; {
		begin := end
		for begin > 0 && isLetterOrDigit(text[begin-1]) {
			begin--
		}
		if word := text[begin:end]; len(word) == markDigits && isHex(word) {
			return text[:begin], strings.ToLower(word), true
		}
		end = max(begin-1, 0)
	}
	return "", "", false
}

// unescape returns an address without escapes, of which there may be several layers.
func unescape(address string) string {
	for range 3 {
		plain, err := url.PathUnescape(address)
		if err != nil || plain == address {
			break
		}
		address = plain
	}
	return address
}

func isLetterOrDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func isHex(word string) bool {
	_, err := hex.DecodeString(word)
	return err == nil
}

// MarkedInvoice returns the invoice that a mark names, if it is one of this firm's base.
func MarkedInvoice(base, mark string) (billing.InvoiceID, bool) {
	before, _, ok := cutMark(mark)
	before, named := strings.CutSuffix(before, markSeparator)
	root, name := cutLast(before, "/")
	if !ok || !named || name == "" || base == "" || !sameAddress(root, base) {
		return "", false
	}
	if id, err := uuid.Parse(name); err == nil {
		name = id.String() // whatever its case
	}
	return billing.InvoiceID(name), true
}

func cutLast(text, separator string) (before, after string) {
	at := strings.LastIndex(text, separator)
	return text[:max(at, 0)], text[at+1:]
}

// sameAddress reports whether two addresses are the same but for case, slashes and escapes.
func sameAddress(a, b string) bool {
	bare := func(address string) string { return strings.ReplaceAll(strings.TrimSpace(unescape(address)), "/", "") }
	return strings.EqualFold(bare(a), bare(b))
}

// markDigits is the length of the random part of a mark.
const markDigits = 32

// newMark returns the random part of the address that an export carries in Xero: 128
// bits in hexadecimal. Among the letters of any text there could be "xero", and Xero
// takes no address with its own name in it.
func newMark() string {
	var random [markDigits / 2]byte
	_, _ = rand.Read(random[:]) // never fails
	return hex.EncodeToString(random[:])
}
