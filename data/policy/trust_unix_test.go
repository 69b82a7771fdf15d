//go:build unix

package policy

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestOnlyAFileThatNobodyElseCanChangeIsTrusted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	me := uint32(os.Getuid())
	for _, c := range []struct {
		mode fs.FileMode
		who  uint32
		good bool
	}{
		{0o644, me, true}, {0o600, me, true}, {0o755, me, true},
		{0o664, me, false}, {0o646, me, false}, {0o666, me, false},
		{0o644, me + 1, false},
	} {
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := ownedBy(f, c.who); (err == nil) != c.good {
			t.Errorf("%v of %d: %v", c.mode, c.who, err)
		}
		_ = f.Close()
	}
}

// TestTheFileOfAnyoneIsNoPolicy reads it as the program does.
func TestTheFileOfAnyoneIsNoPolicy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(path, []byte("{}"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o666); err != nil { // whatever the umask is
		t.Fatal(err)
	}
	if _, err := read(path, trusted); err == nil {
		t.Error("it is taken")
	}
}
