package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoCommandReplacesAFileOfAnotherKind names files by a slip that hold something else.
func TestNoCommandReplacesAFileOfAnotherKind(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.must(exitDone, "import", d.file(3), "--amounts", "exclusive", "--finalize")
	night := strings.TrimSuffix(d.db, ".db") + "-backup-2026-11-03.db"
	d.must(exitDone, "backup", night)
	used := filepath.Join(t.TempDir(), "used.db")
	d.must(exitDone, "backup", used)
	for _, c := range []struct {
		name, content, says string
		args                []string
	}{
		{"invoices.xlsx", "PK\x03\x04", "is a ZIP archive, not a Feebridge database", []string{"backup", "--force"}},
		{"notes.txt", "Dear client", "is a text file, not a Feebridge database", []string{"backup", "--force"}},
		{"photo.csv", "\xff\xd8\xff\xe0", "is a picture, not a CSV file", []string{"list", "--to"}},
		{"photo.csv", "\xff\xd8\xff\xe0", "is a picture, not a CSV file", []string{"list", "--template", "exclusive", "--to"}},
		{"letter.xlsx", "Number,Total\n", "is a text file, not an Excel workbook", []string{"list", "--to"}},
		{"photo.csv", "\x89PNG\r\n\x1a\n", "is a picture, not a CSV file", []string{"audit", "list", "--to"}},
	} {
		path := d.write(c.name, c.content)
		_, errs, status := d.run(append(c.args, path)...)
		if status == exitDone || !strings.Contains(errs, path+" "+c.says) || !strings.Contains(errs, "Choose another name.") {
			t.Errorf("feebridge %s %s: exit status %d, %s", strings.Join(c.args, " "), c.name, status, errs)
		}
		if content, err := os.ReadFile(path); err != nil || string(content) != c.content {
			t.Errorf("%s has %q now, %v", c.name, content, err)
		}
	}
	for _, to := range []string{night, d.db + ".lock", strings.TrimSuffix(d.db, ".db") + ".log.lock"} {
		if _, errs, status := d.run("backup", "--force", to); status == exitDone || !strings.Contains(errs, "open database") {
			t.Errorf("feebridge backup --force %s: exit status %d, %s", filepath.Base(to), status, errs)
		}
	}
	d.must(exitDone, "backup", "--force", used) // a backup replaces a backup
	own := d.db
	d.db = used
	d.must(exitDone, "list")
	d.db = own
	if _, errs, status := d.run("backup", "--force", used); status == exitDone || !strings.Contains(errs, "is a database in use") {
		t.Errorf("over another database: exit status %d, %s", status, errs)
	}
	for _, again := range [][]string{{"list", "--to", "list.csv"}, {"list", "--to", "list.xlsx"}, {"audit", "list", "--to", "audit.csv"}} {
		again[len(again)-1] = filepath.Join(t.TempDir(), again[len(again)-1])
		d.must(exitDone, again...)
		d.must(exitDone, again...)
	}
}

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
