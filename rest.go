package main

import (
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"github.com/go-gl/glfw/v3.4/glfw"

	"feebridge/screens"
)

// rest lets a window that nobody touches cost next to nothing. The toolkit looks for events
// sixty times a second, whatever happens, and that takes more than 1 % of a core. So the
// window waits for the next event on the goroutine that draws, again and again: for less
// than a frame at a time until nothing has happened for a while, then for longer.
type rest struct {
	window fyne.Window
	quiet  time.Duration // since something happened, as far as the waits have seen; of the goroutine that draws

	mu      sync.Mutex
	waiting bool // the driver waits for an event, and so it is there to be woken
	closed  bool // the driver may be gone
}

const (
	// glance is how long the window waits for an event while it is in use: what moves by
	// itself, such as a button that was pressed, is drawn meanwhile.
	glance = 10 * time.Millisecond
	// calm is how long nothing must have happened before the window rests.
	calm = time.Second
	// nap is how long a window at rest waits at a time. What the toolkit wants to draw by
	// itself, such as another theme of the system, waits as long at most.
	nap = 2 * time.Second
)

// newRest lets the window rest from now on, until it is closed.
func newRest(w fyne.Window) *rest {
	r := &rest{window: w}
	w.SetOnClosed(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.closed = true
	})
	r.later()
	return r
}

// do runs a function on the goroutine that draws, soon, and wakes the window for it.
func (r *rest) do(fn func()) {
	screens.Soon(fn)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waiting {
		glfw.PostEmptyEvent()
	}
}

func (r *rest) later() {
	time.AfterFunc(calm, func() { screens.Soon(r.wait) })
}

// wait waits for the next event, on the goroutine that draws. Between two waits the toolkit
// does what is due.
func (r *rest) wait() {
	ready, closed := r.begin()
	if closed {
		return
	}
	if !ready {
		r.quiet = 0
		r.later()
		return
	}
	limit := glance
	if r.quiet >= calm {
		limit = nap
	}
	began := time.Now()
	glfw.WaitEventsTimeout(limit.Seconds())
	if took := time.Since(began); took < limit {
		r.quiet = 0
	} else {
		r.quiet += took
	}
	r.mu.Lock()
	r.waiting = false
	r.mu.Unlock()
	screens.Soon(r.wait)
}

// begin reports whether the window may wait for an event. It may not while a text field has
// the keyboard, since its cursor blinks.
func (r *rest) begin() (ready, closed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false, true
	}
	_, text := r.window.Canvas().Focused().(interface{ SelectedText() string })
	r.waiting = !text
	return r.waiting, false
}
