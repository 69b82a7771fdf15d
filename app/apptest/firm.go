package apptest

import (
	"testing"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/staff"
	"feebridge/data/sqlite"
)

// Firm is an App on an empty database, without Xero.
func Firm(t testing.TB) (*app.App, *sqlite.DB, staff.Member) {
	t.Helper()
	if _, fuzzing := t.(*testing.F); !fuzzing { // which goes on for as long as it is told to
		deadline.Watch(t)
	}
	db, err := sqlite.Open(t.Context(), t.TempDir()+"/firm.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	a := app.New(app.Params{Store: db})
	if err := a.Open(t.Context(), app.Firm{Name: "Tui Accounting", Currency: "NZD"}, "Olivia Hart"); err != nil {
		t.Fatal(err)
	}
	me, err := a.Who(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return a, db, me
}
