package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/data/sqlite"
)

const page = 4096

// firmOfSomeSize makes a closed database with enough in it that its tables and indexes have interior pages, and
// that there are free pages; and the same a few changes earlier, as the nightly copy.
func firmOfSomeSize(t testing.TB) (path, nightly string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "firm.db")
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	filled := db.Update(t.Context(), func(tx app.Tx) error {
		if err := saveFirm(tx); err != nil {
			return err
		}
		for i := range 300 {
			v := plain(billing.InvoiceID(fmt.Sprintf("invoice-%04d", i)), billing.Number(fmt.Sprintf("INV-%04d", i)))
			v.Reference = strings.Repeat("Annual accounts ", 3)
			for range 3 {
				v.Lines = append(v.Lines, billing.Line{Code: "ACC", Description: strings.Repeat("Preparation of accounts ", 2), Quantity: 1_0000, UnitAmount: 100_0000})
			}
			if err := errors.Join(second(tx.SaveInvoice(v)), tx.Record(entry, entry),
				tx.SaveExports(app.Export{ID: app.ExportID(v.ID), Run: "run", Invoice: v.ID, Number: v.Number, Tenant: "demo", Mark: string(v.ID)}),
				second(tx.SaveClient(billing.Client{ID: billing.ClientID(v.ID), Code: string(v.ID), Name: "Client " + string(v.Number)}))); err != nil {
				return err
			}
		}
		return tx.SaveUnsaved(app.Unsaved{Invoice: "typed", By: "olivia", Form: billing.Form{Reference: strings.Repeat("much ", 20_000)}})
	})
	if err := errors.Join(filled, db.Update(t.Context(), func(tx app.Tx) error { return tx.DeleteUnsaved("typed", "olivia") })); err != nil {
		t.Fatal(err)
	}
	nightly, err = db.KeepBackup(t.Context(), 20261103)
	for _, n := range []billing.Number{"INV-A", "INV-B", "INV-C"} {
		err = errors.Join(err, db.Update(t.Context(), func(tx app.Tx) error {
			return errors.Join(burn(n)(tx), second(tx.SaveClient(billing.Client{ID: billing.ClientID(n), Code: string(n), Name: string(n)})))
		}))
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return path, nightly
}

// damage is something that happens to a file while nobody has it open.
type damage struct {
	what string
	do   func(content []byte) []byte
}

// pagesOf returns the pages of each kind, by the byte that begins them; the free ones are under 0.
func pagesOf(content []byte) map[byte][]int {
	kinds := map[byte][]int{}
	for at := 0; at < len(content); at += page {
		kind := content[at]
		if at == 0 {
			kind = content[100]
		}
		if kind != 2 && kind != 5 && kind != 10 && kind != 13 {
			kind = 0
		}
		kinds[kind] = append(kinds[kind], at)
	}
	return kinds
}

func overwrite(at int, with ...byte) func([]byte) []byte {
	return func(content []byte) []byte {
		copy(content[at:], with)
		return content
	}
}

func flip(at int, bits byte) func([]byte) []byte {
	return func(content []byte) []byte {
		content[at] ^= bits
		return content
	}
}

// damages are many ways in which a file is damaged: a table, and others at random, from a seed.
func damages(t *testing.T, content []byte) []damage {
	t.Helper()
	var all []damage
	add := func(what string, do func([]byte) []byte) { all = append(all, damage{what, do}) }
	for _, at := range []int{0, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 27, 28, 31, 32, 35, 36, 39, 40, 43, 44, 47, 52, 56, 59, 60, 63, 64, 68, 71, 72, 92, 95, 96, 99, 100, 103, 107} {
		add(fmt.Sprint("a bit of the header, at ", at), flip(at, 1))
	}
	add("the header is zeros", overwrite(0, make([]byte, 100)...))
	kinds := pagesOf(content)
	for kind, name := range map[byte]string{0: "a free or an overflow page", 2: "an interior page of an index", 5: "an interior page of a table", 10: "a leaf of an index", 13: "a leaf of a table"} {
		pages := kinds[kind]
		if len(pages) == 0 {
			t.Fatalf("the file has no %s", name)
		}
		one, other := pages[len(pages)/2], pages[len(pages)-1]
		if one == 0 {
			one = other
		}
		add(name+" is zeros", overwrite(one, make([]byte, page)...))
		add(name+" is ones", overwrite(one, bytes.Repeat([]byte{0xff}, page)...))
		add("half of "+name+" is zeros", overwrite(one+page/2, make([]byte, page/2)...))
		add("a sector of "+name+" is another's", func(content []byte) []byte {
			copy(content[one+512:one+1024], content[page:])
			return content
		})
		add("the head of "+name, flip(one+3, 1))
		add("the first cell of "+name, flip(one+9, 4))
		add("the end of "+name, flip(one+page-1, 0x20))
		add(name+" is another of its kind", func(content []byte) []byte {
			copy(content[one:one+page], content[other:other+page])
			return content
		})
		swapped := kinds[13][1]
		add(name+" and a leaf of a table are swapped", func(content []byte) []byte {
			kept := slices.Clone(content[one : one+page])
			copy(content[one:one+page], content[swapped:swapped+page])
			copy(content[swapped:swapped+page], kept)
			return content
		})
	}
	for _, left := range []int{1, 99, 100, page - 1, page, page + 1, len(content) / 2, len(content) - page, len(content) - 1} {
		add(fmt.Sprint("cut to ", left, " bytes"), func(content []byte) []byte { return content[:left] })
	}
	add("longer by a page", func(content []byte) []byte { return append(content, make([]byte, page)...) })
	for _, text := range []string{"Kauri Joinery", "Rimu Cafe", "Client INV-0150", "INV-0150", "Tui Accounting", "Annual accounts ", "Olivia Hart", "Demo Company", "CREATE TABLE invoices", "invoices_newest"} {
		at := bytes.Index(content, []byte(text))
		if at < 0 {
			t.Fatalf("the file has no %q", text)
		}
		add("a letter of "+text, flip(at, 0x01))
		add(text+" is lost", overwrite(at, make([]byte, len(text))...))
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		at, n := random.IntN(len(content)), 1<<random.IntN(10)
		noise := make([]byte, min(n, len(content)-at))
		for j := range noise {
			noise[j] = byte(random.Uint32())
		}
		add(fmt.Sprintf("noise %d: %d bytes at %d", i, len(noise), at), func(content []byte) []byte {
			copy(content[at:], noise)
			return content
		})
	}
	return all
}

// everything returns every row of every table, as a text each, read through the tables themselves.
func everything(t *testing.T, path string) string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	var tables []string
	names, err := db.QueryContext(t.Context(), "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('copy', 'sqlite_stat1') ORDER BY name")
	if err != nil {
		return err.Error()
	}
	defer names.Close()
	for names.Next() {
		var name string
		if err := names.Scan(&name); err != nil {
			return err.Error()
		}
		tables = append(tables, name)
	}
	if err := names.Err(); err != nil {
		return err.Error()
	}
	var all strings.Builder
	for _, name := range tables {
		rows, err := db.QueryContext(t.Context(), "SELECT * FROM "+name+" NOT INDEXED")
		if err != nil {
			return err.Error()
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			return err.Error()
		}
		for rows.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				return err.Error()
			}
			fmt.Fprintln(&all, name, values)
		}
		if err := rows.Err(); err != nil {
			return err.Error()
		}
	}
	return all.String()
}

// outcome is what became of a damaged file that was opened.
type outcome string

const (
	noticed  outcome = "noticed"  // it is told, or treated as a copy
	harmless outcome = "harmless" // every row reads as it was
	missed   outcome = "missed"
)

// outcomeOf opens a file and tells what became of it.
func outcomeOf(t *testing.T, path, rows string) outcome {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		if d, ok := errors.AsType[*app.Damaged](err); !ok || !app.IsCode(err, app.Unavailable) {
			t.Errorf("it is told as %v", err)
		} else if d.Copy == nil {
			t.Error("no copy is offered")
		}
		return noticed
	}
	defer func() { _ = db.Close() }()
	var how app.Copied
	err = db.View(t.Context(), func(r app.Reader) (err error) {
		how, err = r.Copied()
		return err
	})
	switch {
	case err != nil:
		t.Errorf("it opens, and says %v", err)
	case how.How != app.Original:
		return noticed
	case everything(t, path) == rows:
		return harmless
	}
	return missed
}

func TestEveryDamageIsNoticedOrHarmless(t *testing.T) {
	path, nightly := firmOfSomeSize(t)
	good, seen := read(t, path), read(t, path+".seen")
	rows := everything(t, path)
	copied := read(t, nightly)
	var unsealed map[string]any
	if err := json.Unmarshal(seen, &unsealed); err != nil || unsealed["sum"] == nil {
		t.Fatalf("beside the database is %s (%v)", seen, err)
	}
	delete(unsealed, "sum")
	crashed, err := json.Marshal(unsealed)
	if err != nil {
		t.Fatal(err)
	}
	all := damages(t, good)
	if len(all) < 120 {
		t.Fatalf("there are only %d damages", len(all))
	}
	var some []damage
	for i := 0; i < len(all); i += 3 {
		some = append(some, all[i])
	}
	for _, c := range []struct {
		what string
		all  []damage
		seen []byte
		may  map[outcome]bool
	}{
		{"after it was closed", all, seen, map[outcome]bool{noticed: true, harmless: true}},
		// After a crash nothing tells that a text is another: SQLite keeps no sum of its pages.
		{"after a crash", some, crashed, map[outcome]bool{noticed: true, harmless: true, missed: true}},
	} {
		t.Run(c.what, func(t *testing.T) {
			counts, all := map[outcome]int{}, c.all
			for _, d := range all {
				t.Run(d.what, func(t *testing.T) {
					// In the same place, so that it is not taken for a copy that lies elsewhere.
					putBackWhole(t, path, map[string][]byte{path: d.do(slices.Clone(good)), path + ".seen": c.seen, nightly: copied})
					was := outcomeOf(t, path, rows)
					counts[was]++
					if !c.may[was] {
						t.Errorf("it is %s", was)
					}
				})
			}
			t.Logf("of %d damages %s: %d noticed, %d harmless, %d missed", len(all), c.what, counts[noticed], counts[harmless], counts[missed])
			if c.may[missed] && counts[missed] > len(all)/3 {
				t.Errorf("%d were missed: more than are within texts", counts[missed])
			}
		})
	}
}

// putBackWhole puts back the database, what lies beside it and its nightly copy, with nothing else.
func putBackWhole(t *testing.T, path string, content map[string][]byte) {
	t.Helper()
	for _, suffix := range []string{"-wal", "-shm", ".lock"} {
		_ = os.Remove(path + suffix)
	}
	for name, c := range content {
		write(t, name, c)
	}
}

func TestALogThatIsLeftBesideIsNoticedOrHarmless(t *testing.T) {
	path, nightly := firmOfSomeSize(t)
	rows := everything(t, path)
	content := map[string][]byte{path: read(t, path), path + ".seen": read(t, path+".seen"), nightly: read(t, nightly)}
	gst := billing.Tax{Code: "GST", Rate: 1}
	logOf := func(path string) []byte {
		db, err := sqlite.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		if err := db.Update(t.Context(), func(tx app.Tx) error { return tx.SaveTax(gst) }); err != nil {
			t.Fatal(err)
		}
		return read(t, path+"-wal")
	}
	other, _ := firmOfSomeSize(t)
	for name, log := range map[string][]byte{
		"noise": bytes.Repeat([]byte("log"), 5000), "zeros": make([]byte, 32+page+24), "its own": logOf(path), "another's": logOf(other),
	} {
		t.Run(name, func(t *testing.T) {
			putBackWhole(t, path, content)
			write(t, path+"-wal", log)
			if was := outcomeOf(t, path, rows); was == missed {
				t.Errorf("it is %s", was)
			}
			if !bytes.Equal(read(t, path), content[path]) || !bytes.Equal(read(t, path+"-wal"), log) {
				t.Error("to look at it has changed it")
			}
		})
	}
}

func TestDamageThatIsFoundWhileItRunsStopsEveryWrite(t *testing.T) {
	check := func(s store) error { return s.Check(t.Context()) }
	for _, c := range []struct {
		what   string
		damage func(t *testing.T, path string)
		find   func(s store) error // what comes upon it
		lost   bool                // most of it cannot be read
	}{
		{"an index that disagrees with its table, at the check", indexDisagrees, check, false},
		{"an index that disagrees with its table, before the nightly copy", indexDisagrees, func(s store) error { return second(s.KeepBackup(t.Context(), 20261104)) }, false},
		{"an index that disagrees with its table, before the copy of a day that has one", indexDisagrees, func(s store) error { return second(s.KeepBackup(t.Context(), 20261103)) }, false},
		{"an index that disagrees with its table, before a backup", indexDisagrees, func(s store) error {
			return s.Backup(t.Context(), filepath.Join(t.TempDir(), "b.db"), false)
		}, false},
		{"a row that refers to nothing", func(t *testing.T, path string) { run(t, path, "UPDATE runs SET started_by = 'nobody'") }, check, false},
		{"the end of the audit trail is lost", func(t *testing.T, path string) { run(t, path, "UPDATE audit_head SET seq = seq + 1") }, check, false},
		{"pages that are read in the course of things", func(t *testing.T, path string) {
			run(t, path, "PRAGMA wal_checkpoint(TRUNCATE)")
			content := read(t, path)
			for _, at := range slices.Concat(pagesOf(content)[13][3:], pagesOf(content)[10]) {
				copy(content[at:at+page], bytes.Repeat([]byte{0xee}, page))
			}
			write(t, path, content)
		}, func(s store) error {
			return s.View(t.Context(), func(r app.Reader) error { return second(r.Clients()) })
		}, true},
	} {
		t.Run(c.what, func(t *testing.T) {
			path, nightly := firmOfSomeSize(t)
			before := read(t, nightly)
			s := openEmpty(t, path)
			if err := s.Check(t.Context()); err != nil || s.IsDamaged() || s.Damage(t.Context()) != nil {
				t.Fatalf("before there is any damage: %v", err)
			}
			// As a test of its own, whose end closes what did it: where a file is open, Windows replaces none.
			if !t.Run("damage", func(t *testing.T) { c.damage(t, path) }) {
				return
			}
			if err := c.find(s); !isDamaged(err) {
				t.Fatalf("what is found is %v", err)
			}
			d := s.Damage(t.Context())
			if d == nil || d.Copy == nil || d.Copy.Path != nightly || d.Copy.Lost < 3 {
				t.Fatalf("offered is %+v", d)
			}
			for what, err := range map[string]error{
				"a write":          s.Update(t.Context(), burn("INV-7")),
				"a lease":          s.Lease(t.Context(), "send demo", func(context.Context, app.Fence) error { return nil }),
				"the nightly copy": second(s.KeepBackup(t.Context(), 20261105)),
				"a backup":         s.Backup(t.Context(), filepath.Join(t.TempDir(), "b.db"), false),
			} {
				if !isDamaged(err) {
					t.Errorf("%s: %v", what, err)
				}
			}
			if err := s.Update(t.Context(), func(app.Tx) error { return nil }); err != nil && !c.lost {
				t.Errorf("a transaction that writes nothing: %v", err)
			}
			names, err := filepath.Glob(filepath.Join(filepath.Dir(path), "firm-backup-*.db"))
			if err != nil || !slices.Equal(names, []string{nightly}) || !bytes.Equal(before, read(t, nightly)) {
				t.Errorf("the nightly copies are %q (%v)", names, err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := sqlite.Open(t.Context(), path); !isDamaged(err) {
				t.Errorf("opened again, it says %v", err)
			}
			if _, err := sqlite.Restore(t.Context(), path, d.Copy.Path); err != nil || how(t, path).How != app.Restored {
				t.Errorf("restoring: %v", err)
			}
		})
	}
}

func isDamaged(err error) bool {
	_, ok := errors.AsType[*app.Damaged](err)
	return ok && app.IsCode(err, app.Unavailable)
}

// indexDisagrees moves a row past an index, while another connection has the file open. The check that takes half the
// time does not see it.
func indexDisagrees(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // or else nobody could put another file in its place on Windows
	db.SetMaxOpenConns(1)
	for _, s := range []string{
		"PRAGMA writable_schema = ON",
		"CREATE TEMP TABLE kept AS SELECT sql FROM sqlite_schema WHERE name = 'invoices_newest'",
		"UPDATE sqlite_schema SET sql = replace(sql, 'deleted = 0', 'deleted = 0 AND number <> ''INV-0007''') WHERE name = 'invoices_newest'",
		"PRAGMA writable_schema = RESET",
		"UPDATE invoices SET date = date + 1 WHERE number = 'INV-0007'",
		"PRAGMA writable_schema = ON",
		"UPDATE sqlite_schema SET sql = (SELECT sql FROM kept) WHERE name = 'invoices_newest'",
		"PRAGMA writable_schema = RESET",
	} {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	var quick string
	if err := db.QueryRowContext(t.Context(), "PRAGMA quick_check").Scan(&quick); err != nil || quick != "ok" {
		t.Fatalf("quick_check says %q (%v)", quick, err)
	}
}

func TestADamagedDatabaseIsLookedAtAndCopiedAsItIs(t *testing.T) {
	path, _ := firmOfSomeSize(t)
	content := read(t, path)
	content[bytes.Index(content, []byte("Kauri Joinery"))]++
	write(t, path, content)
	db, err := sqlite.Open(t.Context(), path, sqlite.LookOnly())
	if err != nil {
		t.Fatal(err)
	}
	if d := db.Damage(t.Context()); d == nil || d.What != app.Altered || d.Copy == nil {
		t.Errorf("it says %+v", d)
	}
	err = db.View(t.Context(), func(r app.Reader) error {
		c, err := r.Client("kauri")
		if c.Name != "Lauri Joinery" {
			t.Errorf("the client is %s", c.Name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := db.Update(t.Context(), burn("INV-1")); !isDamaged(err) {
		t.Errorf("a write: %v", err)
	}
	saved := filepath.Join(t.TempDir(), "saved.db")
	if err := errors.Join(db.CopyAsItIs(t.Context(), saved), db.Close()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read(t, saved), content) || !bytes.Equal(read(t, path), content) {
		t.Error("the copy is not as the file is, or looking has changed it")
	}
	if err := sqlite.CopyAsItIs(t.Context(), path, path+".seen"); !app.IsCode(err, app.Invalid) {
		t.Errorf("over what belongs to it: %v", err)
	}

	db, err = sqlite.Open(t.Context(), path, sqlite.AsItIs()) // and compared with Xero first
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if how(t, path).How != app.CopiedByHand {
		t.Error("taken as it is, it is not taken for a copy")
	}
	write(t, path, content[:len(content)/2])
	if _, err := sqlite.Open(t.Context(), path, sqlite.AsItIs()); !isDamaged(err) {
		t.Errorf("a broken one as it is: %v", err)
	}
}

func TestAClosedDatabaseIsSealedAndAnOpenOneIsNot(t *testing.T) {
	path := closedFirm(t)
	sealed := func() bool { return strings.Contains(string(read(t, path+".seen")), `"sum"`) }
	if !sealed() {
		t.Error("it is not sealed after it was closed")
	}
	one, other := openEmpty(t, path), openEmpty(t, path)
	if sealed() {
		t.Error("it is sealed while it is open")
	}
	if err := one.Close(); err != nil || sealed() {
		t.Errorf("it is sealed while another process has it open (%v)", err)
	}
	seal := strings.Replace(string(read(t, path+".seen")), "{", `{"sum":"of one that closed it meanwhile",`, 1)
	if err := os.WriteFile(path+".seen", []byte(seal), 0o600); err != nil || !sealed() {
		t.Fatal(err)
	}
	if err := openEmpty(t, path).Close(); err != nil || sealed() {
		t.Errorf("it stays sealed when one opens it (%v)", err)
	}
	other.update(burn("INV-1"))
	if err := other.Close(); err != nil || !sealed() {
		t.Errorf("it is not sealed after the last one closed it (%v)", err)
	}
}

// TestAnInterruptedCheckFindsNoDamage opens a sound database that was not closed, which is checked, and ends that at one step
// after the other.
func TestAnInterruptedCheckFindsNoDamage(t *testing.T) {
	path := closedFirm(t)
	content := []byte(contentOf(t, path))
	seen := regexp.MustCompile(`,"sum":"\w+"`).ReplaceAll([]byte(contentOf(t, path+".seen")), nil) // as before a close
	for left := 0; ; left += 7 {
		for name, text := range map[string][]byte{path: content, path + ".seen": seen, path + "-wal": make([]byte, 32)} {
			if err := os.WriteFile(name, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		ending := &endingContext{Context: ctx, cancel: cancel}
		ending.left.Store(int64(left))
		db, err := sqlite.Open(ending, path)
		cancel()
		if err == nil {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			if left == 0 {
				t.Error("it was never interrupted")
			}
			return
		}
		if _, damaged := errors.AsType[*app.Damaged](err); damaged {
			t.Fatalf("interrupted at step %d: %v", left, err)
		}
	}
}

// endingContext ends once it was asked a number of times.
type endingContext struct {
	context.Context
	cancel context.CancelFunc
	left   atomic.Int64
}

func (c *endingContext) ask() {
	if c.left.Add(-1) < 0 {
		c.cancel()
	}
}

// Err implements context.Context.
func (c *endingContext) Err() error {
	c.ask()
	return c.Context.Err()
}

// Done implements context.Context.
func (c *endingContext) Done() <-chan struct{} {
	c.ask()
	return c.Context.Done()
}
