package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// Organisations returns the connected organisations, the default first.
func (a *App) Organisations(ctx context.Context) ([]Organisation, error) {
	var all []Organisation
	err := a.View(ctx, func(r Reader) (err error) {
		all, err = r.Organisations()
		return err
	})
	return all, err
}

// Firm returns the firm, under what the policy of this computer sets.
func (a *App) Firm(ctx context.Context) (Firm, error) {
	var firm Firm
	err := a.View(ctx, func(r Reader) (err error) {
		firm, err = r.Firm()
		return err
	})
	firm.Registration = a.policy.over(firm.Registration)
	return firm, err
}

// Connect makes an organisation that a sign-in reaches one of the firm's: it reads what
// the organisation has and allows, and adds its sales tax rates to the firm's taxes where
// the firm has none of that code. The first one is what the firm exports to.
func (a *App) Connect(ctx context.Context, by staff.Member, c Connection) (Organisation, error) {
	if err := a.allow(ctx, by, staff.MapToXero, ""); err != nil {
		return Organisation{}, err
	}
	if a.books == nil {
		return Organisation{}, Unconnected()
	}
	t := c.Tenant.ID
	chart, err := a.books.Chart(ctx, t)
	if err != nil {
		return Organisation{}, err
	}
	var org Organisation
	err = a.Update(ctx, func(tx Tx) error {
		all, err := tx.Organisations()
		if err != nil {
			return err
		}
		org = Organisation{Tenant: chart.Tenant, Default: !slices.ContainsFunc(all, isDefault)}
		for _, o := range all {
			if o.Tenant.ID == t {
				org.Default = o.Default
			}
		}
		org.State, org.ConnectedBy, org.ConnectedAt = Connected, by.ID, tx.Now()
		org.Consent, org.Connection = a.keys.reaching(t), c.ID
		if err := tx.SaveOrganisation(org); err != nil {
			return err
		}
		if err := tx.ForgetFailing(t); err != nil { // the organisation was just called
			return err
		}
		if err := SaveChart(tx, chart); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditConnect, "organisation", string(t), "", chart.Tenant.Name))
	})
	a.Wake()
	return org, err
}

func isDefault(o Organisation) bool { return o.Default }

// ExportTo makes a connected organisation the one that the firm exports to. What is
// queued goes where it was queued for.
func (a *App) ExportTo(ctx context.Context, by staff.Member, t ledger.TenantID) error {
	if err := a.allow(ctx, by, staff.MapToXero, ""); err != nil {
		return err
	}
	return a.Update(ctx, func(tx Tx) error {
		to, err := OrganisationOf(tx, t)
		if err != nil || to.Default {
			return err
		}
		all, err := tx.Organisations()
		if err != nil {
			return err
		}
		was := ""
		for _, o := range all {
			if !o.Default {
				continue
			}
			was, o.Default = o.Tenant.Name, false
			if err := tx.SaveOrganisation(o); err != nil {
				return err
			}
		}
		to.Default = true
		if err := tx.SaveOrganisation(to); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditExportTo, "organisation", string(t), was, to.Tenant.Name))
	})
}

// Disconnect ends the connection to an organisation at Xero, and forgets the sign-in when
// no other organisation needs it. What was exported, the mapping and the links stay.
func (a *App) Disconnect(ctx context.Context, by staff.Member, t ledger.TenantID) error {
	if err := a.allow(ctx, by, staff.MapToXero, ""); err != nil {
		return err
	}
	var org Organisation
	err := a.View(ctx, func(r Reader) (err error) {
		org, err = OrganisationOf(r, t)
		return err
	})
	if err != nil {
		return err
	}
	if org.Connection != "" {
		if err := a.endConnection(ctx, org); err != nil {
			return err
		}
	}
	err = a.Update(ctx, func(tx Tx) error {
		org, err := OrganisationOf(tx, t) // again: a person may have made it the default, or another one
		if err != nil {
			return err
		}
		was := org.State
		org.State, org.Parked = Disconnected, Park{Why: NotConnected}
		org.Consent, org.Connection, org.ConnectedBy, org.ConnectedAt = "", "", "", time.Time{}
		if err := tx.SaveOrganisation(org); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditDisconnect, "organisation", string(t), string(was), string(Disconnected)))
	})
	if err != nil {
		return err
	}
	return a.forgetUnused(ctx, "")
}

// endConnection ends a connection at Xero. Without a sign-in that is accepted there is
// nothing left that could be ended from here.
func (a *App) endConnection(ctx context.Context, org Organisation) error {
	access, err := a.Token(ctx, org.Tenant.ID)
	if err == nil {
		err = a.connector.Disconnect(ctx, access, org.Connection)
	}
	var t *Trouble
	if errors.As(err, &t) && t.Reason == NoConsent {
		return nil
	}
	return err
}

// Gauge returns how the organisation's limits stand.
func (a *App) Gauge(t ledger.TenantID) Gauge {
	if a.books == nil {
		return Gauge{DayLeft: -1}
	}
	return a.books.Gauge(t)
}

// Register says under which application at Xero the firm signs in.
func (a *App) Register(ctx context.Context, by staff.Member, r Registration) error {
	if err := a.allow(ctx, by, staff.MapToXero, ""); err != nil {
		return err
	}
	if err := r.Check(); err != nil {
		return err
	}
	if err := a.policy.allows(r); err != nil {
		return err
	}
	return a.Update(ctx, func(tx Tx) error {
		firm, err := tx.Firm()
		if err != nil {
			return err
		}
		was := firm.Registration
		firm.Registration = a.policy.beneath(r, was)
		if err := tx.SaveFirm(firm); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditRegister, "firm", firm.Name, was.String(), firm.Registration.String()))
	})
}

// SaveChart keeps what the organisation has, and learns its sales tax rates.
func SaveChart(tx Tx, chart ledger.Chart) error {
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
		if err := tx.SaveTax(taxOf(r)); err != nil {
			return err
		}
	}
	return nil
}

// Consents returns the sign-ins at Xero that organisations were or are called with.
func (a *App) Consents(ctx context.Context) ([]Consent, error) {
	var all []Consent
	err := a.View(ctx, func(r Reader) (err error) {
		all, err = r.Consents()
		return err
	})
	return all, err
}

// Unconnected is the error that the firm is connected to no organisation.
func Unconnected() error {
	return Errorf(Unavailable, "refused.not-connected")
}

// taxOf returns the firm's tax for a rate of Xero. Components that do not make up its rate,
// as those that compound, are left out.
func taxOf(r ledger.TaxRate) billing.Tax {
	t := billing.Tax{Code: r.Type, Name: r.Name, Rate: r.Rate}
	if len(r.Components) > 1 {
		t.Parts = r.Components
	}
	if t.Check() != nil {
		t.Parts = nil
	}
	return t
}
