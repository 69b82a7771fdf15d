package crash

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
)

// The variables of the environment that make this test binary a program that crashes.
const (
	envHow = "FEEBRIDGE_TEST_CRASH"
	envLog = "FEEBRIDGE_TEST_CRASH_LOG"
)

// telling is what no crash file may have.
const telling = "Zebediah Quartermain"

// ends are the ways in which a program ends.
var ends = map[string]func(name string){
	"a panic":                    func(name string) { panic("the client " + name + " has no number\n" + name + "()\ngoroutine") },
	"a panic with an error":      func(name string) { panic(fmt.Errorf("saving %s: %w", name, os.ErrExist)) },
	"a panic with a type":        func(name string) { panic(struct{ Name string }{name}) },
	"a panic while it panics":    func(name string) { defer func() { panic("again " + name) }(); panic(name) },
	"a nil pointer":              func(string) { var r *Run; r.path = "" },
	"an index":                   func(name string) { _ = []byte(name)[len(name)+len(os.Args):] },
	"a map that two write to":    func(string) { twoWrite() },
	"a stack that has no end":    func(name string) { panic(noEnd(name, func(string) bool { return true })) },
	"a lock that nobody holds":   func(string) { new(sync.Mutex).Unlock() },
	"a panic that was recovered": func(name string) { defer func() { panic(recover()) }(); panic(name) },
}

func twoWrite() {
	m := map[int]int{}
	for n := range 4 {
		go func() {
			for i := 0; ; i++ {
				m[i%8] = n
			}
		}()
	}
	select {}
}

// noEnd calls itself as long as there is more.
func noEnd(name string, more func(string) bool) int {
	if !more(name) {
		return 0
	}
	return noEnd(name, more) + 1
}

// TestMain lets this test binary be a program that crashes on a goroutine of its own.
func TestMain(m *testing.M) {
	if how := os.Getenv(envHow); how != "" {
		debug.SetMaxStack(1 << 20) // or a stack without an end takes a gigabyte
		r, err := Watch(os.Getenv(envLog), "version: 1.2.3")
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		if how == "well" {
			r.End()
			os.Exit(0)
		}
		if how == "killed" {
			fmt.Println("started")
			time.Sleep(deadline.Program)
		}
		go ends[how](telling)
		time.Sleep(deadline.Program)
	}
	os.Exit(m.Run())
}

// child returns a program that ends in that way, and what it prints.
func child(t *testing.T, how, log string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline.Program)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, os.Args[0])
	c.Env = append(os.Environ(), envHow+"="+how, envLog+"="+log, "GOTRACEBACK=")
	var said bytes.Buffer
	c.Stderr = &said
	return c, &said
}

func TestEveryCrashLeavesAFileThatNamesNobody(t *testing.T) {
	for how, want := range map[string]string{
		"a panic":                    "panic: (left out",
		"a panic with an error":      "panic: (left out",
		"a panic with a type":        "panic: (left out",
		"a panic while it panics":    "panic: (left out",
		"a nil pointer":              "[signal ",
		"an index":                   "panic: runtime error: slice bounds out of range [21:20]",
		"a map that two write to":    "internal/runtime/maps.fatal(",
		"a stack that has no end":    "runtime.newstack(",
		"a lock that nobody holds":   "internal/sync.fatal(",
		"a panic that was recovered": "[recovered, repanicked]",
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			log := filepath.Join(t.TempDir(), "firm.log")
			c, said := child(t, how, log)
			if err := c.Run(); err == nil || c.ProcessState.ExitCode() != 2 {
				t.Fatalf("it should crash: %v\n%s", err, said)
			}
			f, err := Collect(log)
			if err != nil || f == nil {
				t.Fatalf("no crash file: %v", err)
			}
			if strings.Contains(f.Text, telling) || strings.Contains(f.Text, "Zebediah") {
				t.Errorf("it names a client:\n%s", f.Text)
			}
			for _, part := range []string{"version: 1.2.3\n", want, "goroutine ", "data/crash.", "crash_test.go:", "crashed: "} {
				if !strings.Contains(f.Text, part) {
					t.Errorf("it lacks %q:\n%.3000s", part, f.Text)
				}
			}
			if content, err := os.ReadFile(f.Path); err != nil || string(content) != f.Text {
				t.Errorf("%s has something else: %v", f.Path, err)
			}
			if left := beside(log, runs); len(left) > 0 {
				t.Errorf("what Go wrote stays: %v", left)
			}
			if again, err := Collect(log); again != nil || err != nil {
				t.Errorf("it is collected twice: %v, %v", again, err)
			}
		})
	}
}

// anything is every file whose name begins with the stem of the log.
var anything = regexp.MustCompile("")

func TestARunThatEndsOtherwiseLeavesNoCrash(t *testing.T) {
	log := filepath.Join(t.TempDir(), "firm.log")
	c, said := child(t, "well", log)
	if err := c.Run(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if left := beside(log, anything); len(left) > 0 {
		t.Errorf("a run that ended well leaves %v", left)
	}
	c, _ = child(t, "killed", log)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if f, err := Collect(log); f != nil || err != nil || len(beside(log, runs)) != 1 {
		t.Errorf("a run that lives is touched: %v, %v", f, err)
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // it was killed
	if f, err := Collect(log); f != nil || err != nil || len(beside(log, anything)) != 0 {
		t.Errorf("a run that was killed crashed: %v, %v, %v", f, err, beside(log, anything))
	}
}

func TestAFewCrashFilesStayAndTheNewestIsToldOnce(t *testing.T) {
	log := filepath.Join(t.TempDir(), "firm.log")
	if f := Untold(log); f != nil {
		t.Fatalf("a crash that never was: %v", f)
	}
	for i := range kept + 2 {
		path := filepath.Join(filepath.Dir(log), fmt.Sprintf("firm-run-%d.tmp", i))
		at := time.Date(2026, 11, 3, 10, 0, i, 0, time.Local)
		if err := errors.Join(os.WriteFile(path, []byte("version: 1"+toldFrom+"fatal error: all gone\n"), 0o600), os.Chtimes(path, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	if f, err := Collect(log); err != nil || filepath.Base(f.Path) != "firm-crash-2026-11-03-100004.txt" || !strings.Contains(f.Text, "fatal error: all gone\n") {
		t.Fatalf("the newest is %v, %v", f, err)
	}
	if files := beside(log, crashes); len(files) != kept || !strings.HasSuffix(files[0], "-100002.txt") {
		t.Errorf("these stay: %v", files)
	}
	f := Untold(log)
	if f == nil || f.At.Second() != 4 {
		t.Fatalf("nobody is told of the newest: %v", f)
	}
	if err := f.Told(time.Now()); err != nil {
		t.Fatal(err)
	}
	if f := Untold(log); f != nil {
		t.Errorf("it is told again: %v", f.Path)
	}
}

// TestAnotherFirmsCrashIsLeftAlone has files of databases in the same folder whose names begin alike.
func TestAnotherFirmsCrashIsLeftAlone(t *testing.T) {
	log := filepath.Join(t.TempDir(), "firm.log")
	others := []string{"firm-run-1-run-7.tmp", "firm-crash-9-crash-2026-11-03-100000.txt", "firm-trust-run-7.tmp", "firm2-run-7.tmp"}
	for _, name := range others {
		if err := os.WriteFile(filepath.Join(filepath.Dir(log), name), []byte("version: 1"+toldFrom+"fatal error: all gone\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if f, err := Collect(log); f != nil || err != nil || Untold(log) != nil {
		t.Errorf("it is told as this one's: %v, %v", f, err)
	}
	if left := beside(log, anything); len(left) != len(others) {
		t.Errorf("these stay: %v", left)
	}
	own := filepath.Join(filepath.Dir(log), "firm-crash-2026-11-03-090000.txt")
	if err := os.WriteFile(own, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if f := Untold(log); f == nil || f.Path != own {
		t.Errorf("it hides this one's: %v", f)
	}
}

func TestWhatTheLogSaysReachesACrashFileWithoutTexts(t *testing.T) {
	log := filepath.Join(t.TempDir(), "firm.log")
	f, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewJSONHandler(f, &slog.HandlerOptions{ReplaceAttr: Causes}))
	refused := fmt.Errorf("saving %s: %w", telling, app.Errorf(app.Invalid, "problem.port", "Port", telling))
	trouble := &app.Trouble{Reason: app.Refused, Text: telling, Err: errors.Join(os.ErrExist, errors.New(telling))}
	logger.Warn("sending", "error", refused, "text", telling, "client", telling, "reason", app.Refused, "members", 3)
	logger.Error("looking", "error", trouble, "why", telling+"!", "tenant", "01234567-89ab-cdef-0123-456789abcdef", "batch", telling, "took", time.Second)
	logger.Info("call to Xero", "method", "GET", "path", "/api.xro/2.0/Invoices/01234567-89ab-cdef-0123-456789abcdef/"+telling, "status", 200)
	logger.Info("later")
	if _, err := f.WriteString(telling + "\n{\"time\":\"2026\",\"msg\":\"" + telling + "\"}\n"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	lines := lastLines(log, time.Now())
	all := strings.Join(lines, "\n")
	if strings.Contains(all, telling) || len(lines) != 4 {
		t.Fatalf("%d lines:\n%s", len(lines), all)
	}
	for i, want := range []string{
		"WARN sending causes=*fmt.wrapError > invalid problem.port client=… error=… members=3 reason=refused text=…",
		"ERROR looking batch=… causes=*app.Trouble refused > *errors.joinError > (*errors.errorString, *errors.errorString) error=… tenant=01234567-89ab-cdef-0123-456789abcdef took=1000000000 why=…",
		"INFO call to Xero method=GET path=/api.xro/2.0/Invoices/…/… status=200",
		"INFO later",
	} {
		if _, got, _ := strings.Cut(lines[i], " "); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestTheLastLinesBeforeTheCrashAreTaken(t *testing.T) {
	folder := t.TempDir()
	log := filepath.Join(folder, "firm.log")
	start := time.Date(2026, 11, 3, 10, 0, 0, 0, time.UTC)
	write := func(name string, from, to int) {
		var b strings.Builder
		for i := from; i < to; i++ {
			fmt.Fprintf(&b, `{"time":%q,"level":"INFO","msg":"line","status":%d}`+"\n", start.Add(time.Duration(i)*time.Second).Format(time.RFC3339Nano), i)
		}
		path, at := filepath.Join(folder, name), start.Add(time.Duration(to)*time.Second)
		if err := errors.Join(os.WriteFile(path, []byte(b.String()), 0o600), os.Chtimes(path, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	write("firm-2026-11-03T10-00-00.000.log", 0, 400) // rotated since
	write("firm.log", 400, 500)
	for _, other := range []string{"other.log", "firm2.log", "firm-trust.log", "firm-trust-2026-11-03T10-00-00.000.log", "firm-2026-11-03.log"} {
		write(other, 400, 600) // another firm's, and newer
	}
	lines := lastLines(log, start.Add(449*time.Second))
	if len(lines) != mostLines || !strings.HasSuffix(lines[0], "status=250") || !strings.HasSuffix(lines[mostLines-1], "status=449") {
		t.Errorf("%d lines, from %q to %q", len(lines), lines[0], lines[len(lines)-1])
	}
}

// TestWhatGoTellsIsKept has lines of real crashes, of a window and under Windows.
func TestWhatGoTellsIsKept(t *testing.T) {
	const told = `SIGQUIT: quit
PC=0x7fe3fec3a366 m=0 sigcode=0
signal arrived during cgo execution

goroutine 1 gp=0x8dd9a5821e0 m=0 mp=0x2eb0300 [syscall, locked to thread]:
runtime.cgocall(0x1403890, 0x8dd9cc41360)
	/usr/local/go/src/runtime/cgocall.go:167 +0x4b fp=0x8dd9cc41338 sp=0x8dd9cc41300 pc=0x4892ab
github.com/go-gl/glfw/v3.4/glfw._Cfunc_glfwWaitEventsTimeout(0x4000000000000000)
	_cgo_gotypes.go:2800 +0x3a fp=0x8dd9cc41360 sp=0x8dd9cc41338 pc=0x55995a
main.(*rest).wait-fm()
	<autogenerated>:1 +0x17 fp=0x8dd9cc413f8 sp=0x8dd9cc413e0 pc=0x13730d7
main.openWindow({_, _}, {0x8dd9a591320, 0x8dd9a65c7d0, {{0x8dd9aaf1e00, 0x24}, {0x8dd9a59be20?, 0x7}, ...}, ...})
	C:/Program Files/Go/window.go:77 +0xa3b
feebridge/data/sqlite.(*DB).Rows.(*Store).Rows.ahead[...].func2()
	/src/feebridge/data/rows.go:77 +0x3a9
feebridge/command.(*listFlags).run.(*App).Rows.func1(...)
	/src/feebridge/app/invoices.go:17
...additional frames elided...
created by golang.org/x/sync/errgroup.(*Group).Go in goroutine 1
	/src/sync/errgroup/errgroup.go:78 +0x95

goroutine 2 gp=0x8dd9a582d20 m=nil [GC worker (idle), 3 minutes]:
runtime.gopark(0x0?, 0x0?, 0x0?, 0x0?, 0x0?)
	/usr/local/go/src/runtime/proc.go:462 +0xce

goroutine 3 [sync.Cond.Wait]:
sync.runtime_notifyListWait(0x8dd9a582d20, 0x3)
	/usr/local/go/src/runtime/sema.go:617 +0x159

rax    0x0
rip    0x7fe3fec3a366
rflags 0x246`
	if got := strings.Join(traceback(told), "\n"); got != told {
		t.Errorf("got\n%s", got)
	}
	const windows = `Exception 0xc0000005 0x1 0x0 0x7ff6
PC=0x7ff6
signal arrived during external code execution`
	if got := strings.Join(traceback(strings.ReplaceAll(windows, "\n", "\r\n")), "\n"); got != windows {
		t.Errorf("got\n%s", got)
	}
	const bad = `panic: Quartermain
Quartermain()
	Quartermain.go:12
goroutine 1 of Quartermain [running]:
fatal error: Quartermain "7"

goroutine 1 [running]:
main.main("Quartermain")
	/x.go:1
Quartermain owes 7
main.f(Quartermain)`
	if got := strings.Join(traceback(bad), "\n"); strings.Contains(got, "Quartermain") || strings.Count(got, "\n") > 8 {
		t.Errorf("got\n%s", got)
	}
}
