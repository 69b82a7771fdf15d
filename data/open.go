// Package data keeps a firm's data in one SQLite file. It implements app.Store.
package data

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"feebridge/app"
)

//go:embed migrations/*.sql
var migrations embed.FS

// applicationID marks the file as Feebridge's: "FeeB".
const applicationID = 0x46656542

// DB is an open database. It is safe for use by many goroutines.
type DB struct {
	path   string
	writer *sql.DB // one connection: SQLite takes one writer at a time
	reader *sql.DB
}

var _ app.Store = (*DB)(nil)

// Open opens the database at path, makes it where there is none, and brings its schema
// up to date. A file that is not Feebridge's, that a newer version wrote, or that lies
// on a network drive is refused with an *app.Error.
func Open(ctx context.Context, path string) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := refuseNetwork(filepath.Dir(path)); err != nil {
		return nil, err
	}
	if err := touch(path); err != nil {
		return nil, &app.Error{Code: app.Unavailable, Text: "The database %s cannot be opened: %v", Args: []any{path, err}, Err: err}
	}
	db := &DB{path: path}
	if db.writer, err = open(path, "immediate"); err != nil {
		return nil, err
	}
	db.writer.SetMaxOpenConns(1)
	if db.reader, err = open(path, "deferred"); err != nil {
		db.writer.Close()
		return nil, err
	}
	db.reader.SetMaxOpenConns(max(2, runtime.NumCPU()))
	if err := db.prepare(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// touch makes an empty file that only its owner reads; SQLite gives its other files the
// same mode.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// open returns a handle whose every connection has the same pragmas.
func open(path, lock string) (*sql.DB, error) {
	q := url.Values{"_txlock": {lock}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
		"trusted_schema(OFF)", "temp_store(MEMORY)", "cache_size(-8000)",
	}}
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: q.Encode()}
	return sql.Open("sqlite", address.String())
}

// Close closes the database.
func (db *DB) Close() error {
	return errors.Join(db.reader.Close(), db.writer.Close())
}

// prepare checks whose file it is and migrates it.
func (db *DB) prepare(ctx context.Context) error {
	var id, tables int
	err := db.writer.QueryRowContext(ctx, "SELECT (SELECT * FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)").Scan(&id, &tables)
	if is(err, sqlite3.SQLITE_NOTADB) {
		return app.Errorf(app.Invalid, "%s is not a database of Feebridge.", db.path)
	}
	if err != nil {
		return busy(err)
	}
	if id != applicationID && (id != 0 || tables > 0) {
		return app.Errorf(app.Invalid, "%s is a database of another program.", db.path)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(database.DialectSQLite3, db.writer, files)
	if err != nil {
		return err
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
	version := int64(0)
	if tables > 0 {
		if version, err = provider.GetDBVersion(ctx); err != nil {
			return busy(err)
		}
	}
	switch {
	case version == newest:
		return nil
	case version > newest:
		return app.Errorf(app.Invalid, "%s was written by a newer Feebridge (schema %d; this one knows %d). Install the newer version.", db.path, version, newest)
	case version > 0:
		if err := db.Backup(ctx, fmt.Sprintf("%s.before-%d", db.path, newest)); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("backing up before the schema changes: %w", err)
		}
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bringing the schema up to date: %w", busy(err))
	}
	_, err = db.writer.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	return err
}

// Backup writes a verified copy of the database to path, which must not exist.
func (db *DB) Backup(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s: %w", path, fs.ErrExist)
	}
	temp := path + ".part"
	os.Remove(temp)
	defer os.Remove(temp)
	if _, err := db.reader.ExecContext(ctx, "VACUUM INTO ?", temp); err != nil {
		return err
	}
	if err := verify(ctx, temp); err != nil {
		return fmt.Errorf("the copy %s is not sound: %w", temp, err)
	}
	if err := os.Chmod(temp, 0o600); err != nil {
		return err
	}
	return os.Rename(temp, path)
}

// verify checks a database file; any row that breaks a foreign key is an error.
func verify(ctx context.Context, path string) error {
	db, err := open(path, "deferred")
	if err != nil {
		return err
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return errors.New(verdict)
	}
	var broken int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM pragma_foreign_key_check").Scan(&broken); err != nil {
		return err
	}
	if broken > 0 {
		return fmt.Errorf("%d rows point nowhere", broken)
	}
	return nil
}

// is reports whether err is one of SQLite's codes; the extended codes count as theirs.
func is(err error, codes ...int) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (slices.Contains(codes, e.Code()) || slices.Contains(codes, e.Code()&0xff))
}

// busy tells a person what a locked database is.
func busy(err error) error {
	if is(err, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) {
		return &app.Error{Code: app.Unavailable, Text: "The database is in use by another program. Try again in a moment.", Err: err}
	}
	return err
}
