package sqlite

import (
	"context"
	"errors"
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
	"feebridge/data/disk"
)

// NewestCopy returns the newest good copy that lies beside the database at path; nil for none. It checks each until one
// is good, and so may take seconds where they are large.
func NewestCopy(ctx context.Context, path string) (*app.Copy, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	names, err := copiesBeside(path)
	if err != nil {
		return nil, err
	}
	var all []found
	for _, name := range names {
		if f, err := glance(ctx, name, name, looking); err == nil {
			all = append(all, f)
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return b.at.Compare(a.at) })
	for _, f := range all {
		if _, err := inspect(ctx, f.path, f.path, looking); err == nil {
			return &app.Copy{Path: f.path, At: f.at, Lost: f.behind(ctx, path)}, ctx.Err()
		}
	}
	return nil, ctx.Err()
}

// found is what a file was found to be.
type found struct {
	path     string
	empty    bool // nothing was ever written to it
	version  int64
	at       time.Time // when something was last done in it
	instance string
	seq      app.Seq
}

// behind returns how many changes the copy lacks that the database at path has, as far as that or what lies beside it
// can tell; -1 where the copy is of another.
func (f found) behind(ctx context.Context, path string) int {
	beside, err := readSeen(path)
	if err != nil || beside.Instance == "" || beside.Instance != f.instance {
		return -1
	}
	last := beside.Seq // it may be older than the database, after a crash
	if there, err := glance(ctx, path, path, watching); err == nil && there.instance == f.instance {
		last = max(last, there.seq)
	}
	return int(max(last-f.seq, 0))
}

// is reports whether it is the database that lies at path, as what lies beside it tells, and not a copy.
func (f found) is(beside seen, path string) bool {
	host, place, err := whereIs(path)
	return err == nil && f.instance == beside.Instance && f.seq >= beside.Seq && host == beside.Host && place == beside.Path
}

// glance makes sure that a file is a firm's database, as far as that shows without reading all of it.
func glance(ctx context.Context, path, named string, settings []string) (f found, err error) {
	f.path = path
	if f.empty, err = look(ctx, path, named, settings); err != nil {
		return f, err
	}
	if f.empty {
		return f, noFirm("backup.empty", named, nil)
	}
	db := connect(path, settings)
	defer func() { _ = db.Close() }() // it only read
	var at int64
	err = db.QueryRowContext(ctx, `SELECT (SELECT max(version_id) FROM goose_db_version), coalesce((SELECT at FROM audit ORDER BY seq DESC LIMIT 1), 0),
		coalesce((SELECT instance FROM copy), ''), coalesce((SELECT max(seq) FROM changes), 0)`).Scan(&f.version, &at, &f.instance, &f.seq)
	if isNoFirm(err) && !isDamage(err) {
		return f, noFirm("database.none", named, err)
	}
	if err != nil {
		return f, explain(ctx, "looking at "+named, err)
	}
	if at != 0 {
		f.at = time.UnixMilli(at)
	}
	return f, nil
}

// inspect is glance, and finds out what is wrong with all of the file, of which this Feebridge must know the schema.
func inspect(ctx context.Context, path, named string, settings []string) (found, error) {
	f, err := glance(ctx, path, named, settings)
	if err != nil {
		return f, err
	}
	newest, err := newestSchema()
	if err == nil && f.version > newest {
		err = newerSchema(named, f.version, newest)
	}
	if err == nil {
		err = onlyOurPrograms(ctx, path, settings, f.version)
	}
	if err == nil {
		err = verify(ctx, path, settings)
	}
	return f, err
}

// The copies beside a database firm.db are named firm-backup-2026-11-03.db, for each night;
// firm-before-restore-20261103T141500.000Z.db; and as migrate.go says. Earlier ones have no
// milliseconds in their names.
const (
	nightlyWord = "-backup-"
	restoreWord = "-before-restore-"
)

// beside returns the path of a copy that lies beside the database.
func beside(path, word, when string) string {
	extension := filepath.Ext(path)
	return strings.TrimSuffix(path, extension) + word + when + extension
}

// freeMoment returns the path that name gives for this moment, or the next one for which no file has that path, nor the
// log of one: several may be made in one moment, and their names are in the order in which they were made.
func freeMoment(name func(when string) string) string {
	for at := time.Now().UTC(); ; at = at.Add(time.Millisecond) {
		if path := name(at.Format(momentForm)); !isThere(path) && !isThere(path+"-wal") {
			return path
		}
	}
}

// momentForm is how a moment is written in a name, and momentPattern what matches it.
const (
	momentForm    = "20060102T150405.000Z"
	momentPattern = `\d{8}T\d{6}(\.\d{3})?Z(-\d+)?`
)

func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// copyNames matches the names of all copies of the database; nightlyNames those of each night.
func copyNames(path string) *regexp.Regexp {
	return regexp.MustCompile(`^(` + besidePattern(path, nightlyWord, `\d{4}-\d{2}-\d{2}`) + `|` + besidePattern(path, restoreWord, momentPattern) +
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
	// One of this day may have been made before the database was restored. The database is checked
	// all the same: a damaged one replaces no good copy.
	err := db.Backup(ctx, path, false)
	if errors.Is(err, fs.ErrExist) {
		err = db.Check(ctx)
	}
	if err != nil {
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
		if err := disk.Patiently(func() error { return os.RemoveAll(name) }, name); err != nil {
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
