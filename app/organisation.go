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
	chart, err := a.wholeChart(ctx, t)
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

// wholeChart reads what the organisation has and allows, and what the Xero user may do there. Nothing fails for
// want of the latter.
func (a *App) wholeChart(ctx context.Context, t ledger.TenantID) (ledger.Chart, error) {
	chart, err := a.books.Chart(ctx, t)
	if err != nil {
		return chart, err
	}
	if err := readRights(ctx, a.books, &chart); err != nil {
		a.log.Warn("reading what the Xero user may do", "tenant", t, "error", err)
	}
	return chart, nil
}

// How long what was read of an organisation serves.
const (
	chartServes = 5 * time.Minute
	justRead    = 5 * time.Second // shorter than a person needs to mend something in Xero and try again
)

// ChartServes reports whether a chart still serves an export or a review: it does for five minutes, unless
// Xero refused something since for what the chart says.
func ChartServes(c ledger.Chart) bool { return !c.Doubted && within(c.Read, chartServes) }

// within reports whether a moment, of which the clock may have been set since, is less than d ago.
func within(moment time.Time, d time.Duration) bool {
	age := time.Since(moment)
	return !moment.IsZero() && age >= 0 && age < d
}

// FreshChart reads what the organisation has and allows. Its rights stay as they are known, unless Xero refused
// something since for what they say.
func FreshChart(ctx context.Context, books Books, t ledger.TenantID, known ledger.Chart) (ledger.Chart, error) {
	chart, err := books.Chart(ctx, t)
	if err != nil {
		return known, err
	}
	chart.Rights, chart.RightsRead = known.Rights, known.RightsRead
	if known.Rights != nil && known.RightsRead.IsZero() {
		return chart, readRights(ctx, books, &chart)
	}
	return chart, nil
}

func readRights(ctx context.Context, books Books, chart *ledger.Chart) (err error) {
	began := time.Now()
	if chart.Rights, err = books.Rights(ctx, chart.Tenant.ID); err == nil {
		chart.RightsRead = began
	}
	return err
}

// AskAgain reads again what stops exports, unless that was just read: what a chart lets through it lets through for
// minutes, but nothing is refused for what a person may have mended in Xero since. It returns the chart as it is
// then, and whether anything was read.
func AskAgain(ctx context.Context, books Books, chart ledger.Chart, stopped []ledger.Message) (ledger.Chart, bool, error) {
	if !ledger.OfChart(stopped) {
		return chart, false, nil
	}
	read := false
	if !within(chart.Read, justRead) {
		fresh, err := FreshChart(ctx, books, chart.Tenant.ID, chart)
		if err != nil {
			return chart, false, err
		}
		chart, read = fresh, true
	}
	rights := ledger.HasCause(stopped, ledger.NoRightsThere) || ledger.HasCause(stopped, ledger.LockedDate)
	if rights && !within(chart.RightsRead, justRead) {
		if err := readRights(ctx, books, &chart); err != nil {
			return chart, read, err
		}
		read = true
	}
	return chart, read, nil
}

// DoubtChart has the next export or review read the organisation again: Xero refused something for what the stored
// chart lets through.
func DoubtChart(tx Tx, t ledger.TenantID, refused []ledger.Message) error {
	chart, err := tx.Chart(t)
	if IsCode(err, NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	chart.Doubted = true
	if ledger.HasCause(refused, ledger.NoRightsThere) {
		chart.RightsRead = time.Time{}
	}
	return tx.SaveChart(chart)
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
