package apptest

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"feebridge/data/sqlite"
)

// EmptyDatabase is a database with its schema and nothing in it: most of the time of a
// small test would go into the migrations.
var EmptyDatabase = sync.OnceValue(func() []byte {
	folder, err := os.MkdirTemp("", "feebridge-test-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "empty.db")
	db, err := sqlite.Open(context.Background(), path)
	if err != nil {
		panic(err)
	}
	if err := db.Close(); err != nil {
		panic(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return content
})

// Raw runs a statement on a firm's database, as no Feebridge would, and returns how many rows it changed. It waits
// for its turn: others write there meanwhile. It also removes the sum of the closed file, or Feebridge would say that
// another program changed it.
func Raw(t testing.TB, path, statement string, args ...any) int64 {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(60000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	result, err := db.ExecContext(context.Background(), statement, args...)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		t.Fatal(err)
	}
	beside, err := os.ReadFile(path + ".seen")
	if sealed := regexp.MustCompile(`,"sum":"[^"]*"`); err == nil && sealed.Match(beside) {
		err = os.WriteFile(path+".seen", sealed.ReplaceAll(beside, nil), 0o600)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return n
}

// Raw runs a statement on the world's firm.
func (w *World) Raw(statement string, args ...any) int64 {
	w.T.Helper()
	return Raw(w.T, w.Path, statement, args...)
}
