package screens

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// paperApp is what printing asks of the application.
type paperApp interface {
	Document(ctx context.Context, by staff.Member, id billing.InvoiceID) (app.Document, []app.Unshown, error)
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
	type printed struct {
		path    string
		unshown []app.Unshown
	}
	act(p.shell, lang.L("busy.creating-pdf"), func(ctx context.Context) (printed, error) {
		d, unshown, err := p.app.Document(ctx, p.me(), id)
		if err != nil {
			return printed{}, err
		}
		path, err := p.write(d, "")
		return printed{path, unshown}, err
	}, func(d printed, err error) {
		if err != nil {
			p.failed(lang.L("pdf.failed"), err)
			return
		}
		p.open(d.path)
		p.notice(lang.L("pdf.opening"))
		p.warn(d.unshown)
	})
}

// warn says what a PDF that was made does not show: it looks finished all the same.
func (p *paper) warn(unshown []app.Unshown) {
	if len(unshown) == 0 {
		return
	}
	var d *dialog
	leave := newButton(p.keys, lang.L("action.close"), func() { d.hide() })
	d = p.dialogs.show(lang.L("pdf.incomplete"), fyne.NewSize(460, 0), container.NewVBox(
		signed(style.Warning, paragraph(lang.L("pdf.unshown", with{"What": told(app.TellUnshown(unshown))}))),
		paragraph(lang.L("pdf.incomplete.fix")),
	), leave)
}

// save saves an invoice as PDF where the person says.
func (p *paper) save(id billing.InvoiceID) {
	type read struct {
		app.Document
		unshown []app.Unshown
	}
	act(p.shell, lang.L("busy.opening-invoice"), func(ctx context.Context) (r read, err error) {
		r.Document, r.unshown, err = p.app.Document(ctx, p.me(), id)
		return r, err
	}, func(r read, err error) {
		if err != nil {
			p.failed(lang.L("pdf.failed"), err)
			return
		}
		p.saveFile(lang.L("pdf.save-title"), fileName(r.Document), func(_ context.Context, path string) error {
			_, err := p.write(r.Document, path)
			return err
		}, func(path string) {
			p.notice(lang.L("done.saved-as", with{"File": path}))
			p.warn(r.unshown)
		})
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
