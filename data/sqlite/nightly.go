package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/assets/translations"
)

// Copy is a good copy of a database that lies beside it.
type Copy struct {
	Path string
	At   time.Time // when something was last done in it
}

// Copies returns the good copies that lie beside the database at path, the newest first. It
// opens each, and so may take seconds where they are large.
func Copies(ctx context.Context, path string) ([]Copy, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	names, err := copiesBeside(path)
	if err != nil {
		return nil, err
	}
	var good []Copy
	for _, name := range names {
		if at, err := inspect(ctx, name, quick); err == nil {
			good = append(good, Copy{name, at})
		}
	}
	slices.SortStableFunc(good, func(a, b Copy) int { return b.At.Compare(a.At) })
	return good, ctx.Err()
}

// inspect makes sure that a file is a firm's database that this Feebridge can open and in
// which the query finds no fault, and tells when something was last done in it.
func inspect(ctx context.Context, path, faults string) (last time.Time, err error) {
	newest, err := newestSchema()
	if err != nil {
		return last, err
	}
	if empty, err := look(ctx, path); err != nil || empty {
		return last, errors.Join(err, notAFirm(path, empty))
	}
	db := connect(path, looking)
	defer func() { _ = db.Close() }() // it only read
	var version, at int64
	err = db.QueryRowContext(ctx, "SELECT (SELECT max(version_id) FROM goose_db_version), coalesce((SELECT at FROM audit ORDER BY seq DESC LIMIT 1), 0)").
		Scan(&version, &at)
	switch {
	case err != nil:
		return last, explain(ctx, "looking at "+path, err)
	case version > newest:
		return last, newerSchema(path, version, newest)
	}
	if at != 0 {
		last = time.UnixMilli(at)
	}
	return last, check(ctx, db, faults)
}

func notAFirm(path string, empty bool) error {
	if !empty {
		return nil
	}
	return app.Errorf(app.Invalid, "backup.empty", "File", path)
}

// The copies beside a database firm.db are named firm-backup-2026-11-03.db, for each night;
// firm-before-restore-20261103T141500Z.db, the second of one second firm-before-restore-20261103T141500Z-2.db;
// and as migrate.go says.
const (
	nightlyWord = "-backup-"
	restoreWord = "-before-restore-"
)

// beside returns the path of a copy that lies beside the database.
func beside(path, word, when string) string {
	extension := filepath.Ext(path)
	return strings.TrimSuffix(path, extension) + word + when + extension
}

// freeBeside returns such a path that no file has, nor the log of one: two restores may come within a second.
func freeBeside(path, word, when string) string {
	free := beside(path, word, when)
	for n := 2; isThere(free) || isThere(free+"-wal"); n++ {
		free = beside(path, word, fmt.Sprint(when, "-", n))
	}
	return free
}

func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// copyNames matches the names of all copies of the database; nightlyNames those of each night.
func copyNames(path string) *regexp.Regexp {
	return regexp.MustCompile(`^(` + besidePattern(path, nightlyWord, `\d{4}-\d{2}-\d{2}`) + `|` + besidePattern(path, restoreWord, `\d{8}T\d{6}Z(-\d+)?`) +
		`|` + regexp.QuoteMeta(filepath.Base(path)) + strings.Trim(backupName.String(), "^$") + `)$`)
}

func nightlyNames(path string) *regexp.Regexp {
	return regexp.MustCompile(`^` + besidePattern(path, nightlyWord, `\d{4}-\d{2}-\d{2}`) + `$`)
}

func besidePattern(path, word, when string) string {
	base := filepath.Base(path)
	extension := filepath.Ext(base)
	return regexp.QuoteMeta(strings.TrimSuffix(base, extension)+word) + when + regexp.QuoteMeta(extension)
}

// copiesBeside returns the paths of the files that are named as copies of the database.
func copiesBeside(path string) ([]string, error) { return filesBeside(path, copyNames(path)) }

// leftBeside reports whether something beside the path tells that there was a database.
func leftBeside(path string) bool {
	if _, err := os.Stat(seenPath(path)); err == nil {
		return true
	}
	names, err := copiesBeside(path)
	return err == nil && len(names) > 0
}

// KeepBackup implements app.Backups.
func (db *DB) KeepBackup(ctx context.Context, day billing.Date) (string, error) {
	path := beside(db.path, nightlyWord, day.String())
	// One of this day may have been made before the database was restored.
	if err := db.Backup(ctx, path, false); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	old, err := filesBeside(db.path, nightlyNames(db.path)) // by their days
	if err != nil {
		return path, err
	}
	old = old[:max(0, len(old)-app.KeptBackups)]
	abandoned, err := db.abandoned()
	if err != nil {
		return path, err
	}
	for _, name := range append(old, abandoned...) {
		if err := os.RemoveAll(name); err != nil {
			return path, &app.Error{Code: app.Unavailable, Phrase: translations.Say("backup.not-removed", "File", name, "Error", err), Err: err}
		}
	}
	return path, nil
}

// abandonedNames matches the folders in which copies are made.
var abandonedNames = regexp.MustCompile("^" + regexp.QuoteMeta(beginning))

// abandoned returns the folders in which a process died while it made a copy.
func (db *DB) abandoned() ([]string, error) {
	all, err := filesBeside(db.path, abandonedNames)
	return slices.DeleteFunc(all, func(name string) bool {
		info, err := os.Stat(name)
		return err != nil || time.Since(info.ModTime()) < 24*time.Hour
	}), err
}

// filesBeside returns the paths in the folder of the database whose names match, by name.
func filesBeside(path string, names *regexp.Regexp) ([]string, error) {
	folder := filepath.Dir(path)
	entries, err := os.ReadDir(folder)
	var found []string
	for _, e := range entries {
		if names.MatchString(e.Name()) {
			found = append(found, filepath.Join(folder, e.Name()))
		}
	}
	return found, err
}
