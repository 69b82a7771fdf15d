package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/app/storetest"
)

// runsOf saves so many runs, a second between them, each with a failed invoice of Kauri and a cancelled one of Harbour Café.
func runsOf(t *testing.T, n int) (*office, []app.RunID) {
	t.Helper()
	o := openPrepared(t)
	var ids []app.RunID
	err := o.db.Update(t.Context(), func(tx app.Tx) error {
		v := invoiceOf("harbour")
		v.Client = "harbour"
		if _, err := tx.SaveInvoice(v); err != nil {
			return err
		}
		began := tx.Now().Add(time.Hour)
		ids = nil
		for i := range n {
			run := app.Run{ID: app.RunID(fmt.Sprint("run ", i)), Tenant: tenant, By: "exporter", Started: began.Add(time.Duration(i) * time.Second), Confirmed: began, Ended: began.Add(time.Hour)}
			export := func(of billing.InvoiceID) app.Export {
				id := fmt.Sprint(run.ID, " ", of)
				return app.Export{ID: app.ExportID(id), Run: run.ID, Invoice: of, Number: billing.Number("INV-" + string(of)), Tenant: tenant, Mark: id, Ended: run.Ended}
			}
			failed := export("finalized")
			failed.Result, failed.Messages = billing.Failed, []ledger.Message{{Text: "Archived.", Cause: ledger.ContactArchived}}
			if err := tx.SaveRuns(run); err != nil {
				return err
			}
			if err := tx.SaveExports(failed, export("harbour")); err != nil {
				return err
			}
			ids = append(ids, run.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return o, ids
}

func TestARunCountsForAMemberWhatTheyMaySee(t *testing.T) {
	o, ids := runsOf(t, 2)
	for _, by := range kinds() {
		want := app.Tally{}
		if by.May(staff.See, kauri) {
			want.All, want.Failed = want.All+1, 1
		}
		if by.May(staff.See, "harbour") {
			want.All, want.Cancelled = want.All+1, 1
		}
		all, err := o.desk().RunHistory(t.Context(), by, app.RunQuery{From: time.Now().Add(time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		if want.All == 0 {
			if len(all) != 0 {
				t.Errorf("%s, who may see nothing, sees %+v", by.Name, all)
			}
			_, _, err := o.desk().RunView(t.Context(), by, ids[0])
			_, _, none := o.desk().RunView(t.Context(), by, "no such run")
			if !app.IsCode(err, app.NotFound) || strings.ReplaceAll(err.Error(), string(ids[0]), "no such run") != none.Error() {
				t.Errorf("%s is told %v, and of a run that is not there %v", by.Name, err, none)
			}
			continue
		}
		if len(all) != 2 || all[0].Run.ID != ids[1] || all[0].Tally != want || all[0].ByName != "exporter" || all[0].Organisation.Name != "Tui" {
			t.Errorf("%s sees %+v, want %+v", by.Name, all, want)
		}
		s, rows, err := o.desk().RunView(t.Context(), by, ids[0])
		if err != nil || s.Tally != want || len(rows) != want.All {
			t.Errorf("%s sees %+v in %+v: %v", by.Name, rows, s, err)
		}
		for _, r := range rows {
			if !by.May(staff.See, r.Client) {
				t.Errorf("%s sees %+v", by.Name, r)
			}
		}
		failed, err := o.desk().RunHistory(t.Context(), by, app.RunQuery{Failed: true})
		if err != nil || len(failed) > 0 != (want.Failed > 0) {
			t.Errorf("of those that failed, %s sees %+v: %v", by.Name, failed, err)
		}
		if numbered, err := o.desk().RunHistory(t.Context(), by, app.RunQuery{Number: "harbour"}); err != nil || len(numbered) > 0 != by.May(staff.See, "harbour") {
			t.Errorf("by a number of Harbour Café %s sees %+v: %v", by.Name, numbered, err)
		}
	}
}

func TestAThousandRunsTakeFewStatements(t *testing.T) {
	o, _ := runsOf(t, 1000)
	for _, by := range kinds()[:1] {
		counter := storetest.Count(o.db)
		all, err := o.desk().RunHistory(t.Context(), by, app.RunQuery{})
		if n := counter.Statements(); err != nil || len(all) != 1001 || n > 10 {
			t.Errorf("%d runs take %d statements: %v", len(all), n, err)
		}
	}
}

// someRun is a run whose every text names the client or the amount, with each kind of row.
func someRun() (app.RunSummary, []app.RunRow) {
	at := time.Date(2026, 11, 3, 14, 15, 16, 0, time.UTC)
	s := app.RunSummary{
		Run:          app.Run{ID: "0193-run", Tenant: "4b1a8b0e", By: "olivia", Started: at, Ended: at.Add(90 * time.Second)},
		Organisation: ledger.Tenant{ID: "4b1a8b0e", Name: "Kauri Group"}, ByName: "Olivia Hart",
		RunCount: app.RunCount{Tally: app.Tally{All: 3, Exported: 1, Failed: 2}},
	}
	row := app.RunRow{
		Invoice: "0193-a", Client: kauri, ClientName: "Kauri Joinery", Number: "INV-0042", Amount: money.New(123456, "NZD"),
		Sent: at, Answered: at.Add(1500 * time.Millisecond), Ended: at.Add(2 * time.Second), Correlation: "3f2c-corr", State: billing.Failed, Since: billing.Failed,
		Messages: []ledger.Message{
			{Text: "The contact Kauri Joinery is archived.", Cause: ledger.ContactArchived}, {Text: "1,234.56 is due from KAURI JOINERY\nnow.", Warning: true},
			{Text: "x", Cause: "Kauri Joinery"},
		},
	}
	named, exported := row, row
	named.Invoice, named.Number = "0193-b", "KAURI-7"
	exported.Invoice, exported.Number, exported.State, exported.Since, exported.Messages = "0193-c", "1043", billing.Exported, billing.VoidedInXero, nil
	return s, []app.RunRow{row, named, exported}
}

// TestWhatIsCopiedForSupportTellsNothingOfClients gives names and amounts in every place that can have them, Xero's
// words too.
func TestWhatIsCopiedForSupportTellsNothingOfClients(t *testing.T) {
	s, rows := someRun()
	firm := app.Firm{Name: "Tui Accounting", Numbering: billing.Numbering{Prefix: "INV-"}}
	without, with := app.RunForSupport(s, rows, firm, "Feebridge 1.0", false), app.RunForSupport(s, rows, firm, "Feebridge 1.0", true)
	for _, secret := range []string{"kauri", "joinery", "1234", "1,234", "56", "olivia", "hart", "tui accounting"} {
		if strings.Contains(strings.ToLower(without), secret) {
			t.Errorf("it tells %q:\n%s", secret, without)
		}
	}
	want := `versions: Feebridge 1.0
run: 0193-run
does: export
tenant: 4b1a8b0e
started: 2026-11-03T14:15:16Z
ended: 2026-11-03T14:16:46Z
counts: 3 invoices, 1 exported, 0 with warnings, 2 failed, 0 unknown, 0 open, 0 cancelled

invoice: 0193-a
number: INV-0042
result: failed
sent: 2026-11-03T14:15:16Z
answered: 2026-11-03T14:15:17.5Z
correlation: 3f2c-corr
error: contact_archived
warning: other
error: other

invoice: 0193-b
result: failed
sent: 2026-11-03T14:15:16Z
answered: 2026-11-03T14:15:17.5Z
correlation: 3f2c-corr
error: contact_archived
warning: other
error: other

invoice: 0193-c
number: 1043
result: exported
since: voided_in_xero
sent: 2026-11-03T14:15:16Z
answered: 2026-11-03T14:15:17.5Z
correlation: 3f2c-corr
`
	if diff := cmp.Diff(want, without); diff != "" {
		t.Error(diff)
	}
	for _, told := range []string{
		"organisation: Kauri Group\nby: Olivia Hart\n", "number: KAURI-7\nclient: Kauri Joinery\namount: 1234.56 NZD\n",
		"error: contact_archived: The contact Kauri Joinery is archived.\nwarning: other: 1,234.56 is due from KAURI JOINERY\n  now.\n",
	} {
		if !strings.Contains(with, told) {
			t.Errorf("with client data it does not tell %q:\n%s", told, with)
		}
	}
}

func TestRunsAndTheirRowsAsSheets(t *testing.T) {
	s, rows := someRun()
	open := s
	open.Run.Kind, open.Run.Ended, open.RunCount = app.RemovalRun, time.Time{}, app.RunCount{Tally: app.Tally{All: 1, Queued: 1}, Voids: true}
	text := func(cells [][]app.SheetCell) (lines []string) {
		for _, row := range cells {
			var all []string
			for _, c := range row {
				all = append(all, c.Text)
			}
			lines = append(lines, strings.Join(all, "|"))
		}
		return lines
	}
	if diff := cmp.Diff([]string{
		"Run|Does|Organisation|By|Started|Ended|Invoices|Exported|Warnings|Failed|Unknown|Open|Cancelled|Seconds",
		"0193-run|export|Kauri Group|Olivia Hart|2026-11-03T14:15:16Z|2026-11-03T14:16:46Z|3|1|0|2|0|0|0|90",
		"0193-run|void|Kauri Group|Olivia Hart|2026-11-03T14:15:16Z||1|0|0|0|0|1|0|",
	}, text(app.RunsSheet([]app.RunSummary{s, open}))); diff != "" {
		t.Error(diff)
	}
	withdrawn := app.RunRow{Number: "INV-1", ClientName: "Kauri", Becomes: ledger.DeletedThere, Removal: app.Withdrawn, Ended: s.Run.Ended}
	cancelled := app.RunRow{Number: "INV-2", ClientName: "Kauri", Ended: s.Run.Ended}
	waits := app.RunRow{Number: "INV-3", ClientName: "Kauri", State: billing.Queued}
	if diff := cmp.Diff([]string{
		"Number|Client|Currency|Amount|Sent|Answered|Seconds|Result|Messages|Correlation ID",
		"1043|Kauri Joinery|NZD|1234.56|2026-11-03T14:15:16Z|2026-11-03T14:15:17.5Z|1.5|exported||3f2c-corr",
		"INV-1|Kauri||0.00||||withdrawn||", "INV-2|Kauri||0.00||||cancelled||", "INV-3|Kauri||0.00||||queued||",
	}, text(app.RunRowsSheet([]app.RunRow{rows[2], withdrawn, cancelled, waits}))); diff != "" {
		t.Error(diff)
	}
	if !rows[0].Failed() || rows[2].Failed() || withdrawn.Failed() || cancelled.Failed() || !(app.RunRow{Becomes: ledger.DeletedThere, Removal: app.KeptThere}).Failed() {
		t.Error("what failed is told wrongly")
	}
}
