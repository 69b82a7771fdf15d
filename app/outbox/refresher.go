package outbox

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// refresher is the one that reads from an organisation while it holds the lease.
type refresher struct {
	*Outbox
	tenant    ledger.TenantID
	fence     app.Fence
	directory *ledger.Directory         // of contacts that were asked for
	asked     map[ledger.ContactID]bool // those contacts
	sure      map[ledger.InvoiceID]bool // invoices that were read by their IDs
	moved     int                       // invoices whose stage moved
}

// decide runs a decision under the refresher's fence, as a sender's does.
func (r *refresher) decide(ctx context.Context, decision func(tx Tx, e *effects) error) error {
	return decide(ctx, r.Outbox, r.fence, r.tenant, decision)
}

func (r *refresher) run(ctx context.Context) error {
	err := r.read(ctx)
	var trouble *app.Trouble
	if err == nil || ctx.Err() != nil || !errors.As(err, &trouble) {
		return err
	}
	return errors.Join(err, r.failed(context.WithoutCancel(ctx), trouble))
}

// read brings everything up to date.
func (r *refresher) read(ctx context.Context) error {
	state, err := r.begin(ctx)
	if err != nil {
		return err
	}
	cursor := state.Cursor
	reached, err := readSince(ctx, r.books, r.tenant, cursor.Add(-refreshOverlap), func(page ledger.Page) (enough bool, err error) {
		if err := r.knowUnread(ctx, page.Unread); err != nil {
			return false, err
		}
		tracked, err := r.take(ctx, page.Changed)
		return nothingNew(page.Changed[len(page.Changed)/2:], tracked, cursor), err
	})
	if err != nil {
		return err
	}
	reread := state.Reread
	if now := time.Now(); now.Sub(reread) >= rereadEvery || reread.After(now) {
		if err := r.reread(ctx); err != nil {
			return err
		}
		reread = now
	}
	return r.ended(ctx, cursor, later(cursor, reached), reread)
}

// knowUnread returns why what is ours cannot be read. What is known by its ID need not bear a mark.
func (r *refresher) knowUnread(ctx context.Context, unread map[ledger.InvoiceID]error) error {
	if len(unread) == 0 {
		return nil
	}
	return r.store.Look(ctx, func(rd Reader) error {
		tracked, err := rd.Tracked(r.tenant, slices.Collect(maps.Keys(unread)))
		for id := range tracked {
			return unread[id]
		}
		return err
	})
}

// begin returns from where to go on: the first time from when something was first sent.
func (r *refresher) begin(ctx context.Context) (state app.Refresh, err error) {
	err = r.decide(ctx, func(tx Tx, e *effects) error {
		if state, err = refreshOf(tx, r.tenant); err != nil || !state.Cursor.IsZero() {
			return err
		}
		if state.Cursor, err = tx.FirstSent(r.tenant); err != nil {
			return err
		}
		state.Reread = e.now
		return tx.SaveRefresh(state)
	})
	return state, err
}

// nothingNew reports whether readings tell nothing that is not known, so that those of older
// changes do not either.
func nothingNew(readings []ledger.Standing, tracked map[ledger.InvoiceID]app.Tracked, cursor time.Time) bool {
	for _, st := range readings {
		t, ours := tracked[st.ID]
		if st.Updated.After(cursor) || ours && st.Updated.After(t.Export.Standing.Updated) {
			return false
		}
	}
	return true
}

// take stores what readings mean for ours, and returns those of ours as they were before. One that
// leaves open how it was paid is read by its ID before anything follows from it.
func (r *refresher) take(ctx context.Context, readings []ledger.Standing) (tracked map[ledger.InvoiceID]app.Tracked, err error) {
	var elsewhere []ledger.Standing // that are with a contact which the one may have been merged into that they were sent to
	var moved []ledger.ContactID
	var unclear []ledger.InvoiceID
	var n int
	err = r.decide(ctx, func(tx Tx, e *effects) error {
		elsewhere, moved, unclear, n = nil, nil, nil, 0
		if tracked, err = tx.Tracked(r.tenant, idsOf(readings)); err != nil {
			return err
		}
		if err := followStrays(tx, r.tenant, readings); err != nil {
			return err
		}
		for _, st := range readings {
			t, ours := tracked[st.ID]
			if !ours {
				continue
			}
			if st.CreditUnclear() && !r.sure[st.ID] {
				known := t.Export.Standing
				known.CreditedBy = ledger.CreditUnknown
				if !st.Same(known) && !st.Updated.Before(known.Updated) { // else nothing is new, and what is known stays
					unclear = append(unclear, st.ID)
				}
				continue
			}
			sentTo := t.Export.Contact
			if c, known := r.directory.ByID(sentTo); known {
				t.Export.Contact = c.ID
			} else if sentTo != st.Contact && sentTo != "" && st.Contact != t.Export.Standing.Contact && !r.asked[sentTo] {
				elsewhere, moved = append(elsewhere, st), append(moved, sentTo)
				continue
			}
			if e.follow(t, st) {
				n++
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	r.moved += n
	if len(unclear) > 0 {
		if _, err := r.look(ctx, unclear); err != nil {
			return nil, err
		}
	}
	if len(elsewhere) == 0 {
		return tracked, nil
	}
	if err := r.followMerges(ctx, r.tenant, r.directory, moved); err != nil {
		return nil, err
	}
	for _, c := range moved {
		r.asked[c] = true
	}
	_, err = r.take(ctx, elsewhere)
	return tracked, err
}

// followStrays notes how strays stand by now: one that is deleted or voided in Xero keeps no invoice
// from being exported any more.
func followStrays(tx Tx, t ledger.TenantID, readings []ledger.Standing) error {
	strays, err := tx.Strays(t)
	if err != nil || len(strays) == 0 {
		return err
	}
	var moved []app.Stray
	for _, s := range strays {
		i := slices.IndexFunc(readings, func(st ledger.Standing) bool { return st.ID == s.ID })
		if i >= 0 && readings[i].Status != s.Status {
			s.Status = readings[i].Status
			moved = append(moved, s)
		}
	}
	if len(moved) == 0 {
		return nil
	}
	return tx.SaveStrays(t, moved...)
}

func idsOf(readings []ledger.Standing) []ledger.InvoiceID {
	ids := make([]ledger.InvoiceID, len(readings))
	for i, st := range readings {
		ids[i] = st.ID
	}
	return ids
}

// reread reads every open invoice by its ID. What Xero does not have any more is noted once
// all of it was read.
func (r *refresher) reread(ctx context.Context) error {
	var open []ledger.InvoiceID
	err := r.store.Look(ctx, func(rd Reader) (err error) {
		open, err = rd.OpenInXero(r.tenant)
		return err
	})
	if err != nil {
		return err
	}
	var gone []ledger.InvoiceID
	for ids := range slices.Chunk(open, rereadAtOnce) {
		absent, err := r.look(ctx, ids)
		if err != nil {
			return err
		}
		gone = append(gone, absent...)
	}
	return r.vanish(ctx, gone)
}

// look reads invoices by their IDs, and returns those that Xero does not have.
func (r *refresher) look(ctx context.Context, ids []ledger.InvoiceID) (absent []ledger.InvoiceID, err error) {
	found, err := r.books.ByID(ctx, r.tenant, ids)
	if err != nil {
		return nil, err
	}
	there := map[ledger.InvoiceID]bool{}
	for _, st := range found {
		there[st.ID], r.sure[st.ID] = true, true
	}
	if _, err := r.take(ctx, found); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id ledger.InvoiceID) bool { return there[id] }), nil
}

// vanish notes what Xero does not have any more.
func (r *refresher) vanish(ctx context.Context, ids []ledger.InvoiceID) error {
	if len(ids) == 0 {
		return nil
	}
	var n int
	err := r.decide(ctx, func(tx Tx, e *effects) error {
		n = 0
		tracked, err := tx.Tracked(r.tenant, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if t, ours := tracked[id]; ours && t.Newest && e.vanish(t) {
				n++
			}
		}
		return nil
	})
	if err == nil {
		r.moved += n
	}
	return err
}

// ended notes that everything up to a moment is known. Something was learnt otherwise
// meanwhile where the cursor is not where it was: then it stays there.
func (r *refresher) ended(ctx context.Context, cursor, reached, reread time.Time) error {
	return r.decide(ctx, func(tx Tx, e *effects) error {
		state, err := refreshOf(tx, r.tenant)
		if err != nil {
			return err
		}
		if state.Cursor.Equal(cursor) {
			state.Cursor = reached
		}
		state.At, state.Reread, state.Failing = e.now, reread, app.Park{}
		if err := tx.SaveRefresh(state); err != nil {
			return err
		}
		return e.connectionIs(tx, app.Connected, r.app.Wake)
	})
}

// failed notes why a refresh did not succeed, and when the next one is due.
func (r *refresher) failed(ctx context.Context, t *app.Trouble) error {
	now := time.Now()
	renewed := t.Reason == app.NoConsent && r.app.ExpireToken(ctx, r.tenant)
	return r.decide(ctx, func(tx Tx, e *effects) error {
		state, err := refreshOf(tx, r.tenant)
		if err != nil {
			return err
		}
		p := app.Park{Since: now, Until: t.Until, Why: t.Reason, Text: t.Text}
		if before := state.Failing; before.Why != "" && !before.Since.After(now) {
			p.Since = before.Since
		}
		switch {
		case !p.Until.IsZero():
		case t.Reason == app.NotConnected, t.Reason == app.NoConsent && !renewed:
			p.Until = now.Add(longPark)
		default:
			p.Until = now.Add(min(max(shortPark, now.Sub(p.Since)), longPark))
		}
		state.Failing = p
		if err := tx.SaveRefresh(state); err != nil {
			return err
		}
		is := stateFor(t.Reason)
		if renewed || is == app.Connected { // other trouble says nothing of the connection
			return nil
		}
		return e.connectionIs(tx, is, func() {})
	})
}

// connectionIs notes what a read says of the connection; changed is called when that is news. What
// was parked because the connection had ended goes on once it works again.
func (e *effects) connectionIs(tx Tx, is app.ConnectionState, changed func()) error {
	org, err := app.OrganisationOf(tx, e.tenant)
	if err != nil || org.State == is {
		return err
	}
	e.record(staff.AuditConnection, "organisation", string(e.tenant), string(org.State), string(is))
	e.then(changed)
	org.State = is
	if is == app.Connected {
		org.Parked = app.Park{}
	}
	return tx.SaveOrganisation(org)
}
