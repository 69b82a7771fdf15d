package app_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

// coded stores finalized invoices with a line of each of the codes and taxes.
func coded(w *apptest.World, ids []billing.InvoiceID, lines ...billing.Line) {
	w.T.Helper()
	p := w.Start(nil)
	defer p.Stop()
	err := p.DB.Update(context.Background(), func(tx app.Tx) error {
		for i, id := range ids {
			v, err := tx.Invoice(id)
			if err != nil {
				return err
			}
			line := v.Lines[0]
			line.Account, line.Code, line.Tax = "", lines[i].Code, lines[i].Tax
			v.Lines = []billing.Line{line}
			if _, err := tx.SaveInvoice(v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

func TestTheMappingDecidesWhereLinesGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(6, 1)
		gst, zero := billing.Tax{Code: "GST", Name: "GST", Rate: 15_0000}, billing.Tax{Code: "ZERO", Name: "Zero"}
		coded(w, ids, billing.Line{Code: "ACC", Tax: gst}, billing.Line{Code: "TAX", Tax: gst}, billing.Line{Code: "ACC", Tax: zero},
			billing.Line{Code: "NEW", Tax: gst}, billing.Line{Code: "TAX", Tax: gst}, billing.Line{Code: "ACC", Tax: gst})
		p := w.Start(nil)
		defer p.Stop()
		mapping := ledger.Mapping{
			DefaultAccount: "200",
			Codes:          map[string]ledger.Target{"ACC": {Account: "260"}, "TAX": {Account: "270"}},
			Taxes:          map[string]string{"GST": "OUTPUT2", "ZERO": "ZERORATED"},
		}
		if err := p.App.SetMapping(t.Context(), w.Me, w.Tenant, mapping); err != nil {
			t.Fatal(err)
		}
		p.Export(ids[:4]...)
		got := map[string]string{}
		for _, inv := range w.Sim.Invoices(string(w.Tenant)) {
			got[inv.Number] = inv.Lines[0].AccountCode + " " + inv.Lines[0].TaxType
		}
		want := map[string]string{"INV-0001": "260 OUTPUT2", "INV-0002": "270 OUTPUT2", "INV-0003": "260 ZERORATED", "INV-0004": "200 OUTPUT2"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +in Xero):\n%s", diff)
		}

		// What disappears in Xero stops the rows that it concerns, and no others.
		accounts := w.Sim.Orgs()[0].Accounts
		gone := slices.IndexFunc(accounts, func(a sim.Account) bool { return a.Code == "270" })
		if err := w.Sim.ArchiveAccount(string(w.Tenant), accounts[gone].AccountID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Minute) // what was read of the organisation would still serve
		p.Export(ids[4:]...)
		for id, want := range map[billing.InvoiceID]ledger.Cause{ids[4]: ledger.AccountArchived, ids[5]: ledger.Other} {
			e := w.Views([]billing.InvoiceID{id})[0].Exports[0]
			cause := ledger.Other
			if len(e.Messages) > 0 {
				cause = e.Messages[0].Cause
			}
			if cause != want || (e.Result == billing.Failed) != (want != ledger.Other) {
				t.Errorf("%s is %s: %+v", e.Number, e.Result, e.Messages)
			}
		}
		view, err := p.App.MappingView(t.Context(), w.Tenant)
		if err != nil {
			t.Fatal(err)
		}
		if len(view.Missing) != 1 || view.Missing[0].String() != "Billing code TAX: the account “270” can't be used for sales." {
			t.Errorf("what is missing is %q", view.Missing)
		}
		if diff := cmp.Diff([]string{"ACC", "NEW", "TAX"}, view.Codes); diff != "" {
			t.Errorf("the codes in use (-want +got):\n%s", diff)
		}
	})
}

func TestFinalizingFillsInTheDueDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		defer p.Stop()
		err := p.DB.Update(t.Context(), func(tx app.Tx) error {
			for i, id := range ids {
				v, err := tx.Invoice(id)
				if err != nil {
					return err
				}
				v.Stage = billing.Stage{}
				if i == 0 {
					v.Due = 0
				}
				if _, err := tx.SaveInvoice(v); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		finalize := func() error {
			t.Helper()
			results, err := p.App.Finalize(t.Context(), w.Me, ids)
			if err != nil {
				t.Fatal(err)
			}
			return results[0].Err
		}
		if err := finalize(); !app.IsCode(err, app.Invalid) {
			t.Errorf("without a payment term: %v", err)
		}
		mapping := ledger.Mapping{Term: billing.Term{Rule: billing.OfNextMonth, Days: 20}}
		if err := p.App.SetMapping(t.Context(), w.Me, w.Tenant, mapping); err != nil {
			t.Fatal(err)
		}
		if err := finalize(); err != nil {
			t.Error(err)
		}
		var got []string
		for _, v := range w.Views(ids) {
			got = append(got, fmt.Sprint(v.Invoice.Due, " ", v.Invoice.Stage.Status))
		}
		if diff := cmp.Diff([]string{"2026-12-20 finalized", "2026-12-20 finalized"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestHowFarAFirmIsSetUp(t *testing.T) {
	a, _, me := apptest.Firm(t)
	firm, err := a.Firm(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{app.UnnamedFirm, "Tui"} {
		firm.Name = name
		if _, err := a.SaveFirm(t.Context(), me, firm); err != nil {
			t.Fatal(err)
		}
		if got, err := a.Setup(t.Context()); err != nil || got != (app.Setup{Named: name == "Tui"}) {
			t.Errorf("a firm called %q that is not connected is at %+v, %v", name, got, err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		p := w.Start(nil)
		defer p.Stop()
		for _, step := range []struct {
			mapping ledger.Mapping
			mapped  bool
		}{
			{ledger.Mapping{}, false},
			{ledger.Mapping{DefaultAccount: "200"}, true},
			{ledger.Mapping{Codes: map[string]ledger.Target{"ACC": {Account: "200"}}}, true},
		} {
			if err := p.App.SetMapping(t.Context(), w.Me, w.Tenant, step.mapping); err != nil {
				t.Fatal(err)
			}
			got, err := p.App.Setup(t.Context())
			if err != nil || !got.Connected || got.Mapped != step.mapped {
				t.Errorf("with %+v the firm is at %+v, %v", step.mapping, got, err)
			}
		}
	})
}
