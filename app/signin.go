package app

import (
	"context"
	"strings"
	"time"

	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// NeedsSignIn reports whether a person must sign in. Nobody must while
// the firm has one active member, who has no password yet.
func (a *App) NeedsSignIn(ctx context.Context) (bool, error) {
	var alone bool
	err := a.View(ctx, func(r Reader) (err error) {
		_, alone, err = soleMember(r)
		return err
	})
	return !alone, err
}

// Who returns the only member of staff while nobody needs to sign in; else it is
// Forbidden.
func (a *App) Who(ctx context.Context) (staff.Member, error) {
	var m staff.Member
	var alone bool
	err := a.View(ctx, func(r Reader) (err error) {
		m, alone, err = soleMember(r)
		return err
	})
	if err == nil && !alone {
		return staff.Member{}, Errorf(Forbidden, "refused.sign-in")
	}
	return m, err
}

// Authenticate returns the active member of that name or e-mail address whose password it
// is. Failed tries are counted, and lock the member out for a time that grows.
func (a *App) Authenticate(ctx context.Context, nameOrEmail, password string) (staff.Member, error) {
	var m staff.Member
	var kept staff.Password
	err := a.View(ctx, func(r Reader) error {
		all, err := r.Staff()
		if err != nil {
			return err
		}
		m, kept = claimed(all, nameOrEmail), staff.Password{}
		if m.ID != "" {
			kept, err = r.Password(m.ID)
		}
		return err
	})
	if err != nil {
		return staff.Member{}, err
	}
	if !kept.Set() {
		staff.Decoy().Is(password)
		return staff.Member{}, notProven()
	}
	return a.prove(ctx, m.ID, kept, password)
}

// claimed returns the member of that name or e-mail address, or the zero Member. An active
// one goes before one who had the address earlier.
func claimed(all []staff.Member, nameOrEmail string) staff.Member {
	name, email := billing.FoldName(nameOrEmail), strings.TrimSpace(nameOrEmail)
	if name == "" {
		return staff.Member{}
	}
	var earlier staff.Member
	for _, m := range all {
		switch {
		case billing.FoldName(m.Name) == name, strings.EqualFold(m.Email, email) && !m.Deactivated:
			return m
		case strings.EqualFold(m.Email, email):
			earlier = m
		}
	}
	return earlier
}

func notProven() error {
	return Errorf(Forbidden, "refused.wrong-password")
}

// prove tries a member's password, and returns the member when it is right. It takes its time
// outside of a transaction; what counts is how things stand after it.
func (a *App) prove(ctx context.Context, id staff.ID, kept staff.Password, password string) (staff.Member, error) {
	if kept.IsLocked(time.Now()) {
		return staff.Member{}, a.turnAway(ctx, id, kept)
	}
	right := kept.Is(password)
	var m staff.Member
	var refused error
	err := a.Update(ctx, func(tx Tx) error {
		refused = nil
		all, err := tx.Staff()
		if err != nil {
			return err
		}
		if m, err = findMember(all, id); err != nil {
			return err
		}
		now, err := tx.Password(id)
		switch {
		case err != nil:
			return err
		case now.Hash != kept.Hash:
			refused = notProven() // another one was set meanwhile
			return nil
		case now.IsLocked(tx.Now()):
			refused = lockedOut(now)
			return nil
		case !right:
			refused = notProven()
			return noteFailedTry(tx, m, now.Failed(tx.Now()))
		case m.Deactivated:
			refused = Errorf(Forbidden, "refused.deactivated", "Name", m.Name)
		}
		if now.Failures == 0 {
			return nil
		}
		return tx.SavePassword(id, now.Succeeded())
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return staff.Member{}, err
	}
	return m, nil
}

// turnAway says until when a member is locked out. If the clock was set back, the lock starts again,
// on disk, so that it holds for every process.
func (a *App) turnAway(ctx context.Context, id staff.ID, kept staff.Password) error {
	var locked staff.Password
	err := a.Update(ctx, func(tx Tx) error {
		locked = kept
		now, err := tx.Password(id)
		if err != nil {
			return err
		}
		anew, is := now.LockAnew(tx.Now())
		if !is {
			return nil
		}
		locked = anew
		all, err := tx.Staff()
		if err != nil {
			return err
		}
		m, err := findMember(all, id)
		if err != nil {
			return err
		}
		if err := tx.SavePassword(id, locked); err != nil {
			return err
		}
		return tx.Record(lockOut(m, locked))
	})
	if err != nil {
		return err
	}
	return lockedOut(locked)
}

// noteFailedTry notes that a wrong password was tried for the member.
func noteFailedTry(tx Tx, m staff.Member, p staff.Password) error {
	if err := tx.SavePassword(m.ID, p); err != nil {
		return err
	}
	if err := tx.Record(Entry(m, staff.AuditSignInFailed, "staff", string(m.ID), "", translations.Text("trail.wrong-passwords", "Count", p.Failures))); err != nil {
		return err
	}
	if p.Locked.IsZero() {
		return nil
	}
	return tx.Record(lockOut(m, p))
}

func lockOut(m staff.Member, p staff.Password) staff.Entry {
	return Entry(m, staff.AuditLockOut, "staff", string(m.ID), "", translations.Text("trail.until", "Time", p.Locked.UTC().Format(time.RFC3339)))
}

func lockedOut(p staff.Password) error {
	return Errorf(Forbidden, "refused.locked-out", "Time", p.Locked.Local().Format(time.TimeOnly))
}

// ChangePassword sets the member's own password. The old one is "" where there is none.
func (a *App) ChangePassword(ctx context.Context, by staff.Member, old, password string) error {
	var kept staff.Password
	err := a.View(ctx, func(r Reader) (err error) {
		kept, err = r.Password(by.ID)
		return err
	})
	if err != nil {
		return err
	}
	if kept.Set() {
		if _, err := a.prove(ctx, by.ID, kept, old); err != nil {
			return err
		}
	}
	if err := staff.CheckPassword(password); err != nil {
		return err
	}
	changed := staff.NewPassword(password)
	return a.Update(ctx, func(tx Tx) error {
		now, err := tx.Password(by.ID)
		if err != nil {
			return err
		}
		if now.Hash != kept.Hash {
			return Errorf(Conflict, "refused.password-changed")
		}
		return setPassword(tx, by, staff.AuditChangePassword, by.ID, changed)
	})
}

// ResetPassword sets the password of another member, who forgot theirs, and ends that they are
// locked out.
func (a *App) ResetPassword(ctx context.Context, by staff.Member, id staff.ID, password string) error {
	if err := a.allow(ctx, by, staff.ManageStaff, ""); err != nil {
		return err
	}
	if id == by.ID {
		return Errorf(Invalid, "refused.own-password")
	}
	if err := staff.CheckPassword(password); err != nil {
		return err
	}
	reset := staff.NewPassword(password)
	return a.Update(ctx, func(tx Tx) error { return setPassword(tx, by, staff.AuditResetPassword, id, reset) })
}

func setPassword(tx Tx, by staff.Member, action staff.AuditAction, id staff.ID, p staff.Password) error {
	all, err := tx.Staff()
	if err != nil {
		return err
	}
	m, err := findMember(all, id)
	if err != nil {
		return err
	}
	if err := tx.SavePassword(id, p); err != nil {
		return err
	}
	return tx.Record(Entry(by, action, "staff", string(id), "", m.Name))
}
