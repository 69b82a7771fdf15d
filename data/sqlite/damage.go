package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	sqlite3 "modernc.org/sqlite/lib"

	"feebridge/app"
	"feebridge/assets/translations"
	"feebridge/data/sheet"
)

// Damage is looked for in two ways, since neither finds all of it.
//
//   - While nobody has the database open, PATH.seen keeps the sum of its file. The next to open it compares: any byte
//     that changed since shows, also within a text, for which SQLite keeps no check of its own. That reads the file
//     once, and SQLite not at all.
//   - What the file is made of is checked (sound) where there is no sum: after a crash, for a copy that was put there,
//     before each backup, and while the program runs.
//
// The second is pragma integrity_check: quick_check takes half the time, and misses an index that disagrees with its
// table, by which rows are then not found. With the rows that refer to missing ones, and with the end of the audit trail
// (what was written last is lost first), it takes 0.4 s for 20,000 invoices. The rest of the audit trail is not a sign:
// where a person changed it once, that stays on record, and the firm goes on.

// integrity finds what is wrong with a database.
const integrity = `
	SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'
	UNION ALL SELECT 'a row of ' || "table" || ' refers to a row of ' || parent || ' that is missing' FROM pragma_foreign_key_check
	LIMIT 10`

// trailEnd finds an end of the audit trail that is not the one that is kept apart from it.
const trailEnd = `
	SELECT 'the audit trail does not end with entry ' || seq FROM audit_head
	WHERE (seq, hash) IS NOT (SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1)`

// unsound is what a check found wrong with a database; altered is that it is whole, and not what Feebridge wrote last.
type (
	unsound []string
	altered string
)

// Error lists it.
func (u unsound) Error() string { return strings.Join(u, "; ") }

// Error says it.
func (a altered) Error() string { return string(a) }

// errSum says that the file is not the one that was closed.
const errSum = altered("the file is not as it was when the database was closed")

// sound returns what is wrong with a database, or nil.
func sound(ctx context.Context, db *sql.DB) error {
	if err := check(ctx, db, integrity); err != nil {
		return err
	}
	err := check(ctx, db, trailEnd)
	if found, ok := errors.AsType[unsound](err); ok {
		return altered(found.Error())
	}
	return err
}

// onlyOurPrograms makes sure that a file of unknown origin has no triggers and views but those of its schema: they
// would run with every change made here.
func onlyOurPrograms(ctx context.Context, path string, settings []string, version int64) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	ours, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return err
	}
	defer func() { _ = ours.Close() }() // nothing is kept of it
	ours.SetMaxOpenConns(1)
	provider, err := goose.NewProvider(goose.DialectSQLite3, ours, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = provider.UpTo(ctx, version)
	if ctx.Err() != nil { // no sign of damage
		return ctx.Err()
	}
	if err != nil {
		return unsound{"it is of schema " + strconv.FormatInt(version, 10) + ", which there never was"}
	}
	known, err := programs(ctx, ours)
	if err != nil {
		return err
	}
	db := connect(path, settings)
	defer func() { _ = db.Close() }() // it only read
	there, err := programs(ctx, db)
	if err == nil && !maps.Equal(known, there) {
		err = unsound{"its triggers and views are not those of Feebridge"}
	}
	return err
}

// programs returns the triggers and the views of a database, by their names.
func programs(ctx context.Context, db *sql.DB) (map[string]string, error) {
	const doing = "reading the schema"
	rows, err := db.QueryContext(ctx, "SELECT name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view')")
	if err != nil {
		return nil, explain(ctx, doing, err)
	}
	defer rows.Close()
	all := map[string]string{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, explain(ctx, doing, err)
		}
		all[name] = text
	}
	return all, explain(ctx, doing, rows.Err())
}

// check returns what a query finds to be wrong, as an error.
func check(ctx context.Context, db *sql.DB, query string) error {
	const doing = "checking a database"
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return explain(ctx, doing, err)
	}
	defer rows.Close()
	var found unsound
	for rows.Next() {
		var fault string
		if err := rows.Scan(&fault); err != nil {
			return explain(ctx, doing, err)
		}
		found = append(found, fault)
	}
	if err := rows.Err(); err != nil {
		return explain(ctx, doing, err)
	}
	switch {
	case ctx.Err() != nil: // nor is what a check found that was cut short
		return ctx.Err()
	case found != nil:
		return found
	}
	return nil
}

// verify returns what is wrong with a database file, or nil.
func verify(ctx context.Context, path string, settings []string) error {
	db := connect(path, settings)
	defer func() { _ = db.Close() }() // it only read
	return sound(ctx, db)
}

// isDamage reports whether err says that a file is damaged.
func isDamage(err error) bool {
	var found unsound
	var other altered
	return errors.As(err, &found) || errors.As(err, &other) ||
		is(err, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS)
}

// isNoFirm reports whether err says that a file holds no firm's database, for a reason within the file. If it held
// one before, it is damaged. A file that cannot be reached is not.
func isNoFirm(err error) bool {
	return isDamage(err) || errors.Is(err, errNoFirm) ||
		is(err, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_SCHEMA, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG)
}

// errNoFirm says that a file is sound but not a firm's database.
var errNoFirm = errors.New("no firm's database")

// damaged returns the error for a damaged file, with the newest good copy beside it.
func damaged(ctx context.Context, path string, err error) *app.Damaged {
	d := &app.Damaged{File: path, What: app.Broken, Err: err}
	var other altered
	switch {
	case errors.As(err, &other):
		d.What = app.Altered
	case errors.Is(err, fs.ErrNotExist):
		d.What = app.Gone
	}
	d.Copy, _ = NewestCopy(ctx, path) // what cannot be listed is not offered
	return d
}

// examine makes sure that the file is the database that was closed, or a sound one. No process has it open. had says
// that there was a database before. What is only altered passes where a person said so.
func (db *DB) examine(ctx context.Context, had bool) error {
	beside, err := readSeen(db.path)
	if err != nil {
		return err
	}
	info, err := os.Stat(db.path)
	logged := hasLog(db.path)
	switch {
	case err != nil:
		return cannotOpen(db.path, err)
	case info.Size() == 0 && !logged && had:
		return damaged(ctx, db.path, errNoFirm)
	case info.Size() == 0 && !logged:
		return nil // a new one
	}
	if beside.Sum != "" && !logged {
		sum, err := sumOf(db.path)
		if err != nil {
			return cannotOpen(db.path, err)
		}
		if sum == beside.Sum {
			return beside.unseal(db.path)
		}
	}
	other := beside.Sum != "" // and whoever closed it left no log
	found, err := inspect(ctx, db.path, db.path, watching)
	switch {
	case app.IsCode(err, app.Invalid) && found.version > 0:
		return nil // a newer Feebridge's: migrate refuses it
	case err == nil && other && found.is(beside, db.path):
		err = errSum
	case err != nil && !had && errors.Is(err, errNoFirm):
		if found.empty {
			return nil // a new one, too
		}
		return err
	case err != nil && had && isNoFirm(err) && !isDamage(err):
		return damaged(ctx, db.path, err)
	}
	if _, altered := errors.AsType[altered](err); altered && db.asItIs {
		db.accepted, err = true, nil
	}
	switch {
	case isDamage(err) && (had || !errors.Is(err, errNoFirm)):
		return damaged(ctx, db.path, err)
	case err != nil:
		return err
	}
	return beside.unseal(db.path)
}

// sumOf returns the sum of a file. A process that has the database open would lose its locks by it.
func sumOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, f.Close())
}

// seal keeps the sum of the file beside it, if no process has the database open any more. Where that fails the next one
// checks the file instead.
func seal(path string) {
	l := lockOf(path)
	if alone, err := l.TryLock(); err != nil || !alone {
		return
	}
	defer func() { _ = l.Close() }() // it was only asked for
	s, err := readSeen(path)
	if err != nil || s.Instance == "" || hasLog(path) {
		return
	}
	if s.Sum, err = sumOf(path); err == nil {
		_ = s.write(path)
	}
}

// unseal forgets the sum, before anything is written to the database.
func (s seen) unseal(path string) error {
	if s.Sum == "" {
		return nil
	}
	s.Sum = ""
	return s.write(path)
}

// Check implements app.Backups.
func (db *DB) Check(ctx context.Context) error {
	if !db.isDamaged() {
		err := verify(ctx, db.path, watching)
		if !isDamage(err) {
			return err
		}
		db.noteDamage(err)
	}
	return db.Damage(ctx)
}

// Damage implements app.Backups.
func (db *DB) Damage(ctx context.Context) *app.Damaged {
	if !db.isDamaged() {
		return nil
	}
	db.offering.Lock()
	defer db.offering.Unlock()
	d := db.damage.Load()
	if d.Copy == nil {
		d = damaged(ctx, db.path, d.Err)
		db.damage.Store(d)
	}
	return d
}

// IsDamaged implements app.Backups.
func (db *DB) IsDamaged() bool { return db.isDamaged() }

func (db *DB) isDamaged() bool { return db.damage.Load() != nil }

// noteDamage stops all writing from now on.
func (db *DB) noteDamage(err error) {
	db.damage.CompareAndSwap(nil, &app.Damaged{File: db.path, What: app.Broken, Err: err})
}

// CopyAsItIs implements app.Backups: page by page, as SQLite has them, since who reads the file itself would take away
// the locks that SQLite has on it in this process.
func (db *DB) CopyAsItIs(ctx context.Context, path string) error {
	if err := db.checkReplaced(path); err != nil {
		return err
	}
	source := connect(db.path, looking)
	// It only read.
	defer func() { _ = source.Close() }()
	rows, err := source.QueryContext(ctx, "SELECT data FROM sqlite_dbpage ORDER BY pgno") //nolint:sqlclosecheck // it is closed below
	if err != nil {
		return unwritten(path, err)
	}
	defer rows.Close()
	err = sheet.WriteFile(path, func(w io.Writer) error {
		for rows.Next() {
			var page sql.RawBytes
			if err := rows.Scan(&page); err != nil {
				return err
			}
			if _, err := w.Write(page); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil {
		return unwritten(path, err)
	}
	return nil
}

// CopyAsItIs copies the file of a database that no process has open, and its log, to path: as they are, damaged or not.
func CopyAsItIs(ctx context.Context, path, to string) (err error) {
	db := DB{path: path}
	if err := db.checkReplaced(to); err != nil {
		return err
	}
	l := lockOf(path)
	alone, err := l.TryLock()
	if err != nil {
		return cannotOpen(path, err)
	}
	if !alone {
		return app.Errorf(app.Unavailable, "database.open", "File", path)
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if hasLog(path) {
		if err := copyFile(ctx, path+"-wal", to+"-wal"); err != nil {
			return unwritten(to, err)
		}
	}
	if err := copyFile(ctx, path, to); err != nil {
		return unwritten(to, err)
	}
	return nil
}

// LookOnly opens a damaged database as far as it can be read. Nothing is written to it.
func LookOnly() Option { return func(db *DB) { db.lookOnly = true } }

// AsItIs opens a database that another program changed as it is. Since nobody knows what was changed, it becomes a
// copy, and is compared with Xero before anything is sent. A broken one is still refused.
func AsItIs() Option { return func(db *DB) { db.asItIs = true } }

// openToLook opens the database for reading. All that would be written to it is refused, as is what is found damaged
// while the program runs.
func (db *DB) openToLook(ctx context.Context) (_ *DB, err error) {
	if db.use, err = join(ctx, db.path); err != nil {
		return nil, err
	}
	newest, err := newestSchema()
	if err != nil {
		return nil, errors.Join(err, db.use.Close())
	}
	found, fault := inspect(ctx, db.path, db.path, watching)
	if ctx.Err() != nil {
		return nil, errors.Join(ctx.Err(), db.use.Close())
	}
	if found.version != newest { // of an older schema nothing is known, and to change it would be to write
		if fault == nil || isNoFirm(fault) {
			fault = damaged(ctx, db.path, fault)
		}
		return nil, errors.Join(fault, db.use.Close())
	}
	if fault == nil {
		fault = errSum
	}
	db.damage.Store(damaged(ctx, db.path, fault))
	return db, nil
}

// noFirm refuses a file in which there is no firm's database.
func noFirm(key, path string, err error) error {
	return &app.Error{Code: app.Invalid, Phrase: translations.Say(key, "File", path), Err: errors.Join(errNoFirm, err)}
}
