package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/apptest/needs"
	"feebridge/app/billing"
	"feebridge/app/outbox"
	"feebridge/data/sqlite"
)

// closedFirm makes a database with the firm of saveFirm, closes it, and returns its path.
func closedFirm(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "firm.db")
	change(t, path, saveFirm)
	return path
}

// change opens a database, changes it and closes it.
func change(t *testing.T, path string, fn func(app.Tx) error) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(t.Context(), fn), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// how tells whether a database is a copy.
func how(t *testing.T, path string) (c app.Copied) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(t.Context(), func(r app.Reader) (err error) {
		c, err = r.Copied()
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return c
}

func backUp(t *testing.T, path string) (to string) {
	t.Helper()
	to = filepath.Join(t.TempDir(), "backup.db")
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Backup(t.Context(), to, false), db.Close()); err != nil {
		t.Fatal(err)
	}
	return to
}

func copyTo(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func burn(n billing.Number) func(app.Tx) error {
	return func(tx app.Tx) error { return errors.Join(tx.Burn(n), tx.Record(entry)) }
}

func isBurnt(t *testing.T, path string, n billing.Number) (burnt bool) {
	t.Helper()
	change(t, path, func(tx app.Tx) (err error) {
		burnt, err = tx.Burnt(n)
		return err
	})
	return burnt
}

func TestARestoreBringsBackTheCopyAndKeepsWhatWasThere(t *testing.T) {
	path := closedFirm(t)
	backup := backUp(t, path)
	change(t, path, burn("INV-1"))
	before, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := sqlite.Restore(t.Context(), path, backup)
	if err != nil {
		t.Fatal(err)
	}
	if isBurnt(t, path, "INV-1") || how(t, path).How != app.Restored {
		t.Error("it is not the copy, or does not say that it is one")
	}
	if !isBurnt(t, kept, "INV-1") {
		t.Error("what was there is not kept")
	}
	if after, err := os.ReadFile(backup); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the backup was changed (%v)", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".feebridge-*")); len(left) > 0 {
		t.Errorf("what is left is %v", left)
	}
	newest, err := sqlite.NewestCopy(t.Context(), path)
	if err != nil || newest == nil || newest.Path != kept || newest.At.IsZero() {
		t.Errorf("the newest copy beside it is %v (%v)", newest, err)
	}
}

func TestRestoresInOneInstantKeepEachWhatWasThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where no time passes
		path := closedFirm(t)
		backup := backUp(t, path)
		var kept []string
		var numbers []billing.Number
		for i := range 12 {
			numbers = append(numbers, billing.Number(fmt.Sprint("INV-", i)))
			change(t, path, burn(numbers[i]))
			name, err := sqlite.Restore(t.Context(), path, backup)
			if err != nil {
				t.Fatal(err)
			}
			kept = append(kept, name)
		}
		if !slices.IsSorted(kept) {
			t.Errorf("the names are not in the order of the restores: %q", kept)
		}
		for i, n := range numbers {
			if !isBurnt(t, kept[i], n) {
				t.Errorf("%s is not what was there before restore %d", kept[i], i+1)
			}
		}
	})
}

func TestARestoreTakesNothingThatIsNotSound(t *testing.T) {
	path := closedFirm(t)
	broken := backUp(t, path)
	content, err := os.ReadFile(broken)
	if err != nil {
		t.Fatal(err)
	}
	for i := 20 * 4096; i < len(content)-4096; i += 4096 {
		copy(content[i:], bytes.Repeat([]byte{0xff}, 200))
	}
	if err := os.WriteFile(broken, content, 0o600); err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.db")
	if err := os.WriteFile(cut, content[:len(content)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("Dear Olivia, ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(t.TempDir(), "other.db")
	run(t, foreign, "CREATE TABLE t (x)")
	newer := backUp(t, path)
	run(t, newer, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (4711, 1)")
	dangling := backUp(t, path)
	run(t, dangling, "UPDATE runs SET started_by = 'nobody'")
	short := filepath.Join(t.TempDir(), "short.db")
	if err := os.WriteFile(short, content[:40], 0o600); err != nil {
		t.Fatal(err)
	}
	bare := filepath.Join(t.TempDir(), "bare.db") // marked as Feebridge's
	run(t, bare, "PRAGMA application_id = 1181050178", "CREATE TABLE t (x)")
	logged := filepath.Join(t.TempDir(), "logged.db") // without a word in the file itself
	for suffix, content := range map[string]string{"": "", "-wal": strings.Repeat("log", 5000)} {
		if err := os.WriteFile(logged+suffix, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]string{
		"a short one": short, "without a table": bare, "all in a log that is none": logged,
		"broken": broken, "cut": cut, "a text": text, "empty": empty, "another program's": foreign, "a newer Feebridge's": newer,
		"without what it refers to": dangling, "not there": filepath.Join(t.TempDir(), "no.db"), "itself": path,
	} {
		t.Run(name, func(t *testing.T) {
			kept, err := sqlite.Restore(t.Context(), path, from)
			var e *app.Error
			if !errors.As(err, &e) || kept != "" {
				t.Errorf("the error is %v, and %q was kept", err, kept)
			}
			if !strings.Contains(err.Error(), from) || strings.Contains(err.Error(), ".feebridge-") || strings.Contains(err.Error(), "restored.db") {
				t.Errorf("it doesn't name the file that was chosen: %v", err)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the database was changed")
			}
		})
	}
}

// TestALargeFileIsRefusedByItsHead restores a file that is no database and has no end that anybody would wait for.
func TestALargeFileIsRefusedByItsHead(t *testing.T) {
	path := closedFirm(t)
	large := filepath.Join(t.TempDir(), "disk.img")
	if err := errors.Join(os.WriteFile(large, []byte("no database"), 0o600), os.Truncate(large, 32<<20)); err != nil {
		t.Fatal(err)
	}
	asked := &askedContext{Context: t.Context()}
	if _, err := sqlite.Restore(asked, path, large); !app.IsCode(err, app.Invalid) || !strings.Contains(err.Error(), large+" isn't a database") {
		t.Error(err)
	}
	if asked.times > 0 {
		t.Errorf("its copy was begun: before each piece it was asked whether to go on, %d times", asked.times)
	}
}

// askedContext counts how often it is asked whether it has ended.
type askedContext struct {
	context.Context
	times int
}

// Err implements context.Context.
func (c *askedContext) Err() error {
	c.times++
	return c.Context.Err()
}

func TestADatabaseThatIsOpenIsNotReplaced(t *testing.T) {
	s := openStore(t)
	backup := filepath.Join(t.TempDir(), "b.db")
	if err := s.Backup(t.Context(), backup, false); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Restore(t.Context(), s.path, backup); !app.IsCode(err, app.Unavailable) || !strings.Contains(err.Error(), "Close it") {
		t.Errorf("the error is %v", err)
	}
}

func TestADatabaseHasOneLockByWhicheverNameItIsOpened(t *testing.T) {
	s := openStore(t)
	backup := filepath.Join(t.TempDir(), "b.db")
	if err := s.Backup(t.Context(), backup, false); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.db")
	needs.Link(t, s.path, link)
	if _, err := sqlite.Restore(t.Context(), link, backup); !app.IsCode(err, app.Unavailable) || !strings.Contains(err.Error(), "Close it") {
		t.Errorf("the error is %v", err)
	}
	other, err := sqlite.Open(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if beside, err := filepath.Glob(link + "*"); err != nil || len(beside) != 1 {
		t.Errorf("beside the link there is %v, %v", beside, err)
	}
	gone := filepath.Join(t.TempDir(), "gone.db")
	needs.Link(t, filepath.Join(t.TempDir(), "nothing.db"), gone)
	if other, err := sqlite.Open(t.Context(), gone); err == nil {
		t.Errorf("a link that leads nowhere is opened: %v", other.Close())
	}
}

func TestARestoreEndsWhenItsContextDoes(t *testing.T) {
	s := openStore(t)
	backup := filepath.Join(t.TempDir(), "b.db")
	if err := s.Backup(t.Context(), backup, false); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	path := filepath.Join(t.TempDir(), "firm.db")
	if _, err := sqlite.Restore(ended, path, backup); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	if left, err := filepath.Glob(path); err != nil || len(left) != 0 {
		t.Errorf("there is %v, %v", left, err)
	}
}

func TestACopyIsNoticed(t *testing.T) {
	for _, c := range []struct {
		what string
		do   func(t *testing.T, path, backup string) string
		want app.CopyHow
	}{
		{"opened again", func(_ *testing.T, path, _ string) string { return path }, app.Original},
		{"an older one in its place", func(t *testing.T, path, backup string) string {
			change(t, path, burn("INV-1"))
			change(t, path, saveAgain)
			copyTo(t, backup, path)
			return path
		}, app.CopiedByHand},
		{"an older one in its place, after a crash once a request was about to leave", func(t *testing.T, path, backup string) string {
			db, err := sqlite.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			err = db.Lease(t.Context(), "send", func(ctx context.Context, f app.Fence) error {
				return db.Work(ctx, f, func(tx outbox.Tx) error {
					return errors.Join(tx.SaveRuns(app.Run{ID: "another", Tenant: "demo", By: "olivia"}),
						tx.SaveBatches(app.Batch{ID: "batch", Tenant: "demo", Kind: app.InvoiceBatch, Key: "key", Body: []byte("body"), State: app.Sending, Tries: 1}))
				})
			})
			beside := read(t, path+".seen")
			if err := errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
			write(t, path+".seen", beside) // as if it had not been closed
			copyTo(t, backup, path)
			return path
		}, app.CopiedByHand},
		{"taken elsewhere", func(t *testing.T, path, _ string) string {
			to := filepath.Join(t.TempDir(), "firm.db")
			copyTo(t, path, to)
			return to
		}, app.CopiedByHand},
		{"moved with what lies beside it", func(t *testing.T, path, _ string) string {
			to := filepath.Join(t.TempDir(), "firm.db")
			copyTo(t, path, to)
			copyTo(t, path+".seen", to+".seen")
			return to
		}, app.CopiedByHand},
		{"brought back from elsewhere, where it was used", func(t *testing.T, path, _ string) string {
			away := filepath.Join(t.TempDir(), "firm.db")
			copyTo(t, path, away)
			for range 3 {
				change(t, away, saveAgain)
			}
			copyTo(t, away, path)
			return path
		}, app.CopiedByHand},
		{"what lies beside it is lost", func(t *testing.T, path, _ string) string {
			if err := os.Remove(path + ".seen"); err != nil {
				t.Fatal(err)
			}
			return path
		}, app.CopiedByHand},
		{"reached by a link", func(t *testing.T, path, _ string) string {
			link := filepath.Join(filepath.Dir(path), "sub")
			needs.Link(t, filepath.Dir(path), link)
			return filepath.Join(link, "firm.db")
		}, app.Original},
	} {
		t.Run(c.what, func(t *testing.T) {
			path := closedFirm(t)
			path = c.do(t, path, backUp(t, path))
			first := how(t, path)
			if first.How != c.want {
				t.Errorf("it is %q", first.How)
			}
			if again := how(t, path); !again.Found.Equal(first.Found) {
				t.Error("it is found to be a copy once more")
			}
		})
	}
}

// saveAgain is a change that is remembered beside the database at once.
func saveAgain(tx app.Tx) error {
	firm, err := tx.Firm()
	if err != nil {
		return err
	}
	firm.ID = "firm"
	firm.Numbering.Next++
	return tx.SaveFirm(firm)
}

func TestACopyGoesOnWithTheNumbersOfTheOneBefore(t *testing.T) {
	path := closedFirm(t)
	change(t, path, saveAgain)
	backup := backUp(t, path)
	for range 5 {
		change(t, path, saveAgain)
	}
	if _, err := sqlite.Restore(t.Context(), path, backup); err != nil {
		t.Fatal(err)
	}
	change(t, path, func(tx app.Tx) error {
		firm, err := tx.Firm()
		if firm.Numbering.Next != 6 {
			t.Errorf("the next number is %d", firm.Numbering.Next)
		}
		return err
	})
}

// TestACopyGoesOnWithTheNumbersOfAProcessThatDied has a process give out numbers and never close the
// database: what it took is beside it all the same.
func TestACopyGoesOnWithTheNumbersOfAProcessThatDied(t *testing.T) {
	path := closedFirm(t)
	change(t, path, saveAgain)
	backup := backUp(t, path)
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if err := db.Update(t.Context(), saveAgain); err != nil {
			t.Fatal(err)
		}
	}
	beside := read(t, path+".seen")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, path+".seen", beside) // as if it had not been closed
	if _, err := sqlite.Restore(t.Context(), path, backup); err != nil {
		t.Fatal(err)
	}
	change(t, path, func(tx app.Tx) error {
		firm, err := tx.Firm()
		if firm.Numbering.Next != 6 {
			t.Errorf("the next number is %d", firm.Numbering.Next)
		}
		return err
	})
}

// TestMain lets this test binary be a process that can be killed.
func TestMain(m *testing.M) {
	if path := os.Getenv("FEEBRIDGE_TEST_WRITES"); path != "" {
		writeFor(path)
	}
	os.Exit(m.Run())
}

// writeFor writes to a database without end, a line on standard output for each change.
func writeFor(path string) {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, path)
	if err != nil {
		panic(err)
	}
	for {
		if err := db.Update(ctx, saveAgain); err != nil {
			panic(err)
		}
		_, _ = os.Stdout.WriteString("\n")
	}
}

func TestAKilledProcessLeavesNoCopy(t *testing.T) {
	path := closedFirm(t)
	ctx, cancel := context.WithTimeout(t.Context(), deadline.Thing)
	defer cancel()
	c := exec.CommandContext(ctx, os.Args[0])
	c.Env = append(os.Environ(), "FEEBRIDGE_TEST_WRITES="+path)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 20)); err != nil {
		t.Fatalf("the process has written nothing within %v: %v", deadline.Thing, err)
	}
	if _, err := sqlite.Restore(t.Context(), path, path+".seen"); !app.IsCode(err, app.Unavailable) {
		t.Errorf("a database that another process has open: %v", err)
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // it was killed
	if got := how(t, path).How; got != app.Original {
		t.Errorf("it is %q", got)
	}
}

func TestADamagedFileIsToldWithItsCopies(t *testing.T) {
	scramble := func(t *testing.T, path string) {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteAt(bytes.Repeat([]byte("xyz"), 3000), 0)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		what   string
		damage func(*testing.T, string)
		gone   bool
	}{
		{"overwritten", scramble, false},
		{"emptied", func(t *testing.T, path string) {
			if err := os.Truncate(path, 0); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"cut", func(t *testing.T, path string) {
			if err := os.Truncate(path, 5000); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"removed", func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, true},
	} {
		t.Run(c.what, func(t *testing.T) {
			path := closedFirm(t)
			db, err := sqlite.Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			var made []string
			for _, day := range []billing.Date{20261101, 20261102, 20261103} {
				name, keep := db.KeepBackup(t.Context(), day)
				made = append(made, name)
				if err := errors.Join(keep, db.Update(t.Context(), burn("INV-1"))); err != nil {
					t.Fatal(err)
				}
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			scramble(t, made[2]) // the newest
			c.damage(t, path)
			_, err = sqlite.Open(t.Context(), path)
			var d *app.Damaged
			if !errors.As(err, &d) || !app.IsCode(err, app.Unavailable) || (d.What == app.Gone) != c.gone || !strings.Contains(err.Error(), made[1]) {
				t.Fatalf("the error is %v", err)
			}
			if d.Copy == nil || d.Copy.Path != made[1] || d.Copy.At.IsZero() {
				t.Fatalf("offered is %+v, and %s is the newest good one", d.Copy, made[1])
			}
			kept, err := sqlite.Restore(t.Context(), path, d.Copy.Path)
			if err != nil || (kept == "") != (c.what == "removed" || c.what == "emptied") {
				t.Fatalf("restoring: %v, %q", err, kept)
			}
			if !isBurnt(t, path, "INV-1") || how(t, path).How != app.Restored {
				t.Error("it is not the newest good copy")
			}
		})
	}
}

func TestAFileDamagedByAPowerCutIsFound(t *testing.T) {
	path := closedFirm(t)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lost := 0
	for at := 10 * 4096; at+4096 <= len(content); at += 4096 { // pages that never reached the disk
		copy(content[at:at+4096], make([]byte, 4096))
		lost++
	}
	if lost == 0 {
		t.Fatal("the file is too small for this test")
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+"-wal", make([]byte, 32), 0o600); err != nil { // it was not closed
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), path)
	var d *app.Damaged
	if !errors.As(err, &d) {
		t.Errorf("the error is %v", err)
	}
	if db != nil {
		closeAtEnd(t, db)
	}
}

func TestABackupNeverReplacesTheDatabase(t *testing.T) {
	s := openStore(t)
	night, err := s.KeepBackup(t.Context(), 20261103)
	if err != nil {
		t.Fatal(err)
	}
	kept := contentOf(t, night)
	stem := strings.TrimSuffix(s.path, filepath.Ext(s.path))
	old := stem + "-2026-11-03T14-15-00.000.log" // that was put aside
	if err := os.WriteFile(old, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{
		s.path: "open database", s.path + "-wal": "open database", s.path + "-shm": "open database", s.path + "-journal": "open database",
		s.path + ".seen": "open database", s.path + ".lock": "open database", stem + ".log": "open database", stem + ".log.lock": "open database",
		old: "open database", night: "a backup of the open database",
	} {
		for what, err := range map[string]error{"backup": s.Backup(t.Context(), path, true), "copy": s.CopyAsItIs(t.Context(), path), "list": s.RefuseOwn(path)} {
			if !app.IsCode(err, app.Invalid) || !strings.Contains(err.Error(), says) {
				t.Errorf("a %s over %s: %v", what, filepath.Base(path), err)
			}
		}
	}
	if got := contentOf(t, night); got != kept {
		t.Error("the backup of the night has changed")
	}
	t.Run("through a link", func(t *testing.T) {
		link := filepath.Join(t.TempDir(), "link.db")
		needs.Link(t, s.path, link)
		if err := s.Backup(t.Context(), link, true); !app.IsCode(err, app.Invalid) {
			t.Error(err)
		}
	})
	other := filepath.Join(t.TempDir(), "b.db")
	if err := os.WriteFile(other, []byte("a letter"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), other, true); !app.IsCode(err, app.Invalid) || !strings.Contains(err.Error(), "is a text file, not a Feebridge database") {
		t.Errorf("over a letter: %v", err)
	}
	if got := contentOf(t, other); got != "a letter" {
		t.Errorf("the letter is %q now", got)
	}
	for range 2 { // the second time over a backup
		if err := errors.Join(os.Remove(other), s.Backup(t.Context(), other, true), s.Backup(t.Context(), other, true)); err != nil {
			t.Error(err)
		}
	}
	used := openEmpty(t, other) // by somebody else, as their own
	if err := s.Backup(t.Context(), other, true); !app.IsCode(err, app.Invalid) || !strings.Contains(err.Error(), "is a database in use, not a backup") {
		t.Errorf("over the database of another firm: %v", err)
	}
	used.update(func(tx app.Tx) error { return tx.Record(entry) })
}

func contentOf(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestNightlyCopiesAreKeptForFourteenDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openEmpty(t, filepath.Join(t.TempDir(), "my firm.db"))
		s.update(saveFirm)
		folder := filepath.Dir(s.path)
		mine := filepath.Join(folder, "my firm-backup-before-the-audit.db")
		others := filepath.Join(folder, "other-backup-2020-01-01.db")
		for _, name := range []string{mine, others} {
			if err := os.WriteFile(name, []byte("precious"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		abandoned := filepath.Join(folder, ".feebridge-backup-1")
		if err := os.Mkdir(abandoned, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(abandoned, time.Time{}, time.Now().Add(-48*time.Hour)); err != nil {
			t.Fatal(err)
		}
		day := billing.Date(20261103)
		for range 20 {
			for range 2 { // the second time there is one
				if _, err := s.KeepBackup(t.Context(), day); err != nil {
					t.Fatal(err)
				}
			}
			day = day.AddDays(1)
		}
		names, err := filepath.Glob(filepath.Join(folder, "*backup*"))
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for i := range app.KeptBackups {
			want = append(want, filepath.Join(folder, "my firm-backup-"+day.AddDays(i-app.KeptBackups).String()+".db"))
		}
		want = append(want, mine, others)
		same(t, names, want)
	})
}
