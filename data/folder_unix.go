//go:build unix

package data

import (
	"errors"
	"os"
	"syscall"
)

// flushFolder makes the names in a folder survive a power cut, where the file system
// can do it.
func flushFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	err = folder.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, folder.Close())
}
