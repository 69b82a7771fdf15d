package app

import (
	"context"
	"slices"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// Doubt is an invoice that may be in Xero: what was sent, and which invoices there it may be. A
// person settles it with Claim, in package outbox, or Disown.
type Doubt struct {
	Invoice billing.Invoice // without its lines
	Export  Export
	Sent    ledger.Sent
	Contact string                      // the name of the contact that it was sent to
	There   []ledger.Standing           // as they were read last, the likeliest first
	Links   map[ledger.InvoiceID]string // where those are in Xero, as far as that is known
}

// NumberTaken reports whether one of those in Xero has the invoice's number, which it then cannot have.
func (d Doubt) NumberTaken() bool { return numberTaken(d.Export) }

func numberTaken(e Export) bool {
	return slices.ContainsFunc(e.Candidates, func(st ledger.Standing) bool {
		return st.Status != ledger.DeletedThere && st.Number.Fold() == e.Number.Fold()
	})
}

// Doubt returns which invoices in Xero may be this one. Its error is a Conflict where there is no
// doubt.
func (a *App) Doubt(ctx context.Context, by staff.Member, id billing.InvoiceID) (Doubt, error) {
	var d Doubt
	err := a.View(ctx, func(r Reader) (err error) {
		t, err := DoubtOf(r, by, id)
		if err != nil {
			return err
		}
		d = Doubt{Invoice: t.Invoice, Export: t.Export, Sent: t.Sent(), There: t.Export.Candidates}
		if d.Contact, err = contactName(r, t); err != nil || a.books == nil {
			return err
		}
		chart, err := r.Chart(t.Export.Tenant)
		if IsCode(err, NotFound) {
			return nil
		}
		d.Links = map[ledger.InvoiceID]string{}
		for _, st := range d.There {
			d.Links[st.ID] = a.books.Link(chart, st.ID)
		}
		return err
	})
	return d, err
}

// DoubtOf returns the export of an invoice that may be in Xero, if the member may decide about it.
func DoubtOf(r Reader, by staff.Member, id billing.InvoiceID) (Tracked, error) {
	heads, err := r.InvoiceHeads([]billing.InvoiceID{id})
	if err != nil {
		return Tracked{}, err
	}
	v := heads[0]
	if err := Allow(by, staff.ExportInvoices, v.Client); err != nil {
		return Tracked{}, err
	}
	if v.Stage.Export != billing.MayBeOurs {
		return Tracked{}, Errorf(Conflict, "refused.no-doubt", "Invoice", v.Name(), "Stage", stagePhrase(v.Stage))
	}
	latest, err := r.LatestExports([]billing.InvoiceID{id})
	return Tracked{Export: latest[id], Invoice: v, Newest: true}, err
}

// contactName returns the name of the contact that an invoice was sent to, as far as it is known.
func contactName(r Reader, t Tracked) (string, error) {
	links, err := r.Links(t.Export.Tenant)
	if err != nil {
		return "", err
	}
	if link := links[t.Invoice.Client]; link.Contact == t.Export.Contact && link.Name != "" {
		return link.Name, nil
	}
	client, err := r.Client(t.Invoice.Client)
	return client.Name, err
}

// Disown says that none of the candidates in Xero is the invoice: its export has failed. Nobody is
// asked about the same candidates again. If one of them has its number, the invoice needs another
// number.
func (a *App) Disown(ctx context.Context, by staff.Member, id billing.InvoiceID) error {
	return a.Update(ctx, func(tx Tx) error {
		t, err := DoubtOf(tx, by, id)
		if err != nil {
			return err
		}
		if err := CheckUnlocked(tx); err != nil {
			return err
		}
		v, e := t.Invoice, t.Export
		to, ok := v.Stage.Next(billing.Disown)
		if !ok {
			return hindered(billing.Queue, v)
		}
		why := ledger.Message{Text: translations.Text("message.disowned"), Cause: ledger.Disowned}
		if numberTaken(e) {
			why = ledger.Message{Text: translations.Text("xero-says.number-taken"), Cause: ledger.NumberTaken}
		}
		e.Result, e.Messages = to.Export, []ledger.Message{why}
		if err := tx.SaveExports(e); err != nil {
			return err
		}
		if err := tx.Advance(to, id); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditDisown, "invoice", string(id), Describe(v.Stage), Describe(to)))
	})
}
