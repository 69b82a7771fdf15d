package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoCommandWritesOverWhatItMustKeep names the open database, its log, a folder and a file that is
// read-only as the file to write.
func TestNoCommandWritesOverWhatItMustKeep(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.db = filepath.Join(t.TempDir(), "firm.csv")
	d.must(exitDone, "import", d.file(3), "--amounts", "exclusive", "--finalize")
	folder := filepath.Join(t.TempDir(), "folder.csv")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	kept := d.write("kept.csv", "mine")
	if err := os.Chmod(kept, 0o400); err != nil { // on Windows, too, this is a file that is read-only
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(kept, 0o600) })
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"list", "--to", d.db}, "belongs to the open database"},
		{[]string{"list", "--template", "exclusive", "--to", d.db}, "belongs to the open database"},
		{[]string{"backup", "--force", strings.TrimSuffix(d.db, ".csv") + ".log"}, "belongs to the open database"},
		{[]string{"list", "--to", folder}, "not"},
		{[]string{"backup", "--force", folder}, "is a folder, a device or a pipe"},
		{[]string{"list", "--to", kept}, "is read-only"},
		{[]string{"backup", "--force", kept}, "is read-only"},
	} {
		_, errs, status := d.run(c.args...)
		if status == exitDone || !strings.Contains(errs, c.says) || strings.Contains(errs, ".tmp") || strings.Contains(errs, ".feebridge-") {
			t.Errorf("feebridge %s: exit status %d, %s", strings.Join(c.args, " "), status, errs)
		}
	}
	if content, err := os.ReadFile(kept); err != nil || string(content) != "mine" {
		t.Errorf("a read-only file has %q, %v", content, err)
	}
	if n := len(d.must(exitDone, "list")); n != 3 {
		t.Errorf("%d invoices are left", n)
	}
}

// TestWhatIsNoFileIsNotRead gives each command that reads a file a folder in its place. It is told at
// once, and nothing is made beside it.
func TestWhatIsNoFileIsNotRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.must(exitDone, "import", d.file(1), "--amounts", "exclusive")
	within := t.TempDir()
	folder := filepath.Join(within, "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"import", folder, "--amounts", "exclusive"}, {"restore", folder}} {
		if _, errs, status := d.run(args...); status == exitDone || !strings.Contains(errs, "a folder, a device or a pipe") {
			t.Errorf("feebridge %s: exit status %d, %s", strings.Join(args, " "), status, errs)
		}
	}
	d.db = folder
	if _, errs, status := d.run("list"); status == exitDone || !strings.Contains(errs, "a folder, a device or a pipe") {
		t.Errorf("a folder for the database: exit status %d, %s", status, errs)
	}
	if names := entries(t, within); len(names) != 1 {
		t.Errorf("there are %v now", names)
	}
}
