package outbox

import (
	"context"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// Claim says that what Xero has under an ID is the invoice: its export ends as the answer would have
// ended it. It is read in Xero first. One that is not there any more, stands otherwise than it was
// shown, or is another invoice of the firm is a Conflict; how it stands now is kept to be shown.
func (o *Outbox) Claim(ctx context.Context, by staff.Member, id billing.InvoiceID, there ledger.InvoiceID) error {
	var t app.Tracked
	err := o.app.View(ctx, func(r app.Reader) (err error) {
		t, err = app.DoubtOf(r, by, id)
		return err
	})
	if err != nil {
		return err
	}
	if o.books == nil {
		return app.Unconnected()
	}
	return whenFree(ctx, func() error {
		return o.leaseRefresh(ctx, t.Export.Tenant, func(ctx context.Context, r *refresher) error {
			return r.claim(ctx, by, id, there)
		})
	})
}

// claim reads an invoice in Xero, and ends with it the export of the one here.
func (r *refresher) claim(ctx context.Context, by staff.Member, id billing.InvoiceID, there ledger.InvoiceID) error {
	found, err := r.books.ByID(ctx, r.tenant, []ledger.InvoiceID{there})
	if err != nil {
		return err
	}
	var t app.Tracked
	err = r.store.Look(ctx, func(rd Reader) (err error) {
		t, err = app.DoubtOf(rd, by, id)
		return err
	})
	if err != nil {
		return err
	}
	if len(found) > 0 && found[0].Contact != t.Export.Contact {
		if err := r.followMerges(ctx, r.tenant, r.directory, []ledger.ContactID{t.Export.Contact}); err != nil {
			return err
		}
	}
	var refused error
	err = r.decide(ctx, func(tx Tx, e *effects) error {
		t, err := app.DoubtOf(tx, by, id)
		if err != nil {
			return err
		}
		others, err := tx.Tracked(r.tenant, []ledger.InvoiceID{there})
		if err != nil {
			return err
		}
		refused, err = r.settleDoubt(e, t, by, there, found, others)
		return err
	})
	if err != nil {
		return err
	}
	return refused
}

// settleDoubt decides whether what was read in Xero is what the person saw, and ends the export with
// it. Otherwise it returns why not.
func (r *refresher) settleDoubt(
	e *effects, t app.Tracked, by staff.Member, there ledger.InvoiceID, found []ledger.Standing, others map[ledger.InvoiceID]app.Tracked,
) (refused, err error) {
	shown, rest := takeOut(t.Export.Candidates, there)
	if len(shown) == 0 {
		return app.Errorf(app.NotFound, "refused.no-candidate", "Invoice", t.Invoice.Name()), nil
	}
	if other, known := others[there]; known && other.Invoice.ID != t.Invoice.ID {
		return app.Errorf(app.Conflict, "refused.candidate-known", "There", shown[0].Number, "Invoice", other.Invoice.Name()), nil
	}
	if len(found) == 0 || !found[0].Same(shown[0]) {
		t.Export.Candidates = append(found, rest...)
		e.exports = append(e.exports, t.Export)
		if len(found) == 0 {
			return app.Errorf(app.Conflict, "refused.candidate-gone", "There", shown[0].Number), nil
		}
		return app.Errorf(app.Conflict, "refused.candidate-changed", "There", shown[0].Number), nil
	}
	st := found[0]
	if c, known := r.directory.ByID(t.Export.Contact); known {
		t.Export.Contact = c.ID
	}
	t.Export.Candidates = nil
	e.entries = append(e.entries, app.Entry(by, staff.AuditClaim, "invoice", string(t.Invoice.ID), app.Describe(t.Invoice.Stage),
		translations.Text("trail.claimed", "Number", st.Number, "Total", st.Total)))
	_, err = e.receive(t, st, nil, false)
	return nil, err
}

// takeOut parts the invoice of an ID from the others.
func takeOut(all []ledger.Standing, id ledger.InvoiceID) (one, others []ledger.Standing) {
	for _, st := range all {
		if st.ID == id {
			one = append(one, st)
		} else {
			others = append(others, st)
		}
	}
	return one, others
}
