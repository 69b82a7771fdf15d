//go:build unix

package sheet

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"feebridge/app"
)

// TestAFullDiskIsNamed fails to write as a full disk and a failing one do.
func TestAFullDiskIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.csv")
	for errno, says := range map[syscall.Errno]string{
		syscall.ENOSPC: "The disk is full", syscall.EDQUOT: "The disk is full", syscall.EIO: path + ": input/output error",
	} {
		err := WriteFile(path, func(w io.Writer) error {
			return fmt.Errorf("a row: %w", &fs.PathError{Op: "write", Path: w.(*os.File).Name(), Err: errno})
		})
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), ".tmp") || app.IsCode(err, app.Unavailable) != (errno != syscall.EIO) {
			t.Errorf("%v is told as: %v", errno, err)
		}
	}
}

// TestWhatIsNoFileIsNeitherReadNorReplaced tries what a folder may have beside files: a pipe, a device, a socket, links
// that lead in a circle or nowhere, and a file that its owner may not read.
func TestWhatIsNoFileIsNeitherReadNorReplaced(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	socket, err := net.Listen("unix", at("socket.csv")) //nolint:noctx // nobody is waited for
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.Close() }()
	for _, err := range []error{
		syscall.Mkfifo(at("pipe.csv"), 0o600), os.Symlink(at("b.csv"), at("a.csv")), os.Symlink(at("a.csv"), at("b.csv")),
		os.Symlink("/dev/zero", at("zero.csv")), os.Symlink(at("nowhere.csv"), at("dangling.csv")), os.Symlink(at("pipe.csv"), at("to-pipe.csv")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	before := namesIn(t, folder)
	for path, says := range map[string]string{
		at("socket.csv"): "a folder, a device or a pipe", at("pipe.csv"): "a folder, a device or a pipe", at("to-pipe.csv"): "a folder, a device or a pipe",
		at("zero.csv"): "a folder, a device or a pipe", "/dev/full": "a folder, a device or a pipe", at("a.csv"): "too many levels of symbolic links",
	} {
		if _, err := ReadFile(path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s is read: %v", path, err)
		}
		for _, k := range []Kind{CSV, Database} {
			err := k.Save(path, anyone{}, func(io.Writer) error { t.Errorf("%s is written", path); return nil })
			if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), path) {
				t.Errorf("%s is replaced: %v", path, err)
			}
		}
	}
	if _, err := ReadFile(at("dangling.csv")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a link to nowhere is read: %v", err)
	}
	if after := namesIn(t, folder); after != before {
		t.Errorf("there are %s now, not %s", after, before)
	}
}

func namesIn(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(entries)
}
