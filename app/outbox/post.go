package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
)

// sinceMargin is how far before the first try a look-up of changes begins: Xero's
// clock is known to the second at best, and was read a little earlier.
const sinceMargin = 10 * time.Minute

// post claims a batch, sends it once, and stores what came of it. What a cancelled
// context leaves open is stored all the same.
func (s *sender) post(ctx context.Context, id BatchID) error {
	b, claimed, err := s.claim(ctx, id)
	if err != nil || !claimed {
		return err
	}
	s.begin(b)
	outcomes, err := s.books.Post(ctx, b)
	ctx = context.WithoutCancel(ctx)
	if err == nil {
		s.succeeded()
		return s.settle(ctx, b, outcomes)
	}
	t := &Trouble{Reason: Interrupted, Err: err}
	errors.As(err, &t)
	s.log.Warn("sending", "batch", b.ID, "members", len(b.Members), "reason", t.Reason, "unsent", t.Unsent, "correlation", t.Correlation, "error", err)
	return s.troubled(ctx, b, t)
}

// claim marks the batch as sending, on disk, before anything leaves. It reports false
// when the batch is not wanted now: a person cancelled it, chose the contact that it was
// to create, or must confirm the run first.
func (s *sender) claim(ctx context.Context, id BatchID) (b Batch, claimed bool, err error) {
	err = s.Update(ctx, func(tx Tx) (err error) {
		claimed = false
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		if b, err = tx.Batch(id); IsCode(err, NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if b.State != Ready && b.State != Lost {
			return fmt.Errorf("batch %s is %s", id, b.State)
		}
		held, err := s.held(tx, b)
		if err != nil {
			return err
		}
		if held {
			return s.putBack(tx, b)
		}
		if b.Kind == ContactBatch && b.Tries == 0 {
			links, err := tx.Links(s.tenant)
			if err != nil {
				return err
			}
			if anyLinked(links, b.Members) {
				return tx.DeleteBatch(id) // the next plan creates the others
			}
		}
		claimed = true
		now := tx.Now()
		if b.Tries == 0 {
			b.Tried = now
		}
		b.Tries, b.TriedLast, b.State = b.Tries+1, now, Sending
		if err := tx.SaveBatch(b); err != nil {
			return err
		}
		return s.eachExport(tx, b, func(e *Export, v billing.Invoice) error {
			if e.Sent.IsZero() {
				e.Sent, e.Since = now, now.Add(s.ahead(tx)-sinceMargin)
			}
			e.Messages = nil
			return happen(tx, v, billing.Send)
		})
	})
	return b, claimed, err
}

// begin notes that the batch is about to leave.
func (s *sender) begin(b Batch) {
	s.tries.note(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range b.Members {
		if s.sent[m].IsZero() {
			s.sent[m] = time.Now()
		}
	}
}

// succeeded notes that Xero took a write.
func (s *sender) succeeded() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken, s.failures = time.Now(), 0
	clear(s.failing)
}

// ahead is how far Xero's clock was ahead of ours when the chart was read.
func (s *sender) ahead(r Reader) time.Duration {
	if s.chart.Read.IsZero() {
		chart, err := r.Chart(s.tenant)
		if err != nil {
			return 0
		}
		return chart.Ahead
	}
	return s.chart.Ahead
}

// settle stores what Xero's elements say. Members without a usable element are looked
// up, and so are those that a replay says were saved: Xero then repeats its first answer.
func (s *sender) settle(ctx context.Context, b Batch, outcomes []ledger.Outcome) error {
	err := s.Update(ctx, func(tx Tx) error {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		switch b.Kind {
		case ContactBatch:
			return s.settleContacts(tx, b, outcomes)
		case RemovalBatch:
			return errors.Join(s.settleRemovals(tx, b, outcomes), endRuns(tx, s.tenant))
		}
		byMember := map[string]ledger.Outcome{}
		for _, o := range outcomes {
			byMember[o.Member] = o
		}
		var unclear []string
		err := s.eachExport(tx, b, func(e *Export, v billing.Invoice) error {
			o := byMember[string(e.ID)]
			sentBefore := b.Tries > 1 || !e.Sent.Equal(b.Tried)
			switch {
			case o.Verdict == ledger.Accepted && b.Tries == 1:
				return errors.Join(receive(tx, e, v, o.Standing, o.Messages, true), s.wantExtras(tx, *e))
			case o.Verdict == ledger.Accepted:
				e.Standing = o.Standing // of the first try: somebody may have changed it since
			case o.Verdict == ledger.Rejected && !(sentBefore && hasCause(o.Messages, ledger.NumberTaken)):
				return end(tx, e, v, billing.Refuse, o.Messages)
			}
			unclear = append(unclear, string(e.ID))
			e.Messages = o.Messages
			return happen(tx, v, billing.Lose)
		})
		if err != nil {
			return err
		}
		b.State = Settled
		if len(unclear) > 0 {
			b.State, b.Members, b.LookUp, b.Troubles = Lost, unclear, true, b.Tries
		}
		if err := tx.SaveBatch(b); err != nil {
			return err
		}
		return endRuns(tx, s.tenant)
	})
	if err != nil {
		return err
	}
	s.settled(b.ID)
	return s.setHealth(ctx, Park{})
}

// settled forgets how a batch fared that is not under way any more.
func (s *sender) settled(ids ...BatchID) {
	for _, id := range ids {
		s.tries.forget(id)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.failing, id)
	}
}

func hasCause(messages []ledger.Message, c ledger.Cause) bool {
	return slices.ContainsFunc(messages, func(m ledger.Message) bool { return m.Cause == c })
}

// settleContacts links the clients whose contacts were created. What Xero refused is
// remembered for the plan that follows; a name or number that is taken is looked up again.
func (s *sender) settleContacts(tx Tx, b Batch, outcomes []ledger.Outcome) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	links, err := tx.Links(s.tenant)
	if err != nil {
		return err
	}
	var unclear []string
	for _, o := range outcomes {
		client := billing.ClientID(o.Member)
		switch o.Verdict {
		case ledger.Accepted:
			if links[client].Contact != "" {
				s.forgetContacts() // a person chose another meanwhile
				continue
			}
			if err := saveLink(tx, s.tenant, client, o.Contact, LinkedCreated); err != nil {
				return err
			}
			s.directory.Add(o.Contact)
		case ledger.Rejected:
			s.rejected[client] = o.Messages
			if hasCause(o.Messages, ledger.ContactTaken) {
				s.forgetContacts()
			}
		default:
			unclear = append(unclear, o.Member)
		}
	}
	if len(unclear) > 0 {
		s.forgetContacts()
		s.uncreated(unclear)
	} else {
		s.most = min(2*s.most, maxMembers)
	}
	b.State = Settled
	return tx.SaveBatch(b)
}

// forgetContacts makes the next plan read the contacts again.
func (s *sender) forgetContacts() {
	s.directory = ledger.NewDirectory()
	s.complete = false
	clear(s.looked)
}

// troubled stores that a call has no usable answer, and what follows from it.
func (s *sender) troubled(ctx context.Context, b Batch, t *Trouble) error {
	if t.Unsent && b.Tries == 1 {
		s.settled(b.ID)
	} else {
		s.tries.note(b)
	}
	if p := s.parkFor(t); p != nil && (t.Unsent || t.Reason == Offline || !t.Until.IsZero() || s.isOutage(b, t)) {
		s.setParked(p)
	}
	return s.Update(ctx, func(tx Tx) error {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		if t.Unsent && b.Tries == 1 {
			return s.unsend(tx, b, t)
		}
		b.State, b.TriedLast = Lost, tx.Now()
		if t.Answered && t.Reason == Troubled {
			b.Troubles++
		}
		if b.Troubles >= maxTroubles || t.Reason == Refused {
			b.LookUp = true
		}
		if err := tx.SaveBatch(b); err != nil {
			return err
		}
		return s.eachExport(tx, b, func(_ *Export, v billing.Invoice) error {
			return happen(tx, v, billing.Lose)
		})
	})
}

// maxTroubles is how often Xero may answer a batch with an error of its own before the
// batch is looked up instead, and halved where it is proven absent.
const maxTroubles = 2

// mostFailures is how many writes in a row may end in an error of Xero's own: then it
// is down, and sending waits for a while.
const mostFailures = 8

// isOutage counts the writes that Xero fails on, and reports whether they are so many
// that it is down.
func (s *sender) isOutage(b Batch, t *Trouble) bool {
	if t.Reason != Troubled {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures++
	s.failing[b.ID] = true
	return s.failures >= mostFailures
}

// unsend stores that a first try provably changed nothing. A request that Xero refused
// as a whole is halved until the row that it cannot read fails alone.
func (s *sender) unsend(tx Tx, b Batch, t *Trouble) error {
	b.State, b.Tries, b.Tried = Ready, 0, time.Time{}
	refused := t.Reason == Refused
	if refused {
		b.State = Settled
	}
	if err := tx.SaveBatch(b); err != nil {
		return err
	}
	why := []ledger.Message{{Text: t.Text, Cause: ledger.Other}}
	if refused && b.Kind == ContactBatch {
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(b.Members) == 1 {
			s.rejected[billing.ClientID(b.Members[0])] = why
		}
		s.most = max(1, len(b.Members)/2)
	}
	if b.Kind == RemovalBatch {
		return errors.Join(s.unsendRemovals(tx, b, t), endRuns(tx, s.tenant))
	}
	err := s.eachExport(tx, b, func(e *Export, v billing.Invoice) error {
		if e.Sent.Equal(b.TriedLast) {
			e.Sent, e.Since = time.Time{}, time.Time{}
		}
		switch {
		case refused && len(b.Members) == 1:
			return end(tx, e, v, billing.Refuse, why)
		case refused:
			e.Batch, e.Small = "", len(b.Members)/2
		}
		return happen(tx, v, billing.Unsent)
	})
	if err != nil {
		return err
	}
	return endRuns(tx, s.tenant)
}

// eachExport calls fn for every export of an invoice batch and saves what fn changed.
func (s *sender) eachExport(tx Tx, b Batch, fn func(*Export, billing.Invoice) error) error {
	if b.Kind != InvoiceBatch {
		return nil
	}
	exports, err := tx.Exports(exportIDs(b.Members))
	if err != nil {
		return err
	}
	ids := make([]billing.InvoiceID, len(exports))
	for i, e := range exports {
		ids[i] = e.Invoice
	}
	invoices, err := tx.Invoices(ids)
	if err != nil {
		return err
	}
	for i := range exports {
		if err := fn(&exports[i], invoices[i]); err != nil {
			return err
		}
	}
	return tx.SaveExports(exports...)
}
