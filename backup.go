package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"feebridge/app"
	"feebridge/data/sqlite"
)

// backupOptions say how a backup is made, or what follows when one was put back.
type backupOptions struct {
	force   bool
	without string
}

func backupFlags(flags *flag.FlagSet, o *options) {
	flags.BoolVar(&o.backup.force, "force", false, "replace a file that is there")
}

func reconcileFlags(flags *flag.FlagSet, o *options) {
	flags.StringVar(&o.backup.without, "without-xero", "", "unlock without the comparison, for the `REASON` that stays in the audit trail; what Xero has already may then be sent once more")
}

// backUp writes a verified copy of the firm's database.
func backUp(ctx context.Context, s *session, words []string) int {
	if len(words) != 1 {
		return s.wrongUse("backup takes the file to write.")
	}
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	path, err := filepath.Abs(words[0])
	if err == nil {
		err = s.app.Backup(ctx, s.me, path, s.options.backup.force)
	}
	if err != nil {
		if errors.Is(err, fs.ErrExist) {
			fmt.Fprintln(s.errs, "feebridge: --force replaces it.")
		}
		return s.fail(err)
	}
	s.print(map[string]string{"backup": path}, "The copy %s is written and verified.", path)
	return exitDone
}

// restoreBackup puts a backup in the place of the firm's database. Whoever may is asked of
// the database that is there, unless it is damaged or gone: then there is nobody to ask.
func restoreBackup(ctx context.Context, s *session, words []string) int {
	if len(words) != 1 {
		return s.wrongUse("restore takes the backup to put back.")
	}
	path, err := s.path()
	if err != nil {
		return s.fail(err)
	}
	from, err := filepath.Abs(words[0])
	if err != nil {
		return s.fail(err)
	}
	if err := s.mayRestore(ctx, path, from); err != nil {
		return s.fail(err)
	}
	kept, err := sqlite.Restore(ctx, path, from)
	if err != nil {
		return s.fail(err)
	}
	s.print(map[string]string{"restored": path, "kept": kept}, "The database is as it was in the backup.")
	if !s.options.json {
		if kept != "" {
			fmt.Fprintln(s.out, "What was there is kept as", kept)
		}
		fmt.Fprintln(s.out, "It is compared with Xero before anything is exported: open the window, or run feebridge reconcile.")
	}
	return exitDone
}

// mayRestore asks the database that is there, if it can be asked, and closes it again.
func (s *session) mayRestore(ctx context.Context, path, from string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return os.MkdirAll(filepath.Dir(path), 0o700)
	}
	err := s.open(ctx)
	if _, damaged := errors.AsType[*sqlite.Damaged](err); damaged {
		return nil
	}
	if err == nil {
		err = s.app.AllowRestore(ctx, s.me, from)
	}
	s.close()
	s.db = nil
	return err
}

// reconcile compares a restored or copied database with Xero, so that it is unlocked.
func reconcile(ctx context.Context, s *session, words []string) int {
	if len(words) > 0 {
		return s.wrongUse("reconcile takes no arguments.")
	}
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	state, err := s.app.LockState(ctx)
	switch {
	case err != nil:
		return s.fail(err)
	case !state.Locked:
		s.print(map[string]bool{"locked": false}, "The database is not locked.")
		return exitDone
	case s.options.backup.without != "":
		err = s.app.Unlock(ctx, s.me, s.options.backup.without)
	default:
		fmt.Fprintln(s.errs, "Comparing with Xero. After a restore this takes some minutes, until nothing can be under way any more.")
		if err = s.connect(ctx); err == nil {
			err = s.app.Reconcile(ctx)
		}
	}
	if err == nil {
		state, err = s.app.LockState(ctx)
	}
	if err != nil {
		if _, held := errors.AsType[*app.LeaseHeld](err); held {
			err = &app.Error{Code: app.Unavailable, Text: "Another Feebridge is comparing the database with Xero: it goes on there. %v.", Args: []any{err}, Err: err}
		}
		return s.fail(err)
	}
	s.printComparison(state)
	return exitDone
}

// printComparison prints what was found in each organisation, and what of it is not known here.
func (s *session) printComparison(state app.LockState) {
	for _, c := range state.Compared {
		s.print(map[string]any{
			"organisation": c.Organisation.Tenant.Name, "found_again": c.Adopted, "brought_up_to_date": c.Updated, "without": c.Without,
		}, "%s: %d exports found again, %d brought up to date.", c.Organisation.Tenant.Name, c.Adopted, c.Updated)
		for _, stray := range c.Strays {
			s.print(map[string]string{
				"number": string(stray.Number), "why": string(stray.Why), "status": string(stray.Status), "total": stray.Total.String(),
			}, "  %s: %s, %s, %s in Xero", stray.Why, stray.Number, stray.Status, stray.Total)
		}
	}
}
