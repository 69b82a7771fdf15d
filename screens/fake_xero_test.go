package screens

import (
	"context"
	"slices"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// fakeXero is where people sign in, and what the organisations have.
type fakeXero struct {
	firm     app.Firm
	user     app.User         // who signs in next
	reached  []app.Connection // by that sign-in
	answer   chan error       // ends the person's decision; nil decides at once
	consents []app.Consent
	unkept   bool // there is no keyring
	broken   map[ledger.TenantID]error
	gauges   map[ledger.TenantID]app.Gauge // nil where all are as the firm's
	charts   map[ledger.TenantID]ledger.Chart
	maps     map[ledger.TenantID]ledger.Mapping
	codes    []string
	taxes    []billing.Tax
}

var demoTenant = ledger.Tenant{ID: "t1", Name: "Demo Company (NZ)"}

func newFakeXero() fakeXero {
	return fakeXero{
		firm:   app.Firm{Name: "Hart & Partners", Currency: "NZD", Registration: app.Registration{ClientID: "1234567890ABCDEF1234567890ABCDEF"}},
		user:   app.User{ID: "u1", Name: "Aroha Smith", Email: "aroha@hart.example"},
		broken: map[ledger.TenantID]error{},
		charts: map[ledger.TenantID]ledger.Chart{"t1": fakeChart(demoTenant)},
		maps:   map[ledger.TenantID]ledger.Mapping{},
		codes:  []string{"ACC", "CONSULT", "Interest Income"},
		taxes: []billing.Tax{
			{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 150_000},
			{Code: "GST", Name: "GST", Rate: 150_000},
			{Code: "ZERORATED", Name: "Zero Rated", Rate: 0},
		},
	}
}

// fakeChart is what an organisation has: some of it not for sales.
func fakeChart(t ledger.Tenant) ledger.Chart {
	revenue := []string{"REVENUE"}
	return ledger.Chart{
		Tenant: t, BaseCurrency: "NZD", Read: fakeNow.Add(-10 * time.Minute),
		Accounts: []ledger.Account{
			{Code: "200", Name: "Sales", Class: "REVENUE"}, {Code: "260", Name: "Other Revenue", Class: "REVENUE"},
			{Code: "270", Name: "Interest Income", Class: "REVENUE"}, {Code: "280", Name: "Old Sales", Class: "REVENUE", Archived: true},
			{Code: "610", Name: "Accounts Receivable", Class: "ASSET", System: "DEBTORS"}, {Code: "400", Name: "Advertising", Class: "EXPENSE"},
		},
		TaxRates: []ledger.TaxRate{
			{Type: "OUTPUT2", Name: "15% GST on Income", Rate: 150_000, Active: true, Classes: revenue},
			{Type: "ZERORATED", Name: "Zero Rated", Active: true, Classes: revenue},
			{Type: "INPUT2", Name: "15% GST on Expenses", Rate: 150_000, Active: true, Classes: []string{"EXPENSE"}},
		},
		Tracking: []ledger.TrackingCategory{{Name: "Region", Options: []string{"North", "South"}}, {Name: "Team", Options: []string{"Audit", "Tax"}}},
		Themes:   []ledger.Theme{{ID: "th1", Name: "Standard"}, {ID: "th2", Name: "Special Projects"}},
		Items:    []ledger.Item{{Code: "CONSULT", Name: "Consulting", Account: "200", Sold: true}, {Code: "BOOK", Name: "Textbook"}},
	}
}

func (f *fakeApp) Firm(context.Context) (app.Firm, error) {
	err := f.enter("Firm")
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.xero.firm, err
}

func (f *fakeApp) Consents(context.Context) ([]app.Consent, error) {
	err := f.enter("Consents")
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.xero.consents), err
}

func (f *fakeApp) Gauge(t ledger.TenantID) app.Gauge {
	if f.xero.gauges != nil {
		return f.xero.gauges[t]
	}
	return f.gauge
}

func (f *fakeApp) Kept(context.Context, app.ConsentID) bool { return !f.xero.unkept }

func (f *fakeApp) AskConsent(ctx context.Context, by staff.Member, show func(string)) (app.Consent, []app.Connection, error) {
	if err := f.enter("AskConsent"); err != nil {
		return app.Consent{}, nil, err
	}
	show("https://login.xero.example/authorize?state=1")
	if f.xero.answer != nil {
		select {
		case err := <-f.xero.answer:
			if err != nil {
				return app.Consent{}, nil, err
			}
		case <-ctx.Done():
			_ = f.enter("AskConsent was cancelled")
			return app.Consent{}, nil, ctx.Err()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s := app.Consent{User: f.xero.user, By: by.ID, At: fakeNow, Scopes: []string{
		"openid", "profile", "email", "offline_access", "accounting.invoices", "accounting.contacts", "accounting.settings.read", "files.read",
	}}
	f.xero.consents = append(slices.DeleteFunc(f.xero.consents, func(o app.Consent) bool { return o.ID == s.ID }), s)
	for i := range f.orgs {
		if slices.ContainsFunc(f.xero.reached, func(c app.Connection) bool { return c.Tenant.ID == f.orgs[i].Tenant.ID }) {
			f.orgs[i].State, f.orgs[i].Consent = app.Connected, s.ID
		}
	}
	return s, f.xero.reached, nil
}

func (f *fakeApp) Connect(_ context.Context, by staff.Member, c app.Connection) (app.Organisation, error) {
	if err := f.enter("Connect"); err != nil {
		return app.Organisation{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.xero.broken[c.Tenant.ID]; err != nil {
		return app.Organisation{}, err
	}
	org := app.Organisation{
		Tenant: c.Tenant, Default: len(f.orgs) == 0, State: app.Connected,
		Consent: f.xero.user.ID, Connection: c.ID, ConnectedBy: by.ID, ConnectedAt: fakeNow,
	}
	for i, o := range f.orgs {
		if o.Tenant.ID == c.Tenant.ID {
			org.Default = o.Default
			f.orgs[i] = org
			f.after.refreshes[c.Tenant.ID] = app.Refresh{Tenant: c.Tenant.ID, At: f.after.refreshes[c.Tenant.ID].At}
			return org, nil
		}
	}
	f.orgs = append(f.orgs, org)
	f.xero.charts[c.Tenant.ID] = fakeChart(c.Tenant)
	return org, nil
}

func (f *fakeApp) Disconnect(_ context.Context, _ staff.Member, t ledger.TenantID) error {
	if err := f.enter("Disconnect"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, o := range f.orgs {
		if o.Tenant.ID == t {
			f.orgs[i] = app.Organisation{Tenant: o.Tenant, Default: o.Default, State: app.Disconnected}
		}
	}
	return nil
}

func (f *fakeApp) ExportTo(_ context.Context, _ staff.Member, t ledger.TenantID) error {
	if err := f.enter("ExportTo"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.orgs {
		f.orgs[i].Default = f.orgs[i].Tenant.ID == t
	}
	return nil
}

func (f *fakeApp) Policy() app.Policy { return f.policy }

func (f *fakeApp) Register(_ context.Context, _ staff.Member, r app.Registration) error {
	if err := f.enter("Register"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.xero.firm.Registration = r
	return nil
}

func (f *fakeApp) MappingView(_ context.Context, t ledger.TenantID) (app.MappingView, error) {
	if err := f.enter("MappingView"); err != nil {
		return app.MappingView{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	m, chart := f.xero.maps[t], f.xero.charts[t]
	return app.MappingView{
		Mapping: m, Chart: chart, Codes: f.xero.codes, Taxes: f.xero.taxes,
		Missing: m.Missing(chart), Suggested: ledger.Suggest(m, chart, f.xero.codes, f.xero.taxes),
	}, nil
}

func (f *fakeApp) ReadChart(_ context.Context, _ staff.Member, t ledger.TenantID) error {
	if err := f.enter("ReadChart"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	chart := f.xero.charts[t]
	chart.Read = fakeNow
	f.xero.charts[t] = chart
	return nil
}

func (f *fakeApp) SetMapping(_ context.Context, _ staff.Member, t ledger.TenantID, m ledger.Mapping) error {
	if err := f.enter("SetMapping"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := m.Check(f.xero.charts[t], f.xero.maps[t]); err != nil {
		return err
	}
	f.xero.maps[t] = m
	return nil
}

func (f *fakeApp) SaveFirm(_ context.Context, _ staff.Member, firm app.Firm) (app.Firm, error) {
	err := f.enter("SaveFirm")
	if err == nil {
		f.writing.firm = firm
	}
	return firm, err
}

func (f *fakeApp) Setup(context.Context) (app.Setup, error) {
	if err := f.enter("Setup"); err != nil {
		return app.Setup{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.setup != nil {
		return *f.setup, nil
	}
	return app.Setup{Named: true, Connected: len(f.orgs) > 0, Mapped: len(f.orgs) > 0}, nil
}
