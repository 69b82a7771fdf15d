package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/storetest"
	"feebridge/data/sqlite"
)

func TestTheWitness(t *testing.T) {
	for _, c := range []struct {
		what   string
		happen func(t *testing.T, path, witness string) // between the second closing and the third opening
		copied bool
	}{
		{"nothing happens", func(*testing.T, string, string) {}, false},
		{"both files are put back", func(t *testing.T, path, _ string) { putBack(t, path, "", ".seen") }, true},
		{"the witness is lost", func(t *testing.T, _, witness string) { remove(t, witness) }, false},
		{"both files are put back, and the witness is lost", func(t *testing.T, path, witness string) {
			putBack(t, path, "", ".seen")
			remove(t, witness)
		}, false},
		{"the witness was kept elsewhere before", func(t *testing.T, _, witness string) { moveAway(t, witness) }, false},
		{"both files are put back, and the witness was kept elsewhere before", func(t *testing.T, path, witness string) {
			putBack(t, path, "", ".seen")
			moveAway(t, witness)
		}, true},
		{"the witness cannot be read", func(t *testing.T, _, witness string) {
			for _, name := range testimonies(t, witness) {
				write(t, name, []byte("{"))
			}
		}, false},
		{"the witness is behind, after a crash", func(t *testing.T, _, witness string) {
			for _, name := range testimonies(t, witness) {
				write(t, name, read(t, name+".before"))
			}
		}, false},
		{"the witness is so far behind that the database has forgotten what it tells of", func(t *testing.T, path, witness string) {
			for _, name := range testimonies(t, witness) {
				write(t, name, read(t, name+".before"))
			}
			apptest.Raw(t, path, "DELETE FROM commits WHERE n < (SELECT max(n) FROM commits)")
		}, false},
		{"the database has forgotten everything since", func(t *testing.T, path, _ string) {
			apptest.Raw(t, path, "DELETE FROM commits")
		}, true},
	} {
		t.Run(c.what, func(t *testing.T) {
			path, witness := filepath.Join(t.TempDir(), "firm.db"), t.TempDir()
			edit := func(fn func(app.Tx) error) {
				t.Helper()
				db, err := sqlite.Open(t.Context(), path, sqlite.Witness(witness))
				if err != nil {
					t.Fatal(err)
				}
				if err := db.Update(t.Context(), fn); err != nil {
					t.Fatal(err)
				}
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
			}
			edit(func(tx app.Tx) error {
				return errors.Join(storetest.SaveFirm(tx), tx.SaveFirm(app.Firm{ID: "tui", Name: "Tui Accounting", Currency: "NZD", MarkBase: app.DefaultMarkBase}))
			})
			edit(func(tx app.Tx) error { return tx.SaveTax(billing.Tax{Code: "TAX1", Name: "A tax"}) })
			for _, suffix := range []string{"", ".seen"} {
				write(t, path+suffix+".before", read(t, path+suffix))
			}
			for _, name := range testimonies(t, witness) {
				write(t, name+".before", read(t, name))
			}
			edit(func(tx app.Tx) error { return tx.SaveTax(billing.Tax{Code: "TAX2", Name: "A tax"}) })
			c.happen(t, path, witness)
			for range 2 {
				db, err := sqlite.Open(t.Context(), path, sqlite.Witness(witness, witness+".before"))
				if err != nil {
					t.Fatal(err)
				}
				var how app.Copied
				if err := db.View(t.Context(), func(r app.Reader) (err error) {
					how, err = r.Copied()
					return err
				}); err != nil {
					t.Fatal(err)
				}
				if copied := how.How == app.CopiedByHand; copied != c.copied {
					t.Errorf("it is taken for a copy: %v", how.How)
				}
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func putBack(t *testing.T, path string, suffixes ...string) {
	t.Helper()
	for _, suffix := range suffixes {
		write(t, path+suffix, read(t, path+suffix+".before"))
	}
}

func moveAway(t *testing.T, witness string) {
	t.Helper()
	if err := os.Rename(witness, witness+".before"); err != nil {
		t.Fatal(err)
	}
}

func testimonies(t *testing.T, witness string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(witness, "*.json"))
	if err != nil || len(names) != 1 {
		t.Fatalf("the witness has %v: %v", names, err)
	}
	return names
}

func remove(t *testing.T, folder string) {
	t.Helper()
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
