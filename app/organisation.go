package app

import (
	"context"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// Organisations returns the connected organisations, the default first.
func (a *App) Organisations(ctx context.Context) ([]Organisation, error) {
	var all []Organisation
	err := a.store.View(ctx, func(r Reader) (err error) {
		all, err = r.Organisations()
		return err
	})
	return all, err
}

// Firm returns the firm.
func (a *App) Firm(ctx context.Context) (Firm, error) {
	var firm Firm
	err := a.store.View(ctx, func(r Reader) (err error) {
		firm, err = r.Firm()
		return err
	})
	return firm, err
}

// Connect reads what the organisation has and allows, and makes it the one that the
// firm exports to. It also adds the organisation's sales tax rates to the firm's taxes
// where the firm has none of that code.
func (a *App) Connect(ctx context.Context, by staff.Member, t ledger.TenantID) (Organisation, error) {
	if err := allow(by, staff.MapToXero, ""); err != nil {
		return Organisation{}, err
	}
	if a.books == nil {
		return Organisation{}, notConnected()
	}
	chart, err := a.books.Chart(ctx, t)
	if err != nil {
		return Organisation{}, err
	}
	org := Organisation{Tenant: chart.Tenant, Default: true, State: Connected}
	err = a.update(ctx, func(tx Tx) error {
		others, err := tx.Organisations()
		if err != nil {
			return err
		}
		for _, o := range others {
			if o.Default && o.Tenant.ID != t {
				o.Default = false
				if err := tx.SaveOrganisation(o); err != nil {
					return err
				}
			}
		}
		if err := tx.SaveOrganisation(org); err != nil {
			return err
		}
		if err := saveChart(tx, chart); err != nil {
			return err
		}
		return tx.Record(entry(by, "connect", "organisation", string(t), "", chart.Tenant.Name))
	})
	a.wake.ring()
	return org, err
}

// saveChart keeps what the organisation has, and learns its sales tax rates.
func saveChart(tx Tx, chart ledger.Chart) error {
	if err := tx.SaveChart(chart); err != nil {
		return err
	}
	taxes, err := tx.Taxes()
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, t := range taxes {
		known[t.Code] = true
	}
	for _, r := range chart.TaxRates {
		if known[r.Type] || !r.Active || !r.AppliesTo("REVENUE") {
			continue
		}
		if err := tx.SaveTax(billing.Tax{Code: r.Type, Name: r.Name, Rate: r.Rate}); err != nil {
			return err
		}
	}
	return nil
}

// SetMapping stores how the firm's invoices are to stand in the organisation.
func (a *App) SetMapping(ctx context.Context, by staff.Member, t ledger.TenantID, m ledger.Mapping) error {
	if err := allow(by, staff.MapToXero, ""); err != nil {
		return err
	}
	return a.update(ctx, func(tx Tx) error {
		was, err := tx.Mapping(t)
		if err != nil {
			return err
		}
		if err := tx.SaveMapping(t, m); err != nil {
			return err
		}
		return tx.Record(entry(by, "map", "organisation", string(t), was.String(), m.String()))
	})
}

// defaultOrganisation returns the organisation that the firm exports to.
func defaultOrganisation(r Reader) (Organisation, error) {
	all, err := r.Organisations()
	if err != nil {
		return Organisation{}, err
	}
	for _, o := range all {
		if o.Default {
			return o, nil
		}
	}
	return Organisation{}, notConnected()
}

func notConnected() error {
	return Errorf(Unavailable, "This firm is not connected to Xero yet, so nothing can be exported. Connect it to a Xero organisation, or explore the demo firm.")
}
