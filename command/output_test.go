package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// heard is a session, and what it says.
type heard struct {
	*session
	out, errs strings.Builder
}

func newHeard(asJSON bool) *heard {
	h := &heard{}
	h.session = newSession(Face{Out: &h.out, Err: &h.errs})
	h.common.json = asJSON
	return h
}

// says fails unless the session has printed exactly that since the last time.
func (h *heard) says(t *testing.T, what, out, errs string) {
	t.Helper()
	if diff := cmp.Diff(out, h.out.String()); diff != "" {
		t.Errorf("%s (-want +printed):\n%s", what, diff)
	}
	if diff := cmp.Diff(errs, h.errs.String()); diff != "" {
		t.Errorf("%s (-want +complained):\n%s", what, diff)
	}
	h.out.Reset()
	h.errs.Reset()
}

// TestEachEndHasItsStatus ends a command with every kind of error.
func TestEachEndHasItsStatus(t *testing.T) {
	t.Parallel()
	refusal := func(code app.Code) error { return app.Errorf(code, "problem.as-told", "Problem", "No.") }
	parked := &app.Parked{Park: app.Park{Why: app.NotConnected}}
	for _, c := range []struct {
		name   string
		err    error
		status int
		says   string
	}{
		{"all done", nil, 0, ""},
		{"some were not done, each was named", errSomeFailed, 1, ""},
		{"wrong use", misused("Name %d.", 2), 2, "feebridge: Name 2.\n"},
		{"parked", parked, 3, "feebridge: " + parked.Error() + "\n"},
		{"parked, for a reason", fmt.Errorf("exporting: %w", parked), 3, "feebridge: exporting: " + parked.Error() + "\n"},
		{"trouble with Xero", &app.Trouble{Reason: app.Offline}, 3, "feebridge: Couldn't reach Xero. Check this computer's internet connection.\n"},
		{"not possible now", refusal(app.Unavailable), 3, "feebridge: No.\n"},
		{"not possible now, with advice", &advised{refusal(app.Unavailable), "Try --force."}, 3, "feebridge: No.\n  Try --force.\n"},
		{"not there", refusal(app.NotFound), 1, "feebridge: No.\n"},
		{"in the way", refusal(app.Conflict), 1, "feebridge: No.\n"},
		{"not permitted", refusal(app.Forbidden), 1, "feebridge: No.\n"},
		{"not valid", refusal(app.Invalid), 1, "feebridge: No.\n"},
		{"anything else", fs.ErrExist, 1, "feebridge: file already exists\n"},
		{"anything else, with advice", &advised{fs.ErrExist, "Try --force."}, 1, "feebridge: file already exists\n  Try --force.\n"},
	} {
		h := newHeard(false)
		if got := h.end(c.err); got != c.status {
			t.Errorf("%s: exit status %d, want %d", c.name, got, c.status)
		}
		h.says(t, c.name, "", c.says)
	}
}

// exportedInvoice is an invoice that was exported twice, and was to be taken back twice.
func exportedInvoice(stage billing.Stage) app.InvoiceView {
	return app.InvoiceView{
		Invoice: billing.Invoice{Number: "INV-7", Stage: stage},
		Exports: []app.Export{
			{Standing: ledger.Standing{ID: "x2"}, Messages: []ledger.Message{{Text: "first"}, {Text: "second"}}},
			{Standing: ledger.Standing{ID: "x1"}, Messages: []ledger.Message{{Text: "an older one"}}},
		},
		Removals: []app.Removal{{Messages: []ledger.Message{{Text: "it stays"}, {Text: "for good"}}}, {Messages: []ledger.Message{{Text: "an older try"}}}},
	}
}

// TestTheResultOfAnExport judges an invoice in every state. What is not settled is never done.
func TestTheResultOfAnExport(t *testing.T) {
	t.Parallel()
	type result struct {
		state string
		done  bool
	}
	want := map[billing.Stage]result{
		{Status: billing.Finalized, Export: billing.NotExported}:    {"skipped", false},
		{Status: billing.Finalized, Export: billing.Queued}:         {"skipped", false},
		{Status: billing.Finalized, Export: billing.Exporting}:      {"unknown", false},
		{Status: billing.Finalized, Export: billing.Exported}:       {"exported", true},
		{Status: billing.Finalized, Export: billing.Warned}:         {"warning", true},
		{Status: billing.Finalized, Export: billing.Failed}:         {"failed", false},
		{Status: billing.Finalized, Export: billing.Unknown}:        {"unknown", false},
		{Status: billing.Finalized, Export: billing.Changed}:        {"warning", true},
		{Status: billing.Finalized, Export: billing.DeletedInXero}:  {"warning", true},
		{Status: billing.Finalized, Export: billing.VoidedInXero}:   {"warning", true},
		{Status: billing.Finalized, Export: billing.NotFoundInXero}: {"warning", true},
		{Status: billing.Finalized, Export: billing.Removing}:       {"skipped", true}, // it is in Xero so far
		{Status: billing.Finalized, Export: billing.Held}:           {"skipped", false},
		{Status: billing.Finalized, Export: billing.MayBeOurs}:      {"may_be_ours", false},
		{Status: billing.Closed, Export: billing.Exported}:          {"exported", true},
		{Status: billing.Closed, Export: billing.Changed}:           {"warning", true},
		{Status: billing.Closed, Export: billing.VoidedInXero}:      {"warning", true},
		{Status: billing.Closed, Export: billing.NotFoundInXero}:    {"warning", true},
		{Status: billing.Closed, Export: billing.Removing}:          {"skipped", true},
		{Status: billing.Draft}:                                     {"skipped", false},
	}
	for _, e := range billing.ExportStates() {
		if _, judged := want[billing.Stage{Status: billing.Finalized, Export: e}]; !judged {
			t.Errorf("nothing is said of %s", e)
		}
	}
	for stage, w := range want {
		line, done := exportResult(exportedInvoice(stage), nil)
		if got := (result{line.State, done}); got != w {
			t.Errorf("%s, %s: %+v, want %+v", stage.Status, stage.Export, got, w)
		}
		messages := []string{"first", "second"}
		if stage.Export == billing.MayBeOurs {
			messages = append(messages, "Run \"feebridge settle INV-7\" to compare both.")
		}
		if diff := cmp.Diff(resultJSON{"INV-7", w.state, "x2", messages}, line); diff != "" {
			t.Errorf("%s, %s (-want +got):\n%s", stage.Status, stage.Export, diff)
		}
	}
	refused := errors.New("it is a draft")
	for stage, there := range map[billing.Stage]bool{
		{Status: billing.Draft}:                                    false,
		{Status: billing.Finalized, Export: billing.NotExported}:   false,
		{Status: billing.Finalized, Export: billing.Queued}:        false,
		{Status: billing.Finalized, Export: billing.Unknown}:       false,
		{Status: billing.Finalized, Export: billing.Held}:          false,
		{Status: billing.Finalized, Export: billing.DeletedInXero}: false,
		{Status: billing.Finalized, Export: billing.Exported}:      true,
		{Status: billing.Finalized, Export: billing.Warned}:        true,
		{Status: billing.Closed, Export: billing.Exported}:         true,
		{Status: billing.Closed, Export: billing.VoidedInXero}:     true,
	} {
		line, done := exportResult(exportedInvoice(stage), refused)
		if done != there {
			t.Errorf("%s, %s and refused: done is %v", stage.Status, stage.Export, done)
		}
		if diff := cmp.Diff(resultJSON{"INV-7", "skipped", "x2", []string{"it is a draft"}}, line); diff != "" {
			t.Errorf("%s, %s and refused (-want +got):\n%s", stage.Status, stage.Export, diff)
		}
	}
	line, done := exportResult(exportedInvoice(billing.Stage{Status: billing.Finalized, Export: billing.MayBeOurs}), refused)
	if diff := cmp.Diff(resultJSON{"INV-7", "may_be_ours", "x2", []string{"it is a draft", "Run \"feebridge settle INV-7\" to compare both."}}, line); diff != "" || done {
		t.Errorf("refused since it may be in Xero: done is %v (-want +got):\n%s", done, diff)
	}
	never := app.InvoiceView{Invoice: billing.Invoice{Number: "INV-8", Stage: billing.Stage{Status: billing.Finalized}}}
	if line, _ := exportResult(never, nil); cmp.Diff(resultJSON{Number: "INV-8", State: "skipped", Messages: []string{}}, line) != "" {
		t.Errorf("never exported: %+v", line)
	}
}

// TestWhatStoppedIsToldBesideWhatWasDone ends the wait for a run although what was asked for is done, as
// where others in the run wait. Every result is printed all the same.
func TestWhatStoppedIsToldBesideWhatWasDone(t *testing.T) {
	t.Parallel()
	use, db, me := apptest.Firm(t)
	v := apptest.Finalized("invoice", 6, 1)
	if err := db.Update(t.Context(), func(tx app.Tx) error {
		_, err := tx.SaveClient(billing.Client{ID: v.Client, Code: "C-0", Name: "Client 0"})
		if err != nil {
			return err
		}
		_, err = tx.SaveInvoice(v)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	for _, c := range []struct {
		name string
		ctx  context.Context
		done bool
		want error
	}{
		{"done", t.Context(), true, nil},
		{"not done", t.Context(), false, errSomeFailed},
		{"done, and interrupted", interrupted, true, context.Canceled},
		{"not done, and interrupted", interrupted, false, context.Canceled},
	} {
		h := newHeard(false)
		h.app, h.me = &Desk{App: use}, me
		err := h.settle(c.ctx, []app.Result{{Invoice: v.ID, Number: v.Number}}, errand{
			run: func(app.InvoiceView) app.RunID { return "" },
			judge: func(v app.InvoiceView, err error) (resultJSON, bool) {
				return outcome(app.Result{Number: v.Invoice.Number, Err: err}, "exported", "skipped"), c.done
			},
		})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: it ended with %v, want %v", c.name, err, c.want)
		}
		h.says(t, c.name, "INV-0007  exported\n", "")
	}
}

// TestTheResultOfARedraft judges an invoice that was to go back to draft. Only a draft is done.
func TestTheResultOfARedraft(t *testing.T) {
	t.Parallel()
	for _, e := range billing.ExportStates() {
		want := resultJSON{"INV-7", "failed", "x2", []string{"it stays", "for good"}}
		if e == billing.Removing {
			want = resultJSON{"INV-7", "unknown", "x2", []string{}}
		}
		for _, status := range []billing.Status{billing.Finalized, billing.Closed} {
			line, done := redraftResult(exportedInvoice(billing.Stage{Status: status, Export: e}), nil)
			if diff := cmp.Diff(want, line); diff != "" || done {
				t.Errorf("%s, %s: done is %v (-want +got):\n%s", status, e, done, diff)
			}
		}
	}
	draft := exportedInvoice(billing.Stage{Status: billing.Draft})
	if line, done := redraftResult(draft, nil); !done || cmp.Diff(resultJSON{"INV-7", "draft", "x2", []string{}}, line) != "" {
		t.Errorf("a draft: %+v, done is %v", line, done)
	}
	if line, done := redraftResult(draft, errors.New("no")); done || cmp.Diff(resultJSON{"INV-7", "skipped", "x2", []string{"no"}}, line) != "" {
		t.Errorf("refused: %+v, done is %v", line, done)
	}
	never := app.InvoiceView{Invoice: billing.Invoice{Number: "INV-8", Stage: billing.Stage{Status: billing.Finalized}}}
	if line, _ := redraftResult(never, nil); cmp.Diff(resultJSON{Number: "INV-8", State: "failed", Messages: []string{}}, line) != "" {
		t.Errorf("never exported: %+v", line)
	}
}

func TestResultsOfOneStepAreNamedEach(t *testing.T) {
	t.Parallel()
	results := []app.Result{{Number: "INV-1"}, {Number: "INV-2", Err: errors.New("it is held")}, {Number: "INV-3"}}
	h := newHeard(false)
	if err := h.printOutcomes(results, "finalized", "failed"); !errors.Is(err, errSomeFailed) {
		t.Errorf("one was refused: %v", err)
	}
	h.says(t, "in words", "INV-1  finalized\nINV-2  failed: it is held\nINV-3  finalized\n", "")
	if err := h.printOutcomes(results[:1], "finalized", "failed"); err != nil {
		t.Errorf("none was refused: %v", err)
	}
	h = newHeard(true)
	_ = h.printOutcomes(results, "written", "skipped")
	h.says(t, "as JSON", `{"number":"INV-1","state":"written","xero_id":"","messages":[]}
{"number":"INV-2","state":"skipped","xero_id":"","messages":["it is held"]}
{"number":"INV-3","state":"written","xero_id":"","messages":[]}
`, "")
}

// distinctInvoice is an invoice of which no two values are alike.
func distinctInvoice() app.InvoiceView {
	at := func(minor int64) money.Amount { return money.New(minor, "NZD") }
	return app.InvoiceView{
		Client: billing.Client{Name: "Abby Ltd", Code: "ABBY"},
		Invoice: billing.Invoice{
			Number: "INV-31", Date: 20261102, Due: 20261125, Reference: "PO 71", Currency: "NZD", Stage: billing.Stage{Status: billing.Closed, Export: billing.Changed},
			Lines: []billing.Line{
				{Code: "ACC", Description: "Annual accounts", Quantity: 2_0000, UnitAmount: 35_1000, Account: "201", Tax: billing.Tax{Code: "OUTPUT", Name: "GST"}},
				{Code: "TAX", Description: "Tax return", Quantity: 1_0000, UnitAmount: 29_8100, Account: "202", Tax: billing.Tax{Code: "LEVY", Name: "Levy"}},
			},
		},
		Totals:  money.Totals{Lines: []money.LineTotal{{Amount: at(7020)}, {Amount: at(2981)}}, SubTotal: at(10001), Tax: at(1075), Total: at(11076)},
		Contact: app.Link{Contact: "k1", Name: "Abby in Xero"},
		Link:    "https://xero.example/x2",
		Exports: []app.Export{
			{Number: "INV-31", Result: billing.Changed, Standing: ledger.Standing{ID: "x2", AmountDue: at(5507)}, Messages: []ledger.Message{{Text: "The total differs.", Cause: ledger.TotalDiffers}}},
			{Number: "INV-30", Result: billing.Failed, Standing: ledger.Standing{ID: "x1"}, Messages: []ledger.Message{{Text: "It is archived.", Cause: ledger.ContactArchived}}},
		},
	}
}

func TestAnInvoiceIsShownAsItIs(t *testing.T) {
	t.Parallel()
	object, text := shown(distinctInvoice())
	h := newHeard(true)
	h.print(object, "%s", paragraph(text))
	h.says(t, "as JSON", `{"number":"INV-31","entity":"Abby Ltd","date":"2026-11-02","due":"2026-11-25","reference":"PO 71","currency":"NZD","lines":[`+
		`{"description":"Annual accounts","quantity":"2","unit_amount":"35.10","account":"201","tax":"GST","amount":"70.20"},`+
		`{"description":"Tax return","quantity":"1","unit_amount":"29.81","account":"202","tax":"Levy","amount":"29.81"}],`+
		`"subtotal":"100.01","tax":"10.75","total":"110.76","status":"closed","xero_export":"changed","xero_contact":"Abby in Xero","xero_link":"https://xero.example/x2","exports":[`+
		`{"number":"INV-31","state":"changed","xero_id":"x2","messages":["The total differs."]},{"number":"INV-30","state":"failed","xero_id":"x1","messages":["It is archived."]}]}
`, "")
	h = newHeard(false)
	h.print(object, "%s", paragraph(text))
	h.says(t, "in words", "Invoice INV-31  Abby Ltd\nDate 2026-11-02  Due 2026-11-25  PO 71\n"+
		"  Annual accounts                                           2 x      35.10  GST                       70.20\n"+
		"  Tax return                                                1 x      29.81  Levy                      29.81\n"+
		"Subtotal 100.01  Tax 10.75  Total NZD 110.76\nclosed, changed\n"+
		"  changed: The total differs.\n    What it means: "+ledger.TotalDiffers.Meaning().String()+"\n    What to do: "+ledger.TotalDiffers.Fix().String()+"\n"+
		"  failed: It is archived.\n    What it means: "+ledger.ContactArchived.Meaning().String()+"\n    What to do: "+ledger.ContactArchived.Fix().String()+"\n", "")
}

// distinctDoubt is an invoice that may be in Xero, of which no two values are alike.
func distinctDoubt() app.Doubt {
	return app.Doubt{
		Export: app.Export{Number: "INV-31"}, Contact: "Abby in Xero",
		Sent: ledger.Sent{Number: "INV-31", Contact: "k1", Date: 20261102, Currency: "NZD", Total: money.New(11076, "NZD")},
		There: []ledger.Standing{
			{ID: "x8", Number: "INV-31A", ContactName: "Abby and Co", Date: 20261103, Currency: "AUD", Total: money.New(11176, "AUD"), AmountDue: money.New(5507, "AUD"), Status: ledger.AuthorisedThere},
			{ID: "x9", Number: "INV-31B", ContactName: "Abby Bros", Date: 20261104, Currency: "USD", Total: money.New(11276, "USD"), AmountDue: money.New(4408, "USD"), Status: ledger.DraftThere},
		},
	}
}

func TestADoubtIsPrintedAsItIs(t *testing.T) {
	t.Parallel()
	const there = `[{"id":"x8","number":"INV-31A","contact":"Abby and Co","date":"2026-11-03","currency":"AUD","total":"111.76","status":"AUTHORISED"},` +
		`{"id":"x9","number":"INV-31B","contact":"Abby Bros","date":"2026-11-04","currency":"USD","total":"112.76","status":"DRAFT"}]`
	for _, c := range []struct {
		state    string
		told     []string
		messages string
		text     string
	}{
		{"may_be_ours", []string{}, "[]", `INV-31  may_be_ours
  here     INV-31         Abby in Xero                     2026-11-02 NZD       110.76
  in Xero  INV-31A        Abby and Co                      2026-11-03 AUD       111.76  AUTHORISED  x8
  in Xero  INV-31B        Abby Bros                        2026-11-04 USD       112.76  DRAFT  x9
If it's one of those in Xero, run "feebridge settle INV-31 --ours INVOICE-ID". Otherwise run it with --not-ours.
`},
		{"adopted", []string{"The total differs."}, `["The total differs."]`, "INV-31  adopted: The total differs.\n"},
		{"disowned", []string{}, "[]", "INV-31  disowned\n"},
	} {
		line, text := doubtLine(distinctDoubt(), c.state, c.told)
		h := newHeard(true)
		h.print(line, "%s", paragraph(text))
		h.says(t, c.state+" as JSON", `{"number":"INV-31","state":"`+c.state+`","candidates":`+there+`,"messages":`+c.messages+"}\n", "")
		h = newHeard(false)
		h.print(line, "%s", paragraph(text))
		h.says(t, c.state+" in words", c.text, "")
	}
}

func TestARowOfTheListIsPrintedAsItIs(t *testing.T) {
	t.Parallel()
	at := func(minor int64) money.Amount { return money.New(minor, "AUD") }
	row := app.InvoiceRow{
		Number: "INV-31", Client: "Abby Ltd", Reference: "PO 71", Date: 20261102, Due: 20261125, SubTotal: at(10001), Tax: at(1075), Total: at(11076),
		Stage: billing.Stage{Status: billing.Closed, Export: billing.Changed}, XeroStatus: ledger.AuthorisedThere, AmountDue: at(5507),
	}
	h := newHeard(true)
	h.print(listRow(row), "")
	h.says(t, "as JSON", `{"number":"INV-31","entity":"Abby Ltd","date":"2026-11-02","due":"2026-11-25","currency":"AUD","subtotal":"100.01","tax":"10.75","total":"110.76",`+
		`"status":"closed","xero_export":"changed","xero_status":"AUTHORISED","amount_due":"55.07"}
`, "")
	row.XeroStatus = ""
	if got := listRow(row); got.AmountDue != "" {
		t.Errorf("Xero has said nothing, and %s is due", got.AmountDue)
	}
}

func TestAnOrganisationIsPrintedAsItIs(t *testing.T) {
	t.Parallel()
	since, until := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), time.Date(2096, 11, 3, 10, 0, 0, 0, time.UTC)
	org := app.Organisation{
		Tenant: ledger.Tenant{ID: "t7", Name: "Kauri Ltd"}, State: app.ConsentEnded, Default: true, ConnectedAt: since,
		Parked: app.Park{Why: app.DayLimit, Since: since.Add(time.Hour), Until: until},
	}
	h := newHeard(true)
	h.printOrganisation(org, "Aroha Smith")
	h.says(t, "as JSON", `{"id":"t7","name":"Kauri Ltd","state":"signed_out","default":true,"signed_in":"Aroha Smith","connected_at":"2026-11-02T09:00:00Z",`+
		`"waits_until":"2096-11-03T10:00:00Z","waits_for":"`+string(app.DayLimit)+`"}
`, "")
	h = newHeard(false)
	h.printOrganisation(org, "Aroha Smith")
	h.says(t, "in words", "Kauri Ltd: signed out since "+since.Local().Format(time.DateTime)+", through the Xero sign-in of Aroha Smith; the firm exports to it; exports wait until "+
		until.Local().Format(time.DateTime)+"\n", "")
	h.printOrganisation(app.Organisation{Tenant: ledger.Tenant{Name: "Tui"}, State: app.Connected, Parked: app.Park{Why: app.Offline, Until: since}}, "")
	h.says(t, "whose wait is over", "Tui: connected\n", "")
}

func TestAComparisonIsPrintedAsItIs(t *testing.T) {
	t.Parallel()
	state := app.LockState{Compared: []app.Comparison{
		{
			Reconciliation: app.Reconciliation{Adopted: 3, Updated: 5}, Organisation: app.Organisation{Tenant: ledger.Tenant{Name: "Kauri Ltd"}},
			Strays: []app.Stray{{Number: "INV-9", Why: app.Missing, Status: ledger.DraftThere, Total: money.New(11076, "NZD")}},
		},
		{Reconciliation: app.Reconciliation{Adopted: 1, Updated: 2, Without: "it is gone"}, Organisation: app.Organisation{Tenant: ledger.Tenant{Name: "Tui"}}},
	}}
	h := newHeard(true)
	h.printComparison(state)
	h.says(t, "as JSON", `{"brought_up_to_date":5,"found_again":3,"organisation":"Kauri Ltd","without":""}
{"number":"INV-9","status":"DRAFT","total":"110.76","why":"missing"}
{"brought_up_to_date":2,"found_again":1,"organisation":"Tui","without":"it is gone"}
`, "")
	h = newHeard(false)
	h.printComparison(state)
	h.says(t, "in words", "Kauri Ltd compared: 3 invoices found in Xero, 5 statuses updated.\n  missing: INV-9, DRAFT, 110.76 in Xero\n"+
		"Tui: not compared. it is gone\n", "")
}

func TestAnEntryOfTheAuditTrailIsPrintedAsItIs(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 2, 9, 0, 0, 5, time.UTC)
	entries := []staff.Entry{
		{Seq: 12, At: at, ByName: "Vera Blum", Action: "hold", Subject: "invoice", ID: "i7", From: "one\ntwo", To: "three"},
		{Seq: 13, At: at, ByName: "Olivia Hart", Action: "denied", Subject: "client", ID: "c3", From: "before"},
		{Seq: 14, At: at, ByName: "Hemi Walker", Action: "create", Subject: "staff", ID: "s5", To: "after"},
		{Seq: 15, At: at, ByName: "Ana Tui", Action: "export", Subject: "run", ID: "r2"},
	}
	h := newHeard(true)
	if err := new(auditFlags).print(h.session, entries[:1]); err != nil {
		t.Fatal(err)
	}
	h.says(t, "as JSON", `{"seq":12,"at":"2026-11-02T09:00:00.000000005Z","by":"Vera Blum","action":"hold","subject":"invoice","id":"i7","from":"one\ntwo","to":"three","hash":"`+entries[0].Hash()+`"}
`, "")
	h = newHeard(false)
	if err := new(auditFlags).print(h.session, entries); err != nil {
		t.Fatal(err)
	}
	when := at.Local().Format(time.DateTime)
	h.says(t, "in words", "    12  "+when+"  Vera Blum  hold invoice i7: one; two → three\n    13  "+when+"  Olivia Hart  denied client c3: before\n"+
		"    14  "+when+"  Hemi Walker  create staff s5: after\n    15  "+when+"  Ana Tui  export run r2\n", "")
}

func TestAMemberIsPrintedAsTheyAre(t *testing.T) {
	t.Parallel()
	clients := []billing.Client{{ID: "c1", Code: "ABBY"}, {ID: "c2", Code: "BASKET"}, {ID: "c3", Code: "CUBE"}}
	all := []staff.Member{
		{
			Name: "Vera Blum", Email: "vera@tui.example", Deactivated: true, Time: map[staff.TimePermission]bool{staff.ProcessTime: true, staff.ExportToAccounting: false},
			SettingsAdmin: true, AllEntities: staff.Viewer, Roles: map[billing.ClientID]staff.Role{"c3": staff.Owner, "c1": staff.Editor},
		},
		{Name: "Hemi Walker", Admin: true},
	}
	h := newHeard(true)
	for _, m := range all {
		h.printMember(m, clients)
	}
	h.says(t, "as JSON", `{"name":"Vera Blum","email":"vera@tui.example","active":false,"time":["ProcessTime"],"settings_admin":true,"admin":false,"all_clients":"Viewer","clients":{"ABBY":"Editor","CUBE":"Owner"}}
{"name":"Hemi Walker","email":"","active":true,"time":[],"settings_admin":false,"admin":true,"all_clients":"None","clients":{}}
`, "")
	h = newHeard(false)
	for _, m := range all {
		h.printMember(m, clients)
	}
	h.says(t, "in words", "Vera Blum <vera@tui.example> (deactivated): ProcessTime, Settings Admin, Viewer of all clients, Editor of ABBY, Owner of CUBE\nHemi Walker: Admin\n", "")
}

// TestWhoIsAnAdminIsSetBothWays gives what makes an Admin and takes it away, each without the other. What
// is not named stays as it is.
func TestWhoIsAnAdminIsSetBothWays(t *testing.T) {
	t.Parallel()
	use, db, me := apptest.Firm(t)
	yes, no := choice{there: true, yes: true}, choice{there: true}
	for _, c := range []struct {
		flags               staffFlags
		admin, settings     bool // before
		isAdmin, isSettings bool
	}{
		{staffFlags{}, true, false, true, false}, {staffFlags{}, false, true, false, true},
		{staffFlags{admin: no}, true, true, false, true}, {staffFlags{admin: yes}, false, false, true, false},
		{staffFlags{settingsAdmin: no}, true, true, true, false}, {staffFlags{settingsAdmin: yes}, false, false, false, true},
	} {
		before := staff.Member{ID: "mere", Name: "Mere Ngata", Admin: c.admin, SettingsAdmin: c.settings}
		if err := db.Update(t.Context(), func(tx app.Tx) error { return tx.SaveMember(before) }); err != nil {
			t.Fatal(err)
		}
		h := newHeard(true)
		h.app, h.me = &Desk{App: use}, me
		if err := c.flags.set(t.Context(), h.session, "Mere Ngata"); err != nil {
			t.Fatal(err)
		}
		all, err := use.Members(t.Context(), me)
		if err != nil || len(all) != 2 || all[1].Admin != c.isAdmin || all[1].SettingsAdmin != c.isSettings {
			t.Errorf("%+v makes of %+v: %+v, %v", c.flags, before, all, err)
		}
	}
}

// TestWhatIsNotSaidOfAMemberStays changes what a member may do, one thing at a time. Time permissions replace those
// they have; a role on one client leaves the roles on others.
func TestWhatIsNotSaidOfAMemberStays(t *testing.T) {
	t.Parallel()
	use, db, me := apptest.Firm(t)
	times := func(p ...staff.TimePermission) map[staff.TimePermission]bool {
		all := map[staff.TimePermission]bool{}
		for _, one := range p {
			all[one] = true
		}
		return all
	}
	before := staff.Member{
		ID: "mere", Name: "Mere Ngata", Email: "mere@tui.example", AllEntities: staff.Viewer,
		Time: times(staff.ProcessTime), Roles: map[billing.ClientID]staff.Role{"abby": staff.Editor},
	}
	if err := db.Update(t.Context(), func(tx app.Tx) error {
		for _, c := range []billing.Client{{ID: "abby", Code: "ABBY", Name: "Abby Ltd"}, {ID: "cube", Code: "CUBE", Name: "Cube Land"}} {
			if _, err := tx.SaveClient(c); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what  string
		flags staffFlags
		set   func(*staff.Member)
	}{
		{"nothing", staffFlags{}, func(*staff.Member) {}},
		{"a name", staffFlags{rename: given{"Mere Hart", true}}, func(m *staff.Member) { m.Name = "Mere Hart" }},
		{"no address", staffFlags{email: given{there: true}}, func(m *staff.Member) { m.Email = "" }},
		{"another Time permission", staffFlags{times: words{"export to accounting software"}}, func(m *staff.Member) { m.Time = times(staff.ExportToAccounting) }},
		{"no Time permission", staffFlags{times: words{"none"}}, func(m *staff.Member) { m.Time = times() }},
		{"a role on all clients", staffFlags{allClients: "owner"}, func(m *staff.Member) { m.AllEntities = staff.Owner }},
		{"a role on one more client", staffFlags{clients: words{"cube=owner"}}, func(m *staff.Member) {
			m.Roles = map[billing.ClientID]staff.Role{"abby": staff.Editor, "cube": staff.Owner}
		}},
		{"another role", staffFlags{clients: words{"ABBY=viewer"}}, func(m *staff.Member) { m.Roles = map[billing.ClientID]staff.Role{"abby": staff.Viewer} }},
	} {
		if err := db.Update(t.Context(), func(tx app.Tx) error { return tx.SaveMember(before) }); err != nil {
			t.Fatal(err)
		}
		want := before
		c.set(&want)
		h := newHeard(true)
		h.app, h.me = &Desk{App: use}, me
		if err := c.flags.set(t.Context(), h.session, "Mere Ngata"); err != nil {
			t.Fatal(err)
		}
		all, err := use.Members(t.Context(), me)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, all[1], cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
}

// TestAMappingIsPrintedAndReadAsItIs carries every value of a mapping into JSON and back.
func TestAMappingIsPrintedAndReadAsItIs(t *testing.T) {
	t.Parallel()
	m := ledger.Mapping{
		Arrival: ledger.SubmittedThere, DefaultAccount: "200", DefaultTax: "NONE", Theme: "Standard", Term: billing.Term{Rule: billing.AfterDate, Days: 9},
		Tracking: []billing.Tracking{{Category: "Region", Option: "North"}, {Category: "Team", Option: "Tax"}},
		Codes: map[string]ledger.Target{
			"ACC": {Account: "260", Tracking: []billing.Tracking{{Category: "Office", Option: "Napier"}}}, "TAX": {Item: "BOOK"},
		},
		Taxes: map[string]string{"GST": "OUTPUT2"}, Note: true,
	}
	want := mappingJSON{
		Arrival: "SUBMITTED", DefaultAccount: "200", DefaultTax: "NONE", Theme: "Standard", Term: &termJSON{"after", 9},
		Tracking: map[string]string{"Region": "North", "Team": "Tax"},
		Codes:    map[string]targetJSON{"ACC": {"260", "", map[string]string{"Office": "Napier"}}, "TAX": {"", "BOOK", map[string]string{}}},
		Taxes:    map[string]string{"GST": "OUTPUT2"}, Note: true,
	}
	if diff := cmp.Diff(want, mappingOf(m)); diff != "" {
		t.Errorf("printed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(m, mappingOf(m).mapping()); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
	for name, set := range map[string]func(*ledger.Mapping, *mappingJSON){
		"note":           func(m *ledger.Mapping, j *mappingJSON) { m.Note, j.Note = true, true },
		"PDF":            func(m *ledger.Mapping, j *mappingJSON) { m.AttachPaper, j.AttachPaper = true, true },
		"mark reference": func(m *ledger.Mapping, j *mappingJSON) { m.MarkReference, j.MarkReference = true, true },
	} {
		m, j := ledger.Mapping{}, mappingOf(ledger.Mapping{})
		set(&m, &j)
		if diff := cmp.Diff(j, mappingOf(m)); diff != "" {
			t.Errorf("%s (-want +printed):\n%s", name, diff)
		}
		if back := j.mapping(); back.Note != m.Note || back.AttachPaper != m.AttachPaper || back.MarkReference != m.MarkReference {
			t.Errorf("%s is read as %+v", name, back)
		}
	}
}

func TestWhatComesFirstIsTold(t *testing.T) {
	t.Parallel()
	for step, want := range map[app.ReplaceStep]string{
		app.VoidFirst: "Void it there and run this again", app.Voiding: "Xero has not confirmed yet that it is voided", app.FindFirst: "Xero no longer lists it",
	} {
		if got := whatComesFirst(app.ReplaceView{Step: step}); !strings.Contains(got, want) {
			t.Errorf("%s: %s", step, got)
		}
	}
	if got := whatComesFirst(app.ReplaceView{Step: app.VoidFirst, Why: "It has a payment."}); got != "It has a payment." {
		t.Errorf("with a reason: %s", got)
	}
}
