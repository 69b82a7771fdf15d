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

// redraftApp is what taking invoices back to draft asks of the application.
type redraftApp interface {
	Redraft(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]app.Run, []app.Result, error)
}

// askDraft asks to take what can be of the invoices back to draft, or says why nothing can.
func (b *billingScreen) askDraft(rows []*app.InvoiceRow) {
	if len(redrafting.fits(b.me(), rows)) == 0 {
		b.notice(capital(redrafting.whyNot(rows)))
		return
	}
	b.confirmDraft(rows)
}

// confirmDraft says what happens, in Xero and here, to each of the invoices when they are
// taken back to draft, and asks for it.
func (b *billingScreen) confirmDraft(rows []*app.InvoiceRow) {
	fit := redrafting.fits(b.me(), rows)
	there := 0
	for _, r := range fit {
		if removing.can(r.Stage) {
			there++
		}
	}
	body := container.NewVBox()
	if len(rows) == 1 {
		body.Add(paragraph(draftWords(rows[0])))
	} else {
		counts := container.New(closely)
		b.addDraftCounts(counts, rows)
		body.Add(counts)
	}
	body.Add(b.itemized(fit))
	if len(rows) > 1 {
		body.Add(caption(lang.L("draft.hint")))
	}
	title, do := b.draftTitle(fit, there), func() { b.redraft(fit) }
	switch there {
	case 0: // it can be finalized again
		b.dialogs.askWith(title, body, lang.L("draft.yes"), do)
	case len(fit):
		b.dialogs.warn(title, body, lang.L("draft.yes.in-xero"), do)
	default:
		b.dialogs.warn(title, body, lang.L("draft.yes"), do)
	}
}

// draftTitle asks whether invoices shall be taken back to draft, of which so many are in Xero.
func (b *billingScreen) draftTitle(fit []*app.InvoiceRow, there int) string {
	all := len(fit)
	data := with{"Number": fit[0].Number, "Count": b.format.Count(all), "There": b.format.Count(there)}
	switch {
	case all == 1 && there == 1:
		return lang.L("draft.title.one-in-xero", data)
	case all == 1:
		return lang.L("draft.title.one", data)
	case there == all:
		return lang.N("draft.title.in-xero", all, data)
	case there > 0:
		return lang.N("draft.title.mixed", all, data)
	}
	return lang.N("draft.title", all, data)
}

// draftWords say what happens to one invoice.
func draftWords(r *app.InvoiceRow) string {
	number := with{"Number": r.Number}
	switch {
	case !removing.can(r.Stage):
		return lang.L("draft.text.here", number)
	case r.Stage.Export == billing.Changed:
		return lang.L("draft.text.edited", number)
	}
	return lang.L("draft.text.in-xero", number)
}

// addDraftCounts says how many of the invoices what happens to, and why nothing to some.
func (b *billingScreen) addDraftCounts(body *fyne.Container, rows []*app.InvoiceRow) {
	atOnce, there, changed := 0, 0, 0
	var left []*app.InvoiceRow
	for _, r := range rows {
		switch {
		case !redrafting.possible(b.me(), r):
			left = append(left, r)
		case !removing.can(r.Stage):
			atOnce++
		default:
			there++
			if r.Stage.Export == billing.Changed {
				changed++
			}
		}
	}
	add := func(sign style.Sign, n int, text string) {
		if n > 0 {
			body.Add(signed(sign, paragraph(text)))
		}
	}
	count := func(n int) with { return with{"Count": b.format.Count(n)} }
	add(style.Done, atOnce, lang.N("draft.count.here", atOnce, count(atOnce)))
	add(style.Gone, there, lang.N("draft.count.in-xero", there, count(there)))
	add(style.Changed, changed, lang.N("draft.count.edited", changed, count(changed)))
	for _, h := range redrafting.obstacles(left) {
		add(style.None, h.count, lang.N("draft.count.left", h.count, with{"Count": b.format.Count(h.count), "Why": h.why}))
	}
}

// redraft takes invoices back to draft, and follows those that are removed from Xero first.
func (b *billingScreen) redraft(rows []*app.InvoiceRow) {
	here := map[billing.InvoiceID]bool{} // those that Xero does not hold
	for _, r := range rows {
		here[r.ID] = !removing.can(r.Stage)
	}
	tell := func(results []app.Result) {
		n := 0
		for _, r := range results {
			if r.Err == nil && here[r.Invoice] {
				n++
			}
		}
		if n > 0 {
			b.notice(lang.N("draft.done", n, with{"Count": b.format.Count(n)}))
		}
	}
	ids := idsOf(rows)
	b.exports.begin(job{
		doing: lang.L("busy.changing-invoices"), failed: lang.L("failed.change"),
		call:  func(ctx context.Context) ([]app.Run, []app.Result, error) { return b.app.Redraft(ctx, b.me(), ids) },
		begun: tell,
		none: func(results []app.Result) {
			tell(results)
			if refused := refusedOf(results); len(refused) > 0 {
				b.showRefused(refused)
			}
		},
	})
}
