package paper

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"
)

// Folder is where previewed invoices are printed. Only a viewer needs the files: they are removed
// when Feebridge ends, or, if it was killed or a viewer held them, at the next start. It is safe for use by many
// goroutines.
type Folder struct {
	within string // the folder for temporary files

	mu   sync.Mutex
	path string // "" before the first invoice
	use  *flock.Flock

	made, lock os.FileInfo // the folder and the lock's file, as they were made
}

const (
	folders  = "feebridge-papers-*" // what temporary folders of ours are called
	inUse    = ".feebridge"         // a file in each, which its Feebridge holds locked
	printout = ".pdf"
)

// NewFolder returns a folder among this person's temporary files. It is made for the first invoice.
func NewFolder() *Folder { return &Folder{within: os.TempDir()} }

// Path returns where the invoice of that name is to be printed: where it was before, but where a viewer
// holds that file, in another one. So nobody has to close a preview to see the next.
func (f *Folder) Path(name string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.path != "" && !f.stays() {
		f.leave()
	}
	for f.path == "" {
		path, err := os.MkdirTemp(f.within, folders) // its owner's alone
		if err != nil {
			return "", err
		}
		use := flock.New(filepath.Join(path, inUse), flock.SetPermissions(0o600))
		if _, err := use.TryLock(); err != nil {
			return "", errors.Join(err, os.RemoveAll(path))
		}
		made, noFolder := os.Lstat(path)
		lock, noLock := os.Lstat(use.Path())
		if !use.Locked() || noFolder != nil || noLock != nil {
			_ = use.Unlock()
			continue // another Feebridge that is starting took it for one that was left
		}
		f.path, f.use, f.made, f.lock = path, use, made, lock
	}
	path := filepath.Join(f.path, name+printout)
	for n := 2; !isFree(path); n++ {
		path = filepath.Join(f.path, fmt.Sprintf("%s-%d%s", name, n, printout))
	}
	return path, nil
}

// stays reports whether the folder is still there, and the one that was made: systems clear away what lies among temporary files
// for long, and then anybody may make a folder of that name.
func (f *Folder) stays() bool {
	lock, err := os.Lstat(f.use.Path())
	return err == nil && os.SameFile(lock, f.lock)
}

// leave removes the folder, if it is the one that was made.
func (f *Folder) leave() {
	if now, err := os.Lstat(f.path); err == nil && now.IsDir() && os.SameFile(now, f.made) {
		discard(f.path, f.use)
	} else {
		_ = f.use.Unlock()
	}
	f.path = ""
}

// isFree reports whether a file can be written at path, without waiting. What was there is gone then.
func isFree(path string) bool {
	err := os.Remove(path)
	return err == nil || errors.Is(err, fs.ErrNotExist)
}

// Close removes the folder with the invoices in it.
func (f *Folder) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.path != "" {
		f.leave()
	}
}

// Sweep removes what a Feebridge left that was killed. A folder whose Feebridge runs is locked; one
// without our lock file is none of ours. What cannot be removed stays for the next time.
func (f *Folder) Sweep() {
	found, _ := filepath.Glob(filepath.Join(f.within, folders)) // the pattern is a good one
	for _, path := range found {
		lock := filepath.Join(path, inUse)
		if !is(path, os.ModeDir) || !is(lock, 0) {
			continue
		}
		use := flock.New(lock)
		if locked, err := use.TryLock(); err == nil && locked {
			discard(path, use)
		}
	}
}

// is reports whether there is a file of that type, not by way of a link.
func is(path string, kind os.FileMode) bool {
	found, err := os.Lstat(path)
	return err == nil && found.Mode().Type() == kind
}

// discard removes the invoices in a folder that is locked, and the folder. Where something else is in
// it, that stays, and so does the folder. What a viewer still holds stays until the next start: the lock file stays with it,
// by which Sweep finds it.
func discard(path string, use *flock.Flock) {
	held := false
	all, _ := os.ReadDir(path)
	for _, file := range all {
		if filepath.Ext(file.Name()) == printout || filepath.Ext(file.Name()) == ".tmp" { // or half of one
			held = !isFree(filepath.Join(path, file.Name())) || held
		}
	}
	if held {
		_ = use.Unlock()
		return
	}
	_ = os.Remove(use.Path())
	_ = use.Unlock()
	_ = os.Remove(use.Path()) // where an open file cannot be removed
	_ = os.Remove(path)
}
