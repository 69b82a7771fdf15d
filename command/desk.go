package command

import (
	"context"

	"golang.org/x/sync/errgroup"

	"feebridge/app"
	"feebridge/app/intake"
	"feebridge/app/outbox"
)

// Desk is one running Feebridge: the use cases of a firm, and the outbox that sends what they queue.
type Desk struct {
	*app.App
	*intake.Intake
	*outbox.Outbox
}

// Store is what a desk stands on.
type Store interface {
	app.Store
	outbox.Store
}

// NewDesk returns a desk on a store, which takes the place of p.Store.
func NewDesk(p app.Params, store Store) *Desk {
	p.Store = store
	use := app.New(p)
	return &Desk{use, intake.New(use), outbox.New(outbox.Params{App: use, Store: store, Books: p.Books, Paper: p.Paper, Log: p.Log})}
}

// Run does the background work of the desk until ctx ends.
func (d *Desk) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.App.Run(ctx) })
	g.Go(func() error { return d.Outbox.Run(ctx) })
	return g.Wait()
}
