package outbox

import (
	"slices"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/assets/translations"
)

// exporting is one export in a request.
type exporting struct {
	kind *exports
	app.Tracked
	ahead  time.Duration // how far Xero's clock is ahead of ours
	stored Reader
}

// sinceMargin is how far before the first try a look-up of changes begins: Xero's
// clock is known to the second at best, and was read a little earlier.
const sinceMargin = 10 * time.Minute

// heard implements member.
func (m exporting) heard(at time.Time, correlation string) member {
	m.Export.Answered, m.Export.Correlation = at, correlation
	return m
}

// claim implements member.
func (m exporting) claim(e *effects, _ app.Batch) error {
	if m.Export.Sent.IsZero() {
		m.Export.Sent, m.Export.Since = e.now, e.now.Add(m.ahead-sinceMargin)
	}
	m.Export.Messages = nil
	e.exports = append(e.exports, m.Export)
	return e.happen(m.Invoice, billing.Send)
}

// settle implements member.
func (m exporting) settle(e *effects, b app.Batch, said map[string]ledger.Outcome) (unclear []string, err error) {
	o := said[string(m.Export.ID)]
	sentBefore := b.Tries > 1 || !m.Export.Sent.Equal(b.Tried)
	switch {
	case o.Verdict == ledger.Accepted && b.Tries == 1:
		return nil, m.arrive(e, o.Standing, append(o.Messages, m.learn(e, o.Standing)...), true)
	case o.Verdict == ledger.Accepted:
		m.Export.Standing = o.Standing // of the first try: a person may have changed it since
	case o.Verdict == ledger.Rejected:
		// Its own number is in the way where this one, or an earlier export of the invoice, was sent before.
		ours := false
		if ledger.HasCause(o.Messages, ledger.NumberTaken) {
			earlier, err := m.earlier()
			if err != nil {
				return nil, err
			}
			ours = sentBefore || slices.ContainsFunc(earlier, func(e app.Export) bool { return !e.Sent.IsZero() })
		}
		e.doubtChart(m.kind, o.Messages)
		if !ours {
			_, err := e.end(m.Tracked, o.Messages, billing.Refuse)
			return nil, err
		}
	}
	m.Export.Messages = o.Messages
	e.exports = append(e.exports, m.Export)
	return []string{string(m.Export.ID)}, e.happen(m.Invoice, billing.Lose)
}

// lose implements member.
func (m exporting) lose(e *effects) error {
	e.exports = append(e.exports, m.Export)
	return e.happen(m.Invoice, billing.Lose)
}

// unsend implements member.
func (m exporting) unsend(e *effects, b app.Batch, refused []ledger.Message) error {
	if m.Export.Sent.Equal(b.TriedLast) {
		m.Export.Sent, m.Export.Since = time.Time{}, time.Time{}
	}
	if refused != nil && len(b.Members) == 1 {
		_, err := e.end(m.Tracked, refused, billing.Refuse)
		return err
	}
	if refused != nil {
		m.Export.Batch, m.Export.Small = "", len(b.Members)/2
	}
	e.exports = append(e.exports, m.Export)
	return e.happen(m.Invoice, billing.Unsent)
}

// adopt implements member. What bears the mark is ours, and so is what an earlier export of the
// invoice made. What may be ours, a person decides; what is proven absent waits to be sent with a
// new key.
func (m exporting) adopt(e *effects, b app.Batch, found reading, again resend) error {
	st, there := found.byMark[app.MarkKey(m.Export.Mark)]
	if again.wait {
		e.then(again.park)
	}
	twins := found.twins(m.Export)
	switch {
	case len(twins) > 0:
		return m.doubt(e, twins)
	case there:
		if told := found.marks; m.kind.org.Marks == app.MarksUnknown {
			e.marks = e.marks.Worse(told)
			e.then(func() { m.kind.marksAre(told) })
		}
		if c, known := m.kind.contacts.directory.ByID(m.Export.Contact); known {
			m.Export.Contact = c.ID
		}
		return m.arrive(e, st, warnings(m.Export.Messages), false)
	case m.Export.Standing.ID != "":
		if now, read := found.others[m.Export.Standing.ID]; read {
			m.Export.Standing = now
		}
		return m.arrive(e, m.Export.Standing, warnings(m.Export.Messages), false)
	}
	earlier, err := m.earlier()
	if err != nil {
		return err
	}
	if st, there := madeEarlier(earlier, found); there {
		return m.arrive(e, st, append(warnings(m.Export.Messages), foundAgain), false)
	}
	perhaps, err := m.perhaps(earlier, found)
	if err != nil {
		return err
	}
	switch {
	case len(perhaps) > 0:
		return m.doubt(e, perhaps)
	case found.taken[m.Export.Number.Fold()], ledger.HasCause(m.Export.Messages, ledger.NumberTaken):
		return m.refuse(e, ledger.Message{Text: translations.Text("xero-says.number-taken"), Cause: ledger.NumberTaken})
	case again.wait:
	case again.small > 0:
		m.Export.Small = again.small
	case again.fails, b.LookUp && m.kind.lostAgain(e, string(m.Export.ID)):
		return m.refuse(e, failsAgain)
	}
	m.Export.Batch = ""
	e.exports = append(e.exports, m.Export)
	return e.happen(m.Invoice, billing.Unsent)
}

// doubt leaves it to a person which of some invoices in Xero is the one that was sent.
func (m exporting) doubt(e *effects, perhaps []ledger.Standing) error {
	m.Export.Candidates = perhaps
	_, err := e.end(m.Tracked, []ledger.Message{mayBeOurs}, billing.Doubt)
	return err
}

func (m exporting) refuse(e *effects, why ledger.Message) error {
	_, err := e.end(m.Tracked, []ledger.Message{why}, billing.Refuse)
	return err
}

// failsAgain is what is said of a member that Xero fails on every time.
var failsAgain = ledger.Message{
	Text: translations.Text("message.xero-failed"), Cause: ledger.XeroTrouble,
}

func warnings(all []ledger.Message) []ledger.Message {
	return slices.DeleteFunc(slices.Clone(all), func(m ledger.Message) bool { return !m.Warning })
}

// arrive ends the export of an invoice that is in Xero, and asks for what the mapping wants
// written besides it. direct says that st is the answer to the export itself; otherwise a person
// may have changed the invoice there meanwhile.
func (m exporting) arrive(e *effects, st ledger.Standing, messages []ledger.Message, direct bool) error {
	export, err := e.receive(m.Tracked, st, messages, direct)
	if err == nil {
		m.kind.wantExtras(e, export, m.kind.mapping, m.kind.org.Marks)
	}
	return err
}
