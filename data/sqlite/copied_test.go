package sqlite_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"feebridge/app"
	"feebridge/data/sqlite"
)

// TestADatabaseFromAnotherComputerIsNoticed has both files come to the same place on another computer,
// as on a drive that is moved from one to the other.
func TestADatabaseFromAnotherComputerIsNoticed(t *testing.T) {
	path := closedFirm(t)
	var beside map[string]any
	if err := json.Unmarshal(read(t, path+".seen"), &beside); err != nil {
		t.Fatal(err)
	}
	if host, err := os.Hostname(); err != nil || beside["host"] != host {
		t.Fatalf("beside the database it says %v, and this is %q, %v", beside["host"], host, err)
	}
	if place, err := filepath.EvalSymlinks(path); err != nil || beside["path"] != place { // what is spelled otherwise is a copy
		t.Fatalf("beside the database it says %v, and this is %q, %v", beside["path"], place, err)
	}
	beside["host"] = "another computer"
	text, err := json.Marshal(beside)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path+".seen", text)
	if c := how(t, path); c.How != app.CopiedByHand {
		t.Errorf("it is %q", c.How)
	}
}

// TestALogThatOutlivesItsFileIsNotTakenForTheRestoredOnes loses the database's file, and not the log
// beside it, whose changes fit the file that is restored.
func TestALogThatOutlivesItsFileIsNotTakenForTheRestoredOnes(t *testing.T) {
	path := closedFirm(t)
	backup := backUp(t, path)
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), burn("INV-1")); err != nil {
		t.Fatal(err)
	}
	log := map[string][]byte{}
	for _, suffix := range []string{"-wal", "-shm"} {
		log[suffix] = read(t, path+suffix)
	}
	if err := errors.Join(db.Close(), os.Remove(path)); err != nil {
		t.Fatal(err)
	}
	if len(log["-wal"]) == 0 {
		t.Fatal("there is nothing in the log")
	}
	for suffix, content := range log {
		write(t, path+suffix, content)
	}
	if _, err := sqlite.Restore(t.Context(), path, backup); err != nil {
		t.Fatal(err)
	}
	for suffix := range log {
		if _, err := os.Stat(path + suffix); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", suffix, err)
		}
	}
	if isBurnt(t, path, "INV-1") {
		t.Error("the restored database has what the old log says")
	}
}

// TestADatabaseThatComesBackIsACopyOnceMore takes a database elsewhere, where it is known to be a copy,
// and brings it back: what was sent from here meanwhile it does not know.
func TestADatabaseThatComesBackIsACopyOnceMore(t *testing.T) {
	instance := func(path string) (of string) {
		t.Helper()
		var beside struct{ Instance string }
		if err := json.Unmarshal(read(t, path+".seen"), &beside); err != nil {
			t.Fatal(err)
		}
		return beside.Instance
	}
	path, away := closedFirm(t), filepath.Join(t.TempDir(), "firm.db")
	copyTo(t, path, away)
	for range 3 {
		change(t, away, saveAgain)
	}
	copyTo(t, away, path)
	change(t, path, saveAgain)
	if back, there := instance(path), instance(away); back == there {
		t.Errorf("it goes on as %s, which it was there", there)
	}
}
