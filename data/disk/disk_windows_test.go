package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

// held opens a file as most programs do, so that nobody may replace it.
func held(t *testing.T, path string) *os.File {
	t.Helper()
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() }) // it may be closed already
	return f
}

// waits counts the pauses from now on, in place of making them, and calls during in each.
func waits(t *testing.T, during func(n int)) *int {
	t.Helper()
	n := 0
	sleep = func(time.Duration) { n++; during(n) }
	t.Cleanup(func() { sleep = time.Sleep })
	return &n
}

func TestAFileThatIsHeldIsWaitedForForAWhile(t *testing.T) {
	for name, do := range map[string]func(path, other string) error{
		"replace": func(path, other string) error { return Replace(other, path) },
		"move":    func(path, other string) error { return Replace(path, other) },
		"remove":  func(path, _ string) error { return Remove(path) },
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path, other := filepath.Join(folder, "firm.xlsx"), filepath.Join(folder, "new")
			if err := os.WriteFile(other, []byte("new"), 0o600); err != nil {
				t.Fatal(err)
			}
			f := held(t, path)
			n := waits(t, func(int) {})
			if err := do(path, other); !errors.Is(err, ErrHeld) || *n != tries-1 {
				t.Errorf("after %d pauses: %v", *n, err)
			}
			n = waits(t, func(n int) {
				if n == 3 {
					_ = f.Close()
				}
			})
			if err := do(path, other); err != nil || *n != 3 {
				t.Errorf("once it is closed, after %d pauses: %v", *n, err)
			}
		})
	}
}

// TestAFolderInWhichAFileIsHeldIsWaitedForForAWhile denies the rename itself, as Windows does: Wine renames such a folder.
func TestAFolderInWhichAFileIsHeldIsWaitedForForAWhile(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "feebridge")
	if err := os.MkdirAll(filepath.Join(folder, "seen"), 0o700); err != nil {
		t.Fatal(err)
	}
	f := held(t, filepath.Join(folder, "seen", "firm.json"))
	denied := &os.LinkError{Op: "rename", Old: folder, New: folder + ".new", Err: windows.ERROR_ACCESS_DENIED}
	open := true
	rename := func() error {
		if open {
			return denied
		}
		return os.Rename(folder, folder+".new")
	}
	n := waits(t, func(int) {})
	if err := Patiently(rename, folder); !errors.Is(err, ErrHeld) || *n != tries-1 {
		t.Errorf("after %d pauses: %v", *n, err)
	}
	n = waits(t, func(n int) {
		if n == 3 {
			open = false
			_ = f.Close()
		}
	})
	if err := Patiently(rename, folder); err != nil || *n != 3 {
		t.Errorf("once it is closed, after %d pauses: %v", *n, err)
	}
	n = waits(t, func(int) {})
	if err := Patiently(func() error { return denied }, folder+".new"); !errors.Is(err, fs.ErrPermission) || errors.Is(err, ErrHeld) || *n != 0 {
		t.Errorf("where nothing is open in it, after %d pauses: %v", *n, err)
	}
}

func TestWhatIsNotHeldIsNotWaitedFor(t *testing.T) {
	folder := t.TempDir()
	n := waits(t, func(int) {})
	if err := Replace(filepath.Join(folder, "missing"), filepath.Join(folder, "other")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Replace(filepath.Join(folder, "file"), filepath.Join(folder, "folder")); err == nil || errors.Is(err, ErrHeld) {
		t.Error(err)
	}
	if *n != 0 {
		t.Errorf("%d pauses", *n)
	}
}

func TestLongPathsAreTaken(t *testing.T) {
	long := `C:\` + strings.Repeat(`a folder\`, 40) + "firm.db"
	for path, want := range map[string]string{
		`C:\firm.db`:          `C:\firm.db`,
		long:                  `\\?\` + long,
		`\\?\` + long:         `\\?\` + long,
		`\\server` + long[2:]: `\\server` + long[2:],
		long[3:]:              long[3:],
	} {
		if got := Long(path); got != want {
			t.Errorf("%s is taken as %s, want %s", path, got, want)
		}
	}
}
