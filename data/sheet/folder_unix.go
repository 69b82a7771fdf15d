//go:build unix

package sheet

import (
	"errors"
	"os"
	"syscall"
)

// syncFolder forces the names in a folder to disk, so that a rename outlives a
// power cut. Some network and container file systems cannot do it and say so; there
// the file is as safe as they make it.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = folder.Close() }() // it was only read
	err = folder.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return err
}
