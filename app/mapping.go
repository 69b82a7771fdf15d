package app

import (
	"context"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// MappingView is what a person needs to see of a mapping to change it.
type MappingView struct {
	Mapping   ledger.Mapping
	Chart     ledger.Chart          // as it was last read
	Codes     []string              // the billing codes that invoices have
	Taxes     []billing.Tax         // that lines carry
	Missing   []translations.Phrase // what the mapping names and the organisation does not have, in sentences
	Suggested ledger.Mapping        // for what the mapping leaves open
}

// MappingView returns how the firm's invoices are to stand in the organisation, and what
// there is to choose from.
func (a *App) MappingView(ctx context.Context, t ledger.TenantID) (MappingView, error) {
	var v MappingView
	err := a.View(ctx, func(r Reader) (err error) {
		if v.Mapping, err = r.Mapping(t); err != nil {
			return err
		}
		if v.Chart, err = r.Chart(t); err != nil {
			return err
		}
		if v.Codes, err = r.Codes(); err != nil {
			return err
		}
		v.Taxes, err = r.Taxes()
		return err
	})
	v.Missing = v.Mapping.Missing(v.Chart)
	v.Suggested = ledger.Suggest(v.Mapping, v.Chart, v.Codes, v.Taxes)
	return v, err
}

// ReadChart reads again what the organisation has and allows. An export does so by itself.
func (a *App) ReadChart(ctx context.Context, by staff.Member, t ledger.TenantID) error {
	if err := a.allow(ctx, by, staff.MapToXero, ""); err != nil {
		return err
	}
	chart, err := a.wholeChart(ctx, t)
	if err != nil {
		return err
	}
	return a.Update(ctx, func(tx Tx) error { return SaveChart(tx, chart) })
}

// SetMapping stores how the firm's invoices are to stand in the organisation. It names
// only what the organisation had when it was last read; what disappeared since it was
// set may stay.
func (a *App) SetMapping(ctx context.Context, by staff.Member, t ledger.TenantID, m ledger.Mapping) error {
	if err := a.allow(ctx, by, staff.MapToXero, ""); err != nil {
		return err
	}
	return a.Update(ctx, func(tx Tx) error {
		was, err := tx.Mapping(t)
		if err != nil {
			return err
		}
		chart, err := tx.Chart(t)
		if err != nil {
			return err
		}
		if err := m.Check(chart, was); err != nil {
			return err
		}
		if err := tx.SaveMapping(t, m); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditMap, "organisation", string(t), was.String(), m.String()))
	})
}
