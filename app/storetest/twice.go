package storetest

import (
	"context"
	"errors"

	"feebridge/app"
	"feebridge/app/outbox"
)

// Twice returns the store with every transaction that writes run, taken back, and run again: what
// fn keeps outside of it is then there twice, and shows.
func Twice(s Store) Store { return twice{s} }

type twice struct{ Store }

// errAgain takes a transaction back.
var errAgain = errors.New("this transaction runs again")

// Update implements app.Store.
func (s twice) Update(ctx context.Context, fn func(app.Tx) error) error {
	err := s.Store.Update(ctx, func(tx app.Tx) error {
		_ = fn(tx) // the second run tells
		return errAgain
	})
	if !errors.Is(err, errAgain) {
		return err // it never ran
	}
	return s.Store.Update(ctx, fn)
}

// Work implements outbox.Store.
func (s twice) Work(ctx context.Context, fence app.Fence, fn func(outbox.Tx) error) error {
	err := s.Store.Work(ctx, fence, func(tx outbox.Tx) error {
		_ = fn(tx) // the second run tells
		return errAgain
	})
	if !errors.Is(err, errAgain) {
		return err // it never ran
	}
	return s.Store.Work(ctx, fence, fn)
}
