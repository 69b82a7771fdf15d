package sqlite

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"feebridge/app"
	"feebridge/assets/translations"
	"feebridge/data/disk"
	"feebridge/data/sheet"
)

// Restore puts a copy in the place of the database at path, which no Feebridge may have open.
// The copy is checked first, and stays where it is. What was at path is kept beside it under
// the name that Restore returns, "" where nothing was; nothing of it is lost, whenever this
// is interrupted. The database starts locked, until it was compared with Xero.
func Restore(ctx context.Context, path, from string) (kept string, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if err := RefuseNetwork(path); err != nil {
		return "", err
	}
	if path, err = followed(path); err != nil {
		return "", cannotOpen(path, err)
	}
	if _, err := disk.Regular(from); err != nil {
		return "", &app.Error{Code: app.NotFound, Phrase: translations.Say("backup.not-read", "File", from, "Error", err), Err: err}
	}
	if disk.SameFile(path, from) {
		return "", app.Errorf(app.Invalid, "backup.is-database", "File", from)
	}
	l := lockOf(path)
	alone, err := l.TryLock()
	if err != nil {
		return "", cannotOpen(path, err)
	}
	if !alone {
		return "", app.Errorf(app.Unavailable, "database.open", "File", path)
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if err := checkHead(from); err != nil {
		return "", err
	}

	folder, err := os.MkdirTemp(filepath.Dir(path), beginning+"*") // in which a rename is one step
	if err != nil {
		return "", unrestored(path, err)
	}
	defer func() { _ = os.RemoveAll(folder) }() // nothing needs it any more
	ready := filepath.Join(folder, "restored.db")
	if err := prepare(ctx, path, from, ready); err != nil {
		return "", err
	}
	if kept, err = keepCurrent(ctx, path); err != nil {
		return "", unrestored(path, err)
	}
	// The log of the old file would be taken for one of the new file.
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := disk.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return kept, unrestored(path, err)
		}
	}
	if err := copyFile(ctx, ready, path); err != nil {
		return kept, unrestored(path, err)
	}
	return kept, nil
}

func unrestored(path string, err error) error {
	if errors.Is(err, disk.ErrHeld) {
		return &app.Error{Code: app.Unavailable, Phrase: translations.Say("database.open", "File", path), Err: err}
	}
	if disk.IsFull(err) {
		return fullDisk(path, err)
	}
	return &app.Error{Code: app.Unavailable, Phrase: translations.Say("backup.not-placed", "Error", unnamed(err)), Err: err}
}

func fullDisk(path string, err error) error {
	return &app.Error{Code: app.Unavailable, Phrase: translations.Say("save.disk-full", "File", path), Err: err}
}

// checkHead refuses a file that is no firm's database by how it begins, before anything of it is copied: it may be as large
// as the disk. What is not in the file yet may be in the log beside it.
func checkHead(from string) error {
	f, err := disk.Open(from)
	if err != nil {
		return &app.Error{Code: app.NotFound, Phrase: translations.Say("backup.not-read", "File", from, "Error", unnamed(err)), Err: err}
	}
	defer func() { _ = f.Close() }() // it was only read
	head := make([]byte, headSize)
	switch n, err := io.ReadFull(f, head); {
	case errors.Is(err, io.EOF) && !hasLog(from):
		return noFirm("backup.empty", from, nil)
	case errors.Is(err, io.EOF):
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF), err == nil && !sheet.IsSQLite(head[:n]):
		return noFirm("database.none", from, nil)
	case err != nil:
		return &app.Error{Code: app.NotFound, Phrase: translations.Say("backup.not-read", "File", from, "Error", unnamed(err)), Err: err}
	case !sheet.IsFirm(head) && !hasLog(from):
		return noFirm("database.foreign", from, nil)
	}
	return nil
}

// headSize is how many bytes a database begins with that tell what it is.
const headSize = 100

// prepare copies a backup to a file of its own, makes sure that it is sound, and marks it as
// restored, for the database at path. A backup that a person made by copying may have a log beside it.
func prepare(ctx context.Context, path, from, to string) error {
	for _, suffix := range []string{"", "-wal"} {
		err := copyFile(ctx, from+suffix, to+suffix)
		if err != nil && !(suffix != "" && errors.Is(err, fs.ErrNotExist)) {
			return unrestored(path, err)
		}
	}
	if _, err := inspect(ctx, to, from, looking); err != nil {
		if isDamage(err) {
			return &app.Error{Code: app.Invalid, Phrase: translations.Say("backup.damaged", "File", from, "Error", err), Err: err}
		}
		return err
	}
	db := connect(to, looking)
	db.SetMaxOpenConns(1)
	_, err := db.ExecContext(ctx, "UPDATE copy SET instance = ''")
	if err == nil {
		_, err = db.ExecContext(ctx, "PRAGMA journal_mode = DELETE") // one file, without a log
	}
	return errors.Join(explain(ctx, "marking the backup as restored", err), db.Close())
}

// keepCurrent copies what is at path beside it, and returns the name of the copy; "" where
// nothing is. One that is damaged is copied as it is.
func keepCurrent(ctx context.Context, path string) (kept string, err error) {
	if info, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 && !hasLog(path) {
		return "", nil
	}
	fold(ctx, path)
	kept = freeMoment(func(when string) string { return beside(path, restoreWord, when) })
	if hasLog(path) {
		if err := copyFile(ctx, path+"-wal", kept+"-wal"); err != nil {
			return "", err
		}
	}
	return kept, copyFile(ctx, path, kept)
}

// fold brings what is in the log of a database into its file, if that can be done.
func fold(ctx context.Context, path string) {
	db := connect(path, looking)
	defer func() { _ = db.Close() }()                             // the log tells whether it was done
	_, _ = db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)") // and of a damaged one it cannot be
}
