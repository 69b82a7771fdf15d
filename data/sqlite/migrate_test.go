package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"modernc.org/sqlite"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/ledger"
)

// upTo returns the migrations of this Feebridge and, after them, those of a later one.
func upTo(t *testing.T, later ...string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	own, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range own {
		text, err := migrations.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = &fstest.MapFile{Data: text}
	}
	newest, err := newestSchema()
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range later {
		files[fmt.Sprintf("%05d_later.sql", newest+int64(i)+1)] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text)}
	}
	return files
}

// firmOf opens the database with the migrations and returns the name of its firm.
func firmOf(t *testing.T, path string, files fs.FS) string {
	t.Helper()
	db, err := openWith(t, path, files)
	if err != nil {
		t.Fatal(err)
	}
	var firm app.Firm
	err = db.View(t.Context(), func(r app.Reader) (err error) {
		firm, err = r.Firm()
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return firm.Name
}

// newFirm makes a database of today's schema with a firm called Tui.
func newFirm(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "firm.db")
	db, err := openWith(t, path, upTo(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(tx app.Tx) error { return tx.SaveFirm(app.Firm{Name: "Tui"}) }); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func backupsOf(t *testing.T, path string) []string {
	t.Helper()
	all, err := filepath.Glob(path + ".backup-*")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

const (
	shout = "UPDATE firm SET name = name || '!';"
	fail  = "INSERT INTO firm (id) VALUES ('no number');"
)

func TestAMigrationThatFailsLeavesTheDatabaseAsItWas(t *testing.T) {
	path := newFirm(t)
	_, err := openWith(t, path, upTo(t, "CREATE TABLE half (x);"+shout+fail))
	if err == nil {
		t.Fatal("it succeeded")
	}
	if !strings.Contains(err.Error(), "bringing the schema up to date") {
		t.Errorf("the error is %v", err)
	}
	if name := firmOf(t, path, upTo(t)); name != "Tui" {
		t.Errorf("the firm is %s", name)
	}
	if name := firmOf(t, path, upTo(t, "CREATE TABLE half (x);"+shout)); name != "Tui!" {
		t.Errorf("the firm is %s once the migration is mended", name)
	}
}

func TestTheMigrationsBeforeOneThatFailsStay(t *testing.T) {
	path := newFirm(t)
	if _, err := openWith(t, path, upTo(t, shout, fail)); err == nil {
		t.Fatal("it succeeded")
	}
	if name := firmOf(t, path, upTo(t, shout)); name != "Tui!" {
		t.Errorf("the firm is %s", name)
	}
}

// powerCut is what copies the files of a database as a power cut would leave them, from
// within a migration.
var powerCut struct {
	sync.Mutex
	from, to string
}

func init() {
	sqlite.MustRegisterFunction("power_cut", &sqlite.FunctionImpl{
		Scalar: func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
			powerCut.Lock()
			defer powerCut.Unlock()
			for _, suffix := range []string{"", "-wal"} {
				content, err := os.ReadFile(powerCut.from + suffix)
				if err != nil {
					return nil, err
				}
				if err := os.WriteFile(powerCut.to+suffix, content, private); err != nil {
					return nil, err
				}
			}
			return nil, nil
		},
	})
}

func TestAPowerCutInAMigrationLeavesADatabaseThatOpens(t *testing.T) {
	path := newFirm(t)
	powerCut.Lock()
	powerCut.from, powerCut.to = path, filepath.Join(t.TempDir(), "cut.db")
	powerCut.Unlock()

	// Large enough that pages of the open transaction are on disk already.
	grow := "CREATE TABLE large AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) SELECT zeroblob(200000) AS b FROM n;\n"
	name := firmOf(t, path, upTo(t, grow+shout+"\nSELECT power_cut();"))
	if name != "Tui!" {
		t.Fatalf("the migration did not run: the firm is %s", name)
	}
	if name := firmOf(t, powerCut.to, upTo(t)); name != "Tui" {
		t.Errorf("the firm is %s after the power cut", name)
	}
	if name := firmOf(t, powerCut.to, upTo(t, grow+shout)); name != "Tui!" {
		t.Errorf("the firm is %s once the migration was run again", name)
	}
}

func TestProcessesThatMigrateAtOnceDoSoOnce(t *testing.T) {
	path := newFirm(t)
	files := upTo(t, shout, shout, shout)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if _, err := openWith(t, path, files); err != nil {
				t.Error(err)
			}
		})
	}
	deadline.Wait(t, all.Wait, "four that migrate at once")
	if name := firmOf(t, path, files); name != "Tui!!!" {
		t.Errorf("the firm is %s", name)
	}
}

func TestThereIsABackupFromBeforeEachChangeOfTheSchema(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where a day passes in no time
		path := newFirm(t)
		mine := path + ".backup-of-mine"
		if err := os.WriteFile(mine, []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
		var later []string
		for range keptBackups + 2 {
			later = append(later, shout, shout)
			firmOf(t, path, upTo(t, later...))
			firmOf(t, path, upTo(t, later...)) // changes nothing
			time.Sleep(24 * time.Hour)
		}
		backups := backupsOf(t, path)
		if len(backups) != keptBackups+1 || !slices.Contains(backups, mine) {
			t.Fatalf("the backups are %q", backups)
		}
		backups = slices.DeleteFunc(backups, func(name string) bool { return name == mine })
		for i, name := range backups {
			before := later[:4+2*i]
			if firm, want := firmOf(t, name, upTo(t, before...)), "Tui"+strings.Repeat("!", len(before)); firm != want {
				t.Errorf("the firm in %s is %s, want %s", filepath.Base(name), firm, want)
			}
		}
	})
}

func TestANewDatabaseNeedsNoBackup(t *testing.T) {
	if backups := backupsOf(t, newFirm(t)); len(backups) > 0 {
		t.Errorf("there are %q", backups)
	}
}

// An export from before it was known where a credit comes from is kept as it was, and its credit is of
// no known source: an invoice that it settled counts for paid until it is read again. Nor is known which due date and
// reference Xero has: it differs in neither. Nor when Xero answered.
func TestWhatAnExportFromBeforeDoesNotTellIsUnknown(t *testing.T) {
	files := upTo(t).(fstest.MapFS)
	older := fstest.MapFS{}
	for name, file := range files {
		if name < "00006" {
			older[name] = file
		}
	}
	path := filepath.Join(t.TempDir(), "firm.db")
	db, err := openWith(t, path, older)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"PRAGMA foreign_keys = OFF", // no more of the firm is needed
		`INSERT INTO exports (seq, id, run, invoice, number, tenant, mark, mark_key, candidates, contact, expected, currency, sent, since, small, ended, result,
			xero_id, xero_number, xero_mark, xero_status, xero_contact, xero_contact_name, xero_date, xero_currency, xero_total, xero_due,
			xero_paid, xero_credited, xero_paid_on, xero_updated, message, cause, messages)
			VALUES (1, 'e', 'run', 'invoice', 'INV-1', 'tenant', 'mark', 'mark', '', '', 11500, 'NZD', 1, 1, 0, 1, 'exported',
			'there', 'INV-1', 'mark', 'PAID', '', '', 20261103, 'NZD', 11500, 0, 0, 11500, 20261104, 1, '', '', '')`,
	} {
		if _, err := db.writer.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = openWith(t, path, files); err != nil {
		t.Fatal(err)
	}
	err = db.View(t.Context(), func(r app.Reader) error {
		all, err := r.ExportsOf("invoice")
		if err != nil || len(all) != 1 || all[0].Standing.AmountCredited.Minor() != 11500 || all[0].Standing.Settlement() != ledger.Paid {
			t.Errorf("the exports are %+v", all)
		}
		if st := all[0].Standing; !st.Due.IsZero() || st.ReferenceTold {
			t.Errorf("it is known to be due %v, with the reference %q", st.Due, st.Reference)
		}
		if !all[0].Answered.IsZero() || all[0].Correlation != "" {
			t.Errorf("it is known that Xero answered %v, in call %q", all[0].Answered, all[0].Correlation)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestBackupsBeforeTwoUpgradesInOneInstantAreTwo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where no time passes
		path := newFirm(t)
		db, err := openWith(t, path, upTo(t))
		if err != nil {
			t.Fatal(err)
		}
		var made []string
		for range 2 {
			name, err := db.backupBeforeMigration(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			made = append(made, name)
		}
		if !slices.Equal(backupsOf(t, path), made) {
			t.Errorf("made were %q, and there are %q", made, backupsOf(t, path))
		}
	})
}
