package screens

import (
	"context"
	"slices"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// fakeReview is what a review finds. What it doesn't name is ready and goes to a linked contact.
type fakeReview struct {
	messages map[billing.Number][]ledger.Message
	contacts map[billing.ClientID]app.ContactVerdict
	matches  map[billing.ClientID]ledger.Match
	asked    [][]billing.InvoiceID // at each call
	byHand   []bool                // the same
	left     int                   // calls that the day has left
}

func (f *fakeApp) Review(ctx context.Context, by staff.Member, ids []billing.InvoiceID, byHand bool) ([]app.Review, []app.Result, error) {
	f.mu.Lock()
	f.review.asked, f.review.byHand = append(f.review.asked, ids), append(f.review.byHand, byHand)
	f.mu.Unlock()
	if err := f.enter("Review"); err != nil {
		return nil, nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var results []app.Result
	reviews := make([]app.Review, len(f.orgs))
	for _, id := range ids {
		v := f.invoice(id)
		result := app.Result{Invoice: id, Number: v.Number}
		switch {
		case !by.May(staff.ExportInvoices, v.Client):
			result.Err = app.Errorf(app.Forbidden, "refused.permission", "Name", by.Name, "Action", "export", "Permission", "more")
		default:
			if _, ok := v.Stage.Next(billing.Queue); !ok {
				result.Err = app.Errorf(app.Conflict, "refused.export", "Invoice", v.Name(), "Why", app.Obstacle(billing.Queue, v.Stage))
			}
		}
		if result.Err != nil {
			results = append(results, result)
			continue
		}
		at := slices.IndexFunc(f.orgs, func(o app.Organisation) bool {
			t, other := f.destinations[v.Client]
			return other && o.Tenant.ID == t || !other && o.Default
		})
		reviews[at].Rows = append(reviews[at].Rows, f.reviewed(v, f.orgs[at].Tenant.ID))
	}
	var found []app.Review
	for i, r := range reviews {
		if len(r.Rows) > 0 {
			r.Organisation, r.Arrives, r.Calls, r.DayLeft, r.Read = f.orgs[i], ledger.DraftThere, 6, f.review.left, fakeNow
			found = append(found, r)
		}
	}
	return found, results, nil
}

func (f *fakeApp) reviewed(v *fakeInvoice, t ledger.TenantID) app.Reviewed {
	client := f.client(v.Client)
	r := app.Reviewed{Invoice: v.Invoice, Client: client, Verdict: app.VerdictReady, Contact: app.ContactLinked,
		Match: ledger.Match{Kind: ledger.Linked, Contact: ledger.Contact{ID: "k-" + ledger.ContactID(client.ID), Number: client.Code, Name: client.Name, Email: client.Email}}}
	r.Write, _ = ledger.Resolve(v.Invoice, f.xero.charts[t], f.xero.maps[t])
	totals, _ := v.Totals()
	r.Total = totals.Total
	r.Messages = slices.Clone(f.review.messages[v.Number])
	if lacking := unshown(app.Document{Invoice: v.Invoice, Client: client}); f.xero.maps[t].AttachPaper && len(lacking) > 0 {
		r.Messages = append(r.Messages, app.NoPDF(lacking))
	}
	if contact, told := f.review.contacts[client.ID]; told && f.links[client.ID].How != app.LinkedByHand {
		r.Contact, r.Match = contact, f.review.matches[client.ID]
		if contact == app.ContactSeveral || contact == app.ContactArchived {
			r.Messages = append(r.Messages, r.Match.Message())
		}
	}
	for _, m := range r.Messages {
		if !m.Warning {
			r.Verdict = app.VerdictBlocked
		} else if r.Verdict == app.VerdictReady {
			r.Verdict = app.VerdictWarning
		}
	}
	return r
}
