package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// Copied says that the database is a copy: Xero may have been sent what it knows nothing of.
type Copied struct {
	How   CopyHow
	Found time.Time // when that showed
}

// CopyHow says how a database came to be a copy.
type CopyHow string

// The ways in which a database comes to be a copy.
const (
	Original     CopyHow = ""
	Restored     CopyHow = "restored" // from a backup, by Feebridge
	CopiedByHand CopyHow = "copied"   // as a file, or moved, past Feebridge
)

// Reconciliation is how far a copy has been compared with what one organisation has.
type Reconciliation struct {
	Tenant  ledger.TenantID
	Heard   time.Time // Xero's clock when the database last heard of it before it was copied; zero for never
	From    time.Time // Xero's clock, from when on its changes are read; zero for all
	Reached time.Time // Xero's clock, up to when they were read and stored
	Run     RunID     // that the exports found in Xero belong to; "" while there is none
	Adopted int       // invoices whose export was found in Xero and is known again
	Updated int       // exports known here that stood otherwise in Xero by now
	Began   time.Time
	Ended   time.Time // zero while it is under way
	Without string    // why a person went on without it; "" where nobody did
}

// Stray is what bears a mark of ours in Xero and could not be brought together with an
// invoice here.
type Stray struct {
	ID     ledger.InvoiceID
	Why    StrayWhy
	Number billing.Number
	Status ledger.InvoiceStatus
	Total  money.Amount
}

// StrayWhy says why something in Xero is a stray.
type StrayWhy string

// The reasons for a stray.
const (
	Missing  StrayWhy = "missing"  // the invoice was made after the copy
	Doubtful StrayWhy = "doubtful" // the invoice here is deleted, closed, or in Xero under another export
)

// LockState is whether the database is locked because it is a copy, and how far it has been
// compared with Xero.
type LockState struct {
	Copied
	Locked   bool
	Compared []Comparison // one an organisation; empty for the original
}

// Comparison is how far a copy has been compared with an organisation. What it waits for is
// in the organisation: its State, and why it is Parked.
type Comparison struct {
	Reconciliation
	Organisation Organisation
	Strays       []Stray
}

// LockState returns whether the database is locked because it is a copy.
func (a *App) LockState(ctx context.Context) (LockState, error) {
	var s LockState
	err := a.View(ctx, func(r Reader) (err error) {
		s = LockState{}
		if s.Copied, err = r.Copied(); err != nil || s.How == Original {
			return err
		}
		all, err := r.Organisations()
		if err != nil {
			return err
		}
		reconciliations, err := r.Reconciliations()
		if err != nil {
			return err
		}
		for _, o := range all {
			c := Comparison{reconciliations[o.Tenant.ID], o, nil}
			c.Tenant = o.Tenant.ID
			if c.Strays, err = r.Strays(o.Tenant.ID); err != nil {
				return err
			}
			s.Locked = s.Locked || c.Ended.IsZero()
			s.Compared = append(s.Compared, c)
		}
		return nil
	})
	return s, err
}

// unreconciled returns the organisations that a copy must be compared with before anything
// is sent, numbered or taken back. One that was connected after the copy was made is among
// them, too: it may have been connected, and been sent to, before.
func unreconciled(r Reader) ([]Organisation, error) {
	if c, err := r.Copied(); err != nil || c.How == Original {
		return nil, err
	}
	all, err := r.Organisations()
	if err != nil {
		return nil, err
	}
	done, err := r.Reconciliations()
	if err != nil {
		return nil, err
	}
	var open []Organisation
	for _, o := range all {
		if done[o.Tenant.ID].Ended.IsZero() {
			open = append(open, o)
		}
	}
	return open, nil
}

// CheckUnlocked returns an error that says what the database waits for while it is locked.
func CheckUnlocked(r Reader) error {
	open, err := unreconciled(r)
	if err != nil || len(open) == 0 {
		return err
	}
	names := make([]string, len(open))
	for i, o := range open {
		names[i] = o.Tenant.Name
	}
	return &Error{
		Code: Unavailable, Args: []any{strings.Join(names, ", ")}, Err: ErrLocked,
		Text: "This database is a copy that was restored or moved: Xero may have invoices that it does not know of. It is compared with %s first. Until then nothing is exported, numbered, taken back to draft or deleted.",
	}
}

// ErrLocked is behind every refusal because the database is a copy that was not compared with
// Xero yet: LockState tells more.
var ErrLocked = errors.New("the database is locked")

// AllowRestore notes that the member is about to put a backup in the place of this database,
// if she may. The note stays in the database that is put aside.
func (a *App) AllowRestore(ctx context.Context, by staff.Member, from string) error {
	return a.Update(ctx, func(tx Tx) error {
		if err := Allow(by, staff.BackUp, ""); err != nil {
			return err
		}
		return tx.Record(Entry(by, "restore", "firm", "", "", from))
	})
}

// Unlock lets a locked database be used without a comparison with the organisations that
// cannot be reached, and says why. What was sent to those since it was copied may be sent
// once more: whoever calls this has been told.
func (a *App) Unlock(ctx context.Context, by staff.Member, reason string) error {
	err := a.Update(ctx, func(tx Tx) error {
		if err := Allow(by, staff.BackUp, ""); err != nil {
			return err
		}
		if reason = strings.TrimSpace(reason); reason == "" {
			return Errorf(Invalid, "Say why the database is unlocked without a comparison with Xero: it stays in the audit trail.")
		}
		open, err := unreconciled(tx)
		if err != nil {
			return err
		}
		done, err := tx.Reconciliations()
		if err != nil {
			return err
		}
		for _, o := range open {
			if err := neverReplay(tx, o.Tenant.ID); err != nil {
				return err
			}
			c := done[o.Tenant.ID]
			c.Tenant, c.Ended, c.Without = o.Tenant.ID, tx.Now(), reason
			if err := tx.SaveReconciliation(c); err != nil {
				return err
			}
			if err := tx.Record(Entry(by, "unlock", "organisation", string(o.Tenant.ID), "not compared with Xero", reason)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		a.wake.ring()
	}
	return err
}

// neverReplay lets what a copy holds to be under way be looked up only: its key may have been
// used, and the outcome stored, after the copy was made.
func neverReplay(tx Tx, t ledger.TenantID) error {
	for _, state := range []BatchState{Sending, Lost} {
		batches, err := tx.Batches(t, state)
		if err != nil {
			return err
		}
		for _, b := range batches {
			b.LookUp, b.Troubles = true, 0
			if err := tx.SaveBatch(b); err != nil {
				return err
			}
		}
	}
	return nil
}
