package app_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
)

func TestTheGapsInTheNumbers(t *testing.T) {
	o := openPrepared(t)
	err := o.db.Update(t.Context(), func(tx app.Tx) error {
		firm, err := tx.Firm()
		if err != nil {
			return err
		}
		firm.Numbering = billing.Numbering{Prefix: "N-", Digits: 3, Next: 2_000_000_000_007} // so that nobody counts there
		if err := tx.SaveFirm(firm); err != nil {
			return err
		}
		for id, number := range map[billing.InvoiceID]billing.Number{"a": "N-005", "b": "n-006", "c": "N-008", "d": "N-009", "e": "N-2000000000003", "f": "N-x", "g": "N-3000000000000"} {
			v := invoiceOf(id)
			v.Number = number
			if id == "c" || id == "d" {
				v.Stage.Status = billing.Deleted
			}
			if _, err := tx.SaveInvoice(v); err != nil {
				return err
			}
		}
		return tx.Burn("N-009", "N-010", "N-006")
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := o.Gaps(t.Context(), o.me)
	want := []app.Gap{
		{From: "N-007", To: "N-007", Why: app.NeverUsed},
		{From: "N-008", To: "N-008", Why: app.DeletedFree, Invoice: "c", Client: "Kauri Joinery"},
		{From: "N-009", To: "N-009", Why: app.UsedUp, Invoice: "d", Client: "Kauri Joinery"},
		{From: "N-010", To: "N-010", Why: app.UsedUp},
		{From: "N-011", To: "N-2000000000002", Why: app.NeverUsed},
		{From: "N-2000000000004", To: "N-2000000000006", Why: app.NeverUsed},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-expected +told):\n%s", err, diff)
	}
}

func TestADraftWithABurntNumberNeedsTheNext(t *testing.T) {
	a, db, me := apptest.Firm(t)
	w := wrote(t, a, me, "Kauri", accounts("100"))
	finalize := func() app.Result {
		t.Helper()
		results, err := a.Finalize(t.Context(), me, []billing.InvoiceID{w.Invoice})
		if err != nil {
			t.Fatal(err)
		}
		return results[0]
	}
	renumber := func() app.Result {
		t.Helper()
		results, err := a.Renumber(t.Context(), me, []billing.InvoiceID{w.Invoice})
		if err != nil {
			t.Fatal(err)
		}
		return results[0]
	}
	first := finalize()
	if _, _, err := a.Redraft(t.Context(), me, []billing.InvoiceID{w.Invoice}); err != nil {
		t.Fatal(err)
	}
	if r := renumber(); !app.IsCode(r.Err, app.Conflict) {
		t.Errorf("a draft whose number is free got another: %+v", r)
	}
	// Meanwhile Xero shows an approved invoice with its number.
	if err := db.Update(t.Context(), func(tx app.Tx) error { return tx.Burn(first.Number) }); err != nil {
		t.Fatal(err)
	}
	if v, err := a.Invoice(t.Context(), me, w.Invoice); err != nil || !v.NumberBurnt {
		t.Errorf("nobody is told that its number is burnt: %v", err)
	}
	if r := finalize(); !app.IsCode(r.Err, app.Conflict) || !strings.Contains(r.Err.Error(), "the next number") {
		t.Errorf("finalized under a burnt number: %+v", r)
	}
	next := renumber()
	if next.Err != nil || next.Number == first.Number {
		t.Errorf("renumbered it is %+v", next)
	}
	if r := finalize(); r.Err != nil || r.Number != next.Number {
		t.Errorf("finalized it is %+v, not %s", r, next.Number)
	}
}
