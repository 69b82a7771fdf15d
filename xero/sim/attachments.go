package sim

import (
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
)

// Bounds of attachments. The pages of the documentation differ on the size of a file (10 or 25 MB): the smaller, which
// is also the bound of a request, is held.
const (
	maxAttachments = 10
	maxFileName    = 255
)

// listAttachments is GET /Invoices/{InvoiceID}/Attachments.
func listAttachments(c *call) answer {
	inv := c.org.find(c.args[0])
	if inv == nil {
		return notFound()
	}
	return c.ok("Attachments", attachmentList(c.origin, inv))
}

// readAttachment is GET /Invoices/{InvoiceID}/Attachments/{AttachmentID or FileName}: the file itself.
func readAttachment(c *call) answer {
	if inv := c.org.find(c.args[0]); inv != nil {
		for _, a := range inv.Attachments {
			if a.AttachmentID == strings.ToLower(c.args[1]) || strings.EqualFold(a.FileName, c.args[1]) {
				return answer{status: http.StatusOK, contentType: a.MimeType, body: a.Content}
			}
		}
	}
	return notFound()
}

// writeAttachment is PUT and POST /Invoices/{InvoiceID}/Attachments/{FileName}: the body is the file. A file of the same
// name is replaced.
func writeAttachment(c *call) answer {
	inv := c.org.find(c.args[0])
	if inv == nil {
		return notFound()
	}
	a := Attachment{
		AttachmentID: newID(), FileName: c.args[1], MimeType: mimeOf(c.args[1], c.header.Get("Content-Type")),
		IncludeOnline: c.flag("IncludeOnline") && inv.Type == TypeSales, Content: c.body,
	}
	i := slices.IndexFunc(inv.Attachments, func(b Attachment) bool { return strings.EqualFold(a.FileName, b.FileName) })
	switch {
	case len(c.body) == 0:
		return c.refused("The attachment is empty.")
	case len(a.FileName) > maxFileName || strings.ContainsAny(a.FileName, "<>:\"/\\|?*+\x00"):
		return c.refused("The file name is not valid.")
	case i < 0 && len(inv.Attachments) >= maxAttachments:
		return c.refused("A document may have at most 10 attachments.")
	case i >= 0:
		a.AttachmentID = inv.Attachments[i].AttachmentID
		inv.Attachments[i] = a
	default:
		inv.Attachments = append(inv.Attachments, a)
	}
	inv.UpdatedUTC = c.now // that a file moves it is not verified
	c.touched = []string{inv.InvoiceID}
	only := *inv
	only.Attachments = []Attachment{a}
	return c.ok("Attachments", attachmentList(c.origin, &only))
}

// mimeOf is the type of a file: what was sent with it, else what its name says. Of a PDF the name counts for more than
// application/octet-stream; that of other files it doesn't is not verified.
func mimeOf(name, sent string) string {
	const unknown = "application/octet-stream"
	extension := strings.ToLower(path.Ext(name))
	if sent != "" && sent != "application/x-www-form-urlencoded" && !(sent == unknown && extension == ".pdf") {
		return sent
	}
	return orDefault(mime.TypeByExtension(extension), unknown)
}
