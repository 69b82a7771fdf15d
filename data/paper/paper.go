// Package paper writes invoices as their clients get them: A4 pages in a PDF.
//
// The paper is the firm's, not the person's who prints it: words, dates and numbers are
// in English for everyone, so that one invoice is one paper. The note for staff is never
// on it.
package paper

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"feebridge/app"
	"feebridge/app/money"
)

// Write writes the invoice to w as a PDF. The same document gives the same bytes. A logo
// that cannot be printed gives an *app.Error with code Invalid, and then nothing was
// written.
//
// Texts are shown in Latin, Greek and Cyrillic letters, from left to right; any other
// character is printed as □.
func Write(w io.Writer, d app.Document) error { return write(w, d, true) }

func write(w io.Writer, d app.Document, compressed bool) error {
	if len(d.Totals.Lines) != len(d.Invoice.Lines) {
		return fmt.Errorf("printing invoice %s: it has %d lines, its totals have %d", d.Invoice.ID, len(d.Invoice.Lines), len(d.Totals.Lines))
	}
	chars, err := loadCharset()
	if err != nil {
		return err
	}
	logo, err := readLogo(d.Firm.Logo)
	if err != nil {
		return err
	}
	// Each page names how many there are, which is known once they have all been written.
	pages := compose(chars, d, logo, 0).pdf.PageCount()
	p := compose(chars, d, logo, pages)
	p.pdf.SetCompression(compressed)
	if err := p.finish(w, d.Invoice.Date, name(d), d.Firm.Name); err != nil {
		return fmt.Errorf("printing invoice %s: %w", d.Invoice.ID, err)
	}
	return nil
}

// compose writes an invoice of so many pages.
func compose(chars *charset, d app.Document, logo *logo, pages int) *pen {
	p := newPen(chars, watermark(d.Invoice.Stage), d.Firm.Name+" · "+name(d), pages)
	p.letterhead(d.Firm, logo)
	p.heading(d)
	p.parties(d)
	totals := newTotals(p, d)
	newTable(p, d).write(totals.height())
	totals.write()
	p.payment(d)
	return p
}

// name is what the paper is called, with its number if it has one.
func name(d app.Document) string {
	return strings.TrimSpace(title(d) + " " + string(d.Invoice.Number))
}

// taxed tells whether the invoice charges any tax.
func taxed(d app.Document) bool { return d.Invoice.Amounts != money.NoTax && len(d.Taxes) > 0 }

// currency is the invoice's, or the firm's where it names none.
func currency(d app.Document) money.Currency { return cmp.Or(d.Invoice.Currency, d.Firm.Currency) }
