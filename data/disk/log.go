package disk

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// Log is a file that every process of Feebridge on a database appends its lines to, one at a time. A file that
// is full is put aside under the time of that moment, and the oldest of those are removed. No
// line is lost meanwhile: each goes to the file that is there at that moment, which no process keeps open.
type Log struct {
	path string
	full int64 // bytes
	kept int   // files that were put aside

	mu   sync.Mutex
	lock *flock.Flock // in a file of its own, since the log itself is renamed
}

// NewLog returns the log at path. No file is made before the first line.
func NewLog(path string) *Log { return newLog(path, 10<<20, 3) }

func newLog(path string, full int64, kept int) *Log {
	return &Log{path: path, full: full, kept: kept, lock: flock.New(path+".lock", flock.SetPermissions(0o600))}
}

// Write appends a line.
func (l *Log) Write(line []byte) (n int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	alone := l.enter()
	defer func() { _ = l.lock.Close() }() // nothing was written to it
	var f *os.File
	err = Patiently(func() error {
		f, err = os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		return err
	}, l.path)
	if err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err == nil {
		n, err = f.Write(line)
	}
	err = errors.Join(err, f.Close())
	if err == nil && alone && info.Size()+int64(n) >= l.full {
		l.putAside()
	}
	return n, err
}

// enter waits until no other process writes a line. After a while it gives up: a process that was stopped must
// not stop this one, and a system appends a line in one step, as far as it can.
func (l *Log) enter() (alone bool) {
	for range turns {
		if alone, err := l.lock.TryLock(); alone || err != nil {
			return alone
		}
		sleep(turn)
	}
	return false
}

// turn is how long a line waits before it asks again whether another is written, and turns is how often it asks.
const (
	turn  = time.Millisecond
	turns = 1000
)

// asideForm is how the time is written in the name of a file that was put aside.
const asideForm = "2006-01-02T15-04-05.000"

// putAside gives the full file another name, and removes the oldest of those. What can't be done now, such as
// while a viewer has the file open on Windows, the next line tries again.
func (l *Log) putAside() {
	name, extension := stemOf(l.path)
	for at := time.Now().UTC(); ; at = at.Add(time.Millisecond) {
		aside := name + at.Format(asideForm) + extension
		if _, err := os.Lstat(aside); err == nil {
			continue // two in one millisecond
		}
		if os.Rename(l.path, aside) != nil {
			return
		}
		break
	}
	older := OlderLogs(l.path)
	for _, path := range older[min(l.kept, len(older)):] {
		_ = os.Remove(path) // or else the next time
	}
}

// stemOf is how the names of the files that were put aside begin, and how they end.
func stemOf(log string) (name, extension string) {
	extension = filepath.Ext(log)
	return strings.TrimSuffix(log, extension) + "-", extension
}

// OlderLogs returns the files of the log at path that were put aside, the newest first.
func OlderLogs(path string) []string {
	name, extension := stemOf(path)
	names := regexp.MustCompile("^" + regexp.QuoteMeta(filepath.Base(name)) + `\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}` + regexp.QuoteMeta(extension) + "$")
	entries, _ := os.ReadDir(filepath.Dir(path)) // by name, and so by time
	var older []string
	for _, e := range slices.Backward(entries) {
		if names.MatchString(e.Name()) && e.Type().IsRegular() {
			older = append(older, filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
	return older
}
