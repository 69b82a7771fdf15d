package disk

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"feebridge/app/apptest/deadline"
)

// logAt returns a log whose files are full after some lines.
func logAt(path string, kept int) *Log { return newLog(path, 1000, kept) }

// linesIn returns how often each line is in the files of a log.
func linesIn(t *testing.T, path string) map[string]int {
	t.Helper()
	all, err := filepath.Glob(strings.TrimSuffix(path, ".log") + "*.log")
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]int{}
	for _, name := range all {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			lines[line]++
		}
	}
	return lines
}

func TestNoLineIsLostWhileSeveralProcessesShareALog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "firm.log")
	want := map[string]int{}
	var all sync.WaitGroup
	for process := range 4 {
		l := logAt(path, 1000) // a process has one of its own
		for n := range 100 {
			want[fmt.Sprintf("process %d, line %d\n", process, n)] = 1
		}
		all.Go(func() {
			for n := range 100 {
				if _, err := fmt.Fprintf(l, "process %d, line %d\n", process, n); err != nil {
					t.Error(err)
				}
			}
		})
	}
	deadline.Wait(t, all.Wait, "four that write to a log")
	if got := linesIn(t, path); !maps.Equal(got, want) {
		t.Errorf("%d lines came of %d, some of them twice or cut", len(got), len(want))
	}
	if files, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "firm-*.log")); len(files) < 5 {
		t.Errorf("only %d files were put aside", len(files))
	}
}

func TestTheOldestLogsGo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "firm.log")
	l := logAt(path, 2)
	others := []string{"firm-backup-2026-11-03.log", "firm-x-2026-11-03T14-15-00.000.log", "other-2026-11-03T14-15-00.000.log"}
	for _, name := range append(others, "firm-2026-01-03T14-15-00.000.log") { // the last one is an old log
		if err := os.WriteFile(filepath.Join(filepath.Dir(path), name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	line := strings.Repeat("x", 499) + "\n"
	for range 10 {
		if n, err := l.Write([]byte(line)); n != len(line) || err != nil {
			t.Fatal(n, err)
		}
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var logs []string
	for _, e := range entries {
		if !slices.Contains(others, e.Name()) && strings.HasPrefix(e.Name(), "firm-") {
			logs = append(logs, e.Name())
		}
	}
	if len(logs) != 2 || logs[0] < "firm-2026-06" {
		t.Errorf("put aside are %v, want the two newest", logs)
	}
	for _, name := range others {
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), name)); err != nil {
			t.Errorf("%s is none of its files, and gone", name)
		}
	}
}
