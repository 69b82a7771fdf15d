//go:build unix

package disk

import (
	"errors"
	"syscall"
)

// heldBack is never so: an open file can be replaced and removed.
func heldBack(error, []string) bool { return false }

// IsFull reports whether something failed because there is no room on the drive.
func IsFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// IsElsewhere reports whether a rename failed because the new place is on another drive.
func IsElsewhere(err error) bool { return errors.Is(err, syscall.EXDEV) }
