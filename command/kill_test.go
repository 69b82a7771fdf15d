package command

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"feebridge/app/apptest/deadline"
	"feebridge/xero/sim"
)

// trap holds a call to the simulated Xero, so that a test can kill the one who calls.
type trap struct {
	fits     func(sim.Call) bool
	set      atomic.Bool
	once     sync.Once
	arrived  chan struct{}
	released chan struct{}
	release  func()
}

func newTrap(fits func(sim.Call) bool) *trap {
	x := &trap{fits: fits, arrived: make(chan struct{}), released: make(chan struct{})}
	x.release = sync.OnceFunc(func() { close(x.released) })
	return x
}

// observe holds the first call that fits once the trap is set.
func (x *trap) observe(call sim.Call) {
	if x.set.Load() && x.fits(call) {
		x.once.Do(func() {
			close(x.arrived)
			<-x.released
		})
	}
}

// killIn runs Feebridge, kills it while the call that the trap is for is held, and lets the
// call go on.
func (d *desk) killIn(x *trap, args ...string) {
	d.Helper()
	defer x.release()
	x.set.Store(true)
	victim := d.program(args...)
	if err := victim.Start(); err != nil {
		d.Fatal(err)
	}
	defer func() { _ = victim.Wait() }() // it was killed
	select {
	case <-x.arrived:
	case <-time.After(deadline.Program):
		d.Errorf("feebridge %v has not made the call in which it is to be killed within %v", args, deadline.Program)
	}
	if err := victim.Process.Kill(); err != nil {
		d.Fatal(err)
	}
}

// TestKill kills a real process with SIGKILL while Xero is at work on its request, and
// lets another one finish.
func TestKill(t *testing.T) {
	for _, c := range []struct {
		name, path string
		committed  bool
	}{
		{"before the contacts are created", "/Contacts", false},
		{"after the contacts were created", "/Contacts", true},
		{"before the invoices are created", "/Invoices", false},
		{"after the invoices were created", "/Invoices", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newTrap(func(call sim.Call) bool {
				return call.Method == "PUT" && call.Path == c.path && call.Committed == c.committed
			})
			d := newDesk(t, func(config *sim.Config) { config.Observe = x.observe })
			const n = 120
			d.must(exitDone, "import", d.file(n), "--amounts", "exclusive", "--finalize")
			d.killIn(x, "export", "--all")
			for _, line := range d.must(exitDone, "export", "--all") {
				if line["state"] != "exported" {
					t.Errorf("%v", line)
				}
			}
			d.mustHoldEachOnce(n)
		})
	}
}

// TestKillWhileInvoicesLeaveXero kills a real process while Xero is at work on its request to
// delete or void, and between voiding and replacing, and lets another one go on.
func TestKillWhileInvoicesLeaveXero(t *testing.T) {
	for _, c := range []struct {
		name, method string
		committed    bool
		command      []string
	}{
		{"before the delete, while it is read again", "GET", false, []string{"redraft", "INV-0001", "INV-0002"}},
		{"during the delete", "POST", false, []string{"redraft", "INV-0001", "INV-0002"}},
		{"after the delete", "POST", true, []string{"redraft", "INV-0001", "INV-0002"}},
		{"during the void", "POST", false, []string{"replace", "INV-0001", "--void", "--finalize"}},
		{"between void and replace", "POST", true, []string{"replace", "INV-0001", "--void", "--finalize"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newTrap(func(call sim.Call) bool {
				return call.Method == c.method && call.Path == "/Invoices" && call.Committed == c.committed
			})
			d := newDesk(t, func(config *sim.Config) { config.Observe = x.observe })
			d.must(exitDone, "import", d.file(2), "--amounts", "exclusive", "--finalize")
			d.must(exitDone, "export", "--all")
			replaces := c.command[0] == "replace"
			if replaces {
				d.approve("INV-0001")
				d.must(exitDone, "refresh")
			}
			d.killIn(x, c.command...)
			d.must(exitDone, c.command...)
			if replaces {
				if inv := d.there("INV-0001"); inv.Status != sim.StatusVoided {
					t.Errorf("INV-0001 is %s in Xero", inv.Status)
				}
				d.must(exitDone, "export", "--number", "INV-0003")
				if inv := d.there("INV-0003"); inv.Status != sim.StatusDraft {
					t.Errorf("INV-0003 is %s in Xero", inv.Status)
				}
				return
			}
			for _, number := range []string{"INV-0001", "INV-0002"} {
				if inv := d.there(number); inv.Status != sim.StatusDeleted {
					t.Errorf("%s is %s in Xero", number, inv.Status)
				}
			}
			d.must(exitDone, "finalize", "INV-0001", "INV-0002")
			d.must(exitDone, "export", "--all")
			d.mustHoldEachOnce(2)
		})
	}
}
