package screens

import (
	"testing"
	"time"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

func TestTheCopiesAreTold(t *testing.T) {
	for name, c := range map[string]struct {
		nightly app.Nightly
		want    string
	}{
		"none yet": {app.Nightly{}, "Feebridge backs up the firm's data once a day and keeps each backup for 14 days, in the same folder as the data. The first backup hasn't been made yet."},
		"good":     {app.Nightly{At: fakeNow.Add(-time.Hour), Path: "/firm/copy.db"}, "/firm/copy.db"},
		"failed":   {app.Nightly{At: fakeNow, Failed: fakeNow, Failure: "the disk is full"}, "the disk is full"},
	} {
		fake := newFake().fill(3)
		fake.nightly = c.nightly
		b := newTrial(t, fake)
		b.w.backups.open()
		b.settle()
		if name == "failed" {
			b.see("The automatic backup failed (10:00). The disk is full.")
		} else {
			b.see(c.want)
		}
	}
}

func TestWhoMayNotBackUpIsTold(t *testing.T) {
	b := newTrialAs(t, newFake().fill(3), staff.Member{ID: "v", Name: "Vera", AllEntities: staff.Viewer})
	b.w.backups.open()
	b.settle()
	b.see("To back up or restore, you need the Admin permission, or the Settings Admin permission and a Time permission. Ask an Admin at your firm.")
	if !b.button("backup.now").Disabled() {
		t.Error("the button is not greyed")
	}
}

func TestALockedDatabaseSaysSoAndIsUnlockedKnowingly(t *testing.T) {
	fake := newFake().fill(3)
	fake.lock = app.LockState{Locked: true, Copied: app.Copied{How: app.Restored}, Compared: []app.Comparison{
		{Organisation: app.Organisation{Tenant: ledger.Tenant{Name: "Demo"}, State: app.ConsentEnded}, Strays: []app.Stray{{Number: "INV-7"}}},
	}}
	b := newTrial(t, fake)
	b.see("Restored backup: you can't export, finalize or delete invoices until Feebridge has compared it with Xero.")
	b.tap("lock.details")
	b.see("Demo: not connected. Connect it to compare it.",
		"In Xero but missing or different in this backup: INV-7. These numbers won't be used again.")
	b.tap("lock.continue")
	b.see("Enter why you're continuing without comparing. The reason is kept in the audit trail.")
	for _, o := range b.visible() {
		if e, ok := o.(*entry); ok {
			e.SetText("It was closed")
		}
	}
	b.tap("lock.continue")
	b.notSee("Restored backup: you can't export, finalize or delete invoices until Feebridge has compared it with Xero.")
}

func TestDamageThatIsFoundWhileTheWindowIsOpenIsOffered(t *testing.T) {
	fake := newFake().fill(3)
	b := newTrial(t, fake)
	var restored string
	b.w.backups.restore = func(path string) { restored = path }
	b.notSee("The firm's data is damaged")
	fake.mu.Lock()
	fake.damage = &app.Damaged{File: "/firm.db", What: app.Broken, Copy: &app.Copy{Path: "/new.db", At: fakeNow, Lost: 12}}
	fake.mu.Unlock()
	fake.tell(app.DamageFound, "")
	b.settle()
	b.see("The firm's data is damaged", "Parts of /firm.db can't be read or contradict each other. Nothing is saved or sent to Xero until you decide.",
		"12 changes were saved after it.", "/new.db")
	b.tap("damaged.look")
	b.see("The firm's data is damaged. You can look at it, but nothing is saved or sent to Xero.")
	b.tap("lock.details")
	b.tap("damaged.restore")
	b.see("Restore this backup?")
	b.tap("backup.restore.yes")
	if restored != "/new.db" {
		t.Errorf("restored is %q", restored)
	}
}

func TestWhoMayNotRestoreSeesTheDamage(t *testing.T) {
	fake := newFake().fill(3)
	fake.damage = &app.Damaged{File: "/firm.db", What: app.Broken, Copy: &app.Copy{Path: "/new.db", At: fakeNow, Lost: -1}}
	b := newTrialAs(t, fake, staff.Member{ID: "v", Name: "Vera", AllEntities: staff.Viewer})
	b.see("Feebridge can't tell what was changed after it.", "To back up or restore, you need the Admin permission")
	if !b.button("damaged.restore").Disabled() || !b.button("damaged.save-copy").Disabled() {
		t.Error("the buttons are not greyed")
	}
	b.tap("damaged.look")
	b.see("You can look at it, but nothing is saved or sent to Xero.")
}
