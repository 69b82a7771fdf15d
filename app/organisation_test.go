package app_test

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

func second[A any](_ A, err error) error { return err }

func TestTheFirmExportsToOneOrganisation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		orgs, err := sim.Seed("demo")
		if err != nil {
			t.Fatal(err)
		}
		w := apptest.NewWorld(t, sim.Config{Orgs: orgs})
		second := w.Sim.Orgs()[1]
		p := w.Start(nil)
		defer p.Stop()
		tenant := ledger.TenantID(second.TenantID)
		org, err := p.App.Connect(t.Context(), w.Me, app.Connection{Tenant: ledger.Tenant{ID: tenant}})
		if err != nil || org.Default {
			t.Fatalf("the second is %+v, %v", org, err)
		}
		for range 2 {
			if err := p.App.ExportTo(t.Context(), w.Me, tenant); err != nil {
				t.Fatal(err)
			}
		}
		all, err := p.App.Organisations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []bool
		for _, o := range all {
			got = append(got, o.Default && o.Tenant.ID == tenant)
		}
		if diff := cmp.Diff([]bool{true, false}, got); diff != "" {
			t.Errorf("%+v", all)
		}
	})
}

func TestInvoicesGoToTheOrganisationOfTheirClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		second := ledger.TenantID(w.Sim.Orgs()[1].TenantID)
		ids := w.Invoices(4, 2)
		p := w.Start(nil)
		defer p.Stop()
		if _, err := p.App.Connect(t.Context(), w.Me, app.Connection{Tenant: ledger.Tenant{ID: second}}); err != nil {
			t.Fatal(err)
		}
		move := func(to ledger.TenantID) {
			t.Helper()
			if err := p.App.ExportClientTo(t.Context(), w.Me, "client 1", to); err != nil {
				t.Fatal(err)
			}
		}
		move(second)
		runs, _, err := p.App.Export(t.Context(), w.Me, ids[:2])
		if err != nil || len(runs) != 2 || runs[0].Tenant != w.Tenant || runs[1].Tenant != second {
			t.Fatalf("the runs are %+v, %v", runs, err)
		}
		move("") // which what is queued does not follow
		p.Settle()
		p.Export(ids[2:]...)
		for i, want := range []ledger.TenantID{w.Tenant, second, w.Tenant, w.Tenant} {
			v := w.Views(ids)[i]
			there := 0
			for _, inv := range w.Sim.Invoices(string(want)) {
				if inv.URL == v.Exports[0].Mark {
					there++
				}
			}
			if there != 1 || v.Exports[0].Tenant != want || v.Organisation.ID != want {
				t.Errorf("%s is %s; the organisation has %d of it", v.Invoice.Number, v.Invoice.Stage.Export, there)
			}
		}
		if err := p.App.ExportClientTo(t.Context(), w.Me, "client 1", "nowhere"); err == nil {
			t.Error("a client is exported to an organisation that the firm does not have")
		}
		if diff := cmp.Diff([]string{"export to", "export to"}, p.Actions("client", "client 1")[:2]); diff != "" {
			t.Error(diff)
		}
	})
}

// TestTheDefaultIsChosenWhileAnOrganisationIsDisconnected has a person choose where the firm exports to in the moment
// in which one of two organisations is disconnected: what they chose holds.
func TestTheDefaultIsChosenWhileAnOrganisationIsDisconnected(t *testing.T) {
	for _, disconnected := range []ledger.TenantID{tenant, "other"} {
		o := openPrepared(t)
		err := o.db.Update(t.Context(), func(tx app.Tx) error {
			return tx.SaveOrganisation(app.Organisation{Tenant: ledger.Tenant{ID: "other", Name: "Other"}, State: app.Connected})
		})
		if err != nil {
			t.Fatal(err)
		}
		choose := func() {
			if err := o.ExportTo(t.Context(), o.me, "other"); err != nil {
				t.Error(err)
			}
		}
		a := app.New(app.Params{Store: &meanwhile{o.db, choose}, Log: apptest.Quiet})
		if err := a.Disconnect(t.Context(), o.me, disconnected); err != nil {
			t.Errorf("disconnecting %s: %v", disconnected, err)
		}
		all, err := o.Organisations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, org := range all {
			if org.Default != (org.Tenant.ID == "other") || (org.State == app.Disconnected) != (org.Tenant.ID == disconnected) {
				t.Errorf("%s was disconnected, and %s is %s, the default: %v", disconnected, org.Tenant.ID, org.State, org.Default)
			}
		}
	}
}
