package storetest

import (
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
)

// LostCommit loses the answer to every third commit or so, after the commit: the store finds out by
// itself that it was done, and nobody notices. The seed decides which.
func LostCommit(p Process, seed uint64) (end func()) {
	lost := dice(seed)
	return p.OnCommit(func(commit func() error) error {
		err := commit()
		if err == nil && lost() {
			return errors.New("the answer to COMMIT was lost")
		}
		return err
	})
}

// FailedCommit lets every third commit or so not be done, and loses the answer: the store finds
// out, and the caller gets an error. The seed decides which.
func FailedCommit(p Process, seed uint64) (end func()) {
	lost := dice(seed)
	return p.OnCommit(func(commit func() error) error {
		if lost() {
			return errors.New("COMMIT was lost on its way")
		}
		return commit()
	})
}

// dice returns what is true one time in three.
func dice(seed uint64) func() bool {
	var mu sync.Mutex
	r := rand.New(rand.NewPCG(seed, seed))
	return func() bool {
		mu.Lock()
		defer mu.Unlock()
		return r.IntN(3) == 0
	}
}

// Failing lets every statement fail that follows one that failed in the same transaction, as
// PostgreSQL does with its code 25P02. So a use case that goes on after an error is found out.
func Failing(p Process) (end func()) {
	return p.OnStatement(func() func(string, func() error) error {
		failed := false
		return func(_ string, run func() error) error {
			if failed {
				return errors.New("the transaction is aborted: commands are ignored until its end")
			}
			err := run()
			failed = err != nil
			return err
		}
	})
}

// NoNested lets every statement fail that is asked while rows of another one are read in the same
// transaction. PostgreSQL has one answer under way at a time.
func NoNested(p Process) (end func()) {
	return p.OnStatement(func() func(string, func() error) error {
		reading := false
		return func(query string, run func() error) error {
			if reading {
				return errors.New("this is asked while rows are read: " + query)
			}
			reading = true
			defer func() { reading = false }()
			return run()
		}
	})
}

// Counter counts the statements that a store asks its database, other than the beginning and end
// of transactions.
type Counter struct{ n atomic.Int64 }

// Count counts what p asks from now on.
func Count(p Process) *Counter {
	c := &Counter{}
	p.OnStatement(func() func(string, func() error) error {
		return func(_ string, run func() error) error {
			c.n.Add(1)
			return run()
		}
	})
	return c
}

// Statements returns how many there were since the last call.
func (c *Counter) Statements() int { return int(c.n.Swap(0)) }
