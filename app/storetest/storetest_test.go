package storetest_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/outbox"
	"feebridge/app/staff"
	"feebridge/app/storetest"
	"feebridge/data/sqlite"
)

func open(t *testing.T) storetest.Process {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "firm.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Update(t.Context(), storetest.SaveFirm); err != nil {
		t.Fatal(err)
	}
	return db
}

func isBurnt(t *testing.T, s app.Store, n billing.Number) (burnt bool) {
	t.Helper()
	err := s.View(t.Context(), func(r app.Reader) (err error) {
		burnt, err = r.Burnt(n)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return burnt
}

func TestTwiceShowsWhatIsKeptOutside(t *testing.T) {
	p := open(t)
	s := storetest.Twice(p)
	runs := 0
	update := func(app.Tx) error { runs++; return nil }
	if err := s.Update(t.Context(), update); err != nil || runs != 2 {
		t.Errorf("it ran %d times: %v", runs, err)
	}
	err := s.Lease(t.Context(), "work", func(ctx context.Context, f app.Fence) error {
		return s.Work(ctx, f, func(outbox.Tx) error { runs++; return nil })
	})
	if err != nil || runs != 4 {
		t.Errorf("it ran %d times: %v", runs, err)
	}
	err = s.Work(t.Context(), app.Fence{Name: "work", Token: 77}, func(outbox.Tx) error { runs++; return nil })
	if !app.IsCode(err, app.Conflict) || runs != 4 {
		t.Errorf("under a wrong fence it ran %d times: %v", runs, err)
	}
	broken := errors.New("broken")
	if err := s.Update(t.Context(), func(tx app.Tx) error { return errors.Join(tx.Burn("INV-1"), broken) }); !errors.Is(err, broken) || isBurnt(t, p, "INV-1") {
		t.Errorf("the error is %v", err)
	}
}

func TestALostCommitIsDoneAndAFailedOneIsNot(t *testing.T) {
	p := open(t)
	count := func(prefix billing.Number) (failed, burnt int) {
		for i := range 30 {
			n := prefix + billing.Number(rune('a'+i))
			err := p.Update(t.Context(), func(tx app.Tx) error { return tx.Burn(n) })
			if err != nil {
				failed++
			}
			if isBurnt(t, p, n) {
				burnt++
			}
		}
		return failed, burnt
	}
	end := storetest.LostCommit(p, 3)
	if failed, burnt := count("lost"); failed != 0 || burnt != 30 {
		t.Errorf("of lost ones %d failed and %d were done", failed, burnt)
	}
	end()
	end = storetest.FailedCommit(p, 3)
	if failed, burnt := count("failed"); failed == 0 || failed+burnt != 30 {
		t.Errorf("of failed ones %d failed and %d were done", failed, burnt)
	}
	end()
	if failed, burnt := count("as it is"); failed != 0 || burnt != 30 {
		t.Errorf("afterwards %d failed and %d were done", failed, burnt)
	}
}

func TestAfterAFailedStatementEverythingFails(t *testing.T) {
	p := open(t)
	end := storetest.Failing(p)
	update := func(tx app.Tx) error {
		_, conflict := tx.SaveClient(billing.Client{ID: "another", Code: "KAURI"})
		if !app.IsCode(conflict, app.Conflict) {
			t.Errorf("the error is %v", conflict)
		}
		return tx.Burn("INV-1")
	}
	if err := p.Update(t.Context(), update); err == nil || isBurnt(t, p, "INV-1") {
		t.Error("it went on after a failed statement")
	}
	if err := p.Update(t.Context(), func(tx app.Tx) error { return tx.Burn("INV-2") }); err != nil {
		t.Errorf("the next transaction: %v", err)
	}
	end()
	if err := p.Update(t.Context(), update); err != nil {
		t.Errorf("without it: %v", err)
	}
}

func TestNothingIsAskedWhileRowsAreRead(t *testing.T) {
	p := open(t)
	chain := func() error {
		return p.View(t.Context(), func(r app.Reader) error {
			_, err := r.Chain(func(staff.Entry, string) error {
				_, err := r.Firm()
				return err
			})
			return err
		})
	}
	if err := p.Update(t.Context(), func(tx app.Tx) error { return tx.Record(staff.Entry{Action: "save"}) }); err != nil {
		t.Fatal(err)
	}
	end := storetest.NoNested(p)
	if err := chain(); err == nil {
		t.Error("it asked while rows were read")
	}
	end()
	if err := chain(); err != nil {
		t.Error(err)
	}
}

func TestStatementsAreCounted(t *testing.T) {
	p := open(t)
	c := storetest.Count(p)
	burn := func(tx app.Tx) error { return tx.Burn("INV-1", "INV-2") }
	if err := p.Update(t.Context(), burn); err != nil {
		t.Fatal(err)
	}
	if n := c.Statements(); n != 2 { // and the row of commits
		t.Errorf("there were %d", n)
	}
	if n := c.Statements(); n != 0 {
		t.Errorf("then there were %d", n)
	}
}
