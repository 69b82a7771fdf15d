package app

import (
	"context"
	"time"

	"feebridge/app/billing"
	"feebridge/app/staff"
)

// Backups makes copies of the database where it is a file of its own. Package sqlite implements
// it. A database at a server has none: it is backed up there.
type Backups interface {
	// Backup writes a verified copy of the database to path, whole or not at all. A file
	// that is there already is a Conflict, unless over says that it may be replaced.
	Backup(ctx context.Context, path string, over bool) error
	// KeepBackup makes the verified copy of the day beside the database, unless it is there,
	// and removes its older ones but for the newest KeptBackups. It returns the path of the
	// copy where there is one, even with an error.
	KeepBackup(ctx context.Context, day billing.Date) (path string, err error)

	// Check looks for damage in the file of the database. What it finds is a *Damaged. From then on
	// nothing is written to the database; a transaction that would write fails with it.
	Check(ctx context.Context) error
	// IsDamaged reports whether damage was found, by Check or while something else was done. Damage
	// says what it is, with the copy that can take its place; nil for none. That may take seconds.
	IsDamaged() bool
	Damage(ctx context.Context) *Damaged
	// CopyAsItIs copies the database to path, damaged or not.
	CopyAsItIs(ctx context.Context, path string) error
}

// noBackups is in the place of a Backups that is not there.
type noBackups struct{}

var errNoCopies = Errorf(Unavailable, "refused.no-backups")

// Backup implements Backups.
func (noBackups) Backup(context.Context, string, bool) error { return errNoCopies }

// KeepBackup implements Backups.
func (noBackups) KeepBackup(context.Context, billing.Date) (string, error) { return "", errNoCopies }

// Check, IsDamaged and Damage implement Backups: a server checks its database itself.
func (noBackups) Check(context.Context) error     { return nil }
func (noBackups) IsDamaged() bool                 { return false }
func (noBackups) Damage(context.Context) *Damaged { return nil }

// CopyAsItIs implements Backups.
func (noBackups) CopyAsItIs(context.Context, string) error { return errNoCopies }

// Backup writes a verified copy of the database to path; over says that a file that is there
// may be replaced.
func (a *App) Backup(ctx context.Context, by staff.Member, path string, over bool) error {
	if err := a.allow(ctx, by, staff.BackUp, ""); err != nil {
		return err
	}
	if err := a.backups.Backup(ctx, path, over); err != nil {
		return err
	}
	return a.Update(ctx, func(tx Tx) error { return tx.Record(Entry(by, staff.AuditBackUp, "firm", "", "", path)) })
}

// BackupState returns how the last nightly copies went. Where none are made, the error says so.
func (a *App) BackupState(ctx context.Context) (Nightly, error) {
	if a.backups == (noBackups{}) {
		return Nightly{}, errNoCopies
	}
	var n Nightly
	err := a.View(ctx, func(r Reader) (err error) {
		n, err = r.Nightly()
		return err
	})
	return n, err
}

// When a copy is made: not while Feebridge starts, and after a failure not at once again.
const (
	copyFirst = time.Minute
	copyEvery = 10 * time.Minute // how often it is looked whether a day has begun
	copyAgain = time.Hour
)

// keepCopies checks the database once, and makes the nightly copies until ctx ends, unless the
// database is damaged.
func (a *App) keepCopies(ctx context.Context) error {
	if a.backups == (noBackups{}) {
		return nil
	}
	checked := false
	for wait := copyFirst; ; wait = copyEvery {
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
		if a.backups.IsDamaged() {
			continue
		}
		if err := a.NightlyCopy(ctx); err != nil && !OthersAtIt(err) && ctx.Err() == nil {
			a.log.Error("making the nightly copy", "error", err)
		}
		if !checked {
			a.lookForDamage(ctx) // where no copy was due
			checked = true
		}
	}
}

// NightlyCopy makes the copy of this day, unless one of the processes did. Run calls it all
// the time; a *LeaseHeld says that another process is making it.
func (a *App) NightlyCopy(ctx context.Context) error {
	if due, err := a.copyDue(ctx); err != nil || !due {
		return err
	}
	return a.store.Lease(ctx, "nightly copy", func(ctx context.Context, f Fence) error {
		if due, err := a.copyDue(ctx); err != nil || !due {
			return err
		}
		path, failure := a.backups.KeepBackup(ctx, billing.DateOf(time.Now()))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err := a.Update(ctx, func(tx Tx) error {
			if err := tx.Guard(f); err != nil {
				return err
			}
			n, err := tx.Nightly()
			if err != nil {
				return err
			}
			n.Failed, n.Failure = time.Time{}, ""
			if path != "" {
				n.At, n.Path = tx.Now(), path
			}
			if failure != nil {
				n.Failed, n.Failure = tx.Now(), failure.Error()
			}
			return tx.SaveNightly(n)
		})
		if err != nil {
			return err
		}
		return failure
	})
}

// copyDue reports whether there is no copy of this day, and none was tried just now.
func (a *App) copyDue(ctx context.Context) (bool, error) {
	n, err := a.BackupState(ctx)
	now := time.Now()
	tried := now.Sub(n.Failed)
	return billing.DateOf(n.At.In(now.Location())) != billing.DateOf(now) && (tried < 0 || tried >= copyAgain), err
}
