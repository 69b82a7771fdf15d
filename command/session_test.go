package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feebridge/data/disk"
)

// runUsual runs Feebridge with a person's own folders, as Windows has them, and no database named.
func (d *desk) runUsual(local, roaming string, profile disk.Profile, args ...string) (out, errs string, status int) {
	d.Helper()
	c := d.program(args...)
	c.Args = c.Args[:len(c.Args)-4] // without --db and --api
	c.Env = append(c.Env, envOwn+"="+local, envBefore+"="+roaming, envProfile+"="+string(profile))
	var o, e strings.Builder
	c.Stdout, c.Stderr = &o, &e
	_ = c.Run() // the status tells
	return o.String(), e.String(), c.ProcessState.ExitCode()
}

// earlierData makes a firm's data where an earlier version kept them in the roaming folder, and returns that folder.
func (d *desk) earlierData(roaming string) (was string) {
	d.Helper()
	d.must(exitDone, "import", d.file(3), "--amounts", "exclusive", "--finalize")
	was = filepath.Join(roaming, "feebridge")
	if err := os.CopyFS(was, os.DirFS(filepath.Dir(d.db))); err != nil {
		d.Fatal(err)
	}
	for _, suffix := range []string{"", ".seen"} {
		if err := os.Rename(filepath.Join(was, "firm.db"+suffix), filepath.Join(was, "feebridge.db"+suffix)); err != nil {
			d.Fatal(err)
		}
	}
	return was
}

func TestTheDataAreMovedOutOfTheRoamingFolder(t *testing.T) {
	d := newDesk(t, nil)
	local, roaming := t.TempDir(), t.TempDir()
	was, is := d.earlierData(roaming), filepath.Join(local, "feebridge")
	_, errs, status := d.runUsual(local, roaming, disk.Lasting, "list")
	if status != exitDone || !strings.Contains(errs, "Your data was moved from "+was+" to "+is) {
		t.Errorf("%d, %s", status, errs)
	}
	if !isFile(filepath.Join(is, "feebridge.db")) || isFile(was) {
		t.Error("it was not moved")
	}
	if _, errs, status := d.runUsual(local, roaming, disk.Lasting, "list"); status != exitDone || errs != "" {
		t.Errorf("the next time: %d, %s", status, errs)
	}
	if err := os.CopyFS(was, os.DirFS(is)); err != nil {
		t.Fatal(err)
	}
	two := "There's another database, from an earlier version, in " + was + ". It isn't used: your data is in " + is
	if _, errs, status := d.runUsual(local, roaming, disk.Lasting, "list"); status != exitDone || !strings.Contains(errs, two) {
		t.Errorf("where there are two: %d, %s", status, errs)
	}
	if out, _, status := d.runUsual(local, roaming, disk.Lasting); status != exitDone || !strings.Contains(out, two) {
		t.Errorf("the window, where there are two: %d, %s", status, out)
	}
}

// TestNoDataAreMovedToWhereTheyDoNotStay holds for profiles that Windows removes when a person signs out.
func TestNoDataAreMovedToWhereTheyDoNotStay(t *testing.T) {
	d := newDesk(t, nil)
	local, roaming := t.TempDir(), t.TempDir()
	is := filepath.Join(local, "feebridge", "feebridge.db")
	for profile, says := range map[disk.Profile]string{
		disk.Roaming:   "it's a roaming profile, and Windows may remove it from this computer when you sign out. Ask an administrator to set a database",
		disk.Mandatory: "it's a mandatory profile, and Windows removes what is new in it when you sign out. Ask an administrator to set a database",
		disk.Temporary: "it's a temporary profile, and Windows removes it when you sign out. Ask an administrator to set a database",
	} {
		if _, errs, status := d.runUsual(local, roaming, profile, "list"); status != exitUnavailable || !strings.Contains(errs, says) || isFile(is) {
			t.Errorf("%s: %d, %s", profile, status, errs)
		}
	}
	was := filepath.Join(d.earlierData(roaming), "feebridge.db")
	_, errs, status := d.runUsual(local, roaming, disk.Roaming, "list")
	if status != exitUnavailable || !strings.Contains(errs, "It's still in "+was+".") || !isFile(was) || isFile(is) {
		t.Errorf("where there are data of an earlier version: %d, %s", status, errs)
	}
	if _, errs, status := d.runUsual(local, roaming, disk.Roaming, "list", "--db", was); status != exitDone || !isFile(was) || isFile(is) {
		t.Errorf("who names a database: %d, %s", status, errs)
	}
	if _, errs, status := d.runUsual(local, roaming, disk.Lasting, "list"); status != exitDone || !isFile(is) {
		t.Errorf("with a profile that stays: %d, %s", status, errs)
	}
	if _, errs, status := d.runUsual(local, roaming, disk.Roaming, "list"); status != exitDone || errs != "" {
		t.Errorf("what is there already is used: %d, %s", status, errs)
	}
}

// TestWhatTheWitnessSawBeforeTheUpdateCounts puts a database that lies elsewhere back with its whole folder, before the first
// start of the version that keeps the witness in another place.
func TestWhatTheWitnessSawBeforeTheUpdateCounts(t *testing.T) {
	d := newDesk(t, nil)
	local, roaming, backup := t.TempDir(), t.TempDir(), t.TempDir()
	t.Setenv(envOwn, roaming)
	d.must(exitDone, "import", d.file(3), "--amounts", "exclusive", "--finalize")
	for _, suffix := range []string{"", ".seen"} {
		copyTo(t, d.db+suffix, filepath.Join(backup, "firm.db"+suffix))
	}
	d.must(exitDone, "export", "--all")
	for _, suffix := range []string{"", ".seen"} {
		copyTo(t, filepath.Join(backup, "firm.db"+suffix), d.db+suffix)
	}
	t.Setenv(envOwn, local)
	t.Setenv(envBefore, roaming)
	if _, errs, status := d.run("export", "--all"); status != exitUnavailable || !strings.Contains(errs, "has compared it with Demo Company (NZ)") {
		t.Errorf("it is taken for the newest: %d, %s", status, errs)
	}
}

func copyTo(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
