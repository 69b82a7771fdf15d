package sqlite

import (
	"os"
	"path/filepath"
	"testing"

	"feebridge/app"
)

func TestARestoreOverAFileThatIsHeldSaysWhichAndKeepsIt(t *testing.T) {
	path, backup := filepath.Join(t.TempDir(), "firm.db"), filepath.Join(t.TempDir(), "backup.db")
	edit(t, path, saveFirm)
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(t.Context(), backup, false); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	another, err := os.Open(path) // a program that copies files
	if err != nil {
		t.Fatal(err)
	}
	_, err = Restore(t.Context(), path, backup)
	want := app.Errorf(app.Unavailable, "database.open", "File", path).Error()
	if !app.IsCode(err, app.Unavailable) || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if err := another.Close(); err != nil {
		t.Fatal(err)
	}
	if isCopy(t, path) {
		t.Error("it was replaced all the same")
	}
	if _, err := Restore(t.Context(), path, backup); err != nil || !isCopy(t, path) {
		t.Errorf("once it is closed: %v", err)
	}
}
