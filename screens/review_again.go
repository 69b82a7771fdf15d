package screens

import (
	"context"
	"reflect"
	"slices"

	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/screens/style"
)

// recheck finds out again what would happen to some of the invoices; the others stay as they are. While it does so
// these are not ticked, and nothing is exported.
func (d *reviewDialog) recheck(byHand bool, ids ...billing.InvoiceID) {
	d.recheckWith(byHand, func(context.Context) ([]billing.InvoiceID, error) { return ids, nil }, ids)
}

// recheckWhere finds out again what would happen to those of the invoices.
func (d *reviewDialog) recheckWhere(byHand bool, which func(*reviewRow) bool) {
	var ids []billing.InvoiceID
	for r := range d.grid.All() {
		if which(r) {
			ids = append(ids, r.Invoice.ID)
		}
	}
	d.recheck(byHand, ids...)
}

// recheckMapped finds out again what would happen to the invoices whose lines go elsewhere since the mapping of an
// organisation was changed, and to those that it stopped.
func (d *reviewDialog) recheckMapped(t ledger.TenantID) {
	var rows []*reviewRow
	for r := range d.grid.All() {
		if r.org == t && r.refused == nil {
			rows = append(rows, r)
		}
	}
	d.recheckWith(false, func(ctx context.Context) ([]billing.InvoiceID, error) {
		view, err := d.app.MappingView(ctx, t)
		if err != nil {
			return nil, err
		}
		var ids []billing.InvoiceID
		for _, r := range rows {
			w, _ := ledger.Resolve(r.Invoice, view.Chart, view.Mapping)
			same := w.Status == r.Write.Status && w.ThemeID == r.Write.ThemeID && reflect.DeepEqual(w.Lines, r.Write.Lines)
			if !same || slices.ContainsFunc(r.Messages, func(m ledger.Message) bool { return slices.Contains(remedies[m.Cause], mappingIt) }) {
				ids = append(ids, r.Invoice.ID)
			}
		}
		return ids, nil
	}, nil)
}

// recheckWith reviews again the invoices that choose returns; known are those of them that are known before.
func (d *reviewDialog) recheckWith(byHand bool, choose func(context.Context) ([]billing.InvoiceID, error), known []billing.InvoiceID) {
	if d.shown != d { // it was left meanwhile
		return
	}
	d.turn++
	turn := d.turn
	var waiting []*reviewRow
	for _, id := range known {
		if r, there := d.grid.Row(id); there {
			c := *r
			c.turn, c.checking = turn, true
			waiting = append(waiting, &c)
		}
	}
	d.patch(waiting)
	d.tell(style.Busy, lang.L("review.checking"))
	t := &task{ui: d.ui}
	d.checks[t] = true
	load(t, func(ctx context.Context) (checked, error) {
		ids, err := choose(ctx)
		if err != nil || len(ids) == 0 {
			return checked{}, err
		}
		again := make([]*app.InvoiceRow, 0, len(ids))
		for _, r := range d.asked {
			if slices.Contains(ids, r.ID) {
				again = append(again, r)
			}
		}
		c, err := d.read(ctx, again, byHand)
		if err == nil {
			err = c.problem
		}
		return c, err
	}, func(c checked, err error) {
		delete(d.checks, t)
		d.rechecked(c, err, turn, known)
	})
	d.showFigures()
}

// rechecked shows what was found out again; what was asked about once more meanwhile stays as it is.
func (d *reviewDialog) rechecked(c checked, err error, turn int, known []billing.InvoiceID) {
	var rows []*reviewRow
	found := map[billing.InvoiceID]bool{}
	for _, r := range c.rows {
		if was, there := d.grid.Row(r.Invoice.ID); there && was.turn <= turn {
			r.turn = turn
			rows, found[r.Invoice.ID] = append(rows, r), true
		}
	}
	for _, id := range known { // of which nothing was found out
		if was, there := d.grid.Row(id); there && was.turn == turn && !found[id] {
			r := *was
			r.checking = false
			rows = append(rows, &r)
		}
	}
	d.tell(style.Sign{}, "")
	if err != nil {
		d.tell(style.Failed, lang.L("review.recheck.failed", with{"Why": say(err)}))
	}
	for i := range d.found {
		for _, again := range c.reviews {
			if again.Organisation.Tenant.ID == d.found[i].Organisation.Tenant.ID {
				d.found[i].DayLeft, d.found[i].Arrives = again.DayLeft, again.Arrives
			}
		}
	}
	d.patch(rows)
	d.showFigures()
	if key, there := d.grid.Cursor(); there {
		d.showDetail(key)
	}
}

// patch shows rows as they are now. Those that a person wants and that can be exported are ticked.
func (d *reviewDialog) patch(rows []*reviewRow) {
	d.patching = true
	d.grid.Patch(rows)
	var ticked []billing.InvoiceID
	for r := range d.grid.All() {
		if r.exportable() && !d.unwanted[r.Invoice.ID] {
			ticked = append(ticked, r.Invoice.ID)
		}
	}
	d.grid.Select(ticked...)
	d.patching = false
}
