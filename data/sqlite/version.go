package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// Version returns the version of SQLite that is in this program, and the schema to which it brings a
// database.
func Version(ctx context.Context) (engine string, schema int64, err error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = db.Close() }() // it only read
	if err := db.QueryRowContext(ctx, `SELECT sqlite_version()`).Scan(&engine); err != nil {
		return "", 0, fmt.Errorf("asking SQLite for its version: %w", err)
	}
	files, err := fs.Glob(migrations, "migrations/*.sql") // in order
	if err != nil {
		return "", 0, err
	}
	schema, err = goose.NumericComponent(files[len(files)-1])
	return "SQLite " + engine, schema, err
}
