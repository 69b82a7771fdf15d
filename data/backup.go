package data

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"feebridge/app"
)

// Backup implements app.Store: one consistent state, checked, whole or not at all. A
// file that is at path already is not touched; the error then wraps fs.ErrExist.
func (db *DB) Backup(ctx context.Context, path string) (err error) {
	if path, err = filepath.Abs(path); err != nil { // SQLite takes a bare "file:x" for an address
		return fmt.Errorf("naming the backup: %w", err)
	}
	if err := reserve(path); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(path)
		}
	}()
	copied, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return fmt.Errorf("writing the backup: %w", err)
	}
	temp := copied.Name()
	defer func() { _ = os.Remove(temp) }() // it is not there any more when it became the backup
	if err := copied.Close(); err != nil {
		return fmt.Errorf("writing the backup: %w", err)
	}
	if err := db.copyTo(ctx, temp); err != nil {
		return explain(ctx, "writing the backup", err)
	}
	if err := verify(ctx, temp); err != nil {
		return fmt.Errorf("the copy is not sound, so there is no backup: %w", err)
	}
	if err := flush(temp); err != nil {
		return fmt.Errorf("writing the backup: %w", err)
	}
	if err := os.Rename(temp, path); err != nil {
		return fmt.Errorf("naming the backup: %w", err)
	}
	return flushFolder(filepath.Dir(path))
}

// reserve makes an empty file at path, which must not exist, for the copy to replace.
func reserve(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, private)
	if errors.Is(err, fs.ErrExist) {
		return &app.Error{Code: app.Conflict, Text: "There is a file %s already. Choose another name for the backup.", Args: []any{path}, Err: err}
	}
	if err != nil {
		return &app.Error{Code: app.Unavailable, Text: "The backup %s cannot be written: %v. Choose another place.", Args: []any{path, err}, Err: err}
	}
	return f.Close()
}

// copyTo copies the database into an empty file, on a connection of its own: one for
// reading refuses to write, even elsewhere.
func (db *DB) copyTo(ctx context.Context, path string) error {
	source := connect(db.path, looking)
	defer func() { _ = source.Close() }() // it only read
	_, err := source.ExecContext(ctx, "VACUUM INTO ?", path)
	return err
}

// verify returns what is wrong with a database file, or nil.
func verify(ctx context.Context, path string) error {
	db := connect(path, looking)
	defer func() { _ = db.Close() }() // it only read
	rows, err := db.QueryContext(ctx, `SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'
		UNION ALL SELECT 'a row of ' || "table" || ' refers to a row of ' || parent || ' that is missing' FROM pragma_foreign_key_check LIMIT 10`)
	if err != nil {
		return explain(ctx, "checking the copy", err)
	}
	defer rows.Close()
	var faults []string
	for rows.Next() {
		var fault string
		if err := rows.Scan(&fault); err != nil {
			return explain(ctx, "checking the copy", err)
		}
		faults = append(faults, fault)
	}
	if err := rows.Err(); err != nil {
		return explain(ctx, "checking the copy", err)
	}
	if len(faults) > 0 {
		return errors.New(strings.Join(faults, "; "))
	}
	return nil
}

// flush makes a file survive a power cut.
func flush(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
