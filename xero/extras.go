package xero

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"strings"

	"feebridge/app/ledger"
)

// What an invoice has below its own address.
const (
	historyName     = "History"
	attachmentsName = "Attachments"
)

// maxNote is the most characters of a note in an invoice's history.
const maxNote = 2500

// AddNote writes a note into the invoice's history, once. What is longer than 2,500
// characters is cut off.
func (c *Client) AddNote(ctx context.Context, t ledger.TenantID, id ledger.InvoiceID, text, key string) error {
	type record struct{ Details string }
	if long := []rune(text); len(long) > maxNote {
		text = string(long[:maxNote])
	}
	body, err := json.Marshal(struct{ HistoryRecords []record }{[]record{{text}}})
	if err != nil {
		return unsendable(err)
	}
	_, err = c.do(ctx, call{method: http.MethodPut, tenant: t, path: below(id, historyName), key: key, body: body})
	return err
}

// Notes returns what was noted in the invoice's history, the newest first.
func (c *Client) Notes(ctx context.Context, t ledger.TenantID, id ledger.InvoiceID) ([]string, error) {
	type record struct{ Details string }
	l, err := read[record](ctx, c, call{tenant: t, path: below(id, historyName)}, "HistoryRecords")
	if err != nil {
		return nil, err
	}
	notes := make([]string, len(l.items))
	for i, r := range l.items {
		notes[i] = r.Details
	}
	return notes, nil
}

// Attach attaches a file to the invoice, once, or replaces the one of that name. The client
// does not see it online.
func (c *Client) Attach(ctx context.Context, t ledger.TenantID, id ledger.InvoiceID, f ledger.File, key string) error {
	content := "application/octet-stream"
	if strings.EqualFold(path.Ext(f.Name), ".pdf") {
		content = "application/pdf"
	}
	_, err := c.do(ctx, call{
		method: http.MethodPut, tenant: t, path: below(id, attachmentsName, attachmentName(f.Name)),
		key: key, body: f.Content, content: content,
	})
	return err
}

// below returns the path of something that the invoice has.
func below(id ledger.InvoiceID, names ...string) string {
	escaped := []string{invoicesName, url.PathEscape(string(id))}
	for _, name := range names {
		escaped = append(escaped, url.PathEscape(name))
	}
	return strings.Join(escaped, "/")
}

// attachmentName returns a name without the characters that Xero does not take in one.
func attachmentName(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("<>:\"/\\|?*+\x00", r) {
			return '-'
		}
		return r
	}, name)
}
