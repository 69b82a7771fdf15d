package sqlite

import (
	"os"
	"path/filepath"
	"testing"

	"feebridge/app"
)

func TestTheNearestThatIsThereTellsTheDrive(t *testing.T) {
	there := t.TempDir()
	for _, path := range []string{there, filepath.Join(there, "firm.db"), filepath.Join(there, "new", "deeper", "firm.db")} {
		if got := nearest(path); got != there {
			t.Errorf("the nearest of %s is %s, want %s", path, got, there)
		}
	}
}

func TestAFolderIsMadeForTheDatabase(t *testing.T) {
	top := t.TempDir()
	path := filepath.Join(top, "new", "deeper", "firm.db")
	for range 2 {
		if err := MakeFolder(path); err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range []string{filepath.Dir(path), filepath.Join(top, "new")} {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
			t.Errorf("%s: %v, %v", folder, info.Mode(), err)
		}
	}
	if err := os.WriteFile(filepath.Join(top, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := MakeFolder(filepath.Join(top, "file", "firm.db")); !app.IsCode(err, app.Unavailable) {
		t.Errorf("within a file: %v", err)
	}
}
