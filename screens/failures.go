package screens

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// failuresApp is what telling the reasons of failures asks of the application.
type failuresApp interface {
	Failures(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]app.FailureGroup, error)
}

// failures tell, above the list of what failed, for which reasons: what is mended once is mended for all of
// them, and one button exports them again.
type failures struct {
	*billingScreen
	content *fyne.Container
	loading task
	stale   burst[bool]
	groups  []app.FailureGroup
}

// mostReasons is how many reasons are told; the most frequent come first.
const mostReasons = 4

func newFailures(b *billingScreen) *failures {
	f := &failures{billingScreen: b, content: container.New(layout.NewCustomPaddedVBoxLayout(style.Gap)), loading: task{ui: b.ui}}
	f.stale = burst[bool]{ui: b.ui, wait: together, flush: func([]bool) { f.load() }}
	f.content.Hide()
	return f
}

// changed reads the reasons again, soon, while they are told.
func (f *failures) changed() {
	switch {
	case f.chip == failedChip:
		f.stale.add(true)
	case f.content.Visible():
		f.loading.stop()
		f.show(nil)
	}
}

func (f *failures) load() {
	if f.chip != failedChip {
		return
	}
	var ids []billing.InvoiceID
	for r := range f.grid.Shown() {
		if r.Stage.Export == billing.Failed {
			ids = append(ids, r.ID)
		}
	}
	load(&f.loading, func(ctx context.Context) ([]app.FailureGroup, error) { return f.app.Failures(ctx, f.me(), ids) },
		func(all []app.FailureGroup, err error) {
			if err != nil { // the list and the panel tell of each one
				all = nil
			}
			f.show(all)
		})
}

// show tells the reasons. One invoice alone has its panel.
func (f *failures) show(groups []app.FailureGroup) {
	f.groups = groups
	f.content.RemoveAll()
	var all, mended []billing.InvoiceID
	for _, g := range groups {
		all, mended = append(all, g.Invoices...), append(mended, g.Mended...)
	}
	visible := len(all) > 1
	if visible {
		for _, g := range groups[:min(len(groups), mostReasons)] {
			f.content.Add(f.line(g))
		}
		rest := ""
		if more := len(groups) - mostReasons; more > 0 {
			rest = lang.N("failures.more", more, with{"Count": f.format.Count(more)})
		}
		if again := f.rows(mended); len(groups) > 1 && len(again) > 0 {
			f.content.Add(f.bar(caption(rest), f.again(lang.N("failures.retry-fixed", len(again), with{"Count": f.format.Count(len(again))}), again, true)))
		} else if rest != "" {
			f.content.Add(caption(rest))
		}
		f.content.Add(widget.NewSeparator())
	}
	if visible || f.content.Visible() {
		show(f.content, visible)
		lay(f.billingScreen.content)
	}
}

// bar is a text with buttons at its right.
func (f *failures) bar(text fyne.CanvasObject, buttons ...fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(0, 0, style.Spacing, style.Spacing),
		container.New(bar{stretch: 0, gap: style.Gap}, append([]fyne.CanvasObject{text}, buttons...)...))
}

// line tells one reason, how many failed for it, and what mends it. What is mended for all of them is the only
// primary button: the list has its own, and the panel another.
func (f *failures) line(g app.FailureGroup) fyne.CanvasObject {
	n := len(g.Invoices)
	text := widget.NewLabel(lang.N("failures.reason", n, with{"Count": f.format.Count(n), "Why": reasonTold(g)}))
	text.Truncation = fyne.TextTruncateEllipsis
	rows := f.rows(g.Invoices)
	var buttons []fyne.CanvasObject
	fixed := len(g.Mended) == n
	if fix := f.fixButton(g, rows); fix != nil {
		buttons = append(buttons, fix)
	}
	if len(rows) > 0 {
		buttons = append(buttons, newButton(f.keys, lang.L("failures.select"), func() {
			f.grid.Select(idsOf(rows)...)
			f.grid.Reveal()
			f.grid.Focus()
		}))
	}
	if fit := exporting.fits(f.me(), rows); len(fit) > 0 {
		buttons = append(buttons, f.again(lang.N("failures.retry", len(fit), with{"Count": f.format.Count(len(fit))}), fit, fixed))
	}
	return f.bar(signed(style.Failed, text), buttons...)
}

// again is a button that exports invoices again, once that is confirmed.
func (f *failures) again(label string, rows []*app.InvoiceRow, primary bool) *button {
	b := newButton(f.keys, label, func() { f.confirmExport(rows) })
	if primary {
		b.Importance = widget.HighImportance
	}
	return b
}

// fixButton leads to what mends the reason for all of the invoices at once; nil where each is mended by itself,
// or who acts may not.
func (f *failures) fixButton(g app.FailureGroup, rows []*app.InvoiceRow) *button {
	all := remedies[g.Message.Cause]
	if len(all) == 0 || len(rows) == 0 {
		return nil
	}
	r := all[0]
	if page, opens := pageOf[r]; opens {
		return newButton(f.keys, r.label(g.Place), func() { f.panel.openPage(g.Tenant.ID, page) })
	}
	switch {
	case r == mappingIt && g.Place.Mapping != (ledger.MappingRow{}):
		if !f.mayConnect() {
			return nil
		}
		return newButton(f.keys, r.label(g.Place), func() { f.mapAt(g.Tenant.ID, g.Place.Mapping) })
	case r == reconnecting && f.mayConnect():
		return newButton(f.keys, r.label(g.Place), f.reconnect)
	case slices.Contains([]remedy{editingClient, choosingContact, unlinkingContact}, r), len(rows) == 1 && r != tryingAgain:
		return newButton(f.keys, r.label(g.Place), func() { f.fix(rows[0]) })
	}
	return nil
}

// rows returns the rows of invoices that are in the list.
func (f *failures) rows(ids []billing.InvoiceID) []*app.InvoiceRow {
	var rows []*app.InvoiceRow
	for _, id := range ids {
		if r, listed := f.grid.Row(id); listed {
			rows = append(rows, r)
		}
	}
	return rows
}

// reasonTold says for what the invoices failed: what it is about by name, and what that means; or Xero's words,
// where nobody knows what they mean.
func reasonTold(g app.FailureGroup) string {
	switch {
	case g.Message.Cause == ledger.Other:
		return g.Message.Text
	case g.Place.Subject != "" && g.Place.Field != billing.NameField:
		return lang.L("failures.named", with{"Field": fieldWord(g.Place.Field), "Name": g.Place.Subject, "Meaning": meaning(g.Message.Cause)})
	}
	return meaning(g.Message.Cause)
}
