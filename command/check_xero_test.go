package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"feebridge/app/apptest/deadline"
	"feebridge/xero/check"
	"feebridge/xero/sim"
)

// demoCompany is the organisation that a check is for.
const demoCompany = "Demo Company (NZ)"

// mustHaveNothingOfACheck fails the test when a draft or a contact of a check is still in Xero.
func (d *desk) mustHaveNothingOfACheck() {
	d.Helper()
	for _, inv := range d.xero.Invoices(d.tenant()) {
		if inv.Live() {
			d.Errorf("invoice %s is %s", inv.Number, inv.Status)
		}
	}
	for _, c := range d.xero.Contacts(d.tenant()) {
		if c.Status != sim.StatusArchived {
			d.Errorf("contact %s is %s", c.Name, c.Status)
		}
	}
	if _, err := os.Stat(beside(d.db, ".check-xero")); !errors.Is(err, os.ErrNotExist) {
		d.Errorf("the book of what a check made is still there: %v", err)
	}
}

func TestCheckXeroByCommand(t *testing.T) {
	t.Parallel()
	// Xero's minute does not end with a process, and the check needs nearly all of one.
	d := newDesk(t, func(c *sim.Config) { c.Limits = false })
	if out, _, _ := d.run("check-xero", "--clean"); !strings.Contains(out, "No check has left anything") {
		t.Errorf("with nothing to clean up: %s", out)
	}
	answers := filepath.Join(t.TempDir(), "answers.jsonl")
	lines := d.must(exitDone, "check-xero", "--organisation", demoCompany, "--yes", "--answers", answers)
	said := map[string]string{}
	made := 0
	for _, line := range lines {
		if name, ok := line["assumption"].(string); ok {
			said[name], _ = line["holds"].(string)
			for _, field := range []string{"expected", "why", "source"} {
				if line[field] == "" {
					t.Errorf("%s has no %s", name, field)
				}
			}
		} else if made++; line["became"] == "stays" || line["name"] == "" {
			t.Errorf("this became of a thing: %v", line)
		}
	}
	for _, a := range check.Assumptions() {
		if want := map[bool]string{true: "not tried", false: "yes"}[slices.Contains([]string{
			"approved.not-deleted", "approved.voided", "number.voided", "text.due-date",
		}, a.Name)]; said[a.Name] != want {
			t.Errorf("%s: %q, want %q", a.Name, said[a.Name], want)
		}
	}
	if made < 20 {
		t.Errorf("only %d things are told of", made)
	}
	d.mustHaveNothingOfACheck()
	kept, err := os.ReadFile(answers)
	if err != nil || bytes.Count(kept, []byte("\n")) < 40 || bytes.Contains(kept, []byte(demoCompany)) || bytes.Contains(kept, []byte(d.xero.token)) {
		t.Errorf("%v, the answers are %.2000s", err, kept)
	}
	if entries := d.must(exitDone, "audit", "list", "--action", "check Xero"); len(entries) != 1 || entries[0]["to"] != demoCompany {
		t.Errorf("the audit trail has %v", entries)
	}
	d.must(exitWrongUse, "check-xero", "--organisation", demoCompany, "--yes", "--answers", answers)
}

// TestCheckXeroThatFindsADifference ends with the status for it, and says which in words.
func TestCheckXeroThatFindsADifference(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *sim.Config) { c.Odd, c.Limits = sim.HalfCentsToEven, false })
	d.run("check-xero", "--clean")
	out, errs, status := d.run("check-xero", "--organisation", demoCompany, "--yes")
	if status != exitSomeFailed || !strings.Contains(out, "amount.half-cent doesn't hold: expected 0.02, 0.03, 0.05, 0.07, got 0.02, 0.02, 0.04, 0.06") {
		t.Errorf("exit status %d\n%s%s", status, out, errs)
	}
	if !strings.Contains(errs, "draft invoices") || !strings.Contains(errs, "API calls") {
		t.Errorf("nobody is told what it will do: %s", errs)
	}
	d.mustHaveNothingOfACheck()
}

func TestCheckXeroThatMayNotBegin(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *sim.Config) { c.DayLimit = 100 })
	second := d.xero.addresses().Tenants[1]
	for _, c := range []struct {
		name   string
		args   []string
		stdin  string
		tenant string
		status int
		says   string
	}{
		{"without an organisation", nil, "", "", exitWrongUse, "Name the connected demo company"},
		{"one that is not the firm's", []string{"--organisation", "Nobody Ltd"}, "", "", exitSomeFailed, "no organisation called"},
		{"no to the question", []string{"--organisation", demoCompany}, "n\n", "", exitWrongUse, "Nothing was sent"},
		{"no answer to the question", []string{"--organisation", demoCompany}, "", "", exitWrongUse, "Nothing was sent"},
		{"one that is not a demo company", []string{"--organisation", second.Name, "--yes"}, "", second.ID, exitWrongUse, "--not-a-demo-company"},
		{"cleaning an organisation", []string{"--clean", "--organisation", demoCompany}, "", "", exitWrongUse, "Use --clean on its own"},
	} {
		before := len(d.xero.Invoices(d.tenant())) + len(d.xero.Invoices(second.ID)) + len(d.xero.Contacts(d.tenant())) + len(d.xero.Contacts(second.ID))
		p := d.program(append([]string{"check-xero"}, c.args...)...)
		if c.tenant != "" {
			p.Env = append(p.Env, "FEEBRIDGE_TENANT="+c.tenant)
		}
		p.Stdin = strings.NewReader(c.stdin)
		out, _ := p.CombinedOutput() // its status is looked at
		if got := p.ProcessState.ExitCode(); got != c.status || !strings.Contains(string(out), c.says) {
			t.Errorf("%s: exit status %d, want %d with %q\n%s", c.name, got, c.status, c.says, out)
		}
		after := len(d.xero.Invoices(d.tenant())) + len(d.xero.Invoices(second.ID)) + len(d.xero.Contacts(d.tenant())) + len(d.xero.Contacts(second.ID))
		if before != after {
			t.Errorf("%s: something was made in Xero", c.name)
		}
	}
	// Seven calls to connect each organisation, and two for each look: too few of the day's are left.
	for range 20 {
		d.run("check-xero", "--organisation", demoCompany)
	}
	if _, errs, status := d.run("check-xero", "--organisation", demoCompany, "--yes"); status != exitUnavailable || !strings.Contains(errs, "Run it tomorrow") {
		t.Errorf("with few calls left: exit status %d, %s", status, errs)
	}
}

func TestCheckXeroWithoutPermission(t *testing.T) {
	t.Parallel()
	forbid := func(action string) func(*sim.Config) {
		return func(c *sim.Config) {
			for i := range c.Orgs[0].Actions {
				if c.Orgs[0].Actions[i].Name == action {
					c.Orgs[0].Actions[i].Allowed = false
				}
			}
		}
	}
	for _, c := range []struct {
		name   string
		change func(*sim.Config)
		args   []string
		status int
		says   string
	}{
		{"no drafts", forbid("CreateDraftInvoice"), nil, exitUnavailable, "doesn't have permission to make draft invoices"},
		{"no approved invoices", forbid("CreateApprovedInvoice"), []string{"--approve"}, exitUnavailable, "doesn't have permission to make approved invoices"},
		{"disconnected", func(*sim.Config) {}, nil, exitUnavailable, "no longer connected"},
	} {
		d := newDesk(t, c.change)
		d.run("check-xero", "--clean") // connects
		if c.name == "disconnected" {
			if err := d.xero.Disconnect(d.tenant()); err != nil {
				t.Fatal(err)
			}
		}
		out, errs, status := d.run(append([]string{"check-xero", "--organisation", demoCompany, "--yes"}, c.args...)...)
		if status != c.status || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit status %d, want %d with %q\n%s%s", c.name, status, c.status, c.says, out, errs)
		}
		if len(d.xero.Invoices(d.tenant())) > 0 {
			t.Errorf("%s: something was made in Xero", c.name)
		}
	}
}

// TestCheckXeroKilled kills a real process while Xero is at work on its drafts, and lets --clean finish.
func TestCheckXeroKilled(t *testing.T) {
	t.Parallel()
	for _, at := range []struct{ method, path string }{{"PUT", "/Contacts"}, {"PUT", "/Invoices"}, {"GET", "/Invoices"}, {"POST", "/Invoices"}} {
		x := newTrap(func(call sim.Call) bool { return call.Method == at.method && call.Path == at.path && call.Committed })
		d := newDesk(t, func(config *sim.Config) { config.Observe, config.Limits = x.observe, false })
		d.run("check-xero", "--clean")
		d.killIn(x, "check-xero", "--organisation", demoCompany, "--yes")
		if len(d.xero.Contacts(d.tenant())) == 0 {
			t.Fatal("it was killed before it made anything")
		}
		if _, errs, status := d.run("check-xero", "--organisation", demoCompany, "--yes"); status != exitUnavailable || !strings.Contains(errs, "--clean") {
			t.Errorf("another check begins: exit status %d, %s", status, errs)
		}
		made := map[any]bool{}
		for _, line := range d.must(exitDone, "check-xero", "--clean") {
			made[line["became"]] = true
		}
		if !made["archived"] || made["deleted"] != (at.path == "/Invoices") {
			t.Errorf("%s %s: this became of it: %v", at.method, at.path, made)
		}
		d.mustHaveNothingOfACheck()
	}
}

// TestCheckXeroInterrupted presses Ctrl-C while Xero is at work.
func TestCheckXeroInterrupted(t *testing.T) {
	t.Parallel()
	x := newTrap(func(call sim.Call) bool { return call.Method == "GET" && call.Path == "/Invoices" && call.Committed })
	d := newDesk(t, func(config *sim.Config) { config.Observe, config.Limits = x.observe, false })
	d.run("check-xero", "--clean")
	x.set.Store(true)
	p := d.program("check-xero", "--organisation", demoCompany, "--yes", "--json")
	var out, errs bytes.Buffer
	p.Stdout, p.Stderr = &out, &errs
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	deadline.Receive(t, x.arrived, "the first look-up")
	err := p.Process.Signal(os.Interrupt)
	x.release()
	ended := p.Wait()
	if err != nil || p.ProcessState.ExitCode() != exitUnavailable || !strings.Contains(errs.String(), "interrupted") {
		t.Fatalf("%v, %v, exit status %d: %s", err, ended, p.ProcessState.ExitCode(), errs.String())
	}
	holds := map[string]int{}
	for line := range strings.Lines(out.String()) {
		var row checkedJSON
		if err := json.Unmarshal([]byte(line), &row); err == nil {
			holds[string(row.Holds)]++
		}
	}
	if holds["yes"] == 0 || holds["could not tell"] < 40 || holds["no"] > 0 {
		t.Errorf("the rows are %v", holds)
	}
	d.mustHaveNothingOfACheck()
}
