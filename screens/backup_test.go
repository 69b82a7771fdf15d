package screens

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

func TestTheCopiesAreTold(t *testing.T) {
	for name, c := range map[string]struct {
		nightly app.Nightly
		want    string
	}{
		"none yet": {app.Nightly{}, "Feebridge copies the firm's data once a day, beside the database, and keeps the copies of 14 days. The first is not made yet."},
		"good":     {app.Nightly{At: fakeNow.Add(-time.Hour), Path: "/firm/copy.db"}, "/firm/copy.db"},
		"failed":   {app.Nightly{At: fakeNow, Failed: fakeNow, Failure: "the disk is full"}, "the disk is full"},
	} {
		fake := newFake().fill(3)
		fake.nightly = c.nightly
		b := newTrial(t, fake)
		b.w.backups.open()
		b.settle()
		if name == "failed" {
			b.see("The nightly copy failed on 10:00: the disk is full")
		} else {
			b.see(c.want)
		}
	}
}

func TestWhoMayNotBackUpIsTold(t *testing.T) {
	b := newTrialAs(t, newFake().fill(3), staff.Member{ID: "v", Name: "Vera", AllEntities: staff.Viewer})
	b.w.backups.open()
	b.settle()
	b.see("Backing up and restoring needs Admin, or Settings Admin and a Time permission. Ask an Admin of your firm.")
	if !b.button("Back up now…").Disabled() {
		t.Error("the button is not greyed")
	}
}

func TestALockedDatabaseSaysSoAndIsUnlockedKnowingly(t *testing.T) {
	fake := newFake().fill(3)
	fake.lock = app.LockState{Locked: true, Copied: app.Copied{How: app.Restored}, Compared: []app.Comparison{
		{Organisation: app.Organisation{Tenant: ledger.Tenant{Name: "Demo"}, State: app.ConsentEnded}, Strays: []app.Stray{{Number: "INV-7"}}},
	}}
	b := newTrial(t, fake)
	b.see("This is a copy of the firm's data. Nothing is exported and no number given out until it has been compared with Xero.")
	b.tap("More…")
	b.see("Demo is not connected: connect it again, and it is compared.",
		"In Xero and not in this copy, or not to be brought together with it: INV-7. Their numbers are not given out again.")
	b.tap("Go on without")
	b.see("Say why the database is unlocked without a comparison with Xero: it stays in the audit trail.")
	for _, o := range b.visible() {
		if e, ok := o.(*entry); ok {
			e.SetText("It was closed")
		}
	}
	b.tap("Go on without")
	b.notSee("This is a copy of the firm's data. Nothing is exported and no number given out until it has been compared with Xero.")
}

func TestADamagedDatabaseOffersTheNewestCopy(t *testing.T) {
	a := test.NewTempApp(t)
	w := a.NewWindow("Feebridge")
	w.Resize(fyne.NewSize(800, 500))
	var restored string
	ShowDamaged(DamagedParams{
		Window: w, Preferences: a.Preferences(), Text: "The database is damaged.",
		Copies: []Found{{"/new.db", fakeNow}, {"/old.db", fakeNow}}, Restore: func(path string) { restored = path }, Quit: func() {},
	})
	b := &trial{T: t, window: w}
	b.see("The firm's data cannot be read", "The database is damaged.", "/new.db")
	b.button("Restore this copy").Tapped(nil)
	if restored != "/new.db" {
		t.Errorf("restored is %q", restored)
	}
}
