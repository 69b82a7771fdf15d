package app

import (
	"context"
	"iter"
	"slices"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// Rows yields the invoices that q asks for and that the member may see.
func (a *App) Rows(ctx context.Context, by staff.Member, q Query) iter.Seq2[InvoiceRow, error] {
	return func(yield func(InvoiceRow, error) bool) {
		for row, err := range a.store.Rows(ctx, q) {
			if err == nil && !by.May(staff.See, row.ClientID) {
				continue
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// Clients returns the clients that the member may see, by name.
func (a *App) Clients(ctx context.Context, by staff.Member) ([]billing.Client, error) {
	var seen []billing.Client
	err := a.View(ctx, func(r Reader) error {
		all, err := r.Clients()
		seen = seen[:0]
		for _, c := range all {
			if by.May(staff.See, c.ID) {
				seen = append(seen, c)
			}
		}
		return err
	})
	return seen, err
}

// InvoiceView is one invoice with everything a person may want to know of it.
type InvoiceView struct {
	Invoice      billing.Invoice
	Client       billing.Client
	Totals       money.Totals
	Organisation ledger.Tenant // of the newest export; zero when it was never exported
	Contact      Link          // the contact it went to, or would go to
	NumberBurnt  bool          // a draft is not finalized under the number that it has
	Exports      []Export      // newest first
	Removals     []Removal     // newest first
	// Differences are the figures in which the newest export stands otherwise in Xero than
	// it was sent.
	Differences []ledger.Difference
	// Places are, for each message of the newest export, where that stands which it is about.
	Places []ledger.Place
	Mended bool // something that the newest export failed for was changed since: see mended
	// Waits is why nothing of it is sent now, if it is on its way; "" while nothing holds it up. It goes on by itself,
	// but for NoConsent and NotConnected, for which a person connects the organisation again.
	Waits   Reason
	Link    string        // the invoice in Xero; "" when it is not there
	History []staff.Entry // oldest first
}

// Invoice returns the view of one invoice.
func (a *App) Invoice(ctx context.Context, by staff.Member, id billing.InvoiceID) (InvoiceView, error) {
	var v InvoiceView
	err := a.View(ctx, func(r Reader) (err error) {
		v = InvoiceView{}
		if v.Invoice, err = r.Invoice(id); err != nil {
			return err
		}
		if err = Allow(by, staff.See, v.Invoice.Client); err != nil {
			return err
		}
		if v.Client, err = r.Client(v.Invoice.Client); err != nil {
			return err
		}
		if v.Totals, err = v.Invoice.Totals(); err != nil {
			return err
		}
		if v.Exports, err = r.ExportsOf(id); err != nil {
			return err
		}
		if v.Removals, err = r.RemovalsOf(id); err != nil {
			return err
		}
		if v.History, err = r.Audit(AuditQuery{Subject: "invoice", ID: string(id)}); err != nil {
			return err
		}
		slices.Reverse(v.History)
		if v.Invoice.Stage.Status == billing.Draft && v.Invoice.Number != "" {
			if v.NumberBurnt, err = r.Burnt(v.Invoice.Number); err != nil {
				return err
			}
		}
		if err := a.viewInXero(r, &v); err != nil {
			return err
		}
		return viewFailure(r, by, &v)
	})
	return v, err
}

// viewInXero fills in what is known of the invoice on the other side.
func (a *App) viewInXero(r Reader, v *InvoiceView) error {
	org, err := destination(r, v.Client.ID)
	if IsCode(err, Unavailable) {
		return nil
	}
	if err != nil {
		return err
	}
	tenant := org.Tenant.ID
	if len(v.Exports) > 0 {
		tenant = v.Exports[0].Tenant
	}
	links, err := r.Links(tenant)
	if err != nil {
		return err
	}
	v.Contact = links[v.Client.ID]
	if len(v.Exports) == 0 {
		return nil
	}
	v.Differences = differencesShown(*v)
	chart, err := r.Chart(tenant)
	if IsCode(err, NotFound) {
		return nil
	}
	v.Organisation = chart.Tenant
	if id := v.Exports[0].Standing.ID; id != "" && a.books != nil {
		v.Link = a.books.Link(chart, id)
	}
	return err
}

// differencesShown returns the differences of the newest export, contacts by their names.
func differencesShown(v InvoiceView) []ledger.Difference {
	e := v.Exports[0]
	if e.Standing.ID == "" {
		return nil
	}
	all := Tracked{Export: e, Invoice: v.Invoice}.Sent().Differences(e.Standing)
	for i, d := range all {
		if d.What == ledger.ContactFigure {
			if all[i].Here = v.Client.Name; v.Contact.Contact == e.Contact {
				all[i].Here = v.Contact.Name
			}
		}
	}
	return all
}

// Numbers finds the invoices with these numbers; a number that no invoice has is an error.
func (a *App) Numbers(ctx context.Context, numbers []billing.Number) ([]billing.InvoiceID, error) {
	ids := make([]billing.InvoiceID, 0, len(numbers))
	err := a.View(ctx, func(r Reader) error {
		ids = ids[:0]
		found, err := r.InvoicesByNumber(numbers)
		if err != nil {
			return err
		}
		for _, n := range numbers {
			id, ok := found[n]
			if !ok {
				return Errorf(NotFound, "refused.no-such-number", "Number", n)
			}
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}
