// Package disk is what systems do differently with files: other programs that hold one open,
// where a person's data is, and a log that several processes write to.
package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// ErrHeld is why a file can't be replaced or removed: another program has it open, and the system
// lets nobody change it meanwhile. Only Windows does that.
var ErrHeld = errors.New("another program has the file open")

// tries is how often Patiently tries, and pause how long it waits in between, altogether about a
// second: what looks at each new file, such as a virus scanner or an indexer, lets go of it by then.
const (
	tries = 10
	pause = 100 * time.Millisecond
)

// sleep is time.Sleep, but in tests.
var sleep = time.Sleep

// Patiently does what may fail because another program has the file at one of the paths open, and
// tries again for about a second. If that program doesn't let go of it, the error wraps ErrHeld.
func Patiently(do func() error, paths ...string) error {
	for n := 1; ; n++ {
		err := do()
		switch {
		case err == nil || !heldBack(err, paths):
			return err
		case n == tries:
			return fmt.Errorf("%w: %w", ErrHeld, err)
		}
		sleep(pause)
	}
}

// Replace renames a file, in the place of any that is at to.
func Replace(from, to string) error {
	return Patiently(func() error { return os.Rename(from, to) }, from, to)
}

// Open opens a file for reading that others may be replacing.
func Open(path string) (f *os.File, err error) {
	err = Patiently(func() error {
		f, err = os.Open(path)
		return err
	}, path)
	return f, err
}

// ErrNoFile is why something can't be read or replaced as a file.
var ErrNoFile = errors.New("it is a folder, a device or a pipe, not a file")

// Regular returns what the system tells of the file that a path leads to. Of anything but a regular file the error
// wraps ErrNoFile: a pipe has no end, and a device that is replaced is lost to the whole computer.
func Regular(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "using", Path: path, Err: ErrNoFile}
	}
	return info, err
}

// Remove removes a file.
func Remove(path string) error { return Patiently(func() error { return os.Remove(path) }, path) }
