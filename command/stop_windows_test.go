package command

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"feebridge/app/apptest/deadline"
)

var (
	kernel32 = windows.NewLazySystemDLL("kernel32.dll")
	user32   = windows.NewLazySystemDLL("user32.dll")
)

// TestAConsoleEndsACommandInOrder presses Ctrl-C in the console of a command that would go on for ever,
// and closes that console. The command ends by itself, with everything closed: a process that Windows
// ends has another status.
func TestAConsoleEndsACommandInOrder(t *testing.T) {
	for what, stop := range map[string]func() error{"Ctrl-C": pressCtrlC, "the console is closed": closeConsole} {
		t.Run(what, func(t *testing.T) {
			d := newDesk(t, nil)
			p := d.program("sim", "--listen", "127.0.0.1:0")
			p.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_CONSOLE}
			runs(t, p)
			if err := inConsoleOf(uint32(p.Process.Pid), stop); err != nil {
				t.Error(err)
			}
			if err := p.Wait(); err != nil {
				t.Errorf("the command ended with %v", err)
			}
		})
	}
}

// runs starts a simulator and waits until it listens.
func runs(t *testing.T, p *exec.Cmd) {
	t.Helper()
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	line := make(chan string, 1)
	go func() {
		s := bufio.NewScanner(out)
		s.Scan()
		line <- s.Text()
	}()
	deadline.Receive(t, line, "the first line of the command")
}

// inConsoleOf does what a person does in the console of a process.
func inConsoleOf(process uint32, act func() error) error {
	_, _, _ = kernel32.NewProc("FreeConsole").Call()
	if ok, _, err := kernel32.NewProc("AttachConsole").Call(uintptr(process)); ok == 0 {
		return fmt.Errorf("AttachConsole: %w", err)
	}
	defer func() { _, _, _ = kernel32.NewProc("FreeConsole").Call() }()
	return act()
}

// pressCtrlC presses it for whoever is in the console: the test hears of it, too.
func pressCtrlC() error {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, os.Interrupt)
	defer signal.Stop(heard)
	if err := windows.GenerateConsoleCtrlEvent(windows.CTRL_C_EVENT, 0); err != nil {
		return err
	}
	select {
	case <-heard:
		return nil
	case <-time.After(deadline.Thing):
		return errors.New("nobody heard Ctrl-C")
	}
}

// closeConsole closes its window.
func closeConsole() error {
	const wmClose = 0x10
	for overdue := time.After(deadline.Thing); ; {
		if window, _, _ := kernel32.NewProc("GetConsoleWindow").Call(); window != 0 {
			if ok, _, err := user32.NewProc("PostMessageW").Call(window, wmClose, 0, 0); ok == 0 {
				return fmt.Errorf("PostMessage: %w", err)
			}
			return nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-overdue:
			return errors.New("the console has no window")
		}
	}
}
