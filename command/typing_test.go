package command

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/billing"
	"feebridge/data/sqlite"
)

// typist is the variable of the environment that makes this test binary write drafts in
// the database that it names, and say after each that it is kept.
const typist = "FEEBRIDGE_TEST_TYPIST"

// writeForEver keeps and saves drafts until it is killed.
func writeForEver(path string) error {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, path)
	if err != nil {
		return err
	}
	a := app.New(app.Params{Store: db})
	me, err := a.Who(ctx)
	if err != nil {
		return err
	}
	clients, err := a.Clients(ctx, me)
	if err != nil {
		return err
	}
	w := a.Begin(20261103, app.ClientTerms{Client: clients[0]})
	w.Form.Currency = "NZD"
	for n := 1; ; n++ {
		w.Form.Reference = strconv.Itoa(n)
		w.Form.Lines = append(w.Form.Lines[:0:0], billing.FormLine{Description: "Typed", Quantity: "1", UnitAmount: strconv.Itoa(n)})
		if err := a.KeepUnsaved(ctx, me, w); err != nil {
			return err
		}
		if n%7 == 0 {
			if w, err = a.SaveWriting(ctx, me, w); err != nil {
				return err
			}
		}
		fmt.Println(n)
	}
}

// TestKilledWhileDraftsAreTypedAndSaved kills a real process that does nothing else, at
// different moments, and looks for the last draft that it said was kept.
func TestKilledWhileDraftsAreTypedAndSaved(t *testing.T) {
	for _, after := range []int{1, 6, 7, 8, 50, 64} {
		t.Run(strconv.Itoa(after), func(t *testing.T) {
			path := t.TempDir() + "/firm.db"
			db, a := openFirm(t, path)
			me, err := a.Who(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.SaveClient(t.Context(), me, billing.Client{Name: "Kauri"}); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			last := typeAndKill(t, path, after)

			db, a = openFirm(t, path)
			defer func() { _ = db.Close() }()
			if err := db.Backup(t.Context(), t.TempDir()+"/copy.db", false); err != nil {
				t.Errorf("the file is not sound: %v", err)
			}
			found := 0
			unsaved, err := a.Unsaved(t.Context(), me)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range unsaved {
				found, _ = strconv.Atoi(u.Form.Reference)
			}
			for row, err := range a.Rows(t.Context(), me, app.Query{}) {
				if err != nil {
					t.Fatal(err)
				}
				n, _ := strconv.Atoi(row.Reference)
				found = max(found, n)
			}
			if found < last {
				t.Errorf("%d is there, and %d was kept", found, last)
			}
			if report, err := a.VerifyAudit(t.Context(), me); err != nil || report.Broken != nil {
				t.Errorf("the audit trail: %+v, %v", report, err)
			}
		})
	}
}

func openFirm(t *testing.T, path string) (*sqlite.DB, *app.App) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	a := app.New(app.Params{Store: db})
	if err := a.Open(t.Context(), app.Firm{Name: "Tui", Currency: "NZD"}, "Olivia Hart"); err != nil {
		t.Fatal(err)
	}
	return db, a
}

// typeAndKill lets a process write until it has said n times that something is kept,
// kills it, and returns the last that it said.
func typeAndKill(t *testing.T, path string, n int) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline.Program)
	defer cancel()
	c := exec.CommandContext(ctx, os.Args[0])
	c.Env = append(os.Environ(), typist+"="+path)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	last := 0
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if last, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatalf("it says %q", lines.Text())
		}
		if last == n {
			if err := c.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if ctx.Err() != nil {
		t.Fatalf("it has kept %d drafts of %d within %v", last, n, deadline.Program)
	}
	if last < n {
		rest, _ := io.ReadAll(out)
		t.Fatalf("it wrote %d: %s", last, rest)
	}
	_ = c.Wait() // it was killed
	return last
}
