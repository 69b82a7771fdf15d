package sqlite_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feebridge/app"
	"feebridge/data/sqlite"
)

// smallFirm makes a closed database with a firm, and returns its path and its content.
func smallFirm(t testing.TB) (path string, content []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "firm.db")
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(t.Context(), func(tx app.Tx) error {
		return errors.Join(saveFirm(tx), second(tx.SaveInvoice(plain("a", "INV-1"))), tx.Record(entry))
	}), db.Close()); err != nil {
		t.Fatal(err)
	}
	if content, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return path, content
}

// under returns all files of a folder with their content, but for the empty ones.
func under(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		if len(content) > 0 {
			all[name] = string(content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func size(files map[string]string) (n int) {
	for _, content := range files {
		n += len(content)
	}
	return n
}

// patched overwrites a file as the bytes say: where, with what, and how often; the end cuts it.
func patched(content, patches []byte) []byte {
	content = append([]byte{}, content...)
	for ; len(patches) >= 6; patches = patches[6:] {
		at := int(binary.BigEndian.Uint32(patches)) % len(content)
		for i := range int(patches[5]) + 1 {
			if at+i < len(content) {
				content[at+i] = patches[4]
			}
		}
	}
	if len(patches) == 2 {
		content = content[:len(content)*int(patches[0])/255]
	}
	return content
}

// works makes sure that a firm can be worked with: all of it that a start reads, and a change.
func works(t *testing.T, db *sqlite.DB) {
	t.Helper()
	s := store{db, t, db.Path()}
	s.view(func(r app.Reader) error {
		_, firm := r.Firm()
		_, members := r.Staff()
		_, clients := r.Clients()
		_, organisations := r.Organisations()
		return errors.Join(firm, members, clients, organisations)
	})
	s.rows()
	s.update(func(tx app.Tx) error { return tx.Record(entry) })
	if err := db.Check(t.Context()); err != nil {
		t.Errorf("it is not sound: %v", err)
	}
}

// FuzzRestore hands any file to restore and to open: it ends in a clear error with nothing changed, or in a firm that
// works. Neither writes outside of the database's folder, nor more than a few times the size of the file.
func FuzzRestore(f *testing.F) {
	path, good := smallFirm(f)
	bomb := filepath.Join(f.TempDir(), "bomb.db")
	if err := os.WriteFile(bomb, good, 0o600); err != nil {
		f.Fatal(err)
	}
	run(f, bomb, "CREATE TRIGGER bomb AFTER UPDATE ON copy BEGIN INSERT INTO burnt_numbers "+
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT 'N' || i FROM n; END", "PRAGMA wal_checkpoint(TRUNCATE)")
	bombed, err := os.ReadFile(bomb)
	if err != nil {
		f.Fatal(err)
	}
	beside, err := os.ReadFile(path + ".seen")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(true, []byte{})
	f.Add(true, []byte("Dear Olivia"))
	f.Add(true, good[:100])
	f.Add(true, good)
	f.Add(true, bombed)
	f.Add(false, []byte{})
	f.Add(false, []byte{0, 0, 0, 18, 9, 0})
	f.Add(false, []byte{0, 0, 0x20, 8, 0, 255})
	f.Add(false, []byte{0, 0, 0, 70, 1, 0, 200, 0})
	f.Fuzz(func(t *testing.T, whole bool, content []byte) {
		if !whole {
			content = patched(good, content)
		}
		folder := t.TempDir()
		from, home := filepath.Join(folder, "given", "x.db"), filepath.Join(folder, "home", "firm.db")
		for name, c := range map[string][]byte{from: content, home: good, home + ".seen": beside} {
			if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
				t.Fatal(err)
			}
			write(t, name, c)
		}
		before := under(t, folder)
		kept, err := sqlite.Restore(t.Context(), home, from)
		after := under(t, folder)
		if err != nil {
			if _, ok := errors.AsType[*app.Error](err); !ok || kept != "" || strings.Contains(err.Error(), "%!") {
				t.Errorf("the error is %v, and %q was kept", err, kept)
			}
			if !maps.Equal(before, after) {
				t.Error("it fails, and has changed something")
			}
		} else {
			if after[kept] != string(good) || after[from] != string(content) {
				t.Error("what was there is not kept, or the given file was changed")
			}
			if n := len(after[home]); n > len(content)+16*page {
				t.Errorf("of %d bytes it made %d", len(content), n)
			}
			db, err := sqlite.Open(t.Context(), home)
			if err != nil {
				t.Fatalf("it was restored, and cannot be opened: %v", err)
			}
			works(t, db)
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}

		// Opened where it is.
		db, err := sqlite.Open(t.Context(), from)
		if err != nil {
			if _, ok := errors.AsType[*app.Error](err); !ok {
				t.Errorf("opening, the error is %v", err)
			}
		} else if err := db.Close(); err != nil {
			t.Error(err)
		}
		for name := range under(t, folder) {
			if before[name] == "" && !strings.HasPrefix(name, from) && !strings.HasPrefix(name, strings.TrimSuffix(home, ".db")) {
				t.Errorf("there is %s", name)
			}
		}
		if n := size(under(t, filepath.Dir(from))); n > 2*len(content)+len(good)+64*page {
			t.Errorf("opening %d bytes made %d", len(content), n)
		}
	})
}

// FuzzSeen puts anything beside a database: it is what was closed here only if that says so, and it is never taken for
// damaged without a sum that is another.
func FuzzSeen(f *testing.F) {
	path, good := smallFirm(f)
	text, err := os.ReadFile(path + ".seen")
	if err != nil {
		f.Fatal(err)
	}
	type beside struct {
		Instance, Host, Path, Sum string
		Seq                       int64
	}
	var truth beside
	if err := json.Unmarshal(text, &truth); err != nil || truth.Sum == "" || truth.Instance == "" || truth.Seq == 0 {
		f.Fatalf("beside it is %s (%v)", text, err)
	}
	place, err := json.Marshal(truth.Path)
	if err != nil {
		f.Fatal(err)
	}
	// The place is another in every process of the fuzzer, and so are its instance and its sum.
	names := strings.NewReplacer(strings.Trim(string(place), `"`), "@P", truth.Instance, "@I", truth.Sum, "@S", truth.Host, "@H")
	values := strings.NewReplacer("@P", strings.Trim(string(place), `"`), "@I", truth.Instance, "@S", truth.Sum, "@H", truth.Host)
	plain := names.Replace(string(text))
	for _, seed := range []string{
		plain, "", "{", "null", "[]", "0", `{"instance":"@I"}`, strings.ReplaceAll(plain, "@S", "x"), strings.ReplaceAll(plain, "@I", ""), strings.ReplaceAll(plain, "@P", "/"),
		strings.Replace(plain, `"seq":`, `"seq":9`, 1), strings.Replace(plain, `"seq":`, `"seq":-`, 1), plain + plain, plain[:len(plain)/2], strings.ToUpper(plain), "\xff\xfe" + plain,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		content = []byte(values.Replace(string(content)))
		putBackWhole(t, path, map[string][]byte{path: good, path + ".seen": content})
		var says beside
		if json.Unmarshal(content, &says) != nil {
			says = beside{}
		}
		db, err := sqlite.Open(t.Context(), path)
		if err != nil {
			d, ok := errors.AsType[*app.Damaged](err)
			if !ok || d.What != app.Altered || says.Sum == "" || says.Sum == truth.Sum {
				t.Errorf("it says %v", err)
			}
			return
		}
		defer func() { _ = db.Close() }()
		s := store{db, t, path}
		var copied app.Copied
		s.view(func(r app.Reader) (err error) {
			copied, err = r.Copied()
			return err
		})
		is := says.Instance == truth.Instance && says.Host == truth.Host && says.Path == truth.Path && says.Seq <= truth.Seq
		if (copied.How == app.Original) != is {
			t.Errorf("it is %q, and beside it is %+v", copied.How, says)
		}
		works(t, db)
	})
}
