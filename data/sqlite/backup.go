package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"feebridge/app"
	"feebridge/assets/translations"
	"feebridge/data/disk"
	"feebridge/data/sheet"
)

// Backup implements app.Backups: one consistent state, checked, whole or not at all. Of a
// file that is at path already the error wraps fs.ErrExist. The copy is made beside the
// database first, so that path may be on a network drive. The database is checked before: a copy
// leaves out what cannot be found, and looks sound.
func (db *DB) Backup(ctx context.Context, path string, over bool) error {
	if db.isOwn(path) {
		return ownDatabase(path)
	}
	if _, err := os.Lstat(path); err == nil && !over {
		return &app.Error{Code: app.Conflict, Phrase: translations.Say("backup.exists", "File", path), Err: fs.ErrExist}
	}
	if err := db.checkReplaced(path); err != nil {
		return err
	}
	if err := db.Check(ctx); err != nil {
		return err
	}
	folder, err := os.MkdirTemp(filepath.Dir(db.path), beginning+"*") // its owner's alone
	if err != nil {
		return unwritten(path, err)
	}
	defer func() { _ = os.RemoveAll(folder) }() // the backup does not need it any more
	copied := filepath.Join(folder, "copy.db")
	if err := db.copyTo(ctx, copied); err != nil {
		return explain(ctx, "copying the database", err)
	}
	if err := verify(ctx, copied, looking); err != nil {
		return fmt.Errorf("the copy is not sound, so there is no backup: %w", err)
	}
	if err := copyFile(ctx, copied, path); err != nil {
		return unwritten(path, err)
	}
	return nil
}

// beginning begins the names of the folders in which copies are made.
const beginning = ".feebridge-backup-"

// RefuseOwn implements sheet.Keeper: it refuses a path at which the database itself is, what belongs to it, or a copy
// of it that Feebridge keeps.
func (db *DB) RefuseOwn(path string) error {
	if db.isOwn(path) {
		return ownDatabase(path)
	}
	copies, err := copiesBeside(db.path)
	if err != nil {
		return err
	}
	for _, name := range copies {
		if disk.SameFile(path, name) || disk.SameFile(path, name+"-wal") {
			return app.Errorf(app.Invalid, "save.own-backup", "File", path)
		}
	}
	return nil
}

// checkReplaced refuses a path at which is what a copy of the database must not replace. A copy has nothing beside it:
// where something is, another database is used under that name, whose log would be taken for one of the copy.
func (db *DB) checkReplaced(path string) error {
	if err := db.RefuseOwn(path); err != nil {
		return err
	}
	for _, suffix := range []string{"-wal", ".seen", ".lock"} {
		if isThere(path + suffix) {
			return app.Errorf(app.Invalid, "save.used-database", "File", path, "Beside", filepath.Base(path+suffix))
		}
	}
	return sheet.Database.CheckReplaced(path)
}

// isOwn reports whether the database itself is at a path, or what belongs to it: its logs, its lock and what was last
// seen of it.
func (db *DB) isOwn(path string) bool {
	own := []string{db.path}
	for _, suffix := range []string{"-wal", "-shm", "-journal", ".seen", ".lock"} {
		own = append(own, db.path+suffix)
	}
	log := LogOf(db.path)
	own = append(append(own, log, log+".lock"), disk.OlderLogs(log)...)
	return slices.ContainsFunc(own, func(name string) bool { return disk.SameFile(path, name) }) ||
		db.witness != "" && disk.SameFile(filepath.Dir(path), db.witness)
}

func ownDatabase(path string) error {
	return app.Errorf(app.Invalid, "save.own-database", "File", path)
}

// LogOf is where the log of a database is: beside the file, by whichever name that is opened.
func LogOf(path string) string {
	if place, err := followed(path); err == nil {
		path = place
	}
	return strings.TrimSuffix(path, filepath.Ext(path)) + ".log"
}

// copyFile copies a regular file, whole or not at all, in the place of any that is at to. It
// ends when ctx does.
func copyFile(ctx context.Context, from, to string) error {
	if _, err := disk.Regular(from); err != nil {
		return err
	}
	return sheet.WriteFile(to, func(w io.Writer) error {
		f, err := os.Open(from)
		if err != nil {
			return err
		}
		_, err = io.Copy(w, reader{ctx, f})
		return errors.Join(err, f.Close())
	})
}

// reader reads until ctx ends.
type reader struct {
	ctx  context.Context
	from io.Reader
}

// Read implements io.Reader.
func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}

func unwritten(path string, err error) error {
	if disk.IsFull(err) {
		return fullDisk(path, err)
	}
	if known, ok := errors.AsType[*app.Error](err); ok {
		return known // it says so itself
	}
	return &app.Error{Code: app.Unavailable, Phrase: translations.Say("backup.unwritable", "File", path, "Error", unnamed(err)), Err: err}
}

// unnamed is what the system says of an error, without the names of the files that only Feebridge knows of.
func unnamed(err error) error {
	if _, told := errors.AsType[*app.Error](err); told {
		return err
	}
	if system, ok := errors.AsType[syscall.Errno](err); ok {
		return system
	}
	return err
}

// copyTo copies the database to a new file, on a connection of its own: one for reading
// refuses to write, even elsewhere, and the one for writing is not to wait for it.
func (db *DB) copyTo(ctx context.Context, path string) error {
	source := connect(db.path, looking)
	defer func() { _ = source.Close() }() // it only read
	_, err := source.ExecContext(ctx, "VACUUM INTO ?", disk.Long(path))
	return err
}
