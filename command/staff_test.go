package command

import (
	"bytes"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// passwordFD is the file descriptor on which a program reads what is typed. On Windows a program inherits no others than
// the standard ones.
func passwordFD() string {
	if runtime.GOOS == "windows" {
		return "0"
	}
	return "3"
}

// typed is a file from which a program reads lines, as its passwordFD.
func (d *desk) typed(c *exec.Cmd, lines ...string) {
	d.Helper()
	path := filepath.Join(d.TempDir(), "typed")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		d.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { _ = file.Close() })
	if passwordFD() == "0" {
		c.Stdin = file
	} else {
		c.ExtraFiles = []*os.File{file}
	}
}

// runs runs Feebridge with the lines on its passwordFD, and fails the test unless it
// ends with the status and says something.
func (d *desk) runs(status int, says string, lines []string, args ...string) string {
	d.Helper()
	c := d.program(args...)
	d.typed(c, lines...)
	said, err := c.CombinedOutput()
	if got := c.ProcessState.ExitCode(); got != status || !bytes.Contains(said, []byte(says)) {
		d.Errorf("feebridge %s: exit status %d, want %d with %q (%v)\n%s", strings.Join(args, " "), got, status, says, err, said)
	}
	return string(said)
}

func TestTheStaffByCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	const owners, meres, wrong = "orange kettle morning", "seven quiet harbours", "a wrong password"
	asOwner, asMere := []string{"--as", "owner", "--password-fd", passwordFD()}, []string{"--as", "mere@tui.example", "--password-fd", passwordFD()}
	all := func(who []string, args ...string) []string { return append(args, who...) }

	d.runs(exitDone, "Owner: ProcessTime", nil, "staff", "list")
	d.runs(exitWrongUse, "only staff member", nil, "staff", "list", "--as", "Mere Ngata")
	d.runs(exitSomeFailed, "yourself first", []string{meres}, "staff", "add", "Mere Ngata", "--new-password-fd", passwordFD())
	d.runs(exitDone, "", []string{owners}, "staff", "password", "--new-password-fd", passwordFD())

	d.runs(exitWrongUse, "--as", nil, "staff", "list")
	d.runs(exitWrongUse, "--password-fd", nil, "staff", "list", "--as", "Owner")
	d.runs(exitWrongUse, "-password-fd: ", nil, "staff", "list", "--as", "Owner", "--password-fd", "9")
	d.runs(exitSomeFailed, "Wrong name or password", []string{wrong}, all(asOwner, "list")...)
	d.runs(exitDone, "", []string{owners}, all(asOwner, "list")...)
	d.runs(exitDone, "Mere Ngata <mere@tui.example>: ProcessTime, Owner of all clients", []string{owners, meres}, all(asOwner,
		"staff", "add", "Mere Ngata", "--email", "mere@tui.example", "--time", "processtime", "--all-clients", "owner", "--new-password-fd", passwordFD())...)
	d.runs(exitSomeFailed, "Mere Ngata can't manage staff", []string{meres}, all(asMere, "staff", "deactivate", "Owner")...)
	d.runs(exitWrongUse, "CODE=ROLE", []string{owners}, all(asOwner, "staff", "set", "Mere Ngata", "--client", "NOWHERE=owner")...)
	d.runs(exitDone, "Mere Hart <mere@tui.example>: Admin, Viewer of all clients", []string{owners}, all(asOwner,
		"staff", "set", "mere ngata", "--rename", "Mere Hart", "--time", "none", "--admin", "--all-clients", "viewer")...)
	d.runs(exitDone, "", []string{owners}, all(asOwner, "staff", "deactivate", "Mere Hart")...)
	d.runs(exitSomeFailed, "Mere Hart is deactivated", []string{meres}, all(asMere, "list")...)
	d.runs(exitSomeFailed, "No staff member", []string{owners}, all(asOwner, "staff", "reactivate", "Nobody")...)

	said := d.runs(exitDone, "1 wrong password", []string{owners}, all(asOwner, "audit", "list", "--json")...)
	if !strings.Contains(said, `"action":"denied"`) {
		t.Errorf("the audit trail says nothing of the denial:\n%s", said)
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(d.db), "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{owners, meres, wrong} {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s has the password %q", filepath.Base(f), secret)
			}
		}
	}
}

func TestStaffCommandsThatAreWrong(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"staff"}, "one of list"},
		{[]string{"staff", "promote", "Owner"}, "one of list"},
		{[]string{"staff", "list", "Owner"}, "takes no name"},
		{[]string{"staff", "add"}, "Name the staff member"},
		{[]string{"staff", "set", "Owner", "--time", "fly"}, "no Time permission"},
		{[]string{"staff", "set", "Owner", "--all-clients", "king"}, "no role"},
		{[]string{"staff", "list", "--password-fd", "three"}, "password-fd"},
		{[]string{"audit"}, "audit verify"},
		{[]string{"audit", "list", "--to", "trail.pdf"}, ".csv"},
		{[]string{"audit", "list", "--from", "yesterday"}, "--from takes a date"},
	} {
		if out, errs, status := d.run(c.args...); status != exitWrongUse || !strings.Contains(errs, c.says) {
			t.Errorf("feebridge %s: exit status %d, want %q\n%s%s", strings.Join(c.args, " "), status, c.says, out, errs)
		}
	}
}

func TestTheAuditTrailByCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.runs(exitDone, "=1+1", nil, "staff", "set", "Owner", "--rename", "=1+1")
	d.runs(exitDone, "", nil, "staff", "set", "=1+1", "--email", "owner@tui.example")
	if got := d.must(exitDone, "audit", "verify"); len(got) != 1 || got[0]["entries"] != 3. || len(got[0]["head"].(string)) != 64 {
		t.Errorf("verified is %v", got)
	}
	if got := d.must(exitDone, "audit", "list", "--subject", "staff", "--by", "=1+1", "--from", "2000-01-01"); len(got) != 2 || got[0]["by"] != "=1+1" {
		t.Errorf("listed is %v", got)
	}
	if got := d.must(exitDone, "audit", "list", "--to-date", "2000-01-01"); len(got) != 0 {
		t.Errorf("before there was anything: %v", got)
	}
	last := d.must(exitDone, "audit", "list")[0]
	at, err := time.Parse(time.RFC3339Nano, last["at"].(string))
	if err != nil {
		t.Fatal(err)
	}
	for flag, days := range map[string][3]bool{"--from": {true, true, false}, "--to-date": {false, true, true}} {
		for i, listed := range days { // the day before, that day, and the one after
			day := at.Local().AddDate(0, 0, i-1).Format(time.DateOnly)
			got := d.must(exitDone, "audit", "list", flag, day)
			if has := len(got) > 0 && got[0]["seq"] == last["seq"]; has != listed {
				t.Errorf("%s %s lists what was done on %s: %v", flag, day, at.Local(), has)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "trail.csv")
	d.runs(exitDone, "", nil, "audit", "list", "--to", path)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(string(content), "\r\n"); len(lines) != 5 || !strings.Contains(lines[1], ",'=1+1,change,staff,") {
		t.Errorf("the file is\n%s", content)
	}
	db, err := sql.Open("sqlite", "file:"+d.db)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, statement := range []string{"DROP TRIGGER audit_is_not_changed", "UPDATE audit SET was = '' WHERE seq = 2"} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	d.runs(exitSomeFailed, "entry 2 was changed", nil, "audit", "verify")
	if got := d.must(exitSomeFailed, "audit", "verify"); got[0]["broken"] != 2. || got[0]["how"] != "changed" {
		t.Errorf("verified is %v", got)
	}
}

// TestTheDaysOfTheAuditTrailAreThoseOfTheComputer asks at both ends of the world for what was done on the day that
// it is there. At any time one of them has another date than Greenwich.
func TestTheDaysOfTheAuditTrailAreThoseOfTheComputer(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Go asks Windows for the time zone, and not TZ")
	}
	t.Parallel()
	d := newDesk(t, nil)
	first := d.must(exitDone, "audit", "list")[0]
	at, err := time.Parse(time.RFC3339Nano, first["at"].(string))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Pacific/Kiritimati", "Etc/GMT+12"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		day := at.In(zone).Format(time.DateOnly)
		c := d.program("audit", "list", "--json", "--from", day, "--to-date", day)
		c.Env = append(c.Env, "TZ="+name)
		if out, err := c.Output(); err != nil || !bytes.Contains(out, []byte(`"action":"found"`)) {
			t.Errorf("in %s, where it was done on %s, it is not listed: %v\n%s", name, day, err, out)
		}
	}
}

// TestWhoMayNotBackUpRestoresNothing has a member back up and restore who may edit invoices alone.
func TestWhoMayNotBackUpRestoresNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	const owners, meres = "orange kettle morning", "seven quiet harbours"
	asOwner, asMere := []string{"--as", "Owner", "--password-fd", passwordFD()}, []string{"--as", "Mere Ngata", "--password-fd", passwordFD()}
	as := func(who []string, args ...string) []string { return append(args, who...) }
	earlier := filepath.Join(d.TempDir(), "earlier.db")
	d.must(exitDone, "backup", earlier)
	d.must(exitDone, "import", d.file(1), "--amounts", "exclusive")
	d.runs(exitDone, "", []string{owners}, "staff", "password", "--new-password-fd", passwordFD())
	d.runs(exitDone, "", []string{owners, meres}, as(asOwner, "staff", "add", "Mere Ngata", "--time", "processtime", "--all-clients", "editor", "--new-password-fd", passwordFD())...)

	second := filepath.Join(d.TempDir(), "second.db")
	d.runs(exitSomeFailed, "Mere Ngata can't", []string{meres}, as(asMere, "backup", second)...)
	if _, err := os.Stat(second); err == nil {
		t.Error("there is a backup all the same")
	}
	d.runs(exitSomeFailed, "Mere Ngata can't", []string{meres}, as(asMere, "restore", earlier)...)
	d.runs(exitSomeFailed, "Wrong name or password", []string{"a wrong password"}, as(asOwner, "restore", earlier)...)
	d.runs(exitWrongUse, "--as", nil, "restore", earlier)
	d.runs(exitDone, "INV-0001", []string{owners}, as(asOwner, "list")...)
	d.runs(exitDone, "Restored", []string{owners}, as(asOwner, "restore", earlier)...)
	if left := d.must(exitDone, "list"); len(left) != 0 { // from before anybody had a password
		t.Errorf("after the restore there are %v", left)
	}
}

// TestAPasswordIsALineOfItsFile reads passwords from files as systems and editors write them.
func TestAPasswordIsALineOfItsFile(t *testing.T) {
	for _, c := range []struct {
		what, file string
		want       []string // "" for a line that is refused
	}{
		{"two lines", "orange kettle\nseven harbours\n", []string{"orange kettle", "seven harbours", ""}},
		{"two lines of Windows", "orange kettle\r\nseven harbours\r\n", []string{"orange kettle", "seven harbours", ""}},
		{"a last line without an end", "orange kettle\nseven harbours", []string{"orange kettle", "seven harbours", ""}},
		{"spaces and signs that belong to it", " orange\rkettle\t\n", []string{" orange\rkettle\t"}},
		{"the longest line", strings.Repeat("x", maxLine) + "\n", []string{strings.Repeat("x", maxLine)}},
		{"a line that is too long", strings.Repeat("x", maxLine+1) + "\n", []string{""}},
		{"an empty file", "", []string{""}},
	} {
		path := filepath.Join(t.TempDir(), "passwords")
		if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range c.want {
			if got, err := (descriptor{file}).line("--password-fd"); got != want || (err == nil) != (want != "") {
				t.Errorf("%s: line %d is %q, %v", c.what, i+1, got, err)
			}
		}
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}
}
