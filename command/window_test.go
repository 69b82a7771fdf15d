package command

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
)

// opening is the face of a person who closes every window at once.
type opening struct {
	shown     []Opened
	failures  []Failure
	choose    func(Failure) (Choice, error) // what the person does about a failure; nil leaves it
	restarted [][]string                    // with what more
	policy    func() (app.Policy, error)    // of the computer; nil for none
	err       strings.Builder
	unread    bool     // nobody reads err
	told      []string // by a box of the system
}

func (o *opening) run(t *testing.T, look func(Opened), args ...string) int {
	t.Helper()
	face := Face{
		Out: io.Discard, Err: &o.err, Policy: o.policy,
		OpenWindow: func(_ context.Context, firm Opened) (string, error) {
			o.shown = append(o.shown, firm)
			look(firm)
			return "", nil
		},
		ShowFailure: func(_ context.Context, f Failure) (Choice, error) {
			o.failures = append(o.failures, f)
			if o.choose == nil {
				return Choice{}, nil
			}
			return o.choose(f)
		},
		Restart: func(more ...string) error {
			o.restarted = append(o.restarted, more)
			return nil
		},
	}
	if o.unread {
		face.Tell = func(text string) { o.told = append(o.told, text) }
	}
	return Run(t.Context(), args, face)
}

// TestWhyNoWindowOpensIsToldWhereNobodyReadsIt holds for a program without a console: a box tells what
// would stand there, unless a window showed it, or a command was run, which nobody sits at.
func TestWhyNoWindowOpensIsToldWhereNobodyReadsIt(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	noDisplay := func(Failure) (Choice, error) {
		return Choice{}, app.Errorf(app.Unavailable, "window.no-display", "Error", "none")
	}
	for _, c := range []struct {
		what   string
		args   []string
		choose func(Failure) (Choice, error)
		status int
		told   string // "" for nothing
	}{
		{"an unknown flag", []string{"--no-such-flag"}, nil, exitWrongUse, "flag provided but not defined: -no-such-flag"},
		{"a link to nowhere", []string{"feebridge://export/all"}, nil, exitWrongUse, "this link doesn't lead to an invoice"},
		{"a link with more behind it", []string{goodLink, "--db", "evil.db"}, nil, exitWrongUse, "Nothing may follow a link."},
		{"no display", []string{"--db", folder}, noDisplay, exitUnavailable, "there's no display here"},
		{"a failure that a window shows", []string{"--db", folder}, nil, exitUnavailable, ""},
		{"a command that fails", []string{"list", "--db", folder}, nil, exitUnavailable, ""},
		{"a command that there is not", []string{"lits"}, nil, exitWrongUse, ""},
		{"help", []string{"--help"}, nil, exitDone, ""},
	} {
		o := opening{choose: c.choose, unread: true}
		status := o.run(t, func(Opened) {}, c.args...)
		told := strings.Join(o.told, "\n")
		if status != c.status || !strings.Contains(told, c.told) || (told == "") != (c.told == "") || strings.HasPrefix(told, complaint) {
			t.Errorf("%s: exit status %d, and told was %q", c.what, status, told)
		}
	}
}

func TestTheWindowShowsTheFirm(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "firm.db")
	var o opening
	status := o.run(t, func(firm Opened) {
		if firm.Me.Name != "Owner" || firm.Demo != nil || firm.Door == nil || firm.Firm.Name != "My firm" {
			t.Errorf("the window is for %q of %q, and for a demo %v", firm.Me.Name, firm.Firm.Name, firm.Demo != nil)
		}
	}, "--db", path)
	if status != exitDone || len(o.shown) != 1 {
		t.Errorf("exit status %d after %d windows", status, len(o.shown))
	}
	if err := os.WriteFile(path, []byte("no database at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status := o.run(t, nil, "--db", path); status != exitUnavailable || len(o.failures) != 1 || o.failures[0].Damaged == nil || o.failures[0].File != path {
		t.Errorf("a damaged database: exit status %d, and shown were %v", status, o.failures)
	}
}

func TestWhateverFailsAtTheStartIsShown(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, []byte("no folder"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what, path, says string
		status           int
	}{
		{"a folder that cannot be made", filepath.Join(file, "sub", "firm.db"), "Couldn't make the folder", exitUnavailable},
		{"a folder in the place of the file", folder, "is a folder, a device or a pipe. Choose a file.", exitUnavailable},
		{"another program's file", file, "isn't a database", exitSomeFailed},
	} {
		var o opening
		if status := o.run(t, nil, "--db", c.path); status != c.status || len(o.shown) > 0 || len(o.failures) != 1 {
			t.Errorf("%s: exit status %d, and shown were %v", c.what, status, o.failures)
			continue
		}
		if f := o.failures[0]; f.File != c.path || f.Damaged != nil || !strings.Contains(f.Err.Error(), c.says) || !strings.Contains(o.err.String(), c.says) {
			t.Errorf("%s: shown is %v, and said %s", c.what, f.Err, &o.err)
		}
		o.choose = func(Failure) (Choice, error) { return Choice{File: "other.db"}, nil }
		if status := o.run(t, nil, "--db", c.path); status != exitDone || len(o.restarted) != 1 || !slices.Equal(o.restarted[0], []string{"--db", "other.db"}) {
			t.Errorf("%s: exit status %d after another file was chosen, and started was %q", c.what, status, o.restarted)
		}
		o.choose = func(Failure) (Choice, error) {
			return Choice{}, app.Errorf(app.Unavailable, "window.no-display", "Error", "none")
		}
		if status := o.run(t, nil, "--db", c.path); status != c.status || !strings.Contains(o.err.String(), "no display here") {
			t.Errorf("%s: exit status %d without a display, and said was %s", c.what, status, &o.err)
		}
	}
}

func TestADatabaseThatAnotherProgramChangedIsLookedAtRestoredOrUsed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.must(exitDone, "import", d.file(3), "--amounts", "exclusive", "--finalize")
	backup := filepath.Join(d.TempDir(), "yesterday.db")
	d.must(exitDone, "backup", backup)
	content, err := os.ReadFile(d.db)
	if err != nil {
		t.Fatal(err)
	}
	alter := func() {
		t.Helper()
		changed := bytes.ReplaceAll(content, []byte("Owner"), []byte("Ownex"))
		if bytes.Equal(changed, content) {
			t.Fatal("nothing is changed")
		}
		if err := os.WriteFile(d.db, changed, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	alter()
	for _, words := range [][]string{{"list"}, {"export", "--all"}, {"backup", filepath.Join(d.TempDir(), "second.db")}} {
		if _, errs, status := d.run(words...); status != exitUnavailable || !strings.Contains(errs, "Nothing is saved or sent until you decide") {
			t.Errorf("%s: %d, %s", words[0], status, errs)
		}
	}

	var o opening
	saved := filepath.Join(d.TempDir(), "saved.db")
	o.choose = func(f Failure) (Choice, error) {
		if f.Damaged == nil || f.Damaged.What != app.Altered {
			t.Errorf("shown is %v", f.Err)
		}
		return Choice{Look: true}, f.SaveCopy(saved)
	}
	if status := o.run(t, nil, "--db", d.db); status != exitDone || len(o.restarted) != 1 || !slices.Equal(o.restarted[0], []string{"--look"}) {
		t.Errorf("exit status %d, and started was %q", status, o.restarted)
	}
	before := files(t, d.db)
	status := o.run(t, func(firm Opened) {
		rows := 0
		for _, err := range firm.App.Rows(t.Context(), firm.Me, app.Query{}) {
			if err != nil {
				t.Error(err)
			}
			rows++
		}
		if rows != 3 {
			t.Errorf("%d invoices are to be looked at", rows)
		}
		damage, ok := errors.AsType[*app.Damaged](firm.App.Update(t.Context(), func(tx app.Tx) error { return tx.Burn("INV-1") }))
		if !ok || damage.File != d.db || firm.App.Damage(t.Context()) == nil {
			t.Errorf("a write says %v", damage)
		}
	}, "--db", d.db, "--look")
	if status != exitDone || len(o.shown) != 1 {
		t.Errorf("looking: exit status %d, and said %s", status, &o.err)
	}
	if after := files(t, d.db); !maps.Equal(before, after) {
		t.Error("looking has changed what is on disk")
	}
	if !bytes.Equal(read(t, saved), read(t, d.db)) {
		t.Error("the copy is not as the file is")
	}

	o.choose = func(f Failure) (Choice, error) { return Choice{Again: true}, f.Restore(t.Context(), backup) }
	if status := o.run(t, nil, "--db", d.db); status != exitDone || len(o.restarted) != 2 {
		t.Errorf("restoring: exit status %d", status)
	}
	if n := len(d.must(exitDone, "list")); n != 3 {
		t.Errorf("%d invoices came back", n)
	}
	content = read(t, d.db)
	alter()
	d.must(exitDone, "restore", "--as-it-is")
	if _, errs, status := d.run("restore", "--as-it-is", backup); status != exitWrongUse {
		t.Errorf("with a backup, too: %d, %s", status, errs)
	}
	if _, errs, status := d.run("export", "--all"); status != exitUnavailable || !strings.Contains(errs, "has compared it with") {
		t.Errorf("an export before it was compared: %d, %s", status, errs)
	}
}

// files returns the content of the database and of what belongs to it, by name.
func files(t *testing.T, path string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, suffix := range []string{"", "-wal", ".seen"} {
		content, err := os.ReadFile(path + suffix)
		if err == nil && len(content) > 0 {
			all[suffix] = string(content)
		}
	}
	return all
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestTheWindowShowsTheDemoFirm(t *testing.T) {
	t.Parallel()
	var o opening
	status := o.run(t, func(firm Opened) {
		if firm.Me.Name != "Tom Ashworth" || firm.Demo == nil || firm.Demo.Tour != "pictures" {
			t.Fatalf("the window is for %q with the demo %+v", firm.Me.Name, firm.Demo)
		}
		ctx, cancel := context.WithTimeout(t.Context(), deadline.Thing)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, firm.Demo.Page, nil)
		if err != nil {
			t.Fatal(err)
		}
		page, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = page.Body.Close() }()
		if page.StatusCode != http.StatusOK {
			t.Errorf("the page of the simulated Xero answers %s", page.Status)
		}
		if err := firm.Demo.InXero("approve", "INV-10004"); err != nil {
			t.Error(err)
		}
	}, "--demo", "--as", "tom ashworth", "--tour", "pictures")
	if status != exitDone || len(o.shown) != 1 {
		t.Errorf("exit status %d after %d windows", status, len(o.shown))
	}
}
