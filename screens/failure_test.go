package screens

import (
	"context"
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"feebridge/app"
)

// failed is the page of a failure under test, and what was chosen on it.
type failed struct {
	*trial
	chosen []string
	err    error // of what is tried
}

func newFailed(t *testing.T, err error) *failed { return newFailedUnder(t, err, "") }

// newFailedUnder opens the page where a policy sets the database.
func newFailedUnder(t *testing.T, err error, policy string) *failed {
	f := &failed{trial: newDesk(t, newFake())}
	f.window.Resize(fyne.NewSize(920, 600))
	chose := func(what string) func() { return func() { f.chosen = append(f.chosen, what) } }
	p := FailureParams{
		Window: f.window, Preferences: fyne.CurrentApp().Preferences(), Do: f.post, Versions: "Feebridge 0.1.0\nSQLite 3", Err: err, File: "/firm.db", LockedBy: policy,
		Restore:  func(_ context.Context, backup string) error { chose("restore " + backup)(); return f.err },
		Use:      func(context.Context) error { chose("use")(); return f.err },
		SaveCopy: func(to string) error { chose("save " + to)(); return f.err },
		Again:    chose("again"), Look: chose("look"), Quit: chose("quit"), Open: func(file string) { chose("open " + file)() },
	}
	p.Damaged, _ = errors.AsType[*app.Damaged](err)
	page := newFailure(p)
	t.Cleanup(page.close)
	f.w = &Window{shell: page.shell} // for what the trial waits for
	return f
}

// has reports whether the page has a button.
func (f *failed) has(key string) bool {
	text := lang.L(key)
	for _, o := range f.visible() {
		if b, ok := o.(*button); ok && b.Text == text {
			return true
		}
	}
	return false
}

func TestWhyAFirmCannotBeOpenedIsShownWithWhatToDo(t *testing.T) {
	good := &app.Copy{Path: "/new.db", At: fakeNow, Lost: 1}
	damage := []string{"damaged.restore", "damaged.restore-other", "damaged.look", "damaged.save-copy", "failure.open-other", "failure.copy-details", "action.quit"}
	plain := []string{"action.try-again", "failure.open-other", "failure.copy-details", "action.quit"}
	for _, c := range []struct {
		what    string
		err     error
		texts   []string
		buttons []string
	}{
		{"damaged", &app.Damaged{File: "/firm.db", What: app.Broken, Copy: good},
			[]string{"The firm's data is damaged", "Parts of /firm.db can't be read", "1 change was saved after it.", "/new.db"}, damage},
		{"changed by another program", &app.Damaged{File: "/firm.db", What: app.Altered, Copy: good},
			[]string{"The firm's data was changed outside Feebridge", "/firm.db isn't as Feebridge left it", "Use it as it is if you know who changed it."},
			append([]string{"damaged.use"}, damage...)},
		{"gone", &app.Damaged{File: "/firm.db", What: app.Gone, Copy: good},
			[]string{"The firm's data is missing", "/firm.db is no longer there."},
			[]string{"damaged.restore", "damaged.restore-other", "failure.open-other", "failure.copy-details", "action.quit"}},
		{"damaged, without a copy", &app.Damaged{File: "/firm.db", What: app.Broken},
			[]string{"There's no good backup in the same folder."}, damage[1:]},
		{"a full disk", app.Errorf(app.Unavailable, "database.disk-full"), []string{"Couldn't open the firm's data", "The disk is full"}, plain},
		{"a newer schema", app.Errorf(app.Invalid, "database.newer", "File", "/firm.db", "Version", 9, "Newest", 4), []string{"newer version of Feebridge", "Update Feebridge"}, plain},
		{"a network drive", app.Errorf(app.Invalid, "database.network", "File", "/firm.db", "Kind", "NFS"), []string{"network drive (NFS)", "Choose a folder on this computer"}, plain},
		{"no folder", app.Errorf(app.Unavailable, "database.no-folder", "Folder", "/no", "Error", errors.New("permission denied")), []string{"Couldn't make the folder /no", "permission denied"}, plain},
		{"a folder", app.Errorf(app.Unavailable, "database.no-file", "File", "/firm.db"), []string{"/firm.db is a folder, a device or a pipe. Choose a file."}, plain},
		{"no rights", app.Errorf(app.Unavailable, "database.not-opened", "File", "/firm.db", "Error", errors.New("permission denied")), []string{"Couldn't open the database /firm.db"}, plain},
		{"another that upgrades it", app.Errorf(app.Unavailable, "database.busy"), []string{"Another window or program is writing to the database."}, plain},
		{"anything else", errors.New("goose: odd"), []string{"Couldn't open the firm's data", "goose: odd"}, plain},
	} {
		t.Run(c.what, func(t *testing.T) {
			f := newFailed(t, c.err)
			f.see(c.texts...)
			for _, key := range c.buttons {
				if !f.has(key) {
					t.Errorf("there is no button %s", key)
				}
			}
			for _, key := range append(damage, append(plain, "damaged.use")...) {
				wanted := false
				for _, w := range c.buttons {
					wanted = wanted || w == key
				}
				if !wanted && f.has(key) {
					t.Errorf("there is a button %s", key)
				}
			}
			f.tap("failure.copy-details")
			f.see("Copied.")
			if got := fyne.CurrentApp().Clipboard().Content(); !strings.Contains(got, "/firm.db") || !strings.Contains(got, c.err.Error()) || !strings.Contains(got, "Feebridge 0.1.0\nSQLite 3") {
				t.Errorf("copied is %q", got)
			}
		})
	}
}

func TestAChoiceIsCarriedOutBeforeTheFirmIsOpenedAgain(t *testing.T) {
	damage := &app.Damaged{File: "/firm.db", What: app.Altered, Copy: &app.Copy{Path: "/new.db", At: fakeNow}}
	f := newFailed(t, damage)
	f.err = app.Errorf(app.Unavailable, "database.open", "File", "/firm.db")
	f.tap("damaged.restore")
	f.see("The database /firm.db is open in a window or another program. Close it first.")
	f.tap("damaged.use")
	f.err = nil
	f.tap("damaged.restore")
	f.tap("damaged.use")
	f.tap("damaged.look")
	f.tap("action.quit")
	want := "restore /new.db, use, restore /new.db, again, use, again, look, quit"
	if got := strings.Join(f.chosen, ", "); got != want {
		t.Errorf("chosen was %s, want %s", got, want)
	}
}
