package screens

import (
	"context"
	"strings"

	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
)

// paperApp is what printing asks of the application.
type paperApp interface {
	Document(ctx context.Context, by staff.Member, id billing.InvoiceID) (app.Document, error)
}

// paper prints invoices.
type paper struct {
	*shell
	app paperApp
	// write writes an invoice as PDF; "" for the path takes a file of its own, which is
	// thrown away later. It returns where the file is.
	write func(d app.Document, path string) (string, error)
	open  func(path string) // in the system's viewer, which prints it, too
}

// preview shows an invoice as PDF in the system's viewer.
func (p *paper) preview(id billing.InvoiceID) {
	act(p.shell, lang.L("busy.creating-pdf"), func(ctx context.Context) (string, error) {
		d, err := p.app.Document(ctx, p.me(), id)
		if err != nil {
			return "", err
		}
		return p.write(d, "")
	}, func(path string, err error) {
		if err != nil {
			p.failed(lang.L("pdf.failed"), err)
			return
		}
		p.open(path)
		p.notice(lang.L("pdf.opening"))
	})
}

// save saves an invoice as PDF where the person says.
func (p *paper) save(id billing.InvoiceID) {
	act(p.shell, lang.L("busy.opening-invoice"), func(ctx context.Context) (app.Document, error) {
		return p.app.Document(ctx, p.me(), id)
	}, func(d app.Document, err error) {
		if err != nil {
			p.failed(lang.L("pdf.failed"), err)
			return
		}
		p.saveFile(lang.L("pdf.save-title"), fileName(d), func(_ context.Context, path string) error {
			_, err := p.write(d, path)
			return err
		}, func(path string) { p.notice(lang.L("done.saved-as", with{"File": path})) })
	})
}

// fileName is what the file of an invoice is called: its number and its client.
func fileName(d app.Document) string {
	name := string(d.Invoice.Number)
	if name == "" {
		name = "draft"
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '-'
		}
		return r
	}, name+" "+d.Client.Name) + ".pdf"
}
