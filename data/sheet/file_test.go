package sheet

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.csv")
	for _, content := range []string{"first", "second, and longer", "third"} {
		err := WriteFile(path, func(w io.Writer) error {
			_, err := io.WriteString(w, content)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		checkFolder(t, path, content)
	}
}

func TestWriteFileKeepsTheOldFileWhenItFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.csv")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("no more rows")
	err := WriteFile(path, func(w io.Writer) error {
		if _, err := io.WriteString(w, "half"); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	checkFolder(t, path, "old")

	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = WriteFile(path, func(io.Writer) error { panic("a bug") })
	}()
	checkFolder(t, path, "old")
}

func TestWriteFileWhereItCannotBe(t *testing.T) {
	folder := t.TempDir()
	nothing := func(io.Writer) error { return nil }
	if err := WriteFile(filepath.Join(folder, "missing", "out.csv"), nothing); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is missing gives %v", err)
	}
	taken := filepath.Join(folder, "taken")
	if err := os.Mkdir(taken, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(taken, nothing); err == nil {
		t.Error("a folder was replaced with a file")
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v are left", entries, err)
	}
}

// checkFolder holds that a file is alone in its folder, has a content and belongs
// to its owner alone.
func checkFolder(t *testing.T, path, content string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(content, string(got)); diff != "" {
		t.Error(diff)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if readable := info.Mode().Perm() & 0o077; readable != 0 && filepath.Separator == '/' {
		t.Errorf("others may use the file: %v", info.Mode())
	}
}
