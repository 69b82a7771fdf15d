package command

import (
	"testing"

	"feebridge/app/apptest"
	"feebridge/xero/sim"
)

// lose makes of exported invoices what becomes of them when Xero's answer is lost, and Xero has
// forgotten the request by the time that it can be asked: that takes minutes.
func (d *desk) lose(numbers ...string) {
	d.Helper()
	for _, n := range numbers {
		for _, statement := range []string{
			`UPDATE invoices SET export = 'may_be_ours' WHERE number = ?`,
			`UPDATE exports SET result = 'may_be_ours', message = 'An invoice in Xero may be this one.', cause = 'may_be_ours',
				messages = '[{"text":"An invoice in Xero may be this one.","cause":"may_be_ours"}]',
				candidates = json_array(json_object('id', xero_id, 'number', xero_number, 'mark', xero_mark, 'status', xero_status, 'contact', xero_contact,
					'contact_name', xero_contact_name, 'date', xero_date, 'currency', xero_currency, 'total', xero_total, 'due', xero_due, 'paid', xero_paid,
					'credited', xero_credited, 'paid_on', xero_paid_on, 'updated', xero_updated)),
				xero_id = '', xero_status = '' WHERE number = ?`,
		} {
			apptest.Raw(d, d.db, statement, n)
		}
	}
}

func TestWhatMayBeOursIsSettledByCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *sim.Config) { c.Marks = sim.MarksDropped })
	file := d.write("november.csv", templateHead+
		"Abby Ltd,,INV-31,PO 71,2026-11-02,2026-11-25,Annual accounts,2,35.10,200,OUTPUT2\n"+
		"Basket Case,,INV-32,PO 72,2026-11-03,2026-11-26,Advice,4,50.00,200,OUTPUT2\n")
	d.must(exitDone, "import", file, "--amounts", "exclusive", "--finalize")
	d.must(exitDone, "export", "--all")
	d.tells(1, "", "feebridge: Invoice INV-31 is finalized, exported with a warning. There's nothing to decide.\n", "settle", "INV-31")
	d.lose("INV-31", "INV-32")

	d.tells(0, `INV-32         Basket Case                      2026-11-03 NZD       230.00  finalized  may_be_ours
INV-31         Abby Ltd                         2026-11-02 NZD        80.73  finalized  may_be_ours
`, "", "list")
	d.tells(0, `Invoice INV-31  Abby Ltd
Date 2026-11-02  Due 2026-11-25  PO 71
  Annual accounts                                           2 x      35.10  15% GST on Income         70.20
Subtotal 70.20  Tax 10.53  Total NZD 80.73
finalized, may_be_ours
  may_be_ours: An invoice in Xero may be this one.
    What it means: Xero's answer was lost. Xero has an invoice that may be this one, but without the mark that Feebridge gave it.
    What to do: Choose Compare… and decide whether it's the same invoice. Until you do, this one isn't sent again.
Run "feebridge settle INV-31" to compare both.
`, "", "show", "INV-31")
	d.tells(1, `INV-31  may_be_ours: Invoice INV-31 can't be exported: may be in Xero; compare both first.; Run "feebridge settle INV-31" to compare both.
`, "", "export", "INV-31")
	d.tells(1, `INV-32  may_be_ours: Invoice INV-32 can't be exported: may be in Xero; compare both first.; Run "feebridge settle INV-32" to compare both.
INV-31  may_be_ours: Invoice INV-31 can't be exported: may be in Xero; compare both first.; Run "feebridge settle INV-31" to compare both.
`, "", "export", "--all")
	d.tells(1, `{"number":"INV-32","state":"may_be_ours","xero_id":"","messages":["Invoice INV-32 can't be exported: may be in Xero; compare both first.","Run \"feebridge settle INV-32\" to compare both."]}
{"number":"INV-31","state":"may_be_ours","xero_id":"","messages":["Invoice INV-31 can't be exported: may be in Xero; compare both first.","Run \"feebridge settle INV-31\" to compare both."]}
`, "", "export", "--all", "--json")
	d.tells(1, "INV-31  skipped: Invoice INV-31 can't be taken back to draft: may be in Xero; compare both first.\n", "", "redraft", "INV-31")
	d.tells(1, `INV-31  may_be_ours
  here     INV-31         Abby Ltd                         2026-11-02 NZD        80.73
  in Xero  INV-31         Abby Ltd                         2026-11-02 NZD        80.73  DRAFT  <id>
If it's one of those in Xero, run "feebridge settle INV-31 --ours INVOICE-ID". Otherwise run it with --not-ours.
`, "", "settle", "INV-31")
	d.tells(1, `{"number":"INV-31","state":"may_be_ours","candidates":[{"id":"<id>","number":"INV-31","contact":"Abby Ltd","date":"2026-11-02","currency":"NZD","total":"80.73","status":"DRAFT"}],"messages":[]}
`, "", "settle", "INV-31", "--json")
	d.tells(1, `INV-31  may_be_ours: That invoice in Xero isn't one of those that may be Invoice INV-31. Compare them again.
  here     INV-31         Abby Ltd                         2026-11-02 NZD        80.73
  in Xero  INV-31         Abby Ltd                         2026-11-02 NZD        80.73  DRAFT  <id>
If it's one of those in Xero, run "feebridge settle INV-31 --ours INVOICE-ID". Otherwise run it with --not-ours.
`, "", "settle", "INV-31", "--ours", "another")
	d.tells(1, "", "feebridge: There's no invoice INV-404. The command `feebridge list` shows the numbers.\n", "settle", "INV-404", "--not-ours")
	d.tells(2, "", "feebridge: Name one invoice, for example: feebridge settle INV-1001\n", "settle")
	d.tells(2, "", "feebridge: Name one invoice, for example: feebridge settle INV-1001\n", "settle", "INV-31", "INV-32")
	d.tells(2, "", "feebridge: --ours says that it's an invoice in Xero, and --not-ours that it isn't. Use one of them.\n", "settle", "INV-31", "--ours", "x", "--not-ours")

	there := d.there("INV-31").InvoiceID
	d.approve("INV-31")
	d.tells(1, `INV-31  may_be_ours: INV-31 was changed in Xero since you saw it. Compare both again, then decide.
  here     INV-31         Abby Ltd                         2026-11-02 NZD        80.73
  in Xero  INV-31         Abby Ltd                         2026-11-02 NZD        80.73  AUTHORISED  <id>
If it's one of those in Xero, run "feebridge settle INV-31 --ours INVOICE-ID". Otherwise run it with --not-ours.
`, "", "settle", "INV-31", "--ours", there)
	d.tells(0, `{"number":"INV-31","state":"adopted","candidates":[{"id":"<id>","number":"INV-31","contact":"Abby Ltd","date":"2026-11-02","currency":"NZD","total":"80.73","status":"AUTHORISED"}],"messages":[]}
`, "", "settle", "INV-31", "--ours", there, "--json")
	d.tells(1, "", "feebridge: Invoice INV-31 is closed, exported. There's nothing to decide.\n", "settle", "INV-31", "--ours", there)
	d.tells(0, "INV-32  disowned: Invoice # must be unique.; Give it another number in the window, then export it.\n", "", "settle", "--not-ours", "INV-32")
	d.tells(0, `INV-32         Basket Case                      2026-11-03 NZD       230.00  finalized  failed
INV-31         Abby Ltd                         2026-11-02 NZD        80.73  closed     exported
`, "", "list")
	d.tells(1, "INV-32  failed: Invoice # must be unique.\n", "", "export", "INV-32")
	if n := len(d.xero.Invoices(d.tenant())); n != 2 {
		t.Errorf("Xero has %d invoices", n)
	}
}
