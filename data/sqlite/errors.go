package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"feebridge/app"
	"feebridge/assets/translations"
)

// explain says in an error what was being done, and tells a person what they can do
// about it where there is something. An error that is explained already passes.
func explain(ctx context.Context, doing string, err error) error {
	var known *app.Error
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case ctx.Err() != nil && (errors.Is(err, sql.ErrTxDone) || is(err, sqlite3.SQLITE_INTERRUPT)):
		return fmt.Errorf("%s: %w", doing, ctx.Err())
	case is(err, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
		return &app.Error{Code: app.Unavailable, Phrase: translations.Say("database.busy"), Err: err}
	case is(err, sqlite3.SQLITE_FULL):
		return &app.Error{Code: app.Unavailable, Phrase: translations.Say("database.disk-full"), Err: err}
	case is(err, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
		return &app.Error{Code: app.Unavailable, Phrase: translations.Say("database.read-only"), Err: err}
	case is(err, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
		return &app.Error{Code: app.Internal, Phrase: translations.Say("database.damaged"), Err: err}
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// is reports whether err is one of SQLite's codes. A primary code stands for its
// extended ones too.
func is(err error, codes ...int) bool {
	var e *driver.Error
	return errors.As(err, &e) && (slices.Contains(codes, e.Code()) || slices.Contains(codes, e.Code()&0xff))
}
