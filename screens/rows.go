package screens

import (
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
)

// firstRows is how many invoices are shown before the rest is read: more than fit.
const firstRows = 60

// together is how long changes are collected before their rows are read.
const together = 100 * time.Millisecond

// reload reads the list anew: the first rows at once when none is shown yet, then all of
// them, made ready off the goroutine that draws.
func (b *billingScreen) reload() {
	blank := b.tally == nil
	b.stale = nil
	b.loading.start(func(ctx context.Context, post func(func())) {
		if blank {
			first, err := b.read(ctx, app.Query{Limit: firstRows})
			if err == nil && len(first) == firstRows {
				model := b.schema.Build(first)
				post(func() {
					b.grid.SetModel(model)
					b.showFigures()
				})
			}
		}
		all, err := b.read(ctx, app.Query{})
		if err != nil {
			post(func() { b.unread(err) })
			return
		}
		counted, model := newTally(all), b.schema.Build(all)
		post(func() {
			b.tally, b.problem = counted, ""
			b.grid.SetModel(model)
			b.showFigures()
			stale := b.stale
			b.stale = nil
			b.changed.add(stale...)
		})
	})
}

func (b *billingScreen) read(ctx context.Context, q app.Query) ([]*app.InvoiceRow, error) {
	var rows []*app.InvoiceRow
	for row, err := range b.app.Rows(ctx, b.me, q) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, &row)
	}
	return rows, ctx.Err()
}

// unread tells that the list could not be read: in its place when it is empty, else in passing.
func (b *billingScreen) unread(err error) {
	b.problem = lang.L("The invoices could not be read. {{.Why}}", with{"Why": say(err)})
	if b.tally != nil {
		b.notice(b.problem)
	}
	b.showFigures()
}

// patch reads the rows of invoices that changed. One patch is read at a time, so that an
// older one never overwrites a newer; what a reload has read meanwhile is patched again
// after it.
func (b *billingScreen) patch(ids []billing.InvoiceID) {
	if b.loading.running() {
		b.stale = append(b.stale, ids...)
	}
	if b.tally == nil {
		return
	}
	if b.patching {
		b.later = append(b.later, ids...)
		return
	}
	b.patching = true
	b.background(func(ctx context.Context) {
		rows, err := b.read(ctx, app.Query{IDs: ids})
		b.do(func() {
			b.patching = false
			if err != nil {
				b.unread(err)
			} else {
				b.patched(ids, rows)
			}
			later := b.later
			b.later = nil
			b.changed.add(later...)
		})
	})
}

// patched shows the rows that were read for changed invoices. One that is new or gone
// makes the list be read anew, unless it is being read already.
func (b *billingScreen) patched(ids []billing.InvoiceID, rows []*app.InvoiceRow) {
	unknown := b.grid.Patch(rows)
	there := make(map[billing.InvoiceID]bool, len(rows))
	for _, r := range rows {
		there[r.ID] = true
		if _, listed := b.tally.at[r.ID]; listed {
			b.tally.put(r)
		}
	}
	gone := slices.ContainsFunc(ids, func(id billing.InvoiceID) bool {
		_, listed := b.tally.at[id]
		return listed && !there[id]
	})
	if (unknown > 0 || gone) && !b.loading.running() {
		b.reload()
	}
	b.showSelection()
	b.showFigures()
	b.panel.changed(ids)
}

// renamed patches the rows of clients that changed.
func (b *billingScreen) renamed(clients []billing.ClientID) {
	if b.tally == nil {
		return
	}
	for id, p := range b.tally.at {
		if slices.Contains(clients, p.client) {
			b.changed.add(id)
		}
	}
}
