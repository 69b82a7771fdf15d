package command

import (
	"bytes"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"feebridge/app/apptest/deadline"
)

// TestASignalEndsACommandThatWaitsForInput gives each command that reads what others write a pipe to which nobody ever
// writes the end, and sends it a signal once it has read what there is.
func TestASignalEndsACommandThatWaitsForInput(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.run("check-xero", "--clean") // connects it
	const owners = "orange kettle morning"
	signedIn := newDesk(t, nil)
	signedIn.runs(exitDone, "", []string{owners}, "staff", "password", "--new-password-fd", "3")
	for _, c := range []struct {
		d     *desk
		begun string // of what is written
		args  []string
	}{
		{d, "{", []string{"mapping", "set"}},
		{d, "y", []string{"check-xero", "--organisation", demoCompany}},
		{d, "seven quiet", []string{"staff", "password", "--new-password-fd", "0"}},
		{d, "seven quiet", []string{"staff", "add", "Mere Ngata", "--new-password-fd", "3"}},
		{signedIn, "orange", []string{"list", "--as", "Owner", "--password-fd", "0"}},
		{signedIn, "orange", []string{"backup", "b.db", "--as", "Owner", "--password-fd", "3"}},
		{signedIn, owners + "\nseven", []string{"staff", "password", "--as", "Owner", "--password-fd", "3", "--new-password-fd", "3"}},
	} {
		for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
			from, to, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := to.WriteString(c.begun); err != nil {
				t.Fatal(err)
			}
			p := c.d.program(c.args...)
			if strings.HasSuffix(strings.Join(c.args, " "), "3") {
				p.ExtraFiles = []*os.File{from}
			} else {
				p.Stdin = from
			}
			var errs bytes.Buffer
			p.Stderr = &errs
			if err := p.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- p.Wait() }()
			for unread := 1; unread > 0; time.Sleep(time.Millisecond) { // then it waits for more
				if unread, err = unix.IoctlGetInt(int(from.Fd()), unix.TIOCINQ); err != nil {
					t.Fatal(err)
				}
				select {
				case err := <-ended:
					t.Fatalf("feebridge %s has ended with %v: %s", strings.Join(c.args, " "), err, errs.String())
				default:
				}
			}
			err = p.Process.Signal(signal)
			_ = deadline.Receive(t, ended, "feebridge "+strings.Join(c.args, " "))
			if says := errs.String(); err != nil || p.ProcessState.ExitCode() != exitSomeFailed || !strings.HasSuffix(says, "feebridge: Interrupted.\n") {
				t.Errorf("feebridge %s after %v: exit status %d (%v), %s", strings.Join(c.args, " "), signal, p.ProcessState.ExitCode(), err, says)
			}
			_, _ = from.Close(), to.Close()
		}
	}
}
