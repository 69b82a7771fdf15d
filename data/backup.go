package data

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"feebridge/app"
	"feebridge/data/sheet"
)

// Backup implements app.Store: one consistent state, checked, whole or not at all. A
// file that is at path already is not touched; the error then wraps fs.ErrExist. The
// copy is made beside the database first, so that path may be on a network drive.
func (db *DB) Backup(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return &app.Error{Code: app.Conflict, Text: "There is a file %s already. Choose another name for the backup.", Args: []any{path}, Err: fs.ErrExist}
	}
	folder, err := os.MkdirTemp(filepath.Dir(db.path), ".feebridge-backup-*") // its owner's alone
	if err != nil {
		return unwritten(path, err)
	}
	defer func() { _ = os.RemoveAll(folder) }() // the backup does not need it any more
	copied := filepath.Join(folder, "copy.db")
	if err := db.copyTo(ctx, copied); err != nil {
		return explain(ctx, "copying the database", err)
	}
	if err := verify(ctx, copied); err != nil {
		return fmt.Errorf("the copy is not sound, so there is no backup: %w", err)
	}
	err = sheet.WriteFile(path, func(w io.Writer) error {
		f, err := os.Open(copied)
		if err != nil {
			return err
		}
		_, err = io.Copy(w, f)
		return errors.Join(err, f.Close())
	})
	if err != nil {
		return unwritten(path, err)
	}
	return nil
}

func unwritten(path string, err error) error {
	return &app.Error{Code: app.Unavailable, Text: "The backup %s cannot be written: %v. Choose another place, or free some space.", Args: []any{path, err}, Err: err}
}

// copyTo copies the database to a new file, on a connection of its own: one for reading
// refuses to write, even elsewhere, and the one for writing is not to wait for it.
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
	rows, err := db.QueryContext(ctx, `
		SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'
		UNION ALL SELECT 'a row of ' || "table" || ' refers to a row of ' || parent || ' that is missing' FROM pragma_foreign_key_check
		LIMIT 10`)
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
