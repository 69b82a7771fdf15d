package command

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAPDFThatLacksCharactersIsNotAttached runs what a firm does that has its PDFs attached in Xero, with a file whose
// names are written in letters that our font lacks.
func TestAPDFThatLacksCharactersIsNotAttached(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	const header = "*ContactName,*InvoiceNumber,*InvoiceDate,*DueDate,*Description,*Quantity,*UnitAmount,*AccountCode,*TaxType\r\n"
	rows := []struct{ number, client, description, lacks string }{
		{"J-1", "日本商事 株式会社", "会計顧問料, (accounting fees)", "“日本商事株式会社” in the client's name, “会計顧問料” in the description of line 1"},
		{"J-2", "Kōwhai Łódź Ελλάδα Москва", "Preparation of the accounts – ½ day, €", ""},
		{"J-3", "شركة النور Ltd", "Accounts", "“شركةالنو” in the client's name"},
		{"J-4", "Tea & Co", "Tea 🍵 tasting", "“🍵” in the description of line 1"},
		{"J-5", "บริษัท ไทย", "Accounts", "“บริษัทไย” in the client's name"},
	}
	var file strings.Builder
	file.WriteString(header)
	for _, r := range rows {
		file.WriteString(`"` + r.client + `",` + r.number + `,2026-11-03,2026-12-20,"` + r.description + `",1,100,200,OUTPUT2` + "\r\n")
	}
	path := filepath.Join(t.TempDir(), "invoices.csv")
	if err := os.WriteFile(path, []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	d.must(exitDone, "import", path, "--amounts", "exclusive", "--finalize")
	d.must(exitDone, "refresh") // connects
	c := d.program("mapping", "set")
	c.Stdin = strings.NewReader(`{"arrival":"DRAFT","default_account":"200","default_tax":"OUTPUT2","attach_paper":true}`)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}

	type result struct{ state, message string }
	got, want := map[string]result{}, map[string]result{}
	for _, line := range d.must(exitDone, "export", "--number", "J-1", "--number", "J-2", "--number", "J-3", "--number", "J-4") {
		r := result{state: line["state"].(string)}
		for _, m := range line["messages"].([]any) {
			r.message += m.(string)
		}
		got[line["number"].(string)] = r
	}
	for _, r := range rows[:4] {
		want[r.number] = result{"exported", ""}
		if r.lacks != "" {
			want[r.number] = result{"warning", "The PDF wasn't attached: it can't show " + r.lacks + "."}
		}
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
		t.Errorf("exported: %s", diff)
	}

	// To a person it says so before anything is sent, too.
	out, errs, status := d.run("export", "--all")
	before, after, both := strings.Cut(out, "J-5  warning: The PDF wasn't attached: it can't show "+rows[4].lacks+".\n")
	if status != exitDone || !both || after != "" || before != "J-5  The PDF won't be attached: it can't show "+rows[4].lacks+".\n" {
		t.Errorf("exit status %d: %s%s", status, out, errs)
	}

	var became []string
	for _, r := range rows {
		there := d.there(r.number)
		if r.lacks != "" && len(there.Attachments) > 0 {
			t.Errorf("%s has %d attachments", r.number, len(there.Attachments))
		}
		if r.lacks == "" && (len(there.Attachments) != 1 || !bytes.HasPrefix(there.Attachments[0].Content, []byte("%PDF-"))) {
			t.Errorf("%s has the attachments %+v", r.number, there.Attachments)
		}
		became = append(became, "not done (PDF attached): The PDF can't show "+r.lacks+".")
		if r.lacks == "" {
			became[len(became)-1] = "PDF attached"
		}
	}
	var history []string
	for _, e := range d.must(exitDone, "audit", "list", "--subject", "invoice", "--action", "printed invoice in Xero") {
		history = append(history, e["to"].(string))
	}
	slices.Sort(history)
	slices.Sort(became)
	if diff := cmp.Diff(became, history); diff != "" {
		t.Errorf("the history: %s", diff)
	}
	if out, _, _ := d.run("show", "J-1"); !strings.Contains(out, "The PDF wasn't attached: it can't show “日本商事株式会社”") || !strings.Contains(out, "no font that can print these characters") {
		t.Errorf("show: %s", out)
	}
}
