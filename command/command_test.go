package command

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/data/sheet"
	"feebridge/xero/sim"
)

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
		{[]string{"sim", "--odd", "even"}, exitWrongUse, "even"},
		{[]string{"sim", "--help"}, exitDone, "half-cents-to-even"},
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

// TestDueForExportIsTheSameForAll deletes an invoice in Xero, which a person meant: neither
// --all nor the template takes it, and who names it exports it again.
func TestDueForExportIsTheSameForAll(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.must(exitDone, "import", d.file(2), "--amounts", "exclusive", "--finalize")
	d.must(exitDone, "export", "--number", "INV-0001")
	if err := d.xero.Delete(d.tenant(), d.there("INV-0001").InvoiceID); err != nil {
		t.Fatal(err)
	}
	if lines := d.must(exitDone, "refresh"); len(lines) != 1 || lines[0]["xero_export"] != "deleted_in_xero" {
		t.Fatalf("refresh tells %v", lines)
	}
	path := filepath.Join(t.TempDir(), "template.csv")
	for _, command := range [][]string{{"list", "--template", "exclusive", "--to", path}, {"export", "--all"}} {
		if lines := d.must(exitDone, command...); len(lines) != 1 || lines[0]["number"] != "INV-0002" {
			t.Errorf("%s takes %v", strings.Join(command, " "), lines)
		}
	}
	d.must(exitDone, "export", "--number", "INV-0001")
	if inv := d.there("INV-0001"); inv.Status != sim.StatusDraft {
		t.Errorf("INV-0001 is %s in Xero", inv.Status)
	}
}

// TestWhatWaitsIsNoSuccess runs commands that leave something undone for a reason of Xero's.
func TestWhatWaitsIsNoSuccess(t *testing.T) {
	for _, c := range []struct {
		name    string
		fault   string
		command []string
		status  int
		says    string
		state   string // of the invoice; "" where nothing is said of it
	}{
		{"an export that the day's limit stops", "* /Contacts 429:day", []string{"export", "--all"}, exitUnavailable, "used all its Xero API calls for today", "skipped"},
		{"an export whose answer is lost", "PUT /Invoices drop-after-commit", []string{"export", "--all"}, exitUnavailable, "interrupted", "unknown"},
		{"a redraft that the day's limit stops", "POST /Invoices 429:day", []string{"redraft", "INV-0001"}, exitUnavailable, "used all its Xero API calls for today", "unknown"},
		{"a redraft whose answer is lost", "POST /Invoices drop-after-commit", []string{"redraft", "INV-0001"}, exitUnavailable, "interrupted", "unknown"},
		{"a void whose answer is lost", "POST /Invoices drop-after-commit", []string{"replace", "INV-0001", "--void"}, exitUnavailable, "interrupted", ""},
		{"a refresh while Xero is down", "* /Invoices 503", []string{"refresh"}, exitUnavailable, "Xero", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, nil)
			d.must(exitDone, "import", d.file(1), "--amounts", "exclusive", "--finalize")
			if c.command[0] != "export" {
				d.must(exitDone, "export", "--all")
			}
			if c.command[0] == "replace" {
				d.approve("INV-0001")
				d.must(exitDone, "refresh")
			}
			fault, err := sim.ParseRule(c.fault)
			if err != nil {
				t.Fatal(err)
			}
			d.xero.AddFault(fault)
			program := d.program(append(c.command, "--json")...)
			program.Env = append(program.Env, envPatience+"=1s")
			var out, errs strings.Builder
			program.Stdout, program.Stderr = &out, &errs
			_ = program.Run() // its status is looked at
			if got := program.ProcessState.ExitCode(); got != c.status || !strings.Contains(errs.String(), c.says) {
				t.Errorf("exit status %d, want %d with %q\n%s%s", got, c.status, c.says, &out, &errs)
			}
			if state := `"state":"` + c.state + `"`; c.state != "" && !strings.Contains(out.String(), state) {
				t.Errorf("want %s\n%s", state, &out)
			}
		})
	}
}

// TestShowKeepsXerosWordsApart shows a message of Feebridge's own: an account that the
// organisation does not have is found before anything is sent.
func TestShowKeepsXerosWordsApart(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	file := d.file(1)
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.ReplaceAll(content, []byte(",200,"), []byte(",299,")), 0o600); err != nil {
		t.Fatal(err)
	}
	d.must(exitDone, "import", file, "--amounts", "exclusive", "--finalize")
	d.must(exitSomeFailed, "export", "--all")
	out, _, _ := d.run("show", "INV-0001")
	if !strings.Contains(out, "failed: ") || !strings.Contains(out, "299") || strings.Contains(out, "Xero: ") {
		t.Errorf("show says:\n%s", out)
	}
}

// TestTokensAreSentWhereNobodyElseReadsThem gives addresses of Xero.
func TestTokensAreSentWhereNobodyElseReadsThem(t *testing.T) {
	for text, takes := range map[string]bool{
		"https://api.xero.com": true, "https://proxy.example:8443/x": true,
		"http://127.0.0.1:8742": true, "http://localhost:8742": true, "http://[::1]:8742": true,
		"http://api.xero.com": false, "http://10.0.0.7": false, "http://localhost.example": false, "http://127.0.0.1.example": false,
		"ftp://127.0.0.1": false, "api.xero.com": false, "": false, "https://": false,
	} {
		var a address
		if err := a.Set(text); (err == nil) != takes {
			t.Errorf("%q: %v", text, err)
		}
	}
}
