package disk

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestALogThatAViewerHoldsGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "firm.log")
	l, want := logAt(path, 1000), map[string]int{}
	say := func(line string) {
		t.Helper()
		want[line] = 1
		if _, err := l.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	say(strings.Repeat("x", 600) + "\n")
	viewer, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		say(fmt.Sprintln(n, strings.Repeat("y", 600)))
	}
	if all, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "firm-*.log")); len(all) > 0 {
		t.Errorf("%v was put aside while a viewer had it open", all)
	}
	if err := viewer.Close(); err != nil {
		t.Fatal(err)
	}
	say("after\n")
	say("on a new page\n")
	if all, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "firm-*.log")); len(all) != 1 {
		t.Errorf("put aside are %v", all)
	}
	if got := linesIn(t, path); !maps.Equal(got, want) {
		t.Errorf("the lines are %v", got)
	}
}
