//go:build figures

package figures

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// idle measures the program itself, with the window of the demo firm at rest.
func (f *figures) idle() {
	const pieces, piece = 3, 20 * time.Second
	program := f.startProgram()
	time.Sleep(75 * time.Second) // the first copy of the day is made a minute after the start
	before := calibrate(f.Context())
	at := []time.Duration{f.worked(program)}
	var shares []string
	for range pieces {
		time.Sleep(piece)
		at = append(at, f.worked(program))
		last := at[len(at)-1] - at[len(at)-2]
		shares = append(shares, fmt.Sprintf("%.2f", 100*last.Seconds()/piece.Seconds()))
	}
	used := at[pieces] - at[0]
	share := sample{value: 100 * used.Seconds() / (pieces * piece).Seconds(), pace: cpuWork.pace(between(before, calibrate(f.Context())))}
	f.hold("processor time of an idle window, demo firm", samples{share}, 0.3, percent,
		fmt.Sprintf("of a core, in 60 s; %s %% in each third; all threads, as the system counts it", strings.Join(shares, ", ")))
	f.tell("memory of that window", sizes(f.resident(program)), megabytes, "resident, with software GL")
}

// startProgram builds Feebridge and opens the demo firm with it. It ends with the test.
func (f *figures) startProgram() (pid int) {
	binary := filepath.Join(f.TempDir(), "feebridge")
	build := exec.CommandContext(f.Context(), "go", "build", "-tags", "migrated_fynedo", "-o", binary, "feebridge")
	if said, err := build.CombinedOutput(); err != nil {
		f.Fatalf("building Feebridge: %v\n%s", err, said)
	}
	c := exec.CommandContext(f.Context(), binary, "--demo")
	c.Env = append(os.Environ(), "XDG_CONFIG_HOME="+f.TempDir())
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) } // it throws the demo firm away
	out, err := c.StdoutPipe()
	if err != nil {
		f.Fatal(err)
	}
	if err := c.Start(); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = c.Wait() })
	late := time.AfterFunc(time.Minute, func() { _ = c.Process.Kill() })
	defer late.Stop()
	if !bufio.NewScanner(out).Scan() { // where the simulated Xero is
		f.Fatal("the demo firm has not opened within a minute")
	}
	return c.Process.Pid
}

// worked returns how long processors have worked for the threads of a process.
func (f *figures) worked(pid int) time.Duration {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(threads) == 0 {
		f.Fatalf("process %d has ended: %v", pid, err)
	}
	total := 0
	for _, thread := range threads {
		text, err := os.ReadFile(thread)
		if os.IsNotExist(err) {
			continue // it has ended
		}
		nanos, _, _ := strings.Cut(string(text), " ")
		n, numberErr := strconv.Atoi(nanos)
		if err != nil || numberErr != nil {
			f.Fatalf("%s: %q, %v", thread, text, err)
		}
		total += n
	}
	return time.Duration(total)
}

// resident returns how many megabytes of memory a process holds.
func (f *figures) resident(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if size, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, err := strconv.Atoi(strings.Fields(size)[0])
			if err != nil {
				f.Fatal(err)
			}
			return float64(kilobytes) * 1024 / 1e6
		}
	}
	f.Fatal("the system does not say how much memory the process holds")
	return 0
}
