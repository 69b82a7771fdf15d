package disk

import (
	"os"
	"path/filepath"
	"testing"

	"feebridge/app/apptest/needs"
)

func TestOneFileUnderSeveralNames(t *testing.T) {
	top := t.TempDir()
	there, other, missing := filepath.Join(top, "firm.db"), filepath.Join(top, "other.db"), filepath.Join(top, "new", "missing.db")
	for _, path := range []string{there, other} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(t.TempDir(), "link")
	t.Chdir(top)
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{there, there, true},
		{there, "firm.db", true},
		{there, filepath.Join(top, "x", "..", "firm.db"), true},
		{missing, filepath.Join("new", "missing.db"), true},
		{there, other, false},
		{there, missing, false},
		{missing, filepath.Join(top, "missing.db"), false},
	} {
		if got := SameFile(c.a, c.b); got != c.same {
			t.Errorf("%s and %s are one file: %v", c.a, c.b, got)
		}
	}
	t.Run("behind a link", func(t *testing.T) {
		needs.Link(t, top, link)
		if !SameFile(there, filepath.Join(link, "firm.db")) || !SameFile(filepath.Join(link, "new", "missing.db"), missing) {
			t.Error("it is another file")
		}
	})
}
