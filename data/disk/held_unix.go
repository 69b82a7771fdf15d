//go:build unix

package disk

import (
	"errors"
	"syscall"
)

// heldBack is never so: an open file can be replaced and removed.
func heldBack(error, []string) bool { return false }

// IsElsewhere reports whether a rename failed because the new place is on another drive.
func IsElsewhere(err error) bool { return errors.Is(err, syscall.EXDEV) }
