package outbox

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// removals is the kind of request that deletes or voids invoices in Xero.
type removals struct{ *sender }

// removalsAtOnce is how many removals are planned in one go.
const removalsAtOnce = 200

// plan reads in Xero the invoices that wait to be removed, ends the removals that cannot be made,
// and puts the requests for the rest on disk. It reports whether it changed anything.
func (k *removals) plan(ctx context.Context) (bool, error) {
	waiting, refused, err := k.waiting(ctx)
	if err != nil || len(waiting)+len(refused) == 0 {
		return false, err
	}
	standings, lock := map[ledger.InvoiceID]ledger.Standing{}, billing.Date(0)
	if len(waiting) > 0 {
		if lock, err = k.books.Lock(ctx, k.tenant); err != nil {
			return false, err
		}
		if standings, err = k.read(ctx, waiting); err != nil {
			return false, err
		}
		if err := k.reached(ctx); err != nil {
			return false, err
		}
	}
	ids := slices.Collect(maps.Keys(refused))
	for _, r := range waiting {
		ids = append(ids, r.ID)
	}
	return true, k.decide(ctx, func(tx Tx, e *effects) error {
		all, err := k.asTheyAre(tx, ids)
		if err != nil {
			return err
		}
		var ready []removing
		for _, m := range all {
			if !m.Ended.IsZero() { // it was cancelled meanwhile
				continue
			}
			if why := refused[m.ID]; why != nil {
				m.keep(e, nil, why)
				continue
			}
			goes, err := m.settleBy(e, standings, func(st ledger.Standing) ledger.Message {
				if why := ledger.Locked(st.Date, lock); why.Text != "" {
					return why
				}
				return changedMeanwhile(m.tracked, st)
			})
			if err != nil {
				return err
			}
			if goes {
				ready = append(ready, m)
			}
		}
		e.ends = true
		return k.enqueue(e, ready)
	})
}

// waiting returns the removals that may be made now, and why others may not: whoever
// asked may not any more, or asked too long ago to mean it still.
func (k *removals) waiting(ctx context.Context) (waiting []app.Removal, refused map[app.RemovalID][]ledger.Message, err error) {
	err = k.store.Look(ctx, func(r Reader) error {
		waiting, refused = nil, map[app.RemovalID][]ledger.Message{}
		all, err := r.WaitingRemovals(k.tenant, removalsAtOnce)
		if err != nil || len(all) == 0 {
			return err
		}
		members, err := r.Staff()
		if err != nil {
			return err
		}
		wanted, ids := make([]app.RunID, len(all)), make([]billing.InvoiceID, len(all))
		for i, m := range all {
			wanted[i], ids[i] = m.Run, m.Invoice
		}
		runs, err := r.RunsByID(app.Distinct(wanted))
		if err != nil {
			return err
		}
		invoices, err := r.InvoiceHeads(ids)
		if err != nil {
			return err
		}
		for i, m := range all {
			run := runs[m.Run]
			if err := app.Allow(memberOf(members, run.By), staff.EditInvoices, invoices[i].Client); err != nil {
				refused[m.ID] = []ledger.Message{{Text: err.Error(), Cause: ledger.NotPermitted}}
				continue
			}
			if run.Stale(time.Now()) {
				refused[m.ID] = []ledger.Message{ledger.Stays(translations.Text("stays.too-old"))}
				continue
			}
			waiting = append(waiting, m)
		}
		return nil
	})
	return waiting, refused, err
}

// read reads in Xero the invoices of removals.
func (k *removals) read(ctx context.Context, all []app.Removal) (map[ledger.InvoiceID]ledger.Standing, error) {
	ids := make([]ledger.InvoiceID, len(all))
	for i, r := range all {
		ids[i] = r.There
	}
	found, err := k.books.ByID(ctx, k.tenant, ids)
	if err != nil {
		return nil, err
	}
	standings := make(map[ledger.InvoiceID]ledger.Standing, len(found))
	for _, st := range found {
		standings[st.ID] = st
	}
	var moved []ledger.ContactID
	err = k.store.Look(ctx, func(r Reader) error {
		moved = nil
		tracked, err := r.Tracked(k.tenant, ids)
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
	return standings, k.followMerges(ctx, k.tenant, k.contacts.directory, moved)
}

// changedMeanwhile says that the invoice was changed in Xero since the person who asked
// saw it: it needs a decision.
func changedMeanwhile(t app.Tracked, st ledger.Standing) ledger.Message {
	known := t.Sent().Differences(t.Export.Standing)
	for _, d := range t.Sent().Differences(st) {
		if !slices.Contains(known, d) {
			return ledger.Message{
				Text:  translations.Text("stays.edited", "Difference", d.Message().Text),
				Cause: ledger.ChangedThere,
			}
		}
	}
	return ledger.Message{}
}

// enqueue puts the requests on disk.
func (k *removals) enqueue(e *effects, ready []removing) error {
	bySize := map[int][]removing{}
	for _, m := range ready {
		bySize[m.Small] = append(bySize[m.Small], m)
	}
	for _, size := range slices.Sorted(maps.Keys(bySize)) {
		writes := make([]ledger.Removal, len(bySize[size]))
		byID := map[string]app.Removal{}
		for i, m := range bySize[size] {
			writes[i] = ledger.Removal{Member: string(m.ID), ID: m.There, To: m.To}
			byID[string(m.ID)] = m.Removal
		}
		payloads, err := k.books.PrepareRemovals(writes, size)
		if err != nil {
			return err
		}
		for _, p := range payloads {
			b := k.request(p)
			e.batches = append(e.batches, b)
			for _, name := range p.Members {
				r := byID[name]
				r.Batch, r.Messages = b.ID, nil
				e.removals = append(e.removals, r)
			}
		}
	}
	return nil
}

func removalIDs(members []string) []app.RemovalID {
	ids := make([]app.RemovalID, len(members))
	for i, m := range members {
		ids[i] = app.RemovalID(m)
	}
	return ids
}

// asTheyAre returns removals with their invoices, in the order asked for.
func (k *removals) asTheyAre(r Reader, ids []app.RemovalID) ([]removing, error) {
	all, err := r.Removals(ids)
	if err != nil {
		return nil, err
	}
	there := make([]ledger.InvoiceID, len(all))
	for i, one := range all {
		there[i] = one.There
	}
	tracked, err := r.Tracked(k.tenant, app.Distinct(there))
	if err != nil {
		return nil, err
	}
	members := make([]removing, len(all))
	for i, one := range all {
		t, known := tracked[one.There]
		if !known {
			return nil, fmt.Errorf("removal %s is of an invoice that is not known to be in Xero", one.ID)
		}
		members[i] = removing{k, one, t}
	}
	return members, nil
}

// unwanted implements kind: what was asked for too long ago is not planned in the first place.
func (k *removals) unwanted(Reader, []app.Batch, map[app.RunID]bool) (map[app.BatchID]bool, error) {
	return nil, nil
}

// members implements kind.
func (k *removals) members(r Reader, batches []app.Batch) (map[app.BatchID][]member, error) {
	all, err := k.asTheyAre(r, removalIDs(membersOf(batches)))
	if err != nil {
		return nil, err
	}
	by := map[app.BatchID][]member{}
	for _, b := range batches {
		for range b.Members {
			by[b.ID] = append(by[b.ID], all[0])
			all = all[1:]
		}
	}
	return by, nil
}

// look implements kind. It reads the invoices by their IDs.
func (k *removals) look(ctx context.Context, lost []app.Batch) (found reading, err error) {
	var all []app.Removal
	err = k.store.Look(ctx, func(r Reader) (err error) {
		all, err = r.Removals(removalIDs(membersOf(lost)))
		return err
	})
	if err != nil {
		return found, err
	}
	found.byID, err = k.read(ctx, all)
	return found, err
}
