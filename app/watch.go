package app

import (
	"context"
	"time"
)

// pollEvery is how often the change feed is read for what other processes changed.
const pollEvery = time.Second

// Subscribe calls fn, from one goroutine of Run, with what changed after it was
// committed, whichever process changed it.
func (a *App) Subscribe(fn func([]Change)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.listeners = append(a.listeners, fn)
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
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-a.changed:
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
		a.mu.Lock()
		listeners := a.listeners
		a.mu.Unlock()
		for _, fn := range listeners {
			fn(changes)
		}
	}
}
