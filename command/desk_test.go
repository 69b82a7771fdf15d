package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/data/disk"
	"feebridge/data/paper"
	"feebridge/xero"
	"feebridge/xero/sim"
)

// The variables of the environment that make this test binary a program.
const (
	asProgram   = "FEEBRIDGE_TEST_AS_PROGRAM"
	envPatience = "FEEBRIDGE_TEST_PATIENCE" // of that program
	envOwn      = "FEEBRIDGE_TEST_OWN"      // the folder of what is a person's own
	envBefore   = "FEEBRIDGE_TEST_BEFORE"   // and where earlier versions kept it, as on Windows
	envProfile  = "FEEBRIDGE_TEST_PROFILE"
)

// TestMain lets this test binary be Feebridge itself, so that tests can start, and
// kill, real processes of it.
func TestMain(m *testing.M) {
	settings = ownOfTests
	if os.Getenv(asProgram) != "" {
		wait, _ := time.ParseDuration(os.Getenv(envPatience))
		ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM) // as main does; for as long as the process lives
		os.Exit(Run(ctx, os.Args[1:], crashingFace(Face{Out: os.Stdout, Err: os.Stderr, Version: "9.8.7", Paper: new(paper.Printer), Patience: wait})))
	}
	if path := os.Getenv(typist); path != "" {
		fmt.Fprintln(os.Stderr, writeForEver(path))
		os.Exit(1)
	}
	folder, err := os.MkdirTemp("", "feebridge-settings-")
	if err == nil {
		err = os.Setenv("XDG_RUNTIME_DIR", folder) // not those of whoever runs the tests
		err = errors.Join(err, os.Setenv(envOwn, filepath.Join(folder, "own")))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(status)
}

// ownOfTests is what is a person's own, as the environment says it.
func ownOfTests() (disk.Own, error) {
	return disk.Own{Folder: os.Getenv(envOwn), Before: os.Getenv(envBefore), Profile: disk.Profile(os.Getenv(envProfile))}, nil
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
	deadline.Watch(t)
	config, err := (&simFlags{seed: "empty", limits: "xero", deleted: "free"}).config()
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&config)
	}
	there, err := listen(t.Context(), config, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = there.close() })
	return &desk{t, there, filepath.Join(t.TempDir(), "firm.db")}
}

// program returns a process of Feebridge that has not been started. One that does not come
// to its end is killed, and the test fails.
func (d *desk) program(args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), deadline.Program)
	d.Cleanup(cancel)
	c := exec.CommandContext(ctx, os.Args[0], append(args, "--db", d.db, "--api", d.xero.addresses().API)...)
	c.Cancel = func() error {
		d.Errorf("feebridge %s has not ended within %v", strings.Join(args, " "), deadline.Program)
		return c.Process.Kill()
	}
	c.Env = append(os.Environ(), asProgram+"=1",
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

// approve approves the invoice of that number in Xero.
func (d *desk) approve(number string) {
	d.Helper()
	if err := d.xero.Approve(d.tenant(), d.there(number).InvoiceID); err != nil {
		d.Fatal(err)
	}
}

// TestARunningFeebridgeSendsByItself lets a desk run, as the window does, while a person only asks for an export. What
// another program does meanwhile is told.
func TestARunningFeebridgeSendsByItself(t *testing.T) {
	t.Parallel()
	var arrived, changed sync.Once
	sent, staffChanged := make(chan struct{}), make(chan struct{})
	d := newDesk(t, func(c *sim.Config) {
		c.Observe = func(call sim.Call) {
			if call.Method == "PUT" && call.Path == "/Invoices" && call.Committed {
				arrived.Do(func() { close(sent) })
			}
		}
	})
	d.must(exitDone, "import", d.file(1), "--amounts", "exclusive", "--finalize")
	s := newSession(Face{Out: io.Discard, Err: io.Discard})
	s.log = slog.New(slog.DiscardHandler)
	defer s.close()
	token := func(context.Context, ledger.TenantID) (string, error) { return d.xero.token, nil }
	if err := s.start(t.Context(), d.db, nil, xero.Config{API: d.xero.addresses().API, Token: token}, app.Firm{}, "", nil, witness()...); err != nil {
		t.Fatal(err)
	}
	if err := s.signIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer s.app.Subscribe(func(changes []app.Change) {
		if slices.ContainsFunc(changes, func(c app.Change) bool { return c.Subject == "staff" }) {
			changed.Do(func() { close(staffChanged) })
		}
	})()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.app.Run(ctx) }()
	ids, err := s.app.Numbers(ctx, []billing.Number{"INV-0001"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.app.Export(ctx, s.me, ids); err != nil {
		t.Fatal(err)
	}
	deadline.Receive(t, sent, "the invoice to be sent")
	d.must(exitDone, "staff", "set", "Owner", "--email", "owner@tui.example")
	deadline.Receive(t, staffChanged, "the change of another program")
	stop()
	if err := deadline.Receive(t, ended, "the background work to end"); err != nil {
		t.Error(err)
	}
}
