package app

import (
	"context"
	"errors"
	"strings"

	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/assets/translations"
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

// Unreconciled returns the organisations that a copy must be compared with before anything
// is sent, numbered or taken back. One that was connected after the copy was made is among
// them, too: it may have been connected, and been sent to, before.
func Unreconciled(r Reader) ([]Organisation, error) {
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
	open, err := Unreconciled(r)
	if err != nil || len(open) == 0 {
		return err
	}
	names := make([]string, len(open))
	for i, o := range open {
		names[i] = o.Tenant.Name
	}
	return &Error{
		Code: Unavailable, Err: ErrLocked,
		Phrase: translations.Say("refused.not-compared", "Organisations", strings.Join(names, ", ")),
	}
}

// ErrLocked is behind every refusal because the database is a copy that was not compared with
// Xero yet: LockState tells more.
var ErrLocked = errors.New("the database is locked")

// AllowRestore notes that the member is about to put a backup in the place of this database,
// if they may. The note stays in the database that is put aside, unless that is damaged: nothing is
// written to it.
func (a *App) AllowRestore(ctx context.Context, by staff.Member, from string) error {
	if a.backups.IsDamaged() {
		return Allow(by, staff.BackUp, "")
	}
	return a.Update(ctx, func(tx Tx) error {
		if err := Allow(by, staff.BackUp, ""); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditRestore, "firm", "", "", from))
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
			return Errorf(Invalid, "problem.unlock-reason")
		}
		if err := billing.CheckLines(translations.Say("field.reason"), reason); err != nil {
			return err
		}
		open, err := Unreconciled(tx)
		if err != nil {
			return err
		}
		done, err := tx.Reconciliations()
		if err != nil {
			return err
		}
		for _, o := range open {
			if err := tx.NeverReplay(o.Tenant.ID); err != nil {
				return err
			}
			c := done[o.Tenant.ID]
			c.Tenant, c.Ended, c.Without = o.Tenant.ID, tx.Now(), reason
			if err := tx.SaveReconciliation(c); err != nil {
				return err
			}
			if err := tx.Record(Entry(by, staff.AuditUnlock, "organisation", string(o.Tenant.ID), translations.Text("trail.not-compared"), reason)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		a.Wake()
	}
	return err
}
