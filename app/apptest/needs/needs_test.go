//go:build unix

package needs

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// end is a test that notes how it ends.
type end struct {
	testing.TB
	how, said string
}

func (e *end) Helper() {}

func (e *end) Fatalf(format string, args ...any) { e.stop("failed", format, args...) }

func (e *end) Skipf(format string, args ...any) { e.stop("skipped", format, args...) }

func (e *end) stop(how, format string, args ...any) {
	e.how, e.said = how, fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// look looks for a program from another goroutine, which a test may end.
func look(t *testing.T, p Program) (path string, e *end) {
	e = &end{TB: t}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		path = p.Path(e)
	}()
	<-ended // Path waits for nothing
	return path, e
}

func TestAProgramThatIsMissing(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	p := Program{"the-package", []string{"one-name", "other-name"}}

	t.Setenv(All, "")
	if _, e := look(t, p); e.how != "skipped" || !strings.Contains(e.said, "one-name or other-name") || !strings.Contains(e.said, "the-package") {
		t.Errorf("a newcomer's test: %s, %q", e.how, e.said)
	}
	t.Setenv(All, "1")
	if _, e := look(t, p); e.how != "failed" || !strings.Contains(e.said, "the-package") {
		t.Errorf("where all must run: %s, %q", e.how, e.said)
	}
	there := filepath.Join(folder, "other-name")
	if err := os.WriteFile(there, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if path, e := look(t, p); e.how != "" || path != there {
		t.Errorf("one that is there: %s, %q", e.how, path)
	}
}

func TestAMachineIsPreparedWithAllPrograms(t *testing.T) {
	setup, err := os.ReadFile("../../../.ci/setup")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Program{Browser, Keyring, Bus} {
		for _, word := range append(p.Names, p.Package) {
			if !strings.Contains(string(setup), word) {
				t.Errorf(".ci/setup does not know %s", word)
			}
		}
	}
}
