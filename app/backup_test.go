package app_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/xero/sim"
)

// copier counts the copies that are made, and fails while it is full.
type copier struct {
	app.Backups
	made *atomic.Int32
	full *atomic.Bool
}

func (c copier) KeepBackup(ctx context.Context, day billing.Date) (string, error) {
	if c.full.Load() {
		return "", app.Errorf(app.Unavailable, "The disk is full.")
	}
	c.made.Add(1)
	return c.Backups.KeepBackup(ctx, day)
}

func copies(w *apptest.World) []string {
	w.T.Helper()
	names, err := filepath.Glob(filepath.Join(filepath.Dir(w.Path), "firm-backup-*.db"))
	if err != nil {
		w.T.Fatal(err)
	}
	return names
}

func TestTwoProcessesMakeOneCopyADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		var made atomic.Int32
		var full atomic.Bool
		var both [2]*apptest.Process
		for i := range both {
			both[i] = w.Start(nil)
			both[i].Start(apptest.Params{Store: both[i].DB, Backups: copier{both[i].DB, &made, &full}, Books: both[i].Books, Log: apptest.Quiet})
			defer both[i].Stop()
		}
		const days = 30
		for range days * 24 {
			ended := make(chan error)
			for _, p := range both {
				go func() { ended <- p.App.NightlyCopy(context.Background()) }()
			}
			for range both {
				var held *app.LeaseHeld
				if err := <-ended; err != nil && !errors.As(err, &held) {
					t.Fatal(err)
				}
			}
			time.Sleep(time.Hour)
		}
		if n := int(made.Load()); n != days && n != days+1 { // it did not begin at midnight
			t.Errorf("%d copies in %d days", n, days)
		}
		if n := len(copies(w)); n != app.KeptBackups {
			t.Errorf("%d copies are kept", n)
		}
	})
}

// slowCopier lets something happen while a copy is made.
type slowCopier struct {
	app.Backups
	meanwhile func()
}

func (c slowCopier) KeepBackup(ctx context.Context, day billing.Date) (string, error) {
	c.meanwhile()
	return c.Backups.KeepBackup(ctx, day)
}

// TestWhoLostTheirTurnDoesNotNoteACopy has another process take the turn while the copy is made.
func TestWhoLostTheirTurnDoesNotNoteACopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		p := w.Start(nil)
		defer p.Stop()
		p.Start(apptest.Params{Store: p.DB, Backups: slowCopier{p.DB, w.TakeLeases}, Books: p.Books, Log: apptest.Quiet})
		if err := p.App.NightlyCopy(t.Context()); !app.OthersAtIt(err) {
			t.Errorf("it ends with %v", err)
		}
		if n, err := p.App.BackupState(t.Context()); err != nil || n != (app.Nightly{}) {
			t.Errorf("noted is %+v, %v", n, err)
		}
	})
}

func TestACopyThatFailsIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		var made atomic.Int32
		var full atomic.Bool
		full.Store(true)
		p := w.Start(nil)
		defer p.Stop()
		p.Start(apptest.Params{Store: p.DB, Backups: copier{p.DB, &made, &full}, Books: p.Books, Log: apptest.Quiet})
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error)
		go func() { done <- p.App.App.Run(ctx) }()
		state := func() app.Nightly {
			n, err := p.App.BackupState(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		time.Sleep(5 * time.Minute)
		if n := state(); n.Failed.IsZero() || n.Failure != "The disk is full." || !n.At.IsZero() {
			t.Errorf("after a failure: %+v", n)
		}
		full.Store(false)
		time.Sleep(20 * time.Minute)
		if made.Load() > 0 {
			t.Error("it did not wait with the next try")
		}
		time.Sleep(time.Hour)
		n := state()
		if there := copies(w); !n.Failed.IsZero() || n.Failure != "" || n.At.IsZero() || len(there) != 1 || n.Path != there[0] {
			t.Errorf("after it succeeded: %+v, and there are %v", n, there)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestACopyThatFailedAheadIsMadeAgain has the clock set back after a copy failed: that was tried in the future then.
func TestACopyThatFailedAheadIsMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		p := w.Start(nil)
		defer p.Stop()
		err := p.DB.Update(t.Context(), func(tx app.Tx) error {
			return tx.SaveNightly(app.Nightly{Failed: time.Now().Add(10 * time.Hour), Failure: "The disk is full."})
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error)
		go func() { done <- p.App.App.Run(ctx) }()
		time.Sleep(time.Hour)
		if there := copies(w); len(there) != 1 {
			t.Errorf("there are %v", there)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestWhoMayBackUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		p := w.Start(nil)
		defer p.Stop()
		editor := staff.Member{ID: "e", Name: "Emma", AllEntities: staff.Editor, Time: w.Me.Time}
		path := filepath.Join(t.TempDir(), "b.db")
		for _, err := range []error{p.App.Backup(t.Context(), editor, path, false), p.App.AllowRestore(t.Context(), editor, path)} {
			if !app.IsCode(err, app.Forbidden) {
				t.Errorf("who may not: %v", err)
			}
		}
		if err := errors.Join(p.App.Backup(t.Context(), w.Me, path, false), p.App.AllowRestore(t.Context(), w.Me, path)); err != nil {
			t.Error(err)
		}
		if err := p.App.Backup(t.Context(), w.Me, path, false); !app.IsCode(err, app.Conflict) {
			t.Errorf("a file that is there: %v", err)
		}
		actions := p.Actions("firm", "")
		if n := len(actions); n < 2 || actions[n-2] != "back up" || actions[n-1] != "restore" {
			t.Errorf("the trail has %v", actions)
		}
	})
}

func TestADatabaseWithoutCopiesSaysSo(t *testing.T) {
	w := apptest.NewWorld(t, sim.Config{})
	p := w.Start(nil)
	defer p.Stop()
	a := app.New(app.Params{Store: p.DB, Books: p.Books, Log: apptest.Quiet})
	_, state := a.BackupState(t.Context())
	for what, err := range map[string]error{
		"a backup": a.Backup(t.Context(), w.Me, filepath.Join(t.TempDir(), "copy.db"), false), "the nightly copy": a.NightlyCopy(t.Context()), "its state": state,
	} {
		if !app.IsCode(err, app.Unavailable) || !strings.Contains(err.Error(), "doesn't back up this database") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// finder finds damage once it is told to, at a check.
type finder struct {
	app.Backups
	there, found atomic.Bool
	checks       atomic.Int32
}

func (f *finder) Check(ctx context.Context) error {
	f.checks.Add(1)
	if !f.there.Load() {
		return nil
	}
	f.found.Store(true)
	return f.Damage(ctx)
}

func (f *finder) IsDamaged() bool { return f.found.Load() }

func (f *finder) Damage(context.Context) *app.Damaged {
	if !f.found.Load() {
		return nil
	}
	return &app.Damaged{File: "firm.db", What: app.Broken, Copy: &app.Copy{Path: "copy.db", Lost: 2}}
}

func TestTheFileIsCheckedInTheBackgroundAndTheWindowIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		p := w.Start(nil)
		defer p.Stop()
		f := &finder{Backups: p.DB}
		p.Start(apptest.Params{Store: p.DB, Backups: f, Books: p.Books, Log: apptest.Quiet})
		var told atomic.Int32
		stop := p.App.Subscribe(func(changes []app.Change) {
			for _, c := range changes {
				if c.Subject == app.DamageFound {
					told.Add(1)
				}
			}
		})
		defer stop()
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error)
		go func() { done <- p.App.App.Run(ctx) }()
		time.Sleep(30 * time.Second)
		if n := f.checks.Load(); n != 0 {
			t.Errorf("%d checks while it starts", n)
		}
		f.there.Store(true)
		time.Sleep(10 * time.Minute)
		if n := f.checks.Load(); n != 1 || told.Load() != 1 {
			t.Errorf("%d checks, and it was told %d times", n, told.Load())
		}
		if d := p.App.Damage(ctx); d == nil || !strings.Contains(d.Error(), "2 changes were saved after it.") || !strings.Contains(d.Error(), "feebridge restore FILE") {
			t.Errorf("it says %v", d)
		}
		before := len(p.Actions("firm", ""))
		if err := p.App.AllowRestore(ctx, w.Me, "copy.db"); err != nil || len(p.Actions("firm", "")) != before {
			t.Errorf("restoring: %v, or it wrote to the damaged file", err)
		}
		if err := p.App.AllowRestore(ctx, staff.Member{ID: "v", AllEntities: staff.Viewer}, "copy.db"); !app.IsCode(err, app.Forbidden) {
			t.Errorf("who may not restore: %v", err)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
