//go:build unix

package command

import (
	"os"
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

// TestTheLogOfALinkedDatabaseIsBesideTheDatabase opens a database through links: all that belongs to it lies beside the
// file itself, and not beside the link.
func TestTheLogOfALinkedDatabaseIsBesideTheDatabase(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.must(exitDone, "import", d.file(1), "--amounts", "exclusive", "--finalize")
	before := entries(t, filepath.Dir(d.db))
	folder, further := t.TempDir(), t.TempDir()
	link := filepath.Join(further, "ours.db")
	for to, from := range map[string]string{d.db: filepath.Join(folder, "linked.db"), filepath.Join(folder, "linked.db"): link} {
		if err := os.Symlink(to, from); err != nil {
			t.Fatal(err)
		}
	}
	target := d.db
	d.db = link
	d.must(exitDone, "export", "--all") // which is logged
	for _, within := range []string{folder, further} {
		if names := entries(t, within); len(names) != 1 {
			t.Errorf("beside the link there are %v", names)
		}
	}
	if log, err := os.ReadFile(strings.TrimSuffix(target, ".db") + ".log"); err != nil || len(log) == 0 {
		t.Errorf("the log beside the database has %d bytes, %v", len(log), err)
	}
	if after := entries(t, filepath.Dir(target)); len(after) < len(before) {
		t.Errorf("beside the database there are %v", after)
	}
	if _, errs, status := d.run("backup", "--force", strings.TrimSuffix(target, ".db")+".log"); status == exitDone || !strings.Contains(errs, "belongs to the open database") {
		t.Errorf("over its log: exit status %d, %s", status, errs)
	}
}
