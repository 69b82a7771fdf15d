package screens

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
)

// slow is how long work may run before the window shows that it is running.
const slow = 150 * time.Millisecond

// ui runs work beside the goroutine that draws, and brings its results back to that
// goroutine: no other file calls fyne.Do. Its methods, except do, are called on the
// goroutine that draws.
type ui struct {
	post  func(func())                                // runs a function on the goroutine that draws, soon
	after func(time.Duration, func()) (cancel func()) // runs a function once, on any goroutine
	ctx   context.Context                             // ends when the window closes
	end   context.CancelFunc
	work  sync.WaitGroup
	shut  atomic.Bool
}

// Soon runs a function on the goroutine that draws. It is for what closes a window from
// elsewhere.
func Soon(fn func()) { fyne.Do(fn) }

// newUI returns a ui that posts through the given functions; nil takes Fyne's runner and
// the real clock.
func newUI(post func(func()), after func(time.Duration, func()) func()) *ui {
	if post == nil {
		post = fyne.Do
	}
	if after == nil {
		after = func(d time.Duration, fn func()) func() {
			timer := time.AfterFunc(d, fn)
			return func() { timer.Stop() }
		}
	}
	ctx, end := context.WithCancel(context.Background())
	return &ui{post: post, after: after, ctx: ctx, end: end}
}

// do runs fn on the goroutine that draws, unless the window is closed by then. Any
// goroutine may call it.
func (u *ui) do(fn func()) {
	if u.shut.Load() {
		return
	}
	u.post(func() {
		if !u.shut.Load() {
			fn()
		}
	})
}

// background runs work on a goroutine of its own; its context ends when the window closes.
func (u *ui) background(work func(context.Context)) {
	if u.shut.Load() {
		return
	}
	u.work.Go(func() { work(u.ctx) })
}

// close ends all work and waits for it. Nothing is posted afterwards.
func (u *ui) close() {
	u.shut.Store(true)
	u.end()
	u.work.Wait()
}

// task is a kind of work of which only the newest run counts: starting it again ends the
// run before, and what an older run still posts is dropped.
type task struct {
	ui         *ui
	busy       func(bool) // told when a run is slow, and when it is over; may be nil
	generation int
	end        context.CancelFunc
	shown      bool
}

// start runs work in the background. What it posts runs on the goroutine that draws,
// unless the task was started again or stopped meanwhile.
//
//nolint:contextcheck // the work ends with the window, whatever the one who starts it is about
func (t *task) start(work func(ctx context.Context, post func(func()))) {
	t.stop()
	generation := t.generation
	ctx, end := context.WithCancel(t.ui.ctx)
	t.end = end
	post := func(fn func()) {
		t.ui.do(func() {
			if t.generation == generation {
				fn()
			}
		})
	}
	cancel := t.ui.after(slow, func() { post(func() { t.show(true) }) })
	t.ui.background(func(context.Context) {
		defer end()
		work(ctx, post)
		cancel()
		post(t.stop)
	})
}

// stop ends the run that is under way, if any, and drops what it still posts.
func (t *task) stop() {
	t.generation++
	if t.end != nil {
		t.end()
		t.end = nil
	}
	t.show(false)
}

// running reports whether a run is under way.
func (t *task) running() bool { return t.end != nil }

func (t *task) show(busy bool) {
	changed := t.shown != busy
	t.shown = busy
	if changed && t.busy != nil {
		t.busy(busy)
	}
}

// load runs work as the newest run of the task and gives its result to done on the
// goroutine that draws.
func load[T any](t *task, work func(context.Context) (T, error), done func(T, error)) {
	t.start(func(ctx context.Context, post func(func())) {
		result, err := work(ctx)
		post(func() { done(result, err) })
	})
}

// burst collects what comes in quickly, and hands it on together, each once.
type burst[K comparable] struct {
	ui    *ui
	wait  time.Duration
	flush func([]K)
	keys  []K
	known map[K]bool
}

// add notes keys; the first one of a burst begins the wait.
func (b *burst[K]) add(keys ...K) {
	first := len(b.keys) == 0
	for _, k := range keys {
		if b.known == nil {
			b.known = map[K]bool{}
		}
		if !b.known[k] {
			b.known[k] = true
			b.keys = append(b.keys, k)
		}
	}
	if first && len(b.keys) > 0 {
		b.ui.after(b.wait, func() { b.ui.do(b.end) })
	}
}

func (b *burst[K]) end() {
	keys := b.keys
	b.keys, b.known = nil, nil
	b.flush(keys)
}
