package app

import (
	"context"
	"slices"
	"time"
)

// pollEvery is how often the change feed is read for what other processes changed.
const pollEvery = time.Second

// listener is told what changed.
type listener struct{ tell func([]Change) }

// Subscribe calls fn, from one goroutine of Run, with what changed after it was
// committed, whichever process changed it, until stop is called.
func (a *App) Subscribe(fn func([]Change)) (stop func()) {
	l := &listener{fn}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.listeners = append(slices.Clone(a.listeners), l)
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.listeners = slices.DeleteFunc(slices.Clone(a.listeners), func(other *listener) bool { return other == l })
	}
}

// watch announces changes until ctx ends.
func (a *App) watch(ctx context.Context) error {
	last, err := a.store.LastChange(ctx)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	damaged := false
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-a.changed:
		}
		if !damaged && a.backups.IsDamaged() {
			damaged = true
			a.tell([]Change{{Subject: DamageFound}})
		}
		changes, err := a.store.Changes(ctx, last)
		if err != nil {
			if ctx.Err() == nil {
				a.log.Error("reading the change feed", "error", err)
			}
			continue
		}
		if len(changes) == 0 {
			continue
		}
		last = changes[len(changes)-1].Seq
		a.tell(changes)
	}
}

// tell tells the listeners what changed.
func (a *App) tell(changes []Change) {
	a.mu.Lock()
	listeners := a.listeners
	a.mu.Unlock()
	for _, l := range listeners {
		l.tell(changes)
	}
}

// DamageFound is the subject of a change that isn't in the feed: the firm's data is damaged.
const DamageFound = "damage"
