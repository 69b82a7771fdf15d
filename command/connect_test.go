package command

import (
	"bufio"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

// keyringAlways is true where a program's environment cannot take the keyring away from it.
const keyringAlways = runtime.GOOS == "windows" || runtime.GOOS == "darwin"

// withoutToken takes away what stands in for a sign-in, and the way to a keyring.
func withoutToken(env []string) []string {
	env = slices.DeleteFunc(env, func(v string) bool {
		return strings.HasPrefix(v, "FEEBRIDGE_TOKEN=") || strings.HasPrefix(v, "FEEBRIDGE_TENANT=")
	})
	return append(env, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent", "XDG_RUNTIME_DIR=/nonexistent")
}

// decide is a person who signs in at the link, and returns the page on which they land.
func (d *desk) decide(link, decision string, tenants ...string) string {
	d.Helper()
	u, err := url.Parse(link)
	if err != nil {
		d.Fatal(err)
	}
	form := u.Query()
	form.Set("decision", decision)
	form["tenantId"] = tenants
	u.RawQuery = ""
	r, err := http.NewRequestWithContext(d.Context(), http.MethodPost, u.String(), strings.NewReader(form.Encode()))
	if err != nil {
		d.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	landed, err := (&http.Client{Timeout: deadline.Program}).Do(r)
	if err != nil {
		d.Fatal(err)
	}
	defer func() { _ = landed.Body.Close() }()
	page, err := io.ReadAll(landed.Body)
	if err != nil {
		d.Fatal(err)
	}
	return string(page)
}

// signIn runs "feebridge connect", decides at the link that it prints, and returns its
// further lines, what it complained of, and its exit status.
func (d *desk) signIn(decision string, tenants []string, args ...string) (lines []map[string]any, page, errs string, status int) {
	d.Helper()
	c := d.program(append([]string{"connect", "--no-browser", "--json", "--client-id", sim.DefaultClientID, "--identity", d.xero.base}, args...)...)
	c.Env = withoutToken(c.Env)
	out, err := c.StdoutPipe()
	if err != nil {
		d.Fatal(err)
	}
	var complaints strings.Builder
	c.Stderr = &complaints
	if err := c.Start(); err != nil {
		d.Fatal(err)
	}
	var late atomic.Bool
	for s := bufio.NewScanner(out); s.Scan(); {
		var line map[string]any
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			d.Errorf("%q: %v", s.Text(), err)
		}
		if link, ok := line["link"].(string); ok {
			page = d.decide(link, decision, tenants...)
			overdue := time.AfterFunc(deadline.Thing, func() {
				late.Store(true)
				d.Errorf("feebridge connect has not gone on within %v after the decision", deadline.Thing)
				_ = c.Process.Kill()
			})
			defer overdue.Stop()
			continue
		}
		lines = append(lines, line)
	}
	_ = c.Wait() // its status is returned
	if late.Load() {
		d.FailNow() // the next one would wait in vain, too
	}
	return lines, page, complaints.String(), c.ProcessState.ExitCode()
}

func TestConnectByCommand(t *testing.T) {
	d := newDesk(t, func(c *sim.Config) {
		orgs, err := sim.Seed("demo")
		if err != nil {
			t.Fatal(err)
		}
		c.Orgs = orgs
	})
	all := d.xero.addresses().Tenants

	_, page, errs, status := d.signIn("deny", nil)
	if status != exitUnavailable || !strings.Contains(errs, "Access wasn't allowed") || !strings.Contains(html.UnescapeString(page), "Xero didn't give Feebridge access") {
		t.Errorf("after a no: status %d, %q, page %q", status, errs, page)
	}
	_, _, errs, status = d.signIn("allow", []string{all[0].ID})
	if status != exitWrongUse || !strings.Contains(errs, all[1].Name) {
		t.Errorf("without a choice among several: status %d, %q", status, errs)
	}
	lines, page, errs, status := d.signIn("allow", []string{all[0].ID}, "--organisation", strings.ToUpper(all[0].Name), "--organisation", all[1].Name)
	if status != exitDone || len(lines) != 2 || lines[0]["name"] != all[0].Name || lines[0]["default"] != true || lines[1]["default"] != false {
		t.Errorf("status %d, %v, %q", status, lines, errs)
	}
	if !strings.Contains(page, "You can close this tab") {
		t.Errorf("the page says %q", page)
	}
	if !keyringAlways && !strings.Contains(errs, "good for this run only") {
		t.Errorf("without a keyring: %q", errs)
	}

	lines = d.must(exitDone, "organisations", "--export-to", all[1].Name)
	if len(lines) != 2 || lines[0]["name"] != all[1].Name || lines[0]["default"] != true {
		t.Errorf("the organisations are %v", lines)
	}
	d.must(exitDone, "import", d.file(2), "--amounts", "exclusive", "--finalize")
	d.must(exitSomeFailed, "organisations", "--export-to", all[0].Name, "--client", "NOBODY")
	d.must(exitWrongUse, "organisations", "--client", "CLIENT-1")
	d.must(exitDone, "organisations", "--export-to", all[0].Name, "--client", "client-1")
	// A client that goes where the firm goes follows it.
	d.must(exitDone, "organisations", "--export-to", all[1].Name)
	d.must(exitDone, "organisations", "--export-to", all[0].Name, "--client", "CLIENT-1")
	if last := d.must(exitDone, "audit", "list", "--action", "export to", "--subject", "client")[0]; last["from"] != all[1].Name || last["to"] != all[0].Name {
		t.Errorf("the client went from %v to %v", last["from"], last["to"])
	}
	lines = d.must(exitDone, "disconnect", all[0].Name)
	if len(lines) != 1 || lines[0]["state"] != string(app.Disconnected) {
		t.Errorf("disconnecting says %v", lines)
	}
	d.must(exitSomeFailed, "disconnect", "Nobody Ltd")
}

func TestMappingByCommand(t *testing.T) {
	d := newDesk(t, nil)
	d.must(exitDone, "import", d.file(1), "--amounts", "exclusive")
	d.must(exitSomeFailed, "export", "--number", "INV-0001") // it is a draft, but the firm is connected from here on
	const changed = `{"arrival":"SUBMITTED","default_account":"200","default_tax":"NONE","term":{"rule":"next_month","days":20},"theme":"",` +
		`"tracking":{"Region":"North"},"codes":{"ACC":{"account":"260"}},"taxes":{"GST":"OUTPUT2"}}`
	set := func(text string, status int) (printed, complaints string) {
		t.Helper()
		c := d.program("mapping", "set", "--json")
		c.Stdin = strings.NewReader(text)
		var errs strings.Builder
		c.Stderr = &errs
		out, _ := c.Output() // its status is looked at
		if got := c.ProcessState.ExitCode(); got != status {
			t.Fatalf("exit status %d: %s", got, errs.String())
		}
		return string(out), errs.String()
	}
	out, _ := set(changed, exitDone)
	var got, want mappingJSON
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	if err := json.Unmarshal([]byte(changed), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-set +printed):\n%s", diff)
	}
	if _, errs := set(strings.Replace(changed, `"200"`, `"610"`, 1), exitSomeFailed); !strings.Contains(errs, "“610”") {
		t.Errorf("a system account: %q", errs)
	}
	if _, errs := set(`{"account":"200"}`, exitWrongUse); !strings.Contains(errs, `"account"`) {
		t.Errorf("a name that is none: %q", errs)
	}
	if m := mappingOf(ledger.Mapping{}).mapping(); m.Status() != ledger.DraftThere || m.Theme != "" {
		t.Errorf("an empty mapping becomes %+v", m)
	}
}
