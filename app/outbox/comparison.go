package outbox

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// Reconcile compares a restored or copied database with what its organisations have, as Run
// does by itself. It returns nil when nothing is locked any more, and otherwise why not: an
// *app.Parked, an *app.LeaseHeld or another error.
func (o *Outbox) Reconcile(ctx context.Context) error {
	var open []app.Organisation
	err := o.store.Look(ctx, func(r Reader) (err error) {
		open, err = app.Unreconciled(r)
		return err
	})
	for _, org := range open {
		if err := o.send(ctx, org.Tenant.ID, errand{compare: true}); err != nil {
			return err
		}
	}
	return err
}

// foundAtOnce is how many invoices of Xero are stored in one transaction.
const foundAtOnce = 100

// compare compares a copy with the organisation, unless that was done. It reads what
// changed there since the copy was made, up to a moment at which nothing can be under way
// any more that was sent before the copy was found out.
func (s *sender) compare(ctx context.Context) error {
	c, due, quiet, err := s.beginComparing(ctx)
	if err != nil || !due {
		return err
	}
	for {
		from, last := later(c.From, c.Reached), !time.Now().Before(quiet)
		if err := s.readChanges(ctx, &c, from); err != nil {
			return err
		}
		if last {
			if ended, err := s.endComparing(ctx, &c); ended || err != nil {
				return err
			}
			continue
		}
		if err := pause(ctx, time.Until(quiet)); err != nil {
			return err
		}
	}
}

// beginComparing returns how far the comparison has come, whether there is one to make,
// and from when on nothing is under way any more. Nothing is replayed from then on.
func (s *sender) beginComparing(ctx context.Context) (c app.Reconciliation, due bool, quiet time.Time, err error) {
	err = s.decide(ctx, func(tx Tx, e *effects) error {
		open, err := app.Unreconciled(tx)
		due = slices.ContainsFunc(open, func(o app.Organisation) bool { return o.Tenant.ID == s.tenant })
		if err != nil || !due {
			return err
		}
		copied, err := tx.Copied()
		if err != nil {
			return err
		}
		quiet = time.Now().Add(min(max(0, copied.Found.Add(quietTime).Sub(e.now)), quietTime))
		all, err := tx.Reconciliations()
		if err != nil {
			return err
		}
		if c = all[s.tenant]; !c.Began.IsZero() {
			return nil
		}
		if c.From, err = since(tx, s.tenant, c.Heard); err != nil {
			return err
		}
		c.Tenant, c.Began = s.tenant, e.now
		if err := tx.NeverReplay(s.tenant); err != nil {
			return err
		}
		return tx.SaveReconciliation(c)
	})
	return c, due, quiet, err
}

// since tells from when on Xero may have what a copy does not know, on Xero's clock: from
// when the copy last heard of it, or from when something was first sent whose answer the copy
// does not have. The zero time is that anything may be unknown.
func since(r Reader, t ledger.TenantID, heard time.Time) (time.Time, error) {
	if heard.IsZero() {
		return heard, nil
	}
	from := heard.Add(-sinceMargin)
	lost, err := r.Batches(t, app.Lost)
	if err != nil {
		return from, err
	}
	for _, b := range lost {
		if b.Kind != app.InvoiceBatch {
			continue
		}
		members, err := r.Exports(exportIDs(b.Members))
		if err != nil {
			return from, err
		}
		for _, e := range members {
			if e.Since.Before(from) {
				from = e.Since
			}
		}
	}
	return from, nil
}

// readChanges stores what changed in Xero from a moment on, some at a time, and then that all
// of it was read.
func (s *sender) readChanges(ctx context.Context, c *app.Reconciliation, from time.Time) error {
	changed, reached, err := changesSince(ctx, s.books, s.tenant, from, s.org.Marks)
	if err != nil {
		return err
	}
	if len(changed) > 0 && !s.org.Marks.Survive() {
		if s.made, err = s.books.Made(ctx, s.tenant, from); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(changed, foundAtOnce) {
		if err := s.storeFound(ctx, c, some); err != nil {
			return err
		}
	}
	next := *c
	next.Reached = later(next.Reached, reached)
	err = s.decide(ctx, func(tx Tx, _ *effects) error {
		return tx.SaveReconciliation(next)
	})
	if err == nil {
		*c = next
	}
	return err
}

// storeFound stores what some invoices of Xero mean for ours.
func (s *sender) storeFound(ctx context.Context, c *app.Reconciliation, page []ledger.Standing) error {
	page, err := s.readMarks(ctx, page)
	if err != nil {
		return err
	}
	if err := s.followMergesAmong(ctx, page); err != nil {
		return err
	}
	var next app.Reconciliation
	err = s.decide(ctx, func(tx Tx, _ *effects) error {
		next = *c
		f, err := newAdoption(tx, s, &next)
		if err != nil {
			return err
		}
		if err := tx.DeleteStrays(s.tenant, idsOf(page)...); err != nil { // they are judged again
			return err
		}
		for _, st := range page {
			if err := f.take(st); err != nil {
				return err
			}
		}
		return f.save()
	})
	if err == nil {
		*c = next
	}
	return err
}

// mostAsked is of how many invoices a comparison asks for the mark, one by one, that may be an invoice here, and of as
// many others. What may be an invoice here and was not asked for, a person decides about.
const mostAsked = 200

// readMarks returns invoices of Xero with the marks that they have when they are read by themselves, or that their
// histories tell, where marks do not survive otherwise. It asks for what is in force and not known by its ID: a person
// may have changed all of it. Where nobody learnt yet whether marks survive, and one of the page bears ours, it asks only
// for what may be an invoice here.
func (s *sender) readMarks(ctx context.Context, page []ledger.Standing) ([]ledger.Standing, error) {
	if s.org.Marks.Survive() {
		return page, nil
	}
	var ask map[ledger.InvoiceID]bool // and whether it may be an invoice here
	err := s.store.Look(ctx, func(r Reader) error {
		ask = map[ledger.InvoiceID]bool{}
		known, err := r.Tracked(s.tenant, idsOf(page))
		if err != nil {
			return err
		}
		bears, err := marked(r, page)
		if err != nil {
			return err
		}
		l, err := newLikely(r, s.tenant)
		if err != nil {
			return err
		}
		others := s.org.Marks != app.MarksUnknown || len(bears) == 0
		for _, st := range page {
			if known[st.ID].Export.ID != "" || bears[st.ID] {
				continue
			}
			ours, err := l.invoices(st)
			if err != nil {
				return err
			}
			if len(ours) > 0 || others && st.Live() {
				ask[st.ID] = len(ours) > 0
			}
		}
		return nil
	})
	if err != nil || len(ask) == 0 {
		return page, err
	}
	read := slices.Clone(page)
	for i, st := range read {
		likely, asked := ask[st.ID]
		if !asked || s.asked[likely] >= mostAsked {
			continue
		}
		s.asked[likely]++
		if read[i], err = s.readMarkOf(ctx, st, likely); err != nil {
			return nil, err
		}
	}
	return read, nil
}

// readMarkOf returns an invoice with the mark that its history tells, or that it has when it is read by itself. Where that
// tells marks as a rule, only the history of one that may be an invoice here is read.
func (s *sender) readMarkOf(ctx context.Context, st ledger.Standing, likely bool) (ledger.Standing, error) {
	if s.org.Marks == app.MarksUnlisted {
		alone, _, err := s.readAlone(ctx, st)
		if err != nil || !likely || app.IsMark(alone.Mark) {
			return alone, err
		}
	}
	notes, err := s.books.Notes(ctx, s.tenant, st.ID)
	if err != nil {
		return st, err
	}
	for _, note := range notes {
		if mark := app.MarkIn(note); mark != "" {
			st.Mark = mark
			return st, nil
		}
	}
	if s.org.Marks == app.MarksUnknown {
		st, _, err = s.readAlone(ctx, st)
	}
	return st, err
}

// followMergesAmong reads where the contacts of known exports went, and those of the clients whose invoices have a number
// that bears no mark there.
func (s *sender) followMergesAmong(ctx context.Context, page []ledger.Standing) error {
	byMark := map[string]ledger.Standing{}
	for _, st := range page {
		keep(byMark, st)
	}
	var known []app.Export
	var moved []ledger.ContactID
	err := s.store.Look(ctx, func(r Reader) error {
		known = nil
		all, err := r.ExportsByMark(marksOf(page))
		if err != nil {
			return err
		}
		for _, e := range all {
			known = append(known, e)
		}
		moved, err = movedContacts(r, s.tenant, page)
		return err
	})
	if err != nil {
		return err
	}
	if err := s.contacts.followMergesOf(ctx, known, byMark); err != nil {
		return err
	}
	return s.contacts.followMerges(ctx, s.tenant, s.contacts.directory, moved)
}

// movedContacts returns the contacts of clients whose invoices have the number of one in Xero that bears no mark, and is
// another contact's there.
func movedContacts(r Reader, t ledger.TenantID, page []ledger.Standing) ([]ledger.ContactID, error) {
	there := map[billing.Number]ledger.ContactID{}
	for _, st := range page {
		if !app.IsMark(st.Mark) {
			there[st.Number] = st.Contact
		}
	}
	ours, err := r.InvoicesByNumber(slices.Collect(maps.Keys(there)))
	if err != nil || len(ours) == 0 {
		return nil, err
	}
	links, err := r.Links(t)
	if err != nil {
		return nil, err
	}
	numbers := slices.Collect(maps.Keys(ours))
	ids := make([]billing.InvoiceID, len(numbers))
	for i, n := range numbers {
		ids[i] = ours[n]
	}
	heads, err := r.InvoiceHeads(ids)
	var moved []ledger.ContactID
	for i, v := range heads {
		if c := links[v.Client].Contact; c != "" && c != there[numbers[i]] {
			moved = append(moved, c)
		}
	}
	return moved, err
}

func marksOf(page []ledger.Standing) []string {
	var marks []string
	for _, st := range page {
		if st.Mark != "" {
			marks = append(marks, st.Mark)
		}
	}
	return marks
}

// endComparing notes that the copy knows what Xero has, and what of it was not known. What is
// doubtful is judged last: an invoice may be exported to one organisation as far as the copy knows,
// and live in another, until the first is read to the end. So the last organisation to be compared
// has all of them look again at what is doubtful. It reports whether the comparison has ended.
func (s *sender) endComparing(ctx context.Context, c *app.Reconciliation) (ended bool, err error) {
	if c.Again {
		if err := s.lookAgainAtStrays(ctx, c); err != nil {
			return false, err
		}
	}
	next := *c
	err = s.decide(ctx, func(tx Tx, e *effects) error {
		next = *c
		again, err := lookAgainAt(tx, s.tenant, next)
		if err != nil {
			return err
		}
		for _, other := range again {
			if other.Tenant == s.tenant {
				next = other
			}
			if err := tx.SaveReconciliation(other); err != nil {
				return err
			}
		}
		if ended = next.Again == c.Again; !ended {
			return nil
		}
		strays, err := tx.Strays(s.tenant)
		if err != nil {
			return err
		}
		next.Ended = e.now
		e.record(staff.AuditCompare, "organisation", string(s.tenant), "", tellComparison(next, strays))
		return tx.SaveReconciliation(next)
	})
	if err != nil {
		return false, err
	}
	*c = next
	s.app.Wake() // others may have to look again
	return ended, s.reached(ctx)
}

// lookAgainAt returns the comparisons that are to look again at what is doubtful, now that this one
// is about to end: none while another organisation was not compared yet, and none twice.
func lookAgainAt(tx Tx, t ledger.TenantID, c app.Reconciliation) ([]app.Reconciliation, error) {
	open, err := app.Unreconciled(tx)
	if err != nil || slices.ContainsFunc(open, func(o app.Organisation) bool { return o.Tenant.ID != t }) {
		return nil, err
	}
	all, err := tx.Reconciliations()
	if err != nil {
		return nil, err
	}
	all[t] = c
	var again []app.Reconciliation
	for _, tenant := range slices.Sorted(maps.Keys(all)) {
		strays, err := tx.Strays(tenant)
		if err != nil {
			return nil, err
		}
		other := all[tenant]
		if other.Again || other.Without != "" || !slices.ContainsFunc(strays, func(s app.Stray) bool { return s.Invoice != "" }) {
			continue
		}
		other.Again, other.Ended = true, time.Time{}
		again = append(again, other)
	}
	return again, nil
}

// lookAgainAtStrays reads anew how what is doubtful stands in Xero, and judges it by what is known
// by now.
func (s *sender) lookAgainAtStrays(ctx context.Context, c *app.Reconciliation) error {
	var doubtful []ledger.InvoiceID
	err := s.store.Look(ctx, func(r Reader) error {
		doubtful = nil
		strays, err := r.Strays(s.tenant)
		for _, stray := range strays {
			if stray.Invoice != "" {
				doubtful = append(doubtful, stray.ID)
			}
		}
		return err
	})
	if err != nil || len(doubtful) == 0 {
		return err
	}
	standings, err := s.books.ByID(ctx, s.tenant, doubtful)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(standings, foundAtOnce) {
		if err := s.storeFound(ctx, c, some); err != nil {
			return err
		}
	}
	return nil
}

// mostTold is how many strays the audit trail names; LockState has all of them.
const mostTold = 50

// tellComparison says the result of a comparison, as the audit trail keeps it.
func tellComparison(c app.Reconciliation, strays []app.Stray) string {
	lines := []string{
		translations.Text("compared.adopted", "Count", c.Adopted),
		translations.Text("compared.updated", "Count", c.Updated),
	}
	for _, s := range strays[:min(len(strays), mostTold)] {
		lines = append(lines, string(s.Why)+": "+string(s.Number)+", "+string(s.Status)+", "+s.Total.String())
	}
	if more := len(strays) - mostTold; more > 0 {
		lines = append(lines, translations.Text("trail.compared.more", "Count", more))
	}
	return strings.Join(lines, "\n")
}
