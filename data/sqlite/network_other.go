//go:build !linux && !darwin && !windows

package sqlite

// networkDrive takes every drive for a local one: this system is not known to it.
func networkDrive(string) string { return "" }
