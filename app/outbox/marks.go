package outbox

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// The message about an invoice whose mark Xero did not return.
var (
	markLost = ledger.Message{Text: translations.Text("message.mark-lost"), Cause: ledger.MarkLost, Warning: true}
	noRoom   = ledger.Message{Text: translations.Text("message.no-room-for-mark"), Cause: ledger.MarkLost, Warning: true}
)

// probe is an accepted export, to be read once in the way a look-up reads.
type probe struct {
	export app.ExportID
	mark   string // that was sent
	there  ledger.InvoiceID
	told   app.Marks // how the answer returned the mark
}

// learn notes what the answer to an export says about marks, and returns the message for a person.
// Where nothing is known yet, a list has to confirm it.
func (m exporting) learn(e *effects, st ledger.Standing) []ledger.Message {
	told, known := app.MarksOf(m.Export.Mark, st.Mark), m.kind.org.Marks
	switch {
	case m.kind.marksReferences() && !told.Survive():
		if reference := m.Invoice.Reference; app.WithMark(reference, m.Export.Mark) != reference {
			return []ledger.Message{markLost} // it was sent before marks were known to be dropped
		}
		return []ledger.Message{noRoom}
	case known.Worse(told) == known:
		return nil
	case known == app.MarksUnknown && told.Survive():
		e.then(func() {
			m.kind.probe = &probe{m.Export.ID, m.Export.Mark, st.ID, told}
			m.kind.untold = append(m.kind.untold, m.Export.ID)
		})
		return nil
	}
	e.marks = e.marks.Worse(told)
	e.then(func() { m.kind.marksAre(told) })
	if told.Survive() {
		return nil
	}
	return []ledger.Message{markLost}
}

// marksReferences reports whether exports carry what is left of their marks in their references.
func (k *exports) marksReferences() bool { return k.org.MarksReferences(k.mapping) }

// learnByList reads an invoice that was just accepted in a list, as a look-up does, and where its mark lacks
// there, by itself; and keeps what becomes of marks in the organisation. It does so once; if it fails, the next
// accepted export is read instead.
func (s *sender) learnByList(ctx context.Context) error {
	p := s.probe
	s.probe = nil
	if p == nil || s.org.Marks != app.MarksUnknown || s.parked != nil || ctx.Err() != nil {
		return nil //nolint:nilerr // who ends it needs no more
	}
	marks, err := s.readMark(ctx, p)
	if err != nil {
		s.log.Warn("learning what becomes of marks", "tenant", s.tenant, "error", err)
		return nil //nolint:nilerr // the next export tells
	}
	return s.decide(ctx, func(tx Tx, e *effects) error {
		e.marks = marks
		e.then(func() {
			s.marksAre(marks)
			s.untold = nil
		})
		if marks != app.MarksDropped {
			return nil
		}
		all, err := tx.TrackedExports(s.untold)
		for _, t := range all {
			if t.Export.ID == p.export {
				e.warn(t, markLost)
			}
			e.wantNote(t.Export)
		}
		return err
	})
}

// readMark reads how a mark is returned to who looks for it.
func (s *sender) readMark(ctx context.Context, p *probe) (app.Marks, error) {
	found, err := s.books.ByID(ctx, s.tenant, []ledger.InvoiceID{p.there})
	if err != nil {
		return app.MarksUnknown, err
	}
	if len(found) == 0 {
		return app.MarksUnknown, errors.New("a list does not have what was just accepted")
	}
	if listed := app.MarksOf(p.mark, found[0].Mark); listed.Survive() {
		return p.told.Worse(listed), nil
	}
	alone, read, err := s.readAlone(ctx, found[0])
	if err != nil || !read {
		return app.MarksUnknown, err
	}
	return app.MarksOf(p.mark, alone.Mark).Worse(app.MarksUnlisted), nil
}

// aloneReading is how an invoice that a list had was read by itself, or how often that failed.
type aloneReading struct {
	listed, alone ledger.Standing
	read          bool
	troubles      int
}

// readAlone returns an invoice of a list as it is read by itself, and whether that can be: not where Xero's answer is not
// understood, or an error of its own, again and again. It is read once while lists tell of no change.
func (s *sender) readAlone(ctx context.Context, listed ledger.Standing) (ledger.Standing, bool, error) {
	known, asked := s.alone[listed.ID]
	if asked && known.listed.Same(listed) && (known.read || known.troubles > maxTroubles) {
		return known.alone, known.read, nil
	}
	alone, read, err := s.books.Alone(ctx, s.tenant, listed.ID)
	next := aloneReading{listed, alone, read, 0}
	switch t, answered := errors.AsType[*app.Trouble](err); {
	case err == nil && !read:
		next.troubles = maxTroubles + 1
	case answered && t.Reason == app.Troubled:
		if next.troubles = known.troubles + 1; next.troubles > maxTroubles {
			err = nil
		}
	case err != nil:
		return alone, false, err
	}
	if !read {
		next.alone = listed
	}
	s.alone[listed.ID] = next
	return next.alone, read, err
}

// mostAlone is how many invoices a look-up reads by themselves, one call each, or twice as many as it looks for. Of what
// it does not read a person decides.
const mostAlone = 200

// readUnlisted reads invoices by themselves that have no mark of ours in the lists of a reading, where they may have one
// all the same: those with the number of what was sent first, then those with its contact, then what changed last. It
// ends where all is found that was sent.
func (k *exports) readUnlisted(ctx context.Context, found *reading, sent []app.Export) error {
	if found.marks != app.MarksUnknown && found.marks != app.MarksUnlisted {
		return nil
	}
	all, err := k.unlisted(ctx, found, sent)
	if err != nil {
		return err
	}
	for i, st := range all {
		alone, read, err := k.readAlone(ctx, st)
		if err != nil {
			return err
		}
		all[i], found.alone[st.ID] = alone, read
		found.keep(alone)
		if !slices.ContainsFunc(sent, func(e app.Export) bool { return !found.has(e) }) {
			all = all[:i+1]
			break
		}
	}
	return k.store.Look(ctx, func(r Reader) error {
		bears, err := marked(r, all)
		if len(bears) > 0 {
			found.marks = app.MarksUnlisted
		}
		return err
	})
}

// unlisted returns which invoices of a reading are to be read by themselves, in that order.
func (k *exports) unlisted(ctx context.Context, found *reading, sent []app.Export) ([]ledger.Standing, error) {
	listed := slices.Collect(maps.Values(found.others))
	var all []ledger.Standing
	err := k.store.Look(ctx, func(r Reader) error {
		known, err := r.Tracked(k.tenant, idsOf(listed))
		if err != nil {
			return err
		}
		bears, err := marked(r, listed)
		all = slices.DeleteFunc(slices.Clone(listed), func(st ledger.Standing) bool { return known[st.ID].Export.ID != "" || bears[st.ID] })
		return err
	})
	numbers, contacts := map[string]bool{}, map[ledger.ContactID]bool{}
	for _, e := range sent {
		numbers[e.Number.Fold()] = true
		if c, merged := k.contacts.directory.ByID(e.Contact); merged {
			contacts[c.ID] = true
		}
		contacts[e.Contact] = true
	}
	rank := func(st ledger.Standing) int {
		switch {
		case numbers[st.Number.Fold()]:
			return 0
		case contacts[st.Contact]:
			return 1
		}
		return 2
	}
	slices.SortFunc(all, func(a, b ledger.Standing) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), b.Updated.Compare(a.Updated), cmp.Compare(a.ID, b.ID))
	})
	return all[:min(len(all), max(mostAlone, 2*len(sent)))], err
}

// marksAre notes what was learnt about marks.
func (s *sender) marksAre(told app.Marks) {
	if worse := s.org.Marks.Worse(told); worse != s.org.Marks {
		s.org.Marks = worse
		s.log.Info("what becomes of marks", "tenant", s.tenant, "marks", worse)
	}
}

// warn adds a warning to an export that has ended, and to the result of its run.
func (e *effects) warn(t app.Tracked, m ledger.Message) {
	if t.Export.Standing.ID == "" || !t.Newest {
		return
	}
	if to, ok := t.Invoice.Stage.Next(billing.Warn); ok {
		e.stages[t.Invoice.ID], t.Export.Result = to, to.Export
		e.record(staff.AuditExportEnded, "invoice", string(t.Invoice.ID), app.Describe(t.Invoice.Stage), app.Describe(to)+": "+m.Text)
	}
	t.Export.Messages = append(t.Export.Messages, m)
	e.exports = append(e.exports, t.Export)
}

// keepMarks keeps what was learnt about marks, if it is worse than what was known.
func (e *effects) keepMarks(tx Tx) error {
	org, err := app.OrganisationOf(tx, e.tenant)
	if err != nil || org.Marks.Worse(e.marks) == org.Marks {
		return err
	}
	if err := tx.SaveMarks(e.tenant, e.marks); err != nil {
		return err
	}
	return tx.Record(app.Entry(app.Itself, staff.AuditMarks, "organisation", string(e.tenant), string(org.Marks), e.marks.Meaning().String()))
}
