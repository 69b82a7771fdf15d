package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"feebridge/app"
	"feebridge/assets/translations"
	"feebridge/data/disk"
)

// Move brings the folder of the database at from, in which an earlier version of Feebridge kept it, to where
// the database is from now on: at to. All that is in the folder goes along, in one step: backups, the log,
// what is kept beside the database, and the witness in the folder of that name. No process may have the
// database open. Where there is a database at to already, that one counts, and nothing is moved.
//
// Within a drive the folder is renamed. From another drive, or a share, it is copied, and every file compared;
// then the database is a copy, which is compared with Xero, and the folder from before gets another name.
func Move(ctx context.Context, from, to, witness string) (moved bool, err error) {
	before, after := filepath.Dir(from), filepath.Dir(to)
	if isThere(to) || leftBeside(to) {
		return false, nil
	}
	if _, err := os.Stat(before); errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Dir(before)); err != nil && networkDrive(before) != "" {
			return false, unmoved(before, after, err) // the share is away, and there may be a database
		}
		return false, nil
	}
	if err := RefuseNetwork(to); err != nil {
		return false, err
	}
	l := lockOf(from)
	alone, err := l.TryLock()
	if err != nil {
		return false, unmoved(before, after, err)
	}
	if !alone {
		return false, app.Errorf(app.Unavailable, "database.open", "File", from)
	}
	err = makeWay(after, before, witness)
	var back func()
	if err == nil {
		back, err = readdress(ctx, from, to, witness)
	}
	if err := errors.Join(err, l.Close()); err != nil { // on Windows, no folder is renamed in which a file is open
		return false, unmoved(before, after, err)
	}
	was := isFound(from)
	err = disk.Patiently(func() error { return os.Rename(before, after) }, before)
	if err == nil && was && !isFound(to) { // the folder is a link that leads nowhere from its new place
		err = errors.Join(app.Errorf(app.Invalid, "database.not-copied", "File", before), os.Rename(after, before))
	}
	if err != nil {
		back()
	}
	if disk.IsElsewhere(err) {
		err = moveByCopy(ctx, from, to)
	}
	if err != nil {
		return false, unmoved(before, after, err)
	}
	return true, nil
}

// isFound reports whether a path leads to something, by way of a link or not.
func isFound(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func unmoved(before, after string, err error) error {
	return &app.Error{Code: app.Unavailable, Phrase: translations.Say("database.not-moved", "From", before, "To", after, "Error", err), Err: err}
}

// makeWay clears a folder without a database, so that the other one can take its place. What is in it
// goes into the other one. A witness in both is the newer one here.
func makeWay(after, before, witness string) error {
	entries, err := os.ReadDir(after)
	if errors.Is(err, fs.ErrNotExist) {
		return os.MkdirAll(filepath.Dir(after), 0o700)
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		here, there := filepath.Join(after, e.Name()), filepath.Join(before, e.Name())
		switch {
		case !isThere(there) || filepath.Base(after) == witness && e.Type().IsRegular():
			err = disk.Replace(here, there)
		case e.Name() == witness && e.IsDir():
			err = makeWay(here, there, witness)
		default:
			err = &fs.PathError{Op: "move", Path: here, Err: fs.ErrExist}
		}
		if err != nil {
			return err
		}
	}
	return disk.Remove(after)
}

// readdress notes what is known about the database at from under the place where it is going to be, so that it
// is not taken for a copy there. It comes before the move: one that dies in between is done again,
// and a database that is opened in between is taken for a copy, which costs a comparison. back undoes it.
func readdress(ctx context.Context, from, to, witness string) (back func(), err error) {
	back = func() {}
	s, err := readSeen(from)
	if err != nil || s.Instance == "" {
		return back, err
	}
	if is, err := os.Lstat(filepath.Dir(from)); err == nil && !is.IsDir() {
		return back, nil // a link is moved, and what it leads to stays where it is
	}
	host, place, err := whereIs(from)
	if errors.Is(err, fs.ErrNotExist) || s.Host != host || s.Path != place {
		return back, nil // it is gone, or a copy already
	}
	if err != nil {
		return back, err
	}
	drive, err := disk.Place(filepath.Dir(filepath.Dir(to)))
	if err != nil {
		return back, err
	}
	now := s
	now.Path = filepath.Join(drive, filepath.Base(filepath.Dir(to)), filepath.Base(to))
	old, there := DB{witness: filepath.Join(filepath.Dir(from), witness)}, ""
	if old.told(s).N > 0 {
		there = old.testimonyPath(now)
		if err := copyFile(ctx, old.testimonyPath(s), there); err != nil {
			return back, err
		}
	}
	back = func() {
		_ = s.write(from) // or else it is taken for a copy
		if there != "" {
			_ = os.Remove(there)
		}
	}
	return back, now.write(from)
}

// moveByCopy is for a folder on another drive.
func moveByCopy(ctx context.Context, from, to string) error {
	l := lockOf(from)
	if alone, err := l.TryLock(); err != nil || !alone {
		return errors.Join(err, app.Errorf(app.Unavailable, "database.open", "File", from))
	}
	before, after := filepath.Dir(from), filepath.Dir(to)
	was := isFound(from)
	err := copyFolder(ctx, before, after)
	if err := errors.Join(err, l.Close()); err != nil {
		return err
	}
	if was && !isFound(to) {
		return fmt.Errorf("the copy lacks %s", filepath.Base(to))
	}
	_ = disk.Replace(before, before+" (moved)") // so that no earlier version goes on with it; the copy is whole, and counts
	return nil
}

// copyFolder copies a folder, whole or not at all. What is neither a file nor a folder, such as a link, stops it: what
// is behind that might be the firm's data.
func copyFolder(ctx context.Context, from, to string) error {
	temporary, err := os.MkdirTemp(filepath.Dir(to), "."+filepath.Base(to)+"-*") // its owner's alone
	if err != nil {
		return unnamed(err)
	}
	defer func() { _ = os.RemoveAll(temporary) }() // it is gone if all went well
	err = filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		name, there := filepath.Rel(from, path)
		copied := filepath.Join(temporary, name)
		switch {
		case errors.Join(err, there) != nil:
			return errors.Join(err, there)
		case e.IsDir():
			return os.MkdirAll(copied, 0o700)
		case !e.Type().IsRegular():
			return app.Errorf(app.Invalid, "database.not-copied", "File", path)
		case strings.HasSuffix(name, ".lock"), strings.HasSuffix(name, "-shm"):
			return nil // these are made again
		}
		switch err := copyFile(ctx, path, copied); {
		case disk.IsFull(err):
			return fullDisk(filepath.Join(to, name), err)
		case err != nil:
			return unnamed(err)
		}
		was, err := sumOf(path)
		is, err2 := sumOf(copied)
		if err == nil && err2 == nil && was != is {
			err = fmt.Errorf("the copy of %s is not the same", path)
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		return err
	}
	return disk.Replace(temporary, to)
}
