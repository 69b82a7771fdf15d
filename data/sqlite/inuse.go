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

// enter takes the lock that goes with having the database open. One that no other process has open is examined
// first, which takes no longer than to read it, or after a crash to check it; else the other process did so.
func (db *DB) enter(ctx context.Context, had bool) (err error) {
	l := lockOf(db.path)
	alone, err := l.TryLock()
	if err != nil {
		return cannotOpen(db.path, err)
	}
	if alone {
		if err := errors.Join(db.examine(ctx, had), l.Close()); err != nil {
			return err
		}
	}
	db.use, err = join(ctx, db.path)
	return err
}

// join takes the lock beside the others that have the database open.
func join(ctx context.Context, path string) (*flock.Flock, error) {
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

// hasLog reports whether there is a write-ahead log: the database is open, or was not closed.
func hasLog(path string) bool {
	info, err := os.Stat(path + "-wal")
	return err == nil && info.Size() > 0
}
