package app_test

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
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
		w := newWorld(t, sim.Config{Orgs: orgs})
		second := w.sim.Orgs()[1]
		p := w.start(nil)
		defer p.stop()
		tenant := ledger.TenantID(second.TenantID)
		org, err := p.app.Connect(t.Context(), w.me, app.Connection{Tenant: ledger.Tenant{ID: tenant}})
		if err != nil || org.Default {
			t.Fatalf("the second is %+v, %v", org, err)
		}
		for range 2 {
			if err := p.app.ExportTo(t.Context(), w.me, tenant); err != nil {
				t.Fatal(err)
			}
		}
		all, err := p.app.Organisations(t.Context())
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
		w := newWorld(t, sim.Config{})
		second := ledger.TenantID(w.sim.Orgs()[1].TenantID)
		ids := w.invoices(4, 2)
		p := w.start(nil)
		defer p.stop()
		if _, err := p.app.Connect(t.Context(), w.me, app.Connection{Tenant: ledger.Tenant{ID: second}}); err != nil {
			t.Fatal(err)
		}
		move := func(to ledger.TenantID) {
			t.Helper()
			if err := p.app.ExportClientTo(t.Context(), w.me, "client 1", to); err != nil {
				t.Fatal(err)
			}
		}
		move(second)
		runs, _, err := p.app.Export(t.Context(), w.me, ids[:2])
		if err != nil || len(runs) != 2 || runs[0].Tenant != w.tenant || runs[1].Tenant != second {
			t.Fatalf("the runs are %+v, %v", runs, err)
		}
		move("") // which what is queued does not follow
		p.settle()
		p.export(ids[2:]...)
		for i, want := range []ledger.TenantID{w.tenant, second, w.tenant, w.tenant} {
			v := w.views(ids)[i]
			there := 0
			for _, inv := range w.sim.Invoices(string(want)) {
				if inv.URL == v.Exports[0].Mark {
					there++
				}
			}
			if there != 1 || v.Exports[0].Tenant != want || v.Organisation.ID != want {
				t.Errorf("%s is %s; the organisation has %d of it", v.Invoice.Number, v.Invoice.Stage.Export, there)
			}
		}
		if err := p.app.ExportClientTo(t.Context(), w.me, "client 1", "nowhere"); err == nil {
			t.Error("a client is exported to an organisation that the firm does not have")
		}
		if diff := cmp.Diff([]string{"export to", "export to"}, p.actions("client", "client 1")[:2]); diff != "" {
			t.Error(diff)
		}
	})
}
