package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRunsTellWhatWasExportedAndWhatCameOfIt exports three invoices of which one is refused, takes one back, and reads that again
// in every form.
func TestRunsTellWhatWasExportedAndWhatCameOfIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	file := d.write("november.csv", templateHead+
		"Abby Ltd,,INV-31,,2026-11-02,2026-11-25,Annual accounts,2,35.10,200,OUTPUT2\n"+
		"Basket Case,,INV-32,,2026-11-03,2026-11-26,Advice,4,50.00,999,OUTPUT2\n"+
		"Cube Land,,INV-33,,2026-11-04,2026-11-27,Letter,1,7.00,200,OUTPUT2\n")
	d.tells(0, "", "", "runs")
	d.must(exitDone, "import", file, "--amounts", "exclusive", "--finalize")
	d.must(exitSomeFailed, "export", "--all")
	d.must(exitDone, "redraft", "INV-33")

	const refused = "Line 1: Account code '999' is not a valid code for this document."
	d.tells(0, "<id>  <time>  draft   Owner  Demo Company (NZ): 1 taken back to draft\n<id>  <time>  export  Owner  Demo Company (NZ): 2 exported, 1 failed\n", "", "runs")
	d.tells(0, `{"run":"<id>","organisation":"Demo Company (NZ)","by":"Owner","started":"<time>","ended":"<time>","exported":0,"warnings":0,"failed":0,"unknown":0}
{"run":"<id>","organisation":"Demo Company (NZ)","by":"Owner","started":"<time>","ended":"<time>","exported":2,"warnings":0,"failed":1,"unknown":0}
`, "", "runs", "--json")
	all := d.must(exitDone, "runs")
	back, run := all[0]["run"].(string), all[1]["run"].(string)
	if all[0]["started"].(string) < all[1]["ended"].(string) || len(all[0]) != 9 {
		t.Errorf("the newest run is %v, the one before %v", all[0], all[1])
	}

	d.tells(0, "INV-33         Cube Land                        NZD         8.05  exported\n"+
		"INV-32         Basket Case                      NZD       230.00  failed: "+refused+"\n"+
		"INV-31         Abby Ltd                         NZD        80.73  exported\n", "", "runs", run)
	d.tells(0, `{"number":"INV-33","client":"Cube Land","sent":"<time>","answered":"<time>","result":"exported","messages":[],"correlation":"<id>"}
{"number":"INV-32","client":"Basket Case","sent":"","answered":"","result":"failed","messages":["`+refused+`"],"correlation":""}
{"number":"INV-31","client":"Abby Ltd","sent":"<time>","answered":"<time>","result":"exported","messages":[],"correlation":"<id>"}
`, "", "runs", run, "--json")
	d.tells(0, `{"number":"INV-33","client":"Cube Land","sent":"<time>","answered":"<time>","result":"removed","messages":[],"correlation":"<id>"}
`, "", "runs", "--json", back)
	if got := d.must(exitDone, "runs", "--failed", run); len(got) != 1 || got[0]["number"] != "INV-32" {
		t.Errorf("of the run failed %v", got)
	}
	for _, row := range d.must(exitDone, "runs", run) {
		if row["sent"].(string) > row["answered"].(string) {
			t.Errorf("%v was answered before it was sent", row)
		}
	}

	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"--failed"}, []string{run}}, {[]string{"--limit", "1"}, []string{back}}, {[]string{"--number", "v-33"}, []string{back, run}}, {[]string{"--number", "INV-31"}, []string{run}},
		{[]string{"--by", "owner"}, []string{back, run}}, {[]string{"--organisation", "demo company (nz)"}, []string{back, run}},
		{[]string{"--from", "2000-01-01"}, []string{back, run}}, {[]string{"--to-date", "2000-01-01"}, nil}, {[]string{"--from", "2999-01-01"}, nil},
	} {
		var got []string
		for _, line := range d.must(exitDone, append([]string{"runs"}, c.args...)...) {
			got = append(got, line["run"].(string))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("runs %s (-want +got):\n%s", strings.Join(c.args, " "), diff)
		}
	}

	path := filepath.Join(t.TempDir(), "runs.csv")
	d.tells(0, "", "", "runs", "--failed", "--to", path)
	d.column(path, "Failed")
	if content, err := os.ReadFile(path); err != nil || !strings.Contains(string(content), run+",export,Demo Company (NZ),Owner,") || strings.Contains(string(content), back) {
		t.Errorf("the file is %s: %v", content, err)
	}
	d.tells(0, "", "", "runs", run, "--to", path)
	if content, err := os.ReadFile(path); err != nil || !strings.Contains(string(content), "INV-32,Basket Case,NZD,230.00,,,,failed,"+refused) {
		t.Errorf("the file is %s: %v", content, err)
	}

	d.tells(1, "", "feebridge: There's no run 7. `feebridge runs` lists the runs.\n", "runs", "7")
	d.tells(1, "", "feebridge: The firm has no organisation called “Tui”. `feebridge organisations` lists those it has.\n", "runs", "--organisation", "Tui")
	d.tells(2, "", "feebridge: Name one run, for example the first word of a line of \"feebridge runs\".\n", "runs", run, back)
	d.tells(2, "", "feebridge: With RUN, only --failed and --to can be given.\n", "runs", run, "--number", "INV-31")
	d.tells(2, "", "feebridge: --limit takes a count, from 1.\n", "runs", "--limit", "-1")
	d.tells(2, "", "feebridge: --from takes a date such as 2026-11-03, not \"yesterday\".\n", "runs", "--from", "yesterday")
	d.tells(2, "", "feebridge: --to takes a file that ends in .csv or .xlsx.\n", "runs", "--to", "runs.pdf")
	d.tells(2, "", "feebridge: --to takes a file that ends in .csv or .xlsx.\n", "runs", run, "--to", "runs.pdf")
}
