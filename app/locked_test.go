package app_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/staff"
)

// refusedWhileLocked are the use cases that a copy of the database refuses until it was compared with
// Xero: what they do rests on what Xero has.
var refusedWhileLocked = map[string]bool{
	"Export": true, "Redraft": true, "TemplateSheet": true, "VoidInXero": true, "DeleteReplaced": true, "Delete": true,
	"Claim": true, "Disown": true, "Import": true, "Review": true, "CreateContact": true,
}

// TestALockedCopyDoesNothingThatRestsOnXero calls every use case that asks for a permission on a copy
// that was not compared with Xero, as one who may use all of them. One that is new is allowed here, or
// named above.
func TestALockedCopyDoesNothingThatRestsOnXero(t *testing.T) {
	for name := range refusedWhileLocked {
		if _, known := useCases[name]; !known {
			t.Errorf("there is no use case %s", name)
		}
	}
	for name, u := range useCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := openLocked(t)
			before := o.content()
			err := u.call(t.Context(), o.desk(), o.me)
			if locked := errors.Is(err, app.ErrLocked); locked != refusedWhileLocked[name] {
				t.Errorf("it ends with %v", err)
			}
			if diff := cmp.Diff(before, o.content()); refusedWhileLocked[name] && diff != "" {
				t.Errorf("it is refused, and changed:\n%s", diff)
			}
		})
	}
}

// TestALockedCopyGivesOutNoNumber asks for one in each way in which an invoice gets one. An invoice that
// has its number is finalized all the same.
func TestALockedCopyGivesOutNoNumber(t *testing.T) {
	for name, ask := range map[string]func(ctx context.Context, a *desk, by staff.Member) error{
		"a draft without a number is finalized": func(ctx context.Context, a *desk, by staff.Member) error {
			return firstOf(a.Finalize(ctx, by, one("unnumbered")))
		},
		"a draft whose number is used up gets another": func(ctx context.Context, a *desk, by staff.Member) error {
			return firstOf(a.Renumber(ctx, by, one("draft")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := openLocked(t)
			err := o.db.Update(t.Context(), func(tx app.Tx) error {
				v := invoiceOf("draft")
				v.ID, v.Number = "unnumbered", ""
				_, err := tx.SaveInvoice(v)
				return errors.Join(err, tx.Burn("INV-draft"))
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := ask(t.Context(), o.desk(), o.me); !errors.Is(err, app.ErrLocked) {
				t.Errorf("it ends with %v", err)
			}
			if err := o.Unlock(t.Context(), o.me, "made for a test"); err != nil {
				t.Fatal(err)
			}
			if err := ask(t.Context(), o.desk(), o.me); err != nil {
				t.Errorf("once it is unlocked: %v", err)
			}
		})
	}
}

// TestACopyIsUnlockedForAReasonThatCanBeRead looks for the reason in the audit trail. Without one, or with one
// that is not text, the copy stays locked.
func TestACopyIsUnlockedForAReasonThatCanBeRead(t *testing.T) {
	o := openLocked(t)
	before := o.content()
	for _, reason := range []string{"", " \t\n", "no\x00connection"} {
		if err := o.Unlock(t.Context(), o.me, reason); !app.IsCode(err, app.Invalid) {
			t.Errorf("for %q: %v", reason, err)
		}
	}
	if diff := cmp.Diff(before, o.content()); diff != "" {
		t.Errorf("it was refused, and changed:\n%s", diff)
	}
	if err := o.Unlock(t.Context(), o.me, " The organisation is gone. "); err != nil {
		t.Fatal(err)
	}
	state, err := o.LockState(t.Context())
	if err != nil || state.Locked || state.Compared[0].Without != "The organisation is gone." {
		t.Errorf("it is %+v, %v", state, err)
	}
	told, err := o.AuditTrail(t.Context(), o.me, app.AuditQuery{Action: staff.AuditUnlock})
	if err != nil || len(told) != 1 || told[0].To != "The organisation is gone." {
		t.Errorf("the audit trail says %+v, %v", told, err)
	}
}
