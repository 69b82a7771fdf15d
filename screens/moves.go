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
	b.dialogs.ask(title, deleteWords(rows), lang.L("Delete"), func() {
		b.move(rows, b.app.Delete, func(n int) string {
			return lang.XN("count.deleted", "{{.Count}} invoices deleted", n, with{"Count": n})
		})
	})
}

// deleteWords say what deleting invoices does.
func deleteWords(rows []*app.InvoiceRow) string {
	closed := 0
	for _, r := range rows {
		if r.Stage.Status == billing.Closed {
			closed++
		}
	}
	switch closed {
	case 0:
		return lang.L("It leaves the list and is kept for the audit trail. Xero does not hold it: nothing changes there. Its number, if it has one, is free again.")
	case len(rows):
		return lang.L("It leaves the list and is kept for the audit trail. It is not in force in Xero any more: nothing changes there. Its number is used up and is never given again.")
	}
	return lang.L("They leave the list and are kept for the audit trail. Nothing changes in Xero. The numbers of those that are closed are used up; those of the others are free again.")
}

// confirmLetGo asks before an Admin says of invoices that they are not in Xero any more.
func (b *billingScreen) confirmLetGo(rows []*app.InvoiceRow) {
	title := lang.XN("count.let-go-title", "Are {{.Count}} invoices gone from Xero for good?", len(rows), with{"Count": len(rows)})
	if len(rows) == 1 {
		title = lang.L("Is invoice {{.Number}} gone from Xero for good?", with{"Number": rows[0].Number})
	}
	text := lang.L("What is released can be exported again, or taken back to draft. Should Xero have it after all, it would be there twice: look there first.")
	b.dialogs.ask(title, text, lang.L("Yes, it is gone"), func() {
		b.move(rows, b.app.ReleaseMissing, func(n int) string {
			return lang.XN("count.released", "{{.Count}} invoices released for export", n, with{"Count": n})
		})
	})
}

// renumber gives an invoice whose number Xero has already the next one, and exports it.
func (b *billingScreen) renumber(row *app.InvoiceRow) {
	ids := []billing.InvoiceID{row.ID}
	act(b.shell, lang.L("Changing the invoices…"), func(ctx context.Context) ([]app.Result, error) {
		return b.app.Renumber(ctx, b.me(), ids)
	}, func(results []app.Result, err error) {
		if err == nil {
			err = results[0].Err
		}
		if err != nil {
			b.failed(lang.L("The invoice was not given another number"), err)
			return
		}
		numbered := *row
		numbered.Number = results[0].Number
		b.notice(lang.L("It is invoice {{.Number}} now", with{"Number": numbered.Number}))
		b.confirmExport([]*app.InvoiceRow{&numbered})
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
