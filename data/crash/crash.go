// Package crash keeps what Go tells when the program crashes. A run has Go write it into a file beside the log; the
// next start makes a crash file of that, which a person may send to whoever helps: nothing in it is a client's.
package crash

import (
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/gofrs/flock"
)

// Run is a run of the program. While it lives it holds its file locked.
type Run struct {
	path string
	use  *flock.Flock
}

const (
	runMark   = "-run-"
	runEnding = ".tmp"
	// toldFrom stands between what a run says of itself and what Go tells of its crash.
	toldFrom = "\n--\n"
)

// Watch has Go tell in a file beside the log if this run crashes. Go's runtime writes it without any code of ours,
// so it works on every goroutine, and where a program is past running any: two goroutines at one map, no memory left.
// About says what runs, and in which version: the next start may have another one.
func Watch(log, about string) (*Run, error) {
	debug.SetTraceback("all") // the other goroutines, too: one of them may be why
	for {
		r, err := watch(log, about)
		if r != nil || err != nil {
			return r, err
		}
	}
}

// watch returns neither where another start took the new file for one that was left.
func watch(log, about string) (*Run, error) {
	f, err := os.CreateTemp(filepath.Dir(log), stem(log)+runMark+"*"+runEnding) // with mode 0600
	if err != nil {
		return nil, err
	}
	r := &Run{f.Name(), lockOf(f.Name())}
	if _, err := f.WriteString(about + toldFrom); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(r.path))
	}
	if err := errors.Join(debug.SetCrashOutput(f, debug.CrashOptions{}), f.Close()); err != nil { // which keeps a handle of its own
		return nil, errors.Join(err, os.Remove(r.path))
	}
	locked, err := r.use.TryLock()
	if _, gone := os.Lstat(r.path); !locked || gone != nil {
		r.End()
		if errors.Is(err, os.ErrNotExist) {
			err = nil
		}
		return nil, err
	}
	return r, nil
}

// End says that the run has ended well. It must not be deferred: while a goroutine panics, deferred calls run before Go
// tells why.
func (r *Run) End() {
	_ = debug.SetCrashOutput(nil, debug.CrashOptions{}) // only a file can fail
	_ = r.use.Unlock()
	_ = os.Remove(r.path) // what stays has nothing to tell, and the next start removes it
}

// lockOf returns the lock of a run's file, which must be there.
func lockOf(path string) *flock.Flock { return flock.New(path, flock.SetFlag(os.O_RDONLY)) }

// stem is how the names of the log, and of all that is beside it, begin.
func stem(log string) string { return strings.TrimSuffix(filepath.Base(log), filepath.Ext(log)) }
