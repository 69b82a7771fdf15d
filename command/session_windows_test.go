package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// runUsual runs Feebridge with a person's own folders and no database named.
func (d *desk) runUsual(local, roaming string, args ...string) (out, errs string, status int) {
	d.Helper()
	c := d.program(args...)
	c.Args = c.Args[:len(c.Args)-4] // without --db and --api
	c.Env = append(c.Env, "LocalAppData="+local, "AppData="+roaming)
	var o, e strings.Builder
	c.Stdout, c.Stderr = &o, &e
	_ = c.Run() // the status tells
	return o.String(), e.String(), c.ProcessState.ExitCode()
}

func TestTheDataAreMovedOutOfTheRoamingFolder(t *testing.T) {
	d := newDesk(t, nil)
	d.must(exitDone, "import", d.file(3), "--amounts", "exclusive", "--finalize")
	local, roaming := t.TempDir(), t.TempDir()
	was, is := filepath.Join(roaming, "feebridge"), filepath.Join(local, "feebridge")
	if err := os.CopyFS(was, os.DirFS(filepath.Dir(d.db))); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", ".seen"} {
		if err := os.Rename(filepath.Join(was, "firm.db"+suffix), filepath.Join(was, "feebridge.db"+suffix)); err != nil {
			t.Fatal(err)
		}
	}
	_, errs, status := d.runUsual(local, roaming, "list")
	if status != exitDone || !strings.Contains(errs, "Your data was moved from "+was+" to "+is) {
		t.Errorf("%d, %s", status, errs)
	}
	if !isFile(filepath.Join(is, "feebridge.db")) || isFile(was) {
		t.Error("it was not moved")
	}
	if _, errs, status := d.runUsual(local, roaming, "list"); status != exitDone || errs != "" {
		t.Errorf("the next time: %d, %s", status, errs)
	}
	if err := os.CopyFS(was, os.DirFS(is)); err != nil {
		t.Fatal(err)
	}
	two := "There's another database, from an earlier version, in " + was + ". It isn't used: your data is in " + is
	if _, errs, status := d.runUsual(local, roaming, "list"); status != exitDone || !strings.Contains(errs, two) {
		t.Errorf("where there are two: %d, %s", status, errs)
	}
	if out, _, status := d.runUsual(local, roaming); status != exitDone || !strings.Contains(out, two) {
		t.Errorf("the window, where there are two: %d, %s", status, out)
	}
}

func TestAPasswordComesOnStandardInputOrNotAtAll(t *testing.T) {
	var d descriptor
	if err := d.Set("0"); err != nil {
		t.Error(err)
	}
	if err := d.Set("3"); err == nil || !strings.Contains(err.Error(), "use 0, or leave the flag out") {
		t.Error(err)
	}
}
