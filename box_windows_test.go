package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/windows"
)

// TestWhatIsWrittenToNothingIsNotRead opens what a program may have for its standard error.
func TestWhatIsWrittenToNothingIsNotRead(t *testing.T) {
	keep := func(f *os.File, err error) windows.Handle {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return windows.Handle(f.Fd())
	}
	there, here, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = there.Close() })
	for _, c := range []struct {
		what string
		out  windows.Handle
		read bool
	}{
		{"the null device", keep(os.OpenFile(os.DevNull, os.O_WRONLY, 0)), false},
		{"nothing", 0, false},
		{"a handle of nothing", windows.InvalidHandle, false},
		{"a pipe", keep(here, nil), true},
		{"a file", keep(os.Create(filepath.Join(t.TempDir(), "said.txt"))), true},
	} {
		if got := isRead(c.out); got != c.read {
			t.Errorf("%s: what is written there is read: %v, want %v", c.what, got, c.read)
		}
	}
}

// TestWhatIsWrittenToAConsoleIsRead runs in a process that has a console of its own.
func TestWhatIsWrittenToAConsoleIsRead(t *testing.T) {
	const within = "FEEBRIDGE_TEST_CONSOLE"
	if os.Getenv(within) != "" {
		console, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = console.Close() }()
		fmt.Printf("read: %v\n", isRead(windows.Handle(console.Fd())))
		return
	}
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWhatIsWrittenToAConsoleIsRead$")
	c.Env = append(os.Environ(), within+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_CONSOLE, HideWindow: true}
	if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "read: true") {
		t.Errorf("a console: %v\n%s", err, out)
	}
}

// TestAProgramThatFeebridgeStartsTellsInABox starts a program as restart does, with no files: it would show a box.
func TestAProgramThatFeebridgeStartsTellsInABox(t *testing.T) {
	const told = "FEEBRIDGE_TEST_TOLD"
	if path := os.Getenv(told); path != "" {
		if err := os.WriteFile(path, fmt.Append(nil, box() != nil), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	path := filepath.Join(t.TempDir(), "told.txt")
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAProgramThatFeebridgeStartsTellsInABox$")
	c.Env = append(os.Environ(), told+"="+path)
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	if said, err := os.ReadFile(path); err != nil || string(said) != "true" {
		t.Errorf("it shows a box: %s, %v", said, err)
	}
}
