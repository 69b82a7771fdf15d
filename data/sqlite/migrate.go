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

	"github.com/pressly/goose/v3"

	"feebridge/app"
)

// migrate brings the schema up to date. Each migration commits together with its
// marker, so that a crash leaves it done or not begun. Two processes may do this at the
// same time: a marker is set once, so the transaction of the later one fails and is
// rolled back.
func (db *DB) migrate(ctx context.Context, files fs.FS) error {
	provider, err := goose.NewProvider(goose.DialectSQLite3, db.writer, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
	backup := "" // of the state before the first change
	for {
		version, err := provider.GetDBVersion(ctx)
		switch {
		case err != nil:
			return explain(ctx, "reading the schema's version", err)
		case version == newest:
			return nil
		case version > newest:
			return newerSchema(db.path, version, newest)
		case version > 0 && backup == "":
			if backup, err = db.backupBeforeMigration(ctx, version); err != nil {
				return fmt.Errorf("backing up %s before its schema changes: %w", db.path, err)
			}
		}
		if _, err := provider.UpByOne(ctx); err != nil {
			if now, again := provider.GetDBVersion(ctx); again == nil && now > version {
				continue // another process did it
			}
			err = explain(ctx, "bringing the schema up to date", err)
			if backup != "" {
				err = fmt.Errorf("%w. A copy from before is %s", err, backup)
			}
			return err
		}
	}
}

func newerSchema(path string, version, newest int64) error {
	return app.Errorf(app.Invalid, "database.newer", "File", path, "Version", version, "Newest", newest)
}

// newestSchema returns the newest schema that this Feebridge knows: the number of the last file.
func newestSchema() (int64, error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, err
	}
	return goose.NumericComponent(slices.Max(files))
}

// keptBackups is how many backups before migrations stay beside the database.
const keptBackups = 3

// A backup before a migration is named FILE.backup-20261103T141500.000Z-schema-1.
var backupName = regexp.MustCompile(`^\.backup-` + momentPattern + `-schema-\d+$`)

// backupBeforeMigration keeps a copy beside the database, removes the oldest when there
// are too many, and returns the name of the new one: "" for a new database, of which there is
// nothing to keep.
func (db *DB) backupBeforeMigration(ctx context.Context, version int64) (path string, err error) {
	founded := false
	if err := db.writer.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM firm)").Scan(&founded); err != nil || !founded {
		return "", err
	}
	path = freeMoment(func(when string) string { return fmt.Sprintf("%s.backup-%s-schema-%d", db.path, when, version) })
	// One that is there by now comes from another process that does the same. Windows may deny access while that makes it.
	if err := db.Backup(ctx, path, false); err != nil && !errors.Is(err, fs.ErrExist) {
		if _, missing := os.Stat(path); missing != nil {
			return "", err
		}
	}
	folder, base := filepath.Split(db.path)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", err
	}
	var backups []string
	for _, e := range entries {
		if len(e.Name()) > len(base) && e.Name()[:len(base)] == base && backupName.MatchString(e.Name()[len(base):]) {
			backups = append(backups, e.Name())
		}
	}
	slices.Sort(backups) // by time
	for _, old := range backups[:max(0, len(backups)-keptBackups)] {
		if old == filepath.Base(path) { // the clock was put back
			continue
		}
		if err := os.Remove(filepath.Join(folder, old)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return path, nil
}
