package sqlite_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/billing"
	"feebridge/data/sqlite"
)

// newestMigration returns the number of the last migration that there is.
func newestMigration(t testing.TB) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join("migrations", "*.sql"))
	if err != nil || len(all) == 0 {
		t.Fatalf("there are %d migrations: %v", len(all), err)
	}
	number, _, _ := strings.Cut(filepath.Base(slices.Max(all)), "_")
	return strings.TrimLeft(number, "0")
}

// run runs SQL on a file past this package.
func run(t testing.TB, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { // not at the end of the test: on Windows nobody else could put a file in the place of this one
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func newDatabase(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "firm.db")
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenRefusesWhatIsNotItsOwnAndLeavesItAlone(t *testing.T) {
	write := func(name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	foreign := filepath.Join(t.TempDir(), "other.db")
	run(t, foreign, "CREATE TABLE t (x)", "INSERT INTO t VALUES (1)")
	marked := filepath.Join(t.TempDir(), "marked.db")
	run(t, marked, "PRAGMA application_id = 42")
	newer := newDatabase(t)
	run(t, newer, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (4711, 1)")

	for _, c := range []struct {
		what, path string
		words      []string
		code       app.Code
	}{
		{"a text", write("notes.txt", strings.Repeat("Dear Olivia, ", 1000)), []string{"notes.txt", "isn't a database"}, app.Invalid},
		{"a database with tables", foreign, []string{"other.db", "another program"}, app.Invalid},
		{"a marked database", marked, []string{"marked.db", "another program"}, app.Invalid},
		{"a newer Feebridge's", newer, []string{"firm.db", "newer", "4711", newestMigration(t) + " at most"}, app.Invalid},
		{"a folder", t.TempDir(), []string{"is a folder"}, app.Unavailable},
		{"a file in no folder", filepath.Join(t.TempDir(), "no", "firm.db"), []string{"firm.db", "folder exists"}, app.Unavailable},
	} {
		t.Run(c.what, func(t *testing.T) {
			before, _ := os.ReadFile(c.path)
			db, err := sqlite.Open(t.Context(), c.path)
			if err == nil {
				closeAtEnd(t, db)
				t.Fatal("it was opened")
			}
			if !app.IsCode(err, c.code) {
				t.Errorf("the code is %s", app.CodeOf(err))
			}
			for _, w := range c.words {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not say %q", err, w)
				}
			}
			if after, _ := os.ReadFile(c.path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestOpenTakesEveryFileName(t *testing.T) {
	names := []string{"a b.db", "#1.db", "100%.db", "%41.db", "a&_pragma=foreign_keys(0).db", "ünï-方.db", "plus+.db", "firm"}
	if runtime.GOOS != "windows" { // which has no such names
		names = append(names, "what?.db", "file:x.db")
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			for range 2 {
				db, err := sqlite.Open(t.Context(), path)
				if err != nil {
					t.Fatal(err)
				}
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
			}
			entries, err := os.ReadDir(filepath.Dir(path))
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, e := range entries {
				names = append(names, e.Name())
			}
			slices.Sort(names)
			same(t, names, []string{name, name + ".lock", name + ".seen"})
		})
	}
}

func TestAnEmptyFileBecomesADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "firm.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	openEmpty(t, path).update(saveFirm)
	s := openEmpty(t, path)
	s.view(func(r app.Reader) error { return second(r.Firm()) })
}

func TestANewDatabaseIsEmpty(t *testing.T) {
	s := openEmpty(t, filepath.Join(t.TempDir(), "firm.db"))
	s.view(func(r app.Reader) error {
		if _, err := r.Firm(); !app.IsCode(err, app.NotFound) {
			t.Errorf("the firm: %v", err)
		}
		if members, err := r.Staff(); err != nil || len(members) > 0 {
			t.Errorf("the staff: %v, %v", members, err)
		}
		return nil
	})
	if last, err := s.LastChange(t.Context()); err != nil || last != 0 {
		t.Errorf("the last change: %d, %v", last, err)
	}
}

func TestManyOpenANewDatabaseAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "firm.db")
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			db, err := sqlite.Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			closeAtEnd(t, db)
			if err := db.Update(t.Context(), func(tx app.Tx) error { return tx.Burn("INV-1") }); err != nil {
				t.Error(err)
			}
		})
	}
	deadline.Wait(t, all.Wait, "five that open at once")
}

func TestWhatWasCommittedIsThereAfterClose(t *testing.T) {
	path := newDatabase(t)
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(tx app.Tx) error { return tx.SaveTax(billing.Tax{Code: "GST", Rate: 1}) }); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	openEmpty(t, path).view(func(r app.Reader) error {
		taxes, err := r.Taxes()
		same(t, taxes, []billing.Tax{{Code: "GST", Rate: 1}})
		return err
	})
}

func TestTheAuditTrailCannotBeChanged(t *testing.T) {
	path := newDatabase(t)
	s := openEmpty(t, path)
	s.update(saveFirm)
	for range 3 {
		s.update(func(tx app.Tx) error { return tx.Record(entry) })
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, db)
	for _, statement := range []string{
		"UPDATE audit SET action = 'nothing' WHERE seq = 2",
		"DELETE FROM audit WHERE seq = 3",
		"REPLACE INTO audit SELECT * FROM audit WHERE seq = 3",
		"INSERT INTO audit SELECT seq + 5, at, by_id, by_name, action, subject, id, was, became, hash, hash FROM audit WHERE seq = 3",
		"INSERT INTO audit SELECT seq + 1, at, by_id, by_name, action, subject, id, was, became, previous, hash FROM audit WHERE seq = 3",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "audit") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	s.update(func(tx app.Tx) error { return tx.Record(entry) })
}
