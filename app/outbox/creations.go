package outbox

import (
	"context"
	"slices"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// plan implements planner. It looks for the contacts that people want apart from an export, and puts the creation of
// those that are missing on disk, as an export does.
func (k *contacts) plan(ctx context.Context) (bool, error) {
	wanted, clients, over, err := k.wanted(ctx)
	if err != nil || len(wanted) == 0 {
		return false, err
	}
	k.anew = map[billing.ClientID]bool{}
	for _, c := range clients {
		k.anew[c.ID] = true
	}
	var found map[billing.ClientID]ledger.Contact
	if len(clients) > 0 {
		var stopped map[billing.ClientID][]ledger.Message
		if found, stopped, err = k.find(ctx, clients); err != nil {
			return false, err
		}
		for client, why := range stopped {
			over[client] = why
		}
	}
	if len(found)+len(over) == 0 {
		return true, nil
	}
	return true, k.decide(ctx, func(tx Tx, e *effects) error {
		now, err := tx.Creations(k.tenant)
		if err != nil {
			return err
		}
		for _, c := range now {
			if !c.Ended.IsZero() || !slices.ContainsFunc(wanted, func(w app.Creation) bool { return w.Client == c.Client && w.At.Equal(c.At) }) {
				continue // a person wants it anew since
			}
			if _, linked := found[c.Client]; linked {
				e.created = append(e.created, c.Client)
			} else if why := over[c.Client]; why != nil {
				c.Ended, c.Messages = e.now, why
				e.creations = append(e.creations, c)
				e.then(func() { delete(k.rejected, c.Client) }) // who mends it and tries again has it tried again
			}
		}
		return nil
	})
}

// wanted returns the contacts that people want and that no request is on disk for, with their clients. Over are those of
// which nothing comes, and why.
func (k *contacts) wanted(ctx context.Context) (wanted []app.Creation, clients []billing.Client, over map[billing.ClientID][]ledger.Message, err error) {
	err = k.store.Look(ctx, func(r Reader) error {
		wanted, clients, over = nil, nil, map[billing.ClientID][]ledger.Message{}
		all, err := r.Creations(k.tenant)
		if err != nil || !slices.ContainsFunc(all, underWay) {
			return err
		}
		pending, err := pendingContacts(r, k.tenant)
		if err != nil {
			return err
		}
		members, err := r.Staff()
		if err != nil {
			return err
		}
		var ids []billing.ClientID
		for _, c := range all {
			if !underWay(c) || slices.Contains(pending, c.Client) {
				continue
			}
			wanted = append(wanted, c)
			switch err := app.Allow(memberOf(members, c.By), staff.LinkContacts, c.Client); {
			case err != nil:
				over[c.Client] = []ledger.Message{{Text: err.Error(), Cause: ledger.NotPermitted}}
			case c.Stale(time.Now()):
				over[c.Client] = []ledger.Message{{Text: translations.Text("refused.creation-stale")}}
			default:
				ids = append(ids, c.Client)
			}
		}
		byID, err := r.ClientsByID(ids)
		for _, id := range ids {
			clients = append(clients, byID[id])
		}
		return err
	})
	return wanted, clients, over, err
}

func underWay(c app.Creation) bool { return c.Ended.IsZero() }

// creating reports whether a contact that a person wants for one of the organisation's clients is under way; with a client,
// whether that client's is.
func creating(r Reader, t ledger.TenantID, client billing.ClientID) (bool, error) {
	all, err := r.Creations(t)
	return slices.ContainsFunc(all, func(c app.Creation) bool { return underWay(c) && (client == "" || c.Client == client) }), err
}

// FinishContact sends in the foreground until the contact that a person wants for a client is created, or nothing comes of
// it. It waits as Finish does.
func (o *Outbox) FinishContact(ctx context.Context, t ledger.TenantID, client billing.ClientID, patience time.Duration) error {
	return o.finish(ctx, t, errand{creation: client}, patience, func(bool) (settled bool, err error) {
		err = o.store.Look(ctx, func(r Reader) error {
			open, err := creating(r, t, client)
			settled = !open
			return err
		})
		return settled, err
	})
}
