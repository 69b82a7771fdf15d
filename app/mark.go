package app

import (
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"strings"

	"feebridge/app/billing"
)

// newExportMark returns the address that an export carries in Xero. It names the invoice, so
// that a copy of the database which does not know the export still knows whose it is, however
// both were numbered since; the rest of it is no other export's.
func newExportMark(base string, id billing.InvoiceID) string {
	return base + url.PathEscape(string(id)) + markSeparator + newMark()
}

// markSeparator stands between the invoice and the random part, which has none.
const markSeparator = "."

// MarkedInvoice returns the invoice that a mark names, if it is one of this firm's base.
func MarkedInvoice(base, mark string) (billing.InvoiceID, bool) {
	rest, ours := strings.CutPrefix(mark, base)
	at := strings.LastIndex(rest, markSeparator)
	if !ours || base == "" || at < 0 {
		return "", false
	}
	id, err := url.PathUnescape(rest[:at])
	return billing.InvoiceID(id), err == nil && id != ""
}

// newMark returns the random part of the address that an export carries in Xero: 128
// bits in hexadecimal. Among the letters of any text there could be "xero", and Xero
// takes no address with its own name in it.
func newMark() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	return hex.EncodeToString(random[:])
}
