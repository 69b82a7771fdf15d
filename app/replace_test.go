package app_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
)

// TestOnlyAnAdminDeletesWhatWasNotFoundInXero asks in both ways in which an invoice is deleted: from the
// list, and as a step of its replacement. Xero may have it yet.
func TestOnlyAnAdminDeletesWhatWasNotFoundInXero(t *testing.T) {
	for name, deletes := range map[string]func(ctx context.Context, a *desk, by staff.Member) error{
		"from the list": func(ctx context.Context, a *desk, by staff.Member) error {
			return firstOf(a.Delete(ctx, by, one("replaced")))
		},
		"as it is replaced": func(ctx context.Context, a *desk, by staff.Member) error {
			return a.DeleteReplaced(ctx, by, "replaced")
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := openPrepared(t)
			lost := billing.Stage{Status: billing.Closed, Export: billing.NotFoundInXero}
			if err := o.db.Update(t.Context(), func(tx app.Tx) error { return tx.Advance(lost, "replaced") }); err != nil {
				t.Fatal(err)
			}
			before := o.content()
			for _, by := range kinds() {
				if by.May(staff.ReleaseMissing, "") {
					continue
				}
				if err := deletes(t.Context(), o.desk(), by); !app.IsCode(err, app.Forbidden) {
					t.Errorf("%s: %v", by.Name, err)
				}
			}
			if diff := cmp.Diff(before, o.content()); diff != "" {
				t.Errorf("it was refused, and changed:\n%s", diff)
			}
			if err := deletes(t.Context(), o.desk(), o.me); err != nil {
				t.Errorf("an Admin: %v", err)
			}
		})
	}
}

// TestAReplacementIsNotGivenUpWhileItsInvoiceIsBeingVoided holds the replacement open until it is known
// what became of the invoice.
func TestAReplacementIsNotGivenUpWhileItsInvoiceIsBeingVoided(t *testing.T) {
	o := openPrepared(t)
	at := func(e billing.ExportState) {
		t.Helper()
		stage := billing.Stage{Status: billing.Closed, Export: e}
		if err := o.db.Update(t.Context(), func(tx app.Tx) error { return tx.Advance(stage, "replaced") }); err != nil {
			t.Fatal(err)
		}
	}
	at(billing.Removing)
	before := o.content()
	if err := o.StopReplacing(t.Context(), o.me, "replaced"); !app.IsCode(err, app.Conflict) {
		t.Errorf("while it is being voided: %v", err)
	}
	if diff := cmp.Diff(before, o.content()); diff != "" {
		t.Errorf("it was refused, and changed:\n%s", diff)
	}
	at(billing.VoidedInXero)
	if err := o.StopReplacing(t.Context(), o.me, "replaced"); err != nil {
		t.Errorf("once it is voided: %v", err)
	}
}

// TestTheNumberOfAReplacedInvoiceIsNotGivenOutAgain deletes it here after it was voided in Xero. Whoever
// writes to the client about that number means the invoice that is void.
func TestTheNumberOfAReplacedInvoiceIsNotGivenOutAgain(t *testing.T) {
	o := openPrepared(t)
	err := o.db.Update(t.Context(), func(tx app.Tx) error {
		replaced, unnumbered := invoiceOf("replaced"), invoiceOf("unnumbered")
		replaced.Version, replaced.Number, replaced.Stage.Export = 1, "INV-50", billing.VoidedInXero // 50 is the firm's next
		unnumbered.Number = ""
		return errors.Join(second(tx.SaveInvoice(replaced)), second(tx.SaveInvoice(unnumbered)))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.DeleteReplaced(t.Context(), o.me, "replaced"); err != nil {
		t.Fatal(err)
	}
	results, err := o.Finalize(t.Context(), o.me, one("unnumbered"))
	if err != nil || results[0].Err != nil || results[0].Number != "INV-51" {
		t.Errorf("the next number is given out as %+v, %v", results, err)
	}
}

// TestAReplacementThatWasGivenUpGoesNoFurther takes each step of one that a person has stopped, where the invoice
// has come so far.
func TestAReplacementThatWasGivenUpGoesNoFurther(t *testing.T) {
	for name, stage := range map[string]billing.Stage{
		"VoidInXero": {Status: billing.Closed, Export: billing.Exported}, "DeleteReplaced": {Status: billing.Closed, Export: billing.VoidedInXero},
		"CopyReplaced": {Status: billing.Deleted}, "StopReplacing": {Status: billing.Closed, Export: billing.Exported},
	} {
		o := openPrepared(t)
		if err := o.StopReplacing(t.Context(), o.me, "replaced"); err != nil {
			t.Fatal(err)
		}
		if err := o.db.Update(t.Context(), func(tx app.Tx) error { return tx.Advance(stage, "replaced") }); err != nil {
			t.Fatal(err)
		}
		before := o.content()
		if err := useCases[name].call(t.Context(), o.desk(), o.me); !app.IsCode(err, app.Conflict) {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(before, o.content()); diff != "" {
			t.Errorf("%s was refused, and changed:\n%s", name, diff)
		}
	}
}
