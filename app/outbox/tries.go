package outbox

import (
	"sync"
	"time"

	"feebridge/app"
)

// tries is what this process knows of the requests that it sent or found on disk, by the
// clock that nobody can set: the times on disk are those of the computer's clock, which
// a person or the network may set back or forth meanwhile. It outlives a sender.
type tries struct {
	mu  sync.Mutex
	all map[app.BatchID]try
}

// try is when a batch was sent first and last, or, of the last, when its answer failed
// to come.
type try struct{ first, last time.Time }

// of returns the tries of a batch. Those of another process are as old as the times on
// disk say when this one first asks.
func (t *tries) of(b app.Batch) try {
	t.mu.Lock()
	defer t.mu.Unlock()
	known, ok := t.all[b.ID]
	if !ok {
		now := time.Now()
		known = try{now.Add(min(0, b.Tried.Sub(now))), now.Add(min(0, b.TriedLast.Sub(now)))}
		t.keep(b.ID, known)
	}
	return known
}

// note notes that the batch is being tried now, or that its answer failed to come now.
func (t *tries) note(b app.Batch) {
	known := t.of(b)
	t.mu.Lock()
	defer t.mu.Unlock()
	known.last = time.Now()
	t.keep(b.ID, known)
}

func (t *tries) keep(id app.BatchID, known try) {
	if t.all == nil {
		t.all = map[app.BatchID]try{}
	}
	t.all[id] = known
}

// forget forgets a batch that is not under way any more.
func (t *tries) forget(id app.BatchID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.all, id)
}
