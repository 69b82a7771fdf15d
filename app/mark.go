package app

import (
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

// invoiceOf returns the invoice that a mark names, if it is one of this firm's base.
func invoiceOf(base, mark string) (billing.InvoiceID, bool) {
	rest, ours := strings.CutPrefix(mark, base)
	at := strings.LastIndex(rest, markSeparator)
	if !ours || base == "" || at < 0 {
		return "", false
	}
	id, err := url.PathUnescape(rest[:at])
	return billing.InvoiceID(id), err == nil && id != ""
}
