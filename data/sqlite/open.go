// Package sqlite keeps a firm's data in one SQLite file. It is an engine of package data.
package sqlite

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
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	sqlite3 "modernc.org/sqlite/lib"

	"feebridge/app"
	"feebridge/assets/translations"
	"feebridge/data"
	"feebridge/data/disk"
)

// DB is an open database, with all that a data.Store does. Several processes may have the same
// file open.
type DB struct {
	*data.Store
	path   string
	writer *sql.DB // one connection: SQLite takes one writer at a time
	pool   *sql.DB // for reading
	use    *flock.Flock
	stale  atomic.Bool // something was committed that the file beside the database does not tell
	closed atomic.Bool

	damage   atomic.Pointer[app.Damaged] // what was found; nil for nothing
	offering sync.Mutex                  // while a copy is looked for that can take its place

	witness       string // a folder; "" for no witness
	witnessBefore []string
	lookOnly      bool
	asItIs        bool
	accepted      bool // it was altered, and a person decided to use it as it is
}

var _ app.Backups = (*DB)(nil)

//go:embed migrations/*.sql
var migrations embed.FS

// Open opens the database at path, makes it where there never was one, and brings its
// schema up to date, after a backup beside it. The folder must exist. A file that is not
// Feebridge's, one that a newer Feebridge wrote, and one on a network drive are refused
// with an *app.Error, and left as they are; of one that is damaged, or gone while its copies
// are not, an *app.Damaged tells what can be done. A database that is a copy of another is noted
// as one.
func Open(ctx context.Context, path string, options ...Option) (*DB, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	// While another process makes the file, SQLite may say at once that it is busy.
	for until := time.Now().Add(busyTimeout); ; {
		db, err := open(ctx, path, files, options...)
		if !is(err, sqlite3.SQLITE_BUSY) || ctx.Err() != nil || time.Now().After(until) {
			return db, err
		}
		time.Sleep(busyPause)
	}
}

// busyPause is how long Open waits before it tries again.
const busyPause = 50 * time.Millisecond

// open is Open with the migrations given.
func open(ctx context.Context, path string, files fs.FS, options ...Option) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := RefuseNetwork(path); err != nil {
		return nil, err
	}
	if path, err = followed(path); err != nil {
		return nil, cannotOpen(path, err)
	}
	db := &DB{path: path}
	db.Store = data.On(engine{db})
	for _, option := range options {
		option(db)
	}
	if _, err := disk.Regular(path); errors.Is(err, disk.ErrNoFile) {
		return nil, app.Errorf(app.Unavailable, "database.no-file", "File", path)
	}
	had := leftBeside(path) // before anything is made: another process may be making it now
	if _, err := os.Stat(path); had && errors.Is(err, fs.ErrNotExist) {
		return nil, damaged(ctx, path, err)
	}
	if db.lookOnly {
		db.writer, db.pool = connect(path, watching), connect(path, watching)
		return db.openToLook(ctx)
	}
	if err := create(path); err != nil {
		return nil, cannotOpen(path, err)
	}
	if err := db.enter(ctx, had); err != nil {
		return nil, err
	}
	db.writer, db.pool = connect(path, writing), connect(path, reading)
	db.writer.SetMaxOpenConns(1)
	db.pool.SetMaxIdleConns(idleReaders)
	fresh, err := look(ctx, path, path, looking)
	if err == nil {
		if err = keepPrivate(path); err != nil {
			err = cannotOpen(path, err)
		}
	}
	if err == nil && fresh {
		err = db.mark(ctx)
	}
	if err == nil {
		err = db.migrate(ctx, files)
	}
	if err == nil {
		err = db.recognise(ctx)
	}
	if err != nil {
		err = errors.Join(err, db.release())
		if had && isDamage(err) {
			err = damaged(ctx, path, err)
		}
		return nil, err
	}
	return db, nil
}

func cannotOpen(path string, err error) error {
	return &app.Error{
		Code: app.Unavailable, Phrase: translations.Say("database.not-opened", "File", path, "Error", err),
		Err: err,
	}
}

// Path returns where the database is.
func (db *DB) Path() string { return db.path }

// Close closes the database. Transactions that are under way are rolled back.
//
//nolint:contextcheck // it comes after the work, whose context may have ended: it has a limit of its own
func (db *DB) Close() error {
	first := !db.closed.Swap(true)
	if db.stale.Load() && !db.isDamaged() {
		ctx, cancel := context.WithTimeout(context.Background(), closeTime)
		_ = db.remember(ctx) // what matters most was written before
		cancel()
	}
	if err := db.release(); err != nil {
		return err
	}
	if first && !db.isDamaged() {
		seal(db.path)
	}
	return nil
}

// release closes all that is open. The writer goes last: the last connection tidies up the write-ahead log.
func (db *DB) release() error { return errors.Join(db.pool.Close(), db.writer.Close(), db.use.Close()) }

// closeTime is how long Close waits for a transaction of another process.
const closeTime = time.Second

// followed returns where a link leads, be it to another: the lock and all that belongs to a database is beside the file
// itself, by whichever name it is opened.
func followed(path string) (string, error) {
	if _, err := os.Readlink(path); err != nil {
		return path, nil //nolint:nilerr // it is no link, or isn't there, which is told by who needs it
	}
	place, err := filepath.EvalSymlinks(path)
	if err != nil {
		return path, err
	}
	return place, RefuseNetwork(place)
}

// create makes an empty file that only its owner reads, unless there is a file. It never
// opens one that exists: closing it would drop the locks that this process has on it.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, private)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// private is the mode of every file that holds a firm's data.
const private fs.FileMode = 0o600

// applicationID marks the file as Feebridge's: "FeeB", in the header of the file.
const applicationID = 0x46656542

// look checks whose database the file is, without changing it, and tells whether it is
// empty. named is what messages call it: a backup that is restored is looked at as a copy.
func look(ctx context.Context, path, named string, settings []string) (fresh bool, err error) {
	db := connect(path, settings)
	defer func() { _ = db.Close() }() // it only read
	var id, tables int
	err = db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id)
	if err == nil && id == 0 { // both in one state: another process may be making it Feebridge's
		err = db.QueryRowContext(ctx, "SELECT (SELECT * FROM pragma_application_id), count(*) FROM sqlite_schema").Scan(&id, &tables)
	}
	switch {
	case is(err, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT), isNoFirm(err) && !isDamage(err):
		return false, noFirm("database.none", named, err)
	case err != nil:
		return false, explain(ctx, "looking at the database "+named, err)
	case id == 0 && tables == 0:
		return true, nil
	case id != applicationID:
		return false, noFirm("database.foreign", named, nil)
	}
	return false, nil
}

// mark makes an empty database Feebridge's, before anything else is written to it.
func (db *DB) mark(ctx context.Context) error {
	_, err := db.writer.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	return explain(ctx, "marking the new database", err)
}

// busyTimeout is how long a transaction waits for one of another process to end before
// it gives up. The longest there are bring in a file of 100,000 lines.
const busyTimeout = 30 * time.Second

// idleReaders is how many connections for reading are kept open.
const idleReaders = 4

// What a connection is set to, whichever of the pool it is: database/sql opens another one
// whenever it likes, so a setting that is not here holds on some connections only.
var (
	looking = []string{
		"_pragma=" + fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()),
		"_pragma=trusted_schema(OFF)", // a schema runs no function that could do harm
		"_defensive=1",
		"_error_rc=1",
		"_dqs=0", // "x" is a name and never a text
	}
	// whoever closes such a connection last leaves the log as it is
	watching = append([]string{"mode=ro", "_pragma=temp_store(MEMORY)", "_pragma=query_only(ON)"}, looking...)
	reading  = append([]string{
		"_pragma=journal_mode(WAL)", // readers and the writer do not wait for each other
		"_pragma=foreign_keys(ON)",
		"_pragma=temp_store(MEMORY)",
		"_pragma=cache_size(-16000)", // KiB
		"_pragma=query_only(ON)",
	}, looking...)
	writing = append([]string{
		"_txlock=immediate", // a transaction that reads first and then writes would fail instead of waiting
		"_pragma=journal_mode(WAL)",
		"_pragma=synchronous(FULL)", // what was committed before a request left survives a power cut
		"_pragma=fullfsync(ON)",     // on macOS, where the disk may keep it for itself otherwise
		"_pragma=foreign_keys(ON)",
		"_pragma=temp_store(MEMORY)",
		"_pragma=cache_size(-8000)",
		"_pragma=journal_size_limit(16000000)", // bytes of log that stay on disk after a large import
	}, looking...)
)

// connect returns a handle on the file; nothing is opened yet.
func connect(path string, settings []string) *sql.DB {
	name := filepath.ToSlash(path)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name // C:/… on Windows
	}
	address := url.URL{Scheme: "file", Path: name, RawQuery: strings.Join(settings, "&")}
	if long := disk.Long(path); long != path {
		address.Path, address.Opaque = "", url.PathEscape(long)
		address.RawQuery += "&vfs=win32-longpath"
	}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		panic(err) // only for a driver that is not registered
	}
	return db
}
