package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feebridge/app"
)

// files returns the names in the folder of path that begin with its name.
func files(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(path)) {
			found = append(found, e.Name())
		}
	}
	return found
}

func TestABackupOpensAndHasEverything(t *testing.T) {
	s := openStore(t)
	s.update(func(tx app.Tx) error {
		return errors.Join(second(tx.SaveInvoice(plain("a", "INV-1"))), tx.SaveExports(app.Export{ID: "e", Run: "run", Invoice: "a", Tenant: "demo", Mark: "e"}), tx.Record(entry))
	})
	path := filepath.Join(t.TempDir(), "100% #1 a backup.db")
	if err := s.Backup(t.Context(), path, false); err != nil {
		t.Fatal(err)
	}
	if left := files(t, path); len(left) != 1 {
		t.Errorf("beside the backup there are %v", left)
	}
	b := openEmpty(t, path)
	same(t, b.rows(), s.rows())
	b.update(func(tx app.Tx) error { return tx.Record(entry) })
}

func TestABackupIsWholeOrNotAtAll(t *testing.T) {
	taken := filepath.Join(t.TempDir(), "taken")
	if err := os.WriteFile(taken, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		what, path string
		ctx        context.Context
		code       app.Code
		is         error
	}{
		{"a file that is there", taken, t.Context(), app.Conflict, fs.ErrExist},
		{"a folder that is not", filepath.Join(t.TempDir(), "no", "b.db"), t.Context(), app.Unavailable, fs.ErrNotExist},
		{"no time left", filepath.Join(t.TempDir(), "b.db"), over, app.Internal, context.Canceled},
	} {
		t.Run(c.what, func(t *testing.T) {
			err := openStore(t).Backup(c.ctx, c.path, false)
			if !app.IsCode(err, c.code) || !errors.Is(err, c.is) {
				t.Errorf("the error is %v (%s)", err, app.CodeOf(err))
			}
		})
	}
	if left, err := os.ReadFile(taken); err != nil || string(left) != "precious" {
		t.Errorf("the file that was there has %q (%v)", left, err)
	}
}

// TestABackupTakesNoNameOfTheDatabasesOwn asks for a name that is free at the moment.
func TestABackupTakesNoNameOfTheDatabasesOwn(t *testing.T) {
	s := openStore(t)
	own := s.Path() + ".seen"
	if err := os.Remove(own); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), own, false); !app.IsCode(err, app.Invalid) {
		t.Errorf("the error is %v", err)
	}
}

func TestABackupMayHaveARelativeNameThatLooksLikeAnAddress(t *testing.T) {
	s := openStore(t)
	t.Chdir(t.TempDir())
	if err := s.Backup(t.Context(), "file:b.db", false); err != nil {
		t.Fatal(err)
	}
	if got := files(t, "file:b.db"); len(got) != 1 {
		t.Errorf("there are %v", got)
	}
}

func TestABackupThatIsNotSoundIsNone(t *testing.T) {
	source := newDatabase(t)
	s := openEmpty(t, source)
	s.update(saveFirm)
	db, err := sql.Open("sqlite", source)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, db)
	if _, err := db.ExecContext(t.Context(), "UPDATE runs SET started_by = 'nobody'"); err != nil { // on a connection that does not check
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "b.db")
	err = s.Backup(t.Context(), path, false)
	if d, ok := errors.AsType[*app.Damaged](err); !ok || !strings.Contains(d.Err.Error(), "runs") || !strings.Contains(d.Err.Error(), "staff") {
		t.Errorf("the error is %v", err)
	}
	if left := files(t, path); len(left) > 0 {
		t.Errorf("what is left is %v", left)
	}
}
