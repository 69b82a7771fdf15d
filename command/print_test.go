package command

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/xero/sim"
)

// hostile is a name that works on a terminal: it changes the colour, turns the direction of the
// text, hides what follows, and begins a line that looks like one of Feebridge's.
const hostile = "Evil\x1b[31m \u202egpj\u009b8m\u2066\nINV-9  exported"

// TestNoCommandPrintsWhatATerminalObeys plants such a name in every text of a database that a
// person or Xero fills, and in the organisation at Xero, and runs every command.
func TestNoCommandPrintsWhatATerminalObeys(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *sim.Config) { c.Orgs[0].Name = hostile })
	d.must(exitDone, "import", "--amounts", "exclusive", d.file(5))
	d.must(exitDone, "finalize", "INV-0001", "INV-0002", "INV-0003", "INV-0004")
	d.must(exitDone, "export", "--number", "INV-0001", "--number", "INV-0002", "--number", "INV-0003")
	d.approve("INV-0001")
	d.approve("INV-0002")
	d.must(exitDone, "refresh")
	d.plant()
	if err := d.xero.Void(d.tenant(), d.there("INV-0002").InvoiceID); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "bad.csv")
	header, row := "*ContactName,*InvoiceNumber,*InvoiceDate,*DueDate,*Description,*Quantity,*UnitAmount,*AccountCode,*TaxType", "Kauri,X-1,2026-11-03,2026-12-20,Work,1,1,200,"
	quoted := `"` + strings.ReplaceAll(hostile, "\n", " ") + `"`
	if err := os.WriteFile(file, []byte(header+","+quoted+"\n"+row+quoted+",lost\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	backup, strange := filepath.Join(t.TempDir(), "back\x1b[31mup.db"), runtime.GOOS != "windows"
	if !strange { // Windows takes no such name
		backup = filepath.Join(t.TempDir(), "backup.db")
	}
	const shows = true // whether the name is to be seen in what is printed
	for _, c := range []struct {
		command string
		shows   bool
		args    []string
	}{
		{"import", shows, []string{file, "--amounts", "exclusive"}},
		{"import", shows, []string{hostile, "--amounts", "exclusive"}},
		{"list", shows, nil},
		{"show", shows, []string{"INV-0001"}},
		{"show", shows, []string{hostile}},
		{"refresh", shows, nil},
		{"organisations", shows, nil},
		{"organisations", shows, []string{"--export-to", hostile}},
		{"mapping", shows, []string{"show"}},
		{"contacts", shows, nil},
		{"contacts", shows, []string{"unlink", hostile}},
		{"staff", shows, []string{"list"}},
		{"staff", shows, []string{"set", hostile, "--rename", hostile}},
		{"audit", shows, []string{"list"}},
		{"audit", false, []string{"verify"}},
		{"review", shows, []string{"--all"}},
		{"runs", false, nil},
		{"export", false, []string{"--number", "INV-0003"}},
		{"export", false, []string{"--all"}},
		{"finalize", false, []string{"INV-0005"}},
		{"redraft", false, []string{"INV-0001", "INV-0003"}},
		{"replace", false, []string{"INV-0002"}},
		{"settle", shows, []string{hostile}},
		{"check-xero", shows, []string{"--organisation", hostile}},
		{"backup", strange, []string{backup}},
		{"disconnect", shows, nil},
		{"reconcile", false, nil},
		{"restore", false, []string{backup}},
		{"reconcile", shows, []string{"--without-xero", "because " + hostile}},
		{"version", false, nil},
		{"fly" + hostile, false, nil},
		{"list", shows, []string{"--" + strings.ReplaceAll(hostile, "\n", "")}},
	} {
		for _, mode := range [][]string{nil, {"--json"}} {
			out, errs, _ := d.run(slices.Concat([]string{c.command}, c.args, mode)...)
			printed := out + errs
			if billing.Visible(printed) != printed || strings.Contains(printed, "\nINV-9") {
				t.Errorf("%s %q: the terminal obeys\n%q", c.command, mode, printed)
			}
			if c.shows && mode == nil && !strings.Contains(printed, "U+001B") && !strings.Contains(printed, `\x1b`) {
				t.Errorf("%s %q does not show the name:\n%q", c.command, c.args, printed)
			}
			for line := range strings.Lines(out) {
				if mode != nil && !json.Valid([]byte(line)) {
					t.Errorf("%s: this is no JSON: %q", c.command, line)
				}
			}
		}
		commandsTried[c.command] = true
	}
	lines, _, errs, _ := d.signIn("allow", []string{d.tenant()}, "--organisation", hostile)
	if len(lines) != 1 || lines[0]["name"] != hostile || billing.Visible(errs) != errs {
		t.Errorf("connect says %v, %q", lines, errs)
	}
	commandsTried["connect"] = true
	for _, c := range commands {
		if !commandsTried[c.name] {
			t.Errorf("%s was not tried", c.name)
		}
	}
}

// commandsTried are those that the test above has run. The simulator prints nothing that anybody enters.
var commandsTried = map[string]bool{"sim": true}

// plant writes the hostile name into the database itself, past Feebridge.
func (d *desk) plant() {
	d.Helper()
	messages, err := json.Marshal([]map[string]string{{"text": hostile}})
	if err != nil {
		d.Fatal(err)
	}
	for _, c := range []struct{ update, text string }{
		{"UPDATE firm SET name = ?", hostile},
		{"UPDATE staff SET name = ?", hostile},
		{"UPDATE clients SET name = ?", hostile},
		{"UPDATE taxes SET name = code || ?", hostile},
		{"UPDATE invoices SET reference = ?1, note = ?1", hostile},
		{"UPDATE lines SET description = ?1, tax_name = ?1", hostile},
		{"UPDATE links SET name = ?", hostile},
		{"UPDATE organisations SET name = ?1, parked_text = ?1", hostile},
		{"UPDATE organisations SET mapping = json_object('theme', ?1, 'default_account', ?1, 'codes', json_object(?1, json_object('account', ?1)))", hostile},
		{"UPDATE exports SET xero_contact_name = ?1, message = ?1", hostile},
		{"UPDATE exports SET messages = ?", string(messages)},
	} {
		apptest.Raw(d, d.db, c.update, c.text)
	}
}

func TestJSONStaysWhatItSays(t *testing.T) {
	var out bytes.Buffer
	s := session{Face: Face{Out: terminal{&out}}, common: common{json: true}}
	text := hostile + "\U000e0041 <b> \u200d Māori"
	s.print(text, "")
	s.printJSON(map[string]string{text: text}, "  ")
	printed := out.String()
	if billing.Visible(printed) != printed {
		t.Errorf("the terminal obeys %q", printed)
	}
	decoder := json.NewDecoder(&out)
	var got string
	var table map[string]string
	if err := decoder.Decode(&got); err != nil || got != text {
		t.Errorf("%v: %q becomes %q", err, text, got)
	}
	if err := decoder.Decode(&table); err != nil || table[text] != text {
		t.Errorf("%v: it becomes %q", err, table)
	}
}
