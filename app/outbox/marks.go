package outbox

import (
	"context"

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

// marksReferences reports whether exports carry what is left of their marks in their references: a
// person allows it, since the reference is printed, and marks do not survive otherwise.
func (k *exports) marksReferences() bool {
	return k.mapping.MarkReference && k.org.Marks == app.MarksDropped
}

// learnByList reads an invoice that was just accepted in a list, as a look-up does, and keeps whether
// marks survive in the organisation. It does so once; if it fails, the next accepted export is read
// instead.
func (s *sender) learnByList(ctx context.Context) error {
	p := s.probe
	s.probe = nil
	if p == nil || s.org.Marks != app.MarksUnknown || s.parked != nil || ctx.Err() != nil {
		return nil //nolint:nilerr // who ends it needs no more
	}
	found, err := s.books.ByID(ctx, s.tenant, []ledger.InvoiceID{p.there})
	if err != nil || len(found) == 0 {
		s.log.Warn("learning what becomes of marks", "tenant", s.tenant, "error", err)
		return nil //nolint:nilerr // the next export tells
	}
	listed := app.MarksOf(p.mark, found[0].Mark)
	return s.decide(ctx, func(tx Tx, e *effects) error {
		e.marks = p.told.Worse(listed)
		e.then(func() {
			s.marksAre(p.told.Worse(listed))
			s.untold = nil
		})
		if e.marks.Survive() {
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

// marksAre notes what was learnt about marks.
func (s *sender) marksAre(told app.Marks) {
	if worse := s.org.Marks.Worse(told); worse != s.org.Marks {
		s.org.Marks = worse
		s.log.Info("what becomes of marks", "tenant", s.tenant, "marks", worse)
	}
}

// warn adds a warning to an export that has ended.
func (e *effects) warn(t app.Tracked, m ledger.Message) {
	if t.Export.Standing.ID == "" || !t.Newest {
		return
	}
	if to, ok := t.Invoice.Stage.Next(billing.Warn); ok {
		e.stages[t.Invoice.ID], t.Export.Result = to, to.Export
		e.record(staff.AuditExportEnded, "invoice", string(t.Invoice.ID), app.Describe(t.Invoice.Stage), app.Describe(to)+": "+m.Text)
	}
	t.Export.Messages = append(t.Export.Messages, m)
	e.standings = append(e.standings, t.Export)
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
