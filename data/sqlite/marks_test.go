package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
)

// before returns the migrations that come before one.
func before(t *testing.T, first string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	for name, file := range upTo(t).(fstest.MapFS) {
		if name < first {
			files[name] = file
		}
	}
	return files
}

// TestMarksAreFoundAgainAfterTheirMigration runs the migration that rebuilds invoices and exports on a
// database that has rows in every table which refers to them.
func TestMarksAreFoundAgainAfterTheirMigration(t *testing.T) {
	const key = "0123456789ABCDEF0123456789abcdef"
	path := filepath.Join(t.TempDir(), "firm.db")
	old, err := openWith(t, path, before(t, "00005"))
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`INSERT INTO firm VALUES (1, 'f', 'Tui', 'NZD', 'http://localhost:8742/open/', '', '[]', 'INV-', 4, 7, '{}', '{}', NULL)`,
		`INSERT INTO staff VALUES ('olivia', 1, 'Olivia', '', '{}', 1, 1, 3, '{}', 0)`,
		`INSERT INTO clients VALUES ('kauri', 1, 'K', 'k', 'Kauri', 'kauri', '', '{}', '', '{}', '', 0)`,
		`INSERT INTO organisations VALUES ('demo', 'Demo', 1, 'connected', 0, 0, '', '', NULL, NULL)`,
		`INSERT INTO runs VALUES ('run', '', 'demo', 'olivia', 1, 1, 0)`,
		`INSERT INTO batches VALUES (3, 'batch', 'demo', 'invoices', 'key', '["e"]', 'lost', 1, 1, 1, 0, 1, x'00')`,
		`INSERT INTO invoices VALUES ('a', 4, 'kauri', 'final', 'INV-1', 'inv-1', 20261103, 0, '', 'NZD', 'Exclusive', '', '', 100, 15, 115, 'finalized', 'unknown', 0, NULL)`,
		`INSERT INTO invoices VALUES ('b', 1, 'kauri', 'final', 'INV-2', 'inv-2', 20261103, 0, '', 'NZD', 'Exclusive', '', '', 0, 0, 0, 'deleted', 'voided_in_xero', 1, NULL)`,
		`INSERT INTO lines VALUES ('a', 0, '', 'Accounts', 10000, 10000, 0, 0, '', '', 0, '', '', '', '')`,
		fmt.Sprintf(`INSERT INTO exports VALUES (5, 'e', 'run', 'a', 'INV-1', 'demo', 'http://localhost:8742/open/a.%s', 'c', 115, 'NZD', 'batch', 1, 1, 0, 0, 'not_exported', '', '', '', '', '', '', 0, '', 0, 0, 0, 0, 0, 0, '', '', '')`, key),
		`INSERT INTO exports VALUES (9, 'f', 'run', 'b', 'INV-2', 'demo', 'short', 'c', 0, 'NZD', NULL, 1, 1, 0, 7, 'exported', 'there', 'INV-2', 'short', 'VOIDED', 'c', 'Kauri', 20261103, 'NZD', 0, 0, 0, 0, 0, 8, 'text', 'other', '[]')`,
		`UPDATE invoices SET latest = 5 WHERE id = 'a'`, `UPDATE invoices SET latest = 9 WHERE id = 'b'`,
		`INSERT INTO removals VALUES (1, 'r', 'run', 'b', 'f', 'demo', 'there', 'VOIDED', NULL, 0, 0, '', '')`,
		`INSERT INTO extras VALUES (1, 'f', 'demo', 'note')`,
		`INSERT INTO replacements VALUES ('b', 'olivia', 1, 'a', 0)`,
	} {
		if _, err := old.writer.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	columns := map[string]string{
		"invoices": "SELECT * FROM invoices ORDER BY id",
		"exports": `SELECT seq, id, run, invoice, number, tenant, mark, contact, expected, currency, batch, sent, since, small, ended, result,
			xero_id, xero_number, xero_mark, xero_status, xero_contact, xero_contact_name, xero_date, xero_currency, xero_total, xero_due, xero_paid,
			xero_credited, xero_paid_on, xero_updated, message, cause, messages FROM exports ORDER BY seq`,
		"lines": "SELECT * FROM lines", "removals": "SELECT seq, id, run, invoice, export, tenant, xero_id, becomes, batch, small, ended, result, messages FROM removals", "extras": "SELECT * FROM extras", "replacements": "SELECT * FROM replacements",
	}
	was := map[string][]string{}
	for name, query := range columns {
		was[name] = texts(t, old.writer, query)
	}
	indexes := `SELECT name FROM sqlite_schema WHERE type = 'index' AND name NOT LIKE 'sqlite_%' AND name <> 'runs_of_all' ORDER BY name` // that one came later
	was["indexes"], columns["indexes"] = texts(t, old.writer, indexes), indexes
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}

	db, err := openWith(t, path, upTo(t))
	if err != nil {
		t.Fatal(err)
	}
	is := map[string][]string{}
	for name, query := range columns {
		is[name] = texts(t, db.writer, query)
	}
	if diff := cmp.Diff(was, is); diff != "" {
		t.Errorf("the migration changed rows (-before +after):\n%s", diff)
	}
	if broken := texts(t, db.writer, "PRAGMA foreign_key_check"); len(broken) > 0 {
		t.Errorf("rows refer to what is not there: %v", broken)
	}
	err = db.View(t.Context(), func(r app.Reader) error {
		found, err := r.ExportsByMark([]string{"http://LOCALHOST:8742/open/a." + key + "/", "short"})
		if len(found) != 2 || found[app.MarkKey(key)].ID != "e" || found["short"].ID != "f" {
			t.Errorf("by their marks are found %v", found)
		}
		orgs, err2 := r.Organisations()
		if len(orgs) != 1 || orgs[0].Marks != app.MarksUnknown {
			t.Errorf("the organisations are %+v", orgs)
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Error(err)
	}
	if _, err := db.writer.ExecContext(t.Context(), "UPDATE invoices SET export = 'may_be_ours' WHERE id = 'a'"); err != nil {
		t.Errorf("the new state is not taken: %v", err)
	}
	if _, err := db.writer.ExecContext(t.Context(), "DELETE FROM invoices WHERE id = 'a'"); err == nil {
		t.Error("an invoice that rows refer to was deleted")
	}
}

// texts returns the rows of a query, each as a text.
func texts(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		values := make([]any, len(names))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			values[i] = *v.(*any)
		}
		all = append(all, fmt.Sprint(values))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
