package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// RemovalID identifies a removal.
type RemovalID string

// Removal is one invoice's way out of force in Xero: deleted there, so that it is a draft here
// again, or voided there, so that it can be replaced. It waits while it has no batch and no end.
type Removal struct {
	ID       RemovalID
	Run      RunID
	Invoice  billing.InvoiceID
	Export   ExportID // that is undone
	Tenant   ledger.TenantID
	There    ledger.InvoiceID
	To       ledger.InvoiceStatus // DeletedThere or VoidedThere
	Batch    BatchID              // the batch it is in; "" when in none
	Small    int                  // the most members its next batch may have; 0 for no limit
	Ended    time.Time
	Result   RemovalResult    // once ended
	Messages []ledger.Message // why it stays in Xero
}

// RemovalResult says how a removal ended.
type RemovalResult string

// The results of a removal.
const (
	Removed   RemovalResult = "removed"
	KeptThere RemovalResult = "kept"
	Withdrawn RemovalResult = "withdrawn" // cancelled before it was sent
)

// Redraft takes finalized invoices back to draft. One that Xero does not hold is a draft at
// once. One that Xero holds unapproved is deleted there first, in a run for each organisation:
// the request is on disk when Redraft returns, and is sent as an export is. What cannot be
// taken back is refused row by row, with the way out. One that is on its way already stays in
// its run.
func (a *App) Redraft(ctx context.Context, by staff.Member, ids []billing.InvoiceID) (runs []Run, results []Result, err error) {
	err = a.update(ctx, func(tx Tx) error {
		runs, results = nil, results[:0]
		if err := checkUnlocked(tx); err != nil {
			return err
		}
		invoices, err := tx.Invoices(distinct(ids))
		if err != nil {
			return err
		}
		q := &removalQueue{Tx: tx, by: by}
		for _, v := range invoices {
			err := q.redraft(v)
			if CodeOf(err) == Internal && err != nil {
				return err
			}
			results = append(results, Result{v.ID, v.Number, err})
			if err := noteRefusal(tx, err); err != nil {
				return err
			}
		}
		runs = q.runs
		return nil
	})
	if err == nil && len(runs) > 0 {
		a.wake.ring()
	}
	return runs, results, err
}

// removalQueue puts removals on disk.
type removalQueue struct {
	Tx
	by   staff.Member
	runs []Run // one an organisation
}

// redraft takes one invoice back, or says why it cannot be.
func (q *removalQueue) redraft(v billing.Invoice) error {
	if err := allow(q.by, staff.EditInvoices, v.Client); err != nil {
		return err
	}
	if v.Stage == (billing.Stage{Status: billing.Finalized, Export: billing.Removing}) {
		return nil
	}
	if to, ok := v.Stage.Next(billing.Reopen); ok {
		return q.advance(v, to, eventNames[billing.Reopen])
	}
	exports, err := q.ExportsOf(v.ID)
	if err != nil {
		return err
	}
	to, ok := v.Stage.Next(billing.Remove)
	if !ok || len(exports) == 0 {
		return notRedrafted(v, exports)
	}
	return q.add(v, exports[0], to, ledger.DeletedThere)
}

// add puts a removal on disk.
func (q *removalQueue) add(v billing.Invoice, e Export, stage billing.Stage, to ledger.InvoiceStatus) error {
	run, err := q.runOf(e.Tenant)
	if err != nil {
		return err
	}
	err = q.SaveRemovals(Removal{
		ID: RemovalID(newID()), Run: run, Invoice: v.ID, Export: e.ID, Tenant: e.Tenant, There: e.Standing.ID, To: to,
	})
	if err != nil {
		return err
	}
	return q.advance(v, stage, removalNames[to])
}

// removalNames name in the audit trail what was asked for.
var removalNames = map[ledger.InvoiceStatus]string{ledger.DeletedThere: "draft", ledger.VoidedThere: "void in Xero"}

func (q *removalQueue) advance(v billing.Invoice, to billing.Stage, action string) error {
	if err := q.Advance(to, v.ID); err != nil {
		return err
	}
	return q.Record(entry(q.by, action, "invoice", string(v.ID), describe(v.Stage), describe(to)))
}

func (q *removalQueue) runOf(t ledger.TenantID) (RunID, error) {
	for _, r := range q.runs {
		if r.Tenant == t {
			return r.ID, nil
		}
	}
	r := Run{ID: RunID(newID()), Kind: RemovalRun, Tenant: t, By: q.by.ID, Started: q.Now(), Confirmed: q.Now()}
	q.runs = append(q.runs, r)
	return r.ID, q.SaveRun(r)
}

// notRedrafted says why an invoice cannot be taken back to draft, and what can be done.
func notRedrafted(v billing.Invoice, exports []Export) error {
	n := v.Number
	switch {
	case v.Stage.Status == billing.Draft:
		return Errorf(Conflict, "Invoice %s is a draft already.", n)
	case v.Stage.Status == billing.Deleted:
		return Errorf(Conflict, "Invoice %s is deleted.", n)
	case v.Stage.Export == billing.Removing:
		return Errorf(Conflict, "Invoice %s is being removed from Xero already.", n)
	case v.Stage.Export == billing.Queued:
		return Errorf(Conflict, "Invoice %s is queued for export: cancel the export first.", n)
	case v.Stage.InFlight():
		return Errorf(Conflict, "Invoice %s is on its way to Xero: wait until it is settled.", n)
	case v.Stage.Export == billing.NotFoundInXero:
		return Errorf(Conflict, "Invoice %s was not found in Xero. An Admin has to say that it is gone for good first.", n)
	case v.Stage.Export == billing.VoidedInXero:
		return Errorf(Conflict, "Invoice %s was voided in Xero, so its number is used up: choose Replace to write it anew.", n)
	case len(exports) > 0:
		return &Error{Code: Conflict, Text: "Invoice %s stays as it is. %s", Args: []any{n, cannotDelete(exports[0].Standing).Text}}
	}
	return Errorf(Conflict, "Invoice %s is %s: it cannot be taken back to draft now.", n, describe(v.Stage))
}

// cannotDelete says why an invoice that stands so in Xero cannot be deleted there; a Message
// without a text says that it can.
func cannotDelete(st ledger.Standing) ledger.Message {
	switch st.Settlement() {
	case ledger.Approved:
		return stays("It is approved in Xero, and an approved invoice cannot be taken back. Choose Replace: it is voided there and written anew here under another number.")
	case ledger.PartPaid, ledger.Paid:
		return stays("It has a payment in Xero. Remove the payment there and choose Replace, or leave it and raise a credit note there: Feebridge makes none.")
	case ledger.Credited:
		return stays("It was credited in full in Xero. Choose Replace to write it anew here under another number.")
	}
	switch {
	case st.Status == ledger.VoidedThere:
		return stays("It was voided in Xero. Choose Replace to write it anew here under another number.")
	case st.AmountPaid.Sign() != 0 || st.AmountCredited.Sign() != 0:
		return stays("Something is allocated to it in Xero: a payment or a credit note. Take that away there first.")
	case st.Status != ledger.DraftThere && st.Status != ledger.SubmittedThere:
		return stays(fmt.Sprintf("Its status in Xero is %s, which does not allow it. Open it in Xero to see what happened.", st.Status))
	}
	return ledger.Message{}
}

// cannotVoid says why an invoice that stands so in Xero cannot be voided there.
func cannotVoid(st ledger.Standing) ledger.Message {
	switch st.Settlement() {
	case ledger.Approved:
		return ledger.Message{}
	case ledger.PartPaid, ledger.Paid:
		return stays("It has a payment in Xero. Remove the payment there first, or raise a credit note there: Feebridge makes none.")
	case ledger.Credited:
		return stays("It was credited in full in Xero: there is nothing to void.")
	}
	return stays(fmt.Sprintf("Its status in Xero is %s, and only an approved invoice can be voided.", st.Status))
}

// locked says that the books are closed for an invoice of that date; a Message without a text
// that they are not.
func locked(date, lock billing.Date) ledger.Message {
	if lock.IsZero() || date > lock {
		return ledger.Message{}
	}
	return ledger.Message{
		Text:  fmt.Sprintf("It is dated %s, and the books in Xero are closed up to %s. Ask the adviser to move the lock date, or raise a credit note in Xero: Feebridge makes none.", date, lock),
		Cause: ledger.LockedDate,
	}
}

func stays(text string) ledger.Message { return ledger.Message{Text: text, Cause: ledger.StatusMoved} }

// removal is a removal that is looked at, with what it is about.
type removal struct {
	Removal
	tracked Tracked
}

// planRemovals reads anew what waits to be removed, lets go what cannot be, and puts the
// requests for the rest on disk. It reports whether it changed anything.
func (s *sender) planRemovals(ctx context.Context) (bool, error) {
	waiting, refused, err := s.waitingRemovals(ctx)
	if err != nil || len(waiting)+len(refused) == 0 {
		return false, err
	}
	standings, lock := map[ledger.InvoiceID]ledger.Standing{}, billing.Date(0)
	if len(waiting) > 0 {
		if lock, err = s.books.Lock(ctx, s.tenant); err != nil {
			return false, err
		}
		if standings, err = s.readByID(ctx, waiting); err != nil {
			return false, err
		}
		if err := s.reached(ctx); err != nil {
			return false, err
		}
	}
	return true, s.update(ctx, func(tx Tx) error {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		for id, why := range refused {
			if err := s.stay(tx, id, why, KeptThere); err != nil {
				return err
			}
		}
		var ready []removal
		for _, r := range waiting {
			r, err := removalNow(tx, r.ID)
			if err != nil || !r.Ended.IsZero() { // cancelled meanwhile
				if err != nil {
					return err
				}
				continue
			}
			goes, err := s.settleByReading(tx, r, standings, func(st ledger.Standing) ledger.Message {
				if m := locked(st.Date, lock); m.Text != "" {
					return m
				}
				return changedMeanwhile(r.tracked, st)
			})
			if err != nil {
				return err
			}
			if goes {
				ready = append(ready, r)
			}
		}
		if err := s.storeRemovals(tx, ready); err != nil {
			return err
		}
		return endRuns(tx, s.tenant)
	})
}

// removalsAtOnce is how many removals are planned in one go.
const removalsAtOnce = 200

// waitingRemovals returns the removals that may be made now, and why others may not: whoever
// asked may not any more, or asked too long ago to mean it still.
func (s *sender) waitingRemovals(ctx context.Context) (waiting []Removal, refused map[RemovalID][]ledger.Message, err error) {
	err = s.store.View(ctx, func(r Reader) error {
		waiting, refused = nil, map[RemovalID][]ledger.Message{}
		all, err := r.RemovalsWaiting(s.tenant, removalsAtOnce)
		if err != nil {
			return err
		}
		members, err := r.Staff()
		if err != nil {
			return err
		}
		for _, m := range all {
			run, err := r.Run(m.Run)
			if err != nil {
				return err
			}
			v, err := r.Invoice(m.Invoice)
			if err != nil {
				return err
			}
			if err := allow(member(members, run.By), staff.EditInvoices, v.Client); err != nil {
				refused[m.ID] = []ledger.Message{{Text: err.Error(), Cause: ledger.NotPermitted}}
				continue
			}
			if run.Stale(time.Now()) {
				refused[m.ID] = []ledger.Message{stays("It was asked for more than twelve hours ago and could not be sent since, so it was left there. Ask for it again if it is still wanted.")}
				continue
			}
			waiting = append(waiting, m)
		}
		return nil
	})
	return waiting, refused, err
}

// readByID reads how the invoices of removals stand in Xero.
func (s *sender) readByID(ctx context.Context, all []Removal) (map[ledger.InvoiceID]ledger.Standing, error) {
	ids := make([]ledger.InvoiceID, len(all))
	for i, r := range all {
		ids[i] = r.There
	}
	found, err := s.books.ByID(ctx, s.tenant, ids)
	standings := make(map[ledger.InvoiceID]ledger.Standing, len(found))
	var moved []ledger.ContactID
	for _, st := range found {
		standings[st.ID] = st
	}
	if err != nil {
		return nil, err
	}
	err = s.store.View(ctx, func(r Reader) error {
		moved = nil
		tracked, err := r.Tracked(s.tenant, ids)
		for id, t := range tracked {
			if st, there := standings[id]; there && t.Export.Contact != "" && st.Contact != t.Export.Contact {
				moved = append(moved, t.Export.Contact)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return standings, s.followMerges(ctx, s.tenant, s.directory, moved)
}

// removalNow returns a removal as it is by now.
func removalNow(tx Tx, id RemovalID) (removal, error) {
	r, err := tx.Removal(id)
	if err != nil {
		return removal{}, err
	}
	tracked, err := tx.Tracked(r.Tenant, []ledger.InvoiceID{r.There})
	if err != nil {
		return removal{}, err
	}
	t, known := tracked[r.There]
	if !known {
		return removal{}, fmt.Errorf("removal %s is of an invoice that is not known to be in Xero", id)
	}
	return removal{r, t}, nil
}

// settleByReading ends a removal whose end a reading of Xero tells. It reports whether the
// invoice is still to be removed: it stands there as it did, and nothing else speaks against it.
func (s *sender) settleByReading(tx Tx, r removal, standings map[ledger.InvoiceID]ledger.Standing, more func(ledger.Standing) ledger.Message) (goes bool, err error) {
	st, there := standings[r.There]
	if c, known := s.directory.ByID(r.tracked.Export.Contact); known {
		r.tracked.Export.Contact = c.ID
	}
	cannot := cannotDelete
	if r.To == ledger.VoidedThere {
		cannot = cannotVoid
	}
	switch {
	case r.tracked.Invoice.Stage.Export != billing.Removing: // as it was found when a copy was compared with Xero
		r.Ended, r.Result, r.Batch = tx.Now(), Withdrawn, ""
		return false, tx.SaveRemovals(r.Removal)
	case !there:
		return false, gone(tx, r)
	case st.Status == r.To, st.Status == ledger.DeletedThere:
		return false, removed(tx, r, st)
	}
	why := cannot(st)
	if why.Text == "" {
		why = more(st)
	}
	if why.Text != "" {
		return false, keepThere(tx, r, &st, []ledger.Message{why}, KeptThere)
	}
	return true, nil
}

// changedMeanwhile says that somebody changed the invoice in Xero since the person who asked
// saw it: it needs a decision.
func changedMeanwhile(t Tracked, st ledger.Standing) ledger.Message {
	known := differences(t.Export, t.Invoice, t.Export.Standing)
	for _, d := range differences(t.Export, t.Invoice, st) {
		if !slices.Contains(known, d) {
			m := d.Message()
			return ledger.Message{
				Text:  "It was changed in Xero since you last saw it. " + m.Text + " Look at both; ask for it again if it is to be removed all the same.",
				Cause: ledger.ChangedThere,
			}
		}
	}
	return ledger.Message{}
}

// storeRemovals puts the requests on disk.
func (s *sender) storeRemovals(tx Tx, ready []removal) error {
	bySize := map[int][]removal{}
	for _, r := range ready {
		bySize[r.Small] = append(bySize[r.Small], r)
	}
	for size, some := range bySize {
		writes := make([]ledger.Removal, len(some))
		byID := map[string]Removal{}
		for i, r := range some {
			writes[i] = ledger.Removal{Member: string(r.ID), ID: r.There, To: r.To}
			byID[string(r.ID)] = r.Removal
		}
		payloads, err := s.books.PrepareRemovals(writes, size)
		if err != nil {
			return err
		}
		for _, p := range payloads {
			b := Batch{ID: BatchID(newID()), Tenant: s.tenant, Kind: p.Kind, Key: newID(), Body: p.Body, Members: p.Members, State: Ready}
			if err := tx.SaveBatch(b); err != nil {
				return err
			}
			for _, m := range p.Members {
				r := byID[m]
				r.Batch, r.Messages = b.ID, nil
				if err := tx.SaveRemovals(r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// settleRemovals stores what Xero's elements say. What is not said to be done is looked up: it
// may have been approved, or taken out of force, in that moment.
func (s *sender) settleRemovals(tx Tx, b Batch, outcomes []ledger.Outcome) error {
	var unclear []string
	for _, o := range outcomes {
		r, err := removalNow(tx, RemovalID(o.Member))
		if err != nil {
			return err
		}
		if o.Verdict == ledger.Accepted && o.Standing.Status == r.To {
			if err := removed(tx, r, o.Standing); err != nil {
				return err
			}
			continue
		}
		unclear = append(unclear, o.Member)
		r.Messages = o.Messages
		if err := tx.SaveRemovals(r.Removal); err != nil {
			return err
		}
	}
	b.State = Settled
	if len(unclear) > 0 {
		b.State, b.Members, b.LookUp, b.Troubles = Lost, unclear, true, b.Tries
	}
	return tx.SaveBatch(b)
}

// lookUpRemovals settles lost removals by what Xero has.
func (s *sender) lookUpRemovals(tx Tx, b Batch, standings map[ledger.InvoiceID]ledger.Standing) error {
	b.State = Settled
	if err := tx.SaveBatch(b); err != nil {
		return err
	}
	wait := b.Troubles >= maxTroubles && !s.blames(b)
	for _, m := range b.Members {
		r, err := removalNow(tx, RemovalID(m))
		if err != nil {
			return err
		}
		refused := r.Messages
		goes, err := s.settleByReading(tx, r, standings, func(ledger.Standing) ledger.Message {
			if len(refused) > 0 {
				return refused[0]
			}
			if !wait && s.lostAgain(m) {
				return failsAgain
			}
			return ledger.Message{}
		})
		if err != nil {
			return err
		}
		if !goes {
			continue
		}
		r.Batch = ""
		switch {
		case wait:
			s.setParked(s.parkFor(&Trouble{Reason: Troubled}))
		case b.Troubles >= maxTroubles && len(b.Members) > 1:
			r.Small = (len(b.Members) + 1) / 2
		}
		if err := tx.SaveRemovals(r.Removal); err != nil {
			return err
		}
	}
	return nil
}

// unsendRemovals stores that a first try provably changed nothing.
func (s *sender) unsendRemovals(tx Tx, b Batch, t *Trouble) error {
	if t.Reason != Refused {
		return nil // the batch is ready again
	}
	for _, m := range b.Members {
		r, err := removalNow(tx, RemovalID(m))
		if err != nil {
			return err
		}
		if len(b.Members) == 1 {
			return keepThere(tx, r, nil, []ledger.Message{{Text: t.Text, Cause: ledger.Other}}, KeptThere)
		}
		r.Batch, r.Small = "", len(b.Members)/2
		if err := tx.SaveRemovals(r.Removal); err != nil {
			return err
		}
	}
	return nil
}

// stay ends a removal that waits.
func (s *sender) stay(tx Tx, id RemovalID, why []ledger.Message, result RemovalResult) error {
	r, err := removalNow(tx, id)
	if err != nil || !r.Ended.IsZero() {
		return err
	}
	return keepThere(tx, r, nil, why, result)
}

// removed ends a removal that is done: Xero has the invoice in the status that was asked for.
func removed(tx Tx, r removal, st ledger.Standing) error {
	v, e := r.tracked.Invoice, r.tracked.Export
	ev, text := billing.Removed, "removed from Xero"
	if r.To == ledger.VoidedThere {
		ev, text = billing.VoidThere, "voided in Xero"
		if err := tx.Burn(v.Number, st.Number); err != nil {
			return err
		}
	}
	to, err := next(v, v.Stage, ev)
	if err != nil {
		return err
	}
	e.Standing, e.Result, e.Messages = st, to.Export, nil
	if err := tx.SaveStandings(e); err != nil {
		return err
	}
	if err := tx.Advance(to, v.ID); err != nil {
		return err
	}
	if err := lookBackTo(tx, r.Tenant, st.Updated); err != nil {
		return err
	}
	r.Ended, r.Result, r.Batch, r.Messages = tx.Now(), Removed, "", nil
	if err := tx.SaveRemovals(r.Removal); err != nil {
		return err
	}
	return tx.Record(entry(itself, text, "invoice", string(v.ID), describe(v.Stage), describe(to)))
}

// keepThere ends a removal of an invoice that stays in Xero, and brings ours to where it
// stands there: st is nil where that was not read.
func keepThere(tx Tx, r removal, st *ledger.Standing, why []ledger.Message, result RemovalResult) error {
	t := r.tracked
	was := t.Invoice.Stage
	if _, err := next(t.Invoice, was, billing.KeepThere); err != nil {
		return err
	}
	t.Invoice.Stage = after(was, billing.KeepThere, map[billing.ExportState]billing.Event{
		billing.Exported: billing.KeepThere, billing.Warned: billing.Warn, billing.Changed: billing.Differ,
	}[t.Export.Result])
	if err := tx.Advance(t.Invoice.Stage, t.Invoice.ID); err != nil {
		return err
	}
	text := string(result)
	if len(why) > 0 {
		text = why[0].Text
	}
	if err := tx.Record(entry(itself, "stays in Xero", "invoice", string(t.Invoice.ID), describe(was), describe(t.Invoice.Stage)+": "+text)); err != nil {
		return err
	}
	r.Ended, r.Result, r.Batch, r.Messages = tx.Now(), result, "", why
	if err := tx.SaveRemovals(r.Removal); err != nil {
		return err
	}
	if st == nil {
		return nil
	}
	f := newFollower(tx)
	f.bring(t, *st)
	return errors.Join(f.save(), lookBackTo(tx, r.Tenant, st.Updated))
}

// gone ends a removal of an invoice that Xero does not have any more.
func gone(tx Tx, r removal) error {
	if err := keepThere(tx, r, nil, []ledger.Message{stays("Xero does not have it any more.")}, KeptThere); err != nil {
		return err
	}
	now, err := removalNow(tx, r.ID)
	if err != nil {
		return err
	}
	f := newFollower(tx)
	f.vanish(now.tracked)
	return f.save()
}

// withdrawRemovals lets what of a run was provably never sent stay in Xero, and returns how
// many invoices that were.
func withdrawRemovals(tx Tx, by staff.Member, run Run) (n int, err error) {
	if err := releaseRemovals(tx, run); err != nil {
		return 0, err
	}
	all, err := tx.RemovalsOfRun(run.ID)
	if err != nil {
		return 0, err
	}
	for _, m := range all {
		if m.Batch != "" || !m.Ended.IsZero() {
			continue
		}
		r, err := removalNow(tx, m.ID)
		if err != nil {
			return n, err
		}
		if err := allow(by, staff.EditInvoices, r.tracked.Invoice.Client); err != nil {
			return n, err
		}
		if err := keepThere(tx, r, nil, []ledger.Message{stays("It was cancelled before it was sent.")}, Withdrawn); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// releaseRemovals takes the run's removals out of requests that were never tried.
func releaseRemovals(tx Tx, run Run) error {
	ready, err := tx.Batches(run.Tenant, Ready)
	if err != nil {
		return err
	}
	for _, b := range ready {
		if b.Kind != RemovalBatch || b.Tries > 0 {
			continue
		}
		if err := unplanRemovals(tx, b); err != nil {
			return err
		}
	}
	return nil
}

// unplanRemovals takes a request back that was never sent: its members wait again.
func unplanRemovals(tx Tx, b Batch) error {
	members, err := tx.Removals(removalIDs(b.Members))
	if err != nil {
		return err
	}
	for i := range members {
		members[i].Batch = ""
	}
	if err := tx.SaveRemovals(members...); err != nil {
		return err
	}
	return tx.DeleteBatch(b.ID)
}

func removalIDs(members []string) []RemovalID {
	ids := make([]RemovalID, len(members))
	for i, m := range members {
		ids[i] = RemovalID(m)
	}
	return ids
}

// RemovalsOfRun returns the removals of a run that the member may see, in the order they were
// asked for.
func (a *App) RemovalsOfRun(ctx context.Context, by staff.Member, id RunID) ([]Removal, error) {
	var seen []Removal
	err := a.store.View(ctx, func(r Reader) error {
		seen = nil
		all, err := r.RemovalsOfRun(id)
		if err != nil {
			return err
		}
		for _, m := range all {
			v, err := r.Invoice(m.Invoice)
			if err != nil {
				return err
			}
			if by.May(staff.See, v.Client) {
				seen = append(seen, m)
			}
		}
		return nil
	})
	return seen, err
}
