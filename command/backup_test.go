package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBackupAndRestoreByCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.must(exitDone, "import", d.file(3), "--amounts", "exclusive", "--finalize")
	backup := filepath.Join(d.TempDir(), "yesterday.db")
	d.must(exitDone, "backup", backup)
	if _, errs, status := d.run("backup", backup); status != exitSomeFailed || !strings.Contains(errs, "--force") {
		t.Errorf("over a file that is there: %d, %s", status, errs)
	}
	d.must(exitDone, "backup", backup, "--force")
	if _, errs, status := d.run("backup", d.db, "--force"); status != exitSomeFailed || !strings.Contains(errs, "belongs to the open database") {
		t.Errorf("over the database itself: %d, %s", status, errs)
	}
	d.must(exitDone, "export", "--all")

	line := d.must(exitDone, "restore", backup)[0]
	kept, _ := line["kept"].(string)
	if _, err := os.Stat(kept); err != nil {
		t.Errorf("what was there is not kept: %v", err)
	}
	if _, errs, status := d.run("export", "--all"); status != exitUnavailable || !strings.Contains(errs, "has compared it with Demo Company (NZ)") {
		t.Errorf("an export from a locked copy: %d, %s", status, errs)
	}
	d.must(exitDone, "restore", kept) // as if nothing had been, and within the same second
	d.must(exitDone, "reconcile", "--without-xero", "it knows what was sent")
	if line := d.must(exitDone, "reconcile")[0]; line["locked"] != false {
		t.Errorf("it is still locked: %v", line)
	}
	d.must(exitDone, "export", "--all")
	if n := len(d.xero.Invoices(d.tenant())); n != 3 {
		t.Errorf("Xero has %d invoices", n)
	}
}

func TestADamagedDatabaseIsRestoredByCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.must(exitDone, "import", d.file(3), "--amounts", "exclusive", "--finalize")
	backup := filepath.Join(d.TempDir(), "yesterday.db")
	d.must(exitDone, "backup", backup)
	if err := os.WriteFile(d.db, []byte(strings.Repeat("x", 9999)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs, status := d.run("list"); status != exitUnavailable || !strings.Contains(errs, "feebridge restore") {
		t.Errorf("a damaged database: %d, %s", status, errs)
	}
	d.must(exitDone, "restore", backup)
	if n := len(d.must(exitDone, "list")); n != 3 {
		t.Errorf("%d invoices came back", n)
	}
	if err := os.Remove(d.db); err != nil {
		t.Fatal(err)
	}
	if _, errs, status := d.run("list"); status != exitUnavailable || !strings.Contains(errs, "is missing") {
		t.Errorf("a database that is gone: %d, %s", status, errs)
	}
	d.must(exitDone, "restore", backup)
}
