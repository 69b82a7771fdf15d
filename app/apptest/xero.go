package apptest

import (
	"context"
	"slices"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

// SettleDoubts decides about each invoice that may be in Xero as a person would who compares both: it
// is the one in Xero that was sent with one of its marks, or none. It returns how many there were.
func (p *Process) SettleDoubts(ids []billing.InvoiceID) (doubts int) {
	w := p.World
	w.T.Helper()
	for _, v := range w.Views(ids) {
		if v.Invoice.Stage.Export != billing.MayBeOurs {
			continue
		}
		doubts++
		d, err := p.App.Doubt(context.Background(), w.Me, v.Invoice.ID)
		if err != nil {
			w.T.Fatal(err)
		}
		live, gone := w.InXero(v)
		ours := slices.IndexFunc(d.There, func(st ledger.Standing) bool {
			return slices.ContainsFunc(append(live, gone...), func(inv sim.Invoice) bool { return inv.InvoiceID == string(st.ID) })
		})
		switch {
		case ours >= 0:
			err = p.App.Claim(context.Background(), w.Me, v.Invoice.ID, d.There[ours].ID)
		case len(live) > 0:
			w.T.Errorf("%s is not among what may be it: %+v", v.Invoice.Number, d.There)
		default:
			err = p.App.Disown(context.Background(), w.Me, v.Invoice.ID)
		}
		if err != nil {
			w.T.Errorf("%s: %v", v.Invoice.Number, err)
		}
	}
	return doubts
}

// InXero returns the invoices in Xero that bear a mark of one of the view's exports.
func (w *World) InXero(v app.InvoiceView) (live, gone []sim.Invoice) {
	return marked(w.ByMark(), v)
}

// ByMark returns the invoices in Xero by the mark that they bear.
func (w *World) ByMark() map[string][]sim.Invoice {
	all := map[string][]sim.Invoice{}
	for _, inv := range w.Sim.Invoices(string(w.Tenant)) {
		all[inv.URL] = append(all[inv.URL], inv)
	}
	return all
}

func marked(byMark map[string][]sim.Invoice, v app.InvoiceView) (live, gone []sim.Invoice) {
	for _, e := range v.Exports {
		for _, inv := range byMark[e.Mark] {
			if inv.Status == sim.StatusDeleted || inv.Status == sim.StatusVoided {
				gone = append(gone, inv)
				continue
			}
			live = append(live, inv)
		}
	}
	return live, gone
}

// MustBeSound fails the test unless every export has settled and at most one live
// invoice in Xero bears a mark of each of ours, and exactly one where ours is exported. Where it
// may be there, it is for a person to say which.
func (w *World) MustBeSound(views []app.InvoiceView) {
	w.T.Helper()
	byMark := w.ByMark()
	for _, v := range views {
		live, gone := marked(byMark, v)
		stage := v.Invoice.Stage
		want := 0
		if stage.Live() || stage.Status == billing.Closed && stage.Export != billing.VoidedInXero && stage.Export != billing.NotFoundInXero {
			want = 1
		}
		switch {
		case stage.Export == billing.MayBeOurs:
			if len(live) > 1 {
				w.T.Errorf("%s may be in Xero, and Xero has %d live of it", v.Invoice.Number, len(live))
			}
		case stage.InFlight():
			w.T.Errorf("%s is stuck at %s", v.Invoice.Number, stage.Export)
		case len(live) != want:
			w.T.Errorf("%s is %s, %s here, and Xero has %d live and %d removed of it", v.Invoice.Number, stage.Status, stage.Export, len(live), len(gone))
		case want == 1 && live[0].Total.StringFixed(2) != v.Totals.Total.String() && !shown(v, ledger.TotalFigure):
			w.T.Errorf("%s is %s here and %s in Xero", v.Invoice.Number, v.Totals.Total, live[0].Total)
		case want == 1 && live[0].InvoiceID != string(v.Exports[0].Standing.ID):
			w.T.Errorf("%s is linked to %q and is %q in Xero", v.Invoice.Number, v.Exports[0].Standing.ID, live[0].InvoiceID)
		}
	}
}

// shown reports whether the firm sees that the figure differs.
func shown(v app.InvoiceView, what ledger.Figure) bool {
	return slices.ContainsFunc(v.Differences, func(d ledger.Difference) bool { return d.What == what })
}

// Contact returns the contact in Xero that has the name.
func (w *World) Contact(name string) sim.Contact {
	w.T.Helper()
	for _, c := range w.Sim.Contacts(string(w.Tenant)) {
		if c.Name == name {
			return c
		}
	}
	w.T.Fatalf("Xero has no contact %q", name)
	return sim.Contact{}
}
