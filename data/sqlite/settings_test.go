package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/outbox"
	"feebridge/app/staff"
)

// openWith opens a database with the migrations, and closes it when the test ends.
func openWith(t *testing.T, path string, files fs.FS) (*DB, error) {
	t.Helper()
	db, err := open(t.Context(), path, files)
	if err == nil {
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return db, err
}

func openNew(t *testing.T) *DB {
	t.Helper()
	db, err := openWith(t, filepath.Join(t.TempDir(), "firm.db"), upTo(t))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestEverySettingHoldsOnEveryConnection(t *testing.T) {
	db := openNew(t)
	common := map[string]string{
		"journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "30000", "trusted_schema": "0", "temp_store": "2",
		"application_id": fmt.Sprint(applicationID),
	}
	for _, c := range []struct {
		name     string
		handle   *sql.DB
		several  int
		settings map[string]string
	}{
		{"the writer", db.writer, 1, map[string]string{"synchronous": "2", "fullfsync": "1", "query_only": "0", "cache_size": "-8000", "journal_size_limit": "16000000"}},
		{"the readers", db.pool, 7, map[string]string{"query_only": "1", "cache_size": "-16000"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var open []*sql.Conn
			for range c.several {
				conn, err := c.handle.Conn(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				open = append(open, conn)
			}
			for _, conn := range open {
				for _, settings := range []map[string]string{common, c.settings} {
					for name, want := range settings {
						var got string
						if err := conn.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got); err != nil || got != want {
							t.Errorf("%s is %q (%v), want %q", name, got, err, want)
						}
					}
				}
				if _, err := conn.ExecContext(t.Context(), `SELECT "a name that nothing has" FROM firm`); err == nil {
					t.Error("a wrong name is taken for a text")
				}
				if err := conn.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// smallTables may be read as a whole.
var smallTables = []string{"billing_codes", "used", "audit_head", "asked", "json_each", "firm", "staff", "taxes", "organisations", "copy", "reconciliations", "nightly", "commits",
	"destinations", "refreshes", "replacements", "sign_ins", "CONSTANT ROW"}

// wholeTables are read as a whole because that is what is asked for, or only begun: by the ends of
// the queries.
var wholeTables = map[string][]string{
	"FROM clients ORDER BY name_fold, code_fold":                      {"SCAN clients USING INDEX clients_by_name"},
	"SELECT id, name, code FROM clients":                              {"SCAN clients"},
	"FROM audit ORDER BY seq DESC LIMIT 1":                            {"SCAN audit"}, // one row
	"FROM audit WHERE true ORDER BY seq DESC":                         {"SCAN audit"},
	"FROM runs run WHERE true ORDER BY started DESC, id DESC":         {"SCAN run USING INDEX runs_of_all"},
	"FROM runs run WHERE true ORDER BY started DESC, id DESC LIMIT ?": {"SCAN run USING INDEX runs_of_all"},
	// Of what is in the runs, an index finds each.
	"IN (SELECT value FROM json_each(?)))) ORDER BY started DESC, id DESC": {"SCAN run USING INDEX runs_of_all"},
	", hash FROM audit ORDER BY seq":                                       {"SCAN audit"},
	"FROM burnt_numbers WHERE substr(number_fold, 1, length(?)) = ?":       {"SCAN i", "SCAN burnt_numbers"}, // all numbers
}

func TestNoQueryReadsALargeTableAsAWhole(t *testing.T) {
	db := openNew(t)
	var queries []string
	db.OnStatement(func() func(string, func() error) error {
		return func(query string, run func() error) error {
			queries = append(queries, query)
			return run()
		}
	})
	err := db.Update(t.Context(), func(tx app.Tx) error {
		v := billing.Invoice{ID: "v", Client: "c", Type: billing.Final, Number: "1", Currency: "NZD", Amounts: "NoTax", Lines: []billing.Line{{Description: "text"}}}
		changed := v
		changed.Version = 1
		e := app.Export{ID: "e", Run: "r", Invoice: "v", Tenant: "t", Mark: "m", Batch: "b"}
		batch := func(id app.BatchID) app.Batch {
			return app.Batch{ID: id, Tenant: "t", Kind: app.InvoiceBatch, Key: string(id), Body: []byte("{}"), State: app.Ready}
		}
		work := tx.(outbox.Tx)
		return errors.Join(
			tx.SaveMember(staff.Founder("s", "S")), tx.SaveTax(billing.Tax{Code: "x"}), tx.DeleteTax("y"),
			tx.SaveBillingCode(billing.Code{Code: "x"}), tx.DeleteBillingCode("y"), tx.SavePassword("s", staff.Password{Hash: "h"}),
			tx.SaveUnsaved(app.Unsaved{Invoice: "v", By: "s"}), tx.DeleteUnsaved("v", "s"),
			only(tx.SaveClient(billing.Client{ID: "c", Code: "C"})), only(tx.SaveClient(billing.Client{ID: "c", Code: "C", Version: 1})),
			only(tx.SaveInvoice(v)), only(tx.SaveInvoice(changed)), tx.Advance(billing.Stage{}, "v"), tx.Burn("2"),
			tx.SaveOrganisation(app.Organisation{Tenant: ledger.Tenant{ID: "t"}, State: app.Connected}),
			tx.SaveChart(ledger.Chart{Tenant: ledger.Tenant{ID: "t"}}), tx.SaveMapping("t", ledger.Mapping{}),
			tx.SaveLink("t", "c", app.Link{Contact: "c", How: app.LinkedByName}), tx.DeleteLink("t", "c"),
			tx.SaveContacts("t", ledger.Contact{ID: "x"}), tx.DeleteContacts("t", "x"), tx.SaveContactReading("t", app.ContactReading{}),
			tx.RefuseContacts("t", "c", "x"), tx.ForgetRefusal("t", "c", "x"), tx.SaveCreations("t", app.Creation{Client: "c", By: "s"}), tx.DeleteCreations("t", "c"),
			tx.SaveRuns(app.Run{ID: "r", Tenant: "t", By: "s"}, app.Run{ID: "q", Tenant: "t", By: "s"}), work.SaveBatches(batch("b"), batch("q"), batch("other")), tx.SaveExports(e),
			tx.SaveExports(app.Export{ID: "q", Run: "q", Invoice: "v", Tenant: "t", Mark: "q", Batch: "q"}), tx.UnplanRun("q"), work.Unplan("other"),
			work.SaveStandings(app.Export{ID: "e", Result: billing.Changed}), tx.SaveRemovals(app.Removal{ID: "x", Run: "r", Invoice: "v", Export: "e", Tenant: "t", There: "x", To: "VOIDED"}),
			work.SaveExtras(app.Extra{Export: "e", Tenant: "t", Kind: app.HistoryNote}), work.DeleteExtra(app.Extra{Export: "e"}), work.SaveRefresh(app.Refresh{Tenant: "t"}),
			work.SaveStrays("t", app.Stray{ID: "x", Why: app.Missing}), tx.SaveReconciliation(app.Reconciliation{Tenant: "t"}),
			tx.SaveLinks("t", map[billing.ClientID]app.Link{"c": {Contact: "c", How: app.LinkedByName}}), tx.NeverReplay("t"),
			tx.AdvanceAll(map[billing.Stage][]billing.InvoiceID{{}: {"v"}}),
			tx.Record(staff.Entry{}), readEverything(tx),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []app.Query{{}, {Limit: 60}, {Client: "c"}, {Client: "c", Limit: 60}, {IDs: []billing.InvoiceID{"v"}}} {
		for _, err := range db.Rows(t.Context(), q) {
			if err != nil {
				t.Fatal(err)
			}
		}
		query := queries[len(queries)-1]
		order := "invoices_newest"
		switch {
		case q.IDs != nil:
			continue
		case q.Client != "":
			order = "invoices_of_client"
		}
		if plan := plan(t, db, query); !slices.ContainsFunc(plan, func(s string) bool { return strings.Contains(s, order) }) || slices.Contains(plan, "USE TEMP B-TREE FOR ORDER BY") {
			t.Errorf("%+v is not read in the order of %s: %q", q, order, plan)
		}
	}
	if len(queries) < 90 {
		t.Errorf("only %d queries were looked at", len(queries))
	}
	for _, query := range queries {
		for _, step := range plan(t, db, query) {
			table, scans := strings.CutPrefix(step, "SCAN ")
			fine := !scans || wholeTable(query, step) || strings.HasPrefix(table, "i USING INDEX invoices_newest") || step == "SCAN v" || strings.HasSuffix(step, "VALUES CLAUSE") ||
				slices.ContainsFunc(smallTables, func(small string) bool { return strings.HasPrefix(table, small) })
			if !fine {
				t.Errorf("%s\n\t%s", query, step)
			}
		}
	}
}

func only[T any](_ T, err error) error { return err }

// readEverything calls every method of a Reader.
func readEverything(r app.Reader) error {
	work := r.(outbox.Reader)
	_, noFirm := r.Firm()
	if !app.IsCode(noFirm, app.NotFound) {
		return noFirm
	}
	return errors.Join(
		only(r.Staff()), only(r.Client("c")), only(r.Clients()), only(r.Invoice("v")), only(r.InvoicesByNumber([]billing.Number{"1"})),
		only(r.Burnt("1")), only(r.Taxes()), only(r.BillingCodes()), only(r.Codes()), only(r.Unsaved("s")), only(r.Password("s")), only(r.Organisations()), only(r.Chart("t")), only(r.Mapping("t")), only(r.Links("t")),
		only(r.Contacts("t")), only(r.ContactReading("t")), only(r.RefusedContacts("t")), only(r.Creations("t")),
		only(r.Run("r")), only(r.Runs("t", true)), only(r.Runs("t", false)), only(r.Tally("r")), only(r.Exports([]app.ExportID{"e"})),
		only(r.ExportsOfRun("r")), only(r.ExportsOf("v")), only(r.RemovalsOfRun("r")), only(r.RemovalsOf("v")), only(r.Removals(nil)),
		only(r.InvoiceHeads(nil)), only(r.ClientsByID(nil)), only(r.RunsByID(nil)), only(r.LatestExports(nil)), only(r.Tallies("t")), only(r.Replacements()),
		only(r.Refreshes()), only(r.Destinations()), only(r.Reconciliations()), only(r.Strays("t")), only(r.NumberUses("I")), only(r.Consents()), only(r.Nightly()), only(r.Copied()),
		only(work.Batches("t", app.Ready)), only(work.BatchesByID()), only(work.WaitingExports(outbox.Waiting{Without: []billing.ClientID{"c"}, Limit: 1})),
		only(work.WaitingClients(outbox.Waiting{})), only(work.WaitingRemovals("t", 5)), only(work.TrackedExports(nil)), only(work.Tracked("t", nil)),
		only(work.OpenInXero("t")), only(work.FirstSent("t")), only(work.Extras("t", 5)), only(work.ExportsByMark(nil)),
		only(r.RunsBy(app.RunQuery{})), only(r.RunsBy(app.RunQuery{Limit: 5})), only(r.RunsBy(app.RunQuery{Tenant: "t", By: "s", From: time.Now(), Before: "r"})),
		only(r.RunsBy(app.RunQuery{Number: "I", Failed: true, Clients: []billing.ClientID{"c"}})), only(r.RunCounts([]app.RunID{"r"}, nil)), only(r.RunCounts(nil, []billing.ClientID{"c"})),
		only(r.RunRows("r", nil)), only(r.RunRows("r", []billing.ClientID{"c"})),
		only(r.Audit(app.AuditQuery{})), only(r.Chain(func(staff.Entry, string) error { return nil })), only(r.Audit(app.AuditQuery{Subject: "invoice", ID: "v"})),
	)
}

// wholeTable reports whether the query may read a table so.
func wholeTable(query, step string) bool {
	for end, fine := range wholeTables {
		if strings.HasSuffix(query, end) && slices.Contains(fine, step) {
			return true
		}
	}
	return false
}

// plan returns the steps in which SQLite goes about a query.
func plan(t *testing.T, db *DB, query string) (steps []string) {
	t.Helper()
	rows, err := db.pool.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, make([]any, strings.Count(query, "?"))...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}
