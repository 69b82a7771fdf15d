//go:build !windows

package instance

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAFolderThatOthersMayEnterIsNotUsed(t *testing.T) {
	ownRuntime(t)
	database := filepath.Join(t.TempDir(), "firm.db")
	folder := filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "feebridge")
	for what, make := range map[string]func() error{
		"one that a group may enter": func() error { return os.Mkdir(folder, 0o750) },
		"a link":                     func() error { return os.Symlink(t.TempDir(), folder) },
	} {
		if err := make(); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(folder, 0o750); err != nil {
			t.Fatal(err)
		}
		host, err := Reach(t.Context(), database, "")
		if host != nil || err == nil || !strings.Contains(err.Error(), "not this person's alone") {
			t.Errorf("%s: the host is %v, the error %v", what, host, err)
		}
		if err := os.Remove(folder); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheSocketIsThePersonsOwn(t *testing.T) {
	ownRuntime(t)
	database := filepath.Join(t.TempDir(), "firm.db")
	open(t, database)
	folder, err := os.Stat(filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "feebridge"))
	if err != nil || folder.Mode().Perm() != 0o700 {
		t.Errorf("the folder of the sockets has mode %v, %v", folder.Mode(), err)
	}
}

// TestTheSocketOfADeadProcessIsTaken leaves a socket behind, as a process does that was killed.
func TestTheSocketOfADeadProcessIsTaken(t *testing.T) {
	ownRuntime(t)
	database := filepath.Join(t.TempDir(), "firm.db")
	folder, err := ownFolder()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(socket(folder, nameOf(database)), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, database).reach(t, database, "", "")
}

func TestAnotherScreenHasAWindowOfItsOwn(t *testing.T) {
	ownRuntime(t)
	database := filepath.Join(t.TempDir(), "firm.db")
	t.Setenv("DISPLAY", ":1")
	open(t, database)
	t.Setenv("DISPLAY", ":2")
	open(t, database)
}

// TestALinkedDatabaseHasOneWindow starts Feebridge by the file itself and by a link to a link to it.
func TestALinkedDatabaseHasOneWindow(t *testing.T) {
	folder := t.TempDir()
	file, link, further := filepath.Join(folder, "firm.db"), filepath.Join(t.TempDir(), "linked.db"), filepath.Join(folder, "ours.db")
	if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Symlink(file, link), os.Symlink(link, further)); err != nil {
		t.Fatal(err)
	}
	w := open(t, further)
	w.reach(t, file, key, key)
	w.reach(t, link, "", "")
}
