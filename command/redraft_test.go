package command

import (
	"strings"
	"sync"
	"testing"

	"feebridge/xero/sim"
)

// there returns the invoice of that number in Xero that is in force, or else the newest.
func (d *desk) there(number string) sim.Invoice {
	d.Helper()
	all := d.xero.ByNumber(d.tenant(), number)
	if len(all) == 0 {
		d.Fatalf("Xero has no %s", number)
	}
	for _, inv := range all {
		if inv.Live() {
			return inv
		}
	}
	return all[len(all)-1]
}

func TestAfterTheExportByCommands(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.must(exitDone, "import", d.file(3), "--amounts", "exclusive", "--finalize")
	d.must(exitDone, "export", "--all")
	if changed := d.must(exitDone, "refresh"); len(changed) != 0 {
		t.Errorf("nothing happened, and refresh tells %v", changed)
	}

	if back := d.must(exitDone, "redraft", "INV-0001"); back[0]["state"] != "draft" {
		t.Errorf("redraft: %v", back)
	}
	if inv := d.there("INV-0001"); inv.Status != sim.StatusDeleted {
		t.Errorf("INV-0001 is %s in Xero", inv.Status)
	}
	d.must(exitDone, "finalize", "INV-0001")
	d.must(exitDone, "export", "--number", "INV-0001")
	if inv := d.there("INV-0001"); inv.Status != sim.StatusDraft {
		t.Errorf("INV-0001 is %s in Xero", inv.Status)
	}

	first := d.there("INV-0002")
	if err := d.xero.Approve(d.tenant(), first.InvoiceID); err != nil {
		t.Fatal(err)
	}
	changed := d.must(exitDone, "refresh")
	if len(changed) != 1 || changed[0]["number"] != "INV-0002" || changed[0]["status"] != "closed" || changed[0]["xero_status"] != "AUTHORISED" {
		t.Errorf("refresh tells %v", changed)
	}
	if back := d.must(exitSomeFailed, "redraft", "INV-0002"); back[0]["state"] != "skipped" || !strings.Contains(back[0]["messages"].([]any)[0].(string), "Replace") {
		t.Errorf("redraft of an approved one: %v", back)
	}
	if step := d.must(exitSomeFailed, "replace", "INV-0002"); step[0]["state"] != "void" {
		t.Errorf("replace: %v", step)
	}
	if err := d.xero.Void(d.tenant(), first.InvoiceID); err != nil {
		t.Fatal(err)
	}
	if done := d.must(exitDone, "replace", "INV-0002", "--finalize"); done[0]["state"] != "replaced" || done[0]["messages"].([]any)[0] != "INV-0004 replaces it." {
		t.Errorf("replace: %v", done)
	}
	d.must(exitDone, "export", "--number", "INV-0004")
	if inv := d.there("INV-0004"); inv.Total.StringFixed(2) != "126.50" {
		t.Errorf("INV-0004 is %s in Xero", inv.Total)
	}

	if err := d.xero.Approve(d.tenant(), d.there("INV-0003").InvoiceID); err != nil {
		t.Fatal(err)
	}
	d.must(exitDone, "refresh")
	if done := d.must(exitDone, "replace", "INV-0003", "--void", "--finalize"); done[0]["state"] != "replaced" {
		t.Errorf("replace with --void: %v", done)
	}
	if inv := d.there("INV-0003"); inv.Status != sim.StatusVoided {
		t.Errorf("INV-0003 is %s in Xero", inv.Status)
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
		{"before the delete, while it is read anew", "GET", false, []string{"redraft", "INV-0001", "INV-0002"}},
		{"during the delete", "POST", false, []string{"redraft", "INV-0001", "INV-0002"}},
		{"after the delete", "POST", true, []string{"redraft", "INV-0001", "INV-0002"}},
		{"during the void", "POST", false, []string{"replace", "INV-0001", "--void", "--finalize"}},
		{"between void and replace", "POST", true, []string{"replace", "INV-0001", "--void", "--finalize"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			arrived, killed := make(chan struct{}), make(chan struct{})
			var once sync.Once
			var armed sync.Mutex
			ready := false
			d := newDesk(t, func(config *sim.Config) {
				config.Observe = func(call sim.Call) {
					armed.Lock()
					now := ready
					armed.Unlock()
					if now && call.Method == c.method && call.Path == "/Invoices" && call.Committed == c.committed {
						once.Do(func() { close(arrived); <-killed })
					}
				}
			})
			d.must(exitDone, "import", d.file(2), "--amounts", "exclusive", "--finalize")
			d.must(exitDone, "export", "--all")
			replaces := c.command[0] == "replace"
			if replaces {
				if err := d.xero.Approve(d.tenant(), d.there("INV-0001").InvoiceID); err != nil {
					t.Fatal(err)
				}
				d.must(exitDone, "refresh")
			}
			armed.Lock()
			ready = true
			armed.Unlock()
			victim := d.program(c.command...)
			if err := victim.Start(); err != nil {
				t.Fatal(err)
			}
			<-arrived
			if err := victim.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = victim.Wait() // it was killed
			close(killed)
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
