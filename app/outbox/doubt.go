package outbox

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// Messages about an invoice that is, or may be, in Xero already.
var (
	mayBeOurs  = ledger.Message{Text: translations.Text("message.may-be-ours"), Cause: ledger.MayBeOurs}
	foundAgain = ledger.Message{Text: translations.Text("message.found-again"), Cause: ledger.FoundAgain, Warning: true}
)

// earlier returns the other exports of the invoice, newest first.
func (m exporting) earlier() ([]app.Export, error) {
	all, err := m.stored.ExportsOf(m.Invoice.ID)
	return slices.DeleteFunc(all, func(e app.Export) bool { return e.ID == m.Export.ID }), err
}

// madeEarlier returns what an earlier export of an invoice made in Xero, by its mark or its ID, if that is
// not deleted, and no person said that it is another one.
func madeEarlier(earlier []app.Export, found reading) (ledger.Standing, bool) {
	for _, e := range earlier {
		st, there := found.byMark[app.MarkKey(e.Mark)]
		if !there && e.Standing.ID != "" {
			st, there = found.others[e.Standing.ID]
		}
		if there && st.Status != ledger.DeletedThere && !disowned(earlier, st.ID) {
			return st, true
		}
	}
	return ledger.Standing{}, false
}

// perhaps returns what in Xero may be the invoice although it bears no mark, the likeliest first.
//
//   - What has its number, contact, date, currency and total.
//   - Where marks are not known to survive, what was changed since the invoice was first sent, and has
//     its number or its contact: a person may have changed all the rest. One that is deleted has to have all
//     of it.
//
// What is another invoice of the firm in Xero is none, nor what may be one by its number, nor what a person said is not
// the invoice.
func (m exporting) perhaps(earlier []app.Export, found reading) ([]ledger.Standing, error) {
	likely := map[ledger.InvoiceID]int{}
	var all []ledger.Standing
	for id, st := range found.others {
		if n := m.likeness(st, found); n > 0 && !disowned(earlier, id) {
			all, likely[id] = append(all, st), n
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	known, err := m.stored.Tracked(m.Export.Tenant, idsOf(all))
	if err != nil {
		return nil, err
	}
	wanted, err := m.wanted(all)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(st ledger.Standing) bool { return known[st.ID].Export.ID != "" || wanted[st.Number] })
	slices.SortFunc(all, func(a, b ledger.Standing) int {
		return cmp.Or(cmp.Compare(likely[b.ID], likely[a.ID]), b.Updated.Compare(a.Updated), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// wanted tells which numbers of invoices in Xero are those of other invoices here that were sent, and of which nobody knows
// yet what became of them: what has such a number is theirs before it is this one's.
func (m exporting) wanted(all []ledger.Standing) (map[billing.Number]bool, error) {
	numbers := make([]billing.Number, len(all))
	for i, st := range all {
		numbers[i] = st.Number
	}
	having, err := m.stored.InvoicesByNumber(numbers)
	if err != nil {
		return nil, err
	}
	others, err := m.stored.InvoiceHeads(slices.Collect(maps.Values(having)))
	if err != nil {
		return nil, err
	}
	wanted := map[billing.Number]bool{}
	for n, id := range having {
		i := slices.IndexFunc(others, func(v billing.Invoice) bool { return v.ID == id })
		state := others[i].Stage.Export
		wanted[n] = id != m.Invoice.ID && (state == billing.Exporting || state == billing.Unknown || state == billing.MayBeOurs)
	}
	return wanted, nil
}

// likeness says how similar an invoice without a mark is to the one that was sent; 0 for not enough.
func (m exporting) likeness(st ledger.Standing, found reading) int {
	sent := m.Sent()
	if c, known := m.kind.contacts.directory.ByID(sent.Contact); known {
		sent.Contact = c.ID // which it was merged into
	}
	numbered := st.Number.Fold() == sent.Number.Fold()
	sent.Number = st.Number
	figures := st
	figures.Due, figures.ReferenceTold = 0, false // people change these, and others may have the same: they prove nothing
	if !st.Live() {                               // they count all the same, but for a total that Xero does not tell any more
		figures.Status = ledger.DraftThere
		if st.Total.Sign() == 0 {
			figures.Total = sent.Total
		}
	}
	alike := len(sent.Differences(figures)) == 0
	recent := !found.marks.Survive() && !st.Updated.Before(m.Export.Since)
	switch {
	case st.Status == ledger.DeletedThere && !(recent && numbered && alike):
		return 0
	case numbered && alike:
		return 4
	case numbered && recent:
		return 3
	case alike && recent:
		return 2
	case recent && st.Live() && st.Contact == sent.Contact && !found.tells(st):
		return 1
	}
	return 0
}

// tells reports whether an invoice would have our mark if it was ours, as far as the reading shows.
func (f reading) tells(st ledger.Standing) bool {
	return f.marks == app.MarksUnlisted && f.alone[st.ID]
}

// disowned reports whether a person said of an invoice in Xero that it is not this one.
func disowned(earlier []app.Export, id ledger.InvoiceID) bool {
	return slices.ContainsFunc(earlier, func(e app.Export) bool {
		return e.Result == billing.Failed && slices.ContainsFunc(e.Candidates, func(st ledger.Standing) bool { return st.ID == id })
	})
}

// Claim says that what Xero has under an ID is the invoice: its export ends as the answer would have
// ended it. It is read in Xero first. The error is a Conflict if it is gone, has changed since it was
// shown, or is another invoice of the firm; its present state is kept to be shown.
func (o *Outbox) Claim(ctx context.Context, by staff.Member, id billing.InvoiceID, there ledger.InvoiceID) error {
	var t app.Tracked
	err := o.app.View(ctx, func(r app.Reader) (err error) {
		if t, err = app.DoubtOf(r, by, id); err != nil {
			return err
		}
		return app.CheckUnlocked(r)
	})
	if err != nil {
		return err
	}
	if o.books == nil {
		return app.Unconnected()
	}
	var refused error // which is not tried again, as what another process is in the way of is
	err = whenFree(ctx, func() error {
		return o.leaseRefresh(ctx, t.Export.Tenant, func(ctx context.Context, r *refresher) (err error) {
			refused, err = r.claim(ctx, by, t, there)
			return err
		})
	})
	if err != nil {
		return err
	}
	return refused
}

// claim reads an invoice in Xero, and ends the export of the one here with it. The value refused says
// why a person has to compare again.
func (r *refresher) claim(ctx context.Context, by staff.Member, t app.Tracked, there ledger.InvoiceID) (refused, err error) {
	found, err := r.books.ByID(ctx, r.tenant, []ledger.InvoiceID{there})
	if err != nil {
		return nil, err
	}
	if len(found) > 0 && found[0].Contact != t.Export.Contact {
		if err := r.followMerges(ctx, r.tenant, r.directory, []ledger.ContactID{t.Export.Contact}); err != nil {
			return nil, err
		}
	}
	err = r.decide(ctx, func(tx Tx, e *effects) error {
		if refused = app.CheckUnlocked(tx); refused != nil {
			return nil //nolint:nilerr // it is told apart from what went wrong
		}
		t, why := app.DoubtOf(tx, by, t.Invoice.ID)
		if refused = why; refused != nil {
			return nil //nolint:nilerr // the same
		}
		others, err := tx.Tracked(r.tenant, []ledger.InvoiceID{there})
		if err != nil {
			return err
		}
		claimed, why, err := r.settleDoubt(e, t, by, there, found, others)
		if refused = why; err != nil || refused != nil {
			return err
		}
		mapping, err := tx.Mapping(r.tenant)
		if err != nil {
			return err
		}
		org, err := app.OrganisationOf(tx, r.tenant)
		r.wantExtras(e, claimed, mapping, org.Marks)
		return err
	})
	return refused, err
}

// lookAtDoubts reads the candidates in Xero again. One that is gone is no longer a candidate.
func (r *refresher) lookAtDoubts(ctx context.Context, ids []billing.InvoiceID) error {
	var all []ledger.InvoiceID
	err := r.store.Look(ctx, func(rd Reader) error {
		latest, err := rd.LatestExports(ids)
		all = nil
		for _, e := range latest {
			all = append(all, idsOf(e.Candidates)...)
		}
		return err
	})
	if err != nil {
		return err
	}
	found, err := r.books.ByID(ctx, r.tenant, app.Distinct(all))
	if err != nil {
		return err
	}
	now := map[ledger.InvoiceID]ledger.Standing{}
	for _, st := range found {
		now[st.ID] = st
	}
	return r.decide(ctx, func(tx Tx, e *effects) error {
		latest, err := tx.LatestExports(ids)
		for _, export := range latest {
			if export.Result != billing.MayBeOurs {
				continue // it was settled meanwhile
			}
			var left []ledger.Standing
			for _, id := range idsOf(export.Candidates) {
				if st, there := now[id]; there {
					left = append(left, st)
				}
			}
			export.Candidates = left
			e.exports = append(e.exports, export)
		}
		return err
	})
}

// settleDoubt decides whether what was read in Xero is what the person saw, and ends the export with
// it, which it returns. Otherwise it returns why not.
func (r *refresher) settleDoubt(
	e *effects, t app.Tracked, by staff.Member, there ledger.InvoiceID, found []ledger.Standing, others map[ledger.InvoiceID]app.Tracked,
) (claimed app.Export, refused, err error) {
	shown, rest := takeOut(t.Export.Candidates, there)
	if len(shown) == 0 {
		return claimed, app.Errorf(app.NotFound, "refused.no-candidate", "Invoice", t.Invoice.Name()), nil
	}
	if other, known := others[there]; known && other.Invoice.ID != t.Invoice.ID {
		return claimed, app.Errorf(app.Conflict, "refused.candidate-known", "There", shown[0].Number, "Invoice", other.Invoice.Name()), nil
	}
	asShown := func(st ledger.Standing) bool { // whenever it was changed, and whatever mark a list tells: those are no figures
		st.Updated, st.Mark = shown[0].Updated, shown[0].Mark
		return st.Same(shown[0].Filled(st)) // what was not shown is none either
	}
	if len(found) == 0 || !asShown(found[0]) {
		t.Export.Candidates = append(found, rest...)
		e.exports = append(e.exports, t.Export)
		if len(found) == 0 {
			return claimed, app.Errorf(app.Conflict, "refused.candidate-gone", "There", shown[0].Number), nil
		}
		return claimed, app.Errorf(app.Conflict, "refused.candidate-changed", "There", shown[0].Number), nil
	}
	st := found[0]
	if c, known := r.directory.ByID(t.Export.Contact); known {
		t.Export.Contact = c.ID
	}
	t.Export.Candidates = nil
	e.entries = append(e.entries, app.Entry(by, staff.AuditClaim, "invoice", string(t.Invoice.ID), app.Describe(t.Invoice.Stage),
		translations.Text("trail.claimed", "Number", st.Number, "Total", st.Total)))
	claimed, err = e.receive(t, st, nil, false)
	return claimed, nil, err
}

// takeOut separates the invoice with an ID from the others.
func takeOut(all []ledger.Standing, id ledger.InvoiceID) (one, others []ledger.Standing) {
	for _, st := range all {
		if st.ID == id {
			one = append(one, st)
		} else {
			others = append(others, st)
		}
	}
	return one, others
}
