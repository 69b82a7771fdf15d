package apptest

import (
	"context"
	"errors"
	"sync"

	"feebridge/app"
	"feebridge/app/ledger"
)

// ErrDead is what a dead process gets for an answer.
var ErrDead = errors.New("this process is dead")

// Fate says at which point of the protocol a process dies, and whether just before the
// point or just after it. It notes every point that was reached.
type Fate struct {
	Point   string
	After   bool
	Looks   int      // it dies after so many looks at the world instead; 0 for never
	Reached []string // points, once the process is dead
	Asleep  func()   // it sleeps instead, after the point, while this happens; then it wakes and goes on

	kill  func() // what a dead process can no longer do
	mu    sync.Mutex
	dead  bool
	slept bool
}

// Slept reports whether the process slept.
func (f *Fate) Slept() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.slept
}

// dies tells whether the process dies now.
func (f *Fate) dies(point string, after bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if point != "" && !after {
		f.Reached = append(f.Reached, point)
	}
	if point != "" && point == f.Point && after == f.After {
		if f.Asleep == nil {
			f.dead = true
		} else if !f.slept {
			f.slept = true
			f.mu.Unlock()
			f.Asleep()
			f.mu.Lock()
		}
	}
	if f.Looks > 0 {
		f.Looks--
		f.dead = f.dead || f.Looks == 0
	}
	return f.dead
}

// Die kills the process now.
func (f *Fate) Die() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dead = true
}

// IsDead reports whether the process has died.
func (f *Fate) IsDead() bool { return f.dies("", false) }

// mortalStore is a store whose process dies where its fate says.
type mortalStore struct {
	*Watched
	fate *Fate
}

func newMortalStore(s Store, f *Fate) mortalStore {
	alive := func() error {
		if f.IsDead() {
			return ErrDead
		}
		return nil
	}
	dies := func(after bool) func(Written) error {
		return func(w Written) error {
			if f.dies(w.Point, after) {
				return ErrDead
			}
			return nil
		}
	}
	return mortalStore{&Watched{Store: s, Begin: alive, Commit: dies(false), Done: dies(true)}, f}
}

func (s mortalStore) Lease(ctx context.Context, name string, fn func(context.Context, app.Fence) error) error {
	if s.fate.dies("lease", false) {
		return ErrDead
	}
	return s.Store.Lease(ctx, name, func(ctx context.Context, f app.Fence) error {
		err := ErrDead
		if s.fate.Asleep != nil {
			ctx = context.WithoutCancel(ctx) // who wakes goes on before they notice that the lease is lost
		}
		if !s.fate.dies("lease", true) {
			err = fn(ctx, f)
		}
		if s.fate.IsDead() {
			s.fate.kill() // a dead process does not give its lease back
		}
		return err
	})
}

// mortalBooks are books whose process dies where its fate says.
type mortalBooks struct {
	app.Books
	fate *Fate
}

func (b mortalBooks) Post(ctx context.Context, batch app.Batch) ([]ledger.Outcome, error) {
	point := "request posted"
	switch batch.Kind {
	case app.ContactBatch:
		point = "contacts posted"
	case app.RemovalBatch:
		point = "removal posted"
	}
	if b.fate.dies(point, false) {
		return nil, ErrDead
	}
	outcomes, err := b.Books.Post(ctx, batch)
	if b.fate.dies(point, true) {
		return nil, ErrDead
	}
	return outcomes, err
}
