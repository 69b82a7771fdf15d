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
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/xero/sim"
)

// copier counts the copies that are made, and fails while it is full.
type copier struct {
	app.Copier
	made *atomic.Int32
	full *atomic.Bool
}

func (c copier) KeepCopy(ctx context.Context, day billing.Date) (string, error) {
	if c.full.Load() {
		return "", app.Errorf(app.Unavailable, "The disk is full.")
	}
	c.made.Add(1)
	return c.Copier.KeepCopy(ctx, day)
}

func (w *world) copies() []string {
	w.t.Helper()
	names, err := filepath.Glob(filepath.Join(filepath.Dir(w.path), "firm-backup-*.db"))
	if err != nil {
		w.t.Fatal(err)
	}
	return names
}

func TestTwoProcessesMakeOneCopyADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Config{})
		var made atomic.Int32
		var full atomic.Bool
		var both [2]*process
		for i := range both {
			both[i] = w.start(nil)
			both[i].app = app.New(app.Params{Store: both[i].db, Copier: copier{both[i].db, &made, &full}, Books: both[i].books, Log: quiet})
			defer both[i].stop()
		}
		const days = 30
		for range days * 24 {
			ended := make(chan error)
			for _, p := range both {
				go func() { ended <- p.app.NightlyCopy(context.Background()) }()
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
		if n := len(w.copies()); n != app.KeptCopies {
			t.Errorf("%d copies are kept", n)
		}
	})
}

func TestACopyThatFailsIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Config{})
		var made atomic.Int32
		var full atomic.Bool
		full.Store(true)
		p := w.start(nil)
		defer p.stop()
		p.app = app.New(app.Params{Store: p.db, Copier: copier{p.db, &made, &full}, Books: p.books, Log: quiet})
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error)
		go func() { done <- p.app.Run(ctx) }()
		state := func() app.Nightly {
			n, err := p.app.BackupState(ctx)
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
		if copies := w.copies(); !n.Failed.IsZero() || n.Failure != "" || n.At.IsZero() || len(copies) != 1 || n.Path != copies[0] {
			t.Errorf("after it succeeded: %+v, and there are %v", n, w.copies())
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestWhoMayBackUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Config{})
		p := w.start(nil)
		defer p.stop()
		editor := staff.Member{ID: "e", Name: "Emma", AllEntities: staff.Editor, Time: w.me.Time}
		path := filepath.Join(t.TempDir(), "b.db")
		for _, err := range []error{p.app.Backup(t.Context(), editor, path, false), p.app.AllowRestore(t.Context(), editor, path)} {
			if !app.IsCode(err, app.Forbidden) {
				t.Errorf("who may not: %v", err)
			}
		}
		if err := errors.Join(p.app.Backup(t.Context(), w.me, path, false), p.app.AllowRestore(t.Context(), w.me, path)); err != nil {
			t.Error(err)
		}
		if err := p.app.Backup(t.Context(), w.me, path, false); !app.IsCode(err, app.Conflict) {
			t.Errorf("a file that is there: %v", err)
		}
		actions := p.actions("firm", "")
		if n := len(actions); n < 2 || actions[n-2] != "back up" || actions[n-1] != "restore" {
			t.Errorf("the trail has %v", actions)
		}
	})
}

func TestADatabaseWithoutCopiesSaysSo(t *testing.T) {
	w := newWorld(t, sim.Config{})
	p := w.start(nil)
	defer p.stop()
	a := app.New(app.Params{Store: p.db, Books: p.books, Log: quiet})
	_, state := a.BackupState(t.Context())
	for what, err := range map[string]error{
		"a backup": a.Backup(t.Context(), w.me, filepath.Join(t.TempDir(), "copy.db"), false), "the nightly copy": a.NightlyCopy(t.Context()), "its state": state,
	} {
		if !app.IsCode(err, app.Unavailable) || !strings.Contains(err.Error(), "no backups of this database") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
