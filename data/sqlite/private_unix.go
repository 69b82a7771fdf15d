//go:build unix

package sqlite

import (
	"errors"
	"io/fs"
	"os"
)

// keepPrivate keeps others from reading a database that was copied here. SQLite gives the
// files beside it the same mode when it makes them.
func keepPrivate(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err == nil {
			err = os.Chmod(path+suffix, info.Mode().Perm()&private) // one that is read-only stays so
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// makePrivate makes a folder, and those above it that are missing, for its owner alone.
func makePrivate(folder string) error { return os.MkdirAll(folder, 0o700) }
