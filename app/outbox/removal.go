package outbox

import (
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// removing is one removal, with what it is about.
type removing struct {
	kind *removals
	app.Removal
	tracked app.Tracked
}

// heard implements member.
func (m removing) heard(at time.Time, correlation string) member {
	m.Answered, m.Correlation = at, correlation
	return m
}

// claim implements member.
func (m removing) claim(e *effects, _ app.Batch) error {
	if m.Sent.IsZero() {
		m.Sent = e.now
		e.removals = append(e.removals, m.Removal)
	}
	return nil
}

// settle implements member. What is not said to be done is looked up: it may have been approved,
// deleted or voided in that moment.
func (m removing) settle(e *effects, _ app.Batch, said map[string]ledger.Outcome) (unclear []string, err error) {
	o := said[string(m.ID)]
	if o.Verdict == ledger.Accepted && o.Standing.Status == m.To {
		return nil, m.done(e, o.Standing)
	}
	m.Messages = o.Messages
	e.removals = append(e.removals, m.Removal)
	return []string{string(m.ID)}, nil
}

// lose implements member.
func (m removing) lose(e *effects) error {
	e.removals = append(e.removals, m.Removal)
	return nil
}

// unsend implements member.
func (m removing) unsend(e *effects, b app.Batch, refused []ledger.Message) error {
	if m.Sent.Equal(b.TriedLast) {
		m.Sent = time.Time{}
	}
	switch {
	case refused == nil: // the request is ready again
		e.removals = append(e.removals, m.Removal)
	case len(b.Members) > 1:
		m.Batch, m.Small = "", len(b.Members)/2
		e.removals = append(e.removals, m.Removal)
	case m.Ended.IsZero():
		m.keep(e, nil, refused)
	}
	return nil
}

// adopt implements member.
func (m removing) adopt(e *effects, _ app.Batch, found reading, again resend) error {
	refused := m.Messages
	goes, err := m.settleBy(e, found.byID, func(ledger.Standing) ledger.Message {
		if len(refused) > 0 {
			return refused[0]
		}
		if !again.wait && m.kind.lostAgain(e, string(m.ID)) {
			return ledger.Message{Text: translations.Text("stays.xero-failed"), Cause: ledger.XeroTrouble}
		}
		return ledger.Message{}
	})
	if err != nil || !goes {
		return err
	}
	if m.Batch = ""; again.wait {
		e.then(again.park)
	} else if again.small > 0 {
		m.Small = again.small
	}
	e.removals = append(e.removals, m.Removal)
	return nil
}

// settleBy ends a removal whose end a reading of Xero tells. It reports whether the invoice is
// still to be removed: it is there as it was, and nothing else is in the way.
func (m removing) settleBy(e *effects, standings map[ledger.InvoiceID]ledger.Standing, more func(ledger.Standing) ledger.Message) (goes bool, err error) {
	st, there := standings[m.There]
	if c, known := m.kind.contacts.directory.ByID(m.tracked.Export.Contact); known {
		m.tracked.Export.Contact = c.ID
	}
	cannot := ledger.Standing.CannotDelete
	if m.To == ledger.VoidedThere {
		cannot = ledger.Standing.CannotVoid
	}
	switch {
	case m.moot():
		m.withdraw(e)
		return false, nil
	case !there:
		m.gone(e)
		return false, nil
	case st.Status == m.To, st.Status == ledger.DeletedThere:
		return false, m.done(e, st)
	}
	why := cannot(st)
	if why.Text == "" {
		why = more(st)
	}
	if why.Text != "" {
		m.keep(e, &st, []ledger.Message{why})
		return false, nil
	}
	return true, nil
}

// moot reports whether the invoice is not on its way out of Xero any more: the comparison of a
// copy of the database with Xero found another state.
func (m removing) moot() bool { return m.tracked.Invoice.Stage.Export != billing.Removing }

// ended ends the removal.
func (m removing) ended(e *effects, result app.RemovalResult, why []ledger.Message) {
	m.Ended, m.Result, m.Batch, m.Messages = e.now, result, "", why
	e.removals, e.ends = append(e.removals, m.Removal), true
}

// withdraw ends a removal that is moot.
func (m removing) withdraw(e *effects) { m.ended(e, app.Withdrawn, m.Messages) }

// done ends a removal that is done: Xero has the invoice in the status that was asked for.
func (m removing) done(e *effects, st ledger.Standing) error {
	if m.moot() {
		m.withdraw(e)
		return nil
	}
	v, export := m.tracked.Invoice, m.tracked.Export
	ev, action := billing.Removed, staff.AuditRemoved
	if m.To == ledger.VoidedThere {
		ev, action = billing.VoidThere, staff.AuditVoided
		e.burnt = append(e.burnt, v.Number, st.Number)
	}
	to, err := next(v, v.Stage, ev)
	if err != nil {
		return err
	}
	export.Standing, export.Result, export.Messages = st, to.Export, nil
	e.standings = append(e.standings, export)
	e.stages[v.ID] = to
	e.learnt = append(e.learnt, st.Updated)
	e.record(action, "invoice", string(v.ID), app.Describe(v.Stage), app.Describe(to))
	m.ended(e, app.Removed, nil)
	return nil
}

// keep ends a removal of an invoice that stays in Xero, and moves ours to what was read there; st
// is nil where nothing was.
func (m removing) keep(e *effects, st *ledger.Standing, why []ledger.Message) {
	if m.moot() {
		m.withdraw(e)
		return
	}
	t := m.tracked
	was := t.Invoice.Stage
	t.Invoice.Stage = was.Kept(t.Export.Result) // as it was before
	e.stages[t.Invoice.ID] = t.Invoice.Stage
	e.record(staff.AuditStays, "invoice", string(t.Invoice.ID), app.Describe(was), app.Describe(t.Invoice.Stage)+": "+why[0].Text)
	m.ended(e, app.KeptThere, why)
	if st != nil {
		e.bring(t, *st)
		e.learnt = append(e.learnt, st.Updated)
	}
}

// gone ends a removal of an invoice that Xero does not have any more.
func (m removing) gone(e *effects) {
	if m.moot() {
		m.withdraw(e)
		return
	}
	m.keep(e, nil, []ledger.Message{ledger.Stays(translations.Text("stays.gone"))})
	t := m.tracked
	t.Invoice.Stage = e.stages[t.Invoice.ID]
	e.vanish(t)
}
