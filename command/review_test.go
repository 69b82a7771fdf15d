package command

import (
	"io"
	"strings"
	"testing"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/assets/demo"
	"feebridge/xero/sim"
)

// TestReviewSaysWhatWouldHappen reviews an invoice that goes, one that would be due before its date, one that is blocked
// and a draft. Nothing is sent.
func TestReviewSaysWhatWouldHappen(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *sim.Config) { c.Orgs[0].AddContact(sim.Contact{Name: "Abby Ltd"}) })
	file := d.write("november.csv", templateHead+
		"Abby Ltd,,INV-31,PO 71,2026-11-02,2026-11-25,Annual accounts,2,35.10,200,OUTPUT2\n"+
		"Basket Case,,INV-32,PO 72,2026-11-03,2026-10-26,Advice,4,50.00,200,OUTPUT2\n"+
		"Abby Ltd,,INV-33,PO 73,2026-11-04,2026-11-27,Courier,1,24.00,999,OUTPUT2\n")
	d.must(exitDone, "import", file, "--amounts", "exclusive", "--finalize", "--accept-warnings")
	draft := d.write("draft.csv", templateHead+"Abby Ltd,,INV-34,PO 74,2026-11-04,2026-11-27,Courier,1,24.00,200,OUTPUT2\n")
	d.must(exitDone, "import", draft, "--amounts", "exclusive")
	d.xero.ResetCalls()

	d.tells(0, `Demo Company (NZ)
INV-31         ready    will_link    Abby Ltd                         NZD        80.73
1 ready, 0 with a warning, 0 blocked.
The export takes up to 4 calls to Xero, and 983 are left today.
`, "", "review", "INV-31")
	d.tells(1, `Demo Company (NZ)
INV-33         blocked  will_link    Abby Ltd                         NZD        27.60
    Line 1: Account code '999' is not a valid code for this document. `+ledger.AccountUnknown.Fix().String()+`
INV-32         warning  will_create  Basket Case                      NZD       230.00
    The invoice is due on 2026-10-26, before its date, 2026-11-03. Check both dates.
INV-31         ready    will_link    Abby Ltd                         NZD        80.73
1 ready, 1 with a warning, 1 blocked.
The export takes up to 6 calls to Xero, and 974 are left today.
`, "", "review", "--all")
	d.tells(1, `{"number":"INV-32","verdict":"warning","contact":"will_create","total":"230.00","messages":["The invoice is due on 2026-10-26, before its date, 2026-11-03. Check both dates."]}
{"number":"INV-31","verdict":"ready","contact":"will_link","total":"80.73","messages":[]}
{"number":"INV-34","verdict":"blocked","contact":"","total":"","messages":["Invoice INV-34 can't be exported: still a draft; finalize it first."]}
`, "", "review", "--json", "--number", "INV-32", "--number", "INV-31", "INV-34")
	d.tells(2, "", "feebridge: Name invoices with --number, or review everything that is due with --all.\n", "review", "--all", "INV-31")
	d.tells(1, "", "feebridge: There's no invoice INV-77. The command `feebridge list` shows the numbers.\n", "review", "INV-77")

	for call := range d.xero.Calls() {
		if !strings.HasPrefix(call, "GET ") {
			t.Errorf("a review made the call %s", call)
		}
	}
	if there := d.xero.Invoices(d.tenant()); len(there) > 0 {
		t.Errorf("Xero has %d invoices", len(there))
	}
	d.must(exitDone, "export", "INV-31", "INV-32")
	d.must(exitSomeFailed, "export", "INV-33")
	d.tells(1, "INV-31         blocked  Invoice INV-31 can't be exported: already in Xero.\n", "", "review", "INV-31")
}

// TestTheDemoFirmFaresAsReviewed reviews what the demo firm has due, and exports it. The cases that were arranged are
// blocked for what they were arranged for.
func TestTheDemoFirmFaresAsReviewed(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := newSession(Face{Out: io.Discard, Err: io.Discard})
	there, end, err := s.openDemo(ctx, &simFlags{seed: "demo", limits: "off", deleted: "free"})
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	there.ClearFaults() // which make writes slow
	ids, err := s.due(ctx)
	if err != nil {
		t.Fatal(err)
	}
	reviews, results, err := s.app.Review(ctx, s.me, ids, true)
	if err != nil || len(results) > 0 || len(reviews) != 1 || len(reviews[0].Rows) != len(ids) {
		t.Fatalf("%d reviews, %v, %v", len(reviews), results, err)
	}
	expect := map[billing.Number]ledger.Cause{}
	for _, c := range demo.Cases() {
		expect[c.Number] = ledger.Cause(c.Expect)
	}
	for _, row := range reviews[0].Rows {
		cause := expect[row.Invoice.Number]
		if blocked := row.Verdict == app.VerdictBlocked; blocked != (cause != "") || blocked && !ledger.HasCause(row.Messages, cause) {
			t.Errorf("%s is %s, and was arranged to fail for %q: %+v", row.Invoice.Number, row.Verdict, cause, row.Messages)
		}
	}
	blocked, _ := apptest.MustComeTrue(t, there.Sim, s.xero, s.app, s.me, reviews[0])
	if len(blocked) < 10 {
		t.Errorf("the demo firm has only these causes: %v", blocked)
	}
}
