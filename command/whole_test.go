package command

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
)

// masks are what differs from run to run in what a command prints.
var masks = []struct {
	of *regexp.Regexp
	as string
}{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "<id>"},
	{regexp.MustCompile(`\b[0-9a-f]{64}\b`), "<hash>"},
	{regexp.MustCompile(`intact: \d+`), "intact: <n>"},
	{regexp.MustCompile(`\d{8}T\d{6}(\.\d{3})?Z`), "<time>"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`), "<time>"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)`), "<time>"},
	{regexp.MustCompile(`(?m)^ +\d+  <time>`), "<n>  <time>"},
	{regexp.MustCompile(regexp.QuoteMeta(os.TempDir()) + `[^" ]*[/\\]`), "<dir>/"},
}

// tells runs Feebridge, and fails the test unless it ends with the status, and prints and complains
// of exactly that.
func (d *desk) tells(status int, out, errs string, args ...string) {
	d.Helper()
	gotOut, gotErrs, got := d.run(args...)
	for _, m := range masks {
		gotOut, gotErrs = m.of.ReplaceAllString(gotOut, m.as), m.of.ReplaceAllString(gotErrs, m.as)
	}
	if got != status {
		d.Errorf("feebridge %s: exit status %d, want %d", strings.Join(args, " "), got, status)
	}
	if diff := cmp.Diff(out, gotOut); diff != "" {
		d.Errorf("feebridge %s (-want +printed):\n%s", strings.Join(args, " "), diff)
	}
	if diff := cmp.Diff(errs, gotErrs); diff != "" {
		d.Errorf("feebridge %s (-want +complained):\n%s", strings.Join(args, " "), diff)
	}
}

// write writes a file of the test and returns its path.
func (d *desk) write(name, content string) string {
	d.Helper()
	path := filepath.Join(d.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		d.Fatal(err)
	}
	return path
}

const templateHead = "*ContactName,EmailAddress,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,*Description,*Quantity,*UnitAmount,*AccountCode,*TaxType\n"

// TestCommandsTellAllOfIt runs every command in a firm of which no two values are alike, and
// compares the whole of what it prints, complains of, and ends with.
func TestCommandsTellAllOfIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	file := d.write("november.csv", templateHead+
		"Abby Ltd,,INV-31,PO 71,2026-11-02,2026-11-25,Annual accounts,2,35.10,200,OUTPUT2\n"+
		"Abby Ltd,,INV-31,PO 71,2026-11-02,2026-11-25,Tax return,1,29.81,260,NONE\n"+
		"Basket Case,,INV-32,PO 72,2026-11-03,2026-11-26,Advice,4,50.00,200,OUTPUT2\n"+
		"Cube Land,,INV-33,PO 73,2026-11-04,2026-11-27,Letter,1,7.00,200,OUTPUT2\n")

	d.tells(0, "", "", "list")
	d.tells(0, "INV-31  Abby Ltd  NZD 110.54  draft\nINV-32  Basket Case  NZD 230.00  draft\nINV-33  Cube Land  NZD 8.05  draft\n", "", "import", file, "--amounts", "exclusive")
	d.tells(0, "INV-33         Cube Land                        2026-11-04 NZD         8.05  draft      not_exported\nINV-32         Basket Case                      2026-11-03 NZD       230.00  draft      not_exported\nINV-31         Abby Ltd                         2026-11-02 NZD       110.54  draft      not_exported\n", "", "list")
	d.tells(1, "", "feebridge: There's no invoice INV-404. The command `feebridge list` shows the numbers.\n", "finalize", "INV-31", "INV-404")
	d.tells(0, "INV-31  finalized\nINV-32  finalized\n", "", "finalize", "INV-31", "INV-32")
	d.tells(1, "INV-33  skipped: Invoice INV-33 can't be exported: still a draft; finalize it first.\nINV-32  exported\n", "", "export", "INV-33", "INV-32")
	d.tells(1, `{"number":"INV-33","state":"skipped","xero_id":"","messages":["Invoice INV-33 can't be exported: still a draft; finalize it first."]}
`, "", "export", "--json", "INV-33")
	d.tells(1, "INV-32  failed: Invoice INV-32 can't be finalized: only drafts can be finalized.\nINV-33  finalized\n", "", "finalize", "INV-32", "INV-33")
	d.tells(0, "INV-33  exported\nINV-31  exported\n", "", "export", "--all")
	d.tells(0, "There is nothing to export.\n", "", "export", "--all")
	d.tells(0, "", "", "export", "--all", "--json")
	d.tells(0, "INV-32  skipped: Invoice INV-32 can't be exported: already in Xero.\n", "", "export", "INV-32")
	d.tells(0, "", "", "refresh")
	d.approve("INV-31")
	if _, err := d.xero.RecordPayment(d.tenant(), d.there("INV-31").InvoiceID, "090", time.Now(), decimal.RequireFromString("44.08")); err != nil {
		t.Fatal(err)
	}
	d.tells(0, "INV-31         Abby Ltd                         NZD       110.54  closed     exported       AUTHORISED\n", "", "refresh")
	d.tells(0, "INV-33         Cube Land                        2026-11-04 NZD         8.05  finalized  exported\nINV-32         Basket Case                      2026-11-03 NZD       230.00  finalized  exported\nINV-31         Abby Ltd                         2026-11-02 NZD       110.54  closed     exported\n", "", "list")
	d.tells(0, `{"number":"INV-33","entity":"Cube Land","date":"2026-11-04","due":"2026-11-27","currency":"NZD","subtotal":"7.00","tax":"1.05","total":"8.05","status":"finalized","xero_export":"exported","xero_status":"DRAFT","amount_due":"8.05"}
{"number":"INV-32","entity":"Basket Case","date":"2026-11-03","due":"2026-11-26","currency":"NZD","subtotal":"200.00","tax":"30.00","total":"230.00","status":"finalized","xero_export":"exported","xero_status":"DRAFT","amount_due":"230.00"}
{"number":"INV-31","entity":"Abby Ltd","date":"2026-11-02","due":"2026-11-25","currency":"NZD","subtotal":"100.01","tax":"10.53","total":"110.54","status":"closed","xero_export":"exported","xero_status":"AUTHORISED","amount_due":"66.46"}
`, "", "list", "--json")
	d.tells(0, "Invoice INV-31  Abby Ltd\nDate 2026-11-02  Due 2026-11-25  PO 71\n  Annual accounts                                           2 x      35.10  15% GST on Income         70.20\n  Tax return                                                1 x      29.81  No GST                    29.81\nSubtotal 100.01  Tax 10.53  Total NZD 110.54\nclosed, exported\n", "", "show", "INV-31")
	d.tells(0, `{"number":"INV-31","entity":"Abby Ltd","date":"2026-11-02","due":"2026-11-25","reference":"PO 71","currency":"NZD","lines":[{"description":"Annual accounts","quantity":"2","unit_amount":"35.10","account":"200","tax":"15% GST on Income","amount":"70.20"},{"description":"Tax return","quantity":"1","unit_amount":"29.81","account":"260","tax":"No GST","amount":"29.81"}],"subtotal":"100.01","tax":"10.53","total":"110.54","status":"closed","xero_export":"exported","xero_contact":"Abby Ltd","xero_link":"https://go.xero.com/app/!Qj35V/invoicing/view/<id>","exports":[{"number":"INV-31","state":"exported","xero_id":"<id>","messages":[]}]}
`, "", "show", "INV-31", "--json")
	d.tells(0, "INV-32  draft\nINV-33  draft\n", "", "redraft", "INV-32", "INV-33")
	d.tells(1, "INV-31  skipped: Invoice INV-31 can't be taken back to draft. It has a payment in Xero. Remove the payment there and choose Replace, or create a credit note in Xero.\n", "", "redraft", "INV-31")
	d.tells(1, `{"number":"INV-31","state":"skipped","xero_id":"<id>","messages":["Invoice INV-31 can't be taken back to draft. It has a payment in Xero. Remove the payment there and choose Replace, or create a credit note in Xero."]}
`, "", "redraft", "INV-31", "--json")
	d.tells(1, "INV-31  unpay: It has a payment in Xero. Remove the payment there first, or create a credit note in Xero.; https://go.xero.com/app/!Qj35V/invoicing/view/<id>\n", "", "replace", "INV-31")
	d.tells(1, `{"number":"INV-31","state":"unpay","xero_id":"<id>","messages":["It has a payment in Xero. Remove the payment there first, or create a credit note in Xero.","https://go.xero.com/app/!Qj35V/invoicing/view/<id>"]}
`, "", "replace", "INV-31", "--json")
	d.tells(1, "", "feebridge: Invoice INV-32 can't be replaced: only closed invoices can be replaced.\n", "replace", "INV-32")
	d.tells(0, "Demo Company (NZ): connected; the firm exports to it\n", "", "organisations")
	d.tells(0, `{
  "arrival": "DRAFT",
  "default_account": "",
  "default_tax": "",
  "theme": "",
  "tracking": {},
  "codes": {},
  "taxes": null,
  "note": false,
  "attach_paper": false,
  "mark_reference": false
}
`, "", "mapping", "show")
	d.tells(0, "Owner: ProcessTime, Export to accounting software, Process all staff entries, Settings Admin, Admin, Owner of all clients\n", "", "staff", "list")
	d.tells(0, "The audit trail is intact: <n> entries. The hash of the last one is\n<hash>\n", "", "audit", "verify")
	d.tells(0, "<n>  <time>  Owner  finalize invoice <id>: a draft → finalized, not exported\n<n>  <time>  Owner  finalize invoice <id>: a draft → finalized, not exported\n<n>  <time>  Owner  finalize invoice <id>: a draft → finalized, not exported\n", "", "audit", "list", "--action", "finalize")
	backup := filepath.Join(d.TempDir(), "copy.db")
	d.tells(0, "Backed up to <dir>/copy.db and verified.\n", "", "backup", backup)
	d.tells(1, "", "feebridge: There's already a file <dir>/copy.db. Choose another name for the backup.\n  To replace the file, add --force.\n", "backup", backup)
	d.tells(0, "", "", "list", "--to", filepath.Join(d.TempDir(), "list.csv"))
	d.tells(0, "INV-32  finalized\n", "", "finalize", "INV-32")
	d.tells(0, "INV-32  written\nThe unit amounts in <dir>/template.csv are tax exclusive: choose that when Xero asks. Feebridge can't tell what you import by hand and would still export these invoices, so hold them here.\n", "", "list", "--template", "exclusive", "--to", filepath.Join(d.TempDir(), "template.csv"))
	d.tells(0, "Demo Company (NZ): disconnected; the firm exports to it\n", "", "disconnect")
	d.tells(0, "Demo Company (NZ): disconnected; the firm exports to it\n", "", "organisations")
	d.tells(0, `{"id":"<id>","name":"Demo Company (NZ)","state":"disconnected","default":true}
`, "", "organisations", "--json")
	d.tells(1, "", "feebridge: The firm has no organisation called “Tui”. `feebridge organisations` lists those it has.\n", "disconnect", "Tui")
	d.tells(0, "The database is not locked.\n", "", "reconcile")
	d.tells(0, `Restored the database from the backup.
The database from before is kept as <dir>/firm-before-restore-<time>.db
Nothing is exported until the database has been compared with Xero. Open the window, or run "feebridge reconcile".
`, "", "restore", backup)
	d.tells(3, "", "feebridge: This data was restored from a backup or copied, so Xero may have invoices that aren't in it. Until Feebridge has compared it with Demo Company (NZ), you can't import, export, finalize or delete invoices, or take them back to draft.\n", "export", "INV-32")
	d.tells(0, "Demo Company (NZ): not compared. I know better.\n", "", "reconcile", "--without-xero", "I know better.")
	d.tells(0, "The database is not locked.\n", "", "reconcile")
	d.tells(1, "", "feebridge: There's no invoice INV-404. The command `feebridge list` shows the numbers.\n", "show", "INV-404")
	d.tells(1, "", "feebridge: There's no invoice INV-404. The command `feebridge list` shows the numbers.\n", "redraft", "INV-404")
	d.tells(1, "", "feebridge: There's no invoice INV-404. The command `feebridge list` shows the numbers.\n", "replace", "INV-404")
	d.tells(2, "", "feebridge: Name one invoice, for example: feebridge show INV-1001\n", "show")
	d.tells(2, "", "feebridge: Name the invoices, for example: feebridge redraft INV-1001 INV-1002\n", "redraft")
	d.tells(2, "", "feebridge: Name one invoice, for example: feebridge replace INV-1001\n", "replace", "INV-31", "INV-32")
	d.tells(2, "", "feebridge: Name the drafts, for example: feebridge finalize INV-1001 INV-1002\n", "finalize")
	d.tells(2, "", "feebridge: Name the file to write, for example: feebridge backup tuesday.db\n", "backup")
	d.tells(2, "", "feebridge: Name the backup to restore, for example: feebridge restore tuesday.db\n", "restore")
	d.tells(2, "", `feebridge: "mapping show [ORGANISATION]" prints the mapping. "mapping set [ORGANISATION]" reads a changed one from standard input.
`, "mapping")
	d.tells(2, "", "feebridge: This command takes no arguments, only flags.\n", "refresh", "now")
	d.tells(2, "", "feebridge: This command takes no arguments, only flags.\n", "list", "INV-31")
	bad := d.write("bad.csv", templateHead+"Abby Ltd,,INV-41,,03/11/2026,2026-11-25,Advice,x,1,200,OUTPUT2\n")
	d.tells(1, `Line 2, Quantity: quantity "x": write digits only, as in 1234.50, without currency signs, letters or exponents.
`, "feebridge: The date 03/11/2026 can be read two ways. Choose the right one.\n  Add --dates day-month-year or --dates month-day-year.\n", "import", bad, "--amounts", "inclusive")
	d.tells(1, `{"line":2,"column":"Quantity","message":"quantity \"x\": write digits only, as in 1234.50, without currency signs, letters or exponents."}
`, "feebridge: The date 03/11/2026 can be read two ways. Choose the right one.\n  Add --dates day-month-year or --dates month-day-year.\n", "import", bad, "--amounts", "inclusive", "--json")
	asks := d.write("asks.csv", templateHead+"Abby Ltd,,INV-41,,03/11/2026,04/11/2026,Advice,1,1,200,OUTPUT2\n")
	d.tells(1, "", "feebridge: The date 03/11/2026 can be read two ways. Choose the right one.\n  Add --dates day-month-year or --dates month-day-year.\n", "import", asks, "--amounts", "inclusive")
	d.tells(0, `{"number":"INV-41","entity":"Abby Ltd","total":"1.00","status":"finalized"}
`, "", "import", asks, "--amounts", "inclusive", "--dates", "day-month-year", "--finalize", "--json")
	d.tells(2, "", `feebridge: --dates is day-month-year or month-day-year, not "year".
`, "import", asks, "--amounts", "inclusive", "--dates", "year")
}

// TestAnImportWithWarnings imports nothing until they are accepted, and says so.
func TestAnImportWithWarnings(t *testing.T) {
	d := newDesk(t, nil)
	file := d.write("odd.csv", templateHead+"Abby Ltd,,1001.0,,2026-11-03,2026-11-25,Advice,1,1,200,OUTPUT2\n"+
		"Abby Ltd,,1002,,2026-11-03,2026-11-25,Advice,1,1,200,OUTPUT2\n"+
		"Abby Ltd,,1001.0,,2026-11-03,2026-11-25,Advice,1,1,200,OUTPUT2\n")
	const decimals = "Line 2, InvoiceNumber: A program seems to have added decimals to this number. Imported as “1001.0”, but “1001” may be meant. The same is in 1 more line."
	const repeated = "This row repeats line 2 in every cell, so invoice 1001.0 bills it twice. Remove it unless that is meant."
	refusal := "feebridge: Nothing was imported, because 2 warnings have to be confirmed first. The first one: " + decimals + "\n  To import in spite of the warnings, add --accept-warnings.\n"
	d.tells(1, "Warning: "+decimals+"\nWarning: Line 4: "+repeated+"\n", refusal, "import", file, "--amounts", "exclusive")
	d.tells(1, `{"line":2,"column":"InvoiceNumber","message":"A program seems to have added decimals to this number.","warning":true,"read":"1001.0","meant":"1001","more_lines":1}
{"line":4,"column":"","message":"`+repeated+`","warning":true}
`, refusal, "import", file, "--amounts", "exclusive", "--json")
	d.tells(0, "", "", "list")
	d.tells(0, "Warning: "+decimals+"\nWarning: Line 4: "+repeated+"\n1001.0  Abby Ltd  NZD 2.30  draft\n1002  Abby Ltd  NZD 1.15  draft\n", "",
		"import", file, "--amounts", "exclusive", "--accept-warnings")
	again := d.write("again.csv", templateHead+"Abby Ltd,,1002,,2026-11-03,2026-11-25,Advice,1,1,200,OUTPUT2\n"+
		"Abby Ltd,,1003,,2026-11-03,2026-11-25,Advice,1,1,200,OUTPUT2\n")
	used := "Line 2, InvoiceNumber: Invoice 1002 already exists. Remove it from the file, or give it another number."
	d.tells(1, used+"\n", "feebridge: Nothing was imported, because the file has problems. The first one: "+used+"\n  To import the invoices whose numbers aren't used yet, add --skip-used.\n",
		"import", again, "--amounts", "exclusive")
	d.tells(0, "1002  skipped: its number is used already\n1003  Abby Ltd  NZD 1.15  draft\n", "", "import", again, "--amounts", "exclusive", "--skip-used")
	d.tells(1, "1002  skipped: its number is used already\n1003  skipped: its number is used already\n",
		"feebridge: The numbers of all invoices in the file are used already. Nothing is left to import.\n", "import", again, "--amounts", "exclusive", "--skip-used")
}

// TestAnImportGoesOnWithoutXero complains of what cannot be read beside what it prints.
func TestAnImportGoesOnWithoutXero(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.must(exitDone, "import", d.file(1), "--amounts", "exclusive") // which reads the tax rates
	file := d.write("second.csv", templateHead+"Abby Ltd,,INV-31,,2026-11-02,2026-11-25,Advice,1,10.00,200,OUTPUT2\n")
	offline := d.program("import", file, "--amounts", "exclusive")
	offline.Env = append(offline.Env, "FEEBRIDGE_TOKEN=wrong", "FEEBRIDGE_TENANT=other")
	var out, errs strings.Builder
	offline.Stdout, offline.Stderr = &out, &errs
	if err := offline.Run(); err != nil {
		t.Errorf("%v: %s", err, &errs)
	}
	if got, want := out.String(), "INV-31  Abby Ltd  NZD 11.50  draft\n"; got != want {
		t.Errorf("it prints %q, want %q", got, want)
	}
	if !strings.HasPrefix(errs.String(), "feebridge: Couldn't read the organisation's tax rates, so the rates stored here are used: ") {
		t.Errorf("it complains of %q", &errs)
	}
}
