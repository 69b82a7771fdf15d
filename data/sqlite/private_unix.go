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
		if err := os.Chmod(path+suffix, private); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
