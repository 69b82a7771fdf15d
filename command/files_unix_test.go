//go:build unix

package command

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestAPipeIsNeitherReadNorReplaced gives each command a pipe, which has no end and which nobody writes
// to, in the place of a file.
func TestAPipeIsNeitherReadNorReplaced(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.must(exitDone, "import", d.file(1), "--amounts", "exclusive")
	folder := t.TempDir()
	pipe := filepath.Join(folder, "pipe.csv")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"import", pipe, "--amounts", "exclusive"}, {"restore", pipe}, {"backup", pipe, "--force"}, {"list", "--to", pipe}, {"list", "--to", "/dev/null"},
	} {
		if _, errs, status := d.run(args...); status == exitDone || !strings.Contains(errs, "a folder, a device or a pipe") && !strings.Contains(errs, ".csv or .xlsx") {
			t.Errorf("feebridge %s: exit status %d, %s", strings.Join(args, " "), status, errs)
		}
	}
	d.db = pipe
	if _, errs, status := d.run("list"); status == exitDone || !strings.Contains(errs, "a folder, a device or a pipe") {
		t.Errorf("a pipe for the database: exit status %d, %s", status, errs)
	}
	if names := entries(t, folder); len(names) != 1 {
		t.Errorf("there are %v now", names)
	}
}
