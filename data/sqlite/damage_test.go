package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
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
	for names.Next() {
		var name string
		if err := names.Scan(&name); err != nil {
			return err.Error()
		}
		tables = append(tables, name)
	}
	if err := errors.Join(names.Err(), names.Close()); err != nil {
		return err.Error()
	}
	var all strings.Builder
	for _, name := range tables {
		rows, err := db.QueryContext(t.Context(), "SELECT * FROM "+name+" NOT INDEXED")
		if err != nil {
			return err.Error()
		}
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
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
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
	for _, c := range []struct {
		what string
		seen []byte
		may  map[outcome]bool
	}{
		{"after it was closed", seen, map[outcome]bool{noticed: true, harmless: true}},
		// After a crash nothing tells that a text is another: SQLite keeps no sum of its pages.
		{"after a crash", crashed, map[outcome]bool{noticed: true, harmless: true, missed: true}},
	} {
		t.Run(c.what, func(t *testing.T) {
			counts := map[outcome]int{}
			for _, d := range all {
				t.Run(d.what, func(t *testing.T) {
					folder := t.TempDir()
					put := func(name string, content []byte) {
						write(t, filepath.Join(folder, name), content)
					}
					// The same place, so that it is not taken for a copy that lies elsewhere.
					for _, suffix := range []string{"-wal", "-shm", ".lock"} {
						_ = os.Remove(path + suffix)
					}
					put("before.db", good)
					write(t, path, d.do(slices.Clone(good)))
					write(t, path+".seen", c.seen)
					write(t, nightly, copied)
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

var (
	_ = binary.BigEndian
	_ = context.Background
	_ = ledger.Chart{}
	_ = staff.Entry{}
)
