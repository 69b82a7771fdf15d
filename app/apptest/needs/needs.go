// Package needs finds what some tests need and not every machine has, above all programs, and decides
// what happens where it is missing. Only tests import it.
package needs

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// All in the environment says that every test must run. `make test` sets it, and with that CI.
const All = "FEEBRIDGE_TEST_ALL"

// Program is one that tests run. The same table for a machine's preparation is in .ci/setup.
type Program struct {
	Package string   // of Debian
	Names   []string // any of which will do
}

// The programs that tests run.
var (
	Browser = Program{"chromium", []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}}
	Keyring = Program{"gnome-keyring", []string{"gnome-keyring-daemon"}}
	Bus     = Program{"dbus", []string{"dbus-run-session"}}
)

// Path returns where the program is. Without it the test is skipped, and says what to install;
// where All is set it fails.
func (p Program) Path(t testing.TB) string {
	t.Helper()
	for _, name := range p.Names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "This test needs %s, which is not on the PATH. Install it: on Debian the package is %s, and `sh .ci/setup test` installs all that tests need."
	names := strings.Join(p.Names, " or ")
	if os.Getenv(All) != "" {
		t.Fatalf(missing, names, p.Package)
	}
	t.Skipf(missing, names, p.Package)
	return ""
}

// Link makes a symbolic link that leads to a path. On Windows, where not everybody may make one, the
// test is skipped if there is none afterwards: Wine says that it made one.
func Link(t testing.TB, to, link string) {
	t.Helper()
	err := os.Symlink(to, link)
	if err == nil {
		_, err = os.Lstat(link)
	}
	if err != nil && runtime.GOOS == "windows" {
		t.Skipf("This test needs a symbolic link: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
}
