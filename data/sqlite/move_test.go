package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feebridge/app"
	"feebridge/app/apptest/needs"
	"feebridge/app/billing"
	"feebridge/app/storetest"
)

// aFolder is where a firm's database was kept: closed, with a witness, a backup and a log.
func aFolder(t *testing.T) (from, to string) {
	t.Helper()
	drive := t.TempDir()
	from, to = filepath.Join(drive, "Roaming", "feebridge", "feebridge.db"), filepath.Join(drive, "Local", "feebridge", "feebridge.db")
	for _, path := range []string{from, filepath.Dir(to)} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	edit(t, from, saveFirm)
	edit(t, from, func(tx app.Tx) error { return tx.SaveTax(billing.Tax{Code: "TAX1", Name: "A tax"}) })
	put(t, filepath.Join(filepath.Dir(from), "feebridge.log"), "a line")
	put(t, filepath.Join(filepath.Dir(from), "feebridge-backup-2026-11-03.db"), "a backup")
	return from, to
}

// saveFirm founds a firm that a witness knows.
func saveFirm(tx app.Tx) error {
	return errors.Join(storetest.SaveFirm(tx), tx.SaveFirm(app.Firm{ID: "tui", Name: "Tui Accounting", Currency: "NZD", MarkBase: app.DefaultMarkBase}))
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func has(t *testing.T, path, text string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != text {
		t.Errorf("%s holds %q, %v; want %q", path, got, err, text)
	}
}

// edit opens a database with the witness beside it, and changes it.
func edit(t *testing.T, path string, fn func(app.Tx) error) {
	t.Helper()
	db, err := Open(t.Context(), path, Witness(filepath.Join(filepath.Dir(path), "seen")))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(t.Context(), fn), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// isCopy opens a database, and reports whether it is taken for a copy.
func isCopy(t *testing.T, path string) bool {
	t.Helper()
	copied := false
	edit(t, path, func(tx app.Tx) error {
		how, err := tx.Copied()
		copied = how.How != ""
		return err
	})
	return copied
}

func move(t *testing.T, from, to string) bool {
	t.Helper()
	moved, err := Move(t.Context(), from, to, "seen")
	if err != nil {
		t.Fatal(err)
	}
	return moved
}

func TestAFolderIsMovedWithAllThatIsInIt(t *testing.T) {
	from, to := aFolder(t)
	if !move(t, from, to) {
		t.Fatal("it was not moved")
	}
	if isThere(filepath.Dir(from)) {
		t.Error("it is still where it was")
	}
	has(t, filepath.Join(filepath.Dir(to), "feebridge.log"), "a line")
	has(t, filepath.Join(filepath.Dir(to), "feebridge-backup-2026-11-03.db"), "a backup")
	if isCopy(t, to) {
		t.Error("it is taken for a copy")
	}
	if move(t, from, to) {
		t.Error("it was moved once more")
	}
}

func TestWhatTheWitnessKnewBeforeTheMoveItKnowsAfterIt(t *testing.T) {
	from, to := aFolder(t)
	old, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	s, err := readSeen(from)
	if err != nil {
		t.Fatal(err)
	}
	edit(t, from, func(tx app.Tx) error { return tx.SaveTax(billing.Tax{Code: "TAX2", Name: "A tax"}) })
	put(t, from, string(old))
	if err := s.write(from); err != nil { // both are put back before the move
		t.Fatal(err)
	}
	move(t, from, to)
	if !isCopy(t, to) {
		t.Error("the move hid it")
	}
}

func TestAFolderThatWasCopiedIsACopyAfterTheMove(t *testing.T) {
	from, _ := aFolder(t)
	_, to := aFolder(t)
	copied := filepath.Join(filepath.Dir(filepath.Dir(filepath.Dir(to))), "Copied", "feebridge")
	if err := os.CopyFS(copied, os.DirFS(filepath.Dir(from))); err != nil {
		t.Fatal(err)
	}
	if !move(t, filepath.Join(copied, "feebridge.db"), to) || !isCopy(t, to) {
		t.Error("it was not moved, or the move hid that it is a copy")
	}
}

func TestAFolderIsNotMovedWhileItIsOpen(t *testing.T) {
	from, to := aFolder(t)
	db, err := Open(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	if moved, err := Move(t.Context(), from, to, "seen"); moved || !app.IsCode(err, app.Unavailable) {
		t.Errorf("it was moved: %v, %v", moved, err)
	}
	if isThere(filepath.Dir(to)) {
		t.Error("something was made where it is to be")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if isCopy(t, from) {
		t.Error("it is taken for a copy where it was")
	}
	if !move(t, from, to) || isCopy(t, to) {
		t.Error("once it is closed, it was not moved, or is taken for a copy")
	}
}

func TestAMoveThatFailedChangedNothing(t *testing.T) {
	from, to := aFolder(t)
	if err := os.Remove(filepath.Dir(filepath.Dir(to))); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Dir(filepath.Dir(to)), "a file where the folder is to be")
	if moved, err := Move(t.Context(), from, to, "seen"); moved || !app.IsCode(err, app.Unavailable) {
		t.Errorf("it was moved: %v, %v", moved, err)
	}
	within := filepath.Join(filepath.Dir(from), "within", "feebridge", "feebridge.db") // no folder goes into itself
	if moved, err := Move(t.Context(), from, within, "seen"); moved || !app.IsCode(err, app.Unavailable) {
		t.Errorf("it was moved: %v, %v", moved, err)
	}
	if isCopy(t, from) {
		t.Error("it is taken for a copy where it was")
	}
}

func TestAMoveThatWasInterruptedGoesOn(t *testing.T) {
	from, to := aFolder(t)
	if _, err := readdress(t.Context(), from, to, "seen"); err != nil { // and then it died
		t.Fatal(err)
	}
	if !move(t, from, to) || isCopy(t, to) {
		t.Error("it was not moved, or is taken for a copy")
	}
}

func TestWhereThereAreTwoDatabasesTheNewPlaceCounts(t *testing.T) {
	from, to := aFolder(t)
	edit(t, mkdir(t, to), saveFirm)
	if move(t, from, to) {
		t.Error("one was moved")
	}
	if isCopy(t, from) || isCopy(t, to) {
		t.Error("one was changed")
	}
	if err := os.Remove(to); err != nil { // one that is gone is told as gone, and not replaced in silence
		t.Fatal(err)
	}
	if move(t, from, to) {
		t.Error("one was moved in the place of one that is gone")
	}
}

func mkdir(t *testing.T, path string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWhatIsInTheNewPlaceAlreadyIsKept(t *testing.T) {
	from, to := aFolder(t)
	before, after := filepath.Dir(from), filepath.Dir(to)
	put(t, mkdir(t, filepath.Join(after, "seen", "both.json")), "newer")
	put(t, filepath.Join(before, "seen", "both.json"), "older")
	put(t, filepath.Join(after, "seen", "one.json"), "new")
	put(t, filepath.Join(after, "policy.json"), "a policy")
	if !move(t, from, to) || isCopy(t, to) {
		t.Error("it was not moved, or is taken for a copy")
	}
	has(t, filepath.Join(after, "seen", "both.json"), "newer")
	has(t, filepath.Join(after, "seen", "one.json"), "new")
	has(t, filepath.Join(after, "policy.json"), "a policy")

	from, to = aFolder(t)
	put(t, mkdir(t, filepath.Join(filepath.Dir(to), "feebridge.log")), "another line")
	if moved, err := Move(t.Context(), from, to, "seen"); moved || !app.IsCode(err, app.Unavailable) {
		t.Errorf("a file in both places: %v, %v", moved, err)
	}
	has(t, filepath.Join(filepath.Dir(to), "feebridge.log"), "another line")
	has(t, filepath.Join(filepath.Dir(from), "feebridge.log"), "a line")
}

func TestWithoutAFolderNothingIsMoved(t *testing.T) {
	drive := t.TempDir()
	from, to := filepath.Join(drive, "Roaming", "feebridge", "feebridge.db"), filepath.Join(drive, "Local", "feebridge", "feebridge.db")
	if move(t, from, to) {
		t.Error("something was moved")
	}
	if entries, err := os.ReadDir(drive); err != nil || len(entries) > 0 {
		t.Errorf("made were %v, %v", entries, err)
	}
}

func TestAFolderOnAnotherDriveIsCopiedAndIsACopy(t *testing.T) {
	from, to := aFolder(t)
	if err := moveByCopy(t.Context(), from, to); err != nil {
		t.Fatal(err)
	}
	before := filepath.Dir(from)
	if isThere(before) || !isThere(before+" (moved)") {
		t.Error("an earlier version would go on with what it was copied from")
	}
	has(t, filepath.Join(filepath.Dir(to), "feebridge.log"), "a line")
	isAlone(t, filepath.Dir(to))
	if !isCopy(t, to) {
		t.Error("it is not compared with Xero, though the other one may have gone on")
	}
}

// isAlone holds that nothing is beside a folder.
func isAlone(t *testing.T, folder string) {
	t.Helper()
	if entries, err := os.ReadDir(filepath.Dir(folder)); err != nil || len(entries) != 1 {
		t.Errorf("beside %s are %v, %v", folder, entries, err)
	}
}

func TestAFolderThatCannotBeCopiedIsNotThereInHalf(t *testing.T) {
	from, to := aFolder(t)
	if err := os.MkdirAll(filepath.Join(filepath.Dir(to), "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := moveByCopy(t.Context(), from, to); err == nil {
		t.Error("no error")
	}
	if isThere(to) || !isThere(from) {
		t.Error("it is there in half, or gone")
	}
	isAlone(t, filepath.Dir(to))
}

// TestALinkInAFolderIsNotLeftOut has something behind a link that a copy would lack.
func TestALinkInAFolderIsNotLeftOut(t *testing.T) {
	for _, c := range []struct {
		what string
		link func(from, away string) string // makes way for a link to away, and returns where it is to be
	}{
		{"the database", func(from, away string) string { return rename(t, from, away) }},
		{"the folder of the witness", func(from, away string) string { return rename(t, filepath.Join(filepath.Dir(from), "seen"), away) }},
		{"the folder itself", func(from, away string) string { return rename(t, filepath.Dir(from), away) }},
	} {
		t.Run(c.what, func(t *testing.T) {
			from, to := aFolder(t)
			away := filepath.Join(t.TempDir(), "away")
			link := c.link(from, away)
			needs.Link(t, away, link)
			if err := moveByCopy(t.Context(), from, to); !app.IsCode(err, app.Invalid) || !strings.Contains(err.Error(), link+" is a link") {
				t.Errorf("it was copied: %v", err)
			}
			if isThere(filepath.Dir(to)) || isThere(filepath.Dir(from)+" (moved)") || !isFound(from) {
				t.Error("there is half a copy, or what it was copied from has another name")
			}
		})
	}
}

func rename(t *testing.T, path, to string) string {
	t.Helper()
	if err := os.Rename(path, to); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAFolderThatIsALinkIsMovedAsOne(t *testing.T) {
	from, to := aFolder(t)
	before := filepath.Dir(from)
	away := filepath.Join(t.TempDir(), "away")
	needs.Link(t, away, rename(t, before, away))
	isCopy(t, from) // as it is, since it lies elsewhere now
	known, err := readSeen(from)
	if err != nil {
		t.Fatal(err)
	}
	if !move(t, from, to) || isThere(before) {
		t.Error("it was not moved")
	}
	isCopy(t, to)
	if now, err := readSeen(to); err != nil || now.Instance != known.Instance {
		t.Errorf("it is taken for a copy once more: %v", err)
	}
}

func TestAFolderThatIsALinkToNearbyStays(t *testing.T) {
	from, to := aFolder(t)
	to = filepath.Join(filepath.Dir(filepath.Dir(to)), "deeper", "feebridge", "feebridge.db")
	before := filepath.Dir(from)
	needs.Link(t, "away", rename(t, before, filepath.Join(filepath.Dir(before), "away")))
	if moved, err := Move(t.Context(), from, to, "seen"); moved || !app.IsCode(err, app.Unavailable) || !strings.Contains(err.Error(), "is a link") {
		t.Errorf("it was moved to where it leads nowhere: %v, %v", moved, err)
	}
	if !isFound(from) || isThere(filepath.Dir(to)) {
		t.Error("it is not where it was")
	}
}
