// Package paper writes invoices as their clients get them: A4 pages in a PDF.
//
// The paper is the firm's, not the person's who prints it: words, dates and numbers are
// in English for everyone, so that one invoice is one paper. The note for staff is never
// on it.
package paper

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"

	"feebridge/app"
	"feebridge/app/money"
	"feebridge/assets/translations"
)

// Printer prints invoices. Its methods may be called from any goroutine. Texts are shown in
// Latin, Greek and Cyrillic letters, which the zero Printer has a font for, and in any others
// that its further fonts have. Any other character is printed as □, and Unshown tells it.
type Printer struct{ more *further }

// New returns a printer that has the fonts of this computer, too.
func New() *Printer { return &Printer{&further{fonts: systemFonts}} }

// Print implements app.Paper.
func (p *Printer) Print(d app.Document) ([]byte, error) {
	var b bytes.Buffer
	err := p.Write(&b, d)
	return b.Bytes(), err
}

// Write writes the invoice to w as a PDF. The same document gives the same bytes where the same
// fonts are. A logo that cannot be printed gives an *app.Error with code Invalid, and then
// nothing was written.
func (p *Printer) Write(w io.Writer, d app.Document) error { return p.write(w, d, true) }

// Unshown implements app.Paper.
func (p *Printer) Unshown(d app.Document) []app.Unshown {
	chars, err := p.charset()
	if err != nil {
		return nil // nor can it be printed
	}
	var all []app.Unshown
	look := func(place translations.Phrase, texts ...string) {
		found := map[rune]bool{}
		var b strings.Builder
		for _, text := range texts {
			chars.replace(text, func(r rune) {
				if !found[r] {
					found[r] = true
					b.WriteRune(r)
				}
			})
		}
		if b.Len() > 0 {
			all = append(all, app.Unshown{Characters: b.String(), Place: place})
		}
	}
	look(translations.Say("pdf.unshown.client-name"), d.Client.Name)
	look(translations.Say("pdf.unshown.client-address"), d.Client.Address.Parts()...)
	look(translations.Say("pdf.unshown.number"), string(d.Invoice.Number))
	look(translations.Say("pdf.unshown.reference"), d.Invoice.Reference)
	for i, l := range d.Invoice.Lines {
		look(translations.Say("pdf.unshown.line", "Line", i+1), l.Description)
	}
	for _, t := range d.Taxes {
		look(translations.Say("pdf.unshown.tax", "Tax", translations.Quoted(t.Name)), t.Name)
	}
	look(translations.Say("pdf.unshown.firm-name"), d.Firm.Name)
	look(translations.Say("pdf.unshown.firm-address"), d.Firm.Address.String())
	look(translations.Say("pdf.unshown.firm-phone"), d.Firm.Phone)
	look(translations.Say("pdf.unshown.firm-email"), d.Firm.Email)
	look(translations.Say("pdf.unshown.firm-tax-number"), d.Firm.TaxNumber)
	look(translations.Say("pdf.unshown.payment"), d.Firm.Payment)
	return all
}

func (p *Printer) charset() (*charset, error) {
	own, err := loadLetters()
	return &charset{own, p.more}, err
}

func (p *Printer) write(w io.Writer, d app.Document, compressed bool) error {
	if len(d.Totals.Lines) != len(d.Invoice.Lines) {
		return fmt.Errorf("printing invoice %s: it has %d lines, its totals have %d", d.Invoice.ID, len(d.Invoice.Lines), len(d.Totals.Lines))
	}
	chars, err := p.charset()
	if err != nil {
		return err
	}
	logo, err := readLogo(d.Firm.Logo)
	if err != nil {
		return err
	}
	// Each page names how many there are, which is known once they have all been written.
	pages := compose(chars, d, logo, 0).pdf.PageCount()
	pen := compose(chars, d, logo, pages)
	pen.pdf.SetCompression(compressed)
	if err := pen.finish(w, d.Invoice.Date, name(d), d.Firm.Name); err != nil {
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
