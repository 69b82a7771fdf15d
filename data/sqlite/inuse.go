package sqlite

import (
	"context"
	"errors"
	"os"

	"github.com/gofrs/flock"

	"feebridge/app"
)

// A process that has a database open holds a shared lock on the file PATH.lock beside it. One that
// puts another file in its place, or checks it as a whole, takes that lock for itself alone.
// The system gives up the locks of a process that dies; the file itself is never removed,
// since another process may be locking it right then.
func lockOf(path string) *flock.Flock {
	return flock.New(path+".lock", flock.SetPermissions(private))
}

// enter takes the lock that goes with having the database open. A database that was not
// closed, and that no other process has open, is checked first: a power cut is what damages files.
func enter(ctx context.Context, path string, unclean bool) (*flock.Flock, error) {
	if unclean {
		if err := checkAlone(ctx, path); err != nil {
			return nil, err
		}
	}
	l := lockOf(path)
	waiting, cancel := context.WithTimeout(ctx, busyTimeout)
	defer cancel()
	entered, err := l.TryRLockContext(waiting, busyPause)
	switch {
	case entered:
		return l, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return nil, app.Errorf(app.Unavailable, "database.elsewhere", "File", path)
	}
	return nil, cannotOpen(path, err)
}

// checkAlone looks for damage, unless another process has the database open: then that one did.
func checkAlone(ctx context.Context, path string) error {
	l := lockOf(path)
	alone, err := l.TryLock()
	if err != nil {
		return cannotOpen(path, err)
	}
	if !alone {
		return nil
	}
	defer func() { _ = l.Close() }() // it was only asked for
	db := connect(path, looking)
	defer func() { _ = db.Close() }() // it only read
	err = check(ctx, db, quick)
	if isDamage(err) {
		return damaged(ctx, path, err)
	}
	return explain(ctx, "checking the database "+path, err)
}

// hasLog reports whether there is a write-ahead log: the database is open, or was not closed.
func hasLog(path string) bool {
	info, err := os.Stat(path + "-wal")
	return err == nil && info.Size() > 0
}
