package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/assets/demo"
	"feebridge/data/sheet"
	"feebridge/xero/sim"
)

// TestMain lets this test binary be Feebridge itself, so that tests can start, and
// kill, real processes of it.
func TestMain(m *testing.M) {
	if os.Getenv("FEEBRIDGE_TEST_AS_PROGRAM") != "" {
		os.Exit(Run(context.Background(), os.Args[1:], Face{Out: os.Stdout, Err: os.Stderr}))
	}
	if path := os.Getenv(typist); path != "" {
		fmt.Fprintln(os.Stderr, writeForEver(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// desk is a firm's database and a simulated Xero, beside which programs are started.
type desk struct {
	*testing.T
	xero *simulator
	db   string
}

// newDesk starts a simulated Xero on loopback.
func newDesk(t *testing.T, change func(*sim.Config)) *desk {
	t.Helper()
	config, err := (&simFlags{seed: "empty", limits: "xero", deleted: "free"}).config()
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&config)
	}
	there, err := listen(config, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = there.close() })
	return &desk{t, there, filepath.Join(t.TempDir(), "firm.db")}
}

// program returns a process of Feebridge that has not been started.
func (d *desk) program(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], append(args, "--db", d.db, "--api", d.xero.addresses().API)...)
	c.Env = append(os.Environ(), "FEEBRIDGE_TEST_AS_PROGRAM=1",
		"FEEBRIDGE_TOKEN="+d.xero.token, "FEEBRIDGE_TENANT="+d.tenant())
	return c
}

func (d *desk) tenant() string { return d.xero.addresses().Tenants[0].ID }

// run runs Feebridge to its end and returns what it printed and its exit status.
func (d *desk) run(args ...string) (out, errs string, status int) {
	d.Helper()
	c := d.program(args...)
	var o, e bytes.Buffer
	c.Stdout, c.Stderr = &o, &e
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		d.Fatal(err)
	}
	return o.String(), e.String(), c.ProcessState.ExitCode()
}

// must runs Feebridge, fails the test unless it ends with the status, and returns its lines.
func (d *desk) must(status int, args ...string) []map[string]any {
	d.Helper()
	out, errs, got := d.run(append(args, "--json")...)
	if got != status {
		d.Fatalf("feebridge %s: exit status %d, want %d\n%s%s", strings.Join(args, " "), got, status, out, errs)
	}
	var lines []map[string]any
	for s := bufio.NewScanner(strings.NewReader(out)); s.Scan(); {
		var line map[string]any
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			d.Fatalf("%q: %v", s.Text(), err)
		}
		lines = append(lines, line)
	}
	return lines
}

// file writes a file of n invoices in Xero's template, two lines each, and returns its path.
func (d *desk) file(n int) string {
	d.Helper()
	var b strings.Builder
	b.WriteString("*ContactName,EmailAddress,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,*Description,*Quantity,*UnitAmount,*AccountCode,*TaxType,TaxAmount,Total\n")
	for i := range n {
		head := fmt.Sprintf("Client %d,,INV-%04d,Ref,2026-11-03,2026-12-20", i%7, i+1)
		fmt.Fprintf(&b, "%s,Annual accounts,1,100,200,OUTPUT2,15.00,126.50\n", head)
		fmt.Fprintf(&b, "%s,Courier,2,5,200,15%% GST on Income,1.50,126.50\n", head)
	}
	path := filepath.Join(d.TempDir(), "invoices.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		d.Fatal(err)
	}
	return path
}

// mustHoldEachOnce fails the test unless Xero has one live invoice for each of the n,
// of the right total, and each with a mark of its own.
func (d *desk) mustHoldEachOnce(n int) {
	d.Helper()
	marks, numbers := map[string]int{}, map[string]int{}
	for _, inv := range d.xero.Invoices(d.tenant()) {
		if inv.Status == sim.StatusDeleted || inv.Status == sim.StatusVoided {
			continue
		}
		marks[inv.URL]++
		numbers[inv.Number]++
		if got := inv.Total.StringFixed(2); got != "126.50" {
			d.Errorf("%s has the total %s", inv.Number, got)
		}
	}
	if len(numbers) != n || len(marks) != n {
		d.Errorf("Xero has %d numbers and %d marks for %d invoices", len(numbers), len(marks), n)
	}
	for mark, times := range marks {
		if times != 1 {
			d.Errorf("%d live invoices bear the mark %s", times, mark)
		}
	}
	for _, row := range d.must(exitDone, "list") {
		if row["xero_export"] != "exported" {
			d.Errorf("%v is %v", row["number"], row["xero_export"])
		}
	}
}

func TestTheMainJobByCommands(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	imported := d.must(exitDone, "import", "--amounts", "exclusive", d.file(3))
	if diff := cmp.Diff(map[string]any{"number": "INV-0001", "entity": "Client 0", "total": "126.50", "status": "draft"}, imported[0]); diff != "" {
		t.Errorf("import (-want +got):\n%s", diff)
	}
	draft := map[string]any{
		"number": "INV-0002", "entity": "Client 1", "date": "2026-11-03", "due": "2026-12-20", "currency": "NZD",
		"subtotal": "110.00", "tax": "16.50", "total": "126.50", "status": "draft", "xero_export": "not_exported", "xero_status": "", "amount_due": "",
	}
	if diff := cmp.Diff(draft, d.must(exitDone, "list")[1]); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	skipped := d.must(exitSomeFailed, "export", "--number", "INV-0002")
	if skipped[0]["state"] != "skipped" || len(skipped[0]["messages"].([]any)) != 1 {
		t.Errorf("exporting a draft: %v", skipped)
	}
	d.must(exitDone, "finalize", "INV-0002", "INV-0001")
	one := d.must(exitDone, "export", "--number", "INV-0002")
	there := d.xero.ByNumber(d.tenant(), "INV-0002")
	if len(there) != 1 {
		t.Fatalf("Xero has %d of INV-0002", len(there))
	}
	if diff := cmp.Diff(map[string]any{"number": "INV-0002", "state": "exported", "xero_id": there[0].InvoiceID, "messages": []any{}}, one[0]); diff != "" {
		t.Errorf("export (-want +got):\n%s", diff)
	}
	exported := d.must(exitDone, "list")[1]
	if exported["xero_export"] != "exported" || exported["xero_status"] != "DRAFT" || exported["amount_due"] != "126.50" {
		t.Errorf("list after the export: %v", exported)
	}
	d.xero.ResetCalls()
	if again := d.must(exitDone, "export", "--number", "INV-0002"); again[0]["state"] != "skipped" || d.xero.TotalCalls() != 0 {
		t.Errorf("exporting again: %v, %d calls", again, d.xero.TotalCalls())
	}
	if all := d.must(exitDone, "export", "--all"); len(all) != 1 || all[0]["number"] != "INV-0001" {
		t.Errorf("exporting all: %v", all)
	}
	if shown := d.must(exitDone, "show", "INV-0002"); shown[0]["xero_contact"] != "Client 1" || len(shown[0]["lines"].([]any)) != 2 {
		t.Errorf("show: %v", shown)
	}
	for _, name := range []string{"list.csv", "list.xlsx"} {
		path := filepath.Join(t.TempDir(), name)
		d.must(exitDone, "list", "--to", path)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		cells, err := sheet.Read(name, bytes.NewReader(content))
		if err != nil || len(cells.Rows) != 4 || cells.Rows[2].Cells[7].Text != "126.50" && cells.Rows[2].Cells[7].Text != "126.5" {
			t.Errorf("%s: %v, %+v", name, err, cells)
		}
	}
	if out, _, _ := d.run("show", "INV-0002"); !strings.Contains(out, "NZD 126.50") {
		t.Errorf("show in words: %s", out)
	}
}

// TestTheTemplateByCommand writes finalized invoices into a file that a second firm imports.
func TestTheTemplateByCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.must(exitDone, "import", d.file(3), "--amounts", "exclusive")
	d.must(exitDone, "finalize", "INV-0001", "INV-0002")
	for _, name := range []string{"template.csv", "template.xlsx"} {
		path := filepath.Join(t.TempDir(), name)
		for _, line := range d.must(exitDone, "list", "--template", "exclusive", "--to", path) {
			if line["state"] != "written" {
				t.Errorf("%s: %v", name, line)
			}
		}
		second := &desk{t, d.xero, filepath.Join(t.TempDir(), "second.db")}
		imported := second.must(exitDone, "import", path, "--amounts", "exclusive")
		if len(imported) != 2 || imported[0]["total"] != "126.50" {
			t.Errorf("%s: a second firm imports %v", name, imported)
		}
	}
	if out, _, _ := d.run("list", "--template", "exclusive", "--to", filepath.Join(t.TempDir(), "template.csv")); !strings.Contains(out, "tax exclusive") {
		t.Errorf("nobody is told what the amounts are: %s", out)
	}
	path := filepath.Join(t.TempDir(), "inclusive.csv")
	if lines := d.must(exitSomeFailed, "list", "--template", "inclusive", "--to", path); len(lines) != 2 || lines[0]["state"] != "skipped" {
		t.Errorf("tax exclusive invoices for a tax inclusive file: %v", lines)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file of nothing was made: %v", err)
	}
	d.must(exitDone, "export", "--all")
	if lines := d.must(exitDone, "list", "--template", "exclusive", "--to", path); len(lines) != 0 {
		t.Errorf("what is in Xero is written: %v", lines)
	}
}

func TestExitStatuses(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	bad := filepath.Join(t.TempDir(), "bad.csv")
	if err := os.WriteFile(bad, []byte("*ContactName\nKauri\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"fly"}, exitWrongUse, `no command "fly"`},
		{[]string{"list", "--fly"}, exitWrongUse, "fly"},
		{[]string{"import"}, exitWrongUse, "one file"},
		{[]string{"import", bad}, exitWrongUse, "--amounts exclusive"},
		{[]string{"import", "nowhere.csv", "--amounts", "exclusive"}, exitWrongUse, "nowhere.csv"},
		{[]string{"import", bad, "--amounts", "inclusive"}, exitSomeFailed, "*InvoiceNumber"},
		{[]string{"list", "--to", "list.pdf"}, exitWrongUse, ".xlsx"},
		{[]string{"list", "--template", "exclusive"}, exitWrongUse, "--to"},
		{[]string{"list", "--template", "notax", "--to", "list.csv"}, exitWrongUse, "inclusive"},
		{[]string{"list", "--template", "inclusive", "--to", filepath.Join(t.TempDir(), "none.csv")}, exitDone, "no file was made"},
		{[]string{"export"}, exitWrongUse, "--all"},
		{[]string{"export", "--all", "--number", "1"}, exitWrongUse, "--all"},
		{[]string{"export", "--number", "INV-404"}, exitSomeFailed, "no invoice INV-404"},
		{[]string{"export", "--all"}, exitDone, "nothing to export"},
		{[]string{"sim", "--seed", "full"}, exitWrongUse, "full"},
		{[]string{"sim", "--fault", "break"}, exitWrongUse, "break"},
		{[]string{"--tour", "x"}, exitWrongUse, "--demo"},
		{[]string{"--help"}, exitDone, "Usage"},
		{[]string{"export", "--help"}, exitDone, "--number"},
	} {
		out, errs, status := d.run(c.args...)
		if status != c.status || !strings.Contains(out+errs, c.says) {
			t.Errorf("feebridge %s: exit status %d, want %d with %q\n%s%s", strings.Join(c.args, " "), status, c.status, c.says, out, errs)
		}
	}
	offline := d.program("export", "--all")
	offline.Env = append(offline.Env, "FEEBRIDGE_TOKEN=wrong", "FEEBRIDGE_TENANT=other")
	if err := offline.Run(); offline.ProcessState.ExitCode() != exitUnavailable {
		t.Errorf("with a wrong token: %v", err)
	}
	alone := d.program("export", "--number", "1")
	alone.Env = append(alone.Env, "FEEBRIDGE_TOKEN=", "FEEBRIDGE_TENANT=")
	alone.Args = append(alone.Args, "--db", filepath.Join(t.TempDir(), "other.db"))
	if err := alone.Run(); alone.ProcessState.ExitCode() != exitSomeFailed {
		t.Errorf("an unknown number in a firm that is not connected: %v", err)
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
			arrived, killed := make(chan struct{}), make(chan struct{})
			var once sync.Once
			d := newDesk(t, func(config *sim.Config) {
				config.Observe = func(call sim.Call) {
					if call.Method == "PUT" && call.Path == c.path && call.Committed == c.committed {
						once.Do(func() { close(arrived); <-killed })
					}
				}
			})
			const n = 120
			d.must(exitDone, "import", d.file(n), "--amounts", "exclusive", "--finalize")
			victim := d.program("export", "--all")
			if err := victim.Start(); err != nil {
				t.Fatal(err)
			}
			<-arrived
			if err := victim.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = victim.Wait() // it was killed
			close(killed)
			for _, line := range d.must(exitDone, "export", "--all") {
				if line["state"] != "exported" {
					t.Errorf("%v", line)
				}
			}
			d.mustHoldEachOnce(n)
		})
	}
}

func TestTwoProgramsExportTogether(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *sim.Config) { c.Latency = 50 * time.Millisecond })
	const n = 120
	d.must(exitDone, "import", d.file(n), "--amounts", "exclusive", "--finalize")
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if out, err := d.program("export", "--all").CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	both.Wait()
	d.mustHoldEachOnce(n)
}

func TestTheDemoFirmMeetsItsCases(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := newSession(Face{Out: io.Discard, Err: io.Discard})
	there, end, err := s.openDemo(ctx, &simFlags{seed: "demo", limits: "xero", deleted: "free"})
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	var due []billing.InvoiceID
	rows := map[billing.Number]app.InvoiceRow{}
	collect := func() {
		due = nil
		for row, err := range s.app.Rows(ctx, s.me, app.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			rows[row.Number] = row
			if row.Stage == (billing.Stage{Status: billing.Finalized}) {
				due = append(due, row.ID)
			}
		}
	}
	collect()
	for _, n := range demo.Approved() {
		if rows[n].Stage.Status != billing.Closed {
			t.Errorf("%s is %s, not closed", n, rows[n].Stage.Status)
		}
	}
	runs, _, err := s.app.Export(ctx, s.me, due)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.app.Finish(ctx, runs[0].ID, time.Minute); err != nil {
		t.Fatal(err)
	}
	collect()
	arranged := map[billing.Number]string{}
	for _, c := range demo.Cases() {
		arranged[c.Number] = c.Expect
		want := billing.Failed
		switch ledger.Cause(c.Expect) {
		case ledger.Other:
			want = billing.Exported
		case ledger.TotalDiffers:
			want = billing.Warned
		}
		if got := rows[c.Number]; string(got.Cause) != c.Expect || got.Stage.Export != want {
			t.Errorf("%s, where %s, is %s with the cause %q, want %q: %s", c.Number, c.Why, got.Stage.Export, got.Cause, c.Expect, got.Message)
		}
	}
	for n, row := range rows {
		if _, ok := arranged[n]; !ok && row.Stage.Export == billing.Failed {
			t.Errorf("%s failed: %s", n, row.Message)
		}
	}
	tenant := there.addresses().Tenants[0].ID
	for n, row := range rows {
		if row.Stage.Export != billing.Exported {
			continue
		}
		inv := there.ByNumber(tenant, string(n))
		if len(inv) != 1 || inv[0].Total.StringFixed(2) != row.Total.String() {
			t.Errorf("%s is %s here, and Xero has %d of it", n, row.Total, len(inv))
		}
	}
}
