package screens

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// moving is a use case that moves invoices to another stage.
type moving func(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]app.Result, error)

func (b *billingScreen) finalize(rows []*app.InvoiceRow) {
	b.move(rows, b.app.Finalize, func(n int) string {
		return lang.XN("count.finalized", "{{.Count}} invoices finalized", n, with{"Count": n})
	})
}

// confirmDraft asks before invoices become drafts again.
func (b *billingScreen) confirmDraft(rows []*app.InvoiceRow) {
	title := lang.XN("count.draft-title", "Take {{.Count}} invoices back to draft?", len(rows), with{"Count": len(rows)})
	if len(rows) == 1 {
		title = lang.L("Take invoice {{.Number}} back to draft?", with{"Number": rows[0].Number})
	}
	text := lang.L("A draft can be changed, and is not exported until it is finalized again. Xero does not hold these invoices: nothing changes there.")
	b.dialogs.ask(title, text, lang.L("Yes"), func() {
		b.move(rows, b.app.Reopen, func(n int) string {
			return lang.XN("count.drafted", "{{.Count}} invoices are drafts again", n, with{"Count": n})
		})
	})
}

func (b *billingScreen) hold(rows []*app.InvoiceRow) {
	b.move(rows, b.app.Hold, func(n int) string {
		return lang.XN("count.held", "{{.Count}} invoices held back from export", n, with{"Count": n})
	})
}

func (b *billingScreen) release(rows []*app.InvoiceRow) {
	b.move(rows, b.app.Release, func(n int) string {
		return lang.XN("count.released", "{{.Count}} invoices released for export", n, with{"Count": n})
	})
}

// confirmDelete asks before invoices leave the list.
func (b *billingScreen) confirmDelete(rows []*app.InvoiceRow) {
	title := lang.XN("count.delete-title", "Delete {{.Count}} invoices?", len(rows), with{"Count": len(rows)})
	if len(rows) == 1 && rows[0].Number != "" {
		title = lang.L("Delete invoice {{.Number}}?", with{"Number": rows[0].Number})
	}
	b.dialogs.ask(title, deleteWords(), lang.L("Delete"), func() {
		b.move(rows, b.app.Delete, func(n int) string {
			return lang.XN("count.deleted", "{{.Count}} invoices deleted", n, with{"Count": n})
		})
	})
}

// move moves the invoices and tells how many it were, and of each other why not.
func (b *billingScreen) move(rows []*app.InvoiceRow, do moving, done func(int) string) {
	ids := idsOf(rows)
	act(b.shell, lang.L("Changing the invoices…"), func(ctx context.Context) ([]app.Result, error) {
		return do(ctx, b.me(), ids)
	}, func(results []app.Result, err error) {
		if err != nil {
			b.failed(lang.L("Nothing was changed"), err)
			return
		}
		refused := refusedOf(results)
		if n := len(results) - len(refused); n > 0 {
			b.notice(done(n))
		}
		if len(refused) > 0 {
			b.showRefused(refused)
		}
	})
}

func refusedOf(results []app.Result) []app.Result {
	var refused []app.Result
	for _, r := range results {
		if r.Err != nil {
			refused = append(refused, r)
		}
	}
	return refused
}

// showRefused lists the invoices that something could not be done with.
func (b *billingScreen) showRefused(refused []app.Result) {
	var rows [][]listCell
	for _, r := range refused {
		rows = append(rows, []listCell{{sign: style.Failed}, {text: string(r.Number)}, {text: say(r.Err)}})
	}
	var d *dialog
	list := newListing(b.keys, []listColumn{
		{width: listSign}, {title: lang.L("Number"), width: 110}, {title: lang.L("Why not"), stretch: true},
	}, rows)
	list.opened = func(i int) {
		d.hide()
		b.showInvoice(refused[i].Invoice)
	}
	title := lang.XN("count.refused-title", "{{.Count}} invoices were left as they were", len(refused), with{"Count": len(refused)})
	d = b.dialogs.show(title, fyne.NewSize(640, 320), list.content(), newButton(b.keys, lang.L("Close"), func() { d.hide() }))
}

// openInXero opens an invoice in the browser.
func (b *billingScreen) openInXero(id billing.InvoiceID) {
	act(b.shell, lang.L("Opening the invoice…"), func(ctx context.Context) (app.InvoiceView, error) {
		return b.app.Invoice(ctx, b.me(), id)
	}, func(v app.InvoiceView, err error) {
		switch {
		case err != nil:
			b.failed(lang.L("The invoice could not be opened in Xero"), err)
		case v.Link == "":
			b.notice(lang.L("Invoice {{.Number}} is not in Xero", with{"Number": v.Invoice.Number}))
		default:
			b.openURL(v.Link)
		}
	})
}
