// Package disk is what systems do differently with files: other programs that hold one open,
// where a person's data is, and a log that several processes write to.
package disk

import (
	"errors"
	"fmt"
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

// Remove removes a file.
func Remove(path string) error { return Patiently(func() error { return os.Remove(path) }, path) }
