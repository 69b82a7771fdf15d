package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feebridge/xero/sim"
)

// envCrash says where the program that this test binary is crashes: in the window, or when it prints what has this
// text. Only a test's own face can crash: the program has no such switch.
const envCrash = "FEEBRIDGE_TEST_CRASH"

// telling are texts of the firm's that no crash file may have.
var telling = []string{
	"Quartermain", "Zebediah", "zeb@quartermain.example", "QTR-7071", "Ref-90210", "Divorce settlement", "The Organisation is offline", "4711.13", "5419.80", "1234.56",
}

// crashingFace is a face that crashes, if the environment says where.
func crashingFace(face Face) Face {
	where := os.Getenv(envCrash)
	face.OpenWindow = func(_ context.Context, o Opened) (string, error) {
		if c := o.Crashed; c != nil {
			fmt.Println("told of", c.Path)
			if err := c.Told(c.At); err != nil {
				return "", err
			}
		}
		if o.Earlier != nil {
			fmt.Println("told that", o.Earlier)
		}
		if where == "window itself" {
			panic("the window of " + strings.Join(telling, ", "))
		}
		if where == "window" {
			go panic("the window of " + strings.Join(telling, ", "))
			select {}
		}
		return "", nil
	}
	if where != "" && !strings.HasPrefix(where, "window") {
		face.Out = crashing{face.Out, where}
	}
	return face
}

// crashing is where a program prints that crashes over a text, as a program with a data race does.
type crashing struct {
	io.Writer
	at string
}

// Write crashes at the text.
func (c crashing) Write(text []byte) (int, error) {
	if bytes.Contains(text, []byte(c.at)) {
		shared := map[string]int{}
		for range 4 {
			go func() {
				for i := 0; ; i++ {
					shared[telling[i%len(telling)]] = i
				}
			}()
		}
		select {}
	}
	return c.Writer.Write(text)
}

// crashed returns the newest crash file of the firm.
func (d *desk) crashed() (path, text string) {
	d.Helper()
	files, err := filepath.Glob(strings.TrimSuffix(d.db, ".db") + "-crash-*.txt")
	if err != nil || len(files) == 0 {
		d.Fatalf("there is no crash file beside %s: %v", d.db, err)
	}
	content, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		d.Fatal(err)
	}
	return files[len(files)-1], string(content)
}

// crash runs Feebridge until it crashes.
func (d *desk) crash(where string, args ...string) {
	d.Helper()
	c := d.program(args...)
	c.Env = append(c.Env, envCrash+"="+where)
	if out, _ := c.CombinedOutput(); c.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "goroutine ") {
		d.Fatalf("feebridge %s should crash: exit status %d\n%s", strings.Join(args, " "), c.ProcessState.ExitCode(), out)
	}
}

// hurried runs Feebridge with little patience.
func (d *desk) hurried(args ...string) {
	d.Helper()
	c := d.program(args...)
	c.Env = append(c.Env, envPatience+"=1s")
	_ = c.Run() // however it ends
}

// TestACrashFileNamesNobodyOfTheFirm lets a firm with telling names work, with all sorts of trouble, and crash.
func TestACrashFileNamesNobodyOfTheFirm(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	file := filepath.Join(t.TempDir(), "telling.csv")
	rows := "*ContactName,EmailAddress,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,*Description,*Quantity,*UnitAmount,*AccountCode,*TaxType,TaxAmount,Total\n" +
		"Zebediah Quartermain,zeb@quartermain.example,QTR-7071,Ref-90210,2026-11-03,2026-12-20,Divorce settlement,1,4711.13,200,OUTPUT2,,\n" +
		"Zebediah Quartermain,zeb@quartermain.example,QTR-7072,Ref-90210,2026-11-03,2026-12-20,Divorce settlement,1,1234.56,200,OUTPUT2,,\n"
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	d.must(exitDone, "import", file, "--amounts", "exclusive", "--finalize")
	d.must(exitSomeFailed, "export", "--number", "QTR-1") // which connects the firm
	beside := d.program("mapping", "set")
	beside.Stdin = strings.NewReader(`{"arrival":"DRAFT","default_account":"200","default_tax":"OUTPUT2","note":true,"attach_paper":true}`)
	if out, err := beside.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, text := range []string{"PUT /Invoices/*/History 503:offline", "PUT /Invoices/*/Attachments/* reset", "PUT /Invoices #2 cut", "GET /Invoices #3 503:offline"} {
		rule, err := sim.ParseRule(text)
		if err != nil {
			t.Fatal(err)
		}
		d.xero.AddFault(rule)
	}
	d.hurried("export", "--number", "QTR-7072")
	d.hurried("export", "--all")
	d.hurried("refresh")
	d.crash("QTR-7071", "list")

	_, errs, _ := d.run("list")
	path, text := d.crashed()
	if !strings.Contains(errs, path) || strings.Count(errs, "\n") != 1 {
		t.Errorf("the next start doesn't tell of %s in one line:\n%s", path, errs)
	}
	if _, errs, _ := d.run("list"); errs != "" {
		t.Errorf("it is told again: %s", errs)
	}
	for _, part := range []string{"command: list\n", "version: 9.8.7\n", "maps.fatal(", "command.crashing.Write", "call to Xero", "WARN"} {
		if !strings.Contains(text, part) {
			t.Errorf("the crash file lacks %q:\n%s", part, text)
		}
	}
	d.namesNobody(text)

	d.crash("window itself") // on the goroutine of Run, whose deferred calls run before Go tells
	if _, errs, _ := d.run("list"); !strings.Contains(errs, "crashed on") {
		t.Errorf("the crash left nothing: %s", errs)
	}
	d.crash("window")
	if out, errs, status := d.run(); status != exitDone || errs != "" || !strings.Contains(out, "told of "+strings.TrimSuffix(d.db, ".db")+"-crash-") {
		t.Errorf("the window isn't told: %d\n%s%s", status, out, errs)
	}
	if out, _, _ := d.run(); strings.Contains(out, "told of") {
		t.Errorf("the window is told again: %s", out)
	}
	_, text = d.crashed()
	if !strings.Contains(text, "command: window\n") || !strings.Contains(text, "panic: (left out") {
		t.Errorf("the crash file of the window:\n%s", text)
	}
	d.namesNobody(text)
}

// namesNobody fails the test if a text names what is the firm's.
func (d *desk) namesNobody(text string) {
	d.Helper()
	secrets := append([]string{d.xero.token}, telling...)
	for _, c := range d.xero.Invoices(d.tenant()) {
		secrets = append(secrets, c.InvoiceID, c.URL)
	}
	for _, secret := range secrets {
		if secret != "" && strings.Contains(text, secret) {
			d.Errorf("the crash file has %q:\n%s", secret, text)
		}
	}
}
