package screens

import (
	"context"
	"runtime/debug"
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

// soon is how long after a change of what is selected or shown the figures follow, which
// take longer than a click or a key may: little enough to be seen as at once.
const soon = 50 * time.Millisecond

// garbage is how much may collect while the list is read again, in percent of what is
// used: reading leaves a lot behind, at a time when the old list is held beside the new.
const garbage = 30

// reload reads the list again: the first rows at once when none is shown yet, then all of
// them, made ready off the goroutine that draws.
func (b *billingScreen) reload() {
	blank := b.tally == nil
	var known func(billing.InvoiceID) (*app.InvoiceRow, bool)
	if !blank {
		known = b.grid.Known()
	}
	b.stale = nil
	b.loading.start(func(ctx context.Context, post func(func())) {
		b.reading.Lock()
		defer b.reading.Unlock()
		if blank {
			b.readFirst(ctx, post)
		} else {
			defer debug.SetGCPercent(debug.SetGCPercent(garbage))
		}
		all, err := b.read(ctx, app.Query{}, known)
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
			b.failures.changed()
		})
	})
}

// readFirst reads the first rows and lets them be shown, if there are more.
func (b *billingScreen) readFirst(ctx context.Context, post func(func())) {
	rows, err := b.read(ctx, app.Query{Limit: firstRows}, nil)
	if err == nil && len(rows) == firstRows {
		b.opening.Store(b.schema.Build(rows))
		post(b.showFirst)
	}
}

// showFirst shows the first rows, if they were read and are not shown yet.
func (b *billingScreen) showFirst() {
	if model := b.opening.Swap(nil); model != nil {
		b.grid.SetModel(model)
		b.showFigures()
	}
}

// read returns the rows that q asks for. Of those that are as they were it returns the
// ones that are known already, so that a reload does not hold all rows twice; known may be nil.
func (b *billingScreen) read(ctx context.Context, q app.Query, known func(billing.InvoiceID) (*app.InvoiceRow, bool)) ([]*app.InvoiceRow, error) {
	var rows []*app.InvoiceRow
	for row, err := range b.app.Rows(ctx, b.me(), q) {
		if err != nil {
			return nil, err
		}
		if known != nil {
			if same, ok := known(row.ID); ok && *same == row {
				rows = append(rows, same)
				continue
			}
		}
		kept := row // on the heap, unlike row
		rows = append(rows, &kept)
	}
	return rows, ctx.Err()
}

// unread tells that the list could not be read: in its place when it is empty, else in passing.
func (b *billingScreen) unread(err error) {
	b.problem = lang.L("billing.failed", with{"Why": say(err)})
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
		rows, err := b.read(ctx, app.Query{IDs: ids}, nil)
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
// makes the list be read again, unless it is being read already.
func (b *billingScreen) patched(ids []billing.InvoiceID, rows []*app.InvoiceRow) {
	there := make(map[billing.InvoiceID]bool, len(rows))
	for _, is := range rows {
		there[is.ID] = true
		if was, listed := b.grid.Row(is.ID); listed {
			b.tally.change(was, is)
			b.news.add(was, is)
		}
	}
	b.news.tell()
	unknown := b.grid.Patch(rows)
	gone := slices.ContainsFunc(ids, func(id billing.InvoiceID) bool {
		_, listed := b.grid.Row(id)
		return listed && !there[id]
	})
	if (unknown > 0 || gone) && !b.loading.running() {
		b.reload()
	}
	b.showFigures()
	b.panel.changed(ids)
	b.failures.changed()
	b.underWay.load() // any of them may be one whose replacement began or ended
	if b.replacing != nil {
		b.replacing.changed(ids)
	}
}

// renamed patches the rows of clients that changed.
func (b *billingScreen) renamed(clients []billing.ClientID) {
	if b.tally == nil {
		return
	}
	for r := range b.grid.All() {
		if slices.Contains(clients, r.ClientID) {
			b.changed.add(r.ID)
		}
	}
}
