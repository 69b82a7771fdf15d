package screens

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// moving is a use case that moves invoices to another stage.
type moving func(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]app.Result, error)

// finalize finalizes invoices. It asks first where some have odd dates.
func (b *billingScreen) finalize(rows []*app.InvoiceRow) {
	today := billing.DateOf(b.now())
	var odd []*app.InvoiceRow
	looks := container.New(closely)
	for _, r := range rows {
		look, is := billing.OddDates(r.Date, r.Due, today)
		if !is {
			continue
		}
		if odd = append(odd, r); len(odd) <= listedFirst {
			who := r.Client
			if r.Number != "" {
				who = string(r.Number) + " · " + who
			}
			looks.Add(paragraph(lang.L("dates.row", with{"Client": who, "Total": b.format.Money(r.Total), "Look": told(look)})))
		}
	}
	if len(odd) == 0 {
		b.finalizeAll(rows)
		return
	}
	if more := len(odd) - listedFirst; more > 0 {
		looks.Add(caption(lang.N("confirm.more", more, with{"Count": b.format.Count(more)})))
	}
	var d *dialog
	goOn := newButton(b.keys, lang.N("dates.finalize-all", len(rows), with{"Count": b.format.Count(len(rows))}), func() {
		d.hide()
		b.finalizeAll(rows)
	})
	leave := newButton(b.keys, lang.L("action.cancel"), func() { d.hide() })
	title := lang.N("dates.title", len(odd), with{"Count": b.format.Count(len(odd))})
	d = b.dialogs.show(title, fyne.NewSize(confirmWidth, 0), looks, goOn, leave)
}

func (b *billingScreen) finalizeAll(rows []*app.InvoiceRow) {
	b.move(rows, b.app.Finalize, func(n int) string {
		return lang.N("finalize.done", n, with{"Count": n})
	})
}

func (b *billingScreen) hold(rows []*app.InvoiceRow) {
	b.move(rows, b.app.Hold, func(n int) string {
		return lang.N("hold.done", n, with{"Count": n})
	})
}

func (b *billingScreen) release(rows []*app.InvoiceRow) {
	b.move(rows, b.app.Release, func(n int) string {
		return lang.N("release.done", n, with{"Count": n})
	})
}

// confirmDelete asks before invoices leave the list.
func (b *billingScreen) confirmDelete(rows []*app.InvoiceRow) {
	title := lang.N("delete.title", len(rows), with{"Count": len(rows)})
	if len(rows) == 1 && rows[0].Number != "" {
		title = lang.L("delete.title.one", with{"Number": rows[0].Number})
	}
	body := container.NewVBox(paragraph(deleteWords(rows)), b.itemized(rows))
	b.dialogs.warn(title, body, lang.L("delete.yes"), func() {
		b.move(rows, b.app.Delete, func(n int) string {
			return lang.N("delete.done", n, with{"Count": n})
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
		return lang.N("delete.text", len(rows))
	case len(rows):
		return lang.N("delete.text.closed", len(rows))
	}
	return lang.L("delete.text.mixed")
}

// confirmLetGo asks before an Admin says of invoices that they are not in Xero any more.
func (b *billingScreen) confirmLetGo(rows []*app.InvoiceRow) {
	title := lang.N("missing.title", len(rows), with{"Count": len(rows)})
	if len(rows) == 1 {
		title = lang.L("missing.title.one", with{"Number": rows[0].Number})
	}
	body := container.NewVBox(paragraph(lang.N("missing.text", len(rows))), b.itemized(rows))
	b.dialogs.warn(title, body, lang.L("missing.yes"), func() {
		b.move(rows, b.app.ReleaseMissing, func(n int) string {
			return lang.N("missing.done", n, with{"Count": n})
		})
	})
}

// renumber gives an invoice whose number cannot be used the next one. Unless it is a draft, its export follows.
func (b *billingScreen) renumber(row *app.InvoiceRow) {
	if row.Stage.Status == billing.Draft {
		b.takeNumber(row, func() {})
		return
	}
	b.askRenumber(row, func() { b.confirmExport([]*app.InvoiceRow{row}) })
}

// askRenumber asks before an invoice takes the next number, which is never given again, and then does what follows.
func (b *billingScreen) askRenumber(row *app.InvoiceRow, then func()) {
	number := with{"Number": row.Number}
	b.dialogs.ask(lang.L("renumber.title", number), lang.L("renumber.first", number), lang.L("action.renumber"), func() { b.takeNumber(row, then) })
}

// takeNumber gives an invoice the next number, and then does what follows.
func (b *billingScreen) takeNumber(row *app.InvoiceRow, then func()) {
	act(b.shell, lang.L("busy.changing-invoices"), func(ctx context.Context) ([]app.Result, error) {
		return b.app.Renumber(ctx, b.me(), []billing.InvoiceID{row.ID})
	}, func(results []app.Result, err error) {
		if err == nil {
			err = results[0].Err
		}
		if err != nil {
			b.failed(lang.L("renumber.failed"), err)
			return
		}
		b.notice(lang.L("renumber.done", with{"Number": results[0].Number}))
		then()
	})
}

// move moves the invoices and tells how many it were, and of each other why not.
func (b *billingScreen) move(rows []*app.InvoiceRow, do moving, done func(int) string) {
	ids := idsOf(rows)
	act(b.shell, lang.L("busy.changing-invoices"), func(ctx context.Context) ([]app.Result, error) {
		return do(ctx, b.me(), ids)
	}, func(results []app.Result, err error) {
		if err != nil {
			b.failed(lang.L("failed.change"), err)
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
		{width: listSign}, {title: lang.L("field.number"), width: 110}, {title: lang.L("field.reason"), stretch: true},
	}, rows)
	list.opened = func(i int) {
		d.hide()
		b.showInvoice(refused[i].Invoice)
	}
	title := lang.N("refused.title", len(refused), with{"Count": len(refused)})
	d = b.dialogs.show(title, fyne.NewSize(640, 320), list.content(), newButton(b.keys, lang.L("action.close"), func() { d.hide() }))
}

// openInXero opens an invoice in the browser.
func (b *billingScreen) openInXero(id billing.InvoiceID) {
	act(b.shell, lang.L("busy.opening-invoice"), func(ctx context.Context) (app.InvoiceView, error) {
		return b.app.Invoice(ctx, b.me(), id)
	}, func(v app.InvoiceView, err error) {
		switch {
		case err != nil:
			b.failed(lang.L("xero.open.failed"), err)
		case v.Link == "":
			b.notice(lang.L("xero.not-there", with{"Number": v.Invoice.Number}))
		default:
			b.openURL(v.Link)
		}
	})
}
